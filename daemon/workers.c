/*
 * The pool. A worker has at most one piece of work, so that its end tells whose
 * fault it was. Its process is told to go by closing the socket, and is gone
 * when the loop has heard of its end; only then another is started.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/worker.h"
#include "daemon/workers.h"
#include "lib/alloc.h"
#include "lib/sandbox.h"

#define WORKERS_READ_SIZE (64 * 1024)
/* So many in a row that ended before they were there: it is not to be. */
#define WORKERS_FAILED_STARTS_MAX 3

struct worker {
	struct workers *pool;
	struct generation *generation;
	pid_t pid;
	int fd; /* -1 once it is closed */
	bool is_ready; /* has said that it is there */
	bool is_late; /* was killed for that */
	struct work *work; /* what it is at; NULL */
	struct worker_head head; /* of what is sent */
	size_t sent;
	struct worker_head reply; /* of what is received */
	size_t received;
	struct ev_io readable;
	struct ev_io writable;
	struct ev_timer wall;
	struct ev_child ended;
	struct worker *next;
};

struct workers {
	struct ev_loop *loop;
	struct log *log;
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
	ev_timer_stop(pool->loop, timer);
	ev_timer_set(timer, (double)ms / 1000.0, 0.);
	ev_timer_start(pool->loop, timer);
}

static void
worker_close(struct worker *worker)
{
	if (worker->fd == -1)
		return;
	ev_io_stop(worker->pool->loop, &worker->readable);
	ev_io_stop(worker->pool->loop, &worker->writable);
	(void)close(worker->fd);
	worker->fd = -1;
}

/* It keeps nothing that would be worth waiting for. */
static void
worker_kill(struct worker *worker)
{
	worker_close(worker);
	(void)kill(worker->pid, SIGKILL);
}

static void
worker_free(struct worker *worker)
{
	worker_close(worker);
	ev_timer_stop(worker->pool->loop, &worker->wall);
	ev_child_stop(worker->pool->loop, &worker->ended);
	generation_unref(&worker->generation);
	free(worker);
}

static void
worker_unlink(struct worker *worker)
{
	struct worker **at = &worker->pool->workers;

	while (*at != worker)
		at = &(*at)->next;
	*at = worker->next;
}

static bool
worker_is_current(const struct worker *worker)
{
	return worker->generation == worker->pool->generation;
}

/* What its end says of the work that it had, for people. */
static void
worker_explain(const struct worker *worker, int status, struct err *why)
{
	int signum = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (worker->is_late)
		(void)err_set(why,
		    "reading it was stopped after %d s: it took too long",
		    WORKERS_WALL_MS / 1000);
	else if (signum == SIGXCPU)
		(void)err_set(why,
		    "reading it was stopped: it took too much processor "
		    "time");
	else if (signum == SIGSYS)
		(void)err_set(why,
		    "reading it was stopped: the parser did what a parser must "
		    "not do");
	else if (signum == SIGABRT)
		(void)err_set(why,
		    "reading it was stopped: the parser ran out of memory, or "
		    "found itself broken");
	else if (signum)
		(void)err_set(
		    why, "the parser crashed on it (%s)", sigabbrev_np(signum));
	else
		(void)err_set(why, "the parser ended without an answer");
}

static void
worker_fail_work(struct worker *worker, int status)
{
	struct work *work = worker->work;

	worker->work = NULL;
	work->has_failed = true;
	worker_explain(worker, status, &work->err);
	buf_clear(&work->reply);
	workers_return(work);
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
		log_warn(pool->log, "workers: %s; trying again in %lld s", why,
		    (long long)pause / 1000);
		workers_start_timer(pool, &pool->retry, pause);
		return;
	}
	log_error(pool->log,
	    "workers: %s; feeds are read in the daemon's own process until "
	    "the next reload",
	    why);
	pool->count = 0;
}

static void
worker_tell_lost(const struct worker *worker, int status)
{
	struct workers *pool = worker->pool;
	struct err why;

	worker_explain(worker, status, &why);
	pool->lost++;
	metric_add(pool->lost_metric, 1);
	log_warn(pool->log, "worker %ld: %s", (long)worker->pid, why.text);
}

static void
worker_on_ended(struct ev_loop *loop, struct ev_child *child, int events)
{
	struct worker *worker = child->data;
	struct workers *pool = worker->pool;
	int status = child->rstatus;

	(void)loop;
	(void)events;
	worker_unlink(worker);
	worker_close(worker);
	if (worker->work) {
		worker_tell_lost(worker, status);
		worker_fail_work(worker, status);
	} else if (worker_is_current(worker)) {
		workers_count_failed_start(
		    pool, worker->is_late    ? "one did not start in time"
			  : worker->is_ready ? "one ended without work"
					     : "one ended at its start");
	}
	worker_free(worker);
	workers_dispatch(pool);
}

static void
worker_on_wall(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct worker *worker = timer->data;

	(void)loop;
	(void)events;
	worker->is_late = true;
	worker_kill(worker);
}

static void
worker_send(struct worker *worker)
{
	const struct buf *request = &worker->work->request;
	size_t head_size = sizeof(worker->head);
	struct iovec parts[2];
	ssize_t n;

	if (worker->sent < head_size) {
		parts[0].iov_base = (char *)&worker->head + worker->sent;
		parts[0].iov_len = head_size - worker->sent;
		parts[1].iov_base = request->data;
		parts[1].iov_len = request->len;
		n = writev(worker->fd, parts, 2);
	} else
		n = write(worker->fd,
		    request->data + (worker->sent - head_size),
		    request->len - (worker->sent - head_size));
	if (n > 0)
		worker->sent += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR) {
		worker_kill(worker);
		return;
	}
	if (worker->sent < head_size + request->len)
		ev_io_start(worker->pool->loop, &worker->writable);
	else
		ev_io_stop(worker->pool->loop, &worker->writable);
}

static void
worker_on_writable(struct ev_loop *loop, struct ev_io *io, int events)
{
	(void)loop;
	(void)events;
	worker_send(io->data);
}

static void
worker_begin(struct worker *worker, struct work *work)
{
	worker->work = work;
	workers_bind(work, worker->generation);
	worker->head.magic = WORKER_MAGIC;
	worker->head.len = (uint32_t)work->request.len;
	worker->sent = worker->received = 0;
	workers_start_timer(worker->pool, &worker->wall, WORKERS_WALL_MS);
	worker_send(worker);
}

static void
worker_say_hello(struct worker *worker)
{
	struct workers *pool = worker->pool;
	char names[SANDBOX_NAMES_SIZE];

	worker->is_ready = true;
	worker->received = 0;
	pool->has_been_ready = true;
	pool->missing = worker->reply.len;
	ev_timer_stop(pool->loop, &worker->wall);
	if (!pool->missing || pool->has_told_missing)
		return;
	pool->has_told_missing = true;
	log_warn(pool->log,
	    "workers: feeds are read without %s, which this system does not "
	    "give; the rest of the sandbox is in place (told once)",
	    sandbox_names(pool->missing, names));
}

static void
worker_finish(struct worker *worker)
{
	struct workers *pool = worker->pool;
	struct work *work = worker->work;

	worker->work = NULL;
	pool->failed_starts = 0;
	ev_timer_stop(pool->loop, &worker->wall);
	if (!worker_is_current(worker))
		worker_kill(worker);
	workers_return(work);
	workers_dispatch(pool);
}

/* Takes in what was received; -1 when it is no reply. */
static int
worker_take(struct worker *worker, const char *data, size_t len)
{
	size_t head_size = sizeof(worker->reply), part;
	struct buf *reply = worker->work ? &worker->work->reply : NULL;

	if (worker->received < head_size) {
		part = head_size - worker->received;
		part = part < len ? part : len;
		memcpy((char *)&worker->reply + worker->received, data, part);
		worker->received += part;
		data += part;
		len -= part;
		if (worker->received < head_size)
			return 0;
		if (worker->reply.magic != WORKER_MAGIC)
			return -1;
	}
	if (!worker->is_ready) {
		worker_say_hello(worker);
		return len ? -1 : 0;
	}
	/* nobody can answer what was not yet asked */
	if (!reply ||
	    worker->sent < sizeof(worker->head) + worker->work->request.len)
		return -1;
	if (worker->reply.len > WORK_REPLY_MAX ||
	    len > worker->reply.len - reply->len)
		return -1;
	return buf_add(reply, data, len);
}

static void
worker_on_readable(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct worker *worker = io->data;
	char data[WORKERS_READ_SIZE];
	ssize_t n = read(worker->fd, data, sizeof(data));

	(void)loop;
	(void)events;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		/* it ends, or will not talk any more */
		worker_kill(worker);
		return;
	}
	if (worker_take(worker, data, (size_t)n) == -1) {
		worker_kill(worker);
		return;
	}
	if (!worker->work)
		workers_dispatch(worker->pool);
	else if (worker->received == sizeof(worker->reply) &&
		 worker->work->reply.len == worker->reply.len)
		worker_finish(worker);
}

static struct worker *
worker_new(struct workers *pool, pid_t pid, int fd)
{
	struct worker *worker = xcalloc(1, sizeof(*worker));

	worker->pool = pool;
	worker->generation = generation_ref(pool->generation);
	worker->pid = pid;
	worker->fd = fd;
	ev_io_init(&worker->readable, worker_on_readable, fd, EV_READ);
	ev_io_init(&worker->writable, worker_on_writable, fd, EV_WRITE);
	ev_timer_init(&worker->wall, worker_on_wall, 0., 0.);
	ev_child_init(&worker->ended, worker_on_ended, pid, 0);
	worker->readable.data = worker->writable.data = worker;
	worker->wall.data = worker->ended.data = worker;
	ev_io_start(pool->loop, &worker->readable);
	ev_child_start(pool->loop, &worker->ended);
	workers_start_timer(pool, &worker->wall, WORKERS_START_MS);
	worker->next = pool->workers;
	pool->workers = worker;
	return worker;
}

/* 0, or -1 with the reason when the system gives no process. */
static int
workers_start_one(struct workers *pool, struct err *why)
{
	int fds[2], flags;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1)
		return err_errno(why, "no socket for a worker");
	flags = fcntl(fds[0], F_GETFL);
	if (flags == -1 || fcntl(fds[0], F_SETFL, flags | O_NONBLOCK) == -1)
		goto fail;
	pid = fork();
	if (pid == -1)
		goto fail;
	if (pid == 0)
		worker_main(fds[1], pool->generation);
	(void)close(fds[1]);
	(void)worker_new(pool, pid, fds[0]);
	return 0;
fail:
	(void)err_errno(why, "no process for a worker");
	(void)close(fds[0]);
	(void)close(fds[1]);
	return -1;
}

static size_t
workers_running(const struct workers *pool)
{
	const struct worker *worker;
	size_t count = 0;

	for (worker = pool->workers; worker; worker = worker->next)
		count += worker_is_current(worker);
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

static struct worker *
workers_find_idle(const struct workers *pool)
{
	struct worker *worker;

	for (worker = pool->workers; worker; worker = worker->next) {
		if (worker->is_ready && !worker->work && worker->fd != -1 &&
		    worker_is_current(worker))
			return worker;
	}
	return NULL;
}

/* Hands out what waits; before there is work, there need be no workers. */
static void
workers_dispatch(struct workers *pool)
{
	struct worker *worker;

	if (pool->first)
		workers_start(pool);
	if (!pool->count) {
		if (pool->first && !ev_is_active(&pool->local))
			workers_start_timer(pool, &pool->local, 0);
		return;
	}
	while (pool->first) {
		worker = workers_find_idle(pool);
		if (!worker)
			return;
		worker_begin(worker, workers_take(pool));
	}
}

struct workers *
workers_new(struct ev_loop *loop, struct log *log, struct metrics *metrics)
{
	struct workers *pool = xcalloc(1, sizeof(*pool));

	pool->loop = loop;
	pool->log = log;
	pool->end = &pool->first;
	pool->lost_metric =
	    metrics_counter(metrics, "wirewatch_workers_lost_total",
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
	struct worker *worker, *next;

	if (!pool)
		return;
	for (worker = pool->workers; worker; worker = next) {
		next = worker->next;
		(void)kill(worker->pid, SIGKILL);
		(void)waitpid(worker->pid, NULL, 0);
		worker_free(worker);
	}
	ev_timer_stop(pool->loop, &pool->local);
	ev_timer_stop(pool->loop, &pool->retry);
	generation_unref(&pool->generation);
	free(pool);
	*pool_p = NULL;
}

void
workers_configure(struct workers *pool, struct generation *generation)
{
	struct generation *old = pool->generation;
	struct worker *worker;

	if (generation == old)
		return;
	pool->generation = generation_ref(generation);
	pool->count = (size_t)generation->conf->workers;
	pool->failed_starts = 0;
	pool->has_been_ready = false;
	ev_timer_stop(pool->loop, &pool->retry);
	for (worker = pool->workers; worker; worker = worker->next) {
		if (!worker->work && !worker_is_current(worker))
			worker_kill(worker);
	}
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
