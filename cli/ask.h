#ifndef WIREWATCH_CLI_ASK_H
#define WIREWATCH_CLI_ASK_H

#include <jansson.h>

#include "lib/err.h"

/* A running daemon, asked over its Unix socket (libcurl). */
struct ask;

#define ASK_TIMEOUT_MS 10000		/* for one answer */
#define ASK_BODY_MAX (16 * 1024 * 1024)	/* bytes of one answer */

/* Does not connect yet. NULL with the reason. */
struct ask *ask_new(const char *socket_path, struct err *err);
/* NULL is fine. */
void ask_free(struct ask **ask);
/*
 * The object under a path like "/api/v1/status"; the caller's. NULL with the
 * reason: nobody answers, the daemon refuses, the answer is no JSON object.
 */
json_t *ask_get(struct ask *ask, const char *path, struct err *err);
/* Text fit for a query parameter, owned by the caller. */
char *ask_escape(const struct ask *ask, const char *text);

#endif
