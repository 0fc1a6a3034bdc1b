#ifndef WIREWATCH_LIB_HTTP_H
#define WIREWATCH_LIB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/dns.h"
#include "lib/log.h"
#include "lib/netpolicy.h"

/*
 * HTTP and HTTPS on the event loop: libcurl's multi interface by socket
 * action, one multi handle for all, pooled easy handles. Redirects are never
 * followed here. Names are resolved by dns.c; addresses meet the policy before
 * a connection is made and again when the socket is opened.
 */
struct http;
struct http_transfer;

#define HTTP_HEADER_MAX (64 * 1024)	/* bytes of response headers kept */
#define HTTP_VALUE_MAX 4096		/* of one header value kept */

struct http_options {
	size_t concurrency;	/* transfers at a time; more wait in order */
	const char *user_agent;
	const char *ca_file;	/* NULL = the system's */
};

struct http_request {
	const char *url;
	const char *method;		/* NULL = GET */
	const char *const *headers;	/* "Name: value", NULL-terminated; or NULL */
	const char *body;		/* sent as is; NULL = none */
	size_t body_len;
	const char *user;		/* NULL = none; basic authentication */
	const char *password;
	const char *proxy;		/* NULL = none; the environment is ignored */
	const struct netpolicy *policy;	/* borrowed until done */
	size_t max_body;		/* decoded bytes of the response */
	int connect_timeout_ms;
	int timeout_ms;			/* whole transfer, DNS included */
	int stall_timeout_ms;		/* without a byte */
	bool close_after;		/* do not keep the connection */
};

enum http_error {
	HTTP_ERROR_NONE,	/* there is a response */
	HTTP_ERROR_URL,
	HTTP_ERROR_DNS,
	HTTP_ERROR_REFUSED,	/* by the address policy */
	HTTP_ERROR_CONNECT,
	HTTP_ERROR_TLS,
	HTTP_ERROR_TIMEOUT,
	HTTP_ERROR_TOO_LARGE,
	HTTP_ERROR_PROTOCOL,	/* reset, bad framing, bad encoding */
};

struct http_response {
	enum http_error error;
	struct err reason;	/* for people, when error is set */
	int status;		/* 0 without a response */
	char *body;		/* NUL-terminated; may be taken (set to NULL) */
	size_t body_len;
	const char *content_type;	/* header values: NULL if absent */
	const char *etag;
	const char *last_modified;
	const char *location;
	const char *retry_after;
	const char *cache_control;
	const char *expires;
	const char *server;
	const char *cf_mitigated;	/* Cloudflare's "challenge" mark */
	char address[INET6_ADDRSTRLEN];	/* the peer; "" if never connected */
	int64_t elapsed_ms;
};

/*
 * Called in a later turn of the loop than http_start(). The response is valid
 * during the call; the transfer is over and must not be cancelled any more.
 */
typedef void (*http_done_fn)(void *data, struct http_response *response);

struct http *http_new(struct ev_loop *loop, const struct http_options *options,
    struct log *log, struct err *err);
/* Cancels all transfers without callbacks. */
void http_free(struct http **http);
void http_set_options(struct http *http, const struct http_options *options);
/* Copies the request's strings, except the body: that is borrowed until done. */
struct http_transfer *http_start(struct http *http,
    const struct http_request *request, http_done_fn done, void *data);
void http_cancel(struct http_transfer **transfer);
size_t http_active(const struct http *http);
const char *http_error_name(enum http_error error);
/* "404 Not Found", "503 Service Unavailable", "418" */
const char *http_status_text(int status, char out[48]);
/*
 * Retry-After (RFC 9110 section 10.2.3), seconds or a date, as milliseconds
 * from now; -1 if there is none or it is unreadable. Capped at seven days.
 */
int64_t http_retry_after_ms(const char *value, int64_t now_ms);
/* max-age of Cache-Control, else Expires, in milliseconds; 0 = nothing asked. */
int64_t http_freshness_ms(
    const char *cache_control, const char *expires, int64_t now_ms);

#endif
