#ifndef WIREWATCH_FEEDS_SCHEDULE_H
#define WIREWATCH_FEEDS_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/feed.h"

/*
 * What is due. Knows no clock: `now` is a parameter, in milliseconds of any
 * clock that never goes back, and feed->due_ms is a time of the same clock.
 * Never more than host_concurrency polls of one host ("host:port") at a time,
 * and host_spacing_ms between their starts.
 */
struct schedule;

struct schedule_limits {
	int64_t host_spacing_ms;
	int host_concurrency;
};

struct schedule *schedule_new(const struct schedule_limits *limits);
void schedule_free(struct schedule **schedule);
/* Also for the hosts that wait: the time of their last start counts. */
void schedule_set_limits(
    struct schedule *schedule, const struct schedule_limits *limits);
/* Files the feed (borrowed) under feed->due_ms; again after a change of it. */
void schedule_add(struct schedule *schedule, struct feed *feed);
void schedule_remove(struct schedule *schedule, struct feed *feed);
/*
 * The next feed that may start now, taken out of the queue and counted
 * against its host until schedule_finished(); NULL if there is none. Feeds of
 * one host come one after the other, so that its connection is reused.
 */
struct feed *schedule_take(struct schedule *schedule, int64_t now_ms);
/* Its poll has ended: gives the host's place back, files it under due_ms. */
void schedule_finished(struct schedule *schedule, struct feed *feed);
/* When schedule_take() may next give something; INT64_MAX if never. */
int64_t schedule_next_ms(const struct schedule *schedule);
/* Whether another feed of the same host was due at the last schedule_take(). */
bool schedule_host_has_more(const struct feed *feed);
size_t schedule_count(const struct schedule *schedule);

/*
 * When to poll again after a poll (decisions of DESIGN section 9).
 */
struct interval_input {
	int64_t min_ms;
	int64_t max_ms;
	int64_t fixed_ms;	/* the operator's own, 0 = decide */
	int64_t window_ms;	/* time span the entries cover, 0 = not known */
	int64_t asked_ms;	/* of Cache-Control and ttl the longer; 0 = none */
	int64_t retry_after_ms;	/* 0 = none */
	int failures;		/* consecutive, 0 after a success */
	struct feed_skip skip;	/* the feed's wish, in hours of wall_ms */
	int64_t wall_ms;	/* now */
	uint32_t random;	/* for the jitter */
};

/*
 * What the feed and its server ask for only makes it longer, by a bound each:
 * asked_ms to a day, retry_after_ms to a week, and the hours and days to skip
 * to max_ms, so that a feed can slow us down, but not silence itself. An
 * interval of the operator's own is lengthened by retry_after_ms alone.
 */
int64_t schedule_interval_ms(const struct interval_input *input);

/*
 * When a feed that enters the schedule is first due: when it would have been,
 * or, where that has passed (we were down, or the machine slept) or there is
 * no such time, within a spread that grows with the number of feeds, so that
 * all that is overdue does not start at once. All times are of one clock.
 */
#define SCHEDULE_SPREAD_FEED_MS 10	/* 100 starts a second */
#define SCHEDULE_SPREAD_MAX_MS (5 * 60 * 1000LL)	/* then more */

struct entry_input {
	int64_t due_ms;		/* TIME_NONE: never planned */
	int64_t now_ms;
	int64_t max_ms;		/* the longest interval */
	size_t feeds;		/* in the schedule, or to come */
	uint32_t random;
};

int64_t schedule_entry_ms(const struct entry_input *input);

#endif
