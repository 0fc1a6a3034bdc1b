/* Descriptors that block: what write(2) leaves over is written, too. */
#include <errno.h>
#include <unistd.h>

#include "lib/fd.h"

int
fd_write(int fd, const void *data, size_t len)
{
	const char *at = data;
	ssize_t n;

	while (len > 0) {
		n = write(fd, at, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}
