/*
 * wirewatchd: start-up and shutdown, in order. Every module is opened after
 * what it stands on and closed before it.
 */
#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/notify.h"
#include "daemon/reload.h"
#include "daemon/status.h"
#include "feeds/parse.h"
#include "lib/clock.h"

enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_MISUSE = 2,
};

struct options {
	const char *conf_path;
	bool is_test;
	bool is_once;
	bool is_verbose;
};

static const char usage[] =
    "usage: wirewatchd [-c FILE] [-t | --once] [-f] [-v]\n"
    "\n"
    "Watches feeds and delivers alerts; see wirewatchd(8).\n"
    "\n"
    "  -c, --config FILE  configuration "
    "(default: " WIREWATCH_SYSCONFDIR "/wirewatch.conf)\n"
    "  -t, --test         check the configuration, print every error, exit\n"
    "      --once         poll every feed once, deliver, exit\n"
    "  -f, --foreground   accepted; it always runs in the foreground\n"
    "  -v, --verbose      log at level debug\n"
    "      --help, --version\n"
    "\n"
    "exit status: 0 fine, 1 a feed or a delivery failed (--once) or the\n"
    "daemon could not run, 2 wrong usage or configuration\n";

/* Returns -1 to go on, else an exit status. */
static int
main_options(int argc, char **argv, struct options *options)
{
	enum { OPT_ONCE = 256, OPT_HELP, OPT_VERSION };
	static const struct option longs[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"foreground", no_argument, NULL, 'f'},
	    {"help", no_argument, NULL, OPT_HELP},
	    {"once", no_argument, NULL, OPT_ONCE},
	    {"test", no_argument, NULL, 't'},
	    {"verbose", no_argument, NULL, 'v'},
	    {"version", no_argument, NULL, OPT_VERSION},
	    {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:fhtv", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->conf_path = optarg;
			break;
		case 'f':
			break;
		case 't':
			options->is_test = true;
			break;
		case 'v':
			options->is_verbose = true;
			break;
		case OPT_ONCE:
			options->is_once = true;
			break;
		case 'h':
		case OPT_HELP:
			fputs(usage, stdout);
			return EXIT_OK;
		case OPT_VERSION:
			puts("wirewatchd " PACKAGE_VERSION);
			return EXIT_OK;
		default:
			fputs("wirewatchd: try --help\n", stderr);
			return EXIT_MISUSE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "wirewatchd: unexpected word: %s\n",
		    argv[optind]);
		return EXIT_MISUSE;
	}
	return -1;
}

/* A descriptor that was handed over closed must not become the store's. */
static int
main_fill_standard(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd == -1)
			return -1;
	} while (fd <= STDERR_FILENO);
	return close(fd);
}

/*
 * A signal that comes before its watcher would end us: logrotate and reloads do
 * not wait until we are ready.
 */
static void
main_hold_signals(int how)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(how, &signals, NULL);
}

static void
main_limits(struct log *log)
{
	struct rlimit files;

	/* secrets must not end up in a core file */
	if (prctl(PR_SET_DUMPABLE, 0) == -1)
		log_warn(log, "core files stay possible: %s", strerror(errno));
	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		return;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) == -1)
		log_warn(log, "open files stay limited: %s", strerror(errno));
}

/* Both the flow and the deliveries are at rest: leave, where we may. */
static void
main_on_idle(void *data)
{
	struct daemon *daemon = data;

	/* called from within set-up, too */
	if (!daemon->pipeline || !daemon->outbox)
		return;
	if (!daemon->is_stopping && !daemon->is_once)
		return;
	if (pipeline_is_idle(daemon->pipeline) &&
	    outbox_is_idle(daemon->outbox))
		ev_break(daemon->loop, EVBREAK_ALL);
}

static void
main_stop(struct daemon *daemon, const char *why)
{
	if (daemon->is_stopping) {
		ev_break(daemon->loop, EVBREAK_ALL);
		return;
	}
	log_info(&daemon->log, "stopping on %s", why);
	notify_stopping();
	daemon->is_stopping = true;
	ev_timer_set(&daemon->stop_timer, DAEMON_STOP_MS / 1000.0, 0.);
	ev_timer_start(daemon->loop, &daemon->stop_timer);
	outbox_stop(daemon->outbox, DAEMON_STOP_MS - 1000);
	pipeline_stop(daemon->pipeline);
	main_on_idle(daemon);
}

static void
main_on_stop_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void
main_on_signal(struct ev_loop *loop, struct ev_signal *watcher, int events)
{
	struct daemon *daemon = watcher->data;

	(void)loop;
	(void)events;
	switch (watcher->signum) {
	case SIGHUP:
		if (daemon->is_stopping)
			break;
		daemon_reload(daemon);
		outbox_reopen(daemon->outbox);
		break;
	case SIGUSR1:
		log_info(&daemon->log, "reopening logs");
		outbox_reopen(daemon->outbox);
		break;
	case SIGTERM:
		main_stop(daemon, "SIGTERM");
		break;
	case SIGINT:
		main_stop(daemon, "interrupt");
		break;
	}
}

static void
main_watch_signal(struct daemon *daemon, struct ev_signal *watcher, int signum)
{
	ev_signal_init(watcher, main_on_signal, signum);
	watcher->data = daemon;
	ev_signal_start(daemon->loop, watcher);
}

static void
main_on_watchdog(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	status_notify(timer->data);
	notify_watchdog();
}

/* The manager hears from the loop itself, at half of the time it allows. */
static void
main_start_watchdog(struct daemon *daemon)
{
	int64_t interval = notify_watchdog_interval_ms();

	ev_timer_init(&daemon->watchdog, main_on_watchdog,
	    (double)interval / 2000.0, (double)interval / 2000.0);
	daemon->watchdog.data = daemon;
	if (interval > 0)
		ev_timer_start(daemon->loop, &daemon->watchdog);
}

static void
main_on_outbox_event(void *data, struct event *event)
{
	struct daemon *daemon = data;

	pipeline_event(daemon->pipeline, event);
}

/* Before there are threads and descriptors, of which they would have copies. */
static void
main_open_workers(struct daemon *daemon)
{
	const struct workers_options options = {
	    .loop = daemon->loop,
	    .log = &daemon->log,
	    .metrics = daemon->metrics,
	};

	daemon->workers = workers_new(&options);
	workers_configure(daemon->workers, daemon->generation);
}

static int
main_open_store(struct daemon *daemon, struct err *err)
{
	const struct conf *conf = daemon->generation->conf;
	struct http_options http = daemon_http_options(conf);

	daemon->store = store_open(
	    daemon->loop, conf->state_dir, err);
	if (!daemon->store)
		return -1;
	daemon->http = http_new(daemon->loop, &http, &daemon->log, err);
	return daemon->http ? 0 : -1;
}

static int
main_open_history(struct daemon *daemon, struct err *err)
{
	const struct conf *conf = daemon->generation->conf;

	daemon->history =
	    history_new(daemon->loop, &daemon->log, conf->state_dir);
	if (!daemon->history)
		return err_set(err, "no thread for the history");
	history_configure(
	    daemon->history, conf->keep_history_ms, conf->min_free);
	return 0;
}

static int
main_open_flow(struct daemon *daemon, struct err *err)
{
	const struct conf *conf = daemon->generation->conf;
	struct outbox_options outbox = {
	    .context =
	        {
	            .loop = daemon->loop,
	            .log = &daemon->log,
	            .http = daemon->http,
	        },
	    .store = daemon->store,
	    .on_event = main_on_outbox_event,
	    .on_idle = main_on_idle,
	    .data = daemon,
	};
	struct pipeline_options pipeline = {
	    .loop = daemon->loop,
	    .log = &daemon->log,
	    .http = daemon->http,
	    .store = daemon->store,
	    .workers = daemon->workers,
	    .metrics = daemon->metrics,
	    .is_once = daemon->is_once,
	    .on_idle = main_on_idle,
	    .data = daemon,
	};

	if (main_open_history(daemon, err) == -1)
		return -1;
	pipeline.history = daemon->history;
	daemon->outbox = outbox_new(&outbox);
	pipeline.outbox = daemon->outbox;
	daemon->pipeline = pipeline_new(&pipeline);
	/* the pipeline first: sinks that cannot be opened are events for it */
	if (pipeline_configure(daemon->pipeline, daemon->generation, err) == -1)
		return -1;
	return outbox_configure(daemon->outbox, conf, err);
}

static int
main_open_api(struct daemon *daemon, struct err *err)
{
	const struct api_source source = {
	    .status = status_json,
	    .feeds = status_feeds_json,
	    .metrics = status_metrics,
	    .data = daemon,
	};
	const char *path = daemon->generation->conf->socket_path;

	if (!path || daemon->is_once)
		return 0;
	daemon->api =
	    api_new(daemon->loop, path, &source, &daemon->log, err);
	return daemon->api ? 0 : -1;
}

static void
main_close(struct daemon *daemon)
{
	ev_timer_stop(daemon->loop, &daemon->stop_timer);
	ev_timer_stop(daemon->loop, &daemon->watchdog);
	api_free(&daemon->api);
	/* the store finishes what was submitted: its owners are still there */
	store_close(&daemon->store);
	/* and what was committed goes to the history */
	history_free(&daemon->history);
	workers_free(&daemon->workers);
	pipeline_free(&daemon->pipeline);
	outbox_free(&daemon->outbox);
	http_free(&daemon->http);
	metrics_free(&daemon->metrics);
	generation_unref(&daemon->generation);
	free(daemon->last_error);
}

static void
main_watch(struct daemon *daemon)
{
	main_watch_signal(daemon, &daemon->on_hup, SIGHUP);
	main_watch_signal(daemon, &daemon->on_usr1, SIGUSR1);
	main_watch_signal(daemon, &daemon->on_term, SIGTERM);
	main_watch_signal(daemon, &daemon->on_int, SIGINT);
	ev_timer_init(&daemon->stop_timer, main_on_stop_timer, 0., 0.);
	main_start_watchdog(daemon);
	main_hold_signals(SIG_UNBLOCK);
}

/* With --once the exit status tells whether all was polled and delivered. */
static int
main_verdict(const struct daemon *daemon)
{
	struct pipeline_status pipeline;
	struct outbox_status sink;
	size_t i;

	if (!daemon->is_once)
		return EXIT_OK;
	pipeline_status(daemon->pipeline, &pipeline);
	if (pipeline.failed_polls > 0 || daemon->is_stopping)
		return EXIT_FAILED;
	for (i = 0; outbox_status(daemon->outbox, i, &sink); i++) {
		if (sink.failed > 0 || sink.is_disabled)
			return EXIT_FAILED;
	}
	return EXIT_OK;
}

static int
main_run(struct daemon *daemon)
{
	const struct conf *conf = daemon->generation->conf;
	int status = EXIT_FAILED;
	struct err err;

	main_watch(daemon);
	main_open_workers(daemon);
	if (main_open_store(daemon, &err) == -1 ||
	    main_open_flow(daemon, &err) == -1 ||
	    main_open_api(daemon, &err) == -1) {
		log_error(&daemon->log, "%s", err.text);
		goto out;
	}
	log_info(&daemon->log,
	    "wirewatchd " PACKAGE_VERSION ": %zu feeds, %zu topics, %zu sinks",
	    conf->feed_count, conf->topic_count, conf->sink_count);
	pipeline_start(daemon->pipeline);
	notify_ready();
	status_notify(daemon);
	main_on_idle(daemon);
	ev_run(daemon->loop, 0);
	status = main_verdict(daemon);
out:
	main_close(daemon);
	return status;
}

static struct generation *
main_load(const struct options *options)
{
	struct generation *generation;
	struct diag diag;

	diag_init(&diag);
	generation = generation_new(options->conf_path, &diag);
	diag_print(&diag, stderr);
	if (!generation)
		fprintf(stderr, "wirewatchd: %s: %zu error%s\n",
		    options->conf_path, diag.errors,
		    diag.errors == 1 ? "" : "s");
	diag_clear(&diag);
	return generation;
}

int
main(int argc, char **argv)
{
	struct options options = {
	    .conf_path = WIREWATCH_SYSCONFDIR "/wirewatch.conf",
	};
	struct daemon daemon = {0};
	int status = main_options(argc, argv, &options);

	if (status != -1)
		return status;
	if (main_fill_standard() == -1)
		return EXIT_FAILED;
	if (!options.is_test)
		main_hold_signals(SIG_BLOCK);
	signal(SIGPIPE, SIG_IGN);
	/* libcurl reads host names beyond ASCII in the locale's character set */
	setlocale(LC_CTYPE, "C.UTF-8");
	parse_init();
	daemon.generation = main_load(&options);
	if (!daemon.generation)
		return EXIT_MISUSE;
	if (options.is_test) {
		printf("%s: ok\n", options.conf_path);
		generation_unref(&daemon.generation);
		parse_cleanup();
		return EXIT_OK;
	}
	log_init(&daemon.log,
	    options.is_verbose
	        ? LOG_LEVEL_DEBUG
	        : (enum log_level)daemon.generation->conf->log_level);
	main_limits(&daemon.log);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		log_error(&daemon.log, "libcurl cannot be initialised");
		return EXIT_FAILED;
	}
	daemon.conf_path = options.conf_path;
	daemon.is_once = options.is_once;
	daemon.is_verbose = options.is_verbose;
	daemon.started_ms = daemon.loaded_ms = clock_wall_ms();
	daemon.metrics = metrics_new();
	daemon.loop = ev_default_loop(EVFLAG_AUTO);
	status = main_run(&daemon);
	ev_loop_destroy(daemon.loop);
	curl_global_cleanup();
	parse_cleanup();
	return status;
}
