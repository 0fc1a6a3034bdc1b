#include "tests/test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"

#define FILE_BYTES (200 * 1024)

static void
what_was_added_stands_in_order_and_ends_with_nul(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 0);
	assert_string_equal(buf_str(&buf), "");
	assert_int_equal(buf_addstr(&buf, "one"), 0);
	assert_int_equal(buf_addch(&buf, ' '), 0);
	assert_int_equal(buf_printf(&buf, "%d %s", 2, "three"), 0);
	assert_string_equal(buf_str(&buf), "one 2 three");
	assert_int_equal(buf.len, strlen("one 2 three"));
	buf_clear(&buf);
	assert_string_equal(buf_str(&buf), "");
}

static void
nul_bytes_are_kept(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 0);
	assert_int_equal(buf_add(&buf, "a\0b", 3), 0);
	assert_int_equal(buf_add(&buf, NULL, 0), 0);
	assert_int_equal(buf.len, 3);
	assert_memory_equal(buf.data, "a\0b", 4);
	buf_clear(&buf);
}

static void
the_bound_is_met_exactly_and_nothing_beyond_is_added(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 4);
	assert_int_equal(buf_addstr(&buf, "abc"), 0);
	assert_int_equal(buf_addstr(&buf, "de"), -1);
	assert_string_equal(buf_str(&buf), "abc");
	assert_int_equal(buf_printf(&buf, "%s", "de"), -1);
	assert_int_equal(buf_addch(&buf, 'd'), 0);
	assert_int_equal(buf_addch(&buf, 'e'), -1);
	assert_string_equal(buf_str(&buf), "abcd");
	/* a length that would overflow a sum is beyond the bound as well */
	assert_int_equal(buf_add(&buf, "x", SIZE_MAX - 2), -1);
	buf_clear(&buf);
	assert_int_equal(buf_addstr(&buf, "abcde"), -1);
	assert_int_equal(buf_addstr(&buf, "abcd"), 0);
	buf_clear(&buf);
}

static void
a_reset_keeps_the_memory_and_forgets_the_content(void **state)
{
	struct buf buf;
	size_t cap;

	(void)state;
	buf_init(&buf, 0);
	buf_reset(&buf);
	assert_int_equal(buf_printf(&buf, "%1000d", 1), 0);
	cap = buf.cap;
	buf_reset(&buf);
	assert_string_equal(buf_str(&buf), "");
	assert_int_equal(buf.cap, cap);
	buf_clear(&buf);
}

static void
what_is_stolen_belongs_to_the_caller(void **state)
{
	struct buf buf;
	char *text;

	(void)state;
	buf_init(&buf, 8);
	text = buf_steal(&buf);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(buf_addstr(&buf, "mine"), 0);
	text = buf_steal(&buf);
	assert_string_equal(text, "mine");
	free(text);
	assert_int_equal(buf.len, 0);
	assert_string_equal(buf_str(&buf), "");
	/* the bound outlives the content */
	assert_int_equal(buf_addstr(&buf, "123456789"), -1);
	buf_clear(&buf);
}

static void
reserved_room_holds_what_was_asked_for_and_the_nul(void **state)
{
	struct buf buf;
	char *room;

	(void)state;
	buf_init(&buf, 0);
	assert_int_equal(buf_addstr(&buf, "a"), 0);
	room = buf_reserve(&buf, 100);
	memset(room, 'b', 100);
	room[100] = '\0';
	buf.len += 100;
	assert_int_equal(strlen(buf_str(&buf)), 101);
	assert_int_equal(buf.data[0], 'a');
	buf_clear(&buf);
}

static int
make_file(char *path, size_t bytes)
{
	char block[1024];
	size_t written;
	int fd;

	strcpy(path, "/tmp/wirewatch.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd != -1);
	memset(block, 'x', sizeof(block));
	for (written = 0; written < bytes; written += sizeof(block))
		assert_int_equal(
		    write(fd, block, sizeof(block)), sizeof(block));
	return fd;
}

static void
a_file_is_read_up_to_the_bound(void **state)
{
	char path[32];
	struct buf buf;
	int fd = make_file(path, FILE_BYTES);

	(void)state;
	close(fd);
	buf_init(&buf, FILE_BYTES);
	assert_int_equal(buf_read_file(&buf, path), 0);
	assert_int_equal(buf.len, FILE_BYTES);
	assert_int_equal(buf.data[FILE_BYTES], '\0');
	buf_clear(&buf);
	buf_init(&buf, FILE_BYTES - 1);
	assert_int_equal(buf_read_file(&buf, path), -1);
	assert_int_equal(errno, EFBIG);
	assert_true(buf.len < FILE_BYTES);
	buf_clear(&buf);
	unlink(path);
}

static void
what_cannot_be_read_tells_by_errno(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 0);
	assert_int_equal(buf_read_file(&buf, "/nonexistent"), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(buf_read_file(&buf, "/"), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(buf_read_fd(&buf, -1), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(buf.len, 0);
	buf_clear(&buf);
}

static void
a_named_pipe_that_nobody_writes_to_is_empty(void **state)
{
	char path[32];
	struct buf buf;

	(void)state;
	close(make_file(path, 0));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	buf_init(&buf, 0);
	alarm(10); /* it hung here */
	assert_int_equal(buf_read_file(&buf, path), 0);
	alarm(0);
	assert_int_equal(buf.len, 0);
	buf_clear(&buf);
	unlink(path);
}

static void
a_pipe_is_read_to_its_end(void **state)
{
	struct buf buf;
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "text", 4), 4);
	close(pipes[1]);
	buf_init(&buf, 0);
	assert_int_equal(buf_read_fd(&buf, pipes[0]), 0);
	assert_string_equal(buf_str(&buf), "text");
	close(pipes[0]);
	buf_clear(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_added_stands_in_order_and_ends_with_nul),
	    cmocka_unit_test(nul_bytes_are_kept),
	    cmocka_unit_test(
		the_bound_is_met_exactly_and_nothing_beyond_is_added),
	    cmocka_unit_test(a_reset_keeps_the_memory_and_forgets_the_content),
	    cmocka_unit_test(what_is_stolen_belongs_to_the_caller),
	    cmocka_unit_test(
		reserved_room_holds_what_was_asked_for_and_the_nul),
	    cmocka_unit_test(a_file_is_read_up_to_the_bound),
	    cmocka_unit_test(what_cannot_be_read_tells_by_errno),
	    cmocka_unit_test(a_named_pipe_that_nobody_writes_to_is_empty),
	    cmocka_unit_test(a_pipe_is_read_to_its_end),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
