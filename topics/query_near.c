/*
 * NEAR, PRE, W/S and W/P between terms, and which terms can stand there: those
 * whose occurrences have places.
 */
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
	return true;
}

struct query_node *
parse_proximity(struct parse *parse)
{
	struct query_node *left = parse_primary(parse);
	size_t chain;

	for (chain = 1;; chain++) {
		const struct lex_token *token = parse->token;
		bool is_not = token->type == LEX_NOT && !token->is_minus &&
			      parse_is_near(token + 1);
		struct query_node *node;
		enum query_type type;

		if (!is_not && !parse_is_near(token))
			return left;
		token += is_not;
		parse->token = token + 1;
		if (chain > QUERY_DEPTH_MAX) {
			query_error(parse->report, token->start, token->len,
			    "E009",
			    "more than %d NEAR, PRE, W/S or W/P in a row",
			    QUERY_DEPTH_MAX);
			parse_abort(parse);
			return left;
		}
		type = parse_near_type(parse, token, is_not);
		left->next = parse_primary(parse);
		if (!parse_check_near(parse, token, left)) {
			left->next = NULL;
			continue;
		}
		node = parse_node(
		    parse->parser, type, left->start, parse_here(parse));
		node->n = token->n;
		node->children = left;
		left = node;
	}
}
