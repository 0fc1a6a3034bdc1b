/*
 * The text of a field, as it comes out of libxml2 and of parse_push.c: put
 * together in one buffer that is used again for the next. Elements within a
 * field become tags in it, so that html.c sees what the publisher meant. No
 * more is kept than PARSE_RAW_MAX bytes.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/parse_reader.h"
#include "text/html.h"
#include "text/plain.h"

void
parse_text_grow(struct parse_reader *reader, size_t len)
{
	if (reader->len + len + 1 > reader->cap)
		reader->raw =
		    xgrow(reader->raw, reader->len + len + 1, &reader->cap, 1);
}

void
parse_text_add(struct parse_reader *reader, const char *text, size_t len)
{
	if (reader->len + len > PARSE_RAW_MAX)
		len = PARSE_RAW_MAX - reader->len;
	parse_text_grow(reader, len);
	memcpy(reader->raw + reader->len, text, len);
	reader->len += len;
}

/* Text that must not turn into markup. */
static void
parse_text_add_escaped(
    struct parse_reader *reader, const char *text, size_t len)
{
	const char *end = text + len, *from = text;

	for (; text < end; text++) {
		if (*text != '<' && *text != '&')
			continue;
		parse_text_add(reader, from, (size_t)(text - from));
		if (*text == '<')
			parse_text_add(reader, "&lt;", 4);
		else
			parse_text_add(reader, "&amp;", 5);
		from = text + 1;
	}
	parse_text_add(reader, from, (size_t)(text - from));
}

/* An element within a field, for html_to_text() to understand. */
void
parse_text_add_tag(
    struct parse_reader *reader, const char *open, const char *name)
{
	/* in a title, what HTML does not know would be taken for text */
	if (reader->form == FORM_TEXT ||
	    (reader->form == FORM_GUESS && !html_is_element(name)))
		return;
	parse_text_add(reader, open, strlen(open));
	parse_text_add(reader, name, strlen(name));
	parse_text_add(reader, ">", 1);
}

void
parse_text_on_text(void *data, const xmlChar *text, int len)
{
	struct parse_reader *reader = data;

	if (!reader->tag)
		return;
	if (reader->form == FORM_XHTML)
		parse_text_add_escaped(reader, (const char *)text, (size_t)len);
	else
		parse_text_add(reader, (const char *)text, (size_t)len);
}

static void
parse_text_add_decoded(
    struct parse_reader *reader, const char *text, size_t len)
{
	size_t room = PARSE_RAW_MAX - reader->len;
	const char *last;
	uint32_t code;

	if (len > room) {
		/* not within a reference */
		last = memrchr(text, '&', room);
		if (last && !parse_reference(last + 1, text + room, &code))
			room = (size_t)(last - text);
		len = room;
	}
	parse_text_grow(reader, len);
	reader->len +=
	    parse_reference_decode(text, len, reader->raw + reader->len);
}

/* The text that stands where parse_push.c put this instruction. */
void
parse_text_on_mark(void *data, const xmlChar *target, const xmlChar *content)
{
	struct parse_reader *reader = data;
	const struct parse_cut *cut;

	(void)content;
	cut = parse_push_met(&reader->push, (const char *)target);
	if (!cut || !reader->tag)
		return;
	if (reader->form == FORM_XHTML && !cut->is_escaped)
		parse_text_add_escaped(reader, cut->text, cut->len);
	else if (reader->form != FORM_XHTML && cut->is_escaped)
		parse_text_add_decoded(reader, cut->text, cut->len);
	else
		parse_text_add(reader, cut->text, cut->len);
}

void
parse_text_decode_base64(struct parse_reader *reader)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	unsigned char *out = xmalloc(reader->len + 1);
	int len = 0, last = 0;

	if (!ctx)
		abort();
	EVP_DecodeInit(ctx);
	if (EVP_DecodeUpdate(ctx, out, &len, (const unsigned char *)reader->raw,
		(int)reader->len) == -1 ||
	    EVP_DecodeFinal(ctx, out + len, &last) == -1)
		len = last = 0;
	EVP_ENCODE_CTX_free(ctx);
	reader->len = 0;
	if (plain_is_utf8((const char *)out, (size_t)(len + last)))
		parse_text_add(reader, (const char *)out, (size_t)(len + last));
	free(out);
}
