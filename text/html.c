/*
 * Markup to plain text, and plain text to clean text. All output passes
 * through struct plain, so it is always valid UTF-8 on one line, without
 * controls, and never longer than was asked.
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
#include <utf8proc.h>

#include "text/html.h"
#include "text/plain.h"

#define HTML_NAME_MAX 10	/* letters of the longest name in the table */
#define HTML_ENTITY_MAX 10	/* "thetasym" has eight */
/* Comparisons of attribute names libxml2 may do: it does them all to all. */
#define HTML_WORK_MAX 4000000

enum html_kind {
	HTML_UNKNOWN,
	HTML_INLINE,
	HTML_BLOCK,	/* separates words */
	HTML_HIDDEN,	/* its content is not shown */
};

struct html_element {
	char name[HTML_NAME_MAX + 1];
	unsigned char kind;
};

/* Sorted by name. */
static const struct html_element html_elements[] = {
    {"a", HTML_INLINE},
    {"abbr", HTML_INLINE},
    {"acronym", HTML_INLINE},
    {"address", HTML_BLOCK},
    {"applet", HTML_BLOCK},
    {"area", HTML_INLINE},
    {"article", HTML_BLOCK},
    {"aside", HTML_BLOCK},
    {"audio", HTML_HIDDEN},
    {"b", HTML_INLINE},
    {"base", HTML_INLINE},
    {"basefont", HTML_INLINE},
    {"bdi", HTML_INLINE},
    {"bdo", HTML_INLINE},
    {"big", HTML_INLINE},
    {"blink", HTML_INLINE},
    {"blockquote", HTML_BLOCK},
    {"body", HTML_BLOCK},
    {"br", HTML_BLOCK},
    {"button", HTML_BLOCK},
    {"canvas", HTML_BLOCK},
    {"caption", HTML_BLOCK},
    {"center", HTML_BLOCK},
    {"cite", HTML_INLINE},
    {"code", HTML_INLINE},
    {"col", HTML_BLOCK},
    {"colgroup", HTML_BLOCK},
    {"dd", HTML_BLOCK},
    {"del", HTML_INLINE},
    {"details", HTML_BLOCK},
    {"dfn", HTML_INLINE},
    {"dir", HTML_BLOCK},
    {"div", HTML_BLOCK},
    {"dl", HTML_BLOCK},
    {"dt", HTML_BLOCK},
    {"em", HTML_INLINE},
    {"embed", HTML_INLINE},
    {"fieldset", HTML_BLOCK},
    {"figcaption", HTML_BLOCK},
    {"figure", HTML_BLOCK},
    {"font", HTML_INLINE},
    {"footer", HTML_BLOCK},
    {"form", HTML_BLOCK},
    {"frame", HTML_BLOCK},
    {"frameset", HTML_BLOCK},
    {"h1", HTML_BLOCK},
    {"h2", HTML_BLOCK},
    {"h3", HTML_BLOCK},
    {"h4", HTML_BLOCK},
    {"h5", HTML_BLOCK},
    {"h6", HTML_BLOCK},
    {"head", HTML_HIDDEN},
    {"header", HTML_BLOCK},
    {"hr", HTML_BLOCK},
    {"html", HTML_BLOCK},
    {"i", HTML_INLINE},
    {"iframe", HTML_HIDDEN},
    {"img", HTML_INLINE},
    {"input", HTML_INLINE},
    {"ins", HTML_INLINE},
    {"kbd", HTML_INLINE},
    {"label", HTML_INLINE},
    {"legend", HTML_BLOCK},
    {"li", HTML_BLOCK},
    {"link", HTML_INLINE},
    {"main", HTML_BLOCK},
    {"map", HTML_INLINE},
    {"mark", HTML_INLINE},
    {"math", HTML_INLINE},
    {"menu", HTML_BLOCK},
    {"meta", HTML_INLINE},
    {"nav", HTML_BLOCK},
    {"noembed", HTML_HIDDEN},
    {"noframes", HTML_HIDDEN},
    {"noscript", HTML_BLOCK},
    {"object", HTML_BLOCK},
    {"ol", HTML_BLOCK},
    {"optgroup", HTML_BLOCK},
    {"option", HTML_BLOCK},
    {"p", HTML_BLOCK},
    {"param", HTML_INLINE},
    {"picture", HTML_INLINE},
    {"pre", HTML_BLOCK},
    {"q", HTML_INLINE},
    {"rp", HTML_INLINE},
    {"rt", HTML_INLINE},
    {"ruby", HTML_INLINE},
    {"s", HTML_INLINE},
    {"samp", HTML_INLINE},
    {"script", HTML_HIDDEN},
    {"section", HTML_BLOCK},
    {"select", HTML_BLOCK},
    {"small", HTML_INLINE},
    {"source", HTML_INLINE},
    {"span", HTML_INLINE},
    {"strike", HTML_INLINE},
    {"strong", HTML_INLINE},
    {"style", HTML_HIDDEN},
    {"sub", HTML_INLINE},
    {"summary", HTML_BLOCK},
    {"sup", HTML_INLINE},
    {"svg", HTML_HIDDEN},
    {"table", HTML_BLOCK},
    {"tbody", HTML_BLOCK},
    {"td", HTML_BLOCK},
    {"template", HTML_HIDDEN},
    {"textarea", HTML_BLOCK},
    {"tfoot", HTML_BLOCK},
    {"th", HTML_BLOCK},
    {"thead", HTML_BLOCK},
    {"time", HTML_INLINE},
    {"title", HTML_HIDDEN},
    {"tr", HTML_BLOCK},
    {"track", HTML_INLINE},
    {"tt", HTML_INLINE},
    {"u", HTML_INLINE},
    {"ul", HTML_BLOCK},
    {"var", HTML_INLINE},
    {"video", HTML_HIDDEN},
    {"wbr", HTML_INLINE},
    {"xmp", HTML_BLOCK},
};

#define HTML_ELEMENTS (sizeof(html_elements) / sizeof(html_elements[0]))

/*
 * The entities met most, before libxml2's table, which is searched from its
 * beginning.
 */
static const struct {
	const char *name;
	uint32_t code;
} html_common[] = {
    {"nbsp", 0xa0},
    {"amp", '&'},
    {"quot", '"'},
    {"lt", '<'},
    {"gt", '>'},
    {"apos", '\''},
    {"rsquo", 0x2019},
    {"lsquo", 0x2018},
    {"ldquo", 0x201c},
    {"rdquo", 0x201d},
    {"mdash", 0x2014},
    {"ndash", 0x2013},
    {"hellip", 0x2026},
};

/* What &#128; to &#159; mean in HTML: windows-1252. */
static const uint16_t html_c1[32] = {0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e,
    0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd,
    0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
    0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};

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

static enum html_kind
html_element_kind(const char *name, size_t len)
{
	char lower[HTML_NAME_MAX + 1];
	size_t low = 0, high = HTML_ELEMENTS, i, middle;

	if (len > HTML_NAME_MAX)
		return HTML_UNKNOWN;
	for (i = 0; i < len; i++)
		lower[i] = (char)(name[i] | 0x20);
	lower[len] = '\0';
	while (low < high) {
		int order;

		middle = (low + high) / 2;
		order = strcmp(lower, html_elements[middle].name);
		if (order == 0)
			return html_elements[middle].kind;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return HTML_UNKNOWN;
}

uint32_t
html_entity(const char *name, size_t len)
{
	const htmlEntityDesc *entity;
	char copy[HTML_ENTITY_MAX + 1];
	size_t i;

	if (len == 0 || len > HTML_ENTITY_MAX)
		return 0;
	memcpy(copy, name, len);
	copy[len] = '\0';
	for (i = 0; i < sizeof(html_common) / sizeof(html_common[0]); i++) {
		if (strcmp(copy, html_common[i].name) == 0)
			return html_common[i].code;
	}
	entity = htmlEntityLookup((const xmlChar *)copy);
	return entity ? entity->value : 0;
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
		else if (base == 16 && html_is_alpha(*p) &&
		    (*p | 0x20) <= 'f')
			digit = (uint32_t)((*p | 0x20) - 'a' + 10);
		else
			break;
		if (code <= 0x10ffff)
			code = code * base + digit;
	}
	if (p == from)
		return NULL;
	if (code >= 0x80 && code <= 0x9f)
		code = html_c1[code - 0x80];
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

/* "<!--...-->" and "<![CDATA[...]]>"; NULL for all else. */
static const char *
html_skip_declaration(struct plain *plain, const char *p, const char *end)
{
	const char *close;
	size_t len = (size_t)(end - p);

	if (len >= 4 && memcmp(p, "<!--", 4) == 0) {
		/* "<!-->" is a whole comment; let the parser have it */
		if (len > 4 && (p[4] == '>' || p[4] == '-'))
			return NULL;
		close = memmem(p + 4, len - 4, "-->", 3);
		return close ? close + 3 : NULL;
	}
	/* wrapped twice by its producer: the content is meant */
	if (len >= 9 && memcmp(p, "<![CDATA[", 9) == 0) {
		close = memmem(p + 9, len - 9, "]]>", 3);
		if (!close)
			return NULL;
		plain_add(plain, p + 9, close);
		return close + 3;
	}
	return NULL;
}

enum html_verdict {
	HTML_TAKEN,
	HTML_LITERAL,	/* the '<' is just a character */
	HTML_PARSER,	/* a case for libxml2 */
};

/* What stands at a '<'; *p_r moves behind it when it was taken. */
static enum html_verdict
html_scan_tag(struct plain *plain, const char **p_r, const char *end,
    bool is_title)
{
	const char *p = *p_r, *name = p + 1, *q;
	enum html_kind kind;

	if (name < end && *name == '/')
		name++;
	if (name == end || !html_is_alpha(*name)) {
		if (name == end || (*name != '!' && *name != '?' &&
		        name == p + 1))
			return HTML_LITERAL;
		q = html_skip_declaration(plain, p, end);
		if (!q)
			return is_title ? HTML_LITERAL : HTML_PARSER;
		*p_r = q;
		return HTML_TAKEN;
	}
	for (q = name; q < end && html_is_alnum(*q); q++)
		;
	kind = html_element_kind(name, (size_t)(q - name));
	if (kind == HTML_UNKNOWN && is_title)
		return HTML_LITERAL;
	if (kind == HTML_HIDDEN)
		return HTML_PARSER;
	q = html_skip_tag(q, end);
	if (!q)
		return HTML_PARSER;
	if (kind == HTML_BLOCK)
		plain_gap(plain);
	*p_r = q;
	return HTML_TAKEN;
}

/* 0, or -1 when libxml2 must read the text; what was added is void then. */
static int
html_scan(struct plain *plain, const char *p, const char *end, bool is_title)
{
	const char *q;
	uint32_t code;

	while (!plain->is_full) {
		p = plain_add_until_markup(plain, p, end);
		if (p == end)
			break;
		if (*p == '&') {
			q = html_reference(p + 1, end, &code);
			plain_char(plain, q ? code : '&');
			p = q ? q : p + 1;
			continue;
		}
		switch (html_scan_tag(plain, &p, end, is_title)) {
		case HTML_TAKEN:
			break;
		case HTML_LITERAL:
			plain_char(plain, '<');
			p++;
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
	int hidden;	/* elements around us whose content is not shown */
};

static void
html_on_start(void *data, const xmlChar *name, const xmlChar **attributes)
{
	struct html_reader *reader = data;
	enum html_kind kind = html_element_kind(
	    (const char *)name, strlen((const char *)name));

	(void)attributes;
	if (++reader->depth > HTML_DEPTH_MAX || reader->plain->is_full)
		xmlStopParser(reader->ctxt);
	if (kind == HTML_HIDDEN)
		reader->hidden++;
	else if (kind == HTML_BLOCK)
		plain_gap(reader->plain);
}

static void
html_on_end(void *data, const xmlChar *name)
{
	struct html_reader *reader = data;
	enum html_kind kind = html_element_kind(
	    (const char *)name, strlen((const char *)name));

	reader->depth--;
	if (kind == HTML_HIDDEN && reader->hidden > 0)
		reader->hidden--;
	else if (kind == HTML_BLOCK)
		plain_gap(reader->plain);
}

static void
html_on_text(void *data, const xmlChar *text, int len)
{
	struct html_reader *reader = data;

	if (!reader->hidden)
		plain_add(reader->plain, (const char *)text,
		    (const char *)text + len);
}

/*
 * How much of the text libxml2 may have: it compares each attribute of a tag
 * with all others of the tag, so a text of a few hundred kilobytes could keep
 * it busy for minutes. Everything that may separate attributes is counted.
 */
static size_t
html_affordable(const char *html, size_t len)
{
	const char *p = html, *end = html + len, *from;
	uint64_t work = 0, count;

	while ((p = memchr(p, '<', (size_t)(end - p)))) {
		from = p++;
		for (count = 0; p < end && *p != '>' && *p != '<'; p++)
			count += *p <= ' ' || *p == '/' || *p == '"' ||
			    *p == '\'';
		work += count * count;
		if (work > HTML_WORK_MAX)
			return (size_t)(from - html);
	}
	return len;
}

static void
html_parse(struct plain *plain, const char *html, size_t len)
{
	struct html_reader reader = {NULL, plain, 0, 0};
	htmlSAXHandler handler;

	if (len > HTML_PARSE_MAX)
		len = plain_border(html, HTML_PARSE_MAX);
	len = html_affordable(html, len);
	reader.ctxt = htmlCreateMemoryParserCtxt(html, (int)len);
	if (!reader.ctxt)
		return;	/* nothing to read */
	memset(&handler, 0, sizeof(handler));
	handler.startElement = html_on_start;
	handler.endElement = html_on_end;
	handler.characters = html_on_text;
	handler.ignorableWhitespace = html_on_text;
	*reader.ctxt->sax = handler;
	reader.ctxt->userData = &reader;
	htmlCtxtUseOptions(reader.ctxt, HTML_PARSE_IGNORE_ENC |
	        HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
	xmlSwitchEncoding(reader.ctxt, XML_CHAR_ENCODING_UTF8);
	htmlParseDocument(reader.ctxt);
	htmlFreeParserCtxt(reader.ctxt);
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

static int
html_convert(const char *html, size_t len, size_t max, struct buf *out,
    bool is_title)
{
	struct plain plain;

	plain_begin(&plain, out, len, max);
	if (html_scan(&plain, html, html + len, is_title) == -1) {
		plain_begin(&plain, out, len, max);
		html_parse_valid(&plain, html, len);
	}
	return plain_end(&plain);
}

int
html_to_text(const char *html, size_t len, size_t max, struct buf *out)
{
	return html_convert(html, len, max, out, false);
}

int
html_title_to_text(const char *html, size_t len, size_t max, struct buf *out)
{
	return html_convert(html, len, max, out, true);
}
