#ifndef WIREWATCH_CONFIG_OPML_H
#define WIREWATCH_CONFIG_OPML_H

#include <stdbool.h>
#include <stddef.h>

#include "config/conf.h"
#include "lib/buf.h"

/*
 * Lists of feeds in OPML 2.0 (http://opml.org/spec2.opml), as other readers
 * write them, in and out. What OPML has no words for stands in attributes of
 * our own namespace: a feed's name, its role and country, and tags that a
 * category cannot carry.
 */
#define OPML_BYTES_MAX CONF_FILE_MAX	/* of a document, also as UTF-8 */
#define OPML_OUTLINES_MAX 200000	/* feeds, folders and all else */
#define OPML_DEPTH_MAX 32		/* elements within each other */
#define OPML_TAG_MAX (64 * 1024)	/* bytes of a tag with the text behind it */
#define OPML_ATTRIBUTES_MAX 256		/* of one element */
#define OPML_NAMESPACES_MAX 256		/* declarations in force at a time */
#define OPML_NAMES_MAX 10000		/* different ones in a document */
#define OPML_TEXT_MAX 4096		/* bytes kept of an attribute */
#define OPML_TAGS_MAX 128		/* of one feed */
#define OPML_NAMESPACE "urn:wirewatch:opml"

/*
 * One outline with an xmlUrl. Everything is UTF-8. All texts but the URLs are
 * one line without controls and without marks that turn it around. Nothing is
 * checked further: a URL may be of any scheme, a language none.
 */
struct opml_feed {
	const char *url;	/* "feed:" before it is taken away */
	const char *site;	/* htmlUrl; NULL */
	const char *title;	/* NULL */
	const char *lang;	/* as it stands; NULL */
	struct strings tags;	/* folders from the outside, then categories */
	/* our own attributes, NULL where there are none */
	const char *name;
	const char *role;
	const char *country;
	int line;		/* where the outline begins, from 1 */
	const char *fault;	/* why it is no feed; NULL if it may be */
};

struct opml {
	struct arena *arena;	/* owns everything */
	struct opml_feed *feeds;	/* each URL once; its tags are united */
	size_t count;
	size_t links;		/* outlines that name other lists; not followed */
};

/*
 * A pure function: reads a document in any encoding that it declares. NULL with
 * the reason, and the line in *line_r (0 when all of it is too large). Loads
 * nothing, and has no use for a DTD: a document with one is refused.
 */
struct opml *opml_read(
    const char *bytes, size_t len, int *line_r, struct err *err);
void opml_free(struct opml **opml);
/*
 * The feed that an outline stands for, in texts that the list owns; its name is
 * NULL where none was given, and a given one is not checked. Of `fetch` nothing
 * is set. -1 with the reason when it has a fault, or its address, role or
 * country is none; what is no language is left out.
 */
int opml_to_feed(
    struct opml *opml, size_t i, struct conf_feed *feed_r, struct err *err);
/* Whether a feed may have that name. */
bool opml_is_name(const char *name);
/* Whether a file of that name and content is meant as OPML. */
bool opml_is_meant(const char *path, const char *bytes, size_t len);

/*
 * Appends the document that holds a configuration's feeds, in folders named
 * after their first tags. What is read back is equal in name, URL, title, tags,
 * language, role and country. Settings of `fetch` and whatever may be a secret
 * (headers, user, password, proxy) are not in it. Nor are pages that are read
 * by expressions: they are no feeds. Returns how many those were.
 */
size_t opml_write(const struct conf *conf, struct buf *out);

/*
 * A name for a feed without one, owned by the caller: letters and digits of its
 * title, else of its URL, in lower case with hyphens between, "korea-herald".
 */
char *opml_make_name(const char *title, const char *url);

#endif
