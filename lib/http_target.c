/*
 * URLs taken apart, by the parser that will also fetch them: what we resolve
 * and judge must be what curl connects to. curl turns every spelling of an
 * IPv4 address (hexadecimal, octal, a single number) into the usual one here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/http_private.h"

#define HTTP_PROXY_PORT 1080 /* curl's default for proxies */
#define HTTPS_PROXY_PORT 443

#ifdef CURLU_PUNYCODE
#define HTTP_HOST_FLAGS CURLU_PUNYCODE
#else
#define HTTP_HOST_FLAGS 0
#endif

static bool
http_target_is_ascii(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
	}
	return true;
}

/*
 * An address, also with the dot that ends a full name: curl does not take that
 * for one, but whoever resolves it might.
 */
static bool
http_target_is_literal(const char *host, struct dns_address *address_r)
{
	char bare[INET6_ADDRSTRLEN];
	size_t len = strlen(host);

	if (len > 0 && host[len - 1] == '.')
		len--;
	if (len >= sizeof(bare))
		return false;
	memcpy(bare, host, len);
	bare[len] = '\0';
	return dns_parse_literal(bare, address_r) == 0;
}

/* The host as curl will look for it in its cache, but without brackets. */
static int
http_target_take_host(CURLU *url, struct http_target *target, struct err *err)
{
	char *host = NULL;
	CURLUcode code =
	    curl_url_get(url, CURLUPART_HOST, &host, HTTP_HOST_FLAGS);
	size_t len, skip = 0;
	int rc = -1;

	if (code != CURLUE_OK) {
		err_set(err, "bad host name: %s", curl_url_strerror(code));
		goto out;
	}
	len = strlen(host);
	if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
		skip = 1;
		len -= 2;
	}
	if (len == 0 || len >= sizeof(target->host)) {
		err_set(err, "bad host name: no name has that length");
		goto out;
	}
	memcpy(target->host, host + skip, len);
	target->host[len] = '\0';
	if (!http_target_is_ascii(target->host)) {
		err_set(err, "bad host name: write it in ASCII (xn--...)");
		goto out;
	}
	/* CURLOPT_RESOLVE would take it for a removal */
	if (target->host[0] == '-') {
		err_set(err, "bad host name: it begins with a hyphen");
		goto out;
	}
	target->is_literal =
	    http_target_is_literal(target->host, &target->address);
	rc = 0;
out:
	curl_free(host);
	return rc;
}

static int
http_target_take_port(CURLU *url, unsigned flags, unsigned fallback,
    struct http_target *target, struct err *err)
{
	char *port = NULL;
	CURLUcode code = curl_url_get(url, CURLUPART_PORT, &port, flags);

	target->port = fallback;
	if (code == CURLUE_OK)
		target->port = (unsigned)strtoul(port, NULL, 10);
	curl_free(port);
	if (target->port == 0 || target->port > 65535)
		return err_set(err, "bad URL: there is no such port");
	return 0;
}

int
http_target_parse(CURLU *scratch, const char *url, struct http_target *target_r,
    struct err *err)
{
	CURLUcode code;

	if (strlen(url) > HTTP_URL_MAX)
		return err_set(
		    err, "bad URL: it is longer than %d bytes", HTTP_URL_MAX);
	if (strncasecmp(url, "http://", 7) != 0 &&
	    strncasecmp(url, "https://", 8) != 0)
		return err_set(
		    err, "bad URL: only http:// and https:// are fetched");
	code = curl_url_set(scratch, CURLUPART_URL, url, CURLU_DISALLOW_USER);
	if (code == CURLUE_USER_NOT_ALLOWED)
		return err_set(
		    err, "bad URL: it must not carry a user or password");
	if (code != CURLUE_OK)
		return err_set(err, "bad URL: %s", curl_url_strerror(code));
	if (http_target_take_host(scratch, target_r, err) == -1)
		return -1;
	return http_target_take_port(
	    scratch, CURLU_DEFAULT_PORT, 0, target_r, err);
}

int
http_target_parse_proxy(CURLU *scratch, const char *proxy,
    struct http_target *target_r, bool *is_local_r, struct err *err)
{
	static const struct {
		const char *scheme;
		unsigned port;
		bool is_local;
	} schemes[] = {
	    {"http://", HTTP_PROXY_PORT, false},
	    {"https://", HTTPS_PROXY_PORT, false},
	    {"socks4://", HTTP_PROXY_PORT, true},
	    {"socks4a://", HTTP_PROXY_PORT, false},
	    {"socks5://", HTTP_PROXY_PORT, true},
	    {"socks5h://", HTTP_PROXY_PORT, false},
	};
	size_t count = sizeof(schemes) / sizeof(schemes[0]), i;
	CURLUcode code;

	for (i = 0; i < count; i++) {
		if (strncasecmp(proxy, schemes[i].scheme,
			strlen(schemes[i].scheme)) == 0)
			break;
	}
	if (i == count || strlen(proxy) > HTTP_URL_MAX)
		return err_set(err,
		    "bad proxy: expected http://, https://, "
		    "socks4://, socks4a://, socks5:// or socks5h://");
	/* the proxy's text is not repeated: it may hold a password */
	code = curl_url_set(
	    scratch, CURLUPART_URL, proxy, CURLU_NON_SUPPORT_SCHEME);
	if (code != CURLUE_OK)
		return err_set(err, "bad proxy: %s", curl_url_strerror(code));
	*is_local_r = schemes[i].is_local;
	if (http_target_take_host(scratch, target_r, err) == -1)
		return -1;
	return http_target_take_port(
	    scratch, 0, schemes[i].port, target_r, err);
}

bool
http_target_is_localhost(const struct http_target *target)
{
	static const char localhost[] = "localhost";
	size_t len = strlen(target->host), tail = sizeof(localhost) - 1;

	if (len > 0 && target->host[len - 1] == '.')
		len--;
	if (len < tail ||
	    strncasecmp(target->host + len - tail, localhost, tail) != 0)
		return false;
	return len == tail || target->host[len - tail - 1] == '.';
}
