#ifndef WIREWATCH_LIB_CLOCK_H
#define WIREWATCH_LIB_CLOCK_H

#include <stdint.h>

/*
 * Dates are wall time, elapsed time is monotonic. Only edges (watchers,
 * main) read a clock; decisions take `now` as a parameter, so tests need no
 * clock at all.
 */
#define TIME_NONE INT64_MIN
#define CLOCK_RFC3339_SIZE 32

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ms(void);
/* Milliseconds since some fixed point, never going back. */
int64_t clock_mono_ms(void);

/*
 * RFC 3339 in UTC: "2026-11-23T22:41:07.312Z". Returns `out`. Years outside
 * 0..9999 are clamped, so that the text always parses again.
 */
char *clock_rfc3339_ms(int64_t ms, char out[CLOCK_RFC3339_SIZE]);
/* The same to the second: "2026-11-23T22:41:07Z". */
char *clock_rfc3339_s(int64_t s, char out[CLOCK_RFC3339_SIZE]);

/*
 * Reads "90s", "5m", "2h", "1d", "250ms" into milliseconds; a bare number is
 * seconds. 0, or -1 when it is no duration or exceeds ten years.
 */
int clock_duration_ms(const char *text, int64_t *ms_r);
/*
 * The next of a row of numbers for jitter (xorshift); it needs no secrecy.
 * *state is the caller's, seeded with anything but 0.
 */
uint32_t clock_jitter(uint32_t *state);
/* "3 s", "15 min", "2 h 5 min", "3 d": for messages. */
char *clock_human(int64_t ms, char out[CLOCK_RFC3339_SIZE]);

#endif
