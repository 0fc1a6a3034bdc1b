#include "tests/test.h"

#include "lib/map.h"

#define KEYS 1000

static void
what_was_put_is_found_until_it_is_removed(void **state)
{
	struct map *map = map_new();
	static int values[KEYS];
	char key[16];
	int i;

	(void)state;
	for (i = 0; i < KEYS; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		assert_null(map_put(map, key, &values[i]));
	}
	assert_int_equal(map_count(map), KEYS);
	for (i = 0; i < KEYS; i += 2) {
		snprintf(key, sizeof(key), "key %d", i);
		assert_ptr_equal(map_remove(map, key), &values[i]);
		assert_null(map_remove(map, key));
	}
	for (i = 0; i < KEYS; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		assert_ptr_equal(
		    map_get(map, key), i % 2 ? &values[i] : NULL);
	}
	assert_int_equal(map_count(map), KEYS / 2);
	map_free(&map, NULL);
	assert_null(map);
}

static void
a_second_value_replaces_the_first(void **state)
{
	struct map *map = map_new();
	int a, b;

	(void)state;
	map_put(map, "k", &a);
	assert_ptr_equal(map_put(map, "k", &b), &a);
	assert_ptr_equal(map_get(map, "k"), &b);
	assert_int_equal(map_count(map), 1);
	map_free(&map, NULL);
}

static void
keys_are_bytes(void **state)
{
	struct map *map = map_new();
	int a, b;

	(void)state;
	map_put_bytes(map, "a\0b", 3, &a);
	map_put_bytes(map, "a\0c", 3, &b);
	assert_ptr_equal(map_get_bytes(map, "a\0b", 3), &a);
	assert_ptr_equal(map_get_bytes(map, "a\0c", 3), &b);
	assert_null(map_get(map, "a"));
	map_free(&map, NULL);
}

static void
a_walk_meets_every_value_once(void **state)
{
	struct map *map = map_new();
	int values[3] = {0, 0, 0}, *value;
	size_t cursor = 0;

	(void)state;
	map_put(map, "a", &values[0]);
	map_put(map, "b", &values[1]);
	map_put(map, "c", &values[2]);
	while ((value = map_next(map, &cursor, NULL)))
		(*value)++;
	assert_int_equal(values[0] + values[1] * 10 + values[2] * 100, 111);
	map_free(&map, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_put_is_found_until_it_is_removed),
	    cmocka_unit_test(a_second_value_replaces_the_first),
	    cmocka_unit_test(keys_are_bytes),
	    cmocka_unit_test(a_walk_meets_every_value_once),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
