/* Language codes against scripts; nothing here knows words. */
#include <stdlib.h>
#include <string.h>

#include "topics/lang.h"

#define LANG_LETTERS 2 /* of the codes that are known */

struct lang_script {
	char code[LANG_LETTERS + 1];
	enum script script;
};

/* In order; a language of two scripts, or not listed, is always believed. */
static const struct lang_script lang_scripts[] = {
    {"ar", SCRIPT_ARABIC},
    {"be", SCRIPT_CYRILLIC},
    {"bg", SCRIPT_CYRILLIC},
    {"ca", SCRIPT_LATIN},
    {"cs", SCRIPT_LATIN},
    {"da", SCRIPT_LATIN},
    {"de", SCRIPT_LATIN},
    {"el", SCRIPT_GREEK},
    {"en", SCRIPT_LATIN},
    {"es", SCRIPT_LATIN},
    {"et", SCRIPT_LATIN},
    {"fa", SCRIPT_ARABIC},
    {"fi", SCRIPT_LATIN},
    {"fr", SCRIPT_LATIN},
    {"he", SCRIPT_HEBREW},
    {"hi", SCRIPT_DEVANAGARI},
    {"hr", SCRIPT_LATIN},
    {"hu", SCRIPT_LATIN},
    {"id", SCRIPT_LATIN},
    {"it", SCRIPT_LATIN},
    {"ja", SCRIPT_HIRAGANA},
    {"ko", SCRIPT_HANGUL},
    {"lt", SCRIPT_LATIN},
    {"lv", SCRIPT_LATIN},
    {"mk", SCRIPT_CYRILLIC},
    {"mr", SCRIPT_DEVANAGARI},
    {"ms", SCRIPT_LATIN},
    {"ne", SCRIPT_DEVANAGARI},
    {"nl", SCRIPT_LATIN},
    {"no", SCRIPT_LATIN},
    {"pl", SCRIPT_LATIN},
    {"pt", SCRIPT_LATIN},
    {"ro", SCRIPT_LATIN},
    {"ru", SCRIPT_CYRILLIC},
    {"sk", SCRIPT_LATIN},
    {"sl", SCRIPT_LATIN},
    {"sv", SCRIPT_LATIN},
    {"th", SCRIPT_THAI},
    {"tr", SCRIPT_LATIN},
    {"uk", SCRIPT_CYRILLIC},
    {"ur", SCRIPT_ARABIC},
    {"vi", SCRIPT_LATIN},
    {"zh", SCRIPT_HAN},
};

struct lang_mistake {
	char code[4];
	char meant[LANG_LETTERS + 1];
};

/* What feeds write for the codes that are meant. */
static const struct lang_mistake lang_mistakes[] = {
    {"chi", "zh"},
    {"cn", "zh"},
    {"eng", "en"},
    {"jp", "ja"},
    {"jpn", "ja"},
    {"kor", "ko"},
    {"kr", "ko"},
    {"rus", "ru"},
    {"zho", "zh"},
};

static const char *const lang_guesses[SCRIPTS] = {
    [SCRIPT_LATIN] = "en",
    [SCRIPT_CYRILLIC] = "ru",
    [SCRIPT_GREEK] = "el",
    [SCRIPT_ARABIC] = "ar",
    [SCRIPT_HEBREW] = "he",
    [SCRIPT_DEVANAGARI] = "hi",
    [SCRIPT_THAI] = "th",
    [SCRIPT_HAN] = "zh",
    [SCRIPT_HIRAGANA] = "ja",
    [SCRIPT_HANGUL] = "ko",
};

/*
 * The script of a token by its first byte, where all letters of folded text
 * that begin with the byte are of one script; else SCRIPT_NONE.
 */
static const unsigned char lang_leads[256] = {
    ['a'] = SCRIPT_LATIN,
    ['b'] = SCRIPT_LATIN,
    ['c'] = SCRIPT_LATIN,
    ['d'] = SCRIPT_LATIN,
    ['e'] = SCRIPT_LATIN,
    ['f'] = SCRIPT_LATIN,
    ['g'] = SCRIPT_LATIN,
    ['h'] = SCRIPT_LATIN,
    ['i'] = SCRIPT_LATIN,
    ['j'] = SCRIPT_LATIN,
    ['k'] = SCRIPT_LATIN,
    ['l'] = SCRIPT_LATIN,
    ['m'] = SCRIPT_LATIN,
    ['n'] = SCRIPT_LATIN,
    ['o'] = SCRIPT_LATIN,
    ['p'] = SCRIPT_LATIN,
    ['q'] = SCRIPT_LATIN,
    ['r'] = SCRIPT_LATIN,
    ['s'] = SCRIPT_LATIN,
    ['t'] = SCRIPT_LATIN,
    ['u'] = SCRIPT_LATIN,
    ['v'] = SCRIPT_LATIN,
    ['w'] = SCRIPT_LATIN,
    ['x'] = SCRIPT_LATIN,
    ['y'] = SCRIPT_LATIN,
    ['z'] = SCRIPT_LATIN,
    [0xc3] = SCRIPT_LATIN,
    [0xc4] = SCRIPT_LATIN,
    [0xc5] = SCRIPT_LATIN,
    [0xc6] = SCRIPT_LATIN,
    [0xc7] = SCRIPT_LATIN,
    [0xc8] = SCRIPT_LATIN,
    [0xc9] = SCRIPT_LATIN,
    [0xce] = SCRIPT_GREEK,
    [0xcf] = SCRIPT_GREEK,
    [0xd0] = SCRIPT_CYRILLIC,
    [0xd1] = SCRIPT_CYRILLIC,
    [0xd2] = SCRIPT_CYRILLIC,
    [0xd3] = SCRIPT_CYRILLIC,
    [0xd7] = SCRIPT_HEBREW,
    [0xd8] = SCRIPT_ARABIC,
    [0xda] = SCRIPT_ARABIC,
    [0xe4] = SCRIPT_HAN,
    [0xe5] = SCRIPT_HAN,
    [0xe6] = SCRIPT_HAN,
    [0xe7] = SCRIPT_HAN,
    [0xe8] = SCRIPT_HAN,
    [0xe9] = SCRIPT_HAN,
    [0xeb] = SCRIPT_HANGUL,
    [0xec] = SCRIPT_HANGUL,
    [0xed] = SCRIPT_HANGUL,
};

static int
lang_script_compare(const void *key, const void *member)
{
	const unsigned char *a = key;
	const char *code = ((const struct lang_script *)member)->code;
	const unsigned char *b = (const unsigned char *)code;

	return a[0] != b[0] ? a[0] - b[0] : a[1] - b[1];
}

/* The script of a code's first part; SCRIPT_NONE if that tells nothing. */
static enum script
lang_script_of(const char *code)
{
	const struct lang_script *found;

	if (!code[0] || !code[1] || (code[2] && code[2] != '-'))
		return SCRIPT_NONE;
	found = bsearch(code, lang_scripts,
	    sizeof(lang_scripts) / sizeof(lang_scripts[0]),
	    sizeof(lang_scripts[0]), lang_script_compare);
	return found ? found->script : SCRIPT_NONE;
}

static inline enum script
lang_token_script(const char *text)
{
	unsigned char lead = (unsigned char)*text;
	size_t len;

	if (lang_leads[lead] != SCRIPT_NONE || lead < 0x80)
		return (enum script)lang_leads[lead];
	return script_of(token_decode(text, &len));
}

/*
 * The script that prevails, by positions: a character of CJK weighs half a
 * word. Kana among Han tell Japanese, Hangul among Han Korean.
 */
static enum script
lang_prevailing(const struct tokens *tokens, unsigned *scripts_r)
{
	static const unsigned char weights[] = {[TOKEN_BREAK] = 0,
	    [TOKEN_WORD] = TOKEN_WORD_WIDTH,
	    [TOKEN_CHAR] = 1};
	const struct token *items = tokens->items;
	const char *text = tokens->text;
	size_t counts[SCRIPTS] = {0}, i, han, count = tokens->count;
	enum script best = SCRIPT_NONE;

	/* a break stands at the first byte, and weighs nothing */
	for (i = 0; i < count; i++)
		counts[lang_token_script(text + items[i].start)] +=
		    weights[items[i].kind];
	counts[SCRIPT_NONE] = 0;
	for (*scripts_r = 0, i = 0; i < SCRIPTS; i++)
		*scripts_r |= (unsigned)(counts[i] > 0) << i;
	counts[SCRIPT_HIRAGANA] += counts[SCRIPT_KATAKANA];
	counts[SCRIPT_KATAKANA] = 0;
	han = counts[SCRIPT_HAN];
	if (counts[SCRIPT_HANGUL] > counts[SCRIPT_HIRAGANA] &&
	    counts[SCRIPT_HANGUL] * 4 >= han)
		counts[SCRIPT_HANGUL] += han;
	else if (counts[SCRIPT_HIRAGANA] * 8 >= han)
		counts[SCRIPT_HIRAGANA] += counts[SCRIPT_HIRAGANA] ? han : 0;
	for (i = 0; i < SCRIPTS; i++) {
		if (counts[i] > counts[best])
			best = (enum script)i;
	}
	return best;
}

/* Puts the language that is meant for one that is a common mistake. */
static void
lang_mend(char code[LANG_CODE_MAX], size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(lang_mistakes) / sizeof(lang_mistakes[0]); i++) {
		const struct lang_mistake *mistake = &lang_mistakes[i];

		if (code[0] != mistake->code[0] ||
		    strlen(mistake->code) != len ||
		    memcmp(code, mistake->code, len) != 0)
			continue;
		memmove(
		    code + LANG_LETTERS, code + len, strlen(code + len) + 1);
		memcpy(code, mistake->meant, LANG_LETTERS);
		break;
	}
}

/* Lower case, '-' between the parts, common mistakes mended; "" if unfit. */
static void
lang_normalise(char code[LANG_CODE_MAX], const char *text)
{
	size_t i, len = 0;

	code[0] = '\0';
	if (!text)
		return;
	for (i = 0; text[i]; i++) {
		char c = text[i];

		if (i == LANG_CODE_MAX - 1) {
			code[0] = '\0';
			return;
		}
		if (c == '_')
			c = '-';
		if (c == '-' && !len)
			len = i;
		code[i] = (char)(c | (c >= 'A' && c <= 'Z' ? 0x20 : 0));
	}
	code[i] = '\0';
	lang_mend(code, len ? len : i);
}

/*
 * Whether a text is, or is in part, written in a script. Latin letters stand in
 * texts of all languages, as names and as boilerplate, and Han in those of
 * three: they must prevail.
 */
static bool
lang_is_written_in(const struct lang *lang, enum script script)
{
	return script == lang->script ||
	       (script != SCRIPT_LATIN && script != SCRIPT_HAN &&
		   (lang->scripts >> script & 1));
}

/* Text in Han alone may be Korean or Japanese, too, if that is said. */
static bool
lang_is_believable(const struct lang *lang)
{
	enum script own = lang_script_of(lang->code), script = lang->script;

	if (own == SCRIPT_NONE || script == SCRIPT_NONE ||
	    script == SCRIPT_OTHER || lang_is_written_in(lang, own))
		return true;
	return script == SCRIPT_HAN &&
	       (own == SCRIPT_HANGUL || own == SCRIPT_HIRAGANA);
}

void
lang_detect(struct lang *lang, const char *item, const char *source,
    const struct tokens *tokens)
{
	const char *guess;

	lang->script = lang_prevailing(tokens, &lang->scripts);
	lang->is_guess = false;
	lang_normalise(lang->code, item);
	if (lang->code[0] && lang_is_believable(lang))
		return;
	lang_normalise(lang->code, source);
	if (lang->code[0] && lang_is_believable(lang))
		return;
	guess = lang_guesses[lang->script];
	lang->is_guess = true;
	lang_normalise(lang->code, guess);
}

/* The parts of a code behind the language: xxxx is a script, xx a region. */
static void
lang_parts(const char *code, char script[5], char region[4])
{
	const char *part = code + strcspn(code, "-");

	script[0] = region[0] = '\0';
	while (*part == '-') {
		size_t len = strcspn(++part, "-");

		if (len == 4)
			memcpy(script, part, 5), script[4] = '\0';
		else if (len == 2 || len == 3)
			memcpy(region, part, len), region[len] = '\0';
		part += len;
	}
}

static const char *
lang_chinese_script(const char *region)
{
	if (strcmp(region, "tw") == 0 || strcmp(region, "hk") == 0 ||
	    strcmp(region, "mo") == 0)
		return "hant";
	return strcmp(region, "cn") == 0 || strcmp(region, "sg") == 0 ? "hans"
								      : "";
}

static bool
lang_differs(const char *a, const char *b)
{
	return a[0] && b[0] && strcmp(a, b) != 0;
}

/* A language that is not stated, by the scripts that the text is written in. */
static bool
lang_admits_script(const struct lang *lang, const char *want)
{
	enum script script = lang_script_of(want), said;

	if (lang->is_guess)
		return script == SCRIPT_NONE ? lang->script == SCRIPT_LATIN
					     : lang_is_written_in(lang, script);
	/* what is stated holds for a part of the text only */
	said = lang_script_of(lang->code);
	return said != SCRIPT_NONE && said != lang->script &&
	       lang->script != SCRIPT_HAN && script == lang->script;
}

bool
lang_admits(const struct lang *lang, const char *code)
{
	char want[LANG_CODE_MAX], scripts[2][5], regions[2][4];
	size_t len;

	/* nearly all that ask want the very language */
	if (!code || (code[0] && strcmp(code, lang->code) == 0))
		return true;
	lang_normalise(want, code);
	if (lang_admits_script(lang, want))
		return true;
	if (lang->is_guess)
		return false;
	len = strcspn(want, "-");
	if (len != strcspn(lang->code, "-") ||
	    strncmp(want, lang->code, len) != 0)
		return false;
	lang_parts(want, scripts[0], regions[0]);
	lang_parts(lang->code, scripts[1], regions[1]);
	if (strncmp(want, "zh", 2) == 0 && scripts[0][0] && !scripts[1][0])
		return !lang_differs(
		    scripts[0], lang_chinese_script(regions[1]));
	return !lang_differs(scripts[0], scripts[1]) &&
	       !lang_differs(regions[0], regions[1]);
}

bool
lang_is(const struct lang *lang, const char *code)
{
	size_t len = strlen(code);
	char script[5], region[4];

	if (strncmp(lang->code, code, len) == 0 &&
	    (lang->code[len] == '\0' || lang->code[len] == '-'))
		return true;
	if (strncmp(lang->code, "zh-", 3) != 0 || strncmp(code, "zh-", 3) != 0)
		return false;
	lang_parts(lang->code, script, region);
	return !script[0] && strcmp(code + 3, lang_chinese_script(region)) == 0;
}
