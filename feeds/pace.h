#ifndef WIREWATCH_FEEDS_PACE_H
#define WIREWATCH_FEEDS_PACE_H

#include <stdint.h>

#include "feeds/feed.h"

/*
 * How often a feed brings something new, and from when on its silence means
 * something. Only what we saw counts: from one poll that brought a new entry
 * to the next such poll is a pause. The dates that entries state are not
 * looked at; a feed without any has a pace, too.
 */
#define PACE_PAUSES_MIN 8	/* fewer are no habit */
#define PACE_PAUSES_MAX 512	/* then half of them is forgotten ... */
#define PACE_WATCHED_MAX_S (56 * 86400LL)	/* ... and after so long */
/* How fast the longest pause is forgotten: by 1/e in this time. */
#define PACE_FORGET_S (60 * 86400LL)
/*
 * Silent is a feed after so many of its mean pauses and so many times its
 * longest, never before the minimum. Nights and weekends show in the longest
 * pause; until a whole week was watched the minimum covers a weekend instead.
 */
#define PACE_SILENT_PAUSES 8
#define PACE_SILENT_LONGEST 2
#define PACE_SILENT_MIN_S (6 * 3600LL)
#define PACE_SILENT_YOUNG_S (3 * 86400LL)
#define PACE_WEEK_S (8 * 86400LL)
#define PACE_PAUSE_MAX_S (10 * 365 * 86400LL)	/* a broken clock */

/* A new entry has come after a pause of that length. */
void pace_note(struct feed_pace *pace, int64_t pause_s);
/* The mean pause; 0 when none was seen. */
int64_t pace_mean_s(const struct feed_pace *pace);
/* How long without a new entry is silence; 0 = the feed's pace is not known. */
int64_t pace_silent_after_s(const struct feed_pace *pace);

#endif
