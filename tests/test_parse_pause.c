#include "tests/test.h"

#include "feeds/parse.h"

#define RSS "<rss version=\"2.0\"><channel><title>t</title>"
#define END "</channel></rss>"

static struct feed_doc *
parse_text(const char *text)
{
	const struct parse_input input = {.body = text, .len = strlen(text)};
	struct feed_doc *doc = NULL;
	struct err err;

	assert_int_equal(parse_feed(&input, &doc, &err), PARSE_OK);
	return doc;
}

static void
a_feed_may_say_when_not_to_ask(void **state)
{
	struct feed_doc *doc = parse_text(
	    "<rss><channel><title>t</title>"
	    "<skipHours><hour>0</hour><hour> 7 </hour><hour>24</hour>"
	    "<hour>25</hour><hour>-1</hour><hour>x</hour><hour>8x</hour>"
	    "</skipHours><skipDays><day>Sunday</day><day>saturday </day>"
	    "<day>Someday</day></skipDays><hour>3</hour><item><title>i</title>"
	    "<skipHours><hour>5</hour></skipHours></item></channel></rss>");

	(void)state;
	assert_int_equal(doc->skip.hours, 1 << 0 | 1 << 7);
	assert_int_equal(doc->skip.days, 1 << 0 | 1 << 6);
	assert_int_equal(doc->item_count, 1);
	feed_doc_free(&doc);
	doc = parse_text(RSS "<item><title>i</title></item>" END);
	assert_int_equal(doc->skip.hours, 0);
	assert_int_equal(doc->skip.days, 0);
	feed_doc_free(&doc);
}

static int
set_up(void **state)
{
	(void)state;
	parse_init();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	parse_cleanup();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_feed_may_say_when_not_to_ask),
	};

	return cmocka_run_group_tests_name(
	    "parse_pause", tests, set_up, tear_down);
}
