/*
 * What is due. Feeds wait in a binary heap by time. One whose turn has come
 * while its host is busy or must be spared waits in the host's own line, and
 * the host stands in a second heap under the time from which it may be asked
 * again. So nothing is looked at twice, however many feeds wait for one host.
 */
#include <stdlib.h>
#include <string.h>

#include "config/conf.h"
#include "feeds/schedule.h"
#include "feeds/url.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/map.h"

#define SCHEDULE_NOWHERE SIZE_MAX
#define SCHEDULE_NEVER INT64_MIN /* no poll was started yet */
#define SCHEDULE_BACKOFF_MAX_MS (12 * 3600 * 1000LL)
#define SCHEDULE_ASKED_MAX_MS (24 * 3600 * 1000LL)
#define SCHEDULE_RETRY_AFTER_MAX_MS (7 * 86400 * 1000LL)
#define SCHEDULE_DEFAULT_MS (15 * 60 * 1000LL)
#define SCHEDULE_JITTER_PERCENT 10
#define SCHEDULE_WINDOW_POLLS 3
#define SCHEDULE_SKIP_SPREAD_MS (15 * 60 * 1000)
#define HOUR_MS (3600 * 1000LL)
#define HOURS_A_DAY 24
#define THURSDAY 4

struct host {
	char *key; /* "host:port" */
	int active; /* polls under way */
	int64_t ready_ms; /* not before this */
	size_t heap_index; /* among the hosts that may start one */
	size_t feeds; /* that belong here; the last one frees it */
	struct feed *first; /* due, in line */
	struct feed **last;
};

/* A binary heap of pointers; `at` says where each keeps time and place. */
struct heap {
	void **entries;
	size_t count;
	size_t cap;
	int64_t (*time)(const void *entry);
	void (*place)(void *entry, size_t index);
};

struct schedule {
	struct schedule_limits limits;
	struct heap feeds; /* not yet due */
	struct heap hosts; /* with a line and a free place */
	struct map *by_key;
	size_t count;
};

static void
heap_set(struct heap *heap, size_t i, void *entry)
{
	heap->entries[i] = entry;
	heap->place(entry, i);
}

static void
heap_up(struct heap *heap, size_t i)
{
	void *entry = heap->entries[i];
	int64_t time = heap->time(entry);

	while (i > 0 && heap->time(heap->entries[(i - 1) / 2]) > time) {
		heap_set(heap, i, heap->entries[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	heap_set(heap, i, entry);
}

static void
heap_down(struct heap *heap, size_t i)
{
	void *entry = heap->entries[i];
	int64_t time = heap->time(entry);
	size_t child;

	while ((child = 2 * i + 1) < heap->count) {
		if (child + 1 < heap->count &&
		    heap->time(heap->entries[child + 1]) <
			heap->time(heap->entries[child]))
			child++;
		if (heap->time(heap->entries[child]) >= time)
			break;
		heap_set(heap, i, heap->entries[child]);
		i = child;
	}
	heap_set(heap, i, entry);
}

static void
heap_push(struct heap *heap, void *entry)
{
	heap->entries = xgrow(
	    heap->entries, heap->count + 1, &heap->cap, sizeof(*heap->entries));
	heap->entries[heap->count++] = entry;
	heap_up(heap, heap->count - 1);
}

static void
heap_remove(struct heap *heap, size_t i)
{
	void *last = heap->entries[--heap->count];

	heap->place(heap->entries[i], SCHEDULE_NOWHERE);
	if (i == heap->count)
		return;
	heap_set(heap, i, last);
	heap_up(heap, i);
	heap_down(heap, i);
}

static int64_t
schedule_feed_time(const void *entry)
{
	return ((const struct feed *)entry)->due_ms;
}

static void
schedule_place_feed(void *entry, size_t index)
{
	((struct feed *)entry)->heap_index = index;
}

static int64_t
schedule_host_time(const void *entry)
{
	return ((const struct host *)entry)->ready_ms;
}

static void
schedule_place_host(void *entry, size_t index)
{
	((struct host *)entry)->heap_index = index;
}

struct schedule *
schedule_new(const struct schedule_limits *limits)
{
	struct schedule *schedule = xcalloc(1, sizeof(*schedule));

	schedule->limits = *limits;
	schedule->feeds.time = schedule_feed_time;
	schedule->feeds.place = schedule_place_feed;
	schedule->hosts.time = schedule_host_time;
	schedule->hosts.place = schedule_place_host;
	schedule->by_key = map_new();
	return schedule;
}

static void
schedule_free_host(void *value)
{
	struct host *host = value;

	free(host->key);
	free(host);
}

void
schedule_free(struct schedule **schedule)
{
	if (!*schedule)
		return;
	map_free(&(*schedule)->by_key, schedule_free_host);
	free((*schedule)->feeds.entries);
	free((*schedule)->hosts.entries);
	free(*schedule);
	*schedule = NULL;
}

/* Files a host among those that may start a poll, or takes it out. */
static void
schedule_file_host(struct schedule *schedule, struct host *host)
{
	bool wants =
	    host->first && host->active < schedule->limits.host_concurrency;

	if (host->heap_index != SCHEDULE_NOWHERE)
		heap_remove(&schedule->hosts, host->heap_index);
	if (wants)
		heap_push(&schedule->hosts, host);
}

void
schedule_set_limits(
    struct schedule *schedule, const struct schedule_limits *limits)
{
	int64_t longer =
	    limits->host_spacing_ms - schedule->limits.host_spacing_ms;
	struct host *host;
	size_t cursor = 0;

	schedule->limits = *limits;
	/* all at first, so that the heap's order holds while they are filed */
	while ((host = map_next(schedule->by_key, &cursor, NULL))) {
		if (host->ready_ms != SCHEDULE_NEVER)
			host->ready_ms += longer;
	}
	cursor = 0;
	while ((host = map_next(schedule->by_key, &cursor, NULL)))
		schedule_file_host(schedule, host);
}

/* The host of the feed's URL; a URL without one (never polled) gets its own. */
static void
schedule_join_host(struct schedule *schedule, struct feed *feed)
{
	char *key = url_host_port(feed_url(feed));
	struct host *host;

	if (!key)
		key = xstrdup("");
	host = map_get(schedule->by_key, key);
	if (!host) {
		host = xcalloc(1, sizeof(*host));
		host->key = key;
		host->heap_index = SCHEDULE_NOWHERE;
		host->ready_ms = SCHEDULE_NEVER;
		host->last = &host->first;
		map_put(schedule->by_key, key, host);
	} else
		free(key);
	host->feeds++;
	feed->host = host;
}

static void
schedule_leave_host(struct schedule *schedule, struct feed *feed)
{
	struct host *host = feed->host;

	feed->host = NULL;
	if (--host->feeds > 0)
		return;
	if (host->heap_index != SCHEDULE_NOWHERE)
		heap_remove(&schedule->hosts, host->heap_index);
	map_remove(schedule->by_key, host->key);
	schedule_free_host(host);
}

/* Takes a feed out of its host's line; false if it was not in it. */
static bool
schedule_unline(struct host *host, struct feed *feed)
{
	struct feed **p;

	for (p = &host->first; *p; p = &(*p)->host_next) {
		if (*p != feed)
			continue;
		*p = feed->host_next;
		if (!*p)
			host->last = p;
		feed->host_next = NULL;
		return true;
	}
	return false;
}

void
schedule_add(struct schedule *schedule, struct feed *feed)
{
	if (feed->host)
		schedule_remove(schedule, feed);
	schedule_join_host(schedule, feed);
	heap_push(&schedule->feeds, feed);
	schedule->count++;
}

void
schedule_remove(struct schedule *schedule, struct feed *feed)
{
	struct host *host = feed->host;

	if (!host)
		return;
	if (feed->heap_index != SCHEDULE_NOWHERE)
		heap_remove(&schedule->feeds, feed->heap_index);
	else if (schedule_unline(host, feed))
		schedule_file_host(schedule, host);
	schedule_leave_host(schedule, feed);
	schedule->count--;
}

/* What has become due joins the lines of the hosts. */
static void
schedule_line_up(struct schedule *schedule, int64_t now_ms)
{
	while (schedule->feeds.count) {
		struct feed *feed = schedule->feeds.entries[0];
		struct host *host = feed->host;

		if (feed->due_ms > now_ms)
			break;
		heap_remove(&schedule->feeds, 0);
		feed->host_next = NULL;
		*host->last = feed;
		host->last = &feed->host_next;
		if (host->heap_index == SCHEDULE_NOWHERE)
			schedule_file_host(schedule, host);
	}
}

struct feed *
schedule_take(struct schedule *schedule, int64_t now_ms)
{
	struct host *host;
	struct feed *feed;

	schedule_line_up(schedule, now_ms);
	if (!schedule->hosts.count)
		return NULL;
	host = schedule->hosts.entries[0];
	if (host->ready_ms > now_ms)
		return NULL;
	feed = host->first;
	schedule_unline(host, feed);
	host->active++;
	host->ready_ms = now_ms + schedule->limits.host_spacing_ms;
	schedule_file_host(schedule, host);
	return feed;
}

void
schedule_finished(struct schedule *schedule, struct feed *feed)
{
	struct host *host = feed->host;

	host->active--;
	schedule_file_host(schedule, host);
	if (feed->is_host_stale) {
		schedule_leave_host(schedule, feed);
		schedule_join_host(schedule, feed);
		feed->is_host_stale = false;
	}
	heap_push(&schedule->feeds, feed);
}

int64_t
schedule_next_ms(const struct schedule *schedule)
{
	int64_t next = INT64_MAX;

	if (schedule->feeds.count)
		next = schedule_feed_time(schedule->feeds.entries[0]);
	if (schedule->hosts.count &&
	    schedule_host_time(schedule->hosts.entries[0]) < next)
		next = schedule_host_time(schedule->hosts.entries[0]);
	return next;
}

bool
schedule_host_has_more(const struct feed *feed)
{
	return feed->host->first != NULL;
}

size_t
schedule_count(const struct schedule *schedule)
{
	return schedule->count;
}

static int64_t
schedule_clamp(int64_t value, int64_t low, int64_t high)
{
	if (high < low)
		high = low;
	return value < low ? low : value > high ? high : value;
}

/* Doubles with each failure, from the shortest interval on. */
static int64_t
schedule_backoff_ms(int64_t start_ms, int failures)
{
	int64_t ms = start_ms > 0 ? start_ms : 1000;

	while (--failures > 0 && ms < SCHEDULE_BACKOFF_MAX_MS)
		ms *= 2;
	return ms < SCHEDULE_BACKOFF_MAX_MS ? ms : SCHEDULE_BACKOFF_MAX_MS;
}

static int64_t
schedule_jitter_ms(int64_t ms, uint32_t random)
{
	int64_t span = ms * SCHEDULE_JITTER_PERCENT / 100;

	return span ? ms - span + (int64_t)(random % (uint64_t)(2 * span + 1))
		    : ms;
}

/* Hours count from 1970-01-01 00:00 GMT, a Thursday. */
static bool
schedule_is_skipped(const struct feed_skip *skip, int64_t hour)
{
	int64_t of_day = hour % HOURS_A_DAY, of_week = hour / HOURS_A_DAY % 7;

	return skip->hours >> of_day & 1 ||
	       skip->days >> (of_week + THURSDAY) % 7 & 1;
}

/*
 * Past what the feed wishes to skip, and not on the stroke of the hour, when
 * all the others come that wish the same.
 */
static int64_t
schedule_skip_ms(const struct interval_input *input, int64_t ms)
{
	int64_t due_ms = input->wall_ms + ms;
	int64_t hour = due_ms / HOUR_MS, first = hour;
	int64_t spread_ms = (int64_t)(input->random % SCHEDULE_SKIP_SPREAD_MS);

	if (due_ms < 0 || (!input->skip.hours && !input->skip.days))
		return ms;
	while (schedule_is_skipped(&input->skip, hour) &&
	       hour - first < 7 * HOURS_A_DAY)
		hour++;
	if (hour == first)
		return ms;
	due_ms = hour * HOUR_MS + spread_ms;
	if (due_ms - input->wall_ms > input->max_ms)
		due_ms =
		    input->wall_ms + input->max_ms -
		    spread_ms %
			(input->max_ms * SCHEDULE_JITTER_PERCENT / 100 + 1);
	return due_ms - input->wall_ms > ms ? due_ms - input->wall_ms : ms;
}

/* What the operator or the entries say, before anybody asks for more. */
static int64_t
schedule_base_ms(const struct interval_input *input)
{
	if (input->fixed_ms > 0)
		return input->fixed_ms;
	return schedule_clamp(input->window_ms > 0
				  ? input->window_ms / SCHEDULE_WINDOW_POLLS
				  : SCHEDULE_DEFAULT_MS,
	    input->min_ms, input->max_ms);
}

int64_t
schedule_interval_ms(const struct interval_input *input)
{
	int64_t asked =
	    schedule_clamp(input->asked_ms, 0, SCHEDULE_ASKED_MAX_MS);
	int64_t retry_after = schedule_clamp(
	    input->retry_after_ms, 0, SCHEDULE_RETRY_AFTER_MAX_MS);
	int64_t ms = schedule_base_ms(input);

	if (input->failures > 0) {
		int64_t backoff = schedule_backoff_ms(ms, input->failures);

		ms = schedule_jitter_ms(
		    backoff > ms ? backoff : ms, input->random);
	} else if (input->fixed_ms > 0)
		ms = schedule_jitter_ms(ms, input->random);
	else
		ms = schedule_skip_ms(input,
		    schedule_jitter_ms(asked > ms ? asked : ms, input->random));
	return retry_after > ms ? retry_after : ms;
}

static int64_t
schedule_spread_ms(size_t feeds)
{
	if (feeds >= SCHEDULE_SPREAD_MAX_MS / SCHEDULE_SPREAD_FEED_MS)
		return SCHEDULE_SPREAD_MAX_MS;
	return (int64_t)feeds * SCHEDULE_SPREAD_FEED_MS + 1;
}

int64_t
schedule_entry_ms(const struct entry_input *input)
{
	if (input->due_ms == TIME_NONE || input->due_ms <= input->now_ms)
		return input->now_ms + (int64_t)input->random %
					   schedule_spread_ms(input->feeds);
	/* the clock went back, or the interval was shortened */
	if (input->due_ms > input->now_ms + input->max_ms)
		return input->now_ms + input->max_ms;
	return input->due_ms;
}
