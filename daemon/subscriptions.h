#ifndef WIREWATCH_DAEMON_SUBSCRIPTIONS_H
#define WIREWATCH_DAEMON_SUBSCRIPTIONS_H

#include <stddef.h>

#include "config/conf.h"
#include "feeds/feed.h"
#include "lib/err.h"
#include "store/store.h"

/* The feeds of the running configuration, in the order of their names. */
struct subscriptions;

struct subscriptions *subscriptions_new(void);
void subscriptions_free(struct subscriptions **subscriptions);

/* Feeds that a configuration adds and takes away; arrays end with NULL. */
struct subscriptions_change {
	struct feed **added;	/* already among the subscriptions */
	struct feed **removed;	/* no more; the receiver frees them */
};

/*
 * Makes the subscriptions those of `conf`. Known names keep their feed and its
 * state; when its URL changed, the validators, which belong to the old URL,
 * are forgotten. The caller frees the two arrays.
 */
void subscriptions_configure(struct subscriptions *subscriptions,
    const struct conf *conf, struct subscriptions_change *change_r);
/* Fills in what the store remembers; blocking, before the loop runs. */
int subscriptions_load(struct subscriptions *subscriptions,
    struct store *store, struct err *err);

size_t subscriptions_count(const struct subscriptions *subscriptions);
struct feed *subscriptions_at(
    const struct subscriptions *subscriptions, size_t index);
/* Index of the first feed whose name is behind `name`; NULL: 0. */
size_t subscriptions_after(
    const struct subscriptions *subscriptions, const char *name);

#endif
