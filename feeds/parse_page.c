/*
 * Pages that publish entries without a feed. The operator's expressions say
 * where the entries stand and where in each of them title, link, date and
 * summary do; of several nodes the first that serves counts. What comes out
 * keeps the same rules as a feed's entries, since the same builder makes it.
 *
 * A page that no entry is found on is the usual way in which such a source
 * ends: it was redesigned, or it asks for a browser. That is not the silence of
 * an institution, so it is said which expression found nothing, and on what.
 */
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#include "config/conf.h"
#include "feeds/parse_private.h"
#include "lib/clock.h"
#include "text/html.h"
#include "text/plain.h"
#include "text/xpath.h"

#define PARSE_PAGE_TRIES_MAX 100000 /* of words, to be read as dates */
#define PARSE_PAGE_DATE_MAX 512 /* bytes of text looked at for a date */
#define PARSE_PAGE_SHOWN_MAX 160 /* bytes of an expression in a reason */
#define PARSE_PAGE_TITLE_MAX 60 /* bytes of the page's title in a reason */

enum page_field {
	PAGE_ITEM,
	PAGE_TITLE,
	PAGE_LINK,
	PAGE_DATE,
	PAGE_SUMMARY,
	PAGE_FIELDS,
};

/* In the order of enum page_field. */
static const char *const page_options[PAGE_FIELDS] = {
    "html-item", "html-title", "html-link", "html-date", "html-summary"};

struct page_reader {
	struct parse_build *build;
	struct parse_pass *pass;
	const struct conf_html *html;
	const char *texts[PAGE_FIELDS];
	xmlXPathCompExprPtr expressions[PAGE_FIELDS]; /* NULL = not given */
	xmlXPathContextPtr ctxt;
	int code; /* libxml2's first complaint of an evaluation */
	bool is_failing;
	struct buf markup; /* reused */
	size_t text; /* bytes that may still be found */
	unsigned tries; /* dates that may still be tried */
};

static void
parse_page_fail(
    struct page_reader *page, enum page_field field, const char *why)
{
	if (!page->is_failing)
		err_set(
		    &page->pass->complaint, "%s: %s", page_options[field], why);
	page->pass->outcome = PARSE_BROKEN;
	page->is_failing = true;
}

static void
parse_page_on_error(void *data, xmlErrorPtr error)
{
	struct page_reader *page = data;

	if (!page->code)
		page->code = error->code;
}

/* Says nothing where libxml2 would write to stderr. */
static void __attribute__((format(printf, 2, 3)))
parse_page_on_message(void *data, const char *fmt, ...)
{
	(void)data;
	(void)fmt;
}

/* Whether the page may have as much text as is in the buffer. */
static bool
parse_page_spend(struct page_reader *page, enum page_field field)
{
	if (page->markup.len > page->text) {
		parse_page_fail(
		    page, field, "finds more text than a page may have");
		return false;
	}
	page->text -= page->markup.len;
	return page->markup.len > 0;
}

/* --- what an expression finds --- */

/* Owned by the caller; NULL when there is none, or it failed. */
static xmlXPathObjectPtr
parse_page_evaluate(
    struct page_reader *page, enum page_field field, xmlNode *node)
{
	xmlXPathObjectPtr object;

	if (!page->expressions[field] || page->is_failing)
		return NULL;
	page->ctxt->node = node;
	page->code = 0;
	object = xmlXPathCompiledEval(page->expressions[field], page->ctxt);
	if (object)
		return object;
	if (page->ctxt->opCount >= page->ctxt->opLimit)
		parse_page_fail(page, field, "takes too long on this page");
	else
		parse_page_fail(page, field,
		    page->code == XML_XPATH_INVALID_TYPE
			? "a function or | is given what is no list of nodes"
			: "cannot be evaluated on this page");
	return NULL;
}

/* Takes what is in the buffer for a field. */
typedef void (*page_take_fn)(struct page_reader *page);

static void
parse_page_take_title(struct page_reader *page)
{
	parse_build_field(page->build, FIELD_TITLE, 1, FORM_XHTML,
	    page->markup.data, page->markup.len);
}

static void
parse_page_take_date(struct page_reader *page)
{
	int64_t seconds;
	struct buf text;

	buf_init(&text, 0);
	(void)html_markup_to_text(
	    page->markup.data, page->markup.len, PARSE_PAGE_DATE_MAX, &text);
	plain_flatten(&text, 0);
	if (text.len > 0 && parse_page_date(text.data, page->html->zone_min,
				&page->tries, &seconds) == 0)
		page->build->item.published_s = seconds;
	buf_clear(&text);
}

static void
parse_page_take_link(struct page_reader *page)
{
	struct buf text;

	buf_init(&text, 0);
	(void)html_markup_to_text(
	    page->markup.data, page->markup.len, ITEM_URL_MAX + 1, &text);
	if (text.len > 0 && *text.data != '#')
		parse_build_link(
		    page->build, 1, page->build->base, text.data, text.len);
	buf_clear(&text);
}

static bool
parse_page_is_taken(const struct page_reader *page, enum page_field field)
{
	const struct item *item = &page->build->item;

	switch (field) {
	case PAGE_TITLE:
		return item->title[0] != '\0';
	case PAGE_LINK:
		return item->url != NULL;
	case PAGE_DATE:
		return item->published_s != TIME_NONE;
	default:
		return false;
	}
}

/* An element stands for the attribute that says it better, if it has one. */
static const char *
parse_page_better(enum page_field field, const xmlNode *node)
{
	if (node->type != XML_ELEMENT_NODE)
		return NULL;
	if (field == PAGE_LINK)
		return "href";
	return field == PAGE_DATE &&
		       strcmp((const char *)node->name, "time") == 0
		   ? "datetime"
		   : NULL;
}

static void
parse_page_take_node(struct page_reader *page, enum page_field field,
    xmlNode *node, page_take_fn take)
{
	const char *name = parse_page_better(field, node);
	xmlChar *value = name ? xmlGetProp(node, (const xmlChar *)name) : NULL;

	buf_reset(&page->markup);
	if (value)
		parse_markup_text(&page->markup, (const char *)value);
	else if (!name || field != PAGE_LINK)
		parse_markup_node(&page->markup, node);
	xmlFree(value);
	if (parse_page_spend(page, field))
		take(page);
}

/* The first of the nodes that serves, or the text. */
static void
parse_page_take_first(struct page_reader *page, enum page_field field,
    xmlNode *item, page_take_fn take)
{
	xmlXPathObjectPtr object = parse_page_evaluate(page, field, item);
	int i, count;

	if (!object)
		return;
	if (object->type == XPATH_STRING) {
		buf_reset(&page->markup);
		parse_markup_text(
		    &page->markup, (const char *)object->stringval);
		if (parse_page_spend(page, field))
			take(page);
	}
	count = xmlXPathNodeSetGetLength(object->nodesetval);
	for (i = 0; object->type == XPATH_NODESET && i < count &&
		    !parse_page_is_taken(page, field) && !page->is_failing;
	     i++)
		parse_page_take_node(
		    page, field, object->nodesetval->nodeTab[i], take);
	xmlXPathFreeObject(object);
}

/* All of the nodes, a paragraph each. */
static void
parse_page_take_summary(struct page_reader *page, xmlNode *item)
{
	xmlXPathObjectPtr object =
	    parse_page_evaluate(page, PAGE_SUMMARY, item);
	int i, count;

	if (!object)
		return;
	buf_reset(&page->markup);
	if (object->type == XPATH_STRING)
		parse_markup_text(
		    &page->markup, (const char *)object->stringval);
	count = xmlXPathNodeSetGetLength(object->nodesetval);
	for (i = 0; object->type == XPATH_NODESET && i < count &&
		    page->markup.len < page->markup.max;
	     i++) {
		parse_markup_raw(&page->markup, "<p>");
		parse_markup_node(
		    &page->markup, object->nodesetval->nodeTab[i]);
		parse_markup_raw(&page->markup, "</p>");
	}
	xmlXPathFreeObject(object);
	if (parse_page_spend(page, PAGE_SUMMARY))
		parse_build_field(page->build, FIELD_SUMMARY, 1, FORM_XHTML,
		    page->markup.data, page->markup.len);
}

/* --- the page --- */

/* An entry without a title is a row of headings, or none. */
static void
parse_page_read_item(struct page_reader *page, xmlNode *item)
{
	if (!parse_build_begin_item(page->build))
		return;
	parse_page_take_first(page, PAGE_TITLE, item, parse_page_take_title);
	if (!page->build->item.title[0]) {
		page->build->is_item = false;
		return;
	}
	parse_page_take_first(page, PAGE_LINK, item, parse_page_take_link);
	parse_page_take_first(page, PAGE_DATE, item, parse_page_take_date);
	parse_page_take_summary(page, item);
	parse_build_end_item(page->build);
}

/* Says why there is no entry, and of what page: it may ask for a browser. */
static void
parse_page_miss(struct page_reader *page, size_t items)
{
	enum page_field field = items > 0 ? PAGE_TITLE : PAGE_ITEM;
	const char *title = page->build->doc->title;
	const char *text = page->texts[field] ? page->texts[field] : "";
	char in[64] = "";

	if (!title)
		title = "";
	if (items > 0)
		snprintf(in, sizeof(in), "in any of %zu entries of ", items);
	if (!page->pass->complaint.text[0])
		err_set(&page->pass->complaint,
		    "%s finds nothing %s%s\"%.*s\": %.*s", page_options[field],
		    in, items > 0 ? "the page " : "on the page ",
		    (int)plain_border_within(
			title, strlen(title), PARSE_PAGE_TITLE_MAX),
		    title,
		    (int)plain_border_within(
			text, strlen(text), PARSE_PAGE_SHOWN_MAX),
		    text);
}

static void
parse_page_read_items(struct page_reader *page, xmlDocPtr doc)
{
	xmlXPathObjectPtr object =
	    parse_page_evaluate(page, PAGE_ITEM, (xmlNode *)doc);
	size_t items = 0;
	int i, count;

	if (!object)
		return;
	count = xmlXPathNodeSetGetLength(object->nodesetval);
	for (i = 0; i < count && !page->is_failing; i++) {
		xmlNode *node = object->nodesetval->nodeTab[i];

		if (node->type != XML_ELEMENT_NODE)
			continue;
		items++;
		parse_page_read_item(page, node);
	}
	xmlXPathFreeObject(object);
	if (page->build->count == 0 && !page->is_failing)
		parse_page_miss(page, items);
}

/* The first element of that name, from the document's order; NULL if none. */
static xmlNode *
parse_page_find(xmlDocPtr doc, const char *name)
{
	xmlNode *node = xmlDocGetRootElement(doc);

	while (node) {
		if (node->type == XML_ELEMENT_NODE &&
		    strcmp((const char *)node->name, name) == 0)
			return node;
		if (node->children) {
			node = node->children;
			continue;
		}
		while (node && !node->next)
			node = node->parent == (xmlNode *)doc ? NULL
							      : node->parent;
		node = node ? node->next : NULL;
	}
	return NULL;
}

/* What the page says of itself: title, language, and what links refer to. */
static void
parse_page_read_head(struct page_reader *page, xmlDocPtr doc)
{
	xmlNode *root = xmlDocGetRootElement(doc);
	xmlNode *base = parse_page_find(doc, "base");
	xmlNode *title = parse_page_find(doc, "title");
	xmlChar *lang = root ? xmlGetProp(root, (const xmlChar *)"lang") : NULL;
	xmlChar *href = base ? xmlGetProp(base, (const xmlChar *)"href") : NULL;
	const char *url = NULL;

	if (title) {
		/* as text: the markup of a title is none of an entry's */
		for (title = title->children; title; title = title->next)
			parse_markup_node(&page->markup, title);
		if (page->markup.len > 0)
			parse_page_take_title(page);
	}
	if (lang)
		parse_build_lang(page->build, 1, (const char *)lang,
		    strlen((const char *)lang));
	if (href)
		url = parse_link(page->build, page->build->base,
		    (const char *)href, strlen((const char *)href));
	if (url)
		page->build->base = url;
	xmlFree(lang);
	xmlFree(href);
}

static void
parse_page_read(struct page_reader *page, xmlDocPtr doc)
{
	xmlGenericErrorFunc old = xmlGenericError;
	void *old_data = xmlGenericErrorContext;

	page->ctxt = xmlXPathNewContext(doc);
	if (!page->ctxt)
		abort();
	page->ctxt->error = parse_page_on_error;
	page->ctxt->userData = page;
	page->ctxt->opLimit = PARSE_PAGE_STEPS_MAX;
	xpath_charge(page->ctxt);
	/* numbers the elements, so that comparing their places is cheap */
	(void)xmlXPathOrderDocElems(doc);
	xmlSetGenericErrorFunc(NULL, parse_page_on_message);
	parse_page_read_head(page, doc);
	parse_page_read_items(page, doc);
	xmlSetGenericErrorFunc(old_data, old);
	xmlXPathFreeContext(page->ctxt);
}

static void
parse_page_compile(struct page_reader *page)
{
	static const char links[] = "descendant-or-self::a/@href";
	struct err why;
	int i;

	page->texts[PAGE_ITEM] = page->html->item;
	page->texts[PAGE_TITLE] = page->html->title;
	page->texts[PAGE_LINK] = page->html->link ? page->html->link : links;
	page->texts[PAGE_DATE] = page->html->date;
	page->texts[PAGE_SUMMARY] = page->html->summary;
	for (i = 0; i < PAGE_FIELDS; i++) {
		if (!page->texts[i])
			continue;
		page->expressions[i] = xpath_compile(page->texts[i], &why);
		if (!page->expressions[i])
			parse_page_fail(page, (enum page_field)i, why.text);
	}
}

void
parse_page(struct parse_build *build, const struct conf_html *html,
    const char *text, size_t len, struct parse_pass *pass)
{
	struct page_reader page = {.build = build,
	    .pass = pass,
	    .html = html,
	    .text = PARSE_PAGE_TEXT_MAX,
	    .tries = PARSE_PAGE_TRIES_MAX};
	xmlDocPtr doc;
	int i;

	memset(pass, 0, sizeof(*pass));
	pass->is_wellformed = true;
	if (len > PARSE_PAGE_MAX) {
		pass->outcome = PARSE_TOO_LARGE;
		err_set(&pass->complaint, "the page is larger than %d bytes",
		    PARSE_PAGE_MAX);
		return;
	}
	build->doc->format = FEED_FORMAT_PAGE;
	buf_init(&page.markup, PARSE_RAW_MAX);
	parse_page_compile(&page);
	doc = page.is_failing ? NULL : parse_dom(text, len, &pass->complaint);
	if (doc)
		parse_page_read(&page, doc);
	else if (!page.is_failing)
		parse_page_miss(&page, 0);
	xmlFreeDoc(doc);
	for (i = 0; i < PAGE_FIELDS; i++)
		xmlXPathFreeCompExpr(page.expressions[i]);
	buf_clear(&page.markup);
}
