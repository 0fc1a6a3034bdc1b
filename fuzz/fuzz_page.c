/*
 * Any bytes as a page without a feed, and as the expressions that say where
 * its entries stand: five lines (entries, title, link, date, summary; an empty
 * one is not given), then the page. Whatever passes the check of the
 * configuration can be used on any page, within the bounds of feeds/parse.h.
 */
#include <stdlib.h>
#include <string.h>

#include "config/conf.h"
#include "fuzz/fuzz.h"
#include "fuzz/sound.h"
#include "lib/alloc.h"
#include "text/plain.h"
#include "text/xpath.h"

const char fuzz_name[] = "page";

#define PAGE_MADE_MAX (300 * 1024) /* bytes that repetitions make */
#define PAGE_EXPRESSIONS 5

/* The next line, owned by the caller; NULL if it is no expression. */
static char *
take_expression(const uint8_t **data, const uint8_t *end)
{
	const uint8_t *stop = memchr(*data, '\n', (size_t)(end - *data));
	enum xpath_type type;
	struct err err = {{0}};
	char *text;

	if (!stop)
		stop = end;
	text = xstrndup((const char *)*data, (size_t)(stop - *data));
	*data = stop < end ? stop + 1 : end;
	/* a configuration is UTF-8 */
	if (*text && plain_is_utf8(text, strlen(text))) {
		if (xpath_check(text, &type, &err) == 0)
			return text;
		fuzz_check(err.text[0]);
		fuzz_check(plain_is_utf8(err.text, strlen(err.text)));
	}
	free(text);
	return NULL;
}

static void
check_page(const struct conf_html *html, const uint8_t *data, size_t size)
{
	struct parse_input input = {.content_type = "text/html", .html = html};
	struct feed_doc *doc;
	struct buf page;

	buf_init(&page, 0);
	sound_expand(data, size, PAGE_MADE_MAX, &page);
	input.body = buf_str(&page);
	input.len = page.len;
	doc = sound_parse(&input);
	if (doc)
		sound_round_trip(doc);
	feed_doc_free(&doc);
	buf_clear(&page);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	char *texts[PAGE_EXPRESSIONS];
	struct conf_html html = {0};
	size_t i;

	parse_init();
	for (i = 0; i < PAGE_EXPRESSIONS; i++)
		texts[i] = take_expression(&data, end);
	html.item = texts[0] ? texts[0] : "//li";
	html.title = texts[1];
	html.link = texts[2];
	html.date = texts[3];
	html.summary = texts[4];
	check_page(&html, data, (size_t)(end - data));
	for (i = 0; i < PAGE_EXPRESSIONS; i++)
		free(texts[i]);
	return 0;
}
