#ifndef WIREWATCH_LIB_HTTP_PRIVATE_H
#define WIREWATCH_LIB_HTTP_PRIVATE_H

/*
 * What the files of lib/http share. http.c owns the transfers and their turns,
 * http_request.c their requests, http_name.c the names that are looked up
 * before anything else, http_slot.c the easy handles and all their
 * options, http_receive.c what curl hands us, http_time.c the limits of time,
 * http_loop.c the watchers, http_target.c URLs taken apart, http_reason.c the
 * words for what went wrong, http_ca.c the CA files, http_header.c what header
 * values mean.
 */
#include <curl/curl.h>
#include <ev.h>
#include <sys/queue.h>

#include "lib/http.h"

#define HTTP_HOPS 2	/* hosts of one transfer: the proxy's and the URL's */
/* Transfers that look up their names at a time, without a place. */
#define HTTP_NAMING_MAX (DNS_QUERIES_MAX - 128)

/* The headers of a response that are kept, in the order of the response. */
enum http_value {
	HTTP_CONTENT_TYPE,
	HTTP_ETAG,
	HTTP_LAST_MODIFIED,
	HTTP_LOCATION,
	HTTP_RETRY_AFTER,
	HTTP_CACHE_CONTROL,
	HTTP_EXPIRES,
	HTTP_SERVER,
	HTTP_CF_MITIGATED,
	HTTP_VALUES,
};

enum http_state {
	HTTP_NAMING,	/* its name is looked up; has no slot */
	HTTP_QUEUED,	/* has no slot */
	HTTP_RESOLVING,
	HTTP_RUNNING,	/* curl has it */
	HTTP_FINISHED,	/* its callback comes in a later turn */
};

/* A host that is connected to, or asked of a proxy. */
struct http_target {
	char host[DNS_NAME_MAX + 1];	/* without brackets */
	unsigned port;
	bool is_literal;
	struct dns_address address;	/* of a literal */
};

/* One host of a transfer, and what curl's own DNS cache knows of it. */
struct http_hop {
	struct http_target target;
	bool is_proxy;
	/* "host:port" under which curl remembers addresses; "" = nothing */
	char key[DNS_NAME_MAX + 8];
	uint64_t key_hash;
	struct buf text;	/* the entry for CURLOPT_RESOLVE */
};

/*
 * An easy handle and what belongs to the one transfer that uses it. It stays
 * allocated between transfers and should be small then.
 */
struct http_slot {
	struct http *http;
	CURL *easy;
	struct http_transfer *transfer;	/* NULL = free */
	struct http_slot *next_free;
	/* what the handle was set to */
	unsigned generation;		/* of the options; 0 = to be set up */
	bool is_plain; /* only what http_slot_set_plain() sets */
	bool has_resolve;
	int connect_timeout_ms;
	bool close_after;
	/* the hosts */
	struct http_hop hops[HTTP_HOPS];
	size_t hop_count;
	size_t hop;			/* the one that is being resolved */
	bool is_proxied;
	struct dns_lookup *lookup;
	struct curl_slist resolve[2 * HTTP_HOPS];
	struct buf removal;		/* "-host:port" texts */
	/* what came */
	struct buf values;
	size_t value_at[HTTP_VALUES];	/* offset + 1; 0 = absent */
	size_t header_bytes;
	bool is_header_open;		/* between status line and empty line */
	bool has_header;
	struct buf body;
	/* time */
	struct ev_timer timer;
	int64_t started_ms;
	int64_t byte_ms;		/* when the last byte came */
	curl_off_t bytes;		/* raw ones, when last looked at */
	bool is_connected;
	/* the end */
	enum http_error error;
	struct err reason;
	bool is_refused;		/* an address, by the policy */
	struct err refusal;
	int socket_errno;		/* a socket could not be had */
	char curl_error[CURL_ERROR_SIZE];
};

struct http_transfer {
	TAILQ_ENTRY(http_transfer) link;
	struct http *http;
	enum http_state state;
	struct http_slot *slot;		/* NULL while naming or queued */
	/* its name, before it has a slot */
	struct dns_lookup *lookup;
	struct ev_timer timer;
	int64_t named_ms;		/* when the lookup began */
	int64_t waited_ms;		/* what it took */
	struct err *obstacle;		/* why there is no address; or NULL */
	bool is_late;			/* the whole time went on the name */
	http_done_fn done;
	void *data;
	struct http_request request;	/* strings lie behind this struct */
	struct curl_slist *headers;	/* the same; NULL = none */
};

TAILQ_HEAD(http_transfers, http_transfer);

struct http_socket {
	struct ev_io io;
	struct http_socket *next_spare;
};

struct http {
	struct ev_loop *loop;
	struct log *log;
	struct dns *dns;
	CURLM *multi;
	CURLU *url;			/* for taking URLs apart */
	/* options */
	size_t concurrency;
	char *user_agent;
	char *ca_file;
	unsigned generation;
	long http_version;
	/* transfers, each in exactly one list */
	struct http_transfers naming;
	struct http_transfers queued;
	struct http_transfers active;	/* resolving or running */
	struct http_transfers finished;
	size_t naming_count;
	size_t queued_count;
	size_t active_count;		/* with a slot, so finished included */
	struct ev_timer turn;
	/* handles */
	struct http_slot **slots;
	size_t slot_count;
	size_t slot_cap;
	struct http_slot *free_slots;
	/* watchers */
	struct ev_timer curl_timer;
	struct http_socket *spare_sockets;
	int64_t now_ms;			/* read once for each event */
};

/* http.c */
/* Ends a transfer whose error is set; its callback comes in a later turn. */
void http_give_up(struct http_transfer *transfer);
/* curl has worked: take what is done, deliver it, start what waits. */
void http_after_curl(struct http *http);
/* The transfer waits for a place from now on. */
void http_queue(struct http_transfer *transfer);

/* http_name.c: looks up the name, then queues it; or queues it at once. */
void http_name_begin(struct http_transfer *transfer);
/* Ends that without a word. */
void http_name_leave(struct http_transfer *transfer);

/* http_request.c */
struct http_transfer *http_request_copy(const struct http_request *request);
int http_request_check(const struct http_transfer *transfer, struct err *err);

/* http_time.c: starts the clock of a transfer; its timer may end it. */
void http_time_begin(struct http_slot *slot);

/* http_loop.c */
int http_loop_open(struct http *http, struct err *err);
void http_loop_close(struct http *http);
/* Lets curl take the first steps of handles that were added. */
void http_loop_kick(struct http *http);

/* http_slot.c */
struct http_slot *http_slot_take(struct http *http);
void http_slot_release(struct http_slot *slot);
void http_slot_free_all(struct http *http);
/* Sets the handle up for its transfer, whose addresses are known. */
int http_slot_prepare(struct http_slot *slot, struct err *err);
/* Adds the addresses of a hop that the policy lets through; -1 if none. */
int http_slot_add_addresses(struct http_slot *slot, struct http_hop *hop,
    const struct dns_address *addresses, size_t count, struct err *err);
/* 0 if the policy of the transfer allows the address. */
int http_slot_check(const struct http_slot *slot, const char *host,
    const struct dns_address *address, struct err *err);

/* http_receive.c: callbacks of a handle. */
size_t http_receive_header(char *line, size_t size, size_t n, void *data);
size_t http_receive_body(char *bytes, size_t size, size_t n, void *data);
void http_receive_reset(struct http_slot *slot);

/* http_target.c */
int http_target_parse(CURLU *scratch, const char *url,
    struct http_target *target_r, struct err *err);
/* *is_local_r: the URL's own host must be resolved by us as well. */
int http_target_parse_proxy(CURLU *scratch, const char *proxy,
    struct http_target *target_r, bool *is_local_r, struct err *err);
bool http_target_is_localhost(const struct http_target *target);

/* http_reason.c: sets slot->error and slot->reason from curl's result. */
void http_reason_set(struct http_slot *slot, CURLcode code);
/* The same for a limit of time that has passed. */
void http_reason_set_timeout(
    struct http_slot *slot, const char *what, int64_t ms);

/* http_ca.c: a copy of the path, after a look whether it can be read. */
char *http_ca_find(const char *wanted, struct log *log, struct err *err);

#endif
