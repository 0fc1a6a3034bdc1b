#ifndef WIREWATCH_CONFIG_CONF_SCAN_H
#define WIREWATCH_CONFIG_CONF_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/diag.h"

/*
 * Where everything stands in one configuration file: its sections, options and
 * values, in order, by byte offset. No value is interpreted here.
 */
struct scan_pos {
	uint32_t offset;
	uint32_t line;		/* from 1 */
	uint32_t line_start;	/* offset of that line */
	uint32_t column;	/* in characters, from 1 */
};

struct scan_value {
	struct scan_pos pos;	/* of the first byte inside the quotes */
	uint32_t len;
	char quote;		/* '"', '\'' or 0 */
	bool is_plain;		/* stands for itself: no escape, no newline */
};

/* `name = value`, `name = {values}` or a call `name(values)`. */
struct scan_option {
	struct scan_pos pos;	/* of its name */
	uint32_t name_len;
	uint32_t end;		/* offset behind it */
	uint32_t first_value;
	uint32_t value_count;
	bool is_list;
	bool is_call;
	int key;		/* set by the reader; -1: not to be read */
};

struct scan_section {
	struct scan_pos pos;
	uint32_t name_len;
	uint32_t end;
	struct scan_value title;
	bool has_title;
	uint32_t first_option;
	uint32_t option_count;
	int kind;		/* set by the reader; -1: not to be read */
};

struct scan {
	const char *path;	/* as shown to people; borrowed */
	const char *text;	/* the file, NUL-terminated; borrowed */
	size_t len;
	/*
	 * The same with comments blanked and cut before the first broken
	 * statement: what libconfuse gets to see. Owned.
	 */
	char *clean;
	struct scan_option *root;	/* options and calls outside sections */
	size_t root_count, root_cap;
	struct scan_option *options;	/* those of sections, in order */
	size_t option_count, option_cap;
	struct scan_section *sections;
	size_t section_count, section_cap;
	struct scan_value *values;
	size_t value_count, value_cap;
	bool is_broken;		/* the index ends before the file */
};

/*
 * Indexes a file. A mistake in the syntax is reported and ends the index at
 * the last whole statement outside sections. Always leaves a valid object.
 */
void scan_init(struct scan *scan, const char *path, const char *text,
    size_t len, struct diag *diag);
void scan_clear(struct scan *scan);
/* Hides a statement from libconfuse; newlines stay, so lines keep their count. */
void scan_blank(struct scan *scan, uint32_t start, uint32_t end);

/* Whether `len` bytes at pos spell the name. */
bool scan_is(const struct scan *scan, const struct scan_pos *pos,
    uint32_t len, const char *name);
struct place scan_place(const struct scan *scan, const struct scan_pos *pos);
/*
 * Reports `len` bytes at pos with their line, unless the line looks as if a
 * header, a signed address or a secret stood in it. The other never shows it.
 */
void scan_report(const struct scan *scan, struct diag *diag,
    enum diag_level level, const struct scan_pos *pos, size_t len,
    const char *fmt, ...) __attribute__((format(printf, 6, 7)));
void scan_report_hidden(const struct scan *scan, struct diag *diag,
    enum diag_level level, const struct scan_pos *pos, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/*
 * One step through quoted text: how many bytes of the file make the next
 * character or escape, and how many bytes of value they stand for.
 */
size_t scan_step(
    const char *raw, size_t raw_len, char quote, size_t *value_len_r);
/* Characters (not bytes) of UTF-8 text. */
size_t scan_characters(const char *text, size_t len);

#endif
