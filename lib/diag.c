/*
 * Collects findings about a user's text and prints them in order. All text is
 * made safe for a terminal when it comes in.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/alloc.h"
#include "lib/diag.h"
#include "lib/log.h"

void
diag_init(struct diag *diag)
{
	memset(diag, 0, sizeof(*diag));
}

void
diag_clear(struct diag *diag)
{
	size_t i;

	for (i = 0; i < diag->count; i++) {
		free(diag->entries[i].file);
		free(diag->entries[i].message);
		free(diag->entries[i].source);
		free(diag->entries[i].hint);
	}
	free(diag->entries);
	diag_init(diag);
}

/* The text made safe for a terminal; owned by the caller. */
static char *__attribute__((format(printf, 1, 0)))
diag_format(const char *fmt, va_list ap)
{
	char safe[DIAG_TEXT_MAX], *raw = xvasprintf(fmt, ap);

	log_safe(safe, sizeof(safe), raw);
	free(raw);
	return xstrdup(safe);
}

void
diag_add(struct diag *diag, enum diag_level level, const struct place *place,
    const char *code, const char *fmt, ...)
{
	char safe[DIAG_TEXT_MAX];
	struct diag_entry *entry;
	va_list ap;

	if (level == DIAG_ERROR)
		diag->errors++;
	if (diag->count == DIAG_MAX) {
		diag->dropped++;
		return;
	}
	diag->entries = xgrow(diag->entries, diag->count + 1, &diag->cap,
	    sizeof(*diag->entries));
	entry = &diag->entries[diag->count++];
	memset(entry, 0, sizeof(*entry));
	entry->level = level;
	if (place) {
		entry->file = place->file
			? xstrdup(log_safe(safe, sizeof(safe), place->file))
			: NULL;
		entry->line = place->line;
		entry->column = place->column;
	}
	snprintf(entry->code, sizeof(entry->code), "%s", code ? code : "");
	va_start(ap, fmt);
	entry->message = diag_format(fmt, ap);
	va_end(ap);
}

/* The newest finding, NULL if it was not kept. */
static struct diag_entry *
diag_newest(struct diag *diag)
{
	assert(diag->count > 0);
	return diag->dropped ? NULL : &diag->entries[diag->count - 1];
}

void
diag_source(struct diag *diag, const char *line, int caret, int caret_len)
{
	struct diag_entry *entry = diag_newest(diag);
	size_t size = strlen(line) + 4;

	if (!entry)
		return;
	free(entry->source);
	entry->source = log_safe(xmalloc(size), size, line);
	entry->caret = caret;
	entry->caret_len = caret_len > 0 ? caret_len : 1;
}

void
diag_hint(struct diag *diag, const char *fmt, ...)
{
	struct diag_entry *entry = diag_newest(diag);
	va_list ap;

	if (!entry)
		return;
	free(entry->hint);
	va_start(ap, fmt);
	entry->hint = diag_format(fmt, ap);
	va_end(ap);
}

char *
diag_line(const struct diag_entry *entry)
{
	const char *level = entry->level == DIAG_ERROR ? "error" : "warning";
	char where[64] = "";

	if (entry->line > 0 && entry->column > 0)
		snprintf(where, sizeof(where), ":%d:%d", entry->line,
		    entry->column);
	else if (entry->line > 0)
		snprintf(where, sizeof(where), ":%d", entry->line);
	return xasprintf("%s%s%s%s%s%s: %s", entry->file ? entry->file : "",
	    where, entry->file ? ": " : "", level, entry->code[0] ? " " : "",
	    entry->code, entry->message);
}

static int
diag_compare(const void *a, const void *b)
{
	const struct diag_entry *x = *(const struct diag_entry *const *)a;
	const struct diag_entry *y = *(const struct diag_entry *const *)b;
	int c = strcmp(x->file ? x->file : "", y->file ? y->file : "");

	if (c == 0)
		c = (x->line > y->line) - (x->line < y->line);
	if (c == 0)
		c = (x->column > y->column) - (x->column < y->column);
	if (c == 0)
		c = (x > y) - (x < y);
	return c;
}

/* Columns that the next character takes on a terminal; moves *p behind it. */
static int
diag_next_width(const char **p)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n =
	    utf8proc_iterate((const utf8proc_uint8_t *)*p, -1, &c);

	if (n <= 0) {
		(*p)++;	/* does not occur in safe text */
		return 1;
	}
	*p += n;
	return utf8proc_charwidth(c);
}

static void
diag_fill(FILE *out, char c, int count)
{
	while (count-- > 0)
		fputc(c, out);
}

/* As wide as what it marks; at the end of the line at least one. */
static void
diag_print_caret(const struct diag_entry *entry, FILE *out)
{
	const char *p = entry->source;
	int i, width = 0;

	fputs("   ", out);
	for (i = 1; i < entry->caret && *p; i++)
		diag_fill(out, ' ', diag_next_width(&p));
	for (i = 0; i < entry->caret_len && *p; i++)
		width += diag_next_width(&p);
	diag_fill(out, '^', width > 0 ? width : 1);
	fputc('\n', out);
}

static void
diag_print_entry(const struct diag_entry *entry, FILE *out)
{
	char *line = diag_line(entry);

	fprintf(out, "%s\n", line);
	free(line);
	if (entry->source) {
		fprintf(out, "   %s\n", entry->source);
		if (entry->caret > 0)
			diag_print_caret(entry, out);
	}
	if (entry->hint)
		fprintf(out, "   hint: %s\n", entry->hint);
}

void
diag_print(const struct diag *diag, FILE *out)
{
	const struct diag_entry **order;
	size_t i;

	if (!diag->count)
		return;
	order = xcalloc(diag->count, sizeof(const struct diag_entry *));
	for (i = 0; i < diag->count; i++)
		order[i] = &diag->entries[i];
	qsort(order, diag->count, sizeof(const struct diag_entry *),
	    diag_compare);
	for (i = 0; i < diag->count; i++)
		diag_print_entry(order[i], out);
	if (diag->dropped)
		fprintf(out, "and %zu more\n", diag->dropped);
	free(order);
}
