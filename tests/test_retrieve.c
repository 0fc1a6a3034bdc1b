#include "tests/test.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/retrieve.h"
#include "lib/alloc.h"

#define BODY "<rss><channel/></rss>"

/*
 * Two servers in processes of their own, each on a loopback address. The first:
 * /feed with a body, /near with a redirect to /feed, /far with one to another
 * loopback address, which would answer as well.
 */
struct fixture {
	int sockets[2];
	char base[64];
	char far[64];
	pid_t pids[2];
};

static int
listen_on(const char *address, char base[64])
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (inet_pton(AF_INET, address, &in.sin_addr) != 1 ||
	    bind(fd, (struct sockaddr *)&in, sizeof(in)) == -1 ||
	    listen(fd, 8) == -1 ||
	    getsockname(fd, (struct sockaddr *)&in, &len) == -1)
		abort();
	snprintf(base, 64, "http://%s:%d", address, ntohs(in.sin_port));
	return fd;
}

static void
answer(const struct fixture *f, int fd)
{
	char request[4096], *response;
	ssize_t n = read(fd, request, sizeof(request) - 1);

	if (n <= 0)
		return;
	request[n] = '\0';
	if (strncmp(request, "GET /feed ", 10) == 0)
		response = xasprintf(
		    "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
		    "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
		    strlen(BODY), BODY);
	else
		response = xasprintf(
		    "HTTP/1.1 302 Found\r\nLocation: %s/feed\r\n"
		    "Content-Length: 0\r\nConnection: close\r\n\r\n",
		    strncmp(request, "GET /near ", 10) == 0 ? f->base : f->far);
	if (write(fd, response, strlen(response)) == -1)
		abort();
	free(response);
}

static void
serve(const struct fixture *f, int listener)
{
	int fd;

	while ((fd = accept(listener, NULL, NULL)) != -1) {
		answer(f, fd);
		close(fd);
	}
	_exit(0);
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	size_t i;

	/* no configuration allows anything here */
	if (setenv("WIREWATCH_CONF", "/nonexistent/wirewatch.conf", 1) == -1)
		return -1;
	f->sockets[0] = listen_on("127.0.0.1", f->base);
	f->sockets[1] = listen_on("127.0.0.3", f->far);
	/* both addresses answer, so that only the policy can refuse */
	for (i = 0; i < 2; i++) {
		f->pids[i] = fork();
		if (f->pids[i] == 0)
			serve(f, f->sockets[i]);
	}
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < 2; i++) {
		/* accept() fails then, and the server ends */
		shutdown(f->sockets[i], SHUT_RDWR);
		close(f->sockets[i]);
		if (waitpid(f->pids[i], NULL, 0) == -1)
			return -1;
	}
	free(f);
	return 0;
}

static int
get(const char *base, const char *path, struct retrieved *got, struct err *err)
{
	char *url = xasprintf("%s%s", base, path);
	int rc = retrieve(url, got, err);

	free(url);
	return rc;
}

static void
a_host_that_was_typed_may_be_private(void **state)
{
	struct fixture *f = *state;
	struct retrieved got;
	struct err err;

	assert_int_equal(get(f->base, "/feed", &got, &err), 0);
	assert_int_equal(got.len, strlen(BODY));
	assert_memory_equal(got.body, BODY, got.len);
	assert_string_equal(got.content_type, "text/xml");
	retrieved_clear(&got);
	assert_null(got.body);
	assert_int_equal(get(f->base, "/near", &got, &err), 0);
	assert_non_null(strstr(got.url, "/feed"));
	retrieved_clear(&got);
}

static void
what_it_redirects_to_may_not(void **state)
{
	struct fixture *f = *state;
	struct retrieved got;
	struct err err;

	/* it does answer */
	assert_int_equal(get(f->far, "/feed", &got, &err), 0);
	retrieved_clear(&got);
	assert_int_equal(get(f->base, "/far", &got, &err), -1);
	assert_non_null(strstr(err.text, "127.0.0.3"));
	assert_null(got.body);
	retrieved_clear(&got);
}

static void
what_cannot_be_fetched_says_why(void **state)
{
	struct retrieved got;
	struct err err;

	(void)state;
	assert_int_equal(retrieve("ftp://a.example/", &got, &err), -1);
	assert_non_null(strstr(err.text, "http"));
	retrieved_clear(&got);
	assert_int_equal(retrieve("http://127.0.0.1:9/", &got, &err), -1);
	assert_true(strlen(err.text) > 0);
	retrieved_clear(&got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_host_that_was_typed_may_be_private),
	    cmocka_unit_test(what_it_redirects_to_may_not),
	    cmocka_unit_test(what_cannot_be_fetched_says_why),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
