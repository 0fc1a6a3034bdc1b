/*
 * Feeds, their items and what alerted of them, with retention. An alerted row
 * lives no longer than its item's row.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/clock.h"
#include "store/sqlite_db.h"

#define SQLITE_SEEN_STEP_MS (24 * 3600 * 1000LL) /* last_seen is this exact */

/* *id_r is 0 when there is no such feed. */
static int
sqlite_seen_find_feed(
    struct sqlite_db *db, const char *name, int64_t *id_r, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_FEED_ID];
	int rc;

	*id_r = 0;
	sqlite_bind_text(statement, 1, name);
	rc = sqlite_db_step(db, ST_FEED_ID, err);
	if (rc == 1) {
		*id_r = sqlite3_column_int64(statement, 0);
		sqlite_db_reset(db, ST_FEED_ID);
	}
	return rc == -1 ? -1 : 0;
}

static void
sqlite_seen_add_alerted(
    struct store_item *item, size_t *cap, sqlite3_stmt *statement)
{
	size_t need = item->topic_count + 1;

	if (need > *cap) {
		item->topics =
		    xgrow(item->topics, need, cap, sizeof(*item->topics));
		item->titles =
		    xreallocarray(item->titles, *cap, sizeof(*item->titles));
		item->revisions = xreallocarray(
		    item->revisions, *cap, sizeof(*item->revisions));
		item->severities = xreallocarray(
		    item->severities, *cap, sizeof(*item->severities));
	}
	item->topics[item->topic_count] = sqlite_column_text(statement, 0);
	item->revisions[item->topic_count] = sqlite_column_count(statement, 1);
	item->severities[item->topic_count] = sqlite_column_count(statement, 3);
	item->titles[item->topic_count++] = sqlite_column_text(statement, 2);
}

static int
sqlite_seen_find_alerted(struct sqlite_db *db, int64_t feed,
    struct store_item *item, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_ALERTED_FIND];
	size_t cap = 0;
	int rc;

	sqlite_bind_int(statement, 1, feed);
	sqlite_bind_item(statement, 2, item->id);
	while ((rc = sqlite_db_step(db, ST_ALERTED_FIND, err)) == 1) {
		sqlite_seen_add_alerted(item, &cap, statement);
		if (!item->topics[item->topic_count - 1]) {
			sqlite_db_reset(db, ST_ALERTED_FIND);
			return sqlite_db_damaged(db, "a topic", err);
		}
	}
	return rc;
}

static int
sqlite_seen_find_item(struct sqlite_db *db, int64_t feed,
    struct store_item *item, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_SEEN_FIND];
	bool is_body_changed;
	int rc;

	sqlite_bind_int(statement, 1, feed);
	sqlite_bind_item(statement, 2, item->id);
	rc = sqlite_db_step(db, ST_SEEN_FIND, err);
	if (rc != 1)
		return rc;
	item->is_title_changed =
	    (uint64_t)sqlite3_column_int64(statement, 0) != item->title_fp;
	is_body_changed =
	    (uint64_t)sqlite3_column_int64(statement, 1) != item->body_fp;
	item->first_seen_ms = sqlite_column_time(statement, 2);
	item->last_seen_ms = sqlite_column_time(statement, 3);
	sqlite_db_reset(db, ST_SEEN_FIND);
	if (!item->is_title_changed && !is_body_changed) {
		item->status = ITEM_KNOWN;
		return 0;
	}
	item->status = ITEM_CHANGED;
	return sqlite_seen_find_alerted(db, feed, item, err);
}

/* By its id, or else by the one it may have had before; keeps what it finds. */
static int
sqlite_seen_find_known(struct sqlite_db *db, int64_t feed,
    struct store_item *item, struct err *err)
{
	unsigned char id[ITEM_ID_SIZE];
	int rc = sqlite_seen_find_item(db, feed, item, err);

	if (rc == -1 || item->status != ITEM_NEW || !item->has_former)
		return rc;
	memcpy(id, item->id, sizeof(id));
	memcpy(item->id, item->former, sizeof(id));
	rc = sqlite_seen_find_item(db, feed, item, err);
	if (item->needs_title && item->is_title_changed) {
		store_item_clear(item);
		item->status = ITEM_NEW;
		item->is_title_changed = false;
	}
	if (item->status == ITEM_NEW)
		memcpy(item->id, id, sizeof(id));
	return rc;
}

int
sqlite_seen_lookup(
    struct sqlite_db *db, struct store_lookup *lookup, struct err *err)
{
	size_t i;

	/* a second run, after a batch that failed, starts anew */
	store_lookup_clear(lookup);
	lookup->feed_row = lookup->feed_id;
	if (!lookup->feed_row && lookup->feed_name &&
	    sqlite_seen_find_feed(
		db, lookup->feed_name, &lookup->feed_row, err) == -1)
		return -1;
	for (i = 0; i < lookup->item_count; i++) {
		lookup->items[i].status = ITEM_NEW;
		lookup->items[i].is_title_changed = false;
		if (lookup->feed_row &&
		    sqlite_seen_find_known(
			db, lookup->feed_row, &lookup->items[i], err) == -1)
			return -1;
	}
	return 0;
}

static void
sqlite_seen_bind_feed(sqlite3_stmt *statement, const struct feed_state *state)
{
	sqlite_bind_text(statement, 1, state->url);
	sqlite_bind_text(statement, 2, state->etag);
	sqlite_bind_text(statement, 3, state->last_modified);
	sqlite_bind_text(statement, 4, state->moved_url);
	sqlite_bind_int(statement, 5, state->moved_count);
	sqlite_bind_int(statement, 6, state->has_moved);
	sqlite_bind_int(statement, 7, (int64_t)state->body_hash);
	sqlite_bind_time(statement, 8, state->last_poll_ms);
	sqlite_bind_time(statement, 9, state->last_ok_ms);
	sqlite_bind_time(statement, 10, state->last_new_ms);
	sqlite_bind_time(statement, 11, state->newest_s);
	sqlite_bind_time(statement, 12, state->oldest_s);
	sqlite_bind_time(statement, 13, state->next_due_ms);
	sqlite_bind_int(statement, 14, state->interval_ms);
	sqlite_bind_int(statement, 15, state->latency_ms);
	sqlite_bind_int(statement, 16, state->bytes);
	sqlite_bind_int(statement, 17, state->failures);
	sqlite_bind_int(statement, 18, state->item_count);
	sqlite_bind_text(statement, 19, feed_status_name(state->status));
	sqlite_bind_time(statement, 20, state->status_since_ms);
	sqlite_bind_text(statement, 21, state->reason);
	sqlite_bind_text(statement, 22, feed_status_name(state->told));
	sqlite_bind_time(statement, 23, state->told_until_ms);
	sqlite_bind_int(statement, 24, state->asked_s);
	sqlite_bind_int(statement, 25, state->skip.hours);
	sqlite_bind_int(statement, 26, state->skip.days);
	sqlite_bind_int(statement, 27, state->pace.watched_s);
	sqlite_bind_int(statement, 28, state->pace.longest_s);
	sqlite_bind_int(statement, 29, state->pace.count);
}

/* A poll without items (304, an error) leaves the last document's time. */
static int64_t
sqlite_seen_document_ms(const struct store_commit *commit)
{
	return commit->item_count ? commit->now_ms : TIME_NONE;
}

static int
sqlite_seen_update_feed(struct sqlite_db *db, const struct store_commit *commit,
    int64_t id, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_FEED_UPDATE];

	sqlite_seen_bind_feed(statement, commit->feed_state);
	sqlite_bind_int(statement, 30, id);
	sqlite_bind_time(statement, 31, sqlite_seen_document_ms(commit));
	return sqlite_db_run(db, ST_FEED_UPDATE, err);
}

static int
sqlite_seen_insert_feed(struct sqlite_db *db, const struct store_commit *commit,
    int64_t *id_r, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_FEED_INSERT];

	sqlite_seen_bind_feed(statement, commit->feed_state);
	sqlite_bind_text(statement, 30, commit->feed_name);
	sqlite_bind_time(statement, 31, sqlite_seen_document_ms(commit));
	if (sqlite_db_run(db, ST_FEED_INSERT, err) == -1)
		return -1;
	*id_r = sqlite3_last_insert_rowid(db->handle);
	return 0;
}

/*
 * The row by the number that the caller knows; else by the name, because a
 * feed that was taken out and put back has its row already; else a new one.
 */
static int
sqlite_seen_put_feed(
    struct sqlite_db *db, struct store_commit *commit, struct err *err)
{
	int64_t *id = &commit->feed_row;

	*id = commit->feed_id;
	if (*id) {
		if (sqlite_seen_update_feed(db, commit, *id, err) == -1)
			return -1;
		/* a commit that needed not last may be gone with its row */
		if (sqlite3_changes(db->handle) > 0)
			return 0;
	}
	if (sqlite_seen_find_feed(db, commit->feed_name, id, err) == -1)
		return -1;
	return *id ? sqlite_seen_update_feed(db, commit, *id, err)
		   : sqlite_seen_insert_feed(db, commit, id, err);
}

static int
sqlite_seen_put_item(struct sqlite_db *db, int64_t feed,
    const struct store_item *item, int64_t now_ms, struct err *err)
{
	enum sqlite_statement kind = ST_SEEN_INSERT;
	sqlite3_stmt *statement;

	if (item->status == ITEM_KNOWN) {
		if (now_ms - item->last_seen_ms < SQLITE_SEEN_STEP_MS)
			return 0;
		kind = ST_SEEN_TOUCH;
	} else if (item->status == ITEM_CHANGED)
		kind = ST_SEEN_UPDATE;
	statement = db->statements[kind];
	sqlite_bind_int(statement, 1, feed);
	sqlite_bind_item(statement, 2, item->id);
	if (kind == ST_SEEN_TOUCH)
		sqlite_bind_int(statement, 3, now_ms);
	else {
		sqlite_bind_int(statement, 3, (int64_t)item->title_fp);
		sqlite_bind_int(statement, 4, (int64_t)item->body_fp);
		sqlite_bind_int(statement, 5, now_ms);
	}
	return sqlite_db_run(db, kind, err);
}

/* Bytes of a title that are kept: whole characters of UTF-8. */
static int
sqlite_seen_title_len(const char *title)
{
	size_t len = strnlen(title, ITEM_TITLE_MAX + 1);

	if (len <= ITEM_TITLE_MAX)
		return (int)len;
	len = ITEM_TITLE_MAX;
	while (len > 0 && ((unsigned char)title[len] & 0xc0) == 0x80)
		len--;
	return (int)len;
}

static int
sqlite_seen_put_alerted(struct sqlite_db *db, const struct store_commit *commit,
    const struct store_alerted *alerted, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_ALERTED_PUT];

	sqlite_bind_int(statement, 1, commit->feed_row);
	sqlite_bind_item(statement, 2, commit->items[alerted->item].id);
	sqlite_bind_text(statement, 3, alerted->topic);
	sqlite_bind_int(statement, 4, alerted->revision);
	sqlite_bind_text_len(statement, 5, alerted->title,
	    alerted->title ? sqlite_seen_title_len(alerted->title) : 0);
	sqlite_bind_int(statement, 6, alerted->severity);
	return sqlite_db_run(db, ST_ALERTED_PUT, err);
}

int
sqlite_seen_put(
    struct sqlite_db *db, struct store_commit *commit, struct err *err)
{
	size_t i;

	commit->feed_row = commit->feed_id;
	if (commit->feed_name && sqlite_seen_put_feed(db, commit, err) == -1)
		return -1;
	for (i = 0; i < commit->item_count; i++) {
		if (sqlite_seen_put_item(db, commit->feed_row,
			&commit->items[i], commit->now_ms, err) == -1)
			return -1;
	}
	for (i = 0; i < commit->alerted_count; i++) {
		if (sqlite_seen_put_alerted(
			db, commit, &commit->alerted[i], err) == -1)
			return -1;
	}
	for (i = 0; i < commit->event_count; i++) {
		if (sqlite_outbox_put(
			db, &commit->events[i], commit->now_ms, err) == -1)
			return -1;
	}
	return 0;
}

static enum feed_status
sqlite_seen_read_status(sqlite3_stmt *statement, int column)
{
	const char *name = (const char *)sqlite3_column_text(statement, column);
	enum feed_status status;

	return name && feed_status_parse(name, &status) == 0 ? status
							     : FEED_NEW;
}

/* What health, schedule and pace keep of their own. */
static void
sqlite_seen_read_habits(sqlite3_stmt *statement, struct feed_state *state)
{
	state->told = sqlite_seen_read_status(statement, 21);
	state->told_until_ms = sqlite_column_time(statement, 22);
	state->asked_s = sqlite_column_amount(statement, 23);
	state->skip.hours = (uint32_t)sqlite3_column_int64(statement, 24);
	state->skip.days = (uint8_t)sqlite3_column_int64(statement, 25);
	state->pace.watched_s = sqlite_column_amount(statement, 26);
	state->pace.longest_s = sqlite_column_amount(statement, 27);
	state->pace.count = sqlite_column_count(statement, 28);
}

static void
sqlite_seen_read_feed(sqlite3_stmt *statement, struct feed_state *state)
{
	feed_state_init(state);
	state->url = sqlite_column_text(statement, 0);
	state->etag = sqlite_column_text(statement, 1);
	state->last_modified = sqlite_column_text(statement, 2);
	state->moved_url = sqlite_column_text(statement, 3);
	state->moved_count = sqlite_column_count(statement, 4);
	state->has_moved =
	    state->moved_url && sqlite3_column_int(statement, 5) != 0;
	state->body_hash = (uint64_t)sqlite3_column_int64(statement, 6);
	state->last_poll_ms = sqlite_column_time(statement, 7);
	state->last_ok_ms = sqlite_column_time(statement, 8);
	state->last_new_ms = sqlite_column_time(statement, 9);
	state->newest_s = sqlite_column_time(statement, 10);
	state->oldest_s = sqlite_column_time(statement, 11);
	state->next_due_ms = sqlite_column_time(statement, 12);
	state->interval_ms = sqlite_column_amount(statement, 13);
	state->latency_ms = sqlite_column_amount(statement, 14);
	state->bytes = sqlite_column_amount(statement, 15);
	state->failures = sqlite_column_count(statement, 16);
	state->item_count = sqlite_column_count(statement, 17);
	state->status = sqlite_seen_read_status(statement, 18);
	state->status_since_ms = sqlite_column_time(statement, 19);
	state->reason = sqlite_column_text(statement, 20);
	sqlite_seen_read_habits(statement, state);
}

int
sqlite_seen_load_feeds(
    struct sqlite_db *db, store_feed_fn each, void *data, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_FEED_LOAD];
	struct feed_state state;
	const char *name;
	int rc;

	while ((rc = sqlite_db_step(db, ST_FEED_LOAD, err)) == 1) {
		name = (const char *)sqlite3_column_text(statement, 29);
		if (!name) {
			sqlite_db_reset(db, ST_FEED_LOAD);
			return sqlite_db_damaged(db, "a feed's name", err);
		}
		sqlite_seen_read_feed(statement, &state);
		each(data, name, sqlite3_column_int64(statement, 30), &state);
		feed_state_clear(&state);
	}
	return rc;
}

/* Rows that a look found past their retention. */
struct sqlite_seen_doomed {
	int64_t feed;
	unsigned char item[ITEM_ID_SIZE];
};

struct sqlite_seen_look {
	struct sqlite_seen_doomed *doomed;
	size_t count;
	size_t cap;
	int64_t feed; /* whose bound the next is */
	int64_t before_ms;
};

/* The time before which an item of this feed was last seen to be deleted. */
static int
sqlite_seen_bound(struct sqlite_db *db, const struct store_prune *prune,
    struct sqlite_seen_look *look, int64_t feed, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_FEED_DOCUMENT];
	int64_t document = TIME_NONE;
	int rc;

	if (feed == look->feed)
		return 0;
	sqlite_bind_int(statement, 1, feed);
	rc = sqlite_db_step(db, ST_FEED_DOCUMENT, err);
	if (rc == -1)
		return -1;
	if (rc == 1) {
		document = sqlite_column_time(statement, 0);
		sqlite_db_reset(db, ST_FEED_DOCUMENT);
	}
	look->feed = feed;
	look->before_ms = prune->seen_before_ms;
	if (document != TIME_NONE &&
	    document - SQLITE_SEEN_STEP_MS < look->before_ms)
		look->before_ms = document - SQLITE_SEEN_STEP_MS;
	return 0;
}

static int
sqlite_seen_judge(struct sqlite_db *db, const struct store_prune *prune,
    struct sqlite_seen_look *look, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_SEEN_SCAN];
	struct sqlite_seen_doomed row = {
	    .feed = sqlite3_column_int64(statement, 0)};

	if (sqlite3_column_bytes(statement, 1) != ITEM_ID_SIZE)
		return sqlite_db_damaged(db, "an item", err);
	memcpy(row.item, sqlite3_column_blob(statement, 1), ITEM_ID_SIZE);
	db->prune.feed = row.feed;
	memcpy(db->prune.item, row.item, ITEM_ID_SIZE);
	if (sqlite_seen_bound(db, prune, look, row.feed, err) == -1)
		return -1;
	if (sqlite3_column_int64(statement, 2) >= look->before_ms)
		return 0;
	look->doomed = xgrow(
	    look->doomed, look->count + 1, &look->cap, sizeof(*look->doomed));
	look->doomed[look->count++] = row;
	return 0;
}

static int
sqlite_seen_delete(struct sqlite_db *db, const struct sqlite_seen_doomed *row,
    size_t *deleted, struct err *err)
{
	static const enum sqlite_statement kinds[] = {
	    ST_ALERTED_DELETE, ST_SEEN_DELETE};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		sqlite3_stmt *statement = db->statements[kinds[i]];

		sqlite_bind_int(statement, 1, row->feed);
		sqlite_bind_item(statement, 2, row->item);
		if (sqlite_db_run(db, kinds[i], err) == -1)
			return -1;
		*deleted += (size_t)sqlite3_changes(db->handle);
	}
	return 0;
}

/* 1 when the look ended before the table did. */
static int
sqlite_seen_scan(struct sqlite_db *db, const struct store_prune *prune,
    struct sqlite_seen_look *look, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_SEEN_SCAN];
	unsigned char from[ITEM_ID_SIZE];
	size_t looked = 0;
	int rc;

	memcpy(from, db->prune.item, sizeof(from));
	sqlite_bind_int(statement, 1, db->prune.feed);
	sqlite_bind_item(statement, 2, from);
	while ((rc = sqlite_db_step(db, ST_SEEN_SCAN, err)) == 1) {
		if (sqlite_seen_judge(db, prune, look, err) == -1) {
			sqlite_db_reset(db, ST_SEEN_SCAN);
			return -1;
		}
		if (++looked < STORE_PRUNE_LOOK && look->count < prune->max)
			continue;
		sqlite_db_reset(db, ST_SEEN_SCAN);
		return 1;
	}
	return rc;
}

static int
sqlite_seen_prune_items(
    struct sqlite_db *db, struct store_prune *prune, struct err *err)
{
	struct sqlite_seen_look look = {.feed = -1};
	int rc = sqlite_seen_scan(db, prune, &look, err);
	size_t i;

	db->prune.is_at_events = rc == 0;
	for (i = 0; rc != -1 && i < look.count; i++) {
		if (sqlite_seen_delete(
			db, &look.doomed[i], &prune->deleted, err) == -1)
			rc = -1;
	}
	free(look.doomed);
	return rc == -1 ? -1 : 0;
}

/* An old event, unless something of it waits, and its dead letters anyway. */
static int
sqlite_seen_delete_event(struct sqlite_db *db, struct store_prune *prune,
    int64_t event, struct err *err)
{
	size_t dead;

	sqlite_bind_int(db->statements[ST_DEAD_DELETE], 1, event);
	if (sqlite_db_run(db, ST_DEAD_DELETE, err) == -1)
		return -1;
	dead = (size_t)sqlite3_changes(db->handle);
	sqlite_bind_int(db->statements[ST_EVENT_DELETE], 1, event);
	if (sqlite_db_run(db, ST_EVENT_DELETE, err) == -1)
		return -1;
	prune->dead += dead;
	prune->deleted += dead + (size_t)sqlite3_changes(db->handle);
	return 0;
}

/* 1 when the look ended before the old events did. */
static int
sqlite_seen_scan_events(
    struct sqlite_db *db, struct store_prune *prune, struct err *err)
{
	sqlite3_stmt *scan = db->statements[ST_EVENT_SCAN];
	size_t looked = 0;
	int rc;

	sqlite_bind_int(scan, 1, db->prune.event_ms);
	sqlite_bind_int(scan, 2, db->prune.event);
	sqlite_bind_int(scan, 3, prune->events_before_ms);
	while ((rc = sqlite_db_step(db, ST_EVENT_SCAN, err)) == 1) {
		if (looked++ == STORE_PRUNE_LOOK ||
		    prune->deleted >= prune->max)
			return 1;
		db->prune.event = sqlite3_column_int64(scan, 0);
		db->prune.event_ms = sqlite3_column_int64(scan, 1);
		if (sqlite_seen_delete_event(db, prune, db->prune.event, err) ==
		    -1)
			return -1;
	}
	return rc;
}

static int
sqlite_seen_prune_events(
    struct sqlite_db *db, struct store_prune *prune, struct err *err)
{
	int rc = sqlite_seen_scan_events(db, prune, err);

	sqlite_db_reset(db, ST_EVENT_SCAN);
	prune->has_more = rc == 1;
	if (rc == 0)
		sqlite_prune_rewind(&db->prune);
	return rc == -1 ? -1 : 0;
}

int
sqlite_seen_prune(
    struct sqlite_db *db, struct store_prune *prune, struct err *err)
{
	prune->deleted = prune->dead = 0;
	prune->has_more = true;
	if (!db->prune.is_at_events &&
	    sqlite_seen_prune_items(db, prune, err) == -1)
		return -1;
	if (!db->prune.is_at_events || prune->deleted >= prune->max)
		return 0;
	return sqlite_seen_prune_events(db, prune, err);
}
