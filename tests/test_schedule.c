#include "tests/test.h"

#include "config/conf.h"
#include "feeds/schedule.h"

#define FEEDS 6

struct fixture {
	struct conf_feed conf[FEEDS];
	struct feed *feeds[FEEDS];
	struct schedule *schedule;
};

/* Feeds 0, 2, 4 on host a, the others on host b; due at 0, 1, 2, ... */
static int
set_up(void **state)
{
	const struct schedule_limits limits = {
	    .host_spacing_ms = 1000, .host_concurrency = 1};
	struct fixture *f = calloc(1, sizeof(*f));
	size_t i;

	f->schedule = schedule_new(&limits);
	for (i = 0; i < FEEDS; i++) {
		f->conf[i].name = "feed";
		f->conf[i].url =
		    i % 2 ? "http://b.example/x" : "http://a.example/x";
		f->feeds[i] = feed_new(&f->conf[i]);
		f->feeds[i]->due_ms = (int64_t)i;
		schedule_add(f->schedule, f->feeds[i]);
	}
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	size_t i;

	schedule_free(&f->schedule);
	for (i = 0; i < FEEDS; i++)
		feed_free(&f->feeds[i]);
	free(f);
	return 0;
}

static void
nothing_starts_before_it_is_due(void **state)
{
	struct fixture *f = *state;

	assert_null(schedule_take(f->schedule, -1));
	assert_int_equal(schedule_next_ms(f->schedule), 0);
	assert_ptr_equal(schedule_take(f->schedule, 0), f->feeds[0]);
}

static void
one_host_is_asked_by_one_poll_at_a_time(void **state)
{
	struct fixture *f = *state;

	assert_ptr_equal(schedule_take(f->schedule, 9000), f->feeds[0]);
	assert_ptr_equal(schedule_take(f->schedule, 9000), f->feeds[1]);
	assert_null(schedule_take(f->schedule, 90000));
	assert_int_equal(schedule_next_ms(f->schedule), INT64_MAX);
	f->feeds[0]->due_ms = 100000;
	schedule_finished(f->schedule, f->feeds[0]);
	assert_ptr_equal(schedule_take(f->schedule, 90000), f->feeds[2]);
}

static void
starts_on_one_host_keep_their_distance(void **state)
{
	struct fixture *f = *state;

	assert_ptr_equal(schedule_take(f->schedule, 0), f->feeds[0]);
	f->feeds[0]->due_ms = INT64_MAX;
	schedule_finished(f->schedule, f->feeds[0]);
	assert_ptr_equal(schedule_take(f->schedule, 10), f->feeds[1]);
	assert_null(schedule_take(f->schedule, 999));
	assert_int_equal(schedule_next_ms(f->schedule), 1000);
	assert_ptr_equal(schedule_take(f->schedule, 1000), f->feeds[2]);
}

/* One feed of each host is taken at time 10 and has ended. */
static void
poll_both_hosts(struct fixture *f)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		assert_ptr_equal(schedule_take(f->schedule, 10), f->feeds[i]);
		f->feeds[i]->due_ms = INT64_MAX;
	}
	for (i = 0; i < 2; i++)
		schedule_finished(f->schedule, f->feeds[i]);
}

static void
a_shorter_spacing_holds_at_once_for_every_host(void **state)
{
	struct schedule_limits limits = {
	    .host_spacing_ms = 3600000, .host_concurrency = 1};
	struct fixture *f = *state;
	struct feed *one, *other;

	schedule_set_limits(f->schedule, &limits);
	poll_both_hosts(f);
	assert_null(schedule_take(f->schedule, 20));
	assert_int_equal(schedule_next_ms(f->schedule), 3600010);
	limits.host_spacing_ms = 500;
	schedule_set_limits(f->schedule, &limits);
	assert_int_equal(schedule_next_ms(f->schedule), 510);
	assert_null(schedule_take(f->schedule, 509));
	one = schedule_take(f->schedule, 510);
	other = schedule_take(f->schedule, 510);
	assert_true((one == f->feeds[2] && other == f->feeds[3]) ||
	    (one == f->feeds[3] && other == f->feeds[2]));
}

static void
a_longer_spacing_holds_at_once_and_not_for_a_host_never_asked(void **state)
{
	struct schedule_limits limits = {
	    .host_spacing_ms = 5000, .host_concurrency = 1};
	struct fixture *f = *state;

	assert_ptr_equal(schedule_take(f->schedule, 0), f->feeds[0]);
	f->feeds[0]->due_ms = INT64_MAX;
	schedule_finished(f->schedule, f->feeds[0]);
	schedule_set_limits(f->schedule, &limits);
	assert_ptr_equal(schedule_take(f->schedule, 10), f->feeds[1]);
	assert_null(schedule_take(f->schedule, 4999));
	assert_ptr_equal(schedule_take(f->schedule, 5000), f->feeds[2]);
}

static void
feeds_may_leave_wherever_they_wait(void **state)
{
	struct fixture *f = *state;

	assert_ptr_equal(schedule_take(f->schedule, 3), f->feeds[0]);
	schedule_remove(f->schedule, f->feeds[2]);	/* in its host's line */
	schedule_remove(f->schedule, f->feeds[4]);	/* not yet due */
	assert_int_equal(schedule_count(f->schedule), 4);
	f->feeds[0]->due_ms = INT64_MAX;
	schedule_finished(f->schedule, f->feeds[0]);
	assert_ptr_equal(schedule_take(f->schedule, 5000), f->feeds[1]);
	assert_null(schedule_take(f->schedule, 5000));
}

static void
whether_a_host_has_more_tells_whether_to_keep_its_connection(void **state)
{
	struct fixture *f = *state;

	assert_ptr_equal(schedule_take(f->schedule, 2), f->feeds[0]);
	assert_true(schedule_host_has_more(f->feeds[0]));
	schedule_remove(f->schedule, f->feeds[2]);
	assert_false(schedule_host_has_more(f->feeds[0]));
	f->feeds[0]->due_ms = 0;
	schedule_finished(f->schedule, f->feeds[0]);
}

#define MINUTE 60000LL

static int64_t
interval(struct interval_input input)
{
	input.min_ms = 2 * MINUTE;
	input.max_ms = 60 * MINUTE;
	return schedule_interval_ms(&input);
}

/* Within a tenth, whatever the random number. */
static void
assert_about(struct interval_input input, int64_t want)
{
	uint32_t random;

	for (random = 0; random < 5; random++) {
		int64_t got;

		input.random = random * 858993459u;
		got = interval(input);
		assert_in_range(got, want - want / 10, want + want / 10);
	}
}

static void
a_feed_is_polled_three_times_in_its_window(void **state)
{
	(void)state;
	assert_about((struct interval_input){.window_ms = 90 * MINUTE},
	    30 * MINUTE);
	assert_about((struct interval_input){.window_ms = MINUTE}, 2 * MINUTE);
	assert_about((struct interval_input){.window_ms = 9000 * MINUTE},
	    60 * MINUTE);
}

static void
what_the_server_asks_for_makes_it_slower_only_and_not_for_ever(void **state)
{
	(void)state;
	assert_about((struct interval_input){.window_ms = 90 * MINUTE,
	    .asked_ms = 45 * MINUTE}, 45 * MINUTE);
	assert_about((struct interval_input){.window_ms = 90 * MINUTE,
	    .asked_ms = MINUTE}, 30 * MINUTE);
	assert_about((struct interval_input){.window_ms = 90 * MINUTE,
	    .asked_ms = INT64_MAX / 4}, 24 * 60 * MINUTE);
}

static void
the_operators_interval_stands(void **state)
{
	(void)state;
	assert_about((struct interval_input){.fixed_ms = 5 * MINUTE,
	    .window_ms = 90 * MINUTE, .asked_ms = 45 * MINUTE}, 5 * MINUTE);
}

static void
failures_back_off_to_a_bound(void **state)
{
	struct interval_input input = {.window_ms = 30 * MINUTE, .failures = 1};

	(void)state;
	assert_about(input, 10 * MINUTE);
	input.failures = 3;
	assert_about(input, 40 * MINUTE);
	input.failures = 1000;
	assert_about(input, 12 * 60 * MINUTE);
}

static void
retry_after_is_honoured_up_to_a_week(void **state)
{
	struct interval_input input = {.window_ms = 30 * MINUTE, .failures = 1,
	    .retry_after_ms = 100 * MINUTE};

	(void)state;
	assert_int_equal(interval(input), 100 * MINUTE);
	input.retry_after_ms = INT64_MAX / 4;
	assert_int_equal(interval(input), 7 * 24 * 60 * MINUTE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_starts_before_it_is_due),
	    TEST(one_host_is_asked_by_one_poll_at_a_time),
	    TEST(starts_on_one_host_keep_their_distance),
	    TEST(a_shorter_spacing_holds_at_once_for_every_host),
	    TEST(a_longer_spacing_holds_at_once_and_not_for_a_host_never_asked),
	    TEST(feeds_may_leave_wherever_they_wait),
	    TEST(whether_a_host_has_more_tells_whether_to_keep_its_connection),
	    cmocka_unit_test(a_feed_is_polled_three_times_in_its_window),
	    cmocka_unit_test(
	        what_the_server_asks_for_makes_it_slower_only_and_not_for_ever),
	    cmocka_unit_test(the_operators_interval_stands),
	    cmocka_unit_test(failures_back_off_to_a_bound),
	    cmocka_unit_test(retry_after_is_honoured_up_to_a_week),
	};

	return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
