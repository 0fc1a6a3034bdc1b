/*
 * ISO 8601 and its profiles (RFC 3339, W3CDTF, xs:dateTime, xs:date), in the
 * extended, basic and reduced forms, those of the 1988 edition with two-digit
 * years included. A form that lacks its century or its year ("---23") is not
 * read.
 */
#include <string.h>

#include "feeds/date_private.h"

/* Day 1 to 366 of a year. */
static int
date_iso_ordinal(struct date_parts *parts, int ordinal)
{
	long first, days;
	int month;

	if (ordinal < 1 || date_days(parts->year, 1, 1, &first) == -1)
		return -1;
	for (month = 12; month > 0; month--) {
		if (date_days(parts->year, month, 1, &days) == -1)
			return -1;
		if (days - first < ordinal)
			break;
	}
	parts->month = month;
	parts->day = ordinal - (int)(days - first);
	return 0;
}

/* Week 1 is the one with the year's first Thursday in it. */
static int
date_iso_week(struct date_parts *parts, int week, int weekday)
{
	long first, last;
	int ordinal;

	if (week < 1 || week > 53 || weekday < 1 || weekday > 7 ||
	    date_days(parts->year, 1, 4, &first) == -1)
		return -1;
	ordinal = 4 - date_weekday(first) + (week - 1) * 7 + weekday - 1;
	/* a week belongs to the year that its Thursday is in */
	if (week == 53 && date_days(parts->year, 1, 1, &first) == 0 &&
	    date_days(parts->year, 12, 31, &last) == 0 &&
	    ordinal - weekday + 4 > last - first + 1)
		return -1;
	if (ordinal < 1) {
		parts->year--;
		parts->month = 12;
		parts->day = 31 + ordinal;
		return 0;
	}
	if (date_iso_ordinal(parts, ordinal) == -1)
		return -1;
	if (parts->month == 12 && parts->day > 31) {
		parts->year++;
		parts->month = 1;
		parts->day -= 31;
	}
	return 0;
}

/* Behind the 'w': "48", "48-1", "481". */
static int
date_iso_read_week(const char **cursor, struct date_parts *parts)
{
	size_t digits = strspn(*cursor, "0123456789");
	int week, weekday = 1;

	if (digits == 3) {
		week = date_read_digits(cursor, 3, 3);
		weekday = week % 10;
		week /= 10;
	} else {
		week = date_read_digits(cursor, 2, 2);
		if (**cursor == '-' && date_is_digit((*cursor)[1])) {
			(*cursor)++;
			weekday = date_read_digits(cursor, 1, 1);
		}
	}
	return date_iso_week(parts, week, weekday);
}

/* Behind "2003-": "12", "12-31", "335", or a month with a nought too many. */
static int
date_iso_read_rest(const char **cursor, struct date_parts *parts)
{
	size_t digits = strspn(*cursor, "0123456789");
	int value;

	if (**cursor == 'w') {
		(*cursor)++;
		return date_iso_read_week(cursor, parts);
	}
	value = date_read_digits(cursor, 1, 3);
	if (value == -1)
		return -1;
	if (digits == 3 && **cursor != '-')
		return date_iso_ordinal(parts, value);
	parts->month = value;
	parts->day = 1;
	if (**cursor != '-')
		return digits == 2 ? 0 : -1;
	(*cursor)++;
	parts->day = date_read_digits(cursor, 1, 2);
	return parts->day;
}

static int
date_iso_read_year(const char **cursor, struct date_parts *parts)
{
	parts->year = date_read_digits(cursor, 4, 4);
	parts->month = parts->day = 1;
	if (**cursor == 'w') {
		(*cursor)++;
		return date_iso_read_week(cursor, parts);
	}
	if (**cursor != '-')
		return 0;
	(*cursor)++;
	return date_iso_read_rest(cursor, parts);
}

/* "03-12-31" */
static int
date_iso_read_short(const char **cursor, struct date_parts *parts)
{
	int year = date_read_digits(cursor, 2, 2);

	if (year == -1 || *(*cursor)++ != '-')
		return -1;
	parts->year = date_full_year(year, 2);
	parts->month = date_read_digits(cursor, 2, 2);
	if (parts->month == -1 || *(*cursor)++ != '-')
		return -1;
	parts->day = date_read_digits(cursor, 2, 2);
	return parts->day;
}

/* "-03-12" and "-0312": a month of the two-digit year 03. */
static int
date_iso_read_short_month(const char **cursor, struct date_parts *parts)
{
	const char *p = *cursor + 1;
	int value = date_read_digits(&p, 2, 4);

	if (value == -1)
		return -1;
	if (p - *cursor == 3) {
		if (*p++ != '-')
			return -1;
		parts->month = date_read_digits(&p, 2, 2);
	} else if (p - *cursor == 5) {
		parts->month = value % 100;
		value /= 100;
	} else
		return -1;
	parts->year = date_full_year(value, 2);
	parts->day = 1;
	*cursor = p;
	return 0;
}

/* "20261123", "2026327", "261123", "26327": told apart by their length. */
static int
date_iso_read_basic(
    const char **cursor, size_t digits, struct date_parts *parts)
{
	int value = date_read_digits(cursor, 5, 8);

	switch (digits) {
	case 5:
		parts->year = date_full_year(value / 1000, 2);
		return date_iso_ordinal(parts, value % 1000);
	case 6:
		parts->year = date_full_year(value / 10000, 2);
		break;
	case 7:
		parts->year = value / 1000;
		return date_iso_ordinal(parts, value % 1000);
	case 8:
		parts->year = value / 10000;
		break;
	default:
		return -1;
	}
	parts->month = value / 100 % 100;
	parts->day = value % 100;
	return 0;
}

/* "202611230742" and "20261123074210", where nothing marks the time. */
static int
date_iso_read_run(const char **cursor, size_t digits, struct date_parts *parts)
{
	char copy[15];
	const char *p = copy;

	memcpy(copy, *cursor, 8);
	copy[8] = '\0';
	if (date_iso_read_basic(&p, 8, parts) == -1)
		return -1;
	memcpy(copy, *cursor + 8, digits - 8);
	copy[digits - 8] = '\0';
	p = copy;
	*cursor += digits;
	return date_read_time(&p, parts);
}

/* Anything but a whole date must stand alone: *is_whole_r tells. */
static int
date_iso_read_date(
    const char **cursor, struct date_parts *parts, bool *is_whole_r)
{
	const char *start = *cursor;
	size_t digits = strspn(start, "0123456789");
	int rc;

	*is_whole_r = true;
	if (digits == 12 || digits == 14)
		return date_iso_read_run(cursor, digits, parts);
	if (digits >= 5)
		return date_iso_read_basic(cursor, digits, parts);
	if (digits == 4) {
		rc = date_iso_read_year(cursor, parts);
		/* 2026-11 and 2026w48 are no days, 2026-1-7 and 2026-327 are */
		*is_whole_r = *cursor - start > 7;
		return rc;
	}
	if (digits == 2)
		return date_iso_read_short(cursor, parts);
	*is_whole_r = false;
	if (digits == 0 && *start == '-')
		return date_iso_read_short_month(cursor, parts);
	return -1;
}

/* xs:date may have a zone and no time; it says nothing to a midnight. */
static int
date_iso_read_bare_zone(const char **cursor)
{
	int ignored;

	if (**cursor == 'z') {
		(*cursor)++;
		return 0;
	}
	if ((**cursor != '+' && **cursor != '-') || strlen(*cursor) != 6 ||
	    (*cursor)[3] != ':')
		return -1;
	return date_read_offset(cursor, &ignored);
}

/* Java adds the place: "+01:00[Europe/Paris]". */
static void
date_iso_skip_place(const char **cursor)
{
	const char *end = **cursor == '[' ? strchr(*cursor, ']') : NULL;

	if (end)
		*cursor = end + 1;
}

static int
date_iso_read_clock(const char **cursor, struct date_parts *parts)
{
	date_skip_blanks(cursor);
	if (**cursor == 't')
		(*cursor)++;
	date_skip_blanks(cursor);
	if (date_read_time(cursor, parts) == -1)
		return -1;
	date_skip_blanks(cursor);
	if (**cursor && **cursor != '[' && date_read_zone(cursor, parts) == -1)
		return -1;
	date_iso_skip_place(cursor);
	return 0;
}

int
date_iso_read(const char *text, struct date_parts *parts)
{
	bool is_whole;
	const char *p = text;
	int rc;

	if (date_iso_read_date(&p, parts, &is_whole) == -1)
		return -1;
	if (*p == '\0')
		return 0;
	if (!is_whole)
		return -1;
	if (parts->has_time)
		rc = date_read_zone(&p, parts);
	else if (*p == 't' || *p == ' ')
		rc = date_iso_read_clock(&p, parts);
	else
		rc = date_iso_read_bare_zone(&p);
	return rc == 0 && *p == '\0' ? 0 : -1;
}
