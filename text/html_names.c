/* The names of HTML: what its elements do to text, what its entities mean. */
#include <endian.h>
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
    {"audio", HTML_PAIRED},
    {"b", HTML_INLINE},
    {"base", HTML_INLINE},
    {"basefont", HTML_INLINE},
    {"bdi", HTML_INLINE},
    {"bdo", HTML_INLINE},
    {"big", HTML_INLINE},
    {"blink", HTML_INLINE},
    {"blockquote", HTML_BLOCK},
    {"body", HTML_BLOCK},
    {"br", HTML_LINE},
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
    {"head", HTML_PAIRED},
    {"header", HTML_BLOCK},
    {"hr", HTML_BLOCK},
    {"html", HTML_BLOCK},
    {"i", HTML_INLINE},
    {"iframe", HTML_PAIRED},
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
    {"rb", HTML_RUBY},
    {"rp", HTML_ANNOTATION},
    {"rt", HTML_ANNOTATION},
    {"rtc", HTML_ANNOTATION},
    {"ruby", HTML_RUBY},
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
    {"video", HTML_PAIRED},
    {"wbr", HTML_INLINE},
    {"xmp", HTML_BLOCK},
};

#define HTML_ELEMENTS (sizeof(html_elements) / sizeof(html_elements[0]))

struct html_named {
	char name[HTML_ENTITY_MAX + 1]; /* filled up with NUL */
	uint16_t code;
};

/* The entities of HTML 4, sorted like the elements. */
static const struct html_named html_entities[] = {{"AElig", 0xc6},
    {"Aacute", 0xc1}, {"Acirc", 0xc2}, {"Agrave", 0xc0}, {"Alpha", 0x391},
    {"Aring", 0xc5}, {"Atilde", 0xc3}, {"Auml", 0xc4}, {"Beta", 0x392},
    {"Ccedil", 0xc7}, {"Chi", 0x3a7}, {"Dagger", 0x2021}, {"Delta", 0x394},
    {"ETH", 0xd0}, {"Eacute", 0xc9}, {"Ecirc", 0xca}, {"Egrave", 0xc8},
    {"Epsilon", 0x395}, {"Eta", 0x397}, {"Euml", 0xcb}, {"Gamma", 0x393},
    {"Iacute", 0xcd}, {"Icirc", 0xce}, {"Igrave", 0xcc}, {"Iota", 0x399},
    {"Iuml", 0xcf}, {"Kappa", 0x39a}, {"Lambda", 0x39b}, {"Mu", 0x39c},
    {"Ntilde", 0xd1}, {"Nu", 0x39d}, {"OElig", 0x152}, {"Oacute", 0xd3},
    {"Ocirc", 0xd4}, {"Ograve", 0xd2}, {"Omega", 0x3a9}, {"Omicron", 0x39f},
    {"Oslash", 0xd8}, {"Otilde", 0xd5}, {"Ouml", 0xd6}, {"Phi", 0x3a6},
    {"Pi", 0x3a0}, {"Prime", 0x2033}, {"Psi", 0x3a8}, {"Rho", 0x3a1},
    {"Scaron", 0x160}, {"Sigma", 0x3a3}, {"THORN", 0xde}, {"Tau", 0x3a4},
    {"Theta", 0x398}, {"Uacute", 0xda}, {"Ucirc", 0xdb}, {"Ugrave", 0xd9},
    {"Upsilon", 0x3a5}, {"Uuml", 0xdc}, {"Xi", 0x39e}, {"Yacute", 0xdd},
    {"Yuml", 0x178}, {"Zeta", 0x396}, {"aacute", 0xe1}, {"acirc", 0xe2},
    {"acute", 0xb4}, {"aelig", 0xe6}, {"agrave", 0xe0}, {"alefsym", 0x2135},
    {"alpha", 0x3b1}, {"amp", 0x26}, {"and", 0x2227}, {"ang", 0x2220},
    {"apos", 0x27}, {"aring", 0xe5}, {"asymp", 0x2248}, {"atilde", 0xe3},
    {"auml", 0xe4}, {"bdquo", 0x201e}, {"beta", 0x3b2}, {"brvbar", 0xa6},
    {"bull", 0x2022}, {"cap", 0x2229}, {"ccedil", 0xe7}, {"cedil", 0xb8},
    {"cent", 0xa2}, {"chi", 0x3c7}, {"circ", 0x2c6}, {"clubs", 0x2663},
    {"cong", 0x2245}, {"copy", 0xa9}, {"crarr", 0x21b5}, {"cup", 0x222a},
    {"curren", 0xa4}, {"dArr", 0x21d3}, {"dagger", 0x2020}, {"darr", 0x2193},
    {"deg", 0xb0}, {"delta", 0x3b4}, {"diams", 0x2666}, {"divide", 0xf7},
    {"eacute", 0xe9}, {"ecirc", 0xea}, {"egrave", 0xe8}, {"empty", 0x2205},
    {"emsp", 0x2003}, {"ensp", 0x2002}, {"epsilon", 0x3b5}, {"equiv", 0x2261},
    {"eta", 0x3b7}, {"eth", 0xf0}, {"euml", 0xeb}, {"euro", 0x20ac},
    {"exist", 0x2203}, {"fnof", 0x192}, {"forall", 0x2200}, {"frac12", 0xbd},
    {"frac14", 0xbc}, {"frac34", 0xbe}, {"frasl", 0x2044}, {"gamma", 0x3b3},
    {"ge", 0x2265}, {"gt", 0x3e}, {"hArr", 0x21d4}, {"harr", 0x2194},
    {"hearts", 0x2665}, {"hellip", 0x2026}, {"iacute", 0xed}, {"icirc", 0xee},
    {"iexcl", 0xa1}, {"igrave", 0xec}, {"image", 0x2111}, {"infin", 0x221e},
    {"int", 0x222b}, {"iota", 0x3b9}, {"iquest", 0xbf}, {"isin", 0x2208},
    {"iuml", 0xef}, {"kappa", 0x3ba}, {"lArr", 0x21d0}, {"lambda", 0x3bb},
    {"lang", 0x2329}, {"laquo", 0xab}, {"larr", 0x2190}, {"lceil", 0x2308},
    {"ldquo", 0x201c}, {"le", 0x2264}, {"lfloor", 0x230a}, {"lowast", 0x2217},
    {"loz", 0x25ca}, {"lrm", 0x200e}, {"lsaquo", 0x2039}, {"lsquo", 0x2018},
    {"lt", 0x3c}, {"macr", 0xaf}, {"mdash", 0x2014}, {"micro", 0xb5},
    {"middot", 0xb7}, {"minus", 0x2212}, {"mu", 0x3bc}, {"nabla", 0x2207},
    {"nbsp", 0xa0}, {"ndash", 0x2013}, {"ne", 0x2260}, {"ni", 0x220b},
    {"not", 0xac}, {"notin", 0x2209}, {"nsub", 0x2284}, {"ntilde", 0xf1},
    {"nu", 0x3bd}, {"oacute", 0xf3}, {"ocirc", 0xf4}, {"oelig", 0x153},
    {"ograve", 0xf2}, {"oline", 0x203e}, {"omega", 0x3c9}, {"omicron", 0x3bf},
    {"oplus", 0x2295}, {"or", 0x2228}, {"ordf", 0xaa}, {"ordm", 0xba},
    {"oslash", 0xf8}, {"otilde", 0xf5}, {"otimes", 0x2297}, {"ouml", 0xf6},
    {"para", 0xb6}, {"part", 0x2202}, {"permil", 0x2030}, {"perp", 0x22a5},
    {"phi", 0x3c6}, {"pi", 0x3c0}, {"piv", 0x3d6}, {"plusmn", 0xb1},
    {"pound", 0xa3}, {"prime", 0x2032}, {"prod", 0x220f}, {"prop", 0x221d},
    {"psi", 0x3c8}, {"quot", 0x22}, {"rArr", 0x21d2}, {"radic", 0x221a},
    {"rang", 0x232a}, {"raquo", 0xbb}, {"rarr", 0x2192}, {"rceil", 0x2309},
    {"rdquo", 0x201d}, {"real", 0x211c}, {"reg", 0xae}, {"rfloor", 0x230b},
    {"rho", 0x3c1}, {"rlm", 0x200f}, {"rsaquo", 0x203a}, {"rsquo", 0x2019},
    {"sbquo", 0x201a}, {"scaron", 0x161}, {"sdot", 0x22c5}, {"sect", 0xa7},
    {"shy", 0xad}, {"sigma", 0x3c3}, {"sigmaf", 0x3c2}, {"sim", 0x223c},
    {"spades", 0x2660}, {"sub", 0x2282}, {"sube", 0x2286}, {"sum", 0x2211},
    {"sup", 0x2283}, {"sup1", 0xb9}, {"sup2", 0xb2}, {"sup3", 0xb3},
    {"supe", 0x2287}, {"szlig", 0xdf}, {"tau", 0x3c4}, {"there4", 0x2234},
    {"theta", 0x3b8}, {"thetasym", 0x3d1}, {"thinsp", 0x2009}, {"thorn", 0xfe},
    {"tilde", 0x2dc}, {"times", 0xd7}, {"trade", 0x2122}, {"uArr", 0x21d1},
    {"uacute", 0xfa}, {"uarr", 0x2191}, {"ucirc", 0xfb}, {"ugrave", 0xf9},
    {"uml", 0xa8}, {"upsih", 0x3d2}, {"upsilon", 0x3c5}, {"uuml", 0xfc},
    {"weierp", 0x2118}, {"xi", 0x3be}, {"yacute", 0xfd}, {"yen", 0xa5},
    {"yuml", 0xff}, {"zeta", 0x3b6}, {"zwj", 0x200d}, {"zwnj", 0x200c}};

/* Those met most. */
static const struct html_named html_common[] = {{"lt", '<'}, {"gt", '>'},
    {"amp", '&'}, {"quot", '"'}, {"nbsp", 0xa0}, {"rsquo", 0x2019},
    {"mdash", 0x2014}, {"ndash", 0x2013}, {"ldquo", 0x201c}, {"rdquo", 0x201d},
    {"hellip", 0x2026}};

#define HTML_ENTITIES (sizeof(html_entities) / sizeof(html_entities[0]))

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
	char copy[HTML_ENTITY_MAX] = {0};
	size_t low = 0, high = HTML_ENTITIES, middle, i;
	uint64_t number, other;

	if (len == 0 || len > HTML_ENTITY_MAX)
		return 0;
	memcpy(copy, name, len);
	number = html_name_number(copy);
	for (i = 0; i < sizeof(html_common) / sizeof(html_common[0]); i++) {
		if (number == html_name_number(html_common[i].name))
			return html_common[i].code;
	}
	while (low < high) {
		middle = (low + high) / 2;
		other = html_name_number(html_entities[middle].name);
		if (number == other)
			return html_entities[middle].code;
		if (number < other)
			high = middle;
		else
			low = middle + 1;
	}
	return 0;
}
