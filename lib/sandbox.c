/*
 * The walls around a process that reads what strangers wrote. In order:
 * privileges, files, limits, system calls; each is tried, whatever became of
 * the one before.
 */
#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/sandbox.h"

/* What code and libraries do all the time: memory, their descriptors, time. */
static const int sandbox_allowed[] = {
    SCMP_SYS(brk),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(close),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(futex),
    SCMP_SYS(getpid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(madvise),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(read),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_yield),
    SCMP_SYS(setrlimit),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(time),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

/* What a library may try and then do without: it hears that it must not. */
static const int sandbox_refused[] = {
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(fcntl),
    SCMP_SYS(fstat),
    SCMP_SYS(getcwd),
    SCMP_SYS(ioctl),
    SCMP_SYS(lseek),
    SCMP_SYS(newfstatat),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(stat),
    SCMP_SYS(statx),
    SCMP_SYS(uname),
};

static int
sandbox_set_limit(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) == -1)
		return -1;
	if (value > limit.rlim_max)
		value = limit.rlim_max;
	limit.rlim_cur = limit.rlim_max = value;
	return setrlimit(resource, &limit);
}

/* Bytes of address space in use; 0 if that is not known. */
static uint64_t
sandbox_size(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%lu", &pages) != 1)
		pages = 0;
	(void)fclose(file);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int
sandbox_limit(uint64_t size, uint64_t memory)
{
	if (sandbox_set_limit(RLIMIT_CORE, 0) == -1 ||
	    sandbox_set_limit(RLIMIT_NPROC, 0) == -1 ||
	    sandbox_set_limit(RLIMIT_NOFILE, 0) == -1)
		return -1;
	return size ? sandbox_set_limit(RLIMIT_AS, size + memory) : -1;
}

/* A ruleset that handles everything and allows nothing. */
static int
sandbox_close_files(void)
{
	struct landlock_ruleset_attr rules = {
	    .handled_access_fs =
		LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
		LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
		LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
		LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
		LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
		LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
		LANDLOCK_ACCESS_FS_MAKE_SYM,
	};
	int fd, rc;

	fd =
	    (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);
	if (fd == -1)
		return -1;
	rc = (int)syscall(SYS_landlock_restrict_self, fd, 0);
	(void)close(fd);
	return rc;
}

static int
sandbox_add_rules(scmp_filter_ctx filter)
{
	size_t i;

	for (i = 0; i < sizeof(sandbox_allowed) / sizeof(int); i++) {
		if (seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, sandbox_allowed[i], 0) < 0)
			return -1;
	}
	for (i = 0; i < sizeof(sandbox_refused) / sizeof(int); i++) {
		if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES),
			sandbox_refused[i], 0) < 0)
			return -1;
	}
	/* only of itself: abort(3), and its own limits */
	if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0)) < 0 ||
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
		SCMP_A0(SCMP_CMP_EQ, 0, 0)) < 0)
		return -1;
	/* memory, but never code */
	if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) < 0 ||
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) < 0)
		return -1;
	return 0;
}

static int
sandbox_filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = -1;

	if (!filter)
		return -1;
	if (sandbox_add_rules(filter) == 0 && seccomp_load(filter) == 0)
		rc = 0;
	seccomp_release(filter);
	return rc;
}

unsigned
sandbox_enter(uint64_t memory)
{
	uint64_t size = sandbox_size();
	unsigned missing = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		missing |= SANDBOX_PRIVILEGES;
	/* needs a descriptor: before there are no more */
	if (sandbox_close_files() == -1)
		missing |= SANDBOX_FILES;
	if (sandbox_limit(size, memory) == -1)
		missing |= SANDBOX_LIMITS;
	if (sandbox_filter_calls() == -1)
		missing |= SANDBOX_CALLS;
	return missing;
}

/* What the limit is `seconds` from now; 0 when that is not known. */
static rlim_t
sandbox_time_from_now(unsigned seconds)
{
	struct rusage used;

	if (getrusage(RUSAGE_SELF, &used) == -1)
		return 0;
	return (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (rlim_t)seconds + 1;
}

int
sandbox_limit_time(unsigned seconds)
{
	rlim_t value = sandbox_time_from_now(seconds);
	struct rlimit limit;

	if (!value || getrlimit(RLIMIT_CPU, &limit) == -1)
		return -1;
	limit.rlim_cur = value < limit.rlim_max ? value : limit.rlim_max;
	return setrlimit(RLIMIT_CPU, &limit);
}

int
sandbox_limit_life(unsigned seconds)
{
	rlim_t value = sandbox_time_from_now(seconds);

	return value ? sandbox_set_limit(RLIMIT_CPU, value) : -1;
}

const char *
sandbox_names(unsigned parts, char out[SANDBOX_NAMES_SIZE])
{
	static const char *const names[] = {
	    "no_new_privs", "rlimits", "landlock", "seccomp"};
	size_t i;

	out[0] = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(parts >> i & 1))
			continue;
		if (out[0])
			strcat(out, ", ");
		strcat(out, names[i]);
	}
	return out;
}
