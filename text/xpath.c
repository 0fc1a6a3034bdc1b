/*
 * Expressions are read once more than libxml2 does it, for two reasons: it
 * finds an unknown function only when the evaluation comes to it, which may be
 * on no page for weeks, and it says only that something is wrong, at most
 * where. The reader here knows strings, names and what stands behind names; all
 * else of the grammar is left to libxml2.
 *
 * It also counts steps, and a function is one of them whatever the text that it
 * is given; so those that read texts are replaced by some that count more, and
 * then call libxml2's own.
 *
 * Without variables the type of an expression does not depend on the page, so
 * it is found by evaluating it on an empty one.
 */
#include <libxml/HTMLtree.h>
#include <libxml/xmlerror.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "text/xpath.h"

#define XPATH_SHOWN_MAX 40 /* bytes of an expression in a reason */
#define XPATH_TRIAL_STEPS 100000 /* on an empty page */

/* XPath 1.0 sections 2.3 and 4: node types and functions; id() needs a DTD. */
static const char *const xpath_functions[] = {"boolean", "ceiling", "comment",
    "concat", "contains", "count", "false", "floor", "lang", "last",
    "local-name", "name", "namespace-uri", "node", "normalize-space", "not",
    "number", "position", "processing-instruction", "round", "starts-with",
    "string", "string-length", "substring", "substring-after",
    "substring-before", "sum", "text", "translate", "true"};

static bool
xpath_begins_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static bool
xpath_is_name(char c)
{
	return xpath_begins_name(c) || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.';
}

static const char *
xpath_skip_blanks(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

/* "and", "or", "div" and "mod" may stand before a parenthesis, too. */
static bool
xpath_is_operator(const char *name, size_t len)
{
	static const char *const names[] = {"and", "or", "div", "mod"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
			return true;
	}
	return false;
}

static bool
xpath_is_function(const char *name, size_t len)
{
	size_t i, count = sizeof(xpath_functions) / sizeof(*xpath_functions);

	for (i = 0; i < count; i++) {
		if (strlen(xpath_functions[i]) == len &&
		    memcmp(xpath_functions[i], name, len) == 0)
			return true;
	}
	return xpath_is_operator(name, len);
}

/* Behind the name at *cursor, if nothing is wrong with it. */
static int
xpath_check_name(const char **cursor, struct err *err)
{
	const char *name = *cursor, *next;
	size_t len, i;

	while (xpath_is_name(**cursor))
		(*cursor)++;
	len = (size_t)(*cursor - name);
	next = xpath_skip_blanks(*cursor);
	if (len > XPATH_SHOWN_MAX)
		len = XPATH_SHOWN_MAX;
	if (*next == '(' && !xpath_is_function(name, len))
		return err_set(err, "there is no function %.*s() in XPath 1.0",
		    (int)len, name);
	if (*next == ':' && next[1] != ':')
		return err_set(err,
		    "pages have no namespaces; expected %.*s without a prefix",
		    (int)strcspn(next + 1, " /[]()@='\"|"), next + 1);
	for (i = 0; i < len; i++) {
		if (name[i] >= 'A' && name[i] <= 'Z')
			return err_set(err,
			    "expected \"%.*s\" in lower case, as all names "
			    "of a page are read",
			    (int)len, name);
	}
	/* an axis: child::a */
	if (*next == ':')
		*cursor = next + 2;
	return 0;
}

/* Refuses what can only fail later. */
static int
xpath_check_words(const char *text, struct err *err)
{
	const char *p = text;

	while (*p) {
		if (*p == '"' || *p == '\'') {
			p = strchr(p + 1, *p);
			if (!p)
				return err_set(err, "a quote is not closed");
			p++;
		} else if (*p == '$')
			return err_set(err, "there are no variables, as $ "
					    "would begin one");
		else if (xpath_begins_name(*p)) {
			if (xpath_check_name(&p, err) == -1)
				return -1;
		} else
			p++;
	}
	return 0;
}

static const char *
xpath_reason(int code)
{
	switch (code) {
	case XML_XPATH_UNFINISHED_LITERAL_ERROR:
	case XML_XPATH_START_LITERAL_ERROR:
		return "a quote is not closed";
	case XML_XPATH_INVALID_PREDICATE_ERROR:
		return "a condition in [ ] is not complete";
	case XML_XPATH_UNCLOSED_ERROR:
		return "a parenthesis is not closed";
	case XML_XPATH_INVALID_ARITY:
		return "a function has too many or too few arguments";
	case XML_XPATH_INVALID_TYPE:
	case XML_XPATH_INVALID_OPERAND:
		return "a function or | is given what is no list of nodes";
	case XML_XPATH_INVALID_CHAR_ERROR:
	case XML_XPATH_ENCODING_ERROR:
		return "a character that cannot stand there";
	case XML_XPATH_NUMBER_ERROR:
		return "a bad number";
	default:
		return "not an XPath expression";
	}
}

struct xpath_complaint {
	int code; /* 0 if there is none */
	int at;
};

static void
xpath_on_error(void *data, xmlErrorPtr error)
{
	struct xpath_complaint *complaint = data;

	if (complaint->code)
		return;
	complaint->code = error->code;
	complaint->at = error->int1;
}

static int
xpath_explain(
    const char *text, const struct xpath_complaint *complaint, struct err *err)
{
	const char *reason = xpath_reason(complaint->code), *at;
	size_t len = strlen(text);

	if (complaint->at <= 0 || (size_t)complaint->at >= len)
		return err_set(err, "%s", reason);
	at = text + complaint->at;
	/* not from the middle of a character */
	while (at > text && ((unsigned char)*at & 0xc0) == 0x80)
		at--;
	return strlen(at) > XPATH_SHOWN_MAX
		   ? err_set(err, "%s, %td bytes into it", reason, at - text)
		   : err_set(err, "%s, before \"%s\"", reason, at);
}

xmlXPathCompExprPtr
xpath_compile(const char *text, struct err *err)
{
	struct xpath_complaint complaint = {0};
	xmlXPathContextPtr ctxt;
	xmlXPathCompExprPtr compiled;

	if (strlen(text) > XPATH_TEXT_MAX) {
		err_set(err, "longer than %d bytes", XPATH_TEXT_MAX);
		return NULL;
	}
	if (xpath_check_words(text, err) == -1)
		return NULL;
	ctxt = xmlXPathNewContext(NULL);
	if (!ctxt)
		abort();
	ctxt->error = xpath_on_error;
	ctxt->userData = &complaint;
	compiled = xmlXPathCtxtCompile(ctxt, (const xmlChar *)text);
	xmlXPathFreeContext(ctxt);
	if (!compiled)
		xpath_explain(text, &complaint, err);
	return compiled;
}

static enum xpath_type
xpath_type(const xmlXPathObject *object)
{
	switch (object->type) {
	case XPATH_NODESET:
		return XPATH_NODES;
	case XPATH_STRING:
		return XPATH_TEXT;
	default:
		return XPATH_OTHER;
	}
}

/* Says nothing where libxml2 would write to stderr. */
static void __attribute__((format(printf, 2, 3)))
xpath_on_message(void *data, const char *fmt, ...)
{
	(void)data;
	(void)fmt;
}

static int
xpath_try(const char *text, xmlXPathCompExprPtr compiled,
    enum xpath_type *type_r, struct err *err)
{
	xmlGenericErrorFunc old = xmlGenericError;
	void *old_data = xmlGenericErrorContext;
	struct xpath_complaint complaint = {0};
	htmlDocPtr page = htmlNewDocNoDtD(NULL, NULL);
	xmlXPathContextPtr ctxt = page ? xmlXPathNewContext(page) : NULL;
	xmlXPathObjectPtr object;

	if (!ctxt)
		abort();
	ctxt->error = xpath_on_error;
	ctxt->userData = &complaint;
	ctxt->opLimit = XPATH_TRIAL_STEPS;
	xmlSetGenericErrorFunc(NULL, xpath_on_message);
	object = xmlXPathCompiledEval(compiled, ctxt);
	xmlSetGenericErrorFunc(old_data, old);
	if (object)
		*type_r = xpath_type(object);
	else
		xpath_explain(text, &complaint, err);
	xmlXPathFreeContext(ctxt);
	xmlFreeDoc(page);
	if (!object)
		return -1;
	xmlXPathFreeObject(object);
	return 0;
}

int
xpath_check(const char *text, enum xpath_type *type_r, struct err *err)
{
	xmlXPathCompExprPtr compiled;
	int rc;

	xmlInitParser();
	compiled = xpath_compile(text, err);
	if (!compiled)
		return -1;
	rc = xpath_try(text, compiled, type_r, err);
	xmlXPathFreeCompExpr(compiled);
	return rc;
}

/* --- what functions cost --- */

struct xpath_function {
	const char *name;
	xmlXPathFunction call;
	bool has_default; /* without an argument the node itself is meant */
	bool compares; /* each byte of one argument with those of the next */
};

static const struct xpath_function xpath_readers[] = {
    {"ceiling", xmlXPathCeilingFunction, false, false},
    {"concat", xmlXPathConcatFunction, false, false},
    {"contains", xmlXPathContainsFunction, false, true},
    {"floor", xmlXPathFloorFunction, false, false},
    {"lang", xmlXPathLangFunction, false, false},
    {"normalize-space", xmlXPathNormalizeFunction, true, false},
    {"number", xmlXPathNumberFunction, true, false},
    {"round", xmlXPathRoundFunction, false, false},
    {"starts-with", xmlXPathStartsWithFunction, false, false},
    {"string", xmlXPathStringFunction, true, false},
    {"string-length", xmlXPathStringLengthFunction, true, false},
    {"substring", xmlXPathSubstringFunction, false, false},
    {"substring-after", xmlXPathSubstringAfterFunction, false, true},
    {"substring-before", xmlXPathSubstringBeforeFunction, false, true},
    {"translate", xmlXPathTranslateFunction, false, true},
};

/* -1 when there are not so many steps left. */
static int
xpath_take_steps(xmlXPathContextPtr ctxt, size_t steps)
{
	if (ctxt->opLimit == 0)
		return 0;
	if (ctxt->opCount >= ctxt->opLimit ||
	    steps >= ctxt->opLimit - ctxt->opCount) {
		ctxt->opCount = ctxt->opLimit;
		return -1;
	}
	ctxt->opCount += steps;
	return 0;
}

/* In the document's order, within top; NULL behind the last. */
static const xmlNode *
xpath_next_node(const xmlNode *top, const xmlNode *node)
{
	bool is_inner = node->type == XML_ELEMENT_NODE ||
			node->type == XML_HTML_DOCUMENT_NODE ||
			node->type == XML_DOCUMENT_NODE ||
			node->type == XML_ATTRIBUTE_NODE;

	if (is_inner && node->children)
		return node->children;
	while (node != top && !node->next)
		node = node->parent;
	return node == top ? NULL : node->next;
}

/* Takes the steps for the text of a node, before anything is made of it. */
static int
xpath_take_node(xmlXPathContextPtr ctxt, const xmlNode *top)
{
	const xmlNode *node = top;
	size_t len;

	/* a namespace is no xmlNode; pages have none */
	if (top->type == XML_NAMESPACE_DECL)
		return xpath_take_steps(ctxt, 1);
	for (; node; node = xpath_next_node(top, node)) {
		len = 0;
		if (node->type != XML_ELEMENT_NODE &&
		    node->type != XML_HTML_DOCUMENT_NODE &&
		    node->type != XML_DOCUMENT_NODE &&
		    node->type != XML_ATTRIBUTE_NODE && node->content)
			len = strlen((const char *)node->content);
		if (xpath_take_steps(ctxt, 1 + len / XPATH_STEP_BYTES) == -1)
			return -1;
	}
	return 0;
}

/* Takes the steps for an argument, and makes text of nodes. */
static int
xpath_take_argument(
    xmlXPathContextPtr ctxt, xmlXPathObjectPtr *argument, size_t *len_r)
{
	xmlNodeSetPtr nodes = (*argument)->nodesetval;

	*len_r = 0;
	if ((*argument)->type == XPATH_NODESET) {
		if (nodes && nodes->nodeNr > 1)
			xmlXPathNodeSetSort(nodes);
		if (nodes && nodes->nodeNr > 0 &&
		    (xpath_take_steps(ctxt, (size_t)nodes->nodeNr) == -1 ||
			xpath_take_node(ctxt, nodes->nodeTab[0]) == -1))
			return -1;
		/* as each of the functions would do: the first one's text */
		*argument = xmlXPathConvertString(*argument);
		if (!*argument)
			abort(); /* only for want of memory */
	}
	if ((*argument)->type == XPATH_STRING)
		*len_r = strlen((const char *)(*argument)->stringval);
	return xpath_take_steps(ctxt, *len_r / XPATH_STEP_BYTES);
}

static int
xpath_take_arguments(xmlXPathParserContextPtr parser,
    const struct xpath_function *function, int count)
{
	xmlXPathObjectPtr *arguments =
	    parser->valueTab + parser->valueNr - count;
	size_t len, before = 0;
	int i, rc = 0;

	for (i = 0; i < count && rc == 0; i++) {
		rc = xpath_take_argument(parser->context, &arguments[i], &len);
		if (rc == 0 && i == 1 && function->compares)
			rc = xpath_take_steps(parser->context,
			    before * (len + 1) / XPATH_STEP_PAIRS);
		before = len;
	}
	if (count > 0)
		parser->value = arguments[count - 1];
	return rc;
}

/* The node itself becomes the argument. */
static int
xpath_push_node(xmlXPathParserContextPtr parser)
{
	xmlNodePtr node = parser->context->node;

	if (!node || xpath_take_node(parser->context, node) == -1)
		return -1;
	(void)valuePush(
	    parser, xmlXPathWrapString(xmlXPathCastNodeToString(node)));
	return 0;
}

/* libxml2 says in the context which function it is that it calls. */
static void
xpath_on_function(xmlXPathParserContextPtr parser, int count)
{
	const char *name = (const char *)parser->context->function;
	const struct xpath_function *function = xpath_readers;
	int rc = 0;

	while (strcmp(function->name, name) != 0)
		function++;
	if (count == 0 && function->has_default) {
		rc = xpath_push_node(parser);
		count = 1;
	}
	if (rc == 0 && count <= parser->valueNr)
		rc = xpath_take_arguments(parser, function, count);
	if (rc == -1)
		xmlXPathErr(parser, XPATH_OP_LIMIT_EXCEEDED);
	else
		function->call(parser, count);
}

/* All nodes count, each as a number. */
static void
xpath_on_sum(xmlXPathParserContextPtr parser, int count)
{
	const xmlXPathObject *object = parser->value;
	int i, n = 0;

	if (count == 1 && object && object->type == XPATH_NODESET)
		n = xmlXPathNodeSetGetLength(object->nodesetval);
	for (i = 0; i < n; i++) {
		if (xpath_take_node(
			parser->context, object->nodesetval->nodeTab[i]) == 0)
			continue;
		xmlXPathErr(parser, XPATH_OP_LIMIT_EXCEEDED);
		return;
	}
	xmlXPathSumFunction(parser, count);
}

/* One that is there is not replaced: it must go first. */
static void
xpath_register(xmlXPathContextPtr ctxt, const char *name, xmlXPathFunction call)
{
	if (xmlXPathRegisterFunc(ctxt, (const xmlChar *)name, NULL) == -1 ||
	    xmlXPathRegisterFunc(ctxt, (const xmlChar *)name, call) == -1)
		abort(); /* only for want of memory */
}

void
xpath_charge(xmlXPathContextPtr ctxt)
{
	size_t i;

	for (i = 0; i < sizeof(xpath_readers) / sizeof(xpath_readers[0]); i++)
		xpath_register(ctxt, xpath_readers[i].name, xpath_on_function);
	xpath_register(ctxt, "sum", xpath_on_sum);
}
