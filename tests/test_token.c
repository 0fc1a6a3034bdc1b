#include "tests/test.h"

#include "lib/alloc.h"
#include "lib/buf.h"
#include "text/token.h"
#include "text/token_block.h"
#include "text/token_hash.h"

static const uint64_t seed[2] = {
    UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210)};

/* The tokens of a text, "|" between them; characters stand in brackets. */
static char *
split(const char *text, enum tokens_mode mode)
{
	struct folded folded;
	struct tokens tokens;
	struct buf out;
	size_t i;

	folded_init(&folded);
	fold_text(text, strlen(text), &folded);
	tokens_init(&tokens);
	tokens_add(&tokens, &folded, text, mode);
	buf_init(&out, 0);
	for (i = 1; i + 1 < tokens.count; i++) {
		const struct token *token = &tokens.items[i];
		size_t len;
		const char *bytes = tokens_bytes(&tokens, token, &len);

		assert_int_not_equal(token->kind, TOKEN_BREAK);
		buf_printf(&out,
		    token->kind == TOKEN_CHAR ? "%s[%.*s]" : "%s%.*s",
		    i > 1 ? "|" : "", (int)len, bytes);
	}
	assert_int_equal(tokens.items[0].kind, TOKEN_BREAK);
	assert_int_equal(tokens.items[tokens.count - 1].kind, TOKEN_BREAK);
	tokens_clear(&tokens);
	folded_clear(&folded);
	return buf_steal(&out);
}

static void
check(const char *text, enum tokens_mode mode, const char *want)
{
	char *got = split(text, mode);

	if (strcmp(got ? got : "", want) != 0)
		fail_msg("%s: %s, not %s", text, got, want);
	free(got);
}

static void
words_are_runs_of_letters_and_digits(void **state)
{
	(void)state;
	check("", TOKENS_OF_TEXT, "");
	check("  ...  ", TOKENS_OF_TEXT, "");
	check("Two words", TOKENS_OF_TEXT, "two|words");
	check("solid-fuel KN-23", TOKENS_OF_TEXT, "solid|fuel|kn|23");
	check("3.5% of $1,000", TOKENS_OF_TEXT, "3|5|of|1|000");
	check("naïve Ærø", TOKENS_OF_TEXT, "naive|ærø");
	check("\xe2\x80\x9cquoted\xe2\x80\x9d\xe2\x80\x94"
	      "dash",
	    TOKENS_OF_TEXT, "quoted|dash");
	check("КНДР запустила", TOKENS_OF_TEXT, "кндр|запустила");
	check("हिन्दी शब्द", TOKENS_OF_TEXT, "हिन्दी|शब्द");
	check("5×3÷2", TOKENS_OF_TEXT, "5|3|2");
}

static void
cjk_characters_are_tokens(void **state)
{
	(void)state;
	check("北中核力", TOKENS_OF_TEXT, "[北]|[中]|[核]|[力]");
	check("미사일을", TOKENS_OF_TEXT, "[미]|[사]|[일]|[을]");
	check("がミサイル", TOKENS_OF_TEXT, "[が]|[ミ]|[サ]|[イ]|[ル]");
	check("KN-23미사일", TOKENS_OF_TEXT, "kn|23|[미]|[사]|[일]");
	check("北・朝", TOKENS_OF_TEXT, "[北]|[朝]");
	check("北𠮷中", TOKENS_OF_TEXT, "[北]|[𠮷]|[中]");
}

static void
a_possessive_s_is_dropped(void **state)
{
	(void)state;
	check("Kim's son's", TOKENS_OF_TEXT, "kim|son");
	check("Kim\xe2\x80\x99s", TOKENS_OF_TEXT, "kim");
	check("O'Brien", TOKENS_OF_TEXT, "o|brien");
	check("'s s", TOKENS_OF_TEXT, "s|s");
	check("Kim 's", TOKENS_OF_TEXT, "kim|s");
	check("U.N.'s", TOKENS_OF_TEXT, "un");
	check("don't it'sx", TOKENS_OF_TEXT, "don|t|it|sx");
}

static void
dotted_capitals_are_one_word(void **state)
{
	(void)state;
	check("U.N. envoy", TOKENS_OF_TEXT, "un|envoy");
	check("D.P.R.K", TOKENS_OF_TEXT, "dprk");
	check("U.S.-led", TOKENS_OF_TEXT, "us|led");
	check("N. Korea", TOKENS_OF_TEXT, "n|korea");
	check("N.Korea", TOKENS_OF_TEXT, "n|korea");
	check("J.K.Rowling", TOKENS_OF_TEXT, "jk|rowling");
	check("3 p.m. e.g.", TOKENS_OF_TEXT, "3|p|m|e|g");
	check("С.Ш.А.", TOKENS_OF_TEXT, "сша");
	check("Ｕ．Ｎ．", TOKENS_OF_TEXT, "un");
	check("a U.N", TOKENS_OF_TEXT, "a|un");
	check("u.n.", TOKENS_OF_QUERY, "un");
}

static void
wildcards_belong_to_the_words_of_queries(void **state)
{
	(void)state;
	check("missil* wom?n", TOKENS_OF_TEXT, "missil|wom|n");
	check("missil* wom?n", TOKENS_OF_QUERY, "missil*|wom?n");
	check("金*恩", TOKENS_OF_QUERY, "[金]|*|[恩]");
	check("Ｍiss＊", TOKENS_OF_QUERY, "miss*");
}

static void
positions_count_halves_and_fields_stand_apart(void **state)
{
	const char *texts[] = {"one 北朝 two", "three"};
	static const uint32_t want[] = {0, 2, 3, 4};
	struct folded folded;
	struct tokens tokens;
	uint32_t start;
	size_t i;

	(void)state;
	folded_init(&folded);
	tokens_init(&tokens);
	for (i = 0; i < 2; i++) {
		fold_text(texts[i], strlen(texts[i]), &folded);
		tokens_add(&tokens, &folded, texts[i], TOKENS_OF_TEXT);
	}
	assert_int_equal(tokens.count, 8);
	tokens_number(&tokens);
	start = tokens.positions[1];
	for (i = 0; i < 4; i++)
		assert_int_equal(tokens.positions[1 + i], start + want[i]);
	assert_int_equal(tokens.items[5].kind, TOKEN_BREAK);
	assert_true(
	    tokens.positions[6] > tokens.positions[4] + TOKEN_FIELD_GAP - 1);
	tokens_reset(&tokens);
	assert_int_equal(tokens.count, 0);
	tokens_clear(&tokens);
	folded_clear(&folded);
}

static void
offsets_are_those_of_the_folded_field(void **state)
{
	const char *text = "x U.N. 미사일";
	struct folded folded;
	struct tokens tokens;

	(void)state;
	folded_init(&folded);
	tokens_init(&tokens);
	fold_text(text, strlen(text), &folded);
	tokens_add(&tokens, &folded, text, TOKENS_OF_TEXT);
	assert_int_equal(tokens.items[2].start, 2);
	assert_int_equal(tokens.items[2].end, 6);
	assert_int_equal(tokens.items[4].start, 10);
	assert_int_equal(tokens.items[4].end, 13);
	tokens_clear(&tokens);
	folded_clear(&folded);
}

static uint32_t
dice(uint32_t *state, uint32_t sides)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state % sides;
}

/* Kinds one character at a time: what the block-wise reader must agree with. */
static char *
split_slowly(const char *text, size_t len)
{
	enum token_kind before = TOKEN_BREAK;
	struct buf out;
	size_t at, step;

	buf_init(&out, 0);
	buf_addstr(&out, "");
	for (at = 0; at < len; at += step) {
		enum token_kind kind =
		    token_kind_of(token_decode(text + at, &step));

		if (kind == TOKEN_CHAR)
			buf_printf(&out, "%s[%.*s]", out.len ? "|" : "",
			    (int)step, text + at);
		else if (kind == TOKEN_WORD)
			buf_printf(&out, "%s%.*s",
			    out.len && before != TOKEN_WORD ? "|" : "",
			    (int)step, text + at);
		before = kind;
	}
	return buf_steal(&out);
}

static void
blocks_read_as_characters_do(void **state)
{
	static const char *const pieces[] = {"a", "bc", "word", " ", ", ", "北",
	    "鲜", "미", "ミ", "é", "ж", "ł", "\xe2\x80\x94", "\xe2\x82\xac",
	    "𠮷", "😀", "ñandú", "longerthansixteenbytes", "0", "अ", "×", "ー",
	    "〇", "ㅋ", "一", "䷀", "힣", "ꀀ"};
	uint32_t random = 7;
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		uint32_t count = dice(&random, 60);
		struct folded folded;
		struct buf text;
		char *want, *got;

		buf_init(&text, 0);
		buf_addstr(&text, "");
		while (count-- > 0)
			buf_addstr(
			    &text, pieces[dice(&random,
				       sizeof(pieces) / sizeof(pieces[0]))]);
		folded_init(&folded);
		fold_text(buf_str(&text), text.len, &folded);
		want = split_slowly(folded.text, folded.len);
		got = split(buf_str(&text), TOKENS_OF_TEXT);
		if (strcmp(got ? got : "", want ? want : "") != 0)
			fail_msg("%s:\n%s\n%s", buf_str(&text), got, want);
		free(want);
		free(got);
		buf_clear(&text);
		folded_clear(&folded);
	}
}

/* The vector instructions and the plain way tell the same of any bytes. */
static void
both_ways_to_tell_a_block_agree(void **state)
{
	unsigned char block[TOKEN_BLOCK + 1];
	uint32_t random = 2022, round, i;

	(void)state;
	for (round = 0; round < 100000; round++) {
		struct token_masks some, same;
		uint64_t high, same_high;

		for (i = 0; i < sizeof(block); i++)
			block[i] = (unsigned char)(dice(&random, 4)
						       ? dice(&random, 256)
						       : 0xe0 + i % 16);
		assert_true(token_block_ascii(block, &high) ==
			    token_block_ascii_plain(block, &same_high));
		assert_true(high == same_high);
		token_block_wide(block, &some);
		token_block_wide_plain(block, &same);
		assert_memory_equal(&some, &same, sizeof(some));
	}
}

static void
a_dotted_word_is_found_by_its_token(void **state)
{
	const char *text = "A.B. c D.E.F. 北 G.H.";
	static const char *const want[] = {"ab", "c", "def", "北", "gh"};
	struct folded folded;
	struct tokens tokens;
	size_t i, len;

	(void)state;
	folded_init(&folded);
	tokens_init(&tokens);
	fold_text(text, strlen(text), &folded);
	tokens_add(&tokens, &folded, text, TOKENS_OF_TEXT);
	assert_int_equal(tokens.count, 7);
	for (i = 0; i < 5; i++) {
		const char *bytes =
		    tokens_bytes(&tokens, &tokens.items[1 + i], &len);

		assert_int_equal(len, strlen(want[i]));
		assert_memory_equal(bytes, want[i], len);
	}
	tokens_clear(&tokens);
	folded_clear(&folded);
}

static void
words_of_any_length_end_where_they_end(void **state)
{
	char text[400], *got;
	size_t len;

	(void)state;
	for (len = 1; len < 300; len++) {
		memset(text, 'x', len);
		text[len] = '\0';
		got = split(text, TOKENS_OF_TEXT);
		assert_string_equal(got, text);
		free(got);
	}
}

static void
equal_bytes_have_equal_hashes_wherever_they_stand(void **state)
{
	char a[200 + TOKEN_PAD], b[200 + TOKEN_PAD];
	size_t len;

	(void)state;
	memset(a, 1, sizeof(a));
	memset(b, 2, sizeof(b));
	for (len = 1; len <= 100; len++) {
		memset(a + 3, 'w', len);
		memset(b + 90, 'w', len);
		assert_true(token_hash(seed, a + 3, len) ==
			    token_hash(seed, b + 90, len));
		assert_true(token_hash(seed, a + 3, len) !=
			    token_hash(seed, a + 3, len + 1));
		memset(b, 2, sizeof(b));
		memset(a, 1, sizeof(a));
	}
}

static void
a_field_beyond_the_bound_is_cut(void **state)
{
	size_t size = TOKEN_TEXT_MAX + 1000, i;
	char *text = xmalloc(size + 1);
	struct folded folded;
	struct tokens tokens;

	(void)state;
	for (i = 0; i < size; i++)
		text[i] = i % 4096 ? 'a' : ' ';
	text[size] = '\0';
	folded_init(&folded);
	tokens_init(&tokens);
	fold_text(text, size, &folded);
	tokens_add(&tokens, &folded, text, TOKENS_OF_TEXT);
	assert_true(tokens.items[tokens.count - 2].end <= TOKEN_TEXT_MAX);
	tokens_clear(&tokens);
	folded_clear(&folded);
	free(text);
}

static void
scripts_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(script_of('a'), SCRIPT_LATIN);
	assert_int_equal(script_of('1'), SCRIPT_NONE);
	assert_int_equal(script_of(0x436), SCRIPT_CYRILLIC);
	assert_int_equal(script_of(0x5317), SCRIPT_HAN);
	assert_int_equal(script_of(0xbbf8), SCRIPT_HANGUL);
	assert_int_equal(script_of(0x304c), SCRIPT_HIRAGANA);
	assert_int_equal(script_of(0x30df), SCRIPT_KATAKANA);
	assert_int_equal(script_of(0x2014), SCRIPT_NONE);
	assert_int_equal(script_of(0x10d0), SCRIPT_OTHER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_are_runs_of_letters_and_digits),
	    cmocka_unit_test(cjk_characters_are_tokens),
	    cmocka_unit_test(a_possessive_s_is_dropped),
	    cmocka_unit_test(dotted_capitals_are_one_word),
	    cmocka_unit_test(wildcards_belong_to_the_words_of_queries),
	    cmocka_unit_test(positions_count_halves_and_fields_stand_apart),
	    cmocka_unit_test(offsets_are_those_of_the_folded_field),
	    cmocka_unit_test(blocks_read_as_characters_do),
	    cmocka_unit_test(both_ways_to_tell_a_block_agree),
	    cmocka_unit_test(a_dotted_word_is_found_by_its_token),
	    cmocka_unit_test(words_of_any_length_end_where_they_end),
	    cmocka_unit_test(equal_bytes_have_equal_hashes_wherever_they_stand),
	    cmocka_unit_test(a_field_beyond_the_bound_is_cut),
	    cmocka_unit_test(scripts_are_told_apart),
	};

	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
