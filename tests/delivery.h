#ifndef WIREWATCH_TESTS_DELIVERY_H
#define WIREWATCH_TESTS_DELIVERY_H

/*
 * What tests of deliveries share: a loop, a store in a directory of its own,
 * an outbox over a configuration built by hand, and events put into the store
 * as the pipeline does it.
 */
#include <dirent.h>
#include <ev.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include "alerts/outbox_private.h"
#include "lib/clock.h"
#include "tests/test.h"

#define DELIVERY_WAIT_MS 20000 /* for what must happen */
#define DELIVERY_SINKS 8
#define DELIVERY_TOLD 64

struct delivery_fixture {
	char dir[32];
	struct ev_loop *loop;
	struct ev_timer tick;
	struct log log;
	struct store *store;
	struct http *http;
	struct conf conf;
	struct conf_sink sinks[DELIVERY_SINKS];
	struct outbox *outbox;
	outbox_open_fn open;
	size_t idle; /* calls of on_idle */
	char *told[DELIVERY_TOLD]; /* bodies of the outbox's own events */
	size_t told_count;
};

static inline void
delivery_on_tick(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
}

static inline void
delivery_on_event(void *data, struct event *event)
{
	struct delivery_fixture *f = data;

	assert_in_range(f->told_count, 0, DELIVERY_TOLD - 1);
	f->told[f->told_count++] = event->body;
	event->body = NULL;
	event_clear(event);
}

static inline void
delivery_on_idle(void *data)
{
	((struct delivery_fixture *)data)->idle++;
}

/* Runs the loop until the claim holds; fails when that takes too long. */
#define WAIT_UNTIL(f, claim)                                                   \
	do {                                                                   \
		int64_t end_ = clock_mono_ms() + DELIVERY_WAIT_MS;             \
		while (!(claim)) {                                             \
			assert_true(clock_mono_ms() < end_ || !#claim);        \
			ev_run((f)->loop, EVRUN_ONCE);                         \
		}                                                              \
	} while (0)

/* Turns of the loop in which whatever is going to happen now does. */
static inline void
delivery_settle_down(struct delivery_fixture *f)
{
	WAIT_UNTIL(f, outbox_is_idle(f->outbox));
}

static inline void
delivery_open_store(struct delivery_fixture *f)
{
	struct err err;

	f->store = store_open(f->loop, f->dir, &err);
	assert_non_null(f->store);
}

static inline void
delivery_open_outbox(struct delivery_fixture *f)
{
	struct outbox_options options = {
	    .context = {.loop = f->loop, .log = &f->log, .http = f->http},
	    .store = f->store,
	    .on_event = delivery_on_event,
	    .on_idle = delivery_on_idle,
	    .data = f,
	    .open = f->open,
	};

	f->outbox = outbox_new(&options);
}

static inline void
delivery_set_up(struct delivery_fixture *f)
{
	strcpy(f->dir, "/tmp/wirewatch.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->loop = ev_loop_new(EVFLAG_AUTO);
	ev_timer_init(&f->tick, delivery_on_tick, 0.005, 0.005);
	ev_timer_start(f->loop, &f->tick);
	log_init(&f->log, LOG_LEVEL_ERROR);
	f->log.out = fopen("/dev/null", "w");
	assert_non_null(f->log.out);
	f->conf.sinks = f->sinks;
	f->conf.node = "test";
	delivery_open_store(f);
	delivery_open_outbox(f);
}

/* As the daemon ends: the store first, its owners are still there. */
static inline void
delivery_close(struct delivery_fixture *f)
{
	store_close(&f->store);
	outbox_free(&f->outbox);
}

static inline void
delivery_remove_files(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	char name[320];

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (unlink(name) == -1)
			rmdir(name);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

static inline void
delivery_tear_down(struct delivery_fixture *f)
{
	delivery_close(f);
	ev_loop_destroy(f->loop);
	while (f->told_count > 0)
		free(f->told[--f->told_count]);
	fclose(f->log.out);
	delivery_remove_files(f->dir);
}

/* A sink of the configuration; to be given to the outbox by configure. */
static inline struct conf_sink *
delivery_add_sink(
    struct delivery_fixture *f, const char *name, enum sink_type type)
{
	struct conf_sink *sink = &f->sinks[f->conf.sink_count++];

	memset(sink, 0, sizeof(*sink));
	sink->name = name;
	sink->type = type;
	sink->concurrency = 4;
	sink->timeout_ms = 1000;
	return sink;
}

static inline void
delivery_configure(struct delivery_fixture *f)
{
	struct err err = {{0}};

	if (outbox_configure(f->outbox, &f->conf, &err) == -1)
		fail_msg("%s", err.text);
}

static inline void
delivery_on_committed(struct store_request *request)
{
	*(bool *)request->data = true;
}

/* Commits an event for these sinks and tells the outbox. */
static inline void
delivery_put(struct delivery_fixture *f, const char *id, const char *key,
    const char *type, const char **sinks, size_t count)
{
	char *body = xasprintf("{\"schema\":\"wirewatch.event/1\",\"id\":"
			       "\"%s\",\"type\":\"%s\",\"timestamp\":"
			       "\"2026-11-23T22:41:07.312Z\",\"data\":{\"x\":"
			       "{\"y\":\"z\"}}}",
	    id, type);
	struct store_event event = {.id = id,
	    .type = type,
	    .order_key = key,
	    .time_ms = clock_wall_ms(),
	    .body = body,
	    .sinks = sinks,
	    .sink_count = count};
	bool is_done = false;
	struct store_commit commit = {.base = {.kind = STORE_COMMIT,
					  .done = delivery_on_committed,
					  .data = &is_done},
	    .now_ms = clock_wall_ms(),
	    .events = &event,
	    .event_count = 1};
	size_t i;

	store_submit(f->store, &commit.base);
	WAIT_UNTIL(f, is_done);
	assert_int_equal(commit.base.rc, 0);
	for (i = 0; i < count; i++)
		outbox_kick(f->outbox, sinks[i], 1);
	free(body);
}

static inline void
delivery_put_alert(
    struct delivery_fixture *f, int number, const char *key, const char *sink)
{
	char id[40], own_key[16];

	snprintf(id, sizeof(id), "evt_%032x", (unsigned)number);
	snprintf(own_key, sizeof(own_key), "%d", number);
	delivery_put(f, id, key ? key : own_key, "alert.opened", &sink, 1);
}

/*
 * Changes the store from outside, as no daemon does: it is closed meanwhile, so
 * nothing may be claimed or under way.
 */
static inline void
delivery_sql(struct delivery_fixture *f, const char *sql)
{
	char path[96];
	sqlite3 *db;

	if (f->outbox)
		delivery_settle_down(f);
	store_close(&f->store);
	snprintf(path, sizeof(path), "%s/wirewatch.db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	delivery_open_store(f);
	if (f->outbox)
		f->outbox->options.store = f->store;
}

/* No file of this process may grow: every write fails, as on a full disk. */
static inline void
delivery_fill_disk(bool is_full)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = is_full ? 0 : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static inline struct outbox_status
delivery_status(const struct delivery_fixture *f, const char *name)
{
	struct outbox_status status;
	size_t i;

	for (i = 0; outbox_status(f->outbox, i, &status); i++) {
		if (strcmp(status.sink, name) == 0)
			return status;
	}
	fail_msg("no sink %s", name);
	return status;
}

static inline struct store_counts
delivery_counts(const struct delivery_fixture *f, const char *name)
{
	struct store_counts counts = {0};
	struct err err;

	assert_int_equal(store_count_sink(f->store, name, &counts, &err), 0);
	return counts;
}

/* How many of the outbox's own events hold all of these texts. */
static inline size_t
delivery_told(
    const struct delivery_fixture *f, const char *one, const char *other)
{
	size_t i, count = 0;

	for (i = 0; i < f->told_count; i++) {
		if (strstr(f->told[i], one) && strstr(f->told[i], other))
			count++;
	}
	return count;
}

#endif
