#ifndef WIREWATCH_LIB_DNS_PRIVATE_H
#define WIREWATCH_LIB_DNS_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include <ares.h>

#include "lib/dns.h"

/*
 * What the files of lib/dns share: dns.c owns lookups and queries,
 * dns_answer.c answers and how they are made, dns_cache.c what is remembered,
 * dns_ares.c the library.
 */

/* Addresses of one family, as they came. */
struct dns_found {
	int family;
	int64_t ttl_s;
	size_t count;
	struct dns_address addresses[DNS_ADDRESSES_MAX];
};

/* Counted, for the cache and lookups share it. */
struct dns_answer {
	unsigned references;
	int64_t ttl_ms;		/* 0 = not to be kept */
	struct err reason;	/* only meaningful without addresses */
	size_t count;
	struct dns_address addresses[];
};

struct dns_answer *dns_answer_new(size_t count);
struct dns_answer *dns_answer_ref(struct dns_answer *answer);
void dns_answer_unref(struct dns_answer **answer);
/* Adds what c-ares found of its family, within the bound. */
void dns_found_take(
    struct dns_found *found, const struct ares_addrinfo *result);
/* Both families, the better one first, neither crowding out the other. */
struct dns_answer *dns_answer_from_found(const struct dns_found *v4,
    const struct dns_found *v6, int64_t ttl_min_ms);

/* Names to answers, at most DNS_CACHE_MAX, the oldest forgotten first. */
struct dns_cache;

struct dns_cache *dns_cache_new(void);
void dns_cache_free(struct dns_cache **cache);
/* A reference of the caller's own, or NULL. */
struct dns_answer *dns_cache_get(
    struct dns_cache *cache, const char *name, int64_t now_ms);
/* Takes a reference if the answer may be kept at all. */
void dns_cache_put(struct dns_cache *cache, const char *name,
    struct dns_answer *answer, int64_t now_ms);

/*
 * c-ares on the event loop: its sockets, its timer, and a fresh start when the
 * system's resolv.conf has changed. Only dns.c uses it.
 */
struct dns_ares;

struct dns_ares_options {
	struct ev_loop *loop;
	const char *servers;	/* NULL = the system's */
	const char *resolv_conf;	/* path; NULL = the system's */
	unsigned short port;	/* 0 = 53 */
	int timeout_ms;		/* of the first try */
	/* c-ares has worked on sockets or timeouts: answers may be there */
	void (*after)(void *data);
	void *data;
};

struct dns_ares *dns_ares_new(
    const struct dns_ares_options *options, struct err *err);
/* Every open question is answered with ARES_EDESTRUCTION from within. */
void dns_ares_free(struct dns_ares **ares);
/*
 * What the hosts file says, and that "localhost" is this machine; counts of 0
 * if nothing. Never waits for anything.
 */
void dns_ares_ask_hosts(struct dns_ares *ares, const char *name,
    struct dns_found *v4_r, struct dns_found *v6_r);
/* Asks the name servers; the answer may come before it returns. */
void dns_ares_ask(struct dns_ares *ares, const char *name, int family,
    ares_addrinfo_callback answer, void *data);
/*
 * Starts anew with the present resolv.conf if that has changed. True if so:
 * questions that stood open were answered with ARES_EDESTRUCTION and are to be
 * asked again.
 */
bool dns_ares_refresh(struct dns_ares *ares);
/* Why there is no address, for people. */
void dns_ares_explain(const char *name, int status, struct err *err);

#endif
