#ifndef WIREWATCH_FEEDS_FEED_H
#define WIREWATCH_FEEDS_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/item.h"

/*
 * One subscription. Its configuration belongs to struct conf; what it has been
 * through (struct feed_state) is kept in the store, under its name.
 */
enum feed_status {
	FEED_NEW,		/* not polled yet */
	FEED_OK,
	FEED_EMPTY,		/* 200 without entries where there were some */
	FEED_HTML,		/* a page, not a feed */
	FEED_STALE,
	FEED_SILENT,
	FEED_GAP,
	FEED_BLOCKED,		/* 401, 403, or a challenge page */
	FEED_MOVED,
	FEED_GONE,		/* 410 */
	FEED_UNDATED,
	FEED_FUTURE,
	FEED_BROKEN,		/* unparseable */
	FEED_UNREACHABLE,	/* network, DNS, TLS, HTTP errors */
};

const char *feed_status_name(enum feed_status status);
int feed_status_parse(const char *name, enum feed_status *status_r);
/* Whether the feed may be counted on to carry news. */
bool feed_status_is_healthy(enum feed_status status);
/* How much it wants an operator's eye: 0 is well, more is worse. */
int feed_status_rank(enum feed_status status);

/*
 * How often a feed brings something new, as we saw it, whatever dates it
 * states (feeds/pace.h). Zeroes: nothing known yet.
 */
struct feed_pace {
	int64_t watched_s;	/* all pauses together */
	int64_t longest_s;	/* the longest pause, slowly forgotten */
	int count;		/* pauses */
};

/* Times are wall milliseconds, TIME_NONE when it never happened. */
struct feed_state {
	char *etag;		/* as the server sent it; NULL if none */
	char *last_modified;
	char *moved_url;	/* target of 301s, NULL if none */
	int moved_count;	/* consecutive polls that said the same */
	bool has_moved;		/* moved_url has held: polled instead of url */
	uint64_t body_hash;	/* of the last body parsed; 0 = none */
	int64_t last_poll_ms;
	int64_t last_ok_ms;
	int64_t last_new_ms;	/* when an item was new */
	int64_t newest_s;	/* newest stated date, epoch seconds */
	int64_t oldest_s;	/* oldest date in the window */
	int64_t next_due_ms;
	int64_t interval_ms;	/* what was last decided */
	int64_t latency_ms;	/* of the last transfer */
	int64_t bytes;		/* of the last body, decoded */
	int failures;		/* consecutive */
	int item_count;		/* entries in the last good document */
	enum feed_status status;
	enum feed_status told;	/* the status that the operator knows of */
	int64_t status_since_ms;
	int64_t told_until_ms;	/* see health_tell.c; TIME_NONE */
	int64_t asked_s;	/* ttl or sy: of the last document; 0 = none */
	struct feed_skip skip;	/* of the last document */
	struct feed_pace pace;
	char *reason;		/* for people; NULL when there is none */
	char *url;		/* the feed_origin() all this was learnt from */
};

void feed_state_init(struct feed_state *state);
void feed_state_clear(struct feed_state *state);
void feed_state_copy(struct feed_state *to, const struct feed_state *from);

struct conf_feed;

struct feed {
	const struct conf_feed *conf;	/* borrowed; swapped by a reload */
	struct feed_state state;
	int64_t store_id;	/* row in the store, 0 before the first commit */
	bool is_polling;
	bool is_host_stale;	/* its URL has another host now */
	/* schedule.c's own */
	size_t heap_index;
	int64_t due_ms;
	struct host *host;
	struct feed *host_next;
};

struct feed *feed_new(const struct conf_feed *conf);
void feed_free(struct feed **feed);
/*
 * What a feed's state is learnt from: its URL, and of a page how it is read.
 * Owned by the caller.
 */
char *feed_origin(const struct conf_feed *conf);
/* Where to poll: the configured URL, or where it has moved to for good. */
const char *feed_url(const struct feed *feed);

#endif
