/*
 * Any bytes as a JSON Feed, once as the whole document and once as the items
 * of one, so that the way to them is short. What is read keeps the laws of
 * fuzz/sound.h and comes back from a round trip unchanged.
 */
#include <string.h>

#include "feeds/parse.h"
#include "fuzz/fuzz.h"
#include "fuzz/sound.h"
#include "lib/buf.h"

const char fuzz_name[] = "json";

#define JSON_MADE_MAX (300 * 1024) /* bytes that repetitions make */

static void
check_document(const struct buf *text)
{
	const struct parse_input input = {.body = text->data,
	    .len = text->len,
	    .content_type = "application/feed+json"};
	struct feed_doc *doc = sound_parse(&input);

	if (doc)
		sound_round_trip(doc);
	feed_doc_free(&doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char head[] =
	    "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[";
	struct buf text, feed;

	parse_init();
	buf_init(&text, 0);
	buf_init(&feed, 0);
	sound_expand(data, size, JSON_MADE_MAX, &text);
	(void)buf_addstr(&feed, head);
	(void)buf_add(&feed, buf_str(&text), text.len);
	(void)buf_addstr(&feed, "]}");
	check_document(&feed);
	if (text.len)
		check_document(&text);
	buf_clear(&text);
	buf_clear(&feed);
	return 0;
}
