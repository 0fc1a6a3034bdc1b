/*
 * RSS, RDF, Atom and sitemaps through libxml2's SAX2 interface, pushed in
 * pieces. No tree is built, and nothing is expanded but the predefined
 * entities, those of HTML, and short ones that the document declares as plain
 * text.
 *
 * A stack of places, one byte for each open element, says what each element
 * means: only direct children of an item are its fields, whatever an image, a
 * source or a quoted feed inside it may bear. Names are looked up once:
 * libxml2 interns them, so a small table keyed by their addresses answers from
 * then on.
 */
#include <libxml/parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "feeds/parse_reader.h"
#include "text/plain.h"

#define PARSE_ELEMENTS_CHECK 64 /* between looks at the number of names */
#define PARSE_ERRORS_MAX 100000 /* libxml2 spends long on each */
/* Comparisons of attributes that libxml2 may do: it does them all to all. */
#define PARSE_WORK_MAX 400000000
/* Bytes of what libxml2 says, and of a name, in a complaint. */
#define PARSE_COMPLAINT_MAX 255
#define PARSE_NAME_SHOWN_MAX 60

static void parse_xml_complain(struct parse_reader *reader, const char *fmt,
    ...) __attribute__((format(printf, 2, 3)));

/* The first complaint counts: the others follow from it. */
static void
parse_xml_complain(struct parse_reader *reader, const char *fmt, ...)
{
	struct err *err = &reader->pass->complaint;
	char *text;
	size_t len;
	va_list ap;

	if (err->text[0])
		return;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	len = strcspn(text, "\n");
	text[plain_border_within(text, len, PARSE_COMPLAINT_MAX)] = '\0';
	err_set(err, "line %zu: %s",
	    (size_t)xmlSAX2GetLineNumber(reader->ctxt) +
		parse_push_lines(&reader->push),
	    text);
	free(text);
}

static void
parse_xml_on_error(void *data, xmlErrorPtr error)
{
	struct parse_reader *reader = data;

	reader->errors++;
	if (error->level >= XML_ERR_ERROR && error->code != XML_ERR_USER_STOP)
		parse_xml_complain(reader, "%s",
		    error->message ? error->message : "not well-formed");
}

/*
 * The rest of the document is not wanted. libxml2 frees its input at once when
 * it is told so, and with it attributes and names that are still in use: it is
 * told at the end of parse_xml_on_start().
 */
void
parse_xml_stop(struct parse_reader *reader, const char *why)
{
	parse_xml_complain(reader, "%s", why);
	reader->pass->is_wellformed = false;
	reader->is_stopping = true;
}

static const struct parse_tag *
parse_xml_find(struct parse_reader *reader, const xmlChar *name,
    const xmlChar *prefix, const xmlChar *uri, enum parse_place parent)
{
	size_t slot = ((size_t)name >> 3 ^ (size_t)name >> 9 ^ parent * 7) &
		      (PARSE_KNOWN - 1);
	struct parse_known *known = &reader->known[slot];
	bool is_own;

	if (known->name == name && known->uri == uri &&
	    known->prefix == prefix && known->parent == parent)
		return known->tag;
	is_own = uri && uri == reader->own_uri;
	known->name = name;
	known->uri = uri;
	known->prefix = prefix;
	known->parent = (unsigned char)parent;
	known->tag = parse_tag_find(parent, (const char *)name,
	    is_own ? NULL : (const char *)prefix,
	    is_own ? NULL : (const char *)uri);
	return known->tag;
}

static bool
parse_xml_begin_item(
    struct parse_reader *reader, const struct parse_attributes *attributes)
{
	size_t len;
	const char *about;

	if (!parse_build_begin_item(reader->build))
		return false;
	reader->item_base = reader->feed_base;
	if (attributes->count == 0)
		return true;
	reader->item_base =
	    parse_field_base(reader, attributes, reader->feed_base);
	parse_field_lang(reader, attributes);
	about = parse_field_attribute(attributes, "rdf", "about", &len);
	if (about)
		parse_field_about(reader, about, len);
	return true;
}

/* The first element of all says what the document is. */
static void
parse_xml_begin_document(struct parse_reader *reader, const xmlChar *name,
    const xmlChar *prefix, const xmlChar *uri)
{
	reader->format = parse_tag_root((const char *)name, (const char *)uri);
	if (reader->format == FEED_FORMAT_UNKNOWN) {
		reader->pass->outcome =
		    strcasecmp((const char *)name, "html") == 0
			? PARSE_HTML
			: PARSE_NOT_FEED;
		reader->pass->complaint.text[0] = '\0';
		err_set(&reader->pass->complaint,
		    "an XML document, but no feed: its first element is "
		    "<%.*s>",
		    (int)plain_border_within((const char *)name,
			strlen((const char *)name), PARSE_NAME_SHOWN_MAX),
		    (const char *)name);
		reader->is_stopping = true;
		return;
	}
	reader->pass->outcome = PARSE_OK;
	reader->build->doc->format = reader->format;
	if (reader->format == FEED_FORMAT_SITEMAP) {
		reader->build->max = PARSE_SITEMAP_MAX;
		reader->build->is_index =
		    strcasecmp((const char *)name, "sitemapindex") == 0;
	}
	/* a namespace nobody knows stands for the format's own */
	if (!prefix && uri &&
	    !parse_tag_find(
		PLACE_DOCUMENT, (const char *)name, NULL, (const char *)uri))
		reader->own_uri = uri;
}

/* What the element is, by its tag; its text is not wanted without one. */
static enum parse_place
parse_xml_enter(struct parse_reader *reader, const struct parse_tag *tag,
    const struct parse_attributes *attributes)
{
	switch (tag->place) {
	case PLACE_FIELD:
		if (parse_field_begin(reader, tag, attributes))
			return PLACE_FIELD;
		return PLACE_SKIP;
	case PLACE_ITEM:
		return parse_xml_begin_item(reader, attributes) ? PLACE_ITEM
								: PLACE_SKIP;
	case PLACE_PERSON:
		/* text of its own is a name, too: RSS */
		reader->has_name = false;
		reader->email[0] = '\0';
		parse_field_begin(reader, tag, attributes);
		return PLACE_PERSON;
	case PLACE_ROOT:
	case PLACE_CHANNEL:
		if (attributes->count > 0) {
			reader->feed_base = parse_field_base(
			    reader, attributes, reader->feed_base);
			parse_field_lang(reader, attributes);
		}
		break;
	}
	return tag->place;
}

/* What libxml2 does with more than that takes for ever. */
static void
parse_xml_check_bounds(
    struct parse_reader *reader, int attribute_count, int namespace_count)
{
	reader->work += (uint64_t)attribute_count * (uint64_t)attribute_count +
			(uint64_t)namespace_count * (uint64_t)namespace_count;
	if (reader->work > PARSE_WORK_MAX)
		parse_xml_stop(reader, "too many attributes");
	else if (reader->ctxt->nsNr > 2 * PARSE_NAMESPACES_MAX)
		parse_xml_stop(reader, "too many namespaces");
	else if (++reader->elements % PARSE_ELEMENTS_CHECK == 0 &&
		 xmlDictSize(reader->ctxt->dict) > PARSE_NAMES_MAX)
		parse_xml_stop(reader, "too many different names");
	else if (reader->errors > PARSE_ERRORS_MAX)
		parse_xml_stop(reader, "too many errors");
	else if (reader->depth == PARSE_DEPTH_MAX)
		parse_xml_stop(reader, "elements are nested too deeply");
}

/* Where an element's children stand, and what is done with it. */
static enum parse_place
parse_xml_begin(struct parse_reader *reader, const xmlChar *name,
    const xmlChar *prefix, const xmlChar *uri,
    const struct parse_attributes *attributes)
{
	enum parse_place parent = reader->places[reader->depth];
	const struct parse_tag *tag;

	switch (parent) {
	case PLACE_SKIP:
		return PLACE_SKIP;
	case PLACE_FIELD:
	case PLACE_MARKUP:
		parse_text_add_tag(reader, "<", (const char *)name);
		return PLACE_MARKUP;
	default:
		break;
	}
	tag = parse_xml_find(reader, name, prefix, uri, parent);
	if (tag)
		return parse_xml_enter(reader, tag, attributes);
	/* entries may be wrapped */
	if (parent == PLACE_ROOT || parent == PLACE_CHANNEL)
		return PLACE_ROOT;
	/* an author with elements in it is not just text */
	if (parent == PLACE_PERSON)
		reader->tag = NULL;
	return PLACE_SKIP;
}

static void
parse_xml_on_start(void *data, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
    int attribute_count, int default_count, const xmlChar **attributes)
{
	struct parse_reader *reader = data;
	const struct parse_attributes given = {attributes, attribute_count};

	(void)namespaces;
	(void)default_count;
	parse_xml_check_bounds(reader, attribute_count, namespace_count);
	if (reader->depth == 0 && !reader->is_stopping)
		parse_xml_begin_document(reader, name, prefix, uri);
	if (!reader->is_stopping) {
		enum parse_place place =
		    parse_xml_begin(reader, name, prefix, uri, &given);

		reader->places[++reader->depth] = (unsigned char)place;
	}
	if (reader->is_stopping)
		xmlStopParser(reader->ctxt);
}

static void
parse_xml_on_end(
    void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct parse_reader *reader = data;

	(void)prefix;
	(void)uri;
	if (reader->depth == 0)
		return;
	switch (reader->places[reader->depth--]) {
	case PLACE_FIELD:
		if (reader->tag)
			parse_field_end(reader);
		break;
	case PLACE_MARKUP:
		parse_text_add_tag(reader, "</", (const char *)name);
		break;
	case PLACE_PERSON:
		parse_field_end_person(reader);
		break;
	case PLACE_ITEM:
		parse_build_end_item(reader->build);
		break;
	}
}

static void
parse_xml_free(struct parse_reader *reader)
{
	parse_entity_clear(reader);
	/* declared entities make it build the beginning of a tree */
	xmlFreeDoc(reader->ctxt->myDoc);
	xmlFreeParserCtxt(reader->ctxt);
	free(reader->raw);
	parse_push_clear(&reader->push);
	free(reader);
}

void
parse_xml(struct parse_build *build, const char *text, size_t len,
    bool is_repaired, struct parse_pass *pass)
{
	struct parse_reader *reader = xcalloc(1, sizeof(*reader));
	xmlSAXHandler handler;

	memset(&handler, 0, sizeof(handler));
	handler.initialized = XML_SAX2_MAGIC;
	handler.startElementNs = parse_xml_on_start;
	handler.endElementNs = parse_xml_on_end;
	handler.characters = parse_text_on_text;
	handler.cdataBlock = parse_text_on_text;
	/* the same for both, or libxml2 looks for white space of its own */
	handler.ignorableWhitespace = parse_text_on_text;
	handler.getEntity = parse_entity_get;
	handler.processingInstruction = parse_text_on_mark;
	handler.reference = parse_entity_on_reference;
	handler.entityDecl = parse_entity_on_declaration;
	handler.serror = parse_xml_on_error;
	memset(pass, 0, sizeof(*pass));
	pass->outcome = PARSE_BROKEN;
	pass->is_wellformed = true;
	reader->build = build;
	reader->pass = pass;
	reader->feed_base = build->base;
	reader->ctxt = xmlCreatePushParserCtxt(&handler, reader, NULL, 0, NULL);
	if (!reader->ctxt)
		abort();
	xmlCtxtUseOptions(
	    reader->ctxt, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC |
			      (is_repaired ? XML_PARSE_RECOVER : 0));
	parse_push_init(&reader->push, reader->ctxt);
	if (parse_push_document(&reader->push, text, len, &pass->complaint) ==
		-1 ||
	    !reader->ctxt->wellFormed)
		pass->is_wellformed = false;
	if (pass->is_wellformed && pass->outcome == PARSE_OK &&
	    !parse_push_is_sure(&reader->push)) {
		parse_xml_complain(
		    reader, "its markup can be read in two ways");
		pass->is_wellformed = false;
	}
	parse_xml_free(reader);
}
