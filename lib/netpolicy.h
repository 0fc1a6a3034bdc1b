#ifndef WIREWATCH_LIB_NETPOLICY_H
#define WIREWATCH_LIB_NETPOLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/dns.h"
#include "lib/err.h"

/*
 * Which addresses may be connected to. Everything in IANA's special-purpose
 * registries that is not globally reachable (loopback, private, link-local,
 * metadata, shared, documentation, multicast, reserved, and the IPv6 forms
 * that embed such an IPv4 address) is refused, unless the operator listed a
 * network that contains it.
 */
struct network {
	struct dns_address address;
	int prefix;
};

struct netpolicy {
	struct network *allowed;	/* owned by whoever fills it */
	size_t allowed_count;
};

/* "10.0.0.0/8", "::1", "192.0.2.7": 0, or -1 with the reason. */
int network_parse(const char *text, struct network *network_r, struct err *err);
bool network_contains(
    const struct network *network, const struct dns_address *address);
/*
 * NULL when the address may be reached, else what it is, for people:
 * "loopback", "private", "link-local", "cloud metadata"... policy may be NULL.
 */
const char *netpolicy_refuses(
    const struct netpolicy *policy, const struct dns_address *address);

#endif
