/*
 * wirewatch feeds: how each feed of the running daemon is doing, the worst
 * first. Its exit status is for monitoring: whether one of those listed fails.
 * The daemon gives its feeds page by page; they are sorted and shown only when
 * all are there, so that the list is of one length for table and status.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/reach.h"
#include "cli/view.h"
#include "feeds/feed.h"
#include "lib/alloc.h"
#include "lib/json.h"

#define FEEDS_PAGE 500 /* asked for at a time */
#define FEEDS_PAGES_MAX 1000 /* a daemon that pages for ever */
#define FEEDS_STATE_WIDTH 12
#define FEEDS_NAME_MAX 32
#define FEEDS_NUMBERS_WIDTH 55 /* all columns between name and reason */
#define FEEDS_FAILING 3 /* exit status */
#define FEEDS_REASON_MIN 20 /* columns; on a narrower terminal it wraps */

struct feeds_options {
	struct reach reach;
	bool is_json;
	bool is_quiet;
	uint32_t states; /* a bit each; 0 = all */
};

struct feeds_run {
	const struct feeds_options *options;
	json_t *status; /* the daemon's */
	json_t *list; /* those to be shown */
	size_t failing; /* of them */
};

/* What a daemon of another version calls a state is the worst of all. */
static int
feeds_rank(const json_t *feed)
{
	enum feed_status status;

	if (feed_status_parse(view_string(feed, "status"), &status) == -1)
		return INT32_MAX;
	return feed_status_rank(status);
}

static bool
feeds_is_failing(const json_t *feed)
{
	return view_feed_colour(view_string(feed, "status")) == VIEW_BAD;
}

static bool
feeds_is_wanted(const struct feeds_options *options, const json_t *feed)
{
	enum feed_status status;

	if (!options->states)
		return true;
	return feed_status_parse(view_string(feed, "status"), &status) == 0 &&
	       options->states >> status & 1;
}

/* The worst first, else by name. */
static int
feeds_compare(const void *a, const void *b)
{
	const json_t *x = *(const json_t *const *)a;
	const json_t *y = *(const json_t *const *)b;
	int rank_x = feeds_rank(x), rank_y = feeds_rank(y);

	if (rank_x != rank_y)
		return rank_x > rank_y ? -1 : 1;
	return strcmp(view_string(x, "name"), view_string(y, "name"));
}

static json_t *
feeds_sorted(const json_t *list)
{
	size_t i, count = json_array_size(list);
	json_t **feeds = xcalloc(count + 1, sizeof(*feeds));
	json_t *sorted = json_array();

	for (i = 0; i < count; i++)
		feeds[i] = json_array_get(list, i);
	qsort(feeds, count, sizeof(*feeds), feeds_compare);
	for (i = 0; i < count; i++)
		json_append(sorted, json_incref(feeds[i]));
	free(feeds);
	return sorted;
}

static void
feeds_take_page(struct feeds_run *run, const json_t *page)
{
	json_t *feed;
	size_t i;

	json_array_foreach(json_object_get(page, "feeds"), i, feed)
	{
		if (!feeds_is_wanted(run->options, feed))
			continue;
		run->failing += feeds_is_failing(feed);
		json_append(run->list, json_incref(feed));
	}
}

static json_t *
feeds_get_page(struct ask *ask, const char *after, struct err *err)
{
	char *escaped = ask_escape(ask, after ? after : "");
	char *path = xasprintf("/api/v1/feeds?limit=%d%s%s", FEEDS_PAGE,
	    after ? "&after=" : "", escaped);
	json_t *page = ask_get(ask, path, err);

	free(escaped);
	free(path);
	return page;
}

/* Follows "next" to the end of the feeds. */
static int
feeds_get(void *data, struct ask *ask, struct err *err)
{
	struct feeds_run *run = data;
	char *after = NULL;
	int pages = 0, rc = 0;

	run->status = ask_get(ask, "/api/v1/status", err);
	if (!run->status)
		return -1;
	do {
		json_t *page = feeds_get_page(ask, after, err);
		const char *next = json_get_string(page, "next");

		free(after);
		after = next ? xstrdup(next) : NULL;
		if (!page)
			rc = -1;
		else
			feeds_take_page(run, page);
		json_decref(page);
		if (after && ++pages == FEEDS_PAGES_MAX)
			rc = err_set(err, "the list of feeds has no end");
	} while (rc == 0 && after);
	free(after);
	return rc;
}

static int
feeds_name_width(const json_t *list)
{
	int width = (int)strlen("FEED"), own;
	const json_t *feed;
	size_t i;

	json_array_foreach(list, i, feed)
	{
		own = cli_width(view_string(feed, "name"));
		width = own > width ? own : width;
	}
	return width < FEEDS_NAME_MAX ? width : FEEDS_NAME_MAX;
}

/* A span under a key, in seconds; "-" when there is none. */
static const char *
feeds_span(const json_t *feed, const char *key, char out[CLOCK_RFC3339_SIZE])
{
	int64_t s = view_int(feed, key);

	if (s <= 0)
		return strcpy(out, "-");
	return clock_human(s < INT64_MAX / 1000 ? s * 1000 : INT64_MAX, out);
}

static void
feeds_print_reason(
    const struct view *view, const json_t *feed, int columns_before)
{
	const char *reason = json_get_string(feed, "reason");
	int room = view->columns - columns_before;

	if (!reason)
		return;
	fputs("  ", view->out);
	if (room < FEEDS_REASON_MIN)
		cli_text(view->out, reason);
	else
		cli_cell(view->out, reason, room, true);
}

static void
feeds_print_row(const struct view *view, const json_t *feed, int name_width)
{
	const char *state = view_string(feed, "status");
	char age[CLOCK_RFC3339_SIZE], interval[CLOCK_RFC3339_SIZE],
	    window[CLOCK_RFC3339_SIZE];

	view_cell(view, view_feed_colour(state), state, FEEDS_STATE_WIDTH);
	fputc(' ', view->out);
	cli_cell(view->out, view_string(feed, "name"), name_width, false);
	fprintf(view->out, " %12s %12s %11s %6" PRId64 " %9" PRId64,
	    json_get_string(feed, "last_new")
		? view_age(view, feed, "last_new", age)
		: "-",
	    feeds_span(feed, "interval_s", interval),
	    feeds_span(feed, "window_s", window), view_int(feed, "latency_ms"),
	    view_int(feed, "bytes"));
	feeds_print_reason(view, feed,
	    FEEDS_STATE_WIDTH + 1 + name_width + FEEDS_NUMBERS_WIDTH +
		(int)strlen("  "));
	fputc('\n', view->out);
}

static void
feeds_print_table(const struct view *view, const json_t *list)
{
	int name_width = feeds_name_width(list);
	const json_t *feed;
	size_t i;

	view_paint(view, VIEW_BOLD);
	fprintf(view->out, "%-*s %-*s %12s %12s %11s %6s %9s  %s\n",
	    FEEDS_STATE_WIDTH, "STATE", name_width, "FEED", "LAST NEW",
	    "INTERVAL", "WINDOW", "MS", "BYTES", "REASON");
	view_unpaint(view);
	json_array_foreach(list, i, feed)
	    feeds_print_row(view, feed, name_width);
}

static void
feeds_print_json(const json_t *list)
{
	const json_t *feed;
	size_t i;

	json_array_foreach(list, i, feed) json_print_line(stdout, feed);
}

static void
feeds_print(const struct feeds_run *run)
{
	json_t *sorted;
	struct view view;

	if (run->options->is_quiet)
		return;
	sorted = feeds_sorted(run->list);
	view_init(&view, run->status);
	if (run->options->is_json)
		feeds_print_json(sorted);
	else
		feeds_print_table(&view, sorted);
	json_decref(sorted);
}

static int
feeds_main(const struct feeds_options *options)
{
	struct feeds_run run = {.options = options, .list = json_array()};
	int status = reach_daemon(&options->reach, feeds_get, &run);

	if (status == 0) {
		feeds_print(&run);
		status = run.failing > 0 ? FEEDS_FAILING : 0;
	}
	json_decref(run.status);
	json_decref(run.list);
	return status;
}

/* The states of one word: itself, or all that are meant by it. */
static uint32_t
feeds_parse_word(const char *word)
{
	enum feed_status status;
	uint32_t states = 0;
	bool is_failing = strcmp(word, "failing") == 0;

	if (feed_status_parse(word, &status) == 0)
		return UINT32_C(1) << status;
	if (!is_failing && strcmp(word, "healthy") != 0)
		return 0;
	for (status = FEED_NEW; status <= FEED_UNREACHABLE; status++) {
		if (feed_status_is_healthy(status) != is_failing)
			states |= UINT32_C(1) << status;
	}
	return states;
}

static void
feeds_refuse_word(const char *word)
{
	enum feed_status status;

	cli_error("--state: there is no state \"%s\"; there are:", word);
	for (status = FEED_NEW; status <= FEED_UNREACHABLE; status++)
		fprintf(stderr, " %s", feed_status_name(status));
	fputs(" failing healthy\n", stderr);
}

/* Adds to *states_r what "gap,broken" names. */
static int
feeds_parse_states(const char *list, uint32_t *states_r)
{
	uint32_t states = 1;
	size_t len;

	for (; states; list += len + 1) {
		char *word;

		len = strcspn(list, ",");
		word = xstrndup(list, len);
		states = feeds_parse_word(word);
		if (!states)
			feeds_refuse_word(word);
		*states_r |= states;
		free(word);
		if (!list[len])
			break;
	}
	return states ? 0 : -1;
}

static int
feeds_run(int argc, char **argv)
{
	enum { OPT_HELP = 256, OPT_JSON, OPT_STATE };
	static const struct option longs[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, OPT_HELP},
	    {"json", no_argument, NULL, OPT_JSON},
	    {"quiet", no_argument, NULL, 'q'},
	    {"socket", required_argument, NULL, 's'},
	    {"state", required_argument, NULL, OPT_STATE},
	    {NULL, 0, NULL, 0},
	};
	struct feeds_options options = {0};
	int c;

	while ((c = getopt_long(argc, argv, "c:qs:", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			options.reach.conf = optarg;
			break;
		case 'q':
			options.is_quiet = true;
			break;
		case 's':
			options.reach.socket = optarg;
			break;
		case OPT_JSON:
			options.is_json = true;
			break;
		case OPT_STATE:
			if (feeds_parse_states(optarg, &options.states) == -1)
				return 2;
			break;
		case OPT_HELP:
			return cli_help(&cli_feeds);
		default:
			return cli_misuse(&cli_feeds);
		}
	}
	if (optind < argc || (options.reach.socket && options.reach.conf))
		return cli_misuse(&cli_feeds);
	return feeds_main(&options);
}

const struct cli_command cli_feeds = {
    .name = "feeds",
    .summary = "how each feed is doing, the worst first",
    .usage =
	"usage: wirewatch feeds [--json] [--state LIST] [-q]\n"
	"                       [-s SOCKET | -c FILE]\n"
	"\n"
	"Asks the running daemon over its socket and lists its feeds.\n"
	"\n"
	"      --json           one object a line, as the daemon gives them\n"
	"      --state LIST     only feeds in these states, for example\n"
	"                       gap,broken; \"failing\" and \"healthy\" stand\n"
	"                       for all such states\n"
	"  -q, --quiet          nothing but the exit status\n" REACH_USAGE "\n"
	"exit status: 0 none of the feeds listed fails, 1 the daemon did not\n"
	"answer, 2 wrong usage or configuration, 3 at least one fails\n",
    .run = feeds_run,
};
