#ifndef WIREWATCH_CLI_FOLLOW_H
#define WIREWATCH_CLI_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct ev_loop;

/*
 * The lines of a log file that grows, is renamed and replaced, or truncated.
 * A file that was renamed is read to its end before its successor is begun,
 * and that is when the successor has something in it: until then the writer
 * may not have let go of the old one.
 */
struct follow;

#define FOLLOW_LINE_MAX (64 * 1024)	/* bytes; longer lines are skipped */
#define FOLLOW_LAST_MAX 100000		/* lines to start before the end with */

struct follow_handler {
	/* A whole line, NUL-terminated, without its newline. */
	void (*line)(void *data, const char *line, size_t len, int64_t offset);
	/* Whether a line counts for follow_last(); must not report anything. */
	bool (*wants)(void *data, const char *line, size_t len);
	/* A line of more than FOLLOW_LINE_MAX bytes was passed over. */
	void (*skipped)(void *data, int64_t offset);
	/* Something a reader of the lines must know: rotated, truncated. */
	void (*notice)(void *data, const char *text);
	/* After each portion of lines; false ends the reading. */
	bool (*flush)(void *data);
	void *data;
};

/*
 * "-" is standard input. A missing file is an error, unless is_patient: it is
 * waited for. NULL with the reason.
 */
struct follow *follow_new(const char *path, bool is_patient,
    const struct follow_handler *handler, struct err *err);
void follow_free(struct follow **follow);

/* Goes to where the last `count` wanted lines begin. Regular files only. */
int follow_last(struct follow *follow, size_t count, struct err *err);
/*
 * Reads what is there. 0 at the end of it, 1 when flush ended the reading, -1
 * with the reason.
 */
int follow_read(struct follow *follow, struct err *err);
/* Hands out what stands behind the last newline, as a line. */
void follow_finish(struct follow *follow);
/*
 * Reads on, whenever something happens to the file, until flush says no or
 * reading fails. A loop of its own is run. 0, or -1 with the reason.
 */
int follow_run(struct follow *follow, struct ev_loop *loop, struct err *err);

#endif
