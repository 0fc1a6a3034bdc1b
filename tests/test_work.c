#include "tests/test.h"
#include "tests/topic_text.h"

#include "daemon/work.h"
#include "lib/alloc.h"
#include "lib/clock.h"

/*
 * Requests and replies of workers: what comes back is what the parser and the
 * matcher say when they are called, and no bytes in place of a reply harm.
 */
struct desk {
	struct conf conf;
	struct conf_topic topics[2];
	struct topicset *set;
	struct matcher *matcher;
	struct buf request;
	struct buf reply;
};

static int
set_up(void **state)
{
	struct desk *desk = xcalloc(1, sizeof(*desk));
	struct diag diag;

	desk->topics[0].name = "launch";
	desk->topics[0].severity = SEVERITY_LOW;
	text_in(&desk->topics[0].query, "query", "missile* OR 미사일");
	desk->topics[1].name = "north";
	desk->topics[1].severity = SEVERITY_FLASH;
	text_in(&desk->topics[1].query, "query", "\"north korea\"");
	desk->conf.topics = desk->topics;
	desk->conf.topic_count = 2;
	diag_init(&diag);
	desk->set = topicset_new(&desk->conf, &diag);
	assert_non_null(desk->set);
	diag_clear(&diag);
	desk->matcher = matcher_new(desk->set);
	buf_init(&desk->request, WORK_REQUEST_MAX);
	buf_init(&desk->reply, WORK_REPLY_MAX);
	*state = desk;
	return 0;
}

static int
tear_down(void **state)
{
	struct desk *desk = *state;

	buf_clear(&desk->request);
	buf_clear(&desk->reply);
	matcher_free(&desk->matcher);
	topicset_free(&desk->set);
	free(desk);
	return 0;
}

static void
run(struct desk *desk)
{
	buf_reset(&desk->reply);
	work_run(desk->matcher, &desk->conf, desk->request.data,
	    desk->request.len, &desk->reply);
}

static const char body[] =
    "<rss><channel><title>Wire &amp; Co</title><link>http://w.example/</link>"
    "<language>en</language><ttl>30</ttl>"
    "<item><guid>1</guid><title>북한 미사일</title><link>/a</link>"
    "<description>North Korea fired missiles</description>"
    "<author>Kim</author><category>war</category><category>peace</category>"
    "<pubDate>Thu, 01 Jan 2026 23:00:00 GMT</pubDate></item>"
    "<item><title>Football</title></item></channel></rss>";

static struct parse_input
input_of(const char *text, size_t len)
{
	return (struct parse_input){
	    .body = text,
	    .len = len,
	    .base_url = "http://w.example/feed",
	    .content_type = "application/rss+xml; charset=\xff",
	};
}

static void
assert_same_text(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void
assert_same_item(const struct item *a, const struct item *b)
{
	size_t i;

	assert_same_text(a->guid, b->guid);
	assert_same_text(a->url, b->url);
	assert_same_text(a->title, b->title);
	assert_same_text(a->summary, b->summary);
	assert_same_text(a->content, b->content);
	assert_same_text(a->lang, b->lang);
	assert_int_equal(a->author_count, b->author_count);
	for (i = 0; i < a->author_count; i++)
		assert_same_text(a->authors[i], b->authors[i]);
	assert_int_equal(a->category_count, b->category_count);
	for (i = 0; i < a->category_count; i++)
		assert_same_text(a->categories[i], b->categories[i]);
	assert_int_equal(a->published_s, b->published_s);
	assert_int_equal(a->updated_s, b->updated_s);
	assert_memory_equal(a->id, b->id, ITEM_ID_SIZE);
	assert_true(a->title_fp == b->title_fp && a->body_fp == b->body_fp);
}

static struct feed_doc *
parse_by_work(struct desk *desk)
{
	const struct parse_input input = input_of(body, sizeof(body) - 1);
	enum parse_outcome outcome;
	struct feed_doc *doc;
	struct err why;

	buf_reset(&desk->request);
	assert_int_equal(work_ask_parse(&desk->request, &input), 0);
	run(desk);
	assert_int_equal(work_take_doc(&desk->reply, &outcome, &doc, &why), 0);
	assert_int_equal(outcome, PARSE_OK);
	return doc;
}

static void
a_document_comes_back_as_the_parser_made_it(void **state)
{
	const struct parse_input input = input_of(body, sizeof(body) - 1);
	struct feed_doc *doc = parse_by_work(*state), *direct;
	struct err why;
	size_t i;

	assert_int_equal(parse_feed(&input, &direct, &why), PARSE_OK);
	assert_int_equal(doc->format, direct->format);
	assert_same_text(doc->title, direct->title);
	assert_same_text(doc->link, direct->link);
	assert_same_text(doc->lang, direct->lang);
	assert_int_equal(doc->ttl_s, direct->ttl_s);
	assert_int_equal(doc->ttl_s, 1800);
	assert_int_equal(doc->dropped, direct->dropped);
	assert_int_equal(doc->cut_s, direct->cut_s);
	assert_int_equal(doc->cut_s, TIME_NONE);
	assert_int_equal(doc->is_recovered, direct->is_recovered);
	assert_same_text(doc->complaint, direct->complaint);
	assert_same_text(doc->encoding, direct->encoding);
	assert_int_equal(doc->item_count, 2);
	assert_int_equal(direct->item_count, 2);
	for (i = 0; i < 2; i++)
		assert_same_item(&doc->items[i], &direct->items[i]);
	feed_doc_free(&doc);
	feed_doc_free(&direct);
}

static void
a_refusal_comes_back_with_its_reason(void **state)
{
	struct desk *desk = *state;
	static const char page[] = "<html><body>no feed</body></html>";
	const struct parse_input input = input_of(page, sizeof(page) - 1);
	enum parse_outcome outcome;
	struct feed_doc *doc;
	struct err why, direct;

	assert_int_equal(work_ask_parse(&desk->request, &input), 0);
	run(desk);
	assert_int_equal(work_take_doc(&desk->reply, &outcome, &doc, &why), 0);
	assert_null(doc);
	assert_int_equal(outcome, PARSE_HTML);
	assert_int_equal(parse_feed(&input, &doc, &direct), PARSE_HTML);
	assert_string_equal(why.text, direct.text);
}

static void
matches_come_back_as_the_matcher_found_them(void **state)
{
	struct desk *desk = *state;
	struct feed_doc *doc = parse_by_work(desk);
	const struct item *items[] = {&doc->items[1], &doc->items[0]};
	const struct match_source source = {.feed = "wire", .lang = "ko"};
	const struct match_result *direct;
	struct work_matches matches;
	struct err why;
	size_t i, k;

	buf_reset(&desk->request);
	assert_int_equal(work_ask_match(&desk->request, &source, items, 2), 2);
	run(desk);
	assert_int_equal(work_take_matches(&desk->reply, &desk->conf, items, 2,
			     &matches, &why),
	    0);
	assert_int_equal(matches.count, 2);
	assert_int_equal(matches.results[0].count, 0);
	assert_int_equal(matches.results[1].count, 2);
	direct = matcher_run(desk->matcher, items[1], &source);
	assert_int_equal(direct->count, 2);
	for (i = 0; i < 2; i++) {
		const struct match *a = &matches.results[1].matches[i];
		const struct match *b = &direct->matches[i];

		assert_ptr_equal(a->topic, b->topic);
		assert_int_equal(a->severity, b->severity);
		assert_int_equal(a->is_raised, b->is_raised);
		assert_int_equal(a->span_count, b->span_count);
		for (k = 0; k < a->span_count; k++) {
			assert_int_equal(a->spans[k].field, b->spans[k].field);
			assert_int_equal(a->spans[k].start, b->spans[k].start);
			assert_int_equal(a->spans[k].end, b->spans[k].end);
			assert_same_text(a->spans[k].term, b->spans[k].term);
			assert_same_text(a->spans[k].set, b->spans[k].set);
		}
	}
	work_matches_clear(&matches);
	feed_doc_free(&doc);
}

static void
a_batch_has_its_bounds(void **state)
{
	struct desk *desk = *state;
	struct feed_doc *doc = parse_by_work(desk);
	const struct item **items =
	    xcalloc(WORK_BATCH_ITEMS + 1, sizeof(*items));
	char *text = xcalloc(1, ITEM_TEXT_MAX + 1);
	struct item large = doc->items[0];
	const struct match_source source = {0};
	size_t i;

	for (i = 0; i <= WORK_BATCH_ITEMS; i++)
		items[i] = &doc->items[1];
	buf_reset(&desk->request);
	assert_int_equal(work_ask_match(&desk->request, &source, items,
			     WORK_BATCH_ITEMS + 1),
	    WORK_BATCH_ITEMS);
	memset(text, 'x', ITEM_TEXT_MAX);
	large.summary = large.content = text;
	for (i = 0; i <= WORK_BATCH_ITEMS; i++)
		items[i] = &large;
	buf_reset(&desk->request);
	i = work_ask_match(
	    &desk->request, &source, items, WORK_BATCH_ITEMS + 1);
	assert_in_range(i, 2, WORK_BATCH_TEXT / (2 * ITEM_TEXT_MAX) + 1);
	free(text);
	free(items);
	feed_doc_free(&doc);
}

static void
a_body_beyond_the_bound_is_no_request(void **state)
{
	struct desk *desk = *state;
	char *text = xcalloc(1, WORK_REQUEST_MAX);
	const struct parse_input input = input_of(text, WORK_REQUEST_MAX);

	assert_int_equal(work_ask_parse(&desk->request, &input), -1);
	free(text);
}

/* A reply of other bytes: refused, or read as something that is sound. */
static void
try_reply(struct desk *desk, const struct item *const *items)
{
	enum parse_outcome outcome;
	struct work_matches matches;
	struct feed_doc *doc;
	struct err why;

	if (work_take_doc(&desk->reply, &outcome, &doc, &why) == -1)
		assert_int_equal(outcome, PARSE_BROKEN);
	feed_doc_free(&doc);
	if (work_take_matches(
		&desk->reply, &desk->conf, items, 1, &matches, &why) == 0)
		work_matches_clear(&matches);
}

static void
no_reply_is_trusted(void **state)
{
	struct desk *desk = *state;
	struct feed_doc *doc = parse_by_work(desk);
	const struct item *items[] = {&doc->items[0]};
	const struct match_source source = {0};
	struct buf good[2];
	size_t i, at;

	good[0] = desk->reply;
	buf_init(&desk->reply, WORK_REPLY_MAX);
	buf_reset(&desk->request);
	assert_int_equal(work_ask_match(&desk->request, &source, items, 1), 1);
	run(desk);
	good[1] = desk->reply;
	for (i = 0; i < 2; i++) {
		for (at = 0; at < good[i].len; at++) {
			buf_init(&desk->reply, 0);
			(void)buf_add(&desk->reply, good[i].data, at);
			try_reply(desk, items);
			buf_reset(&desk->reply);
			(void)buf_add(&desk->reply, good[i].data, good[i].len);
			desk->reply.data[at] =
			    (char)(desk->reply.data[at] ^ 0x81);
			try_reply(desk, items);
			desk->reply.data[at] = '\xff';
			try_reply(desk, items);
			buf_clear(&desk->reply);
		}
		buf_clear(&good[i]);
	}
	feed_doc_free(&doc);
}

static void
no_request_is_trusted_either(void **state)
{
	struct desk *desk = *state;
	enum parse_outcome outcome;
	struct feed_doc *doc;
	struct err why;
	size_t len;

	feed_doc_free(&(struct feed_doc *){parse_by_work(desk)});
	for (len = 0; len < desk->request.len; len++) {
		buf_reset(&desk->reply);
		work_run(desk->matcher, &desk->conf, desk->request.data, len,
		    &desk->reply);
		assert_int_equal(
		    work_take_doc(&desk->reply, &outcome, &doc, &why), -1);
		assert_null(doc);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_document_comes_back_as_the_parser_made_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_refusal_comes_back_with_its_reason, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		matches_come_back_as_the_matcher_found_them, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_batch_has_its_bounds, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_body_beyond_the_bound_is_no_request, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		no_reply_is_trusted, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		no_request_is_trusted_either, set_up, tear_down),
	};
	int failed;

	parse_init();
	failed = cmocka_run_group_tests_name("work", tests, NULL, NULL);
	parse_cleanup();
	return failed;
}
