#ifndef WIREWATCH_CLI_REACH_H
#define WIREWATCH_CLI_REACH_H

#include "cli/ask.h"
#include "lib/err.h"

/*
 * Finds the running daemon: at the socket that is named, else at the one of
 * the configuration that is named, else at the one of the usual configuration.
 * At most one of both is given.
 */
struct reach {
	const char *socket;
	const char *conf;
};

/* Asks what there is to ask: 0, or -1 with the reason. */
typedef int (*reach_fn)(void *data, struct ask *ask, struct err *err);

/*
 * The exit status: 0 asked, 1 the daemon does not answer, 2 the configuration
 * cannot be read. What is wrong was printed then.
 */
int reach_daemon(const struct reach *where, reach_fn talk, void *data);

#define REACH_USAGE                                                            \
	"  -s, --socket SOCKET  the daemon's socket\n"                         \
	"  -c, --config FILE    the configuration that names the socket\n"     \
	"                       (default: " WIREWATCH_SYSCONFDIR               \
	"/wirewatch.conf)\n"

#endif
