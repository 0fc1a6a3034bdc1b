/*
 * wirewatch import: a list of feeds in OPML as configuration sections. What is
 * written is read back by the configuration's own reader as the same values.
 * Feeds that cannot be watched, or are already, are told and left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "config/conf.h"
#include "config/conf_write.h"
#include "config/opml.h"
#include "feeds/url.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/map.h"

#define IMPORT_MODE 0640
/* what is known of an address; of a configured one with its index added */
#define IMPORT_IN_LIST 1
#define IMPORT_IN_CONF 2

struct import {
	const char *conf_path; /* NULL: nothing is configured yet */
	const char *out_path; /* NULL: standard output */
	const char *path;
	struct conf *conf;
	struct opml *opml;
	struct buf out;
	struct map *urls; /* canonical; values are IMPORT_IN_... */
	struct map *names; /* values are numbers for further ones like it */
	size_t written;
	size_t known; /* configured already */
	size_t bad;
};

/* --- names --- */

static void
import_take_name(struct import *import, const char *name)
{
	(void)map_put(import->names, name, (void *)(uintptr_t)2);
}

/* The name if it is free, else with a number behind it; owned by the caller. */
static char *
import_free_name(struct import *import, char *name)
{
	uintptr_t number = (uintptr_t)map_get(import->names, name);
	char *numbered = NULL;

	if (!number)
		return name;
	do {
		free(numbered);
		numbered = xasprintf("%s-%zu", name, (size_t)number++);
	} while (map_get(import->names, numbered));
	(void)map_put(import->names, name, (void *)number);
	free(name);
	return numbered;
}

/* A given name that is none, or would be too long with a number, is not kept.
 */
static char *
import_name(struct import *import, const struct conf_feed *feed)
{
	char *name = NULL;

	if (feed->name && opml_is_name(feed->name))
		name = import_free_name(import, xstrdup(feed->name));
	if (!name || !opml_is_name(name)) {
		free(name);
		name = import_free_name(
		    import, opml_make_name(feed->title, feed->url));
	}
	import_take_name(import, name);
	return name;
}

/* --- feeds --- */

static void import_tell(const struct import *import,
    const struct opml_feed *feed, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
import_tell(const struct import *import, const struct opml_feed *feed,
    const char *fmt, ...)
{
	const char *title = feed->title ? feed->title : feed->name;
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err.text, sizeof(err.text), fmt, ap);
	va_end(ap);
	cli_error("%s:%d: %s%s%s%s", import->path, feed->line,
	    title ? "\"" : "", title ? title : "", title ? "\": " : "",
	    err.text);
}

static void
import_note(struct import *import, const char *url, size_t value)
{
	(void)map_put(import->urls, url, (void *)(uintptr_t)value);
}

static void
import_tell_known(
    struct import *import, const struct opml_feed *feed, size_t known)
{
	import->known++;
	if (known == IMPORT_IN_LIST)
		import_tell(
		    import, feed, "left out: its URL is in the list before");
	else
		import_tell(import, feed,
		    "left out: its URL is configured as \"%s\"",
		    import->conf->feeds[known - IMPORT_IN_CONF].name);
}

/* Whether the address is new; else the feed is told. */
static bool
import_is_new(struct import *import, const struct opml_feed *feed)
{
	char *url = url_canonical(feed->url);
	size_t known;

	if (!url) {
		import->bad++;
		import_tell(import, feed, "left out: bad URL");
		return false;
	}
	known = (size_t)(uintptr_t)map_get(import->urls, url);
	if (known)
		import_tell_known(import, feed, known);
	else
		import_note(import, url, IMPORT_IN_LIST);
	free(url);
	return !known;
}

/* A comment for people: the configuration has no use for the site itself. */
static void
import_write_site(struct import *import, const char *site)
{
	char *url = site ? url_resolve(NULL, site) : NULL;

	if (url)
		(void)buf_printf(&import->out, "\n# %s\n", url);
	else
		(void)buf_addch(&import->out, '\n');
	free(url);
}

static void
import_feed(struct import *import, size_t i)
{
	const struct opml_feed *from = &import->opml->feeds[i];
	struct conf_feed feed;
	struct err err;
	char *name;

	if (opml_to_feed(import->opml, i, &feed, &err) == -1) {
		import->bad++;
		import_tell(import, from, "left out: %s", err.text);
		return;
	}
	if (!import_is_new(import, from))
		return;
	name = import_name(import, &feed);
	feed.name = name;
	import_write_site(import, from->site);
	conf_write_feed(&import->out, &feed);
	import->written++;
	free(name);
}

/* --- from a file to another --- */

/* What is configured, by name and address. */
static int
import_load_conf(struct import *import)
{
	struct diag diag;
	size_t i;

	if (!import->conf_path)
		return 0;
	diag_init(&diag);
	import->conf = conf_load(import->conf_path, &diag);
	diag_print(&diag, stderr);
	if (!import->conf)
		cli_refuse(import->conf_path, &diag);
	diag_clear(&diag);
	if (!import->conf)
		return -1;
	for (i = 0; i < import->conf->feed_count; i++) {
		const struct conf_feed *feed = &import->conf->feeds[i];
		char *url = url_canonical(feed->url);

		import_take_name(import, feed->name);
		if (url)
			import_note(import, url, IMPORT_IN_CONF + i);
		free(url);
	}
	return 0;
}

static int
import_load_opml(struct import *import)
{
	struct buf text;
	struct err err;
	int line = 0;
	int rc;

	buf_init(&text, OPML_BYTES_MAX);
	rc = strcmp(import->path, "-") == 0
		 ? buf_read_fd(&text, STDIN_FILENO)
		 : buf_read_file(&text, import->path);
	if (rc == -1 && errno == EFBIG)
		cli_error(
		    "%s: larger than %d bytes", import->path, OPML_BYTES_MAX);
	else if (rc == -1)
		cli_error("%s: %s", import->path, strerror(errno));
	else if ((import->opml =
			 opml_read(buf_str(&text), text.len, &line, &err)))
		;
	else if (line)
		cli_error("%s:%d: %s", import->path, line, err.text);
	else
		cli_error("%s: %s", import->path, err.text);
	buf_clear(&text);
	return import->opml ? 0 : -1;
}

/* A file that is there is not overwritten: names may have been changed in it.
 */
static int
import_write_file(const struct import *import)
{
	int fd = open(import->out_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    IMPORT_MODE);
	int rc;

	if (fd == -1) {
		cli_error("%s: %s", import->out_path, strerror(errno));
		return -1;
	}
	rc = fd_write(fd, import->out.data, import->out.len);
	if (close(fd) == -1)
		rc = -1;
	if (rc == -1) {
		cli_error("%s: %s", import->out_path, strerror(errno));
		if (unlink(import->out_path) == -1)
			cli_error("%s: %s", import->out_path, strerror(errno));
	}
	return rc;
}

static int
import_write(const struct import *import)
{
	if (import->out.len > CONF_FILE_MAX) {
		cli_error("%s: makes a file of more than %d bytes, which no "
			  "configuration can include; split the list",
		    import->path, CONF_FILE_MAX);
		return -1;
	}
	if (import->written > CONF_FEEDS_MAX) {
		cli_error("%s: more than %d feeds, which is what a "
			  "configuration can have",
		    import->path, CONF_FEEDS_MAX);
		return -1;
	}
	if (import->out_path)
		return import_write_file(import);
	/* main() looks whether it arrived */
	(void)fwrite(import->out.data, 1, import->out.len, stdout);
	return 0;
}

static void
import_sum_up(const struct import *import)
{
	if (import->opml->links)
		cli_error("%s: %zu outline%s further lists, which are not read",
		    import->path, import->opml->links,
		    import->opml->links == 1 ? " names" : "s name");
	cli_error("%s: %zu feed%s, %zu known already, %zu unusable",
	    import->path, import->written, import->written == 1 ? "" : "s",
	    import->known, import->bad);
}

static int
import_main(struct import *import)
{
	size_t i;

	if (import_load_conf(import) == -1)
		return 2;
	if (import_load_opml(import) == -1)
		return 1;
	(void)buf_printf(&import->out, "# Imported from OPML.\n");
	for (i = 0; i < import->opml->count && import->out.len <= CONF_FILE_MAX;
	     i++)
		import_feed(import, i);
	if (import_write(import) == -1)
		return 1;
	import_sum_up(import);
	return import->bad ? 1 : 0;
}

static int
import_run(int argc, char **argv)
{
	enum { OPT_HELP = 256 };
	static const struct option longs[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, OPT_HELP},
	    {"output", required_argument, NULL, 'o'},
	    {NULL, 0, NULL, 0},
	};
	struct import import = {0};
	int c, status;

	while ((c = getopt_long(argc, argv, "c:o:", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			import.conf_path = optarg;
			break;
		case 'o':
			import.out_path = optarg;
			break;
		case OPT_HELP:
			return cli_help(&cli_import);
		default:
			return cli_misuse(&cli_import);
		}
	}
	if (argc - optind != 1)
		return cli_misuse(&cli_import);
	import.path = argv[optind];
	import.urls = map_new();
	import.names = map_new();
	buf_init(&import.out, 0);
	status = import_main(&import);
	buf_clear(&import.out);
	map_free(&import.urls, NULL);
	map_free(&import.names, NULL);
	opml_free(&import.opml);
	conf_free(&import.conf);
	return status;
}

const struct cli_command cli_import = {
    .name = "import",
    .summary = "feeds of an OPML list as configuration",
    .usage =
	"usage: wirewatch import [-c FILE] [-o FILE] OPML|-\n"
	"\n"
	"Reads a list of feeds in OPML, as other readers write it, from a file\n"
	"or (-) from standard input, and writes a feed section for each, for a\n"
	"file that the configuration includes. Folders and categories become\n"
	"tags; a feed that stands there twice has those of both. What cannot be\n"
	"watched is told and left out.\n"
	"\n"
	"  -c, --config FILE  leave out what this configuration has already,\n"
	"                     and take none of its names\n"
	"  -o, --output FILE  write to a new file, not to standard output\n"
	"\n"
	"exit status: 0 fine, 1 some or all could not be read, 2 wrong usage\n"
	"or configuration\n",
    .run = import_run,
};
