/*
 * The sinks of the running configuration, and those that a reload took out
 * until their attempts have ended. Every sink has its own window, timer and
 * requests: one that hangs holds up nothing else. Changes are looked at once a
 * turn of the loop, never in the call that made them.
 */
#include <stdlib.h>
#include <string.h>

#include "alerts/outbox_private.h"
#include "lib/clock.h"

static void
outbox_start_turn(struct outbox *outbox)
{
	if (!ev_is_active(&outbox->turn)) {
		ev_timer_set(&outbox->turn, 0., 0.);
		ev_timer_start(outbox->options.context.loop, &outbox->turn);
	}
}

void
outbox_wake(struct outbox_sink *sink)
{
	sink->is_dirty = true;
	outbox_start_turn(sink->outbox);
}

static void
outbox_wake_all(struct outbox *outbox)
{
	struct outbox_sink *sink;
	size_t i;

	for (i = 0; i < outbox->count; i++)
		outbox_wake(outbox->sinks[i]);
	for (sink = outbox->closing; sink; sink = sink->next)
		outbox_wake(sink);
	outbox_start_turn(outbox);
}

static struct outbox_sink *
outbox_find(const struct outbox *outbox, const char *name)
{
	size_t i;

	for (i = 0; i < outbox->count; i++) {
		if (strcmp(outbox->sinks[i]->conf->name, name) == 0)
			return outbox->sinks[i];
	}
	return NULL;
}

/* A sink that has ended makes way for one of the same name or file. */
static void
outbox_finish_closing(struct outbox *outbox)
{
	struct outbox_sink **at = &outbox->closing, *sink;
	bool is_any = false;

	while ((sink = *at)) {
		if (!outbox_sink_is_over(sink)) {
			at = &sink->next;
			continue;
		}
		*at = sink->next;
		outbox_sink_free(&sink);
		is_any = true;
	}
	/* whoever waited for its name or its file */
	if (is_any)
		outbox_wake_all(outbox);
}

static void
outbox_on_turn(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct outbox *outbox = timer->data;
	struct outbox_sink *sink;
	size_t i;

	(void)loop;
	(void)events;
	for (i = 0; i < outbox->count; i++) {
		if (outbox->sinks[i]->is_dirty)
			outbox_sink_step(outbox->sinks[i]);
	}
	for (sink = outbox->closing; sink; sink = sink->next) {
		if (sink->is_dirty)
			outbox_sink_step(sink);
	}
	outbox_finish_closing(outbox);
	if (outbox->options.on_idle && outbox_is_idle(outbox))
		outbox->options.on_idle(outbox->options.data);
}

static void
outbox_on_grace(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct outbox *outbox = timer->data;

	(void)loop;
	(void)events;
	outbox->is_cancelling = true;
	outbox_wake_all(outbox);
}

struct outbox *
outbox_new(const struct outbox_options *options)
{
	struct outbox *outbox = xcalloc(1, sizeof(*outbox));

	outbox->options = *options;
	outbox->node = xstrdup(""); /* the configuration's comes with it */
	outbox->random = (uint32_t)(clock_wall_ms() ^ clock_mono_ms()) | 1;
	ev_timer_init(&outbox->turn, outbox_on_turn, 0., 0.);
	ev_timer_init(&outbox->grace, outbox_on_grace, 0., 0.);
	outbox->turn.data = outbox;
	outbox->grace.data = outbox;
	return outbox;
}

void
outbox_free(struct outbox **outbox_p)
{
	struct outbox *outbox = *outbox_p;
	struct outbox_sink *sink;
	size_t i;

	if (!outbox)
		return;
	ev_timer_stop(outbox->options.context.loop, &outbox->turn);
	ev_timer_stop(outbox->options.context.loop, &outbox->grace);
	for (i = 0; i < outbox->count; i++)
		outbox_sink_free(&outbox->sinks[i]);
	while ((sink = outbox->closing)) {
		outbox->closing = sink->next;
		outbox_sink_free(&sink);
	}
	/* the last one's sink may have asked for a turn */
	ev_timer_stop(outbox->options.context.loop, &outbox->turn);
	free(outbox->sinks);
	free(outbox->node);
	free(outbox);
	*outbox_p = NULL;
}

/* What the store knows of a sink, when there is time to wait for it. */
static int
outbox_load(struct outbox *outbox, struct outbox_sink *sink, struct err *err)
{
	struct store *store = outbox->options.store;
	struct store_counts counts = {0};
	int rc;

	if (store_count_sink(store, sink->conf->name, &counts, err) == -1)
		return -1;
	sink->pending = counts.pending;
	sink->dead = counts.dead;
	rc = store_load_position(store, sink->conf->name, &sink->position, err);
	sink->has_position = rc == 0;
	sink->is_known = rc != -1;
	return rc == -1 ? -1 : 0;
}

/*
 * At start-up a sink is opened at once. A reload only sees that it can be: the
 * loop must not wait for the store, nor for an older sink of that name.
 */
static struct outbox_sink *
outbox_add(struct outbox *outbox, const struct conf_sink *conf, struct err *err)
{
	struct outbox_sink *sink = outbox_sink_new(outbox, conf);
	int rc = 0;

	if (outbox->is_begun) {
		if (conf->type == SINK_LOG)
			rc = sink_log_check(sink->conf, err);
	} else {
		rc = outbox_load(outbox, sink, err);
		if (rc == 0)
			rc = outbox_sink_open(sink, err);
	}
	if (rc == -1)
		outbox_sink_free(&sink);
	return sink;
}

static bool
outbox_may_keep(const struct outbox_sink *sink, const struct conf_sink *conf)
{
	return sink && sink->sink && conf_sink_equal(sink->conf, conf);
}

/* A reload gives a disabled endpoint another chance. */
static void
outbox_enable(struct outbox_sink *sink)
{
	if (sink->state != OUTBOX_DISABLED)
		return;
	sink->state = OUTBOX_OK;
	sink->told = OUTBOX_OK;
	sink->failures = 0;
	sink->wants_claim = true;
}

static void
outbox_close_sink(struct outbox *outbox, struct outbox_sink *sink)
{
	sink->is_closing = true;
	sink->cancel_ms = clock_mono_ms() + OUTBOX_CLOSE_MS;
	sink->next = outbox->closing;
	outbox->closing = sink;
}

static bool
outbox_has(
    struct outbox_sink **sinks, size_t count, const struct outbox_sink *sink)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (sinks[i] == sink)
			return true;
	}
	return false;
}

/* The new set takes the place of the old one. */
static void
outbox_swap(
    struct outbox *outbox, struct outbox_sink **sinks, const struct conf *conf)
{
	struct outbox_sink **old = outbox->sinks;
	size_t i, old_count = outbox->count;

	for (i = 0; i < old_count; i++) {
		if (outbox_has(sinks, conf->sink_count, old[i]))
			outbox_enable(old[i]);
		else
			outbox_close_sink(outbox, old[i]);
	}
	outbox->sinks = sinks;
	outbox->count = conf->sink_count;
	free(old);
	free(outbox->node);
	outbox->node = xstrdup(conf->node ? conf->node : "");
	outbox_wake_all(outbox);
}

int
outbox_configure(
    struct outbox *outbox, const struct conf *conf, struct err *err)
{
	struct outbox_sink **sinks =
	    xcalloc(conf->sink_count + 1, sizeof(struct outbox_sink *));
	size_t i;

	for (i = 0; i < conf->sink_count; i++) {
		struct outbox_sink *old =
		    outbox_find(outbox, conf->sinks[i].name);

		sinks[i] = outbox_may_keep(old, &conf->sinks[i])
			       ? old
			       : outbox_add(outbox, &conf->sinks[i], err);
		if (!sinks[i])
			goto fail;
	}
	outbox_swap(outbox, sinks, conf);
	outbox->is_begun = true;
	return 0;
fail:
	while (i-- > 0) {
		if (!outbox_has(outbox->sinks, outbox->count, sinks[i]))
			outbox_sink_free(&sinks[i]);
	}
	free(sinks);
	return -1;
}

void
outbox_kick(struct outbox *outbox, const char *name, size_t added)
{
	struct outbox_sink *sink = outbox_find(outbox, name);

	if (!sink)
		return;
	sink->pending += (int64_t)added;
	sink->kicked += added;
	sink->wants_claim = true;
	outbox_wake(sink);
}

void
outbox_recount(struct outbox *outbox)
{
	size_t i;

	for (i = 0; i < outbox->count; i++) {
		outbox->sinks[i]->is_known = false;
		outbox_wake(outbox->sinks[i]);
	}
}

void
outbox_reopen(struct outbox *outbox)
{
	struct sink *sink;
	size_t i;

	for (i = 0; i < outbox->count; i++) {
		sink = outbox->sinks[i]->sink;
		if (sink && sink->ops->reopen)
			sink->ops->reopen(sink);
	}
}

void
outbox_stop(struct outbox *outbox, int64_t grace_ms)
{
	outbox->is_stopping = true;
	ev_timer_stop(outbox->options.context.loop, &outbox->grace);
	ev_timer_set(&outbox->grace, (double)grace_ms / 1000.0, 0.);
	ev_timer_start(outbox->options.context.loop, &outbox->grace);
	outbox_wake_all(outbox);
}

bool
outbox_is_idle(const struct outbox *outbox)
{
	const struct outbox_sink *sink;
	size_t i;

	for (i = 0; i < outbox->count; i++) {
		if (!outbox_sink_is_idle(outbox->sinks[i]))
			return false;
	}
	for (sink = outbox->closing; sink; sink = sink->next) {
		if (!outbox_sink_is_idle(sink))
			return false;
	}
	return true;
}

bool
outbox_is_blocked(const struct outbox *outbox, const char **why_r)
{
	size_t i;

	for (i = 0; i < outbox->count; i++) {
		const struct outbox_sink *sink = outbox->sinks[i];

		if (sink->conf->type != SINK_LOG ||
		    sink->state != OUTBOX_FAILING)
			continue;
		*why_r = sink->why;
		return true;
	}
	return false;
}

static int64_t
outbox_next_due_ms(const struct outbox_sink *sink)
{
	int64_t mono = clock_mono_ms(), now = clock_wall_ms();
	int64_t ahead = mono + sink->ahead_ms - now;

	if (sink->state == OUTBOX_DISABLED)
		return INT64_MAX;
	if (sink->waiting.count)
		return now + (sink->hold_ms > mono ? sink->hold_ms - mono : 0);
	if (sink->next_due_ms == INT64_MAX)
		return INT64_MAX;
	return sink->next_due_ms - (ahead > 0 ? ahead : 0);
}

bool
outbox_status(
    const struct outbox *outbox, size_t i, struct outbox_status *status_r)
{
	const struct outbox_sink *sink, *other;

	if (i >= outbox->count)
		return false;
	sink = outbox->sinks[i];
	status_r->sink = sink->conf->name;
	status_r->type = sink->conf->type;
	status_r->is_failing = sink->state == OUTBOX_FAILING;
	status_r->is_disabled = sink->state == OUTBOX_DISABLED;
	status_r->reason = sink->reason;
	status_r->failing_since_ms = sink->failing_since_ms;
	status_r->delivered = sink->delivered;
	status_r->failed = sink->failed;
	status_r->pending = sink->pending;
	status_r->dead = sink->dead;
	status_r->next_due_ms = outbox_next_due_ms(sink);
	for (other = outbox->closing; other; other = other->next) {
		if (strcmp(other->conf->name, sink->conf->name) != 0)
			continue;
		status_r->pending += other->pending;
		status_r->dead += other->dead;
	}
	return true;
}
