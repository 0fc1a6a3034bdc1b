#ifndef WIREWATCH_STORE_STORE_H
#define WIREWATCH_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/feed.h"
#include "feeds/item.h"
#include "lib/err.h"
#include "lib/jobs.h"

/*
 * What must survive: seen items, feed states, events, the outbox, positions of
 * log files. All access goes through one thread (lib/jobs.c), which executes
 * waiting requests in order and commits them as one transaction; when that
 * fails by one request's fault, each of them is tried alone. Only
 * daemon/pipeline.c and alerts/outbox.c submit requests.
 *
 * A request is owned by the caller and must stay untouched until its done
 * callback, which comes in a later turn of the loop, after the commit. rc is
 * 0, or -1 with the reason: then it may be submitted again. Nothing of it was
 * kept, or, where a disk failed to say so, all of it: a repetition does no
 * harm.
 */
struct store;

#define STORE_BATCH_MAX 256
#define STORE_LINGER_MS 50

enum store_kind {
	STORE_LOOKUP,
	STORE_COMMIT,
	STORE_CLAIM,
	STORE_SETTLE,
	STORE_PRUNE,
	STORE_SINK_INFO,
};

struct store_request {
	struct job job;		/* first: the thread's view of the request */
	enum store_kind kind;
	void (*done)(struct store_request *request);
	void *data;		/* the caller's */
	int rc;
	struct err err;
};

/* Which of a document's items are new, and what is known of the others. */
enum item_status {
	ITEM_NEW,
	ITEM_KNOWN,		/* seen, unchanged */
	ITEM_CHANGED,		/* seen, with another title or body */
};

struct store_item {
	/* in */
	unsigned char id[ITEM_ID_SIZE];	/* and out: the id it is known by */
	unsigned char former[ITEM_ID_SIZE];	/* another it may be known by */
	bool has_former;
	bool needs_title;		/* known by it only under this title */
	uint64_t title_fp;
	uint64_t body_fp;
	/* out */
	enum item_status status;
	bool is_title_changed;
	int64_t first_seen_ms;	/* of known items */
	int64_t last_seen_ms;	/* likewise, to within a day */
	char **topics;		/* names already alerted, of changed items */
	int *revisions;		/* the last revision of each of them */
	int *severities;	/* the highest told of each; 0 if not known */
	char **titles;		/* the title last alerted; NULL if not known */
	size_t topic_count;
};

struct store_lookup {
	struct store_request base;
	int64_t feed_id;	/* in and out; 0 looks for feed_name */
	const char *feed_name;
	struct store_item *items;
	size_t item_count;
	int64_t feed_row;	/* the store's own */
};

/* Frees what a lookup allocated in an item, or in all of its items. */
void store_item_clear(struct store_item *item);
void store_lookup_clear(struct store_lookup *lookup);

struct store_event {
	const char *id;
	const char *type;
	const char *topic;	/* NULL for operator events */
	const char *order_key;
	int64_t time_ms;
	const char *body;
	const char **sinks;	/* one outbox row each */
	size_t sink_count;
};

/* An item that alerted: topic and revision, to recognise updates. */
struct store_alerted {
	size_t item;		/* index into items */
	const char *topic;
	int revision;
	int severity;		/* the highest told so far */
	const char *title;	/* the item's, as alerted; NULL to keep none */
};

/*
 * The outcome of a poll, or events without one, in one transaction. Items are
 * inserted when new and updated when changed; the rest of the document is
 * listed too, so that retention knows what is still in the feed. Events that
 * exist already (same id) are left as they are. Strings are borrowed.
 */
struct store_commit {
	struct store_request base;
	const char *feed_name;	/* NULL: no feed */
	const struct feed_state *feed_state;
	int64_t feed_id;	/* in and out: 0 creates the row */
	const struct store_item *items;
	size_t item_count;
	int64_t now_ms;
	const struct store_alerted *alerted;
	size_t alerted_count;
	const struct store_event *events;
	size_t event_count;
	int64_t feed_row;	/* the store's own */
};

/* One due delivery, taken out of the queue until settled or restart. */
struct store_delivery {
	int64_t row;
	char *event_id;		/* the claim's until taken (set to NULL) */
	char *body;
	char *order_key;
	int64_t created_ms;
	int64_t first_attempt_ms;	/* TIME_NONE before the first */
	int attempts;		/* made so far */
};

/*
 * Takes up to `max` due deliveries of a sink, the oldest first; those that were
 * never attempted and those to be retried get half of them each, unless the
 * others leave room. A delivery waits while an older one with the same order
 * key is not settled.
 */
struct store_claim {
	struct store_request base;
	const char *sink;
	int64_t now_ms;
	size_t max;
	struct store_delivery *deliveries;	/* out; owned by the claim */
	size_t count;
	int64_t next_due_ms;	/* out: of what was left; INT64_MAX = nothing */
};

void store_claim_clear(struct store_claim *claim);

enum settle_outcome {
	SETTLE_DELIVERED,
	SETTLE_RETRY,		/* due again at due_ms */
	SETTLE_DEAD,		/* a dead letter, with the reason */
	SETTLE_RELEASE,		/* not attempted: back as it was */
};

struct store_settlement {
	int64_t row;
	enum settle_outcome outcome;
	int64_t due_ms;
	const char *reason;	/* NULL when delivered */
};

/*
 * How far a log file is known to be written: lines up to `offset` of the file
 * with that device and inode are settled.
 */
struct log_position {
	uint64_t device;
	uint64_t inode;
	int64_t offset;
	int64_t seq;		/* of the last line */
};

struct store_settle {
	struct store_request base;
	const char *sink;
	const struct store_settlement *settlements;
	size_t count;
	/*
	 * Ids of events that a log was found to hold: their deliveries to this
	 * sink end, too. To be submitted before any of them is claimed.
	 */
	const char *const *written;
	size_t written_count;
	size_t written_found;	/* out: deliveries that ended so */
	bool has_position;
	struct log_position position;
	int64_t now_ms;
};

#define STORE_PRUNE_LOOK 10000	/* rows that one STORE_PRUNE looks at */

/*
 * Deletes what is past its retention, a bounded number of rows at a time; the
 * next request goes on where this one stopped, and from the beginning after
 * the end of a round. What stood in its feed's last document is kept, however
 * long ago that was: a feed may answer 304 for years. A dead letter goes when
 * its event is that old; deliveries that wait stay, whether their sink is
 * configured or not, and their events with them.
 */
struct store_prune {
	struct store_request base;
	int64_t seen_before_ms;		/* last in its feed before that */
	int64_t events_before_ms;	/* and nothing of it waits */
	size_t max;		/* after which it stops */
	size_t deleted;		/* out; rows of all kinds */
	size_t dead;		/* out; dead letters among them */
	bool has_more;		/* out; the round is not at its end */
};

/*
 * Opens (or creates, or migrates) the store in a directory and takes its lock:
 * a second daemon is told the pid of the first. Blocking: before the loop runs.
 */
struct store *store_open(
    struct ev_loop *loop, const char *state_dir, struct err *err);
/* Finishes what was submitted, calling the callbacks, and closes. */
void store_close(struct store **store);

/* One stored feed state, in no order; for start-up, before the loop runs. */
typedef void (*store_feed_fn)(void *data, const char *name, int64_t feed_id,
    const struct feed_state *state);
int store_load_feeds(struct store *store, store_feed_fn each, void *data,
    struct err *err);

/* What waits, for start-up: the outbox then counts by itself. */
struct store_counts {
	int64_t pending;
	int64_t dead;
};
/*
 * Both wait for a transaction under way: for start-up. STORE_SINK_INFO asks
 * the same without waiting.
 */
int store_count_sink(struct store *store, const char *sink,
    struct store_counts *counts_r, struct err *err);
/* 0 with the position of a log, 1 if none is stored, -1 on error. */
int store_load_position(struct store *store, const char *sink,
    struct log_position *position_r, struct err *err);

/* The same two answers by way of the store's thread. */
struct store_sink_info {
	struct store_request base;
	const char *sink;
	struct store_counts counts;	/* out */
	bool has_position;		/* out */
	struct log_position position;	/* out, of a log that has one */
};

/* Sets kind and callbacks; then fill in the rest and submit. */
void store_submit(struct store *store, struct store_request *request);

#endif
