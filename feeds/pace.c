/*
 * The pace of a feed in three numbers. The mean is that of the last weeks,
 * since half of what is known is forgotten from time to time; the longest
 * pause fades, so that one outage or holiday does not blunt the watch for ever.
 */
#include <stdbool.h>

#include "feeds/pace.h"

static int64_t
pace_clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

int64_t
pace_mean_s(const struct feed_pace *pace)
{
	return pace->count > 0 ? pace->watched_s / pace->count : 0;
}

/* Half of it must still be a habit, and know the weekend. */
static bool
pace_is_full(const struct feed_pace *pace)
{
	if (pace->watched_s <= 3 * PACE_WEEK_S ||
	    pace->count <= 2 * PACE_PAUSES_MIN)
		return false;
	return pace->count > PACE_PAUSES_MAX ||
	       pace->watched_s > PACE_WATCHED_MAX_S;
}

void
pace_note(struct feed_pace *pace, int64_t pause_s)
{
	pause_s = pace_clamp(pause_s, 0, PACE_PAUSE_MAX_S);
	/* the store may hold anything */
	pace->longest_s = pace_clamp(pace->longest_s, 0, PACE_PAUSE_MAX_S);
	pace->longest_s -= pace->longest_s *
			   pace_clamp(pause_s, 0, PACE_FORGET_S) /
			   PACE_FORGET_S;
	if (pause_s > pace->longest_s)
		pace->longest_s = pause_s;
	pace->watched_s += pause_s;
	pace->count++;
	if (pace_is_full(pace)) {
		int64_t mean_s = pace_mean_s(pace);

		pace->count /= 2;
		pace->watched_s = mean_s * pace->count;
	}
}

int64_t
pace_silent_after_s(const struct feed_pace *pace)
{
	int64_t after, low = pace->watched_s < PACE_WEEK_S ? PACE_SILENT_YOUNG_S
							   : PACE_SILENT_MIN_S;

	if (pace->count < PACE_PAUSES_MIN)
		return 0;
	after = pace_mean_s(pace) * PACE_SILENT_PAUSES;
	if (after < pace->longest_s * PACE_SILENT_LONGEST)
		after = pace->longest_s * PACE_SILENT_LONGEST;
	return after < low ? low : after;
}
