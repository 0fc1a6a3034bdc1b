#ifndef WIREWATCH_FEEDS_FETCH_H
#define WIREWATCH_FEEDS_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/feed.h"
#include "lib/err.h"
#include "lib/http.h"

/*
 * One conditional GET of one feed: validators out, redirects followed by hand
 * with the address policy on every hop, size and time bounded for all hops
 * together.
 *
 * User, password and configured headers belong to the origin (scheme, host,
 * port) of the configured URL and never leave it, not even to where the feed
 * has moved. Validators belong to the URL that gave them, which is the one that
 * is polled: none are sent to, or taken from, where a redirect leads.
 */
struct fetch;

#define FETCH_REDIRECTS_MAX 5
#define FETCH_MOVED_POLLS 3	/* 301s that must agree before the URL moves */

enum fetch_outcome {
	FETCH_BODY,		/* 200 with a body not seen before */
	FETCH_NOT_MODIFIED,	/* 304 */
	FETCH_SAME_BODY,	/* 200, but byte for byte the last one */
	FETCH_FAILED,		/* status and reason say how */
};

struct fetch_result {
	enum fetch_outcome outcome;
	enum feed_status status;	/* FEED_OK unless outcome is FETCH_FAILED */
	struct err reason;
	int http_status;		/* 0 if there was no response */
	char *body;			/* may be taken (set to NULL) */
	size_t body_len;
	uint64_t body_hash;
	const char *url;		/* the last hop: base of relative links */
	const char *content_type;
	/* who demands a browser if this page has no entries; or NULL */
	const char *challenger;
	const char *etag;		/* new validators, NULL if there are none */
	const char *last_modified;
	const char *moved_url;		/* a chain of 301/308 led here; else NULL */
	int64_t retry_after_ms;		/* 0 = not asked */
	int64_t freshness_ms;		/* 0 = not asked */
	int64_t elapsed_ms;
};

/* Called once, in a later turn; the result is valid during the call. */
typedef void (*fetch_done_fn)(void *data, struct fetch_result *result);

/* feed->conf is borrowed until done or cancelled; the feed itself is not. */
struct fetch *fetch_start(struct http *http, const struct feed *feed,
    bool close_after, fetch_done_fn done, void *data);
/* Ends it without a callback; sets *fetch to NULL. */
void fetch_cancel(struct fetch **fetch);

#endif
