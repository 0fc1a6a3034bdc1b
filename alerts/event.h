#ifndef WIREWATCH_ALERTS_EVENT_H
#define WIREWATCH_ALERTS_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "config/conf.h"
#include "feeds/feed.h"
#include "feeds/item.h"
#include "topics/topic.h"

/*
 * One event, the unit of delivery: its JSON object is both the log line (with
 * "seq" added) and the webhook body. Format: wirewatch.event/1, described in
 * wirewatch.conf(5) and README.
 */
#define EVENT_ID_SIZE 40	/* "evt_" and 32 hexadecimal digits */
#define EVENT_BODY_MAX (20 * 1000)	/* bytes: Standard Webhooks' limit */

enum event_type {
	EVENT_ALERT_OPENED,
	EVENT_ALERT_UPDATED,
	EVENT_ALERT_CORRECTED,
	EVENT_FEED_STATE,
	EVENT_POLLING_STATE,
	EVENT_SINK_STATE,
	EVENT_SINK_DEAD_LETTER,
	EVENT_CONFIG_RELOADED,
	EVENT_CONFIG_REJECTED,
	EVENT_TEST,
};

const char *event_type_name(enum event_type type);

struct event {
	char id[EVENT_ID_SIZE];
	enum event_type type;
	enum severity severity;
	int reach;		/* of alerts: the severity to route by */
	int64_t time_ms;
	const char *topic;	/* NULL for operator events; borrowed */
	char order_key[33];	/* deliveries of the same key keep order */
	char *body;		/* JSON without "seq"; owned */
};

void event_clear(struct event *event);

struct event_alert {
	enum event_type type;
	const struct match *match;
	const struct item *item;
	const struct conf_feed *feed;
	const char *feed_title;		/* the feed's own title; NULL */
	int64_t first_seen_ms;
	int64_t now_ms;
	int revision;			/* of topic and item; the first is 1 */
	const char *title_previous;	/* of an update; NULL */
	int severity_told;		/* of an update: the highest; 0 */
	const char *node;
};

/*
 * The id follows from topic, feed name, item identity and revision alone: the
 * same on every node and after any crash. Fields are cut to keep the body
 * under EVENT_BODY_MAX, whatever feed and configuration hold; "truncated" names
 * them.
 */
void event_from_alert(struct event *event, const struct event_alert *alert);
void event_from_feed_state(struct event *event, const struct feed *feed,
    enum feed_status from, const char *node, int64_t now_ms);
/* outcome: "failing", "ok", or "disabled" (410, until a reload). */
void event_from_sink_state(struct event *event, const char *sink,
    const char *outcome, const char *reason, const char *node, int64_t now_ms);
void event_from_dead_letter(struct event *event, const char *sink,
    const char *event_id, const char *reason, int attempts, const char *node,
    int64_t now_ms);
/* That no feed can be reached, or that one can be again. */
void event_from_polling(struct event *event, bool is_offline,
    const char *reason, const char *node, int64_t now_ms);
/* summary: what changed, or the first error. */
void event_from_config(struct event *event, enum event_type type,
    const char *path, const char *summary, const char *node, int64_t now_ms);

#endif
