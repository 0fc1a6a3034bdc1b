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
	uint32_t start; /* in tokens->text; */
	uint32_t end; /* exclusive */
	uint8_t kind; /* enum token_kind */
	bool is_dotted; /* its bytes stand elsewhere */
};

/* The bytes of U.N. without its dots. */
struct token_dotted {
	uint32_t token;
	uint32_t text; /* in tokens->text */
	uint32_t len;
};

#define TOKEN_TEXT_MAX (16 * 1024 * 1024) /* bytes of one field */
#define TOKENS_TEXT_MAX (1u << 28) /* of all fields, pads included */
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
	struct token_dotted *dotted; /* in the order of the tokens */
	size_t dotted_count;
	size_t dotted_cap;
	uint32_t *positions; /* of each token, after tokens_number */
	size_t position_cap;
};

enum tokens_mode {
	TOKENS_OF_TEXT,
	/* `*` and `?` belong to words; dotted letters join in either case */
	TOKENS_OF_QUERY,
};

void tokens_init(struct tokens *tokens);
void tokens_clear(struct tokens *tokens);
/* Forgets all tokens, keeps the memory. */
void tokens_reset(struct tokens *tokens);
/*
 * Adds a field of at most TOKEN_TEXT_MAX bytes (what is beyond is ignored); a
 * copy of it goes to where tokens->text ends. `source` is the text that was
 * folded.
 */
void tokens_add(struct tokens *tokens, const struct folded *folded,
    const char *source, enum tokens_mode mode);

/* Those of a dotted word. */
const char *tokens_dotted_bytes(
    const struct tokens *tokens, const struct token *token, size_t *len_r);

/* A token's bytes, followed by TOKEN_PAD readable ones. */
static inline const char *
tokens_bytes(
    const struct tokens *tokens, const struct token *token, size_t *len_r)
{
	if (token->is_dotted)
		return tokens_dotted_bytes(tokens, token, len_r);
	*len_r = token->end - token->start;
	return tokens->text + token->start;
}

/* Computes the positions of all tokens; most texts need none. */
void tokens_number(struct tokens *tokens);

/* Seeds for hashing that nobody outside can foresee. */
void token_seed(uint64_t seed[2]);

/* What a character is to the tokeniser; TOKEN_BREAK separates. */
enum token_kind token_kind_of(uint32_t code);
/* The code of a character of valid UTF-8 and its length. */
uint32_t token_decode(const char *text, size_t *len_r);

#endif
