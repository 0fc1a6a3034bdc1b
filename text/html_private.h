#ifndef WIREWATCH_TEXT_HTML_PRIVATE_H
#define WIREWATCH_TEXT_HTML_PRIVATE_H

#include <stddef.h>

#define HTML_ENTITY_MAX 10 /* "thetasym" has eight */

enum html_kind {
	HTML_UNKNOWN,
	HTML_INLINE,
	HTML_BLOCK, /* separates words */
	HTML_HIDDEN, /* its content is not shown */
};

/* By the name of an element in any case (html_names.c). */
enum html_kind html_element_kind(const char *name, size_t len);

#endif
