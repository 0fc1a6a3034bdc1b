#include "tests/test.h"

#include "feeds/outage.h"

/* So many polls without an answer; what the last of them changed. */
static enum outage_change
silent(struct outage *outage, int polls, bool is_first)
{
	enum outage_change change = OUTAGE_SAME;
	int i;

	for (i = 0; i < polls; i++)
		change = outage_note(outage, false, is_first);
	return change;
}

static void
when_feed_after_feed_falls_silent_it_is_us(void **state)
{
	struct outage outage = {0};

	(void)state;
	assert_int_equal(silent(&outage, OUTAGE_FEEDS - 1, true), OUTAGE_SAME);
	assert_false(outage.is_out);
	assert_int_equal(silent(&outage, 1, true), OUTAGE_BEGAN);
	assert_true(outage.is_out);
	/* told once, however many follow */
	assert_int_equal(silent(&outage, 1, true), OUTAGE_SAME);
	assert_int_equal(silent(&outage, 1, false), OUTAGE_SAME);
	assert_true(outage.is_out);
}

static void
one_answer_ends_it(void **state)
{
	struct outage outage = {0};

	(void)state;
	silent(&outage, 10 * OUTAGE_FEEDS, true);
	assert_int_equal(outage_note(&outage, true, false), OUTAGE_ENDED);
	assert_false(outage.is_out);
	assert_int_equal(outage_note(&outage, true, false), OUTAGE_SAME);
	assert_int_equal(silent(&outage, OUTAGE_FEEDS - 1, true), OUTAGE_SAME);
	assert_int_equal(outage_note(&outage, true, false), OUTAGE_SAME);
	assert_int_equal(silent(&outage, OUTAGE_FEEDS - 1, true), OUTAGE_SAME);
}

static void
a_few_feeds_that_are_down_are_no_outage_however_long(void **state)
{
	struct outage outage = {0};

	(void)state;
	silent(&outage, OUTAGE_FEEDS - 1, true);
	assert_int_equal(silent(&outage, 1000, false), OUTAGE_SAME);
	assert_false(outage.is_out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(when_feed_after_feed_falls_silent_it_is_us),
	    cmocka_unit_test(one_answer_ends_it),
	    cmocka_unit_test(
		a_few_feeds_that_are_down_are_no_outage_however_long),
	};

	return cmocka_run_group_tests_name("outage", tests, NULL, NULL);
}
