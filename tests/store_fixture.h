#ifndef WIREWATCH_TESTS_STORE_FIXTURE_H
#define WIREWATCH_TESTS_STORE_FIXTURE_H

/* A store in a directory of its own, for the tests of the store. */
#include "tests/test.h"

#include <ev.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/clock.h"
#include "store/store.h"

#define FIXTURE_FUNCTION static __attribute__((unused))

struct fixture {
	char dir[32];
	struct ev_loop *loop;
	struct store *store;
};

FIXTURE_FUNCTION void
on_done(struct store_request *request)
{
	*(bool *)request->data = true;
}

/* Submits, and runs the loop until the request is done. */
FIXTURE_FUNCTION int
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

FIXTURE_FUNCTION void
reopen(struct fixture *f)
{
	struct err err;

	store_close(&f->store);
	f->store = store_open(f->loop, f->dir, &err);
	assert_non_null(f->store);
}

/* The loop needs a watcher of its own: the store does not keep it running. */
FIXTURE_FUNCTION void
on_tick(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
}

FIXTURE_FUNCTION int
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
	f->store = store_open(f->loop, f->dir, &err);
	assert_non_null(f->store);
	*state = f;
	return 0;
}

FIXTURE_FUNCTION int
tear_down(void **state)
{
	static const char *const names[] = {
	    "wirewatch.db", "wirewatch.db-wal", "wirewatch.db-shm", "lock"};
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

FIXTURE_FUNCTION struct store_item
item_of(unsigned char id, uint64_t title, uint64_t body)
{
	struct store_item item = {.title_fp = title, .body_fp = body};

	memset(item.id, id, ITEM_ID_SIZE);
	return item;
}

static const char *both_sinks[] = {"log", "hook"};

FIXTURE_FUNCTION struct store_event
event_of(const char *id, const char *key)
{
	return (struct store_event){.id = id,
	    .type = "alert.opened",
	    .topic = "launch",
	    .order_key = key,
	    .time_ms = 1000,
	    .body = "{\"id\":1}",
	    .sinks = both_sinks,
	    .sink_count = 2};
}

#endif
