/*
 * Gives every section its kind and every option its key. Whatever has none, or
 * stands twice or in the wrong shape, is reported and blanked, so that
 * libconfuse, which would stop there, reads on and the rest is checked too.
 */
#include <string.h>
#include "config/conf_private.h"

void
conf_outline_drop(struct conf_reader *reader, struct scan_option *option)
{
	option->key = -1;
	scan_blank(&reader->file->scan, option->pos.offset, option->end);
}

static void
conf_outline_unknown(struct conf_reader *reader, const struct conf_kind *kind,
    const struct scan_option *option)
{
	const struct scan *scan = &reader->file->scan;
	const char *name = scan->text + option->pos.offset;

	if (kind == &conf_kinds[CONF_SET])
		scan_report(scan, reader->diag, DIAG_ERROR, &option->pos,
		    option->name_len,
		    "\"%.*s\" is no language; expected a "
		    "code like en, ko, zh-Hant, or any",
		    (int)option->name_len, name);
	else if (kind == &conf_kinds[CONF_ROOT])
		scan_report(scan, reader->diag, DIAG_ERROR, &option->pos,
		    option->name_len, "unknown option \"%.*s\"",
		    (int)option->name_len, name);
	else
		scan_report(scan, reader->diag, DIAG_ERROR, &option->pos,
		    option->name_len,
		    "unknown option \"%.*s\" in a %s "
		    "section",
		    (int)option->name_len, name, kind->name);
	conf_suggest_key(reader->diag, kind, name, option->name_len);
}

/* Whether an option has the shape that its key asks for. */
static bool
conf_outline_is_shaped(struct conf_reader *reader, const struct conf_key *key,
    const struct scan_option *option)
{
	const struct scan *scan = &reader->file->scan;

	if (option->is_call) {
		scan_report(scan, reader->diag, DIAG_ERROR, &option->pos,
		    option->name_len, "expected = behind \"%s\"", key->name);
		return false;
	}
	if (option->is_list && !(key->flags & CONF_KEY_LIST)) {
		scan_report(scan, reader->diag, DIAG_ERROR, &option->pos,
		    option->name_len, "%s takes one value, not a list",
		    key->name);
		return false;
	}
	if (option->value_count > CONF_LIST_MAX) {
		scan_report(scan, reader->diag, DIAG_ERROR, &option->pos,
		    option->name_len, "more than %d values in one list",
		    CONF_LIST_MAX);
		return false;
	}
	return true;
}

/* Whether the same option stands before this one in its section. */
static bool
conf_outline_is_first(struct conf_reader *reader,
    const struct scan_option *options, const struct scan_option *option)
{
	const struct scan *scan = &reader->file->scan;
	const struct scan_option *other;

	for (other = options; other < option; other++) {
		if (other->name_len != option->name_len ||
		    memcmp(scan->text + other->pos.offset,
			scan->text + option->pos.offset, other->name_len) != 0)
			continue;
		if (other->is_call && option->is_call)
			continue;
		scan_report(scan, reader->diag, DIAG_ERROR, &option->pos,
		    option->name_len,
		    "\"%.*s\" is given twice; first in line %u",
		    (int)option->name_len, scan->text + option->pos.offset,
		    other->pos.line);
		return false;
	}
	return true;
}

static bool
conf_outline_is_include(struct conf_reader *reader,
    const struct conf_kind *kind, const struct scan_option *option)
{
	const struct scan *scan = &reader->file->scan;

	return kind == &conf_kinds[CONF_ROOT] &&
	       scan_is(scan, &option->pos, option->name_len, "include");
}

static void
conf_outline_include(struct conf_reader *reader, struct scan_option *option)
{
	if (option->is_call && option->value_count == 1) {
		option->key = CONF_KEY_INCLUDE;
		return;
	}
	scan_report(&reader->file->scan, reader->diag, DIAG_ERROR, &option->pos,
	    option->name_len, "expected include(\"FILE\")");
	conf_outline_drop(reader, option);
}

/* Whether a section may have its option number i; reports the first too many.
 */
static bool
conf_outline_has_room(struct conf_reader *reader, const struct conf_kind *kind,
    const struct scan_option *option, size_t i)
{
	size_t max = kind == &conf_kinds[CONF_ROOT] ? CONF_OPTIONS_MAX
						    : CONF_SECTION_OPTIONS_MAX;

	if (i == max)
		scan_report(&reader->file->scan, reader->diag, DIAG_ERROR,
		    &option->pos, option->name_len,
		    kind == &conf_kinds[CONF_ROOT]
			? "more than %zu options in one file"
			: "more than %zu options in one section",
		    max);
	return i < max;
}

static void
conf_outline_options(struct conf_reader *reader, const struct conf_kind *kind,
    struct scan_option *options, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct scan_option *option = &options[i];

		if (conf_is_over(reader) ||
		    !conf_outline_has_room(reader, kind, option, i)) {
			conf_outline_drop(reader, option);
			continue;
		}
		if (conf_outline_is_include(reader, kind, option)) {
			conf_outline_include(reader, option);
			continue;
		}
		option->key = conf_find_key(kind, &reader->file->scan, option);
		if (option->key == -1)
			conf_outline_unknown(reader, kind, option);
		if (option->key == -1 ||
		    !conf_outline_is_shaped(
			reader, &kind->keys[option->key], option) ||
		    !conf_outline_is_first(reader, options, option))
			conf_outline_drop(reader, option);
	}
}

/* The kind of a section; reports one that is unknown or has no fitting title.
 */
static int
conf_outline_kind(
    struct conf_reader *reader, const struct scan_section *section)
{
	const struct scan *scan = &reader->file->scan;
	const char *name = scan->text + section->pos.offset;
	int kind = conf_find_kind(scan, section);

	if (kind == -1) {
		scan_report(scan, reader->diag, DIAG_ERROR, &section->pos,
		    section->name_len, "unknown section \"%.*s\"",
		    (int)section->name_len, name);
		conf_suggest_kind(reader->diag, name, section->name_len);
		return -1;
	}
	if (conf_kinds[kind].has_title == section->has_title)
		return kind;
	scan_report(scan, reader->diag, DIAG_ERROR, &section->pos,
	    section->name_len,
	    section->has_title
		? "a %s section has no title; expected %s { ... }"
		: "a title is missing; expected %s \"%s\" { ... }",
	    conf_kinds[kind].name,
	    section->has_title ? conf_kinds[kind].name : "NAME");
	return -1;
}

void
conf_check_outline(struct conf_reader *reader)
{
	struct scan *scan = &reader->file->scan;
	size_t i;

	conf_outline_options(
	    reader, &conf_kinds[CONF_ROOT], scan->root, scan->root_count);
	for (i = 0; i < scan->section_count; i++) {
		struct scan_section *section = &scan->sections[i];

		section->kind = conf_is_over(reader)
				    ? -1
				    : conf_outline_kind(reader, section);
		if (section->kind == -1) {
			/* what it was meant to define is not known either */
			reader->is_incomplete = true;
			scan_blank(scan, section->pos.offset, section->end);
			continue;
		}
		conf_outline_options(reader, &conf_kinds[section->kind],
		    scan->options + section->first_option,
		    section->option_count);
	}
}
