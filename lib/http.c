/*
 * HTTP transfers and their turns. A transfer is in `naming` while its name is
 * looked up, if that is not known, waits in `queued` until a slot is free, is
 * `active` while its hosts are resolved and curl works on it, and `finished`
 * until its callback was called. Callbacks run in one place only,
 * http_deliver(), which is called by watchers: never inside curl, c-ares,
 * http_start() or http_cancel().
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/http_private.h"

static void http_resolve(struct http_transfer *transfer);

static void
http_arm_turn(struct http *http)
{
	if (ev_is_active(&http->turn))
		return;
	ev_timer_set(&http->turn, 0., 0.);
	ev_timer_start(http->loop, &http->turn);
}

/* It is over; its callback comes when http_deliver() does. */
static void
http_finish(struct http_transfer *transfer)
{
	struct http *http = transfer->http;

	ev_timer_stop(http->loop, &transfer->slot->timer);
	TAILQ_REMOVE(&http->active, transfer, link);
	TAILQ_INSERT_TAIL(&http->finished, transfer, link);
	transfer->state = HTTP_FINISHED;
}

/* Neither DNS nor curl know the transfer afterwards. */
static void
http_detach(struct http_transfer *transfer)
{
	struct http_slot *slot = transfer->slot;

	dns_cancel(&slot->lookup);
	if (transfer->state == HTTP_RUNNING)
		curl_multi_remove_handle(transfer->http->multi, slot->easy);
}

void
http_give_up(struct http_transfer *transfer)
{
	http_detach(transfer);
	http_finish(transfer);
}

static void http_fail(struct http_transfer *transfer, enum http_error error,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void
http_fail(
    struct http_transfer *transfer, enum http_error error, const char *fmt, ...)
{
	struct http_slot *slot = transfer->slot;
	va_list ap;

	slot->error = error;
	va_start(ap, fmt);
	vsnprintf(slot->reason.text, sizeof(slot->reason.text), fmt, ap);
	va_end(ap);
	http_give_up(transfer);
}

/* What came of the lookup that went before; 0 if the transfer may go on. */
static int
http_check_name(struct http_transfer *transfer)
{
	if (transfer->obstacle)
		http_fail(transfer, HTTP_ERROR_DNS, "%s",
		    transfer->obstacle->text);
	else if (transfer->is_late) {
		http_reason_set_timeout(transfer->slot,
		    "the name was not resolved within",
		    transfer->request.timeout_ms);
		http_give_up(transfer);
	} else
		return 0;
	return -1;
}

/* The hosts that must be known before curl may see the request. */
static int
http_plan(struct http_slot *slot, struct err *err)
{
	const struct http_request *request = &slot->transfer->request;
	CURLU *url = slot->http->url;
	struct http_hop *hop = &slot->hops[0];
	bool is_local = true;

	if (request->proxy) {
		if (http_target_parse_proxy(url, request->proxy, &hop->target,
			&is_local, err) == -1)
			return -1;
		hop->is_proxy = slot->is_proxied = true;
		slot->hop_count = 1;
		hop++;
	}
	if (http_target_parse(url, request->url, &hop->target, err) == -1)
		return -1;
	hop->is_proxy = false;
	if (is_local)
		slot->hop_count++;
	return 0;
}

/* What the proxy would resolve, as far as it can be judged from here. */
static int
http_check_behind_proxy(struct http_slot *slot, struct err *err)
{
	const struct http_target *target = &slot->hops[1].target;
	struct dns_address loopback = {.family = AF_INET};

	if (slot->hop_count != 1 || !slot->is_proxied)
		return 0;
	loopback.v4.s_addr = htonl(INADDR_LOOPBACK);
	if (target->is_literal)
		return http_slot_check(
		    slot, target->host, &target->address, err);
	if (http_target_is_localhost(target))
		return http_slot_check(slot, target->host, &loopback, err);
	return 0;
}

static void
http_run(struct http_transfer *transfer)
{
	struct http_slot *slot = transfer->slot;
	struct err err;

	if (http_slot_prepare(slot, &err) == -1) {
		http_fail(transfer, HTTP_ERROR_URL, "%s", err.text);
		return;
	}
	if (curl_multi_add_handle(transfer->http->multi, slot->easy) !=
	    CURLM_OK) {
		http_fail(transfer, HTTP_ERROR_CONNECT,
		    "libcurl does not take the request");
		return;
	}
	transfer->state = HTTP_RUNNING;
}

static void
http_on_resolved(void *data, const struct dns_address *addresses, size_t count,
    const struct err *why)
{
	struct http_transfer *transfer = data;
	struct http *http = transfer->http;
	struct http_slot *slot = transfer->slot;
	struct http_hop *hop = &slot->hops[slot->hop];
	struct err err;

	slot->lookup = NULL;
	http->now_ms = clock_mono_ms();
	if (!count)
		http_fail(transfer, HTTP_ERROR_DNS, "%s%s",
		    hop->is_proxy ? "proxy: " : "", why->text);
	else if (http_slot_add_addresses(slot, hop, addresses, count, &err) ==
		 -1)
		http_fail(transfer, HTTP_ERROR_REFUSED, "%s", err.text);
	else {
		slot->hop++;
		http_resolve(transfer);
	}
	if (transfer->state == HTTP_RUNNING)
		http_loop_kick(http);
	http_after_curl(http);
}

/* Literals need no DNS; then curl gets the transfer. */
static void
http_resolve(struct http_transfer *transfer)
{
	struct http_slot *slot = transfer->slot;
	struct http_hop *hop;
	struct err err;

	for (; slot->hop < slot->hop_count; slot->hop++) {
		hop = &slot->hops[slot->hop];
		if (!hop->target.is_literal) {
			slot->lookup = dns_start(transfer->http->dns,
			    hop->target.host, http_on_resolved, transfer);
			return;
		}
		if (!hop->is_proxy && http_slot_check(slot, hop->target.host,
					  &hop->target.address, &err) == -1) {
			http_fail(transfer, HTTP_ERROR_REFUSED, "%s", err.text);
			return;
		}
	}
	http_run(transfer);
}

static void
http_begin(struct http_transfer *transfer)
{
	struct http *http = transfer->http;
	struct http_slot *slot = http_slot_take(http);
	struct err err;

	TAILQ_REMOVE(&http->queued, transfer, link);
	http->queued_count--;
	TAILQ_INSERT_TAIL(&http->active, transfer, link);
	transfer->state = HTTP_RESOLVING;
	transfer->slot = slot;
	slot->transfer = transfer;
	http_time_begin(slot);
	if (http_request_check(transfer, &err) == -1 ||
	    http_plan(slot, &err) == -1)
		http_fail(transfer, HTTP_ERROR_URL, "%s", err.text);
	else if (http_check_behind_proxy(slot, &err) == -1)
		http_fail(transfer, HTTP_ERROR_REFUSED, "%s", err.text);
	else if (http_check_name(transfer) == 0)
		http_resolve(transfer);
}

/* Starts what waits, as far as slots reach. */
static void
http_pump(struct http *http)
{
	size_t waiting = http->queued_count;

	if (!waiting || http->active_count >= http->concurrency)
		return;
	http->now_ms = clock_mono_ms();
	while (waiting-- > 0 && http->active_count < http->concurrency)
		http_begin(TAILQ_FIRST(&http->queued));
	http_loop_kick(http);
}

static void
http_collect(struct http *http)
{
	struct http_slot *slot;
	CURLMsg *message;
	CURLcode code;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		code = message->data.result;
		curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
		/* the message is gone with this */
		curl_multi_remove_handle(http->multi, slot->easy);
		http_reason_set(slot, code);
		http_finish(slot->transfer);
	}
}

static const char *
http_value(const struct http_slot *slot, enum http_value name)
{
	size_t at = slot->value_at[name];

	return at ? slot->values.data + at - 1 : NULL;
}

static void
http_fill_response(struct http_slot *slot, struct http_response *response)
{
	response->body_len = slot->body.len;
	response->body = buf_steal(&slot->body);
	response->content_type = http_value(slot, HTTP_CONTENT_TYPE);
	response->etag = http_value(slot, HTTP_ETAG);
	response->last_modified = http_value(slot, HTTP_LAST_MODIFIED);
	response->location = http_value(slot, HTTP_LOCATION);
	response->retry_after = http_value(slot, HTTP_RETRY_AFTER);
	response->cache_control = http_value(slot, HTTP_CACHE_CONTROL);
	response->expires = http_value(slot, HTTP_EXPIRES);
	response->server = http_value(slot, HTTP_SERVER);
	response->cf_mitigated = http_value(slot, HTTP_CF_MITIGATED);
}

static void
http_free_transfer(struct http_transfer *transfer)
{
	free(transfer->obstacle);
	free(transfer);
}

static void
http_deliver_one(struct http_transfer *transfer)
{
	struct http_slot *slot = transfer->slot;
	struct http_response response = {.error = slot->error};
	char *address = NULL;
	long status = 0;

	response.elapsed_ms = transfer->http->now_ms - slot->started_ms;
	if (slot->error == HTTP_ERROR_NONE)
		http_fill_response(slot, &response);
	else
		response.reason = slot->reason;
	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(slot->easy, CURLINFO_PRIMARY_IP, &address);
	/* an interim response, or one of the proxy, is none */
	if (slot->has_header && status >= 200)
		response.status = (int)status;
	if (slot->is_connected && address)
		snprintf(
		    response.address, sizeof(response.address), "%s", address);
	transfer->done(transfer->data, &response);
	free(response.body);
	http_slot_release(slot);
	http_free_transfer(transfer);
}

/* Callbacks start and cancel transfers, but finish none. */
static void
http_deliver(struct http *http)
{
	struct http_transfer *transfer;

	while ((transfer = TAILQ_FIRST(&http->finished))) {
		TAILQ_REMOVE(&http->finished, transfer, link);
		http_deliver_one(transfer);
	}
}

void
http_after_curl(struct http *http)
{
	http_collect(http);
	http_deliver(http);
	http_pump(http);
	/* what has failed or ended at once is for the next turn */
	http_collect(http);
	if (!TAILQ_EMPTY(&http->finished))
		http_arm_turn(http);
	else
		ev_timer_stop(http->loop, &http->turn);
}

static void
http_on_turn(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	http_after_curl(timer->data);
}

void
http_queue(struct http_transfer *transfer)
{
	struct http *http = transfer->http;

	transfer->state = HTTP_QUEUED;
	TAILQ_INSERT_TAIL(&http->queued, transfer, link);
	http->queued_count++;
	http_arm_turn(http);
}

struct http_transfer *
http_start(struct http *http, const struct http_request *request,
    http_done_fn done, void *data)
{
	struct http_transfer *transfer = http_request_copy(request);

	transfer->http = http;
	transfer->done = done;
	transfer->data = data;
	http_name_begin(transfer);
	return transfer;
}

void
http_cancel(struct http_transfer **transfer_p)
{
	struct http_transfer *transfer = *transfer_p;
	struct http *http;

	if (!transfer)
		return;
	http = transfer->http;
	if (transfer->state == HTTP_NAMING)
		http_name_leave(transfer);
	else if (transfer->state == HTTP_QUEUED) {
		TAILQ_REMOVE(&http->queued, transfer, link);
		http->queued_count--;
	} else {
		http_detach(transfer);
		ev_timer_stop(http->loop, &transfer->slot->timer);
		TAILQ_REMOVE(transfer->state == HTTP_FINISHED ? &http->finished
							      : &http->active,
		    transfer, link);
		http_slot_release(transfer->slot);
		if (http->queued_count)
			http_arm_turn(http);
	}
	http_free_transfer(transfer);
	*transfer_p = NULL;
}

size_t
http_active(const struct http *http)
{
	return http->naming_count + http->queued_count + http->active_count;
}

size_t
http_naming(const struct http *http)
{
	return http->naming_count;
}

void
http_set_options(struct http *http, const struct http_options *options)
{
	struct err err;
	char *ca_file = http_ca_find(options->ca_file, http->log, &err);

	if (ca_file) {
		free(http->ca_file);
		http->ca_file = ca_file;
	} else
		log_error(http->log, "%s", err.text);
	free(http->user_agent);
	http->user_agent =
	    options->user_agent ? xstrdup(options->user_agent) : NULL;
	http->concurrency = options->concurrency ? options->concurrency : 1;
	http->generation++;
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS,
	    (long)(http->concurrency * HTTP_KEPT_PER_TRANSFER));
	if (http->queued_count)
		http_arm_turn(http);
}

/* What the library must have been built with, and the best that it can do. */
static int
http_check_library(struct http *http, struct err *err)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	if (!(info->features & CURL_VERSION_SSL))
		return err_set(err, "libcurl %s has no TLS", info->version);
	http->http_version = info->features & CURL_VERSION_HTTP2
				 ? CURL_HTTP_VERSION_2TLS
				 : CURL_HTTP_VERSION_1_1;
	return 0;
}

static int
http_open(
    struct http *http, const struct http_options *options, struct err *err)
{
	const struct dns_options dns = {.servers = options->name_servers};

	if (http_check_library(http, err) == -1 ||
	    http_loop_open(http, err) == -1)
		return -1;
	http->url = curl_url();
	if (!http->url)
		return err_set(err, "libcurl cannot be set up");
	http->ca_file = http_ca_find(options->ca_file, http->log, err);
	if (!http->ca_file)
		return -1;
	http->dns = dns_new_with(http->loop, &dns, err);
	return http->dns ? 0 : -1;
}

struct http *
http_new(struct ev_loop *loop, const struct http_options *options,
    struct log *log, struct err *err)
{
	struct http *http = xcalloc(1, sizeof(*http));

	http->loop = loop;
	http->log = log;
	TAILQ_INIT(&http->naming);
	TAILQ_INIT(&http->queued);
	TAILQ_INIT(&http->active);
	TAILQ_INIT(&http->finished);
	ev_init(&http->turn, http_on_turn);
	http->turn.data = http;
	if (http_open(http, options, err) == -1)
		http_free(&http);
	else
		http_set_options(http, options);
	return http;
}

static void
http_drop(struct http_transfers *list)
{
	struct http_transfer *transfer;

	while ((transfer = TAILQ_FIRST(list)))
		http_cancel(&transfer);
}

void
http_free(struct http **http_p)
{
	struct http *http = *http_p;

	if (!http)
		return;
	http_drop(&http->naming);
	http_drop(&http->queued);
	http_drop(&http->active);
	http_drop(&http->finished);
	ev_timer_stop(http->loop, &http->turn);
	dns_free(&http->dns);
	http_slot_free_all(http);
	if (http->multi)
		http_loop_close(http);
	curl_url_cleanup(http->url);
	free(http->user_agent);
	free(http->ca_file);
	free(http);
	*http_p = NULL;
}

const char *
http_error_name(enum http_error error)
{
	static const char *const names[] = {
	    [HTTP_ERROR_NONE] = "none",
	    [HTTP_ERROR_URL] = "url",
	    [HTTP_ERROR_DNS] = "dns",
	    [HTTP_ERROR_REFUSED] = "refused",
	    [HTTP_ERROR_CONNECT] = "connect",
	    [HTTP_ERROR_TLS] = "tls",
	    [HTTP_ERROR_TIMEOUT] = "timeout",
	    [HTTP_ERROR_TOO_LARGE] = "too_large",
	    [HTTP_ERROR_PROTOCOL] = "protocol",
	};

	return names[error];
}
