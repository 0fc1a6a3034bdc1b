/*
 * The store in one SQLite file, with exactly one connection: WAL, synchronous
 * FULL for whatever must survive a power cut, NORMAL for the rest (a later
 * FULL commit syncs it too). What a request gives back is handed out when its
 * transaction has ended well, never before.
 */
#include "store/sqlite_db.h"

static void *
store_sqlite_open(const char *state_dir, struct err *err)
{
	return sqlite_db_open(state_dir, err);
}

static void
store_sqlite_close(void *database)
{
	struct sqlite_db *db = database;

	sqlite_db_close(&db);
}

static int
store_sqlite_begin(void *database, bool durable, struct err *err)
{
	struct sqlite_db *db = database;

	if (sqlite_db_recover(db, err) == -1)
		return -1;
	if (durable != db->is_durable) {
		if (sqlite_db_exec(db,
			durable ? "PRAGMA synchronous = FULL"
				: "PRAGMA synchronous = NORMAL",
			err) == -1)
			return -1;
		db->is_durable = durable;
	}
	return sqlite_db_run(db, ST_BEGIN, err);
}

static int
store_sqlite_commit(void *database, struct err *err)
{
	struct sqlite_db *db = database;

	if (sqlite_db_run(db, ST_COMMIT, err) == -1)
		return -1;
	sqlite_outbox_ended(db, true);
	return 0;
}

static void
store_sqlite_rollback(void *database)
{
	struct sqlite_db *db = database;
	struct err why;

	/*
	 * Some errors have ended the transaction already. One that cannot be
	 * undone leaves the connection suspect, and that ends it.
	 */
	if (!sqlite3_get_autocommit(db->handle) &&
	    sqlite_db_run(db, ST_ROLLBACK, &why) == -1)
		db->is_suspect = true;
	sqlite_outbox_ended(db, false);
}

static bool
store_sqlite_is_broken(void *database)
{
	const struct sqlite_db *db = database;

	return db->is_suspect;
}

static int
store_sqlite_sink_info(
    struct sqlite_db *db, struct store_sink_info *info, struct err *err)
{
	int rc = sqlite_outbox_position(db, info->sink, &info->position, err);

	if (rc == -1)
		return -1;
	info->has_position = rc == 0;
	return sqlite_outbox_count(db, info->sink, &info->counts, err);
}

static int
store_sqlite_execute(
    void *database, struct store_request *request, struct err *err)
{
	struct sqlite_db *db = database;

	switch (request->kind) {
	case STORE_LOOKUP:
		return sqlite_seen_lookup(
		    db, (struct store_lookup *)request, err);
	case STORE_COMMIT:
		return sqlite_seen_put(db, (struct store_commit *)request, err);
	case STORE_CLAIM:
		return sqlite_outbox_claim(
		    db, (struct store_claim *)request, err);
	case STORE_SETTLE:
		return sqlite_outbox_settle(
		    db, (struct store_settle *)request, err);
	case STORE_PRUNE:
		return sqlite_seen_prune(
		    db, (struct store_prune *)request, err);
	case STORE_SINK_INFO:
		return store_sqlite_sink_info(
		    db, (struct store_sink_info *)request, err);
	}
	return err_set(err, "unknown request");
}

/* A row that was created and undone again must leave no number behind. */
static void
store_sqlite_ended(void *database, struct store_request *request)
{
	(void)database;
	if (request->kind == STORE_COMMIT) {
		struct store_commit *commit = (struct store_commit *)request;

		if (request->rc == 0 && commit->feed_name)
			commit->feed_id = commit->feed_row;
	} else if (request->kind == STORE_LOOKUP) {
		struct store_lookup *lookup = (struct store_lookup *)request;

		if (request->rc == 0)
			lookup->feed_id = lookup->feed_row;
	}
}

static int
store_sqlite_load_feeds(
    void *database, store_feed_fn each, void *data, struct err *err)
{
	if (sqlite_db_recover(database, err) == -1)
		return -1;
	return sqlite_seen_load_feeds(database, each, data, err);
}

static int
store_sqlite_count_sink(void *database, const char *sink,
    struct store_counts *counts_r, struct err *err)
{
	if (sqlite_db_recover(database, err) == -1)
		return -1;
	return sqlite_outbox_count(database, sink, counts_r, err);
}

static int
store_sqlite_load_position(void *database, const char *sink,
    struct log_position *position_r, struct err *err)
{
	if (sqlite_db_recover(database, err) == -1)
		return -1;
	return sqlite_outbox_position(database, sink, position_r, err);
}

const struct store_ops store_sqlite = {
    .open = store_sqlite_open,
    .close = store_sqlite_close,
    .begin = store_sqlite_begin,
    .commit = store_sqlite_commit,
    .rollback = store_sqlite_rollback,
    .is_broken = store_sqlite_is_broken,
    .execute = store_sqlite_execute,
    .ended = store_sqlite_ended,
    .load_feeds = store_sqlite_load_feeds,
    .count_sink = store_sqlite_count_sink,
    .load_position = store_sqlite_load_position,
};
