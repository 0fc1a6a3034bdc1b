#include "tests/test.h"
#include "tests/topic_text.h"

#include "lib/alloc.h"
#include "lib/buf.h"
#include "topics/eval.h"
#include "topics/query.h"
#include "topics/topic.h"

/*
 * Topics against items: operators by table, and random queries against an
 * evaluator that is as simple as can be.
 */
#define TOPICS_MAX 64

struct desk {
	struct conf conf;
	struct conf_topic topics[TOPICS_MAX];
	char names[TOPICS_MAX][24];
	struct topicset *set;
	struct matcher *matcher;
	const struct match_result *result;
};

static void
text_of(struct conf_text *text, const char *s)
{
	text_in(text, "test", s);
}

static struct conf_set_entry *
entries_of(const char *const *words, size_t count)
{
	struct conf_set_entry *entries = xcalloc(count, sizeof(*entries));
	size_t i;

	for (i = 0; i < count; i++) {
		const char *colon = strchr(words[i], ':');

		entries[i].lang =
		    *words[i] == ':'
			? NULL
			: xstrndup(words[i], (size_t)(colon - words[i]));
		text_of(&entries[i].text, colon + 1);
	}
	return entries;
}

/* "lang:word"; ":word" counts in any language. */
static const char *const dprk_words[] = {":North Korea*", ":N. Korea*", ":DPRK",
    ":북한", "ko:=北", "zh:朝鲜", "ja:北朝鮮", "ru:КНДР", "ru:Северн* Коре*",
    "en:Pyongyang", ":\"Kim Jong Un\""};
static const char *const launch_words[] = {
    ":launch*", ":fire*", ":test*", ":발사", ":发射", ":ミサイル発射"};
static const char *const weapon_words[] = {
    ":missile*", ":ICBM", ":미사일", ":导弹", ":ミサイル", ":ракет*"};

#define WORDS(words) entries_of(words, sizeof(words) / sizeof((words)[0]))
#define COUNT(words) (sizeof(words) / sizeof((words)[0]))

static struct conf_set *
make_sets(void)
{
	struct conf_set *sets = xcalloc(3, sizeof(*sets));

	sets[0].name = "dprk";
	sets[0].entries = WORDS(dprk_words);
	sets[0].entry_count = COUNT(dprk_words);
	sets[1].name = "launch";
	sets[1].entries = WORDS(launch_words);
	sets[1].entry_count = COUNT(launch_words);
	sets[2].name = "weapon";
	sets[2].entries = WORDS(weapon_words);
	sets[2].entry_count = COUNT(weapon_words);
	return sets;
}

static void
free_sets(struct conf_set *sets)
{
	size_t i, k;

	for (i = 0; i < 3; i++) {
		for (k = 0; k < sets[i].entry_count; k++)
			free((char *)sets[i].entries[k].lang);
		free(sets[i].entries);
	}
	free(sets);
}

/* Compiles queries; fails the test if one of them is refused. */
static void
desk_open(struct desk *desk, const char *const *queries, size_t count)
{
	struct diag diag;
	size_t i;

	memset(desk, 0, sizeof(*desk));
	assert_true(count <= TOPICS_MAX);
	desk->conf.sets = make_sets();
	desk->conf.set_count = 3;
	desk->conf.topics = desk->topics;
	desk->conf.topic_count = count;
	for (i = 0; i < count; i++) {
		snprintf(desk->names[i], sizeof(desk->names[i]), "t%zu", i);
		desk->topics[i].name = desk->names[i];
		text_of(&desk->topics[i].query, queries[i]);
	}
	diag_init(&diag);
	desk->set = topicset_new(&desk->conf, &diag);
	if (!desk->set)
		diag_print(&diag, stderr);
	assert_non_null(desk->set);
	diag_clear(&diag);
	desk->matcher = matcher_new(desk->set);
}

static void
desk_close(struct desk *desk)
{
	matcher_free(&desk->matcher);
	topicset_free(&desk->set);
	free_sets(desk->conf.sets);
}

static bool
desk_has(const struct desk *desk, size_t topic)
{
	size_t i;

	for (i = 0; i < desk->result->count; i++) {
		if (desk->result->matches[i].topic == &desk->topics[topic])
			return true;
	}
	return false;
}

static bool
is_match(const char *query, const struct item *item,
    const struct match_source *source)
{
	struct desk desk;
	bool found;

	desk_open(&desk, &query, 1);
	desk.result = matcher_run(desk.matcher, item, source);
	found = desk_has(&desk, 0);
	desk_close(&desk);
	return found;
}

struct row {
	const char *query;
	const char *title;
	bool want;
};

static void
check_rows(const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct item item = {.title = rows[i].title};

		if (is_match(rows[i].query, &item, NULL) != rows[i].want)
			fail_msg("%s %s: %s", rows[i].query,
			    rows[i].want ? "misses" : "takes", rows[i].title);
	}
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void
and_or_and_not_have_their_truth_tables(void **state)
{
	static const struct row rows[] = {
	    {"a AND b", "", false},
	    {"a AND b", "a", false},
	    {"a AND b", "b", false},
	    {"a AND b", "b a", true},
	    {"a b", "a", false},
	    {"a b", "b x a", true},
	    {"a OR b", "x", false},
	    {"a OR b", "a", true},
	    {"a OR b", "b", true},
	    {"a NOT b", "a", true},
	    {"a NOT b", "a b", false},
	    {"a AND NOT b", "b", false},
	    {"a -b", "a", true},
	    {"a -b", "b a", false},
	    {"a -(b c)", "a b", true},
	    {"a -(b c)", "a b c", false},
	    {"a AND (b OR NOT c)", "a", true},
	    {"a AND (b OR NOT c)", "a c", false},
	    {"a AND (b OR NOT c)", "a b c", true},
	    {"(a OR b) AND (c OR d)", "a c", true},
	    {"(a OR b) AND (c OR d)", "a b", false},
	    {"NOT a NEAR/2 b AND c", "c a", true},
	    {"NOT a NEAR/2 b AND c", "c a b", false},
	};

	(void)state;
	CHECK(rows);
}

static void
words_and_phrases_are_found_whole(void **state)
{
	static const struct row rows[] = {
	    {"missile", "Missiles fly", false},
	    {"missile", "the MISSILE!", true},
	    {"missile", "Missile's path", true},
	    {"missile", "missile\xe2\x80\x99s path", true},
	    {"missile's", "missile", true},
	    {"\"ballistic missile\"", "a ballistic missile", true},
	    {"\"ballistic missile\"", "ballistic-missile", true},
	    {"\"ballistic missile\"", "ballistic, missile", true},
	    {"\"ballistic missile\"", "missile ballistic", false},
	    {"\"ballistic missile\"", "ballistic cruise missile", false},
	    {"solid-fuel", "a solid fuel engine", true},
	    {"solid-fuel", "solidfuel", false},
	    {"\"Punggye-ri\"", "at Punggye ri", true},
	    {"U.N.", "the UN says", true},
	    {"UN", "the U.N. says", true},
	    {"UN", "the U.N.'s envoy", true},
	    {"UN", "u.n. is not it", false},
	    {"DPRK", "D.P.R.K fires", true},
	    {"\"N. Korea\"", "N. Korea fires", true},
	    {"\"N. Korea\"", "N.Korea fires", true},
	    {"PM", "at 3 p.m. today", false},
	    {"café", "CAFE", true},
	    {"\"a b c d\"", "a b c a b c d", true},
	    {"\"a a b\"", "a a a b", true},
	};

	(void)state;
	CHECK(rows);
}

static void
wildcards_stay_inside_one_word(void **state)
{
	static const struct row rows[] = {
	    {"missil*", "missiles", true},
	    {"missil*", "missil", true},
	    {"missil*", "missal", false},
	    {"mis*le", "missile", true},
	    {"mis*le", "mis a le", false},
	    {"wom?n", "women", true},
	    {"wom?n", "womn", false},
	    {"wom?n", "woman", true},
	    {"h?asong", "hwasong", true},
	    {"\"north* korea*\"", "Northern Koreans", true},
	    {"\"ballistic missil*\"", "ballistic missiles", true},
	    {"\"ballistic missil*\"", "ballistic", false},
	    {"\"nuclear test* site\"", "a nuclear testing site", true},
	    {"Северн*", "Северной Кореи", true},
	    {"\"Северн* Коре*\"", "Северная Корея", true},
	    {"counterprolifer*", "counterproliferation", true},
	    {"counterproliferationist*", "counterproliferation", false},
	    {"金*恩", "金正恩", true},
	    {"金?恩", "金正恩", true},
	    {"金?恩", "金恩", false},
	    {"金*恩", "金 正恩", false},
	    {"金*恩", "金一二三四五六七八恩", true},
	    {"金*恩", "金一二三四五六七八九恩", false},
	    {"발사*", "발사했다", true},
	    {"K?-23", "KN-23", true},
	};

	(void)state;
	CHECK(rows);
}

static void
every_script_is_read(void **state)
{
	static const struct row rows[] = {
	    {"미사일", "단거리탄도미사일을 발사", true},
	    {"\"탄도 미사일\"", "단거리탄도미사일을", true},
	    {"\"탄도 미사일\"", "탄도 미사일", true},
	    {"탄도미사일", "탄도 미사일", false},
	    {"사드", "모사드 국장", true},
	    {"导弹", "朝鲜試射導彈", true},
	    {"發射", "朝鲜发射", true},
	    {"発射", "朝鮮發射", true},
	    {"朝鮮", "朝鲜", true},
	    {"北朝鮮", "北朝鮮がミサイル", true},
	    {"北朝鮮", "北 朝鮮", false},
	    {"ミサイル", "弾道ﾐｻｲﾙ発射", true},
	    {"КНДР", "кндр запустила", true},
	    {"ракета", "РАКЕТА", true},
	    {"ICBM", "ＩＣＢＭ発射", true},
	    {"\"KN-23 미사일\"", "KN-23미사일", true},
	    {"5G网络", "5G 网络", true},
	    {"ελλάς", "ΕΛΛΑΣ", true},
	    {"straße", "STRASSE", true},
	};

	(void)state;
	CHECK(rows);
}

static void
an_exact_term_is_matched_as_written(void **state)
{
	static const struct row rows[] = {
	    {"=North", "North", true},
	    {"=North", "north", false},
	    {"=AIDS", "aids and AIDS", true},
	    {"=café", "cafe", false},
	    {"=café", "caf\xc3\xa9", true},
	    {"=café", "cafe\xcc\x81", true},
	    {"=\"Kim Jong Un\"", "Kim Jong-Un", true},
	    {"=\"Kim Jong Un\"", "kim jong un", false},
	    {"=朝鲜", "朝鮮", false},
	    {"=朝鲜", "朝鲜", true},
	    {"=U.N.", "UN", true},
	    {"=U.N.", "un", false},
	    {"=Miss*", "Missiles", true},
	    {"=Miss*", "missiles", false},
	    {"=北", "湖北", false},
	    {"=北", "北, 미사일", true},
	    {"=北", "北미사일", true},
	    {"=北", "北の", true},
	    {"=北", "北朝鮮", false},
	    {"=北", "the 北 x", true},
	    {"=사드", "모사드", false},
	    {"=사드", "\"사드\" 배치", true},
	};

	(void)state;
	CHECK(rows);
}

static void
nearness_counts_words_and_half_words(void **state)
{
	static const struct row rows[] = {
	    {"a NEAR/1 b", "a b", true},
	    {"a NEAR/1 b", "b a", true},
	    {"a NEAR/1 b", "a x b", false},
	    {"a NEAR/2 b", "a x b", true},
	    {"a NEAR/2 b", "b x x a", false},
	    {"a PRE/2 b", "a x b", true},
	    {"a PRE/2 b", "b a", false},
	    {"a PRE/1 b", "b a b", true},
	    {"\"a b\" NEAR/2 c", "a b x c", true},
	    {"\"a b\" NEAR/1 c", "a b x c", false},
	    {"c NEAR/1 \"a b\"", "a b c", true},
	    {"a NEAR/3 a", "a", false},
	    {"a NEAR/3 a", "a x a", true},
	    {"China NEAR/5 \"South China Sea\"", "South China Sea", false},
	    {"北 NEAR/1 鲜", "北朝鲜", true},
	    {"北 NEAR/1 鲜", "北一朝鲜", false},
	    {"北 NEAR/2 鲜", "北一二三鲜", true},
	    {"北 NEAR/2 鲜", "北一二三四鲜", false},
	    {"朝鲜 NEAR/8 导弹", "朝鲜一二三四五六七八九十一二三四五导弹",
		true},
	    {"朝鲜 NEAR/8 导弹", "朝鲜一二三四五六七八九十一二三四五六导弹",
		false},
	    {"(a OR b) NEAR/1 (c OR d)", "b d", true},
	    {"(a OR b) NEAR/1 (c OR d)", "a b", false},
	    {"a NEAR/1 b NEAR/1 c", "a b c", true},
	    {"a NEAR/1 b NEAR/1 c", "b a c", true},
	    {"a NEAR/1 b NEAR/1 c", "a b x c", false},
	    {"(a NEAR/2 b) PRE/1 c", "b a c", true},
	    {"@launch NEAR/8 @weapon", "N. Korea fires a missile", true},
	    {"@launch NEAR/8 @weapon", "북한, 탄도미사일 발사", true},
	    {"missile* NEAR/2 fire*", "missiles were fired", true},
	};

	(void)state;
	CHECK(rows);
}

static void
excluding_nearness_keeps_what_stands_apart(void **state)
{
	static const struct row rows[] = {
	    {"a NOT NEAR/2 b", "a", true},
	    {"a NOT NEAR/2 b", "b", false},
	    {"a NOT NEAR/2 b", "a x b", false},
	    {"a NOT NEAR/2 b", "b x a", false},
	    {"a NOT NEAR/2 b", "a x x b", true},
	    {"a NOT NEAR/2 b", "a b x x x a", true},
	    {"a NOT PRE/2 b", "b a", true},
	    {"a NOT PRE/2 b", "a b", false},
	    {"China NOT NEAR/1 \"South China Sea\"", "South China Sea", false},
	    {"China NOT NEAR/1 \"South China Sea\"",
		"in the South China Sea, says Japan of China", true},
	    {"launch* NOT NEAR/4 (investigation OR probe)",
		"launches investigation", false},
	    {"(a NOT NEAR/1 b) NEAR/1 c", "a b c a", true},
	    {"(a NOT NEAR/1 b) NEAR/1 c", "c a b", false},
	};

	(void)state;
	CHECK(rows);
}

/* The same on summaries, which have paragraphs. */
static void
check_summaries(const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct item item = {.title = "", .summary = rows[i].title};

		if (is_match(rows[i].query, &item, NULL) != rows[i].want)
			fail_msg("%s %s: %s", rows[i].query,
			    rows[i].want ? "misses" : "takes", rows[i].title);
	}
}

#define CHECK_SUMMARIES(rows)                                                  \
	check_summaries(rows, sizeof(rows) / sizeof((rows)[0]))

static void
one_sentence_holds_all_operands_in_any_order(void **state)
{
	static const struct row rows[] = {
	    {"a W/S b", "A x x x B.", true},
	    {"a W/S b", "B x x x A.", true},
	    {"a W/S b", "One a xx. Two b.", false},
	    {"a W/S b", "One a xx.\nB", false},
	    {"a W/S b", "x a xx. b x", true},
	    {"a W/S b", "Not a xx. Not b xx. Yes a and b.", true},
	    {"a W/S b", "xx.\n\n\n.\n\na b", true},
	    {"a W/S b", "a", false},
	    {"a W/S a", "a", false},
	    {"a W/S a", "a xx. A", false},
	    {"a W/S a", "a x a", true},
	    /* a third may stand between the first two */
	    {"a W/S b W/S c", "a c b", true},
	    {"a W/S b W/S c", "c x a x b", true},
	    {"a W/S b W/S c", "a b xx. C", false},
	    {"a W/S (b W/S c)", "b a c", true},
	    {"a W/S b W/S a", "a b", false},
	    {"a W/S b W/S a", "a b a", true},
	    /* no token is shared */
	    {"China W/S \"South China Sea\"", "South China Sea", false},
	    {"China W/S \"South China Sea\"", "South China Sea, China", true},
	    {"\"a b\" W/S \"b c\"", "a b c", false},
	    {"\"a b\" W/S \"b c\"", "a b c, b c", true},
	    /* a phrase across the border lies in no sentence */
	    {"\"aa b\" W/S c", "C xx aa. B c", false},
	    {"\"aa b\" W/S c", "C xx aa, b c", true},
	    {"(a OR b) W/S (c OR d)", "x. B and d.", true},
	    {"(a OR b) W/S (c OR d)", "A and b xx. C and d.", false},
	    {"(a NEAR/1 b) W/S c", "a b x x x c", true},
	    {"(a NEAR/1 b) W/S c", "a x b c", false},
	    {"(a W/S b) NEAR/1 c", "a x b c", true},
	    {"(a W/S b) PRE/1 c", "c a x b", false},
	    {"a NOT NEAR/2 (b W/S c)", "a b x c", false},
	    {"ATLEAST2(a W/S b)", "a b", false},
	    {"ATLEAST2(a W/S b)", "a b xx. Then b a.", true},
	    {"a AND NOT (a W/S b)", "a xx. B", true},
	    {"a AND NOT (a W/S b)", "a b", false},
	    {"@dprk W/S @weapon", "N. Korea has no missiles.", true},
	    {"@dprk W/S @weapon", "Kim Jong Un spoke. Missiles flew.", false},
	    {"\ubd81\ud55c W/S \ubbf8\uc0ac\uc77c",
		"\ubd81\ud55c\uc740 \ubc1c\uc0ac\ud588\ub2e4. "
		"\ubbf8\uc0ac\uc77c\uc740 \ub0a0\uc558\ub2e4.",
		false},
	    {"\u671d\u9bae W/S \u5bfc\u5f39",
		"\u671d\u9c9c\u53d1\u5c04\u5bfc\u5f39\u3002", true},
	};

	(void)state;
	CHECK_SUMMARIES(rows);
}

static void
one_paragraph_holds_all_operands(void **state)
{
	static const struct row rows[] = {
	    {"a W/P b", "A xx. Then b.", true},
	    {"a W/P b", "B xx. Then a.\nC", true},
	    {"a W/P b", "A xx.\nThen b.", false},
	    {"a W/P b", "A xx.\n\nThen b.", false},
	    {"a W/P b", "A xx.\xe2\x80\xa9Then b.", false},
	    {"a W/P b W/P c", "A xx. C xx. B.", true},
	    {"(a W/S b) W/P c", "A b xx. C.", true},
	    {"(a W/S b) W/P c", "A xx. B c.", false},
	    {"(a W/P b) W/S c", "A xx. C b.", false},
	    {"(a W/P b) W/S c", "C a b.", true},
	    {"(a W/P b) W/S c", "c x a b.", true},
	    {"(a W/P b) W/S c", "A b c.", true},
	};

	(void)state;
	CHECK_SUMMARIES(rows);
}

static void
fields_are_borders_of_sentences_and_paragraphs(void **state)
{
	const struct item item = {
	    .title = "a x", .summary = "b y", .content = "a b"};

	(void)state;
	assert_false(is_match("x W/S y", &item, NULL));
	assert_false(is_match("x W/P y", &item, NULL));
	assert_true(is_match("a W/S b", &item, NULL));
	assert_false(is_match("title:(a W/S b)", &item, NULL));
	assert_true(is_match("x W/S title:a", &item, NULL));
}

static void
a_phrase_goes_on_across_a_newline(void **state)
{
	static const struct row rows[] = {
	    {"\"ballistic missile\"", "ballistic\nmissile", true},
	    {"a NEAR/1 b", "a\nb", true},
	    {"\"\ubd81\ud55c \ubbf8\uc0ac\uc77c\"",
		"\ubd81\ud55c\n\ubbf8\uc0ac\uc77c", true},
	    {"\ubd81\ud55c", "\ubd81\n\ud55c", false},
	};

	(void)state;
	CHECK_SUMMARIES(rows);
}

/* Many ways to choose in one sentence, and more sentences behind it. */
static void
choices_in_one_sentence_are_bounded_and_hide_no_other(void **state)
{
	struct item item = {.title = ""};
	struct buf text;
	int i;

	(void)state;
	buf_init(&text, 0);
	for (i = 0; i < 1000; i++)
		assert_int_equal(buf_addstr(&text, "a b c "), 0);
	assert_int_equal(buf_addstr(&text, "\nA b c d"), 0);
	item.summary = buf_str(&text);
	assert_true(is_match("a W/S b W/S c", &item, NULL));
	assert_true(is_match("(a W/S b W/S c) NEAR/1 d", &item, NULL));
	assert_true(is_match("a W/S b W/S c W/S d", &item, NULL));
	assert_false(is_match("a W/S b W/S c W/S d W/S d", &item, NULL));
	buf_clear(&text);
}

static void
a_regex_stands_where_a_word_can(void **state)
{
	static const struct row rows[] = {
	    {"/KN-\\d+/", "the KN-23 flew", true},
	    {"/KN-\\d+/", "the kn-23 flew", false},
	    {"/KN-\\d+/i", "the kn-23 flew", true},
	    {"/caf\u00e9/", "cafe", false},
	    {"/caf\u00e9/i", "CAF\u00c9", true},
	    {"/a\\/b/", "a/b", true},
	    {"/\\p{Hangul}{3}/", "\ubbf8\uc0ac\uc77c", true},
	    {"missile /\\b\\d+ ?km\\b/", "missile flew 500km", true},
	    {"missile /\\b\\d+ ?km\\b/", "missile flew far", false},
	    {"missile -/test/", "missile test", false},
	    {"missile -/test/", "missile", true},
	    {"/a+b/ OR x", "aab", true},
	    {"(/a+b/ OR x) y", "aab y", true},
	    {"ANY2(/a./, /b./, c)", "ax bx", true},
	    {"ANY2(/a./, /b./, c)", "ax", false},
	    {"ALLCAPS(/thaad/i)", "the THAAD", true},
	    {"ALLCAPS(/thaad/i)", "the Thaad", false},
	    {"ALLCAPS(/thaad/i)", "the Thaad and THAAD", true},
	};

	(void)state;
	CHECK(rows);
}

static void
a_regex_counts_within_its_scope(void **state)
{
	const struct item item = {.title = "KN-23 flies",
	    .summary = "one two three four KN-24 \u2014 and KN-25!",
	    .content = "KN-26\nKN-27"};

	(void)state;
	assert_true(is_match("title:/KN-23/", &item, NULL));
	assert_false(is_match("title:/KN-24/", &item, NULL));
	assert_true(is_match("summary:/KN-24/", &item, NULL));
	assert_false(is_match("summary:/KN-26/", &item, NULL));
	assert_true(is_match("/KN-26/", &item, NULL));
	assert_true(is_match("FIRST5(/KN-24/)", &item, NULL));
	assert_false(is_match("FIRST4(/KN-24/)", &item, NULL));
	assert_true(is_match("FIRST1(/KN-23/)", &item, NULL));
	assert_false(is_match("FIRST50(/KN-26/)", &item, NULL));
	/* by the word at or behind where it begins */
	assert_true(is_match("FIRST7(/\u2014 and/)", &item, NULL));
	assert_false(is_match("FIRST6(/\u2014 and/)", &item, NULL));
	assert_false(is_match("FIRST255(/!$/)", &item, NULL));
	assert_true(is_match("lead:/KN-25/", &item, NULL));
	/* a dot is no newline, and the ends are the field's */
	assert_false(is_match("/KN-26.KN-27/", &item, NULL));
	assert_true(is_match("/KN-26\\sKN-27/", &item, NULL));
	assert_false(is_match("/KN-26$/", &item, NULL));
	assert_true(is_match("/KN-26$/ OR /(?m)KN-26$/", &item, NULL));
}

static void
spans_of_a_regex_are_its_very_bytes(void **state)
{
	static const char *const queries[] = {"/-2\\d/ AND flies"};
	const struct item item = {
	    .title = "\u5317 KN-23 flies", .summary = "x-24\nflies"};
	const struct match_span *spans;
	struct desk desk;

	(void)state;
	desk_open(&desk, queries, 1);
	desk.result = matcher_run(desk.matcher, &item, NULL);
	assert_int_equal(desk.result->count, 1);
	assert_int_equal(desk.result->matches[0].span_count, 4);
	spans = desk.result->matches[0].spans;
	assert_int_equal(spans[0].field, MATCH_TITLE);
	assert_int_equal(spans[0].start, 6);
	assert_int_equal(spans[0].end, 9);
	assert_string_equal(spans[0].term, "/-2\\d/");
	assert_null(spans[0].set);
	assert_int_equal(spans[1].start, 10);
	assert_string_equal(spans[1].term, "flies");
	assert_int_equal(spans[2].field, MATCH_SUMMARY);
	assert_int_equal(spans[2].start, 1);
	assert_int_equal(spans[2].end, 4);
	assert_int_equal(spans[3].start, 5);
	desk_close(&desk);
}

static void
spans_of_a_sentence_are_all_that_occurs_in_it(void **state)
{
	static const char *const queries[] = {"a W/S b"};
	const struct item item = {
	    .title = "a", .summary = "A a b xx. A xx. Then b, a and a."};
	struct desk desk;

	(void)state;
	desk_open(&desk, queries, 1);
	desk.result = matcher_run(desk.matcher, &item, NULL);
	assert_int_equal(desk.result->count, 1);
	assert_int_equal(desk.result->matches[0].span_count, 6);
	assert_int_equal(desk.result->matches[0].spans[3].start, 21);
	desk_close(&desk);
}

static void
a_regex_given_up_is_counted_and_not_found(void **state)
{
	static const char *const queries[] = {"x /(a+)+$/", "x -/(a+)+$/", "x"};
	struct item item = {.title = "x"};
	struct desk desk;
	struct buf text;
	int i;

	(void)state;
	buf_init(&text, 0);
	for (i = 0; i < 65535; i++)
		assert_int_equal(buf_addch(&text, 'a'), 0);
	assert_int_equal(buf_addch(&text, '!'), 0);
	item.summary = buf_str(&text);
	desk_open(&desk, queries, 3);
	assert_int_equal(matcher_overruns(desk.matcher), 0);
	desk.result = matcher_run(desk.matcher, &item, NULL);
	assert_false(desk_has(&desk, 0));
	assert_true(desk_has(&desk, 1));
	assert_true(desk_has(&desk, 2));
	/* both topics share the one run */
	assert_int_equal(matcher_overruns(desk.matcher), 1);
	item.summary = "aaa";
	desk.result = matcher_run(desk.matcher, &item, NULL);
	assert_true(desk_has(&desk, 0));
	assert_int_equal(matcher_overruns(desk.matcher), 1);
	desk_close(&desk);
	buf_clear(&text);
}

/* The first warning of a query; NULL if there is none. */
static char *
warning_of(const char *query, int *column_r)
{
	struct conf_topic topic = {.name = "t"};
	struct conf conf = {.topics = &topic, .topic_count = 1};
	struct topicset *set;
	struct diag diag;
	char *code = NULL;

	text_of(&topic.query, query);
	diag_init(&diag);
	set = topicset_new(&conf, &diag);
	assert_non_null(set);
	assert_int_equal(diag.errors, 0);
	if (diag.count) {
		assert_int_equal(diag.entries[0].level, DIAG_WARNING);
		assert_non_null(diag.entries[0].hint);
		code = xstrdup(diag.entries[0].code);
		*column_r = diag.entries[0].column;
	}
	topicset_free(&set);
	diag_clear(&diag);
	return code;
}

static void
a_regex_that_no_word_wakes_is_warned_of(void **state)
{
	static const struct {
		const char *query;
		int column; /* 0 = no warning */
	} rows[] = {
	    {"/a+b/", 1},
	    {"role:state AND title:/a+b/", 22},
	    {"x OR /a+b/", 6},
	    {"x AND /a+b/", 0},
	    {"x AND NOT /a+b/", 0},
	    {"x AND (y OR /a+b/)", 0},
	    {"role:state", 0},
	};
	size_t i;
	int column;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *code = warning_of(rows[i].query, &column);

		if ((code != NULL) != (rows[i].column > 0))
			fail_msg("%s", rows[i].query);
		if (code) {
			assert_string_equal(code, "W240");
			assert_int_equal(column, rows[i].column);
		}
		free(code);
	}
}

static void
functions_count_and_restrict(void **state)
{
	static const struct row rows[] = {
	    {"ATLEAST2(a)", "a", false},
	    {"ATLEAST2(a)", "a x a", true},
	    {"ATLEAST2(a OR b)", "a b", true},
	    {"ATLEAST2(\"a b\" OR a)", "a b", false},
	    {"ATLEAST2(\"a b\" OR a)", "a b a", true},
	    {"ATLEAST2(a NEAR/1 b)", "a b x x a b", true},
	    {"ATLEAST3(missile* OR missiles)", "missiles missiles", false},
	    {"ANY2(a, b, \"c d\")", "a a", false},
	    {"ANY2(a, b, \"c d\")", "a c d", true},
	    {"ANY2(a b, c, d)", "a b d", true},
	    {"ALLCAPS(THAAD)", "thaad", false},
	    {"ALLCAPS(thaad)", "THAAD", true},
	    {"ALLCAPS(WHO OR NATO)", "who is it", false},
	    {"ALLCAPS(U.N.)", "U.N.", true},
	    {"FIRST3(x)", "a b c d e x", true},
	};
	struct item item = {
	    .title = "t", .summary = "a b c d e", .content = "z"};
	struct item bare = {
	    .title = "t", .summary = "", .content = "a b c d e"};

	(void)state;
	CHECK(rows);
	assert_true(is_match("FIRST3(c)", &item, NULL));
	assert_false(is_match("FIRST3(d)", &item, NULL));
	assert_false(is_match("FIRST3(z)", &item, NULL));
	assert_true(is_match("FIRST3(t)", &item, NULL));
	assert_true(is_match("FIRST3(\"c d\")", &item, NULL));
	assert_true(is_match("FIRST3(c)", &bare, NULL));
	assert_false(is_match("FIRST3(d)", &bare, NULL));
	assert_true(is_match("lead:(e)", &bare, NULL));
}

static void
fields_are_searched_apart(void **state)
{
	struct item item = {.title = "missile test",
	    .summary = "by korea",
	    .content = "of a rocket"};

	(void)state;
	assert_true(is_match("title:missile", &item, NULL));
	assert_false(is_match("summary:missile", &item, NULL));
	assert_true(is_match("text:rocket", &item, NULL));
	assert_true(is_match("rocket", &item, NULL));
	assert_false(is_match("title:rocket", &item, NULL));
	assert_false(is_match("lead:rocket", &item, NULL));
	assert_true(is_match("title:(missile AND test)", &item, NULL));
	assert_false(is_match("title:(missile AND korea)", &item, NULL));
	assert_true(is_match("title:missile AND summary:korea", &item, NULL));
	/* fields never join */
	assert_false(is_match("\"test by\"", &item, NULL));
	assert_false(is_match("test NEAR/255 by", &item, NULL));
	assert_false(is_match("korea PRE/255 of", &item, NULL));
	assert_true(is_match("title:missile NEAR/3 test", &item, NULL));
	assert_false(is_match("title:korea NEAR/3 by", &item, NULL));
}

static void
what_is_known_of_an_item_is_matched_as_a_whole(void **state)
{
	static const char *const authors[] = {"Kim Tong-hyung", "AP"};
	static const char *const categories[] = {"World/Asia", "Sports"};
	const struct match_source source = {.feed = "yonhap-en",
	    .title = "Yonhap News Agency",
	    .role = "wire",
	    .country = "KR",
	    .lang = "en"};
	struct item item = {
	    .title = "x",
	    .url = "https://en.News.example.com:8080/a/b?q=1#f",
	    .authors = authors,
	    .author_count = 2,
	    .categories = categories,
	    .category_count = 2,
	};
	static const struct {
		const char *query;
		bool want;
	} rows[] = {
	    {"role:wire", true},
	    {"role:Wire", true},
	    {"role:state", false},
	    {"country:kr", true},
	    {"country:(KP OR KR)", true},
	    {"lang:en", true},
	    {"lang:(ko OR ja)", false},
	    {"feed:yonhap-*", true},
	    {"feed:yonhap", false},
	    {"source:\"yonhap news agency\"", true},
	    {"source:yonhap*", true},
	    {"source:yonhap", false},
	    {"domain:example.com", true},
	    {"domain:news.example.com", true},
	    {"domain:ample.com", false},
	    {"domain:example.org", false},
	    {"domain:*.example.*", true},
	    {"url:*/a/b?q*", true},
	    {"url:https://x", false},
	    {"author:AP", true},
	    {"author:\"kim tong-hyung\"", true},
	    {"author:*hyung", true},
	    {"author:Kim", false},
	    {"category:sports", true},
	    {"category:sport", false},
	    {"x -category:sports", false},
	    {"x -role:state", true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (is_match(rows[i].query, &item, &source) != rows[i].want)
			fail_msg("%s", rows[i].query);
	}
	/* nothing is known: nothing is so */
	memset(&item, 0, sizeof(item));
	item.title = "x";
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strncmp(rows[i].query, "x ", 2) == 0 ||
		    strncmp(rows[i].query, "lang:en", 7) == 0)
			continue;
		assert_false(is_match(rows[i].query, &item, NULL));
	}
}

static void
the_language_is_said_or_guessed(void **state)
{
	static const struct {
		const char *item;
		const char *source;
		const char *title;
		const char *query;
		bool want;
	} rows[] = {
	    {"ko", NULL, "북", "lang:ko", true},
	    {"ko-KR", "en", "북", "lang:ko", true},
	    {"ko_KR", NULL, "북", "lang:ko", true},
	    {NULL, "zh-Hant", "朝鮮", "lang:zh", true},
	    {NULL, "zh-Hant", "朝鮮", "lang:zh-Hant", true},
	    {NULL, "zh-TW", "朝鮮", "lang:zh-Hant", true},
	    {NULL, "zh-TW", "朝鮮", "lang:zh-Hans", false},
	    {NULL, NULL, "북한이 발사", "lang:ko", true},
	    {NULL, NULL, "北, 미사일 발사", "lang:ko", true},
	    {NULL, NULL, "北朝鮮がミサイル", "lang:ja", true},
	    {NULL, NULL, "朝鲜发射导弹", "lang:zh", true},
	    {NULL, NULL, "КНДР запустила", "lang:ru", true},
	    {NULL, NULL, "North Korea", "lang:en", true},
	    {NULL, NULL, "ΕΛΛΑΣ", "lang:el", true},
	    /* the software's language is not the text's */
	    {"en-US", NULL, "북한이 미사일 발사", "lang:ko", true},
	    {"en-US", NULL, "북한이 미사일 발사", "lang:en", false},
	    {"en", "ko", "北, ICBM 발사", "lang:ko", true},
	    {"de", NULL, "Nordkorea", "lang:de", true},
	    {"ja", NULL, "北朝鮮弾道弾発射", "lang:ja", true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct item item = {
		    .title = rows[i].title, .lang = rows[i].item};
		struct match_source source = {.lang = rows[i].source};

		if (is_match(rows[i].query, &item, &source) != rows[i].want)
			fail_msg("%s: %s", rows[i].title, rows[i].query);
	}
}

static void
an_entry_of_a_language_counts_only_in_its_items(void **state)
{
	static const struct {
		const char *lang;
		const char *title;
		bool want;
	} rows[] = {
	    {"ko", "北, 또 쐈다", true},
	    {NULL, "北, 또 쐈다", true},
	    {"zh", "湖北", false},
	    {"ko", "湖北 지역", false},
	    /* Latin letters may outnumber those of the language */
	    {"ko", "北, KN-23·KN-25 SRBM 2발 발사 (JCS)", true},
	    {NULL, "北, KN-23 SRBM 발사", true},
	    {"ko", "湖北 ICBM SRBM 발사", false},
	    {"zh", "北 风", false},
	    {"ja", "北 の", false},
	    {"zh", "北韓", false},
	    {"en", "북한", true},
	    {NULL, "朝鲜", true},
	    {"zh-Hant", "朝鮮", true},
	    {"ja", "朝鮮半島", false},
	    {NULL, "Pyongyang says", true},
	    {"de", "Pyongyang sagt", false},
	    {"ru", "Северной Кореи", true},
	    {"en", "Kim Jong-un", true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct item item = {
		    .title = rows[i].title, .lang = rows[i].lang};

		if (is_match("@dprk", &item, NULL) != rows[i].want)
			fail_msg("%s: %s", rows[i].lang, rows[i].title);
	}
}

/* "field:text" of each span, as it stands in the item. */
static char *
spans_of(const char *query, const struct item *item)
{
	const char *const texts[] = {item->title, item->summary, item->content};
	struct desk desk;
	struct buf out;
	size_t i;

	desk_open(&desk, &query, 1);
	desk.result = matcher_run(desk.matcher, item, NULL);
	buf_init(&out, 0);
	for (i = 0;
	     desk.result->count && i < desk.result->matches[0].span_count;
	     i++) {
		const struct match_span *span =
		    &desk.result->matches[0].spans[i];

		assert_non_null(span->term);
		buf_printf(&out, "%s%s:%.*s", i ? "|" : "",
		    match_field_name(span->field),
		    (int)(span->end - span->start),
		    texts[span->field] + span->start);
	}
	desk_close(&desk);
	return buf_steal(&out);
}

static void
check_spans(const char *query, const struct item *item, const char *want)
{
	char *got = spans_of(query, item);

	assert_string_equal(got, want);
	free(got);
}

static void
spans_show_what_contributed_and_nothing_else(void **state)
{
	struct item item = {.title = "N. Korea fires 北한 Missile",
	    .summary = "the missile and a rocket; U.N. Café's reply",
	    .content = "fires"};

	(void)state;
	check_spans("missile", &item, "title:Missile|summary:missile");
	check_spans("@dprk", &item, "title:N. Korea|title:北");
	check_spans(
	    "missile AND NOT tank", &item, "title:Missile|summary:missile");
	check_spans("rocket OR tank", &item, "summary:rocket");
	check_spans("rocket OR (fires AND tank)", &item, "summary:rocket");
	check_spans("title:missile", &item, "title:Missile");
	check_spans("UN AND cafe", &item, "summary:U.N.|summary:Café");
	check_spans("fires PRE/3 missile", &item, "title:fires|title:Missile");
	check_spans(
	    "missile NEAR/3 rocket", &item, "summary:missile|summary:rocket");
	check_spans("missile NOT NEAR/3 rocket", &item, "title:Missile");
	check_spans(
	    "missil* OR missile", &item, "title:Missile|summary:missile");
	check_spans("ANY2(rocket, fires, tank)", &item,
	    "title:fires|summary:rocket|content:fires");
	check_spans(
	    "rocket -tank -(fires NEAR/1 rocket)", &item, "summary:rocket");
}

static void
metadata_matches_without_spans(void **state)
{
	const struct match_source source = {.role = "state"};
	struct item item = {.title = "x"};
	const char *query = "role:state";
	struct desk desk;

	(void)state;
	desk_open(&desk, &query, 1);
	desk.result = matcher_run(desk.matcher, &item, &source);
	assert_int_equal(desk.result->count, 1);
	assert_int_equal(desk.result->matches[0].span_count, 0);
	desk_close(&desk);
}

static bool
is_border(const char *text, size_t at)
{
	return ((unsigned char)text[at] & 0xc0) != 0x80;
}

static void
spans_lie_on_character_borders(void **state)
{
	struct item item = {
	    .title = "ﬁre ﬀa ＩＣＢＭ 탄도미사일 Straße e\xcc\x81t\xc3\xa9 "
		     "ﾐｻｲﾙ \xef\xac\x83x İstanbul",
	};
	static const char *const queries[] = {"fire*", "ICBM", "미사일",
	    "strasse", "ete", "ミサイル", "ffix", "istanbul", "ffa"};
	struct desk desk;
	size_t i;

	(void)state;
	desk_open(&desk, queries, sizeof(queries) / sizeof(queries[0]));
	desk.result = matcher_run(desk.matcher, &item, NULL);
	for (i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		if (!desk_has(&desk, i))
			fail_msg("%s", queries[i]);
	}
	for (i = 0; i < desk.result->count; i++) {
		const struct match_span *span =
		    &desk.result->matches[i].spans[0];

		assert_true(span->start < span->end);
		assert_true(span->end <= strlen(item.title));
		assert_true(is_border(item.title, span->start));
		assert_true(is_border(item.title, span->end));
	}
	desk_close(&desk);
}

static void
spans_name_the_term_and_the_set(void **state)
{
	const char *const queries[] = {
	    "\"ballistic missil*\" OR @dprk", "=Korea"};
	struct item item = {
	    .title = "Ballistic missiles of North Korea's army"};
	const struct match *match;
	struct desk desk;

	(void)state;
	desk_open(&desk, queries, 2);
	desk.result = matcher_run(desk.matcher, &item, NULL);
	assert_int_equal(desk.result->count, 2);
	match = &desk.result->matches[0];
	assert_int_equal(match->span_count, 2);
	assert_string_equal(match->spans[0].term, "ballistic missil*");
	assert_null(match->spans[0].set);
	assert_string_equal(match->spans[1].term, "North Korea*");
	assert_string_equal(match->spans[1].set, "dprk");
	assert_string_equal(desk.result->matches[1].spans[0].term, "=Korea");
	desk_close(&desk);
}

static void
topics_come_in_the_order_of_configuration(void **state)
{
	static const char *const queries[] = {
	    "zebra", "NOT x AND role:wire", "alpha OR zebra", "none", "alpha"};
	const struct match_source source = {.role = "wire"};
	struct item item = {.title = "alpha zebra"};
	struct desk desk;
	size_t i, round;

	(void)state;
	desk_open(&desk, queries, 5);
	for (round = 0; round < 3; round++) {
		desk.result = matcher_run(desk.matcher, &item, &source);
		assert_int_equal(desk.result->count, 4);
		for (i = 1; i < 4; i++)
			assert_true(desk.result->matches[i - 1].topic <
				    desk.result->matches[i].topic);
	}
	desk_close(&desk);
}

static void
the_queries_of_the_desk_select_their_items(void **state)
{
	static const char launch[] =
	    "@dprk AND (@launch NEAR/8 @weapon) AND NOT "
	    "title:(\"launches investigation\" OR probe)";
	static const struct row rows[] = {
	    {launch, "N. Korea fires ballistic missile toward East Sea: JCS",
		true},
	    {launch, "北, 단거리탄도미사일 2발 발사", true},
	    {launch, "북한, 동해상으로 탄도미사일 발사", true},
	    {launch, "北朝鮮が弾道ミサイルを発射", true},
	    {launch, "朝鮮發射彈道導彈 外交部發言人：各方應保持克制", true},
	    {launch,
		"US launches investigation into North Korea-linked "
		"satellite firm",
		false},
	    {launch, "North Korea women fire seven past Bangladesh", false},
	    {"sanction* AND eas* NEAR/4 sanction*",
		"Easing the sanctions on Pyongyang", true},
	};

	(void)state;
	CHECK(rows);
}

/* --- random queries against the simplest evaluator --- */

static uint32_t
dice(uint32_t *seed, uint32_t sides)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % sides;
}

struct plain_token {
	int units[2]; /* its sentence and paragraph */
	const char *text;
	bool is_char;
	bool is_glued; /* no blank before it */
	int field;
	int position;
};

#define PLAIN_TOKENS 40

struct plain_text {
	struct plain_token tokens[PLAIN_TOKENS];
	int count;
	char fields[MATCH_FIELDS][512];
};

static const char *const plain_words[] = {
    "north", "korea", "missile", "missiles", "launch", "test"};
static const char *const plain_chars[] = {"北", "朝", "核", "미", "사"};

/* Writes a token behind what parts it from the one before, if there is one. */
static void
plain_part(char *field, struct plain_token *token, bool has_before,
    uint32_t *seed, int *sentence, int *paragraph)
{
	size_t len = strlen(field);

	if (has_before && !token->is_glued) {
		const char *between = " ";

		if (dice(seed, 6) == 0) {
			between = ". ";
			++*sentence;
		} else if (dice(seed, 8) == 0) {
			between = "\n";
			++*sentence;
			++*paragraph;
		}
		strcpy(field + len, between);
		len += strlen(between);
	}
	strcpy(field + len, token->text);
	/* before a small letter no sentence would end */
	if (!token->is_char)
		field[len] = (char)(field[len] - 'a' + 'A');
	token->units[0] = *sentence;
	token->units[1] = *paragraph;
}

static void
plain_make(struct plain_text *text, uint32_t *seed)
{
	int field, i, position = 0, sentence = 0, paragraph = 0;

	memset(text, 0, sizeof(*text));
	for (field = 0; field < MATCH_FIELDS; field++, position += 100000) {
		int count = (int)dice(seed, 12);

		for (i = 0; i < count; i++) {
			struct plain_token *token = &text->tokens[text->count];
			bool was_char = i && token[-1].is_char;

			token->is_char = dice(seed, 2);
			token->text = token->is_char
					  ? plain_chars[dice(seed, 5)]
					  : plain_words[dice(seed, 6)];
			token->is_glued =
			    (token->is_char || was_char) && i && dice(seed, 3);
			token->field = field;
			token->position = position;
			position += token->is_char ? 1 : 2;
			plain_part(text->fields[field], token, i > 0, seed,
			    &sentence, &paragraph);
			text->count++;
		}
		sentence++;
		paragraph++;
	}
}

/* A node of a random query and how it is written. */
struct plain_node {
	enum query_type type;
	int n;
	const char *words[3]; /* of a term */
	bool is_char[3];
	bool is_glued[3];
	bool is_prefix; /* the last word is cut: "missil*" */
	int word_count;
	int field; /* -1 = all */
	struct plain_node *left;
	struct plain_node *right;
};

static struct plain_node *
plain_term(uint32_t *seed, struct arena *arena)
{
	struct plain_node *node = arena_alloc(arena, sizeof(*node));
	int i;

	node->type = QUERY_TERM;
	node->field = dice(seed, 5) ? -1 : (int)dice(seed, 2);
	node->word_count = 1 + (int)dice(seed, 3);
	for (i = 0; i < node->word_count; i++) {
		node->is_char[i] = dice(seed, 2);
		node->words[i] = node->is_char[i] ? plain_chars[dice(seed, 5)]
						  : plain_words[dice(seed, 6)];
		node->is_glued[i] = i && node->is_char[i] &&
				    node->is_char[i - 1] && dice(seed, 2);
	}
	node->is_prefix =
	    !node->is_char[node->word_count - 1] && dice(seed, 3) == 0;
	return node;
}

/* The fields in which a node can stand, a bit each. */
static int
plain_fields(const struct plain_node *node)
{
	switch (node->type) {
	case QUERY_TERM:
		return node->field < 0 ? 7 : 1 << node->field;
	case QUERY_OR:
		return plain_fields(node->left) | plain_fields(node->right);
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
		return plain_fields(node->left);
	default:
		return plain_fields(node->left) & plain_fields(node->right);
	}
}

static void
plain_open(struct plain_node *node)
{
	node->field = -1;
	if (node->type == QUERY_TERM)
		return;
	plain_open(node->left);
	plain_open(node->right);
}

/* What stands in two fields is never near, and refused. */
static void
plain_bring_together(const struct plain_node *a, struct plain_node *b)
{
	if (!(plain_fields(a) & plain_fields(b)))
		plain_open(b);
}

static struct plain_node *
plain_operand(uint32_t *seed, struct arena *arena, int depth)
{
	static const enum query_type types[] = {QUERY_OR, QUERY_NEAR, QUERY_PRE,
	    QUERY_NOT_NEAR, QUERY_NOT_PRE, QUERY_SENTENCE, QUERY_PARAGRAPH};
	struct plain_node *node;

	if (depth == 0 || dice(seed, 2))
		return plain_term(seed, arena);
	node = arena_alloc(arena, sizeof(*node));
	node->type = types[dice(seed, 7)];
	node->n = 1 + (int)dice(seed, 4);
	node->left = plain_operand(seed, arena, depth - 1);
	node->right = plain_operand(seed, arena, depth - 1);
	if (node->type != QUERY_OR)
		plain_bring_together(node->left, node->right);
	return node;
}

static struct plain_node *
plain_query(uint32_t *seed, struct arena *arena, int depth)
{
	static const enum query_type types[] = {
	    QUERY_AND, QUERY_OR, QUERY_NOT, QUERY_ANY, QUERY_ATLEAST};
	struct plain_node *node;

	if (depth == 0 || dice(seed, 3) == 0)
		return plain_operand(seed, arena, 2);
	node = arena_alloc(arena, sizeof(*node));
	node->type = types[dice(seed, 5)];
	node->n = 1 + (int)dice(seed, 2);
	node->left = node->type == QUERY_ATLEAST
			 ? plain_operand(seed, arena, 1)
			 : plain_query(seed, arena, depth - 1);
	if (node->type != QUERY_NOT && node->type != QUERY_ATLEAST)
		node->right = plain_query(seed, arena, depth - 1);
	return node;
}

static void
plain_write_term(struct buf *out, const struct plain_node *node)
{
	static const char *const fields[] = {"title:", "summary:"};
	int i;

	buf_printf(out, "%s\"", node->field >= 0 ? fields[node->field] : "");
	for (i = 0; i < node->word_count; i++) {
		size_t len = strlen(node->words[i]);
		bool is_cut = node->is_prefix && i + 1 == node->word_count;

		buf_printf(out, "%s%.*s%s", i && !node->is_glued[i] ? " " : "",
		    (int)(is_cut ? len - 2 : len), node->words[i],
		    is_cut ? "*" : "");
	}
	buf_addch(out, '"');
}

static void
plain_write(struct buf *out, const struct plain_node *node)
{
	static const char *const names[] = {[QUERY_AND] = "AND",
	    [QUERY_OR] = "OR",
	    [QUERY_NEAR] = "NEAR",
	    [QUERY_PRE] = "PRE",
	    [QUERY_NOT_NEAR] = "NOT NEAR",
	    [QUERY_NOT_PRE] = "NOT PRE",
	    [QUERY_SENTENCE] = "W/S",
	    [QUERY_PARAGRAPH] = "W/P"};

	if (node->type == QUERY_TERM) {
		plain_write_term(out, node);
		return;
	}
	if (node->type == QUERY_NOT)
		buf_addstr(out, "(NOT ");
	else if (node->type == QUERY_ANY)
		buf_printf(out, "ANY%d(", node->n);
	else if (node->type == QUERY_ATLEAST)
		buf_printf(out, "ATLEAST%d(", node->n);
	else
		buf_addch(out, '(');
	plain_write(out, node->left);
	if (node->type == QUERY_ANY)
		buf_addch(out, ',');
	else if (node->type >= QUERY_NEAR && node->type <= QUERY_NOT_PRE)
		buf_printf(out, " %s/%d ", names[node->type], node->n);
	else if (node->right)
		buf_printf(out, " %s ", names[node->type]);
	if (node->right)
		plain_write(out, node->right);
	buf_addch(out, ')');
}

/* The gap is from..to, both in it; none if from > to. */
struct plain_item {
	int first, last, from, to;
};

struct plain_list {
	struct plain_item items[4000];
	int count;
};

/* The wider of two gaps; of two alike the earlier. */
static void
plain_widen(struct plain_item *item, int from, int to)
{
	int has = item->to - item->from, width = to - from;

	if (width >= 0 &&
	    (has < 0 || width > has || (width == has && from < item->from))) {
		item->from = from;
		item->to = to;
	}
}

static void
plain_list_add(struct plain_list *list, struct plain_item item)
{
	int i;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].first == item.first &&
		    list->items[i].last == item.last) {
			plain_widen(&list->items[i], item.from, item.to);
			return;
		}
	}
	assert_true(list->count < 4000);
	list->items[list->count++] = item;
}

static bool
plain_is_inside(struct plain_item inner, struct plain_item outer)
{
	return inner.first >= outer.from && inner.last <= outer.to;
}

/* Two that share no token as one: all gaps that they leave are looked at. */
static struct plain_item
plain_join(struct plain_item a, struct plain_item b)
{
	struct plain_item pair = {.from = 1, .to = 0};

	if (plain_is_inside(a, b) ||
	    (!plain_is_inside(b, a) && b.first < a.first)) {
		pair = a;
		a = b;
		b = pair;
		pair = (struct plain_item){.from = 1, .to = 0};
	}
	pair.first = a.first;
	pair.last = a.last > b.last ? a.last : b.last;
	plain_widen(&pair, b.from, b.to);
	if (plain_is_inside(b, a)) {
		plain_widen(&pair, a.from, b.first - 1);
		plain_widen(&pair, b.last + 1, a.to);
	} else {
		plain_widen(&pair, a.from, a.to);
		plain_widen(&pair, a.last + 1, b.first - 1);
	}
	return pair;
}

static bool
plain_stands_at(
    const struct plain_text *text, const struct plain_node *node, int at)
{
	int i;

	for (i = 0; i < node->word_count; i++) {
		const struct plain_token *token = &text->tokens[at + i];
		size_t len = strlen(node->words[i]);
		bool is_cut = node->is_prefix && i + 1 == node->word_count;

		if (at + i >= text->count ||
		    token->field != text->tokens[at].field ||
		    token->is_char != node->is_char[i] ||
		    (node->field >= 0 && token->field != node->field) ||
		    (node->is_glued[i] && !token->is_glued))
			return false;
		if (is_cut ? strncmp(token->text, node->words[i], len - 2) != 0
			   : strcmp(token->text, node->words[i]) != 0)
			return false;
	}
	return true;
}

/* 0: they share a token; > 0: b stands behind a, by so many halves. */
static int
plain_behind(const struct plain_text *text, int a_first, int a_last,
    int b_first, int b_last)
{
	if (b_first > a_last)
		return text->tokens[b_first].position -
		       text->tokens[a_last].position;
	if (a_first > b_last)
		return -(text->tokens[a_first].position -
			 text->tokens[b_last].position);
	return 0;
}

static void plain_list_of(const struct plain_text *text,
    const struct plain_node *node, struct plain_list *list);

/* The operands of a chain of W/S or W/P, from an outer one inwards. */
struct plain_chain {
	struct plain_list *lists[8];
	int count;
	int chosen[8];
};

static void
plain_chain_add(const struct plain_text *text, const struct plain_node *node,
    enum query_type type, struct plain_chain *chain)
{
	if (node->type == type) {
		plain_chain_add(text, node->left, type, chain);
		plain_chain_add(text, node->right, type, chain);
		return;
	}
	assert_true(chain->count < 8);
	chain->lists[chain->count] = xmalloc(sizeof(*chain->lists[0]));
	plain_list_of(text, node, chain->lists[chain->count++]);
}

/* Adds every run from one of each operand to another, all in one unit. */
static void
plain_chain_try(const struct plain_text *text, struct plain_chain *chain,
    int unit, int at, struct plain_list *list)
{
	int i, k, first = 1000, last = -1;

	if (at < chain->count) {
		for (i = 0; i < chain->lists[at]->count; i++) {
			chain->chosen[at] = i;
			plain_chain_try(text, chain, unit, at + 1, list);
		}
		return;
	}
	for (i = 0; i < at; i++) {
		struct plain_item a = chain->lists[i]->items[chain->chosen[i]];

		for (k = 0; k < i; k++) {
			struct plain_item b =
			    chain->lists[k]->items[chain->chosen[k]];

			if (!plain_behind(
				text, a.first, a.last, b.first, b.last) &&
			    !plain_is_inside(a, b) && !plain_is_inside(b, a))
				return;
		}
		first = a.first < first ? a.first : first;
		last = a.last > last ? a.last : last;
	}
	if (text->tokens[first].units[unit] == text->tokens[last].units[unit])
		plain_list_add(list, (struct plain_item){first, last, 1, 0});
}

static void
plain_list_of_unit(const struct plain_text *text, const struct plain_node *node,
    struct plain_list *list)
{
	struct plain_chain chain = {.count = 0};

	plain_chain_add(text, node, node->type, &chain);
	plain_chain_try(text, &chain, node->type == QUERY_PARAGRAPH, 0, list);
	while (chain.count > 0)
		free(chain.lists[--chain.count]);
}

static void
plain_list_of(const struct plain_text *text, const struct plain_node *node,
    struct plain_list *list)
{
	struct plain_list *a, *b;
	int i, k;

	list->count = 0;
	if (node->type == QUERY_SENTENCE || node->type == QUERY_PARAGRAPH) {
		plain_list_of_unit(text, node, list);
		return;
	}
	if (node->type == QUERY_TERM) {
		for (i = 0; i < text->count; i++) {
			if (plain_stands_at(text, node, i))
				plain_list_add(
				    list, (struct plain_item){i,
					      i + node->word_count - 1, 1, 0});
		}
		return;
	}
	a = xmalloc(sizeof(*a));
	b = xmalloc(sizeof(*b));
	plain_list_of(text, node->left, a);
	plain_list_of(text, node->right, b);
	for (i = 0; node->type == QUERY_OR && i < a->count + b->count; i++) {
		plain_list_add(
		    list, i < a->count ? a->items[i] : b->items[i - a->count]);
	}
	for (i = 0; node->type != QUERY_OR && i < a->count; i++) {
		bool has_near = false;

		for (k = 0; k < b->count; k++) {
			int d = plain_behind(text, a->items[i].first,
			    a->items[i].last, b->items[k].first,
			    b->items[k].last);
			bool is_behind = d > 0 && d <= 2 * node->n;
			bool is_before = d < 0 && -d <= 2 * node->n;
			bool is_within =
			    plain_is_inside(a->items[i], b->items[k]) ||
			    plain_is_inside(b->items[k], a->items[i]);

			if (node->type == QUERY_NOT_NEAR)
				has_near |= is_behind || is_before || !d;
			else if (node->type == QUERY_NOT_PRE)
				has_near |= is_behind || !d;
			else if (is_behind || ((is_before || is_within) &&
						  node->type == QUERY_NEAR))
				plain_list_add(
				    list, plain_join(a->items[i], b->items[k]));
		}
		if ((node->type == QUERY_NOT_NEAR ||
			node->type == QUERY_NOT_PRE) &&
		    !has_near)
			plain_list_add(list, a->items[i]);
	}
	free(a);
	free(b);
}

/* The most occurrences that share no token, by trying. */
static int
plain_most_disjoint(const struct plain_list *list, int behind)
{
	int i, k, best = -1, count = 0;

	for (;;) {
		best = -1;
		for (i = 0; i < list->count; i++) {
			k = list->items[i].last;
			if (list->items[i].first > behind &&
			    (best < 0 || k < best))
				best = k;
		}
		if (best < 0)
			return count;
		count++;
		behind = best;
	}
}

static bool
plain_is_true(const struct plain_text *text, const struct plain_node *node)
{
	struct plain_list *list;
	bool is_true;

	if (node->type == QUERY_AND)
		return plain_is_true(text, node->left) &&
		       plain_is_true(text, node->right);
	if (node->type == QUERY_OR)
		return plain_is_true(text, node->left) ||
		       plain_is_true(text, node->right);
	if (node->type == QUERY_NOT)
		return !plain_is_true(text, node->left);
	if (node->type == QUERY_ANY)
		return plain_is_true(text, node->left) +
			   plain_is_true(text, node->right) >=
		       node->n;
	list = xmalloc(sizeof(*list));
	if (node->type == QUERY_ATLEAST) {
		plain_list_of(text, node->left, list);
		is_true = plain_most_disjoint(list, -1) >= node->n;
	} else {
		plain_list_of(text, node, list);
		is_true = list->count > 0;
	}
	free(list);
	return is_true;
}

#define RANDOM_ROUNDS 60
#define RANDOM_TEXTS 40

static void
random_queries_agree_with_the_simplest_evaluator(void **state)
{
	struct plain_node *nodes[TOPICS_MAX];
	char *queries[TOPICS_MAX];
	uint32_t seed = 20260101;
	size_t i, round, hits = 0, t;

	(void)state;
	for (round = 0; round < RANDOM_ROUNDS; round++) {
		struct arena *arena = arena_new();
		struct desk desk;

		for (i = 0; i < TOPICS_MAX; i++) {
			struct buf out;

			buf_init(&out, 0);
			nodes[i] = plain_query(&seed, arena, 3);
			/* a query of NOT alone would be refused */
			buf_addstr(&out, "lang:* AND ");
			plain_write(&out, nodes[i]);
			queries[i] = buf_steal(&out);
		}
		desk_open(&desk, (const char *const *)queries, TOPICS_MAX);
		for (t = 0; t < RANDOM_TEXTS; t++) {
			struct plain_text text;
			struct item item;

			plain_make(&text, &seed);
			memset(&item, 0, sizeof(item));
			item.title = text.fields[0];
			item.summary = text.fields[1];
			item.content = text.fields[2];
			item.lang = "xx";
			desk.result = matcher_run(desk.matcher, &item, NULL);
			for (i = 0; i < TOPICS_MAX; i++) {
				bool want = plain_is_true(&text, nodes[i]);

				hits += want;
				if (want != desk_has(&desk, i))
					fail_msg("%s\n%s %s / %s / %s",
					    queries[i],
					    want ? "misses" : "takes",
					    text.fields[0], text.fields[1],
					    text.fields[2]);
			}
		}
		desk_close(&desk);
		for (i = 0; i < TOPICS_MAX; i++)
			free(queries[i]);
		arena_free(&arena);
	}
	/* neither side is trivial */
	assert_in_range(hits, RANDOM_ROUNDS * RANDOM_TEXTS * TOPICS_MAX / 10,
	    RANDOM_ROUNDS * RANDOM_TEXTS * TOPICS_MAX * 9 / 10);
}

static void
operators_keep_their_laws(void **state)
{
	uint32_t seed = 42;
	size_t round, t;

	(void)state;
	for (round = 0; round < 100; round++) {
		struct arena *arena = arena_new();
		struct plain_node *nodes[2];
		char *a, *b, *queries[7];
		struct buf out;
		struct desk desk;
		size_t i;

		nodes[0] = plain_operand(&seed, arena, 1);
		nodes[1] = plain_operand(&seed, arena, 1);
		plain_bring_together(nodes[0], nodes[1]);
		buf_init(&out, 0);
		plain_write(&out, nodes[0]);
		a = buf_steal(&out);
		plain_write(&out, nodes[1]);
		b = buf_steal(&out);
		queries[0] = xasprintf("%s OR %s", a, b);
		queries[1] = xstrdup(a);
		queries[2] = xstrdup(b);
		queries[3] = xasprintf("%s NEAR/3 %s", a, b);
		queries[4] = xasprintf("%s NEAR/3 %s", b, a);
		queries[5] = xasprintf("%s PRE/3 %s", a, b);
		queries[6] = xasprintf("%s AND NOT %s", a, b);
		desk_open(&desk, (const char *const *)queries, 7);
		for (t = 0; t < 40; t++) {
			struct plain_text text;
			struct item item = {0};

			plain_make(&text, &seed);
			item.title = text.fields[0];
			item.summary = text.fields[1];
			desk.result = matcher_run(desk.matcher, &item, NULL);
			assert_int_equal(desk_has(&desk, 0),
			    desk_has(&desk, 1) || desk_has(&desk, 2));
			assert_int_equal(
			    desk_has(&desk, 3), desk_has(&desk, 4));
			if (desk_has(&desk, 5))
				assert_true(desk_has(&desk, 3));
			if (desk_has(&desk, 3))
				assert_true(
				    desk_has(&desk, 1) && desk_has(&desk, 2));
			assert_int_equal(desk_has(&desk, 6),
			    desk_has(&desk, 1) && !desk_has(&desk, 2));
		}
		desk_close(&desk);
		for (i = 0; i < 7; i++)
			free(queries[i]);
		free(a);
		free(b);
		arena_free(&arena);
	}
}

/* --- hostile sizes --- */

static char *
repeated(const char *word, size_t size)
{
	size_t len = strlen(word), i;
	char *text = xmalloc(size + 1);

	for (i = 0; i + len <= size; i += len)
		memcpy(text + i, word, len);
	text[i] = '\0';
	return text;
}

static void
one_term_repeated_through_the_item_is_bounded(void **state)
{
	static const char *const queries[] = {"a", "a NEAR/255 a",
	    "(a NEAR/255 a) NEAR/255 (a PRE/255 a)", "ATLEAST255(a)",
	    "a NOT NEAR/1 b", "\"a a a a a a a a a a a a a a a a\"",
	    "aa* OR a"};
	char *text = repeated("a ", 64 * 1024);
	struct item item = {.title = text, .summary = text, .content = text};
	struct desk desk;
	size_t i;

	(void)state;
	desk_open(&desk, queries, 7);
	desk.result = matcher_run(desk.matcher, &item, NULL);
	assert_int_equal(desk.result->count, 7);
	for (i = 0; i < 7; i++) {
		const struct match *match = &desk.result->matches[i];

		assert_in_range(match->span_count, 1, MATCH_SPANS_MAX);
	}
	assert_int_equal(desk.result->matches[0].spans[63].start, 126);
	desk_close(&desk);
	free(text);
}

/* Each of eight words begins phrases of one to nine: more than is kept. */
static char *
many_phrases(void)
{
	struct buf query;
	int word, len, i;

	buf_init(&query, 0);
	for (word = 0; word < 8; word++) {
		for (len = 1; len <= 9; len++) {
			buf_addstr(&query, query.len ? " OR \"" : "\"");
			for (i = 0; i < len; i++)
				buf_printf(
				    &query, "zz%c ", 'a' + (word + i) % 8);
			buf_addch(&query, '"');
		}
	}
	return buf_steal(&query);
}

static void
presence_is_known_however_many_hits_there_are(void **state)
{
	char *many = many_phrases();
	const char *const queries[] = {many, "last", "zzb AND last",
	    "\"the very last\"", "last AND NOT first"};
	char *text = repeated("zza zzb zzc zzd zze zzf zzg zzh ", 64 * 1024);
	struct item item = {
	    .title = text, .summary = text, .content = "the very last"};
	struct desk desk;

	(void)state;
	desk_open(&desk, queries, 5);
	desk.result = matcher_run(desk.matcher, &item, NULL);
	assert_int_equal(desk.result->count, 5);
	desk_close(&desk);
	free(many);
	free(text);
}

static void
a_matcher_is_fresh_for_every_item(void **state)
{
	static const char *const queries[] = {
	    "@dprk AND missile", "lang:ko", "missile NEAR/3 test"};
	struct item full = {.title = "North Korea missile test", .lang = "ko"};
	struct item none = {.title = "quiet", .lang = "en"};
	struct item part = {.title = "missile", .summary = "test"};
	struct desk desk;
	int round;

	(void)state;
	desk_open(&desk, queries, 3);
	for (round = 0; round < 3; round++) {
		desk.result = matcher_run(desk.matcher, &full, NULL);
		assert_true(desk_has(&desk, 0));
		assert_true(desk_has(&desk, 2));
		desk.result = matcher_run(desk.matcher, &none, NULL);
		assert_int_equal(desk.result->count, 0);
		desk.result = matcher_run(desk.matcher, &part, NULL);
		assert_int_equal(desk.result->count, 0);
	}
	desk_close(&desk);
}

static void
a_configuration_without_topics_matches_nothing(void **state)
{
	struct item item = {.title = "anything"};
	struct desk desk;

	(void)state;
	desk_open(&desk, NULL, 0);
	desk.result = matcher_run(desk.matcher, &item, NULL);
	assert_int_equal(desk.result->count, 0);
	assert_int_equal(topicset_count(desk.set), 0);
	desk_close(&desk);
}

static void
an_item_without_text_is_no_trouble(void **state)
{
	struct item item = {0};

	(void)state;
	assert_false(is_match("a OR @dprk OR lang:en", &item, NULL));
	assert_true(
	    is_match("NOT a AND url:*", &(struct item){.url = "x"}, NULL));
}

static void
every_bad_query_of_every_topic_is_reported(void **state)
{
	struct conf_topic topics[3] = {
	    {.name = "a"}, {.name = "b"}, {.name = "c"}};
	struct conf_set_entry entries[2] = {{0}};
	struct conf_set set = {
	    .name = "s", .entries = entries, .entry_count = 2};
	struct conf conf = {
	    .topics = topics, .topic_count = 3, .sets = &set, .set_count = 1};
	struct diag diag;

	(void)state;
	text_of(&topics[0].query, "a AND b OR c");
	text_of(&topics[1].query, "fine AND @s");
	text_of(&topics[2].query, "@t OR missil!");
	text_of(&entries[0].text, "x*");
	text_of(&entries[1].text, "good");
	diag_init(&diag);
	assert_null(topicset_new(&conf, &diag));
	assert_int_equal(diag.errors, 4);
	diag_clear(&diag);
}

static void
equal_terms_are_kept_once(void **state)
{
	static const char *const queries[] = {"missile", "Missile OR MISSILE",
	    "\"missile\" AND =missile", "missile's"};
	struct desk desk;

	(void)state;
	desk_open(&desk, queries, 1);
	{
		size_t before = topicset_terms(desk.set);

		desk_close(&desk);
		desk_open(&desk, queries, 4);
		assert_int_equal(topicset_terms(desk.set), before + 1);
	}
	assert_true(topicset_memory(desk.set) > 0);
	desk_close(&desk);
}

static bool
title_matches(const char *query, const char *title)
{
	const struct item item = {.title = title, .summary = "", .content = ""};

	return is_match(query, &item, NULL);
}

/* What stands between the words of a pair shares none with it. */
static void
what_stands_between_a_pair_is_near_it(void **state)
{
	static const char *const found[][2] = {
	    {"launch* NEAR/8 missile* NEAR/10 Korea*",
		"launched a North Korean missile"},
	    {"Korea* NEAR/10 (launch* NEAR/8 missile*)",
		"launched a North Korean missile"},
	    {"launch* NEAR/8 missile* W/P Korea*",
		"launched a North Korean missile"},
	    {"Korea* W/S (launch* NEAR/8 missile*)",
		"launched a North Korean missile"},
	    {"eas* NEAR/4 sanction* NEAR/10 Pyongyang",
		"ease Pyongyang sanctions"},
	    {"a NEAR/9 b NEAR/9 c NEAR/9 d", "a c d b"},
	};
	static const char *const missed[][2] = {
	    {"(launch* PRE/8 missile*) PRE/9 Korea*",
		"launched a North Korean missile"},
	    {"a NEAR/9 b NEAR/9 a", "a b"},
	    {"(\"a c\" NEAR/9 b) NEAR/9 c", "a c b"},
	    {"(a NEAR/9 b) NOT NEAR/1 c", "a c b"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(found) / sizeof(*found); i++)
		assert_true(title_matches(found[i][0], found[i][1]));
	for (i = 0; i < sizeof(missed) / sizeof(*missed); i++)
		assert_false(title_matches(missed[i][0], missed[i][1]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(and_or_and_not_have_their_truth_tables),
	    cmocka_unit_test(words_and_phrases_are_found_whole),
	    cmocka_unit_test(wildcards_stay_inside_one_word),
	    cmocka_unit_test(every_script_is_read),
	    cmocka_unit_test(an_exact_term_is_matched_as_written),
	    cmocka_unit_test(nearness_counts_words_and_half_words),
	    cmocka_unit_test(excluding_nearness_keeps_what_stands_apart),
	    cmocka_unit_test(one_sentence_holds_all_operands_in_any_order),
	    cmocka_unit_test(one_paragraph_holds_all_operands),
	    cmocka_unit_test(fields_are_borders_of_sentences_and_paragraphs),
	    cmocka_unit_test(a_phrase_goes_on_across_a_newline),
	    cmocka_unit_test(
		choices_in_one_sentence_are_bounded_and_hide_no_other),
	    cmocka_unit_test(a_regex_stands_where_a_word_can),
	    cmocka_unit_test(a_regex_counts_within_its_scope),
	    cmocka_unit_test(spans_of_a_regex_are_its_very_bytes),
	    cmocka_unit_test(spans_of_a_sentence_are_all_that_occurs_in_it),
	    cmocka_unit_test(a_regex_given_up_is_counted_and_not_found),
	    cmocka_unit_test(a_regex_that_no_word_wakes_is_warned_of),
	    cmocka_unit_test(functions_count_and_restrict),
	    cmocka_unit_test(fields_are_searched_apart),
	    cmocka_unit_test(what_is_known_of_an_item_is_matched_as_a_whole),
	    cmocka_unit_test(the_language_is_said_or_guessed),
	    cmocka_unit_test(an_entry_of_a_language_counts_only_in_its_items),
	    cmocka_unit_test(spans_show_what_contributed_and_nothing_else),
	    cmocka_unit_test(metadata_matches_without_spans),
	    cmocka_unit_test(spans_lie_on_character_borders),
	    cmocka_unit_test(spans_name_the_term_and_the_set),
	    cmocka_unit_test(topics_come_in_the_order_of_configuration),
	    cmocka_unit_test(the_queries_of_the_desk_select_their_items),
	    cmocka_unit_test(random_queries_agree_with_the_simplest_evaluator),
	    cmocka_unit_test(operators_keep_their_laws),
	    cmocka_unit_test(one_term_repeated_through_the_item_is_bounded),
	    cmocka_unit_test(presence_is_known_however_many_hits_there_are),
	    cmocka_unit_test(a_matcher_is_fresh_for_every_item),
	    cmocka_unit_test(a_configuration_without_topics_matches_nothing),
	    cmocka_unit_test(an_item_without_text_is_no_trouble),
	    cmocka_unit_test(every_bad_query_of_every_topic_is_reported),
	    cmocka_unit_test(equal_terms_are_kept_once),
	    cmocka_unit_test(what_stands_between_a_pair_is_near_it),
	};

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
