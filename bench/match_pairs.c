/*
 * Whether both engines of bench/match find the same. The other one knows case
 * of ASCII only and wants a phrase as it is written; what we find spelled
 * otherwise is counted apart, all else must agree for each term and item.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bench/match.h"
#include "lib/alloc.h"
#include "topics/terms.h"

#define BENCH_SHOWN 5 /* of what differs */

/* Terms that fold to the same are one to us and several to the other. */
struct bench_ours {
	const struct bench_lines *lines;
	struct terms *terms;
	struct term_text text;
	struct term_hits hits;
	uint32_t *term_of_line;
	uint32_t *line_of_term; /* the first of its lines, */
	uint32_t *next_line; /* and the next; UINT32_MAX */
	struct bench_marks marks; /* of lines */
};

static void
bench_marks_init(struct bench_marks *marks, size_t count)
{
	marks->is_in = xcalloc(count, sizeof(*marks->is_in));
	marks->list = xcalloc(count, sizeof(*marks->list));
	marks->count = 0;
}

static void
bench_marks_clear(struct bench_marks *marks)
{
	free(marks->is_in);
	free(marks->list);
}

static void
bench_marks_reset(struct bench_marks *marks)
{
	while (marks->count)
		marks->is_in[marks->list[--marks->count]] = false;
}

void
bench_marks_add(struct bench_marks *marks, uint32_t term)
{
	if (marks->is_in[term])
		return;
	marks->is_in[term] = true;
	marks->list[marks->count++] = term;
}

static void
bench_ours_init(
    struct bench_ours *ours, const struct bench_lines *lines, size_t count)
{
	uint32_t *uses = xcalloc(count, sizeof(*uses)), term;
	size_t i;

	ours->lines = lines;
	ours->terms = terms_new();
	for (i = 0; i < count; i++) {
		if (terms_add(ours->terms, lines->items[i],
			strlen(lines->items[i]), false, &uses[i]) != TERM_OK)
			errx(1, "not a term: %s", lines->items[i]);
	}
	terms_build(ours->terms);
	term_text_init(&ours->text);
	term_hits_init(&ours->hits, ours->terms);
	ours->line_of_term =
	    xcalloc(terms_count(ours->terms), sizeof(*ours->line_of_term));
	ours->next_line = xcalloc(count, sizeof(*ours->next_line));
	bench_marks_init(&ours->marks, count);
	for (i = 0; i < terms_count(ours->terms); i++)
		ours->line_of_term[i] = UINT32_MAX;
	for (i = 0; i < count; i++) {
		term = terms_id(ours->terms, uses[i]);
		uses[i] = term;
		ours->next_line[i] = ours->line_of_term[term];
		ours->line_of_term[term] = (uint32_t)i;
	}
	ours->term_of_line = uses;
}

static void
bench_ours_clear(struct bench_ours *ours)
{
	term_hits_clear(&ours->hits);
	term_text_clear(&ours->text);
	terms_free(&ours->terms);
	free(ours->term_of_line);
	free(ours->line_of_term);
	free(ours->next_line);
	bench_marks_clear(&ours->marks);
}

/* Marks the lines that a hit is spelled like; how many there are. */
static size_t
bench_ours_mark(struct bench_ours *ours, const struct term_hit *hit)
{
	enum match_field field = term_text_field(&ours->text, hit->first);
	const char *source = ours->text.fields[field].source;
	size_t start, end, alike = 0;
	uint32_t line;

	term_text_source(&ours->text, hit->first, hit->last, &start, &end);
	for (line = ours->line_of_term[hit->term]; line != UINT32_MAX;
	     line = ours->next_line[line]) {
		const char *term = ours->lines->items[line];

		if (strlen(term) != end - start ||
		    strncasecmp(term, source + start, end - start) != 0)
			continue;
		bench_marks_add(&ours->marks, line);
		alike++;
	}
	return alike;
}

/* How many terms occur but spelled otherwise. */
static size_t
bench_ours_scan(struct bench_ours *ours, const struct bench_item *item)
{
	const char *const sources[MATCH_FIELDS] = {
	    [MATCH_TITLE] = item->item.title,
	    [MATCH_SUMMARY] = item->item.summary,
	};
	size_t i, spelled = 0;

	term_text_set(&ours->text, sources);
	term_hits_reset(&ours->hits);
	terms_scan(ours->terms, &ours->text, &ours->hits);
	for (i = 0; i < ours->hits.found_count; i++) {
		uint32_t at = ours->hits.seen[ours->hits.found[i]].head;
		size_t alike = 0;

		for (; at != TERM_HIT_NONE; at = ours->hits.items[at].next)
			alike += bench_ours_mark(ours, &ours->hits.items[at]);
		spelled += alike == 0;
	}
	return spelled;
}

static void
bench_show(const struct bench_pairs *pairs, const char *who, const char *term,
    const struct bench_item *item)
{
	if (pairs->ours + pairs->others <= BENCH_SHOWN)
		warnx("only %s: \"%s\" in: %s", who, term, item->joined);
}

static void
bench_pairs_add(struct bench_pairs *pairs, const struct bench_ours *ours,
    const struct bench_marks *others, const struct bench_item *item)
{
	uint32_t line;
	size_t i;

	for (i = 0; i < ours->marks.count; i++) {
		line = ours->marks.list[i];
		if (others->is_in[line]) {
			pairs->same++;
			continue;
		}
		pairs->ours++;
		bench_show(pairs, "ours", ours->lines->items[line], item);
	}
	for (i = 0; i < others->count; i++) {
		line = others->list[i];
		/* its 's, which a word does without, may be what differs */
		if (ours->hits.seen[ours->term_of_line[line]].count)
			continue;
		pairs->others++;
		bench_show(pairs, "theirs", ours->lines->items[line], item);
	}
}

struct bench_pairs
bench_pairs_compare(const struct bench_lines *terms, size_t count,
    const struct bench_items *items, struct bench_other *other)
{
	struct bench_pairs pairs = {0};
	struct bench_marks others;
	struct bench_ours ours;
	size_t i;

	bench_ours_init(&ours, terms, count);
	bench_marks_init(&others, count);
	for (i = 0; i < items->count; i++) {
		const struct bench_item *item = &items->items[i];

		bench_marks_reset(&ours.marks);
		bench_marks_reset(&others);
		pairs.spelled += bench_ours_scan(&ours, item);
		bench_other_mark(other, item, &others);
		bench_pairs_add(&pairs, &ours, &others, item);
	}
	bench_ours_clear(&ours);
	bench_marks_clear(&others);
	return pairs;
}
