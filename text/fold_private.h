#ifndef WIREWATCH_TEXT_FOLD_PRIVATE_H
#define WIREWATCH_TEXT_FOLD_PRIVATE_H

#include "text/fold.h"
#include "text/fold_table.h"

/* Between fold.c and fold_slow.c. */
#define FOLD_ROOM 256	/* bytes that one code point can need, and more */
#define FOLD_REPLACEMENT 0xfffd

/* What a character of the first plane folds to. */
static inline uint16_t
fold_find(uint32_t code)
{
	return fold_pages[fold_index[code / FOLD_PAGE]][code % FOLD_PAGE];
}

/*
 * Folds any character of the source, which came from offset `source`, onto the
 * end of the output, where FOLD_ROOM bytes are free and offsets are kept.
 */
void fold_slow(struct folded *folded, int32_t code, uint32_t source);

#endif
