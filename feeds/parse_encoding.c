/*
 * From the bytes of a feed to UTF-8. Three voices say what the bytes are: a
 * byte order mark, the HTTP header and the XML declaration (RFC 7303 section
 * 3, in that order), and all of them lie. So a voice is only believed as far as
 * the bytes bear it out: text that is valid UTF-8 and not plain ASCII is
 * nothing else, by any likelihood; a superset is read where a subset is
 * declared, as browsers do; Latin-1 from a server's default does not outweigh
 * what the document says of itself.
 *
 * A document of which nothing but UTF-8 is said is not looked at here:
 * libxml2 checks it while parsing, and the few that fail come back for
 * parse_source_check(). What leaves that is UTF-8 in any case.
 */
#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "feeds/parse_private.h"
#include "text/plain.h"

#define PARSE_DECODED_MAX (4 * PARSE_BODY_MAX)
#define PARSE_DECODE_CHUNK 16384
#define PARSE_SEQUENCES_SURE 3 /* so much UTF-8 is no accident */
#define PARSE_REPLACEMENT "\xef\xbf\xbd"

/* --- decoding --- */

struct parse_decoder {
	iconv_t cd;
	struct buf *out;
	size_t failures;
};

static void
parse_decode_add(struct parse_decoder *decoder, const char *text, size_t len)
{
	if (decoder->out)
		(void)buf_add(decoder->out, text, len);
}

/*
 * Appends the text in UTF-8 to out, or with NULL only counts: the bytes that
 * had to be replaced, at most max_failures + 1. -1 for an encoding that iconv
 * does not know.
 */
static int
parse_decode(const char *charset, const char *text, size_t len,
    size_t max_failures, struct buf *out, size_t *failures_r)
{
	struct parse_decoder decoder = {iconv_open("UTF-8", charset), out, 0};
	char chunk[PARSE_DECODE_CHUNK];
	char *in = (char *)text; /* iconv() does not write to it */

	if (decoder.cd == (iconv_t)-1)
		return -1;
	while (len > 0 && decoder.failures <= max_failures) {
		char *to = chunk;
		size_t room = sizeof(chunk);
		size_t rc = iconv(decoder.cd, &in, &len, &to, &room);

		parse_decode_add(&decoder, chunk, (size_t)(to - chunk));
		if (rc != (size_t)-1 || errno == E2BIG)
			continue;
		/* EILSEQ, or EINVAL: a sequence cut off by the end */
		decoder.failures++;
		parse_decode_add(&decoder, PARSE_REPLACEMENT, 3);
		in++;
		len--;
	}
	iconv_close(decoder.cd);
	*failures_r = decoder.failures;
	return 0;
}

static void
parse_source_is(struct parse_source *source, const char *encoding)
{
	strncpy(source->encoding, encoding, PARSE_CHARSET_MAX - 1);
}

/* Makes the decoded text, or some text of ours, the source's. */
static void
parse_source_take(struct parse_source *source, struct buf *text)
{
	struct buf old = source->buf;

	source->buf = *text;
	source->text = buf_str(&source->buf);
	source->len = source->buf.len;
	source->is_checked = true;
	buf_clear(&old);
}

/* NUL is legal in no format and in the way of every library. */
static void
parse_source_drop_nul(struct parse_source *source, struct buf *text)
{
	struct buf clean;

	if (text->len == 0 || !memchr(text->data, '\0', text->len))
		return;
	buf_init(&clean, 0);
	plain_repair_utf8(text->data, text->len, &clean);
	buf_clear(text);
	*text = clean;
	source->is_repaired = true;
}

/* 0, or -1 when iconv does not know the encoding. */
static int
parse_source_decode(struct parse_source *source, const char *charset,
    const char *text, size_t len)
{
	struct buf out;
	size_t failures;

	buf_init(&out, PARSE_DECODED_MAX);
	if (parse_decode(charset, text, len, SIZE_MAX - 1, &out, &failures) ==
	    -1)
		return -1;
	source->is_repaired |= failures > 0;
	parse_source_drop_nul(source, &out);
	parse_source_is(source, charset);
	parse_source_take(source, &out);
	return 0;
}

/* --- UTF-16 and UTF-32, with and without a mark --- */

static const struct parse_mark {
	const char *bytes;
	unsigned char len;
	unsigned char skip;
	const char *charset;
} parse_marks[] = {
    /* a mark of UTF-32LE begins like one of UTF-16LE */
    {"\xff\xfe\0\0", 4, 4, "UTF-32LE"},
    {"\0\0\xfe\xff", 4, 4, "UTF-32BE"},
    {"\xff\xfe", 2, 2, "UTF-16LE"},
    {"\xfe\xff", 2, 2, "UTF-16BE"},
    {"\xef\xbb\xbf", 3, 3, "UTF-8"},
    {"<\0\0\0", 4, 0, "UTF-32LE"},
    {"\0\0\0<", 4, 0, "UTF-32BE"},
    {"<\0?\0", 4, 0, "UTF-16LE"},
    {"\0<\0?", 4, 0, "UTF-16BE"},
    {"<\0!\0", 4, 0, "UTF-16LE"},
    {"\0<\0!", 4, 0, "UTF-16BE"},
    {"<\0r\0", 4, 0, "UTF-16LE"},
    {"\0<\0r", 4, 0, "UTF-16BE"},
    {"<\0f\0", 4, 0, "UTF-16LE"},
    {"\0<\0f", 4, 0, "UTF-16BE"},
    {"{\0", 2, 0, "UTF-16LE"},
    {"\0{", 2, 0, "UTF-16BE"},
    {"\n\0<\0", 4, 0, "UTF-16LE"},
    {"\0\n\0<", 4, 0, "UTF-16BE"},
    {"\x4c\x6f\xa7\x94", 4, 0, "IBM037"},
};

static const struct parse_mark *
parse_mark_find(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(parse_marks) / sizeof(*parse_marks); i++) {
		const struct parse_mark *mark = &parse_marks[i];

		if (len >= mark->len &&
		    memcmp(text, mark->bytes, mark->len) == 0)
			return mark;
	}
	return NULL;
}

/* --- which voice to believe --- */

struct parse_tally {
	size_t sequences; /* of UTF-8 beyond ASCII */
	size_t weight; /* bytes behind their first ones */
	size_t strays; /* bytes that belong to none */
};

static struct parse_tally
parse_count_utf8(const char *text, size_t len)
{
	struct parse_tally tally = {0};
	size_t i, n;

	for (i = 0; i < len; i += n) {
		unsigned char lead = (unsigned char)text[i];

		n = 1;
		if (lead < 0x80)
			continue;
		n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
		if (n <= len - i && plain_is_utf8(text + i, n)) {
			tally.sequences++;
			tally.weight += n - 1;
		} else {
			tally.strays++;
			n = 1;
		}
	}
	return tally;
}

static bool
parse_decodes(const char *charset, const char *text, size_t len)
{
	size_t failures;

	return parse_decode(charset, text, len, 0, NULL, &failures) == 0 &&
	       failures == 0;
}

/*
 * Bytes that are not UTF-8: the first voice under which all of them make
 * sense, else the one under which most do; at last, windows-1252.
 */
static void
parse_source_legacy(struct parse_source *source, struct parse_voices *voices,
    const char *text, size_t len)
{
	size_t i, failures, fewest = len / 8, best = voices->count;

	parse_charset_guess(voices, text, len);
	for (i = 0; i < voices->count; i++) {
		if (parse_charset_is_utf8(voices->said[i]) ||
		    parse_decode(voices->said[i], text, len, fewest, NULL,
			&failures) == -1)
			continue;
		if (failures == 0) {
			best = i;
			break;
		}
		if (failures < fewest) {
			fewest = failures;
			best = i;
		}
	}
	if (parse_source_decode(source,
		best < voices->count ? voices->said[best] : "CP1252", text,
		len) == -1)
		source->is_repaired = true;
}

/*
 * UTF-8 with a few bytes of windows-1252 among it, as editors paste them. They
 * become U+0080 to U+00FF here; plain.c knows what those below U+00A0 mean.
 */
static void
parse_source_mend(struct parse_source *source, const char *text, size_t len)
{
	size_t i, n, from = 0;
	struct buf out;

	buf_init(&out, 0);
	for (i = 0; i < len; i += n) {
		unsigned char lead = (unsigned char)text[i];
		char stray[2] = {
		    (char)(0xc0 | lead >> 6), (char)(0x80 | (lead & 0x3f))};

		n = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
		if (lead < 0x80 || (n <= len - i && plain_is_utf8(text + i, n)))
			continue;
		(void)buf_add(&out, text + from, i - from);
		(void)buf_add(&out, stray, sizeof(stray));
		n = 1;
		from = i + 1;
	}
	(void)buf_add(&out, text + from, len - from);
	parse_source_drop_nul(source, &out);
	source->is_repaired = true;
	parse_source_is(source, "UTF-8");
	parse_source_take(source, &out);
}

/* The text is valid UTF-8; is it meant as UTF-8? */
static bool
parse_is_meant(const struct parse_voices *voices, const char *text, size_t len)
{
	size_t sequences;
	const char *said = voices->count ? voices->said[0] : "UTF-8";

	if (parse_charset_is_shifting(said))
		return !parse_decodes(said, text, len);
	sequences = parse_count_utf8(text, len).sequences;
	if (sequences == 0 || sequences >= PARSE_SEQUENCES_SURE ||
	    parse_charset_is_utf8(said) || parse_charset_is_western(said))
		return true;
	return !parse_decodes(said, text, len);
}

static void
parse_source_settle(struct parse_source *source, struct parse_voices *voices,
    const char *text, size_t len)
{
	struct parse_tally tally;

	if (plain_is_utf8(text, len)) {
		if (!parse_is_meant(voices, text, len) &&
		    parse_source_decode(source, voices->said[0], text, len) ==
			0)
			return;
		parse_source_is(source, "UTF-8");
		source->is_checked = true;
		return;
	}
	/* in text of another encoding there is little that looks like UTF-8 */
	tally = parse_count_utf8(text, len);
	if (tally.weight > tally.strays || tally.strays == 0)
		parse_source_mend(source, text, len);
	else
		parse_source_legacy(source, voices, text, len);
}

void
parse_source_open(struct parse_source *source, const struct parse_input *input)
{
	const struct parse_mark *mark =
	    parse_mark_find(input->body, input->len);
	struct parse_voices voices;

	memset(source, 0, sizeof(*source));
	buf_init(&source->buf, 0);
	source->text = input->body;
	source->len = input->len;
	parse_source_is(source, "UTF-8");
	if (mark) {
		source->text += mark->skip;
		source->len -= mark->skip;
		if (!parse_charset_is_utf8(mark->charset) &&
		    parse_source_decode(
			source, mark->charset, source->text, source->len) == 0)
			return;
	}
	parse_charset_hear(&voices, input, source->text, source->len);
	if (!parse_charset_all_utf8(&voices) && !(mark && mark->skip == 3))
		parse_source_settle(source, &voices, source->text, source->len);
}

void
parse_source_check(struct parse_source *source, const struct parse_input *input)
{
	struct parse_voices voices;

	if (source->is_checked)
		return;
	parse_charset_hear(&voices, input, source->text, source->len);
	parse_source_settle(source, &voices, source->text, source->len);
}

void
parse_source_close(struct parse_source *source)
{
	buf_clear(&source->buf);
}
