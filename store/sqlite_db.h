#ifndef WIREWATCH_STORE_SQLITE_DB_H
#define WIREWATCH_STORE_SQLITE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/map.h"
#include "store/store_private.h"

/*
 * The one connection to the file, with its prepared statements. Only one
 * thread at a time uses it.
 */
#define SQLITE_DB_FILE "wirewatch.db"
#define SQLITE_DB_LOCK "lock"
#define SQLITE_DB_CHECK_MAX (256LL * 1024 * 1024) /* larger: not checked */

enum sqlite_statement {
	ST_BEGIN,
	ST_COMMIT,
	ST_ROLLBACK,
	ST_FEED_ID,
	ST_FEED_INSERT,
	ST_FEED_UPDATE,
	ST_FEED_DOCUMENT,
	ST_SEEN_FIND,
	ST_SEEN_INSERT,
	ST_SEEN_UPDATE,
	ST_SEEN_TOUCH,
	ST_ALERTED_FIND,
	ST_ALERTED_PUT,
	ST_EVENT_INSERT,
	ST_OUTBOX_INSERT,
	ST_CLAIM_NEW,
	ST_CLAIM_RETRY,
	ST_CLAIM_NEXT,
	ST_DELIVERED,
	ST_WRITTEN,
	ST_RETRY,
	ST_RETRY_FOLLOWERS,
	ST_DEAD,
	ST_COUNTS,
	ST_POSITION_FIND,
	ST_POSITION_PUT,
	ST_SEEN_SCAN,
	ST_SEEN_DELETE,
	ST_ALERTED_DELETE,
	ST_EVENT_SCAN,
	ST_DEAD_DELETE,
	ST_EVENT_DELETE,
	ST_FEED_LOAD,
	ST_COUNT,
};

/* A claim that was noted or dropped by the transaction under way. */
struct sqlite_claim_change {
	int64_t row;
	bool was_claimed;
};

/* Where retention goes on: it looks at a bounded number of rows a time. */
struct sqlite_prune_cursor {
	bool is_at_events;
	int64_t feed;
	unsigned char item[ITEM_ID_SIZE];
	int64_t event_ms;
	int64_t event;
};

void sqlite_prune_rewind(struct sqlite_prune_cursor *cursor);

struct sqlite_db {
	sqlite3 *handle; /* NULL after a failed attempt to open anew */
	sqlite3_stmt *statements[ST_COUNT];
	char *path;
	int lock;
	bool is_durable; /* synchronous is FULL */
	/*
	 * Reading or writing failed, or what was read makes no sense: what
	 * the cache holds may not be what is on the disk. Nothing is done
	 * before the file was opened anew and found sound.
	 */
	bool is_suspect;
	struct map *claimed; /* row numbers as 8 bytes, to themselves */
	struct sqlite_claim_change *changes;
	size_t change_count;
	size_t change_cap;
	struct sqlite_prune_cursor prune;
};

/* Takes the lock, opens, checks and migrates. NULL with the reason. */
struct sqlite_db *sqlite_db_open(const char *state_dir, struct err *err);
void sqlite_db_close(struct sqlite_db **db);
/* Makes a suspect connection usable again; 0 at once for a sound one. */
int sqlite_db_recover(struct sqlite_db *db, struct err *err);
int sqlite_db_exec(struct sqlite_db *db, const char *sql, struct err *err);
/* The last error in words. Notes whether it makes the connection suspect. */
int sqlite_db_fail(struct sqlite_db *db, struct err *err);
/* A row holds what was never written: the file is damaged. */
int sqlite_db_damaged(struct sqlite_db *db, const char *what, struct err *err);

/* Runs a statement that gives no rows and makes it ready for the next time. */
int sqlite_db_run(
    struct sqlite_db *db, enum sqlite_statement kind, struct err *err);
/* 1 with a row, 0 at the end (reset), -1 on error (reset). */
int sqlite_db_step(
    struct sqlite_db *db, enum sqlite_statement kind, struct err *err);
/* Leaves a statement before its end. */
void sqlite_db_reset(struct sqlite_db *db, enum sqlite_statement kind);

/*
 * Bindings by position, from 1. Texts and blobs are borrowed until the
 * statement ran. They fail on misuse only, which asserts.
 */
void sqlite_bind_text(sqlite3_stmt *statement, int i, const char *text);
/* Only the first len bytes of the text. */
void sqlite_bind_text_len(
    sqlite3_stmt *statement, int i, const char *text, int len);
void sqlite_bind_int(sqlite3_stmt *statement, int i, int64_t value);
/* TIME_NONE is NULL in the file. */
void sqlite_bind_time(sqlite3_stmt *statement, int i, int64_t value);
void sqlite_bind_item(sqlite3_stmt *statement, int i, const unsigned char *id);

/* Columns of a row, from 0. A copy, owned by the caller; NULL for NULL. */
char *sqlite_column_text(sqlite3_stmt *statement, int i);
/* Clamped to the years 0 to 9999, so that sums with it cannot overflow. */
int64_t sqlite_column_time(sqlite3_stmt *statement, int i);
/* Clamped to 0..INT_MAX. */
int sqlite_column_count(sqlite3_stmt *statement, int i);
/* Clamped to 0..10^15. */
int64_t sqlite_column_amount(sqlite3_stmt *statement, int i);

/* What requests do; each inside the transaction (sqlite_seen.c). */
int sqlite_seen_lookup(
    struct sqlite_db *db, struct store_lookup *lookup, struct err *err);
int sqlite_seen_put(
    struct sqlite_db *db, struct store_commit *commit, struct err *err);
int sqlite_seen_prune(
    struct sqlite_db *db, struct store_prune *prune, struct err *err);
int sqlite_seen_load_feeds(
    struct sqlite_db *db, store_feed_fn each, void *data, struct err *err);

/* The same of events and their deliveries (sqlite_outbox.c). */
int sqlite_outbox_put(struct sqlite_db *db, const struct store_event *event,
    int64_t now_ms, struct err *err);
int sqlite_outbox_claim(
    struct sqlite_db *db, struct store_claim *claim, struct err *err);
int sqlite_outbox_settle(
    struct sqlite_db *db, struct store_settle *settle, struct err *err);
int sqlite_outbox_count(struct sqlite_db *db, const char *sink,
    struct store_counts *counts_r, struct err *err);
/* 0 with the position, 1 if none is stored, -1 on error. */
int sqlite_outbox_position(struct sqlite_db *db, const char *sink,
    struct log_position *position_r, struct err *err);
/* The transaction ended: its claims stand, or are as before it. */
void sqlite_outbox_ended(struct sqlite_db *db, bool is_committed);

#endif
