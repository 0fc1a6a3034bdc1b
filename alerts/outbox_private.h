#ifndef WIREWATCH_ALERTS_OUTBOX_PRIVATE_H
#define WIREWATCH_ALERTS_OUTBOX_PRIVATE_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alerts/outbox.h"
#include "lib/alloc.h"

/*
 * The inside of the outbox: outbox.c keeps the sinks, outbox_sink.c one
 * sink's window, outbox_store.c its requests, outbox_tell.c what the operator
 * hears, outbox_retry.c decides on times.
 */
#define OUTBOX_RETRIES 9 /* delays between attempts; then a dead letter */
#define OUTBOX_JITTER_PERCENT 20 /* of a delay, to both sides */
#define OUTBOX_RETRY_AFTER_MIN_MS 1000
#define OUTBOX_RETRY_AFTER_MAX_MS (3600 * 1000) /* never silent longer */
#define OUTBOX_DUE_MAX_MS (30 * 3600 * 1000LL) /* later: a clock was wrong */
#define OUTBOX_LOG_RETRY_MS 3000 /* a log that cannot be written */
#define OUTBOX_STORE_RETRY_MS 5000 /* a store that refuses */
#define OUTBOX_CLOSE_MS 5000 /* for attempts of a sink that a reload closes */
#define OUTBOX_FAILING_AFTER 1 /* failures in a row: it is failing */
#define OUTBOX_FAILING_CAPACITY 1 /* attempts at a time while it is */
#define OUTBOX_QUIET_MS (60 * 1000) /* between two "failing" of one sink */

struct outbox_retry {
	int attempts; /* made so far, this one included */
	int64_t age_ms; /* since the first of them */
	int64_t retry_after_ms; /* what the receiver asked for; <= 0: nothing */
	uint32_t random;
};

/*
 * How long a delivery waits after a temporary failure; -1: no more, it is a
 * dead letter. The step in the schedule follows from attempts and age, the
 * lower of both: attempts that a receiver asked for do not use it up.
 */
int64_t outbox_retry_delay_ms(const struct outbox_retry *retry);
/* How long the whole sink rests when a receiver asked for it; 0: not at all. */
int64_t outbox_retry_pause_ms(int64_t retry_after_ms);

/* A token bucket: per_s attempts a second, as many at once as in one second. */
struct outbox_rate {
	double per_s; /* 0 = no limit */
	double tokens;
	int64_t at_ms;
};

void outbox_rate_init(struct outbox_rate *rate, double per_s, int64_t now_ms);
/* 0 when an attempt may be made now, else the time until then. */
int64_t outbox_rate_wait_ms(struct outbox_rate *rate, int64_t now_ms);
void outbox_rate_take(struct outbox_rate *rate);

/* One claimed row, in exactly one of its sink's lists. */
struct outbox_delivery {
	struct delivery delivery; /* first; `next` links the list */
	uint64_t serial; /* in the order of claims */
	int64_t first_attempt_ms; /* TIME_NONE */
	enum settle_outcome outcome;
	int64_t due_ms;
	char *reason;
};

struct outbox_list {
	struct outbox_delivery *first;
	size_t count;
};

enum outbox_state {
	OUTBOX_OK,
	OUTBOX_FAILING,
	OUTBOX_DISABLED, /* 410, until a reload */
};

struct outbox_sink {
	struct outbox *outbox;
	struct outbox_sink *next; /* in the list of closing ones */
	struct arena *arena; /* of conf */
	struct conf_sink *conf; /* a copy, so that it outlives a reload */
	struct sink *sink; /* NULL until it could be opened */
	bool is_opening; /* it is there, but not open yet */
	struct ev_timer timer;
	bool is_dirty; /* to be looked at in the next turn */
	bool is_closing; /* taken out by a reload */
	int64_t cancel_ms; /* monotonic; then its attempts are cancelled */
	int64_t open_ms; /* monotonic; when to try to open it again */

	struct outbox_list waiting; /* claimed, not attempted */
	struct outbox_list under_way; /* at the sink */
	struct outbox_list answered; /* to be settled */
	struct outbox_list settling; /* in the store's hands */
	uint64_t serial;

	struct store_sink_info info;
	bool is_asking;
	bool is_known; /* counts and position are the store's */
	struct store_claim claim;
	bool is_claiming;
	bool wants_claim;
	size_t kicked; /* rows that came while a claim was under way */
	int64_t next_due_ms; /* of what is left in the store, by its clock */
	int64_t ahead_ms; /* of its clock before the monotonic one */
	struct store_settle settle;
	struct store_settlement settlements[OUTBOX_WINDOW];
	bool is_settling;
	bool is_store_failing;
	int64_t store_ms; /* monotonic; the store is left alone until then */

	bool has_position;
	struct log_position position; /* as in the store */

	struct outbox_rate rate;
	int64_t hold_ms; /* monotonic; no attempts until then */
	enum outbox_state state;
	enum outbox_state told; /* what the operator heard last */
	int64_t told_ms; /* monotonic, of the last "failing" */
	int failures; /* in a row */
	int64_t failing_since_ms;
	char *reason; /* of the last failure */
	char *why; /* the same with the sink's name, when it blocks */
	int64_t delivered;
	int64_t failed;
	int64_t pending;
	int64_t dead;
};

struct outbox {
	struct outbox_options options;
	char *node;
	struct outbox_sink **sinks; /* in the order of the configuration */
	size_t count;
	struct outbox_sink *closing;
	struct ev_timer turn;
	struct ev_timer grace;
	bool is_begun; /* configured once: the loop must not wait any more */
	bool is_stopping;
	bool is_cancelling;
	uint32_t random;
};

/* Looks at the sink in the next turn of the loop. */
void outbox_wake(struct outbox_sink *sink);

struct outbox_sink *outbox_sink_new(
    struct outbox *outbox, const struct conf_sink *conf);
/* Frees silently, whatever is under way. */
void outbox_sink_free(struct outbox_sink **sink);
/* Makes the sink itself. 0, or -1 with the reason. */
int outbox_sink_open(struct outbox_sink *sink, struct err *err);
/* Settles, hands over, claims: whatever can be done now; arms the timer. */
void outbox_sink_step(struct outbox_sink *sink);
/* Nothing is under way and nothing can be done now. */
bool outbox_sink_is_idle(const struct outbox_sink *sink);
/* It is closing, and nothing of it is left. */
bool outbox_sink_is_over(const struct outbox_sink *sink);
size_t outbox_sink_held(const struct outbox_sink *sink);
/*
 * The sink's clock, by which its retries are due: wall time, but it does not go
 * back with it while a retry waits. Not longer: stored times are to make sense
 * to the next start.
 */
int64_t outbox_sink_now_ms(struct outbox_sink *sink);
/* Nothing waits for that clock any more: it is wall time again. */
void outbox_sink_reset_clock(struct outbox_sink *sink);
/* May be attempted no more: closing, disabled, or everything stops. */
bool outbox_sink_is_resting(const struct outbox_sink *sink);

void outbox_list_append(
    struct outbox_list *list, struct outbox_delivery *delivery);
/* In the order of claims. */
void outbox_list_insert(
    struct outbox_list *list, struct outbox_delivery *delivery);
struct outbox_delivery *outbox_list_take(struct outbox_list *list);
void outbox_list_remove(
    struct outbox_list *list, struct outbox_delivery *delivery);
void outbox_delivery_free(struct outbox_delivery **delivery);

/* Asks for counts and position, unless that is known or under way. */
void outbox_store_ask(struct outbox_sink *sink, int64_t mono_ms);
/* Each submits a request if there is reason to, and none is under way. */
void outbox_store_settle(struct outbox_sink *sink, int64_t mono_ms);
void outbox_store_claim(struct outbox_sink *sink, int64_t mono_ms);
/* Whether a claim would be submitted. */
bool outbox_store_may_claim(const struct outbox_sink *sink, int64_t mono_ms);

/* An attempt failed for a time, or worked. */
void outbox_tell_failure(struct outbox_sink *sink, const char *reason);
void outbox_tell_success(struct outbox_sink *sink);
/* The endpoint wants no more. */
void outbox_tell_gone(struct outbox_sink *sink, const char *reason);
void outbox_tell_dead(struct outbox_sink *sink,
    const struct outbox_delivery *delivery, const char *reason);
/* Sends the event that is due; when the next one is, or INT64_MAX. */
int64_t outbox_tell_state(struct outbox_sink *sink, int64_t mono_ms);
const char *outbox_type_name(enum sink_type type);

#endif
