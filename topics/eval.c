/*
 * Whether trees are true of an item. What needs places, not only presence, is
 * left to eval_list.c; eval_span.c tells why a tree is true.
 */
#include "topics/eval_private.h"

static bool
eval_term_is_true(
    struct eval *eval, const struct query_scope *scope, uint32_t term)
{
	const struct term_seen *seen = &eval->hits.seen[term];
	uint32_t i;

	if (!seen->count || query_scope_is_open(scope))
		return seen->count > 0;
	if (!eval_spend(eval, seen->count))
		return false;
	for (i = seen->head; i != TERM_HIT_NONE; i = eval->hits.items[i].next) {
		const struct term_hit *hit = &eval->hits.items[i];

		if (eval_in_scope(eval, scope, hit->first, hit->last))
			return true;
	}
	return false;
}

static bool
eval_set_is_true(struct eval *eval, const struct query_node *node)
{
	const struct eval_set *set = &eval->sets[node->index];
	uint32_t i;

	if (!set->count || query_scope_is_open(&node->scope))
		return set->count > 0;
	for (i = set->head; i != UINT32_MAX; i = eval->entries[i].next) {
		if (eval_term_is_true(eval, &node->scope,
			eval_entry(eval, eval->entries[i].entry)->term))
			return true;
	}
	return false;
}

static bool
eval_leaf_is_true(struct eval *eval, const struct query_node *node)
{
	if (eval_is_absent(eval, node) || presence_is_exact(&node->scope))
		return !eval_is_absent(eval, node);
	if (node->type == QUERY_TERM)
		return eval_term_is_true(eval, &node->scope, node->index);
	return eval_set_is_true(eval, node);
}

const struct lang *
eval_language(struct eval *eval)
{
	const struct match_source *source = eval->meta.source;

	if (!eval->has_lang)
		lang_detect(&eval->lang, eval->meta.item->lang,
		    source ? source->lang : NULL, &eval->text.tokens);
	eval->has_lang = true;
	return &eval->lang;
}

bool
eval_meta_is_true(struct eval *eval, const struct query_node *node)
{
	if (node->field == QUERY_LANG)
		eval->meta.lang = eval_language(eval);
	return meta_match(&eval->meta, node);
}

/* Nodes that are true by the occurrences they have. */
static bool
eval_list_is_true(struct eval *eval, const struct query_node *node)
{
	size_t base = eval->occurrence_count;
	bool is_true;

	if (node->type == QUERY_ATLEAST) {
		eval_list(eval, node->children);
		is_true = eval_has_disjoint(eval, base, node->n);
	} else {
		eval_list(eval, node);
		is_true = eval->occurrence_count > base;
	}
	eval->occurrence_count = base;
	return is_true;
}

static bool
eval_any_is_true(struct eval *eval, const struct query_node *node)
{
	const struct query_node *child;
	unsigned found = 0;

	for (child = node->children; child && found < node->n;
	     child = child->next)
		found +=
		    !eval_is_absent(eval, child) && eval_is_true(eval, child);
	return found >= node->n;
}

bool
eval_is_true(struct eval *eval, const struct query_node *node)
{
	const struct query_node *child;

	switch (node->type) {
	case QUERY_TERM:
	case QUERY_SET:
		return eval_leaf_is_true(eval, node);
	case QUERY_REGEX:
		return eval_regex_is_true(eval, node);
	case QUERY_META:
		return eval_meta_is_true(eval, node);
	case QUERY_AND:
		if (eval_lacks_any(eval, node))
			return false;
		for (child = node->children; child; child = child->next) {
			if (!eval_is_true(eval, child))
				return false;
		}
		return true;
	case QUERY_OR:
		for (child = node->children; child; child = child->next) {
			if (!eval_is_absent(eval, child) &&
			    eval_is_true(eval, child))
				return true;
		}
		return false;
	case QUERY_NOT:
		return !eval_is_true(eval, node->children);
	case QUERY_ANY:
		return eval_any_is_true(eval, node);
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
	case QUERY_ATLEAST:
		return eval_list_is_true(eval, node);
	}
	return false;
}
