/* Open addressing with linear probing; deletions shift back, no tombstones. */
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "lib/alloc.h"
#include "lib/map.h"

#define MAP_FIRST_SIZE 16

struct map_slot {
	char *key;	/* NULL: free */
	size_t len;
	uint64_t hash;
	void *value;
};

struct map {
	struct map_slot *slots;
	size_t size;	/* a power of two */
	size_t count;
	uint64_t seed;
};

struct map *
map_new(void)
{
	struct map *map = xcalloc(1, sizeof(*map));

	/* without randomness the table still works, only predictably */
	if (RAND_bytes((unsigned char *)&map->seed, sizeof(map->seed)) != 1)
		map->seed = (uint64_t)(uintptr_t)map;
	map->size = MAP_FIRST_SIZE;
	map->slots = xcalloc(map->size, sizeof(*map->slots));
	return map;
}

void
map_free(struct map **map, void (*free_value)(void *))
{
	size_t i;

	if (!*map)
		return;
	for (i = 0; i < (*map)->size; i++) {
		if (!(*map)->slots[i].key)
			continue;
		free((*map)->slots[i].key);
		if (free_value)
			free_value((*map)->slots[i].value);
	}
	free((*map)->slots);
	free(*map);
	*map = NULL;
}

/* The slot of the key, or the free slot where it would go. */
static struct map_slot *
map_find(const struct map *map, const void *key, size_t len, uint64_t hash)
{
	size_t i = hash & (map->size - 1);

	while (map->slots[i].key) {
		const struct map_slot *slot = &map->slots[i];

		if (slot->hash == hash && slot->len == len &&
		    memcmp(slot->key, key, len) == 0)
			break;
		i = (i + 1) & (map->size - 1);
	}
	return &map->slots[i];
}

static void
map_resize(struct map *map, size_t size)
{
	struct map_slot *old = map->slots;
	size_t i, old_size = map->size;

	map->slots = xcalloc(size, sizeof(*map->slots));
	map->size = size;
	for (i = 0; i < old_size; i++) {
		if (old[i].key)
			*map_find(map, old[i].key, old[i].len, old[i].hash) =
			    old[i];
	}
	free(old);
}

void *
map_get_bytes(const struct map *map, const void *key, size_t len)
{
	uint64_t hash = XXH3_64bits_withSeed(key, len, map->seed);
	const struct map_slot *slot = map_find(map, key, len, hash);

	return slot->key ? slot->value : NULL;
}

void *
map_get(const struct map *map, const char *key)
{
	return map_get_bytes(map, key, strlen(key));
}

void *
map_put_bytes(struct map *map, const void *key, size_t len, void *value)
{
	uint64_t hash = XXH3_64bits_withSeed(key, len, map->seed);
	struct map_slot *slot = map_find(map, key, len, hash);
	void *old = NULL;

	if (slot->key) {
		old = slot->value;
		slot->value = value;
		return old;
	}
	if ((map->count + 1) * 4 > map->size * 3) {
		map_resize(map, map->size * 2);
		slot = map_find(map, key, len, hash);
	}
	slot->key = xmalloc(len + 1);
	memcpy(slot->key, key, len);
	slot->key[len] = '\0';
	slot->len = len;
	slot->hash = hash;
	slot->value = value;
	map->count++;
	return old;
}

void *
map_put(struct map *map, const char *key, void *value)
{
	return map_put_bytes(map, key, strlen(key), value);
}

void *
map_remove_bytes(struct map *map, const void *key, size_t len)
{
	size_t mask = map->size - 1, hole, i, home;
	uint64_t hash = XXH3_64bits_withSeed(key, len, map->seed);
	struct map_slot *slot = map_find(map, key, len, hash);
	void *value = slot->value;

	if (!slot->key)
		return NULL;
	free(slot->key);
	hole = (size_t)(slot - map->slots);
	/* whoever probed over the hole moves into it */
	for (i = (hole + 1) & mask; map->slots[i].key; i = (i + 1) & mask) {
		home = map->slots[i].hash & mask;
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			map->slots[hole] = map->slots[i];
			hole = i;
		}
	}
	memset(&map->slots[hole], 0, sizeof(map->slots[hole]));
	map->count--;
	return value;
}

void *
map_remove(struct map *map, const char *key)
{
	return map_remove_bytes(map, key, strlen(key));
}

size_t
map_count(const struct map *map)
{
	return map->count;
}

void *
map_next(const struct map *map, size_t *cursor, const char **key_r)
{
	while (*cursor < map->size) {
		const struct map_slot *slot = &map->slots[(*cursor)++];

		if (!slot->key)
			continue;
		if (key_r)
			*key_r = slot->key;
		return slot->value;
	}
	return NULL;
}
