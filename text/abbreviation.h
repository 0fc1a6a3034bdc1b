#ifndef WIREWATCH_TEXT_ABBREVIATION_H
#define WIREWATCH_TEXT_ABBREVIATION_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The abbreviations of newsrooms whose full stop may stand before a capital or
 * a number without ending a sentence.
 */
#define ABBREVIATION_LETTERS_MAX 7

/* One language's, in the order of strcmp() behind the marks; see the .c. */
struct abbreviation_list {
	const char *const *words;
	size_t count;
};

#define ABBREVIATION_LISTS 9
extern const struct abbreviation_list abbreviation_lists[ABBREVIATION_LISTS];

/*
 * Whether a full stop behind a word of valid UTF-8, as it is written, belongs
 * to the word. Some do before a number only, some by the case of their letters.
 */
bool abbreviation_is(const char *text, size_t len, bool is_before_number);

#endif
