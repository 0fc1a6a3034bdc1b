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
/* ... or one, when the server wants us to stay away for longer than this */
#define HEALTH_FAR_MS (3600 * 1000LL)
#define HEALTH_MOVED_FAILURES 3	/* ... before the feed's other URL is tried */
/*
 * A feed is stale when its newest entry is older than so many times the mean
 * distance of its entries, but never within the minimum, always after the
 * maximum. Where the entries tell no distance, the third applies.
 */
#define HEALTH_STALE_CADENCES 8
#define HEALTH_STALE_MIN_S (14 * 86400LL)
#define HEALTH_STALE_MAX_S (365 * 86400LL)
#define HEALTH_STALE_UNPACED_S (60 * 86400LL)
/* More than a wrong zone explains: such a date is of no use. */
#define HEALTH_FUTURE_S (24 * 3600LL)
/* 1990: before there were feeds, so no date but a placeholder. */
#define HEALTH_PAST_S 631152000LL

/*
 * A feed that changes its state again and again is told so many times at once
 * and then once in so long, each time as it is then: five feeds that alternate
 * between two states must not bury the one that died. The last place is kept
 * for a change for the worse, so whoever was told that a feed is well hears at
 * once that it is not; nor does a place matter where the next poll is further
 * away than the next place. The events before a pause announce it.
 */
#define HEALTH_TOLD_AT_ONCE 4
#define HEALTH_TOLD_EVERY_MS (6 * 3600 * 1000LL)

struct health_change {
	bool is_news;		/* the state changed: an event is due */
	enum feed_status from;	/* what was told before */
	enum feed_status to;
	/*
	 * By its dates the document does not join on to the one before:
	 * entries of up to so long were missed, unless one of its own is known.
	 */
	int64_t gap_ms;
	/* health.c's own: what the state was before, to decide once more */
	struct {
		enum feed_status status;
		enum feed_status told;
		int64_t since_ms;
		int64_t told_until_ms;
		int64_t watched_until_ms;	/* we looked until then */
	} before;
};

/*
 * Whether the last body could not be read. What is kept in the state, its
 * validators too, belongs to the document before it then.
 */
bool health_is_unread(const struct feed_state *state);

/* Whether the feed ever gave an entry. */
bool health_had_entries(const struct feed_state *state);

/* The fetch failed, or gave nothing new (304, same body). */
struct health_change health_after_fetch(struct feed_state *state,
    const struct fetch_result *result, int64_t now_ms);
/*
 * A body came and was parsed; doc is NULL unless outcome is PARSE_OK. Entries
 * beyond the bound of PARSE_ITEMS_MAX were missed, too: such a feed has a gap,
 * unless all that were left out are older than the document before.
 */
struct health_change health_after_parse(struct feed_state *state,
    const struct fetch_result *result, enum parse_outcome outcome,
    const struct feed_doc *doc, const struct err *why, int64_t now_ms);
/*
 * During an outage here (feeds/outage.h): that the feed cannot be reached is no
 * news; it will be at the first failure after the outage.
 */
void health_hold_back(
    struct feed_state *state, struct health_change *change);

/* What a look-up of the document's entries has shown. */
struct health_found {
	bool joins_on;		/* an entry of it was seen before */
	bool has_new;		/* one was not, and is no old news */
};
/*
 * After the look-up of a document that was parsed: whether its gap is certain,
 * and whether the feed is silent, is known only now. Settles the change anew.
 */
void health_after_lookup(struct feed_state *state,
    struct health_change *change, const struct health_found *found,
    int64_t now_ms);

#endif
