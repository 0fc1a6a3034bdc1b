/*
 * What the table has no answer for: ligatures, fractions, conjoining letters,
 * marks that are part of a word, other planes. Each is decomposed by utf8proc,
 * its case folded, and put onto the output.
 *
 * The output is itself the state: a mark or letter that joins what precedes
 * it takes that back from the end of the output, combines, and puts it there
 * again.
 *
 * The choices: U+0439 (Cyrillic short i) stays a letter of its own, while io
 * becomes ie, as Russians write both. Marks of Latin, Greek, Cyrillic, Hebrew,
 * Arabic and Syriac go, and the kashida, which only stretches a word; voicing
 * marks of kana and the signs of all other scripts stay, since there they are
 * letters. Letters with a stroke (Polish l, Danish o) are letters of their own.
 * More than FOLD_MARKS_MAX marks on one letter are noise, not language: the
 * rest is dropped.
 */
#include <stdbool.h>
#include <utf8proc.h>

#include "text/fold_private.h"

#define FOLD_MARKS_MAX 8 /* no language puts more on one letter */
#define FOLD_LETTERS_MAX 7 /* code points that one may stand for */
#define FOLD_DECOMPOSED_MAX 4 /* code points of one canonical decomposition */

#define FOLD_BREVE 0x0306
#define FOLD_CYRILLIC_I 0x0438
#define FOLD_CYRILLIC_SHORT_I 0x0439
#define FOLD_SECOND_PLANE 0x10000

struct fold_range {
	uint16_t first;
	uint16_t last;
};

/* Signs that can be left out in writing; tools/gen-fold has the same list. */
static const struct fold_range fold_marks[] = {
    {0x0300, 0x036f},
    {0x0483, 0x0489},
    {0x0591, 0x05bd},
    {0x05bf, 0x05bf},
    {0x05c1, 0x05c2},
    {0x05c4, 0x05c5},
    {0x05c7, 0x05c7},
    {0x0610, 0x061a},
    {0x0640, 0x0640},
    {0x064b, 0x065f},
    {0x0670, 0x0670},
    {0x06d6, 0x06dc},
    {0x06df, 0x06e4},
    {0x06e7, 0x06e8},
    {0x06ea, 0x06ed},
    {0x0711, 0x0711},
    {0x0730, 0x074a},
    {0x0898, 0x089f},
    {0x08ca, 0x08e1},
    {0x08e3, 0x08ff},
    {0x1ab0, 0x1ace},
    {0x1dc0, 0x1dff},
    {0x20d0, 0x20f0},
    {0x302a, 0x302d},
    {0xfe20, 0xfe2f},
};

/* A character to be put back behind others, and where it came from. */
struct fold_piece {
	utf8proc_int32_t code;
	uint32_t source;
};

/* The end of the output up to its last letter, with room for one more. */
struct fold_tail {
	struct fold_piece pieces[FOLD_MARKS_MAX + 2];
	size_t count;
	size_t start; /* where it begins in the output */
};

static void
fold_put(struct folded *f, utf8proc_int32_t code, uint32_t source)
{
	if (fold_next(f) != source)
		fold_add_run(f, source, true);
	f->len += (size_t)utf8proc_encode_char(
	    code, (utf8proc_uint8_t *)f->text + f->len);
}

/* The last character of the first *len bytes, which are not none. */
static struct fold_piece
fold_last(const struct folded *f, size_t *len)
{
	struct fold_piece piece;
	size_t end = *len;

	do {
		--*len;
	} while (*len > 0 && ((unsigned char)f->text[*len] & 0xc0) == 0x80);
	piece.source = (uint32_t)folded_source(f, *len);
	if (utf8proc_iterate((const utf8proc_uint8_t *)f->text + *len,
		(utf8proc_ssize_t)(end - *len), &piece.code) <= 0)
		piece.code = FOLD_REPLACEMENT;
	return piece;
}

/* Takes back what stands behind the first `len` bytes. */
static void
fold_cut(struct folded *f, size_t len)
{
	f->len = len;
	while (f->run_count && f->runs[f->run_count - 1].at > len)
		f->run_count--;
}

static unsigned int
fold_class(utf8proc_int32_t code)
{
	return (unsigned int)utf8proc_get_property(code)->combining_class;
}

static bool
fold_is_mark(utf8proc_int32_t code)
{
	size_t i;

	for (i = 0; i < sizeof(fold_marks) / sizeof(fold_marks[0]); i++) {
		if (code < fold_marks[i].first)
			return false;
		if (code <= fold_marks[i].last)
			return true;
	}
	return false;
}

static bool
fold_is_dropped(utf8proc_int32_t code)
{
	return fold_is_mark(code) || utf8proc_get_property(code)->ignorable;
}

/*
 * Whether a character may combine with the one before it, or be moved before
 * it: marks, the second and third letters of Hangul syllables, and the vowels
 * of Kirat Rai, which are the only letters that do so.
 */
static bool
fold_joins(utf8proc_int32_t code)
{
	utf8proc_category_t category = utf8proc_category(code);

	return fold_class(code) != 0 || category == UTF8PROC_CATEGORY_MN ||
	       category == UTF8PROC_CATEGORY_MC ||
	       category == UTF8PROC_CATEGORY_ME ||
	       (code >= 0x1161 && code <= 0x1175) ||
	       (code >= 0x11a8 && code <= 0x11c2) ||
	       (code >= 0x16d63 && code <= 0x16d6a);
}

/* The output's last letter and the marks on it. */
static void
fold_tail_read(const struct folded *f, struct fold_tail *tail)
{
	struct fold_piece back[FOLD_MARKS_MAX + 1];
	size_t len = f->len, n = 0;

	while (len > 0 && n <= FOLD_MARKS_MAX) {
		back[n] = fold_last(f, &len);
		if (fold_class(back[n++].code) == 0)
			break;
	}
	tail->start = len;
	for (tail->count = 0; tail->count < n; tail->count++)
		tail->pieces[tail->count] = back[n - 1 - tail->count];
}

/* In canonical order and composed; returns the number of code points. */
static size_t
fold_compose(const struct fold_tail *tail, utf8proc_int32_t *codes)
{
	utf8proc_ssize_t n = 0, i, j, got;
	size_t at;
	int boundary = 0;

	for (at = 0; at < tail->count; at++) {
		got = utf8proc_decompose_char(tail->pieces[at].code, codes + n,
		    FOLD_DECOMPOSED_MAX, UTF8PROC_DECOMPOSE, &boundary);
		if (got < 1 || got > FOLD_DECOMPOSED_MAX) {
			codes[n] = tail->pieces[at].code;
			got = 1;
		}
		n += got;
	}
	/* utf8proc reorders only while it decomposes a whole string */
	for (i = 1; i < n; i++) {
		for (j = i; j > 0 && fold_class(codes[j]) != 0 &&
			    fold_class(codes[j - 1]) > fold_class(codes[j]);
		     j--) {
			utf8proc_int32_t code = codes[j];

			codes[j] = codes[j - 1];
			codes[j - 1] = code;
		}
	}
	n = utf8proc_normalize_utf32(
	    codes, n, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
	return n < 0 ? 0 : (size_t)n;
}

/* Puts a character where it joins what is already there. */
static void
fold_join(struct folded *f, utf8proc_int32_t code, uint32_t source)
{
	utf8proc_int32_t codes[(FOLD_MARKS_MAX + 2) * FOLD_DECOMPOSED_MAX];
	struct fold_tail tail;
	size_t n, i;

	fold_tail_read(f, &tail);
	if (tail.count > FOLD_MARKS_MAX && fold_class(code) != 0)
		return;
	tail.pieces[tail.count].code = code;
	tail.pieces[tail.count++].source = source;
	n = fold_compose(&tail, codes);
	for (i = 0; i < n && i < tail.count; i++) {
		if (codes[i] != tail.pieces[i].code)
			break;
	}
	if (n == tail.count && i == n) {
		fold_put(f, code, source);
		return;
	}
	source = tail.pieces[0].source;
	fold_cut(f, tail.start);
	for (i = 0; i < n; i++)
		fold_put(f, codes[i], source);
}

/* The representative of a Han character beyond the first plane. */
static utf8proc_int32_t
fold_find_far(utf8proc_int32_t code)
{
	size_t low = 0, high = fold_far_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (fold_far[middle][0] == (uint32_t)code)
			return (utf8proc_int32_t)fold_far[middle][1];
		if (fold_far[middle][0] < (uint32_t)code)
			low = middle + 1;
		else
			high = middle;
	}
	return code;
}

/* A character without decomposition, in its folded case. */
static void
fold_letter(struct folded *f, utf8proc_int32_t code, uint32_t source)
{
	uint16_t entry = FOLD_SLOW;

	if (code < FOLD_SECOND_PLANE)
		entry = fold_find((uint32_t)code);
	else
		code = fold_find_far(code);
	if (entry > FOLD_SLOW)
		code = entry;
	if (fold_joins(code))
		fold_join(f, code, source);
	else
		fold_put(f, code, source);
}

/* The one mark of Cyrillic that is not dropped: see above. */
static void
fold_breve(struct folded *f)
{
	struct fold_piece piece;
	size_t len = f->len;

	if (len == 0)
		return;
	piece = fold_last(f, &len);
	fold_cut(f, len);
	if (piece.code == FOLD_CYRILLIC_I)
		piece.code = FOLD_CYRILLIC_SHORT_I;
	fold_put(f, piece.code, piece.source);
}

/*
 * A character without decomposition. A mark is dropped before its case is
 * folded, since U+0345, the Greek iota below, would become a letter.
 */
static void
fold_case(struct folded *f, utf8proc_int32_t code, uint32_t source)
{
	utf8proc_int32_t codes[FOLD_LETTERS_MAX];
	utf8proc_ssize_t n, i;
	int boundary = 0;

	if (code == FOLD_BREVE)
		fold_breve(f);
	if (fold_is_dropped(code))
		return;
	n = utf8proc_decompose_char(code, codes, FOLD_LETTERS_MAX,
	    UTF8PROC_CASEFOLD | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE,
	    &boundary);
	if (n < 1 || n > FOLD_LETTERS_MAX) {
		codes[0] = code;
		n = 1;
	}
	for (i = 0; i < n; i++) {
		if (!fold_is_dropped(codes[i]))
			fold_letter(f, codes[i], source);
	}
}

/*
 * Any character. One that would become more than FOLD_LETTERS_MAX code
 * points is a whole phrase as one sign, and stays as it is.
 */
void
fold_slow(struct folded *f, utf8proc_int32_t code, uint32_t source)
{
	utf8proc_int32_t codes[FOLD_LETTERS_MAX];
	utf8proc_ssize_t n, i;
	int boundary = 0;

	n = utf8proc_decompose_char(code, codes, FOLD_LETTERS_MAX,
	    UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE, &boundary);
	if (n < 1 || n > FOLD_LETTERS_MAX) {
		fold_put(f, code, source);
		return;
	}
	for (i = 0; i < n; i++)
		fold_case(f, codes[i], source);
}
