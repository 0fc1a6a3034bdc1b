#ifndef WIREWATCH_DAEMON_RELOAD_H
#define WIREWATCH_DAEMON_RELOAD_H

#include "daemon/daemon.h"

/*
 * A new configuration, whole or not at all: builds the next generation, opens
 * its sinks, swaps. When anything is wrong, the old one goes on and the
 * reasons are logged, kept for the status and told to the operator's sinks.
 */
void daemon_reload(struct daemon *daemon);

/* The HTTP engine's options out of a configuration. */
struct http_options daemon_http_options(const struct conf *conf);

#endif
