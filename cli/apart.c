/*
 * A child for hostile bytes. It has the terminal and nothing else: what it
 * shows goes out before it ends, and how it ended is all that comes back.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/apart.h"
#include "cli/cli.h"
#include "daemon/worker.h"
#include "feeds/parse.h"
#include "lib/sandbox.h"

#define APART_SHOW_S 60 /* of processor time, for the largest documents */

void
apart_show(void)
{
	(void)sandbox_limit_time(APART_SHOW_S);
}

static _Noreturn void
apart_child(int (*work)(void *data), void *data)
{
	/* not in the parent: what libraries load for it stays loaded */
	parse_warm_up();
	/* a wall that this kernel does not have is the daemon's to tell */
	(void)sandbox_enter(WORKER_MEMORY);
	(void)sandbox_limit_time(WORKER_CPU_S);
	_exit(cli_finish(work(data)));
}

static void
apart_tell(const char *what, int signum)
{
	if (signum == SIGXCPU)
		cli_error("%s: takes too long to read; the daemon, too, gives "
			  "it no more than %d s of processor time",
		    what, WORKER_CPU_S + 1);
	else if (signum == SIGABRT)
		cli_error("%s: takes too much memory to read; the daemon, too, "
			  "gives it no more than %d MiB",
		    what, (int)(WORKER_MEMORY / (1024 * 1024)));
	else
		cli_error(
		    "%s: reading it was ended: %s", what, strsignal(signum));
}

static int
apart_wait(const char *what, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1) {
		if (errno == EINTR)
			continue;
		cli_error("%s: %s", what, strerror(errno));
		return 1;
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	apart_tell(what, WTERMSIG(status));
	return 1;
}

int
apart_run(const char *what, int (*work)(void *data), void *data)
{
	pid_t pid;

	/* what is in the buffer would be written by both */
	if (fflush(stdout) == EOF) {
		cli_error("standard output: %s", strerror(errno));
		return 1;
	}
	pid = fork();
	if (pid == -1) {
		cli_error("%s: %s", what, strerror(errno));
		return 1;
	}
	if (pid == 0)
		apart_child(work, data);
	return apart_wait(what, pid);
}
