#include "tests/delivery.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include "alerts/sign.h"

/*
 * The webhook against a receiver on loopback, a thread of its own, that answers
 * with the bytes it is told: every status, no answer, half an answer.
 */
#define SECRET "whsec_d2lyZXdhdGNoLXdlYmhvb2stdGVzdHMtMDAwMDE="
#define OTHER "whsec_d2lyZXdhdGNoLXdlYmhvb2stdGVzdHMtMDAwMDI="
#define BODY "{\"id\":\"evt_1\",\"text\":\"로켓 \\u2028\"}"
#define REQUESTS 16
#define REQUEST_MAX 65536
#define HANGS 16

enum behaviour {
	ANSWER, /* sends `answer` and closes */
	HANG, /* reads the request and says nothing */
	RESET, /* reads it and resets the connection */
};

struct receiver {
	int fd;
	int port;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	enum behaviour behaviour;
	char *answer;
	char *requests[REQUESTS];
	size_t count;
	int hung[HANGS];
	size_t hung_count;
};

/* Reads a request with its body; NULL when the peer went away. */
static char *
receiver_read(int fd)
{
	char *text = xcalloc(1, REQUEST_MAX), *body, *length;
	size_t len = 0, wanted = REQUEST_MAX - 1;
	ssize_t n;

	while (len < wanted) {
		n = recv(fd, text + len, REQUEST_MAX - 1 - len, 0);
		if (n <= 0) {
			free(text);
			return NULL;
		}
		len += (size_t)n;
		body = strstr(text, "\r\n\r\n");
		length = strcasestr(text, "\r\ncontent-length:");
		if (body && length)
			wanted = (size_t)(body + 4 - text) +
				 strtoul(length + 17, NULL, 10);
	}
	return text;
}

static void
receiver_answer(struct receiver *receiver, int fd)
{
	struct linger reset = {.l_onoff = 1};
	char *request = receiver_read(fd);

	pthread_mutex_lock(&receiver->lock);
	if (request && receiver->count < REQUESTS)
		receiver->requests[receiver->count++] = request;
	else
		free(request);
	if (receiver->behaviour == HANG && receiver->hung_count < HANGS) {
		receiver->hung[receiver->hung_count++] = fd;
		fd = -1;
	} else if (receiver->behaviour == RESET) {
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	} else if (receiver->answer &&
		   send(fd, receiver->answer, strlen(receiver->answer),
		       MSG_NOSIGNAL) == -1) {
		/* it went away: a test cancels */
	}
	pthread_mutex_unlock(&receiver->lock);
	if (fd != -1)
		close(fd);
}

static void *
receiver_main(void *data)
{
	struct receiver *receiver = data;
	int fd;

	while ((fd = accept(receiver->fd, NULL, NULL)) != -1)
		receiver_answer(receiver, fd);
	return NULL;
}

static void
receiver_start(struct receiver *receiver)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);

	memset(receiver, 0, sizeof(*receiver));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	receiver->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(receiver->fd, (struct sockaddr *)&address, sizeof(address)),
	    0);
	assert_int_equal(listen(receiver->fd, 16), 0);
	assert_int_equal(
	    getsockname(receiver->fd, (struct sockaddr *)&address, &len), 0);
	receiver->port = ntohs(address.sin_port);
	pthread_mutex_init(&receiver->lock, NULL);
	assert_int_equal(
	    pthread_create(&receiver->thread, NULL, receiver_main, receiver),
	    0);
}

static void
receiver_stop(struct receiver *receiver)
{
	if (receiver->fd == -1)
		return;
	shutdown(receiver->fd, SHUT_RDWR);
	pthread_join(receiver->thread, NULL);
	close(receiver->fd);
	receiver->fd = -1;
	while (receiver->hung_count > 0)
		close(receiver->hung[--receiver->hung_count]);
	while (receiver->count > 0)
		free(receiver->requests[--receiver->count]);
	free(receiver->answer);
	pthread_mutex_destroy(&receiver->lock);
}

static size_t
receiver_count(struct receiver *receiver)
{
	size_t count;

	pthread_mutex_lock(&receiver->lock);
	count = receiver->count;
	pthread_mutex_unlock(&receiver->lock);
	return count;
}

static void
receiver_set(struct receiver *receiver, enum behaviour behaviour, char *answer)
{
	pthread_mutex_lock(&receiver->lock);
	receiver->behaviour = behaviour;
	free(receiver->answer);
	receiver->answer = answer;
	pthread_mutex_unlock(&receiver->lock);
}

/* A whole answer with an empty body. */
static void
receiver_say(struct receiver *receiver, int status, const char *header)
{
	receiver_set(receiver, ANSWER,
	    xasprintf("HTTP/1.1 %d X\r\n%sContent-Length: 0\r\n"
		      "Connection: close\r\n\r\n",
		status, header ? header : ""));
}

struct fixture {
	struct delivery_fixture base; /* first */
	struct receiver receiver;
	struct network loopback;
	char url[64];
	const char *secrets[2];
	const char *headers[1];
	struct sink_context context;
	struct sink *sink;
	struct delivery delivery;
	int answers;
	enum sink_answer answer;
	char reason[512];
	int64_t retry_after_ms;
};

static void
on_answer(struct delivery *delivery, enum sink_answer answer,
    const char *reason, int64_t retry_after_ms)
{
	struct fixture *f = delivery->owner;

	f->answers++;
	f->answer = answer;
	snprintf(f->reason, sizeof(f->reason), "%s", reason ? reason : "");
	f->retry_after_ms = retry_after_ms;
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct http_options options = {
	    .concurrency = 16, .user_agent = "wirewatch/test (contact)"};
	struct conf_sink *conf;
	struct err err;

	delivery_set_up(&f->base);
	outbox_free(&f->base.outbox);
	f->base.http = http_new(f->base.loop, &options, &f->base.log, &err);
	assert_non_null(f->base.http);
	delivery_open_outbox(&f->base);
	receiver_start(&f->receiver);
	receiver_say(&f->receiver, 200, NULL);
	snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%d/hook",
	    f->receiver.port);
	assert_int_equal(network_parse("127.0.0.0/8", &f->loopback, &err), 0);
	f->secrets[0] = SECRET;
	f->secrets[1] = OTHER;
	f->headers[0] = "X-Desk: asia";
	conf = delivery_add_sink(&f->base, "desk", SINK_WEBHOOK);
	conf->url = f->url;
	conf->secrets.items = f->secrets;
	conf->secrets.count = 2;
	conf->headers.items = f->headers;
	conf->headers.count = 1;
	conf->timeout_ms = 10000;
	conf->allow_private.allowed = &f->loopback;
	conf->allow_private.allowed_count = 1;
	f->context = f->base.outbox->options.context;
	f->sink = sink_webhook_new(&f->context, conf, &err);
	assert_non_null(f->sink);
	f->delivery.event_id = xstrdup("evt_1");
	f->delivery.body = xstrdup(BODY);
	f->delivery.answer = on_answer;
	f->delivery.owner = f;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	if (f->sink)
		f->sink->ops->free(f->sink);
	free(f->delivery.event_id);
	free(f->delivery.body);
	store_close(&f->base.store);
	outbox_free(&f->base.outbox);
	http_free(&f->base.http);
	delivery_tear_down(&f->base);
	receiver_stop(&f->receiver);
	free(f);
	return 0;
}

/* One attempt, to its answer. */
static enum sink_answer
attempt(struct fixture *f)
{
	int before = f->answers;

	f->sink->ops->deliver(f->sink, &f->delivery);
	assert_int_equal(f->answers, before); /* in a later turn */
	WAIT_UNTIL(&f->base, f->answers > before);
	assert_null(f->delivery.attempt);
	return f->answer;
}

/* A header of a request, owned by the caller; NULL if it is not there. */
static char *
header_of(const char *request, const char *name)
{
	char *start = xasprintf("\r\n%s: ", name);
	const char *at = strcasestr(request, start);
	const char *end = strstr(request, "\r\n\r\n");

	if (at && at < end)
		at += strlen(start);
	else
		at = NULL;
	free(start);
	return at ? xstrndup(at, strcspn(at, "\r\n")) : NULL;
}

static void
assert_header(const char *request, const char *name, const char *value)
{
	char *found = header_of(request, name);

	assert_non_null(found);
	assert_string_equal(found, value);
	free(found);
}

/* Whether the request carries a signature made with that secret. */
static bool
is_signed_with(const char *request, const char *secret)
{
	char *id = header_of(request, "webhook-id");
	char *timestamp = header_of(request, "webhook-timestamp");
	char *signature = header_of(request, "webhook-signature");
	const char *body = strstr(request, "\r\n\r\n") + 4;
	struct err err;
	bool is_valid;

	assert_non_null(id);
	assert_non_null(timestamp);
	assert_non_null(signature);
	is_valid = sign_verify(&secret, 1, id, timestamp, signature, body,
		       strlen(body), time(NULL), &err) == 0;
	free(id);
	free(timestamp);
	free(signature);
	return is_valid;
}

static void
a_post_carries_the_body_as_signed_and_all_headers(void **state)
{
	struct fixture *f = *state;
	const char *request;

	assert_int_equal(attempt(f), SINK_DELIVERED);
	assert_int_equal(receiver_count(&f->receiver), 1);
	request = f->receiver.requests[0];
	assert_int_equal(strncmp(request, "POST /hook HTTP/1.1\r\n", 21), 0);
	assert_string_equal(strstr(request, "\r\n\r\n") + 4, BODY);
	assert_header(request, "Content-Type", "application/json");
	assert_header(request, "webhook-id", "evt_1");
	assert_header(request, "X-Desk", "asia");
	assert_header(request, "User-Agent", "wirewatch/test (contact)");
	assert_null(header_of(request, "Expect"));
	assert_true(is_signed_with(request, SECRET));
	assert_true(is_signed_with(request, OTHER));
}

static void
without_a_secret_nothing_is_signed(void **state)
{
	struct fixture *f = *state;

	f->base.sinks[0].secrets.count = 0;
	assert_int_equal(attempt(f), SINK_DELIVERED);
	assert_null(header_of(f->receiver.requests[0], "webhook-signature"));
	assert_header(f->receiver.requests[0], "webhook-id", "evt_1");
}

static void
only_2xx_is_a_delivery_and_only_some_failures_last(void **state)
{
	static const struct {
		int status;
		enum sink_answer answer;
		const char *reason;
	} cases[] = {
	    {200, SINK_DELIVERED, ""},
	    {201, SINK_DELIVERED, ""},
	    {202, SINK_DELIVERED, ""},
	    {204, SINK_DELIVERED, ""},
	    {301, SINK_TEMPFAIL, "HTTP 301"},
	    {302, SINK_TEMPFAIL, "HTTP 302"},
	    {307, SINK_TEMPFAIL, "HTTP 307"},
	    {308, SINK_TEMPFAIL, "HTTP 308"},
	    {400, SINK_PERMFAIL, "HTTP 400 Bad Request"},
	    {401, SINK_PERMFAIL, "HTTP 401"},
	    {403, SINK_PERMFAIL, "HTTP 403"},
	    {404, SINK_PERMFAIL, "HTTP 404 Not Found"},
	    {408, SINK_TEMPFAIL, "HTTP 408"},
	    {410, SINK_GONE, "HTTP 410 Gone"},
	    {413, SINK_PERMFAIL, "HTTP 413"},
	    {422, SINK_PERMFAIL, "HTTP 422"},
	    {425, SINK_TEMPFAIL, "HTTP 425"},
	    {429, SINK_TEMPFAIL, "HTTP 429"},
	    {499, SINK_PERMFAIL, "HTTP 499"},
	    {500, SINK_TEMPFAIL, "HTTP 500 Internal Server Error"},
	    {502, SINK_TEMPFAIL, "HTTP 502"},
	    {503, SINK_TEMPFAIL, "HTTP 503"},
	    {504, SINK_TEMPFAIL, "HTTP 504"},
	    {599, SINK_TEMPFAIL, "HTTP 599"},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		receiver_say(&f->receiver, cases[i].status,
		    cases[i].status / 100 == 3 ? "Location: /else\r\n" : NULL);
		assert_int_equal(attempt(f), cases[i].answer);
		assert_int_equal(strncmp(f->reason, cases[i].reason,
				     strlen(cases[i].reason)),
		    0);
		assert_int_equal(f->retry_after_ms, -1);
		if (!*cases[i].reason)
			assert_string_equal(f->reason, "");
	}
}

static void
a_redirect_is_never_followed(void **state)
{
	struct fixture *f = *state;
	struct receiver canary;
	char header[80];

	receiver_start(&canary);
	receiver_say(&canary, 200, NULL);
	snprintf(header, sizeof(header), "Location: http://127.0.0.1:%d/\r\n",
	    canary.port);
	receiver_say(&f->receiver, 307, header);
	assert_int_equal(attempt(f), SINK_TEMPFAIL);
	assert_non_null(strstr(f->reason, "redirect"));
	assert_int_equal(receiver_count(&canary), 0);
	receiver_stop(&canary);
}

static void
retry_after_is_read_as_seconds_and_as_a_date(void **state)
{
	struct fixture *f = *state;
	char header[80];
	time_t then = time(NULL) + 100;
	struct tm tm;

	receiver_say(&f->receiver, 429, "Retry-After: 7\r\n");
	assert_int_equal(attempt(f), SINK_TEMPFAIL);
	assert_int_equal(f->retry_after_ms, 7000);
	gmtime_r(&then, &tm);
	strftime(header, sizeof(header),
	    "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
	receiver_say(&f->receiver, 503, header);
	assert_int_equal(attempt(f), SINK_TEMPFAIL);
	assert_in_range(f->retry_after_ms, 80000, 100000);
	receiver_say(&f->receiver, 503, "Retry-After: soon\r\n");
	assert_int_equal(attempt(f), SINK_TEMPFAIL);
	assert_int_equal(f->retry_after_ms, -1);
	/* what was accepted or refused is not to be repeated */
	receiver_say(&f->receiver, 200, "Retry-After: 7\r\n");
	assert_int_equal(attempt(f), SINK_DELIVERED);
	assert_int_equal(f->retry_after_ms, -1);
	receiver_say(&f->receiver, 400, "Retry-After: 7\r\n");
	assert_int_equal(attempt(f), SINK_PERMFAIL);
	assert_int_equal(f->retry_after_ms, -1);
}

static void
a_receiver_that_says_nothing_or_nonsense_is_tried_again(void **state)
{
	static const char *const nonsense[] = {
	    "",
	    "HTTP/1.1 200",
	    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
	    "\x16\x03\x01",
	    "SSH-2.0-OpenSSH_9.2\r\n",
	};
	struct fixture *f = *state;
	size_t i;

	receiver_set(&f->receiver, RESET, NULL);
	assert_int_equal(attempt(f), SINK_TEMPFAIL);
	assert_true(*f->reason);
	for (i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		receiver_set(&f->receiver, ANSWER, xstrdup(nonsense[i]));
		assert_int_equal(attempt(f), SINK_TEMPFAIL);
		assert_true(*f->reason);
	}
}

static void
a_receiver_that_hangs_is_left_after_the_timeout(void **state)
{
	struct fixture *f = *state;
	int64_t begun = clock_mono_ms();

	f->base.sinks[0].timeout_ms = 100;
	receiver_set(&f->receiver, HANG, NULL);
	assert_int_equal(attempt(f), SINK_TEMPFAIL);
	assert_true(clock_mono_ms() - begun >= 100);
	assert_true(*f->reason);
}

static void
a_receiver_that_is_not_there_is_tried_again(void **state)
{
	struct fixture *f = *state;

	receiver_stop(&f->receiver);
	assert_int_equal(attempt(f), SINK_TEMPFAIL);
	assert_true(*f->reason);
}

static void
a_private_address_is_refused_unless_it_is_allowed(void **state)
{
	struct fixture *f = *state;

	f->base.sinks[0].allow_private.allowed_count = 0;
	assert_int_equal(attempt(f), SINK_TEMPFAIL);
	assert_non_null(strstr(f->reason, "loopback"));
	assert_int_equal(receiver_count(&f->receiver), 0);
}

/* An answer of this status with a body of a megabyte that ends with the stream. */
static char *
endless(int status)
{
	char *answer = xcalloc(1, 2 * 1024 * 1024);

	snprintf(answer, 64, "HTTP/1.1 %d X\r\nConnection: close\r\n\r\n",
	    status);
	memset(answer + strlen(answer), 'x', 1024 * 1024);
	return answer;
}

/*
 * Nobody reads a response, so one without end is cut off; the status was said
 * by then, and an event that was accepted is not sent again.
 */
static void
a_response_without_measure_is_cut_off_and_its_status_counts(void **state)
{
	struct fixture *f = *state;

	receiver_set(&f->receiver, ANSWER, endless(200));
	assert_int_equal(attempt(f), SINK_DELIVERED);
	receiver_set(&f->receiver, ANSWER, endless(400));
	assert_int_equal(attempt(f), SINK_PERMFAIL);
	receiver_set(&f->receiver, ANSWER,
	    xstrdup("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<p>ok"));
	assert_int_equal(attempt(f), SINK_DELIVERED);
}

static void
after_a_cancel_there_is_silence(void **state)
{
	struct fixture *f = *state;
	int i;

	receiver_set(&f->receiver, HANG, NULL);
	f->sink->ops->deliver(f->sink, &f->delivery);
	WAIT_UNTIL(&f->base, receiver_count(&f->receiver) == 1);
	assert_true(f->sink->ops->cancel(f->sink, &f->delivery));
	assert_int_equal(http_active(f->base.http), 0);
	for (i = 0; i < 20; i++)
		ev_run(f->base.loop, EVRUN_ONCE);
	assert_int_equal(f->answers, 0);
	/* and after the end of the sink itself */
	f->sink->ops->deliver(f->sink, &f->delivery);
	f->sink->ops->free(f->sink);
	f->sink = NULL;
	assert_int_equal(http_active(f->base.http), 0);
	for (i = 0; i < 20; i++)
		ev_run(f->base.loop, EVRUN_ONCE);
	assert_int_equal(f->answers, 0);
}

/* A secret that cannot sign, which the configuration would not let through. */
static void
what_cannot_be_signed_is_not_sent(void **state)
{
	struct fixture *f = *state;
	struct err err;

	f->secrets[1] = "whsec_short";
	assert_int_equal(attempt(f), SINK_TEMPFAIL);
	assert_non_null(strstr(f->reason, "secret"));
	assert_int_equal(receiver_count(&f->receiver), 0);
	assert_null(sink_webhook_new(&f->context, &f->base.sinks[0], &err));
}

static void
a_retry_has_the_same_id_and_body_and_a_signature_of_its_own(void **state)
{
	struct fixture *f = *state;
	char **requests = f->receiver.requests;

	receiver_say(&f->receiver, 503, "Retry-After: 1\r\n");
	delivery_configure(&f->base);
	delivery_put_alert(&f->base, 1, NULL, "desk");
	WAIT_UNTIL(&f->base, delivery_status(&f->base, "desk").failed == 1);
	receiver_say(&f->receiver, 204, NULL);
	WAIT_UNTIL(&f->base, delivery_status(&f->base, "desk").delivered == 1);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "desk").pending, 0);
	assert_int_equal(receiver_count(&f->receiver), 2);
	assert_header(
	    requests[1], "webhook-id", "evt_00000000000000000000000000000001");
	assert_header(
	    requests[0], "webhook-id", "evt_00000000000000000000000000000001");
	assert_string_equal(
	    strstr(requests[0], "\r\n\r\n"), strstr(requests[1], "\r\n\r\n"));
	assert_true(is_signed_with(requests[0], SECRET));
	assert_true(is_signed_with(requests[1], SECRET));
}

static void
a_reload_may_change_what_an_attempt_under_way_uses(void **state)
{
	struct fixture *f = *state;

	receiver_set(&f->receiver, HANG, NULL);
	delivery_configure(&f->base);
	delivery_put_alert(&f->base, 1, NULL, "desk");
	WAIT_UNTIL(&f->base, receiver_count(&f->receiver) == 1);
	/* the configuration that it came from is gone */
	memset(&f->loopback, 0xff, sizeof(f->loopback));
	memset(f->url, 'x', 10);
	f->base.conf.sink_count = 0;
	delivery_configure(&f->base);
	f->base.outbox->closing->cancel_ms = clock_mono_ms() + 50;
	WAIT_UNTIL(&f->base, !f->base.outbox->closing);
	assert_int_equal(delivery_counts(&f->base, "desk").pending, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_post_carries_the_body_as_signed_and_all_headers),
	    TEST(without_a_secret_nothing_is_signed),
	    TEST(only_2xx_is_a_delivery_and_only_some_failures_last),
	    TEST(a_redirect_is_never_followed),
	    TEST(retry_after_is_read_as_seconds_and_as_a_date),
	    TEST(a_receiver_that_says_nothing_or_nonsense_is_tried_again),
	    TEST(a_receiver_that_hangs_is_left_after_the_timeout),
	    TEST(a_receiver_that_is_not_there_is_tried_again),
	    TEST(a_private_address_is_refused_unless_it_is_allowed),
	    TEST(a_response_without_measure_is_cut_off_and_its_status_counts),
	    TEST(after_a_cancel_there_is_silence),
	    TEST(what_cannot_be_signed_is_not_sent),
	    TEST(a_retry_has_the_same_id_and_body_and_a_signature_of_its_own),
	    TEST(a_reload_may_change_what_an_attempt_under_way_uses),
	};

	signal(SIGPIPE, SIG_IGN);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 1;
	return cmocka_run_group_tests_name("sink_webhook", tests, NULL, NULL);
}
