#ifndef WIREWATCH_DAEMON_STATUS_H
#define WIREWATCH_DAEMON_STATUS_H

#include <jansson.h>

#include "daemon/daemon.h"
#include "lib/buf.h"

/* What the interface tells, as api_source's functions; data is the daemon. */
#define STATUS_FAILING_MAX 20	/* failing feeds listed in the status */

json_t *status_json(void *data);
json_t *status_feeds_json(void *data, const char *after, size_t limit);
int status_metrics(void *data, struct buf *out);
/* One line for systemd's STATUS=; owned by the caller. */
char *status_line(const struct daemon *daemon);
/* Sends that line to the service manager. */
void status_notify(const struct daemon *daemon);

#endif
