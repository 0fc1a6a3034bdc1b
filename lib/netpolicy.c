/*
 * The address policy: IANA's special-purpose registries for IPv4 and IPv6
 * (RFC 6890, as of 2025) as one table for each family. The longest prefix
 * decides; a row without a name is an exception that is globally reachable.
 * IPv6 forms that carry an IPv4 address are judged by what they carry.
 */
#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/netpolicy.h"

#define NETPOLICY_TEXT_MAX 63 /* an address, a slash and a prefix */
#define V4_BITS 32
#define V6_BITS 128

struct netpolicy_v4 {
	unsigned char address[4];
	int prefix;
	const char *name;
};

struct netpolicy_v6 {
	unsigned char address[16];
	int prefix;
	const char *name;
};

/* Longest prefixes first: the first row that fits decides. */
static const struct netpolicy_v4 netpolicy_v4[] = {
    /* services of a cloud's own host, whatever network they hide in */
    {{100, 100, 100, 200}, 32, "cloud metadata"},
    {{168, 63, 129, 16}, 32, "cloud metadata"},
    {{169, 254, 169, 254}, 32, "cloud metadata"},
    {{169, 254, 170, 2}, 32, "cloud metadata"},
    {{169, 254, 170, 23}, 32, "cloud metadata"},
    {{192, 0, 0, 192}, 32, "cloud metadata"},
    {{192, 0, 0, 9}, 32, NULL},
    {{192, 0, 0, 10}, 32, NULL},
    {{255, 255, 255, 255}, 32, "broadcast"},
    {{192, 0, 0, 0}, 24, "reserved for protocols"},
    {{192, 0, 2, 0}, 24, "documentation"},
    {{192, 88, 99, 0}, 24, "6to4 relay"},
    {{198, 51, 100, 0}, 24, "documentation"},
    {{203, 0, 113, 0}, 24, "documentation"},
    {{169, 254, 0, 0}, 16, "link-local"},
    {{192, 168, 0, 0}, 16, "private"},
    {{198, 18, 0, 0}, 15, "benchmarking"},
    {{172, 16, 0, 0}, 12, "private"},
    {{100, 64, 0, 0}, 10, "shared address space"},
    {{0, 0, 0, 0}, 8, "this network"},
    {{10, 0, 0, 0}, 8, "private"},
    {{127, 0, 0, 0}, 8, "loopback"},
    {{224, 0, 0, 0}, 4, "multicast"},
    {{240, 0, 0, 0}, 4, "reserved"},
};

/*
 * Only 2000::/3 is global unicast (RFC 4291 section 2.4); whatever lies
 * outside and has no row of its own is reserved.
 */
static const struct netpolicy_v6 netpolicy_v6[] = {
    {{0}, 128, "unspecified"},
    {{[15] = 1}, 128, "loopback"},
    {{0x20, 0x01, 0x00, 0x01, [15] = 1}, 128, NULL},
    {{0x20, 0x01, 0x00, 0x01, [15] = 2}, 128, NULL},
    {{0x20, 0x01, 0x00, 0x01, [15] = 3}, 128, NULL},
    {{0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, 0x54}, 128, "cloud metadata"},
    {{0xfd, 0x20, 0x00, 0xce, [14] = 0x02, 0x54}, 128, "cloud metadata"},
    {{0x00, 0x64, 0xff, 0x9b}, 96, NULL},
    {{0x01, 0x00}, 64, "discard-only"},
    {{0x01, 0x00, [7] = 1}, 64, "dummy prefix"},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, "local NAT64"},
    {{0x20, 0x01, 0x00, 0x02}, 48, "benchmarking"},
    {{0x20, 0x01, 0x00, 0x04, 0x01, 0x12}, 48, NULL},
    {{0x20, 0x01, 0x00, 0x00}, 32, NULL},
    {{0x20, 0x01, 0x00, 0x03}, 32, NULL},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "documentation"},
    {{0x20, 0x01, 0x00, 0x20}, 28, NULL},
    {{0x20, 0x01, 0x00, 0x30}, 28, NULL},
    {{0x20, 0x01, 0x00, 0x00}, 23, "reserved for protocols"},
    {{0x3f, 0xff}, 20, "documentation"},
    {{0x5f, 0x00}, 16, "segment routing"},
    {{0xfe, 0x80}, 10, "link-local"},
    {{0xfe, 0xc0}, 10, "private"},
    {{0xff}, 8, "multicast"},
    {{0xfc}, 7, "private"},
    {{0x20}, 3, NULL},
    {{0}, 0, "reserved"},
};

static int
netpolicy_bits(int family)
{
	return family == AF_INET ? V4_BITS : V6_BITS;
}

static const unsigned char *
netpolicy_bytes(const struct dns_address *address)
{
	return address->family == AF_INET ? (const unsigned char *)&address->v4
					  : (const unsigned char *)&address->v6;
}

static bool
netpolicy_fits(
    const unsigned char *network, const unsigned char *bytes, int prefix)
{
	size_t whole = (size_t)prefix / CHAR_BIT;
	int rest = prefix % CHAR_BIT;

	if (memcmp(network, bytes, whole) != 0)
		return false;
	return rest == 0 ||
	       ((network[whole] ^ bytes[whole]) >> (CHAR_BIT - rest)) == 0;
}

static void
netpolicy_from_v4(struct dns_address *address_r, const unsigned char *bytes,
    unsigned char mask)
{
	unsigned char v4[4];
	size_t i;

	for (i = 0; i < sizeof(v4); i++)
		v4[i] = bytes[i] ^ mask;
	address_r->family = AF_INET;
	memcpy(&address_r->v4, v4, sizeof(v4));
}

/* ::ffff:192.0.2.1 is 192.0.2.1: the kernel connects to that. */
static void
netpolicy_unmap(struct dns_address *address)
{
	unsigned char bytes[16];

	if (address->family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&address->v6))
		return;
	memcpy(bytes, &address->v6, sizeof(bytes));
	netpolicy_from_v4(address, bytes + 12, 0);
}

static int
netpolicy_parse_prefix(
    const char *text, int max, int *prefix_r, struct err *err)
{
	size_t digits = strspn(text, "0123456789");
	int prefix;

	if (digits == 0 || digits > 3 || text[digits] != '\0')
		return err_set(err, "the prefix is not a number");
	prefix = atoi(text);
	if (prefix > max)
		return err_set(err, "the prefix is larger than %d", max);
	*prefix_r = prefix;
	return 0;
}

/* Bits beyond the prefix say nothing: "127.0.0.1/8" is 127.0.0.0/8. */
static void
netpolicy_mask(struct network *network)
{
	unsigned char *bytes = network->address.family == AF_INET
				   ? (unsigned char *)&network->address.v4
				   : (unsigned char *)&network->address.v6;
	int bits = netpolicy_bits(network->address.family), i;

	for (i = network->prefix; i < bits; i++)
		bytes[i / CHAR_BIT] &=
		    (unsigned char)~(0x80u >> (i % CHAR_BIT));
}

int
network_parse(const char *text, struct network *network_r, struct err *err)
{
	char host[NETPOLICY_TEXT_MAX + 1];
	struct network network = {0};
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (len > NETPOLICY_TEXT_MAX)
		return err_set(err, "too long for an address");
	memcpy(host, text, len);
	host[len] = '\0';
	if (dns_parse_literal(host, &network.address) == -1)
		return err_set(err, "not an IP address");
	network.prefix = netpolicy_bits(network.address.family);
	if (slash && netpolicy_parse_prefix(
			 slash + 1, network.prefix, &network.prefix, err) == -1)
		return -1;
	/* addresses are unmapped before they are compared: so are networks */
	if (network.address.family == AF_INET6 &&
	    network.prefix >= V6_BITS - V4_BITS) {
		netpolicy_unmap(&network.address);
		if (network.address.family == AF_INET)
			network.prefix -= V6_BITS - V4_BITS;
	}
	netpolicy_mask(&network);
	*network_r = network;
	return 0;
}

bool
network_contains(
    const struct network *network, const struct dns_address *address)
{
	struct dns_address plain = *address;

	netpolicy_unmap(&plain);
	return network->address.family == plain.family &&
	       netpolicy_fits(netpolicy_bytes(&network->address),
		   netpolicy_bytes(&plain), network->prefix);
}

static bool
netpolicy_allows(
    const struct netpolicy *policy, const struct dns_address *address)
{
	size_t i;

	for (i = 0; policy && i < policy->allowed_count; i++) {
		if (network_contains(&policy->allowed[i], address))
			return true;
	}
	return false;
}

static const char *
netpolicy_look_up_v4(const struct dns_address *address)
{
	const unsigned char *bytes = netpolicy_bytes(address);
	size_t i;

	for (i = 0; i < sizeof(netpolicy_v4) / sizeof(netpolicy_v4[0]); i++) {
		if (netpolicy_fits(
			netpolicy_v4[i].address, bytes, netpolicy_v4[i].prefix))
			return netpolicy_v4[i].name;
	}
	return NULL;
}

static const char *
netpolicy_look_up_v6(const struct dns_address *address)
{
	const unsigned char *bytes = netpolicy_bytes(address);
	size_t i;

	for (i = 0; i < sizeof(netpolicy_v6) / sizeof(netpolicy_v6[0]); i++) {
		if (netpolicy_fits(
			netpolicy_v6[i].address, bytes, netpolicy_v6[i].prefix))
			return netpolicy_v6[i].name;
	}
	return NULL;
}

/*
 * Forms of IPv6 that carry IPv4: compatible (RFC 4291 section 2.5.5.1), NAT64
 * (RFC 6052), 6to4 (RFC 3056), Teredo (RFC 4380: the server, and the client
 * with its bits inverted).
 */
static const char *
netpolicy_refuses_carried(
    const struct netpolicy *policy, const struct dns_address *address)
{
	static const struct {
		unsigned char address[12];
		int prefix;
		int at;
		unsigned char mask;
	} forms[] = {
	    {{0}, 96, 12, 0},
	    {{0x00, 0x64, 0xff, 0x9b}, 96, 12, 0},
	    {{0x20, 0x02}, 16, 2, 0},
	    {{0x20, 0x01, 0x00, 0x00}, 32, 4, 0},
	    {{0x20, 0x01, 0x00, 0x00}, 32, 12, 0xff},
	};
	const unsigned char *bytes = netpolicy_bytes(address);
	struct dns_address carried;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!netpolicy_fits(forms[i].address, bytes, forms[i].prefix))
			continue;
		netpolicy_from_v4(&carried, bytes + forms[i].at, forms[i].mask);
		why = netpolicy_refuses(policy, &carried);
		if (why)
			return why;
	}
	return NULL;
}

const char *
netpolicy_refuses(
    const struct netpolicy *policy, const struct dns_address *address)
{
	struct dns_address plain = *address;
	const char *why;

	netpolicy_unmap(&plain);
	if (netpolicy_allows(policy, &plain))
		return NULL;
	if (plain.family == AF_INET)
		return netpolicy_look_up_v4(&plain);
	if (plain.family != AF_INET6)
		return "no internet address";
	/* ::1 is not the IPv4 address 0.0.0.1 */
	if (IN6_IS_ADDR_LOOPBACK(&plain.v6) ||
	    IN6_IS_ADDR_UNSPECIFIED(&plain.v6))
		return netpolicy_look_up_v6(&plain);
	why = netpolicy_refuses_carried(policy, &plain);
	return why ? why : netpolicy_look_up_v6(&plain);
}
