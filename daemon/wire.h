#ifndef WIREWATCH_DAEMON_WIRE_H
#define WIREWATCH_DAEMON_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/alloc.h"
#include "lib/buf.h"

/*
 * Values as bytes, between processes of one machine and one build: numbers in
 * the order of the machine, strings with their length and a NUL. A writer that
 * runs into the bound of its buffer, and a reader that finds less than it asks
 * for or what cannot be, remember it: they are asked once, at the end. Until
 * then a reader gives zeroes and empty strings. The bytes may be hostile.
 */
struct wire_writer {
	struct buf *out;	/* borrowed */
	bool is_full;
};

struct wire_reader {
	const char *at;
	const char *end;
	struct arena *arena;	/* where strings go; borrowed */
	/*
	 * The bytes come from the daemon itself, which checked the strings when
	 * it got them, and outlive what is read: strings are given in place.
	 */
	bool is_own;
	bool is_bad;
};

void wire_u8(struct wire_writer *writer, uint8_t value);
void wire_u32(struct wire_writer *writer, uint32_t value);
void wire_u64(struct wire_writer *writer, uint64_t value);
void wire_i64(struct wire_writer *writer, int64_t value);
void wire_bytes(struct wire_writer *writer, const void *data, size_t len);
/* NULL is kept apart from "". */
void wire_string(struct wire_writer *writer, const char *text);

uint8_t wire_read_u8(struct wire_reader *reader);
uint32_t wire_read_u32(struct wire_reader *reader);
uint64_t wire_read_u64(struct wire_reader *reader);
int64_t wire_read_i64(struct wire_reader *reader);
/* Up to `max`: more is bad. Each of them takes at least `size` bytes. */
uint32_t wire_read_count(struct wire_reader *reader, size_t max, size_t size);
/* Below `end`. */
uint32_t wire_read_enum(struct wire_reader *reader, unsigned end);
/* Exactly `len` bytes. */
void wire_read_bytes(struct wire_reader *reader, void *out, size_t len);
/* Bytes with their length, in place; NULL when bad. */
const char *wire_read_blob(
    struct wire_reader *reader, size_t max, size_t *len_r);
/*
 * A string of up to max bytes, UTF-8 without NUL: in the arena, or where it is
 * if it is our own. NULL is as written, or bad; wire_read_text gives "" for both.
 */
const char *wire_read_string(struct wire_reader *reader, size_t max);
const char *wire_read_text(struct wire_reader *reader, size_t max);
/* The same as wire_read_string of bytes that may be no UTF-8. */
const char *wire_read_raw(struct wire_reader *reader, size_t max);
/* Whether all was read and none of it was bad. */
bool wire_is_done(const struct wire_reader *reader);

#endif
