/* A configuration, its topics and its matcher: loaded, shared and freed as one. */
#include <stdlib.h>

#include "daemon/generation.h"
#include "lib/alloc.h"

struct generation *
generation_new(const char *path, struct diag *diag)
{
	struct generation *generation = xcalloc(1, sizeof(*generation));

	generation->refs = 1;
	generation->conf = conf_load(path, diag);
	if (generation->conf)
		generation->topics = topicset_new(generation->conf, diag);
	if (generation->topics)
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
