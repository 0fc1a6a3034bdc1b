/* The history of items: what is kept, where, for how long, and what fails. */
#include "tests/test.h"

#include <dirent.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/history.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/json.h"

#define DAY_MS 86400000LL
#define NOON_MS (20000 * DAY_MS + DAY_MS / 2) /* 2024-10-04T12:00:00Z */
#define TODAY "2024-10-04.jsonl"
#define TICKS_MAX 1000 /* of 10 ms, for what the thread is about to do */

struct fixture {
	struct ev_loop *loop;
	struct ev_timer tick;
	struct log log;
	char *messages;
	size_t messages_len;
	char state_dir[64];
	struct history *history;
	struct buf lines;
	struct item item;
	struct match_source source;
};

static void
on_tick(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	umask(022);
	strcpy(f->state_dir, "/tmp/test_history.XXXXXX");
	assert_non_null(mkdtemp(f->state_dir));
	log_init(&f->log, LOG_LEVEL_DEBUG);
	f->log.out = open_memstream(&f->messages, &f->messages_len);
	assert_non_null(f->log.out);
	f->loop = ev_loop_new(EVFLAG_AUTO);
	ev_timer_init(&f->tick, on_tick, 0.01, 0.01);
	ev_timer_start(f->loop, &f->tick);
	f->history = history_new(f->loop, &f->log, f->state_dir);
	assert_non_null(f->history);
	history_configure(f->history, 30 * DAY_MS, 0);
	buf_init(&f->lines, HISTORY_POLL_MAX);
	f->item.title = "A title";
	f->item.summary = f->item.content = "";
	f->item.published_s = f->item.updated_s = TIME_NONE;
	f->source.feed = "wire";
	*state = f;
	return 0;
}

static char *
path_of(const struct fixture *f, const char *name)
{
	return xasprintf(
	    "%s/" HISTORY_DIR "%s%s", f->state_dir, *name ? "/" : "", name);
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char *command = xasprintf("rm -rf %s", f->state_dir);

	history_free(&f->history);
	ev_timer_stop(f->loop, &f->tick);
	ev_loop_destroy(f->loop);
	assert_int_equal(fclose(f->log.out), 0);
	free(f->messages);
	buf_clear(&f->lines);
	assert_int_equal(system(command), 0);
	free(command);
	free(f);
	return 0;
}

/* One item with this title, first seen then. */
static void
write_title(struct fixture *f, const char *title, int64_t seen_ms)
{
	f->item.title = title;
	assert_int_equal(
	    history_add_line(&f->lines, &f->item, &f->source, seen_ms), 0);
	history_write(f->history, &f->lines, seen_ms);
	assert_int_equal(f->lines.len, 0);
}

/* All that was handed over is done; the history goes on. */
static void
settle(struct fixture *f)
{
	history_free(&f->history);
	assert_int_equal(fflush(f->log.out), 0);
	f->history = history_new(f->loop, &f->log, f->state_dir);
	history_configure(f->history, 30 * DAY_MS, 0);
}

/* Runs the loop until the messages hold the text. */
static void
await_message(struct fixture *f, const char *text)
{
	int i;

	for (i = 0; i < TICKS_MAX; i++) {
		assert_int_equal(fflush(f->log.out), 0);
		if (strstr(f->messages, text))
			return;
		ev_run(f->loop, EVRUN_ONCE);
	}
	fail_msg("no message \"%s\" in: %s", text, f->messages);
}

static char *
content(const struct fixture *f, const char *name)
{
	char *path = path_of(f, name);
	struct buf buf;

	buf_init(&buf, 0);
	if (buf_read_file(&buf, path) == -1)
		buf_clear(&buf);
	free(path);
	return buf_steal(&buf);
}

static void
assert_lines(const struct fixture *f, const char *name, size_t expected)
{
	char *text = content(f, name);
	size_t count = 0;
	const char *p;

	for (p = text; (p = strchr(p, '\n')); p++)
		count++;
	assert_int_equal(count, expected);
	free(text);
}

static void
make_file(const struct fixture *f, const char *name, const char *text)
{
	char *path = path_of(f, ""), *file = path_of(f, name);
	FILE *out;

	(void)mkdir(path, 0700);
	out = fopen(file, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
	free(path);
	free(file);
}

static bool
is_there(const struct fixture *f, const char *name)
{
	char *path = path_of(f, name);
	bool is = access(path, F_OK) == 0;

	free(path);
	return is;
}

/* --- lines --- */

static json_t *
line_object(struct fixture *f)
{
	struct err err;
	json_t *object;

	assert_int_equal(
	    history_add_line(&f->lines, &f->item, &f->source, NOON_MS), 0);
	assert_int_equal(f->lines.data[f->lines.len - 1], '\n');
	object = json_read(f->lines.data, f->lines.len, &err);
	assert_non_null(object);
	buf_reset(&f->lines);
	return object;
}

static void
assert_member(const json_t *object, const char *key, const char *expected)
{
	const char *value = json_get_string(object, key);

	assert_non_null(value);
	assert_string_equal(value, expected);
}

static void
a_line_says_what_a_topic_looks_at(void **state)
{
	static const char *const names[] = {"Kim \"K\"", "Li"};
	struct fixture *f = *state;
	json_t *object;

	f->item.guid = "tag:1";
	f->item.url = "https://example.org/?a=1&b=2";
	f->item.title = "北, 탄도미사일";
	f->item.summary = "Summary";
	f->item.content = "Content";
	f->item.lang = "ko";
	f->item.authors = names;
	f->item.author_count = 2;
	f->item.categories = names + 1;
	f->item.category_count = 1;
	f->item.published_s = NOON_MS / 1000 - 60;
	f->source.title = "The Wire";
	object = line_object(f);
	assert_member(object, "id", "tag:1");
	assert_member(object, "feed", "wire");
	assert_member(object, "source", "The Wire");
	assert_member(object, "url", "https://example.org/?a=1&b=2");
	assert_member(object, "title", "北, 탄도미사일");
	assert_member(object, "summary", "Summary");
	assert_member(object, "content", "Content");
	assert_member(object, "lang", "ko");
	assert_member(object, "first_seen", "2024-10-04T12:00:00.000Z");
	assert_member(object, "published", "2024-10-04T11:59:00Z");
	assert_null(json_object_get(object, "updated"));
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(object, "authors"), 0)),
	    "Kim \"K\"");
	assert_int_equal(
	    json_array_size(json_object_get(object, "categories")), 1);
	json_decref(object);
}

static void
an_item_without_guid_is_known_by_its_link_or_identity(void **state)
{
	struct fixture *f = *state;
	json_t *object;

	memset(f->item.id, 0xa5, sizeof(f->item.id));
	object = line_object(f);
	assert_member(object, "id", "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5");
	json_decref(object);
	f->item.url = "https://example.org/1";
	object = line_object(f);
	assert_member(object, "id", "https://example.org/1");
	json_decref(object);
}

static void
any_text_comes_back_as_it_was_and_stays_on_its_line(void **state)
{
	static const char *const texts[] = {"\"quoted\" \\ back\\",
	    "tab\tnl\nx", "\x01\x1f\x7f", "c1 \xc2\x85 \xc2\x9f nbsp \xc2\xa0",
	    "\u2028\u2029\u2027\u202a", "\u20ac\u2014 \U0001f680", "\xc2\xa2",
	    "", "北\\\"", NULL};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; texts[i]; i++) {
		struct err err;
		json_t *object;

		f->item.title = texts[i];
		assert_int_equal(
		    history_add_line(&f->lines, &f->item, &f->source, NOON_MS),
		    0);
		assert_ptr_equal(strchr(f->lines.data, '\n'),
		    f->lines.data + f->lines.len - 1);
		assert_null(strstr(f->lines.data, "\xc2\x85"));
		assert_null(strstr(f->lines.data, "\u2028"));
		object = json_read(f->lines.data, f->lines.len, &err);
		assert_non_null(object);
		if (*texts[i])
			assert_member(object, "title", texts[i]);
		else
			assert_null(json_object_get(object, "title"));
		json_decref(object);
		buf_reset(&f->lines);
	}
}

static void
long_text_is_cut_on_a_character_border(void **state)
{
	struct fixture *f = *state;
	struct buf text;
	const char *kept;
	json_t *object;

	buf_init(&text, 0);
	while (text.len <= HISTORY_TEXT_MAX)
		buf_addstr(&text, "미");
	f->item.summary = f->item.content = text.data;
	object = line_object(f);
	kept = json_get_string(object, "summary");
	assert_non_null(kept); /* valid UTF-8, or it would not be read */
	assert_int_equal(strlen(kept), HISTORY_TEXT_MAX / 3 * 3);
	assert_int_equal(strlen(json_get_string(object, "content")),
	    HISTORY_TEXT_MAX / 3 * 3);
	json_decref(object);
	buf_clear(&text);
}

static void
a_line_beyond_the_bound_of_a_poll_adds_nothing(void **state)
{
	struct fixture *f = *state;
	char text[HISTORY_TEXT_MAX + 1];
	size_t len, count = 0;

	memset(text, 'x', HISTORY_TEXT_MAX);
	text[HISTORY_TEXT_MAX] = '\0';
	f->item.summary = f->item.content = text;
	do {
		len = f->lines.len;
		count++;
	} while (
	    history_add_line(&f->lines, &f->item, &f->source, NOON_MS) == 0);
	assert_int_equal(f->lines.len, len);
	assert_int_equal(f->lines.data[len - 1], '\n');
	assert_int_equal(f->lines.data[len], '\0');
	assert_in_range(
	    count, 60, HISTORY_POLL_MAX / (2 * HISTORY_TEXT_MAX) + 1);
	/* a shorter one still fits */
	f->item.summary = f->item.content = "";
	assert_int_equal(
	    history_add_line(&f->lines, &f->item, &f->source, NOON_MS), 0);
	assert_in_range(f->lines.len, len + 1, HISTORY_POLL_MAX);
}

/* --- files --- */

static void
each_day_has_its_file(void **state)
{
	struct fixture *f = *state;

	write_title(f, "last second", 20000 * DAY_MS - 1);
	write_title(f, "midnight", 20000 * DAY_MS);
	write_title(f, "noon", NOON_MS);
	write_title(f, "late", 20000 * DAY_MS - 1);
	settle(f);
	assert_lines(f, "2024-10-03.jsonl", 2);
	assert_lines(f, TODAY, 2);
	assert_int_equal(f->messages_len, 0);
}

static void
others_may_not_read_it(void **state)
{
	struct fixture *f = *state;
	char *dir = path_of(f, ""), *file = path_of(f, TODAY);
	struct stat st;

	write_title(f, "secret", NOON_MS);
	settle(f);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	free(dir);
	free(file);
}

static void
it_goes_on_where_it_stopped_and_ends_half_a_line(void **state)
{
	struct fixture *f = *state;
	char *text;

	make_file(f, TODAY, "{\"title\":\"half");
	write_title(f, "whole", NOON_MS);
	settle(f);
	write_title(f, "again", NOON_MS);
	settle(f);
	text = content(f, TODAY);
	assert_ptr_equal(strstr(text, "{\"title\":\"half\n{\"id\""), text);
	free(text);
	assert_lines(f, TODAY, 3);
}

static void
files_of_days_past_are_removed_and_nothing_else(void **state)
{
	static const char *const stay[] = {"2024-09-04.jsonl",
	    "2024-09-04.jsonl.gz", "2024-01-01", "x2024-01-01.jsonl",
	    "2024-1-1.jsonl", "2024-02-30.jsonl", "1969-12-31.jsonl",
	    "notes.txt", NULL};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; stay[i]; i++)
		make_file(f, stay[i], "kept\n");
	make_file(f, "2024-09-03.jsonl", "{}\n");
	make_file(f, "2023-12-31.jsonl", "{}\n");
	history_prune(f->history, NOON_MS);
	settle(f);
	for (i = 0; stay[i]; i++)
		assert_true(is_there(f, stay[i]));
	assert_false(is_there(f, "2024-09-03.jsonl"));
	assert_false(is_there(f, "2023-12-31.jsonl"));
}

static void
the_first_item_of_a_day_removes_what_is_too_old(void **state)
{
	struct fixture *f = *state;

	make_file(f, "2024-09-03.jsonl", "{}\n");
	write_title(f, "new", NOON_MS);
	settle(f);
	assert_false(is_there(f, "2024-09-03.jsonl"));
	assert_lines(f, TODAY, 1);
}

static void
a_reload_changes_how_long_it_is_kept(void **state)
{
	struct fixture *f = *state;

	make_file(f, "2024-10-01.jsonl", "{}\n");
	write_title(f, "one", NOON_MS);
	history_configure(f->history, DAY_MS, 0);
	write_title(f, "two", NOON_MS);
	settle(f);
	assert_false(is_there(f, "2024-10-01.jsonl"));
	assert_lines(f, TODAY, 2);
}

static void
nothing_is_written_or_removed_when_it_is_off(void **state)
{
	struct fixture *f = *state;

	make_file(f, "2024-01-01.jsonl", "{}\n");
	history_configure(f->history, 0, 0);
	write_title(f, "one", NOON_MS);
	history_prune(f->history, NOON_MS);
	settle(f);
	assert_true(is_there(f, "2024-01-01.jsonl"));
	assert_false(is_there(f, TODAY));
}

/* --- failure --- */

static size_t
count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)); text++)
		count++;
	return count;
}

static void
a_failure_is_told_once_and_so_is_its_end(void **state)
{
	struct fixture *f = *state;
	char *path = path_of(f, "");
	int i;

	/* a file is where the directory should be */
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
	for (i = 0; i < 5; i++)
		write_title(f, "lost", NOON_MS);
	await_message(f, "items are not kept, alerts are");
	assert_int_equal(unlink(path), 0);
	for (i = 0; i < 5; i++)
		write_title(f, "lost, or kept", NOON_MS);
	await_message(f, "works again");
	settle(f);
	assert_int_equal(count_of(f->messages, "items are not kept"), 1);
	assert_int_equal(count_of(f->messages, "works again"), 1);
	assert_true(is_there(f, TODAY));
	free(path);
}

static void
a_link_is_not_followed(void **state)
{
	struct fixture *f = *state;
	char *path = path_of(f, TODAY);

	make_file(f, "target", "mine\n");
	assert_int_equal(symlink("target", path), 0);
	write_title(f, "lost", NOON_MS);
	settle(f);
	assert_lines(f, "target", 1);
	assert_int_equal(count_of(f->messages, "items are not kept"), 1);
	free(path);
}

static void
a_pipe_does_not_hold_it_up(void **state)
{
	struct fixture *f = *state;
	char *path = path_of(f, TODAY);

	make_file(f, "other", "");
	assert_int_equal(mkfifo(path, 0600), 0);
	write_title(f, "lost", NOON_MS);
	settle(f);
	assert_int_equal(count_of(f->messages, "not a regular file"), 1);
	free(path);
}

static void
a_file_that_is_gone_is_made_anew(void **state)
{
	struct fixture *f = *state;
	char *path = path_of(f, TODAY);
	int i;

	write_title(f, "one", NOON_MS);
	for (i = 0; i < TICKS_MAX && access(path, F_OK) == -1; i++)
		ev_run(f->loop, EVRUN_ONCE);
	assert_int_equal(unlink(path), 0);
	write_title(f, "two", NOON_MS);
	settle(f);
	assert_lines(f, TODAY, 1);
	free(path);
}

static void
the_file_of_a_day_has_a_largest_size(void **state)
{
	struct fixture *f = *state;
	char *path = path_of(f, TODAY);
	struct stat st;

	make_file(f, TODAY, "");
	assert_int_equal(truncate(path, HISTORY_DAY_MAX - 20), 0);
	write_title(f, "lost", NOON_MS);
	write_title(f, "tomorrow", NOON_MS + DAY_MS);
	settle(f);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, HISTORY_DAY_MAX - 20);
	assert_int_equal(count_of(f->messages, "may not exceed 512 MiB"), 1);
	assert_lines(f, "2024-10-05.jsonl", 1);
	free(path);
}

static void
half_a_write_is_taken_back(void **state)
{
	struct fixture *f = *state;
	struct rlimit old, small = {.rlim_cur = 300};

	write_title(f, "whole", NOON_MS);
	settle(f);
	assert_lines(f, TODAY, 1);
	/* the disk is full in the middle of the next line */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	f->item.summary = "a text of two hundred bytes: 3456789 123456789 "
			  "123456789 123456789 123456789 123456789 123456789 "
			  "123456789 123456789 123456789 123456789 123456789 "
			  "123456789 123456789 123456789 123456789 123456789";
	write_title(f, "lost", NOON_MS);
	settle(f);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_lines(f, TODAY, 1);
	write_title(f, "again", NOON_MS);
	settle(f);
	assert_lines(f, TODAY, 2);
	assert_int_equal(count_of(f->messages, "the disk is full"), 1);
}

static void
it_leaves_room_on_the_disk(void **state)
{
	struct fixture *f = *state;

	history_configure(f->history, DAY_MS, INT64_MAX / 4);
	write_title(f, "lost", NOON_MS);
	settle(f);
	assert_lines(f, TODAY, 0);
	assert_int_equal(count_of(f->messages, "less than twice min-free"), 1);
}

static void
what_waits_for_the_disk_is_bounded(void **state)
{
	struct fixture *f = *state;
	char *big = xcalloc(1, HISTORY_POLL_MAX);
	size_t i, polls = HISTORY_QUEUE_MAX / HISTORY_POLL_MAX + 5;
	char *path = path_of(f, TODAY);
	struct stat st;

	/* no loop is run meanwhile: nothing is reported as written */
	memset(big, 'x', HISTORY_POLL_MAX - 1);
	big[HISTORY_POLL_MAX - 2] = '\n';
	for (i = 0; i < polls; i++) {
		assert_int_equal(buf_addstr(&f->lines, big), 0);
		history_write(f->history, &f->lines, NOON_MS);
		assert_int_equal(f->lines.len, 0);
	}
	settle(f);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, HISTORY_QUEUE_MAX /
					 (HISTORY_POLL_MAX - 1) *
					 (HISTORY_POLL_MAX - 1));
	assert_int_equal(count_of(f->messages, "does not keep up"), 1);
	free(path);
	free(big);
}

#define HISTORY_TEST(name)                                                     \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    HISTORY_TEST(a_line_says_what_a_topic_looks_at),
	    HISTORY_TEST(an_item_without_guid_is_known_by_its_link_or_identity),
	    HISTORY_TEST(any_text_comes_back_as_it_was_and_stays_on_its_line),
	    HISTORY_TEST(long_text_is_cut_on_a_character_border),
	    HISTORY_TEST(a_line_beyond_the_bound_of_a_poll_adds_nothing),
	    HISTORY_TEST(each_day_has_its_file),
	    HISTORY_TEST(others_may_not_read_it),
	    HISTORY_TEST(it_goes_on_where_it_stopped_and_ends_half_a_line),
	    HISTORY_TEST(files_of_days_past_are_removed_and_nothing_else),
	    HISTORY_TEST(the_first_item_of_a_day_removes_what_is_too_old),
	    HISTORY_TEST(a_reload_changes_how_long_it_is_kept),
	    HISTORY_TEST(nothing_is_written_or_removed_when_it_is_off),
	    HISTORY_TEST(a_failure_is_told_once_and_so_is_its_end),
	    HISTORY_TEST(a_link_is_not_followed),
	    HISTORY_TEST(a_pipe_does_not_hold_it_up),
	    HISTORY_TEST(a_file_that_is_gone_is_made_anew),
	    HISTORY_TEST(the_file_of_a_day_has_a_largest_size),
	    HISTORY_TEST(half_a_write_is_taken_back),
	    HISTORY_TEST(it_leaves_room_on_the_disk),
	    HISTORY_TEST(what_waits_for_the_disk_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
