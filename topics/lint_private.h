#ifndef WIREWATCH_TOPICS_LINT_PRIVATE_H
#define WIREWATCH_TOPICS_LINT_PRIVATE_H

#include "lib/diag.h"
#include "topics/lint.h"
#include "topics/topicset.h"

/* Inside of topics/lint*.c. */

struct lint {
	struct diag *diag;
	size_t warnings;
};

/* Reports a warning; true if it was shown, and a hint may follow. */
bool lint_warn(struct lint *lint, const struct conf_text *text, size_t start,
    size_t len, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* Words of mixed script in `len` bytes at `start` of a text. */
void lint_letters(struct lint *lint, const struct conf_text *text, size_t start,
    size_t len);

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
