/*
 * The work itself: one request, one reply. It opens nothing and keeps nothing
 * but the matcher's memory, so that it may be done anywhere.
 */
#include <string.h>

#include "daemon/work_private.h"
#include "lib/alloc.h"

/* How a page is read; an empty string for the entries stands for a feed. */
static void
work_ask_html(struct wire_writer *writer, const struct conf_html *html)
{
	wire_string(writer, html && html->item ? html->item : "");
	if (!html || !html->item)
		return;
	wire_string(writer, html->title);
	wire_string(writer, html->link);
	wire_string(writer, html->date);
	wire_string(writer, html->summary);
	wire_i64(writer, html->zone_min);
}

static const struct conf_html *
work_read_html(struct wire_reader *reader, struct conf_html *html)
{
	const char *item = wire_read_raw(reader, WORK_REQUEST_MAX);

	if (!item || !*item)
		return NULL;
	*html = (struct conf_html){
	    .item = item,
	    .title = wire_read_raw(reader, WORK_REQUEST_MAX),
	};
	html->link = wire_read_raw(reader, WORK_REQUEST_MAX);
	html->date = wire_read_raw(reader, WORK_REQUEST_MAX);
	html->summary = wire_read_raw(reader, WORK_REQUEST_MAX);
	html->zone_min = (int)wire_read_i64(reader);
	return html;
}

int
work_ask_parse(struct buf *request, const struct parse_input *input)
{
	struct wire_writer writer = {.out = request};

	wire_u32(&writer, WORK_PARSE);
	wire_string(&writer, input->base_url);
	wire_string(&writer, input->content_type);
	work_ask_html(&writer, input->html);
	wire_bytes(&writer, input->body, input->len);
	return writer.is_full ? -1 : 0;
}

static void
work_parse(struct wire_reader *reader, struct wire_writer *writer)
{
	struct parse_input input;
	struct conf_html html;
	enum parse_outcome outcome;
	struct feed_doc *doc = NULL;
	struct err why = {{0}};

	memset(&input, 0, sizeof(input));
	input.base_url = wire_read_raw(reader, WORK_REQUEST_MAX);
	input.content_type = wire_read_raw(reader, WORK_REQUEST_MAX);
	input.html = work_read_html(reader, &html);
	input.body = wire_read_blob(reader, PARSE_BODY_MAX, &input.len);
	if (!input.body)
		return;
	outcome = parse_feed(&input, &doc, &why);
	work_write_doc(writer, outcome, doc, &why);
	feed_doc_free(&doc);
}

void
work_run(struct matcher *matcher, const struct conf *conf, const char *request,
    size_t len, struct buf *reply)
{
	struct arena *arena = arena_new();
	struct wire_reader reader = {
	    .at = request,
	    .end = request + len,
	    .arena = arena,
	    .is_own = true,
	};
	struct wire_writer writer = {.out = reply};
	size_t base = reply->len;

	switch (wire_read_u32(&reader)) {
	case WORK_PARSE:
		work_parse(&reader, &writer);
		break;
	case WORK_MATCH:
		work_match(matcher, conf, &reader, &writer);
		break;
	}
	/* no reply is not what any request asks for */
	if (writer.is_full || !wire_is_done(&reader))
		reply->len = base;
	arena_free(&arena);
}
