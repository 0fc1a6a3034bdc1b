#include "tests/test.h"

#include "config/conf.h"
#include "feeds/feed.h"
#include "lib/alloc.h"
#include "lib/clock.h"

#define LAST_STATUS FEED_UNREACHABLE

static void
every_status_has_a_name_of_its_own_that_reads_back(void **state)
{
	enum feed_status status, read;

	(void)state;
	for (status = FEED_NEW; status <= LAST_STATUS; status++) {
		assert_int_equal(
		    feed_status_parse(feed_status_name(status), &read), 0);
		assert_int_equal(read, status);
	}
	assert_int_equal(feed_status_parse("well", &read), -1);
	assert_int_equal(feed_status_parse("", &read), -1);
	assert_int_equal(feed_status_parse("OK", &read), -1);
}

static void
only_what_carries_news_is_healthy(void **state)
{
	static const bool is_healthy[LAST_STATUS + 1] = {
	    [FEED_NEW] = true,
	    [FEED_OK] = true,
	    [FEED_MOVED] = true,
	    [FEED_UNDATED] = true,
	    [FEED_FUTURE] = true,
	};
	enum feed_status status;

	(void)state;
	for (status = FEED_NEW; status <= LAST_STATUS; status++)
		assert_int_equal(
		    feed_status_is_healthy(status), is_healthy[status]);
}

static void
what_is_well_ranks_behind_what_is_not(void **state)
{
	enum feed_status status, other;

	(void)state;
	for (status = FEED_NEW; status <= LAST_STATUS; status++) {
		for (other = FEED_NEW; other <= LAST_STATUS; other++) {
			if (status != other)
				assert_true(feed_status_rank(status) !=
				    feed_status_rank(other));
			if (feed_status_is_healthy(status) &&
			    !feed_status_is_healthy(other))
				assert_true(feed_status_rank(status) <
				    feed_status_rank(other));
		}
	}
	assert_int_equal(feed_status_rank(FEED_OK), 0);
}

static void
a_new_feed_has_no_past(void **state)
{
	struct conf_feed conf = {.name = "a", .url = "http://a.example/"};
	struct feed *feed = feed_new(&conf);

	(void)state;
	assert_int_equal(feed->state.status, FEED_NEW);
	assert_true(feed->state.last_poll_ms == TIME_NONE);
	assert_true(feed->state.last_ok_ms == TIME_NONE);
	assert_true(feed->state.last_new_ms == TIME_NONE);
	assert_true(feed->state.newest_s == TIME_NONE);
	assert_true(feed->state.oldest_s == TIME_NONE);
	assert_true(feed->state.next_due_ms == TIME_NONE);
	assert_true(feed->state.status_since_ms == TIME_NONE);
	assert_true(feed->state.told_until_ms == TIME_NONE);
	assert_int_equal(feed->state.told, FEED_NEW);
	assert_null(feed->state.etag);
	assert_string_equal(feed_url(feed), "http://a.example/");
	feed_free(&feed);
	assert_null(feed);
	feed_free(&feed);
}

static void
a_moved_feed_is_polled_where_it_has_moved_to(void **state)
{
	struct conf_feed conf = {.name = "a", .url = "http://a.example/"};
	struct feed *feed = feed_new(&conf);

	(void)state;
	feed->state.moved_url = xstrdup("http://b.example/");
	assert_string_equal(feed_url(feed), "http://a.example/");
	feed->state.has_moved = true;
	assert_string_equal(feed_url(feed), "http://b.example/");
	feed_free(&feed);
}

static void
a_state_is_copied_with_its_strings(void **state)
{
	struct feed_state one, two;

	(void)state;
	feed_state_init(&one);
	feed_state_init(&two);
	one.etag = xstrdup("\"e\"");
	one.last_modified = xstrdup("yesterday");
	one.moved_url = xstrdup("http://b.example/");
	one.reason = xstrdup("because");
	one.url = xstrdup("http://a.example/");
	one.failures = 7;
	two.reason = xstrdup("what stood there before");
	feed_state_copy(&two, &one);
	feed_state_clear(&one);
	assert_null(one.etag);
	assert_int_equal(one.failures, 0);
	assert_string_equal(two.etag, "\"e\"");
	assert_string_equal(two.last_modified, "yesterday");
	assert_string_equal(two.moved_url, "http://b.example/");
	assert_string_equal(two.reason, "because");
	assert_string_equal(two.url, "http://a.example/");
	assert_int_equal(two.failures, 7);
	feed_state_clear(&two);
}

static void
assert_other_origin(const struct conf_feed *a, const struct conf_feed *b)
{
	char *x = feed_origin(a), *y = feed_origin(b);

	assert_string_not_equal(x, y);
	free(x);
	free(y);
}

static void
a_state_is_of_a_url_and_of_how_a_page_is_read(void **state)
{
	struct conf_feed feed = {.url = "http://a.example/"}, other;
	char *origin = feed_origin(&feed), *again;

	(void)state;
	assert_string_equal(origin, "http://a.example/");
	free(origin);
	other = feed;
	feed.html.item = "//li";
	feed.html.title = "a";
	assert_other_origin(&feed, &other);
	origin = feed_origin(&feed);
	again = feed_origin(&feed);
	assert_string_equal(origin, again);
	free(origin);
	free(again);
	other = feed;
	other.html.title = "b";
	assert_other_origin(&feed, &other);
	other = feed;
	other.html.link = "";
	assert_other_origin(&feed, &other);
	other = feed;
	other.html.link = feed.html.date = "i";
	assert_other_origin(&feed, &other);
	other = feed;
	other.html.zone_min = 540;
	assert_other_origin(&feed, &other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        every_status_has_a_name_of_its_own_that_reads_back),
	    cmocka_unit_test(only_what_carries_news_is_healthy),
	    cmocka_unit_test(what_is_well_ranks_behind_what_is_not),
	    cmocka_unit_test(a_new_feed_has_no_past),
	    cmocka_unit_test(a_moved_feed_is_polled_where_it_has_moved_to),
	    cmocka_unit_test(a_state_is_copied_with_its_strings),
	    cmocka_unit_test(a_state_is_of_a_url_and_of_how_a_page_is_read),
	};

	return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
