#ifndef WIREWATCH_CLI_CLI_H
#define WIREWATCH_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/diag.h"

/*
 * The wirewatch command: one file a subcommand. run() gets the words behind
 * "wirewatch", its own name first, parses them with getopt_long and returns the
 * exit status: 0 fine, 1 the answer is no or the work failed, 2 usage or
 * configuration. Output goes to stdout, errors to stderr as "wirewatch: ...".
 */
struct cli_command {
	const char *name;
	const char *summary;	/* one line for `wirewatch --help` */
	const char *usage;	/* whole text of `wirewatch NAME --help` */
	int (*run)(int argc, char **argv);
};

extern const struct cli_command cli_check;
extern const struct cli_command cli_discover;
extern const struct cli_command cli_explain;
extern const struct cli_command cli_export;
extern const struct cli_command cli_import;
extern const struct cli_command cli_feeds;
extern const struct cli_command cli_match;
extern const struct cli_command cli_parse;
extern const struct cli_command cli_replay;
extern const struct cli_command cli_status;
extern const struct cli_command cli_tail;
extern const struct cli_command cli_verify;

/* "wirewatch: ..." on stderr. */
void cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * The end of a process: writes out what stdout still holds. Returns the status,
 * or 1 for 0 when output was lost, unless its reader just had enough.
 */
int cli_finish(int status);
/* Prints the usage of a command to stdout and returns 0. */
int cli_help(const struct cli_command *command);
/* After a wrong option: a hint on stderr; returns 2. */
int cli_misuse(const struct cli_command *command);
/* A number from 0 to max; -1 if it is none. */
int cli_parse_count(const char *text, size_t max, size_t *count_r);
/* A time in epoch seconds: a date, or a duration like "7d" ago; -1. */
int cli_parse_since(const char *text, int64_t *since_r);
/* After diag_print(): how many errors there are in what was loaded. */
void cli_refuse(const char *path, const struct diag *diag);
/* -c's default: $WIREWATCH_CONF, else wirewatch.conf in the system's place. */
const char *cli_default_conf(void);

/* A terminal, and neither NO_COLOR nor TERM=dumb speaks against colour. */
bool cli_wants_colour(FILE *out);
/*
 * Remote text made safe, cut to and filled up to `width` columns of a terminal
 * (wide characters count two). Writes nothing behind the text if is_last.
 */
void cli_cell(FILE *out, const char *text, int width, bool is_last);
/* Columns that a text fills once it was made safe, were it not cut. */
int cli_width(const char *text);
/* Remote text made safe, at most CLI_TEXT_MAX bytes. */
void cli_text(FILE *out, const char *text);

#define CLI_TEXT_MAX 1024

#endif
