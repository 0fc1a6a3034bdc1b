#include "tests/test.h"

#include "lib/buf.h"
#include "text/abbreviation.h"
#include "text/sentence.h"

/* In each row bars stand where the next sentence begins. */
static void
check(const char *const *rows, size_t count)
{
	size_t i, at, next;

	for (i = 0; i < count; i++) {
		struct buf text, got;
		const char *p;

		buf_init(&text, 0);
		buf_init(&got, 0);
		for (p = rows[i]; *p; p++) {
			if (*p != '|')
				assert_int_equal(buf_addch(&text, *p), 0);
		}
		for (at = 0; at < text.len; at = next) {
			next = sentence_next(text.data, text.len, at);
			assert_in_range(next, at + 1, text.len);
			assert_int_equal(
			    buf_add(&got, text.data + at, next - at), 0);
			if (next < text.len)
				assert_int_equal(buf_addch(&got, '|'), 0);
		}
		assert_string_equal(buf_str(&got), rows[i]);
		buf_clear(&text);
		buf_clear(&got);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

static void
a_sentence_ends_behind_its_terminator_and_what_closes(void **state)
{
	static const char *const rows[] = {
	    "One.",
	    "One. |Two.",
	    "One!  |Two? |Three",
	    "It was \"fired.\" |Seoul said so.",
	    "(It flew.) |It fell.",
	    "It flew.) |It fell.",
	    "“It flew.” |It fell.",
	    "„Es flog.“ |Dann fiel es.",
	    "It flew... |It fell.",
	    "It flew… |It fell.",
	    "What?! |No.",
	    "It flew. |\"We saw it,\" he said.",
	    "It flew. |18 of them.",
	    /* only a list of verbs could tell who said it */
	    "\"We fired!\" |Kim said.",
	    "no terminator at all",
	};

	(void)state;
	CHECK(rows);
}

static void
a_full_stop_within_a_name_or_number_ends_nothing(void **state)
{
	static const char *const rows[] = {
	    "N. Korea fires missile. |Japan protests.",
	    "The U.S. Pacific Command saw it. |It fell.",
	    "D.P.R.K. Foreign Ministry",
	    "It flew 3.5 km and 1.000.000 more.",
	    "See example.com. |Then go.",
	    "Mr. Kim met Gen. Park and Col. Lee of St. Louis.",
	    "No. 5 of Vol. 3 and fig. 2",
	    "He said no. |Then he left.",
	    "India vs. Pakistan on Jan. 5",
	    "Lockheed Martin Corp. CEO resigns",
	    "Dr. Müller und Hr. Schmidt, z.B. Berlin.",
	    "Am 3. Oktober und im 21. Jahrhundert. |Danach nicht.",
	    "El Sr. Pérez de EE.UU. Army y la Sra. Ruiz",
	    "M. Macron et Mme. Le Pen",
	    "В. Путин сказал. |Он ушел.",
	    "1. North Korea",
	    "It was 2024. |North Korea fired.",
	    "It was the 5. |Then six.",
	    "They fired Hwasong-18. |It fell.",
	};

	(void)state;
	CHECK(rows);
}

static void
a_sentence_goes_on_before_small_letters_and_commas(void **state)
{
	static const char *const rows[] = {
	    "Yahoo! said it.",
	    "\"Stop!\" he cried. |All stopped.",
	    "Rockets, missiles etc., and more",
	    "It flew... and fell.",
	    "approx. five of them",
	    "«Stop!», dit-il.",
	};

	(void)state;
	CHECK(rows);
}

static void
every_script_has_its_terminators(void **state)
{
	static const char *const rows[] = {
	    "北朝鮮が発射。|日本は抗議。",
	    "朝鲜发射！|日本抗议？|是",
	    "「発射。」 |日本",
	    "「発射。」|「落下。」と",
	    "发射。|（日本）",
	    "発射。、と",
	    "발사했다. |일본은",
	    "발사했다.|일본은",
	    "ماذا؟ |نعم",
	    "है। |नहीं",
	};

	(void)state;
	CHECK(rows);
}

static void
a_quotation_is_not_the_end_where_the_text_goes_on_without_a_blank(void **state)
{
	static const char *const rows[] = {
	    "\"발사했나?\"라고 말했다. |일본은",
	    "“발사했다.”라고 말했다",
	    "‘발사!’라며 일본은",
	    "「発射した。」と述べた。|日本は",
	    "『発射した！？』と日本は",
	    "「発射。」日本は抗議。|米国も",
	    "他说：“发射。”王毅说。|日本",
	    "（发射。）日本",
	    "「発射。」18日に",
	    "「発射。」。|日本",
	    "“발사했다.” |일본은",
	    "「発射。」\n|と",
	    "„Es flog.“und mehr",
	    /* a headline joins its clauses with an ellipsis */
	    "북, 탄도미사일 발사…한미 \"강력 규탄\"",
	    "北朝鮮がミサイル発射…日本のEEZ外に落下か",
	    "他说……我们",
	    "발사...한미",
	    "발사..한미",
	    "접견…\"친밀감 두텁게\"(종합)",
	    "면담…“중요성 공감”",
	    "발사… |한미",
	    "발사… |\"규탄\"",
	    "발사…!|한미",
	    "発射…。|日本",
	    "발사…\n|한미",
	};

	(void)state;
	CHECK(rows);
}

/*
 * A quote is of the sentence that it stands in, whatever sign it is. Ellipses
 * do not serve here: headlines of Korean and Japanese agencies put them between
 * clauses of one sentence, in front of a quotation, too.
 */
static void
a_quotation_may_begin_right_behind_a_sentence(void **state)
{
	static const char *const rows[] = {
	    "접견.|\"친밀감 두텁게\"(종합)",
	    "면담!|“중요성 공감”",
	    "강조?|'남북대화' 메시지",
	    "징역 8년!|“‘한국용’ 무기”",
	    "\"갔다. |왔다.\"라고 말했다. |끝",
	    "\"갔다.\"라고, \"왔다.\"라고 \"말\"",
	    "„Es flog.“und „mehr“",
	    "„발사.“라고 „말“",
	    /* it must close, in the same paragraph */
	    "접견.\"친밀감",
	    "접견.\"친밀감\n|\"",
	    "면담.“중요성",
	    "접견.\"",
	    "접견.\" |\"친밀감\"",
	};

	(void)state;
	CHECK(rows);
}

static void
a_quotation_that_closes_too_late_is_none(void **state)
{
	struct buf text;
	size_t len;

	(void)state;
	for (len = 250; len < 260; len++) {
		buf_init(&text, 0);
		assert_int_equal(buf_addstr(&text, "한.\"한"), 0);
		while (text.len < strlen("한.") + len)
			assert_int_equal(buf_addch(&text, 'x'), 0);
		assert_int_equal(buf_addstr(&text, "\"한"), 0);
		assert_int_equal(sentence_next(text.data, text.len, 0),
		    len < 256 ? strlen("한.") : text.len);
		buf_clear(&text);
	}
}

static void
a_sentence_does_not_end_within_parentheses(void **state)
{
	static const char *const rows[] = {
	    "発射した(ソウル。東京)日本。|米国",
	    "発射した（ソウル。東京）日本",
	    "発射（甲（乙。丙）丁。戊）日本。|米国",
	    "It flew (He said so. She did.) and fell. |Then",
	    "It flew (we saw it. So did (a few) others) here. |Then",
	    "(It flew. It fell.) |Seoul",
	    /* they must close, in the same paragraph, and be open */
	    "発射(甲。|乙",
	    "発射(甲。|乙\n|)",
	    "発射)甲。|乙(丙)丁",
	    "1) It flew. |2) It fell. |3) So",
	    "It flew :). |He",
	};

	(void)state;
	CHECK(rows);
}

/* It may have opened long before. */
static void
parentheses_that_close_too_late_are_none(void **state)
{
	struct buf text;
	size_t behind, at;

	(void)state;
	for (behind = 250; behind < 260; behind++) {
		buf_init(&text, 0);
		assert_int_equal(buf_addch(&text, '('), 0);
		while (text.len < 1000)
			assert_int_equal(buf_addch(&text, 'x'), 0);
		assert_int_equal(buf_addstr(&text, "。"), 0);
		at = text.len;
		while (text.len < at + behind - 1)
			assert_int_equal(buf_addch(&text, 'X'), 0);
		assert_int_equal(buf_addstr(&text, ")"), 0);
		assert_int_equal(sentence_next(text.data, text.len, 0),
		    behind <= 256 ? text.len : at);
		buf_clear(&text);
	}
}

static void
an_invisible_character_hides_no_border(void **state)
{
	static const char *const rows[] = {
	    "One.\u200b |Two.",
	    "One. \u200b|Two.",
	    "One.\u00ad\ufeff |Two.",
	    "One!\u200d\u200c |Two.",
	    "\"One.\u200b\"\u200b |Two.",
	    "One.\u200b\n|Two",
	    "One \u203c\ufe0f |Two",
	    "One.\u2069 \u200e|Two",
	    "발사했다.\u200b|일본은",
	    "발사했다\u200b.|일본은",
	    "\"발사.\"\u200b라고",
	    /* nor makes one */
	    "example.\u200bcom",
	    "One. \u200bthen",
	    "One. (\u200bthen)",
	    "Aug.\u200b 5",
	    "Aug\u00ad. 5",
	    "\u200b. |Two",
	};

	(void)state;
	CHECK(rows);
}

static void
abbreviations_of_newsrooms_end_nothing(void **state)
{
	static const char *const rows[] = {
	    "Fired on Aug. 5 and Sept. 6 and Mar. 7",
	    "Due Mon. Feb. 5, Tues. or Thurs. Night",
	    "San Jose, Calif. Gov. Lee, Richmond, Va. Mayor Kim",
	    "Pa. Md. Ga. Mass. Conn. Minn. Mich. Ariz. Colo. Tex. Fla. Ill.",
	    "Ky. La. Mo. Neb. Nev. Okla. Ore. Tenn. Wash. Wis. Senators",
	    "CALIF. GOVERNOR",
	    "Gens. Kim and Lee, Secy. Rubio, Atty. Gen. Bondi",
	    "built est. 1950, approx. 500 tons, ca. 1900",
	    "Op. Sindoor, Smith et al. Nature, eds. Kim",
	    "Secs. |But Sec. Blinken and sec. 5",
	    "np. Korea, tzn. Kim, ul. Prosta, 15 proc. Polaków, 5 tys. Osób",
	    "5 mln. Osób, gen. Nowak i płk. Kowalski, ppłk. Lis, ws. Korei",
	    "ok. 500 osób, o godz. 15, por. Lis, im. Lenina",
	    "véase pág. 5 y núm. 3, Cía. General, aprox. 500",
	    "le 5 déc. 2022, févr. 2023, Mmes. Roy, le gén. Roy",
	    "le pagg. 5, ecc. Roma, il gen. Rossi, on lug. 2022",
	    "ca. 500 Tote, insb. Berlin, Präs. Lee, am 3. Okt. 2022",
	    "1950–1953 гг. Корея, XX вв. Россия, стр. 5, рис. 7, тов. Ким",
	    "акад. Павлов, зам. мин. обороны, Мин. Лавров, мин. 5",
	    "5 долл. США, гл. 5, пл. Ленина, корп. Два, и др. Корея",
	    "5 авг. 2022, 15 сек. назад, 30 км. от Пхеньяна",
	};

	(void)state;
	CHECK(rows);
}

static void
words_that_look_like_abbreviations_end_a_sentence(void **state)
{
	static const char *const rows[] = {
	    "They dug ore. |Then left.",
	    "He was ill. |Then he left his pa. |So.",
	    "They go to mass. |Then they wash. |He sat in the sun. |No.",
	    "The op. |It ended. |Said Al. |Then",
	    "fined by the SEC. |It paid; took the SAT. |Now he is MD. |Yes.",
	    "told the FT. |It was in the co. |They left on a sat. |No.",
	    "She is the best. |A year est. |No est.",
	    "sold by BP. |It said GM. |The POW. |He",
	    "les gens. |Ils sont sept. |Le",
	    "15 мин. |Потом. |500 км. |Япония. |Это ВС. |Они",
	    "zapadł w sen. |Potem",
	    "augustus. |Approximation. |Etcetera. |No",
	};

	(void)state;
	CHECK(rows);
}

static void
a_date_of_numbers_goes_on(void **state)
{
	static const char *const rows[] = {
	    "2022.3.24. 북한은 발사했다. |일본은",
	    "2022. 3. 24. 북한은",
	    "22.3.24. 북한, 3.24. 북한, 2022.3. 북한",
	    "Seit dem 24.3. Verhandlungen, ab 1.1. Ruhe",
	    /* what is none, ends */
	    "Am 24.3.2022. |Danach",
	    "It grew 2.75. |Then 1.000.000. |Then 10.0.0.1. |Then",
	    "It was 32.13. |Then 12.32. |Then 2022.13. |Then .5. |No",
	    "In 2022. |18 of them. |In 5. |2022.",
	    "123456789.3.5. Then 11111.5. |Then",
	};

	(void)state;
	CHECK(rows);
}

/* Sorted, or the search would miss some; known, or they would be idle. */
static void
every_abbreviation_listed_is_found(void **state)
{
	const char *last, *word, *const *row;
	size_t i, k, n, marks, total = 0;

	(void)state;
	for (i = 0; i < ABBREVIATION_LISTS; i++) {
		last = "";
		for (k = 0; k < abbreviation_lists[i].count; k++, total++) {
			char text[32];

			row = &abbreviation_lists[i].words[k];
			marks = strspn(*row, "^_#");
			word = *row + marks;
			assert_true(strcmp(last, word) < 0);
			last = word;
			n = strlen(word);
			assert_in_range(n, 1, sizeof(text) - 1);
			memcpy(text, word, n + 1);
			if (text[0] >= 'a' && strchr(*row, '^'))
				text[0] = (char)(text[0] - 0x20);
			if (!abbreviation_is(
				text, n, strchr(*row, '#') != NULL))
				fail_msg("%s", *row);
			/* a mark that asks for nothing is none */
			text[0] = word[0];
			if (marks && !strchr(*row, '_') &&
			    abbreviation_is(text, n, false))
				fail_msg("%s", *row);
		}
	}
	assert_true(total > 400);
}

static void
a_word_too_long_is_no_abbreviation(void **state)
{
	char text[64];
	size_t len;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (len = 0; len <= sizeof(text); len++)
		assert_false(abbreviation_is(text, len, true));
	memcpy(text, "\xff\xd0", 2);
	assert_false(abbreviation_is(text, 2, true));
	assert_false(abbreviation_is("\xf0\x90\x90\x80\xf0\x90\x90\x80"
				     "\xf0\x90\x90\x80\xf0\x90\x90\x80",
	    16, true));
}

static void
a_newline_is_always_a_border(void **state)
{
	static const char *const rows[] = {
	    "North Korea\n|fires missile",
	    "N.\n|korea",
	    "One.\n|two",
	    "One. \n|two",
	    "a\n|\n|b",
	    "a |b",
	};

	(void)state;
	CHECK(rows);
}

static void
a_paragraph_ends_at_a_newline_only(void **state)
{
	static const char text[] = "One. Two.\nThree\xe2\x80\xa9"
				   "four";

	(void)state;
	assert_int_equal(sentence_next_paragraph(text, strlen(text), 0), 10);
	assert_int_equal(sentence_next_paragraph(text, strlen(text), 10), 18);
	assert_int_equal(sentence_next_paragraph(text, strlen(text), 18), 22);
	assert_int_equal(sentence_next_paragraph("", 0, 0), 0);
	assert_int_equal(sentence_next("", 0, 0), 0);
}

/* Whatever the bytes, each step moves on and none leaves the text. */
static void
noise_is_split_without_end_or_error(void **state)
{
	static const char *const pieces[] = {".", "!", " ", "\n", "A", "b", "N",
	    "Mr", "\"", ")", "(", "。", "한", "3", "\xff", "\xe3\x80", "”", "-",
	    "Oktober", "…", "（", "\u200b", "3.", "2022", "Aug", "“", "‘"};
	uint32_t random = 7;
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		size_t count, at, next;
		struct buf text;

		buf_init(&text, 0);
		for (count = round % 20; count > 0; count--) {
			random = random * 1664525 + 1013904223;
			assert_int_equal(
			    buf_addstr(&text,
				pieces[(random >> 16) %
				       (sizeof(pieces) / sizeof(pieces[0]))]),
			    0);
		}
		for (at = 0; at < text.len; at = next) {
			next = sentence_next(text.data, text.len, at);
			assert_in_range(next, at + 1, text.len);
		}
		buf_clear(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		a_sentence_ends_behind_its_terminator_and_what_closes),
	    cmocka_unit_test(a_full_stop_within_a_name_or_number_ends_nothing),
	    cmocka_unit_test(
		a_sentence_goes_on_before_small_letters_and_commas),
	    cmocka_unit_test(every_script_has_its_terminators),
	    cmocka_unit_test(
		a_quotation_is_not_the_end_where_the_text_goes_on_without_a_blank),
	    cmocka_unit_test(a_quotation_may_begin_right_behind_a_sentence),
	    cmocka_unit_test(a_quotation_that_closes_too_late_is_none),
	    cmocka_unit_test(a_sentence_does_not_end_within_parentheses),
	    cmocka_unit_test(parentheses_that_close_too_late_are_none),
	    cmocka_unit_test(an_invisible_character_hides_no_border),
	    cmocka_unit_test(abbreviations_of_newsrooms_end_nothing),
	    cmocka_unit_test(words_that_look_like_abbreviations_end_a_sentence),
	    cmocka_unit_test(a_date_of_numbers_goes_on),
	    cmocka_unit_test(every_abbreviation_listed_is_found),
	    cmocka_unit_test(a_word_too_long_is_no_abbreviation),
	    cmocka_unit_test(a_newline_is_always_a_border),
	    cmocka_unit_test(a_paragraph_ends_at_a_newline_only),
	    cmocka_unit_test(noise_is_split_without_end_or_error),
	};

	return cmocka_run_group_tests_name("sentence", tests, NULL, NULL);
}
