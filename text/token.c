/*
 * The tokeniser, the hottest loop beside the matcher's. 64 bytes at a time
 * become two bit masks: bytes of words, and first bytes of characters that are
 * tokens. ASCII is classified sixteen bytes at once where SSE2 is there; other
 * characters one by one. Runs of ones are then read off as words. Every token's
 * bytes are followed by readable memory, so that hashing never looks at ends.
 */
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "lib/alloc.h"
#include "text/token.h"

#define BLOCK 64
#define MULTIPLIER_1 UINT64_C(0x9fb21c651e98df25)
#define MULTIPLIER_2 UINT64_C(0xd6e8feb86659fd93)
#define DOTTED_LETTER_MAX 4 /* bytes of one character */

void
token_seed(uint64_t seed[2])
{
	/* without randomness matching still works, only predictably */
	if (RAND_bytes((unsigned char *)seed, 2 * sizeof(*seed)) != 1) {
		seed[0] = MULTIPLIER_2;
		seed[1] = MULTIPLIER_1;
	}
}

static inline uint64_t
token_hash_16(const uint64_t seed[2], uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ seed[0]) * MULTIPLIER_1;

	h = ((h ^ h >> 31) + (b ^ seed[1])) * MULTIPLIER_2;
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

static uint64_t
token_hash_long(const uint64_t seed[2], const char *text, size_t len)
{
	uint64_t h;

	h = token_hash_short(seed, text, 16) ^ len;
	for (text += 16, len -= 16; len > 16; text += 16, len -= 16)
		h = h * MULTIPLIER_1 ^ token_hash_short(seed, text, 16);
	return h * MULTIPLIER_1 ^ token_hash_short(seed, text, len);
}

uint64_t
token_hash(const uint64_t seed[2], const char *text, size_t len)
{
	return len <= 16 ? token_hash_short(seed, text, len)
			 : token_hash_long(seed, text, len);
}

uint64_t
token_hash_char(const uint64_t seed[2], const char *bytes, size_t len)
{
	uint32_t code, mask;
	uint64_t h;

	memcpy(&code, bytes, sizeof(code));
	memcpy(&mask, token_masks + 16 - len, sizeof(mask));
	h = ((code & mask) ^ seed[0]) * MULTIPLIER_1;
	return h ^ h >> 32;
}

uint32_t
token_decode(const char *text, size_t *len_r)
{
	const unsigned char *u = (const unsigned char *)text;

	if (u[0] < 0xc0) {
		*len_r = 1;
		return u[0];
	}
	if (u[0] < 0xe0) {
		*len_r = 2;
		return (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
	}
	if (u[0] < 0xf0) {
		*len_r = 3;
		return (u[0] & 0x0fu) << 12 | (u[1] & 0x3fu) << 6 |
		       (u[2] & 0x3fu);
	}
	*len_r = 4;
	return (u[0] & 0x07u) << 18 | (u[1] & 0x3fu) << 12 |
	       (u[2] & 0x3fu) << 6 | (u[3] & 0x3fu);
}

/* Selects a glyph, belongs to no word. */
static bool
token_is_variation(uint32_t code)
{
	return (code >= 0xfe00 && code <= 0xfe0f) ||
	       (code >= 0xe0100 && code <= 0xe01ef);
}

enum token_kind
token_kind_of(uint32_t code)
{
	if (script_is_char(code))
		return TOKEN_CHAR;
	if (token_is_variation(code))
		return TOKEN_BREAK;
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return TOKEN_WORD;
	default:
		return TOKEN_BREAK;
	}
}

void
tokens_init(struct tokens *tokens, const uint64_t seed[2])
{
	memset(tokens, 0, sizeof(*tokens));
	memcpy(tokens->seed, seed, sizeof(tokens->seed));
}

void
tokens_clear(struct tokens *tokens)
{
	free(tokens->items);
	free(tokens->text);
	memset(tokens, 0, sizeof(*tokens));
}

void
tokens_reset(struct tokens *tokens)
{
	tokens->count = 0;
	tokens->text_len = 0;
	tokens->position = 0;
}

/* One field while it is read. */
struct token_scan {
	struct tokens *tokens;
	const struct folded *folded;
	const char *source;
	const char *text; /* of the field, padded */
	size_t base; /* of it, in tokens->text */
	size_t len;
	size_t extra; /* in tokens->text: where dotted words go */
	size_t skip; /* words before this offset are in a token */
	struct token *out; /* where the next token goes */
	uint32_t position; /* and its position */
	enum tokens_mode mode;
	bool has_wildcards;
};

/* Of 64 bytes: which belong to words, which begin a character token. */
struct token_masks {
	uint64_t words;
	uint64_t chars;
};

static inline void
tokens_push(struct token_scan *scan, enum token_kind kind, size_t start,
    size_t end, size_t text, size_t len)
{
	const char *bytes = scan->tokens->text + text;
	const uint64_t *seed = scan->tokens->seed;
	struct token *token = scan->out++;

	token->hash = kind == TOKEN_CHAR ? token_hash_char(seed, bytes, len)
					 : token_hash(seed, bytes, len);
	token->text = (uint32_t)text;
	token->len = (uint32_t)len;
	token->start = (uint32_t)start;
	token->end = (uint32_t)end;
	token->position = scan->position;
	token->kind = kind;
	scan->position += kind == TOKEN_WORD ? TOKEN_WORD_WIDTH : 1;
}

static void
tokens_push_break(struct tokens *tokens)
{
	struct token *token;

	tokens->items = xgrow(tokens->items, tokens->count + 1 + TOKEN_SLACK,
	    &tokens->cap, sizeof(*tokens->items));
	token = &tokens->items[tokens->count++];
	memset(token, 0, (1 + TOKEN_SLACK) * sizeof(*token));
	tokens->position += TOKEN_FIELD_GAP;
	token->position = tokens->position;
}

static bool
token_is_capital(uint32_t code)
{
	return code < 0x80 ? code >= 'A' && code <= 'Z'
			   : utf8proc_category((utf8proc_int32_t)code) ==
				 UTF8PROC_CATEGORY_LU;
}

/* Whether the byte at an offset of the field begins a part of a word. */
static bool
tokens_is_word_at(const struct token_scan *scan, size_t at)
{
	size_t len;

	if (at >= scan->len)
		return false;
	if (scan->mode == TOKENS_OF_QUERY &&
	    (scan->text[at] == '*' || scan->text[at] == '?'))
		return true;
	return token_kind_of(token_decode(scan->text + at, &len)) == TOKEN_WORD;
}

/* One letter that stands alone and, in a text, was a capital: its length. */
static size_t
tokens_dotted_letter(const struct token_scan *scan, size_t at)
{
	size_t len, source_len;
	uint32_t code;

	if (at >= scan->len)
		return 0;
	code = token_decode(scan->text + at, &len);
	if (script_of(code) == SCRIPT_NONE ||
	    token_kind_of(code) != TOKEN_WORD ||
	    tokens_is_word_at(scan, at + len))
		return 0;
	if (scan->mode == TOKENS_OF_QUERY)
		return len;
	code = token_decode(
	    scan->source + folded_source(scan->folded, at), &source_len);
	return token_is_capital(code) ? len : 0;
}

/* U.N., D.P.R.K: true if a token was made of it. */
static bool
tokens_push_dotted(struct token_scan *scan, size_t start)
{
	size_t at = start, end = start, letters = 0, len, text = scan->extra;

	while ((len = tokens_dotted_letter(scan, at))) {
		memcpy(scan->tokens->text + scan->extra, scan->text + at, len);
		scan->extra += len;
		letters++;
		end = at + len;
		if (scan->text[end] != '.')
			break;
		at = ++end;
	}
	if (letters < 2) {
		scan->extra = text;
		return false;
	}
	tokens_push(scan, TOKEN_WORD, start, end, text, scan->extra - text);
	scan->skip = end;
	return true;
}

/* The s of 's, right behind a word. */
static bool
tokens_is_possessive(const struct token_scan *scan, size_t start)
{
	const struct token *last = scan->out - 1;

	return scan->text[start] == 's' && last->kind != TOKEN_BREAK &&
	       last->end + 1 == start && scan->text[last->end] == '\'';
}

static inline void
tokens_push_word(struct token_scan *scan, size_t start, size_t end)
{
	size_t len = end - start;

	if (start < scan->skip)
		return;
	if (scan->text[end] == '.' && len <= DOTTED_LETTER_MAX &&
	    tokens_push_dotted(scan, start))
		return;
	if (len == 1 && tokens_is_possessive(scan, start))
		return;
	tokens_push(scan, TOKEN_WORD, start, end, scan->base + start, len);
}

/* Lower-case letters and digits among 64 bytes; bytes beyond ASCII apart. */
static uint64_t
token_ascii_words(const char *text, uint64_t *high_r)
{
	uint64_t words = 0, high = 0;
	int i;

#if defined(__SSE2__)
	for (i = 0; i < BLOCK / 16; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(text + 16 * i));
		__m128i letters = _mm_cmplt_epi8(
		    _mm_add_epi8(v, _mm_set1_epi8((char)(0x80 - 'a'))),
		    _mm_set1_epi8(-128 + 26));
		__m128i digits = _mm_cmplt_epi8(
		    _mm_add_epi8(v, _mm_set1_epi8((char)(0x80 - '0'))),
		    _mm_set1_epi8(-128 + 10));

		words |= (uint64_t)(uint32_t)_mm_movemask_epi8(
			     _mm_or_si128(letters, digits))
			 << 16 * i;
		high |= (uint64_t)(uint32_t)_mm_movemask_epi8(v) << 16 * i;
	}
#else
	for (i = 0; i < BLOCK; i++) {
		unsigned char c = (unsigned char)text[i];

		words |= (uint64_t)(c - 'a' < 26u || c - '0' < 10u) << i;
		high |= (uint64_t)(c >> 7) << i;
	}
#endif
	*high_r = high;
	return words;
}

static uint64_t
token_wildcards(const char *text)
{
	uint64_t found = 0;
	int i;

	for (i = 0; i < BLOCK; i++)
		found |= (uint64_t)(text[i] == '*' || text[i] == '?') << i;
	return found;
}

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
    {0x80, 0xbf},
    {0x80, 0xbf},
    {0x80, 0xbf},
    {0x80, 0xbf},
    {0x80, 0xbf},
    {0xb0, 0xbf},
    {0x80, 0xbf},
    {0x80, 0xbf},
    {0x80, 0x9d},
    {255, 0},
    {255, 0},
};

static inline bool
token_is_plain_char(const char *text)
{
	unsigned char lead = (unsigned char)text[0];
	unsigned char second = (unsigned char)text[1];
	const unsigned char *range = token_plain_chars[lead & 15];

	return (lead & 0xf0) == 0xe0 && second >= range[0] &&
	       second <= range[1];
}

/* Letters of Latin and Cyrillic in two bytes: U+00C0-024F and U+0400-047F. */
static inline bool
token_is_plain_letter(const char *text)
{
	unsigned char lead = (unsigned char)text[0];

	if (lead == 0xc3) /* but the signs of times and division */
		return ((unsigned char)text[1] & 0xdf) != 0x97;
	return (lead >= 0xc4 && lead <= 0xc9) || (lead & 0xfe) == 0xd0;
}

/*
 * Adds the characters beyond ASCII of one block. One that reaches into the next
 * block leaves its bits there in *carry, and is not looked at again: *ahead.
 */
static void
token_classify(const char *text, uint64_t high, struct token_masks *masks,
    uint64_t *carry, unsigned *ahead)
{
	high &= *ahead < BLOCK ? ~UINT64_C(0) << *ahead : 0;
	*ahead = 0;
	while (high) {
		unsigned at = (unsigned)__builtin_ctzll(high);
		enum token_kind kind = TOKEN_CHAR;
		uint64_t bits;
		size_t len = 3;

		if (token_is_plain_letter(text + at)) {
			kind = TOKEN_WORD;
			len = 2;
		} else if (!token_is_plain_char(text + at))
			kind = token_kind_of(token_decode(text + at, &len));
		bits = (UINT64_C(1) << len) - 1;
		if (kind == TOKEN_CHAR)
			masks->chars |= UINT64_C(1) << at;
		else if (kind == TOKEN_WORD)
			masks->words |= bits << at;
		if (at + len > BLOCK) {
			*ahead = (unsigned)(at + len - BLOCK);
			if (kind == TOKEN_WORD)
				*carry = bits >> (BLOCK - at);
			return;
		}
		high &= ~(bits << at);
	}
}

/* A word that is not yet over when its block is. */
struct token_open {
	size_t start;
	bool is_open;
};

static void
tokens_read_words(struct token_scan *scan, size_t base, uint64_t words,
    struct token_open *open)
{
	uint64_t before = words << 1 | open->is_open;
	uint64_t starts = words & ~before, ends = ~words & before;

	if (!open->is_open && starts) {
		open->start = base + (size_t)__builtin_ctzll(starts);
		starts &= starts - 1;
	}
	while (ends) {
		tokens_push_word(
		    scan, open->start, base + (size_t)__builtin_ctzll(ends));
		ends &= ends - 1;
		if (starts) {
			open->start = base + (size_t)__builtin_ctzll(starts);
			starts &= starts - 1;
		}
	}
	open->is_open = words >> 63;
}

static inline void
tokens_push_char(struct token_scan *scan, size_t at)
{
	/* the first script that is written so begins at U+1100 */
	size_t len = (unsigned char)scan->text[at] < 0xf0 ? 3 : 4;

	tokens_push(scan, TOKEN_CHAR, at, at + len, scan->base + at, len);
}

/* Words and characters in the order of the text. */
static void
tokens_read_mixed(struct token_scan *scan, size_t base,
    const struct token_masks *masks, struct token_open *open)
{
	uint64_t edges = masks->words ^ (masks->words << 1 | open->is_open);
	uint64_t events = edges | masks->chars;

	while (events) {
		unsigned bit = (unsigned)__builtin_ctzll(events);

		events &= events - 1;
		if (edges >> bit & 1) {
			if (open->is_open)
				tokens_push_word(scan, open->start, base + bit);
			open->start = base + bit;
			open->is_open = !open->is_open;
		}
		if (masks->chars >> bit & 1)
			tokens_push_char(scan, base + bit);
	}
}

/* Room for as many tokens as a block can make, and one that was open. */
static void
tokens_make_room(struct token_scan *scan)
{
	struct tokens *tokens = scan->tokens;

	tokens->count = (size_t)(scan->out - tokens->items);
	if (tokens->cap - tokens->count > BLOCK)
		return;
	tokens->items = xgrow(tokens->items, tokens->count + BLOCK + 1,
	    &tokens->cap, sizeof(*tokens->items));
	scan->out = tokens->items + tokens->count;
}

static void
tokens_read(struct token_scan *scan)
{
	struct token_open open = {0, false};
	uint64_t carry = 0, high;
	unsigned ahead = 0;
	size_t base;

	for (base = 0; base < scan->len; base += BLOCK) {
		const char *text = scan->text + base;
		struct token_masks masks = {0, 0};

		masks.words = token_ascii_words(text, &high) | carry;
		carry = 0;
		if (scan->has_wildcards)
			masks.words |= token_wildcards(text);
		if (high)
			token_classify(text, high, &masks, &carry, &ahead);
		tokens_make_room(scan);
		if (masks.chars)
			tokens_read_mixed(scan, base, &masks, &open);
		else
			tokens_read_words(scan, base, masks.words, &open);
	}
	if (open.is_open) {
		tokens_make_room(scan);
		tokens_push_word(scan, open.start, scan->len);
	}
}

/* The field's bytes, padded, with room for the dotted words in it. */
static void
tokens_copy_text(struct token_scan *scan)
{
	struct tokens *tokens = scan->tokens;
	size_t need = tokens->text_len + 2 * scan->len + 3 * TOKEN_PAD;
	char *text;

	tokens->text =
	    xgrow(tokens->text, need, &tokens->text_cap, sizeof(char));
	scan->base = tokens->text_len;
	text = tokens->text + scan->base;
	if (scan->len)
		memcpy(text, scan->folded->text, scan->len);
	memset(text + scan->len, 0, TOKEN_PAD);
	scan->text = text;
	scan->extra = scan->base + scan->len + TOKEN_PAD;
}

void
tokens_add(struct tokens *tokens, const struct folded *folded,
    const char *source, enum tokens_mode mode)
{
	struct token_scan scan = {
	    .tokens = tokens,
	    .folded = folded,
	    .source = source,
	    .len = folded->len < TOKEN_TEXT_MAX ? folded->len : TOKEN_TEXT_MAX,
	    .mode = mode,
	};

	if (!tokens->count)
		tokens_push_break(tokens);
	tokens_copy_text(&scan);
	scan.has_wildcards =
	    mode == TOKENS_OF_QUERY && (memchr(scan.text, '*', scan.len) ||
					   memchr(scan.text, '?', scan.len));
	scan.out = tokens->items + tokens->count;
	scan.position = tokens->position;
	tokens_read(&scan);
	tokens->count = (size_t)(scan.out - tokens->items);
	tokens->position = scan.position;
	memset(tokens->text + scan.extra, 0, TOKEN_PAD);
	tokens->text_len = scan.extra + TOKEN_PAD;
	tokens_push_break(tokens);
}
