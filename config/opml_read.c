/*
 * OPML through libxml2's SAX interface: outlines in, feeds out. No tree is
 * built, nothing is loaded and nothing expanded but XML's own five entities; a
 * document type declaration ends the reading. An outline that names no feed is
 * a folder, and its text a tag of all feeds within.
 *
 * libxml2 compares each attribute of a tag with all others, so tags that are
 * too long are refused before it sees any: a tag holds no further '<', and so
 * it ends before the next one.
 */
#include <libxml/parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/opml_private.h"
#include "lib/alloc.h"
#include "lib/map.h"
#include "text/plain.h"

#define OPML_NAME_SHOWN_MAX 60
#define OPML_COMPLAINT_MAX 255
#define OPML_AMPERSAND "&#38;"
#define OPML_PIECE 8192 /* bytes that libxml2 gets at a time */

struct opml_reader {
	struct opml *opml;
	xmlParserCtxtPtr ctxt;
	struct err *err;
	int *line_r;
	int line; /* where the last event ended, which is where a tag begins */
	unsigned depth; /* elements that are open */
	unsigned comment; /* depth of an outline that is commented out; 0 */
	const char *folders[OPML_DEPTH_MAX + 1]; /* by depth; NULL if none */
	size_t outlines;
	size_t feed_cap;
	struct map *urls; /* of feeds; values are their indices, plus 1 */
	bool is_stopping;
};

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

static void opml_stop(struct opml_reader *reader, int line, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/*
 * Keeps the first reason there is. libxml2 is told at the end of a callback:
 * it frees at once what the callback still reads.
 */
static void
opml_stop(struct opml_reader *reader, int line, const char *fmt, ...)
{
	va_list ap;

	if (reader->is_stopping)
		return;
	va_start(ap, fmt);
	vsnprintf(reader->err->text, sizeof(reader->err->text), fmt, ap);
	va_end(ap);
	*reader->line_r = line;
	reader->is_stopping = true;
}

static void
opml_on_error(void *data, xmlErrorPtr error)
{
	struct opml_reader *reader = data;
	const char *text = error->message ? error->message : "";
	size_t len = strcspn(text, "\n");

	if (error->level != XML_ERR_FATAL || error->code == XML_ERR_USER_STOP)
		return;
	len = plain_border_within(text, len, OPML_COMPLAINT_MAX);
	opml_stop(reader, error->line, "not well-formed: %.*s", (int)len, text);
}

/* --- outlines --- */

/*
 * As long as it is not told to replace entities, libxml2 leaves each '&' of an
 * attribute escaped, for a tree that nobody builds here.
 */
static struct opml_value
opml_decode_value(struct opml_reader *reader, const xmlChar **attribute)
{
	const char *p = (const char *)attribute[3];
	const char *end = (const char *)attribute[4], *next;
	struct opml_value value = {p, (size_t)(end - p)};
	char *out;

	if (!memchr(p, '&', value.len))
		return value;
	value.text = out = arena_alloc(reader->opml->arena, value.len);
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
opml_assign(struct opml_reader *reader, struct opml_outline *outline,
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
		    opml_decode_value(reader, attribute);
	}
}

static void
opml_collect(struct opml_reader *reader, struct opml_outline *outline,
    const xmlChar **attributes, int count)
{
	int i;

	memset(outline, 0, sizeof(*outline));
	for (i = 0; i < count; i++, attributes += 5) {
		const char *uri = (const char *)attributes[2];

		if (!uri)
			opml_assign(reader, outline, opml_common,
			    sizeof(opml_common) / sizeof(opml_common[0]), false,
			    attributes);
		else if (strcmp(uri, OPML_NAMESPACE) == 0)
			opml_assign(reader, outline, opml_own,
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
opml_keep(struct opml_reader *reader, const struct opml_value *value)
{
	return value->text
		   ? opml_line(reader->opml->arena, value->text, value->len)
		   : NULL;
}

/* Without white space around; "feed:" is how some browsers called a feed. */
static const char *
opml_keep_url(struct opml_reader *reader, const struct opml_value *value)
{
	struct arena *arena = reader->opml->arena;
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

/* Old lists have a feed's address where a link has its own. */
static const struct opml_value *
opml_feed_url(const struct opml_outline *outline)
{
	static const char *const types[] = {"rss", "atom", "rdf", "feed"};
	size_t i;

	if (outline->url.text && outline->url.len > 0)
		return &outline->url;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (outline->other_url.text &&
		    opml_is(&outline->type, types[i]))
			return &outline->other_url;
	}
	return NULL;
}

/* The tags of the outline and of the folders around it. */
static int
opml_gather(struct opml_reader *reader, const struct opml_outline *outline,
    struct strings *tags)
{
	struct arena *arena = reader->opml->arena;
	unsigned i;

	if (outline->tags.text)
		return opml_tag_lines(
		    arena, tags, outline->tags.text, outline->tags.len);
	for (i = 0; i < reader->depth; i++) {
		if (reader->folders[i] &&
		    opml_tag_add(tags, reader->folders[i]) == -1)
			return -1;
	}
	if (!outline->category.text)
		return 0;
	return opml_tag_categories(
	    arena, tags, outline->category.text, outline->category.len);
}

static void
opml_set_tags(struct opml_reader *reader, struct opml_feed *feed,
    const struct strings *tags)
{
	if (tags->count <= feed->tags.count)
		return;
	feed->tags.items = arena_calloc(
	    reader->opml->arena, tags->count, sizeof(*tags->items));
	memcpy(
	    feed->tags.items, tags->items, tags->count * sizeof(*tags->items));
	feed->tags.count = tags->count;
}

/* A feed that stands in several folders is one, with the tags of all. */
static int
opml_unite(struct opml_reader *reader, struct opml_feed *feed,
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
	opml_set_tags(reader, feed, &all);
	return 0;
}

static void
opml_fill(struct opml_reader *reader, const struct opml_outline *outline,
    struct opml_feed *feed)
{
	const char *title = opml_keep(reader, &outline->title);
	const char *text = opml_keep(reader, &outline->text);

	feed->site = opml_keep(reader, &outline->site);
	feed->lang = opml_keep(reader, &outline->lang);
	feed->name = opml_keep(reader, &outline->name);
	feed->role = opml_keep(reader, &outline->role);
	feed->country = opml_keep(reader, &outline->country);
	/* what people called it; our own lists give a nameless one its name */
	if (!title && text && feed->name && strcmp(text, feed->name) == 0)
		text = NULL;
	feed->title = text ? text : title;
}

static void
opml_add_feed(struct opml_reader *reader, const struct opml_outline *outline,
    const struct opml_value *value)
{
	const char *items[OPML_TAGS_MAX];
	struct strings tags = {items, 0};
	struct opml *opml = reader->opml;
	const char *url = opml_keep_url(reader, value);
	size_t known = (size_t)(uintptr_t)map_get(reader->urls, url);
	int rc = opml_gather(reader, outline, &tags);

	if (rc == 0 && known) {
		rc = opml_unite(reader, &opml->feeds[known - 1], &tags);
	} else if (rc == 0) {
		struct opml_feed *feed;

		opml->feeds = xgrow(opml->feeds, opml->count + 1,
		    &reader->feed_cap, sizeof(*opml->feeds));
		feed = &opml->feeds[opml->count++];
		*feed = (struct opml_feed){.url = url, .line = reader->line};
		opml_set_tags(reader, feed, &tags);
		opml_fill(reader, outline, feed);
		(void)map_put(
		    reader->urls, url, (void *)(uintptr_t)opml->count);
	}
	if (rc == -1)
		opml_stop(reader, reader->line, "more than %d tags of one feed",
		    OPML_TAGS_MAX);
}

static void
opml_begin_outline(
    struct opml_reader *reader, const xmlChar **attributes, int count)
{
	struct opml_outline outline;
	const struct opml_value *url;

	if (++reader->outlines > OPML_OUTLINES_MAX) {
		opml_stop(reader, reader->line, "more than %d outlines",
		    OPML_OUTLINES_MAX);
		return;
	}
	if (reader->comment)
		return;
	opml_collect(reader, &outline, attributes, count);
	if (opml_is(&outline.is_comment, "true")) {
		reader->comment = reader->depth + 1;
		return;
	}
	url = opml_feed_url(&outline);
	if (url) {
		opml_add_feed(reader, &outline, url);
	} else if (opml_is(&outline.type, "include")) {
		reader->opml->links++;
	} else if (!outline.other_url.text) {
		reader->folders[reader->depth] =
		    opml_keep(reader, &outline.text);
		if (!reader->folders[reader->depth])
			reader->folders[reader->depth] =
			    opml_keep(reader, &outline.title);
	}
}

/* --- libxml2's events --- */

static void
opml_check_root(struct opml_reader *reader, const char *name)
{
	if (strcasecmp(name, "opml") == 0)
		return;
	opml_stop(reader, reader->line,
	    "no OPML: its first element is <%.*s>; expected <opml>",
	    (int)plain_border_within(name, strlen(name), OPML_NAME_SHOWN_MAX),
	    name);
}

/* What libxml2 does with more than that takes for ever. */
static void
opml_check_bounds(struct opml_reader *reader, int attributes)
{
	if (reader->depth == OPML_DEPTH_MAX)
		opml_stop(reader, reader->line,
		    "elements are more than %d deep in each other",
		    OPML_DEPTH_MAX);
	else if (attributes > OPML_ATTRIBUTES_MAX)
		opml_stop(reader, reader->line,
		    "more than %d attributes of one element",
		    OPML_ATTRIBUTES_MAX);
	else if (reader->ctxt->nsNr > 2 * OPML_NAMESPACES_MAX)
		opml_stop(reader, reader->line, "more than %d namespaces",
		    OPML_NAMESPACES_MAX);
	else if (xmlDictSize(reader->ctxt->dict) > OPML_NAMES_MAX)
		opml_stop(reader, reader->line, "more than %d different names",
		    OPML_NAMES_MAX);
}

static void
opml_on_start(void *data, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
    int attribute_count, int default_count, const xmlChar **attributes)
{
	struct opml_reader *reader = data;

	(void)prefix;
	(void)uri;
	(void)namespaces;
	(void)default_count;
	/* no event tells of white space before the first element */
	if (reader->depth == 0) {
		reader->line = xmlSAX2GetLineNumber(reader->ctxt);
		opml_check_root(reader, (const char *)name);
	}
	opml_check_bounds(reader, attribute_count + namespace_count);
	if (!reader->is_stopping) {
		reader->folders[reader->depth] = NULL;
		if (strcasecmp((const char *)name, "outline") == 0)
			opml_begin_outline(reader, attributes, attribute_count);
		reader->depth++;
	}
	reader->line = xmlSAX2GetLineNumber(reader->ctxt);
	if (reader->is_stopping)
		xmlStopParser(reader->ctxt);
}

static void
opml_on_end(
    void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct opml_reader *reader = data;

	(void)name;
	(void)prefix;
	(void)uri;
	if (reader->depth == reader->comment)
		reader->comment = 0;
	if (reader->depth > 0)
		reader->depth--;
	reader->line = xmlSAX2GetLineNumber(reader->ctxt);
}

static void
opml_on_text(void *data, const xmlChar *text, int len)
{
	struct opml_reader *reader = data;

	(void)text;
	(void)len;
	reader->line = xmlSAX2GetLineNumber(reader->ctxt);
}

static void
opml_on_comment(void *data, const xmlChar *text)
{
	opml_on_text(data, text, 0);
}

/* Entities and default attributes could come from there: more than is read. */
static void
opml_on_doctype(void *data, const xmlChar *name, const xmlChar *external_id,
    const xmlChar *system_id)
{
	struct opml_reader *reader = data;

	(void)name;
	(void)external_id;
	(void)system_id;
	opml_stop(reader, xmlSAX2GetLineNumber(reader->ctxt),
	    "a document type declaration; expected OPML without one");
	xmlStopParser(reader->ctxt);
}

/* --- the document --- */

static int
opml_line_of(const char *text, const char *at)
{
	int line = 1;

	for (; (text = memchr(text, '\n', (size_t)(at - text))); text++)
		line++;
	return line;
}

/* Whether a comment that begins at p ends where its hyphens do. */
static bool
opml_is_comment_fine(const char *p, const char *end)
{
	p = memmem(p + 4, (size_t)(end - p - 4), "--", 2);
	return p && end - p > 2 && p[2] == '>';
}

/*
 * What libxml2 would need too long for: long tags, and hyphens in a comment,
 * for each of which it copies all of the comment before.
 */
static void
opml_check_tags(struct opml_reader *reader, const char *text, size_t len)
{
	const char *p = text, *end = text + len, *next;

	for (p = memchr(p, '<', len); p && !reader->is_stopping; p = next) {
		next = memchr(p + 1, '<', (size_t)(end - p - 1));
		if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
			if (!opml_is_comment_fine(p, end))
				opml_stop(reader, opml_line_of(text, p),
				    "not well-formed: a comment that does not "
				    "end with its second pair of hyphens");
			continue;
		}
		if ((size_t)((next ? next : end) - p) <= OPML_TAG_MAX ||
		    (p + 1 < end && strchr("!?/", p[1])))
			continue;
		opml_stop(reader, opml_line_of(text, p),
		    "a tag with the text behind it is longer than %d bytes",
		    OPML_TAG_MAX);
	}
}

/* In pieces: between two of them libxml2 can be left alone with its errors. */
static void
opml_push(struct opml_reader *reader, const char *text, size_t len)
{
	size_t n;

	/* the verdict is ctxt->wellFormed: warnings return errors */
	for (; len > 0 && !reader->is_stopping; text += n, len -= n) {
		n = len < OPML_PIECE ? len : OPML_PIECE;
		(void)xmlParseChunk(reader->ctxt, text, (int)n, 0);
	}
	if (!reader->is_stopping)
		(void)xmlParseChunk(reader->ctxt, NULL, 0, 1);
	if (!reader->ctxt->wellFormed)
		opml_stop(reader, reader->line, "not well-formed");
}

static void
opml_parse(struct opml_reader *reader, const char *text, size_t len)
{
	xmlSAXHandler handler;

	if (!memchr(text, '<', len))
		opml_stop(reader, 0,
		    len ? "no OPML: there is no markup in it"
			: "the document is empty");
	opml_check_tags(reader, text, len);
	if (reader->is_stopping)
		return;
	memset(&handler, 0, sizeof(handler));
	handler.initialized = XML_SAX2_MAGIC;
	handler.internalSubset = opml_on_doctype;
	handler.startElementNs = opml_on_start;
	handler.endElementNs = opml_on_end;
	handler.characters = opml_on_text;
	handler.cdataBlock = opml_on_text;
	handler.ignorableWhitespace = opml_on_text;
	handler.comment = opml_on_comment;
	handler.serror = opml_on_error;
	reader->ctxt = xmlCreatePushParserCtxt(&handler, reader, NULL, 0, NULL);
	if (!reader->ctxt)
		abort(); /* only for want of memory */
	(void)xmlCtxtUseOptions(
	    reader->ctxt, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
	reader->line = 1;
	opml_push(reader, text, len);
	xmlFreeDoc(reader->ctxt->myDoc);
	xmlFreeParserCtxt(reader->ctxt);
}

/* A list that grew moves to the arena. */
static void
opml_seal(struct opml *opml)
{
	struct opml_feed *feeds = opml->feeds;

	opml->feeds =
	    arena_calloc(opml->arena, opml->count, sizeof(*opml->feeds));
	if (opml->count)
		memcpy(opml->feeds, feeds, opml->count * sizeof(*feeds));
	free(feeds);
}

struct opml *
opml_read(const char *bytes, size_t len, int *line_r, struct err *err)
{
	struct arena *arena = arena_new();
	struct opml *opml = arena_alloc(arena, sizeof(*opml));
	struct opml_reader reader = {
	    .opml = opml, .err = err, .line_r = line_r};
	const char *text;
	struct buf buf;

	*line_r = 0;
	opml->arena = arena;
	reader.urls = map_new();
	buf_init(&buf, OPML_BYTES_MAX);
	if (len > OPML_BYTES_MAX)
		opml_stop(&reader, 0, "larger than %d bytes", OPML_BYTES_MAX);
	else if (opml_decode(bytes, len, &buf, &text, &len, line_r, err) == -1)
		reader.is_stopping = true;
	else
		opml_parse(&reader, text, len);
	buf_clear(&buf);
	map_free(&reader.urls, NULL);
	opml_seal(opml);
	if (reader.is_stopping)
		opml_free(&opml);
	return opml;
}

void
opml_free(struct opml **opml)
{
	struct arena *arena;

	if (!*opml)
		return;
	/* the object itself is in it */
	arena = (*opml)->arena;
	*opml = NULL;
	arena_free(&arena);
}

bool
opml_is_meant(const char *path, const char *bytes, size_t len)
{
	static const char suffix[] = ".opml";
	size_t n = strlen(path);
	size_t i = 0;

	if (n >= sizeof(suffix) &&
	    strcasecmp(path + n - strlen(suffix), suffix) == 0)
		return true;
	/* UTF-16; nothing else of ours can begin like that */
	if (len >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 ||
			    memcmp(bytes, "\xfe\xff", 2) == 0))
		return true;
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		i = 3;
	while (i < len && memchr(" \t\r\n", bytes[i], 4))
		i++;
	return i < len && bytes[i] == '<';
}
