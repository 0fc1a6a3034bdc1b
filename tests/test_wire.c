#include "tests/test.h"

#include "daemon/wire.h"

struct fixture {
	struct buf buf;
	struct arena *arena;
	struct wire_writer writer;
	struct wire_reader reader;
};

static struct fixture
fixture_new(void)
{
	struct fixture f = {.arena = arena_new()};

	buf_init(&f.buf, 4096);
	return f;
}

static void
read_back(struct fixture *f)
{
	f->reader = (struct wire_reader){
	    .at = f->buf.data,
	    .end = f->buf.data + f->buf.len,
	    .arena = f->arena,
	};
}

static void
fixture_free(struct fixture *f)
{
	buf_clear(&f->buf);
	arena_free(&f->arena);
}

static void
values_come_back_as_they_were_written(void **state)
{
	struct fixture f = fixture_new();
	char bytes[3];

	(void)state;
	f.writer.out = &f.buf;
	wire_u8(&f.writer, 255);
	wire_u32(&f.writer, UINT32_MAX);
	wire_u64(&f.writer, UINT64_MAX - 1);
	wire_i64(&f.writer, INT64_MIN);
	wire_string(&f.writer, "미사일");
	wire_string(&f.writer, "");
	wire_string(&f.writer, NULL);
	wire_string(&f.writer, NULL);
	wire_string(&f.writer, "\xff");
	wire_bytes(&f.writer, "a\0b", 3);
	assert_false(f.writer.is_full);
	read_back(&f);
	assert_int_equal(wire_read_u8(&f.reader), 255);
	assert_int_equal(wire_read_u32(&f.reader), UINT32_MAX);
	assert_true(wire_read_u64(&f.reader) == UINT64_MAX - 1);
	assert_true(wire_read_i64(&f.reader) == INT64_MIN);
	assert_string_equal(wire_read_string(&f.reader, 9), "미사일");
	assert_string_equal(wire_read_string(&f.reader, 9), "");
	assert_null(wire_read_string(&f.reader, 9));
	assert_string_equal(wire_read_text(&f.reader, 9), "");
	assert_string_equal(wire_read_raw(&f.reader, 9), "\xff");
	assert_int_equal(wire_read_u32(&f.reader), 3);
	wire_read_bytes(&f.reader, bytes, 3);
	assert_memory_equal(bytes, "a\0b", 3);
	assert_true(wire_is_done(&f.reader));
	fixture_free(&f);
}

static void
what_is_left_over_is_not_done(void **state)
{
	struct fixture f = fixture_new();

	(void)state;
	f.writer.out = &f.buf;
	wire_u32(&f.writer, 1);
	wire_u8(&f.writer, 1);
	read_back(&f);
	assert_int_equal(wire_read_u32(&f.reader), 1);
	assert_false(wire_is_done(&f.reader));
	fixture_free(&f);
}

static void
every_cut_is_noticed(void **state)
{
	struct fixture f = fixture_new();
	size_t len;

	(void)state;
	f.writer.out = &f.buf;
	wire_string(&f.writer, "abc");
	wire_u64(&f.writer, 7);
	wire_u8(&f.writer, 1);
	for (len = 0; len < f.buf.len; len++) {
		read_back(&f);
		f.reader.end = f.reader.at + len;
		(void)wire_read_text(&f.reader, 100);
		(void)wire_read_u64(&f.reader);
		(void)wire_read_u8(&f.reader);
		assert_true(f.reader.is_bad);
	}
	fixture_free(&f);
}

/* Reads a string of `text` with a bound, after its length was overwritten. */
static bool
is_string_bad(const char *text, size_t text_len, size_t max, uint32_t len)
{
	struct fixture f = fixture_new();
	const char *got;
	bool is_bad;

	f.writer.out = &f.buf;
	wire_bytes(&f.writer, text, text_len + 1);
	memcpy(f.buf.data, &len, sizeof(len));
	read_back(&f);
	got = wire_read_text(&f.reader, max);
	is_bad = f.reader.is_bad;
	assert_string_equal(got, is_bad ? "" : text);
	fixture_free(&f);
	return is_bad;
}

static void
a_string_is_held_to_its_bound_and_to_utf8(void **state)
{
	(void)state;
	assert_false(is_string_bad("abcd", 4, 4, 5));
	assert_true(is_string_bad("abcd", 4, 3, 5));
	assert_true(is_string_bad("abcd", 4, 100, 6));
	assert_true(is_string_bad("abcd", 4, UINT32_MAX, UINT32_MAX - 1));
	assert_true(is_string_bad("ab\0d", 4, 4, 5));
	assert_true(is_string_bad("ab\xff\xfe", 4, 4, 5));
	assert_true(is_string_bad("ab\xed\xa0\x80", 5, 5, 6));
}

static void
a_string_without_its_end_is_bad(void **state)
{
	(void)state;
	assert_true(is_string_bad("abcd", 4, 4, 4));
	assert_true(is_string_bad("abcd", 4, 4, 0));
}

static void
what_the_daemon_wrote_itself_is_read_in_place(void **state)
{
	struct fixture f = fixture_new();
	const char *text;

	(void)state;
	f.writer.out = &f.buf;
	wire_string(&f.writer, "abc");
	read_back(&f);
	f.reader.is_own = true;
	text = wire_read_string(&f.reader, 3);
	assert_string_equal(text, "abc");
	assert_true(text > f.buf.data && text < f.reader.end);
	assert_true(wire_is_done(&f.reader));
	/* its bounds hold nevertheless */
	read_back(&f);
	f.reader.is_own = true;
	assert_string_equal(wire_read_text(&f.reader, 2), "");
	assert_true(f.reader.is_bad);
	fixture_free(&f);
}

static void
a_count_that_the_rest_cannot_hold_is_bad(void **state)
{
	struct fixture f = fixture_new();

	(void)state;
	f.writer.out = &f.buf;
	wire_u32(&f.writer, 2);
	wire_u64(&f.writer, 0);
	read_back(&f);
	assert_int_equal(wire_read_count(&f.reader, 2, 4), 2);
	assert_false(f.reader.is_bad);
	read_back(&f);
	assert_int_equal(wire_read_count(&f.reader, 1, 4), 0);
	assert_true(f.reader.is_bad);
	read_back(&f);
	assert_int_equal(wire_read_count(&f.reader, 2, 5), 0);
	assert_true(f.reader.is_bad);
	fixture_free(&f);
}

static void
an_enum_is_below_its_end(void **state)
{
	struct fixture f = fixture_new();

	(void)state;
	f.writer.out = &f.buf;
	wire_u32(&f.writer, 3);
	read_back(&f);
	assert_int_equal(wire_read_enum(&f.reader, 4), 3);
	read_back(&f);
	assert_int_equal(wire_read_enum(&f.reader, 3), 0);
	assert_true(f.reader.is_bad);
	fixture_free(&f);
}

static void
a_full_buffer_is_remembered(void **state)
{
	struct fixture f = fixture_new();
	char large[5000] = {0};

	(void)state;
	f.writer.out = &f.buf;
	wire_bytes(&f.writer, large, sizeof(large));
	assert_true(f.writer.is_full);
	wire_u8(&f.writer, 1);
	assert_true(f.writer.is_full);
	assert_true(f.buf.len <= 4096);
	fixture_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_come_back_as_they_were_written),
	    cmocka_unit_test(what_is_left_over_is_not_done),
	    cmocka_unit_test(every_cut_is_noticed),
	    cmocka_unit_test(a_string_is_held_to_its_bound_and_to_utf8),
	    cmocka_unit_test(a_string_without_its_end_is_bad),
	    cmocka_unit_test(what_the_daemon_wrote_itself_is_read_in_place),
	    cmocka_unit_test(a_count_that_the_rest_cannot_hold_is_bad),
	    cmocka_unit_test(an_enum_is_below_its_end),
	    cmocka_unit_test(a_full_buffer_is_remembered),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
