/*
 * What the operator hears of a feed:
 *
 * - A server that cannot be reached is news only when it has failed
 *   HEALTH_UNREACHABLE_AFTER times, since networks have accidents, or when it
 *   wants us to stay away for so long that we would not know. All other states
 *   are answers, not accidents, and news at once.
 * - What was not told is not taken back: the news is always the difference to
 *   the state that the operator knows (`told`).
 * - A gap is news when it begins. That the next document joins on again says
 *   nothing that would bring the lost entries back, and is not told.
 * - A feed that cannot decide is told seldom, and that it is well only while
 *   there is room to take that back. What was kept back then is told
 *   as soon as there is room, if it is still so; until then the state is shown
 *   as it is wherever it is asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "feeds/health_private.h"
#include "lib/alloc.h"
#include "lib/clock.h"

/* Polls may be late; after so many intervals without one we did not look. */
#define HEALTH_WATCHED_POLLS 2

bool
health_is_well(enum feed_status status)
{
	return status == FEED_OK || status == FEED_MOVED;
}

static bool
health_is_news(
    const struct feed_state *state, enum feed_status to, int64_t wait_ms)
{
	if (state->told == to)
		return false;
	if (to == FEED_UNREACHABLE)
		return state->failures >= HEALTH_UNREACHABLE_AFTER ||
		       wait_ms > HEALTH_FAR_MS;
	if (state->told == FEED_NEW || state->told == FEED_GAP)
		return !health_is_well(to);
	return true;
}

/*
 * A bucket that each event fills by HEALTH_TOLD_EVERY_MS and time empties; it
 * is kept as the moment when it will be empty. That a feed is well needs room
 * for one event more; what would wait for longer than until there is room
 * anyway needs none.
 */
static bool
health_may_tell(struct feed_state *state, enum feed_status to, int64_t wait_ms,
    int64_t now_ms)
{
	int64_t full_ms = HEALTH_TOLD_AT_ONCE * HEALTH_TOLD_EVERY_MS;
	int64_t until_ms = state->told_until_ms, room_ms;

	if (until_ms < now_ms)
		until_ms = now_ms;
	/* a clock that was set back must not silence a feed for years */
	if (until_ms > now_ms + full_ms)
		until_ms = now_ms + full_ms;
	state->told_until_ms = until_ms;
	room_ms = now_ms + full_ms - until_ms;
	if (feed_status_is_healthy(to)) {
		if (room_ms < 2 * HEALTH_TOLD_EVERY_MS)
			return false;
	} else if (room_ms < HEALTH_TOLD_EVERY_MS &&
		   wait_ms < HEALTH_TOLD_EVERY_MS)
		return false;
	if (room_ms > HEALTH_TOLD_EVERY_MS)
		room_ms = HEALTH_TOLD_EVERY_MS;
	state->told_until_ms += room_ms;
	return true;
}

char *
health_fault(const struct feed_state *state)
{
	const char *fault =
	    state->reason ? strstr(state->reason, HEALTH_FAULT) : NULL;
	const char *end;

	if (!fault)
		return NULL;
	fault += strlen(HEALTH_FAULT);
	end = strstr(fault, "; " HEALTH_PAUSE);
	return xstrndup(fault, end ? (size_t)(end - fault) : strlen(fault));
}

/* That a change may have to wait from now on, behind the reason. */
static void
health_announce_pause(struct feed_state *state, int64_t now_ms)
{
	char *reason = state->reason;

	if (state->told_until_ms - now_ms <=
	    (HEALTH_TOLD_AT_ONCE - 2) * HEALTH_TOLD_EVERY_MS)
		return;
	state->reason = xasprintf(
	    "%s%s%s", reason ? reason : "", reason ? "; " : "", HEALTH_PAUSE);
	free(reason);
}

static void
health_decide(struct feed_state *state, struct health_change *change,
    int64_t wait_ms, int64_t now_ms)
{
	change->from = state->told;
	change->is_news = health_is_news(state, change->to, wait_ms) &&
			  health_may_tell(state, change->to, wait_ms, now_ms);
	if (change->is_news) {
		state->told = change->to;
		health_announce_pause(state, now_ms);
	} else if (health_is_well(change->to) &&
		   (state->told == FEED_NEW || state->told == FEED_GAP))
		/* not worth an event, yet no longer what it was */
		state->told = change->to;
}

struct health_change
health_settle(struct feed_state *state, enum feed_status to, char *reason,
    int64_t wait_ms, int64_t now_ms)
{
	struct health_change change = {
	    .to = to,
	    .before.status = state->status,
	    .before.told = state->told,
	    .before.since_ms = state->status_since_ms,
	    .before.told_until_ms = state->told_until_ms,
	    .before.watched_until_ms =
		state->last_ok_ms == TIME_NONE
		    ? TIME_NONE
		    : state->last_ok_ms +
			  HEALTH_WATCHED_POLLS * state->interval_ms,
	};

	if (state->status != to || state->status_since_ms == TIME_NONE)
		state->status_since_ms = now_ms;
	state->status = to;
	free(state->reason);
	state->reason = reason;
	health_decide(state, &change, wait_ms, now_ms);
	return change;
}

void
health_unsettle(struct feed_state *state, const struct health_change *change)
{
	state->status = change->before.status;
	state->told = change->before.told;
	state->status_since_ms = change->before.since_ms;
	state->told_until_ms = change->before.told_until_ms;
}

void
health_hold_back(struct feed_state *state, struct health_change *change)
{
	if (!change->is_news || change->to != FEED_UNREACHABLE)
		return;
	state->told = change->before.told;
	state->told_until_ms = change->before.told_until_ms;
	change->is_news = false;
}
