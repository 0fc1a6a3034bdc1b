/*
 * The vocabulary: every kind of section with its options, their types, bounds
 * and fields. A new option is a new row here, an entry in wirewatch.conf(5) and
 * a line in the sample.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "config/conf_private.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define KIB 1024LL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

#define CONF_SUGGEST_DISTANCE 2	/* edits between a typo and what was meant */
#define CONF_SUGGEST_MAX 32	/* bytes of a word worth comparing */

#define KEY(type, member, key_name, reader, ...)                               \
	{                                                                      \
	    .name = key_name,                                                  \
	    .read = reader,                                                    \
	    .offset = offsetof(struct type, member),                           \
	    .size = sizeof(((struct type *)NULL)->member),                     \
	    __VA_ARGS__                                                        \
	}

/* What `fetch` sets for all and each feed may set for itself. */
#define FETCH_KEYS(type)                                                       \
	KEY(type, fetch.interval_ms, "interval", conf_read_duration,           \
	    .flags = CONF_KEY_EMPTY, .min = 10, .max = 30 * DAY),              \
	KEY(type, fetch.min_interval_ms, "min-interval", conf_read_duration,   \
	    .min = 10, .max = 30 * DAY),                                       \
	KEY(type, fetch.max_interval_ms, "max-interval", conf_read_duration,   \
	    .min = 10, .max = 30 * DAY),                                       \
	KEY(type, fetch.backlog_ms, "backlog", conf_read_duration,             \
	    .max = 3660 * DAY),                                                \
	KEY(type, fetch.connect_timeout_ms, "connect-timeout",                 \
	    conf_read_duration, .min = 10, .max = HOUR),                       \
	KEY(type, fetch.timeout_ms, "timeout", conf_read_duration, .min = 10,  \
	    .max = HOUR),                                                      \
	KEY(type, fetch.stall_timeout_ms, "stall-timeout", conf_read_duration, \
	    .min = 10, .max = HOUR),                                           \
	KEY(type, fetch.max_body, "max-body", conf_read_size, .min = KIB,      \
	    .max = CONF_BODY_MAX),                                             \
	KEY(type, fetch.proxy, "proxy", conf_read_proxy,                       \
	    .flags = CONF_KEY_EMPTY | CONF_KEY_SECRET),                        \
	KEY(type, fetch.allow_private, "allow-private", conf_read_networks,    \
	    .flags = CONF_KEY_LIST)

static const struct conf_key conf_root_keys[] = {
    KEY(conf, node, "node", conf_read_node, .flags = 0),
    KEY(conf, contact, "contact", conf_read_contact, .flags = CONF_KEY_EMPTY),
    KEY(conf, state_dir, "state-dir", conf_read_path, .flags = 0),
    KEY(conf, socket_path, "socket", conf_read_socket,
        .flags = CONF_KEY_EMPTY),
    KEY(conf, ca_file, "ca-file", conf_read_ca_file, .flags = CONF_KEY_EMPTY),
    KEY(conf, name_servers, "name-servers", conf_read_name_servers,
        .flags = CONF_KEY_LIST),
    KEY(conf, log_level, "log-level", conf_read_log_level, .flags = 0),
    KEY(conf, workers, "workers", conf_read_count, .max = CONF_WORKERS_MAX),
    KEY(conf, min_free, "min-free", conf_read_size, .max = 1024 * GIB),
    KEY(conf, keep_seen_ms, "keep-seen", conf_read_duration, .min = HOUR,
        .max = 3660 * DAY),
    KEY(conf, keep_events_ms, "keep-events", conf_read_duration, .min = HOUR,
        .max = 3660 * DAY),
    KEY(conf, keep_history_ms, "keep-history", conf_read_duration,
        .max = 3660 * DAY),
    KEY(conf, default_sinks, "default-sinks", conf_read_sinks,
        .flags = CONF_KEY_LIST),
    KEY(conf, operator_sinks, "operator-sinks", conf_read_sinks,
        .flags = CONF_KEY_LIST),
};

static const struct conf_key conf_fetch_keys[] = {
    KEY(conf, concurrency, "concurrency", conf_read_count, .min = 1,
        .max = 1024),
    KEY(conf, host_concurrency, "host-concurrency", conf_read_count, .min = 1,
        .max = 64),
    KEY(conf, host_spacing_ms, "host-spacing", conf_read_duration, .max = HOUR),
    FETCH_KEYS(conf),
};

static const struct conf_key conf_feed_keys[] = {
    KEY(conf_feed, url, "url", conf_read_feed_url, .flags = CONF_KEY_REQUIRED),
    KEY(conf_feed, title, "title", conf_read_string, .flags = CONF_KEY_EMPTY),
    KEY(conf_feed, role, "role", conf_read_role, .flags = CONF_KEY_EMPTY),
    KEY(conf_feed, country, "country", conf_read_country,
        .flags = CONF_KEY_EMPTY),
    KEY(conf_feed, lang, "lang", conf_read_lang, .flags = CONF_KEY_EMPTY),
    KEY(conf_feed, tags, "tags", conf_read_tags, .flags = CONF_KEY_LIST),
    KEY(conf_feed, headers, "headers", conf_read_headers,
        .flags = CONF_KEY_LIST | CONF_KEY_SECRET),
    KEY(conf_feed, user, "user", conf_read_user,
        .flags = CONF_KEY_EMPTY | CONF_KEY_SECRET),
    KEY(conf_feed, password, "password-file", conf_read_password,
        .flags = CONF_KEY_EMPTY),
    KEY(conf_feed, html.item, "html-item", conf_read_xpath, .flags = 0),
    KEY(conf_feed, html.title, "html-title", conf_read_xpath, .flags = 0),
    KEY(conf_feed, html.link, "html-link", conf_read_xpath, .flags = 0),
    KEY(conf_feed, html.date, "html-date", conf_read_xpath, .flags = 0),
    KEY(conf_feed, html.summary, "html-summary", conf_read_xpath, .flags = 0),
    KEY(conf_feed, html.zone_min, "html-timezone", conf_read_zone, .flags = 0),
    FETCH_KEYS(conf_feed),
};

const size_t conf_feed_fetch_keys = 15;

/* The options of a set are languages; each is read by this. */
static const struct conf_key conf_set_keys[] = {
    {.name = "any", .read = conf_read_set_entries, .flags = CONF_KEY_LIST},
};

static const struct conf_key conf_topic_keys[] = {
    KEY(conf_topic, query, "query", conf_read_query,
        .flags = CONF_KEY_REQUIRED),
    KEY(conf_topic, title, "title", conf_read_string, .flags = 0),
    KEY(conf_topic, severity, "severity", conf_read_severity, .flags = 0),
    KEY(conf_topic, raise, "raise", conf_read_query, .flags = 0),
    KEY(conf_topic, raise_to, "raise-to", conf_read_severity, .flags = 0),
    KEY(conf_topic, goldens, "golden", conf_read_goldens,
        .flags = CONF_KEY_LIST),
    KEY(conf_topic, tags, "tags", conf_read_tags, .flags = CONF_KEY_LIST),
    KEY(conf_topic, sinks, "sinks", conf_read_sinks, .flags = CONF_KEY_LIST),
};

static const struct conf_key conf_severity_keys[] = {
    KEY(conf_severity_route, sinks, "sinks", conf_read_sinks,
        .flags = CONF_KEY_LIST | CONF_KEY_REQUIRED),
};

static const struct conf_key conf_log_keys[] = {
    KEY(conf_sink, path, "path", conf_read_log_path,
        .flags = CONF_KEY_REQUIRED),
    KEY(conf_sink, format, "format", conf_read_log_format, .flags = 0),
};

static const struct conf_key conf_webhook_keys[] = {
    /* whoever knows it can post there */
    KEY(conf_sink, url, "url", conf_read_url,
        .flags = CONF_KEY_REQUIRED | CONF_KEY_SECRET),
    KEY(conf_sink, secrets, "secret-file", conf_read_secrets,
        .flags = CONF_KEY_LIST),
    KEY(conf_sink, headers, "headers", conf_read_headers,
        .flags = CONF_KEY_LIST | CONF_KEY_SECRET),
    KEY(conf_sink, concurrency, "concurrency", conf_read_count, .min = 1,
        .max = 64),
    KEY(conf_sink, rate_per_s, "rate", conf_read_rate, .max = 1000),
    KEY(conf_sink, timeout_ms, "timeout", conf_read_duration, .min = 10,
        .max = HOUR),
    KEY(conf_sink, proxy, "proxy", conf_read_proxy,
        .flags = CONF_KEY_EMPTY | CONF_KEY_SECRET),
    KEY(conf_sink, ca_file, "ca-file", conf_read_ca_file,
        .flags = CONF_KEY_EMPTY),
    KEY(conf_sink, allow_private, "allow-private", conf_read_networks,
        .flags = CONF_KEY_LIST),
};

#define KEYS(table) .keys = table, .key_count = sizeof(table) / sizeof(table[0])

const struct conf_kind conf_kinds[CONF_KINDS] = {
    [CONF_ROOT] = {.name = "", KEYS(conf_root_keys)},
    [CONF_FETCH] = {.name = "fetch",
        KEYS(conf_fetch_keys),
        .begin = conf_begin_fetch},
    [CONF_FEED] = {.name = "feed",
        .has_title = true,
        KEYS(conf_feed_keys),
        .begin = conf_begin_feed,
        .end = conf_end_feed},
    [CONF_SET] = {.name = "set",
        .has_title = true,
        KEYS(conf_set_keys),
        .begin = conf_begin_set},
    [CONF_TOPIC] = {.name = "topic",
        .has_title = true,
        KEYS(conf_topic_keys),
        .begin = conf_begin_topic,
        .end = conf_end_topic},
    [CONF_SEVERITY] = {.name = "severity",
        .has_title = true,
        KEYS(conf_severity_keys),
        .begin = conf_begin_severity},
    [CONF_LOG] = {.name = "log",
        .has_title = true,
        KEYS(conf_log_keys),
        .begin = conf_begin_log},
    [CONF_WEBHOOK] = {.name = "webhook",
        .has_title = true,
        KEYS(conf_webhook_keys),
        .begin = conf_begin_webhook},
};

/* one bit a key in masks, one place a key for the first that was given */
_Static_assert(sizeof(conf_feed_keys) / sizeof(conf_feed_keys[0]) <=
        CONF_KEYS_MAX,
    "too many options");

int
conf_find_kind(const struct scan *scan, const struct scan_section *section)
{
	int i;

	for (i = CONF_FETCH; i < CONF_KINDS; i++) {
		if (scan_is(scan, &section->pos, section->name_len,
		        conf_kinds[i].name))
			return i;
	}
	return -1;
}

/* Any language is an option of a set. */
static int
conf_find_language(const struct scan *scan, const struct scan_option *option)
{
	char name[CONF_LANG_SIZE], code[CONF_LANG_SIZE];

	if (option->name_len >= sizeof(name))
		return -1;
	memcpy(name, scan->text + option->pos.offset, option->name_len);
	name[option->name_len] = '\0';
	if (strcmp(name, "any") == 0 || conf_lang(name, code) == 0)
		return 0;
	return -1;
}

int
conf_find_key(const struct conf_kind *kind, const struct scan *scan,
    const struct scan_option *option)
{
	size_t i;

	if (kind == &conf_kinds[CONF_SET])
		return conf_find_language(scan, option);
	for (i = 0; i < kind->key_count; i++) {
		if (scan_is(scan, &option->pos, option->name_len,
		        kind->keys[i].name))
			return (int)i;
	}
	return -1;
}

/* Insertions, deletions, changes and swaps of neighbours between two words. */
static size_t
conf_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][CONF_SUGGEST_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *swap;
	size_t i, j;

	for (j = 0; j <= b_len; j++)
		before[j] = last[j] = j;
	for (i = 1; i <= a_len; i++) {
		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		swap = before;
		before = last;
		last = row;
		row = swap;
	}
	return last[b_len];
}

void
conf_suggest(
    struct diag *diag, const char *word, const char *const *names, size_t count)
{
	size_t best = CONF_SUGGEST_DISTANCE + 1, len = strlen(word), i;
	const char *found = NULL;

	if (len > CONF_SUGGEST_MAX)
		return;
	for (i = 0; i < count; i++) {
		size_t name_len = strlen(names[i]), distance;

		if (name_len > CONF_SUGGEST_MAX || name_len > len + best ||
		    len > name_len + best)
			continue;
		distance = conf_distance(word, len, names[i], name_len);
		/* of a short word, less must have changed */
		if (distance < best && distance * 2 < len) {
			best = distance;
			found = names[i];
		}
	}
	if (found)
		diag_hint(diag, "did you mean \"%s\"?", found);
}

void
conf_suggest_kind(struct diag *diag, const char *word, size_t len)
{
	const char *names[CONF_KINDS];
	char *copy = xstrndup(word, len);
	size_t i;

	for (i = CONF_FETCH; i < CONF_KINDS; i++)
		names[i] = conf_kinds[i].name;
	conf_suggest(diag, copy, names + CONF_FETCH, CONF_KINDS - CONF_FETCH);
	free(copy);
}

void
conf_suggest_key(struct diag *diag, const struct conf_kind *kind,
    const char *word, size_t len)
{
	const char *names[CONF_KEYS_MAX];
	char *copy = xstrndup(word, len);
	const char *meant;
	size_t i;

	for (i = 0; i < kind->key_count; i++)
		names[i] = kind->keys[i].name;
	if (kind == &conf_kinds[CONF_SET]) {
		meant = conf_lang_meant(copy);
		if (meant)
			diag_hint(diag, "did you mean \"%s\"?", meant);
	} else {
		conf_suggest(diag, copy, names, kind->key_count);
	}
	free(copy);
}
