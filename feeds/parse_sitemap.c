/*
 * What is particular to sitemaps (sitemaps.org). They list URLs in no order
 * that could be relied on, many with the oldest first: so all that a sitemap
 * may hold are read, and when they are too many for a document, the newest are
 * kept; only those of which nobody knows that they are older count as dropped.
 * Of the others the newest date is handed on: where many known entries were
 * dated anew, even a new one may be older than all that are kept.
 * An index names sitemaps only; it is not followed, but people are told
 * which of them to subscribe to.
 */
#include <stdlib.h>
#include <string.h>

#include "feeds/parse_private.h"
#include "lib/clock.h"

#define PARSE_SITEMAPS_NAMED 3
#define PARSE_SITEMAP_SHOWN_MAX 120 /* bytes of a URL; longer are left out */

static int
parse_sitemap_compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* The date of the last that is kept; of equal ones *room_r are. */
static int64_t
parse_sitemap_limit(
    const struct item *items, size_t count, size_t max, size_t *room_r)
{
	int64_t *dates = xcalloc(count, sizeof(*dates)), limit;
	size_t i;

	for (i = 0; i < count; i++)
		dates[i] = item_date(&items[i]);
	qsort(dates, count, sizeof(*dates), parse_sitemap_compare);
	limit = dates[max - 1];
	for (i = max; i > 0 && dates[i - 1] == limit; i--)
		;
	*room_r = max - i;
	free(dates);
	return limit;
}

void
parse_sitemap_trim(struct parse_build *build)
{
	size_t kept = 0, i, room;
	int64_t limit, date;

	if (build->count <= PARSE_ITEMS_MAX)
		return;
	limit = parse_sitemap_limit(
	    build->items, build->count, PARSE_ITEMS_MAX, &room);
	for (i = 0; i < build->count; i++) {
		date = item_date(&build->items[i]);
		if (date < limit || (date == limit && room == 0)) {
			/* of what is known to be older the newest is told */
			if (date == limit || date == TIME_NONE)
				build->doc->dropped++;
			else if (date > build->doc->cut_s)
				build->doc->cut_s = date;
			continue;
		}
		room -= date == limit;
		build->items[kept++] = build->items[i];
	}
	build->count = kept;
}

/* The newest that was not named before; of equal ones the last. */
static const struct item *
parse_sitemap_next(const struct parse_build *build,
    const struct item *const *named, size_t count)
{
	const struct item *best = NULL;
	size_t i, j;

	for (i = build->count; i-- > 0;) {
		const struct item *item = &build->items[i];

		for (j = 0; j < count && named[j] != item; j++)
			;
		if (j == count && item->url &&
		    strlen(item->url) <= PARSE_SITEMAP_SHOWN_MAX &&
		    (!best || item_date(item) > item_date(best)))
			best = item;
	}
	return best;
}

void
parse_sitemap_explain(const struct parse_build *build, struct err *err)
{
	const struct item *named[PARSE_SITEMAPS_NAMED];
	struct buf list;
	size_t i;

	buf_init(&list, 0);
	for (i = 0; i < PARSE_SITEMAPS_NAMED; i++) {
		named[i] = parse_sitemap_next(build, named, i);
		if (!named[i])
			break;
		(void)buf_printf(
		    &list, "%s%s", i > 0 ? ", " : "", named[i]->url);
	}
	err_set(err, "an index of %zu sitemaps, without entries of its own%s%s",
	    build->count,
	    i > 0 ? "; subscribe to one of them, the newest are: " : "",
	    buf_str(&list));
	buf_clear(&list);
}
