#include "tests/test.h"

#include "feeds/date.h"
#include "lib/clock.h"

#define UNREADABLE NULL

struct example {
	const char *text;
	const char *want;	/* UTC, or UNREADABLE */
};

static void
check(const struct example *examples, size_t count)
{
	char got[CLOCK_RFC3339_SIZE];
	int64_t seconds;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct example *e = &examples[i];
		int rc = date_parse(e->text, &seconds);

		if (!e->want) {
			if (rc == 0)
				fail_msg("\"%s\" was read as %s", e->text,
				    clock_rfc3339_s(seconds, got));
			assert_true(seconds == TIME_NONE);
			continue;
		}
		if (rc == -1)
			fail_msg("\"%s\" was not read", e->text);
		if (strcmp(clock_rfc3339_s(seconds, got), e->want) != 0)
			fail_msg("\"%s\": %s instead of %s", e->text, got,
			    e->want);
	}
}

#define CHECK(...)                                                             \
	do {                                                                   \
		static const struct example examples[] = {__VA_ARGS__};        \
		check(examples, sizeof(examples) / sizeof(examples[0]));       \
	} while (0)

static void
rfc_822_and_its_successors_are_read(void **state)
{
	(void)state;
	CHECK({"Mon, 23 Nov 2026 07:42:10 +0900", "2026-11-22T22:42:10Z"},
	    {"23 Nov 2026 07:42:10 GMT", "2026-11-23T07:42:10Z"},
	    {"Mon, 23 Nov 2026 07:42 GMT", "2026-11-23T07:42:00Z"},
	    {"Thu,  5 Apr 2012 10:00:00 GMT", "2012-04-05T10:00:00Z"},
	    {"Thu, 01 Jan 04 19:48:21 GMT", "2004-01-01T19:48:21Z"},
	    {"Thu, 01 Jan 99 19:48:21 GMT", "1999-01-01T19:48:21Z"},
	    {"Sat, 01 Jan 105 19:48:21 GMT", "2005-01-01T19:48:21Z"},
	    {"Thu, 30 Nov 2023", "2023-11-30T00:00:00Z"});
}

static void
what_is_sloppy_about_rfc_822_is_overlooked(void **state)
{
	(void)state;
	CHECK({"Mon 23 Nov 2026 07:42:10 +0000", "2026-11-23T07:42:10Z"},
	    {"mon,23 NOVEMBER 2026 7:42:10 +0000", "2026-11-23T07:42:10Z"},
	    {"  Mon,\r\n 23 Nov 2026\t07:42:10 Z ", "2026-11-23T07:42:10Z"},
	    {"Mon, 13 Feb, 2012 06:28:00 UTC", "2012-02-13T06:28:00Z"},
	    {"Thu Aug 30 2012 17:26:16 +0200", "2012-08-30T15:26:16Z"},
	    {"Friday, January 29, 2021 04:42 PM", "2021-01-29T16:42:00Z"},
	    {"23-Nov-2026 07:42:10", "2026-11-23T07:42:10Z"},
	    {"Wed, 19 Feb 2012 22:40:00 GMT", "2012-02-19T22:40:00Z"},
	    {"Sept. 3rd, 2026", "2026-09-03T00:00:00Z"},
	    {"Mon, 23 Nov 2026 at 07:42", "2026-11-23T07:42:00Z"},
	    {"Posted on 23 Nov '26", "2026-11-23T00:00:00Z"});
}

static void
comments_are_no_part_of_a_date(void **state)
{
	(void)state;
	CHECK({"Thu(the day), 9(th) Feb(ruary) 2006 23:59:45 +0000(GMT)",
	          "2006-02-09T23:59:45Z"},
	    {"Thu, 09 (nested (comment) Mar)Feb(escaped \\) 2005) "
	     "2006()23:59:45 +0000",
	        "2006-02-09T23:59:45Z"},
	    {"Mon Nov 23 2026 07:42:10 GMT+0900 (Korean Standard Time)",
	        "2026-11-22T22:42:10Z"},
	    {"9 Feb (((((((((( 2006", UNREADABLE});
}

static void
asctime_and_its_kin_are_read(void **state)
{
	(void)state;
	CHECK({"Sun Jan  4 16:29:06 2004", "2004-01-04T16:29:06Z"},
	    {"Sun Jul 15 01:16:00 +0000 2012", "2012-07-15T01:16:00Z"},
	    {"Mon Nov 23 07:42:10 KST 2026", "2026-11-22T22:42:10Z"},
	    {"Fri, 2006/09/15 08:19:53 EDT", "2006-09-15T12:19:53Z"});
}

static void
zones_are_read_by_name(void **state)
{
	(void)state;
	CHECK({"1 Jan 2026 12:00 UT", "2026-01-01T12:00:00Z"},
	    {"1 Jan 2026 12:00 EST", "2026-01-01T17:00:00Z"},
	    {"1 Jan 2026 12:00 pDt", "2026-01-01T19:00:00Z"},
	    {"1 Jan 2026 12:00 CET", "2026-01-01T11:00:00Z"},
	    {"1 Jan 2026 12:00 MEST", "2026-01-01T10:00:00Z"},
	    {"1 Jan 2026 12:00 MSK", "2026-01-01T09:00:00Z"},
	    {"1 Jan 2026 12:00 JST", "2026-01-01T03:00:00Z"},
	    {"1 Jan 2026 12:00 IST", "2026-01-01T06:30:00Z"},
	    {"1 Jan 2026 12:00 NST", "2026-01-01T15:30:00Z"},
	    {"26 January 2004 16:31:00 AT", "2004-01-26T20:31:00Z"},
	    {"26 January 2004 16:31:00 ET", "2004-01-26T21:31:00Z"},
	    {"19 Aug 2009 18:28:00 Etc/GMT", "2009-08-19T18:28:00Z"},
	    {"1 Jan 2026 12:00 Asia/Seoul", "2026-01-01T03:00:00Z"},
	    {"2026-01-01 12:00:00 KST", "2026-01-01T03:00:00Z"});
}

static void
zones_are_read_by_number(void **state)
{
	(void)state;
	CHECK({"1 Jan 2026 12:00 +0900", "2026-01-01T03:00:00Z"},
	    {"1 Jan 2026 12:00 +09:00", "2026-01-01T03:00:00Z"},
	    {"1 Jan 2026 12:00 +9", "2026-01-01T03:00:00Z"},
	    {"1 Jan 2026 12:00 GMT+0900", "2026-01-01T03:00:00Z"},
	    {"1 Jan 2026 12:00 UTC+8", "2026-01-01T04:00:00Z"},
	    {"1 Jan 2026 12:00 UTC-03:30", "2026-01-01T15:30:00Z"},
	    {"19 Feb 2012 22:40:00 GMT-01:01", "2012-02-19T23:41:00Z"},
	    {"1 Jan 2026 12:00 -0000", "2026-01-01T12:00:00Z"},
	    {"1 Jan 2026 12:00 +0900 JST", "2026-01-01T03:00:00Z"},
	    {"2009-11-10 23:00:00 +0000 UTC", "2009-11-10T23:00:00Z"},
	    {"2026-01-01T12:00\xe2\x88\x92"
	     "05:00",
	        "2026-01-01T17:00:00Z"});
}

/* RFC 5322 section 4.3 */
static void
abbreviations_that_nobody_knows_count_as_utc(void **state)
{
	(void)state;
	CHECK({"1 Jan 2026 12:00 XYZT", "2026-01-01T12:00:00Z"},
	    {"9 Feb 2006 16:59:45 G", "2006-02-09T16:59:45Z"},
	    {"9 Feb 2006 16:59:45 Q", "2006-02-09T16:59:45Z"});
}

static void
a_zone_that_is_nonsense_spoils_the_date(void **state)
{
	(void)state;
	CHECK({"16 Dec 2012 11:47:32 +zz:00", UNREADABLE},
	    {"16 Dec 2012 11:47:32 +00:zz", UNREADABLE},
	    {"16 Dec 2012 11:47:32 +2000", UNREADABLE},
	    {"16 Dec 2012 11:47:32 +0960", UNREADABLE},
	    {"16 Dec 2012 11:47:32 Mars/Olympus_Mons", UNREADABLE},
	    {"9999-12-31T23:59:59-99:99", UNREADABLE},
	    {"2013-01-28T09:00:00+00:xx", UNREADABLE});
}

static void
rfc_3339_is_read(void **state)
{
	(void)state;
	CHECK({"2003-12-31T10:14:55Z", "2003-12-31T10:14:55Z"},
	    {"2003-12-31t10:14:55z", "2003-12-31T10:14:55Z"},
	    {"2003-12-31T10:14:55.1234Z", "2003-12-31T10:14:55Z"},
	    {"2003-12-31T10:14:55,9+09:00", "2003-12-31T01:14:55Z"},
	    {"2022-07-28T02:43:00.000000000Z", "2022-07-28T02:43:00Z"},
	    {"2003-12-31T10:14:55-08:00", "2003-12-31T18:14:55Z"},
	    {"2003-02-28T18:14:55-08:00", "2003-03-01T02:14:55Z"},
	    {"2004-02-28T18:14:55-08:00", "2004-02-29T02:14:55Z"},
	    {"2004-07-08 23:56:58 -00:20", "2004-07-09T00:16:58Z"},
	    {"2004-07-08 23:56:58.0", "2004-07-08T23:56:58Z"},
	    {"2003-07-01 T 01:55:07-05:00", "2003-07-01T06:55:07Z"},
	    {"2026-11-23T10:00:00+01:00[Europe/Paris]",
	        "2026-11-23T09:00:00Z"},
	    {"2013-01-28T11:30:00-06:00Textra", "2013-01-28T17:30:00Z"});
}

static void
iso_8601_is_read_in_its_reduced_and_basic_forms(void **state)
{
	(void)state;
	CHECK({"2003", "2003-01-01T00:00:00Z"},
	    {"2003-12", "2003-12-01T00:00:00Z"},
	    {"2003-12-31", "2003-12-31T00:00:00Z"},
	    {"2003-12-31Z", "2003-12-31T00:00:00Z"},
	    {"2003-12-31+09:00", "2003-12-31T00:00:00Z"},
	    {"2003-1-7", "2003-01-07T00:00:00Z"},
	    {"20031231", "2003-12-31T00:00:00Z"},
	    {"20031231T101455Z", "2003-12-31T10:14:55Z"},
	    {"20031231T1014+0100", "2003-12-31T09:14:00Z"},
	    {"20031231T10", "2003-12-31T10:00:00Z"},
	    {"20031231101455", "2003-12-31T10:14:55Z"},
	    {"200312311014+09:00", "2003-12-31T01:14:00Z"},
	    {"2006-01-17T12:35:9+01:00", "2006-01-17T11:35:09Z"},
	    {"2002-12-31T19:20+01:00", "2002-12-31T18:20:00Z"},
	    {"2003-012-31T10:14:55+00:00", "2003-12-31T10:14:55Z"});
}

static void
weeks_and_days_of_the_year_are_read(void **state)
{
	(void)state;
	CHECK({"2003-335", "2003-12-01T00:00:00Z"},
	    {"2004366", "2004-12-31T00:00:00Z"},
	    {"2003-366", UNREADABLE}, {"2003-000", UNREADABLE},
	    {"2026-W48-1T07:00Z", "2026-11-23T07:00:00Z"},
	    {"2026W481", "2026-11-23T00:00:00Z"},
	    {"2026-W48", "2026-11-23T00:00:00Z"},
	    {"2009-W01-1", "2008-12-29T00:00:00Z"},
	    {"2009-W53-7", "2010-01-03T00:00:00Z"},
	    {"2010-W53-1", UNREADABLE}, {"2026-W54-1", UNREADABLE},
	    {"2026-W48-8", UNREADABLE});
}

static void
years_of_two_digits_are_read_as_iso_8601_did_once(void **state)
{
	(void)state;
	CHECK({"031231", "2003-12-31T00:00:00Z"},
	    {"03-12-31", "2003-12-31T00:00:00Z"},
	    {"03335", "2003-12-01T00:00:00Z"},
	    {"-03-12", "2003-12-01T00:00:00Z"},
	    {"-0312", "2003-12-01T00:00:00Z"}, {"013", UNREADABLE},
	    {"--12-31", UNREADABLE}, {"---31", UNREADABLE});
}

static void
midnight_has_two_names_and_leap_seconds_exist(void **state)
{
	(void)state;
	CHECK({"2003-12-31T24:00:00Z", "2004-01-01T00:00:00Z"},
	    {"2003-12-31T24:00:01Z", UNREADABLE},
	    {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
	    {"2016-12-31T23:59:61Z", UNREADABLE});
}

static void
clocks_of_twelve_hours_are_read(void **state)
{
	(void)state;
	CHECK({"21 Jan 2008 8:56 am PST", "2008-01-21T16:56:00Z"},
	    {"21 Jan 2008 12:05 AM", "2008-01-21T00:05:00Z"},
	    {"21 Jan 2008 12:05PM", "2008-01-21T12:05:00Z"},
	    {"21 Jan 2008 3:05 p.m.", "2008-01-21T15:05:00Z"},
	    {"21 de enero de 2008, 3:05 p. m.", "2008-01-21T15:05:00Z"},
	    {"21 Jan 2008 16:42 PM", "2008-01-21T16:42:00Z"},
	    {"21 Jan 2008 16:42 AM", UNREADABLE},
	    {"2026-11-23 03:05:00 PM", "2026-11-23T15:05:00Z"});
}

static void
korean_dates_are_read_in_korean_time(void **state)
{
	(void)state;
	CHECK({"2026. 11. 23. 오후 3:05", "2026-11-23T06:05:00Z"},
	    {"2004-05-25 오후 11:23:17", "2004-05-25T14:23:17Z"},
	    {"2004-05-25 오전 12:23:17", "2004-05-24T15:23:17Z"},
	    {"2004년 05월 28일  01:31:15", "2004-05-27T16:31:15Z"},
	    {"2026년 11월 23일 월요일 오전 7시 42분",
	        "2026-11-22T22:42:00Z"},
	    {"2004년 05월 28일 01:31:15 +0000", "2004-05-28T01:31:15Z"},
	    {"2026년 11월 23일", "2026-11-23T00:00:00Z"},
	    {"26년 11월 23일", UNREADABLE});
}

static void
japanese_and_chinese_dates_are_read(void **state)
{
	(void)state;
	CHECK({"2026年11月23日 07:42", "2026-11-23T07:42:00Z"},
	    {"2026年11月23日 07:42 +0800", "2026-11-22T23:42:00Z"},
	    {"２０２６年１１月２３日（月）　０７：４２",
	        "2026-11-23T07:42:00Z"},
	    {"2026年11月23日月曜日 午後3時5分", "2026-11-23T06:05:00Z"},
	    {"令和8年11月23日", "2026-11-23T00:00:00Z"},
	    {"2026年11月23日 星期一 下午3:05", "2026-11-23T07:05:00Z"},
	    {"民國115年11月23日", "2026-11-23T00:00:00Z"},
	    {"8年11月23日", UNREADABLE}, {"2026年11月", UNREADABLE},
	    {"2026年11月23日24日", UNREADABLE});
}

static void
months_are_known_in_many_languages(void **state)
{
	(void)state;
	CHECK({"Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z"},
	    {"2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z"},
	    {"Mo, 23. März 2026 10:30 Uhr", "2026-03-23T10:30:00Z"},
	    {"am 1. Jänner 2026", "2026-01-01T00:00:00Z"},
	    {"lundi 23 août 2026 à 14h30", "2026-08-23T14:30:00Z"},
	    {"1er févr. 2026", "2026-02-01T00:00:00Z"},
	    {"Mar 24 nov 2026 10:00", "2026-11-24T10:00:00Z"},
	    {"23 de março de 2026", "2026-03-23T00:00:00Z"},
	    {"23 ago 2026", "2026-08-23T00:00:00Z"},
	    {"23 ноября 2026 г., 10:30", "2026-11-23T10:30:00Z"},
	    {"Пн, 23 Мая 2026 10:30:00 +0300", "2026-05-23T07:30:00Z"},
	    {"23 листопада 2026", "2026-11-23T00:00:00Z"},
	    {"23 października 2026", "2026-10-23T00:00:00Z"},
	    {"23. září 2026", "2026-09-23T00:00:00Z"},
	    {"23 Kasım 2026", "2026-11-23T00:00:00Z"},
	    {"23. kesäkuuta 2026", "2026-06-23T00:00:00Z"},
	    {"Sen, 23 Agustus 2026", "2026-08-23T00:00:00Z"},
	    {"23 نوفمبر 2026", "2026-11-23T00:00:00Z"},
	    {"23 בנובמבר 2026", UNREADABLE},
	    {"23 נובמבר 2026", "2026-11-23T00:00:00Z"},
	    {"23 नवंबर 2026", "2026-11-23T00:00:00Z"});
}

/* November to a Pole, October to a Croat */
static void
a_name_of_two_months_is_none(void **state)
{
	(void)state;
	CHECK({"23 listopada 2026", UNREADABLE},
	    {"23. listopadu 2026", "2026-11-23T00:00:00Z"});
}

static void
dates_in_numbers_are_read_when_they_are_clear(void **state)
{
	(void)state;
	CHECK({"2024/1/02 10:00:00", "2024-01-02T10:00:00Z"},
	    {"2026.11.23", "2026-11-23T00:00:00Z"},
	    {"22.11.2022 12:16:00", "2022-11-22T12:16:00Z"},
	    {"02.03.26", "2026-03-02T00:00:00Z"},
	    {"11/23/2026 7:42 PM", "2026-11-23T19:42:00Z"},
	    {"23/11/2026", "2026-11-23T00:00:00Z"},
	    {"23-11-2026 10:00", "2026-11-23T10:00:00Z"},
	    {"05/05/2026", "2026-05-05T00:00:00Z"},
	    {"05/03/2019", UNREADABLE}, {"05/03/19", UNREADABLE},
	    {"2026/23/11", UNREADABLE}, {"2026-11/23", UNREADABLE});
}

static void
the_weekday_decides_between_two_readings(void **state)
{
	(void)state;
	CHECK({"Fri, 05/03/2019 - 15:21", "2019-05-03T15:21:00Z"},
	    {"Tue, 05/03/2019 - 15:21", "2019-03-05T15:21:00Z"},
	    {"Wed, 05/03/2019 - 15:21", UNREADABLE});
}

static void
a_date_in_markup_is_found(void **state)
{
	(void)state;
	CHECK({"<time datetime=\"2019-05-03T19:21:28Z\">Fri, 05/03/2019"
	       "</time>",
	          "2019-05-03T19:21:28Z"},
	    {"<time datetime='2019-05-03'>", "2019-05-03T00:00:00Z"},
	    {"<time datetime=2019>", UNREADABLE},
	    {"<b>2019-05-03</b>", UNREADABLE});
}

static void
seconds_and_milliseconds_since_1970_are_read(void **state)
{
	(void)state;
	CHECK({"1795419730", "2026-11-23T07:42:10Z"},
	    {"1795419730123", "2026-11-23T07:42:10Z"},
	    {"2026112310", UNREADABLE}, {"0000000001", UNREADABLE},
	    {"9999999999999", UNREADABLE}, {"179541973012", UNREADABLE});
}

static void
what_is_no_date_is_none(void **state)
{
	(void)state;
	CHECK({"", UNREADABLE}, {"   ", UNREADABLE}, {"()", UNREADABLE},
	    {"This pubDate is not parsable.", UNREADABLE},
	    {"not a date", UNREADABLE}, {"now", UNREADABLE},
	    {"3 days ago", UNREADABLE}, {"10:00", UNREADABLE},
	    {"23 Nov", UNREADABLE}, {"Nov 2026", UNREADABLE},
	    {"2013-xx-27", UNREADABLE}, {"2013-01-28T09:xx:00Z", UNREADABLE},
	    {"2013-01-27-01", UNREADABLE},
	    {"07-01T01:55:07-05:00", UNREADABLE},
	    {"Sun, 16 zzz 2012 11:47:32 GMT", UNREADABLE},
	    {"Sun, Dec x 2012 11:47:32 GMT", UNREADABLE},
	    {"Sun, 16 Dec zz 11:47:32 GMT", UNREADABLE},
	    {"16 Dec 2012 1:2:3:4 GMT", UNREADABLE},
	    {"16 Dec Nov 2012", UNREADABLE}, {"\xff\xfe 2012", UNREADABLE},
	    {"%Y-%m-%d", UNREADABLE}, {"23 Nov 2026 10:00 +", UNREADABLE});
}

static void
a_day_that_does_not_exist_is_no_date(void **state)
{
	(void)state;
	CHECK({"2003-13-01", UNREADABLE}, {"2003-00-01", UNREADABLE},
	    {"2003-02-30", UNREADABLE}, {"2003-02-29", UNREADABLE},
	    {"2000-02-29", "2000-02-29T00:00:00Z"},
	    {"1900-02-29", UNREADABLE}, {"2003-07-32T15:51:30", UNREADABLE},
	    {"0000-01-01", UNREADABLE},
	    {"Sun, 99 Jun 2009 12:00:00 GMT", UNREADABLE},
	    {"31 Nov 2026", UNREADABLE}, {"0 Nov 2026", UNREADABLE},
	    {"2003-12-31T25:14:55Z", UNREADABLE},
	    {"2003-12-31T10:61:55Z", UNREADABLE},
	    {"31 Feb 2003 10:00 GMT", UNREADABLE});
}

static void
years_end_at_1_and_at_9999(void **state)
{
	(void)state;
	CHECK({"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
	    {"0001-01-01T00:00:00+01:00", UNREADABLE},
	    {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
	    {"9999-12-31T23:59:59-01:00", UNREADABLE},
	    {"Thu, 01 Jan 0100 00:00:01 +0100", "0099-12-31T23:00:01Z"},
	    {"1806-02-09", "1806-02-09T00:00:00Z"},
	    {"12026-02-09", UNREADABLE});
}

static void
text_longer_than_any_date_is_not_read(void **state)
{
	char text[600];
	int64_t seconds;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "23 Nov", 6);
	memcpy(text + 240, "2026", 5);
	assert_int_equal(date_parse(text, &seconds), 0);
	text[244] = ' ';
	memcpy(text + 300, "2026", 5);
	assert_int_equal(date_parse(text, &seconds), -1);
	/* one character that folds into eighteen */
	text[0] = '\0';
	while (strlen(text) < 240)
		strcat(text, "\xef\xb7\xba");
	assert_int_equal(date_parse(text, &seconds), -1);
}

/* Every prefix and every wrong byte: refused, or within the years. */
static void
damaged_dates_do_no_harm(void **state)
{
	static const char *const good[] = {
	    "Mon, 23 Nov 2026 07:42:10 +0900 (KST)",
	    "2026-11-23T07:42:10.123+09:00", "2026-W48-1T07:00Z",
	    "20261123074210", "2026年11月23日月曜日 午後3時5分",
	    "lundi 1er août 2026 à 14h30", "Fri, 05/03/2019 - 3:21 p. m."};
	static const char bytes[] = "\x01 0199:-+.,/(\\'azh\xe5\xff";
	char text[128];
	int64_t seconds;
	size_t i, at, b;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		for (at = 0; at < strlen(good[i]); at++) {
			for (b = 0; b < sizeof(bytes); b++) {
				snprintf(text, sizeof(text), "%s", good[i]);
				text[at] = bytes[b];
				if (date_parse(text, &seconds) == -1)
					assert_true(seconds == TIME_NONE);
				else
					assert_in_range(seconds + 62135596800,
					    0, 315537897599);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_822_and_its_successors_are_read),
	    cmocka_unit_test(what_is_sloppy_about_rfc_822_is_overlooked),
	    cmocka_unit_test(comments_are_no_part_of_a_date),
	    cmocka_unit_test(asctime_and_its_kin_are_read),
	    cmocka_unit_test(zones_are_read_by_name),
	    cmocka_unit_test(zones_are_read_by_number),
	    cmocka_unit_test(abbreviations_that_nobody_knows_count_as_utc),
	    cmocka_unit_test(a_zone_that_is_nonsense_spoils_the_date),
	    cmocka_unit_test(rfc_3339_is_read),
	    cmocka_unit_test(iso_8601_is_read_in_its_reduced_and_basic_forms),
	    cmocka_unit_test(weeks_and_days_of_the_year_are_read),
	    cmocka_unit_test(
	        years_of_two_digits_are_read_as_iso_8601_did_once),
	    cmocka_unit_test(midnight_has_two_names_and_leap_seconds_exist),
	    cmocka_unit_test(clocks_of_twelve_hours_are_read),
	    cmocka_unit_test(korean_dates_are_read_in_korean_time),
	    cmocka_unit_test(japanese_and_chinese_dates_are_read),
	    cmocka_unit_test(months_are_known_in_many_languages),
	    cmocka_unit_test(a_name_of_two_months_is_none),
	    cmocka_unit_test(dates_in_numbers_are_read_when_they_are_clear),
	    cmocka_unit_test(the_weekday_decides_between_two_readings),
	    cmocka_unit_test(a_date_in_markup_is_found),
	    cmocka_unit_test(seconds_and_milliseconds_since_1970_are_read),
	    cmocka_unit_test(what_is_no_date_is_none),
	    cmocka_unit_test(a_day_that_does_not_exist_is_no_date),
	    cmocka_unit_test(years_end_at_1_and_at_9999),
	    cmocka_unit_test(text_longer_than_any_date_is_not_read),
	    cmocka_unit_test(damaged_dates_do_no_harm),
	};

	return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
