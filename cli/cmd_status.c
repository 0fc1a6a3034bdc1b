/*
 * wirewatch status: one screen about the running daemon. Everything shown
 * comes out of its answer, also the time that "2 h ago" is counted from; a
 * field that is missing is shown as such, never guessed.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/reach.h"
#include "cli/view.h"
#include "lib/clock.h"
#include "lib/json.h"

#define STATUS_NAME_WIDTH 24
#define STATUS_STATE_WIDTH 12

struct status_options {
	struct reach reach;
	bool is_json;
};

/* The head of a line: what it is about. */
static void
status_label(const struct view *view, const char *label)
{
	view_paint(view, VIEW_BOLD);
	fprintf(view->out, "%-9s", label);
	view_unpaint(view);
}

static void
status_print_head(const struct view *view, const json_t *status)
{
	char age[CLOCK_RFC3339_SIZE];

	status_label(view, "wirewatch");
	fputc(' ', view->out);
	cli_text(view->out, view_string(status, "version"));
	fputs(" on ", view->out);
	cli_text(view->out, view_string(status, "node"));
	fprintf(view->out, ", pid %" PRId64 ", up %s, since ",
	    view_int(status, "pid"), view_age(view, status, "started", age));
	cli_text(view->out, view_string(status, "started"));
	fputc('\n', view->out);
}

static void
status_print_polling(const struct view *view, const json_t *polling)
{
	status_label(view, "polling");
	if (json_is_true(json_object_get(polling, "is_paused"))) {
		view_paint(view, VIEW_BAD);
		fputs(" PAUSED: ", view->out);
		cli_text(view->out, view_string(polling, "reason"));
		view_unpaint(view);
	} else
		fprintf(view->out, " %" PRId64 " under way",
		    view_int(polling, "in_flight"));
	if (json_is_true(json_object_get(polling, "is_offline"))) {
		view_paint(view, VIEW_BAD);
		fputs(", OFFLINE: no server answers", view->out);
		view_unpaint(view);
	}
	fputc('\n', view->out);
}

static void
status_print_workers(const struct view *view, const json_t *workers)
{
	const char *unprotected = json_get_string(workers, "unprotected");
	int64_t lost = view_int(workers, "lost");

	status_label(view, "workers");
	if (view_int(workers, "count"))
		fprintf(view->out, " %" PRId64, view_int(workers, "count"));
	else
		fputs(" none: feeds are read in the daemon", view->out);
	if (unprotected) {
		fputs(", without ", view->out);
		cli_text(view->out, unprotected);
	}
	if (lost)
		fprintf(view->out, ", %" PRId64 " lost since the start", lost);
	fputc('\n', view->out);
}

static void
status_print_config(const struct view *view, const json_t *config)
{
	const char *error = json_get_string(config, "last_error");
	char age[CLOCK_RFC3339_SIZE];

	status_label(view, "config");
	fputc(' ', view->out);
	cli_text(view->out, view_string(config, "path"));
	fprintf(view->out, ", loaded %s ago\n",
	    view_age(view, config, "loaded", age));
	if (!error)
		return;
	view_paint(view, VIEW_BAD);
	fputs("          last reload refused: ", view->out);
	cli_text(view->out, error);
	view_unpaint(view);
	fputc('\n', view->out);
}

static void
status_print_failing(const struct view *view, const json_t *failing)
{
	const json_t *feed;
	char age[CLOCK_RFC3339_SIZE];
	size_t i;

	json_array_foreach(failing, i, feed)
	{
		fputs("          ", view->out);
		view_cell(view, VIEW_BAD, view_string(feed, "status"),
		    STATUS_STATE_WIDTH);
		fputc(' ', view->out);
		cli_cell(view->out, view_string(feed, "name"),
		    STATUS_NAME_WIDTH, false);
		fprintf(
		    view->out, " %-10s ", view_age(view, feed, "since", age));
		cli_text(view->out, view_string(feed, "reason"));
		fputc('\n', view->out);
	}
}

static void
status_print_feeds(const struct view *view, const json_t *feeds)
{
	const json_t *failing = json_object_get(feeds, "failing"), *count;
	const char *name, *before = ": ";
	int64_t rest = view_int(feeds, "total");

	status_label(view, "feeds");
	fprintf(view->out, " %" PRId64, rest);
	json_object_foreach(json_object_get(feeds, "by_status"), name, count)
	{
		fputs(before, view->out);
		view_paint(view, view_feed_colour(name));
		fprintf(view->out, "%" JSON_INTEGER_FORMAT " ",
		    json_integer_value(count));
		cli_text(view->out, name);
		view_unpaint(view);
		before = ", ";
		if (view_feed_colour(name) == VIEW_GOOD)
			rest -= json_integer_value(count);
	}
	fputc('\n', view->out);
	status_print_failing(view, failing);
	rest -= (int64_t)json_array_size(failing);
	if (rest > 0)
		fprintf(view->out,
		    "          and %" PRId64 " more: wirewatch feeds\n", rest);
}

static void
status_print_flow(const struct view *view, const json_t *status)
{
	const json_t *topics = json_object_get(status, "topics");
	const json_t *alerts = json_object_get(status, "alerts");
	char age[CLOCK_RFC3339_SIZE];

	status_label(view, "topics");
	fprintf(view->out, " %" PRId64 " with %" PRId64 " terms\n",
	    view_int(topics, "count"), view_int(topics, "terms"));
	status_label(view, "items");
	fprintf(view->out, " %" PRId64 " new since the start\n",
	    view_int(json_object_get(status, "items"), "new"));
	status_label(view, "alerts");
	fprintf(view->out, " %" PRId64 " since the start",
	    view_int(alerts, "total"));
	if (json_get_string(alerts, "last"))
		fprintf(view->out, ", the last %s ago",
		    view_age(view, alerts, "last", age));
	fputc('\n', view->out);
}

/* What an operator must know of a sink that is not well. */
static void
status_print_trouble(const struct view *view, const json_t *sink)
{
	const char *reason = json_get_string(sink, "reason");
	char age[CLOCK_RFC3339_SIZE];

	fputs("; ", view->out);
	view_paint(view, VIEW_BAD);
	if (json_get_string(sink, "failing_since"))
		fprintf(view->out,
		    "for %s: ", view_age(view, sink, "failing_since", age));
	cli_text(view->out, reason ? reason : "no reason given");
	view_unpaint(view);
}

static void
status_print_sink(const struct view *view, const json_t *sink)
{
	const char *state = view_string(sink, "state");
	bool is_ok = strcmp(state, "ok") == 0;
	int64_t dead = view_int(sink, "dead");

	fputs("          ", view->out);
	view_cell(
	    view, is_ok ? VIEW_GOOD : VIEW_BAD, state, STATUS_STATE_WIDTH);
	fputc(' ', view->out);
	cli_cell(
	    view->out, view_string(sink, "name"), STATUS_NAME_WIDTH, false);
	fputc(' ', view->out);
	cli_cell(view->out, view_string(sink, "type"), 8, false);
	fprintf(view->out, "%" PRId64 " delivered, %" PRId64 " waiting",
	    view_int(sink, "delivered"), view_int(sink, "pending"));
	if (dead > 0) {
		view_paint(view, VIEW_BAD);
		fprintf(view->out, ", %" PRId64 " dead", dead);
		view_unpaint(view);
	}
	if (!is_ok)
		status_print_trouble(view, sink);
	fputc('\n', view->out);
}

static void
status_print(const struct view *view, const json_t *status)
{
	const json_t *sinks = json_object_get(status, "sinks"), *sink;
	size_t i;

	status_print_head(view, status);
	status_print_polling(view, json_object_get(status, "polling"));
	status_print_workers(view, json_object_get(status, "workers"));
	status_print_config(view, json_object_get(status, "config"));
	status_print_feeds(view, json_object_get(status, "feeds"));
	status_print_flow(view, status);
	status_label(view, "sinks");
	fprintf(view->out, " %zu\n", json_array_size(sinks));
	json_array_foreach(sinks, i, sink) status_print_sink(view, sink);
}

static int
status_show(void *data, struct ask *ask, struct err *err)
{
	const struct status_options *options = data;
	json_t *status = ask_get(ask, "/api/v1/status", err);
	struct view view;

	if (!status)
		return -1;
	view_init(&view, status);
	if (options->is_json)
		json_print_line(stdout, status);
	else
		status_print(&view, status);
	json_decref(status);
	return 0;
}

static int
status_run(int argc, char **argv)
{
	enum { OPT_HELP = 256, OPT_JSON };
	static const struct option longs[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, OPT_HELP},
	    {"json", no_argument, NULL, OPT_JSON},
	    {"socket", required_argument, NULL, 's'},
	    {NULL, 0, NULL, 0},
	};
	struct status_options options = {0};
	int c;

	while ((c = getopt_long(argc, argv, "c:s:", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			options.reach.conf = optarg;
			break;
		case 's':
			options.reach.socket = optarg;
			break;
		case OPT_JSON:
			options.is_json = true;
			break;
		case OPT_HELP:
			return cli_help(&cli_status);
		default:
			return cli_misuse(&cli_status);
		}
	}
	if (optind < argc || (options.reach.socket && options.reach.conf))
		return cli_misuse(&cli_status);
	return reach_daemon(&options.reach, status_show, &options);
}

const struct cli_command cli_status = {
    .name = "status",
    .summary = "what the running daemon is doing",
    .usage =
	"usage: wirewatch status [--json] [-s SOCKET | -c FILE]\n"
	"\n"
	"Asks the running daemon over its socket.\n"
	"\n"
	"      --json           the daemon's answer itself\n" REACH_USAGE "\n"
	"exit status: 0 the daemon answered, 1 it did not, 2 wrong usage or\n"
	"configuration\n",
    .run = status_run,
};
