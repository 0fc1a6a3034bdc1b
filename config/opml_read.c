/*
 * OPML through libxml2's SAX interface, outline by outline. No tree is built,
 * nothing is loaded and nothing expanded but XML's own five entities; a
 * document type declaration ends the reading. What outlines say is read in
 * opml_outline.c.
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
#include "text/plain.h"

#define OPML_NAME_SHOWN_MAX 60
#define OPML_COMPLAINT_MAX 255
#define OPML_PIECE 8192 /* bytes that libxml2 gets at a time */

struct opml_reader {
	struct opml_outlines list;
	xmlParserCtxtPtr ctxt;
	struct err *err;
	int *line_r;
	bool is_stopping;
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

/* --- libxml2's events --- */

static void
opml_check_root(struct opml_reader *reader, const char *name)
{
	if (strcasecmp(name, "opml") == 0)
		return;
	opml_stop(reader, reader->list.line,
	    "no OPML: its first element is <%.*s>; expected <opml>",
	    (int)plain_border_within(name, strlen(name), OPML_NAME_SHOWN_MAX),
	    name);
}

/* What libxml2 does with more than that takes for ever. */
static void
opml_check_bounds(struct opml_reader *reader, int attributes)
{
	if (reader->list.depth == OPML_DEPTH_MAX)
		opml_stop(reader, reader->list.line,
		    "elements are more than %d deep in each other",
		    OPML_DEPTH_MAX);
	else if (attributes > OPML_ATTRIBUTES_MAX)
		opml_stop(reader, reader->list.line,
		    "more than %d attributes of one element",
		    OPML_ATTRIBUTES_MAX);
	else if (reader->ctxt->nsNr > 2 * OPML_NAMESPACES_MAX)
		opml_stop(reader, reader->list.line, "more than %d namespaces",
		    OPML_NAMESPACES_MAX);
	else if (xmlDictSize(reader->ctxt->dict) > OPML_NAMES_MAX)
		opml_stop(reader, reader->list.line,
		    "more than %d different names", OPML_NAMES_MAX);
}

static void
opml_open(struct opml_reader *reader, const char *name,
    const xmlChar **attributes, int count)
{
	struct opml_outlines *list = &reader->list;

	list->folders[list->depth] = NULL;
	if (strcasecmp(name, "outline") == 0 &&
	    opml_outline_begin(list, attributes, count) == -1)
		opml_stop(reader, list->line, "more than %d outlines",
		    OPML_OUTLINES_MAX);
	list->depth++;
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
	if (reader->list.depth == 0) {
		reader->list.line = xmlSAX2GetLineNumber(reader->ctxt);
		opml_check_root(reader, (const char *)name);
	}
	opml_check_bounds(reader, attribute_count + namespace_count);
	if (!reader->is_stopping) {
		opml_open(
		    reader, (const char *)name, attributes, attribute_count);
	}
	reader->list.line = xmlSAX2GetLineNumber(reader->ctxt);
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
	if (reader->list.depth == reader->list.comment)
		reader->list.comment = 0;
	if (reader->list.depth > 0)
		reader->list.depth--;
	reader->list.line = xmlSAX2GetLineNumber(reader->ctxt);
}

static void
opml_on_text(void *data, const xmlChar *text, int len)
{
	struct opml_reader *reader = data;

	(void)text;
	(void)len;
	reader->list.line = xmlSAX2GetLineNumber(reader->ctxt);
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
		opml_stop(reader, reader->list.line, "not well-formed");
}

static void
opml_parse(struct opml_reader *reader, const char *text, size_t len)
{
	xmlSAXHandler handler;

	if (!memchr(text, '<', len))
		opml_stop(reader, 1,
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
	reader->list.line = 1;
	opml_push(reader, text, len);
	xmlFreeDoc(reader->ctxt->myDoc);
	xmlFreeParserCtxt(reader->ctxt);
}

struct opml *
opml_read(const char *bytes, size_t len, int *line_r, struct err *err)
{
	struct arena *arena = arena_new();
	struct opml *opml = arena_alloc(arena, sizeof(*opml));
	struct opml_reader reader = {.err = err, .line_r = line_r};
	const char *text;
	struct buf buf;

	*line_r = 0;
	opml->arena = arena;
	opml_outlines_init(&reader.list, opml);
	buf_init(&buf, OPML_BYTES_MAX);
	if (len > OPML_BYTES_MAX)
		opml_stop(&reader, 0, "larger than %d bytes", OPML_BYTES_MAX);
	else if (opml_decode(bytes, len, &buf, &text, &len, line_r, err) == -1)
		reader.is_stopping = true;
	else
		opml_parse(&reader, text, len);
	buf_clear(&buf);
	opml_outlines_seal(&reader.list);
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
