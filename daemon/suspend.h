#ifndef WIREWATCH_DAEMON_SUSPEND_H
#define WIREWATCH_DAEMON_SUSPEND_H

#include <stdint.h>

#include "lib/err.h"

struct ev_loop;

/*
 * Notices that the machine slept. Timers are of the monotonic clock, which
 * stands still meanwhile: without this, what was due in the night would be
 * done as much later as it was still to wait in the evening.
 */
struct suspend;

/* A clock is read a moment after the other: less than that is no sleep. */
#define SUSPEND_MIN_MS 10000

/* Called from the loop, soon after the machine woke. */
typedef void (*suspend_fn)(void *data, int64_t slept_ms);

/* NULL with the reason: then a sleep is not noticed, all else works. */
struct suspend *suspend_new(
    struct ev_loop *loop, suspend_fn woke, void *data, struct err *err);
void suspend_free(struct suspend **suspend);

/*
 * How long the machine slept since the last call, by what its two clocks show
 * now; 0 when it did not.
 */
int64_t suspend_slept_ms(
    struct suspend *suspend, int64_t boot_ms, int64_t mono_ms);

#endif
