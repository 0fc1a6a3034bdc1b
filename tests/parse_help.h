#ifndef WIREWATCH_TESTS_PARSE_HELP_H
#define WIREWATCH_TESTS_PARSE_HELP_H

#include "tests/test.h"

#include "feeds/parse.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "text/plain.h"

/* What the tests of the parser share. */

#define RSS "<rss version=\"2.0\"><channel><title>t</title>"
#define END "</channel></rss>"

static inline enum parse_outcome
parse_page_bytes(const void *body, size_t len, const char *content_type,
    const struct conf_html *html, struct feed_doc **doc_r, struct err *err)
{
	/* a copy of just that size: reading beyond it is found */
	char *copy = xmalloc(len);
	const struct parse_input input = {
	    .body = copy,
	    .len = len,
	    .base_url = "https://feeds.example/dir/feed",
	    .content_type = content_type,
	    .html = html,
	};
	enum parse_outcome outcome;

	if (len)
		memcpy(copy, body, len);
	err->text[0] = '\0';
	outcome = parse_feed(&input, doc_r, err);
	memset(copy, '!', len);
	free(copy);
	assert_true((outcome == PARSE_OK) == (*doc_r != NULL));
	assert_true((outcome == PARSE_OK) == (err->text[0] == '\0'));
	return outcome;
}

static inline enum parse_outcome
parse_bytes(const void *body, size_t len, const char *content_type,
    struct feed_doc **doc_r, struct err *err)
{
	return parse_page_bytes(body, len, content_type, NULL, doc_r, err);
}

/* A paragraph a line, with nothing empty. */
static inline void
assert_prose(const char *text, size_t max)
{
	size_t len;

	if (!text)
		return;
	len = strlen(text);
	assert_true(len <= max);
	assert_true(plain_is_utf8(text, len));
	assert_null(strpbrk(text, "\r\t\x1b\x7f"));
	assert_null(strstr(text, "  "));
	assert_null(strstr(text, " \n"));
	assert_null(strstr(text, "\n "));
	assert_null(strstr(text, "\n\n"));
	assert_false(len && (text[0] == '\n' || text[len - 1] == '\n'));
}

static inline void
assert_text(const char *text, size_t max)
{
	assert_prose(text, max);
	assert_true(!text || !strchr(text, '\n'));
}

static inline void
assert_list(const char *const *list, size_t count)
{
	size_t i;

	assert_true(count <= ITEM_LIST_MAX);
	for (i = 0; i < count; i++)
		assert_text(list[i], ITEM_NAME_MAX);
}

/* What holds of every item, whatever it was made of. */
static inline void
assert_sound(const struct feed_doc *doc)
{
	size_t i;

	assert_true(doc->item_count <= PARSE_ITEMS_MAX);
	assert_true(!doc->is_recovered == !doc->complaint);
	assert_non_null(doc->encoding);
	for (i = 0; i < doc->item_count; i++) {
		const struct item *item = &doc->items[i];

		assert_text(item->guid, ITEM_GUID_MAX);
		assert_text(item->url, ITEM_URL_MAX);
		assert_non_null(item->title);
		assert_text(item->title, ITEM_TITLE_MAX);
		assert_non_null(item->summary);
		assert_prose(item->summary, ITEM_TEXT_MAX);
		assert_non_null(item->content);
		assert_prose(item->content, ITEM_TEXT_MAX);
		assert_text(item->lang, 35);
		assert_list(item->authors, item->author_count);
		assert_list(item->categories, item->category_count);
		assert_true(!item->url ||
			    strncmp(item->url, "http://", 7) == 0 ||
			    strncmp(item->url, "https://", 8) == 0);
	}
}

/* A document that can be read, to be freed by the caller. */
static inline struct feed_doc *
parse_good_page(const void *body, size_t len, const char *content_type,
    const struct conf_html *html)
{
	struct feed_doc *doc;
	struct err err;
	enum parse_outcome outcome =
	    parse_page_bytes(body, len, content_type, html, &doc, &err);

	if (outcome != PARSE_OK)
		print_message("# %s\n", err.text);
	assert_int_equal(outcome, PARSE_OK);
	assert_sound(doc);
	return doc;
}

static inline struct feed_doc *
parse_good(const void *body, size_t len, const char *content_type)
{
	return parse_good_page(body, len, content_type, NULL);
}

static inline struct feed_doc *
parse_text(const char *text)
{
	return parse_good(text, strlen(text), NULL);
}

/* The text must be refused, and the reason hold the words. */
static inline void
assert_refused(
    const char *text, size_t len, enum parse_outcome want, const char *words)
{
	struct feed_doc *doc;
	struct err err;
	enum parse_outcome outcome = parse_bytes(text, len, NULL, &doc, &err);

	feed_doc_free(&doc);
	assert_int_equal(outcome, want);
	assert_true(plain_is_utf8(err.text, strlen(err.text)));
	if (!strstr(err.text, words))
		print_message("# \"%s\" lacks \"%s\"\n", err.text, words);
	assert_non_null(strstr(err.text, words));
}

static inline void
append(struct buf *buf, const char *text)
{
	assert_int_equal(buf_addstr(buf, text), 0);
}

static inline void
append_many(struct buf *buf, const char *text, size_t count)
{
	while (count-- > 0)
		append(buf, text);
}

static inline int
set_up_parser(void **state)
{
	(void)state;
	parse_init();
	return 0;
}

static inline int
tear_down_parser(void **state)
{
	(void)state;
	parse_cleanup();
	return 0;
}

#endif
