/*
 * Entities. libxml2 expands none for us: it asks what a name stands for, and
 * gets a short text of the document's own, or a character of HTML, or nothing.
 * What could grow (a text with references or markup in it) is not remembered.
 */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "feeds/parse_reader.h"
#include "text/html.h"

#define PARSE_ENTITY_MAX 256 /* bytes of one */
#define PARSE_EXPANDED_MAX (1024 * 1024) /* bytes made of them, in all */

/* Only text without markup and references: nothing that could grow. */
void
parse_entity_on_declaration(void *data, const xmlChar *name, int type,
    const xmlChar *public_id, const xmlChar *system_id, xmlChar *content)
{
	struct parse_reader *reader = data;
	struct parse_entity *entity;

	(void)public_id;
	(void)system_id;
	if (type != XML_INTERNAL_GENERAL_ENTITY || !content ||
	    reader->entity_count == PARSE_ENTITIES_MAX ||
	    xmlStrlen(name) > PARSE_ENTITY_MAX ||
	    xmlStrlen(content) > PARSE_ENTITY_MAX ||
	    strpbrk((const char *)content, "&<"))
		return;
	entity = &reader->entities[reader->entity_count++];
	entity->name = xstrdup((const char *)name);
	entity->content = xstrdup((const char *)content);
}

static const char *
parse_entity_declared(struct parse_reader *reader, const char *name)
{
	size_t i;

	for (i = 0; i < reader->entity_count; i++) {
		if (strcmp(reader->entities[i].name, name) != 0)
			continue;
		reader->expanded += strlen(reader->entities[i].content);
		if (reader->expanded > PARSE_EXPANDED_MAX) {
			parse_xml_stop(reader, "entities expand to too much");
			return NULL;
		}
		return reader->entities[i].content;
	}
	return NULL;
}

/*
 * What an entity stands for: of the document's own, or of HTML, which feeds
 * use without declaring them. It is passed off as a predefined one, whose
 * content libxml2 hands on as text and does not look into.
 */
xmlEntityPtr
parse_entity_get(void *data, const xmlChar *name)
{
	struct parse_reader *reader = data;
	xmlEntity *answer = &reader->answer;
	const char *text;
	utf8proc_ssize_t len;
	uint32_t code;

	/* libxml2 would leave memory of its own in what is given back */
	if (reader->ctxt->inSubset)
		return NULL;
	text = parse_entity_declared(reader, (const char *)name);
	if (!text) {
		code =
		    html_entity((const char *)name, strlen((const char *)name));
		if (code == 0)
			return NULL;
		len = utf8proc_encode_char((utf8proc_int32_t)code,
		    (utf8proc_uint8_t *)reader->answer_text);
		reader->answer_text[len] = '\0';
		text = reader->answer_text;
	}
	memset(answer, 0, sizeof(*answer));
	answer->type = XML_ENTITY_DECL;
	answer->etype = XML_INTERNAL_PREDEFINED_ENTITY;
	answer->name = name;
	answer->content = (xmlChar *)text;
	answer->length = (int)strlen(text);
	answer->checked = 2; /* and nothing in it */
	/*
	 * In the value of an attribute libxml2 takes one byte of a predefined
	 * entity; of any other it leaves the reference, which html.c reads.
	 */
	if (reader->ctxt->instate == XML_PARSER_ATTRIBUTE_VALUE)
		answer->etype = XML_INTERNAL_GENERAL_ENTITY;
	return answer;
}

/* One that nobody knows, where libxml2 would let it vanish. */
void
parse_entity_on_reference(void *data, const xmlChar *name)
{
	parse_text_on_text(data, (const xmlChar *)"&", 1);
	parse_text_on_text(data, name, xmlStrlen(name));
	parse_text_on_text(data, (const xmlChar *)";", 1);
}

void
parse_entity_clear(struct parse_reader *reader)
{
	size_t i;

	for (i = 0; i < reader->entity_count; i++) {
		free(reader->entities[i].name);
		free(reader->entities[i].content);
	}
}
