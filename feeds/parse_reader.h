#ifndef WIREWATCH_FEEDS_PARSE_READER_H
#define WIREWATCH_FEEDS_PARSE_READER_H

#include <libxml/parser.h>

#include "feeds/parse_private.h"

/* One XML document being read: what parse_xml.c and its helpers share. */

#define PARSE_KNOWN 64 /* slots for names, a power of two */
#define PARSE_ENTITIES_MAX 32 /* declared by a document */

/* An element's meaning under a parent. Names are libxml2's, alive as long. */
struct parse_known {
	const xmlChar *name;
	const xmlChar *uri;
	const xmlChar *prefix;
	const struct parse_tag *tag;
	unsigned char parent;
};

struct parse_entity {
	char *name;
	char *content;
};

struct parse_reader {
	struct parse_build *build;
	struct parse_pass *pass;
	xmlParserCtxtPtr ctxt;
	struct parse_push push;
	unsigned depth;
	unsigned char places[PARSE_DEPTH_MAX + 1];
	struct parse_known known[PARSE_KNOWN];
	const xmlChar *own_uri; /* a namespace of the document's own */
	enum feed_format format;
	/* the field being read */
	const struct parse_tag *tag;
	enum parse_form form;
	bool is_base64;
	bool is_link; /* of a guid: is one, too */
	char *raw;
	size_t len;
	size_t cap;
	/* xml:base of feed and item */
	const char *feed_base;
	const char *item_base;
	/* a person without a name is called by the address */
	bool has_name;
	char email[ITEM_NAME_MAX];
	uint64_t work;
	unsigned errors;
	unsigned elements;
	bool is_stopping;
	struct parse_entity entities[PARSE_ENTITIES_MAX];
	size_t entity_count;
	size_t expanded;
	xmlEntity answer; /* what getEntity gives back */
	char answer_text[8];
};

/* Five pointers for each: name, prefix, URI, value, its end. */
struct parse_attributes {
	const xmlChar **list;
	int count;
};

/* Says, once, what was wrong, and that no more is wanted (parse_xml.c). */
void parse_xml_stop(struct parse_reader *reader, const char *why);

/* The text of the field being read (parse_text.c). */
void parse_text_grow(struct parse_reader *reader, size_t len);
void parse_text_add(struct parse_reader *reader, const char *text, size_t len);
void parse_text_add_tag(
    struct parse_reader *reader, const char *open, const char *name);
void parse_text_decode_base64(struct parse_reader *reader);
void parse_text_on_text(void *data, const xmlChar *text, int len);
void parse_text_on_mark(
    void *data, const xmlChar *target, const xmlChar *content);

/* Fields and attributes (parse_field.c). */
const char *parse_field_attribute(const struct parse_attributes *attributes,
    const char *prefix, const char *name, size_t *len_r);
/* The base that xml:base makes of an outer one. */
const char *parse_field_base(struct parse_reader *reader,
    const struct parse_attributes *attributes, const char *outer);
void parse_field_lang(
    struct parse_reader *reader, const struct parse_attributes *attributes);
/* False when its text is not wanted. */
bool parse_field_begin(struct parse_reader *reader, const struct parse_tag *tag,
    const struct parse_attributes *attributes);
void parse_field_end(struct parse_reader *reader);
void parse_field_end_person(struct parse_reader *reader);
void parse_field_about(
    struct parse_reader *reader, const char *text, size_t len);

/* Entities (parse_entity.c). */
void parse_entity_on_declaration(void *data, const xmlChar *name, int type,
    const xmlChar *public_id, const xmlChar *system_id, xmlChar *content);
xmlEntityPtr parse_entity_get(void *data, const xmlChar *name);
void parse_entity_on_reference(void *data, const xmlChar *name);
void parse_entity_clear(struct parse_reader *reader);

#endif
