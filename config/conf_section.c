/*
 * The objects that sections make, with their defaults, and the reading of
 * their options. An object whose name was given before is made all the same:
 * it is reported, and its options are checked, too.
 */
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/conf_private.h"
#include "lib/log.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define MIB (1024 * 1024LL)

#define CONF_NODE "wirewatch" /* where the host has no name */

/* The first label of the host's name. */
static const char *
conf_default_node(struct arena *arena)
{
	char name[HOST_NAME_MAX + 1] = "";

	if (gethostname(name, sizeof(name)) == -1)
		return CONF_NODE;
	name[HOST_NAME_MAX] = '\0';
	name[strcspn(name, ".")] = '\0';
	return *name && conf_is_line(name) ? arena_strdup(arena, name)
					   : CONF_NODE;
}

/* A worker for each processor that this process may run on. */
static int
conf_default_workers(void)
{
	cpu_set_t processors;
	int count = 1;

	if (sched_getaffinity(0, sizeof(processors), &processors) == 0)
		count = CPU_COUNT(&processors);
	return count > CONF_WORKERS_MAX ? CONF_WORKERS_MAX : count;
}

void
conf_set_defaults(struct conf *conf)
{
	conf->node = conf_default_node(conf->arena);
	conf->state_dir = WIREWATCH_STATEDIR;
	conf->socket_path = WIREWATCH_RUNDIR "/wirewatchd.sock";
	conf->log_level = LOG_LEVEL_INFO;
	conf->workers = conf_default_workers();
	conf->min_free = 64 * MIB;
	conf->keep_seen_ms = 90 * DAY;
	conf->keep_events_ms = 30 * DAY;
	conf->keep_history_ms = 30 * DAY;
	conf->concurrency = 64;
	/* some wires refuse a second connection */
	conf->host_concurrency = 1;
	conf->host_spacing_ms = SECOND;
	conf->fetch = (struct conf_fetch){
	    .min_interval_ms = MINUTE,
	    .max_interval_ms = 6 * HOUR,
	    .backlog_ms = DAY,
	    .connect_timeout_ms = 10 * SECOND,
	    .timeout_ms = MINUTE,
	    .stall_timeout_ms = 15 * SECOND,
	    .max_body = 16 * MIB,
	};
}

static void conf_section_error(struct conf_reader *reader,
    const struct scan_section *section, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Reports about a section, at its title if it has one. */
static void
conf_section_error(struct conf_reader *reader,
    const struct scan_section *section, const char *fmt, ...)
{
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err.text, sizeof(err.text), fmt, ap);
	va_end(ap);
	scan_report(&reader->file->scan, reader->diag, DIAG_ERROR,
	    section->has_title ? &section->title.pos : &section->pos,
	    section->has_title ? section->title.len : section->name_len, "%s",
	    err.text);
}

/* Whether one more is allowed; the first too many is reported. */
static bool
conf_section_has_room(struct conf_reader *reader,
    const struct scan_section *section, size_t count, size_t max)
{
	unsigned bit = 1U << section->kind;

	if (count < max)
		return true;
	if (!(reader->full & bit))
		conf_section_error(reader, section, "more than %zu %s sections",
		    max, conf_kinds[section->kind].name);
	reader->full |= bit;
	reader->is_incomplete = true;
	return false;
}

/* Checks a name's form, and in `names` that it is the first of its kind. */
static void
conf_section_name(struct conf_reader *reader,
    const struct scan_section *section, const char *title, size_t max,
    struct map *names)
{
	const char *kind = conf_kinds[section->kind].name;
	const struct place *first;
	struct place *place;

	if (!*title) {
		conf_section_error(
		    reader, section, "expected the %s's name, not \"\"", kind);
		return;
	}
	if (strlen(title) > max)
		conf_section_error(
		    reader, section, "this name is longer than %zu bytes", max);
	else if (!conf_is_line(title) || *title == ' ' ||
		 title[strlen(title) - 1] == ' ')
		conf_section_error(reader, section,
		    "bad name; expected one line of printable text without "
		    "blanks around it");
	first = map_get(names, title);
	if (first) {
		conf_section_error(reader, section,
		    "the name \"%s\" is taken; first at %s:%d", title,
		    first->file, first->line);
		return;
	}
	place = arena_alloc(reader->scratch, sizeof(*place));
	*place = scan_place(&reader->file->scan, &section->pos);
	(void)map_put(names, title, place);
}

static struct place
conf_section_place(
    const struct conf_reader *reader, const struct scan_section *section)
{
	return scan_place(&reader->file->scan, &section->pos);
}

void *
conf_begin_fetch(struct conf_reader *reader, const struct scan_section *section,
    const char *title)
{
	(void)section;
	(void)title;
	return reader->conf;
}

struct conf_feed *
conf_add_feed(
    struct conf_reader *reader, const char *name, struct place place)
{
	struct conf *conf = reader->conf;
	struct conf_feed *feed;
	size_t n = conf->feed_count;

	conf->feeds =
	    xgrow(conf->feeds, n + 1, &reader->feed_cap, sizeof(*conf->feeds));
	reader->feed_own = xgrow(reader->feed_own, n + 1, &reader->feed_own_cap,
	    sizeof(*reader->feed_own));
	reader->feed_own[n] = 0;
	feed = &conf->feeds[conf->feed_count++];
	*feed = (struct conf_feed){
	    .name = arena_strdup(reader->arena, name),
	    .place = place,
	};
	return feed;
}

void *
conf_begin_feed(struct conf_reader *reader, const struct scan_section *section,
    const char *title)
{
	size_t n = reader->conf->feed_count;

	if (!conf_section_has_room(reader, section, n, CONF_FEEDS_MAX))
		return NULL;
	conf_section_name(
	    reader, section, title, CONF_FEED_NAME_MAX, reader->feed_names);
	return conf_add_feed(
	    reader, title, conf_section_place(reader, section));
}

/* What a query can name behind an @. */
static bool
conf_is_set_name(const char *name)
{
	return strspn(name,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789_-") == strlen(name);
}

void *
conf_begin_set(struct conf_reader *reader, const struct scan_section *section,
    const char *title)
{
	struct conf *conf = reader->conf;
	struct conf_set *set;
	size_t n = conf->set_count;

	if (!conf_section_has_room(reader, section, n, CONF_SETS_MAX))
		return NULL;
	conf_section_name(
	    reader, section, title, CONF_NAME_MAX, reader->set_names);
	if (*title && !conf_is_set_name(title))
		conf_section_error(reader, section,
		    "bad name; queries can name a set of letters a-z, digits, "
		    "- and _ only");
	conf->sets =
	    xgrow(conf->sets, n + 1, &reader->set_cap, sizeof(*conf->sets));
	set = &conf->sets[conf->set_count++];
	*set = (struct conf_set){
	    .name = arena_strdup(reader->arena, title),
	    .place = conf_section_place(reader, section),
	};
	return set;
}

void *
conf_begin_topic(struct conf_reader *reader, const struct scan_section *section,
    const char *title)
{
	struct conf *conf = reader->conf;
	struct conf_topic *topic;
	size_t n = conf->topic_count;

	if (!conf_section_has_room(reader, section, n, CONF_TOPICS_MAX))
		return NULL;
	conf_section_name(
	    reader, section, title, CONF_NAME_MAX, reader->topic_names);
	conf->topics = xgrow(
	    conf->topics, n + 1, &reader->topic_cap, sizeof(*conf->topics));
	topic = &conf->topics[conf->topic_count++];
	*topic = (struct conf_topic){
	    .name = arena_strdup(reader->arena, title),
	    .severity = SEVERITY_MEDIUM,
	    .place = conf_section_place(reader, section),
	};
	topic->title = topic->name;
	return topic;
}

const struct scan_option *
conf_section_option(const struct conf_reader *reader,
    const struct scan_section *section, const char *name)
{
	const struct scan *scan = &reader->file->scan;
	size_t i;

	for (i = 0; i < section->option_count; i++) {
		const struct scan_option *option =
		    &scan->options[section->first_option + i];

		if (option->key >= 0 &&
		    scan_is(scan, &option->pos, option->name_len, name))
			return option;
	}
	return NULL;
}

/* What a topic is raised to is given, or one step up, and above in any case. */
static void
conf_topic_check_raise(struct conf_reader *reader, struct conf_topic *topic,
    const struct scan_option *raise, const struct scan_option *to)
{
	const struct scan *scan = &reader->file->scan;

	if (topic->severity == SEVERITY_FLASH)
		scan_report(scan, reader->diag, DIAG_ERROR, &raise->pos,
		    raise->name_len,
		    "raise: the topic's severity is flash, and nothing is "
		    "above that");
	else if (!to)
		topic->raise_to = topic->severity + 1;
	else if (topic->raise_to <= topic->severity)
		scan_report(scan, reader->diag, DIAG_ERROR,
		    &scan->values[to->first_value].pos,
		    scan->values[to->first_value].len,
		    "raise-to: %s is not above the topic's severity, %s",
		    severity_name(topic->raise_to),
		    severity_name(topic->severity));
}

void
conf_end_topic(struct conf_reader *reader, const struct scan_section *section,
    void *object, bool is_good)
{
	const struct scan_option *raise =
	    conf_section_option(reader, section, "raise");
	const struct scan_option *to =
	    conf_section_option(reader, section, "raise-to");

	if (to && !raise)
		scan_report(&reader->file->scan, reader->diag, DIAG_ERROR,
		    &to->pos, to->name_len,
		    "raise-to without raise; expected the condition, "
		    "raise = '...'");
	else if (raise && is_good)
		conf_topic_check_raise(reader, object, raise, to);
}

void *
conf_begin_severity(struct conf_reader *reader,
    const struct scan_section *section, const char *title)
{
	const char *names[SEVERITY_FLASH];
	struct conf *conf = reader->conf;
	struct conf_severity_route *route;
	enum severity severity;
	int i;

	if (severity_parse(title, &severity) == -1) {
		for (i = 0; i < SEVERITY_FLASH; i++)
			names[i] = severity_name((enum severity)(i + 1));
		conf_section_error(reader, section,
		    "bad severity \"%s\"; expected info, low, medium, high or "
		    "flash",
		    title);
		conf_suggest(reader->diag, title, names, SEVERITY_FLASH);
		severity = SEVERITY_FLASH;
	} else {
		conf_section_name(
		    reader, section, title, CONF_NAME_MAX, reader->severities);
	}
	conf->routes = xgrow(conf->routes, conf->route_count + 1,
	    &reader->route_cap, sizeof(*conf->routes));
	route = &conf->routes[conf->route_count++];
	*route = (struct conf_severity_route){
	    .severity = severity,
	    .place = conf_section_place(reader, section),
	};
	return route;
}

static struct conf_sink *
conf_begin_sink(struct conf_reader *reader, const struct scan_section *section,
    const char *title, enum sink_type type)
{
	struct conf *conf = reader->conf;
	struct conf_sink *sink;
	size_t n = conf->sink_count;

	if (!conf_section_has_room(reader, section, n, CONF_SINKS_MAX))
		return NULL;
	conf_section_name(
	    reader, section, title, CONF_NAME_MAX, reader->sink_names);
	conf->sinks =
	    xgrow(conf->sinks, n + 1, &reader->sink_cap, sizeof(*conf->sinks));
	sink = &conf->sinks[conf->sink_count++];
	*sink = (struct conf_sink){
	    .name = arena_strdup(reader->arena, title),
	    .type = type,
	    .place = conf_section_place(reader, section),
	};
	return sink;
}

void *
conf_begin_log(struct conf_reader *reader, const struct scan_section *section,
    const char *title)
{
	return conf_begin_sink(reader, section, title, SINK_LOG);
}

void *
conf_begin_webhook(struct conf_reader *reader,
    const struct scan_section *section, const char *title)
{
	struct conf_sink *sink =
	    conf_begin_sink(reader, section, title, SINK_WEBHOOK);

	if (sink) {
		sink->concurrency = 4;
		sink->timeout_ms = 20 * SECOND;
	}
	return sink;
}

/* Options outside sections and those of fetch stand once in all files. */
static bool
conf_section_is_first(struct conf_reader *reader, const struct conf_kind *kind,
    const struct scan_option *option)
{
	const struct scan *scan = &reader->file->scan;
	struct place *first;

	if (kind != &conf_kinds[CONF_ROOT] && kind != &conf_kinds[CONF_FETCH])
		return true;
	first = &reader->first[kind == &conf_kinds[CONF_FETCH]][option->key];
	if (first->line) {
		scan_report(scan, reader->diag, DIAG_ERROR, &option->pos,
		    option->name_len, "%s is given twice; first at %s:%d",
		    kind->keys[option->key].name, first->file, first->line);
		return false;
	}
	*first = scan_place(scan, &option->pos);
	return true;
}

static void
conf_section_read_option(struct conf_reader *reader,
    const struct conf_kind *kind, const struct scan_option *option, cfg_t *sec,
    void *object)
{
	const struct conf_key *key = &kind->keys[option->key];
	const struct scan *scan = &reader->file->scan;
	struct conf_given given = {.reader = reader, .option = option};
	char *name =
	    xstrndup(scan->text + option->pos.offset, option->name_len);
	size_t errors;

	given.opt = cfg_getopt(sec, name);
	free(name);
	/* a list is what conf_given_at() relies on */
	if (!given.opt || conf_given_count(&given) != option->value_count) {
		scan_report(scan, reader->diag, DIAG_ERROR, &option->pos,
		    option->name_len, "libconfuse reads this differently");
		return;
	}
	errors = reader->diag->errors;
	key->read(&given, key, (char *)object + key->offset);
	/* a wrong value is not held against other values, too */
	if (kind == &conf_kinds[CONF_FEED] &&
	    (size_t)option->key >= conf_feed_fetch_keys &&
	    reader->diag->errors == errors)
		reader->feed_own[reader->conf->feed_count - 1] |=
		    1U << ((size_t)option->key - conf_feed_fetch_keys);
}

/* Options that must be given and are not. */
static void
conf_section_check_required(struct conf_reader *reader,
    const struct conf_kind *kind, const struct scan_section *section)
{
	const struct scan *scan = &reader->file->scan;
	const struct scan_option *options =
	    scan->options + section->first_option;
	size_t i, j;

	for (i = 0; i < kind->key_count; i++) {
		bool is_there = !(kind->keys[i].flags & CONF_KEY_REQUIRED);

		/* one that was reported for its form is not missing */
		for (j = 0; j < section->option_count && !is_there; j++)
			is_there = scan_is(scan, &options[j].pos,
			    options[j].name_len, kind->keys[i].name);
		if (!is_there)
			scan_report(scan, reader->diag, DIAG_ERROR,
			    &section->pos, section->name_len,
			    "this %s has no %s; expected %s = ...", kind->name,
			    kind->keys[i].name, kind->keys[i].name);
	}
}

void
conf_read_section(struct conf_reader *reader, const struct conf_kind *kind,
    const struct scan_section *section, cfg_t *sec)
{
	const struct scan *scan = &reader->file->scan;
	const struct scan_option *options = scan->root;
	size_t count = scan->root_count, i;
	size_t errors = reader->diag->errors;
	void *object = reader->conf;

	if (section) {
		options = scan->options + section->first_option;
		count = section->option_count;
		object = kind->begin(
		    reader, section, kind->has_title ? cfg_title(sec) : NULL);
		if (!object)
			return;
	}
	for (i = 0; i < count && !conf_is_over(reader); i++) {
		if (options[i].key >= 0 &&
		    conf_section_is_first(reader, kind, &options[i]))
			conf_section_read_option(
			    reader, kind, &options[i], sec, object);
	}
	if (section)
		conf_section_check_required(reader, kind, section);
	if (section && kind->end)
		kind->end(
		    reader, section, object, reader->diag->errors == errors);
}
