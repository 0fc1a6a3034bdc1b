#include "tests/store_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "store/store_private.h"

#define KILLS 50
#define DAY (24 * 3600 * 1000LL)

/* Commits one item and one event of a feed. */
static int64_t
commit(struct fixture *f, struct store_item *item, struct store_event *event,
    const struct store_alerted *alerted)
{
	struct feed_state state;
	struct store_commit commit = {.feed_name = "wire",
	    .feed_state = &state, .items = item, .item_count = 1,
	    .now_ms = 1000, .events = event, .event_count = event ? 1 : 0,
	    .alerted = alerted, .alerted_count = alerted ? 1 : 0};

	feed_state_init(&state);
	state.etag = xstrdup("\"1\"");
	state.status = FEED_HTML;
	state.told = FEED_GAP;
	state.told_until_ms = 7000;
	state.asked_s = 1800;
	state.skip = (struct feed_skip){.hours = 0xf0000f, .days = 0x41};
	state.pace = (struct feed_pace){
	    .watched_s = 86400, .longest_s = 3600, .count = 48};
	state.url = xstrdup("http://wire.example/");
	assert_int_equal(run(f, &commit.base, STORE_COMMIT), 0);
	feed_state_clear(&state);
	return commit.feed_id;
}

static void
look_up(struct fixture *f, int64_t feed, struct store_item *item)
{
	struct store_lookup lookup = {
	    .feed_id = feed, .items = item, .item_count = 1};

	assert_int_equal(run(f, &lookup.base, STORE_LOOKUP), 0);
}

static void
an_item_is_new_then_known_then_changed(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	int64_t feed = commit(f, &item, NULL, NULL);

	look_up(f, feed, &item);
	assert_int_equal(item.status, ITEM_KNOWN);
	assert_int_equal(item.first_seen_ms, 1000);
	item.title_fp = 11;
	look_up(f, feed, &item);
	assert_int_equal(item.status, ITEM_CHANGED);
	assert_true(item.is_title_changed);
	item = item_of(2, 10, 20);
	look_up(f, feed, &item);
	assert_int_equal(item.status, ITEM_NEW);
}

static void
an_item_that_is_known_by_its_former_id_keeps_it(void **state)
{
	struct fixture *f = *state;
	struct store_item former = item_of(1, 10, 20), item;
	int64_t feed = commit(f, &former, NULL, NULL);

	item = item_of(2, 10, 20);
	item.has_former = true;
	memcpy(item.former, former.id, ITEM_ID_SIZE);
	look_up(f, feed, &item);
	assert_int_equal(item.status, ITEM_KNOWN);
	assert_memory_equal(item.id, former.id, ITEM_ID_SIZE);
	/* known by neither, it has its own */
	item = item_of(2, 10, 20);
	item.has_former = true;
	memset(item.former, 3, ITEM_ID_SIZE);
	look_up(f, feed, &item);
	assert_int_equal(item.status, ITEM_NEW);
	former = item_of(2, 10, 20);
	assert_memory_equal(item.id, former.id, ITEM_ID_SIZE);
}

static void
an_item_may_be_known_by_a_former_id_under_its_title_only(void **state)
{
	struct fixture *f = *state;
	struct store_item former = item_of(1, 10, 20), item;
	struct store_alerted alerted = {0, "launch", 3, 4, NULL};
	int64_t feed = commit(f, &former, NULL, &alerted);

	item = item_of(2, 11, 20);
	item.has_former = item.needs_title = true;
	memcpy(item.former, former.id, ITEM_ID_SIZE);
	look_up(f, feed, &item);
	assert_int_equal(item.status, ITEM_NEW);
	assert_int_equal(item.topic_count, 0);
	assert_memory_not_equal(item.id, former.id, ITEM_ID_SIZE);
	item.title_fp = 10;
	look_up(f, feed, &item);
	assert_int_equal(item.status, ITEM_KNOWN);
	assert_memory_equal(item.id, former.id, ITEM_ID_SIZE);
}

static void
identity_is_scoped_to_the_feed(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	int64_t feed = commit(f, &item, NULL, NULL);

	look_up(f, feed + 1, &item);
	assert_int_equal(item.status, ITEM_NEW);
}

static void
a_changed_item_tells_which_topics_alerted(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_alerted alerted = {0, "launch", 3, 4, NULL};
	struct store_lookup lookup = {.items = &item, .item_count = 1};

	lookup.feed_id = commit(f, &item, NULL, &alerted);
	item.body_fp = 21;
	assert_int_equal(run(f, &lookup.base, STORE_LOOKUP), 0);
	assert_int_equal(item.topic_count, 1);
	assert_string_equal(item.topics[0], "launch");
	assert_int_equal(item.revisions[0], 3);
	assert_int_equal(item.severities[0], 4);
	assert_false(item.is_title_changed);
	store_lookup_clear(&lookup);
}

struct loaded {
	int count;
	int64_t id;
	bool has_habits;	/* what commit() stores of them */
};

static void
on_habits(const struct feed_state *state)
{
	assert_int_equal(state->told, FEED_GAP);
	assert_int_equal(state->told_until_ms, 7000);
	assert_int_equal(state->asked_s, 1800);
	assert_int_equal(state->skip.hours, 0xf0000f);
	assert_int_equal(state->skip.days, 0x41);
	assert_int_equal(state->pace.watched_s, 86400);
	assert_int_equal(state->pace.longest_s, 3600);
	assert_int_equal(state->pace.count, 48);
}

static void
on_feed(void *data, const char *name, int64_t id,
    const struct feed_state *state)
{
	struct loaded *loaded = data;

	loaded->count++;
	loaded->id = id;
	assert_string_equal(name, "wire");
	assert_string_equal(state->etag, "\"1\"");
	assert_string_equal(state->url, "http://wire.example/");
	assert_int_equal(state->status, FEED_HTML);
	assert_true(state->last_ok_ms == TIME_NONE);
	if (loaded->has_habits) {
		on_habits(state);
		return;
	}
	/* of an older schema */
	assert_int_equal(state->told, FEED_HTML);
	assert_true(state->told_until_ms == TIME_NONE);
	assert_int_equal(state->asked_s, 0);
	assert_int_equal(state->pace.count, 0);
}

static void
the_state_of_a_feed_comes_back_after_a_restart(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct loaded loaded = {.has_habits = true};
	int64_t feed = commit(f, &item, NULL, NULL);
	struct err err;

	/* a feed that was taken out and put back has no id at first */
	assert_int_equal(commit(f, &item, NULL, NULL), feed);
	reopen(f);
	assert_int_equal(
	    store_load_feeds(f->store, on_feed, &loaded, &err), 0);
	assert_int_equal(loaded.count, 1);
	assert_int_equal(loaded.id, feed);
}

static size_t
claim(struct fixture *f, struct store_claim *claim, const char *sink, size_t max)
{
	memset(claim, 0, sizeof(*claim));
	claim->sink = sink;
	claim->now_ms = 5000;
	claim->max = max;
	assert_int_equal(run(f, &claim->base, STORE_CLAIM), 0);
	return claim->count;
}

static void
settle(struct fixture *f, const char *sink, int64_t row,
    enum settle_outcome outcome, int64_t due_ms)
{
	struct store_settlement settlement = {row, outcome, due_ms, "why"};
	struct store_settle request = {.sink = sink,
	    .settlements = &settlement, .count = 1, .now_ms = 5000};

	assert_int_equal(run(f, &request.base, STORE_SETTLE), 0);
}

static void
an_event_waits_for_each_of_its_sinks_until_it_is_settled(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_event event = event_of("evt_1", "k");
	struct store_claim got;
	int64_t row;

	commit(f, &item, &event, NULL);
	commit(f, &item, &event, NULL);	/* a repeat after a crash */
	assert_int_equal(claim(f, &got, "log", 8), 1);
	assert_string_equal(got.deliveries[0].event_id, "evt_1");
	row = got.deliveries[0].row;
	store_claim_clear(&got);
	assert_int_equal(claim(f, &got, "log", 8), 0);
	store_claim_clear(&got);
	settle(f, "log", row, SETTLE_DELIVERED, 0);
	commit(f, &item, &event, NULL);	/* and another, later */
	assert_int_equal(claim(f, &got, "log", 8), 0);
	store_claim_clear(&got);
	assert_int_equal(claim(f, &got, "hook", 8), 1);
	store_claim_clear(&got);
}

static void
claims_end_with_the_process_and_with_a_release(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_event event = event_of("evt_1", "k");
	struct store_claim got;

	commit(f, &item, &event, NULL);
	assert_int_equal(claim(f, &got, "hook", 8), 1);
	store_claim_clear(&got);
	reopen(f);
	assert_int_equal(claim(f, &got, "hook", 8), 1);
	settle(f, "hook", got.deliveries[0].row, SETTLE_RELEASE, 0);
	store_claim_clear(&got);
	assert_int_equal(claim(f, &got, "hook", 8), 1);
	assert_int_equal(got.deliveries[0].attempts, 0);
	store_claim_clear(&got);
}

static void
a_retry_waits_for_its_time_and_holds_back_its_followers(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_event first = event_of("evt_1", "k");
	struct store_event second = event_of("evt_2", "k");
	struct store_event other = event_of("evt_3", "l");
	struct store_claim got;

	commit(f, &item, &first, NULL);
	commit(f, &item, &second, NULL);
	commit(f, &item, &other, NULL);
	assert_int_equal(claim(f, &got, "hook", 8), 2);
	assert_string_equal(got.deliveries[0].event_id, "evt_1");
	assert_string_equal(got.deliveries[1].event_id, "evt_3");
	settle(f, "hook", got.deliveries[0].row, SETTLE_RETRY, 9000);
	store_claim_clear(&got);
	assert_int_equal(claim(f, &got, "hook", 8), 0);
	assert_int_equal(got.next_due_ms, 9000);
	store_claim_clear(&got);
}

static void
a_dead_letter_is_kept_and_lets_its_followers_pass(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_event first = event_of("evt_1", "k");
	struct store_event second = event_of("evt_2", "k");
	struct store_counts counts;
	struct store_claim got;
	struct err err;

	commit(f, &item, &first, NULL);
	commit(f, &item, &second, NULL);
	assert_int_equal(claim(f, &got, "hook", 8), 1);
	settle(f, "hook", got.deliveries[0].row, SETTLE_DEAD, 0);
	store_claim_clear(&got);
	assert_int_equal(claim(f, &got, "hook", 8), 1);
	assert_string_equal(got.deliveries[0].event_id, "evt_2");
	store_claim_clear(&got);
	assert_int_equal(store_count_sink(f->store, "hook", &counts, &err), 0);
	assert_int_equal(counts.pending, 1);
	assert_int_equal(counts.dead, 1);
}

static void
a_claim_takes_no_more_than_asked_and_says_that_there_is_more(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_event a = event_of("evt_1", "k"), b = event_of("evt_2", "l");
	struct store_claim got;

	commit(f, &item, &a, NULL);
	commit(f, &item, &b, NULL);
	assert_int_equal(claim(f, &got, "log", 1), 1);
	assert_int_equal(got.next_due_ms, 5000);
	store_claim_clear(&got);
}

/* A document of one item, at a time. */
static int64_t
commit_at(struct fixture *f, int64_t now_ms, const struct store_item *items,
    size_t count)
{
	struct feed_state state;
	struct store_commit commit = {.feed_name = "wire",
	    .feed_state = &state, .items = items, .item_count = count,
	    .now_ms = now_ms};

	feed_state_init(&state);
	assert_int_equal(run(f, &commit.base, STORE_COMMIT), 0);
	return commit.feed_id;
}

static size_t
prune(struct fixture *f, int64_t seen_before_ms, int64_t events_before_ms)
{
	struct store_prune prune = {.seen_before_ms = seen_before_ms,
	    .events_before_ms = events_before_ms, .max = 100};
	size_t deleted = 0;

	do {
		assert_int_equal(run(f, &prune.base, STORE_PRUNE), 0);
		deleted += prune.deleted;
	} while (prune.has_more);
	return deleted;
}

static void
retention_spares_what_is_still_in_its_feed_or_not_delivered(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20), other = item_of(2, 10, 20);
	struct store_event event = event_of("evt_1", "k");
	struct store_alerted alerted = {0, "launch", 1, 4, NULL};
	int64_t feed = commit(f, &item, &event, &alerted);

	commit_at(f, 1000 + 2 * DAY, &other, 1);
	assert_int_equal(prune(f, 1000, 2000), 0);
	assert_int_equal(prune(f, 1001, 2000), 2);
	look_up(f, feed, &item);
	assert_int_equal(item.status, ITEM_NEW);
	look_up(f, feed, &other);
	assert_int_equal(other.status, ITEM_KNOWN);
}

static void
a_feed_that_answers_304_for_ever_keeps_its_items(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	int64_t feed = commit(f, &item, NULL, NULL);

	commit_at(f, 1000 + 400 * DAY, NULL, 0);
	assert_int_equal(prune(f, 1000 + 300 * DAY, 0), 0);
	look_up(f, feed, &item);
	assert_int_equal(item.status, ITEM_KNOWN);
}

static void
what_was_delivered_everywhere_goes_when_it_is_old(void **state)
{
	struct fixture *f = *state;
	struct store_event event = event_of("evt_1", "k");
	struct store_commit request = {
	    .now_ms = 1000, .events = &event, .event_count = 1};
	struct store_claim got;

	event.sink_count = 1;
	assert_int_equal(run(f, &request.base, STORE_COMMIT), 0);
	assert_int_equal(prune(f, 0, 2000), 0);
	assert_int_equal(claim(f, &got, "log", 1), 1);
	settle(f, "log", got.deliveries[0].row, SETTLE_DELIVERED, 0);
	store_claim_clear(&got);
	assert_int_equal(prune(f, 0, 1000), 0);
	assert_int_equal(prune(f, 0, 1001), 1);
}

/* They hold their events no longer than a delivery that succeeded. */
static void
a_dead_letter_goes_when_it_is_old_and_what_waits_stays(void **state)
{
	static const char *both[] = {"gone", "log"};
	struct fixture *f = *state;
	struct store_event event = event_of("evt_1", "k");
	struct store_event dead = event_of("evt_2", "l");
	struct store_commit request = {
	    .now_ms = 1000, .events = &event, .event_count = 1};
	struct store_counts counts;
	struct store_claim got;
	struct store_prune request_2 = {.events_before_ms = 1001, .max = 100};
	struct err err;

	event.sinks = both;
	event.sink_count = 2;
	assert_int_equal(run(f, &request.base, STORE_COMMIT), 0);
	request.events = &dead;
	dead.sinks = &both[1];
	dead.sink_count = 1;
	assert_int_equal(run(f, &request.base, STORE_COMMIT), 0);
	assert_int_equal(claim(f, &got, "log", 2), 2);
	settle(f, "log", got.deliveries[0].row, SETTLE_DEAD, 0);
	settle(f, "log", got.deliveries[1].row, SETTLE_DEAD, 0);
	store_claim_clear(&got);
	assert_int_equal(prune(f, 0, 1000), 0);
	do
		assert_int_equal(run(f, &request_2.base, STORE_PRUNE), 0);
	while (!request_2.dead && request_2.has_more);
	/* both dead letters, and the event that nothing waits for */
	assert_int_equal(request_2.dead, 2);
	assert_int_equal(request_2.deleted, 3);
	assert_int_equal(store_count_sink(f->store, "log", &counts, &err), 0);
	assert_int_equal(counts.dead, 0);
	assert_int_equal(store_count_sink(f->store, "gone", &counts, &err), 0);
	assert_int_equal(counts.pending, 1);
	assert_int_equal(claim(f, &got, "gone", 1), 1);
	store_claim_clear(&got);
	assert_int_equal(prune(f, 0, 1001), 0);
}

static void
retention_looks_at_a_bounded_number_of_rows(void **state)
{
	struct fixture *f = *state;
	struct store_item *items = calloc(2 * STORE_PRUNE_LOOK, sizeof(*items));
	struct store_prune request = {
	    .seen_before_ms = 2000, .events_before_ms = 0, .max = 100};
	int64_t i, feed;

	for (i = 0; i < 2 * STORE_PRUNE_LOOK; i++)
		memcpy(items[i].id, &i, sizeof(i));
	/* the last one alone is gone from its feed */
	commit_at(f, 1000, &items[2 * STORE_PRUNE_LOOK - 1], 1);
	feed = commit_at(
	    f, 1000 + 2 * DAY, items, 2 * STORE_PRUNE_LOOK - 1);
	assert_int_equal(run(f, &request.base, STORE_PRUNE), 0);
	assert_true(request.has_more);
	assert_int_equal(
	    request.deleted + prune(f, 2000, 0), 1);
	look_up(f, feed, &items[0]);
	assert_int_equal(items[0].status, ITEM_KNOWN);
	free(items);
}

static void
the_position_of_a_log_is_kept_with_its_settlements(void **state)
{
	struct fixture *f = *state;
	struct store_settle request = {.sink = "log", .has_position = true,
	    .position = {1, 2, 3, 4}};
	struct log_position position;
	struct err err;

	assert_int_equal(
	    store_load_position(f->store, "log", &position, &err), 1);
	assert_int_equal(run(f, &request.base, STORE_SETTLE), 0);
	reopen(f);
	assert_int_equal(
	    store_load_position(f->store, "log", &position, &err), 0);
	assert_int_equal(position.inode, 2);
	assert_int_equal(position.seq, 4);
}

static void
a_sink_is_asked_for_by_way_of_the_thread(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_event first = event_of("evt_1", "k");
	struct store_event second = event_of("evt_2", "l");
	struct store_settle request = {.sink = "hook", .has_position = true,
	    .position = {1, 2, 3, 4}};
	struct store_sink_info info = {.sink = "hook"};
	struct store_claim got;

	commit(f, &item, &first, NULL);
	commit(f, &item, &second, NULL);
	assert_int_equal(run(f, &info.base, STORE_SINK_INFO), 0);
	assert_int_equal(info.counts.pending, 2);
	assert_false(info.has_position);
	assert_int_equal(claim(f, &got, "hook", 1), 1);
	settle(f, "hook", got.deliveries[0].row, SETTLE_DEAD, 0);
	store_claim_clear(&got);
	assert_int_equal(run(f, &request.base, STORE_SETTLE), 0);
	assert_int_equal(run(f, &info.base, STORE_SINK_INFO), 0);
	assert_int_equal(info.counts.pending, 1);
	assert_int_equal(info.counts.dead, 1);
	assert_true(info.has_position);
	assert_int_equal(info.position.offset, 3);
}

/* The title that comes back of an item that alerted with this one. */
static char *
alerted_title(struct fixture *f, const char *title)
{
	struct store_item item = item_of(1, 10, 20);
	struct store_alerted alerted = {0, "launch", 1, 4, title};
	struct store_lookup lookup = {.items = &item, .item_count = 1};
	char *copy;

	lookup.feed_id = commit(f, &item, NULL, &alerted);
	item.title_fp = 11;
	assert_int_equal(run(f, &lookup.base, STORE_LOOKUP), 0);
	assert_int_equal(item.topic_count, 1);
	copy = item.titles[0] ? xstrdup(item.titles[0]) : NULL;
	store_lookup_clear(&lookup);
	return copy;
}

static void
the_title_last_alerted_comes_back(void **state)
{
	struct fixture *f = *state;
	char *title = alerted_title(f, "North Korea fires missile");

	assert_string_equal(title, "North Korea fires missile");
	free(title);
	title = alerted_title(f, "North Korea fires two missiles");
	assert_string_equal(title, "North Korea fires two missiles");
	free(title);
	assert_null(alerted_title(f, NULL));
}

static void
a_title_is_cut_between_characters(void **state)
{
	struct fixture *f = *state;
	char text[ITEM_TITLE_MAX + 4], *title;

	memset(text, 'a', sizeof(text));
	strcpy(text + ITEM_TITLE_MAX - 1, "\u00e9");
	title = alerted_title(f, text);
	assert_int_equal(strlen(title), ITEM_TITLE_MAX - 1);
	free(title);
	strcpy(text + ITEM_TITLE_MAX - 2, "\u00e9");
	title = alerted_title(f, text);
	assert_int_equal(strlen(title), ITEM_TITLE_MAX);
	free(title);
}

static void
what_was_undone_leaves_no_number_behind(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_event event = event_of("evt_1", "k");
	struct feed_state feed_state;
	struct store_commit failing = {.feed_name = "late",
	    .feed_state = &feed_state, .events = &event, .event_count = 1};
	struct store_lookup lookup = {.items = &item, .item_count = 1};
	int64_t wire;

	feed_state_init(&feed_state);
	event.type = NULL;
	assert_int_equal(run(f, &failing.base, STORE_COMMIT), -1);
	assert_true(failing.base.err.text[0] != '\0');
	assert_int_equal(failing.feed_id, 0);
	wire = commit(f, &item, NULL, NULL);
	event.type = "alert.opened";
	assert_int_equal(run(f, &failing.base, STORE_COMMIT), 0);
	assert_int_not_equal(failing.feed_id, wire);
	lookup.feed_id = failing.feed_id;
	assert_int_equal(run(f, &lookup.base, STORE_LOOKUP), 0);
	assert_int_equal(item.status, ITEM_NEW);
}

static void
a_feed_whose_row_is_gone_gets_another(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct feed_state feed_state;
	struct store_commit again = {.feed_name = "wire", .feed_id = 77,
	    .feed_state = &feed_state, .items = &item, .item_count = 1};
	int64_t feed = commit(f, &item, NULL, NULL);

	feed_state_init(&feed_state);
	assert_int_equal(run(f, &again.base, STORE_COMMIT), 0);
	assert_int_equal(again.feed_id, feed);
	again.feed_name = "other";
	again.feed_id = 77;
	assert_int_equal(run(f, &again.base, STORE_COMMIT), 0);
	assert_int_not_equal(again.feed_id, feed);
	assert_int_not_equal(again.feed_id, 77);
}

/* Submits all at once, so that they may share a transaction. */
static void
run_all(struct fixture *f, struct store_request **requests, size_t count)
{
	bool is_done[8] = {false};
	size_t i;

	assert_true(count <= 8);
	for (i = 0; i < count; i++) {
		requests[i]->done = on_done;
		requests[i]->data = &is_done[i];
		store_submit(f->store, requests[i]);
	}
	for (i = 0; i < count; i++) {
		while (!is_done[i])
			ev_run(f->loop, EVRUN_ONCE);
	}
}

static void
one_request_that_fails_does_not_take_the_others_with_it(void **state)
{
	struct fixture *f = *state;
	struct store_event good = event_of("evt_1", "k");
	struct store_event bad = event_of("evt_2", NULL);
	struct store_event after = event_of("evt_3", "l");
	struct store_prune lingering = {
	    .base = {.kind = STORE_PRUNE}, .max = 1};
	struct store_commit commits[3] = {
	    {.base = {.kind = STORE_COMMIT}, .events = &good,
	        .event_count = 1},
	    {.base = {.kind = STORE_COMMIT}, .events = &bad,
	        .event_count = 1},
	    {.base = {.kind = STORE_COMMIT}, .events = &after,
	        .event_count = 1},
	};
	struct store_claim claimed = {.base = {.kind = STORE_CLAIM},
	    .sink = "log", .now_ms = 5000, .max = 8};
	struct store_request *all[] = {&lingering.base, &commits[0].base,
	    &commits[1].base, &claimed.base, &commits[2].base};

	run_all(f, all, 5);
	assert_int_equal(commits[0].base.rc, 0);
	assert_int_equal(commits[1].base.rc, -1);
	assert_int_equal(commits[2].base.rc, 0);
	assert_int_equal(claimed.base.rc, 0);
	/* the claim of the batch that was undone was undone, too */
	assert_int_equal(claimed.count, 1);
	assert_string_equal(claimed.deliveries[0].event_id, "evt_1");
	store_claim_clear(&claimed);
	assert_int_equal(claim(f, &claimed, "log", 8), 1);
	assert_string_equal(claimed.deliveries[0].event_id, "evt_3");
	store_claim_clear(&claimed);
}

static void
claims_that_come_together_take_different_deliveries(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_event a = event_of("evt_1", "k"), b = event_of("evt_2", "l");
	struct store_prune lingering = {
	    .base = {.kind = STORE_PRUNE}, .max = 1};
	struct store_claim first = {.base = {.kind = STORE_CLAIM},
	    .sink = "log", .now_ms = 5000, .max = 1};
	struct store_claim second = first;
	struct store_request *all[] = {
	    &lingering.base, &first.base, &second.base};

	commit(f, &item, &a, NULL);
	commit(f, &item, &b, NULL);
	run_all(f, all, 3);
	assert_int_equal(first.count, 1);
	assert_int_equal(second.count, 1);
	assert_int_not_equal(
	    first.deliveries[0].row, second.deliveries[0].row);
	store_claim_clear(&first);
	store_claim_clear(&second);
}

static void
what_is_released_can_be_claimed_in_the_same_transaction(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_event event = event_of("evt_1", "k");
	struct store_prune lingering = {
	    .base = {.kind = STORE_PRUNE}, .max = 1};
	struct store_settlement released = {0, SETTLE_RELEASE, 0, NULL};
	struct store_settle settling = {.base = {.kind = STORE_SETTLE},
	    .sink = "log", .settlements = &released, .count = 1};
	struct store_claim got, again = {.base = {.kind = STORE_CLAIM},
	    .sink = "log", .now_ms = 5000, .max = 1};
	struct store_request *all[] = {
	    &lingering.base, &settling.base, &again.base};

	commit(f, &item, &event, NULL);
	assert_int_equal(claim(f, &got, "log", 8), 1);
	released.row = got.deliveries[0].row;
	store_claim_clear(&got);
	run_all(f, all, 3);
	assert_int_equal(again.count, 1);
	store_claim_clear(&again);
}

static void
the_number_of_a_delivery_is_never_given_twice(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_event first = event_of("evt_1", "k");
	struct store_event second = event_of("evt_2", "k");
	struct store_claim got;
	int64_t row;

	first.sink_count = second.sink_count = 1;
	commit(f, &item, &first, NULL);
	assert_int_equal(claim(f, &got, "log", 8), 1);
	row = got.deliveries[0].row;
	store_claim_clear(&got);
	settle(f, "log", row, SETTLE_DELIVERED, 0);
	commit(f, &item, &second, NULL);
	/* settled twice: the second time must not meet the other event */
	settle(f, "log", row, SETTLE_DELIVERED, 0);
	assert_int_equal(claim(f, &got, "log", 8), 1);
	assert_int_not_equal(got.deliveries[0].row, row);
	store_claim_clear(&got);
}

static void
who_waited_behind_a_retry_is_next_when_it_is_settled(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_event first = event_of("evt_1", "k");
	struct store_event second = event_of("evt_2", "k");
	struct store_claim got;
	int64_t row;

	commit(f, &item, &first, NULL);
	commit(f, &item, &second, NULL);
	assert_int_equal(claim(f, &got, "hook", 8), 1);
	row = got.deliveries[0].row;
	store_claim_clear(&got);
	settle(f, "hook", row, SETTLE_RETRY, 5000);
	assert_int_equal(claim(f, &got, "hook", 8), 1);
	assert_int_equal(got.deliveries[0].row, row);
	assert_int_equal(got.deliveries[0].attempts, 1);
	store_claim_clear(&got);
	settle(f, "hook", row, SETTLE_DELIVERED, 0);
	assert_int_equal(claim(f, &got, "hook", 8), 1);
	assert_string_equal(got.deliveries[0].event_id, "evt_2");
	store_claim_clear(&got);
}

/* Commits `count` events with keys of their own, numbered from `first`. */
static void
commit_events(struct fixture *f, int first, int count)
{
	struct store_item item = item_of(1, 10, 20);
	struct store_event event;
	char id[24];
	int i;

	for (i = first; i < first + count; i++) {
		snprintf(id, sizeof(id), "evt_%d", i);
		event = event_of(id, id);
		commit(f, &item, &event, NULL);
	}
}

static void
new_deliveries_and_retries_share_a_claim(void **state)
{
	struct fixture *f = *state;
	struct store_claim got;
	size_t i, retries = 0;

	commit_events(f, 0, 8);
	assert_int_equal(claim(f, &got, "hook", 8), 8);
	for (i = 0; i < got.count; i++)
		settle(f, "hook", got.deliveries[i].row, SETTLE_RETRY, 4000);
	store_claim_clear(&got);
	commit_events(f, 8, 8);
	assert_int_equal(claim(f, &got, "hook", 4), 4);
	for (i = 0; i < got.count; i++)
		retries += got.deliveries[i].attempts > 0;
	assert_int_equal(retries, 2);
	assert_int_equal(got.next_due_ms, 5000);
	store_claim_clear(&got);
	/* and either takes what the other leaves */
	assert_int_equal(claim(f, &got, "hook", 100), 12);
	store_claim_clear(&got);
}

static void
what_a_log_holds_already_is_settled_by_its_event(void **state)
{
	static const char *const written[] = {"evt_0", "evt_7"};
	struct fixture *f = *state;
	struct store_settle request = {
	    .sink = "log", .written = written, .written_count = 2};
	struct store_claim got;

	commit_events(f, 0, 2);
	assert_int_equal(run(f, &request.base, STORE_SETTLE), 0);
	assert_int_equal(request.written_found, 1);
	assert_int_equal(claim(f, &got, "log", 8), 1);
	assert_string_equal(got.deliveries[0].event_id, "evt_1");
	store_claim_clear(&got);
	assert_int_equal(claim(f, &got, "hook", 8), 2);
	store_claim_clear(&got);
}

static void
a_second_daemon_is_told_the_pid_of_the_first(void **state)
{
	struct fixture *f = *state;
	struct err err;
	char pid[24];

	assert_null(store_open(f->loop, f->dir, &err));
	snprintf(pid, sizeof(pid), "pid %ld", (long)getpid());
	assert_non_null(strstr(err.text, pid));
}

static void
write_over(const struct fixture *f, const char *sql)
{
	char path[96];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/wirewatch.db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
a_newer_schema_and_a_strange_file_are_refused(void **state)
{
	struct fixture *f = *state;
	struct err err;

	store_close(&f->store);
	write_over(f, "PRAGMA user_version = 999");
	assert_null(store_open(f->loop, f->dir, &err));
	assert_non_null(strstr(err.text, "newer"));
	write_over(f, "PRAGMA application_id = 7; PRAGMA user_version = 1");
	assert_null(store_open(f->loop, f->dir, &err));
	assert_non_null(strstr(err.text, "another program"));
}

/* A database of the first schema, with something in every table. */
static void
make_schema_1(const struct fixture *f)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/wirewatch.db", f->dir);
	assert_int_equal(unlink(path), 0);
	write_over(f, schema_steps[0]);
	write_over(f,
	    "PRAGMA application_id = 2004317283; PRAGMA user_version = 1;"
	    "INSERT INTO feed (id, name, url, etag, moved_count, has_moved,"
	    " body_hash, interval, latency, bytes, failures, item_count,"
	    " status) VALUES (3, 'wire', 'http://wire.example/', '\"1\"', 0,"
	    " 0, 0, 0, 0, 0, 0, 1, 'html');"
	    "INSERT INTO seen VALUES (3, x'01010101010101010101010101010101',"
	    " 10, 20, 1000, 1000);"
	    "INSERT INTO alerted VALUES"
	    " (3, x'01010101010101010101010101010101', 'launch', 2);"
	    "INSERT INTO event VALUES (5, 'evt_1', 'alert.opened', 'launch',"
	    " 1000, '{}'), (6, 'evt_2', 'alert.opened', 'launch', 1000, '{}');"
	    "INSERT INTO outbox VALUES"
	    " (8, 5, 'log', 'k', 1000, 1000, 0, NULL, 0, NULL),"
	    " (9, 5, 'hook', 'k', 1000, 4000, 3, 1500, 0, 'HTTP 503'),"
	    " (10, 6, 'hook', 'l', 1000, 4000, 9, 1500, 1, 'HTTP 404');"
	    "INSERT INTO log_position VALUES ('log', 1, 2, 3, 4);");
}

static void
one_guid_in_two_feeds_is_two_items(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20), other = item;
	struct store_lookup lookup = {
	    .feed_name = "other", .items = &other, .item_count = 1};
	int64_t feed = commit(f, &item, NULL, NULL);

	look_up(f, feed, &item);
	assert_int_equal(item.status, ITEM_KNOWN);
	assert_int_equal(run(f, &lookup.base, STORE_LOOKUP), 0);
	assert_int_equal(other.status, ITEM_NEW);
	look_up(f, feed + 1, &other);
	assert_int_equal(other.status, ITEM_NEW);
}

static void
the_first_schema_is_brought_up_to_date_with_all_it_holds(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 11, 20);
	struct store_lookup lookup = {
	    .feed_id = 3, .items = &item, .item_count = 1};
	struct store_sink_info info = {.sink = "hook"};
	struct loaded loaded = {0};
	struct store_claim got;
	struct err err;

	store_close(&f->store);
	make_schema_1(f);
	f->store = store_open(f->loop, f->dir, &err);
	assert_non_null(f->store);
	assert_int_equal(
	    store_load_feeds(f->store, on_feed, &loaded, &err), 0);
	assert_int_equal(loaded.id, 3);
	assert_int_equal(run(f, &lookup.base, STORE_LOOKUP), 0);
	assert_int_equal(item.status, ITEM_CHANGED);
	assert_int_equal(item.revisions[0], 2);
	assert_null(item.titles[0]);
	store_lookup_clear(&lookup);
	assert_int_equal(prune(f, 1000 + 300 * DAY, 0), 0);
	assert_int_equal(claim(f, &got, "log", 8), 1);
	assert_int_equal(got.deliveries[0].row, 8);
	store_claim_clear(&got);
	assert_int_equal(claim(f, &got, "hook", 8), 1);
	assert_int_equal(got.deliveries[0].attempts, 3);
	assert_int_equal(got.deliveries[0].first_attempt_ms, 1500);
	store_claim_clear(&got);
	assert_int_equal(run(f, &info.base, STORE_SINK_INFO), 0);
	assert_int_equal(info.counts.pending, 1);
	assert_int_equal(info.counts.dead, 1);
}

static void
a_database_of_somebody_else_is_left_alone(void **state)
{
	struct fixture *f = *state;
	char path[96];
	struct err err;

	store_close(&f->store);
	snprintf(path, sizeof(path), "%s/wirewatch.db", f->dir);
	assert_int_equal(unlink(path), 0);
	write_over(f, "CREATE TABLE theirs (x)");
	assert_null(store_open(f->loop, f->dir, &err));
	assert_non_null(strstr(err.text, "another program"));
	/* fails if it was made anything else */
	write_over(f, "INSERT INTO theirs VALUES (1)");
}

static void
a_damaged_file_is_refused_and_left_as_it_is(void **state)
{
	struct fixture *f = *state;
	char path[96], byte[4096], after[4096];
	struct err err;
	int fd;

	store_close(&f->store);
	snprintf(path, sizeof(path), "%s/wirewatch.db", f->dir);
	memset(byte, 'x', sizeof(byte));
	fd = open(path, O_RDWR);
	assert_int_equal(pwrite(fd, byte, sizeof(byte), 0), sizeof(byte));
	assert_null(store_open(f->loop, f->dir, &err));
	assert_non_null(strstr(err.text, "damaged"));
	assert_int_equal(pread(fd, after, sizeof(after), 0), sizeof(after));
	assert_memory_equal(byte, after, sizeof(byte));
	close(fd);
}

/* Commits events for ever, writing the number of each to `fd` when done. */
static _Noreturn void
commit_for_ever(const char *dir, int first, int fd)
{
	struct fixture f = {.loop = ev_loop_new(EVFLAG_AUTO)};
	struct ev_timer tick;
	struct err err;
	int i;

	ev_timer_init(&tick, on_tick, 0.01, 0.01);
	ev_timer_start(f.loop, &tick);
	f.store = store_open(f.loop, dir, &err);
	if (!f.store)
		_exit(1);
	for (i = first;; i++) {
		char id[24];
		struct store_event event = event_of(id, id);
		struct store_commit commit = {
		    .now_ms = 1000, .events = &event, .event_count = 1};

		snprintf(id, sizeof(id), "evt_%d", i);
		if (run(&f, &commit.base, STORE_COMMIT) == -1)
			_exit(1);
		if (write(fd, &i, sizeof(i)) != sizeof(i))
			_exit(1);
	}
}

static void
what_was_reported_done_survives_kill_9(void **state)
{
	struct fixture *f = *state;
	struct store_counts counts;
	struct err err;
	int k, last = -1, pipes[2];

	store_close(&f->store);
	for (k = 0; k < KILLS; k++) {
		int first = last + 1, wanted = rand() % 8 + 1, status;
		pid_t pid;

		assert_int_equal(pipe(pipes), 0);
		pid = fork();
		if (pid == 0)
			commit_for_ever(f->dir, first, pipes[1]);
		close(pipes[1]);
		while (wanted-- > 0)
			assert_int_equal(read(pipes[0], &last, sizeof(last)),
			    sizeof(last));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		/* what it still said after the last one that we read */
		while (read(pipes[0], &last, sizeof(last)) == sizeof(last))
			;
		close(pipes[0]);
	}
	f->store = store_open(f->loop, f->dir, &err);
	assert_non_null(f->store);
	assert_int_equal(store_count_sink(f->store, "log", &counts, &err), 0);
	/* the one under way at the last kill may be there or not */
	assert_in_range(counts.pending, last + 1, last + 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_item_is_new_then_known_then_changed),
	    TEST(an_item_that_is_known_by_its_former_id_keeps_it),
	    TEST(an_item_may_be_known_by_a_former_id_under_its_title_only),
	    TEST(identity_is_scoped_to_the_feed),
	    TEST(a_changed_item_tells_which_topics_alerted),
	    TEST(the_state_of_a_feed_comes_back_after_a_restart),
	    TEST(an_event_waits_for_each_of_its_sinks_until_it_is_settled),
	    TEST(claims_end_with_the_process_and_with_a_release),
	    TEST(a_retry_waits_for_its_time_and_holds_back_its_followers),
	    TEST(a_dead_letter_is_kept_and_lets_its_followers_pass),
	    TEST(a_claim_takes_no_more_than_asked_and_says_that_there_is_more),
	    TEST(retention_spares_what_is_still_in_its_feed_or_not_delivered),
	    TEST(a_feed_that_answers_304_for_ever_keeps_its_items),
	    TEST(what_was_delivered_everywhere_goes_when_it_is_old),
	    TEST(a_dead_letter_goes_when_it_is_old_and_what_waits_stays),
	    TEST(retention_looks_at_a_bounded_number_of_rows),
	    TEST(the_position_of_a_log_is_kept_with_its_settlements),
	    TEST(a_sink_is_asked_for_by_way_of_the_thread),
	    TEST(the_title_last_alerted_comes_back),
	    TEST(a_title_is_cut_between_characters),
	    TEST(what_was_undone_leaves_no_number_behind),
	    TEST(a_feed_whose_row_is_gone_gets_another),
	    TEST(one_request_that_fails_does_not_take_the_others_with_it),
	    TEST(claims_that_come_together_take_different_deliveries),
	    TEST(what_is_released_can_be_claimed_in_the_same_transaction),
	    TEST(the_number_of_a_delivery_is_never_given_twice),
	    TEST(who_waited_behind_a_retry_is_next_when_it_is_settled),
	    TEST(new_deliveries_and_retries_share_a_claim),
	    TEST(what_a_log_holds_already_is_settled_by_its_event),
	    TEST(a_second_daemon_is_told_the_pid_of_the_first),
	    TEST(a_newer_schema_and_a_strange_file_are_refused),
	    TEST(one_guid_in_two_feeds_is_two_items),
	    TEST(the_first_schema_is_brought_up_to_date_with_all_it_holds),
	    TEST(a_database_of_somebody_else_is_left_alone),
	    TEST(a_damaged_file_is_refused_and_left_as_it_is),
	    TEST(what_was_reported_done_survives_kill_9),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
