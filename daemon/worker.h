#ifndef WIREWATCH_DAEMON_WORKER_H
#define WIREWATCH_DAEMON_WORKER_H

#include <stdint.h>

#include "daemon/generation.h"
#include "daemon/work.h"

/*
 * A worker process: it answers requests on a stream socket, in order, until
 * that is closed. Each is a struct worker_head and so many bytes, and so is
 * each reply. The first thing it sends is a struct worker_head whose `len` is
 * what the sandbox lacks (see lib/sandbox.h), without bytes behind it.
 */
struct worker_head {
	uint32_t magic;
	uint32_t len;
};

#define WORKER_MAGIC 0x57774b31u
/* A document of PARSE_BODY_MAX takes some six times that to parse. */
#define WORKER_MEMORY (256ULL * 1024 * 1024) /* bytes it may grow by */
#define WORKER_CPU_S 1 /* of processor time for a document, up to one more */
/*
 * Of processor time in its life, which is more than an honest one can come to
 * (WORKERS_AGE_MAX_MS): the system ends it, whatever the daemon does.
 */
#define WORKER_LIFE_S 1000

/*
 * In a child that was just forked: never returns. The socket is `fd`; every
 * other descriptor but the standard ones is closed.
 */
_Noreturn void worker_main(int fd, const struct generation *generation);

/* Its parts. The walls: the first thing is sent when they stand. */
void worker_enter(int fd, const struct generation *generation);
/*
 * Reads a request of up to WORK_REQUEST_MAX bytes, and does it. -1 when there
 * are no more. Both are empty before and after.
 */
int worker_serve(int fd, const struct generation *generation,
    struct buf *request, struct buf *reply);

#endif
