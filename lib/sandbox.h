#ifndef WIREWATCH_LIB_SANDBOX_H
#define WIREWATCH_LIB_SANDBOX_H

#include <stdint.h>

/*
 * Takes from this process what reading hostile bytes does not need: for a
 * child that computes on memory, reads and writes descriptors that it has
 * already, and does nothing else. There is no way back. What the kernel does
 * not have, or a debugger forbids, is left out and named.
 */
enum sandbox_part {
	SANDBOX_PRIVILEGES = 1,	/* no program gives new ones: prctl(2) */
	SANDBOX_LIMITS = 2,	/* memory, files, processes: setrlimit(2) */
	SANDBOX_FILES = 4,	/* no file can be opened: landlock(7) */
	SANDBOX_CALLS = 8,	/* other system calls end it: seccomp(2) */
};

/*
 * `memory` is how many bytes the process may grow by. The parts that could not
 * be had, 0 if all is well. Call it when all libraries are warm: what they open
 * or look up when first used they could not any more.
 */
unsigned sandbox_enter(uint64_t memory);
/*
 * From now on `seconds` of processor time more, then SIGXCPU ends the process;
 * it may ask again, within its life. 0, or -1 with errno.
 */
int sandbox_limit_time(unsigned seconds);
/* The same once and for all: SIGKILL. */
int sandbox_limit_life(unsigned seconds);
/* The parts for people, as in "landlock, seccomp"; fits SANDBOX_NAMES_SIZE. */
#define SANDBOX_NAMES_SIZE 64
const char *sandbox_names(unsigned parts, char out[SANDBOX_NAMES_SIZE]);

#endif
