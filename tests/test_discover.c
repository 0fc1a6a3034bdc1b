/* The feeds that a page names. */
#include "tests/test.h"

#include <time.h>

#include "feeds/discover.h"
#include "lib/alloc.h"
#include "lib/buf.h"

#define BASE "https://site.example/dir/page.html"
#define LINK(type, href)                                                       \
	"<link rel=alternate type=\"" type "\" href=\"" href "\">"
#define RSS "application/rss+xml"
#define COST_MAX_S 5 /* of processor time, under a sanitizer */

static struct discovery *
find_bytes(const char *body, size_t len, const char *content_type)
{
	/* a copy of just that size: reading beyond it is found */
	char *copy = xmalloc(len);
	const struct parse_input input = {
	    .body = copy,
	    .len = len,
	    .base_url = BASE,
	    .content_type = content_type,
	};
	struct discovery *found;

	if (len)
		memcpy(copy, body, len);
	found = discover(&input);
	memset(copy, '!', len);
	free(copy);
	return found;
}

static struct discovery *
find(const char *body)
{
	return find_bytes(body, strlen(body), NULL);
}

static void
expect_one(const char *body, const char *url, enum discover_kind kind)
{
	struct discovery *found = find(body);

	assert_int_equal(found->count, 1);
	assert_string_equal(found->feeds[0].url, url);
	assert_int_equal(found->feeds[0].kind, kind);
	discovery_free(&found);
	assert_null(found);
}

static void
expect_none(const char *body)
{
	struct discovery *found = find(body);

	assert_int_equal(found->count, 0);
	discovery_free(&found);
}

static void
a_link_of_each_media_type_is_found(void **state)
{
	static const char *const types[] = {RSS, "application/atom+xml",
	    "application/rdf+xml", "application/feed+json",
	    "Application/RSS+XML; charset=utf-8"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char *body =
		    xasprintf("<html><head><link REL='Alternate' type='%s' "
			      "href='/f'></head>",
			types[i]);

		expect_one(body, "https://site.example/f", DISCOVER_LINK);
		free(body);
	}
}

static void
other_links_are_not_feeds(void **state)
{
	(void)state;
	expect_none("");
	expect_none("no markup at all");
	expect_none("<link rel=stylesheet type=text/css href=/feed.css>");
	expect_none(
	    "<link rel='alternate stylesheet' type='" RSS "' href=/feed>");
	expect_none("<link rel=alternates type='" RSS "' href=/feed>");
	expect_none(LINK("application/json", "/wp-json/wp/v2/pages/2"));
	expect_none(LINK("application/json+oembed", "/oembed"));
	expect_none(LINK("text/html", "/ko/"));
	expect_none("<link rel=alternate href=/ko/ hreflang=ko>");
	expect_none("<link type='" RSS "' href=/feed>");
	expect_none("<link rel=alternate type='" RSS "'>");
	expect_none("<!-- " LINK(RSS, "/f") " -->");
	expect_none("<script>'" LINK(RSS, "/f") "'</script>");
}

static void
what_is_called_xml_must_look_like_a_feed(void **state)
{
	(void)state;
	expect_none(LINK("text/xml", "/sitemap.xml"));
	expect_one(LINK("text/xml", "/rss/world.xml"),
	    "https://site.example/rss/world.xml", DISCOVER_LINK);
}

static void
relative_links_are_resolved(void **state)
{
	(void)state;
	expect_one(LINK(RSS, "f"), "https://site.example/dir/f", DISCOVER_LINK);
	expect_one(LINK(RSS, "../f"), "https://site.example/f", DISCOVER_LINK);
	expect_one(
	    LINK(RSS, "//o.example/f"), "https://o.example/f", DISCOVER_LINK);
	expect_one(LINK(RSS, "?feed=rss2&amp;a=1#top"),
	    "https://site.example/dir/page.html?feed=rss2&a=1", DISCOVER_LINK);
	expect_one(LINK(RSS, "feed:https://o.example/f"), "https://o.example/f",
	    DISCOVER_LINK);
}

static void
the_first_base_counts(void **state)
{
	(void)state;
	expect_one("<base href='https://b.example/x/'>"
		   "<base href='https://c.example/'>" LINK(RSS, "f"),
	    "https://b.example/x/f", DISCOVER_LINK);
	expect_one("<base href='/sub/'>" LINK(RSS, "f"),
	    "https://site.example/sub/f", DISCOVER_LINK);
	expect_one("<base href='javascript:alert(1)'>" LINK(RSS, "f"),
	    "https://site.example/dir/f", DISCOVER_LINK);
}

static void
only_the_web_is_named(void **state)
{
	(void)state;
	expect_none(LINK(RSS, "javascript:alert(1)"));
	expect_none(LINK(RSS, "file:///etc/passwd"));
	expect_none(LINK(RSS, "data:text/xml,rss"));
	expect_none("<a href='mailto:rss@site.example/feed'>feed</a>");
	expect_none(LINK(RSS, "http://"));
	expect_none(LINK(RSS, "#feed"));
}

static void
duplicates_are_removed(void **state)
{
	struct discovery *found;

	(void)state;
	found = find(LINK(RSS, "/f") LINK(RSS, "https://SITE.example:443/f#x")
		LINK("application/atom+xml", "/f") LINK(RSS, "/g"));
	assert_int_equal(found->count, 2);
	assert_string_equal(found->feeds[1].url, "https://site.example/g");
	assert_int_equal(found->dropped, 0);
	discovery_free(&found);
}

static void
anchors_that_look_like_feeds_come_second(void **state)
{
	struct discovery *found;

	(void)state;
	found = find("<a href='/about'>About</a>"
		     "<a href='/rss.xml'>The <b>world</b>\n feed</a>"
		     "<a href='/latest/feed/' title='t'>x</a>"
		     "<a href='/?format=atom'></a>"
		     "<a href='/feedback'>no</a><a href='/rss-help'>no</a>"
		     "<link rel=alternate type='" RSS "' href='/main'>"
		     "<link rel=alternate type='" RSS
		     "' href='/latest/feed/' title=Latest>");
	assert_int_equal(found->count, 4);
	/* a link makes a link of what was an anchor */
	assert_string_equal(
	    found->feeds[0].url, "https://site.example/latest/feed/");
	assert_int_equal(found->feeds[0].kind, DISCOVER_LINK);
	assert_string_equal(found->feeds[0].title, "Latest");
	assert_string_equal(found->feeds[1].url, "https://site.example/main");
	assert_int_equal(found->feeds[2].kind, DISCOVER_ANCHOR);
	assert_string_equal(found->feeds[2].title, "The world feed");
	assert_null(found->feeds[3].title);
	discovery_free(&found);
}

static void
titles_are_plain(void **state)
{
	struct discovery *found;

	(void)state;
	found = find("<link rel=alternate type='" RSS "' href=/f title='  A "
		     "&amp; b\n\xe2\x80\xae"
		     "evil\x1b[31m&#7;&#x202e; \xff'>");
	assert_int_equal(found->count, 1);
	assert_non_null(strstr(found->feeds[0].title, "A & b evil[31m"));
	assert_null(strstr(found->feeds[0].title, "\xe2\x80\xae"));
	assert_null(strchr(found->feeds[0].title, '\x1b'));
	assert_null(strchr(found->feeds[0].title, '\a'));
	discovery_free(&found);
}

static void
a_title_has_a_longest_length(void **state)
{
	char *title = xmalloc(DISCOVER_TITLE_MAX * 8 + 1), *body;
	struct discovery *found;

	(void)state;
	memset(title, 'x', DISCOVER_TITLE_MAX * 8);
	title[DISCOVER_TITLE_MAX * 8] = '\0';
	body = xasprintf("<link rel=alternate type='" RSS
			 "' href=/f title=%s><a href=/g.rss>%s</a>",
	    title, title);
	found = find(body);
	assert_int_equal(found->count, 2);
	assert_int_equal(strlen(found->feeds[0].title), DISCOVER_TITLE_MAX);
	assert_int_equal(strlen(found->feeds[1].title), DISCOVER_TITLE_MAX);
	discovery_free(&found);
	free(body);
	free(title);
}

static void
titles_are_read_in_the_page_s_encoding(void **state)
{
	static const char euc[] = "<link rel=alternate type='" RSS
				  "' href=/f title='\xba\xcf\xc7\xd1'>";
	struct discovery *found =
	    find_bytes(euc, sizeof(euc) - 1, "text/html; charset=euc-kr");

	(void)state;
	assert_int_equal(found->count, 1);
	assert_string_equal(found->feeds[0].title, "\xeb\xb6\x81\xed\x95\x9c");
	discovery_free(&found);
}

static void
more_feeds_than_the_bound_are_counted(void **state)
{
	struct discovery *found;
	struct buf body;
	int i;

	(void)state;
	buf_init(&body, 0);
	for (i = 0; i < DISCOVER_FEEDS_MAX + 5; i++) {
		assert_int_equal(buf_printf(&body, LINK(RSS, "/link%d"), i), 0);
		assert_int_equal(
		    buf_printf(&body, "<a href='/a%d.rss'>a</a>", i), 0);
	}
	found = find(body.data);
	assert_int_equal(found->count, 2 * DISCOVER_FEEDS_MAX);
	assert_int_equal(found->dropped, 10);
	assert_int_equal(
	    found->feeds[DISCOVER_FEEDS_MAX - 1].kind, DISCOVER_LINK);
	assert_int_equal(
	    found->feeds[DISCOVER_FEEDS_MAX].kind, DISCOVER_ANCHOR);
	discovery_free(&found);
	buf_clear(&body);
}

/* A page of one text, over and over, with a link at its end. */
static size_t
find_behind(const char *part, size_t times)
{
	struct discovery *found;
	struct buf body;
	clock_t start;
	size_t count;

	buf_init(&body, 0);
	for (; times > 0; times--)
		assert_int_equal(buf_addstr(&body, part), 0);
	assert_int_equal(buf_addstr(&body, LINK(RSS, "/f")), 0);
	start = clock();
	found = find(body.data);
	assert_true((clock() - start) / CLOCKS_PER_SEC < COST_MAX_S);
	count = found->count;
	discovery_free(&found);
	buf_clear(&body);
	return count;
}

static void
the_search_is_bounded(void **state)
{
	(void)state;
	assert_int_equal(find_behind("<p>x</p>\n", 1000), 1);
	/* in size */
	assert_int_equal(
	    find_behind("<p>x</p>", DISCOVER_BYTES_MAX / 8 - 8), 1);
	assert_int_equal(find_behind("<p>x</p>", DISCOVER_BYTES_MAX / 8), 0);
	/* in depth: html and body are there in any case */
	assert_int_equal(find_behind("<span>", DISCOVER_DEPTH_MAX - 4), 1);
	assert_int_equal(find_behind("<span>", DISCOVER_DEPTH_MAX + 1), 0);
	/* in what a tag costs libxml2 */
	assert_int_equal(
	    find_behind("<p a b c d e f g h i j k l m n o>", 1000), 1);
}

static void
costly_pages_end_in_time(void **state)
{
	struct buf attributes;
	size_t i;

	(void)state;
	buf_init(&attributes, 0);
	assert_int_equal(buf_addstr(&attributes, "<p "), 0);
	for (i = 0; i < 150000; i++)
		assert_int_equal(buf_printf(&attributes, "a%zu ", i), 0);
	assert_int_equal(buf_addstr(&attributes, ">"), 0);
	(void)find_behind(attributes.data, 1);
	buf_clear(&attributes);
	(void)find_behind("<div>", 100000);
	(void)find_behind("<b></i>", 150000);
	(void)find_behind("<a href=/x.rss>", 60000);
	(void)find_behind("<!-- ", 200000);
	(void)find_behind("&", 1000000);
	(void)find_behind("<table><tr><td>", 60000);
}

static void
every_beginning_of_a_page_is_read(void **state)
{
	static const char page[] =
	    "<!DOCTYPE html><html><head><base href='/b/'><title>t</title>"
	    "<link rel=alternate type='" RSS "' href='f?a=1&amp;b' "
	    "title='&eacute;&#x202e;'></head><body><!-- c --><a "
	    "href='/rss'>x &lt; y</a><script>if (a < b)</script>";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(page); i++) {
		struct discovery *found = find_bytes(page, i, NULL);

		assert_true(found->count <= 2);
		discovery_free(&found);
	}
}

/* What the daemon says of a subscription to a page. */
static void
explains(const char *body, const char *want)
{
	const struct parse_input input = {
	    .body = body, .len = strlen(body), .base_url = BASE};
	struct feed_doc *doc;
	struct err err;

	assert_int_equal(parse_feed(&input, &doc, &err), PARSE_HTML);
	assert_string_equal(err.text, want);
}

static void
the_parser_names_the_first_three_feeds_of_a_page(void **state)
{
	(void)state;
	explains(
	    "<html>" LINK(RSS, "/1") "<a href='/a.rss'>a</a>" LINK(RSS, "/2"),
	    "this is a page; it names these feeds: https://site.example/1, "
	    "https://site.example/2");
	explains("<html>" LINK(RSS, "/1") LINK(RSS, "/2") LINK(RSS, "/3")
		     LINK(RSS, "/4"),
	    "this is a page; it names these feeds: https://site.example/1, "
	    "https://site.example/2, https://site.example/3");
	explains("<html><a href='/a.rss'>a</a>",
	    "this is a page; it names these feeds: https://site.example/a.rss");
	explains(
	    "<html><p>no</p>", "this is an HTML page, not a feed");
}

static void
an_address_that_does_not_fit_into_the_reason_is_left_out(void **state)
{
	char path[1001], *body;

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	body = xasprintf("<html>" LINK(RSS, "/%s") LINK(RSS, "/2"), path);
	explains(body,
	    "this is a page; it names these feeds: https://site.example/2");
	free(body);
}

static int
start(void **state)
{
	(void)state;
	parse_init();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	parse_cleanup();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_link_of_each_media_type_is_found),
	    cmocka_unit_test(other_links_are_not_feeds),
	    cmocka_unit_test(what_is_called_xml_must_look_like_a_feed),
	    cmocka_unit_test(relative_links_are_resolved),
	    cmocka_unit_test(the_first_base_counts),
	    cmocka_unit_test(only_the_web_is_named),
	    cmocka_unit_test(duplicates_are_removed),
	    cmocka_unit_test(anchors_that_look_like_feeds_come_second),
	    cmocka_unit_test(titles_are_plain),
	    cmocka_unit_test(a_title_has_a_longest_length),
	    cmocka_unit_test(titles_are_read_in_the_page_s_encoding),
	    cmocka_unit_test(more_feeds_than_the_bound_are_counted),
	    cmocka_unit_test(the_search_is_bounded),
	    cmocka_unit_test(costly_pages_end_in_time),
	    cmocka_unit_test(every_beginning_of_a_page_is_read),
	    cmocka_unit_test(the_parser_names_the_first_three_feeds_of_a_page),
	    cmocka_unit_test(
		an_address_that_does_not_fit_into_the_reason_is_left_out),
	};

	return cmocka_run_group_tests(tests, start, end);
}
