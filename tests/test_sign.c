#include "tests/test.h"

#include "alerts/sign.h"

/* The test vector that comes with the standard. */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define OTHER "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define TIME 1614265330
#define BODY "{\"test\": 2432232314}"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static const char *const secrets[] = {SECRET, OTHER};

static int
verify(const char *timestamp, const char *header, const char *body,
    int64_t now_s, size_t first, size_t count)
{
	struct err err;

	return sign_verify(secrets + first, count, ID, timestamp, header, body,
	    strlen(body), now_s, &err);
}

static void
the_standards_own_vector_comes_out(void **state)
{
	struct err err;
	char *header = sign_header(
	    secrets, 1, ID, TIME, BODY, strlen(BODY), &err);

	(void)state;
	assert_string_equal(header, SIGNATURE);
	free(header);
}

static void
two_secrets_give_two_signatures_and_either_verifies(void **state)
{
	struct err err;
	char *header = sign_header(
	    secrets, 2, ID, TIME, BODY, strlen(BODY), &err);

	(void)state;
	assert_non_null(strstr(header, SIGNATURE " v1,"));
	assert_int_equal(verify("1614265330", header, BODY, TIME, 0, 1), 0);
	assert_int_equal(verify("1614265330", header, BODY, TIME, 1, 1), 0);
	free(header);
}

static void
a_changed_body_or_time_does_not_verify(void **state)
{
	(void)state;
	assert_int_equal(
	    verify("1614265330", SIGNATURE, BODY " ", TIME, 0, 1), -1);
	assert_int_equal(
	    verify("1614265331", SIGNATURE, BODY, TIME, 0, 1), -1);
	assert_int_equal(verify("1614265330", "", BODY, TIME, 0, 1), -1);
	assert_int_equal(
	    verify("1614265330", SIGNATURE, BODY, TIME, 1, 1), -1);
}

static void
the_tolerance_is_five_minutes_both_ways(void **state)
{
	(void)state;
	assert_int_equal(verify("1614265330", SIGNATURE, BODY,
	    TIME + SIGN_TOLERANCE_S, 0, 1), 0);
	assert_int_equal(verify("1614265330", SIGNATURE, BODY,
	    TIME + SIGN_TOLERANCE_S + 1, 0, 1), -1);
	assert_int_equal(verify("1614265330", SIGNATURE, BODY,
	    TIME - SIGN_TOLERANCE_S - 1, 0, 1), -1);
}

static void
a_timestamp_that_is_no_number_is_refused(void **state)
{
	(void)state;
	assert_int_equal(verify("", SIGNATURE, BODY, TIME, 0, 1), -1);
	assert_int_equal(verify("1614265330x", SIGNATURE, BODY, TIME, 0, 1), -1);
	assert_int_equal(verify("-1", SIGNATURE, BODY, TIME, 0, 1), -1);
}

static void
bad_secrets_are_refused(void **state)
{
	static const char *const bad[] = {"", "whsec_", "whsec_!!!!",
	    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
	    /* blanks around it, a newline behind it, padding inside it */
	    "whsec_    MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw    ",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n\n\n\n",
	    "whsec_MfKQ9r8GKYqrTwjU=D8ILPZIo2LaLaSwPD8=",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMf==MfKQ",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwM===",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_"};
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(sign_check_secret(bad[i], &err), -1);
		/* the value itself is never repeated */
		if (strlen(bad[i]) > 6)
			assert_null(strstr(err.text, bad[i] + 6));
	}
	assert_int_equal(sign_check_secret(SECRET, &err), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_standards_own_vector_comes_out),
	    cmocka_unit_test(
	        two_secrets_give_two_signatures_and_either_verifies),
	    cmocka_unit_test(a_changed_body_or_time_does_not_verify),
	    cmocka_unit_test(the_tolerance_is_five_minutes_both_ways),
	    cmocka_unit_test(a_timestamp_that_is_no_number_is_refused),
	    cmocka_unit_test(bad_secrets_are_refused),
	};

	return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
