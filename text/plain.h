#ifndef WIREWATCH_TEXT_PLAIN_H
#define WIREWATCH_TEXT_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

/*
 * Writes clean text behind a buffer: valid UTF-8 only, white space of any
 * script collapsed to one blank and trimmed, controls, bidirectional overrides
 * and invisible characters dropped. Any number of pieces may be added; a
 * sequence split between two pieces counts as invalid.
 *
 * A text is one line, unless plain_keep_paragraphs() was asked for: then the
 * white space between two paragraphs becomes one '\n'.
 */
enum plain_space {
	PLAIN_NO_SPACE,
	PLAIN_BLANK,
	PLAIN_LINE, /* one end of a line; a second one ends a paragraph */
	PLAIN_PARAGRAPH,
};

/* What a '\n' is. */
enum plain_newline {
	PLAIN_NEWLINE_BLANK, /* in markup */
	PLAIN_NEWLINE_LINE, /* in text: two of them end a paragraph */
	PLAIN_NEWLINE_PARAGRAPH, /* in text that was made here */
};

struct plain {
	struct buf *out;
	char *start;
	char *p;
	char *end; /* what is written stays before it */
	enum plain_space gap; /* due before the next character */
	enum plain_newline newline;
	bool has_paragraphs;
	bool is_full; /* something did not fit; all else is ignored */
	bool is_bounded; /* by the buffer, not by the caller's max */
};

/* At most max bytes, made from len bytes of input. */
void plain_begin(struct plain *plain, struct buf *out, size_t len, size_t max);
/* From the beginning on; U+2029 ends a paragraph in any case. */
void plain_keep_paragraphs(struct plain *plain, enum plain_newline newline);
/* Ends the text in the buffer. 0, or -1 when the buffer's bound was met. */
int plain_end(struct plain *plain);
void plain_add(struct plain *plain, const char *p, const char *end);
/* Stops before the first '<' or '&' and returns where it stands, else end. */
const char *plain_add_until_markup(
    struct plain *plain, const char *p, const char *end);
void plain_char(struct plain *plain, uint32_t code);
/* White space, of which the strongest kind that was met counts. */
void plain_gap(struct plain *plain, enum plain_space space);
/* Makes one line of the bytes of a buffer from an offset on. */
void plain_flatten(struct buf *buf, size_t from);

/* The largest length up to len that ends on a character's border. */
size_t plain_border(const char *text, size_t len);
/* The same for what of a text of len bytes fits in max. */
size_t plain_border_within(const char *text, size_t len, size_t max);
bool plain_is_utf8(const char *text, size_t len);
/*
 * Undoes UTF-8 that was taken for Latin-1 or windows-1252 and encoded again:
 * appends the original and is true, if the whole text is such a case.
 */
bool plain_undouble(const char *text, size_t len, struct buf *out);
/* Appends the text with U+FFFD for what is no UTF-8, and without NUL. */
void plain_repair_utf8(const char *text, size_t len, struct buf *out);

#endif
