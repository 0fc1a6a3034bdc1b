/* The names of HTML: what its elements do to text, what its entities mean. */
#include <endian.h>
#include <libxml/HTMLparser.h>
#include <string.h>

#include "text/html.h"
#include "text/html_private.h"

#define HTML_NAME_MAX 10 /* letters of the longest name in the table */
#define HTML_NAME_SIZE 16

struct html_element {
	char name[HTML_NAME_SIZE - 1]; /* filled up with NUL */
	unsigned char kind;
};

/* Sorted by name, so also by the number that its first bytes make. */
static const struct html_element html_elements[] = {
    {"a", HTML_INLINE},
    {"abbr", HTML_INLINE},
    {"acronym", HTML_INLINE},
    {"address", HTML_BLOCK},
    {"applet", HTML_BLOCK},
    {"area", HTML_INLINE},
    {"article", HTML_BLOCK},
    {"aside", HTML_BLOCK},
    {"audio", HTML_HIDDEN},
    {"b", HTML_INLINE},
    {"base", HTML_INLINE},
    {"basefont", HTML_INLINE},
    {"bdi", HTML_INLINE},
    {"bdo", HTML_INLINE},
    {"big", HTML_INLINE},
    {"blink", HTML_INLINE},
    {"blockquote", HTML_BLOCK},
    {"body", HTML_BLOCK},
    {"br", HTML_BLOCK},
    {"button", HTML_BLOCK},
    {"canvas", HTML_BLOCK},
    {"caption", HTML_BLOCK},
    {"center", HTML_BLOCK},
    {"cite", HTML_INLINE},
    {"code", HTML_INLINE},
    {"col", HTML_BLOCK},
    {"colgroup", HTML_BLOCK},
    {"dd", HTML_BLOCK},
    {"del", HTML_INLINE},
    {"details", HTML_BLOCK},
    {"dfn", HTML_INLINE},
    {"dir", HTML_BLOCK},
    {"div", HTML_BLOCK},
    {"dl", HTML_BLOCK},
    {"dt", HTML_BLOCK},
    {"em", HTML_INLINE},
    {"embed", HTML_INLINE},
    {"fieldset", HTML_BLOCK},
    {"figcaption", HTML_BLOCK},
    {"figure", HTML_BLOCK},
    {"font", HTML_INLINE},
    {"footer", HTML_BLOCK},
    {"form", HTML_BLOCK},
    {"frame", HTML_BLOCK},
    {"frameset", HTML_BLOCK},
    {"h1", HTML_BLOCK},
    {"h2", HTML_BLOCK},
    {"h3", HTML_BLOCK},
    {"h4", HTML_BLOCK},
    {"h5", HTML_BLOCK},
    {"h6", HTML_BLOCK},
    {"head", HTML_HIDDEN},
    {"header", HTML_BLOCK},
    {"hr", HTML_BLOCK},
    {"html", HTML_BLOCK},
    {"i", HTML_INLINE},
    {"iframe", HTML_HIDDEN},
    {"img", HTML_INLINE},
    {"input", HTML_INLINE},
    {"ins", HTML_INLINE},
    {"kbd", HTML_INLINE},
    {"label", HTML_INLINE},
    {"legend", HTML_BLOCK},
    {"li", HTML_BLOCK},
    {"link", HTML_INLINE},
    {"main", HTML_BLOCK},
    {"map", HTML_INLINE},
    {"mark", HTML_INLINE},
    {"math", HTML_INLINE},
    {"menu", HTML_BLOCK},
    {"meta", HTML_INLINE},
    {"nav", HTML_BLOCK},
    {"noembed", HTML_HIDDEN},
    {"noframes", HTML_HIDDEN},
    {"noscript", HTML_BLOCK},
    {"object", HTML_BLOCK},
    {"ol", HTML_BLOCK},
    {"optgroup", HTML_BLOCK},
    {"option", HTML_BLOCK},
    {"p", HTML_BLOCK},
    {"param", HTML_INLINE},
    {"picture", HTML_INLINE},
    {"pre", HTML_BLOCK},
    {"q", HTML_INLINE},
    {"rp", HTML_INLINE},
    {"rt", HTML_INLINE},
    {"ruby", HTML_INLINE},
    {"s", HTML_INLINE},
    {"samp", HTML_INLINE},
    {"script", HTML_HIDDEN},
    {"section", HTML_BLOCK},
    {"select", HTML_BLOCK},
    {"small", HTML_INLINE},
    {"source", HTML_INLINE},
    {"span", HTML_INLINE},
    {"strike", HTML_INLINE},
    {"strong", HTML_INLINE},
    {"style", HTML_HIDDEN},
    {"sub", HTML_INLINE},
    {"summary", HTML_BLOCK},
    {"sup", HTML_INLINE},
    {"svg", HTML_HIDDEN},
    {"table", HTML_BLOCK},
    {"tbody", HTML_BLOCK},
    {"td", HTML_BLOCK},
    {"template", HTML_HIDDEN},
    {"textarea", HTML_BLOCK},
    {"tfoot", HTML_BLOCK},
    {"th", HTML_BLOCK},
    {"thead", HTML_BLOCK},
    {"time", HTML_INLINE},
    {"title", HTML_HIDDEN},
    {"tr", HTML_BLOCK},
    {"track", HTML_INLINE},
    {"tt", HTML_INLINE},
    {"u", HTML_INLINE},
    {"ul", HTML_BLOCK},
    {"var", HTML_INLINE},
    {"video", HTML_HIDDEN},
    {"wbr", HTML_INLINE},
    {"xmp", HTML_BLOCK},
};

#define HTML_ELEMENTS (sizeof(html_elements) / sizeof(html_elements[0]))

/*
 * The entities met most, before libxml2's table, which is searched from its
 * beginning.
 */
static const struct {
	const char *name;
	size_t len;
	uint32_t code;
} html_common[] = {
    {"nbsp", 4, 0xa0},
    {"amp", 3, '&'},
    {"quot", 4, '"'},
    {"lt", 2, '<'},
    {"gt", 2, '>'},
    {"apos", 4, '\''},
    {"rsquo", 5, 0x2019},
    {"lsquo", 5, 0x2018},
    {"ldquo", 5, 0x201c},
    {"rdquo", 5, 0x201d},
    {"mdash", 5, 0x2014},
    {"ndash", 5, 0x2013},
    {"hellip", 6, 0x2026},
};

/* The first eight bytes as a number that sorts like they do. */
static uint64_t
html_name_number(const char *name)
{
	uint64_t number;

	memcpy(&number, name, sizeof(number));
	return be64toh(number);
}

enum html_kind
html_element_kind(const char *name, size_t len)
{
	char lower[HTML_NAME_SIZE] = {0};
	size_t low = 0, high = HTML_ELEMENTS, i, middle;
	uint64_t number, other;

	if (len > HTML_NAME_MAX)
		return HTML_UNKNOWN;
	for (i = 0; i < len; i++)
		lower[i] = (char)(name[i] | 0x20);
	number = html_name_number(lower);
	while (low < high) {
		middle = (low + high) / 2;
		other = html_name_number(html_elements[middle].name);
		if (number < other)
			high = middle;
		else if (number > other)
			low = middle + 1;
		else if (memcmp(lower + 8, html_elements[middle].name + 8,
			     HTML_NAME_MAX - 8 + 1) != 0)
			return HTML_UNKNOWN;
		else
			return (enum html_kind)html_elements[middle].kind;
	}
	return HTML_UNKNOWN;
}

bool
html_is_element(const char *name)
{
	return html_element_kind(name, strlen(name)) != HTML_UNKNOWN;
}

uint32_t
html_entity(const char *name, size_t len)
{
	const htmlEntityDesc *entity;
	char copy[HTML_ENTITY_MAX + 1];
	size_t i;

	if (len == 0 || len > HTML_ENTITY_MAX)
		return 0;
	for (i = 0; i < sizeof(html_common) / sizeof(html_common[0]); i++) {
		if (html_common[i].len == len &&
		    html_common[i].name[0] == name[0] &&
		    memcmp(name, html_common[i].name, len) == 0)
			return html_common[i].code;
	}
	memcpy(copy, name, len);
	copy[len] = '\0';
	entity = htmlEntityLookup((const xmlChar *)copy);
	return entity ? entity->value : 0;
}
