#ifndef WIREWATCH_TOPICS_LINT_PRIVATE_H
#define WIREWATCH_TOPICS_LINT_PRIVATE_H

#include "lib/diag.h"
#include "lib/map.h"
#include "text/script.h"
#include "topics/lint.h"
#include "topics/topicset.h"

/* Inside of topics/lint*.c. */

/* A word that could be another of the same query or set. */
struct lint_alike {
	const struct conf_text *text;
	size_t start;
	size_t len;
	const char *lang; /* of the entry, NULL = any */
	enum script script;
};

struct lint {
	struct diag *diag;
	size_t warnings;
	/* of the query or set that is looked at */
	struct map *latin; /* its Latin words */
	struct lint_alike *alike;
	size_t alike_count;
	size_t alike_cap;
	bool is_unsplit_told;
};

/* Reports a warning; true if it was shown, and a hint may follow. */
bool lint_warn(struct lint *lint, const struct conf_text *text, size_t start,
    size_t len, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
/* How many bytes of a text a message shows, on the border of a character. */
int lint_shown(const char *text, size_t len);

/* A part of a query or set as its words: runs of letters, marks and digits. */
struct lint_words {
	const struct conf_text *text;
	size_t at;
	size_t end;
	bool is_regex; /* escapes and classes are no words */
};

struct lint_word {
	const char *text;
	size_t start; /* in the whole text */
	size_t len;
	size_t letters[SCRIPTS];
};

/* The next word; false when there is none. */
bool lint_words_next(struct lint_words *words, struct lint_word *word_r);

/*
 * A word with its letters of `from` as those of `to` that look like them, which
 * holds 4 * LINT_WORD_MAX + 1 bytes, and the first of them; false when one has
 * none, or there are none. is_strict: alike as they are, not as capitals.
 */
#define LINT_WORD_MAX 255 /* bytes; longer words are not looked at */
bool lint_replace(const struct lint_word *word, enum script from,
    enum script to, bool is_strict, char *out, size_t *first_r);
const char *lint_script_name(enum script script);

/* Words of mixed script, and, at the end, of look-alikes only. */
void lint_letters(struct lint *lint, struct lint_words words, const char *lang);
void lint_letters_end(struct lint *lint);
/* The first word in a script that has no blanks and is not taken apart. */
void lint_unsplit(struct lint *lint, const struct conf_text *text, size_t start,
    size_t len);
/* A term in ALLCAPS that is never written in capitals. */
void lint_capitals(struct lint *lint, const struct conf_text *text,
    const struct query_node *node);
/* What stands twice in an AND, OR or ANY, and an `i` behind an expression. */
void lint_level(struct lint *lint, const struct conf_text *text,
    const struct query_node *node);

/* Terms one of which is enough, of one OR or one set. */
struct lint_term {
	const struct conf_text *text; /* where it stands */
	size_t start;
	size_t len;
	const char *words; /* as written, without `=` and quotes */
	size_t words_len;
	uint32_t term; /* its number in the automaton */
	bool is_exact;
	struct query_scope scope;
	const char *lang; /* NULL = any */
};

struct lint_group {
	struct lint_term *items;
	size_t count;
	size_t cap;
	bool is_set;
	/* where others stand near them: what covers must be the same tokens */
	bool is_strict;
};

void lint_cover(struct lint *lint, const struct lint_group *group);

#endif
