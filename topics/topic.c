/*
 * Compiles a configuration's sets and queries into one topicset. Sets first,
 * then queries, so that every error of both is reported in one run; then the
 * automaton is built and each topic hung on what it waits for.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/map.h"
#include "topics/topicset.h"

#define TOPIC_NO_TRIGGER SIZE_MAX

static const char *const match_field_names[MATCH_FIELDS] = {
    "title", "summary", "content"};

const char *
match_field_name(enum match_field field)
{
	return match_field_names[field];
}

void
match_source_of_feed(struct match_source *source, const struct conf_feed *feed)
{
	memset(source, 0, sizeof(*source));
	if (!feed)
		return;
	source->feed = feed->name;
	source->title = feed->title;
	source->role = feed->role;
	source->country = feed->country;
	source->lang = feed->lang;
}

static void
topicset_compile_entries(struct query_parser *parser,
    const struct conf_set *conf, struct topic_set *set, struct arena *arena)
{
	size_t i, count = conf->entry_count;

	if (count > QUERY_SET_ENTRIES_MAX) {
		diag_add(parser->diag, DIAG_ERROR, &conf->place, "E009",
		    "set \"%s\" has more than %d entries", conf->name,
		    QUERY_SET_ENTRIES_MAX);
		return;
	}
	set->name = conf->name;
	set->entries = arena_calloc(arena, count, sizeof(*set->entries));
	for (i = 0; i < count; i++) {
		const struct query_node *node =
		    query_parse_entry(parser, &conf->entries[i].text);
		struct topic_set_entry *entry;

		if (!node)
			continue;
		entry = &set->entries[set->entry_count++];
		entry->term = node->index;
		entry->lang = conf->entries[i].lang;
		entry->text = node->text;
	}
}

static void
topicset_parse(
    struct topicset *topics, const struct conf *conf, struct diag *diag)
{
	struct query_parser parser;
	size_t i;

	query_parser_init(&parser, topics->arena, topics->terms, conf, diag);
	topics->set_count = conf->set_count;
	topics->sets =
	    arena_calloc(topics->arena, conf->set_count, sizeof(*topics->sets));
	for (i = 0; i < conf->set_count; i++)
		topicset_compile_entries(
		    &parser, &conf->sets[i], &topics->sets[i], topics->arena);
	topics->topic_count = conf->topic_count;
	topics->topics = arena_calloc(
	    topics->arena, conf->topic_count, sizeof(*topics->topics));
	for (i = 0; i < conf->topic_count; i++) {
		struct topic *topic = &topics->topics[i];

		topic->conf = &conf->topics[i];
		topic->query = query_parse(&parser, &topic->conf->query);
		if (topic->conf->raise.text)
			topic->raise =
			    query_parse(&parser, &topic->conf->raise);
	}
	topics->regexes = query_parser_take_regexes(&parser);
	query_parser_clear(&parser);
}

/* From uses to terms, once the automaton knows which are equal. */
static void
topic_resolve(const struct terms *terms, struct query_node *node)
{
	struct query_node *child;

	if (node->type == QUERY_TERM)
		node->index = terms_id(terms, node->index);
	for (child = node->children; child; child = child->next)
		topic_resolve(terms, child);
}

static void
topicset_resolve(struct topicset *topics)
{
	size_t i, k;

	for (i = 0; i < topics->set_count; i++) {
		struct topic_set *set = &topics->sets[i];

		for (k = 0; k < set->entry_count; k++)
			set->entries[k].term =
			    terms_id(topics->terms, set->entries[k].term);
	}
	for (i = 0; i < topics->topic_count; i++) {
		topic_resolve(topics->terms, topics->topics[i].query);
		if (topics->topics[i].raise)
			topic_resolve(topics->terms, topics->topics[i].raise);
	}
}

/* Pairs of a list and an item of it, to be sorted into struct topic_lists. */
struct topic_pairs {
	struct topic_pair {
		uint32_t list;
		uint32_t item;
	} * items;
	size_t count;
	size_t cap;
};

static void
topic_pairs_add(struct topic_pairs *pairs, uint32_t list, uint32_t item)
{
	pairs->items = xgrow(
	    pairs->items, pairs->count + 1, &pairs->cap, sizeof(*pairs->items));
	pairs->items[pairs->count].list = list;
	pairs->items[pairs->count++].item = item;
}

/* A counting sort that keeps the order of items; frees the pairs. */
static void
topic_lists_build(
    struct topic_lists *lists, size_t count, struct topic_pairs *pairs)
{
	size_t i;

	lists->count = count;
	lists->starts = xcalloc(count + 2, sizeof(*lists->starts));
	lists->items = xcalloc(pairs->count, sizeof(*lists->items));
	for (i = 0; i < pairs->count; i++)
		lists->starts[pairs->items[i].list + 2]++;
	for (i = 2; i <= count + 1; i++)
		lists->starts[i] += lists->starts[i - 1];
	for (i = 0; i < pairs->count; i++) {
		uint32_t *at = &lists->starts[pairs->items[i].list + 1];

		lists->items[(*at)++] = pairs->items[i].item;
	}
	free(pairs->items);
	memset(pairs, 0, sizeof(*pairs));
}

static void
topic_lists_clear(struct topic_lists *lists)
{
	free(lists->starts);
	free(lists->items);
}

static size_t
topicset_count_entries(const struct topicset *topics)
{
	size_t i, total = 0;

	for (i = 0; i < topics->set_count; i++)
		total += topics->sets[i].entry_count;
	return total;
}

static void
topicset_index_entries(struct topicset *topics)
{
	struct topic_pairs pairs = {0};
	uint32_t entry = 0;
	size_t i, k;

	topics->set_of_entry = xcalloc(
	    topicset_count_entries(topics), sizeof(*topics->set_of_entry));
	topics->first_entry =
	    xcalloc(topics->set_count, sizeof(*topics->first_entry));
	for (i = 0; i < topics->set_count; i++) {
		const struct topic_set *set = &topics->sets[i];

		topics->first_entry[i] = entry;
		for (k = 0; k < set->entry_count; k++) {
			topics->set_of_entry[entry] = (uint32_t)i;
			topic_pairs_add(&pairs, set->entries[k].term, entry++);
		}
	}
	topic_lists_build(
	    &topics->entries_of_term, terms_count(topics->terms), &pairs);
}

/* Numbers the languages; `numbers` holds those met so far, plus one. */
static uint32_t
topicset_number_lang(
    struct topicset *topics, struct map *numbers, const char *lang)
{
	uintptr_t number = (uintptr_t)map_get(numbers, lang);

	if (!number) {
		topics->langs = xgrow(topics->langs, topics->lang_count + 1,
		    &topics->lang_cap, sizeof(*topics->langs));
		topics->langs[topics->lang_count] = lang;
		number = ++topics->lang_count;
		(void)map_put(numbers, lang, (void *)number);
	}
	return (uint32_t)(number - 1);
}

/* An item is asked once whether it is in a language, not for each entry. */
static void
topicset_index_langs(struct topicset *topics)
{
	struct map *numbers = map_new();
	const char *lang = NULL;
	uint32_t entry = 0, number = TOPIC_LANG_ANY;
	size_t i, k;

	topics->lang_of_entry = xcalloc(
	    topicset_count_entries(topics), sizeof(*topics->lang_of_entry));
	for (i = 0; i < topics->set_count; i++) {
		const struct topic_set *set = &topics->sets[i];

		for (k = 0; k < set->entry_count; k++) {
			/* the words of one list share the string */
			if (set->entries[k].lang != lang) {
				lang = set->entries[k].lang;
				number = lang ? topicset_number_lang(
						    topics, numbers, lang)
					      : TOPIC_LANG_ANY;
			}
			topics->lang_of_entry[entry++] = number;
		}
	}
	map_free(&numbers, NULL);
}

/* Where the triggers of topics go while they are chosen. */
struct topic_triggers {
	const struct topicset *topics;
	struct topic_pairs terms;
	struct topic_pairs sets;
};

static size_t
topic_set_cost(const struct topicset *topics, const struct topic_set *set)
{
	size_t i, cost = 0;

	for (i = 0; i < set->entry_count; i++)
		cost += terms_weight(topics->terms, set->entries[i].term);
	return cost;
}

/* How often, by guess, one of the triggers that a node can give occurs. */
static size_t
topic_cost(const struct topicset *topics, const struct query_node *node)
{
	const struct query_node *child;
	size_t cost, least = TOPIC_NO_TRIGGER, sum = 0;

	switch (node->type) {
	case QUERY_TERM:
		return terms_weight(topics->terms, node->index);
	case QUERY_SET:
		return topic_set_cost(topics, &topics->sets[node->index]);
	case QUERY_META:
	case QUERY_REGEX:
	case QUERY_NOT:
		return TOPIC_NO_TRIGGER;
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
	case QUERY_ATLEAST:
		return topic_cost(topics, node->children);
	case QUERY_AND:
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
		for (child = node->children; child; child = child->next) {
			cost = topic_cost(topics, child);
			least = cost < least ? cost : least;
		}
		return least;
	case QUERY_OR:
	case QUERY_ANY:
		for (child = node->children; child; child = child->next) {
			cost = topic_cost(topics, child);
			if (cost == TOPIC_NO_TRIGGER)
				return cost;
			sum += cost;
		}
		return sum;
	}
	return TOPIC_NO_TRIGGER;
}

static void topic_add_triggers(struct topic_triggers *triggers,
    const struct query_node *node, uint32_t topic);

/* Of what must all be true, that which is least often. */
static void
topic_add_rarest(struct topic_triggers *triggers, const struct query_node *node,
    uint32_t topic)
{
	const struct query_node *child, *rarest = node->children;
	size_t cost, least = topic_cost(triggers->topics, rarest);

	for (child = rarest->next; child; child = child->next) {
		cost = topic_cost(triggers->topics, child);
		if (cost < least) {
			least = cost;
			rarest = child;
		}
	}
	topic_add_triggers(triggers, rarest, topic);
}

/* The node's cost is known to be finite. */
static void
topic_add_triggers(struct topic_triggers *triggers,
    const struct query_node *node, uint32_t topic)
{
	const struct query_node *child;

	switch (node->type) {
	case QUERY_TERM:
		topic_pairs_add(&triggers->terms, node->index, topic);
		break;
	case QUERY_SET:
		topic_pairs_add(&triggers->sets, node->index, topic);
		break;
	case QUERY_META:
	case QUERY_REGEX:
	case QUERY_NOT:
		break;
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
	case QUERY_ATLEAST:
		topic_add_triggers(triggers, node->children, topic);
		break;
	case QUERY_AND:
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
		topic_add_rarest(triggers, node, topic);
		break;
	case QUERY_OR:
	case QUERY_ANY:
		for (child = node->children; child; child = child->next)
			topic_add_triggers(triggers, child, topic);
		break;
	}
}

/* The first regular expression of a tree; NULL if there is none. */
static const struct query_node *
topic_find_regex(const struct query_node *node)
{
	const struct query_node *child, *found = NULL;

	if (node->type == QUERY_REGEX)
		return node;
	for (child = node->children; child && !found; child = child->next)
		found = topic_find_regex(child);
	return found;
}

/* A topic that no word wakes looks at every item; with a regex it is dear. */
static void
topic_warn_of_regex(const struct topic *topic, struct diag *diag)
{
	const struct query_node *regex = topic_find_regex(topic->query);

	if (!regex)
		return;
	conf_text_diag(diag, DIAG_WARNING, &topic->conf->query, regex->start,
	    regex->len, "W240",
	    "topic \"%s\" runs this regular expression on every item",
	    topic->conf->name);
	diag_hint(diag, "join it with AND to a word that must occur");
}

static void
topicset_index_topics(struct topicset *topics, struct diag *diag)
{
	struct topic_triggers triggers = {.topics = topics};
	size_t i;

	topics->always = xcalloc(topics->topic_count, sizeof(*topics->always));
	for (i = 0; i < topics->topic_count; i++) {
		const struct query_node *query = topics->topics[i].query;

		if (topic_cost(topics, query) == TOPIC_NO_TRIGGER) {
			topics->always[topics->always_count++] = (uint32_t)i;
			topic_warn_of_regex(&topics->topics[i], diag);
		} else
			topic_add_triggers(&triggers, query, (uint32_t)i);
	}
	topic_lists_build(&topics->topics_of_term, terms_count(topics->terms),
	    &triggers.terms);
	topic_lists_build(
	    &topics->topics_of_set, topics->set_count, &triggers.sets);
}

struct topicset *
topicset_new(const struct conf *conf, struct diag *diag)
{
	struct topicset *topics = xcalloc(1, sizeof(*topics));
	size_t errors = diag->errors;

	topics->arena = arena_new();
	topics->terms = terms_new();
	topicset_parse(topics, conf, diag);
	if (diag->errors > errors) {
		topicset_free(&topics);
		return NULL;
	}
	terms_build(topics->terms);
	topicset_resolve(topics);
	topicset_index_entries(topics);
	topicset_index_langs(topics);
	topicset_index_topics(topics, diag);
	presence_build(&topics->presence, topics);
	return topics;
}

void
topicset_free(struct topicset **topics_p)
{
	struct topicset *topics = *topics_p;

	if (!topics)
		return;
	terms_free(&topics->terms);
	regexes_free(&topics->regexes);
	topic_lists_clear(&topics->entries_of_term);
	topic_lists_clear(&topics->topics_of_term);
	topic_lists_clear(&topics->topics_of_set);
	free(topics->set_of_entry);
	free(topics->first_entry);
	free(topics->langs);
	free(topics->lang_of_entry);
	presence_clear(&topics->presence);
	free(topics->always);
	arena_free(&topics->arena);
	free(topics);
	*topics_p = NULL;
}

size_t
topicset_count(const struct topicset *topics)
{
	return topics->topic_count;
}

size_t
topicset_terms(const struct topicset *topics)
{
	return terms_count(topics->terms);
}

static size_t
topic_lists_memory(const struct topic_lists *lists)
{
	return (lists->count + 2 + lists->starts[lists->count]) *
	       sizeof(uint32_t);
}

size_t
topicset_memory(const struct topicset *topics)
{
	return terms_memory(topics->terms) +
	       topic_lists_memory(&topics->entries_of_term) +
	       topic_lists_memory(&topics->topics_of_term) +
	       topic_lists_memory(&topics->topics_of_set) +
	       presence_memory(&topics->presence);
}
