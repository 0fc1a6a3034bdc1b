/*
 * Events and their deliveries. Rows that were claimed are remembered in
 * memory, not in the file: after a crash nobody holds them any more. What a
 * transaction changed of that is noted, so that its undoing undoes it, too.
 */
#include <stdlib.h>

#include "lib/alloc.h"
#include "lib/clock.h"
#include "store/sqlite_db.h"

static bool
sqlite_outbox_is_claimed(const struct sqlite_db *db, int64_t row)
{
	return map_get_bytes(db->claimed, &row, sizeof(row)) != NULL;
}

static void
sqlite_outbox_set_claimed(struct sqlite_db *db, int64_t row, bool is_claimed)
{
	if (is_claimed)
		(void)map_put_bytes(db->claimed, &row, sizeof(row), db);
	else
		(void)map_remove_bytes(db->claimed, &row, sizeof(row));
}

static void
sqlite_outbox_change_claim(struct sqlite_db *db, int64_t row, bool is_claimed)
{
	bool was_claimed = sqlite_outbox_is_claimed(db, row);

	if (was_claimed == is_claimed)
		return;
	db->changes = xgrow(db->changes, db->change_count + 1, &db->change_cap,
	    sizeof(*db->changes));
	db->changes[db->change_count].row = row;
	db->changes[db->change_count++].was_claimed = was_claimed;
	sqlite_outbox_set_claimed(db, row, is_claimed);
}

void
sqlite_outbox_ended(struct sqlite_db *db, bool is_committed)
{
	size_t i = is_committed ? 0 : db->change_count;

	while (i-- > 0)
		sqlite_outbox_set_claimed(
		    db, db->changes[i].row, db->changes[i].was_claimed);
	db->change_count = 0;
}

/* An event that is there already keeps its deliveries as they are. */
int
sqlite_outbox_put(struct sqlite_db *db, const struct store_event *event,
    int64_t now_ms, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_EVENT_INSERT];
	int64_t num;
	size_t i;

	sqlite_bind_text(statement, 1, event->id);
	sqlite_bind_text(statement, 2, event->type);
	sqlite_bind_text(statement, 3, event->topic);
	sqlite_bind_int(statement, 4, event->time_ms);
	sqlite_bind_text(statement, 5, event->body);
	if (sqlite_db_run(db, ST_EVENT_INSERT, err) == -1)
		return -1;
	if (sqlite3_changes(db->handle) == 0)
		return 0;
	num = sqlite3_last_insert_rowid(db->handle);
	statement = db->statements[ST_OUTBOX_INSERT];
	for (i = 0; i < event->sink_count; i++) {
		sqlite_bind_int(statement, 1, num);
		sqlite_bind_text(statement, 2, event->sinks[i]);
		sqlite_bind_text(statement, 3, event->order_key);
		sqlite_bind_int(statement, 4, now_ms);
		if (sqlite_db_run(db, ST_OUTBOX_INSERT, err) == -1)
			return -1;
	}
	return 0;
}

static int
sqlite_outbox_read(sqlite3_stmt *statement, struct store_delivery *delivery)
{
	delivery->row = sqlite3_column_int64(statement, 0);
	delivery->event_id = sqlite_column_text(statement, 1);
	delivery->body = sqlite_column_text(statement, 2);
	delivery->order_key = sqlite_column_text(statement, 3);
	delivery->created_ms = sqlite_column_time(statement, 4);
	delivery->first_attempt_ms = sqlite_column_time(statement, 5);
	delivery->attempts = sqlite_column_count(statement, 6);
	return delivery->event_id && delivery->body && delivery->order_key ? 0
									   : -1;
}

/*
 * Takes deliveries of one kind, until the claim holds `limit`. 1 when it does
 * and there is more, 0 when there is not.
 */
static int
sqlite_outbox_take(struct sqlite_db *db, struct store_claim *claim,
    enum sqlite_statement kind, size_t limit, struct err *err)
{
	sqlite3_stmt *statement = db->statements[kind];
	int rc;

	sqlite_bind_text(statement, 1, claim->sink);
	if (kind == ST_CLAIM_RETRY)
		sqlite_bind_int(statement, 2, claim->now_ms);
	while ((rc = sqlite_db_step(db, kind, err)) == 1) {
		struct store_delivery *delivery;
		int64_t row = sqlite3_column_int64(statement, 0);

		if (sqlite_outbox_is_claimed(db, row))
			continue;
		if (claim->count == limit)
			break;
		delivery = &claim->deliveries[claim->count++];
		if (sqlite_outbox_read(statement, delivery) == -1) {
			sqlite_db_reset(db, kind);
			return sqlite_db_damaged(db, "a delivery", err);
		}
		sqlite_outbox_change_claim(db, row, true);
	}
	sqlite_db_reset(db, kind);
	return rc;
}

static int
sqlite_outbox_find_next(
    struct sqlite_db *db, struct store_claim *claim, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_CLAIM_NEXT];
	int rc;

	sqlite_bind_text(statement, 1, claim->sink);
	sqlite_bind_int(statement, 2, claim->now_ms);
	rc = sqlite_db_step(db, ST_CLAIM_NEXT, err);
	if (rc == -1)
		return -1;
	claim->next_due_ms = INT64_MAX;
	if (rc == 1 && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		claim->next_due_ms = sqlite_column_time(statement, 0);
	sqlite_db_reset(db, ST_CLAIM_NEXT);
	return 0;
}

/*
 * New deliveries and retries share what is taken: a backlog of the ones does
 * not keep the others waiting.
 */
int
sqlite_outbox_claim(
    struct sqlite_db *db, struct store_claim *claim, struct err *err)
{
	size_t half = claim->max - claim->max / 2;
	int news, retries;

	/* a second run, after a batch that failed, starts anew */
	store_claim_clear(claim);
	claim->deliveries = xcalloc(claim->max, sizeof(*claim->deliveries));
	news = sqlite_outbox_take(db, claim, ST_CLAIM_NEW, half, err);
	if (news == -1)
		return -1;
	retries =
	    sqlite_outbox_take(db, claim, ST_CLAIM_RETRY, claim->max, err);
	if (retries == -1)
		return -1;
	if (news == 1)
		news = sqlite_outbox_take(
		    db, claim, ST_CLAIM_NEW, claim->max, err);
	if (news == -1)
		return -1;
	if (news == 0 && retries == 0)
		return sqlite_outbox_find_next(db, claim, err);
	/* the rest is due now, too */
	claim->next_due_ms = claim->now_ms;
	return 0;
}

/*
 * What waits behind a delivery that is tried again later is set aside until
 * then: a claim would look at it each time, and pass it by each time.
 */
static int
sqlite_outbox_retry(struct sqlite_db *db,
    const struct store_settlement *settlement, int64_t now_ms, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_RETRY];

	sqlite_bind_int(statement, 1, settlement->row);
	sqlite_bind_int(statement, 2, settlement->due_ms);
	sqlite_bind_int(statement, 3, now_ms);
	sqlite_bind_text(statement, 4, settlement->reason);
	if (sqlite_db_run(db, ST_RETRY, err) == -1)
		return -1;
	statement = db->statements[ST_RETRY_FOLLOWERS];
	sqlite_bind_int(statement, 1, settlement->row);
	sqlite_bind_int(statement, 2, settlement->due_ms);
	return sqlite_db_run(db, ST_RETRY_FOLLOWERS, err);
}

static int
sqlite_outbox_settle_one(struct sqlite_db *db,
    const struct store_settlement *settlement, int64_t now_ms, struct err *err)
{
	sqlite3_stmt *statement;

	switch (settlement->outcome) {
	case SETTLE_DELIVERED:
		sqlite_bind_int(
		    db->statements[ST_DELIVERED], 1, settlement->row);
		return sqlite_db_run(db, ST_DELIVERED, err);
	case SETTLE_RETRY:
		return sqlite_outbox_retry(db, settlement, now_ms, err);
	case SETTLE_DEAD:
		statement = db->statements[ST_DEAD];
		sqlite_bind_int(statement, 1, settlement->row);
		sqlite_bind_int(statement, 2, now_ms);
		sqlite_bind_text(statement, 3, settlement->reason);
		return sqlite_db_run(db, ST_DEAD, err);
	case SETTLE_RELEASE:
		return 0;
	}
	return err_set(err, "unknown settlement");
}

static int
sqlite_outbox_put_position(
    struct sqlite_db *db, const struct store_settle *settle, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_POSITION_PUT];

	sqlite_bind_text(statement, 1, settle->sink);
	sqlite_bind_int(statement, 2, (int64_t)settle->position.device);
	sqlite_bind_int(statement, 3, (int64_t)settle->position.inode);
	sqlite_bind_int(statement, 4, settle->position.offset);
	sqlite_bind_int(statement, 5, settle->position.seq);
	return sqlite_db_run(db, ST_POSITION_PUT, err);
}

/* Deliveries that a log holds already, by their events. */
static int
sqlite_outbox_settle_written(
    struct sqlite_db *db, struct store_settle *settle, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_WRITTEN];
	size_t i;

	settle->written_found = 0;
	for (i = 0; i < settle->written_count; i++) {
		sqlite_bind_text(statement, 1, settle->sink);
		sqlite_bind_text(statement, 2, settle->written[i]);
		if (sqlite_db_run(db, ST_WRITTEN, err) == -1)
			return -1;
		settle->written_found += (size_t)sqlite3_changes(db->handle);
	}
	return 0;
}

int
sqlite_outbox_settle(
    struct sqlite_db *db, struct store_settle *settle, struct err *err)
{
	size_t i;

	for (i = 0; i < settle->count; i++) {
		const struct store_settlement *one = &settle->settlements[i];

		if (sqlite_outbox_settle_one(db, one, settle->now_ms, err) ==
		    -1)
			return -1;
		sqlite_outbox_change_claim(db, one->row, false);
	}
	if (sqlite_outbox_settle_written(db, settle, err) == -1)
		return -1;
	return settle->has_position
		   ? sqlite_outbox_put_position(db, settle, err)
		   : 0;
}

int
sqlite_outbox_count(struct sqlite_db *db, const char *sink,
    struct store_counts *counts_r, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_COUNTS];
	int rc;

	sqlite_bind_text(statement, 1, sink);
	rc = sqlite_db_step(db, ST_COUNTS, err);
	if (rc != 1)
		return rc == 0 ? sqlite_db_damaged(db, "the outbox", err) : -1;
	counts_r->pending = sqlite3_column_int64(statement, 0);
	counts_r->dead = sqlite3_column_int64(statement, 1);
	sqlite_db_reset(db, ST_COUNTS);
	return 0;
}

int
sqlite_outbox_position(struct sqlite_db *db, const char *sink,
    struct log_position *position_r, struct err *err)
{
	sqlite3_stmt *statement = db->statements[ST_POSITION_FIND];
	int rc;

	sqlite_bind_text(statement, 1, sink);
	rc = sqlite_db_step(db, ST_POSITION_FIND, err);
	if (rc != 1)
		return rc == 0 ? 1 : -1;
	position_r->device = (uint64_t)sqlite3_column_int64(statement, 0);
	position_r->inode = (uint64_t)sqlite3_column_int64(statement, 1);
	position_r->offset = sqlite3_column_int64(statement, 2);
	position_r->seq = sqlite3_column_int64(statement, 3);
	sqlite_db_reset(db, ST_POSITION_FIND);
	return 0;
}
