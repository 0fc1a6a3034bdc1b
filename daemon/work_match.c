/*
 * Matching as bytes: items and their source go in, what each topic found comes
 * out. Topics are told by their number in the configuration.
 */
#include <string.h>

#include "daemon/work_private.h"
#include "lib/alloc.h"

#define WORK_SPAN_SIZE 20 /* ... and a span, a match */
#define WORK_MATCH_SIZE 13
#define WORK_TERM_MAX (64 * 1024) /* bytes of a term, as a query writes it */

void
work_matches_clear(struct work_matches *matches)
{
	arena_free(&matches->arena);
	memset(matches, 0, sizeof(*matches));
}

static size_t
work_text_size(const struct item *item)
{
	return strlen(item->title) + strlen(item->summary) +
	       strlen(item->content);
}

static size_t
work_batch(const struct item *const *items, size_t count)
{
	size_t i, size = 0;

	for (i = 0; i < count && i < WORK_BATCH_ITEMS; i++) {
		size += work_text_size(items[i]);
		if (i && size > WORK_BATCH_TEXT)
			break;
	}
	return i;
}

size_t
work_ask_match(struct buf *request, const struct match_source *source,
    const struct item *const *items, size_t count)
{
	struct wire_writer writer = {.out = request};
	size_t i, batch = work_batch(items, count);

	wire_u32(&writer, WORK_MATCH);
	wire_string(&writer, source->feed);
	wire_string(&writer, source->title);
	wire_string(&writer, source->role);
	wire_string(&writer, source->country);
	wire_string(&writer, source->lang);
	wire_u32(&writer, (uint32_t)batch);
	for (i = 0; i < batch; i++)
		work_write_item(&writer, items[i]);
	return writer.is_full ? 0 : batch;
}

static void
work_write_match(struct wire_writer *writer, const struct conf *conf,
    const struct match *match)
{
	size_t i;

	wire_u32(writer, (uint32_t)(match->topic - conf->topics));
	wire_u32(writer, match->severity - 1);
	wire_u8(writer, match->is_raised);
	wire_u32(writer, (uint32_t)match->span_count);
	for (i = 0; i < match->span_count; i++) {
		const struct match_span *span = &match->spans[i];

		wire_u32(writer, span->field);
		wire_u32(writer, (uint32_t)span->start);
		wire_u32(writer, (uint32_t)span->end);
		wire_string(writer, span->term);
		wire_string(writer, span->set);
	}
}

void
work_match(struct matcher *matcher, const struct conf *conf,
    struct wire_reader *reader, struct wire_writer *writer)
{
	const struct match_source source = {
	    .feed = wire_read_string(reader, WORK_TERM_MAX),
	    .title = wire_read_string(reader, WORK_TERM_MAX),
	    .role = wire_read_string(reader, WORK_TERM_MAX),
	    .country = wire_read_string(reader, WORK_TERM_MAX),
	    .lang = wire_read_string(reader, WORK_TERM_MAX),
	};
	size_t overruns = matcher_overruns(matcher);
	size_t i, k, count;

	count = wire_read_count(reader, WORK_BATCH_ITEMS, WORK_ITEM_SIZE);
	wire_u32(writer, (uint32_t)count);
	for (i = 0; i < count; i++) {
		const struct match_result *result;
		struct item item;

		memset(&item, 0, sizeof(item));
		work_read_item(reader, &item);
		result = matcher_run(matcher, &item, &source);
		wire_u32(writer, (uint32_t)result->count);
		for (k = 0; k < result->count; k++)
			work_write_match(writer, conf, &result->matches[k]);
	}
	wire_u64(writer, matcher_overruns(matcher) - overruns);
}

/* Whether a place in a text may be cut at: within it, between characters. */
static bool
work_is_border(const char *text, size_t len, size_t at)
{
	return at <= len && ((unsigned char)text[at] & 0xc0) != 0x80;
}

static void
work_read_span(struct wire_reader *reader, const struct item *item,
    struct match_span *span)
{
	const char *const fields[MATCH_FIELDS] = {
	    [MATCH_TITLE] = item->title,
	    [MATCH_SUMMARY] = item->summary,
	    [MATCH_CONTENT] = item->content,
	};
	size_t len;

	span->field = wire_read_enum(reader, MATCH_FIELDS);
	span->start = wire_read_u32(reader);
	span->end = wire_read_u32(reader);
	span->term = wire_read_text(reader, WORK_TERM_MAX);
	span->set = wire_read_string(reader, WORK_TERM_MAX);
	len = strlen(fields[span->field]);
	if (span->start > span->end ||
	    !work_is_border(fields[span->field], len, span->start) ||
	    !work_is_border(fields[span->field], len, span->end))
		reader->is_bad = true;
}

static void
work_read_match(struct wire_reader *reader, const struct conf *conf,
    const struct item *item, struct match *match)
{
	uint32_t topic = wire_read_u32(reader);
	size_t i;

	if (topic >= conf->topic_count) {
		reader->is_bad = true;
		return;
	}
	match->topic = &conf->topics[topic];
	match->severity = wire_read_enum(reader, SEVERITY_FLASH) + 1;
	match->is_raised = wire_read_u8(reader);
	match->span_count =
	    wire_read_count(reader, MATCH_SPANS_MAX, WORK_SPAN_SIZE);
	match->spans = arena_calloc(
	    reader->arena, match->span_count, sizeof(*match->spans));
	for (i = 0; i < match->span_count && !reader->is_bad; i++)
		work_read_span(reader, item, &match->spans[i]);
}

static void
work_read_result(struct wire_reader *reader, const struct conf *conf,
    const struct item *item, struct match_result *result)
{
	size_t i;

	result->count =
	    wire_read_count(reader, conf->topic_count, WORK_MATCH_SIZE);
	result->matches = arena_calloc(
	    reader->arena, result->count, sizeof(*result->matches));
	for (i = 0; i < result->count && !reader->is_bad; i++)
		work_read_match(reader, conf, item, &result->matches[i]);
}

int
work_take_matches(const struct buf *reply, const struct conf *conf,
    const struct item *const *items, size_t count, struct work_matches *matches,
    struct err *why)
{
	struct wire_reader reader = {
	    .at = reply->data,
	    .end = reply->data + reply->len,
	};
	size_t i;

	memset(matches, 0, sizeof(*matches));
	matches->arena = reader.arena = arena_new();
	matches->count = wire_read_count(&reader, count, sizeof(uint32_t));
	matches->results =
	    arena_calloc(matches->arena, count, sizeof(*matches->results));
	for (i = 0; i < matches->count && !reader.is_bad; i++)
		work_read_result(&reader, conf, items[i], &matches->results[i]);
	matches->overruns = wire_read_u64(&reader);
	if (wire_is_done(&reader) && matches->count == count)
		return 0;
	work_matches_clear(matches);
	return err_set(why, "the matcher gave no answer");
}
