#ifndef WIREWATCH_LIB_LOG_H
#define WIREWATCH_LIB_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Messages for the operator. When stderr is the journal (JOURNAL_STREAM names
 * it) each line carries a <N> priority; else it is plain text. Remote text is
 * escaped and shortened here, so callers pass it as it came.
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

struct log {
	FILE *out;
	enum log_level level;
	bool with_priority;
	bool with_time;
};

/* Logs to stderr at `level` and above; reads the environment for the form. */
void log_init(struct log *log, enum log_level level);
/* "error", "warn", "info", "debug" to a level; -1 for anything else. */
int log_level_parse(const char *name, enum log_level *level_r);

void log_error(struct log *log, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void log_warn(struct log *log, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void log_info(struct log *log, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void log_debug(struct log *log, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Copies text that came from outside into `out` so that a terminal or a log
 * may show it: control, bidirectional and invalid bytes become '?', and what
 * does not fit is cut on a character border and marked with "...". `size` is
 * at least LOG_SAFE_MIN. Returns `out`.
 */
#define LOG_SAFE_MIN 4
char *log_safe(char *out, size_t size, const char *text);

#endif
