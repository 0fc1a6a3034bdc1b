#ifndef WIREWATCH_DAEMON_NOTIFY_H
#define WIREWATCH_DAEMON_NOTIFY_H

#include <stdint.h>

/*
 * Messages to the service manager (sd_notify(3)). Without systemd, or when
 * not started by it, they do nothing.
 */
void notify_ready(void);
/* Carries MONOTONIC_USEC, as newer managers expect. */
void notify_reloading(void);
void notify_stopping(void);
void notify_status(const char *text);
void notify_watchdog(void);
/* How often the manager wants to hear notify_watchdog(); 0 = never. */
int64_t notify_watchdog_interval_ms(void);

#endif
