/*
 * What the operator hears of a sink: each change of its state once, in the log
 * and as an event, and every dead letter. A sink that comes and goes makes at
 * most one "failing" a minute. The death of a dead letter's own event makes no
 * further event: two sinks that refuse each other's would go on for ever.
 */
#include <stdlib.h>
#include <string.h>

#include "alerts/outbox_private.h"
#include "lib/clock.h"
#include "lib/json.h"

const char *
outbox_type_name(enum sink_type type)
{
	return type == SINK_LOG ? "log" : "webhook";
}

static void
outbox_tell_keep_reason(struct outbox_sink *sink, const char *reason)
{
	char *old = sink->reason;

	sink->reason = xstrdup(reason ? reason : "it failed without a reason");
	free(old);
	free(sink->why);
	sink->why = xasprintf("%s \"%s\": %s",
	    outbox_type_name(sink->conf->type), sink->conf->name, sink->reason);
}

static void
outbox_tell_event(struct outbox_sink *sink, struct event *event)
{
	const struct outbox_options *options = &sink->outbox->options;

	if (options->on_event)
		options->on_event(options->data, event);
	else
		event_clear(event);
}

void
outbox_tell_failure(struct outbox_sink *sink, const char *reason)
{
	outbox_tell_keep_reason(sink, reason);
	if (++sink->failures < OUTBOX_FAILING_AFTER || sink->state != OUTBOX_OK)
		return;
	sink->state = OUTBOX_FAILING;
	sink->failing_since_ms = clock_wall_ms();
	log_warn(sink->outbox->options.context.log, "%s; it is tried again",
	    sink->why);
}

void
outbox_tell_success(struct outbox_sink *sink)
{
	char since[CLOCK_RFC3339_SIZE];

	sink->failures = 0;
	if (sink->state != OUTBOX_FAILING)
		return;
	sink->state = OUTBOX_OK;
	log_info(sink->outbox->options.context.log,
	    "%s \"%s\": works again after %s",
	    outbox_type_name(sink->conf->type), sink->conf->name,
	    clock_human(clock_wall_ms() - sink->failing_since_ms, since));
}

void
outbox_tell_gone(struct outbox_sink *sink, const char *reason)
{
	outbox_tell_keep_reason(sink, reason);
	sink->state = OUTBOX_DISABLED;
	sink->failing_since_ms = clock_wall_ms();
	log_error(sink->outbox->options.context.log,
	    "%s; it is disabled until a reload, what is due to it waits",
	    sink->why);
}

static bool
outbox_tell_is_dead_letter(const char *body)
{
	struct err ignored;
	json_t *event = json_read(body, strlen(body), &ignored);
	const char *type = json_get_string(event, "type");
	bool is =
	    type && strcmp(type, event_type_name(EVENT_SINK_DEAD_LETTER)) == 0;

	json_decref(event);
	return is;
}

void
outbox_tell_dead(struct outbox_sink *sink,
    const struct outbox_delivery *delivery, const char *reason)
{
	const struct delivery *base = &delivery->delivery;
	struct event event;

	outbox_tell_keep_reason(sink, reason);
	log_error(sink->outbox->options.context.log,
	    "%s \"%s\": %s is a dead letter after %d attempt%s: %s",
	    outbox_type_name(sink->conf->type), sink->conf->name,
	    base->event_id, base->attempts + 1, base->attempts ? "s" : "",
	    sink->reason);
	if (outbox_tell_is_dead_letter(base->body))
		return;
	event_from_dead_letter(&event, sink->conf->name, base->event_id,
	    sink->reason, base->attempts + 1, sink->outbox->node,
	    clock_wall_ms());
	outbox_tell_event(sink, &event);
}

static const char *
outbox_tell_outcome(enum outbox_state state)
{
	switch (state) {
	case OUTBOX_OK:
		return "ok";
	case OUTBOX_FAILING:
		return "failing";
	case OUTBOX_DISABLED:
		break;
	}
	return "disabled";
}

int64_t
outbox_tell_state(struct outbox_sink *sink, int64_t mono_ms)
{
	struct event event;

	if (sink->state == sink->told || sink->is_closing)
		return INT64_MAX;
	if (sink->state == OUTBOX_FAILING && sink->told_ms != TIME_NONE &&
	    mono_ms < sink->told_ms + OUTBOX_QUIET_MS)
		return sink->told_ms + OUTBOX_QUIET_MS;
	if (sink->state == OUTBOX_FAILING)
		sink->told_ms = mono_ms;
	sink->told = sink->state;
	event_from_sink_state(&event, sink->conf->name,
	    outbox_tell_outcome(sink->state),
	    sink->state == OUTBOX_OK ? NULL : sink->reason, sink->outbox->node,
	    clock_wall_ms());
	outbox_tell_event(sink, &event);
	return INT64_MAX;
}
