/* Subscriptions and their states: plain data, copied and freed in one place. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "config/conf.h"
#include "feeds/feed.h"
#include "lib/alloc.h"
#include "lib/clock.h"

/* In the order of enum feed_status. */
static const char *const feed_status_names[] = {
    "new",
    "ok",
    "empty",
    "html",
    "stale",
    "silent",
    "gap",
    "blocked",
    "moved",
    "gone",
    "undated",
    "future",
    "broken",
    "unreachable",
};

#define FEED_STATUS_COUNT                                                      \
	(sizeof(feed_status_names) / sizeof(feed_status_names[0]))

const char *
feed_status_name(enum feed_status status)
{
	return feed_status_names[status];
}

int
feed_status_parse(const char *name, enum feed_status *status_r)
{
	size_t i;

	for (i = 0; i < FEED_STATUS_COUNT; i++) {
		if (strcmp(name, feed_status_names[i]) == 0) {
			*status_r = (enum feed_status)i;
			return 0;
		}
	}
	return -1;
}

bool
feed_status_is_healthy(enum feed_status status)
{
	switch (status) {
	case FEED_NEW:
	case FEED_OK:
	case FEED_MOVED:
	case FEED_UNDATED:
	case FEED_FUTURE:
		/* wrong dates keep no entry from being seen */
		return true;
	default:
		return false;
	}
}

/* First what brings nothing at all, last what a feed merely says of itself. */
int
feed_status_rank(enum feed_status status)
{
	static const int ranks[] = {
	    [FEED_NEW] = 1,
	    [FEED_OK] = 0,
	    [FEED_EMPTY] = 9,
	    [FEED_HTML] = 10,
	    [FEED_STALE] = 6,
	    [FEED_SILENT] = 7,
	    [FEED_GAP] = 8,
	    [FEED_BLOCKED] = 12,
	    [FEED_MOVED] = 2,
	    [FEED_GONE] = 14,
	    [FEED_UNDATED] = 3,
	    [FEED_FUTURE] = 4,
	    [FEED_BROKEN] = 11,
	    [FEED_UNREACHABLE] = 13,
	};

	return ranks[status];
}

void
feed_state_init(struct feed_state *state)
{
	memset(state, 0, sizeof(*state));
	state->last_poll_ms = TIME_NONE;
	state->last_ok_ms = TIME_NONE;
	state->last_new_ms = TIME_NONE;
	state->newest_s = TIME_NONE;
	state->oldest_s = TIME_NONE;
	state->next_due_ms = TIME_NONE;
	state->status_since_ms = TIME_NONE;
	state->told_until_ms = TIME_NONE;
}

void
feed_state_clear(struct feed_state *state)
{
	free(state->etag);
	free(state->last_modified);
	free(state->moved_url);
	free(state->reason);
	free(state->url);
	feed_state_init(state);
}

static char *
feed_copy_string(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

void
feed_state_copy(struct feed_state *to, const struct feed_state *from)
{
	feed_state_clear(to);
	*to = *from;
	to->etag = feed_copy_string(from->etag);
	to->last_modified = feed_copy_string(from->last_modified);
	to->moved_url = feed_copy_string(from->moved_url);
	to->reason = feed_copy_string(from->reason);
	to->url = feed_copy_string(from->url);
}

struct feed *
feed_new(const struct conf_feed *conf)
{
	struct feed *feed = xcalloc(1, sizeof(*feed));

	feed->conf = conf;
	feed_state_init(&feed->state);
	return feed;
}

void
feed_free(struct feed **feed)
{
	if (!*feed)
		return;
	feed_state_clear(&(*feed)->state);
	free(*feed);
	*feed = NULL;
}

/* A text in a hash, NULL apart from "". */
static void
feed_hash_text(XXH3_state_t *hash, const char *text)
{
	(void)XXH3_64bits_update(
	    hash, text ? text : "", text ? strlen(text) + 1 : 0);
	(void)XXH3_64bits_update(hash, "", 1);
}

char *
feed_origin(const struct conf_feed *conf)
{
	const struct conf_html *html = &conf->html;
	XXH3_state_t *hash;
	char *origin;

	if (!html->item)
		return xstrdup(conf->url);
	hash = XXH3_createState();
	if (!hash)
		abort();
	(void)XXH3_64bits_reset(hash);
	feed_hash_text(hash, html->item);
	feed_hash_text(hash, html->title);
	feed_hash_text(hash, html->link);
	feed_hash_text(hash, html->date);
	feed_hash_text(hash, html->summary);
	(void)XXH3_64bits_update(hash, &html->zone_min, sizeof(html->zone_min));
	origin = xasprintf("%s html:%016" PRIx64, conf->url,
	    (uint64_t)XXH3_64bits_digest(hash));
	(void)XXH3_freeState(hash);
	return origin;
}

const char *
feed_url(const struct feed *feed)
{
	if (feed->state.has_moved && feed->state.moved_url)
		return feed->state.moved_url;
	return feed->conf->url;
}
