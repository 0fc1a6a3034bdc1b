#ifndef WIREWATCH_DAEMON_WORK_H
#define WIREWATCH_DAEMON_WORK_H

#include <stddef.h>

#include "feeds/parse.h"
#include "lib/buf.h"
#include "topics/topic.h"

/*
 * What parse workers do, as bytes: a request, and the reply that work_run makes
 * of it. Whoever reads a reply takes it for hostile: what fed the parser may
 * have taken it over.
 */
#define WORK_REQUEST_MAX (PARSE_BODY_MAX + 64 * 1024)
#define WORK_REPLY_MAX (64 * 1024 * 1024) /* a document, its texts and all */
/* Items of so much text are matched at a time, or one. */
#define WORK_BATCH_TEXT (2 * 1024 * 1024)
#define WORK_BATCH_ITEMS 1024

/* What a matcher found in some items. */
struct work_matches {
	struct arena *arena;	/* owns all of it */
	struct match_result *results;	/* by item */
	size_t count;
	size_t overruns;	/* see matcher_overruns */
};

void work_matches_clear(struct work_matches *matches);

/* Requests; -1 when they do not fit the buffer. */
int work_ask_parse(struct buf *request, const struct parse_input *input);
/*
 * For the first of the items, as many as make a batch; their number, at least
 * one, or 0 when not even that fits.
 */
size_t work_ask_match(struct buf *request, const struct match_source *source,
    const struct item *const *items, size_t count);

/*
 * Does what a request asks for and adds the reply to a buffer; adds nothing if
 * it cannot. In a worker, or in the daemon's own process.
 */
void work_run(struct matcher *matcher, const struct conf *conf,
    const char *request, size_t len, struct buf *reply);

/*
 * Replies. 0, or -1 with the reason when they are not what was asked for. The
 * document is the caller's.
 */
int work_take_doc(const struct buf *reply, enum parse_outcome *outcome_r,
    struct feed_doc **doc_r, struct err *why);
/* `items` are those that were asked about; `conf` is the worker's. */
int work_take_matches(const struct buf *reply, const struct conf *conf,
    const struct item *const *items, size_t count,
    struct work_matches *matches_r, struct err *why);

#endif
