#ifndef WIREWATCH_TOPICS_META_H
#define WIREWATCH_TOPICS_META_H

#include "lib/buf.h"
#include "topics/lang.h"
#include "topics/query.h"

/* What is known of an item beside its text, folded when a query asks for it. */
struct meta_value {
	size_t start; /* in meta->text */
	size_t len;
};

struct meta_list {
	bool is_read;
	size_t first;
	size_t count;
};

struct meta {
	const struct item *item;
	const struct match_source *source;
	const struct lang *lang; /* known when lang: is asked for */
	struct folded folded;
	struct buf text;
	struct meta_value *values;
	size_t count;
	size_t cap;
	struct meta_list lists[QUERY_FIELDS];
};

void meta_init(struct meta *meta);
void meta_clear(struct meta *meta);
/* Turns to another item; source may be NULL. */
void meta_set(struct meta *meta, const struct item *item,
    const struct match_source *source);
bool meta_match(struct meta *meta, const struct query_node *node);

#endif
