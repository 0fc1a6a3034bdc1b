/*
 * Markup to plain text, and plain text to clean text. All output passes
 * through struct plain, so it is always valid UTF-8, a paragraph a line and a
 * title one, without controls, and never longer than was asked.
 *
 * Markup is read by libxml2's HTML parser. But nine summaries in ten hold
 * nothing but complete tags and known entities, and the parser would cost more
 * than the whole feed does; html_scan() drops those tags by itself and gives
 * up, before it has decided anything, on all that an HTML parser would have to
 * interpret: scripts, comments left open, broken tags. Then libxml2 reads the
 * text from its beginning.
 */
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "text/html.h"
#include "text/html_private.h"
#include "text/html_read.h"
#include "text/plain.h"

#define HTML_CLOSED_MAX 4096 /* bytes of a title searched for an end tag */
#define HTML_CLOSED_LOOKS 32 /* such searches in one text */
#define HTML_ANNOTATION_MAX 1024 /* bytes; what is longer is text */
/*
 * Comparisons of attribute names libxml2 may do, for each byte: it does them
 * all to all.
 */
#define HTML_WORK_MAX 16
#define HTML_WORK_MIN 4096 /* for the shortest text */

static bool
html_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
html_is_alnum(char c)
{
	return html_is_alpha(c) || (c >= '0' && c <= '9');
}

/* "#8230;" or "#x2026;" behind the '&'. */
static const char *
html_numeric(const char *p, const char *end, uint32_t *code_r)
{
	uint32_t base = 10, code = 0, digit;
	const char *from;

	p++;
	if (p < end && (*p == 'x' || *p == 'X')) {
		base = 16;
		p++;
	}
	for (from = p; p < end; p++) {
		if (*p >= '0' && *p <= '9')
			digit = (uint32_t)(*p - '0');
		else if (base == 16 && html_is_alpha(*p) && (*p | 0x20) <= 'f')
			digit = (uint32_t)((*p | 0x20) - 'a' + 10);
		else
			break;
		if (code <= 0x10ffff)
			code = code * base + digit;
	}
	if (p == from)
		return NULL;
	*code_r = code;
	return p < end && *p == ';' ? p + 1 : p;
}

/*
 * The reference behind an '&'; NULL when it is none and the '&' stands for
 * itself. Without its ';' only a name that nothing continues is taken, as in
 * "AT&amp T"; "?a=1&copy=2" is no reference.
 */
static const char *
html_reference(const char *p, const char *end, uint32_t *code_r)
{
	const char *from = p;

	if (p < end && *p == '#')
		return html_numeric(p, end, code_r);
	while (p < end && p - from <= HTML_ENTITY_MAX && html_is_alnum(*p))
		p++;
	*code_r = html_entity(from, (size_t)(p - from));
	if (*code_r == 0)
		return NULL;
	if (p < end && *p == ';')
		return p + 1;
	if (p < end && *p == '=')
		return NULL;
	return *code_r <= 0xff ? p : NULL;
}

/*
 * From behind a tag's name to behind its '>'. NULL when the tag is not
 * complete, or quotes stand where only a parser knows what they mean.
 */
static const char *
html_skip_tag(const char *p, const char *end)
{
	for (; p < end; p++) {
		switch (*p) {
		case '>':
			return p + 1;
		case '<':
			return NULL;
		case '"':
		case '\'':
			if (p[-1] != '=')
				return NULL;
			p = memchr(p + 1, *p, (size_t)(end - p - 1));
			if (!p)
				return NULL;
			break;
		}
	}
	return NULL;
}

enum html_verdict {
	HTML_TAKEN,
	HTML_LITERAL, /* the '<' is just a character */
	HTML_PARSER, /* a case for libxml2 */
};

struct html_scan {
	struct plain *plain;
	const char *p;
	const char *end;
	bool is_title;
	/* what was looked for in vain is not looked for again */
	bool has_no_comment_end;
	bool has_no_section_end;
	const char *close; /* the first '>' behind what was looked at, or end */
	unsigned looks; /* for end tags */
};

/* Behind the mark, from p on; NULL if there is none, which is remembered. */
static const char *
html_scan_past(
    struct html_scan *scan, const char *p, const char *mark, bool *has_none)
{
	const char *found = NULL;

	if (!*has_none && p < scan->end)
		found = memmem(p, (size_t)(scan->end - p), mark, 3);
	*has_none = !found;
	return found ? found + 3 : NULL;
}

/* Behind the next '>' from p on, or NULL; each byte is looked at once. */
static const char *
html_scan_close(struct html_scan *scan, const char *p)
{
	if (!scan->close || scan->close < p) {
		scan->close = memchr(p, '>', (size_t)(scan->end - p));
		if (!scan->close)
			scan->close = scan->end;
	}
	return scan->close < scan->end ? scan->close + 1 : NULL;
}

/*
 * "<!--...-->", "<![CDATA[...]]>", and what HTML calls bogus comments:
 * "<!...>",
 * "<?...>" and "</...>" with no name.
 */
static enum html_verdict
html_scan_declaration(struct html_scan *scan)
{
	const char *p = scan->p, *close;
	size_t len = (size_t)(scan->end - p);

	if (len >= 4 && memcmp(p, "<!--", 4) == 0) {
		/* "<!-->" is a whole comment; let the parser have it */
		close = len > 4 && (p[4] == '>' || p[4] == '-')
			    ? NULL
			    : html_scan_past(scan, p + 4, "-->",
				  &scan->has_no_comment_end);
	} else if (len >= 9 && memcmp(p, "<![CDATA[", 9) == 0) {
		/* wrapped twice by its producer: the content is meant */
		close = html_scan_past(
		    scan, p + 9, "]]>", &scan->has_no_section_end);
		if (close)
			plain_add(scan->plain, p + 9, close - 3);
	} else {
		close = html_scan_close(scan, p);
	}
	if (!close)
		return scan->is_title ? HTML_LITERAL : HTML_PARSER;
	scan->p = close;
	return HTML_TAKEN;
}

/* Whether the end tag of an element follows: "the <video> tag" has none. */
static bool
html_scan_is_closed(
    struct html_scan *scan, const char *name, const char *behind)
{
	size_t len = (size_t)(behind - name);
	const char *p = behind, *end = scan->end;

	if (++scan->looks > HTML_CLOSED_LOOKS)
		return false;
	if (end - p > HTML_CLOSED_MAX)
		end = p + HTML_CLOSED_MAX;
	while ((p = memmem(p, (size_t)(end - p), "</", 2))) {
		p += 2;
		if ((size_t)(end - p) >= len && strncasecmp(p, name, len) == 0)
			return true;
	}
	return false;
}

/* Whether an annotation ends at a tag of that kind: its end may be left out. */
static bool
html_ends_annotation(enum html_kind kind)
{
	return kind == HTML_RUBY || kind == HTML_ANNOTATION ||
	       kind == HTML_BLOCK || kind == HTML_LINE;
}

/* The white space that a tag of that kind is. */
static void
html_gap(struct plain *plain, enum html_kind kind)
{
	if (kind == HTML_BLOCK)
		plain_gap(plain, PLAIN_PARAGRAPH);
	else if (kind == HTML_PAIRED)
		plain_gap(plain, PLAIN_BLANK);
	else if (kind == HTML_LINE)
		plain_gap(plain, PLAIN_LINE);
}

/*
 * The tag where the annotation that begins at p ends; NULL if there is none
 * near. Then it holds no other annotation either: each byte is looked at once.
 */
static const char *
html_scan_annotation(const struct html_scan *scan, const char *p)
{
	const char *end = scan->end, *name, *tag;

	if (end - p > HTML_ANNOTATION_MAX)
		end = p + HTML_ANNOTATION_MAX;
	while ((tag = memchr(p, '<', (size_t)(end - p)))) {
		name = tag + 1;
		if (name < end && *name == '/')
			name++;
		for (p = name; p < end && html_is_alnum(*p); p++)
			;
		if (html_ends_annotation(
			html_element_kind(name, (size_t)(p - name))))
			return tag;
	}
	return NULL;
}

/* What stands at a '<'; moves behind it when it was taken. */
static enum html_verdict
html_scan_tag(struct html_scan *scan)
{
	const char *p = scan->p, *end = scan->end, *name = p + 1, *q, *next;
	enum html_kind kind;
	bool is_start;

	if (name < end && *name == '/')
		name++;
	if (name == end || !html_is_alpha(*name)) {
		if (name == end ||
		    (*name != '!' && *name != '?' && name == p + 1))
			return HTML_LITERAL;
		return html_scan_declaration(scan);
	}
	for (q = name; q < end && html_is_alnum(*q); q++)
		;
	kind = html_element_kind(name, (size_t)(q - name));
	is_start = name == p + 1;
	if (scan->is_title &&
	    (kind == HTML_UNKNOWN || (kind >= HTML_PAIRED && is_start &&
					 !html_scan_is_closed(scan, name, q))))
		return HTML_LITERAL;
	if (kind == HTML_HIDDEN)
		return HTML_PARSER;
	q = html_skip_tag(q, end);
	/* in a title, what is never closed is no tag */
	if (!q && scan->is_title && !html_scan_close(scan, p))
		return HTML_LITERAL;
	if (!q)
		return HTML_PARSER;
	/* XHTML ends its <br> */
	html_gap(
	    scan->plain, kind == HTML_LINE && !is_start ? HTML_PAIRED : kind);
	next = kind == HTML_ANNOTATION && is_start
		   ? html_scan_annotation(scan, q)
		   : NULL;
	scan->p = next ? next : q;
	return HTML_TAKEN;
}

/* 0, or -1 when libxml2 must read the text; what was added is void then. */
static int
html_scan(struct html_scan *scan)
{
	const char *q;
	uint32_t code;

	while (!scan->plain->is_full) {
		scan->p =
		    plain_add_until_markup(scan->plain, scan->p, scan->end);
		if (scan->p == scan->end)
			break;
		if (*scan->p == '&') {
			q = html_reference(scan->p + 1, scan->end, &code);
			plain_char(scan->plain, q ? code : '&');
			scan->p = q ? q : scan->p + 1;
			continue;
		}
		switch (html_scan_tag(scan)) {
		case HTML_TAKEN:
			break;
		case HTML_LITERAL:
			plain_char(scan->plain, '<');
			scan->p++;
			break;
		case HTML_PARSER:
			return -1;
		}
	}
	return 0;
}

struct html_reader {
	htmlParserCtxtPtr ctxt;
	struct plain *plain;
	int depth;
	int hidden; /* elements around us whose content is not shown */
	int annotation; /* bytes of one that may be left out yet */
};

static void
html_on_tag(struct html_reader *reader, enum html_kind kind)
{
	if (html_ends_annotation(kind))
		reader->annotation = 0;
	if (kind != HTML_LINE)
		html_gap(reader->plain, kind);
}

static void
html_on_start(void *data, const xmlChar *name, const xmlChar **attributes)
{
	struct html_reader *reader = data;
	enum html_kind kind =
	    html_element_kind((const char *)name, strlen((const char *)name));

	(void)attributes;
	html_on_tag(reader, kind);
	/* an end is told of <br> too, and is none more */
	if (kind == HTML_LINE)
		html_gap(reader->plain, kind);
	if (kind == HTML_ANNOTATION)
		reader->annotation = HTML_ANNOTATION_MAX;
	if (++reader->depth > HTML_DEPTH_MAX || reader->plain->is_full)
		xmlStopParser(reader->ctxt);
	if (kind == HTML_HIDDEN)
		reader->hidden++;
}

static void
html_on_end(void *data, const xmlChar *name)
{
	struct html_reader *reader = data;
	enum html_kind kind =
	    html_element_kind((const char *)name, strlen((const char *)name));

	html_on_tag(reader, kind);
	reader->depth--;
	if (kind == HTML_HIDDEN && reader->hidden > 0)
		reader->hidden--;
}

static void
html_on_text(void *data, const xmlChar *text, int len)
{
	struct html_reader *reader = data;

	reader->annotation -=
	    len < reader->annotation ? len : reader->annotation;
	if (!reader->hidden && !reader->annotation)
		plain_add(reader->plain, (const char *)text,
		    (const char *)text + len);
}

/*
 * How much of the text libxml2 may have: it compares each attribute of a tag
 * with all others of the tag, so a text of a few hundred kilobytes could keep
 * it busy for minutes. Everything that may separate attributes is counted.
 */
size_t
html_affordable(const char *html, size_t len)
{
	const char *p = html, *end = html + len, *from;
	uint64_t work = 0, max = HTML_WORK_MIN + (uint64_t)len * HTML_WORK_MAX;
	uint64_t count;

	while ((p = memchr(p, '<', (size_t)(end - p)))) {
		from = p++;
		for (count = 0; p < end && *p != '>' && *p != '<'; p++)
			count +=
			    *p <= ' ' || *p == '/' || *p == '"' || *p == '\'';
		work += count * count;
		if (work > max)
			return (size_t)(from - html);
	}
	return len;
}

/* The part that is parsed; it does not end within a tag. */
static size_t
html_parsed_len(const char *html, size_t len)
{
	const char *last;

	if (len > HTML_PARSE_MAX) {
		len = plain_border(html, HTML_PARSE_MAX);
		last = memrchr(html, '<', len);
		if (last && !memchr(last, '>', (size_t)(html + len - last)))
			len = (size_t)(last - html);
	}
	return len;
}

void
html_read(const char *html, size_t len, const struct html_events *events,
    void *data, htmlParserCtxtPtr *ctxt_r)
{
	htmlParserCtxtPtr ctxt;
	htmlSAXHandler handler;

	len = html_affordable(html, len);
	*ctxt_r = ctxt = htmlCreateMemoryParserCtxt(html, (int)len);
	if (!ctxt)
		return; /* nothing to read */
	memset(&handler, 0, sizeof(handler));
	handler.startElement = events->start;
	handler.endElement = events->end;
	handler.characters = events->text;
	handler.ignorableWhitespace = events->text;
	*ctxt->sax = handler;
	ctxt->userData = data;
	/* without RECOVER any end tag in a script's string ends the script */
	(void)htmlCtxtUseOptions(ctxt,
	    HTML_PARSE_RECOVER | HTML_PARSE_IGNORE_ENC | HTML_PARSE_NOERROR |
		HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
	(void)xmlSwitchEncoding(ctxt, XML_CHAR_ENCODING_UTF8);
	(void)htmlParseDocument(ctxt);
	htmlFreeParserCtxt(ctxt);
	*ctxt_r = NULL;
}

static void
html_parse(struct plain *plain, const char *html, size_t len)
{
	static const struct html_events events = {
	    html_on_start, html_on_end, html_on_text};
	struct html_reader reader = {.plain = plain};

	html_read(
	    html, html_parsed_len(html, len), &events, &reader, &reader.ctxt);
}

/* Bytes that are not UTF-8 would make libxml2 guess an encoding. */
static void
html_parse_valid(struct plain *plain, const char *html, size_t len)
{
	struct buf valid;

	if (plain_is_utf8(html, len)) {
		html_parse(plain, html, len);
		return;
	}
	buf_init(&valid, 0);
	plain_repair_utf8(html, len, &valid);
	html_parse(plain, buf_str(&valid), valid.len);
	buf_clear(&valid);
}

/* How a text is read: its kind, and what its newlines are. */
struct html_form {
	bool is_title;
	enum plain_newline newline;
};

static void
html_begin(struct plain *plain, struct buf *out, size_t len, size_t max,
    const struct html_form *form)
{
	plain_begin(plain, out, len, max);
	if (!form->is_title)
		plain_keep_paragraphs(plain, form->newline);
}

static int
html_convert(const char *html, size_t len, size_t max, struct buf *out,
    const struct html_form *form)
{
	struct plain plain;
	struct html_scan scan = {.plain = &plain,
	    .p = html,
	    .end = html + len,
	    .is_title = form->is_title};

	html_begin(&plain, out, len, max, form);
	if (html_scan(&scan) == -1) {
		html_begin(&plain, out, len, max, form);
		html_parse_valid(&plain, html, len);
	}
	return plain_end(&plain);
}

/* "&amp;" in text that has been decoded. */
static bool
html_has_reference(const char *text, size_t len)
{
	const char *p = text, *end = text + len, *behind;
	uint32_t code;

	while ((p = memchr(p, '&', (size_t)(end - p)))) {
		behind = html_reference(++p, end, &code);
		if (behind && behind[-1] == ';')
			return true;
	}
	return false;
}

/* "</p>" in text that has been decoded. */
static bool
html_has_end_tag(const char *text, size_t len)
{
	const char *p = text, *end = text + len, *name;

	while ((p = memmem(p, (size_t)(end - p), "</", 2))) {
		for (name = p += 2; p < end && html_is_alnum(*p); p++)
			;
		if (p < end && *p == '>' &&
		    html_element_kind(name, (size_t)(p - name)) != HTML_UNKNOWN)
			return true;
	}
	return false;
}

/*
 * Some producers escape what is escaped already. It is certain where
 * references are left in what was decoded, or whole elements in what held no
 * markup at all.
 */
static int
html_convert_twice(
    const char *html, size_t len, size_t max, struct buf *out, bool is_title)
{
	bool has_tags = memchr(html, '<', len) != NULL;
	struct html_form form = {
	    is_title, has_tags ? PLAIN_NEWLINE_BLANK : PLAIN_NEWLINE_LINE};
	size_t from = out->len, made;
	struct buf once;
	int rc = html_convert(html, len, max, out, &form);

	made = out->len - from;
	if (made == 0 || !memchr(html, '&', len) ||
	    (!html_has_reference(out->data + from, made) &&
		(has_tags || !html_has_end_tag(out->data + from, made))))
		return rc;
	buf_init(&once, 0);
	(void)buf_add(&once, out->data + from, made);
	out->len = from;
	/* the newlines are ours, unless it was markup that had them */
	form.newline = !has_tags && memchr(once.data, '<', once.len)
			   ? PLAIN_NEWLINE_BLANK
			   : PLAIN_NEWLINE_PARAGRAPH;
	rc = html_convert(once.data, once.len, max, out, &form);
	buf_clear(&once);
	return rc;
}

int
html_markup_to_text(const char *html, size_t len, size_t max, struct buf *out)
{
	const struct html_form form = {false, PLAIN_NEWLINE_BLANK};

	return html_convert(html, len, max, out, &form);
}

int
html_to_text(const char *html, size_t len, size_t max, struct buf *out)
{
	return html_convert_twice(html, len, max, out, false);
}

int
html_title_to_text(const char *html, size_t len, size_t max, struct buf *out)
{
	return html_convert_twice(html, len, max, out, true);
}
