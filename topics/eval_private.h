#ifndef WIREWATCH_TOPICS_EVAL_PRIVATE_H
#define WIREWATCH_TOPICS_EVAL_PRIVATE_H

#include "topics/eval.h"

/* Inside of topics/eval*.c. */

/* A term or a set that does not occur: nothing need be asked of it. */
static inline bool
eval_is_absent(const struct eval *eval, const struct query_node *node)
{
	return (node->type == QUERY_TERM || node->type == QUERY_SET) &&
	       !presence_has(eval->present, node->leaf);
}

/* Whether one of the children is absent. */
static inline bool
eval_lacks_any(const struct eval *eval, const struct query_node *node)
{
	const struct query_node *child;

	for (child = node->children; child; child = child->next) {
		if (eval_is_absent(eval, child))
			return true;
	}
	return false;
}

/* Counts steps; false when there are not as many: the tree is given up. */
static inline bool
eval_spend(struct eval *eval, size_t steps)
{
	if (!eval->is_given_up && eval->steps + steps <= eval->steps_end) {
		eval->steps += steps;
		return true;
	}
	eval->overruns += !eval->is_given_up;
	eval->is_given_up = true;
	return false;
}

/* Whether a hit is among the first words, and in capitals, if it has to. */
bool eval_is_as_asked(const struct eval *eval, const struct query_scope *scope,
    uint32_t first, uint32_t last);

/* Whether a hit counts where and how the query asks for it. */
static inline bool
eval_in_scope(const struct eval *eval, const struct query_scope *scope,
    uint32_t first, uint32_t last)
{
	if (!(scope->fields >> term_text_field(&eval->text, first) & 1))
		return false;
	return (!scope->first && !scope->is_capitals) ||
	       eval_is_as_asked(eval, scope, first, last);
}

/* The same of what a regex matched: bytes of a field. */
bool eval_bytes_in_scope(const struct eval *eval,
    const struct query_scope *scope, enum match_field field, size_t start,
    size_t end);
/* The token that stands at a byte of a field, or the next; or its end. */
uint32_t eval_token_at(
    const struct eval *eval, enum match_field field, size_t start);
/* An entry by its number among those of all sets. */
const struct topic_set_entry *eval_entry(
    const struct eval *eval, uint32_t entry);

/*
 * Pushes the occurrences of a node, sorted by where they begin, none twice, at
 * most EVAL_OCCURRENCES_MAX; none if the tree is given up.
 */
void eval_list(struct eval *eval, const struct query_node *node);
/* The same of W/S and W/P. */
void eval_list_unit(struct eval *eval, const struct query_node *node);
void eval_push(struct eval *eval, uint32_t first, uint32_t last);
static inline enum eval_unit
eval_unit_type(enum query_type type)
{
	return type == QUERY_SENTENCE ? EVAL_SENTENCE : EVAL_PARAGRAPH;
}

/* The unit in which a token stands; no two fields share one. */
uint32_t eval_unit_of(struct eval *eval, enum eval_unit unit, uint32_t token);
/* Whether one stands in the gap of the other. */
static inline bool
eval_is_inside(
    const struct eval_occurrence *inner, const struct eval_occurrence *outer)
{
	return inner->first >= outer->gap_first && inner->last < outer->gap_end;
}

/* Replaces the lists from base on by what stands behind them. */
void eval_drop_below(struct eval *eval, size_t base, size_t from);
/* The first of a sorted list that begins behind a token. */
size_t eval_find_behind(
    const struct eval_occurrence *items, size_t count, uint32_t token);
/* Gives each of a sorted list the greatest end of those up to it. */
void eval_raise_ends(struct eval_occurrence *items, size_t count);
/* Whether n of those from base on share no token with each other. */
bool eval_has_disjoint(const struct eval *eval, size_t base, unsigned n);

bool eval_regex_is_true(struct eval *eval, const struct query_node *node);
/* Adds the places that the regex matched, at most MATCH_SPANS_MAX. */
void eval_regex_spans(struct eval *eval, const struct query_node *node);
/* Adds a span that the caller fills in. */
struct eval_span *eval_add_span(struct eval *eval);

bool eval_meta_is_true(struct eval *eval, const struct query_node *node);

#endif
