#ifndef WIREWATCH_CLI_APART_H
#define WIREWATCH_CLI_APART_H

/*
 * Work on what strangers wrote, done as the daemon's workers do it: in a child
 * without rights, with their memory (WORKER_MEMORY) and their processor time
 * (WORKER_CPU_S). Returns what the work does, 0 to 2; or 1 when the child was
 * ended, which is told as an error with `what`. parse_init() must have run.
 */
int apart_run(const char *what, int (*work)(void *data), void *data);
/* Within the work: hostile bytes are done with, what follows is only output. */
void apart_show(void);

#endif
