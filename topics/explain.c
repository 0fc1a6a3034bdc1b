/*
 * The tree of an explanation, built along the tree of a query from the bottom
 * up. What is true is asked of eval.c at each node, so that no answer here can
 * differ from that of the matcher.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "text/plain.h"
#include "topics/explain_private.h"
#include "topics/match_private.h"

const char *
explain_type_name(enum query_type type)
{
	static const char *const names[] = {
	    [QUERY_TERM] = "term",
	    [QUERY_SET] = "set",
	    [QUERY_META] = "meta",
	    [QUERY_AND] = "and",
	    [QUERY_OR] = "or",
	    [QUERY_NOT] = "not",
	    [QUERY_NEAR] = "near",
	    [QUERY_PRE] = "pre",
	    [QUERY_NOT_NEAR] = "not_near",
	    [QUERY_NOT_PRE] = "not_pre",
	    [QUERY_SENTENCE] = "sentence",
	    [QUERY_PARAGRAPH] = "paragraph",
	    [QUERY_REGEX] = "regex",
	    [QUERY_ATLEAST] = "atleast",
	    [QUERY_ANY] = "any",
	};

	return names[type];
}

bool
explain_is_text(const struct query_node *query)
{
	return query->type == QUERY_TERM || query->type == QUERY_SET ||
	       query->type == QUERY_REGEX;
}

bool
explain_is_absent(const struct explain_node *node)
{
	return explain_is_text(node->query) && !node->is_true &&
	       !node->place_count;
}

const char *
explain_shorten(struct arena *arena, const char *text, size_t len, size_t max)
{
	if (len <= max)
		return arena_strndup(arena, text, len);
	len = plain_border_within(text, len, max);
	return arena_printf(arena, "%.*s...", (int)len, text);
}

/* Whether query_print sets it in parentheses of its own. */
static bool
explain_is_enclosed(const struct query_node *query)
{
	switch (query->type) {
	case QUERY_TERM:
	case QUERY_SET:
	case QUERY_META:
	case QUERY_REGEX:
	case QUERY_NOT:
	case QUERY_ATLEAST:
	case QUERY_ANY:
		return false;
	default:
		return true;
	}
}

static const char *
explain_text(const struct explain *explain, const struct query_node *query)
{
	char *printed = query_print(query);
	size_t outer = explain_is_enclosed(query);
	const char *text = explain_shorten(explain->arena, printed + outer,
	    strlen(printed) - 2 * outer, EXPLAIN_TEXT_MAX);

	free(printed);
	return text;
}

static void
explain_build(const struct explain *explain, const struct query_node *query,
    struct explain_node *node)
{
	const struct query_node *child;
	size_t i = 0;

	node->query = query;
	node->text = explain_text(explain, query);
	node->is_true = eval_is_true(explain->eval, query);
	for (child = query->children; child; child = child->next)
		node->child_count++;
	node->children = arena_calloc(
	    explain->arena, node->child_count, sizeof(*node->children));
	for (child = query->children; child; child = child->next)
		explain_build(explain, child, &node->children[i++]);
	explain_describe(explain, node);
	explain_weigh(explain, node);
}

static void
explain_query(const struct explain *explain, const struct query_node *query,
    struct explain_query *explained)
{
	struct explain_node *tree = arena_alloc(explain->arena, sizeof(*tree));

	explain_build(explain, query, tree);
	explained->tree = tree;
	if (!tree->is_true)
		explain_collect(explain, explained);
}

static const struct match *
explain_find_match(
    const struct match_result *result, const struct conf_topic *topic)
{
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (result->matches[i].topic == topic)
			return &result->matches[i];
	}
	return NULL;
}

const struct explanation *
explain_topic(struct matcher *matcher, const struct match_result *result,
    size_t index, struct arena *arena)
{
	const struct explain explain = {matcher_eval(matcher), arena};
	const struct topic *topic = &explain.eval->topics->topics[index];
	const struct match *match = explain_find_match(result, topic->conf);
	struct explanation *explanation =
	    arena_alloc(arena, sizeof(*explanation));

	explanation->topic = topic->conf;
	explanation->is_match = match != NULL;
	explanation->is_raised = match && match->is_raised;
	explanation->severity = match ? match->severity : topic->conf->severity;
	explain_query(&explain, topic->query, &explanation->query);
	if (topic->raise)
		explain_query(&explain, topic->raise, &explanation->raise);
	return explanation;
}
