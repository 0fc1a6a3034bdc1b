/*
 * The index of a configuration file: where every statement and value stands.
 *
 * libconfuse reads the values, but it cannot be trusted with the outline: it
 * takes a file that ends inside a section or a comment for whole, counts a
 * line too many behind each comment, drops characters that it does not know,
 * refuses comments inside lists, reads "${" on to the next "}" wherever that
 * stands, makes an unset variable empty, stops at its first error and knows no
 * columns. So the outline is checked here first, and libconfuse sees a copy in
 * which comments and whatever was already reported are blank, cut before the
 * first broken statement. What this file lets through, libconfuse reads alike;
 * in case of doubt (unknown escapes, bare "${", "+=") it refuses.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "config/conf_scan_token.h"
#include "lib/alloc.h"

#define SCAN_MESSAGE_MAX 512
#define SCAN_SHOWN_LINE_MAX 400 /* bytes of a wrong line that are shown */

size_t
scan_characters(const char *text, size_t len)
{
	size_t i, count = 0;

	for (i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

bool
scan_is(const struct scan *scan, const struct scan_pos *pos, uint32_t len,
    const char *name)
{
	return strncmp(scan->text + pos->offset, name, len) == 0 &&
	       name[len] == '\0';
}

struct place
scan_place(const struct scan *scan, const struct scan_pos *pos)
{
	return (struct place){
	    .file = scan->path,
	    .line = (int)pos->line,
	    .column = (int)pos->column,
	};
}

/* Whether an address in the line goes on with a password or a key. */
static bool
scan_has_url_secret(const char *line)
{
	const char *url = line;

	while ((url = strstr(url, "://"))) {
		url += 3;
		url += strcspn(url, "@?\"' \t");
		if (*url == '@' || *url == '?')
			return true;
	}
	return false;
}

/* Whether a password was given where only the name of its file can be. */
static bool
scan_has_password(const char *line)
{
	const char *word = strstr(line, "password");

	return word && strncmp(word, "password-file", 13) != 0;
}

/*
 * Whether something in a line may be a secret: it is then not shown, whatever
 * is wrong in it. Headers may stand alone in a line of their list.
 */
static bool
scan_may_tell(const char *line)
{
	const char *first = line + strspn(line, " \t{,");

	if (*first == '"' || *first == '\'') {
		first++;
		if (first[strspn(first, SCAN_NAME)] == ':')
			return true;
	}
	return strstr(line, "headers") || strstr(line, "whsec_") ||
	       (strstr(line, "webhook") && strstr(line, "://")) ||
	       scan_has_password(line) || scan_has_url_secret(line);
}

/* The line around pos, cut where it is too long to be shown. */
static void
scan_show_line(const struct scan *scan, struct diag *diag,
    const struct scan_pos *pos, size_t len, int column)
{
	const char *line = scan->text + pos->line_start;
	size_t line_len = strcspn(line, "\r\n");
	char *copy;

	if (pos->offset - pos->line_start > SCAN_SHOWN_LINE_MAX)
		return;
	if (line_len > SCAN_SHOWN_LINE_MAX)
		line_len = SCAN_SHOWN_LINE_MAX;
	if (len > pos->line_start + line_len - pos->offset)
		len = pos->line_start + line_len - pos->offset;
	copy = xstrndup(line, line_len);
	if (!scan_may_tell(copy))
		diag_source(diag, copy, column,
		    (int)scan_characters(scan->text + pos->offset, len));
	free(copy);
}

void
scan_report(const struct scan *scan, struct diag *diag, enum diag_level level,
    const struct scan_pos *pos, size_t len, const char *fmt, ...)
{
	char message[SCAN_MESSAGE_MAX];
	struct place place = scan_place(scan, pos);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	diag_add(diag, level, &place, NULL, "%s", message);
	scan_show_line(scan, diag, pos, len, place.column);
}

void
scan_report_hidden(const struct scan *scan, struct diag *diag,
    enum diag_level level, const struct scan_pos *pos, const char *fmt, ...)
{
	char message[SCAN_MESSAGE_MAX];
	struct place place = scan_place(scan, pos);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	diag_add(diag, level, &place, NULL, "%s", message);
}

void
scan_blank(struct scan *scan, uint32_t start, uint32_t end)
{
	uint32_t i;

	for (i = start; i < end; i++) {
		if (scan->clean[i] != '\n')
			scan->clean[i] = ' ';
	}
}

/* Whether a value could be a name but for its quotes. */
static bool
scanner_is_name(const struct scanner *s, const struct scan_token *token)
{
	return strspn(s->text + token->value.pos.offset, SCAN_NAME) >=
	       token->value.len;
}

/* Reports a token that does not belong where it stands; returns -1. */
static int
scanner_unexpected(
    struct scanner *s, const struct scan_token *token, const char *expected)
{
	size_t len = token->end - token->pos.offset;

	if (token->type == SCAN_TOKEN_BROKEN)
		return -1;
	if (token->type == SCAN_TOKEN_END)
		scan_report(s->scan, s->diag, DIAG_ERROR, &token->pos, 1,
		    "the file ends here; expected %s", expected);
	else if (token->type == SCAN_TOKEN_VALUE && !scanner_is_name(s, token))
		/* it may be a header or another secret */
		scan_report(s->scan, s->diag, DIAG_ERROR, &token->pos, len,
		    "unexpected text; expected %s", expected);
	else
		scan_report(s->scan, s->diag, DIAG_ERROR, &token->pos, len,
		    "unexpected %.*s; expected %s", len > 40 ? 40 : (int)len,
		    s->text + token->pos.offset, expected);
	return -1;
}

static void
scanner_add_value(
    struct scanner *s, struct scan_option *option, struct scan_token *token)
{
	struct scan *scan = s->scan;

	scan->values = xgrow(scan->values, scan->value_count + 1,
	    &scan->value_cap, sizeof(*scan->values));
	scan->values[scan->value_count++] = token->value;
	option->value_count++;
}

/* Values with commas between them, up to the closing sign. */
static int
scanner_list(struct scanner *s, struct scan_option *option, char close)
{
	struct scan_token token = scan_token_next(s);

	while (!scan_token_is(&token, close)) {
		if (token.type != SCAN_TOKEN_VALUE)
			return scanner_unexpected(s, &token,
			    close == '}' ? "a value or the list's }"
					 : "a value or )");
		scanner_add_value(s, option, &token);
		token = scan_token_next(s);
		if (scan_token_is(&token, ','))
			token = scan_token_next(s);
		else if (!scan_token_is(&token, close))
			return scanner_unexpected(s, &token,
			    close == '}' ? "a comma or the list's }"
					 : "a comma or )");
	}
	return 0;
}

/* What follows "name =" or "name(". */
static int
scanner_option(struct scanner *s, struct scan_option *option, char sign)
{
	struct scan_token token;

	option->first_value = (uint32_t)s->scan->value_count;
	option->is_call = sign == '(';
	if (option->is_call) {
		if (scanner_list(s, option, ')') == -1)
			return -1;
	} else {
		token = scan_token_next(s);
		option->is_list = scan_token_is(&token, '{');
		if (option->is_list) {
			if (scanner_list(s, option, '}') == -1)
				return -1;
		} else if (token.type == SCAN_TOKEN_VALUE) {
			scanner_add_value(s, option, &token);
		} else {
			return scanner_unexpected(
			    s, &token, "a value, or a list in { }");
		}
	}
	option->end = (uint32_t)s->at;
	return 0;
}

/* Whether a token can be a name; reports it if not. */
static int
scanner_name(struct scanner *s, const struct scan_token *token)
{
	if (token->type == SCAN_TOKEN_VALUE && !token->value.quote &&
	    scanner_is_name(s, token))
		return 0;
	return scanner_unexpected(s, token, "the name of an option or section");
}

static int
scanner_section_option(struct scanner *s, const struct scan_section *section,
    const struct scan_token *name)
{
	struct scan *scan = s->scan;
	struct scan_option option = {
	    .pos = name->pos,
	    .name_len = name->value.len,
	    .key = -1,
	};
	struct scan_token token = scan_token_next(s);

	if (token.type == SCAN_TOKEN_VALUE || scan_token_is(&token, '{')) {
		scan_report(scan, s->diag, DIAG_ERROR, &name->pos,
		    name->value.len,
		    "expected = behind %.*s, inside the %.*s of line %u",
		    (int)name->value.len, s->text + name->pos.offset,
		    (int)section->name_len, s->text + section->pos.offset,
		    section->pos.line);
		diag_hint(s->diag,
		    "if a new section starts here, a } is missing before");
		return -1;
	}
	if (!scan_token_is(&token, '=') && !scan_token_is(&token, '('))
		return scanner_unexpected(s, &token, "=");
	if (scanner_option(s, &option, token.sign) == -1)
		return -1;
	scan->options = xgrow(scan->options, scan->option_count + 1,
	    &scan->option_cap, sizeof(*scan->options));
	scan->options[scan->option_count++] = option;
	return 0;
}

/* From behind the opening brace to the closing one. */
static int
scanner_section(struct scanner *s, struct scan_section *section)
{
	struct scan_token token;

	section->first_option = (uint32_t)s->scan->option_count;
	for (;;) {
		token = scan_token_next(s);
		if (scan_token_is(&token, '}'))
			break;
		if (token.type == SCAN_TOKEN_END) {
			scan_report(s->scan, s->diag, DIAG_ERROR, &section->pos,
			    section->name_len,
			    "the file ends inside this section; expected }");
			return -1;
		}
		if (scanner_name(s, &token) == -1 ||
		    scanner_section_option(s, section, &token) == -1)
			return -1;
	}
	section->option_count =
	    (uint32_t)s->scan->option_count - section->first_option;
	section->end = (uint32_t)s->at;
	return 0;
}

/* A section whose brace or title was read. */
static int
scanner_open(struct scanner *s, const struct scan_token *name,
    const struct scan_token *title)
{
	struct scan *scan = s->scan;
	struct scan_section section = {
	    .pos = name->pos,
	    .name_len = name->value.len,
	    .kind = -1,
	};
	struct scan_token token;

	if (title) {
		section.title = title->value;
		section.has_title = true;
		token = scan_token_next(s);
		if (!scan_token_is(&token, '{')) {
			scan_report(scan, s->diag, DIAG_ERROR, &name->pos,
			    name->value.len,
			    "expected = behind an option's name, or { behind "
			    "a section's title");
			return -1;
		}
	}
	if (scanner_section(s, &section) == -1)
		return -1;
	scan->sections = xgrow(scan->sections, scan->section_count + 1,
	    &scan->section_cap, sizeof(*scan->sections));
	scan->sections[scan->section_count++] = section;
	return 0;
}

/* One statement outside sections. */
static int
scanner_statement(struct scanner *s, const struct scan_token *name)
{
	struct scan *scan = s->scan;
	struct scan_option option = {
	    .pos = name->pos,
	    .name_len = name->value.len,
	    .key = -1,
	};
	struct scan_token token;

	if (scan_token_is(name, '}')) {
		scan_report(scan, s->diag, DIAG_ERROR, &name->pos, 1,
		    "unexpected }; no section is open");
		return -1;
	}
	if (scanner_name(s, name) == -1)
		return -1;
	token = scan_token_next(s);
	if (token.type == SCAN_TOKEN_VALUE)
		return scanner_open(s, name, &token);
	if (scan_token_is(&token, '{'))
		return scanner_open(s, name, NULL);
	if (!scan_token_is(&token, '=') && !scan_token_is(&token, '('))
		return scanner_unexpected(s, &token, "=, ( or {");
	if (scanner_option(s, &option, token.sign) == -1)
		return -1;
	scan->root = xgrow(scan->root, scan->root_count + 1, &scan->root_cap,
	    sizeof(*scan->root));
	scan->root[scan->root_count++] = option;
	return 0;
}

/* The first byte that is not UTF-8, or a NUL; `len` if all is well. */
static size_t
scan_valid_length(const char *text, size_t len)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t c;
	utf8proc_ssize_t n;
	size_t i = 0;

	while (i < len) {
		if (p[i] > 0 && p[i] < 0x80) {
			i++;
			continue;
		}
		n = utf8proc_iterate(p + i, (utf8proc_ssize_t)(len - i), &c);
		if (n <= 0 || c == 0)
			return i;
		i += (size_t)n;
	}
	return len;
}

static int
scanner_check_bytes(struct scanner *s)
{
	size_t good = scan_valid_length(s->text, s->scan->len);
	struct scan_pos pos;

	if (good == s->scan->len)
		return 0;
	scan_token_advance(s, good);
	pos = scan_token_pos(s);
	scan_report_hidden(s->scan, s->diag, DIAG_ERROR, &pos,
	    s->text[good] ? "this is no UTF-8; expected a file in UTF-8"
			  : "unexpected NUL byte; expected text");
	return -1;
}

void
scan_init(struct scan *scan, const char *path, const char *text, size_t len,
    struct diag *diag)
{
	struct scanner s = {
	    .scan = scan, .diag = diag, .text = text, .line = 1};
	size_t whole = 0;

	memset(scan, 0, sizeof(*scan));
	scan->path = path;
	scan->text = text;
	scan->len = len;
	scan->clean = xstrndup(text, len);
	if (scanner_check_bytes(&s) == 0) {
		struct scan_token token;

		if (strncmp(text, "\xef\xbb\xbf", 3) == 0) {
			scan_blank(scan, 0, 3);
			s.at = s.line_start = 3;
		}
		token = scan_token_next(&s);
		while (token.type != SCAN_TOKEN_END) {
			if (token.type == SCAN_TOKEN_BROKEN ||
			    scanner_statement(&s, &token) == -1) {
				scan->is_broken = true;
				break;
			}
			whole = s.at;
			token = scan_token_next(&s);
		}
	} else {
		scan->is_broken = true;
	}
	scan->clean[whole] = '\0';
}

void
scan_clear(struct scan *scan)
{
	free(scan->clean);
	free(scan->root);
	free(scan->options);
	free(scan->sections);
	free(scan->values);
	memset(scan, 0, sizeof(*scan));
}
