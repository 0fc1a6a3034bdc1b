#ifndef WIREWATCH_CLI_RETRIEVE_H
#define WIREWATCH_CLI_RETRIEVE_H

#include <stddef.h>

#include "lib/err.h"

/* One feed over the network, as the daemon would fetch it, but waited for. */
struct retrieved {
	char *body;
	size_t len;
	char *url; /* where it was found in the end */
	char *content_type; /* NULL if none was sent */
};

/*
 * Fetches a URL that a person typed: the host named there may be private, for
 * whoever types it may reach it anyway; others, to which it redirects, only if
 * the configuration allows them. 0, or -1 with the reason.
 */
int retrieve(const char *url, struct retrieved *retrieved_r, struct err *err);
void retrieved_clear(struct retrieved *retrieved);

#endif
