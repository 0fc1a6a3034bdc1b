#include "tests/test_conf.h"

/* A page with these options. */
#define PAGE(options) FEED options " }"

static void
every_option_of_a_page_reaches_its_field(void **state)
{
	struct fixture *f = *state;
	const struct conf_html *html =
	    &good(f, PAGE("html-item = \"//ul[@id='n']/li\"\n"
			  "html-title = './/a[@class=\"t\"]'\n"
			  "html-link = \"concat('v?', @id)\"\n"
			  "html-date = span html-summary = \"p\"\n"
			  "html-timezone = '+09:30'"))
		 ->feeds->html;

	assert_string_equal(html->item, "//ul[@id='n']/li");
	assert_string_equal(html->title, ".//a[@class=\"t\"]");
	assert_string_equal(html->link, "concat('v?', @id)");
	assert_string_equal(html->date, "span");
	assert_string_equal(html->summary, "p");
	assert_int_equal(html->zone_min, 570);
}

static void
a_feed_is_no_page(void **state)
{
	struct fixture *f = *state;
	const struct conf_html *html = &good(f, PAGE(""))->feeds->html;

	assert_null(html->item);
	assert_null(html->title);
	assert_int_equal(html->zone_min, 0);
}

static void
a_bad_expression_is_located(void **state)
{
	refuse(*state, PAGE("\nhtml-item = '//li['\nhtml-title = a"),
	    "w.conf:2:14: error: html-item: not an XPath expression; expected "
	    "an expression of XPath 1.0");
	refuse(*state, PAGE("html-item = '//li' html-title = 'foo(a)'"),
	    "w.conf:1:71: error: html-title: there is no function foo() in "
	    "XPath 1.0; expected an expression of XPath 1.0");
	refuse(*state, PAGE("html-item = '' html-title = 'a'"),
	    "w.conf:1:51: error: html-item: expected an XPath expression, "
	    "not \"\"");
}

static void
an_expression_must_be_of_the_kind_that_is_asked_for(void **state)
{
	refuse(*state, PAGE("html-item = 'string(//li)' html-title = 'a'"),
	    "w.conf:1:51: error: html-item: expected an expression for "
	    "elements, as in \"//ul[@id='news']/li\"");
	refuse(*state, PAGE("html-item = '//li' html-title = 'count(a)'"),
	    "w.conf:1:71: error: html-title: expected an expression for nodes "
	    "or text, not for a number or a truth");
	refuse(*state, PAGE("html-item = '//li' html-title = '//a'"),
	    "w.conf:1:71: error: html-title: this begins at the page, not at "
	    "the entry; expected \".//a\"");
}

static void
an_entry_and_its_title_go_together(void **state)
{
	refuse(*state, PAGE("html-item = '//li'"),
	    "w.conf:1:38: error: html-item without html-title; expected where "
	    "in an entry its title stands, html-title = \".//a\"");
	refuse(*state, PAGE("html-title = 'a'"),
	    "w.conf:1:38: error: html-title without html-item; expected where "
	    "the entries of the page stand, html-item = \"//ul/li\"");
	refuse(*state, PAGE("html-timezone = '+1'"),
	    "w.conf:1:38: error: html-timezone without html-item; expected "
	    "where the entries of the page stand, html-item = \"//ul/li\"");
}

static void
a_time_zone_is_hours_and_minutes(void **state)
{
	static const struct {
		const char *text;
		int minutes;
	} zones[] = {{"+09:00", 540}, {"+0900", 540}, {"+9", 540},
	    {"-03:30", -210}, {"-0330", -210}, {"+14", 840}, {"-00:00", 0}};
	static const char *const bad[] = {"", "9", "+", "-", "+9:", "+9:0",
	    "+9:000", "+09:60", "+15", "+930", "+090000", "KST", "+09:00 ",
	    "+:30", "+0x9", "--9"};
	int minutes;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		assert_int_equal(conf_zone(zones[i].text, &minutes), 0);
		assert_int_equal(minutes, zones[i].minutes);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (conf_zone(bad[i], &minutes) == 0)
			print_message("# %s\n", bad[i]);
		assert_int_equal(conf_zone(bad[i], &minutes), -1);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_option_of_a_page_reaches_its_field),
	    TEST(a_feed_is_no_page),
	    TEST(a_bad_expression_is_located),
	    TEST(an_expression_must_be_of_the_kind_that_is_asked_for),
	    TEST(an_entry_and_its_title_go_together),
	    TEST(a_time_zone_is_hours_and_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
