/*
 * Names for feeds that come without one. They are made of the title alone as
 * long as it has letters, so that a feed keeps its name, and what is known of
 * it, when its list is sorted anew.
 */
#include <string.h>
#include <utf8proc.h>

#include "config/opml_private.h"
#include "lib/alloc.h"

#define OPML_NAME_MAX 64 /* bytes that are made of a title */
#define OPML_CHARACTER_MAX 4 /* bytes of one character */

static bool
opml_is_word(utf8proc_int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ND:
		return true;
	default:
		return false;
	}
}

/* Adds one character, and a hyphen before it if something stood between. */
static void
opml_name_add(struct buf *name, utf8proc_int32_t c, bool *is_gap)
{
	utf8proc_uint8_t bytes[OPML_CHARACTER_MAX];
	utf8proc_ssize_t n = utf8proc_encode_char(utf8proc_tolower(c), bytes);

	if (*is_gap && name->len > 0)
		(void)buf_addch(name, '-');
	*is_gap = false;
	(void)buf_add(name, bytes, (size_t)n);
}

static void
opml_name_of(const char *text, struct buf *name)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
	bool is_gap = false;
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	for (; *p && name->len + 1 + OPML_CHARACTER_MAX <= OPML_NAME_MAX;
	     p += n) {
		n = utf8proc_iterate(p, -1, &c);
		if (n <= 0)
			break;
		if (opml_is_word(c))
			opml_name_add(name, c, &is_gap);
		else if (c != '\'' && c != 0x2019)
			is_gap = true;
	}
}

char *
opml_make_name(const char *title, const char *url)
{
	const char *host = strstr(url, "://");
	struct buf name;

	buf_init(&name, 0);
	if (title)
		opml_name_of(title, &name);
	if (name.len == 0) {
		host = host ? host + 3 : url;
		opml_name_of(
		    strncmp(host, "www.", 4) == 0 ? host + 4 : host, &name);
	}
	if (name.len == 0)
		(void)buf_addstr(&name, "feed");
	return buf_steal(&name);
}
