/*
 * The tokeniser, the hottest loop beside the matcher's. 64 bytes at a time
 * become bit masks (token_block.h), of which the tokens are read off: runs of
 * ones are words. A block without letters that stand alone, which possessives
 * and dotted capitals are made of, is read by a loop that asks no questions.
 * Every token's bytes are followed by readable memory, so that hashing never
 * looks at ends.
 */
#include <assert.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/alloc.h"
#include "text/token.h"
#include "text/token_block.h"
#include "text/token_hash.h"

#define DOTTED_LETTER_MAX 4 /* bytes of one character */

void
token_seed(uint64_t seed[2])
{
	/* without randomness matching still works, only predictably */
	if (RAND_bytes((unsigned char *)seed, 2 * sizeof(*seed)) != 1) {
		seed[0] = TOKEN_MULTIPLIER_2;
		seed[1] = TOKEN_MULTIPLIER_1;
	}
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
tokens_init(struct tokens *tokens)
{
	memset(tokens, 0, sizeof(*tokens));
}

void
tokens_clear(struct tokens *tokens)
{
	free(tokens->items);
	free(tokens->text);
	free(tokens->dotted);
	free(tokens->positions);
	memset(tokens, 0, sizeof(*tokens));
}

void
tokens_reset(struct tokens *tokens)
{
	tokens->count = 0;
	tokens->text_len = 0;
	tokens->dotted_count = 0;
}

const char *
tokens_dotted_bytes(
    const struct tokens *tokens, const struct token *token, size_t *len_r)
{
	uint32_t index = (uint32_t)(token - tokens->items);
	size_t low = 0, high = tokens->dotted_count, middle;

	while (low + 1 < high) {
		middle = low + (high - low) / 2;
		if (tokens->dotted[middle].token > index)
			high = middle;
		else
			low = middle;
	}
	*len_r = tokens->dotted[low].len;
	return tokens->text + tokens->dotted[low].text;
}

void
tokens_number(struct tokens *tokens)
{
	/* by kind: how far a token is from the one before, and how wide */
	static const uint32_t gaps[] = {[TOKEN_BREAK] = TOKEN_FIELD_GAP,
	    [TOKEN_WORD] = 0,
	    [TOKEN_CHAR] = 0};
	static const uint32_t widths[] = {[TOKEN_BREAK] = 0,
	    [TOKEN_WORD] = TOKEN_WORD_WIDTH,
	    [TOKEN_CHAR] = 1};
	uint32_t position = 0;
	size_t i;

	tokens->positions = xgrow(tokens->positions, tokens->count,
	    &tokens->position_cap, sizeof(*tokens->positions));
	for (i = 0; i < tokens->count; i++) {
		position += gaps[tokens->items[i].kind];
		tokens->positions[i] = position;
		position += widths[tokens->items[i].kind];
	}
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
	enum tokens_mode mode;
	bool has_wildcards;
};

static inline void
token_set(struct token *token, size_t start, size_t end, enum token_kind kind)
{
	token->start = (uint32_t)start;
	token->end = (uint32_t)end;
	token->kind = (uint8_t)kind;
	token->is_dotted = false;
}

/* `base` is where `text` stands in tokens->text, `start` within it. */
static inline void
token_set_char(struct token *token, const char *text, size_t base, size_t start)
{
	/* the first script that is written so begins at U+1100 */
	size_t len = 3 + ((unsigned char)text[start] >= 0xf0);

	token_set(token, base + start, base + start + len, TOKEN_CHAR);
}

/* The place of the lowest bit; there is one. */
static inline size_t
token_lowest(uint64_t bits)
{
	return (unsigned)__builtin_ctzll(bits);
}

static void
tokens_push_break(struct tokens *tokens)
{
	tokens->items = xgrow(tokens->items, tokens->count + 1 + TOKEN_SLACK,
	    &tokens->cap, sizeof(*tokens->items));
	memset(&tokens->items[tokens->count], 0,
	    (1 + TOKEN_SLACK) * sizeof(*tokens->items));
	tokens->count++;
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

static void
tokens_add_dotted(struct token_scan *scan, size_t start, size_t end, size_t len)
{
	struct tokens *tokens = scan->tokens;
	struct token_dotted *dotted;

	tokens->dotted = xgrow(tokens->dotted, tokens->dotted_count + 1,
	    &tokens->dotted_cap, sizeof(*tokens->dotted));
	dotted = &tokens->dotted[tokens->dotted_count++];
	dotted->token = (uint32_t)(scan->out - tokens->items);
	dotted->text = (uint32_t)(scan->extra - len);
	dotted->len = (uint32_t)len;
	token_set(scan->out, scan->base + start, scan->base + end, TOKEN_WORD);
	scan->out++->is_dotted = true;
	scan->skip = end;
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
	tokens_add_dotted(scan, start, end, scan->extra - text);
	return true;
}

/* The s of 's, right behind a word. */
static bool
tokens_is_possessive(const struct token_scan *scan, size_t start)
{
	const struct token *last = scan->out - 1;

	return scan->text[start] == 's' && last->kind != TOKEN_BREAK &&
	       last->end + 1 == scan->base + start &&
	       scan->text[start - 1] == '\'';
}

/* Whether a word and what follows are like the first part of U.N. */
static inline bool
token_is_dotted(const char *text, size_t start, size_t end)
{
	return text[end] == '.' && end - start <= DOTTED_LETTER_MAX &&
	       (end - start == 1 || (unsigned char)text[start] >= 0x80);
}

static inline void
tokens_push_word(struct token_scan *scan, size_t start, size_t end)
{
	if (start < scan->skip)
		return;
	if (token_is_dotted(scan->text, start, end) &&
	    tokens_push_dotted(scan, start))
		return;
	if (end - start == 1 && tokens_is_possessive(scan, start))
		return;
	token_set(
	    scan->out++, scan->base + start, scan->base + end, TOKEN_WORD);
}

static uint64_t
token_wildcards(const char *text, size_t len)
{
	uint64_t found = 0;
	size_t i;

	for (i = 0; i < len && i < TOKEN_BLOCK; i++)
		found |= (uint64_t)(text[i] == '*' || text[i] == '?') << i;
	return found;
}

/* Tells the characters that token_block.h leaves over, one by one. */
static void
token_tell_others(const char *text, struct token_masks *masks)
{
	uint64_t left;

	for (left = masks->others; left; left &= left - 1) {
		size_t at = token_lowest(left);
		size_t len;
		enum token_kind kind =
		    token_kind_of(token_decode(text + at, &len));
		uint64_t bits = (UINT64_C(1) << len) - 1;

		if (kind == TOKEN_CHAR)
			masks->chars |= UINT64_C(1) << at;
		if (kind != TOKEN_WORD)
			continue;
		masks->words |= bits << at;
		if (at + len > TOKEN_BLOCK)
			masks->carry |= bits >> (TOKEN_BLOCK - at);
	}
}

/*
 * The masks of one block; those of the one before are passed in. Whether there
 * is anything but ASCII.
 */
static bool
tokens_read_masks(
    const struct token_scan *scan, const char *text, struct token_masks *masks)
{
	uint64_t carry = masks->carry, high;
	uint64_t words =
	    token_block_ascii((const unsigned char *)text, &high) | carry;

	if (scan->has_wildcards)
		words |= token_wildcards(
		    text, scan->len - (size_t)(text - scan->text));
	masks->words = masks->chars = masks->carry = 0;
	if (high) {
		token_block_wide((const unsigned char *)text, masks);
		token_tell_others(text, masks);
	}
	masks->words |= words;
	return high != 0;
}

/* A word that is not yet over when its block is. */
struct token_open {
	size_t start;
	bool is_open;
};

/*
 * Whether a block of ASCII may hold letters that stand alone, or what was made
 * of them reaches into it.
 */
static bool
tokens_is_delicate(const struct token_scan *scan, size_t base, uint64_t starts,
    uint64_t ends, const struct token_open *open)
{
	size_t end = base + token_lowest(ends);

	if (scan->skip > base || starts & ends >> 1)
		return true;
	return open->is_open &&
	       (open->start + 1 == end || open->start < scan->skip ||
		   token_is_dotted(scan->text, open->start, end));
}

static void
tokens_read_plain(struct token_scan *scan, size_t base, uint64_t starts,
    uint64_t ends, struct token_open *open)
{
	struct token *out = scan->out;
	size_t start = scan->base + open->start, offset = scan->base + base;

	for (; ends; ends &= ends - 1) {
		token_set(
		    out++, start, offset + token_lowest(ends), TOKEN_WORD);
		if (starts) {
			start = offset + token_lowest(starts);
			starts &= starts - 1;
		}
	}
	open->start = start - scan->base;
	scan->out = out;
}

static void
tokens_read_delicate(struct token_scan *scan, size_t base, uint64_t starts,
    uint64_t ends, struct token_open *open)
{
	for (; ends; ends &= ends - 1) {
		tokens_push_word(scan, open->start, base + token_lowest(ends));
		if (starts) {
			open->start = base + token_lowest(starts);
			starts &= starts - 1;
		}
	}
}

static void
tokens_read_words(struct token_scan *scan, size_t base, uint64_t words,
    bool is_wide, struct token_open *open)
{
	uint64_t before = words << 1 | open->is_open;
	uint64_t starts = words & ~before, ends = ~words & before;
	bool is_delicate = is_wide || (ends && tokens_is_delicate(scan, base,
						   starts, ends, open));

	if (!open->is_open && starts) {
		open->start = base + token_lowest(starts);
		starts &= starts - 1;
	}
	if (is_delicate)
		tokens_read_delicate(scan, base, starts, ends, open);
	else
		tokens_read_plain(scan, base, starts, ends, open);
	open->is_open = words >> (TOKEN_BLOCK - 1);
}

/* A block of characters with at most blanks and signs between them. */
static void
tokens_read_chars(struct token_scan *scan, size_t base, uint64_t chars)
{
	const char *text = scan->text + base;
	struct token *out = scan->out;
	size_t offset = scan->base + base;

	for (; chars; chars &= chars - 1)
		token_set_char(out++, text, offset, token_lowest(chars));
	scan->out = out;
}

/* Words and characters in the order of the text. */
static void
tokens_read_mixed(struct token_scan *scan, size_t base,
    const struct token_masks *masks, struct token_open *open)
{
	uint64_t edges = masks->words ^ (masks->words << 1 | open->is_open);
	uint64_t events = edges | masks->chars;

	for (; events; events &= events - 1) {
		size_t bit = token_lowest(events);

		if (edges >> bit & 1) {
			if (open->is_open)
				tokens_push_word(scan, open->start, base + bit);
			open->start = base + bit;
			open->is_open = !open->is_open;
		}
		if (masks->chars >> bit & 1)
			token_set_char(
			    scan->out++, scan->text, scan->base, base + bit);
	}
}

/* Room for as many tokens as a block can make, and one that was open. */
static inline void
tokens_make_room(struct token_scan *scan)
{
	struct tokens *tokens = scan->tokens;

	tokens->count = (size_t)(scan->out - tokens->items);
	if (tokens->cap - tokens->count > TOKEN_BLOCK)
		return;
	tokens->items = xgrow(tokens->items, tokens->count + TOKEN_BLOCK + 1,
	    &tokens->cap, sizeof(*tokens->items));
	scan->out = tokens->items + tokens->count;
}

static void
tokens_read(struct token_scan *scan)
{
	struct token_open open = {0, false};
	struct token_masks masks = {.carry = 0};
	size_t base;

	for (base = 0; base < scan->len; base += TOKEN_BLOCK) {
		bool is_wide =
		    tokens_read_masks(scan, scan->text + base, &masks);

		tokens_make_room(scan);
		if (!masks.chars)
			tokens_read_words(
			    scan, base, masks.words, is_wide, &open);
		else if (!masks.words && !open.is_open)
			tokens_read_chars(scan, base, masks.chars);
		else
			tokens_read_mixed(scan, base, &masks, &open);
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

	assert(need <= TOKENS_TEXT_MAX);
	tokens->text =
	    xgrow(tokens->text, need, &tokens->text_cap, sizeof(char));
	text = tokens->text + tokens->text_len;
	if (scan->len)
		memcpy(text, scan->folded->text, scan->len);
	memset(text + scan->len, 0, TOKEN_PAD);
	scan->text = text;
	scan->base = tokens->text_len;
	scan->extra = tokens->text_len + scan->len + TOKEN_PAD;
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
	tokens_read(&scan);
	tokens->count = (size_t)(scan.out - tokens->items);
	memset(tokens->text + scan.extra, 0, TOKEN_PAD);
	tokens->text_len = scan.extra + TOKEN_PAD;
	tokens_push_break(tokens);
}
