#ifndef WIREWATCH_LIB_MAP_H
#define WIREWATCH_LIB_MAP_H

#include <stddef.h>

/*
 * A hash table from byte strings to pointers. Keys are copied; values stay
 * the caller's. Hashing is xxh3 with a random seed, because feeds choose keys.
 */
struct map;

struct map *map_new(void);
/* Frees the table and its keys; free_value (may be NULL) frees each value. */
void map_free(struct map **map, void (*free_value)(void *));
void *map_get(const struct map *map, const char *key);
void *map_get_bytes(const struct map *map, const void *key, size_t len);
/* Stores the value; returns the one that stood there, or NULL. */
void *map_put(struct map *map, const char *key, void *value);
void *map_put_bytes(struct map *map, const void *key, size_t len, void *value);
/* Takes the key out; returns its value, or NULL. */
void *map_remove(struct map *map, const char *key);
void *map_remove_bytes(struct map *map, const void *key, size_t len);
size_t map_count(const struct map *map);
/*
 * Walks all values in no particular order: start with *cursor = 0; returns
 * NULL at the end. The map must not change meanwhile. key_r may be NULL.
 */
void *map_next(const struct map *map, size_t *cursor, const char **key_r);

#endif
