/*
 * The pipeline as a whole: made, configured, started, stopped, asked how it is
 * doing. What it does is in pipeline_flow.c, pipeline_plan.c and
 * pipeline_store.c.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/pipeline_private.h"
#include "lib/alloc.h"
#include "lib/clock.h"

void
pipeline_link(struct pipeline *pipeline, struct poll *poll)
{
	poll->owner = pipeline;
	poll->next = pipeline->polls;
	if (poll->next)
		poll->next->previous = poll;
	pipeline->polls = poll;
}

void
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
	m->match_overruns =
	    metrics_counter(metrics, "wirewatch_match_overruns_total",
		"Parts of topics given up on an item: they took too long.");
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
	pipeline->space_checked_ms = TIME_NONE;
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
	suspend_free(&pipeline->suspend);
	pipeline_drop_polls(pipeline->polls);
	pipeline_drop_polls(pipeline->refused);
	schedule_free(&pipeline->schedule);
	subscriptions_free(&pipeline->subscriptions);
	generation_unref(&pipeline->generation);
	free(pipeline->pause_reason);
	free(pipeline);
	*pipeline_p = NULL;
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
	workers_configure(pipeline->options.workers, generation);
	rc = pipeline_take_feeds(pipeline, err);
	generation_unref(&old);
	pipeline_arm(pipeline);
	return rc;
}

void
pipeline_start(struct pipeline *pipeline)
{
	struct err err;

	pipeline->is_started = true;
	if (!pipeline->options.is_once) {
		ev_timer_start(pipeline->options.loop, &pipeline->prune_due);
		pipeline->suspend = suspend_new(pipeline->options.loop,
		    pipeline_on_woke, pipeline, &err);
		if (!pipeline->suspend)
			log_warn(pipeline->options.log, "%s", err.text);
	}
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
	suspend_free(&pipeline->suspend);
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
	status_r->is_offline = pipeline->outage.is_out;
	status_r->fetching = pipeline->fetching;
	status_r->storing = pipeline->storing;
}

const struct subscriptions *
pipeline_subscriptions(const struct pipeline *pipeline)
{
	return pipeline->subscriptions;
}
