#include "tests/test.h"

#include "lib/alloc.h"
#include "text/xpath.h"

static void
assert_type(const char *text, enum xpath_type want)
{
	enum xpath_type type;
	struct err err;
	int rc = xpath_check(text, &type, &err);

	if (rc == -1)
		print_message("# %s: %s\n", text, err.text);
	assert_int_equal(rc, 0);
	assert_int_equal(type, want);
}

static void
assert_bad(const char *text, const char *words)
{
	enum xpath_type type;
	struct err err;

	assert_int_equal(xpath_check(text, &type, &err), -1);
	if (!strstr(err.text, words))
		print_message("# \"%s\" lacks \"%s\"\n", err.text, words);
	assert_non_null(strstr(err.text, words));
}

static void
the_type_of_an_expression_is_known(void **state)
{
	(void)state;
	assert_type("//ul[@id='news']/li[position() > 1]", XPATH_NODES);
	assert_type("descendant-or-self::a/@href", XPATH_NODES);
	assert_type(".//a | .//b", XPATH_NODES);
	assert_type("text()", XPATH_NODES);
	assert_type("normalize-space(.//h3)", XPATH_TEXT);
	assert_type("concat('view.do?no=', td[1])", XPATH_TEXT);
	assert_type("count(//li)", XPATH_OTHER);
	assert_type("not(//li)", XPATH_OTHER);
	assert_type("5 -(2)", XPATH_OTHER);
}

static void
what_the_grammar_refuses_is_told(void **state)
{
	(void)state;
	assert_bad("", "not an XPath expression");
	assert_bad("//li[", "not an XPath expression");
	assert_bad("//li[1", "[ ] is not complete");
	assert_bad("//a b", "before \"b\"");
	assert_bad("//li)", "before \")\"");
	assert_bad("//a[@class='x]", "a quote is not closed");
	assert_bad("concat('a')", "arguments");
	assert_bad("1 | 2", "no list of nodes");
}

static void
what_would_fail_on_some_page_only_is_refused_at_once(void **state)
{
	(void)state;
	assert_bad("//li[matches(., 'x')]", "no function matches()");
	assert_bad("document('file:///etc/passwd')", "no function document()");
	assert_bad("id('x')", "no function id()");
	assert_bad("//li[$x]", "no variables");
	assert_bad("//html:li", "no namespaces; expected li");
	assert_bad("//LI", "\"LI\" in lower case");
	/* in a string, all of that may stand */
	assert_type("//li[. = 'matches($x) html:LI']", XPATH_NODES);
}

static void
an_expression_has_a_bound(void **state)
{
	char *text = xmalloc(XPATH_TEXT_MAX + 2);

	(void)state;
	memset(text, 'a', XPATH_TEXT_MAX + 1);
	text[XPATH_TEXT_MAX] = '\0';
	assert_type(text, XPATH_NODES);
	text[XPATH_TEXT_MAX] = 'a';
	text[XPATH_TEXT_MAX + 1] = '\0';
	assert_bad(text, "longer than 1024 bytes");
	/* as deep as it fits */
	memset(text, '(', XPATH_TEXT_MAX);
	text[XPATH_TEXT_MAX] = '\0';
	assert_bad(text, "not an XPath expression");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_type_of_an_expression_is_known),
	    cmocka_unit_test(what_the_grammar_refuses_is_told),
	    cmocka_unit_test(
		what_would_fail_on_some_page_only_is_refused_at_once),
	    cmocka_unit_test(an_expression_has_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
