/*
 * Tags and OPML's categories. A category is a list of paths with commas between
 * them, "/Asia/Korea,news"; each part of a path is a tag here. What cannot be
 * said so, a tag with a comma in it, has a line in an attribute of our own.
 */
#include <string.h>

#include "config/opml_private.h"
#include "lib/alloc.h"

#define OPML_BLANKS " \t"

int
opml_tag_add(struct strings *tags, const char *tag)
{
	size_t i;

	for (i = 0; i < tags->count; i++) {
		if (strcmp(tags->items[i], tag) == 0)
			return 0;
	}
	if (tags->count == OPML_TAGS_MAX)
		return -1;
	tags->items[tags->count++] = tag;
	return 0;
}

static int
opml_tag_add_part(
    struct arena *arena, struct strings *tags, const char *p, const char *end)
{
	const char *tag;

	while (p < end && strchr(OPML_BLANKS, *p))
		p++;
	while (p < end && strchr(OPML_BLANKS, end[-1]))
		end--;
	tag = opml_line(arena, p, (size_t)(end - p));
	return tag ? opml_tag_add(tags, tag) : 0;
}

/* The next of the signs, or the end. */
static const char *
opml_tag_stop(const char *p, const char *end, const char *signs)
{
	while (p < end && !strchr(signs, *p))
		p++;
	return p;
}

int
opml_tag_categories(
    struct arena *arena, struct strings *tags, const char *category, size_t len)
{
	const char *p = category, *end = p + len, *stop;

	for (; p < end; p = stop + 1) {
		stop = opml_tag_stop(p, end, ",/");
		if (opml_tag_add_part(arena, tags, p, stop) == -1)
			return -1;
	}
	return 0;
}

/* They may be equal, and have blanks around them: they are taken as they are.
 */
int
opml_tag_lines(
    struct arena *arena, struct strings *tags, const char *text, size_t len)
{
	const char *p = text, *end = p + len, *stop, *tag;

	for (; p < end; p = stop + 1) {
		stop = opml_tag_stop(p, end, "\n");
		tag = opml_line(arena, p, (size_t)(stop - p));
		if (!tag)
			continue;
		if (tags->count == OPML_TAGS_MAX)
			return -1;
		tags->items[tags->count++] = tag;
	}
	return 0;
}

bool
opml_tag_is_simple(const struct strings *tags)
{
	size_t i, j;

	for (i = 0; i < tags->count; i++) {
		const char *tag = tags->items[i];

		if (strpbrk(tag, ",/") || strchr(OPML_BLANKS, tag[0]) ||
		    strchr(OPML_BLANKS, tag[strlen(tag) - 1]))
			return false;
		for (j = 0; j < i; j++) {
			if (strcmp(tags->items[j], tag) == 0)
				return false;
		}
	}
	return true;
}
