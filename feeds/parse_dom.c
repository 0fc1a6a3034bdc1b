/*
 * A page as a tree, for expressions to walk in. This is the only tree that is
 * made of what comes from outside, so it is bounded while it grows: elements,
 * attributes and pieces of text are counted, and depth, which libxml2 searches
 * at each end tag. Comments, declarations and the content of scripts and
 * styles do not get into it.
 */
#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/parserInternals.h>
#include <stdbool.h>
#include <string.h>

#include "feeds/parse_private.h"
#include "text/html.h"

struct parse_tree {
	htmlParserCtxtPtr ctxt;
	size_t nodes;
	struct err *complaint;
	bool is_stopping;
};

/* What stands so far is the page. libxml2 is told at the end of a callback. */
static void
parse_dom_stop(struct parse_tree *tree, const char *why)
{
	if (!tree->is_stopping)
		err_set(tree->complaint, "%s; read up to there", why);
	tree->is_stopping = true;
	xmlStopParser(tree->ctxt);
}

static void
parse_dom_on_document(void *data)
{
	struct parse_tree *tree = data;

	xmlSAX2StartDocument(tree->ctxt);
}

static void
parse_dom_on_start(void *data, const xmlChar *name, const xmlChar **attributes)
{
	struct parse_tree *tree = data;
	const xmlChar **p;

	if (tree->is_stopping)
		return;
	tree->nodes++;
	for (p = attributes; p && *p; p += 2)
		tree->nodes++;
	if (tree->ctxt->nodeNr < PARSE_DEPTH_MAX &&
	    tree->nodes <= PARSE_PAGE_NODES_MAX)
		xmlSAX2StartElement(tree->ctxt, name, attributes);
	else if (tree->nodes > PARSE_PAGE_NODES_MAX)
		parse_dom_stop(tree, "the page has too many elements");
	else
		parse_dom_stop(tree, "its elements are nested too deeply");
}

static void
parse_dom_on_end(void *data, const xmlChar *name)
{
	struct parse_tree *tree = data;

	if (!tree->is_stopping)
		xmlSAX2EndElement(tree->ctxt, name);
}

static void
parse_dom_on_text(void *data, const xmlChar *text, int len)
{
	struct parse_tree *tree = data;

	if (tree->is_stopping)
		return;
	if (++tree->nodes <= PARSE_PAGE_NODES_MAX)
		xmlSAX2Characters(tree->ctxt, text, len);
	else
		parse_dom_stop(tree, "the page has too many elements");
}

/* Of scripts and styles; without this it would come as text. */
static void
parse_dom_on_script(void *data, const xmlChar *text, int len)
{
	(void)data;
	(void)text;
	(void)len;
}

xmlDocPtr
parse_dom(const char *text, size_t len, struct err *complaint)
{
	struct parse_tree tree = {.complaint = complaint};
	size_t affordable = html_affordable(text, len);
	htmlSAXHandler handler;
	xmlDocPtr doc;

	if (affordable < len)
		err_set(complaint, "a tag of the page has too many "
				   "attributes; read up to there");
	tree.ctxt = htmlCreateMemoryParserCtxt(text, (int)affordable);
	if (!tree.ctxt)
		return NULL;
	memset(&handler, 0, sizeof(handler));
	handler.startDocument = parse_dom_on_document;
	handler.startElement = parse_dom_on_start;
	handler.endElement = parse_dom_on_end;
	handler.characters = parse_dom_on_text;
	handler.ignorableWhitespace = parse_dom_on_text;
	handler.cdataBlock = parse_dom_on_script;
	*tree.ctxt->sax = handler;
	tree.ctxt->userData = &tree;
	/* without RECOVER any end tag in a script's string ends the script */
	htmlCtxtUseOptions(tree.ctxt,
	    HTML_PARSE_RECOVER | HTML_PARSE_IGNORE_ENC | HTML_PARSE_NOERROR |
		HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
	xmlSwitchEncoding(tree.ctxt, XML_CHAR_ENCODING_UTF8);
	htmlParseDocument(tree.ctxt);
	doc = tree.ctxt->myDoc;
	tree.ctxt->myDoc = NULL;
	htmlFreeParserCtxt(tree.ctxt);
	return doc;
}
