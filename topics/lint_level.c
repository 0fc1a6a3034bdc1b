/*
 * What stands side by side in an AND, OR or ANY: two that are the same, one
 * that the same with NOT contradicts, and an `i` that a blank parts from the
 * regular expression before it.
 */
#include <string.h>

#include "topics/lint_private.h"

static bool
lint_is_same_leaf(const struct query_node *a, const struct query_node *b)
{
	switch (a->type) {
	case QUERY_META:
		return a->field == b->field && strcmp(a->text, b->text) == 0;
	case QUERY_TERM:
	case QUERY_SET:
	case QUERY_REGEX:
		return a->index == b->index && a->is_exact == b->is_exact &&
		       query_scope_is_same(&a->scope, &b->scope);
	default:
		return a->n == b->n;
	}
}

static bool
lint_is_same(const struct query_node *a, const struct query_node *b)
{
	const struct query_node *x = a->children, *y = b->children;

	if (a->type != b->type || !lint_is_same_leaf(a, b))
		return false;
	for (; x && y; x = x->next, y = y->next) {
		if (!lint_is_same(x, y))
			return false;
	}
	return !x && !y;
}

/* Whether one is the other with NOT. */
static bool
lint_contradicts(const struct query_node *a, const struct query_node *b)
{
	return (a->type == QUERY_NOT && lint_is_same(a->children, b)) ||
	       (b->type == QUERY_NOT && lint_is_same(b->children, a));
}

static void
lint_report_pair(struct lint *lint, const struct conf_text *text,
    const struct query_node *node, const struct query_node *parent,
    bool is_contrary)
{
	const char *name = parent->type == QUERY_AND  ? "AND"
			   : parent->type == QUERY_OR ? "OR"
						      : "ANY";

	if (is_contrary)
		(void)lint_warn(lint, text, node->start, node->len, "W232",
		    "this stands in the same AND with and without NOT: never "
		    "true");
	else
		(void)lint_warn(lint, text, node->start, node->len, "W232",
		    "this stands twice in the same %s%s", name,
		    parent->type == QUERY_ANY ? ", and counts twice" : "");
}

/* Each is told once, with the first that it is like. */
static void
lint_twice(struct lint *lint, const struct conf_text *text,
    const struct query_node *parent)
{
	const struct query_node *node, *before;

	for (node = parent->children; node; node = node->next) {
		/* W230 tells of terms of an OR */
		if (parent->type == QUERY_OR && node->type == QUERY_TERM)
			continue;
		for (before = parent->children; before != node;
		     before = before->next) {
			bool is_contrary = parent->type == QUERY_AND &&
					   lint_contradicts(before, node);

			if (!is_contrary && !lint_is_same(before, node))
				continue;
			lint_report_pair(lint, text, node, parent, is_contrary);
			break;
		}
	}
}

/* `/a/ i`: terms with nothing but blanks between them. */
static void
lint_flag(struct lint *lint, const struct conf_text *text,
    const struct query_node *before, const struct query_node *node)
{
	size_t end;

	while (before->type == QUERY_NOT)
		before = before->children;
	if (before->type != QUERY_REGEX || node->type != QUERY_TERM)
		return;
	end = before->start + before->len;
	if (node->len != 1 || text->text[node->start] != 'i' ||
	    text->text[end - 1] != '/' || node->start < end ||
	    end + strspn(text->text + end, " \t\r\n") != node->start)
		return;
	if (lint_warn(lint, text, node->start, node->len, "W241",
		"'i' is a word here, not the flag of the regular expression "
		"before it"))
		diag_hint(lint->diag,
		    "/.../i without a blank to ignore case, or \"i\" for the "
		    "word");
}

void
lint_level(struct lint *lint, const struct conf_text *text,
    const struct query_node *node)
{
	const struct query_node *child;

	if (node->type != QUERY_AND && node->type != QUERY_OR &&
	    node->type != QUERY_ANY)
		return;
	lint_twice(lint, text, node);
	if (node->type != QUERY_AND)
		return;
	for (child = node->children; child->next; child = child->next)
		lint_flag(lint, text, child, child->next);
}
