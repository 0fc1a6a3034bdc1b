/*
 * What outlines say. One with an address is a feed; one that names no feed is a
 * folder, and its text a tag of all feeds within. A feed is there once, however
 * often it is listed, and one that is wrong by itself spoils no other: what is
 * wrong is kept with it.
 */
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/opml_private.h"
#include "lib/alloc.h"
#include "lib/map.h"

#define OPML_AMPERSAND "&#38;"

/* An attribute's value in the document. */
struct opml_value {
	const char *text; /* NULL if there is none */
	size_t len;
};

/* What one outline says. */
struct opml_outline {
	struct opml_value text, title, type, url, other_url, site, lang;
	struct opml_value category, is_comment;
	struct opml_value name, role, country, tags;
};

/* An attribute and where it goes. */
struct opml_attribute {
	const char *name;
	size_t offset;
};

#define ATTRIBUTE(attribute, member)                                           \
	{                                                                      \
		.name = attribute,                                             \
		.offset = offsetof(struct opml_outline, member),               \
	}

/* Their letters' case varies between programs. */
static const struct opml_attribute opml_common[] = {
    ATTRIBUTE("text", text),
    ATTRIBUTE("title", title),
    ATTRIBUTE("type", type),
    ATTRIBUTE("xmlUrl", url),
    ATTRIBUTE("url", other_url),
    ATTRIBUTE("htmlUrl", site),
    ATTRIBUTE("language", lang),
    ATTRIBUTE("category", category),
    ATTRIBUTE("isComment", is_comment),
};

static const struct opml_attribute opml_own[] = {
    ATTRIBUTE("name", name),
    ATTRIBUTE("role", role),
    ATTRIBUTE("country", country),
    ATTRIBUTE("tags", tags),
};

/*
 * As long as it is not told to replace entities, libxml2 leaves each '&' of an
 * attribute escaped, for a tree that nobody builds here.
 */
static struct opml_value
opml_decode_value(struct opml_outlines *list, const xmlChar **attribute)
{
	const char *p = (const char *)attribute[3];
	const char *end = (const char *)attribute[4], *next;
	struct opml_value value = {p, (size_t)(end - p)};
	char *out;

	if (!memchr(p, '&', value.len))
		return value;
	value.text = out = arena_alloc(list->opml->arena, value.len);
	for (; (next = memmem(p, (size_t)(end - p), OPML_AMPERSAND,
		    strlen(OPML_AMPERSAND)));
	     p = next + strlen(OPML_AMPERSAND)) {
		out = mempcpy(out, p, (size_t)(next - p));
		*out++ = '&';
	}
	out = mempcpy(out, p, (size_t)(end - p));
	value.len = (size_t)(out - value.text);
	return value;
}

static void
opml_assign(struct opml_outlines *list, struct opml_outline *outline,
    const struct opml_attribute *known, size_t count, bool has_case,
    const xmlChar **attribute)
{
	const char *name = (const char *)attribute[0];
	size_t i;

	for (i = 0; i < count; i++) {
		if ((has_case ? strcmp : strcasecmp)(name, known[i].name) != 0)
			continue;
		*(struct opml_value *)(void *)((char *)outline +
					       known[i].offset) =
		    opml_decode_value(list, attribute);
	}
}

static void
opml_collect(struct opml_outlines *list, struct opml_outline *outline,
    const xmlChar **attributes, int count)
{
	int i;

	memset(outline, 0, sizeof(*outline));
	for (i = 0; i < count; i++, attributes += 5) {
		const char *uri = (const char *)attributes[2];

		if (!uri)
			opml_assign(list, outline, opml_common,
			    sizeof(opml_common) / sizeof(opml_common[0]), false,
			    attributes);
		else if (strcmp(uri, OPML_NAMESPACE) == 0)
			opml_assign(list, outline, opml_own,
			    sizeof(opml_own) / sizeof(opml_own[0]), true,
			    attributes);
	}
}

static bool
opml_is(const struct opml_value *value, const char *word)
{
	return value->text && value->len == strlen(word) &&
	       strncasecmp(value->text, word, value->len) == 0;
}

static const char *
opml_keep(struct opml_outlines *list, const struct opml_value *value)
{
	return value->text
		   ? opml_line(list->opml->arena, value->text, value->len)
		   : NULL;
}

/* Without white space around; "feed:" is how some browsers called a feed. */
static const char *
opml_keep_url(struct opml_outlines *list, const struct opml_value *value)
{
	struct arena *arena = list->opml->arena;
	const char *p = value->text, *end = p + value->len;

	while (p < end && (unsigned char)*p <= ' ')
		p++;
	while (p < end && (unsigned char)end[-1] <= ' ')
		end--;
	if (end - p >= 7 && strncasecmp(p, "feed://", 7) == 0)
		return arena_printf(
		    arena, "http://%.*s", (int)(end - p - 7), p + 7);
	if (end - p >= 9 && strncasecmp(p, "feed:http", 9) == 0)
		p += 5;
	return arena_strndup(arena, p, (size_t)(end - p));
}

/* Whether more than white space is there. */
static bool
opml_is_given(const struct opml_value *value)
{
	size_t i;

	for (i = 0; i < value->len; i++) {
		if ((unsigned char)value->text[i] > ' ')
			return true;
	}
	return false;
}

/* Old lists have a feed's address where a link has its own. */
static const struct opml_value *
opml_feed_url(const struct opml_outline *outline)
{
	static const char *const types[] = {"rss", "atom", "rdf", "feed"};
	size_t i;

	if (opml_is_given(&outline->url))
		return &outline->url;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (opml_is_given(&outline->other_url) &&
		    opml_is(&outline->type, types[i]))
			return &outline->other_url;
	}
	return NULL;
}

/* The tags of the outline and of the folders around it. */
static int
opml_gather(struct opml_outlines *list, const struct opml_outline *outline,
    struct strings *tags)
{
	struct arena *arena = list->opml->arena;
	unsigned i;

	if (outline->tags.text)
		return opml_tag_lines(
		    arena, tags, outline->tags.text, outline->tags.len);
	for (i = 0; i < list->depth; i++) {
		if (list->folders[i] &&
		    opml_tag_add(tags, list->folders[i]) == -1)
			return -1;
	}
	if (!outline->category.text)
		return 0;
	return opml_tag_categories(
	    arena, tags, outline->category.text, outline->category.len);
}

static void
opml_set_tags(struct opml_outlines *list, struct opml_feed *feed,
    const struct strings *tags)
{
	if (tags->count <= feed->tags.count)
		return;
	feed->tags.items =
	    arena_calloc(list->opml->arena, tags->count, sizeof(*tags->items));
	memcpy(
	    feed->tags.items, tags->items, tags->count * sizeof(*tags->items));
	feed->tags.count = tags->count;
}

/* A feed that stands in several folders is one, with the tags of all. */
static int
opml_unite(struct opml_outlines *list, struct opml_feed *feed,
    const struct strings *tags)
{
	const char *items[OPML_TAGS_MAX];
	struct strings all = {items, feed->tags.count};
	size_t i;

	if (all.count)
		memcpy(items, feed->tags.items, all.count * sizeof(items[0]));
	for (i = 0; i < tags->count; i++) {
		if (opml_tag_add(&all, tags->items[i]) == -1)
			return -1;
	}
	opml_set_tags(list, feed, &all);
	return 0;
}

static void
opml_fill(struct opml_outlines *list, const struct opml_outline *outline,
    struct opml_feed *feed)
{
	const char *title = opml_keep(list, &outline->title);
	const char *text = opml_keep(list, &outline->text);

	feed->site = opml_keep(list, &outline->site);
	feed->lang = opml_keep(list, &outline->lang);
	feed->name = opml_keep(list, &outline->name);
	feed->role = opml_keep(list, &outline->role);
	feed->country = opml_keep(list, &outline->country);
	/* what people called it; our own lists give a nameless one its name */
	if (!title && text && feed->name && strcmp(text, feed->name) == 0)
		text = NULL;
	feed->title = text ? text : title;
}

/* Too many tags are the feed's fault, and told where the outline stands. */
static void
opml_blame(struct opml_outlines *list, struct opml_feed *feed)
{
	feed->line = list->line;
	feed->fault = arena_printf(
	    list->opml->arena, "more than %d tags of one feed", OPML_TAGS_MAX);
}

static struct opml_feed *
opml_new_feed(struct opml_outlines *list, const char *url)
{
	struct opml *opml = list->opml;
	struct opml_feed *feed;

	opml->feeds = xgrow(opml->feeds, opml->count + 1, &list->feed_cap,
	    sizeof(*opml->feeds));
	feed = &opml->feeds[opml->count++];
	*feed = (struct opml_feed){.url = url, .line = list->line};
	(void)map_put(list->urls, url, (void *)(uintptr_t)opml->count);
	return feed;
}

static void
opml_add_feed(struct opml_outlines *list, const struct opml_outline *outline,
    const struct opml_value *value)
{
	const char *items[OPML_TAGS_MAX];
	struct strings tags = {items, 0};
	const char *url = opml_keep_url(list, value);
	size_t known = (size_t)(uintptr_t)map_get(list->urls, url);
	int rc = opml_gather(list, outline, &tags);
	struct opml_feed *feed;

	if (known) {
		feed = &list->opml->feeds[known - 1];
		if (feed->fault)
			return;
		if (rc == 0)
			rc = opml_unite(list, feed, &tags);
	} else {
		feed = opml_new_feed(list, url);
		opml_set_tags(list, feed, &tags);
		opml_fill(list, outline, feed);
	}
	if (rc == -1)
		opml_blame(list, feed);
}

int
opml_outline_begin(
    struct opml_outlines *list, const xmlChar **attributes, int count)
{
	struct opml_outline outline;
	const struct opml_value *url;

	if (++list->count > OPML_OUTLINES_MAX)
		return -1;
	if (list->comment)
		return 0;
	opml_collect(list, &outline, attributes, count);
	if (opml_is(&outline.is_comment, "true")) {
		list->comment = list->depth + 1;
		return 0;
	}
	url = opml_feed_url(&outline);
	if (url) {
		opml_add_feed(list, &outline, url);
	} else if (opml_is(&outline.type, "include")) {
		list->opml->links++;
	} else if (!outline.other_url.text) {
		list->folders[list->depth] = opml_keep(list, &outline.text);
		if (!list->folders[list->depth])
			list->folders[list->depth] =
			    opml_keep(list, &outline.title);
	}
	return 0;
}

void
opml_outlines_init(struct opml_outlines *list, struct opml *opml)
{
	memset(list, 0, sizeof(*list));
	list->opml = opml;
	list->urls = map_new();
}

/* A list that grew moves to the arena. */
void
opml_outlines_seal(struct opml_outlines *list)
{
	struct opml *opml = list->opml;
	struct opml_feed *feeds = opml->feeds;

	opml->feeds =
	    arena_calloc(opml->arena, opml->count, sizeof(*opml->feeds));
	if (opml->count)
		memcpy(opml->feeds, feeds, opml->count * sizeof(*feeds));
	free(feeds);
	map_free(&list->urls, NULL);
}
