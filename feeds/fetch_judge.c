/*
 * What the last answer of a chain means for the feed. An answer is a body, the
 * body that is known, or a failure with a reason; nothing is ever taken for a
 * success that a server did not clearly say.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "feeds/fetch_private.h"

void
fetch_fail(
    struct fetch_result *result, enum feed_status status, const char *fmt, ...)
{
	va_list ap;

	result->outcome = FETCH_FAILED;
	result->status = status;
	va_start(ap, fmt);
	vsnprintf(result->reason.text, sizeof(result->reason.text), fmt, ap);
	va_end(ap);
}

static enum feed_status
fetch_judge_status(int status)
{
	switch (status) {
	case 401:
	case 403:
	case 407:
	case 451:
		return FEED_BLOCKED;
	case 410:
		return FEED_GONE;
	default:
		return FEED_UNREACHABLE;
	}
}

/* Said of statuses whose own words would not tell what is wrong. */
static const char *
fetch_judge_remark(int status)
{
	switch (status) {
	case 204:
	case 205:
		return ": an answer without a feed";
	case 206:
		return ": only a part, which was not asked for";
	case 304:
		return ": not modified, but since when was not asked";
	default:
		return "";
	}
}

static void
fetch_judge_status_code(struct fetch_result *result,
    const struct http_response *response, const char *challenger,
    int64_t now_ms)
{
	char text[48];
	int64_t wait;

	http_status_text(response->status, text);
	if (challenger)
		fetch_fail(result, FEED_BLOCKED,
		    "HTTP %s: %s demands a browser", text, challenger);
	else
		fetch_fail(result, fetch_judge_status(response->status),
		    "HTTP %s%s", text, fetch_judge_remark(response->status));
	if (response->status != 429 && response->status != 503)
		return;
	wait = http_retry_after_ms(response->retry_after, now_ms);
	result->retry_after_ms = wait > 0 ? wait : 0;
}

/* 0 stands for "none" in the state, so no body hashes to it. */
static uint64_t
fetch_judge_hash(const struct http_response *response)
{
	uint64_t hash = XXH3_64bits(
	    response->body ? response->body : "", response->body_len);

	return hash ? hash : 1;
}

static void
fetch_judge_body(struct fetch_result *result, struct http_response *response,
    const struct fetch_known *known)
{
	result->body_hash = fetch_judge_hash(response);
	result->body_len = response->body_len;
	result->content_type = response->content_type;
	if (result->body_hash == known->body_hash) {
		result->outcome = FETCH_SAME_BODY;
		return;
	}
	result->outcome = FETCH_BODY;
	result->body = response->body;
	response->body = NULL;
}

void
fetch_judge(struct fetch_result *result, struct http_response *response,
    const struct fetch_known *known, int64_t now_ms)
{
	const char *challenger;

	result->status = FEED_OK;
	result->http_status = response->status;
	if (response->error != HTTP_ERROR_NONE) {
		fetch_fail(result, FEED_UNREACHABLE, "%s",
		    response->reason.text[0]
			? response->reason.text
			: http_error_name(response->error));
		return;
	}
	challenger = fetch_challenge(response);
	/* an entry on a page may write about challenges: it is read first */
	if (response->status == 200 && known->is_page &&
	    !response->cf_mitigated) {
		result->challenger = challenger;
		challenger = NULL;
	}
	if (response->status == 200 && !challenger)
		fetch_judge_body(result, response, known);
	else if (response->status == 304 && known->has_asked)
		result->outcome = FETCH_NOT_MODIFIED;
	else {
		fetch_judge_status_code(result, response, challenger, now_ms);
		return;
	}
	result->freshness_ms = http_freshness_ms(
	    response->cache_control, response->expires, now_ms);
}
