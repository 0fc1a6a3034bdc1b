/*
 * The scripts of characters, from the ranges of Unicode that are named here; a
 * letter of any other is SCRIPT_OTHER.
 */
#include <stdlib.h>
#include <utf8proc.h>

#include "text/script.h"

struct script_range {
	uint32_t first;
	uint32_t last;
	enum script script;
};

/* Scripts written without spaces: each letter is a token. In order. */
static const struct script_range script_chars[] = {
    {0x1100, 0x11ff, SCRIPT_HANGUL},
    {0x2e80, 0x2fd5, SCRIPT_HAN},
    {0x3005, 0x3007, SCRIPT_HAN},
    {0x3021, 0x3029, SCRIPT_HAN},
    {0x3031, 0x3035, SCRIPT_KATAKANA},
    {0x3038, 0x303c, SCRIPT_HAN},
    {0x3041, 0x3096, SCRIPT_HIRAGANA},
    {0x3099, 0x309a, SCRIPT_KATAKANA},
    {0x309d, 0x309f, SCRIPT_HIRAGANA},
    {0x30a1, 0x30fa, SCRIPT_KATAKANA},
    {0x30fc, 0x30ff, SCRIPT_KATAKANA},
    {0x3105, 0x312f, SCRIPT_OTHER},
    {0x3131, 0x318e, SCRIPT_HANGUL},
    {0x31a0, 0x31bf, SCRIPT_OTHER},
    {0x31f0, 0x31ff, SCRIPT_KATAKANA},
    {0x3400, 0x4dbf, SCRIPT_HAN},
    {0x4e00, 0x9fff, SCRIPT_HAN},
    {0xa960, 0xa97c, SCRIPT_HANGUL},
    {0xac00, 0xd7a3, SCRIPT_HANGUL},
    {0xd7b0, 0xd7fb, SCRIPT_HANGUL},
    {0xf900, 0xfaff, SCRIPT_HAN},
    {0x1aff0, 0x1b16f, SCRIPT_KATAKANA},
    {0x20000, 0x3ffff, SCRIPT_HAN},
};

/* Scripts whose letters make words. In order. */
static const struct script_range script_words[] = {
    {0x41, 0x24f, SCRIPT_LATIN},
    {0x250, 0x2ff, SCRIPT_LATIN},
    {0x370, 0x3ff, SCRIPT_GREEK},
    {0x400, 0x52f, SCRIPT_CYRILLIC},
    {0x590, 0x5ff, SCRIPT_HEBREW},
    {0x600, 0x77f, SCRIPT_ARABIC},
    {0x8a0, 0x8ff, SCRIPT_ARABIC},
    {0x900, 0x97f, SCRIPT_DEVANAGARI},
    {0xe00, 0xe7f, SCRIPT_THAI},
    {0x1e00, 0x1eff, SCRIPT_LATIN},
    {0x1f00, 0x1fff, SCRIPT_GREEK},
};

static int
script_compare(const void *key, const void *member)
{
	uint32_t code = *(const uint32_t *)key;
	const struct script_range *range = member;

	return code < range->first ? -1 : code > range->last;
}

static enum script
script_find(const struct script_range *ranges, size_t count, uint32_t code)
{
	const struct script_range *range =
	    bsearch(&code, ranges, count, sizeof(*ranges), script_compare);

	return range ? range->script : SCRIPT_NONE;
}

#define RANGES(table) table, sizeof(table) / sizeof((table)[0])

bool
script_is_char(uint32_t code)
{
	if (code < 0x1100 || (code >= 0x1200 && code < 0x2e80))
		return false;
	if ((code >= 0x3400 && code < 0x4dc0) ||
	    (code >= 0x4e00 && code <= 0x9fff) ||
	    (code >= 0xac00 && code <= 0xd7a3) ||
	    (code >= 0x3041 && code <= 0x3096) ||
	    (code >= 0x30a1 && code <= 0x30fa))
		return true;
	return script_find(RANGES(script_chars), code) != SCRIPT_NONE;
}

enum script
script_of(uint32_t code)
{
	enum script script;

	/* nearly every character of a text */
	if (code < 0x80)
		return (code | 0x20) >= 'a' && (code | 0x20) <= 'z'
			   ? SCRIPT_LATIN
			   : SCRIPT_NONE;
	if (code >= 0x4e00 && code <= 0x9fff)
		return SCRIPT_HAN;
	if (code >= 0xac00 && code <= 0xd7a3)
		return SCRIPT_HANGUL;
	if (code >= 0x3041 && code <= 0x3096)
		return SCRIPT_HIRAGANA;
	if (code >= 0x30a1 && code <= 0x30fa)
		return SCRIPT_KATAKANA;
	script = script_find(RANGES(script_chars), code);
	if (script != SCRIPT_NONE)
		return script;
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
		break;
	default:
		return SCRIPT_NONE;
	}
	script = script_find(RANGES(script_words), code);
	return script == SCRIPT_NONE ? SCRIPT_OTHER : script;
}
