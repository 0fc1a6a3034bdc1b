/*
 * wirewatch tail: a readable view of the JSON log. The lines' numbers have no
 * gaps, so this view can tell what it was not shown: what is missing, comes
 * twice or cannot be read is said on standard error, where it happens.
 */
#include <ev.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alerts/payload.h"
#include "cli/cli.h"
#include "cli/follow.h"
#include "config/conf.h"
#include "feeds/date.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/diag.h"
#include "lib/json.h"

#define TAIL_LAST 10 /* lines shown first with -f */
#define TAIL_REPORTS_MAX 20 /* unreadable lines told one by one */
#define TAIL_ALL SIZE_MAX
#define TAIL_SCHEMA "wirewatch.event/"

struct tail_options {
	const char *file; /* NULL = out of the configuration */
	const char *conf;
	bool is_following;
	size_t last; /* TAIL_ALL = all lines */
	bool has_last;
	const char **topics; /* any of them; none = all */
	size_t topic_count;
	int severity; /* at least; 0 = all */
	int64_t since_s; /* TIME_NONE = all */
};

struct tail {
	const struct tail_options *options;
	const char *path;
	bool has_colour;
	int64_t seq; /* of the last line; 0 = none yet */
	size_t reports;
	bool is_incomplete; /* something was missing or unreadable */
};

/* A line that cannot be shown; the first few of them in words. */
static void
tail_report(struct tail *tail, int64_t offset, const char *why)
{
	tail->is_incomplete = true;
	if (tail->reports++ < TAIL_REPORTS_MAX)
		cli_error("%s: byte %" PRId64 ": %s", tail->path, offset, why);
	else if (tail->reports == TAIL_REPORTS_MAX + 1)
		cli_error("%s: further unreadable lines are skipped in "
			  "silence",
		    tail->path);
}

/* The line as an event, or NULL with the reason. */
static json_t *
tail_parse(const char *line, size_t len, struct err *err)
{
	json_t *event = json_read(line, len, err);
	const char *schema = json_get_string(event, "schema");

	if (!event)
		return NULL;
	if (!schema || strncmp(schema, TAIL_SCHEMA, strlen(TAIL_SCHEMA))) {
		err_set(err, "JSON, but not an event of wirewatch");
		json_decref(event);
		return NULL;
	}
	return event;
}

static bool
tail_is_since(const struct tail_options *options, const json_t *event)
{
	const char *timestamp = json_get_string(event, "timestamp");
	int64_t s;

	if (options->since_s == TIME_NONE)
		return true;
	return timestamp && date_parse(timestamp, &s) == 0 &&
	       s >= options->since_s;
}

static bool
tail_has_topic(const struct tail_options *options, const json_t *event)
{
	const char *name;
	size_t i;

	if (!options->topic_count)
		return true;
	name = json_get_string(
	    json_object_get(json_object_get(event, "data"), "topic"), "name");
	for (i = 0; name && i < options->topic_count; i++) {
		if (strcmp(options->topics[i], name) == 0)
			return true;
	}
	return false;
}

static bool
tail_is_wanted(const struct tail_options *options, const json_t *event)
{
	return json_integer_value(json_object_get(event, "severity_num")) >=
		   options->severity &&
	       tail_has_topic(options, event) && tail_is_since(options, event);
}

static bool
tail_wants(void *data, const char *line, size_t len)
{
	const struct tail *tail = data;
	struct err err;
	json_t *event = tail_parse(line, len, &err);
	bool is_wanted = event && tail_is_wanted(tail->options, event);

	json_decref(event);
	return is_wanted;
}

/* Numbers follow each other, whatever of the lines is shown. */
static void
tail_check_seq(struct tail *tail, const json_t *event)
{
	int64_t seq = json_integer_value(json_object_get(event, "seq"));
	int64_t last = tail->seq;

	if (seq <= 0)
		return;
	tail->seq = seq;
	if (last == 0 || seq == last + 1)
		return;
	tail->is_incomplete = true;
	if (seq == last)
		cli_error(
		    "%s: number %" PRId64 " comes twice", tail->path, seq);
	else if (seq < last)
		cli_error("%s: numbers go back from %" PRId64 " to %" PRId64
			  ": another log?",
		    tail->path, last, seq);
	else
		cli_error("%s: missing: %" PRId64 " to %" PRId64, tail->path,
		    last + 1, seq - 1);
}

static void
tail_on_line(void *data, const char *line, size_t len, int64_t offset)
{
	struct tail *tail = data;
	struct err err;
	json_t *event = tail_parse(line, len, &err);
	char *text = NULL;

	if (!event) {
		tail_report(tail, offset, err.text);
		return;
	}
	tail_check_seq(tail, event);
	if (tail_is_wanted(tail->options, event)) {
		text = payload_text(line, tail->has_colour, &err);
		if (text)
			fputs(text, stdout);
		else
			tail_report(tail, offset, err.text);
	}
	free(text);
	json_decref(event);
}

static void
tail_on_skipped(void *data, int64_t offset)
{
	char why[64];

	snprintf(why, sizeof(why), "a line of more than %d bytes is skipped",
	    FOLLOW_LINE_MAX);
	tail_report(data, offset, why);
}

static void
tail_on_notice(void *data, const char *text)
{
	(void)data;
	cli_error("%s", text);
}

/* Whoever reads our output gets it at once, or is gone. */
static bool
tail_on_flush(void *data)
{
	(void)data;
	return fflush(stdout) == 0 && !ferror(stdout);
}

static int
tail_start(
    const struct tail_options *options, struct follow *follow, struct err *err)
{
	if (options->last == TAIL_ALL)
		return 0;
	return follow_last(follow, options->last, err);
}

static int
tail_read(
    const struct tail_options *options, struct follow *follow, struct err *err)
{
	int rc;

	if (tail_start(options, follow, err) == -1)
		return -1;
	if (options->is_following)
		return follow_run(follow, ev_default_loop(0), err);
	rc = follow_read(follow, err);
	if (rc == 0)
		follow_finish(follow);
	return rc;
}

static int
tail_file(const struct tail_options *options, const char *path)
{
	struct tail tail = {
	    .options = options,
	    .path = path,
	    .has_colour = cli_wants_colour(stdout),
	};
	const struct follow_handler handler = {
	    .line = tail_on_line,
	    .wants = tail_wants,
	    .skipped = tail_on_skipped,
	    .notice = tail_on_notice,
	    .flush = tail_on_flush,
	    .data = &tail,
	};
	struct follow *follow;
	struct err err;
	int rc = -1;

	follow = follow_new(path, options->is_following, &handler, &err);
	if (follow)
		rc = tail_read(options, follow, &err);
	follow_free(&follow);
	if (rc == -1)
		cli_error("%s", err.text);
	return rc == -1 || tail.is_incomplete ? 1 : 0;
}

static const struct conf_sink *
tail_find_log(const struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->sink_count; i++) {
		const struct conf_sink *sink = &conf->sinks[i];

		if (sink->type == SINK_LOG && sink->path &&
		    sink->format == LOG_FORMAT_JSON)
			return sink;
	}
	return NULL;
}

/* The first log of the configuration that can be read here. */
static int
tail_conf(const struct tail_options *options)
{
	const char *path = options->conf ? options->conf : cli_default_conf();
	const struct conf_sink *sink;
	struct diag diag;
	struct conf *conf;
	int status = 2;

	diag_init(&diag);
	conf = conf_load(path, &diag);
	sink = conf ? tail_find_log(conf) : NULL;
	if (!conf) {
		diag_print(&diag, stderr);
		cli_error("%s cannot be read; name the log instead", path);
	} else if (!sink)
		cli_error("%s: no log with format \"json\" and a path", path);
	else
		status = tail_file(options, sink->path);
	conf_free(&conf);
	diag_clear(&diag);
	return status;
}

static int
tail_option(struct tail_options *options, int c, const char *value)
{
	enum severity severity;

	switch (c) {
	case 'c':
		options->conf = value;
		return 0;
	case 'f':
		options->is_following = true;
		return 0;
	case 'n':
		options->has_last = true;
		if (cli_parse_count(value, FOLLOW_LAST_MAX, &options->last) ==
		    0)
			return 0;
		cli_error(
		    "-n %s: not a number up to %d", value, FOLLOW_LAST_MAX);
		return -1;
	case 't':
		options->topics[options->topic_count++] = value;
		return 0;
	case 'S':
		if (severity_parse(value, &severity) == 0) {
			options->severity = (int)severity;
			return 0;
		}
		cli_error("--severity %s: not one of info, low, medium, high, "
			  "flash",
		    value);
		return -1;
	case 'T':
		if (cli_parse_since(value, &options->since_s) == 0)
			return 0;
		cli_error("--since %s: neither a time like "
			  "2026-11-23T22:41:07Z nor a duration like 2h",
		    value);
		return -1;
	default:
		return -1;
	}
}

/* 0 to go on, 1 after --help, -1 when something is wrong. */
static int
tail_parse_options(int argc, char **argv, struct tail_options *options)
{
	static const struct option longs[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"follow", no_argument, NULL, 'f'},
	    {"help", no_argument, NULL, 'h'},
	    {"lines", required_argument, NULL, 'n'},
	    {"severity", required_argument, NULL, 'S'},
	    {"since", required_argument, NULL, 'T'},
	    {"topic", required_argument, NULL, 't'},
	    {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:fn:", longs, NULL)) != -1) {
		if (c == 'h')
			return 1;
		if (tail_option(options, c, optarg) == -1)
			return -1;
	}
	if (optind < argc)
		options->file = argv[optind++];
	if (optind < argc || (options->file && options->conf))
		return -1;
	if (!options->has_last)
		options->last =
		    options->is_following && options->since_s == TIME_NONE
			? TAIL_LAST
			: TAIL_ALL;
	return 0;
}

static int
tail_run(int argc, char **argv)
{
	struct tail_options options = {.since_s = TIME_NONE};
	int status;

	/* each word is one topic at the most */
	options.topics = xcalloc((size_t)argc, sizeof(const char *));
	switch (tail_parse_options(argc, argv, &options)) {
	case 0:
		status = options.file ? tail_file(&options, options.file)
				      : tail_conf(&options);
		break;
	case 1:
		status = cli_help(&cli_tail);
		break;
	default:
		status = cli_misuse(&cli_tail);
		break;
	}
	free(options.topics);
	return status;
}

const struct cli_command cli_tail = {
    .name = "tail",
    .summary = "a readable view of the JSON log",
    .usage =
	"usage: wirewatch tail [-f] [-n N] [--topic TOPIC]... "
	"[--severity SEVERITY]\n"
	"                      [--since TIME] [-c CONFIG | FILE]\n"
	"\n"
	"Shows the events of a JSON log. FILE may be \"-\"; without it, the\n"
	"configuration's first log in format json is shown.\n"
	"\n"
	"  -f, --follow             go on with what is added, through rotations\n"
	"  -n, --lines N            only the last N events that are wanted\n"
	"                           (default: all; with -f: 10, but all that\n"
	"                           --since asks for)\n"
	"      --topic TOPIC        only this topic; may be repeated\n"
	"      --severity SEVERITY  at least info, low, medium, high or flash\n"
	"      --since TIME         since 2026-11-23T22:41:07Z, or 2h ago\n"
	"  -c, --config CONFIG      (default: " WIREWATCH_SYSCONFDIR
	"/wirewatch.conf)\n"
	"\n"
	"exit status: 0 fine, 1 the file cannot be read, or lines are missing\n"
	"or unreadable, 2 wrong usage or configuration\n",
    .run = tail_run,
};
