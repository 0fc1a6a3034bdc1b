/*
 * How pages are read that take the place of a feed. Expressions are compiled
 * here to see that they can be, and are carried as text: they are used in
 * another process. Those that begin at an entry are refused when they would
 * begin at the page, where each entry would get the same.
 */
#include <string.h>

#include "config/conf_private.h"
#include "text/xpath.h"

#define CONF_ZONE_HOURS_MAX 14 /* Kiribati */

/* What can be said of an expression with a type; false when it was reported. */
static bool
conf_html_is_fit(const struct conf_given *given, const struct conf_key *key,
    const char *text, enum xpath_type type)
{
	bool is_item = strcmp(key->name, "html-item") == 0;

	if (is_item && type != XPATH_NODES)
		conf_given_error(given, key, 0,
		    "expected an expression for elements, as in "
		    "\"//ul[@id='news']/li\"");
	else if (type == XPATH_OTHER)
		conf_given_error(given, key, 0,
		    "expected an expression for nodes or text, not for a "
		    "number or a truth");
	else if (!is_item && text[strspn(text, " \t(")] == '/')
		conf_given_error(given, key, 0,
		    "this begins at the page, not at the entry; expected "
		    "\".%s\"",
		    text + strspn(text, " \t("));
	else
		return true;
	return false;
}

void
conf_read_xpath(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *text = conf_given_text(given, 0);
	enum xpath_type type;
	struct err err;

	if (!*text)
		conf_given_error(
		    given, key, 0, "expected an XPath expression, not \"\"");
	else if (!conf_is_line(text))
		conf_given_error(
		    given, key, 0, "expected one line of printable text");
	else if (xpath_check(text, &type, &err) == -1)
		conf_given_error(given, key, 0,
		    "%s; expected an expression of XPath 1.0", err.text);
	else if (conf_html_is_fit(given, key, text, type))
		*(const char **)field =
		    arena_strdup(given->reader->arena, text);
}

int
conf_zone(const char *text, int *minutes_r)
{
	size_t hour_len = strspn(text + (*text != '\0'), "0123456789");
	const char *p = text + 1;
	int hours = 0, minutes = 0;

	if ((*text != '+' && *text != '-') || hour_len == 0)
		return -1;
	if (hour_len == 4)
		hour_len = 2;
	if (hour_len > 2)
		return -1;
	for (; hour_len > 0; hour_len--)
		hours = hours * 10 + (*p++ - '0');
	p += *p == ':' && p[1];
	if (*p) {
		if (strspn(p, "0123456789") != 2 || p[2])
			return -1;
		minutes = (p[0] - '0') * 10 + (p[1] - '0');
	}
	if (hours > CONF_ZONE_HOURS_MAX || minutes > 59)
		return -1;
	*minutes_r = (hours * 60 + minutes) * (*text == '-' ? -1 : 1);
	return 0;
}

void
conf_read_zone(
    const struct conf_given *given, const struct conf_key *key, void *field)
{
	const char *text = conf_given_text(given, 0);

	if (conf_zone(text, field) == -1)
		conf_given_error(given, key, 0,
		    "bad time zone \"%s\"; expected hours and minutes before "
		    "or behind UTC, as in \"+09:00\"",
		    text);
}

void
conf_end_feed(struct conf_reader *reader, const struct scan_section *section,
    void *object, bool is_good)
{
	static const char *const others[] = {"html-title", "html-link",
	    "html-date", "html-summary", "html-timezone"};
	const struct scan_option *item, *other = NULL;
	size_t i;

	(void)object;
	(void)is_good;
	item = conf_section_option(reader, section, "html-item");
	for (i = 0; i < sizeof(others) / sizeof(others[0]) && !other; i++)
		other = conf_section_option(reader, section, others[i]);
	if (item && !conf_section_option(reader, section, "html-title"))
		scan_report(&reader->file->scan, reader->diag, DIAG_ERROR,
		    &item->pos, item->name_len,
		    "html-item without html-title; expected where in an entry "
		    "its title stands, html-title = \".//a\"");
	else if (other && !item)
		scan_report(&reader->file->scan, reader->diag, DIAG_ERROR,
		    &other->pos, other->name_len,
		    "%.*s without html-item; expected where the entries of "
		    "the page stand, html-item = \"//ul/li\"",
		    (int)other->name_len,
		    reader->file->scan.text + other->pos.offset);
}
