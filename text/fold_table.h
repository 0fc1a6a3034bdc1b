#ifndef WIREWATCH_TEXT_FOLD_TABLE_H
#define WIREWATCH_TEXT_FOLD_TABLE_H

#include <stddef.h>
#include <stdint.h>

/*
 * What the characters of the first plane fold to, when that is one character:
 * fold_pages[fold_index[code / FOLD_PAGE]][code % FOLD_PAGE]. Written by
 * tools/gen-fold.
 */
#define FOLD_PAGE 64	/* so that the last byte of UTF-8 is the place in it */

#define FOLD_SELF 0	/* stays as it is */
#define FOLD_DROP 1	/* vanishes */
#define FOLD_SLOW 2	/* ask fold_slow; any other value is the result */

extern const uint16_t fold_index[1024];
extern const uint16_t fold_pages[][FOLD_PAGE];

/* Han variants of higher planes, sorted: code point, representative. */
extern const uint32_t fold_far[][2];
extern const size_t fold_far_count;

#endif
