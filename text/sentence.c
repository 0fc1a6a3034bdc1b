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
#include <strings.h>
#include <utf8proc.h>

#include "text/script.h"
#include "text/sentence.h"
#include "text/token.h"

#define SENTENCE_WORD_MAX 16 /* bytes of an abbreviation */
#define SENTENCE_DOTTED_MAX 2 /* letters of the parts of EE.UU. */
#define SENTENCE_ORDINAL_DIGITS 2 /* 3. Oktober, 21. Jahrhundert */

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

/*
 * What a full stop shortens, in lower case and in the order of strcmp(): of
 * English, German, French, Spanish, Italian, Portuguese, Dutch and Russian.
 * What is rather a word at the end of a sentence is left out.
 */
static const char *const sentence_abbreviations[] = {"abb", "abt", "adj", "adm",
    "adml", "amb", "apr", "aprox", "assn", "asst", "attn", "av", "avda", "ave",
    "bldg", "blvd", "brig", "bros", "bzw", "capt", "cdr", "cert", "cf", "cie",
    "cmdr", "cmdt", "cnel", "co", "col", "comdr", "cons", "corp", "cpl", "ctr",
    "dec", "dept", "dez", "dhr", "dipl", "dist", "doc", "dott", "dr", "dra",
    "drs", "etc", "evtl", "exec", "feb", "fla", "fr", "frhr", "ft", "geb",
    "gen", "genl", "ggf", "gob", "gov", "gral", "hon", "hr", "hrsg", "inc",
    "incl", "ing", "inkl", "insp", "intl", "jan", "janv", "jr", "jul", "jun",
    "lic", "lt", "ltd", "ltda", "maj", "mdm", "med", "mej", "messrs", "mevr",
    "mgr", "mio", "mlle", "mm", "mme", "mr", "mrd", "mrs", "ms", "msgr", "mt",
    "mw", "nat", "natl", "nov", "oct", "okt", "pdte", "pfc", "ph", "plc",
    "pres", "prof", "pte", "pty", "pvt", "rep", "reps", "resp", "ret", "rev",
    "rmdo", "sen", "sens", "sep", "sept", "sgt", "sig", "sog", "spc", "sr",
    "sra", "srta", "st", "sta", "ste", "str", "supt", "tel", "tsd", "ud", "uds",
    "univ", "usw", "vgl", "viz", "vs", "zzgl", "ген", "гос", "им", "млн",
    "млрд", "обл", "проф", "руб", "св", "см", "тыс", "ул"};

/* The same before a number only. */
static const char *const sentence_numbered[] = {"abs", "art", "bd", "chap",
    "fig", "kap", "lfd", "mar", "no", "nos", "nr", "nrs", "num", "núm", "para",
    "pp", "res", "sec", "sect", "vol", "zif", "ziff", "пп", "ст", "№"};

/* Months behind a German ordinal. */
static const char *const sentence_months[] = {"April", "August", "Dezember",
    "Februar", "Jahrhundert", "Januar", "Juli", "Juni", "Mai", "März",
    "November", "Oktober", "September"};

static int
sentence_compare_range(const void *key, const void *member)
{
	uint32_t code = *(const uint32_t *)key;
	const struct sentence_range *range = member;

	return code < range->first ? -1 : code > range->last;
}

static int
sentence_compare_word(const void *key, const void *member)
{
	return strcmp(key, *(const char *const *)member);
}

#define SENTENCE_HAS_CODE(code, table)                                         \
	(bsearch(&(code), table, sizeof(table) / sizeof((table)[0]),           \
	     sizeof((table)[0]), sentence_compare_range) != NULL)
#define SENTENCE_HAS_WORD(word, table)                                         \
	(bsearch(word, table, sizeof(table) / sizeof((table)[0]),              \
	     sizeof((table)[0]), sentence_compare_word) != NULL)

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

/* What stands around one or more terminators. */
struct sentence_place {
	const char *text;
	size_t len;
	size_t from; /* where the sentence begins */
	size_t stop; /* the first terminator */
	size_t next; /* what follows, behind closing quotes and blanks */
	bool is_blank; /* a blank stands before it */
};

/* Whether only digits stand in bytes start to end. */
static bool
sentence_is_number(const char *text, size_t start, size_t end)
{
	size_t i;

	for (i = start; i < end; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return end > start;
}

/* 3. Oktober; and 1. at the beginning, which numbers what follows. */
static bool
sentence_is_ordinal(const struct sentence_place *place, size_t word)
{
	const char *next = place->text + place->next;
	size_t i, len, rest = place->len - place->next;

	if (!sentence_is_number(place->text, word, place->stop) ||
	    place->stop - word > SENTENCE_ORDINAL_DIGITS)
		return false;
	if (word == place->from)
		return true;
	for (i = 0; i < sizeof(sentence_months) / sizeof(sentence_months[0]);
	     i++) {
		len = strlen(sentence_months[i]);
		if (rest >= len && memcmp(next, sentence_months[i], len) == 0)
			return true;
	}
	return false;
}

/* The word in small letters; false if it is too long for an abbreviation. */
static bool
sentence_lower(const char *text, size_t len, char lower[SENTENCE_WORD_MAX + 1])
{
	size_t at, step, used = 0;

	for (at = 0; at < len; at += step) {
		uint32_t code = sentence_code(text, len, at, &step);
		utf8proc_uint8_t bytes[4];
		utf8proc_ssize_t n = utf8proc_encode_char(
		    utf8proc_tolower((utf8proc_int32_t)code), bytes);

		if (n <= 0 || used + (size_t)n > SENTENCE_WORD_MAX)
			return false;
		memcpy(lower + used, bytes, (size_t)n);
		used += (size_t)n;
	}
	lower[used] = '\0';
	return true;
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

/* Whether a full stop belongs to the word before it. */
static bool
sentence_is_shortened(const struct sentence_place *place)
{
	const char *text = place->text;
	char lower[SENTENCE_WORD_MAX + 1];
	size_t word = place->stop, before, step, letters = 0;
	bool is_digit_next = place->next < place->len &&
			     text[place->next] >= '0' &&
			     text[place->next] <= '9';

	while (word > place->from && place->stop - word <= SENTENCE_WORD_MAX) {
		uint32_t code;

		before = sentence_back(text, place->from, word);
		code = sentence_code(text, place->len, before, &step);
		if (script_is_char(code) || (!sentence_is_letter(code) &&
						!(code >= '0' && code <= '9')))
			break;
		letters++;
		word = before;
	}
	if (letters == 0)
		return false;
	if (sentence_is_ordinal(place, word))
		return true;
	if (sentence_is_number(text, word, place->stop))
		return false;
	/* N. Korea; the last of U.S. and of EE.UU. */
	if (letters == 1 ||
	    (letters <= SENTENCE_DOTTED_MAX && sentence_is_dotted(place, word)))
		return true;
	if (!sentence_lower(text + word, place->stop - word, lower))
		return false;
	return SENTENCE_HAS_WORD(lower, sentence_abbreviations) ||
	       (is_digit_next && SENTENCE_HAS_WORD(lower, sentence_numbered));
}

/* Whether characters that are written without blanks stand on both sides. */
static bool
sentence_is_unspaced(const struct sentence_place *place)
{
	size_t step, before;

	if (place->stop == place->from)
		return false;
	before = sentence_back(place->text, place->from, place->stop);
	return script_is_char(
		   sentence_code(place->text, place->len, before, &step)) &&
	       script_is_char(
		   sentence_code(place->text, place->len, place->next, &step));
}

/* Whether what follows the terminators is another sentence. */
static bool
sentence_is_border(const struct sentence_place *place,
    enum sentence_class strongest, bool is_single_stop)
{
	size_t at = place->next, step;
	uint32_t code = sentence_code(place->text, place->len, at, &step);

	if (code == '\n' || code == 0x2029)
		return false; /* the newline is the border */
	if (strongest != SENTENCE_FULL && !place->is_blank &&
	    !sentence_is_unspaced(place))
		return false;
	while (at < place->len && sentence_is_opener(code)) {
		at += step;
		code = sentence_code(place->text, place->len, at, &step);
	}
	if (sentence_is_continued(code))
		return false;
	return !is_single_stop || !sentence_is_shortened(place);
}

/* Passes over quotes, brackets and then blanks. */
static void
sentence_skip(struct sentence_place *place, size_t at)
{
	size_t step;
	uint32_t code = sentence_code(place->text, place->len, at, &step);

	while (at < place->len && sentence_is_closer(code)) {
		at += step;
		code = sentence_code(place->text, place->len, at, &step);
	}
	place->is_blank = false;
	while (at < place->len && sentence_is_blank(code)) {
		place->is_blank = true;
		at += step;
		code = sentence_code(place->text, place->len, at, &step);
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

	for (; at < place->len; at += step) {
		class = sentence_class(
		    sentence_code(place->text, place->len, at, &step));
		if (class < SENTENCE_STOP)
			break;
		if (class > strongest)
			strongest = class;
		count++;
	}
	sentence_skip(place, at);
	return sentence_is_border(
	    place, strongest, count == 1 && strongest == SENTENCE_STOP);
}

size_t
sentence_next(const char *text, size_t len, size_t at)
{
	struct sentence_place place = {.text = text, .len = len, .from = at};
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
