/*
 * Standard output as an alert log: at least once only, because what a pipe
 * took cannot be read back, and numbers start anew with the process. A reader
 * that is stuck stalls this thread no longer than LOG_STREAM_MS at a time; a
 * line that it took half is ended before anything else is written.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alerts/log_private.h"
#include "lib/clock.h"

#define LOG_STREAM_TICK_MS 100 /* between looks whether it is to end */

/* 0 when something can be written without waiting, -1 with the reason. */
static int
log_stream_wait(struct log_file *file, struct err *err)
{
	struct pollfd poller = {.fd = file->fd, .events = POLLOUT};
	int64_t end = clock_mono_ms() + LOG_STREAM_MS;

	while (!atomic_load(&file->is_closing) && clock_mono_ms() < end) {
		int n = poll(&poller, 1, LOG_STREAM_TICK_MS);

		if (n > 0)
			return 0;
		if (n == -1 && errno != EINTR)
			return err_errno(err, "cannot write standard output");
	}
	return err_set(err, "standard output: nobody reads it");
}

/* Writes what is to be written, in pieces that a pipe takes whole. */
static int
log_stream_flush(struct log_file *file, struct err *err)
{
	struct buf *rest = &file->rest;
	size_t len;
	ssize_t n;

	while (rest->len > 0) {
		if (log_stream_wait(file, err) == -1)
			return -1;
		len = rest->len < PIPE_BUF ? rest->len : PIPE_BUF;
		n = write(file->fd, rest->data, len);
		if (n == -1 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n == -1)
			return err_errno(err, "cannot write standard output");
		rest->len -= (size_t)n;
		memmove(rest->data, rest->data + n, rest->len + 1);
	}
	return 0;
}

/* Output that was sent to a file is synced as a log is. */
static int
log_stream_sync(const struct log_file *file, struct err *err)
{
	struct stat st;

	if (fstat(file->fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    fdatasync(file->fd) == -1)
		return err_errno(err, "cannot sync standard output");
	return 0;
}

static int
log_stream_put(struct log_file *file, struct err *err)
{
	size_t len = file->lines.len;

	/* what was begun earlier comes first, to its end */
	if (log_stream_flush(file, err) == -1)
		return -1;
	buf_reset(&file->rest);
	buf_add(&file->rest, file->lines.data, len);
	if (log_stream_flush(file, err) == -1) {
		/* nothing of it was taken: it will be brought again */
		if (file->rest.len == len)
			file->rest.len = 0;
		return -1;
	}
	return log_stream_sync(file, err);
}

void
log_stream_write(struct log_file *file, struct log_job *job)
{
	buf_reset(&file->lines);
	log_file_position(file, &job->position);
	if (log_file_add_line(file, job->body, file->seq + 1) == -1) {
		job->outcome = LOG_INVALID;
		err_set(&job->err, "it is no event");
	} else if (log_stream_put(file, &job->err) == -1) {
		job->outcome = LOG_FAILED;
	} else {
		job->outcome = LOG_DONE;
		file->seq++;
	}
}
