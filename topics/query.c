/* The parser's life, entries of sets, and what its parts share. */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/map.h"
#include "topics/query_parse.h"

#define QUERY_EDITS_MAX 64 /* longer words are not compared */

void
query_parser_init(struct query_parser *parser, struct arena *arena,
    struct terms *terms, const struct conf *conf, struct diag *diag)
{
	size_t i;

	memset(parser, 0, sizeof(*parser));
	parser->arena = arena;
	parser->terms = terms;
	parser->conf = conf;
	parser->diag = diag;
	parser->sets = map_new();
	for (i = 0; i < conf->set_count; i++)
		map_put(parser->sets, conf->sets[i].name, (void *)(i + 1));
	folded_init(&parser->folded);
}

void
query_parser_clear(struct query_parser *parser)
{
	map_free(&parser->sets, NULL);
	folded_clear(&parser->folded);
	regexes_free(&parser->regexes);
	free(parser->tokens);
	memset(parser, 0, sizeof(*parser));
}

struct regexes *
query_parser_take_regexes(struct query_parser *parser)
{
	struct regexes *regexes = parser->regexes;

	parser->regexes = NULL;
	return regexes;
}

static size_t
query_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
query_edits(const char *a, const char *b)
{
	size_t rows[3][QUERY_EDITS_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2], *turn;
	size_t la = strlen(a), lb = strlen(b), i, j;

	if (la > QUERY_EDITS_MAX || lb > QUERY_EDITS_MAX)
		return QUERY_EDITS_MAX;
	for (j = 0; j <= lb; j++)
		above[j] = j;
	for (i = 1; i <= la; i++) {
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			row[j] = query_min(above[j], row[j - 1]) + 1;
			row[j] = query_min(
			    row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = query_min(row[j], before[j - 2] + 1);
		}
		turn = before;
		before = above;
		above = row;
		row = turn;
	}
	return above[lb];
}

/* Splits a text into parser->tokens; -1 if it is too long to be looked at. */
static int
query_lex(struct query_parser *parser, struct query_report *report,
    const struct conf_text *text, bool is_entry)
{
	struct lexer lexer = {
	    .report = report,
	    .text = text->text,
	    .len = strnlen(text->text, QUERY_BYTES_MAX + 1),
	    .tokens = &parser->tokens,
	    .cap = &parser->token_cap,
	    .is_entry = is_entry,
	};

	if (lexer.len > QUERY_BYTES_MAX) {
		query_error(report, 0, 1, "E009",
		    "the text is longer than %d bytes", QUERY_BYTES_MAX);
		return -1;
	}
	lexer_run(&lexer);
	return 0;
}

static void
query_count_rest(const struct query_report *report)
{
	if (report->errors <= QUERY_ERRORS_MAX)
		return;
	conf_text_diag(report->diag, DIAG_ERROR, report->text, 0, 1, "E009",
	    "more errors in this text than are shown");
}

struct query_node *
query_parse(struct query_parser *parser, const struct conf_text *text)
{
	struct query_report report = {parser->diag, text, 0};
	struct query_node *query = NULL;

	/* the lexer stops in the middle when there are too many */
	if (query_lex(parser, &report, text, false) == 0 &&
	    report.errors <= QUERY_ERRORS_MAX)
		query = parse_query(parser, &report);
	query_count_rest(&report);
	return report.errors ? NULL : query;
}

/* A word or phrase, whole: what is allowed as an entry of a set. */
static struct query_node *
query_entry(struct query_parser *parser, struct query_report *report)
{
	const struct lex_token *first = parser->tokens, *last = first;
	bool is_exact = first->type == LEX_EXACT;
	const struct lex_token *start = first + is_exact;

	if (start->type == LEX_PHRASE && start[1].type == LEX_END)
		return parse_term(parser, report, first, start->text,
		    start->text + start->text_len, is_exact);
	for (last = start; last->type != LEX_END; last++) {
		if (last->type == LEX_WORD || last->type == LEX_COMMA)
			continue;
		if (last->type != LEX_BAD &&
		    query_error(report, last->start, last->len, "E201",
			"'%.*s' has no place in a set",
			(int)query_min(last->len, QUERY_EDITS_MAX),
			report->text->text + last->start))
			query_hint(report,
			    "an entry is a word or phrase; quote it as a "
			    "phrase if it is meant");
		return NULL;
	}
	if (last == start) {
		query_error(report, 0, 1, "E004", "there is no word here");
		return NULL;
	}
	return parse_term(parser, report, first, start->start,
	    last[-1].start + last[-1].len, is_exact);
}

struct query_node *
query_parse_entry(struct query_parser *parser, const struct conf_text *text)
{
	struct query_report report = {parser->diag, text, 0};
	struct query_node *node = NULL;

	if (query_lex(parser, &report, text, true) == 0)
		node = query_entry(parser, &report);
	query_count_rest(&report);
	return report.errors ? NULL : node;
}
