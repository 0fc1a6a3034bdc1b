#ifndef WIREWATCH_DAEMON_PIPELINE_H
#define WIREWATCH_DAEMON_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alerts/outbox.h"
#include "daemon/generation.h"
#include "daemon/history.h"
#include "daemon/subscriptions.h"
#include "daemon/workers.h"
#include "lib/http.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "store/store.h"

struct ev_loop;

/*
 * The flow of DESIGN section 3: due feed, fetch, parse, new?, match, events,
 * one commit, outbox. A poll that the store refuses is committed again until
 * it succeeds, and nothing new is polled meanwhile.
 */
struct pipeline;

#define PIPELINE_STORED_MAX 1024	/* polls waiting for the store */
#define PIPELINE_RETRY_MS 5000		/* a refused commit, a paused poll */
#define PIPELINE_PRUNE_MS 3600000	/* between two rounds of retention */
#define PIPELINE_PRUNE_FIRST_MS 60000	/* the first, after the start */
#define PIPELINE_PRUNE_ROWS 2000	/* deleted in one transaction */

struct pipeline_options {
	struct ev_loop *loop;
	struct log *log;
	struct http *http;
	struct store *store;
	struct outbox *outbox;
	struct history *history;
	struct workers *workers;
	struct metrics *metrics;
	bool is_once;
	/* A poll or commit ended and nothing is under way any more. */
	void (*on_idle)(void *data);
	void *data;
};

struct pipeline *pipeline_new(const struct pipeline_options *options);
/* Cancels fetches; the store must not call back any more. */
void pipeline_free(struct pipeline **pipeline);

/* Takes the next generation over; loads stored states the first time. */
int pipeline_configure(struct pipeline *pipeline,
    struct generation *generation, struct err *err);
/* Starts polling. */
void pipeline_start(struct pipeline *pipeline);
/* No more polls; fetches under way are dropped, commits go on. */
void pipeline_stop(struct pipeline *pipeline);
/* Nothing is under way and, with is_once, every feed has been polled. */
bool pipeline_is_idle(const struct pipeline *pipeline);
/* Commits an event of the daemon's own; takes its content over. */
void pipeline_event(struct pipeline *pipeline, struct event *event);

/*
 * When a polled feed is due again, on the monotonic clock by which polls are
 * started: the wall clock that its state is kept by may jump, and a jump must
 * not keep it waiting for longer than its interval.
 */
int64_t pipeline_due_ms(
    const struct feed_state *state, int64_t wall_ms, int64_t mono_ms);

struct pipeline_status {
	bool is_paused;
	bool is_offline;	/* no server answers */
	const char *reason;	/* NULL when polling */
	size_t fetching;
	size_t storing;
	int64_t new_items;	/* since start */
	int64_t alerts;
	int64_t last_alert_ms;	/* TIME_NONE */
	size_t failed_polls;	/* since start */
};

void pipeline_status(
    const struct pipeline *pipeline, struct pipeline_status *status_r);
const struct subscriptions *pipeline_subscriptions(
    const struct pipeline *pipeline);

#endif
