#ifndef WIREWATCH_TOPICS_EVAL_PRIVATE_H
#define WIREWATCH_TOPICS_EVAL_PRIVATE_H

#include "topics/eval.h"

/* Inside of topics/eval*.c. */

/* Whether a hit counts where and how the query asks for it. */
bool eval_in_scope(const struct eval *eval, const struct query_scope *scope,
    uint32_t first, uint32_t last);
/* Whether every hit does. */
bool eval_is_open(const struct query_scope *scope);
/* An entry by its number among those of all sets. */
const struct topic_set_entry *eval_entry(
    const struct eval *eval, uint32_t entry);

/*
 * Pushes the occurrences of a node, sorted by where they begin, none twice, at
 * most EVAL_OCCURRENCES_MAX.
 */
void eval_list(struct eval *eval, const struct query_node *node);
/* The first of a sorted list that begins behind a token. */
size_t eval_find_behind(
    const struct eval_occurrence *items, size_t count, uint32_t token);
/* Gives each of a sorted list the greatest end of those up to it. */
void eval_raise_ends(struct eval_occurrence *items, size_t count);
/* Whether n of those from base on share no token with each other. */
bool eval_has_disjoint(const struct eval *eval, size_t base, unsigned n);

bool eval_meta_is_true(struct eval *eval, const struct query_node *node);

#endif
