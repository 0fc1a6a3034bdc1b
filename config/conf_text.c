/*
 * Texts that topics/ compiles, queries and the words of sets, with their place:
 * a byte of the value is traced back through quotes, escapes and newlines to
 * the character of the file that made it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "config/conf_private.h"

#define CONF_TEXT_MAX (64 * 1024) /* bytes of one query */
#define CONF_TEXT_MESSAGE_MAX 512
/* Characters of a line that are shown at most, and before a finding in it */
#define CONF_TEXT_SHOWN_MAX 160
#define CONF_TEXT_BEFORE_MAX 60
#define CONF_TEXT_CUT "..."

/* The raw offset of the character that made byte `offset` of the value. */
static size_t
conf_text_raw_offset(const struct conf_text *text, size_t offset)
{
	size_t raw = 0, value = 0, value_len;

	while (raw < text->raw_len) {
		size_t len = scan_step(text->raw + raw, text->raw_len - raw,
		    text->quote, &value_len);

		if (value + value_len > offset)
			break;
		value += value_len;
		raw += len;
	}
	return raw;
}

static void
conf_text_locate(const struct conf_text *text, size_t raw,
    struct place *place_r, size_t *line_r, int *caret_r)
{
	size_t start = 0, i;

	*line_r = 0;
	for (i = 0; i < raw; i++) {
		if (text->raw[i] == '\n') {
			start = i + 1;
			++*line_r;
		}
	}
	*caret_r = (int)scan_characters(text->raw + start, raw - start) + 1;
	if (*line_r == 0 && text->place.column > 0)
		*caret_r += text->place.column - 1;
	*place_r = text->place;
	if (place_r->line > 0)
		place_r->line += (int)*line_r;
	place_r->column = *caret_r;
}

void
conf_text_place(const struct conf_text *text, size_t offset,
    struct place *place_r, const char **line_r, int *caret_r)
{
	size_t line;

	conf_text_locate(
	    text, conf_text_raw_offset(text, offset), place_r, &line, caret_r);
	if (line < text->line_count) {
		*line_r = text->lines[line];
		return;
	}
	/* a text that stands in no file is its own line */
	*line_r = text->text;
	*caret_r = (int)scan_characters(text->text, offset) + 1;
}

/* Passes over count characters, or what there is of them. */
static const char *
conf_text_skip(const char *text, size_t count)
{
	for (; count > 0 && *text; count--) {
		text++;
		while (((unsigned char)*text & 0xc0) == 0x80)
			text++;
	}
	return text;
}

/* The line, or of a long one what stands around the span, as its source. */
static void
conf_text_show(struct diag *diag, const char *line, int caret, int caret_len)
{
	size_t first = 0, most;
	const char *start, *end;
	char *shown;

	if (*conf_text_skip(line, CONF_TEXT_SHOWN_MAX) &&
	    caret > CONF_TEXT_BEFORE_MAX)
		first = (size_t)caret - CONF_TEXT_BEFORE_MAX;
	start = conf_text_skip(line, first);
	end = conf_text_skip(start, CONF_TEXT_SHOWN_MAX);
	shown = xasprintf("%s%.*s%s", first ? CONF_TEXT_CUT : "",
	    (int)(end - start), start, *end ? CONF_TEXT_CUT : "");
	caret -= (int)first;
	most = CONF_TEXT_SHOWN_MAX + 1 - (size_t)caret;
	if (caret_len > (int)most)
		caret_len = (int)most;
	if (first)
		caret += (int)strlen(CONF_TEXT_CUT);
	diag_source(diag, shown, caret, caret_len);
	free(shown);
}

void
conf_text_diag(struct diag *diag, enum diag_level level,
    const struct conf_text *text, size_t offset, size_t len, const char *code,
    const char *fmt, ...)
{
	char message[CONF_TEXT_MESSAGE_MAX];
	struct place place, end;
	const char *line, *end_line;
	int caret, end_caret;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	conf_text_place(text, offset, &place, &line, &caret);
	conf_text_place(text, offset + len, &end, &end_line, &end_caret);
	/* what goes on in further lines is marked to the end of the first */
	if (end.line != place.line)
		end_caret = (int)scan_characters(line, strlen(line)) + 1;
	diag_add(diag, level, &place, code, "%s", message);
	conf_text_show(diag, line, caret, end_caret - caret);
}

/* The lines from the one where a value starts to the one where it ends. */
static void
conf_text_copy_lines(struct conf_reader *reader, const struct scan_value *at,
    struct conf_text *text)
{
	struct conf_file *file = reader->file;
	const char *line = file->text + at->pos.line_start;
	const char *end = file->text + at->pos.offset + at->len, *p;
	size_t i;

	text->line_count = 1;
	for (p = file->text + at->pos.offset; p < end; p++)
		text->line_count += *p == '\n';
	if (text->line_count == 1 && file->line_copy &&
	    file->line_copy_start == at->pos.line_start) {
		text->lines = file->line_copy;
		return;
	}
	text->lines =
	    arena_calloc(reader->arena, text->line_count, sizeof(*text->lines));
	for (i = 0; i < text->line_count; i++) {
		size_t len = strcspn(line, "\r\n");

		text->lines[i] = arena_strndup(reader->arena, line, len);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	if (text->line_count == 1) {
		file->line_copy = text->lines;
		file->line_copy_start = at->pos.line_start;
	}
}

void
conf_text_make(const struct conf_given *given, size_t i, struct conf_text *text)
{
	struct conf_reader *reader = given->reader;
	const struct scan_value *at = conf_given_at(given, i);

	text->text = arena_strdup(reader->arena, conf_given_text(given, i));
	text->place = scan_place(&reader->file->scan, &at->pos);
	text->quote = at->quote;
	text->raw_len = at->len;
	text->raw = at->is_plain
			? text->text
			: arena_strndup(reader->arena,
			      reader->file->text + at->pos.offset, at->len);
	conf_text_copy_lines(reader, at, text);
}

/* Escapes can make what the file itself must not hold. */
static bool
conf_is_utf8(const char *text)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	for (; *p; p += n) {
		n = *p < 0x80 ? 1 : utf8proc_iterate(p, -1, &c);
		if (n <= 0)
			return false;
	}
	return true;
}

int
conf_text_check(
    const struct conf_given *given, const struct conf_key *key, size_t i)
{
	const char *text = conf_given_text(given, i);
	const char *p;

	if (!text[strspn(text, " \t\r\n")]) {
		conf_given_error(given, key, i, "expected words, not \"\"");
		return -1;
	}
	if (strlen(text) > CONF_TEXT_MAX) {
		conf_given_error(
		    given, key, i, "longer than %d bytes", CONF_TEXT_MAX);
		return -1;
	}
	if (!conf_is_utf8(text)) {
		conf_given_error(
		    given, key, i, "expected UTF-8, which this is not");
		return -1;
	}
	for (p = text; *p; p++) {
		if (((unsigned char)*p < 0x20 && !strchr("\t\r\n", *p)) ||
		    *p == 0x7f) {
			conf_given_error(given, key, i,
			    "unexpected control character (%#x)",
			    (unsigned)(unsigned char)*p);
			return -1;
		}
	}
	return 0;
}

void
conf_read_query(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	if (conf_text_check(given, key, 0) == 0)
		conf_text_make(given, 0, field);
}

/* The words of one language; the option's name is its code. */
void
conf_read_set_entries(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	struct conf_reader *reader = given->reader;
	struct conf_set *set = field;
	size_t i, count = conf_given_count(given);
	struct conf_set_entry *entries = arena_calloc(
	    reader->arena, set->entry_count + count, sizeof(*entries));
	struct conf_key named = *key;
	const char *lang = NULL;
	char code[CONF_LANG_SIZE];

	named.name = cfg_opt_name(given->opt);
	if (conf_lang(named.name, code) == 0)
		lang = arena_strdup(reader->arena, code);
	if (set->entry_count)
		memcpy(
		    entries, set->entries, set->entry_count * sizeof(*entries));
	set->entries = entries;
	for (i = 0; i < count; i++) {
		struct conf_set_entry *entry = &entries[set->entry_count];

		if (conf_text_check(given, &named, i) == -1)
			continue;
		entry->lang = lang;
		conf_text_make(given, i, &entry->text);
		set->entry_count++;
	}
}
