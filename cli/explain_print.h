#ifndef WIREWATCH_CLI_EXPLAIN_PRINT_H
#define WIREWATCH_CLI_EXPLAIN_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "feeds/item.h"
#include "lib/json.h"
#include "topics/explain.h"

/* An explanation as `wirewatch explain` shows it. */
#define EXPLAIN_QUOTE_MAX 120	/* bytes quoted of an item in one place */
#define EXPLAIN_INDENT_MAX 40	/* columns; deeper is not set in further */
#define EXPLAIN_ABSENT_MAX 3	/* words that do not occur get a line each */

struct explain_print {
	FILE *out;
	const struct item *item;	/* that is explained */
	bool has_colour;
	bool is_full;	/* parts that do not bear on the verdict, too */
};

/* The tree, then the verdict. */
void explain_print_tree(const struct explain_print *print,
    const struct explanation *explanation);
/* One line. */
void explain_print_short(const struct explain_print *print,
    const struct explanation *explanation);
/*
 * The same as JSON, a reference of the caller's; `id` is the item's, or NULL.
 * The trees are left out unless they are wanted.
 */
json_t *explain_json(const struct explanation *explanation,
    const struct item *item, json_t *id, bool with_trees);

/* What stands at a place of an item, shortened; owned by the caller. */
char *explain_quote(const struct item *item, const struct explain_place *place);

#endif
