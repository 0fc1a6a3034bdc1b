#ifndef WIREWATCH_TESTS_PARSE_GOLDEN_H
#define WIREWATCH_TESTS_PARSE_GOLDEN_H

#include "tests/parse_help.h"

#include <jansson.h>

#include "config/conf.h"
#include "lib/clock.h"

/* Documents in tests/data beside what is expected of them. */

static inline char *
data_path(const char *name)
{
	const char *dir = getenv("WIREWATCH_SRCDIR");

	return xasprintf("%s/tests/data/%s", dir ? dir : ".", name);
}

static inline void
assert_string(const json_t *want, const char *key, const char *have)
{
	const json_t *value = json_object_get(want, key);

	if (!value)
		return;
	if (json_is_null(value))
		assert_null(have);
	else {
		assert_non_null(have);
		assert_string_equal(have, json_string_value(value));
	}
}

static inline void
assert_time(const json_t *want, const char *key, int64_t have)
{
	char text[CLOCK_RFC3339_SIZE];

	assert_string(
	    want, key, have == TIME_NONE ? NULL : clock_rfc3339_s(have, text));
}

static inline void
assert_strings(
    const json_t *want, const char *key, const char *const *have, size_t count)
{
	const json_t *list = json_object_get(want, key), *value;
	size_t i;

	if (!list)
		return;
	assert_int_equal(count, json_array_size(list));
	json_array_foreach(list, i, value)
	    assert_string_equal(have[i], json_string_value(value));
}

static inline void
assert_feed(const json_t *want, const struct feed_doc *doc)
{
	const json_t *ttl = json_object_get(want, "ttl");

	assert_string(want, "feed", doc->title);
	assert_string(want, "format", feed_format_name(doc->format));
	assert_string(want, "link", doc->link);
	assert_string(want, "lang", doc->lang);
	if (ttl)
		assert_int_equal(doc->ttl_s, json_integer_value(ttl));
}

static inline void
assert_item(const json_t *want, const struct item *item)
{
	static const unsigned char nothing[ITEM_ID_SIZE];

	assert_string(want, "guid", item->guid);
	assert_string(want, "title", item->title);
	assert_string(want, "url", item->url);
	assert_string(want, "summary", item->summary);
	assert_string(want, "content", item->content);
	assert_string(want, "lang", item->lang);
	assert_time(want, "published", item->published_s);
	assert_time(want, "updated", item->updated_s);
	assert_strings(want, "authors", item->authors, item->author_count);
	assert_strings(
	    want, "categories", item->categories, item->category_count);
	assert_memory_not_equal(item->id, nothing, ITEM_ID_SIZE);
}

/*
 * One line for the feed, one for each of its items. A page is read by html;
 * of a feed it is NULL.
 */
static inline void
assert_page_data(const char *name, const char *expect,
    const char *content_type, const struct conf_html *html)
{
	char *path = data_path(name), *expect_path = data_path(expect);
	FILE *lines = fopen(expect_path, "r");
	struct feed_doc *doc;
	struct buf body;
	json_t *want;
	size_t i;

	buf_init(&body, 0);
	assert_int_equal(buf_read_file(&body, path), 0);
	assert_non_null(lines);
	doc = parse_good_page(body.data, body.len, content_type, html);
	want = json_loadf(lines, JSON_DISABLE_EOF_CHECK, NULL);
	assert_non_null(want);
	assert_feed(want, doc);
	json_decref(want);
	for (i = 0; i < doc->item_count; i++) {
		want = json_loadf(lines, JSON_DISABLE_EOF_CHECK, NULL);
		assert_non_null(want);
		assert_item(want, &doc->items[i]);
		json_decref(want);
	}
	want = json_loadf(lines, JSON_DISABLE_EOF_CHECK, NULL);
	assert_null(want);
	fclose(lines);
	feed_doc_free(&doc);
	buf_clear(&body);
	free(path);
	free(expect_path);
}

static inline void
assert_data(const char *name, const char *expect)
{
	assert_page_data(name, expect, NULL, NULL);
}

#endif
