/*
 * The pool: work that waits, and the worker processes that take it. One that is
 * told to go, or ends, is gone when the loop has heard of its end; only then
 * another is started.
 */
#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/peer.h"
#include "daemon/worker.h"
#include "lib/alloc.h"
#include "lib/sandbox.h"

/* So many in a row that ended before they were there: it is not to be. */
#define WORKERS_FAILED_STARTS_MAX 3

/* In the list of the pool. */
struct worker {
	struct workers *pool;
	struct peer *peer;
	struct worker *next;
};

struct workers {
	struct workers_options options;
	struct generation *generation;
	struct worker *workers;
	size_t count; /* that there should be; 0 = on the loop */
	unsigned failed_starts; /* in a row, without work done */
	bool has_been_ready; /* one has come up under this configuration */
	struct work *first; /* waiting */
	struct work **end;
	size_t waiting;
	size_t waiting_bytes;
	struct ev_timer local; /* the next piece, done on the loop */
	struct ev_timer retry; /* of a start */
	size_t lost;
	unsigned missing;
	bool has_told_missing;
	struct metric *lost_metric;
};

static void workers_dispatch(struct workers *pool);

void
work_init(struct work *work)
{
	memset(work, 0, sizeof(*work));
	buf_init(&work->request, WORK_REQUEST_MAX);
	buf_init(&work->reply, WORK_REPLY_MAX);
}

void
work_clear(struct work *work)
{
	buf_clear(&work->request);
	buf_clear(&work->reply);
	generation_unref(&work->generation);
}

static struct work *
workers_take(struct workers *pool)
{
	struct work *work = pool->first;

	if (!work)
		return NULL;
	pool->first = work->next;
	if (!pool->first)
		pool->end = &pool->first;
	work->next = NULL;
	pool->waiting--;
	pool->waiting_bytes -= work->request.len;
	return work;
}

/* The work goes back to its owner, who may submit more at once. */
static void
workers_return(struct work *work)
{
	buf_clear(&work->request);
	work->done(work);
}

static void
workers_bind(struct work *work, struct generation *generation)
{
	struct generation *old = work->generation;

	work->generation = generation_ref(generation);
	generation_unref(&old);
}

/* One piece a turn: the rest of the loop has its own to do. */
static void
workers_on_local(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct workers *pool = timer->data;
	struct work *work = workers_take(pool);

	(void)loop;
	(void)events;
	if (work) {
		workers_bind(work, pool->generation);
		work_run(pool->generation->matcher, pool->generation->conf,
		    work->request.data, work->request.len, &work->reply);
		workers_return(work);
	}
	workers_dispatch(pool);
}

static void
workers_start_timer(struct workers *pool, struct ev_timer *timer, int64_t ms)
{
	ev_timer_stop(pool->options.loop, timer);
	ev_timer_set(timer, (double)ms / 1000.0, 0.);
	ev_timer_start(pool->options.loop, timer);
}

/*
 * One did not come up, or ended without work. Where none ever comes up it is
 * not to be; where one did, the system is short of something for a time: a
 * document is never read without walls for that.
 */
static void
workers_count_failed_start(struct workers *pool, const char *why)
{
	int64_t pause = WORKERS_RETRY_MS;
	unsigned i;

	if (++pool->failed_starts < WORKERS_FAILED_STARTS_MAX &&
	    pool->has_been_ready)
		return;
	if (pool->failed_starts < WORKERS_FAILED_STARTS_MAX ||
	    pool->has_been_ready) {
		for (i = WORKERS_FAILED_STARTS_MAX;
		     i < pool->failed_starts && pause < WORKERS_PAUSE_MAX_MS;
		     i++)
			pause *= 2;
		log_warn(pool->options.log,
		    "workers: %s; trying again in %lld s", why,
		    (long long)pause / 1000);
		workers_start_timer(pool, &pool->retry, pause);
		return;
	}
	log_error(pool->options.log,
	    "workers: %s; feeds are read in the daemon's own process until "
	    "the next reload",
	    why);
	pool->count = 0;
}

static bool
workers_is_current(const struct workers *pool, const struct peer *peer)
{
	return peer_generation(peer) == pool->generation;
}

/* Whether one that has just answered goes on. */
static bool
workers_keeps(const struct workers *pool, const struct peer *peer)
{
	return workers_is_current(pool, peer) &&
	       peer_served(peer) < pool->options.serve_max &&
	       peer_age_ms(peer) < WORKERS_AGE_MAX_MS;
}

static void
workers_on_ready(struct peer *peer, unsigned missing)
{
	struct worker *worker = peer_data(peer);
	struct workers *pool = worker->pool;
	char names[SANDBOX_NAMES_SIZE];

	pool->has_been_ready = true;
	pool->missing = missing;
	if (missing && !pool->has_told_missing) {
		pool->has_told_missing = true;
		log_warn(pool->options.log,
		    "workers: feeds are read without %s, which this system "
		    "does not give; the rest of the sandbox is in place (told "
		    "once)",
		    sandbox_names(missing, names));
	}
	workers_dispatch(pool);
}

static void
workers_on_answered(struct peer *peer, struct work *work)
{
	struct worker *worker = peer_data(peer);
	struct workers *pool = worker->pool;

	pool->failed_starts = 0;
	if (!workers_keeps(pool, peer))
		peer_dismiss(peer);
	workers_return(work);
	workers_dispatch(pool);
}

/* What a worker did not bring to an end. */
static void
workers_fail(struct workers *pool, struct work *work, const struct err *why)
{
	pool->lost++;
	metric_add(pool->lost_metric, 1);
	log_warn(pool->options.log, "a worker was lost: %s", why->text);
	work->has_failed = true;
	work->err = *why;
	buf_clear(&work->reply);
	workers_return(work);
}

static void
workers_drop(struct workers *pool, struct worker *worker)
{
	struct worker **at = &pool->workers;

	while (*at != worker)
		at = &(*at)->next;
	*at = worker->next;
	peer_free(&worker->peer);
	free(worker);
}

static void
workers_on_ended(struct peer *peer, struct work *work, const struct err *why)
{
	struct worker *worker = peer_data(peer);
	struct workers *pool = worker->pool;
	bool is_failed_start =
	    !work && !peer_is_dismissed(peer) && workers_is_current(pool, peer);
	bool was_ready = peer_is_ready(peer);

	workers_drop(pool, worker);
	if (work)
		workers_fail(pool, work, why);
	else if (is_failed_start)
		workers_count_failed_start(
		    pool, was_ready ? "one ended without work"
				    : "one ended at its start");
	workers_dispatch(pool);
}

static const struct peer_ops workers_peer_ops = {
    .ready = workers_on_ready,
    .answered = workers_on_answered,
    .ended = workers_on_ended,
};

/* 0, or -1 with the reason when the system gives no process. */
static int
workers_start_one(struct workers *pool, struct err *why)
{
	struct worker *worker = xcalloc(1, sizeof(*worker));
	const struct peer_options options = {
	    .loop = pool->options.loop,
	    .generation = pool->generation,
	    .child = pool->options.child,
	    .wall_ms = pool->options.wall_ms,
	    .ops = &workers_peer_ops,
	    .data = worker,
	};

	worker->pool = pool;
	worker->peer = peer_new(&options, why);
	if (!worker->peer) {
		free(worker);
		return -1;
	}
	worker->next = pool->workers;
	pool->workers = worker;
	return 0;
}

static size_t
workers_running(const struct workers *pool)
{
	const struct worker *worker;
	size_t count = 0;

	for (worker = pool->workers; worker; worker = worker->next)
		count += workers_is_current(pool, worker->peer);
	return count;
}

/* As many as there should be; they are idle until they say that they are. */
static void
workers_start(struct workers *pool)
{
	size_t running = workers_running(pool);
	struct err why;

	if (ev_is_active(&pool->retry))
		return;
	for (; running < pool->count; running++) {
		if (workers_start_one(pool, &why) == -1) {
			workers_count_failed_start(pool, why.text);
			/* no end of a process will tell us to go on */
			if (pool->count && !ev_is_active(&pool->retry))
				workers_start_timer(
				    pool, &pool->retry, WORKERS_RETRY_MS);
			return;
		}
	}
}

static void
workers_on_retry(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	workers_dispatch(timer->data);
}

static struct peer *
workers_find_idle(const struct workers *pool)
{
	struct worker *worker;

	for (worker = pool->workers; worker; worker = worker->next) {
		if (peer_is_idle(worker->peer) &&
		    workers_is_current(pool, worker->peer))
			return worker->peer;
	}
	return NULL;
}

/* Hands out what waits; before there is work, there need be no workers. */
static void
workers_dispatch(struct workers *pool)
{
	struct peer *peer;
	struct work *work;

	if (pool->first)
		workers_start(pool);
	if (!pool->count) {
		if (pool->first && !ev_is_active(&pool->local))
			workers_start_timer(pool, &pool->local, 0);
		return;
	}
	while (pool->first) {
		peer = workers_find_idle(pool);
		if (!peer)
			return;
		work = workers_take(pool);
		workers_bind(work, pool->generation);
		peer_hand(peer, work);
	}
}

struct workers *
workers_new(const struct workers_options *options)
{
	struct workers *pool = xcalloc(1, sizeof(*pool));

	pool->options = *options;
	if (!pool->options.child)
		pool->options.child = worker_main;
	if (!pool->options.wall_ms)
		pool->options.wall_ms = WORKERS_WALL_MS;
	if (!pool->options.serve_max)
		pool->options.serve_max = WORKERS_SERVE_MAX;
	pool->end = &pool->first;
	pool->lost_metric =
	    metrics_counter(options->metrics, "wirewatch_workers_lost_total",
		"Parse workers that died or overran on a feed.");
	ev_timer_init(&pool->local, workers_on_local, 0., 0.);
	ev_timer_init(&pool->retry, workers_on_retry, 0., 0.);
	pool->local.data = pool->retry.data = pool;
	return pool;
}

void
workers_free(struct workers **pool_p)
{
	struct workers *pool = *pool_p;

	if (!pool)
		return;
	while (pool->workers)
		workers_drop(pool, pool->workers);
	ev_timer_stop(pool->options.loop, &pool->local);
	ev_timer_stop(pool->options.loop, &pool->retry);
	generation_unref(&pool->generation);
	free(pool);
	*pool_p = NULL;
}

/* Those who have work end when they have answered. */
static void
workers_dismiss_idle(struct workers *pool)
{
	struct worker *worker;

	for (worker = pool->workers; worker; worker = worker->next) {
		if (!workers_is_current(pool, worker->peer) &&
		    !peer_has_work(worker->peer))
			peer_dismiss(worker->peer);
	}
}

void
workers_configure(struct workers *pool, struct generation *generation)
{
	struct generation *old = pool->generation;

	if (generation == old)
		return;
	pool->generation = generation_ref(generation);
	pool->count = (size_t)generation->conf->workers;
	pool->failed_starts = 0;
	pool->has_been_ready = false;
	ev_timer_stop(pool->options.loop, &pool->retry);
	workers_dismiss_idle(pool);
	generation_unref(&old);
	workers_dispatch(pool);
}

void
workers_submit(struct workers *pool, struct work *work)
{
	work->next = NULL;
	work->has_failed = false;
	buf_reset(&work->reply);
	*pool->end = work;
	pool->end = &work->next;
	pool->waiting++;
	pool->waiting_bytes += work->request.len;
	workers_dispatch(pool);
}

bool
workers_are_busy(const struct workers *pool)
{
	return pool->waiting_bytes > WORKERS_QUEUE_MAX;
}

void
workers_status(const struct workers *pool, struct workers_status *status)
{
	memset(status, 0, sizeof(*status));
	status->count = pool->count;
	status->lost = pool->lost;
	status->waiting = pool->waiting;
	status->missing = pool->missing;
}
