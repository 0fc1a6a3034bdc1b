/*
 * Opens an alert log: after a start from the position that the store has, later
 * after a rotation. What was written and not settled is found, in the file or
 * in the one that it has been renamed to meanwhile; half a line of ours is cut
 * off, half a line of somebody else's is left alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alerts/log_private.h"
#include "lib/alloc.h"
#include "lib/clock.h"

#define LOG_MODE 0640

static const char *
log_open_kind(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a directory";
	if (S_ISFIFO(mode))
		return "a FIFO";
	if (S_ISSOCK(mode))
		return "a socket";
	return "a device";
}

/*
 * O_NONBLOCK, so that opening a FIFO does not wait for its reader. A symbolic
 * link is not followed: whoever can make one must not choose what we append to.
 */
int
log_open_path(const char *path, int flags, struct err *err)
{
	int fd = open(path,
	    flags | O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
		O_NOCTTY,
	    LOG_MODE);
	struct stat st;

	if (fd == -1 && errno == ELOOP)
		return err_set(err,
		    "cannot open log %s: it is a symbolic "
		    "link; name the file itself",
		    path);
	if (fd == -1 || fstat(fd, &st) == -1) {
		err_errno(err, "cannot open log %s", path);
	} else if (!S_ISREG(st.st_mode)) {
		err_set(err, "cannot open log %s: it is %s, not a regular file",
		    path, log_open_kind(st.st_mode));
	} else
		return fd;
	if (fd != -1)
		close(fd);
	return -1;
}

/*
 * Two writers would number their lines twice. The lock is the kernel's, so that
 * it never outlives its owner; a file system without locks has to do without.
 */
int
log_open_lock(int fd, const char *path, struct err *err)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK)
		return err_set(err,
		    "cannot open log %s: another log, or another wirewatchd, "
		    "writes to it",
		    path);
	return 0;
}

/* Makes a new file's name survive a power cut, where that can be done. */
static int
log_open_sync_directory(const char *path, struct err *err)
{
	char *copy = xstrdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	free(copy);
	if (fd == -1)
		return 0; /* one may write there, but not read */
	if (fsync(fd) == -1 && errno != EINVAL)
		rc = err_errno(err, "cannot sync the directory of %s", path);
	close(fd);
	return rc;
}

/*
 * The end of the file as it is, without what recovery found torn. Lines that
 * were found are settled next: they may have been written, but never synced.
 */
static int
log_open_cut(struct log_file *file, int fd, const struct log_recovery *recovery,
    struct err *err)
{
	if (recovery->is_torn && ftruncate(fd, (off_t)recovery->end) == -1)
		return err_errno(
		    err, "cannot cut a torn line off %s", file->path);
	if ((recovery->is_torn || recovery->id_count) && fdatasync(fd) == -1)
		return err_errno(err, "cannot sync %s", file->path);
	if (recovery->is_torn)
		log_file_note(
		    file, "%s: a torn last line was cut off", file->path);
	return 0;
}

/* Makes fd the file to write to, from the end that recovery found. */
void
log_open_adopt(struct log_file *file, int fd, const struct stat *st,
    const struct log_recovery *recovery)
{
	file->fd = fd;
	file->device = st->st_dev;
	file->inode = st->st_ino;
	file->good = recovery->end;
	file->lacks_newline = recovery->lacks_newline;
	file->is_clean = true;
	file->must_reopen = false;
	file->missing_since_ms = TIME_NONE;
}

/* Goes on at the end of a file that the stored position knows nothing of. */
int
log_open_tail(struct log_file *file, int fd, const struct stat *st,
    struct log_recovery *tail, struct err *err)
{
	if (log_recover_tail(fd, st->st_size, file->format, tail) == -1)
		return err_errno(err, "cannot read %s", file->path);
	if (log_open_cut(file, fd, tail, err) == -1)
		return -1;
	if (st->st_size == 0)
		return log_open_sync_directory(file->path, err);
	return 0;
}

/* A device may get another number; then a line must end at the offset. */
static bool
log_open_is_same(
    int fd, const struct stat *st, const struct log_position *position)
{
	char before;

	if (st->st_ino != position->inode)
		return false;
	return st->st_dev == position->device ||
	       (position->offset > 0 &&
		   pread(fd, &before, 1, (off_t)position->offset - 1) == 1 &&
		   before == '\n');
}

/*
 * Reads what was written to the file that has been renamed since. Without it
 * the last few events may stand in the new one again; that is no reason to
 * write none.
 */
static int
log_open_renamed(struct log_file *file, const struct log_position *position,
    struct log_recovery *recovery, struct err *err)
{
	char *name = log_recover_find_renamed(file->path, position);
	int fd = name ? log_open_path(name, 0, err) : -1, rc = -1;

	if (fd == -1) {
		log_file_note(file,
		    "%s: the file written last %s; events at its end may come "
		    "again",
		    file->path,
		    name ? "cannot be opened" : "has left its directory");
		free(name);
		return 0;
	}
	if (log_recover(fd, position->offset, file->format, recovery) == -1)
		err_errno(err, "cannot read %s", name);
	else
		rc = log_open_cut(file, fd, recovery, err);
	close(fd);
	free(name);
	return rc;
}

/* The file is the one of the position. */
static int
log_open_same(struct log_file *file, int fd, const struct stat *st,
    const struct log_position *position, struct log_recovery *recovery,
    struct err *err)
{
	if (st->st_size < position->offset) {
		log_file_note(file,
		    "%s was cut short from outside; going on at its end",
		    file->path);
		if (log_open_tail(file, fd, st, recovery, err) == -1)
			return -1;
	} else if (log_recover(fd, position->offset, file->format, recovery) ==
		   -1) {
		return err_errno(err, "cannot read %s", file->path);
	} else if (log_open_cut(file, fd, recovery, err) == -1)
		return -1;
	file->seq = recovery->seq;
	log_open_adopt(file, fd, st, recovery);
	return 0;
}

/* The file is another one than that of the position, or there is none. */
static int
log_open_other(struct log_file *file, int fd, const struct stat *st,
    const struct log_position *position, struct log_recovery *recovery,
    struct err *err)
{
	struct log_recovery tail = {.seq = 0};
	int rc;

	if (position && log_open_renamed(file, position, recovery, err) == -1)
		return -1;
	tail.seq = recovery->seq;
	rc = log_open_tail(file, fd, st, &tail, err);
	if (rc == 0) {
		file->seq = tail.seq;
		log_open_adopt(file, fd, st, &tail);
	}
	log_recovery_clear(&tail);
	return rc;
}

static int
log_open_recover(struct log_file *file, const struct log_position *position,
    struct log_recovery *recovery, struct err *err)
{
	int fd = log_open_path(file->path, O_CREAT, err), rc;
	struct stat st;

	if (fd == -1)
		return -1;
	recovery->seq = position ? position->seq : 0;
	if (fstat(fd, &st) == -1)
		rc = err_errno(err, "cannot read %s", file->path);
	else if (log_open_lock(fd, file->path, err) == -1)
		rc = -1;
	else if (position && log_open_is_same(fd, &st, position))
		rc = log_open_same(file, fd, &st, position, recovery, err);
	else
		rc = log_open_other(file, fd, &st, position, recovery, err);
	if (rc == -1)
		close(fd);
	if (recovery->is_overrun)
		log_file_note(file,
		    "%s: more than %d lines behind the stored position; some "
		    "events may come again",
		    file->path, LOG_RECOVERED_MAX);
	return rc;
}

int
log_open(struct log_file *file, const struct log_position *position,
    struct log_recovery *recovery, struct err *err)
{
	memset(recovery, 0, sizeof(*recovery));
	if (!file->path) {
		file->fd = STDOUT_FILENO;
		return 0;
	}
	if (log_open_recover(file, position, recovery, err) == 0)
		return 0;
	log_recovery_clear(recovery);
	/* what it found on its way it will find again */
	free(file->note);
	file->note = NULL;
	return -1;
}
