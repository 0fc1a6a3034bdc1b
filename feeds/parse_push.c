/*
 * What libxml2 gets to see of a document: all markup, but not the longer texts.
 * It takes several looks at each byte of a CDATA section, makes a call of each
 * "&lt;", and hands text on in crumbs. Most of a feed is such text and there is
 * nothing in it to parse, so it is cut out; libxml2 gets a processing
 * instruction in its place and, coming to it, calls for the text. Only what is
 * well-formed for certain is cut: all else is left for libxml2 to judge.
 *
 * A text never comes to stand in another's place: the instructions take turns
 * with their names, and those that a document holds itself are left out. Should
 * libxml2 not come to all of ours, it read the markup otherwise than the scan
 * here, and the document must be mended.
 *
 * The scan knows comments, processing instructions, the DTD, tags and their
 * quotes. It also sees to it that no start tag is too long, for libxml2 (2.9)
 * compares every attribute with all others.
 */
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "feeds/parse_private.h"
#include "text/plain.h"

#define PARSE_CHUNK 65536
#define PARSE_CUT_MIN 48 /* bytes of a text that are worth a mark */
#define PARSE_MARK_OPEN "<?" PARSE_MARK
#define PARSE_MARK_OPEN_LEN (sizeof(PARSE_MARK_OPEN) - 1)

/* XML 1.0 section 2.2 */
static bool
parse_reference_is_legal(uint32_t code)
{
	return (code >= 0x20 || code == '\t' || code == '\n' || code == '\r') &&
	       code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) &&
	       code != 0xfffe && code != 0xffff;
}

static size_t
parse_reference_number(const char *p, const char *end, uint32_t *code_r)
{
	const char *from = p++;
	uint32_t code = 0, base = 10;

	if (p < end && *p == 'x') {
		base = 16;
		p++;
	}
	for (; p < end && *p != ';'; p++) {
		if (*p >= '0' && *p <= '9')
			code = code * base + (uint32_t)(*p - '0');
		else if (base == 16 && (*p | 0x20) >= 'a' && (*p | 0x20) <= 'f')
			code = code * 16 + (uint32_t)((*p | 0x20) - 'a' + 10);
		else
			return 0;
		if (code > 0x10ffff)
			return 0;
	}
	if (p == end || p[-1] == '#' || p[-1] == 'x' ||
	    !parse_reference_is_legal(code))
		return 0;
	*code_r = code;
	return (size_t)(p + 1 - from);
}

static size_t
parse_reference_is(const char *p, const char *end, const char *name, size_t len)
{
	return (size_t)(end - p) >= len && memcmp(p, name, len) == 0 ? len : 0;
}

size_t
parse_reference(const char *p, const char *end, uint32_t *code_r)
{
	if (end - p < 3)
		return 0;
	switch (*p) {
	case '#':
		return parse_reference_number(p, end, code_r);
	case 'l':
		*code_r = '<';
		return parse_reference_is(p, end, "lt;", 3);
	case 'g':
		*code_r = '>';
		return parse_reference_is(p, end, "gt;", 3);
	case 'q':
		*code_r = '"';
		return parse_reference_is(p, end, "quot;", 5);
	case 'a':
		*code_r = p[1] == 'm' ? '&' : '\'';
		return p[1] == 'm' ? parse_reference_is(p, end, "amp;", 4)
				   : parse_reference_is(p, end, "apos;", 5);
	default:
		return 0;
	}
}

void
parse_push_init(struct parse_push *push, xmlParserCtxtPtr ctxt)
{
	memset(push, 0, sizeof(*push));
	push->ctxt = ctxt;
	push->chunk = xmalloc(PARSE_CHUNK);
}

void
parse_push_clear(struct parse_push *push)
{
	free(push->chunk);
	free(push->cuts);
}

const struct parse_cut *
parse_push_met(struct parse_push *push, const char *target)
{
	static const size_t len = sizeof(PARSE_MARK) - 1;
	size_t i;

	if (strncmp(target, PARSE_MARK, len) != 0)
		return NULL;
	i = push->met + ((size_t)(target[len] - 'a') - push->met) % PARSE_MARKS;
	push->missed += i - push->met;
	if (i >= push->count)
		return NULL;
	push->met = i + 1;
	return &push->cuts[i];
}

bool
parse_push_is_sure(const struct parse_push *push)
{
	return push->met == push->count && push->missed == 0;
}

size_t
parse_push_lines(const struct parse_push *push)
{
	size_t lines = 0, i;

	for (i = 0; i < push->met; i++) {
		const char *p = push->cuts[i].text;
		const char *end = p + push->cuts[i].len;

		for (; (p = memchr(p, '\n', (size_t)(end - p))); p++)
			lines++;
	}
	return lines;
}

static void
parse_push_bytes(struct parse_push *push, const char *text, size_t len)
{
	size_t n;

	for (; len > 0; text += n, len -= n) {
		n = PARSE_CHUNK - push->len;
		if (n > len)
			n = len;
		memcpy(push->chunk + push->len, text, n);
		push->len += n;
		if (push->len < PARSE_CHUNK)
			continue;
		/* the verdict is ctxt->wellFormed: warnings return errors */
		(void)xmlParseChunk(push->ctxt, push->chunk, PARSE_CHUNK, 0);
		push->len = 0;
	}
}

/* A bit in each byte that equals '&', and perhaps in one behind such a byte. */
static uint64_t
parse_push_ampersands(const char *p)
{
	uint64_t block;

	memcpy(&block, p, sizeof(block));
	block ^= UINT64_C(0x2626262626262626);
	return (block - UINT64_C(0x0101010101010101)) & ~block &
	       UINT64_C(0x8080808080808080);
}

size_t
parse_reference_decode(const char *p, size_t len, char *out)
{
	const char *end = p + len;
	char *to = out;
	uint32_t code;

	/* references stand too close to each other to look far for them */
	while (p < end) {
		if (end - p >= 8 && parse_push_ampersands(p) == 0) {
			memcpy(to, p, 8);
			to += 8;
			p += 8;
			continue;
		}
		while (p < end && *p != '&')
			*to++ = *p++;
		if (p == end)
			break;
		p += 1 + parse_reference(p + 1, end, &code);
		if (code < 0x80)
			*to++ = (char)code;
		else
			to += utf8proc_encode_char(
			    (utf8proc_int32_t)code, (utf8proc_uint8_t *)to);
	}
	return (size_t)(to - out);
}

/* Text whose references are all known, so that libxml2 is not needed. */
static bool
parse_push_is_plain(const char *p, const char *end, bool *is_escaped_r)
{
	const char *from = p;
	uint32_t code;
	size_t len;

	*is_escaped_r = false;
	for (;;) {
		while (end - p >= 8 && parse_push_ampersands(p) == 0)
			p += 8;
		while (p < end && *p != '&')
			p++;
		if (p == end)
			break;
		len = parse_reference(p + 1, end, &code);
		if (len == 0)
			return false;
		*is_escaped_r = true;
		p += 1 + len;
	}
	return plain_is_utf8(from, (size_t)(end - from));
}

/*
 * Cuts from p to end, which is a section's content or a whole text between
 * tags; `outer` and `behind` enclose its markup.
 */
static void
parse_push_cut(struct parse_push *push, const char *p, const char *end,
    const char *outer, const char *behind)
{
	struct parse_cut cut = {p, (size_t)(end - p), false};
	char mark[] = PARSE_MARK_OPEN "a?>";

	if (cut.len < PARSE_CUT_MIN || push->is_whole)
		return;
	if (outer == p ? !parse_push_is_plain(p, end, &cut.is_escaped)
		       : !plain_is_utf8(p, cut.len))
		return;
	mark[PARSE_MARK_OPEN_LEN] = (char)('a' + push->count % PARSE_MARKS);
	push->cuts =
	    xgrow(push->cuts, push->count + 1, &push->cap, sizeof(*push->cuts));
	push->cuts[push->count++] = cut;
	parse_push_bytes(push, push->from, (size_t)(outer - push->from));
	parse_push_bytes(push, mark, sizeof(mark) - 1);
	push->from = behind;
}

/* Behind the next occurrence of a mark, or NULL. */
static const char *
parse_push_past(const char *p, const char *end, const char *mark, size_t len)
{
	const char last = mark[len - 1];

	for (p += len - 1; p < end; p++) {
		p = memchr(p, last, (size_t)(end - p));
		if (!p)
			return NULL;
		if (memcmp(p - (len - 1), mark, len) == 0)
			return p + 1;
	}
	return NULL;
}

/* Behind the '>' of the tag at p, or NULL when that is too far. */
static const char *
parse_push_tag(const char *p, const char *end)
{
	if (end - p > PARSE_TAG_MAX)
		end = p + PARSE_TAG_MAX;
	while (p < end && *p != '>') {
		if (*p == '"' || *p == '\'') {
			p = memchr(p + 1, *p, (size_t)(end - p - 1));
			if (!p)
				return NULL;
		}
		p++;
	}
	return p < end ? p + 1 : NULL;
}

/* Literals, comments and instructions in it may hold anything. */
const char *
parse_push_doctype(const char *p, const char *end)
{
	bool is_subset = false;

	for (; p < end; p++) {
		if (*p == '>' && !is_subset)
			return p + 1;
		if (*p == '[' || *p == ']') {
			is_subset = *p == '[';
			continue;
		}
		if (*p == '"' || *p == '\'')
			p = memchr(p + 1, *p, (size_t)(end - p - 1));
		else if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
			p = parse_push_past(p + 4, end, "-->", 3);
			p = p ? p - 1 : NULL;
		} else if (end - p >= 2 && memcmp(p, "<?", 2) == 0) {
			p = parse_push_past(p + 2, end, "?>", 2);
			p = p ? p - 1 : NULL;
		}
		if (!p)
			break;
	}
	return NULL;
}

/* An instruction; one that could be taken for ours is not handed on. */
static const char *
parse_push_instruction(struct parse_push *push, const char *p, const char *end)
{
	const char *close = parse_push_past(p + 2, end, "?>", 2);

	if (close && (size_t)(end - p) >= PARSE_MARK_OPEN_LEN &&
	    memcmp(p, PARSE_MARK_OPEN, PARSE_MARK_OPEN_LEN) == 0) {
		parse_push_bytes(push, push->from, (size_t)(p - push->from));
		push->from = close;
	}
	return close;
}

/* What begins with "<!" or "<?" at p: returns behind it, or NULL. */
static const char *
parse_push_other(struct parse_push *push, const char *p, const char *end)
{
	size_t left = (size_t)(end - p);
	const char *close;

	if (left >= 9 && memcmp(p, "<![CDATA[", 9) == 0) {
		close = parse_push_past(p + 9, end, "]]>", 3);
		if (close)
			parse_push_cut(push, p + 9, close - 3, p, close);
		return close;
	}
	if (left >= 4 && memcmp(p, "<!--", 4) == 0)
		return parse_push_past(p + 4, end, "-->", 3);
	if (left >= 9 && memcmp(p, "<!DOCTYPE", 9) == 0) {
		close = parse_push_doctype(p + 9, end);
		if (close && memmem(p, (size_t)(close - p), PARSE_MARK_OPEN,
				 PARSE_MARK_OPEN_LEN))
			push->is_whole = true;
		return close;
	}
	return p[1] == '?' ? parse_push_instruction(push, p, end) : NULL;
}

int
parse_push_document(
    struct parse_push *push, const char *text, size_t len, struct err *err)
{
	const char *p = memchr(text, '<', len), *end = text + len, *next;
	int rc = 0;

	push->from = text;
	while (p && end - p >= 2) {
		if (p[1] == '!' || p[1] == '?') {
			next = parse_push_other(push, p, end);
			p = next ? memchr(next, '<', (size_t)(end - next))
				 : NULL;
			continue;
		}
		next = parse_push_tag(p, end);
		if (!next && end - p > PARSE_TAG_MAX) {
			rc = err_set(
			    err, "a tag of more than %d bytes", PARSE_TAG_MAX);
			end = p;
		}
		p = next ? memchr(next, '<', (size_t)(end - next)) : NULL;
		if (p && p - next >= PARSE_CUT_MIN)
			parse_push_cut(push, next, p, next, p);
		if (push->ctxt->disableSAX)
			break;
	}
	parse_push_bytes(push, push->from, (size_t)(end - push->from));
	(void)xmlParseChunk(push->ctxt, push->chunk, (int)push->len, 1);
	return rc;
}
