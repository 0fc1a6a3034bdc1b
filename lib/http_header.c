/* What header values and status codes mean; decisions take `now`. */
#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/http.h"

/* More digits than this are beyond every bound, and would overflow. */
#define HTTP_SECONDS_DIGITS 9

static const struct http_status {
	int status;
	const char *text;
} http_statuses[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {511, "Network Authentication Required"},
    /* Cloudflare's own */
    {520, "Web Server Returned an Unknown Error"},
    {521, "Web Server Is Down"},
    {522, "Connection Timed Out"},
    {523, "Origin Is Unreachable"},
    {524, "A Timeout Occurred"},
    {525, "SSL Handshake Failed"},
    {526, "Invalid SSL Certificate"},
};

static int
http_status_compare(const void *key, const void *row)
{
	return *(const int *)key - ((const struct http_status *)row)->status;
}

const char *
http_status_text(int status, char out[48])
{
	const struct http_status *row = bsearch(&status, http_statuses,
	    sizeof(http_statuses) / sizeof(http_statuses[0]),
	    sizeof(http_statuses[0]), http_status_compare);

	if (row)
		snprintf(out, 48, "%d %s", status, row->text);
	else
		snprintf(out, 48, "%d", status);
	return out;
}

/* Digits as seconds, in milliseconds and bounded; -1 if that is not all. */
static int64_t
http_seconds_ms(const char *text, size_t len)
{
	int64_t seconds = 0;
	size_t i;

	if (len == 0)
		return -1;
	for (i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return -1;
	}
	while (len > 1 && *text == '0') {
		text++;
		len--;
	}
	if (len > HTTP_SECONDS_DIGITS)
		return HTTP_WAIT_MAX_MS;
	for (i = 0; i < len; i++)
		seconds = seconds * 10 + (text[i] - '0');
	if (seconds > HTTP_WAIT_MAX_MS / 1000)
		return HTTP_WAIT_MAX_MS;
	return seconds * 1000;
}

/* The time until an HTTP date, at least 0 and bounded; -1 if it is none. */
static int64_t
http_until_ms(const char *date, int64_t now_ms)
{
	time_t when;

	/* curl_getdate() also takes bare numbers for some date */
	if (!isalpha((unsigned char)*date))
		return -1;
	when = curl_getdate(date, NULL);
	if (when == -1)
		return -1;
	if ((int64_t)when <= now_ms / 1000)
		return 0;
	if ((int64_t)when - now_ms / 1000 >= HTTP_WAIT_MAX_MS / 1000)
		return HTTP_WAIT_MAX_MS;
	return (int64_t)when * 1000 - now_ms;
}

int64_t
http_retry_after_ms(const char *value, int64_t now_ms)
{
	size_t len;

	if (!value)
		return -1;
	value += strspn(value, " \t");
	len = strlen(value);
	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	if (len > 0 && isdigit((unsigned char)*value))
		return http_seconds_ms(value, len);
	return http_until_ms(value, now_ms);
}

/* The end of a directive: the next comma outside of quotes (RFC 9110 5.6.4). */
static size_t
http_directive_len(const char *text)
{
	bool is_quoted = false;
	size_t i;

	for (i = 0; text[i] && (is_quoted || text[i] != ','); i++) {
		if (text[i] == '"')
			is_quoted = !is_quoted;
		else if (is_quoted && text[i] == '\\' && text[i + 1])
			i++;
	}
	return i;
}

/* Whether a directive has that name; its value starts at *value_r. */
static bool
http_directive_is(const char *directive, size_t len, const char *name,
    const char **value_r, size_t *value_len_r)
{
	size_t name_len = strlen(name), skip;

	if (len < name_len || strncasecmp(directive, name, name_len) != 0)
		return false;
	directive += name_len;
	len -= name_len;
	while (len > 0 && isspace((unsigned char)directive[len - 1]))
		len--;
	*value_r = directive;
	*value_len_r = 0;
	if (len == 0)
		return true;
	if (*directive != '=')
		return false;
	skip = len > 2 && directive[1] == '"' && directive[len - 1] == '"';
	*value_r = directive + 1 + skip;
	*value_len_r = len - 1 - 2 * skip;
	return true;
}

/* -1 when Cache-Control says nothing about time. */
static int64_t
http_max_age_ms(const char *text)
{
	int64_t age_ms = -1;
	const char *value;
	size_t len, value_len;

	for (; *text; text += len + (text[len] == ',')) {
		text += strspn(text, " \t");
		len = http_directive_len(text);
		if (http_directive_is(
			text, len, "no-store", &value, &value_len) ||
		    http_directive_is(
			text, len, "no-cache", &value, &value_len))
			return 0;
		if (!http_directive_is(
			text, len, "max-age", &value, &value_len))
			continue;
		age_ms = http_seconds_ms(value, value_len);
		/* what cannot be read is stale (RFC 9111 section 4.2.1) */
		if (age_ms == -1)
			age_ms = 0;
	}
	return age_ms;
}

int64_t
http_freshness_ms(
    const char *cache_control, const char *expires, int64_t now_ms)
{
	int64_t ms = cache_control ? http_max_age_ms(cache_control) : -1;

	if (ms != -1)
		return ms;
	if (!expires)
		return 0;
	expires += strspn(expires, " \t");
	ms = http_until_ms(expires, now_ms);
	return ms == -1 ? 0 : ms;
}
