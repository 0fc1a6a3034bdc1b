/*
 * The only way by which text from outside becomes text we keep. Almost all of
 * it is printable ASCII or CJK, so runs of those are copied eight bytes or one
 * character at a time, and everything else goes through plain_char().
 */
#include <string.h>
#include <utf8proc.h>

#include "text/html.h"
#include "text/plain.h"

#define PLAIN_CHAR_MAX 4 /* bytes of a character in UTF-8 */
#define PLAIN_GROWTH 3 /* an invalid byte becomes U+FFFD */
#define PLAIN_REPLACEMENT 0xfffd
#define PLAIN_LINE_SEPARATOR 0x2028
#define PLAIN_PARAGRAPH_SEPARATOR 0x2029

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
static const unsigned char plain_classes[128] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
    1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2,
    2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0};

/*
 * What U+0080 to U+009F are meant to be: bytes of windows-1252 that somebody
 * took for Latin-1, as HTML has it for &#128;. 0 where it has no character.
 */
static const uint16_t plain_c1[32] = {0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026,
    0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
    0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122,
    0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178};

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
plain_keep_paragraphs(struct plain *plain, enum plain_newline newline)
{
	plain->has_paragraphs = true;
	plain->newline = newline;
}

void
plain_gap(struct plain *plain, enum plain_space space)
{
	if (space == PLAIN_LINE && plain->gap == PLAIN_LINE)
		space = PLAIN_PARAGRAPH;
	if (space > plain->gap)
		plain->gap = space;
}

void
plain_flatten(struct buf *buf, size_t from)
{
	char *at;

	while (from < buf->len &&
	       (at = memchr(buf->data + from, '\n', buf->len - from))) {
		*at = ' ';
		from = (size_t)(at + 1 - buf->data);
	}
}

/* The white space that ASCII's stands for. */
static void
plain_ascii_gap(struct plain *plain, char c)
{
	if (c != '\n' || plain->newline == PLAIN_NEWLINE_BLANK)
		plain_gap(plain, PLAIN_BLANK);
	else
		plain_gap(plain, plain->newline == PLAIN_NEWLINE_LINE
				     ? PLAIN_LINE
				     : PLAIN_PARAGRAPH);
}

/* Makes sure that the gap and `len` bytes fit, and writes the gap. */
static bool
plain_room(struct plain *plain, size_t len)
{
	bool with_gap = plain->gap && plain->p != plain->start;

	if ((size_t)(plain->end - plain->p) < len + with_gap)
		plain->is_full = true;
	if (plain->is_full)
		return false;
	if (with_gap)
		*plain->p++ =
		    plain->gap == PLAIN_PARAGRAPH && plain->has_paragraphs
			? '\n'
			: ' ';
	plain->gap = PLAIN_NO_SPACE;
	return true;
}

static bool
plain_is_blank(uint32_t code)
{
	return (code >= 0x09 && code <= 0x0d) || code == ' ' || code == 0xa0 ||
	       code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
	       code == 0x2028 || code == 0x2029 || code == 0x202f ||
	       code == 0x205f || code == 0x3000;
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
	       (code >= 0xfff9 && code <= 0xfffb) ||
	       (code & 0xfffe) == 0xfffe ||
	       (code >= 0xe0000 && code <= 0xe007f);
}

void
plain_char(struct plain *plain, uint32_t code)
{
	utf8proc_uint8_t bytes[PLAIN_CHAR_MAX];
	utf8proc_ssize_t len;

	if (code >= 0x80 && code <= 0x9f && plain_c1[code - 0x80])
		code = plain_c1[code - 0x80];
	if (plain_is_blank(code)) {
		if (code < 0x80)
			plain_ascii_gap(plain, (char)code);
		else
			plain_gap(plain,
			    code == PLAIN_PARAGRAPH_SEPARATOR ? PLAIN_PARAGRAPH
			    : code == PLAIN_LINE_SEPARATOR    ? PLAIN_LINE
							      : PLAIN_BLANK);
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

/* Bytes compared all at once; the compiler knows how. */
typedef unsigned char plain_block __attribute__((vector_size(16)));

/*
 * Whether 16 bytes, and the one before them, are printable ASCII without
 * markup and without two blanks in a row.
 */
static bool
plain_block_is_easy(const char *p)
{
	plain_block block, before;
	uint64_t halves[2];

	memcpy(&block, p, sizeof(block));
	memcpy(&before, p - 1, sizeof(before));
	block =
	    (plain_block)((block < 0x20) | (block > 0x7e) | (block == '<') |
			  (block == '&') | ((block == ' ') & (before == ' ')));
	memcpy(halves, &block, sizeof(halves));
	return (halves[0] | halves[1]) == 0;
}

/*
 * Copies easy text behind a character that was copied, with single blanks in
 * it. A blank at the end becomes the gap again.
 */
static const char *
plain_add_easy(struct plain *plain, const char *p, const char *end)
{
	const char *from = p;
	char *to = plain->p;

	if (end - p > plain->end - to)
		end = p + (plain->end - to);
	for (; end - p >= 16 && plain_block_is_easy(p); p += 16, to += 16)
		memcpy(to, p, 16);
	for (; p < end; p++) {
		if (plain_class(*p) != PLAIN_ASCII &&
		    (*p != ' ' || to[-1] == ' '))
			break;
		*to++ = *p;
	}
	if (p > from && to[-1] == ' ') {
		to--;
		plain->gap = PLAIN_BLANK;
	}
	plain->p = to;
	return p;
}

static const char *
plain_add_run(
    struct plain *plain, const char *p, const char *end, bool stops_at_markup)
{
	while (p < end && !plain->is_full) {
		switch (plain_class(*p)) {
		case PLAIN_DROP:
			p++;
			break;
		case PLAIN_SPACE:
			plain_ascii_gap(plain, *p++);
			break;
		case PLAIN_MARKUP:
			if (stops_at_markup)
				return p;
			/* FALLTHROUGH */
		case PLAIN_ASCII:
			if (!plain_room(plain, 1))
				break;
			*plain->p++ = *p++;
			p = plain_add_easy(plain, p, end);
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

size_t
plain_border_within(const char *text, size_t len, size_t max)
{
	return len > max ? plain_border(text, max) : len;
}

/* Bytes of ASCII from the beginning. */
static size_t
plain_ascii_prefix(const char *text, size_t len)
{
	uint64_t blocks[4];
	size_t i = 0;

	for (; len - i >= sizeof(blocks); i += sizeof(blocks)) {
		memcpy(blocks, text + i, sizeof(blocks));
		if ((blocks[0] | blocks[1] | blocks[2] | blocks[3]) & HIGHS)
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
	size_t i = 0, common;

	if (memchr(text, '\0', len))
		return false;
	while (i < len) {
		if (in[i] < 0x80) {
			i += plain_ascii_prefix(text + i, len - i);
			continue;
		}
		common = plain_common_len(in + i, in + len);
		i += common;
		if (common)
			continue;
		n = utf8proc_iterate(
		    in + i, (utf8proc_ssize_t)(len - i), &code);
		if (n <= 0)
			return false;
		i += (size_t)n;
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
		n = utf8proc_iterate(
		    in + i, (utf8proc_ssize_t)(len - i), &code);
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

/* The byte of windows-1252, or of Latin-1, for a character; -1 for others. */
static int
plain_western_byte(utf8proc_int32_t code)
{
	int i;

	if (code < 0x100)
		return code;
	for (i = 0; i < 32; i++) {
		if (plain_c1[i] == code)
			return 0x80 + i;
	}
	return -1;
}

bool
plain_undouble(const char *text, size_t len, struct buf *out)
{
	const utf8proc_uint8_t *in = (const utf8proc_uint8_t *)text;
	size_t from = out->len, i, ascii;
	utf8proc_int32_t code;
	utf8proc_ssize_t n;
	int byte;

	/* a lead byte, read as Latin-1, is one of U+00C2 to U+00F4 */
	if (!memchr(text, 0xc3, len))
		return false;
	for (i = 0; i < len; i += (size_t)n) {
		ascii = plain_ascii_prefix(text + i, len - i);
		(void)buf_add(out, text + i, ascii);
		n = (utf8proc_ssize_t)ascii;
		if (ascii > 0)
			continue;
		n = utf8proc_iterate(
		    in + i, (utf8proc_ssize_t)(len - i), &code);
		byte = n > 0 ? plain_western_byte(code) : -1;
		if (byte == -1)
			goto refuse;
		(void)buf_addch(out, (char)byte);
	}
	if (plain_is_utf8(out->data + from, out->len - from))
		return true;
refuse:
	out->len = from;
	return false;
}

int
text_clean(const char *text, size_t len, size_t max, struct buf *out)
{
	struct plain plain;

	plain_begin(&plain, out, len, max);
	plain_add(&plain, text, text + len);
	return plain_end(&plain);
}

int
text_clean_paragraphs(const char *text, size_t len, size_t max, struct buf *out)
{
	struct plain plain;

	plain_begin(&plain, out, len, max);
	plain_keep_paragraphs(&plain, PLAIN_NEWLINE_LINE);
	plain_add(&plain, text, text + len);
	return plain_end(&plain);
}
