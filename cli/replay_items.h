#ifndef WIREWATCH_CLI_REPLAY_ITEMS_H
#define WIREWATCH_CLI_REPLAY_ITEMS_H

#include <stddef.h>
#include <stdint.h>

#include "cli/items.h"
#include "config/conf.h"
#include "lib/err.h"

/*
 * What topics are replayed against: one file, standard input, or the daemon's
 * history, file by file from the oldest day on.
 */
struct replay_items;

#define REPLAY_HISTORY "history"	/* instead of a file */
#define REPLAY_DAYS_MAX 100000		/* files of a history that are read */

/*
 * Items seen before since_s are passed over, and, unless it is TIME_NONE, those
 * without a time. NULL with the reason, which tells it plainly when there is no
 * history yet, or none that may be read.
 */
struct replay_items *replay_items_open(const char *against,
    const struct conf *conf, int64_t since_s, struct err *err);
void replay_items_free(struct replay_items **items);
/* As items_next. */
const struct items_entry *replay_items_next(struct replay_items *items);
/* Lines that held no item, in all files so far. */
size_t replay_items_bad(const struct replay_items *items);
/* Items without a time that --since passed over. */
size_t replay_items_undated(const struct replay_items *items);
/* At the end: 0 when all was read, -1 with the first reason. */
int replay_items_check(const struct replay_items *items, struct err *err);

#endif
