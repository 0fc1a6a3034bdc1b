/*
 * JSON Feed 1.0 and 1.1 (jsonfeed.org), read by jansson. A tree of JSON costs
 * many times its text, so the values are counted before it is made. Two faults
 * are mended that would cost the whole document: raw controls in strings, and
 * halves of surrogate pairs, left by cutting texts in the middle.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/parse_private.h"
#include "lib/log.h"
#include "text/plain.h"

#define PARSE_JSON_FLAGS JSON_ALLOW_NUL

/* An upper bound of the values in a text, and whether its strings end. */
static size_t
parse_json_count(const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	size_t count = 1;
	bool is_string = false;

	for (; p < end; p++) {
		if (*p == '"')
			is_string = !is_string;
		else if (is_string) {
			if (*p == '\\')
				p++;
		} else if (*p == ',' || *p == '[' || *p == '{' || *p == ':')
			count++;
	}
	return count;
}

/* The number of \uXXXX at p, or -1. */
static long
parse_json_escape(const char *p, const char *end)
{
	char digits[5];

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	memcpy(digits, p + 2, 4);
	digits[4] = '\0';
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		return -1;
	return strtol(digits, NULL, 16);
}

/* Whether the escape at p is half of a pair; *len_r is what belongs to it. */
static bool
parse_json_is_half(const char *p, const char *end, size_t *len_r)
{
	long high = parse_json_escape(p, end), low;

	*len_r = high == -1 ? 2 : 6;
	if (high < 0xd800 || high > 0xdfff)
		return false;
	low = high < 0xdc00 ? parse_json_escape(p + 6, end) : -1;
	if (low < 0xdc00 || low > 0xdfff)
		return true;
	*len_r = 12;
	return false;
}

static void
parse_json_mend(const char *text, size_t len, struct buf *out)
{
	const char *p = text, *end = text + len, *from = text;
	bool is_string = false;
	size_t n;

	while (p < end) {
		n = 1;
		if (*p == '"')
			is_string = !is_string;
		else if (is_string && (unsigned char)*p < 0x20) {
			(void)buf_add(out, from, (size_t)(p - from));
			(void)buf_addch(out, ' ');
			from = p + 1;
		} else if (is_string && *p == '\\' &&
			   parse_json_is_half(p, end, &n)) {
			(void)buf_add(out, from, (size_t)(p - from));
			(void)buf_addstr(out, "\\ufffd");
			from = p + n;
		}
		p += n;
	}
	if (from < end)
		(void)buf_add(out, from, (size_t)(end - from));
}

/* A string's text, or a number's; NULL for all else. */
static const char *
parse_json_text(const json_t *value, char number[32], size_t *len_r)
{
	if (json_is_string(value)) {
		*len_r = json_string_length(value);
		return json_string_value(value);
	}
	if (json_is_integer(value))
		snprintf(number, 32, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
	else if (json_is_real(value))
		snprintf(number, 32, "%.15g", json_real_value(value));
	else
		return NULL;
	*len_r = strlen(number);
	return number;
}

static void
parse_json_value(struct parse_build *build, const json_t *value,
    enum parse_field field, unsigned rank, enum parse_form form)
{
	char number[32];
	size_t len;
	const char *text = parse_json_text(value, number, &len);

	if (text)
		parse_build_field(build, field, rank, form, text,
		    plain_border_within(text, len, PARSE_RAW_MAX));
}

static void
parse_json_field(struct parse_build *build, const json_t *object,
    const char *key, enum parse_field field, unsigned rank,
    enum parse_form form)
{
	parse_json_value(
	    build, json_object_get(object, key), field, rank, form);
}

/* The strings of a list, or a member of each, where one is named. */
static void
parse_json_list(struct parse_build *build, const json_t *list,
    const char *member, enum parse_field field)
{
	const json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
	{
		if (i == ITEM_LIST_MAX)
			break;
		if (member)
			value = json_object_get(value, member);
		if (json_is_string(value))
			parse_json_value(build, value, field, 1, FORM_TEXT);
	}
}

static void
parse_json_authors(struct parse_build *build, const json_t *object)
{
	const json_t *authors = json_object_get(object, "authors");

	parse_json_list(build, authors, "name", FIELD_AUTHOR);
	/* 1.0 knows one only */
	if (!json_is_array(authors))
		parse_json_field(build, json_object_get(object, "author"),
		    "name", FIELD_AUTHOR, 1, FORM_TEXT);
}

static void
parse_json_item(struct parse_build *build, const json_t *object)
{
	static const struct {
		const char *key;
		unsigned char field;
		unsigned char rank;
		unsigned char form;
	} members[] = {
	    {"id", FIELD_GUID, 1, FORM_TEXT},
	    {"url", FIELD_LINK, 1, FORM_TEXT},
	    {"external_url", FIELD_LINK, 2, FORM_TEXT},
	    {"title", FIELD_TITLE, 1, FORM_GUESS},
	    {"summary", FIELD_SUMMARY, 1, FORM_GUESS},
	    {"content_html", FIELD_CONTENT, 1, FORM_HTML},
	    {"content_text", FIELD_CONTENT, 2, FORM_TEXT},
	    {"date_published", FIELD_PUBLISHED, 1, FORM_TEXT},
	    {"date_modified", FIELD_UPDATED, 1, FORM_TEXT},
	    {"language", FIELD_LANG, 1, FORM_TEXT},
	};
	size_t i;

	if (!json_is_object(object) || !parse_build_begin_item(build))
		return;
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		parse_json_field(build, object, members[i].key,
		    (enum parse_field)members[i].field, members[i].rank,
		    (enum parse_form)members[i].form);
	parse_json_authors(build, object);
	parse_json_list(
	    build, json_object_get(object, "tags"), NULL, FIELD_CATEGORY);
	parse_build_end_item(build);
}

/* By its version, or by the look of its items where that is missing. */
static bool
parse_json_is_feed(const json_t *root)
{
	const json_t *version = json_object_get(root, "version");
	const json_t *items = json_object_get(root, "items");
	const json_t *first = json_array_get(items, 0);

	if (json_is_string(version) &&
	    strstr(json_string_value(version), "jsonfeed.org"))
		return true;
	return (json_object_get(first, "id") ||
		   json_object_get(first, "url")) &&
	       (json_object_get(first, "title") ||
		   json_object_get(first, "content_html") ||
		   json_object_get(first, "content_text"));
}

static void
parse_json_feed(struct parse_build *build, const json_t *root)
{
	const json_t *items = json_object_get(root, "items"), *item;
	size_t i;

	build->doc->format = FEED_FORMAT_JSON;
	parse_json_field(build, root, "title", FIELD_TITLE, 1, FORM_GUESS);
	parse_json_field(
	    build, root, "home_page_url", FIELD_LINK, 1, FORM_TEXT);
	parse_json_field(build, root, "language", FIELD_LANG, 1, FORM_TEXT);
	parse_json_authors(build, root);
	json_array_foreach(items, i, item) parse_json_item(build, item);
}

static json_t *
parse_json_load(const char *text, size_t len, struct parse_pass *pass)
{
	char safe[2 * JSON_ERROR_TEXT_LENGTH];
	json_error_t error;
	json_t *root = json_loadb(text, len, PARSE_JSON_FLAGS, &error);
	struct buf mended;

	if (root)
		return root;
	pass->is_wellformed = false;
	err_set(&pass->complaint, "JSON line %d column %d: %s", error.line,
	    error.column, log_safe(safe, sizeof(safe), error.text));
	buf_init(&mended, 0);
	parse_json_mend(text, len, &mended);
	if (mended.len)
		root = json_loadb(
		    mended.data, mended.len, PARSE_JSON_FLAGS, &error);
	buf_clear(&mended);
	return root;
}

void
parse_json(struct parse_build *build, const char *text, size_t len,
    struct parse_pass *pass)
{
	json_t *root;

	memset(pass, 0, sizeof(*pass));
	pass->is_wellformed = true;
	if (parse_json_count(text, len) > PARSE_JSON_VALUES_MAX) {
		pass->outcome = PARSE_TOO_LARGE;
		err_set(&pass->complaint, "JSON with more than %d values",
		    PARSE_JSON_VALUES_MAX);
		return;
	}
	root = parse_json_load(text, len, pass);
	if (!root)
		pass->outcome = PARSE_BROKEN;
	else if (!parse_json_is_feed(root)) {
		pass->outcome = PARSE_NOT_FEED;
		err_set(&pass->complaint, "a JSON document, but no JSON Feed");
	} else {
		pass->outcome = PARSE_OK;
		parse_json_feed(build, root);
	}
	json_decref(root);
}
