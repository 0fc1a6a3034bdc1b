/*
 * Finds all terms in the tokens of an item. Of each token the first bytes are
 * looked up in a filter, of a character those of the next one with it; nearly
 * all end there. From the others the paths of the automaton are followed, and
 * what they lead to is compared with the text. Hits of a term come in the order
 * of the text.
 */
#include <string.h>

#include "lib/alloc.h"
#include "topics/terms_private.h"

#define SCAN_BATCH 64 /* bits */

/* Whether one more hit of the term at this token would be kept. */
static bool
term_hits_wants(const struct term_hits *hits, uint32_t term, uint32_t first)
{
	const struct term_seen *seen = &hits->seen[term];

	if (!seen->count)
		return true;
	return seen->count < TERM_HITS_MAX &&
	       hits->count < TERM_HITS_ITEM_MAX &&
	       hits->items[seen->tail].first != first;
}

static void
term_hits_add(
    struct term_hits *hits, uint32_t term, uint32_t first, uint32_t last)
{
	struct term_seen *seen = &hits->seen[term];
	uint32_t index = (uint32_t)hits->count++;
	struct term_hit *hit;

	hits->items =
	    xgrow(hits->items, hits->count, &hits->cap, sizeof(*hits->items));
	hit = &hits->items[index];
	hit->term = term;
	hit->first = first;
	hit->last = last;
	hit->next = TERM_HIT_NONE;
	if (seen->count++) {
		hits->items[seen->tail].next = index;
	} else {
		seen->head = index;
		hits->found = xgrow(hits->found, hits->found_count + 1,
		    &hits->found_cap, sizeof(*hits->found));
		hits->found[hits->found_count++] = term;
	}
	seen->tail = index;
}

static void
scan_report(const struct scan *scan, uint32_t id, const struct term *term,
    uint32_t first)
{
	uint32_t last;

	if (!term_hits_wants(scan->hits, id, first))
		return;
	last = term_compare(scan, id, term, first);
	if (last)
		term_hits_add(scan->hits, id, first, last);
}

/* Counts a term that is looked at; those behind it cost no less. */
static inline bool
scan_may(const struct scan *scan, uint32_t id)
{
	const struct term *term = &scan->terms->terms[id];

	return ++scan->hits->steps[term->is_costly] <= TERM_STEPS_MAX ||
	       term_is_word(term);
}

static void scan_node(const struct scan *scan, const struct term_node *node,
    uint64_t path, uint32_t first, uint32_t next);

/* Follows the steps that a word's first letters may take. */
static void
scan_prefixes(const struct scan *scan, uint64_t path, unsigned prefixes,
    uint32_t first, uint32_t at)
{
	size_t len;
	const char *bytes =
	    tokens_bytes(&scan->text->tokens, &scan->tokens[at], &len);

	for (; prefixes; prefixes &= prefixes - 1) {
		unsigned prefix = (unsigned)__builtin_ctz(prefixes);
		const struct term_node *node;
		uint64_t next;

		if (term_prefix_lengths[prefix] > len)
			return;
		next = terms_prefix_path(path, prefix,
		    token_hash(
			scan->terms->seed, bytes, term_prefix_lengths[prefix]));
		if (!path && !term_filter_has(&scan->terms->prefixes, next))
			continue;
		node = terms_find(scan->terms, next);
		if (node)
			scan_node(scan, node, next, first, at + 1);
	}
}

/* Reports what a path leads to and follows it; bounded by TERM_TOKENS_MAX. */
static void
scan_node(const struct scan *scan, const struct term_node *node, uint64_t path,
    uint32_t first, uint32_t next)
{
	while (node) {
		const struct token *token = &scan->tokens[next];
		uint32_t term;

		for (term = node->terms;
		     term != TERM_NONE && scan_may(scan, term);
		     term = scan->terms->terms[term].next)
			scan_report(
			    scan, term, &scan->terms->terms[term], first);
		if (token->kind == TOKEN_BREAK)
			return;
		if (node->prefixes && token->kind == TOKEN_WORD)
			scan_prefixes(scan, path, node->prefixes, first, next);
		if (!node->has_words)
			return;
		path = terms_path(path, scan_hash(scan, token));
		node = terms_find(scan->terms, path);
		next++;
	}
}

/* Whether the next tokens are all characters. */
static bool
scan_is_quad(const struct token *token)
{
	return token[0].kind == TOKEN_CHAR && token[1].kind == TOKEN_CHAR &&
	       token[2].kind == TOKEN_CHAR && token[3].kind == TOKEN_CHAR;
}

static inline void
scan_enter(const struct scan *scan, const struct term_filter *filter,
    uint64_t path, uint32_t at, uint32_t next)
{
	const struct term_node *node;

	if (!term_filter_has(filter, path))
		return;
	node = terms_find(scan->terms, path);
	if (node)
		scan_node(scan, node, path, at, next);
}

/* What starts at a token; its hash and that of the next are given. */
static void
scan_token(const struct scan *scan, uint32_t at, const uint64_t hashes[2])
{
	const struct terms *terms = scan->terms;
	const struct token *token = &scan->tokens[at];
	uint64_t pair = terms_path(hashes[0], hashes[1]);
	size_t len;

	if (token->kind == TOKEN_BREAK)
		return;
	scan_enter(scan, &terms->paths, hashes[0], at, at + 1);
	if (token[1].kind != TOKEN_BREAK)
		scan_enter(scan, &terms->paths, pair, at, at + 2);
	if (terms->has_quads && scan_is_quad(token))
		scan_enter(scan, &terms->quads,
		    terms_path(pair, terms_path(scan_hash(scan, token + 2),
					 scan_hash(scan, token + 3))),
		    at, at + 4);
	if (terms->root_prefixes && token->kind == TOKEN_WORD)
		scan_prefixes(scan, 0,
		    terms_root_prefixes(terms->root_prefixes,
			tokens_bytes(&scan->text->tokens, token, &len)),
		    at, at);
}

/* The tokens of a batch whose bits are set. */
static void
scan_batch(const struct scan *scan, size_t base, uint64_t found)
{
	uint64_t hashes[SCAN_BATCH + 1], wanted;
	size_t i;

	/* common words come one after the other: none is hashed twice */
	for (wanted = found | found << 1; wanted; wanted &= wanted - 1) {
		i = (unsigned)__builtin_ctzll(wanted);
		hashes[i] = scan_hash(scan, &scan->tokens[base + i]);
	}
	if (found >> (SCAN_BATCH - 1))
		hashes[SCAN_BATCH] =
		    scan_hash(scan, &scan->tokens[base + SCAN_BATCH]);
	for (; found; found &= found - 1) {
		i = (unsigned)__builtin_ctzll(found);
		scan_token(scan, (uint32_t)(base + i), &hashes[i]);
	}
}

/* The tokens of a batch which begin as words with wildcards do. */
static uint64_t
scan_words(const struct scan *scan, size_t base, size_t count)
{
	const struct token *token = scan->tokens + base, *end = token + count;
	const char *text = scan->text->tokens.text;
	uint64_t found = 0;

	for (; token < end; token++)
		found = found >> 1 | (uint64_t)(terms_root_prefixes(
						    scan->terms->root_prefixes,
						    text + token->start) != 0)
					 << 63;
	return found >> (SCAN_BATCH - count);
}

/* Whether a term may start with these characters. */
static inline uint64_t
scan_char(const struct terms *terms, const char *bytes)
{
	uint64_t found = term_filter_has(&terms->starts,
	    terms_start(terms->seed[0], bytes, TERM_START_PAIR));

	if (terms->has_single_chars)
		found |= term_filter_has(&terms->starts,
		    terms_start(terms->seed[0], bytes, TERM_START_CHAR));
	return found;
}

/* Whether a term may start with this word, or with it and the next. */
static inline uint64_t
scan_word(const struct terms *terms, uint64_t start, uint64_t next)
{
	return term_filter_has(&terms->starts, start) |
	       term_filter_has(&terms->starts, terms_start_words(start, next));
}

static inline uint64_t
scan_start(const struct scan *scan, const struct token *token)
{
	return terms_start(scan->terms->seed[0],
	    scan->text->tokens.text + token->start, token->end - token->start);
}

/* The tokens of a batch at which anything may start, as bits. */
static uint64_t
scan_candidates(const struct scan *scan, size_t base, size_t count)
{
	const struct token *first = scan->tokens + base, *token = first + count;
	const char *text = scan->text->tokens.text;
	uint64_t found = 0, start, next = scan_start(scan, token);

	/* from the last, as each looks at the one behind it */
	while (token-- > first) {
		start = scan_start(scan, token);
		found = found << 1 |
			(token->kind == TOKEN_CHAR
				? scan_char(scan->terms, text + token->start)
				: scan_word(scan->terms, start, next));
		next = start;
	}
	if (scan->terms->root_prefixes)
		found |= scan_words(scan, base, count);
	return found;
}

/*
 * Dotted words, whose bytes are elsewhere, and those before them: all of them.
 */
static uint64_t
scan_dotted(const struct scan *scan, size_t base, size_t count, size_t *next)
{
	const struct tokens *tokens = &scan->text->tokens;
	uint64_t found = 0;
	size_t bit;

	for (; *next < tokens->dotted_count; ++*next) {
		bit = tokens->dotted[*next].token - base;
		if (bit > 0 && bit <= count)
			found |= UINT64_C(1) << (bit - 1);
		if (bit >= count)
			break;
		found |= UINT64_C(1) << bit;
	}
	return found;
}

void
terms_scan(const struct terms *terms, const struct term_text *text,
    struct term_hits *hits)
{
	const struct scan scan = {terms, text, text->tokens.items, hits};
	size_t base, end = text->tokens.count - 1, dotted = 0;

	if (!terms->count)
		return;
	term_compare_begin(hits);
	/* the first token and the last are breaks */
	for (base = 1; base < end; base += SCAN_BATCH) {
		size_t count =
		    end - base < SCAN_BATCH ? end - base : SCAN_BATCH;
		uint64_t found = scan_candidates(&scan, base, count) |
				 scan_dotted(&scan, base, count, &dotted);

		scan_batch(&scan, base, found);
	}
	term_compare_end(hits);
}
