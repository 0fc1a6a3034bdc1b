#include "tests/test.h"

#include "daemon/pipeline.h"
#include "lib/clock.h"

#define WALL_MS 1767312000000LL /* 2026-01-02T00:00:00Z */
#define MONO_MS 5000LL
#define HOUR_MS 3600000LL

static struct feed_state
state_due(int64_t due_ms)
{
	struct feed_state state;

	feed_state_init(&state);
	state.next_due_ms = due_ms;
	state.interval_ms = HOUR_MS;
	return state;
}

static void
a_feed_is_due_after_its_interval(void **unused)
{
	struct feed_state state = state_due(WALL_MS + HOUR_MS);

	(void)unused;
	assert_int_equal(
	    pipeline_due_ms(&state, WALL_MS, MONO_MS), MONO_MS + HOUR_MS);
	assert_int_equal(pipeline_due_ms(&state, WALL_MS + 1000, MONO_MS),
	    MONO_MS + HOUR_MS - 1000);
}

static void
a_clock_set_back_keeps_no_feed_waiting(void **unused)
{
	struct feed_state state = state_due(WALL_MS + HOUR_MS);

	(void)unused;
	assert_int_equal(
	    pipeline_due_ms(&state, WALL_MS - 100 * HOUR_MS, MONO_MS),
	    MONO_MS + HOUR_MS);
}

static void
a_clock_set_forward_makes_it_due_once(void **unused)
{
	struct feed_state state = state_due(WALL_MS + HOUR_MS);

	(void)unused;
	assert_int_equal(
	    pipeline_due_ms(&state, WALL_MS + 100 * HOUR_MS, MONO_MS), MONO_MS);
}

static void
a_feed_that_lost_its_time_to_a_reload_is_due_now(void **unused)
{
	struct feed_state state = state_due(TIME_NONE);

	(void)unused;
	assert_int_equal(pipeline_due_ms(&state, WALL_MS, MONO_MS), MONO_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_feed_is_due_after_its_interval),
	    cmocka_unit_test(a_clock_set_back_keeps_no_feed_waiting),
	    cmocka_unit_test(a_clock_set_forward_makes_it_due_once),
	    cmocka_unit_test(a_feed_that_lost_its_time_to_a_reload_is_due_now),
	};

	return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
