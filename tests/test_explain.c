#include "tests/test.h"
#include "tests/topic_text.h"

#include <getopt.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/explain_print.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "topics/explain.h"
#include "topics/topic.h"

/*
 * Explanations against the matcher and against the definition of the smallest
 * reason, by table and by random queries.
 */
#define SETS 2
#define PAGE "man/wirewatch.1"

struct desk {
	struct conf conf;
	struct conf_topic topic;
	struct conf_set sets[SETS];
	struct topicset *set;
	struct matcher *matcher;
	struct arena *arena;
	const struct explanation *explanation;
};

static void
text_of(struct conf_text *text, const char *s)
{
	text_in(text, "test", s);
}

static struct conf_set_entry dprk_entries[] = {
    {.lang = NULL}, {.lang = NULL}, {.lang = "ko"}, {.lang = "en"}};
static const char *const dprk_words[] = {
    "North Korea*", "DPRK", "=\u5317", "Pyongyang"};
static struct conf_set_entry launch_entries[] = {
    {.lang = NULL}, {.lang = NULL}, {.lang = "ja"}, {.lang = "zh"}};
/* the same word in two languages */
static const char *const launch_words[] = {
    "launch*", "fire*", "\u53d1\u5c04", "\u53d1\u5c04"};

static void
make_set(struct conf_set *set, const char *name, struct conf_set_entry *entries,
    const char *const *words, size_t count)
{
	size_t i;

	set->name = name;
	set->entries = entries;
	set->entry_count = count;
	for (i = 0; i < count; i++)
		text_of(&entries[i].text, words[i]);
}

static void
desk_open(struct desk *desk, const char *query, const char *raise)
{
	struct diag diag;

	memset(desk, 0, sizeof(*desk));
	make_set(&desk->sets[0], "dprk", dprk_entries, dprk_words, 4);
	make_set(&desk->sets[1], "launch", launch_entries, launch_words, 4);
	desk->conf.sets = desk->sets;
	desk->conf.set_count = SETS;
	desk->conf.topics = &desk->topic;
	desk->conf.topic_count = 1;
	desk->topic.name = "t";
	desk->topic.severity = SEVERITY_MEDIUM;
	desk->topic.raise_to = SEVERITY_FLASH;
	text_of(&desk->topic.query, query);
	if (raise)
		text_of(&desk->topic.raise, raise);
	diag_init(&diag);
	desk->set = topicset_new(&desk->conf, &diag);
	if (!desk->set)
		diag_print(&diag, stderr);
	assert_non_null(desk->set);
	diag_clear(&diag);
	desk->matcher = matcher_new(desk->set);
	desk->arena = arena_new();
}

static void
desk_close(struct desk *desk)
{
	arena_free(&desk->arena);
	matcher_free(&desk->matcher);
	topicset_free(&desk->set);
}

static void
desk_explain(struct desk *desk, const struct item *item,
    const struct match_source *source)
{
	const struct match_result *result =
	    matcher_run(desk->matcher, item, source);

	arena_reset(desk->arena);
	desk->explanation =
	    explain_topic(desk->matcher, result, 0, desk->arena);
	assert_true(desk->explanation->topic == &desk->topic);
	assert_int_equal(desk->explanation->is_match, result->count == 1);
	assert_int_equal(desk->explanation->query.tree->is_true,
	    desk->explanation->is_match);
}

/* The reasons, one a line; "" if there are none. */
static char *
reasons_of(const char *query, const struct item *item,
    const struct match_source *source)
{
	const struct explain_query *explained;
	struct desk desk;
	struct buf out;
	size_t i;

	buf_init(&out, 0);
	desk_open(&desk, query, NULL);
	desk_explain(&desk, item, source);
	explained = &desk.explanation->query;
	for (i = 0; i < explained->reason_count; i++)
		buf_printf(
		    &out, "%s%s", i ? "\n" : "", explained->reasons[i].text);
	desk_close(&desk);
	buf_addstr(&out, "");
	return buf_steal(&out);
}

static void
assert_reasons(const char *query, const struct item *item,
    const struct match_source *source, const char *expected)
{
	char *reasons = reasons_of(query, item, source);

	if (strcmp(reasons, expected) != 0)
		fail_msg("%s\n of \"%s\": %s\n not: %s", query, item->title,
		    reasons, expected);
	free(reasons);
}

struct row {
	const char *query;
	const char *title;
	const char *reasons;
};

static void
check_rows(const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct item item = {.title = rows[i].title};

		assert_reasons(rows[i].query, &item, NULL, rows[i].reasons);
	}
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void
what_matches_needs_no_reason(void **state)
{
	static const struct row rows[] = {
	    {"a", "a", ""},
	    {"a AND NOT b", "a", ""},
	    {"a NEAR/2 b", "b x a", ""},
	    {"@dprk", "DPRK", ""},
	    {"ANY2(a, b, c)", "c a", ""},
	};

	(void)state;
	CHECK(rows);
}

static void
an_and_is_false_by_its_cheapest_part(void **state)
{
	static const struct row rows[] = {
	    {"a AND b", "", "a: does not occur"},
	    {"a AND b", "a", "b: does not occur"},
	    {"(a OR b OR c) AND d", "", "d: does not occur"},
	    {"(a OR b) AND (c AND d)", "c", "d: does not occur"},
	};

	(void)state;
	CHECK(rows);
}

static void
an_or_is_false_by_all_its_parts(void **state)
{
	static const struct row rows[] = {
	    {"a OR b", "x", "none of these occurs: a, b"},
	    {"a OR (b AND c)", "b", "a: does not occur\nc: does not occur"},
	    {"a OR b OR c OR d OR e OR f", "x",
		"none of these occurs: a, b, c, d and 2 more"},
	    {"ANY2(a, b, c)", "b",
		"1 of 3 true, 2 needed, and none of these occurs: a, c"},
	    {"ANY3(a, b, c)", "b", "a: does not occur"},
	};

	(void)state;
	CHECK(rows);
}

static void
what_not_excludes_is_named(void **state)
{
	static const struct row rows[] = {
	    {"a NOT b", "b a", "b: occurs, but NOT excludes it"},
	    {"a NOT (b OR c)", "c a", "c: occurs, but NOT excludes it"},
	    {"a NOT (b AND c)", "c a b",
		"b: occurs, but NOT excludes it\n"
		"c: occurs, but NOT excludes it"},
	    {"a NOT (b NEAR/3 c)", "a b c",
		"b NEAR/3 c: 1 word apart, but NOT excludes it"},
	    {"a NOT (b AND NOT c)", "a b",
		"b: occurs, but NOT excludes it\nc: does not occur"},
	    {"a NOT b", "b", "a: does not occur"},
	};

	(void)state;
	CHECK(rows);
}

static void
nearness_tells_the_distance(void **state)
{
	static const struct row rows[] = {
	    {"a NEAR/2 b", "a x x b", "a NEAR/2 b: nearest 3 words apart"},
	    {"a NEAR/2 b", "b x x x x a x x x b",
		"a NEAR/2 b: nearest 4 words apart"},
	    {"a NEAR/2 b", "a", "b: does not occur"},
	    {"(a OR b) NEAR/2 c", "x", "c: does not occur"},
	    {"a PRE/2 b", "a x x b", "a PRE/2 b: nearest 3 words apart"},
	    {"a PRE/2 b", "b a",
		"a PRE/2 b: only in the other order, nearest 1 word apart"},
	    {"a NEAR/2 a", "a",
		"a NEAR/2 a: only on the same words or more than 2047 words "
		"apart"},
	    {"a NOT NEAR/2 b", "a x b",
		"a NOT NEAR/2 b: the other is near it wherever it stands"},
	    {"a NOT PRE/2 b", "a x b",
		"a NOT PRE/2 b: the other follows it wherever it stands"},
	    {"a NOT NEAR/2 b", "b", "a: does not occur"},
	    /* two characters are a word */
	    {"\u671d NEAR/1 \u5f39", "\u671d\u9c9c\u5bfc\u5f39",
		"\u671d NEAR/1 \u5f39: nearest 2 words apart"},
	};
	const struct item apart = {.title = "a", .summary = "b"};

	(void)state;
	CHECK(rows);
	assert_reasons(
	    "a NEAR/2 b", &apart, NULL, "a NEAR/2 b: only in different fields");
}

static void
the_distance_told_is_the_least_that_would_do(void **state)
{
	char title[600] = "a", query[32];
	unsigned n;

	(void)state;
	for (n = 1; n <= 250; n++) {
		struct item item = {.title = title};
		struct desk desk;
		char want[64];

		snprintf(title + 2 * n - 1, 4, " b");
		if (n > 1) {
			snprintf(want, sizeof(want), "nearest %u words", n);
			snprintf(query, sizeof(query), "a NEAR/%u b", n - 1);
			desk_open(&desk, query, NULL);
			desk_explain(&desk, &item, NULL);
			assert_false(desk.explanation->is_match);
			assert_non_null(
			    strstr(desk.explanation->query.tree->detail, want));
			desk_close(&desk);
		}
		snprintf(query, sizeof(query), "a NEAR/%u b", n);
		desk_open(&desk, query, NULL);
		desk_explain(&desk, &item, NULL);
		assert_true(desk.explanation->is_match);
		desk_close(&desk);
		snprintf(title + 2 * n - 1, 4, " x");
	}
}

static void
sentences_and_paragraphs_are_named(void **state)
{
	const struct item item = {
	    .title = "", .summary = "The a is. The b is.\nAnd c is."};

	(void)state;
	assert_reasons("a W/S b", &item, NULL,
	    "a W/S b: never in one sentence; nearest 3 words apart");
	assert_reasons("a W/P b", &item, NULL, "");
	assert_reasons("a W/P c", &item, NULL,
	    "a W/P c: never in one paragraph; nearest 6 words apart");
	assert_reasons("a W/S d", &item, NULL, "d: does not occur");
}

static void
what_occurs_out_of_scope_is_told(void **state)
{
	const struct item item = {
	    .title = "one", .summary = "two three four", .content = "five"};

	(void)state;
	assert_reasons("title:five", &item, NULL,
	    "title:five: occurs in the content, but not in the title");
	assert_reasons("FIRST2(four)", &item, NULL,
	    "FIRST2(four): occurs, but neither in the title nor in the first "
	    "2 words");
	assert_reasons("ALLCAPS(two)", &item, NULL,
	    "ALLCAPS(two): occurs, but not in capitals");
	assert_reasons("title:six", &item, NULL, "title:six: does not occur");
}

static void
words_for_other_languages_are_told(void **state)
{
	const struct item english = {
	    .title = "Tokyo talks of \u5317 missile again and again"};
	const struct item korean = {.title = "Pyongyang", .lang = "ko"};
	const struct item known = {
	    .title = "\u5317 missile again", .lang = "en"};
	const struct item wrong = {
	    .title = "\u5317 missile again", .lang = "ko"};
	const struct item chinese = {
	    .title = "\u671d\u9c9c\u53d1\u5c04", .lang = "zh"};
	const struct item both = {.title = "DPRK \u5317", .lang = "en"};
	const struct explain_node *tree;
	struct desk desk;

	(void)state;
	assert_reasons("@dprk", &english, NULL,
	    "@dprk: =\u5317 occurs, but counts only in ko items; this item is "
	    "en (guessed from its script)");
	assert_reasons("@dprk", &wrong, NULL,
	    "@dprk: =\u5317 occurs, but counts only in ko items; this item is "
	    "en (guessed from its script, which is not that of the ko it is "
	    "said to be)");
	assert_reasons("@dprk", &known, NULL,
	    "@dprk: =\u5317 occurs, but counts only in ko items; this item is "
	    "en");
	assert_reasons("@dprk", &korean, NULL, "");
	desk_open(&desk, "@dprk", NULL);
	desk_explain(&desk, &both, NULL);
	tree = desk.explanation->query.tree;
	assert_true(tree->is_true);
	assert_int_equal(tree->place_count, 2);
	assert_int_equal(tree->places[0].count, EXPLAIN_COUNTS);
	assert_null(tree->places[0].lang);
	assert_int_equal(tree->places[1].count, EXPLAIN_OTHER_LANGUAGE);
	assert_string_equal(tree->places[1].lang, "ko");
	assert_string_equal(tree->places[1].set, "dprk");
	desk_close(&desk);
	/* a word that counts by another entry is not complained about */
	desk_open(&desk, "@launch", NULL);
	desk_explain(&desk, &chinese, NULL);
	tree = desk.explanation->query.tree;
	assert_int_equal(tree->place_count, 1);
	assert_string_equal(tree->places[0].lang, "zh");
	assert_null(tree->detail);
	desk_close(&desk);
}

static void
counts_are_told(void **state)
{
	static const struct row rows[] = {
	    {"ATLEAST3(a)", "a x a",
		"ATLEAST3(a): occurs 2 times, 3 are needed"},
	    {"ATLEAST2(a OR b)", "x",
		"ATLEAST2((a OR b)): occurs 0 times, 2 are needed"},
	    {"ATLEAST2(\"a a\")", "a a a",
		"ATLEAST2(\"a a\"): occurs 1 time, 2 are needed"},
	};

	(void)state;
	CHECK(rows);
}

static void
values_are_told(void **state)
{
	static const char *const authors[] = {"Ann", "Bob", "Cy", "Di", "Ed"};
	const struct match_source source = {.feed = "kcna", .role = "State"};
	const struct item item = {.title = "word",
	    .url = "https://www.kcna.kp/en/1",
	    .lang = "en",
	    .authors = authors,
	    .author_count = 5};

	(void)state;
	assert_reasons("word role:wire", &item, &source,
	    "role:wire: this item's role is state");
	assert_reasons("word country:KP", &item, &source,
	    "country:kp: this item has no country");
	assert_reasons("word domain:yna.co.kr", &item, &source,
	    "domain:yna.co.kr: this item's domain is www.kcna.kp");
	assert_reasons("word author:Flo", &item, &source,
	    "author:flo: this item's author is ann, bob, cy, di and 1 more");
	assert_reasons(
	    "word lang:ko", &item, &source, "lang:ko: this item is en");
	assert_reasons("word -feed:kcna", &item, &source,
	    "feed:kcna: this item's feed is kcna, but NOT excludes it");
}

static void
regular_expressions_are_explained(void **state)
{
	const struct item item = {.title = "KN-23 fired", .summary = "Pukguk"};

	(void)state;
	assert_reasons("/KN-[0-9]+/", &item, NULL, "");
	assert_reasons("/KN-9+/", &item, NULL, "/KN-9+/: fits nowhere");
	assert_reasons("title:/Pukguk/", &item, NULL,
	    "title:/Pukguk/: occurs in the summary, but not in the title");
}

static void
places_are_those_of_the_item(void **state)
{
	const struct item item = {.title = "\u5317 the DPRK",
	    .summary = "North Korean rocket",
	    .content = "x"};
	const struct explain_node *tree;
	struct desk desk;

	(void)state;
	desk_open(&desk, "@dprk", NULL);
	desk_explain(&desk, &item, NULL);
	tree = desk.explanation->query.tree;
	assert_int_equal(tree->places[1].field, MATCH_SUMMARY);
	assert_int_equal(tree->places[1].start, 0);
	assert_int_equal(tree->places[1].end, strlen("North Korean"));
	assert_string_equal(tree->places[1].term, "North Korea*");
	assert_int_equal(tree->places[0].field, MATCH_TITLE);
	assert_int_equal(tree->places[0].start, strlen("\u5317 the "));
	desk_close(&desk);
	desk_open(&desk, "the NEAR/3 DPRK", NULL);
	desk_explain(&desk, &item, NULL);
	tree = desk.explanation->query.tree;
	assert_int_equal(tree->place_count, 1);
	assert_int_equal(tree->places[0].start, strlen("\u5317 "));
	assert_int_equal(tree->places[0].end, strlen(item.title));
	assert_null(tree->places[0].term);
	desk_close(&desk);
}

static void
a_raise_is_explained_too(void **state)
{
	const struct item calm = {.title = "a"}, raised = {.title = "a b"},
			  other = {.title = "b"};
	struct desk desk;

	(void)state;
	desk_open(&desk, "a", "b");
	desk_explain(&desk, &calm, NULL);
	assert_true(desk.explanation->is_match);
	assert_false(desk.explanation->is_raised);
	assert_int_equal(desk.explanation->severity, SEVERITY_MEDIUM);
	assert_int_equal(desk.explanation->raise.reason_count, 1);
	assert_string_equal(
	    desk.explanation->raise.reasons[0].text, "b: does not occur");
	desk_explain(&desk, &raised, NULL);
	assert_true(desk.explanation->is_raised);
	assert_int_equal(desk.explanation->severity, SEVERITY_FLASH);
	assert_int_equal(desk.explanation->raise.reason_count, 0);
	desk_explain(&desk, &other, NULL);
	assert_false(desk.explanation->is_match);
	assert_false(desk.explanation->is_raised);
	assert_true(desk.explanation->raise.tree->is_true);
	desk_close(&desk);
	desk_open(&desk, "a", NULL);
	desk_explain(&desk, &calm, NULL);
	assert_null(desk.explanation->raise.tree);
	desk_close(&desk);
}

/* --- bounds --- */

static void
the_distance_is_told_of_short_chains_only(void **state)
{
	const struct item item = {.title = "a a a a a a a a a a a a"};
	struct desk desk;
	struct buf query;
	size_t sides;

	(void)state;
	buf_init(&query, 0);
	buf_addstr(&query, "a");
	for (sides = 2; sides < EXPLAIN_CHAIN_MAX + 4; sides++) {
		buf_addstr(&query, " NEAR/2 a");
		desk_open(&desk, buf_str(&query), NULL);
		desk_explain(&desk, &item, NULL);
		assert_true(desk.explanation->is_match);
		if (sides - 1 <= EXPLAIN_CHAIN_MAX)
			assert_string_equal(
			    desk.explanation->query.tree->detail,
			    "1 word apart");
		else
			assert_null(desk.explanation->query.tree->detail);
		desk_close(&desk);
	}
	buf_clear(&query);
}

static void
places_are_bounded(void **state)
{
	char title[8 * EXPLAIN_PLACES_MAX + 1] = "";
	struct item item = {.title = title};
	const struct explain_node *tree;
	struct desk desk;
	size_t i, n;

	(void)state;
	desk_open(&desk, "a", NULL);
	for (n = 1; n < 2 * EXPLAIN_PLACES_MAX; n++) {
		strcat(title, "a x ");
		desk_explain(&desk, &item, NULL);
		tree = desk.explanation->query.tree;
		assert_int_equal(tree->place_count,
		    n < EXPLAIN_PLACES_MAX ? n : EXPLAIN_PLACES_MAX);
		assert_int_equal(tree->has_more_places, n > EXPLAIN_PLACES_MAX);
		for (i = 0; i < tree->place_count; i++)
			assert_int_equal(tree->places[i].start, 4 * i);
	}
	desk_close(&desk);
}

static void
reasons_are_bounded(void **state)
{
	const size_t count = 3 * EXPLAIN_REASONS_MAX;
	const struct item item = {.title = "x"};
	const struct explain_query *explained;
	struct desk desk;
	struct buf query;
	size_t i;

	(void)state;
	buf_init(&query, 0);
	for (i = 0; i < count; i++)
		buf_printf(&query, "%s(a%zu b%zu)", i ? " OR " : "", i, i);
	desk_open(&desk, buf_str(&query), NULL);
	desk_explain(&desk, &item, NULL);
	explained = &desk.explanation->query;
	assert_int_equal(explained->reason_count, EXPLAIN_REASONS_MAX);
	assert_int_equal(explained->facts_left, count - EXPLAIN_REASONS_MAX);
	assert_int_equal(explained->tree->cost, count);
	assert_true(strlen(explained->tree->text) <= EXPLAIN_TEXT_MAX + 3);
	desk_close(&desk);
	/* a reason may stand for several facts */
	buf_reset(&query);
	for (i = 0; i < count; i++)
		buf_printf(&query, "%sANY2(a%zu, b%zu, c%zu)", i ? " OR " : "",
		    i, i, i);
	desk_open(&desk, buf_str(&query), NULL);
	desk_explain(&desk, &item, NULL);
	explained = &desk.explanation->query;
	assert_int_equal(explained->reason_count, EXPLAIN_REASONS_MAX);
	assert_int_equal(explained->reasons[0].facts, 2);
	assert_int_equal(
	    explained->facts_left, 2 * (count - EXPLAIN_REASONS_MAX));
	desk_close(&desk);
	buf_clear(&query);
}

static void
the_deepest_and_the_widest_query_are_explained(void **state)
{
	const struct item item = {.title = "x"};
	struct desk desk;
	struct buf query;
	size_t i;

	(void)state;
	buf_init(&query, 0);
	for (i = 0; i + 1 < QUERY_DEPTH_MAX; i++)
		buf_printf(&query, "a%zu AND (b%zu OR (", i, i), i++;
	buf_addstr(&query, "x");
	for (i = 0; i + 1 < QUERY_DEPTH_MAX; i++)
		buf_addstr(&query, "))"), i++;
	desk_open(&desk, buf_str(&query), NULL);
	desk_explain(&desk, &item, NULL);
	assert_false(desk.explanation->is_match);
	assert_int_equal(desk.explanation->query.tree->cost, 1);
	desk_close(&desk);
	buf_reset(&query);
	for (i = 0; i < QUERY_TERMS_MAX; i++)
		buf_printf(&query, "%sa%zu", i ? " OR " : "", i);
	desk_open(&desk, buf_str(&query), NULL);
	desk_explain(&desk, &item, NULL);
	assert_int_equal(desk.explanation->query.tree->cost, QUERY_TERMS_MAX);
	assert_int_equal(desk.explanation->query.reason_count, 1);
	desk_close(&desk);
	buf_clear(&query);
}

static void
long_values_are_cut_on_a_border(void **state)
{
	char title[4 * EXPLAIN_VALUE_MAX] = "";
	struct match_source source = {.title = title};
	const struct item item = {.title = "a"};
	const char *detail;
	struct desk desk;
	size_t i;

	(void)state;
	for (i = 0; i < EXPLAIN_VALUE_MAX; i++)
		strcat(title, "\u5317");
	desk_open(&desk, "a source:b", NULL);
	desk_explain(&desk, &item, &source);
	detail = desk.explanation->query.tree->children[1].detail;
	assert_non_null(strstr(detail, "\u5317..."));
	assert_true(strlen(detail) < EXPLAIN_VALUE_MAX + 40);
	desk_close(&desk);
}

/* --- random queries --- */

struct dice {
	uint64_t state;
};

static unsigned
roll(struct dice *dice, unsigned sides)
{
	dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(dice->state >> 33) % sides;
}

static void
random_leaf(struct dice *dice, struct buf *out)
{
	static const char *const leaves[] = {"a", "b", "c", "d", "title:a",
	    "title:d", "\"a b\"", "\"c a\"", "@dprk", "@launch", "bx*b",
	    "FIRST3(c)", "ALLCAPS(b)", "\u5317", "summary:@launch"};

	buf_addstr(out, leaves[roll(dice, sizeof(leaves) / sizeof(leaves[0]))]);
}

/* What cannot stand beside another. */
static void
random_part(struct dice *dice, struct buf *out)
{
	static const char *const parts[] = {
	    "/b.?c/", "/[ab] x/i", "lang:en", "lang:ko", "role:st*"};

	if (roll(dice, 4))
		random_leaf(dice, out);
	else
		buf_addstr(out, parts[roll(dice, 5)]);
}

static void
random_side(struct dice *dice, struct buf *out)
{
	if (roll(dice, 3)) {
		random_leaf(dice, out);
		return;
	}
	buf_addstr(out, "(");
	random_leaf(dice, out);
	buf_addstr(out, " OR ");
	random_leaf(dice, out);
	buf_addstr(out, ")");
}

static void
random_nearness(struct dice *dice, struct buf *out)
{
	static const char *const names[] = {
	    "NEAR/2", "PRE/1", "NOT NEAR/1", "NOT PRE/2", "W/S", "W/P"};
	size_t start = out->len;

	buf_addstr(out, "(");
	random_side(dice, out);
	buf_printf(out, " %s ", names[roll(dice, 6)]);
	random_side(dice, out);
	buf_addstr(out, ")");
	/* what stands in two fields is never near, and refused */
	if (strstr(buf_str(out) + start, "title:") &&
	    strstr(buf_str(out) + start, "summary:")) {
		out->len = start;
		random_nearness(dice, out);
	}
}

static void random_query(struct dice *dice, struct buf *out, int depth);

static void
random_list(struct dice *dice, struct buf *out, int depth, const char *between)
{
	unsigned i, count = 2 + roll(dice, 3);

	buf_addstr(out, "(");
	for (i = 0; i < count; i++) {
		if (i)
			buf_addstr(out, between);
		/* the first is no NOT, so that the query is about something */
		if (i && strcmp(between, " AND ") == 0 && !roll(dice, 3))
			buf_addstr(out, "NOT ");
		random_query(dice, out, depth - 1);
	}
	buf_addstr(out, ")");
}

static void
random_query(struct dice *dice, struct buf *out, int depth)
{
	switch (depth > 0 ? roll(dice, 7) : 0) {
	case 0:
		random_part(dice, out);
		break;
	case 1:
		random_nearness(dice, out);
		break;
	case 2:
		buf_printf(out, "ANY%u", 1 + roll(dice, 2));
		random_list(dice, out, depth, ", ");
		break;
	case 3:
		buf_printf(out, "ATLEAST%u(", 1 + roll(dice, 3));
		random_side(dice, out);
		buf_addstr(out, ")");
		break;
	case 4:
		random_list(dice, out, depth, " OR ");
		break;
	default:
		random_list(dice, out, depth, " AND ");
		break;
	}
}

static void
random_text(struct dice *dice, struct buf *out)
{
	static const char *const words[] = {"a", "b", "c", "d", "B", "bxb",
	    "DPRK", "launched", "\u5317", "\u53d1\u5c04", "x", "x", "y.", "z.",
	    "Pyongyang", "\n"};
	unsigned i, count = roll(dice, 8);

	buf_reset(out);
	buf_addstr(out, "");
	for (i = 0; i < count; i++)
		buf_printf(out, "%s%s", i ? " " : "", words[roll(dice, 16)]);
}

static bool
is_nearness(const struct explain_node *node)
{
	switch (node->query->type) {
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
		return true;
	default:
		return false;
	}
}

static bool
needs_both(const struct explain_node *node)
{
	return is_nearness(node) && node->query->type != QUERY_NOT_NEAR &&
	       node->query->type != QUERY_NOT_PRE;
}

static size_t least_of(
    const struct explain_node *node, bool truth, size_t count);

/* The fewest facts, by the definition in topics/explain.h. */
static size_t
least(const struct explain_node *node)
{
	size_t all = node->child_count;

	switch (node->query->type) {
	case QUERY_AND:
		return least_of(node, node->is_true, node->is_true ? all : 1);
	case QUERY_OR:
		return least_of(node, node->is_true, node->is_true ? 1 : all);
	case QUERY_ANY:
		return least_of(node, node->is_true,
		    node->is_true ? node->query->n : all - node->query->n + 1);
	case QUERY_NOT:
		return least(&node->children[0]);
	default:
		break;
	}
	if (needs_both(node) && !node->is_true &&
	    !(node->children[0].is_true && node->children[1].is_true))
		return least_of(node, false, 1);
	if (is_nearness(node) && !node->is_true && !node->children[0].is_true)
		return least(&node->children[0]);
	return 1;
}

/* The sum over the cheapest, taken one by one. */
static size_t
least_of(const struct explain_node *node, bool truth, size_t count)
{
	bool taken[8] = {false};
	size_t i, best, sum = 0;

	assert_true(node->child_count <= 8);
	while (count-- > 0) {
		best = SIZE_MAX;
		for (i = 0; i < node->child_count; i++) {
			if (taken[i] || node->children[i].is_true != truth)
				continue;
			if (best == SIZE_MAX ||
			    least(&node->children[i]) <
				least(&node->children[best]))
				best = i;
		}
		assert_true(best != SIZE_MAX);
		taken[best] = true;
		sum += least(&node->children[best]);
	}
	return sum;
}

/* Truth is what the parts make it, and every node has its least cost. */
static void
check_tree(const struct explain_node *node)
{
	size_t i, found = 0;

	for (i = 0; i < node->child_count; i++) {
		check_tree(&node->children[i]);
		found += node->children[i].is_true;
	}
	switch (node->query->type) {
	case QUERY_AND:
		assert_int_equal(node->is_true, found == node->child_count);
		break;
	case QUERY_OR:
		assert_int_equal(node->is_true, found > 0);
		break;
	case QUERY_ANY:
		assert_int_equal(node->is_true, found >= node->query->n);
		break;
	case QUERY_NOT:
		assert_int_equal(node->is_true, !found);
		break;
	default:
		if (needs_both(node) && node->is_true)
			assert_int_equal(found, 2);
		if (is_nearness(node) && node->is_true)
			assert_true(node->children[0].is_true);
		break;
	}
	assert_int_equal(node->cost, least(node));
}

static bool
is_fact(const struct explain_node *node)
{
	size_t i;

	for (i = 0; i < node->child_count; i++) {
		if (node->children[i].is_reason)
			return false;
	}
	return true;
}

/* What the tree would be if only the facts of the reason stayed. */
static bool
settle(const struct explain_node *node, bool is_chosen, struct dice *dice)
{
	bool is_held[8], free_truth = roll(dice, 2);
	size_t i, found = 0;

	if (is_chosen && is_fact(node))
		return node->is_true;
	for (i = 0; i < node->child_count; i++) {
		is_held[i] = settle(&node->children[i],
		    is_chosen && node->children[i].is_reason, dice);
		found += is_held[i];
	}
	switch (node->query->type) {
	case QUERY_AND:
		return found == node->child_count;
	case QUERY_OR:
		return found > 0;
	case QUERY_ANY:
		return found >= node->query->n;
	case QUERY_NOT:
		return !found;
	default:
		break;
	}
	if (needs_both(node))
		return found == 2 && free_truth;
	if (is_nearness(node))
		return is_held[0] && free_truth;
	return free_truth;
}

static void
check_reasons(const struct explain_query *explained, struct dice *dice)
{
	size_t i, facts = explained->facts_left;

	for (i = 0; i < explained->reason_count; i++)
		facts += explained->reasons[i].facts;
	assert_int_equal(
	    explained->reason_count == 0, explained->tree->is_true);
	assert_int_equal(
	    facts, explained->tree->is_true ? 0 : explained->tree->cost);
	for (i = 0; i < 40; i++)
		assert_int_equal(settle(explained->tree, true, dice),
		    explained->tree->is_true);
}

static void
explanations_of_random_queries_agree_with_the_matcher(void **state)
{
	const struct match_source source = {.role = "state"};
	struct buf query, raise, title, summary;
	struct dice dice = {20261124};
	unsigned i, k, matched = 0, raised = 0;
	const struct explanation *explained;
	struct desk desk;

	(void)state;
	buf_init(&query, 0);
	buf_init(&raise, 0);
	buf_init(&title, 0);
	buf_init(&summary, 0);
	for (i = 0; i < 1500; i++) {
		buf_reset(&query);
		buf_reset(&raise);
		random_query(&dice, &query, 3);
		random_query(&dice, &raise, 2);
		desk_open(&desk, buf_str(&query), buf_str(&raise));
		for (k = 0; k < 6; k++) {
			struct item item = {.content = ""};

			random_text(&dice, &title);
			random_text(&dice, &summary);
			item.title = buf_str(&title);
			item.summary = buf_str(&summary);
			item.lang = roll(&dice, 2) ? "en" : NULL;
			desk_explain(
			    &desk, &item, roll(&dice, 2) ? &source : NULL);
			explained = desk.explanation;
			check_tree(explained->query.tree);
			check_reasons(&explained->query, &dice);
			check_tree(explained->raise.tree);
			check_reasons(&explained->raise, &dice);
			assert_int_equal(explained->is_raised,
			    explained->is_match &&
				explained->raise.tree->is_true);
			matched += explained->is_match;
			raised += explained->is_raised;
		}
		desk_close(&desk);
	}
	/* both verdicts were tried often */
	assert_true(matched > 1000 && matched < 8000);
	assert_true(raised > 300 && raised < matched / 2);
	buf_clear(&raise);
	buf_clear(&query);
	buf_clear(&title);
	buf_clear(&summary);
}

/* --- what is shown --- */

enum shown_how {
	SHOWN_TREE,
	SHOWN_SHORT,
	SHOWN_FULL,
	SHOWN_COLOURED,
};

static char *
shown_in(const char *query, const struct item *item, enum shown_how how)
{
	struct explain_print print = {
	    .item = item,
	    .has_colour = how == SHOWN_COLOURED,
	    .is_full = how == SHOWN_FULL,
	};
	char *out = NULL;
	struct desk desk;
	size_t size;

	print.out = open_memstream(&out, &size);
	assert_non_null(print.out);
	desk_open(&desk, query, NULL);
	desk_explain(&desk, item, NULL);
	if (how == SHOWN_SHORT)
		explain_print_short(&print, desk.explanation);
	else
		explain_print_tree(&print, desk.explanation);
	desk_close(&desk);
	assert_int_equal(fclose(print.out), 0);
	return out;
}

static char *
shown(const char *query, const struct item *item, bool is_short)
{
	return shown_in(query, item, is_short ? SHOWN_SHORT : SHOWN_TREE);
}

static void
assert_shown(const char *query, const struct item *item, bool is_short,
    const char *expected)
{
	char *out = shown(query, item, is_short);

	assert_string_equal(out, expected);
	free(out);
}

static void
a_tree_is_shown_with_marks_words_and_verdict(void **state)
{
	const struct item item = {.title = "DPRK news",
	    .summary = "It launches a probe of its own missile"};

	(void)state;
	assert_shown("@dprk AND (@launch NEAR/4 missile*) NOT probe", &item,
	    false,
	    "t: DPRK news\n"
	    "  - AND\n"
	    "    + @dprk: title 0 \u00abDPRK\u00bb (DPRK)\n"
	    "    - @launch NEAR/4 missile*: nearest 6 words apart; summary 3 "
	    "\u00ablaunches a probe of its own missile\u00bb\n"
	    "      + @launch: summary 3 \u00ablaunches\u00bb (launch*)\n"
	    "      + missile*: summary 31 \u00abmissile\u00bb\n"
	    "    - NOT\n"
	    "      + probe: summary 14 \u00abprobe\u00bb\n"
	    "no: @launch NEAR/4 missile*: nearest 6 words apart; summary 3 "
	    "\u00ablaunches a probe of its own missile\u00bb\n");
	assert_shown("DPRK", &item, false,
	    "t: DPRK news\n  + DPRK: title 0 \u00abDPRK\u00bb\nyes: medium\n");
	assert_shown("q OR r OR s OR t OR u OR own", &item, false,
	    "t: DPRK news\n"
	    "  + OR\n"
	    "    + own: summary 27 \u00abown\u00bb\n"
	    "    ... and 5 more that are false\n"
	    "yes: medium\n");
	assert_shown("q OR r OR s OR t OR u", &item, false,
	    "t: DPRK news\n"
	    "  - OR\n"
	    "    - q, r, s and 2 more: do not occur\n"
	    "no: none of these occurs: q, r, s, t and 1 more\n");
}

static void
what_does_not_bear_on_the_verdict_is_left_out(void **state)
{
	const struct item item = {.title = "DPRK news"};
	const char *query = "(DPRK OR (q AND r)) NOT (s NEAR/2 t)";
	char *out = shown_in(query, &item, SHOWN_FULL);

	(void)state;
	assert_shown(query, &item, false,
	    "t: DPRK news\n"
	    "  + AND\n"
	    "    + OR\n"
	    "      + DPRK: title 0 \u00abDPRK\u00bb\n"
	    "      ... and 1 more that is false\n"
	    "    + NOT\n"
	    "      - s NEAR/2 t: neither side occurs\n"
	    "yes: medium\n");
	assert_string_equal(out, "t: DPRK news\n"
				 "  + AND\n"
				 "    + OR\n"
				 "      + DPRK: title 0 \u00abDPRK\u00bb\n"
				 "      - AND\n"
				 "        - q: does not occur\n"
				 "        - r: does not occur\n"
				 "    + NOT\n"
				 "      - s NEAR/2 t: neither side occurs\n"
				 "        - s: does not occur\n"
				 "        - t: does not occur\n"
				 "yes: medium\n");
	free(out);
}

static void
a_fact_is_told_once(void **state)
{
	const struct item item = {.title = "news"};

	(void)state;
	assert_shown("(a AND q NEAR/2 news) OR (a AND r NEAR/2 news)", &item,
	    true, "- t: a: does not occur\n");
}

static void
a_short_explanation_is_a_line(void **state)
{
	const struct item item = {.title = "a"};

	(void)state;
	assert_shown("a", &item, true, "+ t: medium\n");
	assert_shown("a b", &item, true, "- t: b: does not occur\n");
	assert_shown(
	    "b OR (a c)", &item, true, "- t: b: does not occur, and 1 more\n");
}

static void
colour_leaves_the_marks(void **state)
{
	const struct item item = {.title = "a"};
	char *out = shown_in("a", &item, SHOWN_COLOURED);

	(void)state;
	assert_string_equal(out,
	    "t: a\n  \033[32m+ \033[0ma: title 0 \033[1;33m\u00aba\u00bb"
	    "\033[0m\n\033[32myes\033[0m: medium\n");
	free(out);
}

static void
hostile_text_is_made_safe(void **state)
{
	const struct item item = {.title = "a\033[2J\nx\u202e b"};
	char *out = shown("a NEAR/9 b", &item, false);

	(void)state;
	assert_null(strchr(out, '\033'));
	assert_null(strstr(out, "\u202e"));
	assert_non_null(strstr(out, "\u00aba?[2J x? b\u00bb"));
	free(out);
}

static void
long_stretches_are_cut_when_shown(void **state)
{
	char title[1000] = "a";
	struct item item = {.title = title};
	char *out;
	size_t i;

	(void)state;
	for (i = 0; i < 200; i++)
		strcat(title, " \u5317");
	strcat(title, " b");
	out = shown("a NEAR/200 b", &item, true);
	free(out);
	out = shown("a NEAR/255 b", &item, false);
	assert_non_null(strstr(out, "...\u00bb"));
	assert_true(strlen(out) < 4 * EXPLAIN_QUOTE_MAX + strlen(title));
	free(out);
}

static void
json_says_the_same(void **state)
{
	const struct item item = {.title = "\u5317 launch", .lang = "en"};
	const json_t *query, *tree, *place;
	struct desk desk;
	json_t *object, *id = json_string("x1");

	(void)state;
	desk_open(&desk, "@dprk AND title:launch*", "launch");
	desk_explain(&desk, &item, NULL);
	object = explain_json(desk.explanation, &item, id, true);
	assert_string_equal(json_get_string(object, "id"), "x1");
	assert_string_equal(json_get_string(object, "topic"), "t");
	assert_true(json_is_false(json_object_get(object, "is_match")));
	query = json_object_get(object, "query");
	assert_int_equal(json_array_size(json_object_get(query, "reasons")), 1);
	tree = json_object_get(query, "tree");
	assert_string_equal(json_get_string(tree, "op"), "and");
	tree = json_array_get(json_object_get(tree, "children"), 0);
	assert_string_equal(json_get_string(tree, "op"), "set");
	assert_true(json_is_true(json_object_get(tree, "is_reason")));
	assert_int_equal(json_integer_value(json_object_get(tree, "start")), 0);
	assert_int_equal(json_integer_value(json_object_get(tree, "end")), 5);
	place = json_array_get(json_object_get(tree, "places"), 0);
	assert_string_equal(json_get_string(place, "excluded_by"), "lang");
	assert_string_equal(json_get_string(place, "text"), "\u5317");
	assert_true(json_is_true(
	    json_object_get(json_object_get(object, "raise"), "is_true")));
	json_decref(object);
	object = explain_json(desk.explanation, &item, NULL, false);
	assert_true(json_is_null(json_object_get(object, "id")));
	assert_null(json_object_get(json_object_get(object, "query"), "tree"));
	json_decref(object);
	json_decref(id);
	desk_close(&desk);
}

/* --- the command --- */

#define WORDS_MAX 12

static const char conf_text[] =
    "set 'dprk' { any = { 'North Korea*', DPRK } ko = { '=\u5317' } }\n"
    "topic launch {\n"
    "    query = '@dprk AND missile*'\n"
    "    raise = 'ICBM*'\n"
    "}\n"
    "topic state { query = 'role:state AND missile*' }\n"
    "feed kcna { url = 'http://www.kcna.kp/rss' role = state }\n"
    "log out { path = 'out.log' }\n";

static void
write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd != -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* Runs the command; all that it says is the caller's. */
static char *
run(const char *const *words, int status)
{
	char *argv[WORDS_MAX + 1] = {NULL};
	char out[] = "/tmp/wirewatch.XXXXXX";
	int saved[2] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
	int fd = mkstemp(out), argc = 0, given;
	struct buf said;

	assert_true(fd != -1 && saved[0] != -1 && saved[1] != -1);
	for (; words[argc]; argc++) {
		assert_true(argc < WORDS_MAX);
		argv[argc] = xstrdup(words[argc]);
	}
	fflush(stdout);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	optind = 0;
	given = cli_explain.run(argc, argv);
	fflush(stdout);
	assert_int_equal(dup2(saved[0], STDOUT_FILENO), STDOUT_FILENO);
	assert_int_equal(dup2(saved[1], STDERR_FILENO), STDERR_FILENO);
	close(saved[0]);
	close(saved[1]);
	close(fd);
	while (argc > 0)
		free(argv[--argc]);
	buf_init(&said, 0);
	assert_int_equal(buf_read_file(&said, out), 0);
	unlink(out);
	if (given != status)
		fail_msg("exit status %d: %s", given, buf_str(&said));
	buf_addstr(&said, "");
	return buf_steal(&said);
}

static void
assert_says(const char *const *words, int status, const char *expected)
{
	char *said = run(words, status);

	if (!strstr(said, expected))
		fail_msg("%s\n is not in: %s", expected, said);
	free(said);
}

#define SAYS(status, expected, ...)                                            \
	assert_says((const char *const[]){"explain", __VA_ARGS__, NULL},       \
	    status, expected)

static void
the_command_explains_the_item_of_its_options(void **state)
{
	char path[] = "/tmp/wirewatch.XXXXXX";

	(void)state;
	write_file(path, conf_text);
	SAYS(0, "yes: medium", "-c", path, "launch", "--title",
	    "DPRK fires missile");
	SAYS(1, "no: missile*: does not occur", "-c", path, "launch", "--title",
	    "DPRK news");
	SAYS(0,
	    "yes: medium\nraised to high when\n  + ICBM*: summary 0 "
	    "\u00abICBM\u00bb\nyes: raised to high\n",
	    "-c", path, "launch", "--title", "DPRK", "--summary",
	    "ICBM missile");
	SAYS(1, "=\u5317 occurs, but counts only in ko items", "-c", path,
	    "launch", "--title", "\u5317 missile", "--lang", "en");
	SAYS(0, "yes", "-c", path, "launch", "--content",
	    "\u5317, \ubbf8\uc0ac\uc77c missile", "--lang", "ko");
	SAYS(0, "+ state: medium", "-c", path, "--all", "--title", "missile",
	    "--feed", "kcna");
	SAYS(1, "- state: role:state: this item has no role", "-c", path, "-",
	    "--title", "missile");
	SAYS(1, "\"is_match\":false", "-c", path, "launch", "--json", "--title",
	    "x\xff\n\x01y");
	unlink(path);
}

static void
the_command_explains_items_and_alerts_of_a_file(void **state)
{
	static const char lines[] =
	    "{\"title\":\"missile\",\"feed\":\"kcna\"}\n"
	    "{\"schema\":\"wirewatch.event/1\",\"data\":{\"item\":"
	    "{\"title\":\"DPRK missile\"},\"source\":{\"feed\":\"x\"}}}\n";
	char path[] = "/tmp/wirewatch.XXXXXX", bad[] = "/tmp/wirewatch.XXXXXX";
	char items[] = "/tmp/wirewatch.XXXXXX",
	     none[] = "/tmp/wirewatch.XXXXXX";

	(void)state;
	write_file(path, conf_text);
	write_file(items, lines);
	write_file(bad, "{\"title\":\"DPRK missile\"}\nx\n");
	write_file(none, "");
	SAYS(0, "launch: DPRK missile\n", "-c", path, "launch", items);
	SAYS(0, "no: @dprk: no word of it occurs\n", "-c", path, "launch",
	    items);
	SAYS(0,
	    "missile\n- launch: @dprk: no word of it occurs\n"
	    "+ state: medium\n\nDPRK missile\n+ launch: medium\n",
	    "-c", path, "--all", items);
	SAYS(1, ":2: ", "-c", path, "launch", bad);
	SAYS(1, "there is no item in it", "-c", path, "launch", none);
	SAYS(1, "/none/items", "-c", path, "launch", "/none/items");
	unlink(path);
	unlink(items);
	unlink(bad);
	unlink(none);
}

/* What a block of the page holds, behind a comment with its name. */
static char *
page_block(const struct buf *page, const char *name)
{
	const char *start = strstr(buf_str(page), name), *end;

	assert_non_null(start);
	start = strstr(start, ".Bd");
	assert_non_null(start);
	start = strchr(start, '\n') + 1;
	end = strstr(start, ".Ed\n");
	assert_non_null(end);
	return xstrndup(start, (size_t)(end - start));
}

static void
the_example_of_the_page_is_what_is_shown(void **state)
{
	static const char sets[] =
	    "set dprk { any = { 'North Korea*', DPRK } }\n"
	    "set launch { any = { 'launch*' } }\n"
	    "set weapon { any = { 'missile*' } }\n"
	    "feed x { url = 'http://www.example.org/' }\n"
	    "log out { path = 'out.log' }\n";
	char path[] = "/tmp/wirewatch.XXXXXX";
	const char *root = getenv("WIREWATCH_SRCDIR");
	char *page_path = xasprintf("%s/%s", root ? root : ".", PAGE);
	char *topic, *output, *conf, *title, *end, *said;
	struct buf page;

	(void)state;
	buf_init(&page, 0);
	assert_int_equal(buf_read_file(&page, page_path), 0);
	free(page_path);
	topic = page_block(&page, "\\\" topic\n");
	output = page_block(&page, "\\\" output\n");
	title = strstr(output, "--title '") + strlen("--title '");
	end = strchr(title, '\'');
	*end = '\0';
	conf = xasprintf("%s%s", sets, topic);
	write_file(path, conf);
	said = run((const char *const[]){"explain", "-c", path, "launch",
		       "--title", title, NULL},
	    1);
	assert_string_equal(said, strchr(end + 1, '\n') + 1);
	unlink(path);
	free(said);
	free(conf);
	free(output);
	free(topic);
	buf_clear(&page);
}

static void
a_regular_expression_that_was_given_up_is_told(void **state)
{
	static const char conf[] =
	    "topic slow { query = '/(a|aa)+$/ AND a' }\n"
	    "feed x { url = 'http://www.example.org/' }\n"
	    "log out { path = 'out.log' }\n";
	char path[] = "/tmp/wirewatch.XXXXXX", text[2001];

	(void)state;
	write_file(path, conf);
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text[1999] = '!';
	SAYS(1, "given up", "-c", path, "slow", "--summary", text);
	unlink(path);
}

static void
wrong_usage_of_the_command_is_refused(void **state)
{
	static const char hint[] = "try: wirewatch explain --help";
	char path[] = "/tmp/wirewatch.XXXXXX";

	(void)state;
	write_file(path, conf_text);
	assert_says((const char *const[]){"explain", NULL}, 2, hint);
	SAYS(2, hint, "launch", "--title", "x", "items");
	SAYS(2, hint, "launch", "items", "more");
	SAYS(2, hint, "launch", "--lang", "ko");
	SAYS(2, hint, "--none");
	SAYS(2, "/none/a.conf", "-c", "/none/a.conf", "launch");
	SAYS(2, "no topic \"lunch\"", "-c", path, "lunch", "--title", "x");
	SAYS(2, "no feed \"yna\"", "-c", path, "launch", "--title", "x",
	    "--feed", "yna");
	SAYS(0, "usage: wirewatch explain", "--help");
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_matches_needs_no_reason),
	    cmocka_unit_test(an_and_is_false_by_its_cheapest_part),
	    cmocka_unit_test(an_or_is_false_by_all_its_parts),
	    cmocka_unit_test(what_not_excludes_is_named),
	    cmocka_unit_test(nearness_tells_the_distance),
	    cmocka_unit_test(the_distance_told_is_the_least_that_would_do),
	    cmocka_unit_test(sentences_and_paragraphs_are_named),
	    cmocka_unit_test(what_occurs_out_of_scope_is_told),
	    cmocka_unit_test(words_for_other_languages_are_told),
	    cmocka_unit_test(counts_are_told),
	    cmocka_unit_test(values_are_told),
	    cmocka_unit_test(regular_expressions_are_explained),
	    cmocka_unit_test(places_are_those_of_the_item),
	    cmocka_unit_test(a_raise_is_explained_too),
	    cmocka_unit_test(the_distance_is_told_of_short_chains_only),
	    cmocka_unit_test(places_are_bounded),
	    cmocka_unit_test(reasons_are_bounded),
	    cmocka_unit_test(the_deepest_and_the_widest_query_are_explained),
	    cmocka_unit_test(long_values_are_cut_on_a_border),
	    cmocka_unit_test(
		explanations_of_random_queries_agree_with_the_matcher),
	    cmocka_unit_test(a_tree_is_shown_with_marks_words_and_verdict),
	    cmocka_unit_test(what_does_not_bear_on_the_verdict_is_left_out),
	    cmocka_unit_test(a_fact_is_told_once),
	    cmocka_unit_test(a_short_explanation_is_a_line),
	    cmocka_unit_test(colour_leaves_the_marks),
	    cmocka_unit_test(hostile_text_is_made_safe),
	    cmocka_unit_test(long_stretches_are_cut_when_shown),
	    cmocka_unit_test(json_says_the_same),
	    cmocka_unit_test(the_command_explains_the_item_of_its_options),
	    cmocka_unit_test(the_command_explains_items_and_alerts_of_a_file),
	    cmocka_unit_test(the_example_of_the_page_is_what_is_shown),
	    cmocka_unit_test(a_regular_expression_that_was_given_up_is_told),
	    cmocka_unit_test(wrong_usage_of_the_command_is_refused),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
