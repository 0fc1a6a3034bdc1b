#ifndef WIREWATCH_FEEDS_PARSE_H
#define WIREWATCH_FEEDS_PARSE_H

#include <stddef.h>

#include "feeds/item.h"
#include "lib/err.h"

/*
 * Bytes in, items out: RSS 0.9x/1.0/2.0, RDF, Atom 0.3/1.0 and JSON Feed 1.x.
 * A pure function, without I/O and without state: it may run in any process.
 */
#define PARSE_BODY_MAX (16 * 1024 * 1024)
#define PARSE_ITEMS_MAX 5000
#define PARSE_DEPTH_MAX 256
#define PARSE_TAG_MAX (64 * 1024)	/* bytes of one start tag */

struct parse_input {
	const char *body;
	size_t len;
	const char *base_url;		/* where it came from, or NULL */
	const char *content_type;	/* the HTTP header; NULL if none */
};

enum parse_outcome {
	PARSE_OK,
	PARSE_EMPTY,		/* no bytes but white space */
	PARSE_HTML,		/* a page, not a feed */
	PARSE_NOT_FEED,		/* some other document */
	PARSE_BROKEN,		/* a feed from which nothing could be saved */
	PARSE_TOO_LARGE,
};

/*
 * On PARSE_OK the document is the caller's, to be freed with feed_doc_free;
 * it may hold no items. Otherwise *doc_r is NULL and err says why.
 */
enum parse_outcome parse_feed(const struct parse_input *input,
    struct feed_doc **doc_r, struct err *err);
void feed_doc_free(struct feed_doc **doc);

/*
 * Must run once, before the first parse and before any thread starts: sets up
 * libxml2 and forbids it to load anything by itself.
 */
void parse_init(void);
void parse_cleanup(void);

#endif
