#ifndef WIREWATCH_CLI_REPLAY_H
#define WIREWATCH_CLI_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/items.h"
#include "config/conf.h"
#include "topics/topic.h"

/*
 * The parts of `wirewatch replay`: two sets of topics against the same items,
 * and what differs between their alerts.
 */
#define REPLAY_LIMIT 10		/* items shown of a topic and a kind of change */
#define REPLAY_LIMIT_MAX 10000

enum replay_change {
	REPLAY_ADDED,
	REPLAY_LOST,
	REPLAY_SEVERITY,
	REPLAY_CHANGES,
};

/* One side: the topics that are, or those that are tried. Borrowed. */
struct replay_side {
	const struct conf *conf;
	const struct topicset *topics;
};

/* One name of a topic, on either side or on both. */
struct replay_row {
	const struct conf_topic *old_topic;	/* NULL = not on this side */
	const struct conf_topic *new_topic;
	const struct match *old_match;		/* of the item at hand; or NULL */
	const struct match *new_match;
	bool is_touched;			/* one of these is not NULL */
	size_t old_count;			/* items that match */
	size_t new_count;
	size_t changes[REPLAY_CHANGES];
	char **examples[REPLAY_CHANGES];	/* lines for people */
	size_t example_counts[REPLAY_CHANGES];
	size_t example_caps[REPLAY_CHANGES];
};

struct replay_options {
	bool is_json;		/* a line for each change, as it is found */
	bool has_colour;
	size_t limit;
};

struct replay {
	struct replay_options options;
	struct replay_side old_side, new_side;
	struct matcher *old_matcher, *new_matcher;
	struct replay_row *rows;	/* the new order, then what is gone */
	size_t row_count;
	size_t *row_of_old;		/* by the topic's place in its conf */
	size_t *touched;		/* rows, by the item at hand */
	size_t touched_count;
	size_t items;
	size_t changed_items;
	int64_t first_s, last_s;	/* times of items; TIME_NONE */
	size_t goldens;			/* examples that changed, or are wrong */
};

void replay_init(struct replay *replay, const struct replay_options *options,
    const struct replay_side *old_side, const struct replay_side *new_side);
void replay_clear(struct replay *replay);
/* Both sides against one item. */
void replay_item(struct replay *replay, const struct items_entry *entry);
/* What was found, by topic and in all; or the summary as one object. */
void replay_print(const struct replay *replay, size_t bad, size_t undated);
const char *replay_change_name(enum replay_change change);

/*
 * replay_golden.c: tries the examples of both sides with the topics of both.
 * Prints, and counts in replay->goldens, those for which the verdict of a topic
 * on both sides is another, and those of the new side that are not right.
 */
void replay_goldens(struct replay *replay);

#endif
