#ifndef WIREWATCH_CONFIG_CONF_H
#define WIREWATCH_CONFIG_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/diag.h"
#include "lib/netpolicy.h"

/*
 * The configuration as plain data, read with libconfuse, checked whole:
 * every error of every file is reported in one run. Queries are carried as
 * text with their place; topics/ compiles them. One arena owns everything,
 * another all that is secret.
 */
#define CONF_FEEDS_MAX 100000
#define CONF_TOPICS_MAX 100000
#define CONF_SECRETS_MAX 8
#define CONF_GOLDENS_MAX 1000	/* of one topic */
#define CONF_GOLDEN_BYTES_MAX 4096	/* of one example */
#define CONF_NAME_MAX 64
#define CONF_WORKERS_MAX 64
#define CONF_FILE_MAX (16 * 1024 * 1024)
/* Bytes of a feed's body at most: feeds/parse.h takes no more. */
#define CONF_BODY_MAX (16 * 1024 * 1024)
#define CONF_INCLUDE_DEPTH_MAX 8

enum severity {
	SEVERITY_INFO = 1,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_FLASH,
};

const char *severity_name(enum severity severity);
int severity_parse(const char *name, enum severity *severity_r);

struct strings {
	const char **items;
	size_t count;
};

/* Text of the user's with the place of its first character. */
struct conf_text {
	const char *text;	/* after unquoting */
	struct place place;
	/*
	 * The same as it stands in the file, quotes excluded, so that an
	 * offset can be mapped to a column even behind an escape.
	 */
	const char *raw;
	size_t raw_len;
	char quote;		/* '"' or '\''; 0 when raw has no escapes */
	const char **lines;	/* of the file, from the one where raw starts */
	size_t line_count;	/* 0: the text stands in no file */
};

/*
 * The place of byte `offset` of text->text, and the line it stands on (owned by
 * the configuration), with the 1-based character in that line for a caret.
 */
void conf_text_place(const struct conf_text *text, size_t offset,
    struct place *place_r, const char **line_r, int *caret_r);
/*
 * Reports about `len` bytes at `offset` of a text, with caret and source line;
 * of a long line the 160 characters around the place are shown.
 */
void conf_text_diag(struct diag *diag, enum diag_level level,
    const struct conf_text *text, size_t offset, size_t len, const char *code,
    const char *fmt, ...) __attribute__((format(printf, 7, 8)));

/* What feeds inherit from `fetch { }` and may override. */
struct conf_fetch {
	int64_t interval_ms;		/* fixed; 0 = decided from the feed's window */
	int64_t min_interval_ms;
	int64_t max_interval_ms;
	int64_t backlog_ms;		/* first poll: items older are not alerted */
	int64_t connect_timeout_ms;
	int64_t timeout_ms;
	int64_t stall_timeout_ms;
	int64_t max_body;		/* bytes */
	const char *proxy;		/* NULL = none */
	struct netpolicy allow_private;
};

/*
 * How a page without a feed is read: XPath 1.0 as text/xpath.h has it, all but
 * the first beginning at an entry. An option that is not given is NULL.
 */
struct conf_html {
	const char *item;		/* the entries; NULL = not a page */
	const char *title;
	const char *link;		/* NULL = the first link inside */
	const char *date;
	const char *summary;
	int zone_min;			/* of dates without one, east of UTC */
};

struct conf_feed {
	const char *name;
	const char *url;
	const char *title;		/* NULL = the feed's own */
	const char *role;		/* wire, state, official, ...; NULL */
	const char *country;		/* ISO 3166, upper case; NULL */
	const char *lang;		/* BCP 47; NULL = the feed's own */
	struct strings tags;
	struct strings headers;		/* "Name: value" */
	const char *user;
	const char *password;		/* from password-file; NULL */
	struct conf_html html;
	struct conf_fetch fetch;	/* the defaults with its own on top */
	struct place place;
};

struct conf_set_entry {
	const char *lang;		/* NULL = any language */
	struct conf_text text;
};

struct conf_set {
	const char *name;
	struct conf_set_entry *entries;
	size_t entry_count;
	struct place place;
};

/*
 * An example that a topic must match ("+ ...") or must not ("- ..."): the item's
 * title, in further lines its summary, and the feed whose name stands directly
 * behind the sign.
 */
struct conf_golden {
	bool must_match;
	const char *feed;		/* a configured feed's name; NULL = none */
	const char *title;
	const char *summary;		/* "" if none */
	struct conf_text text;		/* as written */
};

struct conf_topic {
	const char *name;
	const char *title;		/* the name if not given */
	enum severity severity;
	struct strings tags;
	struct conf_text query;
	struct conf_text raise;		/* a query; text is NULL if none */
	enum severity raise_to;		/* what severity is lifted to then */
	struct conf_golden *goldens;
	size_t golden_count;
	struct strings sinks;		/* names; empty = by severity or default */
	struct place place;
};

enum sink_type {
	SINK_LOG,
	SINK_WEBHOOK,
};

enum log_format {
	LOG_FORMAT_JSON,
	LOG_FORMAT_TEXT,
};

struct conf_sink {
	const char *name;
	enum sink_type type;
	/* log */
	const char *path;		/* NULL = standard output */
	enum log_format format;
	/* webhook */
	const char *url;
	struct strings headers;
	struct strings secrets;		/* "whsec_...", newest first; all sign */
	int concurrency;
	double rate_per_s;		/* 0 = no limit */
	int64_t timeout_ms;
	const char *proxy;
	const char *ca_file;
	struct netpolicy allow_private;
	struct place place;
};

/* `severity "high" { sinks = {...} }`: events of at least that severity. */
struct conf_severity_route {
	enum severity severity;
	struct strings sinks;
	struct place place;
};

struct conf {
	struct arena *arena;
	struct arena *secrets;		/* passwords, secrets, headers: lib/alloc.h */
	const char *path;
	const char *node;		/* "node" in events */
	const char *contact;		/* in the User-Agent; NULL */
	const char *user_agent;		/* complete, ready to send */
	const char *state_dir;
	const char *socket_path;	/* NULL = no interface */
	const char *ca_file;		/* NULL = the system's */
	const char *name_servers;	/* "192.0.2.1:53,..."; NULL = the system's */
	int log_level;
	int64_t min_free;		/* bytes free in state_dir to go on polling */
	int64_t keep_seen_ms;		/* retention of items no longer in a feed */
	int64_t keep_events_ms;		/* retention of delivered events */
	int64_t keep_history_ms;	/* of items, for replays; 0 = not kept */
	int workers;			/* processes that parse; 0 = none */
	int concurrency;		/* transfers at a time */
	int host_concurrency;
	int64_t host_spacing_ms;
	struct conf_fetch fetch;
	struct conf_feed *feeds;
	size_t feed_count;
	struct conf_set *sets;
	size_t set_count;
	struct conf_topic *topics;
	size_t topic_count;
	struct conf_sink *sinks;
	size_t sink_count;
	struct conf_severity_route *routes;
	size_t route_count;
	struct strings default_sinks;	/* topics that name none; all if empty */
	struct strings operator_sinks;	/* feed.*, sink.*, config.*; all logs if empty */
	/* the same objects in the order of their names */
	const struct conf_feed **feeds_by_name;
	const struct conf_topic **topics_by_name;
};

/*
 * Reads a configuration and all it includes. NULL when there are errors; they
 * are in diag, as are the warnings of a good one. Never starts anything.
 */
struct conf *conf_load(const char *path, struct diag *diag);
/*
 * The same, but what was read of a bad configuration is given, too, if only
 * values are wrong in it: so that its topics can be checked in the same run.
 * Nothing may be started with it when diag has new errors.
 */
struct conf *conf_examine(const char *path, struct diag *diag);
/*
 * Topics and sets to be tried in place of those of `base`, whose feeds and
 * sinks they may name: from a file, or from all *.conf of a directory in the
 * order of their names. What else is in there is checked, too. Has base's feeds
 * if it has none itself: base must outlive it. NULL when there are errors.
 */
struct conf *conf_load_topics(
    const char *path, const struct conf *base, struct diag *diag);
void conf_free(struct conf **conf);

const struct conf_feed *conf_find_feed(const struct conf *conf, const char *name);
const struct conf_topic *conf_find_topic(
    const struct conf *conf, const char *name);
/* "+09:00", "-0330" or "+9" in minutes east of UTC: 0, or -1 if it is none. */
int conf_zone(const char *text, int *minutes_r);
/* Whether two sinks are configured alike, so that a reload may keep one open. */
bool conf_sink_equal(const struct conf_sink *a, const struct conf_sink *b);

#endif
