/*
 * c-ares on the event loop. Two channels: `hosts` reads the hosts file only
 * and answers at once, `servers` asks the name servers only; so a name of the
 * hosts file never causes a question. Each socket of c-ares has one watcher,
 * and one timer stands for its next timeout.
 */
#include <ev.h>
#include <netdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/dns_private.h"

#define DNS_RESOLV_CONF "/etc/resolv.conf"

struct dns_socket {
	struct ev_io io;
	struct dns_socket *next;
};

struct dns_channels {
	ares_channel hosts;
	ares_channel servers;
};

struct dns_ares {
	struct dns_ares_options options;
	struct dns_channels channels;
	struct dns_socket *sockets;
	struct ev_timer timer;
	char *resolv_conf_path;
	int64_t checked_ms;
	struct stat resolv_conf;
};

static void
dns_ares_arm(struct dns_ares *ares)
{
	struct timeval tv;

	ev_timer_stop(ares->options.loop, &ares->timer);
	if (!ares_timeout(ares->channels.servers, NULL, &tv))
		return;
	ev_timer_set(&ares->timer,
	    (double)tv.tv_sec + (double)tv.tv_usec / 1000000.0, 0.);
	ev_timer_start(ares->options.loop, &ares->timer);
}

static void
dns_ares_process(struct dns_ares *ares, int read_fd, int write_fd)
{
	ares_process_fd(ares->channels.servers, read_fd, write_fd);
	dns_ares_arm(ares);
	ares->options.after(ares->options.data);
}

static void
dns_ares_on_socket(struct ev_loop *loop, struct ev_io *io, int events)
{
	(void)loop;
	dns_ares_process(io->data, events & EV_READ ? io->fd : ARES_SOCKET_BAD,
	    events & EV_WRITE ? io->fd : ARES_SOCKET_BAD);
}

static void
dns_ares_on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	dns_ares_process(timer->data, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static void
dns_ares_forget(struct dns_ares *ares, struct dns_socket **place)
{
	struct dns_socket *gone = *place;

	*place = gone->next;
	ev_io_stop(ares->options.loop, &gone->io);
	free(gone);
}

/* c-ares tells what it waits for on a socket; nothing: it closes it. */
static void
dns_ares_on_state(void *data, ares_socket_t fd, int readable, int writable)
{
	struct dns_ares *ares = data;
	struct dns_socket **place = &ares->sockets, *found;
	int events = (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0);

	while (*place && (*place)->io.fd != fd)
		place = &(*place)->next;
	if (!events) {
		if (*place)
			dns_ares_forget(ares, place);
		return;
	}
	if (!*place) {
		*place = xcalloc(1, sizeof(**place));
		ev_init(&(*place)->io, dns_ares_on_socket);
		(*place)->io.data = ares;
	}
	found = *place;
	ev_io_stop(ares->options.loop, &found->io);
	ev_io_set(&found->io, fd, events);
	ev_io_start(ares->options.loop, &found->io);
}

static int
dns_ares_open_channel(struct dns_ares *ares, ares_channel *channel,
    const char *lookups, struct err *err)
{
	char order[2];
	struct ares_options options = {
	    .timeout = ares->options.timeout_ms,
	    .tries = DNS_TRIES,
	    .lookups = order,
	    .resolvconf_path = ares->resolv_conf_path,
	    .udp_port = ares->options.port,
	    .tcp_port = ares->options.port,
	    .sock_state_cb = dns_ares_on_state,
	    .sock_state_cb_data = ares,
	};
	int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
		   ARES_OPT_SOCK_STATE_CB | ARES_OPT_RESOLVCONF;
	int rc;

	memcpy(order, lookups, sizeof(order));
	if (ares->options.port)
		mask |= ARES_OPT_UDP_PORT | ARES_OPT_TCP_PORT;
#ifdef ARES_OPT_QUERY_CACHE
	/* dns.c has a cache of its own, with bounds of its own */
	options.qcache_max_ttl = 0;
	mask |= ARES_OPT_QUERY_CACHE;
#endif
	rc = ares_init_options(channel, &options, mask);
	if (rc == ARES_SUCCESS)
		return 0;
	*channel = NULL;
	return err_set(
	    err, "the resolver cannot be set up: %s", ares_strerror(rc));
}

static void
dns_ares_close(struct dns_channels *channels)
{
	if (channels->hosts)
		ares_destroy(channels->hosts);
	if (channels->servers)
		ares_destroy(channels->servers);
	channels->hosts = channels->servers = NULL;
}

static int
dns_ares_open(
    struct dns_ares *ares, struct dns_channels *channels, struct err *err)
{
	const char *servers = ares->options.servers;
	int rc = ARES_SUCCESS;

	memset(channels, 0, sizeof(*channels));
	if (dns_ares_open_channel(ares, &channels->hosts, "f", err) == -1 ||
	    dns_ares_open_channel(ares, &channels->servers, "b", err) == -1)
		goto failed;
	if (servers)
		rc = ares_set_servers_ports_csv(channels->servers, servers);
	if (rc == ARES_SUCCESS)
		return 0;
	err_set(err, "bad name servers \"%s\": %s", servers, ares_strerror(rc));
failed:
	dns_ares_close(channels);
	return -1;
}

static void
dns_ares_forget_paths(struct dns_ares *ares)
{
	free((char *)ares->options.servers);
	free(ares->resolv_conf_path);
}

struct dns_ares *
dns_ares_new(const struct dns_ares_options *options, struct err *err)
{
	struct dns_ares *ares = xcalloc(1, sizeof(*ares));
	int rc = ares_library_init(ARES_LIB_INIT_ALL);

	ares->options = *options;
	ares->options.servers =
	    options->servers ? xstrdup(options->servers) : NULL;
	ares->resolv_conf_path = xstrdup(
	    options->resolv_conf ? options->resolv_conf : DNS_RESOLV_CONF);
	ev_init(&ares->timer, dns_ares_on_timer);
	ares->timer.data = ares;
	if (rc != ARES_SUCCESS) {
		err_set(err, "the resolver cannot be set up: %s",
		    ares_strerror(rc));
		dns_ares_forget_paths(ares);
		free(ares);
		return NULL;
	}
	if (dns_ares_open(ares, &ares->channels, err) == -1)
		dns_ares_free(&ares);
	else if (!options->servers &&
		 stat(ares->resolv_conf_path, &ares->resolv_conf) == -1)
		memset(&ares->resolv_conf, 0, sizeof(ares->resolv_conf));
	return ares;
}

/* Closes what was in use, with the watchers on it. */
static void
dns_ares_end(struct dns_ares *ares, struct dns_channels *channels)
{
	dns_ares_close(channels);
	/* c-ares need not announce each socket that it closes now */
	while (ares->sockets)
		dns_ares_forget(ares, &ares->sockets);
	ev_timer_stop(ares->options.loop, &ares->timer);
}

void
dns_ares_free(struct dns_ares **ares_p)
{
	struct dns_ares *ares = *ares_p;

	if (!ares)
		return;
	dns_ares_end(ares, &ares->channels);
	ares_library_cleanup();
	dns_ares_forget_paths(ares);
	free(ares);
	*ares_p = NULL;
}

struct dns_hosts {
	struct dns_found *v4;
	struct dns_found *v6;
};

static void
dns_ares_on_hosts(
    void *data, int status, int timeouts, struct ares_addrinfo *result)
{
	struct dns_hosts *hosts = data;

	(void)timeouts;
	if (status == ARES_SUCCESS) {
		dns_found_take(hosts->v4, result);
		dns_found_take(hosts->v6, result);
	}
	if (result)
		ares_freeaddrinfo(result);
}

static bool
dns_ares_is_localhost(const char *name)
{
	static const char localhost[] = "localhost";
	size_t len = strlen(name);

	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len < sizeof(localhost) - 1)
		return false;
	name += len - (sizeof(localhost) - 1);
	len -= sizeof(localhost) - 1;
	return strncmp(name, localhost, sizeof(localhost) - 1) == 0 &&
	       (len == 0 || name[-1] == '.');
}

void
dns_ares_ask_hosts(struct dns_ares *ares, const char *name,
    struct dns_found *v4_r, struct dns_found *v6_r)
{
	const struct ares_addrinfo_hints hints = {
	    .ai_flags = ARES_AI_NOSORT,
	    .ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	};
	struct dns_hosts hosts = {v4_r, v6_r};

	memset(v4_r, 0, sizeof(*v4_r));
	memset(v6_r, 0, sizeof(*v6_r));
	v4_r->family = AF_INET;
	v6_r->family = AF_INET6;
	ares_getaddrinfo(ares->channels.hosts, name, NULL, &hints,
	    dns_ares_on_hosts, &hosts);
	/* the file may change at any time: it has no TTL */
	v4_r->ttl_s = v6_r->ttl_s = 0;
	if (v4_r->count || v6_r->count || !dns_ares_is_localhost(name))
		return;
	v4_r->count = v6_r->count = 1;
	v4_r->addresses[0].family = AF_INET;
	v4_r->addresses[0].v4.s_addr = htonl(INADDR_LOOPBACK);
	v6_r->addresses[0].family = AF_INET6;
	v6_r->addresses[0].v6 = in6addr_loopback;
}

void
dns_ares_ask(struct dns_ares *ares, const char *name, int family,
    ares_addrinfo_callback answer, void *data)
{
	const struct ares_addrinfo_hints hints = {
	    .ai_flags = ARES_AI_NOSORT,
	    .ai_family = family,
	    .ai_socktype = SOCK_STREAM,
	};

	ares_getaddrinfo(
	    ares->channels.servers, name, NULL, &hints, answer, data);
	dns_ares_arm(ares);
}

static bool
dns_ares_has_changed(struct dns_ares *ares)
{
	struct stat now;

	if (stat(ares->resolv_conf_path, &now) == -1)
		return false; /* it is being replaced: keep what we have */
	if (now.st_ino == ares->resolv_conf.st_ino &&
	    now.st_dev == ares->resolv_conf.st_dev &&
	    now.st_size == ares->resolv_conf.st_size &&
	    now.st_mtim.tv_sec == ares->resolv_conf.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == ares->resolv_conf.st_mtim.tv_nsec)
		return false;
	ares->resolv_conf = now;
	return true;
}

bool
dns_ares_refresh(struct dns_ares *ares)
{
	struct dns_channels old = ares->channels, fresh;
	int64_t now = clock_mono_ms();
	struct err err;

	if (ares->options.servers ||
	    now - ares->checked_ms < ares->options.timeout_ms)
		return false;
	ares->checked_ms = now;
	/* a file that cannot be used must not cost us the one that could */
	if (!dns_ares_has_changed(ares) ||
	    dns_ares_open(ares, &fresh, &err) == -1)
		return false;
	ares->channels = fresh;
	dns_ares_end(ares, &old);
	return true;
}

void
dns_ares_explain(const char *name, int status, struct err *err)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
	    {ARES_ENOTFOUND, "the name does not exist"},
	    {ARES_ENODATA, "the name has no address"},
	    {ARES_ETIMEOUT, "no answer from the name servers"},
	    {ARES_ESERVFAIL, "the name servers have failed"},
	    {ARES_EREFUSED, "the name servers refuse to answer"},
	    {ARES_ECONNREFUSED, "no name server can be reached"},
	    {ARES_EBADNAME, "this is no valid host name"},
	    {ARES_EBADRESP, "the answer of the name servers is broken"},
	    {ARES_EFORMERR, "the name servers do not understand the question"},
	    {ARES_ENOTIMP, "the name servers do not know such questions"},
	};
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status != status)
			continue;
		err_set(err, "%s: %s", name, reasons[i].text);
		return;
	}
	err_set(err, "%s: %s", name, ares_strerror(status));
}
