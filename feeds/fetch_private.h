#ifndef WIREWATCH_FEEDS_FETCH_PRIVATE_H
#define WIREWATCH_FEEDS_FETCH_PRIVATE_H

#include "feeds/fetch.h"

/* What was known before, against which an answer is judged. */
struct fetch_known {
	bool has_asked;		/* validators went out with this request */
	bool is_page;		/* expressions find the entries on a page */
	uint64_t body_hash;	/* 0 = none */
};

/*
 * fetch_judge.c: what an answer that is no redirect means. Sets outcome,
 * status, reason, the body with its hash, and the times that the server asks
 * for; takes the body over when it is a feed's.
 */
void fetch_judge(struct fetch_result *result, struct http_response *response,
    const struct fetch_known *known, int64_t now_ms);
/*
 * fetch_challenge.c: who demands a browser in this answer, whatever its status;
 * NULL if nobody does.
 */
const char *fetch_challenge(const struct http_response *response);
/*
 * fetch.c: why a redirect between these URLs is never followed; NULL when it
 * may be. `to` is absolute, or NULL when it is no http(s) URL.
 */
const char *fetch_refuses(const char *from, const char *to);
/* Makes the result a failure; `fmt` is for people. */
void fetch_fail(struct fetch_result *result, enum feed_status status,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
