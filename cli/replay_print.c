/*
 * What a replay found, for the one who must decide whether the new topics are
 * better: each topic with its numbers and with items to look at, then the
 * topics that stay as they are, then all together.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/replay.h"
#include "lib/clock.h"
#include "lib/json.h"

#define REPLAY_DAY_S 86400.0

struct replay_totals {
	size_t old_count;
	size_t new_count;
	size_t changes[REPLAY_CHANGES];
	size_t changed_topics;
};

/* The days that the items stem from, one at least; 0 when none has a time. */
static double
replay_days(const struct replay *replay)
{
	double days;

	if (replay->first_s == TIME_NONE)
		return 0;
	days =
	    ((double)replay->last_s - (double)replay->first_s) / REPLAY_DAY_S;
	return days < 1 ? 1 : days;
}

static bool
replay_is_changed(const struct replay_row *row)
{
	return !row->old_topic || !row->new_topic ||
	       row->changes[REPLAY_ADDED] || row->changes[REPLAY_LOST] ||
	       row->changes[REPLAY_SEVERITY];
}

static const char *
replay_name(const struct replay_row *row)
{
	return row->new_topic ? row->new_topic->name : row->old_topic->name;
}

static void
replay_print_changes(const size_t changes[REPLAY_CHANGES])
{
	printf("+%zu -%zu ~%zu", changes[REPLAY_ADDED], changes[REPLAY_LOST],
	    changes[REPLAY_SEVERITY]);
}

static void
replay_print_head(const struct replay_row *row, double days)
{
	cli_text(stdout, replay_name(row));
	if (!row->old_topic)
		fputs(" (only among the new topics)", stdout);
	else if (!row->new_topic)
		fputs(" (not among the new topics)", stdout);
	printf(": %zu before, %zu after, ", row->old_count, row->new_count);
	replay_print_changes(row->changes);
	if (days > 0)
		printf("; %.1f a day before, %.1f after",
		    (double)row->old_count / days,
		    (double)row->new_count / days);
	putchar('\n');
}

static void
replay_print_row(const struct replay_row *row, double days)
{
	size_t i, rest;
	int change;

	replay_print_head(row, days);
	for (change = 0; change < REPLAY_CHANGES; change++) {
		for (i = 0; i < row->example_counts[change]; i++)
			fputs(row->examples[change][i], stdout);
		rest = row->changes[change] - row->example_counts[change];
		if (rest)
			printf("    and %zu more (%s)\n", rest,
			    replay_change_name((enum replay_change)change));
	}
	putchar('\n');
}

static void
replay_print_unchanged(const struct replay *replay)
{
	const char *between = "unchanged: ";
	size_t i;

	for (i = 0; i < replay->row_count; i++) {
		if (replay_is_changed(&replay->rows[i]))
			continue;
		fputs(between, stdout);
		cli_text(stdout, replay_name(&replay->rows[i]));
		printf(" (%zu)", replay->rows[i].new_count);
		between = ", ";
	}
	if (*between == ',')
		putchar('\n');
}

static void
replay_sum_up(const struct replay *replay, struct replay_totals *totals)
{
	size_t i;
	int change;

	memset(totals, 0, sizeof(*totals));
	for (i = 0; i < replay->row_count; i++) {
		const struct replay_row *row = &replay->rows[i];

		totals->old_count += row->old_count;
		totals->new_count += row->new_count;
		totals->changed_topics += replay_is_changed(row);
		for (change = 0; change < REPLAY_CHANGES; change++)
			totals->changes[change] += row->changes[change];
	}
}

static void
replay_print_totals(const struct replay *replay, size_t bad, size_t undated)
{
	double days = replay_days(replay);
	struct replay_totals totals;

	replay_sum_up(replay, &totals);
	printf("%zu item%s", replay->items, replay->items == 1 ? "" : "s");
	if (days > 0)
		printf(" of %.1f day%s", days, days > 1 ? "s" : "");
	printf(": %zu alert%s before, %zu after, ", totals.old_count,
	    totals.old_count == 1 ? "" : "s", totals.new_count);
	replay_print_changes(totals.changes);
	printf("; %zu of %zu topic%s changed\n", totals.changed_topics,
	    replay->row_count, replay->row_count == 1 ? "" : "s");
	if (undated)
		printf("%zu item%s without a time left out by --since\n",
		    undated, undated == 1 ? "" : "s");
	if (bad)
		printf(
		    "%zu line%s could not be read\n", bad, bad == 1 ? "" : "s");
	if (replay->goldens)
		printf("%zu golden example%s changed or not right\n",
		    replay->goldens, replay->goldens == 1 ? " has" : "s have");
}

static void
replay_print_summary(const struct replay *replay, size_t bad, size_t undated)
{
	json_t *object = json_object(), *summary = json_object();
	struct replay_totals totals;
	int change;

	replay_sum_up(replay, &totals);
	json_set_int(summary, "items", (int64_t)replay->items);
	json_set_int(summary, "changed_items", (int64_t)replay->changed_items);
	json_set_int(summary, "bad_lines", (int64_t)bad);
	json_set_int(summary, "undated", (int64_t)undated);
	json_set_time_s(summary, "first", replay->first_s);
	json_set_time_s(summary, "last", replay->last_s);
	json_set_int(summary, "old", (int64_t)totals.old_count);
	json_set_int(summary, "new", (int64_t)totals.new_count);
	for (change = 0; change < REPLAY_CHANGES; change++)
		json_set_int(summary,
		    replay_change_name((enum replay_change)change),
		    (int64_t)totals.changes[change]);
	json_set_int(summary, "topics", (int64_t)replay->row_count);
	json_set_int(summary, "changed_topics", (int64_t)totals.changed_topics);
	json_set_int(summary, "goldens", (int64_t)replay->goldens);
	json_set(object, "summary", summary);
	json_print_line(stdout, object);
	json_decref(object);
}

void
replay_print(const struct replay *replay, size_t bad, size_t undated)
{
	double days = replay_days(replay);
	size_t i;

	if (replay->options.is_json) {
		replay_print_summary(replay, bad, undated);
		return;
	}
	for (i = 0; i < replay->row_count; i++) {
		if (replay_is_changed(&replay->rows[i]))
			replay_print_row(&replay->rows[i], days);
	}
	replay_print_unchanged(replay);
	replay_print_totals(replay, bad, undated);
}
