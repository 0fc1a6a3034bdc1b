#ifndef WIREWATCH_TOPICS_EXPLAIN_PRIVATE_H
#define WIREWATCH_TOPICS_EXPLAIN_PRIVATE_H

#include "topics/eval_private.h"
#include "topics/explain.h"

/* Inside of topics/explain*.c. */
struct explain {
	struct eval *eval;
	struct arena *arena;
};

/* Whether it is a term, a set or a regular expression. */
bool explain_is_text(const struct query_node *query);
/* At most max bytes of a text, with "..." for the rest. */
const char *explain_shorten(
    struct arena *arena, const char *text, size_t len, size_t max);

/* Fills in places and detail of a node whose truth and children are known. */
void explain_describe(
    const struct explain *explain, struct explain_node *node);
/* The same for NEAR, PRE, their negations, W/S and W/P. */
void explain_describe_nearness(
    const struct explain *explain, struct explain_node *node);
/* Keeps the list on the stack from base on as stretches; pops it. */
void explain_take_stretches(const struct explain *explain,
    struct explain_node *node, size_t base, enum explain_count count);

/* Marks the reason among the node's children, and counts its facts. */
void explain_weigh(const struct explain *explain, struct explain_node *node);
/* The reasons of a tree, as lines. */
void explain_collect(
    const struct explain *explain, struct explain_query *query);

#endif
