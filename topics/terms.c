/*
 * Fills the automaton: takes words and phrases apart into elements. Terms are
 * numbered in the order in which they were added, so that nothing seen outside
 * depends on the random seed.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/alloc.h"
#include "topics/terms_private.h"

#define TERMS_POOL_MAX (1u << 30)

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
	free(terms->gap_terms);
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
	char *out = terms->pool + terms->pool_len;

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

/* Room for all elements of a term: each has a byte of its text, at least. */
static void
terms_reserve(struct terms *terms)
{
	size_t need = terms->folded.len * (ELEMENT_HEAD + 1) + TOKEN_PAD;

	terms->pool = xgrow(terms->pool, terms->pool_len + need,
	    &terms->pool_cap, sizeof(*terms->pool));
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

_Static_assert((TERM_TOKENS_MAX + 1) * (ELEMENT_HEAD + TERM_WORD_MAX) < 1 << 15,
    "a term's bytes fit into its bits");

static bool
term_has_wildcards(const struct terms *terms, const struct term *term)
{
	const char *element = terms->pool + term->text;
	size_t i;

	for (i = 0; i < term->elements; i++) {
		if (element[0] & (ELEMENT_WILD | ELEMENT_ANY | ELEMENT_GAP))
			return true;
		element += ELEMENT_HEAD + (unsigned char)element[1];
	}
	return false;
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
	terms_reserve(terms);
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
	term->bytes = (uint16_t)((terms->pool_len - pool_start) & 0x7fff);
	term->elements = (uint8_t)(build.elements & 0x7f);
	term->has_gap = build.gaps > 0;
	term->is_costly = is_exact || term_has_wildcards(terms, term);
	term->weight =
	    (uint8_t)term_weigh(terms->pool + pool_start, build.elements);
	*use_r = (uint32_t)terms->count++;
	return TERM_OK;
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
	       terms->gap_count * sizeof(*terms->gap_terms) +
	       terms->use_count * sizeof(*terms->uses) +
	       terms->node_cap * sizeof(*terms->nodes) +
	       terms->slot_count * sizeof(*terms->slots) +
	       (terms->starts.words + terms->paths.words + terms->quads.words +
		   terms->prefixes.words) *
		   sizeof(uint64_t) +
	       (terms->root_prefixes ? 2 * TERM_ROOT_PREFIXES * sizeof(uint16_t)
				     : 0);
}

unsigned
terms_weight(const struct terms *terms, uint32_t term)
{
	return terms->terms[term].weight;
}
