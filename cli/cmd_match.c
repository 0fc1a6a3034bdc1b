/*
 * wirewatch match: which topics items belong to, without the daemon. Items come
 * as JSON Lines, as `wirewatch parse --json` writes them, and are answered one
 * by one, so that memory does not grow with their number. A line that cannot be
 * read is told and costs nothing but itself.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "config/conf.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/diag.h"
#include "lib/json.h"
#include "text/plain.h"
#include "topics/topic.h"

#define MATCH_LINE_MAX (1024 * 1024)
#define MATCH_REPORTS_MAX 20 /* bad lines told one by one */
#define MATCH_LEAD 60 /* bytes shown before the first match of a text */
#define MATCH_TAIL 160 /* and from there on */
#define MATCH_MARKS_MAX 1024 /* in one field */

struct match_options {
	const char *conf;
	const char *file; /* "-" = standard input */
	const char **topics; /* those asked for; none = all */
	size_t topic_count;
	bool is_json;
};

struct match_run {
	const struct match_options *options;
	const struct conf *conf;
	struct matcher *matcher;
	FILE *in;
	const char *name; /* of it, in messages */
	uint64_t line;
	size_t bad_lines;
	size_t items;
	size_t matched;
	bool has_colour;
};

static void
match_report(struct match_run *run, const char *why)
{
	run->bad_lines++;
	if (run->bad_lines <= MATCH_REPORTS_MAX)
		cli_error("%s:%" PRIu64 ": %s", run->name, run->line, why);
	else if (run->bad_lines == MATCH_REPORTS_MAX + 1)
		cli_error(
		    "%s: further bad lines are skipped in silence", run->name);
}

enum match_line {
	MATCH_LINE,
	MATCH_LINE_LONG,
	MATCH_END,
};

static enum match_line
match_read_line(FILE *in, struct buf *line)
{
	bool is_long = false;
	int c;

	buf_reset(line);
	while ((c = getc_unlocked(in)) != EOF && c != '\n') {
		if (!is_long && buf_addch(line, (char)c) == -1)
			is_long = true;
	}
	if (c == EOF && !line->len && !is_long)
		return MATCH_END;
	return is_long ? MATCH_LINE_LONG : MATCH_LINE;
}

/* A text field of at most what the parser would keep; -1 if it is none. */
static int
match_get_text(const json_t *object, const char *key, struct arena *arena,
    const char **text_r)
{
	const json_t *value = json_object_get(object, key);
	size_t len;

	*text_r = "";
	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return -1;
	len = json_string_length(value);
	if (len > ITEM_TEXT_MAX)
		len = plain_border(json_string_value(value), ITEM_TEXT_MAX);
	*text_r = arena_strndup(arena, json_string_value(value), len);
	return 0;
}

/* A list of strings, or one string; what is neither is left out. */
static const char *const *
match_get_list(const json_t *value, struct arena *arena, size_t *count_r)
{
	const char **list = arena_calloc(arena, ITEM_LIST_MAX, sizeof(*list));
	const json_t *member;
	size_t i;

	*count_r = 0;
	if (json_is_string(value))
		list[(*count_r)++] = json_string_value(value);
	json_array_foreach(value, i, member)
	{
		if (json_is_string(member) && *count_r < ITEM_LIST_MAX)
			list[(*count_r)++] = json_string_value(member);
	}
	return list;
}

static const char *
match_get_either(const json_t *object, const char *key, const char *other)
{
	const char *value = json_get_string(object, key);

	return value ? value : json_get_string(object, other);
}

/* The item of a line; strings stay the JSON's or the arena's. */
static int
match_read_item(const json_t *object, struct arena *arena, struct item *item,
    struct err *err)
{
	static const char *const keys[] = {"title", "summary", "content"};
	const char **fields[] = {&item->title, &item->summary, &item->content};
	const json_t *authors = json_object_get(object, "authors");
	size_t i;

	memset(item, 0, sizeof(*item));
	item->published_s = item->updated_s = TIME_NONE;
	for (i = 0; i < 3; i++) {
		if (match_get_text(object, keys[i], arena, fields[i]) == -1)
			return err_set(err, "\"%s\" is not a string", keys[i]);
	}
	item->url = match_get_either(object, "url", "link");
	item->lang = json_get_string(object, "lang");
	item->authors = match_get_list(
	    authors ? authors : json_object_get(object, "author"), arena,
	    &item->author_count);
	item->categories = match_get_list(json_object_get(object, "categories"),
	    arena, &item->category_count);
	return 0;
}

/* What the line says of its source, filled up from the feed's section. */
static void
match_read_source(
    const struct conf *conf, const json_t *object, struct match_source *source)
{
	const struct conf_feed *feed;

	memset(source, 0, sizeof(*source));
	source->feed = json_get_string(object, "feed");
	source->title = json_get_string(object, "source");
	source->role = json_get_string(object, "role");
	source->country = json_get_string(object, "country");
	feed = source->feed ? conf_find_feed(conf, source->feed) : NULL;
	if (!feed)
		return;
	source->lang = feed->lang;
	if (!source->title)
		source->title = feed->title;
	if (!source->role)
		source->role = feed->role;
	if (!source->country)
		source->country = feed->country;
}

static bool
match_is_wanted(const struct match_options *options, const struct match *match)
{
	size_t i;

	for (i = 0; i < options->topic_count; i++) {
		if (strcmp(options->topics[i], match->topic->name) == 0)
			return true;
	}
	return !options->topic_count;
}

static void
match_print_json(
    const struct match_run *run, json_t *id, const struct match_result *result)
{
	json_t *object = json_object(), *topics = json_array();
	char *line;
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (match_is_wanted(run->options, &result->matches[i]))
			json_append(topics,
			    json_string(result->matches[i].topic->name));
	}
	json_set(object, "id", id ? json_incref(id) : json_null());
	json_set(object, "topics", topics);
	line = json_line(object);
	puts(line);
	free(line);
	json_decref(object);
}

/* --- for people --- */

struct match_mark {
	size_t start;
	size_t end;
};

struct match_marks {
	struct match_mark items[MATCH_MARKS_MAX];
	size_t count;
};

static int
match_compare_marks(const void *a, const void *b)
{
	const struct match_mark *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* The stretches of one field that any of the topics matched, in order. */
static void
match_collect(const struct match_run *run, const struct match_result *result,
    enum match_field field, struct match_marks *marks)
{
	size_t i, k, kept = 0;

	marks->count = 0;
	for (i = 0; i < result->count; i++) {
		const struct match *match = &result->matches[i];

		if (!match_is_wanted(run->options, match))
			continue;
		for (k = 0; k < match->span_count; k++) {
			const struct match_span *span = &match->spans[k];

			if (span->field != field ||
			    marks->count == MATCH_MARKS_MAX)
				continue;
			marks->items[marks->count].start = span->start;
			marks->items[marks->count++].end = span->end;
		}
	}
	qsort(marks->items, marks->count, sizeof(marks->items[0]),
	    match_compare_marks);
	for (i = 0; i < marks->count; i++) {
		if (kept &&
		    marks->items[i].start < marks->items[kept - 1].end) {
			if (marks->items[i].end > marks->items[kept - 1].end)
				marks->items[kept - 1].end =
				    marks->items[i].end;
		} else
			marks->items[kept++] = marks->items[i];
	}
	marks->count = kept;
}

static void
match_print_piece(const char *text, size_t start, size_t end)
{
	char *piece;

	if (start >= end)
		return;
	piece = xstrndup(text + start, end - start);
	cli_text(stdout, piece);
	free(piece);
}

/* Bytes from start to end, which lie on borders, with the marks in them. */
static void
match_print_marked(const struct match_run *run, const char *text, size_t start,
    size_t end, const struct match_marks *marks)
{
	size_t i, at = start;

	for (i = 0; i < marks->count; i++) {
		const struct match_mark *mark = &marks->items[i];

		if (mark->start < at || mark->end > end)
			continue;
		match_print_piece(text, at, mark->start);
		fputs(run->has_colour ? "\033[1;33m" : "\u00ab", stdout);
		match_print_piece(text, mark->start, mark->end);
		fputs(run->has_colour ? "\033[0m" : "\u00bb", stdout);
		at = mark->end;
	}
	match_print_piece(text, at, end);
}

static void
match_print_title(const struct match_run *run, const struct item *item,
    const struct match_result *result)
{
	struct match_marks marks;
	size_t end = strlen(item->title);

	match_collect(run, result, MATCH_TITLE, &marks);
	if (end > ITEM_TITLE_MAX)
		end = plain_border(item->title, ITEM_TITLE_MAX);
	if (end)
		match_print_marked(run, item->title, 0, end, &marks);
	else
		fputs("(no title)", stdout);
	putchar('\n');
}

/* The surroundings of the first match in a text; nothing if there is none. */
static void
match_print_snippet(const struct match_run *run, const char *text,
    enum match_field field, const struct match_result *result)
{
	struct match_marks marks;
	size_t start = 0, end = strlen(text);

	match_collect(run, result, field, &marks);
	if (!marks.count)
		return;
	if (marks.items[0].start > MATCH_LEAD)
		start = plain_border(text, marks.items[0].start - MATCH_LEAD);
	if (end - start > MATCH_LEAD + MATCH_TAIL)
		end = plain_border(text, start + MATCH_LEAD + MATCH_TAIL);
	printf("  %s: %s", match_field_name(field), start ? "..." : "");
	match_print_marked(run, text, start, end, &marks);
	puts(text[end] ? "..." : "");
}

static void
match_print_id(const json_t *id)
{
	if (json_is_string(id))
		cli_text(stdout, json_string_value(id));
	else if (json_is_integer(id))
		printf("%" JSON_INTEGER_FORMAT, json_integer_value(id));
	else
		putchar('-');
	fputs("  ", stdout);
}

static void
match_print_topics(
    const struct match_run *run, const struct match_result *result)
{
	const char *between = "  topics: ";
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (!match_is_wanted(run->options, &result->matches[i]))
			continue;
		fputs(between, stdout);
		cli_text(stdout, result->matches[i].topic->name);
		between = ", ";
	}
	putchar('\n');
}

static void
match_print_text(struct match_run *run, const json_t *id,
    const struct item *item, const struct match_result *result)
{
	match_print_id(id);
	match_print_title(run, item, result);
	match_print_snippet(run, item->summary, MATCH_SUMMARY, result);
	match_print_snippet(run, item->content, MATCH_CONTENT, result);
	match_print_topics(run, result);
}

/* --- the lines --- */

static bool
match_has_wanted(
    const struct match_options *options, const struct match_result *result)
{
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (match_is_wanted(options, &result->matches[i]))
			return true;
	}
	return false;
}

static int
match_object(struct match_run *run, const json_t *object, struct arena *arena,
    struct err *err)
{
	const struct match_result *result;
	struct match_source source;
	struct item item;
	json_t *id = json_object_get(object, "id");
	bool is_match;

	if (!json_is_object(object))
		return err_set(err, "an item is a JSON object");
	if (match_read_item(object, arena, &item, err) == -1)
		return -1;
	match_read_source(run->conf, object, &source);
	result = matcher_run(run->matcher, &item, &source);
	is_match = match_has_wanted(run->options, result);
	run->items++;
	run->matched += is_match;
	if (run->options->is_json)
		match_print_json(run, id, result);
	else if (is_match)
		match_print_text(run, id, &item, result);
	return 0;
}

static void
match_line(struct match_run *run, const struct buf *line, struct arena *arena)
{
	struct err err;
	json_t *object;

	if (!line->len || !line->data[strspn(line->data, " \t\r")])
		return;
	object = json_read(line->data, line->len, &err);
	if (!object || match_object(run, object, arena, &err) == -1)
		match_report(run, err.text);
	json_decref(object);
}

static int
match_lines(struct match_run *run)
{
	struct arena *arena = arena_new();
	enum match_line kind;
	struct buf line;

	buf_init(&line, MATCH_LINE_MAX);
	while ((kind = match_read_line(run->in, &line)) != MATCH_END) {
		run->line++;
		if (kind == MATCH_LINE_LONG)
			match_report(run, "the line is longer than 1 MiB");
		else
			match_line(run, &line, arena);
		arena_reset(arena);
		if (ferror(stdout))
			break;
	}
	buf_clear(&line);
	arena_free(&arena);
	if (ferror(run->in)) {
		cli_error("%s: %s", run->name, strerror(errno));
		return 1;
	}
	if (!run->options->is_json)
		printf("%zu of %zu item%s match\n", run->matched, run->items,
		    run->items == 1 ? "" : "s");
	return run->bad_lines ? 1 : 0;
}

static int
match_open(struct match_run *run)
{
	run->in = stdin;
	run->name = "standard input";
	run->has_colour = cli_wants_colour(stdout);
	if (strcmp(run->options->file, "-") == 0)
		return 0;
	run->name = run->options->file;
	run->in = fopen(run->options->file, "re");
	if (run->in)
		return 0;
	cli_error("%s: %s", run->name, strerror(errno));
	return -1;
}

static bool
match_knows_topics(const struct match_options *options, const struct conf *conf)
{
	bool is_known = true;
	size_t i;

	for (i = 0; i < options->topic_count; i++) {
		if (conf_find_topic(conf, options->topics[i]))
			continue;
		cli_error(
		    "%s: no topic \"%s\"", options->conf, options->topics[i]);
		is_known = false;
	}
	return is_known;
}

static int
match_with(const struct match_options *options, const struct conf *conf,
    const struct topicset *topics)
{
	struct match_run run = {.options = options, .conf = conf};
	int status = 1;

	if (!match_knows_topics(options, conf))
		return 2;
	if (match_open(&run) == -1)
		return 1;
	run.matcher = matcher_new(topics);
	status = match_lines(&run);
	matcher_free(&run.matcher);
	if (run.in != stdin && fclose(run.in) != 0) {
		cli_error("%s: %s", run.name, strerror(errno));
		status = 1;
	}
	return status;
}

static int
match_main(const struct match_options *options)
{
	struct topicset *topics = NULL;
	struct conf *conf;
	struct diag diag;
	int status = 2;

	diag_init(&diag);
	conf = conf_load(options->conf, &diag);
	if (conf)
		topics = topicset_new(conf, &diag);
	diag_print(&diag, stderr);
	if (topics)
		status = match_with(options, conf, topics);
	else
		cli_error("%s: %zu error%s", options->conf, diag.errors,
		    diag.errors == 1 ? "" : "s");
	topicset_free(&topics);
	conf_free(&conf);
	diag_clear(&diag);
	return status;
}

static int
match_parse_options(int argc, char **argv, struct match_options *options)
{
	enum { OPT_HELP = 256, OPT_JSON, OPT_TOPIC };
	static const struct option longs[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, OPT_HELP},
	    {"json", no_argument, NULL, OPT_JSON},
	    {"topic", required_argument, NULL, OPT_TOPIC},
	    {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->conf = optarg;
			break;
		case OPT_JSON:
			options->is_json = true;
			break;
		case OPT_TOPIC:
			options->topics[options->topic_count++] = optarg;
			break;
		case OPT_HELP:
			return cli_help(&cli_match) + 1;
		default:
			cli_misuse(&cli_match);
			return -1;
		}
	}
	if (argc - optind > 1) {
		cli_misuse(&cli_match);
		return -1;
	}
	if (optind < argc)
		options->file = argv[optind];
	return 0;
}

static int
match_run(int argc, char **argv)
{
	struct match_options options = {
	    .conf = cli_default_conf(), .file = "-"};
	int rc, status = 2;

	/* each topic takes an argument at least */
	options.topics = xcalloc((size_t)argc, sizeof(*options.topics));
	rc = match_parse_options(argc, argv, &options);
	if (rc == 0)
		status = match_main(&options);
	else if (rc > 0)
		status = 0;
	free(options.topics);
	return status;
}

const struct cli_command cli_match = {
    .name = "match",
    .summary = "which topics items belong to",
    .usage =
	"usage: wirewatch match [--json] [-c FILE] [--topic NAME]... [FILE]\n"
	"\n"
	"Reads items as JSON Lines, {\"id\", \"title\", \"summary\",\n"
	"\"content\", \"lang\", ...}, as `wirewatch parse --json` writes\n"
	"them, and shows those that match a topic with the words that\n"
	"matched. \"feed\" names a feed of the configuration.\n"
	"\n"
	"  -c, --config FILE  the configuration; default: $WIREWATCH_CONF,\n"
	"                     else " WIREWATCH_SYSCONFDIR "/wirewatch.conf\n"
	"      --json         one {\"id\", \"topics\"} for each item, in order\n"
	"      --topic NAME   only this topic; may be repeated\n"
	"  FILE               default: -, standard input\n"
	"\n"
	"exit status: 0 fine, 1 a line could not be read, 2 wrong usage or\n"
	"configuration\n",
    .run = match_run,
};
