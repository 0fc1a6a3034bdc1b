#ifndef WIREWATCH_ALERTS_LOG_PRIVATE_H
#define WIREWATCH_ALERTS_LOG_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "config/conf.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/jobs.h"
#include "store/store.h"

/*
 * The inside of a log sink: sink_log.c lives on the loop, log_file.c and
 * log_stream.c on the sink's thread; log_open.c opens files with what
 * log_recover.c finds in them.
 */
#define LOG_BATCH_MAX 64 /* lines of one write and one fdatasync */
#define LOG_RECORD_MAX (64 * 1024) /* bytes; what is longer is not ours */
#define LOG_TAIL_MAX (2 * LOG_RECORD_MAX) /* read to find the last line */
#define LOG_RECOVERED_MAX 100000 /* ids kept from behind a position */
#define LOG_RENAMED_MS 10000 /* for whoever renamed it to make a new one */
#define LOG_STREAM_MS 5000 /* a reader of standard output that is stuck */

/* What stands in a log behind an offset. */
struct log_recovery {
	char **ids; /* of whole lines of ours, owned */
	size_t id_count;
	size_t id_cap;
	int64_t seq; /* of the last one; as given before, if none */
	int64_t end; /* behind the last whole line */
	bool is_torn; /* half a line of ours lies behind `end` */
	bool lacks_newline; /* half a line of somebody else's */
	bool is_overrun; /* more than LOG_RECOVERED_MAX: ids are missing */
};

void log_recovery_clear(struct log_recovery *recovery);
/*
 * Reads from the offset, which begins a line, to the end. recovery->seq is in
 * and out. 0, or -1 with errno set.
 */
int log_recover(int fd, int64_t from, enum log_format format,
    struct log_recovery *recovery);
/* The same for the last lines only, without their ids. */
int log_recover_tail(int fd, int64_t size, enum log_format format,
    struct log_recovery *recovery);

/*
 * The file of a position, which no longer has the name `path`, in the same
 * directory: its path, owned by the caller; NULL if it is not there.
 */
char *log_recover_find_renamed(
    const char *path, const struct log_position *position);

enum log_kind {
	LOG_WRITE,
	LOG_REOPEN, /* a rotation was signalled */
	LOG_GO, /* the position of the new file is in the store */
	LOG_OPEN, /* the first job, where the loop must not wait */
};

enum log_outcome {
	LOG_DONE, /* written and synced; reopened or found to be the same */
	LOG_FAILED, /* not in the file; with the reason */
	LOG_INVALID, /* the body is no event */
	LOG_MOVED, /* not written: the file is another one, see position */
};

/* One thing for the log's thread to do. */
struct log_job {
	struct job job; /* first */
	enum log_kind kind;
	const char *body; /* borrowed */
	/* of LOG_OPEN, both the owner's and untouched by it until done */
	const struct log_position *stored; /* NULL: none */
	struct log_recovery *recovery;
	enum log_outcome outcome;
	struct log_position position; /* after it */
	struct err err;
	char *note; /* for the operator's log; owned, NULL */
	size_t end; /* the thread's: offset behind the line */
	void *owner;
	void *delivery;
};

/*
 * The file. While a job is under way only the thread touches it, but for
 * is_closing. `good` is always the end of what is written, synced and whole.
 */
struct log_file {
	const char *path; /* NULL = standard output */
	enum log_format format;
	int fd; /* -1 until it is open */
	uint64_t device;
	uint64_t inode;
	int64_t good;
	int64_t seq;
	bool is_clean; /* nothing lies behind `good` */
	bool lacks_newline; /* at `good` */
	bool must_reopen; /* a rotation could not be followed yet */
	bool is_gated; /* until LOG_GO */
	int64_t missing_since_ms; /* TIME_NONE; path names no file */
	struct buf rest; /* of a line that standard output took half */
	atomic_bool is_closing;
	struct buf lines; /* those of one batch */
	char *note; /* for the next job to take along */
};

/*
 * Opens and recovers, blocking. What was found behind the position is in
 * `recovery`, owned by the caller. 0, or -1 with the reason: then nothing is
 * open and it may be tried again.
 */
int log_open(struct log_file *file, const struct log_position *position,
    struct log_recovery *recovery, struct err *err);
/*
 * A file descriptor for appending to a regular file; O_CREAT in flags makes a
 * missing one. -1 with the reason.
 */
int log_open_path(const char *path, int flags, struct err *err);
/* Keeps other writers away. -1 with the reason when there is one. */
int log_open_lock(int fd, const char *path, struct err *err);
/*
 * Looks at the last lines of a file that no stored position is about, and makes
 * a new file's name durable. `tail` is in and out, as in log_recover_tail().
 */
int log_open_tail(struct log_file *file, int fd, const struct stat *st,
    struct log_recovery *tail, struct err *err);
/* Makes fd the file to write to, from the end that recovery found. */
void log_open_adopt(struct log_file *file, int fd, const struct stat *st,
    const struct log_recovery *recovery);

/* A file that is not open yet. The configuration's texts are borrowed. */
struct log_file *log_file_new(const struct conf_sink *conf);
void log_file_free(struct log_file **file);
void log_file_position(
    const struct log_file *file, struct log_position *position_r);
/* The thread's function, see lib/jobs.h; the context is the file. */
void log_file_run(void *context, struct job *first, size_t count);
/* Sets the file's note, behind those it has. */
void log_file_note(struct log_file *file, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* One line or record with its newline, appended to file->lines; -1: no event.
 */
int log_file_add_line(struct log_file *file, const char *body, int64_t seq);
/* Writes one job's line to standard output; sets outcome and reason. */
void log_stream_write(struct log_file *file, struct log_job *job);

#endif
