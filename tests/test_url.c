#include "tests/test.h"

#include "feeds/url.h"

static void
is(char *got, const char *want)
{
	if (want)
		assert_string_equal(got, want);
	else
		assert_null(got);
	free(got);
}

static void
references_resolve_against_their_base(void **state)
{
	const char *base = "http://a.example/x/feed.xml?q=1";

	(void)state;
	is(url_resolve(base, "item"), "http://a.example/x/item");
	is(url_resolve(base, "/item"), "http://a.example/item");
	is(url_resolve(base, "//b.example/i"), "http://b.example/i");
	is(url_resolve(NULL, " \n http://a.example/i\t"), "http://a.example/i");
}

static void
what_is_not_http_is_no_link(void **state)
{
	(void)state;
	is(url_resolve(NULL, "javascript:alert(1)"), NULL);
	is(url_resolve(NULL, "java\tscript:alert(1)"), NULL);
	is(url_resolve("http://a.example/", "file:///etc/passwd"), NULL);
	is(url_resolve(NULL, "data:text/html,x"), NULL);
	is(url_resolve(NULL, ""), NULL);
	is(url_resolve(NULL, "item"), NULL);
}

static void
links_to_one_article_have_one_canonical_form(void **state)
{
	const char *want = "https://www.a.example/b?id=1";

	(void)state;
	is(url_canonical("HTTPS://WWW.A.example:443/b?id=1#top"), want);
	is(url_canonical("https://www.a.example/b?utm_source=rss&id=1"), want);
	is(url_canonical("https://www.a.example/b?id=1&fbclid=x&gclid=y"), want);
	is(url_canonical("https://www.a.example/b?id=1&partner=rss&emc=rss"),
	    want);
}

static void
a_query_that_is_the_id_stays(void **state)
{
	(void)state;
	is(url_canonical("http://m.example/view.do?mno=1&trendMngNo=134739"),
	    "http://m.example/view.do?mno=1&trendMngNo=134739");
	is(url_canonical("http://m.example/a?partner=other"),
	    "http://m.example/a?partner=other");
	is(url_canonical("http://m.example/a?utm_medium=x"),
	    "http://m.example/a");
}

static void
host_and_port_are_always_told(void **state)
{
	(void)state;
	is(url_host_port("https://A.example/x"), "a.example:443");
	is(url_host_port("http://a.example:8080/"), "a.example:8080");
	is(url_host_port("nonsense://"), NULL);
}

static void
origins_differ_by_scheme_host_or_port(void **state)
{
	(void)state;
	assert_true(url_same_origin("http://a.example/x", "http://A.example:80/"));
	assert_false(url_same_origin("http://a.example/", "https://a.example/"));
	assert_false(url_same_origin("http://a.example/", "http://b.example/"));
	assert_false(
	    url_same_origin("http://a.example/", "http://a.example:81/"));
}

static void
messages_show_no_secrets_of_a_url(void **state)
{
	(void)state;
	is(url_redacted("https://u:p@a.example/x?key=secret#y"),
	    "https://a.example/x");
	is(url_redacted("::"), "(not a URL)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(references_resolve_against_their_base),
	    cmocka_unit_test(what_is_not_http_is_no_link),
	    cmocka_unit_test(links_to_one_article_have_one_canonical_form),
	    cmocka_unit_test(a_query_that_is_the_id_stays),
	    cmocka_unit_test(host_and_port_are_always_told),
	    cmocka_unit_test(origins_differ_by_scheme_host_or_port),
	    cmocka_unit_test(messages_show_no_secrets_of_a_url),
	};

	return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
