/*
 * A chain of NEAR, PRE, W/S and W/P is read from the left, and others read the
 * closest first. Both are the same where each is as wide as the one before it,
 * or wider; what is not so is refused with both readings, and so is a `-`
 * before a chain, which may exclude one term of it or all.
 */
#include "lib/buf.h"
#include "topics/query_parse.h"

#define PARSE_READING_MAX 90 /* bytes of a reading shown in a hint */

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
parse_show_text(
    const struct parse *parse, size_t start, size_t end, struct buf *out)
{
	(void)buf_add(out, parse->text + start, end - start);
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

static void
parse_refuse_narrower(struct parse *parse, const struct parse_link *first,
    const struct parse_link *narrower)
{
	const struct lex_token *near = narrower->near;
	size_t start = near[-narrower->is_not].start;
	struct buf left, closest;

	if (!query_error(parse->report, start, near->start + near->len - start,
		"E101",
		"a closer nearness behind a wider one, without parentheses"))
		return;
	buf_init(&left, 0);
	buf_init(&closest, 0);
	parse_show_chain(parse, first, NULL, false, &left);
	parse_show_chain(parse, first, NULL, true, &closest);
	if (left.len > PARSE_READING_MAX)
		query_hint(parse->report, "some read it from the left, some "
					  "the closer first: add parentheses");
	else
		query_hint(parse->report,
		    "from the left this is %s; the closer first, %s: add "
		    "parentheses",
		    buf_str(&left), buf_str(&closest));
	buf_clear(&left);
	buf_clear(&closest);
}

/* What it is to exclude the left term only. */
static void
parse_show_excluded(
    const struct parse *parse, const struct parse_link *first, struct buf *out)
{
	const struct parse_link *second = first->next;
	const struct lex_token *near = second->near;
	bool is_unit =
	    near->type == LEX_SENTENCE || near->type == LEX_PARAGRAPH;

	if (second->next || second->is_not)
		return;
	(void)buf_printf(out, " excludes both %s; ",
	    !is_unit			 ? "near each other"
	    : near->type == LEX_SENTENCE ? "in one sentence"
					 : "in one paragraph");
	parse_show_text(parse, second->start, second->end, out);
	if (!is_unit)
		(void)buf_printf(out, " NOT NEAR/%u ", near->n);
	else
		(void)buf_printf(out, " in one without ");
	parse_show_text(parse, first->start, first->end, out);
	(void)buf_addstr(out,
	    is_unit ? " cannot be asked for" : " excludes one near the other");
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
	parse_show_text(parse, first->start, end, &readings);
	(void)buf_addch(&readings, ')');
	parse_show_excluded(parse, first, &readings);
	if (readings.len > 2 * PARSE_READING_MAX)
		query_hint(
		    parse->report, "put what is excluded in parentheses");
	else
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
