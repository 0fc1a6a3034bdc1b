/*
 * The words of a part of a query or set, as the eye sees them. What is a token
 * of its own (ICBM급) ends a word; in a regular expression so does what stands
 * for characters without being them. And whether a term has capitals.
 */
#include <string.h>
#include <utf8proc.h>

#include "text/token.h"
#include "topics/lint_private.h"

static bool
lint_is_word(uint32_t code, bool is_in_word)
{
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ND:
		return is_in_word;
	default:
		return script_of(code) != SCRIPT_NONE && !script_is_char(code);
	}
}

/* Behind the character that closes; the end if none does. */
static size_t
lint_skip_to(const struct lint_words *words, size_t at, char close)
{
	const char *text = words->text->text;

	while (at < words->end && text[at] != close)
		at++;
	return at < words->end ? at + 1 : at;
}

/* Behind `\b`, `\pL`, `\p{Cyrillic}`, `\x41`, `\x{41}`. */
static size_t
lint_skip_escape(const struct lint_words *words, size_t at)
{
	const char *text = words->text->text;
	size_t left, digits;
	char kind;

	if (at + 2 >= words->end)
		return words->end;
	kind = text[at + 1];
	at += 2;
	left = words->end - at;
	if (strchr("pPxoNgk", kind) && text[at] == '{')
		return lint_skip_to(words, at, '}');
	if (kind == 'p' || kind == 'P')
		return at + 1;
	digits = kind == 'x' ? strspn(text + at, "0123456789abcdefABCDEF") : 0;
	if (digits > 2)
		digits = 2;
	return at + (digits < left ? digits : left);
}

/* Behind the class that begins at an offset. */
static size_t
lint_skip_class(const struct lint_words *words, size_t at)
{
	const char *text = words->text->text;

	at += at + 1 < words->end && text[at + 1] == '^' ? 2 : 1;
	at += at < words->end && text[at] == ']';
	while (at < words->end && text[at] != ']') {
		if (text[at] == '\\')
			at += 2;
		else if (text[at] == '[' && text[at + 1] == ':')
			at = lint_skip_to(words, at, ']');
		else
			at++;
	}
	return at < words->end ? at + 1 : words->end;
}

/* Behind what is no text of a regular expression; 0 if that is none. */
static size_t
lint_skip_syntax(const struct lint_words *words)
{
	if (words->text->text[words->at] == '\\')
		return lint_skip_escape(words, words->at);
	if (words->text->text[words->at] == '[')
		return lint_skip_class(words, words->at);
	return 0;
}

void
lint_capitals(struct lint *lint, const struct conf_text *text,
    const struct query_node *node)
{
	const char *at = node->text;
	bool has_capital = false, has_small = false;
	utf8proc_int32_t code;
	utf8proc_ssize_t step;

	if (!node->scope.is_capitals)
		return;
	for (; *at; at += step) {
		step =
		    utf8proc_iterate((const utf8proc_uint8_t *)at, -1, &code);
		if (step <= 0) {
			step = 1;
			continue;
		}
		/* a wildcard may stand for a capital */
		has_capital = has_capital || code == '*' || code == '?' ||
			      utf8proc_toupper(code) != code ||
			      utf8proc_category(code) == UTF8PROC_CATEGORY_LU;
		has_small = has_small ||
			    utf8proc_category(code) == UTF8PROC_CATEGORY_LL;
	}
	if (has_capital && !(node->is_exact && has_small))
		return;
	(void)lint_warn(lint, text, node->start, node->len, "W242",
	    "'%.*s' is never written in capitals: never true in ALLCAPS",
	    lint_shown(text->text + node->start, node->len),
	    text->text + node->start);
}

bool
lint_words_next(struct lint_words *words, struct lint_word *word)
{
	utf8proc_int32_t code;
	utf8proc_ssize_t got;

	memset(word, 0, sizeof(*word));
	while (words->at < words->end) {
		size_t behind = words->is_regex ? lint_skip_syntax(words) : 0;
		const char *at = words->text->text + words->at;

		/* a query need not be valid UTF-8 */
		got = behind ? 0
			     : utf8proc_iterate((const utf8proc_uint8_t *)at,
				   (utf8proc_ssize_t)(words->end - words->at),
				   &code);
		if (got > 0 && lint_is_word((uint32_t)code, word->len > 0)) {
			if (!word->len) {
				word->text = at;
				word->start = words->at;
			}
			word->len += (size_t)got;
			word->letters[script_of((uint32_t)code)]++;
			words->at += (size_t)got;
			continue;
		}
		if (word->len)
			return true;
		words->at =
		    behind ? behind : words->at + (got > 0 ? (size_t)got : 1);
	}
	return word->len > 0;
}
