/*
 * What is written without a blank: an operator, a function, a field, a word.
 * What is none of them is refused with what was likely meant.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "topics/query_lex.h"

#define LEX_SHOWN_MAX 40 /* bytes of the query quoted in a message */
#define LEX_LETTERS_MAX 20 /* that one character stands for; U+FDFA has 18 */

static void
lexer_read_keyword(const struct lexer *lexer, size_t start, size_t end,
    struct lex_keyword *keyword)
{
	size_t i, n = 0;

	while (start < end && n + 1 < LEX_KEYWORD_MAX) {
		uint32_t c = lexer_peek(lexer, start);

		if (c >= 0x80)
			break;
		keyword->ascii[n++] = (char)c;
		start = lexer_step(lexer, start);
	}
	keyword->ascii[n] = '\0';
	keyword->is_whole = start >= end;
	keyword->is_upper = true;
	for (i = 0; isalpha((unsigned char)keyword->ascii[i]); i++) {
		keyword->letters[i] =
		    (char)toupper((unsigned char)keyword->ascii[i]);
		if (!isupper((unsigned char)keyword->ascii[i]))
			keyword->is_upper = false;
	}
	keyword->letters[i] = '\0';
	keyword->len = i;
	keyword->rest = keyword->ascii + i;
}

bool
lexer_is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

unsigned
lexer_read_number(const char *digits)
{
	unsigned long n;

	digits += strspn(digits, "0");
	n = strlen(digits) > 6 ? 0 : strtoul(digits, NULL, 10);
	return n <= QUERY_DISTANCE_MAX ? (unsigned)n : 0;
}

/* 1 to QUERY_DISTANCE_MAX, else an error and 0. */
static unsigned
lexer_number(struct lexer *lexer, const char *digits, size_t start, size_t end)
{
	unsigned n = lexer_read_number(digits);

	if (!n)
		query_error(lexer->report, start, end - start, "E008",
		    "the number must be 1 to %d", QUERY_DISTANCE_MAX);
	return n;
}

/* AND, OR, NOT, W/S, W/P, NEAR/n, PRE/n. */
static bool
lexer_operator(struct lexer *lexer, const struct lex_keyword *keyword,
    size_t start, size_t end)
{
	static const struct {
		const char *letters;
		enum lex_type type;
	} words[] = {{"AND", LEX_AND}, {"OR", LEX_OR}, {"NOT", LEX_NOT}};
	size_t i;
	bool is_near;

	if (!keyword->is_upper)
		return false;
	if (strcmp(keyword->ascii, "W/S") == 0 ||
	    strcmp(keyword->ascii, "W/P") == 0) {
		lexer_push(lexer,
		    keyword->ascii[2] == 'S' ? LEX_SENTENCE : LEX_PARAGRAPH,
		    start, end);
		return true;
	}
	for (i = 0; i < 3 && !*keyword->rest; i++) {
		if (strcmp(keyword->letters, words[i].letters) == 0) {
			lexer_push(lexer, words[i].type, start, end);
			return true;
		}
	}
	is_near = strcmp(keyword->letters, "NEAR") == 0;
	if ((!is_near && strcmp(keyword->letters, "PRE") != 0) ||
	    keyword->rest[0] != '/' || !lexer_is_number(keyword->rest + 1))
		return false;
	lexer_push(lexer, is_near ? LEX_NEAR : LEX_PRE, start, end)->n =
	    lexer_number(lexer, keyword->rest + 1, start, end);
	return true;
}

static bool
lexer_is_open_next(const struct lexer *lexer, size_t at, bool is_direct)
{
	if (!is_direct) {
		while (at < lexer->len && lexer_peek(lexer, at) == ' ')
			at = lexer_step(lexer, at);
	}
	return lexer_peek(lexer, at) == '(';
}

/* In the place of a function that was refused, so that its terms are read. */
static void
lexer_push_refused(struct lexer *lexer, size_t start, size_t end)
{
	struct lex_token *token;

	if (!lexer_is_open_next(lexer, end, false)) {
		lexer_push(lexer, LEX_BAD, start, end);
		return;
	}
	token = lexer_push(lexer, LEX_FUNCTION, start, end);
	token->function = LEX_ANY;
	token->n = 1;
}

static void
lexer_refuse_function(struct lexer *lexer, const struct lex_keyword *keyword,
    const char *usage, size_t start, size_t end)
{
	if (query_error(lexer->report, start, end - start, "E114",
		"'%.*s' is no function as it is written", (int)(end - start),
		lexer->text + start))
		query_hint(lexer->report,
		    "%s; quote it if the word \"%s\" is "
		    "meant",
		    usage, keyword->letters);
	lexer_push_refused(lexer, start, end);
}

static bool
lexer_function(struct lexer *lexer, const struct lex_keyword *keyword,
    size_t start, size_t end)
{
	static const struct {
		const char *letters;
		const char *usage;
		bool has_number;
	} functions[] = {
	    [LEX_ATLEAST] = {"ATLEAST", "ATLEAST3(term)", true},
	    [LEX_ANY] = {"ANY", "ANY2(term, term, term)", true},
	    [LEX_FIRST] = {"FIRST", "FIRST20(term)", true},
	    [LEX_ALLCAPS] = {"ALLCAPS", "ALLCAPS(term)", false},
	};
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		bool has_number = lexer_is_number(keyword->rest);
		bool is_named =
		    strcmp(keyword->letters, functions[i].letters) == 0;
		bool is_whole =
		    has_number ? functions[i].has_number : !*keyword->rest;
		struct lex_token *token;

		if (!is_named || !is_whole)
			continue;
		if (keyword->is_upper &&
		    has_number == functions[i].has_number &&
		    lexer_is_open_next(lexer, end, false)) {
			token = lexer_push(lexer, LEX_FUNCTION, start, end);
			token->function = (enum lex_function)i;
			token->n = has_number ? lexer_number(lexer,
						    keyword->rest, start, end)
					      : 0;
			return true;
		}
		if (!lexer_is_open_next(lexer, end, true) &&
		    !(keyword->is_upper &&
			has_number == functions[i].has_number))
			return false;
		lexer_refuse_function(
		    lexer, keyword, functions[i].usage, start, end);
		return true;
	}
	return false;
}

/* FOO(: a function of another language, or a missing blank. */
static bool
lexer_refuse_call(struct lexer *lexer, const struct lex_keyword *keyword,
    size_t start, size_t end)
{
	if (!keyword->len || *keyword->rest || !keyword->is_upper ||
	    !lexer_is_open_next(lexer, end, true))
		return false;
	if (query_error(lexer->report, start, end - start, "E114",
		"there is no function '%s'", keyword->letters))
		query_hint(lexer->report, "%s AND (...), if it is a term",
		    keyword->letters);
	lexer_push_refused(lexer, start, end);
	return true;
}

static const char *const lex_fields[QUERY_FIELDS] = {
    [QUERY_TITLE] = "title",
    [QUERY_SUMMARY] = "summary",
    [QUERY_TEXT] = "text",
    [QUERY_LEAD] = "lead",
    [QUERY_SOURCE] = "source",
    [QUERY_FEED] = "feed",
    [QUERY_DOMAIN] = "domain",
    [QUERY_URL] = "url",
    [QUERY_AUTHOR] = "author",
    [QUERY_CATEGORY] = "category",
    [QUERY_LANG] = "lang",
    [QUERY_COUNTRY] = "country",
    [QUERY_ROLE] = "role",
};

const char *
query_field_name(enum query_field field)
{
	return lex_fields[field];
}

static enum query_field
lexer_find_field(const char *name)
{
	size_t i;

	for (i = 0; i < QUERY_FIELDS; i++) {
		if (strcasecmp(lex_fields[i], name) == 0)
			break;
	}
	return (enum query_field)i;
}

static void
lexer_refuse_field(
    struct lexer *lexer, const char *text, size_t len, size_t start, size_t end)
{
	size_t i, best = QUERY_FIELDS, distance, least = 3;
	char name[LEX_KEYWORD_MAX];

	snprintf(name, sizeof(name), "%.*s", (int)len, text);
	for (i = 0; name[i]; i++)
		name[i] = (char)tolower((unsigned char)name[i]);

	for (i = 0; i < QUERY_FIELDS; i++) {
		distance = query_edits(name, lex_fields[i]);
		if (distance < least) {
			least = distance;
			best = i;
		}
	}
	if (!query_error(lexer->report, start, end - start, "E131",
		"unknown field '%s'", name))
		return;
	if (best < QUERY_FIELDS)
		query_hint(
		    lexer->report, "did you mean %s:?", lex_fields[best]);
	else
		query_hint(lexer->report,
		    "title: summary: text: lead: source: "
		    "feed: domain: url: author: category: lang: country: "
		    "role:; quote the word if the colon belongs to it");
}

/* name: at the beginning of a chunk. */
static bool
lexer_field(struct lexer *lexer, const struct lex_keyword *keyword,
    size_t start, size_t end)
{
	enum query_field field;
	size_t colon = start;
	struct lex_token *token;

	while (colon < end && lexer_peek(lexer, colon) != ':')
		colon = lexer_step(lexer, colon);
	if (colon >= end)
		return false;
	if (!keyword->len || *keyword->rest != ':') {
		if (lexer->is_entry)
			return false;
		if (query_error(
			lexer->report, colon, 1, "E001", "unexpected ':'"))
			query_hint(lexer->report, "quote what contains it");
		lexer_push(lexer, LEX_BAD, start, end);
		return true;
	}
	field = lexer_find_field(keyword->letters);
	if (field == QUERY_FIELDS) {
		if (lexer->is_entry)
			return false;
		lexer_refuse_field(
		    lexer, keyword->ascii, keyword->len, start, colon);
		if (lexer_peek(lexer, lexer_step(lexer, colon)) == '/')
			lexer_push(lexer, LEX_BAD, start, end);
		else
			lexer->at = lexer_step(lexer, colon);
		return true;
	}
	token = lexer_push(lexer, LEX_FIELD, start, lexer_step(lexer, colon));
	token->field = field;
	lexer->is_value_next = field >= QUERY_SOURCE;
	return true;
}

static const char *
lexer_meaning_of(uint32_t c)
{
	switch (c) {
	case '|':
		return "the operator is OR";
	case '+':
		return "terms are joined with AND anyway";
	case '~':
		return "closeness is NEAR/5, or PRE/5 in this order";
	case '!':
		return "to exclude a term: NOT";
	case '#':
		return "comments belong outside of the query's quotes";
	case '$':
		return "truncation is '*' here";
	case '\'':
		return "phrases stand in double quotes";
	default:
		return "quote what contains it";
	}
}

/* A sign that stands for letters, and is folded to them. */
static bool
lexer_is_letters(uint32_t c)
{
	utf8proc_int32_t letters[LEX_LETTERS_MAX];
	utf8proc_ssize_t count, i;
	int boundary = 0;

	count = utf8proc_decompose_char((utf8proc_int32_t)c, letters,
	    LEX_LETTERS_MAX,
	    UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);
	if (count > LEX_LETTERS_MAX)
		return false;
	for (i = 0; i < count; i++) {
		if (token_kind_of((uint32_t)letters[i]) == TOKEN_BREAK)
			return false;
	}
	return count > 0;
}

static bool
lexer_is_word_char(uint32_t c)
{
	if (c < 0x80)
		return isalnum((int)c) || strchr("*?-.'&_", (int)c) != NULL;
	return token_kind_of(c) != TOKEN_BREAK || c == 0xb7 || c == 0x30fb ||
	       c == 0xff65 ||
	       utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_CF ||
	       lexer_is_letters(c);
}

/* && and ||, with or without blanks around them, and & between blanks. */
static bool
lexer_check_sign(struct lexer *lexer, uint32_t c, size_t at, size_t end)
{
	size_t next = lexer_step(lexer, at);
	bool is_lone = c == '&' && lexer->at == at && next == end;

	if ((c != '&' && c != '|') ||
	    (lexer_peek(lexer, next) != c && !is_lone))
		return false;
	next = is_lone ? next : lexer_step(lexer, next);
	if (query_error(lexer->report, at, next - at, "E112",
		"'%.*s' is no operator here", (int)(next - at),
		lexer->text + at))
		query_hint(lexer->report, "%s", c == '&' ? "AND" : "OR");
	return true;
}

/* Reports a character that no word contains; true if there was one. */
static bool
lexer_check_word(struct lexer *lexer, size_t start, size_t end)
{
	size_t at, next;

	for (at = start; at < end; at = next) {
		uint32_t c = lexer_peek(lexer, at);

		next = lexer_step(lexer, at);
		if (c == '!' && next == end && at > start) {
			if (query_error(lexer->report, start, end - start,
				"E111", "'%.*s': truncation is '*' here",
				(int)(end - start), lexer->text + start))
				query_hint(lexer->report, "%.*s*",
				    (int)(at - start), lexer->text + start);
			return true;
		}
		if (lexer->is_entry)
			continue;
		if (lexer_check_sign(lexer, c, at, end))
			return true;
		if (lexer_is_word_char(c) && !(c == '\'' && at == start))
			continue;
		if (query_error(lexer->report, at, next - at, "E001",
			"unexpected '%.*s'", (int)(next - at),
			lexer->text + at))
			query_hint(lexer->report, "%s", lexer_meaning_of(c));
		return true;
	}
	return false;
}

void
lexer_chunk(struct lexer *lexer, bool is_value)
{
	size_t start = lexer->at, end = lexer_chunk_end(lexer, start);
	struct lex_keyword keyword;

	lexer_read_keyword(lexer, start, end, &keyword);
	if (keyword.is_whole && lexer_operator(lexer, &keyword, start, end))
		return;
	if (is_value) {
		lexer_push(lexer, LEX_WORD, start, end);
		return;
	}
	if (lexer_field(lexer, &keyword, start, end))
		return;
	if (keyword.is_whole &&
	    lexer_refuse_foreign(lexer, &keyword, start, end))
		return;
	if (keyword.is_whole && !lexer->is_entry &&
	    (lexer_function(lexer, &keyword, start, end) ||
		lexer_refuse_call(lexer, &keyword, start, end)))
		return;
	lexer_push(lexer,
	    lexer_check_word(lexer, start, end) ? LEX_BAD : LEX_WORD, start,
	    end);
}
