#include "tests/parse_golden.h"

#include "feeds/health.h"

/* Where the entries of the pages made here stand. */
static const struct conf_html list = {
    .item = "//li", .title = ".//a", .date = "span"};

static struct feed_doc *
page_with(const struct conf_html *html, const char *text)
{
	return parse_good_page(text, strlen(text), "text/html", html);
}

static void
assert_page_refused(const struct conf_html *html, const char *text, size_t len,
    enum parse_outcome want, const char *words)
{
	struct feed_doc *doc;
	struct err err;

	assert_int_equal(
	    parse_page_bytes(text, len, NULL, html, &doc, &err), want);
	if (!strstr(err.text, words))
		print_message("# \"%s\" lacks \"%s\"\n", err.text, words);
	assert_non_null(strstr(err.text, words));
}

/* --- the pages in tests/data --- */

static void
a_korean_board_in_euc_kr_is_read(void **state)
{
	static const struct conf_html html = {
	    .item = "//table[@class='board']//tr",
	    .title = "td[@class='subject']/a/text()",
	    .link = "concat('view.do?no=', td[1])",
	    .date = "td[@class='date']",
	    .summary = "td[3]",
	    .zone_min = 540,
	};

	(void)state;
	assert_page_data("page_ko.html", "page_ko.expect", NULL, &html);
}

static void
a_chinese_list_in_gbk_without_end_tags_is_read(void **state)
{
	static const struct conf_html html = {
	    .item = "//div[@class='newsList']//li",
	    .title = "a",
	    .date = "text()",
	    .zone_min = 480,
	};

	(void)state;
	assert_page_data("page_zh.html", "page_zh.expect",
	    "text/html; charset=gb2312", &html);
	/* its language says what it is in, where nobody says it better */
	assert_page_data("page_zh.html", "page_zh.expect", NULL, &html);
}

static void
a_russian_page_in_windows_1251_is_read(void **state)
{
	static const struct conf_html html = {
	    .item = "//article",
	    .title = "h3",
	    .date = "time | div[@class='announce__date']",
	    .summary = "p",
	    .zone_min = 180,
	};

	(void)state;
	assert_page_data("page_ru.html", "page_ru.expect", NULL, &html);
}

static void
a_japanese_page_with_dates_beside_its_entries_is_read(void **state)
{
	static const struct conf_html html = {
	    .item = "//dd//li",
	    .title = "a",
	    .date = "ancestor::dd/preceding-sibling::dt[1]",
	    .zone_min = 540,
	};

	(void)state;
	assert_page_data("page_ja.html", "page_ja.expect", NULL, &html);
}

static void
a_page_whose_entries_are_links_is_read(void **state)
{
	static const struct conf_html html = {
	    .item = "//a[@class='card']",
	    .title = "h2",
	    .date = ".//span",
	    .summary = "p",
	};

	(void)state;
	assert_page_data("page_en.html", "page_en.expect", NULL, &html);
}

/* "Ы" in windows-1251, behind so many blanks, and as what it is read. */
static void
assert_declared(unsigned blanks, const char *want)
{
	struct feed_doc *doc;
	struct buf page;

	buf_init(&page, 0);
	append_many(&page, " ", blanks);
	append(&page, "<meta charset='windows-1251'><li><a>\xdb</a>");
	doc = page_with(&list, page.data);
	assert_string_equal(doc->items[0].title, want);
	feed_doc_free(&doc);
	buf_clear(&page);
}

static void
an_encoding_is_looked_for_at_the_beginning_only(void **state)
{
	(void)state;
	assert_declared(0, "\xd0\xab");
	assert_declared(8000, "\xd0\xab");
	/* windows-1252 */
	assert_declared(8200, "\xc3\x9b");
}

/* --- entries --- */

static void
of_several_nodes_the_first_that_serves_counts(void **state)
{
	static const struct conf_html html = {
	    .item = "//li", .title = ".//b", .link = ".//a", .date = ".//i"};
	struct feed_doc *doc = page_with(&html,
	    "<li><b> </b><b>One</b><b>Two</b><a>x</a>"
	    "<a href='mailto:a@a.example'>y</a><a href='/z'>z</a>"
	    "<i>No. 7</i><i>2026-11-24</i><i>2026-11-25</i>");

	(void)state;
	assert_int_equal(doc->item_count, 1);
	assert_string_equal(doc->items[0].title, "One");
	assert_string_equal(doc->items[0].url, "https://feeds.example/z");
	assert_int_equal(doc->items[0].published_s, 1795478400);
	feed_doc_free(&doc);
}

static void
a_row_without_a_title_is_no_entry(void **state)
{
	struct feed_doc *doc =
	    page_with(&list, "<ul><li>Headings</li><li><a href=1>One</a></li>"
			     "<li><a href=2> &nbsp; </a></li></ul>");

	(void)state;
	assert_int_equal(doc->item_count, 1);
	assert_string_equal(doc->items[0].url, "https://feeds.example/dir/1");
	assert_null(doc->complaint);
	feed_doc_free(&doc);
}

static void
an_entry_may_have_no_link_and_no_date(void **state)
{
	static const unsigned char nothing[ITEM_ID_SIZE];
	static const struct conf_html html = {.item = "//li", .title = "."};
	struct feed_doc *doc =
	    page_with(&html, "<li>One <a href='javascript:x()'>more</a>"
			     "<li>Two <a href='#top'>up</a>");

	(void)state;
	assert_int_equal(doc->item_count, 2);
	assert_string_equal(doc->items[0].title, "One more");
	assert_null(doc->items[0].url);
	assert_null(doc->items[1].url);
	assert_true(doc->items[0].published_s == TIME_NONE);
	assert_memory_not_equal(doc->items[0].id, nothing, ITEM_ID_SIZE);
	assert_memory_not_equal(
	    doc->items[0].id, doc->items[1].id, ITEM_ID_SIZE);
	feed_doc_free(&doc);
}

static void
scripts_comments_and_styles_are_no_text(void **state)
{
	static const struct conf_html html = {
	    .item = "//li | //comment()", .title = ".", .summary = ".//text()"};
	struct feed_doc *doc = page_with(&html,
	    "<!-- <li>old</li> --><ul><li>A<script>var b = '<li>c</li>';"
	    "</script><style>d{}</style><!-- e --> &lt;f&gt;</li></ul>");

	(void)state;
	assert_int_equal(doc->item_count, 1);
	assert_string_equal(doc->items[0].title, "A <f>");
	assert_string_equal(doc->items[0].summary, "A\n<f>");
	feed_doc_free(&doc);
}

static void
a_base_of_the_page_counts_for_its_links(void **state)
{
	struct feed_doc *doc =
	    page_with(&list, "<head><base href='//other.example/b/'></head>"
			     "<li><a href='1'>One</a>");

	(void)state;
	assert_string_equal(doc->items[0].url, "https://other.example/b/1");
	feed_doc_free(&doc);
}

static void
assert_date(const char *text, int zone_min, int64_t want)
{
	const struct conf_html html = {
	    .item = "//li", .title = "b", .date = "i", .zone_min = zone_min};
	char *page =
	    xasprintf("<meta charset=utf-8><li><b>x</b><i>%s</i>", text);
	struct feed_doc *doc = page_with(&html, page);

	if (doc->items[0].published_s != want)
		print_message(
		    "# %s: %lld\n", text, (long long)doc->items[0].published_s);
	assert_true(doc->items[0].published_s == want);
	feed_doc_free(&doc);
	free(page);
}

static void
dates_are_found_behind_labels_and_in_brackets(void **state)
{
	static const int64_t day = 1795478400; /* 2026-11-24 */

	(void)state;
	assert_date("2026-11-24", 0, day);
	assert_date("(2026-11-24)", 0, day);
	assert_date("[2026.11.24]", 0, day);
	assert_date("\xe3\x80\x90"
		    "2026/11/24\xe3\x80\x91",
	    0, day);
	assert_date("Published: 24 November 2026 | Press office", 0, day);
	assert_date("\xeb\x93\xb1\xeb\xa1\x9d\xec\x9d\xbc:2026.11.24", 0, day);
	assert_date("Nov. 24, 2026 - No. 17", 0, day);
	assert_date("No. 2026-17", 0, TIME_NONE);
	assert_date("No. 2026-11", 0, TIME_NONE);
	assert_date("tomorrow", 0, TIME_NONE);
	assert_date("", 0, TIME_NONE);
}

static void
a_date_is_of_the_pages_zone_unless_it_says_another(void **state)
{
	static const int64_t day = 1795478400;

	(void)state;
	assert_date("2026-11-24", 540, day - 9 * 3600);
	assert_date("2026-11-24 10:00", 540, day + 3600);
	assert_date("2026-11-24 10:00", -210, day + 13 * 3600 + 1800);
	assert_date("2026-11-24T10:00:00Z", 540, day + 10 * 3600);
	assert_date("Date: 2026-11-24 10:00 +0100 (Rome)", 540, day + 9 * 3600);
	assert_date(
	    "<time datetime='2026-11-24T10:00Z'>today</time>", 540, TIME_NONE);
}

/* --- a page on which nothing is found --- */

static void
a_page_without_entries_says_which_expression_found_none(void **state)
{
	struct feed_doc *doc = page_with(&list,
	    "<html><head><title>Just a  moment...</title></head>"
	    "<body>Enable JavaScript</body></html>");

	(void)state;
	assert_int_equal(doc->format, FEED_FORMAT_PAGE);
	assert_int_equal(doc->item_count, 0);
	assert_string_equal(doc->complaint, "html-item finds nothing on the "
					    "page \"Just a moment...\": //li");
	feed_doc_free(&doc);
}

static void
entries_without_any_title_say_so(void **state)
{
	struct feed_doc *doc =
	    page_with(&list, "<title>News</title><li>One<li>Two");

	(void)state;
	assert_int_equal(doc->item_count, 0);
	assert_string_equal(doc->complaint,
	    "html-title finds nothing in any of 2 entries of the page "
	    "\"News\": .//a");
	feed_doc_free(&doc);
}

static void
other_documents_have_no_entries_either(void **state)
{
	static const char *const texts[] = {"{\"error\": true}", "plain",
	    "%PDF-1.7", "<?xml version='1.0'?><rss/>", "<", "\x01\x02"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct feed_doc *doc = page_with(&list, texts[i]);

		assert_int_equal(doc->item_count, 0);
		assert_non_null(strstr(doc->complaint, "html-item finds"));
		feed_doc_free(&doc);
	}
	assert_page_refused(&list, " \n", 2, PARSE_EMPTY, "empty");
}

static void
a_reason_stays_short_and_whole(void **state)
{
	static const char unit[] = "\xed\x95\x9c"; /* three bytes */
	struct conf_html html = list;
	struct buf item, page;
	struct feed_doc *doc;

	(void)state;
	buf_init(&item, 0);
	buf_init(&page, 0);
	append(&item, "//li[.='");
	append_many(&item, unit, 300);
	append(&item, "']");
	append(&page, "<meta charset=utf-8><title>");
	append_many(&page, unit, 300);
	append(&page, "</title>");
	html.item = item.data;
	doc = page_with(&html, page.data);
	assert_true(strlen(doc->complaint) < sizeof(struct err));
	assert_true(plain_is_utf8(doc->complaint, strlen(doc->complaint)));
	feed_doc_free(&doc);
	buf_clear(&item);
	buf_clear(&page);
}

static void
a_page_without_entries_is_an_empty_feed_even_at_first(void **state)
{
	static const char text[] = "<title>Maintenance</title>";
	struct feed_doc *doc = page_with(&list, text);
	struct fetch_result result = {
	    .outcome = FETCH_BODY, .body_len = sizeof(text) - 1};
	struct feed_state feed;
	struct health_change change;

	(void)state;
	feed_state_init(&feed);
	feed.interval_ms = 900000;
	change = health_after_parse(
	    &feed, &result, PARSE_OK, doc, NULL, 1795478400000);
	assert_true(change.is_news);
	assert_int_equal(feed.status, FEED_EMPTY);
	assert_string_equal(feed.reason,
	    "html-item finds nothing on the page \"Maintenance\": //li");
	/* the same page again has the same reason */
	result.outcome = FETCH_SAME_BODY;
	change = health_after_fetch(&feed, &result, 1795478400000 + 900000);
	assert_false(change.is_news);
	assert_int_equal(feed.status, FEED_EMPTY);
	assert_non_null(strstr(feed.reason, "html-item"));
	feed_state_clear(&feed);
	feed_doc_free(&doc);
}

/* --- bounds --- */

static void
a_page_over_its_bound_is_too_large(void **state)
{
	struct feed_doc *doc;
	struct buf page;

	(void)state;
	buf_init(&page, 0);
	append(&page, "<li><a href=1>One</a>");
	append_many(&page, " ", PARSE_PAGE_MAX - page.len);
	doc = page_with(&list, page.data);
	assert_int_equal(doc->item_count, 1);
	feed_doc_free(&doc);
	append(&page, " ");
	assert_page_refused(&list, page.data, page.len, PARSE_TOO_LARGE,
	    "the page is larger than 4194304 bytes");
	buf_clear(&page);
}

static void
of_too_many_elements_the_first_are_read(void **state)
{
	struct feed_doc *doc;
	struct buf page;

	(void)state;
	buf_init(&page, 0);
	append(&page, "<li><a href=1>One</a></li>");
	append_many(&page, "<br>", PARSE_PAGE_NODES_MAX);
	append(&page, "<li><a href=2>Two</a></li>");
	doc = page_with(&list, page.data);
	assert_int_equal(doc->item_count, 1);
	assert_string_equal(
	    doc->complaint, "the page has too many elements; read up to there");
	feed_doc_free(&doc);
	buf_clear(&page);
}

static void
of_elements_nested_too_deeply_the_outer_ones_are_read(void **state)
{
	struct feed_doc *doc;
	struct buf page;

	(void)state;
	buf_init(&page, 0);
	append(&page, "<li><a href=1>One</a></li>");
	append_many(&page, "<div>", PARSE_DEPTH_MAX + 10);
	append_many(&page, "</p>", 10000);
	append(&page, "<li><a href=2>Two</a></li>");
	doc = page_with(&list, page.data);
	assert_int_equal(doc->item_count, 1);
	assert_string_equal(doc->complaint,
	    "its elements are nested too deeply; read up to there");
	feed_doc_free(&doc);
	buf_clear(&page);
}

static void
a_tag_with_too_many_attributes_ends_the_page(void **state)
{
	struct feed_doc *doc;
	struct buf page;
	unsigned i;

	(void)state;
	buf_init(&page, 0);
	append(&page, "<li><a href=1>One</a></li><p");
	for (i = 0; i < 100000; i++)
		assert_int_equal(buf_printf(&page, " a%u", i), 0);
	append(&page, "><li><a href=2>Two</a></li>");
	doc = page_with(&list, page.data);
	assert_int_equal(doc->item_count, 1);
	assert_non_null(strstr(doc->complaint, "too many attributes"));
	feed_doc_free(&doc);
	buf_clear(&page);
}

static void
entries_beyond_the_bound_are_dropped(void **state)
{
	struct feed_doc *doc;
	struct buf page;

	(void)state;
	buf_init(&page, 0);
	append_many(&page, "<li><a>x</a>", PARSE_ITEMS_MAX + 3);
	doc = page_with(&list, page.data);
	assert_int_equal(doc->item_count, PARSE_ITEMS_MAX);
	assert_int_equal(doc->dropped, 3);
	feed_doc_free(&doc);
	buf_clear(&page);
}

static void
an_expression_that_takes_too_long_breaks_the_poll(void **state)
{
	static const struct conf_html html = {
	    .item = "//i[count(preceding::i) > count(following::i)]",
	    .title = "."};
	struct buf page;

	(void)state;
	buf_init(&page, 0);
	append_many(&page, "<i></i>", 40000);
	assert_page_refused(&html, page.data, page.len, PARSE_BROKEN,
	    "html-item: takes too long on this page");
	buf_clear(&page);
}

static void
what_expressions_take_is_counted_over_all_entries(void **state)
{
	static const struct conf_html html = {
	    .item = "//i", .title = "b | preceding::b"};
	struct buf page;

	(void)state;
	buf_init(&page, 0);
	append(&page, "<b>x</b>");
	append_many(&page, "<i></i>", 20000);
	assert_page_refused(&html, page.data, page.len, PARSE_BROKEN,
	    "html-title: takes too long on this page");
	buf_clear(&page);
}

/* Of a page with that many words in one element, and 30000 links in it. */
static void
assert_counted(const char *const *items, size_t words)
{
	struct conf_html html = {.title = "."};
	struct buf page;

	buf_init(&page, 0);
	append(&page, "<div>");
	append_many(&page, "word ", words);
	append_many(&page, "<a></a>", 30000);
	for (; *items; items++) {
		html.item = *items;
		assert_page_refused(&html, page.data, page.len, PARSE_BROKEN,
		    "html-item: takes too long on this page");
	}
	buf_clear(&page);
}

static void
texts_that_functions_read_are_counted(void **state)
{
	static const char *const items[] = {
	    "//a[contains(.., 'zz')]",
	    "//a[contains('zz', ..)]",
	    "//a[starts-with(string(..), 'zz')]",
	    "//a[parent::div[string-length() = 1]]",
	    "//a[substring-before(concat('a', ..), 'zz')]",
	    "//a[number(..) = 1]",
	    "//a[round(..) = 1]",
	    "//a[sum(..) = 1]",
	    "//a[contains(/, 'zz')]",
	    NULL,
	};
	/* these add to their text letter by letter */
	static const char *const slow[] = {
	    "//a[normalize-space(..) = 'zz']",
	    "//a[translate(.., 'x', 'y') = 'zz']",
	    NULL,
	};

	(void)state;
	assert_counted(items, 600000);
	assert_counted(slow, 200);
}

static void
one_text_within_another_is_looked_for_at_a_price(void **state)
{
	static const struct conf_html html = {
	    .item = "//div[contains(., ../b)]", .title = "."};
	struct buf page;

	(void)state;
	buf_init(&page, 0);
	append(&page, "<b>");
	append_many(&page, "a", 1000000);
	append(&page, "b</b><div>");
	append_many(&page, "a", 2000000);
	append(&page, "</div>");
	assert_page_refused(&html, page.data, page.len, PARSE_BROKEN,
	    "html-item: takes too long on this page");
	buf_clear(&page);
}

static void
functions_find_what_they_found_without_a_price(void **state)
{
	static const char *const items[] = {
	    "//li[contains(a, 'ne') and contains(@class, 'new')]",
	    "//li[starts-with(., 'On')]",
	    "//li[string() = 'One 1']",
	    "//li[string(a) = 'One']",
	    "//li[normalize-space(text()) = '1']",
	    "//li[b or string-length() = 5 and string-length(a) = 3]",
	    "//li[substring(a, 2, 1) = 'n']",
	    "//li[substring-before(., '1') = 'One ']",
	    "//li[substring-after(., 'One ') = '1']",
	    "//li[translate(a, 'O', 'o') = 'one']",
	    "//li[concat(a, '-', text()) = 'One- 1']",
	    "//li[number(text()) = 1]",
	    "//li[text()[number() = 1]]",
	    "//li[sum(text()) = 1]",
	    "//li[floor(text()) = 1 and ceiling(text()) = round(text())]",
	    "//li[number(true()) = 1 and a = 'One']",
	    "//li[contains(@none, '') and not(contains(., 'T'))]",
	};
	struct conf_html html = {.title = "a"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		struct feed_doc *doc;

		html.item = items[i];
		doc = page_with(&html, "<li class='a new'><a>One</a> 1</li>"
				       "<li><a>Two</a> 22</li>");
		assert_int_equal(doc->item_count, 1);
		assert_string_equal(doc->items[0].title, "One");
		feed_doc_free(&doc);
	}
}

static void
text_that_is_found_again_and_again_is_bounded(void **state)
{
	static const struct conf_html html = {.item = "//div", .title = "."};
	struct buf page;
	unsigned i;

	(void)state;
	buf_init(&page, 0);
	for (i = 0; i < PARSE_DEPTH_MAX - 10; i++)
		append(&page, "<div>");
	append_many(&page, "word ", 100000);
	assert_page_refused(&html, page.data, page.len, PARSE_BROKEN,
	    "html-title: finds more text than a page may have");
	buf_clear(&page);
}

static void
a_long_entry_is_cut(void **state)
{
	static const struct conf_html html = {
	    .item = "//li", .title = "p", .summary = "p | p/@title"};
	struct feed_doc *doc;
	struct buf page;

	(void)state;
	buf_init(&page, 0);
	append(&page, "<li><p title=\"");
	append_many(&page, "a<b &amp; ", 40000);
	append(&page, "\">");
	append_many(&page, "c&lt;d ", 40000);
	doc = page_with(&html, page.data);
	assert_int_equal(doc->item_count, 1);
	assert_true(strlen(doc->items[0].title) > ITEM_TITLE_MAX - 10);
	assert_true(strlen(doc->items[0].summary) > ITEM_TEXT_MAX - 10);
	feed_doc_free(&doc);
	buf_clear(&page);
}

static void
tries_at_dates_are_bounded(void **state)
{
	struct feed_doc *doc;
	struct buf page;
	unsigned i;

	(void)state;
	buf_init(&page, 0);
	for (i = 0; i < 4000; i++)
		append(&page, "<li><a>x</a><span>1999-99-01 1999-99-02 "
			      "1999-99-03 1999-99-04 1999-99-05 1999-99-06 "
			      "1999-99-07 1999-99-08</span>");
	append(&page, "<li><a>x</a><span>2026-11-24</span>");
	doc = page_with(&list, page.data);
	assert_int_equal(doc->item_count, 4001);
	assert_true(doc->items[4000].published_s == TIME_NONE);
	feed_doc_free(&doc);
	buf_clear(&page);
}

static void
an_expression_that_cannot_be_used_here_breaks_the_poll(void **state)
{
	static const struct conf_html bad = {.item = "//li[", .title = "."};
	static const struct conf_html late = {
	    .item = "//li", .title = "string(1 | .)"};

	(void)state;
	assert_page_refused(
	    &bad, "<li>x", 5, PARSE_BROKEN, "html-item: not an XPath");
	assert_page_refused(&late, "<li>x", 5, PARSE_BROKEN,
	    "html-title: a function or | is given what is no list of nodes");
}

/* Any bytes at all: nothing but what assert_sound() says can be expected. */
static void
bytes_without_sense_do_no_harm(void **state)
{
	static const char *const pieces[] = {"<li>", "</li>", "<a href='", "'>",
	    "<span>", "</span>", "&", "&amp;", "&#0;", "&#xd800;", "\xff",
	    "<!--", "-->", "<![CDATA[", "]]>", "<script>", "</script>", "\"",
	    "2026-11-24", "<table><tr><td>", "</table>", "<?", "<!DOCTYPE", ">",
	    "<svg:x>", "\xe2\x80\xae", "<title>", "<base href=x>"};
	unsigned seed = 7, round, i;
	struct feed_doc *doc;
	struct buf page;

	(void)state;
	buf_init(&page, 0);
	for (round = 0; round < 2000; round++) {
		buf_reset(&page);
		append(&page, " ");
		for (i = 0; i < 40; i++) {
			seed = seed * 1103515245 + 12345;
			append(
			    &page, pieces[(seed >> 16) %
					  (sizeof(pieces) / sizeof(*pieces))]);
		}
		doc = page_with(&list, page.data);
		feed_doc_free(&doc);
	}
	buf_clear(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_korean_board_in_euc_kr_is_read),
	    cmocka_unit_test(a_chinese_list_in_gbk_without_end_tags_is_read),
	    cmocka_unit_test(a_russian_page_in_windows_1251_is_read),
	    cmocka_unit_test(
		a_japanese_page_with_dates_beside_its_entries_is_read),
	    cmocka_unit_test(a_page_whose_entries_are_links_is_read),
	    cmocka_unit_test(an_encoding_is_looked_for_at_the_beginning_only),
	    cmocka_unit_test(of_several_nodes_the_first_that_serves_counts),
	    cmocka_unit_test(a_row_without_a_title_is_no_entry),
	    cmocka_unit_test(an_entry_may_have_no_link_and_no_date),
	    cmocka_unit_test(scripts_comments_and_styles_are_no_text),
	    cmocka_unit_test(a_base_of_the_page_counts_for_its_links),
	    cmocka_unit_test(dates_are_found_behind_labels_and_in_brackets),
	    cmocka_unit_test(
		a_date_is_of_the_pages_zone_unless_it_says_another),
	    cmocka_unit_test(
		a_page_without_entries_says_which_expression_found_none),
	    cmocka_unit_test(entries_without_any_title_say_so),
	    cmocka_unit_test(other_documents_have_no_entries_either),
	    cmocka_unit_test(a_reason_stays_short_and_whole),
	    cmocka_unit_test(
		a_page_without_entries_is_an_empty_feed_even_at_first),
	    cmocka_unit_test(a_page_over_its_bound_is_too_large),
	    cmocka_unit_test(of_too_many_elements_the_first_are_read),
	    cmocka_unit_test(
		of_elements_nested_too_deeply_the_outer_ones_are_read),
	    cmocka_unit_test(a_tag_with_too_many_attributes_ends_the_page),
	    cmocka_unit_test(entries_beyond_the_bound_are_dropped),
	    cmocka_unit_test(an_expression_that_takes_too_long_breaks_the_poll),
	    cmocka_unit_test(what_expressions_take_is_counted_over_all_entries),
	    cmocka_unit_test(texts_that_functions_read_are_counted),
	    cmocka_unit_test(one_text_within_another_is_looked_for_at_a_price),
	    cmocka_unit_test(functions_find_what_they_found_without_a_price),
	    cmocka_unit_test(text_that_is_found_again_and_again_is_bounded),
	    cmocka_unit_test(a_long_entry_is_cut),
	    cmocka_unit_test(tries_at_dates_are_bounded),
	    cmocka_unit_test(
		an_expression_that_cannot_be_used_here_breaks_the_poll),
	    cmocka_unit_test(bytes_without_sense_do_no_harm),
	};

	return cmocka_run_group_tests(tests, set_up_parser, tear_down_parser);
}
