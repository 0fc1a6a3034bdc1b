/* wirewatch export: the feeds of a configuration as OPML for other readers. */
#include <getopt.h>
#include <stdio.h>

#include "cli/cli.h"
#include "config/conf.h"
#include "config/opml.h"
#include "lib/buf.h"

static int
export_main(const char *path)
{
	struct conf *conf;
	struct diag diag;
	struct buf out;
	size_t left_out;

	diag_init(&diag);
	conf = conf_load(path, &diag);
	diag_print(&diag, stderr);
	if (!conf) {
		cli_refuse(path, &diag);
		diag_clear(&diag);
		return 2;
	}
	diag_clear(&diag);
	buf_init(&out, 0);
	left_out = opml_write(conf, &out);
	/* main() looks whether it arrived */
	(void)fwrite(out.data, 1, out.len, stdout);
	if (left_out)
		cli_error("%s: %zu page%s left out: OPML knows feeds only",
		    path, left_out, left_out == 1 ? "" : "s");
	buf_clear(&out);
	conf_free(&conf);
	return 0;
}

static int
export_run(int argc, char **argv)
{
	enum { OPT_HELP = 256 };
	static const struct option longs[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, OPT_HELP},
	    {NULL, 0, NULL, 0},
	};
	const char *path = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			path = optarg;
			break;
		case OPT_HELP:
			return cli_help(&cli_export);
		default:
			return cli_misuse(&cli_export);
		}
	}
	if (optind < argc)
		return cli_misuse(&cli_export);
	return export_main(path ? path : cli_default_conf());
}

const struct cli_command cli_export = {
    .name = "export",
    .summary = "the configured feeds as an OPML list",
    .usage =
	"usage: wirewatch export [-c FILE]\n"
	"\n"
	"Writes the feeds of a configuration as OPML 2.0, in folders named\n"
	"after their first tags. Import of that list gives back their names,\n"
	"addresses, titles, tags, languages, roles and countries. Passwords and\n"
	"headers are not in it; a key in an address is.\n"
	"\n"
	"  -c, --config FILE  the configuration; default: $WIREWATCH_CONF, else\n"
	"                     " WIREWATCH_SYSCONFDIR "/wirewatch.conf\n"
	"\n"
	"exit status: 0 fine, 2 wrong usage or configuration\n",
    .run = export_run,
};
