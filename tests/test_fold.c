#include <utf8proc.h>

#include "tests/test.h"
#include "text/fold_private.h"
#include "text/plain.h"

#define CODE_MAX 0x10ffff

struct pair {
	const char *a;
	const char *b;
};

static void
assert_fold_is(const char *text, const char *expected)
{
	struct folded f;

	folded_init(&f);
	fold_text(text, strlen(text), &f);
	assert_string_equal(f.text, expected);
	assert_int_equal(f.len, strlen(expected));
	folded_clear(&f);
}

static void
assert_all_fold_to(const struct pair *pairs, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		assert_fold_is(pairs[i].a, pairs[i].b);
}

static bool
folds_alike(const char *a, const char *b)
{
	struct folded x, y;
	bool same;

	folded_init(&x);
	folded_init(&y);
	fold_text(a, strlen(a), &x);
	fold_text(b, strlen(b), &y);
	same = strcmp(x.text, y.text) == 0;
	folded_clear(&x);
	folded_clear(&y);
	return same;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
assert_all_alike(const struct pair *pairs, size_t count, bool alike)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (folds_alike(pairs[i].a, pairs[i].b) != alike)
			fail_msg("%s and %s", pairs[i].a, pairs[i].b);
	}
}

/* What the header promises of every text. */
static void
check_promises(const char *text, size_t len)
{
	struct folded f, again;
	size_t i;

	folded_init(&f);
	folded_init(&again);
	fold_text(text, len, &f);
	assert_true(plain_is_utf8(f.text, f.len));
	assert_true(f.len <= len * FOLD_GROWTH_MAX);
	assert_int_equal(f.text[f.len], '\0');
	assert_int_equal(f.source_len, len);
	assert_int_equal(folded_source(&f, f.len), len);
	for (i = 0; i < f.len; i++) {
		size_t source = folded_source(&f, i);

		assert_true(source < len);
		assert_int_equal(plain_border(text, source), source);
		if (i > 0)
			assert_true(source >= folded_source(&f, i - 1));
	}
	fold_text(f.text, f.len, &again);
	if (again.len != f.len || memcmp(again.text, f.text, f.len) != 0)
		fail_msg(
		    "%.*s: %s becomes %s", (int)len, text, f.text, again.text);
	folded_clear(&f);
	folded_clear(&again);
}

static size_t
encode(utf8proc_int32_t code, char *out)
{
	size_t len;

	len = (size_t)utf8proc_encode_char(code, (utf8proc_uint8_t *)out);
	out[len] = '\0';
	return len;
}

static bool
is_character(utf8proc_int32_t code)
{
	return code != 0 && utf8proc_codepoint_valid(code);
}

/* Every assigned character, and some of the others. */
static bool
is_tried(utf8proc_int32_t code)
{
	utf8proc_category_t category = utf8proc_category(code);

	return is_character(code) && ((category != UTF8PROC_CATEGORY_CN &&
					  category != UTF8PROC_CATEGORY_CO) ||
					 code % 61 == 0);
}

static void
ascii_is_lowered_and_keeps_its_offsets(void **state)
{
	char text[70], lower[70];
	size_t len, i;
	struct folded f;

	(void)state;
	folded_init(&f);
	for (len = 0; len < sizeof(text) - 1; len++) {
		for (i = 0; i < len; i++) {
			text[i] = (char)(1 + (i * 7 + len) % 127);
			lower[i] = text[i];
			if (lower[i] >= 'A' && lower[i] <= 'Z')
				lower[i] = (char)(lower[i] + 0x20);
		}
		fold_text(text, len, &f);
		assert_int_equal(f.len, len);
		assert_memory_equal(f.text, lower, len);
		assert_int_equal(f.run_count, 0);
		assert_int_equal(folded_source(&f, len), len);
	}
	folded_clear(&f);
}

static void
a_letter_is_found_at_any_place_among_ascii(void **state)
{
	char text[80];
	size_t at, i;
	struct folded f;

	(void)state;
	folded_init(&f);
	for (at = 0; at < 50; at++) {
		memset(text, 'A', sizeof(text));
		memcpy(text + at, "\xc3\x89", 2);
		fold_text(text, 60, &f);
		assert_int_equal(f.len, 59);
		for (i = 0; i < f.len; i++) {
			assert_int_equal(f.text[i], i == at ? 'e' : 'a');
			assert_int_equal(
			    folded_source(&f, i), i > at ? i + 1 : i);
		}
	}
	folded_clear(&f);
}

static void
case_is_folded_in_full(void **state)
{
	static const struct pair pairs[] = {
	    {"STRASSE Straße STRAẞE", "strasse strasse strasse"},
	    {"ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"},
	    {"İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul"},
	    {"ПХЕНЬЯН Пхеньян", "пхеньян пхеньян"},
	    {"ǅ ŉ ſ K Å", "dz 'n s k a"},
	    {"𐐀 Ꭰ Ⴀ", "𐐨 Ꭰ ⴀ"},
	};

	(void)state;
	assert_all_fold_to(pairs, COUNT(pairs));
}

static void
accents_are_stripped(void **state)
{
	static const struct pair pairs[] = {
	    {"Αθήνα ΑΘΗΝΑ", "αθηνα αθηνα"},
	    {"cafe\xcc\x81 café Wójcik Nguyễn", "cafe cafe wojcik nguyen"},
	    {"ᾳ ᾼ α\xcd\x85", "α α α"},
	    {"مُحَمَّد أحمد", "محمد احمد"},
	    {"שָׁלוֹם", "שלום"},
	};

	(void)state;
	assert_all_fold_to(pairs, COUNT(pairs));
}

static void
short_i_stays_and_io_becomes_ie(void **state)
{
	static const struct pair pairs[] = {
	    {"Йод, й, и\xcc\x86, И\xcc\x81\xcc\x86", "йод, й, й, й"},
	    {"Ким Чен Ын и её ракёты", "ким чен ын и ее ракеты"},
	    {"и ї ў", "и і у"},
	    {"и-\xcc\x86 \xcc\x86", "и- "},
	    {"\xd0\xb9", "\xd0\xb9"},
	};

	(void)state;
	assert_all_fold_to(pairs, COUNT(pairs));
	assert_false(folds_alike("май", "маи"));
}

static void
kana_keep_their_voice(void **state)
{
	static const struct pair pairs[] = {
	    {"ミサイル ﾐｻｲﾙ", "ミサイル ミサイル"},
	    {"ﾀﾞﾝﾄﾞｳ ﾋﾟｮﾝﾔﾝ", "ダンドウ ピョンヤン"},
	    {"か\xe3\x82\x99 か\xcc\x80\xe3\x82\x99", "が が"},
	    {"ｰ ㌔", "ー キロ"},
	};

	(void)state;
	assert_all_fold_to(pairs, COUNT(pairs));
	assert_false(folds_alike("か", "が"));
	assert_false(folds_alike("ハ", "パ"));
}

static void
hangul_is_composed(void **state)
{
	static const struct pair pairs[] = {
	    {"발사", "발사"},
	    {"\xe1\x84\x87\xe1\x85\xa1\xe1\x86\xaf"
	     "\xe1\x84\x89\xe1\x85\xa1",
		"발사"},
	    /* a syllable without end, and its end after it */
	    {"바\xe1\x86\xaf", "발"},
	    {"미\xe2\x80\x8b사\xc2\xad일", "미사일"},
	};

	(void)state;
	assert_all_fold_to(pairs, COUNT(pairs));
}

static void
marks_that_are_letters_stay(void **state)
{
	static const struct pair pairs[] = {
	    {"मिसाइल", "मिसाइल"},
	    {"ขีปนาวุธ", "ขีปนาวุธ"},
	    {"ক\xe0\xa7\x87\xe0\xa6\xbe", "কো"},
	    /* in canonical order, whatever the order of typing */
	    {"ก\xe0\xb9\x88\xe0\xb8\xb8", "ก\xe0\xb8\xb8\xe0\xb9\x88"},
	};

	(void)state;
	assert_all_fold_to(pairs, COUNT(pairs));
}

static void
width_and_ligatures_are_folded(void **state)
{
	static const struct pair pairs[] = {
	    {"ＤＰＲＫ　２０２２", "dprk 2022"},
	    {"ﬁnal ﬄ", "final ffl"},
	    {"① ㎞ ½ № ™", "1 km 1/2 no tm"},
	};

	(void)state;
	assert_all_fold_to(pairs, COUNT(pairs));
}

static void
han_variants_are_one(void **state)
{
	static const struct pair pairs[] = {
	    {"發射", "发射"},
	    {"發射", "発射"},
	    {"朝鮮", "朝鲜"},
	    {"國", "国"},
	    {"彈導", "弹导"},
	    {"彈道", "弾道"},
	    {"會議", "会议"},
	    {"對話", "対話"},
	    {"对话", "対話"},
	    {"戰爭", "战争"},
	    {"戰争", "戦争"},
	    {"臺灣", "台湾"},
	    {"台灣", "台湾"},
	    {"廣", "广"},
	    {"広", "广"},
	    {"黨", "党"},
	    {"軍", "军"},
	    {"聲明", "声明"},
	    {"關係", "关系"},
	    {"関係", "关系"},
	    {"實驗", "实验"},
	    {"実験", "实验"},
	    {"核實驗", "核実験"},
	    {"總書記", "总书记"},
	    {"総書記", "总书记"},
	    {"北韓", "北韩"},
	    {"飛彈", "飞弹"},
	    {"衛星", "卫星"},
	    {"證", "証"},
	    {"拡散", "擴散"},
	    {"軽", "轻"},
	    {"気", "气"},
	    {"説明", "說明"},
	    {"說明", "说明"},
	    {"教", "敎"},
	    {"靑", "青"},
	    {"火箭砲", "火箭炮"},
	    {"鐵路", "鉄路"},
	    {"両", "兩"},
	    {"宣佈", "宣布"},
	    {"佔領", "占领"},
	    {"裡", "里"},
	    {"後", "后"},
	    {"颱", "台"},
	    {"闘", "鬪"},
	    {"鬥", "斗"},
	    {"豈", "\xef\xa4\x80"},
	    {"⼤", "大"},
	    {"𠮟", "叱"},
	};

	(void)state;
	assert_all_alike(pairs, COUNT(pairs) - 1, true);
	/* a form of another plane, which the standard lists apart */
	assert_true(folds_alike("鍊", "𫔀"));
}

static void
han_that_differ_stay_apart(void **state)
{
	static const struct pair pairs[] = {
	    {"北", "背"},
	    {"朝", "潮"},
	    {"湖", "胡"},
	    {"河", "何"},
	    {"欠", "缺"},
	    {"糸", "絲"},
	    {"弁", "辯"},
	    {"弁", "辨"},
	    {"辯", "辨"},
	    {"予", "豫"},
	    {"浜", "濱"},
	    {"日", "曰"},
	    {"未", "末"},
	    {"土", "士"},
	    {"己", "已"},
	    {"已", "巳"},
	    {"人", "入"},
	    {"射", "謝"},
	    {"彈", "單"},
	    {"核", "該"},
	    {"脇", "脅"},
	    {"畑", "田"},
	    {"美", "羡"},
	    {"俄", "我"},
	    {"蘇", "酥"},
	    {"晴", "睛"},
	    {"侯", "候"},
	    {"千", "干"},
	    {"午", "牛"},
	    {"兵", "乒"},
	    {"師", "帥"},
	    {"徹", "撤"},
	    {"導", "道"},
	    {"火", "灾"},
	    {"箭", "剪"},
	    {"制裁", "製裁判"},
	};

	(void)state;
	assert_all_alike(pairs, COUNT(pairs), false);
}

static void
invisible_characters_are_dropped(void **state)
{
	static const struct pair pairs[] = {
	    {"bal\xc2\xadlis\xe2\x80\x8btic", "ballistic"},
	    {"mis\xe2\x80\x8dsile\xe2\x80\x8c", "missile"},
	    {"\xef\xbb\xbfword\xe2\x81\xa0joiner", "wordjoiner"},
	    {"a\xe2\x80\xae"
	     "b\xe2\x80\xac\xe2\x81\xa6"
	     "c\xe2\x81\xa9",
		"abc"},
	    {"朝\xf3\xa0\x84\x80鲜 ❤\xef\xb8\x8f", "朝鮮 ❤"},
	    {"한\xe3\x85\xa4국", "한국"},
	};

	(void)state;
	assert_all_fold_to(pairs, COUNT(pairs));
}

static void
typographic_signs_become_ascii(void **state)
{
	static const struct pair pairs[] = {
	    {"Pyongyang’s ‘talks’ d´état O`ʼ′", "pyongyang's 'talks' d'etat "
						"o`''"},
	    {"U.S.–China — x‑y ‒ − ―", "u.s.-china - x-y - - -"},
	    {"a\xc2\xa0"
	     "b\xe2\x80\xaf"
	     "c\xe3\x80\x80"
	     "d\xe2\x80\x89"
	     "e",
		"a b c d e"},
	    {"ミサイル－発射", "ミサイル-发射"},
	};

	(void)state;
	assert_all_fold_to(pairs, COUNT(pairs));
}

static void
arabic_is_one_however_it_is_typed(void **state)
{
	/* escaped, as many of them look the same */
	static const struct pair pairs[] = {
	    /* kashida, alone and with a vowel on it, within and at the end */
	    {"\u0635\u0640\u0640\u0627\u0631\u0648\u062e",
		"\u0635\u0627\u0631\u0648\u062e"},
	    {"\u0635\ufe71\u0627\u0640", "\u0635\u0627"},
	    {"\u0640", ""},
	    /* Persian yeh and kaf: Kim */
	    {"\u06a9\u06cc\u0645", "\u0643\u064a\u0645"},
	    /* dots left out at the end, as the press of Egypt does */
	    {"\u0646\u0648\u0648\u0649", "\u0646\u0648\u0648\u064a"},
	    /* forms of presentation, and a ligature */
	    {"\ufb8e\ufbfc\ufeef\ufc09", "\u0643\u064a\u064a\u0628\u064a"},
	    /* vowels, doubling, dagger alef, hamza on its seat */
	    {"\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f\u064b",
		"\u0645\u062d\u0645\u062f"},
	    {"\u0647\u0670\u0630\u0627 \u0633\u0652",
		"\u0647\u0630\u0627 \u0633"},
	    {"\u06cc\u0654 \u0626", "\u064a \u064a"},
	};
	/* teh marbuta and heh end different words; Urdu has yehs of its own */
	static const struct pair apart[] = {
	    {"\u0643\u062a\u0627\u0628\u0629",
		"\u0643\u062a\u0627\u0628\u0647"},
	    {"\u06a9\u06cc", "\u06a9\u06d2"},
	};
	static const char spread[] = "x \u0635\u0640\u0640\u06cc\u0640!";
	struct folded f;

	(void)state;
	assert_all_fold_to(pairs, COUNT(pairs));
	assert_all_alike(apart, COUNT(apart), false);
	folded_init(&f);
	fold_text(spread, strlen(spread), &f);
	assert_string_equal(f.text, "x \u0635\u064a!");
	assert_int_equal(folded_source(&f, 2), 2);
	assert_int_equal(folded_source(&f, 4), 8);
	/* what is left out is shown with the letter before it */
	assert_int_equal(folded_source_end(&f, 4), 8);
	assert_int_equal(folded_source_end(&f, 6), 12);
	assert_int_equal(folded_source(&f, 6), 12);
	folded_clear(&f);
}

static void
spans_show_in_the_original(void **state)
{
	static const char text[] = "《ﬁn\xc2\xad》 cafe\xcc\x81s ㌔";
	struct folded f;
	const char *found;
	size_t at;

	(void)state;
	folded_init(&f);
	fold_text(text, strlen(text), &f);
	found = strstr(f.text, "fin");
	assert_non_null(found);
	at = (size_t)(found - f.text);
	assert_int_equal(folded_source(&f, at), 3);
	/* with the soft hyphen behind it */
	assert_int_equal(folded_source_end(&f, at + 3), 9);
	/* half of the ligature is all of it */
	assert_int_equal(folded_source_end(&f, at + 1), 6);
	found = strstr(f.text, "cafe");
	assert_non_null(found);
	at = (size_t)(found - f.text);
	assert_int_equal(folded_source(&f, at), 13);
	assert_int_equal(folded_source_end(&f, at + 4), 19);
	found = strstr(f.text, "キ");
	assert_non_null(found);
	at = (size_t)(found - f.text);
	assert_int_equal(folded_source_end(&f, at + 3), strlen(text));
	assert_int_equal(folded_source_end(&f, 0), 0);
	folded_clear(&f);
}

static void
memory_is_used_again(void **state)
{
	char big[5000];
	struct folded f;

	(void)state;
	folded_init(&f);
	memset(big, 'X', sizeof(big));
	fold_text("한국", 6, &f);
	assert_int_equal(f.run_count, 0);
	fold_text(big, sizeof(big), &f);
	assert_int_equal(f.run_count, 0);
	memcpy(big, "é", 2);
	fold_text(big, sizeof(big), &f);
	assert_int_equal(f.len, sizeof(big) - 1);
	fold_text("", 0, &f);
	assert_int_equal(f.len, 0);
	assert_string_equal(f.text, "");
	folded_clear(&f);
	assert_null(f.text);
}

static void
every_character_folds_once_and_for_all(void **state)
{
	utf8proc_int32_t code;
	char text[5];

	(void)state;
	for (code = 1; code <= CODE_MAX; code++) {
		if (is_tried(code))
			check_promises(text, encode(code, text));
	}
}

/* utf8proc's own normal forms of a character fold to the same. */
static void
equivalent_characters_fold_alike(void **state)
{
	static const int forms[] = {
	    UTF8PROC_DECOMPOSE,
	    UTF8PROC_COMPOSE,
	    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT,
	    UTF8PROC_COMPOSE | UTF8PROC_COMPAT,
	    UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD,
	    UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
		UTF8PROC_IGNORE,
	};
	utf8proc_int32_t code;
	utf8proc_uint8_t *other;
	char text[5];
	size_t i;

	(void)state;
	for (code = 1; code <= CODE_MAX; code++) {
		/* a sign for a phrase, and the iota below (see fold_slow.c) */
		if (!is_tried(code) || code == 0xfdfa || code == 0xfdfb ||
		    code == 0x0345)
			continue;
		/* accents that stand alone are signs of ours */
		if (code == 0xb4 || code == 0x1ffd)
			continue;
		encode(code, text);
		for (i = 0; i < COUNT(forms); i++) {
			/* the iota below would become a letter before us */
			if (forms[i] & UTF8PROC_CASEFOLD &&
			    ((code >= 0x1f80 && code <= 0x1fff) ||
				code == 0x37a))
				continue;
			assert_true(
			    utf8proc_map((utf8proc_uint8_t *)text, 0, &other,
				(utf8proc_option_t)forms[i] |
				    UTF8PROC_NULLTERM | UTF8PROC_STABLE) >= 0);
			if (!folds_alike(text, (char *)other))
				fail_msg("U+%04X %s: %s in form %zu",
				    (unsigned int)code, text, (char *)other, i);
			free(other);
		}
	}
}

/* A small generator, so that every run sees the same strings. */
static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static utf8proc_int32_t
random_character(uint32_t *seed)
{
	/* where things combine, grow, vanish or move */
	static const utf8proc_int32_t starts[] = {0x20, 0xc0, 0x300, 0x390,
	    0x410, 0x480, 0x5b0, 0x620, 0x900, 0x9b0, 0xb40, 0xe30, 0xf70,
	    0x1020, 0x1100, 0x1160, 0x11a8, 0x1b30, 0x1dc0, 0x1e00, 0x1f80,
	    0x2000, 0x3040, 0x3090, 0x3130, 0x3300, 0x4e00, 0xac00, 0xd780,
	    0xfb00, 0xfdf0, 0xfe00, 0xff60, 0xff90, 0x11120, 0x16d60, 0x1d150,
	    0x1f600, 0x2f800, 0xe0000};
	utf8proc_int32_t code;

	do {
		code = next_random(seed) % 8 == 0
			   ? (utf8proc_int32_t)(next_random(seed) % CODE_MAX)
			   : starts[next_random(seed) % COUNT(starts)] +
				 (utf8proc_int32_t)(next_random(seed) % 64);
	} while (!is_character(code));
	return code;
}

static void
random_texts_keep_the_promises(void **state)
{
	char text[64 * 4 + 1];
	uint32_t seed = 2022, i, n;
	utf8proc_uint8_t *nfc;
	struct folded f;
	size_t len;

	(void)state;
	folded_init(&f);
	for (i = 0; i < 30000; i++) {
		len = 0;
		for (n = next_random(&seed) % 64; n > 0; n--)
			len += encode(random_character(&seed), text + len);
		text[len] = '\0';
		check_promises(text, len);
		fold_text(text, len, &f);
		nfc = utf8proc_NFC((utf8proc_uint8_t *)f.text);
		assert_non_null(nfc);
		assert_string_equal(f.text, (char *)nfc);
		free(nfc);
	}
	folded_clear(&f);
}

static void
growth_is_bounded_and_the_bound_is_met(void **state)
{
	char text[5];
	utf8proc_int32_t code;
	struct folded f;
	size_t most = 0;

	(void)state;
	folded_init(&f);
	for (code = 1; code <= CODE_MAX; code++) {
		if (!is_tried(code))
			continue;
		fold_text(text, encode(code, text), &f);
		if (f.len / strlen(text) > most)
			most = f.len / strlen(text);
	}
	assert_int_equal(most, FOLD_GROWTH_MAX);
	/* of 18 letters */
	assert_fold_is("ﷺ", "ﷺ");
	folded_clear(&f);
}

static void
a_long_text_may_grow_as_far_as_the_bound(void **state)
{
	char text[3000];
	struct folded f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text); i += 3)
		memcpy(text + i, "㌖", 3);
	folded_init(&f);
	fold_text(text, sizeof(text), &f);
	assert_int_equal(f.len, sizeof(text) * FOLD_GROWTH_MAX);
	assert_int_equal(folded_source(&f, f.len - 1), sizeof(text) - 3);
	folded_clear(&f);
}

static void
marks_beyond_eight_are_dropped(void **state)
{
	char text[3 + 40 * 3];
	struct folded f;
	size_t i;

	(void)state;
	memcpy(text, "क", 3);
	for (i = 3; i < sizeof(text); i += 3)
		memcpy(text + i, "\xe0\xa5\x8d", 3);
	folded_init(&f);
	fold_text(text, sizeof(text), &f);
	assert_int_equal(f.len, 3 + 8 * 3);
	check_promises(text, sizeof(text));
	/* and without a letter before them */
	check_promises(text + 3, sizeof(text) - 3);
	folded_clear(&f);
}

static void
broken_utf8_does_no_harm(void **state)
{
	static const char *const texts[] = {"\xe4", "\xe4\xb8", "a\xf0\x9f\x98",
	    "\xff\xfe", "\xc3", "\x80\x80", "\xed\xa0\x80", "가\xe1\x86"};
	char exact[8];
	struct folded f;
	size_t i, len;

	(void)state;
	folded_init(&f);
	for (i = 0; i < COUNT(texts); i++) {
		/* the sanitizers see a byte that is read behind the end */
		char *copy;

		len = strlen(texts[i]);
		copy = malloc(len);
		assert_non_null(copy);
		memcpy(copy, texts[i], len);
		fold_text(copy, len, &f);
		assert_true(f.len <= len * FOLD_GROWTH_MAX);
		assert_int_equal(folded_source(&f, f.len), len);
		free(copy);
	}
	memcpy(exact, "a\xe4\xb8\x80zz", 6);
	fold_text(exact, 3, &f);
	assert_int_equal(f.text[0], 'a');
	folded_clear(&f);
}

/* The vector instructions and the plain way lower any bytes alike. */
static void
both_ways_to_lower_a_block_agree(void **state)
{
	unsigned char block[FOLD_BLOCK], a[FOLD_BLOCK], b[FOLD_BLOCK];
	uint32_t seed = 7, round, i;

	(void)state;
	for (round = 0; round < 100000; round++) {
		for (i = 0; i < FOLD_BLOCK; i++)
			block[i] = (unsigned char)next_random(&seed);
		assert_int_equal(
		    fold_block(block, a), fold_block_plain(block, b));
		assert_memory_equal(a, b, FOLD_BLOCK);
	}
}

/* What fold.c spells out itself is what fold_slow would have made of it. */
static void
signs_spelt_out_fold_as_all_others(void **state)
{
	static const utf8proc_int32_t codes[] = {0xdf, 0x2026, 0x2122};
	char text[5];
	struct folded slow, fast;
	size_t i;

	(void)state;
	folded_init(&slow);
	folded_init(&fast);
	for (i = 0; i < COUNT(codes); i++) {
		char room[FOLD_ROOM];

		memset(room, 'x', sizeof(room));
		fold_text(room, sizeof(room), &slow);
		slow.len = 0;
		fold_slow(&slow, codes[i], 0);
		fold_text(text, encode(codes[i], text), &fast);
		assert_int_equal(slow.len, fast.len);
		assert_memory_equal(slow.text, fast.text, fast.len);
	}
	folded_clear(&slow);
	folded_clear(&fast);
}

/* Every byte of the output tells the character that it came from. */
static void
each_byte_knows_its_source(void **state)
{
	static const char text[] = "aÉ\xc2\xad\xe2\x80\xa6ß北か\xe3\x82\x99z";
	/* a | e | ... | ss | three bytes | three bytes | z */
	static const size_t want[] = {
	    0, 1, 5, 5, 5, 8, 8, 10, 10, 10, 13, 13, 13, 19, 20};
	struct folded f;
	size_t i;

	(void)state;
	folded_init(&f);
	fold_text(text, strlen(text), &f);
	assert_string_equal(f.text, "ae...ss北がz");
	assert_int_equal(f.len + 1, COUNT(want));
	for (i = 0; i <= f.len; i++)
		assert_int_equal(folded_source(&f, i), want[i]);
	folded_clear(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ascii_is_lowered_and_keeps_its_offsets),
	    cmocka_unit_test(a_letter_is_found_at_any_place_among_ascii),
	    cmocka_unit_test(case_is_folded_in_full),
	    cmocka_unit_test(accents_are_stripped),
	    cmocka_unit_test(short_i_stays_and_io_becomes_ie),
	    cmocka_unit_test(kana_keep_their_voice),
	    cmocka_unit_test(hangul_is_composed),
	    cmocka_unit_test(marks_that_are_letters_stay),
	    cmocka_unit_test(width_and_ligatures_are_folded),
	    cmocka_unit_test(han_variants_are_one),
	    cmocka_unit_test(han_that_differ_stay_apart),
	    cmocka_unit_test(invisible_characters_are_dropped),
	    cmocka_unit_test(typographic_signs_become_ascii),
	    cmocka_unit_test(arabic_is_one_however_it_is_typed),
	    cmocka_unit_test(spans_show_in_the_original),
	    cmocka_unit_test(memory_is_used_again),
	    cmocka_unit_test(every_character_folds_once_and_for_all),
	    cmocka_unit_test(equivalent_characters_fold_alike),
	    cmocka_unit_test(random_texts_keep_the_promises),
	    cmocka_unit_test(growth_is_bounded_and_the_bound_is_met),
	    cmocka_unit_test(a_long_text_may_grow_as_far_as_the_bound),
	    cmocka_unit_test(marks_beyond_eight_are_dropped),
	    cmocka_unit_test(broken_utf8_does_no_harm),
	    cmocka_unit_test(both_ways_to_lower_a_block_agree),
	    cmocka_unit_test(signs_spelt_out_fold_as_all_others),
	    cmocka_unit_test(each_byte_knows_its_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
