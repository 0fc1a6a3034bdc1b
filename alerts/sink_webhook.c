/*
 * A webhook as a sink: one POST an attempt, signed anew each time, because the
 * timestamp is the attempt's (Standard Webhooks 1.0.0). Only a 2xx is a
 * delivery; whatever cannot be told apart from a lost answer is retried, and
 * the receiver knows it by its id.
 */
#include <ev.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alerts/sign.h"
#include "alerts/sink.h"
#include "lib/alloc.h"
#include "lib/clock.h"

#define WEBHOOK_RESPONSE_MAX (256 * 1024) /* bytes of a body nobody reads */

struct webhook_attempt {
	struct sink_webhook *webhook;
	struct delivery *delivery;
	struct http_transfer *transfer;
	struct ev_timer refuse; /* when no request could be made */
	struct err reason;
	struct webhook_attempt *next;
	struct webhook_attempt *previous;
};

struct sink_webhook {
	struct sink sink; /* first */
	struct sink_context context;
	struct webhook_attempt *attempts;
};

/* What an answer means. */
struct webhook_verdict {
	enum sink_answer answer;
	char reason[sizeof(struct err)];
	int64_t retry_after_ms;
};

static struct webhook_attempt *
sink_webhook_begin(struct sink_webhook *webhook, struct delivery *delivery)
{
	struct webhook_attempt *attempt = xcalloc(1, sizeof(*attempt));

	attempt->webhook = webhook;
	attempt->delivery = delivery;
	attempt->next = webhook->attempts;
	if (attempt->next)
		attempt->next->previous = attempt;
	webhook->attempts = attempt;
	delivery->attempt = attempt;
	return attempt;
}

/* The end of an attempt, whatever stage it was in; no answer is given here. */
static void
sink_webhook_end(struct webhook_attempt *attempt)
{
	struct sink_webhook *webhook = attempt->webhook;

	if (attempt->transfer)
		http_cancel(&attempt->transfer);
	ev_timer_stop(webhook->context.loop, &attempt->refuse);
	if (attempt->next)
		attempt->next->previous = attempt->previous;
	if (attempt->previous)
		attempt->previous->next = attempt->next;
	else
		webhook->attempts = attempt->next;
	free(attempt);
}

static enum sink_answer
sink_webhook_judge(int status)
{
	if (status >= 200 && status < 300)
		return SINK_DELIVERED;
	switch (status) {
	case 408: /* Request Timeout */
	case 425: /* Too Early */
	case 429: /* Too Many Requests */
		return SINK_TEMPFAIL;
	case 410: /* Gone */
		return SINK_GONE;
	default:
		return status >= 400 && status < 500 ? SINK_PERMFAIL
						     : SINK_TEMPFAIL;
	}
}

static void
sink_webhook_read_answer(const struct http_response *response, int64_t now_ms,
    struct webhook_verdict *verdict)
{
	char text[48];

	verdict->retry_after_ms = -1;
	/* too much to say about it changes nothing in the answer; whether a
	 * torn one was meant is unknown */
	if (response->error != HTTP_ERROR_NONE &&
	    (response->error != HTTP_ERROR_TOO_LARGE || !response->status)) {
		verdict->answer = SINK_TEMPFAIL;
		snprintf(verdict->reason, sizeof(verdict->reason), "%s",
		    response->reason.text);
		return;
	}
	verdict->answer = sink_webhook_judge(response->status);
	snprintf(verdict->reason, sizeof(verdict->reason), "HTTP %s%s",
	    http_status_text(response->status, text),
	    response->status >= 300 && response->status < 400
		? ": redirects are not followed"
		: "");
	if (verdict->answer == SINK_TEMPFAIL && response->retry_after)
		verdict->retry_after_ms =
		    http_retry_after_ms(response->retry_after, now_ms);
}

static void
sink_webhook_on_response(void *data, struct http_response *response)
{
	struct webhook_attempt *attempt = data;
	struct delivery *delivery = attempt->delivery;
	struct webhook_verdict verdict;

	attempt->transfer = NULL;
	sink_webhook_read_answer(response, clock_wall_ms(), &verdict);
	sink_webhook_end(attempt);
	delivery->attempt = NULL;
	delivery->answer(delivery, verdict.answer,
	    verdict.answer == SINK_DELIVERED ? NULL : verdict.reason,
	    verdict.retry_after_ms);
}

static void
sink_webhook_on_refuse(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct webhook_attempt *attempt = timer->data;
	struct delivery *delivery = attempt->delivery;
	struct err reason = attempt->reason;

	(void)loop;
	(void)events;
	sink_webhook_end(attempt);
	delivery->attempt = NULL;
	delivery->answer(delivery, SINK_TEMPFAIL, reason.text, -1);
}

/* The request's headers, NULL-terminated, in the arena; NULL with the reason.
 */
static const char **
sink_webhook_headers(struct arena *arena, const struct conf_sink *conf,
    const struct delivery *delivery, struct err *err)
{
	int64_t now_s = clock_wall_ms() / 1000;
	const char **headers =
	    arena_calloc(arena, conf->headers.count + 5, sizeof(*headers));
	char *signature = sign_header(conf->secrets.items, conf->secrets.count,
	    delivery->event_id, now_s, delivery->body, strlen(delivery->body),
	    err);
	size_t n = 0, i;

	if (!signature)
		return NULL;
	headers[n++] = "Content-Type: application/json";
	headers[n++] =
	    arena_printf(arena, "webhook-id: %s", delivery->event_id);
	headers[n++] =
	    arena_printf(arena, "webhook-timestamp: %" PRId64, now_s);
	/* without a secret there is nothing to sign with */
	if (conf->secrets.count)
		headers[n++] =
		    arena_printf(arena, "webhook-signature: %s", signature);
	for (i = 0; i < conf->headers.count; i++)
		headers[n++] = conf->headers.items[i];
	free(signature);
	return headers;
}

static void
sink_webhook_post(struct webhook_attempt *attempt, const char **headers)
{
	const struct conf_sink *conf = attempt->webhook->sink.conf;
	struct http_request request = {
	    .url = conf->url,
	    .method = "POST",
	    .headers = (const char *const *)headers,
	    .body = attempt->delivery->body,
	    .body_len = strlen(attempt->delivery->body),
	    .proxy = conf->proxy,
	    .ca_file = conf->ca_file,
	    .policy = &conf->allow_private,
	    .max_body = WEBHOOK_RESPONSE_MAX,
	    .connect_timeout_ms = (int)conf->timeout_ms,
	    .timeout_ms = (int)conf->timeout_ms,
	};

	attempt->transfer = http_start(attempt->webhook->context.http, &request,
	    sink_webhook_on_response, attempt);
}

static void
sink_webhook_deliver(struct sink *sink, struct delivery *delivery)
{
	struct sink_webhook *webhook = (struct sink_webhook *)sink;
	struct webhook_attempt *attempt = sink_webhook_begin(webhook, delivery);
	struct arena *arena = arena_new();
	const char **headers =
	    sink_webhook_headers(arena, sink->conf, delivery, &attempt->reason);

	ev_timer_init(&attempt->refuse, sink_webhook_on_refuse, 0., 0.);
	attempt->refuse.data = attempt;
	if (headers)
		sink_webhook_post(attempt, headers);
	else
		ev_timer_start(webhook->context.loop, &attempt->refuse);
	arena_free(&arena);
}

static size_t
sink_webhook_capacity(const struct sink *sink)
{
	return sink->conf->concurrency > 0 ? (size_t)sink->conf->concurrency
					   : 1;
}

static bool
sink_webhook_cancel(struct sink *sink, struct delivery *delivery)
{
	(void)sink;
	sink_webhook_end(delivery->attempt);
	delivery->attempt = NULL;
	return true;
}

static void
sink_webhook_free(struct sink *sink)
{
	struct sink_webhook *webhook = (struct sink_webhook *)sink;

	while (webhook->attempts)
		sink_webhook_end(webhook->attempts);
	free(webhook);
}

static const struct sink_ops sink_webhook_ops = {
    .capacity = sink_webhook_capacity,
    .deliver = sink_webhook_deliver,
    .cancel = sink_webhook_cancel,
    .free = sink_webhook_free,
};

struct sink *
sink_webhook_new(const struct sink_context *context,
    const struct conf_sink *conf, struct err *err)
{
	struct sink_webhook *webhook;
	size_t i;

	for (i = 0; i < conf->secrets.count; i++) {
		if (sign_check_secret(conf->secrets.items[i], err) == -1)
			return NULL;
	}
	webhook = xcalloc(1, sizeof(*webhook));
	webhook->sink.ops = &sink_webhook_ops;
	webhook->sink.conf = conf;
	webhook->context = *context;
	return &webhook->sink;
}
