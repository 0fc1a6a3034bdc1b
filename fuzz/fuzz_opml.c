/*
 * Any bytes as a list of feeds in OPML. What is read is clean, within its
 * bounds, each URL once, read the same again, and what becomes of it as a
 * configuration comes back when that is written as OPML.
 */
#include <stdlib.h>
#include <string.h>

#include "config/opml.h"
#include "fuzz/fuzz.h"
#include "fuzz/sound.h"
#include "lib/alloc.h"
#include "text/plain.h"

const char fuzz_name[] = "opml";

#define OPML_MADE_MAX (300 * 1024) /* bytes that repetitions make */

/* Controls, line ends, and marks that turn text around. */
static bool
breaks_line(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) ||
	       (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

/* Less than of a feed's texts: a list gives back what a configuration may have.
 */
static void
check_line(const char *text)
{
	size_t len = text ? strlen(text) : 1, i;

	fuzz_check(len > 0 && len <= OPML_TEXT_MAX);
	if (!text)
		return;
	fuzz_check(plain_is_utf8(text, len));
	for (i = 0; i < len; i++)
		fuzz_check(((unsigned char)text[i] & 0xc0) == 0x80 ||
			   !breaks_line(
			       sound_decode((const unsigned char *)text + i)));
}

static void
check_strings(const struct strings *list)
{
	size_t i;

	fuzz_check(list->count <= OPML_TAGS_MAX);
	for (i = 0; i < list->count; i++)
		check_line(list->items[i]);
}

static void
check_feed(const struct opml_feed *feed)
{
	fuzz_check(feed->url && *feed->url);
	fuzz_check(strlen(feed->url) <= OPML_TAG_MAX);
	fuzz_check(feed->line >= 1);
	check_line(feed->title);
	check_line(feed->lang);
	check_line(feed->name);
	check_line(feed->role);
	check_line(feed->country);
	check_strings(&feed->tags);
}

static void
check_list(const struct opml *list)
{
	size_t i;

	fuzz_check(list->count <= OPML_OUTLINES_MAX);
	for (i = 0; i < list->count; i++)
		check_feed(&list->feeds[i]);
	/* each once; among many, neighbours will do */
	for (i = 1; i < list->count; i++)
		fuzz_check(
		    strcmp(list->feeds[i - 1].url, list->feeds[i].url) != 0);
}

/* A copy of just that size: reading beyond it shows, and nothing is kept. */
static struct opml *
read_copy(const struct buf *text)
{
	char *copy = xmalloc(text->len ? text->len : 1);
	struct err err = {{0}};
	struct opml *list;
	int line = -1;

	if (text->len)
		memcpy(copy, text->data, text->len);
	list = opml_read(copy, text->len, &line, &err);
	memset(copy, '!', text->len);
	free(copy);
	fuzz_check((list != NULL) == (err.text[0] == '\0'));
	fuzz_check(list || line >= 0);
	sound_reason(err.text);
	if (list)
		check_list(list);
	return list;
}

static void
check_made_name(const struct opml_feed *feed)
{
	char *name = opml_make_name(feed->title, feed->url);

	fuzz_check(opml_is_name(name));
	free(name);
}

/* The feeds that can be had of it, named as an import names them. */
static void
make_conf(struct opml *list, struct conf *conf)
{
	struct err err;
	size_t i;

	memset(conf, 0, sizeof(*conf));
	conf->path = "wirewatch.conf";
	conf->node = "fuzz";
	conf->feeds =
	    arena_calloc(list->arena, list->count + 1, sizeof(*conf->feeds));
	for (i = 0; i < list->count; i++) {
		struct conf_feed *feed = &conf->feeds[conf->feed_count];

		check_made_name(&list->feeds[i]);
		memset(feed, 0, sizeof(*feed));
		if (opml_to_feed(list, i, feed, &err) == -1) {
			sound_reason(err.text);
			continue;
		}
		feed->name = arena_printf(list->arena, "feed-%zu", i);
		conf->feed_count++;
	}
}

static void
same_text(const char *a, const char *b)
{
	fuzz_check(!a == !b);
	fuzz_check(!a || strcmp(a, b) == 0);
}

static const struct conf_feed *
find_url(const struct conf *conf, const char *url)
{
	size_t i;

	for (i = 0; i < conf->feed_count; i++) {
		if (strcmp(conf->feeds[i].url, url) == 0)
			return &conf->feeds[i];
	}
	return NULL;
}

static void
check_written(const struct conf *conf)
{
	struct opml *again;
	struct conf back;
	struct buf text;
	size_t i;

	buf_init(&text, 0);
	fuzz_check(opml_write(conf, &text) == 0);
	again = read_copy(&text);
	fuzz_check(again);
	make_conf(again, &back);
	fuzz_check(back.feed_count == conf->feed_count);
	for (i = 0; i < conf->feed_count; i++) {
		const struct conf_feed *feed = &conf->feeds[i];
		const struct conf_feed *found = find_url(&back, feed->url);

		fuzz_check(found);
		same_text(feed->title, found->title);
		same_text(feed->lang, found->lang);
		same_text(feed->role, found->role);
		same_text(feed->country, found->country);
		fuzz_check(feed->tags.count == found->tags.count);
	}
	opml_free(&again);
	buf_clear(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct opml *list, *again;
	struct conf conf;
	struct buf text;

	parse_init();
	buf_init(&text, 0);
	sound_expand(data, size, OPML_MADE_MAX, &text);
	(void)opml_is_meant("list", buf_str(&text), text.len);
	list = read_copy(&text);
	again = read_copy(&text);
	fuzz_check(!list == !again);
	if (list) {
		fuzz_check(list->count == again->count);
		make_conf(list, &conf);
		check_written(&conf);
	}
	opml_free(&list);
	opml_free(&again);
	buf_clear(&text);
	return 0;
}
