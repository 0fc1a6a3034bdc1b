#ifndef WIREWATCH_FEEDS_OUTAGE_H
#define WIREWATCH_FEEDS_OUTAGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether it is us: when feed after feed begins to fail and not one server
 * answers between them, the network or the name service here is down. That is
 * told once instead of once a feed.
 */
#define OUTAGE_FEEDS 10	/* that began to fail, one after the other */

struct outage {
	size_t failed;		/* feeds, since a server last answered */
	bool is_out;
};

enum outage_change {
	OUTAGE_SAME,
	OUTAGE_BEGAN,
	OUTAGE_ENDED,
};

/*
 * After each poll: whether any server answered, with whatever status; if not,
 * whether it is the first failure of that feed.
 */
enum outage_change outage_note(
    struct outage *outage, bool has_answered, bool is_first_failure);

#endif
