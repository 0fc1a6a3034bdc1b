#ifndef WIREWATCH_ALERTS_PAYLOAD_H
#define WIREWATCH_ALERTS_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

/* An event's stored body in the shape that a sink or a reader wants. */

/*
 * The body as a log line: "seq" set behind "id", one line, no newline. Owned
 * by the caller; NULL if the body is not an event.
 */
char *payload_log_line(const char *body, int64_t seq);
/*
 * One event for people: time, severity, topic, source, title with the matched
 * words marked, link; several lines, the last ends with a newline. Works on
 * stored bodies and on log lines. Remote text is made safe for a terminal.
 * Owned by the caller; NULL with the reason if it is not an event.
 */
char *payload_text(const char *body, bool with_colour, struct err *err);
/* The id and seq (0 if absent) of a log line; -1 if it is no whole event. */
int payload_identify(
    const char *line, size_t len, char id_r[40], int64_t *seq_r);

#endif
