#include "tests/test.h"

#include "lib/diag.h"

/* What is printed, owned by the caller. */
static char *
printed(const struct diag *diag)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	diag_print(diag, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
assert_printed(const struct diag *diag, const char *expected)
{
	char *text = printed(diag);

	assert_string_equal(text, expected);
	free(text);
}

static void
a_finding_shows_its_place_its_line_a_caret_and_a_hint(void **state)
{
	const struct place place = {"topics.conf", 14, 31};
	struct diag diag;

	(void)state;
	diag_init(&diag);
	diag_add(&diag, DIAG_ERROR, &place, "E101", "AND and %s mixed", "OR");
	diag_source(&diag, "DPRK AND missile OR rocket", 18, 2);
	diag_hint(&diag, "add parentheses");
	assert_printed(&diag,
	    "topics.conf:14:31: error E101: AND and OR mixed\n"
	    "   DPRK AND missile OR rocket\n"
	    "                    ^^\n"
	    "   hint: add parentheses\n");
	assert_int_equal(diag.errors, 1);
	diag_clear(&diag);
	assert_int_equal(diag.count, 0);
}

static void
what_is_not_known_is_not_shown(void **state)
{
	const struct place file = {"a.conf", 0, 0}, line = {"a.conf", 3, 0};
	struct diag diag;

	(void)state;
	diag_init(&diag);
	diag_add(&diag, DIAG_WARNING, NULL, NULL, "nowhere");
	diag_add(&diag, DIAG_WARNING, &file, "", "a file");
	diag_add(&diag, DIAG_ERROR, &line, "E1", "a line");
	assert_printed(&diag, "warning: nowhere\n"
			      "a.conf: warning: a file\n"
			      "a.conf:3: error E1: a line\n");
	assert_int_equal(diag.errors, 1);
	diag_clear(&diag);
}

static void
findings_come_in_the_order_of_their_places(void **state)
{
	static const struct place places[] = {
	    {"b", 1, 1}, {"a", 10, 1}, {"a", 2, 9}, {"a", 2, 3}, {"a", 2, 9}};
	struct diag diag;
	size_t i;

	(void)state;
	diag_init(&diag);
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		diag_add(&diag, DIAG_ERROR, &places[i], NULL, "%zu", i);
	assert_printed(&diag, "a:2:3: error: 3\na:2:9: error: 2\n"
			      "a:2:9: error: 4\na:10:1: error: 1\n"
			      "b:1:1: error: 0\n");
	/* and the entries stay as they were added */
	assert_int_equal(diag.entries[0].file[0], 'b');
	diag_clear(&diag);
}

/* The line of the caret, for a source and a place in it. */
static void
assert_caret(const char *source, int caret, int len, const char *expected)
{
	struct diag diag;
	char *text, *line;

	diag_init(&diag);
	diag_add(&diag, DIAG_ERROR, NULL, NULL, "x");
	diag_source(&diag, source, caret, len);
	text = printed(&diag);
	line = strchr(strchr(text, '\n') + 1, '\n') + 1;
	line[strcspn(line, "\n")] = '\0';
	assert_string_equal(line, expected);
	free(text);
	diag_clear(&diag);
}

static void
the_caret_stands_under_what_it_marks(void **state)
{
	(void)state;
	assert_caret("abc", 2, 1, "    ^");
	assert_caret("a\tbc", 3, 1, "     ^");
	/* curly quotes take one column, Han and Hangul two, accents none */
	assert_caret("\u201ca\u201d b", 5, 1, "       ^");
	assert_caret("\u5317\ud55c x", 4, 1, "        ^");
	assert_caret("x \u5317\ud55c", 3, 2, "     ^^^^");
	assert_caret("e\u0301 x", 4, 1, "     ^");
}

static void
a_caret_outside_of_its_line_is_bounded(void **state)
{
	(void)state;
	assert_caret("abc", 4, 1, "      ^");
	assert_caret("abc", 1000000, 1, "      ^");
	assert_caret("abc", 2, 2147483647, "    ^^");
	assert_caret("abc", 2, 0, "    ^");
	assert_caret("abc", 2, -5, "    ^");
}

static void
text_is_made_safe_for_a_terminal(void **state)
{
	const struct place place = {"a\033[2Jb", 1, 1};
	struct diag diag;

	(void)state;
	diag_init(&diag);
	diag_add(&diag, DIAG_ERROR, &place, NULL, "bad \033[31m \xff \u202e");
	diag_source(&diag, "x\033[31m\ty", 1, 1);
	diag_hint(&diag, "like\rthis");
	assert_printed(&diag, "a?[2Jb:1:1: error: bad ?[31m ? ?\n"
			      "   x?[31m y\n"
			      "   ^\n"
			      "   hint: like?this\n");
	diag_clear(&diag);
}

static void
a_long_message_is_cut_on_a_character_and_says_so(void **state)
{
	char text[3 * DIAG_TEXT_MAX + 1];
	struct diag diag;
	const char *message;
	size_t i, len;

	(void)state;
	for (i = 0; i < DIAG_TEXT_MAX; i++)
		memcpy(text + 3 * i, "\u5317", 4);
	diag_init(&diag);
	diag_add(&diag, DIAG_ERROR, NULL, NULL, "%s", text);
	message = diag.entries[0].message;
	len = strlen(message);
	assert_in_range(len, DIAG_TEXT_MAX - 8, DIAG_TEXT_MAX - 1);
	assert_string_equal(message + len - 3, "...");
	assert_int_equal((len - 3) % 3, 0);
	diag_clear(&diag);
}

static void
later_calls_replace_the_source_and_the_hint(void **state)
{
	struct diag diag;

	(void)state;
	diag_init(&diag);
	diag_add(&diag, DIAG_ERROR, NULL, NULL, "x");
	diag_source(&diag, "first", 0, 0);
	diag_source(&diag, "second", 0, 0);
	diag_hint(&diag, "first");
	diag_hint(&diag, "second");
	assert_printed(&diag, "error: x\n   second\n   hint: second\n");
	diag_clear(&diag);
}

static void
beyond_the_bound_findings_are_only_counted(void **state)
{
	struct diag diag;
	char *text;
	int i;

	(void)state;
	diag_init(&diag);
	for (i = 0; i < DIAG_MAX + 5; i++) {
		diag_add(&diag, DIAG_ERROR, NULL, NULL, "finding %d", i);
		diag_source(&diag, "source", 1, 1);
		diag_hint(&diag, "hint %d", i);
	}
	assert_int_equal(diag.count, DIAG_MAX);
	assert_int_equal(diag.errors, DIAG_MAX + 5);
	text = printed(&diag);
	assert_non_null(strstr(text, "hint 999\n"));
	assert_null(strstr(text, "hint 1000\n"));
	assert_non_null(strstr(text, "\nand 5 more\n"));
	free(text);
	diag_clear(&diag);
	assert_int_equal(diag.errors, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		a_finding_shows_its_place_its_line_a_caret_and_a_hint),
	    cmocka_unit_test(what_is_not_known_is_not_shown),
	    cmocka_unit_test(findings_come_in_the_order_of_their_places),
	    cmocka_unit_test(the_caret_stands_under_what_it_marks),
	    cmocka_unit_test(a_caret_outside_of_its_line_is_bounded),
	    cmocka_unit_test(text_is_made_safe_for_a_terminal),
	    cmocka_unit_test(a_long_message_is_cut_on_a_character_and_says_so),
	    cmocka_unit_test(later_calls_replace_the_source_and_the_hint),
	    cmocka_unit_test(beyond_the_bound_findings_are_only_counted),
	};

	return cmocka_run_group_tests_name("diag", tests, NULL, NULL);
}
