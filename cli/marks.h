#ifndef WIREWATCH_CLI_MARKS_H
#define WIREWATCH_CLI_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "topics/topic.h"

/*
 * Matched words marked in the text of an item: in colour, or between angle
 * quotes. Text is made safe for the terminal.
 */
#define MARKS_MAX 1024	/* in one field */
#define MARKS_LEAD 60	/* bytes shown before the first match of a text */
#define MARKS_TAIL 160	/* and from there on */

struct mark {
	size_t start;
	size_t end;	/* exclusive */
};

struct marks {
	struct mark items[MARKS_MAX];
	size_t count;
};

/* Those of the matches that are wanted; a NULL in the list is none. */
void marks_collect(struct marks *marks, const struct match *const *matches,
    size_t match_count, enum match_field field);
/* Bytes from start to end, which lie on borders, with the marks in them. */
void marks_print(FILE *out, const struct marks *marks, const char *text,
    size_t start, size_t end, bool has_colour);
/* The title on a line of its own. */
void marks_print_title(FILE *out, const struct item *item,
    const struct match *const *matches, size_t match_count, bool has_colour);
/*
 * "  summary: ..." with the surroundings of the first match of that field;
 * nothing if there is none in it.
 */
void marks_print_snippet(FILE *out, const struct item *item,
    enum match_field field, const struct match *const *matches,
    size_t match_count, bool has_colour);

#endif
