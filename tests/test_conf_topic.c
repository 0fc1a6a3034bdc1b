/* What lifts a topic's severity, and its examples, as they are read. */
#include "tests/test_conf.h"

#define TOPIC(options) "topic \"t\" { query = 'a' " options " }"

static void
a_topic_without_raise_is_never_raised(void **state)
{
	struct fixture *f = *state;
	const struct conf_topic *topic = good(f, TOPIC(""))->topics;

	assert_null(topic->raise.text);
	assert_int_equal(topic->golden_count, 0);
}

static void
raise_goes_one_step_up_unless_told_otherwise(void **state)
{
	struct fixture *f = *state;
	const struct conf_topic *topic;

	topic = good(f, TOPIC("raise = 'b'"))->topics;
	assert_string_equal(topic->raise.text, "b");
	assert_int_equal(topic->raise_to, SEVERITY_HIGH);
	/* in whatever order they stand */
	topic = good(f, TOPIC("raise = 'b' severity = 'info'"))->topics;
	assert_int_equal(topic->raise_to, SEVERITY_LOW);
	topic = good(f, TOPIC("raise-to = 'flash' raise = 'b'"))->topics;
	assert_int_equal(topic->raise_to, SEVERITY_FLASH);
}

static void
the_place_of_raise_is_known(void **state)
{
	struct fixture *f = *state;
	const struct conf_topic *topic =
	    good(f, TOPIC("\n\traise = \"미 \\\"b\\\"\nc\""))->topics;
	const char *line;
	struct place place;
	int caret;

	conf_text_place(&topic->raise, 4, &place, &line, &caret);
	assert_int_equal(place.line, 2);
	assert_int_equal(place.column, 13);
	conf_text_place(&topic->raise, 8, &place, &line, &caret);
	assert_int_equal(place.line, 3);
	assert_int_equal(place.column, 1);
}

struct refused {
	const char *options;
	const char *want; /* behind "w.conf:" */
};

static const struct refused refusals[] = {
    {"raise-to = 'flash'",
	"1:25: error: raise-to without raise; expected the condition, "
	"raise = '...'"},
    {"raise = 'b' raise-to = 'medium'",
	"1:49: error: raise-to: medium is not above the topic's severity, "
	"medium"},
    {"raise = 'b' severity = 'high' raise-to = 'low'",
	"1:67: error: raise-to: low is not above the topic's severity, high"},
    {"severity = 'flash' raise = 'b'",
	"1:44: error: raise: the topic's severity is flash, and nothing is "
	"above that"},
    /* one mistake is one error */
    {"severity = 'dire' raise = 'b' raise-to = 'info'",
	"1:37: error: severity: bad value \"dire\"; expected info, low, "
	"medium, high or flash"},
    {"raise = 'b' raise-to = 'up'",
	"1:49: error: raise-to: bad value \"up\"; expected info, low, medium, "
	"high or flash"},
    {"raise = ''", "1:34: error: raise: expected words, not \"\""},
    {"golden = {''}", "1:36: error: golden: expected '+ TITLE' or '- TITLE'"},
    {"golden = {'+'}", "1:36: error: golden: expected '+ TITLE' or '- TITLE'"},
    {"golden = {'+ '}", "1:36: error: golden: expected '+ TITLE' or '- TITLE'"},
    {"golden = {'+ \n b'}",
	"1:36: error: golden: expected '+ TITLE' or '- TITLE'"},
    {"golden = {'+f \n b'}",
	"1:36: error: golden: expected '+ TITLE' or '- TITLE'"},
    {"golden = {'+title'}",
	"1:36: error: golden: expected '+ TITLE' or '- TITLE'"},
    {"golden = {'+ a', 'b c'}",
	"1:43: error: golden: expected '+ TITLE' or '- TITLE'"},
    {"golden = {' + a'}",
	"1:36: error: golden: expected '+ TITLE' or '- TITLE'"},
    {"golden = {\"+ a\\x07\"}",
	"1:36: error: golden: unexpected control character (0x7)"},
    {"golden = {\"+ a\\xff\"}",
	"1:36: error: golden: expected UTF-8, which this is not"},
    {"golden = {'+nobody is here'}",
	"1:37: error: golden: there is no feed \"nobody\""},
};

static void
what_is_wrong_is_refused_where_it_stands(void **state)
{
	struct fixture *f = *state;
	char text[512], want[512];
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		snprintf(text, sizeof(text), "topic \"t\" { query = 'a' %s }",
		    refusals[i].options);
		snprintf(want, sizeof(want), "w.conf:%s", refusals[i].want);
		refuse(f, text, want);
	}
}

static void
an_unknown_feed_is_marked_and_a_near_one_suggested(void **state)
{
	struct fixture *f = *state;
	const struct diag_entry *entry;

	refuse(f,
	    "feed \"yonhap-en\" { url = \"http://f.example/\" }\n" TOPIC(
		"\n\tgolden = {\"+ 북 \\x41\",\n\t\t\"-yonhap-em A title\"}"),
	    "w.conf:4:5: error: golden: there is no feed \"yonhap-em\"");
	entry = &f->diag.entries[0];
	assert_string_equal(entry->hint, "did you mean \"yonhap-en\"?");
	assert_int_equal(entry->caret, 5);
	assert_int_equal(entry->caret_len, 9);
	/* of a title without its blank, there is nothing near */
	load(f, FEED "}" TOPIC("golden = {'+북한 미사일'}"));
	assert_non_null(strstr(f->diag.entries[0].hint, "a blank stands"));
}

static void
goldens_are_signs_and_titles(void **state)
{
	struct fixture *f = *state;
	const struct conf_topic *topic =
	    good(f, TOPIC("golden = {\"+ 북, 미사일 \", '-\t  a  b'}"))->topics;

	assert_int_equal(topic->golden_count, 2);
	assert_true(topic->goldens[0].must_match);
	assert_string_equal(topic->goldens[0].title, "북, 미사일");
	assert_string_equal(topic->goldens[0].summary, "");
	assert_string_equal(topic->goldens[0].text.text, "+ 북, 미사일 ");
	assert_null(topic->goldens[0].feed);
	assert_false(topic->goldens[1].must_match);
	assert_string_equal(topic->goldens[1].title, "a  b");
	topic = good(f, TOPIC("golden = '+ one'"))->topics;
	assert_int_equal(topic->golden_count, 1);
	assert_string_equal(topic->goldens[0].title, "one");
}

static void
a_line_break_parts_the_title_from_the_summary(void **state)
{
	struct fixture *f = *state;
	const struct conf_topic *topic =
	    good(f, TOPIC("golden = {\"+ a\\nb c\", '+ a \r\n\t\tb\n\n c'}"))
		->topics;

	assert_int_equal(topic->golden_count, 2);
	assert_string_equal(topic->goldens[0].title, "a");
	assert_string_equal(topic->goldens[0].summary, "b c");
	assert_string_equal(topic->goldens[1].title, "a");
	assert_string_equal(topic->goldens[1].summary, "b\n\n c");
}

static void
a_feed_behind_the_sign_gives_the_example_its_source(void **state)
{
	struct fixture *f = *state;
	const struct conf_golden *goldens;

	/* feeds may stand behind topics, and have blanks in their names */
	goldens = good(f,
	    TOPIC(
		"golden = {'+wire A title', '-the wire\tA title', "
		"'+the wire', '- wire A title', '+wire A title\n\twire b'}") "feed \"wire\" { url = \"http://a.example/\" }\n"
									     "feed \"the\" { url = \"http://b.example/\" }\n"
									     "feed \"the wire\" { url = \"http://c.example/\" }\n")
		      ->topics[0]
		      .goldens;
	assert_string_equal(goldens[0].feed, "wire");
	assert_string_equal(goldens[0].title, "A title");
	/* the longest name counts that leaves a title */
	assert_string_equal(goldens[1].feed, "the wire");
	assert_string_equal(goldens[1].title, "A title");
	assert_string_equal(goldens[2].feed, "the");
	assert_string_equal(goldens[2].title, "wire");
	assert_null(goldens[3].feed);
	assert_string_equal(goldens[3].title, "wire A title");
	assert_string_equal(goldens[4].feed, "wire");
	assert_string_equal(goldens[4].summary, "wire b");
}

static void
goldens_of_a_topic_are_bounded(void **state)
{
	struct fixture *f = *state;
	char *text;

	text = repeated("topic \"t\" { query = 'a'\ngolden = {\n", "'+ a %',\n",
	    CONF_GOLDENS_MAX, "} }");
	assert_int_equal(
	    good(f, text)->topics[0].golden_count, CONF_GOLDENS_MAX);
	free(text);
	text = repeated("topic \"t\" { query = 'a'\ngolden = {\n", "'+ a %',\n",
	    CONF_GOLDENS_MAX + 1, "} }");
	refuse(f, text,
	    "w.conf:1003:2: error: golden: more than 1000 examples of one "
	    "topic");
	free(text);
}

static void
the_bytes_of_a_golden_are_bounded(void **state)
{
	struct fixture *f = *state;
	char *text;

	text = repeated("topic \"t\" { query = 'a' golden = {'+ ", "a",
	    CONF_GOLDEN_BYTES_MAX - 2, "'} }");
	assert_int_equal(strlen(good(f, text)->topics[0].goldens[0].title),
	    CONF_GOLDEN_BYTES_MAX - 2);
	free(text);
	text = repeated("topic \"t\" { query = 'a' golden = {'+ ", "a",
	    CONF_GOLDEN_BYTES_MAX - 1, "'} }");
	refuse(f, text,
	    "w.conf:1:36: error: golden: longer than 4096 bytes; expected a "
	    "title and a summary");
	free(text);
}

/* Each unknown feed is compared with all names: only so many times. */
static void
suggestions_for_unknown_feeds_are_bounded(void **state)
{
	struct fixture *f = *state;
	char *text =
	    repeated(FEED "}\nfeed \"wires\" { url = \"http://w.example/\" }\n"
			  "topic \"t\" { query = 'a' golden = {\n",
		"'+wirez A title %',\n", 100, "} }");
	size_t i, suggested = 0;

	load(f, text);
	assert_int_equal(f->diag.errors, 100);
	for (i = 0; i < f->diag.count; i++)
		suggested += strcmp(f->diag.entries[i].hint,
				 "did you mean \"wires\"?") == 0;
	assert_int_equal(suggested, 20);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_topic_without_raise_is_never_raised),
	    TEST(raise_goes_one_step_up_unless_told_otherwise),
	    TEST(the_place_of_raise_is_known),
	    TEST(what_is_wrong_is_refused_where_it_stands),
	    TEST(an_unknown_feed_is_marked_and_a_near_one_suggested),
	    TEST(goldens_are_signs_and_titles),
	    TEST(a_line_break_parts_the_title_from_the_summary),
	    TEST(a_feed_behind_the_sign_gives_the_example_its_source),
	    TEST(goldens_of_a_topic_are_bounded),
	    TEST(the_bytes_of_a_golden_are_bounded),
	    TEST(suggestions_for_unknown_feeds_are_bounded),
	};

	return cmocka_run_group_tests_name("conf_topic", tests, NULL, NULL);
}
