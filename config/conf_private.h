#ifndef WIREWATCH_CONFIG_CONF_PRIVATE_H
#define WIREWATCH_CONFIG_CONF_PRIVATE_H

#include <confuse.h>
#include <curl/curl.h>

#include "config/conf.h"
#include "config/conf_scan.h"
#include "lib/alloc.h"
#include "lib/map.h"

/* What the files of config/ share while a configuration is being read. */
#define CONF_KEYS_MAX 32		/* options that one kind of section knows */
#define CONF_LIST_MAX 10000		/* values in one list */
#define CONF_STRING_MAX 4096		/* bytes of a value, queries excepted */
#define CONF_FEED_NAME_MAX 512
#define CONF_FILES_MAX 1000
#define CONF_BYTES_MAX (64 * 1024 * 1024)	/* of all files together */
/* An event goes to POLL_SINKS_MAX sinks at most, and none may be left out. */
#define CONF_SINKS_MAX 64
#define CONF_SETS_MAX 10000
#define CONF_OPTIONS_MAX 10000		/* outside sections, in one file */
#define CONF_SECTION_OPTIONS_MAX 256	/* in one section */
#define CONF_LANGS_MAX 64		/* spellings of languages in one file */
#define CONF_ERRORS_MAX 500		/* then reading ends */
#define CONF_WARNINGS_MAX 100		/* then they end */
#define CONF_SECRET_FILE_MAX 4096

/* One file; kept until all are checked, so that errors can show its lines. */
struct conf_file {
	const char *path;	/* in the configuration's arena */
	const char *dir;	/* ends with '/'; in the reader's arena */
	char *text;		/* owned */
	size_t len;
	bool is_opml;		/* then nothing is scanned */
	struct scan scan;
	/* the line last copied to the arena, for texts that share it */
	const char **line_copy;
	uint32_t line_copy_start;
};

/* The name of a sink, to be looked up when all of them are known. */
struct conf_ref {
	const char *name;
	const struct conf_file *file;
	struct scan_value at;
};

struct conf_include {
	char *pattern;
	struct scan_value at;
};

struct conf_reader {
	struct conf *conf;
	const struct conf *base;	/* of topics to be tried; else NULL */
	struct arena *arena;	/* the configuration's */
	struct arena *scratch;	/* ends with the reading */
	struct diag *diag;
	size_t errors_before;	/* that were in diag */
	size_t warnings;
	bool is_over;		/* a bound was met: the rest is skipped */
	/* something could not be read, so that what is missing may be there */
	bool is_incomplete;
	unsigned full;		/* one bit a kind that has its most objects */
	CURLU *url;
	/* where each name was first given: values are struct place */
	struct map *feed_names;
	struct map *feed_urls;
	struct map *set_names;
	struct map *topic_names;
	struct map *sink_names;
	struct map *log_paths;
	struct map *severities;
	size_t golden_suggestions;	/* of feeds, that were searched for */
	/* these grow, and move to the arena at the end */
	size_t feed_cap, set_cap, topic_cap, sink_cap, route_cap;
	uint32_t *feed_own;	/* per feed: which fetch options it has itself */
	size_t feed_own_cap;
	struct conf_ref *refs;
	size_t ref_count, ref_cap;
	struct conf_file **files;
	size_t file_count, file_cap;
	size_t bytes;		/* of all files */
	struct conf_file *open_files[CONF_INCLUDE_DEPTH_MAX + 1];
	size_t open_count;
	struct map *file_ids;	/* device and inode; values are the files */
	/* of the file being read */
	struct conf_file *file;
	size_t next_section;
	size_t next_include;
	struct conf_include *includes;
	size_t include_count, include_cap;
	/* where each option of fetch and outside sections was first given */
	struct place first[2][CONF_KEYS_MAX];
};

/* The values of one option as libconfuse read them, and where they stand. */
struct conf_given {
	struct conf_reader *reader;
	const struct scan_option *option;
	cfg_opt_t *opt;
};

struct conf_key;

/* Reads an option's values into its field; reports what is wrong. */
typedef void (*conf_key_fn)(
    const struct conf_given *given, const struct conf_key *key, void *field);

/* scan_option.key of include(), which is no option */
#define CONF_KEY_INCLUDE (-2)

#define CONF_KEY_LIST 0x1	/* takes several values */
#define CONF_KEY_EMPTY 0x2	/* "" means none */
#define CONF_KEY_REQUIRED 0x4
#define CONF_KEY_SECRET 0x8	/* never show the line */

struct conf_key {
	const char *name;
	conf_key_fn read;
	size_t offset;		/* of the field in its section's struct */
	size_t size;		/* of the field, where it can be inherited */
	unsigned flags;
	int64_t min, max;	/* of numbers, durations and sizes */
};

enum conf_kind_id {
	CONF_ROOT,
	CONF_FETCH,
	CONF_FEED,
	CONF_SET,
	CONF_TOPIC,
	CONF_SEVERITY,
	CONF_LOG,
	CONF_WEBHOOK,
	CONF_KINDS,
};

struct conf_kind {
	const char *name;
	bool has_title;
	const struct conf_key *keys;
	size_t key_count;
	/* Makes the object of a section; NULL when it is not to be read. */
	void *(*begin)(struct conf_reader *reader,
	    const struct scan_section *section, const char *title);
	/*
	 * NULL, or checks how its options fit together when all were read;
	 * is_good unless one of them was reported.
	 */
	void (*end)(struct conf_reader *reader,
	    const struct scan_section *section, void *object,
	    bool is_good);
};

/* conf_keys.c: the vocabulary */
extern const struct conf_kind conf_kinds[CONF_KINDS];
/* Where the options that feeds inherit from fetch start among a feed's. */
extern const size_t conf_feed_fetch_keys;
int conf_find_kind(const struct scan *scan, const struct scan_section *section);
int conf_find_key(const struct conf_kind *kind, const struct scan *scan,
    const struct scan_option *option);
/* "hint: did you mean ...?" for the newest finding, if something is near. */
void conf_suggest_kind(struct diag *diag, const char *word, size_t len);
void conf_suggest_key(struct diag *diag, const struct conf_kind *kind,
    const char *word, size_t len);
void conf_suggest(
    struct diag *diag, const char *word, const char *const *names, size_t count);

/* conf_file.c: one file with all that it includes */
/* `at` is where the file being read names this one; NULL for the first. */
void conf_read_file(
    struct conf_reader *reader, const char *path, const struct scan_value *at);
void conf_file_free(struct conf_file *file);
/* Whether there are so many errors that reading on helps nobody. */
bool conf_is_over(struct conf_reader *reader);
/* Whether there is room for one more warning; to be asked before each. */
bool conf_may_warn(struct conf_reader *reader);

/* conf_opml.c: a file of feeds in OPML */
void conf_read_opml(struct conf_reader *reader);

/* conf_parse.c: the values of a file, its sections and includes */
void conf_parse(struct conf_reader *reader);

/* conf_outline.c: names that libconfuse must not meet */
void conf_check_outline(struct conf_reader *reader);
/* An option that was reported: libconfuse shall not see it. */
void conf_outline_drop(struct conf_reader *reader, struct scan_option *option);

/* conf_section.c: the objects that sections make */
void conf_set_defaults(struct conf *conf);
void *conf_begin_fetch(struct conf_reader *reader,
    const struct scan_section *section, const char *title);
void *conf_begin_feed(struct conf_reader *reader,
    const struct scan_section *section, const char *title);
/* One more feed, of which only name and place are set, and no fetch option. */
struct conf_feed *conf_add_feed(
    struct conf_reader *reader, const char *name, struct place place);
void *conf_begin_set(struct conf_reader *reader,
    const struct scan_section *section, const char *title);
void *conf_begin_topic(struct conf_reader *reader,
    const struct scan_section *section, const char *title);
void conf_end_topic(struct conf_reader *reader,
    const struct scan_section *section, void *object, bool is_good);
void *conf_begin_severity(struct conf_reader *reader,
    const struct scan_section *section, const char *title);
void *conf_begin_log(struct conf_reader *reader,
    const struct scan_section *section, const char *title);
void *conf_begin_webhook(struct conf_reader *reader,
    const struct scan_section *section, const char *title);
/* The option of this name in a section, whatever its value; NULL if none. */
const struct scan_option *conf_section_option(const struct conf_reader *reader,
    const struct scan_section *section, const char *name);
/* Reads the options of a section (NULL: those outside sections). */
void conf_read_section(struct conf_reader *reader, const struct conf_kind *kind,
    const struct scan_section *section, cfg_t *sec);

/* conf_value.c: readers, by type of option */
bool conf_is_line(const char *text);
size_t conf_given_count(const struct conf_given *given);
const char *conf_given_text(const struct conf_given *given, size_t i);
const struct scan_value *conf_given_at(const struct conf_given *given, size_t i);
void conf_given_error(const struct conf_given *given,
    const struct conf_key *key, size_t i, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void conf_read_string(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_node(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_contact(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_path(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_socket(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_ca_file(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_log_path(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_duration(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_size(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_count(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_rate(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_log_level(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_log_format(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_severity(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_role(
    const struct conf_given *given, const struct conf_key *key, void *field);
/* The role of that name, static; NULL if there is none. */
const char *conf_role(const char *text);
void conf_read_country(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_lang(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_tags(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_sinks(
    const struct conf_given *given, const struct conf_key *key, void *field);
/* conf_net.c: readers of addresses and what goes with them */
/* Whether a feed may have this URL: 0, or -1 with the reason. */
int conf_judge_url(CURLU *parsed, const char *url, struct err *err);
void conf_read_url(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_feed_url(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_proxy(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_networks(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_name_servers(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_headers(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_user(
    const struct conf_given *given, const struct conf_key *key, void *field);
/* conf_html.c: how a page is read */
void conf_read_xpath(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_zone(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_end_feed(struct conf_reader *reader,
    const struct scan_section *section, void *object, bool is_good);
/* conf_secret.c: readers of secret files */
void conf_read_password(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_secrets(
    const struct conf_given *given, const struct conf_key *key, void *field);
/* conf_text.c: readers of what topics/ compiles */
/* 0, or -1 with what is wrong reported. */
int conf_text_check(
    const struct conf_given *given, const struct conf_key *key, size_t i);
void conf_text_make(
    const struct conf_given *given, size_t i, struct conf_text *text);
void conf_read_query(
    const struct conf_given *given, const struct conf_key *key, void *field);
void conf_read_set_entries(
    const struct conf_given *given, const struct conf_key *key, void *field);

/* conf_golden.c: the examples of topics */
void conf_read_goldens(
    const struct conf_given *given, const struct conf_key *key, void *field);
/* Takes the examples apart, when all feeds are known. */
void conf_check_goldens(struct conf_reader *reader);

/* conf_codes.c: the codes of the standards; the results are static */
const char *conf_country(const char *text);
/* "zh-hant" to "zh-Hant" in out (at least CONF_LANG_SIZE bytes); -1 if none. */
#define CONF_LANG_SIZE 16
int conf_lang(const char *text, char out[CONF_LANG_SIZE]);
/* What people write for a language and mean another: "jp" to "ja", or NULL. */
const char *conf_lang_meant(const char *text);

/* conf_check.c: what can be said when all files are read */
void conf_check(struct conf_reader *reader);

#endif
