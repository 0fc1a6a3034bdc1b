/*
 * What is remembered of names: a table to find it, a list to forget the oldest
 * first. Both hold the same entries.
 */
#include <stdlib.h>
#include <sys/queue.h>

#include "lib/alloc.h"
#include "lib/dns_private.h"
#include "lib/map.h"

struct dns_cached {
	TAILQ_ENTRY(dns_cached) link;
	char *name;
	int64_t until_ms;
	struct dns_answer *answer;
};

struct dns_cache {
	struct map *names;
	TAILQ_HEAD(, dns_cached) order; /* oldest first */
};

struct dns_cache *
dns_cache_new(void)
{
	struct dns_cache *cache = xcalloc(1, sizeof(*cache));

	cache->names = map_new();
	TAILQ_INIT(&cache->order);
	return cache;
}

static void
dns_cache_drop(struct dns_cache *cache, struct dns_cached *cached)
{
	map_remove(cache->names, cached->name);
	TAILQ_REMOVE(&cache->order, cached, link);
	dns_answer_unref(&cached->answer);
	free(cached->name);
	free(cached);
}

struct dns_answer *
dns_cache_get(struct dns_cache *cache, const char *name, int64_t now_ms)
{
	struct dns_cached *cached = map_get(cache->names, name);

	if (!cached)
		return NULL;
	if (cached->until_ms > now_ms)
		return dns_answer_ref(cached->answer);
	dns_cache_drop(cache, cached);
	return NULL;
}

void
dns_cache_put(struct dns_cache *cache, const char *name,
    struct dns_answer *answer, int64_t now_ms)
{
	struct dns_cached *cached = map_get(cache->names, name);

	if (!answer->ttl_ms)
		return;
	if (cached)
		dns_cache_drop(cache, cached);
	else if (map_count(cache->names) >= DNS_CACHE_MAX)
		dns_cache_drop(cache, TAILQ_FIRST(&cache->order));
	cached = xcalloc(1, sizeof(*cached));
	cached->name = xstrdup(name);
	cached->answer = dns_answer_ref(answer);
	cached->until_ms = now_ms + answer->ttl_ms;
	map_put(cache->names, cached->name, cached);
	TAILQ_INSERT_TAIL(&cache->order, cached, link);
}

void
dns_cache_free(struct dns_cache **cache_p)
{
	struct dns_cache *cache = *cache_p;

	if (!cache)
		return;
	while (!TAILQ_EMPTY(&cache->order))
		dns_cache_drop(cache, TAILQ_FIRST(&cache->order));
	map_free(&cache->names, NULL);
	free(cache);
	*cache_p = NULL;
}
