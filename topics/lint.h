#ifndef WIREWATCH_TOPICS_LINT_H
#define WIREWATCH_TOPICS_LINT_H

#include "topics/topic.h"

/*
 * What is right, but hardly what was meant, as warnings for `wirewatch check`:
 *
 * W210  a letter of another script in a word, which looks like one of its own
 * W230  a term of an OR or of a set that another one of it makes superfluous
 * W231  an entry that stands twice in a set, for the same language
 */
#define LINT_WARNINGS_MAX 100 /* shown; then one tells how many more */

/* `topics` is what topicset_new made of `conf`. */
void lint_topics(const struct topicset *topics, const struct conf *conf,
    struct diag *diag);

#endif
