/*
 * The leaves of a query: words and phrases, which go into the automaton, sets,
 * regular expressions, and the values of fields that are about the item.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/map.h"
#include "topics/query_parse.h"

#define PARSE_SUGGEST_EDITS 2

static void
parse_refuse_term(struct query_report *report, const struct lex_token *token,
    size_t len, enum term_error error)
{
	switch (error) {
	case TERM_OK:
		break;
	case TERM_EMPTY:
		query_error(report, token->start, len, "E004",
		    "there is no letter or digit here");
		break;
	case TERM_TOO_LONG:
		query_error(report, token->start, len, "E009",
		    "more than %d words or characters in one phrase",
		    TERM_TOKENS_MAX);
		break;
	case TERM_WORD_TOO_LONG:
		query_error(report, token->start, len, "E009",
		    "a word of more than %d bytes", TERM_WORD_MAX);
		break;
	case TERM_WILD_TOO_SHORT:
		if (query_error(report, token->start, len, "E010",
			"too few letters before a wildcard"))
			query_hint(report, "'*' needs two letters before it "
					   "(one character of CJK), '?' one");
		break;
	case TERM_TOO_MANY_GAPS:
		query_error(report, token->start, len, "E010",
		    "more than %d '*' between characters", TERM_GAPS_MAX);
		break;
	}
}

/* The words as written, ended with NUL; in the query itself if they end it. */
static const char *
parse_words(
    struct query_parser *parser, const char *text, size_t start, size_t end)
{
	return text[end]
		   ? arena_strndup(parser->arena, text + start, end - start)
		   : text + start;
}

struct query_node *
parse_term(struct query_parser *parser, struct query_report *report,
    const struct lex_token *token, size_t start, size_t end, bool is_exact)
{
	const char *text = report->text->text;
	const struct lex_token *word = &token[is_exact];
	bool is_phrase = word->type == LEX_PHRASE;
	size_t span =
	    (is_phrase ? word->start + word->len : end) - token->start;
	struct query_node *node;
	enum term_error error;
	uint32_t use;

	error =
	    terms_add(parser->terms, text + start, end - start, is_exact, &use);
	if (error != TERM_OK) {
		parse_refuse_term(report, token, span, error);
		return NULL;
	}
	node =
	    parse_node(parser, QUERY_TERM, token->start, token->start + span);
	node->scope.fields = QUERY_FIELDS_ALL;
	node->text = is_exact ? arena_printf(parser->arena, "=%.*s",
				    (int)(end - start), text + start)
			      : parse_words(parser, text, start, end);
	node->is_exact = is_exact;
	node->is_phrase = is_phrase;
	node->index = use;
	return node;
}

static struct query_node *
parse_count_term(struct parse *parse, struct query_node *node)
{
	const struct lex_token *last = parse->token - 1;

	if (!node)
		return parse_nothing(parse);
	node->scope = parse->scope;
	if (++parse->terms <= QUERY_TERMS_MAX)
		return node;
	query_error(parse->report, last->start, last->len, "E009",
	    "more than %d terms in one query", QUERY_TERMS_MAX);
	parse_abort(parse);
	return node;
}

static bool
parse_is_country(const char *value)
{
	return strlen(value) == 2 || strpbrk(value, "*?") != NULL;
}

/* en, zh-Hant, pt-BR: the first part has two or three letters. */
static bool
parse_is_lang(const char *value)
{
	size_t len = strcspn(value, "-*?");

	return (len == 2 || len == 3) || value[len] == '*' || value[len] == '?';
}

/* A value of source:, lang:, ... */
static struct query_node *
parse_value(struct parse *parse, size_t start, size_t end)
{
	struct query_parser *parser = parse->parser;
	const struct lex_token *token = parse->token++;
	struct query_node *node = parse_node(
	    parser, QUERY_META, token->start, token->start + token->len);

	/* folding makes some longer: the bound is for both */
	fold_text(parse->text + start, end - start, &parser->folded);
	if (end - start > QUERY_VALUE_MAX ||
	    parser->folded.len > QUERY_VALUE_MAX) {
		query_error(parse->report, token->start, token->len, "E009",
		    "a value of more than %d bytes", QUERY_VALUE_MAX);
		return node;
	}
	node->text = arena_strndup(
	    parser->arena, parser->folded.text, parser->folded.len);
	node->field = parse->meta;
	node->is_phrase = token->type == LEX_PHRASE;
	node->has_wildcards = strpbrk(node->text, "*?") != NULL;
	if (!node->text[strspn(node->text, " *?")] && !strchr(node->text, '*'))
		query_error(parse->report, token->start, token->len, "E004",
		    "there is no value here");
	else if (node->field == QUERY_LANG && !parse_is_lang(node->text))
		query_error(parse->report, token->start, token->len, "E132",
		    "'%s' is no language code, such as en or zh-Hant",
		    node->text);
	else if (node->field == QUERY_COUNTRY && !parse_is_country(node->text))
		query_error(parse->report, token->start, token->len, "E132",
		    "'%s' is no country code, such as CN", node->text);
	return node;
}

static void
parse_suggest_set(struct parse *parse, const char *name)
{
	const struct conf *conf = parse->parser->conf;
	size_t i, distance, least = PARSE_SUGGEST_EDITS + 1;
	const char *best = NULL;

	for (i = 0; i < conf->set_count; i++) {
		distance = query_edits(name, conf->sets[i].name);
		if (distance < least) {
			least = distance;
			best = conf->sets[i].name;
		}
	}
	if (best)
		query_hint(parse->report, "did you mean @%s?", best);
}

struct query_node *
parse_set(struct parse *parse)
{
	struct query_parser *parser = parse->parser;
	const struct lex_token *token = parse->token++;
	struct query_node *node;
	size_t index = (size_t)map_get_bytes(
	    parser->sets, parse->text + token->text, token->text_len);

	if (!index) {
		char *name =
		    xstrndup(parse->text + token->text, token->text_len);

		if (query_error(parse->report, token->start, token->len, "E130",
			"unknown set @%.*s", parse_shown(token) - 1, name))
			parse_suggest_set(parse, name);
		free(name);
		return parse_nothing(parse);
	}
	node = parse_node(
	    parser, QUERY_SET, token->start, token->start + token->len);
	node->text = parser->conf->sets[index - 1].name;
	node->index = (uint32_t)index - 1;
	return parse_count_term(parse, node);
}

/* Told at the byte of the query where the pattern goes wrong. */
static void
parse_refuse_regex(struct parse *parse, const struct lex_token *token,
    const struct regex_mistake *mistake)
{
	struct query_report *report = parse->report;
	size_t at = token->text + mistake->offset;

	switch (mistake->error) {
	case REGEX_OK:
		break;
	case REGEX_BAD:
		query_error(report, at, 1, "E141", "%s", mistake->message);
		break;
	case REGEX_TOO_LONG:
		query_error(report, token->start, token->len, "E009",
		    "a regular expression of more than %d bytes",
		    REGEX_PATTERN_MAX);
		break;
	case REGEX_TOO_MANY:
		query_error(report, token->start, token->len, "E009",
		    "more than %d different regular expressions",
		    REGEX_COUNT_MAX);
		break;
	case REGEX_REPEATS:
		query_error(report, at, 1, "E009",
		    "a repetition of more than %d", REGEX_REPEAT_MAX);
		break;
	case REGEX_NESTED:
		query_error(report, at, 1, "E009",
		    "parentheses nested deeper than %d", REGEX_NESTING_MAX);
		break;
	case REGEX_MATCHES_EMPTY:
		if (query_error(report, token->start, token->len, "E142",
			"this matches the empty text, and so everywhere"))
			query_hint(report, "+ instead of *");
		break;
	case REGEX_UNBOUNDED:
		query_error(report, at, 2, "E142",
		    "'%.2s' is not supported in a regular expression",
		    report->text->text + at);
		break;
	case REGEX_REFERS_BACK:
		query_error(report, token->start, token->len, "E142",
		    "back references are not supported: their time has no "
		    "bound");
		break;
	}
}

struct query_node *
parse_regex(struct parse *parse)
{
	struct query_parser *parser = parse->parser;
	const struct lex_token *token = parse->token++;
	bool is_caseless = parse->text[token->start + token->len - 1] == 'i';
	struct regex_mistake mistake;
	struct query_node *node;
	uint32_t index;

	if (!token->text_len) {
		query_error(parse->report, token->start, token->len, "E004",
		    "there is nothing between these slashes");
		return parse_nothing(parse);
	}
	if (!parser->regexes)
		parser->regexes = regexes_new();
	if (regexes_add(parser->regexes, parse->text + token->text,
		token->text_len, is_caseless, &index, &mistake) == -1) {
		parse_refuse_regex(parse, token, &mistake);
		return parse_nothing(parse);
	}
	node = parse_node(
	    parser, QUERY_REGEX, token->start, token->start + token->len);
	node->text = arena_strndup(
	    parser->arena, parse->text + token->start, token->len);
	node->index = index;
	return parse_count_term(parse, node);
}

struct query_node *
parse_exact(struct parse *parse)
{
	const struct lex_token *token = parse->token++;
	const struct lex_token *term = parse->token;
	struct query_node *node;

	if (term->type == LEX_WORD)
		node = parse_term(parse->parser, parse->report, token,
		    term->start, term->start + term->len, true);
	else if (term->type == LEX_PHRASE)
		node = parse_term(parse->parser, parse->report, token,
		    term->text, term->text + term->text_len, true);
	else {
		if (term->type != LEX_BAD)
			query_error(parse->report, token->start, token->len,
			    "E203", "'=' stands before a word or phrase only");
		return parse_nothing(parse);
	}
	parse->token++;
	return parse_count_term(parse, node);
}

struct query_node *
parse_word(struct parse *parse)
{
	const struct lex_token *token = parse->token;
	bool is_phrase = token->type == LEX_PHRASE;
	size_t start = is_phrase ? token->text : token->start;
	size_t end = start + (is_phrase ? token->text_len : token->len);

	if (parse->meta != QUERY_FIELDS)
		return parse_value(parse, start, end);
	parse->token++;
	return parse_count_term(parse,
	    parse_term(parse->parser, parse->report, token, start, end, false));
}
