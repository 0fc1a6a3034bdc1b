/*
 * Recursive descent over the words of a query. An error leaves a node of no
 * meaning in its place and parsing goes on, so that one run shows what is wrong
 * everywhere; the tree is thrown away then. Depth is bounded, not the stack.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "topics/query_parse.h"

#define PARSE_SHOWN_MAX 40 /* bytes of the query quoted in a message */
/* characters of a term in a reading, and those at its ends if it has more */
#define PARSE_TERM_MAX 24
#define PARSE_TERM_HEAD 14
#define PARSE_TERM_TAIL 9

int
parse_shown(const struct lex_token *token)
{
	return token->len < PARSE_SHOWN_MAX ? (int)token->len : PARSE_SHOWN_MAX;
}

/* The offset so many characters further, or the end. */
static size_t
parse_step(const struct parse *parse, size_t at, size_t end, size_t count)
{
	size_t step;

	for (; count > 0 && at < end; count--, at += step)
		(void)lexer_char(parse->text, end, at, &step);
	return at;
}

/* White space, such as the ends of lines, as one blank. */
static void
parse_show_plain(
    const struct parse *parse, size_t at, size_t end, struct buf *out)
{
	bool was_blank = false, is_blank;
	size_t step;

	for (; at < end; at += step) {
		is_blank = lexer_char(parse->text, end, at, &step) == ' ';
		if (!is_blank)
			(void)buf_add(out, parse->text + at, step);
		else if (!was_blank)
			(void)buf_addch(out, ' ');
		was_blank = is_blank;
	}
}

void
parse_show_text(
    const struct parse *parse, size_t start, size_t end, struct buf *out)
{
	size_t at = parse_step(parse, start, end, PARSE_TERM_MAX);
	size_t head = parse_step(parse, start, end, PARSE_TERM_HEAD);
	size_t tail =
	    parse_step(parse, start, end, PARSE_TERM_MAX - PARSE_TERM_TAIL);

	if (at < end) {
		parse_show_plain(parse, start, head, out);
		(void)buf_addstr(out, "…");
		for (; at < end; at = parse_step(parse, at, end, 1))
			tail = parse_step(parse, tail, end, 1);
		start = tail;
	}
	parse_show_plain(parse, start, end, out);
}

struct query_node *
parse_node(
    struct query_parser *parser, enum query_type type, size_t start, size_t end)
{
	struct query_node *node = arena_alloc(parser->arena, sizeof(*node));

	node->type = type;
	node->start = (uint32_t)start;
	node->len = (uint32_t)(end - start);
	node->index = UINT32_MAX;
	return node;
}

struct query_node *
parse_nothing(struct parse *parse)
{
	return parse_node(parse->parser, QUERY_TERM, parse->token->start,
	    parse->token->start);
}

static size_t
parse_end(const struct query_node *node)
{
	return node->start + node->len;
}

size_t
parse_here(const struct parse *parse)
{
	return parse->token[-1].start + parse->token[-1].len;
}

void
parse_abort(struct parse *parse)
{
	while (parse->token->type != LEX_END)
		parse->token++;
	parse->is_aborted = true;
}

static bool
parse_enter(struct parse *parse)
{
	if (++parse->depth <= QUERY_DEPTH_MAX)
		return true;
	query_error(parse->report, parse->token->start, parse->token->len,
	    "E009", "nested deeper than %d", QUERY_DEPTH_MAX);
	parse_abort(parse);
	return false;
}

static struct query_node *
parse_group(struct parse *parse)
{
	const struct lex_token *open = parse->token;
	bool was_in_arguments = parse->is_in_arguments;
	struct query_node *node = NULL;

	if (!parse_enter(parse))
		return parse_nothing(parse);
	parse->token++;
	parse->is_in_arguments = false;
	if (parse->token->type == LEX_CLOSE)
		query_error(parse->report, open->start,
		    parse->token->start + 1 - open->start, "E004",
		    "there is nothing between these parentheses");
	else
		node = parse_level(parse);
	if (parse->token->type == LEX_CLOSE)
		parse->token++;
	else if (!parse->is_aborted) {
		query_error(parse->report, open->start, open->len, "E003",
		    "this parenthesis is never closed");
		parse_abort(parse);
	}
	parse->is_in_arguments = was_in_arguments;
	parse->depth--;
	return node ? node : parse_nothing(parse);
}

static void
parse_check_values(
    struct parse *parse, const struct query_node *node, const char *field)
{
	const struct query_node *child;

	if (node->type == QUERY_OR) {
		for (child = node->children; child; child = child->next)
			parse_check_values(parse, child, field);
		return;
	}
	if (node->type == QUERY_META || node->type == QUERY_TERM)
		return;
	if (query_error(parse->report, node->start, node->len, "E203",
		"%s cannot stand inside of %s:", parse_type_name(node), field))
		query_hint(parse->report, "values are joined by OR; one with "
					  "blanks stands in quotes");
}

static uint8_t
parse_fewer_words(unsigned a, unsigned b)
{
	return (uint8_t)(a && (!b || a < b) ? a : b);
}

static void
parse_narrow(struct parse *parse, enum query_field field)
{
	struct query_scope *scope = &parse->scope;

	switch (field) {
	case QUERY_TITLE:
		scope->fields &= 1u << MATCH_TITLE;
		break;
	case QUERY_SUMMARY:
		scope->fields &= 1u << MATCH_SUMMARY;
		break;
	case QUERY_LEAD:
		scope->first =
		    parse_fewer_words(scope->first, QUERY_LEAD_WORDS);
		break;
	default:
		break;
	}
}

static bool
parse_may_follow_field(const struct parse *parse)
{
	switch (parse->token->type) {
	case LEX_WORD:
	case LEX_PHRASE:
	case LEX_EXACT:
	case LEX_SET:
	case LEX_REGEX:
	case LEX_FIELD:
	case LEX_FUNCTION:
	case LEX_OPEN:
	case LEX_BAD:
		return !parse->token->is_spaced;
	default:
		return false;
	}
}

static struct query_node *
parse_in_field(struct parse *parse, const struct lex_token *token)
{
	struct query_node *node;

	if (token->field < QUERY_SOURCE) {
		parse_narrow(parse, token->field);
		if (!parse->scope.fields)
			query_error(parse->report, token->start, token->len,
			    "E203",
			    "a term cannot stand in title: and "
			    "summary: at once");
		return parse_primary(parse);
	}
	if (!query_scope_is_open(&parse->scope))
		query_error(parse->report, token->start, token->len, "E203",
		    "%s: is no part of the text",
		    query_field_name(token->field));
	parse->meta = token->field;
	node = parse_primary(parse);
	parse_check_values(parse, node, query_field_name(token->field));
	return node;
}

static struct query_node *
parse_field(struct parse *parse)
{
	const struct lex_token *token = parse->token++;
	struct query_scope scope = parse->scope;
	enum query_field meta = parse->meta;
	struct query_node *node;

	if (meta != QUERY_FIELDS) {
		query_error(parse->report, token->start, token->len, "E203",
		    "%s: cannot stand inside of %s:",
		    query_field_name(token->field), query_field_name(meta));
		return parse_nothing(parse);
	}
	if (!parse_may_follow_field(parse)) {
		if (query_error(parse->report, token->start, token->len, "E005",
			"nothing stands right behind %s:",
			query_field_name(token->field)))
			query_hint(parse->report,
			    "%s:term or %s:(term OR "
			    "term)",
			    query_field_name(token->field),
			    query_field_name(token->field));
		return parse_nothing(parse);
	}
	if (!parse_enter(parse))
		return parse_nothing(parse);
	node = parse_in_field(parse, token);
	parse->depth--;
	parse->scope = scope;
	parse->meta = meta;
	if (node->type != QUERY_META)
		return node;
	node->len = (uint32_t)(parse_end(node) - token->start);
	node->start = token->start;
	return node;
}

/* The terms of a function as a list; their number. */
static size_t
parse_arguments(struct parse *parse, const struct lex_token *name,
    struct query_node **first_r)
{
	const struct lex_token *open = parse->token++;
	struct query_node **link = first_r;
	bool was_in_arguments = parse->is_in_arguments;
	size_t count = 0;

	parse->is_in_arguments = true;
	do {
		if (count)
			parse->token++;
		*link = parse_level(parse);
		link = &(*link)->next;
		count++;
	} while (parse->token->type == LEX_COMMA);
	parse->is_in_arguments = was_in_arguments;
	if (parse->token->type == LEX_CLOSE)
		parse->token++;
	else if (!parse->is_aborted) {
		query_error(parse->report, name->start,
		    open->start + open->len - name->start, "E003",
		    "this parenthesis is never closed");
		parse_abort(parse);
	}
	return count;
}

static struct query_node *
parse_counting(struct parse *parse, const struct lex_token *name,
    struct query_node *arguments, size_t count)
{
	struct query_node *node = parse_node(parse->parser,
	    name->function == LEX_ANY ? QUERY_ANY : QUERY_ATLEAST, name->start,
	    parse_here(parse));

	node->n = name->n;
	node->children = arguments;
	if (name->function == LEX_ATLEAST)
		parse_check_countable(parse, arguments, "ATLEAST");
	else if (count < name->n)
		query_error(parse->report, name->start, name->len, "E008",
		    "ANY%u of only %zu term%s", name->n, count,
		    count == 1 ? "" : "s");
	return node;
}

static struct query_node *
parse_function(struct parse *parse)
{
	const struct lex_token *name = parse->token++;
	struct query_scope scope = parse->scope;
	struct query_node *arguments;
	size_t count;

	if (parse->meta != QUERY_FIELDS)
		query_error(parse->report, name->start, name->len, "E203",
		    "a function cannot stand inside of %s:",
		    query_field_name(parse->meta));
	if (!parse_enter(parse))
		return parse_nothing(parse);
	if (name->function == LEX_FIRST)
		parse->scope.first =
		    parse_fewer_words(parse->scope.first, name->n);
	if (name->function == LEX_ALLCAPS)
		parse->scope.is_capitals = true;
	count = parse_arguments(parse, name, &arguments);
	parse->scope = scope;
	parse->depth--;
	if (name->function != LEX_ANY && count > 1)
		if (query_error(parse->report, name->start, name->len, "E203",
			"%.*s takes one term", (int)name->len,
			parse->text + name->start))
			query_hint(parse->report, "join them with OR");
	if (name->function == LEX_ANY || name->function == LEX_ATLEAST)
		return parse_counting(parse, name, arguments, count);
	return arguments;
}

/* Behind NEAR it belongs before it; W/S and W/P have none. */
static void
parse_refuse_not(struct parse *parse, const struct lex_token *before)
{
	const struct lex_token *token = parse->token;

	if (!query_error(parse->report, token->start, token->len, "E203",
		"NOT cannot stand here"))
		return;
	if (before->type == LEX_NEAR || before->type == LEX_PRE)
		query_hint(parse->report, "a NOT %s/%u b",
		    before->type == LEX_NEAR ? "NEAR" : "PRE",
		    before->n ? before->n : 5);
	else if (parse_is_near(before))
		query_hint(parse->report, "a AND NOT (a %s b)",
		    before->type == LEX_SENTENCE ? "W/S" : "W/P");
}

/* Reports what stands where a term should; it is left for others to read. */
static struct query_node *
parse_missing(struct parse *parse)
{
	const struct lex_token *token = parse->token;
	bool is_first = token == parse->parser->tokens;
	const struct lex_token *before = is_first ? token : token - 1;

	if (parse->is_aborted)
		return parse_nothing(parse);
	if (token->type == LEX_NOT)
		parse_refuse_not(parse, before);
	else if (token->type == LEX_AND || token->type == LEX_OR ||
		 parse_is_near(token))
		query_error(parse->report, token->start, token->len, "E005",
		    "there is no term before '%.*s'", parse_shown(token),
		    parse->text + token->start);
	else
		query_error(parse->report, before->start, before->len, "E005",
		    "there is no term behind '%.*s'", parse_shown(before),
		    parse->text + before->start);
	return parse_nothing(parse);
}

struct query_node *
parse_primary(struct parse *parse)
{
	switch (parse->token->type) {
	case LEX_WORD:
	case LEX_PHRASE:
		return parse_word(parse);
	case LEX_EXACT:
		return parse_exact(parse);
	case LEX_SET:
		return parse_set(parse);
	case LEX_REGEX:
		return parse_regex(parse);
	case LEX_FIELD:
		return parse_field(parse);
	case LEX_FUNCTION:
		return parse_function(parse);
	case LEX_OPEN:
		return parse_group(parse);
	case LEX_BAD:
		parse->token++;
		return parse_nothing(parse);
	default:
		return parse_missing(parse);
	}
}

static const struct query_node *parse_find_negative(
    const struct query_node *node);

/* So many of the children are of that kind: the first of them, or NULL. */
static const struct query_node *
parse_find_negatives(const struct query_node *node, size_t wanted)
{
	const struct query_node *child, *found, *first = NULL;
	size_t count = 0;

	for (child = node->children; child; child = child->next) {
		if (!(found = parse_find_negative(child)))
			continue;
		first = first ? first : found;
		if (++count == wanted)
			return first;
	}
	return NULL;
}

/* The part that is true of items in which no term stands; NULL if none. */
static const struct query_node *
parse_find_negative(const struct query_node *node)
{
	const struct query_node *child, *found, *first = NULL;

	switch (node->type) {
	case QUERY_NOT:
		return node;
	case QUERY_AND:
		for (child = node->children; child; child = child->next) {
			if (!(found = parse_find_negative(child)))
				return NULL;
			first = first ? first : found;
		}
		return first;
	case QUERY_OR:
		return parse_find_negatives(node, 1);
	case QUERY_ANY:
		return parse_find_negatives(node, node->n);
	default:
		return NULL;
	}
}

struct query_node *
parse_query(struct query_parser *parser, struct query_report *report)
{
	struct parse parse = {
	    .parser = parser,
	    .report = report,
	    .text = report->text->text,
	    .token = parser->tokens,
	    .scope = {.fields = QUERY_FIELDS_ALL},
	    .meta = QUERY_FIELDS,
	};
	const struct query_node *negative;
	struct query_node *query;

	if (parse.token->type == LEX_END) {
		if (!report->errors)
			query_error(report, 0, 1, "E004", "the query is empty");
		return NULL;
	}
	query = parse_level(&parse);
	if (report->errors)
		return query;
	negative = parse_find_negative(query);
	if (negative &&
	    query_error(report, negative->start, negative->len, "E120",
		negative->start == query->start && negative->len == query->len
		    ? "a query of NOT alone"
		    : "this part is true of nearly everything: NOT alone"))
		query_hint(report, "join it with AND to what is wanted");
	return query;
}
