/*
 * A configuration's feeds as OPML. Other readers get title, address, language
 * and category, and the first tag as a folder, for many know folders only; our
 * own attributes carry what is left, so that nothing is lost on the way back.
 */
#include <stdlib.h>
#include <string.h>

#include "config/opml_private.h"
#include "lib/alloc.h"
#include "lib/map.h"

#define OPML_REPLACEMENT "\xef\xbf\xbd"

/* The character at p as XML must have it; NULL where it stands for itself. */
static const char *
opml_escape(const char *p)
{
	switch (*p) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\n':
		return "&#10;";
	case '\t':
		return "&#9;";
	default:
		return NULL;
	}
}

/* U+FFFE and U+FFFF are valid UTF-8, but XML has no place for them. */
static bool
opml_is_illegal(const char *p)
{
	return memcmp(p, "\xef\xbf\xbe", 3) == 0 ||
	       memcmp(p, "\xef\xbf\xbf", 3) == 0;
}

static void
opml_write_text(struct buf *out, const char *text)
{
	const char *from = text, *escape;

	for (; *text; text++) {
		size_t len = 1;

		escape = opml_escape(text);
		if (!escape && *text == '\xef' && opml_is_illegal(text)) {
			escape = OPML_REPLACEMENT;
			len = 3;
		}
		if (!escape)
			continue;
		(void)buf_add(out, from, (size_t)(text - from));
		(void)buf_addstr(out, escape);
		text += len - 1;
		from = text + 1;
	}
	(void)buf_addstr(out, from);
}

static void
opml_write_attribute(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	(void)buf_printf(out, " %s=\"", name);
	opml_write_text(out, value);
	(void)buf_addch(out, '"');
}

static void
opml_write_tags(struct buf *out, const struct strings *tags)
{
	bool is_simple = opml_tag_is_simple(tags);
	struct buf list;
	size_t i;

	if (tags->count == 0)
		return;
	buf_init(&list, 0);
	for (i = 0; i < tags->count; i++)
		(void)buf_printf(&list, "%s%s",
		    i == 0	? ""
		    : is_simple ? ","
				: "\n",
		    tags->items[i]);
	opml_write_attribute(
	    out, is_simple ? "category" : "wirewatch:tags", list.data);
	buf_clear(&list);
}

static void
opml_write_feed(struct buf *out, const struct conf_feed *feed, bool is_nested)
{
	(void)buf_addstr(out, is_nested ? "\t\t\t<outline" : "\t\t<outline");
	opml_write_attribute(
	    out, "text", feed->title ? feed->title : feed->name);
	opml_write_attribute(out, "title", feed->title);
	opml_write_attribute(out, "type", "rss");
	opml_write_attribute(out, "xmlUrl", feed->url);
	opml_write_attribute(out, "language", feed->lang);
	opml_write_tags(out, &feed->tags);
	opml_write_attribute(out, "wirewatch:name", feed->name);
	opml_write_attribute(out, "wirewatch:role", feed->role);
	opml_write_attribute(out, "wirewatch:country", feed->country);
	(void)buf_addstr(out, "/>\n");
}

/* The feeds with the same first tag, in the order of the configuration. */
struct opml_folder {
	const char *tag;
	size_t first, last; /* feeds, by index plus 1 */
};

struct opml_folders {
	struct opml_folder *list;
	size_t count, cap;
	struct map *by_tag; /* values are indices of the list, plus 1 */
	size_t *next; /* by feed: the next one in its folder, plus 1; or 0 */
};

static void
opml_file(struct opml_folders *folders, const char *tag, size_t feed)
{
	size_t known = (size_t)(uintptr_t)map_get(folders->by_tag, tag);
	struct opml_folder *folder;

	if (!known) {
		folders->list = xgrow(folders->list, folders->count + 1,
		    &folders->cap, sizeof(*folders->list));
		folders->list[folders->count++] = (struct opml_folder){
		    .tag = tag, .first = feed + 1, .last = feed + 1};
		(void)map_put(
		    folders->by_tag, tag, (void *)(uintptr_t)folders->count);
		return;
	}
	folder = &folders->list[known - 1];
	folders->next[folder->last - 1] = feed + 1;
	folder->last = feed + 1;
}

static void
opml_write_folders(const struct conf *conf, const struct opml_folders *folders,
    struct buf *out)
{
	size_t i, at;

	for (i = 0; i < folders->count; i++) {
		(void)buf_addstr(out, "\t\t<outline");
		opml_write_attribute(out, "text", folders->list[i].tag);
		(void)buf_addstr(out, ">\n");
		for (at = folders->list[i].first; at;
		     at = folders->next[at - 1])
			opml_write_feed(out, &conf->feeds[at - 1], true);
		(void)buf_addstr(out, "\t\t</outline>\n");
	}
}

size_t
opml_write(const struct conf *conf, struct buf *out)
{
	struct opml_folders folders = {.by_tag = map_new()};
	size_t left_out = 0, i;

	folders.next = xcalloc(conf->feed_count, sizeof(*folders.next));
	(void)buf_addstr(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<opml version=\"2.0\" xmlns:wirewatch=\"" OPML_NAMESPACE "\">\n"
	    "\t<head>\n\t\t<title>");
	opml_write_text(out, conf->node);
	(void)buf_addstr(out, "</title>\n\t</head>\n\t<body>\n");
	for (i = 0; i < conf->feed_count; i++) {
		if (conf->feeds[i].html.item)
			left_out++;
		else if (conf->feeds[i].tags.count)
			opml_file(&folders, conf->feeds[i].tags.items[0], i);
		else
			opml_write_feed(out, &conf->feeds[i], false);
	}
	opml_write_folders(conf, &folders, out);
	(void)buf_addstr(out, "\t</body>\n</opml>\n");
	free(folders.next);
	free(folders.list);
	map_free(&folders.by_tag, NULL);
	return left_out;
}
