/*
 * How near two terms stand to each other: the least n for which NEAR/n or
 * PRE/n would be true, found by asking the evaluation.
 */
#include "lib/alloc.h"
#include "text/token.h"
#include "topics/explain_private.h"

_Static_assert((EXPLAIN_APART_MAX + 1) * TOKEN_WORD_WIDTH <= TOKEN_FIELD_GAP,
    "fields are too far from each other to be called near");

static bool
explain_is_near(const struct explain *explain, const struct query_node *query,
    enum query_type type, unsigned n)
{
	struct query_node asked = *query;

	asked.type = type;
	asked.n = n;
	return eval_is_true(explain->eval, &asked);
}

/* 0 if they are no nearer than EXPLAIN_APART_MAX. */
static unsigned
explain_distance(const struct explain *explain, const struct query_node *query,
    enum query_type type)
{
	unsigned low = 1, high = EXPLAIN_APART_MAX, middle;

	if (!explain_is_near(explain, query, type, high))
		return 0;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (explain_is_near(explain, query, type, middle))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Nearness in each other: each level costs the evaluation of those below. */
static unsigned
explain_chain(const struct query_node *query)
{
	const struct query_node *child;
	unsigned deepest = 0, chain;

	for (child = query->children; child; child = child->next) {
		chain = explain_chain(child);
		deepest = chain > deepest ? chain : deepest;
	}
	return deepest + (query->type != QUERY_OR && query->children);
}

/* The stretches from one term to the other of those that are so near. */
static void
explain_show(const struct explain *explain, struct explain_node *node,
    enum query_type type, unsigned n, enum explain_count count)
{
	struct query_node asked = *node->query;
	size_t base = explain->eval->occurrence_count;

	asked.type = type;
	asked.n = n;
	eval_list(explain->eval, &asked);
	explain_take_stretches(explain, node, base, count);
}

/* The fields, a bit for each, in which a term occurs. */
static unsigned
explain_fields_of(const struct explain *explain, const struct query_node *query)
{
	struct eval *eval = explain->eval;
	size_t base = eval->occurrence_count, i;
	unsigned fields = 0;

	eval_list(eval, query);
	for (i = base; i < eval->occurrence_count; i++)
		fields |= 1u << term_text_field(
			      &eval->text, eval->occurrences[i].first);
	eval->occurrence_count = base;
	return fields;
}

static const char *
explain_words(const struct explain *explain, unsigned n)
{
	return arena_printf(
	    explain->arena, "%u word%s apart", n, n == 1 ? "" : "s");
}

/* Both sides occur, but nowhere as near as they should. */
static const char *
explain_apart(const struct explain *explain, struct explain_node *node)
{
	const struct query_node *query = node->query;
	bool in_order = query->type == QUERY_PRE;
	enum query_type type = in_order ? QUERY_PRE : QUERY_NEAR;
	unsigned n = explain_distance(explain, query, type);

	if (n) {
		explain_show(explain, node, type, n, EXPLAIN_DISTANCE);
		return arena_printf(
		    explain->arena, "nearest %s", explain_words(explain, n));
	}
	n = in_order ? explain_distance(explain, query, QUERY_NEAR) : 0;
	if (n) {
		explain_show(explain, node, QUERY_NEAR, n, EXPLAIN_DISTANCE);
		return arena_printf(explain->arena,
		    "only in the other order, nearest %s",
		    explain_words(explain, n));
	}
	if (!(explain_fields_of(explain, query->children) &
		explain_fields_of(explain, query->children->next)))
		return "only in different fields";
	return arena_printf(explain->arena,
	    "only on the same words or more than %d words apart",
	    EXPLAIN_APART_MAX);
}

static void
explain_describe_near(const struct explain *explain, struct explain_node *node)
{
	const struct query_node *query = node->query;
	bool is_measured =
	    query->type == QUERY_NEAR || query->type == QUERY_PRE;
	const char *unit =
	    query->type == QUERY_SENTENCE ? "sentence" : "paragraph";

	if (node->is_true) {
		explain_show(
		    explain, node, query->type, query->n, EXPLAIN_COUNTS);
		if (is_measured && explain_chain(query) <= EXPLAIN_CHAIN_MAX)
			node->detail = explain_words(explain,
			    explain_distance(explain, query, query->type));
		return;
	}
	if (!node->children[0].is_true || !node->children[1].is_true) {
		node->detail =
		    node->children[0].is_true || node->children[1].is_true
			? "one side is missing"
			: "neither side occurs";
		return;
	}
	node->detail = explain_apart(explain, node);
	if (!is_measured)
		node->detail = arena_printf(
		    explain->arena, "never in one %s; %s", unit, node->detail);
}

static void
explain_describe_not_near(
    const struct explain *explain, struct explain_node *node)
{
	bool in_order = node->query->type == QUERY_NOT_PRE;

	if (node->is_true)
		explain_show(explain, node, node->query->type, node->query->n,
		    EXPLAIN_COUNTS);
	else if (!node->children[0].is_true)
		node->detail = "its first side is missing";
	else {
		explain_show(explain, node, in_order ? QUERY_PRE : QUERY_NEAR,
		    node->query->n, EXPLAIN_DISTANCE);
		node->detail = in_order
				   ? "the other follows it wherever it stands"
				   : "the other is near it wherever it stands";
	}
}

void
explain_describe_nearness(
    const struct explain *explain, struct explain_node *node)
{
	if (node->query->type == QUERY_NOT_NEAR ||
	    node->query->type == QUERY_NOT_PRE)
		explain_describe_not_near(explain, node);
	else
		explain_describe_near(explain, node);
}
