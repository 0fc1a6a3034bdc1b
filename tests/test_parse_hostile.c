#include "tests/parse_help.h"

#include "feeds/parse_private.h"

/* --- bounds --- */

static struct feed_doc *
parse_buf(struct buf *buf)
{
	struct feed_doc *doc = parse_good(buf->data, buf->len, NULL);

	buf_clear(buf);
	return doc;
}

/* An RSS item whose element holds so many of a character. */
static struct feed_doc *
item_with(const char *element, const char *piece, size_t count)
{
	struct buf buf;

	buf_init(&buf, 0);
	append(&buf, RSS "<item><");
	append(&buf, element);
	append(&buf, ">");
	append_many(&buf, piece, count);
	append(&buf, "</");
	append(&buf, element);
	append(&buf, "></item>" END);
	return parse_buf(&buf);
}

static void
texts_are_cut_on_a_border(void **state)
{
	struct feed_doc *doc = item_with("title", "\xe4\xb8\xad", 1000);

	(void)state;
	assert_int_equal(strlen(doc->items[0].title), ITEM_TITLE_MAX / 3 * 3);
	feed_doc_free(&doc);
	doc = item_with("description", "\xe4\xb8\xad", 30000);
	assert_int_equal(strlen(doc->items[0].summary), ITEM_TEXT_MAX / 3 * 3);
	feed_doc_free(&doc);
	doc = item_with("author", "\xc3\xa9", 1000);
	assert_int_equal(strlen(doc->items[0].authors[0]), ITEM_NAME_MAX);
	feed_doc_free(&doc);
	doc = item_with("category", "\xc3\xa9", 1000);
	assert_int_equal(strlen(doc->items[0].categories[0]), ITEM_NAME_MAX);
	feed_doc_free(&doc);
}

static void
a_text_longer_than_what_is_looked_at_is_cut(void **state)
{
	struct feed_doc *doc =
	    item_with("description", "&lt;b&gt;&lt;/b&gt;", 20000);

	(void)state;
	assert_string_equal(doc->items[0].summary, "");
	assert_int_equal(doc->item_count, 1);
	feed_doc_free(&doc);
	/* not in the middle of a reference */
	doc = item_with("description", "&#x2026;", 40000);
	assert_null(strchr(doc->items[0].summary, '&'));
	feed_doc_free(&doc);
}

static void
what_is_quoted_is_cut_on_a_border(void **state)
{
	struct buf buf;
	struct feed_doc *doc;
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		buf_init(&buf, 0);
		append(&buf, "<");
		append_many(&buf, "x", (size_t)i + 1);
		append_many(&buf, "\xe4\xb8\xad", 1000);
		append(&buf, "/>");
		assert_refused(
		    buf.data, buf.len, PARSE_NOT_FEED, "first element");
		buf_clear(&buf);
		append_many(&buf, "x", (size_t)i);
		append_many(&buf, "\xe4\xb8\xad", 1000);
		assert_refused(buf.data, buf.len, PARSE_NOT_FEED, "begins");
		buf_clear(&buf);
		append(&buf, RSS "<item><title>");
		append_many(&buf, "x", (size_t)i);
		append(&buf, "</x");
		append_many(&buf, "\xe4\xb8\xad", 100);
		append(&buf, "></title><author><email>");
		append_many(&buf, "x", (size_t)i);
		append_many(&buf, "\xe4\xb8\xad", 1000);
		append(&buf, "</email></author></item>" END);
		doc = parse_buf(&buf);
		assert_true(
		    plain_is_utf8(doc->complaint, strlen(doc->complaint)));
		assert_int_equal(doc->items[0].author_count, 1);
		assert_null(
		    strstr(doc->items[0].authors[0], "\xef\xbf\xbd"));
		feed_doc_free(&doc);
	}
}

static void
a_long_text_of_json_is_cut_as_well(void **state)
{
	struct buf buf;
	struct feed_doc *doc;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, "{\"version\": \"https://jsonfeed.org/version/1\", "
		     "\"items\": [{\"id\": \"1\", \"content_html\": \"");
	append_many(&buf, "<b ></b>", PARSE_RAW_MAX / 8);
	append(&buf, "behind\"}]}");
	doc = parse_buf(&buf);
	assert_int_equal(doc->item_count, 1);
	assert_string_equal(doc->items[0].content, "");
	feed_doc_free(&doc);
}

static void
a_long_guid_counts_to_its_end(void **state)
{
	struct buf buf;
	struct feed_doc *doc;
	int i;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, RSS);
	for (i = 0; i < 2; i++) {
		append(&buf, "<item><guid>");
		append_many(&buf, "g", ITEM_GUID_MAX + 10);
		append(&buf, i ? "a</guid></item>" : "b</guid></item>");
	}
	append(&buf, END);
	doc = parse_buf(&buf);
	assert_int_equal(doc->item_count, 2);
	assert_int_equal(strlen(doc->items[0].guid), ITEM_GUID_MAX);
	assert_string_equal(doc->items[0].guid, doc->items[1].guid);
	assert_memory_not_equal(
	    doc->items[0].id, doc->items[1].id, ITEM_ID_SIZE);
	feed_doc_free(&doc);
}

static void
a_guid_is_not_cut_behind_a_blank(void **state)
{
	struct buf buf;
	struct feed_doc *doc;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, RSS "<item><guid>");
	append_many(&buf, "g", ITEM_GUID_MAX - 1);
	append(&buf, " and more</guid></item>" END);
	doc = parse_buf(&buf);
	assert_int_equal(doc->item_count, 1);
	assert_int_equal(strlen(doc->items[0].guid), ITEM_GUID_MAX - 1);
	feed_doc_free(&doc);
}

static void
a_link_over_the_bound_is_dropped(void **state)
{
	struct feed_doc *doc = item_with("link", "x", ITEM_URL_MAX + 1);

	(void)state;
	assert_null(doc->items[0].url);
	feed_doc_free(&doc);
	doc = item_with("link", "x", 100);
	assert_non_null(doc->items[0].url);
	feed_doc_free(&doc);
}

static void
lists_are_bounded(void **state)
{
	struct buf buf;
	struct feed_doc *doc;
	int i;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, RSS "<item>");
	for (i = 0; i < ITEM_LIST_MAX + 5; i++)
		assert_int_equal(
		    buf_printf(&buf,
			"<category>c%d</category><author>a%d</author>", i, i),
		    0);
	append(&buf, "</item>" END);
	doc = parse_buf(&buf);
	assert_int_equal(doc->items[0].category_count, ITEM_LIST_MAX);
	assert_int_equal(doc->items[0].author_count, ITEM_LIST_MAX);
	feed_doc_free(&doc);
}

static void
items_beyond_the_bound_are_counted(void **state)
{
	struct buf buf;
	struct feed_doc *doc;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, RSS);
	append_many(&buf, "<item><title>x</title></item>", PARSE_ITEMS_MAX + 3);
	append(&buf, END);
	doc = parse_buf(&buf);
	assert_int_equal(doc->item_count, PARSE_ITEMS_MAX);
	assert_int_equal(doc->dropped, 3);
	feed_doc_free(&doc);
	append(&buf, "{\"version\": \"https://jsonfeed.org/version/1\", "
		     "\"items\": [");
	append_many(&buf, "{\"id\": \"1\"},", PARSE_ITEMS_MAX + 3);
	append(&buf, "{\"id\": \"2\"}]}");
	doc = parse_buf(&buf);
	assert_int_equal(doc->item_count, PARSE_ITEMS_MAX);
	assert_int_equal(doc->dropped, 4);
	feed_doc_free(&doc);
}

static void
json_with_too_many_values_is_too_large(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, "{\"version\": \"https://jsonfeed.org/version/1\", "
		     "\"x\": [");
	append_many(&buf, "0,", PARSE_JSON_VALUES_MAX);
	append(&buf, "0]}");
	assert_refused(buf.data, buf.len, PARSE_TOO_LARGE, "values");
	buf_clear(&buf);
}

static void
json_nested_too_deeply_is_broken(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, "{\"items\": [{\"id\": \"1\", \"title\": \"a\", \"x\": ");
	append_many(&buf, "[", 100000);
	append_many(&buf, "]", 100000);
	append(&buf, "}]}");
	assert_refused(buf.data, buf.len, PARSE_BROKEN, "JSON line 1");
	buf_clear(&buf);
}

static void
an_item_survives_what_is_too_deep_in_it(void **state)
{
	struct buf buf;
	struct feed_doc *doc;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, RSS "<item><title>before</title></item><item><title>deep"
			 "</title><description>");
	append_many(&buf, "<d>", PARSE_DEPTH_MAX + 100);
	append(&buf, "inside");
	append_many(&buf, "</d>", PARSE_DEPTH_MAX + 100);
	append(&buf,
	    "</description></item><item><title>behind</title></item>" END);
	doc = parse_buf(&buf);
	assert_true(doc->is_recovered);
	assert_int_equal(doc->item_count, 3);
	assert_string_equal(doc->items[1].title, "deep");
	assert_string_equal(doc->items[2].title, "behind");
	feed_doc_free(&doc);
}

static void
an_item_survives_a_tag_that_is_too_long(void **state)
{
	struct buf buf;
	struct feed_doc *doc;
	int i;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, RSS "<item ");
	for (i = 0; buf.len < PARSE_TAG_MAX + 100; i++)
		assert_int_equal(buf_printf(&buf, "a%d=\">\" ", i), 0);
	append(&buf, "><title>x</title></item>" END);
	doc = parse_buf(&buf);
	assert_true(doc->is_recovered);
	assert_non_null(strstr(doc->complaint, "tag of more than"));
	assert_int_equal(doc->item_count, 1);
	assert_string_equal(doc->items[0].title, "x");
	feed_doc_free(&doc);
}

static void
a_long_text_or_section_is_no_long_tag(void **state)
{
	struct feed_doc *doc =
	    item_with("description", "a \"b\" &lt;c&gt; ", PARSE_TAG_MAX / 8);

	(void)state;
	assert_false(doc->is_recovered);
	feed_doc_free(&doc);
	doc = item_with("description", "&gt;", PARSE_TAG_MAX);
	assert_false(doc->is_recovered);
	feed_doc_free(&doc);
}

static void
attributes_in_bulk_end_the_document(void **state)
{
	struct buf buf, tag;
	struct feed_doc *doc;
	int i;

	(void)state;
	buf_init(&tag, 0);
	append(&tag, "<x ");
	for (i = 0; tag.len < PARSE_TAG_MAX - 20; i++)
		assert_int_equal(buf_printf(&tag, "a%d=\"\" ", i), 0);
	append(&tag, "/>");
	buf_init(&buf, 0);
	append(&buf, RSS "<item><title>before</title></item>");
	append_many(&buf, tag.data, 60);
	append(&buf, "<item><title>behind</title></item>" END);
	doc = parse_buf(&buf);
	assert_non_null(strstr(doc->complaint, "too many attributes"));
	/* mended, each tag keeps only a few, and nothing is lost */
	assert_int_equal(doc->item_count, 2);
	feed_doc_free(&doc);
	buf_clear(&tag);
}

static void
namespaces_in_bulk_end_the_document(void **state)
{
	struct buf buf;
	struct feed_doc *doc;
	int i, j;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, RSS "<item><title>before</title></item>");
	for (i = 0; i < 10; i++) {
		append(&buf, "<x ");
		for (j = 0; j < 40; j++)
			assert_int_equal(
			    buf_printf(&buf, "xmlns:p%dx%d=\"u\" ", i, j), 0);
		append(&buf, ">");
	}
	append(&buf, "<item><title>behind</title></item>");
	append_many(&buf, "</x>", 10);
	append(&buf, END);
	doc = parse_buf(&buf);
	assert_non_null(strstr(doc->complaint, "too many namespaces"));
	assert_int_equal(doc->item_count, 1);
	feed_doc_free(&doc);
}

static void
names_in_bulk_end_the_document(void **state)
{
	struct buf buf;
	struct feed_doc *doc;
	int i;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, RSS "<item><title>before</title></item>");
	for (i = 0; i < PARSE_NAMES_MAX + 200; i++)
		assert_int_equal(buf_printf(&buf, "<n%d/>", i), 0);
	append(&buf, "<item><title>behind</title></item>" END);
	doc = parse_buf(&buf);
	assert_non_null(doc->complaint);
	assert_non_null(strstr(doc->complaint, "too many different names"));
	assert_int_equal(doc->item_count, 1);
	feed_doc_free(&doc);
}

static void
errors_in_bulk_end_the_document(void **state)
{
	struct buf buf;
	struct feed_doc *doc;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, RSS "<item><title>before</title></item>");
	/* an undeclared prefix is an error that ends nothing */
	append_many(&buf, "<q:x/>", 100100);
	append(&buf, "<item><title>behind</title></item>" END);
	doc = parse_buf(&buf);
	assert_true(doc->is_recovered);
	assert_int_equal(doc->item_count, 1);
	feed_doc_free(&doc);
}

/* --- texts keep their places --- */

#define LONG "text that is longer than the fifty bytes that are worth a mark"

/* A document of three items whose texts tell where they belong. */
static void
assert_places(const char *before, const char *within)
{
	struct buf buf;
	struct feed_doc *doc;
	size_t i;

	buf_init(&buf, 0);
	append(&buf, before);
	append(&buf, RSS);
	append(&buf, within);
	for (i = 0; i < 3; i++)
		assert_int_equal(
		    buf_printf(&buf,
			"<item><guid>%zu</guid><title>it's</title>"
			"<description>%s%zu %s%s</description>%s</item>",
			i, i == 1 ? "" : "<![CDATA[]> ", i, LONG,
			i == 1 ? "" : " <a>" LONG "</a> ]]>", within),
		    0);
	append(&buf, END);
	doc = parse_buf(&buf);
	assert_int_equal(doc->item_count, 3);
	for (i = 0; i < 3; i++) {
		char *want = xasprintf(i == 1 ? "%zu " LONG
					      : "]> %zu " LONG " " LONG,
		    i);

		assert_string_equal(doc->items[i].summary, want);
		free(want);
	}
	feed_doc_free(&doc);
}

static void
an_instruction_in_the_dtd_moves_no_text(void **state)
{
	(void)state;
	assert_places("<!DOCTYPE rss [<?x it's ?>]>", "");
	assert_places("<!DOCTYPE rss [<?x \" ]> <![CDATA[?>]>", "");
	assert_places("<!DOCTYPE rss [<!-- it's ]> --><!ENTITY a ']>'>]>", "");
}

static void
a_feed_that_has_our_marks_moves_no_text(void **state)
{
	(void)state;
	assert_places("", "");
	assert_places("", "<?cut?>");
	assert_places("<?" PARSE_MARK "a?>", "");
	assert_places("", "<?" PARSE_MARK "a?>");
	assert_places("", "<x><?" PARSE_MARK "b?></x>");
	assert_places("<!DOCTYPE rss [<?" PARSE_MARK "a?>]>",
	    "<!-- <?" PARSE_MARK "c?> -->");
}

static void
a_mark_that_is_not_met_is_noticed(void **state)
{
	struct parse_cut cuts[PARSE_MARKS + 2] = {{"a", 1, false}};
	struct parse_push push = {.cuts = cuts, .count = PARSE_MARKS + 2};
	char target[] = PARSE_MARK "a", *last = strchr(target, '\0') - 1;
	size_t i;

	(void)state;
	for (i = 0; i < push.count; i++) {
		assert_false(parse_push_is_sure(&push));
		*last = (char)('a' + i % PARSE_MARKS);
		assert_ptr_equal(parse_push_met(&push, target), &cuts[i]);
	}
	assert_true(parse_push_is_sure(&push));
	assert_null(parse_push_met(&push, target));
	/* what comes behind it keeps its place */
	push.met = push.missed = 0;
	assert_null(parse_push_met(&push, "xml-stylesheet"));
	assert_ptr_equal(parse_push_met(&push, PARSE_MARK "c"), &cuts[2]);
	assert_ptr_equal(parse_push_met(&push, PARSE_MARK "b"), &cuts[17]);
	assert_int_equal(push.met, push.count);
	assert_false(parse_push_is_sure(&push));
}

/* --- entities --- */

static struct feed_doc *
with_dtd(const char *dtd, const char *title)
{
	char *text =
	    xasprintf("<!DOCTYPE rss [%s]>" RSS "<item><title>%s</title></item>"
		      "<item><title>second</title></item>" END,
		dtd, title);
	struct feed_doc *doc = parse_text(text);

	free(text);
	assert_int_equal(doc->item_count, 2);
	assert_string_equal(doc->items[1].title, "second");
	return doc;
}

static void
entities_do_not_multiply(void **state)
{
	struct feed_doc *doc = with_dtd(
	    "<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
	    "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d "
	    "\"&c;&c;&c;&c;&c;&c;&c;&c;&c;\">",
	    "x &d;");

	(void)state;
	assert_null(strstr(doc->items[0].title, "lollol"));
	feed_doc_free(&doc);
	doc = with_dtd("<!ENTITY % a 'lol'><!ENTITY % b '&#37;a;&#37;a;'>"
		       "<!ENTITY % c \"<!ENTITY d '&#37;b;'>\"> %c;",
	    "x &d;");
	assert_null(strstr(doc->items[0].title, "lol"));
	feed_doc_free(&doc);
}

static void
one_entity_does_not_grow_without_bound(void **state)
{
	struct buf buf;
	struct feed_doc *doc;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, "<!DOCTYPE rss [<!ENTITY a \"");
	append_many(&buf, "A", 250);
	append(&buf, "\">]>" RSS);
	append_many(&buf,
	    "<item><title>x</title><description>&a;&a;&a;&a;"
	    "</description></item>",
	    3000);
	append(&buf, END);
	doc = parse_buf(&buf);
	assert_non_null(strstr(doc->complaint, "entities expand"));
	assert_true(arena_size(doc->arena) < 4 * 1024 * 1024);
	feed_doc_free(&doc);
	/* a long one is not even remembered */
	buf_init(&buf, 0);
	append(&buf, "<!DOCTYPE rss [<!ENTITY a \"");
	append_many(&buf, "A", 10000);
	append(&buf, "\">]>" RSS "<item><title>&a;</title></item>" END);
	doc = parse_buf(&buf);
	assert_string_equal(doc->items[0].title, "&a;");
	feed_doc_free(&doc);
}

static void
nothing_is_loaded_from_outside(void **state)
{
	struct feed_doc *doc = with_dtd(
	    "<!ENTITY x SYSTEM \"file:///etc/passwd\">", "start &x; end");

	(void)state;
	assert_null(strstr(doc->items[0].title, "root"));
	feed_doc_free(&doc);
	doc = with_dtd("<!ENTITY % x SYSTEM \"file:///etc/passwd\"> %x;", "a");
	feed_doc_free(&doc);
	doc = parse_text("<!DOCTYPE rss SYSTEM \"file:///dev/zero\">" RSS
			 "<item xmlns:xi=\"http://www.w3.org/2001/XInclude\">"
			 "<title>a <xi:include href=\"file:///etc/passwd\" "
			 "parse=\"text\"/> b</title></item>" END);
	assert_string_equal(doc->items[0].title, "a b");
	feed_doc_free(&doc);
}

static void
unknown_entities_stay_as_they_are(void **state)
{
	struct feed_doc *doc =
	    parse_text(RSS "<item><title>a &nosuch; b</title></item>" END);

	(void)state;
	assert_true(doc->is_recovered);
	assert_string_equal(doc->items[0].title, "a &nosuch; b");
	feed_doc_free(&doc);
	/* also where a DTD might have declared them */
	doc = parse_text("<!DOCTYPE rss SYSTEM \"x.dtd\">" RSS
			 "<item><title>a &nosuch; b</title></item>" END);
	assert_string_equal(doc->items[0].title, "a &nosuch; b");
	feed_doc_free(&doc);
}

/* --- broken documents --- */

static void
assert_titles(const char *text, const char *first, const char *second)
{
	struct feed_doc *doc = parse_text(text);

	assert_true(doc->is_recovered);
	assert_non_null(doc->complaint);
	assert_int_equal(doc->item_count, second ? 2 : 1);
	assert_string_equal(doc->items[0].title, first);
	if (second)
		assert_string_equal(doc->items[1].title, second);
	feed_doc_free(&doc);
}

static void
bare_ampersands_and_brackets_are_text(void **state)
{
	(void)state;
	assert_titles(RSS "<item><title>Q&A at AT&T &</title></item>" END,
	    "Q&A at AT&T &", NULL);
	assert_titles(RSS "<item><title>1 < 2 &amp&nbsp;x &#11;y</title>"
			  "</item>" END,
	    "1 < 2 & x y", NULL);
	assert_titles(RSS "<item><title a=\"x & y < z\">T</title>"
			  "<link>http://a.example/?a=1&b=2</link></item>" END,
	    "T", NULL);
}

static void
illegal_characters_cost_only_themselves(void **state)
{
	struct feed_doc *doc;
	static const char nul[] = RSS "<item><title>a\0b</title></item>" END;

	(void)state;
	assert_titles(RSS "<item><title>a\x1b[2Jb\x0b"
			  "c\xef\xbf\xbe"
			  "d</title></item>" END,
	    "a[2Jbcd", NULL);
	assert_titles(RSS
	    "<item><title>a&#27;b&#x7;c&#xD800;d</title></item>" END,
	    "abcd", NULL);
	doc = parse_good(nul, sizeof(nul) - 1, NULL);
	assert_string_equal(doc->items[0].title, "ab");
	feed_doc_free(&doc);
}

static void
an_end_tag_closes_what_it_names_or_nothing(void **state)
{
	(void)state;
	assert_titles(RSS "<item><description>one<br>two</p></description>"
			  "<title>A</title></item><item><title>B</b></title>"
			  "</item>" END,
	    "A", "B");
	assert_titles(
	    RSS "<item><title>A<item><title>B</title></item>" END, "A", "B");
	assert_titles(RSS "<item><title>A</Title></ITEM><item><title>B"
			  "</title></item>" END,
	    "A", "B");
	assert_titles(
	    RSS "</x></y><item><title>A</title></item>" END, "A", NULL);
}

/* To look for the end of each would take hours. */
static void
many_doctypes_are_passed_over(void **state)
{
	struct buf buf;
	struct feed_doc *doc;

	(void)state;
	buf_init(&buf, 0);
	append(&buf, RSS "<item><title>A</title></item>");
	append_many(&buf, "<!DOCTYPE x [", PARSE_BODY_MAX / 16);
	doc = parse_buf(&buf);
	assert_int_equal(doc->item_count, 1);
	assert_string_equal(doc->items[0].title, "A");
	feed_doc_free(&doc);
}

static void
what_json_is_blamed_for_can_be_shown(void **state)
{
	static const char *const texts[] = {"{\"id\": \x1b[2J}",
	    "{\"id\": \xe2\x80\xae}", "{\"id\": \"a\x07", "[\x7f"};
	struct feed_doc *doc;
	struct err err;
	size_t i;
	char *p;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(parse_bytes(texts[i], strlen(texts[i]), NULL,
				     &doc, &err),
		    PARSE_BROKEN);
		assert_null(strstr(err.text, "\xe2\x80\xae"));
		for (p = err.text; *p; p++)
			assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
	}
}

static void
a_declaration_within_json_is_just_text(void **state)
{
	struct feed_doc *doc = parse_text(
	    "{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{"
	    "\"id\":\"<?xml encoding='koi8-r'?>\",\"title\":\"발사\"}]}");

	(void)state;
	assert_string_equal(doc->items[0].title, "발사");
	feed_doc_free(&doc);
}

static void
attributes_are_put_in_order(void **state)
{
	struct feed_doc *doc = parse_text(
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><title>T"
	    "</title><link rel=alternate href='http://a.example/?a=1&b=2' "
	    "broken =x href=\"http://b.example/\"/><id>1</id></entry></feed>");

	(void)state;
	assert_true(doc->is_recovered);
	assert_string_equal(doc->items[0].url, "http://a.example/?a=1&b=2");
	assert_string_equal(doc->items[0].guid, "1");
	feed_doc_free(&doc);
	/* a tag that is never closed ends where the next begins */
	assert_titles(RSS "<item <title>A</title></item>" END, "A", NULL);
	assert_titles(RSS "<item a=\"><title>A</title></item>" END, "A", NULL);
}

static void
what_surrounds_a_feed_is_left_out(void **state)
{
	static const char item[] = "<item><title>T</title></item>";
	char *text;

	(void)state;
	text = xasprintf("\nWarning: x() in /srv/x.php on line 3\n"
			 "<?xml version=\"1.0\"?>" RSS "%s" END,
	    item);
	assert_titles(text, "T", NULL);
	free(text);
	text = xasprintf("<br /><b>Notice</b>: x\n" RSS "%s" END, item);
	assert_titles(text, "T", NULL);
	free(text);
	text =
	    xasprintf(RSS "%s" END "<!-- x --><script>x()</script> & y", item);
	assert_titles(text, "T", NULL);
	free(text);
	text = xasprintf(RSS "%s" END RSS "%s" END, item, item);
	assert_titles(text, "T", NULL);
	free(text);
	text = xasprintf("<!DOCTYPE html><html><body><rss version=\"2.0\">"
			 "<channel>%s" END "</body></html>",
	    item);
	assert_titles(text, "T", NULL);
	free(text);
}

static void
what_is_cut_off_ends_there(void **state)
{
	(void)state;
	assert_titles(
	    RSS "<item><title>A</title></item><item><title>B", "A", "B");
	assert_titles(
	    RSS "<item><title>A</title><link>http://a.exam", "A", NULL);
	assert_titles(RSS "<item><title>A</title></item><!-- never <item>"
			  "<title>B</title></item>",
	    "A", NULL);
	assert_titles(RSS "<item><title>A</title></item><item><title>"
			  "<![CDATA[B and on",
	    "A", "B and on");
	assert_titles(RSS "<item><title>A</title></item><item att", "A", NULL);
}

/* Every prefix is read without harm, and entries that are whole come out. */
static void
every_prefix_keeps_what_is_whole(void **state)
{
	static const char text[] =
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE rss [<!ENTITY "
	    "x \"y\">]><!-- c --><rss version=\"2.0\"><channel><title>t</title>"
	    "<item><title>One &amp; caf\xc3\xa9</title><link>/1</link><guid>1"
	    "</guid></item><item a='1' b=\"2\"><title><![CDATA[Two, which is "
	    "long enough for other ways to be gone]]></title><description>&lt;"
	    "p&gt;Text that is long enough, too, for that&lt;/p&gt;"
	    "</description><guid>2</guid></item><?p i?></channel></rss>";
	const char *first = strstr(text, "</item>") + 7;
	const char *second = strstr(first, "</item>") + 7;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(text); len++) {
		struct feed_doc *doc;
		struct err err;
		size_t whole = (text + len >= first) + (text + len >= second);

		if (parse_bytes(text, len, NULL, &doc, &err) != PARSE_OK) {
			assert_int_equal(whole, 0);
			continue;
		}
		assert_sound(doc);
		assert_true(doc->item_count >= whole);
		if (whole > 0)
			assert_string_equal(
			    doc->items[0].title, "One & caf\xc3\xa9");
		if (whole > 1)
			assert_string_equal(doc->items[1].guid, "2");
		feed_doc_free(&doc);
	}
}

static void
marks_of_our_own_are_nothing_special(void **state)
{
	struct feed_doc *doc =
	    parse_text(RSS "<?" PARSE_MARK "?><item><title>T<?" PARSE_MARK
			   "?></title><?" PARSE_MARK " x?></item>" END);

	(void)state;
	assert_string_equal(doc->items[0].title, "T");
	feed_doc_free(&doc);
	/* its own texts may get mixed up, and nothing worse */
	doc = parse_text(RSS
	    "<item><?" PARSE_MARK "?><title>A title that is long enough to be "
	    "cut out of the document</title><description>As long a description"
	    ", that will be cut out as well</description></item>" END);
	assert_int_equal(doc->item_count, 1);
	feed_doc_free(&doc);
}

static void
sections_and_comments_hide_what_looks_like_markup(void **state)
{
	struct feed_doc *doc = parse_text(
	    RSS "<!-- <item><title>no</title></item> <![CDATA[ --><item><title>"
		"<![CDATA[1 </item> is text, and long enough for a mark "
		"<!-- too]]></title></item><!-- ]]> --><?x <![CDATA[ ?>"
		"<item><title>B</title></item>" END);

	(void)state;
	assert_false(doc->is_recovered);
	assert_int_equal(doc->item_count, 2);
	assert_string_equal(doc->items[0].title,
	    "1 </item> is text, and long enough for a mark <!-- too");
	feed_doc_free(&doc);
}

/* --- whatever comes --- */

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void
mutate(char *text, size_t len, uint32_t *seed)
{
	static const char bytes[] = "<>&;\"'/!?[]-=\0\xff\xc3#x \n{}:,\\";
	size_t count = next_random(seed) % 8 + 1;

	while (count-- > 0) {
		size_t at = next_random(seed) % len;
		size_t from = next_random(seed) % len;
		size_t n = next_random(seed) % 40;

		if (next_random(seed) % 2 == 0) {
			text[at] = bytes[next_random(seed) % sizeof(bytes)];
			continue;
		}
		if (n > len - at)
			n = len - at;
		if (n > len - from)
			n = len - from;
		memmove(text + at, text + from, n);
	}
}

static void
broken_copies_of_a_feed_do_no_harm(void **state)
{
	static const char *const names[] = {"rss20.xml", "rdf.xml",
	    "atom10.xml", "atom03.xml", "mixed.xml", "old.xml", "feed.json"};
	const char *dir = getenv("WIREWATCH_SRCDIR");
	uint32_t seed = 42;
	size_t i, round;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path =
		    xasprintf("%s/tests/data/%s", dir ? dir : ".", names[i]);
		struct buf body;

		buf_init(&body, 0);
		assert_int_equal(buf_read_file(&body, path), 0);
		for (round = 0; round < 400; round++) {
			char *copy = xmalloc(body.len);
			struct feed_doc *doc;
			struct err err;

			memcpy(copy, body.data, body.len);
			mutate(copy, body.len, &seed);
			if (parse_bytes(copy, body.len, NULL, &doc, &err) ==
			    PARSE_OK)
				assert_sound(doc);
			feed_doc_free(&doc);
			free(copy);
		}
		buf_clear(&body);
		free(path);
	}
}

/* What parse_repair() makes is well-formed, or there is no root in it. */
static void
a_mended_document_is_well_formed(void **state)
{
	static const char *const pieces[] = {"<a>", "</a>", "<b x='1'>", "</b>",
	    "<item>", "</item>", "<c/>", "<d e=f>", "&", "&amp;", "&x;", "<",
	    ">", "text", "<![CDATA[", "]]>", "<!--", "-->", "\x01", "<?p?>",
	    "<!DOCTYPE x [", "]>", "\"", "'", "=", "</", "<e f=\"<&\">", "&#1;",
	    "&nbsp;", "\xef\xbf\xbf"};
	uint32_t seed = 3;
	int round;

	(void)state;
	for (round = 0; round < 3000; round++) {
		size_t count = next_random(&seed) % 30;
		struct parse_build build;
		struct parse_pass pass;
		struct buf text, out;

		buf_init(&text, 0);
		buf_init(&out, 0);
		append(&text, "<rss><channel>");
		while (count-- > 0)
			append(&text,
			    pieces[next_random(&seed) %
				   (sizeof(pieces) / sizeof(pieces[0]))]);
		(void)parse_repair(text.data, text.len, &out);
		parse_build_init(&build, NULL);
		parse_xml(&build, buf_str(&out), out.len, false, &pass);
		if (!pass.is_wellformed)
			print_message("# %s\n# %s\n# %s\n", text.data, out.data,
			    pass.complaint.text);
		assert_true(pass.is_wellformed);
		assert_int_equal(pass.outcome, PARSE_OK);
		parse_build_clear(&build);
		buf_clear(&text);
		buf_clear(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_cut_on_a_border),
	    cmocka_unit_test(a_text_longer_than_what_is_looked_at_is_cut),
	    cmocka_unit_test(what_is_quoted_is_cut_on_a_border),
	    cmocka_unit_test(a_long_text_of_json_is_cut_as_well),
	    cmocka_unit_test(a_long_guid_counts_to_its_end),
	    cmocka_unit_test(a_guid_is_not_cut_behind_a_blank),
	    cmocka_unit_test(a_link_over_the_bound_is_dropped),
	    cmocka_unit_test(lists_are_bounded),
	    cmocka_unit_test(items_beyond_the_bound_are_counted),
	    cmocka_unit_test(json_with_too_many_values_is_too_large),
	    cmocka_unit_test(json_nested_too_deeply_is_broken),
	    cmocka_unit_test(an_item_survives_what_is_too_deep_in_it),
	    cmocka_unit_test(an_item_survives_a_tag_that_is_too_long),
	    cmocka_unit_test(a_long_text_or_section_is_no_long_tag),
	    cmocka_unit_test(attributes_in_bulk_end_the_document),
	    cmocka_unit_test(namespaces_in_bulk_end_the_document),
	    cmocka_unit_test(names_in_bulk_end_the_document),
	    cmocka_unit_test(errors_in_bulk_end_the_document),
	    cmocka_unit_test(an_instruction_in_the_dtd_moves_no_text),
	    cmocka_unit_test(a_feed_that_has_our_marks_moves_no_text),
	    cmocka_unit_test(a_mark_that_is_not_met_is_noticed),
	    cmocka_unit_test(entities_do_not_multiply),
	    cmocka_unit_test(one_entity_does_not_grow_without_bound),
	    cmocka_unit_test(nothing_is_loaded_from_outside),
	    cmocka_unit_test(unknown_entities_stay_as_they_are),
	    cmocka_unit_test(bare_ampersands_and_brackets_are_text),
	    cmocka_unit_test(illegal_characters_cost_only_themselves),
	    cmocka_unit_test(an_end_tag_closes_what_it_names_or_nothing),
	    cmocka_unit_test(many_doctypes_are_passed_over),
	    cmocka_unit_test(what_json_is_blamed_for_can_be_shown),
	    cmocka_unit_test(a_declaration_within_json_is_just_text),
	    cmocka_unit_test(attributes_are_put_in_order),
	    cmocka_unit_test(what_surrounds_a_feed_is_left_out),
	    cmocka_unit_test(what_is_cut_off_ends_there),
	    cmocka_unit_test(every_prefix_keeps_what_is_whole),
	    cmocka_unit_test(marks_of_our_own_are_nothing_special),
	    cmocka_unit_test(sections_and_comments_hide_what_looks_like_markup),
	    cmocka_unit_test(broken_copies_of_a_feed_do_no_harm),
	    cmocka_unit_test(a_mended_document_is_well_formed),
	};

	return cmocka_run_group_tests(tests, set_up_parser, tear_down_parser);
}
