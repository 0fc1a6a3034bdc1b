/*
 * A chain of NEAR, PRE, W/S and W/P is read from the left, and others read the
 * closest first. Both are the same where each is as wide as the one before it,
 * or wider; what is not so is refused with both readings, and so is a `-`
 * before a chain, which may exclude one term of it or all.
 */
#include "lib/buf.h"
#include "topics/query_parse.h"

/* How far apart it lets its terms be. */
static unsigned
parse_width(const struct lex_token *near)
{
	switch (near->type) {
	case LEX_SENTENCE:
		return QUERY_DISTANCE_MAX + 1;
	case LEX_PARAGRAPH:
		return QUERY_DISTANCE_MAX + 2;
	default:
		return near->n;
	}
}

/* The first that is narrower than the one before it, NULL if none is. */
static const struct parse_link *
parse_find_narrower(const struct parse_link *first)
{
	const struct parse_link *link;

	for (link = first->next; link && link->next; link = link->next) {
		if (parse_width(link->next->near) < parse_width(link->near))
			return link->next;
	}
	return NULL;
}

/* What is missing or refused has been told already. */
static bool
parse_is_chain_whole(const struct parse_link *link)
{
	for (; link; link = link->next) {
		if (link->end <= link->start ||
		    (link->near && !parse_width(link->near)))
			return false;
	}
	return true;
}

/*
 * Where a chain up to `end`, exclusive, is parted last: at its end, or at its
 * widest.
 */
static const struct parse_link *
parse_split(const struct parse_link *first, const struct parse_link *end,
    bool closest_first)
{
	const struct parse_link *link, *split = first->next;

	for (link = split; link != end; link = link->next) {
		if (!closest_first ||
		    parse_width(link->near) >= parse_width(split->near))
			split = link;
	}
	return split;
}

static void
parse_show_chain(const struct parse *parse, const struct parse_link *first,
    const struct parse_link *end, bool closest_first, struct buf *out)
{
	const struct parse_link *split;
	bool is_whole = !first->near && !end;

	if (first->next == end) {
		parse_show_text(parse, first->start, first->end, out);
		return;
	}
	split = parse_split(first, end, closest_first);
	if (!is_whole)
		(void)buf_addch(out, '(');
	parse_show_chain(parse, first, split, closest_first, out);
	(void)buf_addstr(out, split->is_not ? " NOT " : " ");
	parse_show_text(parse, split->near->start,
	    split->near->start + split->near->len, out);
	(void)buf_addch(out, ' ');
	parse_show_chain(parse, split, end, closest_first, out);
	if (!is_whole)
		(void)buf_addch(out, ')');
}

/*
 * Both readings of a chain. Of a long one, what leads to the narrower operator
 * becomes one term: it only widens, so that it is the same in both, and what
 * follows is left out.
 */
static void
parse_hint_narrower(struct parse *parse, const struct parse_link *first,
    const struct parse_link *narrower)
{
	struct parse_link last = *narrower, middle, all = *first;
	const struct parse_link *shown = first, *link = first;
	const char *rest = "";
	struct buf left, closest;
	size_t count = 1;

	for (; link->next; link = link->next)
		count++;
	if (count > PARSE_OPERANDS_SHOWN) {
		for (link = first; link->next->next != narrower;)
			link = link->next;
		middle = *link->next;
		all.end = link->end;
		all.next = &middle;
		middle.next = &last;
		rest = last.next ? " …" : "";
		last.next = NULL;
		shown = &all;
	}
	buf_init(&left, 0);
	buf_init(&closest, 0);
	parse_show_chain(parse, shown, NULL, false, &left);
	parse_show_chain(parse, shown, NULL, true, &closest);
	query_hint(parse->report,
	    "from the left this is %s%s; the closer first, %s%s: add "
	    "parentheses",
	    buf_str(&left), rest, buf_str(&closest), rest);
	buf_clear(&left);
	buf_clear(&closest);
}

static void
parse_refuse_narrower(struct parse *parse, const struct parse_link *first,
    const struct parse_link *narrower)
{
	const struct lex_token *near = narrower->near;
	size_t start = near[-narrower->is_not].start;

	if (query_error(parse->report, start, near->start + near->len - start,
		"E101",
		"a closer nearness behind a wider one, without parentheses"))
		parse_hint_narrower(parse, first, narrower);
}

/* The terms of a chain from one on, as they stand. */
static void
parse_show_links(
    const struct parse *parse, const struct parse_link *link, struct buf *out)
{
	size_t count = 1;

	parse_show_text(parse, link->start, link->end, out);
	for (link = link->next; link; link = link->next) {
		if (++count > PARSE_OPERANDS_SHOWN) {
			(void)buf_addstr(out, " …");
			return;
		}
		(void)buf_addstr(out, link->is_not ? " NOT " : " ");
		parse_show_text(parse, link->near->start,
		    link->near->start + link->near->len, out);
		(void)buf_addch(out, ' ');
		parse_show_text(parse, link->start, link->end, out);
	}
}

/* What it is to exclude all of a chain, in words. */
static const char *
parse_words_of_all(const struct parse_link *second)
{
	if (second->next)
		return "only the whole";
	if (second->is_not)
		return second->near->type == LEX_PRE
			   ? "one without the other behind it"
			   : "one without the other near it";
	switch (second->near->type) {
	case LEX_SENTENCE:
		return "both in one sentence";
	case LEX_PARAGRAPH:
		return "both in one paragraph";
	default:
		return "both near each other";
	}
}

/* What it is to exclude the first term only. */
static void
parse_show_excluded(
    const struct parse *parse, const struct parse_link *first, struct buf *out)
{
	const struct parse_link *second = first->next;
	const struct lex_token *near = second->near;

	if (second->is_not) {
		(void)buf_addch(out, '-');
		parse_show_text(parse, first->start, first->end, out);
		(void)buf_addstr(out, " alone excludes it everywhere");
		return;
	}
	if (second->next)
		(void)buf_addch(out, '(');
	parse_show_links(parse, second, out);
	if (second->next)
		(void)buf_addch(out, ')');
	if (near->n)
		(void)buf_printf(out, " NOT NEAR/%u ", near->n);
	else
		(void)buf_addstr(out, " in one without ");
	parse_show_text(parse, first->start, first->end, out);
	(void)buf_addstr(out,
	    near->n ? " excludes one near the other" : " cannot be asked for");
}

static void
parse_refuse_minus(struct parse *parse, const struct lex_token *minus,
    const struct parse_link *first)
{
	size_t end = parse_here(parse);
	struct buf readings;

	if (!query_error(parse->report, minus->start, end - minus->start,
		"E101", "'-' before nearness: of one term, or of all?"))
		return;
	buf_init(&readings, 0);
	(void)buf_addstr(&readings, "-(");
	parse_show_links(parse, first, &readings);
	(void)buf_printf(
	    &readings, ") excludes %s; ", parse_words_of_all(first->next));
	parse_show_excluded(parse, first, &readings);
	query_hint(parse->report, "%s", buf_str(&readings));
	buf_clear(&readings);
}

void
parse_check_chain(struct parse *parse, const struct lex_token *before,
    const struct parse_link *first)
{
	const struct parse_link *narrower;

	if (!first->next || parse->is_aborted || !parse_is_chain_whole(first))
		return;
	if (before && before->type == LEX_NOT && before->is_minus)
		parse_refuse_minus(parse, before, first);
	if ((narrower = parse_find_narrower(first)))
		parse_refuse_narrower(parse, first, narrower);
}
