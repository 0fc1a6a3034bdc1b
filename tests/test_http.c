#include "tests/test.h"

#include <curl/curl.h>
#include <ev.h>
#include <microhttpd.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signal.h>

#include "lib/clock.h"
#include "lib/http.h"
#include "tests/dns_server.h"
#include "tests/http_server.h"

#define PATIENCE_S 60.0
#define MAX_BODY (256 * 1024)
#define CALLS_MAX 300

static const struct dns_server_row names[] = {
    {.name = "home.test", .ttl = 300, .v4 = "127.0.0.1"},
    {.name = "other.test", .ttl = 300, .v4 = "127.0.0.1"},
    {.name = "two.test", .ttl = 300, .v4 = "127.0.0.9 127.0.0.1"},
    {.name = "mixed.test", .ttl = 300, .v4 = "10.0.0.1 127.0.0.1"},
    {.name = "mapped.test", .ttl = 300, .v6 = "::ffff:127.0.0.1"},
    {.name = "inner.test", .ttl = 300, .v4 = "192.168.1.1", .v6 = "fd00::1"},
    {.name = "silent.test", .kind = DNS_SERVER_SILENT},
    {.name = "late.test",
	.ttl = 300,
	.v4 = "127.0.0.1",
	.v6_kind = DNS_SERVER_SILENT},
};

struct fixture {
	struct ev_loop *loop;
	struct ev_timer patience;
	struct log log;
	FILE *log_out;
	struct dns_server dns;
	struct http_server server;
	struct http *http;
	struct network allowed[1];
	struct netpolicy policy; /* 127.0.0.0/8 */
	int open;
};

/* What a transfer answered, kept beyond its callback. */
struct call {
	struct fixture *f;
	struct http_transfer *transfer;
	struct call *victim; /* cancelled from within the callback */
	const char *again; /* fetched from within the callback */
	int calls;
	enum http_error error;
	char reason[512];
	int status;
	char *body;
	size_t body_len;
	char *values[9];
	char address[INET6_ADDRSTRLEN];
	int64_t elapsed_ms;
};

enum value {
	CONTENT_TYPE,
	ETAG,
	LAST_MODIFIED,
	LOCATION,
	RETRY_AFTER,
	CACHE_CONTROL,
	EXPIRES,
	SERVER,
	CF_MITIGATED,
};

/* --- the server's answers --- */

static bool
answer(struct http_conn *conn, const char *head, const char *body)
{
	char text[8192];

	snprintf(text, sizeof(text),
	    "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", head, strlen(body),
	    body);
	return http_conn_puts(conn, text);
}

static bool
answer_echo(struct http_conn *conn)
{
	char head[128];

	snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
	    conn->request_len);
	return http_conn_puts(conn, head) &&
	       http_conn_write(conn, conn->request, conn->request_len);
}

struct bits {
	unsigned char *out;
	size_t count;
};

/* Huffman codes come with their highest bit first (RFC 1951 section 3.1.1). */
static void
put_code(struct bits *bits, unsigned code, int len)
{
	while (len-- > 0) {
		if (code >> len & 1)
			bits->out[bits->count / 8] |=
			    (unsigned char)(1u << bits->count % 8);
		bits->count++;
	}
}

/* The CRC-32 of `len` times 'A'; what is never read to its end needs none. */
static uint32_t
checksum(size_t len)
{
	uint32_t crc = UINT32_MAX;
	int bit;

	if (len > 1024 * 1024)
		return 0;
	while (len-- > 0) {
		crc ^= 'A';
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
	}
	return ~crc;
}

/* `len` bytes of 'A' in gzip: one letter, then repeated 258 at a time. */
static unsigned char *
squeeze(size_t len, size_t *len_r)
{
	static const unsigned char head[10] = {0x1f, 0x8b, 8, [9] = 255};
	struct bits bits = {calloc(1, len / 128 + 1024), 8 * sizeof(head)};
	uint32_t tail[2] = {checksum(len), (uint32_t)len};
	size_t at;

	memcpy(bits.out, head, sizeof(head));
	put_code(&bits, 6, 3); /* the last block, fixed codes */
	put_code(&bits, 0x30 + 'A', 8);
	for (at = 1; at + 258 <= len; at += 258)
		put_code(&bits, 0xc5 << 5, 13);
	for (; at < len; at++)
		put_code(&bits, 0x30 + 'A', 8);
	put_code(&bits, 0, 7);
	at = (bits.count + 7) / 8;
	memcpy(bits.out + at, tail, sizeof(tail));
	*len_r = at + sizeof(tail);
	return bits.out;
}

static bool
answer_gzip(struct http_conn *conn, size_t len, bool is_broken)
{
	size_t squeezed_len;
	unsigned char *squeezed = squeeze(len, &squeezed_len);
	char head[256];
	bool ok;

	if (is_broken)
		memset(squeezed + 2, 0xff, squeezed_len - 2);
	snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nContent-Encoding: "
	    "gzip\r\nContent-Length: %zu\r\n\r\n",
	    squeezed_len);
	ok = http_conn_puts(conn, head) &&
	     http_conn_write(conn, squeezed, squeezed_len);
	free(squeezed);
	return ok;
}

static bool
answer_chunks(struct http_conn *conn)
{
	char chunk[1024 + 16];
	size_t i;

	if (!http_conn_puts(
		conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
		return false;
	memcpy(chunk, "400\r\n", 5);
	memset(chunk + 5, 'B', 1024);
	memcpy(chunk + 5 + 1024, "\r\n", 2);
	for (i = 0; i < 100000; i++) {
		if (!http_conn_write(conn, chunk, 5 + 1024 + 2))
			return false;
	}
	return http_conn_puts(conn, "0\r\n\r\n");
}

static bool
answer_headers(struct http_conn *conn, const char *status)
{
	char line[600];
	size_t i;

	if (!http_conn_puts(conn, status))
		return false;
	memset(line, 'x', sizeof(line));
	memcpy(line, "X-Endless: ", 11);
	memcpy(line + sizeof(line) - 3, "\r\n", 3);
	for (i = 0; i < 1000000; i++) {
		if (!http_conn_puts(conn, line))
			return false;
	}
	return true;
}

static bool
answer_interim(struct http_conn *conn)
{
	size_t i;

	for (i = 0; i < 1000000; i++) {
		if (!http_conn_puts(
			conn, "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"))
			return false;
	}
	return true;
}

static bool
answer_long_line(struct http_conn *conn)
{
	char part[1024];
	size_t i;

	memset(part, 'y', sizeof(part));
	if (!http_conn_puts(conn, "HTTP/1.1 200 OK\r\nX-Long: "))
		return false;
	for (i = 0; i < 100000; i++) {
		if (!http_conn_write(conn, part, sizeof(part)))
			return false;
	}
	return true;
}

/* A header value of exactly HTTP_VALUE_MAX bytes, and one of one more. */
static bool
answer_long_values(struct http_conn *conn)
{
	char value[HTTP_VALUE_MAX + 2];

	memset(value, 'v', sizeof(value));
	value[HTTP_VALUE_MAX] = '\0';
	if (!http_conn_puts(conn, "HTTP/1.1 200 OK\r\nETag: ") ||
	    !http_conn_puts(conn, value))
		return false;
	value[HTTP_VALUE_MAX] = 'v';
	value[HTTP_VALUE_MAX + 1] = '\0';
	return http_conn_puts(conn, "\r\nServer: ") &&
	       http_conn_puts(conn, value) &&
	       http_conn_puts(conn, "\r\nContent-Length: 0\r\n\r\n");
}

static bool
answer_gate(struct http_conn *conn)
{
	while (!conn->server->is_gate_open)
		usleep(1000);
	return answer(conn, "200 OK", "through");
}

/* Bytes that come slowly but steadily. */
static bool
answer_drip(struct http_conn *conn)
{
	size_t i;

	if (!http_conn_puts(
		conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"))
		return false;
	for (i = 0; i < 1000; i++) {
		if (!http_conn_write(conn, "d", 1))
			return false;
		usleep(20000);
	}
	return true;
}

static const struct {
	const char *path;
	const char *head;
	const char *body;
} texts[] = {
    {"/plain", "200 OK", "hello"},
    {"/empty", "200 OK", ""},
    {"/headers",
	"200 OK\r\nContent-Type: application/rss+xml\r\n"
	"ETag:  \"abc\" \r\netag2: no\r\n"
	"last-modified: Tue, 01 Feb 2022 03:04:05 GMT\r\n"
	"LOCATION: /there\r\nRetry-After: 120\r\n"
	"Cache-Control: max-age=60\r\nCache-Control: public\r\n"
	"Expires: 0\r\nServer: test/1\r\ncf-mitigated: challenge",
	"x"},
    {"/early",
	"103 Early Hints\r\nETag: \"early\"\r\nLocation: /early\r\n\r\n"
	"HTTP/1.1 200 OK\r\nServer: late",
	"x"},
    {"/redirect", "302 Found\r\nLocation: /plain", ""},
    {"/bad-length", "200 OK\r\nContent-Length: minus", "x"},
    {"/stacked",
	"200 OK\r\nContent-Encoding: gzip, gzip, gzip, gzip, gzip, gzip, gzip",
	"x"},
    {"far.test:443", "407 Proxy Authentication Required", ""},
    {"/503", "503 Service Unavailable\r\nRetry-After: 7", "busy"},
};

static const struct {
	const char *path;
	const char *bytes;
} raws[] = {
    {"/declared", "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\nx"},
    {"/trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
		  "Trailer: ETag\r\n\r\n1\r\nx\r\n0\r\nETag: \"late\"\r\n\r\n"},
    {"/folded", "HTTP/1.1 200 OK\r\nServer: a\r\n etag: b\r\n"
		"Content-Length: 0\r\n\r\n"},
    {"/304", "HTTP/1.1 304 Not Modified\r\nETag: \"same\"\r\n"
	     "Content-Length: 999999999\r\n\r\n"},
    {"/head", "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n"},
    {"/204", "HTTP/1.1 204 No Content\r\n\r\n"},
};

static const struct {
	const char *path;
	const char *bytes;
} broken[] = {
    {"/old", "no header at all\n"},
    {"/no-status", "HTTP/1.1 007 Bond\r\n\r\n"},
    {"/short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"},
    {"/bad-chunk",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"},
    {"/nothing", ""},
    {"/half-head", "HTTP/1.1 200 OK\r\nServer: x\r\nEta"},
    {"/until-close", "HTTP/1.1 200 OK\r\n\r\nuntil the end"},
};

static bool
serve_special(struct http_conn *conn)
{
	const char *path = conn->path;

	if (!strcmp(path, "/echo") || !strcmp(path, "http://far.test/echo"))
		return answer_echo(conn);
	if (!strcmp(path, "/gzip"))
		return answer_gzip(conn, 5000, false);
	if (!strcmp(path, "/bad-gzip"))
		return answer_gzip(conn, 5000, true);
	if (!strcmp(path, "/bomb"))
		return answer_gzip(conn, 64 * 1024 * 1024, false);
	if (!strcmp(path, "/fits"))
		return answer_gzip(conn, MAX_BODY, false);
	if (!strcmp(path, "/one-more"))
		return answer_gzip(conn, MAX_BODY + 1, false);
	if (!strcmp(path, "/chunks"))
		return answer_chunks(conn);
	if (!strcmp(path, "/endless"))
		return answer_headers(conn, "HTTP/1.1 200 OK\r\n");
	if (!strcmp(path, "/interim"))
		return answer_interim(conn);
	if (!strcmp(path, "/long-line"))
		return answer_long_line(conn);
	if (!strcmp(path, "/long-values"))
		return answer_long_values(conn);
	if (!strcmp(path, "/gate"))
		return answer_gate(conn);
	if (!strcmp(path, "/drip"))
		return answer_drip(conn);
	if (!strcmp(path, "/stall"))
		return http_conn_puts(conn,
			   "HTTP/1.1 200 OK\r\n"
			   "Content-Length: 100\r\n\r\npart") &&
		       http_conn_hang(conn);
	if (!strcmp(path, "/reset"))
		return http_conn_puts(conn,
			   "HTTP/1.1 200 OK\r\n"
			   "Content-Length: 100\r\n\r\npart") &&
		       http_conn_reset(conn);
	return http_conn_hang(conn);
}

static bool
serve(struct http_conn *conn)
{
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!strcmp(conn->path, texts[i].path))
			return answer(conn, texts[i].head, texts[i].body);
	}
	for (i = 0; i < sizeof(raws) / sizeof(raws[0]); i++) {
		if (!strcmp(conn->path, raws[i].path))
			return http_conn_puts(conn, raws[i].bytes);
	}
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		if (!strcmp(conn->path, broken[i].path)) {
			(void)http_conn_puts(conn, broken[i].bytes);
			return false;
		}
	}
	return serve_special(conn);
}

/* --- the client's side --- */

static void
on_impatience(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
	fail_msg("nothing happened for %g s", PATIENCE_S);
}

static struct http *
new_http(struct fixture *f, size_t concurrency, const char *ca_file)
{
	struct http_options options = {
	    .concurrency = concurrency,
	    .user_agent = "wirewatch-test/1",
	    .ca_file = ca_file,
	    .name_servers = f->dns.address,
	};
	struct err err;
	struct http *http = http_new(f->loop, &options, &f->log, &err);

	if (!http)
		fail_msg("%s", err.text);
	return http;
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err err;

	f->loop = ev_loop_new(EVFLAG_AUTO);
	ev_timer_init(&f->patience, on_impatience, PATIENCE_S, 0.);
	ev_timer_start(f->loop, &f->patience);
	f->log_out = tmpfile();
	f->log.out = f->log_out;
	f->log.level = LOG_LEVEL_DEBUG;
	dns_server_start(&f->dns, names, sizeof(names) / sizeof(names[0]));
	http_server_start(&f->server, "127.0.0.1", serve);
	f->http = new_http(f, 8, NULL);
	assert_int_equal(network_parse("127.0.0.0/8", &f->allowed[0], &err), 0);
	f->policy.allowed = f->allowed;
	f->policy.allowed_count = 1;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	http_free(&f->http);
	assert_null(f->http);
	http_server_stop(&f->server);
	dns_server_stop(&f->dns);
	ev_timer_stop(f->loop, &f->patience);
	ev_loop_destroy(f->loop);
	fclose(f->log_out);
	free(f);
	return 0;
}

static void start_url(struct fixture *f, struct call *call, const char *url);

static char *
copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void
keep_values(struct call *call, const struct http_response *response)
{
	const char *values[] = {response->content_type, response->etag,
	    response->last_modified, response->location, response->retry_after,
	    response->cache_control, response->expires, response->server,
	    response->cf_mitigated};
	size_t i;

	for (i = 0; i < 9; i++)
		call->values[i] = copy(values[i]);
}

static void
on_done(void *data, struct http_response *response)
{
	struct call *call = data;
	struct fixture *f = call->f;
	const char *again = call->again;

	call->calls++;
	call->transfer = NULL;
	call->error = response->error;
	snprintf(
	    call->reason, sizeof(call->reason), "%s", response->reason.text);
	call->status = response->status;
	call->elapsed_ms = response->elapsed_ms;
	snprintf(call->address, sizeof(call->address), "%s", response->address);
	keep_values(call, response);
	if (response->error == HTTP_ERROR_NONE) {
		assert_non_null(response->body);
		assert_int_equal(response->body[response->body_len], '\0');
	} else
		assert_null(response->body);
	call->body = response->body;
	call->body_len = response->body_len;
	response->body = NULL;
	if (call->victim && call->victim->transfer) {
		http_cancel(&call->victim->transfer);
		assert_null(call->victim->transfer);
		f->open--;
	}
	call->again = NULL;
	if (again)
		start_url(f, call, again);
	if (--f->open == 0)
		ev_break(f->loop, EVBREAK_ALL);
}

static void
clear(struct call *call)
{
	size_t i;

	free(call->body);
	call->body = NULL;
	for (i = 0; i < 9; i++) {
		free(call->values[i]);
		call->values[i] = NULL;
	}
}

static struct http_request
request_for(struct fixture *f, const char *url)
{
	struct http_request request = {
	    .url = url,
	    .policy = &f->policy,
	    .max_body = MAX_BODY,
	    .connect_timeout_ms = 30000,
	    .timeout_ms = 40000,
	    .stall_timeout_ms = 35000,
	};

	return request;
}

static void
start(struct fixture *f, struct call *call, const struct http_request *request)
{
	int calls = call->calls;

	clear(call);
	call->f = f;
	f->open++;
	call->transfer = http_start(f->http, request, on_done, call);
	assert_non_null(call->transfer);
	assert_int_equal(call->calls, calls);
}

static void
start_url(struct fixture *f, struct call *call, const char *url)
{
	struct http_request request = request_for(f, url);

	start(f, call, &request);
}

static const char *
url_of(struct fixture *f, const char *host, const char *path)
{
	static char urls[4][512];
	static size_t next;
	char *url = urls[next++ % 4];

	snprintf(
	    url, sizeof(urls[0]), "http://%s:%u%s", host, f->server.port, path);
	return url;
}

static void
wait_all(struct fixture *f)
{
	if (f->open)
		ev_run(f->loop, 0);
	assert_int_equal(f->open, 0);
	assert_int_equal(http_active(f->http), 0);
}

static void
fetch(struct fixture *f, struct call *call, const struct http_request *request)
{
	int calls = call->calls;

	start(f, call, request);
	wait_all(f);
	assert_int_equal(call->calls, calls + 1);
}

static void
get(struct fixture *f, struct call *call, const char *path)
{
	struct http_request request =
	    request_for(f, url_of(f, "127.0.0.1", path));

	fetch(f, call, &request);
}

static void
expect_ok(const struct call *call, int status, const char *body)
{
	if (call->error != HTTP_ERROR_NONE)
		fail_msg("%s: %s", http_error_name(call->error), call->reason);
	assert_int_equal(call->status, status);
	if (body) {
		assert_int_equal(call->body_len, strlen(body));
		assert_string_equal(call->body, body);
	}
}

static void
expect_error(const struct call *call, enum http_error error, const char *reason)
{
	if (call->error != error || !strstr(call->reason, reason))
		fail_msg("expected %s with \"%s\", got %s: %s",
		    http_error_name(error), reason,
		    http_error_name(call->error), call->reason);
}

/* --- what works --- */

static void
a_page_is_fetched(void **state)
{
	struct call call = {0};

	get(*state, &call, "/plain");
	expect_ok(&call, 200, "hello");
	assert_string_equal(call.address, "127.0.0.1");
	assert_true(call.elapsed_ms >= 0);
	clear(&call);
}

static void
an_empty_body_is_an_empty_string(void **state)
{
	struct call call = {0};

	get(*state, &call, "/empty");
	expect_ok(&call, 200, "");
	get(*state, &call, "/204");
	expect_ok(&call, 204, "");
	clear(&call);
}

static void
not_modified_has_no_body(void **state)
{
	struct fixture *f = *state;
	const char *headers[] = {"If-None-Match: \"same\"", NULL};
	struct http_request request =
	    request_for(f, url_of(f, "127.0.0.1", "/304"));
	struct call call = {0};

	request.headers = headers;
	fetch(f, &call, &request);
	expect_ok(&call, 304, "");
	assert_string_equal(call.values[ETAG], "\"same\"");
	assert_non_null(strstr(f->server.last, "If-None-Match: \"same\"\r\n"));
	assert_non_null(
	    strstr(f->server.last, "User-Agent: wirewatch-test/1\r\n"));
	clear(&call);
}

static void
the_named_headers_are_kept(void **state)
{
	struct call call = {0};

	get(*state, &call, "/headers");
	expect_ok(&call, 200, "x");
	assert_string_equal(call.values[CONTENT_TYPE], "application/rss+xml");
	assert_string_equal(call.values[ETAG], "\"abc\"");
	assert_string_equal(
	    call.values[LAST_MODIFIED], "Tue, 01 Feb 2022 03:04:05 GMT");
	assert_string_equal(call.values[LOCATION], "/there");
	assert_string_equal(call.values[RETRY_AFTER], "120");
	assert_string_equal(call.values[CACHE_CONTROL], "max-age=60, public");
	assert_string_equal(call.values[EXPIRES], "0");
	assert_string_equal(call.values[SERVER], "test/1");
	assert_string_equal(call.values[CF_MITIGATED], "challenge");
	/* and none of them is left over for the next one */
	get(*state, &call, "/plain");
	assert_null(call.values[ETAG]);
	assert_null(call.values[CACHE_CONTROL]);
	clear(&call);
}

static void
the_last_header_block_counts_and_trailers_do_not(void **state)
{
	struct call call = {0};

	get(*state, &call, "/early");
	expect_ok(&call, 200, "x");
	assert_string_equal(call.values[SERVER], "late");
	assert_null(call.values[ETAG]);
	assert_null(call.values[LOCATION]);
	get(*state, &call, "/trailers");
	expect_ok(&call, 200, "x");
	assert_null(call.values[ETAG]);
	get(*state, &call, "/folded");
	assert_null(call.values[ETAG]);
	clear(&call);
}

static void
a_value_longer_than_the_bound_is_absent(void **state)
{
	struct call call = {0};

	get(*state, &call, "/long-values");
	expect_ok(&call, 200, "");
	assert_int_equal(strlen(call.values[ETAG]), HTTP_VALUE_MAX);
	assert_null(call.values[SERVER]);
	clear(&call);
}

static void
a_body_is_posted_byte_for_byte(void **state)
{
	struct fixture *f = *state;
	char body[5000];
	const char *headers[] = {"Content-Type: application/json", NULL};
	struct http_request request =
	    request_for(f, url_of(f, "127.0.0.1", "/echo"));
	struct call call = {0};
	size_t i;

	for (i = 0; i < sizeof(body); i++)
		body[i] = (char)(i * 7);
	request.method = "POST";
	request.headers = headers;
	request.body = body;
	request.body_len = sizeof(body);
	fetch(f, &call, &request);
	expect_ok(&call, 200, NULL);
	assert_non_null(strstr(call.body, "POST /echo HTTP/1.1\r\n"));
	assert_non_null(
	    strstr(call.body, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(call.body, "Content-Length: 5000\r\n"));
	assert_null(strstr(call.body, "Expect"));
	assert_memory_equal(
	    call.body + call.body_len - sizeof(body), body, sizeof(body));
	/* and nothing of it is left for the next one */
	get(f, &call, "/echo");
	assert_non_null(strstr(call.body, "GET /echo HTTP/1.1\r\n"));
	assert_null(strstr(call.body, "Content-"));
	clear(&call);
}

static void
other_methods_are_sent(void **state)
{
	struct fixture *f = *state;
	struct http_request request =
	    request_for(f, url_of(f, "127.0.0.1", "/echo"));
	struct call call = {0};

	request.method = "PUT";
	request.body = "x";
	request.body_len = 1;
	fetch(f, &call, &request);
	assert_non_null(strstr(call.body, "PUT /echo HTTP/1.1\r\n"));
	request.method = "DELETE";
	request.body = NULL;
	fetch(f, &call, &request);
	assert_non_null(strstr(call.body, "DELETE /echo HTTP/1.1\r\n"));
	request.method = "POST";
	fetch(f, &call, &request);
	assert_non_null(strstr(call.body, "POST /echo HTTP/1.1\r\n"));
	assert_non_null(strstr(call.body, "Content-Length: 0\r\n"));
	request.method = "HEAD";
	request.url = url_of(f, "127.0.0.1", "/head");
	fetch(f, &call, &request);
	expect_ok(&call, 200, "");
	assert_non_null(strstr(f->server.last, "HEAD /head HTTP/1.1\r\n"));
	clear(&call);
}

static void
user_and_password_are_sent_as_basic_authentication(void **state)
{
	struct fixture *f = *state;
	struct http_request request =
	    request_for(f, url_of(f, "127.0.0.1", "/echo"));
	struct call call = {0};

	request.user = "wire";
	request.password = "watch:1";
	fetch(f, &call, &request);
	assert_non_null(
	    strstr(call.body, "Authorization: Basic d2lyZTp3YXRjaDox\r\n"));
	request.user = request.password = NULL;
	fetch(f, &call, &request);
	assert_null(strstr(call.body, "Authorization"));
	clear(&call);
}

static void
the_strings_of_a_request_are_copied(void **state)
{
	struct fixture *f = *state;
	char url[512] = "", header[] = "X-Mine: yes";
	const char *headers[] = {header, NULL};
	struct http_request request = request_for(f, url);
	struct call call = {0};

	snprintf(url, sizeof(url), "%s", url_of(f, "127.0.0.1", "/echo"));
	request.headers = headers;
	start(f, &call, &request);
	memset(url, 'x', strlen(url));
	memset(header, 'x', strlen(header));
	headers[0] = NULL;
	wait_all(f);
	expect_ok(&call, 200, NULL);
	assert_non_null(strstr(call.body, "X-Mine: yes\r\n"));
	clear(&call);
}

static void
gzip_is_decoded_and_counted(void **state)
{
	struct call call = {0};

	get(*state, &call, "/gzip");
	expect_ok(&call, 200, NULL);
	assert_int_equal(call.body_len, 5000);
	assert_int_equal(strspn(call.body, "A"), 5000);
	get(*state, &call, "/fits");
	expect_ok(&call, 200, NULL);
	assert_int_equal(call.body_len, MAX_BODY);
	get(*state, &call, "/one-more");
	expect_error(&call, HTTP_ERROR_TOO_LARGE, "256 KiB");
	clear(&call);
}

static void
a_body_may_end_with_the_connection(void **state)
{
	struct call call = {0};

	get(*state, &call, "/until-close");
	expect_ok(&call, 200, "until the end");
	clear(&call);
}

static void
a_redirect_is_handed_over_and_not_followed(void **state)
{
	struct fixture *f = *state;
	struct call call = {0};

	get(f, &call, "/redirect");
	expect_ok(&call, 302, "");
	assert_string_equal(call.values[LOCATION], "/plain");
	assert_int_equal(f->server.requests, 1);
	get(f, &call, "/503");
	expect_ok(&call, 503, "busy");
	assert_string_equal(call.values[RETRY_AFTER], "7");
	clear(&call);
}

static void
names_are_resolved(void **state)
{
	struct fixture *f = *state;
	struct call call = {0};
	int i;

	for (i = 0; i < 3; i++) {
		start_url(f, &call, url_of(f, "home.test", "/echo"));
		wait_all(f);
		expect_ok(&call, 200, NULL);
		assert_non_null(strstr(call.body, "Host: home.test:"));
		start_url(f, &call, url_of(f, "Other.Test.", "/echo"));
		wait_all(f);
		expect_ok(&call, 200, NULL);
		start_url(f, &call, url_of(f, "localhost", "/plain"));
		wait_all(f);
		expect_ok(&call, 200, "hello");
	}
	/* nobody listens at the first address */
	start_url(f, &call, url_of(f, "two.test", "/plain"));
	wait_all(f);
	expect_ok(&call, 200, "hello");
	assert_string_equal(call.address, "127.0.0.1");
	clear(&call);
}

static void
a_connection_is_kept_unless_told_otherwise(void **state)
{
	struct fixture *f = *state;
	struct http_request request =
	    request_for(f, url_of(f, "127.0.0.1", "/plain"));
	struct call call = {0};
	int i;

	for (i = 0; i < 5; i++)
		fetch(f, &call, &request);
	assert_int_equal(f->server.connections, 1);
	request.close_after = true;
	for (i = 0; i < 3; i++)
		fetch(f, &call, &request);
	/* the first of them still used the kept one, and closed it */
	assert_int_equal(f->server.connections, 3);
	expect_ok(&call, 200, "hello");
	clear(&call);
}

/* A kept connection that the server has closed meanwhile. */
static void
a_connection_that_died_is_opened_anew(void **state)
{
	struct fixture *f = *state;
	struct call call = {0};
	size_t i;

	for (i = 0; i < 10; i++) {
		start_url(f, &call, url_of(f, "home.test", "/plain"));
		wait_all(f);
		expect_ok(&call, 200, "hello");
		/* another name takes this slot's place in curl's cache */
		start_url(f, &call, url_of(f, "other.test", "/plain"));
		wait_all(f);
		expect_ok(&call, 200, "hello");
		pthread_mutex_lock(&f->server.lock);
		for (size_t k = 0; k < f->server.conn_count; k++) {
			if (f->server.conns[k]->fd != -1)
				shutdown(f->server.conns[k]->fd, SHUT_RDWR);
		}
		pthread_mutex_unlock(&f->server.lock);
	}
	clear(&call);
}

static void
options_change_for_those_that_start_later(void **state)
{
	struct fixture *f = *state;
	struct http_options options = {
	    .concurrency = 2, .user_agent = "second/2"};
	struct call call = {0};
	char line[512];

	get(f, &call, "/plain");
	http_set_options(f->http, &options);
	get(f, &call, "/echo");
	assert_non_null(strstr(call.body, "User-Agent: second/2\r\n"));
	options.ca_file = "/nonexistent/ca.pem";
	http_set_options(f->http, &options);
	rewind(f->log_out);
	assert_non_null(fgets(line, sizeof(line), f->log_out));
	assert_non_null(strstr(line, "/nonexistent/ca.pem"));
	get(f, &call, "/plain");
	expect_ok(&call, 200, "hello");
	clear(&call);
}

/* --- bounds --- */

static void
a_body_larger_than_the_bound_is_refused(void **state)
{
	static const char *const paths[] = {"/declared", "/chunks", "/bomb"};
	struct call call = {0};
	size_t i;

	for (i = 0; i < 3; i++) {
		get(*state, &call, paths[i]);
		expect_error(
		    &call, HTTP_ERROR_TOO_LARGE, "the body exceeds 256 KiB");
		assert_int_equal(call.status, 200);
	}
	clear(&call);
}

static void
endless_headers_are_refused(void **state)
{
	struct call call = {0};

	get(*state, &call, "/endless");
	expect_error(&call, HTTP_ERROR_TOO_LARGE, "64 KiB");
	get(*state, &call, "/interim");
	expect_error(&call, HTTP_ERROR_TOO_LARGE, "64 KiB");
	get(*state, &call, "/long-line");
	expect_error(&call, HTTP_ERROR_TOO_LARGE, "header");
	clear(&call);
}

static void
broken_answers_are_protocol_errors(void **state)
{
	static const struct {
		const char *path;
		const char *reason;
	} cases[] = {
	    {"/old", "not HTTP"},
	    {"/no-status", "HTTP"},
	    {"/short", "before the body was complete"},
	    {"/bad-chunk", ""},
	    {"/nothing", "without an answer"},
	    {"/half-head", "headers were complete"},
	    {"/reset", "broke"},
	    {"/bad-gzip", "compression"},
	    {"/stacked", "compression"},
	    {"/bad-length", ""},
	};
	struct call call = {0};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		get(*state, &call, cases[i].path);
		if (call.error != HTTP_ERROR_PROTOCOL)
			print_message("# %s\n", cases[i].path);
		expect_error(&call, HTTP_ERROR_PROTOCOL, cases[i].reason);
		assert_string_not_equal(call.reason, "");
	}
	clear(&call);
}

static void
silence_ends_each_phase_with_a_timeout(void **state)
{
	struct fixture *f = *state;
	struct http_request request =
	    request_for(f, url_of(f, "127.0.0.1", "/hang"));
	struct call call = {0};
	char url[128] = "";

	request.timeout_ms = 300;
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_TIMEOUT, "no answer within 300 ms");
	request.timeout_ms = 0;
	request.stall_timeout_ms = 300;
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_TIMEOUT, "no answer came for 300 ms");
	request.url = url_of(f, "127.0.0.1", "/stall");
	fetch(f, &call, &request);
	expect_error(
	    &call, HTTP_ERROR_TIMEOUT, "no further byte came for 300 ms");
	request.url = url_of(f, "127.0.0.1", "/drip");
	request.timeout_ms = 1000;
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_TIMEOUT, "not complete within 1 s");
	request.url = url_of(f, "silent.test", "/");
	request.timeout_ms = 300;
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_TIMEOUT, "name was not resolved");
	/* a server that never takes part in the handshake */
	snprintf(url, sizeof(url), "https://127.0.0.1:%u/", f->server.port);
	request.url = url;
	request.timeout_ms = 0;
	request.connect_timeout_ms = 300;
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_TIMEOUT, "no connection within 300 ms");
	clear(&call);
}

/* More of them than there are places: all are asked for, nobody waits. */
static void
names_without_an_answer_take_no_place(void **state)
{
	struct fixture *f = *state;
	struct call silent[20] = {0}, call = {0}, named = {0};
	size_t i;

	for (i = 0; i < 20; i++)
		start_url(f, &silent[i], url_of(f, "silent.test", "/"));
	assert_int_equal(http_naming(f->http), 20);
	assert_int_equal(http_active(f->http), 20);
	start_url(f, &call, url_of(f, "127.0.0.1", "/plain"));
	start_url(f, &named, url_of(f, "home.test", "/plain"));
	while (!call.calls || !named.calls)
		ev_run(f->loop, EVRUN_ONCE);
	expect_ok(&call, 200, "hello");
	expect_ok(&named, 200, "hello");
	assert_int_equal(http_naming(f->http), 20);
	for (i = 0; i < 20; i++) {
		assert_int_equal(silent[i].calls, 0);
		http_cancel(&silent[i].transfer);
	}
	assert_int_equal(http_active(f->http), 0);
	clear(&call);
	clear(&named);
}

/* The time that the name took comes out of the whole. */
static void
the_whole_time_begins_with_the_name(void **state)
{
	struct fixture *f = *state;
	struct http_request named =
	    request_for(f, url_of(f, "late.test", "/hang"));
	struct http_request plain =
	    request_for(f, url_of(f, "127.0.0.1", "/hang"));
	struct call call = {0}, longer = {0};

	/* one family answers at once, and waits for the other's grace */
	named.timeout_ms = 2 * DNS_GRACE_MS;
	plain.timeout_ms = 2 * DNS_GRACE_MS + DNS_GRACE_MS / 2;
	start(f, &call, &named);
	start(f, &longer, &plain);
	while (!call.calls)
		ev_run(f->loop, EVRUN_ONCE);
	assert_int_equal(longer.calls, 0);
	wait_all(f);
	expect_error(&call, HTTP_ERROR_TIMEOUT, "no answer within 500 ms");
	clear(&call);
	clear(&longer);
}

static void
a_steady_trickle_is_no_stall(void **state)
{
	struct fixture *f = *state;
	struct http_request request =
	    request_for(f, url_of(f, "127.0.0.1", "/drip"));
	struct call call = {0};

	request.stall_timeout_ms = 10000;
	request.timeout_ms = 600;
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_TIMEOUT, "not complete");
	clear(&call);
}

static void
no_more_than_the_concurrency_run_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct call calls[40] = {0};
	struct call *order = &calls[0];
	size_t i;

	for (i = 0; i < 40; i++)
		start_url(f, &calls[i], url_of(f, "127.0.0.1", "/gate"));
	assert_int_equal(http_active(f->http), 40);
	while (f->server.busy < 8)
		ev_run(f->loop, EVRUN_ONCE);
	/* whatever else could start has had its chance */
	for (i = 0; i < 20; i++)
		ev_run(f->loop, EVRUN_NOWAIT);
	f->server.is_gate_open = true;
	wait_all(f);
	assert_int_equal(f->server.busiest, 8);
	assert_int_equal(f->server.requests, 40);
	for (i = 0; i < 40; i++) {
		assert_int_equal(order[i].calls, 1);
		expect_ok(&order[i], 200, "through");
		clear(&calls[i]);
	}
}

/* --- what is refused --- */

static void
refused_addresses_are_not_connected_to(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "0x7f.1", "0x7f000001",
	    "017700000001", "2130706433", "127.1", "127.0.1", "0177.0.0.1",
	    "0x7f.0x0.0x0.0x1", "127.0.0.1.", "[::ffff:127.0.0.1]",
	    "[::ffff:7f00:1]", "[::1]", "[::]", "0.0.0.0", "0",
	    "%31%32%37.0.0.1", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]",
	    "[2002:7f00:1::]", "localhost", "LOCALHOST", "localhost.",
	    "a.localhost", "home.test", "mapped.test", "inner.test",
	    "169.254.169.254", "10.0.0.1", "[fe80::1]", "[fd00:ec2::254]",
	    "224.0.0.1", "255.255.255.255"};
	struct fixture *f = *state;
	struct http_request request = request_for(f, NULL);
	struct call call = {0};
	size_t i;

	request.policy = NULL;
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		request.url = url_of(f, hosts[i], "/plain");
		fetch(f, &call, &request);
		if (call.error != HTTP_ERROR_REFUSED)
			fail_msg("%s: %s %s %d", hosts[i],
			    http_error_name(call.error), call.reason,
			    call.status);
		assert_non_null(strstr(call.reason, "allow-private"));
		assert_string_equal(call.address, "");
	}
	assert_int_equal(f->server.connections, 0);
	clear(&call);
}

static void
a_refusal_says_what_the_address_is(void **state)
{
	struct fixture *f = *state;
	struct http_request request = request_for(f, url_of(f, "0x7f.1", "/"));
	struct call call = {0};

	request.policy = NULL;
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_REFUSED, "127.0.0.1 is loopback");
	request.url = url_of(f, "home.test", "/");
	fetch(f, &call, &request);
	expect_error(
	    &call, HTTP_ERROR_REFUSED, "home.test is at 127.0.0.1, loopback");
	request.url = url_of(f, "169.254.169.254", "/");
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_REFUSED, "cloud metadata");
	clear(&call);
}

static void
a_name_keeps_the_addresses_that_are_allowed(void **state)
{
	struct fixture *f = *state;
	struct call call = {0};

	start_url(f, &call, url_of(f, "mixed.test", "/plain"));
	wait_all(f);
	expect_ok(&call, 200, "hello");
	assert_string_equal(call.address, "127.0.0.1");
	clear(&call);
}

/* Neither a kept connection nor a remembered address opens the way. */
static void
a_stricter_policy_is_not_helped_by_what_is_kept(void **state)
{
	struct fixture *f = *state;
	static const char *const hosts[] = {"127.0.0.1", "home.test"};
	struct http_request strict = request_for(f, NULL);
	struct call open = {0}, shut = {0};
	int i;

	strict.policy = NULL;
	for (i = 0; i < 4; i++) {
		strict.url = url_of(f, hosts[i % 2], "/plain");
		start_url(f, &open, strict.url);
		start(f, &shut, &strict);
		wait_all(f);
		expect_ok(&open, 200, "hello");
		expect_error(&shut, HTTP_ERROR_REFUSED, "loopback");
		fetch(f, &shut, &strict);
		expect_error(&shut, HTTP_ERROR_REFUSED, "loopback");
	}
	assert_int_equal(f->server.requests, 4);
	clear(&open);
	clear(&shut);
}

/* The kept connection leads to an address of the name that we may not use. */
static void
a_kept_connection_is_judged_by_its_own_address(void **state)
{
	struct fixture *f = *state;
	struct http_request strict =
	    request_for(f, url_of(f, "two.test", "/plain"));
	struct network allowed;
	const struct netpolicy policy = {&allowed, 1};
	struct call call = {0};
	struct err err;

	start_url(f, &call, strict.url);
	wait_all(f);
	expect_ok(&call, 200, "hello");
	assert_string_equal(call.address, "127.0.0.1");
	assert_int_equal(network_parse("127.0.0.9", &allowed, &err), 0);
	strict.policy = &policy;
	fetch(f, &call, &strict);
	expect_error(&call, HTTP_ERROR_REFUSED, "127.0.0.1, loopback");
	assert_int_equal(f->server.requests, 1);
	clear(&call);
}

static void
only_http_urls_are_fetched(void **state)
{
	static const char *const urls[] = {"", "/plain", "ftp://127.0.0.1/x",
	    "file:///etc/passwd", "gopher://127.0.0.1/", "FILE:///etc/passwd",
	    "dict://127.0.0.1/", "http:", "http://", "https:///", "http:/x",
	    "http://:80/", "http://127.0.0.1:99999/", "http://127.0.0.1:0/",
	    "http://a b/", "http://exa\nmple.test/", " http://127.0.0.1/",
	    "http://-a.test/", "http://*/", "http://+a.test/", "http://[::1/",
	    "http://[::g]/", "httpx://127.0.0.1/", "127.0.0.1", "//127.0.0.1/",
	    "http://user@127.0.0.1/", "http://user:secret@127.0.0.1/"};
	struct fixture *f = *state;
	struct call call = {0};
	char *long_url;
	size_t i;

	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		start_url(f, &call, urls[i]);
		wait_all(f);
		if (call.error != HTTP_ERROR_URL)
			fail_msg("%s: %s %s", urls[i],
			    http_error_name(call.error), call.reason);
		assert_string_not_equal(call.reason, "");
		assert_null(strstr(call.reason, "secret"));
	}
	long_url = malloc(HTTP_URL_MAX + 2);
	memset(long_url, 'a', HTTP_URL_MAX + 1);
	memcpy(long_url, "http://127.0.0.1/", 17);
	long_url[HTTP_URL_MAX + 1] = '\0';
	start_url(f, &call, long_url);
	wait_all(f);
	expect_error(&call, HTTP_ERROR_URL, "longer than");
	free(long_url);
	clear(&call);
}

static void
headers_with_line_breaks_are_refused(void **state)
{
	struct fixture *f = *state;
	const char *many[HTTP_REQUEST_HEADERS_MAX + 2];
	const char *headers[] = {"X-A: b\r\nX-Evil: c", NULL};
	struct http_request request =
	    request_for(f, url_of(f, "127.0.0.1", "/echo"));
	struct call call = {0};
	size_t i;

	request.headers = headers;
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_URL, "line break");
	for (i = 0; i <= HTTP_REQUEST_HEADERS_MAX; i++)
		many[i] = "X-Many: 1";
	many[i] = NULL;
	request.headers = many;
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_URL, "64 request headers");
	many[HTTP_REQUEST_HEADERS_MAX] = NULL;
	fetch(f, &call, &request);
	expect_ok(&call, 200, NULL);
	clear(&call);
}

static unsigned
closed_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == -1 ||
	    getsockname(fd, (struct sockaddr *)&at, &size) == -1)
		abort();
	close(fd);
	return ntohs(at.sin_port);
}

static void
what_cannot_be_reached_is_told_why(void **state)
{
	struct fixture *f = *state;
	struct call call = {0};
	char url[128] = "";

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", closed_port());
	start_url(f, &call, url);
	wait_all(f);
	expect_error(
	    &call, HTTP_ERROR_CONNECT, "connection refused: 127.0.0.1 port ");
	start_url(f, &call, "http://missing.test/");
	wait_all(f);
	expect_error(
	    &call, HTTP_ERROR_DNS, "missing.test: the name does not exist");
	assert_int_equal(call.status, 0);
	clear(&call);
}

/* --- cancelling --- */

static void
cancelled_transfers_are_silent_in_every_phase(void **state)
{
	struct fixture *f = *state;
	struct call queued = {0}, resolving = {0}, connecting = {0},
		    running = {0}, blockers[5] = {0};
	char url[128];
	size_t i;

	snprintf(url, sizeof(url), "https://127.0.0.1:%u/", f->server.port);
	start_url(f, &resolving, url_of(f, "silent.test", "/"));
	start_url(f, &connecting, url);
	start_url(f, &running, url_of(f, "127.0.0.1", "/stall"));
	for (i = 0; i < 5; i++)
		start_url(f, &blockers[i], url_of(f, "127.0.0.1", "/hang"));
	start_url(f, &queued, url_of(f, "127.0.0.1", "/plain"));
	while (f->server.busy < 6)
		ev_run(f->loop, EVRUN_ONCE);
	http_cancel(&queued.transfer);
	http_cancel(&resolving.transfer);
	http_cancel(&connecting.transfer);
	http_cancel(&running.transfer);
	for (i = 0; i < 5; i++)
		http_cancel(&blockers[i].transfer);
	f->open = 0;
	assert_null(running.transfer);
	assert_int_equal(http_active(f->http), 0);
	http_cancel(&running.transfer);
	start_url(f, &queued, url_of(f, "127.0.0.1", "/plain"));
	wait_all(f);
	expect_ok(&queued, 200, "hello");
	assert_int_equal(resolving.calls + connecting.calls + running.calls, 0);
	clear(&queued);
}

static void
a_transfer_is_cancelled_before_its_first_turn(void **state)
{
	struct fixture *f = *state;
	struct call call = {0};

	start_url(f, &call, url_of(f, "127.0.0.1", "/plain"));
	http_cancel(&call.transfer);
	f->open = 0;
	ev_run(f->loop, EVRUN_NOWAIT);
	ev_run(f->loop, EVRUN_NOWAIT);
	assert_int_equal(call.calls, 0);
	assert_int_equal(f->server.connections, 0);
}

static void
a_callback_may_cancel_other_transfers(void **state)
{
	struct fixture *f = *state;
	struct call first = {0}, second = {0}, third = {0}, fourth = {0};

	/* two that end in the same turn, one that runs, one that waits */
	first.victim = &second;
	start_url(f, &first, "ftp://x/");
	start_url(f, &second, "ftp://y/");
	start_url(f, &third, url_of(f, "127.0.0.1", "/hang"));
	start_url(f, &fourth, "ftp://z/");
	fourth.victim = &third;
	wait_all(f);
	assert_int_equal(first.calls, 1);
	assert_int_equal(second.calls, 0);
	assert_int_equal(third.calls, 0);
	assert_int_equal(fourth.calls, 1);
}

static void
a_callback_may_start_other_transfers(void **state)
{
	struct fixture *f = *state;
	struct call call = {0}, bad = {0};

	call.again = url_of(f, "home.test", "/plain");
	start_url(f, &call, url_of(f, "127.0.0.1", "/plain"));
	bad.again = "ftp://x/";
	start_url(f, &bad, "ftp://y/");
	wait_all(f);
	assert_int_equal(call.calls, 2);
	assert_int_equal(bad.calls, 2);
	expect_ok(&call, 200, "hello");
	clear(&call);
}

static void
freeing_ends_all_transfers_without_callbacks(void **state)
{
	struct fixture *f = *state;
	struct call calls[20] = {0};
	size_t i;

	for (i = 0; i < 20; i++)
		start_url(f, &calls[i],
		    i % 3 == 0	 ? url_of(f, "silent.test", "/")
		    : i % 3 == 1 ? url_of(f, "home.test", "/stall")
				 : url_of(f, "127.0.0.1", "/hang"));
	while (f->server.busy < 3)
		ev_run(f->loop, EVRUN_ONCE);
	http_free(&f->http);
	ev_run(f->loop, EVRUN_NOWAIT);
	for (i = 0; i < 20; i++)
		assert_int_equal(calls[i].calls, 0);
}

/* --- proxies --- */

static void
a_proxy_is_asked_instead(void **state)
{
	struct fixture *f = *state;
	char proxy[128];
	struct http_request request = request_for(f, "http://far.test/echo");
	struct call call = {0};

	/* the server stands for the proxy; its address is not judged */
	request.policy = NULL;
	request.proxy = proxy;
	snprintf(
	    proxy, sizeof(proxy), "http://p:q@home.test:%u", f->server.port);
	fetch(f, &call, &request);
	expect_ok(&call, 200, NULL);
	assert_non_null(
	    strstr(call.body, "GET http://far.test/echo HTTP/1.1\r\n"));
	assert_non_null(
	    strstr(call.body, "Proxy-Authorization: Basic cDpx\r\n"));
	assert_int_equal(f->dns.questions, 2);
	/* and the next request goes its own way again */
	get(f, &call, "/echo");
	expect_ok(&call, 200, NULL);
	assert_null(strstr(call.body, "Proxy-"));
	clear(&call);
}

static void
through_a_proxy_literals_and_localhost_stay_refused(void **state)
{
	static const char *const urls[] = {"http://127.0.0.1/",
	    "http://0x7f.1/", "http://[::ffff:10.0.0.1]/", "http://localhost/",
	    "http://x.localhost./", "https://169.254.169.254/"};
	struct fixture *f = *state;
	char proxy[128];
	struct http_request request = request_for(f, NULL);
	struct call call = {0};
	size_t i;

	request.policy = NULL;
	request.proxy = proxy;
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", f->server.port);
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		request.url = urls[i];
		fetch(f, &call, &request);
		expect_error(&call, HTTP_ERROR_REFUSED, "allow-private");
	}
	snprintf(proxy, sizeof(proxy), "socks5://127.0.0.1:%u", f->server.port);
	request.url = "http://inner.test/";
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_REFUSED, "inner.test is at");
	assert_int_equal(f->server.connections, 0);
	clear(&call);
}

/* Reads exactly `len` bytes of a SOCKS peer. */
static bool
socks_read(struct http_conn *conn, unsigned char *bytes, size_t len)
{
	return recv(conn->fd, bytes, len, MSG_WAITALL) == (ssize_t)len;
}

/*
 * The least of RFC 1928: no authentication, and every way leads to ourselves.
 * What was asked for is kept as the request's path.
 */
static bool
socks_open(struct http_conn *conn)
{
	static const unsigned char none[] = {5, 0},
				   fine[] = {5, 0, 0, 1, 0, 0, 0, 0, 0, 0};
	unsigned char head[4], bytes[256] = {0};
	size_t len;

	if (!socks_read(conn, head, 2) || !socks_read(conn, bytes, head[1]) ||
	    !http_conn_write(conn, none, sizeof(none)) ||
	    !socks_read(conn, head, 4))
		return false;
	len = head[3] == 1 ? 4 : 16;
	if (head[3] == 3) {
		if (!socks_read(conn, bytes, 1))
			return false;
		len = bytes[0];
	}
	if (!socks_read(conn, bytes, len + 2))
		return false;
	conn->server->socks_type = head[3];
	return http_conn_write(conn, fine, sizeof(fine));
}

static void
socks_proxies_get_an_address_or_a_name(void **state)
{
	struct fixture *f = *state;
	char proxy[128];
	struct http_request request = request_for(f, "http://home.test/echo");
	struct call call = {0};

	f->server.opening = socks_open;
	request.proxy = proxy;
	request.close_after = true;
	snprintf(proxy, sizeof(proxy), "socks5://127.0.0.1:%u", f->server.port);
	fetch(f, &call, &request);
	expect_ok(&call, 200, NULL);
	assert_int_equal(f->server.socks_type, 1);
	assert_non_null(strstr(call.body, "Host: home.test\r\n"));
	snprintf(
	    proxy, sizeof(proxy), "socks5h://127.0.0.1:%u", f->server.port);
	request.url = "http://far.test/echo";
	fetch(f, &call, &request);
	expect_ok(&call, 200, NULL);
	assert_int_equal(f->server.socks_type, 3);
	clear(&call);
}

static void
a_tunnel_that_is_refused_is_told(void **state)
{
	struct fixture *f = *state;
	char proxy[128];
	struct http_request request = request_for(f, "https://far.test/");
	struct call call = {0};

	request.proxy = proxy;
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", f->server.port);
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_CONNECT,
	    "the proxy refuses: 407 Proxy Authentication Required");
	assert_int_equal(call.status, 0);
	clear(&call);
}

static void
a_proxy_that_fails_is_named(void **state)
{
	struct fixture *f = *state;
	char proxy[128];
	struct http_request request = request_for(f, "http://far.test/");
	struct call call = {0};

	request.proxy = proxy;
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", closed_port());
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_CONNECT, "proxy: connection refused");
	snprintf(proxy, sizeof(proxy), "http://u:secret@missing.test:1");
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_DNS, "proxy: missing.test");
	assert_null(strstr(call.reason, "secret"));
	snprintf(proxy, sizeof(proxy), "ftp://u:secret@127.0.0.1:1");
	fetch(f, &call, &request);
	expect_error(&call, HTTP_ERROR_URL, "bad proxy");
	assert_null(strstr(call.reason, "secret"));
	clear(&call);
}

static void
proxies_of_the_environment_are_ignored(void **state)
{
	struct fixture *f = *state;
	struct call call = {0};
	char proxy[128];

	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", closed_port());
	setenv("http_proxy", proxy, 1);
	setenv("all_proxy", proxy, 1);
	get(f, &call, "/plain");
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	expect_ok(&call, 200, "hello");
	clear(&call);
}

/* --- TLS --- */

struct authority {
	EVP_PKEY *key;
	X509 *cert;
};

static void
add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	assert_non_null(extension);
	X509_add_ext(cert, extension, -1);
	X509_EXTENSION_free(extension);
}

/* A certificate for `name`, valid from now + `from` to now + `until` seconds.
 */
static struct authority
certify(const struct authority *issuer, const char *name, const char *alt,
    long from, long until)
{
	struct authority made = {EVP_EC_gen("P-256"), X509_new()};
	X509_NAME *subject = X509_get_subject_name(made.cert);
	static long serial = 1;

	X509_set_version(made.cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(made.cert), serial++);
	X509_gmtime_adj(X509_getm_notBefore(made.cert), from);
	X509_gmtime_adj(X509_getm_notAfter(made.cert), until);
	X509_set_pubkey(made.cert, made.key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(made.cert,
	    X509_get_subject_name(issuer ? issuer->cert : made.cert));
	add_extension(made.cert, issuer ? issuer->cert : made.cert,
	    NID_basic_constraints,
	    alt ? "critical,CA:FALSE" : "critical,CA:TRUE");
	if (alt)
		add_extension(made.cert, issuer ? issuer->cert : made.cert,
		    NID_subject_alt_name, alt);
	assert_true(X509_sign(made.cert, issuer ? issuer->key : made.key,
			EVP_sha256()) > 0);
	return made;
}

static void
authority_clear(struct authority *authority)
{
	EVP_PKEY_free(authority->key);
	X509_free(authority->cert);
}

static char *
pem_of(const struct authority *authority, bool is_key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *text;
	long len;

	if (is_key)
		PEM_write_bio_PrivateKey(
		    bio, authority->key, NULL, NULL, 0, NULL, NULL);
	else
		PEM_write_bio_X509(bio, authority->cert);
	len = BIO_get_mem_data(bio, &data);
	text = strndup(data, (size_t)len);
	BIO_free(bio);
	return text;
}

static enum MHD_Result
on_tls_request(void *data, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *body,
    size_t *body_size, void **context)
{
	static char hello[] = "hello over TLS";
	struct MHD_Response *response;
	enum MHD_Result rc;

	(void)url;
	(void)method;
	(void)version;
	(void)body;
	(void)body_size;
	(void)context;
	(*(atomic_int *)data)++;
	response = MHD_create_response_from_buffer(
	    strlen(hello), hello, MHD_RESPMEM_PERSISTENT);
	rc = MHD_queue_response(connection, 200, response);
	MHD_destroy_response(response);
	return rc;
}

struct tls_server {
	struct MHD_Daemon *daemon;
	char *key;
	char *cert;
	atomic_int requests;
	unsigned port;
};

static void
tls_server_start(struct tls_server *server, const struct authority *authority,
    const char *priorities)
{
	struct sockaddr_in at = {.sin_family = AF_INET};

	memset(server, 0, sizeof(*server));
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->key = pem_of(authority, true);
	server->cert = pem_of(authority, false);
	server->daemon =
	    MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0,
		NULL, NULL, on_tls_request, &server->requests,
		MHD_OPTION_SOCK_ADDR, &at, MHD_OPTION_HTTPS_MEM_KEY,
		server->key, MHD_OPTION_HTTPS_MEM_CERT, server->cert,
		MHD_OPTION_HTTPS_PRIORITIES, priorities, MHD_OPTION_END);
	assert_non_null(server->daemon);
	server->port =
	    MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)
		->port;
}

static void
tls_server_stop(struct tls_server *server)
{
	MHD_stop_daemon(server->daemon);
	free(server->key);
	free(server->cert);
}

/* One https request to a server with that certificate. */
static void
fetch_tls(struct fixture *f, struct call *call, const struct authority *with,
    const char *priorities, const char *ca_path, int *requests_r)
{
	struct tls_server server;
	char url[128] = "";
	struct http_request request = request_for(f, url);

	tls_server_start(&server, with, priorities);
	snprintf(url, sizeof(url), "https://home.test:%u/", server.port);
	request.ca_file = ca_path;
	fetch(f, call, &request);
	*requests_r = server.requests;
	/* a kept connection would hold the server up */
	http_free(&f->http);
	tls_server_stop(&server);
	f->http = new_http(f, 8, NULL);
}

#define PRIORITIES "NORMAL"
#define OLD_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:%COMPAT"

static void
tls_is_verified(void **state)
{
	struct fixture *f = *state;
	struct authority root = certify(NULL, "Test Root", NULL, -1000, 9999);
	struct authority stranger =
	    certify(NULL, "Other Root", NULL, -1000, 9999);
	const struct {
		struct authority cert;
		const char *priorities;
		const char *reason; /* NULL = good */
	} cases[] = {
	    {certify(&root, "home.test", "DNS:home.test", -9, 9999), PRIORITIES,
		NULL},
	    {certify(&root, "home.test", "DNS:home.test", -999, -9), PRIORITIES,
		"certificate has expired"},
	    {certify(&root, "home.test", "DNS:home.test", 999, 9999),
		PRIORITIES, "not yet valid"},
	    {certify(&root, "evil.test", "DNS:evil.test", -9, 9999), PRIORITIES,
		"not for this host"},
	    {certify(NULL, "home.test", "DNS:home.test", -9, 9999), PRIORITIES,
		"self-signed"},
	    {certify(&stranger, "home.test", "DNS:home.test", -9, 9999),
		PRIORITIES, "unknown authority"},
	    {certify(&root, "home.test", "DNS:home.test", -9, 9999),
		OLD_PRIORITIES, "TLS"},
	};
	size_t count = sizeof(cases) / sizeof(cases[0]), i;
	char path[] = "/tmp/wirewatch-ca-XXXXXX";
	char *pem = pem_of(&root, false);
	struct call call = {0};
	int requests, fd = mkstemp(path);

	assert_int_equal(write(fd, pem, strlen(pem)), strlen(pem));
	close(fd);
	free(pem);
	for (i = 0; i < count; i++) {
		struct authority cert = cases[i].cert;

		fetch_tls(
		    f, &call, &cert, cases[i].priorities, path, &requests);
		if (!cases[i].reason)
			expect_ok(&call, 200, "hello over TLS");
		else
			expect_error(&call, HTTP_ERROR_TLS, cases[i].reason);
		assert_int_equal(requests, cases[i].reason ? 0 : 1);
		/* without our authority even the good one is a stranger */
		fetch_tls(f, &call, &cert, PRIORITIES, NULL, &requests);
		assert_int_equal(call.error, HTTP_ERROR_TLS);
		assert_int_equal(requests, 0);
		authority_clear(&cert);
	}
	unlink(path);
	authority_clear(&root);
	authority_clear(&stranger);
	clear(&call);
}

static void
a_server_without_tls_is_told_apart(void **state)
{
	struct fixture *f = *state;
	struct call call = {0};
	char url[128] = "";

	f->server.greeting = "HTTP/1.1 400 Bad Request\r\n\r\n";
	snprintf(url, sizeof(url), "https://127.0.0.1:%u/", f->server.port);
	start_url(f, &call, url);
	wait_all(f);
	expect_error(&call, HTTP_ERROR_TLS, "does not speak TLS");
	clear(&call);
}

static void
an_unreadable_ca_file_is_an_error_at_the_start(void **state)
{
	struct fixture *f = *state;
	struct http_options options = {
	    .concurrency = 1, .ca_file = "/nonexistent/ca.pem"};
	struct err err;

	assert_null(http_new(f->loop, &options, &f->log, &err));
	assert_non_null(strstr(err.text, "/nonexistent/ca.pem"));
}

/* --- what header values mean --- */

#define NOW INT64_C(1700000000000) /* Tue, 14 Nov 2023 22:13:20 GMT */

static void
retry_after_is_read_as_seconds_or_date(void **state)
{
	static const struct {
		const char *value;
		int64_t ms;
	} cases[] = {
	    {NULL, -1},
	    {"", -1},
	    {"0", 0},
	    {"120", 120000},
	    {" 7 ", 7000},
	    {"007", 7000},
	    {"604800", HTTP_WAIT_MAX_MS},
	    {"604801", HTTP_WAIT_MAX_MS},
	    {"99999999999999999999999999", HTTP_WAIT_MAX_MS},
	    {"-5", -1},
	    {"1.5", -1},
	    {"12 monkeys", -1},
	    {"soon", -1},
	    {"Tue, 14 Nov 2023 22:14:20 GMT", 60000},
	    {"Tuesday, 14-Nov-23 22:14:20 GMT", 60000},
	    {"Tue Nov 14 22:14:20 2023", 60000},
	    {"Tue, 14 Nov 2023 22:13:20 GMT", 0},
	    {"Mon, 13 Nov 2023 22:13:20 GMT", 0},
	    {"Fri, 14 Nov 2053 22:13:20 GMT", HTTP_WAIT_MAX_MS},
	    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = http_retry_after_ms(cases[i].value, NOW);

		if (ms != cases[i].ms)
			fail_msg(
			    "\"%s\" is %lld", cases[i].value, (long long)ms);
	}
}

static void
freshness_is_max_age_or_expires(void **state)
{
	static const char later[] = "Tue, 14 Nov 2023 22:14:20 GMT";
	static const struct {
		const char *cache_control;
		const char *expires;
		int64_t ms;
	} cases[] = {
	    {NULL, NULL, 0},
	    {"", "", 0},
	    {"max-age=300", NULL, 300000},
	    {"public, MAX-AGE=300", later, 300000},
	    {"max-age=\"300\"", NULL, 300000},
	    {"max-age = 300", NULL, 0},
	    {"max-age=300, no-cache", NULL, 0},
	    {"no-store", later, 0},
	    {"no-cache=\"set-cookie\"", later, 0},
	    {"max-age=0", later, 0},
	    {"max-age=", later, 0},
	    {"max-age", later, 0},
	    {"max-age=-1", later, 0},
	    {"max-age=99999999999999999999", NULL, HTTP_WAIT_MAX_MS},
	    {"s-maxage=300", NULL, 0},
	    {"s-maxage=300", later, 60000},
	    {"xmax-age=300", NULL, 0},
	    {"ext=\"a, max-age=300\"", NULL, 0},
	    {"ext=\"a\\\", no-store\", max-age=5", NULL, 5000},
	    {"public", later, 60000},
	    {NULL, later, 60000},
	    {NULL, "0", 0},
	    {NULL, "-1", 0},
	    {NULL, "Mon, 13 Nov 2023 22:13:20 GMT", 0},
	    {",,,max-age=5,", NULL, 5000},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = http_freshness_ms(
		    cases[i].cache_control, cases[i].expires, NOW);

		if (ms != cases[i].ms)
			fail_msg("\"%s\", \"%s\" is %lld",
			    cases[i].cache_control, cases[i].expires,
			    (long long)ms);
	}
}

static void
statuses_and_errors_have_names(void **state)
{
	char out[48];
	int status, error;

	(void)state;
	assert_string_equal(http_status_text(404, out), "404 Not Found");
	assert_string_equal(
	    http_status_text(503, out), "503 Service Unavailable");
	assert_string_equal(http_status_text(418, out), "418");
	assert_string_equal(http_status_text(0, out), "0");
	for (status = 0; status < 1000; status++) {
		assert_true(
		    strlen(http_status_text(status, out)) < sizeof(out));
		assert_int_equal(atoi(out), status);
	}
	for (error = HTTP_ERROR_NONE; error <= HTTP_ERROR_PROTOCOL; error++)
		assert_non_null(http_error_name((enum http_error)error));
}

#define HTTP_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    HTTP_TEST(a_page_is_fetched),
	    HTTP_TEST(an_empty_body_is_an_empty_string),
	    HTTP_TEST(not_modified_has_no_body),
	    HTTP_TEST(the_named_headers_are_kept),
	    HTTP_TEST(the_last_header_block_counts_and_trailers_do_not),
	    HTTP_TEST(a_value_longer_than_the_bound_is_absent),
	    HTTP_TEST(a_body_is_posted_byte_for_byte),
	    HTTP_TEST(other_methods_are_sent),
	    HTTP_TEST(user_and_password_are_sent_as_basic_authentication),
	    HTTP_TEST(the_strings_of_a_request_are_copied),
	    HTTP_TEST(gzip_is_decoded_and_counted),
	    HTTP_TEST(a_body_may_end_with_the_connection),
	    HTTP_TEST(a_redirect_is_handed_over_and_not_followed),
	    HTTP_TEST(names_are_resolved),
	    HTTP_TEST(a_connection_is_kept_unless_told_otherwise),
	    HTTP_TEST(a_connection_that_died_is_opened_anew),
	    HTTP_TEST(options_change_for_those_that_start_later),
	    HTTP_TEST(a_body_larger_than_the_bound_is_refused),
	    HTTP_TEST(endless_headers_are_refused),
	    HTTP_TEST(broken_answers_are_protocol_errors),
	    HTTP_TEST(silence_ends_each_phase_with_a_timeout),
	    HTTP_TEST(names_without_an_answer_take_no_place),
	    HTTP_TEST(the_whole_time_begins_with_the_name),
	    HTTP_TEST(a_steady_trickle_is_no_stall),
	    HTTP_TEST(no_more_than_the_concurrency_run_at_a_time),
	    HTTP_TEST(refused_addresses_are_not_connected_to),
	    HTTP_TEST(a_refusal_says_what_the_address_is),
	    HTTP_TEST(a_name_keeps_the_addresses_that_are_allowed),
	    HTTP_TEST(a_stricter_policy_is_not_helped_by_what_is_kept),
	    HTTP_TEST(a_kept_connection_is_judged_by_its_own_address),
	    HTTP_TEST(only_http_urls_are_fetched),
	    HTTP_TEST(headers_with_line_breaks_are_refused),
	    HTTP_TEST(what_cannot_be_reached_is_told_why),
	    HTTP_TEST(cancelled_transfers_are_silent_in_every_phase),
	    HTTP_TEST(a_transfer_is_cancelled_before_its_first_turn),
	    HTTP_TEST(a_callback_may_cancel_other_transfers),
	    HTTP_TEST(a_callback_may_start_other_transfers),
	    HTTP_TEST(freeing_ends_all_transfers_without_callbacks),
	    HTTP_TEST(a_proxy_is_asked_instead),
	    HTTP_TEST(through_a_proxy_literals_and_localhost_stay_refused),
	    HTTP_TEST(socks_proxies_get_an_address_or_a_name),
	    HTTP_TEST(a_tunnel_that_is_refused_is_told),
	    HTTP_TEST(a_proxy_that_fails_is_named),
	    HTTP_TEST(proxies_of_the_environment_are_ignored),
	    HTTP_TEST(tls_is_verified),
	    HTTP_TEST(a_server_without_tls_is_told_apart),
	    HTTP_TEST(an_unreadable_ca_file_is_an_error_at_the_start),
	    cmocka_unit_test(retry_after_is_read_as_seconds_or_date),
	    cmocka_unit_test(freshness_is_max_age_or_expires),
	    cmocka_unit_test(statuses_and_errors_have_names),
	};
	int failed;

	signal(SIGPIPE, SIG_IGN);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	curl_global_cleanup();
	return failed;
}
