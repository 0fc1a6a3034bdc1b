/*
 * What the items of an expression cost. How long a class is, is taken from what
 * PCRE2 makes of it alone: its code grows by the parts that it looks through.
 */
#include <ctype.h>
#include <string.h>

#include "lib/alloc.h"
#include "topics/regex_private.h"

/* A class that a table answers, repeated; what others are longer is parts. */
#define REGEX_CLASS_PLAIN "[a-z]{2,9}"
/* Bytes of compiled code, at least, that each of them takes. */
#define REGEX_CLASS_PART 2

struct regex_measure {
	const struct regexes *regexes;
	struct regex *regex;
	const char *pattern;
	size_t len;
};

static size_t
regex_code_size(const pcre2_code *code)
{
	size_t size = 0;

	return pcre2_pattern_info(code, PCRE2_INFO_SIZE, &size) == 0 ? size : 0;
}

/* Bytes of what an item compiles to, both cases of all its letters in it. */
static size_t
regex_item_size(const struct regexes *regexes, const char *item, size_t len)
{
	PCRE2_SIZE offset;
	size_t size;
	int number;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)item, len,
	    PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS, &number, &offset,
	    regexes->rules);

	if (!code)
		return SIZE_MAX;
	size = regex_code_size(code);
	pcre2_code_free(code);
	return size;
}

/* The parts of a class; an upper bound. */
static uint32_t
regex_width(const struct regex_measure *measure, const char *item, size_t len)
{
	const char *class = memchr(item, '[', len);
	size_t size, plain = regex_item_size(measure->regexes,
			 REGEX_CLASS_PLAIN, sizeof(REGEX_CLASS_PLAIN) - 1);

	if (!class)
		return 0;
	size = regex_item_size(
	    measure->regexes, class, len - (size_t)(class - item));
	/* if it is none by itself, it is still no longer than the whole */
	if (size == SIZE_MAX)
		size = regex_code_size(measure->regex->code);
	return size > plain ? (uint32_t)((size - plain) / REGEX_CLASS_PART) : 0;
}

/* How often an item must be repeated; of the numbers in it the greatest. */
static uint32_t
regex_least_repeats(const char *item, size_t len)
{
	uint32_t n, most = 1;
	size_t i;

	for (i = 0; i < len; i++) {
		if (item[i] != '{')
			continue;
		for (n = 0; i + 1 < len && n <= REGEX_REPEAT_MAX &&
			    isdigit((unsigned char)item[i + 1]);
		     i++)
			n = n * 10 + (uint32_t)(item[i + 1] - '0');
		most = n > most ? n : most;
	}
	return most;
}

/* Two rounds over the items: the width is needed for what each costs. */
static int
regex_measure_width(pcre2_callout_enumerate_block *block, void *data)
{
	struct regex_measure *measure = data;
	uint32_t width =
	    regex_width(measure, measure->pattern + block->pattern_position,
		block->next_item_length);

	if (width > measure->regex->width)
		measure->regex->width = width;
	return 0;
}

static int
regex_measure_cost(pcre2_callout_enumerate_block *block, void *data)
{
	struct regex_measure *measure = data;
	uint32_t width = measure->regex->width;
	uint32_t n =
	    regex_least_repeats(measure->pattern + block->pattern_position,
		block->next_item_length);

	measure->regex->costs[block->pattern_position] =
	    REGEX_STEP_COST + width + (n > 1 ? n * (1 + width) : 0);
	return 0;
}

void
regex_measure(const struct regexes *regexes, struct regex *regex,
    const char *pattern, size_t len)
{
	struct regex_measure measure = {regexes, regex, pattern, len};

	/* the last item is the end of the pattern */
	regex->costs = xcalloc(len + 1, sizeof(*regex->costs));
	(void)pcre2_callout_enumerate(
	    regex->code, regex_measure_width, &measure);
	(void)pcre2_callout_enumerate(
	    regex->code, regex_measure_cost, &measure);
}
