/*
 * wirewatch explain: why topics match an item and, when they do not, the
 * smallest reason why not. The item is given on the command line, or items come
 * as JSON Lines, as for `wirewatch match`.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/explain_print.h"
#include "cli/items.h"
#include "config/conf.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/diag.h"
#include "lib/json.h"
#include "text/html.h"
#include "topics/topic.h"

#define EXPLAIN_UNUSABLE 2

struct explain_options {
	const char *conf;
	const char *topic; /* NULL = all, in short */
	const char *file; /* "-" = standard input; NULL = none was named */
	const char *fields[MATCH_FIELDS]; /* an item; NULL = not given */
	const char *lang;
	const char *feed;
	bool is_all;
	bool is_json;
	bool is_full;
};

struct explain_run {
	const struct explain_options *options;
	const struct conf *conf;
	size_t first; /* the topics to explain */
	size_t end;
	struct matcher *matcher;
	struct arena *arena; /* of one item's explanations */
	size_t items;
	size_t matched;
	bool has_colour;
};

static void
explain_show_json(const struct explain_run *run,
    const struct items_entry *entry, const struct explanation *explanation)
{
	json_t *object = explain_json(explanation, &entry->item,
	    (json_t *)entry->id, !run->options->is_all);
	json_print_line(stdout, object);
	json_decref(object);
}

static void
explain_show(const struct explain_run *run, const struct items_entry *entry,
    const struct explanation *explanation)
{
	const struct explain_print print = {
	    .out = stdout,
	    .item = &entry->item,
	    .has_colour = run->has_colour,
	    .is_full = run->options->is_full,
	};

	if (run->options->is_json)
		explain_show_json(run, entry, explanation);
	else if (run->options->is_all)
		explain_print_short(&print, explanation);
	else
		explain_print_tree(&print, explanation);
}

/* Over the lines of the item's topics. */
static void
explain_show_title(
    const struct explain_run *run, const struct items_entry *entry)
{
	if (run->options->is_json)
		return;
	if (run->items)
		putchar('\n');
	if (!run->options->is_all)
		return;
	cli_text(stdout, *entry->item.title ? entry->item.title : "(no title)");
	putchar('\n');
}

/* Else it would be called false for want of time, and nobody knew. */
static void
explain_report_overruns(const struct explain_run *run, size_t before)
{
	size_t overruns = matcher_overruns(run->matcher) - before;

	if (overruns)
		cli_error("topics took too long %zu time%s and were given up "
			  "in part: what would have been found is missing",
		    overruns, overruns == 1 ? "" : "s");
}

static void
explain_entry(struct explain_run *run, const struct items_entry *entry)
{
	size_t overruns = matcher_overruns(run->matcher);
	const struct match_result *result =
	    matcher_run(run->matcher, &entry->item, &entry->source);
	bool is_match = false;
	size_t i;

	explain_show_title(run, entry);
	for (i = run->first; i < run->end && !ferror(stdout); i++) {
		const struct explanation *explanation =
		    explain_topic(run->matcher, result, i, run->arena);

		explain_show(run, entry, explanation);
		is_match |= explanation->is_match;
		arena_reset(run->arena);
	}
	run->items++;
	run->matched += is_match;
	explain_report_overruns(run, overruns);
}

/* --- where items come from --- */

static int
explain_file(struct explain_run *run)
{
	const char *file = run->options->file ? run->options->file : "-";
	const struct items_entry *entry;
	struct items *items;
	struct err err;
	int status;

	items = items_open(file, run->conf, false, &err);
	if (!items) {
		cli_error("%s", err.text);
		return 1;
	}
	while (!ferror(stdout) && (entry = items_next(items)))
		explain_entry(run, entry);
	status = items_bad(items) || !run->matched;
	if (items_check(items, &err) == -1) {
		cli_error("%s", err.text);
		status = 1;
	}
	if (!run->items)
		cli_error("%s: there is no item in it",
		    strcmp(file, "-") == 0 ? "standard input" : file);
	items_free(&items);
	return status;
}

/* A text of the command line as the parser would have made it of a feed's. */
static const char *
explain_clean(struct arena *arena, const char *text, size_t max)
{
	const char *clean;
	struct buf out;

	if (!text)
		return "";
	buf_init(&out, 0);
	/* the buffer knows no bound */
	(void)text_clean_paragraphs(text, strlen(text), max, &out);
	clean = arena_strndup(arena, buf_str(&out), out.len);
	buf_clear(&out);
	return clean;
}

/* The item of the command line. */
static int
explain_given(struct explain_run *run)
{
	const struct explain_options *options = run->options;
	struct arena *arena = arena_new();
	struct items_entry entry = {.seen_s = TIME_NONE};
	struct item *item = &entry.item;

	item->title =
	    explain_clean(arena, options->fields[MATCH_TITLE], ITEM_TITLE_MAX);
	item->summary =
	    explain_clean(arena, options->fields[MATCH_SUMMARY], ITEM_TEXT_MAX);
	item->content =
	    explain_clean(arena, options->fields[MATCH_CONTENT], ITEM_TEXT_MAX);
	item->lang = options->lang;
	item->published_s = item->updated_s = TIME_NONE;
	if (options->feed)
		match_source_of_feed(
		    &entry.source, conf_find_feed(run->conf, options->feed));
	explain_entry(run, &entry);
	arena_free(&arena);
	return run->matched ? 0 : 1;
}

/* --- the configuration --- */

static bool
explain_has_item(const struct explain_options *options)
{
	return options->fields[MATCH_TITLE] || options->fields[MATCH_SUMMARY] ||
	       options->fields[MATCH_CONTENT];
}

/* Finds what the options name. */
static int
explain_choose(struct explain_run *run)
{
	const struct explain_options *options = run->options;
	const struct conf_topic *topic;

	if (options->feed && !conf_find_feed(run->conf, options->feed)) {
		cli_error("%s: no feed \"%s\"", options->conf, options->feed);
		return -1;
	}
	run->end = run->conf->topic_count;
	if (options->is_all)
		return 0;
	topic = conf_find_topic(run->conf, options->topic);
	if (!topic) {
		cli_error("%s: no topic \"%s\"", options->conf, options->topic);
		return -1;
	}
	run->first = (size_t)(topic - run->conf->topics);
	run->end = run->first + 1;
	return 0;
}

static int
explain_with(const struct explain_options *options, const struct conf *conf,
    const struct topicset *topics)
{
	struct explain_run run = {.options = options, .conf = conf};
	int status;

	if (explain_choose(&run) == -1)
		return EXPLAIN_UNUSABLE;
	run.has_colour = cli_wants_colour(stdout);
	run.matcher = matcher_new(topics);
	run.arena = arena_new();
	status = explain_has_item(options) ? explain_given(&run)
					   : explain_file(&run);
	arena_free(&run.arena);
	matcher_free(&run.matcher);
	return status;
}

static int
explain_main(const struct explain_options *options)
{
	struct topicset *topics = NULL;
	int status = EXPLAIN_UNUSABLE;
	struct conf *conf;
	struct diag diag;

	diag_init(&diag);
	conf = conf_load(options->conf, &diag);
	if (conf)
		topics = topicset_new(conf, &diag);
	diag_print(&diag, stderr);
	if (topics)
		status = explain_with(options, conf, topics);
	else
		cli_refuse(options->conf, &diag);
	topicset_free(&topics);
	conf_free(&conf);
	diag_clear(&diag);
	return status;
}

/* --- the command line --- */

/* TOPIC [FILE], or with --all [FILE]. */
static int
explain_parse_words(int argc, char **argv, struct explain_options *options)
{
	if (!options->is_all) {
		if (optind == argc)
			return -1;
		options->topic = argv[optind++];
		options->is_all = strcmp(options->topic, "-") == 0;
	}
	if (optind < argc)
		options->file = argv[optind++];
	if (optind < argc)
		return -1;
	if (explain_has_item(options))
		return options->file ? -1 : 0;
	return options->lang || options->feed ? -1 : 0;
}

static int
explain_parse_options(int argc, char **argv, struct explain_options *options)
{
	enum {
		OPT_HELP = 256,
		OPT_ALL,
		OPT_CONTENT,
		OPT_FEED,
		OPT_FULL,
		OPT_JSON,
		OPT_LANG,
		OPT_SUMMARY,
		OPT_TITLE,
	};
	static const struct option longs[] = {
	    {"all", no_argument, NULL, OPT_ALL},
	    {"config", required_argument, NULL, 'c'},
	    {"content", required_argument, NULL, OPT_CONTENT},
	    {"feed", required_argument, NULL, OPT_FEED},
	    {"full", no_argument, NULL, OPT_FULL},
	    {"help", no_argument, NULL, OPT_HELP},
	    {"json", no_argument, NULL, OPT_JSON},
	    {"lang", required_argument, NULL, OPT_LANG},
	    {"summary", required_argument, NULL, OPT_SUMMARY},
	    {"title", required_argument, NULL, OPT_TITLE},
	    {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->conf = optarg;
			break;
		case OPT_ALL:
			options->is_all = true;
			break;
		case OPT_CONTENT:
			options->fields[MATCH_CONTENT] = optarg;
			break;
		case OPT_FEED:
			options->feed = optarg;
			break;
		case OPT_FULL:
			options->is_full = true;
			break;
		case OPT_JSON:
			options->is_json = true;
			break;
		case OPT_LANG:
			options->lang = optarg;
			break;
		case OPT_SUMMARY:
			options->fields[MATCH_SUMMARY] = optarg;
			break;
		case OPT_TITLE:
			options->fields[MATCH_TITLE] = optarg;
			break;
		case OPT_HELP:
			return cli_help(&cli_explain) + 1;
		default:
			return -1;
		}
	}
	return explain_parse_words(argc, argv, options);
}

static int
explain_run(int argc, char **argv)
{
	struct explain_options options = {.conf = cli_default_conf()};
	int rc = explain_parse_options(argc, argv, &options);

	if (rc < 0)
		return cli_misuse(&cli_explain);
	return rc > 0 ? 0 : explain_main(&options);
}

const struct cli_command cli_explain = {
    .name = "explain",
    .summary = "why a topic matches an item, or why not",
    .usage =
	"usage: wirewatch explain [--full|--json] [-c FILE] TOPIC|--all [FILE]\n"
	"       wirewatch explain [--full|--json] [-c FILE] TOPIC|--all\n"
	"           [--title TEXT] [--summary TEXT] [--content TEXT]\n"
	"           [--lang LANG] [--feed NAME]\n"
	"\n"
	"Shows a topic's query as a tree, true (+) or false (-) part by part,\n"
	"with the words of the item and where they stand: field and byte. The\n"
	"last lines are the verdict; if it is no, the smallest reason for it.\n"
	"\n"
	"The item is given by options; else items are read as JSON Lines, as\n"
	"`wirewatch parse --json` writes them, or as alerts of a log hold them.\n"
	"\n"
	"      --all           every topic, in one line each; so does TOPIC -\n"
	"  -c, --config FILE   the configuration; default: $WIREWATCH_CONF,\n"
	"                      else " WIREWATCH_SYSCONFDIR "/wirewatch.conf\n"
	"      --content TEXT  of the item\n"
	"      --feed NAME     a feed of the configuration that it is from\n"
	"      --full          with the parts that do not bear on the verdict\n"
	"      --json          one JSON object a line\n"
	"      --lang LANG     its language; else that of the feed or a guess\n"
	"      --summary TEXT  of the item\n"
	"      --title TEXT    of the item\n"
	"  FILE                default: -, standard input\n"
	"\n"
	"exit status: 0 an item matched, 1 none did or one could not be read,\n"
	"2 wrong usage or configuration\n",
    .run = explain_run,
};
