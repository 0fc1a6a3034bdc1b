/*
 * Builds the automaton: takes words and phrases apart into elements, files
 * each term under its path and freezes the whole. Terms are numbered in the
 * order in which they were added, so that nothing seen outside depends on the
 * random seed.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/alloc.h"
#include "topics/terms_private.h"

#define TERMS_SLOTS_MIN 16
#define TERMS_FILTER_BITS 16 /* for each hash, at least */
#define TERMS_FILTER_WIDE 64 /* while it fits into the nearest cache */
#define TERMS_FILTER_MIN 1024 /* bits */
#define TERMS_FILTER_NEAR (1u << 17)
#define TERMS_POOL_MAX (1u << 30)

enum terms_node_kind {
	TERMS_NODE_FIRST, /* one literal token */
	TERMS_NODE_PAIR, /* two */
	TERMS_NODE_QUAD, /* four characters */
	TERMS_NODE_PREFIX, /* the beginning of a word */
	TERMS_NODE_DEEP,
};

const uint8_t term_prefix_lengths[TERM_PREFIXES] = {
    1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32};

struct terms *
terms_new(void)
{
	struct terms *terms = xcalloc(1, sizeof(*terms));

	token_seed(terms->seed);
	folded_init(&terms->folded);
	tokens_init(&terms->tokens);
	terms->exact_len = 1; /* offset 0 means: not exact */
	return terms;
}

void
terms_free(struct terms **terms_p)
{
	struct terms *terms = *terms_p;

	if (!terms)
		return;
	folded_clear(&terms->folded);
	tokens_clear(&terms->tokens);
	free(terms->pool);
	free(terms->exact);
	free(terms->terms);
	free(terms->uses);
	free(terms->nodes);
	free(terms->slots);
	free(terms->starts.bits);
	free(terms->paths.bits);
	free(terms->quads.bits);
	free(terms->prefixes.bits);
	free(terms->root_prefixes);
	free(terms->keys);
	free(terms);
	*terms_p = NULL;
}

/* A term being taken apart; its elements gather at the end of the pool. */
struct term_build {
	struct terms *terms;
	const char *source;
	bool is_exact;
	size_t elements;
	size_t gaps;
	bool has_pending_gap; /* `*` behind a character, if more follow */
};

static void
term_put(struct term_build *build, int flags, const char *bytes, size_t len)
{
	struct terms *terms = build->terms;
	char *out;

	terms->pool =
	    xgrow(terms->pool, terms->pool_len + ELEMENT_HEAD + len + TOKEN_PAD,
		&terms->pool_cap, sizeof(*terms->pool));
	out = terms->pool + terms->pool_len;
	out[0] = (char)flags;
	out[1] = (char)(unsigned char)len;
	if (len)
		memcpy(out + ELEMENT_HEAD, bytes, len);
	terms->pool_len += ELEMENT_HEAD + len;
	build->elements++;
}

size_t
term_exact_form(const char *text, size_t len, uint32_t *out, size_t cap)
{
	const utf8proc_option_t options = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
					  UTF8PROC_IGNORE | UTF8PROC_STABLE;
	utf8proc_ssize_t i, count;
	size_t kept = 0;

	count = utf8proc_decompose((const utf8proc_uint8_t *)text,
	    (utf8proc_ssize_t)len, (utf8proc_int32_t *)out,
	    (utf8proc_ssize_t)cap, options);
	if (count < 0 || (size_t)count > cap)
		return SIZE_MAX;
	for (i = 0; i < count; i++) {
		if (out[i] != '.')
			out[kept++] = out[i];
	}
	return kept;
}

/* A token as it is written, for comparing it with a text as published. */
static enum term_error
term_put_exact(struct term_build *build, const struct token *token)
{
	struct terms *terms = build->terms;
	size_t start = folded_source(&terms->folded, token->start);
	size_t end = folded_source_end(&terms->folded, token->end);
	size_t count;

	terms->exact =
	    xgrow(terms->exact, terms->exact_len + 1 + TERM_WILD_WORD_MAX,
		&terms->exact_cap, sizeof(*terms->exact));
	count = term_exact_form(build->source + start, end - start,
	    terms->exact + terms->exact_len + 1, TERM_WILD_WORD_MAX);
	if (count == SIZE_MAX)
		return TERM_WORD_TOO_LONG;
	terms->exact[terms->exact_len] = (uint32_t)count;
	terms->exact_len += 1 + count;
	return TERM_OK;
}

static bool
term_is_wild(char c)
{
	return c == '*' || c == '?';
}

/* Enough letters in front: two before the first `*`, one before all. */
static bool
term_wild_is_selective(const char *word, size_t len)
{
	size_t i, letters = 0;

	if (term_is_wild(word[0]))
		return false;
	for (i = 0; i < len && word[i] != '*'; i++)
		letters += word[i] != '?' && (word[i] & 0xc0) != 0x80;
	return i == len || letters >= TERM_PREFIX_LETTERS_MIN;
}

/* `?` and `*` behind a character that is a token. */
static enum term_error
term_put_char_wildcards(
    struct term_build *build, const char *wildcards, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (wildcards[i] == '?')
			term_put(build,
			    ELEMENT_CHAR | ELEMENT_TIGHT | ELEMENT_ANY, NULL,
			    0);
		else
			build->has_pending_gap = true;
	}
	return TERM_OK;
}

static enum term_error
term_put_word(
    struct term_build *build, const struct token *token, bool is_behind_char)
{
	size_t i, len, wild = 0;
	const char *word = tokens_bytes(&build->terms->tokens, token, &len);

	for (i = 0; i < len; i++)
		wild += term_is_wild(word[i]);
	if (wild == len && is_behind_char)
		return term_put_char_wildcards(build, word, len);
	build->has_pending_gap = false;
	if (wild && !term_wild_is_selective(word, len))
		return TERM_WILD_TOO_SHORT;
	if (len > TERM_WORD_MAX)
		return TERM_WORD_TOO_LONG;
	term_put(build, wild ? ELEMENT_WILD : 0, word, len);
	return build->is_exact ? term_put_exact(build, token) : TERM_OK;
}

static enum term_error
term_put_char(
    struct term_build *build, const struct token *token, bool is_tight)
{
	int flags = ELEMENT_CHAR | (is_tight ? ELEMENT_TIGHT : 0);
	size_t len;
	const char *bytes = tokens_bytes(&build->terms->tokens, token, &len);

	if (build->has_pending_gap && is_tight) {
		if (++build->gaps > TERM_GAPS_MAX)
			return TERM_TOO_MANY_GAPS;
		term_put(
		    build, ELEMENT_CHAR | ELEMENT_TIGHT | ELEMENT_GAP, NULL, 0);
	}
	build->has_pending_gap = false;
	term_put(build, flags, bytes, len);
	return build->is_exact ? term_put_exact(build, token) : TERM_OK;
}

static enum term_error
term_put_tokens(struct term_build *build)
{
	const struct tokens *tokens = &build->terms->tokens;
	bool is_chars = false; /* a run of characters, wildcards included */
	size_t i;

	for (i = 1; i + 1 < tokens->count; i++) {
		const struct token *token = &tokens->items[i];
		bool is_tight = is_chars && token[-1].end == token->start;
		enum term_error error;

		if (i > TERM_TOKENS_MAX)
			return TERM_TOO_LONG;
		if (token->kind == TOKEN_CHAR)
			error = term_put_char(build, token, is_tight);
		else
			error = term_put_word(build, token, is_tight);
		if (error != TERM_OK)
			return error;
		is_chars =
		    token->kind == TOKEN_CHAR ||
		    (is_tight && term_is_wild(tokens->text[token->start]));
		if (build->elements > TERM_TOKENS_MAX)
			return TERM_TOO_LONG;
	}
	return build->elements ? TERM_OK : TERM_EMPTY;
}

static unsigned
term_weigh(const char *text, size_t elements)
{
	unsigned flags = (unsigned char)text[0], len = (unsigned char)text[1];

	if (elements == 1 && flags & ELEMENT_CHAR)
		return 16;
	if (elements == 1 && flags & ELEMENT_WILD)
		return 6;
	if (elements == 1)
		return len <= 3 ? 8 : 4;
	return elements == 2 && flags & ELEMENT_CHAR ? 4 : 1;
}

enum term_error
terms_add(struct terms *terms, const char *text, size_t len, bool is_exact,
    uint32_t *use_r)
{
	struct term_build build = {
	    .terms = terms, .source = text, .is_exact = is_exact};
	size_t pool_start = terms->pool_len, exact_start = terms->exact_len;
	struct term *term;
	enum term_error error;

	fold_text(text, len, &terms->folded);
	tokens_reset(&terms->tokens);
	tokens_add(&terms->tokens, &terms->folded, text, TOKENS_OF_QUERY);
	error = term_put_tokens(&build);
	if (error == TERM_OK && terms->pool_len > TERMS_POOL_MAX)
		error = TERM_TOO_LONG;
	if (error != TERM_OK) {
		terms->pool_len = pool_start;
		terms->exact_len = exact_start;
		return error;
	}
	terms->terms =
	    xgrow(terms->terms, terms->count + 1, &terms->cap, sizeof(*term));
	term = &terms->terms[terms->count];
	term->text = (uint32_t)pool_start;
	term->exact = is_exact ? (uint32_t)exact_start : 0;
	term->next = TERM_NONE;
	term->bytes = (uint16_t)(terms->pool_len - pool_start);
	term->elements = (uint8_t)build.elements;
	term->weight =
	    (uint8_t)term_weigh(terms->pool + pool_start, build.elements);
	*use_r = (uint32_t)terms->count++;
	return TERM_OK;
}

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
		    xcalloc(TERM_ROOT_PREFIXES, sizeof(uint16_t));
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

static uint64_t
terms_element_hash(const struct terms *terms, const char *element)
{
	size_t len = (unsigned char)element[1];

	return element[0] & ELEMENT_CHAR
		   ? token_hash_char(terms->seed, element + ELEMENT_HEAD, len)
		   : token_hash(terms->seed, element + ELEMENT_HEAD, len);
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

/* Files the term of a use, unless it is there already; kept = unique ones. */
static uint32_t
terms_file(struct terms *terms, uint32_t use, size_t kept)
{
	struct term term = terms->terms[use];
	uint32_t node = terms_place(terms, &term);
	uint32_t *link = &terms->nodes[node].terms;

	while (*link != TERM_NONE) {
		if (terms_is_same(terms, &terms->terms[*link], &term))
			return *link;
		link = &terms->terms[*link].next;
	}
	*link = (uint32_t)kept;
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
	memcpy(bytes, element + ELEMENT_HEAD, len < 8 ? len : 8);
	if (element[0] & ELEMENT_CHAR && term_is_pair(term, element)) {
		element += ELEMENT_HEAD + len;
		memcpy(bytes + len, element + ELEMENT_HEAD,
		    (unsigned char)element[1]);
		len = TERM_START_PAIR;
	} else if (element[0] & ELEMENT_CHAR) {
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

void
terms_build(struct terms *terms)
{
	size_t i, kept = 0;

	assert(!terms->slots);
	terms->use_count = terms->count;
	terms->uses = xcalloc(terms->use_count, sizeof(*terms->uses));
	terms_resize_slots(terms, TERMS_SLOTS_MIN);
	for (i = 0; i < terms->use_count; i++) {
		terms->uses[i] = terms_file(terms, (uint32_t)i, kept);
		kept += terms->uses[i] == kept;
	}
	terms->count = kept;
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

uint32_t
terms_id(const struct terms *terms, uint32_t use)
{
	assert(use < terms->use_count);
	return terms->uses[use];
}

size_t
terms_count(const struct terms *terms)
{
	return terms->count;
}

size_t
terms_memory(const struct terms *terms)
{
	return sizeof(*terms) + terms->pool_cap +
	       terms->exact_cap * sizeof(*terms->exact) +
	       terms->cap * sizeof(*terms->terms) +
	       terms->use_count * sizeof(*terms->uses) +
	       terms->node_cap * sizeof(*terms->nodes) +
	       terms->slot_count * sizeof(*terms->slots) +
	       (terms->starts.words + terms->paths.words + terms->quads.words +
		   terms->prefixes.words) *
		   sizeof(uint64_t) +
	       (terms->root_prefixes ? TERM_ROOT_PREFIXES * sizeof(uint16_t)
				     : 0);
}

unsigned
terms_weight(const struct terms *terms, uint32_t term)
{
	return terms->terms[term].weight;
}
