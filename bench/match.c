/*
 * What matching costs, for each number of terms: the time to compile them,
 * their memory, and for each item the time to fold it, to split it into tokens,
 * to find all terms and to judge the topics; beside it, in the same rounds and
 * over the same items, Hyperscan's literal scan, if there is one. Then lists of
 * terms that are hard on the automaton, and topics with operators on headlines.
 * Times are of this process's CPU, the least of some rounds. Ends with 1 if the
 * two engines do not find the same.
 *
 *   match [-n TERMS,...] [-t TERM-FILE] [-i ITEM-FILE] [-k ITEMS] [-r ROUNDS]
 *         [-j HEADLINE-FILE] [-c CONFIGURATION]
 *
 * TERM-FILE has a term a line; ITEM-FILE and HEADLINE-FILE an item a line, as
 * JSON with title and summary or as text. What is not given is made up; the
 * configuration is that of the shipped topics.
 */
#include <err.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/match.h"
#include "config/conf.h"
#include "lib/alloc.h"
#include "lib/diag.h"
#include "text/fold.h"
#include "text/token.h"
#include "topics/match_private.h"
#include "topics/terms.h"

#define BENCH_ITEMS 20000
#define BENCH_ROUNDS 7
#define BENCH_QUERIES 1000
#define BENCH_FEW 10000 /* terms in the first of the hard lists */
#define BENCH_NEVER 1e9

struct bench {
	struct bench_lines terms;
	struct bench_items items;
	struct bench_items headlines;
	bool has_term_file;
	bool is_different; /* the engines found not the same */
	int rounds;
};

double
bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
bench_keep_least(double *least, double value)
{
	if (value < *least)
		*least = value;
}

static bool
bench_is_word_at(const char *text)
{
	unsigned char c = (unsigned char)*text;
	size_t len;

	if (c < 0x80)
		return (c >= '0' && c <= '9') ||
		       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
	return token_kind_of(token_decode(text, &len)) == TOKEN_WORD;
}

static bool
bench_is_word_before(const char *text, size_t at)
{
	do
		at--;
	while (at && (text[at] & 0xc0) == 0x80);
	return bench_is_word_at(text + at);
}

bool
bench_is_at_edges(const char *text, size_t len, size_t start, size_t end)
{
	if (start && bench_is_word_before(text, start) &&
	    bench_is_word_at(text + start))
		return false;
	return end >= len || !bench_is_word_at(text + end) ||
	       !bench_is_word_before(text, end);
}

enum bench_step {
	BENCH_FOLD,
	BENCH_PREPARE, /* fold and split */
	BENCH_SCAN, /* and find */
	BENCH_RUN, /* and judge */
	BENCH_OTHER, /* the other engine's scan */
	BENCH_STEPS,
};

/* Topics against items, and what the steps cost: microseconds an item. */
struct bench_run {
	struct topicset *topics;
	struct matcher *matcher;
	const struct bench_items *items;
	struct bench_other *other; /* NULL: none */
	struct folded folded;
	double us[BENCH_STEPS];
	size_t found[BENCH_STEPS]; /* so that nothing is left out */
};

static size_t
bench_step_item(
    struct bench_run *run, enum bench_step step, const struct bench_item *item)
{
	struct folded *folded = &run->folded;

	switch (step) {
	case BENCH_FOLD:
		fold_text(item->item.title, strlen(item->item.title), folded);
		fold_text(
		    item->item.summary, strlen(item->item.summary), folded);
		return folded->len;
	case BENCH_PREPARE:
		matcher_prepare(run->matcher, &item->item, NULL);
		return 0;
	case BENCH_SCAN:
		matcher_prepare(run->matcher, &item->item, NULL);
		return matcher_scan(run->matcher);
	case BENCH_RUN:
		return matcher_run(run->matcher, &item->item, NULL)->count;
	default:
		return bench_other_scan(run->other, item);
	}
}

static double
bench_step(struct bench_run *run, enum bench_step step)
{
	double start = bench_now();
	size_t i, found = 0;

	for (i = 0; i < run->items->count; i++)
		found += bench_step_item(run, step, &run->items->items[i]);
	run->found[step] = found;
	return (bench_now() - start) * 1e6 / (double)run->items->count;
}

static void
bench_run(struct bench_run *run, int rounds)
{
	int round, step, steps = run->other ? BENCH_STEPS : BENCH_OTHER;

	run->matcher = matcher_new(run->topics);
	folded_init(&run->folded);
	for (step = 0; step < BENCH_STEPS; step++)
		run->us[step] = BENCH_NEVER;
	for (round = 0; round < rounds; round++) {
		for (step = 0; step < steps; step++)
			bench_keep_least(&run->us[step],
			    bench_step(run, (enum bench_step)step));
	}
	folded_clear(&run->folded);
	matcher_free(&run->matcher);
}

static struct topicset *
bench_compile(const struct conf *conf)
{
	struct topicset *topics;
	struct diag diag;

	diag_init(&diag);
	topics = topicset_new(conf, &diag);
	if (!topics) {
		diag_print(&diag, stderr);
		errx(1, "the topics do not compile");
	}
	diag_clear(&diag);
	return topics;
}

/* A topic for each line. */
static struct conf_topic *
bench_topics(const struct bench_lines *lines, size_t count, bool is_term)
{
	struct conf_topic *topics = xcalloc(count, sizeof(*topics));
	size_t i;

	for (i = 0; i < count; i++) {
		struct conf_text *text = &topics[i].query;
		const char *line = lines->items[i];

		topics[i].name = "t";
		text->text = is_term && !strchr(line, '*')
				 ? xasprintf("\"%s\"", line)
				 : xstrdup(line);
		text->raw = text->text;
		text->raw_len = strlen(text->text);
	}
	return topics;
}

static void
bench_topics_free(struct conf_topic *topics, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free((char *)topics[i].query.text);
	free(topics);
}

/* What it takes to make terms ready. */
struct bench_cost {
	double terms_ms; /* the automaton alone */
	double topics_ms; /* with a query for each term */
	double other_ms;
	size_t terms_bytes; /* of the automaton */
	size_t topics_bytes; /* of all memory that topicset_new keeps */
};

static struct terms *
bench_terms(const struct bench_lines *lines, size_t count)
{
	struct terms *terms = terms_new();
	uint32_t use;
	size_t i;

	for (i = 0; i < count; i++) {
		if (terms_add(terms, lines->items[i], strlen(lines->items[i]),
			false, &use) != TERM_OK)
			errx(1, "not a term: %s", lines->items[i]);
	}
	terms_build(terms);
	return terms;
}

static size_t
bench_heap(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void
bench_measure_cost(struct bench_cost *cost, const struct bench_lines *lines,
    const struct conf *conf, int rounds)
{
	struct topicset *topics;
	struct terms *terms;
	size_t heap;
	double start;

	cost->terms_ms = cost->topics_ms = BENCH_NEVER;
	for (; rounds > 0; rounds--) {
		start = bench_now();
		terms = bench_terms(lines, conf->topic_count);
		bench_keep_least(&cost->terms_ms, (bench_now() - start) * 1e3);
		cost->terms_bytes = terms_memory(terms);
		terms_free(&terms);
		heap = bench_heap();
		start = bench_now();
		topics = bench_compile(conf);
		bench_keep_least(&cost->topics_ms, (bench_now() - start) * 1e3);
		cost->topics_bytes = bench_heap() - heap;
		topicset_free(&topics);
	}
}

static void
bench_print_steps(const struct bench_run *run)
{
	const double *us = run->us;

	printf(" %6.3f %6.3f %6.3f %6.3f %6.3f", us[BENCH_FOLD],
	    us[BENCH_PREPARE] - us[BENCH_FOLD],
	    us[BENCH_SCAN] - us[BENCH_PREPARE], us[BENCH_SCAN],
	    us[BENCH_RUN] - us[BENCH_SCAN]);
}

static void
bench_print_pairs(struct bench *bench, const struct bench_run *run,
    const struct bench_lines *lines, size_t count)
{
	struct bench_pairs pairs =
	    bench_pairs_compare(lines, count, run->items, run->other);
	bool is_same = !pairs.ours && !pairs.others;

	printf(" %7.3f %6.2fx %9.2fx %8zu %s", run->us[BENCH_OTHER],
	    run->us[BENCH_OTHER] / run->us[BENCH_SCAN],
	    run->us[BENCH_OTHER] /
		(run->us[BENCH_SCAN] - run->us[BENCH_PREPARE]),
	    pairs.same, is_same ? "the same" : "NOT THE SAME");
	if (!is_same)
		printf(" (%zu only ours, %zu only theirs)", pairs.ours,
		    pairs.others);
	if (pairs.spelled)
		printf(" +%zu spelled otherwise", pairs.spelled);
	bench->is_different |= !is_same;
}

/* A number of terms, each a topic, over items. */
static void
bench_size(struct bench *bench, const struct bench_lines *terms, size_t count,
    const struct bench_items *items)
{
	struct conf conf = {.topic_count = count};
	struct bench_run run = {.items = items};
	struct bench_cost cost = {0};
	double size = (double)items->bytes / (double)items->count;

	conf.topics = bench_topics(terms, count, true);
	bench_measure_cost(&cost, terms, &conf, bench->rounds);
	run.other = bench_other_new(terms, count, &cost.other_ms);
	run.topics = bench_compile(&conf);
	bench_run(&run, bench->rounds);
	printf("%7zu %6.1f %6.1f %7.0f %5.0f %5.0f", count, cost.terms_ms,
	    cost.topics_ms, cost.other_ms * 1e3,
	    (double)cost.terms_bytes / (double)count,
	    (double)cost.topics_bytes / (double)count);
	bench_print_steps(&run);
	printf(
	    " %8.0f %5.0f", 1e6 / run.us[BENCH_RUN], size / run.us[BENCH_RUN]);
	if (run.other)
		bench_print_pairs(bench, &run, terms, count);
	putchar('\n');
	bench_other_free(&run.other);
	topicset_free(&run.topics);
	bench_topics_free(conf.topics, count);
}

static void
bench_print_head(const char *what, const struct bench_items *items)
{
	printf("%s: %zu, %.1f MB; ms to compile, bytes a term, microseconds an "
	       "item\n\n"
	       "          compile, ms        B/term                            "
	       "          whole run         Hyperscan, times faster\n"
	       "  terms  terms topics  hypers. terms  heap   fold  split   find"
	       "   all3  judge  items/s  MB/s hypers.    all3       find     "
	       "hits\n",
	    what, items->count, (double)items->bytes / 1e6);
}

static void
bench_sizes(struct bench *bench, const char *sizes)
{
	const char *at;
	char *end;

	bench_print_head("items", &bench->items);
	for (at = sizes; *at; at = end + (*end == ',')) {
		size_t count = strtoul(at, &end, 10);

		if (end == at || !count)
			errx(2, "-n 1000,10000");
		if (!bench->has_term_file && bench->terms.count < count) {
			bench_lines_clear(&bench->terms);
			bench_terms_make(&bench->terms, BENCH_LIST_RANDOM,
			    count, &bench->items);
		}
		if (count > bench->terms.count)
			errx(1, "only %zu terms", bench->terms.count);
		bench_size(bench, &bench->terms, count, &bench->items);
	}
}

/* The lists of one size, and how many times what is given each costs. */
static void
bench_lists(struct bench *bench, size_t count)
{
	struct conf conf = {.topic_count = count};
	double first = 0;
	int list;

	for (list = 0; list < BENCH_LISTS; list++) {
		struct bench_run run = {.items = &bench->items};
		struct bench_lines made = {0};
		const struct bench_lines *lines = &made;
		struct bench_cost cost = {0};

		if (list == BENCH_LIST_RANDOM)
			lines = &bench->terms;
		else
			bench_terms_make(
			    &made, (enum bench_list)list, count, &bench->items);
		conf.topics = bench_topics(lines, count, true);
		bench_measure_cost(&cost, lines, &conf, bench->rounds);
		run.topics = bench_compile(&conf);
		bench_run(&run, bench->rounds);
		first = list ? first : run.us[BENCH_SCAN];
		printf("%7zu %-15s %6.1f %6.1f %5.0f", count,
		    bench_list_names[list], cost.terms_ms, cost.topics_ms,
		    (double)cost.terms_bytes / (double)count);
		bench_print_steps(&run);
		printf(" %7.2fx %8zu\n", run.us[BENCH_SCAN] / first,
		    run.found[BENCH_SCAN]);
		topicset_free(&run.topics);
		bench_topics_free(conf.topics, count);
		bench_lines_clear(&made);
	}
}

static void
bench_hard(struct bench *bench)
{
	size_t count = bench->terms.count;

	printf("\nhard lists over the same items\n\n"
	       "  terms list             terms topics B/term   fold  split   "
	       "find   all3  judge as given    hits\n");
	if (count > BENCH_FEW)
		bench_lists(bench, BENCH_FEW);
	bench_lists(bench, count);
}

static struct conf *
bench_load(const char *path)
{
	struct conf *conf;
	struct diag diag;

	diag_init(&diag);
	conf = conf_load(path, &diag);
	if (!conf)
		diag_print(&diag, stderr);
	diag_clear(&diag);
	if (!conf || !conf->topic_count)
		errx(1, "%s: no topics", path);
	return conf;
}

/* A configuration of the shipped topics; WIREWATCH_SRCDIR is where they are. */
static struct conf *
bench_load_shipped(void)
{
	const char *source = getenv("WIREWATCH_SRCDIR");
	char *here = realpath(source ? source : ".", NULL);
	char path[] = "/tmp/wirewatch-bench-XXXXXX";
	int fd = mkstemp(path);
	struct conf *conf;

	if (fd == -1 || !here)
		err(1, "%s", path);
	if (dprintf(fd,
		"include(\"%s/config/topics.d/*.conf\")\n"
		"log \"out\" { path = \"-\" }\n"
		"default-sinks = {\"out\"}\noperator-sinks = {\"out\"}\n",
		here) < 0 ||
	    close(fd) == -1)
		err(1, "%s", path);
	conf = bench_load(path);
	(void)unlink(path);
	free(here);
	return conf;
}

static void
bench_judge(struct bench *bench, const char *name, const struct conf *conf)
{
	struct bench_run run = {.items = &bench->headlines};

	run.topics = bench_compile(conf);
	bench_run(&run, bench->rounds);
	printf("%-16s %6zu %6zu", name, conf->topic_count,
	    topicset_terms(run.topics));
	bench_print_steps(&run);
	printf(" %7.2fx %6.2fx %7.2f %8.2f\n",
	    run.us[BENCH_RUN] / run.us[BENCH_SCAN] - 1,
	    run.us[BENCH_RUN] / run.us[BENCH_SCAN],
	    (double)run.found[BENCH_SCAN] / (double)run.items->count,
	    (double)run.found[BENCH_RUN] / (double)run.items->count);
	topicset_free(&run.topics);
}

/* The sets' words as they are, but those with wildcards and operators. */
static void
bench_words(struct bench *bench, const struct conf *conf)
{
	struct bench_lines words = {0};
	size_t i, k;

	for (i = 0; i < conf->set_count; i++) {
		for (k = 0; k < conf->sets[i].entry_count; k++) {
			const char *word = conf->sets[i].entries[k].text.text;

			if (!strpbrk(word, "*?=\"\\"))
				bench_lines_add(&words, xstrdup(word));
		}
	}
	bench_print_head("\nwords of sets, headlines", &bench->headlines);
	if (words.count)
		bench_size(bench, &words, words.count, &bench->headlines);
	bench_lines_clear(&words);
}

/* Topics with operators on headlines: those of a configuration and made up. */
static void
bench_judges(struct bench *bench, const char *path)
{
	struct conf made = {.topic_count = BENCH_QUERIES};
	struct conf *conf = path ? bench_load(path) : bench_load_shipped();
	struct bench_lines lines = {0};

	bench_words(bench, conf);
	printf("\n%zu headlines, %.1f MB; topics with operators\n\n"
	       "                 topics  terms   fold  split   find   all3  "
	       "judge  on top  in all    hits  matches (an item)\n",
	    bench->headlines.count, (double)bench->headlines.bytes / 1e6);
	bench_judge(bench, path ? "configured" : "shipped", conf);
	conf_free(&conf);
	bench_queries_make(&lines, BENCH_QUERIES, &bench->headlines);
	made.topics = bench_topics(&lines, lines.count, false);
	bench_judge(bench, "made up", &made);
	bench_topics_free(made.topics, made.topic_count);
	bench_lines_clear(&lines);
}

int
main(int argc, char **argv)
{
	struct bench bench = {.rounds = BENCH_ROUNDS};
	const char *sizes = "100,1000,10000,100000", *terms = NULL;
	const char *items = NULL, *headlines = NULL, *conf = NULL;
	size_t item_count = BENCH_ITEMS;
	int c;

	while ((c = getopt(argc, argv, "c:i:j:k:n:r:t:")) != -1) {
		if (c == 'c')
			conf = optarg;
		else if (c == 'i')
			items = optarg;
		else if (c == 'j')
			headlines = optarg;
		else if (c == 'k')
			item_count = strtoul(optarg, NULL, 10);
		else if (c == 'n')
			sizes = optarg;
		else if (c == 'r')
			bench.rounds = atoi(optarg);
		else if (c == 't')
			terms = optarg;
		else
			return 2;
	}
	bench_items_read(&bench.items, items, item_count);
	bench_items_read(
	    &bench.headlines, headlines ? headlines : items, item_count);
	bench.has_term_file = terms != NULL;
	if (terms)
		bench_lines_read(&bench.terms, terms);
	bench_sizes(&bench, sizes);
	bench_hard(&bench);
	bench_judges(&bench, conf);
	bench_items_clear(&bench.items);
	bench_items_clear(&bench.headlines);
	bench_lines_clear(&bench.terms);
	return bench.is_different;
}
