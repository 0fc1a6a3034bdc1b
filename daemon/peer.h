#ifndef WIREWATCH_DAEMON_PEER_H
#define WIREWATCH_DAEMON_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/workers.h"

/*
 * One worker process, as the daemon sees it: forked, handed one piece of work
 * at a time, watched while it is at it, and reaped. Nothing that it says or
 * leaves undone is trusted.
 */
struct peer;

struct peer_ops {
	/* It has come up and is idle; `missing` is what its sandbox lacks. */
	void (*ready)(struct peer *peer, unsigned missing);
	/* Here is the reply; it is idle again. */
	void (*answered)(struct peer *peer, struct work *work);
	/*
	 * It is gone, and says why for people; `work` is what it had, or NULL.
	 * It is the owner's to free.
	 */
	void (*ended)(
	    struct peer *peer, struct work *work, const struct err *why);
};

struct peer_options {
	struct ev_loop *loop;
	struct generation *generation;	/* a reference is taken */
	workers_child *child;
	int64_t wall_ms;	/* for one piece of work */
	const struct peer_ops *ops;	/* called on later turns of the loop */
	void *data;
};

/* NULL with the reason when the system gives no process. */
struct peer *peer_new(const struct peer_options *options, struct err *why);
/* Ends it at once, if it has not ended, and calls nothing. */
void peer_free(struct peer **peer);

bool peer_is_ready(const struct peer *peer);
/* Whether it may be handed work. */
bool peer_is_idle(const struct peer *peer);
bool peer_has_work(const struct peer *peer);
/* Whether it was told to go by peer_dismiss. */
bool peer_is_dismissed(const struct peer *peer);
const struct generation *peer_generation(const struct peer *peer);
void *peer_data(const struct peer *peer);
/* How often it was handed work, and how long ago it was started. */
size_t peer_served(const struct peer *peer);
int64_t peer_age_ms(const struct peer *peer);

void peer_hand(struct peer *peer, struct work *work);
/* Ends one that has no work; ops->ended is still called. */
void peer_dismiss(struct peer *peer);

#endif
