/*
 * A broken document made readable. libxml2 goes on after an error, but not in
 * a way that is of use: it drops the text of a reference it does not know, and
 * an end tag that matches nothing closes whatever is open, so that one <br> in
 * a summary swallows all entries behind it. So a document that failed is
 * rewritten first, in one pass and with bounded memory: what is not legal is
 * escaped or dropped, end tags close what they name or nothing, and what is
 * open at the end is closed. Comments, processing instructions and the DTD are
 * left out; none of them carries news.
 *
 * Only ASCII is looked at; the text is UTF-8 already.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "feeds/parse_private.h"
#include "text/html.h"
#include "text/plain.h"

#define PARSE_REFERENCE_MAX 12 /* bytes between '&' and ';' */
#define PARSE_ATTRIBUTES_MAX 64 /* kept of one tag */
/* Elements kept open: less than libxml2's bound. */
#define PARSE_OPEN_MAX (PARSE_DEPTH_MAX - 8)
#define PARSE_GROWTH 2 /* of the document, by escapes */
#define PARSE_GROWTH_MIN (64 * 1024)

enum parse_text {
	TEXT_CONTENT, /* references are references */
	TEXT_VALUE, /* of an attribute: a quote is escaped too */
	TEXT_LITERAL, /* every character stands for itself */
};

struct parse_open {
	const char *name; /* in the input */
	size_t len;
};

struct parse_repairer {
	const char *p;
	const char *end;
	struct buf *out;
	size_t max;
	size_t run; /* bytes of text since the last tag */
	struct parse_open open[PARSE_OPEN_MAX];
	size_t depth;
	bool is_done; /* the root was closed */
	bool has_doctype; /* one was met */
};

static bool
parse_repair_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Of a name; no vocabulary of ours has others. */
static bool
parse_repair_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
parse_repair_is_name(char c)
{
	return parse_repair_is_letter(c) || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == ':';
}

static void
parse_repair_add(struct parse_repairer *r, const char *text, size_t len)
{
	(void)buf_add(r->out, text, len);
}

static void
parse_repair_str(struct parse_repairer *r, const char *text)
{
	(void)buf_addstr(r->out, text);
}

/* Bytes of the reference behind '&' that may stay; 0 when it must not. */
static size_t
parse_repair_reference(const char *p, const char *end)
{
	const char *from = p;
	uint32_t code;
	size_t len = parse_reference(p, end, &code);

	if (len > 0)
		return len;
	while (p < end && p - from < PARSE_REFERENCE_MAX &&
	       parse_repair_is_name(*p))
		p++;
	if (p == end || *p != ';' || html_entity(from, (size_t)(p - from)) == 0)
		return 0;
	return (size_t)(p + 1 - from);
}

/* Bytes of a character that XML does not allow, or 0. */
static size_t
parse_repair_illegal(const char *p, const char *end)
{
	unsigned char c = (unsigned char)*p;

	if (c < 0x20)
		return c != '\t' && c != '\n' && c != '\r';
	return c == 0xef && end - p >= 3 && (unsigned char)p[1] == 0xbf &&
		       (unsigned char)p[2] >= 0xbe
		   ? 3
		   : 0;
}

/* The reference at p, or the escape of an '&' alone; returns what was used. */
static size_t
parse_repair_ampersand(struct parse_repairer *r, const char *p, const char *end)
{
	size_t len = parse_repair_reference(p + 1, end);

	/* one of a control character says nothing: it goes */
	if (len == 0 && end - p > 2 && p[1] == '#') {
		const char *q = p + 2 + (p[2] == 'x');

		while (q < end && q - p < PARSE_REFERENCE_MAX &&
		       parse_repair_is_name(*q))
			q++;
		if (q < end && *q == ';' && q > p + 2)
			return (size_t)(q + 1 - p);
	}
	if (len == 0)
		parse_repair_str(r, "&amp;");
	else
		parse_repair_add(r, p, len + 1);
	return len + 1;
}

/* One character that cannot stay as it is; returns behind it. */
static const char *
parse_repair_char(struct parse_repairer *r, const char *p, const char *end,
    enum parse_text kind)
{
	switch (*p) {
	case '&':
		if (kind != TEXT_LITERAL)
			return p + parse_repair_ampersand(r, p, end);
		parse_repair_str(r, "&amp;");
		return p + 1;
	case '<':
		parse_repair_str(r, "&lt;");
		return p + 1;
	case '>':
		parse_repair_str(r, "&gt;");
		return p + 1;
	case '"':
		parse_repair_str(r, "&quot;");
		return p + 1;
	default:
		return p + parse_repair_illegal(p, end);
	}
}

static void
parse_repair_text(struct parse_repairer *r, const char *p, const char *end,
    enum parse_text kind)
{
	const char *from = p;

	while (p < end && r->out->len < r->max) {
		if (((unsigned char)*p > '>' && (unsigned char)*p != 0xef) ||
		    (*p != '&' && *p != '<' && *p != '>' &&
			!(kind == TEXT_VALUE && *p == '"') &&
			parse_repair_illegal(p, end) == 0)) {
			p++;
			continue;
		}
		parse_repair_add(r, from, (size_t)(p - from));
		from = p = parse_repair_char(r, p, end, kind);
	}
	parse_repair_add(r, from, (size_t)(p - from));
}

/* A long text is cut: nobody looks at the rest of it. */
static void
parse_repair_run(struct parse_repairer *r, const char *p, const char *end,
    enum parse_text kind)
{
	size_t room = PARSE_RAW_MAX - r->run;

	if ((size_t)(end - p) > room)
		end = p + plain_border(p, room);
	r->run += (size_t)(end - p);
	if (r->depth > 0)
		parse_repair_text(r, p, end, kind);
}

/* Closes elements until `depth` are open. */
static void
parse_repair_close(struct parse_repairer *r, size_t depth)
{
	while (r->depth > depth) {
		struct parse_open *open = &r->open[--r->depth];

		parse_repair_str(r, "</");
		parse_repair_add(r, open->name, open->len);
		parse_repair_str(r, ">");
	}
	if (r->depth == 0)
		r->is_done = true;
}

/* The depth outside the innermost open element of that name, or SIZE_MAX. */
static size_t
parse_repair_find(const struct parse_repairer *r, const char *name, size_t len)
{
	size_t i;

	for (i = r->depth; i > 0; i--) {
		if (r->open[i - 1].len == len &&
		    strncasecmp(r->open[i - 1].name, name, len) == 0)
			return i - 1;
	}
	return SIZE_MAX;
}

/*
 * From behind '<' to the '>' of the tag, quotes respected, or to the '<' of the
 * next one if that comes first; NULL without either.
 */
static const char *
parse_repair_tag_end(const char *p, const char *end)
{
	const char *limit = end - p > PARSE_TAG_MAX ? p + PARSE_TAG_MAX : end;
	const char *from = p, *close;

	for (; p < limit; p++) {
		if (*p == '>' || *p == '<')
			return p;
		if ((*p != '"' && *p != '\'') || p == from)
			continue;
		close = memchr(p + 1, *p, (size_t)(limit - p - 1));
		if (!close)
			break;
		p = close;
	}
	/* quotes that do not match: the first '>' will do */
	return memchr(from, '>', (size_t)(end - from));
}

/* One name="value" or name=value; returns what comes behind it. */
static const char *
parse_repair_attribute(
    struct parse_repairer *r, const char *p, const char *end, size_t *count)
{
	const char *name = p, *value, *name_end;
	char quote;

	while (p < end && parse_repair_is_name(*p))
		p++;
	name_end = p;
	while (p < end && parse_repair_is_blank(*p))
		p++;
	if (name_end == name)
		return p + (p == name);
	if (p == end || *p != '=')
		return p;
	for (p++; p < end && parse_repair_is_blank(*p); p++)
		;
	quote = p < end && (*p == '"' || *p == '\'') ? *p++ : '\0';
	value = p;
	while (p < end && (quote ? *p != quote : !parse_repair_is_blank(*p)))
		p++;
	if (*count < PARSE_ATTRIBUTES_MAX && parse_repair_is_letter(*name)) {
		++*count;
		parse_repair_str(r, " ");
		parse_repair_add(r, name, (size_t)(name_end - name));
		parse_repair_str(r, "=\"");
		parse_repair_text(r, value, p, TEXT_VALUE);
		parse_repair_str(r, "\"");
	}
	return p < end && quote ? p + 1 : p;
}

/*
 * Entries do not contain entries: when one begins within another, an end tag
 * was lost.
 */
static void
parse_repair_entry(struct parse_repairer *r, const char *name, size_t len)
{
	size_t depth;

	if ((len == 4 && memcmp(name, "item", 4) == 0) ||
	    (len == 5 && memcmp(name, "entry", 5) == 0)) {
		depth = parse_repair_find(r, name, len);
		if (depth != SIZE_MAX && depth > 0)
			parse_repair_close(r, depth);
	}
}

/* `name` is where the tag's name begins, `close` its '>'. */
static void
parse_repair_start(
    struct parse_repairer *r, const char *name, const char *close)
{
	const char *p = name, *end = close;
	bool is_empty = end > name && end[-1] == '/';
	size_t len, count = 0;

	while (p < end && parse_repair_is_name(*p))
		p++;
	len = (size_t)(p - name);
	parse_repair_entry(r, name, len);
	if (r->depth == PARSE_OPEN_MAX)
		return;
	parse_repair_str(r, "<");
	parse_repair_add(r, name, len);
	if (close - name <= PARSE_TAG_MAX) {
		end -= is_empty;
		while (p < end)
			p = parse_repair_attribute(r, p, end, &count);
	}
	parse_repair_str(r, is_empty ? "/>" : ">");
	if (!is_empty)
		r->open[r->depth++] = (struct parse_open){name, len};
	else if (r->depth == 0)
		r->is_done = true;
}

static void
parse_repair_end(struct parse_repairer *r, const char *name, const char *close)
{
	const char *p = name;
	size_t depth;

	while (p < close && parse_repair_is_name(*p))
		p++;
	depth = parse_repair_find(r, name, (size_t)(p - name));
	if (depth != SIZE_MAX)
		parse_repair_close(r, depth);
}

/* Behind the text that ends a construct, or the document's end. */
static const char *
parse_repair_past(
    const struct parse_repairer *r, const char *p, const char *mark)
{
	size_t len = strlen(mark);
	const char *found = memmem(p, (size_t)(r->end - p), mark, len);

	return found ? found + len : r->end;
}

/*
 * Behind <!DOCTYPE ...>, whose internal subset holds '>' of its own. Where its
 * quotes do not match, the first "]" will do. A document has one: of others
 * none is looked at to its end, which may be that of the document each time.
 */
static const char *
parse_repair_doctype(struct parse_repairer *r, const char *p)
{
	const char *close, *open;

	if (r->has_doctype)
		return parse_repair_past(r, p, ">");
	r->has_doctype = true;
	close = parse_push_doctype(p, r->end);
	if (close)
		return close;
	close = parse_repair_past(r, p, ">");
	open = memchr(p, '[', (size_t)(close - p));
	if (!open)
		return close;
	p = parse_repair_past(r, open, "]");
	return p < r->end ? parse_repair_past(r, p, ">") : close;
}

/* The same as text, so that what libxml2 sees has no sections. */
static const char *
parse_repair_cdata(struct parse_repairer *r, const char *p)
{
	const char *end = parse_repair_past(r, p, "]]>"), *stop = end;

	if (end - p >= 3 && memcmp(end - 3, "]]>", 3) == 0)
		stop = end - 3;
	parse_repair_run(r, p, stop, TEXT_LITERAL);
	return end;
}

/* "<!..." and "<?...": returns behind it, or NULL when it is just text. */
static const char *
parse_repair_other(struct parse_repairer *r, const char *p)
{
	size_t len = (size_t)(r->end - p);

	if (len >= 4 && memcmp(p, "<!--", 4) == 0)
		return parse_repair_past(r, p + 4, "-->");
	if (len >= 9 && memcmp(p, "<![CDATA[", 9) == 0)
		return parse_repair_cdata(r, p + 9);
	if (len >= 2 && p[1] == '?')
		return parse_repair_past(r, p + 2, "?>");
	if (len >= 9 && strncasecmp(p, "<!DOCTYPE", 9) == 0)
		return parse_repair_doctype(r, p + 9);
	return NULL;
}

/* What stands at a '<'; returns behind it. */
static const char *
parse_repair_tag(struct parse_repairer *r, const char *p)
{
	const char *name = p + 1, *close, *other;

	if (name < r->end && (*name == '!' || *name == '?')) {
		other = parse_repair_other(r, p);
		if (other)
			return other;
	}
	if (name < r->end && *name == '/')
		name++;
	if (name < r->end && parse_repair_is_letter(*name)) {
		close = parse_repair_tag_end(name, r->end);
		/* cut off within a tag: there is no more */
		if (!close)
			return r->end;
		r->run = 0;
		if (name == p + 1)
			parse_repair_start(r, name, close);
		else
			parse_repair_end(r, name, close);
		return *close == '>' ? close + 1 : close;
	}
	if (r->depth > 0)
		parse_repair_str(r, "&lt;");
	return p + 1;
}

int
parse_repair(const char *text, size_t len, struct buf *out)
{
	struct parse_repairer *r = xcalloc(1, sizeof(*r));
	const char *tag;
	int rc;

	r->p = text;
	r->end = text + len;
	r->out = out;
	r->max = out->len + len * PARSE_GROWTH + PARSE_GROWTH_MIN;
	while (r->p < r->end && !r->is_done && out->len < r->max) {
		tag = memchr(r->p, '<', (size_t)(r->end - r->p));
		if (!tag)
			tag = r->end;
		parse_repair_run(r, r->p, tag, TEXT_CONTENT);
		r->p = tag < r->end ? parse_repair_tag(r, tag) : tag;
	}
	rc = out->len < r->max && r->depth == 0 ? 0 : -1;
	parse_repair_close(r, 0);
	free(r);
	return rc;
}
