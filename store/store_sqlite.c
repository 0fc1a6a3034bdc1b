/*
 * The store in one SQLite file, with exactly one connection: WAL, synchronous
 * FULL for whatever must survive a power cut, NORMAL for the rest (a later
 * FULL commit syncs it too). Rows that were claimed are remembered here, not
 * in the file: after a crash nobody holds them any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/map.h"
#include "store/store_private.h"

#define SQLITE_STORE_FILE "wirewatch.db"
#define SQLITE_STORE_LOCK "lock"
#define SQLITE_STORE_ID 0x77777463	/* application_id */
#define SQLITE_STORE_CACHE_KIB 4096
#define SQLITE_STORE_JOURNAL_MAX (64 * 1024 * 1024)
#define SQLITE_STORE_SEEN_STEP_MS (24 * 3600 * 1000LL)

enum statement {
	ST_BEGIN,
	ST_COMMIT,
	ST_ROLLBACK,
	ST_FEED_ID,
	ST_FEED_INSERT,
	ST_FEED_UPDATE,
	ST_SEEN_FIND,
	ST_SEEN_INSERT,
	ST_SEEN_UPDATE,
	ST_SEEN_TOUCH,
	ST_ALERTED_FIND,
	ST_ALERTED_PUT,
	ST_EVENT_INSERT,
	ST_OUTBOX_INSERT,
	ST_CLAIM,
	ST_CLAIM_NEXT,
	ST_DELIVERED,
	ST_RETRY,
	ST_DEAD,
	ST_POSITION,
	ST_PRUNE_SEEN,
	ST_PRUNE_ALERTED,
	ST_PRUNE_EVENT,
	ST_COUNT,
};

#define FEED_COLUMNS                                                           \
	"url, etag, last_modified, moved_url, moved_count, has_moved,"         \
	" body_hash, last_poll, last_ok, last_new, newest, oldest, next_due,"  \
	" interval, latency, bytes, failures, item_count, status,"             \
	" status_since, reason"

static const char *const statement_texts[ST_COUNT] = {
    [ST_BEGIN] = "BEGIN",
    [ST_COMMIT] = "COMMIT",
    [ST_ROLLBACK] = "ROLLBACK",
    [ST_FEED_ID] = "SELECT id FROM feed WHERE name = ?1",
    [ST_FEED_INSERT] =
        "INSERT INTO feed (" FEED_COLUMNS ", name) VALUES (?1, ?2, ?3, ?4,"
        " ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
        " ?19, ?20, ?21, ?22)",
    [ST_FEED_UPDATE] =
        "UPDATE feed SET (" FEED_COLUMNS ") = (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
        " ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)"
        " WHERE id = ?22",
    [ST_SEEN_FIND] = "SELECT title_fp, body_fp, first_seen, last_seen"
                     " FROM seen WHERE feed = ?1 AND item = ?2",
    [ST_SEEN_INSERT] = "INSERT INTO seen (feed, item, title_fp, body_fp,"
                       " first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?5,"
                       " ?5) ON CONFLICT DO NOTHING",
    [ST_SEEN_UPDATE] = "UPDATE seen SET title_fp = ?3, body_fp = ?4,"
                       " last_seen = ?5 WHERE feed = ?1 AND item = ?2",
    [ST_SEEN_TOUCH] =
        "UPDATE seen SET last_seen = ?3 WHERE feed = ?1 AND item = ?2",
    [ST_ALERTED_FIND] = "SELECT topic, revision FROM alerted"
                        " WHERE feed = ?1 AND item = ?2",
    [ST_ALERTED_PUT] =
        "INSERT INTO alerted (feed, item, topic, revision) VALUES (?1, ?2,"
        " ?3, ?4) ON CONFLICT (feed, item, topic)"
        " DO UPDATE SET revision = excluded.revision",
    [ST_EVENT_INSERT] = "INSERT INTO event (id, type, topic, time, body)"
                        " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    [ST_OUTBOX_INSERT] =
        "INSERT INTO outbox (event, sink, order_key, created, due)"
        " VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT DO NOTHING",
    [ST_CLAIM] =
        "SELECT o.row, e.id, e.body, o.order_key, o.created,"
        " o.first_attempt, o.attempts FROM outbox o JOIN event e"
        " ON e.num = o.event WHERE o.sink = ?1 AND o.is_dead = 0"
        " AND o.due <= ?2 AND NOT EXISTS (SELECT 1 FROM outbox b"
        " WHERE b.sink = o.sink AND b.order_key = o.order_key"
        " AND b.row < o.row AND b.is_dead = 0) ORDER BY o.due, o.row",
    [ST_CLAIM_NEXT] = "SELECT min(due) FROM outbox WHERE sink = ?1"
                      " AND is_dead = 0 AND due > ?2",
    [ST_DELIVERED] = "DELETE FROM outbox WHERE row = ?1",
    [ST_RETRY] = "UPDATE outbox SET due = ?2, attempts = attempts + 1,"
                 " first_attempt = coalesce(first_attempt, ?3), reason = ?4"
                 " WHERE row = ?1",
    [ST_DEAD] = "UPDATE outbox SET is_dead = 1, attempts = attempts + 1,"
                " first_attempt = coalesce(first_attempt, ?2), reason = ?3"
                " WHERE row = ?1",
    [ST_POSITION] =
        "INSERT INTO log_position (sink, device, inode, offset, seq)"
        " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (sink) DO UPDATE SET"
        " device = excluded.device, inode = excluded.inode,"
        " offset = excluded.offset, seq = excluded.seq",
    [ST_PRUNE_SEEN] =
        "DELETE FROM seen WHERE (feed, item) IN (SELECT feed, item FROM seen"
        " WHERE last_seen < ?1 LIMIT ?2)",
    [ST_PRUNE_ALERTED] =
        "DELETE FROM alerted WHERE (feed, item) IN (SELECT feed, item"
        " FROM alerted a WHERE NOT EXISTS (SELECT 1 FROM seen s"
        " WHERE s.feed = a.feed AND s.item = a.item) LIMIT ?1)",
    [ST_PRUNE_EVENT] =
        "DELETE FROM event WHERE num IN (SELECT num FROM event e"
        " WHERE time < ?1 AND NOT EXISTS (SELECT 1 FROM outbox o"
        " WHERE o.event = e.num) LIMIT ?2)",
};

struct sqlite_store {
	sqlite3 *db;
	int lock;
	bool is_durable;	/* synchronous is FULL */
	struct map *claimed;	/* row numbers as 8 bytes, to themselves */
	sqlite3_stmt *statements[ST_COUNT];
	char *path;
};

static int
sqlite_store_fail(struct sqlite_store *store, struct err *err)
{
	int code = sqlite3_errcode(store->db);

	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		return err_set(err, "%s is damaged (%s): move it away to start "
		    "anew, or put a copy back", store->path,
		    sqlite3_errmsg(store->db));
	return err_set(err, "%s: %s", store->path, sqlite3_errmsg(store->db));
}

static int
sqlite_store_exec(struct sqlite_store *store, const char *sql, struct err *err)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sqlite_store_fail(store, err);
	return 0;
}

/* Bindings, by type. They fail on misuse only, which asserts in tests show. */
static void
bind_text(sqlite3_stmt *statement, int i, const char *text)
{
	sqlite3_bind_text(statement, i, text, -1, SQLITE_STATIC);
}

static void
bind_int(sqlite3_stmt *statement, int i, int64_t value)
{
	sqlite3_bind_int64(statement, i, value);
}

/* TIME_NONE is NULL in the file. */
static void
bind_time(sqlite3_stmt *statement, int i, int64_t value)
{
	if (value == TIME_NONE)
		sqlite3_bind_null(statement, i);
	else
		sqlite3_bind_int64(statement, i, value);
}

static void
bind_item(sqlite3_stmt *statement, int i, const unsigned char *id)
{
	sqlite3_bind_blob(statement, i, id, ITEM_ID_SIZE, SQLITE_STATIC);
}

static char *
column_text(sqlite3_stmt *statement, int i)
{
	const char *text = (const char *)sqlite3_column_text(statement, i);

	return text ? xstrdup(text) : NULL;
}

static int64_t
column_time(sqlite3_stmt *statement, int i)
{
	if (sqlite3_column_type(statement, i) == SQLITE_NULL)
		return TIME_NONE;
	return sqlite3_column_int64(statement, i);
}

/* Runs a statement that gives no rows, and makes it ready for the next time. */
static int
sqlite_store_run(struct sqlite_store *store, sqlite3_stmt *statement,
    struct err *err)
{
	int rc = sqlite3_step(statement);

	if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
		sqlite_store_fail(store, err);
		sqlite3_reset(statement);
		return -1;
	}
	sqlite3_reset(statement);
	return 0;
}

/* 1 with a row, 0 at the end (reset), -1 on error (reset). */
static int
sqlite_store_step(struct sqlite_store *store, sqlite3_stmt *statement,
    struct err *err)
{
	int rc = sqlite3_step(statement);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		sqlite_store_fail(store, err);
	sqlite3_reset(statement);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int
sqlite_store_begin(void *database, bool durable, struct err *err)
{
	struct sqlite_store *store = database;

	if (durable != store->is_durable) {
		if (sqlite_store_exec(store,
		        durable ? "PRAGMA synchronous = FULL"
		                : "PRAGMA synchronous = NORMAL",
		        err) == -1)
			return -1;
		store->is_durable = durable;
	}
	return sqlite_store_run(store, store->statements[ST_BEGIN], err);
}

static int
sqlite_store_commit(void *database, struct err *err)
{
	struct sqlite_store *store = database;

	return sqlite_store_run(store, store->statements[ST_COMMIT], err);
}

/* Some errors have ended the transaction already. */
static void
sqlite_store_rollback(void *database)
{
	struct sqlite_store *store = database;
	struct err ignored;

	if (!sqlite3_get_autocommit(store->db))
		(void)sqlite_store_run(
		    store, store->statements[ST_ROLLBACK], &ignored);
}

static int
sqlite_store_find_feed(struct sqlite_store *store, const char *name,
    int64_t *id_r, struct err *err)
{
	sqlite3_stmt *statement = store->statements[ST_FEED_ID];
	int rc;

	bind_text(statement, 1, name);
	rc = sqlite_store_step(store, statement, err);
	if (rc == 1) {
		*id_r = sqlite3_column_int64(statement, 0);
		sqlite3_reset(statement);
	}
	return rc == -1 ? -1 : 0;
}

static int
sqlite_store_find_alerted(struct sqlite_store *store, int64_t feed,
    struct store_item *item, struct err *err)
{
	sqlite3_stmt *statement = store->statements[ST_ALERTED_FIND];
	size_t cap = 0, revisions_cap = 0;
	int rc;

	bind_int(statement, 1, feed);
	bind_item(statement, 2, item->id);
	while ((rc = sqlite_store_step(store, statement, err)) == 1) {
		item->topics = xgrow(item->topics, item->topic_count + 1, &cap,
		    sizeof(*item->topics));
		item->revisions = xgrow(item->revisions, item->topic_count + 1,
		    &revisions_cap, sizeof(*item->revisions));
		item->topics[item->topic_count] = column_text(statement, 0);
		item->revisions[item->topic_count++] =
		    sqlite3_column_int(statement, 1);
	}
	return rc;
}

static int
sqlite_store_find_item(struct sqlite_store *store, int64_t feed,
    struct store_item *item, struct err *err)
{
	sqlite3_stmt *statement = store->statements[ST_SEEN_FIND];
	bool is_body_changed;
	int rc;

	bind_int(statement, 1, feed);
	bind_item(statement, 2, item->id);
	rc = sqlite_store_step(store, statement, err);
	if (rc != 1)
		return rc;
	item->is_title_changed =
	    (uint64_t)sqlite3_column_int64(statement, 0) != item->title_fp;
	is_body_changed =
	    (uint64_t)sqlite3_column_int64(statement, 1) != item->body_fp;
	item->first_seen_ms = sqlite3_column_int64(statement, 2);
	item->last_seen_ms = sqlite3_column_int64(statement, 3);
	sqlite3_reset(statement);
	if (!item->is_title_changed && !is_body_changed) {
		item->status = ITEM_KNOWN;
		return 0;
	}
	item->status = ITEM_CHANGED;
	return sqlite_store_find_alerted(store, feed, item, err);
}

static int
sqlite_store_lookup(struct sqlite_store *store, struct store_lookup *lookup,
    struct err *err)
{
	size_t i;

	/* a second run, after a batch that failed, starts anew */
	store_lookup_clear(lookup);
	if (!lookup->feed_id && lookup->feed_name &&
	    sqlite_store_find_feed(store, lookup->feed_name, &lookup->feed_id,
	        err) == -1)
		return -1;
	for (i = 0; i < lookup->item_count; i++) {
		lookup->items[i].status = ITEM_NEW;
		if (lookup->feed_id &&
		    sqlite_store_find_item(store, lookup->feed_id,
		        &lookup->items[i], err) == -1)
			return -1;
	}
	return 0;
}

static void
sqlite_store_bind_feed(sqlite3_stmt *statement, const struct feed_state *state)
{
	bind_text(statement, 1, state->url);
	bind_text(statement, 2, state->etag);
	bind_text(statement, 3, state->last_modified);
	bind_text(statement, 4, state->moved_url);
	bind_int(statement, 5, state->moved_count);
	bind_int(statement, 6, state->has_moved);
	bind_int(statement, 7, (int64_t)state->body_hash);
	bind_time(statement, 8, state->last_poll_ms);
	bind_time(statement, 9, state->last_ok_ms);
	bind_time(statement, 10, state->last_new_ms);
	bind_time(statement, 11, state->newest_s);
	bind_time(statement, 12, state->oldest_s);
	bind_time(statement, 13, state->next_due_ms);
	bind_int(statement, 14, state->interval_ms);
	bind_int(statement, 15, state->latency_ms);
	bind_int(statement, 16, state->bytes);
	bind_int(statement, 17, state->failures);
	bind_int(statement, 18, state->item_count);
	bind_text(statement, 19, feed_status_name(state->status));
	bind_time(statement, 20, state->status_since_ms);
	bind_text(statement, 21, state->reason);
}

/* A feed that was taken out and put back has its row already. */
static int
sqlite_store_put_feed(struct sqlite_store *store, struct store_commit *commit,
    struct err *err)
{
	sqlite3_stmt *statement;

	if (!commit->feed_id &&
	    sqlite_store_find_feed(
	        store, commit->feed_name, &commit->feed_id, err) == -1)
		return -1;
	statement = store->statements[
	    commit->feed_id ? ST_FEED_UPDATE : ST_FEED_INSERT];
	sqlite_store_bind_feed(statement, commit->feed_state);
	if (commit->feed_id)
		bind_int(statement, 22, commit->feed_id);
	else
		bind_text(statement, 22, commit->feed_name);
	if (sqlite_store_run(store, statement, err) == -1)
		return -1;
	if (!commit->feed_id)
		commit->feed_id = sqlite3_last_insert_rowid(store->db);
	return 0;
}

static int
sqlite_store_put_item(struct sqlite_store *store, int64_t feed,
    const struct store_item *item, int64_t now_ms, struct err *err)
{
	enum statement kind = ST_SEEN_INSERT;
	sqlite3_stmt *statement;

	if (item->status == ITEM_KNOWN) {
		if (now_ms - item->last_seen_ms < SQLITE_STORE_SEEN_STEP_MS)
			return 0;
		kind = ST_SEEN_TOUCH;
	} else if (item->status == ITEM_CHANGED)
		kind = ST_SEEN_UPDATE;
	statement = store->statements[kind];
	bind_int(statement, 1, feed);
	bind_item(statement, 2, item->id);
	if (kind == ST_SEEN_TOUCH)
		bind_int(statement, 3, now_ms);
	else {
		bind_int(statement, 3, (int64_t)item->title_fp);
		bind_int(statement, 4, (int64_t)item->body_fp);
		bind_int(statement, 5, now_ms);
	}
	return sqlite_store_run(store, statement, err);
}

static int
sqlite_store_put_alerted(struct sqlite_store *store,
    const struct store_commit *commit, const struct store_alerted *alerted,
    struct err *err)
{
	sqlite3_stmt *statement = store->statements[ST_ALERTED_PUT];

	bind_int(statement, 1, commit->feed_id);
	bind_item(statement, 2, commit->items[alerted->item].id);
	bind_text(statement, 3, alerted->topic);
	bind_int(statement, 4, alerted->revision);
	return sqlite_store_run(store, statement, err);
}

/* An event that is there already keeps its deliveries as they are. */
static int
sqlite_store_put_event(struct sqlite_store *store,
    const struct store_event *event, int64_t now_ms, struct err *err)
{
	sqlite3_stmt *statement = store->statements[ST_EVENT_INSERT];
	int64_t num;
	size_t i;

	bind_text(statement, 1, event->id);
	bind_text(statement, 2, event->type);
	bind_text(statement, 3, event->topic);
	bind_int(statement, 4, event->time_ms);
	bind_text(statement, 5, event->body);
	if (sqlite_store_run(store, statement, err) == -1)
		return -1;
	if (sqlite3_changes(store->db) == 0)
		return 0;
	num = sqlite3_last_insert_rowid(store->db);
	statement = store->statements[ST_OUTBOX_INSERT];
	for (i = 0; i < event->sink_count; i++) {
		bind_int(statement, 1, num);
		bind_text(statement, 2, event->sinks[i]);
		bind_text(statement, 3, event->order_key);
		bind_int(statement, 4, now_ms);
		if (sqlite_store_run(store, statement, err) == -1)
			return -1;
	}
	return 0;
}

static int
sqlite_store_put(struct sqlite_store *store, struct store_commit *commit,
    struct err *err)
{
	size_t i;

	if (commit->feed_name &&
	    sqlite_store_put_feed(store, commit, err) == -1)
		return -1;
	for (i = 0; i < commit->item_count; i++) {
		if (sqlite_store_put_item(store, commit->feed_id,
		        &commit->items[i], commit->now_ms, err) == -1)
			return -1;
	}
	for (i = 0; i < commit->alerted_count; i++) {
		if (sqlite_store_put_alerted(
		        store, commit, &commit->alerted[i], err) == -1)
			return -1;
	}
	for (i = 0; i < commit->event_count; i++) {
		if (sqlite_store_put_event(store, &commit->events[i],
		        commit->now_ms, err) == -1)
			return -1;
	}
	return 0;
}

static void
sqlite_store_read_delivery(
    sqlite3_stmt *statement, struct store_delivery *delivery)
{
	delivery->row = sqlite3_column_int64(statement, 0);
	delivery->event_id = column_text(statement, 1);
	delivery->body = column_text(statement, 2);
	delivery->order_key = column_text(statement, 3);
	delivery->created_ms = sqlite3_column_int64(statement, 4);
	delivery->first_attempt_ms = column_time(statement, 5);
	delivery->attempts = sqlite3_column_int(statement, 6);
}

static bool
sqlite_store_is_claimed(const struct sqlite_store *store, int64_t row)
{
	return map_get_bytes(store->claimed, &row, sizeof(row)) != NULL;
}

static int
sqlite_store_claim(struct sqlite_store *store, struct store_claim *claim,
    struct err *err)
{
	sqlite3_stmt *statement = store->statements[ST_CLAIM];
	int rc;

	store_claim_clear(claim);
	claim->deliveries = xcalloc(claim->max, sizeof(*claim->deliveries));
	bind_text(statement, 1, claim->sink);
	bind_int(statement, 2, claim->now_ms);
	while ((rc = sqlite_store_step(store, statement, err)) == 1) {
		if (sqlite_store_is_claimed(
		        store, sqlite3_column_int64(statement, 0)))
			continue;
		if (claim->count == claim->max) {
			/* the rest is due now, too */
			sqlite3_reset(statement);
			claim->next_due_ms = claim->now_ms;
			return 0;
		}
		sqlite_store_read_delivery(
		    statement, &claim->deliveries[claim->count++]);
	}
	if (rc == -1)
		return -1;
	statement = store->statements[ST_CLAIM_NEXT];
	bind_text(statement, 1, claim->sink);
	bind_int(statement, 2, claim->now_ms);
	if (sqlite_store_step(store, statement, err) != 1)
		return -1;
	claim->next_due_ms = column_time(statement, 0);
	if (claim->next_due_ms == TIME_NONE)
		claim->next_due_ms = INT64_MAX;
	sqlite3_reset(statement);
	return 0;
}

static int
sqlite_store_settle_one(struct sqlite_store *store,
    const struct store_settlement *settlement, int64_t now_ms,
    struct err *err)
{
	sqlite3_stmt *statement;

	switch (settlement->outcome) {
	case SETTLE_DELIVERED:
		statement = store->statements[ST_DELIVERED];
		bind_int(statement, 1, settlement->row);
		break;
	case SETTLE_RETRY:
		statement = store->statements[ST_RETRY];
		bind_int(statement, 1, settlement->row);
		bind_int(statement, 2, settlement->due_ms);
		bind_int(statement, 3, now_ms);
		bind_text(statement, 4, settlement->reason);
		break;
	case SETTLE_DEAD:
		statement = store->statements[ST_DEAD];
		bind_int(statement, 1, settlement->row);
		bind_int(statement, 2, now_ms);
		bind_text(statement, 3, settlement->reason);
		break;
	default:
		return 0;
	}
	return sqlite_store_run(store, statement, err);
}

static int
sqlite_store_settle(struct sqlite_store *store, struct store_settle *settle,
    struct err *err)
{
	sqlite3_stmt *statement = store->statements[ST_POSITION];
	size_t i;

	for (i = 0; i < settle->count; i++) {
		if (sqlite_store_settle_one(store, &settle->settlements[i],
		        settle->now_ms, err) == -1)
			return -1;
	}
	if (!settle->has_position)
		return 0;
	bind_text(statement, 1, settle->sink);
	bind_int(statement, 2, (int64_t)settle->position.device);
	bind_int(statement, 3, (int64_t)settle->position.inode);
	bind_int(statement, 4, settle->position.offset);
	bind_int(statement, 5, settle->position.seq);
	return sqlite_store_run(store, statement, err);
}

static int
sqlite_store_delete(struct sqlite_store *store, enum statement kind,
    int64_t before_ms, size_t max, size_t *deleted, struct err *err)
{
	sqlite3_stmt *statement = store->statements[kind];
	int limit = 1;

	if (kind != ST_PRUNE_ALERTED)
		bind_int(statement, limit++, before_ms);
	bind_int(statement, limit, (int64_t)max);
	if (sqlite_store_run(store, statement, err) == -1)
		return -1;
	*deleted += (size_t)sqlite3_changes(store->db);
	return 0;
}

static int
sqlite_store_prune(
    struct sqlite_store *store, struct store_prune *prune, struct err *err)
{
	prune->deleted = 0;
	if (sqlite_store_delete(store, ST_PRUNE_SEEN, prune->seen_before_ms,
	        prune->max, &prune->deleted, err) == -1)
		return -1;
	if (sqlite_store_delete(store, ST_PRUNE_ALERTED, 0, prune->max,
	        &prune->deleted, err) == -1)
		return -1;
	return sqlite_store_delete(store, ST_PRUNE_EVENT,
	    prune->events_before_ms, prune->max, &prune->deleted, err);
}

static int
sqlite_store_execute(
    void *database, struct store_request *request, struct err *err)
{
	struct sqlite_store *store = database;

	switch (request->kind) {
	case STORE_LOOKUP:
		return sqlite_store_lookup(
		    store, (struct store_lookup *)request, err);
	case STORE_COMMIT:
		return sqlite_store_put(
		    store, (struct store_commit *)request, err);
	case STORE_CLAIM:
		return sqlite_store_claim(
		    store, (struct store_claim *)request, err);
	case STORE_SETTLE:
		return sqlite_store_settle(
		    store, (struct store_settle *)request, err);
	case STORE_PRUNE:
		return sqlite_store_prune(
		    store, (struct store_prune *)request, err);
	}
	return err_set(err, "unknown request");
}

/* Claims are remembered once they are certain, and forgotten when settled. */
static void
sqlite_store_ended(void *database, struct store_request *request)
{
	struct sqlite_store *store = database;
	size_t i;

	if (request->rc == -1)
		return;
	if (request->kind == STORE_CLAIM) {
		struct store_claim *claim = (struct store_claim *)request;

		for (i = 0; i < claim->count; i++)
			map_put_bytes(store->claimed,
			    &claim->deliveries[i].row, sizeof(int64_t), store);
	} else if (request->kind == STORE_SETTLE) {
		struct store_settle *settle = (struct store_settle *)request;

		for (i = 0; i < settle->count; i++)
			map_remove_bytes(store->claimed,
			    &settle->settlements[i].row, sizeof(int64_t));
	}
}

static int
sqlite_store_step_schema(
    struct sqlite_store *store, int version, struct err *err)
{
	char *pragma = xasprintf("PRAGMA user_version = %d", version + 1);
	int rc = -1;

	if (sqlite_store_exec(store, "BEGIN IMMEDIATE", err) == 0 &&
	    sqlite_store_exec(store, schema_steps[version], err) == 0 &&
	    sqlite_store_exec(store, pragma, err) == 0 &&
	    sqlite_store_exec(store, "COMMIT", err) == 0)
		rc = 0;
	free(pragma);
	return rc;
}

static int
sqlite_store_read_pragma(struct sqlite_store *store, const char *sql,
    int *value_r, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	int rc = -1;

	if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) ==
	        SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW) {
		*value_r = sqlite3_column_int(statement, 0);
		rc = 0;
	} else
		sqlite_store_fail(store, err);
	sqlite3_finalize(statement);
	return rc;
}

/* Brings the file to the current schema, one transaction a step. */
static int
sqlite_store_migrate(struct sqlite_store *store, struct err *err)
{
	int version = 0, id = 0;

	if (sqlite_store_read_pragma(
	        store, "PRAGMA user_version", &version, err) == -1 ||
	    sqlite_store_read_pragma(
	        store, "PRAGMA application_id", &id, err) == -1)
		return -1;
	if (version > 0 && id != SQLITE_STORE_ID)
		return err_set(
		    err, "%s belongs to another program", store->path);
	if (version > schema_version)
		return err_set(err, "%s has schema %d, this wirewatchd knows "
		    "up to %d: it was written by a newer one", store->path,
		    version, schema_version);
	if (version == 0) {
		char *pragma = xasprintf(
		    "PRAGMA application_id = %d", SQLITE_STORE_ID);
		int rc = sqlite_store_exec(store, pragma, err);

		free(pragma);
		if (rc == -1)
			return -1;
	}
	for (; version < schema_version; version++) {
		if (sqlite_store_step_schema(store, version, err) == -1)
			return -1;
	}
	return 0;
}

static int
sqlite_store_settings(struct sqlite_store *store, struct err *err)
{
	char *sql = xasprintf("PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL;"
	    "PRAGMA cache_size = -%d;"
	    "PRAGMA journal_size_limit = %d;"
	    "PRAGMA trusted_schema = OFF;",
	    SQLITE_STORE_CACHE_KIB, SQLITE_STORE_JOURNAL_MAX);
	int rc = sqlite_store_exec(store, sql, err);

	store->is_durable = true;
	free(sql);
	return rc;
}

static int
sqlite_store_prepare(struct sqlite_store *store, struct err *err)
{
	int i;

	for (i = 0; i < ST_COUNT; i++) {
		if (sqlite3_prepare_v3(store->db, statement_texts[i], -1,
		        SQLITE_PREPARE_PERSISTENT, &store->statements[i],
		        NULL) != SQLITE_OK)
			return sqlite_store_fail(store, err);
	}
	return 0;
}

/*
 * The lock is the kernel's, so that it never outlives its owner; the pid in
 * the file only tells people who that is.
 */
static int
sqlite_store_lock(
    struct sqlite_store *store, const char *state_dir, struct err *err)
{
	char *path = xasprintf("%s/%s", state_dir, SQLITE_STORE_LOCK);
	char pid[24] = "";
	int rc = 0;

	store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (store->lock == -1)
		rc = err_errno(err, "cannot open %s", path);
	else if (flock(store->lock, LOCK_EX | LOCK_NB) == -1) {
		ssize_t n = read(store->lock, pid, sizeof(pid) - 1);

		pid[n > 0 ? n : 0] = '\0';
		pid[strcspn(pid, "\n")] = '\0';
		rc = err_set(err, "%s is in use by another wirewatchd, pid %s",
		    state_dir, pid[0] ? pid : "unknown");
	} else {
		int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

		if (ftruncate(store->lock, 0) == -1 ||
		    write(store->lock, pid, (size_t)len) != len)
			rc = err_errno(err, "cannot write %s", path);
	}
	free(path);
	return rc;
}

static void
sqlite_store_close(void *database)
{
	struct sqlite_store *store = database;
	int i;

	for (i = 0; i < ST_COUNT; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	map_free(&store->claimed, NULL);
	if (store->lock != -1)
		close(store->lock);
	free(store->path);
	free(store);
}

static int
sqlite_store_open_file(struct sqlite_store *store, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
	    SQLITE_OPEN_FULLMUTEX;
	int fd = open(store->path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);

	/* made here for its mode; SQLite gives its own files the same */
	if (fd == -1)
		return err_errno(err, "cannot open %s", store->path);
	close(fd);
	if (sqlite3_open_v2(store->path, &store->db, flags, NULL) != SQLITE_OK)
		return sqlite_store_fail(store, err);
	if (sqlite_store_settings(store, err) == -1 ||
	    sqlite_store_migrate(store, err) == -1)
		return -1;
	return sqlite_store_prepare(store, err);
}

static void *
sqlite_store_open(const char *state_dir, struct err *err)
{
	struct sqlite_store *store = xcalloc(1, sizeof(*store));

	store->lock = -1;
	store->claimed = map_new();
	store->path = xasprintf("%s/%s", state_dir, SQLITE_STORE_FILE);
	if (mkdir(state_dir, 0750) == -1 && errno != EEXIST)
		err_errno(err, "cannot create %s", state_dir);
	else if (sqlite_store_lock(store, state_dir, err) == 0 &&
	    sqlite_store_open_file(store, err) == 0)
		return store;
	sqlite_store_close(store);
	return NULL;
}

static void
sqlite_store_read_feed(sqlite3_stmt *statement, struct feed_state *state)
{
	const char *status;

	feed_state_init(state);
	state->url = column_text(statement, 0);
	state->etag = column_text(statement, 1);
	state->last_modified = column_text(statement, 2);
	state->moved_url = column_text(statement, 3);
	state->moved_count = sqlite3_column_int(statement, 4);
	state->has_moved = sqlite3_column_int(statement, 5) != 0;
	state->body_hash = (uint64_t)sqlite3_column_int64(statement, 6);
	state->last_poll_ms = column_time(statement, 7);
	state->last_ok_ms = column_time(statement, 8);
	state->last_new_ms = column_time(statement, 9);
	state->newest_s = column_time(statement, 10);
	state->oldest_s = column_time(statement, 11);
	state->next_due_ms = column_time(statement, 12);
	state->interval_ms = sqlite3_column_int64(statement, 13);
	state->latency_ms = sqlite3_column_int64(statement, 14);
	state->bytes = sqlite3_column_int64(statement, 15);
	state->failures = sqlite3_column_int(statement, 16);
	state->item_count = sqlite3_column_int(statement, 17);
	status = (const char *)sqlite3_column_text(statement, 18);
	if (!status || feed_status_parse(status, &state->status) == -1)
		state->status = FEED_NEW;
	state->status_since_ms = column_time(statement, 19);
	state->reason = column_text(statement, 20);
}

static int
sqlite_store_load_feeds(
    void *database, store_feed_fn each, void *data, struct err *err)
{
	struct sqlite_store *store = database;
	sqlite3_stmt *statement = NULL;
	struct feed_state state;
	int rc;

	if (sqlite3_prepare_v2(store->db,
	        "SELECT " FEED_COLUMNS ", name, id FROM feed", -1, &statement,
	        NULL) != SQLITE_OK)
		return sqlite_store_fail(store, err);
	while ((rc = sqlite_store_step(store, statement, err)) == 1) {
		sqlite_store_read_feed(statement, &state);
		each(data, (const char *)sqlite3_column_text(statement, 21),
		    sqlite3_column_int64(statement, 22), &state);
		feed_state_clear(&state);
	}
	sqlite3_finalize(statement);
	return rc;
}

static int
sqlite_store_count_sink(void *database, const char *sink,
    struct store_counts *counts_r, struct err *err)
{
	struct sqlite_store *store = database;
	sqlite3_stmt *statement = NULL;
	int rc;

	if (sqlite3_prepare_v2(store->db,
	        "SELECT count(*) FILTER (WHERE is_dead = 0),"
	        " count(*) FILTER (WHERE is_dead = 1)"
	        " FROM outbox WHERE sink = ?1",
	        -1, &statement, NULL) != SQLITE_OK)
		return sqlite_store_fail(store, err);
	bind_text(statement, 1, sink);
	rc = sqlite_store_step(store, statement, err);
	if (rc == 1) {
		counts_r->pending = sqlite3_column_int64(statement, 0);
		counts_r->dead = sqlite3_column_int64(statement, 1);
	}
	sqlite3_finalize(statement);
	return rc == 1 ? 0 : -1;
}

static int
sqlite_store_load_position(void *database, const char *sink,
    struct log_position *position_r, struct err *err)
{
	struct sqlite_store *store = database;
	sqlite3_stmt *statement = NULL;
	int rc;

	if (sqlite3_prepare_v2(store->db,
	        "SELECT device, inode, offset, seq FROM log_position"
	        " WHERE sink = ?1",
	        -1, &statement, NULL) != SQLITE_OK)
		return sqlite_store_fail(store, err);
	bind_text(statement, 1, sink);
	rc = sqlite_store_step(store, statement, err);
	if (rc == 1) {
		position_r->device =
		    (uint64_t)sqlite3_column_int64(statement, 0);
		position_r->inode =
		    (uint64_t)sqlite3_column_int64(statement, 1);
		position_r->offset = sqlite3_column_int64(statement, 2);
		position_r->seq = sqlite3_column_int64(statement, 3);
	}
	sqlite3_finalize(statement);
	return rc == 1 ? 0 : rc == 0 ? 1 : -1;
}

const struct store_ops store_sqlite = {
    .open = sqlite_store_open,
    .close = sqlite_store_close,
    .begin = sqlite_store_begin,
    .commit = sqlite_store_commit,
    .rollback = sqlite_store_rollback,
    .execute = sqlite_store_execute,
    .ended = sqlite_store_ended,
    .load_feeds = sqlite_store_load_feeds,
    .count_sink = sqlite_store_count_sink,
    .load_position = sqlite_store_load_position,
};
