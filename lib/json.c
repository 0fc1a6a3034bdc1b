/* jansson with the repository's manners: bounded, ordered, one line. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "lib/log.h"

/* The end of a string, from the character behind its opening quote. */
static const char *
json_skip_string(const char *p, const char *end)
{
	while (p < end && *p != '"')
		p += *p == '\\' ? 2 : 1;
	return p < end ? p : end - 1;
}

/* Counts what opens and separates values, without looking at any. */
static bool
json_is_bounded(const char *text, size_t len)
{
	const char *p, *end = text + len;
	size_t values = 1, containers = 0;

	/* each of them takes a byte at least */
	if (len <= JSON_CONTAINERS_MAX)
		return true;
	for (p = text; p < end; p++) {
		if (*p == '"')
			p = json_skip_string(p + 1, end);
		else if (*p == '[' || *p == '{')
			containers++;
		else if (*p == ',')
			values++;
	}
	return containers <= JSON_CONTAINERS_MAX &&
	       values + containers <= JSON_VALUES_MAX;
}

json_t *
json_read(const char *text, size_t len, struct err *err)
{
	char safe[2 * JSON_ERROR_TEXT_LENGTH];
	json_error_t error;
	json_t *value;

	if (!json_is_bounded(text, len)) {
		err_set(err, "JSON of more than %d values, or %d objects and "
			     "arrays",
		    JSON_VALUES_MAX, JSON_CONTAINERS_MAX);
		return NULL;
	}
	value = json_loadb(
	    text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (!value)
		err_set(err, "JSON line %d column %d: %s", error.line,
		    error.column, log_safe(safe, sizeof(safe), error.text));
	return value;
}

/* Characters that are valid in JSON but end or garble a line elsewhere. */
static const char *
json_line_escape(const char *p, size_t *len_r, char escape[7])
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *u = (const unsigned char *)p;

	if (u[0] == 0x7f) {
		*len_r = 1;
		return "\\u007f";
	}
	if (u[0] == 0xc2 && u[1] >= 0x80 && u[1] <= 0x9f) {
		memcpy(escape, "\\u0000", 7);
		escape[4] = digits[u[1] >> 4];
		escape[5] = digits[u[1] & 15];
		*len_r = 2;
		return escape;
	}
	if (u[0] == 0xe2 && u[1] == 0x80 && (u[2] == 0xa8 || u[2] == 0xa9)) {
		*len_r = 3;
		return u[2] == 0xa8 ? "\\u2028" : "\\u2029";
	}
	return NULL;
}

char *
json_line(const json_t *value)
{
	char *raw = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	struct buf out;
	char *p, *from, room[7];
	size_t len;

	if (!raw)
		abort();	/* only without memory, or with a cycle */
	buf_init(&out, 0);	/* without a bound adding cannot fail */
	for (p = from = raw; *p;) {
		const char *escape = NULL;

		if ((unsigned char)*p >= 0x7f)
			escape = json_line_escape(p, &len, room);
		if (!escape) {
			p++;
			continue;
		}
		(void)buf_add(&out, from, (size_t)(p - from));
		(void)buf_addstr(&out, escape);
		p += len;
		from = p;
	}
	(void)buf_add(&out, from, (size_t)(p - from));
	free(raw);
	return buf_steal(&out);
}

void
json_print_line(FILE *out, const json_t *value)
{
	char *line = json_line(value);

	fprintf(out, "%s\n", line);
	free(line);
}

void
json_set(json_t *object, const char *key, json_t *value)
{
	if (!value || json_object_set_new(object, key, value) == -1)
		abort();
}

void
json_append(json_t *array, json_t *value)
{
	if (!value || json_array_append_new(array, value) == -1)
		abort();
}

void
json_set_string(json_t *object, const char *key, const char *value)
{
	json_t *string = value ? json_string(value) : NULL;

	json_set(object, key, string ? string : json_null());
}

void
json_set_int(json_t *object, const char *key, int64_t value)
{
	json_set(object, key, json_integer(value));
}

void
json_set_bool(json_t *object, const char *key, int value)
{
	json_set(object, key, json_boolean(value));
}

void
json_set_time_s(json_t *object, const char *key, int64_t seconds)
{
	char text[CLOCK_RFC3339_SIZE];

	json_set_string(object, key,
	    seconds == TIME_NONE ? NULL : clock_rfc3339_s(seconds, text));
}

void
json_set_time_ms(json_t *object, const char *key, int64_t ms)
{
	char text[CLOCK_RFC3339_SIZE];

	json_set_string(object, key,
	    ms == TIME_NONE ? NULL : clock_rfc3339_ms(ms, text));
}

const char *
json_get_string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}
