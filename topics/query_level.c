/*
 * Terms joined by AND, OR, NOT or nothing but a blank, as they stand between
 * two parentheses. AND and OR are never mixed there: those who know Factiva
 * and those who know Lexis would read it differently.
 */
#include <string.h>
#include <strings.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "topics/query_parse.h"

/* or, and, not as words between terms: hardly what was meant. */
static enum lex_type
parse_lower_operator(const struct parse *parse)
{
	const struct lex_token *token = parse->token;
	const char *word = parse->text + token->start;

	if (token->type != LEX_WORD || parse->meta != QUERY_FIELDS)
		return LEX_END;
	if (token->len == 2 && strncasecmp(word, "or", 2) == 0)
		return LEX_OR;
	if (token->len == 3 && strncasecmp(word, "and", 3) == 0)
		return LEX_AND;
	if (token->len == 3 && strncasecmp(word, "not", 3) == 0)
		return LEX_NOT;
	return LEX_END;
}

static void
parse_refuse_lower(struct parse *parse, enum lex_type type)
{
	const struct lex_token *token = parse->token++;
	const char *capitals = type == LEX_OR	 ? "OR"
			       : type == LEX_AND ? "AND"
						 : "NOT";

	if (query_error(parse->report, token->start, token->len, "E113",
		"'%.*s' is a word here, the operator is %s", (int)token->len,
		parse->text + token->start, capitals))
		query_hint(parse->report, "%s, or \"%.*s\" for the word",
		    capitals, (int)token->len, parse->text + token->start);
}

static bool
parse_is_level_end(const struct parse *parse)
{
	return parse->token->type == LEX_END ||
	       (parse->token->type == LEX_CLOSE && parse->depth > 0) ||
	       (parse->token->type == LEX_COMMA && parse->is_in_arguments);
}

static struct query_node *
parse_unary(struct parse *parse)
{
	const struct lex_token *token = parse->token;
	struct query_node *node;

	if (parse_lower_operator(parse) == LEX_NOT && token[1].type != LEX_END)
		parse_refuse_lower(parse, LEX_NOT);
	else if (token->type != LEX_NOT)
		return parse_proximity(parse);
	else
		parse->token++;
	if (parse->token->type == LEX_NOT) {
		query_error(parse->report, parse->token->start,
		    parse->token->len, "E005", "NOT stands twice");
		while (parse->token->type == LEX_NOT)
			parse->token++;
	}
	node = parse_node(parse->parser, QUERY_NOT, token->start, token->start);
	node->children = parse_proximity(parse);
	node->len = (uint32_t)(parse_here(parse) - token->start);
	return node;
}

/* A term of a level with the operator before it. */
struct parse_operand {
	struct parse_operand *next;
	struct query_node *node;
	size_t start;
	size_t end;
	const struct lex_token *operator; /* or the term, if joined by
					   * nothing but a blank */
	bool is_or;
};

/* One reading of AND and OR mixed: what binds first is in parentheses. */
static void
parse_show_reading(const struct parse *parse,
    const struct parse_operand *operand, bool or_first, struct buf *out)
{
	bool is_open = false;

	for (; operand; operand = operand->next) {
		bool binds = operand->next && operand->next->is_or == or_first;

		if (binds && !is_open) {
			(void)buf_addch(out, '(');
			is_open = true;
		}
		parse_show_text(parse, operand->start, operand->end, out);
		if (!binds && is_open) {
			(void)buf_addch(out, ')');
			is_open = false;
		}
		if (operand->next)
			(void)buf_addstr(
			    out, operand->next->is_or ? " OR " : " AND ");
	}
}

/*
 * Both readings of a level. Of a long one, what leads to the other operator
 * becomes one term, and what follows is left out.
 */
static void
parse_hint_mixed(struct parse *parse, const struct parse_operand *first,
    const struct parse_operand *mixed)
{
	struct parse_operand last = *mixed, middle, all = *first;
	const struct parse_operand *shown = first, *operand = first;
	const char *rest = "";
	struct buf tight_and, tight_or;
	size_t count = 1;

	for (; operand->next; operand = operand->next)
		count++;
	if (count > PARSE_OPERANDS_SHOWN) {
		for (operand = first; operand->next->next != mixed;)
			operand = operand->next;
		middle = *operand->next;
		all.end = operand->end;
		all.next = &middle;
		middle.next = &last;
		rest = last.next ? " …" : "";
		last.next = NULL;
		shown = &all;
	}
	buf_init(&tight_and, 0);
	buf_init(&tight_or, 0);
	parse_show_reading(parse, shown, false, &tight_and);
	parse_show_reading(parse, shown, true, &tight_or);
	query_hint(parse->report,
	    "Factiva reads %s%s; Lexis reads %s%s: add parentheses",
	    buf_str(&tight_and), rest, buf_str(&tight_or), rest);
	buf_clear(&tight_and);
	buf_clear(&tight_or);
}

static void
parse_refuse_mixed(struct parse *parse, const struct parse_operand *first,
    const struct parse_operand *mixed)
{
	if (query_error(parse->report, mixed->operator->start,
		mixed->operator->len, "E101",
		"AND and OR mixed without parentheses"))
		parse_hint_mixed(parse, first, mixed);
}

static void
parse_check_mixed(struct parse *parse, const struct parse_operand *first)
{
	const struct parse_operand *operand, *second = first->next;

	/* what is missing has been told already */
	for (operand = first; operand; operand = operand->next) {
		if (operand->end <= operand->start)
			return;
	}
	for (operand = second; operand; operand = operand->next) {
		if (operand->is_or != second->is_or) {
			parse_refuse_mixed(parse, first, operand);
			return;
		}
	}
}

/* Reads what joins two terms; false at the end of the level. */
static bool
parse_join(struct parse *parse, struct parse_operand *operand)
{
	const struct lex_token *token = parse->token;
	enum lex_type lower = parse_lower_operator(parse);

	if (parse_is_level_end(parse))
		return false;
	operand->operator= token;
	if (lower == LEX_OR || lower == LEX_AND) {
		operand->is_or = lower == LEX_OR;
		parse_refuse_lower(parse, lower);
	} else if (token->type == LEX_AND || token->type == LEX_OR) {
		operand->is_or = token->type == LEX_OR;
		parse->token++;
	}
	return true;
}

/* What has no place between terms; it is reported and passed over. */
static void
parse_skip_strays(struct parse *parse)
{
	for (;; parse->token++) {
		const struct lex_token *token = parse->token;

		if (token->type == LEX_CLOSE && parse->depth == 0)
			query_error(parse->report, token->start, token->len,
			    "E003", "this parenthesis was never opened");
		else if (token->type == LEX_COMMA && !parse->is_in_arguments) {
			if (query_error(parse->report, token->start, token->len,
				"E006", "unexpected ','"))
				query_hint(parse->report, "terms are joined "
							  "with AND or OR");
		} else
			return;
	}
}

static struct query_node *
parse_combine(struct parse *parse, const struct parse_operand *first)
{
	struct query_node *node;
	const struct parse_operand *operand;

	if (!first->next)
		return first->node;
	node =
	    parse_node(parse->parser, first->next->is_or ? QUERY_OR : QUERY_AND,
		first->start, parse_here(parse));
	node->children = first->node;
	for (operand = first; operand->next; operand = operand->next)
		operand->node->next = operand->next->node;
	return node;
}

struct query_node *
parse_level(struct parse *parse)
{
	struct parse_operand first = {0}, *operand = &first;

	parse_skip_strays(parse);
	for (;;) {
		operand->start = parse->token->start;
		operand->node = parse_unary(parse);
		operand->end = parse->token > parse->parser->tokens
				   ? parse_here(parse)
				   : operand->start;
		parse_skip_strays(parse);
		if (parse_is_level_end(parse))
			break;
		operand->next =
		    arena_alloc(parse->parser->arena, sizeof(*operand));
		operand = operand->next;
		parse_join(parse, operand);
		parse_skip_strays(parse);
	}
	if (first.next && !parse->is_aborted)
		parse_check_mixed(parse, &first);
	return parse_combine(parse, &first);
}
