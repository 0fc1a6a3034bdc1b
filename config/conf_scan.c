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

#include "config/conf_scan.h"
#include "lib/alloc.h"

#define SCAN_MESSAGE_MAX 512
#define SCAN_SHOWN_LINE_MAX 400	/* bytes of a wrong line that are shown */

#define SCAN_BLANKS " \t\r"
#define SCAN_NOT_IN_WORDS " #\"'\t\n\r={}()+,*"
#define SCAN_DIGITS "0123456789"
#define SCAN_NAME                                                              \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" SCAN_DIGITS "_-"

enum scan_token_type {
	TOKEN_END,
	TOKEN_BROKEN,	/* reported */
	TOKEN_VALUE,	/* a word or quoted text */
	TOKEN_SIGN,	/* one of = { } ( ) , */
};

struct scan_token {
	enum scan_token_type type;
	char sign;
	struct scan_pos pos;	/* of its first byte, the quote included */
	struct scan_value value;
	uint32_t end;
};

struct scanner {
	struct scan *scan;
	struct diag *diag;
	const char *text;
	size_t at;
	uint32_t line;
	uint32_t line_start;
};

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
	    .column = (int)scan_characters(scan->text + pos->line_start,
	                  pos->offset - pos->line_start) +
	        1,
	};
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

static struct scan_pos
scanner_pos(const struct scanner *s)
{
	return (struct scan_pos){
	    .offset = (uint32_t)s->at,
	    .line = s->line,
	    .line_start = s->line_start,
	};
}

/* Steps over `count` bytes, keeping count of the lines. */
static void
scanner_advance(struct scanner *s, size_t count)
{
	const char *from = s->text + s->at, *end = from + count;

	while ((from = memchr(from, '\n', (size_t)(end - from)))) {
		s->line++;
		s->line_start = (uint32_t)(++from - s->text);
	}
	s->at += count;
}

/* Whether a comment starts here; sets how long it is, 0 if it never ends. */
static bool
scanner_is_comment(const struct scanner *s, size_t *len_r)
{
	const char *p = s->text + s->at, *end;

	if (*p == '#' || strncmp(p, "//", 2) == 0) {
		*len_r = strcspn(p, "\n");
		return true;
	}
	if (strncmp(p, "/*", 2) == 0) {
		end = strstr(p + 2, "*/");
		*len_r = end ? (size_t)(end - p) + 2 : 0;
		return true;
	}
	return false;
}

/* Over blanks, newlines and comments. -1 if a comment never ends. */
static int
scanner_skip(struct scanner *s)
{
	struct scan_pos pos;
	size_t len;

	for (;;) {
		s->at += strspn(s->text + s->at, SCAN_BLANKS);
		if (s->text[s->at] == '\n') {
			scanner_advance(s, 1);
			continue;
		}
		if (!scanner_is_comment(s, &len))
			return 0;
		pos = scanner_pos(s);
		if (len == 0) {
			scan_report(s->scan, s->diag, DIAG_ERROR, &pos, 2,
			    "this comment has no end; expected */");
			return -1;
		}
		scanner_advance(s, len);
		scan_blank(s->scan, pos.offset, (uint32_t)s->at);
	}
}

/*
 * The length of "${NAME}" or "${NAME:-default}", 0 if it is neither. The
 * default ends at the first brace and holds no quote, escape or newline.
 */
static size_t
scan_variable(const char *p, char *name_r, size_t name_size, bool *default_r)
{
	const char *name = p + 2;
	size_t name_len = strspn(name, SCAN_NAME), len;

	if (name_len == 0 || name_len >= name_size ||
	    memchr(name, '-', name_len))
		return 0;
	memcpy(name_r, name, name_len);
	name_r[name_len] = '\0';
	len = 2 + name_len;
	*default_r = strncmp(p + len, ":-", 2) == 0;
	if (*default_r)
		len += strcspn(p + len, "}\"'\\\n");
	return p[len] == '}' ? len + 1 : 0;
}

/* The length of a valid escape at p in double quotes, 0 if it is none. */
static size_t
scan_escape(const char *p)
{
	size_t digits = strspn(p + 1, SCAN_DIGITS);

	if (digits > 0) {
		/* one to three octal digits, and no NUL */
		if (digits > 3 || strspn(p + 1, "01234567") < digits ||
		    (digits == 3 && p[1] > '3') ||
		    strspn(p + 1, "0") == digits)
			return 0;
		return digits + 1;
	}
	if (p[1] == 'x') {
		digits = strspn(p + 2, SCAN_DIGITS "abcdefABCDEF");
		if (digits == 0 || strncmp(p + 2, "00", 2) == 0 ||
		    (digits == 1 && p[2] == '0'))
			return 0;
		return digits > 1 ? 4 : 3;
	}
	return p[1] && strchr("abefnrtv\\\"'$\n", p[1]) ? 2 : 0;
}

size_t
scan_step(const char *raw, size_t raw_len, char quote, size_t *value_len_r)
{
	char name[128];
	const char *value;
	bool has_default;
	size_t len;

	*value_len_r = 1;
	if (raw_len < 2 || !quote)
		return 1;
	if (raw[0] == '\\') {
		if (raw[1] == '\n')
			*value_len_r = 0;
		if (quote == '\'')
			return strchr("\\'\n", raw[1]) ? 2 : 1;
		len = scan_escape(raw);
		return len ? len : 1;
	}
	if (quote != '"' || raw[0] != '$' || raw[1] != '{')
		return 1;
	len = scan_variable(raw, name, sizeof(name), &has_default);
	if (!len)
		return 1;
	value = getenv(name);
	if (value)
		*value_len_r = strlen(value);
	else
		*value_len_r = has_default ? len - strlen(name) - 5 : 0;
	return len;
}

/* Checks an escape in double quotes and steps over it. */
static int
scanner_escape(struct scanner *s, struct scan_value *value)
{
	struct scan_pos pos = scanner_pos(s);
	const char *p = s->text + s->at;
	size_t len = scan_escape(p);

	value->is_plain = false;
	if (len) {
		scanner_advance(s, len);
		return 0;
	}
	scan_report(s->scan, s->diag, DIAG_ERROR, &pos, 2,
	    "bad escape sequence; expected one of \\n \\t \\\" \\\\ \\$ "
	    "\\x41 \\101");
	diag_hint(s->diag, "for a backslash write two, or use single quotes");
	return -1;
}

static int
scanner_variable(struct scanner *s, struct scan_value *value)
{
	struct scan_pos pos = scanner_pos(s);
	bool has_default = false;
	char name[128];
	size_t len;

	value->is_plain = false;
	len = scan_variable(s->text + s->at, name, sizeof(name), &has_default);
	if (!len) {
		scan_report(s->scan, s->diag, DIAG_ERROR, &pos, 2,
		    "bad variable; expected ${NAME} or ${NAME:-default}");
		diag_hint(s->diag,
		    "for a literal ${ write \\${, or use single quotes");
		return -1;
	}
	if (!has_default && !getenv(name)) {
		/* the file can still be read on: the value is wrong, no more */
		scan_report(s->scan, s->diag, DIAG_ERROR, &pos, len,
		    "the environment variable %s is not set", name);
		diag_hint(s->diag, "${%s:-value} gives a default", name);
	}
	scanner_advance(s, len);
	return 0;
}

/* Up to the closing quote. */
static int
scanner_quoted(struct scanner *s, struct scan_token *token)
{
	struct scan_value *value = &token->value;
	char quote = value->quote;
	const char *stop = quote == '"' ? "\"\\\n$" : "'\\\n";
	int rc = 0;

	while (rc == 0) {
		const char *p;

		s->at += strcspn(s->text + s->at, stop);
		p = s->text + s->at;
		if (*p == quote) {
			value->len = (uint32_t)s->at - value->pos.offset;
			s->at++;
			return 0;
		}
		if (!*p || (*p == '\\' && !p[1])) {
			scan_report(s->scan, s->diag, DIAG_ERROR, &token->pos,
			    1, "this text has no end; expected %c", quote);
			return -1;
		}
		if (*p == '\\' && quote == '"') {
			rc = scanner_escape(s, value);
		} else if (*p == '$' && p[1] == '{') {
			rc = scanner_variable(s, value);
		} else {
			if (*p != '$')
				value->is_plain = false;
			scanner_advance(s, *p == '\\' ? 2 : 1);
		}
	}
	return rc;
}

static int
scanner_word(struct scanner *s, struct scan_token *token)
{
	const char *p = s->text + s->at;
	size_t len = strcspn(p, SCAN_NOT_IN_WORDS);
	struct scan_value *value = &token->value;

	value->len = (uint32_t)len;
	s->at += len;
	if (len == 0) {
		scan_report(s->scan, s->diag, DIAG_ERROR, &token->pos, 1,
		    strncmp(p, "+=", 2) == 0
		        ? "there is no +=; give the whole list with ="
		        : "unexpected character; is a quote missing?");
		return -1;
	}
	for (; len > 1; len--, p++) {
		if (p[0] == '$' && p[1] == '{') {
			scan_report(s->scan, s->diag, DIAG_ERROR, &token->pos,
			    value->len, "text with ${ needs double quotes");
			return -1;
		}
	}
	return 0;
}

static struct scan_token
scanner_next(struct scanner *s)
{
	struct scan_token token = {.type = TOKEN_BROKEN};
	char c;

	if (scanner_skip(s) == -1)
		return token;
	token.pos = token.value.pos = scanner_pos(s);
	token.value.is_plain = true;
	c = s->text[s->at];
	if (!c) {
		token.type = TOKEN_END;
	} else if (strchr("={}(),", c)) {
		token.type = TOKEN_SIGN;
		token.sign = c;
		s->at++;
	} else if (c == '"' || c == '\'') {
		token.value.quote = c;
		s->at++;
		token.value.pos.offset++;
		if (scanner_quoted(s, &token) == 0)
			token.type = TOKEN_VALUE;
	} else if (scanner_word(s, &token) == 0) {
		token.type = TOKEN_VALUE;
	}
	token.end = (uint32_t)s->at;
	return token;
}

static bool
token_is(const struct scan_token *token, char sign)
{
	return token->type == TOKEN_SIGN && token->sign == sign;
}

/* Reports a token that does not belong where it stands; returns -1. */
static int
scanner_unexpected(struct scanner *s, const struct scan_token *token,
    const char *expected)
{
	size_t len = token->end - token->pos.offset;

	if (token->type == TOKEN_BROKEN)
		return -1;
	if (token->type == TOKEN_END)
		scan_report(s->scan, s->diag, DIAG_ERROR, &token->pos, 1,
		    "the file ends here; expected %s", expected);
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
	struct scan_token token = scanner_next(s);

	while (!token_is(&token, close)) {
		if (token.type != TOKEN_VALUE)
			return scanner_unexpected(s, &token,
			    close == '}' ? "a value or the list's }"
			                 : "a value or )");
		scanner_add_value(s, option, &token);
		token = scanner_next(s);
		if (token_is(&token, ','))
			token = scanner_next(s);
		else if (!token_is(&token, close))
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
		token = scanner_next(s);
		option->is_list = token_is(&token, '{');
		if (option->is_list) {
			if (scanner_list(s, option, '}') == -1)
				return -1;
		} else if (token.type == TOKEN_VALUE) {
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
	const char *name = s->text + token->value.pos.offset;

	if (token->type == TOKEN_VALUE && !token->value.quote &&
	    strspn(name, SCAN_NAME) >= token->value.len)
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
	struct scan_token token = scanner_next(s);

	if (token.type == TOKEN_VALUE || token_is(&token, '{')) {
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
	if (!token_is(&token, '=') && !token_is(&token, '('))
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
		token = scanner_next(s);
		if (token_is(&token, '}'))
			break;
		if (token.type == TOKEN_END) {
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
		token = scanner_next(s);
		if (!token_is(&token, '{')) {
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

	if (token_is(name, '}')) {
		scan_report(scan, s->diag, DIAG_ERROR, &name->pos, 1,
		    "unexpected }; no section is open");
		return -1;
	}
	if (scanner_name(s, name) == -1)
		return -1;
	token = scanner_next(s);
	if (token.type == TOKEN_VALUE)
		return scanner_open(s, name, &token);
	if (token_is(&token, '{'))
		return scanner_open(s, name, NULL);
	if (!token_is(&token, '=') && !token_is(&token, '('))
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
	scanner_advance(s, good);
	pos = scanner_pos(s);
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
		token = scanner_next(&s);
		while (token.type != TOKEN_END) {
			if (token.type == TOKEN_BROKEN ||
			    scanner_statement(&s, &token) == -1)
				break;
			whole = s.at;
			token = scanner_next(&s);
		}
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
