#ifndef WIREWATCH_LIB_DNS_H
#define WIREWATCH_LIB_DNS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "lib/err.h"

struct ev_loop;

/*
 * Names to addresses on the event loop (c-ares), with a bounded cache that
 * honours TTLs. Never blocks; a lookup may be cancelled at any time. Lookups
 * of one name share one question. A changed resolv.conf is noticed by itself.
 * The hosts file is asked first; "localhost" and what ends in ".localhost"
 * never leave the machine (RFC 6761 section 6.3).
 */
struct dns;
struct dns_lookup;

#define DNS_ADDRESSES_MAX 16
#define DNS_NAME_MAX 254	/* bytes, with a dot at the end */
#define DNS_TIMEOUT_MS 10000	/* of a lookup */
#define DNS_TRIES 3		/* each waits twice as long as the one before */
#define DNS_GRACE_MS 250	/* for the other family once one has answered */
#define DNS_TTL_MIN_S 5		/* a TTL of 0 still serves a burst */
#define DNS_TTL_MAX_S 3600
#define DNS_TTL_NEGATIVE_S 15	/* "does not exist" is believed that long */
#define DNS_CACHE_MAX 4096	/* names */
#define DNS_QUERIES_MAX 1024	/* different names asked for at a time */

struct dns_options {
	const char *servers;	/* "192.0.2.1:53,..."; NULL = the system's */
	const char *resolv_conf;	/* path; NULL = the system's */
	unsigned short port;	/* of its name servers; 0 = 53 */
	int timeout_ms;		/* 0 = DNS_TIMEOUT_MS */
	int ttl_min_ms;		/* 0 = DNS_TTL_MIN_S */
};

struct dns_address {
	int family;	/* AF_INET or AF_INET6 */
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

/*
 * Called in a later turn of the loop. On failure count is 0 and err says why;
 * the addresses are valid during the call only, and stand in the order in
 * which they should be tried: IPv6 first where this host has a route to it.
 */
typedef void (*dns_done_fn)(void *data, const struct dns_address *addresses,
    size_t count, const struct err *err);

struct dns *dns_new(struct ev_loop *loop, struct err *err);
/* The same with other servers or shorter limits than the usual ones. */
struct dns *dns_new_with(
    struct ev_loop *loop, const struct dns_options *options, struct err *err);
/* Ends all lookups without callbacks; not to be called from within one. */
void dns_free(struct dns **dns);
/* Starts a lookup; freed by itself after its callback. */
struct dns_lookup *dns_start(
    struct dns *dns, const char *name, dns_done_fn done, void *data);
/* Whether a name has an answer at hand that is still remembered. */
bool dns_knows(struct dns *dns, const char *name);
/* Ends it without a callback; sets *lookup to NULL. */
void dns_cancel(struct dns_lookup **lookup);
/* "203.0.113.9" or "2001:db8::1" into an address; -1 if it is a name. */
int dns_parse_literal(const char *text, struct dns_address *address_r);
const char *dns_format(
    const struct dns_address *address, char out[INET6_ADDRSTRLEN]);

#endif
