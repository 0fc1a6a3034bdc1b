/*
 * Words of scripts that are written without blanks, as Chinese is, but whose
 * runs are one token here: their words have no borders without a dictionary.
 */
#include <string.h>
#include <utf8proc.h>

#include "text/token.h"
#include "topics/lint_private.h"

static const struct {
	uint32_t first;
	uint32_t last;
	const char *name;
} lint_unsplit_scripts[] = {
    {0xe00, 0xe7f, "Thai"},
    {0xe80, 0xeff, "Lao"},
    {0x1000, 0x109f, "Burmese"},
    {0x1780, 0x17ff, "Khmer"},
    {0xa9e0, 0xa9ff, "Burmese"},
    {0xaa60, 0xaa7f, "Burmese"},
};

/* The script of a letter, NULL if it is of none of these. */
static const char *
lint_unsplit_script(uint32_t code)
{
	size_t i;

	if (token_kind_of(code) != TOKEN_WORD)
		return NULL;
	for (i = 0;
	     i < sizeof(lint_unsplit_scripts) / sizeof(lint_unsplit_scripts[0]);
	     i++) {
		if (code >= lint_unsplit_scripts[i].first &&
		    code <= lint_unsplit_scripts[i].last)
			return lint_unsplit_scripts[i].name;
	}
	return NULL;
}

/* The first run of letters of one of the scripts, from *start on; its name. */
static const char *
lint_find_unsplit(
    const struct conf_text *text, size_t *start, size_t end, size_t *len_r)
{
	const char *name = NULL;
	utf8proc_int32_t code;
	utf8proc_ssize_t got;
	size_t at;

	for (at = *start; at<end; at += got> 0 ? (size_t)got : 1) {
		const char *found;

		got =
		    utf8proc_iterate((const utf8proc_uint8_t *)text->text + at,
			(utf8proc_ssize_t)(end - at), &code);
		found = got > 0 ? lint_unsplit_script((uint32_t)code) : NULL;
		if (name && !found)
			break;
		if (found && !name)
			*start = at;
		name = found;
	}
	*len_r = at - *start;
	return name;
}

void
lint_unsplit(
    struct lint *lint, const struct conf_text *text, size_t start, size_t len)
{
	size_t word = start, word_len;
	const char *name;
	int shown;

	if (lint->is_unsplit_told)
		return;
	name = lint_find_unsplit(text, &word, start + len, &word_len);
	if (!name)
		return;
	lint->is_unsplit_told = true;
	shown = lint_shown(text->text + word, word_len);
	if (lint_warn(lint, text, word, word_len, "W220",
		"'%.*s' is found only between blanks or marks, and %s is "
		"written without them",
		shown, text->text + word, name))
		diag_hint(lint->diag,
		    "/%.*s/ joined to a word finds it anywhere", shown,
		    text->text + word);
}
