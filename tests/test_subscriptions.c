#include "tests/test.h"

#include "daemon/subscriptions.h"
#include "lib/alloc.h"
#include "lib/clock.h"

/* A configuration of feeds alone; `spec` holds name, url pairs and NULL. */
static void
conf_of(struct conf *conf, struct conf_feed *feeds, const char *const *spec)
{
	memset(conf, 0, sizeof(*conf));
	conf->feeds = feeds;
	for (; spec[0]; spec += 2) {
		struct conf_feed *feed = &feeds[conf->feed_count++];

		memset(feed, 0, sizeof(*feed));
		feed->name = spec[0];
		feed->url = spec[1];
	}
}

static void
release(struct subscriptions_change *change)
{
	size_t i;

	for (i = 0; change->removed[i]; i++)
		feed_free(&change->removed[i]);
	free(change->removed);
	free(change->added);
}

static void
feeds_stand_in_the_order_of_their_names(void **state)
{
	const char *const spec[] = {"c", "http://c/", "a", "http://a/", "b",
	    "http://b/", NULL};
	struct subscriptions *subscriptions = subscriptions_new();
	struct subscriptions_change change;
	struct conf_feed feeds[3];
	struct conf conf;

	(void)state;
	conf_of(&conf, feeds, spec);
	subscriptions_configure(subscriptions, &conf, &change);
	assert_int_equal(subscriptions_count(subscriptions), 3);
	assert_string_equal(
	    subscriptions_at(subscriptions, 0)->conf->name, "a");
	assert_string_equal(
	    subscriptions_at(subscriptions, 2)->conf->name, "c");
	assert_int_equal(subscriptions_after(subscriptions, NULL), 0);
	assert_int_equal(subscriptions_after(subscriptions, "a"), 1);
	assert_int_equal(subscriptions_after(subscriptions, "bb"), 2);
	assert_int_equal(subscriptions_after(subscriptions, "z"), 3);
	release(&change);
	subscriptions_free(&subscriptions);
}

static void
a_reload_keeps_feeds_adds_new_ones_and_gives_back_the_others(void **state)
{
	const char *const before[] = {"a", "http://a/", "b", "http://b/", "d",
	    "http://d/", NULL};
	const char *const after[] = {"b", "http://b/", "c", "http://c/", NULL};
	struct subscriptions *subscriptions = subscriptions_new();
	struct subscriptions_change change;
	struct conf_feed old_feeds[3], new_feeds[2];
	struct conf old_conf, new_conf;
	struct feed *kept;

	(void)state;
	conf_of(&old_conf, old_feeds, before);
	conf_of(&new_conf, new_feeds, after);
	subscriptions_configure(subscriptions, &old_conf, &change);
	release(&change);
	kept = subscriptions_at(subscriptions, 1);
	kept->state.etag = xstrdup("\"1\"");
	subscriptions_configure(subscriptions, &new_conf, &change);
	assert_int_equal(subscriptions_count(subscriptions), 2);
	assert_ptr_equal(subscriptions_at(subscriptions, 0), kept);
	assert_ptr_equal(kept->conf, &new_feeds[0]);
	assert_string_equal(kept->state.etag, "\"1\"");
	assert_string_equal(change.added[0]->conf->name, "c");
	assert_null(change.added[1]);
	assert_string_equal(change.removed[0]->conf->name, "a");
	assert_string_equal(change.removed[1]->conf->name, "d");
	assert_null(change.removed[2]);
	release(&change);
	subscriptions_free(&subscriptions);
}

static void
another_url_under_the_same_name_forgets_the_validators(void **state)
{
	const char *const before[] = {"a", "http://a/", NULL};
	const char *const after[] = {"a", "http://a/moved", NULL};
	struct subscriptions *subscriptions = subscriptions_new();
	struct subscriptions_change change;
	struct conf_feed old_feed[1], new_feed[1];
	struct conf old_conf, new_conf;
	struct feed *feed;

	(void)state;
	conf_of(&old_conf, old_feed, before);
	conf_of(&new_conf, new_feed, after);
	subscriptions_configure(subscriptions, &old_conf, &change);
	release(&change);
	feed = subscriptions_at(subscriptions, 0);
	feed->state.etag = xstrdup("\"1\"");
	feed->state.body_hash = 7;
	feed->state.last_ok_ms = 1000;
	feed->state.asked_s = 3600;
	feed->state.skip.hours = 1;
	feed->state.pace.count = 9;
	subscriptions_configure(subscriptions, &new_conf, &change);
	release(&change);
	assert_null(feed->state.etag);
	assert_int_equal(feed->state.body_hash, 0);
	assert_int_equal(feed->state.asked_s, 0);
	assert_int_equal(feed->state.skip.hours, 0);
	assert_int_equal(feed->state.pace.count, 0);
	/* what was seen stays seen: it is the same feed at another place */
	assert_int_equal(feed->state.last_ok_ms, 1000);
	subscriptions_free(&subscriptions);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(feeds_stand_in_the_order_of_their_names),
	    cmocka_unit_test(
	        a_reload_keeps_feeds_adds_new_ones_and_gives_back_the_others),
	    cmocka_unit_test(
	        another_url_under_the_same_name_forgets_the_validators),
	};

	return cmocka_run_group_tests_name("subscriptions", tests, NULL, NULL);
}
