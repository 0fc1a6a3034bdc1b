/*
 * The pool of easy handles, and every option that is set on them. A handle
 * keeps what is the same for all requests; a plain GET sets only what differs
 * from the last one. Anything else (a body, a password, a proxy) is reset
 * afterwards, so that no secret outlives its transfer.
 *
 * curl's DNS cache holds the addresses that CURLOPT_RESOLVE gave it, for ever.
 * So each slot remembers the key of its entry and has it removed with the next
 * request, unless another slot has the same: the cache is never larger than the
 * pool. An entry is replaced by each request for that host, in the same step of
 * curl that reads it: an old one, or one of another policy, is never used.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xxhash.h>

#include "lib/alloc.h"
#include "lib/http_private.h"

#define HTTP_CA_KEEP_S (24 * 3600) /* then the CA file is read again */
#define HTTP_SLOT_SPARE 1024 /* bytes of a buffer that an idle slot keeps */

int
http_slot_check(const struct http_slot *slot, const char *host,
    const struct dns_address *address, struct err *err)
{
	char text[INET6_ADDRSTRLEN];
	const char *what =
	    netpolicy_refuses(slot->transfer->request.policy, address);

	if (!what)
		return 0;
	dns_format(address, text);
	if (!host || strcmp(host, text) == 0)
		return err_set(err,
		    "%s is %s: not allowed here (allow-private)", text, what);
	return err_set(err, "%s is at %s, %s: not allowed here (allow-private)",
	    host, text, what);
}

static int
http_slot_refuse(struct http_slot *slot, const struct dns_address *address)
{
	if (http_slot_check(
		slot, slot->hops[0].target.host, address, &slot->refusal) == 0)
		return 0;
	slot->is_refused = true;
	return -1;
}

/* The address that is really connected to, however it came here. */
static curl_socket_t
http_slot_on_open(void *data, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct http_slot *slot = data;
	struct dns_address address = {.family = to->family};
	int fd;

	(void)purpose;
	if (to->family == AF_INET)
		address.v4 = ((struct sockaddr_in *)&to->addr)->sin_addr;
	else if (to->family == AF_INET6)
		address.v6 = ((struct sockaddr_in6 *)&to->addr)->sin6_addr;
	if (!slot->is_proxied && http_slot_refuse(slot, &address) == -1)
		return CURL_SOCKET_BAD;
	fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	if (fd == -1)
		slot->socket_errno = errno;
	return fd == -1 ? CURL_SOCKET_BAD : fd;
}

/* A request goes out now, perhaps on a connection made for other policies. */
static int
http_slot_on_request(
    void *data, char *peer, char *local, int peer_port, int local_port)
{
	struct http_slot *slot = data;
	struct dns_address address;

	(void)local;
	(void)peer_port;
	(void)local_port;
	slot->is_connected = true;
	slot->byte_ms = slot->http->now_ms;
	if (slot->is_proxied || (dns_parse_literal(peer, &address) == 0 &&
	    http_slot_refuse(slot, &address) == 0))
		return CURL_PREREQFUNC_OK;
	return CURL_PREREQFUNC_ABORT;
}

/* curl must find every name in its cache: its own resolver would block us. */
static int
http_slot_on_resolve(void *state, void *reserved, void *data)
{
	const struct http_slot *slot = data;
	size_t i;

	(void)state;
	(void)reserved;
	for (i = 0; i < slot->hop_count; i++) {
		if (slot->hops[i].target.is_literal)
			return 0;
	}
	return 1;
}

static const struct {
	CURLoption option;
	long value;
} http_slot_longs[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_PROXY_SSL_VERIFYPEER, 1},
    {CURLOPT_PROXY_SSL_VERIFYHOST, 2},
    {CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
#if LIBCURL_VERSION_NUM >= 0x075700
    {CURLOPT_CA_CACHE_TIMEOUT, HTTP_CA_KEEP_S},
#endif
    /* the entries of CURLOPT_RESOLVE stay; literals are not kept */
    {CURLOPT_DNS_CACHE_TIMEOUT, 0},
    {CURLOPT_HTTP09_ALLOWED, 0},
    {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
    {CURLOPT_HTTPAUTH, CURLAUTH_BASIC},
    {CURLOPT_UNRESTRICTED_AUTH, 0},
};

static const struct {
	CURLoption option;
	const char *value;
} http_slot_strings[] = {
    {CURLOPT_PROTOCOLS_STR, "http,https"},
    {CURLOPT_REDIR_PROTOCOLS_STR, "http,https"},
    {CURLOPT_ACCEPT_ENCODING, ""}, /* all that are built in */
    /* neither the proxies nor the exceptions of the environment */
    {CURLOPT_PROXY, ""},
    {CURLOPT_NOPROXY, ""},
    /* see http_ca.c */
    {CURLOPT_CAPATH, NULL},
    {CURLOPT_PROXY_CAPATH, NULL},
};

static int
http_slot_set_callbacks(struct http_slot *slot)
{
	CURL *easy = slot->easy;
	int rc;

	rc = curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
	rc |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot->curl_error);
	rc |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, http_receive_body);
	rc |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot);
	rc |=
	    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, http_receive_header);
	rc |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot);
	rc |= curl_easy_setopt(
	    easy, CURLOPT_OPENSOCKETFUNCTION, http_slot_on_open);
	rc |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, slot);
	rc |= curl_easy_setopt(
	    easy, CURLOPT_PREREQFUNCTION, http_slot_on_request);
	rc |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, slot);
	rc |= curl_easy_setopt(
	    easy, CURLOPT_RESOLVER_START_FUNCTION, http_slot_on_resolve);
	rc |= curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, slot);
	return rc;
}

/* What is the same for all requests. */
static int
http_slot_set_plain(struct http_slot *slot)
{
	struct http *http = slot->http;
	CURL *easy = slot->easy;
	size_t i;
	int rc;

	rc = http_slot_set_callbacks(slot);
	for (i = 0; i < sizeof(http_slot_longs) / sizeof(http_slot_longs[0]);
	     i++)
		rc |= curl_easy_setopt(
		    easy, http_slot_longs[i].option, http_slot_longs[i].value);
	for (i = 0;
	     i < sizeof(http_slot_strings) / sizeof(http_slot_strings[0]); i++)
		rc |= curl_easy_setopt(easy, http_slot_strings[i].option,
		    http_slot_strings[i].value);
	rc |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, http->http_version);
	rc |= curl_easy_setopt(easy, CURLOPT_USERAGENT, http->user_agent);
	rc |= curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file);
	rc |= curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, http->ca_file);
	slot->has_resolve = false;
	slot->connect_timeout_ms = 0;
	slot->close_after = false;
	slot->is_plain = true;
	slot->generation = http->generation;
	return rc;
}

static int
http_slot_set_method(CURL *easy, const struct http_request *request)
{
	const char *method = request->method ? request->method : "GET";
	bool is_post = strcmp(method, "POST") == 0;
	int rc = CURLE_OK;

	if (request->body || is_post) {
		rc |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
		rc |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
		    request->body ? request->body : "");
		rc |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)(request->body ? request->body_len : 0));
	}
	if (strcmp(method, "HEAD") == 0)
		rc |= curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	else if (!is_post)
		rc |= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
	return rc;
}

static bool
http_slot_is_plain_request(const struct http_request *request)
{
	return !request->body && !request->user && !request->proxy &&
	       !request->ca_file &&
	       (!request->method || strcmp(request->method, "GET") == 0);
}

/* What only some requests have; the handle is reset after them. */
static int
http_slot_set_more(struct http_slot *slot, const struct http_request *request)
{
	CURL *easy = slot->easy;
	int rc = CURLE_OK;

	slot->is_plain = false;
	if (request->body ||
	    (request->method && strcmp(request->method, "GET") != 0))
		rc |= http_slot_set_method(easy, request);
	if (request->user) {
		rc |= curl_easy_setopt(easy, CURLOPT_USERNAME, request->user);
		rc |= curl_easy_setopt(easy, CURLOPT_PASSWORD,
		    request->password ? request->password : "");
	}
	if (request->proxy)
		rc |= curl_easy_setopt(easy, CURLOPT_PROXY, request->proxy);
	if (request->ca_file) {
		rc |= curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
		rc |= curl_easy_setopt(
		    easy, CURLOPT_PROXY_CAINFO, request->ca_file);
	}
	return rc;
}

int
http_slot_add_addresses(struct http_slot *slot, struct http_hop *hop,
    const struct dns_address *addresses, size_t count, struct err *err)
{
	char text[INET6_ADDRSTRLEN];
	size_t i, added = 0;
	struct err why;

	buf_reset(&hop->text);
	buf_printf(&hop->text, "%s:%u:", hop->target.host, hop->target.port);
	for (i = 0; i < count; i++) {
		if (!hop->is_proxy &&
		    http_slot_check(slot, hop->target.host, &addresses[i],
			added ? &why : err) == -1)
			continue;
		buf_printf(&hop->text,
		    addresses[i].family == AF_INET6 ? "%s[%s]" : "%s%s",
		    added ? "," : "", dns_format(&addresses[i], text));
		added++;
	}
	return added ? 0 : -1;
}

static bool
http_slot_is_key_shared(const struct http_slot *slot, uint64_t hash)
{
	const struct http *http = slot->http;
	size_t i, k;

	for (i = 0; i < http->slot_count; i++) {
		for (k = 0; k < HTTP_HOPS; k++) {
			if (http->slots[i] != slot &&
			    http->slots[i]->hops[k].key_hash == hash)
				return true;
		}
	}
	return false;
}

static struct curl_slist *
http_slot_add_resolve(
    struct http_slot *slot, struct curl_slist *list, char *text)
{
	struct curl_slist *node = list ? list + 1 : &slot->resolve[0];

	node->data = text;
	node->next = NULL;
	if (list)
		list->next = node;
	return node;
}

/* The entries to be removed, as "-key" texts one behind the other. */
static void
http_slot_collect_removals(struct http_slot *slot)
{
	char key[sizeof(slot->hops[0].key)];
	size_t i;

	buf_reset(&slot->removal);
	for (i = 0; i < HTTP_HOPS; i++) {
		struct http_hop *hop = &slot->hops[i];
		bool has_entry = i < slot->hop_count && !hop->target.is_literal;

		key[0] = '\0';
		if (has_entry)
			snprintf(key, sizeof(key), "%s:%u", hop->target.host,
			    hop->target.port);
		if (strcmp(key, hop->key) == 0)
			continue;
		if (hop->key[0] &&
		    !http_slot_is_key_shared(slot, hop->key_hash)) {
			buf_addch(&slot->removal, '-');
			buf_add(&slot->removal, hop->key, strlen(hop->key) + 1);
		}
		memcpy(hop->key, key, sizeof(key));
		hop->key_hash = key[0] ? XXH3_64bits(key, strlen(key)) : 0;
	}
}

/* Removals first: a host may move from one hop to the other. */
static int
http_slot_set_resolve(struct http_slot *slot)
{
	struct curl_slist *last = NULL;
	char *text;
	size_t i;

	http_slot_collect_removals(slot);
	for (text = slot->removal.data;
	     text && text < slot->removal.data + slot->removal.len;
	     text += strlen(text) + 1)
		last = http_slot_add_resolve(slot, last, text);
	for (i = 0; i < slot->hop_count; i++) {
		if (!slot->hops[i].target.is_literal)
			last = http_slot_add_resolve(
			    slot, last, slot->hops[i].text.data);
	}
	if (!last && !slot->has_resolve)
		return CURLE_OK;
	slot->has_resolve = last != NULL;
	return curl_easy_setopt(
	    slot->easy, CURLOPT_RESOLVE, last ? &slot->resolve[0] : NULL);
}

int
http_slot_prepare(struct http_slot *slot, struct err *err)
{
	const struct http_request *request = &slot->transfer->request;
	CURL *easy = slot->easy;
	int rc = CURLE_OK;

	if (!slot->is_plain || slot->generation != slot->http->generation) {
		curl_easy_reset(easy);
		rc = http_slot_set_plain(slot);
	}
	rc |= curl_easy_setopt(easy, CURLOPT_URL, request->url);
	rc |=
	    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, slot->transfer->headers);
	rc |= http_slot_set_resolve(slot);
	if (slot->connect_timeout_ms != request->connect_timeout_ms) {
		slot->connect_timeout_ms = request->connect_timeout_ms;
		rc |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
		    (long)slot->connect_timeout_ms);
	}
	if (slot->close_after != request->close_after) {
		slot->close_after = request->close_after;
		rc |= curl_easy_setopt(
		    easy, CURLOPT_FORBID_REUSE, (long)slot->close_after);
	}
	if (!http_slot_is_plain_request(request))
		rc |= http_slot_set_more(slot, request);
	if (rc != CURLE_OK)
		return err_set(err, "libcurl refuses the request's options");
	return 0;
}

static struct http_slot *
http_slot_new(struct http *http)
{
	struct http_slot *slot = xcalloc(1, sizeof(*slot));
	size_t i;

	slot->http = http;
	slot->easy = curl_easy_init();
	if (!slot->easy)
		abort(); /* only when there is no memory */
	buf_init(&slot->values, 0);
	buf_init(&slot->body, 0);
	buf_init(&slot->removal, 0);
	for (i = 0; i < HTTP_HOPS; i++)
		buf_init(&slot->hops[i].text, 0);
	http->slots = xgrow(http->slots, http->slot_count + 1, &http->slot_cap,
	    sizeof(struct http_slot *));
	http->slots[http->slot_count++] = slot;
	return slot;
}

struct http_slot *
http_slot_take(struct http *http)
{
	struct http_slot *slot = http->free_slots;

	if (slot)
		http->free_slots = slot->next_free;
	else
		slot = http_slot_new(http);
	slot->hop_count = slot->hop = 0;
	slot->is_proxied = false;
	slot->header_bytes = 0;
	slot->is_header_open = slot->has_header = false;
	slot->bytes = 0;
	slot->is_connected = false;
	slot->error = HTTP_ERROR_NONE;
	slot->is_refused = false;
	slot->socket_errno = 0;
	slot->curl_error[0] = '\0';
	http_receive_reset(slot);
	http->active_count++;
	return slot;
}

static void
http_slot_trim(struct buf *buf)
{
	if (buf->cap > HTTP_SLOT_SPARE)
		buf_clear(buf);
}

void
http_slot_release(struct http_slot *slot)
{
	struct http *http = slot->http;
	size_t i;

	buf_clear(&slot->body);
	http_slot_trim(&slot->values);
	http_slot_trim(&slot->removal);
	for (i = 0; i < HTTP_HOPS; i++)
		http_slot_trim(&slot->hops[i].text);
	if (!slot->is_plain) {
		curl_easy_reset(slot->easy);
		slot->generation = 0;
	}
	slot->transfer = NULL;
	slot->next_free = http->free_slots;
	http->free_slots = slot;
	http->active_count--;
}

void
http_slot_free_all(struct http *http)
{
	size_t i, k;

	for (i = 0; i < http->slot_count; i++) {
		struct http_slot *slot = http->slots[i];

		curl_easy_cleanup(slot->easy);
		buf_clear(&slot->values);
		buf_clear(&slot->body);
		buf_clear(&slot->removal);
		for (k = 0; k < HTTP_HOPS; k++)
			buf_clear(&slot->hops[k].text);
		free(slot);
	}
	free(http->slots);
	http->slots = NULL;
	http->free_slots = NULL;
	http->slot_count = 0;
}
