/*
 * Borders of sentences, as headlines and summaries of news need them: most of
 * the work is to know the full stops that end nothing. Each terminator is
 * decided by a bounded look back at the word before it and by one look ahead
 * behind the quotes and blanks that follow.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "text/abbreviation.h"
#include "text/script.h"
#include "text/sentence_private.h"
#include "text/token.h"

#define SENTENCE_WORD_MAX 16 /* bytes of the word before a stop */
#define SENTENCE_DOTTED_MAX 2 /* letters of the parts of EE.UU. */
#define SENTENCE_QUOTE_MAX 256 /* bytes in which a quotation must close */
#define SENTENCE_BRACKET_MAX 256 /* bytes in which a parenthesis must close */

enum sentence_class {
	SENTENCE_OTHER,
	SENTENCE_NEWLINE,
	SENTENCE_STOP, /* '.', which has many other uses */
	SENTENCE_END, /* needs a blank behind it */
	SENTENCE_FULL, /* of scripts that write no blank there */
};

struct sentence_range {
	uint32_t first;
	uint32_t last;
};

/* Sentence_Terminal of Unicode beyond Latin-1, and the ellipsis. In order. */
static const struct sentence_range sentence_ends[] = {
    {0x0589, 0x0589},
    {0x061d, 0x061f},
    {0x06d4, 0x06d4},
    {0x0700, 0x0702},
    {0x07f9, 0x07f9},
    {0x0964, 0x0965},
    {0x104a, 0x104b},
    {0x1362, 0x1362},
    {0x1367, 0x1368},
    {0x17d4, 0x17d5},
    {0x1803, 0x1803},
    {0x1809, 0x1809},
    {0x1944, 0x1945},
    {0x2026, 0x2026},
    {0x203c, 0x203d},
    {0x2047, 0x2049},
    {0x2e2e, 0x2e2e},
    {0xa4ff, 0xa4ff},
    {0xa876, 0xa877},
};

static const struct sentence_range sentence_fulls[] = {
    {0x3002, 0x3002},
    {0xfe52, 0xfe52},
    {0xfe56, 0xfe57},
    {0xff01, 0xff01},
    {0xff0e, 0xff0e},
    {0xff1f, 0xff1f},
    {0xff61, 0xff61},
};

static int
sentence_compare_range(const void *key, const void *member)
{
	uint32_t code = *(const uint32_t *)key;
	const struct sentence_range *range = member;

	return code < range->first ? -1 : code > range->last;
}

#define SENTENCE_HAS_CODE(code, table)                                         \
	(bsearch(&(code), table, sizeof(table) / sizeof((table)[0]),           \
	     sizeof((table)[0]), sentence_compare_range) != NULL)

/* The character at an offset and its length; 0 at the end. */
static uint32_t
sentence_code(const char *text, size_t len, size_t at, size_t *len_r)
{
	utf8proc_int32_t code;
	utf8proc_ssize_t n;

	*len_r = 1;
	if (at >= len)
		return 0;
	n = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
	    (utf8proc_ssize_t)(len - at), &code);
	if (n <= 0)
		return 0xfffd;
	*len_r = (size_t)n;
	return (uint32_t)code;
}

static enum sentence_class
sentence_class(uint32_t code)
{
	if (code < 0x80) {
		if (code == '\n')
			return SENTENCE_NEWLINE;
		if (code == '.')
			return SENTENCE_STOP;
		return code == '!' || code == '?' ? SENTENCE_END
						  : SENTENCE_OTHER;
	}
	if (code == 0x2029)
		return SENTENCE_NEWLINE;
	if (SENTENCE_HAS_CODE(code, sentence_ends))
		return SENTENCE_END;
	return SENTENCE_HAS_CODE(code, sentence_fulls) ? SENTENCE_FULL
						       : SENTENCE_OTHER;
}

static bool
sentence_is_blank(uint32_t code)
{
	return code == ' ' || code == '\t' || code == '\r' || code == 0xa0 ||
	       utf8proc_category((utf8proc_int32_t)code) ==
		   UTF8PROC_CATEGORY_ZS;
}

/* What shows nothing, and folding drops: soft hyphens, joiners, marks. */
static bool
sentence_is_hidden(uint32_t code)
{
	return code >= 0x80 &&
	       utf8proc_get_property((utf8proc_int32_t)code)->ignorable;
}

static bool
sentence_is_letter(uint32_t code)
{
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_MN:
		return true;
	default:
		return false;
	}
}

/* Quotes and brackets; those that open are of the next sentence. */
static bool
sentence_is_closer(uint32_t code)
{
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_PE:
	case UTF8PROC_CATEGORY_PF:
		return true;
	default:
		/* in German these close */
		return code == '"' || code == '\'' || code == 0x201c ||
		       code == 0x2018;
	}
}

static bool
sentence_is_opener(uint32_t code)
{
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_PS:
	case UTF8PROC_CATEGORY_PI:
		return true;
	default:
		return code == '"' || code == '\'';
	}
}

/* Of a quote that may open or close: what closes if it opens; else 0. */
static uint32_t
sentence_partner(uint32_t code)
{
	switch (code) {
	case '"':
	case '\'':
		return code;
	case 0x201c:
	case 0x2018:
		return code + 1;
	default:
		return 0;
	}
}

/* Behind it a sentence that seemed to end goes on. */
static bool
sentence_is_continued(uint32_t code)
{
	return code == ',' || code == ';' || code == ':' || code == '-' ||
	       code == 0x2013 || code == 0x2014 || code == 0x3001 ||
	       code == 0xff0c || code == 0xff1a || code == 0xff1b ||
	       utf8proc_category((utf8proc_int32_t)code) ==
		   UTF8PROC_CATEGORY_LL;
}

static size_t
sentence_back(const char *text, size_t from, size_t at)
{
	while (at > from && ((unsigned char)text[--at] & 0xc0) == 0x80)
		;
	return at;
}

/* Where what can be seen before the terminator ends. */
static size_t
sentence_end_of_word(const struct sentence_place *place)
{
	size_t at = place->stop, before, step;

	for (; at > place->from; at = before) {
		before = sentence_back(place->text, place->from, at);
		if (!sentence_is_hidden(
			sentence_code(place->text, place->len, before, &step)))
			break;
	}
	return at;
}

/* Whether another stop, with as short a word before it, stands before it. */
static bool
sentence_is_dotted(const struct sentence_place *place, size_t word)
{
	size_t at = word, letters = 0, step;

	if (at == place->from || place->text[--at] != '.')
		return false;
	while (at > place->from && letters <= SENTENCE_DOTTED_MAX) {
		at = sentence_back(place->text, place->from, at);
		if (!sentence_is_letter(
			sentence_code(place->text, place->len, at, &step)))
			break;
		letters++;
	}
	return letters > 0 && letters <= SENTENCE_DOTTED_MAX;
}

/* The letters and digits that end at `end`: where they begin, how many. */
static size_t
sentence_word(const struct sentence_place *place, size_t end, size_t *letters_r)
{
	size_t word = end, before, step;

	*letters_r = 0;
	while (word > place->from && end - word <= SENTENCE_WORD_MAX) {
		uint32_t code;

		before = sentence_back(place->text, place->from, word);
		code = sentence_code(place->text, place->len, before, &step);
		if (script_is_char(code) || (!sentence_is_letter(code) &&
						!(code >= '0' && code <= '9')))
			break;
		++*letters_r;
		word = before;
	}
	return word;
}

/* Whether a full stop belongs to the word before it. */
static bool
sentence_is_shortened(const struct sentence_place *place)
{
	const char *text = place->text;
	size_t end = sentence_end_of_word(place), letters;
	size_t word = sentence_word(place, end, &letters);

	if (letters == 0)
		return false;
	if (sentence_is_digit(text[word]))
		return sentence_number_goes_on(place, word, end);
	/* N. Korea; the last of U.S. and of EE.UU. */
	if (letters == 1 ||
	    (letters <= SENTENCE_DOTTED_MAX && sentence_is_dotted(place, word)))
		return true;
	return abbreviation_is(text + word, end - word,
	    place->next < place->len && sentence_is_digit(text[place->next]));
}

/*
 * Whether characters that are written without blanks stand on both sides, the
 * second perhaps in quotes.
 */
static bool
sentence_is_unspaced(const struct sentence_place *place)
{
	size_t step, end = sentence_end_of_word(place), at = place->next;
	uint32_t code;

	if (end == place->from)
		return false;
	code = sentence_code(place->text, place->len,
	    sentence_back(place->text, place->from, end), &step);
	if (!script_is_char(code))
		return false;
	do {
		code = sentence_code(place->text, place->len, at, &step);
		at += step;
	} while (sentence_partner(code));
	return script_is_char(code);
}

/* 1 for a parenthesis that opens at a byte, -1 for one that closes. */
static int
sentence_bracket(const char *text, size_t len, size_t at)
{
	switch (text[at]) {
	case '(':
		return 1;
	case ')':
		return -1;
	case '\xef': /* full width */
		if (len - at < 3 || text[at + 1] != '\xbc')
			return 0;
		return text[at + 2] == '\x88' ? 1 : -(text[at + 2] == '\x89');
	default:
		return 0;
	}
}

/* Counts those that are open behind what was read; each byte is seen once. */
static void
sentence_count_brackets(struct sentence_place *place)
{
	int bracket;

	for (; place->counted < place->next; place->counted++) {
		bracket =
		    sentence_bracket(place->text, place->len, place->counted);
		if (bracket > 0)
			place->open++;
		else if (bracket < 0 && place->open > 0)
			place->open--;
	}
}

/* Whether one is open behind what was read, and closes in reach. */
static bool
sentence_is_in_brackets(struct sentence_place *place)
{
	const char *text = place->text;
	size_t at = place->next, end = place->len;
	int inner = 0;

	sentence_count_brackets(place);
	if (place->open == 0)
		return false;
	if (end - at > SENTENCE_BRACKET_MAX)
		end = at + SENTENCE_BRACKET_MAX;
	for (; at < end && inner >= 0; at++) {
		if (text[at] == '\n' ||
		    (end - at >= 3 && memcmp(text + at, "\u2029", 3) == 0))
			break;
		inner += sentence_bracket(text, end, at);
	}
	return inner < 0;
}

/* Whether what follows the terminators is another sentence. */
static bool
sentence_is_border(struct sentence_place *place, enum sentence_class strongest,
    bool is_single_stop, bool is_ellipsis)
{
	size_t at = place->next, step;
	uint32_t code = sentence_code(place->text, place->len, at, &step);

	if (code == '\n' || code == 0x2029)
		return false; /* the newline is the border */
	/* a quotation, and who said it; but 「...。」「...。」 are two */
	if (place->is_closed && !place->is_blank && !sentence_is_opener(code))
		return false;
	/* without a blank an ellipsis joins the clauses of a headline */
	if (strongest != SENTENCE_FULL && !place->is_blank &&
	    (is_ellipsis || !sentence_is_unspaced(place)))
		return false;
	while (at < place->len &&
	       (sentence_is_opener(code) || sentence_is_hidden(code))) {
		at += step;
		code = sentence_code(place->text, place->len, at, &step);
	}
	if (sentence_is_continued(code))
		return false;
	if (is_single_stop && sentence_is_shortened(place))
		return false;
	return !sentence_is_in_brackets(place);
}

/*
 * Whether the quote at an offset, behind a terminator, opens what follows in a
 * script without blanks: its partner is found. Where one sign does both, it and
 * those ahead are an even number.
 */
static bool
sentence_opens(const struct sentence_place *place, size_t at)
{
	size_t rest = place->len - at, step;
	size_t end =
	    rest < SENTENCE_QUOTE_MAX ? place->len : at + SENTENCE_QUOTE_MAX;
	uint32_t code = sentence_code(place->text, end, at, &step), next;
	uint32_t partner = sentence_partner(code);
	bool is_even = false;

	at += step;
	next = sentence_code(place->text, end, at, &step);
	if (!partner || (!script_is_char(next) && !sentence_partner(next)))
		return false;
	for (; at < end; at += step) {
		next = sentence_code(place->text, end, at, &step);
		if (next == '\n' || next == 0x2029)
			break;
		if (next == partner && partner != code)
			return true;
		if (next == code && partner != code)
			return false;
		if (next == code)
			is_even = !is_even;
	}
	return is_even;
}

/* Passes over quotes, brackets and then blanks, and what hides in between. */
static void
sentence_skip(struct sentence_place *place, size_t at)
{
	size_t step;
	uint32_t code;

	place->is_closed = place->is_blank = false;
	for (; at < place->len; at += step) {
		code = sentence_code(place->text, place->len, at, &step);
		if (sentence_is_blank(code))
			place->is_blank = true;
		else if (!place->is_blank && sentence_is_closer(code) &&
			 !sentence_opens(place, at))
			place->is_closed = true;
		else if (!sentence_is_hidden(code))
			break;
	}
	place->next = at;
}

/*
 * Reads the terminators at place->stop and what closes behind them. True if a
 * sentence ends there; place->next is where to go on in any case.
 */
static bool
sentence_read_end(struct sentence_place *place)
{
	size_t at = place->stop, step, count = 0;
	enum sentence_class class, strongest = SENTENCE_OTHER;
	bool is_dots = true, is_single;

	for (; at < place->len; at += step) {
		uint32_t code =
		    sentence_code(place->text, place->len, at, &step);

		class = sentence_class(code);
		if (class < SENTENCE_STOP)
			break;
		is_dots = is_dots && (code == '.' || code == 0x2026);
		if (class > strongest)
			strongest = class;
		count++;
	}
	sentence_skip(place, at);
	is_single = count == 1 && strongest == SENTENCE_STOP;
	return sentence_is_border(
	    place, strongest, is_single, is_dots && !is_single);
}

size_t
sentence_next(const char *text, size_t len, size_t at)
{
	struct sentence_place place = {
	    .text = text, .len = len, .from = at, .counted = at};
	size_t step;

	while (at < len) {
		switch (sentence_class(sentence_code(text, len, at, &step))) {
		case SENTENCE_OTHER:
			at += step;
			break;
		case SENTENCE_NEWLINE:
			return at + step;
		default:
			place.stop = at;
			if (sentence_read_end(&place))
				return place.next;
			at = place.next;
			break;
		}
	}
	return len;
}

size_t
sentence_next_paragraph(const char *text, size_t len, size_t at)
{
	size_t step;

	for (; at < len; at += step) {
		if (sentence_class(sentence_code(text, len, at, &step)) ==
		    SENTENCE_NEWLINE)
			return at + step;
	}
	return len;
}
