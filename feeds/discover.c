/*
 * Which feeds a page names. <link rel="alternate"> with a feed's media type is
 * how a page says it; where authors forgot that, an anchor whose address looks
 * like a feed's is the next best. libxml2 reads the page, event by event: no
 * tree is built, and what is too deep, too long or too costly for it ends the
 * search with what was found before.
 */
#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "feeds/discover.h"
#include "feeds/parse_private.h"
#include "feeds/url.h"
#include "lib/map.h"
#include "text/html.h"
#include "text/html_read.h"
#include "text/plain.h"

#define DISCOVER_LIST_MAX (2 * DISCOVER_FEEDS_MAX)
#define DISCOVER_BLANKS " \t\r\n\f"

struct discover {
	struct discovery *discovery;
	htmlParserCtxtPtr ctxt;
	const char *document; /* its own address */
	char *base; /* from <base href>; NULL */
	struct map *known; /* canonical URLs; values are indices, plus 1 */
	size_t counts[DISCOVER_ANCHOR + 1];
	unsigned depth;
	/* the anchor that is open, whose text is its title; 0: none */
	size_t anchor; /* index, plus 1 */
	struct buf text;
};

static const char *
discover_attribute(const xmlChar **attributes, const char *name)
{
	for (; attributes && attributes[0]; attributes += 2) {
		if (strcasecmp((const char *)attributes[0], name) == 0)
			return (const char *)attributes[1];
	}
	return NULL;
}

/* Whether one of the words between blanks is this. */
static bool
discover_has_word(const char *text, const char *word)
{
	size_t len = strlen(word), n;

	while (text && *text) {
		text += strspn(text, DISCOVER_BLANKS);
		n = strcspn(text, DISCOVER_BLANKS);
		if (n == len && strncasecmp(text, word, len) == 0)
			return true;
		text += n;
	}
	return false;
}

/* The media type without parameters, in lower case; NULL if none. */
static const char *
discover_type(struct discover *d, const char *type)
{
	char out[DISCOVER_TYPE_MAX + 1];
	size_t i, len;

	if (!type)
		return NULL;
	type += strspn(type, DISCOVER_BLANKS);
	len = strcspn(type, DISCOVER_BLANKS ";");
	if (len == 0 || len > DISCOVER_TYPE_MAX)
		return NULL;
	for (i = 0; i < len; i++) {
		out[i] = type[i];
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] | 0x20);
		if (out[i] <= ' ' || out[i] >= 0x7f)
			return NULL;
	}
	return arena_strndup(d->discovery->arena, out, len);
}

static bool
discover_is_among(const char *text, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; text && i < count; i++) {
		if (strcmp(text, list[i]) == 0)
			return true;
	}
	return false;
}

static bool
discover_is_feed_type(const char *type)
{
	static const char *const types[] = {"application/rss+xml",
	    "application/atom+xml", "application/rdf+xml",
	    "application/feed+json", "application/rss", "application/atom",
	    "text/rss", "text/rss+xml", "text/atom+xml"};

	return discover_is_among(type, types, sizeof(types) / sizeof(types[0]));
}

static bool
discover_is_xml_type(const char *type)
{
	static const char *const types[] = {"text/xml", "application/xml"};

	return discover_is_among(type, types, sizeof(types) / sizeof(types[0]));
}

/* --- what addresses of feeds look like --- */

static bool
discover_ends(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && strncasecmp(text + len - n, end, n) == 0;
}

/* "/news/rss.xml", "/feed/", "/index.rdf" */
static bool
discover_is_feed_path(const char *path, size_t len)
{
	static const char *const ends[] = {"/feed", "/feeds", "/rss", "/atom",
	    "/rdf", ".rss", ".atom", ".rdf", "/rss.xml", "/feed.xml",
	    "/atom.xml", "/index.xml", "/rss2.xml", "/feed.json", "/rss2",
	    "rss.xml", "feed.xml", "/rss.php", "/rss.aspx", "/feed.php"};
	size_t i;

	while (len > 0 && path[len - 1] == '/')
		len--;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (discover_ends(path, len, ends[i]))
			return true;
	}
	/* "/rss/world.xml" */
	return discover_ends(path, len, ".xml") &&
	       (memmem(path, len, "/rss/", 5) ||
		   memmem(path, len, "/feed/", 6) ||
		   memmem(path, len, "/feeds/", 7) ||
		   memmem(path, len, "/atom/", 6));
}

/* "?feed=rss2", "?format=atom" */
static bool
discover_is_feed_query(const char *query)
{
	static const char *const parts[] = {"feed=rss", "feed=atom", "feed=rdf",
	    "format=rss", "format=atom", "format=feed", "type=rss", "type=atom",
	    "output=rss", "alt=rss"};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcasestr(query, parts[i]))
			return true;
	}
	return false;
}

static bool
discover_looks_like_feed(const char *url)
{
	const char *host = strstr(url, "://"), *path;
	size_t len;

	if (!host)
		return false;
	host += 3;
	path = host + strcspn(host, "/?");
	len = strcspn(path, "?");
	/* without a path it is that host's page */
	if (len > 1 && (strncasecmp(host, "feeds.", 6) == 0 ||
			   strncasecmp(host, "rss.", 4) == 0))
		return true;
	return discover_is_feed_path(path, len) ||
	       (path[len] == '?' && discover_is_feed_query(path + len + 1));
}

/* --- what is found --- */

/* Owned by the caller; NULL when the reference leads nowhere of use. */
static char *
discover_resolve(const struct discover *d, const char *href)
{
	char *url;

	href += strspn(href, DISCOVER_BLANKS);
	if (strncasecmp(href, "feed:http", 9) == 0)
		href += 5;
	if (!*href || *href == '#' || strlen(href) > ITEM_URL_MAX)
		return NULL;
	url = url_resolve(d->base ? d->base : d->document, href);
	if (!url)
		return NULL;
	url[strcspn(url, "#")] = '\0';
	if (strlen(url) <= ITEM_URL_MAX)
		return url;
	free(url);
	return NULL;
}

static const char *
discover_title(struct discover *d, const char *title, size_t len)
{
	const char *copy = NULL;
	struct buf clean;

	buf_init(&clean, 0);
	if (title && text_clean(title, len, DISCOVER_TITLE_MAX, &clean) == 0 &&
	    clean.len > 0)
		copy = arena_strdup(d->discovery->arena, clean.data);
	buf_clear(&clean);
	return copy;
}

/* The entry of an address, new or known as an anchor only; NULL otherwise. */
static struct discovered *
discover_add(struct discover *d, const char *url, enum discover_kind kind)
{
	struct discovery *found = d->discovery;
	char *key = url_canonical(url);
	size_t known = key ? (size_t)(uintptr_t)map_get(d->known, key) : 0;
	struct discovered *feed = known ? &found->feeds[known - 1] : NULL;

	if (feed && (kind != DISCOVER_LINK || feed->kind == DISCOVER_LINK)) {
		feed = NULL;
	} else if (key && d->counts[kind] == DISCOVER_FEEDS_MAX) {
		found->dropped++;
		feed = NULL;
	} else if (key && !feed) {
		feed = &found->feeds[found->count++];
		feed->url = arena_strdup(found->arena, url);
		(void)map_put(d->known, key, (void *)(uintptr_t)found->count);
		d->counts[kind]++;
	} else if (feed) {
		d->counts[feed->kind]--;
		d->counts[kind]++;
	}
	free(key);
	if (feed)
		feed->kind = kind;
	return feed;
}

static void
discover_link(struct discover *d, const xmlChar **attributes)
{
	const char *rel = discover_attribute(attributes, "rel");
	const char *href = discover_attribute(attributes, "href");
	const char *title = discover_attribute(attributes, "title");
	const char *type;
	struct discovered *feed;
	char *url;

	if (!rel || !href || discover_has_word(rel, "stylesheet") ||
	    !(discover_has_word(rel, "alternate") ||
		discover_has_word(rel, "feed")))
		return;
	type = discover_type(d, discover_attribute(attributes, "type"));
	url = discover_resolve(d, href);
	if (!url)
		return;
	if (discover_is_feed_type(type) ||
	    ((discover_is_xml_type(type) || discover_has_word(rel, "feed")) &&
		discover_looks_like_feed(url))) {
		feed = discover_add(d, url, DISCOVER_LINK);
		if (feed) {
			feed->title =
			    discover_title(d, title, title ? strlen(title) : 0);
			feed->type = type;
		}
	}
	free(url);
}

static void
discover_end_anchor(struct discover *d)
{
	struct discovered *feed;

	if (!d->anchor)
		return;
	feed = &d->discovery->feeds[d->anchor - 1];
	if (feed->kind == DISCOVER_ANCHOR && d->text.len > 0)
		feed->title = discover_title(d, d->text.data, d->text.len);
	d->anchor = 0;
}

static void
discover_anchor(struct discover *d, const xmlChar **attributes)
{
	const char *href = discover_attribute(attributes, "href");
	const char *title = discover_attribute(attributes, "title");
	struct discovered *feed;
	const char *type;
	char *url;

	discover_end_anchor(d);
	url = href ? discover_resolve(d, href) : NULL;
	if (!url)
		return;
	type = discover_type(d, discover_attribute(attributes, "type"));
	if (discover_is_feed_type(type) || discover_looks_like_feed(url)) {
		feed = discover_add(d, url, DISCOVER_ANCHOR);
		if (feed) {
			feed->title =
			    discover_title(d, title, title ? strlen(title) : 0);
			feed->type = type;
			d->anchor = (size_t)(feed - d->discovery->feeds) + 1;
			buf_reset(&d->text);
		}
	}
	free(url);
}

/* Only the first one counts (HTML, section 4.2.3). */
static void
discover_base(struct discover *d, const xmlChar **attributes)
{
	const char *href = discover_attribute(attributes, "href");

	if (!d->base && href && strlen(href) <= ITEM_URL_MAX)
		d->base = url_resolve(d->document, href);
}

/* --- libxml2's events --- */

static void
discover_on_start(void *data, const xmlChar *name, const xmlChar **attributes)
{
	struct discover *d = data;
	const char *element = (const char *)name;

	if (strcasecmp(element, "link") == 0)
		discover_link(d, attributes);
	else if (strcasecmp(element, "a") == 0)
		discover_anchor(d, attributes);
	else if (strcasecmp(element, "base") == 0)
		discover_base(d, attributes);
	if (++d->depth > DISCOVER_DEPTH_MAX)
		xmlStopParser(d->ctxt);
}

static void
discover_on_end(void *data, const xmlChar *name)
{
	struct discover *d = data;

	if (d->depth > 0)
		d->depth--;
	if (strcasecmp((const char *)name, "a") == 0)
		discover_end_anchor(d);
}

static void
discover_on_text(void *data, const xmlChar *text, int len)
{
	struct discover *d = data;

	/* what does not fit any more is cut from the title anyway */
	if (d->anchor)
		(void)buf_add(&d->text, text, (size_t)len);
}

static void
discover_parse(struct discover *d, const char *text, size_t len)
{
	static const struct html_events events = {
	    discover_on_start, discover_on_end, discover_on_text};

	if (len > DISCOVER_BYTES_MAX)
		len = plain_border(text, DISCOVER_BYTES_MAX);
	html_read(text, len, &events, d, &d->ctxt);
	discover_end_anchor(d);
}

/* Links first; otherwise the order of the page. */
static void
discover_sort(struct discovery *found)
{
	struct discovered sorted[DISCOVER_LIST_MAX];
	size_t i, count = 0;
	enum discover_kind kind;

	for (kind = DISCOVER_LINK; kind <= DISCOVER_ANCHOR; kind++) {
		for (i = 0; i < found->count; i++) {
			if (found->feeds[i].kind == kind)
				sorted[count++] = found->feeds[i];
		}
	}
	memcpy(found->feeds, sorted, count * sizeof(sorted[0]));
}

struct discovery *
discover(const struct parse_input *input)
{
	struct arena *arena = arena_new();
	struct discover d = {.document = input->base_url};
	struct parse_source source;

	d.discovery = arena_alloc(arena, sizeof(*d.discovery));
	d.discovery->arena = arena;
	d.discovery->feeds =
	    arena_calloc(arena, DISCOVER_LIST_MAX, sizeof(*d.discovery->feeds));
	d.known = map_new();
	buf_init(&d.text, 16 * DISCOVER_TITLE_MAX);
	parse_source_open(&source, input);
	parse_source_check(&source, input);
	discover_parse(&d, source.text, source.len);
	parse_source_close(&source);
	discover_sort(d.discovery);
	buf_clear(&d.text);
	map_free(&d.known, NULL);
	free(d.base);
	return d.discovery;
}

void
discovery_free(struct discovery **discovery)
{
	struct arena *arena;

	if (!*discovery)
		return;
	/* the object itself is in it */
	arena = (*discovery)->arena;
	*discovery = NULL;
	arena_free(&arena);
}
