/*
 * The limits of time of a transfer. One timer stands for all of them: it goes
 * off no later than the first could have passed, looks, and is set again. So a
 * byte that comes costs no more than noting when.
 */
#include "lib/clock.h"
#include "lib/http_private.h"

static const char *
http_time_phase(const struct http_slot *slot)
{
	if (slot->lookup)
		return "the name was not resolved within";
	if (!slot->is_connected)
		return "no connection within";
	if (!slot->has_header)
		return "no answer within";
	return "the answer was not complete within";
}

/* Milliseconds left of the whole; INT64_MAX without a limit. */
static int64_t
http_time_left(const struct http_slot *slot, int64_t now_ms)
{
	int64_t limit = slot->transfer->request.timeout_ms;

	return limit ? slot->started_ms + limit - now_ms : INT64_MAX;
}

/*
 * Milliseconds until it counts as stalled. A body may come that decodes to
 * nothing yet, and a request takes its time to be sent: so curl is asked for
 * raw bytes before judgement.
 */
static int64_t
http_time_to_stall(struct http_slot *slot, int64_t now_ms)
{
	int64_t limit = slot->transfer->request.stall_timeout_ms;
	curl_off_t down = 0, up = 0;

	if (!limit)
		return INT64_MAX;
	if (!slot->is_connected)
		return limit;
	if (now_ms - slot->byte_ms < limit)
		return slot->byte_ms + limit - now_ms;
	curl_easy_getinfo(slot->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
	curl_easy_getinfo(slot->easy, CURLINFO_SIZE_UPLOAD_T, &up);
	if (down + up == slot->bytes)
		return 0;
	slot->bytes = down + up;
	slot->byte_ms = now_ms;
	return limit;
}

static void
http_time_arm(struct http_slot *slot, int64_t ms)
{
	if (ms == INT64_MAX)
		return;
	ev_timer_set(&slot->timer, (double)ms / 1000.0, 0.);
	ev_timer_start(slot->http->loop, &slot->timer);
}

static void
http_time_on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct http_slot *slot = timer->data;
	struct http *http = slot->http;
	const struct http_request *request = &slot->transfer->request;
	int64_t left, to_stall;

	(void)loop;
	(void)events;
	http->now_ms = clock_mono_ms();
	left = http_time_left(slot, http->now_ms);
	to_stall = http_time_to_stall(slot, http->now_ms);
	if (left > 0 && to_stall > 0) {
		http_time_arm(slot, left < to_stall ? left : to_stall);
		return;
	}
	if (left <= 0)
		http_reason_set_timeout(
		    slot, http_time_phase(slot), request->timeout_ms);
	else
		http_reason_set_timeout(slot,
		    slot->has_header ? "no further byte came for"
				     : "no answer came for",
		    request->stall_timeout_ms);
	http_give_up(slot->transfer);
	http_after_curl(http);
}

void
http_time_begin(struct http_slot *slot)
{
	const struct http_request *request = &slot->transfer->request;
	int64_t ms = INT64_MAX;

	slot->started_ms = slot->http->now_ms - slot->transfer->waited_ms;
	ev_init(&slot->timer, http_time_on_timer);
	slot->timer.data = slot;
	if (request->timeout_ms)
		ms = request->timeout_ms - slot->transfer->waited_ms;
	if (ms < 0)
		ms = 0;
	if (request->stall_timeout_ms && request->stall_timeout_ms < ms)
		ms = request->stall_timeout_ms;
	http_time_arm(slot, ms);
}
