/* The wirewatch command: finds the subcommand and hands over. */
#include <curl/curl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#define MAIN_COMMANDS (sizeof(main_commands) / sizeof(main_commands[0]))

static const struct cli_command *const main_commands[] = {
    &cli_check,
    &cli_discover,
    &cli_explain,
    &cli_export,
    &cli_import,
    &cli_feeds,
    &cli_match,
    &cli_parse,
    &cli_replay,
    &cli_status,
    &cli_tail,
    &cli_verify,
};

static const struct cli_command *
main_find(const char *name)
{
	size_t i;

	for (i = 0; i < MAIN_COMMANDS; i++) {
		if (strcmp(main_commands[i]->name, name) == 0)
			return main_commands[i];
	}
	return NULL;
}

static void
main_usage(FILE *out)
{
	size_t i;

	fputs("usage: wirewatch COMMAND [ARGUMENT...]\n\n", out);
	for (i = 0; i < MAIN_COMMANDS; i++)
		fprintf(out, "  %-8s  %s\n", main_commands[i]->name,
		    main_commands[i]->summary);
	fputs("\n"
	      "  wirewatch help COMMAND  how a command is used\n"
	      "  wirewatch --version     the version\n"
	      "\n"
	      "exit status: 0 fine, 1 the answer is no or the work failed,\n"
	      "2 wrong usage or configuration\n",
	    out);
}

static int
main_unknown(const char *name)
{
	cli_error("no command \"%s\"; try: wirewatch --help", name);
	return 2;
}

static int
main_help(int argc, char **argv)
{
	const struct cli_command *command;

	if (argc < 3) {
		main_usage(stdout);
		return 0;
	}
	command = main_find(argv[2]);
	return command ? cli_help(command) : main_unknown(argv[2]);
}

static int
main_run(const struct cli_command *command, int argc, char **argv)
{
	int status;

	if (argc >= 2 && strcmp(argv[1], "--help") == 0)
		return cli_help(command);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		cli_error("libcurl does not start");
		return 1;
	}
	status = command->run(argc, argv);
	curl_global_cleanup();
	return status;
}

static int
main_dispatch(int argc, char **argv)
{
	const struct cli_command *command;

	if (argc < 2) {
		main_usage(stderr);
		return 2;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return main_help(argc, argv);
	if (strcmp(argv[1], "--version") == 0) {
		puts("wirewatch " PACKAGE_VERSION);
		return 0;
	}
	command = main_find(argv[1]);
	if (!command)
		return main_unknown(argv[1]);
	return main_run(command, argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
	/* a reader that goes away is seen as EPIPE */
	signal(SIGPIPE, SIG_IGN);
	/* libcurl reads host names beyond ASCII in the locale's character set
	 */
	setlocale(LC_CTYPE, "C.UTF-8");
	return cli_finish(main_dispatch(argc, argv));
}
