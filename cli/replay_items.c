/*
 * Reads one file of items after the other. A file of the history that went away
 * since the directory was read has grown too old meanwhile, and is no error.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/replay_items.h"
#include "daemon/history.h"
#include "lib/alloc.h"
#include "lib/clock.h"

struct replay_items {
	const struct conf *conf;
	int64_t since_s;
	bool is_history;
	char **paths; /* to be read */
	size_t path_count;
	size_t path_cap;
	size_t next;
	struct items *items; /* of the file at hand; NULL = none */
	size_t bad; /* of the files before */
	size_t undated;
	bool has_failed;
	struct err err;
};

static int
replay_items_compare(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static void
replay_items_add(struct replay_items *items, char *path)
{
	items->paths = xgrow(items->paths, items->path_count + 1,
	    &items->path_cap, sizeof(char *));
	items->paths[items->path_count++] = path;
}

static int
replay_items_no_history(
    const struct replay_items *items, const char *path, struct err *err)
{
	if (errno != 0 && errno != ENOENT)
		return err_set(err, "the history cannot be read: %s: %s", path,
		    strerror(errno));
	if (items->conf->keep_history_ms == 0)
		return err_set(err,
		    "there is no history in %s: keep-history "
		    "is 0",
		    path);
	return err_set(err,
	    "there is no history in %s yet: wirewatchd keeps "
	    "the new items that it sees there",
	    path);
}

/* The files of the days, from the oldest on; not those that ended before. */
static int
replay_items_list(struct replay_items *items, const char *path, struct err *err)
{
	DIR *dir = opendir(path);
	char first[CLOCK_RFC3339_SIZE] = "";
	const struct dirent *entry;
	size_t all = 0;

	if (!dir)
		return replay_items_no_history(items, path, err);
	if (items->since_s != TIME_NONE) {
		clock_rfc3339_s(items->since_s, first);
		first[strcspn(first, "T")] = '\0';
	}
	while ((entry = readdir(dir)) && all < REPLAY_DAYS_MAX) {
		if (!history_is_day(entry->d_name))
			continue;
		all++;
		/* the day's name alone is longer: what is of that day stays */
		if (strcmp(entry->d_name, first) >= 0)
			replay_items_add(
			    items, xasprintf("%s/%s", path, entry->d_name));
	}
	(void)closedir(dir);
	errno = 0;
	if (!all)
		return replay_items_no_history(items, path, err);
	if (items->path_count)
		qsort(items->paths, items->path_count, sizeof(char *),
		    replay_items_compare);
	return 0;
}

static int
replay_items_open_history(struct replay_items *items, struct err *err)
{
	char *path = xasprintf("%s/" HISTORY_DIR, items->conf->state_dir);
	int rc = replay_items_list(items, path, err);

	/* what one may not read is told before anything else is done */
	if (rc == 0 && items->path_count &&
	    access(items->paths[items->path_count - 1], R_OK) == -1 &&
	    errno != ENOENT)
		rc = replay_items_no_history(
		    items, items->paths[items->path_count - 1], err);
	free(path);
	return rc;
}

struct replay_items *
replay_items_open(const char *against, const struct conf *conf, int64_t since_s,
    struct err *err)
{
	struct replay_items *items = xcalloc(1, sizeof(*items));
	int rc = 0;

	items->conf = conf;
	items->since_s = since_s;
	items->is_history = strcmp(against, REPLAY_HISTORY) == 0;
	if (items->is_history)
		rc = replay_items_open_history(items, err);
	else {
		items->items = items_open(against, conf, false, err);
		rc = items->items ? 0 : -1;
	}
	if (rc == -1)
		replay_items_free(&items);
	return items;
}

void
replay_items_free(struct replay_items **items_p)
{
	struct replay_items *items = *items_p;
	size_t i;

	if (!items)
		return;
	items_free(&items->items);
	for (i = 0; i < items->path_count; i++)
		free(items->paths[i]);
	free(items->paths);
	free(items);
	*items_p = NULL;
}

static void
replay_items_fail(struct replay_items *items, const struct err *err)
{
	if (!items->has_failed)
		items->err = *err;
	items->has_failed = true;
}

static void
replay_items_close_file(struct replay_items *items)
{
	struct err err;

	if (!items->items)
		return;
	items->bad += items_bad(items->items);
	if (items_check(items->items, &err) == -1)
		replay_items_fail(items, &err);
	items_free(&items->items);
}

/* Opens the next file; false when there is none left. */
static bool
replay_items_next_file(struct replay_items *items)
{
	struct err err;

	replay_items_close_file(items);
	while (items->next < items->path_count) {
		const char *path = items->paths[items->next++];

		errno = 0;
		items->items = items_open(path, items->conf, true, &err);
		if (items->items)
			return true;
		if (errno != ENOENT)
			replay_items_fail(items, &err);
	}
	return false;
}

static bool
replay_items_is_wanted(
    struct replay_items *items, const struct items_entry *entry)
{
	if (items->since_s == TIME_NONE)
		return true;
	if (entry->seen_s == TIME_NONE)
		items->undated++;
	return entry->seen_s != TIME_NONE && entry->seen_s >= items->since_s;
}

const struct items_entry *
replay_items_next(struct replay_items *items)
{
	const struct items_entry *entry;

	do {
		while (items->items && (entry = items_next(items->items))) {
			if (replay_items_is_wanted(items, entry))
				return entry;
		}
	} while (replay_items_next_file(items));
	return NULL;
}

size_t
replay_items_bad(const struct replay_items *items)
{
	return items->bad + (items->items ? items_bad(items->items) : 0);
}

size_t
replay_items_undated(const struct replay_items *items)
{
	return items->undated;
}

int
replay_items_check(const struct replay_items *items, struct err *err)
{
	if (!items->has_failed)
		return 0;
	*err = items->err;
	return -1;
}
