/*
 * What the daemon tells of itself. The flow and the outbox are made up here:
 * their functions are this file's, so that every state can be shown.
 */
#include "tests/test.h"

#include <stdbool.h>

#include "daemon/status.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "lib/sandbox.h"

#define FEEDS 45

struct outbox {
	const char *const *names;
};

static struct subscriptions *subscriptions;
static struct pipeline_status flow;

const struct subscriptions *
pipeline_subscriptions(const struct pipeline *pipeline)
{
	(void)pipeline;
	return subscriptions;
}

void
pipeline_status(
    const struct pipeline *pipeline, struct pipeline_status *status_r)
{
	(void)pipeline;
	*status_r = flow;
}

bool
outbox_status(
    const struct outbox *outbox, size_t i, struct outbox_status *status_r)
{
	if (!outbox->names[i])
		return false;
	*status_r = (struct outbox_status){.sink = outbox->names[i],
	    .type = i ? SINK_WEBHOOK : SINK_LOG,
	    .is_failing = i == 1,
	    .reason = i == 1 ? "HTTP 503" : NULL,
	    .failing_since_ms = 1000,
	    .pending = (int64_t)i + 1,
	    .next_due_ms = INT64_MAX};
	return true;
}

void
workers_status(
    const struct workers *workers, struct workers_status *status_r)
{
	(void)workers;
	*status_r = (struct workers_status){
	    .count = 2, .lost = 1, .missing = SANDBOX_FILES};
}

size_t
topicset_count(const struct topicset *topics)
{
	(void)topics;
	return 3;
}

size_t
topicset_terms(const struct topicset *topics)
{
	(void)topics;
	return 12;
}

struct fixture {
	struct conf conf;
	char names[FEEDS][16];
	struct generation generation;
	struct outbox outbox;
	struct daemon daemon;
};

static int
set_up(void **state)
{
	static const char *const sinks[] = {"log", "hook", NULL};
	struct fixture *f = calloc(1, sizeof(*f));
	struct subscriptions_change change;
	size_t i;

	f->conf.node = "node-1";
	f->conf.feed_count = FEEDS;
	f->conf.feeds = calloc(FEEDS, sizeof(*f->conf.feeds));
	for (i = 0; i < FEEDS; i++) {
		snprintf(f->names[i], sizeof(f->names[i]), "feed %02zu", i);
		f->conf.feeds[i].name = f->names[i];
		f->conf.feeds[i].url = "http://u:secret@wire.example/";
	}
	subscriptions = subscriptions_new();
	subscriptions_configure(subscriptions, &f->conf, &change);
	free(change.added);
	free(change.removed);
	f->outbox.names = sinks;
	f->generation.conf = &f->conf;
	f->daemon.generation = &f->generation;
	f->daemon.outbox = &f->outbox;
	f->daemon.metrics = metrics_new();
	f->daemon.conf_path = "/etc/wirewatch.conf";
	flow = (struct pipeline_status){.last_alert_ms = TIME_NONE};
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	subscriptions_free(&subscriptions);
	metrics_free(&f->daemon.metrics);
	free(f->conf.feeds);
	free(f);
	return 0;
}

static char *
metrics_of(struct fixture *f)
{
	struct buf out;

	buf_init(&out, 0);
	assert_int_equal(status_metrics(&f->daemon, &out), 0);
	return buf_steal(&out);
}

static void
a_sink_that_a_reload_removed_is_measured_no_longer(void **state)
{
	static const char *const left[] = {"log", NULL};
	struct fixture *f = *state;
	char *text = metrics_of(f);

	assert_non_null(
	    strstr(text, "wirewatch_outbox_pending{sink=\"hook\"} 2\n"));
	assert_non_null(
	    strstr(text, "wirewatch_sink_failing{sink=\"hook\"} 1\n"));
	free(text);
	f->outbox.names = left;
	text = metrics_of(f);
	assert_null(strstr(text, "hook"));
	assert_non_null(
	    strstr(text, "wirewatch_outbox_pending{sink=\"log\"} 1\n"));
	free(text);
}

static void
pages_of_feeds_follow_each_other_without_a_gap(void **state)
{
	struct fixture *f = *state;
	char *after = NULL;
	size_t seen = 0, i;

	do {
		json_t *page = status_feeds_json(&f->daemon, after, 10), *feed;
		const char *next = json_get_string(page, "next");

		json_array_foreach(json_object_get(page, "feeds"), i, feed)
		{
			assert_string_equal(
			    json_get_string(feed, "name"), f->names[seen++]);
			assert_null(
			    strstr(json_get_string(feed, "url"), "secret"));
		}
		free(after);
		after = next ? xstrdup(next) : NULL;
		json_decref(page);
	} while (after);
	assert_int_equal(seen, FEEDS);
}

static void
a_page_behind_the_last_feed_is_empty_and_has_no_next(void **state)
{
	struct fixture *f = *state;
	json_t *page = status_feeds_json(&f->daemon, "zzz", 10);

	assert_int_equal(json_array_size(json_object_get(page, "feeds")), 0);
	assert_null(json_get_string(page, "next"));
	json_decref(page);
}

static void
failing_feeds_are_all_counted_and_some_listed(void **state)
{
	struct fixture *f = *state;
	json_t *status, *feeds;
	size_t i;

	for (i = 0; i < FEEDS; i++)
		subscriptions_at(subscriptions, i)->state.status = FEED_HTML;
	status = status_json(&f->daemon);
	feeds = json_object_get(status, "feeds");
	assert_int_equal(json_integer_value(json_object_get(
			     json_object_get(feeds, "by_status"), "html")),
	    FEEDS);
	assert_int_equal(json_array_size(json_object_get(feeds, "failing")),
	    STATUS_FAILING_MAX);
	json_decref(status);
}

static void
the_line_says_when_polling_pauses(void **state)
{
	struct fixture *f = *state;
	char *line = status_line(&f->daemon);

	assert_string_equal(line, "45 feeds, 0 failing, 0 alerts");
	free(line);
	flow.is_paused = true;
	flow.reason = "the disk is nearly full";
	line = status_line(&f->daemon);
	assert_string_equal(line, "paused: the disk is nearly full; "
				  "45 feeds, 0 failing, 0 alerts");
	free(line);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void
workers_are_told_with_what_they_lack(void **state)
{
	struct fixture *f = *state;
	json_t *status = status_json(&f->daemon);
	const json_t *workers = json_object_get(status, "workers");

	assert_int_equal(
	    json_integer_value(json_object_get(workers, "count")), 2);
	assert_int_equal(
	    json_integer_value(json_object_get(workers, "lost")), 1);
	assert_string_equal(
	    json_get_string(workers, "unprotected"), "landlock");
	json_decref(status);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_sink_that_a_reload_removed_is_measured_no_longer),
	    TEST(pages_of_feeds_follow_each_other_without_a_gap),
	    TEST(a_page_behind_the_last_feed_is_empty_and_has_no_next),
	    TEST(failing_feeds_are_all_counted_and_some_listed),
	    TEST(the_line_says_when_polling_pauses),
	    cmocka_unit_test_setup_teardown(
		workers_are_told_with_what_they_lack, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
