/*
 * The connection: lock, checks, schema, statements, errors. The file of a
 * database that is not sound is read and never written: neither by a
 * statement nor by the checkpoint of a closing connection.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/clock.h"
#include "store/sqlite_db.h"

#define SQLITE_DB_ID 0x77777463 /* application_id */
#define SQLITE_DB_CACHE_KIB 4096
#define SQLITE_DB_JOURNAL_MAX (64 * 1024 * 1024)
#define SQLITE_DB_TIME_MIN (-62167219200000LL) /* year 0, in ms */
#define SQLITE_DB_TIME_MAX 253402300800000LL /* year 10000 */
#define SQLITE_DB_AMOUNT_MAX 1000000000000000LL

#define FEED_COLUMNS                                                           \
	"url, etag, last_modified, moved_url, moved_count, has_moved,"         \
	" body_hash, last_poll, last_ok, last_new, newest, oldest, next_due,"  \
	" interval, latency, bytes, failures, item_count, status,"             \
	" status_since, reason, told, told_until, asked, skip_hours,"          \
	" skip_days, pace_watched, pace_longest, pace_count"

/* Deliveries of a sink that no older one of the same order key holds back. */
#define CLAIM_SELECT                                                           \
	"SELECT o.row, e.id, e.body, o.order_key, o.created,"                  \
	" o.first_attempt, o.attempts FROM outbox o JOIN event e"              \
	" ON e.num = o.event WHERE o.sink = ?1 AND o.is_dead = 0"              \
	" AND NOT EXISTS (SELECT 1 FROM outbox b"                              \
	" WHERE b.sink = o.sink AND b.order_key = o.order_key"                 \
	" AND b.row < o.row AND b.is_dead = 0)"

static const char *const sqlite_db_texts[ST_COUNT] = {
    [ST_BEGIN] = "BEGIN",
    [ST_COMMIT] = "COMMIT",
    [ST_ROLLBACK] = "ROLLBACK",
    [ST_FEED_ID] = "SELECT id FROM feed WHERE name = ?1",
    [ST_FEED_INSERT] =
	"INSERT INTO feed (" FEED_COLUMNS ", name, document) VALUES (?1, ?2,"
	" ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
	" ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30,"
	" ?31)",
    [ST_FEED_UPDATE] =
	"UPDATE feed SET (" FEED_COLUMNS ") = (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
	" ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,"
	" ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29),"
	" document = coalesce(?31, document) WHERE id = ?30",
    [ST_FEED_DOCUMENT] = "SELECT document FROM feed WHERE id = ?1",
    [ST_SEEN_FIND] = "SELECT title_fp, body_fp, first_seen, last_seen"
		     " FROM seen WHERE feed = ?1 AND item = ?2",
    [ST_SEEN_INSERT] = "INSERT INTO seen (feed, item, title_fp, body_fp,"
		       " first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?5,"
		       " ?5) ON CONFLICT DO NOTHING",
    [ST_SEEN_UPDATE] = "UPDATE seen SET title_fp = ?3, body_fp = ?4,"
		       " last_seen = ?5 WHERE feed = ?1 AND item = ?2",
    [ST_SEEN_TOUCH] =
	"UPDATE seen SET last_seen = ?3 WHERE feed = ?1 AND item = ?2",
    [ST_ALERTED_FIND] = "SELECT topic, revision, title, severity FROM alerted"
			" WHERE feed = ?1 AND item = ?2",
    [ST_ALERTED_PUT] =
	"INSERT INTO alerted (feed, item, topic, revision, title, severity)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
	" ON CONFLICT (feed, item, topic) DO UPDATE SET"
	" revision = excluded.revision, title = excluded.title,"
	" severity = excluded.severity",
    [ST_EVENT_INSERT] = "INSERT INTO event (id, type, topic, time, body)"
			" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    /* due at 0 until the first attempt: whatever becomes of the clock */
    [ST_OUTBOX_INSERT] =
	"INSERT INTO outbox (event, sink, order_key, created, due)"
	" VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT DO NOTHING",
    [ST_CLAIM_NEW] = CLAIM_SELECT " AND o.due = 0 ORDER BY o.row",
    [ST_CLAIM_RETRY] =
	CLAIM_SELECT " AND o.due > 0 AND o.due <= ?2 ORDER BY o.due, o.row",
    [ST_CLAIM_NEXT] = "SELECT min(due) FROM outbox WHERE sink = ?1"
		      " AND is_dead = 0 AND due > ?2",
    [ST_DELIVERED] = "DELETE FROM outbox WHERE row = ?1",
    [ST_WRITTEN] = "DELETE FROM outbox WHERE sink = ?1"
		   " AND event = (SELECT num FROM event WHERE id = ?2)",
    [ST_RETRY] = "UPDATE outbox SET due = ?2, attempts = attempts + 1,"
		 " first_attempt = coalesce(first_attempt, ?3), reason = ?4"
		 " WHERE row = ?1",
    [ST_RETRY_FOLLOWERS] =
	"UPDATE outbox SET due = ?2 WHERE (sink, order_key) ="
	" (SELECT sink, order_key FROM outbox WHERE row = ?1)"
	" AND row > ?1 AND is_dead = 0 AND due < ?2",
    [ST_DEAD] = "UPDATE outbox SET is_dead = 1, attempts = attempts + 1,"
		" first_attempt = coalesce(first_attempt, ?2), reason = ?3"
		" WHERE row = ?1",
    [ST_COUNTS] = "SELECT (SELECT count(*) FROM outbox WHERE sink = ?1"
		  " AND is_dead = 0), (SELECT count(*) FROM outbox"
		  " WHERE sink = ?1 AND is_dead = 1)",
    [ST_POSITION_FIND] =
	"SELECT device, inode, offset, seq FROM log_position WHERE sink = ?1",
    [ST_POSITION_PUT] =
	"INSERT INTO log_position (sink, device, inode, offset, seq)"
	" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (sink) DO UPDATE SET"
	" device = excluded.device, inode = excluded.inode,"
	" offset = excluded.offset, seq = excluded.seq",
    [ST_SEEN_SCAN] = "SELECT feed, item, last_seen FROM seen"
		     " WHERE (feed, item) > (?1, ?2) ORDER BY feed, item",
    [ST_SEEN_DELETE] = "DELETE FROM seen WHERE feed = ?1 AND item = ?2",
    [ST_ALERTED_DELETE] = "DELETE FROM alerted WHERE feed = ?1 AND item = ?2",
    [ST_EVENT_SCAN] = "SELECT num, time FROM event WHERE time >= ?1"
		      " AND (time > ?1 OR num > ?2) AND time < ?3"
		      " ORDER BY time, num",
    [ST_DEAD_DELETE] = "DELETE FROM outbox WHERE event = ?1 AND is_dead = 1",
    [ST_EVENT_DELETE] = "DELETE FROM event WHERE num = ?1 AND NOT EXISTS"
			" (SELECT 1 FROM outbox WHERE event = ?1)",
    [ST_FEED_LOAD] = "SELECT " FEED_COLUMNS ", name, id FROM feed",
};

/* Errors after which memory and disk may disagree. A full disk is none. */
static bool
sqlite_db_is_grave(int code)
{
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_IOERR:
	case SQLITE_NOTADB:
	case SQLITE_PROTOCOL:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return true;
	default:
		return false;
	}
}

int
sqlite_db_fail(struct sqlite_db *db, struct err *err)
{
	int code = sqlite3_errcode(db->handle);

	if (sqlite_db_is_grave(code))
		db->is_suspect = true;
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		return sqlite_db_damaged(db, sqlite3_errmsg(db->handle), err);
	return err_set(err, "%s: %s", db->path, sqlite3_errmsg(db->handle));
}

int
sqlite_db_damaged(struct sqlite_db *db, const char *what, struct err *err)
{
	db->is_suspect = true;
	return err_set(err,
	    "%s is damaged (%s): move it away to start anew, or put a copy "
	    "back",
	    db->path, what);
}

int
sqlite_db_exec(struct sqlite_db *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sqlite_db_fail(db, err);
	return 0;
}

void
sqlite_bind_text(sqlite3_stmt *statement, int i, const char *text)
{
	sqlite_bind_text_len(statement, i, text, -1);
}

static void
sqlite_bind_check(int rc)
{
	if (rc != SQLITE_OK)
		abort(); /* a bug: a wrong position, or a running statement */
}

void
sqlite_bind_text_len(sqlite3_stmt *statement, int i, const char *text, int len)
{
	sqlite_bind_check(
	    sqlite3_bind_text(statement, i, text, len, SQLITE_STATIC));
}

void
sqlite_bind_int(sqlite3_stmt *statement, int i, int64_t value)
{
	sqlite_bind_check(sqlite3_bind_int64(statement, i, value));
}

void
sqlite_bind_time(sqlite3_stmt *statement, int i, int64_t value)
{
	if (value == TIME_NONE)
		sqlite_bind_check(sqlite3_bind_null(statement, i));
	else
		sqlite_bind_int(statement, i, value);
}

void
sqlite_bind_item(sqlite3_stmt *statement, int i, const unsigned char *id)
{
	sqlite_bind_check(
	    sqlite3_bind_blob(statement, i, id, ITEM_ID_SIZE, SQLITE_STATIC));
}

char *
sqlite_column_text(sqlite3_stmt *statement, int i)
{
	const char *text = (const char *)sqlite3_column_text(statement, i);

	return text ? xstrdup(text) : NULL;
}

static int64_t
sqlite_column_clamped(sqlite3_stmt *statement, int i, int64_t min, int64_t max)
{
	int64_t value = sqlite3_column_int64(statement, i);

	if (value < min)
		return min;
	return value > max ? max : value;
}

int64_t
sqlite_column_time(sqlite3_stmt *statement, int i)
{
	if (sqlite3_column_type(statement, i) == SQLITE_NULL)
		return TIME_NONE;
	return sqlite_column_clamped(
	    statement, i, SQLITE_DB_TIME_MIN, SQLITE_DB_TIME_MAX);
}

int
sqlite_column_count(sqlite3_stmt *statement, int i)
{
	return (int)sqlite_column_clamped(statement, i, 0, INT_MAX);
}

int64_t
sqlite_column_amount(sqlite3_stmt *statement, int i)
{
	return sqlite_column_clamped(statement, i, 0, SQLITE_DB_AMOUNT_MAX);
}

void
sqlite_prune_rewind(struct sqlite_prune_cursor *cursor)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->event_ms = INT64_MIN;
}

int
sqlite_db_step(
    struct sqlite_db *db, enum sqlite_statement kind, struct err *err)
{
	int rc = sqlite3_step(db->statements[kind]);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		(void)sqlite_db_fail(db, err);
	sqlite_db_reset(db, kind);
	return rc == SQLITE_DONE ? 0 : -1;
}

/* Repeats the error of the last step, if there was one: it is told already. */
void
sqlite_db_reset(struct sqlite_db *db, enum sqlite_statement kind)
{
	(void)sqlite3_reset(db->statements[kind]);
}

int
sqlite_db_run(struct sqlite_db *db, enum sqlite_statement kind, struct err *err)
{
	int rc = sqlite_db_step(db, kind, err);

	if (rc == 1)
		sqlite_db_reset(db, kind);
	return rc == -1 ? -1 : 0;
}

/* The first column of the one row, as a number or (text_r) as text. */
static int
sqlite_db_ask(struct sqlite_db *db, const char *sql, int64_t *number_r,
    char **text_r, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	int rc = -1;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) ==
		SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW) {
		if (number_r)
			*number_r = sqlite3_column_int64(statement, 0);
		if (text_r)
			*text_r = sqlite_column_text(statement, 0);
		rc = 0;
	} else
		(void)sqlite_db_fail(db, err);
	(void)sqlite3_finalize(statement);
	return rc;
}

/* That the answer is this text. */
static int
sqlite_db_expect(struct sqlite_db *db, const char *sql, const char *wanted,
    char **answer_r, struct err *err)
{
	if (sqlite_db_ask(db, sql, NULL, answer_r, err) == -1)
		return -1;
	return *answer_r && strcmp(*answer_r, wanted) == 0 ? 0 : 1;
}

static int
sqlite_db_step_schema(struct sqlite_db *db, int64_t version, struct err *err)
{
	char *pragma = xasprintf("PRAGMA application_id = %d;"
				 "PRAGMA user_version = %" PRId64,
	    SQLITE_DB_ID, version + 1);
	int rc = -1;

	/* a step that fails is undone by closing */
	if (sqlite_db_exec(db, "BEGIN IMMEDIATE", err) == 0 &&
	    sqlite_db_exec(db, schema_steps[version], err) == 0 &&
	    sqlite_db_exec(db, pragma, err) == 0 &&
	    sqlite_db_exec(db, "COMMIT", err) == 0)
		rc = 0;
	free(pragma);
	return rc;
}

/* Whose file it is, and how old; nothing is written to a strange one. */
static int
sqlite_db_identify(struct sqlite_db *db, int64_t *version_r, struct err *err)
{
	int64_t id, tables;

	if (sqlite_db_ask(db, "PRAGMA user_version", version_r, NULL, err) ==
		-1 ||
	    sqlite_db_ask(db, "PRAGMA application_id", &id, NULL, err) == -1 ||
	    sqlite_db_ask(db, "SELECT count(*) FROM sqlite_schema", &tables,
		NULL, err) == -1)
		return -1;
	if (id != SQLITE_DB_ID && (id || tables || *version_r))
		return err_set(err, "%s belongs to another program", db->path);
	if (*version_r < 0 || (*version_r > 0) != (tables > 0))
		return sqlite_db_damaged(db, "its version and its tables", err);
	if (*version_r > schema_version)
		return err_set(err,
		    "%s has schema %" PRId64 ", this wirewatchd knows up to "
		    "%d: it was written by a newer one",
		    db->path, *version_r, schema_version);
	return 0;
}

/* Damage is met now, while nothing is lost yet by writing on. */
static int
sqlite_db_check(struct sqlite_db *db, struct err *err)
{
	char *answer = NULL;
	struct stat st;
	int rc = 0;

	if (stat(db->path, &st) == -1)
		return err_errno(err, "cannot read %s", db->path);
	if (st.st_size > SQLITE_DB_CHECK_MAX)
		return 0;
	rc = sqlite_db_expect(db, "PRAGMA quick_check(1)", "ok", &answer, err);
	if (rc == 1) {
		if (answer)
			answer[strcspn(answer, "\n")] = '\0';
		rc = sqlite_db_damaged(db, answer ? answer : "?", err);
	}
	free(answer);
	return rc;
}

/*
 * The mode is asked for, because SQLite falls back without a word where it
 * cannot have it, and then less survives a power cut.
 */
static int
sqlite_db_set_journal(struct sqlite_db *db, struct err *err)
{
	char *mode = NULL;
	int rc = sqlite_db_expect(
	    db, "PRAGMA journal_mode = WAL", "wal", &mode, err);

	if (rc == 1)
		rc = err_set(
		    err, "%s: no write-ahead log is possible there", db->path);
	free(mode);
	return rc;
}

static int
sqlite_db_set_up(struct sqlite_db *db, struct err *err)
{
	char *sql = xasprintf("PRAGMA synchronous = FULL;"
			      "PRAGMA cache_size = -%d;"
			      "PRAGMA journal_size_limit = %d;",
	    SQLITE_DB_CACHE_KIB, SQLITE_DB_JOURNAL_MAX);
	int rc = sqlite_db_exec(db, sql, err);

	db->is_durable = true;
	free(sql);
	return rc;
}

static int
sqlite_db_prepare(struct sqlite_db *db, struct err *err)
{
	int i;

	for (i = 0; i < ST_COUNT; i++) {
		if (sqlite3_prepare_v3(db->handle, sqlite_db_texts[i], -1,
			SQLITE_PREPARE_PERSISTENT, &db->statements[i],
			NULL) != SQLITE_OK)
			return sqlite_db_fail(db, err);
	}
	return 0;
}

/* A closing connection writes the log back into the file only if allowed. */
static void
sqlite_db_allow_checkpoint(struct sqlite_db *db, bool is_allowed)
{
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
	    is_allowed ? 0 : 1, NULL);
}

static void
sqlite_db_disconnect(struct sqlite_db *db)
{
	int i;

	for (i = 0; i < ST_COUNT; i++) {
		(void)sqlite3_finalize(db->statements[i]);
		db->statements[i] = NULL;
	}
	if (db->handle && db->is_suspect)
		sqlite_db_allow_checkpoint(db, false);
	(void)sqlite3_close(db->handle);
	db->handle = NULL;
}

/* An empty file with a log was cut: SQLite would throw the log away. */
static int
sqlite_db_check_size(struct sqlite_db *db, struct err *err)
{
	char *log = xasprintf("%s-wal", db->path);
	struct stat file, wal;
	int rc = 0;

	if (stat(db->path, &file) == -1)
		rc = err_errno(err, "cannot read %s", db->path);
	else if (!S_ISREG(file.st_mode))
		rc = err_set(err, "%s is no regular file", db->path);
	else if (file.st_size == 0 && stat(log, &wal) == 0 && wal.st_size > 0)
		rc = sqlite_db_damaged(db, "empty, but with a log", err);
	free(log);
	return rc;
}

/*
 * Exclusive: nobody else may join, and the index of the log needs no file. It
 * has to be said before the first read.
 */
static int
sqlite_db_connect(struct sqlite_db *db, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	int64_t version = 0;

	if (sqlite_db_check_size(db, err) == -1)
		return -1;
	if (sqlite3_open_v2(db->path, &db->handle, flags, NULL) != SQLITE_OK)
		return sqlite_db_fail(db, err);
	sqlite_db_allow_checkpoint(db, false);
	if (sqlite_db_exec(db,
		"PRAGMA locking_mode = EXCLUSIVE;"
		"PRAGMA trusted_schema = OFF;"
		"PRAGMA cell_size_check = ON;",
		err) == -1 ||
	    sqlite_db_identify(db, &version, err) == -1 ||
	    sqlite_db_check(db, err) == -1 ||
	    sqlite_db_set_journal(db, err) == -1 ||
	    sqlite_db_set_up(db, err) == -1)
		return -1;
	for (; version < schema_version; version++) {
		if (sqlite_db_step_schema(db, version, err) == -1)
			return -1;
	}
	if (sqlite_db_prepare(db, err) == -1)
		return -1;
	sqlite_db_allow_checkpoint(db, true);
	db->is_suspect = false;
	return 0;
}

/*
 * A failed fsync must not be tried again as if nothing had happened: the
 * kernel may have dropped what it could not write. The log is read anew, as
 * after a crash, where its checksums tell what is whole, and is then brought
 * into the file.
 */
int
sqlite_db_recover(struct sqlite_db *db, struct err *err)
{
	if (!db->is_suspect)
		return 0;
	sqlite_db_disconnect(db);
	if (sqlite_db_connect(db, err) == 0 &&
	    sqlite_db_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", err) == 0)
		return 0;
	db->is_suspect = true;
	sqlite_db_disconnect(db);
	return -1;
}

/* What the lock file says of its owner; "unknown" is the worst case. */
static int
sqlite_db_locked(struct sqlite_db *db, const char *state_dir, struct err *err)
{
	char pid[24] = "";
	ssize_t n = read(db->lock, pid, sizeof(pid) - 1);

	pid[n > 0 ? n : 0] = '\0';
	pid[strspn(pid, "0123456789")] = '\0';
	return err_set(err, "%s is in use by another wirewatchd, pid %s",
	    state_dir, pid[0] ? pid : "unknown");
}

/*
 * The lock is the kernel's, so that it never outlives its owner; the pid in
 * the file only tells people who that is.
 */
static int
sqlite_db_lock(struct sqlite_db *db, const char *state_dir, struct err *err)
{
	char *path = xasprintf("%s/%s", state_dir, SQLITE_DB_LOCK);
	char pid[24];
	int rc = 0, len;

	db->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (db->lock == -1)
		rc = err_errno(err, "cannot open %s", path);
	else if (flock(db->lock, LOCK_EX | LOCK_NB) == -1)
		rc = errno == EWOULDBLOCK
			 ? sqlite_db_locked(db, state_dir, err)
			 : err_errno(err, "cannot lock %s", path);
	else {
		len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
		/* a full disk keeps nobody from delivering what is stored */
		if (pwrite(db->lock, pid, (size_t)len, 0) != len ||
		    ftruncate(db->lock, len) == -1)
			rc = errno == ENOSPC
				 ? 0
				 : err_errno(err, "cannot write %s", path);
	}
	free(path);
	return rc;
}

void
sqlite_db_close(struct sqlite_db **db_p)
{
	struct sqlite_db *db = *db_p;

	sqlite_db_disconnect(db);
	map_free(&db->claimed, NULL);
	free(db->changes);
	if (db->lock != -1)
		close(db->lock);
	free(db->path);
	free(db);
	*db_p = NULL;
}

/* Made here for its mode; SQLite gives its own files the same. */
static int
sqlite_db_create(struct sqlite_db *db, struct err *err)
{
	int fd =
	    open(db->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);

	if (fd == -1)
		return err_errno(err, "cannot open %s", db->path);
	close(fd);
	return 0;
}

struct sqlite_db *
sqlite_db_open(const char *state_dir, struct err *err)
{
	struct sqlite_db *db = xcalloc(1, sizeof(*db));

	/*
	 * Nobody asks how much memory SQLite has: without the count each of
	 * its allocations takes no lock. Refused when it runs already.
	 */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	db->lock = -1;
	db->is_suspect = true; /* until the contrary was seen */
	db->claimed = map_new();
	sqlite_prune_rewind(&db->prune);
	db->path = xasprintf("%s/%s", state_dir, SQLITE_DB_FILE);
	if (mkdir(state_dir, 0750) == -1 && errno != EEXIST)
		(void)err_errno(err, "cannot create %s", state_dir);
	else if (sqlite_db_lock(db, state_dir, err) == 0 &&
		 sqlite_db_create(db, err) == 0 &&
		 sqlite_db_connect(db, err) == 0)
		return db;
	sqlite_db_close(&db);
	return NULL;
}
