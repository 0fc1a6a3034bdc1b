#ifndef WIREWATCH_LIB_BUF_H
#define WIREWATCH_LIB_BUF_H

#include <stddef.h>

/*
 * Growable bytes, always NUL-terminated once something was added. `max` is
 * the largest length accepted; 0 means no bound of its own.
 */
struct buf {
	char *data;
	size_t len;
	size_t cap;
	size_t max;
};

void buf_init(struct buf *buf, size_t max);
/* Frees the bytes; the buffer may be used again. */
void buf_clear(struct buf *buf);
/* Forgets the content, keeps the memory. */
void buf_reset(struct buf *buf);
/* 0, or -1 when `max` would be exceeded; nothing is added then. */
int buf_add(struct buf *buf, const void *data, size_t len);
int buf_addstr(struct buf *buf, const char *s);
int buf_addch(struct buf *buf, char c);
int buf_printf(struct buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The content as the caller's own string; empties the buffer. */
char *buf_steal(struct buf *buf);
/*
 * Room for `len` more bytes and the NUL, where the caller may write; he adds
 * what he wrote to buf->len and ends it with NUL. Knows no bound.
 */
char *buf_reserve(struct buf *buf, size_t len);
/* The content as a string; "" when nothing was added. Valid until a change. */
const char *buf_str(const struct buf *buf);

/*
 * Reads a whole file of at most `max` bytes. 0, or -1 with errno set
 * (EFBIG when it is larger). A named pipe without a writer is empty.
 */
int buf_read_file(struct buf *buf, const char *path);
int buf_read_fd(struct buf *buf, int fd);

#endif
