#ifndef WIREWATCH_FEEDS_DATE_H
#define WIREWATCH_FEEDS_DATE_H

#include <stdint.h>

/*
 * Reads a date as feeds write it: RFC 822/2822 with all its sloppiness, RFC
 * 3339 and ISO 8601 in their reduced forms, asctime, and the local customs met
 * in real feeds. 0 with epoch seconds, or -1 when it is no date (never a
 * guess, never "now"); *seconds_r is TIME_NONE then.
 */
int date_parse(const char *text, int64_t *seconds_r);
/* The same where a date without a zone is of this one, minutes east of UTC. */
int date_parse_in(const char *text, int zone_min, int64_t *seconds_r);

#endif
