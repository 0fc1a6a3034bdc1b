#ifndef WIREWATCH_CONFIG_OPML_PRIVATE_H
#define WIREWATCH_CONFIG_OPML_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/opml.h"

struct map;

/* opml_text.c: encodings, and texts as they are kept */

/*
 * The document as UTF-8 without a mark at its beginning: in *text_r, which
 * points into the bytes or into buf. 0, or -1 with the reason; *line_r as in
 * opml_read().
 */
int opml_decode(const char *bytes, size_t len, struct buf *buf,
    const char **text_r, size_t *len_r, int *line_r, struct err *err);
/*
 * One line, at most OPML_TEXT_MAX bytes, as it stands where there is nothing
 * wrong with it; NULL if nothing is left.
 */
const char *opml_line(struct arena *arena, const char *text, size_t len);
/* Whether text holds nothing that a line must not hold. */
bool opml_is_line(const char *text, size_t len);

/* opml_outline.c: outlines into feeds */

/* What was read, and where: the reader moves `line` and `depth` on. */
struct opml_outlines {
	struct opml *opml;
	int line;		/* where the tag begins */
	unsigned depth;		/* elements that are open */
	unsigned comment;	/* depth in one commented out; 0 if none */
	const char *folders[OPML_DEPTH_MAX + 1];	/* by depth; NULL */
	size_t count;		/* outlines */
	size_t feed_cap;
	struct map *urls;	/* of feeds; values are indices, plus 1 */
};

void opml_outlines_init(struct opml_outlines *list, struct opml *opml);
/* Hands the feeds to the list's arena, and frees all else. */
void opml_outlines_seal(struct opml_outlines *list);
/*
 * One start tag's attributes, as libxml2's startElementNs has them; -1 when
 * there are more than OPML_OUTLINES_MAX.
 */
int opml_outline_begin(struct opml_outlines *list,
    const unsigned char **attributes, int count);

/* opml_tags.c: categories and tags */

/* Adds a tag that is not yet there. -1 when there are OPML_TAGS_MAX. */
int opml_tag_add(struct strings *tags, const char *tag);
/* Adds what an OPML category says: "/Asia/Korea,news" are three tags. */
int opml_tag_categories(struct arena *arena, struct strings *tags,
    const char *category, size_t len);
/* Adds the lines of our own attribute. */
int opml_tag_lines(
    struct arena *arena, struct strings *tags, const char *text, size_t len);
/* Whether a category says just these tags, in their order. */
bool opml_tag_is_simple(const struct strings *tags);

#endif
