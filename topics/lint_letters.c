/*
 * Letters that look like those of another script: a word that is Latin but for
 * a Cyrillic letter, or the other way about, is found in no text. A word warns
 * only when all its letters of the lesser script have a twin in the other, so
 * that a Latin name with a Cyrillic ending passes. Characters that are tokens
 * of their own (ICBM급) end a word.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/buf.h"
#include "text/script.h"
#include "text/token.h"
#include "topics/lint_private.h"

#define LINT_WORD_MAX 255 /* bytes; longer words are not looked at */

/*
 * Pairs of Unicode's confusables.txt (UTS #39), for Latin: of small letters
 * and of capitals; a small letter whose capital has a twin counts as well,
 * since case is folded.
 */
struct lint_twin {
	uint32_t other; /* Cyrillic or Greek */
	char latin;
};

static const struct lint_twin lint_twins[] = {
    {0x391, 'A'},
    {0x392, 'B'},
    {0x395, 'E'},
    {0x396, 'Z'},
    {0x397, 'H'},
    {0x399, 'I'},
    {0x39a, 'K'},
    {0x39c, 'M'},
    {0x39d, 'N'},
    {0x39f, 'O'},
    {0x3a1, 'P'},
    {0x3a4, 'T'},
    {0x3a5, 'Y'},
    {0x3a7, 'X'},
    {0x3b1, 'a'},
    {0x3b9, 'i'},
    {0x3ba, 'k'},
    {0x3bd, 'v'},
    {0x3bf, 'o'},
    {0x3c1, 'p'},
    {0x3c5, 'u'},
    {0x405, 'S'},
    {0x406, 'I'},
    {0x408, 'J'},
    {0x410, 'A'},
    {0x412, 'B'},
    {0x415, 'E'},
    {0x41a, 'K'},
    {0x41c, 'M'},
    {0x41d, 'H'},
    {0x41e, 'O'},
    {0x420, 'P'},
    {0x421, 'C'},
    {0x422, 'T'},
    {0x423, 'Y'},
    {0x425, 'X'},
    {0x430, 'a'},
    {0x432, 'b'},
    {0x435, 'e'},
    {0x43a, 'k'},
    {0x43c, 'm'},
    {0x43d, 'h'},
    {0x43e, 'o'},
    {0x440, 'p'},
    {0x441, 'c'},
    {0x442, 't'},
    {0x443, 'y'},
    {0x445, 'x'},
    {0x455, 's'},
    {0x456, 'i'},
    {0x458, 'j'},
    {0x475, 'v'},
    {0x4bb, 'h'},
    {0x501, 'd'},
    {0x50c, 'G'},
    {0x51a, 'Q'},
    {0x51b, 'q'},
    {0x51c, 'W'},
    {0x51d, 'w'},
};

#define LINT_TWINS (sizeof(lint_twins) / sizeof(lint_twins[0]))

/* Beyond are letters of small languages, which nobody types by mistake. */
#define LINT_COMMON_END 0x460

/* The twin of a letter in a script; 0 if it has none. */
static uint32_t
lint_twin_in(uint32_t code, enum script from, enum script to)
{
	size_t i;

	for (i = 0; i < LINT_TWINS; i++) {
		const struct lint_twin *twin = &lint_twins[i];
		uint32_t latin = (unsigned char)twin->latin;

		if (from != SCRIPT_LATIN && twin->other == code &&
		    to == SCRIPT_LATIN)
			return latin;
		if (from == SCRIPT_LATIN && latin == code &&
		    twin->other < LINT_COMMON_END &&
		    script_of(twin->other) == to)
			return twin->other;
	}
	return 0;
}

struct lint_word {
	const char *text;
	size_t start; /* in the whole text */
	size_t len;
	size_t letters[SCRIPTS];
};

static size_t
lint_append(char *out, uint32_t code)
{
	return (size_t)utf8proc_encode_char(
	    (utf8proc_int32_t)code, (utf8proc_uint8_t *)out);
}

/*
 * The word with its letters of `from` as their twins in `to`, and the first of
 * them; false when one has no twin.
 */
static bool
lint_replace(const struct lint_word *word, enum script from, enum script to,
    char *out, size_t *first_r)
{
	size_t at = 0, out_len = 0, step;
	bool is_found = false;
	uint32_t code, twin;

	for (; at < word->len; at += step) {
		code = token_decode(word->text + at, &step);
		if (script_of(code) != from) {
			memcpy(out + out_len, word->text + at, step);
			out_len += step;
			continue;
		}
		twin = lint_twin_in(code, from, to);
		if (!twin)
			return false;
		if (!is_found)
			*first_r = at;
		is_found = true;
		out_len += lint_append(out + out_len, twin);
	}
	out[out_len] = '\0';
	return is_found;
}

static const char *
lint_script_name(enum script script)
{
	return script == SCRIPT_LATIN	   ? "Latin"
	       : script == SCRIPT_CYRILLIC ? "Cyrillic"
					   : "Greek";
}

static bool
lint_report_word(struct lint *lint, const struct conf_text *text,
    const struct lint_word *word, enum script from, enum script to)
{
	char likely[4 * LINT_WORD_MAX + 1];
	size_t first, step;
	uint32_t code;

	if (!lint_replace(word, from, to, likely, &first))
		return false;
	code = token_decode(word->text + first, &step);
	if (lint_warn(lint, text, word->start + first, step, "W210",
		"'%.*s' (U+%04X) in '%.*s' is %s among %s letters", (int)step,
		word->text + first, (unsigned)code, (int)word->len, word->text,
		lint_script_name(from), lint_script_name(to)))
		diag_hint(lint->diag, "did you mean '%s'?", likely);
	return true;
}

/* The lesser script is the intruder, if it has twins; else the greater. */
static void
lint_check_word(struct lint *lint, const struct conf_text *text,
    const struct lint_word *word)
{
	size_t latin = word->letters[SCRIPT_LATIN];
	size_t cyrillic = word->letters[SCRIPT_CYRILLIC];
	size_t greek = word->letters[SCRIPT_GREEK];
	enum script other = cyrillic ? SCRIPT_CYRILLIC : SCRIPT_GREEK;
	enum script lesser = latin < cyrillic + greek ? SCRIPT_LATIN : other;
	enum script greater = lesser == SCRIPT_LATIN ? other : SCRIPT_LATIN;

	/* of three scripts no word is likely */
	if (!latin || !(cyrillic + greek) || (cyrillic && greek) ||
	    word->len > LINT_WORD_MAX)
		return;
	if (!lint_report_word(lint, text, word, lesser, greater))
		(void)lint_report_word(lint, text, word, greater, lesser);
}

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

void
lint_letters(
    struct lint *lint, const struct conf_text *text, size_t start, size_t len)
{
	struct lint_word word = {0};
	size_t at, step, end = start + len;
	utf8proc_int32_t code;
	utf8proc_ssize_t got;

	for (at = start; at < end; at += step) {
		/* a query need not be valid UTF-8 */
		got =
		    utf8proc_iterate((const utf8proc_uint8_t *)text->text + at,
			(utf8proc_ssize_t)(end - at), &code);
		step = got > 0 ? (size_t)got : 1;
		if (got > 0 && lint_is_word((uint32_t)code, word.len > 0)) {
			if (!word.len) {
				word.text = text->text + at;
				word.start = at;
			}
			word.len += step;
			word.letters[script_of((uint32_t)code)]++;
			continue;
		}
		lint_check_word(lint, text, &word);
		memset(&word, 0, sizeof(word));
	}
	lint_check_word(lint, text, &word);
}
