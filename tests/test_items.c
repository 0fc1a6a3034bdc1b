/* Items as JSON Lines: the forms they come in, and lines that hold none. */
#include "tests/test.h"

#include <unistd.h>

#include "cli/items.h"
#include "cli/marks.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/clock.h"

struct fixture {
	char path[64];
	char stderr_path[64];
	int stderr_fd; /* the real one */
	struct conf conf;
	struct conf_feed feed;
	const struct conf_feed *feeds[1];
	struct items *items;
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	int fd;

	strcpy(f->path, "/tmp/test_items.XXXXXX");
	fd = mkstemp(f->path);
	assert_int_not_equal(fd, -1);
	assert_int_equal(close(fd), 0);
	/* what is told goes to a file, to be looked at */
	strcpy(f->stderr_path, "/tmp/test_items.err.XXXXXX");
	fd = mkstemp(f->stderr_path);
	assert_int_not_equal(fd, -1);
	f->stderr_fd = dup(STDERR_FILENO);
	assert_int_not_equal(dup2(fd, STDERR_FILENO), -1);
	assert_int_equal(close(fd), 0);
	f->feed.name = "wire";
	f->feed.title = "The Wire";
	f->feed.role = "state";
	f->feed.country = "KP";
	f->feed.lang = "ko";
	f->feeds[0] = &f->feed;
	f->conf.feeds = &f->feed;
	f->conf.feed_count = 1;
	f->conf.feeds_by_name = f->feeds;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	items_free(&f->items);
	assert_int_not_equal(dup2(f->stderr_fd, STDERR_FILENO), -1);
	assert_int_equal(close(f->stderr_fd), 0);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(unlink(f->stderr_path), 0);
	free(f);
	return 0;
}

static void
open_bytes(struct fixture *f, const char *text, size_t len, bool is_quiet)
{
	FILE *out = fopen(f->path, "w");
	struct err err;

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
	f->items = items_open(f->path, &f->conf, is_quiet, &err);
	assert_non_null(f->items);
}

static void
open_text(struct fixture *f, const char *text)
{
	open_bytes(f, text, strlen(text), false);
}

static const struct items_entry *
next(struct fixture *f)
{
	const struct items_entry *entry = items_next(f->items);

	assert_non_null(entry);
	return entry;
}

static void
assert_end(struct fixture *f, size_t bad)
{
	struct err err;

	assert_null(items_next(f->items));
	assert_int_equal(items_bad(f->items), bad);
	assert_int_equal(items_check(f->items, &err), 0);
}

/* Whether the text was told on stderr; how often. */
static size_t
told(struct fixture *f, const char *what)
{
	size_t count = 0;
	struct buf text;
	const char *p;

	buf_init(&text, 0);
	assert_int_equal(buf_read_file(&text, f->stderr_path), 0);
	for (p = buf_str(&text); (p = strstr(p, what)); p++)
		count++;
	buf_clear(&text);
	return count;
}

static void
an_item_is_read_with_all_that_topics_look_at(void **state)
{
	struct fixture *f = *state;
	const struct items_entry *entry;

	open_text(f, "{\"id\":7,\"title\":\"T\",\"summary\":\"S\",\"content\":"
		     "\"Co\",\"link\":\"https://e.org/\",\"lang\":\"en\","
		     "\"author\":\"Kim\",\"categories\":[\"a\",1,\"b\"],"
		     "\"published\":\"2026-11-23T22:41:07Z\",\"feed\":\"x\","
		     "\"source\":\"X\",\"role\":\"wire\",\"country\":\"US\"}");
	entry = next(f);
	assert_int_equal(json_integer_value(entry->id), 7);
	assert_string_equal(entry->item.title, "T");
	assert_string_equal(entry->item.summary, "S");
	assert_string_equal(entry->item.content, "Co");
	assert_string_equal(entry->item.url, "https://e.org/");
	assert_string_equal(entry->item.lang, "en");
	assert_int_equal(entry->item.author_count, 1);
	assert_string_equal(entry->item.authors[0], "Kim");
	assert_int_equal(entry->item.category_count, 2);
	assert_string_equal(entry->item.categories[1], "b");
	assert_int_equal(entry->item.published_s, 1795473667);
	assert_int_equal(entry->seen_s, 1795473667);
	assert_string_equal(entry->source.feed, "x");
	assert_string_equal(entry->source.title, "X");
	assert_string_equal(entry->source.role, "wire");
	assert_string_equal(entry->source.country, "US");
	assert_null(entry->source.lang);
	assert_int_equal(entry->bytes, 4);
	assert_end(f, 0);
}

static void
an_item_that_says_nothing_is_an_item(void **state)
{
	struct fixture *f = *state;
	const struct items_entry *entry;

	open_text(f, "{}\n\n  \t\r\n{\"title\":null}\n");
	entry = next(f);
	assert_null(entry->id);
	assert_string_equal(entry->item.title, "");
	assert_string_equal(entry->item.content, "");
	assert_null(entry->item.url);
	assert_int_equal(entry->item.author_count, 0);
	assert_true(entry->seen_s == TIME_NONE);
	assert_null(entry->source.feed);
	assert_string_equal(next(f)->item.title, "");
	assert_end(f, 0);
}

static void
a_feed_of_the_configuration_lends_what_the_item_does_not_say(void **state)
{
	struct fixture *f = *state;
	const struct items_entry *entry;

	open_text(f, "{\"feed\":\"wire\",\"role\":\"official\"}\n"
		     "{\"feed\":\"other\"}\n");
	entry = next(f);
	assert_string_equal(entry->source.title, "The Wire");
	assert_string_equal(entry->source.role, "official");
	assert_string_equal(entry->source.country, "KP");
	assert_string_equal(entry->source.lang, "ko");
	entry = next(f);
	assert_string_equal(entry->source.feed, "other");
	assert_null(entry->source.role);
	assert_end(f, 0);
}

static void
when_it_was_seen_goes_before_when_it_was_published(void **state)
{
	struct fixture *f = *state;

	open_text(f, "{\"published\":\"1999-01-01T00:00:00Z\","
		     "\"first_seen\":\"2026-11-23T22:41:07.250Z\"}\n"
		     "{\"first_seen\":\"no date\"}\n");
	assert_int_equal(next(f)->seen_s, 1795473667);
	assert_true(next(f)->seen_s == TIME_NONE);
	assert_end(f, 0);
}

#define EVENT(id, topic, title)                                                \
	"{\"schema\":\"wirewatch.event/1\",\"id\":\"" id                       \
	"\",\"type\":\"alert.opened\",\"data\":{\"topic\":{\"name\":\"" topic  \
	"\"},\"item\":{\"guid\":\"g\",\"url\":\"https://e.org/1\",\"title\":"  \
	"\"" title "\",\"summary\":\"S\",\"authors\":[\"A\"],\"first_seen\":"  \
	"\"2026-11-23T22:41:07.312Z\"},\"source\":{\"feed\":\"wire\","         \
	"\"title\":\"Told\",\"role\":null}},\"seq\":1}\n"

static void
an_alert_event_is_its_item(void **state)
{
	struct fixture *f = *state;
	const struct items_entry *entry;

	open_text(f, EVENT("evt_1", "a", "T"));
	entry = next(f);
	assert_string_equal(json_string_value(entry->id), "evt_1");
	assert_string_equal(entry->item.guid, "g");
	assert_string_equal(entry->item.title, "T");
	assert_string_equal(entry->item.summary, "S");
	assert_string_equal(entry->item.url, "https://e.org/1");
	assert_string_equal(entry->item.authors[0], "A");
	assert_string_equal(entry->source.feed, "wire");
	assert_string_equal(entry->source.title, "Told");
	assert_string_equal(entry->source.role, "state");
	assert_int_equal(entry->seen_s, 1795473667);
	assert_end(f, 0);
}

static void
an_item_in_two_topics_is_one_item_of_an_alert_log(void **state)
{
	struct fixture *f = *state;

	open_text(f, EVENT("evt_1", "a", "T") EVENT("evt_2", "b", "T") EVENT(
			 "evt_3", "a", "T, again") EVENT("evt_4", "a", "T"));
	assert_string_equal(json_string_value(next(f)->id), "evt_1");
	assert_string_equal(json_string_value(next(f)->id), "evt_3");
	assert_string_equal(json_string_value(next(f)->id), "evt_4");
	assert_end(f, 0);
}

static void
events_of_the_daemons_own_are_no_items_and_not_bad(void **state)
{
	struct fixture *f = *state;

	open_text(f,
	    "{\"schema\":\"wirewatch.event/1\",\"type\":\"feed.state\","
	    "\"data\":{\"feed\":{\"name\":\"wire\"}}}\n"
	    "{\"schema\":\"wirewatch.event/1\"}\n"
	    "{\"schema\":\"another/1\",\"title\":\"T\"}\n");
	assert_string_equal(next(f)->item.title, "T");
	assert_end(f, 0);
}

static void
a_bad_line_is_told_with_its_place_and_costs_only_itself(void **state)
{
	struct fixture *f = *state;
	char *place;

	open_text(f, "{\"title\":\"1\"}\nnonsense\n[1]\n{\"title\":3}\n"
		     "{\"title\":\"\xff\"}\n{\"a\":1,\"a\":2}\n"
		     "{\"title\":\"2\"}");
	assert_string_equal(next(f)->item.title, "1");
	assert_string_equal(next(f)->item.title, "2");
	assert_end(f, 5);
	place = xasprintf("wirewatch: %s:2: JSON line 1", f->path);
	assert_int_equal(told(f, place), 1);
	free(place);
	assert_int_equal(told(f, ":3: an item is a JSON object"), 1);
	assert_int_equal(told(f, ":4: \"title\" is not a string"), 1);
	assert_int_equal(told(f, ":5: "), 1);
	assert_int_equal(told(f, ":6: "), 1);
}

static void
many_bad_lines_are_told_up_to_a_bound(void **state)
{
	struct fixture *f = *state;
	struct buf text;
	int i;

	buf_init(&text, 0);
	for (i = 0; i < 3 * ITEMS_REPORTS_MAX; i++)
		buf_addstr(&text, "?\n");
	open_bytes(f, text.data, text.len, false);
	buf_clear(&text);
	assert_end(f, 3 * ITEMS_REPORTS_MAX);
	assert_int_equal(told(f, "JSON line"), ITEMS_REPORTS_MAX);
	assert_int_equal(told(f, "further bad lines"), 1);
}

static void
a_quiet_reader_only_counts(void **state)
{
	struct fixture *f = *state;

	open_bytes(f, "?\n{}\n?\n", 7, true);
	(void)next(f);
	assert_end(f, 2);
	assert_int_equal(told(f, "wirewatch"), 0);
}

static void
a_line_beyond_its_bound_is_bad_and_the_next_is_read(void **state)
{
	struct fixture *f = *state;
	size_t len = 3 * ITEMS_LINE_MAX;
	char *text = xmalloc(len);

	memset(text, ' ', len);
	memcpy(text, "{\"title\":\"a\"}", 13);
	text[ITEMS_LINE_MAX] = '\n'; /* as long as may be */
	text[2 * ITEMS_LINE_MAX + 2] = '\n'; /* one more */
	memcpy(text + 2 * ITEMS_LINE_MAX + 3, "{\"title\":\"b\"}", 13);
	text[2 * ITEMS_LINE_MAX + 16] = '\n';
	open_bytes(f, text, 2 * ITEMS_LINE_MAX + 17, false);
	free(text);
	assert_string_equal(next(f)->item.title, "a");
	assert_string_equal(next(f)->item.title, "b");
	assert_end(f, 1);
	assert_int_equal(told(f, ":2: the line is longer than 1 MiB"), 1);
}

static void
a_text_beyond_its_bound_is_cut_on_a_character_border(void **state)
{
	struct fixture *f = *state;
	const struct items_entry *entry;
	struct buf text;

	buf_init(&text, 0);
	buf_addstr(&text, "{\"content\":\"");
	while (text.len < ITEM_TEXT_MAX + 100)
		buf_addstr(&text, "미");
	buf_addstr(&text, "\"}");
	open_bytes(f, text.data, text.len, false);
	buf_clear(&text);
	entry = next(f);
	assert_int_equal(strlen(entry->item.content), ITEM_TEXT_MAX / 3 * 3);
	assert_end(f, 0);
}

static void
a_list_keeps_as_many_as_an_item_has(void **state)
{
	struct fixture *f = *state;
	struct buf text;
	int i;

	buf_init(&text, 0);
	buf_addstr(&text, "{\"categories\":[\"0\"");
	for (i = 0; i < 2 * ITEM_LIST_MAX; i++)
		buf_addstr(&text, ",\"c\"");
	buf_addstr(&text, "]}");
	open_bytes(f, text.data, text.len, false);
	buf_clear(&text);
	assert_int_equal(next(f)->item.category_count, ITEM_LIST_MAX);
}

static void
what_cannot_be_read_is_said(void **state)
{
	struct fixture *f = *state;
	struct err err;

	f->items = items_open("/nonexistent/items", &f->conf, false, &err);
	assert_null(f->items);
	assert_non_null(strstr(err.text, "/nonexistent/items"));
	/* it opens, and reading fails */
	f->items = items_open("/tmp", &f->conf, false, &err);
	assert_non_null(f->items);
	assert_null(items_next(f->items));
	assert_int_equal(items_check(f->items, &err), -1);
	assert_non_null(strstr(err.text, "/tmp"));
}

/* --- marks --- */

static char *
marked(const char *text, const struct match *match, bool has_colour)
{
	struct item item = {.title = text, .summary = text, .content = ""};
	char *out = NULL;
	size_t len;
	FILE *file = open_memstream(&out, &len);

	assert_non_null(file);
	marks_print_title(file, &item, &match, 1, has_colour);
	assert_int_equal(fclose(file), 0);
	return out;
}

static void
assert_marked(const char *text, struct match_span *spans, size_t count,
    bool has_colour, const char *expected)
{
	struct match match = {.spans = spans, .span_count = count};
	char *out = marked(text, &match, has_colour);

	assert_string_equal(out, expected);
	free(out);
}

static void
matched_words_are_marked_once_where_they_overlap(void **state)
{
	struct match_span spans[] = {
	    {.start = 9, .end = 12},
	    {.start = 0, .end = 5},
	    {.start = 2, .end = 8},
	    {.start = 3, .end = 4},
	    {.field = MATCH_SUMMARY, .start = 8, .end = 9},
	};

	(void)state;
	assert_marked("abcdefgh klm.", spans, 5, false,
	    "\u00ababcdefgh\u00bb \u00abklm\u00bb.\n");
	assert_marked("abcdefgh klm.", spans, 1, true,
	    "abcdefgh \033[1;33mklm\033[0m.\n");
	assert_marked("", spans, 0, false, "(no title)\n");
	assert_marked("a\033[2Jb", spans, 0, false, "a?[2Jb\n");
}

static void
a_snippet_surrounds_the_first_match(void **state)
{
	struct match_span span = {.field = MATCH_SUMMARY};
	struct match match = {.spans = &span, .span_count = 1};
	const struct match *matches[] = {NULL, &match};
	struct item item = {.title = "", .content = ""};
	char text[1001], *out = NULL;
	size_t len;
	FILE *file = open_memstream(&out, &len);

	(void)state;
	memset(text, '.', sizeof(text) - 1);
	text[1000] = '\0';
	memcpy(text + 500, "word", 4);
	span.start = 500;
	span.end = 504;
	item.summary = text;
	assert_non_null(file);
	marks_print_snippet(file, &item, MATCH_CONTENT, matches, 2, false);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(len, 0);
	marks_print_snippet(file, &item, MATCH_SUMMARY, matches, 2, false);
	assert_int_equal(fclose(file), 0);
	assert_ptr_equal(strstr(out, "  summary: ...."), out);
	assert_non_null(strstr(out, ".\u00abword\u00bb."));
	assert_in_range(
	    len, MARKS_LEAD + MARKS_TAIL, MARKS_LEAD + MARKS_TAIL + 40);
	free(out);
}

#define ITEMS_TEST(name)                                                       \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ITEMS_TEST(an_item_is_read_with_all_that_topics_look_at),
	    ITEMS_TEST(an_item_that_says_nothing_is_an_item),
	    ITEMS_TEST(
		a_feed_of_the_configuration_lends_what_the_item_does_not_say),
	    ITEMS_TEST(when_it_was_seen_goes_before_when_it_was_published),
	    ITEMS_TEST(an_alert_event_is_its_item),
	    ITEMS_TEST(an_item_in_two_topics_is_one_item_of_an_alert_log),
	    ITEMS_TEST(events_of_the_daemons_own_are_no_items_and_not_bad),
	    ITEMS_TEST(a_bad_line_is_told_with_its_place_and_costs_only_itself),
	    ITEMS_TEST(many_bad_lines_are_told_up_to_a_bound),
	    ITEMS_TEST(a_quiet_reader_only_counts),
	    ITEMS_TEST(a_line_beyond_its_bound_is_bad_and_the_next_is_read),
	    ITEMS_TEST(a_text_beyond_its_bound_is_cut_on_a_character_border),
	    ITEMS_TEST(a_list_keeps_as_many_as_an_item_has),
	    ITEMS_TEST(what_cannot_be_read_is_said),
	    cmocka_unit_test(matched_words_are_marked_once_where_they_overlap),
	    cmocka_unit_test(a_snippet_surrounds_the_first_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
