/*
 * One worker process. It has at most one piece of work, so that its end tells
 * whose fault it was. What counts against it is its own time only: what it
 * computes is read from its processor clock, and it stands still when that has
 * hardly moved, and no byte, at several looks in a row. One that has to share a
 * busy machine with hundreds does neither.
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
#include <time.h>
#include <unistd.h>

#include "daemon/peer.h"
#include "daemon/worker.h"
#include "lib/alloc.h"
#include "lib/clock.h"

#define PEER_READ_SIZE (64 * 1024)
#define PEER_LOOK_MIN_MS 10
#define PEER_STIR_NS 1000000 /* of processor time between looks: it works */

_Static_assert(WORKER_LIFE_S * 1000 > WORKERS_AGE_MAX_MS + WORKERS_WALL_MS,
    "age ends a worker before the system does");
_Static_assert(
    WORKERS_STILL_MS % WORKERS_LOOK_MS == 0, "so many looks make a standstill");

/* Why it was killed, other than by itself. */
enum peer_fault {
	PEER_FAULTLESS,
	PEER_LATE, /* did not come up */
	PEER_BUSY, /* computed too long */
	PEER_STILL, /* did nothing */
	PEER_SLOW, /* too long in all */
	PEER_STRANGE, /* what it said was no answer */
};

enum peer_got {
	PEER_NOTHING,
	PEER_BYTES,
	PEER_BROKEN,
};

/* What moves while it works. */
struct peer_progress {
	int64_t processor_ns; /* -1 = not known */
	size_t bytes;
};

struct peer {
	struct peer_options options;
	pid_t pid; /* -1 once it is reaped */
	int fd; /* -1 once it is closed */
	bool is_ready; /* has said that it is there */
	bool is_dismissed;
	enum peer_fault fault;
	size_t served;
	int64_t started_ms;
	struct work *work; /* what it is at; NULL */
	struct worker_head head; /* of what is sent */
	size_t sent;
	struct worker_head reply; /* of what is received */
	size_t received;
	int64_t begun_ms; /* this work */
	int64_t begun_ns; /* its processor clock then */
	struct peer_progress seen; /* at the last look ... */
	int64_t seen_ms; /* ... which was then */
	unsigned still; /* looks in a row */
	struct ev_io readable;
	struct ev_io writable;
	struct ev_timer look;
	struct ev_child ended;
};

bool
peer_is_ready(const struct peer *peer)
{
	return peer->is_ready;
}

bool
peer_is_idle(const struct peer *peer)
{
	return peer->is_ready && !peer->work && peer->fd != -1;
}

bool
peer_has_work(const struct peer *peer)
{
	return peer->work != NULL;
}

bool
peer_is_dismissed(const struct peer *peer)
{
	return peer->is_dismissed;
}

const struct generation *
peer_generation(const struct peer *peer)
{
	return peer->options.generation;
}

void *
peer_data(const struct peer *peer)
{
	return peer->options.data;
}

size_t
peer_served(const struct peer *peer)
{
	return peer->served;
}

int64_t
peer_age_ms(const struct peer *peer)
{
	return clock_mono_ms() - peer->started_ms;
}

static void
peer_set_look(struct peer *peer, int64_t ms)
{
	ev_timer_stop(peer->options.loop, &peer->look);
	ev_timer_set(&peer->look, (double)ms / 1000.0, 0.);
	ev_timer_start(peer->options.loop, &peer->look);
}

static void
peer_close(struct peer *peer)
{
	if (peer->fd == -1)
		return;
	ev_io_stop(peer->options.loop, &peer->readable);
	ev_io_stop(peer->options.loop, &peer->writable);
	(void)close(peer->fd);
	peer->fd = -1;
}

/* It keeps nothing that would be worth waiting for. */
static void
peer_kill(struct peer *peer, enum peer_fault fault)
{
	if (peer->fault == PEER_FAULTLESS)
		peer->fault = fault;
	ev_timer_stop(peer->options.loop, &peer->look);
	peer_close(peer);
	if (peer->pid != -1)
		(void)kill(peer->pid, SIGKILL);
}

void
peer_dismiss(struct peer *peer)
{
	peer->is_dismissed = true;
	peer_kill(peer, PEER_FAULTLESS);
}

void
peer_free(struct peer **peer_p)
{
	struct peer *peer = *peer_p;

	if (!peer)
		return;
	if (peer->pid != -1) {
		(void)kill(peer->pid, SIGKILL);
		(void)waitpid(peer->pid, NULL, 0);
	}
	peer_close(peer);
	ev_timer_stop(peer->options.loop, &peer->look);
	ev_child_stop(peer->options.loop, &peer->ended);
	generation_unref(&peer->options.generation);
	free(peer);
	*peer_p = NULL;
}

static const char *
peer_signal_reason(int signum)
{
	switch (signum) {
	case SIGSYS:
		return "reading it was stopped: the parser did what a parser "
		       "must not do";
	case SIGABRT:
		return "reading it was stopped: the parser ran out of memory, "
		       "or found itself broken";
	default:
		return NULL;
	}
}

/* What its end says of the work that it had, for people. */
static void
peer_explain(const struct peer *peer, int status, struct err *why)
{
	static const char *const faults[] = {
	    [PEER_LATE] = "it did not start in time",
	    [PEER_BUSY] = "reading it was stopped: it took too much processor "
			  "time",
	    [PEER_STILL] = "reading it was stopped: the parser stood still",
	    [PEER_SLOW] = "reading it was stopped: it took too long",
	    [PEER_STRANGE] = "the parser gave an answer that is none",
	};
	int signum = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (peer->fault != PEER_FAULTLESS)
		(void)err_set(why, "%s", faults[peer->fault]);
	else if (peer_signal_reason(signum))
		(void)err_set(why, "%s", peer_signal_reason(signum));
	else if (signum)
		(void)err_set(
		    why, "the parser crashed on it (%s)", sigabbrev_np(signum));
	else
		(void)err_set(why, "the parser ended without an answer");
}

/* What is wanted of the head and of what follows it is there. */
static bool
peer_has_answer(const struct peer *peer)
{
	return peer->work && peer->received == sizeof(peer->reply) &&
	       peer->work->reply.len == peer->reply.len;
}

static bool
peer_has_sent(const struct peer *peer)
{
	return peer->sent == sizeof(peer->head) + peer->work->request.len;
}

/* Takes in the head of a reply; how much of the bytes that was. */
static size_t
peer_take_head(struct peer *peer, const char *data, size_t len)
{
	size_t part = sizeof(peer->reply) - peer->received;

	part = part < len ? part : len;
	memcpy((char *)&peer->reply + peer->received, data, part);
	peer->received += part;
	return part;
}

/* Takes in what was received; -1 when it is no reply. */
static int
peer_take(struct peer *peer, const char *data, size_t len)
{
	struct buf *reply = peer->work ? &peer->work->reply : NULL;
	size_t part = peer_take_head(peer, data, len);

	if (peer->received < sizeof(peer->reply))
		return 0;
	if (peer->reply.magic != WORKER_MAGIC)
		return -1;
	data += part;
	len -= part;
	if (!peer->is_ready) {
		peer->is_ready = true;
		peer->received = 0;
		return len ? -1 : 0;
	}
	/* nobody can answer what was not yet asked */
	if (!reply || !peer_has_sent(peer))
		return -1;
	if (peer->reply.len > WORK_REPLY_MAX ||
	    len > peer->reply.len - reply->len)
		return -1;
	return buf_add(reply, data, len);
}

static enum peer_got
peer_read(struct peer *peer)
{
	char data[PEER_READ_SIZE];
	ssize_t n = read(peer->fd, data, sizeof(data));

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return PEER_NOTHING;
	/* at its end, it will not talk any more */
	if (n <= 0)
		return PEER_BROKEN;
	if (peer_take(peer, data, (size_t)n) == 0)
		return PEER_BYTES;
	if (peer->fault == PEER_FAULTLESS)
		peer->fault = PEER_STRANGE;
	return PEER_BROKEN;
}

/* The whole reply is there: the work goes back. */
static void
peer_answer(struct peer *peer)
{
	struct work *work = peer->work;

	peer->work = NULL;
	peer->received = 0;
	ev_timer_stop(peer->options.loop, &peer->look);
	peer->options.ops->answered(peer, work);
}

static void
peer_on_readable(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct peer *peer = io->data;
	bool was_ready = peer->is_ready;

	(void)loop;
	(void)events;
	if (peer_read(peer) == PEER_BROKEN) {
		peer_kill(peer, PEER_FAULTLESS);
	} else if (peer_has_answer(peer)) {
		peer_answer(peer);
	} else if (peer->is_ready && !was_ready) {
		ev_timer_stop(peer->options.loop, &peer->look);
		peer->options.ops->ready(peer, peer->reply.len);
	}
}

/* Everything that lies in the socket, as far as it is a reply. */
static enum peer_got
peer_drain(struct peer *peer)
{
	enum peer_got got = PEER_BYTES;

	while (got == PEER_BYTES && !peer_has_answer(peer))
		got = peer_read(peer);
	return got;
}

/* What it said before its end still counts. */
static void
peer_on_ended(struct ev_loop *loop, struct ev_child *child, int events)
{
	struct peer *peer = child->data;
	struct work *work;
	struct err why;

	(void)loop;
	(void)events;
	peer->pid = -1;
	ev_child_stop(peer->options.loop, &peer->ended);
	if (peer->work && peer->fd != -1)
		(void)peer_drain(peer);
	peer_close(peer);
	if (peer->work && peer_has_answer(peer))
		peer_answer(peer);
	work = peer->work;
	peer->work = NULL;
	peer_explain(peer, child->rstatus, &why);
	peer->options.ops->ended(peer, work, &why);
}

static void
peer_send(struct peer *peer)
{
	const struct buf *request = &peer->work->request;
	size_t head_size = sizeof(peer->head);
	struct iovec parts[2];
	ssize_t n;

	if (peer->sent < head_size) {
		parts[0].iov_base = (char *)&peer->head + peer->sent;
		parts[0].iov_len = head_size - peer->sent;
		parts[1].iov_base = request->data;
		parts[1].iov_len = request->len;
		n = writev(peer->fd, parts, 2);
	} else
		n = write(peer->fd, request->data + (peer->sent - head_size),
		    request->len - (peer->sent - head_size));
	if (n > 0)
		peer->sent += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR) {
		peer_kill(peer, PEER_FAULTLESS);
		return;
	}
	if (peer_has_sent(peer))
		ev_io_stop(peer->options.loop, &peer->writable);
	else
		ev_io_start(peer->options.loop, &peer->writable);
}

static void
peer_on_writable(struct ev_loop *loop, struct ev_io *io, int events)
{
	(void)loop;
	(void)events;
	peer_send(io->data);
}

/* Its processor time so far, or -1. */
static int64_t
peer_processor_ns(const struct peer *peer)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(peer->pid, &clock) != 0 ||
	    clock_gettime(clock, &used) == -1)
		return -1;
	return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

static struct peer_progress
peer_progress(const struct peer *peer)
{
	return (struct peer_progress){
	    .processor_ns = peer_processor_ns(peer),
	    .bytes = peer->sent + peer->received + peer->work->reply.len,
	};
}

void
peer_hand(struct peer *peer, struct work *work)
{
	peer->work = work;
	peer->served++;
	peer->head.magic = WORKER_MAGIC;
	peer->head.len = (uint32_t)work->request.len;
	peer->sent = peer->received = 0;
	peer->still = 0;
	peer->begun_ms = clock_mono_ms();
	peer->begun_ns = peer_processor_ns(peer);
	peer_set_look(peer, WORKERS_LOOK_MS);
	peer_send(peer);
	peer->seen.processor_ns = peer->begun_ns;
	peer->seen.bytes = peer->sent;
	peer->seen_ms = peer->begun_ms;
}

/* Counts looks that found it still; what is too soon after the last is none. */
static void
peer_count_still(
    struct peer *peer, const struct peer_progress *now, int64_t now_ms)
{
	if (now_ms - peer->seen_ms < WORKERS_LOOK_MS - PEER_LOOK_MIN_MS)
		return;
	if (now->processor_ns == -1 || now->bytes != peer->seen.bytes ||
	    now->processor_ns - peer->seen.processor_ns >= PEER_STIR_NS)
		peer->still = 0;
	else
		peer->still++;
	peer->seen = *now;
	peer->seen_ms = now_ms;
}

/* What is wrong with how it works, and when to look again if nothing is. */
static enum peer_fault
peer_judge(struct peer *peer, int64_t *next_ms_r)
{
	struct peer_progress now = peer_progress(peer);
	int64_t now_ms = clock_mono_ms(), left_ms = WORKERS_PROCESSOR_MS;

	if (now.processor_ns != -1 && peer->begun_ns != -1)
		left_ms -= (now.processor_ns - peer->begun_ns) / 1000000;
	peer_count_still(peer, &now, now_ms);
	*next_ms_r = left_ms < WORKERS_LOOK_MS ? left_ms : WORKERS_LOOK_MS;
	if (*next_ms_r < PEER_LOOK_MIN_MS)
		*next_ms_r = PEER_LOOK_MIN_MS;
	if (left_ms <= 0)
		return PEER_BUSY;
	if (peer->still >= WORKERS_STILL_MS / WORKERS_LOOK_MS)
		return PEER_STILL;
	if (now_ms - peer->begun_ms >= peer->options.wall_ms)
		return PEER_SLOW;
	return PEER_FAULTLESS;
}

/* Bytes first: where the loop was late, the answer may lie there already. */
static void
peer_on_look(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct peer *peer = timer->data;
	enum peer_fault fault;
	int64_t next_ms;

	(void)loop;
	(void)events;
	if (!peer->is_ready) {
		peer_kill(peer, PEER_LATE);
		return;
	}
	if (!peer_has_sent(peer))
		peer_send(peer);
	if (peer->fd == -1)
		return;
	if (peer_drain(peer) == PEER_BROKEN) {
		peer_kill(peer, PEER_FAULTLESS);
		return;
	}
	if (peer_has_answer(peer)) {
		peer_answer(peer);
		return;
	}
	fault = peer_judge(peer, &next_ms);
	if (fault == PEER_FAULTLESS)
		peer_set_look(peer, next_ms);
	else
		peer_kill(peer, fault);
}

static struct peer *
peer_watch(const struct peer_options *options, pid_t pid, int fd)
{
	struct peer *peer = xcalloc(1, sizeof(*peer));

	peer->options = *options;
	(void)generation_ref(options->generation);
	peer->pid = pid;
	peer->fd = fd;
	peer->started_ms = clock_mono_ms();
	ev_io_init(&peer->readable, peer_on_readable, fd, EV_READ);
	ev_io_init(&peer->writable, peer_on_writable, fd, EV_WRITE);
	ev_timer_init(&peer->look, peer_on_look, 0., 0.);
	ev_child_init(&peer->ended, peer_on_ended, pid, 0);
	peer->readable.data = peer->writable.data = peer;
	peer->look.data = peer->ended.data = peer;
	ev_io_start(options->loop, &peer->readable);
	ev_child_start(options->loop, &peer->ended);
	peer_set_look(peer, WORKERS_START_MS);
	return peer;
}

struct peer *
peer_new(const struct peer_options *options, struct err *why)
{
	int fds[2], flags;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1) {
		(void)err_errno(why, "no socket for a worker");
		return NULL;
	}
	flags = fcntl(fds[0], F_GETFL);
	if (flags == -1 || fcntl(fds[0], F_SETFL, flags | O_NONBLOCK) == -1)
		goto fail;
	pid = fork();
	if (pid == -1)
		goto fail;
	if (pid == 0) {
		options->child(fds[1], options->generation);
		_exit(0);
	}
	(void)close(fds[1]);
	return peer_watch(options, pid, fds[0]);
fail:
	(void)err_errno(why, "no process for a worker");
	(void)close(fds[0]);
	(void)close(fds[1]);
	return NULL;
}
