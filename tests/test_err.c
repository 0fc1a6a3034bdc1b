#include "tests/test.h"

#include <errno.h>

#include "lib/err.h"

static void
a_reason_is_kept_as_it_is(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(err_set(&err, "port %d is closed", 80), -1);
	assert_string_equal(err.text, "port 80 is closed");
	errno = ENOENT;
	assert_int_equal(err_errno(&err, "cannot read %s", "x"), -1);
	assert_string_equal(err.text, "cannot read x: No such file or directory");
	assert_int_equal(errno, ENOENT);
}

/* At every length, so that the cut falls on each byte of a character. */
static void
a_reason_that_is_too_long_ends_with_a_whole_character(void **state)
{
	static const char *const letters[] = {"é", "북", "𝒳"};
	size_t i, lead;

	(void)state;
	for (i = 0; i < 3; i++) {
		size_t width = strlen(letters[i]);

		for (lead = 0; lead < width; lead++) {
			struct err err;
			char text[2048];
			size_t len = lead;

			memset(text, 'x', lead);
			while (len + width < sizeof(text)) {
				memcpy(text + len, letters[i], width);
				len += width;
			}
			text[len] = '\0';
			err_set(&err, "%s", text);
			assert_int_equal(
			    (strlen(err.text) - lead) % width, 0);
			assert_true(strlen(err.text) + width >
			    sizeof(err.text) - 1);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_reason_is_kept_as_it_is),
	    cmocka_unit_test(
	        a_reason_that_is_too_long_ends_with_a_whole_character),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
