#include "tests/test.h"

#include <ev.h>

#include "daemon/suspend.h"
#include "lib/clock.h"

#define HOUR_MS 3600000LL

static void
on_woke(void *data, int64_t slept_ms)
{
	*(int64_t *)data = slept_ms;
}

static void
a_sleep_is_how_much_further_one_clock_has_gone(void **unused)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct err err;
	int64_t woke = 0, boot = 100 * HOUR_MS, mono = 50 * HOUR_MS;
	struct suspend *suspend = suspend_new(loop, on_woke, &woke, &err);

	(void)unused;
	assert_non_null(suspend);
	(void)suspend_slept_ms(suspend, boot, mono);
	assert_int_equal(suspend_slept_ms(suspend, boot, mono), 0);
	/* an hour awake, eight hours asleep, an hour awake */
	assert_int_equal(
	    suspend_slept_ms(suspend, boot + HOUR_MS, mono + HOUR_MS), 0);
	assert_int_equal(
	    suspend_slept_ms(suspend, boot + 9 * HOUR_MS, mono + HOUR_MS),
	    8 * HOUR_MS);
	assert_int_equal(
	    suspend_slept_ms(suspend, boot + 10 * HOUR_MS, mono + 2 * HOUR_MS),
	    0);
	suspend_free(&suspend);
	assert_null(suspend);
	suspend_free(&suspend);
	ev_loop_destroy(loop);
}

static void
clocks_that_are_not_read_at_once_are_no_sleep(void **unused)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct err err;
	int64_t woke = 0;
	struct suspend *suspend = suspend_new(loop, on_woke, &woke, &err);

	(void)unused;
	(void)suspend_slept_ms(suspend, HOUR_MS, HOUR_MS);
	assert_int_equal(
	    suspend_slept_ms(suspend, HOUR_MS + SUSPEND_MIN_MS - 1, HOUR_MS),
	    0);
	assert_int_equal(suspend_slept_ms(suspend, HOUR_MS - 5, HOUR_MS), 0);
	suspend_free(&suspend);
	ev_loop_destroy(loop);
}

static void
while_the_machine_is_awake_nothing_happens_and_nothing_is_held_up(void **unused)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct err err;
	int64_t woke = 0;
	struct suspend *suspend = suspend_new(loop, on_woke, &woke, &err);

	(void)unused;
	/* ends at once: nothing but the watch is there to be waited for */
	assert_int_equal(ev_run(loop, 0), 0);
	assert_int_equal(woke, 0);
	suspend_free(&suspend);
	ev_loop_destroy(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sleep_is_how_much_further_one_clock_has_gone),
	    cmocka_unit_test(clocks_that_are_not_read_at_once_are_no_sleep),
	    cmocka_unit_test(
		while_the_machine_is_awake_nothing_happens_and_nothing_is_held_up),
	};

	return cmocka_run_group_tests_name("suspend", tests, NULL, NULL);
}
