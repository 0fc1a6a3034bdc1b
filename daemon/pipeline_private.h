#ifndef WIREWATCH_DAEMON_PIPELINE_PRIVATE_H
#define WIREWATCH_DAEMON_PIPELINE_PRIVATE_H

#include <ev.h>

#include "daemon/pipeline.h"
#include "daemon/poll.h"
#include "daemon/suspend.h"
#include "feeds/outage.h"
#include "feeds/schedule.h"

/*
 * Inside of daemon/pipeline*.c: pipeline.c sets up and tears down,
 * pipeline_flow.c moves one poll from stage to stage, pipeline_plan.c decides
 * when the next begins, pipeline_store.c deals with a store that refuses.
 */
struct pipeline_metrics {
	struct metric *polls;
	struct metric *bytes;
	struct metric *items;
	struct metric *alerts;
	struct metric *match_overruns;
	struct metric *history_dropped;
	struct metric *store_failures;
	struct metric *parse_seconds;
};

struct pipeline {
	struct pipeline_options options;
	struct generation *generation;
	struct subscriptions *subscriptions;
	struct schedule *schedule;
	bool is_loaded;
	bool is_started;
	bool is_stopping;
	struct ev_timer due; /* the next start of a poll */
	struct ev_timer retry; /* refused commits, a pause */
	struct ev_timer prune_due;
	struct suspend *suspend; /* NULL: a sleep is not noticed */
	struct poll *polls;
	size_t fetching;
	size_t storing;
	bool is_store_failing;
	struct outage outage;
	bool has_told_overrun; /* of this configuration */
	bool has_told_drop;
	struct poll *refused; /* to submit again, the oldest first */
	struct poll **refused_end;
	char *pause_reason;
	int64_t space_checked_ms; /* monotonic */
	bool is_space_low;
	struct store_prune prune;
	bool is_pruning;
	uint32_t random;
	struct pipeline_status counts;
	struct pipeline_metrics metrics;
};

/* A poll is on the list from its start to its end. */
void pipeline_link(struct pipeline *pipeline, struct poll *poll);
void pipeline_unlink(struct pipeline *pipeline, struct poll *poll);

/* --- the flow --- */

void pipeline_poll(struct pipeline *pipeline, struct feed *feed);
void pipeline_commit(struct pipeline *pipeline, struct poll *poll);
/* The end of a poll: its feed goes back to the schedule, or to rest. */
void pipeline_finish(struct pipeline *pipeline, struct poll *poll);

/* --- the plan --- */

/* Looks again when something may start: at once, later, or after a pause. */
void pipeline_arm(struct pipeline *pipeline);
/* Whether nothing stands in the way of polling; tells when that changes. */
bool pipeline_may_poll(struct pipeline *pipeline);
void pipeline_on_due(struct ev_loop *loop, struct ev_timer *timer, int events);
/* The machine slept: what is overdue is due soon, but not all at once. */
void pipeline_on_woke(void *data, int64_t slept_ms);
/* What a configuration makes of the feeds. */
int pipeline_take_feeds(struct pipeline *pipeline, struct err *err);

/* --- the store --- */

/* 0 when the store did what was asked; else the poll waits to ask again. */
int pipeline_check_store(struct pipeline *pipeline, struct poll *poll,
    const struct store_request *request);
void pipeline_set_aside(struct pipeline *pipeline, struct poll *poll);
/* What the store refused, once more and in order. */
void pipeline_resubmit(struct pipeline *pipeline);
void pipeline_on_retry(
    struct ev_loop *loop, struct ev_timer *timer, int events);
void pipeline_on_prune_due(
    struct ev_loop *loop, struct ev_timer *timer, int events);

#endif
