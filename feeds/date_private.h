#ifndef WIREWATCH_FEEDS_DATE_PRIVATE_H
#define WIREWATCH_FEEDS_DATE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What the files of feeds/date*.c share. All of them read folded text: lower
 * case, compatibility forms replaced, accents and comments gone, one blank for
 * any white space. A cursor (const char **) is moved only by what was read.
 */
struct date_parts {
	int year;		/* -1 = not said; so are all but the clock */
	int month;
	int day;
	int weekday;		/* 0 = Monday */
	int hour;
	int minute;
	int second;
	int offset_min;		/* east of UTC */
	int local_min;		/* the zone that the language implies, else 0 */
	bool has_time;
	bool has_zone;
	bool is_am;
	bool is_pm;
};

enum date_word_kind {
	DATE_WORD_NONE,
	DATE_WORD_MONTH,
	DATE_WORD_WEEKDAY,
	DATE_WORD_AM,
	DATE_WORD_PM,
	DATE_WORD_NOISE,	/* at, of, de, Uhr, ... */
	/* of East Asian scripts only: */
	DATE_WORD_ERA,		/* value is added to the year */
	DATE_WORD_UNIT_YEAR,	/* these stand behind their number */
	DATE_WORD_UNIT_MONTH,
	DATE_WORD_UNIT_DAY,
	DATE_WORD_UNIT_HOUR,
	DATE_WORD_UNIT_MINUTE,
	DATE_WORD_UNIT_SECOND,
};

struct date_word {
	const char *text;
	enum date_word_kind kind;
	int value;		/* month 1-12, weekday 0-6 */
	int local_min;		/* zone of all who write so; 0 = not one */
};

/* date_words.c: NULL when unknown. */
const struct date_word *date_words_find(const char *text, size_t len);
/* The longest East Asian word that `text` begins with; *len_r is its length. */
const struct date_word *date_words_find_cjk(const char *text, size_t *len_r);
/* The offset of a zone's name in minutes: 0, or -1 when it is not known. */
int date_words_find_zone(const char *text, size_t len, int *offset_r);

/* date_clock.c */
bool date_is_digit(char c);
bool date_is_letter(char c);
/* Reads a number of `min` to `max` digits, all there are; -1 if it is not. */
int date_read_digits(const char **cursor, int min, int max);
void date_skip_blanks(const char **cursor);
/* "7:42", "07:42:10.25", "0742", "074210": 0, or -1 and the cursor stays. */
int date_read_time(const char **cursor, struct date_parts *parts);
/* The same, with colons only: in running text 2026 is no time. */
int date_read_clock(const char **cursor, struct date_parts *parts);
/* "z", "+0900", "-9:30", "gmt+9", "kst", "etc/gmt": 0 or -1. */
int date_read_zone(const char **cursor, struct date_parts *parts);
/* The numeric part alone. */
int date_read_offset(const char **cursor, int *minutes_r);

/* Each reads a whole text: 0, or -1 when it is not of that kind. */
int date_iso_read(const char *text, struct date_parts *parts);
int date_loose_read(const char *text, struct date_parts *parts);

/* date.c: days since 1970-01-01 of a date that exists; -1 if it does not. */
int date_days(int year, int month, int day, long *days_r);
int date_weekday(long days);	/* 0 = Monday */
/* RFC 5322 section 4.3: what a year of two or three digits stands for. */
int date_full_year(int year, int digits);

#endif
