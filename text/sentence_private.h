#ifndef WIREWATCH_TEXT_SENTENCE_PRIVATE_H
#define WIREWATCH_TEXT_SENTENCE_PRIVATE_H

#include <stdbool.h>

#include "text/sentence.h"

/* Between sentence.c and sentence_number.c. */

/* What stands around one or more terminators. */
struct sentence_place {
	const char *text;
	size_t len;
	size_t from; /* where the sentence begins */
	size_t stop; /* the first terminator */
	size_t next; /* what follows, behind closing quotes and blanks */
	bool is_closed; /* a quote or bracket that closes stands before it, */
	bool is_blank; /* a blank does */
	size_t counted; /* its parentheses, up to here */
	size_t open; /* those of them that did not close */
};

static inline bool
sentence_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Whether the full stop behind the digits from `start` to `end` belongs to
 * them, and the sentence goes on.
 */
bool sentence_number_goes_on(
    const struct sentence_place *place, size_t start, size_t end);

#endif
