#ifndef WIREWATCH_TOPICS_TOPIC_H
#define WIREWATCH_TOPICS_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

#include "config/conf.h"
#include "feeds/item.h"
#include "lib/diag.h"

/*
 * The compiled topics of a configuration, immutable once built: one automaton
 * over the terms of all queries, and each query's tree.
 */
struct topicset;

#define MATCH_SPANS_MAX 64	/* kept per topic and item */

/*
 * Compiles every topic and set of the configuration. All errors and warnings
 * go to diag; NULL if there were errors. The configuration must outlive it.
 */
struct topicset *topicset_new(const struct conf *conf, struct diag *diag);
void topicset_free(struct topicset **topics);
size_t topicset_count(const struct topicset *topics);
/* Terms and bytes of the automaton, for people and for benchmarks. */
size_t topicset_terms(const struct topicset *topics);
size_t topicset_memory(const struct topicset *topics);

enum match_field {
	MATCH_TITLE,
	MATCH_SUMMARY,
	MATCH_CONTENT,
	MATCH_FIELDS,
};

const char *match_field_name(enum match_field field);

/* Where a term stands: byte offsets in the item's own field, end exclusive. */
struct match_span {
	enum match_field field;
	size_t start;
	size_t end;
	const char *term;	/* as the query writes it */
	const char *set;	/* the set it came from, or NULL */
};

/* What is known of an item beside its text; any member may be NULL. */
struct match_source {
	const char *feed;	/* its configured name */
	const char *title;	/* of the source */
	const char *role;
	const char *country;
	const char *lang;
};

/* What the feed's section says; feed may be NULL. */
void match_source_of_feed(
    struct match_source *source, const struct conf_feed *feed);

struct match {
	const struct conf_topic *topic;
	enum severity severity;	/* the topic's, or what its `raise` lifts it to */
	bool is_raised;
	struct match_span *spans;	/* in the order of field and start */
	size_t span_count;
};

struct match_result {
	struct match *matches;		/* in the order of configuration */
	size_t count;
	struct arena *arena;		/* owns all of it */
};

/*
 * Working memory of one thread, reused from item to item: a matcher belongs to
 * one caller at a time.
 */
struct matcher;

struct matcher *matcher_new(const struct topicset *topics);
void matcher_free(struct matcher **matcher);
/*
 * Every topic against one item in one pass. The result belongs to the matcher
 * and is valid until its next call. source may be NULL.
 */
const struct match_result *matcher_run(struct matcher *matcher,
    const struct item *item, const struct match_source *source);
/*
 * What was given up for want of its budget of steps, since the matcher was
 * made: runs of regular expressions (REGEX_BUDGET), scans in which terms were
 * not looked for to the end (TERM_STEPS_MAX), evaluations of topics
 * (EVAL_STEPS_TREE_MAX). What they would have found was not.
 */
size_t matcher_overruns(const struct matcher *matcher);

#endif
