/*
 * Any bytes as a query: either errors, each with a place inside the text, or a
 * tree, whose print parses again to the same print, and which compiles. The
 * bytes are a set's entry, too. A query that does not compile as a topic's
 * must not compile beside others either.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "lib/alloc.h"
#include "text/plain.h"
#include "topics/lint.h"
#include "topics/query.h"

const char fuzz_name[] = "query";

/* Characters of the longest line and how many lines there are. */
struct fuzz_extent {
	size_t lines;
	size_t columns;
};

static struct fuzz_extent
extent_of(const char *text)
{
	struct fuzz_extent extent = {1, 0};
	size_t column = 0;

	for (; *text; text++) {
		if (*text == '\n') {
			extent.lines++;
			column = 0;
		} else if (++column > extent.columns) {
			extent.columns = column;
		}
	}
	return extent;
}

/* At most one place behind the end, where something is missing. */
static void
check_places(const struct diag *diag, const char *text)
{
	struct fuzz_extent extent = extent_of(text);
	size_t i;

	for (i = 0; i < diag->count; i++) {
		const struct diag_entry *entry = &diag->entries[i];

		/* how many warnings are not shown stands nowhere */
		if (strcmp(entry->code, "W239") == 0)
			continue;
		fuzz_check(entry->line >= 1);
		fuzz_check((size_t)entry->line <= extent.lines);
		fuzz_check(entry->column >= 1);
		fuzz_check((size_t)entry->column <= extent.columns + 1);
		fuzz_check(*entry->code != '\0');
		fuzz_check(*entry->message != '\0');
		/* a line that is too long to be shown has no caret */
		if (!entry->source)
			continue;
		fuzz_check(entry->caret >= 1);
		fuzz_check((size_t)entry->caret <= strlen(text) + 1);
		fuzz_check(entry->caret_len >= 1);
	}
}

/* The query as it prints, owned by the caller; NULL when it is refused. */
static char *
parse_and_print(const struct conf *conf, const char *s, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct terms *terms = terms_new();
	struct query_parser parser;
	struct query_node *query;
	struct conf_text text;
	char *printed = NULL;

	fuzz_text(&text, s);
	query_parser_init(&parser, arena, terms, conf, diag);
	query = query_parse(&parser, &text);
	fuzz_check((query == NULL) == (diag->errors > 0));
	if (query)
		printed = query_print(query);
	query_parser_clear(&parser);
	terms_free(&terms);
	arena_free(&arena);
	return printed;
}

static void
check_round_trip(const struct conf *conf, const char *printed)
{
	struct diag diag;
	char *again;

	diag_init(&diag);
	again = parse_and_print(conf, printed, &diag);
	if (!again || strcmp(printed, again) != 0) {
		fprintf(stderr, "printed: %s\nagain:   %s\n", printed,
		    again ? again : "(refused)");
		diag_print(&diag, stderr);
		fuzz_check(again && strcmp(printed, again) == 0);
	}
	free(again);
	diag_clear(&diag);
}

/* Beside a topic of another query, which stays what it is. */
static bool
compiles(const struct conf *sets, const char *query)
{
	struct conf_topic topics[2] = {{.name = "a"}, {.name = "b"}};
	struct conf conf = *sets;
	struct topicset *set;
	struct diag diag;
	bool is_good;

	fuzz_text(&topics[0].query, query);
	fuzz_text(&topics[1].query, "title:@dprk AND missile*");
	conf.topics = topics;
	conf.topic_count = 2;
	diag_init(&diag);
	set = topicset_new(&conf, &diag);
	is_good = set != NULL;
	fuzz_check(is_good == (diag.errors == 0));
	if (set) {
		fuzz_check(topicset_count(set) == 2);
		fuzz_check(topicset_terms(set) > 0);
		fuzz_check(topicset_memory(set) > 0);
		lint_topics(set, &conf, &diag);
		check_places(&diag, query);
	}
	topicset_free(&set);
	diag_clear(&diag);
	return is_good;
}

static void
check_entry(const char *s)
{
	struct conf_set_entry entry = {0};
	struct conf_set set = {
	    .name = "s", .entries = &entry, .entry_count = 1};
	struct conf conf = {.sets = &set, .set_count = 1};
	struct topicset *topics;
	struct diag diag;

	fuzz_text(&entry.text, s);
	diag_init(&diag);
	topics = topicset_new(&conf, &diag);
	fuzz_check((topics == NULL) == (diag.errors > 0));
	if (topics)
		lint_topics(topics, &conf, &diag);
	check_places(&diag, s);
	topicset_free(&topics);
	diag_clear(&diag);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *query = xstrndup((const char *)data, size);
	struct conf conf = {0};
	struct diag diag;
	char *printed;

	fuzz_sets(&conf);
	diag_init(&diag);
	printed = parse_and_print(&conf, query, &diag);
	check_places(&diag, query);
	if (printed)
		check_round_trip(&conf, printed);
	fuzz_check(compiles(&conf, query) == (printed != NULL));
	check_entry(query);
	free(printed);
	diag_clear(&diag);
	free(query);
	return 0;
}
