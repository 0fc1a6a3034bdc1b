#include "tests/test.h"

#include "feeds/health.h"
#include "feeds/pace.h"
#include "lib/alloc.h"
#include "lib/clock.h"

#define NOW_S 1795419730LL /* 2026-11-23 */
#define HOUR_S 3600
#define DAY_S 86400
#define POLL_MS (15 * 60 * 1000)

/* One feed through its polls; each is POLL_MS after the last. */
struct fixture {
	struct feed_state state;
	struct health_change change;
	int64_t now_ms;
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	feed_state_init(&f->state);
	f->state.interval_ms = POLL_MS;
	f->now_ms = NOW_S * 1000;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	feed_state_clear(&f->state);
	free(f);
	return 0;
}

static void
fail_with(struct fixture *f, enum feed_status status, const char *why)
{
	struct fetch_result result = {
	    .outcome = FETCH_FAILED, .status = status};

	f->now_ms += POLL_MS;
	err_set(&result.reason, "%s", why);
	f->change = health_after_fetch(&f->state, &result, f->now_ms);
}

/* HTTP 503 with a Retry-After. */
static void
stay_away(struct fixture *f, int64_t wait_ms)
{
	struct fetch_result result = {.outcome = FETCH_FAILED,
	    .status = FEED_UNREACHABLE,
	    .http_status = 503,
	    .retry_after_ms = wait_ms};

	f->now_ms += POLL_MS;
	err_set(&result.reason, "HTTP 503 Service Unavailable");
	f->change = health_after_fetch(&f->state, &result, f->now_ms);
}

static void
unchanged(struct fixture *f, enum fetch_outcome outcome)
{
	struct fetch_result result = {.outcome = outcome, .body_len = 100};

	f->now_ms += POLL_MS;
	f->change = health_after_fetch(&f->state, &result, f->now_ms);
}

/* The look-up of a document that was read. */
static void
look_up(struct fixture *f, bool joins_on, bool has_new)
{
	const struct health_found found = {
	    .joins_on = joins_on, .has_new = has_new};

	health_after_lookup(&f->state, &f->change, &found, f->now_ms);
}

/* Long enough that one more change is told. */
static void
rest(struct fixture *f)
{
	f->now_ms += HEALTH_TOLD_AT_ONCE * HEALTH_TOLD_EVERY_MS;
}

/*
 * A document whose entries have these dates and were not seen before; TIME_NONE
 * ends the list.
 */
static void
documents(struct fixture *f, const char *moved_url, const int64_t *dates)
{
	struct fetch_result result = {.outcome = FETCH_BODY,
	    .body_len = 1234,
	    .elapsed_ms = 56,
	    .moved_url = moved_url};
	struct item items[16] = {{0}};
	struct feed_doc doc = {.items = items};

	f->now_ms += POLL_MS;
	for (; dates[doc.item_count] != TIME_NONE; doc.item_count++) {
		items[doc.item_count].published_s = dates[doc.item_count];
		items[doc.item_count].updated_s = TIME_NONE;
	}
	f->change = health_after_parse(
	    &f->state, &result, PARSE_OK, &doc, NULL, f->now_ms);
	look_up(f, false, true);
}

#define DOCUMENT(f, ...)                                                       \
	documents(f, NULL, (const int64_t[]){__VA_ARGS__, TIME_NONE})
#define EMPTY_DOCUMENT(f) documents(f, NULL, (const int64_t[]){TIME_NONE})

/* One with entries, none of which has a date. */
static void
undated_document(struct fixture *f)
{
	struct fetch_result result = {.outcome = FETCH_BODY};
	struct item items[2] = {
	    {.published_s = TIME_NONE, .updated_s = TIME_NONE},
	    {.published_s = 0, .updated_s = TIME_NONE}};
	struct feed_doc doc = {.items = items, .item_count = 2};

	f->now_ms += POLL_MS;
	f->change = health_after_parse(
	    &f->state, &result, PARSE_OK, &doc, NULL, f->now_ms);
}

static void
parse_fails(struct fixture *f, enum parse_outcome outcome, const char *why)
{
	struct fetch_result result = {.outcome = FETCH_BODY, .body_len = 7};
	struct err err = {{0}};

	f->now_ms += POLL_MS;
	if (why)
		err_set(&err, "%s", why);
	f->change = health_after_parse(
	    &f->state, &result, outcome, NULL, &err, f->now_ms);
}

static void
is(const struct fixture *f, enum feed_status status, int failures)
{
	assert_string_equal(
	    feed_status_name(f->state.status), feed_status_name(status));
	assert_int_equal(f->state.failures, failures);
	assert_int_equal(f->change.to, status);
}

static void
is_news(const struct fixture *f, enum feed_status from, enum feed_status to)
{
	assert_true(f->change.is_news);
	assert_string_equal(
	    feed_status_name(f->change.from), feed_status_name(from));
	assert_string_equal(
	    feed_status_name(f->change.to), feed_status_name(to));
}

static void
says(const struct fixture *f, const char *words)
{
	assert_non_null(f->state.reason);
	if (!strstr(f->state.reason, words))
		fail_msg("\"%s\" lacks \"%s\"", f->state.reason, words);
}

/* One with entries, which was read as far as it could be. */
static void
faulty_document(struct fixture *f, const char *complaint)
{
	struct fetch_result result = {.outcome = FETCH_BODY};
	struct item item = {
	    .published_s = NOW_S - HOUR_S, .updated_s = TIME_NONE};
	struct feed_doc doc = {.items = &item,
	    .item_count = 1,
	    .is_recovered = true,
	    .complaint = complaint};

	f->now_ms += POLL_MS;
	f->change = health_after_parse(
	    &f->state, &result, PARSE_OK, &doc, NULL, f->now_ms);
	look_up(f, true, false);
}

static void
faults_of_a_document_are_shown_and_no_news(void **state)
{
	static const char want[] = "the document has faults: it is cut off";
	struct fixture *f = *state;

	faulty_document(f, "it is cut off");
	is(f, FEED_OK, 0);
	assert_false(f->change.is_news);
	assert_string_equal(f->state.reason, want);
	/* for as long as it is the document that counts */
	unchanged(f, FETCH_NOT_MODIFIED);
	assert_string_equal(f->state.reason, want);
	unchanged(f, FETCH_SAME_BODY);
	is(f, FEED_OK, 0);
	assert_string_equal(f->state.reason, want);
	DOCUMENT(f, NOW_S - HOUR_S);
	assert_null(f->state.reason);
}

static void
faults_of_a_document_stand_behind_the_reason(void **state)
{
	struct fixture *f = *state;

	faulty_document(f, "it is cut off");
	f->now_ms += 400 * DAY_S * 1000LL;
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_STALE, 0);
	assert_non_null(strstr(f->state.reason, "no entry is younger than"));
	assert_non_null(strstr(
	    f->state.reason, "; the document has faults: it is cut off"));
}

static void
a_good_first_poll_is_no_news(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S - HOUR_S, NOW_S - DAY_S);
	is(f, FEED_OK, 0);
	assert_false(f->change.is_news);
	assert_null(f->state.reason);
	assert_int_equal(f->state.item_count, 2);
	assert_int_equal(f->state.newest_s, NOW_S - HOUR_S);
	assert_int_equal(f->state.oldest_s, NOW_S - DAY_S);
	assert_int_equal(f->state.bytes, 1234);
	assert_int_equal(f->state.latency_ms, 56);
	assert_int_equal(f->state.last_ok_ms, f->now_ms);
	assert_int_equal(f->state.status_since_ms, f->now_ms);
}

static void
an_unchanged_feed_stays_well(void **state)
{
	struct fixture *f = *state;
	int64_t since;

	DOCUMENT(f, NOW_S);
	since = f->now_ms;
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_OK, 0);
	assert_int_equal(f->state.bytes, 1234);
	unchanged(f, FETCH_SAME_BODY);
	is(f, FEED_OK, 0);
	assert_false(f->change.is_news);
	assert_int_equal(f->state.bytes, 100);
	assert_int_equal(f->state.last_ok_ms, f->now_ms);
	assert_int_equal(f->state.status_since_ms, since);
	assert_int_equal(f->state.newest_s, NOW_S);
	assert_int_equal(f->state.item_count, 1);
}

static void
a_failure_shows_at_once_and_is_news_when_it_lasts(void **state)
{
	struct fixture *f = *state;
	int64_t since;

	DOCUMENT(f, NOW_S);
	fail_with(f, FEED_UNREACHABLE, "HTTP 503 Service Unavailable");
	since = f->now_ms;
	is(f, FEED_UNREACHABLE, 1);
	says(f, "503");
	assert_false(f->change.is_news);
	fail_with(f, FEED_UNREACHABLE, "connection refused");
	assert_false(f->change.is_news);
	says(f, "refused");
	fail_with(f, FEED_UNREACHABLE, "connection refused");
	is(f, FEED_UNREACHABLE, 3);
	is_news(f, FEED_OK, FEED_UNREACHABLE);
	assert_int_equal(f->state.status_since_ms, since);
	fail_with(f, FEED_UNREACHABLE, "connection refused");
	is(f, FEED_UNREACHABLE, 4);
	assert_false(f->change.is_news);
}

static void
a_short_failure_is_never_mentioned(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S);
	fail_with(f, FEED_UNREACHABLE, "timeout");
	fail_with(f, FEED_UNREACHABLE, "timeout");
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_OK, 0);
	assert_false(f->change.is_news);
	assert_null(f->state.reason);
}

static void
a_recovery_is_news_when_the_failure_was(void **state)
{
	struct fixture *f = *state;
	int i;

	DOCUMENT(f, NOW_S);
	for (i = 0; i < HEALTH_UNREACHABLE_AFTER; i++)
		fail_with(f, FEED_UNREACHABLE, "timeout");
	unchanged(f, FETCH_SAME_BODY);
	is(f, FEED_OK, 0);
	is_news(f, FEED_UNREACHABLE, FEED_OK);
	unchanged(f, FETCH_SAME_BODY);
	assert_false(f->change.is_news);
}

static void
a_feed_that_never_answered_becomes_news_too(void **state)
{
	struct fixture *f = *state;

	fail_with(f, FEED_UNREACHABLE, "no such host");
	assert_false(f->change.is_news);
	fail_with(f, FEED_UNREACHABLE, "no such host");
	fail_with(f, FEED_UNREACHABLE, "no such host");
	is_news(f, FEED_NEW, FEED_UNREACHABLE);
	DOCUMENT(f, NOW_S);
	is_news(f, FEED_UNREACHABLE, FEED_OK);
}

static void
answers_that_are_no_accident_are_news_at_once(void **state)
{
	static const enum feed_status statuses[] = {FEED_BLOCKED, FEED_GONE};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		rest(f);
		DOCUMENT(f, NOW_S);
		fail_with(f, statuses[i], "HTTP 4xx");
		is(f, statuses[i], 1);
		is_news(f, FEED_OK, statuses[i]);
		fail_with(f, statuses[i], "HTTP 4xx");
		assert_false(f->change.is_news);
		DOCUMENT(f, NOW_S);
		is_news(f, statuses[i], FEED_OK);
	}
}

static void
a_page_or_a_broken_document_is_news_at_once(void **state)
{
	static const struct {
		enum parse_outcome outcome;
		enum feed_status status;
	} cases[] = {
	    {PARSE_HTML, FEED_HTML},
	    {PARSE_BROKEN, FEED_BROKEN},
	    {PARSE_NOT_FEED, FEED_BROKEN},
	    {PARSE_TOO_LARGE, FEED_BROKEN},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rest(f);
		DOCUMENT(f, NOW_S);
		parse_fails(f, cases[i].outcome, "line 3: mismatched tag");
		is(f, cases[i].status, 1);
		is_news(f, FEED_OK, cases[i].status);
		says(f, "line 3");
		assert_int_equal(f->state.bytes, 7);
		assert_int_equal(f->state.item_count, 1);
		DOCUMENT(f, NOW_S);
		is_news(f, cases[i].status, FEED_OK);
		parse_fails(f, cases[i].outcome, NULL);
		assert_non_null(f->state.reason);
		assert_true(f->state.reason[0] != '\0');
	}
}

static void
a_failure_that_changes_its_kind_is_news_without_waiting(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S);
	fail_with(f, FEED_BLOCKED, "HTTP 403 Forbidden");
	fail_with(f, FEED_UNREACHABLE, "timeout");
	is_news(f, FEED_BLOCKED, FEED_UNREACHABLE);
	unchanged(f, FETCH_NOT_MODIFIED);
	is_news(f, FEED_UNREACHABLE, FEED_OK);
}

static void
an_unmentioned_failure_that_changes_tells_where_it_began(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S);
	fail_with(f, FEED_UNREACHABLE, "timeout");
	fail_with(f, FEED_BLOCKED, "HTTP 403 Forbidden");
	is(f, FEED_BLOCKED, 2);
	is_news(f, FEED_OK, FEED_BLOCKED);
}

static void
a_document_without_entries_is_empty_only_where_there_were_some(void **state)
{
	struct fixture *f = *state;
	int64_t ok_ms;

	EMPTY_DOCUMENT(f);
	is(f, FEED_OK, 0);
	DOCUMENT(f, NOW_S);
	is(f, FEED_OK, 0);
	ok_ms = f->now_ms;
	EMPTY_DOCUMENT(f);
	is(f, FEED_EMPTY, 0);
	is_news(f, FEED_OK, FEED_EMPTY);
	says(f, "no entries");
	assert_int_equal(f->state.item_count, 0);
	assert_int_equal(f->state.last_ok_ms, ok_ms);
	EMPTY_DOCUMENT(f);
	is(f, FEED_EMPTY, 0);
	assert_false(f->change.is_news);
	DOCUMENT(f, NOW_S);
	is_news(f, FEED_EMPTY, FEED_OK);
}

static void
an_undated_feed_can_be_empty_too(void **state)
{
	struct fixture *f = *state;

	undated_document(f);
	EMPTY_DOCUMENT(f);
	is(f, FEED_EMPTY, 0);
	EMPTY_DOCUMENT(f);
	is(f, FEED_EMPTY, 0);
}

static void
an_empty_feed_stays_empty_when_it_does_not_change(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S);
	EMPTY_DOCUMENT(f);
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_EMPTY, 0);
	assert_false(f->change.is_news);
	fail_with(f, FEED_UNREACHABLE, "timeout");
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_EMPTY, 0);
	assert_false(f->change.is_news);
	says(f, "no entries");
	fail_with(f, FEED_UNREACHABLE, "timeout");
	DOCUMENT(f, NOW_S);
	is_news(f, FEED_EMPTY, FEED_OK);
}

static void
no_bytes_at_all_are_a_failure(void **state)
{
	struct fixture *f = *state;

	parse_fails(f, PARSE_EMPTY, NULL);
	is(f, FEED_BROKEN, 1);
	says(f, "empty");
	DOCUMENT(f, NOW_S);
	parse_fails(f, PARSE_EMPTY, NULL);
	is(f, FEED_EMPTY, 1);
	is_news(f, FEED_OK, FEED_EMPTY);
	rest(f);
	/* byte for byte the last readable document: that one had entries */
	unchanged(f, FETCH_SAME_BODY);
	is(f, FEED_OK, 0);
	is_news(f, FEED_EMPTY, FEED_OK);
}

static void
entries_that_came_and_went_unseen_are_a_gap(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S - 10 * HOUR_S, NOW_S - 20 * HOUR_S);
	DOCUMENT(f, NOW_S, NOW_S - 5 * HOUR_S);
	is(f, FEED_GAP, 0);
	is_news(f, FEED_OK, FEED_GAP);
	says(f, "5 h");
	assert_int_equal(f->state.last_ok_ms, f->now_ms);
}

static void
a_gap_lasts_until_a_document_joins_on_and_that_is_no_news(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S - 10 * HOUR_S);
	DOCUMENT(f, NOW_S - 5 * HOUR_S);
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_GAP, 0);
	says(f, "5 h");
	assert_false(f->change.is_news);
	DOCUMENT(f, NOW_S - 3 * HOUR_S);
	is(f, FEED_GAP, 0);
	says(f, "2 h");
	assert_false(f->change.is_news);
	DOCUMENT(f, NOW_S, NOW_S - 3 * HOUR_S);
	is(f, FEED_OK, 0);
	assert_false(f->change.is_news);
	assert_null(f->state.reason);
	DOCUMENT(f, NOW_S + HOUR_S);
	is_news(f, FEED_OK, FEED_GAP);
}

static void
entries_that_join_on_are_no_gap(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S - 10 * HOUR_S);
	DOCUMENT(f, NOW_S, NOW_S - 10 * HOUR_S);
	is(f, FEED_OK, 0);
	/* retracted, so older ones slid back */
	DOCUMENT(f, NOW_S - 30 * HOUR_S);
	is(f, FEED_OK, 0);
}

/* As where the date is that of the answer, and the entry the same. */
static void
what_joins_on_by_its_entries_is_no_gap_whatever_the_dates(void **state)
{
	struct fixture *f = *state;
	struct fetch_result result = {.outcome = FETCH_BODY};
	struct item item = {.published_s = NOW_S, .updated_s = TIME_NONE};
	struct feed_doc doc = {.items = &item, .item_count = 1};

	DOCUMENT(f, NOW_S - 10 * HOUR_S);
	f->change = health_after_parse(
	    &f->state, &result, PARSE_OK, &doc, NULL, f->now_ms);
	is(f, FEED_OK, 0);
	assert_int_equal(f->change.gap_ms, 10 * HOUR_S * 1000);
}

static void
a_feed_with_more_entries_than_are_read_says_so(void **state)
{
	struct fixture *f = *state;
	struct fetch_result result = {.outcome = FETCH_BODY};
	struct item item = {.published_s = NOW_S, .updated_s = TIME_NONE};
	struct feed_doc doc = {
	    .items = &item, .item_count = 1, .dropped = 15000};

	DOCUMENT(f, NOW_S - 10 * HOUR_S);
	f->change = health_after_parse(
	    &f->state, &result, PARSE_OK, &doc, NULL, f->now_ms);
	is(f, FEED_GAP, 0);
	is_news(f, FEED_OK, FEED_GAP);
	says(f, "15000 entries beyond the first 1 were left out");
	assert_int_equal(f->change.gap_ms, 0);
}

/* A sitemap of which only the newest entry is kept; it is known. */
static void
cut_document(struct fixture *f, int64_t newest_s, int64_t cut_s, size_t dropped)
{
	struct fetch_result result = {.outcome = FETCH_BODY};
	struct item item = {.published_s = newest_s, .updated_s = TIME_NONE};
	struct feed_doc doc = {.format = FEED_FORMAT_SITEMAP,
	    .items = &item,
	    .item_count = 1,
	    .dropped = dropped,
	    .cut_s = cut_s};

	f->now_ms += POLL_MS;
	f->change = health_after_parse(
	    &f->state, &result, PARSE_OK, &doc, NULL, f->now_ms);
	look_up(f, true, false);
}

static void
entries_left_out_that_may_be_new_are_a_gap(void **state)
{
	struct fixture *f = *state;

	/* nothing is missed on a first poll */
	cut_document(f, NOW_S - 10 * HOUR_S, NOW_S - 20 * HOUR_S, 0);
	is(f, FEED_OK, 0);
	/* all that was left out is older than what was seen */
	cut_document(f, NOW_S - 9 * HOUR_S, NOW_S - 10 * HOUR_S - 1, 0);
	is(f, FEED_OK, 0);
	cut_document(f, NOW_S - 8 * HOUR_S, NOW_S - 9 * HOUR_S, 0);
	is(f, FEED_GAP, 0);
	is_news(f, FEED_OK, FEED_GAP);
	says(f, "entries beyond the newest 1 were left out, and some of them "
		"may be new");
	cut_document(f, NOW_S, TIME_NONE, 0);
	is(f, FEED_OK, 0);
	cut_document(f, NOW_S, TIME_NONE, 7);
	is(f, FEED_GAP, 0);
	says(f, "7 entries beyond the newest 1 were left out");
}

static void
a_cut_without_dates_before_it_is_no_gap(void **state)
{
	struct fixture *f = *state;

	undated_document(f);
	cut_document(f, NOW_S, NOW_S - HOUR_S, 0);
	is(f, FEED_OK, 0);
}

static void
who_demands_a_browser_is_named_where_a_page_has_no_entries(void **state)
{
	struct fixture *f = *state;
	struct fetch_result result = {
	    .outcome = FETCH_BODY, .challenger = "HUMAN"};
	struct item item = {.published_s = NOW_S, .updated_s = TIME_NONE};
	struct feed_doc doc = {
	    .format = FEED_FORMAT_PAGE, .items = &item, .item_count = 1};

	f->change = health_after_parse(
	    &f->state, &result, PARSE_OK, &doc, NULL, f->now_ms);
	is(f, FEED_OK, 0);
	assert_null(f->state.reason);
	doc.item_count = 0;
	doc.complaint = "html-item found nothing";
	f->change = health_after_parse(
	    &f->state, &result, PARSE_OK, &doc, NULL, f->now_ms);
	is(f, FEED_EMPTY, 0);
	is_news(f, FEED_OK, FEED_EMPTY);
	says(f, "HUMAN demands a browser; html-item found nothing");
}

static void
where_an_entry_has_no_date_a_gap_is_not_claimed(void **state)
{
	struct fixture *f = *state;
	struct fetch_result result = {.outcome = FETCH_BODY};
	struct item items[2] = {{.published_s = NOW_S, .updated_s = TIME_NONE},
	    {.published_s = TIME_NONE, .updated_s = TIME_NONE}};
	struct feed_doc doc = {.items = items, .item_count = 2};

	DOCUMENT(f, NOW_S - 10 * HOUR_S);
	f->change = health_after_parse(
	    &f->state, &result, PARSE_OK, &doc, NULL, f->now_ms);
	is(f, FEED_OK, 0);
}

static void
a_feed_that_was_empty_for_a_while_can_have_a_gap(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S - 10 * HOUR_S);
	EMPTY_DOCUMENT(f);
	DOCUMENT(f, NOW_S);
	is(f, FEED_GAP, 0);
	is_news(f, FEED_EMPTY, FEED_GAP);
	says(f, "10 h");
}

static void
a_feed_without_dates_says_so_once(void **state)
{
	struct fixture *f = *state;

	undated_document(f);
	is(f, FEED_UNDATED, 0);
	is_news(f, FEED_NEW, FEED_UNDATED);
	says(f, "date");
	assert_true(f->state.newest_s == TIME_NONE);
	undated_document(f);
	assert_false(f->change.is_news);
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_UNDATED, 0);
	assert_false(f->change.is_news);
	DOCUMENT(f, NOW_S);
	is_news(f, FEED_UNDATED, FEED_OK);
}

static void
dates_in_the_future_are_told_and_not_used(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S + 30 * DAY_S, NOW_S - HOUR_S, NOW_S - DAY_S);
	is(f, FEED_FUTURE, 0);
	is_news(f, FEED_NEW, FEED_FUTURE);
	says(f, "29 d");
	assert_int_equal(f->state.newest_s, NOW_S - HOUR_S);
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_FUTURE, 0);
	says(f, "29 d");
	assert_false(f->change.is_news);
	DOCUMENT(f, NOW_S, NOW_S - HOUR_S);
	is_news(f, FEED_FUTURE, FEED_OK);
}

static void
a_date_that_a_wrong_zone_explains_is_used(void **state)
{
	struct fixture *f = *state;

	f->now_ms -= POLL_MS;
	DOCUMENT(f, NOW_S + HEALTH_FUTURE_S, NOW_S);
	is(f, FEED_OK, 0);
	assert_int_equal(f->state.newest_s, NOW_S + HEALTH_FUTURE_S);
	f->now_ms -= POLL_MS;
	DOCUMENT(f, NOW_S + HEALTH_FUTURE_S + 1, NOW_S);
	is(f, FEED_FUTURE, 0);
	assert_int_equal(f->state.newest_s, NOW_S);
}

static void
the_date_of_an_entry_is_when_it_was_published_else_changed(void **state)
{
	struct fixture *f = *state;
	struct fetch_result result = {.outcome = FETCH_BODY};
	struct item items[2] = {
	    {.published_s = NOW_S - DAY_S, .updated_s = NOW_S},
	    {.published_s = TIME_NONE, .updated_s = NOW_S - HOUR_S}};
	struct feed_doc doc = {.items = items, .item_count = 2};

	f->change = health_after_parse(
	    &f->state, &result, PARSE_OK, &doc, NULL, f->now_ms);
	assert_int_equal(f->state.newest_s, NOW_S - HOUR_S);
	assert_int_equal(f->state.oldest_s, NOW_S - DAY_S);
}

static void
a_frozen_feed_is_stale_from_its_first_poll(void **state)
{
	struct fixture *f = *state;
	int64_t then = NOW_S - 3000LL * DAY_S;

	DOCUMENT(f, then, then - HOUR_S, then - 2 * HOUR_S);
	is(f, FEED_STALE, 0);
	is_news(f, FEED_NEW, FEED_STALE);
	says(f, "3000 d");
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_STALE, 0);
	assert_false(f->change.is_news);
	says(f, "3000 d");
}

static void
a_feed_that_goes_on_saying_304_grows_stale(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S, NOW_S - HOUR_S);
	f->now_ms = (NOW_S + HEALTH_STALE_MIN_S) * 1000 - POLL_MS;
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_OK, 0);
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_STALE, 0);
	is_news(f, FEED_OK, FEED_STALE);
	says(f, "14 d");
	DOCUMENT(f, f->now_ms / 1000, NOW_S);
	is_news(f, FEED_STALE, FEED_OK);
}

static void
a_slow_feed_has_more_time_before_it_is_stale(void **state)
{
	struct fixture *f = *state;
	int64_t month = 30LL * DAY_S;

	DOCUMENT(f, NOW_S - 7 * month, NOW_S - 8 * month, NOW_S - 9 * month);
	is(f, FEED_OK, 0);
	DOCUMENT(f, NOW_S - 9 * month, NOW_S - 10 * month, NOW_S - 11 * month);
	is(f, FEED_STALE, 0);
	/* nobody writes so seldom that a year's silence tells nothing */
	DOCUMENT(f, NOW_S - 13 * month, NOW_S - 40 * month);
	is(f, FEED_STALE, 0);
}

static void
one_entry_tells_no_pace(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S - HEALTH_STALE_UNPACED_S + DAY_S);
	is(f, FEED_OK, 0);
	DOCUMENT(f, NOW_S - HEALTH_STALE_UNPACED_S - DAY_S);
	is(f, FEED_STALE, 0);
}

static void
a_broken_feed_is_well_again_with_its_last_good_document(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S);
	parse_fails(f, PARSE_BROKEN, "torn");
	parse_fails(f, PARSE_BROKEN, "torn");
	is(f, FEED_BROKEN, 2);
	unchanged(f, FETCH_SAME_BODY);
	is(f, FEED_OK, 0);
	is_news(f, FEED_BROKEN, FEED_OK);
}

static void
a_304_says_nothing_of_a_document_that_could_not_be_read(void **state)
{
	static const enum parse_outcome outcomes[] = {
	    PARSE_HTML, PARSE_BROKEN, PARSE_EMPTY};
	struct fixture *f = *state;
	enum feed_status status;
	size_t i;

	for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		rest(f);
		DOCUMENT(f, NOW_S);
		parse_fails(f, outcomes[i], "torn");
		status = f->state.status;
		assert_true(health_is_unread(&f->state));
		unchanged(f, FETCH_NOT_MODIFIED);
		is(f, status, 1);
		assert_false(f->change.is_news);
		says(f, "torn");
	}
	DOCUMENT(f, NOW_S);
	assert_false(health_is_unread(&f->state));
	EMPTY_DOCUMENT(f);
	assert_false(health_is_unread(&f->state));
	fail_with(f, FEED_UNREACHABLE, "timeout");
	assert_false(health_is_unread(&f->state));
}

#define TARGET "http://new.example/feed"

static void
moved_to(struct fixture *f, const char *url)
{
	documents(f, url, (const int64_t[]){NOW_S, TIME_NONE});
}

static void
a_move_that_holds_is_kept_and_told(void **state)
{
	struct fixture *f = *state;

	moved_to(f, TARGET "?key=secret");
	assert_int_equal(f->state.moved_count, 1);
	assert_false(f->state.has_moved);
	is(f, FEED_OK, 0);
	moved_to(f, TARGET "?key=secret");
	moved_to(f, TARGET "?key=secret");
	assert_int_equal(f->state.moved_count, FETCH_MOVED_POLLS);
	assert_true(f->state.has_moved);
	assert_string_equal(f->state.moved_url, TARGET "?key=secret");
	is_news(f, FEED_OK, FEED_MOVED);
	says(f, TARGET);
	assert_null(strstr(f->state.reason, "secret"));
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_MOVED, 0);
	assert_false(f->change.is_news);
	assert_true(f->state.has_moved);
}

static void
a_move_elsewhere_begins_anew(void **state)
{
	struct fixture *f = *state;

	moved_to(f, TARGET);
	moved_to(f, TARGET);
	moved_to(f, "http://other.example/");
	assert_int_equal(f->state.moved_count, 1);
	assert_string_equal(f->state.moved_url, "http://other.example/");
	assert_false(f->state.has_moved);
}

static void
a_poll_without_redirect_ends_the_count(void **state)
{
	struct fixture *f = *state;

	moved_to(f, TARGET);
	moved_to(f, TARGET);
	DOCUMENT(f, NOW_S);
	assert_int_equal(f->state.moved_count, 0);
	assert_null(f->state.moved_url);
	moved_to(f, TARGET);
	moved_to(f, TARGET);
	unchanged(f, FETCH_NOT_MODIFIED);
	assert_int_equal(f->state.moved_count, 0);
	assert_null(f->state.moved_url);
}

static void
a_move_to_what_is_no_feed_does_not_count(void **state)
{
	struct fixture *f = *state;
	struct fetch_result result = {
	    .outcome = FETCH_BODY, .moved_url = TARGET};
	int i;

	for (i = 0; i < 2 * FETCH_MOVED_POLLS; i++)
		f->change = health_after_parse(
		    &f->state, &result, PARSE_HTML, NULL, NULL, f->now_ms);
	assert_null(f->state.moved_url);
	assert_false(f->state.has_moved);
}

static void
failures_between_do_not_end_the_count(void **state)
{
	struct fixture *f = *state;
	int i;

	moved_to(f, TARGET);
	for (i = 0; i < 2 * HEALTH_MOVED_FAILURES; i++)
		fail_with(f, FEED_UNREACHABLE, "timeout");
	assert_false(f->state.has_moved);
	moved_to(f, TARGET);
	moved_to(f, TARGET);
	assert_true(f->state.has_moved);
}

/* Which URL the next poll would ask. */
static void
asks_moved(struct fixture *f, bool has_moved)
{
	assert_int_equal(f->state.has_moved, has_moved);
	assert_string_equal(f->state.moved_url, TARGET);
}

static void
when_the_new_place_dies_both_places_have_their_turns(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < FETCH_MOVED_POLLS; i++)
		moved_to(f, TARGET);
	f->state.etag = xstrdup("\"of the new place\"");
	f->state.body_hash = 7;
	fail_with(f, FEED_UNREACHABLE, "timeout");
	fail_with(f, FEED_UNREACHABLE, "timeout");
	asks_moved(f, true);
	assert_non_null(f->state.etag);
	fail_with(f, FEED_GONE, "HTTP 410 Gone");
	asks_moved(f, false);
	assert_null(f->state.etag);
	assert_int_equal(f->state.body_hash, 0);
	for (i = 0; i < HEALTH_MOVED_FAILURES; i++)
		fail_with(f, FEED_UNREACHABLE, "timeout");
	asks_moved(f, true);
	for (i = 0; i < HEALTH_MOVED_FAILURES; i++)
		fail_with(f, FEED_UNREACHABLE, "timeout");
	asks_moved(f, false);
}

static void
the_configured_place_is_taken_back_when_it_answers_itself(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < FETCH_MOVED_POLLS; i++)
		moved_to(f, TARGET);
	for (i = 0; i < HEALTH_MOVED_FAILURES; i++)
		fail_with(f, FEED_UNREACHABLE, "timeout");
	asks_moved(f, false);
	DOCUMENT(f, NOW_S);
	assert_null(f->state.moved_url);
	is(f, FEED_OK, 0);
	for (i = 0; i < HEALTH_MOVED_FAILURES; i++)
		fail_with(f, FEED_UNREACHABLE, "timeout");
	assert_false(f->state.has_moved);
}

static void
the_new_place_stays_when_it_answers_again(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < FETCH_MOVED_POLLS; i++)
		moved_to(f, TARGET);
	for (i = 0; i < 2 * HEALTH_MOVED_FAILURES; i++)
		fail_with(f, FEED_UNREACHABLE, "timeout");
	asks_moved(f, true);
	DOCUMENT(f, NOW_S);
	asks_moved(f, true);
	is(f, FEED_MOVED, 0);
	is_news(f, FEED_UNREACHABLE, FEED_MOVED);
}

/* A new entry each time, `pause_s` after the one before. */
static void
habit(struct fixture *f, int count, int64_t pause_s)
{
	int i;

	for (i = 0; i < count; i++) {
		f->now_ms += pause_s * 1000 - POLL_MS;
		f->state.last_ok_ms = f->now_ms;
		DOCUMENT(f, f->now_ms / 1000, f->now_ms / 1000 - pause_s);
		assert_string_equal(feed_status_name(f->state.status), "ok");
	}
}

static void
unchanged_for(struct fixture *f, int64_t span_s)
{
	int64_t end = f->now_ms + span_s * 1000;

	while (f->now_ms < end)
		unchanged(f, FETCH_NOT_MODIFIED);
}

static void
a_busy_feed_that_brings_nothing_more_is_silent_long_before_it_is_stale(
    void **state)
{
	struct fixture *f = *state;

	habit(f, 9 * 24, HOUR_S);
	unchanged_for(f, 7 * HOUR_S + 1800);
	is(f, FEED_OK, 0);
	unchanged_for(f, HOUR_S);
	is(f, FEED_SILENT, 0);
	assert_string_equal(feed_status_name(f->state.told), "silent");
	says(f, "no new entry for 8 h");
	says(f, "one came every 60 min");
	unchanged(f, FETCH_SAME_BODY);
	is(f, FEED_SILENT, 0);
	assert_false(f->change.is_news);
	DOCUMENT(f, f->now_ms / 1000, f->now_ms / 1000 - 12 * HOUR_S);
	is(f, FEED_OK, 0);
	is_news(f, FEED_SILENT, FEED_OK);
	assert_null(f->state.reason);
}

/* As where only the time of the build changes. */
static void
a_document_with_nothing_new_in_it_does_not_break_the_silence(void **state)
{
	struct fixture *f = *state;
	int64_t newest, since;
	int i;

	habit(f, 9 * 24, HOUR_S);
	newest = f->state.newest_s;
	unchanged_for(f, 10 * HOUR_S);
	since = f->state.status_since_ms;
	for (i = 0; i < 3; i++) {
		struct fetch_result result = {.outcome = FETCH_BODY};
		struct item item = {
		    .published_s = newest, .updated_s = TIME_NONE};
		struct feed_doc doc = {.items = &item, .item_count = 1};

		f->now_ms += POLL_MS;
		f->change = health_after_parse(
		    &f->state, &result, PARSE_OK, &doc, NULL, f->now_ms);
		look_up(f, true, false);
		is(f, FEED_SILENT, 0);
		assert_false(f->change.is_news);
		assert_int_equal(f->state.status_since_ms, since);
	}
}

static void
a_feed_without_dates_can_be_silent(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < 9 * 24; i++) {
		f->now_ms += HOUR_S * 1000 - POLL_MS;
		f->state.last_ok_ms = f->now_ms;
		undated_document(f);
		look_up(f, true, true);
	}
	is(f, FEED_UNDATED, 0);
	unchanged_for(f, 9 * HOUR_S);
	is(f, FEED_SILENT, 0);
}

static void
a_feed_of_which_no_habit_is_known_is_not_silent(void **state)
{
	struct fixture *f = *state;

	habit(f, PACE_PAUSES_MIN - 1, HOUR_S);
	unchanged_for(f, 13 * DAY_S);
	is(f, FEED_OK, 0);
}

static void
the_time_in_which_nobody_looked_is_no_pause_of_the_feed(void **state)
{
	struct fixture *f = *state;
	int64_t longest;

	habit(f, 9 * 24, HOUR_S);
	longest = f->state.pace.longest_s;
	f->now_ms += 10LL * DAY_S * 1000;
	DOCUMENT(f, f->now_ms / 1000, f->state.newest_s);
	is(f, FEED_OK, 0);
	assert_in_range(f->state.pace.longest_s, longest / 2, longest);
}

static void
old_entries_hide_behind_no_notice_of_the_future(void **state)
{
	struct fixture *f = *state;
	int64_t then = NOW_S - 3000LL * DAY_S;

	DOCUMENT(f, NOW_S + 300LL * DAY_S, then, then - HOUR_S);
	is(f, FEED_STALE, 0);
	says(f, "3000 d");
}

static void
a_gap_or_a_future_date_that_is_not_repeated_grows_stale(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S + 30 * DAY_S, NOW_S - HOUR_S, NOW_S - DAY_S);
	is(f, FEED_FUTURE, 0);
	unchanged_for(f, HEALTH_STALE_MIN_S - DAY_S);
	is(f, FEED_FUTURE, 0);
	unchanged_for(f, 2 * DAY_S);
	is(f, FEED_STALE, 0);
	assert_string_equal(feed_status_name(f->state.told), "stale");
}

static void
a_failure_that_was_not_told_ends_no_complaint_about_the_document(void **state)
{
	struct fixture *f = *state;

	DOCUMENT(f, NOW_S + 30 * DAY_S, NOW_S - HOUR_S, NOW_S - DAY_S);
	fail_with(f, FEED_UNREACHABLE, "timeout");
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_FUTURE, 0);
	assert_false(f->change.is_news);
	says(f, "in the future");
}

/* One of two servers behind one name is broken. */
static int
alternate(struct fixture *f, int polls)
{
	int i, told = 0;

	for (i = 0; i < polls; i++) {
		if (i % 2)
			DOCUMENT(f, NOW_S);
		else
			parse_fails(f, PARSE_BROKEN, "torn");
		told += f->change.is_news;
	}
	return told;
}

static void
a_feed_that_flaps_does_not_drown_the_operator(void **state)
{
	struct fixture *f = *state;
	int told;

	DOCUMENT(f, NOW_S);
	told = alternate(f, HEALTH_TOLD_AT_ONCE - 1);
	assert_int_equal(told, HEALTH_TOLD_AT_ONCE - 1);
	says(f, "the state changes often and may be told some hours late");
	/* 10 days, a poll every 15 minutes */
	told = alternate(f, 960);
	assert_in_range(told, 10 * 24 / 6 - 2, 10 * 24 / 6 + 1);
}

/* Refused and well in turns, until there is one place left. */
static void
flap(struct fixture *f)
{
	DOCUMENT(f, NOW_S);
	fail_with(f, FEED_BLOCKED, "HTTP 401 Unauthorized");
	is_news(f, FEED_OK, FEED_BLOCKED);
	unchanged(f, FETCH_NOT_MODIFIED);
	is_news(f, FEED_BLOCKED, FEED_OK);
	fail_with(f, FEED_BLOCKED, "HTTP 401 Unauthorized");
	is_news(f, FEED_OK, FEED_BLOCKED);
	unchanged(f, FETCH_NOT_MODIFIED);
	is(f, FEED_OK, 0);
	assert_false(f->change.is_news);
}

static void
what_was_not_told_while_it_flapped_is_told_when_it_holds(void **state)
{
	struct fixture *f = *state;
	int i, told = 0;

	flap(f);
	fail_with(f, FEED_GONE, "HTTP 410 Gone");
	is_news(f, FEED_BLOCKED, FEED_GONE);
	parse_fails(f, PARSE_BROKEN, "torn");
	is(f, FEED_BROKEN, 2);
	assert_false(f->change.is_news);
	assert_string_equal(feed_status_name(f->state.told), "gone");
	for (i = 0; i < 2 * 24; i++) {
		parse_fails(f, PARSE_BROKEN, "torn");
		told += f->change.is_news;
	}
	assert_int_equal(told, 1);
	assert_string_equal(feed_status_name(f->state.told), "broken");
}

static void
the_last_place_is_kept_for_what_is_worse(void **state)
{
	struct fixture *f = *state;
	int i, told = 0;

	flap(f);
	fail_with(f, FEED_GONE, "HTTP 410 Gone");
	is_news(f, FEED_BLOCKED, FEED_GONE);
	/* that it is well again waits until that could be taken back */
	for (i = 0; i < 24; i++) {
		unchanged(f, FETCH_NOT_MODIFIED);
		assert_false(f->change.is_news);
	}
	for (i = 0; i < 25; i++) {
		unchanged(f, FETCH_NOT_MODIFIED);
		told += f->change.is_news;
	}
	assert_int_equal(told, 1);
	fail_with(f, FEED_GONE, "HTTP 410 Gone");
	is_news(f, FEED_OK, FEED_GONE);
}

static void
a_server_that_wants_us_away_for_long_is_news_at_once(void **state)
{
	struct fixture *f = *state;

	/* on the very first poll, too */
	stay_away(f, HEALTH_FAR_MS + 1);
	is(f, FEED_UNREACHABLE, 1);
	is_news(f, FEED_NEW, FEED_UNREACHABLE);
	stay_away(f, HEALTH_FAR_MS + 1);
	assert_false(f->change.is_news);
	DOCUMENT(f, NOW_S);
	is_news(f, FEED_UNREACHABLE, FEED_OK);
	stay_away(f, HEALTH_FAR_MS);
	is(f, FEED_UNREACHABLE, 1);
	assert_false(f->change.is_news);
	stay_away(f, 7LL * DAY_S * 1000);
	is_news(f, FEED_OK, FEED_UNREACHABLE);
}

static void
nothing_is_held_back_until_after_a_long_wait(void **state)
{
	struct fixture *f = *state;
	int64_t full_ms = HEALTH_TOLD_AT_ONCE * HEALTH_TOLD_EVERY_MS;

	flap(f);
	fail_with(f, FEED_GONE, "HTTP 410 Gone");
	is_news(f, FEED_BLOCKED, FEED_GONE);
	/* there will be room before the next poll but one */
	stay_away(f, HEALTH_TOLD_EVERY_MS - 1);
	assert_false(f->change.is_news);
	stay_away(f, HEALTH_TOLD_EVERY_MS);
	is_news(f, FEED_GONE, FEED_UNREACHABLE);
	assert_int_equal(f->state.told_until_ms, f->now_ms + full_ms);
}

static void
a_clock_set_back_does_not_keep_news_for_ever(void **state)
{
	struct fixture *f = *state;
	int i, told = 0;

	flap(f);
	fail_with(f, FEED_GONE, "HTTP 410 Gone");
	is_news(f, FEED_BLOCKED, FEED_GONE);
	f->now_ms -= 400LL * DAY_S * 1000;
	for (i = 0; i < 4 * 24 * 2; i++) {
		parse_fails(f, PARSE_BROKEN, "torn");
		told += f->change.is_news;
	}
	assert_int_equal(told, 1);
}

static void
what_a_document_asks_for_is_remembered(void **state)
{
	struct fixture *f = *state;
	struct fetch_result result = {.outcome = FETCH_BODY};
	struct item item = {.published_s = NOW_S, .updated_s = TIME_NONE};
	struct feed_doc doc = {.items = &item,
	    .item_count = 1,
	    .ttl_s = 1800,
	    .skip = {.hours = 0x3f, .days = 1}};

	f->change = health_after_parse(
	    &f->state, &result, PARSE_OK, &doc, NULL, f->now_ms);
	unchanged(f, FETCH_NOT_MODIFIED);
	assert_int_equal(f->state.asked_s, 1800);
	assert_int_equal(f->state.skip.hours, 0x3f);
	assert_int_equal(f->state.skip.days, 1);
	DOCUMENT(f, NOW_S);
	assert_int_equal(f->state.asked_s, 0);
	assert_int_equal(f->state.skip.hours, 0);
}

static void
what_an_outage_here_held_back_is_told_by_the_next_failure(void **state)
{
	struct fixture *f = *state;
	int i;

	DOCUMENT(f, NOW_S);
	for (i = 0; i < 10; i++) {
		fail_with(f, FEED_UNREACHABLE, "no such host");
		health_hold_back(&f->state, &f->change);
		is(f, FEED_UNREACHABLE, i + 1);
		assert_false(f->change.is_news);
	}
	fail_with(f, FEED_UNREACHABLE, "timeout");
	is_news(f, FEED_OK, FEED_UNREACHABLE);
	/* and one that is well by then is not mentioned */
	unchanged(f, FETCH_SAME_BODY);
	for (i = 0; i < 10; i++) {
		fail_with(f, FEED_UNREACHABLE, "no such host");
		health_hold_back(&f->state, &f->change);
	}
	unchanged(f, FETCH_SAME_BODY);
	is(f, FEED_OK, 0);
	assert_false(f->change.is_news);
	/* what is no matter of the network is told at once */
	fail_with(f, FEED_GONE, "HTTP 410 Gone");
	health_hold_back(&f->state, &f->change);
	is_news(f, FEED_OK, FEED_GONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_good_first_poll_is_no_news),
	    TEST(faults_of_a_document_are_shown_and_no_news),
	    TEST(faults_of_a_document_stand_behind_the_reason),
	    TEST(an_unchanged_feed_stays_well),
	    TEST(a_failure_shows_at_once_and_is_news_when_it_lasts),
	    TEST(a_short_failure_is_never_mentioned),
	    TEST(a_recovery_is_news_when_the_failure_was),
	    TEST(a_feed_that_never_answered_becomes_news_too),
	    TEST(answers_that_are_no_accident_are_news_at_once),
	    TEST(a_page_or_a_broken_document_is_news_at_once),
	    TEST(a_failure_that_changes_its_kind_is_news_without_waiting),
	    TEST(an_unmentioned_failure_that_changes_tells_where_it_began),
	    TEST(
		a_document_without_entries_is_empty_only_where_there_were_some),
	    TEST(an_undated_feed_can_be_empty_too),
	    TEST(an_empty_feed_stays_empty_when_it_does_not_change),
	    TEST(no_bytes_at_all_are_a_failure),
	    TEST(entries_that_came_and_went_unseen_are_a_gap),
	    TEST(a_gap_lasts_until_a_document_joins_on_and_that_is_no_news),
	    TEST(entries_that_join_on_are_no_gap),
	    TEST(what_joins_on_by_its_entries_is_no_gap_whatever_the_dates),
	    TEST(a_feed_with_more_entries_than_are_read_says_so),
	    TEST(entries_left_out_that_may_be_new_are_a_gap),
	    TEST(a_cut_without_dates_before_it_is_no_gap),
	    TEST(who_demands_a_browser_is_named_where_a_page_has_no_entries),
	    TEST(where_an_entry_has_no_date_a_gap_is_not_claimed),
	    TEST(a_feed_that_was_empty_for_a_while_can_have_a_gap),
	    TEST(a_feed_without_dates_says_so_once),
	    TEST(dates_in_the_future_are_told_and_not_used),
	    TEST(a_date_that_a_wrong_zone_explains_is_used),
	    TEST(the_date_of_an_entry_is_when_it_was_published_else_changed),
	    TEST(a_frozen_feed_is_stale_from_its_first_poll),
	    TEST(a_feed_that_goes_on_saying_304_grows_stale),
	    TEST(a_slow_feed_has_more_time_before_it_is_stale),
	    TEST(one_entry_tells_no_pace),
	    TEST(a_broken_feed_is_well_again_with_its_last_good_document),
	    TEST(a_304_says_nothing_of_a_document_that_could_not_be_read),
	    TEST(a_move_that_holds_is_kept_and_told),
	    TEST(a_move_elsewhere_begins_anew),
	    TEST(a_poll_without_redirect_ends_the_count),
	    TEST(a_move_to_what_is_no_feed_does_not_count),
	    TEST(failures_between_do_not_end_the_count),
	    TEST(when_the_new_place_dies_both_places_have_their_turns),
	    TEST(the_configured_place_is_taken_back_when_it_answers_itself),
	    TEST(the_new_place_stays_when_it_answers_again),
	    TEST(
		a_busy_feed_that_brings_nothing_more_is_silent_long_before_it_is_stale),
	    TEST(a_document_with_nothing_new_in_it_does_not_break_the_silence),
	    TEST(a_feed_without_dates_can_be_silent),
	    TEST(a_feed_of_which_no_habit_is_known_is_not_silent),
	    TEST(the_time_in_which_nobody_looked_is_no_pause_of_the_feed),
	    TEST(old_entries_hide_behind_no_notice_of_the_future),
	    TEST(a_gap_or_a_future_date_that_is_not_repeated_grows_stale),
	    TEST(
		a_failure_that_was_not_told_ends_no_complaint_about_the_document),
	    TEST(a_feed_that_flaps_does_not_drown_the_operator),
	    TEST(what_was_not_told_while_it_flapped_is_told_when_it_holds),
	    TEST(the_last_place_is_kept_for_what_is_worse),
	    TEST(a_server_that_wants_us_away_for_long_is_news_at_once),
	    TEST(nothing_is_held_back_until_after_a_long_wait),
	    TEST(a_clock_set_back_does_not_keep_news_for_ever),
	    TEST(what_a_document_asks_for_is_remembered),
	    TEST(what_an_outage_here_held_back_is_told_by_the_next_failure),
	};

	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
