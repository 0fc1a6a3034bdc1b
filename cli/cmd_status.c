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
#include "config/conf.h"
#include "feeds/date.h"
#include "feeds/feed.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/diag.h"
#include "lib/json.h"

#define STATUS_SOCKET WIREWATCH_RUNDIR "/wirewatchd.sock"
#define STATUS_PAGE 500 /* feeds asked for at a time */
#define STATUS_PAGES_MAX 1000 /* a daemon that pages for ever */
#define STATUS_NAME_WIDTH 24
#define STATUS_STATE_WIDTH 12

struct status_options {
	const char *socket;
	const char *conf;
	bool is_json;
	bool is_feeds;
};

/* How the answer is shown. */
struct status_view {
	FILE *out;
	bool has_colour;
	int64_t now_s; /* the daemon's clock */
};

enum status_colour {
	STATUS_GOOD,
	STATUS_BAD,
	STATUS_QUIET,
	STATUS_BOLD,
};

static const char *const status_colours[] = {
    "\033[32m", "\033[1;31m", "\033[2m", "\033[1m"};

static void
status_paint(const struct status_view *view, enum status_colour colour)
{
	if (view->has_colour)
		fputs(status_colours[colour], view->out);
}

static void
status_unpaint(const struct status_view *view)
{
	if (view->has_colour)
		fputs("\033[0m", view->out);
}

/* A cell of a table in colour. */
static void
status_cell(const struct status_view *view, enum status_colour colour,
    const char *text, int width)
{
	status_paint(view, colour);
	cli_cell(view->out, text, width, false);
	status_unpaint(view);
}

/* The head of a line: what it is about. */
static void
status_label(const struct status_view *view, const char *label)
{
	status_paint(view, STATUS_BOLD);
	fprintf(view->out, "%-9s", label);
	status_unpaint(view);
}

static int64_t
status_int(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const char *
status_string(const json_t *object, const char *key)
{
	const char *text = json_get_string(object, key);

	return text ? text : "?";
}

/* "2 h", the time from the one under a key to now; "?" without one. */
static const char *
status_age(const struct status_view *view, const json_t *object,
    const char *key, char out[CLOCK_RFC3339_SIZE])
{
	const char *text = json_get_string(object, key);
	int64_t s;

	if (!text || date_parse(text, &s) == -1)
		return strcpy(out, "?");
	return clock_human(view->now_s > s ? (view->now_s - s) * 1000 : 0, out);
}

static void
status_print_head(const struct status_view *view, const json_t *status)
{
	char age[CLOCK_RFC3339_SIZE];

	status_label(view, "wirewatch");
	fputc(' ', view->out);
	cli_text(view->out, status_string(status, "version"));
	fputs(" on ", view->out);
	cli_text(view->out, status_string(status, "node"));
	fprintf(view->out, ", pid %" PRId64 ", up %s, since ",
	    status_int(status, "pid"),
	    status_age(view, status, "started", age));
	cli_text(view->out, status_string(status, "started"));
	fputc('\n', view->out);
}

static void
status_print_polling(const struct status_view *view, const json_t *polling)
{
	status_label(view, "polling");
	if (json_is_true(json_object_get(polling, "is_paused"))) {
		status_paint(view, STATUS_BAD);
		fputs(" PAUSED: ", view->out);
		cli_text(view->out, status_string(polling, "reason"));
		status_unpaint(view);
	} else
		fprintf(view->out, " %" PRId64 " under way",
		    status_int(polling, "in_flight"));
	fputc('\n', view->out);
}

static void
status_print_config(const struct status_view *view, const json_t *config)
{
	const char *error = json_get_string(config, "last_error");
	char age[CLOCK_RFC3339_SIZE];

	status_label(view, "config");
	fputc(' ', view->out);
	cli_text(view->out, status_string(config, "path"));
	fprintf(view->out, ", loaded %s ago\n",
	    status_age(view, config, "loaded", age));
	if (!error)
		return;
	status_paint(view, STATUS_BAD);
	fputs("          last reload refused: ", view->out);
	cli_text(view->out, error);
	status_unpaint(view);
	fputc('\n', view->out);
}

static enum status_colour
status_feed_colour(const char *name)
{
	enum feed_status status;

	return feed_status_parse(name, &status) == 0 &&
		       feed_status_is_healthy(status)
		   ? STATUS_GOOD
		   : STATUS_BAD;
}

static void
status_print_failing(const struct status_view *view, const json_t *failing)
{
	const json_t *feed;
	char age[CLOCK_RFC3339_SIZE];
	size_t i;

	json_array_foreach(failing, i, feed)
	{
		fputs("          ", view->out);
		status_cell(view, STATUS_BAD, status_string(feed, "status"),
		    STATUS_STATE_WIDTH);
		fputc(' ', view->out);
		cli_cell(view->out, status_string(feed, "name"),
		    STATUS_NAME_WIDTH, false);
		fprintf(
		    view->out, " %-10s ", status_age(view, feed, "since", age));
		cli_text(view->out, status_string(feed, "reason"));
		fputc('\n', view->out);
	}
}

static void
status_print_feeds(const struct status_view *view, const json_t *feeds)
{
	const json_t *failing = json_object_get(feeds, "failing"), *count;
	const char *name, *before = ": ";
	int64_t rest = status_int(feeds, "total");

	status_label(view, "feeds");
	fprintf(view->out, " %" PRId64, rest);
	json_object_foreach(json_object_get(feeds, "by_status"), name, count)
	{
		fputs(before, view->out);
		status_paint(view, status_feed_colour(name));
		fprintf(view->out, "%" JSON_INTEGER_FORMAT " ",
		    json_integer_value(count));
		cli_text(view->out, name);
		status_unpaint(view);
		before = ", ";
		if (status_feed_colour(name) == STATUS_GOOD)
			rest -= json_integer_value(count);
	}
	fputc('\n', view->out);
	status_print_failing(view, failing);
	rest -= (int64_t)json_array_size(failing);
	if (rest > 0)
		fprintf(view->out,
		    "          and %" PRId64 " more: wirewatch status "
		    "--feeds\n",
		    rest);
}

static void
status_print_flow(const struct status_view *view, const json_t *status)
{
	const json_t *topics = json_object_get(status, "topics");
	const json_t *alerts = json_object_get(status, "alerts");
	char age[CLOCK_RFC3339_SIZE];

	status_label(view, "topics");
	fprintf(view->out, " %" PRId64 " with %" PRId64 " terms\n",
	    status_int(topics, "count"), status_int(topics, "terms"));
	status_label(view, "items");
	fprintf(view->out, " %" PRId64 " new since the start\n",
	    status_int(json_object_get(status, "items"), "new"));
	status_label(view, "alerts");
	fprintf(view->out, " %" PRId64 " since the start",
	    status_int(alerts, "total"));
	if (json_get_string(alerts, "last"))
		fprintf(view->out, ", the last %s ago",
		    status_age(view, alerts, "last", age));
	fputc('\n', view->out);
}

/* What an operator must know of a sink that is not well. */
static void
status_print_trouble(const struct status_view *view, const json_t *sink)
{
	const char *reason = json_get_string(sink, "reason");
	char age[CLOCK_RFC3339_SIZE];

	fputs("; ", view->out);
	status_paint(view, STATUS_BAD);
	if (json_get_string(sink, "failing_since"))
		fprintf(view->out,
		    "for %s: ", status_age(view, sink, "failing_since", age));
	cli_text(view->out, reason ? reason : "no reason given");
	status_unpaint(view);
}

static void
status_print_sink(const struct status_view *view, const json_t *sink)
{
	const char *state = status_string(sink, "state");
	bool is_ok = strcmp(state, "ok") == 0;
	int64_t dead = status_int(sink, "dead");

	fputs("          ", view->out);
	status_cell(
	    view, is_ok ? STATUS_GOOD : STATUS_BAD, state, STATUS_STATE_WIDTH);
	fputc(' ', view->out);
	cli_cell(
	    view->out, status_string(sink, "name"), STATUS_NAME_WIDTH, false);
	fputc(' ', view->out);
	cli_cell(view->out, status_string(sink, "type"), 8, false);
	fprintf(view->out, "%" PRId64 " delivered, %" PRId64 " waiting",
	    status_int(sink, "delivered"), status_int(sink, "pending"));
	if (dead > 0) {
		status_paint(view, STATUS_BAD);
		fprintf(view->out, ", %" PRId64 " dead", dead);
		status_unpaint(view);
	}
	if (!is_ok)
		status_print_trouble(view, sink);
	fputc('\n', view->out);
}

static void
status_print(const struct status_view *view, const json_t *status)
{
	const json_t *sinks = json_object_get(status, "sinks"), *sink;
	size_t i;

	status_print_head(view, status);
	status_print_polling(view, json_object_get(status, "polling"));
	status_print_config(view, json_object_get(status, "config"));
	status_print_feeds(view, json_object_get(status, "feeds"));
	status_print_flow(view, status);
	status_label(view, "sinks");
	fprintf(view->out, " %zu\n", json_array_size(sinks));
	json_array_foreach(sinks, i, sink) status_print_sink(view, sink);
}

static void
status_print_feed(const struct status_view *view, const json_t *feed)
{
	const char *status = status_string(feed, "status");
	const char *reason = json_get_string(feed, "reason");
	char age[CLOCK_RFC3339_SIZE], number[32];

	status_cell(
	    view, status_feed_colour(status), status, STATUS_STATE_WIDTH);
	fputc(' ', view->out);
	cli_cell(
	    view->out, status_string(feed, "name"), STATUS_NAME_WIDTH, false);
	fprintf(view->out, " %10s",
	    json_get_string(feed, "last_new")
		? status_age(view, feed, "last_new", age)
		: "-");
	clock_human(status_int(feed, "interval_s") * 1000, number);
	fprintf(view->out, " %10s %6" PRId64 " %6" PRId64 " %9" PRId64 "  ",
	    number, status_int(feed, "items"), status_int(feed, "latency_ms"),
	    status_int(feed, "bytes"));
	if (reason)
		cli_text(view->out, reason);
	fputc('\n', view->out);
}

static void
status_print_header(const struct status_view *view)
{
	status_paint(view, STATUS_BOLD);
	fprintf(view->out, "%-*s %-*s %10s %10s %6s %6s %9s  %s\n",
	    STATUS_STATE_WIDTH, "STATE", STATUS_NAME_WIDTH, "FEED", "LAST NEW",
	    "INTERVAL", "ITEMS", "MS", "BYTES", "REASON");
	status_unpaint(view);
}

/* One page of feeds: the table's lines, or with --json one object a line. */
static void
status_print_page(const struct status_view *view, const json_t *feeds,
    const struct status_options *options)
{
	const json_t *feed;
	size_t i;

	json_array_foreach(feeds, i, feed)
	{
		char *line;

		if (!options->is_json) {
			status_print_feed(view, feed);
			continue;
		}
		line = json_line(feed);
		fprintf(view->out, "%s\n", line);
		free(line);
	}
}

static json_t *
status_get_page(struct ask *ask, const char *after, struct err *err)
{
	char *escaped = ask_escape(ask, after ? after : "");
	char *path = xasprintf("/api/v1/feeds?limit=%d%s%s", STATUS_PAGE,
	    after ? "&after=" : "", escaped);
	json_t *page = ask_get(ask, path, err);

	free(escaped);
	free(path);
	return page;
}

/* Follows "next" to the end of the feeds. */
static int
status_feeds(struct ask *ask, const struct status_view *view,
    const struct status_options *options, struct err *err)
{
	char *after = NULL;
	json_t *page;
	int pages = 0, rc = 0;

	if (!options->is_json)
		status_print_header(view);
	do {
		const char *next;

		page = status_get_page(ask, after, err);
		if (!page) {
			rc = -1;
			break;
		}
		status_print_page(
		    view, json_object_get(page, "feeds"), options);
		next = json_get_string(page, "next");
		free(after);
		after = next ? xstrdup(next) : NULL;
		json_decref(page);
		if (after && ++pages == STATUS_PAGES_MAX)
			rc = err_set(err, "the list of feeds has no end");
	} while (rc == 0 && after);
	free(after);
	return rc;
}

static int
status_show(
    struct ask *ask, const struct status_options *options, struct err *err)
{
	struct status_view view = {stdout, cli_wants_colour(stdout), 0};
	json_t *status = ask_get(ask, "/api/v1/status", err);
	const char *now = json_get_string(status, "now");
	char *line;
	int rc = 0;

	if (!status)
		return -1;
	if (!now || date_parse(now, &view.now_s) == -1)
		view.now_s = clock_wall_ms() / 1000;
	if (options->is_feeds)
		rc = status_feeds(ask, &view, options, err);
	else if (options->is_json) {
		line = json_line(status);
		puts(line);
		free(line);
	} else
		status_print(&view, status);
	json_decref(status);
	return rc;
}

/*
 * The socket that a configuration names, owned by the caller. NULL when there
 * is none: *status_r then is 1, or 2 when the configuration cannot be read.
 */
static char *
status_conf_socket(const char *path, int *status_r)
{
	struct diag diag;
	struct conf *conf;
	char *socket = NULL;

	diag_init(&diag);
	conf = conf_load(path, &diag);
	*status_r = 1;
	if (!conf) {
		diag_print(&diag, stderr);
		cli_error("%s cannot be read; name the socket with -s", path);
		*status_r = 2;
	} else if (!conf->socket_path)
		cli_error(
		    "%s: socket = \"\": the daemon has no interface", path);
	else
		socket = xstrdup(conf->socket_path);
	conf_free(&conf);
	diag_clear(&diag);
	return socket;
}

/*
 * Without -s and -c. The usual configuration may be missing, or hold secrets
 * that this user may not read, or be broken, which is when status is wanted
 * most: the usual socket is tried then. Owned by the caller; NULL: no socket.
 */
static char *
status_default_socket(size_t *errors_r)
{
	struct diag diag;
	struct conf *conf;
	char *socket;

	diag_init(&diag);
	conf = conf_load(cli_default_conf(), &diag);
	*errors_r = diag.errors;
	if (!conf)
		socket = xstrdup(STATUS_SOCKET);
	else
		socket = conf->socket_path ? xstrdup(conf->socket_path) : NULL;
	conf_free(&conf);
	diag_clear(&diag);
	return socket;
}

static int
status_ask(const char *socket, const struct status_options *options)
{
	struct err err;
	struct ask *ask = ask_new(socket, &err);
	int rc = ask ? status_show(ask, options, &err) : -1;

	ask_free(&ask);
	if (rc == 0)
		return 0;
	cli_error("%s", err.text);
	return 1;
}

static int
status_ask_default(const struct status_options *options)
{
	size_t errors;
	char *socket = status_default_socket(&errors);
	int status;

	if (!socket) {
		cli_error("%s: socket = \"\": the daemon has no interface",
		    cli_default_conf());
		return 1;
	}
	status = status_ask(socket, options);
	if (status != 0 && errors > 0)
		cli_error("%s could not be read (try: wirewatch check), so "
			  "the usual socket was tried",
		    cli_default_conf());
	free(socket);
	return status;
}

static int
status_main(const struct status_options *options)
{
	char *socket;
	int status;

	if (options->socket)
		return status_ask(options->socket, options);
	if (!options->conf)
		return status_ask_default(options);
	socket = status_conf_socket(options->conf, &status);
	if (socket)
		status = status_ask(socket, options);
	free(socket);
	return status;
}

static int
status_run(int argc, char **argv)
{
	enum { OPT_FEEDS = 256, OPT_HELP, OPT_JSON };
	static const struct option longs[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"feeds", no_argument, NULL, OPT_FEEDS},
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
			options.conf = optarg;
			break;
		case 's':
			options.socket = optarg;
			break;
		case OPT_FEEDS:
			options.is_feeds = true;
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
	if (optind < argc || (options.socket && options.conf))
		return cli_misuse(&cli_status);
	return status_main(&options);
}

const struct cli_command cli_status = {
    .name = "status",
    .summary = "what the running daemon is doing",
    .usage =
	"usage: wirewatch status [--json] [--feeds] [-s SOCKET | -c FILE]\n"
	"\n"
	"Asks the running daemon over its socket.\n"
	"\n"
	"      --feeds          a table of all feeds\n"
	"      --json           the daemon's answer itself; with --feeds one\n"
	"                       object a line\n"
	"  -s, --socket SOCKET  the daemon's socket\n"
	"  -c, --config FILE    the configuration that names the socket\n"
	"                       (default: " WIREWATCH_SYSCONFDIR
	"/wirewatch.conf)\n"
	"\n"
	"exit status: 0 the daemon answered, 1 it did not, 2 wrong usage or\n"
	"configuration\n",
    .run = status_run,
};
