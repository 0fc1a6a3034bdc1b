/*
 * When a feed wishes not to be asked: the hours and days of RSS 2.0, in GMT. A
 * wish that cannot be read is none.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "feeds/parse_private.h"

#define PARSE_PAUSE_HOURS 24

/* RSS 0.91 counts from 1 to 24, later versions from 0. */
static void
parse_pause_hour(struct feed_skip *skip, const char *text)
{
	char *end;
	long hour = strtol(text, &end, 10);

	end += strspn(end, " \t\r\n");
	if (end == text || *end || hour < 0 || hour > PARSE_PAUSE_HOURS)
		return;
	skip->hours |= UINT32_C(1) << hour % PARSE_PAUSE_HOURS;
}

static void
parse_pause_day(struct feed_skip *skip, const char *text)
{
	static const char *const days[] = {"Sunday", "Monday", "Tuesday",
	    "Wednesday", "Thursday", "Friday", "Saturday"};
	size_t i, len = strcspn(text, " \t\r\n");

	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		if (len == strlen(days[i]) &&
		    strncasecmp(text, days[i], len) == 0)
			skip->days |= (uint8_t)(1u << i);
	}
}

void
parse_pause_add(
    struct feed_skip *skip, enum parse_field field, const char *text)
{
	text += strspn(text, " \t\r\n");
	if (field == FIELD_SKIP_HOUR)
		parse_pause_hour(skip, text);
	else
		parse_pause_day(skip, text);
}
