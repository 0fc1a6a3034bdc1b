#include "tests/test.h"

#include "alerts/payload.h"

#define BODY                                                                   \
	"{\"schema\":\"wirewatch.event/1\",\"id\":\"evt_1\","                  \
	"\"type\":\"alert.opened\",\"timestamp\":\"2026-11-23T22:41:07.312Z\"," \
	"\"severity\":\"high\",\"data\":{\"topic\":{\"name\":\"l\","           \
	"\"title\":\"Launch\"},\"item\":{\"title\":\"北 미사일\\u001b[2J 발사\"," \
	"\"url\":\"http://a.example/1\"},\"source\":{\"feed\":\"wire\","       \
	"\"role\":\"wire\",\"country\":\"KR\"},\"match\":{\"spans\":["         \
	"{\"field\":\"title\",\"start\":2,\"end\":5}]}}}"

static void
the_seq_of_a_line_stands_behind_its_id(void **state)
{
	char *line = payload_log_line(BODY, 7), id[40];
	int64_t seq;

	(void)state;
	assert_non_null(strstr(line, "\"id\":\"evt_1\",\"seq\":7,\"type\""));
	assert_null(strchr(line, '\n'));
	assert_int_equal(payload_identify(line, strlen(line), id, &seq), 0);
	assert_string_equal(id, "evt_1");
	assert_int_equal(seq, 7);
	free(line);
}

static void
half_a_line_is_no_event(void **state)
{
	char *line = payload_log_line(BODY, 7), id[40];
	int64_t seq;
	size_t len;

	(void)state;
	for (len = 0; len < strlen(line); len++)
		assert_int_equal(payload_identify(line, len, id, &seq), -1);
	free(line);
	assert_null(payload_log_line("[]", 1));
	assert_null(payload_log_line("{}", 1));
}

static void
matched_words_are_marked_and_escapes_are_harmless(void **state)
{
	struct err err;
	char *text = payload_text(BODY, false, &err);

	(void)state;
	assert_non_null(strstr(text, "2026-11-23 22:41:07Z HIGH"));
	assert_non_null(strstr(text, "Launch"));
	assert_non_null(strstr(text, "wire (wire, KR)"));
	assert_non_null(strstr(text, "北 «미사일»?[2J 발사"));
	assert_non_null(strstr(text, "http://a.example/1"));
	assert_null(strchr(text, '\033'));
	free(text);
	text = payload_text(BODY, true, &err);
	assert_non_null(strstr(text, "\033[1;33m미사일\033[0m"));
	assert_null(strstr(text, "\033[2J"));
	free(text);
}

static void
an_update_shows_the_title_before_it(void **state)
{
	struct err err;
	char *text = payload_text("{\"id\":\"evt_1\",\"type\":\"alert.updated\","
	    "\"data\":{\"topic\":{\"name\":\"l\"},\"item\":{\"title\":"
	    "\"Three missiles\",\"title_previous\":\"A missile\"}}}", false,
	    &err);

	(void)state;
	assert_non_null(strstr(text, "  Three missiles\n  was: A missile\n"));
	free(text);
}

static void
what_is_no_event_is_told(void **state)
{
	struct err err;

	(void)state;
	assert_null(payload_text("{\"id\":", false, &err));
	assert_null(payload_text("{\"id\":\"evt_1\"}", false, &err));
	assert_non_null(strstr(err.text, "not an event"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_seq_of_a_line_stands_behind_its_id),
	    cmocka_unit_test(half_a_line_is_no_event),
	    cmocka_unit_test(matched_words_are_marked_and_escapes_are_harmless),
	    cmocka_unit_test(an_update_shows_the_title_before_it),
	    cmocka_unit_test(what_is_no_event_is_told),
	};

	return cmocka_run_group_tests_name("payload", tests, NULL, NULL);
}
