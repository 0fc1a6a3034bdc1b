#include "tests/delivery.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "alerts/log_private.h"
#include "alerts/payload.h"

/*
 * The alert log: each event once, numbered without a gap, whatever happens to
 * the process, the file or the disk. Whole deliveries go through store and
 * outbox; a full disk and a failing sync are shown to the file alone.
 */
#define KILLS 60
#define FILES_MAX 64
#define EVENTS_MAX 20000

#define TURNS 50 /* of the loop: what it does at once it has done then */
#define SYNC_WAIT_MS 5000 /* at most: a test that fails must end, too */

static atomic_bool sync_fails;
static atomic_bool sync_waits; /* a slow disk: of logs and directories */
static atomic_int sync_on_loop;
static pthread_t loop_thread;

/* These stand before the C library's for everything in this program. */
int fdatasync(int fd);
int fsync(int fd);

static void
pause_ns(long ns)
{
	struct timespec pause = {0, ns};

	nanosleep(&pause, NULL);
}

static bool
sync_is_of_log(int fd)
{
	char name[32], path[128] = "";
	struct stat st;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) ||
	       (readlink(name, path, sizeof(path) - 1) > 0 &&
		   strstr(path, "/alerts"));
}

static void
sync_begins(int fd)
{
	int ms;

	if (pthread_equal(pthread_self(), loop_thread)) {
		atomic_fetch_add(&sync_on_loop, 1);
		return;
	}
	for (ms = 0; ms < SYNC_WAIT_MS && atomic_load(&sync_waits) &&
		     sync_is_of_log(fd);
	     ms++)
		pause_ns(1000000);
}

int
fsync(int fd)
{
	sync_begins(fd);
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	sync_begins(fd);
	if (atomic_load(&sync_fails)) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

struct fixture {
	struct delivery_fixture base; /* first */
	char path[64];
	int next; /* number of the next event */
};

static int
set_up_format(void **state, enum log_format format)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct conf_sink *sink;

	loop_thread = pthread_self();
	atomic_store(&sync_waits, false);
	delivery_set_up(&f->base);
	snprintf(f->path, sizeof(f->path), "%s/alerts", f->base.dir);
	sink = delivery_add_sink(&f->base, "a", SINK_LOG);
	sink->path = f->path;
	sink->format = format;
	delivery_configure(&f->base);
	*state = f;
	return 0;
}

static int
set_up(void **state)
{
	return set_up_format(state, LOG_FORMAT_JSON);
}

static int
set_up_text(void **state)
{
	return set_up_format(state, LOG_FORMAT_TEXT);
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	delivery_tear_down(&f->base);
	free(f);
	return 0;
}

static char *
slurp(const char *path)
{
	struct buf text;

	buf_init(&text, 0);
	assert_int_equal(buf_read_file(&text, path), 0);
	return buf_steal(&text);
}

static void
spill(const char *path, const char *text, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0640);

	assert_true(fd != -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static size_t
count_of(const char *text, const char *needle)
{
	size_t count = 0;

	while ((text = strstr(text, needle))) {
		count++;
		text += strlen(needle);
	}
	return count;
}

/* What all files of a directory hold: how often each event, and its number. */
struct found {
	int times[EVENTS_MAX];
	int64_t seqs[EVENTS_MAX]; /* 0: none */
	size_t lines;
};

static void
find_line(struct found *found, const char *line, size_t len)
{
	char id[40];
	int64_t seq;
	unsigned number;

	assert_int_equal(payload_identify(line, len, id, &seq), 0);
	assert_int_equal(sscanf(id, "evt_%x", &number), 1);
	assert_in_range(number, 0, EVENTS_MAX - 1);
	assert_in_range(seq, 1, EVENTS_MAX - 1);
	found->times[number]++;
	found->lines++;
	assert_int_equal(found->seqs[seq], 0);
	found->seqs[seq] = 1;
}

static void
find_file(struct found *found, const char *path)
{
	char *text = slurp(path), *line = text, *end;

	for (; (end = strchr(line, '\n')); line = end + 1)
		find_line(found, line, (size_t)(end - line));
	/* nothing torn stays */
	assert_string_equal(line, "");
	free(text);
}

/* The log and its rotated files, "alerts" and "alerts.N". */
static void
find_all(const struct fixture *f, struct found *found)
{
	char path[96];
	int i;

	memset(found, 0, sizeof(*found));
	find_file(found, f->path);
	for (i = 0; i < FILES_MAX; i++) {
		snprintf(path, sizeof(path), "%s.%d", f->path, i);
		if (access(path, F_OK) == 0)
			find_file(found, path);
	}
}

/* Every event of 0 to count - 1 stands there once, numbered 1 to count. */
static void
check_all(const struct fixture *f, size_t count)
{
	struct found *found = xcalloc(1, sizeof(*found));
	size_t i;

	find_all(f, found);
	for (i = 0; i < count; i++) {
		if (found->times[i] != 1)
			fail_msg("event %zu: %d times", i, found->times[i]);
		if (!found->seqs[i + 1])
			fail_msg("number %zu is missing", i + 1);
	}
	assert_int_equal(found->lines, count);
	free(found);
}

static void
put(struct fixture *f, int count)
{
	while (count-- > 0)
		delivery_put_alert(&f->base, f->next++, NULL, "a");
}

static void
put_and_wait(struct fixture *f, int count)
{
	put(f, count);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 0);
}

static void
restart(struct fixture *f)
{
	delivery_close(&f->base);
	delivery_open_store(&f->base);
	delivery_open_outbox(&f->base);
	delivery_configure(&f->base);
}

static void
rotate(const struct fixture *f, int number)
{
	char path[96];

	snprintf(path, sizeof(path), "%s.%d", f->path, number);
	assert_int_equal(rename(f->path, path), 0);
}

static void
each_event_is_one_line_and_numbers_have_no_gap(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	put_and_wait(f, 300);
	check_all(f, 300);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

static void
numbers_go_on_after_a_restart(void **state)
{
	struct fixture *f = *state;

	put_and_wait(f, 3);
	restart(f);
	put_and_wait(f, 3);
	restart(f);
	put_and_wait(f, 3);
	check_all(f, 9);
}

/*
 * The store as it was before the deliveries, the log as it was after them: a
 * crash between the lines and their settlement.
 */
static void
crash_before_settlement(struct fixture *f, int written, int number)
{
	char from[64], to[64];
	char *text;

	put(f, 0);
	delivery_settle_down(&f->base);
	/* the rows exist, nothing is claimed: as if killed just now */
	store_close(&f->base.store);
	snprintf(from, sizeof(from), "%s/wirewatch.db", f->base.dir);
	snprintf(to, sizeof(to), "%s/copy", f->base.dir);
	{
		struct buf bytes;
		int fd;

		buf_init(&bytes, 0);
		assert_int_equal(buf_read_file(&bytes, from), 0);
		fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		assert_int_equal(write(fd, bytes.data, bytes.len), bytes.len);
		close(fd);
		buf_clear(&bytes);
	}
	outbox_free(&f->base.outbox);
	delivery_open_store(&f->base);
	delivery_open_outbox(&f->base);
	delivery_configure(&f->base);
	delivery_settle_down(&f->base);
	delivery_close(&f->base);
	assert_int_equal(rename(to, from), 0);
	text = slurp(f->path);
	assert_int_equal(count_of(text, "evt_"), written);
	free(text);
	if (number >= 0)
		rotate(f, number);
	delivery_open_store(&f->base);
	delivery_open_outbox(&f->base);
}

/* Rows in the store that no sink has taken: a disabled life of the log. */
static void
put_unseen(struct fixture *f, int count)
{
	f->base.conf.sink_count = 0;
	delivery_configure(&f->base);
	delivery_settle_down(&f->base);
	put(f, count);
	f->base.conf.sink_count = 1;
}

static void
lines_that_were_not_settled_are_not_written_again(void **state)
{
	struct fixture *f = *state;

	put_and_wait(f, 5);
	put_unseen(f, 20);
	crash_before_settlement(f, 25, -1);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 20);
	delivery_configure(&f->base);
	put_and_wait(f, 5);
	assert_int_equal(delivery_status(&f->base, "a").delivered, 5);
	assert_int_equal(delivery_status(&f->base, "a").pending, 0);
	check_all(f, 30);
}

/* They may stand in the page cache only: the power may fail next. */
static void
lines_that_were_not_settled_are_synced_before_they_are(void **state)
{
	struct fixture *f = *state;
	struct err err;

	put_and_wait(f, 5);
	put_unseen(f, 20);
	crash_before_settlement(f, 25, -1);
	atomic_store(&sync_fails, true);
	assert_int_equal(
	    outbox_configure(f->base.outbox, &f->base.conf, &err), -1);
	atomic_store(&sync_fails, false);
	assert_non_null(strstr(err.text, "cannot sync"));
	assert_int_equal(delivery_counts(&f->base, "a").pending, 20);
	delivery_configure(&f->base);
	put_and_wait(f, 1);
	check_all(f, 26);
}

static void
nor_when_the_log_was_rotated_while_we_were_down(void **state)
{
	struct fixture *f = *state;

	put_and_wait(f, 5);
	put_unseen(f, 20);
	crash_before_settlement(f, 25, 0);
	delivery_configure(&f->base);
	put_and_wait(f, 5);
	check_all(f, 30);
}

static void
a_torn_last_line_is_cut_and_its_event_written_anew(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	put_and_wait(f, 5);
	put_unseen(f, 10);
	crash_before_settlement(f, 15, -1);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(truncate(f->path, st.st_size - 20), 0);
	delivery_configure(&f->base);
	put_and_wait(f, 5);
	assert_int_equal(delivery_status(&f->base, "a").delivered, 6);
	check_all(f, 20);
}

static void
a_hole_behind_the_last_line_is_cut(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	put_and_wait(f, 5);
	put_unseen(f, 10);
	crash_before_settlement(f, 15, -1);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(truncate(f->path, st.st_size + 700), 0);
	delivery_configure(&f->base);
	put_and_wait(f, 5);
	check_all(f, 20);
}

static void
a_torn_line_in_a_rotated_log_is_cut_there(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	char path[96];

	put_and_wait(f, 5);
	put_unseen(f, 10);
	crash_before_settlement(f, 15, 0);
	snprintf(path, sizeof(path), "%s.0", f->path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - 1), 0);
	delivery_configure(&f->base);
	put_and_wait(f, 5);
	check_all(f, 20);
}

static void
half_a_line_of_somebody_else_is_left_alone(void **state)
{
	struct fixture *f = *state;
	char *text;

	put_and_wait(f, 1);
	delivery_close(&f->base);
	spill(f->path, "{\"half\":", O_APPEND);
	delivery_open_store(&f->base);
	delivery_open_outbox(&f->base);
	delivery_configure(&f->base);
	put_and_wait(f, 1);
	text = slurp(f->path);
	assert_non_null(strstr(text, "\n{\"half\":\n{\"schema\""));
	assert_non_null(strstr(text, "\"seq\":2,"));
	free(text);
}

static void
a_log_without_a_stored_position_is_continued(void **state)
{
	struct fixture *f = *state;
	char *text;

	delivery_close(&f->base);
	spill(f->path,
	    "{\"schema\":\"wirewatch.event/1\",\"id\":\"evt_0a\","
	    "\"seq\":41,\"type\":\"test\"}\n{\"schema\":\"wirewatch.ev",
	    O_TRUNC);
	delivery_open_store(&f->base);
	delivery_sql(&f->base, "DELETE FROM log_position");
	delivery_open_outbox(&f->base);
	delivery_configure(&f->base);
	put_and_wait(f, 1);
	text = slurp(f->path);
	assert_non_null(strstr(text, "\"seq\":42,"));
	assert_int_equal(count_of(text, "\n"), 2);
	free(text);
}

static void
a_log_that_was_cut_short_while_we_were_down_is_continued(void **state)
{
	struct fixture *f = *state;
	char *text;

	put_and_wait(f, 5);
	delivery_close(&f->base);
	assert_int_equal(truncate(f->path, 0), 0);
	delivery_open_store(&f->base);
	delivery_open_outbox(&f->base);
	delivery_configure(&f->base);
	put_and_wait(f, 1);
	text = slurp(f->path);
	assert_int_equal(count_of(text, "\n"), 1);
	assert_non_null(strstr(text, "\"seq\":6,"));
	free(text);
}

static void
a_log_that_is_cut_short_while_we_write_is_continued(void **state)
{
	struct fixture *f = *state;
	char *text;

	put_and_wait(f, 5);
	assert_int_equal(truncate(f->path, 0), 0);
	put_and_wait(f, 2);
	text = slurp(f->path);
	assert_int_equal(count_of(text, "\n"), 2);
	assert_non_null(strstr(text, "\"seq\":6,"));
	free(text);
	restart(f);
	put_and_wait(f, 1);
	text = slurp(f->path);
	assert_int_equal(count_of(text, "\n"), 3);
	free(text);
}

static void
a_signal_opens_the_new_file_after_a_rename(void **state)
{
	struct fixture *f = *state;

	put_and_wait(f, 5);
	rotate(f, 0);
	outbox_reopen(f->base.outbox);
	WAIT_UNTIL(&f->base, access(f->path, F_OK) == 0);
	put_and_wait(f, 5);
	outbox_reopen(f->base.outbox); /* nothing was renamed */
	put_and_wait(f, 5);
	check_all(f, 15);
	restart(f);
	put_and_wait(f, 1);
	check_all(f, 16);
}

static void
a_new_file_under_the_old_name_is_noticed_without_a_signal(void **state)
{
	struct fixture *f = *state;
	char *text;

	put_and_wait(f, 5);
	rotate(f, 0);
	spill(f->path, "", O_EXCL);
	put_and_wait(f, 5);
	check_all(f, 10);
	text = slurp(f->path);
	assert_int_equal(count_of(text, "\n"), 5);
	free(text);
}

static void
a_removed_file_takes_no_further_lines_with_it(void **state)
{
	struct fixture *f = *state;
	char *text;

	put_and_wait(f, 5);
	assert_int_equal(unlink(f->path), 0);
	put_and_wait(f, 5);
	text = slurp(f->path);
	assert_int_equal(count_of(text, "\n"), 5);
	assert_non_null(strstr(text, "\"seq\":6,"));
	free(text);
}

static void
rotations_under_load_lose_nothing_and_repeat_nothing(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < 30; i++) {
		put(f, 20);
		rotate(f, i);
		if (i % 3 == 0)
			spill(f->path, "", O_EXCL);
		if (i % 3 != 0 || i % 2)
			outbox_reopen(f->base.outbox);
		put(f, 20);
		WAIT_UNTIL(&f->base, access(f->path, F_OK) == 0);
	}
	put_and_wait(f, 1);
	check_all(f, 1201);
}

static void
a_log_whose_directory_is_gone_blocks_and_then_goes_on(void **state)
{
	struct fixture *f = *state;
	char away[64], folder[64], path[96];
	const char *why;
	char *text;

	snprintf(folder, sizeof(folder), "%s/log", f->base.dir);
	snprintf(away, sizeof(away), "%s/away", f->base.dir);
	snprintf(path, sizeof(path), "%s/alerts", folder);
	assert_int_equal(mkdir(folder, 0755), 0);
	f->base.sinks[0].path = path;
	delivery_configure(&f->base);
	put_and_wait(f, 2);
	assert_int_equal(rename(folder, away), 0);
	outbox_reopen(f->base.outbox);
	put(f, 3);
	WAIT_UNTIL(&f->base, outbox_is_blocked(f->base.outbox, &why));
	assert_non_null(strstr(why, path));
	assert_non_null(strstr(why, "No such file"));
	assert_int_equal(delivery_status(&f->base, "a").pending, 3);
	assert_int_equal(rename(away, folder), 0);
	WAIT_UNTIL(&f->base, !outbox_is_blocked(f->base.outbox, &why));
	delivery_settle_down(&f->base);
	text = slurp(path);
	assert_int_equal(count_of(text, "\n"), 5);
	assert_non_null(strstr(text, "\"seq\":5,"));
	free(text);
	delivery_remove_files(folder);
}

static void
a_reload_that_moves_the_log_continues_its_numbers(void **state)
{
	struct fixture *f = *state;
	char path[96];

	put_and_wait(f, 5);
	snprintf(path, sizeof(path), "%s.0", f->path);
	f->base.sinks[0].path = path;
	put(f, 5);
	delivery_configure(&f->base);
	put_and_wait(f, 5);
	f->base.sinks[0].path = f->path;
	check_all(f, 15);
	restart(f);
	put_and_wait(f, 1);
}

static void
a_reload_that_cannot_open_the_new_log_keeps_the_old_one(void **state)
{
	struct fixture *f = *state;
	struct err err;

	f->base.sinks[0].path = "/nowhere/at/all";
	assert_int_equal(
	    outbox_configure(f->base.outbox, &f->base.conf, &err), -1);
	assert_non_null(strstr(err.text, "/nowhere/at/all"));
	put_and_wait(f, 1);
	check_all(f, 1);
}

static void
turn(struct fixture *f)
{
	int i;

	for (i = 0; i < TURNS; i++)
		ev_run(f->base.loop, EVRUN_ONCE);
}

/* A reload that gives the log another file. */
static void
move_log(struct fixture *f, char path[96], int number)
{
	snprintf(path, 96, "%s.%d", f->path, number);
	f->base.sinks[0].path = path;
	delivery_configure(&f->base);
}

static void
a_reload_opens_its_log_away_from_the_loop(void **state)
{
	struct fixture *f = *state;
	char path[96];

	put_and_wait(f, 5);
	atomic_store(&sync_on_loop, 0);
	move_log(f, path, 0);
	put_and_wait(f, 5);
	assert_int_equal(atomic_load(&sync_on_loop), 0);
	check_all(f, 10);
}

static void
two_quick_reloads_do_not_wait_for_a_slow_disk(void **state)
{
	struct fixture *f = *state;
	const struct outbox *outbox = f->base.outbox;
	char first[96], second[96];

	put_and_wait(f, 5);
	atomic_store(&sync_on_loop, 0);
	atomic_store(&sync_waits, true);
	move_log(f, first, 0);
	WAIT_UNTIL(&f->base, access(first, F_OK) == 0);
	assert_false(outbox_is_idle(outbox));
	move_log(f, second, 1);
	put(f, 5);
	turn(f);
	/* the first is still at it, the second waits for it */
	assert_non_null(outbox->closing);
	assert_int_equal(access(second, F_OK), -1);
	atomic_store(&sync_waits, false);
	WAIT_UNTIL(&f->base, !outbox->closing);
	put_and_wait(f, 5);
	assert_int_equal(atomic_load(&sync_on_loop), 0);
	assert_int_equal(delivery_told(&f->base, "sink.state", "failing"), 0);
	check_all(f, 15);
}

static void
a_log_that_follows_a_rename_is_not_closed_before_it_has(void **state)
{
	struct fixture *f = *state;
	const struct outbox *outbox = f->base.outbox;

	put_and_wait(f, 5);
	rotate(f, 0);
	atomic_store(&sync_waits, true);
	outbox_reopen(f->base.outbox);
	WAIT_UNTIL(&f->base, access(f->path, F_OK) == 0);
	f->base.conf.sink_count = 0;
	delivery_configure(&f->base);
	turn(f);
	assert_non_null(outbox->closing);
	assert_true(atomic_load(&sync_waits));
	atomic_store(&sync_waits, false);
	WAIT_UNTIL(&f->base, !outbox->closing);
	f->base.conf.sink_count = 1;
	delivery_configure(&f->base);
	put_and_wait(f, 5);
	check_all(f, 10);
}

static void
a_signal_while_a_log_is_being_opened_is_followed(void **state)
{
	struct fixture *f = *state;
	char path[96], *text;

	put_and_wait(f, 5);
	atomic_store(&sync_waits, true);
	move_log(f, path, 0);
	WAIT_UNTIL(&f->base, access(path, F_OK) == 0);
	{
		char renamed[96];

		snprintf(renamed, sizeof(renamed), "%s.1", f->path);
		assert_int_equal(rename(path, renamed), 0);
	}
	outbox_reopen(f->base.outbox);
	atomic_store(&sync_waits, false);
	put_and_wait(f, 5);
	text = slurp(path);
	assert_int_equal(count_of(text, "\n"), 5);
	free(text);
	check_all(f, 10);
}

static void
lines_that_a_reload_finds_are_not_written_again(void **state)
{
	struct fixture *f = *state;
	char line[96];
	int i;

	put_and_wait(f, 5);
	put_unseen(f, 5);
	for (i = 5; i < 8; i++) {
		snprintf(line, sizeof(line),
		    "{\"id\":\"evt_%032x\",\"seq\":%d}\n", (unsigned)i, i + 1);
		spill(f->path, line, O_APPEND);
	}
	delivery_configure(&f->base);
	put_and_wait(f, 5);
	assert_int_equal(delivery_status(&f->base, "a").delivered, 7);
	check_all(f, 15);
}

/* What could be opened when the reload looked. */
static void
a_log_that_cannot_be_opened_after_all_is_failing_and_tried_again(void **state)
{
	struct fixture *f = *state;
	char folder[64], path[96];
	const char *why;
	char *text;

	snprintf(folder, sizeof(folder), "%s/log", f->base.dir);
	snprintf(path, sizeof(path), "%s/alerts", folder);
	assert_int_equal(mkdir(folder, 0755), 0);
	f->base.sinks[0].path = path;
	delivery_configure(&f->base);
	assert_int_equal(rmdir(folder), 0);
	put(f, 3);
	WAIT_UNTIL(&f->base, outbox_is_blocked(f->base.outbox, &why));
	assert_non_null(strstr(why, "No such file"));
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_told(&f->base, "sink.state", "failing"), 1);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 3);
	assert_int_equal(mkdir(folder, 0755), 0);
	WAIT_UNTIL(&f->base, !outbox_is_blocked(f->base.outbox, &why));
	put_and_wait(f, 1);
	text = slurp(path);
	assert_int_equal(count_of(text, "\n"), 4);
	free(text);
	delivery_remove_files(folder);
}

static void
only_regular_files_are_logs(void **state)
{
	struct fixture *f = *state;
	char path[96];
	struct conf_sink conf = {.name = "x", .path = path};
	struct err err;

	snprintf(path, sizeof(path), "%s/fifo", f->base.dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(sink_log_check(&conf, &err), -1);
	assert_non_null(strstr(err.text, "FIFO"));
	snprintf(path, sizeof(path), "%s/link", f->base.dir);
	assert_int_equal(symlink(f->path, path), 0);
	assert_int_equal(sink_log_check(&conf, &err), -1);
	assert_non_null(strstr(err.text, "symbolic link"));
	snprintf(path, sizeof(path), "%s", f->base.dir);
	assert_int_equal(sink_log_check(&conf, &err), -1);
	snprintf(path, sizeof(path), "/dev/null");
	assert_int_equal(sink_log_check(&conf, &err), -1);
	assert_non_null(strstr(err.text, "a device"));
	snprintf(path, sizeof(path), "%s/none/such", f->base.dir);
	assert_int_equal(sink_log_check(&conf, &err), -1);
	assert_non_null(strstr(err.text, "none/such"));
	assert_null(
	    sink_log_new(&f->base.outbox->options.context, &conf, NULL, &err));
}

static void
a_log_has_one_writer(void **state)
{
	struct fixture *f = *state;
	struct conf_sink conf = {.name = "x", .path = f->path};
	struct err err;

	assert_null(
	    sink_log_new(&f->base.outbox->options.context, &conf, NULL, &err));
	assert_non_null(strstr(err.text, "another"));
	/* a reload may look at the file of a log that is still open */
	assert_int_equal(sink_log_check(&conf, &err), 0);
	put_and_wait(f, 1);
	check_all(f, 1);
}

/* The file alone, its thread's function called from here. */
struct lines {
	struct log_job jobs[8];
	char bodies[8][160];
};

static void
run_lines(struct log_file *file, struct lines *lines, int first, size_t count)
{
	size_t i;

	memset(lines, 0, sizeof(*lines));
	for (i = 0; i < count; i++) {
		snprintf(lines->bodies[i], sizeof(lines->bodies[i]),
		    "{\"schema\":\"wirewatch.event/1\",\"id\":\"evt_%08x\","
		    "\"type\":\"test\",\"data\":{\"x\":{}}}",
		    (unsigned)first + (unsigned)i);
		lines->jobs[i].body = lines->bodies[i];
		if (i)
			lines->jobs[i - 1].job.next = &lines->jobs[i].job;
	}
	log_file_run(file, &lines->jobs[0].job, count);
	free(lines->jobs[0].note);
}

static struct log_file *
open_file(const struct fixture *f, const char *name, char path[96])
{
	struct conf_sink conf = {.name = "x", .path = path};
	struct log_recovery recovery;
	struct log_file *file;
	struct err err;

	snprintf(path, 96, "%s/%s", f->base.dir, name);
	file = log_file_new(&conf);
	assert_int_equal(log_open(file, NULL, &recovery, &err), 0);
	log_recovery_clear(&recovery);
	return file;
}

static void
limit_files(rlim_t size)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size ? size : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
what_a_full_disk_takes_stays_and_half_a_line_is_cut(void **state)
{
	struct fixture *f = *state;
	struct lines lines;
	char path[96], *text;
	struct log_file *file = open_file(f, "full", path);
	struct found *found = xcalloc(1, sizeof(*found));
	struct stat st;
	size_t size;

	run_lines(file, &lines, 0, 2);
	size = (size_t)lines.jobs[1].position.offset / 2;
	/* room for one and a half more */
	limit_files(3 * size + size / 2);
	run_lines(file, &lines, 2, 3);
	assert_int_equal(lines.jobs[0].outcome, LOG_DONE);
	assert_int_equal(lines.jobs[1].outcome, LOG_FAILED);
	assert_int_equal(lines.jobs[2].outcome, LOG_FAILED);
	assert_non_null(strstr(lines.jobs[1].err.text, "too large"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, lines.jobs[0].position.offset);
	assert_int_equal(lines.jobs[2].position.seq, 3);
	run_lines(file, &lines, 3, 2);
	assert_int_equal(lines.jobs[0].outcome, LOG_FAILED);
	limit_files(0);
	run_lines(file, &lines, 3, 2);
	assert_int_equal(lines.jobs[1].outcome, LOG_DONE);
	assert_int_equal(lines.jobs[1].position.seq, 5);
	find_file(found, path);
	assert_int_equal(found->lines, 5);
	text = slurp(path);
	assert_int_equal(strlen(text), lines.jobs[1].position.offset);
	free(text);
	free(found);
	log_file_free(&file);
}

static void
after_a_sync_that_failed_nothing_counts_as_written(void **state)
{
	struct fixture *f = *state;
	struct lines lines;
	char path[96];
	struct log_file *file = open_file(f, "eio", path);
	struct found *found = xcalloc(1, sizeof(*found));
	int i;

	run_lines(file, &lines, 0, 2);
	atomic_store(&sync_fails, true);
	for (i = 0; i < 3; i++) {
		run_lines(file, &lines, 2, 2);
		assert_int_equal(lines.jobs[0].outcome, LOG_FAILED);
		assert_int_equal(lines.jobs[1].outcome, LOG_FAILED);
		assert_int_equal(lines.jobs[1].position.seq, 2);
	}
	atomic_store(&sync_fails, false);
	run_lines(file, &lines, 2, 2);
	assert_int_equal(lines.jobs[1].outcome, LOG_DONE);
	assert_int_equal(lines.jobs[1].position.seq, 4);
	find_file(found, path);
	assert_int_equal(found->lines, 4);
	free(found);
	log_file_free(&file);
}

static void
a_sync_that_fails_during_a_rotation_leaves_no_torn_line(void **state)
{
	struct fixture *f = *state;
	struct lines lines;
	char path[96], old[128];
	struct log_file *file = open_file(f, "torn", path);
	struct found *found = xcalloc(1, sizeof(*found));

	snprintf(old, sizeof(old), "%s.old", path);
	run_lines(file, &lines, 0, 2);
	atomic_store(&sync_fails, true);
	run_lines(file, &lines, 2, 2);
	atomic_store(&sync_fails, false);
	assert_int_equal(rename(path, old), 0);
	spill(path, "", O_EXCL);
	run_lines(file, &lines, 2, 2);
	assert_int_equal(lines.jobs[0].outcome, LOG_MOVED);
	assert_int_equal(lines.jobs[0].position.offset, 0);
	assert_int_equal(lines.jobs[0].position.seq, 2);
	find_file(found, old);
	assert_int_equal(found->lines, 2);
	free(found);
	log_file_free(&file);
}

static void
nothing_is_written_to_a_new_file_before_its_position_is_stored(void **state)
{
	struct fixture *f = *state;
	struct lines lines;
	char path[96];
	struct log_file *file = open_file(f, "gate", path);
	struct log_job go = {.kind = LOG_GO};
	struct stat st;

	run_lines(file, &lines, 0, 2);
	assert_int_equal(unlink(path), 0);
	run_lines(file, &lines, 2, 2);
	assert_int_equal(lines.jobs[1].outcome, LOG_MOVED);
	run_lines(file, &lines, 4, 2);
	assert_int_equal(lines.jobs[1].outcome, LOG_MOVED);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 0);
	log_file_run(file, &go.job, 1);
	free(go.note);
	run_lines(file, &lines, 2, 2);
	assert_int_equal(lines.jobs[1].outcome, LOG_DONE);
	assert_int_equal(lines.jobs[1].position.seq, 4);
	log_file_free(&file);
}

static void
who_renames_a_log_has_time_to_make_the_new_one(void **state)
{
	struct fixture *f = *state;
	struct lines lines;
	char path[96], old[128];
	struct log_file *file = open_file(f, "slow", path);

	snprintf(old, sizeof(old), "%s.old", path);
	run_lines(file, &lines, 0, 1);
	assert_int_equal(rename(path, old), 0);
	run_lines(file, &lines, 1, 1);
	assert_int_equal(lines.jobs[0].outcome, LOG_DONE);
	assert_int_equal(access(path, F_OK), -1);
	file->missing_since_ms -= LOG_RENAMED_MS;
	run_lines(file, &lines, 2, 1);
	assert_int_equal(lines.jobs[0].outcome, LOG_MOVED);
	assert_int_equal(access(path, F_OK), 0);
	log_file_free(&file);
}

static void
what_is_no_event_is_told_and_leaves_no_gap(void **state)
{
	struct fixture *f = *state;
	struct lines lines;
	char path[96];
	struct log_file *file = open_file(f, "bad", path);
	struct log_job jobs[2] = {{.body = "{}"}, {.body = lines.bodies[0]}};

	run_lines(file, &lines, 0, 1);
	jobs[0].job.next = &jobs[1].job;
	log_file_run(file, &jobs[0].job, 2);
	assert_int_equal(jobs[0].outcome, LOG_INVALID);
	assert_int_equal(jobs[1].outcome, LOG_DONE);
	assert_int_equal(jobs[1].position.seq, 2);
	log_file_free(&file);
}

static void
lines_of_another_writer_do_not_mix_with_ours(void **state)
{
	struct fixture *f = *state;
	struct lines lines;
	char path[96], *text;
	struct log_file *file = open_file(f, "shared", path);

	run_lines(file, &lines, 0, 1);
	spill(path, "half", O_APPEND);
	run_lines(file, &lines, 1, 1);
	assert_int_equal(lines.jobs[0].outcome, LOG_DONE);
	text = slurp(path);
	assert_non_null(strstr(text, "}\nhalf\n{\"schema\""));
	assert_int_equal(lines.jobs[0].position.offset, strlen(text));
	free(text);
	log_file_free(&file);
}

static void
a_pipe_that_nobody_reads_fails_and_ends_its_line_later(void **state)
{
	struct conf_sink conf = {.name = "x"};
	struct log_recovery recovery;
	struct lines lines;
	struct log_file *file;
	struct err err;
	char *text = xcalloc(1, 1 << 20), *line;
	int pipes[2], i;
	ssize_t n;

	(void)state;
	signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	assert_int_equal(pipe(pipes), 0);
	file = log_file_new(&conf);
	assert_int_equal(log_open(file, NULL, &recovery, &err), 0);
	file->fd = pipes[1];
	atomic_store(&file->is_closing, true);
	run_lines(file, &lines, 0, 1);
	assert_int_equal(lines.jobs[0].outcome, LOG_FAILED);
	atomic_store(&file->is_closing, false);
	/* as when half of a line was taken */
	assert_int_equal(write(pipes[1], "{\"half\":", 8), 8);
	buf_addstr(&file->rest, "1}\n");
	for (i = 0; i < 3; i++) {
		run_lines(file, &lines, i, 1);
		assert_int_equal(lines.jobs[0].outcome, LOG_DONE);
	}
	n = read(pipes[0], text, (1 << 20) - 1);
	assert_true(n > 0);
	assert_int_equal(strncmp(text, "{\"half\":1}\n", 11), 0);
	line = text + 11;
	assert_int_equal(count_of(line, "\n"), 3);
	assert_non_null(strstr(line, "\"seq\":3,"));
	close(pipes[0]);
	run_lines(file, &lines, 9, 1);
	assert_int_equal(lines.jobs[0].outcome, LOG_FAILED);
	assert_non_null(strstr(lines.jobs[0].err.text, "standard output"));
	close(pipes[1]);
	log_file_free(&file);
	free(text);
}

#define HEAD "2026-11-23 22:41:07Z INFO  x y z\n"
#define ID "  evt_0123456789abcdef0123456789abcdef\n"

static void
recover_text(
    const struct fixture *f, const char *text, struct log_recovery *recovery)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/text", f->base.dir);
	spill(path, text, O_TRUNC);
	fd = open(path, O_RDONLY);
	memset(recovery, 0, sizeof(*recovery));
	assert_int_equal(log_recover(fd, 0, LOG_FORMAT_TEXT, recovery), 0);
	close(fd);
}

static void
a_text_record_counts_only_when_it_is_whole(void **state)
{
	struct fixture *f = *state;
	static const char whole[] = HEAD ID "\n";
	struct log_recovery recovery;
	char *text;
	size_t len;

	recover_text(f, HEAD ID "\n" HEAD "  a title\n" ID "\n", &recovery);
	assert_int_equal(recovery.id_count, 2);
	assert_false(recovery.is_torn || recovery.lacks_newline);
	log_recovery_clear(&recovery);
	for (len = 1; len < strlen(whole); len++) {
		text = xasprintf(HEAD ID "\n%.*s", (int)len, whole);
		recover_text(f, text, &recovery);
		assert_int_equal(recovery.id_count, 1);
		assert_true(recovery.is_torn);
		assert_int_equal(recovery.end, strlen(whole));
		log_recovery_clear(&recovery);
		free(text);
	}
}

static void
a_title_cannot_pass_for_the_id_of_its_record(void **state)
{
	struct fixture *f = *state;
	struct log_recovery recovery;

	/* torn just behind a title that reads like an id */
	recover_text(f, HEAD ID, &recovery);
	assert_int_equal(recovery.id_count, 0);
	assert_true(recovery.is_torn);
	log_recovery_clear(&recovery);
	recover_text(f,
	    HEAD ID "  http://a.example/\n"
		    "  evt_ffffffffffffffffffffffffffffffff\n\n",
	    &recovery);
	assert_int_equal(recovery.id_count, 1);
	assert_string_equal(
	    recovery.ids[0], "evt_ffffffffffffffffffffffffffffffff");
	log_recovery_clear(&recovery);
}

static void
lines_longer_than_ours_are_somebody_elses(void **state)
{
	struct fixture *f = *state;
	char path[96], *text = xcalloc(1, LOG_RECORD_MAX + 200);
	struct log_recovery recovery = {.seq = 7};
	int fd;

	snprintf(path, sizeof(path), "%s/long", f->base.dir);
	strcpy(text, "{\"schema\":\"wirewatch.event/1\",\"id\":\"evt_1\","
		     "\"seq\":9,\"x\":\"");
	memset(text + strlen(text), 'x', LOG_RECORD_MAX);
	strcat(text, "\"}\n");
	spill(path, text, O_TRUNC);
	fd = open(path, O_RDONLY);
	assert_int_equal(log_recover(fd, 0, LOG_FORMAT_JSON, &recovery), 0);
	assert_int_equal(recovery.id_count, 0);
	assert_int_equal(recovery.seq, 7);
	assert_int_equal(recovery.end, strlen(text));
	log_recovery_clear(&recovery);
	assert_int_equal(ftruncate(fd, 0), -1); /* read only */
	assert_int_equal(truncate(path, (off_t)strlen(text) - 1), 0);
	assert_int_equal(log_recover(fd, 0, LOG_FORMAT_JSON, &recovery), 0);
	assert_false(recovery.is_torn);
	assert_true(recovery.lacks_newline);
	log_recovery_clear(&recovery);
	close(fd);
	free(text);
}

/* Every cut of a line of ours is torn, every whole line is known. */
static void
every_prefix_of_a_line_is_torn(void **state)
{
	struct fixture *f = *state;
	struct lines lines;
	char path[96], *text;
	struct log_file *file = open_file(f, "prefix", path);
	size_t len, whole;
	int fd;

	run_lines(file, &lines, 0, 2);
	whole = (size_t)lines.jobs[0].position.offset;
	text = slurp(path);
	fd = open(path, O_RDWR);
	for (len = strlen(text) - 1; len > whole; len--) {
		struct log_recovery recovery = {.seq = 0};

		assert_int_equal(ftruncate(fd, (off_t)len), 0);
		assert_int_equal(
		    log_recover(fd, 0, LOG_FORMAT_JSON, &recovery), 0);
		assert_int_equal(recovery.id_count, 1);
		assert_true(recovery.is_torn);
		assert_int_equal(recovery.end, whole);
		log_recovery_clear(&recovery);
	}
	close(fd);
	free(text);
	log_file_free(&file);
}

static void
no_more_ids_are_kept_than_the_bound(void **state)
{
	struct fixture *f = *state;
	struct log_recovery recovery = {.seq = 0};
	char path[96];
	struct buf text;
	int fd, i;

	buf_init(&text, 0);
	for (i = 0; i < LOG_RECOVERED_MAX + 10; i++)
		buf_printf(&text, "{\"id\":\"evt_%x\",\"seq\":%d}\n", i, i + 1);
	snprintf(path, sizeof(path), "%s/many", f->base.dir);
	spill(path, text.data, O_TRUNC);
	fd = open(path, O_RDONLY);
	assert_int_equal(log_recover(fd, 0, LOG_FORMAT_JSON, &recovery), 0);
	assert_int_equal(recovery.id_count, LOG_RECOVERED_MAX);
	assert_true(recovery.is_overrun);
	assert_int_equal(recovery.seq, LOG_RECOVERED_MAX + 10);
	log_recovery_clear(&recovery);
	close(fd);
	buf_clear(&text);
}

/* The text log in the same crash. */
static void
text_records_that_were_not_settled_are_not_written_again(void **state)
{
	struct fixture *f = *state;
	char id[40], *text;
	int i;

	put_and_wait(f, 5);
	put_unseen(f, 20);
	crash_before_settlement(f, 25, -1);
	delivery_configure(&f->base);
	put_and_wait(f, 5);
	text = slurp(f->path);
	for (i = 0; i < 30; i++) {
		snprintf(id, sizeof(id), "evt_%032x", (unsigned)i);
		assert_int_equal(count_of(text, id), 1);
	}
	free(text);
}

/* A life of the daemon: delivers events for ever, telling the last committed.
 */
static _Noreturn void
live(struct fixture *f, int fd)
{
	delivery_open_store(&f->base);
	delivery_open_outbox(&f->base);
	delivery_configure(&f->base);
	for (;; f->next++) {
		put(f, 1);
		f->next--;
		if (write(fd, &f->next, sizeof(f->next)) != sizeof(f->next))
			_exit(1);
	}
}

/* Lets it live for a number of commits and a moment, maybe rotates, kills. */
static void
live_and_die(struct fixture *f, int round)
{
	int pipes[2], wanted = rand() % 40 + 1, last, status;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0)
		live(f, pipes[1]);
	close(pipes[1]);
	while (wanted-- > 0) {
		assert_int_equal(
		    read(pipes[0], &last, sizeof(last)), sizeof(last));
		f->next = last + 1;
	}
	if (round % 4 == 0 && access(f->path, F_OK) == 0) {
		rotate(f, round);
		spill(f->path, "", O_EXCL);
	}
	pause_ns(rand() % 3000000);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	while (read(pipes[0], &last, sizeof(last)) == sizeof(last))
		f->next = last + 1;
	close(pipes[0]);
	/* and while it is down */
	if (round % 7 == 0 && round % 4)
		rotate(f, round);
}

/* The number of events in the store: one may have been committed untold. */
static int
committed(struct fixture *f)
{
	char path[96];
	sqlite3_stmt *statement;
	sqlite3 *db;
	int count;

	snprintf(path, sizeof(path), "%s/wirewatch.db", f->base.dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM event",
			     -1, &statement, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	count = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return count;
}

static void
kills_at_any_moment_lose_nothing_and_repeat_nothing(void **state)
{
	struct fixture *f = *state;
	int round, count;

	delivery_close(&f->base);
	srand(20260117);
	for (round = 0; round < KILLS; round++)
		live_and_die(f, round);
	count = committed(f);
	assert_in_range(count, f->next, f->next + 1);
	delivery_open_store(&f->base);
	delivery_open_outbox(&f->base);
	delivery_configure(&f->base);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 0);
	check_all(f, (size_t)count);
	print_message("# %d kills, %d events\n", KILLS, count);
}

static void
kills_repeat_nothing_in_a_text_log(void **state)
{
	struct fixture *f = *state;
	int round, count, i;
	char id[40], *text;

	delivery_close(&f->base);
	for (round = 1; round < KILLS / 2; round += 2) {
		if (round % 7)
			live_and_die(f, round);
	}
	count = committed(f);
	delivery_open_store(&f->base);
	delivery_open_outbox(&f->base);
	delivery_configure(&f->base);
	delivery_settle_down(&f->base);
	text = slurp(f->path);
	for (i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "evt_%032x", (unsigned)i);
		assert_int_equal(count_of(text, id), 1);
	}
	assert_int_equal(count_of(text, "evt_"), count);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEXT(name) cmocka_unit_test_setup_teardown(name, set_up_text, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(each_event_is_one_line_and_numbers_have_no_gap),
	    TEST(numbers_go_on_after_a_restart),
	    TEST(lines_that_were_not_settled_are_not_written_again),
	    TEST(lines_that_were_not_settled_are_synced_before_they_are),
	    TEST(nor_when_the_log_was_rotated_while_we_were_down),
	    TEST(a_torn_last_line_is_cut_and_its_event_written_anew),
	    TEST(a_hole_behind_the_last_line_is_cut),
	    TEST(a_torn_line_in_a_rotated_log_is_cut_there),
	    TEST(half_a_line_of_somebody_else_is_left_alone),
	    TEST(a_log_without_a_stored_position_is_continued),
	    TEST(a_log_that_was_cut_short_while_we_were_down_is_continued),
	    TEST(a_log_that_is_cut_short_while_we_write_is_continued),
	    TEST(a_signal_opens_the_new_file_after_a_rename),
	    TEST(a_new_file_under_the_old_name_is_noticed_without_a_signal),
	    TEST(a_removed_file_takes_no_further_lines_with_it),
	    TEST(rotations_under_load_lose_nothing_and_repeat_nothing),
	    TEST(a_log_whose_directory_is_gone_blocks_and_then_goes_on),
	    TEST(a_reload_that_moves_the_log_continues_its_numbers),
	    TEST(a_reload_that_cannot_open_the_new_log_keeps_the_old_one),
	    TEST(a_reload_opens_its_log_away_from_the_loop),
	    TEST(two_quick_reloads_do_not_wait_for_a_slow_disk),
	    TEST(a_log_that_follows_a_rename_is_not_closed_before_it_has),
	    TEST(a_signal_while_a_log_is_being_opened_is_followed),
	    TEST(lines_that_a_reload_finds_are_not_written_again),
	    TEST(
		a_log_that_cannot_be_opened_after_all_is_failing_and_tried_again),
	    TEST(only_regular_files_are_logs),
	    TEST(a_log_has_one_writer),
	    TEST(what_a_full_disk_takes_stays_and_half_a_line_is_cut),
	    TEST(after_a_sync_that_failed_nothing_counts_as_written),
	    TEST(a_sync_that_fails_during_a_rotation_leaves_no_torn_line),
	    TEST(
		nothing_is_written_to_a_new_file_before_its_position_is_stored),
	    TEST(who_renames_a_log_has_time_to_make_the_new_one),
	    TEST(what_is_no_event_is_told_and_leaves_no_gap),
	    TEST(lines_of_another_writer_do_not_mix_with_ours),
	    TEST(a_pipe_that_nobody_reads_fails_and_ends_its_line_later),
	    TEST(a_text_record_counts_only_when_it_is_whole),
	    TEST(a_title_cannot_pass_for_the_id_of_its_record),
	    TEST(lines_longer_than_ours_are_somebody_elses),
	    TEST(every_prefix_of_a_line_is_torn),
	    TEST(no_more_ids_are_kept_than_the_bound),
	    TEXT(text_records_that_were_not_settled_are_not_written_again),
	    TEST(kills_at_any_moment_lose_nothing_and_repeat_nothing),
	    TEXT(kills_repeat_nothing_in_a_text_log),
	};

	return cmocka_run_group_tests_name("sink_log", tests, NULL, NULL);
}
