/*
 * Names to addresses. A lookup waits either on a query, which all lookups of
 * that name share, or on the `ready` list with its answer, from which a later
 * turn of the loop calls it back. A query asks for IPv4 and IPv6 separately,
 * so that a name server which ignores one of the questions costs a moment of
 * grace and not a timeout. Answers are counted: cache and lookups share them.
 *
 * c-ares cannot give up one question: a query whose waiters have left or have
 * run out of time stays open until c-ares reports, and serves whoever comes
 * meanwhile.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/dns.h"
#include "lib/dns_private.h"
#include "lib/map.h"

struct dns_lookup {
	TAILQ_ENTRY(dns_lookup) link;
	struct dns *dns;
	struct dns_query *query; /* waits there; NULL = is ready */
	struct dns_answer *answer;
	uint64_t turn; /* in which it became ready */
	dns_done_fn done;
	void *data;
};

TAILQ_HEAD(dns_lookups, dns_lookup);

struct dns_half {
	struct dns_query *query;
	bool is_open;
	bool is_lost; /* its channel went: to be asked again */
	int status;
	struct dns_found found;
};

struct dns_query {
	struct dns *dns;
	char *name;
	bool is_listed; /* new lookups may join */
	struct dns_half halves[2];
	struct dns_lookups waiters;
	struct ev_timer timer; /* the deadline, then the grace */
};

struct dns {
	struct ev_loop *loop;
	int timeout_ms; /* of a lookup */
	int ttl_min_ms;
	struct dns_ares *ares;
	struct map *queries;
	struct dns_cache *cache;
	struct dns_lookups ready;
	struct ev_timer turn_timer;
	uint64_t turn;
	bool is_closing;
};

static void
dns_lookup_free(struct dns_lookup *lookup)
{
	dns_answer_unref(&lookup->answer);
	free(lookup);
}

/* Gives a lookup its answer, to be called back in a later turn. */
static void
dns_make_ready(struct dns_lookup *lookup, struct dns_answer *answer)
{
	struct dns *dns = lookup->dns;

	lookup->query = NULL;
	lookup->answer = dns_answer_ref(answer);
	lookup->turn = dns->turn;
	TAILQ_INSERT_TAIL(&dns->ready, lookup, link);
	if (!ev_is_active(&dns->turn_timer)) {
		ev_timer_set(&dns->turn_timer, 0., 0.);
		ev_timer_start(dns->loop, &dns->turn_timer);
	}
}

/* Calls back what was ready before this turn; callbacks start and cancel. */
static void
dns_deliver(struct dns *dns)
{
	uint64_t turn = dns->turn++;
	struct dns_lookup *lookup;

	while ((lookup = TAILQ_FIRST(&dns->ready)) && lookup->turn <= turn) {
		TAILQ_REMOVE(&dns->ready, lookup, link);
		lookup->done(lookup->data, lookup->answer->addresses,
		    lookup->answer->count, &lookup->answer->reason);
		dns_lookup_free(lookup);
	}
	if (TAILQ_EMPTY(&dns->ready))
		ev_timer_stop(dns->loop, &dns->turn_timer);
}

static void
dns_on_turn(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	dns_deliver(timer->data);
}

static void
dns_after(void *data)
{
	dns_deliver(data);
}

static bool
dns_is_negative(int status)
{
	return status == ARES_ENOTFOUND || status == ARES_ENODATA;
}

/* Only what the name servers know for certain is kept: no failures. */
static struct dns_answer *
dns_answer_from_failure(const struct dns_query *query)
{
	int v4 = query->halves[0].status, v6 = query->halves[1].status;
	struct dns_answer *answer = dns_answer_new(0);
	int status = dns_is_negative(v4) ? v6 : v4;

	if (dns_is_negative(v4) && dns_is_negative(v6)) {
		answer->ttl_ms = DNS_TTL_NEGATIVE_S * 1000;
		status = v4 == ARES_ENOTFOUND ? v4 : v6;
	}
	dns_ares_explain(query->name, status, &answer->reason);
	return answer;
}

static struct dns_answer *
dns_answer_from_query(const struct dns_query *query)
{
	const struct dns_found *v4 = &query->halves[0].found;
	const struct dns_found *v6 = &query->halves[1].found;

	if (!v4->count && !v6->count)
		return dns_answer_from_failure(query);
	return dns_answer_from_found(v4, v6, query->dns->ttl_min_ms);
}

static void
dns_query_answer(struct dns_query *query, struct dns_answer *answer)
{
	struct dns_lookup *lookup;

	ev_timer_stop(query->dns->loop, &query->timer);
	while ((lookup = TAILQ_FIRST(&query->waiters))) {
		TAILQ_REMOVE(&query->waiters, lookup, link);
		dns_make_ready(lookup, answer);
	}
}

static void
dns_query_unlist(struct dns_query *query)
{
	if (query->is_listed)
		map_remove(query->dns->queries, query->name);
	query->is_listed = false;
}

/* Frees a query that nobody can reach any more: neither c-ares nor lookups. */
static void
dns_query_release(struct dns_query *query)
{
	if (query->is_listed || query->halves[0].is_open ||
	    query->halves[1].is_open)
		return;
	ev_timer_stop(query->dns->loop, &query->timer);
	free(query->name);
	free(query);
}

/* What is known now is the answer; an open half is not waited for. */
static void
dns_query_finish(struct dns_query *query)
{
	struct dns_answer *answer = dns_answer_from_query(query);

	dns_query_unlist(query);
	dns_cache_put(query->dns->cache, query->name, answer, clock_mono_ms());
	dns_query_answer(query, answer);
	dns_answer_unref(&answer);
}

/* Neither family has answered in time. */
static void
dns_query_expire(struct dns_query *query)
{
	struct dns_answer *answer = dns_answer_new(0);

	dns_ares_explain(query->name, ARES_ETIMEOUT, &answer->reason);
	dns_query_answer(query, answer);
	dns_answer_unref(&answer);
}

static void
dns_query_on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct dns_query *query = timer->data;
	struct dns *dns = query->dns;

	(void)loop;
	(void)events;
	if (query->halves[0].found.count || query->halves[1].found.count)
		dns_query_finish(query);
	else
		dns_query_expire(query);
	dns_deliver(dns);
}

static void
dns_query_set_timer(struct dns_query *query, int64_t ms)
{
	ev_timer_stop(query->dns->loop, &query->timer);
	ev_timer_set(&query->timer, (double)ms / 1000.0, 0.);
	ev_timer_start(query->dns->loop, &query->timer);
}

/* A family has its answer: wait for the other, give it grace, or finish. */
static void
dns_query_on_half(struct dns_query *query, const struct dns_half *half)
{
	const struct dns_half *other =
	    &query->halves[half == &query->halves[0] ? 1 : 0];

	if (query->is_listed && !other->is_open)
		dns_query_finish(query);
	else if (query->is_listed && half->found.count)
		dns_query_set_timer(query, DNS_GRACE_MS);
	dns_query_release(query);
}

static void
dns_half_on_answer(
    void *data, int status, int timeouts, struct ares_addrinfo *result)
{
	struct dns_half *half = data;
	struct dns_query *query = half->query;

	(void)timeouts;
	if (status == ARES_EDESTRUCTION && query->is_listed &&
	    !query->dns->is_closing) {
		half->is_lost = true;
		return;
	}
	half->is_open = false;
	half->status = status;
	if (status == ARES_SUCCESS) {
		dns_found_take(&half->found, result);
		if (!half->found.count)
			half->status = ARES_ENODATA;
	}
	if (result)
		ares_freeaddrinfo(result);
	dns_query_on_half(query, half);
}

static void
dns_half_ask(struct dns_half *half)
{
	struct dns_query *query = half->query;

	half->is_lost = false;
	dns_ares_ask(query->dns->ares, query->name, half->found.family,
	    dns_half_on_answer, half);
}

static void
dns_query_ask(struct dns_query *query)
{
	struct dns_half *v6 = &query->halves[1];

	/* both first: an answer may come from within the asking */
	query->halves[0].is_open = v6->is_open = true;
	dns_half_ask(&query->halves[0]);
	/* v6 is still open, so the query is still there */
	dns_half_ask(v6);
}

static struct dns_query *
dns_query_new(struct dns *dns, const char *name)
{
	struct dns_query *query = xcalloc(1, sizeof(*query));

	query->dns = dns;
	query->name = xstrdup(name);
	query->halves[0].query = query->halves[1].query = query;
	query->halves[0].found.family = AF_INET;
	query->halves[1].found.family = AF_INET6;
	TAILQ_INIT(&query->waiters);
	ev_init(&query->timer, dns_query_on_timer);
	query->timer.data = query;
	query->is_listed = true;
	map_put(dns->queries, name, query);
	return query;
}

/* A new resolv.conf: what stood open with the old servers is asked again. */
static void
dns_refresh(struct dns *dns)
{
	struct dns_half **lost;
	struct dns_query *query;
	size_t cursor = 0, count = 0, i;

	if (!dns_ares_refresh(dns->ares))
		return;
	lost =
	    xcalloc(2 * map_count(dns->queries) + 1, sizeof(struct dns_half *));
	while ((query = map_next(dns->queries, &cursor, NULL))) {
		for (i = 0; i < 2; i++) {
			if (query->halves[i].is_lost)
				lost[count++] = &query->halves[i];
		}
	}
	/* answers from within change the map, but free no lost half */
	for (i = 0; i < count; i++)
		dns_half_ask(lost[i]);
	free(lost);
}

static void
dns_join(struct dns *dns, struct dns_lookup *lookup, const char *name)
{
	struct dns_query *query;
	struct dns_answer *answer;

	dns_refresh(dns);
	query = map_get(dns->queries, name);
	if (!query && map_count(dns->queries) >= DNS_QUERIES_MAX) {
		answer = dns_answer_new(0);
		err_set(&answer->reason,
		    "%s: too many names are looked up at a time", name);
		dns_make_ready(lookup, answer);
		dns_answer_unref(&answer);
		return;
	}
	if (query) {
		lookup->query = query;
		TAILQ_INSERT_TAIL(&query->waiters, lookup, link);
		if (!ev_is_active(&query->timer))
			dns_query_set_timer(query, dns->timeout_ms);
		return;
	}
	query = dns_query_new(dns, name);
	lookup->query = query;
	TAILQ_INSERT_TAIL(&query->waiters, lookup, link);
	dns_query_set_timer(query, dns->timeout_ms);
	dns_query_ask(query);
}

/* Lower case, since names are the same in any; -1 when it cannot be one. */
static int
dns_fold(const char *name, char folded[DNS_NAME_MAX + 1], struct err *err)
{
	size_t len = strlen(name), i;

	if (len == 0)
		return err_set(err, "there is no host name");
	if (len > DNS_NAME_MAX)
		return err_set(
		    err, "no host name has more than %d bytes", DNS_NAME_MAX);
	for (i = 0; i <= len; i++)
		folded[i] = (char)tolower((unsigned char)name[i]);
	return 0;
}

/* The answer if it is at hand, NULL if the name servers must be asked. */
static struct dns_answer *
dns_answer_at_hand(
    struct dns *dns, const char *name, char folded[DNS_NAME_MAX + 1])
{
	struct dns_found v4, v6;
	struct dns_answer *answer;
	struct dns_address literal;
	struct err err;

	if (dns_parse_literal(name, &literal) == 0) {
		answer = dns_answer_new(1);
		answer->addresses[0] = literal;
		return answer;
	}
	if (dns_fold(name, folded, &err) == -1) {
		answer = dns_answer_new(0);
		answer->reason = err;
		return answer;
	}
	answer = dns_cache_get(dns->cache, folded, clock_mono_ms());
	if (answer)
		return answer;
	dns_ares_ask_hosts(dns->ares, folded, &v4, &v6);
	if (!v4.count && !v6.count)
		return NULL;
	answer = dns_answer_from_found(&v4, &v6, dns->ttl_min_ms);
	dns_cache_put(dns->cache, folded, answer, clock_mono_ms());
	return answer;
}

struct dns_lookup *
dns_start(struct dns *dns, const char *name, dns_done_fn done, void *data)
{
	struct dns_lookup *lookup = xcalloc(1, sizeof(*lookup));
	char folded[DNS_NAME_MAX + 1];
	struct dns_answer *answer;

	lookup->dns = dns;
	lookup->done = done;
	lookup->data = data;
	answer = dns_answer_at_hand(dns, name, folded);
	if (!answer) {
		dns_join(dns, lookup, folded);
		return lookup;
	}
	dns_make_ready(lookup, answer);
	dns_answer_unref(&answer);
	return lookup;
}

bool
dns_knows(struct dns *dns, const char *name)
{
	char folded[DNS_NAME_MAX + 1];
	struct dns_answer *answer = NULL;
	struct err err;
	bool is_known;

	if (dns_fold(name, folded, &err) == 0)
		answer = dns_cache_get(dns->cache, folded, clock_mono_ms());
	is_known = answer != NULL;
	dns_answer_unref(&answer);
	return is_known;
}

void
dns_cancel(struct dns_lookup **lookup_p)
{
	struct dns_lookup *lookup = *lookup_p;

	if (!lookup)
		return;
	if (lookup->query)
		TAILQ_REMOVE(&lookup->query->waiters, lookup, link);
	else
		TAILQ_REMOVE(&lookup->dns->ready, lookup, link);
	dns_lookup_free(lookup);
	*lookup_p = NULL;
}

struct dns *
dns_new_with(
    struct ev_loop *loop, const struct dns_options *options, struct err *err)
{
	struct dns *dns = xcalloc(1, sizeof(*dns));
	struct dns_ares_options ares = {
	    .loop = loop,
	    .servers = options->servers,
	    .resolv_conf = options->resolv_conf,
	    .port = options->port,
	    .after = dns_after,
	    .data = dns,
	};

	dns->loop = loop;
	dns->timeout_ms =
	    options->timeout_ms ? options->timeout_ms : DNS_TIMEOUT_MS;
	dns->ttl_min_ms =
	    options->ttl_min_ms ? options->ttl_min_ms : DNS_TTL_MIN_S * 1000;
	dns->queries = map_new();
	dns->cache = dns_cache_new();
	TAILQ_INIT(&dns->ready);
	ev_init(&dns->turn_timer, dns_on_turn);
	dns->turn_timer.data = dns;
	/* waits of t, 2t, 4t: a packet that is lost costs little */
	ares.timeout_ms = dns->timeout_ms / ((1 << DNS_TRIES) - 1);
	dns->ares = dns_ares_new(&ares, err);
	if (!dns->ares)
		dns_free(&dns);
	return dns;
}

struct dns *
dns_new(struct ev_loop *loop, struct err *err)
{
	const struct dns_options options = {0};

	return dns_new_with(loop, &options, err);
}

static void
dns_drop_lookups(struct dns_lookups *lookups)
{
	struct dns_lookup *lookup;

	while ((lookup = TAILQ_FIRST(lookups))) {
		TAILQ_REMOVE(lookups, lookup, link);
		dns_lookup_free(lookup);
	}
}

void
dns_free(struct dns **dns_p)
{
	struct dns *dns = *dns_p;
	struct dns_query *query;
	size_t cursor = 0;

	if (!dns)
		return;
	dns->is_closing = true;
	while ((query = map_next(dns->queries, &cursor, NULL)))
		dns_drop_lookups(&query->waiters);
	/* ends every query: each frees itself with its last half */
	dns_ares_free(&dns->ares);
	dns_drop_lookups(&dns->ready);
	ev_timer_stop(dns->loop, &dns->turn_timer);
	dns_cache_free(&dns->cache);
	map_free(&dns->queries, NULL);
	free(dns);
	*dns_p = NULL;
}

int
dns_parse_literal(const char *text, struct dns_address *address_r)
{
	struct dns_address address = {0};

	if (inet_pton(AF_INET, text, &address.v4) == 1)
		address.family = AF_INET;
	else if (inet_pton(AF_INET6, text, &address.v6) == 1)
		address.family = AF_INET6;
	else
		return -1;
	*address_r = address;
	return 0;
}

const char *
dns_format(const struct dns_address *address, char out[INET6_ADDRSTRLEN])
{
	const void *bytes = address->family == AF_INET
				? (const void *)&address->v4
				: (const void *)&address->v6;

	if (!inet_ntop(address->family, bytes, out, INET6_ADDRSTRLEN))
		out[0] = '\0';
	return out;
}
