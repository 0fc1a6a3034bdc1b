#include "tests/test.h"

#include "lib/clock.h"

static void
times_are_written_in_utc_as_rfc_3339(void **state)
{
	char out[CLOCK_RFC3339_SIZE];

	(void)state;
	assert_string_equal(
	    clock_rfc3339_ms(1767225600123, out), "2026-01-01T00:00:00.123Z");
	assert_string_equal(clock_rfc3339_ms(-1, out), "1969-12-31T23:59:59.999Z");
	assert_string_equal(
	    clock_rfc3339_s(951782400, out), "2000-02-29T00:00:00Z");
}

static void
years_beyond_four_digits_are_clamped(void **state)
{
	char out[CLOCK_RFC3339_SIZE];

	(void)state;
	assert_string_equal(
	    clock_rfc3339_s(INT64_MAX, out), "9999-12-31T23:59:59Z");
	assert_string_equal(
	    clock_rfc3339_s(INT64_MIN, out), "0000-01-01T00:00:00Z");
}

static void
durations_have_units(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {{"90", 90000}, {"90s", 90000}, {"5m", 300000},
	    {"1.5h", 5400000}, {"1d", 86400000}, {"250ms", 250},
	    {"2 min", 120000}, {"0", 0}};
	size_t i;
	int64_t ms;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(clock_duration_ms(good[i].text, &ms), 0);
		assert_int_equal(ms, good[i].ms);
	}
}

static void
what_is_no_duration_is_refused(void **state)
{
	static const char *const bad[] = {"", "m", "-5m", "5 parsecs", "0x10",
	    "1e9", "inf", "nan", "5mm", "4000d", "5M"};
	size_t i;
	int64_t ms;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(clock_duration_ms(bad[i], &ms), -1);
}

static void
people_read_rounded_spans(void **state)
{
	char out[CLOCK_RFC3339_SIZE];

	(void)state;
	assert_string_equal(clock_human(250, out), "250 ms");
	assert_string_equal(clock_human(90000, out), "90 s");
	assert_string_equal(clock_human(900000, out), "15 min");
	assert_string_equal(clock_human(7500000, out), "2 h 5 min");
	assert_string_equal(clock_human(3 * 86400000LL, out), "3 d");
	assert_string_equal(clock_human(1500, out), "2 s");
	assert_string_equal(clock_human(INT64_MAX, out), "106751991167 d");
}

static void
jitter_runs_through_different_numbers(void **state)
{
	uint32_t seed = 1, last = 0, next;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		next = clock_jitter(&seed);
		assert_int_not_equal(next, 0);
		assert_int_not_equal(next, last);
		last = next;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(jitter_runs_through_different_numbers),
	    cmocka_unit_test(times_are_written_in_utc_as_rfc_3339),
	    cmocka_unit_test(years_beyond_four_digits_are_clamped),
	    cmocka_unit_test(durations_have_units),
	    cmocka_unit_test(what_is_no_duration_is_refused),
	    cmocka_unit_test(people_read_rounded_spans),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
