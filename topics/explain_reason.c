/*
 * The smallest reason. Each node is weighed once, when its children have been:
 * the children whose reasons are its own are marked, and their facts counted.
 * A node with none marked is a fact itself.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "topics/explain_private.h"

static int
explain_compare(const void *a, const void *b)
{
	const struct explain_node *const *x = a, *const *y = b;

	if ((*x)->cost != (*y)->cost)
		return (*x)->cost < (*y)->cost ? -1 : 1;
	return (*x > *y) - (*x < *y); /* they stand in one array */
}

/* Marks the `count` children of this truth that have the fewest facts. */
static void
explain_take(const struct explain *explain, struct explain_node *node,
    bool truth, size_t count)
{
	struct explain_node **fit;
	size_t i, found = 0;

	fit = arena_calloc(explain->arena, node->child_count, sizeof(*fit));
	for (i = 0; i < node->child_count; i++) {
		if (node->children[i].is_true == truth)
			fit[found++] = &node->children[i];
	}
	qsort(fit, found, sizeof(*fit), explain_compare);
	for (i = 0; i < found && i < count; i++) {
		fit[i]->is_reason = true;
		node->cost += fit[i]->cost;
	}
}

/* How many of the children make the node as it is. */
static size_t
explain_need(const struct explain_node *node)
{
	size_t all = node->child_count, n = node->query->n;

	switch (node->query->type) {
	case QUERY_AND:
		return node->is_true ? all : 1;
	case QUERY_OR:
		return node->is_true ? 1 : all;
	case QUERY_ANY:
		if (node->is_true)
			return n;
		return n <= all ? all - n + 1 : 0;
	case QUERY_NOT:
		return 1;
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
		return node->is_true ? 0 : 1;
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
		return node->is_true || node->children[0].is_true ? 0 : 1;
	default:
		return 0;
	}
}

void
explain_weigh(const struct explain *explain, struct explain_node *node)
{
	enum query_type type = node->query->type;
	size_t need = explain_need(node);

	if (need && (type == QUERY_NOT_NEAR || type == QUERY_NOT_PRE)) {
		/* whether its other side occurs does not matter */
		node->children[0].is_reason = true;
		node->cost = node->children[0].cost;
	} else if (need)
		explain_take(explain, node,
		    type == QUERY_NOT ? !node->is_true : node->is_true, need);
	if (!node->cost)
		node->cost = 1;
}

/* Several parts that are wanted and of which nothing occurs at all. */
static bool
explain_is_absence(const struct explain_node *node)
{
	size_t i, absent = 0;

	if (node->is_true ||
	    (node->query->type != QUERY_OR && node->query->type != QUERY_ANY))
		return false;
	for (i = 0; i < node->child_count; i++) {
		if (!node->children[i].is_reason)
			continue;
		if (!explain_is_absent(&node->children[i]))
			return false;
		absent++;
	}
	return absent > 1;
}

static const char *
explain_absence_text(
    const struct explain *explain, const struct explain_node *node)
{
	const char *text;
	size_t i, named = 0;
	struct buf out;

	buf_init(&out, 0);
	if (node->query->type == QUERY_ANY)
		(void)buf_printf(&out, "%s, and ", node->detail);
	(void)buf_addstr(&out, "none of these occurs: ");
	for (i = 0; i < node->child_count && named < EXPLAIN_VALUES_MAX; i++) {
		if (!node->children[i].is_reason)
			continue;
		(void)buf_printf(
		    &out, "%s%s", named ? ", " : "", node->children[i].text);
		named++;
	}
	if (node->cost > named)
		(void)buf_printf(&out, " and %zu more", node->cost - named);
	text = arena_strdup(explain->arena, buf_str(&out));
	buf_clear(&out);
	return text;
}

/* What a fact that is true brings down stands under a NOT. */
static const char *
explain_fact_text(
    const struct explain *explain, const struct explain_node *node)
{
	return arena_printf(explain->arena, "%s: %s%s", node->text,
	    node->detail    ? node->detail
	    : node->is_true ? "occurs"
			    : "is false",
	    node->is_true ? ", but NOT excludes it" : "");
}

/* The same fact may stand in several parts of a query; it is told once. */
static bool
explain_is_told(struct explain_query *query, const char *text, size_t facts)
{
	size_t i;

	for (i = 0; i < query->reason_count; i++) {
		if (strcmp(query->reasons[i].text, text) == 0) {
			query->reasons[i].facts += facts;
			return true;
		}
	}
	return false;
}

static void
explain_add(const struct explain *explain, struct explain_query *query,
    const struct explain_node *node, bool is_absence)
{
	const char *text = is_absence ? explain_absence_text(explain, node)
				      : explain_fact_text(explain, node);
	struct explain_reason *reason;

	if (explain_is_told(query, text, node->cost))
		return;
	if (query->reason_count == EXPLAIN_REASONS_MAX) {
		query->facts_left += node->cost;
		return;
	}
	reason = &query->reasons[query->reason_count++];
	reason->node = node;
	reason->facts = node->cost;
	reason->text = text;
}

static void
explain_walk(const struct explain *explain, struct explain_query *query,
    const struct explain_node *node)
{
	bool is_absence = explain_is_absence(node), is_fact = true;
	size_t i;

	for (i = 0; i < node->child_count && !is_absence; i++) {
		if (!node->children[i].is_reason)
			continue;
		is_fact = false;
		explain_walk(explain, query, &node->children[i]);
	}
	if (is_fact)
		explain_add(explain, query, node, is_absence);
}

void
explain_collect(const struct explain *explain, struct explain_query *query)
{
	query->reasons = arena_calloc(
	    explain->arena, EXPLAIN_REASONS_MAX, sizeof(*query->reasons));
	explain_walk(explain, query, query->tree);
}
