/*
 * The history of items. Lines are made on the loop thread, at little cost, and
 * written by another, which alone touches the disk and may wait for it. No
 * write is made sure: what a crash takes is lost to replays, not to anybody who
 * is to be alerted. A file never holds half a line but at its end, after a
 * crash, and the next line then begins on a line of its own.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "daemon/history.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/jobs.h"

#define HISTORY_DAY_MS 86400000LL
#define HISTORY_DAY_SIZE sizeof("YYYY-MM-DD")
#define HISTORY_NAME_SIZE sizeof("YYYY-MM-DD.jsonl")
#define HISTORY_BATCH 64
#define HISTORY_DIR_MODE 0750
#define HISTORY_FILE_MODE 0640

enum history_work {
	HISTORY_WRITE,
	HISTORY_PRUNE,
};

struct history_job {
	struct job job; /* first: a job is cast back */
	struct history *history;
	enum history_work work;
	struct buf lines;
	int64_t day; /* since 1970; of prune: the first that is kept */
	int64_t min_free;
	int rc;
	struct err err;
};

struct history {
	struct jobs *jobs;
	struct log *log;
	int64_t keep_ms;
	int64_t min_free;
	int64_t pruned_day;
	size_t waiting; /* bytes */
	bool is_failing;
	bool is_prune_failing;
	/* the thread's */
	char *path; /* of the directory; never changes */
	int fd; /* of the file of `day`; -1 = none */
	int64_t day;
	int64_t full_day; /* whose file is full; -1 = none */
};

/* --- the thread --- */

static void
history_name(int64_t day, char name[HISTORY_NAME_SIZE])
{
	char text[CLOCK_RFC3339_SIZE];

	clock_rfc3339_s(day * (HISTORY_DAY_MS / 1000), text);
	memcpy(name, text, HISTORY_DAY_SIZE - 1);
	memcpy(name + HISTORY_DAY_SIZE - 1, ".jsonl", sizeof(".jsonl"));
}

/* 0 with the day if this is exactly how a file of ours is named. */
static int
history_day_of(const char *name, int64_t *day_r)
{
	char own[HISTORY_NAME_SIZE];
	struct tm tm = {0};
	const char *end = strptime(name, "%Y-%m-%d", &tm);
	time_t seconds;

	if (!end || strcmp(end, ".jsonl") != 0)
		return -1;
	seconds = timegm(&tm);
	if (seconds < 0)
		return -1;
	*day_r = (int64_t)seconds / (HISTORY_DAY_MS / 1000);
	history_name(*day_r, own);
	return strcmp(own, name) == 0 ? 0 : -1;
}

bool
history_is_day(const char *name)
{
	int64_t day;

	return history_day_of(name, &day) == 0;
}

static void
history_close(struct history *history)
{
	/* nothing was made sure, so closing cannot fail to do it */
	if (history->fd != -1)
		(void)close(history->fd);
	history->fd = -1;
}

static int
history_open_dir(const struct history *history)
{
	return open(
	    history->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
history_open(struct history *history, int64_t day, struct err *err)
{
	char name[HISTORY_NAME_SIZE];
	int dir;

	if (mkdir(history->path, HISTORY_DIR_MODE) == -1 && errno != EEXIST)
		return err_errno(err, "%s", history->path);
	dir = history_open_dir(history);
	if (dir == -1)
		return err_errno(err, "%s", history->path);
	history_name(day, name);
	/* never waits for a pipe that somebody put there */
	history->fd = openat(dir, name,
	    O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
	    HISTORY_FILE_MODE);
	if (history->fd == -1)
		err_errno(err, "%s/%s", history->path, name);
	history->day = day;
	(void)close(dir);
	return history->fd == -1 ? -1 : 0;
}

/* Opens the file of the day, unless it is open and still there. */
static int
history_ready(
    struct history *history, int64_t day, struct stat *st, struct err *err)
{
	if (history->fd != -1 && history->day == day &&
	    fstat(history->fd, st) == 0 && st->st_nlink > 0)
		return 0;
	history_close(history);
	if (history_open(history, day, err) == -1)
		return -1;
	if (fstat(history->fd, st) == -1)
		return err_errno(err, "%s", history->path);
	if (!S_ISREG(st->st_mode))
		return err_set(err, "%s: not a regular file", history->path);
	return 0;
}

/* Room in the file and on the disk, without which nothing may be written. */
static int
history_check_room(struct history *history, const struct history_job *job,
    off_t size, struct err *err)
{
	struct statvfs fs;

	/* a shorter line that still fits would only end and begin it again */
	if (size + (off_t)job->lines.len > HISTORY_DAY_MAX)
		history->full_day = job->day;
	if (history->full_day == job->day)
		return err_set(err,
		    "%s: the file of a day may not exceed %lld MiB",
		    history->path, HISTORY_DAY_MAX / (1024 * 1024));
	if (fstatvfs(history->fd, &fs) == 0 &&
	    (int64_t)fs.f_bavail * (int64_t)fs.f_frsize < 2 * job->min_free)
		return err_set(err,
		    "%s: less than twice min-free is left on the disk",
		    history->path);
	return 0;
}

/* A crash may have left half a line: the next one must not continue it. */
static bool
history_ends_in_line(int fd, off_t size)
{
	char last;

	return size == 0 ||
	       (pread(fd, &last, 1, size - 1) == 1 && last == '\n');
}

static int
history_append(
    struct history *history, struct buf *lines, off_t size, struct err *err)
{
	bool is_torn = !history_ends_in_line(history->fd, size);
	ssize_t written = 0;

	if (is_torn && write(history->fd, "\n", 1) != 1)
		return err_errno(err, "%s", history->path);
	size += is_torn;
	written = write(history->fd, lines->data, lines->len);
	if (written == (ssize_t)lines->len)
		return 0;
	if (written == -1)
		return err_errno(err, "%s", history->path);
	/* none of it, or else the next write mends half a line */
	if (ftruncate(history->fd, size) == -1)
		return err_errno(err, "%s", history->path);
	return err_set(err, "%s: the disk is full", history->path);
}

static int
history_run_write(struct history *history, struct history_job *job)
{
	struct stat st;

	if (history_ready(history, job->day, &st, &job->err) == -1 ||
	    history_check_room(history, job, st.st_size, &job->err) == -1)
		return -1;
	return history_append(history, &job->lines, st.st_size, &job->err);
}

static int
history_run_prune(struct history *history, struct history_job *job)
{
	int fd = history_open_dir(history), rc = 0;
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int64_t day;

	if (!dir && fd != -1)
		(void)close(fd);
	if (!dir)
		return errno == ENOENT
			   ? 0
			   : err_errno(&job->err, "%s", history->path);
	while ((entry = readdir(dir))) {
		if (history_day_of(entry->d_name, &day) == -1 ||
		    day >= job->day)
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) == -1)
			rc = err_errno(
			    &job->err, "%s/%s", history->path, entry->d_name);
	}
	(void)closedir(dir);
	return rc;
}

static void
history_run(void *context, struct job *first, size_t count)
{
	struct history *history = context;

	(void)count;
	for (; first; first = first->next) {
		struct history_job *job = (struct history_job *)first;

		if (job->work == HISTORY_WRITE)
			job->rc = history_run_write(history, job);
		else
			job->rc = history_run_prune(history, job);
		if (job->rc == -1)
			history_close(history);
	}
}

/* --- the loop's side --- */

static void
history_fail(struct history *history, const char *why)
{
	if (!history->is_failing)
		log_warn(history->log,
		    "history: %s; items are not kept, alerts are", why);
	history->is_failing = true;
}

static void
history_on_written(struct history *history, const struct history_job *job)
{
	history->waiting -= job->lines.len;
	if (job->rc == -1)
		history_fail(history, job->err.text);
	else if (history->is_failing &&
		 history->waiting < HISTORY_QUEUE_MAX / 2) {
		log_info(history->log, "history: works again");
		history->is_failing = false;
	}
}

static void
history_on_pruned(struct history *history, const struct history_job *job)
{
	if (job->rc == -1 && !history->is_prune_failing)
		log_warn(
		    history->log, "history: %s; old files stay", job->err.text);
	history->is_prune_failing = job->rc == -1;
}

static void
history_on_done(struct job *base)
{
	struct history_job *job = (struct history_job *)base;

	if (job->work == HISTORY_WRITE)
		history_on_written(job->history, job);
	else
		history_on_pruned(job->history, job);
	buf_clear(&job->lines);
	free(job);
}

struct history *
history_new(struct ev_loop *loop, struct log *log, const char *state_dir)
{
	struct history *history = xcalloc(1, sizeof(*history));
	const struct jobs_options options = {
	    .max_batch = HISTORY_BATCH,
	    .linger_ms = HISTORY_LINGER_MS,
	    .run = history_run,
	    .context = history,
	};

	history->log = log;
	history->path = xasprintf("%s/" HISTORY_DIR, state_dir);
	history->fd = -1;
	history->pruned_day = history->full_day = -1;
	history->jobs = jobs_new(loop, &options);
	if (!history->jobs) {
		free(history->path);
		free(history);
		return NULL;
	}
	return history;
}

void
history_free(struct history **history_p)
{
	struct history *history = *history_p;

	if (!history)
		return;
	jobs_free(&history->jobs);
	history_close(history);
	free(history->path);
	free(history);
	*history_p = NULL;
}

void
history_configure(struct history *history, int64_t keep_ms, int64_t min_free)
{
	history->keep_ms = keep_ms;
	history->min_free = min_free;
	history->pruned_day = -1; /* the next look may find more to remove */
}

static struct history_job *
history_job_new(struct history *history, enum history_work work, int64_t day)
{
	struct history_job *job = xcalloc(1, sizeof(*job));

	job->job.done = history_on_done;
	job->history = history;
	job->work = work;
	job->day = day;
	job->min_free = history->min_free;
	return job;
}

void
history_prune(struct history *history, int64_t now_ms)
{
	int64_t before = now_ms - history->keep_ms;

	if (history->keep_ms <= 0 || before < 0)
		return;
	history->pruned_day = now_ms / HISTORY_DAY_MS;
	jobs_submit(history->jobs,
	    &history_job_new(history, HISTORY_PRUNE, before / HISTORY_DAY_MS)
		 ->job);
}

void
history_write(struct history *history, struct buf *lines, int64_t first_seen_ms)
{
	int64_t day = first_seen_ms / HISTORY_DAY_MS;
	struct history_job *job;

	if (!lines->len || history->keep_ms <= 0 || first_seen_ms < 0) {
		buf_clear(lines);
		return;
	}
	if (history->waiting + lines->len > HISTORY_QUEUE_MAX) {
		history_fail(history, "the disk does not keep up");
		buf_clear(lines);
		return;
	}
	/* where the process does not live for long, this is what prunes */
	if (day > history->pruned_day)
		history_prune(history, first_seen_ms);
	job = history_job_new(history, HISTORY_WRITE, day);
	job->lines = *lines;
	buf_init(lines, lines->max);
	history->waiting += job->lines.len;
	jobs_submit(history->jobs, &job->job);
}
