#include "tests/test.h"
#include "tests/topic_text.h"

#include "lib/alloc.h"
#include "lib/buf.h"
#include "topics/eval.h"
#include "topics/match_private.h"
#include "topics/query.h"

/*
 * The first look never puts aside what is true: for every choice of the words
 * of a query, matching with it and evaluating without it say the same.
 */
#define WORDS 6
#define MANY 200 /* terms: their bits fill several words */

static const char *const words[WORDS] = {
    "alpha", "bravo", "carol", "delta", "echo", "hotel"};

struct desk {
	struct conf conf;
	struct conf_topic topic;
	struct topicset *set;
	struct matcher *matcher;
	struct diag diag;
};

static void
desk_open(struct desk *desk, const char *query)
{
	memset(desk, 0, sizeof(*desk));
	desk->topic.name = "t";
	text_in(&desk->topic.query, "query", query);
	desk->conf.topics = &desk->topic;
	desk->conf.topic_count = 1;
	diag_init(&desk->diag);
	desk->set = topicset_new(&desk->conf, &desk->diag);
	assert_non_null(desk->set);
	desk->matcher = matcher_new(desk->set);
}

static void
desk_close(struct desk *desk)
{
	matcher_free(&desk->matcher);
	topicset_free(&desk->set);
	diag_clear(&desk->diag);
}

/* Whether the topic matched; the same must come of the tree alone. */
static bool
desk_match(struct desk *desk, const char *title, const char *summary)
{
	struct item item = {.title = title, .summary = summary};
	bool matched = matcher_run(desk->matcher, &item, NULL)->count > 0;

	assert_int_equal(matched, eval_is_true(matcher_eval(desk->matcher),
				      desk->set->topics[0].query));
	return matched;
}

/* In how many of the choices of words the query is true. */
static unsigned
count_true(const char *query)
{
	struct desk desk;
	unsigned choice, count = 0, i;
	char title[128];

	desk_open(&desk, query);
	for (choice = 0; choice < 1u << WORDS; choice++) {
		title[0] = '\0';
		for (i = 0; i < WORDS; i++) {
			if (choice >> i & 1) {
				strcat(title, words[i]);
				strcat(title, " ");
			}
		}
		count += desk_match(&desk, title, NULL);
	}
	desk_close(&desk);
	return count;
}

static void
and_asks_for_all_or_for_one(void **state)
{
	(void)state;
	assert_int_equal(count_true("alpha AND bravo"), 16);
	assert_int_equal(count_true("alpha OR bravo"), 48);
	assert_int_equal(
	    count_true("(alpha OR bravo) AND (carol OR delta)"), 36);
	assert_int_equal(
	    count_true("(alpha AND bravo) OR (carol AND (delta AND echo))"),
	    22);
	assert_int_equal(
	    count_true("alpha AND (bravo AND (carol AND delta))"), 4);
	assert_int_equal(
	    count_true("alpha OR (bravo OR (carol OR delta))"), 60);
}

static void
any_counts_each_argument(void **state)
{
	(void)state;
	assert_int_equal(count_true("ANY2(alpha, bravo, carol)"), 32);
	assert_int_equal(count_true("ANY2(alpha, bravo AND carol, delta)"),
	    4 * (1 + 1 + 3 + 1));
	assert_int_equal(
	    count_true("echo AND ANY2(alpha, bravo OR carol, NOT delta)"),
	    (3 + 4 + 3) * 2);
	assert_int_equal(count_true("alpha AND ANY1(bravo, NOT carol)"), 24);
	assert_int_equal(count_true("ANY2(ANY2(alpha, bravo, carol), "
				    "ANY2(carol, delta, echo), hotel)"),
	    32);
}

static void
what_says_nothing_of_presence_is_left_to_evaluation(void **state)
{
	(void)state;
	assert_int_equal(count_true("alpha AND NOT bravo"), 16);
	assert_int_equal(count_true("echo AND (alpha OR NOT bravo)"), 24);
	assert_int_equal(count_true("echo AND NOT (alpha OR bravo)"), 8);
	assert_int_equal(count_true("alpha OR /brav./"), 48);
	assert_int_equal(count_true("alpha AND /brav./"), 16);
	assert_int_equal(count_true("alpha AND (lang:en OR bravo)"), 32);
}

static void
nearness_asks_for_all_but_what_it_excludes(void **state)
{
	(void)state;
	assert_int_equal(count_true("alpha NEAR/9 bravo"), 16);
	assert_int_equal(count_true("alpha W/S bravo W/S carol"), 8);
	assert_int_equal(count_true("alpha NOT NEAR/9 bravo"), 16);
	assert_int_equal(count_true("(alpha OR bravo) NOT PRE/9 carol"), 24);
	assert_int_equal(count_true("ATLEAST1(alpha OR bravo)"), 48);
	assert_int_equal(count_true("ATLEAST2(alpha OR bravo)"), 16);
}

/* Whether a query is true of an item with this text in each field. */
static bool
is_true_of(const char *query, const char *title, const char *summary,
    const char *content)
{
	struct item item = {
	    .title = title, .summary = summary, .content = content};
	struct desk desk;
	bool matched;

	desk_open(&desk, query);
	matched = matcher_run(desk.matcher, &item, NULL)->count > 0;
	desk_close(&desk);
	return matched;
}

static void
where_something_occurs_is_told_apart(void **state)
{
	(void)state;
	assert_true(is_true_of("alpha", "", "", "alpha"));
	assert_true(is_true_of("title:alpha", "alpha", "x", "x"));
	assert_false(is_true_of("title:alpha", "x", "alpha", "alpha"));
	assert_true(is_true_of("summary:alpha", "x", "alpha", "x"));
	assert_false(is_true_of("summary:alpha", "alpha", "x", "alpha"));
	assert_true(is_true_of("text:alpha", "x", "x", "alpha"));
	assert_true(is_true_of("text:alpha", "alpha", "x", "x"));
	assert_true(is_true_of("FIRST2(alpha)", "x", "x alpha", ""));
	assert_false(is_true_of("FIRST2(alpha)", "x", "x x alpha", ""));
	assert_true(is_true_of("ALLCAPS(alpha)", "alpha", "ALPHA", ""));
	assert_false(is_true_of("ALLCAPS(alpha)", "alpha", "Alpha", ""));
	/* more than once, first in the title */
	assert_true(is_true_of(
	    "title:alpha AND summary:alpha", "alpha alpha", "alpha", ""));
	assert_false(is_true_of(
	    "title:alpha AND summary:alpha", "alpha alpha", "", "alpha"));
	assert_true(is_true_of("title:(alpha OR bravo) AND summary:(carol)",
	    "bravo", "carol", ""));
	assert_false(
	    is_true_of("title:(alpha AND bravo)", "alpha", "bravo", ""));
}

static void
nothing_is_left_of_the_item_before(void **state)
{
	struct desk desk;

	(void)state;
	desk_open(&desk, "title:alpha AND summary:(bravo OR carol)");
	assert_true(desk_match(&desk, "alpha", "carol"));
	assert_false(desk_match(&desk, "carol", "alpha"));
	assert_false(desk_match(&desk, "alpha", "delta"));
	assert_true(desk_match(&desk, "alpha", "bravo"));
	desk_close(&desk);
}

/* MANY terms joined, each word by its number. */
static char *
join_many(const char *open, const char *between, const char *close)
{
	struct buf out;
	unsigned i;

	buf_init(&out, 64 * 1024);
	assert_int_equal(buf_addstr(&out, open), 0);
	for (i = 0; i < MANY; i++)
		assert_int_equal(
		    buf_printf(&out, "%sterm%u", i ? between : "", i), 0);
	assert_int_equal(buf_addstr(&out, close), 0);
	return buf_steal(&out);
}

static void
terms_of_all_words_of_bits_are_asked_for(void **state)
{
	char *any = join_many("zulu AND (", " OR ", ")");
	char *all = join_many("zulu AND ", " AND ", "");
	char *title = join_many("zulu ", " ", "");
	struct desk desk;
	char one[32];
	unsigned i;

	(void)state;
	desk_open(&desk, any);
	for (i = 0; i < MANY; i++) {
		(void)snprintf(one, sizeof(one), "term%u zulu", i);
		assert_true(desk_match(&desk, one, NULL));
		(void)snprintf(one, sizeof(one), "term%u", i);
		assert_false(desk_match(&desk, one, NULL));
	}
	assert_false(desk_match(&desk, "zulu", NULL));
	desk_close(&desk);
	desk_open(&desk, all);
	assert_true(desk_match(&desk, title, NULL));
	assert_false(desk_match(&desk, "zulu term1 term77 term199", NULL));
	/* nothing is left of the item before */
	*strstr(title, "term133") = 'x';
	assert_false(desk_match(&desk, title, NULL));
	desk_close(&desk);
	free(any);
	free(all);
	free(title);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(and_asks_for_all_or_for_one),
	    cmocka_unit_test(any_counts_each_argument),
	    cmocka_unit_test(
		what_says_nothing_of_presence_is_left_to_evaluation),
	    cmocka_unit_test(nearness_asks_for_all_but_what_it_excludes),
	    cmocka_unit_test(where_something_occurs_is_told_apart),
	    cmocka_unit_test(nothing_is_left_of_the_item_before),
	    cmocka_unit_test(terms_of_all_words_of_bits_are_asked_for),
	};

	return cmocka_run_group_tests_name("presence", tests, NULL, NULL);
}
