#ifndef WIREWATCH_DAEMON_GENERATION_H
#define WIREWATCH_DAEMON_GENERATION_H

#include "config/conf.h"
#include "lib/diag.h"
#include "topics/topic.h"

/*
 * One configuration with what was compiled from it. A reload builds the next
 * generation whole; the old one lives on while polls that began under it do.
 */
struct generation {
	struct conf *conf;
	struct topicset *topics;
	struct matcher *matcher;
	int refs;
};

/* Loads and compiles; NULL when diag holds errors. One reference is held. */
struct generation *generation_new(const char *path, struct diag *diag);
struct generation *generation_ref(struct generation *generation);
/* Drops a reference, frees with the last; sets *generation to NULL. */
void generation_unref(struct generation **generation);

#endif
