/*
 * Terms that another of the same OR or set makes superfluous. Each term is put
 * in a table under its folded words; what covers a term is then looked up under
 * the runs of its words and the beginnings of their last, so that the work
 * grows with the length of the terms and not with the pairs of them. What is
 * exact covers nothing but its equals.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/map.h"
#include "text/fold.h"
#include "text/token.h"
#include "topics/lint_private.h"

struct lint_cover {
	const struct lint_group *group;
	struct map *terms; /* by key: index in the group plus one */
	struct map *kinds; /* of terms: those with a `*` at the end */
	struct folded folded;
	struct tokens tokens;
	struct buf key;
	bool is_strict; /* what covers must be the same tokens */
};

static void
cover_put(struct buf *key, const void *bytes, size_t len)
{
	/* a buffer without a bound takes all */
	(void)buf_add(key, bytes, len);
}

/* What two terms must have in common for one to stand for the other. */
static void
cover_begin(struct buf *key, const struct query_scope *scope, const char *lang,
    char kind)
{
	char head[4] = {(char)scope->fields, (char)scope->first,
	    (char)scope->is_capitals, kind};

	buf_reset(key);
	cover_put(key, head, sizeof(head));
	cover_put(key, lang ? lang : "", lang ? strlen(lang) + 1 : 1);
}

static struct lint_term *
cover_find(const struct lint_cover *cover, const struct map *map)
{
	size_t index =
	    (size_t)map_get_bytes(map, cover->key.data, cover->key.len);

	return index ? &cover->group->items[index - 1] : NULL;
}

/* Splits a term; its words are tokens 1 to count - 2. */
static void
cover_split(struct lint_cover *cover, const struct lint_term *term)
{
	fold_text(term->words, term->words_len, &cover->folded);
	tokens_reset(&cover->tokens);
	tokens_add(
	    &cover->tokens, &cover->folded, term->words, TOKENS_OF_QUERY);
}

/* A character that must follow the one before it directly is told apart. */
static void
cover_put_token(struct lint_cover *cover, size_t i, bool is_first)
{
	const struct token *token = &cover->tokens.items[i];
	size_t len;
	const char *bytes = tokens_bytes(&cover->tokens, token, &len);
	bool is_tight = !is_first && token->kind == TOKEN_CHAR &&
			token[-1].end == token->start;
	char head[2] = {(char)token->kind, is_tight ? 't' : '-'};

	cover_put(&cover->key, head, sizeof(head));
	cover_put(&cover->key, bytes, len);
	cover_put(&cover->key, "", 1);
}

static size_t
cover_count(const struct lint_cover *cover)
{
	return cover->tokens.count > 2 ? cover->tokens.count - 2 : 0;
}

/* The letters in front of a word's only wildcard, a `*` at its end, or 0. */
static size_t
cover_prefix(const struct lint_cover *cover, size_t i)
{
	const struct token *token = &cover->tokens.items[i];
	size_t len, before;
	const char *bytes = tokens_bytes(&cover->tokens, token, &len);

	for (before = 0; before < len; before++) {
		if (bytes[before] == '*' || bytes[before] == '?')
			break;
	}
	return token->kind == TOKEN_WORD && before + 1 == len &&
		       bytes[before] == '*'
		   ? before
		   : 0;
}

/* Puts a term in the table; the equal one that stands there already, if any. */
static struct lint_term *
cover_enter(struct lint_cover *cover, size_t index)
{
	const struct lint_term *term = &cover->group->items[index];
	struct lint_term *equal;
	size_t i, count, prefix;

	cover_begin(&cover->key, &term->scope, term->lang, '=');
	cover_put(&cover->key, &term->term, sizeof(term->term));
	equal = cover_find(cover, cover->terms);
	if (equal)
		return equal;
	map_put_bytes(
	    cover->terms, cover->key.data, cover->key.len, (void *)(index + 1));
	if (term->is_exact)
		return NULL;
	cover_split(cover, term);
	count = cover_count(cover);
	cover_begin(&cover->key, &term->scope, term->lang, 'w');
	for (i = 1; i < count; i++)
		cover_put_token(cover, i, i == 1);
	prefix = count ? cover_prefix(cover, count) : 0;
	if (prefix) {
		size_t len;
		const char *bytes = tokens_bytes(
		    &cover->tokens, &cover->tokens.items[count], &len);

		cover_put(&cover->key, bytes, prefix);
		map_put_bytes(cover->kinds, cover->key.data, cover->key.len,
		    (void *)(index + 1));
	} else if (count) {
		cover_put_token(cover, count, count == 1);
		map_put_bytes(cover->terms, cover->key.data, cover->key.len,
		    (void *)(index + 1));
	}
	return NULL;
}

/* One whose last word is a beginning of token i with `*`. */
static const struct lint_term *
cover_by_prefix(
    struct lint_cover *cover, size_t i, const struct lint_term *term)
{
	const struct token *token = &cover->tokens.items[i];
	size_t len, k, mark = cover->key.len;
	const char *bytes = tokens_bytes(&cover->tokens, token, &len);
	const struct lint_term *found = NULL;

	if (token->kind != TOKEN_WORD)
		return NULL;
	for (k = 0; k < len && bytes[k] != '*' && bytes[k] != '?'; k++) {
		cover_put(&cover->key, bytes + k, 1);
		found = cover_find(cover, cover->kinds);
		if (found && found != term)
			break;
		found = NULL;
	}
	cover->key.len = mark;
	return found;
}

/* One that is a run of the term's words from token `first` on. */
static const struct lint_term *
cover_by_run(struct lint_cover *cover, const struct lint_term *term,
    const struct query_scope *scope, const char *lang, size_t first)
{
	size_t i, count = cover_count(cover);
	bool is_strict = cover->is_strict;
	const struct lint_term *found;

	cover_begin(&cover->key, scope, lang, 'w');
	for (i = first; i <= count; i++) {
		if (i == count || !is_strict) {
			found = cover_by_prefix(cover, i, term);
			if (found)
				return found;
		}
		cover_put_token(cover, i, i == first);
		if (i < count && is_strict)
			continue;
		found = cover_find(cover, cover->terms);
		if (found && found != term)
			return found;
	}
	return NULL;
}

/*
 * Among the terms of one scope. In one that ends after some words a phrase may
 * begin where its later words are out of it.
 */
static const struct lint_term *
cover_search(struct lint_cover *cover, const struct lint_term *term,
    const struct query_scope *scope, const char *lang)
{
	const struct lint_term *found;
	size_t first, last;

	cover->is_strict = cover->group->is_strict || scope->first;
	last = cover->is_strict ? 1 : cover_count(cover);
	for (first = 1; first <= last; first++) {
		found = cover_by_run(cover, term, scope, lang, first);
		if (found)
			return found;
	}
	return NULL;
}

/* In the same language, or in any; entries for any cover those of all. */
static const struct lint_term *
cover_in_scope(struct lint_cover *cover, const struct lint_term *term,
    const struct query_scope *scope)
{
	const struct lint_term *found;

	found = cover_search(cover, term, scope, term->lang);
	if (found || !term->lang)
		return found;
	return cover_search(cover, term, scope, NULL);
}

/* What counts everywhere covers what counts in one field. */
static const struct lint_term *
cover_of(struct lint_cover *cover, const struct lint_term *term)
{
	static const struct query_scope open = {.fields = QUERY_FIELDS_ALL};
	const struct lint_term *found;

	cover_split(cover, term);
	found = cover_in_scope(cover, term, &term->scope);
	if (found || query_scope_is_open(&term->scope))
		return found;
	return cover_in_scope(cover, term, &open);
}

/* In what else the term that covers is the wider one. */
static const char *
cover_wider(const struct lint_term *by, const struct lint_term *term)
{
	if (by->scope.fields != term->scope.fields ||
	    by->scope.first != term->scope.first)
		return " anywhere";
	return by->scope.is_capitals != term->scope.is_capitals ? " in any case"
								: "";
}

static void
cover_report(struct lint *lint, const struct lint_group *group,
    const struct lint_term *by, const struct lint_term *term)
{
	(void)lint_warn(lint, term->text, term->start, term->len, "W230",
	    "'%s%.*s'%s%s makes '%s%.*s' in the same %s redundant",
	    by->is_exact ? "=" : "", lint_shown(by->words, by->words_len),
	    by->words, term->lang && !by->lang ? " of any language" : "",
	    cover_wider(by, term), term->is_exact ? "=" : "",
	    lint_shown(term->words, term->words_len), term->words,
	    group->is_set ? "set" : "OR");
}

static void
cover_report_equal(struct lint *lint, const struct lint_group *group,
    const struct lint_term *by, const struct lint_term *term)
{
	if (!group->is_set) {
		cover_report(lint, group, by, term);
		return;
	}
	(void)lint_warn(lint, term->text, term->start, term->len, "W231",
	    "'%s%.*s' is a duplicate of '%s%.*s' in the same set",
	    term->is_exact ? "=" : "", lint_shown(term->words, term->words_len),
	    term->words, by->is_exact ? "=" : "",
	    lint_shown(by->words, by->words_len), by->words);
}

void
lint_cover(struct lint *lint, const struct lint_group *group)
{
	struct lint_cover cover = {.group = group};
	const struct lint_term **equals =
	    xcalloc(group->count, sizeof(*equals));
	size_t i;

	cover.terms = map_new();
	cover.kinds = map_new();
	folded_init(&cover.folded);
	tokens_init(&cover.tokens);
	buf_init(&cover.key, 0);
	for (i = 0; i < group->count; i++)
		equals[i] = cover_enter(&cover, i);
	for (i = 0; i < group->count; i++) {
		const struct lint_term *term = &group->items[i], *by;

		if (equals[i])
			cover_report_equal(lint, group, equals[i], term);
		else if ((by = cover_of(&cover, term)))
			cover_report(lint, group, by, term);
	}
	map_free(&cover.terms, NULL);
	map_free(&cover.kinds, NULL);
	folded_clear(&cover.folded);
	tokens_clear(&cover.tokens);
	buf_clear(&cover.key);
	free(equals);
}
