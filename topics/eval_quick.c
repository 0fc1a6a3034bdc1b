/*
 * A first look at trees: presence alone, without places. What it calls false is
 * false; all else is for eval_is_true to tell.
 */
#include "topics/eval_private.h"

/* A term or a set that does not occur: nothing need be asked of it. */
static inline bool
eval_is_absent(const struct eval *eval, const struct query_node *node)
{
	if (node->type == QUERY_TERM)
		return !eval->hits.seen[node->index].count;
	return node->type == QUERY_SET && !eval->sets[node->index].count;
}

static unsigned
eval_count_possible(
    const struct eval *eval, const struct query_node *node, unsigned enough)
{
	const struct query_node *child;
	unsigned found = 0;

	for (child = node->children; child && found < enough;
	     child = child->next)
		found += !eval_is_absent(eval, child) &&
			 eval_may_be_true(eval, child);
	return found;
}

static bool
eval_all_possible(const struct eval *eval, const struct query_node *node)
{
	const struct query_node *child;

	for (child = node->children; child; child = child->next) {
		if (eval_is_absent(eval, child) ||
		    !eval_may_be_true(eval, child))
			return false;
	}
	return true;
}

bool
eval_may_be_true(const struct eval *eval, const struct query_node *node)
{
	switch (node->type) {
	case QUERY_TERM:
	case QUERY_SET:
		return !eval_is_absent(eval, node);
	case QUERY_AND:
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
		return eval_all_possible(eval, node);
	case QUERY_OR:
		return eval_count_possible(eval, node, 1) > 0;
	case QUERY_ANY:
		return eval_count_possible(eval, node, node->n) >= node->n;
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
	case QUERY_ATLEAST:
		return eval_may_be_true(eval, node->children);
	case QUERY_META:
	case QUERY_REGEX:
	case QUERY_NOT:
		break;
	}
	return true;
}
