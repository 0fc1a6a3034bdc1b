#ifndef WIREWATCH_TOPICS_PRESENCE_H
#define WIREWATCH_TOPICS_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What each topic cannot do without, wherever it stands: the first question
 * put to a topic that an item woke, and for most the last. What is answered
 * with no is false; all else is for eval_is_true to tell.
 */
struct topicset;

enum presence_ask {
	PRESENCE_EACH,		/* each of these leaves */
	PRESENCE_ANY,		/* any of these leaves */
	PRESENCE_COUNT,		/* so many children */
};

/* There may be many: one of them takes 16 bytes. */
struct presence_node {
	union {
		uint64_t mask;		/* the leaves, bits of one word */
		struct {
			uint32_t need;	/* of so many children */
			uint32_t spare;	/* so many may lack */
		} children;
	} of;
	uint32_t ask : 2;
	uint32_t word : 30;		/* of leaves: which word of the bits */
	uint32_t end;			/* of the node with what is below it */
};

/* One array for all topics, each a tree in the order of its parents. */
struct presence {
	struct presence_node *nodes;
	size_t count;
	size_t cap;
	uint32_t *starts;	/* topic_count + 1; an empty one is not asked */
	uint32_t first_term;	/* leaves: sets, then terms */
	size_t leaf_count;
};

/* The topics are parsed and their terms known. */
void presence_build(struct presence *presence, const struct topicset *topics);
void presence_clear(struct presence *presence);
size_t presence_memory(const struct presence *presence);

/* A bit for each leaf: what occurs in an item. */
#define PRESENCE_WORD_BITS 64

static inline size_t
presence_words(const struct presence *presence)
{
	return presence->leaf_count / PRESENCE_WORD_BITS + 1;
}

static inline void
presence_set(uint64_t *bits, uint32_t leaf)
{
	bits[leaf / PRESENCE_WORD_BITS] |= UINT64_C(1)
					   << leaf % PRESENCE_WORD_BITS;
}

static inline void
presence_unset(uint64_t *bits, uint32_t leaf)
{
	bits[leaf / PRESENCE_WORD_BITS] &=
	    ~(UINT64_C(1) << leaf % PRESENCE_WORD_BITS);
}

/* Whether the topic may be true of an item in which these leaves occur. */
bool presence_allows(
    const struct presence *presence, uint32_t topic, const uint64_t *bits);

#endif
