/* What the subcommands share: messages, help, text on a terminal. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>

#include "cli/cli.h"
#include "feeds/date.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/log.h"

#define CLI_ELLIPSIS "\xe2\x80\xa6"

void
cli_error(const char *fmt, ...)
{
	char safe[CLI_TEXT_MAX], *raw;
	va_list ap;

	va_start(ap, fmt);
	raw = xvasprintf(fmt, ap);
	va_end(ap);
	/* what was written so far comes first, also in a file of both */
	fflush(stdout);
	fprintf(stderr, "wirewatch: %s\n", log_safe(safe, sizeof(safe), raw));
	free(raw);
}

int
cli_finish(int status)
{
	bool is_lost;

	errno = 0;
	is_lost = fflush(stdout) != 0 || ferror(stdout);
	if (!is_lost || errno == EPIPE)
		return status;
	cli_error("standard output: %s",
	    errno ? strerror(errno) : "not all could be written");
	return status == 0 ? 1 : status;
}

int
cli_help(const struct cli_command *command)
{
	fputs(command->usage, stdout);
	return 0;
}

int
cli_misuse(const struct cli_command *command)
{
	fprintf(stderr, "wirewatch: try: wirewatch %s --help\n", command->name);
	return 2;
}

int
cli_parse_count(const char *text, size_t max, size_t *count_r)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value > max)
		return -1;
	*count_r = value;
	return 0;
}

int
cli_parse_since(const char *text, int64_t *since_r)
{
	int64_t ms;

	if (!text[strspn(text, "0123456789.")])
		return -1; /* 2026: a year, or seconds? */
	if (clock_duration_ms(text, &ms) == -1)
		return date_parse(text, since_r);
	*since_r = (clock_wall_ms() - ms) / 1000;
	return 0;
}

void
cli_refuse(const char *path, const struct diag *diag)
{
	cli_error("%s: %zu error%s", path, diag->errors,
	    diag->errors == 1 ? "" : "s");
}

const char *
cli_default_conf(void)
{
	const char *path = getenv("WIREWATCH_CONF");

	return path && *path ? path : WIREWATCH_SYSCONFDIR "/wirewatch.conf";
}

bool
cli_wants_colour(FILE *out)
{
	const char *term = getenv("TERM");
	const char *no_color = getenv("NO_COLOR");

	if (no_color && *no_color)
		return false;
	return isatty(fileno(out)) && (!term || strcmp(term, "dumb") != 0);
}

void
cli_text(FILE *out, const char *text)
{
	char safe[CLI_TEXT_MAX];

	fputs(log_safe(safe, sizeof(safe), text), out);
}

/* Bytes of safe text that fill at most `width` columns, and those columns. */
static size_t
cli_fit(const char *text, int width, int *columns_r)
{
	const utf8proc_uint8_t *in = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t c;
	utf8proc_ssize_t n;
	size_t used = 0;
	int columns = 0, wide;

	while (in[used]) {
		n = utf8proc_iterate(in + used, -1, &c);
		if (n <= 0)
			break; /* not in safe text */
		wide = utf8proc_charwidth(c);
		if (columns + wide > width)
			break;
		columns += wide;
		used += (size_t)n;
	}
	*columns_r = columns;
	return used;
}

int
cli_width(const char *text)
{
	char safe[CLI_TEXT_MAX];
	int columns;

	log_safe(safe, sizeof(safe), text);
	(void)cli_fit(safe, CLI_TEXT_MAX, &columns);
	return columns;
}

void
cli_cell(FILE *out, const char *text, int width, bool is_last)
{
	char safe[CLI_TEXT_MAX];
	size_t len;
	int columns;

	if (width < 1)
		return;
	log_safe(safe, sizeof(safe), text);
	len = cli_fit(safe, width, &columns);
	if (safe[len]) {
		len = cli_fit(safe, width - 1, &columns);
		fprintf(out, "%.*s" CLI_ELLIPSIS, (int)len, safe);
		columns++;
	} else
		fputs(safe, out);
	if (!is_last)
		fprintf(out, "%*s", width - columns, "");
}
