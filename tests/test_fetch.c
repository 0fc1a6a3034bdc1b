#include "tests/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/conf.h"
#include "feeds/fetch.h"
#include "feeds/fetch_private.h"
#include "lib/alloc.h"
#include "lib/clock.h"

/*
 * Real servers on loopback in this process, on the loop of the transfers. A
 * server answers each path with the bytes that the test gave it, once a
 * connection, and keeps what it was asked.
 */
#define ROUTES_MAX 32
#define REQUESTS_MAX 16
#define REQUEST_SIZE 8192
#define GIVE_UP_S 20.

struct route {
	const char *path;
	char *answer;	/* NULL: none, the connection stays open */
};

struct server {
	struct ev_loop *loop;
	int fd;
	int port;
	char base[64];
	struct ev_io watcher;
	struct route routes[ROUTES_MAX];
	size_t route_count;
	char *requests[REQUESTS_MAX];
	size_t request_count;
	size_t connections;
	struct connection *open;
};

struct connection {
	struct server *server;
	struct ev_io watcher;
	char request[REQUEST_SIZE];
	size_t len;
	struct connection *next;
};

struct fixture {
	struct ev_loop *loop;
	struct log log;
	struct http *http;
	struct server one;	/* 127.0.0.2, allowed */
	struct server two;	/* 127.0.0.4, allowed */
	struct server canary;	/* 127.0.0.1, forbidden */
	struct server canary6;	/* ::1, forbidden; fd -1 without IPv6 */
	struct network networks[2];
	struct conf_feed conf;
	char url[256];
	struct feed *feed;
	struct fetch *fetch;
	/* a copy of the last result */
	int done;
	struct fetch_result got;
	char *body;
	char *got_url;
	char *etag;
	char *last_modified;
	char *content_type;
	char *moved_url;
};

static char *
copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static void
connection_close(struct connection *connection)
{
	struct connection **at = &connection->server->open;

	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
	ev_io_stop(connection->server->loop, &connection->watcher);
	close(connection->watcher.fd);
	free(connection);
}

/* 1 when it was answered, 0 when it is left to wait. */
static int
connection_answer(struct connection *connection)
{
	struct server *server = connection->server;
	const char *path = strchr(connection->request, ' ') + 1;
	size_t len = strcspn(path, " ?"), i;
	const char *answer = "HTTP/1.1 404 Not Found\r\n"
	                     "Content-Length: 0\r\nConnection: close\r\n\r\n";

	assert_true(server->request_count < REQUESTS_MAX);
	server->requests[server->request_count++] =
	    xstrdup(connection->request);
	for (i = 0; i < server->route_count; i++) {
		if (strlen(server->routes[i].path) == len &&
		    memcmp(server->routes[i].path, path, len) == 0)
			answer = server->routes[i].answer;
	}
	if (!answer)
		return 0;
	/* the client may have hung up: that is for its own result to say */
	if (send(connection->watcher.fd, answer, strlen(answer),
	        MSG_NOSIGNAL) == -1)
		assert_true(errno == EPIPE || errno == ECONNRESET);
	return 1;
}

static void
connection_on_readable(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	struct connection *connection = watcher->data;
	ssize_t n = read(watcher->fd, connection->request + connection->len,
	    sizeof(connection->request) - connection->len - 1);

	(void)loop;
	(void)events;
	if (n > 0) {
		connection->len += (size_t)n;
		connection->request[connection->len] = '\0';
		if (!strstr(connection->request, "\r\n\r\n"))
			return;
		if (connection_answer(connection) == 0)
			return;
	}
	connection_close(connection);
}

static void
server_on_connection(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	struct server *server = watcher->data;
	struct connection *connection = xcalloc(1, sizeof(*connection));
	int fd = accept(watcher->fd, NULL, NULL);

	(void)events;
	assert_true(fd != -1);
	server->connections++;
	connection->server = server;
	connection->next = server->open;
	server->open = connection;
	ev_io_init(&connection->watcher, connection_on_readable, fd, EV_READ);
	connection->watcher.data = connection;
	ev_io_start(loop, &connection->watcher);
}

static void
server_watch(struct server *server, struct ev_loop *loop)
{
	server->loop = loop;
	assert_int_equal(listen(server->fd, 64), 0);
	ev_io_init(
	    &server->watcher, server_on_connection, server->fd, EV_READ);
	server->watcher.data = server;
	ev_io_start(loop, &server->watcher);
}

static void
server_open(struct server *server, struct ev_loop *loop, const char *address)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t len = sizeof(sin);

	inet_pton(AF_INET, address, &sin.sin_addr);
	server->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(server->fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(
	    getsockname(server->fd, (struct sockaddr *)&sin, &len), 0);
	server->port = ntohs(sin.sin_port);
	snprintf(server->base, sizeof(server->base), "http://%s:%d", address,
	    server->port);
	server_watch(server, loop);
}

/* On ::1 with a given port; where there is no IPv6 nothing can reach it. */
static void
server_open6(struct server *server, struct ev_loop *loop, int port)
{
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6,
	    .sin6_addr = IN6ADDR_LOOPBACK_INIT,
	    .sin6_port = htons((uint16_t)port)};

	server->fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (server->fd == -1)
		return;
	if (bind(server->fd, (struct sockaddr *)&sin6, sizeof(sin6)) == -1) {
		close(server->fd);
		server->fd = -1;
		return;
	}
	server_watch(server, loop);
}

static void
server_close(struct server *server)
{
	size_t i;

	if (server->fd == -1)
		return;
	while (server->open)
		connection_close(server->open);
	ev_io_stop(server->loop, &server->watcher);
	close(server->fd);
	for (i = 0; i < server->route_count; i++)
		free(server->routes[i].answer);
	for (i = 0; i < server->request_count; i++)
		free(server->requests[i]);
}

static void
answers_raw(struct server *server, const char *path, char *answer)
{
	size_t i;

	for (i = 0; i < server->route_count; i++) {
		if (strcmp(server->routes[i].path, path) == 0) {
			free(server->routes[i].answer);
			server->routes[i].answer = answer;
			return;
		}
	}
	assert_true(server->route_count < ROUTES_MAX);
	server->routes[server->route_count].path = path;
	server->routes[server->route_count++].answer = answer;
}

/* headers: whole lines, "" for none. */
static void
answers(struct server *server, const char *path, int status,
    const char *headers, const char *body)
{
	answers_raw(server, path,
	    status == 304
	        ? xasprintf("HTTP/1.1 304 X\r\n%sConnection: close\r\n\r\n",
	              headers)
	        : xasprintf("HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n"
	                    "Connection: close\r\n\r\n%s",
	              status, headers, strlen(body), body));
}

static void
redirects(struct server *server, const char *path, int status, const char *to)
{
	char *header = xasprintf("Location: %s\r\n", to);

	answers(server, path, status, header, "");
	free(header);
}

/* To a path of a server. */
static void
redirects_to(struct server *server, const char *path, int status,
    const struct server *target, const char *target_path)
{
	char *to = xasprintf("%s%s", target->base, target_path);

	redirects(server, path, status, to);
	free(to);
}

static bool
was_sent(const struct server *server, size_t request, const char *line)
{
	assert_true(request < server->request_count);
	return strcasestr(server->requests[request], line) != NULL;
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct http_options options = {
	    .concurrency = 4, .user_agent = "wirewatch/test"};
	struct err err;

	f->loop = ev_loop_new(EVFLAG_AUTO);
	log_init(&f->log, LOG_LEVEL_ERROR);
	f->http = http_new(f->loop, &options, &f->log, &err);
	assert_non_null(f->http);
	server_open(&f->one, f->loop, "127.0.0.2");
	server_open(&f->two, f->loop, "127.0.0.4");
	server_open(&f->canary, f->loop, "127.0.0.1");
	server_open6(&f->canary6, f->loop, f->canary.port);
	assert_int_equal(
	    network_parse("127.0.0.2/32", &f->networks[0], &err), 0);
	assert_int_equal(
	    network_parse("127.0.0.4/32", &f->networks[1], &err), 0);
	f->conf.name = "feed";
	f->conf.url = f->url;
	f->conf.fetch.allow_private.allowed = f->networks;
	f->conf.fetch.allow_private.allowed_count = 2;
	f->conf.fetch.max_body = 100000;
	f->conf.fetch.timeout_ms = 10000;
	f->conf.fetch.connect_timeout_ms = 5000;
	f->conf.fetch.stall_timeout_ms = 5000;
	snprintf(f->url, sizeof(f->url), "%s/feed", f->one.base);
	f->feed = feed_new(&f->conf);
	*state = f;
	return 0;
}

static void
forget_result(struct fixture *f)
{
	free(f->body);
	free(f->got_url);
	free(f->etag);
	free(f->last_modified);
	free(f->content_type);
	free(f->moved_url);
	f->body = f->got_url = f->etag = f->last_modified = NULL;
	f->content_type = f->moved_url = NULL;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	fetch_cancel(&f->fetch);
	http_free(&f->http);
	server_close(&f->one);
	server_close(&f->two);
	server_close(&f->canary);
	server_close(&f->canary6);
	feed_free(&f->feed);
	forget_result(f);
	ev_loop_destroy(f->loop);
	free(f);
	return 0;
}

static void
on_done(void *data, struct fetch_result *result)
{
	struct fixture *f = data;

	f->fetch = NULL;
	f->done++;
	f->got = *result;
	f->body = result->body;
	result->body = NULL;
	f->got_url = copy(result->url);
	f->etag = copy(result->etag);
	f->last_modified = copy(result->last_modified);
	f->content_type = copy(result->content_type);
	f->moved_url = copy(result->moved_url);
	ev_break(f->loop, EVBREAK_ALL);
}

static void
on_give_up(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void
run(struct fixture *f)
{
	struct ev_timer timer;

	ev_timer_init(&timer, on_give_up, GIVE_UP_S, 0.);
	ev_timer_start(f->loop, &timer);
	ev_run(f->loop, 0);
	ev_timer_stop(f->loop, &timer);
}

static void
start(struct fixture *f)
{
	forget_result(f);
	f->done = 0;
	f->fetch = fetch_start(f->http, f->feed, true, on_done, f);
}

static void
poll_once(struct fixture *f)
{
	start(f);
	run(f);
	assert_int_equal(f->done, 1);
}

static void
fails(struct fixture *f, enum feed_status status, const char *words)
{
	poll_once(f);
	assert_int_equal(f->got.outcome, FETCH_FAILED);
	assert_string_equal(
	    feed_status_name(f->got.status), feed_status_name(status));
	if (!strstr(f->got.reason.text, words))
		fail_msg("\"%s\" lacks \"%s\"", f->got.reason.text, words);
	assert_null(f->body);
	assert_null(f->moved_url);
}

static void
succeeds(struct fixture *f, enum fetch_outcome outcome)
{
	poll_once(f);
	if (f->got.outcome == FETCH_FAILED)
		fail_msg("failed: %s", f->got.reason.text);
	assert_int_equal(f->got.outcome, outcome);
	assert_int_equal(f->got.status, FEED_OK);
}

static void
a_new_body_comes_with_all_that_is_known_of_it(void **state)
{
	struct fixture *f = *state;

	answers(&f->one, "/feed", 200,
	    "Content-Type: application/rss+xml\r\nETag: \"e1\"\r\n"
	    "Last-Modified: Mon, 23 Nov 2026 07:42:10 GMT\r\n"
	    "Cache-Control: max-age=600\r\n",
	    "<rss/>");
	succeeds(f, FETCH_BODY);
	assert_int_equal(f->got.http_status, 200);
	assert_string_equal(f->body, "<rss/>");
	assert_int_equal(f->got.body_len, 6);
	assert_true(f->got.body_hash != 0);
	assert_string_equal(f->got_url, f->url);
	assert_string_equal(f->content_type, "application/rss+xml");
	assert_string_equal(f->etag, "\"e1\"");
	assert_string_equal(
	    f->last_modified, "Mon, 23 Nov 2026 07:42:10 GMT");
	assert_int_equal(f->got.freshness_ms, 600000);
	assert_int_equal(f->got.retry_after_ms, 0);
	assert_null(f->moved_url);
}

static void
the_first_request_asks_for_feeds_without_conditions(void **state)
{
	struct fixture *f = *state;

	answers(&f->one, "/feed", 200, "", "<rss/>");
	succeeds(f, FETCH_BODY);
	assert_null(f->etag);
	assert_null(f->last_modified);
	assert_true(was_sent(&f->one, 0, "\nAccept: application/atom+xml"));
	assert_true(was_sent(&f->one, 0, "\nUser-Agent: wirewatch/test\r"));
	assert_false(was_sent(&f->one, 0, "\nIf-None-Match"));
	assert_false(was_sent(&f->one, 0, "\nIf-Modified-Since"));
	assert_false(was_sent(&f->one, 0, "\nAuthorization"));
	assert_false(was_sent(&f->one, 0, "\nCookie"));
}

static void
the_end_comes_in_a_later_turn(void **state)
{
	struct fixture *f = *state;

	snprintf(f->url, sizeof(f->url), "nonsense");
	start(f);
	assert_int_equal(f->done, 0);
	run(f);
	assert_int_equal(f->done, 1);
	assert_int_equal(f->got.outcome, FETCH_FAILED);
	assert_int_equal(f->got.http_status, 0);
}

static void
a_body_that_nobody_takes_is_freed(void **state)
{
	struct fixture *f = *state;

	answers(&f->one, "/feed", 200, "", "<rss/>");
	poll_once(f);
	free(f->body);
	f->body = NULL;
	f->feed->state.body_hash = f->got.body_hash;
	succeeds(f, FETCH_SAME_BODY);
	assert_null(f->body);
}

static void
stop_loop(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* Turns the loop until the server has been asked so often. */
static void
run_until_asked(struct fixture *f, const struct server *server, size_t count)
{
	struct ev_timer timer;

	ev_timer_init(&timer, stop_loop, GIVE_UP_S, 0.);
	ev_timer_start(f->loop, &timer);
	while (server->request_count < count && ev_is_active(&timer))
		ev_run(f->loop, EVRUN_ONCE);
	ev_timer_stop(f->loop, &timer);
	assert_int_equal(server->request_count, count);
}

static void
a_cancelled_fetch_is_silent(void **state)
{
	struct fixture *f = *state;
	int i;

	answers_raw(&f->one, "/hang", NULL);
	redirects(&f->one, "/feed", 302, "/hang");
	start(f);
	fetch_cancel(&f->fetch);
	assert_null(f->fetch);
	fetch_cancel(&f->fetch);
	start(f);
	/* in its second hop */
	run_until_asked(f, &f->one, 2);
	fetch_cancel(&f->fetch);
	for (i = 0; i < 10; i++)
		ev_run(f->loop, EVRUN_NOWAIT);
	assert_int_equal(f->done, 0);
	assert_int_equal(http_active(f->http), 0);
}

static void
what_the_state_knows_is_asked_about(void **state)
{
	struct fixture *f = *state;

	f->feed->state.etag = xstrdup("W/\"e1\"");
	f->feed->state.last_modified =
	    xstrdup("Mon, 23 Nov 2026 07:42:10 GMT");
	answers(&f->one, "/feed", 304, "Cache-Control: max-age=60\r\n", "");
	succeeds(f, FETCH_NOT_MODIFIED);
	assert_true(was_sent(&f->one, 0, "\nIf-None-Match: W/\"e1\"\r\n"));
	assert_true(was_sent(&f->one, 0,
	    "\nIf-Modified-Since: Mon, 23 Nov 2026 07:42:10 GMT\r\n"));
	assert_null(f->body);
	assert_int_equal(f->got.freshness_ms, 60000);
}

static void
a_304_that_was_not_asked_for_is_a_failure(void **state)
{
	struct fixture *f = *state;

	answers(&f->one, "/feed", 304, "", "");
	fails(f, FEED_UNREACHABLE, "HTTP 304 Not Modified: not modified, but");
	assert_int_equal(f->got.http_status, 304);
}

static void
after_an_unreadable_body_nothing_is_asked_about(void **state)
{
	static const enum feed_status statuses[] = {FEED_HTML, FEED_BROKEN};
	struct fixture *f = *state;
	size_t i;

	f->feed->state.etag = xstrdup("\"e1\"");
	answers(&f->one, "/feed", 304, "", "");
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		f->feed->state.status = statuses[i];
		fails(f, FEED_UNREACHABLE, "304");
		assert_false(was_sent(&f->one, i, "\nIf-None-Match"));
	}
	f->feed->state.status = FEED_UNREACHABLE;
	succeeds(f, FETCH_NOT_MODIFIED);
}

static void
a_validator_that_is_no_header_is_not_sent(void **state)
{
	struct fixture *f = *state;

	f->feed->state.etag = xstrdup("\"e1\"\r\nX-Evil: 1");
	f->feed->state.last_modified = xstrdup("");
	answers(&f->one, "/feed", 200, "", "<rss/>");
	succeeds(f, FETCH_BODY);
	assert_false(was_sent(&f->one, 0, "evil"));
	assert_false(was_sent(&f->one, 0, "\nIf-"));
}

static void
the_same_bytes_are_told_from_new_ones(void **state)
{
	struct fixture *f = *state;

	answers(&f->one, "/feed", 200, "ETag: \"2\"\r\n", "<rss>1</rss>");
	succeeds(f, FETCH_BODY);
	f->feed->state.body_hash = f->got.body_hash;
	succeeds(f, FETCH_SAME_BODY);
	assert_string_equal(f->etag, "\"2\"");
	assert_int_equal(f->got.body_len, 12);
	answers(&f->one, "/feed", 200, "", "<rss>2</rss>");
	succeeds(f, FETCH_BODY);
	assert_true(f->got.body_hash != f->feed->state.body_hash);
	answers(&f->one, "/feed", 200, "", "");
	succeeds(f, FETCH_BODY);
	assert_true(f->got.body_hash != 0);
	assert_int_equal(f->got.body_len, 0);
	assert_string_equal(f->body, "");
}

static void
every_bad_status_has_its_state_and_its_words(void **state)
{
	static const struct {
		int status;
		enum feed_status want;
		const char *words;
	} cases[] = {
	    {201, FEED_UNREACHABLE, "HTTP 201 Created"},
	    {204, FEED_UNREACHABLE, "HTTP 204 No Content: an answer without"},
	    {206, FEED_UNREACHABLE, "HTTP 206 Partial Content: only a part"},
	    {300, FEED_UNREACHABLE, "HTTP 300 Multiple Choices"},
	    {400, FEED_UNREACHABLE, "HTTP 400 Bad Request"},
	    {401, FEED_BLOCKED, "HTTP 401 Unauthorized"},
	    {402, FEED_UNREACHABLE, "HTTP 402 Payment Required"},
	    {403, FEED_BLOCKED, "HTTP 403 Forbidden"},
	    {404, FEED_UNREACHABLE, "HTTP 404 Not Found"},
	    {407, FEED_BLOCKED, "HTTP 407 Proxy Authentication Required"},
	    {410, FEED_GONE, "HTTP 410 Gone"},
	    {418, FEED_UNREACHABLE, "HTTP 418"},
	    {429, FEED_UNREACHABLE, "HTTP 429 Too Many Requests"},
	    {451, FEED_BLOCKED, "HTTP 451 Unavailable For Legal Reasons"},
	    {500, FEED_UNREACHABLE, "HTTP 500 Internal Server Error"},
	    {503, FEED_UNREACHABLE, "HTTP 503 Service Unavailable"},
	    {599, FEED_UNREACHABLE, "HTTP 599"},
	};
	struct fixture *f;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tear_down(state);
		set_up(state);
		f = *state;
		answers(&f->one, "/feed", cases[i].status, "", "");
		fails(f, cases[i].want, cases[i].words);
		assert_int_equal(f->got.http_status, cases[i].status);
	}
}

static void
a_server_that_is_overrun_is_given_the_time_it_asks_for(void **state)
{
	struct fixture *f = *state;

	answers(&f->one, "/feed", 503, "Retry-After: 120\r\n", "");
	fails(f, FEED_UNREACHABLE, "503");
	assert_int_equal(f->got.retry_after_ms, 120000);
	answers(&f->one, "/feed", 429, "Retry-After: 7\r\n", "");
	fails(f, FEED_UNREACHABLE, "429");
	assert_int_equal(f->got.retry_after_ms, 7000);
	answers(&f->one, "/feed", 503, "Retry-After: soon\r\n", "");
	fails(f, FEED_UNREACHABLE, "503");
	assert_int_equal(f->got.retry_after_ms, 0);
	answers(&f->one, "/feed", 404, "Retry-After: 120\r\n", "");
	fails(f, FEED_UNREACHABLE, "404");
	assert_int_equal(f->got.retry_after_ms, 0);
}

static void
a_challenge_for_browsers_blocks_the_feed(void **state)
{
	struct fixture *f = *state;

	answers(&f->one, "/feed", 403, "cf-mitigated: challenge\r\n", "");
	fails(f, FEED_BLOCKED, "Cloudflare");
	answers(&f->one, "/feed", 503, "cf-mitigated: challenge\r\n", "");
	fails(f, FEED_BLOCKED, "Cloudflare");
	answers(&f->one, "/feed", 200, "cf-mitigated: challenge\r\n", "x");
	fails(f, FEED_BLOCKED, "Cloudflare");
	answers(&f->one, "/feed", 503, "Server: cloudflare\r\n",
	    "<script src=/cdn-cgi/challenge-platform/x.js></script>");
	fails(f, FEED_BLOCKED, "Cloudflare");
	answers(&f->one, "/feed", 503, "Server: cloudflare\r\n", "overloaded");
	fails(f, FEED_UNREACHABLE, "HTTP 503 Service Unavailable");
	answers(&f->one, "/feed", 503, "Server: x\r\n", "challenge-platform");
	fails(f, FEED_UNREACHABLE, "HTTP 503 Service Unavailable");
}

static void
failures_of_the_network_keep_their_reason(void **state)
{
	struct fixture *f = *state;

	answers(&f->one, "/feed", 200, "", "0123456789");
	f->conf.fetch.max_body = 9;
	fails(f, FEED_UNREACHABLE, "exceeds 9 bytes");
	f->conf.fetch.max_body = 10;
	succeeds(f, FETCH_BODY);
	answers_raw(&f->one, "/feed", xstrdup(""));
	fails(f, FEED_UNREACHABLE, "without an answer");
	answers_raw(&f->one, "/feed", NULL);
	f->conf.fetch.timeout_ms = 50;
	fails(f, FEED_UNREACHABLE, "");
	assert_true(f->got.reason.text[0] != '\0');
	f->conf.fetch.timeout_ms = 10000;
	snprintf(f->url, sizeof(f->url), "http://127.0.0.2:9/");
	fails(f, FEED_UNREACHABLE, "refused");
	assert_int_equal(f->got.http_status, 0);
}

static void
redirects_are_followed_and_the_last_url_is_told(void **state)
{
	static const int statuses[] = {301, 302, 303, 307, 308};
	struct fixture *f = *state;
	char want[256];
	size_t i;

	answers(&f->one, "/x/there", 200, "", "<rss/>");
	snprintf(want, sizeof(want), "%s/x/there", f->one.base);
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		redirects(&f->one, "/feed", statuses[i], "x/there#part");
		succeeds(f, FETCH_BODY);
		assert_string_equal(f->got_url, want);
		assert_int_equal(f->got.http_status, 200);
	}
}

static void
a_redirect_to_nowhere_is_a_failure(void **state)
{
	struct fixture *f = *state;

	answers(&f->one, "/feed", 302, "", "");
	fails(f, FEED_UNREACHABLE, "HTTP 302 Found: a redirect that does not");
}

static void
a_loop_of_redirects_is_found(void **state)
{
	struct fixture *f = *state;

	redirects(&f->one, "/feed", 301, "/feed");
	fails(f, FEED_UNREACHABLE, "it is a loop");
	assert_int_equal(f->one.request_count, 1);
	redirects(&f->one, "/feed", 301, "/b");
	redirects(&f->one, "/b", 301, "/feed#again");
	fails(f, FEED_UNREACHABLE, "redirect to ");
	assert_int_equal(f->one.request_count, 3);
}

static void
the_sixth_redirect_is_not_followed(void **state)
{
	struct fixture *f = *state;

	redirects(&f->one, "/feed", 302, "/1");
	redirects(&f->one, "/1", 302, "/2");
	redirects(&f->one, "/2", 302, "/3");
	redirects(&f->one, "/3", 302, "/4");
	redirects(&f->one, "/4", 302, "/5");
	answers(&f->one, "/5", 200, "", "<rss/>");
	succeeds(f, FETCH_BODY);
	redirects(&f->one, "/5", 302, "/6");
	answers(&f->one, "/6", 200, "", "<rss/>");
	fails(f, FEED_UNREACHABLE, "more than 5 redirects");
	assert_int_equal(f->one.request_count, 12);
}

static void
only_http_and_https_are_followed(void **state)
{
	static const struct {
		const char *to;
		const char *words;
	} cases[] = {
	    {"file:///etc/passwd",
	        "redirect to file:///etc/passwd refused: only http and https"},
	    {"gopher://127.0.0.1:70/x", "gopher://127.0.0.1:70/x refused"},
	    {"ftp://127.0.0.1/x", "refused: only http"},
	    {"dict://127.0.0.1:1/d:x", "refused: only http"},
	    {"ldap://127.0.0.1/", "refused: only http"},
	    {"smb://127.0.0.1/", "refused: only http"},
	    {"data:text/xml,<rss/>", "refused: only http"},
	    {"javascript:alert(1)", "refused: only http"},
	    {"FILE:/etc/passwd", "refused: only http"},
	    {"ftp://me:secret@127.0.0.1/?key=secret",
	        "redirect to ftp refused"},
	    {"file:///x?key=secret", "redirect to file:///x refused"},
	    {"file:///\x1b[2J", "redirect to file:///?[2J refused"},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		redirects(&f->one, "/feed", 302, cases[i].to);
		fails(f, FEED_UNREACHABLE, cases[i].words);
		assert_null(strstr(f->got.reason.text, "secret"));
	}
	assert_int_equal(f->canary.connections, 0);
}

static void
what_never_may_be_followed(void **state)
{
	(void)state;
	assert_null(fetch_refuses("http://a.example/", "http://b.example/"));
	assert_null(fetch_refuses("http://a.example/", "https://a.example/"));
	assert_null(fetch_refuses("https://a.example/", "https://b.example/"));
	assert_null(fetch_refuses(
	    "http://me:pw@a.example/x", "http://me:pw@a.example/y"));
	assert_string_equal(
	    fetch_refuses("https://a.example/", "http://a.example/"),
	    "from https down to http");
	assert_string_equal(
	    fetch_refuses("HTTPS://a.example/", "http://a.example/"),
	    "from https down to http");
	assert_string_equal(
	    fetch_refuses("http://a.example/", "http://me@b.example/"),
	    "it names a user");
	assert_string_equal(
	    fetch_refuses("http://a.example/", NULL), "only http and https");
}

/*
 * All the ways to write an address that is nobody's business but ours. %d is
 * the port at which a canary listens.
 */
static const char *const spellings[] = {
    "http://127.0.0.1:%d/",
    "//127.0.0.1:%d/",
    "HTTP://127.0.0.1:%d/",
    "http://127.0.0.1.:%d/",
    "http://127.1:%d/",
    "http://127.0.1:%d/",
    "http://127.000.000.001:%d/",
    "http://0177.0.0.1:%d/",
    "http://017700000001:%d/",
    "http://0x7f.0.0.1:%d/",
    "http://0x7f.1:%d/",
    "http://0x7F000001:%d/",
    "http://2130706433:%d/",
    "http://%%31%%32%%37.0.0.1:%d/",
    "http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1:%d/",
    "http://127\xe3\x80\x82"
    "0\xe3\x80\x82"
    "0\xe3\x80\x82"
    "1:%d/",
    "http://localhost:%d/",
    "http://LOCALHOST:%d/",
    "http://localhost.:%d/",
    "http://0.0.0.0:%d/",
    "http://0:%d/",
    "http://0x0:%d/",
    "http://[::1]:%d/",
    "http://[0:0:0:0:0:0:0:1]:%d/",
    "http://[::]:%d/",
    "http://[::127.0.0.1]:%d/",
    "http://[::ffff:127.0.0.1]:%d/",
    "http://[::ffff:7f00:1]:%d/",
    "http://[::FFFF:127.0.0.1]:%d/",
    "http://[::ffff:0:127.0.0.1]:%d/",
    "http://[64:ff9b::127.0.0.1]:%d/",
    "http://[2002:7f00:1::]:%d/",
    "http://[::1%%251]:%d/",
    "http://[fe80::1]:%d/",
    "http://[fc00::1]:%d/",
    "http://[fd00:ec2::254]:%d/",
    "http://127.255.255.254:%d/",
    "http://127.0.0.3:%d/",
    "http://10.0.0.1:%d/",
    "http://172.16.0.1:%d/",
    "http://172.31.255.255:%d/",
    "http://192.168.0.1:%d/",
    "http://169.254.169.254:%d/latest/meta-data/",
    "http://100.64.0.1:%d/",
    "http://100.100.100.200:%d/",
    "http://198.18.0.1:%d/",
    "http://224.0.0.1:%d/",
    "http://240.0.0.1:%d/",
    "http://255.255.255.255:%d/",
    "http://me@127.0.0.1:%d/",
    "http://127.0.0.2@127.0.0.1:%d/",
    "http://127.0.0.1:%d\\@127.0.0.2/",
};

static void
no_spelling_of_a_private_address_is_reached_by_redirect(void **state)
{
	struct fixture *f = *state;
	char url[128];
	size_t i, j;

	for (i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(url, sizeof(url), spellings[i], f->canary.port);
#pragma GCC diagnostic pop
		redirects(&f->one, "/feed", i % 2 ? 301 : 302, url);
		poll_once(f);
		if (f->got.outcome != FETCH_FAILED)
			fail_msg("%s was fetched", url);
		assert_int_equal(f->got.status, FEED_UNREACHABLE);
		if (!strstr(f->got.reason.text, "redirect"))
			fail_msg("%s: %s", url, f->got.reason.text);
		assert_int_equal(f->canary.connections, 0);
		assert_int_equal(f->canary6.connections, 0);
		for (j = 0; j < f->one.request_count; j++)
			free(f->one.requests[j]);
		f->one.request_count = 0;
	}
}

static void
a_refused_address_is_named_with_what_it_is(void **state)
{
	struct fixture *f = *state;

	redirects(
	    &f->one, "/feed", 302, "http://169.254.169.254/latest?key=secret");
	fails(f, FEED_UNREACHABLE, "cloud metadata");
	assert_non_null(strstr(f->got.reason.text,
	    "(redirected to http://169.254.169.254/latest)"));
	redirects_to(&f->one, "/feed", 302, &f->canary, "/");
	fails(f, FEED_UNREACHABLE, "loopback");
	assert_int_equal(f->canary.connections, 0);
}

static void
a_private_address_in_the_configuration_must_be_allowed_too(void **state)
{
	struct fixture *f = *state;

	snprintf(f->url, sizeof(f->url), "%s/", f->canary.base);
	fails(f, FEED_UNREACHABLE, "loopback");
	assert_int_equal(f->canary.connections, 0);
}

static void
a_network_that_the_operator_allows_is_reached_by_redirect(void **state)
{
	struct fixture *f = *state;

	redirects_to(&f->one, "/feed", 302, &f->two, "/x");
	answers(&f->two, "/x", 200, "", "<rss/>");
	succeeds(f, FETCH_BODY);
	assert_int_equal(f->two.request_count, 1);
}

static void
configure_secrets(struct fixture *f)
{
	static const char *headers[] = {"X-Key: k1", "Cookie: c=1"};

	f->conf.user = "me";
	f->conf.password = "s3cret words";
	f->conf.headers.items = headers;
	f->conf.headers.count = 2;
}

static bool
has_secrets(const struct server *server, size_t request)
{
	bool has_key = was_sent(server, request, "\nX-Key: k1\r\n");

	assert_int_equal(
	    was_sent(server, request, "\nCookie: c=1\r\n"), has_key);
	assert_int_equal(was_sent(server, request,
	                     "\nAuthorization: Basic bWU6czNjcmV0IHdvcmRz"),
	    has_key);
	if (!has_key) {
		assert_false(was_sent(server, request, "\nX-Key"));
		assert_false(was_sent(server, request, "\nCookie"));
		assert_false(was_sent(server, request, "\nAuthorization"));
	}
	return has_key;
}

static void
secrets_go_to_their_origin_only(void **state)
{
	struct fixture *f = *state;
	struct server other = {.fd = -1};

	configure_secrets(f);
	answers(&f->one, "/feed", 200, "", "<rss/>");
	succeeds(f, FETCH_BODY);
	assert_true(has_secrets(&f->one, 0));
	/* another path */
	redirects(&f->one, "/feed", 302, "/x");
	answers(&f->one, "/x", 200, "", "<rss/>");
	succeeds(f, FETCH_BODY);
	assert_true(has_secrets(&f->one, 2));
	/* another host */
	redirects_to(&f->one, "/feed", 302, &f->two, "/x");
	answers(&f->two, "/x", 200, "", "<rss/>");
	succeeds(f, FETCH_BODY);
	assert_false(has_secrets(&f->two, 0));
	assert_true(was_sent(&f->two, 0, "\nAccept: application/atom+xml"));
	/* another port of the same host */
	server_open(&other, f->loop, "127.0.0.2");
	redirects_to(&f->one, "/feed", 302, &other, "/x");
	answers(&other, "/x", 200, "", "<rss/>");
	succeeds(f, FETCH_BODY);
	assert_false(has_secrets(&other, 0));
	/* and home again */
	redirects_to(&f->two, "/x", 302, &f->one, "/x");
	redirects_to(&f->one, "/feed", 302, &f->two, "/x");
	succeeds(f, FETCH_BODY);
	assert_true(has_secrets(&f->one, f->one.request_count - 1));
	server_close(&other);
}

static void
secrets_do_not_follow_a_feed_that_has_moved(void **state)
{
	struct fixture *f = *state;

	configure_secrets(f);
	f->feed->state.moved_url = xasprintf("%s/x", f->two.base);
	f->feed->state.has_moved = true;
	answers(&f->two, "/x", 200, "", "<rss/>");
	succeeds(f, FETCH_BODY);
	assert_int_equal(f->one.request_count, 0);
	assert_false(has_secrets(&f->two, 0));
}

static void
a_redirect_must_not_name_a_user(void **state)
{
	struct fixture *f = *state;
	char url[128];

	snprintf(url, sizeof(url), "http://me:secret@127.0.0.4:%d/x",
	    f->two.port);
	redirects(&f->one, "/feed", 302, url);
	fails(f, FEED_UNREACHABLE, "it names a user");
	assert_null(strstr(f->got.reason.text, "secret"));
	assert_int_equal(f->two.connections, 0);
}

static void
a_header_of_the_operators_replaces_ours(void **state)
{
	static const char *headers[] = {"accept: text/plain"};
	struct fixture *f = *state;

	f->conf.headers.items = headers;
	f->conf.headers.count = 1;
	answers(&f->one, "/feed", 200, "", "<rss/>");
	succeeds(f, FETCH_BODY);
	assert_true(was_sent(&f->one, 0, "\naccept: text/plain\r\n"));
	assert_false(was_sent(&f->one, 0, "application/atom+xml"));
}

static void
validators_belong_to_the_url_that_gave_them(void **state)
{
	struct fixture *f = *state;

	f->feed->state.etag = xstrdup("\"e1\"");
	f->feed->state.last_modified =
	    xstrdup("Mon, 23 Nov 2026 07:42:10 GMT");
	redirects(&f->one, "/feed", 302, "/x");
	answers(&f->one, "/x", 200,
	    "ETag: \"e2\"\r\nLast-Modified: Tue, 24 Nov 2026 07:42:10 GMT\r\n",
	    "<rss/>");
	succeeds(f, FETCH_BODY);
	assert_true(was_sent(&f->one, 0, "\nIf-None-Match: \"e1\""));
	assert_false(was_sent(&f->one, 1, "\nIf-"));
	assert_null(f->etag);
	assert_null(f->last_modified);
	/* so a 304 from there answers a question that nobody asked */
	answers(&f->one, "/x", 304, "", "");
	fails(f, FEED_UNREACHABLE, "304");
}

static void
a_chain_of_permanent_redirects_tells_where_the_feed_has_moved(void **state)
{
	struct fixture *f = *state;
	char want[256];

	redirects(&f->one, "/feed", 301, "/b");
	redirects_to(&f->one, "/b", 308, &f->two, "/x?id=7");
	answers(&f->two, "/x", 200, "", "<rss/>");
	snprintf(want, sizeof(want), "%s/x?id=7", f->two.base);
	succeeds(f, FETCH_BODY);
	assert_string_equal(f->moved_url, want);
	f->feed->state.body_hash = f->got.body_hash;
	succeeds(f, FETCH_SAME_BODY);
	assert_string_equal(f->moved_url, want);
}

static void
one_temporary_redirect_makes_the_whole_chain_so(void **state)
{
	static const int statuses[] = {302, 303, 307};
	struct fixture *f = *state;
	size_t i;

	answers(&f->two, "/x", 200, "", "<rss/>");
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		redirects(&f->one, "/feed", 301, "/b");
		redirects_to(&f->one, "/b", statuses[i], &f->two, "/x");
		succeeds(f, FETCH_BODY);
		assert_null(f->moved_url);
		redirects(&f->one, "/feed", statuses[i], "/b");
		redirects_to(&f->one, "/b", 301, &f->two, "/x");
		succeeds(f, FETCH_BODY);
		assert_null(f->moved_url);
	}
}

static void
a_chain_that_ends_badly_moves_nothing(void **state)
{
	struct fixture *f = *state;

	redirects(&f->one, "/feed", 301, "/b");
	fails(f, FEED_UNREACHABLE, "HTTP 404 Not Found (redirected to ");
	answers(&f->one, "/b", 410, "", "");
	fails(f, FEED_GONE, "HTTP 410 Gone (redirected to ");
}

static void
all_hops_share_the_time_of_one(void **state)
{
	struct fixture *f = *state;

	redirects(&f->one, "/feed", 302, "/hang");
	answers_raw(&f->one, "/hang", NULL);
	f->conf.fetch.timeout_ms = 100;
	fails(f, FEED_UNREACHABLE, "(redirected to ");
	assert_int_equal(f->one.request_count, 2);
}

static void
the_feed_may_go_while_it_is_fetched(void **state)
{
	struct fixture *f = *state;

	f->feed->state.etag = xstrdup("\"e1\"");
	redirects(&f->one, "/feed", 302, "/x");
	answers(&f->one, "/x", 200, "", "<rss/>");
	start(f);
	feed_free(&f->feed);
	run(f);
	assert_int_equal(f->done, 1);
	assert_int_equal(f->got.outcome, FETCH_BODY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_new_body_comes_with_all_that_is_known_of_it),
	    TEST(the_first_request_asks_for_feeds_without_conditions),
	    TEST(the_end_comes_in_a_later_turn),
	    TEST(a_body_that_nobody_takes_is_freed),
	    TEST(a_cancelled_fetch_is_silent),
	    TEST(what_the_state_knows_is_asked_about),
	    TEST(a_304_that_was_not_asked_for_is_a_failure),
	    TEST(after_an_unreadable_body_nothing_is_asked_about),
	    TEST(a_validator_that_is_no_header_is_not_sent),
	    TEST(the_same_bytes_are_told_from_new_ones),
	    TEST(every_bad_status_has_its_state_and_its_words),
	    TEST(a_server_that_is_overrun_is_given_the_time_it_asks_for),
	    TEST(a_challenge_for_browsers_blocks_the_feed),
	    TEST(failures_of_the_network_keep_their_reason),
	    TEST(redirects_are_followed_and_the_last_url_is_told),
	    TEST(a_redirect_to_nowhere_is_a_failure),
	    TEST(a_loop_of_redirects_is_found),
	    TEST(the_sixth_redirect_is_not_followed),
	    TEST(only_http_and_https_are_followed),
	    TEST(what_never_may_be_followed),
	    TEST(no_spelling_of_a_private_address_is_reached_by_redirect),
	    TEST(a_refused_address_is_named_with_what_it_is),
	    TEST(a_private_address_in_the_configuration_must_be_allowed_too),
	    TEST(a_network_that_the_operator_allows_is_reached_by_redirect),
	    TEST(secrets_go_to_their_origin_only),
	    TEST(secrets_do_not_follow_a_feed_that_has_moved),
	    TEST(a_redirect_must_not_name_a_user),
	    TEST(a_header_of_the_operators_replaces_ours),
	    TEST(validators_belong_to_the_url_that_gave_them),
	    TEST(a_chain_of_permanent_redirects_tells_where_the_feed_has_moved),
	    TEST(one_temporary_redirect_makes_the_whole_chain_so),
	    TEST(a_chain_that_ends_badly_moves_nothing),
	    TEST(all_hops_share_the_time_of_one),
	    TEST(the_feed_may_go_while_it_is_fetched),
	};

	return cmocka_run_group_tests_name("fetch", tests, NULL, NULL);
}
