/*
 * What is said about the encoding of a document: by the HTTP header, by the XML
 * declaration, and, where neither is of use, by the language. Names are turned
 * into those of iconv, and into the superset that browsers read where the
 * subset is declared.
 *
 * iconv knows hundreds of encodings; only those that texts on the web are in
 * are let through. All of them have markup where ASCII has it: UTF-16 and
 * EBCDIC, which have not, are known by their first bytes (parse_encoding.c) or
 * not at all.
 */
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "feeds/parse_private.h"

#define PARSE_DECLARATION_MAX 1024 /* bytes searched for a declaration */
#define PARSE_META_MAX 8192 /* bytes of a page searched for it */
#define PARSE_LANGUAGE_MAX 4096 /* bytes searched for a language */

/* What is read where that name is declared: the widest superset in use. */
static const struct {
	const char *name;
	const char *iconv;
} parse_aliases[] = {
    {"ansi", "CP1252"},
    {"ansi_x3.4-1968", "UTF-8"},
    {"arabic", "ISO-8859-6"},
    {"armscii8", "ARMSCII-8"},
    {"ascii", "UTF-8"},
    {"big-5", "BIG5-HKSCS"},
    {"big5", "BIG5-HKSCS"},
    {"big5-eten", "BIG5-HKSCS"},
    {"big5hkscs", "BIG5-HKSCS"},
    {"bigfive", "BIG5-HKSCS"},
    {"cn-big5", "BIG5-HKSCS"},
    {"cn-gb", "GB18030"},
    {"cp1251", "CP1251"},
    {"cp1252", "CP1252"},
    {"cp51949", "CP949"},
    {"cp819", "CP1252"},
    {"cp936", "GB18030"},
    {"cp950", "BIG5-HKSCS"},
    {"csbig5", "BIG5-HKSCS"},
    {"cseuckr", "CP949"},
    {"cseucpkdfmtjapanese", "EUC-JP-MS"},
    {"csgb2312", "GB18030"},
    {"csiso2022jp", "ISO-2022-JP"},
    {"csiso2022kr", "ISO-2022-KR"},
    {"csisolatin1", "CP1252"},
    {"csisolatin2", "ISO-8859-2"},
    {"csisolatin5", "CP1254"},
    {"csisolatincyrillic", "ISO-8859-5"},
    {"cskoi8r", "KOI8-R"},
    {"csshiftjis", "CP932"},
    {"cswindows31j", "CP932"},
    {"cyrillic", "ISO-8859-5"},
    {"euc-cn", "GB18030"},
    {"euc-jp", "EUC-JP-MS"},
    {"euc-kr", "CP949"},
    {"euc_jp", "EUC-JP-MS"},
    {"euc_kr", "CP949"},
    {"eucjp", "EUC-JP-MS"},
    {"eucjp-ms", "EUC-JP-MS"},
    {"eucjp-win", "EUC-JP-MS"},
    {"euckr", "CP949"},
    {"gb-2312", "GB18030"},
    {"gb2312", "GB18030"},
    {"gb2312-80", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"gbk", "GB18030"},
    {"greek", "ISO-8859-7"},
    {"hebrew", "ISO-8859-8"},
    {"ibm819", "CP1252"},
    {"iso-2022-jp-1", "ISO-2022-JP-2"},
    {"iso-8859-1", "CP1252"},
    {"iso-8859-11", "CP874"},
    {"iso-8859-8-i", "ISO-8859-8"},
    {"iso-8859-9", "CP1254"},
    {"iso2022jp", "ISO-2022-JP"},
    {"iso2022kr", "ISO-2022-KR"},
    {"iso8859-1", "CP1252"},
    {"iso8859-11", "CP874"},
    {"iso8859-9", "CP1254"},
    {"iso88591", "CP1252"},
    {"iso_8859-1", "CP1252"},
    {"iso_8859-1:1987", "CP1252"},
    {"iso_8859-9", "CP1254"},
    {"iso_8859_1", "CP1252"},
    {"koi", "KOI8-R"},
    {"koi8", "KOI8-R"},
    {"koi8_r", "KOI8-R"},
    {"koi8r", "KOI8-R"},
    {"koi8u", "KOI8-U"},
    {"ks_c_5601", "CP949"},
    {"ks_c_5601-1987", "CP949"},
    {"ks_c_5601-1989", "CP949"},
    {"ksc5601", "CP949"},
    {"ksc_5601", "CP949"},
    {"l1", "CP1252"},
    {"l5", "CP1254"},
    {"latin-1", "CP1252"},
    {"latin1", "CP1252"},
    {"latin5", "CP1254"},
    {"mac", "MACINTOSH"},
    {"mac-roman", "MACINTOSH"},
    {"maccyrillic", "MAC-CYRILLIC"},
    {"macroman", "MACINTOSH"},
    {"ms932", "CP932"},
    {"ms949", "CP949"},
    {"ms_kanji", "CP932"},
    {"shift-jis", "CP932"},
    {"shift_jis", "CP932"},
    {"sjis", "CP932"},
    {"sjis-win", "CP932"},
    {"tcvn5712-1", "TCVN"},
    {"tis-620", "CP874"},
    {"tis620", "CP874"},
    {"uhc", "CP949"},
    {"ujis", "EUC-JP-MS"},
    {"unicode-1-1-utf-8", "UTF-8"},
    {"us-ascii", "UTF-8"},
    {"utf8", "UTF-8"},
    {"windows-31j", "CP932"},
    {"windows-936", "GB18030"},
    {"windows-949", "CP949"},
    {"x-cp1251", "CP1251"},
    {"x-cp1252", "CP1252"},
    {"x-euc-jp", "EUC-JP-MS"},
    {"x-gbk", "GB18030"},
    {"x-mac-cyrillic", "MAC-CYRILLIC"},
    {"x-mac-roman", "MACINTOSH"},
    {"x-sjis", "CP932"},
    {"x-windows-949", "CP949"},
    {"x-x-big5", "BIG5-HKSCS"},
};

/* Names that iconv has as they are. */
static const char *const parse_names[] = {
    "armscii-8",
    "big5-hkscs",
    "euc-jp-ms",
    "gb18030",
    "georgian-academy",
    "georgian-ps",
    "hz",
    "hz-gb-2312",
    "iso-2022-jp",
    "iso-2022-jp-2",
    "iso-2022-kr",
    "johab",
    "koi8-r",
    "koi8-ru",
    "koi8-t",
    "koi8-u",
    "latin2",
    "latin-9",
    "latin9",
    "l2",
    "mac-centraleurope",
    "mac-cyrillic",
    "mac-uk",
    "macintosh",
    "tcvn",
    "viscii",
};

/* Code pages: "cp1251", "windows-1251", "ibm866". */
static const unsigned short parse_pages[] = {437, 737, 775, 850, 852, 855, 857,
    858, 860, 861, 862, 863, 865, 866, 869, 874, 932, 936, 949, 950, 1125, 1250,
    1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 1361};

#define PARSE_ISO_8859_PARTS 16

/* What texts in a language are likely to be when they are not UTF-8. */
static const struct {
	const char *lang;
	const char *iconv;
} parse_customs[] = {
    {"ar", "CP1256"},
    {"be", "CP1251"},
    {"bg", "CP1251"},
    {"cs", "CP1250"},
    {"el", "CP1253"},
    {"et", "CP1257"},
    {"fa", "CP1256"},
    {"he", "CP1255"},
    {"hr", "CP1250"},
    {"hu", "CP1250"},
    {"ja", "EUC-JP-MS"},
    {"ja", "CP932"},
    {"ko", "CP949"},
    {"lt", "CP1257"},
    {"lv", "CP1257"},
    {"mk", "CP1251"},
    {"pl", "CP1250"},
    {"ro", "CP1250"},
    {"ru", "CP1251"},
    {"sk", "CP1250"},
    {"sl", "CP1250"},
    {"sr", "CP1251"},
    {"th", "CP874"},
    {"tr", "CP1254"},
    {"uk", "CP1251"},
    {"vi", "CP1258"},
    {"zh-hk", "BIG5-HKSCS"},
    {"zh-tw", "BIG5-HKSCS"},
    {"zh", "GB18030"},
};

bool
parse_charset_is_western(const char *charset)
{
	return strcmp(charset, "CP1252") == 0;
}

bool
parse_charset_is_utf8(const char *charset)
{
	return strcasecmp(charset, "UTF-8") == 0;
}

static bool
parse_charset_is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-_.:+", c));
}

/* The number behind one of the prefixes, which end with NULL; 0 for none. */
static unsigned long
parse_charset_number(const char *name, const char *const *prefixes)
{
	unsigned long number;
	char *end;

	for (; *prefixes; prefixes++) {
		size_t len = strlen(*prefixes);

		if (strncasecmp(name, *prefixes, len) != 0 || name[len] < '1' ||
		    name[len] > '9')
			continue;
		number = strtoul(name + len, &end, 10);
		/* "iso_8859-1:1987" */
		return *end == '\0' || *end == ':' ? number : 0;
	}
	return 0;
}

static bool
parse_charset_is_known(const char *name)
{
	static const char *const iso[] = {
	    "iso-8859-", "iso8859-", "iso_8859-", "iso8859", "8859_", NULL};
	static const char *const page[] = {
	    "cp", "windows-", "ibm", "ibm-", NULL};
	unsigned long number = parse_charset_number(name, page);
	size_t i;

	for (i = 0; i < sizeof(parse_pages) / sizeof(*parse_pages); i++) {
		if (number == parse_pages[i])
			return true;
	}
	for (i = 0; i < sizeof(parse_names) / sizeof(*parse_names); i++) {
		if (strcasecmp(name, parse_names[i]) == 0)
			return true;
	}
	number = parse_charset_number(name, iso);
	return number >= 1 && number <= PARSE_ISO_8859_PARTS;
}

/*
 * The name between quotes or up to what ends it, as iconv may have it; NULL for
 * one that it must not see: with a "//" suffix, empty (the locale's), or of an
 * encoding that is not for texts.
 */
static const char *
parse_charset_read(const char *p, const char *end, char out[PARSE_CHARSET_MAX])
{
	size_t len = 0, i;

	while (p < end && (*p == '"' || *p == '\'' || *p == ' '))
		p++;
	while (
	    p < end && parse_charset_is_name(*p) && len < PARSE_CHARSET_MAX - 1)
		out[len++] = *p++;
	out[len] = '\0';
	/* nearly all */
	if (parse_charset_is_utf8(out))
		return strcpy(out, "UTF-8");
	for (i = 0; i < sizeof(parse_aliases) / sizeof(*parse_aliases); i++) {
		if (strcasecmp(out, parse_aliases[i].name) == 0)
			return strcpy(out, parse_aliases[i].iconv);
	}
	return parse_charset_is_known(out) ? out : NULL;
}

/* "text/xml; charset=utf-8" */
static const char *
parse_charset_http(const char *content_type, char out[PARSE_CHARSET_MAX])
{
	const char *p =
	    content_type ? strcasestr(content_type, "charset") : NULL;

	if (!p)
		return NULL;
	p += strlen("charset");
	p += strspn(p, " \t");
	if (*p != '=')
		return NULL;
	return parse_charset_read(p + 1, p + strlen(p), out);
}

/* In JSON an XML declaration is just a part of some text. */
static bool
parse_charset_is_json(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && (text[i] == ' ' || text[i] == '\t' ||
			      text[i] == '\r' || text[i] == '\n'))
		i++;
	return i < len && (text[i] == '{' || text[i] == '[');
}

/* <?xml version="1.0" encoding="..."?>, wherever the document begins. */
static const char *
parse_charset_declared(
    const char *text, size_t len, char out[PARSE_CHARSET_MAX])
{
	const char *p, *end;

	if (len > PARSE_DECLARATION_MAX)
		len = PARSE_DECLARATION_MAX;
	if (parse_charset_is_json(text, len))
		return NULL;
	p = memmem(text, len, "<?xml", 5);
	if (!p)
		return NULL;
	len -= (size_t)(p - text);
	end = memchr(p, '>', len);
	if (!end)
		end = p + len;
	p = memmem(p, (size_t)(end - p), "encoding", 8);
	if (!p)
		return NULL;
	for (p += 8; p < end && (*p == ' ' || *p == '='); p++)
		;
	return parse_charset_read(p, end, out);
}

/* <meta charset=...> and <meta http-equiv content="...; charset=..."> */
static const char *
parse_charset_meta(const char *text, size_t len, char out[PARSE_CHARSET_MAX])
{
	const char *p = text, *end, *close;

	end = text + (len < PARSE_META_MAX ? len : PARSE_META_MAX);
	while ((p = memmem(p, (size_t)(end - p), "charset", 7))) {
		p += 7;
		while (p < end && *p == ' ')
			p++;
		close = p < end && *p == '='
			    ? parse_charset_read(p + 1, end, out)
			    : NULL;
		if (close)
			return close;
	}
	return NULL;
}

/* Encodings in which 7-bit text is more than ASCII. */
bool
parse_charset_is_shifting(const char *charset)
{
	return strncasecmp(charset, "ISO-2022", 8) == 0 ||
	       strncasecmp(charset, "HZ", 2) == 0;
}

static void
parse_charset_add(struct parse_voices *voices, const char *charset)
{
	if (charset && voices->count < PARSE_CANDIDATES_MAX)
		voices->said[voices->count++] = charset;
}

/* The header before the declaration, but for a default that fits anything. */
void
parse_charset_hear(struct parse_voices *voices, const struct parse_input *input,
    const char *text, size_t len)
{
	const char *http, *declared;

	memset(voices, 0, sizeof(*voices));
	http = parse_charset_http(input->content_type, voices->names[0]);
	declared = parse_charset_declared(text, len, voices->names[1]);
	if (!declared && input->html)
		declared = parse_charset_meta(text, len, voices->names[1]);
	if (http && declared && parse_charset_is_western(http) &&
	    !parse_charset_is_western(declared) &&
	    !parse_charset_is_utf8(declared)) {
		const char *swap = http;

		http = declared;
		declared = swap;
	}
	parse_charset_add(voices, http);
	parse_charset_add(voices, declared);
}

bool
parse_charset_all_utf8(const struct parse_voices *voices)
{
	size_t i;

	for (i = 0; i < voices->count; i++) {
		if (!parse_charset_is_utf8(voices->said[i]))
			return false;
	}
	return true;
}

/*
 * The declared language's own encodings. Only ASCII is looked for, so the
 * encoding need not be known yet.
 */
void
parse_charset_guess(struct parse_voices *voices, const char *text, size_t len)
{
	static const char *const marks[] = {"<language>", "<dc:language>",
	    "xml:lang=\"", "xml:lang='", "<html lang=\"", "<html lang='"};
	const char *p = NULL;
	size_t i;

	if (len > PARSE_LANGUAGE_MAX)
		len = PARSE_LANGUAGE_MAX;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]) && !p; i++) {
		p = memmem(text, len, marks[i], strlen(marks[i]));
		if (p)
			p += strlen(marks[i]);
	}
	if (!p)
		return;
	len -= (size_t)(p - text);
	for (i = 0; i < sizeof(parse_customs) / sizeof(*parse_customs); i++) {
		size_t n = strlen(parse_customs[i].lang);

		if (n < len && strncasecmp(p, parse_customs[i].lang, n) == 0)
			parse_charset_add(voices, parse_customs[i].iconv);
	}
}

/* While a descriptor is open, what it loaded stays; it is never closed. */
static void
parse_charset_hold(const char *charset)
{
	/* one that this machine lacks stays unknown, as it would be anyway */
	(void)iconv_open("UTF-8", charset);
}

void
parse_charset_load(void)
{
	static const char *const marked[] = {
	    "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"};
	char name[PARSE_CHARSET_MAX];
	size_t i;

	for (i = 0; i < sizeof(marked) / sizeof(*marked); i++)
		parse_charset_hold(marked[i]);
	for (i = 0; i < sizeof(parse_aliases) / sizeof(*parse_aliases); i++)
		parse_charset_hold(parse_aliases[i].iconv);
	for (i = 0; i < sizeof(parse_names) / sizeof(*parse_names); i++)
		parse_charset_hold(parse_names[i]);
	for (i = 0; i < sizeof(parse_customs) / sizeof(*parse_customs); i++)
		parse_charset_hold(parse_customs[i].iconv);
	for (i = 0; i < sizeof(parse_pages) / sizeof(*parse_pages); i++) {
		(void)snprintf(name, sizeof(name), "CP%u", parse_pages[i]);
		parse_charset_hold(name);
	}
	for (i = 1; i <= PARSE_ISO_8859_PARTS; i++) {
		(void)snprintf(name, sizeof(name), "ISO-8859-%zu", i);
		parse_charset_hold(name);
	}
}
