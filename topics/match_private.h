#ifndef WIREWATCH_TOPICS_MATCH_PRIVATE_H
#define WIREWATCH_TOPICS_MATCH_PRIVATE_H

#include "topics/topic.h"

/* The steps of matcher_run, for bench/match.c to time apart. */

/* Folds the item and splits it into tokens. */
void matcher_prepare(struct matcher *matcher, const struct item *item,
    const struct match_source *source);
/* Finds all terms in what was prepared; their occurrences' number. */
size_t matcher_scan(struct matcher *matcher);

#endif
