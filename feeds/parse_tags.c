/*
 * The vocabulary of feeds. RSS of all versions, Atom of all versions, sitemaps
 * and elements without a namespace are one vocabulary here: feeds mix them
 * freely,
 * and no name means two things under the same parent. A new tag is a new row.
 */
#include <string.h>
#include <strings.h>

#include "feeds/parse_private.h"

enum {
	NS_FEED, /* RSS, Atom, sitemaps, and none */
	NS_RDF,
	NS_DC, /* also dcterms */
	NS_CONTENT,
	NS_MEDIA,
	NS_ITUNES,
	NS_FEEDBURNER,
	NS_SY,
	NS_NEWS,
	NS_XHTML,
	NS_OTHER,
};

#define URI(uri, namespace)                                                    \
	{                                                                      \
		uri, sizeof(uri) - 1, namespace                                \
	}

/* Compared without regard to case and to a slash at the end. */
static const struct {
	const char *uri;
	size_t len;
	unsigned char namespace;
} parse_tag_uris[] = {
    URI("", NS_FEED),
    URI("http://www.w3.org/2005/Atom", NS_FEED),
    URI("https://www.w3.org/2005/Atom", NS_FEED),
    URI("http://purl.org/atom/ns#", NS_FEED),
    URI("http://purl.org/atom", NS_FEED),
    URI("http://purl.org/rss/1.0", NS_FEED),
    URI("http://purl.org/net/rss1.1#", NS_FEED),
    URI("http://my.netscape.com/rdf/simple/0.9", NS_FEED),
    URI("http://channel.netscape.com/rdf/simple/0.9", NS_FEED),
    URI("http://my.netscape.com/publish/formats/rss-0.91.dtd", NS_FEED),
    URI("http://purl.org/rss/1.0/modules/rss091#", NS_FEED),
    URI("http://backend.userland.com/rss", NS_FEED),
    URI("http://backend.userland.com/rss2", NS_FEED),
    URI("http://backend.userland.com/rss091", NS_FEED),
    URI("http://blogs.law.harvard.edu/tech/rss", NS_FEED),
    URI("http://cyber.law.harvard.edu/rss/rss.html", NS_FEED),
    URI("http://www.rssboard.org/rss-specification", NS_FEED),
    URI("http://purl.org/pie", NS_FEED),
    URI("http://purl.org/echo", NS_FEED),
    URI("http://example.com/newformat#", NS_FEED),
    URI("http://example.com/necho", NS_FEED),
    URI("uri/of/echo/namespace#", NS_FEED),
    URI("http://www.w3.org/1999/02/22-rdf-syntax-ns#", NS_RDF),
    URI("http://purl.org/dc/elements/1.1", NS_DC),
    URI("http://purl.org/dc/elements/1.0", NS_DC),
    URI("http://purl.org/dc/terms", NS_DC),
    URI("http://purl.org/rss/1.0/modules/content", NS_CONTENT),
    URI("http://search.yahoo.com/mrss", NS_MEDIA),
    URI("https://search.yahoo.com/mrss", NS_MEDIA),
    URI("http://video.search.yahoo.com/mrss", NS_MEDIA),
    URI("http://www.rssboard.org/media-rss", NS_MEDIA),
    URI("http://www.itunes.com/dtds/podcast-1.0.dtd", NS_ITUNES),
    URI("http://example.com/dtds/podcast-1.0.dtd", NS_ITUNES),
    URI("http://rssnamespace.org/feedburner/ext/1.0", NS_FEEDBURNER),
    URI("http://purl.org/rss/1.0/modules/syndication", NS_SY),
    URI("http://www.w3.org/1999/xhtml", NS_XHTML),
    URI("http://www.sitemaps.org/schemas/sitemap/0.9", NS_FEED),
    URI("https://www.sitemaps.org/schemas/sitemap/0.9", NS_FEED),
    URI("http://www.google.com/schemas/sitemap/0.84", NS_FEED),
    URI("http://www.google.com/schemas/sitemap-news/0.9", NS_NEWS),
    URI("https://www.google.com/schemas/sitemap-news/0.9", NS_NEWS),
};

/* Prefixes that are used without being declared, or with a wrong address. */
static const struct {
	const char *prefix;
	unsigned char namespace;
} parse_tag_prefixes[] = {
    {"a10", NS_FEED},
    {"atom", NS_FEED},
    {"atom03", NS_FEED},
    {"atom10", NS_FEED},
    {"content", NS_CONTENT},
    {"dc", NS_DC},
    {"dcterms", NS_DC},
    {"feedburner", NS_FEEDBURNER},
    {"itunes", NS_ITUNES},
    {"media", NS_MEDIA},
    {"news", NS_NEWS},
    {"rdf", NS_RDF},
    {"rss", NS_FEED},
    {"sy", NS_SY},
    {"xhtml", NS_XHTML},
};

#define ITEM(name, ns, field, rank)                                            \
	{                                                                      \
		name, ns, PLACE_ITEM, PLACE_FIELD, field, rank                 \
	}
#define CHANNEL(name, ns, field, rank)                                         \
	{                                                                      \
		name, ns, PLACE_CHANNEL, PLACE_FIELD, field, rank              \
	}
#define GROUP(name, field, rank)                                               \
	{                                                                      \
		name, NS_MEDIA, PLACE_GROUP, PLACE_FIELD, field, rank          \
	}

#define NEWS(name, parent, field, rank)                                        \
	{                                                                      \
		name, NS_NEWS, parent, PLACE_FIELD, field, rank                \
	}

static const struct parse_tag parse_tags[] = {
    {"rss", NS_FEED, PLACE_DOCUMENT, PLACE_ROOT, FIELD_NONE, 0},
    {"RDF", NS_RDF, PLACE_DOCUMENT, PLACE_ROOT, FIELD_NONE, 0},
    {"RDF", NS_FEED, PLACE_DOCUMENT, PLACE_ROOT, FIELD_NONE, 0},
    {"feed", NS_FEED, PLACE_DOCUMENT, PLACE_CHANNEL, FIELD_NONE, 0},
    {"channel", NS_FEED, PLACE_DOCUMENT, PLACE_CHANNEL, FIELD_NONE, 0},
    {"entry", NS_FEED, PLACE_DOCUMENT, PLACE_ITEM, FIELD_NONE, 0},

    {"urlset", NS_FEED, PLACE_DOCUMENT, PLACE_SITEMAP, FIELD_NONE, 0},
    {"sitemapindex", NS_FEED, PLACE_DOCUMENT, PLACE_SITEMAP, FIELD_NONE, 0},

    {"channel", NS_FEED, PLACE_ROOT, PLACE_CHANNEL, FIELD_NONE, 0},
    {"item", NS_FEED, PLACE_ROOT, PLACE_ITEM, FIELD_NONE, 0},
    {"entry", NS_FEED, PLACE_ROOT, PLACE_ITEM, FIELD_NONE, 0},
    {"items", NS_FEED, PLACE_ROOT, PLACE_ROOT, FIELD_NONE, 0},

    {"item", NS_FEED, PLACE_CHANNEL, PLACE_ITEM, FIELD_NONE, 0},
    {"entry", NS_FEED, PLACE_CHANNEL, PLACE_ITEM, FIELD_NONE, 0},
    {"items", NS_FEED, PLACE_CHANNEL, PLACE_ROOT, FIELD_NONE, 0},
    {"author", NS_FEED, PLACE_CHANNEL, PLACE_PERSON, FIELD_AUTHOR, 1},
    CHANNEL("title", NS_FEED, FIELD_TITLE, 1),
    CHANNEL("title", NS_DC, FIELD_TITLE, 2),
    CHANNEL("link", NS_FEED, FIELD_LINK, 1),
    CHANNEL("language", NS_FEED, FIELD_LANG, 1),
    CHANNEL("language", NS_DC, FIELD_LANG, 2),
    CHANNEL("ttl", NS_FEED, FIELD_TTL, 1),
    CHANNEL("updatePeriod", NS_SY, FIELD_PERIOD, 1),
    CHANNEL("updateFrequency", NS_SY, FIELD_FREQUENCY, 1),
    {"skipHours", NS_FEED, PLACE_CHANNEL, PLACE_PAUSE, FIELD_NONE, 0},
    {"skipDays", NS_FEED, PLACE_CHANNEL, PLACE_PAUSE, FIELD_NONE, 0},
    {"hour", NS_FEED, PLACE_PAUSE, PLACE_FIELD, FIELD_SKIP_HOUR, 1},
    {"day", NS_FEED, PLACE_PAUSE, PLACE_FIELD, FIELD_SKIP_DAY, 1},

    ITEM("title", NS_FEED, FIELD_TITLE, 1),
    ITEM("title", NS_DC, FIELD_TITLE, 2),
    ITEM("title", NS_MEDIA, FIELD_TITLE, 3),
    ITEM("title", NS_ITUNES, FIELD_TITLE, 4),
    ITEM("link", NS_FEED, FIELD_LINK, 1),
    ITEM("url", NS_FEED, FIELD_LINK, 8),
    ITEM("origLink", NS_FEEDBURNER, FIELD_LINK, 7),
    ITEM("guid", NS_FEED, FIELD_GUID, 1),
    ITEM("id", NS_FEED, FIELD_GUID, 1),
    ITEM("identifier", NS_DC, FIELD_GUID, 4),
    ITEM("pubDate", NS_FEED, FIELD_PUBLISHED, 1),
    ITEM("published", NS_FEED, FIELD_PUBLISHED, 2),
    ITEM("issued", NS_FEED, FIELD_PUBLISHED, 3),
    ITEM("issued", NS_DC, FIELD_PUBLISHED, 3),
    ITEM("date", NS_DC, FIELD_PUBLISHED, 4),
    ITEM("available", NS_DC, FIELD_PUBLISHED, 5),
    ITEM("created", NS_FEED, FIELD_PUBLISHED, 6),
    ITEM("created", NS_DC, FIELD_PUBLISHED, 6),
    ITEM("date", NS_FEED, FIELD_PUBLISHED, 7),
    ITEM("pubDate", NS_DC, FIELD_PUBLISHED, 7),
    ITEM("updated", NS_FEED, FIELD_UPDATED, 1),
    ITEM("modified", NS_FEED, FIELD_UPDATED, 2),
    ITEM("modified", NS_DC, FIELD_UPDATED, 2),
    ITEM("lastBuildDate", NS_FEED, FIELD_UPDATED, 3),
    ITEM("description", NS_FEED, FIELD_SUMMARY, 1),
    ITEM("summary", NS_FEED, FIELD_SUMMARY, 1),
    ITEM("abstract", NS_FEED, FIELD_SUMMARY, 2),
    ITEM("tagline", NS_FEED, FIELD_SUMMARY, 3),
    ITEM("description", NS_DC, FIELD_SUMMARY, 3),
    ITEM("abstract", NS_DC, FIELD_SUMMARY, 3),
    ITEM("summary", NS_ITUNES, FIELD_SUMMARY, 4),
    ITEM("subtitle", NS_ITUNES, FIELD_SUMMARY, 5),
    ITEM("description", NS_MEDIA, FIELD_SUMMARY, 6),
    ITEM("text", NS_MEDIA, FIELD_SUMMARY, 7),
    ITEM("encoded", NS_CONTENT, FIELD_CONTENT, 1),
    ITEM("content", NS_FEED, FIELD_CONTENT, 2),
    ITEM("encoded", NS_FEED, FIELD_CONTENT, 3),
    ITEM("fullitem", NS_FEED, FIELD_CONTENT, 3),
    ITEM("body", NS_XHTML, FIELD_CONTENT, 4),
    ITEM("body", NS_FEED, FIELD_CONTENT, 5),
    ITEM("div", NS_XHTML, FIELD_CONTENT, 5),
    ITEM("language", NS_DC, FIELD_LANG, 2),
    ITEM("language", NS_FEED, FIELD_LANG, 3),
    ITEM("category", NS_FEED, FIELD_CATEGORY, 1),
    ITEM("subject", NS_DC, FIELD_CATEGORY, 1),
    ITEM("creator", NS_DC, FIELD_AUTHOR, 1),
    ITEM("author", NS_DC, FIELD_AUTHOR, 1),
    ITEM("author", NS_ITUNES, FIELD_AUTHOR, 2),
    {"author", NS_FEED, PLACE_ITEM, PLACE_PERSON, FIELD_AUTHOR, 1},
    ITEM("source", NS_FEED, FIELD_OUTLET, 1),
    ITEM("source", NS_NEWS, FIELD_OUTLET, 2), /* Bing */
    {"group", NS_MEDIA, PLACE_ITEM, PLACE_GROUP, FIELD_NONE, 0},
    {"content", NS_MEDIA, PLACE_ITEM, PLACE_GROUP, FIELD_NONE, 0},

    {"content", NS_MEDIA, PLACE_GROUP, PLACE_GROUP, FIELD_NONE, 0},
    GROUP("title", FIELD_TITLE, 5),
    GROUP("description", FIELD_SUMMARY, 6),
    GROUP("text", FIELD_SUMMARY, 7),

    {"url", NS_FEED, PLACE_SITEMAP, PLACE_ITEM, FIELD_NONE, 0},
    {"sitemap", NS_FEED, PLACE_SITEMAP, PLACE_ITEM, FIELD_NONE, 0},
    ITEM("loc", NS_FEED, FIELD_LINK, 9),
    ITEM("lastmod", NS_FEED, FIELD_UPDATED, 4),
    {"news", NS_NEWS, PLACE_ITEM, PLACE_NEWS, FIELD_NONE, 0},
    NEWS("title", PLACE_NEWS, FIELD_TITLE, 1),
    NEWS("publication_date", PLACE_NEWS, FIELD_PUBLISHED, 1),
    NEWS("keywords", PLACE_NEWS, FIELD_KEYWORDS, 1),
    {"publication", NS_NEWS, PLACE_NEWS, PLACE_PUBLICATION, FIELD_NONE, 0},
    NEWS("name", PLACE_PUBLICATION, FIELD_PUBLICATION, 1),
    NEWS("language", PLACE_PUBLICATION, FIELD_LANG, 1),

    {"name", NS_FEED, PLACE_PERSON, PLACE_FIELD, FIELD_NAME, 0},
    {"email", NS_FEED, PLACE_PERSON, PLACE_FIELD, FIELD_EMAIL, 0},
};

#define PARSE_TAGS (sizeof(parse_tags) / sizeof(parse_tags[0]))

static size_t
parse_tag_uri_len(const char *uri)
{
	size_t len = strlen(uri);

	return len > 0 && uri[len - 1] == '/' ? len - 1 : len;
}

static unsigned
parse_tag_namespace(const char *prefix, const char *uri)
{
	size_t i, len = parse_tag_uri_len(uri ? uri : "");

	for (i = 0; i < sizeof(parse_tag_uris) / sizeof(*parse_tag_uris); i++) {
		if ((len > 0 || !prefix) && parse_tag_uris[i].len == len &&
		    strncasecmp(parse_tag_uris[i].uri, uri ? uri : "", len) ==
			0)
			return parse_tag_uris[i].namespace;
	}
	if (!prefix)
		return NS_OTHER;
	for (i = 0;
	     i < sizeof(parse_tag_prefixes) / sizeof(*parse_tag_prefixes);
	     i++) {
		if (strcasecmp(prefix, parse_tag_prefixes[i].prefix) == 0)
			return parse_tag_prefixes[i].namespace;
	}
	return NS_OTHER;
}

const struct parse_tag *
parse_tag_find(enum parse_place parent, const char *name, const char *prefix,
    const char *uri)
{
	unsigned namespace = parse_tag_namespace(prefix, uri);
	size_t i;

	if (namespace == NS_OTHER)
		return NULL;
	for (i = 0; i < PARSE_TAGS; i++) {
		const struct parse_tag *tag = &parse_tags[i];

		if (tag->parent == parent && tag->namespace == namespace &&
		    (tag->name[0] | 0x20) == (name[0] | 0x20) &&
		    strcasecmp(tag->name, name) == 0)
			return tag;
	}
	return NULL;
}

enum feed_format
parse_tag_root(const char *name, const char *uri)
{
	unsigned namespace = parse_tag_namespace(NULL, uri);

	if (strcasecmp(name, "RDF") == 0)
		return FEED_FORMAT_RDF;
	if (strcasecmp(name, "rss") == 0 || strcasecmp(name, "channel") == 0)
		return FEED_FORMAT_RSS;
	if (strcasecmp(name, "feed") == 0)
		return FEED_FORMAT_ATOM;
	if (strcasecmp(name, "urlset") == 0 ||
	    strcasecmp(name, "sitemapindex") == 0)
		return FEED_FORMAT_SITEMAP;
	return strcasecmp(name, "entry") == 0 && namespace == NS_FEED && uri
		   ? FEED_FORMAT_ATOM
		   : FEED_FORMAT_UNKNOWN;
}
