#ifndef WIREWATCH_TESTS_TOPIC_TEXT_H
#define WIREWATCH_TESTS_TOPIC_TEXT_H

#include <string.h>

#include "config/conf.h"

/* A query or word as if it stood at the beginning of a file. */
static inline void
text_in(struct conf_text *text, const char *file, const char *s)
{
	memset(text, 0, sizeof(*text));
	text->text = s;
	text->raw = s;
	text->raw_len = strlen(s);
	text->place.file = file;
	text->place.line = text->place.column = 1;
}

#endif
