#include "tests/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/alloc.h"

#define ALIGNMENT _Alignof(max_align_t)

static void
strings_are_copied_up_to_their_length_or_their_end(void **state)
{
	char *whole = xstrdup("missile"), *part = xstrndup("missile", 4);
	char *short_one = xstrndup("ab\0cd", 5);

	(void)state;
	assert_string_equal(whole, "missile");
	assert_string_equal(part, "miss");
	assert_string_equal(short_one, "ab");
	free(whole);
	free(part);
	free(short_one);
}

static void
nothing_is_something_that_can_be_freed(void **state)
{
	void *a = xmalloc(0), *b = xcalloc(0, 8),
	     *c = xreallocarray(NULL, 0, 8);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	free(a);
	free(b);
	free(c);
}

static void
a_growing_array_keeps_its_content_and_doubles(void **state)
{
	size_t cap = 0, before, i, moves = 0;
	int *numbers = NULL;

	(void)state;
	for (i = 0; i < 10000; i++) {
		before = cap;
		numbers = xgrow(numbers, i + 1, &cap, sizeof(*numbers));
		moves += cap != before;
		numbers[i] = (int)i;
	}
	for (i = 0; i < 10000; i++)
		assert_int_equal(numbers[i], i);
	assert_in_range(moves, 1, 12);
	/* room that is there already is left as it is */
	before = cap;
	assert_ptr_equal(xgrow(numbers, 1, &cap, sizeof(*numbers)), numbers);
	assert_int_equal(cap, before);
	free(numbers);
}

static void
too_much_in_an_array(void)
{
	size_t cap = 8;

	free(xgrow(NULL, SIZE_MAX / 2 + 2, &cap, 1));
}

static void
too_many_elements(void)
{
	free(xreallocarray(NULL, SIZE_MAX / 4, 8));
}

static void
too_many_zeroed_elements(void)
{
	free(xcalloc(SIZE_MAX / 4, 8));
}

static void
too_many_in_an_arena(void)
{
	struct arena *arena = arena_new();

	(void)arena_calloc(arena, SIZE_MAX / 4, 8);
}

static void
too_much_in_an_arena(void)
{
	struct arena *arena = arena_new();

	(void)arena_alloc(arena, SIZE_MAX - 1);
}

/* Runs a function in a child that it must end, and reads what that said. */
static void
assert_ends(void (*function)(void))
{
	char said[128];
	int pipes[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		dup2(pipes[1], STDERR_FILENO);
		function();
		_exit(0);
	}
	close(pipes[1]);
	n = read(pipes[0], said, sizeof(said) - 1);
	assert_true(n >= 0);
	said[n] = '\0';
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_non_null(strstr(said, "out of memory"));
}

static void
a_size_that_overflows_ends_the_process_with_a_message(void **state)
{
	(void)state;
	assert_ends(too_much_in_an_array);
	assert_ends(too_many_in_an_arena);
	assert_ends(too_much_in_an_arena);
#if !defined(__SANITIZE_ADDRESS__)
	/* the sanitizer ends it with a message of its own */
	assert_ends(too_many_elements);
	assert_ends(too_many_zeroed_elements);
#else
	(void)too_many_elements;
	(void)too_many_zeroed_elements;
#endif
}

static void
an_arena_gives_zeroed_and_aligned_memory(void **state)
{
	static const size_t sizes[] = {
	    1, 3, 16, 4095, 4096, 5000, 70000, 131072, 131073, 300000, 0, 7};
	struct arena *arena = arena_new();
	size_t i, j, total = 0;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned char *p = arena_alloc(arena, sizes[i]);

		assert_int_equal((uintptr_t)p % ALIGNMENT, 0);
		for (j = 0; j < sizes[i]; j++)
			assert_int_equal(p[j], 0);
		memset(p, 0xff, sizes[i]);
		total += sizes[i];
	}
	assert_true(arena_size(arena) >= total);
	arena_free(&arena);
	assert_null(arena);
	arena_free(&arena);
}

static void
what_an_arena_gave_stays_where_it_is(void **state)
{
	struct arena *arena = arena_new();
	char *strings[2000], expected[24];
	int i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		strings[i] = arena_printf(arena, "string %d", i);
		if (i % 100 == 0)
			assert_non_null(arena_alloc(arena, 200000));
	}
	for (i = 0; i < 2000; i++) {
		snprintf(expected, sizeof(expected), "string %d", i);
		assert_string_equal(strings[i], expected);
	}
	arena_free(&arena);
}

static void
strings_in_an_arena_are_cut_like_the_others(void **state)
{
	static const char unended[3] = {'a', 'b', 'c'};
	struct arena *arena = arena_new();
	char *text;

	(void)state;
	assert_string_equal(arena_strdup(arena, "launch"), "launch");
	assert_string_equal(arena_strndup(arena, "launch", 3), "lau");
	assert_string_equal(arena_strndup(arena, unended, 3), "abc");
	/* a length beyond the end reads nothing that is behind it */
	text = xstrdup("ab");
	assert_string_equal(arena_strndup(arena, text, 100), "ab");
	free(text);
	arena_free(&arena);
}

static void
a_large_piece_does_not_waste_the_rest_of_a_block(void **state)
{
	struct arena *arena = arena_new();
	char *before = arena_alloc(arena, 16), *after;

	(void)state;
	assert_non_null(arena_alloc(arena, 1000000));
	after = arena_alloc(arena, 16);
	assert_ptr_equal(after, before + 16);
	arena_free(&arena);
}

static void
an_arena_that_was_reset_gives_zeroed_memory_again(void **state)
{
	struct arena *arena = arena_new();
	unsigned char *p;
	int round, i;

	(void)state;
	arena_reset(arena);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 50; i++) {
			p = arena_alloc(arena, 3000);
			assert_int_equal(p[0] | p[2999], 0);
			memset(p, 0xff, 3000);
		}
		arena_reset(arena);
		assert_int_equal(arena_size(arena), 0);
	}
	arena_free(&arena);
}

/* What a child sees of an arena: 0 if all is as it was, 1 if it is zeroes. */
static int
seen_by_a_child(const char *small, const char *large, size_t len)
{
	int status;
	pid_t pid = fork();
	size_t i, zeroes = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		for (i = 0; i < len; i++)
			zeroes += large[i] == '\0';
		if (*small == '\0' && zeroes == len)
			_exit(1);
		_exit(strcmp(small, "secret") == 0 && !zeroes ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
a_child_does_not_inherit_what_is_secret(void **state)
{
	const size_t len = 1000000;
	struct arena *arenas[] = {arena_new(), arena_new_secret()};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		char *small = arena_strdup(arenas[i], "secret");
		char *large = arena_alloc(arenas[i], len);

		memset(large, 'x', len);
		assert_int_equal(seen_by_a_child(small, large, len), (int)i);
		assert_string_equal(small, "secret");
		assert_int_equal(large[len - 1], 'x');
		arena_reset(arenas[i]);
		small = arena_alloc(arenas[i], len);
		assert_int_equal(small[0] | small[len - 1], 0);
		arena_free(&arenas[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		strings_are_copied_up_to_their_length_or_their_end),
	    cmocka_unit_test(nothing_is_something_that_can_be_freed),
	    cmocka_unit_test(a_growing_array_keeps_its_content_and_doubles),
	    cmocka_unit_test(
		a_size_that_overflows_ends_the_process_with_a_message),
	    cmocka_unit_test(an_arena_gives_zeroed_and_aligned_memory),
	    cmocka_unit_test(what_an_arena_gave_stays_where_it_is),
	    cmocka_unit_test(strings_in_an_arena_are_cut_like_the_others),
	    cmocka_unit_test(a_large_piece_does_not_waste_the_rest_of_a_block),
	    cmocka_unit_test(an_arena_that_was_reset_gives_zeroed_memory_again),
	    cmocka_unit_test(a_child_does_not_inherit_what_is_secret),
	};

	return cmocka_run_group_tests_name("alloc", tests, NULL, NULL);
}
