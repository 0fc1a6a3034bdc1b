/*
 * Hyperscan for bench/match, where it is installed. It is scanned with
 * HS_FLAG_SINGLEMATCH for its speed, and without for its hits: the first hit of
 * a term may be one inside of a longer word.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "bench/match.h"
#include "lib/alloc.h"

#ifdef HAVE_HYPERSCAN
#include <hs/hs.h>

struct bench_other {
	hs_database_t *fast;
	hs_database_t *all;
	hs_scratch_t *scratch;
	size_t *lens;
	/* of the scan under way */
	const struct bench_item *item;
	size_t hits;
	struct bench_marks *marks; /* NULL: only count */
};

static hs_database_t *
bench_other_compile(
    const struct bench_lines *terms, size_t count, size_t *lens, unsigned flag)
{
	unsigned *flags = xcalloc(count, sizeof(*flags));
	unsigned *ids = xcalloc(count, sizeof(*ids));
	hs_compile_error_t *error;
	hs_database_t *database;
	size_t i;

	for (i = 0; i < count; i++) {
		flags[i] = HS_FLAG_CASELESS | flag;
		ids[i] = (unsigned)i;
	}
	if (hs_compile_lit_multi((const char *const *)terms->items, flags, ids,
		lens, (unsigned)count, HS_MODE_BLOCK, NULL, &database,
		&error) != HS_SUCCESS)
		errx(1, "hyperscan: %s", error->message);
	free(flags);
	free(ids);
	return database;
}

struct bench_other *
bench_other_new(
    const struct bench_lines *terms, size_t count, double *seconds_r)
{
	struct bench_other *other = xcalloc(1, sizeof(*other));
	double start = bench_now();
	size_t i;

	other->lens = xcalloc(count, sizeof(*other->lens));
	for (i = 0; i < count; i++)
		other->lens[i] = strlen(terms->items[i]);
	other->fast =
	    bench_other_compile(terms, count, other->lens, HS_FLAG_SINGLEMATCH);
	*seconds_r = bench_now() - start;
	other->all = bench_other_compile(terms, count, other->lens, 0);
	if (hs_alloc_scratch(other->fast, &other->scratch) != HS_SUCCESS ||
	    hs_alloc_scratch(other->all, &other->scratch) != HS_SUCCESS)
		errx(1, "hyperscan: no scratch");
	return other;
}

void
bench_other_free(struct bench_other **other_p)
{
	struct bench_other *other = *other_p;

	if (!other)
		return;
	hs_free_scratch(other->scratch);
	hs_free_database(other->fast);
	hs_free_database(other->all);
	free(other->lens);
	free(other);
	*other_p = NULL;
}

static int
bench_other_hit(unsigned id, unsigned long long from, unsigned long long to,
    unsigned flags, void *data)
{
	struct bench_other *other = data;

	(void)from;
	(void)flags;
	if (!bench_is_at_edges(other->item->joined, other->item->joined_len,
		(size_t)to - other->lens[id], (size_t)to))
		return 0;
	other->hits++;
	if (other->marks)
		bench_marks_add(other->marks, id);
	return 0;
}

size_t
bench_other_scan(struct bench_other *other, const struct bench_item *item)
{
	other->item = item;
	other->hits = 0;
	if (hs_scan(other->fast, item->joined, (unsigned)item->joined_len, 0,
		other->scratch, bench_other_hit, other) != HS_SUCCESS)
		errx(1, "hyperscan: scan failed");
	return other->hits;
}

void
bench_other_mark(struct bench_other *other, const struct bench_item *item,
    struct bench_marks *marks)
{
	other->item = item;
	other->marks = marks;
	if (hs_scan(other->all, item->joined, (unsigned)item->joined_len, 0,
		other->scratch, bench_other_hit, other) != HS_SUCCESS)
		errx(1, "hyperscan: scan failed");
	other->marks = NULL;
}

#else

struct bench_other *
bench_other_new(
    const struct bench_lines *terms, size_t count, double *seconds_r)
{
	(void)terms;
	(void)count;
	*seconds_r = 0;
	return NULL;
}

void
bench_other_free(struct bench_other **other)
{
	*other = NULL;
}

size_t
bench_other_scan(struct bench_other *other, const struct bench_item *item)
{
	(void)other;
	(void)item;
	return 0;
}

void
bench_other_mark(struct bench_other *other, const struct bench_item *item,
    struct bench_marks *marks)
{
	(void)other;
	(void)item;
	(void)marks;
}

#endif
