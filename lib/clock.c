/* Reading clocks and writing times. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/clock.h"

#define CLOCK_YEAR_0 (-62167219200LL)
#define CLOCK_YEAR_10000 253402300800LL
#define CLOCK_DURATION_MAX_MS (10LL * 366 * 86400 * 1000)

static int64_t
clock_read_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_wall_ms(void)
{
	return clock_read_ms(CLOCK_REALTIME);
}

int64_t
clock_mono_ms(void)
{
	return clock_read_ms(CLOCK_MONOTONIC);
}

static int64_t
clock_clamp_s(int64_t s)
{
	if (s < CLOCK_YEAR_0)
		return CLOCK_YEAR_0;
	if (s >= CLOCK_YEAR_10000)
		return CLOCK_YEAR_10000 - 1;
	return s;
}

static void
clock_format(int64_t s, const char *fraction, char out[CLOCK_RFC3339_SIZE])
{
	time_t t = (time_t)clock_clamp_s(s);
	struct tm tm;
	size_t len;

	gmtime_r(&t, &tm);
	/* strftime's %Y does not pad years below 1000 */
	len = (size_t)snprintf(
	    out, CLOCK_RFC3339_SIZE, "%04d", (tm.tm_year + 1900) % 10000);
	len += strftime(out + len, CLOCK_RFC3339_SIZE - len, "-%m-%dT%H:%M:%S",
	    &tm);
	snprintf(out + len, CLOCK_RFC3339_SIZE - len, "%sZ", fraction);
}

char *
clock_rfc3339_ms(int64_t ms, char out[CLOCK_RFC3339_SIZE])
{
	int64_t s = ms / 1000, rest = ms % 1000;
	char fraction[8];

	if (rest < 0) {
		rest += 1000;
		s--;
	}
	snprintf(fraction, sizeof(fraction), ".%03d", (int)rest);
	clock_format(s, fraction, out);
	return out;
}

char *
clock_rfc3339_s(int64_t s, char out[CLOCK_RFC3339_SIZE])
{
	clock_format(s, "", out);
	return out;
}

static int
clock_unit_ms(const char *unit, int64_t *ms_r)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {
	    {"", 1000},
	    {"d", 86400000},
	    {"h", 3600000},
	    {"m", 60000},
	    {"min", 60000},
	    {"ms", 1},
	    {"s", 1000},
	    {"w", 7 * 86400000LL},
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit, units[i].name) == 0) {
			*ms_r = units[i].ms;
			return 0;
		}
	}
	return -1;
}

int
clock_duration_ms(const char *text, int64_t *ms_r)
{
	int64_t unit;
	double value;
	char *end;

	/* strtod alone would take "inf", "nan", "0x1p3" and a sign */
	if (strspn(text, "0123456789.") == 0)
		return -1;
	if (strspn(text, "0123456789.abcdefghijklmnopqrstuvwxyz ") !=
	        strlen(text) ||
	    strchr(text, 'x') || strchr(text, 'e'))
		return -1;
	value = strtod(text, &end);
	while (*end == ' ')
		end++;
	if (clock_unit_ms(end, &unit) == -1)
		return -1;
	if (value * (double)unit > (double)CLOCK_DURATION_MAX_MS)
		return -1;
	*ms_r = (int64_t)(value * (double)unit + 0.5);
	return 0;
}

char *
clock_human(int64_t ms, char out[CLOCK_RFC3339_SIZE])
{
	int64_t s = ms / 1000 + (ms % 1000 >= 500);
	int64_t rest;

	if (ms < 1000)
		snprintf(out, CLOCK_RFC3339_SIZE, "%" PRId64 " ms", ms);
	else if (s < 120)
		snprintf(out, CLOCK_RFC3339_SIZE, "%" PRId64 " s", s);
	else if (s < 7200)
		snprintf(out, CLOCK_RFC3339_SIZE, "%" PRId64 " min", s / 60);
	else if (s < 2 * 86400) {
		rest = s % 3600 / 60;
		if (rest)
			snprintf(out, CLOCK_RFC3339_SIZE,
			    "%" PRId64 " h %" PRId64 " min", s / 3600, rest);
		else
			snprintf(out, CLOCK_RFC3339_SIZE, "%" PRId64 " h",
			    s / 3600);
	} else
		snprintf(out, CLOCK_RFC3339_SIZE, "%" PRId64 " d", s / 86400);
	return out;
}

uint32_t
clock_jitter(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}
