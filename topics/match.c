/*
 * Every topic against one item. One scan finds all terms; what occurs leads to
 * the sets that hold it and to the topics that wait for it, and only those are
 * evaluated. Memory is kept from item to item and grows to what the largest
 * item needed, within the bounds of TERM_HITS_ITEM_MAX and
 * EVAL_OCCURRENCES_MAX.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "topics/eval.h"
#include "topics/match_private.h"

#define MATCHER_FEW 16 /* topics sorted without qsort */

/* Whether the item is in one of the topicset's languages. */
enum matcher_lang {
	MATCHER_LANG_UNASKED,
	MATCHER_LANG_IS,
	MATCHER_LANG_IS_NOT,
};

/* What is asked of a topic. */
enum matcher_task {
	MATCHER_QUERY,
	MATCHER_RAISE,
	MATCHER_SPANS, /* of both */
	MATCHER_TASKS,
};

struct matcher {
	const struct topicset *topics;
	struct eval eval;
	uint64_t spent[MATCHER_TASKS]; /* steps, of this item */
	uint64_t shares[MATCHER_TASKS]; /* steps of the next topic */
	uint64_t *present; /* what occurs where; eval borrows it */
	enum matcher_lang *langs;
	uint32_t *found_sets; /* that occur in the item */
	size_t found_set_count;
	uint32_t *candidates; /* topics to be looked at */
	size_t candidate_count;
	bool *is_candidate; /* by topic */
	struct match_result result;
	size_t match_cap; /* in result.matches */
	struct match *matches; /* kept; result.matches points here */
};

struct matcher *
matcher_new(const struct topicset *topics)
{
	struct matcher *matcher = xcalloc(1, sizeof(*matcher));
	struct eval *eval = &matcher->eval;

	matcher->topics = topics;
	eval->topics = topics;
	term_text_init(&eval->text);
	term_hits_init(&eval->hits, topics->terms);
	meta_init(&eval->meta);
	if (topics->regexes)
		eval->regex = regex_scan_new(topics->regexes);
	/* there from the beginning: an empty list of it is no null pointer */
	eval->occurrences =
	    xgrow(NULL, 1, &eval->occurrence_cap, sizeof(*eval->occurrences));
	eval->spans = xgrow(NULL, 1, &eval->span_cap, sizeof(*eval->spans));
	eval->sets = xcalloc(topics->set_count, sizeof(*eval->sets));
	matcher->present = xcalloc(
	    presence_words(&topics->presence), sizeof(*matcher->present));
	eval->present = matcher->present;
	matcher->langs = xcalloc(topics->lang_count, sizeof(*matcher->langs));
	matcher->found_sets =
	    xcalloc(topics->set_count, sizeof(*matcher->found_sets));
	matcher->candidates =
	    xcalloc(topics->topic_count, sizeof(*matcher->candidates));
	matcher->is_candidate =
	    xcalloc(topics->topic_count, sizeof(*matcher->is_candidate));
	matcher->result.arena = arena_new();
	return matcher;
}

void
matcher_free(struct matcher **matcher_p)
{
	struct matcher *matcher = *matcher_p;
	struct eval *eval;
	size_t i;

	if (!matcher)
		return;
	eval = &matcher->eval;
	term_text_clear(&eval->text);
	term_hits_clear(&eval->hits);
	meta_clear(&eval->meta);
	regex_scan_free(&eval->regex);
	for (i = 0; i < EVAL_UNITS; i++)
		free(eval->units[i].of_token);
	free(eval->sets);
	free(eval->entries);
	free(eval->occurrences);
	free(eval->kept);
	free(eval->kept_occurrences);
	free(eval->spans);
	free(eval->span_of_hit);
	free(matcher->present);
	free(matcher->langs);
	free(matcher->found_sets);
	free(matcher->candidates);
	free(matcher->is_candidate);
	free(matcher->matches);
	arena_free(&matcher->result.arena);
	free(matcher);
	*matcher_p = NULL;
}

static void
matcher_forget_hits(struct matcher *matcher)
{
	const struct presence *presence = &matcher->topics->presence;
	struct term_hits *hits = &matcher->eval.hits;
	size_t i;

	for (i = 0; i < hits->found_count; i++)
		presence_forget(matcher->present,
		    presence_term_leaf(
			presence, PRESENCE_ANYWHERE, hits->found[i]),
		    presence->term_count);
	term_hits_reset(hits);
}

static void
matcher_forget_sets(struct matcher *matcher)
{
	const struct presence *presence = &matcher->topics->presence;
	size_t i;

	for (i = 0; i < matcher->found_set_count; i++) {
		uint32_t set = matcher->found_sets[i];

		matcher->eval.sets[set].count = 0;
		presence_forget(matcher->present,
		    presence_set_leaf(presence, PRESENCE_ANYWHERE, set),
		    presence->set_count);
	}
	matcher->found_set_count = 0;
}

static void
matcher_reset(struct matcher *matcher)
{
	size_t i;

	matcher_forget_hits(matcher);
	matcher_forget_sets(matcher);
	for (i = 0; i < matcher->topics->lang_count; i++)
		matcher->langs[i] = MATCHER_LANG_UNASKED;
	matcher->candidate_count = 0;
	matcher->eval.entry_count = 0;
	eval_begin_item(&matcher->eval);
	for (i = 0; i < MATCHER_TASKS; i++) {
		matcher->spent[i] = 0;
		matcher->shares[i] = EVAL_STEPS_TREE_MAX;
	}
	matcher->eval.has_lang = false;
	for (i = 0; i < EVAL_UNITS; i++)
		matcher->eval.units[i].is_known = false;
	arena_reset(matcher->result.arena);
	matcher->result.count = 0;
}

static void
matcher_read(struct matcher *matcher, const struct item *item,
    const struct match_source *source)
{
	const char *const fields[MATCH_FIELDS] = {
	    [MATCH_TITLE] = item->title,
	    [MATCH_SUMMARY] = item->summary,
	    [MATCH_CONTENT] = item->content,
	};
	struct eval *eval = &matcher->eval;
	const struct term_field *lead = &eval->text.fields[MATCH_SUMMARY];

	term_text_set(&eval->text, fields);
	if (lead->first == lead->end)
		lead = &eval->text.fields[MATCH_CONTENT];
	eval->lead_first = lead->first;
	eval->lead_end = lead->end;
	meta_set(&eval->meta, item, source);
	if (eval->regex)
		regex_scan_set(eval->regex, fields);
}

static void
matcher_mark_set(struct matcher *matcher, uint32_t set, unsigned planes)
{
	const struct presence *presence = &matcher->topics->presence;

	presence_mark(matcher->present,
	    presence_set_leaf(presence, PRESENCE_ANYWHERE, set),
	    presence->set_count, planes);
}

static void
matcher_add_entry(struct matcher *matcher, uint32_t entry, unsigned planes)
{
	struct eval *eval = &matcher->eval;
	uint32_t set_index = matcher->topics->set_of_entry[entry];
	struct eval_set *set = &eval->sets[set_index];
	uint32_t index = (uint32_t)eval->entry_count++;

	eval->entries = xgrow(eval->entries, eval->entry_count,
	    &eval->entry_cap, sizeof(*eval->entries));
	eval->entries[index].entry = entry;
	eval->entries[index].next = UINT32_MAX;
	if (set->count++) {
		eval->entries[set->tail].next = index;
	} else {
		set->head = index;
		matcher->found_sets[matcher->found_set_count++] = set_index;
	}
	set->tail = index;
	matcher_mark_set(matcher, set_index, planes);
}

static bool
matcher_is_in_lang(struct matcher *matcher, uint32_t lang)
{
	enum matcher_lang *answer;

	if (lang == TOPIC_LANG_ANY)
		return true;
	answer = &matcher->langs[lang];
	if (*answer == MATCHER_LANG_UNASKED)
		*answer = lang_admits(eval_language(&matcher->eval),
			      matcher->topics->langs[lang])
			      ? MATCHER_LANG_IS
			      : MATCHER_LANG_IS_NOT;
	return *answer == MATCHER_LANG_IS;
}

/* The planes in which a term that was found occurs, a bit each. */
static unsigned
matcher_planes(const struct matcher *matcher, uint32_t term)
{
	const struct eval *eval = &matcher->eval;
	const struct term_field *fields = eval->text.fields;
	unsigned planes = 1u << PRESENCE_ANYWHERE;
	uint32_t i = eval->hits.seen[term].head;

	/* the hits of a term are in the order of the text, the title first */
	for (; i != TERM_HIT_NONE; i = eval->hits.items[i].next) {
		uint32_t token = eval->hits.items[i].first;

		if (token < fields[MATCH_TITLE].end) {
			planes |= 1u << PRESENCE_TITLE;
			continue;
		}
		if (token < fields[MATCH_SUMMARY].end)
			planes |= 1u << PRESENCE_SUMMARY;
		break;
	}
	return planes;
}

static void
matcher_mark_term(struct matcher *matcher, uint32_t term, unsigned planes)
{
	const struct presence *presence = &matcher->topics->presence;

	presence_mark(matcher->present,
	    presence_term_leaf(presence, PRESENCE_ANYWHERE, term),
	    presence->term_count, planes);
}

/* The entries that a term stands for, but those of other languages. */
static void
matcher_link_term(struct matcher *matcher, uint32_t term, unsigned planes)
{
	const struct topic_lists *lists = &matcher->topics->entries_of_term;
	uint32_t i, end = lists->starts[term + 1];

	for (i = lists->starts[term]; i < end; i++) {
		uint32_t entry = lists->items[i];

		if (matcher_is_in_lang(
			matcher, matcher->topics->lang_of_entry[entry]))
			matcher_add_entry(matcher, entry, planes);
	}
}

static inline void
matcher_wake(
    struct matcher *matcher, const struct topic_lists *lists, uint32_t list)
{
	uint32_t i, end = lists->starts[list + 1];

	for (i = lists->starts[list]; i < end; i++) {
		uint32_t topic = lists->items[i];

		if (matcher->is_candidate[topic])
			continue;
		matcher->is_candidate[topic] = true;
		matcher->candidates[matcher->candidate_count++] = topic;
	}
}

static int
matcher_compare_topics(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Those that are left are mostly a handful. */
static void
matcher_sort(uint32_t *topics, size_t count)
{
	size_t i, at;

	if (count > MATCHER_FEW) {
		qsort(topics, count, sizeof(*topics), matcher_compare_topics);
		return;
	}
	for (i = 1; i < count; i++) {
		uint32_t topic = topics[i];

		for (at = i; at && topics[at - 1] > topic; at--)
			topics[at] = topics[at - 1];
		topics[at] = topic;
	}
}

/* Drops the topics that lack something; most do. */
static void
matcher_drop(struct matcher *matcher)
{
	size_t i, kept = 0;

	for (i = 0; i < matcher->candidate_count; i++) {
		uint32_t topic = matcher->candidates[i];

		matcher->is_candidate[topic] = false;
		if (presence_allows(
			&matcher->topics->presence, topic, matcher->present))
			matcher->candidates[kept++] = topic;
	}
	matcher->candidate_count = kept;
}

/* The topics that may be true, in the order of the configuration. */
static void
matcher_choose(struct matcher *matcher)
{
	const struct topicset *topics = matcher->topics;
	const struct term_hits *hits = &matcher->eval.hits;
	unsigned planes;
	size_t i;

	for (i = 0; i < hits->found_count; i++) {
		planes = matcher_planes(matcher, hits->found[i]);
		matcher_mark_term(matcher, hits->found[i], planes);
		matcher_wake(matcher, &topics->topics_of_term, hits->found[i]);
		matcher_link_term(matcher, hits->found[i], planes);
	}
	for (i = 0; i < matcher->found_set_count; i++)
		matcher_wake(
		    matcher, &topics->topics_of_set, matcher->found_sets[i]);
	for (i = 0; i < topics->always_count; i++) {
		matcher->is_candidate[topics->always[i]] = true;
		matcher->candidates[matcher->candidate_count++] =
		    topics->always[i];
	}
	matcher_drop(matcher);
	matcher_sort(matcher->candidates, matcher->candidate_count);
}

/* Leaves the topics to come what is theirs; see eval.h. */
static void
matcher_spend(struct matcher *matcher, enum matcher_task task, uint64_t steps)
{
	uint64_t spent = matcher->spent[task] += steps;

	if (spent + EVAL_STEPS_FLOOR >= EVAL_STEPS_ITEM_MAX)
		matcher->shares[task] = EVAL_STEPS_FLOOR;
	else if (spent + EVAL_STEPS_TREE_MAX >= EVAL_STEPS_ITEM_MAX)
		matcher->shares[task] = EVAL_STEPS_ITEM_MAX - spent;
}

static bool
matcher_ask(struct matcher *matcher, enum matcher_task task,
    const struct query_node *tree)
{
	struct eval *eval = &matcher->eval;
	uint64_t before = eval->steps;
	bool is_true;

	eval->is_given_up = false;
	eval->steps_end = before + matcher->shares[task];
	is_true = task == MATCHER_SPANS ? eval_explain(eval, tree)
					: eval_is_true(eval, tree);
	/* most topics take none */
	if (eval->steps > before)
		matcher_spend(matcher, task, eval->steps - before);
	return is_true;
}

/* Whether the topic, which matched, is raised; if so, its spans are added. */
static bool
matcher_is_raised(struct matcher *matcher, const struct topic *topic)
{
	if (!topic->raise || !matcher_ask(matcher, MATCHER_RAISE, topic->raise))
		return false;
	(void)matcher_ask(matcher, MATCHER_SPANS, topic->raise);
	return true;
}

static void
matcher_add_match(
    struct matcher *matcher, const struct topic *topic, bool is_raised)
{
	struct eval *eval = &matcher->eval;
	struct match_result *result = &matcher->result;
	struct match *match;
	size_t i, count;

	eval_settle_spans(eval);
	count = eval->span_count;
	matcher->matches = xgrow(matcher->matches, result->count + 1,
	    &matcher->match_cap, sizeof(*matcher->matches));
	match = &matcher->matches[result->count++];
	match->topic = topic->conf;
	match->is_raised = is_raised;
	match->severity =
	    is_raised ? topic->conf->raise_to : topic->conf->severity;
	match->span_count = count;
	match->spans =
	    arena_calloc(result->arena, count, sizeof(*match->spans));
	for (i = 0; i < count; i++) {
		const struct eval_span *from = &eval->spans[i];
		struct match_span *span = &match->spans[i];

		span->field = from->field;
		span->start = from->start;
		span->end = from->end;
		span->term = from->term;
		span->set = from->set;
	}
}

static void
matcher_evaluate_topic(struct matcher *matcher, const struct topic *topic)
{
	struct eval *eval = &matcher->eval;
	size_t overruns = eval->overruns;

	if (matcher_ask(matcher, MATCHER_QUERY, topic->query)) {
		eval->span_count = 0;
		(void)matcher_ask(matcher, MATCHER_SPANS, topic->query);
		matcher_add_match(
		    matcher, topic, matcher_is_raised(matcher, topic));
	}
	if (eval->overruns > overruns)
		eval->overruns = overruns + 1;
}

static void
matcher_evaluate(struct matcher *matcher)
{
	size_t i;

	if (matcher->candidate_count)
		tokens_number(&matcher->eval.text.tokens);
	for (i = 0; i < matcher->candidate_count; i++)
		matcher_evaluate_topic(
		    matcher, &matcher->topics->topics[matcher->candidates[i]]);
	matcher->result.matches = matcher->matches;
}

void
matcher_prepare(struct matcher *matcher, const struct item *item,
    const struct match_source *source)
{
	matcher_reset(matcher);
	matcher_read(matcher, item, source);
}

size_t
matcher_scan(struct matcher *matcher)
{
	matcher_forget_hits(matcher);
	terms_scan(
	    matcher->topics->terms, &matcher->eval.text, &matcher->eval.hits);
	return matcher->eval.hits.count;
}

const struct match_result *
matcher_judge(struct matcher *matcher)
{
	matcher_choose(matcher);
	matcher_evaluate(matcher);
	return &matcher->result;
}

const struct match_result *
matcher_run(struct matcher *matcher, const struct item *item,
    const struct match_source *source)
{
	matcher_prepare(matcher, item, source);
	(void)matcher_scan(matcher);
	return matcher_judge(matcher);
}

struct eval *
matcher_eval(struct matcher *matcher)
{
	/* they are not if no topic came so far */
	tokens_number(&matcher->eval.text.tokens);
	/* what the topics before it took is not its own */
	eval_begin_item(&matcher->eval);
	return &matcher->eval;
}

uint64_t
matcher_steps(const struct matcher *matcher)
{
	return matcher->eval.steps;
}

size_t
matcher_overruns(const struct matcher *matcher)
{
	const struct eval *eval = &matcher->eval;

	return eval->hits.overruns + eval->overruns +
	       (eval->regex ? regex_scan_overruns(eval->regex) : 0);
}
