#ifndef WIREWATCH_TEXT_FOLD_H
#define WIREWATCH_TEXT_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A folded text has at most so many times the bytes of its source. */
#define FOLD_GROWTH_MAX 6

/*
 * The one form in which queries and texts are compared: NFKC, full case
 * folding, accents stripped (not kana voicing marks, not Hangul), Han variants
 * folded, Persian yeh and kaf and dotless yeh made Arabic, kashidas, soft
 * hyphens and zero-width characters dropped, typographic apostrophes and dashes
 * made ASCII. Folding twice changes nothing.
 *
 * folded_source tells where a byte came from, so that a span found in the
 * folded text can be shown in the original; always on character borders. The
 * two go side by side but where a run begins anew: in a text of ASCII, or of
 * characters that keep their length, there are no runs.
 */
struct fold_run {
	uint32_t at; /* in the folded text; ends where the next begins */
	uint32_t source;
	bool is_one; /* all of it came from the one character there */
};

struct folded {
	char *text;
	size_t len;
	size_t cap;
	struct fold_run *runs; /* in order; before the first both begin at 0 */
	size_t run_count;
	size_t run_cap;
	size_t source_len;
};

void folded_init(struct folded *folded);
void folded_clear(struct folded *folded);
/* Folds valid UTF-8 into `folded`, whose memory is reused. */
void fold_text(const char *text, size_t len, struct folded *folded);
/* Source offset of a byte of the folded text, or of its end. */
size_t folded_source(const struct folded *folded, size_t offset);
/*
 * Where a span that ends at `end` of the folded text ends in the source: the
 * last character that it touches is whole, though it became several letters.
 */
size_t folded_source_end(const struct folded *folded, size_t end);

#endif
