/*
 * When the next poll begins: never more fetches than places, never more work
 * ahead than the bounds, nothing new while alerts cannot be kept. What a
 * configuration changes of the feeds is planned here, too.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "daemon/pipeline_private.h"
#include "lib/alloc.h"
#include "lib/clock.h"

#define PIPELINE_STATVFS_MS 5000 /* a look at the free space is this fresh */

int64_t
pipeline_due_ms(
    const struct feed_state *state, int64_t wall_ms, int64_t mono_ms)
{
	int64_t wait;

	if (state->next_due_ms == TIME_NONE)
		return mono_ms;
	wait = state->next_due_ms - wall_ms;
	if (wait > state->interval_ms)
		wait = state->interval_ms;
	return wait > 0 ? mono_ms + wait : mono_ms;
}

/* Free space is looked at now and then, not for every poll. */
static bool
pipeline_is_space_low(struct pipeline *pipeline)
{
	const struct conf *conf = pipeline->generation->conf;
	int64_t now = clock_mono_ms();
	struct statvfs fs;

	if (pipeline->space_checked_ms != TIME_NONE &&
	    now - pipeline->space_checked_ms < PIPELINE_STATVFS_MS)
		return pipeline->is_space_low;
	pipeline->space_checked_ms = now;
	pipeline->is_space_low =
	    statvfs(conf->state_dir, &fs) == 0 &&
	    (int64_t)fs.f_bavail * (int64_t)fs.f_frsize < conf->min_free;
	return pipeline->is_space_low;
}

/* Why nothing may be polled now, NULL if it may. */
static const char *
pipeline_obstacle(struct pipeline *pipeline)
{
	const char *why;

	if (pipeline->is_store_failing)
		return "the store cannot be written";
	if (outbox_is_blocked(pipeline->options.outbox, &why))
		return why;
	if (pipeline_is_space_low(pipeline))
		return "the disk is nearly full";
	return NULL;
}

bool
pipeline_may_poll(struct pipeline *pipeline)
{
	const char *why = pipeline_obstacle(pipeline);

	if (!why && pipeline->pause_reason) {
		log_info(pipeline->options.log, "polling goes on");
		free(pipeline->pause_reason);
		pipeline->pause_reason = NULL;
	} else if (why && (!pipeline->pause_reason ||
			      strcmp(why, pipeline->pause_reason) != 0)) {
		log_error(pipeline->options.log,
		    "polling pauses: %s; delivery goes on", why);
		free(pipeline->pause_reason);
		pipeline->pause_reason = xstrdup(why);
	}
	return !why;
}

/* Polls whose name is still looked up take no place from the others. */
static size_t
pipeline_transfers(const struct pipeline *pipeline)
{
	size_t naming = http_naming(pipeline->options.http);

	return pipeline->fetching > naming ? pipeline->fetching - naming : 0;
}

static bool
pipeline_has_room(const struct pipeline *pipeline)
{
	return pipeline_transfers(pipeline) <
		   (size_t)pipeline->generation->conf->concurrency &&
	       pipeline->storing < PIPELINE_STORED_MAX &&
	       !workers_are_busy(pipeline->options.workers);
}

static void
pipeline_set_timer(
    struct pipeline *pipeline, struct ev_timer *timer, int64_t ms)
{
	ev_timer_stop(pipeline->options.loop, timer);
	ev_timer_set(timer, (double)ms / 1000.0, 0.);
	ev_timer_start(pipeline->options.loop, timer);
}

/* Looks again when something may start: at once, later, or after a pause. */
void
pipeline_arm(struct pipeline *pipeline)
{
	int64_t next, now;

	if (!pipeline->is_started || pipeline->is_stopping)
		return;
	if (pipeline->refused || pipeline->pause_reason) {
		if (!ev_is_active(&pipeline->retry))
			pipeline_set_timer(
			    pipeline, &pipeline->retry, PIPELINE_RETRY_MS);
		if (pipeline->pause_reason)
			return;
	}
	if (!pipeline_has_room(pipeline))
		return;
	next = schedule_next_ms(pipeline->schedule);
	if (next == INT64_MAX) {
		ev_timer_stop(pipeline->options.loop, &pipeline->due);
		return;
	}
	now = clock_mono_ms();
	pipeline_set_timer(
	    pipeline, &pipeline->due, next > now ? next - now : 0);
}

/* With --once a pause would have no end: what was not polled has failed. */
static void
pipeline_give_up(struct pipeline *pipeline)
{
	pipeline->counts.failed_polls++;
	pipeline->is_stopping = true;
	if (pipeline_is_idle(pipeline))
		pipeline->options.on_idle(pipeline->options.data);
}

void
pipeline_on_due(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct pipeline *pipeline = timer->data;
	int64_t now = clock_mono_ms();
	struct feed *feed;

	(void)loop;
	(void)events;
	if (pipeline->options.is_once && !pipeline_may_poll(pipeline)) {
		pipeline_give_up(pipeline);
		return;
	}
	while (pipeline_has_room(pipeline) && pipeline_may_poll(pipeline)) {
		feed = schedule_take(pipeline->schedule, now);
		if (!feed)
			break;
		pipeline_poll(pipeline, feed);
	}
	pipeline_arm(pipeline);
}

/* Those overdue are due soon, all the others when they would have been. */
static void
pipeline_plan(struct pipeline *pipeline, struct feed *feed, int64_t now_ms)
{
	const struct entry_input input = {
	    .due_ms = feed->state.next_due_ms,
	    .now_ms = now_ms,
	    .max_ms = feed->conf->fetch.max_interval_ms,
	    .feeds = pipeline->generation->conf->feed_count,
	    .random = clock_jitter(&pipeline->random),
	};
	int64_t due =
	    pipeline->options.is_once ? now_ms : schedule_entry_ms(&input);

	feed->due_ms = clock_mono_ms() + (due - now_ms);
	schedule_add(pipeline->schedule, feed);
}

static void
pipeline_forget_feed(struct pipeline *pipeline, struct feed *feed)
{
	struct poll *poll, *next;

	for (poll = pipeline->polls; poll; poll = next) {
		next = poll->next;
		if (poll->feed != feed)
			continue;
		schedule_finished(pipeline->schedule, feed);
		poll->feed = NULL;
		if (poll->stage == POLL_FETCHING)
			pipeline_finish(pipeline, poll);
	}
	for (poll = pipeline->refused; poll; poll = poll->next) {
		if (poll->feed == feed) {
			schedule_finished(pipeline->schedule, feed);
			poll->feed = NULL;
		}
	}
	schedule_remove(pipeline->schedule, feed);
	feed_free(&feed);
}

/* What a reload changed of feeds that stay: another URL, a shorter interval. */
static void
pipeline_replan(struct pipeline *pipeline, int64_t now_ms)
{
	size_t i, count = subscriptions_count(pipeline->subscriptions);
	int64_t mono_ms = clock_mono_ms();

	for (i = 0; i < count; i++) {
		struct feed *feed =
		    subscriptions_at(pipeline->subscriptions, i);

		if (feed->is_polling ||
		    (!feed->is_host_stale &&
			feed->due_ms <=
			    mono_ms + feed->conf->fetch.max_interval_ms))
			continue;
		feed->is_host_stale = false;
		pipeline_plan(pipeline, feed, now_ms);
	}
}

void
pipeline_on_woke(void *data, int64_t slept_ms)
{
	struct pipeline *pipeline = data;
	size_t i, count = subscriptions_count(pipeline->subscriptions);
	int64_t now = clock_wall_ms();
	char slept[CLOCK_RFC3339_SIZE];

	log_info(pipeline->options.log,
	    "the machine slept for %s: feeds are planned anew",
	    clock_human(slept_ms, slept));
	for (i = 0; i < count; i++) {
		struct feed *feed =
		    subscriptions_at(pipeline->subscriptions, i);

		if (!feed->is_polling)
			pipeline_plan(pipeline, feed, now);
	}
	pipeline_arm(pipeline);
}

/* First the states, which need the names; then the plan, which needs them. */
int
pipeline_take_feeds(struct pipeline *pipeline, struct err *err)
{
	struct subscriptions_change change;
	int64_t now = clock_wall_ms();
	int rc = 0;
	size_t i;

	subscriptions_configure(
	    pipeline->subscriptions, pipeline->generation->conf, &change);
	for (i = 0; change.removed[i]; i++)
		pipeline_forget_feed(pipeline, change.removed[i]);
	if (!pipeline->is_loaded)
		rc = subscriptions_load(
		    pipeline->subscriptions, pipeline->options.store, err);
	pipeline->is_loaded = true;
	for (i = 0; rc == 0 && change.added[i]; i++)
		pipeline_plan(pipeline, change.added[i], now);
	if (rc == 0 && !pipeline->options.is_once)
		pipeline_replan(pipeline, now);
	free(change.added);
	free(change.removed);
	return rc;
}
