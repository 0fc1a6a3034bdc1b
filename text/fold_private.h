#ifndef WIREWATCH_TEXT_FOLD_PRIVATE_H
#define WIREWATCH_TEXT_FOLD_PRIVATE_H

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "text/fold.h"
#include "text/fold_table.h"

/* Between fold.c and fold_slow.c. */
#define FOLD_BLOCK 16 /* bytes of ASCII that are lowered together */
#define FOLD_ROOM 256 /* bytes that one code point can need, and more */
#define FOLD_REPLACEMENT 0xfffd

/* What a character of the first plane folds to. */
static inline uint16_t
fold_find(uint32_t code)
{
	return fold_pages[fold_index[code / FOLD_PAGE]][code % FOLD_PAGE];
}

static inline unsigned char
fold_lower(unsigned char c)
{
	return (unsigned char)(c | (c >= 'A' && c <= 'Z' ? 0x20 : 0));
}

/*
 * Lowers FOLD_BLOCK bytes, of which only those of ASCII mean anything; bit i
 * of the result: byte i is beyond ASCII.
 */
static inline unsigned
fold_block_plain(const unsigned char *from, unsigned char *to)
{
	unsigned high = 0, i;

	for (i = 0; i < FOLD_BLOCK; i++) {
		to[i] = fold_lower(from[i]);
		high |= (unsigned)(from[i] >> 7) << i;
	}
	return high;
}

#if defined(__SSE2__)
static inline unsigned
fold_block(const unsigned char *from, unsigned char *to)
{
	__m128i v = _mm_loadu_si128((const __m128i *)from);
	/* signed comparison: A to Z are moved to the least 26 values */
	__m128i capitals =
	    _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8((char)(0x80 - 'A'))),
		_mm_set1_epi8(-128 + 26));

	_mm_storeu_si128((__m128i *)to,
	    _mm_or_si128(v, _mm_and_si128(capitals, _mm_set1_epi8(0x20))));
	return (unsigned)_mm_movemask_epi8(v);
}
#else
#define fold_block fold_block_plain
#endif

/* Where a byte that is put now would be said to come from. */
static inline size_t
fold_next(const struct folded *f)
{
	const struct fold_run *run;

	if (!f->run_count)
		return f->len;
	run = &f->runs[f->run_count - 1];
	return run->is_one ? run->source : run->source + f->len - run->at;
}

/* What is put from now on comes from `source`, all of it or on from there. */
void fold_add_run(struct folded *folded, size_t source, bool is_one);

/*
 * Folds any character of the source, which came from offset `source`, onto the
 * end of the output, where FOLD_ROOM bytes are free. What follows must begin
 * with a run.
 */
void fold_slow(struct folded *folded, int32_t code, uint32_t source);

#endif
