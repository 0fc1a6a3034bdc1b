#ifndef WIREWATCH_TOPICS_GOLDEN_H
#define WIREWATCH_TOPICS_GOLDEN_H

#include "topics/topic.h"

/*
 * The examples of topics against topics: each is made an item, as a feed would
 * have given it, and matched once.
 */
struct golden_verdict {
	const struct conf_topic *topic;		/* whose example it is */
	const struct conf_golden *golden;
	bool did_match;
	bool is_right;			/* it matched as it must, or did not */
	const struct match *match;	/* NULL if it did not match */
};

/* The verdict and its match end with the call. */
typedef void (*golden_fn)(const struct golden_verdict *verdict, void *arg);

/*
 * Runs every example of conf in the order of the configuration, each against
 * the topic of the same name among `topics`, which may be compiled from another
 * configuration; a topic that is not there matches nothing. The feeds that
 * examples name are those of `feeds`, or else of conf. Each example costs one
 * run of a matcher. fn may be NULL. The number that is not right.
 */
size_t golden_run(const struct topicset *topics, const struct conf *conf,
    const struct conf *feeds, golden_fn fn, void *arg);
/*
 * Reports each example that is not right as error E301 at its place. The number
 * of examples.
 */
size_t golden_check(const struct topicset *topics, const struct conf *conf,
    struct diag *diag);

#endif
