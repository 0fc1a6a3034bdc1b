#ifndef WIREWATCH_BENCH_MATCH_H
#define WIREWATCH_BENCH_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/item.h"
#include "lib/buf.h"

/* Between the files of bench/match. On any surprise they exit. */
struct bench_lines {
	char **items;
	size_t count;
	size_t cap;
};

void bench_lines_add(struct bench_lines *lines, char *line);
void bench_lines_read(struct bench_lines *lines, const char *path);
void bench_lines_clear(struct bench_lines *lines);

struct bench_item {
	struct item item;
	/* title and summary with a line feed between, as the other engine
	 * reads them */
	char *joined;
	size_t joined_len;
};

struct bench_items {
	struct bench_item *items;
	size_t count;
	size_t bytes; /* of all titles and summaries */
};

/*
 * Items of a file, from the beginning again until there are `count` of them:
 * a line is JSON with title and summary, or both with a long dash between.
 * Without a path they are made up.
 */
void bench_items_read(
    struct bench_items *items, const char *path, size_t count);
void bench_items_clear(struct bench_items *items);

/*
 * Lists of terms. But for the first they are hard on the automaton, and as like
 * the items as can be: what they have in common is common there.
 */
enum bench_list {
	BENCH_LIST_RANDOM, /* phrases, names, some CJK; nearly all absent */
	BENCH_LIST_PREFIX, /* words with one long beginning */
	BENCH_LIST_FIRST, /* phrases with one first word */
	BENCH_LIST_SECOND, /* with one first and one second word */
	BENCH_LIST_CJK, /* of pairs that the items have */
	BENCH_LIST_WILD, /* names with a wildcard */
	BENCH_LISTS,
};

extern const char *const bench_list_names[BENCH_LISTS];

void bench_terms_make(struct bench_lines *lines, enum bench_list list,
    size_t count, const struct bench_items *items);
/* Queries with operators, of words that the items have. */
void bench_queries_make(
    struct bench_lines *lines, size_t count, const struct bench_items *items);

/* The terms that occur in an item, by number, each once. */
struct bench_marks {
	bool *is_in;
	uint32_t *list;
	size_t count;
};

void bench_marks_add(struct bench_marks *marks, uint32_t term);

/*
 * The other engine: Hyperscan's literal scan, caseless in ASCII, hits checked
 * at the edges of words. NULL from bench_other_new if it was not built in.
 */
struct bench_other;

struct bench_other *bench_other_new(
    const struct bench_lines *terms, size_t count, double *seconds_r);
void bench_other_free(struct bench_other **other);
/* For its speed: how many hits there are. */
size_t bench_other_scan(
    struct bench_other *other, const struct bench_item *item);
/* For comparing: marks each term that occurs. */
void bench_other_mark(struct bench_other *other, const struct bench_item *item,
    struct bench_marks *marks);

/* Whether what stands from start to end is no part of a longer word. */
bool bench_is_at_edges(
    const char *text, size_t len, size_t start, size_t end);
double bench_now(void);

/* Pairs of an item and a term that occurs in it. */
struct bench_pairs {
	size_t same; /* that both find */
	size_t ours; /* only we do, spelled like the term: a fault */
	size_t others; /* only the other engine finds: a fault */
	size_t spelled; /* we do, spelled otherwise: accents, signs, 's */
};

/* All terms of all items by both engines. */
struct bench_pairs bench_pairs_compare(const struct bench_lines *terms,
    size_t count, const struct bench_items *items, struct bench_other *other);

#endif
