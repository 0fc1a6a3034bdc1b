/*
 * The inside of a worker process. It is the daemon's image without the daemon:
 * no loop, no descriptors, no signals, no way to open anything. What libraries
 * load when they are first used is used once before the walls go up.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "daemon/worker.h"
#include "lib/fd.h"
#include "lib/sandbox.h"

#define WORKER_KEEP (1024 * 1024) /* bytes of a buffer kept for the next */

static void
worker_warm_up(const struct generation *generation)
{
	const struct item item = {.title = "t", .summary = "", .content = ""};

	parse_warm_up();
	(void)matcher_run(generation->matcher, &item, NULL);
}

/* All but the standard ones and the socket. */
static void
worker_close_others(int fd)
{
	if (fd > STDERR_FILENO + 1)
		(void)close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0);
	(void)close_range((unsigned)fd + 1, UINT_MAX, 0);
}

/* The daemon's log is not for what strangers wrote; sanitizers report there. */
static void
worker_silence(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null == -1)
		_exit(1);
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
#ifndef __SANITIZE_ADDRESS__
	(void)dup2(null, STDERR_FILENO);
#endif
	(void)close(null);
}

/* What ends the daemon is the daemon's to hear: it closes the socket. */
static void
worker_reset_signals(void)
{
	sigset_t none;
	int signum;

	for (signum = 1; signum < NSIG; signum++)
		(void)signal(signum, SIG_DFL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGUSR1, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGQUIT, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* 0 when all of it was read, -1 at the end or on an error. */
static int
worker_read(int fd, void *data, size_t len)
{
	char *at = data;
	ssize_t n;

	while (len > 0) {
		n = read(fd, at, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The reply with its head in front, in one write. */
static int
worker_reply(int fd, struct buf *reply)
{
	struct worker_head head = {.magic = WORKER_MAGIC};

	head.len = (uint32_t)(reply->len - sizeof(head));
	memcpy(reply->data, &head, sizeof(head));
	return fd_write(fd, reply->data, reply->len);
}

/* Room that one large document needed is not kept for all that follow. */
static void
worker_trim(struct buf *buf)
{
	if (buf->cap > WORKER_KEEP)
		buf_clear(buf);
	else
		buf_reset(buf);
}

int
worker_serve(int fd, const struct generation *generation, struct buf *request,
    struct buf *reply)
{
	struct worker_head head;

	if (worker_read(fd, &head, sizeof(head)) == -1 ||
	    head.magic != WORKER_MAGIC || head.len > WORK_REQUEST_MAX)
		return -1;
	if (worker_read(fd, buf_reserve(request, head.len), head.len) == -1)
		return -1;
	request->len = head.len;
	if (buf_add(reply, &head, sizeof(head)) == -1)
		return -1;
	work_run(generation->matcher, generation->conf, request->data,
	    request->len, reply);
	if (worker_reply(fd, reply) == -1)
		return -1;
	worker_trim(request);
	worker_trim(reply);
	return 0;
}

void
worker_enter(int fd, const struct generation *generation)
{
	struct worker_head hello = {.magic = WORKER_MAGIC};

	(void)prctl(PR_SET_NAME, "wirewatch-parse", 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	worker_reset_signals();
	worker_close_others(fd);
	worker_silence();
	worker_warm_up(generation);
	if (sandbox_limit_life(WORKER_LIFE_S) == -1)
		hello.len = SANDBOX_LIMITS;
	hello.len |= sandbox_enter(WORKER_MEMORY);
	if (fd_write(fd, &hello, sizeof(hello)) == -1)
		_exit(1);
}

void
worker_main(int fd, const struct generation *generation)
{
	struct buf request, reply;

	worker_enter(fd, generation);
	buf_init(&request, WORK_REQUEST_MAX);
	buf_init(&reply, WORK_REPLY_MAX);
	while (worker_serve(fd, generation, &request, &reply) == 0)
		continue;
	_exit(0);
}
