/*
 * One configuration file: read whole, indexed, its outline checked, its values
 * read, then the files that it includes. Lists of feeds in OPML are read by
 * conf_opml.c. Each file is read once; how many there are, how deep and how
 * large is bounded.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/conf_private.h"
#include "config/opml.h"
#include "lib/buf.h"

_Static_assert(CONF_ERRORS_MAX + CONF_WARNINGS_MAX < DIAG_MAX,
    "the last ones are kept, too");

struct conf_file_id {
	dev_t device;
	ino_t inode;
};

bool
conf_is_over(struct conf_reader *reader)
{
	struct diag *diag = reader->diag;

	if (!reader->is_over &&
	    diag->errors - reader->errors_before >= CONF_ERRORS_MAX) {
		reader->is_over = true;
		diag_add(diag, DIAG_ERROR,
		    &(struct place){.file = reader->conf->path}, NULL,
		    "%d errors; the rest is not looked at", CONF_ERRORS_MAX);
	}
	return reader->is_over;
}

bool
conf_may_warn(struct conf_reader *reader)
{
	if (reader->warnings < CONF_WARNINGS_MAX) {
		reader->warnings++;
		return true;
	}
	if (reader->warnings++ == CONF_WARNINGS_MAX)
		diag_add(reader->diag, DIAG_WARNING,
		    &(struct place){.file = reader->conf->path}, NULL,
		    "%d warnings; further ones are not shown",
		    CONF_WARNINGS_MAX);
	return false;
}

/* Reports about a file where it is included, or by its name if it is first. */
static void __attribute__((format(printf, 4, 5)))
conf_file_report(struct conf_reader *reader, const char *path,
    const struct scan_value *at, const char *fmt, ...)
{
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err.text, sizeof(err.text), fmt, ap);
	va_end(ap);
	reader->is_incomplete = true;
	if (at)
		scan_report(&reader->file->scan, reader->diag, DIAG_ERROR,
		    &at->pos, at->len, "%s", err.text);
	else
		diag_add(reader->diag, DIAG_ERROR,
		    &(struct place){.file = path}, NULL, "%s", err.text);
}

/* Whether this file was read before; is reported, as it may be a loop. */
static bool
conf_file_is_known(struct conf_reader *reader, const char *path,
    const struct stat *st, const struct scan_value *at)
{
	struct conf_file_id id;
	const struct conf_file *known;
	size_t i;

	/* padding is part of the key */
	memset(&id, 0, sizeof(id));
	id.device = st->st_dev;
	id.inode = st->st_ino;
	known = map_get_bytes(reader->file_ids, &id, sizeof(id));
	if (!known)
		return false;
	for (i = 0; i < reader->open_count; i++) {
		if (reader->open_files[i] == known) {
			conf_file_report(reader, path, at,
			    "%s includes itself, through this", known->path);
			return true;
		}
	}
	if (at && conf_may_warn(reader))
		scan_report(&reader->file->scan, reader->diag, DIAG_WARNING,
		    &at->pos, at->len, "%s was included before; once is enough",
		    path);
	return true;
}

static void
conf_file_know(
    struct conf_reader *reader, const struct stat *st, struct conf_file *file)
{
	struct conf_file_id id;

	memset(&id, 0, sizeof(id));
	id.device = st->st_dev;
	id.inode = st->st_ino;
	(void)map_put_bytes(reader->file_ids, &id, sizeof(id), file);
}

/* The content of an open file, or NULL with what is wrong reported. */
static struct conf_file *
conf_file_new(struct conf_reader *reader, const char *path, int fd,
    const struct scan_value *at)
{
	struct conf_file *file;
	const char *slash = strrchr(path, '/');
	struct buf text;
	size_t len;

	buf_init(&text, CONF_FILE_MAX);
	if (buf_read_fd(&text, fd) == -1) {
		if (errno == EFBIG)
			conf_file_report(reader, path, at,
			    "%s is larger than %d bytes", path, CONF_FILE_MAX);
		else
			conf_file_report(reader, path, at, "cannot read %s: %s",
			    path, strerror(errno));
		buf_clear(&text);
		return NULL;
	}
	len = text.len;
	reader->bytes += len;
	if (reader->bytes > CONF_BYTES_MAX) {
		reader->is_over = true;
		conf_file_report(reader, path, at,
		    "more than %d bytes in all files together", CONF_BYTES_MAX);
		buf_clear(&text);
		return NULL;
	}
	file = xcalloc(1, sizeof(*file));
	file->path = arena_strdup(reader->arena, path);
	file->dir = slash ? arena_strndup(reader->scratch, path,
				(size_t)(slash - path) + 1)
			  : "./";
	file->text = len ? buf_steal(&text) : xstrdup("");
	file->len = len;
	file->is_opml = opml_is_meant(path, file->text, len);
	if (file->is_opml)
		return file;
	scan_init(&file->scan, file->path, file->text, len, reader->diag);
	reader->is_incomplete |= file->scan.is_broken;
	return file;
}

void
conf_file_free(struct conf_file *file)
{
	scan_clear(&file->scan);
	free(file->text);
	free(file);
}

/* Opens a regular file that was not read yet; NULL if there is none to read. */
static struct conf_file *
conf_file_open(
    struct conf_reader *reader, const char *path, const struct scan_value *at)
{
	/* a FIFO must not stop the daemon */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct conf_file *file = NULL;
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		conf_file_report(reader, path, at, "cannot read %s: %s", path,
		    strerror(errno));
	else if (!S_ISREG(st.st_mode))
		conf_file_report(reader, path, at, "%s is %s; expected a file",
		    path,
		    S_ISDIR(st.st_mode) ? "a directory" : "no regular file");
	else if (!conf_file_is_known(reader, path, &st, at) &&
		 (file = conf_file_new(reader, path, fd, at)))
		conf_file_know(reader, &st, file);
	if (fd != -1)
		close(fd);
	return file;
}

/* The pattern with the directory before it, which is no pattern. */
static char *
conf_file_glob_path(const struct conf_file *file, const char *pattern)
{
	struct buf path;
	const char *p;

	if (*pattern == '/' || strcmp(file->dir, "./") == 0)
		return xstrdup(pattern);
	buf_init(&path, 0);
	for (p = file->dir; *p; p++) {
		if (strchr("*?[\\", *p))
			(void)buf_addch(&path, '\\');
		(void)buf_addch(&path, *p);
	}
	(void)buf_addstr(&path, pattern);
	return buf_steal(&path);
}

/* Of a pattern's directories only those that are there must be readable. */
static int
conf_file_on_glob_error(const char *path, int error)
{
	(void)path;
	return error != ENOENT && error != ENOTDIR;
}

static void
conf_file_include_all(
    struct conf_reader *reader, const struct conf_include *include)
{
	char *path = conf_file_glob_path(reader->file, include->pattern);
	glob_t found = {0};
	size_t i;
	int rc = glob(path, 0, conf_file_on_glob_error, &found);

	if (rc != 0 && rc != GLOB_NOMATCH)
		conf_file_report(reader, path, &include->at,
		    "cannot search for %s: %s", path,
		    rc == GLOB_NOSPACE ? "out of memory" : strerror(errno));
	for (i = 0; rc == 0 && i < found.gl_pathc; i++)
		conf_read_file(reader, found.gl_pathv[i], &include->at);
	globfree(&found);
	free(path);
}

static void
conf_file_include_one(
    struct conf_reader *reader, const struct conf_include *include)
{
	const struct conf_file *file = reader->file;
	char *path = xasprintf("%s%s",
	    *include->pattern == '/' || strcmp(file->dir, "./") == 0
		? ""
		: file->dir,
	    include->pattern);

	conf_read_file(reader, path, &include->at);
	free(path);
}

static void
conf_file_include(struct conf_reader *reader)
{
	/* those of the included files come in between */
	struct conf_include *includes = reader->includes;
	size_t count = reader->include_count, i;

	reader->includes = NULL;
	reader->include_count = reader->include_cap = 0;
	for (i = 0; i < count; i++) {
		if (!*includes[i].pattern)
			conf_file_report(reader, "", &includes[i].at,
			    "include: expected the name of a file");
		else if (glob_pattern_p(includes[i].pattern, 0))
			conf_file_include_all(reader, &includes[i]);
		else
			conf_file_include_one(reader, &includes[i]);
		free(includes[i].pattern);
	}
	free(includes);
}

void
conf_read_file(
    struct conf_reader *reader, const char *path, const struct scan_value *at)
{
	struct conf_file *from = reader->file, *file;

	if (conf_is_over(reader))
		return;
	if (reader->open_count > CONF_INCLUDE_DEPTH_MAX) {
		conf_file_report(reader, path, at,
		    "files include each other more than %d deep",
		    CONF_INCLUDE_DEPTH_MAX);
		return;
	}
	if (reader->file_count == CONF_FILES_MAX) {
		reader->is_over = true;
		conf_file_report(
		    reader, path, at, "more than %d files", CONF_FILES_MAX);
		return;
	}
	file = conf_file_open(reader, path, at);
	if (!file)
		return;
	reader->files = xgrow(reader->files, reader->file_count + 1,
	    &reader->file_cap, sizeof(struct conf_file *));
	reader->files[reader->file_count++] = file;
	reader->open_files[reader->open_count++] = reader->file = file;
	if (file->is_opml) {
		conf_read_opml(reader);
	} else {
		conf_check_outline(reader);
		conf_parse(reader);
		conf_file_include(reader);
	}
	reader->open_count--;
	reader->file = from;
}
