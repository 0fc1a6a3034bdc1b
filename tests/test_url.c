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

/* What a host is when its escapes are read, it is at once. */
static void
an_escaped_host_is_read_to_its_end(void **state)
{
	(void)state;
	is(url_resolve(NULL, "http://%31%32%37.1/x"), "http://127.0.0.1/x");
	is(url_canonical("http://%37.0/x"), "http://7.0.0.0/x");
	is(url_resolve("http://%30x7f.1/d/", "x"), "http://127.0.0.1/d/x");
	is(url_resolve(NULL, "http://a.example/%2e%37"),
	    "http://a.example/%2e%37");
	is(url_resolve(NULL, "http://a%2531.example/"), NULL);
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

static void
user_and_password_are_of_the_url_and_not_of_its_origin(void **state)
{
	(void)state;
	is(url_resolve(NULL, "http://u:p@a.example/x"),
	    "http://u:p@a.example/x");
	is(url_host_port("http://a.example@b.example/"), "b.example:80");
	assert_true(
	    url_same_origin("http://u:p@a.example/", "http://a.example/"));
	is(url_redacted("http://u%0A:p@a.example/x"), "http://a.example/x");
}

static void
a_backslash_is_in_no_host(void **state)
{
	(void)state;
	is(url_resolve(NULL, "http://a.example\\@b.example/"), NULL);
	is(url_resolve(NULL, "http://a.example\\.b.example/"), NULL);
	is(url_resolve(NULL, "http://a.example%5c.b.example/"), NULL);
	is(url_resolve("http://a.example/", "\\\\b.example\\c"),
	    "http://a.example/\\\\b.example\\c");
}

static void
an_encoded_host_is_what_it_decodes_to(void **state)
{
	char *once, *twice;

	(void)state;
	is(url_resolve(NULL, "http://%61.example/"), "http://a.example/");
	is(url_canonical("http://%41.example/"), "http://a.example/");
	is(url_host_port("http://%41.example/"), "a.example:80");
	once = url_canonical("http://%ED%95%9C%EA%B5%AD.kr/");
	assert_string_equal(once, "http://한국.kr/");
	twice = url_canonical(once);
	assert_string_equal(once, twice);
	free(once);
	free(twice);
	/* it would be decoded once more each time it is read */
	is(url_canonical("http://a%25b.example/"), NULL);
	is(url_resolve(NULL, "http://a%2541.example/"), NULL);
	is(url_resolve(NULL, "http://a%2Fb.example/"), NULL);
	is(url_resolve(NULL, "http://a%40b.example/"), NULL);
	is(url_resolve(NULL, "http://a%00.example/"), NULL);
	is(url_resolve(NULL, "http://a%FF.example/"), NULL);
}

static void
hosts_of_any_script_are_hosts(void **state)
{
	(void)state;
	is(url_resolve(NULL, "http://한국.kr/"), "http://한국.kr/");
	is(url_resolve(NULL, "http://xn--3e0b707e.kr/"),
	    "http://xn--3e0b707e.kr/");
	is(url_canonical("HTTP://BÜCHER.example/"), "http://bÜcher.example/");
	/* in a path they are encoded */
	is(url_resolve("http://a.example/", "뉴스"),
	    "http://a.example/%eb%89%b4%ec%8a%a4");
}

/* C1, a line feed, overrides, isolates, a mark, a zero-width space. */
static void
what_hides_or_turns_text_is_in_no_url(void **state)
{
	static const char *const hosts[] = {"www%C2%93x.com", "a%0Ab.com",
	    "a%1B%5B2J.com", "moc%E2%80%AEx.com", "a%E2%81%A6b.com",
	    "a%E2%80%8Fb.com", "a%E2%80%8Bb.com", "a\xe2\x80\xae" "b.com",
	    "a\xc2\x93" "b.com"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "http://%s/a", hosts[i]);
		is(url_resolve(NULL, text), NULL);
		is(url_resolve(text, "b"), NULL);
		is(url_canonical(text), NULL);
		is(url_host_port(text), NULL);
		is(url_redacted(text), "(not a URL)");
	}
	/* elsewhere it is encoded */
	is(url_resolve("http://a.example/", "\xe2\x80\xae" "b?\xc2\x93" "c"),
	    "http://a.example/%e2%80%aeb?%c2%93c");
}

static void
what_feeds_add_to_their_links_is_known_by_name(void **state)
{
	static const char *const added[] = {"utm_campaign=x", "UTM_Term=y",
	    "fbclid=1", "gclid=1", "partner=rss", "partner=rssnyt", "emc=rss",
	    "feedType=RSS", "feedName=topNews", "ref=rss", "source=rss",
	    "src=rss", "from=rss", "xtor=RSS-1", "at_medium=RSS",
	    "at_campaign=KARANGA", "ns_mchannel=rss", "cmpid=rss", "spm=a.b",
	    "mkt_tok=1", "traffic_source=rss", "_hsenc=1", "mc_cid=1"};
	static const char *const kept[] = {"partner=1", "ref=2", "source=wire",
	    "src=a", "from=seoul", "id=1", "p=7", "utm=1", "feedType=atom",
	    "articleId=utm_source", "emc=1"};
	char url[96];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(added) / sizeof(added[0]); i++) {
		snprintf(url, sizeof(url), "http://a.example/b?%s", added[i]);
		is(url_canonical(url), "http://a.example/b");
		snprintf(url, sizeof(url), "http://a.example/b?id=1&%s&p=2",
		    added[i]);
		is(url_canonical(url), "http://a.example/b?id=1&p=2");
	}
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		snprintf(url, sizeof(url), "http://a.example/b?%s", kept[i]);
		is(url_canonical(url), url);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(references_resolve_against_their_base),
	    cmocka_unit_test(what_is_not_http_is_no_link),
	    cmocka_unit_test(an_escaped_host_is_read_to_its_end),
	    cmocka_unit_test(links_to_one_article_have_one_canonical_form),
	    cmocka_unit_test(a_query_that_is_the_id_stays),
	    cmocka_unit_test(host_and_port_are_always_told),
	    cmocka_unit_test(origins_differ_by_scheme_host_or_port),
	    cmocka_unit_test(messages_show_no_secrets_of_a_url),
	    cmocka_unit_test(
	        user_and_password_are_of_the_url_and_not_of_its_origin),
	    cmocka_unit_test(a_backslash_is_in_no_host),
	    cmocka_unit_test(an_encoded_host_is_what_it_decodes_to),
	    cmocka_unit_test(hosts_of_any_script_are_hosts),
	    cmocka_unit_test(what_hides_or_turns_text_is_in_no_url),
	    cmocka_unit_test(what_feeds_add_to_their_links_is_known_by_name),
	};

	return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
