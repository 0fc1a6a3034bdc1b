/*
 * What can be said of a configuration only when all of its files are read:
 * whether names lead somewhere, and whether values fit together.
 */
#include <stdlib.h>
#include <string.h>

#include "config/conf_private.h"
#include "lib/clock.h"

/* Whether topics are tried in place of those of one that has this sink. */
static bool
conf_check_has_base_sink(const struct conf_reader *reader, const char *name)
{
	const struct conf *base = reader->base;
	size_t i;

	for (i = 0; base && i < base->sink_count; i++) {
		if (strcmp(base->sinks[i].name, name) == 0)
			return true;
	}
	return false;
}

static void
conf_check_refs(struct conf_reader *reader)
{
	const struct conf *conf = reader->conf;
	const char **names = xcalloc(conf->sink_count, sizeof(const char *));
	size_t i;

	for (i = 0; i < conf->sink_count; i++)
		names[i] = conf->sinks[i].name;
	for (i = 0; i < reader->ref_count && !conf_is_over(reader); i++) {
		const struct conf_ref *ref = &reader->refs[i];

		if (map_get(reader->sink_names, ref->name) ||
		    conf_check_has_base_sink(reader, ref->name))
			continue;
		scan_report(&ref->file->scan, reader->diag, DIAG_ERROR,
		    &ref->at.pos, ref->at.len,
		    "there is no sink \"%s\"; expected the name of a log or "
		    "webhook",
		    ref->name);
		conf_suggest(reader->diag, ref->name, names, conf->sink_count);
	}
	free(names);
}

static bool
conf_check_names(const struct strings *names, const struct conf_sink *sink)
{
	size_t i;

	for (i = 0; i < names->count; i++) {
		if (strcmp(names->items[i], sink->name) == 0)
			return true;
	}
	return false;
}

/* Whether any event can go to the sink: as alerts/route.c decides. */
static bool
conf_check_is_reached(const struct conf *conf, const struct conf_sink *sink)
{
	size_t i;

	if (conf->operator_sinks.count
		? conf_check_names(&conf->operator_sinks, sink)
		: sink->type == SINK_LOG)
		return true;
	for (i = 0; i < conf->route_count; i++) {
		if (conf_check_names(&conf->routes[i].sinks, sink))
			return true;
	}
	for (i = 0; i < conf->topic_count; i++) {
		const struct conf_topic *topic = &conf->topics[i];

		if (topic->sinks.count
			? conf_check_names(&topic->sinks, sink)
			: !conf->default_sinks.count ||
			      conf_check_names(&conf->default_sinks, sink))
			return true;
	}
	/* without topics nothing is said about their sinks */
	return conf->topic_count == 0;
}

static void
conf_check_sinks(struct conf_reader *reader)
{
	const struct conf *conf = reader->conf;
	size_t i;

	for (i = 0; i < conf->sink_count; i++) {
		const struct conf_sink *sink = &conf->sinks[i];

		if (!conf_check_is_reached(conf, sink) && conf_may_warn(reader))
			diag_add(reader->diag, DIAG_WARNING, &sink->place, NULL,
			    "nothing goes to \"%s\": no topic, severity or "
			    "list of sinks names it",
			    sink->name);
		if (sink->type == SINK_WEBHOOK && !sink->secrets.count &&
		    conf_may_warn(reader))
			diag_add(reader->diag, DIAG_WARNING, &sink->place, NULL,
			    "\"%s\" has no secret-file: its requests are not "
			    "signed",
			    sink->name);
	}
}

/* Where fetch has an option of this name; NULL if it has not. */
static const struct place *
conf_check_fetch_place(const struct conf_reader *reader, const char *name)
{
	const struct conf_kind *kind = &conf_kinds[CONF_FETCH];
	size_t i;

	for (i = 0; i < kind->key_count; i++) {
		if (strcmp(kind->keys[i].name, name) == 0 &&
		    reader->first[1][i].line)
			return &reader->first[1][i];
	}
	return NULL;
}

/* Whether the feed has an option of this name itself. */
static bool
conf_check_is_own(
    const struct conf_reader *reader, size_t feed, const char *name)
{
	const struct conf_kind *kind = &conf_kinds[CONF_FEED];
	size_t i;

	for (i = conf_feed_fetch_keys; i < kind->key_count; i++) {
		if ((reader->feed_own[feed] &
			(1U << (i - conf_feed_fetch_keys))) &&
		    strcmp(kind->keys[i].name, name) == 0)
			return true;
	}
	return false;
}

/* A pair of options of which one must not be longer than the other. */
struct conf_pair {
	const char *shorter, *longer;
	size_t shorter_offset, longer_offset;
	/* else the shorter one only loses its effect, which is worth a warning
	   where somebody asked for it */
	bool is_error;
};

#define PAIR(a, a_name, b, b_name, error)                                      \
	{                                                                      \
		.shorter = a_name, .longer = b_name,                           \
		.shorter_offset = offsetof(struct conf_fetch, a),              \
		.longer_offset = offsetof(struct conf_fetch, b),               \
		.is_error = error,                                             \
	}

static const struct conf_pair conf_pairs[] = {
    PAIR(
	min_interval_ms, "min-interval", max_interval_ms, "max-interval", true),
    PAIR(stall_timeout_ms, "stall-timeout", timeout_ms, "timeout", false),
    PAIR(connect_timeout_ms, "connect-timeout", timeout_ms, "timeout", false),
};

/* Reports the two at the place if they do not fit; whether it did not. */
static bool
conf_check_pair(struct conf_reader *reader, const struct conf_pair *pair,
    const struct conf_fetch *fetch, const struct place *place)
{
	char a[CLOCK_RFC3339_SIZE], b[CLOCK_RFC3339_SIZE];
	int64_t shorter, longer;

	memcpy(&shorter, (const char *)fetch + pair->shorter_offset,
	    sizeof(shorter));
	memcpy(
	    &longer, (const char *)fetch + pair->longer_offset, sizeof(longer));
	if (shorter <= longer || (!pair->is_error && !conf_may_warn(reader)))
		return true;
	diag_add(reader->diag, pair->is_error ? DIAG_ERROR : DIAG_WARNING,
	    place, NULL, "%s (%s) is longer than %s (%s)%s", pair->shorter,
	    clock_human(shorter, a), pair->longer, clock_human(longer, b),
	    pair->is_error ? "; expected it shorter" : " and has no effect");
	return false;
}

static void
conf_check_fetch_pair(struct conf_reader *reader, const struct conf_pair *pair)
{
	const struct place *place =
	    conf_check_fetch_place(reader, pair->shorter);

	if (!place && pair->is_error)
		place = conf_check_fetch_place(reader, pair->longer);
	if (place)
		(void)conf_check_pair(
		    reader, pair, &reader->conf->fetch, place);
}

static void
conf_check_feed_pair(
    struct conf_reader *reader, const struct conf_pair *pair, size_t i)
{
	const struct conf_feed *feed = &reader->conf->feeds[i];

	if (!conf_check_is_own(reader, i, pair->shorter) &&
	    !(pair->is_error && conf_check_is_own(reader, i, pair->longer)))
		return;
	if (!conf_check_pair(reader, pair, &feed->fetch, &feed->place))
		diag_hint(reader->diag,
		    "what a feed does not set itself comes from fetch");
}

static void
conf_check_pairs(struct conf_reader *reader)
{
	size_t i, j;

	for (i = 0; i < sizeof(conf_pairs) / sizeof(conf_pairs[0]); i++) {
		conf_check_fetch_pair(reader, &conf_pairs[i]);
		for (j = 0; j < reader->conf->feed_count; j++) {
			if (reader->feed_own[j] && !conf_is_over(reader))
				conf_check_feed_pair(reader, &conf_pairs[i], j);
		}
	}
}

static void
conf_check_feeds(struct conf_reader *reader)
{
	const struct conf *conf = reader->conf;
	size_t i;

	for (i = 0; i < conf->feed_count; i++) {
		const struct conf_feed *feed = &conf->feeds[i];

		if (feed->password && !feed->user)
			diag_add(reader->diag, DIAG_ERROR, &feed->place, NULL,
			    "\"%s\" has a password-file and no user",
			    feed->name);
	}
}

static void
conf_check_sets(struct conf_reader *reader)
{
	const struct conf *conf = reader->conf;
	size_t i;

	for (i = 0; i < conf->set_count; i++) {
		const struct conf_set *set = &conf->sets[i];

		if (!set->entry_count && conf_may_warn(reader))
			diag_add(reader->diag, DIAG_WARNING, &set->place, NULL,
			    "the set \"%s\" has no words", set->name);
	}
}

static void
conf_check_is_empty(struct conf_reader *reader, size_t count, const char *what)
{
	if (!count && conf_may_warn(reader))
		diag_add(reader->diag, DIAG_WARNING,
		    &(struct place){.file = reader->conf->path}, NULL, "%s",
		    what);
}

void
conf_check(struct conf_reader *reader)
{
	const struct conf *conf = reader->conf;

	if (conf_is_over(reader))
		return;
	conf_check_pairs(reader);
	conf_check_feeds(reader);
	/* what could not be read may hold what seems to be missing */
	if (reader->is_incomplete)
		return;
	conf_check_refs(reader);
	conf_check_goldens(reader);
	if (reader->diag->errors > reader->errors_before)
		return;
	conf_check_sets(reader);
	/* of topics to be tried, only they count */
	if (!reader->base) {
		conf_check_sinks(reader);
		conf_check_is_empty(
		    reader, conf->feed_count, "no feeds: nothing is watched");
	}
	conf_check_is_empty(
	    reader, conf->topic_count, "no topics: nothing is alerted");
	if (!reader->base)
		conf_check_is_empty(
		    reader, conf->sink_count, "no sinks: alerts go nowhere");
}
