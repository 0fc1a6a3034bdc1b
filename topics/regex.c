/*
 * PCRE2 within bounds. Its own limits count anew at every start position, so
 * the budget is kept by a callout before each item of the pattern: PCRE2's
 * compiler puts them there. What an item costs is known since the pattern was
 * compiled (regex_cost.c). A run that exceeds any limit ends; what it found
 * until then stays found. Memory comes from lib/alloc.h, which never fails.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/map.h"
#include "text/plain.h"
#include "topics/regex_private.h"

#define REGEX_OPTIONS                                                          \
	(PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT)

/* What is known of one expression in one field of the item. */
struct regex_cell {
	uint64_t item; /* for which it holds */
	size_t first; /* in found */
	size_t count;
};

struct regex_spent {
	uint64_t item;
	uint64_t steps;
};

struct regex_scan {
	const struct regexes *regexes;
	pcre2_match_context *limits;
	pcre2_match_data *data;
	const char *fields[MATCH_FIELDS];
	uint64_t item; /* counts */
	struct regex_cell *cells; /* MATCH_FIELDS of each expression */
	struct regex_spent *spent; /* of each */
	uint64_t spent_item; /* by all, in this item */
	const struct regex *running;
	uint64_t *running_steps;
	size_t position; /* that it looked at last */
	struct regex_found *found;
	size_t found_count;
	size_t found_cap;
	size_t overruns;
};

static void *
regex_alloc(PCRE2_SIZE size, void *unused)
{
	(void)unused;
	return xmalloc(size);
}

static void
regex_release(void *memory, void *unused)
{
	(void)unused;
	free(memory);
}

/* Of what PCRE2 gives NULL for want of memory only. */
static void *
regex_made(void *object)
{
	if (!object)
		abort(); /* regex_alloc does not return NULL */
	return object;
}

struct regexes *
regexes_new(void)
{
	struct regexes *regexes = xcalloc(1, sizeof(*regexes));

	regexes->memory = regex_made(
	    pcre2_general_context_create(regex_alloc, regex_release, NULL));
	regexes->rules =
	    regex_made(pcre2_compile_context_create(regexes->memory));
	/* these take any value */
	(void)pcre2_set_parens_nest_limit(regexes->rules, REGEX_NESTING_MAX);
	(void)pcre2_set_newline(regexes->rules, PCRE2_NEWLINE_LF);
	(void)pcre2_set_bsr(regexes->rules, PCRE2_BSR_UNICODE);
	regexes->by_pattern = map_new();
	return regexes;
}

void
regexes_free(struct regexes **regexes_p)
{
	struct regexes *regexes = *regexes_p;
	size_t i;

	if (!regexes)
		return;
	for (i = 0; i < regexes->count; i++) {
		pcre2_code_free(regexes->items[i].code);
		free(regexes->items[i].costs);
	}
	free(regexes->items);
	map_free(&regexes->by_pattern, NULL);
	pcre2_compile_context_free(regexes->rules);
	pcre2_general_context_free(regexes->memory);
	free(regexes);
	*regexes_p = NULL;
}

size_t
regexes_count(const struct regexes *regexes)
{
	return regexes->count;
}

static int
regex_refuse(
    struct regex_mistake *mistake, enum regex_error error, size_t offset)
{
	mistake->error = error;
	mistake->offset = offset;
	return -1;
}

/* Whether an escape's argument in braces begins at an offset: \x{...}. */
static bool
regex_has_argument(const char *pattern, size_t len, size_t at)
{
	if (at + 1 >= len || pattern[at + 1] != '{')
		return false;
	if (pattern[at] == 'N') /* \N{3} is repeated */
		return at + 2 < len && pattern[at + 2] == 'U';
	return strchr("xopPgk", pattern[at]) != NULL;
}

/* Behind an escape that begins at an offset, and behind its argument. */
static size_t
regex_skip_escape(const char *pattern, size_t len, size_t at)
{
	size_t end = at + 3;

	if (at + 1 >= len || !regex_has_argument(pattern, len, at + 1))
		return at + 2;
	while (
	    end < len && (isalnum((unsigned char)pattern[end]) ||
			     (pattern[end] && strchr("_&^+- ", pattern[end]))))
		end++;
	/* in a comment it may be none */
	return end < len && pattern[end] == '}' ? end + 1 : at + 2;
}

/* Whether a repetition's bound, or one of its two, is too large. */
static bool
regex_repeats_much(const char *pattern, size_t len, size_t at)
{
	unsigned long n = 0;

	for (; at < len && n <= REGEX_REPEAT_MAX; at++) {
		if (pattern[at] == ',')
			n = 0;
		else if (isdigit((unsigned char)pattern[at]))
			n = n * 10 + (unsigned long)(pattern[at] - '0');
		else
			break;
	}
	return n > REGEX_REPEAT_MAX;
}

/*
 * Refuses repetitions beyond the bound, and what would cost more than its steps
 * tell: \X reads any number of marks, and a script run, (*sr:...), is read
 * again whenever it ends. \Q and \c would hide them from this look. In a
 * class or comment these are something else, but refused as well: to read
 * those is PCRE2's business.
 */
static int
regex_check_pattern(
    const char *pattern, size_t len, struct regex_mistake *mistake)
{
	size_t at = 0;

	while (at < len) {
		if (pattern[at] == '\\') {
			if (at + 1 < len && pattern[at + 1] &&
			    strchr("QXc", pattern[at + 1]))
				return regex_refuse(
				    mistake, REGEX_UNBOUNDED, at);
			at = regex_skip_escape(pattern, len, at);
			continue;
		}
		if (pattern[at] == '{' &&
		    regex_repeats_much(pattern, len, at + 1))
			return regex_refuse(mistake, REGEX_REPEATS, at);
		if (pattern[at] == '(' && at + 1 < len &&
		    pattern[at + 1] == '*')
			return regex_refuse(mistake, REGEX_UNBOUNDED, at);
		at++;
	}
	return 0;
}

static pcre2_code *
regex_compile(struct regexes *regexes, const char *pattern, size_t len,
    bool is_caseless, struct regex_mistake *mistake)
{
	PCRE2_SIZE offset = 0;
	int number = 0;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, len,
	    REGEX_OPTIONS | (is_caseless ? PCRE2_CASELESS : 0), &number,
	    &offset, regexes->rules);

	if (code)
		return code;
	regex_refuse(mistake,
	    number == PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP ? REGEX_NESTED
							    : REGEX_BAD,
	    offset < len ? offset : len);
	/* cut if it does not fit, never unterminated */
	if (pcre2_get_error_message(number, (PCRE2_UCHAR *)mistake->message,
		sizeof(mistake->message)) == PCRE2_ERROR_BADDATA)
		strcpy(mistake->message, "no regular expression");
	return NULL;
}

/* Refuses what the budget could not bound, and what finds nothing. */
static int
regex_check_code(const pcre2_code *code, struct regex_mistake *mistake)
{
	uint32_t matches_empty = 1, back_references = 1;

	if (pcre2_pattern_info(code, PCRE2_INFO_BACKREFMAX, &back_references) !=
		0 ||
	    back_references)
		return regex_refuse(mistake, REGEX_REFERS_BACK, 0);
	if (pcre2_pattern_info(code, PCRE2_INFO_MATCHEMPTY, &matches_empty) !=
		0 ||
	    matches_empty)
		return regex_refuse(mistake, REGEX_MATCHES_EMPTY, 0);
	return 0;
}

static struct regex *
regexes_keep(struct regexes *regexes, const char *key, size_t len,
    pcre2_code *code, uint32_t *index_r)
{
	struct regex *regex;

	*index_r = (uint32_t)regexes->count;
	regexes->items = xgrow(regexes->items, regexes->count + 1,
	    &regexes->cap, sizeof(regexes->items[0]));
	regex = &regexes->items[regexes->count++];
	regex->code = code;
	regex->width = 0;
	regex->costs = NULL;
	map_put_bytes(regexes->by_pattern, key, len, (void *)regexes->count);
	return regex;
}

int
regexes_add(struct regexes *regexes, const char *pattern, size_t len,
    bool is_caseless, uint32_t *index_r, struct regex_mistake *mistake)
{
	char key[REGEX_PATTERN_MAX + 1];
	pcre2_code *code;
	size_t known;

	memset(mistake, 0, sizeof(*mistake));
	if (len > REGEX_PATTERN_MAX)
		return regex_refuse(mistake, REGEX_TOO_LONG, 0);
	key[0] = is_caseless ? 'i' : '/';
	memcpy(key + 1, pattern, len);
	known = (size_t)map_get_bytes(regexes->by_pattern, key, len + 1);
	if (known) {
		*index_r = (uint32_t)known - 1;
		return 0;
	}
	if (regexes->count >= REGEX_COUNT_MAX)
		return regex_refuse(mistake, REGEX_TOO_MANY, 0);
	if (regex_check_pattern(pattern, len, mistake) == -1)
		return -1;
	code = regex_compile(regexes, pattern, len, is_caseless, mistake);
	if (!code)
		return -1;
	if (regex_check_code(code, mistake) == -1) {
		pcre2_code_free(code);
		return -1;
	}
	regex_measure(regexes,
	    regexes_keep(regexes, key, len + 1, code, index_r), pattern, len);
	return 0;
}

/* --- one item --- */

static int
regex_on_step(pcre2_callout_block *block, void *data)
{
	struct regex_scan *scan = data;
	size_t at = block->current_position;
	uint64_t moved =
	    at > scan->position ? at - scan->position : scan->position - at;
	uint64_t cost = scan->running->costs[block->pattern_position] +
			moved * (1 + scan->running->width);

	scan->position = at;
	*scan->running_steps += cost;
	scan->spent_item += cost;
	return *scan->running_steps > REGEX_BUDGET ||
		       scan->spent_item > REGEX_ITEM_BUDGET
		   ? PCRE2_ERROR_CALLOUT
		   : 0;
}

struct regex_scan *
regex_scan_new(const struct regexes *regexes)
{
	struct regex_scan *scan = xcalloc(1, sizeof(*scan));

	scan->regexes = regexes;
	scan->limits = regex_made(pcre2_match_context_create(regexes->memory));
	scan->data = regex_made(pcre2_match_data_create(1, regexes->memory));
	(void)pcre2_set_match_limit(scan->limits, REGEX_MATCH_LIMIT);
	(void)pcre2_set_depth_limit(scan->limits, REGEX_DEPTH_LIMIT);
	(void)pcre2_set_heap_limit(scan->limits, REGEX_HEAP_LIMIT_KIB);
	(void)pcre2_set_callout(scan->limits, regex_on_step, scan);
	scan->cells =
	    xcalloc(regexes->count * MATCH_FIELDS, sizeof(*scan->cells));
	scan->spent = xcalloc(regexes->count, sizeof(*scan->spent));
	return scan;
}

void
regex_scan_free(struct regex_scan **scan_p)
{
	struct regex_scan *scan = *scan_p;

	if (!scan)
		return;
	pcre2_match_data_free(scan->data);
	pcre2_match_context_free(scan->limits);
	free(scan->cells);
	free(scan->spent);
	free(scan->found);
	free(scan);
	*scan_p = NULL;
}

void
regex_scan_set(struct regex_scan *scan, const char *const fields[MATCH_FIELDS])
{
	memcpy(scan->fields, fields, sizeof(scan->fields));
	scan->item++;
	scan->spent_item = 0;
	scan->found_count = 0;
}

/* The next match from *at_r on. 1 = found, 0 = none, -1 = given up. */
static int
regex_run_once(struct regex_scan *scan, const pcre2_code *code,
    const char *text, size_t len, size_t *at_r, struct regex_found *found)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(scan->data);
	uint32_t options = PCRE2_NOTEMPTY;
	int rc;

	/* the first run of a field checks that it is UTF-8 */
	if (*at_r > 0)
		options |= PCRE2_NO_UTF_CHECK;
	scan->position = *at_r;
	rc = pcre2_match(code, (PCRE2_SPTR)text, len, *at_r, options,
	    scan->data, scan->limits);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0)
		return -1;
	found->start = (uint32_t)ends[0];
	found->end = (uint32_t)ends[1];
	if (ends[1] <= *at_r)
		return 0; /* it would not move on */
	*at_r = ends[1];
	return 1;
}

static void
regex_run(struct regex_scan *scan, uint32_t index, const char *text,
    struct regex_cell *cell)
{
	const pcre2_code *code = scan->regexes->items[index].code;
	size_t len = plain_border_within(
	    text, strnlen(text, REGEX_FIELD_MAX + 1), REGEX_FIELD_MAX);
	struct regex_found found;
	size_t at = 0;
	int rc = 1;

	while (cell->count < REGEX_FOUND_MAX && at < len &&
	       (rc = regex_run_once(scan, code, text, len, &at, &found)) == 1) {
		scan->found = xgrow(scan->found, scan->found_count + 1,
		    &scan->found_cap, sizeof(*scan->found));
		scan->found[scan->found_count++] = found;
		cell->count++;
	}
	if (rc == -1)
		scan->overruns++;
}

const struct regex_found *
regex_scan_find(struct regex_scan *scan, uint32_t index, enum match_field field,
    size_t *count_r)
{
	struct regex_cell *cell = &scan->cells[index * MATCH_FIELDS + field];
	struct regex_spent *spent = &scan->spent[index];

	if (cell->item != scan->item) {
		cell->item = scan->item;
		cell->first = scan->found_count;
		cell->count = 0;
		if (spent->item != scan->item) {
			spent->item = scan->item;
			spent->steps = 0;
		}
		scan->running = &scan->regexes->items[index];
		scan->running_steps = &spent->steps;
		if (scan->fields[field])
			regex_run(scan, index, scan->fields[field], cell);
	}
	*count_r = cell->count;
	return cell->count ? scan->found + cell->first : NULL;
}

size_t
regex_scan_overruns(const struct regex_scan *scan)
{
	return scan->overruns;
}

uint64_t
regex_scan_steps(const struct regex_scan *scan)
{
	return scan->spent_item;
}
