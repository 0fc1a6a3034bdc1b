/*
 * Reads items line by line. The line's JSON lives until the next one is asked
 * for, and so do the strings of the item, most of which are the JSON's own. A
 * line that cannot be read is told and costs nothing but itself.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/items.h"
#include "feeds/date.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "text/plain.h"

#define ITEMS_CHUNK 4096 /* bytes added to a line at a time */
#define ITEMS_EVENT_SCHEMA "wirewatch.event/1"

struct items {
	FILE *in;
	const char *name; /* in messages; the caller's */
	const struct conf *conf;
	bool is_quiet;
	uint64_t line;
	size_t bad;
	int error; /* errno of a failed read */
	struct buf text;
	struct buf event_key; /* of the event before */
	struct arena *arena; /* of the entry */
	json_t *object; /* the line's */
	struct items_entry entry;
};

struct items *
items_open(
    const char *path, const struct conf *conf, bool is_quiet, struct err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *in = is_stdin ? stdin : fopen(path, "re");
	struct items *items;

	if (!in) {
		err_errno(err, "%s", path);
		return NULL;
	}
	items = xcalloc(1, sizeof(*items));
	items->in = in;
	items->name = is_stdin ? "standard input" : path;
	items->conf = conf;
	items->is_quiet = is_quiet;
	items->arena = arena_new();
	buf_init(&items->text, ITEMS_LINE_MAX);
	buf_init(&items->event_key, 0);
	return items;
}

void
items_free(struct items **items_p)
{
	struct items *items = *items_p;

	if (!items)
		return;
	/* it was only read: nothing can be lost */
	if (items->in != stdin)
		(void)fclose(items->in);
	json_decref(items->object);
	buf_clear(&items->text);
	buf_clear(&items->event_key);
	arena_free(&items->arena);
	free(items);
	*items_p = NULL;
}

size_t
items_bad(const struct items *items)
{
	return items->bad;
}

int
items_check(const struct items *items, struct err *err)
{
	if (!items->error)
		return 0;
	return err_set(err, "%s: %s", items->name, strerror(items->error));
}

static void
items_report(struct items *items, const char *why)
{
	items->bad++;
	if (items->is_quiet)
		return;
	if (items->bad <= ITEMS_REPORTS_MAX)
		cli_error("%s:%" PRIu64 ": %s", items->name, items->line, why);
	else if (items->bad == ITEMS_REPORTS_MAX + 1)
		cli_error("%s: further bad lines are skipped in silence",
		    items->name);
}

enum items_line {
	ITEMS_LINE,
	ITEMS_LINE_LONG,
	ITEMS_END,
};

static enum items_line
items_read_line(struct items *items)
{
	char chunk[ITEMS_CHUNK];
	bool is_long = false;
	size_t len = 0;
	int c;

	buf_reset(&items->text);
	while ((c = getc_unlocked(items->in)) != EOF && c != '\n') {
		chunk[len++] = (char)c;
		if (len < sizeof(chunk))
			continue;
		is_long |= buf_add(&items->text, chunk, len) == -1;
		len = 0;
	}
	is_long |= buf_add(&items->text, chunk, len) == -1;
	if (c == EOF && ferror(items->in))
		items->error = errno ? errno : EIO;
	if (c == EOF && !items->text.len && !is_long)
		return ITEMS_END;
	return is_long ? ITEMS_LINE_LONG : ITEMS_LINE;
}

/* A text field of at most what the parser would keep; -1 if it is none. */
static int
items_get_text(struct items *items, const json_t *object, const char *key,
    const char **text_r)
{
	const json_t *value = json_object_get(object, key);
	size_t len;

	*text_r = "";
	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return -1;
	len = json_string_length(value);
	if (len > ITEM_TEXT_MAX)
		len = plain_border(json_string_value(value), ITEM_TEXT_MAX);
	*text_r = arena_strndup(items->arena, json_string_value(value), len);
	items->entry.bytes += strlen(*text_r);
	return 0;
}

/* A list of strings, or one string; what is neither is left out. */
static const char *const *
items_get_list(struct items *items, const json_t *value, size_t *count_r)
{
	const char **list =
	    arena_calloc(items->arena, ITEM_LIST_MAX, sizeof(*list));
	const json_t *member;
	size_t i;

	*count_r = 0;
	if (json_is_string(value))
		list[(*count_r)++] = json_string_value(value);
	json_array_foreach(value, i, member)
	{
		if (json_is_string(member) && *count_r < ITEM_LIST_MAX)
			list[(*count_r)++] = json_string_value(member);
	}
	return list;
}

static const char *
items_get_either(const json_t *object, const char *key, const char *other)
{
	const char *value = json_get_string(object, key);

	return value ? value : json_get_string(object, other);
}

static int64_t
items_get_time(const json_t *object, const char *key)
{
	const char *text = json_get_string(object, key);
	int64_t time_s = TIME_NONE;

	if (text && date_parse(text, &time_s) == -1)
		return TIME_NONE;
	return time_s;
}

/* The item of an object; strings stay the JSON's or the arena's. */
static int
items_get_item(struct items *items, const json_t *object, struct err *err)
{
	static const char *const keys[] = {"title", "summary", "content"};
	struct items_entry *entry = &items->entry;
	struct item *item = &entry->item;
	const char **fields[] = {&item->title, &item->summary, &item->content};
	const json_t *authors = json_object_get(object, "authors");
	size_t i;

	for (i = 0; i < 3; i++) {
		if (items_get_text(items, object, keys[i], fields[i]) == -1)
			return err_set(err, "\"%s\" is not a string", keys[i]);
	}
	item->guid = json_get_string(object, "guid");
	item->url = items_get_either(object, "url", "link");
	item->lang = json_get_string(object, "lang");
	item->authors = items_get_list(items,
	    authors ? authors : json_object_get(object, "author"),
	    &item->author_count);
	item->categories = items_get_list(items,
	    json_object_get(object, "categories"), &item->category_count);
	item->published_s = items_get_time(object, "published");
	item->updated_s = items_get_time(object, "updated");
	entry->seen_s = items_get_time(object, "first_seen");
	if (entry->seen_s == TIME_NONE)
		entry->seen_s = item->published_s;
	return 0;
}

/* What the object says of its source, filled up from the feed's section. */
static void
items_get_source(
    struct items *items, const json_t *object, const char *title_key)
{
	struct match_source *source = &items->entry.source;
	const struct conf_feed *feed;

	source->feed = json_get_string(object, "feed");
	source->title = json_get_string(object, title_key);
	source->role = json_get_string(object, "role");
	source->country = json_get_string(object, "country");
	feed = source->feed && items->conf
		   ? conf_find_feed(items->conf, source->feed)
		   : NULL;
	if (!feed)
		return;
	source->lang = feed->lang;
	if (!source->title)
		source->title = feed->title;
	if (!source->role)
		source->role = feed->role;
	if (!source->country)
		source->country = feed->country;
}

static void
items_add_key(struct buf *key, const char *text)
{
	if (text)
		(void)buf_addstr(key, text);
	/* a byte that no text holds; the buffer knows no bound */
	(void)buf_addch(key, '\n');
}

/* Whether the event before was about this very item, in the same words. */
static bool
items_is_repeated(struct items *items)
{
	const struct items_entry *entry = &items->entry;
	struct buf key;
	bool is_same;

	buf_init(&key, 0);
	items_add_key(&key, entry->source.feed);
	items_add_key(&key, entry->item.guid);
	items_add_key(&key, entry->item.url);
	items_add_key(&key, entry->item.title);
	is_same = key.len == items->event_key.len &&
		  memcmp(key.data, items->event_key.data, key.len) == 0;
	buf_clear(&items->event_key);
	items->event_key = key;
	return is_same;
}

/* 1 with an item, 0 when there is none to look at, -1 with the reason. */
static int
items_read_event(struct items *items, struct err *err)
{
	const json_t *data = json_object_get(items->object, "data");
	const json_t *object = json_object_get(data, "item");

	if (!json_is_object(object))
		return 0; /* of a feed, a sink, the configuration */
	if (items_get_item(items, object, err) == -1)
		return -1;
	items_get_source(items, json_object_get(data, "source"), "title");
	return items_is_repeated(items) ? 0 : 1;
}

static int
items_read_object(struct items *items, struct err *err)
{
	struct items_entry *entry = &items->entry;
	const char *schema = json_get_string(items->object, "schema");

	if (!json_is_object(items->object))
		return err_set(err, "an item is a JSON object");
	memset(entry, 0, sizeof(*entry));
	entry->id = json_object_get(items->object, "id");
	if (schema && strcmp(schema, ITEMS_EVENT_SCHEMA) == 0)
		return items_read_event(items, err);
	if (items_get_item(items, items->object, err) == -1)
		return -1;
	items_get_source(items, items->object, "source");
	return 1;
}

/* The same three outcomes for the line that was read. */
static int
items_parse_line(struct items *items, struct err *err)
{
	const struct buf *text = &items->text;

	arena_reset(items->arena);
	json_decref(items->object);
	items->object = NULL;
	if (!text->len || !text->data[strspn(text->data, " \t\r")])
		return 0;
	items->object = json_read(text->data, text->len, err);
	return items->object ? items_read_object(items, err) : -1;
}

const struct items_entry *
items_next(struct items *items)
{
	enum items_line kind;
	struct err err;
	int rc;

	while ((kind = items_read_line(items)) != ITEMS_END) {
		items->line++;
		if (kind == ITEMS_LINE_LONG) {
			items_report(items, "the line is longer than 1 MiB");
			continue;
		}
		rc = items_parse_line(items, &err);
		if (rc == 1)
			return &items->entry;
		if (rc == -1)
			items_report(items, err.text);
	}
	return NULL;
}

void
items_print_id(FILE *out, const json_t *id)
{
	if (json_is_string(id))
		cli_text(out, json_string_value(id));
	else if (json_is_integer(id))
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
	else
		putc('-', out);
}
