/*
 * Follows a log file. Lines are cut out of portions read at a known offset;
 * libev's stat watcher (inotify, where the file system has it) says when to
 * look, and a slow timer looks where it cannot: behind symbolic links, on
 * network file systems, at a renamed file that is still written to.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/follow.h"
#include "lib/alloc.h"
#include "lib/buf.h"

#define FOLLOW_PORTION (64 * 1024)
#define FOLLOW_FIRST_WINDOW (256 * 1024) /* searched for the last lines */
#define FOLLOW_LOOK_S 1. /* the slow timer */

/* Cuts portions into lines; a line may span many of them. */
struct follow_lines {
	struct buf text;
	int64_t start; /* offset of the line in text */
	int64_t end; /* offset of the next byte to read */
	bool is_long; /* past the bound: skipped up to its newline */
};

struct follow {
	struct follow_handler handler;
	char *path;
	int fd; /* -1: not there yet */
	bool is_regular;
	struct follow_lines lines;
	char *portion;
	/* while running */
	struct ev_loop *loop;
	struct ev_stat stat;
	struct ev_timer timer;
	struct ev_io out;
	int open_errno; /* why the successor cannot be opened, told once */
	int rc;
	struct err *err;
};

typedef void (*follow_line_fn)(
    void *data, const char *line, size_t len, int64_t offset);

static void
follow_lines_init(struct follow_lines *lines, int64_t offset)
{
	buf_init(&lines->text, FOLLOW_LINE_MAX);
	lines->start = lines->end = offset;
	lines->is_long = false;
}

static void
follow_notice(struct follow *follow, const char *what)
{
	char *text = xasprintf("%s %s", follow->path, what);

	follow->handler.notice(follow->handler.data, text);
	free(text);
}

/* Adds a part of a line; the part that exceeds the bound is dropped. */
static void
follow_lines_add(struct follow_lines *lines, const char *part, size_t len)
{
	if (!lines->is_long && buf_add(&lines->text, part, len) == -1)
		lines->is_long = true;
	if (lines->is_long)
		buf_reset(&lines->text);
}

/* Hands the current line out; one that is too long as NULL. */
static void
follow_lines_end(
    struct follow_lines *lines, int64_t next, follow_line_fn each, void *data)
{
	if (lines->is_long)
		each(data, NULL, 0, lines->start);
	else
		each(
		    data, buf_str(&lines->text), lines->text.len, lines->start);
	buf_reset(&lines->text);
	lines->is_long = false;
	lines->start = next;
}

static void
follow_lines_feed(struct follow_lines *lines, const char *portion, size_t len,
    follow_line_fn each, void *data)
{
	const char *from = portion, *end = portion + len, *newline;

	while ((newline = memchr(from, '\n', (size_t)(end - from))) != NULL) {
		follow_lines_add(lines, from, (size_t)(newline - from));
		from = newline + 1;
		follow_lines_end(
		    lines, lines->end + (from - portion), each, data);
	}
	follow_lines_add(lines, from, (size_t)(end - from));
	lines->end += (int64_t)len;
}

/* The next portion: its length, 0 at the end for now, -1 with the reason. */
static ssize_t
follow_portion(
    struct follow *follow, int64_t offset, size_t max, struct err *err)
{
	ssize_t n;

	if (max > FOLLOW_PORTION)
		max = FOLLOW_PORTION;
	do {
		n = follow->is_regular
			? pread(follow->fd, follow->portion, max, offset)
			: read(follow->fd, follow->portion, max);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return err_errno(err, "%s", follow->path);
	return n;
}

/* Opens the file that the path names now; -1 with errno and the reason. */
static int
follow_open(const struct follow *follow, struct err *err)
{
	bool is_stdin = strcmp(follow->path, "-") == 0;
	int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
			  : open(follow->path, O_RDONLY | O_CLOEXEC);
	struct stat st = {0};
	int why;

	if (fd == -1)
		return err_errno(err, "%s", follow->path);
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		return fd;
	why = S_ISDIR(st.st_mode) ? EISDIR : errno;
	close(fd);
	errno = why;
	return err_errno(err, "%s", follow->path);
}

/* Goes over to another file, from its beginning. */
static void
follow_take(struct follow *follow, int fd)
{
	struct stat st;

	if (follow->fd != -1)
		close(follow->fd);
	follow->fd = fd;
	follow->is_regular = strcmp(follow->path, "-") != 0 &&
			     fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	buf_clear(&follow->lines.text);
	follow_lines_init(&follow->lines, 0);
}

struct follow *
follow_new(const char *path, bool is_patient,
    const struct follow_handler *handler, struct err *err)
{
	struct follow *follow = xcalloc(1, sizeof(*follow));
	int fd;

	follow->handler = *handler;
	follow->path = xstrdup(path);
	follow->portion = xmalloc(FOLLOW_PORTION);
	follow->fd = -1;
	follow_lines_init(&follow->lines, 0);
	fd = follow_open(follow, err);
	if (fd != -1)
		follow_take(follow, fd);
	else if (is_patient && errno == ENOENT)
		follow_notice(follow, "is not there yet: waiting for it");
	else
		follow_free(&follow);
	return follow;
}

void
follow_free(struct follow **follow)
{
	if (!*follow)
		return;
	if ((*follow)->fd != -1)
		close((*follow)->fd);
	buf_clear(&(*follow)->lines.text);
	free((*follow)->portion);
	free((*follow)->path);
	free(*follow);
	*follow = NULL;
}

/* A ring of the offsets at which the last wanted lines begin. */
struct follow_ring {
	struct follow *follow;
	int64_t *offsets;
	size_t size;
	size_t count; /* of all that were wanted */
};

static void
follow_ring_add(void *data, const char *line, size_t len, int64_t offset)
{
	struct follow_ring *ring = data;
	struct follow_handler *handler = &ring->follow->handler;

	if (line && handler->wants(handler->data, line, len))
		ring->offsets[ring->count++ % ring->size] = offset;
}

static void
follow_ignore(void *data, const char *line, size_t len, int64_t offset)
{
	(void)data;
	(void)line;
	(void)len;
	(void)offset;
}

/*
 * Looks through the file from `from` to `size` and leaves in *next_r where the
 * line behind the last newline begins.
 */
static int
follow_search(struct follow *follow, int64_t from, int64_t size,
    struct follow_ring *ring, int64_t *next_r, struct err *err)
{
	struct follow_lines lines;
	bool is_inside = from > 0; /* of a line, whose rest is skipped */
	ssize_t n = 1;

	follow_lines_init(&lines, from);
	while (n > 0 && lines.end < size) {
		char *portion = follow->portion;
		const char *newline = NULL;

		n = follow_portion(
		    follow, lines.end, (size_t)(size - lines.end), err);
		if (n <= 0)
			break;
		if (is_inside)
			newline = memchr(portion, '\n', (size_t)n);
		if (newline) {
			is_inside = false;
			/* through the newline: what it ends is not counted */
			n = newline + 1 - portion;
			follow_lines_feed(
			    &lines, portion, (size_t)n, follow_ignore, NULL);
		} else
			follow_lines_feed(&lines, portion, (size_t)n,
			    is_inside ? follow_ignore : follow_ring_add, ring);
	}
	*next_r = lines.start;
	buf_clear(&lines.text);
	return n == -1 ? -1 : 0;
}

static void
follow_go(struct follow *follow, int64_t offset)
{
	buf_clear(&follow->lines.text);
	follow_lines_init(&follow->lines, offset);
}

int
follow_last(struct follow *follow, size_t count, struct err *err)
{
	struct follow_ring ring = {follow, NULL, count ? count : 1, 0};
	int64_t window = FOLLOW_FIRST_WINDOW, from, next;
	struct stat st;
	int rc;

	if (follow->fd == -1)
		return 0;
	if (!follow->is_regular || fstat(follow->fd, &st) == -1)
		return err_set(
		    err, "%s has no end to count from", follow->path);
	ring.offsets = xcalloc(ring.size, sizeof(*ring.offsets));
	do {
		ring.count = 0;
		from = st.st_size > window ? st.st_size - window : 0;
		rc = follow_search(follow, from, st.st_size, &ring, &next, err);
		window *= 4;
		/* too few, or the window lies inside of one line */
	} while (rc == 0 && from > 0 && (ring.count < count || next == from));
	if (rc == 0 && count > 0 && ring.count > 0)
		next = ring.count < count ? ring.offsets[0]
					  : ring.offsets[ring.count % count];
	if (rc == 0)
		follow_go(follow, next);
	free(ring.offsets);
	return rc;
}

static void
follow_on_line(void *data, const char *line, size_t len, int64_t offset)
{
	struct follow *follow = data;

	if (line)
		follow->handler.line(follow->handler.data, line, len, offset);
	else
		follow->handler.skipped(follow->handler.data, offset);
}

int
follow_read(struct follow *follow, struct err *err)
{
	ssize_t n;

	while (follow->fd != -1) {
		n = follow_portion(
		    follow, follow->lines.end, FOLLOW_PORTION, err);
		if (n <= 0)
			return n == 0 ? 0 : -1;
		follow_lines_feed(&follow->lines, follow->portion, (size_t)n,
		    follow_on_line, follow);
		if (!follow->handler.flush(follow->handler.data))
			return 1;
	}
	return 0;
}

void
follow_finish(struct follow *follow)
{
	if (!follow->lines.text.len && !follow->lines.is_long)
		return;
	follow_lines_end(
	    &follow->lines, follow->lines.end, follow_on_line, follow);
	(void)follow->handler.flush(follow->handler.data);
}

/* Nothing more comes from the old file: go over to the one with its name. */
static int
follow_switch(struct follow *follow, struct err *err)
{
	int rc = follow_read(follow, err), fd;
	struct err why;
	bool is_first = follow->fd == -1;

	if (rc != 0)
		return rc;
	fd = follow_open(follow, &why);
	if (fd == -1) {
		if (errno != follow->open_errno && errno != ENOENT)
			follow->handler.notice(follow->handler.data, why.text);
		follow->open_errno = errno;
		return 0;
	}
	follow->open_errno = 0;
	follow_finish(follow);
	follow_take(follow, fd);
	if (!is_first)
		follow_notice(follow, "was rotated: going on in the new file");
	return follow_read(follow, err);
}

/*
 * Whether the file still holds what was read: a file that was truncated and
 * written again may be longer than before, but hardly has a newline just where
 * ours was. A file that cannot be read now is told of by whoever reads it.
 */
static bool
follow_is_continued(const struct follow *follow)
{
	char before;

	return !follow->is_regular || follow->lines.start == 0 ||
	       pread(follow->fd, &before, 1, follow->lines.start - 1) != 1 ||
	       before == '\n';
}

static int
follow_begin_again(struct follow *follow, struct err *err)
{
	follow_notice(follow, "was truncated: going on from its beginning");
	follow_go(follow, 0);
	return follow_read(follow, err);
}

/* The file is shorter than what was read of it. */
static int
follow_shrunk(struct follow *follow, int64_t size, struct err *err)
{
	if (size >= follow->lines.start) {
		/* a writer that starts again cuts its torn last line */
		follow_go(follow, follow->lines.start);
		return follow_read(follow, err);
	}
	return follow_begin_again(follow, err);
}

/* One look: more lines, another file under the name, a shorter file. */
static int
follow_look(struct follow *follow, struct err *err)
{
	struct stat there, ours = {0};
	int rc;

	/* a torn line may be another one by now: read it from its beginning */
	if (follow->is_regular && follow->lines.text.len)
		follow_go(follow, follow->lines.start);
	rc = follow_is_continued(follow) ? follow_read(follow, err)
					 : follow_begin_again(follow, err);
	if (rc != 0 || stat(follow->path, &there) == -1)
		return rc;
	if (follow->fd == -1)
		return follow_switch(follow, err);
	if (fstat(follow->fd, &ours) == -1)
		return err_errno(err, "%s", follow->path);
	if (there.st_ino != ours.st_ino || there.st_dev != ours.st_dev)
		return there.st_size > 0 ? follow_switch(follow, err) : 0;
	if (follow->is_regular && ours.st_size < follow->lines.end)
		return follow_shrunk(follow, ours.st_size, err);
	return 0;
}

static void
follow_on_event(struct follow *follow)
{
	follow->rc = follow_look(follow, follow->err);
	if (follow->rc != 0)
		ev_break(follow->loop, EVBREAK_ALL);
}

static void
follow_on_stat(struct ev_loop *loop, struct ev_stat *watcher, int events)
{
	(void)loop;
	(void)events;
	follow_on_event(watcher->data);
}

static void
follow_on_timer(struct ev_loop *loop, struct ev_timer *watcher, int events)
{
	(void)loop;
	(void)events;
	follow_on_event(watcher->data);
}

/* The other end of our standard output went away: nobody reads on. */
static void
follow_on_out(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	(void)watcher;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void
follow_start(struct follow *follow, struct ev_loop *loop)
{
	struct stat st;

	follow->loop = loop;
	ev_stat_init(
	    &follow->stat, follow_on_stat, follow->path, FOLLOW_LOOK_S);
	ev_timer_init(
	    &follow->timer, follow_on_timer, FOLLOW_LOOK_S, FOLLOW_LOOK_S);
	ev_io_init(&follow->out, follow_on_out, STDOUT_FILENO, EV_READ);
	follow->stat.data = follow->timer.data = follow;
	ev_stat_start(loop, &follow->stat);
	ev_timer_start(loop, &follow->timer);
	/* the writing end of a pipe is "readable" when it is broken */
	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode))
		ev_io_start(loop, &follow->out);
}

int
follow_run(struct follow *follow, struct ev_loop *loop, struct err *err)
{
	follow->err = err;
	follow_start(follow, loop);
	/* what came before the watchers were set */
	follow->rc = follow_look(follow, err);
	if (follow->rc == 0)
		ev_run(loop, 0);
	ev_stat_stop(loop, &follow->stat);
	ev_timer_stop(loop, &follow->timer);
	ev_io_stop(loop, &follow->out);
	return follow->rc == -1 ? -1 : 0;
}
