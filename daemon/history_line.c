/*
 * An item as a line of the history. It is written without a JSON library: this
 * is done for every new item, on the loop, and costs a quarter so. All text
 * of an item is valid UTF-8, so that a string needs no more than its escapes.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/history.h"
#include "lib/clock.h"
#include "text/plain.h"

/* The bytes from p on that stand for themselves in a JSON string. */
static size_t
history_line_plain(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *start = p;

	while (p < end && *p >= 0x20 && *p != '"' && *p != '\\' && *p != 0x7f &&
	       *p != 0xc2 && *p != 0xe2)
		p++;
	return (size_t)(p - start);
}

/*
 * A character that may need an escape: what JSON demands, and what breaks a
 * line for some tools, C1 controls and U+2028 and U+2029. Returns its length.
 */
static size_t
history_line_special(
    struct buf *out, const unsigned char *p, const unsigned char *end)
{
	char escape[8];
	unsigned int code;
	size_t len = 1;

	if (*p == 0xc2 && end - p > 1 && p[1] < 0xa0) {
		code = p[1];
		len = 2;
	} else if (*p == 0xe2 && end - p > 2 && p[1] == 0x80 &&
		   (p[2] == 0xa8 || p[2] == 0xa9)) {
		code = 0x2000U + (p[2] & 0x3fU);
		len = 3;
	} else if (*p >= 0x80) {
		(void)buf_addch(out, (char)*p);
		return 1;
	} else if (*p == '"' || *p == '\\') {
		(void)buf_addch(out, '\\');
		(void)buf_addch(out, (char)*p);
		return 1;
	} else
		code = *p;
	snprintf(escape, sizeof(escape), "\\u%04x", code);
	(void)buf_addstr(out, escape);
	return len;
}

/* Valid UTF-8 goes in, so the string is valid JSON. */
static void
history_line_string(struct buf *out, const char *text, size_t max)
{
	size_t len = strlen(text);
	const unsigned char *p = (const unsigned char *)text, *end;

	end = p + plain_border_within(text, len, max);
	(void)buf_addch(out, '"');
	while (p < end) {
		size_t run = history_line_plain(p, end);

		(void)buf_add(out, p, run);
		p += run;
		if (p < end)
			p += history_line_special(out, p, end);
	}
	(void)buf_addch(out, '"');
}

/* A member; one without a text is left out. */
static void
history_line_member(
    struct buf *out, const char *key, const char *text, size_t max)
{
	if (!text || !*text)
		return;
	(void)buf_addstr(out, key);
	history_line_string(out, text, max);
}

static void
history_line_list(
    struct buf *out, const char *key, const char *const *list, size_t count)
{
	size_t i;

	if (!count)
		return;
	(void)buf_addstr(out, key);
	for (i = 0; i < count; i++) {
		(void)buf_addch(out, i ? ',' : '[');
		history_line_string(out, list[i], ITEM_NAME_MAX);
	}
	(void)buf_addch(out, ']');
}

static void
history_line_time(struct buf *out, const char *key, int64_t time_s)
{
	char text[CLOCK_RFC3339_SIZE];

	if (time_s != TIME_NONE)
		history_line_member(
		    out, key, clock_rfc3339_s(time_s, text), sizeof(text));
}

/* The guid as published, else the link, else the identity. */
static void
history_line_id(struct buf *out, const struct item *item)
{
	static const char digits[] = "0123456789abcdef";
	char hex[2 * ITEM_ID_SIZE + 1];
	size_t i;

	for (i = 0; i < ITEM_ID_SIZE; i++) {
		hex[2 * i] = digits[item->id[i] >> 4];
		hex[2 * i + 1] = digits[item->id[i] & 15];
	}
	hex[2 * ITEM_ID_SIZE] = '\0';
	(void)buf_addstr(out, "{\"id\":");
	history_line_string(out,
	    item->guid	? item->guid
	    : item->url ? item->url
			: hex,
	    ITEM_GUID_MAX);
}

int
history_add_line(struct buf *lines, const struct item *item,
    const struct match_source *source, int64_t first_seen_ms)
{
	size_t before = lines->len, max = lines->max;
	char seen[CLOCK_RFC3339_SIZE];

	/* whole or not at all: the bound is looked at when the line is done */
	lines->max = 0;
	history_line_id(lines, item);
	history_line_member(lines, ",\"feed\":", source->feed, ITEM_NAME_MAX);
	history_line_member(
	    lines, ",\"source\":", source->title, ITEM_TITLE_MAX);
	clock_rfc3339_ms(first_seen_ms, seen);
	history_line_member(lines, ",\"first_seen\":", seen, sizeof(seen));
	history_line_time(lines, ",\"published\":", item->published_s);
	history_line_time(lines, ",\"updated\":", item->updated_s);
	history_line_member(lines,
	    ",\"lang\":", item->lang ? item->lang : source->lang,
	    ITEM_NAME_MAX);
	history_line_member(lines, ",\"url\":", item->url, ITEM_URL_MAX);
	history_line_list(
	    lines, ",\"authors\":", item->authors, item->author_count);
	history_line_list(
	    lines, ",\"categories\":", item->categories, item->category_count);
	history_line_member(lines, ",\"title\":", item->title, ITEM_TITLE_MAX);
	history_line_member(
	    lines, ",\"summary\":", item->summary, HISTORY_TEXT_MAX);
	history_line_member(
	    lines, ",\"content\":", item->content, HISTORY_TEXT_MAX);
	(void)buf_addstr(lines, "}\n");
	lines->max = max;
	if (!max || lines->len <= max)
		return 0;
	lines->len = before;
	lines->data[before] = '\0';
	return -1;
}
