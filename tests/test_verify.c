#include "tests/test.h"

#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

#include "cli/cli.h"
#include "lib/alloc.h"

/* The specification's own example, ages ago: hence the tolerance. */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"
#define OTHER "whsec_d2lyZXdhdGNoLXdlYmhvb2stdGVzdHMtMDAwMDE=\n"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define TIME "1614265330"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define BODY "{\"test\": 2432232314}"
#define ARGS_MAX 24

static char dir[] = "/tmp/wirewatch.XXXXXX";

static void
spill(const char *name, const char *text, size_t len)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd != -1);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static int
set_up(void **state)
{
	static const char headers[] =
	    "POST / HTTP/1.1\r\nHost: x\r\nWebhook-Id: " ID "\r\n"
	    "WEBHOOK-TIMESTAMP:" TIME "\r\nwebhook-signature: \t" SIGNATURE
	    "\r\n\r\n";
	char *large = xcalloc(1, 1100000);

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	spill("secret", SECRET, strlen(SECRET));
	spill("other", OTHER, strlen(OTHER));
	spill("headers", headers, strlen(headers));
	spill("body", BODY, strlen(BODY));
	spill("changed", BODY " ", strlen(BODY) + 1);
	spill("empty", "", 0);
	spill("large", large, 1100000);
	free(large);
	unsetenv("HTTP_WEBHOOK_ID");
	unsetenv("HTTP_WEBHOOK_TIMESTAMP");
	unsetenv("HTTP_WEBHOOK_SIGNATURE");
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const names[] = {
	    "secret", "other", "headers", "body", "changed", "empty", "large"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(names[i]);
	return chdir("/") == 0 && rmdir(dir) == 0 ? 0 : -1;
}

/* The exit status for a line of words; what it says goes nowhere. */
static int
verify(const char *line)
{
	char *words = xasprintf("verify %s", line), *rest = NULL, *word;
	char *argv[ARGS_MAX + 1];
	int argc = 0, out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	int null = open("/dev/null", O_WRONLY), status;

	for (word = strtok_r(words, " ", &rest); word && argc < ARGS_MAX;
	     word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	argv[argc] = NULL;
	optind = 0;
	fflush(stdout);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	status = cli_verify.run(argc, argv);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	close(null);
	free(words);
	return status;
}

#define FIELDS " --id " ID " --timestamp " TIME
#define OLD " --tolerance 3650d "

static void
a_good_message_is_valid_however_its_headers_come(void **state)
{
	(void)state;
	assert_int_equal(verify("--secret-file secret" FIELDS
				" --signature " SIGNATURE OLD "body"),
	    0);
	assert_int_equal(
	    verify("--secret-file secret --headers headers" OLD "body"), 0);
	/* one secret that fits is enough */
	assert_int_equal(verify("--secret-file other --secret-file secret "
				"--headers headers" OLD "body"),
	    0);
	setenv("HTTP_WEBHOOK_ID", ID, 1);
	setenv("HTTP_WEBHOOK_TIMESTAMP", TIME, 1);
	setenv("HTTP_WEBHOOK_SIGNATURE", SIGNATURE, 1);
	assert_int_equal(verify("--secret-file secret" OLD "body"), 0);
	/* an option counts more */
	assert_int_equal(verify("--secret-file secret --id x" OLD "body"), 1);
}

static void
a_bad_message_is_not_valid(void **state)
{
	static const char *const lines[] = {
	    "--secret-file secret --headers headers body", /* old */
	    "--secret-file secret --headers headers" OLD "changed",
	    "--secret-file secret --headers headers" OLD "empty",
	    "--secret-file other --headers headers" OLD "body",
	    "--secret-file secret --headers headers --id a.b" OLD "body",
	    "--secret-file secret --headers headers --id msg_1" OLD "body",
	    "--secret-file secret --headers headers --timestamp 1614265331" OLD
	    "body",
	    "--secret-file secret --headers headers --timestamp 1614265330x" OLD
	    "body",
	    "--secret-file secret --headers headers --timestamp -1" OLD "body",
	    "--secret-file secret --headers headers --timestamp "
	    "99999999999999999999" OLD "body",
	    "--secret-file secret --headers headers --timestamp 9999999999" OLD
	    "body",
	    "--secret-file secret --headers headers --signature v1," OLD "body",
	    "--secret-file secret --headers headers --signature v1a,AAAA" OLD
	    "body",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (verify(lines[i]) != 1)
			fail_msg("%s: %d", lines[i], verify(lines[i]));
	}
}

static void
what_cannot_be_checked_is_misuse(void **state)
{
	static const char *const lines[] = {
	    "",
	    "--headers headers body",
	    "--secret-file secret body",
	    "--secret-file secret --headers empty body",
	    "--secret-file secret --headers none body",
	    "--secret-file secret --headers headers none",
	    "--secret-file secret --headers headers large",
	    "--secret-file secret --headers large body",
	    "--secret-file body --headers headers body",
	    "--secret-file empty --headers headers body",
	    "--secret-file none --headers headers body",
	    "--secret-file - --headers headers",
	    "--secret-file secret --headers - -",
	    "--secret-file secret --headers headers --tolerance x body",
	    "--secret-file secret --headers headers body body",
	    "--no-such-option",
	    "--secret-file a --secret-file a --secret-file a --secret-file a "
	    "--secret-file a --secret-file a --secret-file a --secret-file a "
	    "--secret-file a",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (verify(lines[i]) != 2)
			fail_msg("%s: %d", lines[i], verify(lines[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_bad_message_is_not_valid),
	    cmocka_unit_test(what_cannot_be_checked_is_misuse),
	    cmocka_unit_test(a_good_message_is_valid_however_its_headers_come),
	};

	return cmocka_run_group_tests_name("verify", tests, set_up, tear_down);
}
