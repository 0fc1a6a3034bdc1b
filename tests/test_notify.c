#include "tests/test.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/notify.h"

/* The manager's end of the protocol, as sd_notify(3) describes it. */
struct fixture {
	char path[64];
	int fd;
	char text[1024];
};

static int
set_up(void **state)
{
	static struct fixture f;
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(f.path, sizeof(f.path), "/tmp/test_notify.%d", (int)getpid());
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", f.path);
	f.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (f.fd == -1 ||
	    bind(f.fd, (struct sockaddr *)&address, sizeof(address)) == -1)
		return -1;
	setenv("NOTIFY_SOCKET", f.path, 1);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	close(f->fd);
	return unlink(f->path);
}

/* The next message; "" when there is none. */
static const char *
received(struct fixture *f)
{
	ssize_t n = recv(f->fd, f->text, sizeof(f->text) - 1, 0);

	f->text[n > 0 ? n : 0] = '\0';
	return f->text;
}

static void
the_manager_hears_of_each_step(void **state)
{
	notify_ready();
	assert_string_equal(received(*state), "READY=1");
	notify_watchdog();
	assert_string_equal(received(*state), "WATCHDOG=1");
	notify_stopping();
	assert_string_equal(received(*state), "STOPPING=1");
}

static void
a_reload_carries_its_time(void **state)
{
	long long usec = 0;

	notify_reloading();
	assert_int_equal(
	    sscanf(received(*state), "RELOADING=1\nMONOTONIC_USEC=%lld", &usec),
	    1);
	assert_true(usec > 0);
}

static void
a_status_stays_one_line(void **state)
{
	notify_status("3 feeds\nMAINPID=1");
	assert_string_equal(received(*state), "STATUS=3 feeds MAINPID=1");
}

static void
a_long_status_is_cut(void **state)
{
	char text[2000];

	memset(text, 's', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	notify_status(text);
	assert_in_range(strlen(received(*state)), 100, 600);
}

/* It would hang for ever if it were. */
static void
a_manager_that_does_not_read_is_not_waited_for(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 2000; i++)
		notify_status("full");
	notify_ready();
}

static void
an_abstract_socket_is_reached(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char name[64], text[32] = "";
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int len = snprintf(
	    name, sizeof(name), "@test_notify.%d", (int)getpid());

	(void)f;
	memcpy(address.sun_path + 1, name + 1, (size_t)len - 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
	                     (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	                         (size_t)len)), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	notify_ready();
	assert_int_equal(recv(fd, text, sizeof(text) - 1, 0), 7);
	assert_string_equal(text, "READY=1");
	close(fd);
}

static void
the_watchdogs_interval_is_read(void **state)
{
	char pid[32];

	(void)state;
	assert_int_equal(notify_watchdog_interval_ms(), 0);
	setenv("WATCHDOG_USEC", "60000000", 1);
	assert_int_equal(notify_watchdog_interval_ms(), 60000);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_interval_ms(), 60000);
}

static void
a_watchdog_for_another_process_is_not_ours(void **state)
{
	(void)state;
	setenv("WATCHDOG_USEC", "60000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog_interval_ms(), 0);
}

static void
without_a_manager_nothing_is_sent(void **state)
{
	unsetenv("NOTIFY_SOCKET");
	notify_ready();
	notify_status("quiet");
	assert_string_equal(received(*state), "");
}

#define NOTIFY_TEST(name)                                                      \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    NOTIFY_TEST(the_manager_hears_of_each_step),
	    NOTIFY_TEST(a_reload_carries_its_time),
	    NOTIFY_TEST(a_status_stays_one_line),
	    NOTIFY_TEST(a_long_status_is_cut),
	    NOTIFY_TEST(a_manager_that_does_not_read_is_not_waited_for),
	    NOTIFY_TEST(an_abstract_socket_is_reached),
	    NOTIFY_TEST(the_watchdogs_interval_is_read),
	    NOTIFY_TEST(a_watchdog_for_another_process_is_not_ours),
	    NOTIFY_TEST(without_a_manager_nothing_is_sent),
	};

#ifndef HAVE_SYSTEMD
	puts("1..0 # SKIP built without systemd");
	return 0;
#endif
	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
