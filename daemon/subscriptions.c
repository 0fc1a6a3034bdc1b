/*
 * The feeds by name. One sorted array serves look-ups by bisection and the
 * paging of the interface.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/subscriptions.h"
#include "lib/alloc.h"
#include "lib/clock.h"

struct subscriptions {
	struct feed **feeds;	/* sorted by name */
	size_t count;
};

struct subscriptions *
subscriptions_new(void)
{
	return xcalloc(1, sizeof(struct subscriptions));
}

void
subscriptions_free(struct subscriptions **subscriptions)
{
	size_t i;

	if (!*subscriptions)
		return;
	for (i = 0; i < (*subscriptions)->count; i++)
		feed_free(&(*subscriptions)->feeds[i]);
	free((*subscriptions)->feeds);
	free(*subscriptions);
	*subscriptions = NULL;
}

size_t
subscriptions_after(
    const struct subscriptions *subscriptions, const char *name)
{
	size_t low = 0, high = subscriptions->count, middle;

	if (!name)
		return 0;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(subscriptions->feeds[middle]->conf->name, name) <=
		    0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct feed *
subscriptions_find(
    const struct subscriptions *subscriptions, const char *name)
{
	size_t i = subscriptions_after(subscriptions, name);

	if (i == 0 || strcmp(subscriptions->feeds[i - 1]->conf->name, name))
		return NULL;
	return subscriptions->feeds[i - 1];
}

/* What was learnt from another URL says nothing of this one. */
static void
subscriptions_forget_url(struct feed_state *state, const char *url)
{
	free(state->url);
	free(state->etag);
	free(state->last_modified);
	free(state->moved_url);
	state->url = xstrdup(url);
	state->etag = state->last_modified = state->moved_url = NULL;
	state->moved_count = 0;
	state->has_moved = false;
	state->body_hash = 0;
	state->failures = 0;
	state->item_count = 0;
	state->newest_s = state->oldest_s = TIME_NONE;
	state->last_new_ms = TIME_NONE;
	state->next_due_ms = TIME_NONE;
	state->asked_s = 0;
	memset(&state->skip, 0, sizeof(state->skip));
	memset(&state->pace, 0, sizeof(state->pace));
}

static void
subscriptions_check_url(struct feed *feed)
{
	char *origin = feed_origin(feed->conf);

	if (!feed->state.url || strcmp(feed->state.url, origin)) {
		/* one that is not scheduled yet has no host to leave */
		feed->is_host_stale = feed->state.url != NULL;
		subscriptions_forget_url(&feed->state, origin);
	}
	free(origin);
}

static int
subscriptions_compare(const void *a, const void *b)
{
	const struct conf_feed *x = *(const struct conf_feed *const *)a;
	const struct conf_feed *y = *(const struct conf_feed *const *)b;

	return strcmp(x->name, y->name);
}

/* The feeds of a configuration in the order of their names. */
static const struct conf_feed **
subscriptions_sort(const struct conf *conf)
{
	const struct conf_feed **sorted;
	size_t i;

	sorted = xcalloc(conf->feed_count + 1, sizeof(*sorted));
	for (i = 0; i < conf->feed_count; i++)
		sorted[i] = &conf->feeds[i];
	qsort(sorted, conf->feed_count, sizeof(*sorted), subscriptions_compare);
	return sorted;
}

void
subscriptions_configure(struct subscriptions *subscriptions,
    const struct conf *conf, struct subscriptions_change *change_r)
{
	const struct conf_feed **wanted = subscriptions_sort(conf);
	struct feed **old = subscriptions->feeds;
	struct feed **end = old + subscriptions->count;
	struct feed **feeds = xcalloc(conf->feed_count + 1, sizeof(*feeds));
	size_t i, added = 0, removed = 0;

	change_r->added = xcalloc(conf->feed_count + 1, sizeof(*feeds));
	change_r->removed = xcalloc(subscriptions->count + 1, sizeof(*feeds));
	for (i = 0; i < conf->feed_count; i++) {
		while (old < end && strcmp((*old)->conf->name, wanted[i]->name) < 0)
			change_r->removed[removed++] = *old++;
		if (old < end && !strcmp((*old)->conf->name, wanted[i]->name)) {
			feeds[i] = *old++;
			feeds[i]->conf = wanted[i];
		} else {
			feeds[i] = feed_new(wanted[i]);
			change_r->added[added++] = feeds[i];
		}
		subscriptions_check_url(feeds[i]);
	}
	while (old < end)
		change_r->removed[removed++] = *old++;
	free(wanted);
	free(subscriptions->feeds);
	subscriptions->feeds = feeds;
	subscriptions->count = conf->feed_count;
}

static void
subscriptions_on_state(void *data, const char *name, int64_t feed_id,
    const struct feed_state *state)
{
	struct feed *feed = subscriptions_find(data, name);

	if (!feed)
		return;
	feed->store_id = feed_id;
	feed_state_copy(&feed->state, state);
	subscriptions_check_url(feed);
}

int
subscriptions_load(struct subscriptions *subscriptions, struct store *store,
    struct err *err)
{
	return store_load_feeds(
	    store, subscriptions_on_state, subscriptions, err);
}

size_t
subscriptions_count(const struct subscriptions *subscriptions)
{
	return subscriptions->count;
}

struct feed *
subscriptions_at(const struct subscriptions *subscriptions, size_t index)
{
	return subscriptions->feeds[index];
}
