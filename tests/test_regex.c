#include "tests/test.h"

#include "lib/alloc.h"
#include "lib/buf.h"
#include "topics/regex.h"

/* Regular expressions on their own: what is refused, found, and given up. */
struct desk {
	struct regexes *regexes;
	struct regex_scan *scan;
};

static void
desk_open(struct desk *desk, const char *const *patterns, size_t count)
{
	struct regex_mistake mistake;
	uint32_t index;
	size_t i;

	desk->regexes = regexes_new();
	for (i = 0; i < count; i++) {
		if (regexes_add(desk->regexes, patterns[i], strlen(patterns[i]),
			false, &index, &mistake) == -1)
			fail_msg("%s: %s", patterns[i], mistake.message);
		assert_int_equal(index, i);
	}
	desk->scan = regex_scan_new(desk->regexes);
}

static void
desk_close(struct desk *desk)
{
	regex_scan_free(&desk->scan);
	regexes_free(&desk->regexes);
	assert_null(desk->scan);
	assert_null(desk->regexes);
}

static void
desk_item(struct desk *desk, const char *title, const char *summary)
{
	const char *const fields[MATCH_FIELDS] = {title, summary, NULL};

	regex_scan_set(desk->scan, fields);
}

static size_t
found_in(struct desk *desk, uint32_t index, enum match_field field)
{
	size_t count;

	(void)regex_scan_find(desk->scan, index, field, &count);
	return count;
}

static enum regex_error
added(const char *pattern)
{
	struct regexes *regexes = regexes_new();
	struct regex_mistake mistake;
	enum regex_error error;
	uint32_t index;
	int rc = regexes_add(
	    regexes, pattern, strlen(pattern), false, &index, &mistake);

	error = mistake.error;
	assert_int_equal(rc == 0, error == REGEX_OK);
	assert_int_equal(regexes_count(regexes), rc == 0);
	regexes_free(&regexes);
	return error;
}

static char *
pile(const char *before, const char *piece, size_t count, const char *after)
{
	struct buf out;

	buf_init(&out, 0);
	assert_int_equal(buf_addstr(&out, before), 0);
	while (count-- > 0)
		assert_int_equal(buf_addstr(&out, piece), 0);
	assert_int_equal(buf_addstr(&out, after), 0);
	return buf_steal(&out);
}

static enum regex_error
added_pile(
    const char *before, const char *piece, size_t count, const char *after)
{
	char *pattern = pile(before, piece, count, after);
	enum regex_error error = added(pattern);

	free(pattern);
	return error;
}

static void
matches_are_found_in_order_with_their_bytes(void **state)
{
	static const char *const patterns[] = {
	    "KN-\\d+", "\\bmissile", "^Seoul", "\\p{Hangul}+"};
	const struct regex_found *found;
	struct desk desk;
	size_t count;

	(void)state;
	desk_open(&desk, patterns, 4);
	desk_item(&desk, "KN-23 and KN-25", "a missile, Seoul");
	found = regex_scan_find(desk.scan, 0, MATCH_TITLE, &count);
	assert_int_equal(count, 2);
	assert_int_equal(found[0].start, 0);
	assert_int_equal(found[0].end, 5);
	assert_int_equal(found[1].start, 10);
	assert_int_equal(found[1].end, 15);
	assert_int_equal(found_in(&desk, 0, MATCH_SUMMARY), 0);
	assert_int_equal(found_in(&desk, 1, MATCH_SUMMARY), 1);
	assert_int_equal(found_in(&desk, 2, MATCH_SUMMARY), 0);
	assert_int_equal(found_in(&desk, 0, MATCH_CONTENT), 0);
	desk_item(&desk, "\ubd81\ud55c, \ubc1c\uc0ac", "");
	found = regex_scan_find(desk.scan, 3, MATCH_TITLE, &count);
	assert_int_equal(count, 2);
	assert_int_equal(found[0].end, 6);
	assert_int_equal(found[1].start, 8);
	assert_int_equal(regex_scan_overruns(desk.scan), 0);
	desk_close(&desk);
}

static void
an_expression_runs_once_for_an_item_and_field(void **state)
{
	static const char *const patterns[] = {"a.c"};
	struct desk desk;
	uint64_t steps;

	(void)state;
	desk_open(&desk, patterns, 1);
	desk_item(&desk, "abc adc", NULL);
	assert_int_equal(regex_scan_steps(desk.scan), 0);
	assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 2);
	steps = regex_scan_steps(desk.scan);
	assert_true(steps > 0);
	assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 2);
	assert_int_equal(regex_scan_steps(desk.scan), steps);
	desk_item(&desk, "xyz", NULL);
	assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 0);
	desk_close(&desk);
}

static void
equal_expressions_are_kept_once(void **state)
{
	struct regexes *regexes = regexes_new();
	struct regex_mistake mistake;
	uint32_t a, b, c;

	(void)state;
	assert_int_equal(regexes_add(regexes, "ab", 2, false, &a, &mistake), 0);
	assert_int_equal(regexes_add(regexes, "ab", 2, true, &b, &mistake), 0);
	assert_int_equal(regexes_add(regexes, "ab", 2, false, &c, &mistake), 0);
	assert_int_equal(a, c);
	assert_int_not_equal(a, b);
	assert_int_equal(regexes_count(regexes), 2);
	regexes_free(&regexes);
}

static void
what_cannot_be_bounded_or_finds_nothing_is_refused(void **state)
{
	static const char *const empty[] = {
	    "a*", "(a|b)?", "^", "$", "(?=a)", "a*|b", "\\b", "x{0}"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		if (added(empty[i]) != REGEX_MATCHES_EMPTY)
			fail_msg("%s", empty[i]);
	}
	assert_int_equal(added("(a+)\\1"), REGEX_REFERS_BACK);
	assert_int_equal(added("(?<n>a+)\\k<n>"), REGEX_REFERS_BACK);
	assert_int_equal(added("a\\X{2}"), REGEX_UNBOUNDED);
	assert_int_equal(added("(*sr:\\w+)"), REGEX_UNBOUNDED);
	assert_int_equal(added("(*LIMIT_HEAP=1)a"), REGEX_UNBOUNDED);
	assert_int_equal(added("\\Qa{1234}\\E"), REGEX_UNBOUNDED);
	assert_int_equal(added("\\c\\\\X"), REGEX_UNBOUNDED);
	assert_int_equal(added("\\\\X"), REGEX_OK);
	assert_int_equal(added("a\\Cb"), REGEX_BAD);
	assert_int_equal(added("a("), REGEX_BAD);
	assert_int_equal(added("\xff"), REGEX_BAD);
}

static void
every_size_of_a_pattern_has_its_bound(void **state)
{
	(void)state;
	assert_int_equal(added_pile("", "a", REGEX_PATTERN_MAX, ""), REGEX_OK);
	assert_int_equal(
	    added_pile("", "a", REGEX_PATTERN_MAX + 1, ""), REGEX_TOO_LONG);
	assert_int_equal(added("a{100}b{0,100}"), REGEX_OK);
	assert_int_equal(added("a{101}"), REGEX_REPEATS);
	assert_int_equal(added("a{1,101}"), REGEX_REPEATS);
	assert_int_equal(added("\\d{4000000000}"), REGEX_REPEATS);
	assert_int_equal(added("\\N{101}"), REGEX_REPEATS);
	assert_int_equal(added("a(?#\\x{){101}"), REGEX_REPEATS);
	assert_int_equal(added("a(?x)#\\\n{101}"), REGEX_REPEATS);
	/* these repeat nothing */
	assert_int_equal(added("\\x{1F680}"), REGEX_OK);
	assert_int_equal(added("\\{1234"), REGEX_OK);
	assert_int_equal(added("\\p{Lu}{3}"), REGEX_OK);
	/* a pattern that grows beyond PCRE2's bound */
	assert_int_equal(added("(((a{100}){100}){100})"), REGEX_BAD);
	{
		char *closed = pile("a", ")", REGEX_NESTING_MAX + 1, "");

		assert_int_equal(
		    added_pile("", "(", REGEX_NESTING_MAX + 1, closed),
		    REGEX_NESTED);
		closed[REGEX_NESTING_MAX + 1] = '\0';
		assert_int_equal(
		    added_pile("", "(", REGEX_NESTING_MAX, closed), REGEX_OK);
		free(closed);
	}
}

static void
a_configuration_has_only_so_many_expressions(void **state)
{
	struct regexes *regexes = regexes_new();
	struct regex_mistake mistake;
	char pattern[16];
	uint32_t index;
	int i;

	(void)state;
	for (i = 0; i < REGEX_COUNT_MAX; i++) {
		snprintf(pattern, sizeof(pattern), "a%d", i);
		assert_int_equal(regexes_add(regexes, pattern, strlen(pattern),
				     false, &index, &mistake),
		    0);
	}
	assert_int_equal(
	    regexes_add(regexes, "b", 1, false, &index, &mistake), -1);
	assert_int_equal(mistake.error, REGEX_TOO_MANY);
	/* a known one is no further one */
	assert_int_equal(
	    regexes_add(regexes, "a7", 2, false, &index, &mistake), 0);
	assert_int_equal(index, 7);
	regexes_free(&regexes);
}

/* The most that one run can spend: the last step is taken beyond the budget. */
#define LAST_STEP (REGEX_STEP_COST + REGEX_FIELD_MAX)

static void
the_worst_expressions_end_within_the_budget(void **state)
{
	/* classes, because a letter that must come is looked for first */
	static const char *const patterns[] = {
	    "(a+)+$[bc]",
	    "(a+)+[bc]+",
	    "(a|aa)+[bc]",
	    "(?:a*)*[bc]",
	    "a+a+a+a+a+[bc]",
	    "(?=(a+)+[bc])a",
	    "(?<=a{100})(a|a)*[bc]",
	    "(.*)(.*)(.*)(.*)[bc]",
	    "(?:(?:a{100}){5}|a)+[bc]",
	    "[ab]{100}[ab]{100}[cd]",
	    "(a(?1)?a)[bc]",
	    "\\w+\\s*\\w+\\d",
	};
	size_t i, count = sizeof(patterns) / sizeof(patterns[0]);
	char *text = pile("", "a", REGEX_FIELD_MAX, "");
	size_t overruns = 0;

	(void)state;
	for (i = 0; i < count; i++) {
		struct desk desk;

		desk_open(&desk, &patterns[i], 1);
		desk_item(&desk, text, text);
		assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 0);
		assert_int_equal(found_in(&desk, 0, MATCH_SUMMARY), 0);
		if (regex_scan_steps(desk.scan) > REGEX_BUDGET + 2 * LAST_STEP)
			fail_msg("%s: %llu steps", patterns[i],
			    (unsigned long long)regex_scan_steps(desk.scan));
		overruns += regex_scan_overruns(desk.scan);
		desk_close(&desk);
	}
	assert_true(overruns >= count);
	free(text);
}

static void
nested_repetition_on_64_kib_is_given_up_and_counted(void **state)
{
	static const char *const patterns[] = {"(a+)+$"};
	char *text = pile("", "a", REGEX_FIELD_MAX - 1, "!");
	struct desk desk;

	(void)state;
	desk_open(&desk, patterns, 1);
	desk_item(&desk, text, NULL);
	assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 0);
	assert_int_equal(regex_scan_overruns(desk.scan), 1);
	assert_true(regex_scan_steps(desk.scan) <= REGEX_BUDGET + LAST_STEP);
	/* asking again does not run it again */
	assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 0);
	assert_int_equal(regex_scan_overruns(desk.scan), 1);
	/* and the next item is read as if nothing had been */
	desk_item(&desk, "aaa", NULL);
	assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 1);
	assert_int_equal(regex_scan_overruns(desk.scan), 1);
	desk_close(&desk);
	free(text);
}

/* Long before its steps are spent, what it must remember is too much. */
static void
depth_and_memory_of_a_run_are_bounded(void **state)
{
	static const char *const patterns[] = {"(a|aa)+[bc]", "(a(?1)?a)[bc]"};
	char *text = pile("", "a", REGEX_FIELD_MAX, "");
	struct desk desk;
	uint32_t i;

	(void)state;
	desk_open(&desk, patterns, 2);
	desk_item(&desk, text, NULL);
	for (i = 0; i < 2; i++) {
		assert_int_equal(found_in(&desk, i, MATCH_TITLE), 0);
		assert_int_equal(regex_scan_overruns(desk.scan), i + 1);
	}
	assert_true(regex_scan_steps(desk.scan) < REGEX_BUDGET);
	/* neither is too much for a text of ordinary length */
	desk_item(&desk, "aaaaaaaaaaaaaab", NULL);
	for (i = 0; i < 2; i++)
		assert_int_equal(found_in(&desk, i, MATCH_TITLE), 1);
	assert_int_equal(regex_scan_overruns(desk.scan), 2);
	desk_close(&desk);
	free(text);
}

static void
all_expressions_of_an_item_share_a_budget(void **state)
{
	const char *patterns[16];
	char names[16][40];
	char *text = pile("", "a", REGEX_FIELD_MAX, "");
	struct desk desk;
	size_t i;

	(void)state;
	for (i = 0; i < 16; i++) {
		snprintf(names[i], sizeof(names[i]), "a+a+a+[b-%c]",
		    (char)('c' + i));
		patterns[i] = names[i];
	}
	desk_open(&desk, patterns, 16);
	desk_item(&desk, text, NULL);
	for (i = 0; i < 16; i++)
		assert_int_equal(found_in(&desk, (uint32_t)i, MATCH_TITLE), 0);
	assert_int_equal(regex_scan_overruns(desk.scan), 16);
	assert_true(regex_scan_steps(desk.scan) >= REGEX_ITEM_BUDGET);
	assert_true(
	    regex_scan_steps(desk.scan) <= REGEX_ITEM_BUDGET + 16 * LAST_STEP);
	desk_close(&desk);
	free(text);
}

static void
an_honest_expression_reads_a_whole_field(void **state)
{
	static const char *const patterns[] = {
	    "\\w+ missile", "[A-Z]\\w+ [A-Z]\\w+", "\\d+\\s*km", "(?i)icbm"};
	char *text = pile("", "the launch of a rocket was seen ",
	    REGEX_FIELD_MAX / 32 - 1, "of missile km");
	struct desk desk;
	uint32_t i;

	(void)state;
	desk_open(&desk, patterns, 4);
	desk_item(&desk, "", text);
	for (i = 0; i < 4; i++)
		assert_int_equal(
		    found_in(&desk, i, MATCH_SUMMARY), i == 0 ? 1 : 0);
	assert_int_equal(regex_scan_overruns(desk.scan), 0);
	desk_close(&desk);
	free(text);
}

static void
only_so_much_of_a_field_is_looked_at(void **state)
{
	static const char *const patterns[] = {"b", "a", "\u2026$"};
	char *text = pile("", "a", REGEX_FIELD_MAX, "b");
	char *cut = pile("a", "\u2026", REGEX_FIELD_MAX / 3 + 1, "");
	struct desk desk;

	(void)state;
	desk_open(&desk, patterns, 3);
	desk_item(&desk, text, cut);
	assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 0);
	assert_int_equal(found_in(&desk, 1, MATCH_TITLE), REGEX_FOUND_MAX);
	/* not within a character */
	assert_int_equal(found_in(&desk, 2, MATCH_SUMMARY), 1);
	assert_int_equal(regex_scan_overruns(desk.scan), 0);
	desk_close(&desk);
	free(text);
	free(cut);
}

/* 320 characters of which no two are neighbours, the last of them in last. */
static char *
long_class(char last[4])
{
	struct buf out;
	int i;

	buf_init(&out, 0);
	for (i = 0; i < 320; i++) {
		unsigned code = 0x4e00 + 2 * (unsigned)i;

		last[0] = (char)(0xe0 | code >> 12);
		last[1] = (char)(0x80 | (code >> 6 & 0x3f));
		last[2] = (char)(0x80 | (code & 0x3f));
		last[3] = '\0';
		assert_int_equal(buf_addstr(&out, last), 0);
	}
	return buf_steal(&out);
}

/* What one item of the pattern reads before it fails is paid for. */
static void
a_long_class_repeated_costs_its_length_times_its_number(void **state)
{
	char last[4], *class = long_class(last);
	char *pattern = pile("(?:||||||||)[", class, 1, "]{100}z");
	char *piece = pile("", last, 99, "a");
	char *once = pile("", piece, 1, "z");
	char *text = pile("", piece, 215, "z");
	const char *patterns[] = {pattern};
	struct desk desk;

	(void)state;
	desk_open(&desk, patterns, 1);
	/* 320 characters are looked at 99 times */
	desk_item(&desk, once, NULL);
	assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 0);
	assert_true(regex_scan_steps(desk.scan) >= UINT64_C(320) * 99);
	desk_item(&desk, text, NULL);
	assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 0);
	assert_in_range(regex_scan_overruns(desk.scan), 1, 2);
	desk_close(&desk);
	free(text);
	free(once);
	free(piece);
	free(pattern);
	free(class);
}

static void
an_ordinary_class_costs_nothing_more(void **state)
{
	static const char *const patterns[] = {"[0-9a-z]", "[\uac00-\ud7a3]",
	    "[^\u91d1]", "[\\p{Hangul}\\d]", "[\u91d1\u6b63]", "."};
	uint64_t steps[6];
	struct desk desk;
	uint32_t i;

	(void)state;
	desk_open(&desk, patterns, 6);
	for (i = 0; i < 6; i++) {
		desk_item(&desk, "\ud55c", NULL);
		(void)found_in(&desk, i, MATCH_TITLE);
		steps[i] = regex_scan_steps(desk.scan);
	}
	for (i = 0; i < 6; i++)
		assert_true(steps[i] <= steps[5]);
	desk_close(&desk);
}

static void
a_long_class_still_finds_what_stands_near(void **state)
{
	char last[4], *class = long_class(last);
	char *pattern = pile("[", class, 1, "]{2}z");
	char *text = pile("", "\ub098 ", 500, last);
	char *whole = pile(text, last, 1, "z");
	const char *patterns[] = {pattern};
	struct desk desk;

	(void)state;
	desk_open(&desk, patterns, 1);
	desk_item(&desk, whole, NULL);
	assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 1);
	assert_int_equal(regex_scan_overruns(desk.scan), 0);
	desk_close(&desk);
	free(whole);
	free(text);
	free(pattern);
	free(class);
}

static void
what_is_no_utf8_is_given_up(void **state)
{
	static const char *const patterns[] = {"b"};
	struct desk desk;

	(void)state;
	desk_open(&desk, patterns, 1);
	desk_item(&desk,
	    "a\xff"
	    "b",
	    "b");
	assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 0);
	assert_int_equal(regex_scan_overruns(desk.scan), 1);
	assert_int_equal(found_in(&desk, 0, MATCH_SUMMARY), 1);
	desk_close(&desk);
}

static void
an_end_before_the_start_is_no_match(void **state)
{
	static const char *const patterns[] = {"ab\\K", "a\\Kb", "(a|b\\K)+"};
	struct desk desk;

	(void)state;
	desk_open(&desk, patterns, 3);
	desk_item(&desk, "abab", NULL);
	assert_int_equal(found_in(&desk, 0, MATCH_TITLE), 0);
	assert_int_equal(found_in(&desk, 1, MATCH_TITLE), 2);
	assert_in_range(found_in(&desk, 2, MATCH_TITLE), 0, 4);
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(matches_are_found_in_order_with_their_bytes),
	    cmocka_unit_test(an_expression_runs_once_for_an_item_and_field),
	    cmocka_unit_test(equal_expressions_are_kept_once),
	    cmocka_unit_test(
		what_cannot_be_bounded_or_finds_nothing_is_refused),
	    cmocka_unit_test(every_size_of_a_pattern_has_its_bound),
	    cmocka_unit_test(a_configuration_has_only_so_many_expressions),
	    cmocka_unit_test(the_worst_expressions_end_within_the_budget),
	    cmocka_unit_test(
		nested_repetition_on_64_kib_is_given_up_and_counted),
	    cmocka_unit_test(depth_and_memory_of_a_run_are_bounded),
	    cmocka_unit_test(all_expressions_of_an_item_share_a_budget),
	    cmocka_unit_test(an_honest_expression_reads_a_whole_field),
	    cmocka_unit_test(only_so_much_of_a_field_is_looked_at),
	    cmocka_unit_test(
		a_long_class_repeated_costs_its_length_times_its_number),
	    cmocka_unit_test(an_ordinary_class_costs_nothing_more),
	    cmocka_unit_test(a_long_class_still_finds_what_stands_near),
	    cmocka_unit_test(what_is_no_utf8_is_given_up),
	    cmocka_unit_test(an_end_before_the_start_is_no_match),
	};

	return cmocka_run_group_tests_name("regex", tests, NULL, NULL);
}
