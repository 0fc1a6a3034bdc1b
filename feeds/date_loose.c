/*
 * Dates as people and their software write them: RFC 822 with all its
 * sloppiness, asctime, and the customs of many languages. The text is walked
 * once; a word, a clock, a zone or a number each says one thing, and what has
 * been said is never overwritten. Up to three numbers remain, and their place,
 * their length and what stands between them tell day, month and year. Where
 * two readings are possible and the weekday does not decide, it is no date.
 */
#include <string.h>

#include "feeds/date_private.h"

#define LOOSE_NUMBERS_MAX 3
#define LOOSE_DIGITS_MAX 4

struct loose_number {
	int value;
	int digits;
	char before;		/* what separates it from the last; 0 = first */
};

/* What was read last decides what a sign means. */
enum loose_last {
	LOOSE_NOTHING,
	LOOSE_DATE,
	LOOSE_CLOCK,
	LOOSE_ZONE,
};

struct loose {
	struct date_parts *parts;
	struct loose_number numbers[LOOSE_NUMBERS_MAX];
	int count;
	char separator;
	enum loose_last last;
	bool is_month_named;
	bool is_month_leading;	/* the name stood before any number */
	int era;
};

static int
loose_set(int *field, int value)
{
	if (*field != -1)
		return -1;
	*field = value;
	return 0;
}

/* "14h30", "14h": French. */
static int
loose_read_hours(struct loose *loose, const char **cursor)
{
	struct date_parts *parts = loose->parts;
	const char *p = *cursor;
	int hour = date_read_digits(&p, 1, 2), minute = 0;

	if (hour == -1 || *p != 'h' || date_is_letter(p[1]))
		return -1;
	p++;
	if (date_is_digit(*p))
		minute = date_read_digits(&p, 2, 2);
	if (minute == -1)
		return -1;
	parts->hour = hour;
	parts->minute = minute;
	parts->has_time = true;
	*cursor = p;
	return 0;
}

/* A number with its unit behind it: "2026年", "11 월". */
static int
loose_apply_unit(
    struct loose *loose, const struct date_word *unit, int value, int digits)
{
	struct date_parts *parts = loose->parts;

	if (unit->local_min)
		parts->local_min = unit->local_min;
	switch (unit->kind) {
	case DATE_WORD_UNIT_YEAR:
		if (loose->era)
			value += loose->era;
		else if (digits != 4)
			return -1;
		return loose_set(&parts->year, value);
	case DATE_WORD_UNIT_MONTH:
		return loose_set(&parts->month, value);
	case DATE_WORD_UNIT_DAY:
		return loose_set(&parts->day, value);
	case DATE_WORD_UNIT_HOUR:
		parts->hour = value;
		parts->has_time = true;
		return 0;
	case DATE_WORD_UNIT_MINUTE:
		parts->minute = value;
		return parts->has_time ? 0 : -1;
	case DATE_WORD_UNIT_SECOND:
		parts->second = value;
		return parts->has_time ? 0 : -1;
	default:
		return -1;
	}
}

/* "1st", "2nd", "3ème": nothing but a suffix to its number. */
static void
loose_skip_ordinal(const char **cursor)
{
	static const char *const suffixes[] = {
	    "eme", "er", "nd", "o", "rd", "re", "st", "th"};
	size_t i, len;

	if (!date_is_letter(**cursor))
		return;
	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		len = strlen(suffixes[i]);
		if (strncmp(*cursor, suffixes[i], len) == 0 &&
		    !date_is_letter((*cursor)[len])) {
			*cursor += len;
			return;
		}
	}
}

static int
loose_keep_number(struct loose *loose, int value, int digits)
{
	struct loose_number *number = &loose->numbers[loose->count];

	if (loose->count == LOOSE_NUMBERS_MAX)
		return -1;
	number->value = value;
	number->digits = digits;
	number->before = loose->separator;
	loose->separator = '\0';
	loose->count++;
	loose->last = LOOSE_DATE;
	return 0;
}

static int
loose_read_number(struct loose *loose, const char **cursor)
{
	const struct date_word *unit;
	const char *p = *cursor;
	size_t len;
	int value, digits;

	if (date_read_clock(cursor, loose->parts) == 0 ||
	    loose_read_hours(loose, cursor) == 0) {
		loose->last = LOOSE_CLOCK;
		return 0;
	}
	value = date_read_digits(&p, 1, LOOSE_DIGITS_MAX);
	if (value == -1 || *p == ':')
		return -1;
	digits = (int)(p - *cursor);
	*cursor = p;
	date_skip_blanks(&p);
	unit = date_words_find_cjk(p, &len);
	if (unit && unit->kind >= DATE_WORD_UNIT_YEAR) {
		*cursor = p + len;
		loose->last = LOOSE_DATE;
		return loose_apply_unit(loose, unit, value, digits);
	}
	loose_skip_ordinal(cursor);
	return loose_keep_number(loose, value, digits);
}

/*
 * A month's name before another one is a weekday's abbreviation: "mar." is
 * Tuesday in four languages.
 */
static int
loose_apply_month(struct loose *loose, int month)
{
	if (loose->is_month_named && !loose->is_month_leading)
		return -1;
	loose->is_month_leading = loose->count == 0 && !loose->is_month_named;
	loose->is_month_named = true;
	loose->parts->month = month;
	loose->separator = '\0';
	loose->last = LOOSE_DATE;
	return 0;
}

static int
loose_apply_word(struct loose *loose, const struct date_word *word)
{
	struct date_parts *parts = loose->parts;
	bool is_leading = loose->count == 0 && !parts->has_time &&
	    parts->year == -1;

	if (word->local_min)
		parts->local_min = word->local_min;
	switch (word->kind) {
	case DATE_WORD_MONTH:
		return loose_apply_month(loose, word->value);
	case DATE_WORD_WEEKDAY:
		parts->weekday = word->value;
		return 0;
	case DATE_WORD_AM:
	case DATE_WORD_PM:
		/* German "am 23. November" */
		if (is_leading)
			return 0;
		if (word->kind == DATE_WORD_AM)
			parts->is_am = true;
		else
			parts->is_pm = true;
		loose->last = parts->has_time ? LOOSE_CLOCK : LOOSE_DATE;
		return 0;
	case DATE_WORD_ERA:
		loose->era = word->value;
		return 0;
	case DATE_WORD_NOISE:
		return 0;
	default:
		return -1;
	}
}

/*
 * A word that nobody knows: before any number it is some language's weekday
 * or "posted on", behind time and zone a remark, behind the time alone a zone.
 */
static int
loose_unknown_word(struct loose *loose, const char **cursor, size_t len)
{
	struct date_parts *parts = loose->parts;

	if (loose->count == 0 && !parts->has_time && parts->year == -1 &&
	    !loose->is_month_named) {
		*cursor += len;
		return 0;
	}
	if (parts->has_time && parts->has_zone) {
		while (date_is_letter(**cursor) || **cursor == '/' ||
		    **cursor == '_')
			(*cursor)++;
		return 0;
	}
	if (!parts->has_time || date_read_zone(cursor, parts) == -1)
		return -1;
	loose->last = LOOSE_ZONE;
	return 0;
}

/* "a.m.", "p. m.", "μ.μ.": a letter, a dot and an m. */
static int
loose_read_dotted_half(struct loose *loose, const char **cursor)
{
	static const struct {
		const char *first;
		const char *second;
		bool is_pm;
	} halves[] = {
	    {"a", "m", false},
	    {"p", "m", true},
	    {"π", "μ", false},
	    {"μ", "μ", true},
	};
	size_t i;

	/* one letter, of one byte or two */
	if ((*cursor)[1] != '.' &&
	    ((*cursor)[1] == '\0' || (*cursor)[2] != '.'))
		return -1;
	for (i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
		const char *p = *cursor;

		if (strncmp(p, halves[i].first, strlen(halves[i].first)) != 0)
			continue;
		p += strlen(halves[i].first);
		if (*p++ != '.')
			continue;
		date_skip_blanks(&p);
		if (strncmp(p, halves[i].second, strlen(halves[i].second)) != 0)
			continue;
		p += strlen(halves[i].second);
		if (date_is_letter(*p))
			continue;
		if (halves[i].is_pm)
			loose->parts->is_pm = true;
		else
			loose->parts->is_am = true;
		*cursor = p;
		return 0;
	}
	return -1;
}

static size_t
loose_word_length(const char *text)
{
	size_t len = 0;

	while (date_is_letter(text[len]))
		len++;
	return len;
}

/* Behind a clock "AT" is Atlantic Time, elsewhere the preposition. */
static int
loose_read_known_zone(struct loose *loose, const char **cursor)
{
	size_t len = loose_word_length(*cursor);
	int ignored;

	if (date_words_find_zone(*cursor, len, &ignored) == -1 ||
	    date_read_zone(cursor, loose->parts) == -1)
		return -1;
	loose->last = LOOSE_ZONE;
	return 0;
}

static int
loose_read_word(struct loose *loose, const char **cursor)
{
	const struct date_word *word;
	size_t len;

	if (loose->parts->has_time &&
	    loose_read_dotted_half(loose, cursor) == 0)
		return 0;
	if (loose->last == LOOSE_CLOCK &&
	    loose_read_known_zone(loose, cursor) == 0)
		return 0;
	word = date_words_find_cjk(*cursor, &len);
	if (!word) {
		len = loose_word_length(*cursor);
		word = date_words_find(*cursor, len);
	}
	if (!word)
		return loose_unknown_word(loose, cursor, len);
	*cursor += len;
	return loose_apply_word(loose, word);
}

/* Behind a clock "+9" is a zone; behind a day, "-11" is a month. */
static int
loose_read_sign(struct loose *loose, const char **cursor)
{
	int offset;
	const char *p = *cursor;

	if ((loose->last == LOOSE_CLOCK || loose->last == LOOSE_ZONE) &&
	    date_is_digit(p[1])) {
		if (date_read_offset(&p, &offset) == -1 || *p == ':')
			return -1;
		loose->parts->offset_min += offset;
		loose->parts->has_zone = true;
		loose->last = LOOSE_DATE;
		*cursor = p;
		return 0;
	}
	if (*p == '+')
		return -1;
	loose->separator = '-';
	(*cursor)++;
	return 0;
}

static int
loose_read_separator(struct loose *loose, const char **cursor)
{
	char c = **cursor;

	if (c == '+' || c == '-')
		return loose_read_sign(loose, cursor);
	if (!strchr(" ,;.'/|@", c))
		return -1;
	if (c != ' ')
		loose->separator = c;
	(*cursor)++;
	return 0;
}

/* One way to read three numbers; whether the calendar allows it. */
struct loose_reading {
	int year;
	int month;
	int day;
	int weekday;
};

static bool
loose_read_as(const struct loose_number *year, const struct loose_number *month,
    const struct loose_number *day, struct loose_reading *reading_r)
{
	long days;

	reading_r->year = date_full_year(year->value, year->digits);
	reading_r->month = month->value;
	reading_r->day = day->value;
	if (date_days(reading_r->year, reading_r->month, reading_r->day,
	        &days) == -1)
		return false;
	reading_r->weekday = date_weekday(days);
	return true;
}

static int
loose_accept(struct date_parts *parts, const struct loose_reading *reading)
{
	parts->year = reading->year;
	parts->month = reading->month;
	parts->day = reading->day;
	return 0;
}

/*
 * 05/03/2019 is in May or in March. The reading that the calendar or the
 * weekday leaves is the right one.
 */
static int
loose_settle_slashes(struct loose *loose)
{
	const struct loose_number *n = loose->numbers;
	struct loose_reading a, b;
	int weekday = loose->parts->weekday;
	bool is_a = loose_read_as(&n[2], &n[0], &n[1], &a);
	bool is_b = loose_read_as(&n[2], &n[1], &n[0], &b);

	if (is_a && is_b && weekday != -1 && a.weekday != b.weekday) {
		is_a = a.weekday == weekday;
		is_b = b.weekday == weekday;
	}
	if (is_a && (!is_b || n[0].value == n[1].value))
		return loose_accept(loose->parts, &a);
	return is_b && !is_a ? loose_accept(loose->parts, &b) : -1;
}

/* Year first, always Y M D; dots mean D.M.Y; else it must be clear. */
static int
loose_settle_numbers(struct loose *loose)
{
	const struct loose_number *n = loose->numbers;
	struct loose_reading reading;

	if (loose->count != 3 || n[1].before != n[2].before)
		return -1;
	if (n[0].digits == 4)
		return loose_read_as(&n[0], &n[1], &n[2], &reading)
		    ? loose_accept(loose->parts, &reading)
		    : -1;
	if (n[0].digits > 2 || n[1].digits > 2 || n[2].digits == 3)
		return -1;
	if (n[1].before == '.')
		return loose_read_as(&n[2], &n[1], &n[0], &reading)
		    ? loose_accept(loose->parts, &reading)
		    : -1;
	return n[2].digits == 4 ? loose_settle_slashes(loose) : -1;
}

/* With the month named: day and year, in either order when that is clear. */
static int
loose_settle_named(struct loose *loose)
{
	const struct loose_number *first = &loose->numbers[0];
	const struct loose_number *second = &loose->numbers[1];
	const struct loose_number *swap;

	if (loose->count != 2)
		return -1;
	if (first->digits > 2) {
		swap = first;
		first = second;
		second = swap;
	}
	if (first->digits > 2 || second->digits < 2)
		return -1;
	loose->parts->day = first->value;
	loose->parts->year = date_full_year(second->value, second->digits);
	return 0;
}

static int
loose_settle(struct loose *loose)
{
	struct date_parts *parts = loose->parts;

	/* with units, nothing may be left over */
	if (parts->year != -1 || parts->day != -1)
		return loose->count == 0 && parts->year != -1 &&
		        parts->month != -1 && parts->day != -1
		    ? 0
		    : -1;
	if (loose->is_month_named)
		return loose_settle_named(loose);
	return loose_settle_numbers(loose);
}

int
date_loose_read(const char *text, struct date_parts *parts)
{
	struct loose loose = {.parts = parts};
	const char *p = text;
	int rc;

	while (*p) {
		if (date_is_digit(*p))
			rc = loose_read_number(&loose, &p);
		else if (date_is_letter(*p))
			rc = loose_read_word(&loose, &p);
		else
			rc = loose_read_separator(&loose, &p);
		if (rc == -1)
			return -1;
	}
	return loose_settle(&loose);
}
