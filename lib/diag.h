#ifndef WIREWATCH_LIB_DIAG_H
#define WIREWATCH_LIB_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Findings about what a user wrote (configuration, queries), each with its
 * place. They are collected, so that one run shows all of them:
 *
 *   topics.conf:14:31: error E101: AND and OR mixed without parentheses
 *      DPRK AND missile OR rocket
 *                       ^^
 *      hint: add parentheses
 */
#define DIAG_MAX 1000		/* findings kept; more are only counted */
#define DIAG_TEXT_MAX 1024	/* bytes of a message, hint or file name */

enum diag_level {
	DIAG_ERROR,
	DIAG_WARNING,
};

/* Where text stands in a file: lines and columns count from 1, 0 = unknown. */
struct place {
	const char *file;
	int line;
	int column;
};

struct diag_entry {
	enum diag_level level;
	char *file;
	int line;
	int column;
	char code[8];	/* "E101"; "" when there is none */
	char *message;
	char *source;	/* the line that is wrong, NULL if not known */
	int caret;	/* 1-based character in source, 0 = no caret */
	int caret_len;
	char *hint;	/* NULL if there is none */
};

struct diag {
	struct diag_entry *entries;
	size_t count;
	size_t cap;
	size_t errors;
	size_t dropped;		/* beyond DIAG_MAX; errors count them, too */
};

void diag_init(struct diag *diag);
void diag_clear(struct diag *diag);
/* Adds a finding; the newest entry may be extended by the setters below. */
void diag_add(struct diag *diag, enum diag_level level,
    const struct place *place, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/*
 * The offending line of the newest finding and the span to mark in it. What was
 * not kept is not extended either.
 */
void diag_source(struct diag *diag, const char *line, int caret, int caret_len);
void diag_hint(struct diag *diag, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Writes all entries in the order of file, line and column; may be repeated. */
void diag_print(const struct diag *diag, FILE *out);
/* The entry as one line, for logs and events; owned by the caller. */
char *diag_line(const struct diag_entry *entry);

#endif
