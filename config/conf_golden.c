/*
 * Examples of topics: '+' and what must match, '-' and what must not. A feed's
 * name may stand directly behind the sign. Which feeds there are is known at
 * the end, and names may hold blanks: so the texts are taken apart only then.
 */
#include <stdlib.h>
#include <string.h>

#include "config/conf_private.h"

#define CONF_GOLDEN_FORM "expected '+ TITLE' or '- TITLE'"
#define CONF_GOLDEN_BLANKS " \t"
/* each compares a word with the names of all feeds */
#define CONF_GOLDEN_SUGGESTIONS 20

/* The first line of a text from `at` on without blanks at its end. */
static size_t
conf_golden_line(const char *at)
{
	size_t len = strcspn(at, "\r\n");

	while (len > 0 && strchr(CONF_GOLDEN_BLANKS, at[len - 1]))
		len--;
	return len;
}

static bool
conf_golden_is_blank(char c)
{
	return c && strchr(CONF_GOLDEN_BLANKS, c);
}

/* Whether a sign and a title are there, with or without a feed's name. */
static bool
conf_golden_is_formed(const char *text)
{
	size_t len = conf_golden_line(text), i;

	if (*text != '+' && *text != '-')
		return false;
	for (i = 1; i < len; i++) {
		if (conf_golden_is_blank(text[i]))
			return true;
	}
	return false;
}

static int
conf_golden_check(
    const struct conf_given *given, const struct conf_key *key, size_t i)
{
	const char *text = conf_given_text(given, i);

	if (strlen(text) > CONF_GOLDEN_BYTES_MAX) {
		conf_given_error(given, key, i,
		    "longer than %d bytes; expected a title and a summary",
		    CONF_GOLDEN_BYTES_MAX);
		return -1;
	}
	if (!conf_golden_is_formed(text)) {
		conf_given_error(given, key, i, CONF_GOLDEN_FORM);
		diag_hint(given->reader->diag,
		    "a blank stands between the sign and the title, or a "
		    "feed's name and a blank");
		return -1;
	}
	return conf_text_check(given, key, i);
}

void
conf_read_goldens(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	struct conf_topic *topic =
	    (void *)((char *)field - offsetof(struct conf_topic, goldens));
	size_t i, count = conf_given_count(given);

	if (count > CONF_GOLDENS_MAX) {
		conf_given_error(given, key, CONF_GOLDENS_MAX,
		    "more than %d examples of one topic", CONF_GOLDENS_MAX);
		count = CONF_GOLDENS_MAX;
	}
	topic->goldens =
	    arena_calloc(given->reader->arena, count, sizeof(*topic->goldens));
	for (i = 0; i < count && !conf_is_over(given->reader); i++) {
		struct conf_golden *golden =
		    &topic->goldens[topic->golden_count];

		if (conf_golden_check(given, key, i) == -1)
			continue;
		conf_text_make(given, i, &golden->text);
		golden->must_match = golden->text.text[0] == '+';
		topic->golden_count++;
	}
}

/*
 * The length of the longest name of a feed that the text starts with, a blank
 * and a title behind it; 0 if there is none.
 */
static size_t
conf_golden_feed_length(struct conf_reader *reader, const char *text)
{
	size_t len = conf_golden_line(text), found = 0, i;
	char name[CONF_FEED_NAME_MAX + 1];

	for (i = 1; i < len && i <= CONF_FEED_NAME_MAX; i++) {
		if (!conf_golden_is_blank(text[i]) ||
		    conf_golden_is_blank(text[i - 1]))
			continue;
		memcpy(name, text, i);
		name[i] = '\0';
		if (map_get(reader->feed_names, name) ||
		    (reader->base && conf_find_feed(reader->base, name)))
			found = i;
	}
	return found;
}

static void
conf_golden_suggest(struct conf_reader *reader, const char *name)
{
	const struct conf *conf = reader->base ? reader->base : reader->conf;
	const char **names;
	size_t i;

	diag_hint(reader->diag,
	    "a blank stands between the sign and a title without a feed");
	if (reader->golden_suggestions++ >= CONF_GOLDEN_SUGGESTIONS)
		return;
	names = xcalloc(conf->feed_count, sizeof(const char *));
	for (i = 0; i < conf->feed_count; i++)
		names[i] = conf->feeds[i].name;
	conf_suggest(reader->diag, name, names, conf->feed_count);
	free(names);
}

/* Takes the feed's name behind the sign; gives what is behind that. */
static const char *
conf_golden_take_feed(struct conf_reader *reader, struct conf_golden *golden)
{
	const char *text = golden->text.text + 1;
	size_t len = conf_golden_feed_length(reader, text);
	bool is_known = len > 0;

	if (!is_known)
		len = strcspn(text, CONF_GOLDEN_BLANKS);
	golden->feed = arena_strndup(reader->arena, text, len);
	if (!is_known) {
		conf_text_diag(reader->diag, DIAG_ERROR, &golden->text, 1, len,
		    NULL, "golden: there is no feed \"%s\"", golden->feed);
		conf_golden_suggest(reader, golden->feed);
	}
	return text + len;
}

/* The text in its parts: feed, title, and what stands in further lines. */
static void
conf_golden_split(struct conf_reader *reader, struct conf_golden *golden)
{
	const char *text = golden->text.text + 1, *summary;
	size_t len;

	if (!conf_golden_is_blank(*text))
		text = conf_golden_take_feed(reader, golden);
	text += strspn(text, CONF_GOLDEN_BLANKS);
	len = conf_golden_line(text);
	golden->title = arena_strndup(reader->arena, text, len);
	summary = text + strcspn(text, "\r\n");
	golden->summary = summary + strspn(summary, CONF_GOLDEN_BLANKS "\r\n");
}

void
conf_check_goldens(struct conf_reader *reader)
{
	const struct conf *conf = reader->conf;
	size_t i, j;

	for (i = 0; i < conf->topic_count; i++) {
		struct conf_topic *topic = &conf->topics[i];

		for (j = 0; j < topic->golden_count; j++) {
			if (conf_is_over(reader))
				return;
			conf_golden_split(reader, &topic->goldens[j]);
		}
	}
}
