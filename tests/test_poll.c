#include "tests/test.h"

#include "daemon/poll.h"
#include "feeds/parse.h"
#include "lib/alloc.h"
#include "lib/clock.h"

/*
 * Decisions of one poll: a generation built by hand, documents by the parser,
 * and the answers of the store given by the test.
 */
#define NOW_MS 1767312000000LL /* 2026-01-02T00:00:00Z */
#define DAY_S 86400

struct fixture {
	struct conf conf;
	struct conf_feed feed_conf;
	struct conf_topic topic;
	struct conf_sink sink;
	struct generation *generation;
	struct feed *feed;
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct diag diag;

	f->feed_conf.name = "wire";
	f->feed_conf.url = "http://wire.example/";
	f->feed_conf.fetch.backlog_ms = DAY_S * 1000LL;
	f->topic.name = "launch";
	f->topic.title = "Launch";
	f->topic.severity = SEVERITY_HIGH;
	f->topic.query.text = "missile";
	f->topic.query.raw = "missile";
	f->topic.query.raw_len = 7;
	f->sink.name = "alerts";
	f->conf.node = "test";
	f->conf.feeds = &f->feed_conf;
	f->conf.feed_count = 1;
	f->conf.topics = &f->topic;
	f->conf.topic_count = 1;
	f->conf.sinks = &f->sink;
	f->conf.sink_count = 1;
	diag_init(&diag);
	f->generation = xcalloc(1, sizeof(*f->generation));
	f->generation->refs = 2; /* never freed: its conf is ours */
	f->generation->conf = &f->conf;
	f->generation->topics = topicset_new(&f->conf, &diag);
	assert_non_null(f->generation->topics);
	f->generation->matcher = matcher_new(f->generation->topics);
	diag_clear(&diag);
	f->feed = feed_new(&f->feed_conf);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	feed_free(&f->feed);
	matcher_free(&f->generation->matcher);
	topicset_free(&f->generation->topics);
	free(f->generation);
	free(f);
	return 0;
}

/* A poll that has read an RSS document with these items. */
static struct poll *
poll_of(struct fixture *f, const char *items)
{
	struct poll *poll = poll_new(f->feed, f->generation);
	char *body = xasprintf("<rss version=\"2.0\"><channel><title>Wire"
	    "</title>%s</channel></rss>", items);
	struct parse_input input = {.body = body, .len = strlen(body)};
	struct feed_doc *doc;
	struct err err;

	assert_int_equal(parse_feed(&input, &doc, &err), PARSE_OK);
	poll_take_doc(poll, doc);
	free(body);
	return poll;
}

/* As the pipeline does it, with a worker that answers at once. */
static void
judge(struct poll *poll, int64_t now_ms)
{
	struct generation *generation = poll->generation;
	struct err why;
	int rc;

	poll_select(poll, now_ms);
	while ((rc = poll_ask_match(poll)) == 1) {
		work_run(generation->matcher, generation->conf,
		    poll->work.request.data, poll->work.request.len,
		    &poll->work.reply);
		assert_int_equal(poll_take_matched(poll, &why), 0);
	}
	assert_int_equal(rc, 0);
}

#define ITEM(guid, title, date)                                               \
	"<item><guid>" guid "</guid><title>" title "</title><pubDate>" date   \
	"</pubDate></item>"
#define TODAY "Thu, 01 Jan 2026 23:00:00 GMT"
#define LAST_YEAR "Wed, 01 Jan 2025 00:00:00 GMT"

static void
the_first_poll_alerts_what_is_recent_and_remembers_what_is_old(void **state)
{
	struct poll *poll = poll_of(*state,
	    ITEM("1", "A missile flies", TODAY)
	        ITEM("2", "A missile flew", LAST_YEAR)
	        ITEM("3", "A missile without a date", ""));

	judge(poll, NOW_MS);
	poll_prepare_commit(poll, NOW_MS);
	assert_int_equal(poll->commit.item_count, 3);
	assert_int_equal(poll->event_count, 2);
	assert_int_equal(poll->alerted_count, 3);
	poll_free(&poll);
}

static void
an_item_that_matches_goes_to_the_sinks_of_its_topic(void **state)
{
	struct poll *poll = poll_of(*state,
	    ITEM("1", "A missile flies", TODAY) ITEM("2", "Football", TODAY));

	judge(poll, NOW_MS);
	poll_prepare_commit(poll, NOW_MS);
	assert_int_equal(poll->commit.event_count, 1);
	assert_string_equal(poll->commit.events[0].topic, "launch");
	assert_string_equal(poll->commit.events[0].type, "alert.opened");
	assert_int_equal(poll->commit.events[0].sink_count, 1);
	assert_string_equal(poll->commit.events[0].sinks[0], "alerts");
	poll_free(&poll);
}

static void
the_same_poll_again_makes_the_same_ids(void **state)
{
	const char *items = ITEM("1", "A missile flies", TODAY);
	struct poll *one = poll_of(*state, items);
	struct poll *two = poll_of(*state, items);

	judge(one, NOW_MS);
	judge(two, NOW_MS + 60000);
	assert_string_equal(one->events[0].id, two->events[0].id);
	poll_free(&one);
	poll_free(&two);
}

static void
known_items_are_not_matched_again(void **state)
{
	struct poll *poll =
	    poll_of(*state, ITEM("1", "A missile flies", TODAY));

	poll->items[0].status = ITEM_KNOWN;
	judge(poll, NOW_MS);
	assert_int_equal(poll->event_count, 0);
	poll_free(&poll);
}

static void
a_changed_item_that_newly_matches_alerts_as_corrected(void **state)
{
	struct poll *poll =
	    poll_of(*state, ITEM("1", "A missile flies", TODAY));

	poll->items[0].status = ITEM_CHANGED;
	poll->items[0].first_seen_ms = NOW_MS - 1000;
	judge(poll, NOW_MS);
	assert_int_equal(poll->event_count, 1);
	assert_int_equal(poll->events[0].type, EVENT_ALERT_CORRECTED);
	poll_free(&poll);
}

/* What the store would answer of an item that alerted before. */
static void
alerted_before(struct poll *poll, int revision, bool is_title_changed)
{
	struct store_item *item = &poll->items[0];

	item->status = ITEM_CHANGED;
	item->is_title_changed = is_title_changed;
	item->first_seen_ms = NOW_MS - 1000;
	item->topics = xcalloc(1, sizeof(*item->topics));
	item->topics[0] = xstrdup("launch");
	item->revisions = xcalloc(1, sizeof(*item->revisions));
	item->revisions[0] = revision;
	item->severities = xcalloc(1, sizeof(*item->severities));
	item->severities[0] = SEVERITY_HIGH;
	item->titles = xcalloc(1, sizeof(*item->titles));
	item->titles[0] = xstrdup("One missile");
	item->topic_count = 1;
	poll->lookup.items = poll->items;
	poll->lookup.item_count = poll->item_count;
}

static void
an_alerted_item_with_a_new_title_gives_an_update(void **state)
{
	struct poll *poll =
	    poll_of(*state, ITEM("1", "Two missiles; missile", TODAY));

	alerted_before(poll, 3, true);
	judge(poll, NOW_MS);
	assert_int_equal(poll->event_count, 1);
	assert_int_equal(poll->events[0].type, EVENT_ALERT_UPDATED);
	assert_non_null(strstr(
	    poll->events[0].body, "\"title_previous\":\"One missile\""));
	assert_int_equal(poll->alerted[0].revision, 4);
	poll_prepare_commit(poll, NOW_MS);
	assert_string_equal(
	    poll->commit.alerted[0].title, "Two missiles; missile");
	poll_free(&poll);
}

static void
a_new_body_under_the_same_title_gives_no_update(void **state)
{
	struct poll *poll =
	    poll_of(*state, ITEM("1", "A missile flies", TODAY));

	alerted_before(poll, 1, false);
	judge(poll, NOW_MS);
	assert_int_equal(poll->event_count, 0);
	poll_free(&poll);
}

static void
an_item_that_was_old_at_first_stays_quiet_when_it_changes(void **state)
{
	struct poll *poll =
	    poll_of(*state, ITEM("1", "A missile flies", LAST_YEAR));

	alerted_before(poll, 0, true);
	judge(poll, NOW_MS);
	assert_int_equal(poll->event_count, 0);
	poll_free(&poll);
}

static void
an_event_keeps_its_sinks_when_the_configuration_goes(void **state)
{
	struct fixture *f = *state;
	struct poll *poll = poll_of(f, ITEM("1", "Quiet", TODAY));
	char name[] = "alerts";

	f->sink.name = name;
	poll_add_feed_event(poll, FEED_HTML, NOW_MS);
	/* what a reload does with the names of before */
	memset(name, 'x', strlen(name));
	poll_prepare_commit(poll, NOW_MS);
	assert_int_equal(poll->commit.events[0].sink_count, 1);
	assert_string_equal(poll->commit.events[0].sinks[0], "alerts");
	poll_free(&poll);
}

static void
an_old_entry_that_slides_back_into_the_window_is_not_news(void **state)
{
	struct fixture *f = *state;
	struct poll *poll;

	f->feed->state.last_new_ms = NOW_MS - 3600000;
	f->feed->state.oldest_s = NOW_MS / 1000 - DAY_S;
	poll = poll_of(f,
	    ITEM("1", "Football", TODAY)
	        ITEM("2", "A missile flew", LAST_YEAR));
	poll->items[0].status = ITEM_KNOWN;
	judge(poll, NOW_MS);
	assert_int_equal(poll->event_count, 0);
	assert_int_equal(poll->item_count, 2);
	poll_free(&poll);
}

static void
an_entry_with_an_old_date_before_known_ones_is_news(void **state)
{
	struct fixture *f = *state;
	struct poll *poll;

	f->feed->state.last_new_ms = NOW_MS - 3600000;
	f->feed->state.oldest_s = NOW_MS / 1000 - DAY_S;
	poll = poll_of(f,
	    ITEM("2", "A missile flew", LAST_YEAR)
	        ITEM("1", "Football", TODAY));
	poll->items[1].status = ITEM_KNOWN;
	judge(poll, NOW_MS);
	assert_int_equal(poll->event_count, 1);
	poll_free(&poll);
}

static void
an_entry_repeated_in_one_document_counts_once(void **state)
{
	struct poll *poll = poll_of(*state,
	    ITEM("1", "A missile flies", TODAY)
	        ITEM("1", "A missile flies", TODAY));

	assert_int_equal(poll->item_count, 1);
	poll_free(&poll);
}

static void
entries_that_share_a_guid_by_mistake_are_told_apart(void **state)
{
	struct poll *poll = poll_of(*state,
	    ITEM("1", "Football", TODAY) ITEM("1", "A missile flies", TODAY)
	        ITEM("1", "A missile lands", TODAY));

	assert_int_equal(poll->item_count, 3);
	judge(poll, NOW_MS);
	assert_int_equal(poll->event_count, 2);
	assert_string_not_equal(poll->events[0].id, poll->events[1].id);
	poll_free(&poll);
}

#define HTTPS_ITEM(title) ITEM("https://a.example/1", title, TODAY)

/* What the store would answer of an item that it knows by its former id. */
static void
know_by_former_id(struct store_item *item)
{
	assert_true(item->has_former);
	memcpy(item->id, item->former, ITEM_ID_SIZE);
	item->status = ITEM_CHANGED;
}

static void
an_item_that_is_known_by_a_former_id_alerts_under_it(void **state)
{
	struct fixture *f = *state;
	struct poll *poll;
	unsigned char former[ITEM_ID_SIZE];

	f->feed->state.last_new_ms = NOW_MS - 3600000;
	poll = poll_of(f, HTTPS_ITEM("A missile flies"));
	know_by_former_id(&poll->items[0]);
	memcpy(former, poll->items[0].id, ITEM_ID_SIZE);
	judge(poll, NOW_MS);
	assert_int_equal(poll->event_count, 1);
	assert_memory_equal(poll->doc->items[0].id, former, ITEM_ID_SIZE);
	poll_prepare_commit(poll, NOW_MS);
	assert_memory_equal(poll->commit.items[0].id, former, ITEM_ID_SIZE);
	poll_free(&poll);
}

#define SHARED(title, date) ITEM("7", title, date)
#define LINKED(link, title, date)                                             \
	"<item><link>" link "</link><title>" title "</title><pubDate>" date    \
	"</pubDate></item>"
#define YESTERDAY "Wed, 31 Dec 2025 23:00:00 GMT"

/* Which of two entries had the id alone before, only the title can tell. */
static void
entries_that_share_an_id_may_have_had_it_alone(void **state)
{
	struct fixture *f = *state;
	struct poll *alone, *poll;

	f->feed->state.last_new_ms = NOW_MS - 3600000;
	alone = poll_of(f, SHARED("Football", TODAY));
	poll = poll_of(
	    f, SHARED("A missile flies", TODAY) SHARED("Football", TODAY));
	assert_int_equal(poll->item_count, 2);
	assert_memory_not_equal(
	    poll->items[0].id, poll->items[1].id, ITEM_ID_SIZE);
	assert_true(poll->items[0].has_former && poll->items[0].needs_title);
	assert_true(poll->items[1].has_former && poll->items[1].needs_title);
	assert_memory_equal(
	    poll->items[1].former, alone->items[0].id, ITEM_ID_SIZE);
	poll_free(&poll);
	poll_free(&alone);
}

/* Else the new one would pass for the known one, and be missed. */
static void
a_title_that_returns_under_one_link_is_a_new_entry(void **state)
{
	struct fixture *f = *state;
	struct poll *poll;

	f->feed->state.last_new_ms = NOW_MS - 3600000;
	poll = poll_of(f, LINKED("http://a.example/v", "A missile", TODAY)
			      LINKED("http://a.example/v", "A missile",
				  YESTERDAY));
	assert_int_equal(poll->item_count, 2);
	assert_memory_not_equal(
	    poll->items[0].id, poll->items[1].id, ITEM_ID_SIZE);
	assert_false(poll->items[0].has_former);
	assert_false(poll->items[1].has_former);
	poll_free(&poll);
}

static void
a_headline_without_a_link_is_told_apart_by_its_date(void **state)
{
	struct fixture *f = *state;
	struct poll *one = poll_of(f, LINKED("javascript:view(5)", "A missile",
					  YESTERDAY));
	struct poll *two = poll_of(f, LINKED("javascript:view(6)", "A missile",
					  TODAY) LINKED("javascript:view(5)",
					  "A missile", YESTERDAY));

	assert_int_equal(two->item_count, 2);
	assert_memory_equal(one->items[0].id, two->items[1].id, ITEM_ID_SIZE);
	assert_memory_not_equal(
	    one->items[0].id, two->items[0].id, ITEM_ID_SIZE);
	poll_free(&one);
	poll_free(&two);
}

static void
what_is_repeated_among_entries_that_share_an_id_counts_once(void **state)
{
	struct poll *poll = poll_of(*state,
	    SHARED("Football", TODAY) SHARED("A missile", TODAY)
		SHARED("Football", TODAY) SHARED("A missile", TODAY));

	assert_int_equal(poll->item_count, 2);
	judge(poll, NOW_MS);
	assert_int_equal(poll->event_count, 1);
	poll_free(&poll);
}

/* A worker that fails on a batch is asked about each item alone. */
static void
an_item_that_workers_fail_on_holds_back_no_other(void **state)
{
	struct poll *poll = poll_of(*state,
	    ITEM("1", "A missile flies", TODAY)
		ITEM("2", "A missile falls", TODAY)
		    ITEM("3", "A missile lands", TODAY));
	struct generation *generation = poll->generation;
	struct err why;
	unsigned failures = 0;

	poll_select(poll, NOW_MS);
	while (poll_ask_match(poll) == 1) {
		/* whatever has the second of them */
		poll->work.has_failed =
		    poll->answered <= 1 && poll->answered + poll->asked_now > 1;
		failures += poll->work.has_failed;
		if (!poll->work.has_failed)
			work_run(generation->matcher, generation->conf,
			    poll->work.request.data, poll->work.request.len,
			    &poll->work.reply);
		if (poll_take_matched(poll, &why) == -1)
			(void)poll_retry_match(poll);
	}
	assert_int_equal(failures, 1 + POLL_MATCH_TRIES);
	assert_int_equal(poll->event_count, 2);
	assert_int_equal(poll->match_overruns, 1);
	poll_free(&poll);
}

static void
a_first_poll_asks_for_no_former_ids(void **state)
{
	struct poll *poll = poll_of(*state, HTTPS_ITEM("A missile flies"));

	assert_false(poll->items[0].has_former);
	poll_free(&poll);
}

static void
new_items_are_kept_for_the_history_whether_they_match_or_not(void **state)
{
	struct fixture *f = *state;
	struct poll *poll;

	f->conf.keep_history_ms = DAY_S * 1000LL;
	poll = poll_of(f,
	    ITEM("1", "Football", TODAY) ITEM("2", "A missile flies", TODAY)
	        ITEM("3", "Known", TODAY) ITEM("4", "Changed", TODAY));
	poll->is_first = false;
	poll->items[2].status = ITEM_KNOWN;
	poll->items[3].status = ITEM_CHANGED;
	judge(poll, NOW_MS);
	assert_int_equal(poll->judged_ms, NOW_MS);
	assert_ptr_equal(strstr(poll->history.data,
	    "{\"id\":\"2\",\"feed\":\"wire\",\"source\":\"Wire\","
	    "\"first_seen\":\"2026-01-02T00:00:00.000Z\""),
	    poll->history.data);
	assert_non_null(strstr(poll->history.data, "}\n{\"id\":\"1\""));
	assert_null(strstr(poll->history.data, "Known"));
	assert_null(strstr(poll->history.data, "Changed"));
	poll_free(&poll);
}

static void
nothing_is_kept_of_a_first_poll_or_when_the_history_is_off(void **state)
{
	struct fixture *f = *state;
	struct poll *poll;

	f->conf.keep_history_ms = DAY_S * 1000LL;
	poll = poll_of(f, ITEM("1", "A missile flies", TODAY));
	judge(poll, NOW_MS);
	assert_int_equal(poll->event_count, 1);
	assert_int_equal(poll->history.len, 0);
	poll_free(&poll);
	f->conf.keep_history_ms = 0;
	poll = poll_of(f, ITEM("1", "A missile flies", TODAY));
	poll->is_first = false;
	judge(poll, NOW_MS);
	assert_int_equal(poll->event_count, 1);
	assert_int_equal(poll->history.len, 0);
	poll_free(&poll);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_first_poll_alerts_what_is_recent_and_remembers_what_is_old),
	    TEST(an_item_that_matches_goes_to_the_sinks_of_its_topic),
	    TEST(the_same_poll_again_makes_the_same_ids),
	    TEST(known_items_are_not_matched_again),
	    TEST(a_changed_item_that_newly_matches_alerts_as_corrected),
	    TEST(an_alerted_item_with_a_new_title_gives_an_update),
	    TEST(a_new_body_under_the_same_title_gives_no_update),
	    TEST(an_item_that_was_old_at_first_stays_quiet_when_it_changes),
	    TEST(an_event_keeps_its_sinks_when_the_configuration_goes),
	    TEST(an_old_entry_that_slides_back_into_the_window_is_not_news),
	    TEST(an_entry_with_an_old_date_before_known_ones_is_news),
	    TEST(an_entry_repeated_in_one_document_counts_once),
	    TEST(entries_that_share_a_guid_by_mistake_are_told_apart),
	    TEST(an_item_that_is_known_by_a_former_id_alerts_under_it),
	    TEST(entries_that_share_an_id_may_have_had_it_alone),
	    TEST(a_title_that_returns_under_one_link_is_a_new_entry),
	    TEST(a_headline_without_a_link_is_told_apart_by_its_date),
	    TEST(what_is_repeated_among_entries_that_share_an_id_counts_once),
	    TEST(an_item_that_workers_fail_on_holds_back_no_other),
	    TEST(a_first_poll_asks_for_no_former_ids),
	    TEST(new_items_are_kept_for_the_history_whether_they_match_or_not),
	    TEST(nothing_is_kept_of_a_first_poll_or_when_the_history_is_off),
	};
	int rc;

	parse_init();
	rc = cmocka_run_group_tests_name("poll", tests, NULL, NULL);
	parse_cleanup();
	return rc;
}
