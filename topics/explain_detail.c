/*
 * What can be said of one node: where its words stand, which of them do not
 * count and why. Whether something would count elsewhere is asked of the
 * evaluation, too, by a copy of the node that asks for less.
 */
#include <string.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "topics/explain_private.h"

static const struct query_scope explain_open = {.fields = QUERY_FIELDS_ALL};

static const struct topic_set *
explain_set(const struct explain *explain, const struct query_node *query)
{
	return &explain->eval->topics->sets[query->index];
}

/* The language of a set's word that counts in the item. */
static const char *
explain_entry_lang(const struct explain *explain,
    const struct query_node *query, const char *text)
{
	const struct eval *eval = explain->eval;
	uint32_t i;

	if (query->type != QUERY_SET || !eval->sets[query->index].count)
		return NULL;
	for (i = eval->sets[query->index].head; i != UINT32_MAX;
	     i = eval->entries[i].next) {
		const struct topic_set_entry *entry =
		    eval_entry(eval, eval->entries[i].entry);

		if (entry->text == text)
			return entry->lang;
	}
	return NULL;
}

/* NULL when there are enough. */
static struct explain_place *
explain_add_place(const struct explain *explain, struct explain_node *node)
{
	if (node->place_count == EXPLAIN_PLACES_MAX) {
		node->has_more_places = true;
		return NULL;
	}
	if (!node->places)
		node->places = arena_calloc(
		    explain->arena, EXPLAIN_PLACES_MAX, sizeof(*node->places));
	return &node->places[node->place_count++];
}

static bool
explain_is_behind(const struct eval_span *a, const struct eval_span *b)
{
	if (a->field != b->field)
		return a->field > b->field;
	return a->start != b->start ? a->start > b->start : a->end > b->end;
}

/* The first in the text of the spans behind another one; NULL if none. */
static const struct eval_span *
explain_next_span(const struct eval *eval, const struct eval_span *before)
{
	const struct eval_span *next = NULL;
	size_t i;

	for (i = 0; i < eval->span_count; i++) {
		const struct eval_span *span = &eval->spans[i];

		if (before && !explain_is_behind(span, before))
			continue;
		if (!next || explain_is_behind(next, span))
			next = span;
	}
	return next;
}

/* Keeps what a text node, or one that asks for less, is true of. */
static void
explain_take_spans(const struct explain *explain, struct explain_node *node,
    const struct query_node *asked, enum explain_count count)
{
	struct eval *eval = explain->eval;
	const struct eval_span *span = NULL;
	struct explain_place *place;

	eval->span_count = 0;
	(void)eval_explain(eval, asked);
	while (
	    !node->has_more_places && (span = explain_next_span(eval, span))) {
		place = explain_add_place(explain, node);
		if (!place)
			break;
		place->field = span->field;
		place->start = span->start;
		place->end = span->end;
		place->count = count;
		place->term = span->term;
		place->set =
		    node->query->type == QUERY_SET ? node->query->text : NULL;
		if (asked->type == QUERY_SET)
			place->lang =
			    explain_entry_lang(explain, asked, span->term);
	}
	eval->span_count = 0;
}

void
explain_take_stretches(const struct explain *explain, struct explain_node *node,
    size_t base, enum explain_count count)
{
	struct eval *eval = explain->eval;
	struct explain_place *place;
	size_t i;

	for (i = base; i < eval->occurrence_count; i++) {
		const struct eval_occurrence *item = &eval->occurrences[i];

		place = explain_add_place(explain, node);
		if (!place)
			break;
		place->field = term_text_field(&eval->text, item->first);
		term_text_source(&eval->text, item->first, item->last,
		    &place->start, &place->end);
		place->count = count;
	}
	eval->occurrence_count = base;
}

/* --- what does not count --- */

/* What the item or its source says; NULL if neither says anything. */
static const char *
explain_stated_language(const struct explain *explain)
{
	const struct meta *meta = &explain->eval->meta;
	const char *lang = meta->item->lang;

	if ((!lang || !*lang) && meta->source)
		lang = meta->source->lang;
	return lang && *lang ? explain_shorten(explain->arena, lang,
				   strlen(lang), LANG_CODE_MAX)
			     : NULL;
}

static const char *
explain_language(const struct explain *explain)
{
	const struct lang *lang = eval_language(explain->eval);
	const char *stated = explain_stated_language(explain);

	if (!lang->code[0])
		return "this item is of no known language";
	if (!lang->is_guess)
		return arena_printf(
		    explain->arena, "this item is %s", lang->code);
	if (!stated)
		return arena_printf(explain->arena,
		    "this item is %s (guessed from its script)", lang->code);
	return arena_printf(explain->arena,
	    "this item is %s (guessed from its script, which is not that of "
	    "the %s it is said to be)",
	    lang->code, stated);
}

/* Whether the same word counts by another entry of the set. */
static bool
explain_counts_anyway(const struct explain *explain,
    const struct query_node *query, uint32_t term)
{
	const struct eval *eval = explain->eval;
	const struct eval_set *set = &eval->sets[query->index];
	uint32_t i = set->count ? set->head : UINT32_MAX;

	for (; i != UINT32_MAX; i = eval->entries[i].next) {
		if (eval_entry(eval, eval->entries[i].entry)->term == term)
			return true;
	}
	return false;
}

static bool
explain_is_gated(const struct explain *explain, const struct query_node *query,
    const struct topic_set_entry *entry)
{
	struct eval *eval = explain->eval;

	return entry->lang && eval->hits.seen[entry->term].count &&
	       !lang_admits(eval_language(eval), entry->lang) &&
	       !explain_counts_anyway(explain, query, entry->term);
}

/* Whether a term or set would be true if it had this scope. */
static bool
explain_is_true_in(const struct explain *explain, struct query_node *asked)
{
	asked->leaf = presence_leaf(&explain->eval->topics->presence, asked);
	return eval_is_true(explain->eval, asked);
}

/* Words of a set that occur, but are meant for other languages. */
static void
explain_gated(const struct explain *explain, struct explain_node *node)
{
	const struct topic_set *set = explain_set(explain, node->query);
	size_t i, k, named = 0;
	struct buf words;

	buf_init(&words, 0);
	for (i = 0; i < set->entry_count && named < EXPLAIN_VALUES_MAX; i++) {
		const struct topic_set_entry *entry = &set->entries[i];
		struct query_node word = {.type = QUERY_TERM,
		    .scope = node->query->scope,
		    .text = entry->text,
		    .index = entry->term};
		size_t first = node->place_count;

		if (!explain_is_gated(explain, node->query, entry) ||
		    !explain_is_true_in(explain, &word))
			continue;
		explain_take_spans(
		    explain, node, &word, EXPLAIN_OTHER_LANGUAGE);
		for (k = first; k < node->place_count; k++)
			node->places[k].lang = entry->lang;
		(void)buf_printf(&words,
		    "%s%s occurs, but counts only in %s items",
		    named++ ? "; " : "", entry->text, entry->lang);
	}
	if (named && !node->detail)
		node->detail = arena_printf(explain->arena, "%s; %s",
		    buf_str(&words), explain_language(explain));
	buf_clear(&words);
}

static const char *
explain_fields(const struct explain *explain, uint8_t fields)
{
	const char *names = NULL;
	unsigned i;

	for (i = 0; i < MATCH_FIELDS; i++) {
		if (!(fields >> i & 1))
			continue;
		names = names ? arena_printf(explain->arena, "%s and %s", names,
				    match_field_name((enum match_field)i))
			      : match_field_name((enum match_field)i);
	}
	return names ? names : "text";
}

/* The part of its scope that leaves nothing of what occurs. */
static const char *
explain_scope_text(
    const struct explain *explain, const struct explain_node *node)
{
	struct query_node asked = *node->query;
	uint8_t seen = 0;
	size_t i;

	for (i = 0; i < node->place_count; i++)
		seen |= (uint8_t)(1u << node->places[i].field);
	asked.scope.first = 0;
	asked.scope.is_capitals = false;
	if (!explain_is_true_in(explain, &asked))
		return arena_printf(explain->arena,
		    "occurs in the %s, but not in the %s",
		    explain_fields(explain, seen),
		    explain_fields(explain, asked.scope.fields));
	asked.scope.first = node->query->scope.first;
	if (!explain_is_true_in(explain, &asked))
		return arena_printf(explain->arena,
		    "occurs, but neither in the title nor in the first %u "
		    "words",
		    asked.scope.first);
	return "occurs, but not in capitals";
}

static void
explain_out_of_scope(const struct explain *explain, struct explain_node *node)
{
	struct query_node open = *node->query;

	open.scope = explain_open;
	open.leaf = presence_leaf(&explain->eval->topics->presence, &open);
	explain_take_spans(explain, node, &open, EXPLAIN_OUT_OF_SCOPE);
	if (node->place_count)
		node->detail = explain_scope_text(explain, node);
}

static void
explain_describe_text(const struct explain *explain, struct explain_node *node)
{
	const struct query_node *query = node->query;

	if (node->is_true)
		explain_take_spans(explain, node, query, EXPLAIN_COUNTS);
	else if (!query_scope_is_open(&query->scope))
		explain_out_of_scope(explain, node);
	if (query->type == QUERY_SET)
		explain_gated(explain, node);
	if (node->is_true || node->detail)
		return;
	node->detail = query->type == QUERY_SET	    ? "no word of it occurs"
		       : query->type == QUERY_REGEX ? "fits nowhere"
						    : "does not occur";
}

/* --- what is not text --- */

static void
explain_describe_value(const struct explain *explain, struct explain_node *node)
{
	const struct meta *meta = &explain->eval->meta;
	enum query_field field = node->query->field;
	const struct meta_list *list = &meta->lists[field];
	struct buf values;
	size_t i;

	if (field == QUERY_LANG) {
		node->detail = explain_language(explain);
		return;
	}
	if (!list->count) {
		node->detail = arena_printf(explain->arena,
		    "this item has no %s", query_field_name(field));
		return;
	}
	buf_init(&values, 0);
	for (i = 0; i < list->count && i < EXPLAIN_VALUES_MAX; i++) {
		const struct meta_value *value = &meta->values[list->first + i];

		(void)buf_printf(&values, "%s%s", i ? ", " : "",
		    explain_shorten(explain->arena,
			buf_str(&meta->text) + value->start, value->len,
			EXPLAIN_VALUE_MAX));
	}
	if (i < list->count)
		(void)buf_printf(&values, " and %zu more", list->count - i);
	node->detail = arena_printf(explain->arena, "this item's %s is %s",
	    query_field_name(field), buf_str(&values));
	buf_clear(&values);
}

static void
explain_describe_count(const struct explain *explain, struct explain_node *node)
{
	struct eval *eval = explain->eval;
	size_t base = eval->occurrence_count;
	unsigned n = node->query->n, found = 0;

	eval_list(eval, node->query->children);
	while (found < n && eval_has_disjoint(eval, base, found + 1))
		found++;
	eval->occurrence_count = base;
	node->detail =
	    found == n ? arena_printf(explain->arena,
			     "occurs %u time%s or more", n, n == 1 ? "" : "s")
		       : arena_printf(explain->arena,
			     "occurs %u time%s, %u are needed", found,
			     found == 1 ? "" : "s", n);
}

static void
explain_describe_any(const struct explain *explain, struct explain_node *node)
{
	size_t i, found = 0;

	for (i = 0; i < node->child_count; i++)
		found += node->children[i].is_true;
	node->detail =
	    arena_printf(explain->arena, "%zu of %zu true, %u needed", found,
		node->child_count, node->query->n);
}

void
explain_describe(const struct explain *explain, struct explain_node *node)
{
	switch (node->query->type) {
	case QUERY_TERM:
	case QUERY_SET:
	case QUERY_REGEX:
		explain_describe_text(explain, node);
		break;
	case QUERY_META:
		explain_describe_value(explain, node);
		break;
	case QUERY_ATLEAST:
		explain_describe_count(explain, node);
		break;
	case QUERY_ANY:
		explain_describe_any(explain, node);
		break;
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
		explain_describe_nearness(explain, node);
		break;
	case QUERY_AND:
	case QUERY_OR:
	case QUERY_NOT:
		break;
	}
}
