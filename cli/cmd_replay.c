/*
 * wirewatch replay: what other topics would have alerted. The topics that are
 * and those that are tried run over the same items, and what differs is shown.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/replay.h"
#include "cli/replay_items.h"
#include "config/conf.h"
#include "feeds/date.h"
#include "lib/clock.h"
#include "lib/diag.h"

struct replay_command {
	const char *conf; /* of the old side */
	const char *topics; /* of the new side */
	const char *against;
	int64_t since_s; /* TIME_NONE = all */
	struct replay_options options;
};

static int
replay_items_all(struct replay *replay, struct replay_items *items)
{
	const struct items_entry *entry;
	struct err err;

	replay_goldens(replay);
	while (!ferror(stdout) && (entry = replay_items_next(items)))
		replay_item(replay, entry);
	replay_print(
	    replay, replay_items_bad(items), replay_items_undated(items));
	if (replay_items_check(items, &err) == 0)
		return replay->goldens ? 1 : 0;
	cli_error("%s", err.text);
	return 1;
}

static int
replay_with(const struct replay_command *command,
    const struct replay_side *old_side, const struct replay_side *new_side)
{
	struct replay_items *items;
	struct replay replay;
	struct err err;
	int status;

	items = replay_items_open(
	    command->against, old_side->conf, command->since_s, &err);
	if (!items) {
		cli_error("%s", err.text);
		return 1;
	}
	replay_init(&replay, &command->options, old_side, new_side);
	status = replay_items_all(&replay, items);
	/* the daemon's own lines are told by their number, a user's are his */
	if (replay_items_bad(items) &&
	    strcmp(command->against, REPLAY_HISTORY) != 0)
		status = 1;
	replay_clear(&replay);
	replay_items_free(&items);
	return status;
}

/* Both sides, with everything that is wrong in either; 0 or -1. */
static int
replay_load(const struct replay_command *command, struct conf **old_conf_r,
    struct topicset **old_topics_r, struct conf **new_conf_r,
    struct topicset **new_topics_r)
{
	struct diag diag;
	int rc = -1;

	diag_init(&diag);
	*old_conf_r = conf_load(command->conf, &diag);
	if (*old_conf_r) {
		*old_topics_r = topicset_new(*old_conf_r, &diag);
		*new_conf_r =
		    conf_load_topics(command->topics, *old_conf_r, &diag);
	}
	if (*new_conf_r)
		*new_topics_r = topicset_new(*new_conf_r, &diag);
	diag_print(&diag, stderr);
	if (*old_topics_r && *new_topics_r)
		rc = 0;
	else
		cli_error(
		    "%zu error%s", diag.errors, diag.errors == 1 ? "" : "s");
	diag_clear(&diag);
	return rc;
}

static int
replay_main(const struct replay_command *command)
{
	struct conf *old_conf = NULL, *new_conf = NULL;
	struct topicset *old_topics = NULL, *new_topics = NULL;
	int status = 2;

	if (replay_load(
		command, &old_conf, &old_topics, &new_conf, &new_topics) == 0)
		status = replay_with(command,
		    &(struct replay_side){old_conf, old_topics},
		    &(struct replay_side){new_conf, new_topics});
	topicset_free(&new_topics);
	topicset_free(&old_topics);
	conf_free(&new_conf);
	conf_free(&old_conf);
	return status;
}

enum replay_option {
	REPLAY_OPT_AGAINST = 256,
	REPLAY_OPT_HELP,
	REPLAY_OPT_JSON,
	REPLAY_OPT_LIMIT,
	REPLAY_OPT_SINCE,
	REPLAY_OPT_TOPICS,
};

/* 0, 1 when all is said, -1 when it is wrong. */
static int
replay_option(struct replay_command *command, int c)
{
	switch (c) {
	case 'c':
		command->conf = optarg;
		return 0;
	case REPLAY_OPT_AGAINST:
		command->against = optarg;
		return 0;
	case REPLAY_OPT_HELP:
		return cli_help(&cli_replay) + 1;
	case REPLAY_OPT_JSON:
		command->options.is_json = true;
		return 0;
	case REPLAY_OPT_LIMIT:
		if (cli_parse_count(
			optarg, REPLAY_LIMIT_MAX, &command->options.limit) == 0)
			return 0;
		cli_error(
		    "--limit %s: expected 0 to %d", optarg, REPLAY_LIMIT_MAX);
		return -1;
	case REPLAY_OPT_SINCE:
		if (cli_parse_since(optarg, &command->since_s) == 0)
			return 0;
		cli_error("--since %s: expected a time or a duration, as "
			  "2026-11-23T22:41:07Z or 7d",
		    optarg);
		return -1;
	case REPLAY_OPT_TOPICS:
		command->topics = optarg;
		return 0;
	default:
		return -1;
	}
}

static int
replay_parse_options(int argc, char **argv, struct replay_command *command)
{
	static const struct option longs[] = {
	    {"against", required_argument, NULL, REPLAY_OPT_AGAINST},
	    {"config", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, REPLAY_OPT_HELP},
	    {"json", no_argument, NULL, REPLAY_OPT_JSON},
	    {"limit", required_argument, NULL, REPLAY_OPT_LIMIT},
	    {"since", required_argument, NULL, REPLAY_OPT_SINCE},
	    {"topics", required_argument, NULL, REPLAY_OPT_TOPICS},
	    {NULL, 0, NULL, 0},
	};
	int c, rc;

	while ((c = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		rc = replay_option(command, c);
		if (rc)
			return rc;
	}
	if (optind < argc)
		return -1;
	if (!command->topics || !command->against) {
		cli_error("%s is missing",
		    command->topics ? "--against" : "--topics");
		return -1;
	}
	return 0;
}

static int
replay_run(int argc, char **argv)
{
	struct replay_command command = {
	    .conf = cli_default_conf(),
	    .since_s = TIME_NONE,
	    .options =
		{
		    .has_colour = cli_wants_colour(stdout),
		    .limit = REPLAY_LIMIT,
		},
	};
	int rc = replay_parse_options(argc, argv, &command);

	if (rc == -1)
		return cli_misuse(&cli_replay);
	return rc ? 0 : replay_main(&command);
}

const struct cli_command cli_replay = {
    .name = "replay",
    .summary = "what other topics would have alerted",
    .usage =
	"usage: wirewatch replay --topics NEW --against ITEMS|-|history\n"
	"           [-c FILE] [--since TIME] [--limit N] [--json]\n"
	"\n"
	"Tries topics on items before they are in use: the items that they\n"
	"would alert and those of the configuration do not (+), the other\n"
	"way round (-), and with another severity (~). Golden examples of\n"
	"both are tried with both.\n"
	"\n"
	"  -c, --config FILE  the configuration; default: $WIREWATCH_CONF,\n"
	"                     else " WIREWATCH_SYSCONFDIR "/wirewatch.conf\n"
	"      --topics NEW   a configuration, a file of sets and topics, or a\n"
	"                     directory: all its *.conf by name\n"
	"      --against ITEMS  JSON Lines as for `wirewatch match`, - for\n"
	"                     standard input, or what the daemon has kept:\n"
	"                     history\n"
	"      --since TIME   only items seen since then, or since so long, as\n"
	"                     7d\n"
	"      --limit N      items to show of a topic and a kind of change;\n"
	"                     default: 10\n"
	"      --json         one object for each change, all of them, and a\n"
	"                     summary\n"
	"\n"
	"exit status: 0 fine, 1 a golden example changes or is not right, or\n"
	"items could not be read, 2 wrong usage or configuration\n",
    .run = replay_run,
};
