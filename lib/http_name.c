/*
 * Names before places. A lookup may last as long as its limit, and a name
 * server that is silent about many names would have all places taken by
 * transfers that do nothing: so a name that is not known is looked up first,
 * and only then the transfer waits for a place, where it finds the answer in
 * the cache. A failure waits for a place, too, to be told like all others.
 */
#include <stdlib.h>

#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/http_private.h"

static void
http_name_end(struct http_transfer *transfer)
{
	http_name_leave(transfer);
	transfer->waited_ms = clock_mono_ms() - transfer->named_ms;
	http_queue(transfer);
}

static void
http_name_on_answer(void *data, const struct dns_address *addresses,
    size_t count, const struct err *why)
{
	struct http_transfer *transfer = data;

	(void)addresses;
	transfer->lookup = NULL;
	if (!count) {
		transfer->obstacle = xmalloc(sizeof(*transfer->obstacle));
		*transfer->obstacle = *why;
	}
	http_name_end(transfer);
}

static void
http_name_on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct http_transfer *transfer = timer->data;

	(void)loop;
	(void)events;
	transfer->is_late = true;
	http_name_end(transfer);
}

/* Whether there is a name to be asked for, and room to ask. */
static bool
http_name_is_unknown(
    struct http *http, const char *url, struct http_target *target)
{
	struct err err;

	return http->naming_count < HTTP_NAMING_MAX &&
	       http_target_parse(http->url, url, target, &err) == 0 &&
	       !target->is_literal && !dns_knows(http->dns, target->host);
}

void
http_name_begin(struct http_transfer *transfer)
{
	struct http *http = transfer->http;
	int timeout_ms = transfer->request.timeout_ms;
	struct http_target target;

	ev_init(&transfer->timer, http_name_on_timer);
	/* what a proxy is to resolve is not asked for here */
	if (transfer->request.proxy ||
	    !http_name_is_unknown(http, transfer->request.url, &target)) {
		http_queue(transfer);
		return;
	}
	transfer->state = HTTP_NAMING;
	TAILQ_INSERT_TAIL(&http->naming, transfer, link);
	http->naming_count++;
	transfer->named_ms = clock_mono_ms();
	transfer->lookup =
	    dns_start(http->dns, target.host, http_name_on_answer, transfer);
	if (!timeout_ms)
		return;
	transfer->timer.data = transfer;
	ev_timer_set(&transfer->timer, (double)timeout_ms / 1000.0, 0.);
	ev_timer_start(http->loop, &transfer->timer);
}

void
http_name_leave(struct http_transfer *transfer)
{
	struct http *http = transfer->http;

	dns_cancel(&transfer->lookup);
	ev_timer_stop(http->loop, &transfer->timer);
	TAILQ_REMOVE(&http->naming, transfer, link);
	http->naming_count--;
}
