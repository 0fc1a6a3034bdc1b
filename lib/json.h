#ifndef WIREWATCH_LIB_JSON_H
#define WIREWATCH_LIB_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/err.h"

/* Thin helpers over jansson (RFC 8259). Output keeps the order of insertion. */

/*
 * A value in memory costs up to a hundred times its bytes ("{}," is three), so
 * their number is bounded before any is made.
 */
#define JSON_VALUES_MAX 400000
#define JSON_CONTAINERS_MAX 100000	/* arrays and objects among them */
#define JSON_DEPTH_MAX 2048		/* jansson's own */

/*
 * Reads one document; NULL with the reason and its position in err. An object
 * that has a key twice, and a number out of range, are refused.
 */
json_t *json_read(const char *text, size_t len, struct err *err);
/*
 * One compact line without a newline, owned by the caller; C1 controls and
 * U+2028/2029 are escaped too, so that a line stays a line in every tool.
 */
char *json_line(const json_t *value);
/* The same, printed with its newline. */
void json_print_line(FILE *out, const json_t *value);
/* Sets a key to a string; invalid UTF-8 and NULL become JSON null. */
void json_set_string(json_t *object, const char *key, const char *value);
void json_set_int(json_t *object, const char *key, int64_t value);
void json_set_bool(json_t *object, const char *key, int value);
/* RFC 3339 to the second, null for TIME_NONE. */
void json_set_time_s(json_t *object, const char *key, int64_t seconds);
void json_set_time_ms(json_t *object, const char *key, int64_t ms);
/* Takes over `value`. */
void json_set(json_t *object, const char *key, json_t *value);
/* Appends to an array; takes over `value`. */
void json_append(json_t *array, json_t *value);
/* The string under a key, or NULL when missing or of another type. */
const char *json_get_string(const json_t *object, const char *key);

#endif
