/* A configuration, its topics and its matcher: loaded, shared and freed as one. */
#include <stdlib.h>

#include "daemon/generation.h"
#include "lib/alloc.h"

struct generation *
generation_new(const char *path, struct diag *diag)
{
	struct generation *generation = xcalloc(1, sizeof(*generation));
	size_t errors = diag->errors;

	generation->refs = 1;
	/* the errors of topics are shown beside those of everything else */
	generation->conf = conf_examine(path, diag);
	if (generation->conf)
		generation->topics = topicset_new(generation->conf, diag);
	if (generation->topics && diag->errors == errors)
		generation->matcher = matcher_new(generation->topics);
	else
		generation_unref(&generation);
	return generation;
}

struct generation *
generation_ref(struct generation *generation)
{
	generation->refs++;
	return generation;
}

void
generation_unref(struct generation **generation_p)
{
	struct generation *generation = *generation_p;

	*generation_p = NULL;
	if (!generation || --generation->refs > 0)
		return;
	matcher_free(&generation->matcher);
	topicset_free(&generation->topics);
	conf_free(&generation->conf);
	free(generation);
}
