/*
 * Regular expressions as parts of a tree: what topics/regex.c finds, within the
 * scope of the node.
 */
#include "topics/eval_private.h"

/* The next place from *at_r on that counts; NULL if there is none. */
static const struct regex_found *
eval_regex_next(struct eval *eval, const struct query_node *node,
    enum match_field field, size_t *at_r)
{
	const struct regex_found *found;
	size_t count;

	found = regex_scan_find(eval->regex, node->index, field, &count);
	while (*at_r < count) {
		const struct regex_found *place = &found[(*at_r)++];

		if (eval_bytes_in_scope(
			eval, &node->scope, field, place->start, place->end))
			return place;
	}
	return NULL;
}

bool
eval_regex_is_true(struct eval *eval, const struct query_node *node)
{
	enum match_field field;
	size_t at;

	for (field = 0; field < MATCH_FIELDS; field++) {
		if (!(node->scope.fields >> field & 1))
			continue;
		at = 0;
		if (eval_regex_next(eval, node, field, &at))
			return true;
	}
	return false;
}

static void
eval_regex_span(struct eval *eval, const struct query_node *node,
    enum match_field field, const struct regex_found *place)
{
	struct eval_span *span = eval_add_span(eval);

	span->field = field;
	span->start = place->start;
	span->end = place->end;
	span->term = node->text;
	span->set = NULL;
}

void
eval_regex_spans(struct eval *eval, const struct query_node *node)
{
	const struct regex_found *place;
	enum match_field field;
	size_t at, added = 0;

	for (field = 0; field < MATCH_FIELDS; field++) {
		if (!(node->scope.fields >> field & 1))
			continue;
		at = 0;
		while (added < MATCH_SPANS_MAX &&
		       (place = eval_regex_next(eval, node, field, &at))) {
			eval_regex_span(eval, node, field, place);
			added++;
		}
	}
}
