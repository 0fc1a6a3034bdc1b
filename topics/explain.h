#ifndef WIREWATCH_TOPICS_EXPLAIN_H
#define WIREWATCH_TOPICS_EXPLAIN_H

#include "topics/query.h"

/*
 * Why a topic matched an item and, when it did not, the smallest reason why
 * not. Truth comes from the evaluation that decides, node by node.
 *
 * A reason is a set of facts that alone settle the verdict. Of a false AND it
 * is that of one part, of a false OR those of all parts, of NOT the reason why
 * its operand is true, of ANYn those of as many parts as are too few; nearness
 * lacks a side, or its two sides stand apart. It has the fewest facts that
 * this allows; among equals the first in the query is taken.
 */
#define EXPLAIN_PLACES_MAX 8	/* kept of one node */
#define EXPLAIN_TEXT_MAX 160	/* bytes shown of a part of the query */
#define EXPLAIN_VALUE_MAX 80	/* bytes shown of a value of the item */
#define EXPLAIN_VALUES_MAX 4	/* values, or words of other languages, named */
#define EXPLAIN_REASONS_MAX 16	/* told one by one */
#define EXPLAIN_APART_MAX 2047	/* words; farther is not told exactly */
/*
 * Of longer chains of NEAR that are true the distance is not told: it would
 * cost the square of their length.
 */
#define EXPLAIN_CHAIN_MAX 8

enum explain_count {
	EXPLAIN_COUNTS,
	EXPLAIN_OUT_OF_SCOPE,	/* not where or how the query asks for it */
	EXPLAIN_OTHER_LANGUAGE,	/* a set's word for items of another language */
	EXPLAIN_DISTANCE,	/* too far apart, or too near */
};

/* Byte offsets in the item's own field, end exclusive. */
struct explain_place {
	enum match_field field;
	size_t start;
	size_t end;
	enum explain_count count;
	const char *term;	/* as the query has it; NULL = from one to the
				 * other of two terms that stand near */
	const char *set;	/* NULL = none */
	const char *lang;	/* that the set's word counts in; NULL = any */
};

struct explain_node {
	const struct query_node *query;
	const char *text;	/* the query's canonical form, shortened */
	bool is_true;
	bool is_reason;		/* belongs to the reason of its parent */
	size_t cost;		/* facts of the reason why it is so */
	const char *detail;	/* NULL if there is nothing to say */
	struct explain_place *places;	/* in the order of the item */
	size_t place_count;
	bool has_more_places;
	struct explain_node *children;
	size_t child_count;
};

struct explain_reason {
	const struct explain_node *node;
	const char *text;	/* one line */
	size_t facts;		/* that it stands for, equal ones too */
};

/* A query of a topic: its own, or that which raises it. */
struct explain_query {
	const struct explain_node *tree;
	struct explain_reason *reasons;	/* none if and only if it is true */
	size_t reason_count;
	size_t facts_left;	/* beyond EXPLAIN_REASONS_MAX */
};

struct explanation {
	const struct conf_topic *topic;
	bool is_match;		/* what matcher_run said */
	bool is_raised;
	enum severity severity;	/* of the match; the topic's if there is none */
	struct explain_query query;
	struct explain_query raise;	/* tree is NULL if there is none */
};

/*
 * Explains the topic of this number, in the order of the configuration, for
 * the item of the matcher's last run, whose result is given. The explanation
 * lives in the arena; it borrows from the configuration and the topics.
 */
const struct explanation *explain_topic(struct matcher *matcher,
    const struct match_result *result, size_t topic, struct arena *arena);

/* "and", "near", "term", ... */
const char *explain_type_name(enum query_type type);
/* A term, set or regular expression of which nothing occurs at all. */
bool explain_is_absent(const struct explain_node *node);

#endif
