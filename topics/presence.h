#ifndef WIREWATCH_TOPICS_PRESENCE_H
#define WIREWATCH_TOPICS_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What each topic cannot do without: the first question put to a topic that an
 * item woke, and for most the last. What is answered with no is false; all else
 * is for eval_is_true to tell.
 */
struct topicset;
struct query_node;
struct query_scope;

/* Where in an item something occurs: anywhere, in its title, its summary. */
enum presence_plane {
	PRESENCE_ANYWHERE,
	PRESENCE_TITLE,
	PRESENCE_SUMMARY,
	PRESENCE_PLANES,
};

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
	uint32_t set_count;
	uint32_t term_count;
};

/* The topics are parsed and their terms known; tells nodes their leaves. */
void presence_build(struct presence *presence, struct topicset *topics);
void presence_clear(struct presence *presence);
size_t presence_memory(const struct presence *presence);

/*
 * A bit for each leaf, set or term in one plane: what occurs in an item. The
 * sets of all planes stand together, where few words hold them.
 */
#define PRESENCE_WORD_BITS 64

static inline uint32_t
presence_set_leaf(
    const struct presence *presence, enum presence_plane plane, uint32_t set)
{
	return (uint32_t)plane * presence->set_count + set;
}

static inline uint32_t
presence_term_leaf(
    const struct presence *presence, enum presence_plane plane, uint32_t term)
{
	return PRESENCE_PLANES * presence->set_count +
	       (uint32_t)plane * presence->term_count + term;
}

static inline size_t
presence_words(const struct presence *presence)
{
	size_t leaves = (size_t)PRESENCE_PLANES *
			(presence->set_count + presence->term_count);

	return leaves / PRESENCE_WORD_BITS + 1;
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

/* Sets or takes back a leaf in some planes, a bit each: `leaf` in the first. */
static inline void
presence_mark(
    uint64_t *bits, uint32_t leaf, uint32_t plane_size, unsigned planes)
{
	for (; planes; planes >>= 1, leaf += plane_size) {
		if (planes & 1)
			presence_set(bits, leaf);
	}
}

static inline void
presence_forget(uint64_t *bits, uint32_t leaf, uint32_t plane_size)
{
	unsigned plane;

	for (plane = 0; plane < PRESENCE_PLANES; plane++)
		presence_unset(bits, leaf + plane * plane_size);
}

static inline bool
presence_has(const uint64_t *bits, uint32_t leaf)
{
	return bits[leaf / PRESENCE_WORD_BITS] >> leaf % PRESENCE_WORD_BITS & 1;
}

/* The leaf of a term or set by its scope: again when that was changed. */
uint32_t presence_leaf(
    const struct presence *presence, const struct query_node *node);
/* Whether a leaf in such a scope is true just when its bit is set. */
bool presence_is_exact(const struct query_scope *scope);
/* Whether the topic may be true of an item in which these leaves occur. */
bool presence_allows(
    const struct presence *presence, uint32_t topic, const uint64_t *bits);

#endif
