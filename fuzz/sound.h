#ifndef WIREWATCH_FUZZ_SOUND_H
#define WIREWATCH_FUZZ_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/parse.h"
#include "lib/buf.h"

/* What must hold of all that is made of a feed, whatever the feed was. */

/* The code point of valid UTF-8. */
uint32_t sound_decode(const unsigned char *p);
/*
 * One line, or paragraphs a line each, of clean UTF-8: no control, no mark that
 * turns or hides text, no white space but single blanks within. NULL is sound.
 */
void sound_line(const char *text, size_t max);
void sound_prose(const char *text, size_t max);
/* For people: UTF-8 that a terminal may show. NULL is sound. */
void sound_reason(const char *text);
/* An absolute http or https URL that resolves to itself. NULL is sound. */
void sound_url(const char *url);
/* Every bound of feeds/item.h and feeds/parse.h, and each identity. */
void sound_doc(const struct feed_doc *doc);

/*
 * Parses a copy of just that size, checks what comes out, parses it once more
 * and checks that the same comes out. NULL when it is no feed.
 */
struct feed_doc *sound_parse(const struct parse_input *input);
/*
 * Written as a JSON Feed and parsed again, a document keeps its identities,
 * links, dates and texts.
 */
void sound_round_trip(const struct feed_doc *doc);

/*
 * Small inputs reach large bounds: 0x1d, digits, ':', a text and 0x1e stand for
 * that many times the text. No more than max bytes are made.
 */
void sound_expand(
    const uint8_t *data, size_t size, size_t max, struct buf *out);

#endif
