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

/* Of more entries with one id, none is looked for by it. */
#define POLL_SHARED_MAX 64

struct poll *
poll_new(struct feed *feed, struct generation *generation)
{
	struct poll *poll = xcalloc(1, sizeof(*poll));

	poll->feed = feed;
	poll->generation = generation_ref(generation);
	feed_state_init(&poll->state);
	buf_init(&poll->history, HISTORY_POLL_MAX);
	work_init(&poll->work);
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

static void
poll_clear_events(struct poll *poll)
{
	size_t i;

	for (i = 0; i < poll->event_count; i++)
		event_clear(&poll->events[i]);
	poll->event_count = 0;
}

void
poll_free(struct poll **poll_p)
{
	struct poll *poll = *poll_p;

	if (!poll)
		return;
	fetch_cancel(&poll->fetch);
	store_lookup_clear(&poll->lookup);
	feed_doc_free(&poll->doc);
	feed_state_clear(&poll->state);
	poll_clear_events(poll);
	work_clear(&poll->work);
	free(poll->asked);
	free(poll->asked_index);
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

static struct arena *
poll_arena(struct poll *poll)
{
	if (!poll->arena)
		poll->arena = arena_new();
	return poll->arena;
}

static const char *
poll_keep_text(struct poll *poll, const char *text)
{
	return text ? arena_strdup(poll_arena(poll), text) : NULL;
}

void
poll_take_result(struct poll *poll, const struct fetch_result *result)
{
	struct fetch_result *kept = &poll->fetched;

	*kept = *result;
	kept->body = NULL;
	kept->url = poll_keep_text(poll, result->url);
	kept->content_type = poll_keep_text(poll, result->content_type);
	kept->etag = poll_keep_text(poll, result->etag);
	kept->last_modified = poll_keep_text(poll, result->last_modified);
	kept->moved_url = poll_keep_text(poll, result->moved_url);
}

int
poll_ask_parse(struct poll *poll, const struct fetch_result *result)
{
	const struct parse_input input = {
	    .body = result->body,
	    .len = result->body_len,
	    .base_url = result->url,
	    .content_type = result->content_type,
	    .html = poll->conf->html.item ? &poll->conf->html : NULL,
	};

	return work_ask_parse(&poll->work.request, &input);
}

enum parse_outcome
poll_take_parsed(struct poll *poll, struct err *why)
{
	struct feed_doc *doc = NULL;
	enum parse_outcome outcome = PARSE_BROKEN;

	if (poll->work.has_failed)
		*why = poll->work.err;
	else
		(void)work_take_doc(&poll->work.reply, &outcome, &doc, why);
	buf_clear(&poll->work.reply);
	if (outcome == PARSE_OK)
		poll_take_doc(poll, doc);
	return outcome;
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

/* What an entry is among those of its document that bear the same id. */
enum poll_kind {
	POLL_ENTRY,
	POLL_REPEATED,
	POLL_APART,
};

struct poll_mark {
	enum poll_kind kind;
	/* of what stands apart: the id of all, which it may be known by */
	bool has_former;
	unsigned char former[ITEM_ID_SIZE];
};

/* A guid says it; without one, another time is another entry. */
static bool
poll_is_same_entry(const struct item *a, const struct item *b)
{
	return a->title_fp == b->title_fp && a->body_fp == b->body_fp &&
	       (a->guid || a->published_s == b->published_s);
}

static bool
poll_has_title_alone(
    const struct poll_order *order, size_t count, const struct item *item)
{
	size_t i, found = 0;

	for (i = 0; i < count; i++)
		found += order[i].item->title_fp == item->title_fp;
	return found == 1;
}

/*
 * Entries that are not the same though they bear one id: all are told apart by
 * all that they have. One of them may have been alone before, and is known by
 * that id still; which one, its title tells if no other has the same.
 */
static void
poll_tell_apart(struct feed_doc *doc, struct poll_order *order, size_t count,
    struct poll_mark *marks)
{
	unsigned char id[ITEM_ID_SIZE];
	size_t i;

	memcpy(id, order[0].item->id, sizeof(id));
	for (i = 0; i < count; i++) {
		struct poll_mark *mark = &marks[order[i].index];

		mark->kind = POLL_APART;
		mark->has_former =
		    count <= POLL_SHARED_MAX &&
		    poll_has_title_alone(order, count, order[i].item);
		memcpy(mark->former, id, sizeof(id));
	}
	for (i = 0; i < count; i++)
		item_identify_apart(&doc->items[order[i].index]);
	qsort(order, count, sizeof(*order), poll_compare_order);
	for (i = 1; i < count; i++) {
		if (memcmp(order[i].item->id, order[i - 1].item->id,
			sizeof(id)) == 0)
			marks[order[i].index].kind = POLL_REPEATED;
	}
}

/* Entries that bear one id, in the order of the document. */
static void
poll_mark_shared(struct feed_doc *doc, struct poll_order *order, size_t count,
    struct poll_mark *marks)
{
	size_t i = 1;

	while (i < count && poll_is_same_entry(order[0].item, order[i].item))
		i++;
	if (i < count) {
		poll_tell_apart(doc, order, count, marks);
		return;
	}
	for (i = 1; i < count; i++)
		marks[order[i].index].kind = POLL_REPEATED;
}

/*
 * An id that stands twice in one document is either a repeated entry, which
 * counts once, or a publisher's mistake, by which a careless feed would hide
 * its own news.
 */
static void
poll_mark_repeated(struct feed_doc *doc, struct poll_mark *marks)
{
	struct poll_order *order = xcalloc(doc->item_count, sizeof(*order));
	size_t i, end;

	for (i = 0; i < doc->item_count; i++) {
		order[i].item = &doc->items[i];
		order[i].index = i;
	}
	qsort(order, doc->item_count, sizeof(*order), poll_compare_order);
	for (i = 0; i < doc->item_count; i = end) {
		for (end = i + 1; end < doc->item_count &&
				  memcmp(order[end].item->id, order[i].item->id,
				      ITEM_ID_SIZE) == 0;)
			end++;
		poll_mark_shared(doc, order + i, end - i, marks);
	}
	free(order);
}

/* By what else the store may know an item; nothing on a first poll. */
static void
poll_set_former(const struct poll *poll, const struct item *item,
    const struct poll_mark *mark, struct store_item *row)
{
	if (poll->is_first)
		return;
	if (mark->kind == POLL_ENTRY) {
		row->has_former = item_former_id(item, row->former);
		return;
	}
	row->has_former = row->needs_title = mark->has_former;
	memcpy(row->former, mark->former, ITEM_ID_SIZE);
}

void
poll_take_doc(struct poll *poll, struct feed_doc *doc)
{
	struct poll_mark *marks;
	size_t i;

	poll->doc = doc;
	if (!doc->item_count)
		return;
	marks = xcalloc(doc->item_count, sizeof(*marks));
	poll->items = xcalloc(doc->item_count, sizeof(*poll->items));
	poll->doc_index = xcalloc(doc->item_count, sizeof(*poll->doc_index));
	poll_mark_repeated(doc, marks);
	for (i = 0; i < doc->item_count; i++) {
		struct store_item *item = &poll->items[poll->item_count];

		if (marks[i].kind == POLL_REPEATED)
			continue;
		memcpy(item->id, doc->items[i].id, ITEM_ID_SIZE);
		poll_set_former(poll, &doc->items[i], &marks[i], item);
		item->title_fp = doc->items[i].title_fp;
		item->body_fp = doc->items[i].body_fp;
		poll->doc_index[poll->item_count++] = i;
	}
	free(marks);
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
	int64_t date_s = item_date(item);
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

static struct match_source
poll_source(const struct poll *poll)
{
	const struct conf_feed *conf = poll->conf;

	return (struct match_source){
	    .feed = conf->name,
	    .title = conf->title ? conf->title : poll->doc->title,
	    .role = conf->role,
	    .country = conf->country,
	    .lang = conf->lang ? conf->lang : poll->doc->lang,
	};
}

/* Whether a new item does not alert: it is old news. */
static bool
poll_is_quiet(
    const struct poll *poll, size_t index, size_t last_known, int64_t now_ms)
{
	bool is_behind = last_known != SIZE_MAX && index > last_known;

	return poll->items[index].status == ITEM_NEW &&
	       poll_is_old_news(
		   poll, poll_item(poll, index), is_behind, now_ms);
}

bool
poll_has_new(const struct poll *poll, int64_t now_ms)
{
	size_t i, last_known = poll_last_known(poll);

	for (i = 0; i < poll->item_count; i++) {
		if (poll->items[i].status == ITEM_NEW &&
		    !poll_is_quiet(poll, i, last_known, now_ms))
			return true;
	}
	return false;
}

/* Items go by the id that the store knows them by. */
static void
poll_adopt_ids(struct poll *poll)
{
	size_t i;

	for (i = 0; i < poll->item_count; i++)
		memcpy(poll->doc->items[poll->doc_index[i]].id,
		    poll->items[i].id, ITEM_ID_SIZE);
}

void
poll_select(struct poll *poll, int64_t now_ms)
{
	const struct match_source source = poll_source(poll);
	size_t i, last_known = poll_last_known(poll);

	poll_adopt_ids(poll);
	poll->judged_ms = now_ms;
	poll->asked =
	    xreallocarray(poll->asked, poll->item_count, sizeof(*poll->asked));
	poll->asked_index = xreallocarray(
	    poll->asked_index, poll->item_count, sizeof(*poll->asked_index));
	/* feeds list the newest first; alerts go out in the order of time */
	for (i = poll->item_count; i > 0; i--) {
		if (poll->items[i - 1].status == ITEM_KNOWN)
			continue;
		poll->asked[poll->asked_count] = poll_item(poll, i - 1);
		poll->asked_index[poll->asked_count++] = i - 1;
		if (poll->items[i - 1].status != ITEM_NEW ||
		    poll_is_quiet(poll, i - 1, last_known, now_ms))
			continue;
		poll->new_count++;
		poll_keep(poll, poll_item(poll, i - 1), &source, now_ms);
	}
}

int
poll_ask_match(struct poll *poll)
{
	const struct match_source source = poll_source(poll);

	if (poll->answered == poll->asked_count)
		return 0;
	buf_reset(&poll->work.request);
	poll->asked_now = work_ask_match(&poll->work.request, &source,
	    poll->asked + poll->answered,
	    poll->is_singly ? 1 : poll->asked_count - poll->answered);
	return poll->asked_now ? 1 : -1;
}

int
poll_take_matched(struct poll *poll, struct err *why)
{
	size_t last_known = poll_last_known(poll), i, k, index;
	struct work_matches matches;
	int rc;

	if (poll->work.has_failed)
		return err_set(why, "%s", poll->work.err.text);
	rc = work_take_matches(&poll->work.reply, poll->generation->conf,
	    poll->asked + poll->answered, poll->asked_now, &matches, why);
	buf_clear(&poll->work.reply);
	if (rc == -1)
		return -1;
	for (i = 0; i < matches.count; i++) {
		index = poll->asked_index[poll->answered + i];
		for (k = 0; k < matches.results[i].count; k++)
			poll_judge_match(poll, index,
			    &matches.results[i].matches[k],
			    poll_is_quiet(
				poll, index, last_known, poll->judged_ms),
			    poll->judged_ms);
	}
	poll->answered += matches.count;
	poll->match_failures = 0;
	poll->match_overruns += matches.overruns;
	work_matches_clear(&matches);
	return 0;
}

bool
poll_retry_match(struct poll *poll)
{
	if (poll->asked_now > 1) {
		poll->is_singly = true;
		return true;
	}
	if (++poll->match_failures < POLL_MATCH_TRIES)
		return true;
	poll->match_failures = 0;
	poll->answered++;
	poll->match_overruns++;
	return false;
}

void
poll_forget_judgement(struct poll *poll)
{
	poll_clear_events(poll);
	buf_reset(&poll->history);
	poll->asked_count = poll->answered = 0;
	poll->match_failures = 0;
	poll->new_count = poll->alert_count = poll->alerted_count = 0;
	poll->history_dropped = poll->match_overruns = 0;
}

void
poll_give_up(struct poll *poll)
{
	poll_forget_judgement(poll);
	feed_doc_free(&poll->doc);
	poll->item_count = 0;
	feed_state_clear(&poll->state);
	feed_state_copy(&poll->state, &poll->feed->state);
	poll->state.last_poll_ms = poll->polled_ms;
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
