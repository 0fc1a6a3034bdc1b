/*
 * W/S and W/P: all operands in one sentence, or paragraph. A chain of the same
 * operator is one question, so that the third may stand between the first two.
 * Sentences are told apart only when a tree that asks for them is evaluated.
 */
#include "lib/alloc.h"
#include "text/sentence.h"
#include "topics/eval_private.h"

/* Numbers the tokens of a field; returns the number for the next field. */
static uint32_t
eval_number_field(const struct eval *eval, const struct term_field *field,
    enum eval_unit unit, uint32_t number, uint32_t *of_token)
{
	const char *text = field->source ? field->source : "";
	size_t len = field->source ? field->folded.source_len : 0;
	size_t end = 0, at;
	uint32_t token;

	for (token = field->first; token < field->end; token++) {
		at = folded_source(&field->folded,
		    eval->text.tokens.items[token].start - field->base);
		while (at >= end && end < len) {
			end = unit == EVAL_SENTENCE
				  ? sentence_next(text, len, end)
				  : sentence_next_paragraph(text, len, end);
			number++;
		}
		of_token[token] = number;
	}
	return number + 1;
}

static void
eval_number_units(struct eval *eval, enum eval_unit unit)
{
	struct eval_units *units = &eval->units[unit];
	enum match_field field;
	uint32_t number = 0;

	units->of_token = xgrow(units->of_token, eval->text.tokens.count + 1,
	    &units->cap, sizeof(*units->of_token));
	for (field = 0; field < MATCH_FIELDS; field++)
		number = eval_number_field(eval, &eval->text.fields[field],
		    unit, number, units->of_token);
	units->is_known = true;
}

uint32_t
eval_unit_of(struct eval *eval, enum eval_unit unit, uint32_t token)
{
	if (!eval->units[unit].is_known)
		eval_number_units(eval, unit);
	return eval->units[unit].of_token[token];
}

/* The list of an operand, of which the part in one unit is looked at. */
struct eval_operand {
	size_t base; /* on the stack */
	size_t count;
	size_t from; /* those in the unit */
	size_t to;
};

struct eval_choice {
	struct eval *eval;
	enum eval_unit unit;
	struct eval_operand operands[QUERY_OPERANDS_MAX];
	size_t count;
	struct eval_occurrence chosen[QUERY_OPERANDS_MAX];
	size_t choices; /* in this unit */
	size_t tries;
};

/* Keeps the occurrences that lie in one unit. */
static void
eval_keep_inside(struct eval *eval, enum eval_unit unit, size_t base)
{
	size_t i, kept = base;

	(void)eval_spend(eval, eval->occurrence_count - base);
	for (i = base; i < eval->occurrence_count; i++) {
		struct eval_occurrence item = eval->occurrences[i];

		if (eval_unit_of(eval, unit, item.first) ==
		    eval_unit_of(eval, unit, item.last))
			eval->occurrences[kept++] = item;
	}
	eval->occurrence_count = kept;
}

/* Lists the operands of a chain; false if one of them does not occur. */
static bool
eval_push_operands(struct eval_choice *choice, const struct query_node *node,
    enum query_type type)
{
	struct eval *eval = choice->eval;
	struct eval_operand *operand;

	if (node->type == type)
		return eval_push_operands(choice, node->children, type) &&
		       eval_push_operands(choice, node->children->next, type);
	if (choice->count == QUERY_OPERANDS_MAX)
		return false; /* the parser refuses so long a chain */
	operand = &choice->operands[choice->count++];
	operand->base = eval->occurrence_count;
	operand->from = operand->to = 0;
	eval_list(eval, node);
	eval_keep_inside(eval, choice->unit, operand->base);
	operand->count = eval->occurrence_count - operand->base;
	return operand->count > 0;
}

static const struct eval_occurrence *
eval_operand_at(const struct eval_choice *choice, size_t operand, size_t at)
{
	return &choice->eval->occurrences[choice->operands[operand].base + at];
}

static bool
eval_shares_token(
    const struct eval_choice *choice, size_t count, struct eval_occurrence item)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct eval_occurrence *other = &choice->chosen[i];

		if (item.first <= other->last && other->first <= item.last &&
		    !eval_is_inside(&item, other) &&
		    !eval_is_inside(other, &item))
			return true;
	}
	return false;
}

/* Pushes the run of tokens from the first to the last that is chosen. */
static void
eval_push_chosen(struct eval_choice *choice)
{
	struct eval_occurrence run = choice->chosen[0];
	size_t i;

	for (i = 1; i < choice->count; i++) {
		if (choice->chosen[i].first < run.first)
			run.first = choice->chosen[i].first;
		if (choice->chosen[i].last > run.last)
			run.last = choice->chosen[i].last;
	}
	eval_push(choice->eval, run.first, run.last);
	choice->choices++;
}

/* Chooses one of each operand from the given one on; none share a token. */
static void
eval_choose(struct eval_choice *choice, size_t operand)
{
	size_t i;

	if (operand == choice->count) {
		eval_push_chosen(choice);
		return;
	}
	for (i = choice->operands[operand].from;
	     i < choice->operands[operand].to &&
	     choice->choices < EVAL_UNIT_CHOICES_MAX &&
	     choice->tries < EVAL_UNIT_TRIES_MAX;
	     i++) {
		choice->tries++;
		/* it is compared with those chosen before it */
		if (!eval_spend(choice->eval, 1 + operand))
			return;
		choice->chosen[operand] = *eval_operand_at(choice, operand, i);
		if (!eval_shares_token(
			choice, operand, choice->chosen[operand]))
			eval_choose(choice, operand + 1);
	}
}

/* Moves an operand's part to a unit, or behind where it would be. */
static bool
eval_operand_reach(struct eval_choice *choice, size_t index, uint32_t unit)
{
	struct eval_operand *operand = &choice->operands[index];
	size_t from = operand->from;

	while (operand->from < operand->count &&
	       eval_unit_of(choice->eval, choice->unit,
		   eval_operand_at(choice, index, operand->from)->first) < unit)
		operand->from++;
	operand->to = operand->from;
	while (operand->to < operand->count &&
	       eval_unit_of(choice->eval, choice->unit,
		   eval_operand_at(choice, index, operand->to)->first) == unit)
		operand->to++;
	return eval_spend(choice->eval, 1 + operand->to - from) &&
	       operand->to > operand->from;
}

/* Goes through the units in which the first operand occurs. */
static void
eval_choose_in_units(struct eval_choice *choice)
{
	struct eval_operand *lead = &choice->operands[0];
	size_t at = 0, i, from = choice->eval->occurrence_count;
	bool is_there;

	while (at < lead->count && !choice->eval->is_given_up &&
	       choice->eval->occurrence_count - from < EVAL_OCCURRENCES_MAX) {
		uint32_t unit = eval_unit_of(choice->eval, choice->unit,
		    eval_operand_at(choice, 0, at)->first);

		is_there = eval_operand_reach(choice, 0, unit);
		for (i = 1; i < choice->count && is_there; i++)
			is_there = eval_operand_reach(choice, i, unit);
		choice->choices = choice->tries = 0;
		if (is_there)
			eval_choose(choice, 0);
		at = lead->to;
	}
}

void
eval_list_unit(struct eval *eval, const struct query_node *node)
{
	struct eval_choice choice = {
	    .eval = eval,
	    .unit = eval_unit_type(node->type),
	};
	size_t base = eval->occurrence_count, from;

	if (!eval_push_operands(&choice, node, node->type)) {
		eval->occurrence_count = base;
		return;
	}
	from = eval->occurrence_count;
	eval_choose_in_units(&choice);
	eval_drop_below(eval, base, from);
}
