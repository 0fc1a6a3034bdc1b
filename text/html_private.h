#ifndef WIREWATCH_TEXT_HTML_PRIVATE_H
#define WIREWATCH_TEXT_HTML_PRIVATE_H

#include <stddef.h>

#define HTML_ENTITY_MAX 8 /* letters of the longest name, "thetasym" */

enum html_kind {
	HTML_UNKNOWN,
	HTML_INLINE,
	HTML_BLOCK, /* separates paragraphs */
	HTML_LINE, /* separates words; two in a row, paragraphs */
	HTML_RUBY, /* inline; an annotation ends there */
	HTML_ANNOTATION, /* how the word before it is read: not shown */
	/* of these, only what has an end tag counts in a title */
	HTML_PAIRED, /* separates words; what it holds may be hidden or not */
	HTML_HIDDEN, /* its content is not shown */
};

/* By the name of an element in any case (html_names.c). */
enum html_kind html_element_kind(const char *name, size_t len);

#endif
