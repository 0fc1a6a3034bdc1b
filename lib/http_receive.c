/*
 * What curl hands us of a response: header lines, of which a few values are
 * kept, and the decoded body. Both are counted here, against our own bounds;
 * a callback that takes less than it was given ends the transfer.
 */
#include <string.h>
#include <strings.h>

#include "lib/http_private.h"

#define HTTP_RESERVE_MAX (256 * 1024) /* what a declared length may reserve */

static const struct {
	const char *name;
	size_t len;
} http_names[HTTP_VALUES] = {
    [HTTP_CONTENT_TYPE] = {"content-type", 12},
    [HTTP_ETAG] = {"etag", 4},
    [HTTP_LAST_MODIFIED] = {"last-modified", 13},
    [HTTP_LOCATION] = {"location", 8},
    [HTTP_RETRY_AFTER] = {"retry-after", 11},
    [HTTP_CACHE_CONTROL] = {"cache-control", 13},
    [HTTP_EXPIRES] = {"expires", 7},
    [HTTP_SERVER] = {"server", 6},
    [HTTP_CF_MITIGATED] = {"cf-mitigated", 12},
};

void
http_receive_reset(struct http_slot *slot)
{
	buf_reset(&slot->values);
	memset(slot->value_at, 0, sizeof(slot->value_at));
}

static size_t
http_receive_refuse(struct http_slot *slot, const char *what, size_t max)
{
	const char *unit = "bytes";

	if (max >= 1024 && max % 1024 == 0) {
		max /= 1024;
		unit = "KiB";
	}
	if (max >= 1024 && max % 1024 == 0) {
		max /= 1024;
		unit = "MiB";
	}
	slot->error = HTTP_ERROR_TOO_LARGE;
	err_set(&slot->reason, "%s exceed%s %zu %s", what,
	    what[strlen(what) - 1] == 's' ? "" : "s", max, unit);
	return 0;
}

/* A list may come in several lines (RFC 9110 section 5.3): they are joined. */
static void
http_receive_join(struct http_slot *slot, const char *value, size_t len)
{
	size_t *at = &slot->value_at[HTTP_CACHE_CONTROL];
	size_t old = *at - 1;
	size_t old_len = strlen(slot->values.data + old);

	if (old_len + 2 + len > HTTP_VALUE_MAX)
		return;
	if (old + old_len + 1 == slot->values.len) {
		/* the last value grows where it stands */
		slot->values.len--;
	} else {
		/* reserved first: the text itself moves with the buffer */
		buf_reserve(&slot->values, old_len + 2 + len + 1);
		*at = slot->values.len + 1;
		buf_add(&slot->values, slot->values.data + old, old_len);
	}
	buf_add(&slot->values, ", ", 2);
	buf_add(&slot->values, value, len);
	buf_add(&slot->values, "", 1);
}

static void
http_receive_value(
    struct http_slot *slot, enum http_value name, const char *value, size_t len)
{
	while (len > 0 && (*value == ' ' || *value == '\t')) {
		value++;
		len--;
	}
	while (len > 0 && value[len - 1] && strchr(" \t\r\n", value[len - 1]))
		len--;
	if (len > HTTP_VALUE_MAX || memchr(value, '\0', len))
		return;
	if (name == HTTP_CACHE_CONTROL && slot->value_at[name]) {
		http_receive_join(slot, value, len);
		return;
	}
	slot->value_at[name] = slot->values.len + 1;
	buf_add(&slot->values, value, len);
	buf_add(&slot->values, "", 1);
}

size_t
http_receive_header(char *line, size_t size, size_t n, void *data)
{
	struct http_slot *slot = data;
	size_t len = size * n, name_len, i;
	const char *colon;

	slot->byte_ms = slot->http->now_ms;
	slot->header_bytes += len;
	if (slot->header_bytes > HTTP_HEADER_MAX)
		return http_receive_refuse(
		    slot, "the response headers", HTTP_HEADER_MAX);
	/* a final response follows an interim one (RFC 9110 section 15.2) */
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		http_receive_reset(slot);
		slot->is_header_open = slot->has_header = true;
		return len;
	}
	if (len <= 2)
		slot->is_header_open = false;
	/* what comes later are trailers, which must not count as headers */
	colon = slot->is_header_open ? memchr(line, ':', len) : NULL;
	if (!colon)
		return len;
	name_len = (size_t)(colon - line);
	for (i = 0; i < HTTP_VALUES; i++) {
		if (http_names[i].len == name_len &&
		    strncasecmp(http_names[i].name, line, name_len) == 0) {
			http_receive_value(slot, (enum http_value)i, colon + 1,
			    len - name_len - 1);
			break;
		}
	}
	return len;
}

/* The first bytes: the declared length is known now, and may say too much. */
static bool
http_receive_is_declared_too_large(struct http_slot *slot, size_t max)
{
	curl_off_t declared = -1;

	if (curl_easy_getinfo(slot->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
		&declared) != CURLE_OK ||
	    declared <= 0)
		return false;
	if ((uintmax_t)declared > max)
		return true;
	buf_reserve(&slot->body,
	    declared > HTTP_RESERVE_MAX ? HTTP_RESERVE_MAX : (size_t)declared);
	return false;
}

size_t
http_receive_body(char *bytes, size_t size, size_t n, void *data)
{
	struct http_slot *slot = data;
	size_t len = size * n, max = slot->transfer->request.max_body;

	slot->byte_ms = slot->http->now_ms;
	if (len == 0)
		return 0;
	if ((slot->body.len == 0 &&
		http_receive_is_declared_too_large(slot, max)) ||
	    len > max - slot->body.len)
		return http_receive_refuse(slot, "the body", max);
	buf_add(&slot->body, bytes, len);
	return len;
}
