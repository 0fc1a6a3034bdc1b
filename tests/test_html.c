#include "tests/test.h"

#include <libxml/HTMLparser.h>

#include "lib/alloc.h"
#include "text/html.h"
#include "text/plain.h"

typedef int (*convert_fn)(const char *, size_t, size_t, struct buf *);

static void
assert_converts(convert_fn convert, const char *in, const char *want)
{
	struct buf out;

	buf_init(&out, 0);
	assert_int_equal(convert(in, strlen(in), 65536, &out), 0);
	assert_string_equal(buf_str(&out), want);
	buf_clear(&out);
}

static void
assert_html(const char *in, const char *want)
{
	assert_converts(html_to_text, in, want);
}

static void
assert_title(const char *in, const char *want)
{
	assert_converts(html_title_to_text, in, want);
}

static void
assert_clean(const char *in, const char *want)
{
	assert_converts(text_clean, in, want);
}

static void
block_elements_separate_paragraphs_and_inline_ones_nothing(void **state)
{
	(void)state;
	assert_html("<p>One</p><p>two<br>three</p>", "One\ntwo three");
	assert_html("mis<b>sile</b> <i>launch</i>", "missile launch");
	assert_html("<ul><li>a<li>b</ul><TD>c</td><H1>d", "a\nb\nc\nd");
	assert_html("a<unknown-thing>b</unknown-thing>c", "abc");
	assert_html("<a href=\"x>y\" title='<b>'>link</a>!", "link!");
}

static void
entities_are_decoded(void **state)
{
	(void)state;
	assert_html("caf&eacute; &amp; &lt;tea&gt; &quot;x&quot; &apos;",
	    "caf\xc3\xa9 & <tea> \"x\" '");
	assert_html("&#8230;&#x2026;&#X2026;&#65", "\xe2\x80\xa6\xe2\x80\xa6"
						   "\xe2\x80\xa6"
						   "A");
	assert_html("a&nbsp;&nbsp;b", "a b");
	assert_html("&mdash;&ndash;&hellip;&rsquo;&lsquo;&ldquo;&rdquo;",
	    "\xe2\x80\x94\xe2\x80\x93\xe2\x80\xa6\xe2\x80\x99\xe2\x80\x98"
	    "\xe2\x80\x9c\xe2\x80\x9d");
	assert_html("AT&amp T &copy 2026", "AT& T \xc2\xa9 2026");
}

static void
an_ampersand_that_begins_nothing_stays(void **state)
{
	(void)state;
	assert_html("R&D, Q&A; &; &# &#x; &nosuch; a=1&copy=2 &",
	    "R&D, Q&A; &; &# &#x; &nosuch; a=1&copy=2 &");
}

static void
numbers_of_no_character_become_the_replacement(void **state)
{
	(void)state;
	assert_html("a&#0;b&#xD800;c&#x110000;d&#99999999999999999999;e",
	    "a\xef\xbf\xbd"
	    "b\xef\xbf\xbd"
	    "c\xef\xbf\xbd"
	    "d\xef\xbf\xbd"
	    "e");
	assert_html("x&#27;y&#7;z", "xyz");
}

static void
c1_numbers_and_characters_are_windows_1252(void **state)
{
	(void)state;
	assert_html(
	    "&#128;&#150;&#x92;", "\xe2\x82\xac\xe2\x80\x93\xe2\x80\x99");
	assert_clean("it\xc2\x92s\xc2\x85", "it\xe2\x80\x99s\xe2\x80\xa6");
	assert_clean("a\xc2\x81z", "az");
}

static void
what_is_not_shown_is_left_out(void **state)
{
	(void)state;
	assert_html("a<script>if (1 < 2) alert('<b>')</script>b", "ab");
	assert_html("<style>p { color: red }</style>text", "text");
	assert_html("a<!-- <b>no</b> -->b<!-- x", "ab");
	assert_html("<noembed>no</noembed>yes<template>no</template>", "yes");
	assert_html("<![CDATA[meant]]>", "meant");
	assert_html("<?php echo 1 ?>text<!x y>, </ >more", "text, more");
}

/* libxml2 reads a script, and tags in its strings are none of the page's. */
static void
end_tags_within_scripts_end_no_text(void **state)
{
	(void)state;
	assert_html("<p>a<script>document.write(\"</p>\")</script>b", "ab");
	assert_html("a<script>if (b</c/.exec(d)) e()</script>f", "af");
	assert_html("a<script>\"</b\"</script>c<p>d", "ac\nd");
	assert_html(
	    "<div>a<style>p:after { content: '</div>' }</style>b", "ab");
	assert_html("a<script>'</scr' + 'ipt>'</script>b", "ab");
}

static void
what_plays_elsewhere_swallows_no_text(void **state)
{
	(void)state;
	assert_html("a<iframe src=x>b", "a b");
	assert_html("a<video src=x>b<p>c", "a b\nc");
	assert_html("a<audio>b</audio>c", "a b c");
	/* also on the way through libxml2 */
	assert_html("<style></style>a<iframe src=x>b<video>c", "a b c");
	assert_title("a<video>b</video>c", "a b c");
}

static void
the_reading_of_a_word_does_not_divide_it(void **state)
{
	static const char missile[] = "弾道ミサイル";
	static const char *const texts[] = {
	    "<ruby>弾道<rt>だんどう</rt></ruby>ミサイル",
	    "<ruby>弾道<rp>(</rp><rt>だんどう</rt><rp>)</rp></ruby>ミサイル",
	    "<ruby>弾<rt>だん<rb>道<rt>どう</ruby>ミサイル",
	    "<ruby>弾<rp>(<rt>だん<rp>)</rp>道<rt><b>どう</b></ruby>ミサイル",
	    "<RUBY>弾道<RTC><RT>だん<RT>どう</RTC></RUBY>ミサイル",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		/* what is hidden is left to libxml2 */
		char *parsed = xasprintf("%s<style></style>", texts[i]);

		assert_html(texts[i], missile);
		assert_title(texts[i], missile);
		assert_html(parsed, missile);
		free(parsed);
	}
}

static void
a_reading_that_does_not_end_hides_little(void **state)
{
	struct buf in, out;
	int i;

	(void)state;
	assert_html("<ruby>a<rt>b<p>c", "a\nc");
	assert_html("a <rt> b", "a b");
	for (i = 0; i < 2; i++) {
		buf_init(&in, 0);
		buf_init(&out, 0);
		assert_int_equal(buf_addstr(&in, "<p><rt>"), 0);
		while (in.len < 20000)
			assert_int_equal(buf_addstr(&in, "x<b></b>"), 0);
		assert_int_equal(
		    buf_addstr(&in, i ? " behind<style></style>" : " behind"),
		    0);
		assert_int_equal(html_to_text(in.data, in.len, 20000, &out), 0);
		assert_non_null(strstr(buf_str(&out), "x behind"));
		buf_clear(&in);
		buf_clear(&out);
	}
}

static void
only_so_many_end_tags_are_looked_for(void **state)
{
	struct buf in, out;
	int i;

	(void)state;
	buf_init(&in, 0);
	buf_init(&out, 0);
	for (i = 0; i < 33; i++)
		assert_int_equal(buf_addstr(&in, "<video>x</video>"), 0);
	assert_int_equal(html_title_to_text(in.data, in.len, 1000, &out), 0);
	assert_string_equal(buf_str(&out) + strlen("x ") * 32, "<video>x");
	buf_clear(&in);
	buf_clear(&out);
}

static void
broken_markup_loses_no_text(void **state)
{
	(void)state;
	assert_html("a < b and c > d", "a < b and c > d");
	assert_html("<p>one<p>two</div></b>three", "one\ntwo\nthree");
	assert_html("<<b>x</b>", "<x");
	assert_html("<a href=\"x\"title=\"y\">z</a>", "z");
	assert_html("", "");
	assert_html("<br/><br/>", "");
}

static void
a_title_keeps_what_is_no_tag(void **state)
{
	(void)state;
	assert_title("List<String> & Map<K, V>", "List<String> & Map<K, V>");
	assert_title("1 < 2 <3 <", "1 < 2 <3 <");
	assert_title("&<a", "&<a");
	assert_title("<b>Bold</b> <i>words</i>", "Bold words");
	assert_title("<script>alert(1)</script>News", "News");
	assert_title("The <video> and <title> tags", "The <video> and <title> "
						     "tags");
	assert_title("AT&T &amp; R&D", "AT&T & R&D");
}

static void
what_was_escaped_twice_is_decoded_twice(void **state)
{
	(void)state;
	assert_html("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;", "One\ntwo");
	assert_title("AT&amp;amp;T &amp;quot;x&amp;quot;", "AT&T \"x\"");
	/* but not what may be meant: one tag, or markup beside it */
	assert_title("The &lt;blink&gt; tag", "The <blink> tag");
	assert_html("<p>Write &lt;b&gt;x&lt;/b&gt;</p>", "Write <b>x</b>");
	/* and never more than that */
	assert_html("&amp;amp;amp;lt;", "&amp;lt;");
}

static void
certain_markup_is_decoded_once(void **state)
{
	(void)state;
	assert_converts(html_markup_to_text,
	    "say &lt;code&gt;what&lt;/code&gt; &amp;amp;",
	    "say <code>what</code> &amp;");
}

static void
white_space_of_any_script_is_one_blank(void **state)
{
	(void)state;
	assert_clean("  a \t\r\n b\xc2\xa0\xe3\x80\x80"
		     "c\xe2\x80\xa8"
		     "d\xe2\x80\x89 ",
	    "a b c d");
}

static void
what_hides_or_turns_text_is_dropped(void **state)
{
	(void)state;
	assert_clean("a\x1b[2Jb\x07\x7f", "a[2Jb");
	/* right-to-left override, isolates, marks, BOM, zero-width space */
	assert_clean("a\xe2\x80\xae"
		     "b\xe2\x81\xa6"
		     "c\xe2\x80\x8f"
		     "d\xef\xbb\xbf"
		     "e\xe2\x80\x8b"
		     "f",
	    "abcdef");
	/* tag characters and noncharacters */
	assert_clean("a\xf3\xa0\x81\x81"
		     "b\xef\xbf\xbe"
		     "c",
	    "abc");
	/* a joiner is part of Persian, Indic and emoji */
	assert_clean("a\xe2\x80\x8d"
		     "b\xe2\x80\x8c"
		     "c",
	    "a\xe2\x80\x8d"
	    "b\xe2\x80\x8c"
	    "c");
}

static void
what_is_no_utf8_becomes_the_replacement(void **state)
{
	(void)state;
	assert_clean("a\xff"
		     "b",
	    "a\xef\xbf\xbd"
	    "b");
	assert_clean("\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd");
	assert_clean("\xe4\xb8", "\xef\xbf\xbd\xef\xbf\xbd");
	assert_clean("\xed\xa0\xbd", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_html("<p>\xe9t\xe9</p>", "\xef\xbf\xbd"
					"t\xef\xbf\xbd");
	/* also on the way through libxml2 */
	assert_html("<style></style><p>\xe9t\xe9</p>", "\xef\xbf\xbd"
						       "t\xef\xbf\xbd");
}

static void
a_text_is_cut_on_a_character_border(void **state)
{
	const char *text = "a\xe4\xb8\xad\xe6\x96\x87"
			   "b";
	size_t max;

	(void)state;
	for (max = 0; max <= 9; max++) {
		struct buf out;

		buf_init(&out, 0);
		assert_int_equal(
		    html_to_text(text, strlen(text), max, &out), 0);
		assert_true(out.len <= max);
		assert_true(plain_is_utf8(buf_str(&out), out.len));
		assert_int_equal(out.len, max >= 8   ? 8
					  : max == 7 ? 7
					  : max >= 4 ? 4
					  : max >= 1 ? 1
						     : 0);
		buf_clear(&out);
	}
}

static void
a_full_buffer_is_told(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 4);
	assert_int_equal(text_clean("abc", 3, 100, &out), 0);
	assert_int_equal(text_clean("def", 3, 100, &out), -1);
	assert_string_equal(buf_str(&out), "abcd");
	buf_clear(&out);
}

static void
text_is_appended_behind_what_is_there(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 0);
	assert_int_equal(text_clean(" a ", 3, 100, &out), 0);
	assert_int_equal(html_to_text("<p> b", 5, 100, &out), 0);
	assert_string_equal(buf_str(&out), "ab");
	buf_clear(&out);
}

static void
markup_deeper_than_the_bound_ends_the_text(void **state)
{
	struct buf in, out;
	int i;

	(void)state;
	buf_init(&in, 0);
	buf_init(&out, 0);
	/* what is hidden is left to libxml2 */
	assert_int_equal(buf_addstr(&in, "<style></style>before"), 0);
	for (i = 0; i < HTML_DEPTH_MAX + 10; i++)
		assert_int_equal(buf_addstr(&in, "<div>"), 0);
	assert_int_equal(buf_addstr(&in, "behind"), 0);
	assert_int_equal(html_to_text(in.data, in.len, 1000, &out), 0);
	assert_string_equal(buf_str(&out), "before");
	buf_clear(&in);
	buf_clear(&out);
}

static void
only_so_much_markup_goes_to_libxml2(void **state)
{
	struct buf in, out;

	(void)state;
	buf_init(&in, 0);
	buf_init(&out, 0);
	assert_int_equal(buf_addstr(&in, "<style></style>"), 0);
	while (in.len < HTML_PARSE_MAX)
		assert_int_equal(buf_addstr(&in, "<b></b>"), 0);
	assert_int_equal(buf_addstr(&in, "behind"), 0);
	assert_int_equal(html_to_text(in.data, in.len, 1000, &out), 0);
	assert_string_equal(buf_str(&out), "");
	buf_clear(&in);
	buf_clear(&out);
}

static void
a_tag_with_too_many_attributes_is_not_affordable(void **state)
{
	struct buf in;
	size_t start;
	int i;

	(void)state;
	buf_init(&in, 0);
	assert_int_equal(
	    buf_addstr(&in, "<style></style>kept <p class=\"a b\">too "), 0);
	assert_int_equal(html_affordable(in.data, in.len), in.len);
	start = in.len;
	assert_int_equal(buf_addstr(&in, "<b"), 0);
	for (i = 0; i < 2000; i++)
		assert_int_equal(buf_printf(&in, " a%d", i), 0);
	assert_int_equal(buf_addstr(&in, ">"), 0);
	assert_int_equal(html_affordable(in.data, in.len), start);
	buf_clear(&in);
}

static void
names_of_entities_are_known(void **state)
{
	(void)state;
	assert_int_equal(html_entity("eacute", 6), 0xe9);
	assert_int_equal(html_entity("nbsp", 4), 0xa0);
	assert_int_equal(html_entity("thetasym", 8), 0x3d1);
	assert_int_equal(html_entity("Eacute", 6), 0xc9);
	assert_int_equal(html_entity("nosuch", 6), 0);
	assert_int_equal(html_entity("", 0), 0);
	assert_int_equal(html_entity("aVeryLongNameIndeed", 19), 0);
	assert_int_equal(html_entity("thetasyms", 9), 0);
	assert_int_equal(html_entity("amp\0x", 5), 0);
}

static void
the_entities_are_those_of_libxml2(void **state)
{
	const htmlEntityDesc *entity;
	unsigned code, count = 0;

	(void)state;
	for (code = 1; code < 0x10000; code++) {
		entity = htmlEntityValueLookup(code);
		if (!entity)
			continue;
		assert_int_equal(
		    html_entity(entity->name, strlen(entity->name)), code);
		count++;
	}
	assert_int_equal(count, 253);
}

static void
utf8_encoded_twice_is_undone(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 0);
	/* e acute, read as Latin-1 and encoded again */
	assert_true(plain_undouble("caf\xc3\x83\xc2\xa9", 7, &out));
	assert_string_equal(buf_str(&out), "caf\xc3\xa9");
	buf_reset(&out);
	/* a curly apostrophe, read as windows-1252 */
	assert_true(
	    plain_undouble("it\xc3\xa2\xe2\x82\xac\xe2\x84\xa2s", 11, &out));
	assert_string_equal(buf_str(&out), "it\xe2\x80\x99s");
	buf_clear(&out);
}

static void
proper_text_is_not_undone(void **state)
{
	static const char *const texts[] = {
	    "caf\xc3\xa9",
	    "\xc3\x83",
	    "\xc3\xa9t\xc3\xa9 \xc3\x80 \xc3\x89",
	    "plain",
	    "",
	    "\xe4\xb8\xad\xc3\x83\xc2\xa9",
	    "\xc3",
	};
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 0);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(plain_undouble(texts[i], strlen(texts[i]), &out));
		assert_int_equal(out.len, 0);
	}
	buf_clear(&out);
}

static void
validity_and_borders_are_those_of_utf8(void **state)
{
	struct buf out;

	(void)state;
	assert_true(plain_is_utf8("", 0));
	assert_true(plain_is_utf8("a\xf0\x9f\x9a\x80", 5));
	assert_false(plain_is_utf8("a\0b", 3));
	assert_false(plain_is_utf8("\xf0\x9f\x9a", 3));
	assert_false(plain_is_utf8("\xed\xa0\x80", 3));
	assert_false(plain_is_utf8("\xf4\x90\x80\x80", 4));
	assert_int_equal(plain_border("a\xe4\xb8\xad", 1), 1);
	assert_int_equal(plain_border("a\xe4\xb8\xad", 2), 1);
	assert_int_equal(plain_border("a\xe4\xb8\xad", 3), 1);
	assert_int_equal(plain_border("a\xe4\xb8\xad", 4), 4);
	buf_init(&out, 0);
	plain_repair_utf8("a\0\xff\xe4\xb8\xad\xe4", 7, &out);
	assert_string_equal(
	    buf_str(&out), "a\xef\xbf\xbd\xe4\xb8\xad\xef\xbf\xbd");
	buf_clear(&out);
}

/* What text_clean() does, character by character, for ASCII. */
static void
paragraphs_survive_as_one_newline(void **state)
{
	(void)state;
	assert_html("<div><p>One.</p>\n\n<p> Two. </p></div>", "One.\nTwo.");
	assert_html("one<br>two<br/> \n <br>three", "one two\nthree");
	assert_html("one<br></br>two</br>three", "one two three");
	assert_html("<h1>Head</h1>body<hr>more", "Head\nbody\nmore");
	/* in markup a blank line is white space */
	assert_html("<b>one</b>\n\n two", "one two");
	/* without markup it is what it looks like */
	assert_html("one\ntwo\n \nthree &amp; four", "one two\nthree & four");
	assert_html("one\r\n\r\ntwo", "one\ntwo");
	assert_html("one\xe2\x80\xa9two\xe2\x80\xa8three", "one\ntwo three");
	/* through libxml2 as well */
	assert_html("<style></style><p>one<br>two<br><br>three<p>four",
	    "one two\nthree\nfour");
	/* escaped twice */
	assert_html("&lt;b&gt;one&lt;/b&gt;\n\ntwo&lt;p&gt;three&lt;/p&gt;",
	    "one two\nthree");
	assert_html("<p>a</p><p>b &amp;amp; c</p>", "a\nb & c");
	assert_html("a &amp;amp; b\n\nc", "a & b\nc");
	assert_converts(
	    html_markup_to_text, "<p>a</p>\n<p>b\n\nc</p>", "a\nb c");
	assert_converts(
	    text_clean_paragraphs, "\n\n a\nb\n\n\n c \n\n", "a b\nc");
}

static void
a_text_of_one_paragraph_has_no_newline(void **state)
{
	(void)state;
	assert_html("<p>One two.</p>", "One two.");
	assert_html("<div><div><p>\nOne\ntwo\n</p></div>\n</div>", "One two");
	assert_html("\n\none\ntwo\n\n", "one two");
	assert_html("one<br/>two", "one two");
}

static void
a_title_is_one_line(void **state)
{
	(void)state;
	assert_title("<p>One</p><p>two</p>", "One two");
	assert_title(
	    "One<br><br>two\n\nthree\xe2\x80\xa9 four", "One two three four");
	assert_clean("one\n\ntwo\xe2\x80\xa9three", "one two three");
}

static void
a_buffer_is_flattened_from_an_offset_on(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 0);
	plain_flatten(&out, 0);
	assert_int_equal(buf_addstr(&out, "a\nb\nc\n"), 0);
	plain_flatten(&out, 2);
	assert_string_equal(out.data, "a\nb c ");
	buf_clear(&out);
}

static void
naive_clean(const char *in, size_t len, char *out)
{
	bool gap = false;
	char *to = out;
	size_t i;

	for (i = 0; i < len; i++) {
		if (in[i] == ' ' || (in[i] >= '\t' && in[i] <= '\r')) {
			gap = true;
			continue;
		}
		if ((unsigned char)in[i] < 0x20 || in[i] == 0x7f)
			continue;
		if (gap && to > out)
			*to++ = ' ';
		gap = false;
		*to++ = in[i];
	}
	*to = '\0';
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

static void
copying_in_blocks_is_copying_one_by_one(void **state)
{
	static const char letters[] = "abcdefgh    \t<&>\x01\x7f.\n";
	char in[200], want[400];
	uint32_t seed = 1;
	struct buf out;
	int round;

	(void)state;
	buf_init(&out, 0);
	for (round = 0; round < 20000; round++) {
		size_t len = next_random(&seed) % sizeof(in), i;
		/* mostly letters, so that blocks occur */
		uint32_t few = next_random(&seed) % 60;

		for (i = 0; i < len; i++)
			in[i] = next_random(&seed) % 60 < few
				    ? letters[next_random(&seed) %
					      (sizeof(letters) - 1)]
				    : 'x';
		naive_clean(in, len, want);
		buf_reset(&out);
		assert_int_equal(text_clean(in, len, sizeof(in), &out), 0);
		assert_string_equal(buf_str(&out), want);
	}
	buf_clear(&out);
}

static bool
is_white(char c)
{
	return c == ' ' || c == '\n';
}

static void
assert_is_plain(const struct buf *out, bool is_line)
{
	size_t i;

	assert_true(plain_is_utf8(buf_str(out), out->len));
	for (i = 0; i < out->len; i++) {
		assert_true((unsigned char)out->data[i] >= 0x20 ||
			    (out->data[i] == '\n' && !is_line));
		assert_false(
		    is_white(out->data[i]) && is_white(out->data[i + 1]));
	}
	assert_false(out->len && is_white(out->data[0]));
	assert_false(out->len && is_white(out->data[out->len - 1]));
}

static void
whatever_comes_plain_text_leaves(void **state)
{
	static const char *const pieces[] = {"<", ">", "&", ";", "#", "x", "b",
	    "</p>", "<p ", "<script>", "</script>", "<!--", "-->", "<![CDATA[",
	    "]]>", "\"", "'", "=", " ", "\n", "\xe4\xb8\xad", "\xc3", "\xff",
	    "&amp;", "&lt;", "&#8217;", "text", "\x01", "/", "<a href="};
	static const convert_fn converts[] = {html_title_to_text, text_clean,
	    html_to_text, html_markup_to_text, text_clean_paragraphs};
	uint32_t seed = 7;
	struct buf in, out;
	int round;

	(void)state;
	buf_init(&in, 0);
	buf_init(&out, 0);
	for (round = 0; round < 20000; round++) {
		size_t count = next_random(&seed) % 24, max;

		buf_reset(&in);
		while (count-- > 0)
			assert_int_equal(
			    buf_addstr(&in,
				pieces[next_random(&seed) %
				       (sizeof(pieces) / sizeof(pieces[0]))]),
			    0);
		max = next_random(&seed) % 64;
		buf_reset(&out);
		assert_int_equal(
		    converts[round % 5](buf_str(&in), in.len, max, &out), 0);
		assert_true(out.len <= max);
		assert_is_plain(&out, round % 5 < 2);
	}
	buf_clear(&in);
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		block_elements_separate_paragraphs_and_inline_ones_nothing),
	    cmocka_unit_test(entities_are_decoded),
	    cmocka_unit_test(an_ampersand_that_begins_nothing_stays),
	    cmocka_unit_test(numbers_of_no_character_become_the_replacement),
	    cmocka_unit_test(c1_numbers_and_characters_are_windows_1252),
	    cmocka_unit_test(what_is_not_shown_is_left_out),
	    cmocka_unit_test(end_tags_within_scripts_end_no_text),
	    cmocka_unit_test(what_plays_elsewhere_swallows_no_text),
	    cmocka_unit_test(the_reading_of_a_word_does_not_divide_it),
	    cmocka_unit_test(a_reading_that_does_not_end_hides_little),
	    cmocka_unit_test(only_so_many_end_tags_are_looked_for),
	    cmocka_unit_test(broken_markup_loses_no_text),
	    cmocka_unit_test(a_title_keeps_what_is_no_tag),
	    cmocka_unit_test(what_was_escaped_twice_is_decoded_twice),
	    cmocka_unit_test(certain_markup_is_decoded_once),
	    cmocka_unit_test(white_space_of_any_script_is_one_blank),
	    cmocka_unit_test(paragraphs_survive_as_one_newline),
	    cmocka_unit_test(a_text_of_one_paragraph_has_no_newline),
	    cmocka_unit_test(a_title_is_one_line),
	    cmocka_unit_test(a_buffer_is_flattened_from_an_offset_on),
	    cmocka_unit_test(what_hides_or_turns_text_is_dropped),
	    cmocka_unit_test(what_is_no_utf8_becomes_the_replacement),
	    cmocka_unit_test(a_text_is_cut_on_a_character_border),
	    cmocka_unit_test(a_full_buffer_is_told),
	    cmocka_unit_test(text_is_appended_behind_what_is_there),
	    cmocka_unit_test(markup_deeper_than_the_bound_ends_the_text),
	    cmocka_unit_test(only_so_much_markup_goes_to_libxml2),
	    cmocka_unit_test(a_tag_with_too_many_attributes_is_not_affordable),
	    cmocka_unit_test(names_of_entities_are_known),
	    cmocka_unit_test(the_entities_are_those_of_libxml2),
	    cmocka_unit_test(utf8_encoded_twice_is_undone),
	    cmocka_unit_test(proper_text_is_not_undone),
	    cmocka_unit_test(validity_and_borders_are_those_of_utf8),
	    cmocka_unit_test(copying_in_blocks_is_copying_one_by_one),
	    cmocka_unit_test(whatever_comes_plain_text_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
