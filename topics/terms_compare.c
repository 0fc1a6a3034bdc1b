/*
 * Compares a term with the tokens from one on. What that costs is counted, for
 * one item: terms with wildcards and exact terms have TERM_STEPS_MAX steps
 * together, phrases as many. Whoever would need more is not compared any
 * further; single words always are.
 *
 * Behind a gap the rest of a term may begin at several places, and at each of
 * them for several beginnings of the term. Whether it stands at a place does
 * not depend on what is before, so each place is tried once: where it failed is
 * remembered. A term of which a word or character is not in the item at all is
 * not compared.
 */
#include <string.h>

#include "topics/terms_private.h"

bool
term_glob(const uint32_t *pattern, size_t pattern_len, const uint32_t *text,
    size_t len, uint64_t *steps)
{
	size_t p = 0, t = 0, star = SIZE_MAX, retry = 0;

	for (; t < len; ++*steps) {
		if (p < pattern_len && pattern[p] == '*') {
			star = p++;
			retry = t;
		} else if (p < pattern_len &&
			   (pattern[p] == '?' || pattern[p] == text[t])) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++retry;
		} else
			return false;
	}
	while (p < pattern_len && pattern[p] == '*')
		p++;
	return p == pattern_len;
}

/* What is left of a term, to be compared with the tokens from `at`. */
struct compare_rest {
	const char *element;
	size_t elements;
	const uint32_t *exact; /* NULL: folded is enough */
	uint32_t at;
	unsigned gaps; /* passed */
};

struct compare {
	const struct scan *scan;
	struct term_gap *gap; /* NULL: the term has none */
	uint64_t *steps;
};

static size_t
compare_decode(const char *text, size_t len, uint32_t *out)
{
	size_t i = 0, count = 0, step;

	while (i < len) {
		out[count++] = token_decode(text + i, &step);
		i += step;
	}
	return count;
}

static bool
compare_wild_word(const struct compare *compare, const char *pattern,
    size_t pattern_len, const char *word, size_t len)
{
	uint32_t pattern_codes[TERM_WORD_MAX + 1];
	uint32_t codes[TERM_WILD_WORD_MAX + 1];
	size_t prefix = 0;

	while (pattern[prefix] != '*' && pattern[prefix] != '?')
		prefix++;
	if (len < prefix || memcmp(pattern, word, prefix) != 0)
		return false;
	if (prefix + 1 == pattern_len && pattern[prefix] == '*')
		return true;
	if (len > TERM_WILD_WORD_MAX)
		return false;
	*compare->steps += pattern_len + len;
	return term_glob(pattern_codes,
	    compare_decode(pattern, pattern_len, pattern_codes), codes,
	    compare_decode(word, len, codes), compare->steps);
}

static bool
compare_as_written(
    const struct compare *compare, uint32_t at, const uint32_t *exact)
{
	uint32_t codes[TERM_WILD_WORD_MAX];
	const struct scan *scan = compare->scan;
	const struct term_field *field =
	    &scan->text->fields[term_text_field(scan->text, at)];
	size_t start, end, count;

	term_text_source(scan->text, at, at, &start, &end);
	*compare->steps += TERM_STEPS_EXACT * (end - start);
	count = term_exact_form(
	    field->source + start, end - start, codes, TERM_WILD_WORD_MAX);
	return count != SIZE_MAX &&
	       term_glob(exact + 1, exact[0], codes, count, compare->steps);
}

static bool
compare_element(const struct compare *compare, const struct compare_rest *rest)
{
	const struct scan *scan = compare->scan;
	unsigned flags = (unsigned char)rest->element[0];
	size_t len = (unsigned char)rest->element[1], token_len;
	const struct token *token = &scan->tokens[rest->at];
	const char *bytes;
	enum token_kind kind = flags & ELEMENT_CHAR ? TOKEN_CHAR : TOKEN_WORD;

	if (token->kind != kind)
		return false;
	if (flags & ELEMENT_TIGHT && token[-1].end != token->start)
		return false;
	if (flags & ELEMENT_ANY)
		return true;
	bytes = tokens_bytes(&scan->text->tokens, token, &token_len);
	if (flags & ELEMENT_WILD
		? !compare_wild_word(compare, rest->element + ELEMENT_HEAD, len,
		      bytes, token_len)
		: token_len != len ||
		      memcmp(rest->element + ELEMENT_HEAD, bytes, len) != 0)
		return false;
	return !rest->exact ||
	       compare_as_written(compare, rest->at, rest->exact);
}

static enum script
compare_script(const struct scan *scan, const struct token *token)
{
	size_t len;

	return script_of(
	    token_decode(scan->text->tokens.text + token->start, &len));
}

/* Two character tokens of one script without a border between them. */
static bool
compare_is_one_run(const struct scan *scan, const struct token *left)
{
	return left[0].kind == TOKEN_CHAR && left[1].kind == TOKEN_CHAR &&
	       left[0].end == left[1].start &&
	       compare_script(scan, &left[0]) == compare_script(scan, &left[1]);
}

/* --- gaps --- */

#define GAP_WINDOW 64 /* places, as bits */

_Static_assert(TERM_GAPS_MAX *TERM_GAP_CHARS_MAX < GAP_WINDOW,
    "what one beginning of a term tries is remembered whole");

/* Whether what comes behind a gap is known not to stand at a token. */
static bool
gap_has_failed(const struct term_gap *gap, unsigned which, uint32_t at)
{
	uint32_t top = gap->tops[which];

	return at <= top && top - at < GAP_WINDOW &&
	       gap->failed[which] >> at % GAP_WINDOW & 1;
}

static void
gap_fail(struct term_gap *gap, unsigned which, uint32_t at)
{
	uint32_t *top = &gap->tops[which];

	if (at > *top && at - *top >= GAP_WINDOW) {
		gap->failed[which] = 0;
		*top = at;
	}
	while (*top < at)
		gap->failed[which] &= ~(UINT64_C(1) << ++*top % GAP_WINDOW);
	if (*top - at < GAP_WINDOW)
		gap->failed[which] |= UINT64_C(1) << at % GAP_WINDOW;
}

/* Marks the words and characters of the item. */
static void
gap_mark_tokens(const struct scan *scan)
{
	struct term_hits *hits = scan->hits;
	size_t i;

	memset(hits->present, 0, TERM_PRESENT_BITS / 8);
	for (i = 1; i + 1 < scan->text->tokens.count; i++) {
		if (scan->tokens[i].kind != TOKEN_BREAK)
			term_present_add(
			    hits->present, scan_hash(scan, &scan->tokens[i]));
	}
	hits->present_scan = hits->scan;
}

/* Whether a word or character of the term is nowhere in the item. */
static bool
gap_is_hopeless(const struct scan *scan, const struct term *term)
{
	const unsigned other = ELEMENT_WILD | ELEMENT_ANY | ELEMENT_GAP;
	const char *element = scan->terms->pool + term->text;
	size_t i;

	if (scan->hits->present_scan != scan->hits->scan)
		gap_mark_tokens(scan);
	for (i = 0; i < term->elements; i++) {
		if (!(element[0] & other) &&
		    !term_present_has(scan->hits->present,
			terms_element_hash(scan->terms, element)))
			return true;
		element += ELEMENT_HEAD + (unsigned char)element[1];
	}
	return false;
}

/* What is known of a term with gaps in this item. */
static struct term_gap *
gap_of(const struct scan *scan, uint32_t id, const struct term *term)
{
	size_t low = 0, high = scan->terms->gap_count, middle;
	struct term_gap *gap;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (scan->terms->gap_terms[middle] <= id)
			low = middle;
		else
			high = middle;
	}
	gap = &scan->hits->gaps[low];
	if (gap->scan != scan->hits->scan) {
		memset(gap, 0, sizeof(*gap));
		gap->scan = scan->hits->scan;
		gap->is_hopeless = gap_is_hopeless(scan, term);
	}
	return gap;
}

static uint32_t compare_behind_gap(
    const struct compare *compare, struct compare_rest rest);

/* The last token of the term, or 0 if it does not stand here. */
static uint32_t
compare_from(const struct compare *compare, struct compare_rest rest)
{
	for (; rest.elements; rest.elements--) {
		unsigned flags = (unsigned char)rest.element[0];

		if (flags & ELEMENT_GAP)
			return compare_behind_gap(compare, rest);
		if (++*compare->steps > TERM_STEPS_MAX ||
		    !compare_element(compare, &rest))
			return 0;
		if (rest.exact && !(flags & ELEMENT_ANY))
			rest.exact += 1 + rest.exact[0];
		rest.element += ELEMENT_HEAD + (unsigned char)rest.element[1];
		rest.at++;
	}
	/* an exact term does not end within a run of characters */
	if (rest.exact && compare_is_one_run(compare->scan,
			      &compare->scan->tokens[rest.at - 1]))
		return 0;
	return rest.at - 1;
}

/* Tries the rest behind as many characters as the gap may stand for. */
static uint32_t
compare_behind_gap(const struct compare *compare, struct compare_rest rest)
{
	unsigned gap = rest.gaps++;
	uint32_t chars, last;

	rest.element += ELEMENT_HEAD;
	rest.elements--;
	for (chars = 0; chars <= TERM_GAP_CHARS_MAX; chars++, rest.at++) {
		const struct token *token = &compare->scan->tokens[rest.at];

		++*compare->steps;
		if (!gap_has_failed(compare->gap, gap, rest.at)) {
			last = compare_from(compare, rest);
			if (last)
				return last;
			gap_fail(compare->gap, gap, rest.at);
		}
		if (token->kind != TOKEN_CHAR || token[-1].end != token->start)
			return 0;
	}
	return 0;
}

uint32_t
term_compare(const struct scan *scan, uint32_t id, const struct term *term,
    uint32_t first)
{
	uint64_t uncounted = 0;
	struct compare compare = {
	    .scan = scan,
	    .steps = term_is_word(term) ? &uncounted
					: &scan->hits->steps[term->is_costly],
	};
	const struct compare_rest rest = {
	    .element = scan->terms->pool + term->text,
	    .elements = term->elements,
	    .exact = term->exact ? scan->terms->exact + term->exact : NULL,
	    .at = first,
	};

	if (rest.exact && compare_is_one_run(scan, &scan->tokens[first - 1]))
		return 0;
	if (term->has_gap) {
		*compare.steps += TERM_STEPS_GAP;
		compare.gap = gap_of(scan, id, term);
		if (compare.gap->is_hopeless)
			return 0;
	}
	return compare_from(&compare, rest);
}

void
term_compare_begin(struct term_hits *hits)
{
	hits->scan++;
	hits->steps[0] = hits->steps[1] = 0;
}

void
term_compare_end(struct term_hits *hits)
{
	hits->overruns += hits->steps[0] > TERM_STEPS_MAX;
	hits->overruns += hits->steps[1] > TERM_STEPS_MAX;
}
