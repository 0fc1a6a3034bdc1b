/* Documents and items as bytes, each member in the order of its struct. */
#include <string.h>

#include "daemon/work_private.h"
#include "lib/clock.h"

#define WORK_COMPLAINT_MAX 1024
#define WORK_DATE_MAX_S (400LL * 366 * 86400 * 25) /* beyond the year 9999 */
#define WORK_WORD_MAX 256 /* languages, encodings */

static void
work_write_list(
    struct wire_writer *writer, const char *const *list, size_t count)
{
	size_t i;

	wire_u32(writer, (uint32_t)count);
	for (i = 0; i < count; i++)
		wire_string(writer, list[i]);
}

/* One line, as the parser makes them; "" for anything else. */
static const char *
work_read_line(struct wire_reader *reader, size_t max)
{
	const char *text = wire_read_text(reader, max), *at;

	for (at = text; *at; at++) {
		if ((unsigned char)*at < ' ')
			reader->is_bad = true;
	}
	return text;
}

static const char *const *
work_read_list(struct wire_reader *reader, size_t *count_r)
{
	size_t i, count = wire_read_count(reader, ITEM_LIST_MAX, 4);
	const char **list = arena_calloc(reader->arena, count, sizeof(*list));

	for (i = 0; i < count; i++)
		list[i] = work_read_line(reader, ITEM_NAME_MAX);
	*count_r = count;
	return list;
}

/* An address that may be shown as a link, or NULL. */
static const char *
work_read_url(struct wire_reader *reader)
{
	const char *url = wire_read_string(reader, ITEM_URL_MAX);

	if (url && strncmp(url, "http://", 7) != 0 &&
	    strncmp(url, "https://", 8) != 0) {
		reader->is_bad = true;
		return NULL;
	}
	return url;
}

/* A date, or none; sums of such cannot overflow. */
static int64_t
work_read_date(struct wire_reader *reader)
{
	int64_t date = wire_read_i64(reader);

	if (date != TIME_NONE &&
	    (date < -WORK_DATE_MAX_S || date > WORK_DATE_MAX_S))
		reader->is_bad = true;
	return date;
}

void
work_write_item(struct wire_writer *writer, const struct item *item)
{
	wire_string(writer, item->guid);
	wire_string(writer, item->url);
	wire_string(writer, item->title);
	wire_string(writer, item->summary);
	wire_string(writer, item->content);
	wire_string(writer, item->lang);
	work_write_list(writer, item->authors, item->author_count);
	work_write_list(writer, item->categories, item->category_count);
	wire_i64(writer, item->published_s);
	wire_i64(writer, item->updated_s);
	wire_bytes(writer, item->id, sizeof(item->id));
	wire_u64(writer, item->title_fp);
	wire_u64(writer, item->body_fp);
}

static void
work_read_id(struct wire_reader *reader, unsigned char id[ITEM_ID_SIZE])
{
	size_t len;
	const char *bytes = wire_read_blob(reader, ITEM_ID_SIZE, &len);

	if (bytes && len == ITEM_ID_SIZE)
		memcpy(id, bytes, ITEM_ID_SIZE);
	else
		reader->is_bad = true;
}

void
work_read_item(struct wire_reader *reader, struct item *item)
{
	item->guid = wire_read_string(reader, ITEM_GUID_MAX);
	item->url = work_read_url(reader);
	item->title = work_read_line(reader, ITEM_TITLE_MAX);
	item->summary = wire_read_text(reader, ITEM_TEXT_MAX);
	item->content = wire_read_text(reader, ITEM_TEXT_MAX);
	item->lang = wire_read_string(reader, WORK_WORD_MAX);
	item->authors = work_read_list(reader, &item->author_count);
	item->categories = work_read_list(reader, &item->category_count);
	item->published_s = work_read_date(reader);
	item->updated_s = work_read_date(reader);
	work_read_id(reader, item->id);
	item->title_fp = wire_read_u64(reader);
	item->body_fp = wire_read_u64(reader);
}

void
work_write_doc(struct wire_writer *writer, enum parse_outcome outcome,
    const struct feed_doc *doc, const struct err *why)
{
	size_t i;

	wire_u32(writer, outcome);
	wire_string(writer, outcome == PARSE_OK ? NULL : why->text);
	if (outcome != PARSE_OK)
		return;
	wire_u32(writer, doc->format);
	wire_string(writer, doc->title);
	wire_string(writer, doc->link);
	wire_string(writer, doc->lang);
	wire_i64(writer, doc->ttl_s);
	wire_u32(writer, doc->skip.hours);
	wire_u8(writer, doc->skip.days);
	wire_u64(writer, doc->dropped);
	wire_i64(writer, doc->cut_s);
	wire_u8(writer, doc->is_recovered);
	wire_string(writer, doc->complaint);
	wire_string(writer, doc->encoding);
	wire_u32(writer, (uint32_t)doc->item_count);
	for (i = 0; i < doc->item_count; i++)
		work_write_item(writer, &doc->items[i]);
}

static void
work_read_doc(struct wire_reader *reader, struct feed_doc *doc)
{
	size_t i;

	doc->format = wire_read_enum(reader, FEED_FORMATS);
	doc->title = wire_read_string(reader, ITEM_TITLE_MAX);
	doc->link = work_read_url(reader);
	doc->lang = wire_read_string(reader, WORK_WORD_MAX);
	doc->ttl_s = work_read_date(reader);
	doc->skip.hours = wire_read_u32(reader);
	doc->skip.days = wire_read_u8(reader);
	doc->dropped = wire_read_u64(reader);
	doc->cut_s = work_read_date(reader);
	doc->is_recovered = wire_read_u8(reader);
	doc->complaint = wire_read_string(reader, WORK_COMPLAINT_MAX);
	doc->encoding = wire_read_string(reader, WORK_WORD_MAX);
	doc->item_count =
	    wire_read_count(reader, PARSE_ITEMS_MAX, WORK_ITEM_SIZE);
	doc->items =
	    arena_calloc(doc->arena, doc->item_count, sizeof(*doc->items));
	for (i = 0; i < doc->item_count && !reader->is_bad; i++)
		work_read_item(reader, &doc->items[i]);
}

int
work_take_doc(const struct buf *reply, enum parse_outcome *outcome_r,
    struct feed_doc **doc_r, struct err *why)
{
	struct arena *arena = arena_new();
	struct feed_doc *doc = arena_alloc(arena, sizeof(*doc));
	struct wire_reader reader = {
	    .at = reply->data,
	    .end = reply->data + reply->len,
	    .arena = arena,
	};
	const char *text;

	*doc_r = NULL;
	doc->arena = arena;
	*outcome_r = wire_read_enum(&reader, PARSE_OUTCOMES);
	text = wire_read_string(&reader, sizeof(why->text));
	if (*outcome_r == PARSE_OK)
		work_read_doc(&reader, doc);
	if (!wire_is_done(&reader)) {
		arena_free(&arena);
		*outcome_r = PARSE_BROKEN;
		return err_set(why, "the parser gave no document");
	}
	if (*outcome_r == PARSE_OK) {
		*doc_r = doc;
		return 0;
	}
	(void)err_set(why, "%s", text ? text : "");
	arena_free(&arena);
	return 0;
}
