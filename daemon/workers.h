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
 * first that is idle, and its reply reported on a later turn of the loop. A worker that dies, or takes
 * longer than WORKERS_WALL_MS, costs the work that it had; another takes its
 * place. Without worker processes the work is done on the loop.
 */
struct workers;

#define WORKERS_MAX 64
#define WORKERS_WALL_MS 10000 /* for one piece of work; CPU is bounded, too */
#define WORKERS_START_MS 10000 /* until a new one says that it is there */
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

struct workers *workers_new(
    struct ev_loop *loop, struct log *log, struct metrics *metrics);
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
