/* Growable bytes with an optional bound. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/buf.h"

#define BUF_READ_CHUNK (64 * 1024)

void
buf_init(struct buf *buf, size_t max)
{
	memset(buf, 0, sizeof(*buf));
	buf->max = max;
}

void
buf_clear(struct buf *buf)
{
	free(buf->data);
	buf->data = NULL;
	buf->len = buf->cap = 0;
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

int
buf_add(struct buf *buf, const void *data, size_t len)
{
	if (buf->max && (len > buf->max || buf->len > buf->max - len))
		return -1;
	if (len > SIZE_MAX - buf->len - 1)
		abort();	/* a bug: no caller holds that much */
	buf->data = xgrow(buf->data, buf->len + len + 1, &buf->cap, 1);
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return 0;
}

int
buf_addstr(struct buf *buf, const char *s)
{
	return buf_add(buf, s, strlen(s));
}

int
buf_addch(struct buf *buf, char c)
{
	return buf_add(buf, &c, 1);
}

int
buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int rc;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	rc = buf_addstr(buf, text);
	free(text);
	return rc;
}

char *
buf_reserve(struct buf *buf, size_t len)
{
	if (len > SIZE_MAX - buf->len - 1)
		abort();	/* a bug: callers bound what they ask for */
	buf->data = xgrow(buf->data, buf->len + len + 1, &buf->cap, 1);
	return buf->data + buf->len;
}

char *
buf_steal(struct buf *buf)
{
	char *data = buf->data ? buf->data : xstrdup("");

	buf->data = NULL;
	buf->len = buf->cap = 0;
	return data;
}

const char *
buf_str(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

int
buf_read_fd(struct buf *buf, int fd)
{
	char *chunk = xmalloc(BUF_READ_CHUNK);
	ssize_t n;
	int rc = -1;

	for (;;) {
		n = read(fd, chunk, BUF_READ_CHUNK);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			goto out;
		if (n == 0)
			break;
		if (buf_add(buf, chunk, (size_t)n) == -1) {
			errno = EFBIG;
			goto out;
		}
	}
	rc = 0;
out:
	free(chunk);
	return rc;
}

/*
 * Opening a named pipe that nobody writes to would block for ever; the flag
 * that prevents it is taken off again, because one with a writer is read.
 */
int
buf_read_file(struct buf *buf, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int rc, saved;

	if (fd == -1)
		return -1;
	rc = fcntl(fd, F_SETFL, 0);
	if (rc == 0)
		rc = buf_read_fd(buf, fd);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}
