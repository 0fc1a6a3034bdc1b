/*
 * The queries boiled down to what must occur. A node asks for a number of its
 * children: AND and nearness for all, OR for one, ANY for its n. Nodes of like
 * kind in each other become one; leaves whose bits share a word become one
 * question; and leaves stand before the rest, so that what is lacking shows
 * soon. What says nothing about presence, such as NOT and metadata, is left
 * out.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "topics/presence.h"
#include "topics/topicset.h"

/* Leaves are joined with one of so many questions before them. */
#define PRESENCE_LOOK_BACK 8

#define PRESENCE_WORD_MASK ((UINT32_C(1) << 30) - 1)

/* What a query node asks of its children. */
enum presence_kind {
	PRESENCE_LEAF,
	PRESENCE_ALL,
	PRESENCE_ONE,
	PRESENCE_SOME,
	PRESENCE_FIRST, /* only the first child must occur */
	PRESENCE_NOTHING,
};

static enum presence_kind
presence_kind(const struct query_node *node)
{
	switch (node->type) {
	case QUERY_TERM:
	case QUERY_SET:
		return PRESENCE_LEAF;
	case QUERY_AND:
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
		return PRESENCE_ALL;
	case QUERY_OR:
		return PRESENCE_ONE;
	case QUERY_ANY:
		return PRESENCE_SOME;
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
	case QUERY_ATLEAST:
		return PRESENCE_FIRST;
	case QUERY_META:
	case QUERY_REGEX:
	case QUERY_NOT:
		break;
	}
	return PRESENCE_NOTHING;
}

/* Passes by the nodes that ask for no more than their first child does. */
static const struct query_node *
presence_essence(const struct query_node *node)
{
	while (presence_kind(node) == PRESENCE_FIRST)
		node = node->children;
	return node;
}

static struct presence_node *
presence_push(struct presence *presence, enum presence_ask ask)
{
	struct presence_node *node;

	presence->nodes = xgrow(presence->nodes, presence->count + 1,
	    &presence->cap, sizeof(*presence->nodes));
	node = &presence->nodes[presence->count++];
	memset(node, 0, sizeof(*node));
	node->ask = ask & 3;
	node->end = (uint32_t)presence->count;
	return node;
}

static enum presence_plane
presence_plane(const struct query_scope *scope)
{
	if (scope->fields == 1u << MATCH_TITLE)
		return PRESENCE_TITLE;
	if (scope->fields == 1u << MATCH_SUMMARY)
		return PRESENCE_SUMMARY;
	return PRESENCE_ANYWHERE;
}

bool
presence_is_exact(const struct query_scope *scope)
{
	return !scope->first && !scope->is_capitals &&
	       (scope->fields == QUERY_FIELDS_ALL ||
		   presence_plane(scope) != PRESENCE_ANYWHERE);
}

uint32_t
presence_leaf(const struct presence *presence, const struct query_node *node)
{
	enum presence_plane plane = presence_plane(&node->scope);

	return node->type == QUERY_SET
		   ? presence_set_leaf(presence, plane, node->index)
		   : presence_term_leaf(presence, plane, node->index);
}

static void
presence_number(const struct presence *presence, struct query_node *node)
{
	struct query_node *child;

	if (presence_kind(node) == PRESENCE_LEAF)
		node->leaf = presence_leaf(presence, node);
	for (child = node->children; child; child = child->next)
		presence_number(presence, child);
}

/* Adds a leaf behind `from`, where its brothers stand; they are leaves, too. */
static void
presence_add_leaf(struct presence *presence, const struct query_node *leaf,
    enum presence_kind parent, size_t from)
{
	uint32_t word = leaf->leaf / PRESENCE_WORD_BITS;
	uint64_t mask = UINT64_C(1) << leaf->leaf % PRESENCE_WORD_BITS;
	struct presence_node *node;
	size_t i, looked = 0;

	/* ANY counts: two of its leaves are two questions */
	for (i = presence->count; i > from && parent != PRESENCE_SOME &&
				  looked++ < PRESENCE_LOOK_BACK;
	     i--) {
		if (presence->nodes[i - 1].word == word) {
			presence->nodes[i - 1].of.mask |= mask;
			return;
		}
	}
	node = presence_push(
	    presence, parent == PRESENCE_ONE ? PRESENCE_ANY : PRESENCE_EACH);
	node->word = word & PRESENCE_WORD_MASK;
	node->of.mask = mask;
}

static bool presence_add(
    struct presence *presence, const struct query_node *node);

/* Adds the leaves among the children, and those of children of like kind. */
static void
presence_add_leaves(struct presence *presence, const struct query_node *node,
    enum presence_kind kind, size_t from)
{
	const struct query_node *child, *essence;

	for (child = node->children; child; child = child->next) {
		essence = presence_essence(child);
		if (presence_kind(essence) == PRESENCE_LEAF)
			presence_add_leaf(presence, essence, kind, from);
		else if (presence_kind(essence) == kind &&
			 kind != PRESENCE_SOME)
			presence_add_leaves(presence, essence, kind, from);
	}
}

/* Adds the others; how many of them ask for nothing. */
static uint32_t
presence_add_others(struct presence *presence, const struct query_node *node,
    enum presence_kind kind)
{
	const struct query_node *child, *essence;
	uint32_t idle = 0;

	for (child = node->children; child; child = child->next) {
		essence = presence_essence(child);
		if (presence_kind(essence) == PRESENCE_LEAF)
			continue;
		if (presence_kind(essence) == kind && kind != PRESENCE_SOME)
			idle += presence_add_others(presence, essence, kind);
		else
			idle += !presence_add(presence, essence);
	}
	return idle;
}

static uint32_t
presence_count_children(const struct presence *presence, size_t at)
{
	uint32_t i = (uint32_t)at + 1, count = 0;

	for (; i < presence->count; i = presence->nodes[i].end)
		count++;
	return count;
}

/* A parent of one child is no more than that. */
static void
presence_collapse(struct presence *presence, size_t at)
{
	size_t i;

	presence->count--;
	memmove(&presence->nodes[at], &presence->nodes[at + 1],
	    (presence->count - at) * sizeof(*presence->nodes));
	for (i = at; i < presence->count; i++)
		presence->nodes[i].end--;
}

/* Adds what a node asks for; false if that is nothing. */
static bool
presence_add(struct presence *presence, const struct query_node *node)
{
	enum presence_kind kind = presence_kind(node);
	size_t at = presence->count;
	uint32_t count, idle, need;

	if (kind == PRESENCE_LEAF)
		presence_add_leaf(presence, node, PRESENCE_ALL, at);
	if (kind == PRESENCE_LEAF || kind == PRESENCE_NOTHING)
		return kind == PRESENCE_LEAF;
	(void)presence_push(presence, PRESENCE_COUNT);
	presence_add_leaves(presence, node, kind, at + 1);
	idle = presence_add_others(presence, node, kind);
	need = count = presence_count_children(presence, at);
	if (kind == PRESENCE_ONE)
		need = idle ? 0 : 1;
	else if (kind == PRESENCE_SOME)
		need = node->n > idle ? node->n - idle : 0;
	if (!need) {
		presence->count = at;
		return false;
	}
	presence->nodes[at].of.children.need = need;
	presence->nodes[at].of.children.spare = count > need ? count - need : 0;
	presence->nodes[at].end = (uint32_t)presence->count;
	if (count == 1 && need == 1)
		presence_collapse(presence, at);
	return true;
}

void
presence_build(struct presence *presence, struct topicset *topics)
{
	size_t i;

	memset(presence, 0, sizeof(*presence));
	presence->set_count = (uint32_t)topics->set_count;
	presence->term_count = (uint32_t)terms_count(topics->terms);
	presence->starts =
	    xcalloc(topics->topic_count + 1, sizeof(*presence->starts));
	for (i = 0; i < topics->topic_count; i++) {
		const struct topic *topic = &topics->topics[i];

		presence_number(presence, topic->query);
		if (topic->raise)
			presence_number(presence, topic->raise);
		(void)presence_add(presence, presence_essence(topic->query));
		presence->starts[i + 1] = (uint32_t)presence->count;
	}
}

void
presence_clear(struct presence *presence)
{
	free(presence->nodes);
	free(presence->starts);
	memset(presence, 0, sizeof(*presence));
}

size_t
presence_memory(const struct presence *presence)
{
	return presence->count * sizeof(*presence->nodes);
}

static bool presence_holds(
    const struct presence_node *nodes, uint32_t at, const uint64_t *bits);

static inline bool
presence_answer(
    const struct presence_node *nodes, uint32_t at, const uint64_t *bits)
{
	const struct presence_node *node = &nodes[at];

	if (node->ask == PRESENCE_EACH)
		return !(node->of.mask & ~bits[node->word]);
	if (node->ask == PRESENCE_ANY)
		return node->of.mask & bits[node->word];
	/* most that need all lack the first */
	if (!node->of.children.spare && node[1].ask == PRESENCE_EACH &&
	    (node[1].of.mask & ~bits[node[1].word]))
		return false;
	return presence_holds(nodes, at, bits);
}

/* Each level of the tree is one of the query: QUERY_DEPTH_MAX bounds it. */
static bool
presence_holds(
    const struct presence_node *nodes, uint32_t at, const uint64_t *bits)
{
	uint32_t need = nodes[at].of.children.need;
	uint32_t spare = nodes[at].of.children.spare;
	uint32_t child = at + 1, end = nodes[at].end;

	for (; child < end; child = nodes[child].end) {
		if (presence_answer(nodes, child, bits)) {
			if (!--need)
				return true;
		} else if (!spare--)
			return false;
	}
	return false;
}

bool
presence_allows(
    const struct presence *presence, uint32_t topic, const uint64_t *bits)
{
	uint32_t at = presence->starts[topic];

	return at == presence->starts[topic + 1] ||
	       presence_answer(presence->nodes, at, bits);
}
