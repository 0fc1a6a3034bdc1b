#include <unistd.h>

#include "tests/test.h"
#include "tests/topic_text.h"

#include "lib/alloc.h"
#include "lib/buf.h"
#include "topics/lint.h"

/* Warnings about what compiles: their words and places, and what has none. */

struct bench {
	struct conf conf;
	struct conf_topic topic;
	struct conf_set set;
	struct diag diag;
};

static void
text_of(struct conf_text *text, const char *s)
{
	text_in(text, "topics.conf", s);
}

static void
bench_run(struct bench *bench)
{
	struct topicset *topics = topicset_new(&bench->conf, &bench->diag);

	if (!topics)
		diag_print(&bench->diag, stderr);
	assert_non_null(topics);
	lint_topics(topics, &bench->conf, &bench->diag);
	assert_int_equal(bench->diag.errors, 0);
	topicset_free(&topics);
}

static void
lint_one(struct bench *bench, const char *query)
{
	memset(bench, 0, sizeof(*bench));
	diag_init(&bench->diag);
	bench->topic.name = "t";
	text_of(&bench->topic.query, query);
	bench->conf.path = "wirewatch.conf";
	bench->conf.topics = &bench->topic;
	bench->conf.topic_count = 1;
	bench_run(bench);
}

/* "lang:word"; ":word" counts in any language. */
static void
lint_entries(struct bench *bench, const char *const *words, size_t count)
{
	struct conf_set_entry *entries = xcalloc(count, sizeof(*entries));
	struct arena *arena = arena_new();
	size_t i;

	memset(bench, 0, sizeof(*bench));
	diag_init(&bench->diag);
	for (i = 0; i < count; i++) {
		const char *colon = strchr(words[i], ':');

		if (colon != words[i])
			entries[i].lang = arena_strndup(
			    arena, words[i], (size_t)(colon - words[i]));
		text_of(&entries[i].text, colon + 1);
	}
	bench->set.name = "s";
	bench->set.entries = entries;
	bench->set.entry_count = count;
	bench->conf.path = "wirewatch.conf";
	bench->conf.sets = &bench->set;
	bench->conf.set_count = 1;
	bench_run(bench);
	arena_free(&arena);
	free(entries);
}

#define LINT_ENTRIES(bench, words)                                             \
	lint_entries(bench, words, sizeof(words) / sizeof((words)[0]))

static void
expect_one(struct bench *bench, const char *code, int column, int caret_len,
    const char *message)
{
	const struct diag_entry *entry = bench->diag.entries;

	if (bench->diag.count != 1)
		diag_print(&bench->diag, stderr);
	assert_int_equal(bench->diag.count, 1);
	assert_int_equal(entry->level, DIAG_WARNING);
	assert_string_equal(entry->code, code);
	assert_string_equal(entry->message, message);
	assert_string_equal(entry->file, "topics.conf");
	assert_int_equal(entry->line, 1);
	assert_int_equal(entry->column, column);
	assert_int_equal(entry->caret, column);
	assert_int_equal(entry->caret_len, caret_len);
}

static void
expect_none(const char *query)
{
	struct bench bench;

	lint_one(&bench, query);
	if (bench.diag.count) {
		diag_print(&bench.diag, stderr);
		fail_msg("warns: %s", query);
	}
	diag_clear(&bench.diag);
}

static void
expect_redundant(
    const char *query, int column, int caret_len, const char *message)
{
	struct bench bench;

	lint_one(&bench, query);
	expect_one(&bench, "W230", column, caret_len, message);
	diag_clear(&bench.diag);
}

/* --- letters --- */

static void
a_cyrillic_letter_in_a_latin_word_is_shown(void **state)
{
	struct bench bench;

	(void)state;
	lint_one(&bench, "DPRK AND \xd0\xbcissile");
	expect_one(&bench, "W210", 10, 1,
	    "'м' (U+043C) in 'мissile' is Cyrillic among Latin letters");
	assert_string_equal(
	    bench.diag.entries[0].hint, "did you mean 'missile'?");
	diag_clear(&bench.diag);
}

static void
a_latin_letter_in_a_cyrillic_word_is_shown(void **state)
{
	struct bench bench;

	(void)state;
	/* КНДР with a Latin K */
	lint_one(&bench, "\"ракета KНДР\"");
	expect_one(&bench, "W210", 9, 1,
	    "'K' (U+004B) in 'KНДР' is Latin among Cyrillic letters");
	assert_string_equal(bench.diag.entries[0].hint, "did you mean 'КНДР'?");
	diag_clear(&bench.diag);
}

static void
a_greek_letter_in_the_middle_of_a_word_is_shown(void **state)
{
	struct bench bench;

	(void)state;
	lint_one(&bench, "pyοngyang");
	expect_one(&bench, "W210", 3, 1,
	    "'ο' (U+03BF) in 'pyοngyang' is Greek among Latin letters");
	assert_string_equal(
	    bench.diag.entries[0].hint, "did you mean 'pyongyang'?");
	diag_clear(&bench.diag);
}

static void
an_entry_of_a_set_is_looked_at_too(void **state)
{
	static const char *const words[] = {":DPRK", "en:Кim Jong Un"};
	struct bench bench;

	(void)state;
	LINT_ENTRIES(&bench, words);
	expect_one(&bench, "W210", 1, 1,
	    "'К' (U+041A) in 'Кim' is Cyrillic among Latin letters");
	diag_clear(&bench.diag);
}

static void
words_of_one_script_are_left_alone(void **state)
{
	(void)state;
	expect_none("ракета AND missile AND πύραυλος");
	/* all of its letters look Latin, but all are Cyrillic */
	expect_none("сор OR ВВС OR ТАСС");
	expect_none("ICBM급 AND 북한 AND SLBM발사 AND Xi主席");
	/* a hyphen separates */
	expect_none("VIP-зона OR \"IT-рынок\"");
	/* the ending has no Latin twins: it is meant so */
	expect_none("YouTubeканал OR GPSный");
	expect_none("café OR F-16 OR covid19");
}

/* In one query or set, beside the word that they look like. */
static void
a_word_of_look_alikes_beside_the_true_one_is_shown(void **state)
{
	static const char *const entries[] = {":PAC-3", ":THAAD", ":РАС-3"};
	static const char *const languages[] = {"en:BBC", "ru:ВВС"};
	struct bench bench;

	(void)state;
	lint_one(&bench, "Xi AND (launch OR \"Хі speaks\")");
	expect_one(&bench, "W210", 20, 2,
	    "all of 'Хі' is Cyrillic, but looks like the Latin 'Xi' that "
	    "stands here, too");
	assert_string_equal(
	    bench.diag.entries[0].hint, "did you mean 'Xi' in Latin letters?");
	diag_clear(&bench.diag);
	LINT_ENTRIES(&bench, entries);
	expect_one(&bench, "W210", 1, 3,
	    "all of 'РАС' is Cyrillic, but looks like the Latin 'PAC' that "
	    "stands here, too");
	diag_clear(&bench.diag);
	/* what stands under its own language is meant so */
	LINT_ENTRIES(&bench, languages);
	assert_int_equal(bench.diag.count, 0);
	diag_clear(&bench.diag);
	/* true words of two languages that fold or sound alike */
	expect_none("atom OR атом OR kometa OR комета OR mama OR мама");
	expect_none("cop OR нос OR C-400 OR С-400 OR PAC");
	expect_none("ракета AND ВВС AND ТАСС AND с AND о");
}

static void
both_words_that_may_be_meant_are_shown(void **state)
{
	struct bench bench;

	(void)state;
	lint_one(&bench, "Тop");
	expect_one(&bench, "W210", 1, 1,
	    "'Т' (U+0422) in 'Тop' is Cyrillic among Latin letters");
	assert_string_equal(bench.diag.entries[0].hint,
	    "did you mean 'Top' in Latin or 'Тор' in Cyrillic letters?");
	diag_clear(&bench.diag);
	lint_one(&bench, "ТASS");
	assert_string_equal(bench.diag.entries[0].hint, "did you mean 'TASS'?");
	diag_clear(&bench.diag);
}

static void
regular_expressions_and_values_are_looked_at_too(void **state)
{
	struct bench bench;

	(void)state;
	lint_one(&bench, "a1 AND /\\b\\x{41}Сhina/i");
	expect_one(&bench, "W210", 17, 1,
	    "'С' (U+0421) in 'Сhina' is Cyrillic among Latin letters");
	diag_clear(&bench.diag);
	lint_one(&bench, "a1 AND source:\"Сhina Daily\"");
	expect_one(&bench, "W210", 16, 1,
	    "'С' (U+0421) in 'Сhina' is Cyrillic among Latin letters");
	diag_clear(&bench.diag);
	/* escapes, classes and names are no words */
	expect_none("a1 AND /\\bСША\\b|[СC]hina|[а-яa-z]+|\\p{Cyrillic}/");
	expect_none("a1 AND /(?<name>КНДР)\\dКНДР\\wСША[]аa]x/");
	expect_none("a1 AND url:*/север/* AND source:ТАСС");
}

static void
a_flag_behind_a_blank_is_shown(void **state)
{
	struct bench bench;

	(void)state;
	lint_one(&bench, "missile AND (/kn-[0-9]/ i)");
	expect_one(&bench, "W241", 25, 1,
	    "'i' is a word here, not the flag of the regular expression "
	    "before it");
	assert_string_equal(bench.diag.entries[0].hint,
	    "/.../i without a blank to ignore case, or \"i\" for the word");
	diag_clear(&bench.diag);
	lint_one(&bench, "missile -/kn/ i");
	assert_int_equal(bench.diag.count, 1);
	diag_clear(&bench.diag);
	expect_none("missile /kn/i i");
	expect_none("missile /kn/ \"i\"");
	expect_none("missile /kn/ AND i");
	expect_none("i missile /kn/ ii");
}

static void
a_term_without_capitals_in_allcaps_is_shown(void **state)
{
	struct bench bench;

	(void)state;
	lint_one(&bench, "missile AND ALLCAPS(北韓 OR thaad)");
	expect_one(&bench, "W242", 21, 2,
	    "'北韓' is never written in capitals: never true in ALLCAPS");
	diag_clear(&bench.diag);
	lint_one(&bench, "title:ALLCAPS(=Nato)");
	expect_one(&bench, "W242", 15, 5,
	    "'=Nato' is never written in capitals: never true in ALLCAPS");
	diag_clear(&bench.diag);
	expect_none("ALLCAPS(=NATO OR \"b 21\" OR ВВС OR \"ωμεγα\")");
	expect_none("ALLCAPS(ICBM급 OR 金*恩)");
	expect_none("北韓 OR =Nato");
}

static void
words_of_scripts_without_blanks_are_shown_once(void **state)
{
	static const char *const entries[] = {
	    ":missile", "th:\u0e82\u0eb5", "th:\u0e02\u0e35\u0e1b"};
	struct bench bench;

	(void)state;
	lint_one(&bench, "a1 OR \"x \u0e02\u0e35\u0e1b\" OR \u0e44\u0e17");
	expect_one(&bench, "W220", 10, 3,
	    "'\u0e02\u0e35\u0e1b' is found only between blanks or marks, and "
	    "Thai is written without them");
	assert_string_equal(bench.diag.entries[0].hint,
	    "/\u0e02\u0e35\u0e1b/ joined to a word finds it anywhere");
	diag_clear(&bench.diag);
	LINT_ENTRIES(&bench, entries);
	expect_one(&bench, "W220", 1, 2,
	    "'\u0e82\u0eb5' is found only between blanks or marks, and Lao is "
	    "written without them");
	diag_clear(&bench.diag);
	lint_one(&bench, "\u1780\u17b6");
	assert_non_null(strstr(bench.diag.entries[0].message, "Khmer"));
	diag_clear(&bench.diag);
	lint_one(&bench, "title:\u1000\u102c*");
	assert_non_null(strstr(bench.diag.entries[0].message, "Burmese"));
	diag_clear(&bench.diag);
	expect_none("a1 AND /\u0e02\u0e35\u0e1b/ AND source:\u0e44\u0e17");
	expect_none("북한 OR 朝鲜 OR मिसाइल OR صاروخ");
}

/* --- terms that others cover --- */

static void
what_stands_twice_is_shown(void **state)
{
	static const struct {
		const char *query;
		int column;
		int len;
		const char *message;
	} twice[] = {
	    {"ANY2(a1, b1, A1)", 14, 2,
		"this stands twice in the same ANY, and counts twice"},
	    {"ANY2(a1 NEAR/3 b1, a1 NEAR/3 b1)", 20, 12,
		"this stands twice in the same ANY, and counts twice"},
	    {"a1 b1 a1", 7, 2, "this stands twice in the same AND"},
	    {"a1 AND role:state AND role:state", 23, 10,
		"this stands twice in the same AND"},
	    {"(a1 b1) OR (a1 b1)", 13, 5, "this stands twice in the same OR"},
	    {"a1 b1 NOT a1", 7, 6,
		"this stands in the same AND with and without NOT: never "
		"true"},
	    {"NOT a1 AND b1 a1", 15, 2,
		"this stands in the same AND with and without NOT: never "
		"true"},
	};
	struct bench bench;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(twice) / sizeof(twice[0]); i++) {
		lint_one(&bench, twice[i].query);
		expect_one(&bench, "W232", twice[i].column, twice[i].len,
		    twice[i].message);
		diag_clear(&bench.diag);
	}
	expect_none("ANY2(a1, title:a1, =A1, FIRST3(a1))");
	expect_none("a1 NEAR/3 a1");
	expect_none("(a1 NEAR/3 b1) AND (a1 NEAR/4 b1) AND (b1 NEAR/3 a1)");
	expect_none("a1 AND lang:en AND -lang:ko AND -role:en");
}

/* In FIRSTn what begins late is not counted, though its words are the same. */
static void
among_the_first_words_only_the_same_words_cover(void **state)
{
	(void)state;
	expect_none("FIRST5(missile OR \"ballistic missile\")");
	expect_none("lead:(missile OR \"ballistic missile\")");
	expect_redundant("lead:(missile* OR missiles)", 19, 8,
	    "'missile*' makes 'missiles' in the same OR redundant");
	expect_redundant("missile OR lead:\"ballistic missile\"", 17, 19,
	    "'missile' anywhere makes 'ballistic missile' in the same OR "
	    "redundant");
}

static void
equal_terms_of_one_or_are_redundant(void **state)
{
	(void)state;
	expect_redundant("missile OR rocket OR Missile", 22, 7,
	    "'missile' makes 'Missile' in the same OR redundant");
	expect_redundant("a AND (café OR (b OR cafe))", 22, 4,
	    "'café' makes 'cafe' in the same OR redundant");
	expect_redundant("朝鲜 OR 朝鮮", 7, 2,
	    "'朝鲜' makes '朝鮮' in the same OR redundant");
	expect_redundant("=NK OR a OR =NK", 13, 3,
	    "'=NK' makes '=NK' in the same OR redundant");
}

static void
a_word_makes_a_phrase_with_it_redundant(void **state)
{
	(void)state;
	expect_redundant("\"missile launch\" OR missile", 1, 16,
	    "'missile' makes 'missile launch' in the same OR redundant");
	expect_redundant("\"Kim Jong\" OR \"leader Kim Jong Un\"", 15, 20,
	    "'Kim Jong' makes 'leader Kim Jong Un' in the same OR redundant");
	expect_redundant("发射 OR 导弹发射", 7, 4,
	    "'发射' makes '导弹发射' in the same OR redundant");
	expect_redundant("title:(missile OR \"missile launch\")", 19, 16,
	    "'missile' makes 'missile launch' in the same OR redundant");
	expect_redundant("ALLCAPS(thaad) OR THAAD", 9, 5,
	    "'THAAD' in any case makes 'thaad' in the same OR redundant");
	/* in the title is somewhere */
	expect_redundant("title:missile OR missile", 7, 7,
	    "'missile' anywhere makes 'missile' in the same OR redundant");
}

static void
a_wildcard_makes_the_words_it_takes_redundant(void **state)
{
	(void)state;
	expect_redundant("missile* OR missiles", 13, 8,
	    "'missile*' makes 'missiles' in the same OR redundant");
	expect_redundant("missile* OR mis*", 1, 8,
	    "'mis*' makes 'missile*' in the same OR redundant");
	expect_redundant("missile* OR \"two missiles fired\"", 13, 20,
	    "'missile*' makes 'two missiles fired' in the same OR redundant");
	expect_redundant("\"North Korea*\" OR \"North Koreans\"", 19, 15,
	    "'North Korea*' makes 'North Koreans' in the same OR redundant");
	expect_redundant("missile OR =Missile", 12, 8,
	    "'missile' makes '=Missile' in the same OR redundant");
}

static void
what_is_not_the_same_or_is_left_alone(void **state)
{
	(void)state;
	expect_none("(missile OR a) AND (missile OR b)");
	expect_none("missile AND \"missile launch\"");
	expect_none("title:missile OR summary:missile");
	expect_none("ANY2(missile, \"missile launch\", a)");
	expect_none("=NK OR nkorea OR NKs");
	expect_none("=missile OR \"missile launch\" OR Missiles");
	expect_none("\"a b\" OR \"b a\" OR \"a x b\"");
	/* letters inside of a word are no word */
	expect_none("ship OR shipment OR \"war ships\"");
	expect_none("miss*le OR missile OR miss?le");
}

static void
beside_others_only_the_same_words_cover(void **state)
{
	(void)state;
	/* the phrase is one word farther from b */
	expect_none("(missile OR \"missile launch\") NEAR/3 b");
	expect_none("ATLEAST2(missile OR \"two missiles\")");
	expect_redundant("(missile* OR missiles) PRE/3 b", 14, 8,
	    "'missile*' makes 'missiles' in the same OR redundant");
	expect_redundant("(a OR A) NEAR/3 b", 7, 1,
	    "'a' makes 'A' in the same OR redundant");
}

static void
entries_of_a_set_are_compared_within_their_languages(void **state)
{
	static const char *const duplicate[] = {
	    "en:missile", "ru:missile", "en:MISSILE"};
	static const char *const covered[] = {
	    "ko:북한", "en:launches", ":launch*"};
	static const char *const fine[] = {"ko:=北", "zh:朝鲜", "ja:朝鮮",
	    ":missile", "en:missile launch", "en:rocket*", "fr:rockets"};
	struct bench bench;

	(void)state;
	LINT_ENTRIES(&bench, duplicate);
	expect_one(&bench, "W231", 1, 7,
	    "'MISSILE' is a duplicate of 'missile' in the same set");
	diag_clear(&bench.diag);
	LINT_ENTRIES(&bench, covered);
	expect_one(&bench, "W230", 1, 8,
	    "'launch*' of any language makes 'launches' in the same set redundant");
	diag_clear(&bench.diag);
	LINT_ENTRIES(&bench, fine);
	assert_int_equal(bench.diag.count, 0);
	diag_clear(&bench.diag);
}

static void
what_raises_a_topic_is_looked_at_too(void **state)
{
	struct bench bench = {0};

	(void)state;
	diag_init(&bench.diag);
	bench.topic.name = "t";
	text_of(&bench.topic.query, "missile");
	text_of(&bench.topic.raise, "nuclear OR ICBM OR nuclear");
	bench.topic.raise_to = SEVERITY_FLASH;
	bench.conf.topics = &bench.topic;
	bench.conf.topic_count = 1;
	bench_run(&bench);
	expect_one(&bench, "W230", 20, 7,
	    "'nuclear' makes 'nuclear' in the same OR redundant");
	diag_clear(&bench.diag);
}

static void
only_so_many_warnings_are_shown(void **state)
{
	const size_t terms = LINT_WARNINGS_MAX + 21;
	struct bench bench;
	struct buf query;
	size_t i;

	(void)state;
	buf_init(&query, 0);
	for (i = 0; i < terms; i++)
		buf_addstr(&query, i ? " OR missile" : "missile");
	lint_one(&bench, buf_str(&query));
	assert_int_equal(bench.diag.count, LINT_WARNINGS_MAX + 1);
	assert_string_equal(bench.diag.entries[LINT_WARNINGS_MAX].message,
	    "20 more warnings about topics are not shown");
	assert_string_equal(
	    bench.diag.entries[LINT_WARNINGS_MAX].file, "wirewatch.conf");
	diag_clear(&bench.diag);
	buf_clear(&query);
}

/* Comparing all pairs would take minutes; the alarm is generous. */
static void
the_largest_set_is_looked_at_without_comparing_pairs(void **state)
{
	const size_t count = 20000;
	const char **words = xcalloc(count, sizeof(*words));
	struct bench bench;
	size_t i;

	(void)state;
	for (i = 0; i < count; i++)
		words[i] = xasprintf(
		    ":Kim Jong%s %zu", i % 2 ? "" : " Un of Pyongyang", i);
	lint_entries(&bench, words, count);
	assert_int_equal(bench.diag.count, 0);
	diag_clear(&bench.diag);
	for (i = 0; i < count; i++)
		free((char *)words[i]);
	free(words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_cyrillic_letter_in_a_latin_word_is_shown),
	    cmocka_unit_test(a_latin_letter_in_a_cyrillic_word_is_shown),
	    cmocka_unit_test(a_greek_letter_in_the_middle_of_a_word_is_shown),
	    cmocka_unit_test(an_entry_of_a_set_is_looked_at_too),
	    cmocka_unit_test(words_of_one_script_are_left_alone),
	    cmocka_unit_test(
		a_word_of_look_alikes_beside_the_true_one_is_shown),
	    cmocka_unit_test(both_words_that_may_be_meant_are_shown),
	    cmocka_unit_test(regular_expressions_and_values_are_looked_at_too),
	    cmocka_unit_test(a_flag_behind_a_blank_is_shown),
	    cmocka_unit_test(a_term_without_capitals_in_allcaps_is_shown),
	    cmocka_unit_test(words_of_scripts_without_blanks_are_shown_once),
	    cmocka_unit_test(what_stands_twice_is_shown),
	    cmocka_unit_test(among_the_first_words_only_the_same_words_cover),
	    cmocka_unit_test(equal_terms_of_one_or_are_redundant),
	    cmocka_unit_test(a_word_makes_a_phrase_with_it_redundant),
	    cmocka_unit_test(a_wildcard_makes_the_words_it_takes_redundant),
	    cmocka_unit_test(what_is_not_the_same_or_is_left_alone),
	    cmocka_unit_test(beside_others_only_the_same_words_cover),
	    cmocka_unit_test(
		entries_of_a_set_are_compared_within_their_languages),
	    cmocka_unit_test(what_raises_a_topic_is_looked_at_too),
	    cmocka_unit_test(only_so_many_warnings_are_shown),
	    cmocka_unit_test(
		the_largest_set_is_looked_at_without_comparing_pairs),
	};

	alarm(60);
	return cmocka_run_group_tests_name("lint", tests, NULL, NULL);
}
