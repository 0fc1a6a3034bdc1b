/*
 * An alert log's file, on the thread of its sink. Whole lines are appended with
 * one write and synced before any of them counts as written; what a failure
 * left half is cut off before anything else is written. `good` never lies
 * behind what is surely there. When the path names another file than the one
 * that is open, nothing is written until the loop has stored the position in
 * the new one (LOG_GO): the store knows one file only.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alerts/log_private.h"
#include "alerts/payload.h"
#include "lib/alloc.h"
#include "lib/clock.h"

#define LOG_KEEP_BUFFER (64 * 1024)

void
log_file_note(struct log_file *file, const char *fmt, ...)
{
	char *old = file->note;
	struct err text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text.text, sizeof(text.text), fmt, ap);
	va_end(ap);
	file->note =
	    old ? xasprintf("%s; %s", old, text.text) : xstrdup(text.text);
	free(old);
}

void
log_file_position(const struct log_file *file, struct log_position *position_r)
{
	position_r->device = file->device;
	position_r->inode = file->inode;
	position_r->offset = file->good;
	position_r->seq = file->seq;
}

struct log_file *
log_file_new(const struct conf_sink *conf)
{
	struct log_file *file = xcalloc(1, sizeof(*file));

	file->path = conf->path;
	file->format = conf->format;
	file->fd = -1;
	file->missing_since_ms = TIME_NONE;
	atomic_init(&file->is_closing, false);
	buf_init(&file->rest, 0);
	buf_init(&file->lines, 0);
	return file;
}

void
log_file_free(struct log_file **file_p)
{
	struct log_file *file = *file_p;

	if (!file)
		return;
	if (file->path && file->fd != -1)
		close(file->fd);
	buf_clear(&file->rest);
	buf_clear(&file->lines);
	free(file->note);
	free(file);
	*file_p = NULL;
}

int
log_file_add_line(struct log_file *file, const char *body, int64_t seq)
{
	char *text;
	struct err ignored;

	if (file->format == LOG_FORMAT_JSON)
		text = payload_log_line(body, seq);
	else
		text = payload_text(body, false, &ignored);
	if (!text)
		return -1;
	buf_addstr(&file->lines, text);
	/* a text record ends with an empty line, see log_recover.c */
	buf_addch(&file->lines, '\n');
	free(text);
	return 0;
}

/* Nothing unsynced or torn may stay in a file that is left. */
static void
log_file_leave(struct log_file *file)
{
	if (!file->is_clean && (ftruncate(file->fd, (off_t)file->good) == -1 ||
				   fdatasync(file->fd) == -1))
		log_file_note(file,
		    "half a line may stay at the end of the old %s: %s",
		    file->path, strerror(errno));
	close(file->fd);
	file->fd = -1;
}

/* 1 when the path names another file and that is open now, 0 when it is the
 * same, -1 with the reason: the old one stays open then. */
static int
log_file_follow(struct log_file *file, struct err *err)
{
	int fd = log_open_path(file->path, O_CREAT, err), rc = -1;
	struct log_recovery tail = {.seq = file->seq};
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1) {
		err_errno(err, "cannot read %s", file->path);
	} else if (st.st_dev == file->device && st.st_ino == file->inode) {
		close(fd);
		file->must_reopen = false;
		return 0;
	} else if (log_open_lock(fd, file->path, err) == 0)
		rc = log_open_tail(file, fd, &st, &tail, err);
	if (rc == -1) {
		close(fd);
		return -1;
	}
	log_file_leave(file);
	file->seq = tail.seq;
	log_open_adopt(file, fd, &st, &tail);
	log_recovery_clear(&tail);
	file->is_gated = true;
	return 1;
}

/* Whether the path names another file by now, or none. */
static bool
log_file_is_renamed(struct log_file *file)
{
	struct stat here, there;
	int64_t now;

	if (fstat(file->fd, &here) == 0 && here.st_nlink == 0)
		return true; /* removed: what is written is lost */
	if (lstat(file->path, &there) == 0) {
		file->missing_since_ms = TIME_NONE;
		return there.st_dev != file->device ||
		       there.st_ino != file->inode;
	}
	if (errno != ENOENT)
		return false;
	now = clock_mono_ms();
	if (file->missing_since_ms == TIME_NONE)
		file->missing_since_ms = now;
	return now - file->missing_since_ms >= LOG_RENAMED_MS;
}

/* Whether a line ends at the end of what is there. */
static bool
log_file_ends_with_newline(const struct log_file *file, int64_t size)
{
	char last;

	return size == 0 || (pread(file->fd, &last, 1, (off_t)size - 1) == 1 &&
				last == '\n');
}

/* Somebody cut the file (copytruncate): 1, the position must be stored anew. */
static int
log_file_on_cut(struct log_file *file, int64_t size)
{
	log_file_note(file,
	    "%s was cut short from outside; going on at its end", file->path);
	file->good = size;
	file->lacks_newline = !log_file_ends_with_newline(file, size);
	file->is_clean = true;
	file->is_gated = true;
	return 1;
}

/*
 * After a write or sync that failed: opened anew, so that no error is
 * forgotten with the old descriptor, and cut back to what is surely there.
 */
static int
log_file_mend(struct log_file *file, struct err *err)
{
	int fd = log_open_path(file->path, 0, err);
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1 || st.st_dev != file->device ||
	    st.st_ino != file->inode) {
		close(fd);
		return err_set(err, "%s is another file now", file->path);
	}
	close(file->fd);
	file->fd = fd;
	if (log_open_lock(fd, file->path, err) == -1)
		return -1;
	if (st.st_size < file->good)
		return log_file_on_cut(file, st.st_size);
	if (ftruncate(fd, (off_t)file->good) == -1 || fdatasync(fd) == -1)
		return err_errno(
		    err, "cannot cut half a line off %s", file->path);
	file->lacks_newline = !log_file_ends_with_newline(file, file->good);
	file->is_clean = true;
	return 0;
}

static int
log_file_check_end(struct log_file *file, struct err *err)
{
	struct stat st;

	if (fstat(file->fd, &st) == -1)
		return err_errno(err, "cannot write %s", file->path);
	if (st.st_size < file->good)
		return log_file_on_cut(file, st.st_size);
	if (st.st_size > file->good) {
		log_file_note(
		    file, "%s: somebody else writes to it, too", file->path);
		file->good = st.st_size;
		file->lacks_newline =
		    !log_file_ends_with_newline(file, file->good);
	}
	return 0;
}

/* 0: lines may follow; 1: the position must be stored first; -1: not now. */
static int
log_file_prepare(struct log_file *file, struct err *err)
{
	int rc;

	if (file->is_gated)
		return 1;
	if (!file->must_reopen && log_file_is_renamed(file))
		file->must_reopen = true;
	if (file->must_reopen) {
		rc = log_file_follow(file, err);
		if (rc != 0)
			return rc;
	}
	if (!file->is_clean) {
		rc = log_file_mend(file, err);
		if (rc != 0)
			return rc;
	}
	return log_file_check_end(file, err);
}

static void
log_file_answer(struct log_file *file, struct log_job *job, size_t count,
    enum log_outcome outcome, const struct err *err)
{
	for (; count > 0; count--, job = (struct log_job *)job->job.next) {
		job->outcome = outcome;
		log_file_position(file, &job->position);
		if (err)
			job->err = *err;
	}
}

/* Lines of a batch, one after the other; those that are no events are told. */
static void
log_file_render(struct log_file *file, struct log_job *job, size_t count)
{
	int64_t seq = file->seq;

	buf_reset(&file->lines);
	if (file->lacks_newline)
		buf_addch(&file->lines, '\n');
	for (; count > 0; count--, job = (struct log_job *)job->job.next) {
		log_file_position(file, &job->position);
		job->outcome = LOG_DONE;
		if (log_file_add_line(file, job->body, seq + 1) == -1) {
			job->outcome = LOG_INVALID;
			err_set(&job->err, "it is no event");
		} else
			seq++;
		job->end = file->lines.len;
		job->position.seq = seq;
		job->position.offset = file->good + (int64_t)job->end;
	}
}

/* Appends the batch: how many bytes of it stand there; errno if not all. */
static size_t
log_file_append(struct log_file *file)
{
	const struct buf *lines = &file->lines;
	size_t done = 0;
	ssize_t n;

	while (done < lines->len) {
		n = write(file->fd, lines->data + done, lines->len - done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? ENOSPC : errno;
			break;
		}
		done += (size_t)n;
	}
	return done;
}

/* The end of the last whole line within the first `done` bytes. */
static size_t
log_file_whole(const struct log_job *job, size_t count, size_t done)
{
	size_t whole = 0;

	for (; count > 0; count--, job = (struct log_job *)job->job.next) {
		if (job->end > done)
			break;
		whole = job->end;
	}
	return whole;
}

/* What could be written stays, if it is whole and synced. */
static int
log_file_keep(struct log_file *file, size_t whole, size_t done, struct err *err)
{
	file->is_clean = false;
	if (done > whole &&
	    ftruncate(file->fd, (off_t)(file->good + (int64_t)whole)) == -1)
		return err_errno(
		    err, "cannot cut half a line off %s", file->path);
	if (done > 0 && fdatasync(file->fd) == -1)
		return err_errno(err, "cannot sync %s", file->path);
	file->is_clean = true;
	return 0;
}

static void
log_file_write_lines(struct log_file *file, struct log_job *first, size_t count)
{
	size_t done, whole;
	struct log_job *job;
	struct err err = {{0}};
	bool is_kept;

	log_file_render(file, first, count);
	done = log_file_append(file);
	if (done < file->lines.len)
		err_errno(&err, "cannot write %s", file->path);
	whole = log_file_whole(first, count, done);
	is_kept = log_file_keep(file, whole, done, &err) == 0;
	for (job = first; count > 0;
	     count--, job = (struct log_job *)job->job.next) {
		if (is_kept && job->end <= whole) {
			file->good = job->position.offset;
			file->seq = job->position.seq;
			file->lacks_newline = false;
		} else if (job->outcome == LOG_DONE) {
			job->outcome = LOG_FAILED;
			job->err = err;
		}
		log_file_position(file, &job->position);
	}
	if (file->lines.cap > LOG_KEEP_BUFFER)
		buf_clear(&file->lines);
}

static void
log_file_write(struct log_file *file, struct log_job *first, size_t count)
{
	struct log_job *job = first;
	struct err err;

	if (!file->path) {
		for (; count > 0;
		     count--, job = (struct log_job *)job->job.next)
			log_stream_write(file, job);
		return;
	}
	switch (log_file_prepare(file, &err)) {
	case 0:
		log_file_write_lines(file, first, count);
		break;
	case 1:
		log_file_answer(file, first, count, LOG_MOVED, NULL);
		break;
	default:
		log_file_answer(file, first, count, LOG_FAILED, &err);
		break;
	}
}

static void
log_file_open(struct log_file *file, struct log_job *job)
{
	int rc = log_open(file, job->stored, job->recovery, &job->err);

	job->outcome = rc == 0 ? LOG_DONE : LOG_FAILED;
	log_file_position(file, &job->position);
}

static void
log_file_reopen(struct log_file *file, struct log_job *job)
{
	struct err err;

	file->must_reopen = file->path != NULL;
	if (!file->path || file->is_gated) {
		log_file_answer(file, job, 1, LOG_DONE, NULL);
		return;
	}
	switch (log_file_follow(file, &err)) {
	case 0:
		log_file_answer(file, job, 1, LOG_DONE, NULL);
		break;
	case 1:
		log_file_answer(file, job, 1, LOG_MOVED, NULL);
		break;
	default:
		log_file_answer(file, job, 1, LOG_FAILED, &err);
		break;
	}
}

/* How many jobs from here on are lines, to be written at once. */
static size_t
log_file_count_lines(const struct log_job *job)
{
	size_t count = 0;

	while (job && job->kind == LOG_WRITE) {
		count++;
		job = (const struct log_job *)job->job.next;
	}
	return count;
}

void
log_file_run(void *context, struct job *first, size_t count)
{
	struct log_file *file = context;
	struct log_job *job = (struct log_job *)first;

	while (count > 0) {
		size_t n = 1;

		switch (job->kind) {
		case LOG_OPEN:
			log_file_open(file, job);
			break;
		case LOG_WRITE:
			n = log_file_count_lines(job);
			log_file_write(file, job, n);
			break;
		case LOG_REOPEN:
			log_file_reopen(file, job);
			break;
		case LOG_GO:
			file->is_gated = false;
			log_file_answer(file, job, 1, LOG_DONE, NULL);
			break;
		}
		for (count -= n; n > 0; n--)
			job = (struct log_job *)job->job.next;
	}
	((struct log_job *)first)->note = file->note;
	file->note = NULL;
}
