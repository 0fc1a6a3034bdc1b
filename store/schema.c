/*
 * The tables. Identities are 16 bytes, not text: a row of `seen` is what an
 * item costs for as long as it is remembered. An outbox row exists from the
 * commit of its event until its delivery.
 */
#include "store/store_private.h"

const char *const schema_steps[] = {
    "CREATE TABLE feed ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE,"
    " url TEXT,"
    " etag TEXT,"
    " last_modified TEXT,"
    " moved_url TEXT,"
    " moved_count INTEGER NOT NULL,"
    " has_moved INTEGER NOT NULL,"
    " body_hash INTEGER NOT NULL,"
    " last_poll INTEGER,"
    " last_ok INTEGER,"
    " last_new INTEGER,"
    " newest INTEGER,"
    " oldest INTEGER,"
    " next_due INTEGER,"
    " interval INTEGER NOT NULL,"
    " latency INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL,"
    " failures INTEGER NOT NULL,"
    " item_count INTEGER NOT NULL,"
    " status TEXT NOT NULL,"
    " status_since INTEGER,"
    " reason TEXT"
    ");"
    "CREATE TABLE seen ("
    " feed INTEGER NOT NULL,"
    " item BLOB NOT NULL,"
    " title_fp INTEGER NOT NULL,"
    " body_fp INTEGER NOT NULL,"
    " first_seen INTEGER NOT NULL,"
    " last_seen INTEGER NOT NULL,"
    " PRIMARY KEY (feed, item)"
    ") WITHOUT ROWID;"
    "CREATE TABLE alerted ("
    " feed INTEGER NOT NULL,"
    " item BLOB NOT NULL,"
    " topic TEXT NOT NULL,"
    " revision INTEGER NOT NULL,"
    " PRIMARY KEY (feed, item, topic)"
    ") WITHOUT ROWID;"
    "CREATE TABLE event ("
    " num INTEGER PRIMARY KEY,"
    " id TEXT NOT NULL UNIQUE,"
    " type TEXT NOT NULL,"
    " topic TEXT,"
    " time INTEGER NOT NULL,"
    " body TEXT NOT NULL"
    ");"
    "CREATE INDEX event_time ON event (time);"
    "CREATE TABLE outbox ("
    " row INTEGER PRIMARY KEY,"
    " event INTEGER NOT NULL REFERENCES event (num),"
    " sink TEXT NOT NULL,"
    " order_key TEXT NOT NULL,"
    " created INTEGER NOT NULL,"
    " due INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL DEFAULT 0,"
    " first_attempt INTEGER,"
    " is_dead INTEGER NOT NULL DEFAULT 0,"
    " reason TEXT,"
    " UNIQUE (event, sink)"
    ");"
    "CREATE INDEX outbox_due ON outbox (sink, due, row)"
    " WHERE is_dead = 0;"
    "CREATE INDEX outbox_order ON outbox (sink, order_key, row)"
    " WHERE is_dead = 0;"
    "CREATE TABLE log_position ("
    " sink TEXT PRIMARY KEY,"
    " device INTEGER NOT NULL,"
    " inode INTEGER NOT NULL,"
    " offset INTEGER NOT NULL,"
    " seq INTEGER NOT NULL"
    ") WITHOUT ROWID;",

    /*
     * When a feed last gave a document, and the title that was alerted. The
     * number of a delivery is never given twice: a late settlement must not
     * meet another delivery.
     */
    "ALTER TABLE feed ADD COLUMN document INTEGER;"
    "UPDATE feed SET document ="
    " (SELECT max(last_seen) FROM seen WHERE seen.feed = feed.id);"
    "ALTER TABLE alerted ADD COLUMN title TEXT;"
    "ALTER TABLE outbox RENAME TO outbox_1;"
    "CREATE TABLE outbox ("
    " row INTEGER PRIMARY KEY AUTOINCREMENT,"
    " event INTEGER NOT NULL REFERENCES event (num),"
    " sink TEXT NOT NULL,"
    " order_key TEXT NOT NULL,"
    " created INTEGER NOT NULL,"
    " due INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL DEFAULT 0,"
    " first_attempt INTEGER,"
    " is_dead INTEGER NOT NULL DEFAULT 0,"
    " reason TEXT,"
    " UNIQUE (event, sink)"
    ");"
    "INSERT INTO outbox SELECT row, event, sink, order_key, created,"
    " CASE attempts WHEN 0 THEN 0 ELSE due END, attempts, first_attempt,"
    " is_dead, reason FROM outbox_1;"
    "DROP TABLE outbox_1;"
    "CREATE INDEX outbox_due ON outbox (sink, due, row)"
    " WHERE is_dead = 0;"
    "CREATE INDEX outbox_order ON outbox (sink, order_key, row)"
    " WHERE is_dead = 0;"
    "CREATE INDEX outbox_dead ON outbox (sink) WHERE is_dead = 1;",

    /* The highest severity that was told of an item, 0 if not known. */
    "ALTER TABLE alerted ADD COLUMN severity INTEGER NOT NULL DEFAULT 0;",

    /*
     * What of a feed's state was told, what its last document asks for, and
     * its pace. A first failure was not told, so the state is good then.
     */
    "ALTER TABLE feed ADD COLUMN told TEXT;"
    "UPDATE feed SET told ="
    " CASE WHEN status <> 'unreachable' OR failures >= 3 THEN status"
    " WHEN last_ok IS NULL THEN 'new' ELSE 'ok' END;"
    "ALTER TABLE feed ADD COLUMN told_until INTEGER;"
    "ALTER TABLE feed ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE feed ADD COLUMN skip_hours INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE feed ADD COLUMN skip_days INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE feed ADD COLUMN pace_watched INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE feed ADD COLUMN pace_longest INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE feed ADD COLUMN pace_count INTEGER NOT NULL DEFAULT 0;",
};

const int schema_version =
    (int)(sizeof(schema_steps) / sizeof(schema_steps[0]));
