/*
 * Folding in one pass. ASCII is lower-cased a block at a time; a character of
 * the first plane that folds to one character, which is nearly all of every
 * language, costs one look into fold_table; what is left goes to fold_slow.
 * After every character the output is folded, in NFC, and what it says of its
 * source is on borders of source characters and never falls. Only characters
 * that change their length, or become several, cost anything to remember.
 */
#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/alloc.h"
#include "text/fold.h"
#include "text/fold_private.h"

#define FOLD_SLACK (4 * FOLD_BLOCK) /* room behind what is written */

void
folded_init(struct folded *folded)
{
	memset(folded, 0, sizeof(*folded));
}

void
folded_clear(struct folded *folded)
{
	free(folded->text);
	free(folded->runs);
	folded_init(folded);
}

/* The run in which a byte of the output lies, or NULL before the first. */
static const struct fold_run *
folded_run(const struct folded *folded, size_t offset)
{
	size_t low = 0, high = folded->run_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (folded->runs[middle].at > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low ? &folded->runs[low - 1] : NULL;
}

/* A byte of a character that is not its first. */
static inline bool
fold_is_inner(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t
folded_source(const struct folded *folded, size_t offset)
{
	const struct fold_run *run = folded_run(folded, offset);

	if (run && run->is_one)
		return run->source;
	while (offset > 0 && fold_is_inner(folded->text[offset]))
		offset--;
	return run ? run->source + offset - run->at : offset;
}

size_t
folded_source_end(const struct folded *folded, size_t end)
{
	size_t last, source;

	if (end == 0)
		return folded_source(folded, end);
	if (!folded->run_count) {
		while (end < folded->len && fold_is_inner(folded->text[end]))
			end++;
		return end;
	}
	last = folded_source(folded, end - 1);
	while (
	    (source = folded_source(folded, end)) == last && end < folded->len)
		end++;
	return source;
}

void
fold_add_run(struct folded *f, size_t source, bool is_one)
{
	struct fold_run *run;

	/* one without a byte gives way */
	if (!f->run_count || f->runs[f->run_count - 1].at != f->len)
		f->runs = xgrow(
		    f->runs, ++f->run_count, &f->run_cap, sizeof(*f->runs));
	run = &f->runs[f->run_count - 1];
	run->at = (uint32_t)f->len;
	run->source = (uint32_t)source;
	run->is_one = is_one;
}

/*
 * Copies the ASCII at the beginning in lower case and returns its length. Up
 * to FOLD_BLOCK bytes are written behind it.
 */
static size_t
fold_ascii(const unsigned char *from, size_t len, unsigned char *to)
{
	size_t at = 0;
	unsigned high;

	for (; len - at >= FOLD_BLOCK; at += FOLD_BLOCK) {
		high = fold_block(from + at, to + at);
		if (high)
			return at + (size_t)__builtin_ctz(high);
	}
	if (at && at < len) {
		/* once more what is done, and the rest with it */
		at = len - FOLD_BLOCK;
		high = fold_block(from + at, to + at);
		return high ? at + (size_t)__builtin_ctz(high) : len;
	}
	for (; at < len && from[at] < 0x80; at++)
		to[at] = fold_lower(from[at]);
	return at;
}

/* Makes room for `need` more bytes, and some slack. */
static void
fold_reserve(struct folded *f, size_t need)
{
	need += f->len + FOLD_SLACK;
	if (need > f->cap)
		f->text = xgrow(f->text, need, &f->cap, 1);
}

/*
 * The letters of a sign that no feed is without and the table cannot hold, or
 * NULL. They are ASCII, so that they join nothing before them.
 */
static const char *
fold_spell(utf8proc_int32_t code)
{
	switch (code) {
	case 0xdf: /* sharp s */
		return "ss";
	case 0x2026: /* ellipsis */
		return "...";
	case 0x2122: /* trade mark */
		return "tm";
	default:
		return NULL;
	}
}

/* One character for which the table has no answer; returns its length. */
static size_t
fold_other(struct folded *f, const char *p, size_t len, size_t source)
{
	utf8proc_int32_t code;
	utf8proc_ssize_t n;
	const char *letters;

	n = utf8proc_iterate(
	    (const utf8proc_uint8_t *)p, (utf8proc_ssize_t)len, &code);
	if (n <= 0) {
		code = FOLD_REPLACEMENT;
		n = 1;
	}
	/* the rest of the text, should all of it stay as long as it is */
	fold_reserve(f, len + FOLD_ROOM);
	letters = fold_spell(code);
	if (letters) {
		fold_add_run(f, source, true);
		memcpy(f->text + f->len, letters, strlen(letters));
		f->len += strlen(letters);
	} else
		fold_slow(f, code, (uint32_t)source);
	fold_add_run(f, source + (size_t)n, false);
	return (size_t)n;
}

static unsigned char *
fold_encode(unsigned char *to, uint16_t code)
{
	if (code < 0x80) {
		*to++ = (unsigned char)code;
	} else if (code < 0x800) {
		*to++ = (unsigned char)(0xc0 | code >> 6);
		*to++ = (unsigned char)(0x80 | (code & 0x3f));
	} else {
		*to++ = (unsigned char)(0xe0 | code >> 12);
		*to++ = (unsigned char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (unsigned char)(0x80 | (code & 0x3f));
	}
	return to;
}

/*
 * Puts what a character of `n` bytes folds to. What the table gives is never
 * longer than the character it stands for, so the room reserved suffices.
 */
static void
fold_put_entry(struct folded *f, uint16_t entry, size_t n, size_t source)
{
	unsigned char *to = (unsigned char *)f->text + f->len;
	size_t len = 0;

	if (entry != FOLD_DROP)
		len = (size_t)(fold_encode(to, entry) - to);
	f->len += len;
	if (len != n)
		fold_add_run(f, source + n, false);
}

/* A character's bytes, the first lowest; more than its own if there are. */
static inline uint32_t
fold_load(const unsigned char *p, size_t len)
{
	uint32_t bytes = 0;

	/* of fixed sizes, for compilers to make single loads of them */
	if (len >= 4) {
		memcpy(&bytes, p, 4);
		return le32toh(bytes);
	}
	if (len == 3)
		memcpy(&bytes, p, 3);
	else if (len == 2)
		memcpy(&bytes, p, 2);
	return le32toh(bytes);
}

static inline void
fold_store(unsigned char *to, uint32_t bytes)
{
	bytes = htole32(bytes);
	memcpy(to, &bytes, sizeof(bytes));
}

/* FOLD_SLOW for what is no character of three bytes, or broken. */
static inline uint16_t
fold_find_three(uint32_t bytes)
{
	if ((bytes & 0xc0c0f0) != 0x8080e0)
		return FOLD_SLOW;
	return fold_pages[fold_index[(bytes & 0xf) << 6 | (bytes >> 8 & 0x3f)]]
			 [bytes >> 16 & 0x3f];
}

/* The same for two bytes; 0xc0 and 0xc1 begin nothing. */
static inline uint16_t
fold_find_two(uint32_t bytes)
{
	if ((bytes & 0xc0e0) != 0x80c0 || !(bytes & 0x1e))
		return FOLD_SLOW;
	return fold_pages[fold_index[bytes & 0x1f]][bytes >> 8 & 0x3f];
}

/* Copies the characters in front that stay as they are: how many bytes. */
static size_t
fold_copy_threes(const unsigned char *p, size_t len, unsigned char *to)
{
	size_t at = 0;

	for (; at + 4 <= len; at += 3) {
		uint32_t bytes = fold_load(p + at, 4);

		if (fold_find_three(bytes) != FOLD_SELF)
			break;
		fold_store(to + at, bytes);
	}
	return at;
}

static size_t
fold_copy_twos(const unsigned char *p, size_t len, unsigned char *to)
{
	size_t at = 0;

	for (; at + 4 <= len; at += 2) {
		uint32_t bytes = fold_load(p + at, 4);

		if (fold_find_two(bytes) != FOLD_SELF)
			break;
		fold_store(to + at, bytes);
	}
	return at;
}

/* One character of which the table has the answer: its length, or 0. */
static size_t
fold_one(struct folded *f, const unsigned char *p, size_t len, size_t source)
{
	uint32_t bytes = fold_load(p, len);
	size_t n = *p >= 0xe0 ? 3 : 2;
	uint16_t entry = n == 3 ? fold_find_three(bytes) : fold_find_two(bytes);

	if (entry == FOLD_SLOW)
		return 0;
	if (entry == FOLD_SELF) {
		fold_store((unsigned char *)f->text + f->len, bytes);
		f->len += n;
	} else
		fold_put_entry(f, entry, n, source);
	return n;
}

/*
 * Characters beyond ASCII as long as the table has their answer; returns where
 * they end.
 */
static size_t
fold_multi(struct folded *f, const unsigned char *p, size_t at, size_t len)
{
	size_t n;

	while (at < len && p[at] >= 0x80) {
		unsigned char *to = (unsigned char *)f->text + f->len;

		n = p[at] >= 0xe0 ? fold_copy_threes(p + at, len - at, to)
				  : fold_copy_twos(p + at, len - at, to);
		if (!n)
			n = fold_one(f, p + at, len - at, at);
		else
			f->len += n;
		if (!n)
			break;
		at += n;
	}
	return at;
}

/* The text from `at` on; the output so far is as long. */
static void
fold_rest(struct folded *f, const char *text, size_t at, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n;

	while (at < len) {
		n = fold_ascii(
		    p + at, len - at, (unsigned char *)f->text + f->len);
		f->len += n;
		at += n;
		n = at;
		at = fold_multi(f, p, at, len);
		if (at == n && at < len)
			at += fold_other(f, text + at, len - at, at);
	}
}

void
fold_text(const char *text, size_t len, struct folded *folded)
{
	assert(len <= UINT32_MAX / (2 * FOLD_GROWTH_MAX));
	folded->len = 0;
	folded->run_count = 0;
	folded->source_len = len;
	fold_reserve(folded, len);
	folded->len = fold_ascii(
	    (const unsigned char *)text, len, (unsigned char *)folded->text);
	if (folded->len < len)
		fold_rest(folded, text, folded->len, len);
	folded->text[folded->len] = '\0';
}
