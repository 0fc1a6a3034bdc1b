#ifndef WIREWATCH_TOPICS_QUERY_PARSE_H
#define WIREWATCH_TOPICS_QUERY_PARSE_H

#include "lib/buf.h"
#include "topics/query_lex.h"

/* Inside of topics/query*.c: from parser->tokens to a tree. */

struct parse {
	struct query_parser *parser;
	struct query_report *report;
	const char *text;
	const struct lex_token *token;
	size_t depth;
	size_t terms;
	struct query_scope scope;
	enum query_field meta; /* whose values are read; QUERY_FIELDS = none */
	bool is_in_arguments; /* a comma separates */
	bool is_aborted; /* too deep or too long: say no more */
};

/* A term of a chain of NEAR, PRE, W/S and W/P. */
struct parse_link {
	struct parse_link *next;
	const struct lex_token *near; /* before it; NULL: the first */
	bool is_not; /* NOT stands before the operator */
	size_t start; /* of the term, with its field and parentheses */
	size_t end;
};

/* NULL only when errors were reported. */
struct query_node *parse_query(
    struct query_parser *parser, struct query_report *report);
/*
 * The term that stands in bytes start to end of the text; `token` is where it
 * begins with its quote or `=`. NULL when it is refused.
 */
struct query_node *parse_term(struct query_parser *parser,
    struct query_report *report, const struct lex_token *token, size_t start,
    size_t end, bool is_exact);

/*
 * Each reads what begins at the current token, reports what is wrong with it,
 * and gives a node in any case.
 */
struct query_node *parse_word(struct parse *parse);
struct query_node *parse_exact(struct parse *parse);
struct query_node *parse_set(struct parse *parse);
struct query_node *parse_regex(struct parse *parse);
struct query_node *parse_proximity(struct parse *parse);
struct query_node *parse_primary(struct parse *parse);
/* Terms joined by AND or by OR, up to the end or the closing parenthesis. */
struct query_node *parse_level(struct parse *parse);

/* Whether it is NEAR, PRE, W/S or W/P. */
bool parse_is_near(const struct lex_token *token);
/* Refuses a chain that can be read in two ways; `before` stands before it. */
void parse_check_chain(struct parse *parse, const struct lex_token *before,
    const struct parse_link *first);
/* What a node is called in messages; of metadata, its field. */
const char *parse_type_name(const struct query_node *node);
/* Reports what has no occurrences that could be counted. */
void parse_check_countable(
    struct parse *parse, const struct query_node *node, const char *inside);

struct query_node *parse_node(struct query_parser *parser, enum query_type type,
    size_t start, size_t end);
/* Stands where something was refused. */
struct query_node *parse_nothing(struct parse *parse);
/* Where what was read last ends. */
size_t parse_here(const struct parse *parse);
/* Passes over all that is left, and says no more. */
void parse_abort(struct parse *parse);
/* Bytes of a token that a message shows. */
int parse_shown(const struct lex_token *token);
/* Adds a part of the query, its middle as an ellipsis if it is long. */
void parse_show_text(
    const struct parse *parse, size_t start, size_t end, struct buf *out);
#define PARSE_OPERANDS_SHOWN 4 /* of a reading; so that two fit a hint */

#endif
