/*
 * Any bytes as a date. What is read lies in the years that exist, is read the
 * same again, with white space around and in a feed, and comes back from every
 * usual way to write it.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/date.h"
#include "feeds/parse.h"
#include "fuzz/fuzz.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "text/plain.h"

const char fuzz_name[] = "date";

#define DATE_MIN_S -62135596800LL /* 0001-01-01 */
#define DATE_MAX_S 253402300799LL /* 9999-12-31T23:59:59 */
#define DATE_SHORT 200 /* bytes that leave room for more */
#define DATE_DAY_S 86400

static int64_t
read_date(const char *text)
{
	int64_t seconds = 1;
	int rc = date_parse(text, &seconds);

	fuzz_check(rc == 0 || rc == -1);
	fuzz_check((rc == -1) == (seconds == TIME_NONE));
	fuzz_check(
	    rc == -1 || (seconds >= DATE_MIN_S && seconds <= DATE_MAX_S));
	return seconds;
}

/* The formats are this file's own. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void
check_written(const char *format, const struct tm *tm, int64_t seconds)
{
	char text[80];

	fuzz_check(strftime(text, sizeof(text), format, tm) > 0);
	fuzz_check(read_date(text) == seconds);
}
#pragma GCC diagnostic pop

/* Behind year 1000 and before 9999, where all have four digits and a zone. */
static void
check_ways(int64_t seconds)
{
	static const char *const formats[] = {"%Y-%m-%dT%H:%M:%SZ",
	    "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%d %H:%M:%S", "%Y%m%dT%H%M%SZ",
	    "%a, %d %b %Y %H:%M:%S GMT", "%a, %d %b %Y %H:%M:%S +0000",
	    "%d %b %Y %H:%M:%S UT", "%a %b %e %H:%M:%S %Y",
	    "%A, %d-%b-%Y %H:%M:%S GMT", "%B %d, %Y %H:%M:%S UTC"};
	static const struct {
		const char *format;
		int offset_s;
	} zones[] = {{"%Y-%m-%dT%H:%M:%S+09:00", 9 * 3600},
	    {"%Y-%m-%dT%H:%M:%S-03:30", -12600},
	    {"%a, %d %b %Y %H:%M:%S +0800", 8 * 3600},
	    {"%a, %d %b %Y %H:%M:%S EST", -5 * 3600}};
	struct tm tm;
	time_t local;
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		local = (time_t)seconds;
		fuzz_check(gmtime_r(&local, &tm));
		check_written(formats[i], &tm, seconds);
	}
	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		local = (time_t)(seconds + zones[i].offset_s);
		fuzz_check(gmtime_r(&local, &tm));
		check_written(zones[i].format, &tm, seconds);
	}
}

static void
check_round_trips(int64_t seconds)
{
	static const int64_t year_1000 = -30610224000LL;
	char text[CLOCK_RFC3339_SIZE];

	fuzz_check(read_date(clock_rfc3339_s(seconds, text)) == seconds);
	if (seconds > year_1000 + DATE_DAY_S &&
	    seconds < DATE_MAX_S - DATE_DAY_S)
		check_ways(seconds);
}

static void
check_around(const char *text, int64_t seconds)
{
	char *around = xasprintf(" \t\r\n%s\n ", text);

	fuzz_check(read_date(around) == seconds);
	free(around);
}

/* A feed's date is what stands there, by whatever short cut it is read. */
static void
check_in_feed(const char *text, int64_t seconds)
{
	static const char head[] =
	    "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":["
	    "{\"date_published\":";
	json_t *string = json_string(text);
	char *quoted = json_dumps(string, JSON_ENCODE_ANY);
	char *body = xasprintf("%s%s}]}", head, quoted);
	const struct parse_input input = {.body = body, .len = strlen(body)};
	struct feed_doc *doc;
	struct err err;

	fuzz_check(parse_feed(&input, &doc, &err) == PARSE_OK);
	fuzz_check(doc->item_count == 1);
	fuzz_check(doc->items[0].published_s == seconds);
	feed_doc_free(&doc);
	free(body);
	free(quoted);
	json_decref(string);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	int64_t seconds = read_date(text);

	fuzz_check(read_date(text) == seconds);
	if (seconds != TIME_NONE)
		check_round_trips(seconds);
	if (strlen(text) <= DATE_SHORT)
		check_around(text, seconds);
	if (plain_is_utf8(text, strlen(text)))
		check_in_feed(text, seconds);
	free(text);
	return 0;
}
