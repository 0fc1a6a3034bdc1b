/*
 * Answers: how the addresses that were found become the list that is tried.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/dns_private.h"

struct dns_answer *
dns_answer_new(size_t count)
{
	struct dns_answer *answer =
	    xcalloc(1, sizeof(*answer) + count * sizeof(answer->addresses[0]));

	answer->references = 1;
	answer->count = count;
	return answer;
}

struct dns_answer *
dns_answer_ref(struct dns_answer *answer)
{
	answer->references++;
	return answer;
}

void
dns_answer_unref(struct dns_answer **answer)
{
	if (*answer && --(*answer)->references == 0)
		free(*answer);
	*answer = NULL;
}

static bool
dns_found_add(struct dns_found *found, const struct ares_addrinfo_node *node)
{
	struct dns_address *address = &found->addresses[found->count];

	if (node->ai_family != found->family ||
	    found->count == DNS_ADDRESSES_MAX)
		return false;
	address->family = found->family;
	if (found->family == AF_INET)
		address->v4 = ((struct sockaddr_in *)node->ai_addr)->sin_addr;
	else
		address->v6 = ((struct sockaddr_in6 *)node->ai_addr)->sin6_addr;
	found->count++;
	return true;
}

void
dns_found_take(struct dns_found *found, const struct ares_addrinfo *result)
{
	const struct ares_addrinfo_cname *cname;
	const struct ares_addrinfo_node *node;

	found->ttl_s = DNS_TTL_MAX_S;
	for (node = result->nodes; node; node = node->ai_next) {
		if (dns_found_add(found, node) && node->ai_ttl < found->ttl_s)
			found->ttl_s = node->ai_ttl;
	}
	for (cname = result->cnames; cname; cname = cname->next) {
		if (cname->ttl < found->ttl_s)
			found->ttl_s = cname->ttl;
	}
}

/*
 * Whether this host can send to an address at all. Connecting a datagram
 * socket asks the routing table and sends nothing.
 */
static bool
dns_answer_has_route(const struct in6_addr *address)
{
	struct sockaddr_in6 to = {
	    .sin6_family = AF_INET6,
	    .sin6_port = htons(443),
	    .sin6_addr = *address,
	};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool has_route;

	if (fd == -1)
		return false;
	has_route = connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
	close(fd);
	return has_route;
}

static int64_t
dns_answer_ttl_ms(
    const struct dns_found *v4, const struct dns_found *v6, int64_t ttl_min_ms)
{
	int64_t ttl_s = DNS_TTL_MAX_S;

	if (v4->count && v4->ttl_s < ttl_s)
		ttl_s = v4->ttl_s;
	if (v6->count && v6->ttl_s < ttl_s)
		ttl_s = v6->ttl_s;
	return ttl_s * 1000 < ttl_min_ms ? ttl_min_ms : ttl_s * 1000;
}

struct dns_answer *
dns_answer_from_found(
    const struct dns_found *v4, const struct dns_found *v6, int64_t ttl_min_ms)
{
	const struct dns_found *first = v6, *second = v4;
	size_t share, rest;
	struct dns_answer *answer;

	if (!v6->count ||
	    (v4->count && !dns_answer_has_route(&v6->addresses[0].v6))) {
		first = v4;
		second = v6;
	}
	rest = second->count < DNS_ADDRESSES_MAX / 2 ? second->count
						     : DNS_ADDRESSES_MAX / 2;
	share = first->count < DNS_ADDRESSES_MAX - rest
		    ? first->count
		    : DNS_ADDRESSES_MAX - rest;
	answer = dns_answer_new(share + rest);
	if (share)
		memcpy(answer->addresses, first->addresses,
		    share * sizeof(answer->addresses[0]));
	if (rest)
		memcpy(answer->addresses + share, second->addresses,
		    rest * sizeof(answer->addresses[0]));
	answer->ttl_ms = dns_answer_ttl_ms(v4, v6, ttl_min_ms);
	return answer;
}
