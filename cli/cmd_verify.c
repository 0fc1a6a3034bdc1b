/*
 * wirewatch verify: the check that a receiver of webhooks makes, for scripts
 * and for finding out why a receiver refuses. The headers come as options, out
 * of a file, or from the environment as a CGI program finds them (RFC 3875).
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "alerts/sign.h"
#include "cli/cli.h"
#include "config/conf.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/clock.h"

#define VERIFY_BODY_MAX (1024 * 1024)
#define VERIFY_HEADERS_MAX (64 * 1024)
#define VERIFY_SECRET_MAX 256

enum verify_field {
	VERIFY_ID,
	VERIFY_TIMESTAMP,
	VERIFY_SIGNATURE,
	VERIFY_FIELDS,
};

static const struct {
	const char *option;
	const char *header;
	const char *cgi;
} verify_names[VERIFY_FIELDS] = {
    {"--id", "webhook-id", "HTTP_WEBHOOK_ID"},
    {"--timestamp", "webhook-timestamp", "HTTP_WEBHOOK_TIMESTAMP"},
    {"--signature", "webhook-signature", "HTTP_WEBHOOK_SIGNATURE"},
};

struct verify {
	const char *secret_files[CONF_SECRETS_MAX];
	char *secrets[CONF_SECRETS_MAX]; /* owned, wiped at the end */
	size_t secret_count;
	const char *headers_file;
	struct buf headers; /* its content, cut into lines */
	const char *fields[VERIFY_FIELDS]; /* borrowed */
	int64_t tolerance_ms;
	const char *body_file; /* NULL = standard input */
	struct buf body;
};

static void
verify_clear(struct verify *verify)
{
	size_t i;

	for (i = 0; i < verify->secret_count; i++) {
		if (verify->secrets[i])
			OPENSSL_cleanse(
			    verify->secrets[i], strlen(verify->secrets[i]));
		free(verify->secrets[i]);
	}
	buf_clear(&verify->headers);
	buf_clear(&verify->body);
}

static bool
verify_is_stdin(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

/* Reads a file, or standard input; tells why that failed. */
static int
verify_read(struct buf *buf, const char *path, size_t max)
{
	int rc;

	buf_init(buf, max);
	rc = verify_is_stdin(path) ? buf_read_fd(buf, STDIN_FILENO)
				   : buf_read_file(buf, path);
	if (rc == -1)
		cli_error("%s: %s",
		    verify_is_stdin(path) ? "standard input" : path,
		    errno == EFBIG ? "it is too large" : strerror(errno));
	return rc;
}

static int
verify_read_secret(struct verify *verify, size_t i)
{
	const char *path = verify->secret_files[i];
	struct buf text;
	struct err err;
	int rc = verify_read(&text, path, VERIFY_SECRET_MAX);

	if (rc == 0) {
		verify->secrets[i] =
		    xstrndup(buf_str(&text), strcspn(buf_str(&text), "\r\n"));
		rc = sign_check_secret(verify->secrets[i], &err);
		if (rc == -1)
			cli_error("%s: %s", path, err.text);
	}
	if (text.data)
		OPENSSL_cleanse(text.data, text.cap);
	buf_clear(&text);
	return rc;
}

/* "Name: value": the value if that is the name, else NULL. */
static const char *
verify_value(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncasecmp(line, name, len) != 0 || line[len] != ':')
		return NULL;
	line += len + 1;
	return line + strspn(line, " \t");
}

static void
verify_take_header(struct verify *verify, const char *line)
{
	int i;

	for (i = 0; i < VERIFY_FIELDS; i++) {
		if (!verify->fields[i])
			verify->fields[i] =
			    verify_value(line, verify_names[i].header);
	}
}

/* Header lines as they were received; other headers may stand between them. */
static int
verify_read_headers(struct verify *verify)
{
	char *line, *rest = NULL;

	if (!verify->headers_file)
		return 0;
	if (verify_read(&verify->headers, verify->headers_file,
		VERIFY_HEADERS_MAX) == -1)
		return -1;
	if (!verify->headers.data)
		return 0; /* an empty file */
	for (line = strtok_r(verify->headers.data, "\r\n", &rest); line;
	     line = strtok_r(NULL, "\r\n", &rest))
		verify_take_header(verify, line);
	return 0;
}

static void
verify_read_environment(struct verify *verify)
{
	int i;

	for (i = 0; i < VERIFY_FIELDS; i++) {
		if (!verify->fields[i])
			verify->fields[i] = getenv(verify_names[i].cgi);
	}
}

static int
verify_check_fields(const struct verify *verify)
{
	int i, missing = 0;

	for (i = 0; i < VERIFY_FIELDS; i++) {
		if (verify->fields[i])
			continue;
		cli_error("%s is missing: give %s, --headers or $%s",
		    verify_names[i].header, verify_names[i].option,
		    verify_names[i].cgi);
		missing++;
	}
	return missing ? -1 : 0;
}

/*
 * The library's check allows SIGN_TOLERANCE_S; another tolerance is judged
 * here, and the library told that it is the time of the message.
 */
static int
verify_now(const struct verify *verify, int64_t *now_s_r, struct err *err)
{
	const char *timestamp = verify->fields[VERIFY_TIMESTAMP];
	int64_t now_ms = clock_wall_ms(), away_ms;
	long long value;

	*now_s_r = now_ms / 1000;
	if (verify->tolerance_ms == SIGN_TOLERANCE_S * 1000)
		return 0;
	errno = 0;
	value = strtoll(timestamp, NULL, 10);
	if (errno || value < 0 || value > INT64_MAX / 1000)
		return err_set(err, "the timestamp is not a number of seconds");
	away_ms = value * 1000LL - now_ms;
	if (away_ms > verify->tolerance_ms)
		return err_set(err, "the timestamp lies %lld s in the future",
		    (long long)away_ms / 1000);
	if (-away_ms > verify->tolerance_ms + 999)
		return err_set(err, "the timestamp is %lld s old",
		    (long long)-away_ms / 1000);
	*now_s_r = value;
	return 0;
}

static int
verify_message(const struct verify *verify, struct err *err)
{
	int64_t now_s;

	/* else one text could be cut into id, timestamp and body in two ways */
	if (strchr(verify->fields[VERIFY_ID], '.'))
		return err_set(err, "the id contains a dot");
	if (verify_now(verify, &now_s, err) == -1)
		return -1;
	return sign_verify((const char *const *)verify->secrets,
	    verify->secret_count, verify->fields[VERIFY_ID],
	    verify->fields[VERIFY_TIMESTAMP], verify->fields[VERIFY_SIGNATURE],
	    buf_str(&verify->body), verify->body.len, now_s, err);
}

/* At most one of the files can be standard input. */
static bool
verify_is_ambiguous(const struct verify *verify)
{
	size_t i, count = verify_is_stdin(verify->body_file);

	if (verify->headers_file)
		count += verify_is_stdin(verify->headers_file);
	for (i = 0; i < verify->secret_count; i++)
		count += verify_is_stdin(verify->secret_files[i]);
	return count > 1;
}

static int
verify_main(struct verify *verify)
{
	struct err err;
	size_t i;

	for (i = 0; i < verify->secret_count; i++) {
		if (verify_read_secret(verify, i) == -1)
			return 2;
	}
	if (verify_read_headers(verify) == -1)
		return 2;
	verify_read_environment(verify);
	if (verify_check_fields(verify) == -1 ||
	    verify_read(&verify->body, verify->body_file, VERIFY_BODY_MAX) ==
		-1)
		return 2;
	if (verify_message(verify, &err) == -1) {
		cli_error("not valid: %s", err.text);
		return 1;
	}
	puts("valid");
	return 0;
}

static int
verify_add_secret(struct verify *verify, const char *path)
{
	if (verify->secret_count == CONF_SECRETS_MAX) {
		cli_error("more than %d secrets", CONF_SECRETS_MAX);
		return -1;
	}
	verify->secret_files[verify->secret_count++] = path;
	return 0;
}

static int
verify_option(struct verify *verify, int c, const char *value)
{
	switch (c) {
	case 'i':
		verify->fields[VERIFY_ID] = value;
		return 0;
	case 't':
		verify->fields[VERIFY_TIMESTAMP] = value;
		return 0;
	case 'g':
		verify->fields[VERIFY_SIGNATURE] = value;
		return 0;
	case 'H':
		verify->headers_file = value;
		return 0;
	case 's':
		return verify_add_secret(verify, value);
	case 'T':
		if (clock_duration_ms(value, &verify->tolerance_ms) == 0)
			return 0;
		cli_error("--tolerance %s: not a duration like 5m", value);
		return -1;
	default:
		return -1;
	}
}

/* 0 to go on, 1 after --help, -1 when something is wrong. */
static int
verify_parse_options(int argc, char **argv, struct verify *verify)
{
	static const struct option longs[] = {
	    {"headers", required_argument, NULL, 'H'},
	    {"help", no_argument, NULL, 'h'},
	    {"id", required_argument, NULL, 'i'},
	    {"secret-file", required_argument, NULL, 's'},
	    {"signature", required_argument, NULL, 'g'},
	    {"timestamp", required_argument, NULL, 't'},
	    {"tolerance", required_argument, NULL, 'T'},
	    {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'h')
			return 1;
		if (verify_option(verify, c, optarg) == -1)
			return -1;
	}
	if (optind < argc)
		verify->body_file = argv[optind++];
	if (optind < argc)
		return -1;
	if (!verify->secret_count) {
		cli_error("--secret-file is missing");
		return -1;
	}
	if (verify_is_ambiguous(verify)) {
		cli_error("only one file can be standard input");
		return -1;
	}
	return 0;
}

static int
verify_run(int argc, char **argv)
{
	struct verify verify = {.tolerance_ms = SIGN_TOLERANCE_S * 1000};
	int status;

	switch (verify_parse_options(argc, argv, &verify)) {
	case 0:
		status = verify_main(&verify);
		break;
	case 1:
		status = cli_help(&cli_verify);
		break;
	default:
		status = cli_misuse(&cli_verify);
		break;
	}
	verify_clear(&verify);
	return status;
}

const struct cli_command cli_verify = {
    .name = "verify",
    .summary = "check a webhook's signature as its receiver does",
    .usage =
	"usage: wirewatch verify --secret-file FILE... [--id ID]\n"
	"                        [--timestamp TIME] [--signature SIGNATURE]\n"
	"                        [--headers FILE] [--tolerance DURATION] "
	"[BODY]\n"
	"\n"
	"Checks a Standard Webhooks signature. BODY is the file with the body\n"
	"just as it was received (default: standard input).\n"
	"\n"
	"      --secret-file FILE     a secret, whsec_...; may be repeated, one\n"
	"                             that fits is enough\n"
	"      --id ID                the header webhook-id\n"
	"      --timestamp TIME       the header webhook-timestamp\n"
	"      --signature SIGNATURE  the header webhook-signature\n"
	"      --headers FILE         header lines to take those three from\n"
	"      --tolerance DURATION   age of the timestamp, either way "
	"(default: 5m)\n"
	"\n"
	"What is not given is taken from HTTP_WEBHOOK_ID,\n"
	"HTTP_WEBHOOK_TIMESTAMP and HTTP_WEBHOOK_SIGNATURE, as a CGI program\n"
	"has them.\n"
	"\n"
	"exit status: 0 valid, 1 not valid, 2 wrong usage, or a file cannot be\n"
	"read\n",
    .run = verify_run,
};
