/*
 * Identity of entries. An id is a SHA-256 over parts with their lengths and a
 * word for their kind, so that a guid that looks like a link never meets a
 * link. Fingerprints only tell "changed"; their seed is fixed because they are
 * stored. Where paragraphs end changes neither: a newline is hashed as the
 * blank that it is on one line.
 */
/*
 * The plain functions of SHA-256, which OpenSSL calls deprecated: the newer
 * ones allocate and look the algorithm up by its name, for each of the items
 * of a first poll, at twice the cost of the hash itself.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <inttypes.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <xxhash.h>

#include "feeds/item.h"
#include "feeds/url.h"
#include "lib/alloc.h"
#include "lib/clock.h"

#define ITEM_FUTURE_S (15 * 60) /* clocks of servers differ that much */
#define ITEM_TZ_SUSPECT_S (14 * 3600) /* the widest zone: a zone left out */
#define ITEM_STALE_S (30 * 86400)

/* In the order of enum date_quality. */
static const char *const date_quality_names[] = {
    "ok",
    "missing",
    "future",
    "stale",
    "tz_suspect",
};

/* In the order of enum feed_format. */
static const char *const feed_format_names[] = {
    "unknown",
    "rss",
    "rdf",
    "atom",
    "json",
    "sitemap",
    "html",
};

const char *
date_quality_name(enum date_quality quality)
{
	return date_quality_names[quality];
}

const char *
feed_format_name(enum feed_format format)
{
	return feed_format_names[format];
}

int64_t
item_date(const struct item *item)
{
	return item->published_s != TIME_NONE ? item->published_s
					      : item->updated_s;
}

enum date_quality
item_date_quality(const struct item *item, int64_t now_s)
{
	int64_t date = item_date(item);

	if (date == TIME_NONE)
		return DATE_MISSING;
	if (date > now_s + ITEM_TZ_SUSPECT_S)
		return DATE_FUTURE;
	if (date > now_s + ITEM_FUTURE_S)
		return DATE_TZ_SUSPECT;
	if (date < now_s - ITEM_STALE_S)
		return DATE_STALE;
	return DATE_OK;
}

static void
item_hash_part(SHA256_CTX *ctx, const char *text)
{
	uint64_t len = text ? strlen(text) : UINT64_MAX;

	/* neither can fail */
	(void)SHA256_Update(ctx, &len, sizeof(len));
	if (text)
		(void)SHA256_Update(ctx, text, len);
}

static void
item_hash(
    unsigned char id[ITEM_ID_SIZE], const char *const *parts, size_t count)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	SHA256_CTX ctx;
	size_t i;

	(void)SHA256_Init(&ctx);
	for (i = 0; i < count; i++)
		item_hash_part(&ctx, parts[i]);
	(void)SHA256_Final(digest, &ctx);
	memcpy(id, digest, ITEM_ID_SIZE);
}

/* The text on one line; *owned_r is to be freed. */
static const char *
item_line(const char *text, char **owned_r)
{
	char *at;

	*owned_r = NULL;
	if (!text || !strchr(text, '\n'))
		return text;
	*owned_r = xstrdup(text);
	for (at = *owned_r; (at = strchr(at, '\n')); at++)
		*at = ' ';
	return *owned_r;
}

/*
 * A guid or link as it is hashed: a site that moves to https says of all its
 * entries that they are new ones. Owned by the caller.
 */
static char *
item_schemeless(const char *text)
{
	static const char https[] = "https://";

	if (strncasecmp(text, https, strlen(https)) != 0)
		return xstrdup(text);
	return xasprintf("http://%s", text + strlen(https));
}

/* The date that was stated, as it is hashed; NULL for none. Owned by caller. */
static char *
item_date_text(const struct item *item)
{
	return item->published_s == TIME_NONE
		   ? NULL
		   : xasprintf("%" PRId64, item->published_s);
}

/*
 * What tells it from the other entries of its feed; see item.h. The text that
 * parts point to is the caller's, in *owned_r. The number of parts.
 */
static size_t
item_identity(const struct item *item, bool has_scheme, const char *summary,
    const char *parts[4], char **owned_r)
{
	char *canonical = NULL;

	*owned_r = NULL;
	parts[0] = "text";
	parts[1] = item->title;
	parts[2] = summary;
	if (item->guid && *item->guid) {
		parts[0] = "guid";
		*owned_r = has_scheme ? xstrdup(item->guid)
				      : item_schemeless(item->guid);
	} else if (item->url && (canonical = url_canonical(item->url))) {
		parts[0] = "link";
		*owned_r = has_scheme ? xstrdup(canonical)
				      : item_schemeless(canonical);
	}
	free(canonical);
	if (*owned_r) {
		parts[1] = *owned_r;
		parts[2] = "";
		return 3;
	}
	/* what has a headline only may have it again, at another time */
	parts[3] = *owned_r = item_date_text(item);
	return *owned_r ? 4 : 3;
}

static void
item_hash_identity(const struct item *item, bool has_scheme,
    const char *summary, unsigned char id[ITEM_ID_SIZE])
{
	const char *parts[4];
	char *owned;
	size_t count = item_identity(item, has_scheme, summary, parts, &owned);

	item_hash(id, parts, count);
	free(owned);
}

bool
item_former_id(const struct item *item, unsigned char id[ITEM_ID_SIZE])
{
	const char *text = item->guid && *item->guid ? item->guid : item->url;

	if (!text || strncasecmp(text, "https://", strlen("https://")) != 0)
		return false;
	item_hash_identity(item, true, "", id);
	return true;
}

void
item_identify(struct item *item)
{
	char *owned_summary, *owned_content;
	const char *summary = item_line(item->summary, &owned_summary);
	const char *content = item_line(item->content, &owned_content);

	item_hash_identity(item, false, summary, item->id);
	item->title_fp = XXH3_64bits(item->title, strlen(item->title));
	item->body_fp = XXH3_64bits_withSeed(
	    content, strlen(content), XXH3_64bits(summary, strlen(summary)));
	free(owned_summary);
	free(owned_content);
}

void
item_identify_apart(struct item *item)
{
	char *owned;
	char *guid = item->guid ? item_schemeless(item->guid) : NULL;
	char *url = item->url ? item_schemeless(item->url) : NULL;
	char *date = item_date_text(item);
	const char *parts[6] = {"apart", guid, url, item->title,
	    item_line(item->summary, &owned), date};

	item_hash(item->id, parts, date ? 6 : 5);
	free(owned);
	free(date);
	free(guid);
	free(url);
}
