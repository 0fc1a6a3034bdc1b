#ifndef WIREWATCH_TOPICS_LANG_H
#define WIREWATCH_TOPICS_LANG_H

#include <stdbool.h>

#include "text/token.h"

/*
 * The language of an item: what the item says, else its source, else a guess
 * from the script of its text. What is said is not believed when the text is
 * written in a script that the language is not written in: many feeds carry
 * the "en-US" of the software that made them.
 */
#define LANG_CODE_MAX 16

struct lang {
	char code[LANG_CODE_MAX]; /* lower case; "" = unknown */
	bool is_guess;
	enum script script; /* that prevails in the text */
	unsigned scripts; /* that occur in it, a bit for each */
};

/* Either statement may be NULL. */
void lang_detect(struct lang *lang, const char *item, const char *source,
    const struct tokens *tokens);
/*
 * Whether words of language `code` count in the item: nothing known of its
 * language speaks against it. NULL is any language.
 */
bool lang_admits(const struct lang *lang, const char *code);
/* Whether the item's language is, or is a kind of, `code` (in lower case). */
bool lang_is(const struct lang *lang, const char *code);

#endif
