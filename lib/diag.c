/* Collects findings about a user's text and prints them in order. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/diag.h"
#include "lib/log.h"

#define DIAG_TEXT_MAX 1024

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
	char raw[DIAG_TEXT_MAX], safe[DIAG_TEXT_MAX];

	vsnprintf(raw, sizeof(raw), fmt, ap);
	return xstrdup(log_safe(safe, sizeof(safe), raw));
}

void
diag_add(struct diag *diag, enum diag_level level, const struct place *place,
    const char *code, const char *fmt, ...)
{
	struct diag_entry *entry;
	va_list ap;

	diag->entries = xgrow(diag->entries, diag->count + 1, &diag->cap,
	    sizeof(*diag->entries));
	entry = &diag->entries[diag->count++];
	memset(entry, 0, sizeof(*entry));
	entry->level = level;
	if (place) {
		entry->file = place->file ? xstrdup(place->file) : NULL;
		entry->line = place->line;
		entry->column = place->column;
	}
	snprintf(entry->code, sizeof(entry->code), "%s", code ? code : "");
	va_start(ap, fmt);
	entry->message = diag_format(fmt, ap);
	va_end(ap);
	if (level == DIAG_ERROR)
		diag->errors++;
}

void
diag_source(struct diag *diag, const char *line, int caret, int caret_len)
{
	struct diag_entry *entry = &diag->entries[diag->count - 1];
	size_t size = strlen(line) + 4;

	free(entry->source);
	entry->source = log_safe(xmalloc(size), size, line);
	entry->caret = caret;
	entry->caret_len = caret_len > 0 ? caret_len : 1;
}

void
diag_hint(struct diag *diag, const char *fmt, ...)
{
	struct diag_entry *entry = &diag->entries[diag->count - 1];
	va_list ap;

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

/*
 * The blanks before the caret: tabs stay tabs, so that it stands right
 * however wide they are shown; other characters count one column.
 */
static void
diag_print_caret(const struct diag_entry *entry, FILE *out)
{
	const char *p = entry->source;
	int i;

	fputs("   ", out);
	for (i = 1; i < entry->caret && *p; i++) {
		unsigned char lead = (unsigned char)*p++;

		while (((unsigned char)*p & 0xc0) == 0x80)
			p++;
		/* CJK and other wide characters take two columns */
		fputs(lead == '\t' ? "\t" : lead >= 0xe1 ? "  " : " ", out);
	}
	for (i = 0; i < entry->caret_len; i++)
		fputc('^', out);
	fputc('\n', out);
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
	for (i = 0; i < diag->count; i++) {
		char *line = diag_line(order[i]);

		fprintf(out, "%s\n", line);
		free(line);
		if (order[i]->source) {
			fprintf(out, "   %s\n", order[i]->source);
			if (order[i]->caret > 0)
				diag_print_caret(order[i], out);
		}
		if (order[i]->hint)
			fprintf(out, "   hint: %s\n", order[i]->hint);
	}
	free(order);
}
