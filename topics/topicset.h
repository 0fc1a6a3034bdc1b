#ifndef WIREWATCH_TOPICS_TOPICSET_H
#define WIREWATCH_TOPICS_TOPICSET_H

#include "topics/presence.h"
#include "topics/query.h"

/*
 * Inside of topics/: what topicset_new compiles and matchers read. A topic is
 * looked at only when one of its triggers occurs in an item: terms and sets of
 * which at least one must occur for the query to be true.
 */
struct topic_set_entry {
	uint32_t term;
	const char *lang; /* NULL = any */
	const char *text; /* as written */
};

struct topic_set {
	const char *name;
	struct topic_set_entry *entries;
	size_t entry_count;
};

struct topic {
	const struct conf_topic *conf;
	struct query_node *query;
	struct query_node *raise; /* NULL = none; looked at after a match */
};

/* Lists by number: those of i are items[starts[i]] to items[starts[i + 1]]. */
struct topic_lists {
	uint32_t *starts;
	uint32_t *items;
	size_t count; /* of lists */
};

#define TOPIC_LANG_ANY UINT32_MAX

struct topicset {
	struct arena *arena;
	struct terms *terms;
	struct regexes *regexes; /* NULL = none */
	struct topic_set *sets;
	size_t set_count;
	struct topic *topics;
	size_t topic_count;
	/* entries of all sets, numbered through, by term */
	struct topic_lists entries_of_term;
	uint32_t *set_of_entry;
	uint32_t *first_entry; /* of each set */
	const char **langs; /* that entries ask for, each once */
	size_t lang_count;
	size_t lang_cap;
	uint32_t *lang_of_entry; /* in langs */
	struct topic_lists topics_of_term;
	struct topic_lists topics_of_set;
	struct presence presence;
	uint32_t *always; /* topics without a trigger */
	size_t always_count;
};

#endif
