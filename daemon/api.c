/*
 * The HTTP interface: a Unix socket and libmicrohttpd without a thread of its
 * own. MHD's epoll descriptor sits in one ev_io and its next deadline in one
 * ev_timer; both end in MHD_run(), which takes what is ready and never waits.
 *
 * Whoever can connect is still asked who he is: the mode of a socket is one
 * careless chmod away from being public.
 */
#include <errno.h>
#include <ev.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/api.h"
#include "lib/alloc.h"
#include "lib/json.h"

#define API_SOCKET_MODE 0660
#define API_GROUPS_MAX 1024 /* supplementary groups of a peer looked at */
#define API_JSON "application/json"
#define API_METRICS_TEXT "text/plain; version=0.0.4"

struct api {
	struct ev_loop *loop;
	struct log *log;
	struct api_source source;
	char *path;
	dev_t device; /* of the socket's name, to remove only our own */
	ino_t inode;
	struct MHD_Daemon *mhd;
	struct ev_io io;
	struct ev_timer timer;
};

/* One answer, built whole before anything is sent. */
struct api_answer {
	unsigned int status;
	const char *type;
	char *body; /* malloc'ed; MHD frees it */
};

/* What a query may say; each route lists the keys it knows. */
struct api_query {
	char *after;
	size_t limit;
};

struct api_route {
	const char *path;
	bool has_query; /* after and limit; else no parameter at all */
	void (*answer)(struct api *api, const struct api_query *query,
	    struct api_answer *answer);
};

static void
api_answer_json(struct api_answer *answer, unsigned int status, json_t *value)
{
	answer->status = status;
	answer->type = API_JSON;
	answer->body = json_line(value);
	json_decref(value);
}

static void
api_answer_error(
    struct api_answer *answer, unsigned int status, const char *why)
{
	json_t *object = json_object();

	json_set_string(object, "error", why);
	api_answer_json(answer, status, object);
}

static void
api_status(
    struct api *api, const struct api_query *query, struct api_answer *answer)
{
	(void)query;
	api_answer_json(
	    answer, MHD_HTTP_OK, api->source.status(api->source.data));
}

static void
api_feeds(
    struct api *api, const struct api_query *query, struct api_answer *answer)
{
	api_answer_json(answer, MHD_HTTP_OK,
	    api->source.feeds(api->source.data, query->after, query->limit));
}

static void
api_metrics(
    struct api *api, const struct api_query *query, struct api_answer *answer)
{
	struct buf out;

	(void)query;
	buf_init(&out, API_METRICS_MAX);
	if (api->source.metrics(api->source.data, &out) == -1) {
		buf_clear(&out);
		api_answer_error(answer, MHD_HTTP_INTERNAL_SERVER_ERROR,
		    "the metrics exceed their bound");
		return;
	}
	answer->status = MHD_HTTP_OK;
	answer->type = API_METRICS_TEXT;
	answer->body = buf_steal(&out);
}

static const struct api_route api_routes[] = {
    {"/api/v1/feeds", true, api_feeds},
    {"/api/v1/status", false, api_status},
    {"/metrics", false, api_metrics},
};

static const struct api_route *
api_find_route(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(api_routes) / sizeof(api_routes[0]); i++) {
		if (strcmp(api_routes[i].path, path) == 0)
			return &api_routes[i];
	}
	return NULL;
}

static int
api_parse_limit(const char *text, size_t *limit_r)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value < 1 || value > API_FEEDS_MAX)
		return -1;
	*limit_r = value;
	return 0;
}

struct api_query_reader {
	const struct api_route *route;
	struct api_query *query;
	bool has_limit;
	const char *wrong; /* what is, for the peer; NULL if nothing */
};

/* Called by MHD for each parameter; sizes show a NUL inside. */
static enum MHD_Result
api_on_parameter(void *data, enum MHD_ValueKind kind, const char *key,
    size_t key_size, const char *value, size_t value_size)
{
	struct api_query_reader *reader = data;
	struct api_query *query = reader->query;

	(void)kind;
	if (strlen(key) != key_size || !value || strlen(value) != value_size)
		reader->wrong = "a parameter is malformed";
	else if (reader->route->has_query && strcmp(key, "after") == 0) {
		if (query->after || value_size > API_AFTER_MAX)
			reader->wrong = "after: given twice or too long";
		else
			query->after = xstrdup(value);
	} else if (reader->route->has_query && strcmp(key, "limit") == 0) {
		if (reader->has_limit ||
		    api_parse_limit(value, &query->limit) == -1)
			reader->wrong = "limit: given twice or out of range";
		reader->has_limit = true;
	} else
		reader->wrong = "unknown parameter";
	return reader->wrong ? MHD_NO : MHD_YES;
}

static void
api_answer_route(struct api *api, struct MHD_Connection *connection,
    const struct api_route *route, struct api_answer *answer)
{
	struct api_query query = {.after = NULL, .limit = API_FEEDS_MAX};
	struct api_query_reader reader = {.route = route, .query = &query};

	(void)MHD_get_connection_values_n(
	    connection, MHD_GET_ARGUMENT_KIND, api_on_parameter, &reader);
	if (reader.wrong)
		api_answer_error(answer, MHD_HTTP_BAD_REQUEST, reader.wrong);
	else
		route->answer(api, &query, answer);
	free(query.after);
}

/* Whether one of the peer's groups is the given one (SO_PEERGROUPS, 4.13). */
static bool
api_peer_in_group(int fd, gid_t group)
{
	gid_t groups[API_GROUPS_MAX];
	socklen_t size = sizeof(groups);
	size_t i;

	/* someone in more groups than that is not let in by this rule */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) == -1)
		return false;
	for (i = 0; i < size / sizeof(groups[0]); i++) {
		if (groups[i] == group)
			return true;
	}
	return false;
}

/* The file's mode guards the socket; this guards it once more. */
static bool
api_peer_may(const struct api *api, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	struct stat st;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == -1)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	/* asked anew each time: the operator may have changed the group */
	if (lstat(api->path, &st) == -1)
		return false;
	return peer.gid == st.st_gid || api_peer_in_group(fd, st.st_gid);
}

static bool
api_is_allowed(const struct api *api, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info && api_peer_may(api, info->connect_fd);
}

static bool
api_has_body(struct MHD_Connection *connection)
{
	const char *length = MHD_lookup_connection_value(
	    connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return (length && strcmp(length, "0") != 0) ||
	       MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
		   MHD_HTTP_HEADER_TRANSFER_ENCODING);
}

/* Takes the answer's body over. */
static enum MHD_Result
api_send(struct MHD_Connection *connection, const struct api_answer *answer)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    strlen(answer->body), answer->body, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result rc = MHD_NO;

	if (!response) {
		free(answer->body);
		return MHD_NO;
	}
	if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
		answer->type) == MHD_YES &&
	    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
		"no-store") == MHD_YES &&
	    (answer->status != MHD_HTTP_METHOD_NOT_ALLOWED ||
		MHD_add_response_header(
		    response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD") == MHD_YES))
		rc = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return rc;
}

/*
 * What is wrong with the request as such, answered as soon as its headers are
 * read: MHD then closes without reading a body. False when nothing is wrong.
 */
static bool
api_refuse(const struct api *api, struct MHD_Connection *connection,
    const char *method, const struct api_route *route,
    struct api_answer *answer)
{
	if (!api_is_allowed(api, connection))
		api_answer_error(answer, MHD_HTTP_FORBIDDEN,
		    "only root, the daemon's user and the socket's group "
		    "may ask");
	else if (!route)
		api_answer_error(
		    answer, MHD_HTTP_NOT_FOUND, "there is nothing here");
	else if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
		 strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		api_answer_error(
		    answer, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD");
	else if (api_has_body(connection))
		api_answer_error(answer, MHD_HTTP_CONTENT_TOO_LARGE,
		    "a request carries no body");
	else
		return false;
	return true;
}

static enum MHD_Result
api_on_request(void *data, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *upload_size, void **state)
{
	static char seen;
	struct api *api = data;
	const struct api_route *route = api_find_route(url);
	struct api_answer answer;

	(void)version;
	(void)upload;
	(void)upload_size;
	if (*state != &seen) {
		*state = &seen;
		if (!api_refuse(api, connection, method, route, &answer))
			return MHD_YES; /* called again when it is whole */
		return api_send(connection, &answer);
	}
	api_answer_route(api, connection, route, &answer);
	return api_send(connection, &answer);
}

static void __attribute__((format(printf, 2, 0)))
api_on_message(void *data, const char *fmt, va_list ap)
{
	struct api *api = data;
	char text[512];

	vsnprintf(text, sizeof(text), fmt, ap);
	text[strcspn(text, "\n")] = '\0';
	log_debug(api->log, "interface: %s", text);
}

/* Does what is ready and arms the timer for what comes next. */
static void
api_run(struct api *api)
{
	MHD_UNSIGNED_LONG_LONG timeout_ms;

	if (MHD_run(api->mhd) != MHD_YES)
		log_error(api->log, "interface: %s cannot go on", api->path);
	ev_timer_stop(api->loop, &api->timer);
	if (MHD_get_timeout(api->mhd, &timeout_ms) != MHD_YES)
		return;
	ev_timer_set(&api->timer, (double)timeout_ms / 1000.0, 0.);
	ev_timer_start(api->loop, &api->timer);
}

static void
api_on_io(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	(void)loop;
	(void)events;
	api_run(watcher->data);
}

static void
api_on_timer(struct ev_loop *loop, struct ev_timer *watcher, int events)
{
	(void)loop;
	(void)events;
	api_run(watcher->data);
}

static int
api_address(const char *path, struct sockaddr_un *address, struct err *err)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (!*path || strlen(path) >= sizeof(address->sun_path))
		return err_set(err,
		    "socket %s: a path of a socket has 1 to %zu bytes", path,
		    sizeof(address->sun_path) - 1);
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

/* Removes the socket of a daemon that is dead; a living one is an error. */
static int
api_clear_stale(const struct sockaddr_un *address, struct err *err)
{
	const char *path = address->sun_path;
	struct stat st;
	int fd, rc, saved;

	if (lstat(path, &st) == -1) {
		if (errno == ENOENT)
			return 0;
		return err_errno(err, "socket %s", path);
	}
	if (!S_ISSOCK(st.st_mode))
		return err_set(
		    err, "socket %s: the file there is no socket", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return err_errno(err, "socket %s", path);
	rc = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	saved = errno;
	close(fd);
	/* a full queue (EAGAIN) is a living daemon, too */
	if (rc == 0 || saved == EAGAIN)
		return err_set(
		    err, "socket %s: another daemon answers there", path);
	errno = saved;
	if (errno != ECONNREFUSED || unlink(path) == -1)
		return err_errno(err, "socket %s", path);
	return 0;
}

/*
 * Binds so that the name never has more rights than it shall keep. The mode is
 * set before bind(), which takes the umask off, and again after it: unlike a
 * changed umask this does not touch what other threads create meanwhile.
 */
static int
api_bind(int fd, const struct sockaddr_un *address, struct err *err)
{
	const char *path = address->sun_path;

	if (fchmod(fd, API_SOCKET_MODE) == -1)
		return err_errno(err, "socket %s", path);
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) ==
	    -1) {
		if (errno == ENOENT)
			return err_set(err,
			    "socket %s: its directory does not exist", path);
		return err_errno(err, "socket %s", path);
	}
	if (chmod(path, API_SOCKET_MODE) == -1 ||
	    listen(fd, API_BACKLOG) == -1) {
		err_errno(err, "socket %s", path);
		unlink(path);
		return -1;
	}
	return 0;
}

/* A listening socket, or -1 with the reason. */
static int
api_listen(const char *path, struct err *err)
{
	struct sockaddr_un address;
	int fd;

	if (api_address(path, &address, err) == -1 ||
	    api_clear_stale(&address, err) == -1)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return err_errno(err, "socket %s", path);
	if (api_bind(fd, &address, err) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Takes fd over, also when it fails. */
static int
api_start_mhd(struct api *api, int fd, struct err *err)
{
	api->mhd = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL,
	    NULL, api_on_request, api, MHD_OPTION_EXTERNAL_LOGGER,
	    api_on_message, api, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned int)API_CONNECTIONS_MAX,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)API_TIMEOUT_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)API_REQUEST_MAX,
	    MHD_OPTION_END);
	if (api->mhd)
		return 0;
	close(fd);
	return err_set(
	    err, "socket %s: libmicrohttpd does not start", api->path);
}

static int
api_watch(struct api *api, struct err *err)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(api->mhd, MHD_DAEMON_INFO_EPOLL_FD);

	if (!info)
		return err_set(err,
		    "socket %s: libmicrohttpd was built without epoll",
		    api->path);
	ev_io_set(&api->io, info->epoll_fd, EV_READ);
	ev_io_start(api->loop, &api->io);
	return 0;
}

static void
api_remember_name(struct api *api)
{
	struct stat st;

	if (lstat(api->path, &st) == -1)
		return;
	api->device = st.st_dev;
	api->inode = st.st_ino;
}

struct api *
api_new(struct ev_loop *loop, const char *socket_path,
    const struct api_source *source, struct log *log, struct err *err)
{
	int fd = api_listen(socket_path, err);
	struct api *api;

	if (fd == -1)
		return NULL;
	api = xcalloc(1, sizeof(*api));
	api->loop = loop;
	api->log = log;
	api->source = *source;
	api->path = xstrdup(socket_path);
	ev_init(&api->io, api_on_io);
	ev_init(&api->timer, api_on_timer);
	api->io.data = api->timer.data = api;
	api_remember_name(api);
	if (api_start_mhd(api, fd, err) == -1 || api_watch(api, err) == -1)
		api_free(&api);
	return api;
}

/* Another daemon may have put its socket there since. */
static void
api_remove_name(const struct api *api)
{
	struct stat st;

	if (lstat(api->path, &st) == -1 || st.st_dev != api->device ||
	    st.st_ino != api->inode)
		return;
	if (unlink(api->path) == -1)
		log_warn(api->log, "socket %s stays behind: %s", api->path,
		    strerror(errno));
}

void
api_free(struct api **api_p)
{
	struct api *api = *api_p;

	if (!api)
		return;
	ev_io_stop(api->loop, &api->io);
	ev_timer_stop(api->loop, &api->timer);
	api_remove_name(api);
	if (api->mhd)
		MHD_stop_daemon(api->mhd);
	free(api->path);
	free(api);
	*api_p = NULL;
}
