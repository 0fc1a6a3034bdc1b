#ifndef WIREWATCH_TEXT_SENTENCE_H
#define WIREWATCH_TEXT_SENTENCE_H

#include <stddef.h>

/*
 * Where sentences and paragraphs end, in valid UTF-8. A paragraph ends at a
 * '\n' or U+2029. A sentence ends there, and behind . ! ? and their like in
 * other scripts, with the quotes and brackets that close behind them; but not
 * behind an initial, an abbreviation or a dotted number, not before a
 * lower-case letter, not within parentheses, and not behind a quotation or an
 * ellipsis that the text runs on from without a blank. Characters that show nothing count nothing. After the idea
 * of UAX #29. Where it is doubtful a sentence goes on: what asks for two words
 * in one sentence then finds too much rather than too little.
 */

/*
 * From an offset that begins a sentence or paragraph to where the next one
 * begins; len if it is the last. Going through a text takes linear time.
 */
size_t sentence_next(const char *text, size_t len, size_t at);
size_t sentence_next_paragraph(const char *text, size_t len, size_t at);

#endif
