#ifndef WIREWATCH_FEEDS_HEALTH_H
#define WIREWATCH_FEEDS_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "feeds/feed.h"
#include "feeds/fetch.h"
#include "feeds/parse.h"

/*
 * What a poll tells about a feed. Pure decisions: they change the state that
 * is handed in and say whether the operator must hear of it.
 */
#define HEALTH_UNREACHABLE_AFTER 3	/* failures before that state is news */

struct health_change {
	bool is_news;		/* the state changed: an event is due */
	enum feed_status from;
	enum feed_status to;
};

/* The fetch failed, or gave nothing new (304, same body). */
struct health_change health_after_fetch(struct feed_state *state,
    const struct fetch_result *result, int64_t now_ms);
/* A body came and was parsed; doc is NULL unless outcome is PARSE_OK. */
struct health_change health_after_parse(struct feed_state *state,
    const struct fetch_result *result, enum parse_outcome outcome,
    const struct feed_doc *doc, const struct err *why, int64_t now_ms);

#endif
