#ifndef WIREWATCH_TOPICS_MATCH_PRIVATE_H
#define WIREWATCH_TOPICS_MATCH_PRIVATE_H

#include "topics/topic.h"

struct eval;

/* The steps of matcher_run, for bench/match.c and `match --stats` to time apart. */

/* Folds the item and splits it into tokens. */
void matcher_prepare(struct matcher *matcher, const struct item *item,
    const struct match_source *source);
/* Finds all terms in what was prepared; their occurrences' number. */
size_t matcher_scan(struct matcher *matcher);
/* Evaluates the topics that may be true now: the result of matcher_run. */
const struct match_result *matcher_judge(struct matcher *matcher);

/* Steps of evaluating the last item; see EVAL_STEPS_ITEM_MAX. */
uint64_t matcher_steps(const struct matcher *matcher);
/*
 * What the last matcher_run left of its item, ready to evaluate any topic; for
 * topics/explain.c. The item must still be there.
 */
struct eval *matcher_eval(struct matcher *matcher);

#endif
