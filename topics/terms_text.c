/*
 * What a scan reads and what it writes: an item's fields, folded and split,
 * with the way back to the source, and the hits, whose memory is kept from item
 * to item.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "topics/terms_private.h"

void
term_text_init(struct term_text *text)
{
	size_t i;

	memset(text, 0, sizeof(*text));
	tokens_init(&text->tokens);
	for (i = 0; i < MATCH_FIELDS; i++)
		folded_init(&text->fields[i].folded);
}

void
term_text_clear(struct term_text *text)
{
	size_t i;

	tokens_clear(&text->tokens);
	for (i = 0; i < MATCH_FIELDS; i++)
		folded_clear(&text->fields[i].folded);
}

void
term_text_set(struct term_text *text, const char *const sources[MATCH_FIELDS])
{
	size_t i;

	tokens_reset(&text->tokens);
	for (i = 0; i < MATCH_FIELDS; i++) {
		struct term_field *field = &text->fields[i];
		const char *source = sources[i] ? sources[i] : "";
		size_t len = strnlen(source, TOKEN_TEXT_MAX);

		field->source = source;
		fold_text(source, len, &field->folded);
		field->base = (uint32_t)text->tokens.text_len;
		field->first = (uint32_t)text->tokens.count + (i == 0);
		tokens_add(
		    &text->tokens, &field->folded, source, TOKENS_OF_TEXT);
		field->end = (uint32_t)text->tokens.count - 1;
	}
}

void
term_text_source(const struct term_text *text, uint32_t first, uint32_t last,
    size_t *start_r, size_t *end_r)
{
	const struct term_field *field =
	    &text->fields[term_text_field(text, first)];
	const struct token *tokens = text->tokens.items;

	*start_r =
	    folded_source(&field->folded, tokens[first].start - field->base);
	*end_r =
	    folded_source_end(&field->folded, tokens[last].end - field->base);
}

void
term_hits_init(struct term_hits *hits, const struct terms *terms)
{
	memset(hits, 0, sizeof(*hits));
	hits->seen = xcalloc(terms->count, sizeof(*hits->seen));
	if (!terms->gap_count)
		return;
	hits->gaps = xcalloc(terms->gap_count, sizeof(*hits->gaps));
	hits->present = xcalloc(1, TERM_PRESENT_BITS / 8);
}

void
term_hits_clear(struct term_hits *hits)
{
	free(hits->items);
	free(hits->seen);
	free(hits->gaps);
	free(hits->present);
	free(hits->found);
	memset(hits, 0, sizeof(*hits));
}

void
term_hits_reset(struct term_hits *hits)
{
	size_t i;

	for (i = 0; i < hits->found_count; i++)
		hits->seen[hits->found[i]].count = 0;
	hits->found_count = 0;
	hits->count = 0;
}
