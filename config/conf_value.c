/*
 * Readers of single values: each turns the text of one option into its field,
 * or reports where it stands, what is wrong and what was expected.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>
#include <utf8proc.h>

#include "config/conf_private.h"
#include "lib/clock.h"
#include "lib/log.h"

#define CONF_NODE_MAX 255

size_t
conf_given_count(const struct conf_given *given)
{
	return cfg_opt_size(given->opt);
}

const char *
conf_given_text(const struct conf_given *given, size_t i)
{
	return cfg_opt_getnstr(given->opt, (unsigned)i);
}

const struct scan_value *
conf_given_at(const struct conf_given *given, size_t i)
{
	return &given->reader->file->scan
		    .values[given->option->first_value + i];
}

void
conf_given_error(const struct conf_given *given, const struct conf_key *key,
    size_t i, const char *fmt, ...)
{
	const struct scan *scan = &given->reader->file->scan;
	const struct scan_value *at = conf_given_at(given, i);
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err.text, sizeof(err.text), fmt, ap);
	va_end(ap);
	if (key->flags & CONF_KEY_SECRET)
		scan_report_hidden(scan, given->reader->diag, DIAG_ERROR,
		    &at->pos, "%s: %s", key->name, err.text);
	else
		scan_report(scan, given->reader->diag, DIAG_ERROR, &at->pos,
		    at->len, "%s: %s", key->name, err.text);
}

/* Whether text is one line of valid UTF-8 without control characters. */
bool
conf_is_line(const char *text)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	while (*p) {
		if (*p >= 0x20 && *p < 0x7f) {
			p++;
			continue;
		}
		n = utf8proc_iterate(p, -1, &c);
		if (n <= 0 || c < 0x20 || (c >= 0x7f && c < 0xa0))
			return false;
		p += n;
	}
	return true;
}

/* A value that is one printable line; NULL (reported) if it is not. */
static const char *
conf_given_line(
    const struct conf_given *given, const struct conf_key *key, size_t i)
{
	const char *text = conf_given_text(given, i);

	if (!*text && !(key->flags & CONF_KEY_EMPTY)) {
		conf_given_error(given, key, i, "expected a value, not \"\"");
		return NULL;
	}
	if (strlen(text) > CONF_STRING_MAX) {
		conf_given_error(given, key, i,
		    "longer than %d bytes; expected a shorter value",
		    CONF_STRING_MAX);
		return NULL;
	}
	if (!conf_is_line(text)) {
		conf_given_error(
		    given, key, i, "expected one line of printable text");
		return NULL;
	}
	return text;
}

void
conf_read_string(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *text = conf_given_line(given, key, 0);

	if (text)
		*(const char **)field =
		    *text ? arena_strdup(given->reader->arena, text) : NULL;
}

void
conf_read_node(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	if (strlen(conf_given_text(given, 0)) > CONF_NODE_MAX)
		conf_given_error(
		    given, key, 0, "longer than %d bytes", CONF_NODE_MAX);
	else
		conf_read_string(given, key, field);
}

/* It goes into a comment of the User-Agent (RFC 9110 section 5.6.5). */
void
conf_read_contact(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *text = conf_given_line(given, key, 0), *p;
	bool is_safe = true;

	if (!text)
		return;
	for (p = text; *p; p++)
		is_safe =
		    is_safe && *p > ' ' && *p < 0x7f && !strchr("()\\\"", *p);
	if (*text && (!is_safe || !strchr(text, ':')))
		conf_given_error(given, key, 0,
		    "expected \"mailto:ADDRESS\" or a URL for those who run "
		    "the feeds");
	else
		conf_read_string(given, key, field);
}

/* Relative paths count from the file that names them. */
void
conf_read_path(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *text = conf_given_line(given, key, 0);
	struct conf_reader *reader = given->reader;

	if (text)
		*(const char **)field =
		    !*text	   ? NULL
		    : *text == '/' ? arena_strdup(reader->arena, text)
				   : arena_printf(reader->arena, "%s%s",
					 reader->file->dir, text);
}

void
conf_read_socket(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *path;

	conf_read_path(given, key, field);
	path = *(const char **)field;
	if (path && strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		conf_given_error(given, key, 0,
		    "longer than a socket's path may be (%zu bytes)",
		    sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
}

void
conf_read_ca_file(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *path;
	FILE *file;

	conf_read_path(given, key, field);
	path = *(const char **)field;
	if (!path)
		return;
	file = fopen(path, "re");
	if (!file) {
		conf_given_error(
		    given, key, 0, "cannot read %s: %s", path, strerror(errno));
		return;
	}
	fclose(file);
}

/* Appends the parts of a path to one that is absolute and plain. */
static void
conf_join_plain(char *out, const char *path)
{
	size_t len;

	for (; *path; path += len) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len == 0 || (len == 1 && *path == '.'))
			continue;
		if (len == 2 && strncmp(path, "..", 2) == 0) {
			char *slash = strrchr(out, '/');

			*(slash ? slash : out) = '\0';
			continue;
		}
		strcat(out, "/");
		strncat(out, path, len);
	}
}

/*
 * The path from the root without empty, "." and ".." parts, whatever there is
 * on the disk: two spellings of one path are then alike. Owned by the caller.
 */
static char *
conf_plain_path(const char *path)
{
	char *cwd = *path == '/' ? NULL : getcwd(NULL, 0);
	char *plain = xcalloc(1, (cwd ? strlen(cwd) : 0) + strlen(path) + 3);

	if (cwd)
		conf_join_plain(plain, cwd);
	conf_join_plain(plain, path);
	free(cwd);
	return plain;
}

/* Notes where a log writes, so that no other one does. */
static void
conf_log_path_seen(const struct conf_given *given, const struct conf_key *key,
    const char *path)
{
	struct conf_reader *reader = given->reader;
	struct place *first = map_get(reader->log_paths, path);

	if (first) {
		conf_given_error(given, key, 0,
		    "another log writes there; first at %s:%d", first->file,
		    first->line);
		return;
	}
	first = arena_alloc(reader->arena, sizeof(*first));
	*first = scan_place(&reader->file->scan, &conf_given_at(given, 0)->pos);
	map_put(reader->log_paths, path, first);
}

void
conf_read_log_path(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *path;
	char *plain;

	if (strcmp(conf_given_text(given, 0), "-") == 0) {
		*(const char **)field = NULL;
		conf_log_path_seen(given, key, "-");
		return;
	}
	conf_read_path(given, key, field);
	path = *(const char **)field;
	if (path && path[strlen(path) - 1] == '/')
		conf_given_error(
		    given, key, 0, "expected a file, not a directory");
	else if (path) {
		plain = conf_plain_path(path);
		conf_log_path_seen(given, key, plain);
		free(plain);
	}
}

void
conf_read_duration(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *text = conf_given_text(given, 0);
	char min[CLOCK_RFC3339_SIZE], max[CLOCK_RFC3339_SIZE];
	int64_t ms;

	if (!*text && (key->flags & CONF_KEY_EMPTY)) {
		*(int64_t *)field = 0;
		return;
	}
	if (clock_duration_ms(text, &ms) == -1)
		conf_given_error(given, key, 0,
		    "bad duration \"%s\"; expected a number and ms, s, m, h, d "
		    "or w, as in \"90s\"",
		    text);
	else if (ms < key->min || ms > key->max)
		conf_given_error(given, key, 0,
		    "\"%s\" is out of bounds; expected %s to %s", text,
		    clock_human(key->min, min), clock_human(key->max, max));
	else
		*(int64_t *)field = ms;
}

/* A whole decimal number; -1 if the text is none or too large. */
static int
conf_number(const char *text, const char **end_r, int64_t *number_r)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	*number_r = strtoll(text, &end, 10);
	*end_r = end;
	return errno ? -1 : 0;
}

static int
conf_size(const char *text, int64_t *size_r)
{
	static const char units[] = "KMGT";
	const char *end, *unit;
	int shift = 0;

	if (conf_number(text, &end, size_r) == -1)
		return -1;
	if (*end) {
		unit = strchr(units, *end);
		if (!unit || end[1])
			return -1;
		shift = 10 * (int)(unit - units + 1);
	}
	if (*size_r > INT64_MAX >> shift)
		return -1;
	*size_r *= (int64_t)1 << shift;
	return 0;
}

static char *
conf_show_size(int64_t size, char out[CLOCK_RFC3339_SIZE])
{
	static const char units[] = "KMGT";
	int unit = -1;

	while (size >= 1024 && size % 1024 == 0 && unit < 3) {
		size /= 1024;
		unit++;
	}
	snprintf(out, CLOCK_RFC3339_SIZE, "%" PRId64 "%.*s", size, unit >= 0,
	    unit >= 0 ? &units[unit] : "");
	return out;
}

void
conf_read_size(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *text = conf_given_text(given, 0);
	char min[CLOCK_RFC3339_SIZE], max[CLOCK_RFC3339_SIZE];
	int64_t size;

	if (conf_size(text, &size) == -1)
		conf_given_error(given, key, 0,
		    "bad size \"%s\"; expected bytes or a number and K, M or "
		    "G, as in \"16M\"",
		    text);
	else if (size < key->min || size > key->max)
		conf_given_error(given, key, 0,
		    "\"%s\" is out of bounds; expected %s to %s", text,
		    conf_show_size(key->min, min),
		    conf_show_size(key->max, max));
	else
		*(int64_t *)field = size;
}

void
conf_read_count(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *text = conf_given_text(given, 0), *end;
	int64_t number;

	if (conf_number(text, &end, &number) == -1 || *end)
		conf_given_error(given, key, 0,
		    "bad number \"%s\"; expected a whole number", text);
	else if (number < key->min || number > key->max)
		conf_given_error(given, key, 0,
		    "%s is out of bounds; expected %" PRId64 " to %" PRId64,
		    text, key->min, key->max);
	else
		*(int *)field = (int)number;
}

void
conf_read_rate(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *text = conf_given_text(given, 0);
	double rate;
	char *end;

	/* strtod alone would take "inf", "nan", hexadecimals and signs */
	rate = strtod(text, &end);
	if (!*text || strspn(text, "0123456789.") != strlen(text) || *end)
		conf_given_error(given, key, 0,
		    "bad number \"%s\"; expected deliveries a second, as in "
		    "\"0.5\"; 0 = no limit",
		    text);
	else if (rate < (double)key->min || rate > (double)key->max)
		conf_given_error(given, key, 0,
		    "%s is out of bounds; expected %" PRId64 " to %" PRId64,
		    text, key->min, key->max);
	else
		*(double *)field = rate;
}

/* The index of the value among names; -1 (reported) if it is none of them. */
static int
conf_given_choice(const struct conf_given *given, const struct conf_key *key,
    const char *const *names, size_t count)
{
	const char *text = conf_given_text(given, 0);
	char *expected = NULL, *longer;
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(text, names[i]) == 0)
			return (int)i;
	}
	for (i = 0; i < count; i++) {
		longer = xasprintf("%s%s%s", expected ? expected : "",
		    !expected	    ? ""
		    : i + 1 < count ? ", "
				    : " or ",
		    names[i]);
		free(expected);
		expected = longer;
	}
	conf_given_error(
	    given, key, 0, "bad value \"%s\"; expected %s", text, expected);
	conf_suggest(given->reader->diag, text, names, count);
	free(expected);
	return -1;
}

void
conf_read_log_level(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *text = conf_given_text(given, 0);
	enum log_level level;

	if (log_level_parse(text, &level) == 0)
		*(int *)field = (int)level;
	else
		conf_given_error(given, key, 0,
		    "bad value \"%s\"; expected error, warn, info or debug",
		    text);
}

void
conf_read_log_format(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	static const char *const names[] = {"json", "text"};
	int i = conf_given_choice(given, key, names, 2);

	if (i >= 0)
		*(enum log_format *)field =
		    i == 0 ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT;
}

void
conf_read_severity(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *names[SEVERITY_FLASH];
	int i;

	for (i = 0; i < SEVERITY_FLASH; i++)
		names[i] = severity_name((enum severity)(i + 1));
	i = conf_given_choice(given, key, names, SEVERITY_FLASH);
	if (i >= 0)
		*(enum severity *)field = (enum severity)(i + 1);
}

static const char *const conf_roles[] = {"wire", "state", "official",
    "broadcaster", "press", "specialist", "think-tank", "academic", "ngo",
    "analysis", "portal", "aggregator", "other"};

#define CONF_ROLES (sizeof(conf_roles) / sizeof(conf_roles[0]))

const char *
conf_role(const char *text)
{
	size_t i;

	for (i = 0; i < CONF_ROLES; i++) {
		if (strcmp(text, conf_roles[i]) == 0)
			return conf_roles[i];
	}
	return NULL;
}

void
conf_read_role(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	int i;

	*(const char **)field = NULL;
	if (!*conf_given_text(given, 0))
		return;
	i = conf_given_choice(given, key, conf_roles, CONF_ROLES);
	if (i >= 0)
		*(const char **)field = conf_roles[i];
}

void
conf_read_country(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *text = conf_given_text(given, 0);
	const char *code = conf_country(text);

	*(const char **)field = code;
	if (code || !*text)
		return;
	conf_given_error(given, key, 0,
	    "bad country \"%s\"; expected a code of ISO 3166-1, as in \"KR\"",
	    text);
	if (strcmp(text, "UK") == 0)
		diag_hint(given->reader->diag, "did you mean \"GB\"?");
}

void
conf_read_lang(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *text = conf_given_text(given, 0), *meant;
	char code[CONF_LANG_SIZE];

	*(const char **)field = NULL;
	if (!*text)
		return;
	if (conf_lang(text, code) == 0) {
		*(const char **)field =
		    arena_strdup(given->reader->arena, code);
		return;
	}
	conf_given_error(given, key, 0,
	    "bad language \"%s\"; expected a code of ISO 639, as in \"ko\" or "
	    "\"zh-Hant\"",
	    text);
	meant = conf_lang_meant(text);
	if (meant)
		diag_hint(given->reader->diag, "did you mean \"%s\"?", meant);
}

void
conf_read_tags(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	struct strings *strings = field;
	size_t i, count = conf_given_count(given);

	strings->items =
	    arena_calloc(given->reader->arena, count, sizeof(*strings->items));
	for (i = 0; i < count; i++) {
		const char *text = conf_given_line(given, key, i);

		if (text)
			strings->items[strings->count++] =
			    arena_strdup(given->reader->arena, text);
	}
}

/* Which sinks there are is known at the end; until then they are noted. */
void
conf_read_sinks(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	struct conf_reader *reader = given->reader;
	struct strings *strings = field;
	size_t i;

	conf_read_tags(given, key, field);
	for (i = 0; i < strings->count; i++) {
		reader->refs = xgrow(reader->refs, reader->ref_count + 1,
		    &reader->ref_cap, sizeof(*reader->refs));
		reader->refs[reader->ref_count++] = (struct conf_ref){
		    .name = strings->items[i],
		    .file = reader->file,
		    .at = *conf_given_at(given, i),
		};
	}
}
