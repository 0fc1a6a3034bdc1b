#include <utf8proc.h>

#include "tests/test.h"
#include "topics/lang.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
tokenise(struct tokens *tokens, const char *text)
{
	struct folded folded;

	folded_init(&folded);
	tokens_init(tokens);
	fold_text(text, strlen(text), &folded);
	tokens_add(tokens, &folded, text, TOKENS_OF_TEXT);
	folded_clear(&folded);
}

static void
detect(
    struct lang *lang, const char *item, const char *source, const char *text)
{
	struct tokens tokens;

	tokenise(&tokens, text);
	lang_detect(lang, item, source, &tokens);
	tokens_clear(&tokens);
}

static void
what_is_said_is_believed_unless_the_script_speaks_against_it(void **state)
{
	static const struct {
		const char *item, *source, *text, *code;
		bool is_guess;
	} rows[] = {
	    {"en", NULL, "North Korea", "en", false},
	    {"de-AT", "en", "Nordkorea", "de-at", false},
	    {NULL, "fr", "Corée", "fr", false},
	    {"en-US", "ko", "북한이 발사", "ko", false},
	    {"en-US", "en", "북한이 발사", "ko", true},
	    {"ru", NULL, "North Korea", "en", true},
	    {"ja", NULL, "北朝鮮発射", "ja", false},
	    {"ko", NULL, "北, 發射", "ko", false},
	    {"xx", NULL, "КНДР", "xx", false},
	    {"sr", NULL, "КНДР", "sr", false},
	    {"en", NULL, "2022", "en", false},
	    {NULL, NULL, "2022", "", true},
	    {NULL, NULL, "", "", true},
	    {NULL, NULL, "کره شمالی", "ar", true},
	    {"fa", NULL, "کره شمالی", "fa", false},
	    {NULL, NULL, "Βόρεια Κορέα", "el", true},
	    {NULL, NULL, "צפון קוריאה", "he", true},
	    {NULL, NULL, "उत्तर कोरिया", "hi", true},
	    {NULL, NULL, "เกาหลีเหนือ", "th", true},
	    {NULL, NULL, "ミサイル", "ja", true},
	    {NULL, NULL, "ჩრდილოეთ", "", true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct lang lang;

		detect(&lang, rows[i].item, rows[i].source, rows[i].text);
		if (strcmp(lang.code, rows[i].code) != 0 ||
		    lang.is_guess != rows[i].is_guess)
			fail_msg("%s: %s", rows[i].text, lang.code);
	}
}

static void
codes_are_mended_and_those_too_long_ignored(void **state)
{
	static const struct {
		const char *said, *text, *code;
	} rows[] = {
	    {"EN_us", "x", "en-us"},
	    {"cn", "朝鲜", "zh"},
	    {"cn-TW", "朝鲜", "zh-tw"},
	    {"chi", "朝鲜", "zh"},
	    {"zho-Hans-CN", "朝鲜", "zh-hans-cn"},
	    {"jp", "ミサイル", "ja"},
	    {"jpn", "ミサイル", "ja"},
	    {"kr-x", "북한", "ko-x"},
	    {"kor", "북한", "ko"},
	    {"ENG", "x", "en"},
	    {"rus", "КНДР", "ru"},
	    /* no mistakes, only like some */
	    {"c", "朝鲜", "c"},
	    {"cno", "朝鲜", "cno"},
	    {"-cn", "朝鲜", "-cn"},
	    {"fil", "x", "fil"},
	    /* as long as may be, and longer */
	    {"de-aaaaaaaaaaaa", "x", "de-aaaaaaaaaaaa"},
	    {"de-aaaaaaaaaaaaa", "x", "en"},
	    {"", "x", "en"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct lang lang;

		detect(&lang, rows[i].said, NULL, rows[i].text);
		assert_string_equal(lang.code, rows[i].code);
	}
}

static void
the_script_that_prevails_is_counted_by_positions(void **state)
{
	static const struct {
		const char *text;
		enum script script;
		unsigned scripts;
	} rows[] = {
	    {"one two", SCRIPT_LATIN, 1u << SCRIPT_LATIN},
	    {"ICBM 발사", SCRIPT_LATIN,
		1u << SCRIPT_LATIN | 1u << SCRIPT_HANGUL},
	    {"ICBM 발사함", SCRIPT_HANGUL,
		1u << SCRIPT_LATIN | 1u << SCRIPT_HANGUL},
	    {"北朝鮮が", SCRIPT_HIRAGANA,
		1u << SCRIPT_HAN | 1u << SCRIPT_HIRAGANA},
	    {"北朝鮮ミサイル", SCRIPT_HIRAGANA,
		1u << SCRIPT_HAN | 1u << SCRIPT_KATAKANA},
	    {"北, 발사", SCRIPT_HANGUL, 1u << SCRIPT_HAN | 1u << SCRIPT_HANGUL},
	    {"北韓發射中 발", SCRIPT_HAN,
		1u << SCRIPT_HAN | 1u << SCRIPT_HANGUL},
	    {"18 ½", SCRIPT_NONE, 0},
	    /* the breaks around a field count nothing */
	    {"a", SCRIPT_LATIN, 1u << SCRIPT_LATIN},
	    {"!", SCRIPT_NONE, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct lang lang;

		detect(&lang, NULL, NULL, rows[i].text);
		assert_int_equal(lang.script, rows[i].script);
		assert_int_equal(lang.scripts, rows[i].scripts);
	}
}

/* That the first byte of a token tells its script is a short cut only. */
static void
every_token_is_of_the_script_of_its_first_letter(void **state)
{
	utf8proc_int32_t code;
	struct tokens none;
	struct lang lang;

	(void)state;
	for (code = 1; code < 0x32000; code++) {
		struct tokens tokens;
		unsigned scripts = 0;
		char text[5] = "";
		size_t i, len;

		if (!utf8proc_codepoint_valid(code))
			continue;
		utf8proc_encode_char(code, (utf8proc_uint8_t *)text);
		tokenise(&tokens, text);
		for (i = 0; i < tokens.count; i++) {
			const char *bytes = tokens.text + tokens.items[i].start;

			if (tokens.items[i].kind != TOKEN_BREAK)
				scripts |=
				    1u << script_of(token_decode(bytes, &len));
		}
		lang_detect(&lang, NULL, NULL, &tokens);
		if (lang.scripts != (scripts & ~(1u << SCRIPT_NONE)))
			fail_msg("U+%04X", (unsigned)code);
		tokens_clear(&tokens);
	}
	tokens_init(&none);
	lang_detect(&lang, NULL, NULL, &none);
	assert_int_equal(lang.scripts, 0);
}

static void
words_count_in_items_of_their_language(void **state)
{
	static const struct {
		const char *item, *text, *want;
		bool admitted;
	} rows[] = {
	    {"en", "x", NULL, true},
	    {"en", "x", "en", true},
	    {"en-GB", "x", "en", true},
	    {"en", "x", "en-GB", true},
	    {"en-US", "x", "en-GB", false},
	    {"en", "x", "de", false},
	    {NULL, "x", "de", true},
	    {NULL, "x", "ru", false},
	    {NULL, "x", "xx", true},
	    {NULL, "КНДР", "xx", false},
	    {NULL, "КНДР", "uk", true},
	    {"sr", "КНДР", "ru", false},
	    {"zh-TW", "朝鮮", "zh-Hant", true},
	    {"zh-TW", "朝鮮", "zh-Hans", false},
	    {"zh", "朝鮮", "zh-Hans", true},
	    {"zh-Hant", "朝鮮", "cn", true},
	    {"zh-Hant", "朝鮮", "zh-Hans", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct lang lang;

		detect(&lang, rows[i].item, NULL, rows[i].text);
		if (lang_admits(&lang, rows[i].want) != rows[i].admitted)
			fail_msg("%s in %s", rows[i].want, rows[i].text);
	}
}

static void
a_language_is_also_each_of_its_kinds(void **state)
{
	struct lang lang;

	(void)state;
	detect(&lang, "zh-TW", NULL, "朝鮮");
	assert_true(lang_is(&lang, "zh"));
	assert_true(lang_is(&lang, "zh-tw"));
	assert_true(lang_is(&lang, "zh-hant"));
	assert_false(lang_is(&lang, "zh-hans"));
	assert_false(lang_is(&lang, "z"));
	assert_false(lang_is(&lang, "ko"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		what_is_said_is_believed_unless_the_script_speaks_against_it),
	    cmocka_unit_test(codes_are_mended_and_those_too_long_ignored),
	    cmocka_unit_test(the_script_that_prevails_is_counted_by_positions),
	    cmocka_unit_test(every_token_is_of_the_script_of_its_first_letter),
	    cmocka_unit_test(words_count_in_items_of_their_language),
	    cmocka_unit_test(a_language_is_also_each_of_its_kinds),
	};

	return cmocka_run_group_tests_name("lang", tests, NULL, NULL);
}
