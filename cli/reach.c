/*
 * The way to the running daemon. Its configuration may be missing, or hold
 * secrets that this user may not read, or be broken, which is when its state
 * is wanted most: the usual socket is tried then.
 */
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/reach.h"
#include "config/conf.h"
#include "lib/alloc.h"
#include "lib/diag.h"

#define REACH_SOCKET WIREWATCH_RUNDIR "/wirewatchd.sock"

/*
 * The socket that a configuration names, owned by the caller. NULL when there
 * is none: *status_r then is 1, or 2 when the configuration cannot be read.
 */
static char *
reach_conf_socket(const char *path, int *status_r)
{
	struct diag diag;
	struct conf *conf;
	char *socket = NULL;

	diag_init(&diag);
	conf = conf_load(path, &diag);
	*status_r = 1;
	if (!conf) {
		diag_print(&diag, stderr);
		cli_error("%s cannot be read; name the socket with -s", path);
		*status_r = 2;
	} else if (!conf->socket_path)
		cli_error(
		    "%s: socket = \"\": the daemon has no interface", path);
	else
		socket = xstrdup(conf->socket_path);
	conf_free(&conf);
	diag_clear(&diag);
	return socket;
}

/* Without -s and -c. Owned by the caller; NULL: no socket. */
static char *
reach_default_socket(size_t *errors_r)
{
	struct diag diag;
	struct conf *conf;
	char *socket;

	diag_init(&diag);
	conf = conf_load(cli_default_conf(), &diag);
	*errors_r = diag.errors;
	if (!conf)
		socket = xstrdup(REACH_SOCKET);
	else
		socket = conf->socket_path ? xstrdup(conf->socket_path) : NULL;
	conf_free(&conf);
	diag_clear(&diag);
	return socket;
}

static int
reach_socket(const char *socket, reach_fn talk, void *data)
{
	struct err err;
	struct ask *ask = ask_new(socket, &err);
	int rc = ask ? talk(data, ask, &err) : -1;

	ask_free(&ask);
	if (rc == 0)
		return 0;
	cli_error("%s", err.text);
	return 1;
}

static int
reach_default(reach_fn talk, void *data)
{
	size_t errors;
	char *socket = reach_default_socket(&errors);
	int status;

	if (!socket) {
		cli_error("%s: socket = \"\": the daemon has no interface",
		    cli_default_conf());
		return 1;
	}
	status = reach_socket(socket, talk, data);
	if (status != 0 && errors > 0)
		cli_error("%s could not be read (try: wirewatch check), so "
			  "the usual socket was tried",
		    cli_default_conf());
	free(socket);
	return status;
}

int
reach_daemon(const struct reach *where, reach_fn talk, void *data)
{
	char *socket;
	int status;

	if (where->socket)
		return reach_socket(where->socket, talk, data);
	if (!where->conf)
		return reach_default(talk, data);
	socket = reach_conf_socket(where->conf, &status);
	if (socket)
		status = reach_socket(socket, talk, data);
	free(socket);
	return status;
}
