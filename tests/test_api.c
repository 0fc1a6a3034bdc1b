#include "tests/test.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/api.h"
#include "lib/alloc.h"
#include "lib/json.h"

#define GUARD_S 30. /* a test that waits that long has failed */
#define NOBODY 65534

struct fixture {
	struct ev_loop *loop;
	struct api *api;
	struct log log;
	struct api_source source;
	char dir[64];
	char path[108];
	/* what the source was asked, and what it answers */
	char *after;
	size_t limit;
	size_t big; /* bytes of an answer's padding */
	size_t metrics; /* bytes of the metrics */
};

static json_t *
source_status(void *data)
{
	struct fixture *f = data;
	json_t *object = json_object();
	char *padding = xmalloc(f->big + 1);

	memset(padding, 'x', f->big);
	padding[f->big] = '\0';
	json_set_string(object, "schema", "wirewatch.status/1");
	json_set_string(object, "padding", padding);
	free(padding);
	return object;
}

static json_t *
source_feeds(void *data, const char *after, size_t limit)
{
	struct fixture *f = data;
	json_t *object = json_object();

	free(f->after);
	f->after = after ? xstrdup(after) : NULL;
	f->limit = limit;
	json_set(object, "feeds", json_array());
	json_set_string(object, "next", NULL);
	return object;
}

static int
source_metrics(void *data, struct buf *out)
{
	struct fixture *f = data;
	size_t i;

	for (i = 0; i < f->metrics; i++) {
		if (buf_addch(out, 'm') == -1)
			return -1;
	}
	return buf_addstr(out, "wirewatch_up 1\n");
}

static struct api *
api_open(struct fixture *f, const char *path, struct err *err)
{
	return api_new(f->loop, path, &f->source, &f->log, err);
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct err err;

	signal(SIGPIPE, SIG_IGN);
	f->loop = ev_loop_new(EVFLAG_AUTO);
	log_init(&f->log, LOG_LEVEL_ERROR);
	f->source.status = source_status;
	f->source.feeds = source_feeds;
	f->source.metrics = source_metrics;
	f->source.data = f;
	snprintf(f->dir, sizeof(f->dir), "/tmp/test_api.XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/sock", f->dir);
	f->api = api_open(f, f->path, &err);
	*state = f;
	return f->api ? 0 : -1;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	api_free(&f->api);
	(void)unlink(f->path);
	rmdir(f->dir);
	ev_loop_destroy(f->loop);
	free(f->after);
	free(f);
	return 0;
}

/* One client on the same loop: sends its text, reads until the end. */
struct client {
	struct ev_loop *loop;
	struct ev_io io;
	struct buf in;
	const char *until; /* stop at this text, too; NULL: at the end */
	bool is_over;
};

static int
client_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_true(fd != -1);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

static void
client_on_io(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct client *client = io->data;
	char chunk[4096];
	ssize_t n = read(io->fd, chunk, sizeof(chunk));

	(void)events;
	if (n > 0)
		buf_add(&client->in, chunk, (size_t)n);
	if (n == 0 || (n == -1 && errno != EAGAIN) ||
	    (client->until && strstr(buf_str(&client->in), client->until))) {
		client->is_over = true;
		ev_io_stop(loop, io);
		ev_break(loop, EVBREAK_ONE);
	}
}

static void
client_open(struct client *client, struct fixture *f)
{
	int fd = client_connect(f->path);

	assert_true(fd != -1);
	memset(client, 0, sizeof(*client));
	client->loop = f->loop;
	buf_init(&client->in, 0);
	ev_io_init(&client->io, client_on_io, fd, EV_READ);
	client->io.data = client;
	ev_io_start(f->loop, &client->io);
}

static void
client_send(struct client *client, const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(send(client->io.fd, text, len, 0), (ssize_t)len);
}

static void
client_close(struct client *client)
{
	ev_io_stop(client->loop, &client->io);
	close(client->io.fd);
	buf_clear(&client->in);
}

static void
on_guard(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)events;
	*(bool *)timer->data = true;
	ev_break(loop, EVBREAK_ALL);
}

static void
client_wait(struct client *client)
{
	bool is_late = false;
	struct ev_timer guard;

	ev_timer_init(&guard, on_guard, GUARD_S, 0.);
	guard.data = &is_late;
	ev_timer_start(client->loop, &guard);
	while (!client->is_over && !is_late)
		ev_run(client->loop, 0);
	ev_timer_stop(client->loop, &guard);
	assert_false(is_late);
}

/* The whole answer to one request; freed by the caller. */
static char *
ask(struct fixture *f, const char *request)
{
	struct client client;
	char *answer;

	client_open(&client, f);
	client_send(&client, request);
	client_wait(&client);
	answer = buf_steal(&client.in);
	client_close(&client);
	return answer;
}

#define END " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static bool
has_header(const char *answer, const char *line)
{
	const char *end = strstr(answer, "\r\n\r\n");
	const char *found = strcasestr(answer, line);

	return end && found && found < end &&
	       strncmp(found + strlen(line), "\r\n", 2) == 0;
}

static const char *
body_of(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	return end ? end + 4 : "";
}

static bool
has_status(const char *answer, int status)
{
	char line[32];

	snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
	return strncmp(answer, line, strlen(line)) == 0;
}

/* Asserts an error: its status, and a JSON object that tells why. */
static void
assert_error(struct fixture *f, const char *request, int status)
{
	char *answer = ask(f, request);
	json_t *object;
	struct err err;

	if (!has_status(answer, status))
		fail_msg("%.60s: %.40s", request, answer);
	assert_true(has_header(answer, "Content-Type: application/json"));
	object = json_read(body_of(answer), strlen(body_of(answer)), &err);
	assert_non_null(object);
	assert_non_null(json_get_string(object, "error"));
	json_decref(object);
	free(answer);
}

static void
status_is_answered_as_json(void **state)
{
	struct fixture *f = *state;
	char *answer = ask(f, "GET /api/v1/status" END);

	assert_true(has_status(answer, 200));
	assert_true(has_header(answer, "Content-Type: application/json"));
	assert_true(has_header(answer, "Cache-Control: no-store"));
	assert_string_equal(body_of(answer),
	    "{\"schema\":\"wirewatch.status/1\",\"padding\":\"\"}");
	free(answer);
}

static void
head_gives_the_headers_alone(void **state)
{
	struct fixture *f = *state;
	char *answer = ask(f, "HEAD /api/v1/status" END);

	assert_true(has_status(answer, 200));
	assert_true(has_header(answer, "Content-Length: 44"));
	assert_string_equal(body_of(answer), "");
	free(answer);
}

static void
metrics_are_answered_in_their_type(void **state)
{
	struct fixture *f = *state;
	char *answer = ask(f, "GET /metrics" END);

	assert_true(has_status(answer, 200));
	assert_true(
	    has_header(answer, "Content-Type: text/plain; version=0.0.4"));
	assert_string_equal(body_of(answer), "wirewatch_up 1\n");
	free(answer);
}

static void
metrics_beyond_their_bound_are_an_error(void **state)
{
	struct fixture *f = *state;

	f->metrics = API_METRICS_MAX;
	assert_error(f, "GET /metrics" END, 500);
}

static void
feeds_are_asked_for_from_the_first_by_default(void **state)
{
	struct fixture *f = *state;
	char *answer = ask(f, "GET /api/v1/feeds" END);

	assert_true(has_status(answer, 200));
	assert_null(f->after);
	assert_int_equal(f->limit, API_FEEDS_MAX);
	free(answer);
}

static void
feeds_are_asked_for_after_a_name(void **state)
{
	struct fixture *f = *state;
	char *answer =
	    ask(f, "GET /api/v1/feeds?after=%E5%8C%97%26+a&limit=7" END);

	assert_true(has_status(answer, 200));
	assert_string_equal(f->after, "\xe5\x8c\x97& a");
	assert_int_equal(f->limit, 7);
	free(answer);
}

static void
wrong_parameters_are_refused(void **state)
{
	static const char *const targets[] = {
	    "/api/v1/feeds?limit=0",
	    "/api/v1/feeds?limit=1001",
	    "/api/v1/feeds?limit=-1",
	    "/api/v1/feeds?limit=+1",
	    "/api/v1/feeds?limit=1x",
	    "/api/v1/feeds?limit=",
	    "/api/v1/feeds?limit",
	    "/api/v1/feeds?limit=99999999999999999999999",
	    "/api/v1/feeds?limit=5&limit=5",
	    "/api/v1/feeds?after=a&after=b",
	    "/api/v1/feeds?after=a%00b",
	    "/api/v1/feeds?after",
	    "/api/v1/feeds?befor=a",
	    "/api/v1/feeds?after=a&x",
	    "/api/v1/status?after=a",
	    "/metrics?limit=1",
	};
	char request[256];
	size_t i;

	for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		snprintf(request, sizeof(request), "GET %s" END, targets[i]);
		assert_error(*state, request, 400);
	}
}

static void
a_name_of_the_greatest_length_is_taken_and_no_longer_one(void **state)
{
	struct fixture *f = *state;
	char name[API_AFTER_MAX + 2], request[1024], *answer;

	memset(name, 'n', sizeof(name));
	name[API_AFTER_MAX] = '\0';
	snprintf(
	    request, sizeof(request), "GET /api/v1/feeds?after=%s" END, name);
	answer = ask(f, request);
	assert_true(has_status(answer, 200));
	assert_string_equal(f->after, name);
	free(answer);
	name[API_AFTER_MAX] = 'n';
	name[API_AFTER_MAX + 1] = '\0';
	snprintf(
	    request, sizeof(request), "GET /api/v1/feeds?after=%s" END, name);
	assert_error(f, request, 400);
}

static void
other_paths_are_not_found(void **state)
{
	assert_error(*state, "GET /" END, 404);
	assert_error(*state, "GET /api/v1/status/" END, 404);
	assert_error(*state, "GET /api/v1/../v1/status" END, 404);
	assert_error(*state, "POST /nowhere" END, 404);
}

static void
other_methods_are_refused_and_the_right_ones_named(void **state)
{
	struct fixture *f = *state;
	char *answer;

	assert_error(f, "DELETE /api/v1/status" END, 405);
	assert_error(f, "OPTIONS /metrics" END, 405);
	answer = ask(f, "PUT /metrics" END);
	assert_true(has_header(answer, "Allow: GET, HEAD"));
	free(answer);
}

/* The bodies never come: an answer shows that nobody waits for them. */
static void
bodies_are_refused_unread(void **state)
{
	assert_error(*state,
	    "POST /api/v1/status HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: 1000000000\r\n\r\n",
	    405);
	assert_error(*state,
	    "GET /api/v1/status HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: 10\r\n\r\n",
	    413);
	assert_error(*state,
	    "GET /api/v1/status HTTP/1.1\r\nHost: x\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n",
	    413);
}

static void
a_request_beyond_its_bound_is_refused(void **state)
{
	struct fixture *f = *state;
	struct buf request;
	char *answer;
	int i;

	buf_init(&request, 0);
	buf_addstr(&request, "GET /metrics HTTP/1.1\r\nHost: x\r\n");
	for (i = 0; request.len < 2 * API_REQUEST_MAX; i++)
		buf_printf(&request, "X-%d: yyyyyyyyyyyyyyyyyyyyyyy\r\n", i);
	buf_addstr(&request, "\r\n");
	answer = ask(f, buf_str(&request));
	assert_false(has_status(answer, 200));
	free(answer);
	buf_reset(&request);
	buf_addstr(&request, "GET /api/v1/feeds?after=");
	while (request.len < 2 * API_REQUEST_MAX)
		buf_addch(&request, 'u');
	buf_addstr(&request, END);
	answer = ask(f, buf_str(&request));
	assert_false(has_status(answer, 200));
	free(answer);
	buf_clear(&request);
	answer = ask(f, "GET /metrics" END);
	assert_true(has_status(answer, 200));
	free(answer);
}

static void
what_is_no_http_hurts_nobody(void **state)
{
	struct fixture *f = *state;
	char *answer = ask(f, "\x16\x03\x01 what\r\n\r\n\r\n");

	assert_false(has_status(answer, 200));
	free(answer);
	answer = ask(f, "GET /metrics" END);
	assert_true(has_status(answer, 200));
	free(answer);
}

static void
one_connection_carries_several_requests(void **state)
{
	struct fixture *f = *state;
	struct client client;

	client_open(&client, f);
	client.until = "wirewatch_up 1\n";
	client_send(&client, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
	client_wait(&client);
	buf_reset(&client.in);
	client.is_over = false;
	ev_io_start(f->loop, &client.io);
	client_send(&client, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
	client_wait(&client);
	assert_true(has_status(buf_str(&client.in), 200));
	client_close(&client);
}

static void
a_peer_that_does_not_read_holds_up_nobody(void **state)
{
	struct fixture *f = *state;
	struct client lazy;
	char *answer;

	f->big = 8 * 1024 * 1024;
	client_open(&lazy, f);
	ev_io_stop(f->loop, &lazy.io);
	client_send(&lazy, "GET /api/v1/status" END);
	answer = ask(f, "GET /metrics" END);
	assert_true(has_status(answer, 200));
	free(answer);
	ev_io_start(f->loop, &lazy.io);
	client_wait(&lazy);
	assert_true(strlen(body_of(buf_str(&lazy.in))) > f->big);
	client_close(&lazy);
}

static void
connections_beyond_the_bound_wait_for_a_place(void **state)
{
	struct fixture *f = *state;
	struct client idle[API_CONNECTIONS_MAX], late;
	int i;

	for (i = 0; i < API_CONNECTIONS_MAX; i++) {
		client_open(&idle[i], f);
		idle[i].until = "wirewatch_up 1\n";
		client_send(
		    &idle[i], "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
		client_wait(&idle[i]);
	}
	client_open(&late, f);
	client_send(&late, "GET /metrics" END);
	for (i = 0; i < 5; i++)
		ev_run(f->loop, EVRUN_NOWAIT);
	assert_int_equal(late.in.len, 0);
	client_close(&idle[0]);
	client_wait(&late);
	assert_true(has_status(buf_str(&late.in), 200));
	client_close(&late);
	for (i = 1; i < API_CONNECTIONS_MAX; i++)
		client_close(&idle[i]);
}

/* Takes API_TIMEOUT_S: the event that is awaited is the end of that time. */
static void
a_peer_that_says_nothing_is_let_go(void **state)
{
	struct fixture *f = *state;
	struct client client;

	client_open(&client, f);
	client_send(&client, "GET /met");
	client_wait(&client);
	assert_false(has_status(buf_str(&client.in), 200));
	client_close(&client);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	return st.st_mode & 07777;
}

static void
the_socket_is_for_owner_and_group_whatever_the_umask(void **state)
{
	static const mode_t masks[] = {0, 022, 077, 0777};
	struct fixture *f = *state;
	struct err err;
	mode_t before;
	size_t i;

	for (i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		api_free(&f->api);
		before = umask(masks[i]);
		f->api = api_open(f, f->path, &err);
		umask(before);
		assert_non_null(f->api);
		assert_int_equal(mode_of(f->path), 0660);
	}
}

static void
the_end_removes_the_socket(void **state)
{
	struct fixture *f = *state;

	api_free(&f->api);
	assert_null(f->api);
	assert_int_equal(access(f->path, F_OK), -1);
}

static void
the_end_leaves_a_foreign_socket_alone(void **state)
{
	struct fixture *f = *state;
	struct api *second;
	struct err err;

	assert_int_equal(unlink(f->path), 0);
	second = api_open(f, f->path, &err);
	assert_non_null(second);
	api_free(&f->api);
	assert_int_equal(access(f->path, F_OK), 0);
	f->api = second;
}

/* A socket that nobody listens on, as a killed daemon leaves it. */
static void
leave_stale(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

static void
a_stale_socket_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct err err;
	char *answer;

	api_free(&f->api);
	leave_stale(f->path);
	f->api = api_open(f, f->path, &err);
	assert_non_null(f->api);
	answer = ask(f, "GET /metrics" END);
	assert_true(has_status(answer, 200));
	free(answer);
}

static void
a_living_daemon_keeps_its_socket(void **state)
{
	struct fixture *f = *state;
	struct err err;
	char *answer;

	assert_null(api_open(f, f->path, &err));
	assert_non_null(strstr(err.text, "another daemon"));
	assert_non_null(strstr(err.text, f->path));
	answer = ask(f, "GET /metrics" END);
	assert_true(has_status(answer, 200));
	free(answer);
}

static void
a_file_in_the_way_stays(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	struct err err;
	int fd;

	api_free(&f->api);
	fd = open(f->path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd != -1);
	close(fd);
	assert_null(api_open(f, f->path, &err));
	assert_non_null(strstr(err.text, "no socket"));
	assert_int_equal(lstat(f->path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
}

static void
a_missing_directory_is_named(void **state)
{
	struct fixture *f = *state;
	char path[128];
	struct err err;

	snprintf(path, sizeof(path), "%s/no/sock", f->dir);
	assert_null(api_open(f, path, &err));
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "directory does not exist"));
}

static void
a_path_too_long_for_a_socket_is_told(void **state)
{
	char path[109] = "/";
	struct err err;

	memset(path, '/', sizeof(path) - 1);
	assert_null(api_open(*state, path, &err));
	assert_non_null(strstr(err.text, "1 to 107 bytes"));
	assert_null(api_open(*state, "", &err));
}

/* Asks as nobody, with the given supplementary groups; the HTTP status. */
static void
ask_as_nobody(const char *path, const gid_t *groups, size_t count, int out)
{
	static const char request[] = "GET /metrics" END;
	char answer[64] = "";
	size_t used = 0;
	ssize_t n;
	int fd;

	if (setgroups(count, groups) == -1 || setgid(NOBODY) == -1 ||
	    setuid(NOBODY) == -1)
		_exit(1);
	fd = client_connect(path);
	if (fd == -1 || fcntl(fd, F_SETFL, 0) == -1 ||
	    send(fd, request, sizeof(request) - 1, 0) == -1)
		_exit(1);
	while (used < sizeof(answer) &&
	       (n = read(fd, answer + used, sizeof(answer) - used)) > 0)
		used += (size_t)n;
	if (write(out, answer, used) == -1)
		_exit(1);
	_exit(0);
}

static int
status_for_nobody(struct fixture *f, const gid_t *groups, size_t count)
{
	struct client pipe_end = {.loop = f->loop};
	int fds[2], status = 0;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child != -1);
	if (child == 0)
		ask_as_nobody(f->path, groups, count, fds[1]);
	close(fds[1]);
	buf_init(&pipe_end.in, 0);
	ev_io_init(&pipe_end.io, client_on_io, fds[0], EV_READ);
	pipe_end.io.data = &pipe_end;
	ev_io_start(f->loop, &pipe_end.io);
	client_wait(&pipe_end);
	assert_int_equal(waitpid(child, NULL, 0), child);
	if (sscanf(buf_str(&pipe_end.in), "HTTP/1.1 %d", &status) != 1)
		status = -1;
	client_close(&pipe_end);
	return status;
}

static void
a_stranger_is_refused_even_on_an_open_socket(void **state)
{
	const gid_t wire = 4711, other = 4712;
	struct fixture *f = *state;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(chmod(f->path, 0666), 0);
	assert_int_equal(chown(f->path, (uid_t)-1, wire), 0);
	assert_int_equal(status_for_nobody(f, NULL, 0), 403);
	assert_int_equal(status_for_nobody(f, &other, 1), 403);
}

static void
members_of_the_sockets_group_are_welcome(void **state)
{
	const gid_t groups[] = {4712, 4711};
	struct fixture *f = *state;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(chown(f->path, (uid_t)-1, groups[1]), 0);
	assert_int_equal(status_for_nobody(f, groups, 2), 200);
	assert_int_equal(chown(f->path, (uid_t)-1, NOBODY), 0);
	assert_int_equal(status_for_nobody(f, NULL, 0), 200);
}

#define API_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    API_TEST(status_is_answered_as_json),
	    API_TEST(head_gives_the_headers_alone),
	    API_TEST(metrics_are_answered_in_their_type),
	    API_TEST(metrics_beyond_their_bound_are_an_error),
	    API_TEST(feeds_are_asked_for_from_the_first_by_default),
	    API_TEST(feeds_are_asked_for_after_a_name),
	    API_TEST(wrong_parameters_are_refused),
	    API_TEST(a_name_of_the_greatest_length_is_taken_and_no_longer_one),
	    API_TEST(other_paths_are_not_found),
	    API_TEST(other_methods_are_refused_and_the_right_ones_named),
	    API_TEST(bodies_are_refused_unread),
	    API_TEST(a_request_beyond_its_bound_is_refused),
	    API_TEST(what_is_no_http_hurts_nobody),
	    API_TEST(one_connection_carries_several_requests),
	    API_TEST(a_peer_that_does_not_read_holds_up_nobody),
	    API_TEST(connections_beyond_the_bound_wait_for_a_place),
	    API_TEST(a_peer_that_says_nothing_is_let_go),
	    API_TEST(the_socket_is_for_owner_and_group_whatever_the_umask),
	    API_TEST(the_end_removes_the_socket),
	    API_TEST(the_end_leaves_a_foreign_socket_alone),
	    API_TEST(a_stale_socket_is_replaced),
	    API_TEST(a_living_daemon_keeps_its_socket),
	    API_TEST(a_file_in_the_way_stays),
	    API_TEST(a_missing_directory_is_named),
	    API_TEST(a_path_too_long_for_a_socket_is_told),
	    API_TEST(a_stranger_is_refused_even_on_an_open_socket),
	    API_TEST(members_of_the_sockets_group_are_welcome),
	};

	return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}
