/*
 * Operators of other search systems, which would otherwise be read as words:
 * each is refused with what to write here instead. What stands for it in the
 * list of tokens has no distance, so that nothing more is said of it.
 */
#include <string.h>
#include <strings.h>

#include "topics/query_lex.h"

#define LEX_SHOWN_MAX 40 /* bytes of the query quoted in a message */
#define LEX_DISTANCE_USUAL 5 /* in hints, where none is given */

static int
lexer_shown(size_t start, size_t end)
{
	return (int)(end - start < LEX_SHOWN_MAX ? end - start : LEX_SHOWN_MAX);
}

static bool
lexer_refuse(struct lexer *lexer, size_t start, size_t end)
{
	return query_error(lexer->report, start, end - start, "E112",
	    "'%.*s' is no operator here", lexer_shown(start, end),
	    lexer->text + start);
}

static size_t
lexer_skip_blanks(const struct lexer *lexer, size_t at)
{
	while (at < lexer->len && lexer_peek(lexer, at) == ' ')
		at = lexer_step(lexer, at);
	return at;
}

/* In its place; at an end of the query it would lack a term as well. */
static void
lexer_push_foreign(
    struct lexer *lexer, enum lex_type type, size_t start, size_t end)
{
	bool is_between =
	    lexer->count > 0 && lexer_skip_blanks(lexer, end) < lexer->len;

	lexer_push(lexer, is_between ? type : LEX_BAD, start, end);
}

/* The distance that was meant, as far as it can be told. */
static unsigned
lexer_distance(const char *digits)
{
	unsigned n = lexer_read_number(digits);

	return n ? n : LEX_DISTANCE_USUAL;
}

/*
 * Where what is refused begins: at the NOT before it, if there is one. A small
 * one belongs to it as well.
 */
static size_t
lexer_not_before(struct lexer *lexer, size_t start)
{
	struct lex_token *last;

	if (!lexer->count)
		return start;
	last = &(*lexer->tokens)[lexer->count - 1];
	if (last->type == LEX_WORD && last->len == 3 &&
	    strncasecmp(lexer->text + last->start, "not", 3) == 0)
		last->type = LEX_NOT;
	return last->type == LEX_NOT && !last->is_minus ? last->start : start;
}

/* Nearness of a unit: s, sent, para; LEX_END if it is none. */
static enum lex_type
lexer_unit(const char *unit)
{
	static const char *const sentence[] = {"s", "sent", "sentence"};
	static const char *const paragraph[] = {"p", "para", "paragraph"};
	size_t i;

	for (i = 0; i < 3; i++) {
		if (strcasecmp(sentence[i], unit) == 0)
			return LEX_SENTENCE;
		if (strcasecmp(paragraph[i], unit) == 0)
			return LEX_PARAGRAPH;
	}
	return LEX_END;
}

/* w/s, NEAR/para: the unit is right, what stands before it is not. */
static void
lexer_refuse_unit(
    struct lexer *lexer, enum lex_type type, size_t start, size_t end)
{
	const char *name = type == LEX_SENTENCE ? "W/S" : "W/P";
	size_t whole = lexer_not_before(lexer, start);

	if (lexer_refuse(lexer, whole, end)) {
		if (whole < start)
			query_hint(lexer->report, "a AND NOT (a %s b)", name);
		else
			query_hint(lexer->report,
			    "%s (in one %s, in any order)", name,
			    type == LEX_SENTENCE ? "sentence" : "paragraph");
	}
	lexer_push_foreign(lexer, LEX_NEAR, start, end);
}

/* w/5, which others read in two ways. */
static void
lexer_refuse_number(
    struct lexer *lexer, const char *digits, size_t start, size_t end)
{
	unsigned n = lexer_distance(digits);
	size_t whole = lexer_not_before(lexer, start);
	const char *not = whole < start ? "NOT " : "";

	if (query_error(lexer->report, whole, end - whole, "E110",
		"'W/%u' is ordered in Factiva and unordered in Lexis", n))
		query_hint(lexer->report,
		    "%sNEAR/%u (in any order) or %sPRE/%u (in this order)", not,
		    n, not, n);
	lexer_push_foreign(lexer, LEX_NEAR, start, end);
}

static bool
lexer_refuse_within(struct lexer *lexer, const struct lex_keyword *keyword,
    size_t start, size_t end)
{
	const char *unit = keyword->rest + 1;
	enum lex_type type;

	if (strcmp(keyword->letters, "W") != 0 || keyword->rest[0] != '/')
		return false;
	if (lexer_is_number(unit)) {
		lexer_refuse_number(lexer, unit, start, end);
		return true;
	}
	if ((type = lexer_unit(unit)) != LEX_END) {
		lexer_refuse_unit(lexer, type, start, end);
		return true;
	}
	if (*unit)
		return false;
	if (lexer_refuse(lexer, start, end))
		query_hint(lexer->report,
		    "NEAR/5 (in any order) or PRE/5 (in this order), without "
		    "a blank");
	lexer_push(lexer, LEX_BAD, start, end);
	return true;
}

static void
lexer_refuse_near(struct lexer *lexer, const char *here, const char *digits,
    size_t start, size_t end)
{
	size_t whole = lexer_not_before(lexer, start);

	if (lexer_refuse(lexer, whole, end))
		query_hint(lexer->report, "%s%s/%u %s",
		    whole < start ? "NOT " : "", here, lexer_distance(digits),
		    strcmp(here, "PRE") == 0 ? "(in this order)"
					     : "(in any order)");
	lexer_push_foreign(lexer, LEX_NEAR, start, end);
}

/* near5, ADJ/5, NEAR, PRE/S. */
static bool
lexer_refuse_nearness(struct lexer *lexer, const struct lex_keyword *keyword,
    size_t start, size_t end)
{
	static const struct {
		const char *letters;
		const char *here;
	} names[] = {
	    {"NEAR", "NEAR"}, {"PRE", "PRE"}, {"ADJ", "PRE"}, {"ONEAR", "PRE"}};
	const char *rest = keyword->rest;
	const char *digits = rest + (*rest == '/');
	enum lex_type type;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(keyword->letters, names[i].letters) == 0)
			break;
	}
	if (i == sizeof(names) / sizeof(names[0]))
		return false;
	if (!lexer_is_number(digits) && *rest != '/' &&
	    (*rest || !keyword->is_upper))
		return false;
	type = *rest == '/' ? lexer_unit(digits) : LEX_END;
	if (type != LEX_END)
		lexer_refuse_unit(lexer, type, start, end);
	else
		lexer_refuse_near(lexer, names[i].here, digits, start, end);
	return true;
}

/* AROUND(5). */
static bool
lexer_refuse_around(struct lexer *lexer, const struct lex_keyword *keyword,
    size_t start, size_t end)
{
	char digits[LEX_KEYWORD_MAX];
	size_t at, n = 0;

	if (strcmp(keyword->letters, "AROUND") != 0 || *keyword->rest)
		return false;
	at = lexer_skip_blanks(lexer, end);
	if (lexer_peek(lexer, at) != '(')
		return false;
	at = lexer_skip_blanks(lexer, lexer_step(lexer, at));
	for (; n + 1 < sizeof(digits); at = lexer_step(lexer, at)) {
		uint32_t c = lexer_peek(lexer, at);

		if (c < '0' || c > '9')
			break;
		digits[n++] = (char)c;
	}
	digits[n] = '\0';
	at = lexer_skip_blanks(lexer, at);
	if (!n || lexer_peek(lexer, at) != ')')
		return false;
	lexer_refuse_near(lexer, "NEAR", digits, start, lexer_step(lexer, at));
	return true;
}

/* The end of the NOT behind BUT; 0 if there is none. */
static size_t
lexer_not_behind(struct lexer *lexer, size_t at)
{
	size_t start = lexer_skip_blanks(lexer, at);
	size_t end = lexer_chunk_end(lexer, start);

	return end - start == 3 && strncmp(lexer->text + start, "NOT", 3) == 0
		   ? end
		   : 0;
}

/* Operators that are words as a whole. */
static bool
lexer_refuse_word(struct lexer *lexer, const struct lex_keyword *keyword,
    size_t start, size_t end)
{
	static const struct {
		const char *word;
		bool is_upper; /* in small letters it is a word of texts */
		enum lex_type type;
		const char *hint;
	} words[] = {
	    {"SAME", true, LEX_NEAR,
		"W/P (in one paragraph), or \"SAME\" for the word"},
	    {"XOR", true, LEX_OR, "(a OR b) AND NOT (a AND b)"},
	    {"BUT", true, LEX_NOT, "AND NOT"},
	    {"ANDNOT", false, LEX_NOT, "AND NOT"},
	    {"AND-NOT", false, LEX_NOT, "AND NOT"},
	    {"AND/OR", false, LEX_OR, "OR is true of both, too"},
	    {"W/SEG", false, LEX_AND, "title:(a AND b), or summary:(a AND b)"},
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((words[i].is_upper ? strcmp : strcasecmp)(
			words[i].word, keyword->ascii) == 0)
			break;
	}
	if (i == sizeof(words) / sizeof(words[0]))
		return false;
	if (words[i].type == LEX_NOT && words[i].is_upper &&
	    !(end = lexer_not_behind(lexer, end)))
		return false;
	if (lexer_refuse(lexer, start, end))
		query_hint(lexer->report, "%s", words[i].hint);
	lexer_push_foreign(lexer, words[i].type, start, end);
	return true;
}

bool
lexer_refuse_foreign(struct lexer *lexer, const struct lex_keyword *keyword,
    size_t start, size_t end)
{
	if (lexer_refuse_within(lexer, keyword, start, end) ||
	    lexer_refuse_nearness(lexer, keyword, start, end))
		return true;
	return !lexer->is_entry &&
	       (lexer_refuse_around(lexer, keyword, start, end) ||
		   lexer_refuse_word(lexer, keyword, start, end));
}
