/*
 * Explanations for people: a tree with + and - for true and false, behind each
 * part what it is so by, and the verdict last, where the eye ends.
 */
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/explain_print.h"
#include "lib/alloc.h"
#include "text/plain.h"

enum explain_colour {
	EXPLAIN_NO,
	EXPLAIN_YES,
	EXPLAIN_WORDS,
	EXPLAIN_PLAIN,
};

static void
explain_colour(const struct explain_print *print, enum explain_colour colour)
{
	static const char *const codes[] = {
	    "\033[31m", "\033[32m", "\033[1;33m", "\033[0m"};

	if (print->has_colour)
		fputs(codes[colour], print->out);
}

static const char *
explain_field(const struct item *item, enum match_field field)
{
	const char *text = field == MATCH_TITLE	    ? item->title
			   : field == MATCH_SUMMARY ? item->summary
						    : item->content;

	return text ? text : "";
}

char *
explain_quote(const struct item *item, const struct explain_place *place)
{
	const char *text = explain_field(item, place->field) + place->start;
	size_t len = place->end - place->start, kept;

	if (len <= EXPLAIN_QUOTE_MAX)
		return xstrndup(text, len);
	kept = plain_border_within(text, len, EXPLAIN_QUOTE_MAX);
	return xasprintf("%.*s...", (int)kept, text);
}

static void
explain_print_place(
    const struct explain_print *print, const struct explain_place *place)
{
	char *quote = explain_quote(print->item, place);

	fprintf(print->out, "%s %zu ", match_field_name(place->field),
	    place->start);
	explain_colour(print, EXPLAIN_WORDS);
	fputs("\u00ab", print->out);
	cli_text(print->out, quote);
	fputs("\u00bb", print->out);
	explain_colour(print, EXPLAIN_PLAIN);
	free(quote);
	/* a set does not tell which of its words it was */
	if (place->set) {
		fputs(" (", print->out);
		cli_text(print->out, place->term);
		fprintf(print->out, "%s%s)", place->lang ? ", " : "",
		    place->lang ? place->lang : "");
	}
}

static void
explain_print_places(
    const struct explain_print *print, const struct explain_node *node)
{
	size_t i;

	for (i = 0; i < node->place_count; i++) {
		if (i)
			fputs(", ", print->out);
		explain_print_place(print, &node->places[i]);
	}
	if (node->has_more_places)
		fputs(" and more", print->out);
}

static void
explain_print_label(
    const struct explain_print *print, const struct explain_node *node)
{
	const struct query_node *query = node->query;

	switch (query->type) {
	case QUERY_AND:
		fputs("AND", print->out);
		break;
	case QUERY_OR:
		fputs("OR", print->out);
		break;
	case QUERY_NOT:
		fputs("NOT", print->out);
		break;
	case QUERY_ANY:
		fprintf(print->out, "ANY%u", query->n);
		break;
	default:
		cli_text(print->out, node->text);
		break;
	}
}

static void
explain_print_mark(const struct explain_print *print, unsigned depth, bool is)
{
	unsigned columns = 2 * depth;

	if (columns > EXPLAIN_INDENT_MAX)
		columns = EXPLAIN_INDENT_MAX;
	fprintf(print->out, "%*s", (int)columns, "");
	explain_colour(print, is ? EXPLAIN_YES : EXPLAIN_NO);
	fputs(is ? "+ " : "- ", print->out);
	explain_colour(print, EXPLAIN_PLAIN);
}

static bool
explain_is_many(const struct explain_node *node)
{
	size_t i, absent = 0;

	for (i = 0; i < node->child_count; i++)
		absent += explain_is_absent(&node->children[i]);
	return absent > EXPLAIN_ABSENT_MAX;
}

/* Of many words that do not occur, a few. */
static void
explain_print_absent(const struct explain_print *print,
    const struct explain_node *node, unsigned depth)
{
	size_t i, absent = 0;

	explain_print_mark(print, depth, false);
	for (i = 0; i < node->child_count; i++) {
		if (!explain_is_absent(&node->children[i]) ||
		    ++absent > EXPLAIN_ABSENT_MAX)
			continue;
		if (absent > 1)
			fputs(", ", print->out);
		cli_text(print->out, node->children[i].text);
	}
	fprintf(print->out, " and %zu more: do not occur\n",
	    absent - EXPLAIN_ABSENT_MAX);
}

static bool
explain_occurs(const struct explain_node *node)
{
	size_t i;

	if (node->place_count)
		return true;
	for (i = 0; i < node->child_count; i++) {
		if (explain_occurs(&node->children[i]))
			return true;
	}
	return false;
}

/*
 * Whether a part matters beside the others of its parent: what is false is
 * left out where another part makes the whole true, and where nothing of it
 * occurs and it is no reason either.
 */
static bool
explain_is_shown(const struct explain_print *print,
    const struct explain_node *node, const struct explain_node *child)
{
	bool is_choice =
	    node->query->type == QUERY_OR || node->query->type == QUERY_ANY;

	if (print->is_full || !is_choice || child->is_true)
		return true;
	return !node->is_true &&
	       (child->child_count == 0 || explain_occurs(child));
}

static void
explain_print_hidden(
    const struct explain_print *print, size_t hidden, unsigned depth)
{
	unsigned columns = 2 * depth;

	if (!hidden)
		return;
	if (columns > EXPLAIN_INDENT_MAX)
		columns = EXPLAIN_INDENT_MAX;
	fprintf(print->out, "%*s... and %zu more that %s false\n", (int)columns,
	    "", hidden, hidden == 1 ? "is" : "are");
}

/* is_cut: what it is made of does not matter. */
static void
explain_print_node(const struct explain_print *print,
    const struct explain_node *node, unsigned depth, bool is_cut)
{
	bool is_many = !node->is_true && explain_is_many(node);
	size_t i, hidden = 0;

	explain_print_mark(print, depth, node->is_true);
	explain_print_label(print, node);
	if (node->detail) {
		fputs(": ", print->out);
		cli_text(print->out, node->detail);
	}
	if (node->place_count) {
		fputs(node->detail ? "; " : ": ", print->out);
		explain_print_places(print, node);
	}
	putc('\n', print->out);
	if (is_cut)
		return;
	for (i = 0; i < node->child_count; i++) {
		const struct explain_node *child = &node->children[i];

		if (is_many && explain_is_absent(child))
			continue;
		if (explain_is_shown(print, node, child))
			explain_print_node(print, child, depth + 1,
			    node->query->type == QUERY_NOT && node->is_true &&
				!print->is_full);
		else
			hidden++;
	}
	if (is_many)
		explain_print_absent(print, node, depth + 1);
	explain_print_hidden(print, hidden, depth + 1);
}

static void
explain_print_reason(
    const struct explain_print *print, const struct explain_reason *reason)
{
	cli_text(print->out, reason->text);
	if (reason->node->place_count) {
		fputs("; ", print->out);
		explain_print_place(print, &reason->node->places[0]);
	}
}

static void
explain_print_reasons(
    const struct explain_print *print, const struct explain_query *query)
{
	size_t i;

	explain_colour(print, EXPLAIN_NO);
	fputs("no", print->out);
	explain_colour(print, EXPLAIN_PLAIN);
	for (i = 0; i < query->reason_count; i++) {
		fputs(i ? "\n    and: " : ": ", print->out);
		explain_print_reason(print, &query->reasons[i]);
	}
	if (query->facts_left)
		fprintf(print->out, "\n    and: %zu more", query->facts_left);
	putc('\n', print->out);
}

static void
explain_print_yes(
    const struct explain_print *print, const char *what, const char *severity)
{
	explain_colour(print, EXPLAIN_YES);
	fputs("yes", print->out);
	explain_colour(print, EXPLAIN_PLAIN);
	fprintf(print->out, ": %s%s\n", what, severity);
}

void
explain_print_tree(
    const struct explain_print *print, const struct explanation *explanation)
{
	const struct conf_topic *topic = explanation->topic;
	const char *title = explain_field(print->item, MATCH_TITLE);

	cli_text(print->out, topic->name);
	fputs(": ", print->out);
	cli_text(print->out, *title ? title : "(no title)");
	putc('\n', print->out);
	explain_print_node(print, explanation->query.tree, 1, false);
	if (explanation->is_match)
		explain_print_yes(print, "", severity_name(topic->severity));
	else
		explain_print_reasons(print, &explanation->query);
	if (!explanation->raise.tree)
		return;
	fprintf(
	    print->out, "raised to %s when\n", severity_name(topic->raise_to));
	explain_print_node(print, explanation->raise.tree, 1, false);
	if (explanation->raise.tree->is_true)
		explain_print_yes(print,
		    explanation->is_match ? "raised to "
					  : "would be raised to ",
		    severity_name(topic->raise_to));
	else
		explain_print_reasons(print, &explanation->raise);
}

void
explain_print_short(
    const struct explain_print *print, const struct explanation *explanation)
{
	const struct explain_query *query = &explanation->query;

	explain_print_mark(print, 0, explanation->is_match);
	cli_text(print->out, explanation->topic->name);
	if (explanation->is_match) {
		fprintf(print->out, ": %s%s\n",
		    explanation->is_raised ? "raised to " : "",
		    severity_name(explanation->severity));
		return;
	}
	fputs(": ", print->out);
	if (query->reason_count)
		explain_print_reason(print, &query->reasons[0]);
	if (query->reason_count > 1)
		fprintf(print->out, ", and %zu more",
		    query->reason_count - 1 + query->facts_left);
	putc('\n', print->out);
}
