/*
 * One sink's window: at most OUTBOX_WINDOW claimed deliveries, each waiting,
 * under way, answered or being settled. Whatever happens only marks the sink;
 * outbox_sink_step() then does, once a turn, all that can be done.
 */
#include <stdlib.h>
#include <string.h>

#include "alerts/outbox_private.h"
#include "lib/clock.h"

void
outbox_list_append(struct outbox_list *list, struct outbox_delivery *delivery)
{
	struct outbox_delivery **at = &list->first;

	while (*at)
		at = (struct outbox_delivery **)&(*at)->delivery.next;
	delivery->delivery.next = NULL;
	*at = delivery;
	list->count++;
}

void
outbox_list_insert(struct outbox_list *list, struct outbox_delivery *delivery)
{
	struct outbox_delivery **at = &list->first;

	while (*at && (*at)->serial < delivery->serial)
		at = (struct outbox_delivery **)&(*at)->delivery.next;
	delivery->delivery.next = (struct delivery *)*at;
	*at = delivery;
	list->count++;
}

void
outbox_list_remove(struct outbox_list *list, struct outbox_delivery *delivery)
{
	struct outbox_delivery **at = &list->first;

	while (*at != delivery)
		at = (struct outbox_delivery **)&(*at)->delivery.next;
	*at = (struct outbox_delivery *)delivery->delivery.next;
	delivery->delivery.next = NULL;
	list->count--;
}

struct outbox_delivery *
outbox_list_take(struct outbox_list *list)
{
	struct outbox_delivery *delivery = list->first;

	if (delivery)
		outbox_list_remove(list, delivery);
	return delivery;
}

void
outbox_delivery_free(struct outbox_delivery **delivery_p)
{
	struct outbox_delivery *delivery = *delivery_p;

	free(delivery->delivery.event_id);
	free(delivery->delivery.body);
	free(delivery->delivery.order_key);
	free(delivery->reason);
	free(delivery);
	*delivery_p = NULL;
}

size_t
outbox_sink_held(const struct outbox_sink *sink)
{
	return sink->waiting.count + sink->under_way.count +
	       sink->answered.count + sink->settling.count;
}

int64_t
outbox_sink_now_ms(struct outbox_sink *sink)
{
	int64_t mono = clock_mono_ms(), wall = clock_wall_ms();

	if (mono + sink->ahead_ms < wall)
		sink->ahead_ms = wall - mono;
	/* no delay is that long: the clock was ahead in another life */
	if (sink->next_due_ms != INT64_MAX &&
	    sink->next_due_ms > mono + sink->ahead_ms + OUTBOX_DUE_MAX_MS)
		sink->ahead_ms = sink->next_due_ms - mono;
	return mono + sink->ahead_ms;
}

void
outbox_sink_reset_clock(struct outbox_sink *sink)
{
	sink->ahead_ms = clock_wall_ms() - clock_mono_ms();
}

bool
outbox_sink_is_resting(const struct outbox_sink *sink)
{
	return sink->is_closing || sink->state == OUTBOX_DISABLED ||
	       sink->outbox->is_stopping;
}

/* What was decided about a delivery; the next settlement takes it along. */
static void
outbox_sink_decide(struct outbox_sink *sink, struct outbox_delivery *delivery,
    enum settle_outcome outcome, const char *reason)
{
	delivery->outcome = outcome;
	free(delivery->reason);
	delivery->reason = reason ? xstrdup(reason) : NULL;
	outbox_list_append(&sink->answered, delivery);
}

/* A log is written in the end, however long that takes. */
static void
outbox_sink_on_log_failure(
    struct outbox_sink *sink, struct outbox_delivery *delivery)
{
	sink->hold_ms = clock_mono_ms() + OUTBOX_LOG_RETRY_MS;
	outbox_list_insert(&sink->waiting, delivery);
}

static void
outbox_sink_on_failure(struct outbox_sink *sink,
    struct outbox_delivery *delivery, const char *reason,
    int64_t retry_after_ms)
{
	int64_t now = outbox_sink_now_ms(sink), hold, delay;
	struct outbox_retry retry = {
	    .attempts = delivery->delivery.attempts + 1,
	    .age_ms = now - delivery->first_attempt_ms,
	    .retry_after_ms = retry_after_ms,
	    .random = clock_jitter(&sink->outbox->random),
	};

	delay = outbox_retry_delay_ms(&retry);
	if (delay == -1) {
		outbox_sink_decide(sink, delivery, SETTLE_DEAD, reason);
		outbox_tell_dead(sink, delivery, reason);
		return;
	}
	hold = outbox_retry_pause_ms(retry_after_ms);
	if (hold > 0 && clock_mono_ms() + hold > sink->hold_ms)
		sink->hold_ms = clock_mono_ms() + hold;
	delivery->due_ms = now + delay;
	outbox_sink_decide(sink, delivery, SETTLE_RETRY, reason);
}

static void
outbox_sink_on_answer(struct delivery *base, enum sink_answer answer,
    const char *reason, int64_t retry_after_ms)
{
	struct outbox_delivery *delivery = (struct outbox_delivery *)base;
	struct outbox_sink *sink = base->owner;

	outbox_list_remove(&sink->under_way, delivery);
	outbox_wake(sink);
	if (answer == SINK_DELIVERED)
		sink->delivered++;
	else
		sink->failed++;
	switch (answer) {
	case SINK_DELIVERED:
		outbox_tell_success(sink);
		outbox_sink_decide(sink, delivery, SETTLE_DELIVERED, NULL);
		break;
	case SINK_TEMPFAIL:
		outbox_tell_failure(sink, reason);
		if (sink->conf->type == SINK_LOG)
			outbox_sink_on_log_failure(sink, delivery);
		else
			outbox_sink_on_failure(
			    sink, delivery, reason, retry_after_ms);
		break;
	case SINK_PERMFAIL:
		/* a log that can refuse can be written */
		if (sink->conf->type == SINK_LOG)
			outbox_tell_success(sink);
		outbox_sink_decide(sink, delivery, SETTLE_DEAD, reason);
		outbox_tell_dead(sink, delivery, reason);
		break;
	case SINK_GONE:
		outbox_tell_gone(sink, reason);
		outbox_sink_decide(sink, delivery, SETTLE_RELEASE, NULL);
		break;
	}
}

static void
outbox_sink_on_change(struct sink *base)
{
	outbox_wake(base->owner);
}

static void
outbox_sink_on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	outbox_wake(timer->data);
}

/* A text of the configuration that outlives it. */
static const char *
outbox_sink_copy(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

static struct strings
outbox_sink_copy_strings(struct arena *arena, const struct strings *from)
{
	struct strings to = {.count = from->count};
	size_t i;

	to.items = arena_calloc(arena, from->count + 1, sizeof(*to.items));
	for (i = 0; i < from->count; i++)
		to.items[i] = arena_strdup(arena, from->items[i]);
	return to;
}

static struct conf_sink *
outbox_sink_copy_conf(struct arena *arena, const struct conf_sink *from)
{
	struct conf_sink *to = arena_alloc(arena, sizeof(*to));
	size_t count = from->allow_private.allowed_count, i;

	*to = *from;
	to->name = outbox_sink_copy(arena, from->name);
	to->path = outbox_sink_copy(arena, from->path);
	to->url = outbox_sink_copy(arena, from->url);
	to->proxy = outbox_sink_copy(arena, from->proxy);
	to->ca_file = outbox_sink_copy(arena, from->ca_file);
	to->headers = outbox_sink_copy_strings(arena, &from->headers);
	to->secrets = outbox_sink_copy_strings(arena, &from->secrets);
	to->allow_private.allowed =
	    arena_calloc(arena, count + 1, sizeof(struct network));
	for (i = 0; i < count; i++)
		to->allow_private.allowed[i] = from->allow_private.allowed[i];
	to->place.file = NULL;
	return to;
}

struct outbox_sink *
outbox_sink_new(struct outbox *outbox, const struct conf_sink *conf)
{
	struct outbox_sink *sink = xcalloc(1, sizeof(*sink));

	sink->outbox = outbox;
	sink->arena = arena_new_secret();
	sink->conf = outbox_sink_copy_conf(sink->arena, conf);
	sink->next_due_ms = INT64_MAX;
	sink->cancel_ms = INT64_MAX;
	sink->told_ms = TIME_NONE;
	sink->wants_claim = true;
	outbox_sink_reset_clock(sink);
	outbox_rate_init(&sink->rate, conf->rate_per_s, clock_mono_ms());
	ev_timer_init(&sink->timer, outbox_sink_on_timer, 0., 0.);
	sink->timer.data = sink;
	return sink;
}

static void
outbox_sink_free_list(struct outbox_list *list)
{
	struct outbox_delivery *delivery;

	while ((delivery = outbox_list_take(list)))
		outbox_delivery_free(&delivery);
}

void
outbox_sink_free(struct outbox_sink **sink_p)
{
	struct outbox_sink *sink = *sink_p;

	if (!sink)
		return;
	ev_timer_stop(sink->outbox->options.context.loop, &sink->timer);
	if (sink->sink)
		sink->sink->ops->free(sink->sink);
	store_claim_clear(&sink->claim);
	outbox_sink_free_list(&sink->waiting);
	outbox_sink_free_list(&sink->under_way);
	outbox_sink_free_list(&sink->answered);
	outbox_sink_free_list(&sink->settling);
	arena_free(&sink->arena);
	free(sink->reason);
	free(sink->why);
	free(sink);
	*sink_p = NULL;
}

static struct sink *
outbox_sink_make(const struct sink_context *context,
    const struct conf_sink *conf, const struct log_position *position,
    struct err *err)
{
	if (conf->type == SINK_LOG)
		return sink_log_new(context, conf, position, err);
	return sink_webhook_new(context, conf, err);
}

int
outbox_sink_open(struct outbox_sink *sink, struct err *err)
{
	const struct outbox_options *options = &sink->outbox->options;
	struct sink_context context = options->context;
	outbox_open_fn open = options->open ? options->open : outbox_sink_make;

	context.is_running = sink->outbox->is_begun;
	sink->sink = open(&context, sink->conf,
	    sink->has_position ? &sink->position : NULL, err);
	if (!sink->sink)
		return -1;
	sink->sink->owner = sink;
	sink->sink->on_change = outbox_sink_on_change;
	sink->is_opening = sink->sink->ops->opening != NULL;
	return 0;
}

static void
outbox_sink_on_closed(
    struct outbox_sink *sink, const char *why, int64_t mono_ms)
{
	sink->open_ms = mono_ms + OUTBOX_LOG_RETRY_MS;
	if (!outbox_sink_is_resting(sink))
		outbox_tell_failure(sink, why);
}

/* What became of an opening that the sink's own thread does. */
static void
outbox_sink_check_opening(struct outbox_sink *sink, int64_t mono_ms)
{
	const char *why;

	if (!sink->is_opening)
		return;
	switch (sink->sink->ops->opening(sink->sink, &why)) {
	case SINK_OPENING:
		return;
	case SINK_OPEN:
		outbox_tell_success(sink);
		break;
	case SINK_CLOSED:
		outbox_sink_on_closed(sink, why, mono_ms);
		sink->sink->ops->free(sink->sink);
		sink->sink = NULL;
		break;
	}
	sink->is_opening = false;
}

/* Whether both write to one place: its deliveries, or its file. */
static bool
outbox_sink_shares(const struct outbox_sink *a, const struct outbox_sink *b)
{
	if (strcmp(a->conf->name, b->conf->name) == 0)
		return true;
	return a->conf->path && b->conf->path &&
	       strcmp(a->conf->path, b->conf->path) == 0;
}

/*
 * A sink that came with a reload: once one of the same name or file has ended,
 * and the store has said what it knows.
 */
static void
outbox_sink_open_late(struct outbox_sink *sink, int64_t mono_ms)
{
	const struct outbox_sink *other;
	struct err err;

	if (sink->sink || mono_ms < sink->open_ms ||
	    outbox_sink_is_resting(sink))
		return;
	for (other = sink->outbox->closing; other; other = other->next) {
		if (outbox_sink_shares(other, sink))
			return;
	}
	outbox_store_ask(sink, mono_ms);
	if (!sink->is_known)
		return;
	if (outbox_sink_open(sink, &err) == -1)
		outbox_sink_on_closed(sink, err.text, mono_ms);
	else if (!sink->is_opening)
		outbox_tell_success(sink);
}

/* What is not attempted any more goes back to the store. */
static void
outbox_sink_release(struct outbox_sink *sink, int64_t mono_ms)
{
	struct outbox_delivery *delivery, *next;

	while ((delivery = outbox_list_take(&sink->waiting)))
		outbox_sink_decide(sink, delivery, SETTLE_RELEASE, NULL);
	if (!sink->outbox->is_cancelling && mono_ms < sink->cancel_ms)
		return;
	for (delivery = sink->under_way.first; delivery; delivery = next) {
		next = (struct outbox_delivery *)delivery->delivery.next;
		if (!sink->sink->ops->cancel(sink->sink, &delivery->delivery))
			continue;
		outbox_list_remove(&sink->under_way, delivery);
		outbox_sink_decide(sink, delivery, SETTLE_RELEASE, NULL);
	}
}

/* Attempts at a time: one, to see whether it works, while it fails. */
static size_t
outbox_sink_capacity(const struct outbox_sink *sink)
{
	size_t capacity = sink->sink->ops->capacity(sink->sink);

	if (sink->state == OUTBOX_FAILING && sink->conf->type != SINK_LOG &&
	    capacity > OUTBOX_FAILING_CAPACITY)
		capacity = OUTBOX_FAILING_CAPACITY;
	return capacity;
}

static void
outbox_sink_attempt(struct outbox_sink *sink)
{
	struct outbox_delivery *delivery = outbox_list_take(&sink->waiting);

	outbox_rate_take(&sink->rate);
	delivery->delivery.answer = outbox_sink_on_answer;
	if (delivery->first_attempt_ms == TIME_NONE)
		delivery->first_attempt_ms = outbox_sink_now_ms(sink);
	outbox_list_append(&sink->under_way, delivery);
	sink->sink->ops->deliver(sink->sink, &delivery->delivery);
}

/* When the first of those that wait may be attempted: now, later, or never. */
static int64_t
outbox_sink_next_attempt_ms(struct outbox_sink *sink, int64_t mono_ms)
{
	if (!sink->sink || !sink->waiting.count ||
	    outbox_sink_is_resting(sink) ||
	    sink->under_way.count >= outbox_sink_capacity(sink))
		return INT64_MAX;
	if (mono_ms < sink->hold_ms)
		return sink->hold_ms;
	return mono_ms + outbox_rate_wait_ms(&sink->rate, mono_ms);
}

static int64_t
outbox_sink_earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When the store has something due, in monotonic time. */
static int64_t
outbox_sink_next_claim_ms(struct outbox_sink *sink, int64_t mono_ms)
{
	int64_t left;

	if (sink->next_due_ms == INT64_MAX || !sink->sink || sink->is_opening ||
	    outbox_sink_is_resting(sink) || sink->wants_claim)
		return INT64_MAX;
	left = sink->next_due_ms - outbox_sink_now_ms(sink);
	if (left > 0)
		return mono_ms + left;
	sink->wants_claim = true;
	return INT64_MAX;
}

static void
outbox_sink_arm(struct outbox_sink *sink, int64_t at_ms, int64_t mono_ms)
{
	struct ev_loop *loop = sink->outbox->options.context.loop;

	ev_timer_stop(loop, &sink->timer);
	if (at_ms == INT64_MAX)
		return;
	ev_timer_set(&sink->timer,
	    at_ms > mono_ms ? (double)(at_ms - mono_ms) / 1000.0 : 0., 0.);
	ev_timer_start(loop, &sink->timer);
}

void
outbox_sink_step(struct outbox_sink *sink)
{
	int64_t now = clock_mono_ms(), at, due;

	sink->is_dirty = false;
	outbox_sink_check_opening(sink, now);
	outbox_sink_open_late(sink, now);
	if (outbox_sink_is_resting(sink))
		outbox_sink_release(sink, now);
	else if (sink->sink)
		outbox_store_ask(sink, now);
	outbox_store_settle(sink, now);
	while ((at = outbox_sink_next_attempt_ms(sink, now)) <= now)
		outbox_sink_attempt(sink);
	due = outbox_sink_next_claim_ms(sink, now);
	outbox_store_claim(sink, now);
	at = outbox_sink_earlier(at, due);
	at = outbox_sink_earlier(at, outbox_tell_state(sink, now));
	if (sink->store_ms > now)
		at = outbox_sink_earlier(at, sink->store_ms);
	if (!sink->sink && sink->open_ms > now)
		at = outbox_sink_earlier(at, sink->open_ms);
	if (sink->cancel_ms > now)
		at = outbox_sink_earlier(at, sink->cancel_ms);
	outbox_sink_arm(sink, at, now);
}

/* Its thread has something to do that is no attempt. */
static bool
outbox_sink_is_busy(const struct outbox_sink *sink)
{
	return sink->sink && sink->sink->ops->is_busy &&
	       sink->sink->ops->is_busy(sink->sink);
}

/* A pause that was asked for is no work; a wait for the sink's rate is. */
bool
outbox_sink_is_idle(const struct outbox_sink *sink)
{
	int64_t now = clock_mono_ms();

	if (sink->is_dirty || sink->is_asking || sink->is_claiming ||
	    sink->is_settling || sink->under_way.count ||
	    outbox_sink_is_busy(sink))
		return false;
	if (sink->answered.count && now >= sink->store_ms)
		return false;
	if (sink->waiting.count && sink->sink && now >= sink->hold_ms &&
	    now >= sink->store_ms)
		return false;
	return !outbox_store_may_claim(sink, now);
}

bool
outbox_sink_is_over(const struct outbox_sink *sink)
{
	return sink->is_closing && !sink->is_asking && !sink->is_claiming &&
	       !sink->is_settling && !outbox_sink_held(sink) &&
	       !outbox_sink_is_busy(sink);
}
