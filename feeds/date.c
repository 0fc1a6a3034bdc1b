/*
 * The date of an entry. A text is folded first, so that the readers see lower
 * case, no accents and plain blanks; then ISO 8601 is tried, which is strict,
 * then the reader for all that people write. Whatever they find is checked
 * here against the calendar: no reader can bring about a date that does not
 * exist. No clock and no locale are consulted.
 *
 * A missing zone is UTC, except where the words themselves are used in one
 * zone only: Korean, Japanese and Chinese names for the halves of a day.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "feeds/date.h"
#include "feeds/date_private.h"
#include "lib/clock.h"

#define DATE_TEXT_MAX 256	/* bytes; no date is longer */
#define DATE_COMMENT_DEPTH_MAX 8
#define DATE_YEAR_MAX 9999
#define DATE_DAY_S 86400
#define DATE_EPOCH_MIN 1000000000LL	/* 2001: ten digits from here on */
#define DATE_EPOCH_MAX 4102444800LL	/* 2100 */

static const int date_month_days[] = {
    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static bool
date_is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days of all years before `year`, counted from year 1. */
static long
date_days_before(int year)
{
	long y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400;
}

int
date_days(int year, int month, int day, long *days_r)
{
	long days;
	int i, last;

	if (year < 1 || year > DATE_YEAR_MAX || month < 1 || month > 12)
		return -1;
	last = date_month_days[month - 1] + (month == 2 && date_is_leap(year));
	if (day < 1 || day > last)
		return -1;
	days = date_days_before(year) - date_days_before(1970);
	for (i = 1; i < month; i++)
		days += date_month_days[i - 1] + (i == 2 && date_is_leap(year));
	*days_r = days + day - 1;
	return 0;
}

int
date_weekday(long days)
{
	/* 1970-01-01 was a Thursday */
	return (int)(((days + 3) % 7 + 7) % 7);
}

int
date_full_year(int year, int digits)
{
	if (digits <= 2)
		return year + (year < 50 ? 2000 : 1900);
	return digits == 3 ? year + 1900 : year;
}

/*
 * Twelve-hour clocks begin at 12. Some write "16:42 PM", which can only be one
 * thing; "16:42 AM" can be two.
 */
static int
date_apply_half(struct date_parts *parts)
{
	if (parts->is_am && parts->is_pm)
		return -1;
	if (parts->is_am && parts->hour > 12)
		return -1;
	if (parts->is_am && parts->hour == 12)
		parts->hour = 0;
	if (parts->is_pm && parts->hour < 12)
		parts->hour += 12;
	return 0;
}

/* 24:00 ends a day; second 60 is a leap second. */
static bool
date_is_clock_valid(const struct date_parts *parts)
{
	if (parts->hour == 24)
		return parts->minute == 0 && parts->second == 0;
	return parts->hour >= 0 && parts->hour < 24 && parts->minute >= 0 &&
	    parts->minute < 60 && parts->second >= 0 && parts->second <= 60;
}

static int
date_seconds(
    struct date_parts *parts, const int *zone_min, int64_t *seconds_r)
{
	static const int64_t min_s = -62135596800LL; /* 0001-01-01 */
	static const int64_t max_s = 253402300799LL; /* 9999-12-31T23:59:59 */
	int offset_min = parts->offset_min;
	int64_t seconds;
	long days;

	if (date_days(parts->year, parts->month, parts->day, &days) == -1)
		return -1;
	if (date_apply_half(parts) == -1 || !date_is_clock_valid(parts))
		return -1;
	if (parts->has_time && !parts->has_zone)
		offset_min = parts->local_min;
	if (zone_min && !parts->has_zone)
		offset_min = *zone_min;
	seconds = (int64_t)days * DATE_DAY_S + parts->hour * 3600 +
	    (parts->minute - offset_min) * 60 + parts->second;
	if (seconds < min_s || seconds > max_s)
		return -1;
	*seconds_r = seconds;
	return 0;
}

/*
 * Takes comments out (RFC 5322 section 3.2.2: nested, with escapes) and lowers
 * ASCII letters. Other scripts were lowered before.
 */
static int
date_simplify(const char *text, size_t len, char out[DATE_TEXT_MAX + 1])
{
	int depth = 0;
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		char c = text[i];

		if (c == '(' && ++depth > DATE_COMMENT_DEPTH_MAX)
			return -1;
		if (depth && c == '\\' && i + 1 < len)
			i++;
		if (depth && c == ')')
			depth--;
		if (depth || c == ')' || (unsigned char)c <= ' ')
			c = ' ';
		else if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c == ' ' && (n == 0 || out[n - 1] == ' '))
			continue;
		if (n == DATE_TEXT_MAX)
			return -1;
		out[n++] = c;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return n ? 0 : -1;
}

/* U+2010..U+2013 and U+2212 stand for the hyphen that is meant. */
static size_t
date_plain_hyphens(char *text, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		const unsigned char *p = (const unsigned char *)text + i;
		bool is_hyphen = len - i >= 3 && p[0] == 0xe2 &&
		    ((p[1] == 0x80 && p[2] >= 0x90 && p[2] <= 0x93) ||
		        (p[1] == 0x88 && p[2] == 0x92));

		text[n++] = is_hyphen ? '-' : text[i];
		if (is_hyphen)
			i += 2;
	}
	return n;
}

static int
date_fold(const char *text, size_t len, char out[DATE_TEXT_MAX + 1])
{
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t mapped_len;
	size_t i;
	int rc;

	for (i = 0; i < len && (unsigned char)text[i] < 0x80; i++)
		continue;
	if (i == len)
		return date_simplify(text, len, out);
	mapped_len = utf8proc_map((const utf8proc_uint8_t *)text,
	    (utf8proc_ssize_t)len, &mapped,
	    UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
	        UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
	if (mapped_len < 0)
		return -1;
	len = date_plain_hyphens((char *)mapped, (size_t)mapped_len);
	rc = date_simplify((char *)mapped, len, out);
	free(mapped);
	return rc;
}

/*
 * Some systems write their own markup where the date belongs:
 * <time datetime="2019-05-03T19:21:28Z">Fri, 05/03/2019</time>.
 */
static const char *
date_in_markup(const char *text, size_t *len_r)
{
	const char *value = *text == '<' ? strstr(text, "datetime=") : NULL;
	size_t len;

	if (!value)
		return text;
	value += strlen("datetime=");
	if (*value != '"' && *value != '\'')
		return text;
	len = strcspn(value + 1, "\"'");
	*len_r = len;
	return value + 1;
}

/*
 * Seconds or milliseconds since 1970. Ten digits may also be YYYYMMDDHH: what
 * could be both is neither.
 */
static int
date_read_epoch(const char *text, size_t len, int64_t *seconds_r)
{
	int64_t value = 0;
	size_t i;
	long days;

	if ((len != 10 && len != 13) || strspn(text, "0123456789") != len)
		return -1;
	for (i = 0; i < len; i++)
		value = value * 10 + (text[i] - '0');
	if (len == 13)
		value /= 1000;
	else if (date_days((int)(value / 1000000), (int)(value / 10000 % 100),
	             (int)(value / 100 % 100), &days) == 0)
		return -1;
	if (value < DATE_EPOCH_MIN || value > DATE_EPOCH_MAX)
		return -1;
	*seconds_r = value;
	return 0;
}

static void
date_parts_init(struct date_parts *parts)
{
	memset(parts, 0, sizeof(*parts));
	parts->year = parts->month = parts->day = parts->weekday = -1;
}

/* zone_min is NULL where none is known. */
static int
date_read(const char *text, const int *zone_min, int64_t *seconds_r)
{
	char folded[DATE_TEXT_MAX + 1];
	struct date_parts parts;
	size_t len;

	*seconds_r = TIME_NONE;
	text += strspn(text, " \t\r\n");
	len = strnlen(text, DATE_TEXT_MAX + 1);
	if (len > DATE_TEXT_MAX)
		return -1;
	text = date_in_markup(text, &len);
	if (date_fold(text, len, folded) == -1)
		return -1;
	if (date_read_epoch(folded, strlen(folded), seconds_r) == 0)
		return 0;
	date_parts_init(&parts);
	if (date_iso_read(folded, &parts) == 0)
		return date_seconds(&parts, zone_min, seconds_r);
	date_parts_init(&parts);
	if (date_loose_read(folded, &parts) == 0)
		return date_seconds(&parts, zone_min, seconds_r);
	return -1;
}

int
date_parse(const char *text, int64_t *seconds_r)
{
	return date_read(text, NULL, seconds_r);
}

int
date_parse_in(const char *text, int zone_min, int64_t *seconds_r)
{
	return date_read(text, &zone_min, seconds_r);
}
