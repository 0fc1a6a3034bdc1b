#ifndef WIREWATCH_CLI_ITEMS_H
#define WIREWATCH_CLI_ITEMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/conf.h"
#include "feeds/item.h"
#include "lib/err.h"
#include "topics/topic.h"

/*
 * Items as JSON Lines: as `wirewatch parse --json` writes them, as the daemon
 * keeps them in its history, and as alert events (wirewatch.event/1) hold them.
 * One is in memory at a time.
 */
struct items;

#define ITEMS_LINE_MAX (1024 * 1024)	/* bytes of a line; longer is bad */
#define ITEMS_REPORTS_MAX 20		/* bad lines told one by one */

struct items_entry {
	struct item item;		/* without identity and fingerprints */
	struct match_source source;	/* as stated, else the feed's section */
	const json_t *id;		/* of any type; NULL if none */
	int64_t seen_s;			/* first_seen, else published; TIME_NONE */
	size_t bytes;			/* of title, summary and content */
};

/*
 * "-" is standard input. conf is borrowed: the feed that an item names lends it
 * what it does not say of its source. Bad lines are told on stderr with file
 * and line, or only counted if is_quiet. NULL with the reason.
 */
struct items *items_open(const char *path, const struct conf *conf,
    bool is_quiet, struct err *err);
/* NULL is fine. */
void items_free(struct items **items);
/*
 * The next item, valid until the next call; NULL at the end. Passed over in
 * silence: blank lines, events of the daemon's own, and an event about the very
 * item of the line before (an item in two topics is two events).
 */
const struct items_entry *items_next(struct items *items);
/* Lines that held no item, so far. */
size_t items_bad(const struct items *items);
/* At the end: 0 when all was read, -1 with the reason. */
int items_check(const struct items *items, struct err *err);

/* An id as text for people, made safe; "-" if there is none. */
void items_print_id(FILE *out, const json_t *id);

#endif
