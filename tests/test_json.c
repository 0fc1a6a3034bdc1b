#include "tests/test.h"

#include <stdbool.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/json.h"

static json_t *
read_text(const char *text)
{
	struct err err;

	return json_read(text, strlen(text), &err);
}

static void
assert_refused(const char *text, size_t len)
{
	struct err err = {{0}};
	json_t *value = json_read(text, len, &err);

	assert_null(value);
	assert_true(err.text[0] != '\0');
}

static void
a_refusal_says_where(void **state)
{
	static const char text[] = "{\"a\":1,\n\"b\":]}";
	struct err err;

	(void)state;
	assert_null(json_read(text, strlen(text), &err));
	assert_non_null(strstr(err.text, "line 2 column 5"));
}

static void
what_is_no_json_document_is_refused(void **state)
{
	static const char *const texts[] = {"", " ", "{", "[1,]", "{\"a\"}",
	    "nul", "{\"a\":1}x", "[01]", "[+1]", "['a']", "[\"a\nb\"]",
	    "[\"\\ud800\"]", "[\"\\x\"]", "\xef\xbb\xbf[]", "[NaN]",
	    "[Infinity]", "[1e999]", "[99999999999999999999]", "\"", "\"\\",
	    "[\"\xff\"]", "[\"\xc0\xaf\"]", "[\"\xed\xa0\x80\"]"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_refused(texts[i], strlen(texts[i]));
	assert_refused("[1]\0", 4);
	assert_refused("[\"a\0b\"]", 7);
}

static void
a_key_that_comes_twice_is_refused(void **state)
{
	(void)state;
	assert_refused("{\"a\":1,\"a\":2}", 13);
	assert_refused("{\"a\":1,\"\\u0061\":2}", 18);
}

/* `count` times the same, between two ends. */
static char *
repeat(const char *head, const char *part, size_t count, const char *tail)
{
	struct buf text;
	size_t i;

	buf_init(&text, 0);
	assert_int_equal(buf_addstr(&text, head), 0);
	for (i = 0; i < count; i++)
		assert_int_equal(buf_addstr(&text, part), 0);
	assert_int_equal(buf_addstr(&text, tail), 0);
	return buf_steal(&text);
}

static bool
is_read(const char *head, const char *part, size_t count, const char *tail)
{
	char *text = repeat(head, part, count, tail);
	json_t *value = read_text(text);
	bool is_read = value != NULL;

	json_decref(value);
	free(text);
	return is_read;
}

static char *
nested(size_t depth)
{
	char *opening = repeat("", "[", depth, "");
	char *text = repeat(opening, "]", depth, "");

	free(opening);
	return text;
}

static void
nesting_is_bounded(void **state)
{
	static const size_t depths[] = {JSON_DEPTH_MAX + 2, 200000, 5000000};
	char *text = nested(JSON_DEPTH_MAX - 2), *line;
	json_t *value = read_text(text);
	size_t i;

	(void)state;
	assert_non_null(value);
	line = json_line(value);
	assert_string_equal(line, text);
	free(line);
	free(text);
	json_decref(value);
	for (i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		text = nested(depths[i]);
		assert_refused(text, strlen(text));
		text[depths[i]] = '\0'; /* never closed */
		assert_refused(text, strlen(text));
		free(text);
	}
}

static void
the_number_of_values_is_bounded(void **state)
{
	(void)state;
	/* the array is one of them */
	assert_true(is_read("[0", ",0", JSON_VALUES_MAX - 2, "]"));
	assert_false(is_read("[0", ",0", JSON_VALUES_MAX - 1, "]"));
	assert_false(is_read("[0", ",0", 16 * JSON_VALUES_MAX, "]"));
}

static void
the_number_of_objects_and_arrays_is_bounded(void **state)
{
	(void)state;
	assert_true(is_read("[{}", ",{}", JSON_CONTAINERS_MAX - 2, "]"));
	assert_false(is_read("[{}", ",{}", JSON_CONTAINERS_MAX - 1, "]"));
	assert_false(is_read("[[]", ",[]", JSON_CONTAINERS_MAX - 1, "]"));
}

static void
brackets_and_commas_in_strings_do_not_count(void **state)
{
	(void)state;
	assert_true(is_read("[\"", ",[{", JSON_VALUES_MAX, "\"]"));
	assert_true(is_read("[\"", "\\\"[,", JSON_VALUES_MAX, "\"]"));
	assert_true(is_read("[\"", "\\\\", JSON_VALUES_MAX, "\"]"));
	/* nor does a string that does not end lead beyond the text */
	assert_false(is_read("[\"", "\\", JSON_VALUES_MAX + 1, ""));
	assert_false(is_read("[\"", "a", JSON_VALUES_MAX, ""));
}

static void
a_line_keeps_the_order_and_stays_one_line(void **state)
{
	json_t *object = json_object();
	char *line;

	(void)state;
	json_set_string(object, "z", "a\nb\tc\"\\");
	json_set_int(object, "a", INT64_MIN);
	json_set_bool(object, "m", 1);
	json_set_string(object, "u",
	    "\u2028\u2029\x7f\xc2\x80\xc2\x85\xc2\x9f\u00a0\u00e9");
	line = json_line(object);
	assert_string_equal(line,
	    "{\"z\":\"a\\nb\\tc\\\"\\\\\",\"a\":-9223372036854775808,"
	    "\"m\":true,\"u\":\"\\u2028\\u2029\\u007f\\u0080\\u0085\\u009f"
	    "\u00a0\u00e9\"}");
	free(line);
	json_decref(object);
}

static void
a_line_reads_back_as_the_same_value(void **state)
{
	char text[8], *line;
	json_t *object, *again;
	unsigned int c;

	(void)state;
	for (c = 1; c < 0x800; c++) {
		if (c < 0x80)
			snprintf(text, sizeof(text), "%c", (int)c);
		else
			snprintf(text, sizeof(text), "%c%c",
			    (int)(0xc0 | c >> 6), (int)(0x80 | (c & 0x3f)));
		object = json_object();
		json_set_string(object, "k", text);
		line = json_line(object);
		assert_null(strpbrk(line, "\n\r\x7f"));
		again = read_text(line);
		assert_true(json_equal(object, again));
		json_decref(again);
		json_decref(object);
		free(line);
	}
}

static void
what_is_no_text_becomes_null(void **state)
{
	static const char *const texts[] = {NULL, "\xff", "a\xc3", "\xc0\x80",
	    "\xed\xa0\x80", "\xf4\x90\x80\x80"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *object = json_object();

		json_set_string(object, "k", texts[i]);
		assert_true(json_is_null(json_object_get(object, "k")));
		json_decref(object);
	}
}

static void
times_are_rfc_3339_or_null(void **state)
{
	json_t *object = json_object();

	(void)state;
	json_set_time_s(object, "s", 1795473667);
	json_set_time_ms(object, "ms", 1795473667312);
	json_set_time_s(object, "no_s", TIME_NONE);
	json_set_time_ms(object, "no_ms", TIME_NONE);
	assert_string_equal(
	    json_get_string(object, "s"), "2026-11-23T22:41:07Z");
	assert_string_equal(
	    json_get_string(object, "ms"), "2026-11-23T22:41:07.312Z");
	assert_true(json_is_null(json_object_get(object, "no_s")));
	assert_true(json_is_null(json_object_get(object, "no_ms")));
	json_decref(object);
}

static void
only_a_string_is_got_as_one(void **state)
{
	json_t *object = read_text("{\"s\":\"x\",\"n\":1,\"o\":{},\"z\":null}");
	json_t *array = json_array();

	(void)state;
	assert_string_equal(json_get_string(object, "s"), "x");
	assert_null(json_get_string(object, "n"));
	assert_null(json_get_string(object, "o"));
	assert_null(json_get_string(object, "z"));
	assert_null(json_get_string(object, "missing"));
	assert_null(json_get_string(NULL, "s"));
	json_append(array, object);
	assert_null(json_get_string(array, "s"));
	assert_int_equal(json_array_size(array), 1);
	json_decref(array);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_refusal_says_where),
	    cmocka_unit_test(what_is_no_json_document_is_refused),
	    cmocka_unit_test(a_key_that_comes_twice_is_refused),
	    cmocka_unit_test(nesting_is_bounded),
	    cmocka_unit_test(the_number_of_values_is_bounded),
	    cmocka_unit_test(the_number_of_objects_and_arrays_is_bounded),
	    cmocka_unit_test(brackets_and_commas_in_strings_do_not_count),
	    cmocka_unit_test(a_line_keeps_the_order_and_stays_one_line),
	    cmocka_unit_test(a_line_reads_back_as_the_same_value),
	    cmocka_unit_test(what_is_no_text_becomes_null),
	    cmocka_unit_test(times_are_rfc_3339_or_null),
	    cmocka_unit_test(only_a_string_is_got_as_one),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
