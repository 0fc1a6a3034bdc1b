/*
 * The words, texts and signs of a configuration file. Only what libconfuse
 * reads alike gets through: comments are blanked for it, and escapes, variables
 * and words that it would read in its own way are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "config/conf_scan_token.h"

#define SCAN_TOKEN_UNSET_MAX 100 /* unset variables that are reported */
#define SCAN_TOKEN_BLANKS " \t\r"
#define SCAN_TOKEN_NOT_IN_WORDS " #\"'\t\n\r={}()+,*"

struct scan_pos
scan_token_pos(struct scanner *s)
{
	if (s->counted <= s->line_start) {
		s->counted = s->line_start;
		s->column = 1;
	}
	s->column +=
	    (uint32_t)scan_characters(s->text + s->counted, s->at - s->counted);
	s->counted = (uint32_t)s->at;
	return (struct scan_pos){
	    .offset = (uint32_t)s->at,
	    .line = s->line,
	    .line_start = s->line_start,
	    .column = s->column,
	};
}

/* Steps over `count` bytes, keeping count of the lines. */
void
scan_token_advance(struct scanner *s, size_t count)
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
scan_token_is_comment(const struct scanner *s, size_t *len_r)
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
scan_token_skip(struct scanner *s)
{
	struct scan_pos pos;
	size_t len;

	for (;;) {
		s->at += strspn(s->text + s->at, SCAN_TOKEN_BLANKS);
		if (s->text[s->at] == '\n') {
			scan_token_advance(s, 1);
			continue;
		}
		if (!scan_token_is_comment(s, &len))
			return 0;
		pos = scan_token_pos(s);
		if (len == 0) {
			scan_report(s->scan, s->diag, DIAG_ERROR, &pos, 2,
			    "this comment has no end; expected */");
			return -1;
		}
		scan_token_advance(s, len);
		scan_blank(s->scan, pos.offset, (uint32_t)s->at);
	}
}

/*
 * The length of "${NAME}" or "${NAME:-default}", 0 if it is neither. The
 * default ends at the first brace and holds no quote, escape or newline.
 */
static size_t
scan_token_variable_length(
    const char *p, char *name_r, size_t name_size, bool *default_r)
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
scan_token_escape_length(const char *p)
{
	size_t digits = strspn(p + 1, SCAN_DIGITS);

	if (digits > 0) {
		/* one to three octal digits, and no NUL */
		if (digits > 3 || strspn(p + 1, "01234567") < digits ||
		    (digits == 3 && p[1] > '3') || strspn(p + 1, "0") == digits)
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
		len = scan_token_escape_length(raw);
		return len ? len : 1;
	}
	if (quote != '"' || raw[0] != '$' || raw[1] != '{')
		return 1;
	len = scan_token_variable_length(raw, name, sizeof(name), &has_default);
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
scan_token_escape(struct scanner *s, struct scan_value *value)
{
	struct scan_pos pos = scan_token_pos(s);
	const char *p = s->text + s->at;
	size_t len = scan_token_escape_length(p);

	value->is_plain = false;
	if (len) {
		scan_token_advance(s, len);
		return 0;
	}
	scan_report(s->scan, s->diag, DIAG_ERROR, &pos, 2,
	    "bad escape sequence; expected one of \\n \\t \\\" \\\\ \\$ "
	    "\\x41 \\101");
	diag_hint(s->diag, "for a backslash write two, or use single quotes");
	return -1;
}

static int
scan_token_variable(struct scanner *s, struct scan_value *value)
{
	struct scan_pos pos = scan_token_pos(s);
	bool has_default = false;
	char name[128];
	size_t len;

	value->is_plain = false;
	len = scan_token_variable_length(
	    s->text + s->at, name, sizeof(name), &has_default);
	if (!len) {
		scan_report(s->scan, s->diag, DIAG_ERROR, &pos, 2,
		    "bad variable; expected ${NAME} or ${NAME:-default}");
		diag_hint(s->diag,
		    "for a literal ${ write \\${, or use single quotes");
		return -1;
	}
	if (!has_default && !getenv(name)) {
		if (s->unset++ == SCAN_TOKEN_UNSET_MAX)
			return -1;
		/* the file can still be read on: the value is wrong, no more */
		scan_report(s->scan, s->diag, DIAG_ERROR, &pos, len,
		    "the environment variable %s is not set", name);
		diag_hint(s->diag, "${%s:-value} gives a default", name);
	}
	scan_token_advance(s, len);
	return 0;
}

/* Up to the closing quote. */
static int
scan_token_quoted(struct scanner *s, struct scan_token *token)
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
			rc = scan_token_escape(s, value);
		} else if (*p == '$' && p[1] == '{') {
			rc = scan_token_variable(s, value);
		} else {
			if (*p != '$')
				value->is_plain = false;
			scan_token_advance(s, *p == '\\' ? 2 : 1);
		}
	}
	return rc;
}

static int
scan_token_word(struct scanner *s, struct scan_token *token)
{
	const char *p = s->text + s->at;
	size_t len = strcspn(p, SCAN_TOKEN_NOT_IN_WORDS);
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
	if (p[len - 1] == '$' && p[len] == '{') {
		scan_report(s->scan, s->diag, DIAG_ERROR, &token->pos,
		    value->len + 1, "text with ${ needs double quotes");
		return -1;
	}
	return 0;
}

struct scan_token
scan_token_next(struct scanner *s)
{
	struct scan_token token = {.type = SCAN_TOKEN_BROKEN};
	char c;

	if (scan_token_skip(s) == -1)
		return token;
	token.pos = token.value.pos = scan_token_pos(s);
	token.value.is_plain = true;
	c = s->text[s->at];
	if (!c) {
		token.type = SCAN_TOKEN_END;
	} else if (strchr("={}(),", c)) {
		token.type = SCAN_TOKEN_SIGN;
		token.sign = c;
		s->at++;
	} else if (c == '"' || c == '\'') {
		token.value.quote = c;
		s->at++;
		token.value.pos.offset++;
		token.value.pos.column++;
		if (scan_token_quoted(s, &token) == 0)
			token.type = SCAN_TOKEN_VALUE;
	} else if (scan_token_word(s, &token) == 0) {
		token.type = SCAN_TOKEN_VALUE;
	}
	token.end = (uint32_t)s->at;
	return token;
}

bool
scan_token_is(const struct scan_token *token, char sign)
{
	return token->type == SCAN_TOKEN_SIGN && token->sign == sign;
}
