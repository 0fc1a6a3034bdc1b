/*
 * curl's multi handle on the event loop. curl says which sockets it waits for
 * and when it wants to be called; its callbacks only start and stop watchers,
 * for curl refuses to be called from within them. Idle watchers are kept for
 * the next socket.
 */
#include <stdlib.h>

#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/http_private.h"

static void
http_loop_act(struct http *http, curl_socket_t fd, int events)
{
	int running;

	http->now_ms = clock_mono_ms();
	/* fails for bugs only; each transfer tells its own errors */
	if (curl_multi_socket_action(http->multi, fd, events, &running) !=
	    CURLM_OK)
		log_debug(http->log, "curl does not know socket %d", (int)fd);
}

static void
http_loop_on_socket(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct http *http = io->data;

	(void)loop;
	http_loop_act(http, io->fd,
	    (events & EV_READ ? CURL_CSELECT_IN : 0) |
		(events & EV_WRITE ? CURL_CSELECT_OUT : 0));
	http_after_curl(http);
}

static void
http_loop_on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct http *http = timer->data;

	(void)loop;
	(void)events;
	http_loop_act(http, CURL_SOCKET_TIMEOUT, 0);
	http_after_curl(http);
}

void
http_loop_kick(struct http *http)
{
	/* curl sets the timer anew, or stops it */
	http_loop_act(http, CURL_SOCKET_TIMEOUT, 0);
}

/* One shot; 0 means the next turn, -1 never. */
static int
http_loop_on_want_timer(CURLM *multi, long ms, void *data)
{
	struct http *http = data;

	(void)multi;
	ev_timer_stop(http->loop, &http->curl_timer);
	if (ms < 0)
		return 0;
	ev_timer_set(&http->curl_timer, (double)ms / 1000.0, 0.);
	ev_timer_start(http->loop, &http->curl_timer);
	return 0;
}

static struct http_socket *
http_loop_take_socket(struct http *http)
{
	struct http_socket *socket = http->spare_sockets;

	if (socket) {
		http->spare_sockets = socket->next_spare;
		return socket;
	}
	socket = xcalloc(1, sizeof(*socket));
	ev_init(&socket->io, http_loop_on_socket);
	socket->io.data = http;
	return socket;
}

static void
http_loop_drop_socket(struct http *http, struct http_socket *socket)
{
	ev_io_stop(http->loop, &socket->io);
	socket->next_spare = http->spare_sockets;
	http->spare_sockets = socket;
}

static int
http_loop_on_want_socket(
    CURL *easy, curl_socket_t fd, int what, void *data, void *socket_data)
{
	struct http *http = data;
	struct http_socket *socket = socket_data;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (socket)
			http_loop_drop_socket(http, socket);
		return 0;
	}
	if (!socket) {
		socket = http_loop_take_socket(http);
		curl_multi_assign(http->multi, fd, socket);
	}
	ev_io_stop(http->loop, &socket->io);
	ev_io_set(&socket->io, fd,
	    (what & CURL_POLL_IN ? EV_READ : 0) |
		(what & CURL_POLL_OUT ? EV_WRITE : 0));
	ev_io_start(http->loop, &socket->io);
	return 0;
}

int
http_loop_open(struct http *http, struct err *err)
{
	int rc;

	ev_init(&http->curl_timer, http_loop_on_timer);
	http->curl_timer.data = http;
	http->multi = curl_multi_init();
	if (!http->multi)
		return err_set(err, "libcurl cannot be set up");
	rc = curl_multi_setopt(
	    http->multi, CURLMOPT_SOCKETFUNCTION, http_loop_on_want_socket);
	rc |= curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	rc |= curl_multi_setopt(
	    http->multi, CURLMOPT_TIMERFUNCTION, http_loop_on_want_timer);
	rc |= curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	if (rc != CURLM_OK)
		return err_set(err, "libcurl cannot be set up");
	return 0;
}

void
http_loop_close(struct http *http)
{
	struct http_socket *socket;

	/* closes kept connections, and so gives their watchers back */
	curl_multi_cleanup(http->multi);
	http->multi = NULL;
	ev_timer_stop(http->loop, &http->curl_timer);
	while ((socket = http->spare_sockets)) {
		http->spare_sockets = socket->next_spare;
		free(socket);
	}
}
