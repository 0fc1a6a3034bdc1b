#ifndef WIREWATCH_TEXT_TOKEN_HASH_H
#define WIREWATCH_TEXT_TOKEN_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * The hash of a token's bytes, of which TOKEN_PAD must be readable: nearly all
 * words have up to sixteen, and are hashed without a loop or a branch.
 */
#define TOKEN_MULTIPLIER_1 UINT64_C(0x9fb21c651e98df25)
#define TOKEN_MULTIPLIER_2 UINT64_C(0xd6e8feb86659fd93)

static inline uint64_t
token_hash_16(const uint64_t seed[2], uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ seed[0]) * TOKEN_MULTIPLIER_1;

	h = ((h ^ h >> 31) + (b ^ seed[1])) * TOKEN_MULTIPLIER_2;
	return h ^ h >> 32;
}

static const unsigned char token_masks[32] = {
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
};

/* Up to 16 bytes without a branch: what is behind them is masked. */
static inline uint64_t
token_hash_short(const uint64_t seed[2], const char *text, size_t len)
{
	uint64_t a, b, mask_a, mask_b;

	memcpy(&a, text, 8);
	memcpy(&b, text + 8, 8);
	memcpy(&mask_a, token_masks + 16 - len, 8);
	memcpy(&mask_b, token_masks + 24 - len, 8);
	return token_hash_16(seed, a & mask_a, b & mask_b);
}

static inline uint64_t
token_hash_long(const uint64_t seed[2], const char *text, size_t len)
{
	uint64_t h;

	h = token_hash_short(seed, text, 16) ^ len;
	for (text += 16, len -= 16; len > 16; text += 16, len -= 16)
		h = h * TOKEN_MULTIPLIER_1 ^ token_hash_short(seed, text, 16);
	return h * TOKEN_MULTIPLIER_1 ^ token_hash_short(seed, text, len);
}

/* Of a word. */
static inline uint64_t
token_hash(const uint64_t seed[2], const char *text, size_t len)
{
	return len <= 16 ? token_hash_short(seed, text, len)
			 : token_hash_long(seed, text, len);
}

/* Of a character token; not that of a word of the same bytes. */
static inline uint64_t
token_hash_char(const uint64_t seed[2], const char *bytes, size_t len)
{
	uint32_t code, mask;
	uint64_t h;

	memcpy(&code, bytes, sizeof(code));
	memcpy(&mask, token_masks + 16 - len, sizeof(mask));
	h = ((code & mask) ^ seed[0]) * TOKEN_MULTIPLIER_1;
	return h ^ h >> 32;
}

#endif
