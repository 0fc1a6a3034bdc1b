#ifndef WIREWATCH_TOPICS_TERMS_H
#define WIREWATCH_TOPICS_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/fold.h"
#include "text/token.h"
#include "topics/topic.h"

/*
 * The automaton: every word and phrase of all queries and sets, found in one
 * pass over the tokens of an item. It is filled by terms_add, frozen by
 * terms_build, and from then on only read. Equal terms become one.
 */
struct terms;

#define TERM_TOKENS_MAX 64 /* words and characters of one phrase */
#define TERM_WORD_MAX 255 /* bytes of one word, folded */
#define TERM_GAPS_MAX 2 /* `*` between CJK characters, in one term */
#define TERM_GAP_CHARS_MAX 8 /* characters that such a `*` stands for */
#define TERM_WILD_WORD_MAX 1024 /* longer words match no wildcards */
#define TERM_PREFIX_LETTERS_MIN 2 /* before `*`; one before `?` */
/*
 * Steps for comparing terms with one item: a term looked at, an element of it,
 * a place tried behind a gap, a code point compared with a wildcard,
 * TERM_STEPS_GAP for what is known of a term with gaps, TERM_STEPS_EXACT for a
 * byte looked at as written. Terms with wildcards and exact terms have so many
 * together, and phrases, too.
 */
#define TERM_STEPS_MAX (16 * 1024 * 1024)
#define TERM_STEPS_GAP 4
#define TERM_STEPS_EXACT 8

enum term_error {
	TERM_OK,
	TERM_EMPTY, /* no letter or digit */
	TERM_TOO_LONG, /* more than TERM_TOKENS_MAX */
	TERM_WORD_TOO_LONG, /* more than TERM_WORD_MAX */
	TERM_WILD_TOO_SHORT, /* too few letters before a wildcard */
	TERM_TOO_MANY_GAPS,
};

struct terms *terms_new(void);
void terms_free(struct terms **terms);
/*
 * Adds a word or phrase as it is written, `=` and quotes taken off; is_exact
 * asks for case, accents and variants as written. *use_r names it until
 * terms_id tells, after terms_build, which term it became.
 */
enum term_error terms_add(struct terms *terms, const char *text, size_t len,
    bool is_exact, uint32_t *use_r);
void terms_build(struct terms *terms);
uint32_t terms_id(const struct terms *terms, uint32_t use);
size_t terms_count(const struct terms *terms);
/* Bytes of the frozen automaton. */
size_t terms_memory(const struct terms *terms);
/* A guess of how often a term occurs, for choosing what to wait for. */
unsigned terms_weight(const struct terms *terms, uint32_t term);

/* An item's text as the automaton reads it. */
struct term_field {
	struct folded folded;
	const char *source;
	uint32_t base; /* of the folded text in tokens.text */
	uint32_t first; /* its tokens */
	uint32_t end;
};

struct term_text {
	struct tokens tokens;
	struct term_field fields[MATCH_FIELDS];
};

void term_text_init(struct term_text *text);
void term_text_clear(struct term_text *text);
/* Folds and splits the fields; a source may be NULL. */
void term_text_set(
    struct term_text *text, const char *const sources[MATCH_FIELDS]);
/* The field in which a token stands: they follow each other. */
static inline enum match_field
term_text_field(const struct term_text *text, uint32_t token)
{
	unsigned field = MATCH_TITLE, i;

	for (i = MATCH_TITLE; i + 1 < MATCH_FIELDS; i++)
		field += token >= text->fields[i].end;
	return (enum match_field)field;
}
/* The bytes of the source that tokens first to last cover. */
void term_text_source(const struct term_text *text, uint32_t first,
    uint32_t last, size_t *start_r, size_t *end_r);

/* One occurrence: tokens first to last, inclusive. */
struct term_hit {
	uint32_t term;
	uint32_t first;
	uint32_t last;
	uint32_t next; /* the term's next hit; TERM_HIT_NONE */
};

#define TERM_HIT_NONE UINT32_MAX
#define TERM_HITS_MAX 1024 /* kept of one term in one item, the first */
#define TERM_HITS_ITEM_MAX                                                     \
	65536 /* kept in one item; each term that                              \
	       * occurs keeps at least one */

struct term_seen {
	uint32_t head;
	uint32_t tail;
	uint32_t count; /* 0: the term does not occur */
};

struct term_gap;

struct term_hits {
	struct term_hit *items;
	size_t count;
	size_t cap;
	struct term_seen *seen; /* by term */
	uint32_t *found; /* terms that occur, in the order of discovery */
	size_t found_count;
	size_t found_cap;
	uint64_t scan; /* counts */
	uint64_t steps[2]; /* of this scan; of the costly terms, [1] */
	size_t overruns; /* of TERM_STEPS_MAX, since term_hits_init */
	struct term_gap *gaps; /* what is known of each term with gaps */
	uint64_t *present; /* a bit for each token, if there are such terms */
	uint64_t present_scan; /* to which they belong */
};

void term_hits_init(struct term_hits *hits, const struct terms *terms);
void term_hits_clear(struct term_hits *hits);
void term_hits_reset(struct term_hits *hits);
/*
 * All occurrences of all terms, unless TERM_STEPS_MAX is exceeded: then those
 * found until then, all of terms that are one word, and overruns grows.
 */
void terms_scan(const struct terms *terms, const struct term_text *text,
    struct term_hits *hits);

#endif
