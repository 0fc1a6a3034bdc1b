#ifndef WIREWATCH_TEXT_HTML_H
#define WIREWATCH_TEXT_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

#define HTML_PARSE_MAX (256 * 1024) /* bytes handed to libxml2 */
#define HTML_DEPTH_MAX 256 /* elements within each other */

/*
 * Markup to plain text: tags dropped (script, style and the readings of ruby
 * with their content, block elements and two line breaks in a row become the
 * '\n' between two paragraphs), entities decoded, then cleaned like
 * text_clean_paragraphs(). In a text without a tag a blank line parts two
 * paragraphs. What was plainly escaped twice is decoded
 * twice. Appends at most max bytes, cut on a character border. Input without
 * '<' and '&' takes no parser. Returns 0, or -1 when the buffer's bound is met.
 */
int html_to_text(const char *html, size_t len, size_t max, struct buf *out);
/* The same for what is certainly markup: nothing is decoded twice. */
int html_markup_to_text(
    const char *html, size_t len, size_t max, struct buf *out);
/*
 * The same for text that may be markup or not, as titles are: what looks like
 * a tag but is none of HTML's ("List<String>", "a < b") stays as it is. The
 * result is one line.
 */
int html_title_to_text(
    const char *html, size_t len, size_t max, struct buf *out);
/*
 * Plain text made safe and even: valid UTF-8 only, controls, bidirectional
 * overrides and zero-width no-break spaces removed, C1 controls read as the
 * windows-1252 they come from, white space of any script collapsed to one blank
 * and trimmed. Same bounds and result.
 */
int text_clean(const char *text, size_t len, size_t max, struct buf *out);
/* The same, but blank lines and U+2029 become the '\n' between paragraphs. */
int text_clean_paragraphs(
    const char *text, size_t len, size_t max, struct buf *out);
/* Whether HTML has an element of that name. */
bool html_is_element(const char *name);
/*
 * How much of the text libxml2's HTML parser may have: its time grows with the
 * square of a tag's attributes.
 */
size_t html_affordable(const char *html, size_t len);
/*
 * The code point of a named entity of HTML 4 ("eacute"), 0 if there is none.
 */
uint32_t html_entity(const char *name, size_t len);

#endif
