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
/*
 * In one sentence or paragraph so many ways to choose one occurrence of each
 * operand are followed, among so many that are tried.
 */
#define EVAL_UNIT_CHOICES_MAX 256
#define EVAL_UNIT_TRIES_MAX 16384

/*
 * Steps: an occurrence looked at, listed, sorted or joined, a span sorted, an
 * entry of a set whose spans are looked for. A tree that needs more than its
 * share is given up: of each NEAR, PRE, W/S, W/P and ATLEAST that was not done
 * by then nothing is found, of spans those that were found stay, and
 * eval->overruns grows by one.
 *
 * What is asked of a topic is asked three times, each with steps of its own:
 * the query, what raises it, and what both are true of. Of each kind a topic
 * has EVAL_STEPS_TREE_MAX, all topics of an item together EVAL_STEPS_ITEM_MAX;
 * but however much others spent, each has EVAL_STEPS_FLOOR. A topic that is
 * given up at more than one of them is counted once.
 */
#define EVAL_STEPS_TREE_MAX (96 * 1024 * 1024)
#define EVAL_STEPS_ITEM_MAX (128 * 1024 * 1024)
#define EVAL_STEPS_FLOOR (128 * 1024)
/* Spans that are held until they are sorted and the first ones are kept. */
#define EVAL_SPANS_MAX 256
/* Occurrences of sets that are listed once for an item, of all together. */
#define EVAL_KEPT_MAX (256 * 1024)
#define EVAL_KEPT_SCOPES_MAX 16 /* of one set */

/*
 * A run of tokens. Between the words of a pair there is a gap, and what stands
 * in there is as near to the pair as can be; of several gaps the widest counts.
 */
struct eval_occurrence {
	uint32_t first; /* tokens, inclusive */
	uint32_t last;
	uint32_t gap_first;
	uint32_t gap_end; /* exclusive; gap_first if there is none */
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
	uint32_t kept; /* in eval->kept, if that one is of this set */
};

/* The list of a set in one scope, in eval->kept_occurrences. */
struct eval_kept {
	uint32_t set;
	uint32_t next; /* of the same set; UINT32_MAX = none */
	struct query_scope scope;
	uint32_t base;
	uint32_t count;
};

/* What a true tree is true of. */
struct eval_span {
	enum match_field field;
	uint32_t start; /* bytes in the field, end exclusive */
	uint32_t end;
	uint32_t order; /* in which they were found */
	uint32_t hit; /* whose it is; UINT32_MAX for none */
	const char *term;
	const char *set;
};

/* The sentence, or paragraph, of each token; counted when first needed. */
struct eval_units {
	bool is_known;
	uint32_t *of_token;
	size_t cap;
};

enum eval_unit {
	EVAL_SENTENCE,
	EVAL_PARAGRAPH,
	EVAL_UNITS,
};

struct eval {
	const struct topicset *topics;
	struct term_text text; /* whose tokens are numbered */
	struct term_hits hits;
	const uint64_t *present; /* what occurs where; see presence.h */
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
	uint64_t steps; /* of this item */
	uint64_t steps_end; /* of this tree */
	bool is_given_up; /* this tree */
	size_t overruns; /* trees given up, since the matcher was made */
	struct eval_kept *kept; /* of this item */
	size_t kept_count;
	size_t kept_cap;
	struct eval_occurrence *kept_occurrences;
	size_t kept_occurrence_count;
	size_t kept_occurrence_cap;
	struct eval_units units[EVAL_UNITS];
	struct regex_scan *regex; /* NULL if no query has one */
	struct eval_span *spans;
	size_t span_count;
	size_t span_cap;
	/* by hit: where its span is, if that one is of this hit */
	uint32_t *span_of_hit;
	size_t span_of_hit_count;
	size_t span_base; /* those from here on are taken back together */
	uint32_t span_order; /* of the next */
	uint32_t span_end; /* token: hits from here on come too late */
};

/* Before the first tree of an item. */
void eval_begin_item(struct eval *eval);
/* The item's language; found out when it is first asked for. */
const struct lang *eval_language(struct eval *eval);
bool eval_is_true(struct eval *eval, const struct query_node *node);
/*
 * The same, and what it is true of is added to eval->spans: the first
 * MATCH_SPANS_MAX in the text among them; of what comes behind them or stands
 * twice no more than EVAL_SPANS_MAX for each of the nodes that stand in each
 * other, and in no order.
 */
bool eval_explain(struct eval *eval, const struct query_node *node);
/* Leaves MATCH_SPANS_MAX of them, the first in the text, in order, none twice. */
void eval_settle_spans(struct eval *eval);

#endif
