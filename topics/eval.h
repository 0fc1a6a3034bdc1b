#ifndef WIREWATCH_TOPICS_EVAL_H
#define WIREWATCH_TOPICS_EVAL_H

#include "topics/meta.h"
#include "topics/topicset.h"

/*
 * Trees against the hits of one item. Occurrences are runs of tokens; where
 * they are paired, at most EVAL_OCCURRENCES_MAX pairs, the first in the order
 * of the text, are followed further.
 */
#define EVAL_OCCURRENCES_MAX 4096

struct eval_occurrence {
	uint32_t first; /* tokens, inclusive */
	uint32_t last;
};

/* The entries of a set that occur and count in the item. */
struct eval_set_entry {
	uint32_t entry; /* of all sets, numbered through */
	uint32_t next; /* UINT32_MAX = none */
};

struct eval_set {
	uint32_t head;
	uint32_t tail;
	uint32_t count; /* 0: the set does not occur */
};

/* Before it is turned into offsets: tokens of a hit and its term. */
struct eval_span {
	uint32_t first;
	uint32_t last;
	uint32_t order; /* in which they were found */
	const char *term;
	const char *set;
};

struct eval {
	const struct topicset *topics;
	struct term_text text; /* whose tokens are numbered */
	struct term_hits hits;
	struct eval_set *sets;
	struct eval_set_entry *entries;
	size_t entry_count;
	size_t entry_cap;
	struct lang lang;
	bool has_lang;
	struct meta meta;
	uint32_t lead_first; /* tokens of the text that FIRSTn looks at */
	uint32_t lead_end;
	struct eval_occurrence *occurrences; /* a stack */
	size_t occurrence_count;
	size_t occurrence_cap;
	struct eval_span *spans;
	size_t span_count;
	size_t span_cap;
};

/* The item's language; found out when it is first asked for. */
const struct lang *eval_language(struct eval *eval);
bool eval_is_true(struct eval *eval, const struct query_node *node);
/*
 * The same, and what it is true of is added to eval->spans. Of one term no
 * more than MATCH_SPANS_MAX are added.
 */
bool eval_explain(struct eval *eval, const struct query_node *node);

#endif
