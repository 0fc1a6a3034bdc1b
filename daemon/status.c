/* The daemon's state as JSON, as metrics and as one line. */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/notify.h"
#include "daemon/status.h"
#include "feeds/pace.h"
#include "feeds/url.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "lib/sandbox.h"

#define STATUS_STATES (FEED_UNREACHABLE + 1)

struct status_feed_counts {
	size_t by_status[STATUS_STATES];
	size_t failing;
};

static void
status_count_feeds(
    const struct subscriptions *feeds, struct status_feed_counts *counts)
{
	size_t i;

	for (i = 0; i < subscriptions_count(feeds); i++) {
		enum feed_status status =
		    subscriptions_at(feeds, i)->state.status;

		counts->by_status[status]++;
		if (!feed_status_is_healthy(status))
			counts->failing++;
	}
}

static json_t *
status_failing(const struct subscriptions *feeds)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < subscriptions_count(feeds) &&
		    json_array_size(list) < STATUS_FAILING_MAX;
	     i++) {
		const struct feed *feed = subscriptions_at(feeds, i);
		json_t *entry;

		if (feed_status_is_healthy(feed->state.status))
			continue;
		entry = json_object();
		json_set_string(entry, "name", feed->conf->name);
		json_set_string(
		    entry, "status", feed_status_name(feed->state.status));
		json_set_time_ms(entry, "since", feed->state.status_since_ms);
		json_set_string(entry, "reason", feed->state.reason);
		json_append(list, entry);
	}
	return list;
}

static json_t *
status_feeds(const struct daemon *daemon)
{
	const struct subscriptions *feeds =
	    pipeline_subscriptions(daemon->pipeline);
	struct status_feed_counts counts = {{0}, 0};
	json_t *object = json_object(), *by_status = json_object();
	size_t i;

	status_count_feeds(feeds, &counts);
	for (i = 0; i < STATUS_STATES; i++) {
		if (counts.by_status[i])
			json_set_int(by_status,
			    feed_status_name((enum feed_status)i),
			    (int64_t)counts.by_status[i]);
	}
	json_set_int(object, "total", (int64_t)subscriptions_count(feeds));
	json_set(object, "by_status", by_status);
	json_set(object, "failing", status_failing(feeds));
	return object;
}

static const char *
status_sink_state(const struct outbox_status *sink)
{
	if (sink->is_disabled)
		return "disabled";
	return sink->is_failing ? "failing" : "ok";
}

static json_t *
status_sink(const struct outbox_status *sink)
{
	json_t *object = json_object();

	json_set_string(object, "name", sink->sink);
	json_set_string(
	    object, "type", sink->type == SINK_LOG ? "log" : "webhook");
	json_set_string(object, "state", status_sink_state(sink));
	json_set_string(object, "reason", sink->reason);
	json_set_time_ms(object, "failing_since",
	    sink->is_failing || sink->is_disabled ? sink->failing_since_ms
						  : TIME_NONE);
	json_set_int(object, "pending", sink->pending);
	json_set_int(object, "dead", sink->dead);
	json_set_int(object, "delivered", sink->delivered);
	json_set_int(object, "failed", sink->failed);
	json_set_time_ms(object, "next_due",
	    sink->next_due_ms == INT64_MAX ? TIME_NONE : sink->next_due_ms);
	return object;
}

static json_t *
status_sinks(const struct daemon *daemon)
{
	struct outbox_status sink;
	json_t *list = json_array();
	size_t i;

	for (i = 0; outbox_status(daemon->outbox, i, &sink); i++)
		json_append(list, status_sink(&sink));
	return list;
}

static json_t *
status_polling(const struct pipeline_status *pipeline)
{
	json_t *object = json_object();

	json_set_bool(object, "is_paused", pipeline->is_paused);
	json_set_bool(object, "is_offline", pipeline->is_offline);
	json_set_string(object, "reason", pipeline->reason);
	json_set_int(object, "in_flight",
	    (int64_t)(pipeline->fetching + pipeline->storing));
	return object;
}

static json_t *
status_workers(const struct daemon *daemon)
{
	json_t *object = json_object();
	struct workers_status workers;
	char names[SANDBOX_NAMES_SIZE];

	workers_status(daemon->workers, &workers);
	json_set_int(object, "count", (int64_t)workers.count);
	json_set_int(object, "lost", (int64_t)workers.lost);
	json_set_int(object, "waiting", (int64_t)workers.waiting);
	json_set_string(object, "unprotected",
	    workers.missing ? sandbox_names(workers.missing, names) : NULL);
	return object;
}

static json_t *
status_topics(const struct topicset *topics)
{
	json_t *object = json_object();

	json_set_int(object, "count", (int64_t)topicset_count(topics));
	json_set_int(object, "terms", (int64_t)topicset_terms(topics));
	return object;
}

static json_t *
status_conf(const struct daemon *daemon)
{
	json_t *object = json_object();

	json_set_string(object, "path", daemon->conf_path);
	json_set_time_ms(object, "loaded", daemon->loaded_ms);
	json_set_string(object, "last_error", daemon->last_error);
	return object;
}

json_t *
status_json(void *data)
{
	const struct daemon *daemon = data;
	json_t *object = json_object(), *items = json_object(),
	       *alerts = json_object();
	struct pipeline_status pipeline;

	pipeline_status(daemon->pipeline, &pipeline);
	json_set_int(items, "new", pipeline.new_items);
	json_set_int(alerts, "total", pipeline.alerts);
	json_set_time_ms(alerts, "last", pipeline.last_alert_ms);
	json_set_string(object, "schema", "wirewatch.status/1");
	json_set_string(object, "version", PACKAGE_VERSION);
	json_set_string(object, "node", daemon->generation->conf->node);
	json_set_int(object, "pid", getpid());
	json_set_time_ms(object, "started", daemon->started_ms);
	json_set_time_ms(object, "now", clock_wall_ms());
	json_set(object, "polling", status_polling(&pipeline));
	json_set(object, "workers", status_workers(daemon));
	json_set(object, "feeds", status_feeds(daemon));
	json_set(object, "topics", status_topics(daemon->generation->topics));
	json_set(object, "items", items);
	json_set(object, "alerts", alerts);
	json_set(object, "sinks", status_sinks(daemon));
	json_set(object, "config", status_conf(daemon));
	return object;
}

/* The time span of the entries, from which the interval is decided. */
static int64_t
status_window_s(const struct feed_state *state)
{
	if (state->newest_s == TIME_NONE || state->oldest_s == TIME_NONE)
		return 0;
	return state->newest_s - state->oldest_s;
}

static json_t *
status_feed(const struct feed *feed)
{
	const struct feed_state *state = &feed->state;
	json_t *object = json_object();
	char *url = url_redacted(feed_url(feed));

	json_set_string(object, "name", feed->conf->name);
	json_set_string(object, "url", url);
	json_set_string(object, "title", feed->conf->title);
	json_set_string(object, "role", feed->conf->role);
	json_set_string(object, "country", feed->conf->country);
	json_set_string(object, "lang", feed->conf->lang);
	json_set_string(object, "status", feed_status_name(state->status));
	json_set_string(object, "reason", state->reason);
	json_set_time_ms(object, "status_since", state->status_since_ms);
	json_set_time_ms(object, "last_poll", state->last_poll_ms);
	json_set_time_ms(object, "last_ok", state->last_ok_ms);
	json_set_time_ms(object, "last_new", state->last_new_ms);
	json_set_time_s(object, "newest", state->newest_s);
	json_set_time_s(object, "oldest", state->oldest_s);
	json_set_int(object, "window_s", status_window_s(state));
	json_set_int(object, "pace_s", pace_mean_s(&state->pace));
	json_set_time_ms(object, "next_due", state->next_due_ms);
	json_set_int(object, "interval_s", state->interval_ms / 1000);
	json_set_int(object, "latency_ms", state->latency_ms);
	json_set_int(object, "bytes", state->bytes);
	json_set_int(object, "items", state->item_count);
	json_set_int(object, "failures", state->failures);
	free(url);
	return object;
}

json_t *
status_feeds_json(void *data, const char *after, size_t limit)
{
	const struct daemon *daemon = data;
	const struct subscriptions *feeds =
	    pipeline_subscriptions(daemon->pipeline);
	json_t *object = json_object(), *list = json_array();
	size_t i = subscriptions_after(feeds, after);
	size_t end = subscriptions_count(feeds);

	if (end - i > limit)
		end = i + limit;
	for (; i < end; i++)
		json_append(list, status_feed(subscriptions_at(feeds, i)));
	json_set(object, "feeds", list);
	json_set_string(object, "next",
	    end > 0 && end < subscriptions_count(feeds)
		? subscriptions_at(feeds, end - 1)->conf->name
		: NULL);
	return object;
}

/* A sink that a reload removed is told no longer. */
static void
status_set_sink_gauges(const struct daemon *daemon)
{
	struct metric *pending = metrics_gauge(daemon->metrics,
	    "wirewatch_outbox_pending", "Deliveries that wait, by sink.");
	struct metric *dead = metrics_gauge(
	    daemon->metrics, "wirewatch_outbox_dead", "Dead letters, by sink.");
	struct metric *failing = metrics_gauge(daemon->metrics,
	    "wirewatch_sink_failing", "Whether a sink fails (1) or not (0).");
	struct outbox_status sink;
	size_t i;

	metric_forget_labels(pending);
	metric_forget_labels(dead);
	metric_forget_labels(failing);
	for (i = 0; outbox_status(daemon->outbox, i, &sink); i++) {
		metric_set_label(
		    pending, "sink", sink.sink, (double)sink.pending);
		metric_set_label(dead, "sink", sink.sink, (double)sink.dead);
		metric_set_label(failing, "sink", sink.sink,
		    sink.is_failing || sink.is_disabled);
	}
}

/* Gauges are read when they are asked for: nothing keeps them up to date. */
static void
status_set_gauges(const struct daemon *daemon)
{
	const struct subscriptions *feeds =
	    pipeline_subscriptions(daemon->pipeline);
	struct status_feed_counts counts = {{0}, 0};
	struct pipeline_status pipeline;
	struct metric *metric;
	size_t i;

	status_count_feeds(feeds, &counts);
	metric = metrics_gauge(
	    daemon->metrics, "wirewatch_feeds", "Feeds by their state.");
	for (i = 0; i < STATUS_STATES; i++)
		metric_set_label(metric, "status",
		    feed_status_name((enum feed_status)i),
		    (double)counts.by_status[i]);
	pipeline_status(daemon->pipeline, &pipeline);
	metric_set(metrics_gauge(daemon->metrics, "wirewatch_polling_paused",
		       "Whether polling pauses (1) or not (0)."),
	    pipeline.is_paused);
	status_set_sink_gauges(daemon);
}

int
status_metrics(void *data, struct buf *out)
{
	const struct daemon *daemon = data;

	status_set_gauges(daemon);
	return metrics_write(daemon->metrics, out);
}

char *
status_line(const struct daemon *daemon)
{
	const struct subscriptions *feeds =
	    pipeline_subscriptions(daemon->pipeline);
	struct status_feed_counts counts = {{0}, 0};
	struct pipeline_status pipeline;

	status_count_feeds(feeds, &counts);
	pipeline_status(daemon->pipeline, &pipeline);
	return xasprintf("%s%s%s%zu feeds, %zu failing, %" PRId64 " alerts",
	    pipeline.is_paused ? "paused: " : "",
	    pipeline.is_paused ? pipeline.reason : "",
	    pipeline.is_paused ? "; " : "", subscriptions_count(feeds),
	    counts.failing, pipeline.alerts);
}

void
status_notify(const struct daemon *daemon)
{
	char *line = status_line(daemon);

	notify_status(line);
	free(line);
}
