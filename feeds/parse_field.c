/*
 * The fields of RSS, RDF, Atom and sitemaps: what an element's attributes say
 * of it, when it begins, and what becomes of its text, when it ends.
 */
#include <string.h>
#include <strings.h>

#include "feeds/parse_reader.h"
#include "text/plain.h"

/* The value of an attribute without namespace, or of xml:name; else NULL. */
const char *
parse_field_attribute(const struct parse_attributes *attributes,
    const char *prefix, const char *name, size_t *len_r)
{
	int i;

	for (i = 0; i < attributes->count; i++) {
		const xmlChar **a = attributes->list + i * 5;

		if (((a[0][0] ^ *name) & 0xdf) != 0 ||
		    strcasecmp((const char *)a[0], name) != 0 ||
		    (prefix ? !a[1] || strcmp((const char *)a[1], prefix) != 0
			    : a[1] != NULL))
			continue;
		*len_r = (size_t)(a[4] - a[3]);
		return (const char *)a[3];
	}
	return NULL;
}

static bool
parse_field_attribute_is(const struct parse_attributes *attributes,
    const char *name, const char *value)
{
	size_t len;
	const char *text = parse_field_attribute(attributes, NULL, name, &len);

	return text && len == strlen(value) &&
	       strncasecmp(text, value, len) == 0;
}

const char *
parse_field_base(struct parse_reader *reader,
    const struct parse_attributes *attributes, const char *outer)
{
	size_t len;
	const char *text =
	    parse_field_attribute(attributes, "xml", "base", &len);
	const char *base;

	if (!text)
		return outer;
	base = parse_link(reader->build, outer, text, len);
	return base ? base : outer;
}

void
parse_field_lang(
    struct parse_reader *reader, const struct parse_attributes *attributes)
{
	size_t len;
	const char *text =
	    parse_field_attribute(attributes, "xml", "lang", &len);

	if (text)
		parse_build_lang(reader->build, 4, text, len);
}

static bool
parse_field_is_xhtml(
    const struct parse_attributes *a, const char *type, size_t type_len)
{
	if (parse_field_attribute_is(a, "mode", "xml"))
		return true;
	return type &&
	       ((type_len == 5 && strncasecmp(type, "xhtml", 5) == 0) ||
		   (type_len > 4 &&
		       strncasecmp(type + type_len - 4, "+xml", 4) == 0)) &&
	       !parse_field_attribute_is(a, "mode", "escaped");
}

/* The mode of Atom 0.3 and the type of Atom say what the text is. */
static void
parse_field_set_form(
    struct parse_reader *reader, const struct parse_attributes *attributes)
{
	const struct parse_attributes *a = attributes;
	size_t len = 0;
	const char *type;
	bool is_atom = reader->format == FEED_FORMAT_ATOM;

	reader->is_base64 = false;
	switch (reader->tag->field) {
	case FIELD_SUMMARY:
	case FIELD_CONTENT:
		reader->form = FORM_HTML;
		break;
	case FIELD_TITLE:
	case FIELD_CATEGORY:
	case FIELD_AUTHOR:
	case FIELD_NAME:
	case FIELD_OUTLET:
	case FIELD_PUBLICATION:
		reader->form = FORM_GUESS;
		break;
	default:
		reader->form = FORM_TEXT;
		return;
	}
	if (a->count == 0)
		return;
	type = parse_field_attribute(a, NULL, "type", &len);
	reader->is_base64 = parse_field_attribute_is(a, "mode", "base64");
	if (parse_field_is_xhtml(a, type, len))
		reader->form = FORM_XHTML;
	else if (is_atom && type && len == 4 &&
		 strncasecmp(type, "text", 4) == 0)
		reader->form = FORM_TEXT;
	else if (is_atom && type && memchr(type, '/', len) &&
		 strncasecmp(type, "text/", 5) != 0 &&
		 strncasecmp(type, "application/xhtml", 17) != 0 &&
		 strncasecmp(type, "application/xml", 15) != 0)
		reader->is_base64 = true; /* RFC 4287 section 4.1.3.3 */
}

/* How good a source of a link this is; 0 when it is none. */
static unsigned
parse_field_link_rank(const struct parse_attributes *a)
{
	static const char iana[] = "http://www.iana.org/assignments/relation/";
	size_t len, type_len;
	const char *rel = parse_field_attribute(a, NULL, "rel", &len);
	const char *type = parse_field_attribute(a, NULL, "type", &type_len);
	/* the link that is text, in RSS, goes first */
	unsigned rank = 2;

	if (rel && len > sizeof(iana) - 1 &&
	    strncasecmp(rel, iana, sizeof(iana) - 1) == 0) {
		rel += sizeof(iana) - 1;
		len -= sizeof(iana) - 1;
	}
	if (!rel || len == 0)
		rank++;
	else if (len != 9 || strncasecmp(rel, "alternate", 9) != 0)
		return 0;
	if (type && type_len > 0 &&
	    strncasecmp(type, "text/html", type_len < 9 ? type_len : 9) != 0 &&
	    strncasecmp(type, "application/xhtml", 17) != 0)
		rank += 2;
	return rank;
}

/* <link href>; in RSS the link is text. */
static void
parse_field_link(struct parse_reader *reader,
    const struct parse_attributes *attributes, const char *base)
{
	size_t len;
	const char *href =
	    parse_field_attribute(attributes, NULL, "href", &len);
	unsigned rank = parse_field_link_rank(attributes);

	/* of equal ones the last counts, which is the custom */
	if (!href || rank == 0 ||
	    !parse_build_wants(reader->build, FIELD_LINK, rank - 1))
		return;
	parse_build_link(reader->build, rank,
	    parse_field_base(reader, attributes, base), href, len);
}

/* <category term label>: the label is for people. */
static void
parse_field_category(
    struct parse_reader *reader, const struct parse_attributes *attributes)
{
	size_t len;
	const char *text =
	    parse_field_attribute(attributes, NULL, "label", &len);

	if (!text || len == 0)
		text = parse_field_attribute(attributes, NULL, "term", &len);
	if (text)
		parse_build_field(
		    reader->build, FIELD_CATEGORY, 0, FORM_GUESS, text, len);
}

static const char *
parse_field_current_base(const struct parse_reader *reader)
{
	return reader->build->is_item ? reader->item_base : reader->feed_base;
}

/* A field begins: false when its text is not wanted. */
bool
parse_field_begin(struct parse_reader *reader, const struct parse_tag *tag,
    const struct parse_attributes *attributes)
{
	if (!parse_build_wants(reader->build, tag->field, tag->rank) &&
	    !(tag->field == FIELD_LINK && attributes->count > 0))
		return false;
	/* in Atom, the feed that an entry was copied from, with all its parts
	 */
	if (tag->field == FIELD_OUTLET && reader->format == FEED_FORMAT_ATOM)
		return false;
	if (attributes->count > 0) {
		if (tag->field == FIELD_LINK)
			parse_field_link(reader, attributes,
			    parse_field_current_base(reader));
		else if (tag->field == FIELD_CATEGORY)
			parse_field_category(reader, attributes);
		else if (tag->field == FIELD_TITLE && reader->build->is_item)
			parse_field_lang(reader, attributes);
	}
	reader->tag = tag;
	reader->len = 0;
	reader->is_link =
	    tag->field == FIELD_GUID &&
	    !parse_field_attribute_is(attributes, "isPermaLink", "false");
	parse_field_set_form(reader, attributes);
	return true;
}

/* The guid of RSS 1.0. libxml2 leaves "&amp;" as "&#38;" in attributes. */
void
parse_field_about(struct parse_reader *reader, const char *text, size_t len)
{
	const char *end = text + len, *escape;

	reader->len = 0;
	while ((escape = memmem(text, (size_t)(end - text), "&#38;", 5))) {
		parse_text_add(reader, text, (size_t)(escape + 1 - text));
		text = escape + 5;
	}
	parse_text_add(reader, text, (size_t)(end - text));
	reader->raw[reader->len] = '\0';
	parse_build_field(
	    reader->build, FIELD_GUID, 3, FORM_TEXT, reader->raw, reader->len);
}

/* A guid that is a link serves as one where there is no better. */
static void
parse_field_guid(struct parse_reader *reader)
{
	if (reader->is_link &&
	    parse_build_wants(reader->build, FIELD_LINK, 6) &&
	    memmem(reader->raw, reader->len, "://", 3))
		parse_build_link(
		    reader->build, 6, NULL, reader->raw, reader->len);
}

void
parse_field_end(struct parse_reader *reader)
{
	const struct parse_tag *tag = reader->tag;
	size_t len;

	reader->tag = NULL;
	parse_text_grow(reader, 0);
	if (reader->is_base64)
		parse_text_decode_base64(reader);
	reader->raw[reader->len] = '\0';
	switch (tag->field) {
	case FIELD_LINK:
		if (parse_build_wants(reader->build, FIELD_LINK, tag->rank))
			parse_build_link(reader->build, tag->rank,
			    parse_field_current_base(reader), reader->raw,
			    reader->len);
		return;
	case FIELD_GUID:
		parse_field_guid(reader);
		break;
	case FIELD_EMAIL:
		len = plain_border_within(
		    reader->raw, reader->len, sizeof(reader->email) - 1);
		memcpy(reader->email, reader->raw, len);
		reader->email[len] = '\0';
		return;
	case FIELD_NAME:
		reader->has_name |= reader->len > 0;
		break;
	}
	parse_build_field(reader->build, tag->field, tag->rank, reader->form,
	    reader->raw, reader->len);
}

/* An author that was not named by an element within. */
void
parse_field_end_person(struct parse_reader *reader)
{
	if (reader->tag)
		parse_field_end(reader);
	else if (!reader->has_name && reader->email[0])
		parse_build_field(reader->build, FIELD_AUTHOR, 1, FORM_TEXT,
		    reader->email, strlen(reader->email));
}
