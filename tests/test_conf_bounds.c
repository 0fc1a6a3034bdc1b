/* Every bound, and what comes from outside of what is meant: cut, changed,
 * huge. */
#include "tests/test_conf.h"

#include "config/conf_private.h"

static const char whole[] =
    "node = \"a\"\n"
    "fetch {\n\ttimeout = \"9s\" # comment\n}\n"
    "set \"s\" { en = {\"x\", \"y\"} ko = \"북한\" }\n"
    "/* a\n comment */\n"
    "topic \"t\" { query = \"a \\\"b\\\" ${WW_NONE:-c}\" sinks = {\"l\"}\n"
    " raise = 'd' raise-to = flash golden = { \"+ a b\", '-f a\n c' } }\n"
    "severity \"high\" { sinks = { \"l\", } }\n"
    "log \"l\" { path = '-' }\n"
    "feed \"f\" { url = \"http://x/\" tags = {a, b} } // end\n";

/* What follows the last statement that a prefix holds whole is an error. */
static void
every_prefix_is_whole_or_refused(void **state)
{
	struct fixture *f = *state;
	size_t len, fine = 0, depth, i;

	for (len = 0; len < sizeof(whole); len++) {
		bool is_open = false;

		load_bytes(f, whole, len);
		for (depth = i = 0; i < len; i++) {
			depth += whole[i] == '{';
			depth -= whole[i] == '}';
		}
		is_open = depth > 0;
		if (is_open)
			assert_null(f->conf);
		fine += f->conf != NULL;
		/* errors of a cut file point into it */
		for (i = 0; i < f->diag.count; i++)
			assert_true(f->diag.entries[i].line <= 16);
	}
	assert_true(fine > 10);
	good(f, whole);
	assert_int_equal(f->diag.count, 0);
}

/* Columns of a long line are counted once, not from its start for each. */
static void
places_in_a_line_of_megabytes_are_found_in_linear_time(void **state)
{
	struct fixture *f = *state;
	const struct conf_topic *topic;
	char *text = repeated("log \"l\" { path = '-' } ",
	    "topic \"t%\" { query = '미사일' golden = {'+ 미사일'} } ", 30000, "");
	const struct place *last;
	const char *at, *sign = strrchr(text, '+');
	size_t column = 1;

	topic = &good(f, text)->topics[29999];
	last = &topic->goldens[0].text.place;
	for (at = text; at < sign; at++)
		column += ((unsigned char)*at & 0xc0) != 0x80;
	assert_int_equal(last->line, 1);
	assert_int_equal(last->column, column);
	free(text);
}

/* No byte of a valid file can be changed so that reading it goes astray. */
static void
every_changed_byte_is_survived(void **state)
{
	static const char bytes[] = "\0{}\"'\\\n#/*(),=$\xff";
	struct fixture *f = *state;
	char text[sizeof(whole)];
	size_t i, j;

	for (i = 0; i < sizeof(whole) - 1; i++) {
		for (j = 0; j < sizeof(bytes) - 1; j++) {
			memcpy(text, whole, sizeof(whole));
			text[i] = bytes[j];
			load_bytes(f, text, sizeof(whole) - 1);
		}
	}
}

static void
what_is_no_text_is_refused(void **state)
{
	struct fixture *f = *state;
	unsigned char junk[4096];
	uint32_t x = 12345;
	size_t i;

	load_bytes(f, "node = \"a\0b\"", 12);
	assert_string_equal(finding(f, 0),
	    "w.conf:1:10: error: unexpected NUL byte; expected text");
	load(f, "\nnode = \"a\xff\"");
	assert_string_equal(finding(f, 0), "w.conf:2:10: error: this is no "
					   "UTF-8; expected a file in UTF-8");
	for (i = 0; i < sizeof(junk); i++) {
		x = x * 1664525 + 1013904223;
		junk[i] = (unsigned char)(x >> 24);
	}
	assert_null(load_bytes(f, junk, sizeof(junk)));
}

/* The file repeats `text` until it is as long as asked for. */
static struct conf *
load_repeated(struct fixture *f, const char *text, size_t size)
{
	FILE *file = fopen(path_of(f, "w.conf"), "we");
	size_t used;

	assert_non_null(file);
	for (used = 0; used < size; used += strlen(text))
		assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return load_file(f, "w.conf");
}

static void
megabytes_of_garbage_are_refused_with_few_words(void **state)
{
	static const char *const texts[] = {
	    "{",
	    "a",
	    "a{}\n",
	    "a=b\n",
	    "node=a\n",
	    "include(\"x\")\n",
	    "node=\"${WW_NONE}\"\n",
	    "feed \"f\"{url=x}\n",
	    "\"",
	    "/*",
	    "${",
	    "fetch{timeout=1}\n",
	    "set \"s\"{en=a}\n",
	    "\n\n",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		load_repeated(f, texts[i], 4 << 20);
		assert_true(f->diag.count <= CONF_ERRORS_MAX + 200);
		if (texts[i][0] != '\n')
			assert_null(f->conf);
	}
	load_repeated(f, "a{}\n", 1 << 20);
	assert_int_equal(f->diag.count, CONF_ERRORS_MAX + 1);
	assert_int_equal(count_findings(f, "unknown section"), CONF_ERRORS_MAX);
	assert_int_equal(
	    count_findings(f, "500 errors; the rest is not looked at"), 1);
	load_repeated(f, "node=\"${WW_NONE}\"\n", 1 << 20);
	assert_int_equal(count_findings(f, "WW_NONE is not set"), 100);
	load_repeated(f, "a", CONF_FILE_MAX + 1);
	assert_int_equal(f->diag.count, 1);
	assert_string_equal(finding(f, 0),
	    "w.conf: error: w.conf is larger than 16777216 bytes");
}

static void
files_that_include_each_other_are_refused(void **state)
{
	struct fixture *f = *state;

	refuse(f, "include(\"w.conf\")\n",
	    "w.conf:1:10: error: w.conf includes itself, through this");
	refuse(f, "include(\"*.conf\")\n",
	    "w.conf:1:10: error: w.conf includes itself, through this");
	write_text(f, "a.inc", "\ninclude(\"b.inc\")\n");
	write_text(f, "b.inc", "include(\"w.conf\")\n");
	refuse(f, "include(\"a.inc\")\n",
	    "b.inc:1:10: error: w.conf includes itself, through this");
}

static void
includes_go_eight_deep(void **state)
{
	struct fixture *f = *state;
	char name[16], text[32];
	int i;

	for (i = 1; i <= 9; i++) {
		snprintf(name, sizeof(name), "%d.inc", i);
		snprintf(text, sizeof(text), "include(\"%d.inc\")\n", i + 1);
		write_text(f, name, i < 8 ? text : "node = deep\n");
	}
	assert_string_equal(good(f, "include(\"1.inc\")\n")->node, "deep");
	write_text(f, "8.inc", "include(\"9.inc\")\n");
	refuse(f, "include(\"1.inc\")\n",
	    "8.inc:1:10: error: files include "
	    "each other more than 8 deep");
}

static void
there_is_an_end_to_files_and_to_their_bytes(void **state)
{
	struct fixture *f = *state;
	char name[16];
	int i;

	for (i = 0; i < CONF_FILES_MAX; i++) {
		snprintf(name, sizeof(name), "%d.inc", i);
		write_text(f, name, "");
	}
	refuse(f, "include(\"*.inc\")\n",
	    "w.conf:1:10: error: more than 1000 files");
	for (i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "%d.big", i);
		load_repeated(f, "                               \n",
		    CONF_FILE_MAX - (i == 4 ? 0 : 31));
		assert_int_equal(
		    rename(path_of(f, "w.conf"), path_of(f, name)), 0);
	}
	refuse(f, "include(\"*.big\")\n",
	    "w.conf:1:10: error: more than "
	    "67108864 bytes in all files together");
}

/* `most` of the part are good, one more is refused. */
static void
bound(struct fixture *f, const char *before, const char *part,
    const char *behind, int most, const char *want)
{
	char *text = repeated(before, part, most, behind);

	good(f, text);
	free(text);
	text = repeated(before, part, most + 1, behind);
	load(f, text);
	free(text);
	assert_int_equal(f->diag.errors, 1);
	assert_non_null(strstr(finding(f, 0), want));
}

static void
there_is_an_end_to_names_and_values(void **state)
{
	struct fixture *f = *state;

	bound(f, "topic \"", "t", "\" { query = a }", CONF_NAME_MAX,
	    "this name is longer than 64 bytes");
	bound(f, "feed \"", "f", "\" { url = \"http://x/\" }",
	    CONF_FEED_NAME_MAX, "this name is longer than 512 bytes");
	bound(f, "node = \"", "n", "\"", 255, "longer than 255 bytes");
	bound(f, "feed \"f\" { url = \"http://x/\" title = \"", "t", "\" }",
	    CONF_STRING_MAX, "longer than 4096 bytes");
	bound(f, "feed \"f\" { url = \"http://x/", "u", "\" }",
	    CONF_STRING_MAX - 9, "URL longer than 4096 bytes");
	bound(f, "topic \"t\" { query = \"", "q", "\" }", 64 * 1024,
	    "longer than 65536 bytes");
	bound(f, FEED "tags = {", "t,", "} }", CONF_LIST_MAX,
	    "more than 10000 values in one list");
}

static void
there_is_an_end_to_sections_and_options(void **state)
{
	struct fixture *f = *state;
	char *text;

	bound(f, "", "log \"l%\" { path = \"/%\" }\n", "", CONF_SINKS_MAX,
	    "more than 64 log sections");
	bound(f, "", "set \"s%\" { en = a }\n", "", CONF_SETS_MAX,
	    "more than 10000 set sections");
	bound(f, "", "topic \"t%\" { query = a }\n", "", CONF_TOPICS_MAX,
	    "more than 100000 topic sections");
	bound(f, "", "feed \"f%\" { url = \"http://x/%\" }\n", "",
	    CONF_FEEDS_MAX, "more than 100000 feed sections");
	text = repeated("set \"s\" { ", "x% = a ", 300, "}");
	load(f, text);
	free(text);
	assert_int_equal(count_findings(f, "more than 256 options"), 1);
	assert_int_equal(count_findings(f, "is no language"), 256);
	text = repeated("", "include(\"x*.%\")\n", CONF_OPTIONS_MAX, "");
	good(f, text);
	free(text);
	text = repeated("", "include(\"x*.%\")\n", CONF_OPTIONS_MAX + 1, "");
	load(f, text);
	free(text);
	assert_string_equal(finding(f, 0),
	    "w.conf:10001:1: error: more than 10000 options in one file");
}

static void
there_is_an_end_to_languages(void **state)
{
	static const char letters[] = "abcdefgh";
	struct fixture *f = *state;
	char text[4096];
	size_t used = 0;
	int i;

	used += (size_t)snprintf(text, sizeof(text), "set \"s\" {");
	for (i = 0; i < CONF_LANGS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    " q%c%c = a", letters[i / 8], letters[i % 8]);
	snprintf(text + used, sizeof(text) - used,
	    " }\n"
	    "set \"t\" { qaa = b }\n");
	assert_int_equal(good(f, text)->sets[0].entry_count, CONF_LANGS_MAX);
	snprintf(text + used, sizeof(text) - used,
	    " }\n"
	    "set \"t\" { qaa = b qzz = a }\n");
	refuse(
	    f, text, "w.conf:2:19: error: more than 64 languages in one file");
}

static void
many_warnings_are_cut_short_and_refuse_nothing(void **state)
{
	struct fixture *f = *state;
	char *text = repeated("", "feed \"f%\" { url = \"http://x/\" }\n", 2000,
	    "log \"l\" { path = \"-\" } topic \"t\" { query = a }");

	good(f, text);
	free(text);
	assert_int_equal(f->conf->feed_count, 2000);
	assert_int_equal(f->diag.count, CONF_WARNINGS_MAX + 1);
	assert_string_equal(finding(f, CONF_WARNINGS_MAX),
	    "w.conf: warning: 100 warnings; further ones are not shown");
}

static void
of_a_long_line_the_beginning_is_shown(void **state)
{
	struct fixture *f = *state;
	char *text = repeated("colour = \"", "x", 5000, "\" log { }");

	load(f, text);
	free(text);
	assert_int_equal(f->diag.count, 2);
	assert_int_equal(strlen(f->diag.entries[0].source), 400);
	assert_null(f->diag.entries[1].source);
	assert_int_equal(f->diag.entries[1].column, 5013);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_prefix_is_whole_or_refused),
	    TEST(every_changed_byte_is_survived),
	    TEST(places_in_a_line_of_megabytes_are_found_in_linear_time),
	    TEST(what_is_no_text_is_refused),
	    TEST(megabytes_of_garbage_are_refused_with_few_words),
	    TEST(files_that_include_each_other_are_refused),
	    TEST(includes_go_eight_deep),
	    TEST(there_is_an_end_to_files_and_to_their_bytes),
	    TEST(there_is_an_end_to_names_and_values),
	    TEST(there_is_an_end_to_sections_and_options),
	    TEST(there_is_an_end_to_languages),
	    TEST(many_warnings_are_cut_short_and_refuse_nothing),
	    TEST(of_a_long_line_the_beginning_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
