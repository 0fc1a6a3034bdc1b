/*
 * Links as feeds give them: relative or absolute, broken over lines, escaped
 * once too often. Nearly all are absolute and plain, and are taken as they
 * stand; for the rest curl's parser is asked, which costs more than all else
 * that is done for an entry.
 */
#include <stdlib.h>
#include <string.h>

#include "feeds/parse_private.h"
#include "feeds/url.h"

#define PARSE_PORT_MAX 4 /* digits; longer ones may be too large */

/*
 * Letters, digits and !$%&()*+,-./:;=?@_~, a bit for each: what curl's parser
 * would give back unchanged.
 */
static bool
parse_link_is_safe(char c)
{
	static const uint64_t safe[2] = {
	    UINT64_C(0xafffff7200000000), UINT64_C(0x47fffffe87ffffff)};
	unsigned char u = (unsigned char)c;

	return u < 0x80 && (safe[u / 64] >> u % 64 & 1);
}

/*
 * Whether a link is absolute and plain enough to be its own resolution: then
 * curl's parser, which costs more than the rest of an item, is not asked.
 */
static bool
parse_link_is_plain(const char *text, size_t len)
{
	const char *p = text, *end = text + len, *port;

	if (len < 8 || len > ITEM_URL_MAX || memcmp(p, "http", 4) != 0)
		return false;
	p += p[4] == 's' ? 5 : 4;
	if (memcmp(p, "://", 3) != 0)
		return false;
	text = p += 3;
	while (p < end && ((*p >= 'a' && *p <= 'z') ||
			      (*p >= '0' && *p <= '9' && p > text) ||
			      *p == '-' || *p == '.'))
		p++;
	if (p == text)
		return false;
	if (p < end && *p == ':') {
		for (port = ++p; p < end && *p >= '0' && *p <= '9'; p++)
			;
		if (p == port || p - port > PARSE_PORT_MAX || *port == '0')
			return false;
	}
	if (p == end || *p != '/')
		return false;
	for (; p < end; p++) {
		if (!parse_link_is_safe(*p) ||
		    (*p == '/' && p + 1 < end && p[1] == '.'))
			return false;
	}
	return true;
}

/*
 * Without white space inside (lines are broken there) and around, and without
 * the escapes of '&' that producers leave in: "&amp;" is never meant.
 */
static void
parse_link_tidy(struct buf *out, const char *text, size_t len)
{
	static const char *const escapes[] = {"&amp;", "&#38;", "&#038;"};
	const char *end = text + len;
	size_t i;

	while (text < end && (unsigned char)*text <= ' ')
		text++;
	while (text < end && (unsigned char)end[-1] <= ' ')
		end--;
	buf_reset(out);
	for (; text < end; text++) {
		if ((unsigned char)*text < ' ')
			continue;
		(void)buf_addch(out, *text);
		for (i = 0; out->len >= 5 && i < 3; i++) {
			size_t n = strlen(escapes[i]);

			if (out->len < n || memcmp(out->data + out->len - n,
						escapes[i], n) != 0)
				continue;
			out->len -= n - 1;
			out->data[out->len] = '\0';
		}
	}
}

const char *
parse_link(
    struct parse_build *build, const char *base, const char *text, size_t len)
{
	const char *copy = NULL;
	char *url;

	if (parse_link_is_plain(text, len) && !memchr(text, '&', len))
		return arena_strndup(build->doc->arena, text, len);
	if (len > PARSE_RAW_MAX)
		return NULL;
	parse_link_tidy(&build->text, text, len);
	text = buf_str(&build->text);
	len = build->text.len;
	if (len == 0 || len > ITEM_URL_MAX)
		return NULL;
	if (parse_link_is_plain(text, len))
		return arena_strndup(build->doc->arena, text, len);
	url = url_resolve(base, text);
	if (url && strlen(url) <= ITEM_URL_MAX)
		copy = arena_strdup(build->doc->arena, url);
	free(url);
	return copy;
}
