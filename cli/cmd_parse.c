/*
 * wirewatch parse: what the daemon would see in a feed, or in a page that is
 * read by expressions: those of a configured feed, or some to be tried. With
 * --json one object an entry for other programs, else a listing for people.
 * What is wrong with the feed goes to stderr in both cases; entries that could
 * be saved are printed all the same.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/apart.h"
#include "cli/cli.h"
#include "cli/retrieve.h"
#include "config/conf.h"
#include "feeds/parse.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "text/xpath.h"

#define PARSE_SUMMARY_WIDTH 76

struct parse_options {
	const char *what; /* file, URL, or "-" */
	const char *base;
	const char *content_type;
	bool is_json;
	const char *conf;
	const char *feed; /* whose expressions are used; NULL if none */
	struct conf_html html; /* item is NULL: a feed is read */
};

/* --- one object an entry --- */

/* The guid as published, else the link, else the identity. */
static void
parse_set_id(json_t *object, const struct item *item)
{
	static const char digits[] = "0123456789abcdef";
	char hex[2 * ITEM_ID_SIZE + 1];
	size_t i;

	for (i = 0; i < ITEM_ID_SIZE; i++) {
		hex[2 * i] = digits[item->id[i] >> 4];
		hex[2 * i + 1] = digits[item->id[i] & 15];
	}
	hex[2 * ITEM_ID_SIZE] = '\0';
	json_set_string(object, "id",
	    item->guid	? item->guid
	    : item->url ? item->url
			: hex);
}

static void
parse_print_json(const struct item *item)
{
	json_t *object = json_object(), *categories = json_array();
	size_t i;

	for (i = 0; i < item->category_count; i++) {
		if (json_array_append_new(
			categories, json_string(item->categories[i])) == -1)
			abort(); /* only for want of memory */
	}
	parse_set_id(object, item);
	json_set_string(object, "title", item->title);
	json_set_string(object, "link", item->url);
	json_set_string(object, "summary", item->summary);
	json_set_string(object, "content", item->content);
	json_set_time_s(object, "published", item->published_s);
	json_set_time_s(object, "updated", item->updated_s);
	json_set_string(
	    object, "author", item->author_count ? item->authors[0] : NULL);
	json_set(object, "categories", categories);
	json_print_line(stdout, object);
	json_decref(object);
}

/* --- for people --- */

static void
parse_print_head(const struct feed_doc *doc)
{
	cli_text(stdout, doc->title ? doc->title : "(no title)");
	printf("\n  %s, %s, %zu %s\n", feed_format_name(doc->format),
	    doc->encoding, doc->item_count,
	    doc->item_count == 1 ? "entry" : "entries");
	if (doc->link) {
		fputs("  ", stdout);
		cli_text(stdout, doc->link);
		putchar('\n');
	}
}

static void
parse_print_item(const struct item *item)
{
	char date[CLOCK_RFC3339_SIZE] = "no date";
	int64_t date_s = item_date(item);
	const char *text = *item->summary ? item->summary : item->content;

	if (date_s != TIME_NONE)
		clock_rfc3339_s(date_s, date);
	printf("\n%-20s  ", date);
	cli_text(stdout, *item->title ? item->title : "(no title)");
	putchar('\n');
	if (item->url) {
		fputs("  ", stdout);
		cli_text(stdout, item->url);
		putchar('\n');
	}
	if (*text) {
		fputs("  ", stdout);
		cli_cell(stdout, text, PARSE_SUMMARY_WIDTH, true);
		putchar('\n');
	}
}

static void
parse_print(const struct feed_doc *doc, const struct parse_options *options)
{
	size_t i;

	if (!options->is_json)
		parse_print_head(doc);
	for (i = 0; i < doc->item_count; i++) {
		if (options->is_json)
			parse_print_json(&doc->items[i]);
		else
			parse_print_item(&doc->items[i]);
	}
	if (doc->is_recovered)
		cli_error("%s: %s%s", options->what,
		    doc->format == FEED_FORMAT_PAGE ? "" : "not well-formed: ",
		    doc->complaint);
	if (doc->dropped)
		cli_error("%s: %zu entries beyond the %s %d left out",
		    options->what, doc->dropped,
		    doc->format == FEED_FORMAT_SITEMAP ? "newest" : "first",
		    PARSE_ITEMS_MAX);
}

/* --- where it comes from --- */

/* A document, and how it is to be read. */
struct parse_work {
	const struct parse_options *options;
	struct parse_input input;
};

/* In a process of its own. */
static int
parse_work_show(void *data)
{
	const struct parse_work *work = data;
	struct feed_doc *doc;
	struct err err;

	if (parse_feed(&work->input, &doc, &err) != PARSE_OK) {
		cli_error("%s: %s", work->options->what, err.text);
		return 1;
	}
	apart_show();
	parse_print(doc, work->options);
	feed_doc_free(&doc);
	return 0;
}

static int
parse_show(const struct parse_options *options, const char *body, size_t len,
    const char *url, const char *content_type)
{
	struct parse_work work = {
	    .options = options,
	    .input.body = body,
	    .input.len = len,
	    .input.base_url = options->base ? options->base : url,
	    .input.content_type =
		options->content_type ? options->content_type : content_type,
	    .input.html = options->html.item ? &options->html : NULL,
	};

	return apart_run(options->what, parse_work_show, &work);
}

static int
parse_from_network(const struct parse_options *options)
{
	struct retrieved got;
	struct err err;
	int status = 1;

	if (retrieve(options->what, &got, &err) == -1)
		cli_error("%s: %s", options->what, err.text);
	else
		status = parse_show(
		    options, got.body, got.len, got.url, got.content_type);
	retrieved_clear(&got);
	return status;
}

static int
parse_from_file(const struct parse_options *options)
{
	struct buf body;
	int rc, status = 1;

	buf_init(&body, PARSE_BODY_MAX);
	if (strcmp(options->what, "-") == 0)
		rc = buf_read_fd(&body, STDIN_FILENO);
	else
		rc = buf_read_file(&body, options->what);
	if (rc == 0)
		status =
		    parse_show(options, buf_str(&body), body.len, NULL, NULL);
	else if (errno == EFBIG)
		cli_error(
		    "%s: larger than %d bytes", options->what, PARSE_BODY_MAX);
	else
		cli_error("%s: %s", options->what, strerror(errno));
	buf_clear(&body);
	return status;
}

static bool
parse_is_url(const char *what)
{
	return strncasecmp(what, "http://", 7) == 0 ||
	       strncasecmp(what, "https://", 8) == 0;
}

/* All that were named; 1 when one of them could not be read. */
static int
parse_main(struct parse_options *options, char **names)
{
	int status = 0;

	parse_init();
	for (; *names; names++) {
		options->what = *names;
		if ((parse_is_url(*names) ? parse_from_network(options)
					  : parse_from_file(options)) != 0)
			status = 1;
	}
	parse_cleanup();
	return status;
}

/* --- how a page is read --- */

enum {
	OPT_BASE = 256,
	OPT_CONTENT_TYPE,
	OPT_FEED,
	OPT_HELP,
	OPT_JSON,
	OPT_ITEM,
	OPT_TITLE,
	OPT_LINK,
	OPT_DATE,
	OPT_SUMMARY,
	OPT_TIMEZONE,
};

/* 0, or 2 with the message given. */
static int
parse_set_html(struct conf_html *html, const char *name, int option)
{
	const char **const fields[] = {&html->item, &html->title, &html->link,
	    &html->date, &html->summary};
	enum xpath_type type;
	struct err err;

	if (option == OPT_TIMEZONE) {
		if (conf_zone(optarg, &html->zone_min) == 0)
			return 0;
		cli_error(
		    "--%s: expected hours and minutes, as in \"+09:00\"", name);
		return 2;
	}
	if (xpath_check(optarg, &type, &err) == -1) {
		cli_error("--%s: %s", name, err.text);
		return 2;
	}
	if (type == XPATH_OTHER || (option == OPT_ITEM && type == XPATH_TEXT)) {
		cli_error("--%s: expected an expression for %s", name,
		    option == OPT_ITEM ? "elements" : "nodes or text");
		return 2;
	}
	*fields[option - OPT_ITEM] = optarg;
	return 0;
}

/* Reads as a configured feed is read; without a name, that feed itself. */
static int
parse_as_feed(struct parse_options *options, char **names)
{
	struct diag diag;
	struct conf *conf;
	const struct conf_feed *feed;
	char *own[2] = {NULL, NULL};
	int status = 2;

	diag_init(&diag);
	conf = conf_load(options->conf, &diag);
	feed = conf ? conf_find_feed(conf, options->feed) : NULL;
	if (feed) {
		options->html = feed->html;
		if (*names && !options->base)
			options->base = feed->url;
		own[0] = xstrdup(feed->url);
		status = parse_main(options, *names ? names : own);
		free(own[0]);
	} else if (conf)
		cli_error("%s: there is no feed \"%s\"", options->conf,
		    options->feed);
	else {
		diag_print(&diag, stderr);
		cli_refuse(options->conf, &diag);
	}
	conf_free(&conf);
	diag_clear(&diag);
	return status;
}

static int
parse_start(struct parse_options *options, char **names)
{
	if (options->feed && options->html.item) {
		cli_error("--feed and --html-item exclude each other");
		return 2;
	}
	if (!options->html.title != !options->html.item) {
		cli_error("expected both --html-item and --html-title");
		return 2;
	}
	if (options->feed)
		return parse_as_feed(options, names);
	if (!*names)
		return cli_misuse(&cli_parse);
	return parse_main(options, names);
}

static int
parse_run(int argc, char **argv)
{
	static const struct option longs[] = {
	    {"base", required_argument, NULL, OPT_BASE},
	    {"config", required_argument, NULL, 'c'},
	    {"content-type", required_argument, NULL, OPT_CONTENT_TYPE},
	    {"feed", required_argument, NULL, OPT_FEED},
	    {"help", no_argument, NULL, OPT_HELP},
	    {"html-item", required_argument, NULL, OPT_ITEM},
	    {"html-title", required_argument, NULL, OPT_TITLE},
	    {"html-link", required_argument, NULL, OPT_LINK},
	    {"html-date", required_argument, NULL, OPT_DATE},
	    {"html-summary", required_argument, NULL, OPT_SUMMARY},
	    {"html-timezone", required_argument, NULL, OPT_TIMEZONE},
	    {"json", no_argument, NULL, OPT_JSON},
	    {NULL, 0, NULL, 0},
	};
	struct parse_options options = {.conf = cli_default_conf()};
	int c, i = 0;

	while ((c = getopt_long(argc, argv, "c:", longs, &i)) != -1) {
		switch (c) {
		case OPT_BASE:
			options.base = optarg;
			break;
		case 'c':
			options.conf = optarg;
			break;
		case OPT_CONTENT_TYPE:
			options.content_type = optarg;
			break;
		case OPT_FEED:
			options.feed = optarg;
			break;
		case OPT_JSON:
			options.is_json = true;
			break;
		case OPT_ITEM:
		case OPT_TITLE:
		case OPT_LINK:
		case OPT_DATE:
		case OPT_SUMMARY:
		case OPT_TIMEZONE:
			if (parse_set_html(&options.html, longs[i].name, c) !=
			    0)
				return 2;
			break;
		case OPT_HELP:
			return cli_help(&cli_parse);
		default:
			return cli_misuse(&cli_parse);
		}
	}
	return parse_start(&options, argv + optind);
}

const struct cli_command cli_parse = {
    .name = "parse",
    .summary = "what the daemon would see in a feed",
    .usage =
	"usage: wirewatch parse [--json] [--base URL] [--content-type TYPE]\n"
	"                       [--html-item XPATH --html-title XPATH ...]\n"
	"                       FILE|URL|- ...\n"
	"       wirewatch parse [--json] [-c FILE] --feed NAME [FILE|URL|-] ...\n"
	"\n"
	"Reads feeds from files, from the network or (-) from standard input\n"
	"and shows their entries as plain text; with --feed or --html-item\n"
	"pages, as the daemon reads them for a feed with these options. A host\n"
	"named in a URL may be private; what it redirects to may not, unless\n"
	"the configuration allows it.\n"
	"\n"
	"      --json               one JSON object a line for each entry\n"
	"      --base URL           what relative links refer to\n"
	"      --content-type TYPE  what the server called it\n"
	"      --feed NAME          read as this configured feed is read\n"
	"  -c, --config FILE        where --feed is configured\n"
	"      --html-item XPATH    where in a page the entries stand, and\n"
	"                           --html-title, --html-link, --html-date,\n"
	"                           --html-summary, --html-timezone: as the\n"
	"                           options of that name in wirewatch.conf(5)\n"
	"\n"
	"Each is read with the rights, the memory and the processor time that\n"
	"the daemon gives to it.\n"
	"\n"
	"exit status: 0 entries or an empty feed were read, perhaps with\n"
	"faults, 1 nothing could be read, or not within these bounds, 2 wrong\n"
	"usage\n",
    .run = parse_run,
};
