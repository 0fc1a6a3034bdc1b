/*
 * Any bytes as the answer of a feed's server: XML of all kinds, pages and what
 * is neither. A first line "content-type: ..." is the HTTP header. What is read
 * keeps the laws of fuzz/sound.h, and none of it depends on how the parser was
 * fed: a byte order mark and white space around change nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "feeds/parse.h"
#include "fuzz/fuzz.h"
#include "fuzz/sound.h"
#include "lib/alloc.h"
#include "lib/buf.h"

const char fuzz_name[] = "feed";

#define FEED_HEADER "content-type:"
#define FEED_MAX (300 * 1024) /* bytes that repetitions make */

/* The header's value, owned by the caller, and what follows; or NULL. */
static char *
take_header(const uint8_t **data, size_t *size)
{
	size_t len = sizeof(FEED_HEADER) - 1;
	const uint8_t *end;
	char *value;

	if (*size < len ||
	    strncasecmp((const char *)*data, FEED_HEADER, len) != 0)
		return NULL;
	end = memchr(*data, '\n', *size);
	if (!end)
		end = *data + *size;
	value =
	    xstrndup((const char *)*data + len, (size_t)(end - *data) - len);
	if (end < *data + *size)
		end++;
	*size -= (size_t)(end - *data);
	*data = end;
	return value;
}

/* White space behind a document whose end was read is nothing. */
static void
check_tail(const struct feed_doc *doc, const char *content_type,
    const struct buf *body)
{
	struct parse_input input = {.content_type = content_type};
	struct feed_doc *longer;
	struct buf copy;
	size_t i;

	/* half a character at the end might go on, in other encodings */
	if (doc->is_recovered || strcmp(doc->encoding, "UTF-8") != 0)
		return;
	buf_init(&copy, 0);
	(void)buf_add(&copy, body->data, body->len);
	(void)buf_addstr(&copy, " \n");
	input.body = copy.data;
	input.len = copy.len;
	longer = sound_parse(&input);
	fuzz_check(longer && longer->item_count == doc->item_count);
	for (i = 0; i < doc->item_count; i++)
		fuzz_check(memcmp(longer->items[i].id, doc->items[i].id,
			       ITEM_ID_SIZE) == 0);
	feed_doc_free(&longer);
	buf_clear(&copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *content_type = take_header(&data, &size);
	struct parse_input input = {.content_type = content_type};
	struct feed_doc *doc;
	struct buf body;

	parse_init();
	buf_init(&body, 0);
	sound_expand(data, size, FEED_MAX, &body);
	input.body = buf_str(&body);
	input.len = body.len;
	doc = sound_parse(&input);
	if (doc) {
		sound_round_trip(doc);
		check_tail(doc, content_type, &body);
	}
	feed_doc_free(&doc);
	buf_clear(&body);
	free(content_type);
	return 0;
}
