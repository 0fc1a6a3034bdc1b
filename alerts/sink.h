#ifndef WIREWATCH_ALERTS_SINK_H
#define WIREWATCH_ALERTS_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/conf.h"
#include "lib/err.h"
#include "lib/http.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "store/store.h"

/*
 * A place that alerts go to. The outbox owns deliveries and decides on
 * retries; a sink makes attempts and answers each exactly once, in a later
 * turn of the loop, by delivery->answer.
 */
enum sink_answer {
	SINK_DELIVERED,
	SINK_TEMPFAIL,		/* retry; retry_after_ms may say when */
	SINK_PERMFAIL,		/* never again: a dead letter */
	SINK_GONE,		/* the endpoint wants no more (410) */
};

struct delivery {
	int64_t row;
	char *event_id;
	char *body;
	char *order_key;
	int attempts;
	int64_t created_ms;
	/* set by the outbox */
	void (*answer)(struct delivery *delivery, enum sink_answer answer,
	    const char *reason, int64_t retry_after_ms);
	void *owner;
	struct delivery *next;
	/* the sink's own, while an attempt is under way */
	void *attempt;
};

/* How far the opening of a sink is. */
enum sink_opening {
	SINK_OPENING,		/* under way; on_change tells the end */
	SINK_OPEN,
	SINK_CLOSED,		/* it failed: to be freed, and made anew */
};

struct sink;

struct sink_ops {
	/* Attempts at a time; the outbox hands over no more than that. */
	size_t (*capacity)(const struct sink *sink);
	/* Starts one attempt. */
	void (*deliver)(struct sink *sink, struct delivery *delivery);
	/* Ends an attempt without an answer. May be refused (false): the
	 * answer is then near, wait for it. */
	bool (*cancel)(struct sink *sink, struct delivery *delivery);
	/* Opens its file again (rotation); NULL if there is nothing to do. */
	void (*reopen)(struct sink *sink);
	/*
	 * The position to store, together with everything answered so far;
	 * false if the store has it already. NULL: never any.
	 */
	bool (*position)(
	    const struct sink *sink, struct log_position *position_r);
	/*
	 * Ids of events that the log was found to hold: to be settled with the
	 * position, before anything is claimed. NULL: never any.
	 */
	size_t (*recovered)(
	    const struct sink *sink, const char *const **ids_r);
	/* That position, and what was recovered, are in the store now. */
	void (*settled)(
	    struct sink *sink, const struct log_position *position);
	/*
	 * NULL: it is open. Otherwise nothing is delivered, recovered or to be
	 * stored before it is; the reason of a failure is the sink's.
	 */
	enum sink_opening (*opening)(
	    const struct sink *sink, const char **why_r);
	/*
	 * Whether something is under way that free() would wait for, attempts
	 * not counted; on_change tells the end. NULL: never.
	 */
	bool (*is_busy)(const struct sink *sink);
	void (*free)(struct sink *sink);
};

struct sink {
	const struct sink_ops *ops;
	const struct conf_sink *conf;	/* borrowed, outlives the sink */
	/*
	 * Set by the outbox, called in a turn of the loop: position or
	 * capacity changed without an answer.
	 */
	void (*on_change)(struct sink *sink);
	void *owner;
};

struct sink_context {
	struct ev_loop *loop;
	struct log *log;
	struct http *http;
	/* Set by the outbox: the loop runs, opening must not wait for a disk. */
	bool is_running;
};

/*
 * A log file, or standard output. Whole lines are appended and synced, then
 * answered. The file is recovered from `position`, that of its last settlement
 * (NULL: it has none): lines behind it are given by recovered() and not written
 * again, a torn last line is cut. NULL with the reason. All that happens within
 * the call, unless context->is_running: then on the log's own thread, see
 * opening(), and the call itself only starts that.
 */
struct sink *sink_log_new(const struct sink_context *context,
    const struct conf_sink *conf, const struct log_position *position,
    struct err *err);
/*
 * Whether that path can be opened as a log, for a reload: the name is looked up
 * and the file opened and closed, or its directory seen to be writable. No
 * content is read or written, nothing is created, locked or synced.
 */
int sink_log_check(const struct conf_sink *conf, struct err *err);
struct sink *sink_webhook_new(const struct sink_context *context,
    const struct conf_sink *conf, struct err *err);

#endif
