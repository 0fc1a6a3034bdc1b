/*
 * A list of feeds in OPML as a part of a configuration: each outline becomes a
 * feed with what fetch sets for all. What only a feed section can say is said
 * in one: an outline with the address of a feed that is there already is left
 * out.
 *
 * A feed without a name of ours is called after its title, and where that is
 * taken, by its address: both stay when the list is sorted anew.
 */
#include <stdlib.h>
#include <string.h>

#include "config/conf_private.h"
#include "config/opml.h"

#define CONF_OPML_SHOWN_MAX 80 /* bytes of a title in messages */

/* An outline of the file being read. */
struct conf_outline {
	struct conf_reader *reader;
	const struct opml_feed *opml;
	struct map *tags; /* copies, by themselves */
	struct place place;
};

static void conf_opml_error(const struct conf_outline *outline, const char *fmt,
    ...) __attribute__((format(printf, 2, 3)));

static void
conf_opml_error(const struct conf_outline *outline, const char *fmt, ...)
{
	const struct opml_feed *opml = outline->opml;
	const char *title = opml->title ? opml->title : opml->name;
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err.text, sizeof(err.text), fmt, ap);
	va_end(ap);
	diag_add(outline->reader->diag, DIAG_ERROR, &outline->place, NULL,
	    "outline%s%.*s%s: %s", title ? " \"" : "", CONF_OPML_SHOWN_MAX,
	    title ? title : "", title ? "\"" : "", err.text);
}

/* Whether no feed has the address; else the outline is told and left out. */
static bool
conf_opml_is_new(const struct conf_outline *outline)
{
	struct conf_reader *reader = outline->reader;
	const char *url = outline->opml->url;
	const struct place *first = map_get(reader->feed_urls, url);
	struct place *place;

	if (first) {
		if (conf_may_warn(reader))
			diag_add(reader->diag, DIAG_WARNING, &outline->place,
			    NULL,
			    "outline left out: another feed has this URL; "
			    "first at %s:%d",
			    first->file, first->line);
		return false;
	}
	place = arena_alloc(reader->arena, sizeof(*place));
	*place = outline->place;
	(void)map_put(reader->feed_urls, url, place);
	return true;
}

/* The name that is given, if it is a feed's name and free; else NULL. */
static const char *
conf_opml_given_name(const struct conf_outline *outline)
{
	const char *name = outline->opml->name;
	const struct place *first = map_get(outline->reader->feed_names, name);

	if (!opml_is_name(name)) {
		conf_opml_error(outline,
		    "bad name; expected at most %d bytes without blanks around "
		    "them",
		    CONF_FEED_NAME_MAX);
		return NULL;
	}
	if (first) {
		conf_opml_error(outline,
		    "the name \"%s\" is taken; first at %s:%d", name,
		    first->file, first->line);
		return NULL;
	}
	return name;
}

static const char *
conf_opml_made_name(const struct conf_outline *outline)
{
	struct conf_reader *reader = outline->reader;
	const char *url = outline->opml->url;
	char *made = opml_make_name(outline->opml->title, url);
	const char *name = arena_strdup(reader->scratch, made);

	free(made);
	if (!map_get(reader->feed_names, name))
		return name;
	if (opml_is_name(url) && !map_get(reader->feed_names, url))
		return url;
	conf_opml_error(
	    outline, "\"%s\" is taken; expected wirewatch:name=\"...\"", name);
	return NULL;
}

static const char *
conf_opml_name(const struct conf_outline *outline)
{
	struct conf_reader *reader = outline->reader;
	const char *name = outline->opml->name ? conf_opml_given_name(outline)
					       : conf_opml_made_name(outline);
	struct place *place;

	if (!name)
		return NULL;
	place = arena_alloc(reader->scratch, sizeof(*place));
	*place = outline->place;
	(void)map_put(reader->feed_names, name, place);
	return name;
}

/* Tags are shared: those of folders stand at every feed inside. */
static const char *
conf_opml_tag(const struct conf_outline *outline, const char *tag)
{
	char *copy = map_get(outline->tags, tag);

	if (!copy) {
		copy = arena_strdup(outline->reader->arena, tag);
		(void)map_put(outline->tags, tag, copy);
	}
	return copy;
}

static const char *
conf_opml_copy(struct conf_reader *reader, const char *text)
{
	return text ? arena_strdup(reader->arena, text) : NULL;
}

static void
conf_opml_fill(const struct conf_outline *outline, const struct conf_feed *from,
    struct conf_feed *feed)
{
	struct conf_reader *reader = outline->reader;
	size_t i;

	feed->url = strcmp(from->url, feed->name) == 0
			? feed->name
			: conf_opml_copy(reader, from->url);
	feed->title = conf_opml_copy(reader, from->title);
	feed->lang = conf_opml_copy(reader, from->lang);
	feed->role = from->role;
	feed->country = from->country;
	feed->tags.items = arena_calloc(
	    reader->arena, from->tags.count, sizeof(*feed->tags.items));
	for (i = 0; i < from->tags.count; i++)
		feed->tags.items[i] =
		    conf_opml_tag(outline, from->tags.items[i]);
	feed->tags.count = from->tags.count;
}

static void
conf_opml_add(const struct conf_outline *outline, const struct conf_feed *from)
{
	struct conf_reader *reader = outline->reader;
	const char *name;

	if (reader->conf->feed_count == CONF_FEEDS_MAX) {
		conf_opml_error(outline, "more than %d feeds", CONF_FEEDS_MAX);
		reader->is_over = true;
		return;
	}
	if (!conf_opml_is_new(outline))
		return;
	name = conf_opml_name(outline);
	if (name)
		conf_opml_fill(
		    outline, from, conf_add_feed(reader, name, outline->place));
}

static void
conf_opml_add_all(struct conf_reader *reader, struct opml *opml)
{
	struct conf_outline outline = {
	    .reader = reader,
	    .tags = map_new(),
	    .place = {.file = reader->file->path},
	};
	struct conf_feed feed;
	struct err err;
	size_t i;

	for (i = 0; i < opml->count && !conf_is_over(reader); i++) {
		outline.opml = &opml->feeds[i];
		outline.place.line = outline.opml->line;
		if (opml_to_feed(opml, i, &feed, &err) == -1)
			conf_opml_error(&outline, "%s", err.text);
		else
			conf_opml_add(&outline, &feed);
	}
	map_free(&outline.tags, NULL);
}

void
conf_read_opml(struct conf_reader *reader)
{
	const struct conf_file *file = reader->file;
	struct place place = {.file = file->path};
	struct err err;
	struct opml *opml = opml_read(file->text, file->len, &place.line, &err);

	if (!opml) {
		reader->is_incomplete = true;
		diag_add(
		    reader->diag, DIAG_ERROR, &place, NULL, "%s", err.text);
		return;
	}
	if (opml->links && conf_may_warn(reader))
		diag_add(reader->diag, DIAG_WARNING, &place, NULL,
		    "%zu outlines name further lists, which are not read",
		    opml->links);
	conf_opml_add_all(reader, opml);
	opml_free(&opml);
}
