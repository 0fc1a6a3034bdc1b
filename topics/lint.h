#ifndef WIREWATCH_TOPICS_LINT_H
#define WIREWATCH_TOPICS_LINT_H

#include "topics/topic.h"

/*
 * What is right, but hardly what was meant, as warnings for `wirewatch check`:
 *
 * W210  a letter of another script in a word, which looks like one of its own,
 *       or a word of such letters beside the one that it looks like
 * W220  a word of a script without blanks that is not taken apart, the first
 * W230  a term of an OR or of a set that another one of it makes superfluous
 * W231  an entry that stands twice in a set, for the same language
 * W232  what stands twice in an AND, OR or ANY, or once with NOT in an AND
 * W241  an `i` with a blank before it behind a regular expression
 * W242  a term in ALLCAPS without letters that have capitals, or an exact one
 *       with small letters
 */
#define LINT_WARNINGS_MAX 100 /* shown; then one tells how many more */

/* `topics` is what topicset_new made of `conf`. */
void lint_topics(const struct topicset *topics, const struct conf *conf,
    struct diag *diag);

#endif
