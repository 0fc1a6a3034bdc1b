/*
 * A log as a sink, on the loop's side: hands lines to the log's own thread and
 * answers when they are synced. `position` is what may be stored with the
 * answers given so far: the end of the last line that was answered. When the
 * file changes under us, lines that were not written yet are kept here until
 * the store has the position in the new file. Once the loop runs the file is
 * opened by that thread, too, and until then there is nothing else to do.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alerts/log_private.h"
#include "alerts/sink.h"
#include "lib/alloc.h"

struct sink_log {
	struct sink sink; /* first */
	struct sink_context context;
	struct log_file *file;
	struct jobs *jobs;
	struct log_position position;
	struct log_position stored;
	struct log_recovery recovery;
	enum sink_opening opening;
	struct err err; /* why it could not be opened */
	bool wants_reopen; /* a signal came while it was being opened */
	bool has_position; /* false for standard output */
	bool is_moving; /* the position in a new file is to be stored */
	bool is_closing;
	size_t reopening; /* signals under way to the thread */
	struct log_job *kept; /* to be written once that is done */
	struct log_job **kept_end;
};

static bool
sink_log_is_stored(const struct sink_log *log)
{
	const struct log_position *a = &log->position, *b = &log->stored;

	return a->device == b->device && a->inode == b->inode &&
	       a->offset == b->offset && a->seq == b->seq;
}

static void
sink_log_submit(struct sink_log *log, struct log_job *job)
{
	job->job.urgent = true;
	jobs_submit(log->jobs, &job->job);
}

static void
sink_log_free_job(struct log_job *job)
{
	free(job->note);
	free(job);
}

static void
sink_log_changed(struct sink_log *log)
{
	if (log->sink.on_change && !log->is_closing)
		log->sink.on_change(&log->sink);
}

static void
sink_log_keep(struct sink_log *log, struct log_job *job)
{
	job->job.next = NULL;
	*log->kept_end = job;
	log->kept_end = (struct log_job **)&job->job.next;
}

static void
sink_log_answer(struct sink_log *log, struct log_job *job)
{
	struct delivery *delivery = job->delivery;

	if (log->is_closing) {
		sink_log_free_job(job);
		return;
	}
	delivery->attempt = NULL;
	switch (job->outcome) {
	case LOG_DONE:
		if (log->has_position)
			log->position = job->position;
		delivery->answer(delivery, SINK_DELIVERED, NULL, -1);
		break;
	case LOG_INVALID:
		delivery->answer(delivery, SINK_PERMFAIL, job->err.text, -1);
		break;
	default:
		delivery->answer(delivery, SINK_TEMPFAIL, job->err.text, -1);
		break;
	}
	sink_log_free_job(job);
}

/* The thread writes into another file from now on, but not yet. */
static void
sink_log_on_moved(struct sink_log *log, const struct log_position *position)
{
	if (log->is_moving)
		return;
	log_info(log->context.log, "log \"%s\": %s is another file now",
	    log->sink.conf->name, log->sink.conf->path);
	log->is_moving = true;
	log->position = *position;
	sink_log_changed(log);
}

static void sink_log_on_done(struct job *base);

static struct log_job *
sink_log_job(struct sink_log *log, enum log_kind kind)
{
	struct log_job *job = xcalloc(1, sizeof(*job));

	job->kind = kind;
	job->owner = log;
	job->job.done = sink_log_on_done;
	return job;
}

static void
sink_log_reopen(struct sink *sink)
{
	struct sink_log *log = (struct sink_log *)sink;

	if (log->opening != SINK_OPEN) {
		log->wants_reopen = true;
		return;
	}
	log->reopening++;
	sink_log_submit(log, sink_log_job(log, LOG_REOPEN));
}

/* The file is open: whether the store has to know something before we write. */
static void
sink_log_begin(struct sink_log *log)
{
	log->opening = SINK_OPEN;
	if (!log->has_position)
		return;
	log_file_position(log->file, &log->position);
	log->is_moving = !sink_log_is_stored(log) || log->recovery.id_count;
	log->file->is_gated = log->is_moving;
	if (log->recovery.id_count)
		log_info(log->context.log,
		    "log \"%s\": %zu lines were written before the stop",
		    log->sink.conf->name, log->recovery.id_count);
}

static void
sink_log_on_opened(struct sink_log *log, const struct log_job *job)
{
	if (job->outcome == LOG_FAILED) {
		log->opening = SINK_CLOSED;
		log->err = job->err;
		return;
	}
	sink_log_begin(log);
	if (log->wants_reopen && !log->is_closing)
		sink_log_reopen(&log->sink);
}

static void
sink_log_on_reopened(struct sink_log *log, const struct log_job *job)
{
	log->reopening--;
	if (job->outcome == LOG_FAILED)
		log_error(log->context.log, "log \"%s\": %s",
		    log->sink.conf->name, job->err.text);
}

static void
sink_log_tell(const struct sink_log *log, char **note)
{
	if (*note)
		log_warn(log->context.log, "log \"%s\": %s",
		    log->sink.conf->name, *note);
	free(*note);
	*note = NULL;
}

static void
sink_log_on_done(struct job *base)
{
	struct log_job *job = (struct log_job *)base;
	struct sink_log *log = job->owner;

	sink_log_tell(log, &job->note);
	if (job->outcome == LOG_MOVED)
		sink_log_on_moved(log, &job->position);
	if (job->kind == LOG_WRITE) {
		if (job->outcome == LOG_MOVED && !log->is_closing)
			sink_log_keep(log, job);
		else
			sink_log_answer(log, job);
		return;
	}
	if (job->kind == LOG_OPEN)
		sink_log_on_opened(log, job);
	else if (job->kind == LOG_REOPEN)
		sink_log_on_reopened(log, job);
	sink_log_free_job(job);
	sink_log_changed(log);
}

static size_t
sink_log_capacity(const struct sink *sink)
{
	const struct sink_log *log = (const struct sink_log *)sink;

	return log->opening != SINK_OPEN || log->is_moving || log->reopening
		   ? 0
		   : LOG_BATCH_MAX;
}

static void
sink_log_deliver(struct sink *sink, struct delivery *delivery)
{
	struct sink_log *log = (struct sink_log *)sink;
	struct log_job *job = sink_log_job(log, LOG_WRITE);

	job->body = delivery->body;
	job->delivery = delivery;
	delivery->attempt = job;
	sink_log_submit(log, job);
}

/* A kept line can be taken back; one at the thread is written any moment. */
static bool
sink_log_cancel(struct sink *sink, struct delivery *delivery)
{
	struct sink_log *log = (struct sink_log *)sink;
	struct log_job **at = &log->kept, *job;

	for (; (job = *at); at = (struct log_job **)&job->job.next) {
		if (job != delivery->attempt)
			continue;
		*at = (struct log_job *)job->job.next;
		if (!*at)
			log->kept_end = at;
		delivery->attempt = NULL;
		sink_log_free_job(job);
		return true;
	}
	return false;
}

static bool
sink_log_position(const struct sink *sink, struct log_position *position_r)
{
	const struct sink_log *log = (const struct sink_log *)sink;

	if (!log->has_position || log->opening != SINK_OPEN ||
	    (sink_log_is_stored(log) && !log->recovery.id_count))
		return false;
	*position_r = log->position;
	return true;
}

static size_t
sink_log_recovered(const struct sink *sink, const char *const **ids_r)
{
	const struct sink_log *log = (const struct sink_log *)sink;

	if (log->opening != SINK_OPEN)
		return 0;
	*ids_r = (const char *const *)log->recovery.ids;
	return log->recovery.id_count;
}

static void
sink_log_settled(struct sink *sink, const struct log_position *position)
{
	struct sink_log *log = (struct sink_log *)sink;
	struct log_job *job, *next;

	log->stored = *position;
	log_recovery_clear(&log->recovery);
	if (!log->is_moving || !sink_log_is_stored(log))
		return;
	log->is_moving = false;
	sink_log_submit(log, sink_log_job(log, LOG_GO));
	job = log->kept;
	log->kept = NULL;
	log->kept_end = &log->kept;
	for (; job; job = next) {
		next = (struct log_job *)job->job.next;
		sink_log_submit(log, job);
	}
}

static enum sink_opening
sink_log_opening(const struct sink *sink, const char **why_r)
{
	const struct sink_log *log = (const struct sink_log *)sink;

	*why_r = log->err.text;
	return log->opening;
}

static bool
sink_log_is_busy(const struct sink *sink)
{
	const struct sink_log *log = (const struct sink_log *)sink;

	return jobs_pending(log->jobs) > 0;
}

static void
sink_log_free(struct sink *sink)
{
	struct sink_log *log = (struct sink_log *)sink;
	struct log_job *job;

	log->is_closing = true;
	atomic_store(&log->file->is_closing, true);
	jobs_free(&log->jobs);
	while ((job = log->kept)) {
		log->kept = (struct log_job *)job->job.next;
		sink_log_free_job(job);
	}
	log_file_free(&log->file);
	log_recovery_clear(&log->recovery);
	free(log);
}

static const struct sink_ops sink_log_ops = {
    .capacity = sink_log_capacity,
    .deliver = sink_log_deliver,
    .cancel = sink_log_cancel,
    .reopen = sink_log_reopen,
    .position = sink_log_position,
    .recovered = sink_log_recovered,
    .settled = sink_log_settled,
    .opening = sink_log_opening,
    .is_busy = sink_log_is_busy,
    .free = sink_log_free,
};

/* The file is opened now, or by the thread's first job. */
static int
sink_log_open(
    struct sink_log *log, const struct log_position *position, struct err *err)
{
	struct log_job *job;

	if (position)
		log->stored = *position;
	if (log->context.is_running) {
		job = sink_log_job(log, LOG_OPEN);
		job->stored = position ? &log->stored : NULL;
		job->recovery = &log->recovery;
		sink_log_submit(log, job);
		return 0;
	}
	if (log_open(log->file, position, &log->recovery, err) == -1)
		return -1;
	sink_log_tell(log, &log->file->note);
	sink_log_begin(log);
	return 0;
}

struct sink *
sink_log_new(const struct sink_context *context, const struct conf_sink *conf,
    const struct log_position *position, struct err *err)
{
	struct sink_log *log = xcalloc(1, sizeof(*log));
	struct jobs_options options = {
	    .max_batch = LOG_BATCH_MAX,
	    .run = log_file_run,
	};

	log->sink.ops = &sink_log_ops;
	log->sink.conf = conf;
	log->context = *context;
	log->kept_end = &log->kept;
	log->has_position = conf->path != NULL;
	log->file = log_file_new(conf);
	options.context = log->file;
	log->jobs = jobs_new(context->loop, &options);
	if (!log->jobs)
		err_set(err, "log \"%s\": its thread cannot be started",
		    conf->name);
	else if (sink_log_open(log, position, err) == 0)
		return &log->sink;
	sink_log_free(&log->sink);
	return NULL;
}

int
sink_log_check(const struct conf_sink *conf, struct err *err)
{
	struct stat st;
	char *copy;
	int fd, rc;

	if (!conf->path)
		return 0;
	if (lstat(conf->path, &st) == 0 || errno != ENOENT) {
		fd = log_open_path(conf->path, 0, err);
		if (fd != -1)
			close(fd);
		return fd == -1 ? -1 : 0;
	}
	copy = xstrdup(conf->path);
	rc = faccessat(AT_FDCWD, dirname(copy), W_OK | X_OK, AT_EACCESS);
	if (rc == -1)
		err_errno(err, "cannot create log %s", conf->path);
	free(copy);
	return rc;
}
