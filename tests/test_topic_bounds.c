#include <time.h>
#include <unistd.h>

#include "tests/test.h"
#include "tests/topic_text.h"

#include "lib/alloc.h"
#include "lib/buf.h"
#include "topics/eval.h"
#include "topics/match_private.h"
#include "topics/query.h"
#include "topics/regex.h"
#include "topics/topic.h"

/*
 * Bad input to topics: too long, too deep, too many, cut short. Everything
 * ends, in memory that is stated; the times are only told. The alarm is for
 * what would never end.
 */
#define ALARM_S 300
#define TERM_BYTES_MAX 160

struct desk {
	struct conf conf;
	struct conf_topic topic;
	struct topicset *set;
	struct matcher *matcher;
	const struct match_result *result;
	struct diag diag;
};

static void
text_of(struct conf_text *text, const char *s)
{
	text_in(text, "query", s);
}

static double
now_ms(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
tell(const char *what, double since)
{
	printf("# %s: %.1f ms\n", what, now_ms() - since);
	fflush(stdout);
}

static void
desk_compile(struct desk *desk)
{
	diag_init(&desk->diag);
	desk->set = topicset_new(&desk->conf, &desk->diag);
	assert_int_equal(desk->set == NULL, desk->diag.errors > 0);
	if (desk->set)
		desk->matcher = matcher_new(desk->set);
}

/* One query, which may be refused. */
static void
desk_open(struct desk *desk, const char *query)
{
	memset(desk, 0, sizeof(*desk));
	desk->topic.name = "t";
	text_of(&desk->topic.query, query);
	desk->conf.topics = &desk->topic;
	desk->conf.topic_count = 1;
	desk_compile(desk);
}

static void
desk_close(struct desk *desk)
{
	matcher_free(&desk->matcher);
	topicset_free(&desk->set);
	diag_clear(&desk->diag);
}

/* Whatever it is, a query or an error with its place. */
static void
expect_an_answer(const char *query)
{
	struct desk desk;
	size_t i, len = strlen(query);

	desk_open(&desk, query);
	for (i = 0; i < desk.diag.count; i++) {
		const struct diag_entry *entry = &desk.diag.entries[i];

		assert_true(entry->line >= 1);
		assert_in_range(entry->column, 1, len + 1);
		assert_true(*entry->message);
		assert_true(*entry->code);
	}
	desk_close(&desk);
}

static void
expect_refused(const char *query, const char *code)
{
	struct desk desk;

	desk_open(&desk, query);
	assert_null(desk.set);
	assert_in_range(desk.diag.errors, 1, QUERY_ERRORS_MAX + 1);
	assert_string_equal(desk.diag.entries[0].code, code);
	desk_close(&desk);
}

static char *
repeated(const char *word, size_t count)
{
	struct buf out;
	size_t i;

	buf_init(&out, 0);
	for (i = 0; i < count; i++)
		buf_addstr(&out, word);
	return buf_steal(&out);
}

/* --- queries --- */

static void
a_query_of_a_mebibyte_is_refused_as_too_long(void **state)
{
	static const char *const words[] = {
	    "a OR ", "((((", "\"", "北", "\xff", "title:", "NEAR/9 "};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *query =
		    repeated(words[i], 1024 * 1024 / strlen(words[i]));
		double start = now_ms();

		expect_refused(query, "E009");
		tell("1 MiB query", start);
		free(query);
	}
}

static void
the_longest_query_is_compiled_and_one_byte_more_is_not(void **state)
{
	char *query = xmalloc(QUERY_BYTES_MAX + 2);
	struct desk desk;

	(void)state;
	memset(query, ' ', QUERY_BYTES_MAX + 1);
	query[QUERY_BYTES_MAX - 1] = 'a';
	query[QUERY_BYTES_MAX] = '\0';
	desk_open(&desk, query);
	assert_non_null(desk.set);
	desk_close(&desk);
	query[QUERY_BYTES_MAX] = ' ';
	query[QUERY_BYTES_MAX + 1] = '\0';
	expect_refused(query, "E009");
	free(query);
}

static void
ten_thousand_parentheses_are_refused(void **state)
{
	static const char *const openings[] = {"(", "title:(", "NOT (",
	    "ATLEAST2(", "ANY1(", "ALLCAPS(", "FIRST5(", "（"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		size_t count = 10000, len = strlen(openings[i]);
		char *opened, *closed, *query;

		/* as many as a query has room for */
		if (count * (len + 1) > QUERY_BYTES_MAX)
			count = QUERY_BYTES_MAX / (len + 1) - 1;
		opened = repeated(openings[i], count);
		closed = repeated(")", count);
		query = xasprintf("%sa%s", opened, closed);
		expect_refused(query, "E009");
		expect_an_answer(opened);
		expect_an_answer(closed);
		free(query);
		free(opened);
		free(closed);
	}
}

static void
parentheses_nest_up_to_the_bound(void **state)
{
	char *opened = repeated("(", QUERY_DEPTH_MAX);
	char *closed = repeated(")", QUERY_DEPTH_MAX);
	char *query = xasprintf("%sa%s", opened, closed);
	char *deeper = xasprintf("(%s)", query);
	struct desk desk;

	(void)state;
	desk_open(&desk, query);
	assert_non_null(desk.set);
	desk_close(&desk);
	expect_refused(deeper, "E009");
	free(deeper);
	free(query);
	free(opened);
	free(closed);
}

static void
fields_in_fields_are_answered_however_deep(void **state)
{
	static const char *const fields[] = {
	    "title:", "text:", "lead:", "url:", "NOT ", "-", "=", "@"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char *front = repeated(fields[i], (QUERY_BYTES_MAX - 2) / 7);
		char *query = xasprintf("%sa", front);

		expect_an_answer(query);
		free(query);
		free(front);
	}
}

static void
more_terms_than_a_query_may_have_are_refused(void **state)
{
	char *front = repeated("a OR ", QUERY_TERMS_MAX - 1);
	char *query = xasprintf("%sa", front);
	char *more = xasprintf("%sa OR a", front);
	struct desk desk;

	(void)state;
	desk_open(&desk, query);
	assert_non_null(desk.set);
	desk_close(&desk);
	expect_refused(more, "E009");
	free(more);
	free(query);
	free(front);
}

static void
every_beginning_of_a_query_is_answered(void **state)
{
	static const char query[] =
	    "(title:(\"North Korea*\" OR =NK OR 북한 OR 朝鲜) AND NOT (a NEAR/3 "
	    "\"b \\\" c\")) OR (FIRST20(ATLEAST2(missile*, rocket?)) AND "
	    "ANY2(x, y, \"z w\") AND url:(*kcna* OR yna) AND lang:ko AND "
	    "ALLCAPS(UN) AND (d NOT PRE/2 e) AND (f W/S g) AND (h W/P i) AND "
	    "/hwasong-?1[0-9]\\b/i AND （ａ　ＯＲ　“ｂ”） AND -football)";
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(query); len++) {
		char *cut = xstrndup(query, len);

		expect_an_answer(cut);
		free(cut);
	}
}

static void
every_byte_is_answered_as_a_query(void **state)
{
	int byte;

	(void)state;
	for (byte = 0; byte < 256; byte++) {
		const char alone[] = {(char)byte, '\0'};
		const char behind[] = {'a', ' ', (char)byte, '\0'};
		const char inside[] = {'a', (char)byte, 'b', '\0'};

		expect_an_answer(alone);
		expect_an_answer(behind);
		expect_an_answer(inside);
	}
}

static void
all_pairs_of_what_is_special_are_answered(void **state)
{
	static const char *const special[] = {"(", ")", "\"", "\\", ",", "-",
	    "=", "@", "/", "*", "?", ":", "'", ".", "!", "&", "|", "~", "^",
	    "[", "]", "{", "}", "<", ">", "+", "#", "$", "%", ";", "_", " ",
	    "\n", "a", "AND", "OR", "NOT", "NEAR/3", "PRE/3", "W/S", "W/5",
	    "NOT NEAR/1", "title:", "url:", "lang:", "ATLEAST2(", "ANY2(",
	    "FIRST3(", "ALLCAPS(", "（", "）", "“", "”", "「", "」", "＝", "＠",
	    "／", "　", "北", "*北", "\xff", "\xe5\x8c", "\xcc\x81",
	    "\xc2\xad"};
	const size_t count = sizeof(special) / sizeof(special[0]);
	size_t i, k;

	(void)state;
	for (i = 0; i < count; i++) {
		for (k = 0; k < count; k++) {
			char *tight = xasprintf("%s%s", special[i], special[k]);
			char *loose =
			    xasprintf("b %s %s c", special[i], special[k]);

			expect_an_answer(tight);
			expect_an_answer(loose);
			free(tight);
			free(loose);
		}
	}
}

/* --- many --- */

static void
a_hundred_thousand_topics_are_compiled(void **state)
{
	const size_t count = CONF_TOPICS_MAX;
	struct conf_topic *topics = xcalloc(count, sizeof(*topics));
	struct conf conf = {.topics = topics, .topic_count = count};
	struct item item = {.title = "zw77777 zw99999 and word5"};
	const struct match_result *result;
	struct matcher *matcher;
	struct topicset *set;
	struct diag diag;
	double start;
	size_t i;

	(void)state;
	for (i = 0; i < count; i++) {
		topics[i].name = xasprintf("t%zu", i);
		text_of(&topics[i].query,
		    xasprintf("zw%zu OR (\"a phrase %zu\" AND word%zu)", i, i,
			i % 1000));
	}
	diag_init(&diag);
	start = now_ms();
	set = topicset_new(&conf, &diag);
	tell("compile 100,000 topics", start);
	assert_non_null(set);
	assert_int_equal(topicset_count(set), count);
	assert_int_equal(topicset_terms(set), 2 * count + 1000);
	printf("# %zu terms, %zu bytes each\n", topicset_terms(set),
	    topicset_memory(set) / topicset_terms(set));
	assert_true(
	    topicset_memory(set) <= TERM_BYTES_MAX * topicset_terms(set));
	matcher = matcher_new(set);
	start = now_ms();
	result = matcher_run(matcher, &item, NULL);
	tell("one item against them", start);
	assert_int_equal(result->count, 2);
	assert_ptr_equal(result->matches[0].topic, &topics[77777]);
	matcher_free(&matcher);
	topicset_free(&set);
	diag_clear(&diag);
	for (i = 0; i < count; i++) {
		free((char *)topics[i].name);
		free((char *)topics[i].query.text);
	}
	free(topics);
}

static void
set_open(struct desk *desk, size_t count)
{
	struct conf_set *set = xcalloc(1, sizeof(*set));
	size_t i;

	memset(desk, 0, sizeof(*desk));
	set->name = "s";
	set->entries = xcalloc(count, sizeof(*set->entries));
	set->entry_count = count;
	for (i = 0; i < count; i++)
		text_of(&set->entries[i].text, xasprintf("entry %zu", i));
	desk->topic.name = "t";
	text_of(&desk->topic.query, "@s AND @s NEAR/5 (@s OR b)");
	desk->conf.topics = &desk->topic;
	desk->conf.topic_count = 1;
	desk->conf.sets = set;
	desk->conf.set_count = 1;
	desk_compile(desk);
}

static void
set_close(struct desk *desk)
{
	struct conf_set *set = desk->conf.sets;
	size_t i;

	desk_close(desk);
	for (i = 0; i < set->entry_count; i++)
		free((char *)set->entries[i].text.text);
	free(set->entries);
	free(set);
}

static void
a_set_has_so_many_entries_and_no_more(void **state)
{
	struct item item = {.title = "entry 0 and entry 19999"};
	const struct match_result *result;
	struct desk desk;
	double start = now_ms();

	(void)state;
	set_open(&desk, QUERY_SET_ENTRIES_MAX);
	tell("compile a set of 20,000 entries", start);
	assert_non_null(desk.set);
	result = matcher_run(desk.matcher, &item, NULL);
	assert_int_equal(result->count, 1);
	assert_string_equal(result->matches[0].spans[0].set, "s");
	set_close(&desk);
	set_open(&desk, QUERY_SET_ENTRIES_MAX + 1);
	assert_null(desk.set);
	assert_string_equal(desk.diag.entries[0].code, "E009");
	set_close(&desk);
}

/* --- items --- */

/* Topics whose every operand is the one word of the item. */
static const char *const greedy[] = {"aa", "aa*", "\"aa aa aa\"",
    "aa NEAR/255 aa", "(aa NEAR/9 aa) NEAR/255 (aa PRE/9 aa)", "ATLEAST255(aa)",
    "aa NOT NEAR/255 b", "(aa OR \"aa aa\") PRE/255 (\"aa aa\" OR aa*)",
    "ANY2(aa, \"aa aa\", b)", "ALLCAPS(aa) OR aa",
    "(aa W/S aa) W/P (aa OR \"aa aa\")",
    "((aa NEAR/9 aa) NEAR/9 (aa NEAR/9 aa)) NEAR/9 ((aa NEAR/9 aa) NEAR/9 aa)"};

#define GREEDY (sizeof(greedy) / sizeof(greedy[0]))
#define GREEDY_TOPICS (10 * GREEDY)

static void
one_term_repeated_through_an_item_is_bounded(void **state)
{
	static const char *const words[] = {"aa ", "aa. ", "aa\n\n", "aa-"};
	struct conf_topic *topics = xcalloc(GREEDY_TOPICS, sizeof(*topics));
	struct conf conf = {.topics = topics, .topic_count = GREEDY_TOPICS};
	struct matcher *matcher;
	struct topicset *set;
	struct diag diag;
	size_t i, k;

	(void)state;
	for (i = 0; i < GREEDY_TOPICS; i++) {
		topics[i].name = greedy[i % GREEDY];
		text_of(&topics[i].query, greedy[i % GREEDY]);
	}
	diag_init(&diag);
	set = topicset_new(&conf, &diag);
	if (!set)
		diag_print(&diag, stderr);
	assert_non_null(set);
	matcher = matcher_new(set);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *text =
		    repeated(words[i], ITEM_TEXT_MAX / strlen(words[i]));
		struct item item = {
		    .title = text, .summary = text, .content = text};
		const struct match_result *result;
		double start = now_ms();

		result = matcher_run(matcher, &item, NULL);
		tell("120 greedy topics, 192 KiB of one word", start);
		assert_true(result->count >= GREEDY_TOPICS - 10);
		for (k = 0; k < result->count; k++)
			assert_in_range(
			    result->matches[k].span_count, 1, MATCH_SPANS_MAX);
		free(text);
	}
	matcher_free(&matcher);
	topicset_free(&set);
	diag_clear(&diag);
	free(topics);
}

#define CHAIN 60
#define CHAINS 20

/* Many lists of as many pairs as are kept, and all of them are needed. */
static char *
chains(size_t count)
{
	char *inner = repeated("aa NEAR/255 ", CHAIN);
	char *group = xasprintf("(%saa) AND ", inner);
	char *groups = repeated(group, count);
	char *query = xasprintf("%saa", groups);

	free(groups);
	free(group);
	free(inner);
	return query;
}

/* Topics against words said over and over; the names are filled in. */
static void
chains_run(struct desk *desk, struct conf_topic *topics, size_t count,
    const char *words)
{
	static const char *const names[] = {"t0", "t1", "t2", "t3"};
	char *text = repeated(words, ITEM_TEXT_MAX / strlen(words));
	struct item item = {.title = text, .summary = text, .content = text};
	double start;
	size_t i;

	memset(desk, 0, sizeof(*desk));
	for (i = 0; i < count; i++)
		topics[i].name = names[i];
	desk->conf.topics = topics;
	desk->conf.topic_count = count;
	desk_compile(desk);
	assert_non_null(desk->set);
	start = now_ms();
	desk->result = matcher_run(desk->matcher, &item, NULL);
	tell("chains of NEAR/255, 192 KiB of their word", start);
	free(text);
}

static const struct match *
desk_match(const struct desk *desk, size_t topic)
{
	const struct match_result *result = desk->result;
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (result->matches[i].topic == &desk->conf.topics[topic])
			return &result->matches[i];
	}
	return NULL;
}

static void
the_longest_chains_of_nearness_end(void **state)
{
	char *query = chains(CHAINS);
	struct conf_topic topic = {0};
	struct desk desk;

	(void)state;
	text_of(&topic.query, query);
	chains_run(&desk, &topic, 1, "aa ");
	assert_non_null(desk_match(&desk, 0));
	desk_close(&desk);
	free(query);
}

/* Telling why costs as much again, and more than one share has left. */
static void
a_dear_match_is_explained_and_raised(void **state)
{
	char *query = chains(CHAINS), *raise = chains(CHAINS / 2);
	struct conf_topic topic = {.raise_to = SEVERITY_FLASH};
	const struct match *match;
	struct desk desk;

	(void)state;
	text_of(&topic.query, query);
	text_of(&topic.raise, raise);
	chains_run(&desk, &topic, 1, "aa ");
	assert_true(matcher_steps(desk.matcher) > 2 * EVAL_STEPS_TREE_MAX);
	assert_int_equal(matcher_overruns(desk.matcher), 0);
	match = desk_match(&desk, 0);
	assert_non_null(match);
	assert_true(match->is_raised);
	assert_int_equal(match->severity, SEVERITY_FLASH);
	assert_int_equal(match->span_count, MATCH_SPANS_MAX);
	desk_close(&desk);
	free(raise);
	free(query);
}

static void
a_topic_given_up_in_all_its_parts_is_counted_once(void **state)
{
	char *query = chains(3 * CHAINS);
	char *either = xasprintf("aa OR (%s)", query);
	struct conf_topic topic = {0};
	const struct match *match;
	struct desk desk;

	(void)state;
	text_of(&topic.query, either);
	text_of(&topic.raise, query);
	chains_run(&desk, &topic, 1, "aa ");
	assert_true(matcher_steps(desk.matcher) > EVAL_STEPS_TREE_MAX);
	assert_true(matcher_steps(desk.matcher) <= 2 * EVAL_STEPS_ITEM_MAX);
	assert_int_equal(matcher_overruns(desk.matcher), 1);
	match = desk_match(&desk, 0);
	assert_non_null(match);
	assert_false(match->is_raised);
	/* what was found before counts */
	assert_int_equal(match->span_count, MATCH_SPANS_MAX);
	desk_close(&desk);
	free(either);
	free(query);
}

static void
dear_topics_leave_each_other_a_share(void **state)
{
	char *query = chains(3 * CHAINS);
	struct conf_topic topics[4] = {0};
	struct desk desk;

	(void)state;
	text_of(&topics[0].query, query);
	text_of(&topics[1].query, query);
	text_of(&topics[2].query, "b NEAR/3 c");
	text_of(&topics[3].query, "ATLEAST3(b) AND title:c");
	/* as many of the cheap words as fit in a share */
	chains_run(&desk, topics, 4, "aa aa aa aa aa aa aa aa b c ");
	assert_null(desk_match(&desk, 0));
	assert_null(desk_match(&desk, 1));
	assert_non_null(desk_match(&desk, 2));
	assert_non_null(desk_match(&desk, 3));
	assert_true(matcher_steps(desk.matcher) > EVAL_STEPS_ITEM_MAX);
	assert_int_equal(matcher_overruns(desk.matcher), 2);
	desk_close(&desk);
	free(query);
}

static void
one_character_repeated_through_an_item_is_bounded(void **state)
{
	char *text = repeated("北", ITEM_TEXT_MAX / 3);
	struct item item = {.title = text, .summary = text, .content = text};
	const struct match_result *result;
	struct desk desk;
	double start;

	(void)state;
	desk_open(&desk, "北 OR 北北北北 OR 北*北*北 OR (北? NEAR/255 北北) OR "
			 "ATLEAST255(北)");
	assert_non_null(desk.set);
	start = now_ms();
	result = matcher_run(desk.matcher, &item, NULL);
	tell("192 KiB of one character", start);
	assert_int_equal(result->count, 1);
	assert_in_range(result->matches[0].span_count, 1, MATCH_SPANS_MAX);
	desk_close(&desk);
	free(text);
}

/* A set of 64 words, each often in the text that goes with it. */
static char *
big_set(struct conf_set *set, struct conf_set_entry *entries, char (*words)[4])
{
	struct buf text;
	size_t i, k;

	buf_init(&text, 0);
	set->entries = entries;
	set->entry_count = 64;
	for (i = 0; i < 64; i++) {
		(void)snprintf(words[i], sizeof(words[i]), "%c%c",
		    (char)('a' + i / 8), (char)('a' + i % 8));
		text_of(&entries[i].text, words[i]);
	}
	for (k = 0; k < 330; k++) {
		for (i = 0; i < 64; i++) {
			buf_addstr(&text, words[i]);
			buf_addch(&text, ' ');
		}
	}
	return buf_steal(&text);
}

static void
nearness_of_large_sets_is_given_up_and_told(void **state)
{
	struct conf_set sets[2] = {{.name = "big"}, {.name = "big2"}};
	struct conf_set_entry entries[2][64] = {0};
	char words[2][64][4], names[9][4];
	char *text = big_set(&sets[0], entries[0], words[0]);
	char *again = big_set(&sets[1], entries[1], words[1]);
	char *group = repeated("(@big NOT NEAR/1 @big2) OR ", 2000);
	char *query = xasprintf("%szz", group);
	struct item item = {.title = "missile", .summary = text};
	struct conf_topic topics[9] = {0};
	struct desk desk = {.conf = {.topics = topics,
				.topic_count = 9,
				.sets = sets,
				.set_count = 2}};
	const struct match_result *result;
	size_t i, overruns;

	(void)state;
	for (i = 0; i < 9; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "t%zu", i);
		topics[i].name = names[i];
		text_of(&topics[i].query, query);
	}
	text_of(&topics[8].query, "missile NEAR/2 aa OR missile");
	desk_compile(&desk);
	assert_non_null(desk.set);
	result = matcher_run(desk.matcher, &item, NULL);
	assert_int_equal(result->count, 1);
	assert_ptr_equal(result->matches[0].topic, &topics[8]);
	/* the last of the slow ones */
	overruns = matcher_overruns(desk.matcher);
	assert_in_range(overruns, 1, 8);
	assert_true(matcher_steps(desk.matcher) <=
		    EVAL_STEPS_ITEM_MAX + UINT64_C(9) * EVAL_STEPS_FLOOR);
	/* an item after it has its own steps */
	item.summary = "aa";
	(void)matcher_run(desk.matcher, &item, NULL);
	assert_int_equal(matcher_overruns(desk.matcher), overruns);
	desk_close(&desk);
	free(query);
	free(group);
	free(again);
	free(text);
}

/* Each topic costs its own two lists and no more sorting of 64 others. */
static void
the_list_of_a_set_is_made_once_for_an_item(void **state)
{
	struct conf_set sets[2] = {{.name = "big"}, {.name = "big2"}};
	struct conf_set_entry entries[2][64] = {0};
	char words[2][64][4], names[100][8];
	char *text = big_set(&sets[0], entries[0], words[0]);
	char *again = big_set(&sets[1], entries[1], words[1]);
	struct item item = {.title = "missile", .summary = text};
	struct conf_topic topics[100] = {0};
	struct desk desk = {.conf = {.topics = topics,
				.topic_count = 100,
				.sets = sets,
				.set_count = 2}};
	uint64_t one, all;
	size_t i;

	(void)state;
	for (i = 0; i < 100; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "t%zu", i);
		topics[i].name = names[i];
		text_of(&topics[i].query, "@big NOT NEAR/1 @big2");
	}
	desk.conf.topic_count = 1;
	desk_compile(&desk);
	(void)matcher_run(desk.matcher, &item, NULL);
	one = matcher_steps(desk.matcher);
	desk_close(&desk);
	desk.conf.topic_count = 100;
	desk_compile(&desk);
	(void)matcher_run(desk.matcher, &item, NULL);
	all = matcher_steps(desk.matcher);
	assert_int_equal(matcher_overruns(desk.matcher), 0);
	/* a list has 4096 members: copied, and looked through */
	assert_true(all <= one + UINT64_C(99) * 4 * EVAL_OCCURRENCES_MAX);
	desk_close(&desk);
	free(again);
	free(text);
}

#define WORDS 3000

/* @low are the first half of all words, @high the other; @all both. */
struct word_sets {
	struct conf_set sets[3];
	struct conf_set_entry entries[WORDS];
	char words[WORDS][8];
	char *text; /* all words, in order, twice */
};

static struct word_sets *
word_sets_new(void)
{
	struct word_sets *sets = xcalloc(1, sizeof(*sets));
	struct buf text;
	size_t i;

	buf_init(&text, 0);
	for (i = 0; i < WORDS; i++) {
		(void)snprintf(
		    sets->words[i], sizeof(sets->words[i]), "w%04zu", i);
		text_of(&sets->entries[i].text, sets->words[i]);
	}
	for (i = 0; i < (size_t)2 * WORDS; i++) {
		buf_addstr(&text, sets->words[i % WORDS]);
		buf_addch(&text, ' ');
	}
	sets->text = buf_steal(&text);
	sets->sets[0] = (struct conf_set){
	    .name = "low", .entries = sets->entries, .entry_count = WORDS / 2};
	sets->sets[1] = (struct conf_set){.name = "high",
	    .entries = sets->entries + WORDS / 2,
	    .entry_count = WORDS / 2};
	sets->sets[2] = (struct conf_set){
	    .name = "all", .entries = sets->entries, .entry_count = WORDS};
	return sets;
}

static void
word_sets_free(struct word_sets *sets)
{
	free(sets->text);
	free(sets);
}

/* The same query as so many topics against the text. */
static const struct match_result *
word_sets_run(struct desk *desk, struct word_sets *sets, const char *query,
    struct conf_topic *topics, size_t count)
{
	struct item item = {.summary = sets->text};
	size_t i;

	memset(desk, 0, sizeof(*desk));
	for (i = 0; i < count; i++) {
		topics[i].name = xasprintf("t%zu", i);
		text_of(&topics[i].query, query);
	}
	desk->conf.topics = topics;
	desk->conf.topic_count = count;
	desk->conf.sets = sets->sets;
	desk->conf.set_count = 3;
	desk_compile(desk);
	if (!desk->set)
		diag_print(&desk->diag, stderr);
	assert_non_null(desk->set);
	for (i = 0; i < count; i++)
		free((char *)topics[i].name);
	return matcher_run(desk->matcher, &item, NULL);
}

/* The spans are the first words of the text from one on, each of `set`. */
static void
expect_words(const struct match *match, size_t word, const char *set)
{
	size_t i;

	assert_int_equal(match->span_count, MATCH_SPANS_MAX);
	for (i = 0; i < MATCH_SPANS_MAX; i++) {
		const struct match_span *span = &match->spans[i];

		assert_int_equal(span->field, MATCH_SUMMARY);
		assert_int_equal(span->start, (word + i) * 6);
		assert_int_equal(span->end, (word + i) * 6 + 5);
		assert_string_equal(span->set, set);
	}
}

static void
spans_are_held_in_bounds_and_are_the_first_of_the_text(void **state)
{
	struct word_sets *sets = word_sets_new();
	const struct {
		const char *front, *part, *last;
		size_t parts, word;
		const char *set;
	} rows[] = {
	    {"", "@all OR ", "@low", 1000, 0, "all"},
	    {"", "@high OR ", "@low", 1000, 0, "low"},
	    {"", "(@low AND nothing) OR ", "@high", 1000, WORDS / 2, "high"},
	    {"", "(@low AND NOT w0000) OR ", "@high", 1000, WORDS / 2, "high"},
	    {"@high OR ", "(@all AND NOT w0000) OR ", "nothing", 1000,
		WORDS / 2, "high"},
	    {"", "(@high OR nothing) AND ", "@low", 1000, 0, "low"},
	    {"", "ANY2(@low, nothing, NOT w0000) OR ", "@high", 500, WORDS / 2,
		"high"},
	    {"w2999 AND ", "(@high OR (@low AND (@all OR nothing))) AND ",
		"@high", 500, 0, "low"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *parts = repeated(rows[i].part, rows[i].parts);
		char *query =
		    xasprintf("%s%s%s", rows[i].front, parts, rows[i].last);
		const struct match_result *result;
		struct conf_topic topic = {0};
		struct desk desk;

		result = word_sets_run(&desk, sets, query, &topic, 1);
		assert_int_equal(result->count, 1);
		expect_words(&result->matches[0], rows[i].word, rows[i].set);
		assert_int_equal(matcher_overruns(desk.matcher), 0);
		/* of nodes that stand in each other four deep at most */
		assert_true(matcher_eval(desk.matcher)->span_cap <=
			    2 * 4 * EVAL_SPANS_MAX);
		desk_close(&desk);
		free(query);
		free(parts);
	}
	word_sets_free(sets);
}

/* An entry costs itself and its places; few spans are sorted. */
static void
explaining_many_topics_takes_few_steps(void **state)
{
	struct word_sets *sets = word_sets_new();
	static struct conf_topic topics[1000];
	const struct match_result *result;
	struct desk desk;

	(void)state;
	result = word_sets_run(&desk, sets, "@low AND @high", topics, 1000);
	assert_int_equal(result->count, 1000);
	expect_words(&result->matches[999], 0, "low");
	assert_int_equal(matcher_overruns(desk.matcher), 0);
	assert_true(matcher_steps(desk.matcher) <= UINT64_C(1000) * 4 * WORDS);
	desk_close(&desk);
	word_sets_free(sets);
}

static void
explanations_that_are_given_up_are_told_and_keep_their_spans(void **state)
{
	struct word_sets *sets = word_sets_new();
	static struct conf_topic topics[100];
	char *parts = repeated("@all AND ", 1000);
	char *query = xasprintf("%s@all", parts);
	const struct match_result *result;
	struct desk desk;
	size_t i;

	(void)state;
	result = word_sets_run(&desk, sets, query, topics, 100);
	assert_int_equal(result->count, 100);
	for (i = 0; i < 100; i++)
		expect_words(&result->matches[i], 0, "all");
	assert_in_range(matcher_overruns(desk.matcher), 1, 99);
	assert_true(matcher_steps(desk.matcher) <=
		    EVAL_STEPS_ITEM_MAX + UINT64_C(100) * EVAL_STEPS_FLOOR);
	desk_close(&desk);
	free(query);
	free(parts);
	word_sets_free(sets);
}

static void
a_regex_that_backtracks_for_ever_is_given_up(void **state)
{
	static const char pattern[] = "(a+)+$";
	char *front = repeated("a", ITEM_TEXT_MAX - 2);
	char *text = xasprintf("%s!", front);
	const char *const fields[MATCH_FIELDS] = {text, text, text};
	struct regexes *regexes = regexes_new();
	struct regex_mistake mistake;
	struct regex_scan *scan;
	uint32_t index;
	size_t count;
	double start;

	(void)state;
	assert_int_equal(regexes_add(regexes, pattern, strlen(pattern), false,
			     &index, &mistake),
	    0);
	scan = regex_scan_new(regexes);
	regex_scan_set(scan, fields);
	start = now_ms();
	(void)regex_scan_find(scan, index, MATCH_TITLE, &count);
	tell("a regex that backtracks for ever", start);
	printf("# %llu steps\n", (unsigned long long)regex_scan_steps(scan));
	assert_int_equal(count, 0);
	assert_true(regex_scan_overruns(scan) > 0);
	/* the last start position may go beyond, by its own limit */
	assert_true(
	    regex_scan_steps(scan) <=
	    REGEX_BUDGET + (uint64_t)REGEX_MATCH_LIMIT * REGEX_STEP_COST);
	regex_scan_free(&scan);
	regexes_free(&regexes);
	free(text);
	free(front);
}

static void
the_topics_beside_such_a_regex_still_match(void **state)
{
	char *front = repeated("a", ITEM_TEXT_MAX - 16);
	char *text = xasprintf("%s! missile", front);
	struct item item = {.title = text, .summary = text, .content = text};
	struct conf_topic topics[2] = {{.name = "slow"}, {.name = "other"}};
	struct desk desk = {.conf = {.topics = topics, .topic_count = 2}};
	const struct match_result *result;

	(void)state;
	text_of(&topics[0].query, "/(a+)+$/ OR /(a|aa)+b/");
	text_of(&topics[1].query, "missile");
	desk_compile(&desk);
	assert_non_null(desk.set);
	result = matcher_run(desk.matcher, &item, NULL);
	assert_int_equal(result->count, 1);
	assert_ptr_equal(result->matches[0].topic, &topics[1]);
	desk_close(&desk);
	free(text);
	free(front);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_query_of_a_mebibyte_is_refused_as_too_long),
	    cmocka_unit_test(
		the_longest_query_is_compiled_and_one_byte_more_is_not),
	    cmocka_unit_test(ten_thousand_parentheses_are_refused),
	    cmocka_unit_test(parentheses_nest_up_to_the_bound),
	    cmocka_unit_test(fields_in_fields_are_answered_however_deep),
	    cmocka_unit_test(more_terms_than_a_query_may_have_are_refused),
	    cmocka_unit_test(every_beginning_of_a_query_is_answered),
	    cmocka_unit_test(every_byte_is_answered_as_a_query),
	    cmocka_unit_test(all_pairs_of_what_is_special_are_answered),
	    cmocka_unit_test(a_hundred_thousand_topics_are_compiled),
	    cmocka_unit_test(a_set_has_so_many_entries_and_no_more),
	    cmocka_unit_test(one_term_repeated_through_an_item_is_bounded),
	    cmocka_unit_test(the_longest_chains_of_nearness_end),
	    cmocka_unit_test(a_dear_match_is_explained_and_raised),
	    cmocka_unit_test(a_topic_given_up_in_all_its_parts_is_counted_once),
	    cmocka_unit_test(dear_topics_leave_each_other_a_share),
	    cmocka_unit_test(one_character_repeated_through_an_item_is_bounded),
	    cmocka_unit_test(nearness_of_large_sets_is_given_up_and_told),
	    cmocka_unit_test(the_list_of_a_set_is_made_once_for_an_item),
	    cmocka_unit_test(
		spans_are_held_in_bounds_and_are_the_first_of_the_text),
	    cmocka_unit_test(explaining_many_topics_takes_few_steps),
	    cmocka_unit_test(
		explanations_that_are_given_up_are_told_and_keep_their_spans),
	    cmocka_unit_test(a_regex_that_backtracks_for_ever_is_given_up),
	    cmocka_unit_test(the_topics_beside_such_a_regex_still_match),
	};

	alarm(ALARM_S);
	return cmocka_run_group_tests_name("topic bounds", tests, NULL, NULL);
}
