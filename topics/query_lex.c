/*
 * Reads a query as words, operators and brackets. Characters that an input
 * method for another script puts in the place of ASCII ones count as those.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/alloc.h"
#include "topics/query_lex.h"

#define LEX_SHOWN_MAX 40 /* bytes of the query quoted in a message */

bool
query_error(struct query_report *report, size_t start, size_t len,
    const char *code, const char *fmt, ...)
{
	char message[256];
	va_list ap;

	if (++report->errors > QUERY_ERRORS_MAX)
		return false;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	conf_text_diag(report->diag, DIAG_ERROR, report->text, start,
	    len ? len : 1, code, "%s", message);
	return true;
}

void
query_hint(struct query_report *report, const char *fmt, ...)
{
	char hint[256];
	va_list ap;

	if (report->errors > QUERY_ERRORS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(hint, sizeof(hint), fmt, ap);
	va_end(ap);
	diag_hint(report->diag, "%s", hint);
}

struct lex_twin {
	uint32_t first;
	uint32_t last;
	char ascii;
};

/* In order. */
static const struct lex_twin lex_twins[] = {
    {0x09, 0x0d, ' '},
    {0x85, 0x85, ' '},
    {0xa0, 0xa0, ' '},
    {0xab, 0xab, '"'},
    {0xbb, 0xbb, '"'},
    {0x2bc, 0x2bc, '\''},
    {0x1680, 0x1680, ' '},
    {0x2000, 0x200b, ' '},
    {0x2010, 0x2015, '-'},
    {0x2018, 0x201b, '\''},
    {0x201c, 0x201f, '"'},
    {0x2028, 0x2029, ' '},
    {0x202f, 0x202f, ' '},
    {0x205f, 0x205f, ' '},
    {0x2212, 0x2212, '-'},
    {0x3000, 0x3000, ' '},
    {0x3001, 0x3001, ','},
    {0x300c, 0x300f, '"'},
    {0x301d, 0x301f, '"'},
    {0xfe55, 0xfe55, ':'},
    {0xfe63, 0xfe63, '-'},
    {0xfeff, 0xfeff, ' '},
};

static int
lex_twin_compare(const void *key, const void *member)
{
	uint32_t code = *(const uint32_t *)key;
	const struct lex_twin *twin = member;

	return code < twin->first ? -1 : code > twin->last;
}

uint32_t
lexer_char(const char *text, size_t len, size_t at, size_t *len_r)
{
	const struct lex_twin *twin;
	utf8proc_ssize_t step;
	utf8proc_int32_t c;
	uint32_t code;

	*len_r = 1;
	if ((unsigned char)text[at] < 0x80)
		return isspace((unsigned char)text[at])
			   ? ' '
			   : (unsigned char)text[at];
	step = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
	    (utf8proc_ssize_t)(len - at), &c);
	if (step <= 0)
		return 0xfffd;
	*len_r = (size_t)step;
	code = (uint32_t)c;
	if (code >= 0xff01 && code <= 0xff5e)
		return code - 0xfee0;
	twin =
	    bsearch(&code, lex_twins, sizeof(lex_twins) / sizeof(lex_twins[0]),
		sizeof(lex_twins[0]), lex_twin_compare);
	return twin ? (uint32_t)(unsigned char)twin->ascii : code;
}

struct lex_token *
lexer_push(struct lexer *lexer, enum lex_type type, size_t start, size_t end)
{
	struct lex_token *token;

	*lexer->tokens = xgrow(*lexer->tokens, lexer->count + 1, lexer->cap,
	    sizeof(**lexer->tokens));
	token = &(*lexer->tokens)[lexer->count++];
	memset(token, 0, sizeof(*token));
	token->type = type;
	token->start = (uint32_t)start;
	token->len = (uint32_t)(end - start);
	token->is_spaced = start == 0 || lexer->count == 1 ||
			   token[-1].start + token[-1].len != start;
	lexer->at = end;
	return token;
}

static bool
lexer_ends_chunk(uint32_t c)
{
	return c == ' ' || c == '(' || c == ')' || c == '"' || c == ',';
}

/* Remembered: title:title:title: ... is looked through once, not each time. */
size_t
lexer_chunk_end(struct lexer *lexer, size_t at)
{
	if (at >= lexer->chunk_start && at < lexer->chunk_end)
		return lexer->chunk_end;
	lexer->chunk_start = at;
	while (at < lexer->len && !lexer_ends_chunk(lexer_peek(lexer, at)))
		at = lexer_step(lexer, at);
	lexer->chunk_end = at;
	return at;
}

/* Up to the closing quote; a backslash takes the next character with it. */
static void
lexer_phrase(struct lexer *lexer)
{
	size_t start = lexer->at, inner = lexer_step(lexer, start), at = inner;
	struct lex_token *token;
	uint32_t c;

	while (at < lexer->len && (c = lexer_peek(lexer, at)) != '"') {
		at = lexer_step(lexer, at);
		if (c == '\\' && at < lexer->len)
			at = lexer_step(lexer, at);
	}
	if (at >= lexer->len) {
		if (query_error(lexer->report, start, inner - start, "E002",
			"this quotation mark is never closed"))
			query_hint(
			    lexer->report, "a phrase ends with another \"");
		lexer_push(lexer, LEX_BAD, start, lexer->len);
		return;
	}
	token = lexer_push(lexer, LEX_PHRASE, start, lexer_step(lexer, at));
	token->text = (uint32_t)inner;
	token->text_len = (uint32_t)(at - inner);
}

static bool
lexer_is_name_char(uint32_t c)
{
	return c < 0x80 &&
	       (isalnum((int)c) || c == '-' || c == '_' || c == '.');
}

/* @name*: only a blank, bracket, quote or comma may follow. */
static bool
lexer_refuse_behind_set(struct lexer *lexer, size_t start, size_t at)
{
	size_t end = lexer_chunk_end(lexer, at);
	uint32_t c = lexer_peek(lexer, at);

	if (end == at)
		return false;
	if (query_error(lexer->report, at, end - at, "E001",
		"'%.*s' right behind the name of a set",
		(int)(end - at < LEX_SHOWN_MAX ? end - at : LEX_SHOWN_MAX),
		lexer->text + at))
		query_hint(lexer->report, "%s",
		    c == '*' || c == '?'
			? "a name has no wildcards, the words of a set may "
			  "have them"
			: "a blank stands between a set and the next term");
	lexer_push(lexer, LEX_BAD, start, end);
	return true;
}

static void
lexer_set(struct lexer *lexer)
{
	size_t start = lexer->at, name = lexer_step(lexer, start), at = name;
	struct lex_token *token;

	while (at < lexer->len && lexer_is_name_char(lexer_peek(lexer, at)))
		at = lexer_step(lexer, at);
	if (at == name) {
		query_error(lexer->report, start, name - start, "E001",
		    "'@' stands before the name of a set");
		lexer_push(lexer, LEX_BAD, start, lexer_chunk_end(lexer, at));
		return;
	}
	if (lexer_refuse_behind_set(lexer, start, at))
		return;
	token = lexer_push(lexer, LEX_SET, start, at);
	token->text = (uint32_t)name;
	token->text_len = (uint32_t)(at - name);
}

static void
lexer_minus(struct lexer *lexer)
{
	size_t start = lexer->at, next = lexer_step(lexer, start);
	uint32_t c = lexer_peek(lexer, next);
	struct lex_token *token;

	if (next >= lexer->len || c == ' ' || c == ')' || c == ',') {
		if (query_error(lexer->report, start, next - start, "E001",
			"a '-' that stands alone"))
			query_hint(lexer->report,
			    "to exclude a term: NOT "
			    "term, or -term without a blank");
		lexer->at = next;
		return;
	}
	if (lexer->count) {
		token = &(*lexer->tokens)[lexer->count - 1];
		if (token->start + token->len == start &&
		    (token->type == LEX_PHRASE || token->type == LEX_CLOSE)) {
			if (query_error(lexer->report, start, next - start,
				"E001", "'-' right behind a phrase"))
				query_hint(lexer->report,
				    "put a blank before "
				    "it to exclude what follows");
			lexer->at = next;
			return;
		}
	}
	token = lexer_push(lexer, LEX_NOT, start, next);
	token->is_minus = true;
}

static void
lexer_exact(struct lexer *lexer)
{
	size_t start = lexer->at, next = lexer_step(lexer, start);
	uint32_t c = lexer_peek(lexer, next);

	if (next >= lexer->len || (lexer_ends_chunk(c) && c != '"')) {
		query_error(lexer->report, start, next - start, "E001",
		    "'=' stands right before the word or phrase that is "
		    "meant exactly");
		lexer_push(lexer, LEX_BAD, start, next);
		return;
	}
	lexer_push(lexer, LEX_EXACT, start, next);
}

/* What may follow the slash at an offset: nothing, or an i. */
static size_t
lexer_regex_end(struct lexer *lexer, size_t start, size_t slash)
{
	size_t at = slash + 1, end;

	if (at < lexer->len && lexer->text[at] == 'i')
		at++;
	end = lexer_chunk_end(lexer, at);
	if (end > at &&
	    query_error(lexer->report, at, end - at, "E011",
		"'%.*s' behind a regular expression",
		(int)(end - at < LEX_SHOWN_MAX ? end - at : LEX_SHOWN_MAX),
		lexer->text + at))
		query_hint(lexer->report,
		    "only i may stand there, for either case; a slash "
		    "inside is written \\/");
	if (end > at)
		lexer_push(lexer, LEX_BAD, start, end);
	return end > at ? 0 : at;
}

/* Taken as it stands: no character in it is read as another. */
static void
lexer_regex(struct lexer *lexer)
{
	size_t start = lexer->at, at = start + 1, end;
	struct lex_token *token;

	while (at < lexer->len && lexer->text[at] != '/')
		at += lexer->text[at] == '\\' && at + 1 < lexer->len ? 2 : 1;
	if (at >= lexer->len) {
		if (query_error(lexer->report, start, 1, "E002",
			"this regular expression is never closed"))
			query_hint(lexer->report,
			    "it ends with another /; closeness is NEAR/5, "
			    "W/S or W/P");
		lexer_push(lexer, LEX_BAD, start, lexer->len);
		return;
	}
	end = lexer_regex_end(lexer, start, at);
	if (!end)
		return;
	token = lexer_push(lexer, LEX_REGEX, start, end);
	token->text = (uint32_t)start + 1;
	token->text_len = (uint32_t)(at - start - 1);
}

/* An input method's slash. */
static void
lexer_wide_slash(struct lexer *lexer)
{
	size_t start = lexer->at, end = lexer_chunk_end(lexer, start);

	if (query_error(lexer->report, start, lexer_step(lexer, start) - start,
		"E001", "a full-width slash"))
		query_hint(lexer->report,
		    "a regular expression stands between two ASCII ones");
	lexer_push(lexer, LEX_BAD, start, end);
}

static void
lexer_bracket(struct lexer *lexer, uint32_t c, bool is_value_next)
{
	size_t end = lexer_step(lexer, lexer->at);

	if (c == '(') {
		lexer_push(lexer, LEX_OPEN, lexer->at, end);
		lexer->depth++;
		if (is_value_next && !lexer->value_depth)
			lexer->value_depth = lexer->depth;
		return;
	}
	lexer_push(lexer, LEX_CLOSE, lexer->at, end);
	if (lexer->value_depth == lexer->depth)
		lexer->value_depth = 0;
	if (lexer->depth)
		lexer->depth--;
}

static void
lexer_next(struct lexer *lexer)
{
	uint32_t c = lexer_peek(lexer, lexer->at);
	bool is_value_next = lexer->is_value_next;
	bool is_value = is_value_next || lexer->value_depth;

	lexer->is_value_next = false;
	if (c == '(' || c == ')')
		lexer_bracket(lexer, c, is_value_next);
	else if (c == ',')
		lexer_push(
		    lexer, LEX_COMMA, lexer->at, lexer_step(lexer, lexer->at));
	else if (c == '"')
		lexer_phrase(lexer);
	else if (c == '-' && !is_value_next && !lexer->is_entry)
		lexer_minus(lexer);
	else if (c == '=' && !is_value)
		lexer_exact(lexer);
	else if (c == '@' && !is_value)
		lexer_set(lexer);
	else if (c == '/' && !is_value && !lexer->is_entry &&
		 lexer->text[lexer->at] == '/')
		lexer_regex(lexer);
	else if (c == '/' && !is_value && !lexer->is_entry)
		lexer_wide_slash(lexer);
	else
		lexer_chunk(lexer, is_value);
}

void
lexer_run(struct lexer *lexer)
{
	while (lexer->report->errors <= QUERY_ERRORS_MAX) {
		while (lexer->at < lexer->len &&
		       lexer_peek(lexer, lexer->at) == ' ')
			lexer->at = lexer_step(lexer, lexer->at);
		if (lexer->at >= lexer->len)
			break;
		lexer_next(lexer);
	}
	lexer_push(lexer, LEX_END, lexer->at, lexer->at);
}
