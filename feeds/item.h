#ifndef WIREWATCH_FEEDS_ITEM_H
#define WIREWATCH_FEEDS_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One entry of a feed, as plain data. Everything lives in its document's arena. */

#define ITEM_ID_SIZE 16

#define ITEM_TITLE_MAX 1024		/* bytes kept of a title */
#define ITEM_TEXT_MAX (64 * 1024)	/* bytes kept of summary and content, each */
#define ITEM_GUID_MAX 4096		/* bytes kept of a guid; its hash counts all */
#define ITEM_URL_MAX 4096		/* longer links are dropped */
#define ITEM_NAME_MAX 512		/* bytes kept of an author or category */
#define ITEM_LIST_MAX 32		/* authors, and categories, kept */

enum date_quality {
	DATE_OK,
	DATE_MISSING,
	DATE_FUTURE,
	DATE_STALE,
	DATE_TZ_SUSPECT,
};

struct item {
	const char *guid;	/* as published; NULL if none */
	const char *url;	/* absolute http(s) link; NULL if none */
	const char *title;	/* plain text, one line; "" if none */
	const char *summary;	/* plain text, a paragraph a line; "" if none */
	const char *content;	/* the same */
	const char *lang;	/* xml:lang or language, else NULL */
	const char *const *authors;
	size_t author_count;
	const char *const *categories;
	size_t category_count;
	int64_t published_s;	/* TIME_NONE if not stated or unreadable */
	int64_t updated_s;
	/*
	 * Identity inside its feed: SHA-256, cut to 16 bytes, of the guid,
	 * else of the canonical link, else of title and summary; of guid and
	 * link, http and https are one. The fingerprints tell whether a known item changed. To both a newline
	 * is a blank.
	 */
	unsigned char id[ITEM_ID_SIZE];
	uint64_t title_fp;
	uint64_t body_fp;
};

enum feed_format {
	FEED_FORMAT_UNKNOWN,
	FEED_FORMAT_RSS,
	FEED_FORMAT_RDF,
	FEED_FORMAT_ATOM,
	FEED_FORMAT_JSON,
	FEED_FORMAT_SITEMAP,
	FEED_FORMAT_PAGE,	/* read by XPath expressions */
	FEED_FORMATS,
};

/* When a feed wishes not to be asked (RSS 2.0 skipHours, skipDays), in GMT. */
struct feed_skip {
	uint32_t hours;		/* bit 0 is the hour from 00:00 */
	uint8_t days;		/* bit 0 is Sunday */
};

struct arena;

/* What one poll of a feed said. */
struct feed_doc {
	struct arena *arena;
	enum feed_format format;
	const char *title;	/* NULL if none */
	const char *link;
	const char *lang;
	int64_t ttl_s;		/* what <ttl> or sy: asks for; 0 = nothing */
	struct feed_skip skip;
	struct item *items;	/* in the feed's order */
	size_t item_count;
	size_t dropped;		/* entries beyond the bound that may be new */
	int64_t cut_s;		/* newest left out as older; TIME_NONE if none */
	bool is_recovered;	/* the document was not well-formed */
	const char *complaint;	/* what was wrong then, for people; else NULL */
	const char *encoding;	/* what its bytes were read as */
};

/* Computes id and fingerprints from the other members (feeds/item.c). */
void item_identify(struct item *item);
/*
 * The id that an item has where its scheme counts, as in stores that were
 * filled when it did; false if that is no other. An item that is known by it
 * keeps it.
 */
bool item_former_id(
    const struct item *item, unsigned char id_r[ITEM_ID_SIZE]);
/*
 * Gives an item whose guid another entry of the document bears too an id of
 * its own, from guid, link, title and text together.
 */
void item_identify_apart(struct item *item);
/* When it was published, else when updated; TIME_NONE if neither is stated. */
int64_t item_date(const struct item *item);
/* How far the stated dates can be trusted, seen at now_s (epoch seconds). */
enum date_quality item_date_quality(const struct item *item, int64_t now_s);
const char *date_quality_name(enum date_quality quality);
const char *feed_format_name(enum feed_format format);

#endif
