/*
 * The full stops of numbers: of ordinals (3. Oktober), of what is numbered at
 * the beginning of a sentence (1. Seoul), and of dates (2022.3.24. and 24.3.),
 * with blanks between their parts or without. Looks at a few digits to both
 * sides only.
 */
#include <string.h>

#include "text/sentence_private.h"

#define SENTENCE_DAY_DIGITS 2
#define SENTENCE_YEAR_DIGITS 4
#define SENTENCE_DAY_MAX 31
#define SENTENCE_MONTH_MAX 12

/* How what follows a German ordinal begins: months, and a century. */
static const char *const sentence_number_months[] = {"Apr", "Aug", "Dez", "Feb",
    "Jahrhundert", "Jan", "Jul", "Jun", "Jän", "Mai", "Mär", "Nov", "Okt",
    "Sep"};

/* Digits in a row and their value; none if they are more than of a year. */
struct sentence_number {
	size_t start;
	size_t digits;
	unsigned value;
};

static struct sentence_number
sentence_number_read(const struct sentence_place *place, size_t start)
{
	struct sentence_number number = {.start = start};
	size_t at = start;

	for (; at < place->len && sentence_is_digit(place->text[at]); at++) {
		if (++number.digits > SENTENCE_YEAR_DIGITS) {
			number.digits = 0;
			break;
		}
		number.value =
		    number.value * 10 + (unsigned)(place->text[at] - '0');
	}
	return number;
}

/* The number behind whose full stop, and perhaps a blank, another begins. */
static struct sentence_number
sentence_number_before(const struct sentence_place *place, size_t at)
{
	const struct sentence_number none = {0};
	const char *text = place->text;
	size_t end;

	if (at > place->from && text[at - 1] == ' ')
		at--;
	if (at == place->from || text[at - 1] != '.')
		return none;
	end = --at;
	while (at > place->from && end - at <= SENTENCE_YEAR_DIGITS &&
	       sentence_is_digit(text[at - 1]))
		at--;
	return sentence_number_read(place, at);
}

static bool
sentence_number_is_day(const struct sentence_number *number)
{
	return number->digits > 0 && number->digits <= SENTENCE_DAY_DIGITS &&
	       number->value > 0 && number->value <= SENTENCE_DAY_MAX;
}

static bool
sentence_number_is_month(const struct sentence_number *number)
{
	return sentence_number_is_day(number) &&
	       number->value <= SENTENCE_MONTH_MAX;
}

/* The last of 2022.3.24. and of 24.3.; and 2022. before 3. 24. */
static bool
sentence_number_is_date(
    const struct sentence_place *place, const struct sentence_number *number)
{
	struct sentence_number other = sentence_number_read(place, place->next);
	size_t end = place->next + other.digits;

	if (sentence_number_is_day(&other) && end < place->len &&
	    place->text[end] == '.' &&
	    (sentence_number_is_day(number) ||
		number->digits == SENTENCE_YEAR_DIGITS))
		return true;
	other = sentence_number_before(place, number->start);
	if (other.digits == SENTENCE_YEAR_DIGITS)
		return sentence_number_is_month(number);
	return (sentence_number_is_month(&other) &&
		   sentence_number_is_day(number)) ||
	       (sentence_number_is_day(&other) &&
		   sentence_number_is_month(number));
}

/* 3. Oktober; and 1. at the beginning, which numbers what follows. */
static bool
sentence_number_is_ordinal(
    const struct sentence_place *place, const struct sentence_number *number)
{
	const char *next = place->text + place->next;
	size_t i, len, rest = place->len - place->next;

	if (number->digits > SENTENCE_DAY_DIGITS)
		return false;
	if (number->start == place->from)
		return true;
	for (i = 0; i < sizeof(sentence_number_months) /
			    sizeof(sentence_number_months[0]);
	     i++) {
		len = strlen(sentence_number_months[i]);
		if (rest >= len &&
		    memcmp(next, sentence_number_months[i], len) == 0)
			return true;
	}
	return false;
}

bool
sentence_number_goes_on(
    const struct sentence_place *place, size_t start, size_t end)
{
	struct sentence_number number = sentence_number_read(place, start);

	return number.digits == end - start &&
	       (sentence_number_is_ordinal(place, &number) ||
		   sentence_number_is_date(place, &number));
}
