#ifndef WIREWATCH_DAEMON_HISTORY_H
#define WIREWATCH_DAEMON_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/item.h"
#include "lib/buf.h"
#include "lib/log.h"
#include "topics/topic.h"

struct ev_loop;

/*
 * The new items that the daemon matched, so that changed topics can be tried on
 * them: STATE-DIR/history/YYYY-MM-DD.jsonl, by the UTC day on which an item was
 * first seen, one JSON object a line as `wirewatch match` reads it. A thread of
 * its own writes and removes files. What cannot be written is lost to the
 * history and to nothing else.
 */
struct history;

#define HISTORY_DIR "history"			/* below the state directory */
#define HISTORY_TEXT_MAX (8 * 1024)		/* bytes kept of summary, content */
#define HISTORY_POLL_MAX (1024 * 1024)		/* bytes of the lines of a poll */
#define HISTORY_QUEUE_MAX (16 * 1024 * 1024)	/* bytes waiting for the thread */
#define HISTORY_DAY_MAX (512LL * 1024 * 1024)	/* bytes of a file */
#define HISTORY_LINGER_MS 200			/* lines wait so long for company */

/*
 * Appends the line of an item, its newline included. 0, or -1 when the buffer's
 * bound would be exceeded: nothing is added then.
 */
int history_add_line(struct buf *lines, const struct item *item,
    const struct match_source *source, int64_t first_seen_ms);

/* Nothing is opened yet. NULL when there is no thread to be had. */
struct history *history_new(
    struct ev_loop *loop, struct log *log, const char *state_dir);
/* Writes what is waiting, ends the thread. */
void history_free(struct history **history);
/*
 * How long files are kept; 0 = nothing is written, and nothing removed. Nothing
 * is written either with less than twice min_free on the disk, so that it is
 * never the history that makes polling pause.
 */
void history_configure(
    struct history *history, int64_t keep_ms, int64_t min_free);
/* Hands lines over, of items first seen then; empties the buffer. */
void history_write(
    struct history *history, struct buf *lines, int64_t first_seen_ms);
/* Whether a file of the history is named so. */
bool history_is_day(const char *name);
/* Removes the files of days that ended longer ago than they are kept. */
void history_prune(struct history *history, int64_t now_ms);

#endif
