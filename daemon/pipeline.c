/*
 * Moves polls through their stages and keeps the rules between them: never
 * more fetches than places, never more work in the store than a bound, nothing
 * new while alerts cannot be kept. A poll is on the list from its start to its
 * end; the feed it belongs to is out of the schedule meanwhile.
 */
#include <ev.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "daemon/pipeline.h"
#include "daemon/poll.h"
#include "feeds/parse.h"
#include "feeds/schedule.h"
#include "lib/alloc.h"
#include "lib/clock.h"

#define PIPELINE_STATVFS_MS 5000 /* a look at the free space is this fresh */

struct pipeline_metrics {
	struct metric *polls;
	struct metric *bytes;
	struct metric *items;
	struct metric *alerts;
	struct metric *regex_overruns;
	struct metric *history_dropped;
	struct metric *store_failures;
	struct metric *parse_seconds;
};

struct pipeline {
	struct pipeline_options options;
	struct generation *generation;
	struct subscriptions *subscriptions;
	struct schedule *schedule;
	bool is_loaded;
	bool is_started;
	bool is_stopping;
	struct ev_timer due; /* the next start of a poll */
	struct ev_timer retry; /* refused commits, a pause */
	struct ev_timer prune_due;
	struct poll *polls;
	size_t fetching;
	size_t storing;
	bool is_store_failing;
	bool has_told_overrun; /* of this configuration */
	bool has_told_drop;
	struct poll *refused; /* to submit again, the oldest first */
	struct poll **refused_end;
	char *pause_reason;
	int64_t space_checked_ms; /* monotonic */
	bool is_space_low;
	struct store_prune prune;
	bool is_pruning;
	uint32_t random;
	struct pipeline_status counts;
	struct pipeline_metrics metrics;
};

static void pipeline_arm(struct pipeline *pipeline);

static void
pipeline_link(struct pipeline *pipeline, struct poll *poll)
{
	poll->owner = pipeline;
	poll->next = pipeline->polls;
	if (poll->next)
		poll->next->previous = poll;
	pipeline->polls = poll;
}

static void
pipeline_unlink(struct pipeline *pipeline, struct poll *poll)
{
	if (poll->next)
		poll->next->previous = poll->previous;
	if (poll->previous)
		poll->previous->next = poll->next;
	else
		pipeline->polls = poll->next;
}

bool
pipeline_is_idle(const struct pipeline *pipeline)
{
	if (pipeline->polls || pipeline->is_pruning)
		return false;
	return pipeline->is_stopping || !pipeline->options.is_once ||
	       schedule_next_ms(pipeline->schedule) == INT64_MAX;
}

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

/* The end of a poll: its feed goes back to the schedule, or to rest. */
static void
pipeline_finish(struct pipeline *pipeline, struct poll *poll)
{
	struct feed *feed = poll->feed;
	int64_t now = clock_mono_ms();

	if (poll->stage == POLL_FETCHING)
		pipeline->fetching--;
	else
		pipeline->storing--;
	pipeline_unlink(pipeline, poll);
	if (feed) {
		feed->is_polling = false;
		feed->due_ms =
		    pipeline->options.is_once
			? INT64_MAX
			: pipeline_due_ms(&feed->state, clock_wall_ms(), now);
		schedule_finished(pipeline->schedule, feed);
	}
	poll_free(&poll);
	pipeline_arm(pipeline);
	if (pipeline_is_idle(pipeline))
		pipeline->options.on_idle(pipeline->options.data);
}

static void
pipeline_tell_outbox(struct pipeline *pipeline, const struct poll *poll)
{
	size_t i, j;

	for (i = 0; i < poll->event_count; i++) {
		const struct store_event *event = &poll->store_events[i];

		for (j = 0; j < event->sink_count; j++)
			outbox_kick(
			    pipeline->options.outbox, event->sinks[j], 1);
	}
}

/* A regular expression that takes too long may have missed an item. */
static void
pipeline_tell_overruns(struct pipeline *pipeline, const struct poll *poll)
{
	metric_add(
	    pipeline->metrics.regex_overruns, (double)poll->regex_overruns);
	if (!poll->regex_overruns || pipeline->has_told_overrun)
		return;
	pipeline->has_told_overrun = true;
	log_warn(pipeline->options.log,
	    "topics: on items of feed \"%s\" a regular expression took too "
	    "long and was given up; what it would find may be missed (see "
	    "\"wirewatch explain\"; told once)",
	    poll->commit.feed_name);
}

static void
pipeline_count(struct pipeline *pipeline, const struct poll *poll)
{
	pipeline->counts.new_items += (int64_t)poll->new_count;
	pipeline->counts.alerts += (int64_t)poll->alert_count;
	if (poll->alert_count)
		pipeline->counts.last_alert_ms = clock_wall_ms();
	metric_add(pipeline->metrics.items, (double)poll->new_count);
	metric_add(pipeline->metrics.alerts, (double)poll->alert_count);
	pipeline_tell_overruns(pipeline, poll);
}

/* What is committed would not be new again: now it may go to the history. */
static void
pipeline_keep(struct pipeline *pipeline, struct poll *poll)
{
	metric_add(
	    pipeline->metrics.history_dropped, (double)poll->history_dropped);
	if (poll->history_dropped && !pipeline->has_told_drop)
		log_warn(pipeline->options.log,
		    "history: %zu of %zu new items of feed \"%s\" left out: "
		    "too much text in one poll (told once)",
		    poll->history_dropped, poll->new_count,
		    poll->commit.feed_name);
	pipeline->has_told_drop |= poll->history_dropped > 0;
	history_write(
	    pipeline->options.history, &poll->history, poll->judged_ms);
}

/*
 * The feed is now what the poll made of it, unless a reload has given it
 * another URL meanwhile: then nothing that was learnt is of use.
 */
static void
pipeline_take_state(struct poll *poll)
{
	struct feed *feed = poll->feed;

	feed->store_id = poll->commit.feed_id;
	if (strcmp(poll->state.url, feed->state.url) != 0)
		return;
	if (poll->state.has_moved != feed->state.has_moved)
		feed->is_host_stale = true;
	feed_state_clear(&feed->state);
	feed->state = poll->state;
	feed_state_init(&poll->state);
}

static void
pipeline_set_aside(struct pipeline *pipeline, struct poll *poll)
{
	poll->next = poll->previous = NULL;
	*pipeline->refused_end = poll;
	pipeline->refused_end = &poll->next;
}

/* The store failed: the poll waits, to ask it again; with --once it is over. */
static void
pipeline_refuse(struct pipeline *pipeline, struct poll *poll, const char *why)
{
	metric_add(pipeline->metrics.store_failures, 1);
	if (!pipeline->is_store_failing)
		log_error(pipeline->options.log,
		    "store: %s; polling pauses until it works again", why);
	pipeline->is_store_failing = true;
	if (pipeline->options.is_once) {
		pipeline->counts.failed_polls++;
		pipeline_finish(pipeline, poll);
		return;
	}
	pipeline_unlink(pipeline, poll);
	pipeline_set_aside(pipeline, poll);
	pipeline_arm(pipeline);
	/* at the end there is no further try */
	if (pipeline->is_stopping && pipeline_is_idle(pipeline))
		pipeline->options.on_idle(pipeline->options.data);
}

/* 0 when the store did what was asked. */
static int
pipeline_check_store(struct pipeline *pipeline, struct poll *poll,
    const struct store_request *request)
{
	if (request->rc == -1) {
		pipeline_refuse(pipeline, poll, request->err.text);
		return -1;
	}
	if (pipeline->is_store_failing)
		log_info(pipeline->options.log, "store: works again");
	pipeline->is_store_failing = false;
	return 0;
}

static void
pipeline_on_committed(struct store_request *request)
{
	struct poll *poll = request->data;
	struct pipeline *pipeline = poll->owner;

	if (pipeline_check_store(pipeline, poll, request) == -1)
		return;
	if (poll->feed)
		pipeline_take_state(poll);
	pipeline_count(pipeline, poll);
	pipeline_keep(pipeline, poll);
	pipeline_tell_outbox(pipeline, poll);
	pipeline_finish(pipeline, poll);
}

static void
pipeline_commit(struct pipeline *pipeline, struct poll *poll)
{
	struct store_request *request = &poll->commit.base;

	poll->stage = POLL_COMMITTING;
	poll_prepare_commit(poll, clock_wall_ms());
	request->kind = STORE_COMMIT;
	request->done = pipeline_on_committed;
	request->data = poll;
	/* not past those that wait: events keep their order */
	if (pipeline->refused && !pipeline->is_stopping) {
		pipeline_unlink(pipeline, poll);
		pipeline_set_aside(pipeline, poll);
	} else
		store_submit(pipeline->options.store, request);
}

/* When to poll again; what the feed and its server ask for is heard. */
static void
pipeline_set_next(struct pipeline *pipeline, struct poll *poll,
    const struct fetch_result *result)
{
	const struct conf_fetch *conf = &poll->conf->fetch;
	struct feed_state *state = &poll->state;
	struct interval_input input = {
	    .min_ms = conf->min_interval_ms,
	    .max_ms = conf->max_interval_ms,
	    .fixed_ms = conf->interval_ms,
	    .asked_ms = result->freshness_ms,
	    .retry_after_ms = result->retry_after_ms,
	    .failures = state->failures,
	    .random = clock_jitter(&pipeline->random),
	};

	if (poll->doc && poll->doc->ttl_s * 1000 > input.asked_ms)
		input.asked_ms = poll->doc->ttl_s * 1000;
	if (state->newest_s != TIME_NONE && state->oldest_s != TIME_NONE)
		input.window_ms = (state->newest_s - state->oldest_s) * 1000;
	state->interval_ms = schedule_interval_ms(&input);
	state->next_due_ms = clock_wall_ms() + state->interval_ms;
}

static void
pipeline_on_change(
    struct pipeline *pipeline, struct poll *poll, struct health_change change)
{
	const struct feed_state *state = &poll->state;
	char wait[CLOCK_RFC3339_SIZE];

	if (state->failures == 1 ||
	    (change.is_news && !feed_status_is_healthy(change.to)))
		log_warn(pipeline->options.log,
		    "feed \"%s\": %s, next poll in %s", poll->conf->name,
		    state->reason ? state->reason
				  : feed_status_name(state->status),
		    clock_human(state->interval_ms, wait));
	else if (change.is_news)
		log_info(pipeline->options.log, "feed \"%s\": %s%s",
		    poll->conf->name, feed_status_name(change.to),
		    feed_status_is_healthy(change.from) ? "" : " again");
	if (change.is_news)
		poll_add_feed_event(poll, change.from, clock_wall_ms());
}

/* Nothing to match: only the feed's state is kept. */
static void
pipeline_settle_poll(struct pipeline *pipeline, struct poll *poll,
    const struct fetch_result *result, struct health_change change)
{
	if (poll->state.failures > 0)
		pipeline->counts.failed_polls++;
	pipeline_set_next(pipeline, poll, result);
	pipeline_on_change(pipeline, poll, change);
	pipeline_commit(pipeline, poll);
}

/* All that the poll means is known: it may be kept. */
static void
pipeline_conclude(struct pipeline *pipeline, struct poll *poll)
{
	if (poll->change.gap_ms && !poll_joins_on(poll))
		health_confirm_gap(
		    &poll->state, &poll->change, clock_wall_ms());
	pipeline_on_change(pipeline, poll, poll->change);
	poll_judge(poll, clock_wall_ms());
	pipeline_commit(pipeline, poll);
}

static void
pipeline_on_looked_up(struct store_request *request)
{
	struct poll *poll = request->data;
	struct pipeline *pipeline = poll->owner;

	if (pipeline_check_store(pipeline, poll, request) == -1)
		return;
	if (!poll->feed) {
		/* removed by a reload meanwhile */
		pipeline_finish(pipeline, poll);
		return;
	}
	poll_rebind(poll, pipeline->generation);
	pipeline_conclude(pipeline, poll);
}

static void
pipeline_look_up(struct pipeline *pipeline, struct poll *poll)
{
	struct store_request *request = &poll->lookup.base;

	poll->stage = POLL_LOOKING_UP;
	poll->lookup.feed_id = poll->feed->store_id;
	poll->lookup.items = poll->items;
	poll->lookup.item_count = poll->item_count;
	poll->lookup.feed_name = poll->conf->name;
	if (!poll->item_count) {
		/* there is nothing to ask about */
		pipeline_conclude(pipeline, poll);
		return;
	}
	request->kind = STORE_LOOKUP;
	request->done = pipeline_on_looked_up;
	request->data = poll;
	store_submit(pipeline->options.store, request);
}

static void
pipeline_keep_validators(struct poll *poll, const struct fetch_result *result)
{
	struct feed_state *state = &poll->state;

	free(state->etag);
	free(state->last_modified);
	state->etag = result->etag ? xstrdup(result->etag) : NULL;
	state->last_modified =
	    result->last_modified ? xstrdup(result->last_modified) : NULL;
	state->body_hash = result->body_hash;
}

static enum parse_outcome
pipeline_parse(struct pipeline *pipeline, struct poll *poll,
    const struct fetch_result *result, struct err *why)
{
	const struct parse_input input = {
	    .body = result->body,
	    .len = result->body_len,
	    .base_url = result->url,
	    .content_type = result->content_type,
	};
	struct feed_doc *doc = NULL;
	enum parse_outcome outcome;
	ev_tstamp started = ev_time();

	outcome = parse_feed(&input, &doc, why);
	metric_observe(pipeline->metrics.parse_seconds, ev_time() - started);
	if (outcome == PARSE_OK)
		poll_take_doc(poll, doc);
	return outcome;
}

/*
 * Validators are kept only with a document: a server that answers an error
 * page with an ETag must not make us hear 304 for ever.
 */
static void
pipeline_on_body(struct pipeline *pipeline, struct poll *poll,
    const struct fetch_result *result)
{
	struct health_change change;
	enum parse_outcome outcome;
	struct err why = {{0}};

	outcome = pipeline_parse(pipeline, poll, result, &why);
	change = health_after_parse(
	    &poll->state, result, outcome, poll->doc, &why, clock_wall_ms());
	if (outcome != PARSE_OK) {
		pipeline_settle_poll(pipeline, poll, result, change);
		return;
	}
	pipeline_keep_validators(poll, result);
	pipeline_set_next(pipeline, poll, result);
	poll->change = change;
	pipeline_look_up(pipeline, poll);
}

static const char *
pipeline_outcome_name(const struct fetch_result *result)
{
	switch (result->outcome) {
	case FETCH_BODY:
		return "body";
	case FETCH_NOT_MODIFIED:
		return "not_modified";
	case FETCH_SAME_BODY:
		return "same_body";
	case FETCH_FAILED:
		break;
	}
	return "failed";
}

static void
pipeline_on_fetched(void *data, struct fetch_result *result)
{
	struct poll *poll = data;
	struct pipeline *pipeline = poll->owner;

	poll->fetch = NULL;
	pipeline->fetching--;
	pipeline->storing++;
	poll->stage = POLL_LOOKING_UP;
	metric_add_label(pipeline->metrics.polls, "outcome",
	    pipeline_outcome_name(result), 1);
	metric_add(pipeline->metrics.bytes, (double)result->body_len);
	if (result->outcome == FETCH_BODY)
		pipeline_on_body(pipeline, poll, result);
	else
		pipeline_settle_poll(pipeline, poll, result,
		    health_after_fetch(&poll->state, result, clock_wall_ms()));
	/* a place for a transfer has become free */
	pipeline_arm(pipeline);
}

static void
pipeline_poll(struct pipeline *pipeline, struct feed *feed)
{
	struct poll *poll = poll_new(feed, pipeline->generation);

	feed->is_polling = true;
	poll->state.last_poll_ms = clock_wall_ms();
	pipeline_link(pipeline, poll);
	pipeline->fetching++;
	poll->fetch = fetch_start(pipeline->options.http, feed,
	    !schedule_host_has_more(feed), pipeline_on_fetched, poll);
}

/* Free space is looked at now and then, not for every poll. */
static bool
pipeline_is_space_low(struct pipeline *pipeline)
{
	const struct conf *conf = pipeline->generation->conf;
	int64_t now = clock_mono_ms();
	struct statvfs fs;

	if (now - pipeline->space_checked_ms < PIPELINE_STATVFS_MS)
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

static bool
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

static bool
pipeline_has_room(const struct pipeline *pipeline)
{
	return pipeline->fetching <
		   (size_t)pipeline->generation->conf->concurrency &&
	       pipeline->storing < PIPELINE_STORED_MAX;
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
static void
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

static void
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

/* What the store refused, once more and in order. */
static void
pipeline_resubmit(struct pipeline *pipeline)
{
	struct poll *poll = pipeline->refused, *next;

	pipeline->refused = NULL;
	pipeline->refused_end = &pipeline->refused;
	for (; poll; poll = next) {
		next = poll->next;
		poll->next = NULL;
		pipeline_link(pipeline, poll);
		store_submit(pipeline->options.store,
		    poll->stage == POLL_LOOKING_UP ? &poll->lookup.base
						   : &poll->commit.base);
	}
}

static void
pipeline_on_retry(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct pipeline *pipeline = timer->data;

	(void)loop;
	(void)events;
	pipeline_resubmit(pipeline);
	pipeline_may_poll(pipeline);
	pipeline_arm(pipeline);
}

static void
pipeline_on_pruned(struct store_request *request)
{
	struct pipeline *pipeline = request->data;
	const struct store_prune *prune = &pipeline->prune;

	if (request->rc == -1)
		log_warn(pipeline->options.log, "store: retention: %s",
		    request->err.text);
	if (request->rc == 0 && prune->dead > 0)
		outbox_recount(pipeline->options.outbox);
	if (request->rc == 0 && prune->has_more && !pipeline->is_stopping) {
		store_submit(pipeline->options.store, request);
		return;
	}
	pipeline->is_pruning = false;
	if (pipeline_is_idle(pipeline))
		pipeline->options.on_idle(pipeline->options.data);
}

static void
pipeline_on_prune_due(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct pipeline *pipeline = timer->data;
	const struct conf *conf = pipeline->generation->conf;
	struct store_prune *prune = &pipeline->prune;

	(void)events;
	ev_timer_again(loop, timer);
	history_prune(pipeline->options.history, clock_wall_ms());
	if (pipeline->is_pruning)
		return;
	pipeline->is_pruning = true;
	prune->base.kind = STORE_PRUNE;
	prune->base.done = pipeline_on_pruned;
	prune->base.data = pipeline;
	prune->seen_before_ms = clock_wall_ms() - conf->keep_seen_ms;
	prune->events_before_ms = clock_wall_ms() - conf->keep_events_ms;
	prune->max = PIPELINE_PRUNE_ROWS;
	store_submit(pipeline->options.store, &prune->base);
}

static void
pipeline_register(struct pipeline *pipeline)
{
	static const double seconds[] = {
	    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2};
	struct metrics *metrics = pipeline->options.metrics;
	struct pipeline_metrics *m = &pipeline->metrics;
	int count = (int)(sizeof(seconds) / sizeof(seconds[0]));

	m->polls = metrics_counter(metrics, "wirewatch_polls_total",
	    "Polls of feeds by their outcome.");
	m->bytes = metrics_counter(metrics, "wirewatch_fetched_bytes_total",
	    "Bytes of feed bodies, after decompression.");
	m->items = metrics_counter(
	    metrics, "wirewatch_items_new_total", "Items not seen before.");
	m->alerts = metrics_counter(
	    metrics, "wirewatch_alerts_total", "Alert events committed.");
	m->regex_overruns =
	    metrics_counter(metrics, "wirewatch_regex_overruns_total",
		"Regular expressions given up on an item: they took too long.");
	m->history_dropped =
	    metrics_counter(metrics, "wirewatch_history_dropped_total",
		"New items left out of the history: too much text in a poll.");
	m->store_failures =
	    metrics_counter(metrics, "wirewatch_store_failures_total",
		"Requests that the store refused and that are made again.");
	m->parse_seconds = metrics_histogram(metrics, "wirewatch_parse_seconds",
	    "Time to parse a feed.", seconds, count);
}

struct pipeline *
pipeline_new(const struct pipeline_options *options)
{
	struct pipeline *pipeline = xcalloc(1, sizeof(*pipeline));

	pipeline->options = *options;
	pipeline->subscriptions = subscriptions_new();
	pipeline->random = (uint32_t)clock_mono_ms() | 1;
	pipeline->refused_end = &pipeline->refused;
	pipeline->space_checked_ms = -PIPELINE_STATVFS_MS;
	pipeline->counts.last_alert_ms = TIME_NONE;
	ev_timer_init(&pipeline->due, pipeline_on_due, 0., 0.);
	ev_timer_init(&pipeline->retry, pipeline_on_retry, 0., 0.);
	ev_timer_init(&pipeline->prune_due, pipeline_on_prune_due,
	    PIPELINE_PRUNE_FIRST_MS / 1000.0, PIPELINE_PRUNE_MS / 1000.0);
	pipeline->due.data = pipeline;
	pipeline->retry.data = pipeline;
	pipeline->prune_due.data = pipeline;
	pipeline_register(pipeline);
	return pipeline;
}

static void
pipeline_drop_polls(struct poll *poll)
{
	struct poll *next;

	for (; poll; poll = next) {
		next = poll->next;
		poll_free(&poll);
	}
}

void
pipeline_free(struct pipeline **pipeline_p)
{
	struct pipeline *pipeline = *pipeline_p;

	if (!pipeline)
		return;
	ev_timer_stop(pipeline->options.loop, &pipeline->due);
	ev_timer_stop(pipeline->options.loop, &pipeline->retry);
	ev_timer_stop(pipeline->options.loop, &pipeline->prune_due);
	pipeline_drop_polls(pipeline->polls);
	pipeline_drop_polls(pipeline->refused);
	schedule_free(&pipeline->schedule);
	subscriptions_free(&pipeline->subscriptions);
	generation_unref(&pipeline->generation);
	free(pipeline->pause_reason);
	free(pipeline);
	*pipeline_p = NULL;
}

/* A few feeds need no spread, and a daemon that restarts often no delay. */
static uint32_t
pipeline_spread_ms(const struct pipeline *pipeline)
{
	size_t feeds = pipeline->generation->conf->feed_count;

	return feeds < PIPELINE_SPREAD_MS / PIPELINE_SPREAD_FEED_MS
		   ? (uint32_t)feeds * PIPELINE_SPREAD_FEED_MS + 1
		   : PIPELINE_SPREAD_MS;
}

/*
 * A feed whose time has passed while we were down is due within a spread of
 * the first seconds, all the others when they would have been.
 */
static void
pipeline_plan(struct pipeline *pipeline, struct feed *feed, int64_t now_ms)
{
	int64_t due = feed->state.next_due_ms;

	if (pipeline->options.is_once)
		due = now_ms;
	else if (due == TIME_NONE)
		due = now_ms;
	else if (due <= now_ms)
		due = now_ms + clock_jitter(&pipeline->random) %
				   pipeline_spread_ms(pipeline);
	else if (due > now_ms + feed->conf->fetch.max_interval_ms)
		/* the clock went back, or the interval was shortened */
		due = now_ms + feed->conf->fetch.max_interval_ms;
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

/* First the states, which need the names; then the plan, which needs them. */
static int
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

int
pipeline_configure(
    struct pipeline *pipeline, struct generation *generation, struct err *err)
{
	struct schedule_limits limits = {
	    .host_spacing_ms = generation->conf->host_spacing_ms,
	    .host_concurrency = generation->conf->host_concurrency,
	};
	struct generation *old = pipeline->generation;
	int rc;

	if (!pipeline->schedule)
		pipeline->schedule = schedule_new(&limits);
	else
		schedule_set_limits(pipeline->schedule, &limits);
	pipeline->generation = generation_ref(generation);
	pipeline->has_told_overrun = pipeline->has_told_drop = false;
	rc = pipeline_take_feeds(pipeline, err);
	generation_unref(&old);
	pipeline_arm(pipeline);
	return rc;
}

void
pipeline_start(struct pipeline *pipeline)
{
	pipeline->is_started = true;
	if (!pipeline->options.is_once)
		ev_timer_start(pipeline->options.loop, &pipeline->prune_due);
	pipeline_arm(pipeline);
}

void
pipeline_stop(struct pipeline *pipeline)
{
	struct poll *poll, *next;

	pipeline->is_stopping = true;
	ev_timer_stop(pipeline->options.loop, &pipeline->due);
	ev_timer_stop(pipeline->options.loop, &pipeline->retry);
	ev_timer_stop(pipeline->options.loop, &pipeline->prune_due);
	for (poll = pipeline->polls; poll; poll = next) {
		next = poll->next;
		if (poll->stage == POLL_FETCHING)
			pipeline_finish(pipeline, poll);
	}
	/* a last try: the store may work again by now */
	pipeline_resubmit(pipeline);
}

void
pipeline_event(struct pipeline *pipeline, struct event *event)
{
	struct poll *poll = poll_new(NULL, pipeline->generation);

	pipeline_link(pipeline, poll);
	pipeline->storing++;
	poll_add_event(poll, event, NULL);
	pipeline_commit(pipeline, poll);
}

void
pipeline_status(
    const struct pipeline *pipeline, struct pipeline_status *status_r)
{
	*status_r = pipeline->counts;
	status_r->reason = pipeline->pause_reason;
	status_r->is_paused = pipeline->pause_reason != NULL;
	status_r->fetching = pipeline->fetching;
	status_r->storing = pipeline->storing;
}

const struct subscriptions *
pipeline_subscriptions(const struct pipeline *pipeline)
{
	return pipeline->subscriptions;
}
