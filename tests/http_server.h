#ifndef WIREWATCH_TESTS_HTTP_SERVER_H
#define WIREWATCH_TESTS_HTTP_SERVER_H

/*
 * A small blocking HTTP server on 127.x: a thread for each connection, which
 * hands every request to the test's handler. It hides nothing: handlers write
 * the bytes of their answers themselves.
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

#define HTTP_SERVER_CONNECTIONS 512
#define HTTP_SERVER_REQUEST_MAX (1024 * 1024)

struct http_server;

struct http_conn {
	struct http_server *server;
	int fd;
	pthread_t thread;
	char *request;		/* head and body as they came */
	size_t request_len;
	char path[256];
};

/* Answers one request; false ends the connection. */
typedef bool (*http_handler)(struct http_conn *conn);

struct http_server {
	int fd;
	unsigned port;
	pthread_t thread;
	http_handler handler;
	http_handler opening;	/* comes before the first request; or NULL */
	atomic_int socks_type;
	_Atomic(const char *) greeting;	/* said before anything is asked */
	pthread_mutex_t lock;
	struct http_conn *conns[HTTP_SERVER_CONNECTIONS];
	size_t conn_count;
	bool is_stopping;
	atomic_int connections;
	atomic_int requests;
	atomic_int busy;	/* in a handler now */
	atomic_int busiest;
	atomic_bool is_gate_open;
	/* the last request's text; read it when the transfer is over */
	char *last;
};

static bool
http_conn_write(struct http_conn *conn, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = send(conn->fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
http_conn_puts(struct http_conn *conn, const char *text)
{
	return http_conn_write(conn, text, strlen(text));
}

/* Waits until the peer has closed: for handlers that never answer. */
static bool
http_conn_hang(struct http_conn *conn)
{
	char c;

	while (recv(conn->fd, &c, 1, 0) > 0)
		;
	return false;
}

/* Ends the connection with a reset. */
static bool
http_conn_reset(struct http_conn *conn)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return false;
}

/* The length of the request in the buffer, 0 while it is incomplete. */
static size_t
http_conn_complete(struct http_conn *conn)
{
	char *end, *length;
	size_t head, body = 0;

	conn->request[conn->request_len] = '\0';
	end = strstr(conn->request, "\r\n\r\n");
	if (!end)
		return 0;
	head = (size_t)(end + 4 - conn->request);
	*end = '\0';
	length = strcasestr(conn->request, "\r\ncontent-length:");
	*end = '\r';
	if (length)
		body = strtoul(length + 17, NULL, 10);
	return conn->request_len >= head + body ? head + body : 0;
}

static bool
http_conn_read_request(struct http_conn *conn)
{
	ssize_t n;

	conn->request_len = 0;
	while (conn->request_len < HTTP_SERVER_REQUEST_MAX - 1) {
		n = recv(conn->fd, conn->request + conn->request_len,
		    HTTP_SERVER_REQUEST_MAX - 1 - conn->request_len, 0);
		if (n <= 0)
			return false;
		conn->request_len += (size_t)n;
		if (http_conn_complete(conn))
			break;
	}
	conn->path[0] = '\0';
	return sscanf(conn->request, "%*s %255s", conn->path) == 1;
}

static void
http_conn_serve(struct http_conn *conn)
{
	struct http_server *server = conn->server;
	bool goes_on = true;
	int busy, busiest;

	while (goes_on && http_conn_read_request(conn)) {
		pthread_mutex_lock(&server->lock);
		free(server->last);
		server->last = strdup(conn->request);
		pthread_mutex_unlock(&server->lock);
		server->requests++;
		busy = ++server->busy;
		busiest = server->busiest;
		while (busy > busiest &&
		    !atomic_compare_exchange_weak(
		        &server->busiest, &busiest, busy))
			;
		goes_on = server->handler(conn);
		server->busy--;
	}
}

static void *
http_conn_main(void *data)
{
	struct http_conn *conn = data;

	conn->request = malloc(HTTP_SERVER_REQUEST_MAX);
	if (!conn->request)
		abort();
	if (conn->server->greeting)
		(void)http_conn_puts(conn, conn->server->greeting);
	if (!conn->server->opening || conn->server->opening(conn))
		http_conn_serve(conn);
	free(conn->request);
	pthread_mutex_lock(&conn->server->lock);
	close(conn->fd);
	conn->fd = -1;
	pthread_mutex_unlock(&conn->server->lock);
	return NULL;
}

static void *
http_server_main(void *data)
{
	struct http_server *server = data;
	struct http_conn *conn;
	int fd;

	while ((fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC)) != -1) {
		server->connections++;
		conn = calloc(1, sizeof(*conn));
		if (!conn)
			abort();
		conn->server = server;
		conn->fd = fd;
		pthread_mutex_lock(&server->lock);
		if (server->conn_count == HTTP_SERVER_CONNECTIONS)
			abort();
		server->conns[server->conn_count++] = conn;
		if (pthread_create(&conn->thread, NULL, http_conn_main, conn))
			abort();
		pthread_mutex_unlock(&server->lock);
	}
	return NULL;
}

static void
http_server_start(
    struct http_server *server, const char *address, http_handler handler)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t size = sizeof(at);

	memset(server, 0, sizeof(*server));
	server->handler = handler;
	pthread_mutex_init(&server->lock, NULL);
	server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (inet_pton(AF_INET, address, &at.sin_addr) != 1 ||
	    server->fd == -1 ||
	    bind(server->fd, (struct sockaddr *)&at, sizeof(at)) == -1 ||
	    getsockname(server->fd, (struct sockaddr *)&at, &size) == -1 ||
	    listen(server->fd, 256) == -1 ||
	    pthread_create(&server->thread, NULL, http_server_main, server))
		abort();
	server->port = ntohs(at.sin_port);
}

static void
http_server_stop(struct http_server *server)
{
	size_t i;

	shutdown(server->fd, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->fd);
	server->is_gate_open = true;
	pthread_mutex_lock(&server->lock);
	for (i = 0; i < server->conn_count; i++) {
		if (server->conns[i]->fd != -1)
			shutdown(server->conns[i]->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&server->lock);
	for (i = 0; i < server->conn_count; i++) {
		pthread_join(server->conns[i]->thread, NULL);
		free(server->conns[i]);
	}
	free(server->last);
	pthread_mutex_destroy(&server->lock);
}

#endif
