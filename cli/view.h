#ifndef WIREWATCH_CLI_VIEW_H
#define WIREWATCH_CLI_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/clock.h"

/*
 * How answers of the daemon are shown to people. Ages are counted from its own
 * clock; a member that is missing is shown as "?", never guessed.
 */
struct view {
	FILE *out;
	bool has_colour;
	int columns;		/* of the terminal; 0 = not one */
	int64_t now_s;		/* the daemon's clock */
};

enum view_colour {
	VIEW_GOOD,
	VIEW_BAD,
	VIEW_BOLD,
};

/* stdout, as it is; `status` is the daemon's answer that has its time. */
void view_init(struct view *view, const json_t *status);
void view_paint(const struct view *view, enum view_colour colour);
void view_unpaint(const struct view *view);
/* A cell of a table in colour. */
void view_cell(const struct view *view, enum view_colour colour,
    const char *text, int width);
int64_t view_int(const json_t *object, const char *key);
const char *view_string(const json_t *object, const char *key);
/* "2 h": from the time under a key to now. */
const char *view_age(const struct view *view, const json_t *object,
    const char *key, char out[CLOCK_RFC3339_SIZE]);
/* The colour of a feed's state. */
enum view_colour view_feed_colour(const char *state);

#endif
