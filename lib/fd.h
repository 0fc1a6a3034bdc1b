#ifndef WIREWATCH_LIB_FD_H
#define WIREWATCH_LIB_FD_H

#include <stddef.h>

/* Writes all of it to a descriptor that blocks. 0, or -1 with errno. */
int fd_write(int fd, const void *data, size_t len);

#endif
