/*
 * libconfuse at work on one file: its tables of options are made from the
 * vocabulary, and what it finds is handed to those who read sections.
 *
 * It compares each section's title with those of all before it, which takes
 * minutes for 100,000 feeds. So each section is read and taken away as soon as
 * it is closed: there is never more than one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/conf_private.h"

/* In every table of options: where libconfuse's callbacks find the reader. */
#define CONF_PARSE_CONTEXT "\001"
#define CONF_PARSE_MESSAGE_MAX 512

static struct conf_reader *
conf_parse_context(cfg_t *cfg)
{
	cfg_opt_t *opt = cfg->opts;

	while (opt->type != CFGT_PTR)
		opt++;
	return (struct conf_reader *)(void *)opt->simple_value.ptr;
}

/* Not expected: the scanner lets nothing through that libconfuse refuses. */
static void __attribute__((format(printf, 2, 0)))
conf_parse_on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	struct conf_reader *reader = conf_parse_context(cfg);
	char message[CONF_PARSE_MESSAGE_MAX];

	vsnprintf(message, sizeof(message), fmt, ap);
	diag_add(reader->diag, DIAG_ERROR,
	    &(struct place){.file = reader->file->path, .line = cfg->line},
	    NULL, "%s", message);
}

/* The next section that libconfuse can see; NULL if the index has no more. */
static const struct scan_section *
conf_parse_next_section(struct conf_reader *reader)
{
	const struct scan *scan = &reader->file->scan;

	while (reader->next_section < scan->section_count) {
		const struct scan_section *section =
		    &scan->sections[reader->next_section++];

		if (section->kind != -1)
			return section;
	}
	return NULL;
}

static int
conf_parse_on_section(cfg_t *cfg, cfg_opt_t *opt)
{
	struct conf_reader *reader = conf_parse_context(cfg);
	const struct scan_section *section = conf_parse_next_section(reader);

	if (!section ||
	    strcmp(conf_kinds[section->kind].name, cfg_opt_name(opt)) != 0) {
		cfg_error(cfg, "unexpected section \"%s\"", cfg_opt_name(opt));
		return -1;
	}
	if (!conf_is_over(reader))
		conf_read_section(reader, &conf_kinds[section->kind], section,
		    cfg_opt_getnsec(opt, 0));
	(void)cfg_free_value(opt);
	return 0;
}

/* Notes an include; the file's own content comes first. */
static int
conf_parse_on_include(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	struct conf_reader *reader = conf_parse_context(cfg);
	const struct scan *scan = &reader->file->scan;
	const struct scan_option *option;

	(void)opt;
	do {
		if (reader->next_include >= scan->root_count || argc != 1) {
			cfg_error(cfg, "unexpected include");
			return -1;
		}
		option = &scan->root[reader->next_include++];
	} while (option->key != CONF_KEY_INCLUDE);
	reader->includes = xgrow(reader->includes, reader->include_count + 1,
	    &reader->include_cap, sizeof(*reader->includes));
	reader->includes[reader->include_count++] = (struct conf_include){
	    .pattern = xstrdup(argv[0]),
	    .at = scan->values[option->first_value],
	};
	return 0;
}

static cfg_opt_t
conf_parse_option(const char *name, unsigned flags)
{
	return (cfg_opt_t){
	    .name = name,
	    .type = CFGT_STR,
	    .flags = CFGF_NODEFAULT | (flags & CONF_KEY_LIST ? CFGF_LIST : 0),
	};
}

static cfg_opt_t
conf_parse_context_option(struct conf_reader *reader)
{
	return (cfg_opt_t){
	    .name = CONF_PARSE_CONTEXT,
	    .type = CFGT_PTR,
	    .flags = CFGF_NODEFAULT,
	    .simple_value = {.ptr = (void **)(void *)reader},
	};
}

/* The options of one kind of section; owned by the caller. */
static cfg_opt_t *
conf_parse_kind_options(
    struct conf_reader *reader, const struct conf_kind *kind)
{
	cfg_opt_t *opts = xcalloc(kind->key_count + 2, sizeof(*opts));
	size_t i;

	for (i = 0; i < kind->key_count; i++)
		opts[i] =
		    conf_parse_option(kind->keys[i].name, kind->keys[i].flags);
	opts[i] = conf_parse_context_option(reader);
	return opts;
}

/* Whether the languages already hold this name; at most CONF_LANGS_MAX. */
static bool
conf_parse_has_lang(
    char *const *langs, size_t count, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strncmp(langs[i], name, len) == 0 && !langs[i][len])
			return true;
	}
	return false;
}

/* The languages that the sets of the file name; the options of all sets. */
static cfg_opt_t *
conf_parse_set_options(struct conf_reader *reader)
{
	struct scan *scan = &reader->file->scan;
	cfg_opt_t *opts = xcalloc(CONF_LANGS_MAX + 2, sizeof(*opts));
	char *langs[CONF_LANGS_MAX];
	size_t count = 0, i, j;

	for (i = 0; i < scan->section_count; i++) {
		const struct scan_section *section = &scan->sections[i];

		for (j = 0;
		     section->kind == CONF_SET && j < section->option_count;
		     j++) {
			struct scan_option *option =
			    &scan->options[section->first_option + j];
			const char *name = scan->text + option->pos.offset;

			if (option->key == -1 || conf_is_over(reader) ||
			    conf_parse_has_lang(
				langs, count, name, option->name_len))
				continue;
			if (count == CONF_LANGS_MAX) {
				scan_report(scan, reader->diag, DIAG_ERROR,
				    &option->pos, option->name_len,
				    "more than %d languages in one file",
				    CONF_LANGS_MAX);
				conf_outline_drop(reader, option);
				continue;
			}
			langs[count] = arena_strndup(
			    reader->scratch, name, option->name_len);
			opts[count] =
			    conf_parse_option(langs[count], CONF_KEY_LIST);
			count++;
		}
	}
	opts[count] = conf_parse_context_option(reader);
	return opts;
}

/* Everything a file may hold, for libconfuse, which makes its own copy. */
static cfg_t *
conf_parse_new_cfg(struct conf_reader *reader)
{
	const struct conf_kind *root = &conf_kinds[CONF_ROOT];
	size_t count = root->key_count + CONF_KINDS + 3, i, at;
	cfg_opt_t *opts = xcalloc(count, sizeof(*opts));
	cfg_t *cfg;

	for (at = 0; at < root->key_count; at++)
		opts[at] = conf_parse_option(
		    root->keys[at].name, root->keys[at].flags);
	for (i = CONF_FETCH; i < CONF_KINDS; i++, at++) {
		const struct conf_kind *kind = &conf_kinds[i];

		opts[at] = (cfg_opt_t){
		    .name = kind->name,
		    .type = CFGT_SEC,
		    .flags = CFGF_MULTI | (kind->has_title ? CFGF_TITLE : 0),
		    .subopts = i == CONF_SET
				   ? conf_parse_set_options(reader)
				   : conf_parse_kind_options(reader, kind),
		    .validcb = conf_parse_on_section,
		};
	}
	opts[at++] = (cfg_opt_t){.name = "include",
	    .type = CFGT_FUNC,
	    .func = conf_parse_on_include};
	opts[at] = conf_parse_context_option(reader);
	cfg = cfg_init(opts, CFGF_NONE);
	for (i = 0; i < count; i++)
		free(opts[i].subopts);
	free(opts);
	return cfg;
}

void
conf_parse(struct conf_reader *reader)
{
	size_t errors = reader->diag->errors;
	cfg_t *cfg = conf_parse_new_cfg(reader);

	reader->next_section = reader->next_include = 0;
	if (!cfg) {
		diag_add(reader->diag, DIAG_ERROR,
		    &(struct place){.file = reader->file->path}, NULL,
		    "libconfuse cannot start: %s", strerror(errno));
		return;
	}
	(void)cfg_set_error_function(cfg, conf_parse_on_error);
	if (cfg_parse_buf(cfg, reader->file->scan.clean) != CFG_SUCCESS &&
	    reader->diag->errors == errors)
		diag_add(reader->diag, DIAG_ERROR,
		    &(struct place){.file = reader->file->path}, NULL,
		    "libconfuse does not read this file");
	if (!conf_is_over(reader))
		conf_read_section(reader, &conf_kinds[CONF_ROOT], NULL, cfg);
	(void)cfg_free(cfg);
}
