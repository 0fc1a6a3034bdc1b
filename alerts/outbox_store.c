/*
 * One sink's requests to the store, one of each kind at a time. Answers of a
 * turn are settled together, before more is claimed: what follows a settled
 * delivery of the same order key can be claimed only then. A request that
 * failed loses nothing: its deliveries stay here and are settled later.
 */
#include <stdlib.h>
#include <string.h>

#include "alerts/outbox_private.h"
#include "lib/clock.h"

static void
outbox_store_on_error(struct outbox_sink *sink, const struct err *err)
{
	if (!sink->is_store_failing)
		log_error(sink->outbox->options.context.log,
		    "%s \"%s\": %s; it goes on when that is over",
		    outbox_type_name(sink->conf->type), sink->conf->name,
		    err->text);
	sink->is_store_failing = true;
	sink->store_ms = clock_mono_ms() + OUTBOX_STORE_RETRY_MS;
}

static void
outbox_store_on_success(struct outbox_sink *sink)
{
	if (sink->is_store_failing)
		log_info(sink->outbox->options.context.log,
		    "%s \"%s\": the store can be written again",
		    outbox_type_name(sink->conf->type), sink->conf->name);
	sink->is_store_failing = false;
	sink->store_ms = 0;
}

static void
outbox_store_on_info(struct store_request *request)
{
	struct outbox_sink *sink = request->data;

	sink->is_asking = false;
	outbox_wake(sink);
	if (request->rc == -1) {
		outbox_store_on_error(sink, &request->err);
		return;
	}
	outbox_store_on_success(sink);
	sink->is_known = true;
	sink->pending = sink->info.counts.pending;
	sink->dead = sink->info.counts.dead;
	sink->has_position = sink->info.has_position;
	sink->position = sink->info.position;
}

void
outbox_store_ask(struct outbox_sink *sink, int64_t mono_ms)
{
	struct store_sink_info *info = &sink->info;

	if (sink->is_known || sink->is_asking || mono_ms < sink->store_ms)
		return;
	memset(info, 0, sizeof(*info));
	info->base.kind = STORE_SINK_INFO;
	info->base.done = outbox_store_on_info;
	info->base.data = sink;
	info->sink = sink->conf->name;
	sink->is_asking = true;
	store_submit(sink->outbox->options.store, &info->base);
}

static void
outbox_store_uncount(struct outbox_sink *sink, size_t count)
{
	sink->pending -= (int64_t)count;
	if (sink->pending < 0)
		sink->pending = 0;
}

/* The end of a delivery, or its way back into the store. */
static void
outbox_store_finish(struct outbox_sink *sink, struct outbox_delivery *delivery)
{
	switch (delivery->outcome) {
	case SETTLE_DELIVERED:
		outbox_store_uncount(sink, 1);
		break;
	case SETTLE_DEAD:
		outbox_store_uncount(sink, 1);
		sink->dead++;
		break;
	case SETTLE_RETRY:
		if (delivery->due_ms < sink->next_due_ms)
			sink->next_due_ms = delivery->due_ms;
		break;
	case SETTLE_RELEASE:
		break;
	}
	outbox_delivery_free(&delivery);
}

static void
outbox_store_on_settled(struct store_request *request)
{
	struct outbox_sink *sink = request->data;
	struct outbox_delivery *delivery;

	sink->is_settling = false;
	outbox_wake(sink);
	if (request->rc == -1) {
		outbox_store_on_error(sink, &request->err);
		while ((delivery = outbox_list_take(&sink->settling)))
			outbox_list_insert(&sink->answered, delivery);
		return;
	}
	outbox_store_on_success(sink);
	while ((delivery = outbox_list_take(&sink->settling)))
		outbox_store_finish(sink, delivery);
	outbox_store_uncount(sink, sink->settle.written_found);
	if (sink->settle.has_position) {
		sink->has_position = true;
		sink->position = sink->settle.position;
		sink->sink->ops->settled(sink->sink, &sink->position);
	}
	/* followers of the same order keys may be waiting */
	if (sink->settle.count)
		sink->wants_claim = true;
}

/* What the sink wants kept with the settlements; true if there is anything. */
static bool
outbox_store_position(struct outbox_sink *sink)
{
	struct store_settle *settle = &sink->settle;
	const struct sink_ops *ops = sink->sink ? sink->sink->ops : NULL;

	settle->has_position = ops && ops->position &&
			       ops->position(sink->sink, &settle->position);
	settle->written_count = 0;
	if (settle->has_position && ops->recovered)
		settle->written_count =
		    ops->recovered(sink->sink, &settle->written);
	return settle->has_position;
}

void
outbox_store_settle(struct outbox_sink *sink, int64_t mono_ms)
{
	struct store_settle *settle = &sink->settle;
	struct outbox_delivery *delivery;

	if (sink->is_settling || mono_ms < sink->store_ms)
		return;
	memset(settle, 0, sizeof(*settle));
	if (!outbox_store_position(sink) && !sink->answered.count)
		return;
	while ((delivery = outbox_list_take(&sink->answered))) {
		struct store_settlement *one =
		    &sink->settlements[settle->count++];

		one->row = delivery->delivery.row;
		one->outcome = delivery->outcome;
		one->due_ms = delivery->due_ms;
		one->reason = delivery->reason;
		outbox_list_append(&sink->settling, delivery);
	}
	settle->base.kind = STORE_SETTLE;
	settle->base.done = outbox_store_on_settled;
	settle->base.data = sink;
	settle->sink = sink->conf->name;
	settle->settlements = sink->settlements;
	settle->now_ms = outbox_sink_now_ms(sink);
	sink->is_settling = true;
	store_submit(sink->outbox->options.store, &settle->base);
}

static void
outbox_store_take(struct outbox_sink *sink, struct store_delivery *from)
{
	struct outbox_delivery *delivery = xcalloc(1, sizeof(*delivery));
	struct delivery *base = &delivery->delivery;

	base->row = from->row;
	base->event_id = from->event_id;
	base->body = from->body;
	base->order_key = from->order_key;
	base->attempts = from->attempts;
	base->created_ms = from->created_ms;
	base->owner = sink;
	delivery->first_attempt_ms = from->first_attempt_ms;
	delivery->serial = ++sink->serial;
	from->event_id = from->body = from->order_key = NULL;
	outbox_list_append(&sink->waiting, delivery);
}

/*
 * Rows that were counted but never made (an event that was there already) show
 * when everything is settled and still nothing is left.
 */
static void
outbox_store_check_count(struct outbox_sink *sink)
{
	if (sink->next_due_ms != INT64_MAX || outbox_sink_held(sink))
		return;
	sink->pending = (int64_t)sink->kicked;
	outbox_sink_reset_clock(sink);
}

static void
outbox_store_on_claimed(struct store_request *request)
{
	struct outbox_sink *sink = request->data;
	struct store_claim *claim = &sink->claim;
	size_t i;

	sink->is_claiming = false;
	outbox_wake(sink);
	if (request->rc == -1) {
		outbox_store_on_error(sink, &request->err);
		store_claim_clear(claim);
		sink->wants_claim = true;
		return;
	}
	outbox_store_on_success(sink);
	for (i = 0; i < claim->count; i++)
		outbox_store_take(sink, &claim->deliveries[i]);
	if (claim->next_due_ms == claim->now_ms)
		sink->wants_claim = true;
	sink->next_due_ms = claim->next_due_ms;
	store_claim_clear(claim);
	outbox_store_check_count(sink);
}

/* Room for a good part of a window, or nothing else to do. */
static bool
outbox_store_has_room(const struct outbox_sink *sink)
{
	size_t held = outbox_sink_held(sink);

	return held <= OUTBOX_WINDOW / 2 ||
	       (!sink->waiting.count && held < OUTBOX_WINDOW);
}

/* Before anything is claimed, a log's recovered lines must be settled. */
static bool
outbox_store_is_recovered(const struct outbox_sink *sink)
{
	const struct sink_ops *ops = sink->sink->ops;
	const char *const *ids;

	return !ops->recovered || ops->recovered(sink->sink, &ids) == 0;
}

bool
outbox_store_may_claim(const struct outbox_sink *sink, int64_t mono_ms)
{
	return sink->sink && !sink->is_opening && sink->wants_claim &&
	       !sink->is_claiming && !sink->is_settling &&
	       !sink->answered.count && mono_ms >= sink->store_ms &&
	       !outbox_sink_is_resting(sink) && outbox_store_has_room(sink) &&
	       outbox_store_is_recovered(sink);
}

void
outbox_store_claim(struct outbox_sink *sink, int64_t mono_ms)
{
	struct store_claim *claim = &sink->claim;

	if (!outbox_store_may_claim(sink, mono_ms))
		return;
	memset(claim, 0, sizeof(*claim));
	claim->base.kind = STORE_CLAIM;
	claim->base.done = outbox_store_on_claimed;
	claim->base.data = sink;
	claim->sink = sink->conf->name;
	claim->now_ms = outbox_sink_now_ms(sink);
	claim->max = OUTBOX_WINDOW - outbox_sink_held(sink);
	sink->wants_claim = false;
	sink->is_claiming = true;
	sink->kicked = 0;
	store_submit(sink->outbox->options.store, &claim->base);
}
