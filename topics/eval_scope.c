/*
 * Where and how a term counts: in which field, among the first words, written
 * in capitals.
 */
#include <utf8proc.h>

#include "topics/eval_private.h"

/* Written in capitals: at least one, and no small letter. */
static bool
eval_is_capitals(const char *text, size_t at, size_t end)
{
	bool has_capital = false;
	size_t len;

	for (; at < end; at += len) {
		uint32_t code = token_decode(text + at, &len);
		utf8proc_category_t category =
		    utf8proc_category((utf8proc_int32_t)code);

		if (category == UTF8PROC_CATEGORY_LL)
			return false;
		if (category == UTF8PROC_CATEGORY_LU)
			has_capital = true;
	}
	return has_capital;
}

/* In the title, or among the first words of the text. */
static bool
eval_is_first(const struct eval *eval, unsigned words, uint32_t token)
{
	const uint32_t *positions = eval->text.tokens.positions;

	if (token < eval->text.fields[MATCH_TITLE].end)
		return true;
	return token >= eval->lead_first && token < eval->lead_end &&
	       positions[token] - positions[eval->lead_first] <
		   words * TOKEN_WORD_WIDTH;
}

bool
eval_is_as_asked(const struct eval *eval, const struct query_scope *scope,
    uint32_t first, uint32_t last)
{
	enum match_field field;
	size_t start, end;

	if (scope->first && !eval_is_first(eval, scope->first, first))
		return false;
	if (!scope->is_capitals)
		return true;
	field = term_text_field(&eval->text, first);
	term_text_source(&eval->text, first, last, &start, &end);
	return eval_is_capitals(eval->text.fields[field].source, start, end);
}

uint32_t
eval_token_at(const struct eval *eval, enum match_field field, size_t start)
{
	const struct term_field *in = &eval->text.fields[field];
	const struct token *tokens = eval->text.tokens.items;
	uint32_t low = in->first, high = in->end, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (folded_source_end(
			&in->folded, tokens[middle].end - in->base) > start)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

bool
eval_bytes_in_scope(const struct eval *eval, const struct query_scope *scope,
    enum match_field field, size_t start, size_t end)
{
	uint32_t token;

	if (!(scope->fields >> field & 1))
		return false;
	if (scope->first && field != MATCH_TITLE) {
		token = eval_token_at(eval, field, start);
		if (token >= eval->text.fields[field].end ||
		    !eval_is_first(eval, scope->first, token))
			return false;
	}
	return !scope->is_capitals ||
	       eval_is_capitals(eval->text.fields[field].source, start, end);
}
