#include "tests/test.h"

#include "alerts/event.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/json.h"

#define NOW_MS 1767312000123LL /* 2026-01-02T00:00:00.123Z */

struct fixture {
	struct conf_topic topic;
	struct conf_feed feed;
	struct item item;
	struct match_span spans[MATCH_SPANS_MAX];
	struct match match;
	struct event_alert alert;
	struct event event;
	json_t *body;
};

static int
set_up(void **state)
{
	static const char *tags[] = {"dprk", "launch"};
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->topic.name = "launch";
	f->topic.title = "Launches";
	f->topic.severity = SEVERITY_HIGH;
	f->topic.tags.items = tags;
	f->topic.tags.count = 2;
	f->feed.name = "wire";
	f->feed.url = "https://user:hush@wire.example/feed?key=hush";
	f->feed.role = "wire";
	f->feed.country = "KR";
	f->feed.lang = "ko";
	f->item.guid = "tag:1";
	f->item.url = "https://wire.example/1";
	f->item.title = "북한 미사일 발사";
	f->item.summary = "";
	f->item.content = "";
	f->item.published_s = 1767311000;
	f->item.updated_s = TIME_NONE;
	memset(f->item.id, 7, ITEM_ID_SIZE);
	f->spans[0].field = MATCH_TITLE;
	f->spans[0].start = 7;
	f->spans[0].end = 16;
	f->spans[0].term = "미사일";
	f->match.topic = &f->topic;
	f->match.severity = SEVERITY_HIGH;
	f->match.spans = f->spans;
	f->match.span_count = 1;
	f->alert.type = EVENT_ALERT_OPENED;
	f->alert.match = &f->match;
	f->alert.item = &f->item;
	f->alert.feed = &f->feed;
	f->alert.feed_title = "The Wire";
	f->alert.first_seen_ms = NOW_MS;
	f->alert.now_ms = NOW_MS;
	f->alert.revision = 1;
	f->alert.node = "test";
	*state = f;
	return 0;
}

static void
forget(struct fixture *f)
{
	event_clear(&f->event);
	json_decref(f->body);
	f->body = NULL;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	forget(f);
	free(f);
	return 0;
}

/* The event's body, which is one line of JSON within its bound. */
static void
read_body(struct fixture *f)
{
	struct err err;

	assert_non_null(f->event.body);
	assert_null(strchr(f->event.body, '\n'));
	assert_true(strlen(f->event.body) < EVENT_BODY_MAX);
	f->body = json_read(f->event.body, strlen(f->event.body), &err);
	assert_non_null(f->body);
	assert_string_equal(json_get_string(f->body, "id"), f->event.id);
}

static void
build(struct fixture *f)
{
	forget(f);
	event_from_alert(&f->event, &f->alert);
	read_body(f);
}

static const json_t *
member(const struct fixture *f, const char *object)
{
	return json_object_get(json_object_get(f->body, "data"), object);
}

static bool
is_truncated(const struct fixture *f, const char *field)
{
	const json_t *list = json_object_get(f->body, "truncated");
	json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
	{
		if (strcmp(json_string_value(value), field) == 0)
			return true;
	}
	return false;
}

static void
an_alert_says_what_where_whence_and_when(void **state)
{
	struct fixture *f = *state;
	const json_t *span;

	build(f);
	assert_string_equal(
	    json_get_string(f->body, "schema"), "wirewatch.event/1");
	assert_string_equal(json_get_string(f->body, "type"), "alert.opened");
	assert_string_equal(
	    json_get_string(f->body, "timestamp"), "2026-01-02T00:00:00.123Z");
	assert_string_equal(json_get_string(f->body, "node"), "test");
	assert_string_equal(json_get_string(f->body, "severity"), "high");
	assert_int_equal(
	    json_integer_value(json_object_get(f->body, "severity_num")), 4);
	assert_null(json_object_get(f->body, "seq"));
	assert_null(json_object_get(f->body, "truncated"));
	assert_string_equal(
	    json_get_string(member(f, "topic"), "title"), "Launches");
	assert_int_equal(
	    json_array_size(json_object_get(member(f, "topic"), "tags")), 2);
	assert_string_equal(
	    json_get_string(member(f, "item"), "title"), f->item.title);
	assert_string_equal(json_get_string(member(f, "item"), "published"),
	    "2026-01-01T23:43:20Z");
	assert_true(
	    json_is_null(json_object_get(member(f, "item"), "updated")));
	assert_string_equal(json_get_string(member(f, "item"), "lang"), "ko");
	assert_string_equal(
	    json_get_string(member(f, "source"), "title"), "The Wire");
	assert_string_equal(
	    json_string_value(json_array_get(member(f, "why_now"), 0)),
	    "first-match");
	/* places are counted in characters */
	span = json_array_get(json_object_get(member(f, "match"), "spans"), 0);
	assert_string_equal(json_get_string(span, "text"), "미사일");
	assert_int_equal(json_integer_value(json_object_get(span, "start")), 3);
	assert_int_equal(json_integer_value(json_object_get(span, "end")), 6);
	assert_string_equal(
	    json_get_string(member(f, "match"), "snippet"), f->item.title);
}

static void
a_raised_alert_has_the_severity_it_was_raised_to(void **state)
{
	struct fixture *f = *state;
	char id[EVENT_ID_SIZE];

	build(f);
	assert_true(json_is_false(json_object_get(member(f, "match"), "raised")));
	memcpy(id, f->event.id, sizeof(id));
	f->match.is_raised = true;
	f->match.severity = SEVERITY_FLASH;
	build(f);
	assert_int_equal(f->event.severity, SEVERITY_FLASH);
	assert_string_equal(json_get_string(f->body, "severity"), "flash");
	assert_int_equal(
	    json_integer_value(json_object_get(f->body, "severity_num")), 5);
	assert_true(json_is_true(json_object_get(member(f, "match"), "raised")));
	/* receivers know by it what came before, so it must not change */
	assert_string_equal(f->event.id, id);
}

static void
an_update_names_the_title_before(void **state)
{
	struct fixture *f = *state;

	f->alert.type = EVENT_ALERT_UPDATED;
	f->alert.title_previous = "Before";
	build(f);
	assert_string_equal(
	    json_get_string(member(f, "item"), "title_previous"), "Before");
	assert_string_equal(
	    json_string_value(json_array_get(member(f, "why_now"), 0)),
	    "title-changed");
}

/* Receivers know an event by it: it may never change, not even by a release. */
static void
the_id_is_the_same_everywhere_and_for_ever(void **state)
{
	struct fixture *f = *state;

	build(f);
	assert_string_equal(
	    f->event.id, "evt_c4a63db8f57476d75b6650772991fa36");
	f->alert.now_ms += 100000;
	f->alert.first_seen_ms += 100000;
	f->alert.node = "another";
	f->item.title = "another";
	f->match.span_count = 0;
	build(f);
	assert_string_equal(
	    f->event.id, "evt_c4a63db8f57476d75b6650772991fa36");
}

static void
the_id_depends_on_topic_feed_item_and_revision(void **state)
{
	struct fixture *f = *state;
	char ids[5][EVENT_ID_SIZE], key[33];
	int i, j;

	build(f);
	memcpy(ids[0], f->event.id, EVENT_ID_SIZE);
	memcpy(key, f->event.order_key, sizeof(key));
	f->alert.revision = 2;
	build(f);
	memcpy(ids[1], f->event.id, EVENT_ID_SIZE);
	f->topic.name = "other";
	build(f);
	memcpy(ids[2], f->event.id, EVENT_ID_SIZE);
	/* all events of an item keep their order, whatever the topic */
	assert_string_equal(f->event.order_key, key);
	f->item.id[3] = 8;
	build(f);
	memcpy(ids[3], f->event.id, EVENT_ID_SIZE);
	assert_string_not_equal(f->event.order_key, key);
	f->feed.name = "other";
	build(f);
	memcpy(ids[4], f->event.id, EVENT_ID_SIZE);
	for (i = 0; i < 5; i++) {
		for (j = 0; j < i; j++)
			assert_string_not_equal(ids[i], ids[j]);
	}
}

/* Names next to each other must not run into each other. */
static void
parts_of_the_id_are_told_apart(void **state)
{
	struct fixture *f = *state;
	char id[EVENT_ID_SIZE];

	f->topic.name = "ab";
	f->feed.name = "c";
	build(f);
	memcpy(id, f->event.id, EVENT_ID_SIZE);
	f->topic.name = "a";
	f->feed.name = "bc";
	build(f);
	assert_string_not_equal(f->event.id, id);
}

static char *
repeat(const char *piece, size_t bytes)
{
	size_t len = strlen(piece), i;
	char *text = xcalloc(1, bytes + 1);

	for (i = 0; i + len <= bytes; i += len)
		memcpy(text + i, piece, len);
	return text;
}

/* Everything as long as it can be, of characters that JSON writes longest. */
static void
check_longest(struct fixture *f, const char *piece)
{
	char *title = repeat(piece, ITEM_TITLE_MAX);
	char *text = repeat(piece, ITEM_TEXT_MAX);
	char *guid = repeat(piece, ITEM_GUID_MAX);
	char *name = repeat(piece, ITEM_NAME_MAX);
	char *url = repeat("x", ITEM_URL_MAX);
	char *value = repeat(piece, 4096);
	const char *names[1000];
	size_t i, len = strlen(piece);

	for (i = 0; i < 1000; i++)
		names[i] = i < ITEM_LIST_MAX ? name : value;
	for (i = 0; i < MATCH_SPANS_MAX; i++) {
		f->spans[i].field = MATCH_CONTENT;
		f->spans[i].start = 100 * len * i;
		f->spans[i].end = f->spans[i].start + 300 * len;
		f->spans[i].term = text;
		f->spans[i].set = "a-set";
	}
	f->match.span_count = MATCH_SPANS_MAX;
	f->topic.title = value;
	f->topic.tags.items = names;
	f->topic.tags.count = 1000;
	f->feed.title = f->feed.role = f->feed.country = f->feed.lang = value;
	f->item.guid = guid;
	f->item.url = url;
	f->item.title = title;
	f->item.summary = f->item.content = text;
	f->item.lang = value;
	f->item.authors = f->item.categories = names;
	f->item.author_count = f->item.category_count = ITEM_LIST_MAX;
	f->alert.title_previous = title;
	build(f);
	assert_true(is_truncated(f, "summary"));
	assert_true(is_truncated(f, "spans"));
	assert_true(is_truncated(f, "tags"));
	free(title);
	free(text);
	free(guid);
	free(name);
	free(url);
	free(value);
}

static void
no_event_exceeds_its_bound_whatever_it_is_made_of(void **state)
{
	static const char *const pieces[] = {"x", "\"", "\\", "\x7f", "\x01",
	    "é", "\u2028", "미", "𠀀", "e\u0301"};
	size_t i;

	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		check_longest(*state, pieces[i]);
		tear_down(state);
		set_up(state);
	}
}

static void
what_is_long_is_cut_between_characters_and_told(void **state)
{
	struct fixture *f = *state;
	char *summary = repeat("미", 30000);

	f->item.summary = summary;
	build(f);
	assert_true(is_truncated(f, "summary"));
	assert_false(is_truncated(f, "title"));
	assert_in_range(
	    strlen(json_get_string(member(f, "item"), "summary")), 900, 4000);
	free(summary);
}

static void
text_that_is_not_utf_8_harms_nothing(void **state)
{
	struct fixture *f = *state;
	const char *names[] = {"good", "b\xff"
				       "d"};

	f->item.guid = "b\xff"
		       "d";
	f->item.title = "\xc3";
	f->item.summary = "b\xe9"
			  "d";
	f->item.authors = names;
	f->item.author_count = 2;
	f->feed.role = "\xff";
	f->topic.title = "\xff";
	f->match.span_count = 0;
	build(f);
	assert_true(json_is_null(json_object_get(member(f, "item"), "guid")));
	assert_int_equal(
	    json_array_size(json_object_get(member(f, "item"), "authors")), 1);
}

static void
a_snippet_is_one_line_and_the_summary_keeps_its_paragraphs(void **state)
{
	struct fixture *f = *state;

	f->item.summary = "One.\nA missile.\nTwo.";
	f->spans[0].field = MATCH_SUMMARY;
	f->spans[0].start = 7;
	f->spans[0].end = 14;
	build(f);
	assert_string_equal(json_get_string(member(f, "match"), "snippet"),
	    "One. A missile. Two.");
	assert_string_equal(json_get_string(member(f, "item"), "summary"),
	    "One.\nA missile.\nTwo.");
}

static void
a_snippet_shows_the_surroundings_of_the_first_match(void **state)
{
	struct fixture *f = *state;
	char *before = repeat("가", 600), *after = repeat("나", 600);
	char *content = xasprintf("%s미사일%s", before, after);
	const char *snippet;

	f->item.content = content;
	f->spans[0].field = MATCH_CONTENT;
	f->spans[0].start = 600;
	f->spans[0].end = 609;
	build(f);
	snippet = json_get_string(member(f, "match"), "snippet");
	assert_non_null(strstr(snippet, "가미사일나"));
	assert_int_equal(strncmp(snippet, "…", strlen("…")), 0);
	assert_string_equal(snippet + strlen(snippet) - strlen("…"), "…");
	free(content);
	free(before);
	free(after);
}

static void
a_feed_event_tells_the_change_without_secrets(void **state)
{
	struct fixture *f = *state;
	struct feed *feed = feed_new(&f->feed);

	feed->state.status = FEED_HTML;
	feed->state.reason = xstrdup("a page, not a feed");
	event_from_feed_state(&f->event, feed, FEED_OK, "test", NOW_MS);
	read_body(f);
	assert_null(strstr(f->event.body, "hush"));
	assert_non_null(strstr(f->event.body, "wire.example"));
	assert_string_equal(json_get_string(f->body, "type"), "feed.state");
	assert_string_equal(json_get_string(f->body, "severity"), "medium");
	assert_string_equal(
	    json_get_string(member(f, "feed"), "status"), "html");
	assert_string_equal(json_get_string(member(f, "feed"), "from"), "ok");
	assert_string_equal(
	    json_get_string(member(f, "feed"), "reason"), "a page, not a feed");
	assert_null(f->event.topic);
	feed_free(&feed);
}

static void
two_changes_within_a_millisecond_are_two_events(void **state)
{
	struct fixture *f = *state;
	char id[EVENT_ID_SIZE], key[33];

	event_from_sink_state(
	    &f->event, "desk", "failing", "HTTP 500", "test", NOW_MS);
	read_body(f);
	assert_string_equal(json_get_string(f->body, "severity"), "high");
	assert_string_equal(
	    json_get_string(member(f, "sink"), "state"), "failing");
	memcpy(id, f->event.id, sizeof(id));
	memcpy(key, f->event.order_key, sizeof(key));
	forget(f);
	event_from_sink_state(&f->event, "desk", "ok", NULL, "test", NOW_MS);
	read_body(f);
	assert_string_equal(json_get_string(f->body, "severity"), "info");
	assert_string_not_equal(f->event.id, id);
	assert_string_equal(f->event.order_key, key);
	forget(f);
	/* the same one again is the same event */
	event_from_sink_state(
	    &f->event, "desk", "failing", "HTTP 500", "test", NOW_MS);
	assert_string_equal(f->event.id, id);
	forget(f);
	event_from_sink_state(
	    &f->event, "desk", "failing", "HTTP 500", "other", NOW_MS);
	assert_string_not_equal(f->event.id, id);
}

static void
a_dead_letter_names_its_event_and_its_sink(void **state)
{
	struct fixture *f = *state;

	event_from_dead_letter(
	    &f->event, "desk", "evt_1", "HTTP 400", 1, "test", NOW_MS);
	read_body(f);
	assert_string_equal(
	    json_get_string(f->body, "type"), "sink.dead_letter");
	assert_string_equal(json_get_string(member(f, "sink"), "name"), "desk");
	assert_string_equal(
	    json_get_string(member(f, "sink"), "event"), "evt_1");
	assert_string_equal(
	    json_get_string(member(f, "sink"), "reason"), "HTTP 400");
	assert_int_equal(
	    json_integer_value(json_object_get(member(f, "sink"), "attempts")),
	    1);
}

static void
events_of_our_own_are_bounded_too(void **state)
{
	struct fixture *f = *state;
	char *summary = repeat("\x01", 1000000);

	event_from_config(&f->event, EVENT_CONFIG_REJECTED, "/etc/x.conf",
	    summary, "test", NOW_MS);
	read_body(f);
	assert_string_equal(
	    json_get_string(f->body, "type"), "config.rejected");
	forget(f);
	event_from_config(
	    &f->event, EVENT_CONFIG_REJECTED, summary, summary, "test", NOW_MS);
	read_body(f);
	forget(f);
	event_from_config(&f->event, EVENT_CONFIG_RELOADED, "/etc/x.conf",
	    "b\xff"
	    "d",
	    "test", NOW_MS);
	read_body(f);
	assert_string_equal(json_get_string(f->body, "severity"), "info");
	free(summary);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_alert_says_what_where_whence_and_when),
	    TEST(a_raised_alert_has_the_severity_it_was_raised_to),
	    TEST(an_update_names_the_title_before),
	    TEST(the_id_is_the_same_everywhere_and_for_ever),
	    TEST(the_id_depends_on_topic_feed_item_and_revision),
	    TEST(parts_of_the_id_are_told_apart),
	    TEST(no_event_exceeds_its_bound_whatever_it_is_made_of),
	    TEST(what_is_long_is_cut_between_characters_and_told),
	    TEST(text_that_is_not_utf_8_harms_nothing),
	    TEST(a_snippet_shows_the_surroundings_of_the_first_match),
	    TEST(a_snippet_is_one_line_and_the_summary_keeps_its_paragraphs),
	    TEST(a_feed_event_tells_the_change_without_secrets),
	    TEST(two_changes_within_a_millisecond_are_two_events),
	    TEST(a_dead_letter_names_its_event_and_its_sink),
	    TEST(events_of_our_own_are_bounded_too),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
