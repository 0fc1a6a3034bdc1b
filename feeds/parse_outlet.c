/*
 * Entries of aggregators. Google News and its like put the outlet's name behind
 * each headline ("Missile flies over Japan - The Korea Times") and make of the
 * description a list of headlines, this one's and others', each with its
 * outlet. A topic that looks for Korea would match all that such outlets
 * write. So the name goes where authors stand, if <source> says the same name;
 * then the entry is an aggregator's, and of a list only the other headlines
 * are kept. What may be anything but an outlet's name makes of the list a
 * summary like any other: it stays as it is.
 *
 * Links lead through the aggregator. Where they name their target (Bing,
 * Google Alerts) that is the link: the rest of them is another one at each
 * poll, and an entry without a guid would be new every time. But a front page
 * is the target of many: an entry without a guid would be known by it already.
 * Those of Google News name nothing, and stay.
 */
#include <curl/curl.h>
#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/parse_private.h"
#include "text/html.h"
#include "text/html_read.h"

#define PARSE_LISTED_MAX 32 /* headlines of one entry */
#define PARSE_OUTLET_MAX 40 /* bytes of a name; a sentence has more */

struct parse_listing {
	struct parse_build *build;
	struct buf link; /* the text of the link being read */
	struct buf name; /* of an outlet, being read */
	struct buf clean; /* the same, to be compared */
	struct buf lines;
	unsigned depth; /* of links in links */
	unsigned outlets; /* elements that are open and name one */
	bool is_unnamed; /* another headline that no outlet follows so far */
	bool is_prose; /* there is other text, too */
	unsigned count;
	htmlParserCtxtPtr ctxt;
};

void
parse_outlet_note(struct parse_build *build, const char *html, size_t len)
{
	static const char *const heads[] = {
	    "<ol><li><a ", "<ul><li><a ", "<a "};
	size_t i, n;

	buf_reset(&build->listing);
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		n = strlen(heads[i]);
		if (len < n || memcmp(html, heads[i], n) != 0)
			continue;
		/* the buffer has no bound; len is at most PARSE_RAW_MAX */
		(void)buf_add(&build->listing, html, len);
		return;
	}
}

/* A headline ends: one line more, unless it is the entry's own. */
static void
parse_outlet_end_link(struct parse_listing *listing)
{
	size_t from;

	if (listing->lines.len > 0)
		(void)buf_addch(&listing->lines, '\n');
	from = listing->lines.len;
	(void)text_clean(buf_str(&listing->link), listing->link.len,
	    ITEM_TITLE_MAX, &listing->lines);
	buf_reset(&listing->link);
	listing->is_unnamed =
	    listing->lines.len > from &&
	    strcmp(listing->lines.data + from, listing->build->item.title) != 0;
	if (listing->is_unnamed)
		return;
	listing->lines.len = from > 0 ? from - 1 : 0;
	if (listing->lines.data)
		listing->lines.data[listing->lines.len] = '\0';
}

/* A name ends: the entry's own outlet, or that of a headline before it. */
static void
parse_outlet_end_name(struct parse_listing *listing)
{
	buf_reset(&listing->clean);
	(void)text_clean(buf_str(&listing->name), listing->name.len,
	    ITEM_TITLE_MAX, &listing->clean);
	buf_reset(&listing->name);
	if (listing->clean.len == 0 ||
	    strcmp(listing->clean.data, listing->build->outlet) == 0)
		return;
	if (!listing->is_unnamed || listing->clean.len > PARSE_OUTLET_MAX)
		listing->is_prose = true;
	listing->is_unnamed = false;
}

static void
parse_outlet_on_start(
    void *data, const xmlChar *name, const xmlChar **attributes)
{
	struct parse_listing *listing = data;

	(void)attributes;
	if (strcmp((const char *)name, "font") == 0)
		listing->outlets++;
	if (strcmp((const char *)name, "a") != 0)
		return;
	listing->depth++;
	if (++listing->count > PARSE_LISTED_MAX)
		xmlStopParser(listing->ctxt);
}

static void
parse_outlet_on_end(void *data, const xmlChar *name)
{
	struct parse_listing *listing = data;

	if (strcmp((const char *)name, "font") == 0 && listing->outlets > 0 &&
	    --listing->outlets == 0)
		parse_outlet_end_name(listing);
	if (strcmp((const char *)name, "a") == 0 && listing->depth > 0 &&
	    --listing->depth == 0)
		parse_outlet_end_link(listing);
}

/* White space and no-break spaces. */
static bool
parse_outlet_is_blank(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if ((unsigned char)text[i] > ' ' && text[i] != '\xc2' &&
		    text[i] != '\xa0')
			return false;
	}
	return true;
}

static void
parse_outlet_on_text(void *data, const xmlChar *text, int len)
{
	struct parse_listing *listing = data;

	if (listing->depth > 0)
		(void)buf_add(&listing->link, text, (size_t)len);
	else if (listing->outlets > 0)
		(void)buf_add(&listing->name, text, (size_t)len);
	else
		listing->is_prose |=
		    !parse_outlet_is_blank((const char *)text, (size_t)len);
}

static void
parse_outlet_read(struct parse_listing *listing, const char *html, size_t len)
{
	static const struct html_events events = {
	    parse_outlet_on_start, parse_outlet_on_end, parse_outlet_on_text};

	html_read(html, len, &events, listing, &listing->ctxt);
}

/* The headlines of a list, a line each, instead of a summary that is no more.
 */
static void
parse_outlet_take_list(struct parse_build *build)
{
	struct parse_listing listing = {.build = build};

	buf_init(&listing.link, PARSE_RAW_MAX);
	buf_init(&listing.name, PARSE_RAW_MAX);
	buf_init(&listing.clean, 0);
	buf_init(&listing.lines, ITEM_TEXT_MAX);
	parse_outlet_read(&listing, build->listing.data, build->listing.len);
	if (!listing.is_prose)
		build->item.summary = arena_strndup(build->doc->arena,
		    buf_str(&listing.lines), listing.lines.len);
	buf_clear(&listing.link);
	buf_clear(&listing.name);
	buf_clear(&listing.clean);
	buf_clear(&listing.lines);
}

/* The length of the headline before the outlet's name; 0 if it has none. */
static size_t
parse_outlet_headline(const char *title, const char *name)
{
	static const char *const dashes[] = {
	    " - ", " | ", " \xe2\x80\x93 ", " \xe2\x80\x94 "};
	size_t len = strlen(title), name_len = strlen(name), i, n;

	if (len <= name_len || strcmp(title + len - name_len, name) != 0)
		return 0;
	len -= name_len;
	for (i = 0; i < sizeof(dashes) / sizeof(dashes[0]); i++) {
		n = strlen(dashes[i]);
		if (len > n && memcmp(title + len - n, dashes[i], n) == 0)
			return len - n;
	}
	return 0;
}

/* The target that a link names, still with its escapes; NULL if none. */
static const char *
parse_outlet_target(const struct parse_build *build, size_t *len_r)
{
	static const char alerts[] = "https://www.google.com/url?";
	const char *url = build->item.url, *query, *target;

	if (!url ||
	    (!build->outlet && strncmp(url, alerts, sizeof(alerts) - 1) != 0))
		return NULL;
	query = strchr(url, '?');
	while (query && strncmp(query + 1, "url=", 4) != 0)
		query = strchr(query + 1, '&');
	if (!query)
		return NULL;
	target = query + 5;
	*len_r = strcspn(target, "&#");
	return strncmp(target, "http", 4) == 0 ? target : NULL;
}

/* Whether an absolute URL has nothing behind its host. */
static bool
parse_outlet_is_front(const char *url)
{
	const char *p = strstr(url, "://");

	p = p ? p + 3 : url;
	p += strcspn(p, "/?#");
	if (*p == '/')
		p++;
	return *p == '\0' || *p == '#';
}

static void
parse_outlet_take_target(struct parse_build *build)
{
	const char *url = NULL, *target;
	size_t len;
	int plain_len;
	char *plain;

	target = parse_outlet_target(build, &len);
	if (!target)
		return;
	/* a link is of ITEM_URL_MAX bytes at most */
	plain = curl_easy_unescape(NULL, target, (int)len, &plain_len);
	if (!plain)
		abort(); /* only for want of memory */
	url = parse_link(build, NULL, plain, (size_t)plain_len);
	if (url && (build->item.guid || !parse_outlet_is_front(url)))
		build->item.url = url;
	curl_free(plain);
}

void
parse_outlet_settle(struct parse_build *build)
{
	struct item *item = &build->item;
	size_t len;

	parse_outlet_take_target(build);
	if (!build->outlet)
		return;
	if (item->author_count == 0)
		build->authors[item->author_count++] = build->outlet;
	len = parse_outlet_headline(item->title, build->outlet);
	if (len == 0)
		return;
	item->title = arena_strndup(build->doc->arena, item->title, len);
	if (build->listing.len > 0)
		parse_outlet_take_list(build);
}
