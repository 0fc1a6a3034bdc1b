/* What the subcommands share. Output is caught in files of memory. */
#include "tests/test.h"

#include <fcntl.h>
#include <getopt.h>
#include <pty.h>
#include <unistd.h>
#include <utf8proc.h>

#include "cli/cli.h"

static char *
cell(const char *text, int width, bool is_last)
{
	char *out = NULL;
	size_t size;
	FILE *file = open_memstream(&out, &size);

	assert_non_null(file);
	cli_cell(file, text, width, is_last);
	assert_int_equal(fclose(file), 0);
	return out;
}

static void
assert_cell(const char *text, int width, bool is_last, const char *expected)
{
	char *out = cell(text, width, is_last);

	assert_string_equal(out, expected);
	free(out);
}

static int
columns(const char *text)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t c;
	int sum = 0;

	while (*p) {
		utf8proc_ssize_t n = utf8proc_iterate(p, -1, &c);

		assert_true(n > 0);
		sum += utf8proc_charwidth(c);
		p += n;
	}
	return sum;
}

static void
a_cell_is_filled_up_unless_it_is_the_last(void **state)
{
	(void)state;
	assert_cell("abc", 5, false, "abc  ");
	assert_cell("abc", 5, true, "abc");
	assert_cell("abcde", 5, false, "abcde");
	assert_cell("", 3, false, "   ");
}

static void
a_long_text_is_cut_with_an_ellipsis(void **state)
{
	(void)state;
	assert_cell("abcdef", 5, false, "abcd\u2026");
	assert_cell("abcdef", 5, true, "abcd\u2026");
	assert_cell("abcdef", 1, false, "\u2026");
	assert_cell("abcdef", 0, false, "");
	assert_cell("abcdef", -3, false, "");
}

static void
wide_characters_take_two_columns(void **state)
{
	(void)state;
	assert_cell("\u5317\u671d", 5, false, "\u5317\u671d ");
	assert_cell("\u5317\u671d\u9bae", 5, false, "\u5317\u671d\u2026");
	/* the half that would be left over becomes a blank */
	assert_cell("\u5317\u671d\u9bae", 4, false, "\u5317\u2026 ");
	assert_cell("e\u0301e\u0301", 3, false, "e\u0301e\u0301 ");
}

static void
every_width_is_kept(void **state)
{
	static const char *const texts[] = {"abcdefghij",
	    "\u5317\u671d\u9bae \ud55c\uad6d missile", "a\u0301\u0302\u0303bc",
	    "\U0001f680\U0001f680\U0001f680", "a\xff\xfe\033[1mb\u202ec", ""};
	size_t i;
	int width;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (width = 1; width < 30; width++) {
			char *out = cell(texts[i], width, false);

			assert_int_equal(columns(out), width);
			free(out);
		}
	}
}

static void
text_is_made_safe_and_bounded(void **state)
{
	char *out = NULL, text[2 * CLI_TEXT_MAX];
	size_t size;
	FILE *file = open_memstream(&out, &size);

	(void)state;
	assert_cell("a\033[31m\xff\nb", 10, true, "a?[31m? b");
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_non_null(file);
	cli_text(file, text);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(size, CLI_TEXT_MAX - 1);
	assert_string_equal(out + size - 3, "...");
	free(out);
}

/* Runs with stderr in a file and gives what was said. */
static void
assert_said(const char *argument, const char *expected)
{
	char path[] = "/tmp/wirewatch.XXXXXX", text[2 * CLI_TEXT_MAX];
	int saved = dup(STDERR_FILENO), fd = mkstemp(path);
	ssize_t n;

	assert_true(fd != -1 && saved != -1);
	fflush(stderr);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	cli_error("%s", argument);
	fflush(stderr);
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	close(saved);
	n = pread(fd, text, sizeof(text) - 1, 0);
	assert_true(n >= 0);
	text[n] = '\0';
	close(fd);
	unlink(path);
	assert_string_equal(text, expected);
}

static void
an_error_is_one_safe_line(void **state)
{
	(void)state;
	assert_said("no such thing", "wirewatch: no such thing\n");
	assert_said("a\nb\033[2J", "wirewatch: a b?[2J\n");
}

static FILE *
open_terminal(int *other_r)
{
	int terminal;
	FILE *file;

	assert_int_equal(openpty(other_r, &terminal, NULL, NULL, NULL), 0);
	file = fdopen(terminal, "w");
	assert_non_null(file);
	return file;
}

static void
colour_is_for_terminals_that_have_it_and_users_who_want_it(void **state)
{
	FILE *file = fopen("/dev/null", "w"), *terminal;
	int other;

	(void)state;
	assert_non_null(file);
	terminal = open_terminal(&other);
	assert_int_equal(unsetenv("NO_COLOR"), 0);
	assert_int_equal(setenv("TERM", "xterm", 1), 0);
	assert_false(cli_wants_colour(file));
	assert_true(cli_wants_colour(terminal));
	assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
	assert_false(cli_wants_colour(terminal));
	assert_int_equal(setenv("NO_COLOR", "", 1), 0);
	assert_true(cli_wants_colour(terminal));
	assert_int_equal(setenv("TERM", "dumb", 1), 0);
	assert_false(cli_wants_colour(terminal));
	fclose(terminal);
	fclose(file);
	close(other);
}

static void
the_configuration_may_be_named_by_the_environment(void **state)
{
	(void)state;
	assert_int_equal(setenv("WIREWATCH_CONF", "/x/y.conf", 1), 0);
	assert_string_equal(cli_default_conf(), "/x/y.conf");
	assert_int_equal(setenv("WIREWATCH_CONF", "", 1), 0);
	assert_non_null(strstr(cli_default_conf(), "/wirewatch.conf"));
	assert_int_equal(unsetenv("WIREWATCH_CONF"), 0);
	assert_non_null(strstr(cli_default_conf(), "/wirewatch.conf"));
}

#define RUN_WORDS_MAX 8

/* Runs a command with what it says in a file, whose text it gives. */
static char *
run_quietly(
    const struct cli_command *command, const char *const *words, int *status_r)
{
	char *argv[RUN_WORDS_MAX + 1] = {NULL};
	char path[] = "/tmp/wirewatch.XXXXXX", text[4096];
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), argc = 0;
	int fd = mkstemp(path);
	ssize_t n;

	assert_true(fd != -1 && out != -1 && err != -1);
	for (; words[argc]; argc++) {
		assert_true(argc < RUN_WORDS_MAX);
		argv[argc] = strdup(words[argc]);
	}
	fflush(stdout);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	optind = 0;
	*status_r = command->run(argc, argv);
	while (argc > 0)
		free(argv[--argc]);
	fflush(stdout);
	fflush(stderr);
	assert_int_equal(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
	assert_int_equal(dup2(err, STDERR_FILENO), STDERR_FILENO);
	close(out);
	close(err);
	n = pread(fd, text, sizeof(text) - 1, 0);
	assert_true(n >= 0);
	text[n] = '\0';
	close(fd);
	unlink(path);
	return strdup(text);
}

static void
a_configuration_is_named_alike_to_all_commands(void **state)
{
	static const struct cli_command *const commands[] = {
	    &cli_check, &cli_match, &cli_status, &cli_tail};
	static const char *const ways[][4] = {
	    {"x", "-c", "/none/a.conf"},
	    {"x", "--config", "/none/a.conf"},
	    {"x", "--config=/none/a.conf"},
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		for (j = 0; j < sizeof(ways) / sizeof(ways[0]); j++) {
			int status;
			char *said = run_quietly(commands[i], ways[j], &status);

			assert_int_equal(status, 2);
			assert_non_null(strstr(said, "/none/a.conf"));
			free(said);
		}
	}
}

static void
check_takes_one_configuration(void **state)
{
	static const char *const ways[][5] = {
	    {"check", "-c", "/none/a.conf", "/none/b.conf"},
	    {"check", "/none/a.conf", "/none/b.conf"},
	};
	static const char *const alone[] = {"check", "/none/a.conf", NULL};
	char *said;
	int status;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		said = run_quietly(&cli_check, ways[i], &status);
		assert_int_equal(status, 2);
		assert_non_null(strstr(said, "wirewatch check --help"));
		free(said);
	}
	said = run_quietly(&cli_check, alone, &status);
	assert_int_equal(status, 2);
	assert_non_null(strstr(said, "cannot read /none/a.conf"));
	free(said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_cell_is_filled_up_unless_it_is_the_last),
	    cmocka_unit_test(a_long_text_is_cut_with_an_ellipsis),
	    cmocka_unit_test(wide_characters_take_two_columns),
	    cmocka_unit_test(every_width_is_kept),
	    cmocka_unit_test(text_is_made_safe_and_bounded),
	    cmocka_unit_test(an_error_is_one_safe_line),
	    cmocka_unit_test(
		colour_is_for_terminals_that_have_it_and_users_who_want_it),
	    cmocka_unit_test(the_configuration_may_be_named_by_the_environment),
	    cmocka_unit_test(a_configuration_is_named_alike_to_all_commands),
	    cmocka_unit_test(check_takes_one_configuration),
	};

	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
