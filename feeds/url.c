/*
 * URLs by curl's own parser, so that what is compared here is what will be
 * fetched. Tracking parameters are known by name: a query as a whole may be
 * the very id of an article and is never dropped.
 */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "feeds/url.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "text/html.h"

#define URL_FLAGS (CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE)

/* Names that end in '*' stand for all that begin so. */
static const char *const url_tracking[] = {
    "_hsenc",
    "_hsmi",
    "at_campaign",
    "at_medium",
    "cmpid",
    "dclid",
    "emc=rss",
    "fbclid",
    "feedname",
    "feedtype=rss",
    "from=rss",
    "gclid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "ns_campaign",
    "ns_mchannel",
    "ns_source",
    "partner=rss",
    "partner=rssnyt",
    "ref=rss",
    "source=rss",
    "spm",
    "src=rss",
    "traffic_source=rss",
    "utm_*",
    "xtor",
    "yclid",
};

#define URL_TRACKING_COUNT (sizeof(url_tracking) / sizeof(url_tracking[0]))

static bool
url_is_web(CURLU *url)
{
	char *scheme = NULL;
	bool is_web;

	if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		return false;
	is_web =
	    strcasecmp(scheme, "http") == 0 || strcasecmp(scheme, "https") == 0;
	curl_free(scheme);
	return is_web;
}

static char *
url_part(CURLU *url, CURLUPart part, unsigned int flags)
{
	char *text = NULL, *copy;

	if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
		return NULL;
	copy = xstrdup(text);
	curl_free(text);
	return copy;
}

/* A backslash before the path: for browsers the host ends there. */
static bool
url_is_twofold(const char *text)
{
	const char *host = strstr(text, "://");

	return host && host[3 + strcspn(host + 3, "\\/?#")] == '\\';
}

/*
 * curl decodes a host's %XX, so it may hold anything then: controls, and marks
 * that turn the text around. A '%' that is left is no part of any name.
 */
static bool
url_is_clean(CURLU *url)
{
	char *host = url_part(url, CURLUPART_HOST, 0);
	char *text = url_part(url, CURLUPART_URL, 0);
	size_t len = text ? strlen(text) : 0;
	struct buf clean;
	bool is_clean;

	buf_init(&clean, 0);
	is_clean = host && text && !strchr(host, '%') &&
		   !url_is_twofold(text) &&
		   text_clean(text, len, len, &clean) == 0 &&
		   clean.len == len && memcmp(clean.data, text, len) == 0;
	buf_clear(&clean);
	free(host);
	free(text);
	return is_clean;
}

/*
 * curl decodes a host's %XX, but only then would it see that "%37.1" is the
 * address 7.0.0.1: it is read again as it will be when it is fetched.
 */
static int
url_settle(CURLU *url)
{
	char *text = url_part(url, CURLUPART_URL, 0);
	CURLUcode rc = text ? curl_url_set(url, CURLUPART_URL, text, URL_FLAGS)
			    : CURLUE_BAD_HOSTNAME;

	free(text);
	return rc == CURLUE_OK ? 0 : -1;
}

/*
 * A parsed http(s) URL that can be shown, to be freed with curl_url_cleanup;
 * or NULL.
 */
static CURLU *
url_parse(const char *base, const char *reference)
{
	bool has_escape = strchr(reference, '%') || (base && strchr(base, '%'));
	CURLU *url = curl_url();

	if (!url)
		abort();
	if (base &&
	    curl_url_set(url, CURLUPART_URL, base, URL_FLAGS) != CURLUE_OK) {
		curl_url_cleanup(url);
		url = curl_url();
		if (!url)
			abort();
	}
	if (curl_url_set(url, CURLUPART_URL, reference, URL_FLAGS) ==
		CURLUE_OK &&
	    url_is_web(url) && url_is_clean(url) &&
	    (!has_escape || url_settle(url) == 0))
		return url;
	curl_url_cleanup(url);
	return NULL;
}

/* Without white space around and controls inside, as browsers read it. */
static char *
url_trim(const char *reference)
{
	struct buf out;
	size_t i, len;

	while (*reference && (unsigned char)*reference <= ' ')
		reference++;
	len = strlen(reference);
	while (len > 0 && (unsigned char)reference[len - 1] <= ' ')
		len--;
	buf_init(&out, 0);
	for (i = 0; i < len; i++) {
		if ((unsigned char)reference[i] >= ' ')
			buf_addch(&out, reference[i]);
	}
	return buf_steal(&out);
}

char *
url_resolve(const char *base, const char *reference)
{
	char *trimmed = url_trim(reference), *resolved = NULL;
	CURLU *url = NULL;

	if (*trimmed)
		url = url_parse(base, trimmed);
	if (url) {
		resolved = url_part(url, CURLUPART_URL, 0);
		curl_url_cleanup(url);
	}
	free(trimmed);
	return resolved;
}

static bool
url_is_tracking(const char *parameter, size_t len)
{
	size_t i, name = 0;

	while (name < len && parameter[name] != '=')
		name++;
	for (i = 0; i < URL_TRACKING_COUNT; i++) {
		const char *known = url_tracking[i];
		size_t known_len = strlen(known);

		if (known[known_len - 1] == '*') {
			if (name >= known_len - 1 &&
			    strncasecmp(parameter, known, known_len - 1) == 0)
				return true;
		} else {
			/* with a value, only that value is tracking */
			size_t own = strchr(known, '=') ? len : name;

			if (own == known_len &&
			    strncasecmp(parameter, known, own) == 0)
				return true;
		}
	}
	return false;
}

/* The query without tracking parameters; NULL when nothing is left. */
static char *
url_clean_query(const char *query)
{
	struct buf out;
	size_t len;

	buf_init(&out, 0);
	for (; *query; query += len + (query[len] == '&')) {
		len = strcspn(query, "&");
		if (len == 0 || url_is_tracking(query, len))
			continue;
		if (out.len)
			buf_addch(&out, '&');
		buf_add(&out, query, len);
	}
	if (out.len)
		return buf_steal(&out);
	buf_clear(&out);
	return NULL;
}

static void
url_lower(char *text)
{
	for (; *text; text++) {
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
	}
}

static int
url_set_lower(CURLU *url, CURLUPart part)
{
	char *text = url_part(url, part, 0);
	CURLUcode rc;

	if (!text)
		return -1;
	url_lower(text);
	/* without URL_FLAGS: it is as it should be already */
	rc = curl_url_set(url, part, text, CURLU_NON_SUPPORT_SCHEME);
	free(text);
	return rc == CURLUE_OK ? 0 : -1;
}

static int
url_strip(CURLU *url)
{
	char *query = url_part(url, CURLUPART_QUERY, 0);
	char *clean = query ? url_clean_query(query) : NULL;
	CURLUcode rc;

	/* without URL_FLAGS: the query is encoded as it should be already */
	rc = curl_url_set(url, CURLUPART_QUERY, clean, 0);
	free(query);
	free(clean);
	if (rc != CURLUE_OK)
		return -1;
	return curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK ? 0
									   : -1;
}

char *
url_canonical(const char *text)
{
	char *trimmed = url_trim(text), *canonical = NULL;
	CURLU *url = *trimmed ? url_parse(NULL, trimmed) : NULL;

	free(trimmed);
	if (!url)
		return NULL;
	if (url_set_lower(url, CURLUPART_SCHEME) == 0 &&
	    url_set_lower(url, CURLUPART_HOST) == 0 && url_strip(url) == 0)
		canonical = url_part(url, CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
	curl_url_cleanup(url);
	return canonical;
}

char *
url_host_port(const char *text)
{
	CURLU *url = url_parse(NULL, text);
	char *host, *port, *result = NULL;

	if (!url)
		return NULL;
	host = url_part(url, CURLUPART_HOST, 0);
	port = url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	if (host && port) {
		url_lower(host);
		result = xasprintf("%s:%s", host, port);
	}
	free(host);
	free(port);
	curl_url_cleanup(url);
	return result;
}

static char *
url_origin(const char *text)
{
	CURLU *url = url_parse(NULL, text);
	char *scheme, *host_port = url_host_port(text), *origin = NULL;

	if (url && host_port) {
		scheme = url_part(url, CURLUPART_SCHEME, 0);
		if (scheme) {
			url_lower(scheme);
			origin = xasprintf("%s://%s", scheme, host_port);
		}
		free(scheme);
	}
	curl_url_cleanup(url);
	free(host_port);
	return origin;
}

bool
url_same_origin(const char *a, const char *b)
{
	char *x, *y;
	bool same;

	/* nearly always they are one URL: spares two parses */
	if (strcmp(a, b) == 0)
		return true;
	x = url_origin(a);
	y = url_origin(b);
	same = x && y && strcmp(x, y) == 0;
	free(x);
	free(y);
	return same;
}

char *
url_redacted(const char *text)
{
	static const CURLUPart secret[] = {CURLUPART_USER, CURLUPART_PASSWORD,
	    CURLUPART_QUERY, CURLUPART_FRAGMENT};
	CURLU *url = url_parse(NULL, text);
	char *redacted = NULL;
	size_t i;

	if (!url)
		return xstrdup("(not a URL)");
	for (i = 0; i < sizeof(secret) / sizeof(secret[0]); i++) {
		if (curl_url_set(url, secret[i], NULL, 0) != CURLUE_OK)
			goto out;
	}
	redacted = url_part(url, CURLUPART_URL, 0);
out:
	curl_url_cleanup(url);
	return redacted ? redacted : xstrdup("(not a URL)");
}
