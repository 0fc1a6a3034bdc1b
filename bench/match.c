/*
 * What matching costs: for each number of terms the time to compile them, their
 * memory, and for each item the time to fold it, to split it into tokens, to
 * find all terms and to judge the topics, beside the simplest way to find the
 * same terms. Times are of this process's CPU; the steps are timed in turns and
 * the least of some rounds counts. It measures, so on any surprise it exits.
 *
 *   match [-n TERMS,...] [-t TERM-FILE] [-i ITEM-FILE] [-k ITEMS] [-r ROUNDS]
 *         [-a random|prefix|first|cjk|wild]
 *
 * TERM-FILE has a term a line; ITEM-FILE an item a line, as JSON with title and
 * summary or as text. Without files both are made up. -a makes up terms that
 * are hard on the automaton: one prefix, one first word, CJK only, wildcards.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/diag.h"
#include "lib/json.h"
#include "text/fold.h"
#include "topics/match_private.h"

#define BENCH_ITEMS 20000
#define BENCH_ROUNDS 5
#define BENCH_NAIVE_WORK 400000 /* comparisons of the simplest way */
#define BENCH_FILE_MAX ((size_t)1 << 30)
#define BENCH_VOCABULARY 40000

struct bench_lines {
	char **items;
	size_t count;
	size_t cap;
};

struct bench {
	struct bench_lines terms;
	struct item *items;
	size_t item_count;
	size_t bytes;
	const char *adversary;
	int rounds;
	uint32_t seed;
};

static double
bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static uint32_t
bench_dice(struct bench *bench, uint32_t sides)
{
	bench->seed ^= bench->seed << 13;
	bench->seed ^= bench->seed >> 17;
	bench->seed ^= bench->seed << 5;
	return bench->seed % sides;
}

static void
bench_add_line(struct bench_lines *lines, char *line)
{
	lines->items = xgrow(
	    lines->items, lines->count + 1, &lines->cap, sizeof(*lines->items));
	lines->items[lines->count++] = line;
}

static void
bench_read_lines(struct bench_lines *lines, const char *path)
{
	struct buf file;
	char *at, *end;

	buf_init(&file, BENCH_FILE_MAX);
	if (buf_read_file(&file, path) == -1)
		err(1, "%s", path);
	for (at = file.data; at && *at; at = end + (*end == '\n')) {
		end = at + strcspn(at, "\n");
		if (end > at)
			bench_add_line(lines, xstrndup(at, (size_t)(end - at)));
	}
	buf_clear(&file);
}

/* A made-up word of the given rank; the same for the same number. */
static void
bench_word(struct buf *out, uint32_t number)
{
	static const char *const syllables[] = {"ka", "zen", "tro", "vi", "mor",
	    "la", "bex", "qui", "dor", "nal", "ver", "sti", "pho", "lum", "rax",
	    "ter"};
	uint32_t mixed = number * 2654435761u;

	do {
		buf_addstr(out, syllables[mixed & 15]);
		mixed >>= 4;
		number >>= 3;
	} while (number);
}

static void
bench_chars(struct bench *bench, struct buf *out, int count)
{
	while (count-- > 0) {
		uint32_t code = 0x4e00 + bench_dice(bench, 600);

		buf_printf(out, "%c%c%c", (int)(0xe0 | code >> 12),
		    (int)(0x80 | (code >> 6 & 63)), (int)(0x80 | (code & 63)));
	}
}

/* Common words are common: the rank falls off with the cube. */
static uint32_t
bench_rank(struct bench *bench)
{
	double x = bench_dice(bench, 1000000) / 1e6;

	return (uint32_t)(x * x * x * BENCH_VOCABULARY);
}

static char *
bench_make_text(struct bench *bench, int words, bool is_cjk)
{
	struct buf out;

	buf_init(&out, 0);
	while (words-- > 0) {
		if (is_cjk)
			bench_chars(bench, &out, 2);
		else
			bench_word(&out, bench_rank(bench));
		buf_addstr(&out, words % 12 ? is_cjk ? "" : " " : ". ");
	}
	return buf_steal(&out);
}

static char *
bench_make_term(struct bench *bench, size_t number)
{
	const char *kind = bench->adversary;
	uint32_t common = bench_dice(bench, 8);
	struct buf out;

	buf_init(&out, 0);
	if (strcmp(kind, "prefix") == 0)
		buf_printf(&out, "kazentrovi%zu", number);
	else if (strcmp(kind, "first") == 0)
		buf_addstr(&out, "ka ");
	else if (strcmp(kind, "cjk") == 0 ||
		 (strcmp(kind, "random") == 0 && common == 0)) {
		bench_chars(bench, &out, 3 + (int)bench_dice(bench, 4));
		return buf_steal(&out);
	}
	bench_word(&out, (uint32_t)(number * 7 % 100003) + 8);
	if (common < 4 && strcmp(kind, "random") == 0) {
		buf_addch(&out, ' ');
		bench_word(&out, bench_rank(bench));
	}
	if (strcmp(kind, "wild") == 0)
		buf_addch(&out, '*');
	return buf_steal(&out);
}

static void
bench_item_of_line(struct item *item, const char *line)
{
	struct err error;
	json_t *object =
	    *line == '{' ? json_read(line, strlen(line), &error) : NULL;
	const char *title = json_get_string(object, "title");
	const char *summary = json_get_string(object, "summary");

	item->title = xstrdup(object ? title ? title : "" : line);
	item->summary = xstrdup(summary ? summary : "");
	item->content = "";
	json_decref(object);
}

static void
bench_make_items(struct bench *bench, const char *path, size_t count)
{
	struct bench_lines lines = {0};
	size_t i;

	if (path)
		bench_read_lines(&lines, path);
	if (path && lines.count < count)
		count = lines.count;
	bench->items = xcalloc(count, sizeof(*bench->items));
	bench->item_count = count;
	for (i = 0; i < count; i++) {
		struct item *item = &bench->items[i];
		bool is_cjk = i % 8 == 0;

		if (path)
			bench_item_of_line(item, lines.items[i]);
		else {
			item->title = bench_make_text(bench, 9, is_cjk);
			item->summary = bench_make_text(bench, 55, is_cjk);
			item->content = "";
		}
		bench->bytes += strlen(item->title) + strlen(item->summary);
	}
	for (i = 0; i < lines.count; i++)
		free(lines.items[i]);
	free(lines.items);
}

/* One topic for each term: a phrase, or what the wildcards make of it. */
static struct conf_topic *
bench_topics(const struct bench *bench, size_t count)
{
	struct conf_topic *topics = xcalloc(count, sizeof(*topics));
	size_t i;

	for (i = 0; i < count; i++) {
		struct conf_text *text = &topics[i].query;
		const char *term = bench->terms.items[i];

		topics[i].name = "t";
		text->text = strchr(term, '*') ? xstrdup(term)
					       : xasprintf("\"%s\"", term);
		text->raw = text->text;
		text->raw_len = strlen(text->text);
	}
	return topics;
}

enum bench_step {
	BENCH_FOLD,
	BENCH_PREPARE, /* fold and split */
	BENCH_SCAN, /* and find */
	BENCH_RUN, /* and judge */
	BENCH_STEPS,
};

/* Seconds for all items; what was found, so that nothing is left out. */
static double
bench_step(struct bench *bench, struct matcher *matcher, enum bench_step step,
    struct folded *folded, size_t *found_r)
{
	double start = bench_now();
	size_t i, found = 0;

	for (i = 0; i < bench->item_count; i++) {
		const struct item *item = &bench->items[i];

		switch (step) {
		case BENCH_FOLD:
			fold_text(item->title, strlen(item->title), folded);
			found += folded->len;
			fold_text(item->summary, strlen(item->summary), folded);
			found += folded->len;
			break;
		case BENCH_PREPARE:
			matcher_prepare(matcher, item, NULL);
			break;
		case BENCH_SCAN:
			matcher_prepare(matcher, item, NULL);
			found += matcher_scan(matcher);
			break;
		default:
			found += matcher_run(matcher, item, NULL)->count;
		}
	}
	*found_r = found;
	return bench_now() - start;
}

/* Each term looked for by itself, in some items; microseconds for an item. */
static double
bench_naive(struct bench *bench, size_t count)
{
	size_t items = BENCH_NAIVE_WORK / count + 1, i, k, found = 0;
	volatile size_t sink;
	double start;

	if (items > bench->item_count)
		items = bench->item_count;
	start = bench_now();
	for (i = 0; i < items; i++) {
		for (k = 0; k < count; k++) {
			found += strcasestr(bench->items[i].title,
				     bench->terms.items[k]) != NULL;
			found += strcasestr(bench->items[i].summary,
				     bench->terms.items[k]) != NULL;
		}
	}
	sink = found;
	(void)sink;
	return (bench_now() - start) * 1e6 / (double)items;
}

static struct topicset *
bench_compile(const struct conf *conf, double *seconds_r)
{
	struct topicset *topics;
	struct diag diag;
	double start;

	diag_init(&diag);
	start = bench_now();
	topics = topicset_new(conf, &diag);
	*seconds_r = bench_now() - start;
	if (!topics) {
		diag_print(&diag, stderr);
		errx(1, "the terms do not compile");
	}
	diag_clear(&diag);
	return topics;
}

static void
bench_size(struct bench *bench, size_t count)
{
	struct conf conf = {.topic_count = count};
	double least[BENCH_STEPS], us[BENCH_STEPS], compile, best = 1e9, naive;
	size_t found[BENCH_STEPS], i;
	struct topicset *topics;
	struct matcher *matcher;
	struct folded folded;
	int round;

	conf.topics = bench_topics(bench, count);
	for (round = 0; round < bench->rounds; round++) {
		topics = bench_compile(&conf, &compile);
		best = compile < best ? compile : best;
		topicset_free(&topics);
	}
	topics = bench_compile(&conf, &compile);
	matcher = matcher_new(topics);
	folded_init(&folded);
	for (i = 0; i < BENCH_STEPS; i++)
		least[i] = 1e9;
	for (round = 0; round < bench->rounds; round++) {
		for (i = 0; i < BENCH_STEPS; i++) {
			double s = bench_step(bench, matcher,
			    (enum bench_step)i, &folded, &found[i]);

			least[i] = s < least[i] ? s : least[i];
		}
	}
	for (i = 0; i < BENCH_STEPS; i++)
		us[i] = least[i] * 1e6 / (double)bench->item_count;
	naive = bench_naive(bench, count);
	printf("%8zu %8.1f %7.0f %7.3f %7.3f %7.3f %7.3f %8.3f %8.2f %7.0f "
	       "%9.0fx %9zu %9zu\n",
	    count, best * 1e3, (double)topicset_memory(topics) / (double)count,
	    us[BENCH_FOLD], us[BENCH_PREPARE] - us[BENCH_FOLD],
	    us[BENCH_SCAN] - us[BENCH_PREPARE], us[BENCH_RUN] - us[BENCH_SCAN],
	    us[BENCH_SCAN] - us[BENCH_FOLD], us[BENCH_RUN] / us[BENCH_SCAN],
	    (double)bench->bytes / (us[BENCH_RUN] * (double)bench->item_count),
	    naive / us[BENCH_RUN], found[BENCH_SCAN],
	    found[BENCH_RUN]);
	folded_clear(&folded);
	matcher_free(&matcher);
	topicset_free(&topics);
	for (i = 0; i < count; i++)
		free((char *)conf.topics[i].query.text);
	free(conf.topics);
}

static void
bench_run(struct bench *bench, const char *sizes, const char *terms)
{
	const char *at = sizes;
	char *end;

	printf("%zu items, %.1f MB\n", bench->item_count,
	    (double)bench->bytes / 1e6);
	printf("                           microseconds an item\n"
	       "   terms  compile  B/term    fold   split    find   judge     "
	       "scan  run/scan   MB/s  x simplest      hits   matches\n"
	       "               ms                                        "
	       "spl+find\n");
	for (; *at; at = end + (*end == ',')) {
		size_t count = strtoul(at, &end, 10);

		if (end == at || !count)
			errx(2, "-n 1000,10000");
		while (!terms && bench->terms.count < count)
			bench_add_line(&bench->terms,
			    bench_make_term(bench, bench->terms.count));
		if (count > bench->terms.count)
			errx(
			    1, "%s: only %zu terms", terms, bench->terms.count);
		bench_size(bench, count);
	}
}

int
main(int argc, char **argv)
{
	struct bench bench = {
	    .adversary = "random", .rounds = BENCH_ROUNDS, .seed = 2463534242u};
	const char *sizes = "1000,10000,100000", *terms = NULL, *items = NULL;
	size_t item_count = BENCH_ITEMS, i;
	int c;

	while ((c = getopt(argc, argv, "a:i:k:n:r:t:")) != -1) {
		if (c == 'a')
			bench.adversary = optarg;
		else if (c == 'i')
			items = optarg;
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
	bench_make_items(&bench, items, item_count);
	if (terms)
		bench_read_lines(&bench.terms, terms);
	bench_run(&bench, sizes, terms);
	for (i = 0; i < bench.item_count; i++) {
		free((char *)bench.items[i].title);
		free((char *)bench.items[i].summary);
	}
	for (i = 0; i < bench.terms.count; i++)
		free(bench.terms.items[i]);
	free(bench.items);
	free(bench.terms.items);
	return 0;
}
