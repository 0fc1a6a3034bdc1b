#ifndef WIREWATCH_DAEMON_POLL_H
#define WIREWATCH_DAEMON_POLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alerts/event.h"
#include "daemon/generation.h"
#include "daemon/workers.h"
#include "feeds/feed.h"
#include "feeds/fetch.h"
#include "feeds/health.h"
#include "feeds/item.h"
#include "lib/buf.h"
#include "store/store.h"

/*
 * One poll of one feed on its way to the store: what was read, what of it is
 * new, what alerts. Decides, but starts nothing; the pipeline moves it on.
 */
#define POLL_SINKS_MAX 64	/* sinks of one event */
#define POLL_MATCH_TRIES 3	/* of one item that workers fail on */

enum poll_stage {
	POLL_FETCHING,
	POLL_PARSING,
	POLL_LOOKING_UP,
	POLL_MATCHING,
	POLL_COMMITTING,
};

struct poll {
	enum poll_stage stage;
	struct feed *feed;		/* NULL once a reload removed it */
	const struct conf_feed *conf;	/* the feed's, of this generation */
	struct generation *generation;
	struct fetch *fetch;
	struct fetch_result fetched;	/* what came of it, without the body */
	struct feed_state state;	/* the feed's next state */
	struct health_change change;	/* what it brings; told after a look-up */
	bool is_first;			/* the feed never gave an entry before */
	int64_t known_oldest_s;		/* of the last document, TIME_NONE */
	int64_t polled_ms;		/* when it began */
	struct feed_doc *doc;
	size_t *doc_index;		/* items[i] is doc->items[doc_index[i]] */
	struct store_item *items;
	size_t item_count;
	struct work work;		/* parsing, then matching */
	double work_since;		/* when it was submitted, by the loop's clock */
	const struct item **asked;	/* items to be matched, in order of time */
	size_t *asked_index;		/* in items */
	size_t asked_count;
	size_t asked_now;		/* of them, by the work under way */
	bool is_singly;			/* a batch failed: one at a time now */
	unsigned match_failures;	/* in a row, of the one asked about */
	size_t answered;
	size_t new_count;
	size_t alert_count;
	struct event *events;
	size_t event_count;
	size_t event_cap;
	struct store_event *store_events;
	struct store_alerted *alerted;
	size_t alerted_count;
	size_t alerted_cap;
	struct arena *arena;		/* what the commit needs; or NULL */
	struct buf history;		/* lines of new items, for once it is done */
	size_t history_dropped;		/* items that it had no room for */
	int64_t judged_ms;		/* when they were first seen */
	size_t match_overruns;		/* parts of topics given up on its items */
	struct store_lookup lookup;
	struct store_commit commit;
	void *owner;			/* the pipeline's */
	struct poll *next;
	struct poll *previous;
};

struct poll *poll_new(struct feed *feed, struct generation *generation);
void poll_free(struct poll **poll);
/* Goes on under another generation, that of its feed's configuration. */
void poll_rebind(struct poll *poll, struct generation *generation);

/* Keeps what the fetch gave, which is valid during its callback only. */
void poll_take_result(struct poll *poll, const struct fetch_result *result);
/* Makes the request to parse the body; -1 when it is too large for one. */
int poll_ask_parse(struct poll *poll, const struct fetch_result *result);
/*
 * Takes the parser's reply, which may be a refusal. A worker that failed has
 * left a broken document, with the reason.
 */
enum parse_outcome poll_take_parsed(struct poll *poll, struct err *why);
/* Takes the document over; lists its items once each for the store. */
void poll_take_doc(struct poll *poll, struct feed_doc *doc);
/* After the look-up: what is new or changed is to be matched. */
void poll_select(struct poll *poll, int64_t now_ms);
/*
 * Makes the next request to match some of it: 1, 0 when all is answered, or -1
 * when an item is too large for one.
 */
int poll_ask_match(struct poll *poll);
/* Takes the matcher's reply and makes the events; -1 with the reason. */
int poll_take_matched(struct poll *poll, struct err *why);
/*
 * After a failure, whether to ask again: each item alone, POLL_MATCH_TRIES
 * times. Then it passes for one that nothing matches, so that it does not hold
 * back the others.
 */
bool poll_retry_match(struct poll *poll);
/* Forgets what was selected and judged, as if the look-up had just come back. */
void poll_forget_judgement(struct poll *poll);
/* Forgets all that the document brought: the poll has failed after all. */
void poll_give_up(struct poll *poll);
/* Whether the document has an entry that was seen before; after the look-up. */
bool poll_joins_on(const struct poll *poll);
/* Whether it has one that is new and no old news; after the look-up. */
bool poll_has_new(const struct poll *poll, int64_t now_ms);
/* Adds the event of a change of the feed's state. */
void poll_add_feed_event(
    struct poll *poll, enum feed_status from, int64_t now_ms);
/* Adds an event that is already made; takes its content over. */
void poll_add_event(struct poll *poll, struct event *event,
    const struct conf_topic *topic);
/* Fills in the commit request; the document is no more needed and freed. */
void poll_prepare_commit(struct poll *poll, int64_t now_ms);

#endif
