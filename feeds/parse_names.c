/*
 * Names that come in lists: authors and categories. Each is there once, and no
 * more than ITEM_LIST_MAX of them; those of an entry are collected in the
 * builder and copied to the document when the entry ends.
 */
#include <string.h>

#include "feeds/parse_private.h"

static const char *const *
parse_names_list(
    struct parse_build *build, const char *const *list, size_t count)
{
	const char **copy;

	if (count == 0)
		return NULL;
	copy = arena_calloc(build->doc->arena, count, sizeof(*copy));
	memcpy(copy, list, count * sizeof(*copy));
	return copy;
}

static bool
parse_names_has(const struct parse_build *build, const char *name)
{
	size_t i;

	for (i = 0; i < build->item.author_count; i++) {
		if (strcmp(build->authors[i], name) == 0)
			return true;
	}
	return false;
}

/* "jo@example.org (Jo Doe)" and "Jo Doe <jo@example.org>" are "Jo Doe". */
static void
parse_names_person(struct buf *name)
{
	char *text = name->data, *open, *at = strchr(text, '@');

	if (!at)
		return;
	open = strchr(text, '(');
	if (open && open > at && name->len > 0 && text[name->len - 1] == ')' &&
	    open + 2 < text + name->len) {
		name->len = (size_t)(text + name->len - 1 - (open + 1));
		memmove(text, open + 1, name->len);
	} else {
		open = strchr(text, '<');
		if (!open || open > at || open == text)
			return;
		name->len = (size_t)(open - text);
	}
	while (name->len > 0 && text[name->len - 1] == ' ')
		name->len--;
	text[name->len] = '\0';
}

void
parse_names_author(struct parse_build *build, enum parse_form form,
    const char *text, size_t len)
{
	size_t *count = build->is_item ? &build->item.author_count
				       : &build->doc_author_count;
	const char *name;
	size_t i;

	if (*count == ITEM_LIST_MAX)
		return;
	parse_build_plain(build, form, text, len, ITEM_NAME_MAX);
	if (build->text.len == 0)
		return;
	parse_names_person(&build->text);
	if (build->text.len == 0 ||
	    (build->is_item && parse_names_has(build, build->text.data)))
		return;
	name =
	    arena_strndup(build->doc->arena, build->text.data, build->text.len);
	if (build->is_item) {
		build->authors[(*count)++] = name;
		return;
	}
	/* a feed names few: the list is made whole each time */
	for (i = 0; i < *count; i++)
		build->authors[i] = build->doc_authors[i];
	build->authors[(*count)++] = name;
	build->doc_authors = parse_names_list(build, build->authors, *count);
}

void
parse_names_category(struct parse_build *build, enum parse_form form,
    const char *text, size_t len)
{
	struct item *item = &build->item;
	size_t i;

	if (!build->is_item || item->category_count == ITEM_LIST_MAX)
		return;
	parse_build_plain(build, form, text, len, ITEM_NAME_MAX);
	if (build->text.len == 0)
		return;
	for (i = 0; i < item->category_count; i++) {
		if (strcmp(build->categories[i], build->text.data) == 0)
			return;
	}
	build->categories[item->category_count++] =
	    arena_strndup(build->doc->arena, build->text.data, build->text.len);
}

void
parse_names_keywords(struct parse_build *build, const char *text, size_t len)
{
	const char *end = text + len, *comma;

	for (; text < end; text = comma + 1) {
		comma = memchr(text, ',', (size_t)(end - text));
		if (!comma)
			comma = end;
		parse_names_category(
		    build, FORM_GUESS, text, (size_t)(comma - text));
	}
}

void
parse_names_settle(struct parse_build *build)
{
	struct item *item = &build->item;

	item->authors =
	    parse_names_list(build, build->authors, item->author_count);
	item->categories =
	    parse_names_list(build, build->categories, item->category_count);
}
