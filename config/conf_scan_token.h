#ifndef WIREWATCH_CONFIG_CONF_SCAN_TOKEN_H
#define WIREWATCH_CONFIG_CONF_SCAN_TOKEN_H

#include "config/conf_scan.h"

/* Inside of the scanner: a configuration file as words, texts and signs. */
#define SCAN_DIGITS "0123456789"
#define SCAN_NAME                                                              \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" SCAN_DIGITS "_-"

enum scan_token_type {
	SCAN_TOKEN_END,
	SCAN_TOKEN_BROKEN, /* reported */
	SCAN_TOKEN_VALUE, /* a word or quoted text */
	SCAN_TOKEN_SIGN, /* one of = { } ( ) , */
};

struct scan_token {
	enum scan_token_type type;
	char sign;
	struct scan_pos pos; /* of its first byte, the quote included */
	struct scan_value value;
	uint32_t end;
};

struct scanner {
	struct scan *scan;
	struct diag *diag;
	const char *text;
	size_t at;
	uint32_t line;
	uint32_t line_start;
	/* so that a line that is long is counted once, not for each position */
	uint32_t counted; /* offset up to which `column` was counted */
	uint32_t column;
	int unset; /* variables that were reported */
};

/* Where the scanner stands. */
struct scan_pos scan_token_pos(struct scanner *s);
/* Steps over `count` bytes, keeping count of the lines. */
void scan_token_advance(struct scanner *s, size_t count);
/* The next one; comments before it are blanked. */
struct scan_token scan_token_next(struct scanner *s);
bool scan_token_is(const struct scan_token *token, char sign);

#endif
