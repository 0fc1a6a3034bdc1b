#ifndef WIREWATCH_ALERTS_OUTBOX_H
#define WIREWATCH_ALERTS_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alerts/event.h"
#include "alerts/sink.h"
#include "config/conf.h"
#include "store/store.h"

/*
 * Due deliveries to sinks: claims rows from the store in a bounded window for
 * each sink, lets the sink attempt them, settles the answers. A sink that is
 * down costs the others nothing. Nothing is dropped but by a dead letter.
 */
struct outbox;

#define OUTBOX_WINDOW 64	/* deliveries of one sink held in memory */

/* Something the operator's sinks should hear of; submitted by the owner. */
typedef void (*outbox_event_fn)(void *data, struct event *event);

/* Makes a sink; position is that of a log, or NULL. NULL with the reason. */
typedef struct sink *(*outbox_open_fn)(const struct sink_context *context,
    const struct conf_sink *conf, const struct log_position *position,
    struct err *err);

struct outbox_options {
	struct sink_context context;
	struct store *store;
	outbox_event_fn on_event;	/* takes the event's content over */
	void (*on_idle)(void *data);	/* nothing is due or under way */
	void *data;
	outbox_open_fn open;	/* NULL = as the sink's type says */
};

struct outbox *outbox_new(const struct outbox_options *options);
void outbox_free(struct outbox **outbox);
/*
 * Takes the sinks of a configuration. The first time, at start-up, they are
 * opened at once (blocking: logs are recovered). At a reload those that did not
 * change are kept, the others closed when their attempts have ended, and new
 * ones opened soon, a log by its own thread: now it is only seen whether it can
 * be, see sink_log_check(). One that then cannot is failing and tried again. On
 * -1 nothing has changed. Rows of a sink that is gone wait in the store. The
 * configuration is copied.
 */
int outbox_configure(
    struct outbox *outbox, const struct conf *conf, struct err *err);
/* Rows were committed for these sinks: look for them now. */
void outbox_kick(struct outbox *outbox, const char *sink, size_t added);
/* Dead letters were deleted from the store: asks it how many are left. */
void outbox_recount(struct outbox *outbox);
/* Opens the log files again: they have been renamed. */
void outbox_reopen(struct outbox *outbox);
/*
 * Claims nothing more and waits for what is under way, at most grace_ms; then
 * cancels and releases the rest. on_idle tells the end.
 */
void outbox_stop(struct outbox *outbox, int64_t grace_ms);
/* Nothing under way, nothing due now; a retry in five seconds is not due. */
bool outbox_is_idle(const struct outbox *outbox);
/* Whether a log sink cannot be written: polling must pause. */
bool outbox_is_blocked(const struct outbox *outbox, const char **why_r);

struct outbox_status {
	const char *sink;
	enum sink_type type;
	bool is_failing;
	bool is_disabled;	/* 410, until a reload */
	const char *reason;	/* of the last failure; NULL */
	int64_t failing_since_ms;
	int64_t delivered;	/* since start */
	int64_t failed;		/* attempts since start */
	int64_t pending;	/* in the store */
	int64_t dead;
	int64_t next_due_ms;
};

/* Status of sink number i; false when there are no more. */
bool outbox_status(
    const struct outbox *outbox, size_t i, struct outbox_status *status_r);

#endif
