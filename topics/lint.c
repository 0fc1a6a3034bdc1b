/*
 * Walks the compiled topics and sets for what lint_letters and lint_cover look
 * at. Nothing here refuses anything; the time is that of reading the texts.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "topics/lint_private.h"

#define LINT_SHOWN_MAX 80 /* bytes of a term in a message */

bool
lint_warn(struct lint *lint, const struct conf_text *text, size_t start,
    size_t len, const char *code, const char *fmt, ...)
{
	char message[512];
	va_list ap;

	if (++lint->warnings > LINT_WARNINGS_MAX)
		return false;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	conf_text_diag(lint->diag, DIAG_WARNING, text, start, len ? len : 1,
	    code, "%s", message);
	return true;
}

int
lint_shown(const char *text, size_t len)
{
	if (len <= LINT_SHOWN_MAX)
		return (int)len;
	for (len = LINT_SHOWN_MAX; len && (text[len] & 0xc0) == 0x80;)
		len--;
	return (int)len;
}

static struct lint_term *
lint_group_add(struct lint_group *group)
{
	struct lint_term *term;

	group->items = xgrow(
	    group->items, group->count + 1, &group->cap, sizeof(*group->items));
	term = &group->items[group->count++];
	memset(term, 0, sizeof(*term));
	return term;
}

/* The words of a term, whose text begins with its `=`. */
static void
lint_term_words(struct lint_term *term, const char *text, bool is_exact)
{
	term->is_exact = is_exact;
	term->words = text + is_exact;
	term->words_len = strlen(term->words);
}

/* The terms among what is joined by OR, that of ORs directly in it, too. */
static void
lint_gather(struct lint_group *group, const struct conf_text *text,
    const struct query_node *node)
{
	const struct query_node *child;
	struct lint_term *term;

	for (child = node->children; child; child = child->next) {
		if (child->type == QUERY_OR)
			lint_gather(group, text, child);
		if (child->type != QUERY_TERM)
			continue;
		term = lint_group_add(group);
		term->text = text;
		term->start = child->start;
		term->len = child->len;
		term->term = child->index;
		term->scope = child->scope;
		lint_term_words(term, child->text, child->is_exact);
	}
}

static bool
lint_is_near(enum query_type type)
{
	switch (type) {
	case QUERY_NEAR:
	case QUERY_PRE:
	case QUERY_NOT_NEAR:
	case QUERY_NOT_PRE:
	case QUERY_SENTENCE:
	case QUERY_PARAGRAPH:
	case QUERY_ATLEAST:
		return true;
	default:
		return false;
	}
}

/* The words that a leaf consists of. */
static void
lint_leaf(struct lint *lint, const struct conf_text *text,
    const struct query_node *node)
{
	struct lint_words words = {.text = text,
	    .at = node->start,
	    .end = node->start + node->len,
	    .is_regex = node->type == QUERY_REGEX};

	if (node->type == QUERY_TERM) {
		lint_unsplit(lint, text, node->start, node->len);
		lint_capitals(lint, text, node);
	}
	if (node->type == QUERY_TERM || node->type == QUERY_REGEX ||
	    node->type == QUERY_META)
		lint_letters(lint, words, NULL);
}

/* is_strict: occurrences are paired or counted; is_inner: in an OR. */
static void
lint_node(struct lint *lint, const struct conf_text *text,
    const struct query_node *node, bool is_strict, bool is_inner)
{
	const struct query_node *child;
	bool is_or = node->type == QUERY_OR;

	lint_leaf(lint, text, node);
	lint_level(lint, text, node);
	if (is_or && !is_inner) {
		struct lint_group group = {.is_strict = is_strict};

		lint_gather(&group, text, node);
		lint_cover(lint, &group);
		free(group.items);
	}
	is_strict = is_strict || lint_is_near(node->type);
	for (child = node->children; child; child = child->next)
		lint_node(lint, text, child, is_strict, is_or);
}

static void
lint_query(struct lint *lint, const struct conf_text *text,
    const struct query_node *query)
{
	if (!query)
		return;
	lint->is_unsplit_told = false;
	lint_node(lint, text, query, false, false);
	lint_letters_end(lint);
}

static void
lint_set(
    struct lint *lint, const struct topic_set *set, const struct conf_set *conf)
{
	/* a set may stand anywhere, in a NEAR or FIRSTn, too */
	struct lint_group group = {.is_set = true, .is_strict = true};
	size_t i;

	lint->is_unsplit_told = false;
	for (i = 0; i < set->entry_count && i < conf->entry_count; i++) {
		const struct topic_set_entry *entry = &set->entries[i];
		struct lint_term *term = lint_group_add(&group);

		term->text = &conf->entries[i].text;
		term->len = strlen(term->text->text);
		term->term = entry->term;
		term->lang = entry->lang;
		term->scope.fields = QUERY_FIELDS_ALL;
		lint_term_words(term, entry->text, *entry->text == '=');
		lint_unsplit(lint, term->text, 0, term->len);
		lint_letters(lint,
		    (struct lint_words){.text = term->text, .end = term->len},
		    term->lang);
	}
	lint_letters_end(lint);
	lint_cover(lint, &group);
	free(group.items);
}

void
lint_topics(
    const struct topicset *topics, const struct conf *conf, struct diag *diag)
{
	struct lint lint = {.diag = diag};
	struct place place = {.file = conf->path};
	size_t i;

	for (i = 0; i < topics->set_count && i < conf->set_count; i++)
		lint_set(&lint, &topics->sets[i], &conf->sets[i]);
	for (i = 0; i < topics->topic_count; i++) {
		const struct topic *topic = &topics->topics[i];

		lint_query(&lint, &topic->conf->query, topic->query);
		lint_query(&lint, &topic->conf->raise, topic->raise);
	}
	if (lint.warnings > LINT_WARNINGS_MAX)
		diag_add(diag, DIAG_WARNING, &place, "W239",
		    "%zu more warnings about topics are not shown",
		    lint.warnings - LINT_WARNINGS_MAX);
}
