/*
 * Occurrences as lists on a stack: what NEAR, PRE and counting work on. A list
 * is sorted by where its members begin and holds none twice. Two lists are
 * joined by looking up, for each member of one, where the other goes on; W/S
 * and W/P are eval_unit.c's. The list of a set is made once for an item, what
 * many trees ask for among many hits. All work here is counted; a list that is
 * not done when the steps are spent is dropped.
 */
#include <string.h>

#include "lib/alloc.h"
#include "topics/eval_private.h"

const struct topic_set_entry *
eval_entry(const struct eval *eval, uint32_t entry)
{
	uint32_t set = eval->topics->set_of_entry[entry];

	return &eval->topics->sets[set]
		    .entries[entry - eval->topics->first_entry[set]];
}

void
eval_begin_item(struct eval *eval)
{
	eval->steps = 0;
	eval->steps_end = EVAL_STEPS_TREE_MAX;
	eval->is_given_up = false;
	eval->kept_count = 0;
	eval->kept_occurrence_count = 0;
}

void
eval_push(struct eval *eval, uint32_t first, uint32_t last)
{
	struct eval_occurrence *occurrence;

	eval->occurrences = xgrow(eval->occurrences, eval->occurrence_count + 1,
	    &eval->occurrence_cap, sizeof(*eval->occurrences));
	occurrence = &eval->occurrences[eval->occurrence_count++];
	occurrence->first = first;
	occurrence->last = last;
	occurrence->gap_first = occurrence->gap_end = 0;
}

/* Makes a gap the occurrence's if it is wider, or as wide and earlier. */
static void
eval_widen_gap(struct eval_occurrence *item, uint32_t first, uint32_t end)
{
	uint32_t width = end > first ? end - first : 0;
	uint32_t has = item->gap_end - item->gap_first;

	if (width > has || (width && width == has && first < item->gap_first)) {
		item->gap_first = first;
		item->gap_end = end;
	}
}

/* Pushes the pair of two that share no token, a before b or around it. */
static void
eval_push_pair(
    struct eval *eval, struct eval_occurrence a, struct eval_occurrence b)
{
	struct eval_occurrence *pair;

	eval_push(eval, a.first, a.last > b.last ? a.last : b.last);
	pair = &eval->occurrences[eval->occurrence_count - 1];
	eval_widen_gap(pair, b.gap_first, b.gap_end);
	if (eval_is_inside(&b, &a)) {
		eval_widen_gap(pair, a.gap_first, b.first);
		eval_widen_gap(pair, b.last + 1, a.gap_end);
		return;
	}
	eval_widen_gap(pair, a.gap_first, a.gap_end);
	eval_widen_gap(pair, a.last + 1, b.first);
}

static void
eval_push_term(
    struct eval *eval, const struct query_scope *scope, uint32_t term)
{
	const struct term_seen *seen = &eval->hits.seen[term];
	uint32_t i = seen->count ? seen->head : TERM_HIT_NONE;

	if (!eval_spend(eval, seen->count))
		return;
	for (; i != TERM_HIT_NONE; i = eval->hits.items[i].next) {
		const struct term_hit *hit = &eval->hits.items[i];

		if (eval_in_scope(eval, scope, hit->first, hit->last))
			eval_push(eval, hit->first, hit->last);
	}
}

static bool
eval_before(const struct eval_occurrence *a, const struct eval_occurrence *b)
{
	return a->first != b->first ? a->first < b->first : a->last < b->last;
}

/* Where the part that is in order and begins at `at` ends. */
static size_t
eval_run_end(const struct eval_occurrence *items, size_t count, size_t at)
{
	size_t end = at + 1;

	while (end < count && !eval_before(&items[end], &items[end - 1]))
		end++;
	return end < count ? end : count;
}

/* Merges items from `at` to `middle` with those from there to `end`. */
static void
eval_merge(const struct eval_occurrence *items, size_t at, size_t middle,
    size_t end, struct eval_occurrence *out)
{
	size_t i = at, k = middle;

	for (; at < end; at++) {
		if (k >= end ||
		    (i < middle && !eval_before(&items[k], &items[i])))
			out[at] = items[i++];
		else
			out[at] = items[k++];
	}
}

/*
 * What comes is mostly a few lists that are in order already: they are merged
 * in pairs until one is left. The free end of the stack serves as the other
 * place.
 */
static void
eval_sort(struct eval *eval, size_t base)
{
	size_t count = eval->occurrence_count - base, at, middle, end, merges;
	struct eval_occurrence *from, *to, *turn;

	eval->occurrences =
	    xgrow(eval->occurrences, eval->occurrence_count + count,
		&eval->occurrence_cap, sizeof(*eval->occurrences));
	from = eval->occurrences + base;
	to = from + count;
	do {
		merges = 0;
		/* as many passes as it takes, of which there are few */
		(void)eval_spend(eval, count);
		for (at = 0; at < count; at = end, merges++) {
			middle = eval_run_end(from, count, at);
			end = middle < count ? eval_run_end(from, count, middle)
					     : count;
			eval_merge(from, at, middle, end, to);
		}
		turn = from;
		from = to;
		to = turn;
	} while (merges > 1);
	if (from != eval->occurrences + base)
		memcpy(to, from, count * sizeof(*to));
}

/* Sorts the list that begins at base, and drops what stands twice. */
static void
eval_settle(struct eval *eval, size_t base)
{
	struct eval_occurrence *items = eval->occurrences + base;
	size_t count = eval->occurrence_count - base, i, kept = 0;

	if (!eval_spend(eval, count)) {
		eval->occurrence_count = base;
		return;
	}
	if (count && eval_run_end(items, count, 0) < count)
		eval_sort(eval, base);
	items = eval->occurrences + base;
	for (i = 0; i < count; i++) {
		if (!kept || eval_before(&items[kept - 1], &items[i]))
			items[kept++] = items[i];
		else
			eval_widen_gap(&items[kept - 1], items[i].gap_first,
			    items[i].gap_end);
	}
	if (kept > EVAL_OCCURRENCES_MAX)
		kept = EVAL_OCCURRENCES_MAX;
	eval->occurrence_count = base + kept;
}

static void
eval_push_entries(struct eval *eval, const struct query_node *node)
{
	const struct eval_set *set = &eval->sets[node->index];
	uint32_t i = set->count ? set->head : UINT32_MAX;

	for (; i != UINT32_MAX && !eval->is_given_up; i = eval->entries[i].next)
		eval_push_term(eval, &node->scope,
		    eval_entry(eval, eval->entries[i].entry)->term);
}

/* The first list that is kept of a set; UINT32_MAX = none. */
static uint32_t
eval_first_kept(const struct eval *eval, uint32_t set)
{
	uint32_t kept = eval->sets[set].kept;

	/* it may be left over from an item before */
	return kept < eval->kept_count && eval->kept[kept].set == set
		   ? kept
		   : UINT32_MAX;
}

static void
eval_keep(struct eval *eval, const struct query_node *node, size_t base)
{
	size_t count = eval->occurrence_count - base;
	struct eval_kept *kept;

	if (eval->kept_occurrence_count + count > EVAL_KEPT_MAX)
		return;
	eval->kept_occurrences =
	    xgrow(eval->kept_occurrences, eval->kept_occurrence_count + count,
		&eval->kept_occurrence_cap, sizeof(*eval->kept_occurrences));
	eval->kept = xgrow(eval->kept, eval->kept_count + 1, &eval->kept_cap,
	    sizeof(*eval->kept));
	kept = &eval->kept[eval->kept_count];
	kept->set = node->index;
	kept->next = eval_first_kept(eval, node->index);
	kept->scope = node->scope;
	kept->base = (uint32_t)eval->kept_occurrence_count;
	kept->count = (uint32_t)count;
	if (count)
		memcpy(eval->kept_occurrences + kept->base,
		    eval->occurrences + base,
		    count * sizeof(*eval->occurrences));
	eval->kept_occurrence_count += count;
	eval->sets[node->index].kept = (uint32_t)eval->kept_count++;
}

static void
eval_push_kept(struct eval *eval, const struct eval_kept *kept)
{
	size_t count = kept->count;

	if (!count || !eval_spend(eval, count))
		return;
	eval->occurrences =
	    xgrow(eval->occurrences, eval->occurrence_count + count,
		&eval->occurrence_cap, sizeof(*eval->occurrences));
	memcpy(eval->occurrences + eval->occurrence_count,
	    eval->kept_occurrences + kept->base,
	    count * sizeof(*eval->occurrences));
	eval->occurrence_count += count;
}

/* Pushes the sorted list of a set, from where it is kept if it is. */
static void
eval_push_set(struct eval *eval, const struct query_node *node)
{
	uint32_t i = eval_first_kept(eval, node->index);
	size_t base = eval->occurrence_count;
	unsigned scopes;

	for (scopes = 0; i != UINT32_MAX; i = eval->kept[i].next, scopes++) {
		if (query_scope_is_same(&eval->kept[i].scope, &node->scope)) {
			eval_push_kept(eval, &eval->kept[i]);
			return;
		}
	}
	eval_push_entries(eval, node);
	eval_settle(eval, base);
	/* a single term is listed as fast again */
	if (eval->sets[node->index].count > 1 && !eval->is_given_up &&
	    scopes < EVAL_KEPT_SCOPES_MAX)
		eval_keep(eval, node, base);
}

size_t
eval_find_behind(
    const struct eval_occurrence *items, size_t count, uint32_t token)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (items[middle].first > token)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* From the last token of one to the first of another, in halves. */
static uint32_t
eval_distance(const struct eval *eval, uint32_t last, uint32_t first)
{
	const uint32_t *positions = eval->text.tokens.positions;

	return positions[first] - positions[last];
}

struct eval_range {
	size_t base; /* in eval->occurrences */
	size_t count;
};

/* Pushes each pair of one of `left` with one of `right` behind and near it. */
static void
eval_pair(struct eval *eval, struct eval_range left, struct eval_range right,
    unsigned n)
{
	size_t i, k, pushed = 0;

	for (i = 0; i < left.count; i++) {
		struct eval_occurrence a = eval->occurrences[left.base + i];

		if (!eval_spend(eval, 1))
			return;
		k = eval_find_behind(
		    eval->occurrences + right.base, right.count, a.last);
		for (; k < right.count; k++) {
			struct eval_occurrence b =
			    eval->occurrences[right.base + k];

			if (eval_distance(eval, a.last, b.first) >
			    n * TOKEN_WORD_WIDTH)
				break;
			if (pushed++ >= EVAL_OCCURRENCES_MAX ||
			    !eval_spend(eval, 1))
				return;
			eval_push_pair(eval, a, b);
		}
	}
}

/* Pushes each of `outer` with each of `inner` that stands in its gap. */
static void
eval_pair_inside(
    struct eval *eval, struct eval_range outer, struct eval_range inner)
{
	size_t i, k, pushed = 0;

	for (i = 0; i < outer.count; i++) {
		struct eval_occurrence a = eval->occurrences[outer.base + i];

		if (a.gap_first == a.gap_end)
			continue;
		if (!eval_spend(eval, 1))
			return;
		k = eval_find_behind(eval->occurrences + inner.base,
		    inner.count, a.gap_first - 1);
		for (; k < inner.count; k++) {
			struct eval_occurrence b =
			    eval->occurrences[inner.base + k];

			if (b.first >= a.gap_end)
				break;
			if (pushed >= EVAL_OCCURRENCES_MAX ||
			    !eval_spend(eval, 1))
				return;
			if (!eval_is_inside(&b, &a))
				continue;
			eval_push_pair(eval, a, b);
			pushed++;
		}
	}
}

/* Whether any of a list is near: it is behind, or shares tokens, or before. */
static bool
eval_has_near(const struct eval *eval, const struct eval_occurrence *a,
    struct eval_range list, unsigned n, bool in_order)
{
	const struct eval_occurrence *items = eval->occurrences + list.base;
	size_t behind = eval_find_behind(items, list.count, a->last);

	if (behind < list.count &&
	    eval_distance(eval, a->last, items[behind].first) <=
		n * TOKEN_WORD_WIDTH)
		return true;
	if (!behind)
		return false;
	/* each item's last is the greatest up to it */
	if (items[behind - 1].last >= a->first)
		return true;
	return !in_order && eval_distance(eval, items[behind - 1].last,
				a->first) <= n * TOKEN_WORD_WIDTH;
}

void
eval_raise_ends(struct eval_occurrence *items, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++) {
		if (items[i].last < items[i - 1].last)
			items[i].last = items[i - 1].last;
	}
}

/* Keeps those of `left`, on the stack below `right`, without a near one. */
static void
eval_exclude(struct eval *eval, struct eval_range left, struct eval_range right,
    unsigned n, bool in_order)
{
	struct eval_occurrence *items = eval->occurrences;
	size_t i, kept = 0;

	if (!eval_spend(eval, left.count + right.count)) {
		eval->occurrence_count = left.base;
		return;
	}
	eval_raise_ends(items + right.base, right.count);
	for (i = 0; i < left.count; i++) {
		if (!eval_has_near(
			eval, &items[left.base + i], right, n, in_order))
			items[left.base + kept++] = items[left.base + i];
	}
	eval->occurrence_count = left.base + kept;
}

void
eval_drop_below(struct eval *eval, size_t base, size_t from)
{
	size_t count = eval->occurrence_count - from;

	memmove(eval->occurrences + base, eval->occurrences + from,
	    count * sizeof(*eval->occurrences));
	eval->occurrence_count = base + count;
}

static void
eval_list_proximity(struct eval *eval, const struct query_node *node)
{
	struct eval_range left, right;
	size_t from;

	if ((node->type == QUERY_NEAR || node->type == QUERY_PRE) &&
	    eval_lacks_any(eval, node))
		return;
	left.base = eval->occurrence_count;
	eval_list(eval, node->children);
	left.count = eval->occurrence_count - left.base;
	if (!left.count)
		return;
	right.base = eval->occurrence_count;
	eval_list(eval, node->children->next);
	right.count = eval->occurrence_count - right.base;
	if (node->type == QUERY_NOT_NEAR || node->type == QUERY_NOT_PRE) {
		eval_exclude(
		    eval, left, right, node->n, node->type == QUERY_NOT_PRE);
		return;
	}
	from = eval->occurrence_count;
	eval_pair(eval, left, right, node->n);
	if (node->type == QUERY_NEAR) {
		eval_pair(eval, right, left, node->n);
		eval_pair_inside(eval, left, right);
		eval_pair_inside(eval, right, left);
	}
	eval_drop_below(eval, left.base, from);
}

void
eval_list(struct eval *eval, const struct query_node *node)
{
	size_t base = eval->occurrence_count;
	const struct query_node *child;

	switch (node->type) {
	case QUERY_TERM:
		eval_push_term(eval, &node->scope, node->index);
		break;
	case QUERY_SET:
		eval_push_set(eval, node);
		break;
	case QUERY_OR:
		for (child = node->children; child; child = child->next) {
			if (!eval_is_absent(eval, child))
				eval_list(eval, child);
		}
		break;
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
		eval_list_proximity(eval, node);
		break;
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
		eval_list_unit(eval, node);
		break;
	default:
		break; /* refused by the parser */
	}
	if (eval->is_given_up)
		eval->occurrence_count = base;
	else if (node->type != QUERY_SET)
		eval_settle(eval, base);
}

bool
eval_has_disjoint(const struct eval *eval, size_t base, unsigned n)
{
	const struct eval_occurrence *items = eval->occurrences + base;
	size_t i, count = eval->occurrence_count - base;
	uint32_t end = 0; /* of the last one counted; token 0 is a break */
	unsigned found = 0;

	for (i = 0; i < count; i++) {
		if (items[i].first > end) {
			found++;
			end = items[i].last;
		} else if (items[i].last < end)
			end = items[i].last;
	}
	return found >= n;
}
