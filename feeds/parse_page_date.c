/*
 * Dates as they stand on pages: behind a label, in brackets, before the name
 * of a department. The longest run of words that is a date is taken; what is
 * shorter than a whole date is none, for "2026-11" may be a number.
 */
#include <string.h>

#include "feeds/date.h"
#include "feeds/parse_private.h"
#include "lib/clock.h"
#include "text/plain.h"

#define PARSE_STAMP_MAX 200 /* bytes looked at */
#define PARSE_STAMP_WORDS_MAX 10
#define PARSE_STAMP_MIN 8 /* bytes of the shortest date, "1.9.2026" */

struct parse_stamp {
	char text[PARSE_STAMP_MAX + 1]; /* its words with single blanks */
	const char *words[PARSE_STAMP_WORDS_MAX];
	const char *ends[PARSE_STAMP_WORDS_MAX];
	size_t count;
	int zone_min;
	unsigned *tries;
};

/* The length of a bracket, bar or wide colon at p, 0 if there is none. */
static size_t
parse_page_date_break(const char *p)
{
	static const char *const marks[] = {"(", ")", "[", "]", "|", "\xc2\xa0",
	    "\xe3\x80\x90", "\xe3\x80\x91", "\xef\xbc\x9a", "\xef\xbc\x88",
	    "\xef\xbc\x89", "\xe3\x80\x80", "\xc2\xb7"};
	size_t i, n;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		n = strlen(marks[i]);
		if (strncmp(p, marks[i], n) == 0)
			return n;
	}
	return 0;
}

/* A colon parts, unless it stands in a clock. */
static bool
parse_page_date_is_label(const char *text, const char *p)
{
	return *p == ':' && (p == text || p[-1] < '0' || p[-1] > '9');
}

static void
parse_page_date_split(struct parse_stamp *stamp, const char *text)
{
	size_t len = plain_border_within(text, strlen(text), PARSE_STAMP_MAX);
	const char *end = text + len, *p = text;
	char *to = stamp->text;
	bool is_word = false;
	size_t n;

	while (p < end) {
		n = parse_page_date_break(p);
		if (n == 0 && ((unsigned char)*p <= ' ' ||
				  parse_page_date_is_label(text, p)))
			n = 1;
		if (n > 0) {
			if (is_word) {
				stamp->ends[stamp->count - 1] = to;
				*to++ = ' ';
			}
			is_word = false;
			p += n;
			continue;
		}
		if (!is_word && stamp->count == PARSE_STAMP_WORDS_MAX)
			break;
		if (!is_word)
			stamp->words[stamp->count++] = to;
		is_word = true;
		*to++ = *p++;
	}
	if (is_word)
		stamp->ends[stamp->count - 1] = to;
	*to = '\0';
}

static int
parse_page_date_try(
    struct parse_stamp *stamp, const char *text, size_t len, int64_t *seconds_r)
{
	char copy[PARSE_STAMP_MAX + 1];

	if (*stamp->tries == 0 || len > PARSE_STAMP_MAX)
		return -1;
	(*stamp->tries)--;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return stamp->zone_min ? date_parse_in(copy, stamp->zone_min, seconds_r)
			       : date_parse(copy, seconds_r);
}

int
parse_page_date(
    const char *text, int zone_min, unsigned *tries, int64_t *seconds_r)
{
	struct parse_stamp stamp = {.zone_min = zone_min, .tries = tries};
	size_t count, i, len;

	if (parse_page_date_try(&stamp, text, strlen(text), seconds_r) == 0)
		return 0;
	parse_page_date_split(&stamp, text);
	for (count = stamp.count; count > 0; count--) {
		for (i = 0; i + count <= stamp.count; i++) {
			len = (size_t)(stamp.ends[i + count - 1] -
				       stamp.words[i]);
			if (len >= PARSE_STAMP_MIN &&
			    strpbrk(stamp.words[i], "0123456789") &&
			    parse_page_date_try(
				&stamp, stamp.words[i], len, seconds_r) == 0)
				return 0;
		}
	}
	return -1;
}
