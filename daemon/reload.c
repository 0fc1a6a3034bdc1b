/* SIGHUP: the next generation is complete before the first piece is swapped. */
#include <stdlib.h>
#include <string.h>

#include "daemon/notify.h"
#include "daemon/reload.h"
#include "daemon/status.h"
#include "lib/alloc.h"
#include "lib/clock.h"

/* Feeds that hang must not keep a webhook waiting: it has places of its own. */
static size_t
reload_http_places(const struct conf *conf)
{
	size_t i, places = (size_t)conf->concurrency;

	for (i = 0; i < conf->sink_count; i++) {
		if (conf->sinks[i].type == SINK_WEBHOOK)
			places += (size_t)conf->sinks[i].concurrency;
	}
	return places;
}

struct http_options
daemon_http_options(const struct conf *conf)
{
	struct http_options options = {
	    .concurrency = reload_http_places(conf),
	    .user_agent = conf->user_agent,
	    .ca_file = conf->ca_file,
	    .name_servers = conf->name_servers,
	};

	return options;
}

static void
reload_tell(struct daemon *daemon, enum event_type type, const char *summary)
{
	const struct conf *conf = daemon->generation->conf;
	struct event event;

	event_from_config(&event, type, daemon->conf_path, summary, conf->node,
	    clock_wall_ms());
	pipeline_event(daemon->pipeline, &event);
}

static void
reload_reject(struct daemon *daemon, const char *summary, size_t errors)
{
	/* the errors of a file were logged one by one */
	if (errors > 0)
		log_error(&daemon->log, "reload refused, the running "
		    "configuration stays: %zu error%s", errors,
		    errors == 1 ? "" : "s");
	else
		log_error(&daemon->log, "reload refused, the running "
		    "configuration stays: %s", summary);
	free(daemon->last_error);
	daemon->last_error = xstrdup(summary);
	reload_tell(daemon, EVENT_CONFIG_REJECTED, summary);
}

static void
reload_log_diag(struct daemon *daemon, const struct diag *diag)
{
	size_t i;

	for (i = 0; i < diag->count; i++) {
		char *line = diag_line(&diag->entries[i]);

		if (diag->entries[i].level == DIAG_ERROR)
			log_error(&daemon->log, "%s", line);
		else
			log_warn(&daemon->log, "%s", line);
		free(line);
	}
}

static void
reload_reject_diag(struct daemon *daemon, const struct diag *diag)
{
	size_t i = 0;
	char *line;

	while (i + 1 < diag->count && diag->entries[i].level != DIAG_ERROR)
		i++;
	line = diag_line(&diag->entries[i]);
	reload_reject(daemon, line, diag->errors);
	free(line);
}

static bool
reload_is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What cannot change while the daemon runs. */
static int
reload_check(
    const struct conf *old, const struct conf *next, struct err *err)
{
	if (!reload_is_same(old->socket_path, next->socket_path))
		return err_set(err, "socket cannot change from %s to %s while "
		    "the daemon runs: restart it",
		    old->socket_path ? old->socket_path : "none",
		    next->socket_path ? next->socket_path : "none");
	if (strcmp(old->state_dir, next->state_dir) != 0)
		return err_set(err, "state-dir cannot change from %s to %s "
		    "while the daemon runs: restart it",
		    old->state_dir, next->state_dir);
	if (!reload_is_same(old->name_servers, next->name_servers))
		return err_set(err, "name-servers cannot change while the "
		    "daemon runs: restart it");
	return 0;
}

static int
reload_swap(struct daemon *daemon, struct generation *next, struct err *err)
{
	struct http_options http = daemon_http_options(next->conf);

	if (reload_check(daemon->generation->conf, next->conf, err) == -1)
		return -1;
	if (outbox_configure(daemon->outbox, next->conf, err) == -1)
		return -1;
	http_set_options(daemon->http, &http);
	/* only the first time it reads the store, and so can fail */
	if (pipeline_configure(daemon->pipeline, next, err) == -1)
		return -1;
	if (!daemon->is_verbose)
		daemon->log.level = (enum log_level)next->conf->log_level;
	history_configure(daemon->history, next->conf->keep_history_ms,
	    next->conf->min_free);
	generation_unref(&daemon->generation);
	daemon->generation = generation_ref(next);
	daemon->loaded_ms = clock_wall_ms();
	return 0;
}

static void
reload_accept(struct daemon *daemon)
{
	const struct conf *conf = daemon->generation->conf;
	char *summary = xasprintf("%zu feeds, %zu topics, %zu sinks",
	    conf->feed_count, conf->topic_count, conf->sink_count);

	free(daemon->last_error);
	daemon->last_error = NULL;
	log_info(&daemon->log, "reloaded %s: %s", daemon->conf_path, summary);
	reload_tell(daemon, EVENT_CONFIG_RELOADED, summary);
	free(summary);
}

void
daemon_reload(struct daemon *daemon)
{
	struct generation *next;
	struct diag diag;
	struct err err;

	notify_reloading();
	diag_init(&diag);
	next = generation_new(daemon->conf_path, &diag);
	reload_log_diag(daemon, &diag);
	if (!next)
		reload_reject_diag(daemon, &diag);
	else if (reload_swap(daemon, next, &err) == -1)
		reload_reject(daemon, err.text, 0);
	else
		reload_accept(daemon);
	generation_unref(&next);
	diag_clear(&diag);
	notify_ready();
	status_notify(daemon);
}
