#ifndef WIREWATCH_DAEMON_API_H
#define WIREWATCH_DAEMON_API_H

#include <jansson.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/log.h"

struct ev_loop;

/*
 * The HTTP interface (libmicrohttpd on the loop): on a Unix socket, mode 0660,
 * for root, the daemon's own user and members of the socket's group, told by
 * the peer's credentials.
 *
 *   GET /api/v1/status               what the daemon is doing
 *   GET /api/v1/feeds?after=&limit=  feeds in the order of their names
 *   GET /metrics                     Prometheus text format 0.0.4
 *
 * HEAD is answered like GET. Errors are JSON: {"error":"..."}.
 */
#define API_CONNECTIONS_MAX 32
#define API_BACKLOG 64		/* connections that wait to be accepted */
#define API_TIMEOUT_S 10
#define API_REQUEST_MAX (16 * 1024)	/* bytes of request line and headers */
#define API_AFTER_MAX 512	/* bytes of ?after=, the longest feed name */
#define API_FEEDS_MAX 1000	/* feeds in one answer */
#define API_METRICS_MAX (1024 * 1024)	/* bytes of the metrics' answer */

struct api;

/* Where answers come from; called on the loop thread. */
struct api_source {
	json_t *(*status)(void *data);
	/* At most `limit` feeds behind the name `after`; NULL: the first. */
	json_t *(*feeds)(void *data, const char *after, size_t limit);
	int (*metrics)(void *data, struct buf *out);
	void *data;
};

/*
 * Binds and listens; a stale socket of a dead daemon is replaced. NULL with
 * the reason.
 */
struct api *api_new(struct ev_loop *loop, const char *socket_path,
    const struct api_source *source, struct log *log, struct err *err);
/* Closes and removes the socket. */
void api_free(struct api **api);

#endif
