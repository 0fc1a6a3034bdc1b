/* sd_notify(3), or nothing where the build or the start has no systemd. */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#include "daemon/notify.h"
#include "lib/alloc.h"
#include "lib/log.h"

#define NOTIFY_STATUS_MAX 512 /* bytes of STATUS= */

#ifdef HAVE_SYSTEMD
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#define NOTIFY_WAIT_MS 100 /* at most, for a manager that does not read */

static socklen_t
notify_address(struct sockaddr_un *address)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path ? strlen(path) : 0;

	/* a path, or a name in the abstract space behind '@' */
	if (len < 2 || len >= sizeof(address->sun_path) ||
	    (path[0] != '/' && path[0] != '@'))
		return 0;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, len);
	if (path[0] == '@')
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

/*
 * sd_notify(3) would wait, for as long as it takes, for a manager that does not
 * read its socket: the loop must not. A step is worth a short wait; what comes
 * again is not. Whether it arrived is of no use: there is nobody else to tell.
 */
static void
notify_send(const char *text, int wait_ms)
{
	struct sockaddr_un address;
	socklen_t len = notify_address(&address);
	struct pollfd room = {.events = POLLOUT};

	if (!len)
		return;
	room.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (room.fd == -1)
		return;
	if (connect(room.fd, (struct sockaddr *)&address, len) == 0 &&
	    (!wait_ms || poll(&room, 1, wait_ms) == 1))
		(void)!send(room.fd, text, strlen(text), MSG_NOSIGNAL);
	close(room.fd);
}

int64_t
notify_watchdog_interval_ms(void)
{
	uint64_t usec = 0;

	if (sd_watchdog_enabled(0, &usec) <= 0)
		return 0;
	return (int64_t)(usec / 1000);
}

void
notify_reloading(void)
{
	struct timespec now;
	char *text;

	clock_gettime(CLOCK_MONOTONIC, &now);
	text = xasprintf("RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	notify_send(text, NOTIFY_WAIT_MS);
	free(text);
}
#else
#define NOTIFY_WAIT_MS 0

static void
notify_send(const char *text, int wait_ms)
{
	(void)text;
	(void)wait_ms;
}

int64_t
notify_watchdog_interval_ms(void)
{
	return 0;
}

void
notify_reloading(void)
{
}
#endif

void
notify_ready(void)
{
	notify_send("READY=1", NOTIFY_WAIT_MS);
}

void
notify_stopping(void)
{
	notify_send("STOPPING=1", NOTIFY_WAIT_MS);
}

void
notify_status(const char *text)
{
	/* a newline would begin another assignment */
	char safe[NOTIFY_STATUS_MAX];
	char *line = xasprintf("STATUS=%s", log_safe(safe, sizeof(safe), text));

	notify_send(line, 0);
	free(line);
}

void
notify_watchdog(void)
{
	notify_send("WATCHDOG=1", 0);
}
