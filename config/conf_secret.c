/*
 * Secrets come from files, never from the configuration itself, and nothing
 * here repeats their content. A file that its group or others can read is
 * refused, except systemd's credentials, which systemd protects.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/conf_private.h"
#include "lib/buf.h"

#define CONF_SECRET_PREFIX "whsec_"
#define CONF_SECRET_BYTES_MIN 24 /* Standard Webhooks 1.0.0 */
#define CONF_SECRET_BYTES_MAX 64
#define CONF_BASE64                                                            \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

static const char *
conf_credentials_dir(void)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	return dir && *dir == '/' ? dir : NULL;
}

static bool
conf_is_credential(const char *path)
{
	const char *dir = conf_credentials_dir();
	size_t len = dir ? strlen(dir) : 0;

	return dir && strncmp(path, dir, len) == 0 && path[len] == '/' &&
	       !strstr(path + len, "/../");
}

static char *
conf_secret_path(const struct conf_given *given, const char *name)
{
	const char *dir = conf_credentials_dir();

	if (*name == '/')
		return xstrdup(name);
	if (dir)
		return xasprintf("%s/%s", dir, name);
	return xasprintf("%s%s", given->reader->file->dir, name);
}

/* The file's only line; err says what is wrong with it otherwise. */
static int
conf_read_line(int fd, const char *path, struct buf *line, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return err_errno(err, "cannot read %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, "%s is no regular file", path);
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) && !conf_is_credential(path))
		return err_set(err,
		    "%s is open to its group or others (mode %04o); expected "
		    "mode 0600",
		    path, (unsigned)(st.st_mode & 07777));
	if (buf_read_fd(line, fd) == -1)
		return err_errno(err, "cannot read %s", path);
	if (line->len && line->data[line->len - 1] == '\n')
		line->data[--line->len] = '\0';
	if (line->len && line->data[line->len - 1] == '\r')
		line->data[--line->len] = '\0';
	if (!line->len)
		return err_set(err, "%s is empty", path);
	if (strlen(line->data) != line->len || strchr(line->data, '\n'))
		return err_set(err, "%s holds more than one line", path);
	return 0;
}

/* Whether the secret itself stands where its file should; is reported. */
static bool
conf_is_secret_itself(
    const struct conf_given *given, const struct conf_key *key, size_t i)
{
	const char *text = conf_given_text(given, i);

	text += strspn(text, " \t");
	if (strncmp(text, CONF_SECRET_PREFIX, strlen(CONF_SECRET_PREFIX)) != 0)
		return false;
	scan_report_hidden(&given->reader->file->scan, given->reader->diag,
	    DIAG_ERROR, &conf_given_at(given, i)->pos,
	    "%s: this is a secret; expected the name of a file that holds it",
	    key->name);
	return true;
}

/* Opens the file that value i names and reads it; -1: reported. */
static int
conf_read_secret(const struct conf_given *given, const struct conf_key *key,
    size_t i, struct buf *line)
{
	struct err err;
	char *path;
	int fd, rc;

	if (conf_is_secret_itself(given, key, i))
		return -1;
	path = conf_secret_path(given, conf_given_text(given, i));
	/* a FIFO must not stop the daemon */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1) {
		rc = err_errno(&err, "cannot read %s", path);
	} else {
		rc = conf_read_line(fd, path, line, &err);
		close(fd);
	}
	if (rc == -1)
		conf_given_error(given, key, i, "%s", err.text);
	free(path);
	return rc;
}

static void
conf_forget(struct buf *line)
{
	if (line->data)
		OPENSSL_cleanse(line->data, line->cap);
	buf_clear(line);
}

void
conf_read_password(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	struct buf line;

	*(const char **)field = NULL;
	if (!*conf_given_text(given, 0))
		return;
	buf_init(&line, CONF_SECRET_FILE_MAX);
	if (conf_read_secret(given, key, 0, &line) == 0)
		*(const char **)field =
		    arena_strdup(given->reader->conf->secrets, line.data);
	conf_forget(&line);
}

/* Whether text is "whsec_" and 24 to 64 bytes in padded base64. */
static bool
conf_is_webhook_secret(const char *text)
{
	unsigned char bytes[CONF_SECRET_BYTES_MAX + 8];
	size_t prefix = strlen(CONF_SECRET_PREFIX), digits, padding;
	int len;

	if (strncmp(text, CONF_SECRET_PREFIX, prefix) != 0)
		return false;
	text += prefix;
	/* EVP_DecodeBlock is lax about blanks and about '=' anywhere */
	digits = strspn(text, CONF_BASE64);
	padding = strspn(text + digits, "=");
	if (text[digits + padding] || padding > 2 ||
	    (digits + padding) % 4 != 0 ||
	    (digits + padding) / 4 * 3 > sizeof(bytes))
		return false;
	len = EVP_DecodeBlock(
	    bytes, (const unsigned char *)text, (int)(digits + padding));
	OPENSSL_cleanse(bytes, sizeof(bytes));
	len -= (int)padding;
	return len >= CONF_SECRET_BYTES_MIN && len <= CONF_SECRET_BYTES_MAX;
}

void
conf_read_secrets(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	struct strings *secrets = field;
	size_t i, count = conf_given_count(given);
	struct buf line;

	if (count > CONF_SECRETS_MAX) {
		conf_given_error(given, key, CONF_SECRETS_MAX,
		    "more than %d secrets", CONF_SECRETS_MAX);
		return;
	}
	secrets->items =
	    arena_calloc(given->reader->arena, count, sizeof(*secrets->items));
	for (i = 0; i < count; i++) {
		buf_init(&line, CONF_SECRET_FILE_MAX);
		if (conf_read_secret(given, key, i, &line) == 0) {
			if (conf_is_webhook_secret(line.data))
				secrets->items[secrets->count++] = arena_strdup(
				    given->reader->conf->secrets, line.data);
			else
				conf_given_error(given, key, i,
				    "bad secret in the file; expected whsec_ "
				    "and %d to %d bytes in base64",
				    CONF_SECRET_BYTES_MIN,
				    CONF_SECRET_BYTES_MAX);
		}
		conf_forget(&line);
	}
}
