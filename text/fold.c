/*
 * Folding in one pass. ASCII is lower-cased a block at a time; a character of
 * the first plane that folds to one character, which is nearly all of every
 * language, costs one look into fold_table; what is left goes to fold_slow.
 * After every character the output is folded, in NFC, and offsets are on
 * borders of source characters and never fall.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/alloc.h"
#include "text/fold.h"
#include "text/fold_private.h"

#define FOLD_BLOCK 16	/* bytes of ASCII looked at together */
#define FOLD_SLACK (4 * FOLD_BLOCK)	/* room behind what is written */

void
folded_init(struct folded *folded)
{
	memset(folded, 0, sizeof(*folded));
}

void
folded_clear(struct folded *folded)
{
	free(folded->text);
	free(folded->offset_store);
	folded_init(folded);
}

size_t
folded_source(const struct folded *folded, size_t offset)
{
	return folded->offsets ? folded->offsets[offset] : offset;
}

size_t
folded_source_end(const struct folded *folded, size_t end)
{
	const uint32_t *offsets = folded->offsets;

	if (!offsets || end == 0)
		return folded_source(folded, end);
	while (end < folded->len && offsets[end] == offsets[end - 1])
		end++;
	return offsets[end];
}

static unsigned char
fold_lower(unsigned char c)
{
	return (unsigned char)(c | (c >= 'A' && c <= 'Z' ? 0x20 : 0));
}

/*
 * Copies the ASCII at the beginning in lower case, whole blocks and then
 * bytes, and returns its length. The loops have no early way out, so that
 * compilers make vector instructions of them.
 */
static size_t
fold_ascii(const unsigned char *from, size_t len, unsigned char *to)
{
	size_t at = 0, i;

	while (len - at >= FOLD_BLOCK) {
		unsigned char seen = 0;

		for (i = 0; i < FOLD_BLOCK; i++)
			seen |= from[at + i];
		if (seen & 0x80)
			break;
		for (i = 0; i < FOLD_BLOCK; i++)
			to[at + i] = fold_lower(from[at + i]);
		at += FOLD_BLOCK;
	}
	for (; at < len && from[at] < 0x80; at++)
		to[at] = fold_lower(from[at]);
	return at;
}

/* Makes room for `need` more bytes and their offsets, and some slack. */
static void
fold_reserve(struct folded *f, size_t need)
{
	need += f->len + FOLD_SLACK;
	if (need > f->cap)
		f->text = xgrow(f->text, need, &f->cap, 1);
	if (f->offsets && need > f->offset_cap) {
		f->offset_store = xgrow(f->offset_store, need, &f->offset_cap,
		    sizeof(*f->offset_store));
		f->offsets = f->offset_store;
	}
}

/* `count` bytes of output that came from as many of source, one by one. */
static void
fold_number(struct folded *f, size_t source, size_t count)
{
	uint32_t *to = f->offsets + f->len;
	size_t i;

	for (i = 0; i < count; i++)
		to[i] = (uint32_t)(source + i);
}

/* One character for which the table has no answer; returns its length. */
static size_t
fold_other(struct folded *f, const char *p, size_t len, size_t source)
{
	utf8proc_int32_t code;
	utf8proc_ssize_t n;

	n = utf8proc_iterate(
	    (const utf8proc_uint8_t *)p, (utf8proc_ssize_t)len, &code);
	if (n <= 0) {
		code = FOLD_REPLACEMENT;
		n = 1;
	}
	/* the rest of the text, should all of it stay as long as it is */
	fold_reserve(f, len + FOLD_ROOM);
	fold_slow(f, code, (uint32_t)source);
	return (size_t)n;
}

/* The same for all bytes of a character: stores one too many, in the slack. */
static void
fold_mark(struct folded *f, size_t source)
{
	uint32_t *to = f->offsets + f->len;

	to[0] = to[1] = to[2] = to[3] = (uint32_t)source;
}

static void
fold_put_short(struct folded *f, uint32_t code, size_t source)
{
	unsigned char *to = (unsigned char *)f->text + f->len;

	fold_mark(f, source);
	if (code < 0x80) {
		to[0] = (unsigned char)code;
		f->len += 1;
	} else if (code < 0x800) {
		to[0] = (unsigned char)(0xc0 | code >> 6);
		to[1] = (unsigned char)(0x80 | (code & 0x3f));
		f->len += 2;
	} else {
		to[0] = (unsigned char)(0xe0 | code >> 12);
		to[1] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
		to[2] = (unsigned char)(0x80 | (code & 0x3f));
		f->len += 3;
	}
}

/*
 * Characters of two and three bytes as long as the table has their answer;
 * returns how many bytes were read. What the table gives is never longer than
 * the character it stands for, so the room that was reserved suffices.
 */
static size_t
fold_multi(struct folded *f, const char *text, size_t at, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t from = at, n;
	uint16_t entry;
	uint32_t code;

	while (at < len && p[at] >= 0xc2 && p[at] < 0xf0) {
		n = p[at] < 0xe0 ? 2 : 3;
		if (len - at < n)
			break;
		if (n == 2) {
			code = (p[at] & 0x1fu) << 6 | (p[at + 1] & 0x3fu);
		} else {
			code = (p[at] & 0xfu) << 12 | (p[at + 1] & 0x3fu) << 6 |
			       (p[at + 2] & 0x3fu);
		}
		entry = fold_find(code);
		if (entry == FOLD_SLOW)
			break;
		if (entry != FOLD_DROP)
			fold_put_short(
			    f, entry == FOLD_SELF ? code : entry, at);
		at += n;
	}
	return at - from;
}

/* The text from `at` on; the output so far is as long. */
static void
fold_rest(struct folded *f, const char *text, size_t at, size_t len)
{
	size_t n;

	while (at < len) {
		n = fold_ascii((const unsigned char *)text + at, len - at,
		    (unsigned char *)f->text + f->len);
		fold_number(f, at, n);
		f->len += n;
		at += n;
		at += fold_multi(f, text, at, len);
		if (at < len && (unsigned char)text[at] >= 0x80)
			at += fold_other(f, text + at, len - at, at);
	}
	f->offsets[f->len] = (uint32_t)len;
}

/* Begins to keep offsets, behind the ASCII that is there already. */
static void
fold_begin_offsets(struct folded *f)
{
	size_t ascii = f->len;

	if (f->cap > f->offset_cap)
		f->offset_store = xgrow(f->offset_store, f->cap, &f->offset_cap,
		    sizeof(*f->offset_store));
	f->offsets = f->offset_store;
	f->len = 0;
	fold_number(f, 0, ascii);
	f->len = ascii;
}

void
fold_text(const char *text, size_t len, struct folded *folded)
{
	assert(len <= UINT32_MAX / (2 * FOLD_GROWTH_MAX));
	folded->len = 0;
	folded->offsets = NULL;
	folded->source_len = len;
	fold_reserve(folded, len);
	folded->len = fold_ascii(
	    (const unsigned char *)text, len, (unsigned char *)folded->text);
	if (folded->len < len) {
		fold_begin_offsets(folded);
		fold_rest(folded, text, folded->len, len);
	}
	folded->text[folded->len] = '\0';
}
