/*
 * NEAR, PRE, W/S and W/P between terms, and which terms can stand there: those
 * whose occurrences have places.
 */
#include "lib/alloc.h"
#include "topics/query_parse.h"

/* Whether occurrences of it can be counted and measured. */
static const struct query_node *
parse_find_uncountable(const struct query_node *node)
{
	const struct query_node *child, *found;

	switch (node->type) {
	case QUERY_TERM:
	case QUERY_SET:
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
		return NULL;
	case QUERY_OR:
		for (child = node->children; child; child = child->next) {
			if ((found = parse_find_uncountable(child)))
				return found;
		}
		return NULL;
	default:
		return node;
	}
}

const char *
parse_type_name(const struct query_node *node)
{
	switch (node->type) {
	case QUERY_AND:
		return "AND";
	case QUERY_NOT:
		return "NOT";
	case QUERY_ATLEAST:
		return "ATLEAST";
	case QUERY_ANY:
		return "ANY";
	case QUERY_REGEX:
		return "a regular expression";
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
		return "NEAR or PRE";
	case QUERY_SENTENCE:
		return "W/S";
	case QUERY_PARAGRAPH:
		return "W/P";
	default:
		return query_field_name(node->field);
	}
}

void
parse_check_countable(
    struct parse *parse, const struct query_node *node, const char *inside)
{
	const struct query_node *found = parse_find_uncountable(node);

	if (!found)
		return;
	if (query_error(parse->report, found->start, found->len, "E203",
		found->type == QUERY_META ? "%s: cannot stand inside of %s"
					  : "%s cannot stand inside of %s",
		parse_type_name(found), inside))
		query_hint(parse->report, "words, phrases, sets, these joined "
					  "by OR, or another NEAR, PRE, W/S or "
					  "W/P");
}

bool
parse_is_near(const struct lex_token *token)
{
	return token->type == LEX_NEAR || token->type == LEX_PRE ||
	       token->type == LEX_SENTENCE || token->type == LEX_PARAGRAPH;
}

static const char *
parse_near_name(const struct lex_token *token)
{
	switch (token->type) {
	case LEX_NEAR:
		return "NEAR";
	case LEX_PRE:
		return "PRE";
	case LEX_SENTENCE:
		return "W/S";
	default:
		return "W/P";
	}
}

/* What an operator between two terms makes of them. */
static enum query_type
parse_near_type(struct parse *parse, const struct lex_token *token, bool is_not)
{
	switch (token->type) {
	case LEX_NEAR:
		return is_not ? QUERY_NOT_NEAR : QUERY_NEAR;
	case LEX_PRE:
		return is_not ? QUERY_NOT_PRE : QUERY_PRE;
	default:
		break;
	}
	if (is_not && query_error(parse->report, token[-1].start,
			  token->start + token->len - token[-1].start, "E115",
			  "there is no NOT %s", parse_near_name(token)))
		query_hint(parse->report,
		    "a AND NOT (a %s b), or a NOT NEAR/15 b",
		    parse_near_name(token));
	return token->type == LEX_SENTENCE ? QUERY_SENTENCE : QUERY_PARAGRAPH;
}

/* The fields, a bit each, in which a term can occur; 0 if it has no places. */
static uint8_t
parse_fields_of(const struct query_node *node)
{
	const struct query_node *child;
	uint8_t fields = 0;

	switch (node->type) {
	case QUERY_TERM:
	case QUERY_SET:
		return node->scope.fields;
	case QUERY_OR:
		for (child = node->children; child; child = child->next)
			fields |= parse_fields_of(child);
		return fields;
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
		return parse_fields_of(node->children) &
		       parse_fields_of(node->children->next);
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
		return parse_fields_of(node->children);
	default:
		return 0;
	}
}

static void
parse_check_fields(struct parse *parse, const struct lex_token *token,
    const struct query_node *left)
{
	uint8_t before = parse_fields_of(left);
	uint8_t behind = parse_fields_of(left->next);

	if (!before || !behind || before & behind)
		return;
	if (query_error(parse->report, token->start, token->len, "E203",
		"what stands in title: and in summary: is never near"))
		query_hint(
		    parse->report, "AND, or the same field on both sides");
}

/* Whether the places of both terms can be compared. */
static bool
parse_check_near(struct parse *parse, const struct lex_token *token,
    const struct query_node *left)
{
	if (parse->meta != QUERY_FIELDS) {
		query_error(parse->report, token->start, token->len, "E203",
		    "values of %s: have no places",
		    query_field_name(parse->meta));
		return false;
	}
	parse_check_countable(parse, left, parse_near_name(token));
	parse_check_countable(parse, left->next, parse_near_name(token));
	parse_check_fields(parse, token, left);
	return true;
}

/* A term of a chain, and where it stands. */
static struct query_node *
parse_linked(struct parse *parse, struct parse_link *link)
{
	const struct lex_token *first = parse->token;
	struct query_node *node = parse_primary(parse);

	link->start = first->start;
	link->end = parse->token > first ? parse_here(parse) : first->start;
	return node;
}

/* The operator at the current token, which is passed over; NULL if none. */
static const struct lex_token *
parse_near_operator(struct parse *parse, bool *is_not_r)
{
	const struct lex_token *token = parse->token;

	*is_not_r = token->type == LEX_NOT && !token->is_minus &&
		    parse_is_near(token + 1);
	token += *is_not_r;
	if (!parse_is_near(token))
		return NULL;
	parse->token = token + 1;
	return token;
}

/* The terms of a W/S or W/P, which are counted up to the bound only. */
static size_t
parse_count_operands(const struct query_node *node, enum query_type type)
{
	const struct query_node *child;
	size_t count = 0;

	if (node->type != type)
		return 1;
	for (child = node->children; child && count <= QUERY_OPERANDS_MAX;
	     child = child->next)
		count += parse_count_operands(child, type);
	return count;
}

/* A chain in parentheses in one of its own kind is one question with it. */
static void
parse_check_operands(struct parse *parse, const struct lex_token *token,
    const struct query_node *node)
{
	if ((node->type != QUERY_SENTENCE && node->type != QUERY_PARAGRAPH) ||
	    parse_count_operands(node, node->type) <= QUERY_OPERANDS_MAX ||
	    parse->is_aborted)
		return;
	if (query_error(parse->report, token->start, token->len, "E009",
		"more than %d terms of one %s, those in parentheses counted",
		QUERY_OPERANDS_MAX, parse_near_name(token)))
		query_hint(parse->report, "join two of these with AND");
	parse_abort(parse);
}

/* Joins a term with the next; the left one itself if that has no meaning. */
static struct query_node *
parse_join_near(
    struct parse *parse, struct query_node *left, struct parse_link *link)
{
	const struct lex_token *token = link->near;
	enum query_type type = parse_near_type(parse, token, link->is_not);
	struct query_node *node;

	left->next = parse_linked(parse, link);
	if (!parse_check_near(parse, token, left)) {
		left->next = NULL;
		return left;
	}
	node = parse_node(parse->parser, type, left->start, parse_here(parse));
	node->n = token->n;
	node->children = left;
	parse_check_operands(parse, token, node);
	return node;
}

struct query_node *
parse_proximity(struct parse *parse)
{
	const struct lex_token *token = parse->token;
	const struct lex_token *before =
	    token > parse->parser->tokens ? token - 1 : NULL;
	struct parse_link first = {0}, *link = &first;
	struct query_node *left = parse_linked(parse, link);
	size_t chain;
	bool is_not;

	for (chain = 1; (token = parse_near_operator(parse, &is_not));
	     chain++) {
		if (chain > QUERY_DEPTH_MAX) {
			query_error(parse->report, token->start, token->len,
			    "E009",
			    "more than %d NEAR, PRE, W/S or W/P in a row",
			    QUERY_DEPTH_MAX);
			parse_abort(parse);
			break;
		}
		link->next =
		    arena_alloc(parse->parser->arena, sizeof(*link->next));
		link = link->next;
		link->near = token;
		link->is_not = is_not;
		left = parse_join_near(parse, left, link);
	}
	parse_check_chain(parse, before, &first);
	return left;
}
