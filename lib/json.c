/* jansson with the repository's manners: bounded, ordered, one line. */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/json.h"

json_t *
json_read(const char *text, size_t len, struct err *err)
{
	json_error_t error;
	json_t *value;

	value = json_loadb(
	    text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (!value)
		err_set(err, "JSON line %d column %d: %s", error.line,
		    error.column, error.text);
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
		abort();	/* only memory exhaustion and cycles fail here */
	buf_init(&out, 0);
	for (p = from = raw; *p;) {
		const char *escape = NULL;

		if ((unsigned char)*p >= 0x7f)
			escape = json_line_escape(p, &len, room);
		if (!escape) {
			p++;
			continue;
		}
		buf_add(&out, from, (size_t)(p - from));
		buf_addstr(&out, escape);
		p += len;
		from = p;
	}
	buf_add(&out, from, (size_t)(p - from));
	free(raw);
	return buf_steal(&out);
}

void
json_set(json_t *object, const char *key, json_t *value)
{
	if (!value || json_object_set_new(object, key, value) == -1)
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
