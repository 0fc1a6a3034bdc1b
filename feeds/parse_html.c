/*
 * What is no feed but a page. The pages that name their feeds (<link
 * rel="alternate">) are the ones that people subscribe to by mistake, so the
 * reason given lists those feeds.
 */
#include <string.h>
#include <strings.h>

#include "feeds/discover.h"
#include "feeds/parse_private.h"
#include "text/plain.h"

#define PARSE_SEARCHED_MAX (256 * 1024) /* bytes searched for feeds */
#define PARSE_FOUND_MAX 3 /* feeds named */

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

/* The page's own feeds, or if it has none, what looks like some. */
static void
parse_html_list(const struct discovery *discovery, struct buf *list)
{
	size_t i, count = 0;

	for (i = 0; i < discovery->count && count < PARSE_FOUND_MAX; i++) {
		const struct discovered *feed = &discovery->feeds[i];

		if (feed->kind != discovery->feeds[0].kind)
			break;
		/* those that do not fit are left out */
		if (buf_printf(
			list, "%s%s", list->len ? ", " : "", feed->url) == 0)
			count++;
	}
}

void
parse_html_explain(
    const char *text, size_t len, const char *base_url, struct err *err)
{
	const struct parse_input input = {
	    .body = text,
	    .len = len > PARSE_SEARCHED_MAX
		       ? plain_border(text, PARSE_SEARCHED_MAX)
		       : len,
	    .base_url = base_url,
	    .content_type = "text/html; charset=UTF-8",
	};
	struct discovery *discovery = discover(&input);
	struct buf list;

	buf_init(&list, sizeof(err->text) * 3 / 4);
	parse_html_list(discovery, &list);
	if (list.len)
		err_set(
		    err, "this is a page; it names these feeds: %s", list.data);
	else
		err_set(err, "this is an HTML page, not a feed");
	buf_clear(&list);
	discovery_free(&discovery);
}
