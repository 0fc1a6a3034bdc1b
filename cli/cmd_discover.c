/*
 * wirewatch discover: the feeds that a page names. What the page says comes
 * before what only looks like a feed; an address that is a feed itself is the
 * answer already.
 */
#include <getopt.h>
#include <stdlib.h>

#include "cli/apart.h"
#include "cli/cli.h"
#include "cli/retrieve.h"
#include "feeds/discover.h"
#include "feeds/parse.h"
#include "lib/json.h"

struct found {
	const char *url;
	const char *title;
	const char *type;
	const char *kind;
};

static void
discover_print_json(const struct found *found)
{
	json_t *object = json_object();

	json_set_string(object, "url", found->url);
	json_set_string(object, "title", found->title);
	json_set_string(object, "type", found->type);
	json_set_string(object, "kind", found->kind);
	json_print_line(stdout, object);
	json_decref(object);
}

static void
discover_print_line(const struct found *found)
{
	cli_text(stdout, found->url);
	if (found->title) {
		fputs("  ", stdout);
		cli_text(stdout, found->title);
	}
	putchar('\n');
}

static void
discover_print(const struct found *found, bool is_json)
{
	if (is_json)
		discover_print_json(found);
	else
		discover_print_line(found);
}

/* The page; 1 if it names nothing. */
static int
discover_page(const char *what, const struct parse_input *input, bool is_json)
{
	static const char *const kinds[] = {
	    [DISCOVER_LINK] = "link", [DISCOVER_ANCHOR] = "anchor"};
	struct discovery *discovery = discover(input);
	size_t i, guesses = 0;

	for (i = 0; i < discovery->count; i++) {
		const struct discovered *feed = &discovery->feeds[i];
		const struct found found = {.url = feed->url,
		    .title = feed->title,
		    .type = feed->type,
		    .kind = kinds[feed->kind]};

		if (feed->kind == DISCOVER_ANCHOR && !guesses++ && !is_json)
			puts(i ? "\nlooks like a feed:"
			       : "names no feed, but this looks like one:");
		discover_print(&found, is_json);
	}
	if (discovery->count == 0)
		cli_error("%s: a page that names no feed", what);
	if (discovery->dropped)
		cli_error(
		    "%s: %zu further ones left out", what, discovery->dropped);
	i = discovery->count;
	discovery_free(&discovery);
	return i ? 0 : 1;
}

struct discover_work {
	const char *what;
	const struct retrieved *got;
	bool is_json;
};

/* In a process of its own. */
static int
discover_show(void *data)
{
	const struct discover_work *work = data;
	const struct retrieved *got = work->got;
	const struct parse_input input = {
	    .body = got->body,
	    .len = got->len,
	    .base_url = got->url,
	    .content_type = got->content_type,
	};
	struct found found = {.url = got->url, .kind = "self"};
	struct feed_doc *doc;
	struct err err;

	switch (parse_feed(&input, &doc, &err)) {
	case PARSE_OK:
		found.title = doc->title;
		found.type = feed_format_name(doc->format);
		if (!work->is_json)
			printf("a feed itself, %s:\n", found.type);
		discover_print(&found, work->is_json);
		feed_doc_free(&doc);
		return 0;
	case PARSE_HTML:
		return discover_page(work->what, &input, work->is_json);
	default:
		cli_error("%s: %s", work->what, err.text);
		return 1;
	}
}

static int
discover_main(const char *what, bool is_json)
{
	struct retrieved got;
	struct discover_work work = {what, &got, is_json};
	struct err err;
	int status = 1;

	parse_init();
	if (retrieve(what, &got, &err) == -1)
		cli_error("%s: %s", what, err.text);
	else
		status = apart_run(what, discover_show, &work);
	retrieved_clear(&got);
	parse_cleanup();
	return status;
}

static int
discover_run(int argc, char **argv)
{
	enum { OPT_HELP = 256, OPT_JSON };
	static const struct option longs[] = {
	    {"help", no_argument, NULL, OPT_HELP},
	    {"json", no_argument, NULL, OPT_JSON},
	    {NULL, 0, NULL, 0},
	};
	bool is_json = false;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case OPT_JSON:
			is_json = true;
			break;
		case OPT_HELP:
			return cli_help(&cli_discover);
		default:
			return cli_misuse(&cli_discover);
		}
	}
	if (argc - optind != 1)
		return cli_misuse(&cli_discover);
	return discover_main(argv[optind], is_json);
}

const struct cli_command cli_discover = {
    .name = "discover",
    .summary = "the feeds that a page names",
    .usage =
	"usage: wirewatch discover [--json] URL\n"
	"\n"
	"Fetches a page and lists the feeds it names, and behind them links\n"
	"that look like feeds. Says so if the URL is a feed itself. The host in\n"
	"the URL may be private; what it redirects to may not, unless the\n"
	"configuration allows it. Nothing that was found is fetched.\n"
	"\n"
	"      --json  one JSON object a line for each: url, title, type, and\n"
	"              kind: link, anchor or self\n"
	"\n"
	"exit status: 0 something was found, 1 nothing, or no page, 2 wrong\n"
	"usage\n",
    .run = discover_run,
};
