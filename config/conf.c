/*
 * Loads a configuration: reads all files, lets feeds inherit, checks the whole
 * and seals it. While it is read its lists grow on the heap; a finished one
 * lives in its arena alone. Either all is well, or there is no configuration.
 */
#include <dirent.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "config/conf_private.h"

#define CONF_SUFFIX ".conf"

static const char *const severity_names[] = {
    [SEVERITY_INFO] = "info",
    [SEVERITY_LOW] = "low",
    [SEVERITY_MEDIUM] = "medium",
    [SEVERITY_HIGH] = "high",
    [SEVERITY_FLASH] = "flash",
};

const char *
severity_name(enum severity severity)
{
	if (severity < SEVERITY_INFO || severity > SEVERITY_FLASH)
		return "?";
	return severity_names[severity];
}

int
severity_parse(const char *name, enum severity *severity_r)
{
	enum severity i;

	for (i = SEVERITY_INFO; i <= SEVERITY_FLASH; i++) {
		if (strcmp(name, severity_names[i]) == 0) {
			*severity_r = i;
			return 0;
		}
	}
	return -1;
}

static void
conf_reader_init(
    struct conf_reader *reader, struct conf *conf, struct diag *diag)
{
	memset(reader, 0, sizeof(*reader));
	reader->conf = conf;
	reader->arena = conf->arena;
	reader->scratch = arena_new();
	reader->diag = diag;
	reader->errors_before = diag->errors;
	reader->url = curl_url();
	reader->feed_names = map_new();
	reader->feed_urls = map_new();
	reader->set_names = map_new();
	reader->topic_names = map_new();
	reader->sink_names = map_new();
	reader->log_paths = map_new();
	reader->severities = map_new();
	reader->file_ids = map_new();
}

static void
conf_reader_clear(struct conf_reader *reader)
{
	size_t i;

	for (i = 0; i < reader->file_count; i++)
		conf_file_free(reader->files[i]);
	free(reader->files);
	free(reader->refs);
	free(reader->feed_own);
	map_free(&reader->feed_names, NULL);
	map_free(&reader->feed_urls, NULL);
	map_free(&reader->set_names, NULL);
	map_free(&reader->topic_names, NULL);
	map_free(&reader->sink_names, NULL);
	map_free(&reader->log_paths, NULL);
	map_free(&reader->severities, NULL);
	map_free(&reader->file_ids, NULL);
	curl_url_cleanup(reader->url);
	arena_free(&reader->scratch);
}

/* Gives each feed the options of fetch that it has not set itself. */
static void
conf_inherit(struct conf_reader *reader)
{
	const struct conf_kind *feed = &conf_kinds[CONF_FEED];
	const struct conf_kind *fetch = &conf_kinds[CONF_FETCH];
	size_t count = feed->key_count - conf_feed_fetch_keys, i, j;
	const struct conf_key *to = feed->keys + conf_feed_fetch_keys;
	const struct conf_key *from = fetch->keys + fetch->key_count - count;

	for (i = 0; i < reader->conf->feed_count; i++) {
		for (j = 0; j < count; j++) {
			if (reader->feed_own[i] & (1U << j))
				continue;
			memcpy((char *)&reader->conf->feeds[i] + to[j].offset,
			    (const char *)reader->conf + from[j].offset,
			    to[j].size);
		}
	}
}

/* Moves a list that is complete from the heap to the arena. */
static void *
conf_seal_list(struct arena *arena, void *list, size_t count, size_t size)
{
	void *copy = count ? arena_calloc(arena, count, size) : NULL;

	if (count)
		memcpy(copy, list, count * size);
	free(list);
	return copy;
}

static void
conf_seal(struct conf *conf)
{
	struct arena *arena = conf->arena;

	conf->feeds = conf_seal_list(
	    arena, conf->feeds, conf->feed_count, sizeof(*conf->feeds));
	conf->sets = conf_seal_list(
	    arena, conf->sets, conf->set_count, sizeof(*conf->sets));
	conf->topics = conf_seal_list(
	    arena, conf->topics, conf->topic_count, sizeof(*conf->topics));
	conf->sinks = conf_seal_list(
	    arena, conf->sinks, conf->sink_count, sizeof(*conf->sinks));
	conf->routes = conf_seal_list(
	    arena, conf->routes, conf->route_count, sizeof(*conf->routes));
}

/* Each object starts with its name, so that one comparison serves them all. */
_Static_assert(offsetof(struct conf_feed, name) == 0 &&
		   offsetof(struct conf_topic, name) == 0,
    "the name comes first");

static int
conf_compare_objects(const void *a, const void *b)
{
	const char *const *const *x = a;
	const char *const *const *y = b;

	return strcmp(**x, **y);
}

static int
conf_compare_name(const void *name, const void *object)
{
	const char *const *const *o = object;

	return strcmp(name, **o);
}

/* Pointers to the objects of a list, sorted by name. */
static void *
conf_index(struct arena *arena, void *list, size_t count, size_t size)
{
	void **index = arena_calloc(arena, count, sizeof(void *));
	size_t i;

	for (i = 0; i < count; i++)
		index[i] = (char *)list + i * size;
	if (count)
		qsort(index, count, sizeof(void *), conf_compare_objects);
	return index;
}

static void
conf_finish(struct conf *conf)
{
	struct arena *arena = conf->arena;

	conf->user_agent =
	    conf->contact
		? arena_printf(arena, "wirewatch/" PACKAGE_VERSION " (+%s)",
		      conf->contact)
		: "wirewatch/" PACKAGE_VERSION;
	conf->feeds_by_name = conf_index(
	    arena, conf->feeds, conf->feed_count, sizeof(*conf->feeds));
	conf->topics_by_name = conf_index(
	    arena, conf->topics, conf->topic_count, sizeof(*conf->topics));
}

/* What has no query was reported, and there is nothing in it to compile. */
static void
conf_drop_topics(struct conf *conf)
{
	size_t i, count = 0;

	for (i = 0; i < conf->topic_count; i++) {
		if (conf->topics[i].query.text)
			conf->topics[count++] = conf->topics[i];
	}
	conf->topic_count = count;
}

static int
conf_is_conf_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > strlen(CONF_SUFFIX) &&
	       strcmp(entry->d_name + len - strlen(CONF_SUFFIX), CONF_SUFFIX) ==
		   0;
}

/* Every *.conf of a directory; of anything else, itself. */
static void
conf_read_all(struct conf_reader *reader, const char *path)
{
	struct dirent **entries;
	int i, count = scandir(path, &entries, conf_is_conf_file, alphasort);

	if (count == -1) {
		conf_read_file(reader, path, NULL);
		return;
	}
	for (i = 0; i < count; i++) {
		char *file = xasprintf("%s/%s", path, entries[i]->d_name);

		conf_read_file(reader, file, NULL);
		free(file);
		free(entries[i]);
	}
	free(entries);
}

static struct conf *
conf_read(const char *path, const struct conf *base, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct conf *conf = arena_alloc(arena, sizeof(*conf));
	struct conf_reader reader;
	bool is_whole;

	conf->arena = arena;
	conf->secrets = arena_new_secret();
	conf->path = arena_strdup(arena, path);
	conf_set_defaults(conf);
	conf_reader_init(&reader, conf, diag);
	reader.base = base;
	if (base)
		conf_read_all(&reader, conf->path);
	else
		conf_read_file(&reader, conf->path, NULL);
	conf_inherit(&reader);
	conf_check(&reader);
	conf_drop_topics(conf);
	conf_seal(conf);
	is_whole = !reader.is_incomplete && !reader.is_over;
	conf_reader_clear(&reader);
	/* reading takes several times the memory that its result does */
	(void)malloc_trim(0);
	if (is_whole)
		conf_finish(conf);
	else
		conf_free(&conf);
	return conf;
}

struct conf *
conf_examine(const char *path, struct diag *diag)
{
	return conf_read(path, NULL, diag);
}

/* Sets of the base that the file does not have itself. */
static void
conf_inherit_sets(struct conf *conf, const struct conf *base)
{
	struct conf_set *sets = arena_calloc(
	    conf->arena, conf->set_count + base->set_count, sizeof(*sets));
	struct map *known = map_new();
	size_t i, count = conf->set_count;

	if (count)
		memcpy(sets, conf->sets, count * sizeof(*sets));
	for (i = 0; i < count; i++)
		map_put(known, sets[i].name, conf);
	for (i = 0; i < base->set_count; i++) {
		if (!map_get(known, base->sets[i].name))
			sets[count++] = base->sets[i];
	}
	map_free(&known, NULL);
	conf->sets = sets;
	conf->set_count = count;
}

struct conf *
conf_load_topics(const char *path, const struct conf *base, struct diag *diag)
{
	size_t errors = diag->errors;
	struct conf *conf = conf_read(path, base, diag);

	if (diag->errors > errors)
		conf_free(&conf);
	if (!conf)
		return NULL;
	conf_inherit_sets(conf, base);
	if (!conf->feed_count) {
		conf->feeds = base->feeds;
		conf->feed_count = base->feed_count;
		conf->feeds_by_name = base->feeds_by_name;
	}
	return conf;
}

struct conf *
conf_load(const char *path, struct diag *diag)
{
	size_t errors = diag->errors;
	struct conf *conf = conf_examine(path, diag);

	if (diag->errors > errors)
		conf_free(&conf);
	return conf;
}

void
conf_free(struct conf **conf)
{
	struct arena *arena;

	if (!*conf)
		return;
	arena = (*conf)->arena;
	arena_free(&(*conf)->secrets);
	*conf = NULL;
	arena_free(&arena);
}

static const void *
conf_find(const void *index, size_t count, const char *name)
{
	const void *const *found =
	    count
		? bsearch(name, index, count, sizeof(void *), conf_compare_name)
		: NULL;

	return found ? *found : NULL;
}

const struct conf_feed *
conf_find_feed(const struct conf *conf, const char *name)
{
	return conf_find(conf->feeds_by_name, conf->feed_count, name);
}

const struct conf_topic *
conf_find_topic(const struct conf *conf, const char *name)
{
	return conf_find(conf->topics_by_name, conf->topic_count, name);
}

static bool
conf_text_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
conf_strings_equal(const struct strings *a, const struct strings *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	}
	return true;
}

static bool
conf_network_equal(const struct network *a, const struct network *b)
{
	if (a->prefix != b->prefix || a->address.family != b->address.family)
		return false;
	return a->address.family == AF_INET
		   ? memcmp(&a->address.v4, &b->address.v4,
			 sizeof(a->address.v4)) == 0
		   : memcmp(&a->address.v6, &b->address.v6,
			 sizeof(a->address.v6)) == 0;
}

static bool
conf_networks_equal(const struct netpolicy *a, const struct netpolicy *b)
{
	size_t i;

	if (a->allowed_count != b->allowed_count)
		return false;
	for (i = 0; i < a->allowed_count; i++) {
		if (!conf_network_equal(&a->allowed[i], &b->allowed[i]))
			return false;
	}
	return true;
}

bool
conf_sink_equal(const struct conf_sink *a, const struct conf_sink *b)
{
	return strcmp(a->name, b->name) == 0 && a->type == b->type &&
	       conf_text_equal(a->path, b->path) && a->format == b->format &&
	       conf_text_equal(a->url, b->url) &&
	       conf_strings_equal(&a->headers, &b->headers) &&
	       conf_strings_equal(&a->secrets, &b->secrets) &&
	       a->concurrency == b->concurrency &&
	       a->rate_per_s == b->rate_per_s &&
	       a->timeout_ms == b->timeout_ms &&
	       conf_text_equal(a->proxy, b->proxy) &&
	       conf_text_equal(a->ca_file, b->ca_file) &&
	       conf_networks_equal(&a->allow_private, &b->allow_private);
}
