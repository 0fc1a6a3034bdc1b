#ifndef WIREWATCH_CLI_MATCH_STATS_H
#define WIREWATCH_CLI_MATCH_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/items.h"
#include "config/conf.h"
#include "lib/diag.h"
#include "topics/topic.h"

/*
 * What `match --stats` tells: the processor time of each step, not what the
 * wall clock says, less what looking at the clock costs by itself.
 */
enum match_step {
	MATCH_STEP_COMPILE,
	MATCH_STEP_READ,	/* lines and JSON */
	MATCH_STEP_FOLD,	/* fold, and split into tokens */
	MATCH_STEP_SCAN,	/* find the terms */
	MATCH_STEP_EVALUATE,	/* topics whose terms were found */
	MATCH_STEPS,
};

struct match_stats {
	double seconds[MATCH_STEPS];
	double clock_cost;	/* seconds of one look at the clock */
	size_t items;
	size_t bytes;		/* of title, summary and content */
};

void match_stats_init(struct match_stats *stats);
/* topicset_new, items_next and matcher_run, and how long they took. */
struct topicset *match_stats_compile(
    struct match_stats *stats, const struct conf *conf, struct diag *diag);
const struct items_entry *match_stats_next(
    struct match_stats *stats, struct items *items);
const struct match_result *match_stats_run(struct match_stats *stats,
    struct matcher *matcher, const struct items_entry *entry);
/* For people, or as one JSON object on a line. */
void match_stats_print(const struct match_stats *stats,
    const struct topicset *topics, size_t matched, size_t bad, bool is_json,
    FILE *out);

#endif
