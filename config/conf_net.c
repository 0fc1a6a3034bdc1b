/*
 * Readers of addresses and of what goes with a request: URLs and proxies are
 * taken apart by curl, which will also fetch them.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config/conf_private.h"
#include "lib/buf.h"

/* What users, passwords and keys stand before or behind in a URL. */
#define CONF_URL_SECRETS "@?"

/* Letters of a header's name (RFC 9110 section 5.6.2). */
#define CONF_TOKEN                                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"       \
	"!#$%&'*+-.^_`|~"

static bool
conf_url_has(CURLU *url, CURLUPart part)
{
	char *value = NULL;
	bool has =
	    curl_url_get(url, part, &value, 0) == CURLUE_OK && value && *value;

	curl_free(value);
	return has;
}

static bool
conf_is_prefixed(const char *text, const char *const *prefixes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strncasecmp(text, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	}
	return false;
}

/*
 * Reports a URL without repeating it: what is no URL may still hold a password
 * or a key. Its line is shown only where it holds neither.
 */
static void __attribute__((format(printf, 4, 5)))
conf_url_error(const struct conf_given *given, const struct conf_key *key,
    const char *url, const char *fmt, ...)
{
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err.text, sizeof(err.text), fmt, ap);
	va_end(ap);
	if (strpbrk(url, CONF_URL_SECRETS))
		scan_report_hidden(&given->reader->file->scan,
		    given->reader->diag, DIAG_ERROR,
		    &conf_given_at(given, 0)->pos, "%s: %s", key->name,
		    err.text);
	else
		conf_given_error(given, key, 0, "%s", err.text);
}

int
conf_judge_url(CURLU *parsed, const char *url, struct err *err)
{
	static const char *const schemes[] = {"http://", "https://"};
	CURLUcode code;

	if (!conf_is_prefixed(url, schemes, 2))
		return err_set(err, "bad URL; expected http:// or https://");
	if (strlen(url) > CONF_STRING_MAX)
		return err_set(
		    err, "URL longer than %d bytes", CONF_STRING_MAX);
	code = curl_url_set(parsed, CURLUPART_URL, url, 0);
	if (code != CURLUE_OK)
		return err_set(err, "bad URL: %s; expected http:// or https://",
		    curl_url_strerror(code));
	/* they would end in logs and events */
	if (strchr(url, '@') && (conf_url_has(parsed, CURLUPART_USER) ||
				    conf_url_has(parsed, CURLUPART_PASSWORD)))
		return err_set(err, "a URL must not carry a user or password");
	return 0;
}

/* Reports what is wrong with a URL; 0 if nothing is. */
static int
conf_check_url(
    const struct conf_given *given, const struct conf_key *key, const char *url)
{
	struct err err;

	if (conf_judge_url(given->reader->url, url, &err) == 0)
		return 0;
	conf_url_error(given, key, url, "%s", err.text);
	return -1;
}

void
conf_read_url(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *url = conf_given_text(given, 0);

	if (conf_check_url(given, key, url) == 0)
		*(const char **)field = arena_strdup(given->reader->arena, url);
}

static void
conf_url_shared(
    const struct conf_given *given, const char *url, const struct place *first)
{
	static const char words[] = "url: another feed has this URL; first at";
	const struct scan *scan = &given->reader->file->scan;
	const struct scan_value *at = conf_given_at(given, 0);

	if (strpbrk(url, CONF_URL_SECRETS))
		scan_report_hidden(scan, given->reader->diag, DIAG_WARNING,
		    &at->pos, "%s %s:%d", words, first->file, first->line);
	else
		scan_report(scan, given->reader->diag, DIAG_WARNING, &at->pos,
		    at->len, "%s %s:%d", words, first->file, first->line);
}

/* A feed may have its URL for a name; then they share their memory. */
void
conf_read_feed_url(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	struct conf_reader *reader = given->reader;
	const struct conf_feed *feed =
	    &reader->conf->feeds[reader->conf->feed_count - 1];
	const char *url = conf_given_text(given, 0);
	const struct place *first;
	struct place *place;

	if (conf_check_url(given, key, url) == -1)
		return;
	*(const char **)field = strcmp(url, feed->name) == 0
				    ? feed->name
				    : arena_strdup(reader->arena, url);
	place = arena_alloc(reader->arena, sizeof(*place));
	*place = feed->place;
	first = map_put(reader->feed_urls, url, place);
	if (first && conf_may_warn(reader))
		conf_url_shared(given, url, first);
}

void
conf_read_proxy(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	static const char *const schemes[] = {"http://", "https://",
	    "socks4://", "socks4a://", "socks5://", "socks5h://"};
	const char *proxy = conf_given_text(given, 0);
	CURLUcode code;

	if (!*proxy) {
		*(const char **)field = NULL;
		return;
	}
	/* the proxy's text is not repeated: it may hold a password */
	if (!conf_is_prefixed(
		proxy, schemes, sizeof(schemes) / sizeof(schemes[0]))) {
		conf_given_error(given, key, 0,
		    "expected http://, https://, socks4://, socks4a://, "
		    "socks5:// or socks5h://");
		return;
	}
	code = curl_url_set(
	    given->reader->url, CURLUPART_URL, proxy, CURLU_NON_SUPPORT_SCHEME);
	if (code != CURLUE_OK)
		conf_given_error(
		    given, key, 0, "bad URL: %s", curl_url_strerror(code));
	else
		*(const char **)field =
		    arena_strdup(given->reader->arena, proxy);
}

void
conf_read_networks(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	struct netpolicy *policy = field;
	size_t i, count = conf_given_count(given);
	struct err err;

	policy->allowed_count = 0;
	policy->allowed =
	    arena_calloc(given->reader->arena, count, sizeof(*policy->allowed));
	for (i = 0; i < count; i++) {
		const char *text = conf_given_text(given, i);

		if (network_parse(text, &policy->allowed[policy->allowed_count],
			&err) == 0)
			policy->allowed_count++;
		else
			conf_given_error(given, key, i,
			    "bad network \"%s\": %s; expected an address or "
			    "network, as in \"10.0.0.0/8\"",
			    text, err.text);
	}
}

/* "192.0.2.1", "192.0.2.1:53", "2001:db8::1" or "[2001:db8::1]:53". */
static bool
conf_is_name_server(const char *text)
{
	char host[INET6_ADDRSTRLEN];
	bool has_brackets = *text == '[';
	const char *end, *port = NULL;
	struct dns_address address;
	size_t len, digits;

	if (has_brackets)
		end = strchr(++text, ']');
	else
		end = strchr(text, '.') ? strchr(text, ':') : NULL;
	len = end ? (size_t)(end - text) : strlen(text);
	if (len >= sizeof(host) || (has_brackets && !end))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (end)
		port = has_brackets ? end + 1 : end;
	if (dns_parse_literal(host, &address) == -1 ||
	    (has_brackets && address.family != AF_INET6))
		return false;
	if (!port || !*port)
		return true;
	digits = strspn(port + 1, "0123456789");
	return *port == ':' && digits > 0 && digits <= 5 &&
	       port[1 + digits] == '\0' && atoi(port + 1) > 0 &&
	       atoi(port + 1) <= 65535;
}

void
conf_read_name_servers(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	size_t i, count = conf_given_count(given);
	struct buf servers;

	buf_init(&servers, 0);
	for (i = 0; i < count; i++) {
		const char *text = conf_given_text(given, i);

		if (!conf_is_name_server(text))
			conf_given_error(given, key, i,
			    "bad name server \"%s\"; expected an address, "
			    "with a port or without, as in \"127.0.0.1:5353\"",
			    text);
		(void)buf_printf(&servers, "%s%s", i ? "," : "", text);
	}
	*(const char **)field =
	    count ? arena_strdup(given->reader->arena, buf_str(&servers))
		  : NULL;
	buf_clear(&servers);
}

/* Headers that belong to the protocol or to Standard Webhooks. */
static bool
conf_is_own_header(const char *header, size_t name_len)
{
	static const char *const names[] = {"connection", "content-length",
	    "content-type", "host", "transfer-encoding", "webhook-id",
	    "webhook-signature", "webhook-timestamp"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == name_len &&
		    strncasecmp(header, names[i], name_len) == 0)
			return true;
	}
	return false;
}

/* What is wrong with a header, NULL if nothing is. Its value is a secret. */
static const char *
conf_check_header(const char *header)
{
	size_t name_len = strspn(header, CONF_TOKEN);
	const unsigned char *p;

	if (name_len == 0 || header[name_len] != ':')
		return "expected \"Name: value\"";
	if (conf_is_own_header(header, name_len))
		return "this header is wirewatch's own; expected another";
	for (p = (const unsigned char *)header; *p; p++) {
		if ((*p < 0x20 && *p != '\t') || *p == 0x7f)
			return "a header must not hold control characters";
	}
	if (p - (const unsigned char *)header > CONF_STRING_MAX)
		return "header too long";
	return NULL;
}

void
conf_read_headers(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	struct strings *headers = field;
	size_t i, count = conf_given_count(given);

	headers->items =
	    arena_calloc(given->reader->arena, count, sizeof(*headers->items));
	for (i = 0; i < count; i++) {
		const char *text = conf_given_text(given, i);
		const char *wrong = conf_check_header(text);

		if (wrong)
			conf_given_error(given, key, i, "%s", wrong);
		else
			headers->items[headers->count++] =
			    arena_strdup(given->reader->conf->secrets, text);
	}
}

/* Basic authentication cannot carry a colon in the name (RFC 7617). */
void
conf_read_user(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	if (strchr(conf_given_text(given, 0), ':'))
		conf_given_error(given, key, 0,
		    "a user must not hold a colon; the password goes into "
		    "password-file");
	else
		conf_read_string(given, key, field);
}
