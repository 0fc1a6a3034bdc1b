/*
 * Letters that look like those of another script: a word that is Latin but for
 * a Cyrillic letter, or the other way about, is found in no text. A word warns
 * only when all its letters of the lesser script have a twin in the other, so
 * that a Latin name with a Cyrillic ending passes. A word that is of
 * look-alikes altogether is a true word as a rule (ВВС); it warns only beside
 * the Latin word that nobody could tell from it, in the same query or set.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "text/token.h"
#include "topics/lint_private.h"

/*
 * Pairs of Unicode's confusables.txt (UTS #39), for Latin: of small letters
 * and of capitals; a small letter whose capital has a twin counts as well,
 * since case is folded.
 */
struct lint_twin {
	uint32_t other; /* Cyrillic or Greek */
	char latin;
	bool is_by_case; /* only the capitals look the same */
};

static const struct lint_twin lint_twins[] = {
    {0x391, 'A', false},
    {0x392, 'B', false},
    {0x395, 'E', false},
    {0x396, 'Z', false},
    {0x397, 'H', false},
    {0x399, 'I', false},
    {0x39a, 'K', false},
    {0x39c, 'M', false},
    {0x39d, 'N', false},
    {0x39f, 'O', false},
    {0x3a1, 'P', false},
    {0x3a4, 'T', false},
    {0x3a5, 'Y', false},
    {0x3a7, 'X', false},
    {0x3b1, 'a', true},
    {0x3b9, 'i', true},
    {0x3ba, 'k', true},
    {0x3bd, 'v', false},
    {0x3bf, 'o', false},
    {0x3c1, 'p', true},
    {0x3c5, 'u', true},
    {0x405, 'S', false},
    {0x406, 'I', false},
    {0x408, 'J', false},
    {0x410, 'A', false},
    {0x412, 'B', false},
    {0x415, 'E', false},
    {0x41a, 'K', false},
    {0x41c, 'M', false},
    {0x41d, 'H', false},
    {0x41e, 'O', false},
    {0x420, 'P', false},
    {0x421, 'C', false},
    {0x422, 'T', false},
    {0x423, 'Y', false},
    {0x425, 'X', false},
    {0x430, 'a', false},
    {0x432, 'b', true},
    {0x435, 'e', false},
    {0x43a, 'k', true},
    {0x43c, 'm', true},
    {0x43d, 'h', true},
    {0x43e, 'o', false},
    {0x440, 'p', false},
    {0x441, 'c', false},
    {0x442, 't', true},
    {0x443, 'y', false},
    {0x445, 'x', false},
    {0x455, 's', false},
    {0x456, 'i', false},
    {0x458, 'j', false},
    {0x475, 'v', false},
    {0x4bb, 'h', false},
    {0x501, 'd', false},
    {0x50c, 'G', false},
    {0x51a, 'Q', false},
    {0x51b, 'q', false},
    {0x51c, 'W', false},
    {0x51d, 'w', false},
};

#define LINT_TWINS (sizeof(lint_twins) / sizeof(lint_twins[0]))

/* Beyond are letters of small languages, which nobody types by mistake. */
#define LINT_COMMON_END 0x460

/* The twin of a letter in a script; 0 if it has none. */
static uint32_t
lint_twin_in(uint32_t code, enum script from, enum script to, bool is_strict)
{
	size_t i;

	for (i = 0; i < LINT_TWINS; i++) {
		const struct lint_twin *twin = &lint_twins[i];
		uint32_t latin = (unsigned char)twin->latin;

		if (is_strict && twin->is_by_case)
			continue;
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

static size_t
lint_append(char *out, uint32_t code)
{
	return (size_t)utf8proc_encode_char(
	    (utf8proc_int32_t)code, (utf8proc_uint8_t *)out);
}

bool
lint_replace(const struct lint_word *word, enum script from, enum script to,
    bool is_strict, char *out, size_t *first_r)
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
		twin = lint_twin_in(code, from, to, is_strict);
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

const char *
lint_script_name(enum script script)
{
	return script == SCRIPT_LATIN	   ? "Latin"
	       : script == SCRIPT_CYRILLIC ? "Cyrillic"
					   : "Greek";
}

static void
lint_report_mixed(struct lint *lint, const struct conf_text *text,
    const struct lint_word *word, enum script from, enum script to,
    const char *likely, size_t first)
{
	char other[4 * LINT_WORD_MAX + 1];
	const char *letter = word->text + first;
	size_t step, ignored;
	uint32_t code = token_decode(letter, &step);

	if (!lint_warn(lint, text, word->start + first, step, "W210",
		"'%.*s' (U+%04X) in '%.*s' is %s among %s letters", (int)step,
		letter, (unsigned)code, (int)word->len, word->text,
		lint_script_name(from), lint_script_name(to)))
		return;
	/* of Macedonian nobody thinks in a hint */
	if (lint_replace(word, to, from, false, other, &ignored) &&
	    !strstr(other, "\u0405") && !strstr(other, "\u0455"))
		diag_hint(lint->diag,
		    "did you mean '%s' in %s or '%s' in %s letters?", likely,
		    lint_script_name(to), other, lint_script_name(from));
	else
		diag_hint(lint->diag, "did you mean '%s'?", likely);
}

/* The lesser script is the intruder, if it has twins; else the greater. */
static void
lint_check_mixed(struct lint *lint, const struct conf_text *text,
    const struct lint_word *word)
{
	size_t latin = word->letters[SCRIPT_LATIN];
	size_t cyrillic = word->letters[SCRIPT_CYRILLIC];
	size_t greek = word->letters[SCRIPT_GREEK];
	enum script other = cyrillic ? SCRIPT_CYRILLIC : SCRIPT_GREEK;
	enum script lesser = latin < cyrillic + greek ? SCRIPT_LATIN : other;
	enum script greater = lesser == SCRIPT_LATIN ? other : SCRIPT_LATIN;
	char likely[4 * LINT_WORD_MAX + 1];
	size_t first;

	/* of three scripts no word is likely */
	if (!latin || !(cyrillic + greek) || (cyrillic && greek))
		return;
	if (lint_replace(word, lesser, greater, false, likely, &first))
		lint_report_mixed(
		    lint, text, word, lesser, greater, likely, first);
	else if (lint_replace(word, greater, lesser, false, likely, &first))
		lint_report_mixed(
		    lint, text, word, greater, lesser, likely, first);
}

/* The script of a word of two letters or more; SCRIPT_NONE if of several. */
static enum script
lint_script_of_word(const struct lint_word *word)
{
	enum script script, found = SCRIPT_NONE;

	for (script = SCRIPT_NONE + 1; script < SCRIPTS; script++) {
		if (!word->letters[script])
			continue;
		if (found != SCRIPT_NONE)
			return SCRIPT_NONE;
		found = script;
	}
	return word->letters[found] > 1 ? found : SCRIPT_NONE;
}

/* Words are the same only where they count in the same items. */
static void
lint_alike_key(struct buf *key, const char *lang, const char *word, size_t len)
{
	/* a buffer without a bound takes all */
	(void)buf_addstr(key, lang ? lang : "");
	(void)buf_addch(key, '\0');
	(void)buf_add(key, word, len);
}

/* Remembers what lint_letters_end compares. */
static void
lint_collect(struct lint *lint, const struct conf_text *text,
    const struct lint_word *word, const char *lang)
{
	enum script script = lint_script_of_word(word);
	struct lint_alike *alike;
	struct buf key;

	if (script == SCRIPT_CYRILLIC || script == SCRIPT_GREEK) {
		lint->alike = xgrow(lint->alike, lint->alike_count + 1,
		    &lint->alike_cap, sizeof(*lint->alike));
		alike = &lint->alike[lint->alike_count++];
		*alike = (struct lint_alike){
		    text, word->start, word->len, lang, script};
		return;
	}
	if (script != SCRIPT_LATIN)
		return;
	if (!lint->latin)
		lint->latin = map_new();
	buf_init(&key, 0);
	lint_alike_key(&key, lang, word->text, word->len);
	map_put_bytes(lint->latin, key.data, key.len, lint);
	buf_clear(&key);
}

void
lint_letters(struct lint *lint, struct lint_words words, const char *lang)
{
	struct lint_word word;

	while (lint_words_next(&words, &word)) {
		if (word.len > LINT_WORD_MAX)
			continue;
		lint_check_mixed(lint, words.text, &word);
		lint_collect(lint, words.text, &word, lang);
	}
}

static void
lint_check_alike(struct lint *lint, const struct lint_alike *alike)
{
	const struct lint_word word = {.text = alike->text->text + alike->start,
	    .start = alike->start,
	    .len = alike->len};
	char latin[4 * LINT_WORD_MAX + 1];
	struct buf key;
	size_t first;

	if (!lint_replace(
		&word, alike->script, SCRIPT_LATIN, true, latin, &first))
		return;
	buf_init(&key, 0);
	lint_alike_key(&key, alike->lang, latin, strlen(latin));
	if (map_get_bytes(lint->latin, key.data, key.len) &&
	    lint_warn(lint, alike->text, alike->start, alike->len, "W210",
		"all of '%.*s' is %s, but looks like the Latin '%s' that "
		"stands here, too",
		(int)word.len, word.text, lint_script_name(alike->script),
		latin))
		diag_hint(
		    lint->diag, "did you mean '%s' in Latin letters?", latin);
	buf_clear(&key);
}

void
lint_letters_end(struct lint *lint)
{
	size_t i;

	for (i = 0; i < lint->alike_count && lint->latin; i++)
		lint_check_alike(lint, &lint->alike[i]);
	map_free(&lint->latin, NULL);
	free(lint->alike);
	lint->alike = NULL;
	lint->alike_count = lint->alike_cap = 0;
}
