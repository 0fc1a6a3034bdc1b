/*
 * A tree as a query: every AND and OR in parentheses, scopes with the terms
 * they hold for. What is printed parses to the same tree.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/buf.h"
#include "topics/query.h"

static void print_node(struct buf *out, const struct query_node *node);

static void
print_text(struct buf *out, const char *text)
{
	(void)buf_addstr(out, text);
}

static void
print_list(struct buf *out, const struct query_node *node, const char *between)
{
	const struct query_node *child;

	print_text(out, "(");
	for (child = node->children; child; child = child->next) {
		print_node(out, child);
		if (child->next)
			print_text(out, between);
	}
	print_text(out, ")");
}

/* A word that was read as one because of where it stood. */
static bool
print_is_operator(const struct query_node *node, const char *text)
{
	if (node->type != QUERY_TERM)
		return false;
	return strcasecmp(text, "or") == 0 || strcasecmp(text, "and") == 0 ||
	       strcasecmp(text, "not") == 0 || strcmp(text, "BUT") == 0;
}

/* A word that would read otherwise without quotes stands in them. */
static void
print_words(struct buf *out, const struct query_node *node)
{
	const char *text = node->text + node->is_exact;

	if (node->is_exact)
		print_text(out, "=");
	if (node->is_phrase || print_is_operator(node, text))
		(void)buf_printf(out, "\"%s\"", text);
	else
		print_text(out, text);
}

static void
print_fields(struct buf *out, uint8_t fields)
{
	if (fields == 1u << MATCH_TITLE)
		print_text(out, "title:");
	else if (fields == 1u << MATCH_SUMMARY)
		print_text(out, "summary:");
}

static void
print_leaf(struct buf *out, const struct query_node *node)
{
	const struct query_scope *scope = &node->scope;

	if (scope->first)
		(void)buf_printf(out, "FIRST%u(", scope->first);
	print_fields(out, scope->fields);
	if (scope->is_capitals)
		print_text(out, "ALLCAPS(");
	if (node->type == QUERY_SET)
		(void)buf_printf(out, "@%s", node->text);
	else if (node->type == QUERY_REGEX)
		print_text(out, node->text);
	else
		print_words(out, node);
	if (scope->is_capitals)
		print_text(out, ")");
	if (scope->first)
		print_text(out, ")");
}

static void
print_proximity(struct buf *out, const struct query_node *node)
{
	print_text(out, "(");
	print_node(out, node->children);
	switch (node->type) {
	case QUERY_SENTENCE:
		print_text(out, " W/S ");
		break;
	case QUERY_PARAGRAPH:
		print_text(out, " W/P ");
		break;
	case QUERY_NEAR:
		(void)buf_printf(out, " NEAR/%u ", node->n);
		break;
	case QUERY_PRE:
		(void)buf_printf(out, " PRE/%u ", node->n);
		break;
	case QUERY_NOT_NEAR:
		(void)buf_printf(out, " NOT NEAR/%u ", node->n);
		break;
	default:
		(void)buf_printf(out, " NOT PRE/%u ", node->n);
		break;
	}
	print_node(out, node->children->next);
	print_text(out, ")");
}

static void
print_node(struct buf *out, const struct query_node *node)
{
	switch (node->type) {
	case QUERY_TERM:
	case QUERY_SET:
	case QUERY_REGEX:
		print_leaf(out, node);
		break;
	case QUERY_META:
		(void)buf_printf(out, "%s:", query_field_name(node->field));
		print_words(out, node);
		break;
	case QUERY_AND:
		print_list(out, node, " AND ");
		break;
	case QUERY_OR:
		print_list(out, node, " OR ");
		break;
	case QUERY_NOT:
		print_text(out, "NOT ");
		print_node(out, node->children);
		break;
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
		print_proximity(out, node);
		break;
	case QUERY_ATLEAST:
	case QUERY_ANY:
		(void)buf_printf(out, "%s%u",
		    node->type == QUERY_ANY ? "ANY" : "ATLEAST", node->n);
		print_list(out, node, ", ");
		break;
	}
}

char *
query_print(const struct query_node *query)
{
	struct buf out;

	buf_init(&out, 0);
	print_node(&out, query);
	return buf_steal(&out);
}
