#ifndef WIREWATCH_FEEDS_PARSE_H
#define WIREWATCH_FEEDS_PARSE_H

#include <stddef.h>

#include "feeds/item.h"
#include "lib/err.h"

/*
 * Bytes in, items out: RSS 0.9x/1.0/2.0, RDF, Atom 0.3/1.0, JSON Feed 1.x and
 * sitemaps, all of them gzip-compressed or not, and pages of HTML for which
 * expressions say where the entries stand. A pure function, without I/O and
 * without state: it may run in any process.
 *
 * An entry of a plain sitemap has a link, perhaps a date, and no title: what
 * stands in a URL is no headline. Of a sitemap with more than PARSE_ITEMS_MAX
 * entries the newest are kept. A sitemap index is not followed: it is
 * PARSE_NOT_FEED, and the reason names its newest sitemaps.
 */
#define PARSE_BODY_MAX (16 * 1024 * 1024)
#define PARSE_ITEMS_MAX 5000
#define PARSE_DEPTH_MAX 256
#define PARSE_TAG_MAX (64 * 1024)	/* bytes of one start tag */
#define PARSE_PAGE_MAX (4 * 1024 * 1024)	/* bytes of a page, as UTF-8 */
#define PARSE_PAGE_NODES_MAX 100000	/* elements, attributes, texts */
#define PARSE_PAGE_STEPS_MAX 10000000	/* of all expressions on one page */
#define PARSE_PAGE_TEXT_MAX (32 * 1024 * 1024)	/* bytes found by them */

struct conf_html;

struct parse_input {
	const char *body;
	size_t len;
	const char *base_url;		/* where it came from, or NULL */
	const char *content_type;	/* the HTTP header; NULL if none */
	const struct conf_html *html;	/* how to read a page; NULL = a feed */
};

enum parse_outcome {
	PARSE_OK,
	PARSE_EMPTY,		/* no bytes but white space */
	PARSE_HTML,		/* a page, not a feed */
	PARSE_NOT_FEED,		/* some other document */
	PARSE_BROKEN,		/* a feed from which nothing could be saved */
	PARSE_TOO_LARGE,
};

#define PARSE_OUTCOMES (PARSE_TOO_LARGE + 1)

/*
 * On PARSE_OK the document is the caller's, to be freed with feed_doc_free;
 * it may hold no items; of a page its complaint says then which expression
 * found nothing. Otherwise *doc_r is NULL and err says why.
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
/*
 * Makes libraries load and look up now what the parser may need of them later:
 * for a process that is about to lose the right to open files. What that takes
 * is kept until its end.
 */
void parse_warm_up(void);

#endif
