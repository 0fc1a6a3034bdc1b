#ifndef WIREWATCH_TEXT_XPATH_H
#define WIREWATCH_TEXT_XPATH_H

#include "lib/err.h"

/*
 * XPath 1.0 expressions over pages, compiled by libxml2. What depends on
 * anything but the page is refused: variables, functions other than XPath's
 * own, namespaces, which pages do not have. So an expression that passes here
 * can be compiled in any process, and has one and the same type for all pages.
 */
#define XPATH_TEXT_MAX 1024	/* bytes of an expression */
#define XPATH_STEP_BYTES 64	/* of text that a function reads in one step */
#define XPATH_STEP_PAIRS 256	/* of bytes that it compares in one */

enum xpath_type {
	XPATH_NODES,		/* nodes of the page */
	XPATH_TEXT,		/* a string made of them */
	XPATH_OTHER,		/* a number, or true and false */
};

struct _xmlXPathCompExpr;
struct _xmlXPathContext;

/* Freed by xmlXPathFreeCompExpr(); NULL when err says what is wrong. */
struct _xmlXPathCompExpr *xpath_compile(const char *text, struct err *err);
/* What it is of: 0, or -1 when err says what is wrong with the expression. */
int xpath_check(const char *text, enum xpath_type *type_r, struct err *err);
/*
 * From now on functions of text take steps by what they read: one for each
 * node whose text is part of an argument, and those of its bytes. With opLimit
 * set, this bounds the time that an evaluation takes, but for operators, which
 * libxml2 keeps to itself: [.. = 'x'] is one step, and so is [//a = //b], which
 * compares all pairs: some 5 ns each, so a page of 100,000 elements makes one
 * step of it take seconds. Whoever evaluates on a page of strangers does so
 * under a limit of processor time (lib/sandbox.h), as workers do.
 */
void xpath_charge(struct _xmlXPathContext *ctxt);

#endif
