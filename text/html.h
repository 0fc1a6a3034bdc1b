#ifndef WIREWATCH_TEXT_HTML_H
#define WIREWATCH_TEXT_HTML_H

#include <stddef.h>

#include "lib/buf.h"

/*
 * Markup to plain text: tags dropped (script and style with their content,
 * block elements become white space), entities decoded, then cleaned like
 * text_clean(). Appends at most max bytes, cut on a character border. Input
 * without '<' and '&' takes no parser. Returns 0, or -1 when the buffer's bound
 * was met.
 */
int html_to_text(const char *html, size_t len, size_t max, struct buf *out);
/*
 * Plain text made safe and even: valid UTF-8 only, controls, bidirectional
 * overrides and zero-width no-break spaces removed, white space of any script
 * collapsed to one blank and trimmed. Same bounds and result.
 */
int text_clean(const char *text, size_t len, size_t max, struct buf *out);

#endif
