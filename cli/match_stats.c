/*
 * Times the steps of matching apart. The clock is looked at between all of
 * them, for every item, which is dear beside a short item: what it costs is
 * measured first and taken off.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/match_stats.h"
#include "lib/json.h"
#include "topics/match_private.h"

#define MATCH_STATS_LOOKS 1000 /* at the clock, to see what one costs */

static const char *const match_stats_names[MATCH_STEPS] = {
    [MATCH_STEP_COMPILE] = "compile",
    [MATCH_STEP_READ] = "read",
    [MATCH_STEP_FOLD] = "fold",
    [MATCH_STEP_SCAN] = "scan",
    [MATCH_STEP_EVALUATE] = "evaluate",
};

/* Processor seconds of this process. */
static double
match_stats_now(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts) == -1)
		return 0;
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void
match_stats_init(struct match_stats *stats)
{
	double start = match_stats_now();
	int i;

	memset(stats, 0, sizeof(*stats));
	for (i = 1; i < MATCH_STATS_LOOKS; i++)
		(void)match_stats_now();
	stats->clock_cost = (match_stats_now() - start) / MATCH_STATS_LOOKS;
}

/* Books the time since the last look; returns the one for the next step. */
static double
match_stats_book(struct match_stats *stats, enum match_step step, double start)
{
	double now = match_stats_now();
	double took = now - start - stats->clock_cost;

	if (took > 0)
		stats->seconds[step] += took;
	return now;
}

struct topicset *
match_stats_compile(
    struct match_stats *stats, const struct conf *conf, struct diag *diag)
{
	double start = match_stats_now();
	struct topicset *topics = topicset_new(conf, diag);

	(void)match_stats_book(stats, MATCH_STEP_COMPILE, start);
	return topics;
}

const struct items_entry *
match_stats_next(struct match_stats *stats, struct items *items)
{
	double start = match_stats_now();
	const struct items_entry *entry = items_next(items);

	(void)match_stats_book(stats, MATCH_STEP_READ, start);
	return entry;
}

const struct match_result *
match_stats_run(struct match_stats *stats, struct matcher *matcher,
    const struct items_entry *entry)
{
	const struct match_result *result;
	double start = match_stats_now();

	matcher_prepare(matcher, &entry->item, &entry->source);
	start = match_stats_book(stats, MATCH_STEP_FOLD, start);
	(void)matcher_scan(matcher);
	start = match_stats_book(stats, MATCH_STEP_SCAN, start);
	result = matcher_judge(matcher);
	(void)match_stats_book(stats, MATCH_STEP_EVALUATE, start);
	stats->items++;
	stats->bytes += entry->bytes;
	return result;
}

/* Of matching alone, without the reading of JSON. */
static double
match_stats_seconds(const struct match_stats *stats)
{
	return stats->seconds[MATCH_STEP_FOLD] +
	       stats->seconds[MATCH_STEP_SCAN] +
	       stats->seconds[MATCH_STEP_EVALUATE];
}

static double
match_stats_rate(double amount, double seconds)
{
	return seconds > 0 ? amount / seconds : 0;
}

static void
match_stats_print_json(const struct match_stats *stats,
    const struct topicset *topics, size_t matched, size_t bad, FILE *out)
{
	json_t *object = json_object(), *seconds = json_object();
	double matching = match_stats_seconds(stats);
	int step;

	json_set_int(object, "topics", (int64_t)topicset_count(topics));
	json_set_int(object, "terms", (int64_t)topicset_terms(topics));
	json_set_int(object, "memory", (int64_t)topicset_memory(topics));
	json_set_int(object, "items", (int64_t)stats->items);
	json_set_int(object, "matched", (int64_t)matched);
	json_set_int(object, "bad_lines", (int64_t)bad);
	json_set_int(object, "bytes", (int64_t)stats->bytes);
	for (step = 0; step < MATCH_STEPS; step++)
		json_set(seconds, match_stats_names[step],
		    json_real(stats->seconds[step]));
	json_set(object, "seconds", seconds);
	json_set(object, "items_per_second",
	    json_real(match_stats_rate((double)stats->items, matching)));
	json_set(object, "bytes_per_second",
	    json_real(match_stats_rate((double)stats->bytes, matching)));
	json_print_line(out, object);
	json_decref(object);
}

static void
match_stats_print_steps(const struct match_stats *stats, FILE *out)
{
	double all =
	    match_stats_seconds(stats) + stats->seconds[MATCH_STEP_READ];
	int step;

	for (step = MATCH_STEP_READ; step < MATCH_STEPS; step++)
		fprintf(out, "  %-9s %9.3f ms  %3.0f %%\n",
		    match_stats_names[step], stats->seconds[step] * 1e3,
		    100 * match_stats_rate(stats->seconds[step], all));
}

void
match_stats_print(const struct match_stats *stats,
    const struct topicset *topics, size_t matched, size_t bad, bool is_json,
    FILE *out)
{
	double matching = match_stats_seconds(stats);
	double all = matching + stats->seconds[MATCH_STEP_READ];

	if (is_json) {
		match_stats_print_json(stats, topics, matched, bad, out);
		return;
	}
	fprintf(out,
	    "topics: %zu with %zu terms, %.1f KiB, compiled in "
	    "%.3f ms\n",
	    topicset_count(topics), topicset_terms(topics),
	    (double)topicset_memory(topics) / 1024,
	    stats->seconds[MATCH_STEP_COMPILE] * 1e3);
	fprintf(out,
	    "items: %zu with %zu bytes of text, %zu match, %zu bad "
	    "line%s\n",
	    stats->items, stats->bytes, matched, bad, bad == 1 ? "" : "s");
	fputs("processor time:\n", out);
	match_stats_print_steps(stats, out);
	fprintf(out, "matching: %.0f items/s, %.1f MB/s\n",
	    match_stats_rate((double)stats->items, matching),
	    match_stats_rate((double)stats->bytes / 1e6, matching));
	fprintf(out, "with reading: %.0f items/s, %.1f MB/s\n",
	    match_stats_rate((double)stats->items, all),
	    match_stats_rate((double)stats->bytes / 1e6, all));
}
