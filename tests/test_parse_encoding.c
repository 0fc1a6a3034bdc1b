#include "tests/parse_help.h"

#include <iconv.h>

/* The text in another encoding; bytes are made here and not kept as files. */
static void
encode(const char *charset, const char *text, struct buf *out)
{
	iconv_t cd = iconv_open(charset, "UTF-8");
	char *in = (char *)text, *to;
	size_t left = strlen(text), room = 4 * left + 64;

	assert_true(cd != (iconv_t)-1);
	to = buf_reserve(out, room);
	assert_true(iconv(cd, &in, &left, &to, &room) != (size_t)-1);
	assert_true(iconv(cd, NULL, NULL, &to, &room) != (size_t)-1);
	out->len = (size_t)(to - out->data);
	*to = '\0';
	iconv_close(cd);
}

static void
assert_title(struct feed_doc *doc, const char *title, const char *encoding)
{
	assert_int_equal(doc->item_count, 1);
	assert_string_equal(doc->items[0].title, title);
	if (encoding)
		assert_string_equal(doc->encoding, encoding);
	feed_doc_free(&doc);
}

/* `name` is what the document says, `charset` what its bytes are. */
static struct feed_doc *
parse_encoded(const char *name, const char *charset, const char *title,
    const char *content_type)
{
	char *text = xasprintf("<?xml version=\"1.0\"%s%s%s?>" RSS
			       "<item><title>%s</title></item>" END,
	    name ? " encoding=\"" : "", name ? name : "", name ? "\"" : "",
	    title);
	struct feed_doc *doc;
	struct buf bytes;

	buf_init(&bytes, 0);
	encode(charset, text, &bytes);
	doc = parse_good(bytes.data, bytes.len, content_type);
	buf_clear(&bytes);
	free(text);
	return doc;
}

static void
declared_encodings_are_read_as_their_superset(void **state)
{
	static const struct {
		const char *name;
		const char *charset;
		const char *title;
	} cases[] = {
	    {"iso-8859-1", "CP1252", "caf\xc3\xa9 \xe2\x80\x9cx\xe2\x80\x9d"},
	    {"latin1", "CP1252", "\xe2\x82\xac 5"},
	    {"windows-1251", "CP1251", "Ракета запущена"},
	    {"KOI8-R", "KOI8-R", "Ракета запущена"},
	    {"iso-8859-5", "ISO-8859-5", "Ракета"},
	    {"iso-8859-7", "ISO-8859-7", "Πύραυλος"},
	    {"iso-8859-9", "CP1254", "füze İğ €"},
	    {"iso-8859-11", "CP874", "ขีปนาวุธ"},
	    {"windows-1256", "CP1256", "صاروخ"},
	    {"gb2312", "GB18030", "朝鲜發射镕"},
	    {"GBK", "GB18030", "朝鲜发射導弹"},
	    {"gb18030", "GB18030", "朝鲜𠮷"},
	    {"big5", "BIG5-HKSCS", "北韓試射飛彈"},
	    {"big5-hkscs", "BIG5-HKSCS", "北韓啲嘢"},
	    {"shift_jis", "CP932", "北朝鮮①ミサイル髙"},
	    {"x-sjis", "CP932", "ミサイル"},
	    {"euc-jp", "EUC-JP", "北朝鮮ミサイル"},
	    {"iso-2022-jp", "ISO-2022-JP", "北朝鮮ミサイル"},
	    {"euc-kr", "CP949", "북한 미사일 똠방"},
	    {"ks_c_5601-1987", "CP949", "북한 펲시"},
	    {"us-ascii", "UTF-8", "북한"},
	    {"macintosh", "MACINTOSH", "caf\xc3\xa9"},
	    {"x-mac-cyrillic", "MAC-CYRILLIC", "Ракета"},
	    {"ibm866", "IBM866", "Ракета"},
	    {"koi8-u", "KOI8-U", "Україна"},
	    {"iso_8859-2", "ISO-8859-2", "źródło"},
	    {"iso8859-15", "ISO-8859-15", "5 \xe2\x82\xac"},
	    {"cp850", "CP850", "caf\xc3\xa9"},
	    {"johab", "JOHAB", "북한 미사일"},
	    {"iso-2022-kr", "ISO-2022-KR", "북한 미사일"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct feed_doc *doc = parse_encoded(
		    cases[i].name, cases[i].charset, cases[i].title, NULL);

		if (strcmp(doc->items[0].title, cases[i].title) != 0 ||
		    doc->is_recovered)
			print_message("# %s\n", cases[i].name);
		assert_false(doc->is_recovered);
		assert_title(doc, cases[i].title, NULL);
	}
}

static void
the_headers_charset_goes_before_the_declaration(void **state)
{
	(void)state;
	assert_title(parse_encoded(NULL, "CP1251", "Ракета запущена",
			 "text/xml; charset=windows-1251"),
	    "Ракета запущена", "windows-1251");
	assert_title(parse_encoded("windows-1251", "KOI8-R", "Ракета",
			 "application/rss+xml; charset=\"koi8-r\""),
	    "Ракета", "koi8-r");
	assert_title(parse_encoded("koi8-r", "CP1251", "Ракета",
			 "text/xml;charset = windows-1251; x=y"),
	    "Ракета", "windows-1251");
}

static void
a_servers_default_does_not_outweigh_the_document(void **state)
{
	(void)state;
	assert_title(parse_encoded("windows-1251", "CP1251", "Ракета",
			 "text/xml; charset=ISO-8859-1"),
	    "Ракета", "windows-1251");
	assert_title(parse_encoded("utf-8", "UTF-8", "Ракета",
			 "text/xml; charset=ISO-8859-1"),
	    "Ракета", "UTF-8");
}

static void
valid_utf8_is_utf8_whatever_is_said(void **state)
{
	(void)state;
	assert_title(parse_encoded("iso-8859-1", "UTF-8", "Übung", NULL),
	    "Übung", "UTF-8");
	assert_title(parse_encoded("gb2312", "UTF-8", "朝鲜发射导弹", NULL),
	    "朝鲜发射导弹", "UTF-8");
	assert_title(parse_encoded("euc-kr", "UTF-8", "북한 미사일",
			 "text/xml; charset=euc-kr"),
	    "북한 미사일", "UTF-8");
	assert_title(
	    parse_encoded("utf-16", "UTF-8", "북한", NULL), "북한", "UTF-8");
	assert_title(parse_encoded("no-such-thing", "UTF-8", "북한", NULL),
	    "북한", "UTF-8");
}

static void
what_is_not_utf8_is_taken_for_windows_1252(void **state)
{
	struct feed_doc *doc =
	    parse_encoded("utf-8", "CP1252", "caf\xc3\xa9 \xe2\x80\x93", NULL);

	(void)state;
	assert_true(doc->is_recovered);
	assert_title(doc, "caf\xc3\xa9 \xe2\x80\x93", "CP1252");
	doc = parse_encoded(NULL, "CP1252", "caf\xc3\xa9", NULL);
	assert_title(doc, "caf\xc3\xa9", "CP1252");
	doc = parse_encoded("no-such-thing", "CP1252", "caf\xc3\xa9", NULL);
	assert_title(doc, "caf\xc3\xa9", "CP1252");
	/* names that iconv must not get to see */
	doc = parse_encoded("utf-7", "CP1252", "caf\xc3\xa9", NULL);
	assert_title(doc, "caf\xc3\xa9", "CP1252");
	doc = parse_encoded("//translit", "CP1252", "caf\xc3\xa9", NULL);
	assert_title(doc, "caf\xc3\xa9", "CP1252");
}

/* Under these the markup itself would turn into something else. */
static void
an_encoding_without_ascii_is_not_believed(void **state)
{
	static const char *const names[] = {"IBM500", "IBM037", "CP1390",
	    "CP930", "EBCDIC-US", "UNICODELITTLE", "UNICODEBIG", "CSUNICODE",
	    "UNICODE", "UCS-2", "UCS4", "UTF-16LE", "utf32", "UTF-7-IMAP",
	    "WCHAR_T", "ISO646-DE", "BRF", "TSCII", "T.61", "CP864",
	    "iso-8859-0", "iso-8859-99", "cp", "windows-1", "cp1251x"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *header = xasprintf("text/xml; charset=%s", names[i]);

		assert_title(
		    parse_encoded(names[i], "CP1252", "caf\xc3\xa9", NULL),
		    "caf\xc3\xa9", "CP1252");
		assert_title(
		    parse_encoded(NULL, "CP1252", "caf\xc3\xa9", header),
		    "caf\xc3\xa9", "CP1252");
		free(header);
	}
}

static void
the_language_tells_what_else_it_is(void **state)
{
	static const struct {
		const char *lang;
		const char *charset;
		const char *title;
	} cases[] = {
	    {"ru", "CP1251", "Ракета запущена"},
	    {"ko-KR", "CP949", "북한 미사일 발사"},
	    {"ja", "CP932", "北朝鮮がミサイル"},
	    {"ja", "EUC-JP", "北朝鮮がミサイル"},
	    {"zh-cn", "GB18030", "朝鲜发射导弹"},
	    {"zh-TW", "BIG5-HKSCS", "北韓試射飛彈"},
	    {"pl", "CP1250", "Rakieta wystrzelona, źródło"},
	    {"el", "CP1253", "Πύραυλος"},
	    {"tr-TR", "CP1254", "füze İğ"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = xasprintf(RSS "<language>%s</language><item>"
					   "<title>%s</title></item>" END,
		    cases[i].lang, cases[i].title);
		struct buf bytes;

		buf_init(&bytes, 0);
		encode(cases[i].charset, text, &bytes);
		assert_title(parse_good(bytes.data, bytes.len, NULL),
		    cases[i].title, NULL);
		buf_clear(&bytes);
		free(text);
	}
}

static void
strays_in_utf8_are_mended_one_by_one(void **state)
{
	struct feed_doc *doc = parse_text(
	    RSS "<item><title>\xed\x95\x9c\xea\xb5\xad caf\xe9 \x96 x"
		"</title></item>" END);

	(void)state;
	assert_true(doc->is_recovered);
	assert_title(doc, "\xed\x95\x9c\xea\xb5\xad caf\xc3\xa9 \xe2\x80\x93 x",
	    "UTF-8");
}

static void
bytes_that_make_no_sense_lose_only_themselves(void **state)
{
	struct buf bytes;
	struct feed_doc *doc;

	(void)state;
	buf_init(&bytes, 0);
	append(&bytes,
	    "<?xml version=\"1.0\" encoding=\"gb2312\"?>" RSS "<item><title>");
	encode("GB18030", "中文", &bytes);
	append(&bytes, "\xd6</title></item><item><title>");
	encode("GB18030", "好", &bytes);
	append(&bytes, "</title></item>" END);
	doc = parse_good(bytes.data, bytes.len, NULL);
	assert_int_equal(doc->item_count, 2);
	assert_string_equal(doc->items[0].title, "中文\xef\xbf\xbd");
	assert_string_equal(doc->items[1].title, "好");
	assert_true(doc->is_recovered);
	feed_doc_free(&doc);
	buf_clear(&bytes);
}

static void
assert_wide(const char *charset, const char *mark, size_t mark_len,
    const char *text, const char *title)
{
	struct buf bytes;

	buf_init(&bytes, 0);
	assert_int_equal(buf_add(&bytes, mark, mark_len), 0);
	encode(charset, text, &bytes);
	assert_title(parse_good(bytes.data, bytes.len, NULL), title, charset);
	buf_clear(&bytes);
}

static void
wide_encodings_are_known_with_and_without_a_mark(void **state)
{
	static const char text[] =
	    "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" RSS
	    "<item><title>평양 𠮷</title></item>" END;
	static const char bare[] = RSS "<item><title>평양</title></item>" END;
	static const char comment[] =
	    "<!-- x -->" RSS "<item><title>평양</title></item>" END;
	static const char doctype[] =
	    "<!DOCTYPE rss>" RSS "<item><title>평양</title></item>" END;
	static const char json[] =
	    "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": "
	    "[{\"id\": \"1\", \"title\": \"평양\"}]}";

	(void)state;
	assert_wide("UTF-16LE", "\xff\xfe", 2, text, "평양 𠮷");
	assert_wide("UTF-16BE", "\xfe\xff", 2, text, "평양 𠮷");
	assert_wide("UTF-32LE", "\xff\xfe\0\0", 4, text, "평양 𠮷");
	assert_wide("UTF-32BE", "\0\0\xfe\xff", 4, text, "평양 𠮷");
	assert_wide("UTF-16LE", "", 0, text, "평양 𠮷");
	assert_wide("UTF-16BE", "", 0, text, "평양 𠮷");
	assert_wide("UTF-32LE", "", 0, text, "평양 𠮷");
	assert_wide("UTF-32BE", "", 0, text, "평양 𠮷");
	assert_wide("UTF-16LE", "", 0, bare, "평양");
	assert_wide("UTF-16BE", "", 0, bare, "평양");
	assert_wide("UTF-16LE", "", 0, comment, "평양");
	assert_wide("UTF-16BE", "", 0, comment, "평양");
	assert_wide("UTF-16LE", "", 0, doctype, "평양");
	assert_wide("UTF-16BE", "", 0, doctype, "평양");
	assert_wide("UTF-16LE", "\xff\xfe", 2, json, "평양");
	assert_wide("UTF-16LE", "", 0, json, "평양");
	assert_wide("UTF-16BE", "", 0, json, "평양");
}

static void
half_a_character_at_the_end_is_no_obstacle(void **state)
{
	struct buf bytes;
	struct feed_doc *doc;

	(void)state;
	buf_init(&bytes, 0);
	append(&bytes, "\xff\xfe");
	encode("UTF-16LE", RSS "<item><title>평양</title></item>" END, &bytes);
	bytes.len--;
	doc = parse_good(bytes.data, bytes.len, NULL);
	assert_true(doc->is_recovered);
	assert_title(doc, "평양", "UTF-16LE");
	buf_clear(&bytes);
}

static void
marks_and_white_space_before_the_document_are_skipped(void **state)
{
	(void)state;
	assert_title(parse_text("\xef\xbb\xbf" RSS
				"<item><title>평양</title></item>" END),
	    "평양", "UTF-8");
	assert_title(parse_text("\n\n  <?xml version=\"1.0\"?>" RSS
				"<item><title>x</title></item>" END),
	    "x", "UTF-8");
	assert_title(parse_text("\xef\xbb\xbf\n \xef\xbb\xbf<?xml "
				"version=\"1.0\"?>" RSS
				"<item><title>x</title></item>" END),
	    "x", "UTF-8");
	/* a mark outweighs what is declared */
	assert_title(parse_text("\xef\xbb\xbf<?xml version=\"1.0\" "
				"encoding=\"euc-kr\"?>" RSS
				"<item><title>é</title></item>" END),
	    "é", "UTF-8");
}

static void
json_is_repaired_as_well(void **state)
{
	static const char text[] =
	    "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": "
	    "[{\"id\": \"1\", \"title\": \"caf\xe9\nat sea \\ud83d!\"}]}";
	struct feed_doc *doc = parse_text(text);

	(void)state;
	assert_true(doc->is_recovered);
	assert_title(doc, "caf\xc3\xa9 at sea \xef\xbf\xbd!", "CP1252");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(declared_encodings_are_read_as_their_superset),
	    cmocka_unit_test(the_headers_charset_goes_before_the_declaration),
	    cmocka_unit_test(a_servers_default_does_not_outweigh_the_document),
	    cmocka_unit_test(valid_utf8_is_utf8_whatever_is_said),
	    cmocka_unit_test(what_is_not_utf8_is_taken_for_windows_1252),
	    cmocka_unit_test(an_encoding_without_ascii_is_not_believed),
	    cmocka_unit_test(the_language_tells_what_else_it_is),
	    cmocka_unit_test(strays_in_utf8_are_mended_one_by_one),
	    cmocka_unit_test(bytes_that_make_no_sense_lose_only_themselves),
	    cmocka_unit_test(wide_encodings_are_known_with_and_without_a_mark),
	    cmocka_unit_test(half_a_character_at_the_end_is_no_obstacle),
	    cmocka_unit_test(
		marks_and_white_space_before_the_document_are_skipped),
	    cmocka_unit_test(json_is_repaired_as_well),
	};

	return cmocka_run_group_tests(tests, set_up_parser, tear_down_parser);
}
