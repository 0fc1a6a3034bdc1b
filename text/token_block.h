#ifndef WIREWATCH_TEXT_TOKEN_BLOCK_H
#define WIREWATCH_TEXT_TOKEN_BLOCK_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/*
 * For token.c: 64 bytes of folded text as bit masks, without looking anything
 * up. With SSE2 sixteen bytes are told at once; the other way gives the same.
 */
#define TOKEN_BLOCK 64

struct token_masks {
	uint64_t words; /* bytes of words */
	uint64_t chars; /* first bytes of characters that are tokens */
	uint64_t others; /* first bytes of characters that are not told here */
	uint64_t carry; /* bytes of words in the next block */
};

/*
 * Han of the main block and Hangul, told by two bytes: between which values
 * the second must lie, by the low half of the first, 0xe0 to 0xef.
 */
static const unsigned char token_plain_chars[16][2] = {
    {255, 0},
    {255, 0},
    {255, 0},
    {255, 0},
    {0xb8, 0xbf},
    {0, 255},
    {0, 255},
    {0, 255},
    {0, 255},
    {0, 255},
    {0xb0, 0xbf},
    {0, 255},
    {0, 255},
    {0x80, 0x9d},
    {255, 0},
    {255, 0},
};

static inline uint64_t
token_is_plain_char(unsigned char lead, unsigned char second)
{
	const unsigned char *range = token_plain_chars[lead & 15];

	return (lead & 0xf0) == 0xe0 && second >= range[0] &&
	       second <= range[1];
}

/* Letters of Latin and Cyrillic in two bytes: U+00C0-024F and U+0400-047F. */
static inline uint64_t
token_is_plain_letter(unsigned char lead, unsigned char second)
{
	if (lead == 0xc3) /* but the signs of times and division */
		return (second & 0xdf) != 0x97;
	return (lead >= 0xc4 && lead <= 0xc9) || (lead & 0xfe) == 0xd0;
}

/* Letters and digits of ASCII, which are small; *high_r: beyond ASCII. */
static inline uint64_t
token_block_ascii_plain(const unsigned char *text, uint64_t *high_r)
{
	uint64_t words = 0;
	int i;

	*high_r = 0;
	for (i = 0; i < TOKEN_BLOCK; i++) {
		unsigned char c = text[i];

		words |=
		    (uint64_t)((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		    << i;
		*high_r |= (uint64_t)(c >> 7) << i;
	}
	return words;
}

/* Of the characters beyond ASCII; one more byte is read. */
static inline void
token_block_wide_plain(const unsigned char *text, struct token_masks *masks)
{
	uint64_t letters = 0;
	int i;

	masks->chars = masks->others = 0;
	for (i = 0; i < TOKEN_BLOCK; i++) {
		uint64_t letter = token_is_plain_letter(text[i], text[i + 1]);
		uint64_t is_char = token_is_plain_char(text[i], text[i + 1]);

		letters |= letter << i;
		masks->chars |= is_char << i;
		masks->others |=
		    (text[i] >= 0xc0 && !letter && !is_char ? UINT64_C(1) : 0)
		    << i;
	}
	masks->words = letters | letters << 1;
	masks->carry = letters >> (TOKEN_BLOCK - 1);
}

#if defined(__SSE2__)
/* Bytes from `first` on, `count` of them; comparison is of signed numbers. */
static inline __m128i
token_block_range(__m128i v, unsigned char first, int count)
{
	return _mm_cmplt_epi8(
	    _mm_add_epi8(v, _mm_set1_epi8((char)(0x80 - first))),
	    _mm_set1_epi8((char)(-128 + count)));
}

static inline __m128i
token_block_is(__m128i v, unsigned char byte)
{
	return _mm_cmpeq_epi8(v, _mm_set1_epi8((char)byte));
}

static inline uint64_t
token_block_bits(__m128i v, int i)
{
	return (uint64_t)(uint32_t)_mm_movemask_epi8(v) << i;
}

static inline __m128i
token_block_load(const unsigned char *text)
{
	return _mm_loadu_si128((const __m128i *)text);
}

static inline uint64_t
token_block_ascii_sse2(const unsigned char *text, uint64_t *high_r)
{
	uint64_t words = 0, high = 0;
	int i;

	for (i = 0; i < TOKEN_BLOCK; i += 16) {
		__m128i v = token_block_load(text + i);

		words |=
		    token_block_bits(_mm_or_si128(token_block_range(v, 'a', 26),
					 token_block_range(v, '0', 10)),
			i);
		high |= token_block_bits(v, i);
	}
	*high_r = high;
	return words;
}

/* The table of token_plain_chars as comparisons. */
static inline __m128i
token_block_chars(__m128i v, __m128i next)
{
	__m128i any = _mm_or_si128(
	    token_block_range(v, 0xe5, 5), token_block_range(v, 0xeb, 2));
	__m128i han = _mm_and_si128(
	    token_block_is(v, 0xe4), token_block_range(next, 0xb8, 8));
	__m128i hangul = _mm_or_si128(_mm_and_si128(token_block_is(v, 0xea),
					  token_block_range(next, 0xb0, 16)),
	    _mm_and_si128(
		token_block_is(v, 0xed), token_block_range(next, 0x80, 30)));

	return _mm_or_si128(any, _mm_or_si128(han, hangul));
}

static inline __m128i
token_block_letters(__m128i v, __m128i next)
{
	__m128i sign = token_block_is(
	    _mm_and_si128(next, _mm_set1_epi8((char)0xdf)), 0x97);

	return _mm_or_si128(_mm_andnot_si128(sign, token_block_is(v, 0xc3)),
	    _mm_or_si128(
		token_block_range(v, 0xc4, 6), token_block_range(v, 0xd0, 2)));
}

static inline void
token_block_wide_sse2(const unsigned char *text, struct token_masks *masks)
{
	uint64_t letters = 0, chars = 0, leads = 0;
	int i;

	for (i = 0; i < TOKEN_BLOCK; i += 16) {
		__m128i v = token_block_load(text + i);
		__m128i next = token_block_load(text + i + 1);

		chars |= token_block_bits(token_block_chars(v, next), i);
		letters |= token_block_bits(token_block_letters(v, next), i);
		leads |= token_block_bits(token_block_range(v, 0xc0, 64), i);
	}
	masks->words = letters | letters << 1;
	masks->chars = chars;
	masks->others = leads & ~(letters | chars);
	masks->carry = letters >> (TOKEN_BLOCK - 1);
}

#define token_block_ascii token_block_ascii_sse2
#define token_block_wide token_block_wide_sse2
#else
#define token_block_ascii token_block_ascii_plain
#define token_block_wide token_block_wide_plain
#endif

#endif
