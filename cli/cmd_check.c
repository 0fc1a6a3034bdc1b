/*
 * wirewatch check: reads a configuration with all its topics as the daemon
 * would, tries the topics' examples, shows every finding and starts nothing.
 */
#include <getopt.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "config/conf.h"
#include "lib/diag.h"
#include "topics/golden.h"
#include "topics/lint.h"
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
check_memory(size_t bytes, const char *end)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB"};
	double size = (double)bytes;
	size_t unit = 0;

	for (; size >= 1024 && unit < 3; unit++)
		size /= 1024;
	printf("%.*f %s of memory for terms%s", unit && size < 10 ? 1 : 0, size,
	    units[unit], end);
}

static void
check_print_summary(const char *path, const struct conf *conf,
    const struct topicset *topics, size_t goldens, const struct diag *diag)
{
	size_t warnings = diag->count + diag->dropped - diag->errors;

	cli_text(stdout, path);
	fputs(": ok: ", stdout);
	check_count(conf->feed_count, "feed", ", ");
	check_count(conf->topic_count, "topic", ", ");
	check_count(goldens, "example", ", ");
	check_count(conf->set_count, "set", ", ");
	check_count(topicset_terms(topics), "term", ", ");
	check_count(conf->sink_count, "sink", ", ");
	check_memory(topicset_memory(topics), warnings ? ", " : "\n");
	if (warnings)
		check_count(warnings, "warning", "\n");
}

static int
check_main(const char *path, bool is_strict)
{
	struct topicset *topics = NULL;
	size_t goldens = 0;
	int verdict = CHECK_REFUSED;
	struct conf *conf;
	struct diag diag;

	diag_init(&diag);
	conf = conf_examine(path, &diag);
	if (conf)
		topics = topicset_new(conf, &diag);
	/* what is not whole would fail examples for another reason */
	if (topics && !diag.errors) {
		goldens = golden_check(topics, conf, &diag);
		lint_topics(topics, conf, &diag);
	}
	diag_print(&diag, stderr);
	if (diag.errors) {
		cli_refuse(path, &diag);
	} else {
		check_print_summary(path, conf, topics, goldens, &diag);
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
	"Reads a configuration and everything it includes, compiles its topics\n"
	"and tries their examples. All findings are shown, each with its place.\n"
	"Nothing is started and nothing is written.\n"
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
