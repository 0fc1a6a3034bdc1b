#ifndef WIREWATCH_FEEDS_HEALTH_PRIVATE_H
#define WIREWATCH_FEEDS_HEALTH_PRIVATE_H

#include "feeds/health.h"

/*
 * Inside of feeds/health*.c: health.c decides what the state is, health_tell.c
 * whether it is told.
 */

/* Before what is wrong with a document that was read all the same. */
#define HEALTH_FAULT "the document has faults: "
/* Last in a reason. */
#define HEALTH_PAUSE "the state changes often and may be told some hours late"

/* That fault, as it stands in the reason, owned by the caller; NULL if none. */
char *health_fault(const struct feed_state *state);
/* Nothing an operator need know: a first good poll is no event. */
bool health_is_well(enum feed_status status);
/*
 * The new state. Takes the reason over; NULL when all is well. For wait_ms at
 * least there will be no other poll; 0 = not known.
 */
struct health_change health_settle(struct feed_state *state,
    enum feed_status to, char *reason, int64_t wait_ms, int64_t now_ms);
/* As if it had not been settled; all else of the state stays. */
void health_unsettle(
    struct feed_state *state, const struct health_change *change);

#endif
