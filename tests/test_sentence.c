#include "tests/test.h"

#include "lib/buf.h"
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
	    "「発射。」|日本",
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
	    "Mr", "\"", ")", "(", "。", "한", "3", "\xff", "\xe3\x80",
	    "”", "-", "Oktober", "…"};
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
	    cmocka_unit_test(a_newline_is_always_a_border),
	    cmocka_unit_test(a_paragraph_ends_at_a_newline_only),
	    cmocka_unit_test(noise_is_split_without_end_or_error),
	};

	return cmocka_run_group_tests_name("sentence", tests, NULL, NULL);
}
