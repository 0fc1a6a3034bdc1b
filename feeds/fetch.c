/*
 * One poll's requests: the feed's URL, then wherever it redirects to, one hop
 * after the other. Every hop is a request of its own: its address meets the
 * policy, its time comes out of what is left of the whole, and what may be told
 * to the server is decided anew from its origin. The configuration is borrowed;
 * what is needed of the feed's state is copied, so that the feed may go.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/conf.h"
#include "feeds/fetch_private.h"
#include "feeds/health.h"
#include "feeds/url.h"
#include "lib/alloc.h"
#include "lib/clock.h"

#define FETCH_ACCEPT                                                           \
	"Accept: application/atom+xml, application/rss+xml, "                  \
	"application/feed+json, application/rdf+xml, "                         \
	"application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, "      \
	"*/*;q=0.5"
#define FETCH_SHOWN_MAX 200	/* bytes of a URL in a reason */
#define FETCH_OWN_HEADERS 3	/* Accept and two validators */

struct fetch {
	struct http *http;
	const struct conf_feed *conf;
	fetch_done_fn done;
	void *data;
	struct http_transfer *transfer;
	char *urls[FETCH_REDIRECTS_MAX + 1];
	size_t hops;		/* URLs asked, the present one included */
	char *etag;		/* NULL = not to be sent */
	char *last_modified;
	uint64_t body_hash;
	bool is_permanent;	/* all redirects so far were 301 or 308 */
	bool close_after;
	int64_t elapsed_ms;	/* of the hops before */
};

static void fetch_on_response(void *data, struct http_response *response);

static const char *
fetch_url(const struct fetch *fetch)
{
	return fetch->urls[fetch->hops - 1];
}

static void
fetch_free(struct fetch **fetch_p)
{
	struct fetch *fetch = *fetch_p;
	size_t i;

	if (fetch->transfer)
		http_cancel(&fetch->transfer);
	for (i = 0; i < fetch->hops; i++)
		free(fetch->urls[i]);
	free(fetch->etag);
	free(fetch->last_modified);
	free(fetch);
	*fetch_p = NULL;
}

/* The store may hold anything: a header must stay one line. */
static char *
fetch_copy_validator(const char *value)
{
	const unsigned char *p;

	if (!value || !*value || strlen(value) > HTTP_VALUE_MAX)
		return NULL;
	for (p = (const unsigned char *)value; *p; p++) {
		if (*p < ' ' || *p == 0x7f)
			return NULL;
	}
	return xstrdup(value);
}

static bool
fetch_is_same_header(const char *line, const char *other)
{
	size_t len = strcspn(line, ":");

	return len == strcspn(other, ":") &&
	    strncasecmp(line, other, len) == 0;
}

static bool
fetch_has_header(const struct strings *headers, const char *line)
{
	size_t i;

	for (i = 0; i < headers->count; i++) {
		if (fetch_is_same_header(headers->items[i], line))
			return true;
	}
	return false;
}

/*
 * The lines of one request, NULL at the end. The operator's come first and
 * replace ours of the same name, but go to the feed's own origin only.
 */
static char **
fetch_headers(const struct fetch *fetch, bool is_own_origin)
{
	static const struct strings none = {0};
	const struct strings *own =
	    is_own_origin ? &fetch->conf->headers : &none;
	char **lines =
	    xcalloc(own->count + FETCH_OWN_HEADERS + 1, sizeof(*lines));
	size_t i, count = 0;

	for (i = 0; i < own->count; i++)
		lines[count++] = xstrdup(own->items[i]);
	if (!fetch_has_header(own, FETCH_ACCEPT))
		lines[count++] = xstrdup(FETCH_ACCEPT);
	if (fetch->hops > 1)
		return lines;
	if (fetch->etag && !fetch_has_header(own, "If-None-Match"))
		lines[count++] = xasprintf("If-None-Match: %s", fetch->etag);
	if (fetch->last_modified && !fetch_has_header(own, "If-Modified-Since"))
		lines[count++] = xasprintf(
		    "If-Modified-Since: %s", fetch->last_modified);
	return lines;
}

static void
fetch_free_headers(char **lines)
{
	size_t i;

	for (i = 0; lines[i]; i++)
		free(lines[i]);
	free(lines);
}

/* Never 0, which would mean no limit. */
static int
fetch_time_left(const struct fetch *fetch)
{
	int64_t left = fetch->conf->fetch.timeout_ms - fetch->elapsed_ms;

	return left > 1 ? (int)left : 1;
}

static void
fetch_request(struct fetch *fetch)
{
	const struct conf_fetch *conf = &fetch->conf->fetch;
	bool is_own_origin =
	    url_same_origin(fetch_url(fetch), fetch->conf->url);
	char **headers = fetch_headers(fetch, is_own_origin);
	struct http_request request = {
	    .url = fetch_url(fetch),
	    .headers = (const char *const *)headers,
	    .proxy = conf->proxy,
	    .policy = &conf->allow_private,
	    .max_body = (size_t)conf->max_body,
	    .connect_timeout_ms = (int)conf->connect_timeout_ms,
	    .timeout_ms = fetch_time_left(fetch),
	    .stall_timeout_ms = (int)conf->stall_timeout_ms,
	    .close_after = fetch->close_after ||
	        (fetch->hops > 1 &&
	            !url_same_origin(fetch_url(fetch), fetch->urls[0])),
	};

	if (is_own_origin) {
		request.user = fetch->conf->user;
		request.password = fetch->conf->password;
	}
	fetch->transfer =
	    http_start(fetch->http, &request, fetch_on_response, fetch);
	fetch_free_headers(headers);
}

static bool
fetch_is_redirect(const struct http_response *response)
{
	if (response->error != HTTP_ERROR_NONE)
		return false;
	switch (response->status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		return true;
	default:
		return false;
	}
}

/* Where a redirect points, for people: no query, no password, no controls. */
static void
fetch_show(const char *url, char shown[FETCH_SHOWN_MAX])
{
	char *absolute = url_resolve(NULL, url), *plain;

	if (absolute)
		plain = url_redacted(absolute);
	else if (strchr(url, '@'))
		plain = xstrndup(url, strcspn(url, ":/?#@"));
	else
		plain = xstrndup(url, strcspn(url, "?#"));
	log_safe(shown, FETCH_SHOWN_MAX, plain);
	free(plain);
	free(absolute);
}

static bool
fetch_is_https(const char *url)
{
	return strncasecmp(url, "https:", 6) == 0;
}

/* Whether the authority of an absolute URL begins with user or password. */
static bool
fetch_has_user(const char *url)
{
	const char *authority = strstr(url, "://");
	size_t len;

	if (!authority)
		return false;
	authority += 3;
	len = strcspn(authority, "/?#");
	return memchr(authority, '@', len) != NULL;
}

static bool
fetch_was_asked(const struct fetch *fetch, const char *url)
{
	size_t i;

	for (i = 0; i < fetch->hops; i++) {
		if (strcmp(fetch->urls[i], url) == 0)
			return true;
	}
	return false;
}

const char *
fetch_refuses(const char *from, const char *to)
{
	if (!to)
		return "only http and https";
	if (fetch_is_https(from) && !fetch_is_https(to))
		return "from https down to http";
	/* a server must not make us log in elsewhere */
	if (fetch_has_user(to) && !url_same_origin(from, to))
		return "it names a user";
	return NULL;
}

/* The absolute target without fragment, or NULL. */
static char *
fetch_resolve(const struct fetch *fetch, const char *location)
{
	char *target = url_resolve(fetch_url(fetch), location);

	if (target)
		target[strcspn(target, "#")] = '\0';
	return target;
}

/* Goes to the next hop: 0, or -1 and the result says why not. */
static int
fetch_follow(struct fetch *fetch, const struct http_response *response,
    struct fetch_result *result)
{
	const char *location = response->location, *obstacle;
	char text[48], shown[FETCH_SHOWN_MAX], *target;

	if (!location || !*location) {
		fetch_fail(result, FEED_UNREACHABLE,
		    "HTTP %s: a redirect that does not say where to",
		    http_status_text(response->status, text));
		return -1;
	}
	if (fetch->hops > FETCH_REDIRECTS_MAX) {
		fetch_fail(result, FEED_UNREACHABLE, "more than %d redirects",
		    FETCH_REDIRECTS_MAX);
		return -1;
	}
	target = fetch_resolve(fetch, location);
	obstacle = fetch_refuses(fetch_url(fetch), target);
	if (!obstacle && fetch_was_asked(fetch, target))
		obstacle = "it is a loop";
	if (obstacle) {
		fetch_show(target ? target : location, shown);
		fetch_fail(result, FEED_UNREACHABLE,
		    "redirect to %s refused: %s", shown, obstacle);
		free(target);
		return -1;
	}
	if (response->status != 301 && response->status != 308)
		fetch->is_permanent = false;
	fetch->urls[fetch->hops++] = target;
	fetch_request(fetch);
	return 0;
}

/* A failure behind a redirect says where it happened. */
static void
fetch_name_hop(const struct fetch *fetch, struct fetch_result *result)
{
	char shown[FETCH_SHOWN_MAX];
	struct err reason = result->reason;

	if (result->outcome != FETCH_FAILED || fetch->hops == 1)
		return;
	fetch_show(fetch_url(fetch), shown);
	fetch_fail(result, result->status, "%.300s (redirected to %s)",
	    reason.text, shown);
}

static void
fetch_take_headers(const struct fetch *fetch, struct fetch_result *result,
    const struct http_response *response)
{
	if (fetch->hops == 1) {
		result->etag = response->etag;
		result->last_modified = response->last_modified;
	} else if (fetch->is_permanent && result->outcome != FETCH_FAILED &&
	    !fetch_has_user(fetch_url(fetch)))
		result->moved_url = fetch_url(fetch);
}

static void
fetch_on_response(void *data, struct http_response *response)
{
	struct fetch *fetch = data;
	const struct fetch_known known = {
	    .has_asked = fetch->hops == 1 &&
	        (fetch->etag || fetch->last_modified),
	    .is_page = fetch->conf->html.item != NULL,
	    .body_hash = fetch->body_hash,
	};
	struct fetch_result result = {.status = FEED_OK};

	fetch->transfer = NULL;
	fetch->elapsed_ms += response->elapsed_ms;
	result.http_status = response->status;
	if (fetch_is_redirect(response)) {
		if (fetch_follow(fetch, response, &result) == 0)
			return;
	} else {
		fetch_judge(&result, response, &known, clock_wall_ms());
		fetch_name_hop(fetch, &result);
		fetch_take_headers(fetch, &result, response);
	}
	result.url = fetch_url(fetch);
	result.elapsed_ms = fetch->elapsed_ms;
	fetch->done(fetch->data, &result);
	free(result.body);
	fetch_free(&fetch);
}

/* Validators of a body that could not be read would only make us hear 304. */
static void
fetch_remember(struct fetch *fetch, const struct feed_state *state)
{
	fetch->body_hash = state->body_hash;
	if (health_is_unread(state))
		return;
	fetch->etag = fetch_copy_validator(state->etag);
	fetch->last_modified = fetch_copy_validator(state->last_modified);
}

struct fetch *
fetch_start(struct http *http, const struct feed *feed, bool close_after,
    fetch_done_fn done, void *data)
{
	struct fetch *fetch = xcalloc(1, sizeof(*fetch));

	fetch->http = http;
	fetch->conf = feed->conf;
	fetch->done = done;
	fetch->data = data;
	fetch->close_after = close_after;
	fetch->is_permanent = true;
	fetch->urls[fetch->hops++] = xstrdup(feed_url(feed));
	fetch_remember(fetch, &feed->state);
	fetch_request(fetch);
	return fetch;
}

void
fetch_cancel(struct fetch **fetch)
{
	if (*fetch)
		fetch_free(fetch);
}
