#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

#include "lib/sandbox.h"

/*
 * What a process can no more do, each tried in a child of its own. The tests of
 * a part that this system does not give are left out, which is said.
 */
#define MEMORY (64ULL * 1024 * 1024)

/* The exit status of a child, or minus the signal that ended it. */
static int
in_sandbox(int (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)sandbox_enter(MEMORY);
		_exit(attempt());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static unsigned
missing_here(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit((int)sandbox_enter(MEMORY));
	if (pid == -1 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return ~0u;
	return (unsigned)WEXITSTATUS(status);
}

static int
compute(void)
{
	char *memory = malloc(1024 * 1024);
	int result = 1;

	if (memory) {
		memset(memory, 7, 1024 * 1024);
		result = memory[4711] == 7 ? 0 : 1;
	}
	free(memory);
	return write(STDOUT_FILENO, "", 0) == 0 ? result : 1;
}

static void
computing_goes_on(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(compute), 0);
}

static int
read_a_file(void)
{
	return open("/etc/passwd", O_RDONLY) == -1 ? 0 : 1;
}

static void
no_file_is_opened(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(read_a_file), 0);
}

static int
make_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) == -1 ? 2 : 1;
}

static void
a_socket_ends_the_process(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(make_a_socket), -SIGSYS);
}

static int
run_a_program(void)
{
	(void)execl("/bin/true", "true", (char *)NULL);
	return 1;
}

static void
a_program_ends_the_process(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(run_a_program), -SIGSYS);
}

static int
make_a_process(void)
{
	return fork() == -1 ? 2 : 1;
}

static void
a_new_process_ends_the_process(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(make_a_process), -SIGSYS);
}

static int
kill_the_parent(void)
{
	return kill(getpid(), 0) == -1 ? 2 : 1;
}

static pid_t other; /* the process of the tests */

static int
kill_a_thread_of_another(void)
{
	return syscall(SYS_tgkill, other, other, 0) == -1 ? 2 : 1;
}

static int
limit_another(void)
{
	struct rlimit limit;

	return prlimit(other, RLIMIT_NOFILE, NULL, &limit) == -1 ? 2 : 1;
}

static void
other_processes_are_out_of_reach(void **state)
{
	(void)state;
	other = getpid();
	assert_int_equal(in_sandbox(kill_a_thread_of_another), -SIGSYS);
	assert_int_equal(in_sandbox(limit_another), -SIGSYS);
}

static int
give_up(void)
{
	abort();
}

static void
an_abort_is_an_abort(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(give_up), -SIGABRT);
}

static void
a_signal_to_others_ends_the_process(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(kill_the_parent), -SIGSYS);
}

static int
make_memory_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return 2;
	return mprotect(page, 4096, PROT_READ | PROT_EXEC) == -1 ? 3 : 1;
}

static void
memory_does_not_become_code(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(make_memory_code), -SIGSYS);
}

static int
take_memory(void)
{
	void *memory = mmap(NULL, 2 * MEMORY, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? 0 : 1;
}

static void
memory_is_bounded(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(take_memory), 0);
}

static int
spin(void)
{
	volatile unsigned long count = 0;

	if (sandbox_limit_time(0) == -1)
		return 1;
	for (;;)
		count++;
}

static void
time_is_bounded(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(spin), -SIGXCPU);
}

/* It may ignore the first limit, and ask for another; the second is final. */
static int
spin_on(void)
{
	static const struct rlimit more = {
	    .rlim_cur = RLIM_INFINITY,
	    .rlim_max = RLIM_INFINITY,
	};
	volatile unsigned long count = 0;

	(void)signal(SIGXCPU, SIG_IGN);
	(void)sandbox_limit_time(60);
	if (setrlimit(RLIMIT_CPU, &more) == 0)
		return 1;
	for (;;)
		count++;
}

static void
a_life_is_bounded(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		/* who may raise limits again may not do so in the sandbox */
		if (sandbox_limit_life(0) == -1)
			_exit(2);
		(void)sandbox_enter(MEMORY);
		_exit(spin_on());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void
parts_have_names(void **state)
{
	char names[SANDBOX_NAMES_SIZE];

	(void)state;
	assert_string_equal(sandbox_names(0, names), "");
	assert_string_equal(sandbox_names(SANDBOX_FILES | SANDBOX_CALLS, names),
	    "landlock, seccomp");
	assert_string_equal(sandbox_names(15, names),
	    "no_new_privs, rlimits, landlock, seccomp");
}

int
main(void)
{
	struct CMUnitTest tests[16] = {
	    cmocka_unit_test(parts_have_names),
	    cmocka_unit_test(computing_goes_on),
	    cmocka_unit_test(time_is_bounded),
	    cmocka_unit_test(a_life_is_bounded),
	    cmocka_unit_test(an_abort_is_an_abort),
	};
	const struct {
		unsigned part;
		struct CMUnitTest test;
	} walls[] = {
	    {SANDBOX_FILES, cmocka_unit_test(no_file_is_opened)},
	    {SANDBOX_LIMITS, cmocka_unit_test(memory_is_bounded)},
	    {SANDBOX_CALLS, cmocka_unit_test(a_socket_ends_the_process)},
	    {SANDBOX_CALLS, cmocka_unit_test(a_program_ends_the_process)},
	    {SANDBOX_CALLS, cmocka_unit_test(a_new_process_ends_the_process)},
	    {SANDBOX_CALLS,
		cmocka_unit_test(a_signal_to_others_ends_the_process)},
	    {SANDBOX_CALLS, cmocka_unit_test(memory_does_not_become_code)},
	    {SANDBOX_CALLS, cmocka_unit_test(other_processes_are_out_of_reach)},
	};
	unsigned missing = missing_here();
	size_t i, count = 5;

	for (i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
		if (missing & walls[i].part)
			printf("# left out, this system lacks it: %s\n",
			    walls[i].test.name);
		else
			tests[count++] = walls[i].test;
	}
	fflush(stdout);
	return _cmocka_run_group_tests("sandbox", tests, count, NULL, NULL);
}
