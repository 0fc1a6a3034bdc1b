/*
 * The only way by which text from outside becomes text we keep. Almost all of
 * it is printable ASCII or CJK, so runs of those are copied eight bytes or one
 * character at a time, and everything else goes through plain_char().
 */
#include <string.h>
#include <utf8proc.h>

#include "text/html.h"
#include "text/plain.h"

#define PLAIN_CHAR_MAX 4	/* bytes of a character in UTF-8 */
#define PLAIN_GROWTH 3		/* an invalid byte becomes U+FFFD */
#define PLAIN_REPLACEMENT 0xfffd

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS (ONES * 0x80)

enum plain_class {
	PLAIN_DROP,
	PLAIN_SPACE,
	PLAIN_ASCII,
	PLAIN_MARKUP,
	PLAIN_MULTI,
};

/* Of each byte of ASCII; above it all are PLAIN_MULTI. */
static const unsigned char plain_classes[128] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    1, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0,
};

static enum plain_class
plain_class(char c)
{
	unsigned char u = (unsigned char)c;

	return u < 0x80 ? (enum plain_class)plain_classes[u] : PLAIN_MULTI;
}

void
plain_begin(struct plain *plain, struct buf *out, size_t len, size_t max)
{
	size_t room = max;

	memset(plain, 0, sizeof(*plain));
	plain->out = out;
	if (out->max && out->max - out->len < room) {
		room = out->max - out->len;
		plain->is_bounded = true;
	}
	if (len < room / PLAIN_GROWTH)
		room = len * PLAIN_GROWTH;
	plain->start = plain->p = buf_reserve(out, room + PLAIN_CHAR_MAX);
	plain->end = plain->start + room;
}

int
plain_end(struct plain *plain)
{
	*plain->p = '\0';
	plain->out->len += (size_t)(plain->p - plain->start);
	return plain->is_full && plain->is_bounded ? -1 : 0;
}

void
plain_gap(struct plain *plain)
{
	plain->has_gap = true;
}

/* Makes sure that the gap and `len` bytes fit, and writes the gap. */
static bool
plain_room(struct plain *plain, size_t len)
{
	bool with_gap = plain->has_gap && plain->p != plain->start;

	if ((size_t)(plain->end - plain->p) < len + with_gap)
		plain->is_full = true;
	if (plain->is_full)
		return false;
	if (with_gap)
		*plain->p++ = ' ';
	plain->has_gap = false;
	return true;
}

static bool
plain_is_blank(uint32_t code)
{
	return (code >= 0x09 && code <= 0x0d) || code == ' ' || code == 0x85 ||
	    code == 0xa0 || code == 0x1680 ||
	    (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
	    code == 0x2029 || code == 0x202f || code == 0x205f ||
	    code == 0x3000;
}

/*
 * Controls, and what changes or hides text without being seen: direction
 * marks and overrides, zero-width spaces (joiners stay: scripts need them),
 * annotations, tags, noncharacters.
 */
static bool
plain_is_dropped(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) ||
	    code == 0x061c || code == 0x180e || code == 0x200b ||
	    code == 0x200e || code == 0x200f ||
	    (code >= 0x202a && code <= 0x202e) ||
	    (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	    (code >= 0xfdd0 && code <= 0xfdef) ||
	    (code >= 0xfff9 && code <= 0xfffb) || (code & 0xfffe) == 0xfffe ||
	    (code >= 0xe0000 && code <= 0xe007f);
}

void
plain_char(struct plain *plain, uint32_t code)
{
	utf8proc_uint8_t bytes[PLAIN_CHAR_MAX];
	utf8proc_ssize_t len;

	if (plain_is_blank(code)) {
		plain->has_gap = true;
		return;
	}
	if (code == 0 || !utf8proc_codepoint_valid((utf8proc_int32_t)code))
		code = PLAIN_REPLACEMENT;
	if (plain_is_dropped(code))
		return;
	len = utf8proc_encode_char((utf8proc_int32_t)code, bytes);
	if (!plain_room(plain, (size_t)len))
		return;
	memcpy(plain->p, bytes, (size_t)len);
	plain->p += len;
}

/*
 * Length of the character at p if it is one of those that are copied as they
 * are: letters of two bytes, and three-byte characters but those of U+0xxx,
 * U+1xxx, U+2xxx, U+3000 and U+Dxxx to U+Fxxx, where the exceptions live.
 */
static size_t
plain_common_len(const unsigned char *p, const unsigned char *end)
{
	unsigned char lead = p[0];

	if (end - p < 3 || (p[1] & 0xc0) != 0x80)
		return 0;
	if (lead >= 0xc3 && lead <= 0xdf)
		return lead == 0xd8 ? 0 : 2;
	if (lead < 0xe3 || lead > 0xec || (p[2] & 0xc0) != 0x80)
		return 0;
	return lead == 0xe3 && p[1] == 0x80 && p[2] == 0x80 ? 0 : 3;
}

static const char *
plain_add_multi(struct plain *plain, const char *p, const char *end)
{
	const unsigned char *in = (const unsigned char *)p;
	const unsigned char *last = (const unsigned char *)end;
	utf8proc_int32_t code;
	utf8proc_ssize_t n;
	size_t len;

	while (in < last && *in >= 0x80 && !plain->is_full) {
		len = plain_common_len(in, last);
		if (len && plain_room(plain, len)) {
			memcpy(plain->p, in, len);
			plain->p += len;
			in += len;
			continue;
		}
		n = utf8proc_iterate(in, last - in, &code);
		plain_char(plain, n > 0 ? (uint32_t)code : PLAIN_REPLACEMENT);
		in += n > 0 ? n : 1;
	}
	return (const char *)in;
}

/* A bit in each byte of x that equals c; a byte c ^ 1 behind one may too. */
static uint64_t
plain_equal(uint64_t x, char c)
{
	x ^= ONES * (unsigned char)c;
	return (x - ONES) & ~x & HIGHS;
}

/*
 * Copies whole blocks of printable ASCII without markup and without two
 * blanks in a row. A blank at the end becomes the gap again.
 */
static const char *
plain_add_blocks(struct plain *plain, const char *p, const char *end)
{
	uint64_t block, blanks;
	char *to = plain->p;

	while (end - p >= 8 && plain->end - to >= 8) {
		memcpy(&block, p, 8);
		blanks = plain_equal(block, ' ');
		if (((block - ONES * 0x20) | (block + ONES) | block |
		        plain_equal(block, '<') | plain_equal(block, '&') |
		        (blanks & blanks << 8)) &
		    HIGHS)
			break;
		if (*p == ' ' && to[-1] == ' ')
			break;
		memcpy(to, &block, 8);
		to += 8;
		p += 8;
	}
	if (to > plain->p && to[-1] == ' ') {
		to--;
		plain->has_gap = true;
	}
	plain->p = to;
	return p;
}

static const char *
plain_add_run(struct plain *plain, const char *p, const char *end,
    bool stops_at_markup)
{
	while (p < end && !plain->is_full) {
		switch (plain_class(*p)) {
		case PLAIN_DROP:
			p++;
			break;
		case PLAIN_SPACE:
			plain->has_gap = true;
			p++;
			break;
		case PLAIN_MARKUP:
			if (stops_at_markup)
				return p;
			/* FALLTHROUGH */
		case PLAIN_ASCII:
			if (!plain_room(plain, 1))
				break;
			*plain->p++ = *p++;
			p = plain_add_blocks(plain, p, end);
			break;
		case PLAIN_MULTI:
			p = plain_add_multi(plain, p, end);
			break;
		}
	}
	return plain->is_full ? end : p;
}

void
plain_add(struct plain *plain, const char *p, const char *end)
{
	plain_add_run(plain, p, end, false);
}

const char *
plain_add_until_markup(struct plain *plain, const char *p, const char *end)
{
	return plain_add_run(plain, p, end, true);
}

size_t
plain_border(const char *text, size_t len)
{
	size_t back = len;

	while (back > 0 && len - back < PLAIN_CHAR_MAX &&
	    ((unsigned char)text[back] & 0xc0) == 0x80)
		back--;
	return back;
}

/* Bytes of ASCII from the beginning. */
static size_t
plain_ascii_prefix(const char *text, size_t len)
{
	uint64_t block;
	size_t i = 0;

	for (; len - i >= 8; i += 8) {
		memcpy(&block, text + i, 8);
		if (block & HIGHS)
			break;
	}
	while (i < len && (unsigned char)text[i] < 0x80)
		i++;
	return i;
}

bool
plain_is_utf8(const char *text, size_t len)
{
	const utf8proc_uint8_t *in = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t code;
	utf8proc_ssize_t n;
	size_t i;

	if (memchr(text, '\0', len))
		return false;
	for (i = 0; i < len; i += (size_t)n) {
		i += plain_ascii_prefix(text + i, len - i);
		if (i == len)
			break;
		n = utf8proc_iterate(in + i, (utf8proc_ssize_t)(len - i), &code);
		if (n <= 0)
			return false;
	}
	return true;
}

void
plain_repair_utf8(const char *text, size_t len, struct buf *out)
{
	const utf8proc_uint8_t *in = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t code;
	utf8proc_ssize_t n;
	size_t i = 0, from = 0;

	while (i < len) {
		n = utf8proc_iterate(in + i, (utf8proc_ssize_t)(len - i), &code);
		if (n > 0 && code != 0) {
			i += (size_t)n;
			continue;
		}
		(void)buf_add(out, text + from, i - from);
		if (n <= 0)
			(void)buf_addstr(out, "\xef\xbf\xbd");
		from = ++i;
	}
	(void)buf_add(out, text + from, len - from);
}

int
text_clean(const char *text, size_t len, size_t max, struct buf *out)
{
	struct plain plain;

	plain_begin(&plain, out, len, max);
	plain_add(&plain, text, text + len);
	return plain_end(&plain);
}
