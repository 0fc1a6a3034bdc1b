/*
 * Checked allocation and arenas. An arena is a chain of blocks that grow with
 * it; nothing in it is freed alone.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/alloc.h"

#define ARENA_FIRST_BLOCK 4096
#define ARENA_LARGEST_BLOCK (256 * 1024)
#define ARENA_ALIGN _Alignof(max_align_t)

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	max_align_t data[];
};

struct arena {
	struct arena_block *blocks;
	size_t next_size;
	size_t given;
	bool is_secret; /* its blocks are maps of their own */
};

static _Noreturn void
alloc_failed(size_t size)
{
	fprintf(stderr, "wirewatch: out of memory (%zu bytes)\n", size);
	abort();
}

void *
xmalloc(size_t size)
{
	void *ptr = malloc(size ? size : 1);

	if (!ptr)
		alloc_failed(size);
	return ptr;
}

void *
xcalloc(size_t count, size_t size)
{
	void *ptr = calloc(count ? count : 1, size ? size : 1);

	if (!ptr)
		alloc_failed(size);
	return ptr;
}

void *
xreallocarray(void *ptr, size_t count, size_t size)
{
	ptr = reallocarray(ptr, count ? count : 1, size ? size : 1);
	if (!ptr)
		alloc_failed(size);
	return ptr;
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *
xstrndup(const char *s, size_t len)
{
	char *copy;

	len = strnlen(s, len);
	copy = xmalloc(len + 1);
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *
xvasprintf(const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) == -1)
		alloc_failed(0);
	return text;
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	return text;
}

void *
xgrow_more(void *ptr, size_t need, size_t *cap_r, size_t size)
{
	size_t cap = *cap_r ? *cap_r : 8;

	while (cap < need) {
		if (cap > SIZE_MAX / 2)
			alloc_failed(need);
		cap *= 2;
	}
	*cap_r = cap;
	return xreallocarray(ptr, cap, size);
}

struct arena *
arena_new(void)
{
	struct arena *arena = xcalloc(1, sizeof(*arena));

	arena->next_size = ARENA_FIRST_BLOCK;
	return arena;
}

struct arena *
arena_new_secret(void)
{
	struct arena *arena = arena_new();

	arena->is_secret = true;
	return arena;
}

/* Whole pages, which a child does not get. */
static struct arena_block *
arena_map_block(size_t size)
{
	struct arena_block *block = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (block == MAP_FAILED)
		alloc_failed(size);
	/* kernels and valgrind that do not know it do without */
	(void)madvise(block, size, MADV_WIPEONFORK);
	(void)madvise(block, size, MADV_DONTDUMP);
	return block;
}

static void
arena_free_block(const struct arena *arena, struct arena_block *block)
{
	size_t size = sizeof(*block) + block->size;

	if (!arena->is_secret) {
		free(block);
		return;
	}
	explicit_bzero(block, size);
	(void)munmap(block, size);
}

static void
arena_free_blocks(struct arena *arena)
{
	struct arena_block *block, *next;

	for (block = arena->blocks; block; block = next) {
		next = block->next;
		arena_free_block(arena, block);
	}
	arena->blocks = NULL;
}

void
arena_free(struct arena **arena)
{
	if (!*arena)
		return;
	arena_free_blocks(*arena);
	free(*arena);
	*arena = NULL;
}

/* A block of at least size bytes; a huge one goes behind the current. */
static struct arena_block *
arena_grow(struct arena *arena, size_t size)
{
	struct arena_block *block;
	size_t room = arena->next_size;

	if (room < ARENA_LARGEST_BLOCK)
		arena->next_size *= 2;
	if (room < size)
		room = size;
	if (room > SIZE_MAX - sizeof(*block))
		alloc_failed(size);
	block = arena->is_secret ? arena_map_block(sizeof(*block) + room)
				 : xmalloc(sizeof(*block) + room);
	block->used = 0;
	block->size = room;
	if (arena->blocks && size > ARENA_LARGEST_BLOCK / 2) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

void
arena_reset(struct arena *arena)
{
	size_t given = arena->given;

	arena->given = 0;
	if (!arena->blocks)
		return;
	if (arena->blocks->next) {
		/* one block for as much as several held */
		arena_free_blocks(arena);
		if (arena->next_size < given)
			arena->next_size = given;
		arena_grow(arena, 0);
	}
	if (arena->is_secret)
		explicit_bzero(arena->blocks->data, arena->blocks->used);
	arena->blocks->used = 0;
}

/* Uninitialised memory; zeroing is the public functions' choice. */
static void *
arena_take(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;
	void *ptr;

	if (size > SIZE_MAX - ARENA_ALIGN)
		alloc_failed(size);
	size = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	if (!block || block->size - block->used < size)
		block = arena_grow(arena, size);
	ptr = (char *)block->data + block->used;
	block->used += size;
	arena->given += size;
	return ptr;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	void *ptr = arena_take(arena, size ? size : 1);

	return memset(ptr, 0, size);
}

void *
arena_calloc(struct arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		alloc_failed(count);
	return arena_alloc(arena, count * size);
}

char *
arena_strdup(struct arena *arena, const char *s)
{
	return arena_strndup(arena, s, strlen(s));
}

char *
arena_strndup(struct arena *arena, const char *s, size_t len)
{
	char *copy;

	len = strnlen(s, len);
	copy = arena_take(arena, len + 1);
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap;
	char *text, *copy;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	copy = arena_strdup(arena, text);
	free(text);
	return copy;
}

size_t
arena_size(const struct arena *arena)
{
	return arena->given;
}
