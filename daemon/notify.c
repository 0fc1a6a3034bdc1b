/* sd_notify(3), or nothing where the build or the start has no systemd. */
#include <inttypes.h>
#include <stdlib.h>

#include "daemon/notify.h"
#include "lib/alloc.h"
#include "lib/log.h"

#define NOTIFY_STATUS_MAX 512 /* bytes of STATUS= */

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#include <time.h>

/* The answer is of no use: there is nobody else to tell. */
static void
notify_send(const char *text)
{
	(void)sd_notify(0, text);
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
	notify_send(text);
	free(text);
}
#else
static void
notify_send(const char *text)
{
	(void)text;
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
	notify_send("READY=1");
}

void
notify_stopping(void)
{
	notify_send("STOPPING=1");
}

void
notify_status(const char *text)
{
	/* a newline would begin another assignment */
	char safe[NOTIFY_STATUS_MAX];
	char *line = xasprintf("STATUS=%s", log_safe(safe, sizeof(safe), text));

	notify_send(line);
	free(line);
}

void
notify_watchdog(void)
{
	notify_send("WATCHDOG=1");
}
