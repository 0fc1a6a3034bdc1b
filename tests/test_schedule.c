#include "tests/test.h"

#include "config/conf.h"
#include "feeds/schedule.h"
#include "lib/clock.h"

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

#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
/* 2026-11-23 00:00 GMT, a Monday */
#define MONDAY 1795392000000LL

static int64_t
due_with_skip(struct interval_input input, int64_t wall_ms)
{
	input.wall_ms = wall_ms;
	input.window_ms = 90 * MINUTE;
	input.min_ms = MINUTE;
	if (!input.max_ms)
		input.max_ms = 48 * HOUR;
	return wall_ms + schedule_interval_ms(&input);
}

static void
hours_that_a_feed_wishes_to_skip_are_skipped_in_gmt(void **state)
{
	/* 22, 23, 0 and 1 o'clock */
	struct interval_input input = {.skip.hours = 0xc00003};
	int64_t due;

	(void)state;
	due = due_with_skip(input, MONDAY + 21 * HOUR + 45 * MINUTE);
	assert_in_range(due, MONDAY + 26 * HOUR,
	    MONDAY + 26 * HOUR + 15 * MINUTE);
	/* half an hour after noon none is skipped */
	due = due_with_skip(input, MONDAY + 12 * HOUR);
	assert_in_range(due, MONDAY + 12 * HOUR + 27 * MINUTE,
	    MONDAY + 12 * HOUR + 33 * MINUTE);
}

static void
days_that_a_feed_wishes_to_skip_are_skipped_in_gmt(void **state)
{
	/* Saturday and Sunday; the first is Sunday */
	struct interval_input input = {.skip.days = 1 << 6 | 1 << 0};
	int64_t friday = MONDAY + 4 * DAY, due;

	(void)state;
	input.max_ms = 3 * DAY;
	due = due_with_skip(input, friday + 23 * HOUR + 50 * MINUTE);
	assert_in_range(due, MONDAY + 7 * DAY,
	    MONDAY + 7 * DAY + 15 * MINUTE);
	due = due_with_skip(input, MONDAY + 7 * DAY - HOUR);
	assert_in_range(due, MONDAY + 7 * DAY,
	    MONDAY + 7 * DAY + 15 * MINUTE);
	due = due_with_skip(input, friday + 12 * HOUR);
	assert_in_range(due, friday + 12 * HOUR, friday + 13 * HOUR);
}

static void
a_feed_that_skips_all_hours_is_polled_all_the_same(void **state)
{
	struct interval_input input = {
	    .skip = {.hours = UINT32_MAX, .days = UINT8_MAX}};
	int64_t i;

	(void)state;
	input.max_ms = 2 * HOUR;
	for (i = 0; i < 1000; i++) {
		input.random = (uint32_t)(i * 4294967);
		assert_in_range(due_with_skip(input, MONDAY + i * MINUTE),
		    MONDAY + i * MINUTE + 107 * MINUTE,
		    MONDAY + i * MINUTE + 2 * HOUR);
	}
}

static void
those_that_skip_the_same_hours_do_not_come_back_together(void **state)
{
	struct interval_input input = {.skip.hours = 0xff};
	int64_t first = INT64_MAX, last = 0, due;
	uint32_t i;

	(void)state;
	for (i = 0; i < 100; i++) {
		input.random = i * 42949672;
		due = due_with_skip(input, MONDAY);
		first = due < first ? due : first;
		last = due > last ? due : last;
		assert_true(due >= MONDAY + 8 * HOUR);
	}
	assert_true(last - first > 10 * MINUTE);
}

static void
the_operators_interval_and_a_failure_skip_nothing(void **state)
{
	struct interval_input input = {
	    .skip.hours = UINT32_MAX, .fixed_ms = 5 * MINUTE};

	(void)state;
	assert_in_range(
	    due_with_skip(input, MONDAY), MONDAY, MONDAY + 6 * MINUTE);
	input.fixed_ms = 0;
	input.failures = 1;
	assert_in_range(
	    due_with_skip(input, MONDAY), MONDAY, MONDAY + 33 * MINUTE);
}

static void
a_feed_enters_when_it_would_have_been_due(void **state)
{
	struct entry_input input = {
	    .now_ms = MONDAY, .max_ms = HOUR, .feeds = 1000, .random = 12345};

	(void)state;
	input.due_ms = MONDAY + 5 * MINUTE;
	assert_int_equal(schedule_entry_ms(&input), MONDAY + 5 * MINUTE);
	/* a clock that was set back */
	input.due_ms = MONDAY + 400 * DAY;
	assert_int_equal(schedule_entry_ms(&input), MONDAY + HOUR);
	/* within ten seconds, for a thousand feeds */
	input.due_ms = MONDAY - DAY;
	assert_in_range(schedule_entry_ms(&input), MONDAY, MONDAY + 10000);
	input.due_ms = TIME_NONE;
	assert_in_range(schedule_entry_ms(&input), MONDAY, MONDAY + 10000);
	/* a single feed does not wait */
	input.feeds = 1;
	assert_in_range(schedule_entry_ms(&input), MONDAY, MONDAY + 10);
	input.feeds = SIZE_MAX;
	input.random = UINT32_MAX;
	assert_in_range(schedule_entry_ms(&input), MONDAY,
	    MONDAY + SCHEDULE_SPREAD_MAX_MS);
}

#define HERD 50000
#define HERD_HOSTS 10000	/* of five feeds each */
#define HERD_HOUR_S 3600

struct herd {
	struct conf_feed *conf;
	struct feed **feeds;
	struct schedule *schedule;
	uint32_t random;
	int64_t now_ms;
	size_t most;	/* starts within a second */
	size_t starts;
};

static void
herd_enter(struct herd *herd)
{
	size_t i;

	for (i = 0; i < HERD; i++) {
		struct feed *feed = herd->feeds[i];
		const struct entry_input input = {
		    .due_ms = feed->state.next_due_ms,
		    .now_ms = herd->now_ms,
		    .max_ms = 6 * HOUR,
		    .feeds = HERD,
		    .random = clock_jitter(&herd->random),
		};

		feed->due_ms = schedule_entry_ms(&input);
		schedule_add(herd->schedule, feed);
	}
}

static void
herd_set_up(struct herd *herd)
{
	const struct schedule_limits limits = {
	    .host_spacing_ms = 1000, .host_concurrency = 2};
	size_t i;

	memset(herd, 0, sizeof(*herd));
	herd->random = 1;
	herd->now_ms = MONDAY;
	herd->schedule = schedule_new(&limits);
	herd->conf = calloc(HERD, sizeof(*herd->conf));
	herd->feeds = calloc(HERD, sizeof(*herd->feeds));
	for (i = 0; i < HERD; i++) {
		char url[64];

		snprintf(url, sizeof(url), "http://h%zu.example/%zu",
		    i % HERD_HOSTS, i);
		herd->conf[i].name = "feed";
		herd->conf[i].url = strdup(url);
		herd->feeds[i] = feed_new(&herd->conf[i]);
	}
	herd_enter(herd);
}

static void
herd_tear_down(struct herd *herd)
{
	size_t i;

	schedule_free(&herd->schedule);
	for (i = 0; i < HERD; i++) {
		feed_free(&herd->feeds[i]);
		free((char *)herd->conf[i].url);
	}
	free(herd->feeds);
	free(herd->conf);
}

/* Each answers at once, and its entries span three hours. */
static void
herd_poll(struct herd *herd, struct feed *feed)
{
	const struct interval_input input = {
	    .min_ms = MINUTE,
	    .max_ms = 6 * HOUR,
	    .window_ms = 3 * HOUR,
	    .wall_ms = herd->now_ms,
	    .random = clock_jitter(&herd->random),
	};

	feed->state.last_poll_ms = herd->now_ms;
	feed->state.next_due_ms =
	    herd->now_ms + schedule_interval_ms(&input);
	feed->due_ms = feed->state.next_due_ms;
	schedule_finished(herd->schedule, feed);
}

static void
herd_run(struct herd *herd, int64_t seconds)
{
	struct feed *feed;
	int64_t i;

	herd->most = herd->starts = 0;
	for (i = 0; i < seconds; i++) {
		size_t starts = 0;

		while ((feed = schedule_take(herd->schedule, herd->now_ms))) {
			starts++;
			herd_poll(herd, feed);
		}
		herd->starts += starts;
		herd->most = starts > herd->most ? starts : herd->most;
		herd->now_ms += 1000;
	}
}

/* 50,000 feeds of an hour each are 14 starts a second on the average. */
static void
fifty_thousand_feeds_are_no_thundering_herd(void **state)
{
	struct herd herd;
	size_t i;

	(void)state;
	herd_set_up(&herd);
	/* all are new: over five minutes, not at once */
	herd_run(&herd, HERD_HOUR_S / 2);
	assert_in_range(herd.starts, HERD, HERD);
	assert_in_range(herd.most, 1, 250);
	herd_run(&herd, 24 * HERD_HOUR_S);
	assert_in_range(herd.most, 1, 250);
	assert_in_range(herd.starts, 23 * HERD, 26 * HERD);
	/* the jitter has made an even flow of it by then */
	herd_run(&herd, HERD_HOUR_S);
	assert_in_range(herd.most, 1, 100);
	/* a night's sleep: all are overdue */
	herd.now_ms += 8 * HOUR;
	herd_enter(&herd);
	herd_run(&herd, SCHEDULE_SPREAD_MAX_MS / 1000 + 10);
	assert_in_range(herd.most, 1, 250);
	assert_in_range(herd.starts, HERD, HERD);
	for (i = 0; i < HERD; i++)
		assert_true(herd.now_ms - herd.feeds[i]->state.last_poll_ms <=
		    SCHEDULE_SPREAD_MAX_MS + 10000);
	herd_tear_down(&herd);
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
	    cmocka_unit_test(hours_that_a_feed_wishes_to_skip_are_skipped_in_gmt),
	    cmocka_unit_test(days_that_a_feed_wishes_to_skip_are_skipped_in_gmt),
	    cmocka_unit_test(a_feed_that_skips_all_hours_is_polled_all_the_same),
	    cmocka_unit_test(
	        those_that_skip_the_same_hours_do_not_come_back_together),
	    cmocka_unit_test(the_operators_interval_and_a_failure_skip_nothing),
	    cmocka_unit_test(a_feed_enters_when_it_would_have_been_due),
	    cmocka_unit_test(fifty_thousand_feeds_are_no_thundering_herd),
	};

	return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
