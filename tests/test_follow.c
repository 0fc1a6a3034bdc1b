/* Files that grow, are renamed, cut and written again under the reader. */
#include "tests/test.h"

#include <ev.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/follow.h"
#include "lib/alloc.h"
#include "lib/buf.h"

struct fixture {
	char dir[32];
	char path[64];
	struct follow *follow;
	struct follow_handler handler;
	struct buf lines; /* those seen, each with its newline */
	struct buf notices;
	size_t skipped;
	const char *wanted; /* what lines must hold to count; NULL = all */
	struct ev_loop *loop;
	const char *until; /* the line that ends a run */
	void (*step)(struct fixture *f); /* at the next turn */
};

static void
on_line(void *data, const char *line, size_t len, int64_t offset)
{
	struct fixture *f = data;

	assert_int_equal(strlen(line), len);
	assert_true(offset >= 0);
	assert_int_equal(buf_printf(&f->lines, "%s\n", line), 0);
}

static bool
on_wants(void *data, const char *line, size_t len)
{
	const struct fixture *f = data;

	(void)len;
	return !f->wanted || strstr(line, f->wanted);
}

static void
on_skipped(void *data, int64_t offset)
{
	struct fixture *f = data;

	(void)offset;
	f->skipped++;
}

static void
on_notice(void *data, const char *text)
{
	struct fixture *f = data;

	assert_int_equal(buf_printf(&f->notices, "%s\n", text), 0);
}

static bool
on_flush(void *data)
{
	const struct fixture *f = data;

	return !f->until || !strstr(buf_str(&f->lines), f->until);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/wirewatch.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/log", f->dir);
	f->handler = (struct follow_handler){.line = on_line,
	    .wants = on_wants,
	    .skipped = on_skipped,
	    .notice = on_notice,
	    .flush = on_flush,
	    .data = f};
	buf_init(&f->lines, 0);
	buf_init(&f->notices, 0);
	f->loop = ev_loop_new(EVFLAG_AUTO);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char old[80];

	follow_free(&f->follow);
	snprintf(old, sizeof(old), "%s.1", f->path);
	unlink(old);
	unlink(f->path);
	rmdir(f->path);
	rmdir(f->dir);
	buf_clear(&f->lines);
	buf_clear(&f->notices);
	ev_loop_destroy(f->loop);
	free(f);
	return 0;
}

static void
put(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0640);

	assert_true(fd != -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
append(struct fixture *f, const char *text)
{
	put(f->path, O_APPEND, text);
}

static void
rewrite(struct fixture *f, const char *text)
{
	put(f->path, O_TRUNC, text);
}

static void
rotate(struct fixture *f)
{
	char old[80];

	snprintf(old, sizeof(old), "%s.1", f->path);
	assert_int_equal(rename(f->path, old), 0);
}

static void
begin(struct fixture *f)
{
	struct err err;

	f->follow = follow_new(f->path, false, &f->handler, &err);
	assert_non_null(f->follow);
}

static void
read_on(struct fixture *f)
{
	struct err err;

	assert_int_equal(follow_read(f->follow, &err), 0);
}

static void
on_step(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct fixture *f = timer->data;

	(void)loop;
	(void)events;
	f->step(f);
}

/* Runs until the line came; `step` happens when the first look is over. */
static void
follow_until(
    struct fixture *f, const char *line, void (*step)(struct fixture *f))
{
	struct ev_timer timer;
	struct err err = {{0}};

	f->until = line;
	f->step = step;
	ev_timer_init(&timer, on_step, 0.01, 0.);
	timer.data = f;
	ev_timer_start(f->loop, &timer);
	if (follow_run(f->follow, f->loop, &err) == -1)
		fail_msg("%s", err.text);
	ev_timer_stop(f->loop, &timer);
}

static void
lines_are_handed_out_whole(void **state)
{
	struct fixture *f = *state;

	append(f, "one\ntw");
	begin(f);
	read_on(f);
	assert_string_equal(buf_str(&f->lines), "one\n");
	append(f, "o\nthree");
	read_on(f);
	assert_string_equal(buf_str(&f->lines), "one\ntwo\n");
	follow_finish(f->follow);
	assert_string_equal(buf_str(&f->lines), "one\ntwo\nthree\n");
	follow_finish(f->follow);
	assert_string_equal(buf_str(&f->lines), "one\ntwo\nthree\n");
}

static char *
line_of(size_t len)
{
	char *line = xmalloc(len + 2);

	memset(line, 'x', len);
	strcpy(line + len, "\n");
	return line;
}

static void
the_longest_line_is_shown_and_a_longer_one_skipped(void **state)
{
	struct fixture *f = *state;
	char *longest = line_of(FOLLOW_LINE_MAX);
	char *longer = line_of(FOLLOW_LINE_MAX + 1);

	append(f, longest);
	append(f, longer);
	append(f, "after\n");
	begin(f);
	read_on(f);
	assert_int_equal(f->skipped, 1);
	assert_int_equal(f->lines.len, FOLLOW_LINE_MAX + 1 + strlen("after\n"));
	free(longest);
	free(longer);
}

static void
a_line_without_an_end_costs_no_memory(void **state)
{
	struct fixture *f = *state;
	char *part = line_of(FOLLOW_LINE_MAX);
	int i;

	part[FOLLOW_LINE_MAX] = '\0';
	for (i = 0; i < 20; i++)
		append(f, part);
	append(f, "\nafter\n");
	begin(f);
	read_on(f);
	assert_int_equal(f->skipped, 1);
	assert_string_equal(buf_str(&f->lines), "after\n");
	free(part);
}

static void
go_to_last(struct fixture *f, size_t count)
{
	struct err err;

	assert_int_equal(follow_last(f->follow, count, &err), 0);
	read_on(f);
}

static void
the_last_lines_that_are_wanted_are_counted(void **state)
{
	struct fixture *f = *state;

	f->wanted = "yes";
	append(f, "yes 1\nno\nyes 2\nno\nyes 3\nno\ntorn yes");
	begin(f);
	go_to_last(f, 2);
	assert_string_equal(buf_str(&f->lines), "yes 2\nno\nyes 3\nno\n");
}

static void
no_last_line_goes_to_the_end(void **state)
{
	struct fixture *f = *state;

	append(f, "one\ntwo\nto");
	begin(f);
	go_to_last(f, 0);
	assert_string_equal(buf_str(&f->lines), "");
	append(f, "rn\n");
	read_on(f);
	assert_string_equal(buf_str(&f->lines), "torn\n");
}

static void
fewer_lines_than_asked_for_are_all_of_them(void **state)
{
	struct fixture *f = *state;

	append(f, "one\ntwo\n");
	begin(f);
	go_to_last(f, 100);
	assert_string_equal(buf_str(&f->lines), "one\ntwo\n");
}

static void
the_last_line_is_found_far_before_the_end(void **state)
{
	struct fixture *f = *state;
	char *filler = line_of(1000);
	struct buf text;
	int i;

	f->wanted = "yes";
	buf_init(&text, 0);
	assert_int_equal(buf_addstr(&text, "yes 1\nyes 2\n"), 0);
	for (i = 0; i < 2000; i++)
		assert_int_equal(buf_addstr(&text, filler), 0);
	append(f, text.data);
	begin(f);
	go_to_last(f, 1);
	assert_memory_equal(buf_str(&f->lines), "yes 2\n", 6);
	buf_clear(&text);
	free(filler);
}

static void
a_missing_file_is_an_error_unless_it_is_waited_for(void **state)
{
	struct fixture *f = *state;
	struct err err;

	assert_null(follow_new(f->path, false, &f->handler, &err));
	assert_non_null(strstr(err.text, f->path));
	f->follow = follow_new(f->path, true, &f->handler, &err);
	assert_non_null(f->follow);
	assert_non_null(strstr(buf_str(&f->notices), "waiting"));
}

static void
a_directory_is_refused(void **state)
{
	struct fixture *f = *state;
	struct err err;

	assert_int_equal(mkdir(f->path, 0750), 0);
	assert_null(follow_new(f->path, false, &f->handler, &err));
	assert_null(follow_new(f->path, true, &f->handler, &err));
	assert_non_null(strstr(err.text, "directory"));
}

static void
step_create(struct fixture *f)
{
	append(f, "first\n");
}

static void
a_file_that_appears_is_read(void **state)
{
	struct fixture *f = *state;
	struct err err;

	f->follow = follow_new(f->path, true, &f->handler, &err);
	assert_non_null(f->follow);
	follow_until(f, "first", step_create);
}

static void
step_grow(struct fixture *f)
{
	append(f, "n\nthree\n");
}

static void
a_growing_file_is_followed(void **state)
{
	struct fixture *f = *state;

	append(f, "one\ntor");
	begin(f);
	follow_until(f, "three", step_grow);
	assert_string_equal(buf_str(&f->lines), "one\ntorn\nthree\n");
	assert_string_equal(buf_str(&f->notices), "");
}

static void
step_rotate(struct fixture *f)
{
	append(f, "two\n");
	rotate(f);
	append(f, "three\n");
}

static void
a_renamed_file_is_read_to_its_end_before_its_successor(void **state)
{
	struct fixture *f = *state;

	append(f, "one\n");
	begin(f);
	follow_until(f, "three", step_rotate);
	assert_string_equal(buf_str(&f->lines), "one\ntwo\nthree\n");
	assert_non_null(strstr(buf_str(&f->notices), "rotated"));
}

static void
step_truncate(struct fixture *f)
{
	rewrite(f, "new\n");
}

static void
a_truncated_file_is_read_from_its_beginning(void **state)
{
	struct fixture *f = *state;

	append(f, "one\ntwo\n");
	begin(f);
	follow_until(f, "new", step_truncate);
	assert_string_equal(buf_str(&f->lines), "one\ntwo\nnew\n");
	assert_non_null(strstr(buf_str(&f->notices), "truncated"));
}

static void
step_rewrite_longer(struct fixture *f)
{
	rewrite(f, "another one\nand more of them\n");
}

static void
a_file_written_again_and_longer_is_read_from_its_beginning(void **state)
{
	struct fixture *f = *state;

	append(f, "one\ntwo\n");
	begin(f);
	follow_until(f, "more", step_rewrite_longer);
	assert_string_equal(
	    buf_str(&f->lines), "one\ntwo\nanother one\nand more of them\n");
	assert_non_null(strstr(buf_str(&f->notices), "truncated"));
}

static void
step_repair(struct fixture *f)
{
	/* a writer that starts again cuts the torn line and writes its own */
	assert_int_equal(truncate(f->path, 4), 0);
	append(f, "whole\n");
}

static void
a_torn_line_that_is_cut_off_was_never_shown(void **state)
{
	struct fixture *f = *state;

	append(f, "one\ntorn li");
	begin(f);
	follow_until(f, "whole", step_repair);
	assert_string_equal(buf_str(&f->lines), "one\nwhole\n");
	assert_string_equal(buf_str(&f->notices), "");
}

static void
step_replace_by_directory(struct fixture *f)
{
	/* what cannot be opened in its place: the old file is held on to */
	rotate(f);
	assert_int_equal(mkdir(f->path, 0750), 0);
	f->step = NULL;
}

static void
on_finish(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct fixture *f = timer->data;
	char old[80];

	(void)loop;
	(void)events;
	snprintf(old, sizeof(old), "%s.1", f->path);
	put(old, O_APPEND, "n\nlast\n");
}

static void
a_successor_that_cannot_be_opened_tears_no_line(void **state)
{
	struct fixture *f = *state;
	struct ev_timer later;

	append(f, "one\ntor");
	begin(f);
	/* after two looks of the slow timer */
	ev_timer_init(&later, on_finish, 2.2, 0.);
	later.data = f;
	ev_timer_start(f->loop, &later);
	follow_until(f, "last", step_replace_by_directory);
	assert_string_equal(buf_str(&f->lines), "one\ntorn\nlast\n");
}

/* wirewatch tail, as far as a process has one of it. */
static int
tail(struct fixture *f, const char **words, size_t count, struct buf *out)
{
	const char *argv[12] = {"tail"};
	char path[80];
	int fd, saved, status;
	size_t i;

	for (i = 0; i < count; i++)
		argv[i + 1] = words[i];
	argv[count + 1] = f->path;
	snprintf(path, sizeof(path), "%s.1", f->path);
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
	assert_true(fd != -1 && saved != -1);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	optind = 0;
	status = cli_tail.run((int)count + 2, (char **)(uintptr_t)argv);
	fflush(stdout);
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
	close(fd);
	buf_init(out, 0);
	assert_int_equal(buf_read_file(out, path), 0);
	return status;
}

static void
append_event(struct fixture *f, int seq, const char *topic,
    const char *severity, int severity_num, const char *title)
{
	char *line = xasprintf("{\"schema\":\"wirewatch.event/1\","
			       "\"id\":\"evt_%d\",\"seq\":%d,"
			       "\"type\":\"alert.opened\",\"timestamp\":"
			       "\"2026-11-2%dT10:00:00.000Z\","
			       "\"severity\":\"%s\",\"severity_num\":%d,"
			       "\"data\":{\"topic\":{\"name\":\"%s\",\"title\":"
			       "\"%s\"},\"item\":{\"title\":\"%s\"}}}\n",
	    seq, seq, seq, severity, severity_num, topic, topic, title);

	append(f, line);
	free(line);
}

static void
append_three(struct fixture *f)
{
	append_event(f, 1, "launch", "high", 4, "first");
	append_event(f, 2, "ties", "low", 2, "second");
	append_event(f, 3, "launch", "info", 1, "third");
}

static void
tail_shows_what_is_asked_for(void **state)
{
	static const struct {
		const char *words[3];
		size_t count;
		bool shows[3];
	} cases[] = {
	    {{NULL}, 0, {true, true, true}},
	    {{"--topic", "launch"}, 2, {true, false, true}},
	    {{"--severity", "low"}, 2, {true, true, false}},
	    {{"-n", "1"}, 2, {false, false, true}},
	    {{"-n", "0"}, 2, {false, false, false}},
	    {{"--since", "2026-11-22T00:00:00Z"}, 2, {false, true, true}},
	};
	static const char *const titles[] = {"first", "second", "third"};
	struct fixture *f = *state;
	struct buf out;
	size_t i, j;

	append_three(f);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *words[3] = {
		    cases[i].words[0], cases[i].words[1], cases[i].words[2]};

		assert_int_equal(tail(f, words, cases[i].count, &out), 0);
		for (j = 0; j < 3; j++)
			assert_int_equal(
			    strstr(buf_str(&out), titles[j]) != NULL,
			    cases[i].shows[j]);
		buf_clear(&out);
	}
}

static void
tail_tells_by_its_status_what_is_missing(void **state)
{
	struct fixture *f = *state;
	char *longer = line_of(FOLLOW_LINE_MAX + 1);
	struct buf out;

	append_event(f, 1, "launch", "high", 4, "first");
	assert_int_equal(tail(f, NULL, 0, &out), 0);
	buf_clear(&out);
	append_event(f, 3, "launch", "high", 4, "third");
	assert_int_equal(tail(f, NULL, 0, &out), 1);
	buf_clear(&out);
	rewrite(f, "not JSON\n");
	assert_int_equal(tail(f, NULL, 0, &out), 1);
	buf_clear(&out);
	rewrite(f, longer);
	assert_int_equal(tail(f, NULL, 0, &out), 1);
	buf_clear(&out);
	free(longer);
}

static void
tail_refuses_what_it_does_not_understand(void **state)
{
	static const char *const wrong[][2] = {{"-n", "-1"}, {"-n", "x"},
	    {"-n", "100001"}, {"-n", "18446744073709551616"},
	    {"--severity", "loud"}, {"--since", "2026"}, {"--since", ""},
	    {"--since", "yesterday"}};
	struct fixture *f = *state;
	struct buf out;
	size_t i;

	append_three(f);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *words[2] = {wrong[i][0], wrong[i][1]};

		assert_int_equal(tail(f, words, 2, &out), 2);
		assert_int_equal(out.len, 0);
		buf_clear(&out);
	}
}

static void
tail_shows_no_control_character_of_an_event(void **state)
{
	struct fixture *f = *state;
	struct buf out;
	size_t i;

	append_event(f, 1, "launch", "high", 4,
	    "a\\u001b[31mb\\u009bc\\u202ed\\u2028e\\nf");
	assert_int_equal(tail(f, NULL, 0, &out), 0);
	for (i = 0; i < out.len; i++)
		assert_true(
		    out.data[i] == '\n' || (unsigned char)out.data[i] >= 0x20);
	assert_null(strstr(out.data, "\xc2\x9b"));
	assert_null(strstr(out.data, "\u202e"));
	assert_null(strstr(out.data, "\u2028"));
	buf_clear(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(lines_are_handed_out_whole),
	    TEST(the_longest_line_is_shown_and_a_longer_one_skipped),
	    TEST(a_line_without_an_end_costs_no_memory),
	    TEST(the_last_lines_that_are_wanted_are_counted),
	    TEST(no_last_line_goes_to_the_end),
	    TEST(fewer_lines_than_asked_for_are_all_of_them),
	    TEST(the_last_line_is_found_far_before_the_end),
	    TEST(a_missing_file_is_an_error_unless_it_is_waited_for),
	    TEST(a_directory_is_refused),
	    TEST(a_file_that_appears_is_read),
	    TEST(a_growing_file_is_followed),
	    TEST(a_renamed_file_is_read_to_its_end_before_its_successor),
	    TEST(a_truncated_file_is_read_from_its_beginning),
	    TEST(a_file_written_again_and_longer_is_read_from_its_beginning),
	    TEST(a_torn_line_that_is_cut_off_was_never_shown),
	    TEST(a_successor_that_cannot_be_opened_tears_no_line),
	    TEST(tail_shows_what_is_asked_for),
	    TEST(tail_tells_by_its_status_what_is_missing),
	    TEST(tail_refuses_what_it_does_not_understand),
	    TEST(tail_shows_no_control_character_of_an_event),
	};

	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
