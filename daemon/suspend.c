/*
 * A sleep is the growth of the distance between the clock that counts it
 * (CLOCK_BOOTTIME) and the one that does not (CLOCK_MONOTONIC). When to look
 * is told by the kernel: a timer of the wall clock, set to a time that never
 * comes, is cancelled when that clock jumps, as it does at the end of a sleep.
 * So nothing wakes up to see whether something woke up.
 */
#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "daemon/suspend.h"
#include "lib/alloc.h"
#include "lib/clock.h"

#define SUSPEND_NEVER_S 253402300799LL /* the end of the year 9999 */

struct suspend {
	struct ev_loop *loop;
	struct ev_io io;
	suspend_fn woke;
	void *data;
	int64_t distance_ms; /* of the clocks, at the last look */
};

static int64_t
suspend_boot_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int
suspend_arm(int fd)
{
	const struct itimerspec never = {.it_value.tv_sec = SUSPEND_NEVER_S};

	return timerfd_settime(
	    fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

int64_t
suspend_slept_ms(struct suspend *suspend, int64_t boot_ms, int64_t mono_ms)
{
	int64_t slept = boot_ms - mono_ms - suspend->distance_ms;

	suspend->distance_ms = boot_ms - mono_ms;
	return slept >= SUSPEND_MIN_MS ? slept : 0;
}

/* The wall clock has jumped: because of a sleep, or because it was set. */
static void
suspend_on_jump(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct suspend *suspend = io->data;
	uint64_t expirations;
	int64_t slept;

	(void)events;
	if (read(io->fd, &expirations, sizeof(expirations)) == -1 &&
	    errno == EAGAIN)
		return;
	/* one that cannot be armed again would be readable for ever */
	if (suspend_arm(io->fd) == -1)
		ev_io_stop(loop, io);
	slept = suspend_slept_ms(suspend, suspend_boot_ms(), clock_mono_ms());
	if (slept > 0)
		suspend->woke(suspend->data, slept);
}

struct suspend *
suspend_new(struct ev_loop *loop, suspend_fn woke, void *data, struct err *err)
{
	struct suspend *suspend;
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd == -1 || suspend_arm(fd) == -1) {
		err_errno(err, "a timer that notices a suspend");
		if (fd != -1)
			close(fd);
		return NULL;
	}
	suspend = xcalloc(1, sizeof(*suspend));
	suspend->loop = loop;
	suspend->woke = woke;
	suspend->data = data;
	(void)suspend_slept_ms(suspend, suspend_boot_ms(), clock_mono_ms());
	ev_io_init(&suspend->io, suspend_on_jump, fd, EV_READ);
	suspend->io.data = suspend;
	ev_io_start(loop, &suspend->io);
	/* it is no reason for the loop to go on */
	ev_unref(loop);
	return suspend;
}

void
suspend_free(struct suspend **suspend_p)
{
	struct suspend *suspend = *suspend_p;

	if (!suspend)
		return;
	ev_ref(suspend->loop);
	ev_io_stop(suspend->loop, &suspend->io);
	close(suspend->io.fd);
	free(suspend);
	*suspend_p = NULL;
}
