#include "tests/test.h"

#include "feeds/item.h"
#include "lib/clock.h"

static struct item
item_of(const char *guid, const char *url, const char *title)
{
	struct item item = {.guid = guid,
	    .url = url,
	    .title = title,
	    .summary = "",
	    .content = "",
	    .published_s = TIME_NONE,
	    .updated_s = TIME_NONE};

	item_identify(&item);
	return item;
}

static void
assert_same(struct item a, struct item b)
{
	assert_memory_equal(a.id, b.id, ITEM_ID_SIZE);
}

static void
assert_other(struct item a, struct item b)
{
	assert_memory_not_equal(a.id, b.id, ITEM_ID_SIZE);
}

static void
the_guid_counts_before_link_and_title(void **state)
{
	(void)state;
	assert_same(item_of("1", "http://a.example/", "x"),
	    item_of("1", "http://b.example/", "y"));
	assert_other(item_of("1", "http://a.example/", "x"),
	    item_of("2", "http://a.example/", "x"));
}

static void
without_a_guid_the_canonical_link_counts(void **state)
{
	(void)state;
	assert_same(item_of(NULL, "http://a.example/i?utm_source=x", "x"),
	    item_of("", "http://A.example/i", "y"));
	assert_other(item_of(NULL, "http://a.example/i?id=1", "x"),
	    item_of(NULL, "http://a.example/i?id=2", "x"));
}

static void
without_both_the_text_counts(void **state)
{
	(void)state;
	assert_same(item_of(NULL, NULL, "x"), item_of(NULL, NULL, "x"));
	assert_other(item_of(NULL, NULL, "x"), item_of(NULL, NULL, "y"));
}

static void
a_guid_that_looks_like_a_link_is_no_link(void **state)
{
	(void)state;
	assert_other(item_of("http://a.example/", NULL, "x"),
	    item_of(NULL, "http://a.example/", "x"));
}

static void
items_that_share_a_guid_can_be_told_apart(void **state)
{
	struct item a = item_of("1", NULL, "x"), b = item_of("1", NULL, "y");

	(void)state;
	item_identify_apart(&b);
	assert_other(a, b);
}

/* Items that were read before paragraphs were kept are the same items. */
static void
a_newline_is_a_blank_to_identity_and_fingerprints(void **state)
{
	struct item line = {.title = "x", .summary = "a b", .content = "c d e"};
	struct item lines = {
	    .title = "x", .summary = "a\nb", .content = "c\nd\ne"};
	struct item other = {.title = "x", .summary = "a\nb", .content = "c de"};

	(void)state;
	item_identify(&line);
	item_identify(&lines);
	item_identify(&other);
	assert_same(line, lines);
	assert_true(line.body_fp == lines.body_fp);
	assert_true(line.title_fp == lines.title_fp);
	assert_false(line.body_fp == other.body_fp);
	item_identify_apart(&line);
	item_identify_apart(&lines);
	assert_same(line, lines);
	/* and the texts are as they were */
	assert_string_equal(lines.summary, "a\nb");
	assert_string_equal(lines.content, "c\nd\ne");
}

static void
assert_id_is(const struct item *item, const char *expected)
{
	char hex[2 * ITEM_ID_SIZE + 1];
	size_t i;

	for (i = 0; i < ITEM_ID_SIZE; i++)
		sprintf(hex + 2 * i, "%02x", item->id[i]);
	assert_string_equal(hex, expected);
}

/* Ids are stored: no version may compute other ones. */
static void
ids_stay_what_they_are(void **state)
{
	struct item item = item_of("tag:a.example,2026:1", NULL, "x");
	char guid[301];

	(void)state;
	assert_id_is(&item, "2f757c9a33788dc64ba7ea9ec322e636");
	item_identify_apart(&item);
	assert_id_is(&item, "2012d7795838e708022591e516759d50");
	item = item_of(NULL, "http://A.example/i?utm_source=x", "x");
	assert_id_is(&item, "9967fe0c2e5c4827380a51bf0498746c");
	item = item_of(NULL, NULL, "\xe5\x8c\x97");
	assert_id_is(&item, "f436e78666817aa8fa4f6d80aac9a185");
	memset(guid, 'g', sizeof(guid) - 1);
	guid[sizeof(guid) - 1] = '\0';
	item = item_of(guid, NULL, "x");
	assert_id_is(&item, "d4d21373d6cf441738611293fef4e316");
}

static void
fingerprints_tell_title_from_body(void **state)
{
	struct item a = item_of("1", NULL, "x"), b = item_of("1", NULL, "y");
	struct item c = item_of("1", NULL, "x");

	(void)state;
	c.summary = "other";
	item_identify(&c);
	assert_true(a.title_fp != b.title_fp);
	assert_true(a.body_fp == b.body_fp);
	assert_true(a.title_fp == c.title_fp);
	assert_true(a.body_fp != c.body_fp);
}

static void
the_quality_of_a_date_is_seen_from_now(void **state)
{
	struct item item = item_of("1", NULL, "x");
	const int64_t now = 1767225600;

	(void)state;
	assert_int_equal(item_date_quality(&item, now), DATE_MISSING);
	item.updated_s = now - 3600;
	assert_int_equal(item_date_quality(&item, now), DATE_OK);
	item.published_s = now + 9 * 3600;
	assert_int_equal(item_date_quality(&item, now), DATE_TZ_SUSPECT);
	item.published_s = now + 48 * 3600;
	assert_int_equal(item_date_quality(&item, now), DATE_FUTURE);
	item.published_s = now - 86400 * 400;
	assert_int_equal(item_date_quality(&item, now), DATE_STALE);
}

/* Of a feed without guids. */
static struct item
item_at(const char *url)
{
	return item_of(NULL, url, "x");
}

static void
an_article_is_the_same_by_whatever_way_it_is_found(void **state)
{
	static const char *const ways[] = {
	    "https://www.wire.example/2026/11/launch.html",
	    "HTTPS://WWW.Wire.example:443/2026/11/launch.html",
	    "http://www.wire.example:80/2026/11/launch.html#comments",
	    "https://www.wire.example/2026/11/launch.html?partner=rss&emc=rss",
	    "https://www.wire.example/2026/11/launch.html?utm_source=feed"
	    "&utm_medium=rss&fbclid=IwAR0",
	    "https://www.wire.example/2026/11/launch.html?feedType=RSS"
	    "&feedName=world",
	    "https://www.wire.example/2026/11/launch.html?source=rss&xtor=R-1",
	};
	size_t i;

	(void)state;
	for (i = 1; i < sizeof(ways) / sizeof(ways[0]); i++)
		assert_same(item_at(ways[0]), item_at(ways[i]));
}

/*
 * What another server or another path gives is another item, however likely it
 * is the same article: nothing but its site could tell, and an item that is
 * taken for a known one is lost. Alerts of one article meet in their story.
 */
static void
what_may_be_another_article_is_another_item(void **state)
{
	static const char *const other[] = {
	    "https://wire.example/2026/11/launch.html",
	    "https://www.wire.example/2026/11/launch.html/",
	    "https://www.wire.example/amp/2026/11/launch.html",
	    "https://www.wire.example/2026/11/launch.html?outputType=amp",
	    "https://amp-wire-example.cdn.example/2026/11/launch.html",
	    "https://news.google.com/rss/articles/CBMiVkFVX3lxTE?oc=5",
	    "https://www.wire.example/2026/11/Launch.html",
	    "https://www.wire.example:8443/2026/11/launch.html",
	    "https://www.wire.example/2026/11/launch.html?source=print",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		assert_other(
		    item_at("https://www.wire.example/2026/11/launch.html"),
		    item_at(other[i]));
}

static void
a_query_that_is_the_id_tells_items_apart(void **state)
{
	(void)state;
	assert_other(item_at("https://www.ministry.example/view.do?mno=1"
	                     "&trendMngNo=134739"),
	    item_at("https://www.ministry.example/view.do?mno=1"
	            "&trendMngNo=134740"));
}

/* Where all entries link to one page, the guid alone tells them apart. */
static void
a_changed_guid_is_another_item_also_with_the_same_link(void **state)
{
	(void)state;
	assert_other(item_of("1", "http://a.example/news", "x"),
	    item_of("2", "http://a.example/news", "x"));
}

static void
a_site_that_moves_to_https_has_no_new_items(void **state)
{
	(void)state;
	assert_same(item_of("http://a.example/?p=7", NULL, "x"),
	    item_of("https://a.example/?p=7", NULL, "x"));
	assert_same(item_of("http://a.example/?p=7", NULL, "x"),
	    item_of("HTTPS://a.example/?p=7", NULL, "x"));
	assert_same(item_at("http://a.example/7"), item_at("https://a.example/7"));
	/* a guid is no link for all that: nothing else of it is changed */
	assert_other(item_of("http://a.example/?p=7&utm_source=x", NULL, "x"),
	    item_of("http://a.example/?p=7", NULL, "x"));
	assert_other(item_of("https:a", NULL, "x"), item_of("http:a", NULL, "x"));
}

static void
an_item_had_another_id_when_its_scheme_counted(void **state)
{
	struct item item = item_of("https://a.example/?p=7", NULL, "x");
	unsigned char former[ITEM_ID_SIZE];

	(void)state;
	assert_true(item_former_id(&item, former));
	assert_memory_not_equal(former, item.id, ITEM_ID_SIZE);
	item = item_at("https://a.example/7");
	assert_true(item_former_id(&item, former));
	assert_memory_not_equal(former, item.id, ITEM_ID_SIZE);
	item = item_of("http://a.example/?p=7", NULL, "x");
	assert_false(item_former_id(&item, former));
	item = item_of("7", "https://a.example/7", "x");
	assert_false(item_former_id(&item, former));
	item = item_of(NULL, NULL, "x");
	assert_false(item_former_id(&item, former));
}

/* Seoul's time that is called GMT is nine hours ahead. */
static void
dates_as_publishers_get_them_wrong_are_told(void **state)
{
	static const struct {
		int64_t ahead_s;
		enum date_quality quality;
	} cases[] = {
	    {7 * 3600, DATE_TZ_SUSPECT},
	    {9 * 3600, DATE_TZ_SUSPECT},
	    {14 * 3600, DATE_TZ_SUSPECT},
	    {14 * 3600 + 1, DATE_FUTURE},
	    {30 * 86400, DATE_FUTURE}, /* of an event */
	    {15 * 60, DATE_OK},
	    {15 * 60 + 1, DATE_TZ_SUSPECT},
	    {-9 * 3600, DATE_OK},
	    {-30 * 86400, DATE_OK},
	    {-30 * 86400 - 1, DATE_STALE},
	    {-8LL * 365 * 86400, DATE_STALE},
	};
	struct item item = item_of("1", NULL, "x");
	const int64_t now = 1795419730;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		item.published_s = now + cases[i].ahead_s;
		assert_int_equal(
		    item_date_quality(&item, now), cases[i].quality);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_guid_counts_before_link_and_title),
	    cmocka_unit_test(without_a_guid_the_canonical_link_counts),
	    cmocka_unit_test(without_both_the_text_counts),
	    cmocka_unit_test(a_guid_that_looks_like_a_link_is_no_link),
	    cmocka_unit_test(items_that_share_a_guid_can_be_told_apart),
	    cmocka_unit_test(a_newline_is_a_blank_to_identity_and_fingerprints),
	    cmocka_unit_test(ids_stay_what_they_are),
	    cmocka_unit_test(fingerprints_tell_title_from_body),
	    cmocka_unit_test(the_quality_of_a_date_is_seen_from_now),
	    cmocka_unit_test(an_article_is_the_same_by_whatever_way_it_is_found),
	    cmocka_unit_test(what_may_be_another_article_is_another_item),
	    cmocka_unit_test(a_query_that_is_the_id_tells_items_apart),
	    cmocka_unit_test(
	        a_changed_guid_is_another_item_also_with_the_same_link),
	    cmocka_unit_test(a_site_that_moves_to_https_has_no_new_items),
	    cmocka_unit_test(an_item_had_another_id_when_its_scheme_counted),
	    cmocka_unit_test(dates_as_publishers_get_them_wrong_are_told),
	};

	return cmocka_run_group_tests_name("item", tests, NULL, NULL);
}
