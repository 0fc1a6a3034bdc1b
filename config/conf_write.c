/*
 * Configuration syntax, written. Every value stands in double quotes, where
 * three characters mean something: the quote, the backslash, and the dollar
 * sign before a variable.
 */
#include <string.h>

#include "config/conf_write.h"

void
conf_write_string(struct buf *out, const char *text)
{
	size_t len;

	(void)buf_addch(out, '"');
	for (;;) {
		len = strcspn(text, "\"\\$");
		(void)buf_add(out, text, len);
		text += len;
		if (!*text)
			break;
		(void)buf_addch(out, '\\');
		(void)buf_addch(out, *text++);
	}
	(void)buf_addch(out, '"');
}

static void
conf_write_option(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	(void)buf_printf(out, "\t%s = ", name);
	conf_write_string(out, value);
	(void)buf_addch(out, '\n');
}

static void
conf_write_list(struct buf *out, const char *name, const struct strings *list)
{
	size_t i;

	if (list->count == 0)
		return;
	(void)buf_printf(out, "\t%s = {", name);
	for (i = 0; i < list->count; i++) {
		if (i > 0)
			(void)buf_addstr(out, ", ");
		conf_write_string(out, list->items[i]);
	}
	(void)buf_addstr(out, "}\n");
}

void
conf_write_feed(struct buf *out, const struct conf_feed *feed)
{
	(void)buf_addstr(out, "feed ");
	conf_write_string(out, feed->name);
	(void)buf_addstr(out, " {\n");
	conf_write_option(out, "url", feed->url);
	conf_write_option(out, "title", feed->title);
	conf_write_option(out, "role", feed->role);
	conf_write_option(out, "country", feed->country);
	conf_write_option(out, "lang", feed->lang);
	conf_write_list(out, "tags", &feed->tags);
	(void)buf_addstr(out, "}\n");
}
