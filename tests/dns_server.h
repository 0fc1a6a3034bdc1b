#ifndef WIREWATCH_TESTS_DNS_SERVER_H
#define WIREWATCH_TESTS_DNS_SERVER_H

/*
 * A name server on 127.0.0.1 in a thread of its own. It answers from a table
 * and counts what it was asked, so tests see what went over the wire.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define DNS_SERVER_A 1
#define DNS_SERVER_AAAA 28
#define DNS_SERVER_ADDRESSES 40

enum dns_server_kind {
	DNS_SERVER_ANSWER,
	DNS_SERVER_NXDOMAIN,
	DNS_SERVER_FAILS,
	DNS_SERVER_SILENT,
	DNS_SERVER_GARBAGE,
};

struct dns_server_row {
	const char *name;
	enum dns_server_kind kind;
	uint32_t ttl;
	const char *v4;		/* blank-separated; NULL = none */
	const char *v6;
	enum dns_server_kind v6_kind;	/* when it differs */
};

struct dns_server {
	int fd;
	unsigned short port;
	char address[64];	/* with the port */
	pthread_t thread;
	const struct dns_server_row *rows;
	size_t row_count;
	atomic_int questions;
	atomic_bool is_stopping;
};

static size_t
dns_server_put_address(unsigned char *p, int type, uint32_t ttl,
    const char *text)
{
	size_t len = type == DNS_SERVER_A ? 4 : 16;
	const unsigned char head[] = {0xc0, 12, 0, (unsigned char)type, 0, 1,
	    (unsigned char)(ttl >> 24), (unsigned char)(ttl >> 16),
	    (unsigned char)(ttl >> 8), (unsigned char)ttl, 0,
	    (unsigned char)len};

	memcpy(p, head, sizeof(head));
	if (inet_pton(type == DNS_SERVER_A ? AF_INET : AF_INET6, text,
	        p + sizeof(head)) != 1)
		abort();
	return sizeof(head) + len;
}

static size_t
dns_server_put_addresses(unsigned char *p, const struct dns_server_row *row,
    int type, unsigned *count_r)
{
	const char *list = type == DNS_SERVER_A ? row->v4 : row->v6;
	char copy[1024], *word, *rest = NULL;
	size_t len = 0;

	*count_r = 0;
	snprintf(copy, sizeof(copy), "%s", list ? list : "");
	for (word = strtok_r(copy, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		len += dns_server_put_address(p + len, type, row->ttl, word);
		(*count_r)++;
	}
	return len;
}

/* The name of the question as text; returns its type, 0 for nonsense. */
static int
dns_server_read(const unsigned char *p, size_t n, char name[256], size_t *end_r)
{
	size_t at = 12, len = 0;

	while (at < n && p[at]) {
		if (at + p[at] + 1 >= n || len + p[at] + 1 > 254)
			return 0;
		if (len)
			name[len++] = '.';
		memcpy(name + len, p + at + 1, p[at]);
		len += p[at];
		at += p[at] + 1u;
	}
	name[len] = '\0';
	if (at + 5 > n)
		return 0;
	*end_r = at + 5;
	return p[at + 1] << 8 | p[at + 2];
}

static const struct dns_server_row *
dns_server_find(const struct dns_server *server, const char *name)
{
	static const struct dns_server_row missing = {
	    .kind = DNS_SERVER_NXDOMAIN};
	size_t i;

	for (i = 0; i < server->row_count; i++) {
		if (strcasecmp(server->rows[i].name, name) == 0)
			return &server->rows[i];
	}
	return &missing;
}

/* Turns the question in `p` into its answer; 0 = say nothing. */
static size_t
dns_server_answer(struct dns_server *server, unsigned char *p, size_t n)
{
	const struct dns_server_row *row;
	enum dns_server_kind kind;
	char name[256];
	unsigned count = 0;
	size_t end = 0;
	int type = dns_server_read(p, n, name, &end);

	if (!type)
		return 0;
	row = dns_server_find(server, name);
	kind = type == DNS_SERVER_AAAA && row->v6_kind ? row->v6_kind
	                                               : row->kind;
	if (kind == DNS_SERVER_SILENT)
		return 0;
	if (kind == DNS_SERVER_GARBAGE)
		memset(p + 12, 0xff, end - 12);
	p[2] = 0x81;
	p[3] = kind == DNS_SERVER_NXDOMAIN ? 0x83
	    : kind == DNS_SERVER_FAILS     ? 0x82
	                                   : 0x80;
	if (kind == DNS_SERVER_ANSWER)
		end += dns_server_put_addresses(p + end, row, type, &count);
	p[6] = 0;
	p[7] = (unsigned char)count;
	memset(p + 8, 0, 4);
	return end;
}

static void *
dns_server_main(void *data)
{
	struct dns_server *server = data;
	struct sockaddr_in from;
	unsigned char p[4096];

	while (!server->is_stopping) {
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(server->fd, p, 512, 0,
		    (struct sockaddr *)&from, &size);
		size_t len;

		if (n < 12)
			continue;
		server->questions++;
		len = dns_server_answer(server, p, (size_t)n);
		if (len && sendto(server->fd, p, len, 0,
		               (struct sockaddr *)&from, size) == -1)
			continue;
	}
	return NULL;
}

/* On 127.0.0.`last`, at any port if that is 0. */
static void
dns_server_start_at(struct dns_server *server,
    const struct dns_server_row *rows, size_t row_count, unsigned last,
    unsigned short port)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_port = htons(port)};
	struct timeval tick = {.tv_usec = 20000};
	socklen_t size = sizeof(at);

	memset(server, 0, sizeof(*server));
	server->rows = rows;
	server->row_count = row_count;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + last);
	server->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (server->fd == -1 ||
	    bind(server->fd, (struct sockaddr *)&at, sizeof(at)) == -1 ||
	    getsockname(server->fd, (struct sockaddr *)&at, &size) == -1 ||
	    setsockopt(server->fd, SOL_SOCKET, SO_RCVTIMEO, &tick,
	        sizeof(tick)) == -1 ||
	    pthread_create(&server->thread, NULL, dns_server_main, server))
		abort();
	server->port = ntohs(at.sin_port);
	snprintf(server->address, sizeof(server->address), "127.0.0.%u:%u",
	    last, server->port);
}

static void
dns_server_start(struct dns_server *server, const struct dns_server_row *rows,
    size_t row_count)
{
	dns_server_start_at(server, rows, row_count, 1, 0);
}

static void
dns_server_stop(struct dns_server *server)
{
	server->is_stopping = true;
	pthread_join(server->thread, NULL);
	close(server->fd);
}

#endif
