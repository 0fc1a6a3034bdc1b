#include "tests/parse_golden.h"

#include <zlib.h>

#define OPEN "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">"
#define CLOSE "</urlset>"

static void
a_news_sitemap_is_read(void **state)
{
	(void)state;
	assert_data("sitemap_news.xml", "sitemap_news.expect");
}

static void
an_entry_of_a_plain_sitemap_has_no_title(void **state)
{
	(void)state;
	assert_data("sitemap.xml", "sitemap.expect");
}

static void
an_aggregators_entry_is_its_outlets(void **state)
{
	(void)state;
	assert_data("aggregator.xml", "aggregator.expect");
}

/* --- aggregators --- */

static void
of_a_long_list_the_first_headlines_are_kept(void **state)
{
	struct feed_doc *doc;
	struct buf body;
	const char *p;
	unsigned i, lines = 1;

	(void)state;
	buf_init(&body, 0);
	append(&body, RSS "<item><title>H - O</title><source>O</source>"
			  "<description>");
	append(&body, "&lt;ol&gt;&lt;li&gt;&lt;a href='x'&gt;H&lt;/a&gt;");
	for (i = 0; i < 1000; i++)
		assert_int_equal(buf_printf(&body,
				     "&lt;li&gt;&lt;a href='x'&gt;N %u"
				     "&lt;/a&gt;",
				     i),
		    0);
	append(&body, "</description></item>" END);
	doc = parse_text(body.data);
	assert_string_equal(doc->items[0].title, "H");
	for (p = doc->items[0].summary; (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, 31);
	assert_null(strstr(doc->items[0].summary, "N 31"));
	feed_doc_free(&doc);
	buf_clear(&body);
}

static void
assert_listing(const char *html, const char *want)
{
	char *text = xasprintf(RSS "<item><title>Morning brief - Wire</title>"
				   "<source>Wire</source><description>"
				   "<![CDATA[%s]]></description></item>" END,
	    html);
	struct feed_doc *doc = parse_text(text);

	assert_string_equal(doc->items[0].title, "Morning brief");
	assert_string_equal(doc->items[0].summary, want);
	feed_doc_free(&doc);
	free(text);
}

static void
what_may_be_no_outlets_name_is_kept(void **state)
{
	(void)state;
	assert_listing("<a href='x'>Morning brief</a> <font>Wire</font>", "");
	assert_listing("<a href='x'>Morning brief</a> <font>Wire</font>"
		       "<a href='y'>Other news</a> "
		       "<font><font>Korea Herald </font></font>",
	    "Other news");
	/* 40 bytes may be a name */
	assert_listing("<a href='y'>Other news</a> "
		       "<font>1234567890123456789012345678901234567890</font>",
	    "Other news");
	assert_listing("<a href='y'>Other news</a> "
		       "<font>12345678901234567890123456789012345678901</font>",
	    "Other news 12345678901234567890123456789012345678901");
	/* behind the entry's own headline stands its own outlet, or text */
	assert_listing("<a href='x'>Morning brief</a><br><font size='-1'>North "
		       "Korea fired a ballistic missile on Sunday.</font>",
	    "Morning brief North Korea fired a ballistic missile on Sunday.");
	assert_listing("<a href='x'>Morning brief</a><br><font>Missile</font>",
	    "Morning brief Missile");
	/* and behind an outlet no other one */
	assert_listing("<a href='y'>Other news</a> <font>Herald</font> "
		       "<font>Missile</font>",
	    "Other news Herald Missile");
}

static void
a_name_alone_or_another_one_is_not_taken_off(void **state)
{
	static const char *const titles[] = {
	    "O", "- O", "A-O", "A - o", "A - OO", "A - O ", NULL};
	const char *const *title;

	(void)state;
	for (title = titles; *title; title++) {
		char *text = xasprintf(RSS "<item><title>%s</title>"
					   "<source>O</source></item>" END,
		    *title);
		struct feed_doc *doc = parse_text(text);

		/* the blank behind the last one is none of the title */
		assert_string_equal(doc->items[0].title,
		    strcmp(*title, "A - O ") == 0 ? "A" : *title);
		assert_string_equal(doc->items[0].authors[0], "O");
		feed_doc_free(&doc);
		free(text);
	}
}

static void
assert_target(const char *link, const char *source, const char *want)
{
	char *text =
	    xasprintf(RSS "<item><title>A</title><link>%s</link>%s</item>" END,
		link, source);
	struct feed_doc *doc = parse_text(text);

	assert_string_equal(doc->items[0].url, want);
	feed_doc_free(&doc);
	free(text);
}

static void
the_target_that_an_aggregators_link_names_is_the_link(void **state)
{
	static const char source[] = "<source>O</source>";

	(void)state;
	assert_target("http://b.example/click?tid=1&amp;url="
		      "https%3a%2f%2fo.example%2fa%3fb%3d1%26c%3d2&amp;c=9",
	    source, "https://o.example/a?b=1&c=2");
	assert_target("https://www.google.com/url?rct=j&amp;url="
		      "https://o.example/a&amp;ct=ga",
	    "", "https://o.example/a");
	assert_target("http://b.example/?url=http://o.example/?p=1", source,
	    "http://o.example/?p=1");
	/* a front page says nothing of an entry, unless its guid does */
	assert_target("http://b.example/?id=1&amp;url=http://o.example", source,
	    "http://b.example/?id=1&url=http://o.example");
	assert_target("http://b.example/?id=1&amp;url=http://o.example/%23a",
	    source, "http://b.example/?id=1&url=http://o.example/%23a");
	assert_target("http://b.example/?id=1&amp;url=http://o.example/",
	    "<source>O</source><guid isPermaLink='false'>7</guid>",
	    "http://o.example/");
	/* links that are not an aggregator's stay as they are */
	assert_target("http://b.example/?url=http://o.example/", "",
	    "http://b.example/?url=http://o.example/");
	assert_target("http://b.example/?curl=http://o.example/", source,
	    "http://b.example/?curl=http://o.example/");
	/* and so do those with a target that is no link */
	assert_target("http://b.example/?url=httpd", source,
	    "http://b.example/?url=httpd");
	assert_target("http://b.example/?url=http%3a%2f%2f%00", source,
	    "http://b.example/?url=http%3a%2f%2f%00");
	assert_target("http://b.example/?url=javascript:x", source,
	    "http://b.example/?url=javascript:x");
}

static void
the_source_of_an_atom_entry_is_another_feed(void **state)
{
	struct feed_doc *doc = parse_text(
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry>"
	    "<title>A - O</title><source><title>O</title><id>7</id></source>"
	    "</entry></feed>");

	(void)state;
	assert_string_equal(doc->items[0].title, "A - O");
	assert_int_equal(doc->items[0].author_count, 0);
	feed_doc_free(&doc);
}

/* --- sitemaps --- */

static void
a_prefix_of_news_needs_no_declaration(void **state)
{
	struct feed_doc *doc =
	    parse_text("<urlset><url><loc>https://a.example/1</loc>"
		       "<news:news><news:title>Launch</news:title></news:news>"
		       "</url></urlset>");

	(void)state;
	assert_int_equal(doc->format, FEED_FORMAT_SITEMAP);
	assert_int_equal(doc->item_count, 1);
	assert_string_equal(doc->items[0].title, "Launch");
	feed_doc_free(&doc);
}

static void
an_entry_is_known_by_its_link_whatever_changes(void **state)
{
	struct feed_doc *a =
	    parse_text(OPEN "<url><loc>https://a.example/1</loc>"
			    "<lastmod>2026-01-01</lastmod></url>" CLOSE);
	struct feed_doc *b =
	    parse_text(OPEN "<url><loc>https://a.example/1</loc>"
			    "<lastmod>2026-02-01</lastmod></url>" CLOSE);

	(void)state;
	assert_memory_equal(a->items[0].id, b->items[0].id, ITEM_ID_SIZE);
	assert_int_equal(a->items[0].title_fp, b->items[0].title_fp);
	assert_int_equal(a->items[0].body_fp, b->items[0].body_fp);
	feed_doc_free(&a);
	feed_doc_free(&b);
}

static void
a_sitemap_that_is_cut_off_gives_what_is_there(void **state)
{
	static const char text[] =
	    OPEN "<url><loc>https://a.example/1</loc></url>"
		 "<url><loc>https://a.example/2</loc></url><url><lo";
	struct feed_doc *doc = parse_text(text);

	(void)state;
	assert_true(doc->is_recovered);
	assert_true(doc->item_count >= 2);
	assert_string_equal(doc->items[1].url, "https://a.example/2");
	feed_doc_free(&doc);
}

static void
append_urls(struct buf *body, unsigned from, unsigned to, bool has_dates)
{
	unsigned i;

	for (i = from; i < to; i++) {
		assert_int_equal(
		    buf_printf(body, "<url><loc>https://a.example/%u</loc>", i),
		    0);
		if (has_dates)
			assert_int_equal(
			    buf_printf(body,
				"<lastmod>20%02u-%02u-%02u</lastmod>", i / 336,
				i % 336 / 28 + 1, i % 28 + 1),
			    0);
		append(body, "</url>");
	}
}

static void
of_too_many_entries_the_newest_are_kept(void **state)
{
	struct feed_doc *doc;
	struct buf body;

	(void)state;
	buf_init(&body, 0);
	append(&body, OPEN);
	append_urls(&body, 0, PARSE_ITEMS_MAX + 700, true);
	append(&body, CLOSE);
	doc = parse_text(body.data);
	assert_int_equal(doc->item_count, PARSE_ITEMS_MAX);
	/* what is known to be older is not missed */
	assert_int_equal(doc->dropped, 0);
	/* but nobody knows whether it was seen before: its newest date is */
	assert_true(doc->cut_s > TIME_NONE);
	assert_true(doc->cut_s < doc->items[0].published_s ||
		    doc->cut_s < doc->items[0].updated_s);
	assert_string_equal(doc->items[0].url, "https://a.example/700");
	assert_string_equal(
	    doc->items[PARSE_ITEMS_MAX - 1].url, "https://a.example/5699");
	feed_doc_free(&doc);
	buf_clear(&body);
}

static void
entries_that_cannot_be_told_apart_count_as_dropped(void **state)
{
	struct feed_doc *doc;
	struct buf body;

	(void)state;
	buf_init(&body, 0);
	append(&body, OPEN);
	append_urls(&body, 0, PARSE_ITEMS_MAX, false);
	append_urls(&body, PARSE_ITEMS_MAX, PARSE_ITEMS_MAX + 10, true);
	append(&body, CLOSE);
	doc = parse_text(body.data);
	assert_int_equal(doc->item_count, PARSE_ITEMS_MAX);
	assert_int_equal(doc->dropped, 10);
	assert_string_equal(doc->items[0].url, "https://a.example/0");
	assert_string_equal(
	    doc->items[PARSE_ITEMS_MAX - 1].url, "https://a.example/5009");
	feed_doc_free(&doc);
	buf_clear(&body);
}

static void
a_sitemap_holds_50000_urls_at_most(void **state)
{
	struct feed_doc *doc;
	struct buf body;

	(void)state;
	buf_init(&body, 0);
	append(&body, OPEN);
	append_urls(&body, 0, 50010, false);
	append(&body, CLOSE);
	doc = parse_text(body.data);
	assert_int_equal(doc->item_count, PARSE_ITEMS_MAX);
	assert_int_equal(doc->dropped, 50010 - PARSE_ITEMS_MAX);
	assert_int_equal(doc->cut_s, TIME_NONE);
	feed_doc_free(&doc);
	buf_clear(&body);
}

/* --- indexes --- */

static void
an_index_names_its_newest_sitemaps(void **state)
{
	static const char text[] =
	    "<?xml version=\"1.0\"?><sitemapindex "
	    "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">"
	    "<sitemap><loc>https://a.example/1.xml</loc>"
	    "<lastmod>2026-01-01</lastmod></sitemap>"
	    "<sitemap><loc>https://a.example/2.xml.gz</loc>"
	    "<lastmod>2026-11-01</lastmod></sitemap>"
	    "<sitemap><loc>/3.xml</loc></sitemap>"
	    "<sitemap><loc>https://a.example/4.xml</loc>"
	    "<lastmod>2026-06-01</lastmod></sitemap></sitemapindex>";

	(void)state;
	assert_refused(text, strlen(text), PARSE_NOT_FEED,
	    "an index of 4 sitemaps, without entries of its own; subscribe to "
	    "one of them, the newest are: https://a.example/2.xml.gz, "
	    "https://a.example/4.xml, https://a.example/1.xml");
}

static void
an_index_without_dates_names_its_last_sitemaps(void **state)
{
	static const char text[] =
	    "<sitemapindex><sitemap><loc>/1.xml</loc></sitemap>"
	    "<sitemap><loc>/2.xml</loc></sitemap></sitemapindex>";
	static const char empty[] = "<sitemapindex></sitemapindex>";

	(void)state;
	assert_refused(text, strlen(text), PARSE_NOT_FEED,
	    "the newest are: https://feeds.example/2.xml, "
	    "https://feeds.example/1.xml");
	assert_refused(
	    empty, strlen(empty), PARSE_NOT_FEED, "an index of 0 sitemaps");
}

static void
a_long_url_does_not_fill_the_reason(void **state)
{
	struct buf body;

	(void)state;
	buf_init(&body, 0);
	append(&body, "<sitemapindex><sitemap><loc>https://a.example/");
	append_many(&body, "x", 2000);
	append(&body, "</loc></sitemap><sitemap><loc>/1.xml</loc></sitemap>"
		      "</sitemapindex>");
	assert_refused(body.data, body.len, PARSE_NOT_FEED,
	    "the newest are: https://feeds.example/1.xml");
	buf_clear(&body);
}

/* --- compressed bodies --- */

/* Appends a member of a gzip file. */
static void
append_gzip(struct buf *out, const char *text, size_t len)
{
	size_t room = compressBound(len) + 64;
	z_stream stream;

	memset(&stream, 0, sizeof(stream));
	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8,
			     Z_DEFAULT_STRATEGY),
	    Z_OK);
	stream.next_in = (z_const Bytef *)text;
	stream.avail_in = (uInt)len;
	stream.next_out = (Bytef *)buf_reserve(out, room);
	stream.avail_out = (uInt)room;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	out->len += room - stream.avail_out;
	out->data[out->len] = '\0';
	assert_int_equal(deflateEnd(&stream), Z_OK);
}

static const char sitemap_text[] =
    OPEN "<url><loc>https://a.example/1</loc></url>" CLOSE;

static void
a_compressed_file_is_opened(void **state)
{
	struct feed_doc *doc;
	struct buf body;

	(void)state;
	buf_init(&body, 0);
	/* two members, and padding */
	append_gzip(&body, sitemap_text, 60);
	append_gzip(&body, sitemap_text + 60, sizeof(sitemap_text) - 1 - 60);
	append_many(&body, "z", 100);
	doc = parse_good(body.data, body.len, "application/gzip");
	assert_int_equal(doc->item_count, 1);
	assert_false(doc->is_recovered);
	feed_doc_free(&doc);
	buf_clear(&body);
}

static void
of_a_compressed_file_that_is_cut_off_the_beginning_is_read(void **state)
{
	struct feed_doc *doc;
	struct buf body;

	(void)state;
	buf_init(&body, 0);
	append_gzip(&body, sitemap_text, sizeof(sitemap_text) - 1);
	/* the check sum is missing */
	doc = parse_good(body.data, body.len - 5, NULL);
	assert_int_equal(doc->item_count, 1);
	assert_non_null(strstr(doc->complaint, "gzip) is cut off"));
	feed_doc_free(&doc);
	/* and with it the end: what is wrong inside comes of that */
	doc = parse_good(body.data, body.len - 20, NULL);
	assert_int_equal(doc->item_count, 1);
	assert_true(doc->is_recovered);
	assert_string_equal(
	    doc->complaint, "the compressed data (gzip) is cut off");
	feed_doc_free(&doc);
	/* or wrong */
	body.data[body.len - 8] ^= 1;
	doc = parse_good(body.data, body.len, NULL);
	assert_int_equal(doc->item_count, 1);
	assert_non_null(strstr(doc->complaint, "gzip) is broken"));
	feed_doc_free(&doc);
	buf_clear(&body);
}

static void
compressed_data_that_grows_over_the_bound_is_too_large(void **state)
{
	struct buf body, text;

	(void)state;
	buf_init(&body, 0);
	buf_init(&text, 0);
	append(&text, OPEN);
	append_many(&text, " ", PARSE_BODY_MAX);
	append_gzip(&body, text.data, text.len);
	assert_true(body.len < PARSE_BODY_MAX / 100);
	assert_refused(body.data, body.len, PARSE_TOO_LARGE, "larger than");
	buf_clear(&text);
	buf_clear(&body);
}

static void
compressed_data_within_compressed_data_stays_shut(void **state)
{
	struct buf inner, outer;

	(void)state;
	buf_init(&inner, 0);
	buf_init(&outer, 0);
	append_gzip(&inner, sitemap_text, sizeof(sitemap_text) - 1);
	append_gzip(&outer, inner.data, inner.len);
	assert_refused(outer.data, outer.len, PARSE_NOT_FEED,
	    "compressed data (gzip), not a feed");
	buf_clear(&inner);
	buf_clear(&outer);
}

static void
what_only_begins_like_compressed_data_is_refused(void **state)
{
	static const char junk[] =
	    "\x1f\x8b\x08\0\0\0\0\0\0\3junk, not deflated";

	(void)state;
	assert_refused(
	    junk, sizeof(junk) - 1, PARSE_NOT_FEED, "(gzip) is broken");
}

static void
members_of_a_compressed_file_are_counted(void **state)
{
	struct feed_doc *doc;
	struct buf body;
	unsigned i;

	(void)state;
	buf_init(&body, 0);
	append_gzip(&body, sitemap_text, sizeof(sitemap_text) - 1);
	/* each is empty: without a bound they would cost for ever */
	for (i = 0; i < 999; i++)
		append_gzip(&body, "", 0);
	doc = parse_good(body.data, body.len, NULL);
	assert_int_equal(doc->item_count, 1);
	assert_false(doc->is_recovered);
	feed_doc_free(&doc);
	append_gzip(&body, " ", 1);
	doc = parse_good(body.data, body.len, NULL);
	assert_int_equal(doc->item_count, 1);
	assert_true(doc->is_recovered);
	assert_string_equal(doc->complaint, "more than 1000 gzip members");
	feed_doc_free(&doc);
	buf_clear(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_news_sitemap_is_read),
	    cmocka_unit_test(an_entry_of_a_plain_sitemap_has_no_title),
	    cmocka_unit_test(an_aggregators_entry_is_its_outlets),
	    cmocka_unit_test(of_a_long_list_the_first_headlines_are_kept),
	    cmocka_unit_test(what_may_be_no_outlets_name_is_kept),
	    cmocka_unit_test(a_name_alone_or_another_one_is_not_taken_off),
	    cmocka_unit_test(
		the_target_that_an_aggregators_link_names_is_the_link),
	    cmocka_unit_test(the_source_of_an_atom_entry_is_another_feed),
	    cmocka_unit_test(a_prefix_of_news_needs_no_declaration),
	    cmocka_unit_test(an_entry_is_known_by_its_link_whatever_changes),
	    cmocka_unit_test(a_sitemap_that_is_cut_off_gives_what_is_there),
	    cmocka_unit_test(of_too_many_entries_the_newest_are_kept),
	    cmocka_unit_test(
		entries_that_cannot_be_told_apart_count_as_dropped),
	    cmocka_unit_test(a_sitemap_holds_50000_urls_at_most),
	    cmocka_unit_test(an_index_names_its_newest_sitemaps),
	    cmocka_unit_test(an_index_without_dates_names_its_last_sitemaps),
	    cmocka_unit_test(a_long_url_does_not_fill_the_reason),
	    cmocka_unit_test(a_compressed_file_is_opened),
	    cmocka_unit_test(
		of_a_compressed_file_that_is_cut_off_the_beginning_is_read),
	    cmocka_unit_test(
		compressed_data_that_grows_over_the_bound_is_too_large),
	    cmocka_unit_test(compressed_data_within_compressed_data_stays_shut),
	    cmocka_unit_test(what_only_begins_like_compressed_data_is_refused),
	    cmocka_unit_test(members_of_a_compressed_file_are_counted),
	};

	return cmocka_run_group_tests(tests, set_up_parser, tear_down_parser);
}
