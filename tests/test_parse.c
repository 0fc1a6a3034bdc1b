#include "tests/parse_golden.h"

#include "feeds/url.h"

/* --- the feeds in tests/data --- */

static void
rss_2_with_its_usual_extensions_is_read(void **state)
{
	(void)state;
	assert_data("rss20.xml", "rss20.expect");
}

static void
rss_1_is_read(void **state)
{
	(void)state;
	assert_data("rdf.xml", "rdf.expect");
}

static void
atom_1_is_read(void **state)
{
	(void)state;
	assert_data("atom10.xml", "atom10.expect");
}

static void
atom_0_3_is_read(void **state)
{
	(void)state;
	assert_data("atom03.xml", "atom03.expect");
}

static void
namespaces_count_and_not_prefixes(void **state)
{
	(void)state;
	assert_data("mixed.xml", "mixed.expect");
}

static void
entities_of_html_need_no_declaration(void **state)
{
	(void)state;
	assert_data("old.xml", "old.expect");
}

static void
json_feed_is_read(void **state)
{
	(void)state;
	assert_data("feed.json", "feed.expect");
}

/* --- fields --- */

/* The only item of an RSS document whose item holds this. */
static struct feed_doc *
rss_item(const char *inner)
{
	char *text = xasprintf(RSS "<item>%s</item>" END, inner);
	struct feed_doc *doc = parse_text(text);

	free(text);
	assert_int_equal(doc->item_count, 1);
	return doc;
}

static struct feed_doc *
atom_entry(const char *inner)
{
	char *text = xasprintf("<feed xmlns=\"http://www.w3.org/2005/Atom\">"
			       "<entry>%s</entry></feed>",
	    inner);
	struct feed_doc *doc = parse_text(text);

	free(text);
	assert_int_equal(doc->item_count, 1);
	return doc;
}

static void
assert_url(struct feed_doc *doc, const char *want)
{
	if (want) {
		assert_non_null(doc->items[0].url);
		assert_string_equal(doc->items[0].url, want);
	} else
		assert_null(doc->items[0].url);
	feed_doc_free(&doc);
}

static void
only_direct_children_are_fields(void **state)
{
	struct feed_doc *doc =
	    rss_item("<image><title>image</title><link>http://i.example/"
		     "</link><guid>g</guid></image><source url=\"x\">s"
		     "<title>source</title></source><author>a<title>t</title>"
		     "</author>");

	(void)state;
	assert_string_equal(doc->items[0].title, "");
	assert_null(doc->items[0].guid);
	assert_null(doc->items[0].url);
	feed_doc_free(&doc);
}

static void
links_are_made_absolute(void **state)
{
	(void)state;
	assert_url(rss_item("<link> http://a.example/x?y=1&amp;z=2 </link>"),
	    "http://a.example/x?y=1&z=2");
	assert_url(
	    rss_item("<link>x/y</link>"), "https://feeds.example/dir/x/y");
	assert_url(
	    rss_item("<link>//b.example/z</link>"), "https://b.example/z");
	assert_url(rss_item("<link>?q=1</link>"),
	    "https://feeds.example/dir/feed?q=1");
	assert_url(rss_item("<link>http://a.example/one\n  two</link>"),
	    "http://a.example/one%20%20two");
	assert_url(rss_item("<link>http://a.example/?a&amp;amp;b</link>"),
	    "http://a.example/?a&b");
	assert_url(
	    rss_item("<link>HTTP://A.example</link>"), "http://A.example/");
}

/* Plain links go past curl's parser: it must not make a difference. */
static void
plain_links_are_what_curl_would_make_of_them(void **state)
{
	static const char *const links[] = {"http://a.example/",
	    "https://a.example/b/c?d=e&f=g#h", "http://a.example:8080/x",
	    "http://a.example:080/x", "http://a.example", "http://a.example?x",
	    "http://a.example/../b", "http://a.example/./b",
	    "http://a.example/b/..", "http://u:p@a.example/",
	    "http://A.example/", "http://a_b.example/", "http://127.1/",
	    "http://0x7f000001/", "http://2130706433/", "http://1.2.3/",
	    "http://a.example:99999/", "http://-a.example/",
	    "http://a..example/", "http://.example/",
	    "https://a.example/%7e%41;b=(c),d!*'+~@:$", "http://[::1]/x",
	    "http:///a.example/", "http:/a.example/", "https://a.example/x|y",
	    "https://a.example/\xc3\xa9", "https://a.example//b//c"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		char *inner =
		    xasprintf("<link><![CDATA[%s]]></link>", links[i]);
		char *want =
		    url_resolve("https://feeds.example/dir/feed", links[i]);

		assert_url(rss_item(inner), want);
		free(inner);
		free(want);
	}
}

static void
other_schemes_are_no_links(void **state)
{
	(void)state;
	assert_url(rss_item("<link>javascript:alert(1)</link>"), NULL);
	assert_url(rss_item("<link>data:text/html,x</link>"), NULL);
	assert_url(rss_item("<link>file:///etc/passwd</link>"), NULL);
	assert_url(rss_item("<link>mailto:a@b.example</link>"), NULL);
	assert_url(rss_item("<link> </link>"), NULL);
	assert_url(rss_item("<guid>tag:a.example,2026:1</guid>"), NULL);
}

static void
a_link_holds_nothing_that_hides_or_turns_text(void **state)
{
	(void)state;
	assert_url(rss_item("<link>http://www%C2%93x.com/a</link>"), NULL);
	assert_url(rss_item("<link>http://moc%E2%80%AEx.com/a</link>"), NULL);
	assert_url(rss_item("<guid>http://moc%E2%80%AEx.com/a</guid>"), NULL);
	assert_url(rss_item("<link>http://한국.kr/</link>"), "http://한국.kr/");
}

static void
a_guid_may_be_the_link_of_last_resort(void **state)
{
	(void)state;
	assert_url(
	    rss_item("<guid>http://a.example/1</guid>"), "http://a.example/1");
	assert_url(rss_item("<guid isPermaLink=\"false\">"
			    "http://a.example/1</guid>"),
	    NULL);
	assert_url(rss_item("<guid>http://a.example/1</guid>"
			    "<link>http://a.example/2</link>"),
	    "http://a.example/2");
	assert_url(rss_item("<guid>42</guid>"), NULL);
}

static void
the_alternate_link_of_atom_is_preferred(void **state)
{
	(void)state;
	assert_url(atom_entry("<link rel=\"self\" href=\"http://a.example/s\"/>"
			      "<link rel=\"enclosure\" href=\"http://a.example/"
			      "e.mp3\"/>"),
	    NULL);
	assert_url(atom_entry("<link href=\"http://a.example/plain\"/><link "
			      "rel=\"alternate\" type=\"text/html\" "
			      "href=\"http://a.example/html\"/><link "
			      "rel=\"alternate\" type=\"application/pdf\" "
			      "href=\"http://a.example/pdf\"/>"),
	    "http://a.example/html");
	assert_url(atom_entry("<link rel=\"\" href=\"/x?a=1&amp;b=2\"/>"),
	    "https://feeds.example/x?a=1&b=2");
	assert_url(
	    atom_entry("<link rel=\"http://www.iana.org/assignments/relation/"
		       "alternate\" href=\"http://a.example/i\"/>"),
	    "http://a.example/i");
}

static void
a_base_is_inherited_and_a_bad_one_ignored(void **state)
{
	(void)state;
	assert_url(atom_entry("<link xml:base=\"http://b.example/c/\" "
			      "href=\"d\"/>"),
	    "http://b.example/c/d");
	assert_url(atom_entry("<link xml:base=\"javascript:x/\" "
			      "href=\"d\"/>"),
	    "https://feeds.example/dir/d");
}

static void
without_a_url_the_feeds_own_page_is_the_base(void **state)
{
	static const char text[] =
	    RSS "<link>http://page.example/a/</link><item><link>b</link></item>"
		"<item><link>/c</link></item>" END;
	const struct parse_input input = {
	    .body = text, .len = sizeof(text) - 1};
	struct feed_doc *doc;
	struct err err;

	(void)state;
	assert_int_equal(parse_feed(&input, &doc, &err), PARSE_OK);
	assert_string_equal(doc->items[0].url, "http://page.example/a/b");
	assert_string_equal(doc->items[1].url, "http://page.example/c");
	feed_doc_free(&doc);
}

static void
the_better_date_counts_and_a_bad_one_is_none(void **state)
{
	struct feed_doc *doc =
	    rss_item("<dc:date xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
		     "2026-01-01T00:00:00Z</dc:date>"
		     "<pubDate>Fri, 02 Jan 2026 00:00:00 GMT</pubDate>");

	(void)state;
	assert_int_equal(doc->items[0].published_s, 1767312000);
	assert_int_equal(doc->items[0].updated_s, TIME_NONE);
	feed_doc_free(&doc);
	doc = rss_item("<pubDate>yesterday</pubDate><pubDate>Fri, 02 Jan 2026 "
		       "00:00:00 GMT</pubDate>");
	assert_int_equal(doc->items[0].published_s, 1767312000);
	feed_doc_free(&doc);
	doc = rss_item("<pubDate>32 Foo 2026</pubDate>");
	assert_int_equal(doc->items[0].published_s, TIME_NONE);
	feed_doc_free(&doc);
}

static void
assert_author(const char *text, const char *want)
{
	char *inner = xasprintf("<author>%s</author>", text);
	struct feed_doc *doc = rss_item(inner);

	free(inner);
	if (want) {
		assert_int_equal(doc->items[0].author_count, 1);
		assert_string_equal(doc->items[0].authors[0], want);
	} else
		assert_int_equal(doc->items[0].author_count, 0);
	feed_doc_free(&doc);
}

static void
an_author_is_called_by_name(void **state)
{
	(void)state;
	assert_author("jo@a.example (Jo Doe)", "Jo Doe");
	assert_author("Jo Doe &lt;jo@a.example&gt;", "Jo Doe");
	assert_author("jo@a.example", "jo@a.example");
	assert_author("Jo (at sea)", "Jo (at sea)");
	assert_author("jo@a.example ()", "jo@a.example ()");
	assert_author("  ", NULL);
	assert_author("<name>N</name><email>e@a.example</email>", "N");
	assert_author("<uri>http://a.example/</uri>", NULL);
}

static void
titles_are_one_clean_line(void **state)
{
	struct feed_doc *doc = rss_item(
	    "<title>\n One &amp;amp; <![CDATA[<b>two</b>]]>\t &#8212; three "
	    "<i>four</i>\n</title>");

	(void)state;
	assert_string_equal(
	    doc->items[0].title, "One & two \xe2\x80\x94 three four");
	feed_doc_free(&doc);
	doc = rss_item("<title>caf\xc3\x83\xc2\xa9</title>");
	assert_string_equal(doc->items[0].title, "caf\xc3\xa9");
	feed_doc_free(&doc);
}

static void
an_empty_element_does_not_hide_a_full_one(void **state)
{
	struct feed_doc *doc =
	    rss_item("<title/><title> </title><title>T</title><title>U</title>"
		     "<guid> </guid><guid>g</guid><description/><description>d"
		     "</description>");

	(void)state;
	assert_string_equal(doc->items[0].title, "T");
	assert_string_equal(doc->items[0].guid, "g");
	assert_string_equal(doc->items[0].summary, "d");
	feed_doc_free(&doc);
}

static void
text_in_pieces_is_put_together(void **state)
{
	struct feed_doc *doc = rss_item(
	    "<title>a<![CDATA[b]]]]><![CDATA[>c]]><!-- no -->d<?no no?>&lt;e"
	    "</title><description>Long enough to be cut out &amp; kept back, "
	    "<![CDATA[and a section that is long enough for the same, & so]]> "
	    "on with &#x4e2d;&#25991; for those who read it, &quot;too&quot;"
	    "</description>");

	(void)state;
	assert_string_equal(doc->items[0].title, "ab]]>cd<e");
	assert_string_equal(doc->items[0].summary,
	    "Long enough to be cut out & kept back, and a section that is "
	    "long enough for the same, & so on with \xe4\xb8\xad\xe6\x96\x87 "
	    "for those who read it, \"too\"");
	assert_false(doc->is_recovered);
	feed_doc_free(&doc);
}

/* Long texts take another way than short ones: both must lead to one place. */
static void
long_and_short_texts_are_read_alike(void **state)
{
	static const char *const forms[][2] = {{"<title>", "</title>"},
	    {"<title><![CDATA[", "]]></title>"},
	    {"<description>", "</description>"},
	    {"<description type=\"xhtml\"><div>", "</div></description>"}};
	static const char *const texts[] = {"plain", "a &lt;b&gt;c&lt;/b&gt;",
	    "&amp;amp; &#169; &#x1F680;", "\xe4\xb8\xad\xe6\x96\x87",
	    "1 &lt; 2", "&apos;&quot;&gt;"};
	static const char fill[] =
	    " and then some words that make the text a long one";
	size_t i, j;

	(void)state;
	for (i = 0; i < 4; i++) {
		for (j = 0; j < 6; j++) {
			char *longer = xasprintf("%s%s", texts[j], fill);
			char *shorts = xasprintf(
			    "%s%s%s", forms[i][0], texts[j], forms[i][1]);
			char *longs = xasprintf(
			    "%s%s%s", forms[i][0], longer, forms[i][1]);
			struct feed_doc *a, *b;
			char *want;

			a = atom_entry(shorts);
			b = atom_entry(longs);
			want = xasprintf("%s%s%s", a->items[0].title,
			    a->items[0].summary, fill);
			assert_string_equal(want, *b->items[0].title
						      ? b->items[0].title
						      : b->items[0].summary);
			feed_doc_free(&a);
			feed_doc_free(&b);
			free(want);
			free(longer);
			free(shorts);
			free(longs);
		}
	}
}

static void
an_unknown_default_namespace_stands_for_the_format(void **state)
{
	struct feed_doc *doc = parse_text(
	    "<rss version=\"2.0\" xmlns=\"urn:x\"><channel><item><title>T"
	    "</title></item></channel></rss>");

	(void)state;
	assert_int_equal(doc->item_count, 1);
	assert_string_equal(doc->items[0].title, "T");
	feed_doc_free(&doc);
	doc = parse_text("<feed><entry><id>1</id><title>T</title></entry>"
			 "</feed>");
	assert_int_equal(doc->format, FEED_FORMAT_ATOM);
	assert_string_equal(doc->items[0].guid, "1");
	feed_doc_free(&doc);
}

static void
plain_entities_of_the_document_are_known(void **state)
{
	struct feed_doc *doc = parse_text(
	    "<!DOCTYPE rss [<!ENTITY co \"Example &#38; Co\"><!ENTITY up "
	    "'>'>]><rss><channel><item><title>By &co;&up;</title></item>"
	    "</channel></rss>");

	(void)state;
	/* what holds a reference might grow: it stays as it is */
	assert_string_equal(doc->items[0].title, "By &co;&up;");
	assert_true(doc->is_recovered);
	feed_doc_free(&doc);
	doc = parse_text("<!DOCTYPE rss [<!ENTITY co \"Example\">]><rss>"
			 "<channel><item><title>By &co;</title></item>"
			 "</channel></rss>");
	assert_string_equal(doc->items[0].title, "By Example");
	assert_false(doc->is_recovered);
	feed_doc_free(&doc);
}

static void
usual_dates_are_those_of_the_general_reader(void **state)
{
	static const char *const dates[] = {"Thu, 01 Jan 1970 00:00:00 GMT",
	    "Sat, 28 Feb 2026 23:59:59 +0930",
	    "Sun, 01 Mar 2026 00:00:00 -1200", "Tue, 29 Feb 2028 00:00:00 GMT",
	    "2026-02-28T23:59:59Z", "2026-03-01T00:00:00+05:30",
	    "2000-12-31T23:59:59Z", "2026-02-29T00:00:00Z",
	    "2026-13-01T00:00:00Z", "Mon, 31 Dec 2035 12:00:00 +0000"};
	static const int64_t seconds[] = {0, 1772288999, 1772366400, 1835395200,
	    1772323199, 1772303400, 978307199, TIME_NONE, TIME_NONE,
	    2082715200};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		char *inner = xasprintf("<pubDate>%s</pubDate>", dates[i]);
		struct feed_doc *doc = rss_item(inner);

		free(inner);
		assert_int_equal(doc->items[0].published_s, seconds[i]);
		feed_doc_free(&doc);
	}
}

/* --- outcomes --- */

static void
nothing_at_all_is_empty(void **state)
{
	(void)state;
	assert_refused("", 0, PARSE_EMPTY, "empty");
	assert_refused(" \r\n\t ", 5, PARSE_EMPTY, "empty");
	assert_refused("\xef\xbb\xbf\n", 4, PARSE_EMPTY, "empty");
}

static void
assert_page(const char *text, const char *words)
{
	assert_refused(text, strlen(text), PARSE_HTML, words);
}

static void
a_page_is_no_feed_and_its_feeds_are_named(void **state)
{
	(void)state;
	assert_page("<!DOCTYPE html><p>503", "an HTML page");
	assert_page("<!-- x -->\n<HTML lang=en><body>hello", "an HTML page");
	assert_page("<br/><b>Fatal error</b>: x", "an HTML page");
	assert_page("<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/"
		    "1999/xhtml\"><head/></html>",
	    "an HTML page");
	assert_page("<!doctype html><head><link rel=stylesheet href=a.css>"
		    "<LINK rel='alternate' type='application/rss+xml' "
		    "href='/rss?a=1&amp;b=2'><link rel=alternate "
		    "type=application/atom+xml href=http://b.example/atom>",
	    "https://feeds.example/rss?a=1&b=2, http://b.example/atom");
}

static void
assert_not_feed(const char *text, const char *words)
{
	assert_refused(text, strlen(text), PARSE_NOT_FEED, words);
}

static void
other_documents_are_no_feeds(void **state)
{
	(void)state;
	assert_not_feed("<document xmlns=\"http://www.example.org/"
			"document\"><url/></document>",
	    "<document>");
	assert_not_feed("<svg xmlns=\"http://www.w3.org/2000/svg\"><entry>x"
			"</entry></svg>",
	    "<svg>");
	assert_not_feed("<entry>without its namespace</entry>", "<entry>");
	assert_not_feed("Not found\x1b[2J", "Not found?[2J");
	assert_not_feed("%PDF-1.4", "PDF");
	assert_not_feed(
	    "{\"error\": \"rate limited\", \"items\": null}", "no JSON Feed");
	assert_not_feed("{\"items\": [{\"sku\": 1}]}", "no JSON Feed");
	assert_not_feed("[1, 2]", "no JSON Feed");
	assert_refused("\x1f\x8b\x08\0\0", 5, PARSE_BROKEN, "gzip");
	assert_refused("\1\2\0\3", 4, PARSE_NOT_FEED, "binary");
}

static void
a_feed_of_which_nothing_is_left_is_broken(void **state)
{
	const char *json = "{\"version\": \"https://jsonfeed.org/version/1\","
			   "\"items\": [{\"id\": ";

	(void)state;
	assert_refused(RSS, strlen(RSS), PARSE_BROKEN, "nothing can be read");
	assert_refused("<", 1, PARSE_BROKEN, "nothing can be read");
	assert_refused(json, strlen(json), PARSE_BROKEN, "JSON line 1");
}

static void
a_feed_without_items_is_a_feed(void **state)
{
	static const char *const texts[] = {RSS END,
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\"/>",
	    "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": []}",
	    "{\"version\": \"https://jsonfeed.org/version/1.1\"}"};
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct feed_doc *doc = parse_text(texts[i]);

		assert_int_equal(doc->item_count, 0);
		assert_false(doc->is_recovered);
		feed_doc_free(&doc);
	}
}

static void
a_document_over_the_bound_is_too_large(void **state)
{
	char *text = xmalloc(PARSE_BODY_MAX + 1);
	struct feed_doc *doc;
	struct err err;

	(void)state;
	memset(text, ' ', PARSE_BODY_MAX + 1);
	memcpy(text, RSS END, strlen(RSS END));
	assert_int_equal(
	    parse_bytes(text, PARSE_BODY_MAX + 1, NULL, &doc, &err),
	    PARSE_TOO_LARGE);
	assert_int_equal(
	    parse_bytes(text, PARSE_BODY_MAX, NULL, &doc, &err), PARSE_OK);
	feed_doc_free(&doc);
	free(text);
}

static void
a_json_feed_without_its_version_is_known_by_its_items(void **state)
{
	struct feed_doc *doc =
	    parse_text(" {\"items\": [{\"id\": \"1\", \"title\": \"T\"}]}");

	(void)state;
	assert_int_equal(doc->format, FEED_FORMAT_JSON);
	assert_string_equal(doc->items[0].title, "T");
	feed_doc_free(&doc);
}

static void
an_entry_may_stand_alone(void **state)
{
	struct feed_doc *doc =
	    parse_text("<entry xmlns=\"http://www.w3.org/2005/Atom\"><id>1"
		       "</id><title>T</title></entry>");

	(void)state;
	assert_int_equal(doc->item_count, 1);
	assert_string_equal(doc->items[0].guid, "1");
	feed_doc_free(&doc);
}

static void
freeing_nothing_is_fine(void **state)
{
	struct feed_doc *doc = NULL;

	(void)state;
	feed_doc_free(&doc);
	assert_null(doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rss_2_with_its_usual_extensions_is_read),
	    cmocka_unit_test(rss_1_is_read),
	    cmocka_unit_test(atom_1_is_read),
	    cmocka_unit_test(atom_0_3_is_read),
	    cmocka_unit_test(namespaces_count_and_not_prefixes),
	    cmocka_unit_test(entities_of_html_need_no_declaration),
	    cmocka_unit_test(json_feed_is_read),
	    cmocka_unit_test(only_direct_children_are_fields),
	    cmocka_unit_test(links_are_made_absolute),
	    cmocka_unit_test(plain_links_are_what_curl_would_make_of_them),
	    cmocka_unit_test(other_schemes_are_no_links),
	    cmocka_unit_test(a_link_holds_nothing_that_hides_or_turns_text),
	    cmocka_unit_test(a_guid_may_be_the_link_of_last_resort),
	    cmocka_unit_test(the_alternate_link_of_atom_is_preferred),
	    cmocka_unit_test(a_base_is_inherited_and_a_bad_one_ignored),
	    cmocka_unit_test(without_a_url_the_feeds_own_page_is_the_base),
	    cmocka_unit_test(the_better_date_counts_and_a_bad_one_is_none),
	    cmocka_unit_test(an_author_is_called_by_name),
	    cmocka_unit_test(titles_are_one_clean_line),
	    cmocka_unit_test(an_empty_element_does_not_hide_a_full_one),
	    cmocka_unit_test(text_in_pieces_is_put_together),
	    cmocka_unit_test(long_and_short_texts_are_read_alike),
	    cmocka_unit_test(
		an_unknown_default_namespace_stands_for_the_format),
	    cmocka_unit_test(plain_entities_of_the_document_are_known),
	    cmocka_unit_test(usual_dates_are_those_of_the_general_reader),
	    cmocka_unit_test(nothing_at_all_is_empty),
	    cmocka_unit_test(a_page_is_no_feed_and_its_feeds_are_named),
	    cmocka_unit_test(other_documents_are_no_feeds),
	    cmocka_unit_test(a_feed_of_which_nothing_is_left_is_broken),
	    cmocka_unit_test(a_feed_without_items_is_a_feed),
	    cmocka_unit_test(a_document_over_the_bound_is_too_large),
	    cmocka_unit_test(
		a_json_feed_without_its_version_is_known_by_its_items),
	    cmocka_unit_test(an_entry_may_stand_alone),
	    cmocka_unit_test(freeing_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, set_up_parser, tear_down_parser);
}
