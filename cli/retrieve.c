/*
 * The daemon's fetching for commands: an event loop of its own that runs until
 * the one transfer is over. The configuration is used where it can be read,
 * for its proxy, its user agent and the networks it allows; a person without
 * the right to read it gets the usual settings.
 *
 * The host is resolved first, and its addresses are allowed for this transfer.
 */
#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/retrieve.h"
#include "config/conf.h"
#include "feeds/feed.h"
#include "feeds/fetch.h"
#include "feeds/parse.h"
#include "feeds/url.h"
#include "lib/alloc.h"
#include "lib/diag.h"
#include "lib/dns.h"

#define RETRIEVE_CONNECT_MS 10000
#define RETRIEVE_TIMEOUT_MS 60000
#define RETRIEVE_STALL_MS 15000

struct retrieve {
	struct ev_loop *loop;
	struct log log;
	struct http *http;
	struct dns *dns;
	struct conf *conf; /* NULL if it cannot be read */
	struct conf_feed feed_conf;
	struct feed *feed;
	struct network *allowed;
	struct retrieved *retrieved;
	struct err *err;
	int rc;
};

static void
retrieve_on_done(void *data, struct fetch_result *result)
{
	struct retrieve *retrieve = data;
	struct retrieved *retrieved = retrieve->retrieved;

	ev_break(retrieve->loop, EVBREAK_ALL);
	if (result->outcome != FETCH_BODY) {
		*retrieve->err = result->reason;
		return;
	}
	retrieved->body = result->body;
	retrieved->len = result->body_len;
	result->body = NULL;
	retrieved->url = xstrdup(result->url);
	if (result->content_type)
		retrieved->content_type = xstrdup(result->content_type);
	retrieve->rc = 0;
}

static void
retrieve_fetch(struct retrieve *retrieve, const struct dns_address *addresses,
    size_t count)
{
	struct netpolicy *policy = &retrieve->feed_conf.fetch.allow_private;
	size_t known = policy->allowed_count, i;

	retrieve->allowed = xcalloc(known + count, sizeof(*retrieve->allowed));
	for (i = 0; i < known; i++)
		retrieve->allowed[i] = policy->allowed[i];
	for (i = 0; i < count; i++) {
		retrieve->allowed[known + i].address = addresses[i];
		retrieve->allowed[known + i].prefix =
		    addresses[i].family == AF_INET ? 32 : 128;
	}
	policy->allowed = retrieve->allowed;
	policy->allowed_count = known + count;
	fetch_start(
	    retrieve->http, retrieve->feed, true, retrieve_on_done, retrieve);
}

/* A name without addresses is for the fetch to complain about. */
static void
retrieve_on_resolved(void *data, const struct dns_address *addresses,
    size_t count, const struct err *err)
{
	(void)err;
	retrieve_fetch(data, addresses, count);
}

/* Without brackets and port. */
static char *
retrieve_host(const char *url)
{
	char *host = url_host_port(url), *bare;
	size_t len;

	if (!host)
		return NULL;
	*strrchr(host, ':') = '\0';
	len = strlen(host);
	if (len < 2 || host[0] != '[')
		return host;
	bare = xstrndup(host + 1, len - 2);
	free(host);
	return bare;
}

static int
retrieve_begin(struct retrieve *retrieve, const char *url)
{
	struct dns_address address;
	char *host = retrieve_host(url);

	if (!host)
		return err_set(retrieve->err, "not an http or https URL");
	retrieve->rc = -1;
	if (dns_parse_literal(host, &address) == 0)
		retrieve_fetch(retrieve, &address, 1);
	else
		dns_start(retrieve->dns, host, retrieve_on_resolved, retrieve);
	free(host);
	return 0;
}

static void
retrieve_configure(struct retrieve *retrieve, const char *url)
{
	struct conf_feed *feed = &retrieve->feed_conf;
	struct diag diag;

	diag_init(&diag);
	retrieve->conf = conf_load(cli_default_conf(), &diag);
	diag_clear(&diag);
	if (retrieve->conf)
		feed->fetch = retrieve->conf->fetch;
	else {
		feed->fetch.connect_timeout_ms = RETRIEVE_CONNECT_MS;
		feed->fetch.timeout_ms = RETRIEVE_TIMEOUT_MS;
		feed->fetch.stall_timeout_ms = RETRIEVE_STALL_MS;
	}
	if (feed->fetch.max_body <= 0 || feed->fetch.max_body > PARSE_BODY_MAX)
		feed->fetch.max_body = PARSE_BODY_MAX;
	feed->name = "feed";
	feed->url = url;
	retrieve->feed = feed_new(feed);
}

static int
retrieve_open(struct retrieve *retrieve)
{
	const struct conf *conf = retrieve->conf;
	struct http_options options = {
	    .concurrency = 1,
	    .user_agent =
		conf ? conf->user_agent : "wirewatch/" PACKAGE_VERSION,
	    .ca_file = conf ? conf->ca_file : NULL,
	    .name_servers = conf ? conf->name_servers : NULL,
	};
	const struct dns_options dns = {.servers = options.name_servers};

	log_init(&retrieve->log, LOG_LEVEL_ERROR);
	retrieve->loop = ev_loop_new(EVFLAG_AUTO);
	if (!retrieve->loop)
		return err_set(retrieve->err, "no event loop");
	retrieve->dns = dns_new_with(retrieve->loop, &dns, retrieve->err);
	if (!retrieve->dns)
		return -1;
	retrieve->http =
	    http_new(retrieve->loop, &options, &retrieve->log, retrieve->err);
	return retrieve->http ? 0 : -1;
}

static void
retrieve_close(struct retrieve *retrieve)
{
	if (retrieve->http)
		http_free(&retrieve->http);
	if (retrieve->dns)
		dns_free(&retrieve->dns);
	feed_free(&retrieve->feed);
	if (retrieve->loop)
		ev_loop_destroy(retrieve->loop);
	conf_free(&retrieve->conf);
	free(retrieve->allowed);
}

int
retrieve(const char *url, struct retrieved *retrieved_r, struct err *err)
{
	struct retrieve retrieve = {
	    .retrieved = retrieved_r, .err = err, .rc = -1};

	memset(retrieved_r, 0, sizeof(*retrieved_r));
	retrieve_configure(&retrieve, url);
	if (retrieve_open(&retrieve) == 0 &&
	    retrieve_begin(&retrieve, url) == 0)
		ev_run(retrieve.loop, 0);
	retrieve_close(&retrieve);
	return retrieve.rc;
}

void
retrieved_clear(struct retrieved *retrieved)
{
	free(retrieved->body);
	free(retrieved->url);
	free(retrieved->content_type);
	memset(retrieved, 0, sizeof(*retrieved));
}
