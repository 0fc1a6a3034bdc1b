#ifndef WIREWATCH_LIB_HTTP_H
#define WIREWATCH_LIB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/dns.h"
#include "lib/log.h"
#include "lib/netpolicy.h"

struct ev_loop;

/*
 * HTTP and HTTPS on the event loop: libcurl's multi interface by socket
 * action, one multi handle for all, pooled easy handles. Redirects are never
 * followed here. Names are resolved by dns.c; addresses meet the policy before
 * a connection is made, again when the socket is opened, and once more before
 * a request goes out on a connection that was kept.
 *
 * Of a name's addresses those that the policy refuses are left out; if none
 * remains the request is refused. Through a proxy the policy judges what can be
 * judged here: an address written in the URL (in whatever spelling) and names
 * under "localhost"; other names are resolved by the proxy, which has to filter
 * for itself, except with socks4:// and socks5://, where we resolve them and
 * the policy holds in full. The proxy's own address is not judged: the operator
 * named it, and it need not be listed in allow-private.
 */
struct http;
struct http_transfer;

#define HTTP_HEADER_MAX (64 * 1024)	/* bytes of response headers taken */
#define HTTP_VALUE_MAX 4096 /* of one value; a longer one is dropped */
#define HTTP_URL_MAX 8192
#define HTTP_REQUEST_HEADERS_MAX 64
#define HTTP_KEPT_PER_TRANSFER 4 /* connections kept: times concurrency */
#define HTTP_WAIT_MAX_MS (7 * 24 * 3600 * INT64_C(1000))

struct http_options {
	/* transfers at a time; more wait in order, after their names */
	size_t concurrency;
	const char *user_agent;
	const char *ca_file;	/* NULL = the system's */
	const char *name_servers; /* "192.0.2.1:53,..."; NULL = the system's */
};

struct http_request {
	const char *url;
	const char *method;		/* NULL = GET */
	const char *const *headers; /* "Name: value", NULL-terminated; or NULL */
	const char *body;		/* sent as is; NULL = none */
	size_t body_len;
	const char *user;		/* NULL = none; basic authentication */
	const char *password;
	const char *proxy; /* NULL = none; the environment is ignored */
	const char *ca_file;		/* NULL = that of the options */
	const struct netpolicy *policy;	/* borrowed until done */
	size_t max_body;		/* decoded bytes of the response */
	/* 0 = no limit of that kind */
	int connect_timeout_ms;		/* TCP and TLS, without DNS */
	int timeout_ms;			/* whole transfer, DNS included; not the
					 * time that it waits in our queue */
	int stall_timeout_ms;		/* connected, without a byte */
	bool close_after;		/* do not keep the connection */
};

enum http_error {
	HTTP_ERROR_NONE,	/* there is a response */
	HTTP_ERROR_URL,		/* of the request, its proxy or its headers */
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
	int status; /* 0 if none came; may stand beside an error that
				 * came later, in the body */
	char *body;		/* NUL-terminated; may be taken (set to NULL);
				 * NULL when error is set */
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
	int64_t elapsed_ms;	/* since it left our queue */
};

/*
 * Called in a later turn of the loop than http_start(). The response is valid
 * during the call; the transfer is over and must not be cancelled any more.
 */
typedef void (*http_done_fn)(void *data, struct http_response *response);

struct http *http_new(struct ev_loop *loop, const struct http_options *options,
    struct log *log, struct err *err);
/* Cancels all transfers without callbacks; not to be called from within one. */
void http_free(struct http **http);
/*
 * Holds for transfers that start from now on; name_servers cannot change. A
 * ca_file that cannot be read is logged and the one in use stays.
 */
void http_set_options(struct http *http, const struct http_options *options);
/* Copies the request's strings, except the body: that is borrowed until done. */
struct http_transfer *http_start(struct http *http,
    const struct http_request *request, http_done_fn done, void *data);
/* Ends it without a callback, from anywhere; sets *transfer to NULL. */
void http_cancel(struct http_transfer **transfer);
/* Transfers not yet over, those that wait included. */
size_t http_active(const struct http *http);
/*
 * Those of them whose name is looked up before they wait for their turn: they
 * take no place from others, however long the name servers are silent.
 */
size_t http_naming(const struct http *http);
const char *http_error_name(enum http_error error);
/* "404 Not Found", "503 Service Unavailable", "418" */
const char *http_status_text(int status, char out[48]);
/*
 * Retry-After (RFC 9110 section 10.2.3), seconds or a date, as milliseconds
 * from now; -1 if there is none or it is unreadable. Capped at seven days.
 */
int64_t http_retry_after_ms(const char *value, int64_t now_ms);
/*
 * max-age of Cache-Control, else Expires (RFC 9111 section 5), as milliseconds
 * from now; 0 = nothing asked. Either may be NULL. Capped at seven days.
 */
int64_t http_freshness_ms(
    const char *cache_control, const char *expires, int64_t now_ms);

#endif
