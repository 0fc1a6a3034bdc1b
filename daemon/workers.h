#ifndef WIREWATCH_DAEMON_WORKERS_H
#define WIREWATCH_DAEMON_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/generation.h"
#include "daemon/work.h"
#include "lib/log.h"
#include "lib/metrics.h"

struct ev_loop;

/*
 * The worker processes, started when there is work: it is queued, handed to the
 * first that is idle, and its reply reported on a later turn of the loop. A
 * worker that dies, or takes longer than the bounds below, costs the work that
 * it had; another takes its place. Without worker processes the work is done on
 * the loop.
 */
struct workers;

#define WORKERS_MAX 64
/*
 * For one piece of work: of processor time, by the daemon's clock; without any,
 * and without a byte to or from it; and in all, where a busy machine gives a
 * worker little.
 */
#define WORKERS_PROCESSOR_MS 1800
#define WORKERS_STILL_MS 1600
#define WORKERS_WALL_MS 30000
#define WORKERS_LOOK_MS 400	/* between looks at one that works */
#define WORKERS_START_MS 10000 /* until a new one says that it is there */
/* One that has served so often or so long goes, with whatever got into it. */
#define WORKERS_SERVE_MAX 10000
#define WORKERS_AGE_MAX_MS (15 * 60 * 1000)
/* One that cannot be started is tried again after so long, then ever longer. */
#define WORKERS_RETRY_MS 1000
#define WORKERS_PAUSE_MAX_MS 60000
/* Requests waiting in bytes; above it nothing new should be fetched. */
#define WORKERS_QUEUE_MAX (4 * 1024 * 1024)

struct work {
	struct buf request;
	struct buf reply;
	bool has_failed;
	struct err err;		/* then, for people */
	/* whose topics it was done with, if it was; until it is cleared */
	struct generation *generation;
	/*
	 * Called on the loop thread in a later turn than workers_submit(); the
	 * work is the owner's again.
	 */
	void (*done)(struct work *work);
	void *data;
	struct work *next;	/* the pool's own */
};

void work_init(struct work *work);
void work_clear(struct work *work);

/* What a child does with its end of the socket; see daemon/worker.h. */
typedef void workers_child(int fd, const struct generation *generation);

struct workers_options {
	struct ev_loop *loop;
	struct log *log;
	struct metrics *metrics;
	workers_child *child;	/* NULL = worker_main */
	int64_t wall_ms;	/* 0 = WORKERS_WALL_MS */
	size_t serve_max;	/* 0 = WORKERS_SERVE_MAX */
};

struct workers *workers_new(const struct workers_options *options);
/* Ends all workers at once; nothing is called back any more. */
void workers_free(struct workers **workers);
/*
 * From now on work is done by the configuration's number of workers, others with
 * its topics; what was handed out before ends where it is.
 */
void workers_configure(
    struct workers *workers, struct generation *generation);
void workers_submit(struct workers *workers, struct work *work);
bool workers_are_busy(const struct workers *workers);

struct workers_status {
	size_t count;		/* processes; 0 = on the loop */
	size_t lost;		/* that died or overran, since start */
	size_t waiting;		/* pieces of work */
	unsigned missing;	/* what their sandbox lacks: lib/sandbox.h */
};

void workers_status(
    const struct workers *workers, struct workers_status *status_r);

#endif
