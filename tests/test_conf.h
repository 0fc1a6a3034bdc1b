#ifndef WIREWATCH_TESTS_TEST_CONF_H
#define WIREWATCH_TESTS_TEST_CONF_H

/* Configurations in a directory of their own, loaded, with their findings. */
#include "tests/test.h"

#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/conf.h"
#include "lib/alloc.h"

struct fixture {
	char dir[32];
	struct diag diag;
	struct conf *conf;
	char *found; /* of the last finding() */
};

static inline int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/ww-conf-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	diag_init(&f->diag);
	*state = f;
	return 0;
}

static inline int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int
tear_down(void **state)
{
	struct fixture *f = *state;

	conf_free(&f->conf);
	diag_clear(&f->diag);
	nftw(f->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(f->found);
	free(f);
	return 0;
}

/* A path in the fixture's directory; valid until it is used up, eight later. */
static inline const char *
path_of(const struct fixture *f, const char *name)
{
	static char paths[8][256];
	static int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", f->dir, name);
	return path;
}

static inline void
write_bytes(
    const struct fixture *f, const char *name, const void *data, size_t len)
{
	FILE *file = fopen(path_of(f, name), "we");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static inline void
write_text(const struct fixture *f, const char *name, const char *text)
{
	write_bytes(f, name, text, strlen(text));
}

static inline void
make_dir(const struct fixture *f, const char *name)
{
	assert_int_equal(mkdir(path_of(f, name), 0755), 0);
}

static inline struct conf *
load_file(struct fixture *f, const char *name)
{
	size_t errors;

	conf_free(&f->conf);
	diag_clear(&f->diag);
	f->conf = conf_load(path_of(f, name), &f->diag);
	errors = f->diag.errors;
	/* there is a configuration, or there are errors that say why not */
	assert_int_equal(f->conf == NULL, errors > 0);
	return f->conf;
}

static inline struct conf *
load_bytes(struct fixture *f, const void *data, size_t len)
{
	write_bytes(f, "w.conf", data, len);
	return load_file(f, "w.conf");
}

static inline struct conf *
load(struct fixture *f, const char *text)
{
	return load_bytes(f, text, strlen(text));
}

/* A finding in one line, without the directory. */
static inline const char *
finding(struct fixture *f, size_t i)
{
	size_t len = strlen(f->dir) + 1;
	char *p;

	assert_true(i < f->diag.count);
	free(f->found);
	f->found = diag_line(&f->diag.entries[i]);
	while ((p = strstr(f->found, f->dir)))
		memmove(p, p + len, strlen(p + len) + 1);
	return f->found;
}

/* Loads what must be refused with exactly this. */
static inline void
refuse(struct fixture *f, const char *text, const char *want)
{
	load(f, text);
	if (f->diag.count != 1)
		diag_print(&f->diag, stderr);
	assert_int_equal(f->diag.count, 1);
	assert_string_equal(finding(f, 0), want);
	assert_null(f->conf);
}

/* Loads what must be good, whatever the warnings. */
static inline struct conf *
good(struct fixture *f, const char *text)
{
	load(f, text);
	if (!f->conf)
		diag_print(&f->diag, stderr);
	assert_non_null(f->conf);
	return f->conf;
}

/* A text with `count` times a part in it, where %d is the number of the part.
 */
static inline char *
repeated(const char *before, const char *part, int count, const char *behind)
{
	size_t size = strlen(before) + strlen(behind) + 1 +
		      (size_t)count * (strlen(part) + 8);
	char *text = xmalloc(size);
	size_t used = (size_t)snprintf(text, size, "%s", before);
	int i;

	for (i = 0; i < count; i++) {
		const char *p;

		for (p = part; *p; p++) {
			if (*p == '%')
				used += (size_t)snprintf(
				    text + used, size - used, "%d", i);
			else
				text[used++] = *p;
		}
	}
	snprintf(text + used, size - used, "%s", behind);
	return text;
}

/* How many findings contain the words. */
static inline size_t
count_findings(const struct fixture *f, const char *words)
{
	size_t i, count = 0;

	for (i = 0; i < f->diag.count; i++)
		count += strstr(f->diag.entries[i].message, words) != NULL;
	return count;
}

#define FEED "feed \"f\" { url = \"http://f.example/\" "
#define HOOK "webhook \"w\" { url = \"https://w.example/\" "

#endif
