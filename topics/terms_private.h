#ifndef WIREWATCH_TOPICS_TERMS_PRIVATE_H
#define WIREWATCH_TOPICS_TERMS_PRIVATE_H

#include <endian.h>
#include <string.h>

#include "text/token_hash.h"
#include "topics/terms.h"

/*
 * Inside of the automaton, for terms.c, which fills it, terms_build.c,
 * terms_scan.c and terms_compare.c.
 *
 * A term is a sequence of elements, kept in the pool as flags, length, bytes. A
 * node stands for the literal elements that terms begin with, and is found by
 * the hash of that path. A path of two tokens is entered by both at once, so
 * that a common first word costs nothing, and one of four character tokens by
 * all four: two characters are but one word of Chinese or Korean. A word with a
 * wildcard is a step, too: by the hash of its letters before the wildcard, cut
 * to one of term_prefix_lengths. What a path cannot tell, and chance, is
 * settled by comparing the whole term with the tokens.
 */
enum term_element {
	ELEMENT_CHAR = 1, /* a character token, else a word */
	ELEMENT_TIGHT = 2, /* nothing may stand before it */
	ELEMENT_WILD = 4, /* a word with wildcards */
	ELEMENT_ANY = 8, /* any one character token */
	ELEMENT_GAP = 16, /* up to TERM_GAP_CHARS_MAX of them */
};

#define ELEMENT_HEAD 2 /* flags and length before the bytes */

static inline bool
term_is_wild(char c)
{
	return c == '*' || c == '?';
}

struct term {
	uint32_t text; /* in the pool */
	uint32_t exact; /* in terms->exact; 0 = folded */
	uint32_t next; /* in the same node; TERM_NONE */
	uint16_t bytes : 15;
	uint16_t is_costly : 1; /* has wildcards, or is exact */
	uint8_t elements : 7;
	uint8_t has_gap : 1;
	uint8_t weight;
};

#define TERM_NONE UINT32_MAX

/* One word or character: a node has one at most. */
static inline bool
term_is_word(const struct term *term)
{
	return term->elements == 1 && !term->is_costly;
}

struct term_node {
	uint32_t terms; /* those that this path leads to, costly ones last */
	uint16_t prefixes; /* bit i: steps by term_prefix_lengths[i] */
	bool has_words; /* steps by literal tokens */
	uint8_t kind;
};

struct term_slot {
	uint32_t tag;
	uint32_t node; /* plus one; 0 = free */
};

/* A bit for each hash: most tokens of a text end here. */
struct term_filter {
	uint64_t *bits;
	unsigned shift;
	size_t words;
};

#define TERM_PREFIXES 15
#define TERM_ROOT_PREFIXES 4096
#define TERM_ROOT_LONG 4 /* bytes */

extern const uint8_t term_prefix_lengths[TERM_PREFIXES];

struct terms {
	uint64_t seed[2];
	char *pool;
	size_t pool_len;
	size_t pool_cap;
	uint32_t *exact; /* code points, each element's after its count */
	size_t exact_len;
	size_t exact_cap;
	struct term *terms;
	size_t count;
	size_t cap;
	uint32_t *uses; /* the term of each use */
	size_t use_count;
	struct term_node *nodes;
	size_t node_count;
	size_t node_cap;
	struct term_slot *slots;
	size_t slot_count; /* a power of two */
	struct term_filter starts; /* the first bytes of terms: terms_start */
	uint32_t *gap_terms; /* those with gaps, ascending */
	size_t gap_count;
	bool has_single_chars; /* some with but one character in front */
	struct term_filter paths; /* of one literal token and of two */
	struct term_filter quads; /* of four characters */
	bool has_quads;
	struct term_filter prefixes; /* of a word with wildcards, first */
	/* the prefix lengths by which terms start, by a word's first two bytes
	 * and, those of TERM_ROOT_LONG and more, by four */
	uint16_t *root_prefixes;
	/* while it is filled */
	struct folded folded;
	struct tokens tokens;
	uint64_t *keys; /* of the nodes */
	size_t key_cap;
};

static inline uint64_t
terms_path(uint64_t path, uint64_t hash)
{
	uint64_t h =
	    ((path << 29 | path >> 35) ^ hash) * UINT64_C(0x9e3779b97f4a7c15);

	return h ^ h >> 32;
}

/* A step by a prefix; from the root with path 0. */
static inline uint64_t
terms_prefix_path(uint64_t path, unsigned prefix, uint64_t hash)
{
	return terms_path(
	    path + (prefix + 1) * UINT64_C(0xd6e8feb86659fd93), hash);
}

static inline unsigned
terms_root_index(const char *word)
{
	return ((unsigned)(unsigned char)word[0] << 4 ^
		   (unsigned)(unsigned char)word[1]) &
	       (TERM_ROOT_PREFIXES - 1);
}

/* Behind those: two letters of Cyrillic are as many bytes. */
static inline unsigned
terms_root_index_long(const char *word)
{
	uint32_t first;

	memcpy(&first, word, sizeof(first));
	return TERM_ROOT_PREFIXES + (first * 0x9e3779b1u >> 20);
}

/* The prefix lengths by which a term may start with a word, as bits. */
static inline unsigned
terms_root_prefixes(const uint16_t *prefixes, const char *word)
{
	return prefixes[terms_root_index(word)] |
	       prefixes[terms_root_index_long(word)];
}

/*
 * What the filter of starts is asked by: up to eight bytes at the beginning of
 * a token, and how long it is. Eight bytes are read. Two characters are looked
 * at together, as TERM_START_PAIR bytes, one alone as TERM_START_CHAR; a phrase
 * by its first two words, so that it matters not how common either is.
 */
#define TERM_START_PAIR 6
#define TERM_START_CHAR 3

static inline uint64_t
terms_start(uint64_t seed, const char *bytes, size_t len)
{
	static const uint64_t masks[] = {0, 0xff, 0xffff, 0xffffff, 0xffffffff,
	    UINT64_C(0xffffffffff), UINT64_C(0xffffffffffff),
	    UINT64_C(0xffffffffffffff), UINT64_MAX};
	uint64_t first;

	memcpy(&first, bytes, sizeof(first));
	first = le64toh(first) & masks[len < 8 ? len : 8];
	return ((first ^ seed) + len) * UINT64_C(0x9e3779b97f4a7c15);
}

/* The same for two words, of which phrases begin. */
static inline uint64_t
terms_start_words(uint64_t first, uint64_t second)
{
	return ((first << 29 | first >> 35) ^ second) *
	       UINT64_C(0xd6e8feb86659fd93);
}

/* 1 or 0. */
static inline uint64_t
term_filter_has(const struct term_filter *filter, uint64_t hash)
{
	uint64_t bit = hash >> filter->shift;

	return filter->bits[bit >> 6] >> (bit & 63) & 1;
}

/* The node of a path, or NULL. */
static inline const struct term_node *
terms_find(const struct terms *terms, uint64_t path)
{
	size_t mask = terms->slot_count - 1, i = path >> 32 & mask;

	for (; terms->slots[i].node; i = (i + 1) & mask) {
		if (terms->slots[i].tag == (uint32_t)path)
			return &terms->nodes[terms->slots[i].node - 1];
	}
	return NULL;
}

/* What a path is made of, for a literal element of a term and for a token. */
static inline uint64_t
terms_element_hash(const struct terms *terms, const char *element)
{
	size_t len = (unsigned char)element[1];

	return element[0] & ELEMENT_CHAR
		   ? token_hash_char(terms->seed, element + ELEMENT_HEAD, len)
		   : token_hash(terms->seed, element + ELEMENT_HEAD, len);
}

struct scan {
	const struct terms *terms;
	const struct term_text *text;
	const struct token *tokens;
	struct term_hits *hits;
};

static inline uint64_t
scan_hash(const struct scan *scan, const struct token *token)
{
	size_t len;
	const char *bytes = tokens_bytes(&scan->text->tokens, token, &len);

	return token->kind == TOKEN_CHAR
		   ? token_hash_char(scan->terms->seed, bytes, len)
		   : token_hash(scan->terms->seed, bytes, len);
}

/* A term with gaps in one item. */
struct term_gap {
	uint64_t scan; /* for which it holds */
	bool is_hopeless; /* a part of it is nowhere in the item */
	/* bits of the places at which what is behind a gap does not stand; the
	 * last of them is the top */
	uint32_t tops[TERM_GAPS_MAX];
	uint64_t failed[TERM_GAPS_MAX];
};

#define TERM_PRESENT_BITS 65536

static inline void
term_present_add(uint64_t *bits, uint64_t hash)
{
	bits[hash >> 54] |= UINT64_C(1) << (hash >> 48 & 63);
}

static inline bool
term_present_has(const uint64_t *bits, uint64_t hash)
{
	return bits[hash >> 54] >> (hash >> 48 & 63) & 1;
}

/* The last token of a term, or 0 if it does not stand at `first`. */
uint32_t term_compare(const struct scan *scan, uint32_t id,
    const struct term *term, uint32_t first);
/* Around all comparisons of a scan: counts them. */
void term_compare_begin(struct term_hits *hits);
void term_compare_end(struct term_hits *hits);

/*
 * Compares with `*` and `?`; either side in code points. Adds to the steps what
 * it took.
 */
bool term_glob(const uint32_t *pattern, size_t pattern_len,
    const uint32_t *text, size_t len, uint64_t *steps);
/*
 * Characters as they are told apart by an exact term: compatibility
 * decomposed, dots of U.N. left out. Their number, or SIZE_MAX if it exceeds
 * cap.
 */
size_t term_exact_form(const char *text, size_t len, uint32_t *out, size_t cap);

#endif
