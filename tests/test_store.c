#include "tests/test.h"

#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/clock.h"
#include "store/store.h"

#define KILLS 50

struct fixture {
	char dir[32];
	struct ev_loop *loop;
	struct log log;
	struct store *store;
};

static void
on_done(struct store_request *request)
{
	*(bool *)request->data = true;
}

/* Submits, and runs the loop until the request is done. */
static int
run(struct fixture *f, struct store_request *request, enum store_kind kind)
{
	bool is_done = false;

	request->kind = kind;
	request->done = on_done;
	request->data = &is_done;
	store_submit(f->store, request);
	while (!is_done)
		ev_run(f->loop, EVRUN_ONCE);
	return request->rc;
}

static void
reopen(struct fixture *f)
{
	struct err err;

	store_close(&f->store);
	f->store = store_open(f->loop, f->dir, &f->log, &err);
	assert_non_null(f->store);
}

/* The loop needs a watcher of its own: the store does not keep it running. */
static void
on_tick(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
}

static int
set_up(void **state)
{
	static struct ev_timer tick;
	struct fixture *f = calloc(1, sizeof(*f));
	struct err err;

	strcpy(f->dir, "/tmp/wirewatch.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->loop = ev_loop_new(EVFLAG_AUTO);
	ev_timer_init(&tick, on_tick, 0.01, 0.01);
	ev_timer_start(f->loop, &tick);
	log_init(&f->log, LOG_LEVEL_ERROR);
	f->store = store_open(f->loop, f->dir, &f->log, &err);
	assert_non_null(f->store);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const names[] = {"wirewatch.db",
	    "wirewatch.db-wal", "wirewatch.db-shm", "lock"};
	struct fixture *f = *state;
	char path[96];
	size_t i;

	store_close(&f->store);
	ev_loop_destroy(f->loop);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
		unlink(path);
	}
	rmdir(f->dir);
	free(f);
	return 0;
}

static struct store_item
item_of(unsigned char id, uint64_t title, uint64_t body)
{
	struct store_item item = {.title_fp = title, .body_fp = body};

	memset(item.id, id, ITEM_ID_SIZE);
	return item;
}

static const char *both_sinks[] = {"log", "hook"};

static struct store_event
event_of(const char *id, const char *key)
{
	return (struct store_event){.id = id, .type = "alert.opened",
	    .topic = "launch", .order_key = key, .time_ms = 1000,
	    .body = "{\"id\":1}", .sinks = both_sinks, .sink_count = 2};
}

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
	struct store_alerted alerted = {0, "launch", 3};
	struct store_lookup lookup = {.items = &item, .item_count = 1};

	lookup.feed_id = commit(f, &item, NULL, &alerted);
	item.body_fp = 21;
	assert_int_equal(run(f, &lookup.base, STORE_LOOKUP), 0);
	assert_int_equal(item.topic_count, 1);
	assert_string_equal(item.topics[0], "launch");
	assert_int_equal(item.revisions[0], 3);
	assert_false(item.is_title_changed);
	store_lookup_clear(&lookup);
}

struct loaded {
	int count;
	int64_t id;
};

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
}

static void
the_state_of_a_feed_comes_back_after_a_restart(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct loaded loaded = {0, 0};
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

static void
retention_spares_what_is_still_in_its_feed_or_not_delivered(void **state)
{
	struct fixture *f = *state;
	struct store_item item = item_of(1, 10, 20);
	struct store_event event = event_of("evt_1", "k");
	struct store_alerted alerted = {0, "launch", 1};
	struct store_prune prune = {
	    .seen_before_ms = 1000, .events_before_ms = 2000, .max = 10};
	int64_t feed = commit(f, &item, &event, &alerted);

	assert_int_equal(run(f, &prune.base, STORE_PRUNE), 0);
	assert_int_equal(prune.deleted, 0);
	prune.seen_before_ms = 1001;
	assert_int_equal(run(f, &prune.base, STORE_PRUNE), 0);
	assert_int_equal(prune.deleted, 2);
	look_up(f, feed, &item);
	assert_int_equal(item.status, ITEM_NEW);
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
a_second_daemon_is_told_the_pid_of_the_first(void **state)
{
	struct fixture *f = *state;
	struct err err;
	char pid[24];

	assert_null(store_open(f->loop, f->dir, &f->log, &err));
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
	assert_null(store_open(f->loop, f->dir, &f->log, &err));
	assert_non_null(strstr(err.text, "newer"));
	write_over(f, "PRAGMA application_id = 7; PRAGMA user_version = 1");
	assert_null(store_open(f->loop, f->dir, &f->log, &err));
	assert_non_null(strstr(err.text, "another program"));
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
	assert_null(store_open(f->loop, f->dir, &f->log, &err));
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
	log_init(&f.log, LOG_LEVEL_ERROR);
	f.store = store_open(f.loop, dir, &f.log, &err);
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
	f->store = store_open(f->loop, f->dir, &f->log, &err);
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
	    TEST(identity_is_scoped_to_the_feed),
	    TEST(a_changed_item_tells_which_topics_alerted),
	    TEST(the_state_of_a_feed_comes_back_after_a_restart),
	    TEST(an_event_waits_for_each_of_its_sinks_until_it_is_settled),
	    TEST(claims_end_with_the_process_and_with_a_release),
	    TEST(a_retry_waits_for_its_time_and_holds_back_its_followers),
	    TEST(a_dead_letter_is_kept_and_lets_its_followers_pass),
	    TEST(a_claim_takes_no_more_than_asked_and_says_that_there_is_more),
	    TEST(retention_spares_what_is_still_in_its_feed_or_not_delivered),
	    TEST(the_position_of_a_log_is_kept_with_its_settlements),
	    TEST(a_second_daemon_is_told_the_pid_of_the_first),
	    TEST(a_newer_schema_and_a_strange_file_are_refused),
	    TEST(a_damaged_file_is_refused_and_left_as_it_is),
	    TEST(what_was_reported_done_survives_kill_9),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
