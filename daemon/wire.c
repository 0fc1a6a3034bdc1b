/*
 * Values as bytes. Every length is held against what is left, and strings that
 * come from a worker are checked to be what the rest of the program takes for
 * granted.
 */
#include <string.h>

#include "daemon/wire.h"
#include "text/plain.h"

#define WIRE_NULL UINT32_MAX /* in place of a string's length */

static void
wire_add(struct wire_writer *writer, const void *data, size_t len)
{
	if (!writer->is_full && buf_add(writer->out, data, len) == -1)
		writer->is_full = true;
}

void
wire_u8(struct wire_writer *writer, uint8_t value)
{
	wire_add(writer, &value, sizeof(value));
}

void
wire_u32(struct wire_writer *writer, uint32_t value)
{
	wire_add(writer, &value, sizeof(value));
}

void
wire_u64(struct wire_writer *writer, uint64_t value)
{
	wire_add(writer, &value, sizeof(value));
}

void
wire_i64(struct wire_writer *writer, int64_t value)
{
	wire_add(writer, &value, sizeof(value));
}

void
wire_bytes(struct wire_writer *writer, const void *data, size_t len)
{
	if (len >= WIRE_NULL) {
		writer->is_full = true;
		return;
	}
	wire_u32(writer, (uint32_t)len);
	wire_add(writer, data, len);
}

void
wire_string(struct wire_writer *writer, const char *text)
{
	if (text)
		wire_bytes(writer, text, strlen(text) + 1);
	else
		wire_u32(writer, WIRE_NULL);
}

static size_t
wire_left(const struct wire_reader *reader)
{
	return (size_t)(reader->end - reader->at);
}

void
wire_read_bytes(struct wire_reader *reader, void *out, size_t len)
{
	if (reader->is_bad || len > wire_left(reader)) {
		reader->is_bad = true;
		memset(out, 0, len);
		return;
	}
	memcpy(out, reader->at, len);
	reader->at += len;
}

uint8_t
wire_read_u8(struct wire_reader *reader)
{
	uint8_t value;

	wire_read_bytes(reader, &value, sizeof(value));
	return value;
}

uint32_t
wire_read_u32(struct wire_reader *reader)
{
	uint32_t value;

	wire_read_bytes(reader, &value, sizeof(value));
	return value;
}

uint64_t
wire_read_u64(struct wire_reader *reader)
{
	uint64_t value;

	wire_read_bytes(reader, &value, sizeof(value));
	return value;
}

int64_t
wire_read_i64(struct wire_reader *reader)
{
	int64_t value;

	wire_read_bytes(reader, &value, sizeof(value));
	return value;
}

uint32_t
wire_read_count(struct wire_reader *reader, size_t max, size_t size)
{
	uint32_t count = wire_read_u32(reader);

	if (count > max || count > wire_left(reader) / size) {
		reader->is_bad = true;
		return 0;
	}
	return count;
}

uint32_t
wire_read_enum(struct wire_reader *reader, unsigned end)
{
	uint32_t value = wire_read_u32(reader);

	if (value >= end) {
		reader->is_bad = true;
		return 0;
	}
	return value;
}

const char *
wire_read_blob(struct wire_reader *reader, size_t max, size_t *len_r)
{
	uint32_t len = wire_read_u32(reader);
	const char *blob = reader->at;

	*len_r = 0;
	if (reader->is_bad || len > max || len > wire_left(reader)) {
		reader->is_bad = true;
		return NULL;
	}
	reader->at += len;
	*len_r = len;
	return blob;
}

/* Takes the mark that stands for NULL, if it is next. */
static bool
wire_take_null(struct wire_reader *reader)
{
	uint32_t len;

	if (wire_left(reader) < sizeof(len))
		return false;
	memcpy(&len, reader->at, sizeof(len));
	if (len != WIRE_NULL)
		return false;
	reader->at += sizeof(len);
	return true;
}

/* The text of a string that is next, in place; NULL when bad. */
static const char *
wire_next_text(struct wire_reader *reader, size_t max, size_t *len_r)
{
	const char *text = wire_read_blob(reader, max + 1, len_r);

	if (!text || !*len_r || text[*len_r - 1] != '\0') {
		reader->is_bad = true;
		return NULL;
	}
	--*len_r;
	return text;
}

static const char *
wire_keep(struct wire_reader *reader, const char *text, size_t len)
{
	return reader->is_own ? text : arena_strndup(reader->arena, text, len);
}

const char *
wire_read_raw(struct wire_reader *reader, size_t max)
{
	const char *text;
	size_t len;

	if (wire_take_null(reader))
		return NULL;
	text = wire_next_text(reader, max, &len);
	if (text && !memchr(text, '\0', len))
		return wire_keep(reader, text, len);
	reader->is_bad = true;
	return NULL;
}

const char *
wire_read_string(struct wire_reader *reader, size_t max)
{
	const char *text;
	size_t len;

	if (wire_take_null(reader))
		return NULL;
	text = wire_next_text(reader, max, &len);
	if (text && (reader->is_own || plain_is_utf8(text, len)))
		return wire_keep(reader, text, len);
	reader->is_bad = true;
	return NULL;
}

const char *
wire_read_text(struct wire_reader *reader, size_t max)
{
	const char *text = wire_read_string(reader, max);

	return text ? text : "";
}

bool
wire_is_done(const struct wire_reader *reader)
{
	return !reader->is_bad && reader->at == reader->end;
}
