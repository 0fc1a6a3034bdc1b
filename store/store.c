/*
 * The store's thread: waiting requests run in order, as one transaction. When
 * any part of it fails all of it is undone, so that a request either happened
 * whole or not at all; then each request has a transaction of its own, so that
 * one that cannot succeed does not take the others with it. Lookups and claims
 * ride along: they see what was submitted before them.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "store/store_private.h"

struct store {
	const struct store_ops *ops;
	void *database;
	pthread_mutex_t lock; /* of the database: thread against start-up */
	struct jobs *jobs;
};

/* What must survive a power cut once it is reported done. */
static bool
store_must_last(const struct store_request *request)
{
	switch (request->kind) {
	case STORE_COMMIT:
		return ((const struct store_commit *)request)->event_count > 0;
	case STORE_SETTLE:
		return true;
	default:
		return false;
	}
}

static bool
store_is_urgent(const struct store_request *request)
{
	switch (request->kind) {
	case STORE_COMMIT:
		return store_must_last(request);
	case STORE_PRUNE:
		return false;
	default:
		return true;
	}
}

/* The jobs from `first` up to `end`, which is not among them. */
static int
store_run_transaction(struct store *store, struct job *first,
    const struct job *end, struct err *err)
{
	bool durable = false;
	struct job *job;

	for (job = first; job != end; job = job->next)
		durable |= store_must_last((struct store_request *)job);
	if (store->ops->begin(store->database, durable, err) == -1)
		return -1;
	for (job = first; job != end; job = job->next) {
		if (store->ops->execute(store->database,
			(struct store_request *)job, err) == -1)
			goto undo;
	}
	if (store->ops->commit(store->database, err) == -1)
		goto undo;
	return 0;
undo:
	store->ops->rollback(store->database);
	return -1;
}

static void
store_end(struct store *store, struct job *job, int rc, const struct err *err)
{
	struct store_request *request = (struct store_request *)job;

	request->rc = rc;
	request->err = *err;
	store->ops->ended(store->database, request);
}

/* Each by itself, until it is the database that fails. */
static void
store_run_each(struct store *store, struct job *first)
{
	struct err err = {{0}};
	struct job *job;
	int rc;

	for (job = first; job; job = job->next) {
		rc = store_run_transaction(store, job, job->next, &err);
		store_end(store, job, rc, &err);
		if (rc == -1 && store->ops->is_broken(store->database))
			break;
	}
	while (job && (job = job->next) != NULL)
		store_end(store, job, -1, &err);
}

static void
store_run(void *context, struct job *first, size_t count)
{
	struct store *store = context;
	struct err err = {{0}};
	struct job *job;
	int rc;

	pthread_mutex_lock(&store->lock);
	rc = store_run_transaction(store, first, NULL, &err);
	if (rc == -1 && count > 1 && !store->ops->is_broken(store->database))
		store_run_each(store, first);
	else
		for (job = first; job; job = job->next)
			store_end(store, job, rc, &err);
	pthread_mutex_unlock(&store->lock);
}

struct store *
store_open(struct ev_loop *loop, const char *state_dir, struct err *err)
{
	struct store *store = xcalloc(1, sizeof(*store));
	struct jobs_options options = {
	    .max_batch = STORE_BATCH_MAX,
	    .linger_ms = STORE_LINGER_MS,
	    .run = store_run,
	    .context = store,
	};

	pthread_mutex_init(&store->lock, NULL);
	store->ops = &store_sqlite;
	store->database = store->ops->open(state_dir, err);
	if (!store->database)
		goto fail;
	store->jobs = jobs_new(loop, &options);
	if (!store->jobs) {
		err_set(err, "cannot start the store's thread");
		goto fail;
	}
	return store;
fail:
	if (store->database)
		store->ops->close(store->database);
	pthread_mutex_destroy(&store->lock);
	free(store);
	return NULL;
}

void
store_close(struct store **store)
{
	if (!*store)
		return;
	jobs_free(&(*store)->jobs);
	(*store)->ops->close((*store)->database);
	pthread_mutex_destroy(&(*store)->lock);
	free(*store);
	*store = NULL;
}

static void
store_on_done(struct job *job)
{
	struct store_request *request = (struct store_request *)job;

	request->done(request);
}

void
store_submit(struct store *store, struct store_request *request)
{
	request->job.done = store_on_done;
	request->job.urgent = store_is_urgent(request);
	jobs_submit(store->jobs, &request->job);
}

int
store_load_feeds(
    struct store *store, store_feed_fn each, void *data, struct err *err)
{
	int rc;

	pthread_mutex_lock(&store->lock);
	rc = store->ops->load_feeds(store->database, each, data, err);
	pthread_mutex_unlock(&store->lock);
	return rc;
}

int
store_count_sink(struct store *store, const char *sink,
    struct store_counts *counts_r, struct err *err)
{
	int rc;

	pthread_mutex_lock(&store->lock);
	rc = store->ops->count_sink(store->database, sink, counts_r, err);
	pthread_mutex_unlock(&store->lock);
	return rc;
}

int
store_load_position(struct store *store, const char *sink,
    struct log_position *position_r, struct err *err)
{
	int rc;

	pthread_mutex_lock(&store->lock);
	rc = store->ops->load_position(store->database, sink, position_r, err);
	pthread_mutex_unlock(&store->lock);
	return rc;
}

void
store_item_clear(struct store_item *item)
{
	size_t i;

	for (i = 0; i < item->topic_count; i++) {
		free(item->topics[i]);
		free(item->titles[i]);
	}
	free(item->topics);
	free(item->revisions);
	free(item->severities);
	free(item->titles);
	item->topics = item->titles = NULL;
	item->revisions = item->severities = NULL;
	item->topic_count = 0;
}

void
store_lookup_clear(struct store_lookup *lookup)
{
	size_t i;

	for (i = 0; i < lookup->item_count; i++)
		store_item_clear(&lookup->items[i]);
}

void
store_claim_clear(struct store_claim *claim)
{
	size_t i;

	for (i = 0; i < claim->count; i++) {
		free(claim->deliveries[i].event_id);
		free(claim->deliveries[i].body);
		free(claim->deliveries[i].order_key);
	}
	free(claim->deliveries);
	claim->deliveries = NULL;
	claim->count = 0;
}
