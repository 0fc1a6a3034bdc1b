/*
 * What is no feed but a page. The pages that name their feeds (<link
 * rel="alternate">) are the ones that people subscribe to by mistake, so the
 * reason given lists those feeds.
 */
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <string.h>
#include <strings.h>

#include "feeds/parse_private.h"
#include "text/html.h"
#include "text/plain.h"

#define PARSE_HEAD_MAX (64 * 1024) /* bytes searched for feeds */
#define PARSE_FOUND_MAX 3 /* feeds named */

struct parse_page {
	const char *base_url;
	struct parse_build build;
	const char *found[PARSE_FOUND_MAX];
	size_t count;
	htmlParserCtxtPtr ctxt;
};

static bool
parse_html_begins(const char *text, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && strncasecmp(text, word, n) == 0;
}

/* Behind white space, comments and processing instructions. */
static const char *
parse_html_skip(const char *text, const char *end)
{
	const char *next;
	size_t len;

	for (;;) {
		while (text < end && (unsigned char)*text <= ' ')
			text++;
		len = (size_t)(end - text);
		if (parse_html_begins(text, len, "<!--"))
			next = memmem(text, len, "-->", 3);
		else if (parse_html_begins(text, len, "<?"))
			next = memmem(text, len, "?>", 2);
		else
			return text;
		if (!next)
			return text;
		text = next + (*next == '-' ? 3 : 2);
	}
}

static bool
parse_html_is_name_end(const char *p, const char *end)
{
	return p == end || *p == '>' || *p == '/' || (unsigned char)*p <= ' ';
}

bool
parse_html_is_page(const char *text, size_t len)
{
	const char *end = text + len;

	text = parse_html_skip(text, end);
	len = (size_t)(end - text);
	return (parse_html_begins(text, len, "<!doctype html") &&
		   parse_html_is_name_end(text + 14, end)) ||
	       (parse_html_begins(text, len, "<html") &&
		   parse_html_is_name_end(text + 5, end));
}

bool
parse_html_is_fragment(const char *text, size_t len)
{
	static const char *const names[] = {"a", "b", "body", "br", "center",
	    "div", "font", "h1", "h2", "head", "hr", "i", "meta", "p", "pre",
	    "script", "span", "style", "table", "title"};
	const char *end = text + len;
	size_t i, n;

	text = parse_html_skip(text, end);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i]);
		if (text < end && *text == '<' &&
		    parse_html_begins(
			text + 1, (size_t)(end - text - 1), names[i]) &&
		    parse_html_is_name_end(text + 1 + n, end))
			return true;
	}
	return false;
}

static const char *
parse_html_attribute(const xmlChar **attributes, const char *name)
{
	for (; attributes && attributes[0]; attributes += 2) {
		if (strcasecmp((const char *)attributes[0], name) == 0)
			return (const char *)attributes[1];
	}
	return NULL;
}

static bool
parse_html_is_feed_type(const char *type)
{
	return type && (strncasecmp(type, "application/rss+xml", 19) == 0 ||
			   strncasecmp(type, "application/atom+xml", 20) == 0 ||
			   strncasecmp(type, "application/feed+json", 21) == 0);
}

static void
parse_html_on_start(void *data, const xmlChar *name, const xmlChar **attributes)
{
	struct parse_page *page = data;
	const char *rel, *href, *url;

	if (page->count == PARSE_FOUND_MAX ||
	    strcasecmp((const char *)name, "link") != 0)
		return;
	rel = parse_html_attribute(attributes, "rel");
	href = parse_html_attribute(attributes, "href");
	if (!rel || !href || !strcasestr(rel, "alternate") ||
	    !parse_html_is_feed_type(parse_html_attribute(attributes, "type")))
		return;
	url = parse_link(&page->build, page->base_url, href, strlen(href));
	if (!url)
		return;
	page->found[page->count++] = url;
	if (page->count == PARSE_FOUND_MAX)
		xmlStopParser(page->ctxt);
}

static void
parse_html_search(struct parse_page *page, const char *text, size_t len)
{
	htmlSAXHandler handler;

	if (len > PARSE_HEAD_MAX)
		len = plain_border(text, PARSE_HEAD_MAX);
	len = html_affordable(text, len);
	page->ctxt = htmlCreateMemoryParserCtxt(text, (int)len);
	if (!page->ctxt)
		return; /* nothing to read */
	memset(&handler, 0, sizeof(handler));
	handler.startElement = parse_html_on_start;
	*page->ctxt->sax = handler;
	page->ctxt->userData = page;
	htmlCtxtUseOptions(
	    page->ctxt, HTML_PARSE_IGNORE_ENC | HTML_PARSE_NOERROR |
			    HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
	xmlSwitchEncoding(page->ctxt, XML_CHAR_ENCODING_UTF8);
	htmlParseDocument(page->ctxt);
	htmlFreeParserCtxt(page->ctxt);
}

void
parse_html_explain(
    const char *text, size_t len, const char *base_url, struct err *err)
{
	struct parse_page page = {.base_url = base_url};
	struct buf list;
	size_t i;

	parse_build_init(&page.build, base_url);
	parse_html_search(&page, text, len);
	buf_init(&list, sizeof(err->text) / 2);
	for (i = 0; i < page.count; i++) {
		/* those that do not fit are left out */
		(void)buf_printf(&list, "%s%s", i ? ", " : "", page.found[i]);
	}
	if (list.len)
		err_set(err,
		    "an HTML page, not a feed; it names these feeds: %s",
		    list.data);
	else
		err_set(err, "an HTML page, not a feed");
	buf_clear(&list);
	parse_build_clear(&page.build);
}
