#include "tests/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"

static void
assert_safe(const char *text, const char *expected)
{
	char out[256];

	assert_ptr_equal(log_safe(out, sizeof(out), text), out);
	assert_string_equal(out, expected);
}

static void
ordinary_text_stays_as_it_is(void **state)
{
	static const char text[] =
	    "N. Korea \u201cfires\u201d \u5317\u671d\u9bae \ud55c\uad6d "
	    "\u041a\u041d\u0414\u0420 caf\u00e9 \U0001f680";

	(void)state;
	assert_safe("", "");
	assert_safe(text, text);
}

static void
control_characters_cannot_reach_a_terminal(void **state)
{
	(void)state;
	assert_safe("a\nb\tc", "a b c");
	assert_safe("a\033[31mb\007c\rd\be\x7f", "a?[31mb?c?d?e?");
	/* C1: a CSI of one character */
	assert_safe("a\xc2\x9b"
		    "31mb\xc2\x85"
		    "c",
	    "a?31mb?c");
}

static void
text_cannot_be_turned_around_or_hidden(void **state)
{
	(void)state;
	assert_safe("a\u202eb\u2066c\u2069d\u200fe", "a?b?c?d?e");
	assert_safe("a\u061cb", "a?b");
	assert_safe("a\u200bb\u2060c\ufeffd", "a?b?c?d");
	assert_safe("a\u2028b\u2029c", "a?b?c");
	assert_safe("a\ufff9b\ufffac", "a?b?c");
	assert_safe("a\U000e0041b", "a?b");
}

static void
invalid_utf_8_is_replaced_byte_by_byte(void **state)
{
	(void)state;
	assert_safe("a\xff"
		    "b",
	    "a?b");
	assert_safe("a\xc0\xaf"
		    "b",
	    "a??b");
	assert_safe("a\xed\xa0\x80"
		    "b",
	    "a???b");
	assert_safe("a\xf4\x90\x80\x80"
		    "b",
	    "a????b");
	assert_safe("a\x9b"
		    "b",
	    "a?b");
	/* characters that end too early */
	assert_safe("a\xe5\x8c", "a??");
	assert_safe("a\xf0\x9f\x9a", "a???");
	assert_safe("a\xc3", "a?");
	assert_safe("\xe5\x8c\n\xe5", "?? ?");
}

static void
what_does_not_fit_is_cut_between_characters(void **state)
{
	static const char han[] = "\u5317\u5317\u5317\u5317\u5317";
	char out[16];
	size_t size, len;

	(void)state;
	for (size = LOG_SAFE_MIN; size <= sizeof(out); size++) {
		memset(out, 0x55, sizeof(out));
		log_safe(out, size, han);
		len = strlen(out);
		assert_true(len < size);
		if (size == sizeof(out) && len == strlen(han))
			break;
		assert_string_equal(out + len - 3, "...");
		assert_int_equal((len - 3) % 3, 0);
		if (size < sizeof(out))
			assert_int_equal(out[size], 0x55);
	}
	log_safe(out, 8, "1234567");
	assert_string_equal(out, "1234567");
	log_safe(out, 8, "12345678");
	assert_string_equal(out, "1234...");
}

/* What is logged into a file of memory. */
static char *
logged(struct log *log, void (*function)(struct log *log))
{
	char *text = NULL;
	size_t size;

	log->out = open_memstream(&text, &size);
	assert_non_null(log->out);
	function(log);
	assert_int_equal(fclose(log->out), 0);
	return text;
}

static void
log_each_level(struct log *log)
{
	log_error(log, "e %d", 1);
	log_warn(log, "w %d", 2);
	log_info(log, "i %d", 3);
	log_debug(log, "d %d", 4);
}

static void
only_what_is_grave_enough_is_logged(void **state)
{
	static const char *const expected[] = {
	    "<3>e 1\n",
	    "<3>e 1\n<4>w 2\n",
	    "<3>e 1\n<4>w 2\n<6>i 3\n",
	    "<3>e 1\n<4>w 2\n<6>i 3\n<7>d 4\n",
	};
	struct log log = {.with_priority = true};
	char *text;
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		log.level = (enum log_level)i;
		text = logged(&log, log_each_level);
		assert_string_equal(text, expected[i]);
		free(text);
	}
}

static void
log_remote(struct log *log)
{
	log_error(log, "feed: %s", "one\n<3>two\033[0m\u2028three");
}

static void
one_message_is_one_line(void **state)
{
	struct log log = {.level = LOG_LEVEL_INFO};
	char *text = logged(&log, log_remote);

	(void)state;
	assert_string_equal(text, "error: feed: one <3>two?[0m?three\n");
	free(text);
	log.with_time = true;
	text = logged(&log, log_remote);
	assert_int_equal(text[4], '-');
	assert_non_null(strstr(text, "Z error feed: one"));
	free(text);
}

static void
log_long(struct log *log)
{
	char text[3 * 4096 + 1];
	int i;

	for (i = 0; i < 4096; i++)
		memcpy(text + 3 * i, "\u202e", 4);
	log_error(log, "%s", text);
}

static void
a_long_message_is_cut_and_says_so(void **state)
{
	struct log log = {.level = LOG_LEVEL_INFO};
	char *text = logged(&log, log_long);
	size_t len = strlen(text);

	(void)state;
	assert_in_range(len, 2000, 2100);
	assert_string_equal(text + len - 5, "?...\n");
	free(text);
}

static void
levels_have_names(void **state)
{
	enum log_level level;

	(void)state;
	assert_int_equal(log_level_parse("error", &level), 0);
	assert_int_equal(level, LOG_LEVEL_ERROR);
	assert_int_equal(log_level_parse("debug", &level), 0);
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_parse("Debug", &level), -1);
	assert_int_equal(log_level_parse("", &level), -1);
}

static void
priorities_are_for_the_journal_itself(void **state)
{
	char stream[64];
	struct log log;
	struct stat st;

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	log_init(&log, LOG_LEVEL_INFO);
	assert_true(log.with_priority);
	assert_false(log.with_time);
	/* inherited from a service, but stderr is something else */
	assert_int_equal(setenv("JOURNAL_STREAM", "1:2", 1), 0);
	log_init(&log, LOG_LEVEL_INFO);
	assert_false(log.with_priority);
	assert_true(log.with_time);
	assert_int_equal(setenv("JOURNAL_STREAM", "x", 1), 0);
	log_init(&log, LOG_LEVEL_INFO);
	assert_false(log.with_priority);
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
	log_init(&log, LOG_LEVEL_INFO);
	assert_false(log.with_priority);
	assert_ptr_equal(log.out, stderr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ordinary_text_stays_as_it_is),
	    cmocka_unit_test(control_characters_cannot_reach_a_terminal),
	    cmocka_unit_test(text_cannot_be_turned_around_or_hidden),
	    cmocka_unit_test(invalid_utf_8_is_replaced_byte_by_byte),
	    cmocka_unit_test(what_does_not_fit_is_cut_between_characters),
	    cmocka_unit_test(only_what_is_grave_enough_is_logged),
	    cmocka_unit_test(one_message_is_one_line),
	    cmocka_unit_test(a_long_message_is_cut_and_says_so),
	    cmocka_unit_test(levels_have_names),
	    cmocka_unit_test(priorities_are_for_the_journal_itself),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
