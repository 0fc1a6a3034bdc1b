#include "tests/test.h"

#include "feeds/pace.h"

#define HOUR_S 3600LL
#define DAY_S (24 * HOUR_S)

static struct feed_pace
pace_of(int count, int64_t pause_s)
{
	struct feed_pace pace = {0};
	int i;

	for (i = 0; i < count; i++)
		pace_note(&pace, pause_s);
	return pace;
}

static void
a_few_pauses_are_no_habit(void **state)
{
	struct feed_pace pace = pace_of(PACE_PAUSES_MIN - 1, DAY_S);

	(void)state;
	assert_int_equal(pace_silent_after_s(&pace), 0);
	pace_note(&pace, DAY_S);
	assert_int_equal(pace_silent_after_s(&pace), 8 * DAY_S);
	assert_int_equal(pace_mean_s(&pace), DAY_S);
	pace = pace_of(0, 0);
	assert_int_equal(pace_mean_s(&pace), 0);
}

static void
until_a_week_was_watched_a_weekend_is_no_silence(void **state)
{
	struct feed_pace pace = pace_of(4 * 24, 900);

	(void)state;
	assert_int_equal(pace_silent_after_s(&pace), PACE_SILENT_YOUNG_S);
	pace = pace_of(4 * 24 * 9, 900);
	assert_int_equal(pace_silent_after_s(&pace), PACE_SILENT_MIN_S);
}

/* A news item an hour from nine to five, Monday to Friday. */
static void
office_hours(struct feed_pace *pace, int weeks)
{
	int day, hour;

	for (day = 0; day < 5 * weeks; day++) {
		for (hour = 0; hour < 8; hour++)
			pace_note(pace, HOUR_S);
		pace_note(pace, day % 5 == 4 ? 64 * HOUR_S : 16 * HOUR_S);
	}
}

static void
nights_and_weekends_are_no_silence_where_they_are_the_habit(void **state)
{
	struct feed_pace pace = {0};

	(void)state;
	office_hours(&pace, 4);
	/* a long weekend is not, a week is */
	assert_in_range(pace_silent_after_s(&pace), 4 * DAY_S + 1, 6 * DAY_S);
}

static void
one_long_pause_is_forgotten_in_time(void **state)
{
	struct feed_pace pace = {0};

	(void)state;
	office_hours(&pace, 4);
	pace_note(&pace, 21 * DAY_S);
	assert_int_equal(pace.longest_s, 21 * DAY_S);
	office_hours(&pace, 30);
	assert_in_range(pace.longest_s, 60 * HOUR_S, 72 * HOUR_S);
}

static void
a_feed_that_becomes_slower_is_given_more_time(void **state)
{
	struct feed_pace pace = pace_of(3000, HOUR_S);
	int i;

	(void)state;
	assert_int_equal(pace_mean_s(&pace), HOUR_S);
	for (i = 0; i < 200; i++)
		pace_note(&pace, DAY_S);
	assert_in_range(pace_mean_s(&pace), 20 * HOUR_S, DAY_S);
	assert_true(pace.count <= PACE_PAUSES_MAX);
}

static void
what_is_forgotten_leaves_a_habit_and_a_week(void **state)
{
	struct feed_pace pace = {0};
	int i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		pace_note(&pace, i % 2 ? 60 : 840);
		if (i > 4000) {
			assert_true(pace.watched_s >= PACE_WEEK_S);
			assert_true(
			    pace_silent_after_s(&pace) == PACE_SILENT_MIN_S);
		}
	}
	pace = pace_of(500, 30 * DAY_S);
	assert_true(pace_silent_after_s(&pace) == 8 * 30 * DAY_S);
	assert_true(pace.count <= 2 * PACE_PAUSES_MIN + 1);
}

static void
no_time_is_too_long_or_too_short(void **state)
{
	struct feed_pace pace = pace_of(20, INT64_MAX);
	int i;

	(void)state;
	assert_int_equal(pace.longest_s, PACE_PAUSE_MAX_S);
	assert_true(pace_silent_after_s(&pace) > 0);
	pace = pace_of(20, INT64_MIN);
	assert_int_equal(pace.longest_s, 0);
	assert_int_equal(pace_silent_after_s(&pace), PACE_SILENT_YOUNG_S);
	/* as a damaged store may hold them */
	pace = (struct feed_pace){.watched_s = 1000000000000000,
	    .longest_s = 1000000000000000,
	    .count = INT32_MAX - 100};
	for (i = 0; i < 50; i++)
		pace_note(&pace, PACE_PAUSE_MAX_S);
	assert_true(pace_silent_after_s(&pace) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_few_pauses_are_no_habit),
	    cmocka_unit_test(until_a_week_was_watched_a_weekend_is_no_silence),
	    cmocka_unit_test(
		nights_and_weekends_are_no_silence_where_they_are_the_habit),
	    cmocka_unit_test(one_long_pause_is_forgotten_in_time),
	    cmocka_unit_test(a_feed_that_becomes_slower_is_given_more_time),
	    cmocka_unit_test(what_is_forgotten_leaves_a_habit_and_a_week),
	    cmocka_unit_test(no_time_is_too_long_or_too_short),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
