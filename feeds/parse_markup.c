/*
 * Nodes of a page as simple markup: tags without attributes and escaped text,
 * so that html.c makes the same text of them as of a feed's XHTML. A buffer has
 * a bound, and what does not fit in it is left out.
 */
#include <libxml/tree.h>
#include <stdio.h>
#include <string.h>

#include "feeds/parse_private.h"
#include "text/plain.h"

#define PARSE_MARKUP_TAG_MAX 64 /* bytes of a tag; of longer ones the text */

void
parse_markup_raw(struct buf *out, const char *markup)
{
	(void)buf_addstr(out, markup);
}

/* Text that must not turn into markup. */
void
parse_markup_text(struct buf *out, const char *text)
{
	size_t len, i, from = 0;

	if (!text)
		return;
	len = plain_border_within(text, strlen(text), out->max - out->len);
	for (i = 0; i < len; i++) {
		if (text[i] != '<' && text[i] != '&')
			continue;
		(void)buf_add(out, text + from, i - from);
		parse_markup_raw(out, text[i] == '<' ? "&lt;" : "&amp;");
		from = i + 1;
	}
	(void)buf_add(out, text + from, len - from);
}

/* Scripts and styles have lost their content; without it they are nothing. */
static void
parse_markup_tag(struct buf *out, const char *open, const xmlNode *node)
{
	const char *name = (const char *)node->name;
	char tag[PARSE_MARKUP_TAG_MAX];
	int len;

	if (strcmp(name, "script") == 0 || strcmp(name, "style") == 0)
		return;
	len = snprintf(tag, sizeof(tag), "%s%s>", open, name);
	if (len > 0 && (size_t)len < sizeof(tag))
		(void)buf_add(out, tag, (size_t)len);
}

/* An element with all that is in it; its depth is bounded, but not its size. */
static void
parse_markup_element(struct buf *out, const xmlNode *top)
{
	const xmlNode *node = top;

	while (out->len < out->max) {
		if (node->type == XML_TEXT_NODE)
			parse_markup_text(out, (const char *)node->content);
		else if (node->type == XML_ELEMENT_NODE) {
			parse_markup_tag(out, "<", node);
			if (node->children) {
				node = node->children;
				continue;
			}
			parse_markup_tag(out, "</", node);
		}
		while (node != top && !node->next) {
			node = node->parent;
			parse_markup_tag(out, "</", node);
		}
		if (node == top)
			return;
		node = node->next;
	}
}

void
parse_markup_node(struct buf *out, xmlNode *node)
{
	xmlChar *text;

	if (node->type == XML_ELEMENT_NODE) {
		parse_markup_element(out, node);
		return;
	}
	if (node->type != XML_TEXT_NODE && node->type != XML_ATTRIBUTE_NODE)
		return;
	text = xmlNodeGetContent(node);
	parse_markup_text(out, (const char *)text);
	xmlFree(text);
}
