#ifndef WIREWATCH_STORE_STORE_PRIVATE_H
#define WIREWATCH_STORE_STORE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "store/store.h"

/*
 * One kind of database. All functions but open, close and the loads run on the
 * store's thread; none is called by two threads at a time.
 */
struct store_ops {
	void *(*open)(const char *state_dir, struct err *err);
	void (*close)(void *database);
	/* durable: a power cut after the commit must not undo it. */
	int (*begin)(void *database, bool durable, struct err *err);
	int (*commit)(void *database, struct err *err);
	void (*rollback)(void *database);
	/* Whether what failed is the database, not a request of the many. */
	bool (*is_broken)(void *database);
	/* Does what the request says, inside the transaction. */
	int (*execute)(
	    void *database, struct store_request *request, struct err *err);
	/* The transaction of the request ended for good, with its rc. */
	void (*ended)(void *database, struct store_request *request);
	int (*load_feeds)(void *database, store_feed_fn each, void *data,
	    struct err *err);
	int (*count_sink)(void *database, const char *sink,
	    struct store_counts *counts_r, struct err *err);
	int (*load_position)(void *database, const char *sink,
	    struct log_position *position_r, struct err *err);
};

extern const struct store_ops store_sqlite;

/*
 * The steps from an empty database to the current schema: step i makes
 * version i + 1. A released step never changes; a new one is added.
 */
extern const char *const schema_steps[];
extern const int schema_version;

#endif
