/* The time of day and its zone, alike in all kinds of dates. */
#include <string.h>

#include "feeds/date_private.h"

#define DATE_OFFSET_HOURS_MAX 15	/* -15:56 was Manila's, before 1845 */
#define DATE_FRACTION_MAX 12		/* digits */
#define DATE_ZONE_NAME_MAX 4		/* letters of one we do not know */

bool
date_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
date_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

void
date_skip_blanks(const char **cursor)
{
	while (**cursor == ' ')
		(*cursor)++;
}

int
date_read_digits(const char **cursor, int min, int max)
{
	const char *p = *cursor;
	int value = 0, count = 0;

	for (; date_is_digit(*p); p++) {
		if (++count > max)
			return -1;
		value = value * 10 + (*p - '0');
	}
	if (count < min)
		return -1;
	*cursor = p;
	return value;
}

/* Fractions are read and dropped: nobody needs them here. */
static int
date_clock_fraction(const char **cursor)
{
	const char *p = *cursor;
	size_t digits;

	if ((*p != '.' && *p != ',') || !date_is_digit(p[1]))
		return 0;
	digits = strspn(p + 1, "0123456789");
	if (digits > DATE_FRACTION_MAX)
		return -1;
	*cursor = p + 1 + digits;
	return 0;
}

/* A further ":mm"; 0 when there is none. */
static int
date_clock_next(const char **cursor, int *value_r)
{
	const char *p = *cursor;
	int value;

	*value_r = 0;
	if (*p != ':')
		return 0;
	p++;
	value = date_read_digits(&p, 1, 2);
	if (value == -1)
		return -1;
	*value_r = value;
	*cursor = p;
	return 0;
}

int
date_read_clock(const char **cursor, struct date_parts *parts)
{
	const char *p = *cursor;
	int hour = date_read_digits(&p, 1, 2), minute, second;

	if (hour == -1 || *p != ':' || date_clock_next(&p, &minute) == -1 ||
	    date_clock_next(&p, &second) == -1 ||
	    date_clock_fraction(&p) == -1 || *p == ':')
		return -1;
	parts->hour = hour;
	parts->minute = minute;
	parts->second = second;
	parts->has_time = true;
	*cursor = p;
	return 0;
}

int
date_read_time(const char **cursor, struct date_parts *parts)
{
	size_t digits = strspn(*cursor, "0123456789");
	const char *p = *cursor;
	int value;

	if (p[digits] == ':' && digits <= 2)
		return date_read_clock(cursor, parts);
	if (digits != 2 && digits != 4 && digits != 6)
		return -1;
	value = date_read_digits(&p, 2, 6);
	if (date_clock_fraction(&p) == -1 || *p == ':')
		return -1;
	if (digits == 2)
		value *= 100;
	if (digits <= 4)
		value *= 100;
	parts->hour = value / 10000;
	parts->minute = value / 100 % 100;
	parts->second = value % 100;
	parts->has_time = true;
	*cursor = p;
	return 0;
}

int
date_read_offset(const char **cursor, int *minutes_r)
{
	const char *p = *cursor;
	bool is_west = *p == '-';
	size_t digits;
	int hours, minutes = 0;

	if (*p != '+' && *p != '-')
		return -1;
	p++;
	digits = strspn(p, "0123456789");
	hours = date_read_digits(&p, 1, 4);
	if (hours == -1)
		return -1;
	if (digits > 2) {
		minutes = hours % 100;
		hours /= 100;
	} else if (*p == ':') {
		p++;
		minutes = date_read_digits(&p, 2, 2);
	}
	if (minutes < 0 || minutes > 59 || hours > DATE_OFFSET_HOURS_MAX)
		return -1;
	minutes += hours * 60;
	*minutes_r = is_west ? -minutes : minutes;
	*cursor = p;
	return 0;
}

/* The length of "kst" or "asia/seoul". */
static size_t
date_clock_name_length(const char *text)
{
	size_t len = 0;

	while ((text[len] >= 'a' && text[len] <= 'z') ||
	    (len > 0 && (text[len] == '/' || text[len] == '_')))
		len++;
	return len;
}

/*
 * A name that is not known but looks like an abbreviation counts as UTC, as
 * RFC 5322 section 4.3 wants it, and so do the military letters, whose signs
 * RFC 822 got wrong. The name of a place is another matter: it says clearly
 * that the zone is a different one.
 */
static int
date_clock_named_zone(const char *name, size_t len, int *offset_r)
{
	if (len > 4 && strncmp(name, "etc/", 4) == 0) {
		name += 4;
		len -= 4;
	}
	*offset_r = 0;
	if (date_words_find_zone(name, len, offset_r) == 0)
		return 0;
	if (len == 0 || len > DATE_ZONE_NAME_MAX || memchr(name, '/', len))
		return -1;
	return date_words_find(name, len) ? -1 : 0;
}

int
date_read_zone(const char **cursor, struct date_parts *parts)
{
	const char *p = *cursor;
	size_t len = date_clock_name_length(p);
	int named = 0, offset = 0;

	if (len > 0) {
		if (date_clock_named_zone(p, len, &named) == -1)
			return -1;
		p += len;
	}
	if (*p == '+' || *p == '-') {
		if (date_read_offset(&p, &offset) == -1)
			return -1;
	} else if (len == 0)
		return -1;
	parts->offset_min = named + offset;
	parts->has_zone = true;
	*cursor = p;
	return 0;
}
