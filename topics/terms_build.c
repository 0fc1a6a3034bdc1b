/*
 * Freezes the automaton: files each term under the node of its path, unless an
 * equal one is there, and sets the bits of the filters that a scan asks first.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "topics/terms_private.h"

#define TERMS_SLOTS_MIN 16
#define TERMS_FILTER_BITS 16 /* for each hash, at least */
#define TERMS_FILTER_WIDE 64 /* while it fits into the nearest cache */
#define TERMS_FILTER_MIN 1024 /* bits */
#define TERMS_FILTER_NEAR (1u << 17)

enum terms_node_kind {
	TERMS_NODE_FIRST, /* one literal token */
	TERMS_NODE_PAIR, /* two */
	TERMS_NODE_QUAD, /* four characters */
	TERMS_NODE_PREFIX, /* the beginning of a word */
	TERMS_NODE_DEEP,
};

const uint8_t term_prefix_lengths[TERM_PREFIXES] = {
    1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32};

static void
terms_put_slot(struct terms *terms, uint64_t key, uint32_t node)
{
	size_t mask = terms->slot_count - 1, i = key >> 32 & mask;

	while (terms->slots[i].node)
		i = (i + 1) & mask;
	terms->slots[i].tag = (uint32_t)key;
	terms->slots[i].node = node + 1;
}

static void
terms_resize_slots(struct terms *terms, size_t count)
{
	size_t i;

	free(terms->slots);
	terms->slot_count = count;
	terms->slots = xcalloc(count, sizeof(*terms->slots));
	for (i = 0; i < terms->node_count; i++)
		terms_put_slot(terms, terms->keys[i], (uint32_t)i);
}

/* The node of a path, made if need be. Paths are told apart by all 64 bits. */
static uint32_t
terms_node(struct terms *terms, uint64_t key, enum terms_node_kind kind)
{
	size_t mask = terms->slot_count - 1, i = key >> 32 & mask;
	struct term_node *node;

	for (; terms->slots[i].node; i = (i + 1) & mask) {
		if (terms->slots[i].tag == (uint32_t)key &&
		    terms->keys[terms->slots[i].node - 1] == key)
			return terms->slots[i].node - 1;
	}
	terms->keys = xgrow(terms->keys, terms->node_count + 1, &terms->key_cap,
	    sizeof(*terms->keys));
	terms->nodes = xgrow(terms->nodes, terms->node_count + 1,
	    &terms->node_cap, sizeof(*terms->nodes));
	terms->keys[terms->node_count] = key;
	node = &terms->nodes[terms->node_count];
	memset(node, 0, sizeof(*node));
	node->terms = TERM_NONE;
	node->kind = (uint8_t)kind;
	terms->node_count++;
	if (terms->node_count * 10 > terms->slot_count * 7)
		terms_resize_slots(terms, terms->slot_count * 2);
	else
		terms_put_slot(terms, key, (uint32_t)terms->node_count - 1);
	return (uint32_t)terms->node_count - 1;
}

/* The place of a term in the making. */
struct term_path {
	uint64_t key;
	size_t depth;
	enum terms_node_kind kind;
};

static unsigned
terms_prefix(const char *word, size_t len)
{
	size_t literal = 0;
	unsigned i = TERM_PREFIXES - 1;

	while (literal < len && !term_is_wild(word[literal]))
		literal++;
	while (term_prefix_lengths[i] > literal)
		i--;
	return i;
}

static void
terms_allow_prefix(struct terms *terms, const char *word, unsigned prefix)
{
	char start[2] = {word[0], word[1]};
	unsigned c;

	if (!terms->root_prefixes)
		terms->root_prefixes =
		    xcalloc(2 * TERM_ROOT_PREFIXES, sizeof(uint16_t));
	if (term_prefix_lengths[prefix] >= TERM_ROOT_LONG) {
		terms->root_prefixes[terms_root_index_long(word)] |=
		    (uint16_t)(1u << prefix);
		return;
	}
	if (term_prefix_lengths[prefix] > 1) {
		terms->root_prefixes[terms_root_index(start)] |=
		    (uint16_t)(1u << prefix);
		return;
	}
	for (c = 0; c < 256; c++) {
		start[1] = (char)c;
		terms->root_prefixes[terms_root_index(start)] |=
		    (uint16_t)(1u << prefix);
	}
}

static void
terms_step_wild(
    struct terms *terms, struct term_path *path, const char *word, size_t len)
{
	unsigned prefix = terms_prefix(word, len);
	uint64_t hash =
	    token_hash(terms->seed, word, term_prefix_lengths[prefix]);
	uint32_t node;

	if (path->depth == 0)
		terms_allow_prefix(terms, word, prefix);
	else {
		node = terms_node(terms, path->key, path->kind);
		terms->nodes[node].prefixes |= (uint16_t)(1u << prefix);
	}
	path->key = terms_prefix_path(path->key, prefix, hash);
	path->kind = path->depth ? TERMS_NODE_DEEP : TERMS_NODE_PREFIX;
	path->depth++;
}

static void
terms_step_literal(struct terms *terms, struct term_path *path, uint64_t hash)
{
	uint32_t node;

	if (path->depth == 0) {
		path->key = hash;
		path->kind = TERMS_NODE_FIRST;
	} else if (path->depth == 1 && path->kind == TERMS_NODE_FIRST) {
		path->key = terms_path(path->key, hash);
		path->kind = TERMS_NODE_PAIR;
	} else {
		node = terms_node(terms, path->key, path->kind);
		terms->nodes[node].has_words = true;
		path->key = terms_path(path->key, hash);
		path->kind = TERMS_NODE_DEEP;
	}
	path->depth++;
}

/* Takes four steps at once if the term begins with four characters. */
static size_t
terms_step_quad(const struct terms *terms, const struct term *term,
    struct term_path *path, const char **element)
{
	const char *p = *element;
	uint64_t hashes[4];
	size_t i;

	for (i = 0; i < 4; i++) {
		if (i >= term->elements || !(p[0] & ELEMENT_CHAR) ||
		    p[0] & (ELEMENT_ANY | ELEMENT_GAP))
			return 0;
		hashes[i] = terms_element_hash(terms, p);
		p += ELEMENT_HEAD + (unsigned char)p[1];
	}
	path->key = terms_path(
	    terms_path(hashes[0], hashes[1]), terms_path(hashes[2], hashes[3]));
	path->kind = TERMS_NODE_QUAD;
	path->depth = 4;
	*element = p;
	return 4;
}

/* The node under which a term is filed. */
static uint32_t
terms_place(struct terms *terms, const struct term *term)
{
	struct term_path path = {0, 0, TERMS_NODE_FIRST};
	const char *p = terms->pool + term->text;
	size_t i = terms_step_quad(terms, term, &path, &p);

	for (; i < term->elements; i++) {
		unsigned flags = (unsigned char)p[0];
		size_t len = (unsigned char)p[1];

		if (flags & (ELEMENT_ANY | ELEMENT_GAP))
			break;
		if (flags & ELEMENT_WILD)
			terms_step_wild(terms, &path, p + ELEMENT_HEAD, len);
		else
			terms_step_literal(
			    terms, &path, terms_element_hash(terms, p));
		p += ELEMENT_HEAD + len;
	}
	return terms_node(terms, path.key, path.kind);
}

static size_t
terms_exact_size(const struct terms *terms, const struct term *term)
{
	const char *p = terms->pool + term->text;
	size_t i, size = 0;

	for (i = 0; i < term->elements; i++) {
		if (!(p[0] & (ELEMENT_ANY | ELEMENT_GAP)))
			size += 1 + terms->exact[term->exact + size];
		p += ELEMENT_HEAD + (unsigned char)p[1];
	}
	return size;
}

static bool
terms_is_same(
    const struct terms *terms, const struct term *a, const struct term *b)
{
	size_t size;

	if (a->elements != b->elements || a->bytes != b->bytes ||
	    !a->exact != !b->exact ||
	    memcmp(terms->pool + a->text, terms->pool + b->text, a->bytes))
		return false;
	if (!a->exact)
		return true;
	size = terms_exact_size(terms, a);
	return size == terms_exact_size(terms, b) &&
	       memcmp(terms->exact + a->exact, terms->exact + b->exact,
		   size * sizeof(*terms->exact)) == 0;
}

/* The order of terms in a node. */
static int
terms_rank(const struct term *term)
{
	return term->is_costly ? 2 : !term_is_word(term);
}

/* Files the term of a use, unless it is there already; kept = unique ones. */
static uint32_t
terms_file(struct terms *terms, uint32_t use, size_t kept)
{
	struct term term = terms->terms[use];
	uint32_t node = terms_place(terms, &term);
	uint32_t *link = &terms->nodes[node].terms, *place = link;

	while (*link != TERM_NONE) {
		const struct term *other = &terms->terms[*link];

		if (terms_is_same(terms, other, &term))
			return *link;
		if (terms_rank(other) <= terms_rank(&term))
			place = &terms->terms[*link].next;
		link = &terms->terms[*link].next;
	}
	term.next = *place;
	*place = (uint32_t)kept;
	terms->terms[kept] = term;
	return (uint32_t)kept;
}

static void
term_filter_init(struct term_filter *filter, size_t count)
{
	size_t bits = TERMS_FILTER_MIN, want = count * TERMS_FILTER_WIDE;

	if (want > TERMS_FILTER_NEAR)
		want = TERMS_FILTER_NEAR;
	if (want < count * TERMS_FILTER_BITS)
		want = count * TERMS_FILTER_BITS;
	filter->shift = 54;
	while (bits < want) {
		bits *= 2;
		filter->shift--;
	}
	filter->words = bits / 64;
	filter->bits = xcalloc(filter->words, sizeof(*filter->bits));
}

static void
term_filter_add(struct term_filter *filter, uint64_t hash)
{
	uint64_t bit = hash >> filter->shift;

	filter->bits[bit >> 6] |= UINT64_C(1) << (bit & 63);
}

/* A filter of the nodes of the kinds from first to last, and their number. */
static size_t
terms_build_filter(struct terms *terms, struct term_filter *filter,
    enum terms_node_kind first, enum terms_node_kind last)
{
	size_t i, count = 0;

	for (i = 0; i < terms->node_count; i++)
		count += terms->nodes[i].kind >= first &&
			 terms->nodes[i].kind <= last;
	term_filter_init(filter, count);
	for (i = 0; i < terms->node_count; i++) {
		if (terms->nodes[i].kind >= first &&
		    terms->nodes[i].kind <= last)
			term_filter_add(filter, terms->keys[i]);
	}
	return count;
}

/* Whether a second character follows the first wherever the term occurs. */
static bool
term_is_pair(const struct term *term, const char *element)
{
	unsigned flags;

	if (term->elements < 2)
		return false;
	element += ELEMENT_HEAD + (unsigned char)element[1];
	flags = (unsigned char)element[0];
	return flags & ELEMENT_CHAR && flags & ELEMENT_TIGHT &&
	       !(flags & (ELEMENT_ANY | ELEMENT_GAP));
}

static bool
term_is_literal_word(const char *element)
{
	return !(element[0] & (ELEMENT_CHAR | ELEMENT_WILD));
}

/* A term that begins with a word. */
static uint64_t
terms_start_of_words(const struct terms *terms, const struct term *term)
{
	const char *word = terms->pool + term->text;
	const char *next = word + ELEMENT_HEAD + (unsigned char)word[1];
	uint64_t start = terms_start(
	    terms->seed[0], word + ELEMENT_HEAD, (unsigned char)word[1]);

	if (term->elements < 2 || !term_is_literal_word(next))
		return start;
	return terms_start_words(
	    start, terms_start(terms->seed[0], next + ELEMENT_HEAD,
		       (unsigned char)next[1]));
}

/* Terms that begin with a wildcarded word have their own filter. */
static void
terms_add_start(struct terms *terms, const struct term *term)
{
	const char *element = terms->pool + term->text;
	size_t len = (unsigned char)element[1];
	/* as they stand in a text */
	char bytes[2 * 4 + 8] = "";

	if (element[0] & ELEMENT_WILD)
		return;
	if (!(element[0] & ELEMENT_CHAR)) {
		term_filter_add(
		    &terms->starts, terms_start_of_words(terms, term));
		return;
	}
	memcpy(bytes, element + ELEMENT_HEAD, len);
	if (term_is_pair(term, element)) {
		element += ELEMENT_HEAD + len;
		memcpy(bytes + len, element + ELEMENT_HEAD,
		    (unsigned char)element[1]);
		len = TERM_START_PAIR;
	} else {
		terms->has_single_chars = true;
		len = TERM_START_CHAR;
	}
	term_filter_add(
	    &terms->starts, terms_start(terms->seed[0], bytes, len));
}

static void
terms_build_filters(struct terms *terms)
{
	size_t i;

	term_filter_init(&terms->starts, terms->count);
	for (i = 0; i < terms->count; i++)
		terms_add_start(terms, &terms->terms[i]);
	(void)terms_build_filter(
	    terms, &terms->paths, TERMS_NODE_FIRST, TERMS_NODE_PAIR);
	(void)terms_build_filter(
	    terms, &terms->prefixes, TERMS_NODE_PREFIX, TERMS_NODE_PREFIX);
	terms->has_quads = terms_build_filter(terms, &terms->quads,
			       TERMS_NODE_QUAD, TERMS_NODE_QUAD) > 0;
}

/* Room for a node for each term, about what it takes. */
static void
terms_reserve_nodes(struct terms *terms)
{
	size_t slots = TERMS_SLOTS_MIN;

	while (slots < terms->count)
		slots *= 2;
	terms_resize_slots(terms, slots);
	terms->keys =
	    xgrow(NULL, terms->count, &terms->key_cap, sizeof(*terms->keys));
	terms->nodes =
	    xgrow(NULL, terms->count, &terms->node_cap, sizeof(*terms->nodes));
}

static void
terms_list_gaps(struct terms *terms)
{
	size_t i, cap = 0;

	for (i = 0; i < terms->count; i++) {
		if (!terms->terms[i].has_gap)
			continue;
		terms->gap_terms = xgrow(terms->gap_terms, terms->gap_count + 1,
		    &cap, sizeof(*terms->gap_terms));
		terms->gap_terms[terms->gap_count++] = (uint32_t)i;
	}
}

void
terms_build(struct terms *terms)
{
	size_t i, kept = 0;

	assert(!terms->slots);
	terms->use_count = terms->count;
	terms->uses = xcalloc(terms->use_count, sizeof(*terms->uses));
	terms_reserve_nodes(terms);
	for (i = 0; i < terms->use_count; i++) {
		terms->uses[i] = terms_file(terms, (uint32_t)i, kept);
		kept += terms->uses[i] == kept;
	}
	terms->count = kept;
	terms_list_gaps(terms);
	terms_build_filters(terms);
	terms->terms = xreallocarray(terms->terms, kept, sizeof(*terms->terms));
	terms->nodes = xreallocarray(
	    terms->nodes, terms->node_count, sizeof(*terms->nodes));
	terms->cap = kept;
	terms->node_cap = terms->node_count;
	terms->pool_cap = terms->pool_len + TOKEN_PAD;
	terms->pool = xreallocarray(terms->pool, terms->pool_cap, 1);
	terms->exact_cap = terms->exact_len;
	terms->exact = xreallocarray(
	    terms->exact, terms->exact_cap, sizeof(*terms->exact));
	free(terms->keys);
	terms->keys = NULL;
	folded_clear(&terms->folded);
	tokens_clear(&terms->tokens);
}
