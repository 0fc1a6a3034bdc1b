/*
 * What a true tree is true of. The walk is that of eval_is_true without its
 * short cuts; spans of what turns out false are taken back. No more are held
 * than can come to be kept: of those that are taken back together the first
 * MATCH_SPANS_MAX in the text, and room for some more to be sorted at once.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "topics/eval_private.h"

#define EVAL_SPANS_FEW 24 /* sorted without qsort */

/* The occurrences within which a hit is part of the explanation. */
struct eval_frame {
	bool is_all;
	size_t base; /* on the stack, with ends that never fall */
	size_t count;
};

static bool
eval_is_framed(const struct eval *eval, const struct eval_frame *frame,
    const struct term_hit *hit)
{
	const struct eval_occurrence *items;
	size_t i;

	if (frame->is_all)
		return true;
	items = eval->occurrences + frame->base;
	i = eval_find_behind(items, frame->count, hit->first);
	return i && items[i - 1].last >= hit->last;
}

static int
eval_span_compare(const void *a, const void *b)
{
	const struct eval_span *x = a, *y = b;

	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* The first token that begins behind the start of a span. */
static uint32_t
eval_span_token_behind(const struct eval *eval, const struct eval_span *span)
{
	const struct term_field *in = &eval->text.fields[span->field];
	const struct token *tokens = eval->text.tokens.items;
	uint32_t low = in->first, high = in->end, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (folded_source(&in->folded,
			tokens[middle].start - in->base) > span->start)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Mostly few and nearly in order: qsort would take longer to set up. */
static void
eval_span_sort(struct eval_span *spans, size_t count)
{
	size_t i, at;

	if (count > EVAL_SPANS_FEW) {
		qsort(spans, count, sizeof(*spans), eval_span_compare);
		return;
	}
	for (i = 1; i < count; i++) {
		const struct eval_span span = spans[i];

		for (at = i; at && eval_span_compare(&spans[at - 1], &span) > 0;
		     at--)
			spans[at] = spans[at - 1];
		spans[at] = span;
	}
}

/* Sorts those from base on, drops what stands twice, keeps the first ones. */
static void
eval_span_settle(struct eval *eval, size_t base)
{
	struct eval_span *spans = eval->spans + base;
	size_t i, count = eval->span_count - base, kept = 0;

	if (!count)
		return;
	eval_span_sort(spans, count);
	for (i = 0; i < count && kept < MATCH_SPANS_MAX; i++) {
		if (kept && spans[kept - 1].field == spans[i].field &&
		    spans[kept - 1].start == spans[i].start &&
		    spans[kept - 1].end == spans[i].end)
			continue;
		spans[kept++] = spans[i];
	}
	eval->span_count = base + kept;
}

void
eval_settle_spans(struct eval *eval)
{
	eval_span_settle(eval, 0);
}

/* Makes room among those that are taken back together. */
static void
eval_span_bound(struct eval *eval)
{
	size_t base = eval->span_base;

	if (eval->span_count - base < EVAL_SPANS_MAX)
		return;
	(void)eval_spend(eval, eval->span_count - base);
	eval_span_settle(eval, base);
	/* what begins behind the last of them would be dropped */
	if (eval->span_count - base == MATCH_SPANS_MAX)
		eval->span_end = eval_span_token_behind(
		    eval, &eval->spans[eval->span_count - 1]);
}

struct eval_span *
eval_add_span(struct eval *eval)
{
	struct eval_span *span;

	eval_span_bound(eval);
	if (!eval->span_count) {
		eval->span_order = 0;
		eval->span_end = UINT32_MAX;
	}
	eval->spans = xgrow(eval->spans, eval->span_count + 1, &eval->span_cap,
	    sizeof(*eval->spans));
	span = &eval->spans[eval->span_count++];
	span->order = eval->span_order++;
	span->hit = UINT32_MAX;
	return span;
}

/* What was found of hits before has no meaning, but must not be without one. */
static void
eval_span_grow_hits(struct eval *eval)
{
	size_t count = eval->span_of_hit_count;

	if (eval->hits.count <= count)
		return;
	eval->span_of_hit = xgrow(eval->span_of_hit, eval->hits.count,
	    &eval->span_of_hit_count, sizeof(*eval->span_of_hit));
	memset(eval->span_of_hit + count, 0,
	    (eval->span_of_hit_count - count) * sizeof(*eval->span_of_hit));
}

/* Whether the hit has a span: that is taken back no sooner than a new one. */
static bool
eval_has_span(const struct eval *eval, uint32_t hit)
{
	uint32_t at = eval->span_of_hit[hit];

	return at < eval->span_count && eval->spans[at].hit == hit;
}

static void
eval_span_hit(
    struct eval *eval, uint32_t index, const char *term, const char *set)
{
	const struct term_hit *hit = &eval->hits.items[index];
	struct eval_span *span = eval_add_span(eval);
	size_t start, end;

	span->hit = index;
	eval->span_of_hit[index] = (uint32_t)eval->span_count - 1;

	span->field = term_text_field(&eval->text, hit->first);
	term_text_source(&eval->text, hit->first, hit->last, &start, &end);
	span->start = (uint32_t)start;
	span->end = (uint32_t)end;
	span->term = term;
	span->set = set;
}

/* Whether a hit comes too late in the text for its span to be kept. */
static bool
eval_span_is_behind(const struct eval *eval, const struct term_hit *hit)
{
	return eval->span_count && hit->first >= eval->span_end;
}

static void
eval_span_term(struct eval *eval, const struct query_scope *scope,
    uint32_t term, const char *text, const char *set,
    const struct eval_frame *frame)
{
	const struct term_seen *seen = &eval->hits.seen[term];
	uint32_t i = seen->count ? seen->head : TERM_HIT_NONE;
	size_t added = 0;

	if (!eval_spend(eval, 1 + seen->count))
		return;
	eval_span_grow_hits(eval);
	for (; i != TERM_HIT_NONE && added < MATCH_SPANS_MAX;
	     i = eval->hits.items[i].next) {
		const struct term_hit *hit = &eval->hits.items[i];

		if (eval_span_is_behind(eval, hit))
			return;
		if (eval_has_span(eval, i) ||
		    !eval_in_scope(eval, scope, hit->first, hit->last) ||
		    !eval_is_framed(eval, frame, hit))
			continue;
		eval_span_hit(eval, i, text, set);
		added++;
	}
}

static void
eval_span_set(struct eval *eval, const struct query_node *node,
    const struct eval_frame *frame)
{
	const struct eval_set *set = &eval->sets[node->index];
	uint32_t i = set->count ? set->head : UINT32_MAX;

	for (; i != UINT32_MAX && !eval->is_given_up;
	     i = eval->entries[i].next) {
		const struct topic_set_entry *entry =
		    eval_entry(eval, eval->entries[i].entry);

		eval_span_term(eval, &node->scope, entry->term, entry->text,
		    node->text, frame);
	}
}

/* Adds the hits of a node's terms that lie in the frame. */
static void
eval_span_node(struct eval *eval, const struct query_node *node,
    const struct eval_frame *frame)
{
	const struct query_node *child;

	switch (node->type) {
	case QUERY_TERM:
		eval_span_term(
		    eval, &node->scope, node->index, node->text, NULL, frame);
		break;
	case QUERY_SET:
		eval_span_set(eval, node, frame);
		break;
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
		eval_span_node(eval, node->children, frame);
		break;
	default:
		for (child = node->children; child; child = child->next)
			eval_span_node(eval, child, frame);
		break;
	}
}

/*
 * Widens each of a sorted list to its whole sentence or paragraph: all that
 * occurs there belongs to what was found, though not every choice was followed.
 */
static void
eval_widen(struct eval *eval, enum query_type type, size_t base)
{
	enum eval_unit unit = eval_unit_type(type);
	size_t i;

	for (i = base; i < eval->occurrence_count; i++) {
		struct eval_occurrence *item = &eval->occurrences[i];
		uint32_t number, first = item->first, last = item->last;
		const struct term_field *field =
		    &eval->text.fields[term_text_field(&eval->text, first)];

		if (i > base && item[-1].last >= last) {
			*item = item[-1];
			continue;
		}
		number = eval_unit_of(eval, unit, first);
		while (first > field->first &&
		       eval_unit_of(eval, unit, first - 1) == number)
			first--;
		while (last + 1 < field->end &&
		       eval_unit_of(eval, unit, last + 1) == number)
			last++;
		if (!eval_spend(eval, last - first))
			return;
		item->first = first;
		item->last = last;
	}
}

static bool
eval_explain_list(struct eval *eval, const struct query_node *node)
{
	struct eval_frame frame = {.base = eval->occurrence_count};
	bool is_true;

	if (node->type == QUERY_ATLEAST) {
		eval_list(eval, node->children);
		is_true = eval_has_disjoint(eval, frame.base, node->n);
	} else {
		eval_list(eval, node);
		is_true = eval->occurrence_count > frame.base;
	}
	frame.count = eval->occurrence_count - frame.base;
	if (node->type == QUERY_SENTENCE || node->type == QUERY_PARAGRAPH)
		eval_widen(eval, node->type, frame.base);
	eval_raise_ends(eval->occurrences + frame.base, frame.count);
	if (is_true)
		eval_span_node(eval, node, &frame);
	eval->occurrence_count = frame.base;
	return is_true;
}

/* AND, OR and ANY: true if at least `need` children are. */
static bool
eval_explain_children(
    struct eval *eval, const struct query_node *node, size_t need)
{
	const struct query_node *child;
	size_t spans = eval->span_count, base = eval->span_base, found = 0;
	uint32_t span_end = eval->span_end;

	if (node->type == QUERY_AND && eval_lacks_any(eval, node))
		return false;
	eval->span_base = spans;
	for (child = node->children; child; child = child->next) {
		if (!eval_is_absent(eval, child) && eval_explain(eval, child))
			found++;
		else if (node->type == QUERY_AND)
			break;
	}
	eval->span_base = base;
	if (!child && found >= need) {
		eval_span_bound(eval);
		return true;
	}
	eval->span_count = spans;
	eval->span_end = span_end;
	return false;
}

bool
eval_explain(struct eval *eval, const struct query_node *node)
{
	const struct eval_frame all = {.is_all = true};

	switch (node->type) {
	case QUERY_TERM:
	case QUERY_SET:
		if (!eval_is_true(eval, node))
			return false;
		eval_span_node(eval, node, &all);
		return true;
	case QUERY_REGEX:
		if (!eval_regex_is_true(eval, node))
			return false;
		eval_regex_spans(eval, node);
		return true;
	case QUERY_META:
		return eval_meta_is_true(eval, node);
	case QUERY_NOT:
		return !eval_is_true(eval, node->children);
	case QUERY_AND:
	case QUERY_OR:
		return eval_explain_children(eval, node, 1);
	case QUERY_ANY:
		return eval_explain_children(eval, node, node->n);
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
	case QUERY_ATLEAST:
		return eval_explain_list(eval, node);
	}
	return false;
}
