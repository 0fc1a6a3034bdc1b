#ifndef WIREWATCH_DAEMON_DAEMON_H
#define WIREWATCH_DAEMON_DAEMON_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "alerts/outbox.h"
#include "config/conf.h"
#include "daemon/api.h"
#include "daemon/history.h"
#include "daemon/pipeline.h"
#include "daemon/workers.h"
#include "lib/http.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "store/store.h"
#include "topics/topic.h"

/* The root of everything that lives while the daemon runs. */
#define DAEMON_STOP_MS 9000	/* from SIGTERM to the end, at the latest */

struct daemon {
	const char *conf_path;
	bool is_once;
	bool is_verbose;	/* whatever the configuration says */
	bool is_stopping;
	int64_t started_ms;	/* wall time */
	int64_t loaded_ms;	/* of the running configuration */
	char *last_error;	/* of the last rejected reload; NULL */
	struct log log;
	struct ev_loop *loop;
	struct metrics *metrics;
	struct generation *generation;	/* the running configuration */
	struct store *store;
	struct http *http;
	struct outbox *outbox;
	struct history *history;
	struct workers *workers;
	struct pipeline *pipeline;
	struct api *api;
	struct ev_signal on_hup;
	struct ev_signal on_usr1;
	struct ev_signal on_term;
	struct ev_signal on_int;
	struct ev_timer stop_timer;
	struct ev_timer watchdog;
};

#endif
