#ifndef WIREWATCH_TOPICS_REGEX_H
#define WIREWATCH_TOPICS_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "topics/topic.h"

/*
 * Regular expressions of PCRE2, by its interpreter, on the text as published.
 * They backtrack, so every run has a budget. With w, the parts of the pattern's
 * longest character class beyond those of a short one (up to about a dozen),
 * an item of the pattern that is tried costs REGEX_STEP_COST + w, and a byte
 * by which the place looked at moved 1 + w. An item that must stand n times,
 * n > 1, may fail after n - 1 of them without the place being told: it costs
 * as much more as a move by n bytes. Patterns whose one step may cost more are refused:
 * back references, \X, and what begins with (*.
 */
#define REGEX_PATTERN_MAX 1024 /* bytes */
#define REGEX_NESTING_MAX 32 /* parentheses in each other */
#define REGEX_REPEAT_MAX 100 /* n and m of {n,m} */
#define REGEX_COUNT_MAX 512 /* different ones in a configuration */
#define REGEX_FIELD_MAX (64 * 1024) /* bytes of each field looked at */
#define REGEX_FOUND_MAX 1024 /* of one in one field, the first */
#define REGEX_STEP_COST 8
#define REGEX_BUDGET (8 * 1024 * 1024) /* of one in one item */
#define REGEX_ITEM_BUDGET (32 * 1024 * 1024) /* of all in one item */
#define REGEX_MATCH_LIMIT (1024 * 1024) /* PCRE2's, of one start position */
#define REGEX_DEPTH_LIMIT (64 * 1024) /* of backtracking points */
#define REGEX_HEAP_LIMIT_KIB (8 * 1024)

/* All of a configuration, each pattern once; read only when matching. */
struct regexes;

enum regex_error {
	REGEX_OK,
	REGEX_BAD, /* PCRE2 refuses it */
	REGEX_TOO_LONG,
	REGEX_TOO_MANY,
	REGEX_REPEATS, /* more than REGEX_REPEAT_MAX times */
	REGEX_NESTED, /* deeper than REGEX_NESTING_MAX */
	REGEX_MATCHES_EMPTY,
	REGEX_REFERS_BACK,
	REGEX_UNBOUNDED, /* \X, \Q, \c, (*...) */
};

struct regex_mistake {
	enum regex_error error;
	size_t offset; /* in the pattern */
	char message[160]; /* PCRE2's */
};

struct regexes *regexes_new(void);
void regexes_free(struct regexes **regexes);
size_t regexes_count(const struct regexes *regexes);
/* 0 and the pattern's number, or -1 and what is wrong with it. */
int regexes_add(struct regexes *regexes, const char *pattern, size_t len,
    bool is_caseless, uint32_t *index_r, struct regex_mistake *mistake);

struct regex_found {
	uint32_t start; /* bytes in the field, end exclusive */
	uint32_t end;
};

/*
 * What the expressions find in one item: each is run once per field, when it is
 * first asked for. Belongs to one matcher.
 */
struct regex_scan;

struct regex_scan *regex_scan_new(const struct regexes *regexes);
void regex_scan_free(struct regex_scan **scan);
/* Turns to the next item; fields may be NULL. They are not copied. */
void regex_scan_set(
    struct regex_scan *scan, const char *const fields[MATCH_FIELDS]);
/*
 * In the order of the text; valid until the next call. What was found before
 * the budget ran out is there, what would have come then is not.
 */
const struct regex_found *regex_scan_find(struct regex_scan *scan,
    uint32_t index, enum match_field field, size_t *count_r);
/* Runs that were given up, since the scan was made. */
size_t regex_scan_overruns(const struct regex_scan *scan);
/* Steps of this item; what one of them costs is said above. */
uint64_t regex_scan_steps(const struct regex_scan *scan);

#endif
