#ifndef WIREWATCH_TOPICS_QUERY_LEX_H
#define WIREWATCH_TOPICS_QUERY_LEX_H

#include "topics/query.h"

/* Inside of the parser: a query as words, operators and brackets. */
enum lex_type {
	LEX_END,
	LEX_WORD,
	LEX_PHRASE,
	LEX_EXACT, /* `=` before a word or phrase */
	LEX_SET,
	LEX_REGEX,
	LEX_FIELD,
	LEX_FUNCTION,
	LEX_OPEN,
	LEX_CLOSE,
	LEX_COMMA,
	LEX_AND,
	LEX_OR,
	LEX_NOT, /* and `-` */
	LEX_NEAR,
	LEX_PRE,
	LEX_SENTENCE,
	LEX_PARAGRAPH,
	LEX_BAD, /* reported; stands for a term */
};

enum lex_function {
	LEX_ATLEAST,
	LEX_ANY,
	LEX_FIRST,
	LEX_ALLCAPS,
};

struct lex_token {
	enum lex_type type;
	uint32_t start; /* in the query */
	uint32_t len;
	uint32_t text; /* a phrase without quotes, a set's name, a pattern */
	uint32_t text_len;
	unsigned n;
	enum query_field field;
	enum lex_function function;
	bool is_spaced; /* a blank stands before it */
	bool is_minus; /* NOT written as `-` */
};

/* Errors of one text; beyond QUERY_ERRORS_MAX they are only counted. */
struct query_report {
	struct diag *diag;
	const struct conf_text *text;
	size_t errors;
};

/* Reports an error; true if it was shown, and a hint may follow. */
bool query_error(struct query_report *report, size_t start, size_t len,
    const char *code, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void query_hint(struct query_report *report, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

struct lexer {
	struct query_report *report;
	const char *text;
	size_t len;
	size_t at;
	struct lex_token **tokens; /* grown */
	size_t *cap;
	size_t count;
	size_t depth;
	/* a value of metadata is read to the next blank or bracket */
	bool is_value_next;
	size_t value_depth; /* inside of url:( ... ); 0 = not */
	bool is_entry; /* of a set: operators have no place */
	/* what lexer_chunk_end found last, and from where on it holds */
	size_t chunk_start;
	size_t chunk_end;
};

/* Reads all; the last token is LEX_END. */
void lexer_run(struct lexer *lexer);
/*
 * The character at an offset and its length; quotes, brackets, blanks and
 * letters of other widths as their ASCII twins.
 */
uint32_t lexer_char(const char *text, size_t len, size_t at, size_t *len_r);

/* Printable ASCII, nearly all of most queries, stands for itself. */
static inline bool
lexer_is_plain(const struct lexer *lexer, size_t at)
{
	return at < lexer->len && lexer->text[at] > ' ' &&
	       lexer->text[at] < 0x7f;
}

/* The character at an offset; 0 at the end. */
static inline uint32_t
lexer_peek(const struct lexer *lexer, size_t at)
{
	size_t len;

	if (lexer_is_plain(lexer, at))
		return (unsigned char)lexer->text[at];
	return at < lexer->len ? lexer_char(lexer->text, lexer->len, at, &len)
			       : 0;
}

/* The offset behind it. */
static inline size_t
lexer_step(const struct lexer *lexer, size_t at)
{
	size_t len;

	if (lexer_is_plain(lexer, at))
		return at + 1;
	lexer_char(lexer->text, lexer->len, at, &len);
	return at + len;
}

#define LEX_KEYWORD_MAX 32 /* bytes of a chunk that may be an operator */

/* A chunk in ASCII: its letters, for comparing, and what follows them. */
struct lex_keyword {
	char ascii[LEX_KEYWORD_MAX];
	char letters[LEX_KEYWORD_MAX]; /* in capitals */
	size_t len; /* of them */
	const char *rest; /* in ascii */
	bool is_upper; /* they were capitals */
	bool is_whole; /* the chunk is ASCII and no longer than this */
};

/* Whether it is of digits only, of one or more. */
bool lexer_is_number(const char *text);
/* The number, 1 to QUERY_DISTANCE_MAX; 0 if it is none of them. */
unsigned lexer_read_number(const char *digits);
/* Refuses an operator of another system; false if the chunk is none. */
bool lexer_refuse_foreign(struct lexer *lexer,
    const struct lex_keyword *keyword, size_t start, size_t end);

/* Adds a token and goes on behind it. */
struct lex_token *lexer_push(
    struct lexer *lexer, enum lex_type type, size_t start, size_t end);
/* Where what begins at an offset ends: a blank, bracket, quote or comma. */
size_t lexer_chunk_end(struct lexer *lexer, size_t at);
/* Reads a word, an operator, or what stands in the place of one. */
void lexer_chunk(struct lexer *lexer, bool is_value);

#endif
