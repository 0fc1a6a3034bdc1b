/*
 * wirewatch check: reads a configuration with all its topics as the daemon
 * would, shows every finding and starts nothing.
 */
#include <getopt.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "config/conf.h"
#include "lib/diag.h"
#include "topics/topic.h"

enum check_verdict {
	CHECK_FINE = 0,
	CHECK_WARNED = 1, /* with --strict */
	CHECK_REFUSED = 2,
};

static void
check_count(size_t count, const char *what, const char *end)
{
	printf("%zu %s%s%s", count, what, count == 1 ? "" : "s", end);
}

static void
check_print_summary(
    const char *path, const struct conf *conf, const struct diag *diag)
{
	size_t warnings = diag->count - diag->errors;

	cli_text(stdout, path);
	fputs(": ok: ", stdout);
	check_count(conf->feed_count, "feed", ", ");
	check_count(conf->topic_count, "topic", ", ");
	check_count(conf->set_count, "set", ", ");
	check_count(conf->sink_count, "sink", warnings ? ", " : "\n");
	if (warnings)
		check_count(warnings, "warning", "\n");
}

static int
check_main(const char *path, bool is_strict)
{
	struct topicset *topics = NULL;
	int verdict = CHECK_REFUSED;
	struct conf *conf;
	struct diag diag;

	diag_init(&diag);
	conf = conf_examine(path, &diag);
	if (conf)
		topics = topicset_new(conf, &diag);
	diag_print(&diag, stderr);
	if (diag.errors) {
		cli_error("%s: %zu error%s", path, diag.errors,
		    diag.errors == 1 ? "" : "s");
	} else {
		check_print_summary(path, conf, &diag);
		verdict = is_strict && diag.count ? CHECK_WARNED : CHECK_FINE;
	}
	topicset_free(&topics);
	conf_free(&conf);
	diag_clear(&diag);
	return verdict;
}

static int
check_run(int argc, char **argv)
{
	enum { OPT_HELP = 256, OPT_STRICT };
	static const struct option longs[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, OPT_HELP},
	    {"strict", no_argument, NULL, OPT_STRICT},
	    {NULL, 0, NULL, 0},
	};
	const char *path = NULL;
	bool is_strict = false;
	int c;

	while ((c = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			path = optarg;
			break;
		case OPT_STRICT:
			is_strict = true;
			break;
		case OPT_HELP:
			return cli_help(&cli_check);
		default:
			return cli_misuse(&cli_check);
		}
	}
	if (optind < argc && !path)
		path = argv[optind++];
	if (optind < argc)
		return cli_misuse(&cli_check);
	return check_main(path ? path : cli_default_conf(), is_strict);
}

const struct cli_command cli_check = {
    .name = "check",
    .summary = "whether a configuration is right, with every error in it",
    .usage =
	"usage: wirewatch check [--strict] [-c FILE | FILE]\n"
	"\n"
	"Reads a configuration and everything it includes, and compiles its\n"
	"topics. All findings are shown, each with its place. Nothing is\n"
	"started and nothing is written.\n"
	"\n"
	"  -c, --config FILE  the configuration, as FILE alone; default:\n"
	"                     $WIREWATCH_CONF, else\n"
	"                     " WIREWATCH_SYSCONFDIR "/wirewatch.conf\n"
	"      --strict       warnings count, too\n"
	"\n"
	"exit status: 0 fine, 1 warnings (--strict), 2 wrong usage or\n"
	"configuration\n",
    .run = check_run,
};
