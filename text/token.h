#ifndef WIREWATCH_TEXT_TOKEN_H
#define WIREWATCH_TEXT_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/fold.h"
#include "text/script.h"

/*
 * Folded text as tokens with positions. A word is a run of letters, marks and
 * digits; `'s` behind a word is dropped; capitals with dots between them are
 * one word (U.N. is "un"); every Han, kana, Hangul and bopomofo character is a
 * token of its own. Positions count halves: a word is two of them wide, a
 * character one. Each text added is a field: a break stands before and behind
 * it, and its positions are too far from the others' for any proximity.
 */
enum token_kind {
	TOKEN_BREAK,
	TOKEN_WORD,
	TOKEN_CHAR,
};

struct token {
	uint64_t hash; /* of the bytes; 0 for a break */
	uint32_t text; /* where its bytes stand in tokens->text */
	uint32_t len;
	uint32_t start; /* in the folded field; */
	uint32_t end; /* exclusive */
	uint32_t position;
	enum token_kind kind;
};

#define TOKEN_TEXT_MAX (16 * 1024 * 1024) /* bytes of one field */
#define TOKEN_FIELD_GAP 4096 /* halves between two fields */
#define TOKEN_WORD_WIDTH 2 /* halves */
#define TOKEN_PAD 64 /* readable bytes behind each token's */
#define TOKEN_SLACK 3 /* breaks behind the last token, not counted */

struct tokens {
	struct token *items;
	size_t count;
	size_t cap;
	/* the bytes of all fields; dotted words stand behind their field */
	char *text;
	size_t text_len;
	size_t text_cap;
	uint32_t position;
	uint64_t seed[2];
};

enum tokens_mode {
	TOKENS_OF_TEXT,
	/* `*` and `?` belong to words; dotted letters join in either case */
	TOKENS_OF_QUERY,
};

void tokens_init(struct tokens *tokens, const uint64_t seed[2]);
void tokens_clear(struct tokens *tokens);
/* Forgets all tokens, keeps the memory. */
void tokens_reset(struct tokens *tokens);
/*
 * Adds a field of at most TOKEN_TEXT_MAX bytes (what is beyond is ignored).
 * `source` is the text that was folded.
 */
void tokens_add(struct tokens *tokens, const struct folded *folded,
    const char *source, enum tokens_mode mode);

/* Seeds for tokens_init that nobody outside can foresee. */
void token_seed(uint64_t seed[2]);
/* The hash of a word's bytes, of which TOKEN_PAD must be readable. */
uint64_t token_hash(const uint64_t seed[2], const char *text, size_t len);
/* And of a character token's. */
uint64_t token_hash_char(const uint64_t seed[2], const char *bytes, size_t len);

/* What a character is to the tokeniser; TOKEN_BREAK separates. */
enum token_kind token_kind_of(uint32_t code);
/* The code of a character of valid UTF-8 and its length. */
uint32_t token_decode(const char *text, size_t *len_r);

#endif
