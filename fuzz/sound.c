/*
 * The laws of feeds, for all targets that make one. What a law is stands in
 * the headers of the modules; here it is only checked, by other means than
 * theirs wherever there are any.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/url.h"
#include "fuzz/fuzz.h"
#include "fuzz/sound.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "text/plain.h"

#define SOUND_LANG_MAX 35 /* RFC 5646 section 4.4.1 */
#define SOUND_TTL_MAX_S (366 * 86400)
#define SOUND_MIN_S -62135596800LL /* 0001-01-01 */
#define SOUND_MAX_S 253402300799LL /* 9999-12-31T23:59:59 */
#define SOUND_BEGIN 0x1d
#define SOUND_END 0x1e

/* --- texts --- */

uint32_t
sound_decode(const unsigned char *p)
{
	if (p[0] < 0x80)
		return p[0];
	if (p[0] < 0xe0)
		return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	if (p[0] < 0xf0)
		return (p[0] & 0xfu) << 12 | (p[1] & 0x3fu) << 6 |
		       (p[2] & 0x3fu);
	return (p[0] & 7u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 |
	       (p[3] & 0x3fu);
}

/* What nobody sees, or what makes others see something else. */
static bool
sound_is_evil(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) ||
	       code == 0x061c || code == 0x200b || code == 0x200e ||
	       code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0xfeff ||
	       (code & 0xfffe) == 0xfffe ||
	       (code >= 0xe0000 && code <= 0xe007f);
}

static void
sound_text(const char *text, size_t max, bool has_paragraphs)
{
	size_t len = text ? strlen(text) : 0, i;

	fuzz_check(len <= max);
	fuzz_check(len == 0 || plain_is_utf8(text, len));
	for (i = 0; i < len; i++) {
		bool is_space = text[i] == ' ' || text[i] == '\n';

		if (((unsigned char)text[i] & 0xc0) == 0x80)
			continue;
		if (text[i] == '\n')
			fuzz_check(has_paragraphs);
		else
			fuzz_check(!sound_is_evil(
			    sound_decode((const unsigned char *)text + i)));
		if (!is_space)
			continue;
		fuzz_check(i > 0 && i + 1 < len);
		fuzz_check(text[i - 1] != ' ' && text[i - 1] != '\n');
	}
}

void
sound_line(const char *text, size_t max)
{
	sound_text(text, max, false);
}

void
sound_prose(const char *text, size_t max)
{
	sound_text(text, max, true);
}

void
sound_reason(const char *text)
{
	const char *p;

	if (!text)
		return;
	fuzz_check(plain_is_utf8(text, strlen(text)));
	for (p = text; *p; p++)
		fuzz_check((unsigned char)*p >= ' ' && *p != 0x7f);
}

/* --- links --- */

void
sound_url(const char *url)
{
	size_t len = url ? strlen(url) : 0;
	char *again, *canonical, *twice;
	bool is_same;

	if (!url)
		return;
	fuzz_check(strncmp(url, "http://", 7) == 0 ||
		   strncmp(url, "https://", 8) == 0);
	fuzz_check(!strpbrk(url, " \t\r\n"));
	sound_line(url, SIZE_MAX);
	again = url_resolve(NULL, url);
	is_same = again && strcmp(again, url) == 0;
	/* curl drops an empty query, and the short cut for plain links not */
	if (!is_same && again && len > 0 && url[len - 1] == '?')
		is_same = strncmp(again, url, len - 1) == 0 &&
			  strlen(again) == len - 1;
	if (!is_same)
		fprintf(stderr, "url:   %s\nagain: %s\n", url,
		    again ? again : "(refused)");
	fuzz_check(is_same);
	free(again);
	canonical = url_canonical(url);
	fuzz_check(canonical);
	twice = url_canonical(canonical);
	fuzz_check(twice && strcmp(canonical, twice) == 0);
	free(canonical);
	free(twice);
}

/* --- documents --- */

static void
sound_date(int64_t seconds)
{
	fuzz_check(seconds == TIME_NONE ||
		   (seconds >= SOUND_MIN_S && seconds <= SOUND_MAX_S));
}

static void
sound_list(const char *const *list, size_t count)
{
	size_t i;

	fuzz_check(count <= ITEM_LIST_MAX);
	for (i = 0; i < count; i++) {
		fuzz_check(list[i] && *list[i]);
		sound_line(list[i], ITEM_NAME_MAX);
	}
}

/* The id follows from what is kept, if all of it was kept. */
static void
sound_identity(const struct item *item)
{
	struct item again = *item;

	if (item->guid && strlen(item->guid) > ITEM_GUID_MAX - 4)
		return;
	item_identify(&again);
	fuzz_check(memcmp(again.id, item->id, ITEM_ID_SIZE) == 0);
	fuzz_check(again.title_fp == item->title_fp);
	fuzz_check(again.body_fp == item->body_fp);
	if (!item->guid)
		return;
	/* a guid alone counts */
	again.title = "another";
	again.url = NULL;
	item_identify(&again);
	fuzz_check(memcmp(again.id, item->id, ITEM_ID_SIZE) == 0);
}

static void
sound_item(const struct item *item)
{
	sound_line(item->guid, ITEM_GUID_MAX);
	fuzz_check(!item->url || strlen(item->url) <= ITEM_URL_MAX);
	sound_url(item->url);
	fuzz_check(item->title && item->summary && item->content);
	sound_line(item->title, ITEM_TITLE_MAX);
	sound_prose(item->summary, ITEM_TEXT_MAX);
	sound_prose(item->content, ITEM_TEXT_MAX);
	sound_line(item->lang, SOUND_LANG_MAX);
	sound_list(item->authors, item->author_count);
	sound_list(item->categories, item->category_count);
	sound_date(item->published_s);
	sound_date(item->updated_s);
	sound_identity(item);
}

void
sound_doc(const struct feed_doc *doc)
{
	size_t i;

	fuzz_check(doc->format != FEED_FORMAT_UNKNOWN);
	fuzz_check(doc->item_count <= PARSE_ITEMS_MAX);
	fuzz_check(doc->dropped == 0 || doc->item_count == PARSE_ITEMS_MAX);
	fuzz_check(doc->ttl_s >= 0 && doc->ttl_s <= SOUND_TTL_MAX_S);
	fuzz_check(doc->encoding && *doc->encoding);
	fuzz_check(doc->is_recovered == (doc->complaint != NULL));
	sound_reason(doc->complaint);
	sound_line(doc->title, ITEM_TITLE_MAX);
	sound_line(doc->lang, SOUND_LANG_MAX);
	fuzz_check(!doc->link || strlen(doc->link) <= ITEM_URL_MAX);
	sound_url(doc->link);
	for (i = 0; i < doc->item_count; i++)
		sound_item(&doc->items[i]);
}

static struct feed_doc *
sound_parse_once(const struct parse_input *input)
{
	/* of just that size: reading beyond it shows */
	char *copy = xmalloc(input->len ? input->len : 1);
	struct parse_input copied = *input;
	struct feed_doc *doc;
	enum parse_outcome outcome;
	struct err err = {{0}};

	copied.body = copy;
	copied.base_url = "https://feeds.example/dir/feed";
	if (input->len)
		memcpy(copy, input->body, input->len);
	outcome = parse_feed(&copied, &doc, &err);
	/* nothing of the input is kept */
	memset(copy, '!', input->len);
	free(copy);
	fuzz_check((outcome == PARSE_OK) == (doc != NULL));
	fuzz_check((outcome == PARSE_OK) == (err.text[0] == '\0'));
	sound_reason(err.text);
	return doc;
}

static void
sound_same_text(const char *a, const char *b)
{
	fuzz_check(!a == !b);
	fuzz_check(!a || strcmp(a, b) == 0);
}

static void
sound_same_item(const struct item *a, const struct item *b)
{
	fuzz_check(memcmp(a->id, b->id, ITEM_ID_SIZE) == 0);
	fuzz_check(a->title_fp == b->title_fp);
	fuzz_check(a->body_fp == b->body_fp);
	sound_same_text(a->guid, b->guid);
	sound_same_text(a->url, b->url);
	fuzz_check(a->published_s == b->published_s);
	fuzz_check(a->updated_s == b->updated_s);
	fuzz_check(a->author_count == b->author_count);
	fuzz_check(a->category_count == b->category_count);
}

struct feed_doc *
sound_parse(const struct parse_input *input)
{
	struct feed_doc *doc = sound_parse_once(input);
	struct feed_doc *again = sound_parse_once(input);
	size_t i;

	fuzz_check(!doc == !again);
	if (!doc)
		return NULL;
	sound_doc(doc);
	fuzz_check(doc->item_count == again->item_count);
	for (i = 0; i < doc->item_count; i++)
		sound_same_item(&doc->items[i], &again->items[i]);
	feed_doc_free(&again);
	return doc;
}

/* --- round trip --- */

/* Whether a text is read as it stands wherever markup is looked for. */
static bool
sound_is_plain(const char *text)
{
	struct buf undoubled;
	bool is_plain;

	buf_init(&undoubled, 0);
	is_plain = !strpbrk(text, "<&") &&
		   !plain_undouble(text, strlen(text), &undoubled);
	buf_clear(&undoubled);
	return is_plain;
}

/* A blank line stands between paragraphs of JSON's plain text. */
static void
sound_put_prose(json_t *object, const char *key, const char *text)
{
	struct buf out;

	buf_init(&out, 0);
	for (; *text; text++) {
		(void)buf_addch(&out, *text);
		if (*text == '\n')
			(void)buf_addch(&out, '\n');
	}
	if (out.len)
		json_set_string(object, key, buf_str(&out));
	buf_clear(&out);
}

static void
sound_put_date(json_t *object, const char *key, int64_t seconds)
{
	if (seconds != TIME_NONE)
		json_set_time_s(object, key, seconds);
}

static json_t *
sound_to_json(const struct feed_doc *doc)
{
	json_t *root = json_object(), *items = json_array();
	size_t i;

	json_set_string(root, "version", "https://jsonfeed.org/version/1.1");
	for (i = 0; i < doc->item_count; i++) {
		const struct item *item = &doc->items[i];
		json_t *object = json_object();

		if (item->guid)
			json_set_string(object, "id", item->guid);
		if (item->url)
			json_set_string(object, "url", item->url);
		if (*item->title)
			json_set_string(object, "title", item->title);
		sound_put_prose(object, "content_text", item->content);
		sound_put_date(object, "date_published", item->published_s);
		sound_put_date(object, "date_modified", item->updated_s);
		json_append(items, object);
	}
	json_set(root, "items", items);
	return root;
}

static void
sound_same_again(const struct item *item, const struct item *again)
{
	if (item->guid && sound_is_plain(item->guid)) {
		sound_same_text(item->guid, again->guid);
		if (strlen(item->guid) <= ITEM_GUID_MAX - 4)
			fuzz_check(
			    memcmp(item->id, again->id, ITEM_ID_SIZE) == 0);
	}
	sound_same_text(item->url, again->url);
	fuzz_check(item->published_s == again->published_s);
	fuzz_check(item->updated_s == again->updated_s);
	if (sound_is_plain(item->title))
		sound_same_text(item->title, again->title);
	if (sound_is_plain(item->content))
		sound_same_text(item->content, again->content);
}

void
sound_round_trip(const struct feed_doc *doc)
{
	json_t *root = sound_to_json(doc);
	char *text = json_dumps(root, JSON_COMPACT);
	struct parse_input input = {
	    .body = text, .content_type = "application/feed+json"};
	struct feed_doc *again;
	size_t i;

	fuzz_check(text);
	input.len = strlen(text);
	again = sound_parse_once(&input);
	fuzz_check(again && again->format == FEED_FORMAT_JSON);
	fuzz_check(!again->is_recovered);
	fuzz_check(again->item_count == doc->item_count);
	for (i = 0; i < doc->item_count; i++)
		sound_same_again(&doc->items[i], &again->items[i]);
	feed_doc_free(&again);
	json_decref(root);
	free(text);
}

/* --- inputs --- */

/* Digits up to the ':'; 0 when there are none. */
static size_t
sound_count(const uint8_t **p, const uint8_t *end)
{
	size_t count = 0;

	for (; *p < end && **p >= '0' && **p <= '9'; (*p)++) {
		if (count < 1000000)
			count = count * 10 + (size_t)(**p - '0');
	}
	if (*p < end && **p == ':')
		(*p)++;
	return count;
}

static const uint8_t *
sound_repeat(const uint8_t *p, const uint8_t *end, size_t max, struct buf *out)
{
	size_t count = sound_count(&p, end), len;
	const uint8_t *stop = p;

	while (stop < end && *stop != SOUND_END)
		stop++;
	len = (size_t)(stop - p);
	for (; count > 0 && len && out->len + len <= max; count--)
		(void)buf_add(out, (const char *)p, len);
	return stop < end ? stop + 1 : end;
}

void
sound_expand(const uint8_t *data, size_t size, size_t max, struct buf *out)
{
	const uint8_t *p = data, *end = data + size, *mark;

	while (p < end) {
		mark = memchr(p, SOUND_BEGIN, (size_t)(end - p));
		if (!mark)
			mark = end;
		(void)buf_add(out, (const char *)p, (size_t)(mark - p));
		p = mark < end ? sound_repeat(mark + 1, end, max, out) : end;
	}
}
