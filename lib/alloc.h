#ifndef WIREWATCH_LIB_ALLOC_H
#define WIREWATCH_LIB_ALLOC_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Checked allocation. Running out of memory ends the process with a message:
 * every promise rests on the store, so a restart loses nothing, while code
 * that limps on without memory cannot be tested. Sizes that come from outside
 * meet a named limit before they reach these functions.
 */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
/* Resizes to count * size bytes; ends the process on overflow. */
void *xreallocarray(void *ptr, size_t count, size_t size);
char *xstrdup(const char *s);
/* At most len bytes, up to the first NUL. */
char *xstrndup(const char *s, size_t len);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap)
    __attribute__((format(printf, 1, 0)));

/* What xgrow does where there is no room. */
void *xgrow_more(void *ptr, size_t need, size_t *cap_r, size_t size);

/*
 * Makes room for at least `need` elements in a growing array, doubling it;
 * `*cap_r` is updated. Returns the array, moved if need be.
 */
static inline void *
xgrow(void *ptr, size_t need, size_t *cap_r, size_t size)
{
	return need <= *cap_r ? ptr : xgrow_more(ptr, need, cap_r, size);
}

/*
 * An arena hands out memory that is freed all at once. One object (an item
 * list, a query, a configuration) lives in one arena.
 */
struct arena;

struct arena *arena_new(void);
/*
 * For secrets: processes that are forked find zeroes where its content was,
 * and it is in no core file; where the system can do that (Linux 4.14). Such a
 * process may neither add to it nor free it. What is freed or taken back is
 * overwritten.
 */
struct arena *arena_new_secret(void);
/* Frees everything the arena gave out; sets *arena to NULL. NULL is fine. */
void arena_free(struct arena **arena);
/*
 * Takes back everything that was given out, but keeps memory for as much
 * again: an arena that is reset and filled alike does not allocate.
 */
void arena_reset(struct arena *arena);
/* Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_calloc(struct arena *arena, size_t count, size_t size);
char *arena_strdup(struct arena *arena, const char *s);
/* At most len bytes, up to the first NUL. */
char *arena_strndup(struct arena *arena, const char *s, size_t len);
char *arena_printf(struct arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Bytes handed out so far: the measure of what an object costs. */
size_t arena_size(const struct arena *arena);

#endif
