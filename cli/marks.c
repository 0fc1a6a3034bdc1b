/*
 * Marks: the stretches of a field that any of several topics matched, in order
 * and without overlap, and the text with them.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/marks.h"
#include "lib/alloc.h"
#include "text/plain.h"

static int
marks_compare(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

static void
marks_add(
    struct marks *marks, const struct match *match, enum match_field field)
{
	size_t i;

	for (i = 0; i < match->span_count; i++) {
		const struct match_span *span = &match->spans[i];

		if (span->field != field || marks->count == MARKS_MAX)
			continue;
		marks->items[marks->count].start = span->start;
		marks->items[marks->count++].end = span->end;
	}
}

/* In order, and those that overlap as one. */
static void
marks_join(struct marks *marks)
{
	size_t i, kept = 0;

	qsort(
	    marks->items, marks->count, sizeof(marks->items[0]), marks_compare);
	for (i = 0; i < marks->count; i++) {
		const struct mark *mark = &marks->items[i];

		if (!kept || mark->start >= marks->items[kept - 1].end)
			marks->items[kept++] = *mark;
		else if (mark->end > marks->items[kept - 1].end)
			marks->items[kept - 1].end = mark->end;
	}
	marks->count = kept;
}

void
marks_collect(struct marks *marks, const struct match *const *matches,
    size_t match_count, enum match_field field)
{
	size_t i;

	marks->count = 0;
	for (i = 0; i < match_count; i++) {
		if (matches[i])
			marks_add(marks, matches[i], field);
	}
	marks_join(marks);
}

static void
marks_print_piece(FILE *out, const char *text, size_t start, size_t end)
{
	char *piece;

	if (start >= end)
		return;
	piece = xstrndup(text + start, end - start);
	cli_text(out, piece);
	free(piece);
}

void
marks_print(FILE *out, const struct marks *marks, const char *text,
    size_t start, size_t end, bool has_colour)
{
	size_t i, at = start;

	for (i = 0; i < marks->count; i++) {
		const struct mark *mark = &marks->items[i];

		if (mark->start < at || mark->end > end)
			continue;
		marks_print_piece(out, text, at, mark->start);
		fputs(has_colour ? "\033[1;33m" : "\u00ab", out);
		marks_print_piece(out, text, mark->start, mark->end);
		fputs(has_colour ? "\033[0m" : "\u00bb", out);
		at = mark->end;
	}
	marks_print_piece(out, text, at, end);
}

void
marks_print_title(FILE *out, const struct item *item,
    const struct match *const *matches, size_t match_count, bool has_colour)
{
	size_t end = strlen(item->title);
	struct marks marks;

	marks_collect(&marks, matches, match_count, MATCH_TITLE);
	if (end > ITEM_TITLE_MAX)
		end = plain_border(item->title, ITEM_TITLE_MAX);
	if (end)
		marks_print(out, &marks, item->title, 0, end, has_colour);
	else
		fputs("(no title)", out);
	putc('\n', out);
}

void
marks_print_snippet(FILE *out, const struct item *item, enum match_field field,
    const struct match *const *matches, size_t match_count, bool has_colour)
{
	const char *text =
	    field == MATCH_SUMMARY ? item->summary : item->content;
	size_t start = 0, end = strlen(text);
	struct marks marks;

	marks_collect(&marks, matches, match_count, field);
	if (!marks.count)
		return;
	if (marks.items[0].start > MARKS_LEAD)
		start = plain_border(text, marks.items[0].start - MARKS_LEAD);
	if (end - start > MARKS_LEAD + MARKS_TAIL)
		end = plain_border(text, start + MARKS_LEAD + MARKS_TAIL);
	fprintf(out, "  %s: %s", match_field_name(field), start ? "..." : "");
	marks_print(out, &marks, text, start, end, has_colour);
	fputs(text[end] ? "...\n" : "\n", out);
}
