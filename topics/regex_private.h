#ifndef WIREWATCH_TOPICS_REGEX_PRIVATE_H
#define WIREWATCH_TOPICS_REGEX_PRIVATE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "topics/regex.h"

/* Inside of topics/regex*.c. */

struct regex {
	pcre2_code *code;
	uint32_t width; /* parts of the longest class */
	uint32_t *costs; /* of the item that begins at a byte of the pattern */
};

struct regexes {
	pcre2_general_context *memory;
	pcre2_compile_context *rules;
	struct regex *items;
	size_t count;
	size_t cap;
	struct map *by_pattern; /* number plus one, by pattern and options */
};

/* What each item of a compiled pattern costs when it is tried. */
void regex_measure(const struct regexes *regexes, struct regex *regex,
    const char *pattern, size_t len);

#endif
