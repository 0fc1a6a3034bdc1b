/*
 * wirewatch match: which topics items belong to, without the daemon. They are
 * answered one by one, so that memory does not grow with their number.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/items.h"
#include "cli/marks.h"
#include "cli/match_stats.h"
#include "config/conf.h"
#include "lib/alloc.h"
#include "lib/diag.h"
#include "lib/json.h"
#include "topics/topic.h"

enum match_option {
	MATCH_OPT_HELP = 256,
	MATCH_OPT_JSON,
	MATCH_OPT_STATS,
	MATCH_OPT_TOPIC,
};

struct match_options {
	const char *conf;
	const char *file; /* "-" = standard input */
	const char **topics; /* those asked for; none = all */
	size_t topic_count;
	bool is_json;
	bool is_quiet;
	bool has_stats;
};

struct match_run {
	const struct match_options *options;
	struct matcher *matcher;
	struct match_stats *stats; /* NULL if none are asked for */
	size_t items;
	size_t matched;
	const struct match **wanted; /* of the item at hand */
	size_t wanted_count;
	size_t wanted_cap;
	bool has_colour;
};

static bool
match_is_wanted(const struct match_options *options, const struct match *match)
{
	size_t i;

	for (i = 0; i < options->topic_count; i++) {
		if (strcmp(options->topics[i], match->topic->name) == 0)
			return true;
	}
	return !options->topic_count;
}

static void
match_choose(struct match_run *run, const struct match_result *result)
{
	size_t i;

	run->wanted_count = 0;
	for (i = 0; i < result->count; i++) {
		if (!match_is_wanted(run->options, &result->matches[i]))
			continue;
		run->wanted = xgrow(run->wanted, run->wanted_count + 1,
		    &run->wanted_cap, sizeof(struct match *));
		run->wanted[run->wanted_count++] = &result->matches[i];
	}
}

static void
match_print_json(const struct match_run *run, const json_t *id)
{
	json_t *object = json_object(), *topics = json_array();
	size_t i;

	for (i = 0; i < run->wanted_count; i++)
		json_append(topics, json_string(run->wanted[i]->topic->name));
	json_set(object, "id", id ? json_deep_copy(id) : json_null());
	json_set(object, "topics", topics);
	json_print_line(stdout, object);
	json_decref(object);
}

static void
match_print_topics(const struct match_run *run)
{
	const char *between = "  topics: ";
	size_t i;

	for (i = 0; i < run->wanted_count; i++) {
		fputs(between, stdout);
		cli_text(stdout, run->wanted[i]->topic->name);
		between = ", ";
	}
	putchar('\n');
}

static void
match_print_text(const struct match_run *run, const struct items_entry *entry)
{
	const struct match *const *matches = run->wanted;
	size_t count = run->wanted_count;

	items_print_id(stdout, entry->id);
	fputs("  ", stdout);
	marks_print_title(
	    stdout, &entry->item, matches, count, run->has_colour);
	marks_print_snippet(stdout, &entry->item, MATCH_SUMMARY, matches, count,
	    run->has_colour);
	marks_print_snippet(stdout, &entry->item, MATCH_CONTENT, matches, count,
	    run->has_colour);
	match_print_topics(run);
}

static void
match_item(struct match_run *run, const struct items_entry *entry)
{
	const struct match_options *options = run->options;

	if (run->stats)
		match_choose(
		    run, match_stats_run(run->stats, run->matcher, entry));
	else
		match_choose(run,
		    matcher_run(run->matcher, &entry->item, &entry->source));
	run->items++;
	run->matched += run->wanted_count > 0;
	if (options->is_quiet)
		return;
	if (options->is_json)
		match_print_json(run, entry->id);
	else if (run->wanted_count)
		match_print_text(run, entry);
}

/* The next item, and the time that it took to read. */
static const struct items_entry *
match_next(struct match_run *run, struct items *items)
{
	return run->stats ? match_stats_next(run->stats, items)
			  : items_next(items);
}

/* What was given up was not found: that must not pass for "no match". */
static void
match_report_overruns(const struct match_run *run)
{
	size_t overruns = matcher_overruns(run->matcher);

	if (overruns)
		cli_error("topics took too long %zu time%s and were given up "
			  "in part: what would have been found is missing",
		    overruns, overruns == 1 ? "" : "s");
}

static int
match_items(struct match_run *run, struct items *items)
{
	const struct match_options *options = run->options;
	const struct items_entry *entry;
	struct err err;

	while (!ferror(stdout) && (entry = match_next(run, items)))
		match_item(run, entry);
	if (items_check(items, &err) == -1) {
		cli_error("%s", err.text);
		return 1;
	}
	if (!options->is_json && !options->is_quiet)
		printf("%zu of %zu item%s match\n", run->matched, run->items,
		    run->items == 1 ? "" : "s");
	return items_bad(items) ? 1 : 0;
}

static bool
match_knows_topics(const struct match_options *options, const struct conf *conf)
{
	bool is_known = true;
	size_t i;

	for (i = 0; i < options->topic_count; i++) {
		if (conf_find_topic(conf, options->topics[i]))
			continue;
		cli_error(
		    "%s: no topic \"%s\"", options->conf, options->topics[i]);
		is_known = false;
	}
	return is_known;
}

static int
match_with(const struct match_options *options, const struct conf *conf,
    const struct topicset *topics, struct match_stats *stats)
{
	struct match_run run = {
	    .options = options,
	    .stats = options->has_stats ? stats : NULL,
	    .has_colour = cli_wants_colour(stdout),
	};
	struct items *items;
	struct err err;
	int status;

	if (!match_knows_topics(options, conf))
		return 2;
	items = items_open(options->file, conf, false, &err);
	if (!items) {
		cli_error("%s", err.text);
		return 1;
	}
	run.matcher = matcher_new(topics);
	status = match_items(&run, items);
	fflush(stdout);
	match_report_overruns(&run);
	if (run.stats)
		match_stats_print(run.stats, topics, run.matched,
		    items_bad(items), options->is_json, stderr);
	free(run.wanted);
	matcher_free(&run.matcher);
	items_free(&items);
	return status;
}

static int
match_main(const struct match_options *options)
{
	struct match_stats stats;
	struct topicset *topics = NULL;
	struct conf *conf;
	struct diag diag;
	int status = 2;

	diag_init(&diag);
	match_stats_init(&stats);
	conf = conf_load(options->conf, &diag);
	if (conf)
		topics = match_stats_compile(&stats, conf, &diag);
	diag_print(&diag, stderr);
	if (topics)
		status = match_with(options, conf, topics, &stats);
	else
		cli_refuse(options->conf, &diag);
	topicset_free(&topics);
	conf_free(&conf);
	diag_clear(&diag);
	return status;
}

static int
match_option(struct match_options *options, int c)
{
	switch (c) {
	case 'c':
		options->conf = optarg;
		return 0;
	case 'q':
		options->is_quiet = true;
		return 0;
	case MATCH_OPT_JSON:
		options->is_json = true;
		return 0;
	case MATCH_OPT_STATS:
		options->has_stats = true;
		return 0;
	case MATCH_OPT_TOPIC:
		options->topics[options->topic_count++] = optarg;
		return 0;
	case MATCH_OPT_HELP:
		return cli_help(&cli_match) + 1;
	default:
		cli_misuse(&cli_match);
		return -1;
	}
}

static int
match_parse_options(int argc, char **argv, struct match_options *options)
{
	static const struct option longs[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, MATCH_OPT_HELP},
	    {"json", no_argument, NULL, MATCH_OPT_JSON},
	    {"quiet", no_argument, NULL, 'q'},
	    {"stats", no_argument, NULL, MATCH_OPT_STATS},
	    {"topic", required_argument, NULL, MATCH_OPT_TOPIC},
	    {NULL, 0, NULL, 0},
	};
	int c, rc;

	while ((c = getopt_long(argc, argv, "c:q", longs, NULL)) != -1) {
		rc = match_option(options, c);
		if (rc)
			return rc;
	}
	if (argc - optind > 1) {
		cli_misuse(&cli_match);
		return -1;
	}
	if (optind < argc)
		options->file = argv[optind];
	return 0;
}

static int
match_run(int argc, char **argv)
{
	struct match_options options = {
	    .conf = cli_default_conf(), .file = "-"};
	int rc, status = 2;

	/* each topic takes an argument at least */
	options.topics = xcalloc((size_t)argc, sizeof(*options.topics));
	rc = match_parse_options(argc, argv, &options);
	if (rc == 0)
		status = match_main(&options);
	else if (rc > 0)
		status = 0;
	free(options.topics);
	return status;
}

const struct cli_command cli_match = {
    .name = "match",
    .summary = "which topics items belong to",
    .usage =
	"usage: wirewatch match [--json] [-q] [--stats] [-c FILE]\n"
	"           [--topic NAME]... [FILE]\n"
	"\n"
	"Reads items as JSON Lines, {\"id\", \"title\", \"summary\",\n"
	"\"content\", \"lang\", ...}, as `wirewatch parse --json` writes\n"
	"them, and shows those that match a topic with the words that\n"
	"matched. \"feed\" names a feed of the configuration.\n"
	"\n"
	"  -c, --config FILE  the configuration; default: $WIREWATCH_CONF,\n"
	"                     else " WIREWATCH_SYSCONFDIR "/wirewatch.conf\n"
	"      --json         one {\"id\", \"topics\"} for each item, in order\n"
	"  -q, --quiet        show no items and no count\n"
	"      --stats        on standard error, at the end: topics, memory,\n"
	"                     throughput, and where the time went; with\n"
	"                     --json one object\n"
	"      --topic NAME   only this topic; may be repeated\n"
	"  FILE               default: -, standard input\n"
	"\n"
	"exit status: 0 fine, 1 a line could not be read, 2 wrong usage or\n"
	"configuration\n",
    .run = match_run,
};
