/*
 * What bench/match works on: items and terms from files, or made up, always the
 * same for the same arguments.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "bench/match.h"
#include "lib/alloc.h"
#include "lib/json.h"

#define BENCH_FILE_MAX ((size_t)1 << 30)
#define BENCH_VOCABULARY 40000
#define BENCH_SAMPLE 2000 /* items whose words are looked at */
#define BENCH_LONG_WORD 8
#define BENCH_CHAR 3 /* bytes of a character that is a token, nearly always */

const char *const bench_list_names[BENCH_LISTS] = {"as given", "one prefix",
    "one first word", "two first words", "all CJK", "all wildcards"};

void
bench_lines_add(struct bench_lines *lines, char *line)
{
	lines->items = xgrow(
	    lines->items, lines->count + 1, &lines->cap, sizeof(*lines->items));
	lines->items[lines->count++] = line;
}

void
bench_lines_read(struct bench_lines *lines, const char *path)
{
	struct buf file;
	char *at, *end;

	buf_init(&file, BENCH_FILE_MAX);
	if (buf_read_file(&file, path) == -1)
		err(1, "%s", path);
	for (at = file.data; at && *at; at = end + (*end == '\n')) {
		end = at + strcspn(at, "\n");
		if (end > at)
			bench_lines_add(
			    lines, xstrndup(at, (size_t)(end - at)));
	}
	buf_clear(&file);
}

void
bench_lines_clear(struct bench_lines *lines)
{
	size_t i;

	for (i = 0; i < lines->count; i++)
		free(lines->items[i]);
	free(lines->items);
	memset(lines, 0, sizeof(*lines));
}

static uint32_t
bench_dice(uint32_t *seed, uint32_t sides)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % sides;
}

/* A made-up word; the same for the same number, others for others. */
static void
bench_word(struct buf *out, uint32_t number)
{
	static const char *const syllables[] = {"ka", "zen", "tro", "vi", "mor",
	    "la", "bex", "qui", "dor", "nal", "ver", "sti", "pho", "lum", "rax",
	    "ter"};
	uint32_t mixed = number * 2654435761u & 0xfffff;

	do {
		buf_addstr(out, syllables[mixed & 15]);
		mixed >>= 4;
	} while (mixed);
}

/* Common words are common: the rank falls off with the cube. */
static void
bench_common_word(struct buf *out, uint32_t *seed)
{
	double x = bench_dice(seed, 1000000) / 1e6;

	bench_word(out, (uint32_t)(x * x * x * BENCH_VOCABULARY));
}

static void
bench_made_char(struct buf *out, uint32_t *seed)
{
	uint32_t code = 0x4e00 + bench_dice(seed, 300);

	buf_printf(out, "%c%c%c", (int)(0xe0 | code >> 12),
	    (int)(0x80 | (code >> 6 & 63)), (int)(0x80 | (code & 63)));
}

static char *
bench_made_text(uint32_t *seed, int words, int is_cjk)
{
	struct buf out;

	buf_init(&out, 0);
	while (words-- > 0) {
		if (is_cjk) {
			bench_made_char(&out, seed);
			bench_made_char(&out, seed);
		} else
			bench_common_word(&out, seed);
		buf_addstr(&out, words % 12 ? is_cjk ? "" : " " : ". ");
	}
	return buf_steal(&out);
}

static void
bench_item_of_line(struct item *item, const char *line)
{
	static const char dash[] = " \xe2\x80\x94 ";
	struct err error;
	json_t *object =
	    *line == '{' ? json_read(line, strlen(line), &error) : NULL;
	const char *title = json_get_string(object, "title");
	const char *summary = json_get_string(object, "summary");
	const char *middle = strstr(line, dash);

	if (object) {
		item->title = xstrdup(title ? title : "");
		item->summary = xstrdup(summary ? summary : "");
	} else if (middle) {
		item->title = xstrndup(line, (size_t)(middle - line));
		item->summary = xstrdup(middle + strlen(dash));
	} else {
		item->title = xstrdup(line);
		item->summary = xstrdup("");
	}
	json_decref(object);
}

void
bench_items_read(struct bench_items *items, const char *path, size_t count)
{
	struct bench_lines lines = {0};
	uint32_t seed = 2463534242u;
	size_t i;

	if (path)
		bench_lines_read(&lines, path);
	if (path && !lines.count)
		errx(1, "%s: no items", path);
	items->items = xcalloc(count, sizeof(*items->items));
	items->count = count;
	for (i = 0; i < count; i++) {
		struct bench_item *to = &items->items[i];
		struct item *item = &to->item;

		if (path)
			bench_item_of_line(item, lines.items[i % lines.count]);
		else {
			item->title = bench_made_text(&seed, 9, i % 8 == 0);
			item->summary = bench_made_text(&seed, 55, i % 8 == 0);
		}
		item->content = "";
		to->joined = xasprintf("%s\n%s", item->title, item->summary);
		to->joined_len = strlen(to->joined);
		items->bytes += to->joined_len - 1;
	}
	bench_lines_clear(&lines);
}

void
bench_items_clear(struct bench_items *items)
{
	size_t i;

	for (i = 0; i < items->count; i++) {
		free((char *)items->items[i].item.title);
		free((char *)items->items[i].item.summary);
		free(items->items[i].joined);
	}
	free(items->items);
	memset(items, 0, sizeof(*items));
}

/* What the items say, for lists that are to be like them. */
struct bench_sample {
	struct bench_lines words; /* of four letters and more, each once */
	struct bench_lines pairs; /* of characters, as often as they occur */
	char *common; /* the most frequent word, */
	char *long_common; /* and that of BENCH_LONG_WORD letters */
};

static int
bench_compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
bench_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int
bench_is_char(const char *text)
{
	unsigned char c = (unsigned char)*text;

	return (c >= 0xe4 && c <= 0xe9) || (c >= 0xeb && c <= 0xec);
}

static void
bench_sample_text(
    struct bench_sample *sample, struct bench_lines *all, const char *text)
{
	const char *end;

	for (; *text; text = end) {
		end = text;
		while (bench_is_letter(*end))
			end++;
		if (end > text) {
			bench_lines_add(
			    all, xstrndup(text, (size_t)(end - text)));
			continue;
		}
		end = text + 1;
		if (bench_is_char(text)) {
			end = text + BENCH_CHAR;
			if (bench_is_char(end))
				bench_lines_add(&sample->pairs,
				    xstrndup(text, 2 * BENCH_CHAR));
		}
	}
}

/* Counts the words in `all`, which it takes. */
static void
bench_sample_words(struct bench_sample *sample, struct bench_lines *all)
{
	size_t i, same, most = 0, most_long = 0;

	qsort(all->items, all->count, sizeof(*all->items), bench_compare_lines);
	for (i = 0; i < all->count; i += same) {
		char *word = all->items[i];
		size_t len = strlen(word);

		for (same = 1; i + same < all->count &&
			       strcmp(all->items[i + same], word) == 0;
		     same++)
			free(all->items[i + same]);
		if (same > most) {
			most = same;
			free(sample->common);
			sample->common = xstrdup(word);
		}
		if (same > most_long && len >= BENCH_LONG_WORD) {
			most_long = same;
			free(sample->long_common);
			sample->long_common = xstrdup(word);
		}
		if (len >= 4)
			bench_lines_add(&sample->words, word);
		else
			free(word);
	}
	free(all->items);
}

static void
bench_sample_take(struct bench_sample *sample, const struct bench_items *items)
{
	struct bench_lines all = {0};
	size_t i;

	memset(sample, 0, sizeof(*sample));
	for (i = 0; i < items->count && i < BENCH_SAMPLE; i++)
		bench_sample_text(sample, &all, items->items[i].joined);
	bench_sample_words(sample, &all);
	if (!sample->common || !sample->long_common || !sample->words.count ||
	    !sample->pairs.count)
		errx(1, "the items lack words or CJK to make terms of");
}

static void
bench_sample_clear(struct bench_sample *sample)
{
	bench_lines_clear(&sample->words);
	bench_lines_clear(&sample->pairs);
	free(sample->common);
	free(sample->long_common);
}

static void
bench_put_pairs(
    struct buf *out, const struct bench_sample *sample, uint32_t *seed, int n)
{
	while (n-- > 0)
		buf_addstr(out, sample->pairs.items[bench_dice(
				    seed, (uint32_t)sample->pairs.count)]);
}

static const char *
bench_pick(const struct bench_sample *sample, uint32_t *seed)
{
	return sample->words
	    .items[bench_dice(seed, (uint32_t)sample->words.count)];
}

/*
 * Half are phrases of two words, some of common ones, a third are names, one in
 * eight is CJK.
 */
static void
bench_random_term(struct buf *out, const struct bench_sample *sample,
    uint32_t *seed, uint32_t number)
{
	uint32_t kind = bench_dice(seed, 8);

	if (kind == 0) {
		bench_common_word(out, seed);
		buf_addch(out, ' ');
		bench_common_word(out, seed);
	} else if (kind < 4) {
		bench_word(out, bench_dice(seed, BENCH_VOCABULARY));
		buf_addch(out, ' ');
		bench_word(out, bench_dice(seed, BENCH_VOCABULARY));
	} else if (kind < 7)
		bench_word(out, BENCH_VOCABULARY + number);
	else
		bench_put_pairs(out, sample, seed, 2);
}

void
bench_terms_make(struct bench_lines *lines, enum bench_list list, size_t count,
    const struct bench_items *items)
{
	struct bench_sample sample;
	uint32_t seed = 88172645u;
	size_t i;

	bench_sample_take(&sample, items);
	for (i = 0; i < count; i++) {
		uint32_t number = BENCH_VOCABULARY + (uint32_t)i;
		struct buf out;

		buf_init(&out, 0);
		if (list == BENCH_LIST_RANDOM)
			bench_random_term(&out, &sample, &seed, (uint32_t)i);
		else if (list == BENCH_LIST_CJK)
			bench_put_pairs(&out, &sample, &seed,
			    2 + (int)bench_dice(&seed, 2));
		else if (list == BENCH_LIST_PREFIX)
			buf_addstr(&out, sample.long_common);
		else if (list == BENCH_LIST_FIRST)
			buf_printf(&out, "%s ", sample.common);
		else if (list == BENCH_LIST_SECOND)
			buf_printf(
			    &out, "%s %s ", sample.common, sample.long_common);
		if (list != BENCH_LIST_RANDOM && list != BENCH_LIST_CJK)
			bench_word(&out, number);
		if (list == BENCH_LIST_WILD)
			buf_addch(&out, '*');
		bench_lines_add(lines, buf_steal(&out));
	}
	bench_sample_clear(&sample);
}

void
bench_queries_make(
    struct bench_lines *lines, size_t count, const struct bench_items *items)
{
	struct bench_sample sample;
	uint32_t seed = 362436069u;
	size_t i;

	bench_sample_take(&sample, items);
	for (i = 0; i < count; i++) {
		const char *a = bench_pick(&sample, &seed);
		const char *b = bench_pick(&sample, &seed);
		const char *c = bench_pick(&sample, &seed);
		const char *d = bench_pick(&sample, &seed);

		switch (i % 5) {
		case 0:
			bench_lines_add(lines,
			    xasprintf("\"%s %s\" OR \"%s %s\"", a, b, c, d));
			break;
		case 1:
			bench_lines_add(
			    lines, xasprintf("%s AND (%s OR %s) AND NOT %s", a,
				       b, c, d));
			break;
		case 2:
			bench_lines_add(
			    lines, xasprintf("(%s NEAR/5 %s) OR (%s PRE/3 %s)",
				       a, b, c, d));
			break;
		case 3:
			bench_lines_add(
			    lines, xasprintf("(%s* OR %s) AND (%s OR %s)", a, b,
				       c, d));
			break;
		default:
			bench_lines_add(lines,
			    xasprintf("%s AND (%s OR %s)",
				sample.pairs.items[bench_dice(
				    &seed, (uint32_t)sample.pairs.count)],
				sample.pairs.items[bench_dice(
				    &seed, (uint32_t)sample.pairs.count)],
				a));
		}
	}
	bench_sample_clear(&sample);
}
