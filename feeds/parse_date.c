/*
 * The two forms in which nearly all dates come, read without the machinery
 * that date.c needs for all the others: "Thu, 01 Jan 2026 00:00:00 +0000" and
 * "2026-01-01T00:00:00Z". The least deviation is left to date.c, so that what
 * comes out is the same.
 */
#include <string.h>

#include "feeds/parse_private.h"

/* A number of n digits, or -1. */
static int
parse_date_digits(const char *p, int n)
{
	int value = 0;

	for (; n > 0; n--, p++) {
		if (*p < '0' || *p > '9')
			return -1;
		value = value * 10 + (*p - '0');
	}
	return value;
}

/* Days since 1970-01-01; the year begins in March, so that leap days end it. */
static int64_t
parse_date_days(int year, int month, int day)
{
	int y = month > 2 ? year : year - 1;
	int era = y / 400, of_era = y % 400;
	int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097LL + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

/* The day at p, or -1 when it does not exist in every such month. */
static int
parse_date_day(const char *p)
{
	int day = parse_date_digits(p, 2);

	return day >= 1 && day <= 28 ? day : -1;
}

/* "HH:MM:SS" in seconds, or -1. */
static int
parse_date_clock(const char *p)
{
	int hour = parse_date_digits(p, 2), minute, second;

	if (p[2] != ':' || p[5] != ':')
		return -1;
	minute = parse_date_digits(p + 3, 2);
	second = parse_date_digits(p + 6, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
	    second > 59)
		return -1;
	return hour * 3600 + minute * 60 + second;
}

/* 1 to 12, or 0. */
static int
parse_date_month(const char *p)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int i;

	for (i = 0; i < 12; i++) {
		if (memcmp(names + 3 * i, p, 3) == 0)
			return i + 1;
	}
	return 0;
}

static bool
parse_date_is_weekday(const char *p)
{
	static const char names[] = "MonTueWedThuFriSatSun";
	int i;

	for (i = 0; i < 7; i++) {
		if (memcmp(names + 3 * i, p, 3) == 0)
			return true;
	}
	return false;
}

static int
parse_date_build(
    int year, int month, int day, int clock, int zone, int64_t *seconds_r)
{
	if (year < 1970 || month < 1 || month > 12 || day < 0 || clock < 0)
		return -1;
	*seconds_r = parse_date_days(year, month, day) * 86400 + clock - zone;
	return 0;
}

/* "+0900", in seconds; 0, or -1 when it is none. */
static int
parse_date_zone(const char *p, const char *minutes, int *zone_r)
{
	int hour = parse_date_digits(p + 1, 2);
	int minute = parse_date_digits(minutes, 2);

	if ((*p != '+' && *p != '-') || hour < 0 || hour > 12 || minute < 0 ||
	    minute > 59)
		return -1;
	*zone_r = (hour * 60 + minute) * (*p == '-' ? -60 : 60);
	return 0;
}

static int
parse_date_rfc822(const char *p, size_t len, int64_t *seconds_r)
{
	int zone = 0;

	if ((len != 31 && len != 29) || p[3] != ',' || p[4] != ' ' ||
	    p[7] != ' ' || p[11] != ' ' || p[16] != ' ' || p[25] != ' ' ||
	    !parse_date_is_weekday(p))
		return -1;
	if (len == 29 ? memcmp(p + 26, "GMT", 3) != 0
		      : parse_date_zone(p + 26, p + 29, &zone) == -1)
		return -1;
	return parse_date_build(parse_date_digits(p + 12, 4),
	    parse_date_month(p + 8), parse_date_day(p + 5),
	    parse_date_clock(p + 17), zone, seconds_r);
}

static int
parse_date_rfc3339(const char *p, size_t len, int64_t *seconds_r)
{
	int zone = 0;

	if ((len != 20 && len != 25) || p[4] != '-' || p[7] != '-' ||
	    p[10] != 'T')
		return -1;
	if (len == 20
		? p[19] != 'Z'
		: p[22] != ':' || parse_date_zone(p + 19, p + 23, &zone) == -1)
		return -1;
	return parse_date_build(parse_date_digits(p, 4),
	    parse_date_digits(p + 5, 2), parse_date_day(p + 8),
	    parse_date_clock(p + 11), zone, seconds_r);
}

int
parse_date_usual(const char *text, size_t len, int64_t *seconds_r)
{
	if (parse_date_rfc822(text, len, seconds_r) == 0)
		return 0;
	return parse_date_rfc3339(text, len, seconds_r);
}
