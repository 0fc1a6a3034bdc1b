#ifndef WIREWATCH_FEEDS_DISCOVER_H
#define WIREWATCH_FEEDS_DISCOVER_H

#include <stddef.h>

#include "feeds/parse.h"

/*
 * The feeds that an HTML page names: a pure function, bytes in, list out, that
 * may run in any process. parse_init() must have run.
 */
#define DISCOVER_BYTES_MAX (1024 * 1024)	/* of a page that are read */
#define DISCOVER_DEPTH_MAX 512		/* elements within each other */
#define DISCOVER_FEEDS_MAX 64		/* of each kind; more are counted */
#define DISCOVER_TITLE_MAX 256		/* bytes of a title */
#define DISCOVER_TYPE_MAX 64		/* bytes of a media type */

enum discover_kind {
	DISCOVER_LINK,		/* <link rel="alternate">: the page says so */
	DISCOVER_ANCHOR,	/* <a href>: it looks like one */
};

struct discovered {
	const char *url;	/* absolute, http(s), without a fragment */
	const char *title;	/* one plain line; NULL */
	const char *type;	/* media type in lower case; NULL */
	enum discover_kind kind;
};

struct discovery {
	struct arena *arena;	/* owns everything */
	struct discovered *feeds;	/* links before anchors, each URL once */
	size_t count;
	size_t dropped;		/* beyond DISCOVER_FEEDS_MAX */
};

/* The base URL is where the page was found; relative links need it. */
struct discovery *discover(const struct parse_input *input);
void discovery_free(struct discovery **discovery);

#endif
