#ifndef WIREWATCH_TOPICS_QUERY_H
#define WIREWATCH_TOPICS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/conf.h"
#include "lib/diag.h"
#include "topics/regex.h"
#include "topics/terms.h"
#include "topics/topic.h"

/*
 * The query language of wirewatch-query(7): text to a tree and back. Every
 * mistake is reported where it stands; what is not supported is refused.
 */
#define QUERY_BYTES_MAX (64 * 1024)
#define QUERY_DEPTH_MAX 64 /* parentheses, fields, functions in each other */
#define QUERY_TERMS_MAX 4096 /* in one query */
#define QUERY_OPERANDS_MAX (QUERY_DEPTH_MAX + 1) /* of W/S with W/S in it */
#define QUERY_ERRORS_MAX 20 /* reported for one query */
#define QUERY_DISTANCE_MAX 255 /* n of NEAR, PRE, ATLEAST, ANY, FIRST */
#define QUERY_LEAD_WORDS 50 /* lead: the title and so much of the text */
#define QUERY_SET_ENTRIES_MAX 20000
#define QUERY_VALUE_MAX 512 /* bytes of a value of source:, url:, ... */

enum query_type {
	QUERY_TERM,
	QUERY_SET,
	QUERY_META,
	QUERY_AND,
	QUERY_OR,
	QUERY_NOT,
	QUERY_NEAR,
	QUERY_PRE,
	QUERY_NOT_NEAR,
	QUERY_NOT_PRE,
	QUERY_SENTENCE, /* W/S: in one sentence, in any order */
	QUERY_PARAGRAPH, /* W/P */
	QUERY_REGEX, /* on the text as published; never joined with NEAR */
	QUERY_ATLEAST,
	QUERY_ANY,
};

enum query_field {
	QUERY_TITLE,
	QUERY_SUMMARY,
	QUERY_TEXT,
	QUERY_LEAD,
	QUERY_SOURCE, /* from here on: not the text, but about it */
	QUERY_FEED,
	QUERY_DOMAIN,
	QUERY_URL,
	QUERY_AUTHOR,
	QUERY_CATEGORY,
	QUERY_LANG,
	QUERY_COUNTRY,
	QUERY_ROLE,
	QUERY_FIELDS,
};

#define QUERY_FIELDS_ALL ((1u << MATCH_FIELDS) - 1)

/* Where and how a term counts. */
struct query_scope {
	uint8_t fields; /* bit per enum match_field */
	uint8_t first; /* words of the text, or the title; 0 = all */
	bool is_capitals; /* written in capitals only */
};

/* Whether every occurrence counts. */
static inline bool
query_scope_is_open(const struct query_scope *scope)
{
	return scope->fields == QUERY_FIELDS_ALL && !scope->first &&
	       !scope->is_capitals;
}

static inline bool
query_scope_is_same(const struct query_scope *a, const struct query_scope *b)
{
	return a->fields == b->fields && a->first == b->first &&
	       a->is_capitals == b->is_capitals;
}

struct query_node {
	enum query_type type;
	uint32_t start; /* where it stands in the query */
	uint32_t len;
	struct query_node *children; /* one or more, in order */
	struct query_node *next; /* sibling */
	unsigned n; /* NEAR/n, ATLEASTn, ... */
	/* terms, sets and metadata */
	struct query_scope scope;
	const char *text; /* as written, without quotes; the set's name;
			   * the value folded; a regex with its slashes */
	enum query_field field; /* metadata */
	bool is_exact;
	bool is_phrase;
	bool has_wildcards; /* metadata */
	uint32_t index; /* of the term's use, later of the term; set; regex */
	uint32_t leaf; /* of a term or set: its bit; see presence.h */
};

/* What parsing needs; one serves all queries of a configuration. */
struct query_parser {
	struct arena *arena; /* owns the trees */
	struct terms *terms; /* filled */
	struct regexes *regexes; /* NULL until there is one */
	const struct conf *conf; /* for the names of sets */
	struct map *sets; /* name to index, plus one */
	struct diag *diag;
	struct folded folded;
	struct lex_token *tokens;
	size_t token_cap;
};

void query_parser_init(struct query_parser *parser, struct arena *arena,
    struct terms *terms, const struct conf *conf, struct diag *diag);
void query_parser_clear(struct query_parser *parser);
/* The regular expressions of all trees, now the caller's; NULL if none. */
struct regexes *query_parser_take_regexes(struct query_parser *parser);
/* The tree, or NULL when errors were reported. */
struct query_node *query_parse(
    struct query_parser *parser, const struct conf_text *text);
/* The word or phrase of a set: its node, or NULL when errors were reported. */
struct query_node *query_parse_entry(
    struct query_parser *parser, const struct conf_text *text);

/* The query in its canonical form, fully parenthesised; owned by the caller. */
char *query_print(const struct query_node *query);

const char *query_field_name(enum query_field field);
/* Each number of inserted, dropped, changed or swapped letters counts one. */
size_t query_edits(const char *a, const char *b);

#endif
