#ifndef WIREWATCH_DAEMON_WORK_PRIVATE_H
#define WIREWATCH_DAEMON_WORK_PRIVATE_H

#include "daemon/wire.h"
#include "daemon/work.h"

/* Inside of daemon/work*.c. */

#define WORK_ITEM_SIZE 64 /* the least that an item takes, in bytes */

enum work_kind {
	WORK_PARSE = 1,
	WORK_MATCH,
};

void work_write_item(struct wire_writer *writer, const struct item *item);
void work_read_item(struct wire_reader *reader, struct item *item);
/* doc is NULL unless outcome is PARSE_OK. */
void work_write_doc(struct wire_writer *writer, enum parse_outcome outcome,
    const struct feed_doc *doc, const struct err *why);

/* Runs the matcher over the items of a request. */
void work_match(struct matcher *matcher, const struct conf *conf,
    struct wire_reader *reader, struct wire_writer *writer);

#endif
