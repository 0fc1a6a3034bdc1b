/*
 * One poll between the parser and the store. It holds a reference to the
 * generation whose names and strings it uses, so that a reload may replace the
 * configuration while it waits. Nothing here starts I/O or keeps time.
 */
#include <stdlib.h>
#include <string.h>

#include "alerts/route.h"
#include "daemon/history.h"
#include "daemon/poll.h"
#include "feeds/parse.h"
#include "lib/alloc.h"
#include "lib/clock.h"

struct poll *
poll_new(struct feed *feed, struct generation *generation)
{
	struct poll *poll = xcalloc(1, sizeof(*poll));

	poll->feed = feed;
	poll->generation = generation_ref(generation);
	feed_state_init(&poll->state);
	buf_init(&poll->history, HISTORY_POLL_MAX);
	if (feed) {
		poll->conf = feed->conf;
		feed_state_copy(&poll->state, &feed->state);
		poll->is_first = !health_had_entries(&feed->state);
		poll->known_oldest_s = feed->state.oldest_s;
	}
	return poll;
}

void
poll_rebind(struct poll *poll, struct generation *generation)
{
	struct generation *old = poll->generation;

	poll->generation = generation_ref(generation);
	poll->conf = poll->feed->conf;
	generation_unref(&old);
}

void
poll_free(struct poll **poll_p)
{
	struct poll *poll = *poll_p;
	size_t i;

	if (!poll)
		return;
	fetch_cancel(&poll->fetch);
	store_lookup_clear(&poll->lookup);
	feed_doc_free(&poll->doc);
	feed_state_clear(&poll->state);
	for (i = 0; i < poll->event_count; i++)
		event_clear(&poll->events[i]);
	free(poll->events);
	free(poll->store_events);
	free(poll->alerted);
	free(poll->items);
	free(poll->doc_index);
	buf_clear(&poll->history);
	arena_free(&poll->arena);
	generation_unref(&poll->generation);
	free(poll);
	*poll_p = NULL;
}

struct poll_order {
	const struct item *item;
	size_t index;
};

static int
poll_compare_order(const void *a, const void *b)
{
	const struct poll_order *x = a, *y = b;
	int c = memcmp(x->item->id, y->item->id, ITEM_ID_SIZE);

	return c ? c : (x->index > y->index) - (x->index < y->index);
}

static bool
poll_is_same_entry(const struct item *a, const struct item *b)
{
	return a->title_fp == b->title_fp && a->body_fp == b->body_fp;
}

/*
 * A guid that stands twice in one document is either a repeated entry, which
 * counts once, or a publisher's mistake: then the later ones are told apart
 * by all that they have, or a careless feed would hide its own news.
 */
static void
poll_mark_repeated(struct feed_doc *doc, bool *is_repeated)
{
	struct poll_order *order = xcalloc(doc->item_count, sizeof(*order));
	const struct item *first;
	size_t i;

	for (i = 0; i < doc->item_count; i++) {
		order[i].item = &doc->items[i];
		order[i].index = i;
	}
	qsort(order, doc->item_count, sizeof(*order), poll_compare_order);
	for (i = 1, first = order[0].item; i < doc->item_count; i++) {
		struct item *item = &doc->items[order[i].index];

		if (memcmp(first->id, item->id, ITEM_ID_SIZE) != 0) {
			first = item;
			continue;
		}
		if (poll_is_same_entry(first, item))
			is_repeated[order[i].index] = true;
		else
			item_identify_apart(item);
	}
	free(order);
}

void
poll_take_doc(struct poll *poll, struct feed_doc *doc)
{
	bool *is_repeated;
	size_t i;

	poll->doc = doc;
	if (!doc->item_count)
		return;
	is_repeated = xcalloc(doc->item_count, sizeof(*is_repeated));
	poll->items = xcalloc(doc->item_count, sizeof(*poll->items));
	poll->doc_index = xcalloc(doc->item_count, sizeof(*poll->doc_index));
	poll_mark_repeated(doc, is_repeated);
	for (i = 0; i < doc->item_count; i++) {
		struct store_item *item = &poll->items[poll->item_count];

		if (is_repeated[i])
			continue;
		memcpy(item->id, doc->items[i].id, ITEM_ID_SIZE);
		item->title_fp = doc->items[i].title_fp;
		item->body_fp = doc->items[i].body_fp;
		poll->doc_index[poll->item_count++] = i;
	}
	free(is_repeated);
}

static struct arena *
poll_arena(struct poll *poll)
{
	if (!poll->arena)
		poll->arena = arena_new();
	return poll->arena;
}

/* Where the event goes, as names for the outbox. */
static void
poll_route(struct poll *poll, const struct event *event,
    const struct conf_topic *topic, struct store_event *row)
{
	const struct conf_sink *sinks[POLL_SINKS_MAX];
	size_t i;

	memset(row, 0, sizeof(*row));
	row->sink_count = route_event(
	    poll->generation->conf, event, topic, sinks, POLL_SINKS_MAX);
	row->sinks = arena_calloc(
	    poll_arena(poll), row->sink_count + 1, sizeof(*row->sinks));
	/* copied: a reload may free the names before the commit */
	for (i = 0; i < row->sink_count; i++)
		row->sinks[i] = arena_strdup(poll_arena(poll), sinks[i]->name);
}

void
poll_add_event(
    struct poll *poll, struct event *event, const struct conf_topic *topic)
{
	if (poll->event_count == poll->event_cap) {
		poll->events = xgrow(poll->events, poll->event_count + 1,
		    &poll->event_cap, sizeof(*poll->events));
		poll->store_events = xreallocarray(poll->store_events,
		    poll->event_cap, sizeof(*poll->store_events));
	}
	poll->events[poll->event_count] = *event;
	memset(event, 0, sizeof(*event));
	poll_route(poll, &poll->events[poll->event_count], topic,
	    &poll->store_events[poll->event_count]);
	poll->event_count++;
}

void
poll_add_feed_event(struct poll *poll, enum feed_status from, int64_t now_ms)
{
	struct feed shown = *poll->feed;
	struct event event;

	/* the event tells the state that this poll brings */
	shown.state = poll->state;
	event_from_feed_state(
	    &event, &shown, from, poll->generation->conf->node, now_ms);
	poll_add_event(poll, &event, NULL);
}

/* What is known of a topic's alerts for an item; topic_count if nothing. */
static size_t
poll_find_alerted(const struct store_item *item, const char *topic)
{
	size_t i = 0;

	while (i < item->topic_count && strcmp(item->topics[i], topic) != 0)
		i++;
	return i;
}

static const struct item *
poll_item(const struct poll *poll, size_t index)
{
	return &poll->doc->items[poll->doc_index[index]];
}

static void
poll_remember_alerted(struct poll *poll, size_t index, const char *topic,
    int revision, int severity)
{
	struct store_alerted *alerted;

	poll->alerted = xgrow(poll->alerted, poll->alerted_count + 1,
	    &poll->alerted_cap, sizeof(*poll->alerted));
	alerted = &poll->alerted[poll->alerted_count++];
	alerted->item = index;
	alerted->topic = topic;
	alerted->revision = revision;
	alerted->severity = severity;
	/* the document is gone by the time of the commit */
	alerted->title =
	    arena_strdup(poll_arena(poll), poll_item(poll, index)->title);
}

/* What was told before is NULL and 0 unless the event is an update. */
static void
poll_alert(struct poll *poll, size_t index, const struct match *match,
    enum event_type type, int revision, const char *title_previous,
    int severity_told, int64_t now_ms)
{
	const struct store_item *row = &poll->items[index];
	struct event_alert alert = {
	    .type = type,
	    .match = match,
	    .item = poll_item(poll, index),
	    .feed = poll->conf,
	    .feed_title = poll->doc->title,
	    .first_seen_ms =
		row->status == ITEM_NEW ? now_ms : row->first_seen_ms,
	    .now_ms = now_ms,
	    .revision = revision,
	    .title_previous = title_previous,
	    .severity_told = severity_told,
	    .node = poll->generation->conf->node,
	};
	struct event event;
	int reach;

	event_from_alert(&event, &alert);
	reach = event.reach;
	poll_add_event(poll, &event, match->topic);
	poll_remember_alerted(poll, index, match->topic->name, revision, reach);
	poll->alert_count++;
}

/*
 * An item that alerted has changed. Another title is told, and so is what has
 * become worse; how bad it was is not known of rows of an older schema.
 */
static void
poll_update(struct poll *poll, size_t index, const struct match *match,
    size_t last, int64_t now_ms)
{
	const struct store_item *row = &poll->items[index];
	int told = row->severities[last];

	if (!row->is_title_changed && (!told || (int)match->severity <= told))
		return;
	poll_alert(poll, index, match, EVENT_ALERT_UPDATED,
	    row->revisions[last] + 1,
	    row->is_title_changed ? row->titles[last] : NULL, told, now_ms);
}

/*
 * Revision 0 stands for "matched, but not told": an item that was old when
 * its feed was first read. It stays quiet when its text changes later.
 */
static void
poll_judge_match(struct poll *poll, size_t index, const struct match *match,
    bool is_quiet, int64_t now_ms)
{
	const struct store_item *row = &poll->items[index];
	size_t last = poll_find_alerted(row, match->topic->name);

	if (row->status == ITEM_NEW && is_quiet)
		poll_remember_alerted(
		    poll, index, match->topic->name, 0, (int)match->severity);
	else if (row->status == ITEM_NEW)
		poll_alert(
		    poll, index, match, EVENT_ALERT_OPENED, 1, NULL, 0, now_ms);
	else if (last == row->topic_count)
		poll_alert(poll, index, match, EVENT_ALERT_CORRECTED, 1, NULL,
		    0, now_ms);
	else if (row->revisions[last] > 0)
		poll_update(poll, index, match, last, now_ms);
}

/*
 * Whether a new entry is old news: on the first poll all that is older than
 * the backlog; later an entry from before the last window that stands behind
 * all known ones, because newer entries were deleted and it slid back. An
 * entry without a date is never taken for old.
 */
static bool
poll_is_old_news(const struct poll *poll, const struct item *item,
    bool is_behind_known, int64_t now_ms)
{
	int64_t date_s = item->published_s != TIME_NONE ? item->published_s
							: item->updated_s;
	int64_t backlog_ms = poll->conf->fetch.backlog_ms;

	if (date_s == TIME_NONE)
		return false;
	if (poll->is_first)
		return date_s < (now_ms - backlog_ms) / 1000;
	return is_behind_known && poll->known_oldest_s != TIME_NONE &&
	       date_s < poll->known_oldest_s;
}

static size_t
poll_last_known(const struct poll *poll)
{
	size_t i;

	for (i = poll->item_count; i > 0; i--) {
		if (poll->items[i - 1].status != ITEM_NEW)
			return i - 1;
	}
	return SIZE_MAX;
}

bool
poll_joins_on(const struct poll *poll)
{
	return poll_last_known(poll) != SIZE_MAX;
}

/* An item that could have alerted; what a first poll finds is not news. */
static void
poll_keep(struct poll *poll, const struct item *item,
    const struct match_source *source, int64_t now_ms)
{
	if (poll->is_first || poll->generation->conf->keep_history_ms == 0)
		return;
	if (history_add_line(&poll->history, item, source, now_ms) == -1)
		poll->history_dropped++;
}

static void
poll_judge_item(struct poll *poll, size_t index, size_t last_known,
    const struct match_source *source, int64_t now_ms)
{
	const struct item *item = poll_item(poll, index);
	bool is_behind = last_known != SIZE_MAX && index > last_known;
	const struct match_result *result;
	bool is_quiet;
	size_t i;

	if (poll->items[index].status == ITEM_KNOWN)
		return;
	is_quiet = poll_is_old_news(poll, item, is_behind, now_ms);
	if (poll->items[index].status == ITEM_NEW && !is_quiet) {
		poll->new_count++;
		poll_keep(poll, item, source, now_ms);
	}
	result = matcher_run(poll->generation->matcher, item, source);
	for (i = 0; i < result->count; i++)
		poll_judge_match(
		    poll, index, &result->matches[i], is_quiet, now_ms);
}

void
poll_judge(struct poll *poll, int64_t now_ms)
{
	const struct conf_feed *conf = poll->conf;
	struct match_source source = {
	    .feed = conf->name,
	    .title = conf->title ? conf->title : poll->doc->title,
	    .role = conf->role,
	    .country = conf->country,
	    .lang = conf->lang ? conf->lang : poll->doc->lang,
	};
	const struct matcher *matcher = poll->generation->matcher;
	size_t overruns = matcher_overruns(matcher);
	size_t i, last_known = poll_last_known(poll);

	poll->judged_ms = now_ms;
	/* feeds list the newest first; alerts go out in the order of time */
	for (i = poll->item_count; i > 0; i--)
		poll_judge_item(poll, i - 1, last_known, &source, now_ms);
	poll->regex_overruns = matcher_overruns(matcher) - overruns;
	if (poll->new_count)
		poll->state.last_new_ms = now_ms;
}

void
poll_prepare_commit(struct poll *poll, int64_t now_ms)
{
	struct store_commit *commit = &poll->commit;
	size_t i;

	feed_doc_free(&poll->doc);
	for (i = 0; i < poll->event_count; i++) {
		const struct event *event = &poll->events[i];
		struct store_event *row = &poll->store_events[i];

		row->id = event->id;
		row->type = event_type_name(event->type);
		row->topic = event->topic;
		row->order_key = event->order_key;
		row->time_ms = event->time_ms;
		row->body = event->body;
	}
	if (poll->feed) {
		commit->feed_name = poll->conf->name;
		commit->feed_id = poll->feed->store_id;
		commit->feed_state = &poll->state;
	}
	commit->items = poll->items;
	commit->item_count = poll->item_count;
	commit->now_ms = now_ms;
	commit->alerted = poll->alerted;
	commit->alerted_count = poll->alerted_count;
	commit->events = poll->store_events;
	commit->event_count = poll->event_count;
}
