#ifndef WIREWATCH_LIB_DNS_H
#define WIREWATCH_LIB_DNS_H

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#include "lib/err.h"

struct ev_loop;

/*
 * Names to addresses on the event loop (c-ares), with a bounded cache that
 * honours TTLs. Never blocks; a lookup may be cancelled at any time.
 */
struct dns;
struct dns_lookup;

#define DNS_ADDRESSES_MAX 16
#define DNS_TIMEOUT_MS 5000	/* one try; two tries */

struct dns_address {
	int family;	/* AF_INET or AF_INET6 */
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

/*
 * Called in a later turn of the loop. On failure count is 0 and err says why;
 * the addresses are valid during the call only.
 */
typedef void (*dns_done_fn)(void *data, const struct dns_address *addresses,
    size_t count, const struct err *err);

struct dns *dns_new(struct ev_loop *loop, struct err *err);
void dns_free(struct dns **dns);
/* Starts a lookup; freed by itself after its callback. */
struct dns_lookup *dns_start(
    struct dns *dns, const char *name, dns_done_fn done, void *data);
/* Ends it without a callback; sets *lookup to NULL. */
void dns_cancel(struct dns_lookup **lookup);
/* "203.0.113.9" or "2001:db8::1" into an address; -1 if it is a name. */
int dns_parse_literal(const char *text, struct dns_address *address_r);
const char *dns_format(
    const struct dns_address *address, char out[INET6_ADDRSTRLEN]);

#endif
