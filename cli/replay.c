/*
 * Runs two sets of topics over the same items. Topics are the same if their
 * names are: each name is a row, where the two sides meet. Memory is bounded by
 * the number of topics and of the examples that are shown, whatever the number
 * of items.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/marks.h"
#include "cli/replay.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/json.h"

static const char *const replay_change_names[REPLAY_CHANGES] = {
    [REPLAY_ADDED] = "added",
    [REPLAY_LOST] = "lost",
    [REPLAY_SEVERITY] = "severity",
};

const char *
replay_change_name(enum replay_change change)
{
	return replay_change_names[change];
}

static void
replay_make_rows(struct replay *replay)
{
	const struct conf *old_conf = replay->old_side.conf;
	const struct conf *new_conf = replay->new_side.conf;
	size_t i, row;

	replay->rows = xcalloc(old_conf->topic_count + new_conf->topic_count,
	    sizeof(*replay->rows));
	replay->row_count = new_conf->topic_count;
	for (i = 0; i < new_conf->topic_count; i++)
		replay->rows[i].new_topic = &new_conf->topics[i];
	for (i = 0; i < old_conf->topic_count; i++) {
		const struct conf_topic *topic = &old_conf->topics[i];
		const struct conf_topic *twin =
		    conf_find_topic(new_conf, topic->name);

		row = twin ? (size_t)(twin - new_conf->topics)
			   : replay->row_count++;
		replay->rows[row].old_topic = topic;
		replay->row_of_old[i] = row;
	}
}

void
replay_init(struct replay *replay, const struct replay_options *options,
    const struct replay_side *old_side, const struct replay_side *new_side)
{
	memset(replay, 0, sizeof(*replay));
	replay->options = *options;
	replay->old_side = *old_side;
	replay->new_side = *new_side;
	replay->old_matcher = matcher_new(old_side->topics);
	replay->new_matcher = matcher_new(new_side->topics);
	replay->row_of_old =
	    xcalloc(old_side->conf->topic_count, sizeof(size_t));
	replay->first_s = replay->last_s = TIME_NONE;
	replay_make_rows(replay);
	replay->touched = xcalloc(replay->row_count, sizeof(size_t));
}

void
replay_clear(struct replay *replay)
{
	size_t i, k;
	int change;

	for (i = 0; i < replay->row_count; i++) {
		struct replay_row *row = &replay->rows[i];

		for (change = 0; change < REPLAY_CHANGES; change++) {
			for (k = 0; k < row->example_counts[change]; k++)
				free(row->examples[change][k]);
			free(row->examples[change]);
		}
	}
	matcher_free(&replay->old_matcher);
	matcher_free(&replay->new_matcher);
	free(replay->rows);
	free(replay->row_of_old);
	free(replay->touched);
	memset(replay, 0, sizeof(*replay));
}

static struct replay_row *
replay_touch(struct replay *replay, size_t index)
{
	struct replay_row *row = &replay->rows[index];

	if (!row->is_touched)
		replay->touched[replay->touched_count++] = index;
	row->is_touched = true;
	return row;
}

static void
replay_match(struct replay *replay, const struct items_entry *entry)
{
	const struct match_result *result;
	size_t i, index;

	result = matcher_run(replay->old_matcher, &entry->item, &entry->source);
	for (i = 0; i < result->count; i++) {
		index = (size_t)(result->matches[i].topic -
				 replay->old_side.conf->topics);
		replay_touch(replay, replay->row_of_old[index])->old_match =
		    &result->matches[i];
	}
	result = matcher_run(replay->new_matcher, &entry->item, &entry->source);
	for (i = 0; i < result->count; i++) {
		index = (size_t)(result->matches[i].topic -
				 replay->new_side.conf->topics);
		replay_touch(replay, index)->new_match = &result->matches[i];
	}
}

/* What the item changes in the row; REPLAY_CHANGES if nothing. */
static enum replay_change
replay_compare(const struct replay_row *row)
{
	if (!row->old_match)
		return REPLAY_ADDED;
	if (!row->new_match)
		return REPLAY_LOST;
	return row->old_match->severity == row->new_match->severity
		   ? REPLAY_CHANGES
		   : REPLAY_SEVERITY;
}

static void
replay_print_date(FILE *out, int64_t seen_s)
{
	char date[CLOCK_RFC3339_SIZE];

	if (seen_s == TIME_NONE)
		return;
	clock_rfc3339_s(seen_s, date);
	fprintf(out, "%.10s  ", date);
}

/* One change for people, kept until its topic is shown. */
static void
replay_keep_example(struct replay *replay, struct replay_row *row,
    enum replay_change change, const struct items_entry *entry)
{
	static const char signs[REPLAY_CHANGES] = {'+', '-', '~'};
	const struct match *match =
	    row->new_match ? row->new_match : row->old_match;
	bool has_colour = replay->options.has_colour;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort(); /* only for want of memory */
	fprintf(out, "  %c ", signs[change]);
	if (change == REPLAY_SEVERITY)
		fprintf(out, "%s -> %s  ",
		    severity_name(row->old_match->severity),
		    severity_name(row->new_match->severity));
	replay_print_date(out, entry->seen_s);
	marks_print_title(out, &entry->item, &match, 1, has_colour);
	if (!match->span_count || match->spans[0].field != MATCH_TITLE) {
		fputs("  ", out);
		marks_print_snippet(out, &entry->item,
		    match->span_count ? match->spans[0].field : MATCH_SUMMARY,
		    &match, 1, has_colour);
	}
	if (fclose(out) != 0)
		abort();
	row->examples[change] =
	    xgrow(row->examples[change], row->example_counts[change] + 1,
		&row->example_caps[change], sizeof(char *));
	row->examples[change][row->example_counts[change]++] = text;
}

static void
replay_set_severity(json_t *object, const char *key, const struct match *match)
{
	json_set_string(
	    object, key, match ? severity_name(match->severity) : NULL);
}

static void
replay_print_change(const struct replay_row *row, enum replay_change change,
    const struct items_entry *entry)
{
	const struct conf_topic *topic =
	    row->new_topic ? row->new_topic : row->old_topic;
	json_t *object = json_object();

	json_set(
	    object, "id", entry->id ? json_deep_copy(entry->id) : json_null());
	json_set_string(object, "title", entry->item.title);
	json_set_string(object, "topic", topic->name);
	json_set_string(object, "change", replay_change_name(change));
	replay_set_severity(object, "old", row->old_match);
	replay_set_severity(object, "new", row->new_match);
	json_print_line(stdout, object);
	json_decref(object);
}

/* Whether the item changes the row. */
static bool
replay_judge(struct replay *replay, struct replay_row *row,
    const struct items_entry *entry)
{
	enum replay_change change = replay_compare(row);

	row->old_count += row->old_match != NULL;
	row->new_count += row->new_match != NULL;
	if (change == REPLAY_CHANGES)
		return false;
	row->changes[change]++;
	if (replay->options.is_json)
		replay_print_change(row, change, entry);
	else if (row->example_counts[change] < replay->options.limit)
		replay_keep_example(replay, row, change, entry);
	return true;
}

static void
replay_note_time(struct replay *replay, int64_t seen_s)
{
	if (seen_s == TIME_NONE)
		return;
	if (replay->first_s == TIME_NONE || seen_s < replay->first_s)
		replay->first_s = seen_s;
	if (replay->last_s == TIME_NONE || seen_s > replay->last_s)
		replay->last_s = seen_s;
}

void
replay_item(struct replay *replay, const struct items_entry *entry)
{
	bool is_changed = false;
	size_t i;

	replay_match(replay, entry);
	for (i = 0; i < replay->touched_count; i++) {
		struct replay_row *row = &replay->rows[replay->touched[i]];

		is_changed |= replay_judge(replay, row, entry);
		row->old_match = row->new_match = NULL;
		row->is_touched = false;
	}
	replay->touched_count = 0;
	replay->items++;
	replay->changed_items += is_changed;
	replay_note_time(replay, entry->seen_s);
}
