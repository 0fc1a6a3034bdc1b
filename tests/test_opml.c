/* Lists of feeds in OPML: read, written, and as a part of a configuration. */
#include "tests/test_conf.h"

#include <time.h>

#include "config/conf_write.h"
#include "config/opml.h"

#define HEAD "<opml version=\"2.0\"><body>"
#define OWN "<opml version=\"2.0\" xmlns:w=\"" OPML_NAMESPACE "\"><body>"
#define END "</body></opml>"
#define ONE "<outline text=\"A\" xmlUrl=\"http://a.example/\"/>"
#define COST_MAX_S 10 /* of processor time, under a sanitizer */

static struct err err;
static int line;

static struct opml *
read_bytes(const char *bytes, size_t len)
{
	/* a copy of just that size: reading beyond it is found */
	char *copy = xmalloc(len);
	struct opml *opml;

	if (len)
		memcpy(copy, bytes, len);
	err.text[0] = '\0';
	opml = opml_read(copy, len, &line, &err);
	free(copy);
	assert_true((opml == NULL) == (err.text[0] != '\0'));
	return opml;
}

static struct opml *
read_text(const char *text)
{
	struct opml *opml = read_bytes(text, strlen(text));

	if (!opml)
		print_error("line %d: %s\n", line, err.text);
	assert_non_null(opml);
	return opml;
}

static void
refused(const char *text, int want_line, const char *want)
{
	struct opml *opml = read_bytes(text, strlen(text));

	assert_null(opml);
	assert_non_null(strstr(err.text, want));
	assert_int_equal(line, want_line);
}

/* --- reading --- */

static void
an_outline_with_an_address_is_a_feed(void **state)
{
	struct opml *opml = read_text(
	    "<?xml version=\"1.0\"?>\n<opml version=\"2.0\">"
	    "<head><title>t</title></head><body>\n"
	    "<outline text=\"A &amp; B\" title=\"T\" type=\"rss\"\n"
	    " xmlUrl=\" http://a.example/?x=1&amp;y=2&amp;#38; \"\n"
	    " htmlUrl=\"http://a.example\" language=\"en-us\"/>\n"
	    "<outline XMLURL=\"feed://b.example/\"/>"
	    "<outline xmlUrl=\"feed:https://c.example/\" title=\"C\"/>"
	    "<outline type=\"rss\" text=\"D\" url=\"http://d.example/\"/>"
	    "<outline type=\"link\" text=\"E\" url=\"http://e.example/\"/>"
	    "<outline type=\"include\" url=\"http://f.example/\"/>" END);
	const struct opml_feed *feeds = opml->feeds;

	(void)state;
	assert_int_equal(opml->count, 4);
	assert_string_equal(feeds[0].url, "http://a.example/?x=1&y=2&#38;");
	assert_string_equal(feeds[0].title, "A & B");
	assert_string_equal(feeds[0].site, "http://a.example");
	assert_string_equal(feeds[0].lang, "en-us");
	assert_int_equal(feeds[0].line, 3);
	assert_string_equal(feeds[1].url, "http://b.example/");
	assert_null(feeds[1].title);
	assert_int_equal(feeds[1].line, 6);
	assert_string_equal(feeds[2].url, "https://c.example/");
	assert_string_equal(feeds[2].title, "C");
	assert_string_equal(feeds[3].url, "http://d.example/");
	assert_int_equal(opml->links, 1);
	opml_free(&opml);
	assert_null(opml);
}

static void
has_tags(const struct opml_feed *feed, const char *want)
{
	struct buf tags;
	size_t i;

	buf_init(&tags, 0);
	for (i = 0; i < feed->tags.count; i++)
		assert_int_equal(
		    buf_printf(&tags, "[%s]", feed->tags.items[i]), 0);
	assert_string_equal(buf_str(&tags), want);
	buf_clear(&tags);
}

static void
folders_and_categories_become_tags(void **state)
{
	struct opml *opml = read_text(HEAD
	    "<outline text=\"Asia/Pacific, north\"><outline title=\"Korea\">"
	    "<outline xmlUrl=\"http://a.example/\""
	    " category=\"/Korea/DPRK, news ,,/\"/></outline>"
	    "<outline xmlUrl=\"http://b.example/\"/></outline>"
	    "<outline xmlUrl=\"http://c.example/\"/>"
	    /* a feed is no folder of what stands inside it */
	    "<outline text=\"D\" xmlUrl=\"http://d.example/\">"
	    "<outline xmlUrl=\"http://e.example/\"/></outline>" END);

	(void)state;
	assert_int_equal(opml->count, 5);
	has_tags(&opml->feeds[0], "[Asia/Pacific, north][Korea][DPRK][news]");
	has_tags(&opml->feeds[1], "[Asia/Pacific, north]");
	has_tags(&opml->feeds[2], "");
	has_tags(&opml->feeds[4], "");
	opml_free(&opml);
}

static void
an_address_of_blanks_is_none(void **state)
{
	struct opml *opml =
	    read_text(HEAD "<outline text=\"F\" xmlUrl=\" &#9;\">" ONE
			   "</outline><outline type=\"rss\" url=\" \"/>" END);

	(void)state;
	assert_int_equal(opml->count, 1);
	has_tags(&opml->feeds[0], "[F]");
	opml_free(&opml);
}

static void
a_feed_in_two_folders_is_one_with_both_tags(void **state)
{
	struct opml *opml =
	    read_text(HEAD "<outline text=\"x\">" ONE "</outline>"
			   "<outline text=\"y\">" ONE "</outline>" ONE END);

	(void)state;
	assert_int_equal(opml->count, 1);
	has_tags(&opml->feeds[0], "[x][y]");
	opml_free(&opml);
}

static void
what_is_commented_out_is_left_out(void **state)
{
	struct opml *opml = read_text(
	    HEAD "<outline text=\"x\" isComment=\"true\">"
		 "<outline xmlUrl=\"http://b.example/\"/></outline>"
		 "<outline isComment=\"true\" xmlUrl=\"http://c.example/\"/>"
		 "<!-- <outline xmlUrl=\"http://d.example/\"/> -->" ONE END);

	(void)state;
	assert_int_equal(opml->count, 1);
	has_tags(&opml->feeds[0], "");
	opml_free(&opml);
}

static void
texts_are_one_plain_line(void **state)
{
	struct opml *opml =
	    read_text(HEAD "<outline text=\"a&#10;b&#9;c\xe2\x80\xae"
			   "d&#x2066;e&#x85;\" xmlUrl=\"http://a.example/\" "
			   "category=\"t&#10;u\"/>"
			   "<outline text=\"L'actu\xc2\xa0: \xe2\x80\x8f x\" "
			   "xmlUrl=\"http://b.example/\"/>" END);

	(void)state;
	assert_null(strpbrk(opml->feeds[0].title, "\n\t"));
	assert_null(strstr(opml->feeds[0].title, "\xe2\x80\xae"));
	assert_null(strstr(opml->feeds[0].title, "\xe2\x81\xa6"));
	has_tags(&opml->feeds[0], "[t u]");
	/* nothing is wrong with this one */
	assert_string_equal(
	    opml->feeds[1].title, "L'actu\xc2\xa0: \xe2\x80\x8f x");
	opml_free(&opml);
}

static void
encodings_are_read(void **state)
{
	static const char utf16[] = "\xff\xfe<\0o\0p\0m\0l\0>\0<\0o\0u\0t\0l\0"
				    "i\0n\0e\0 \0t\0e\0x\0t\0=\0'\0\x17\x53'\0"
				    " \0x\0m\0l\0U\0r\0l\0=\0'\0u\0'\0/\0>\0"
				    "<\0/\0o\0p\0m\0l\0>\0";
	static const char *const texts[] = {
	    "\xef\xbb\xbf" HEAD
	    "<outline text=\"\xe5\x8c\x97\" xmlUrl=\"u\"/>" END,
	    "<?xml version='1.0' encoding='GB2312'?>" HEAD
	    "<outline text=\"\xb1\xb1\" xmlUrl=\"u\"/>" END,
	    "<?xml version='1.0' encoding=\"utf-16\"?>" HEAD
	    "<outline text=\"\xe5\x8c\x97\" xmlUrl=\"u\"/>" END,
	    HEAD "<outline text=\"&#x5317;\" xmlUrl=\"u\"/>" END,
	};
	struct opml *opml = read_bytes(utf16, sizeof(utf16) - 1);
	size_t i;

	(void)state;
	assert_non_null(opml);
	assert_string_equal(opml->feeds[0].title, "\xe5\x8c\x97");
	opml_free(&opml);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		opml = read_text(texts[i]);
		assert_string_equal(opml->feeds[0].title, "\xe5\x8c\x97");
		opml_free(&opml);
	}
}

static void
wrong_encodings_are_refused(void **state)
{
	(void)state;
	refused(
	    HEAD "\n<outline text=\"\xb1\xb1\" xmlUrl=\"u\"/>" END, 2, "UTF-8");
	refused("<?xml version='1.0' encoding='nonsense'?>" HEAD END, 1,
	    "unknown encoding \"nonsense\"");
	refused("<?xml version='1.0' encoding='gb18030'?>\n" HEAD "\n\xff\xff",
	    3, "make no sense in its encoding, gb18030");
	refused("\xff\xfe<", 1, "make no sense");
}

static void
entities_and_document_types_are_refused(void **state)
{
	(void)state;
	refused("<?xml version=\"1.0\"?>\n<!DOCTYPE opml [<!ENTITY a \"aaa\">"
		"<!ENTITY b \"&a;&a;\">]>" HEAD
		"<outline text=\"&b;\" xmlUrl=\"http://a.example/\"/>" END,
	    2, "a document type declaration");
	refused("<!DOCTYPE opml SYSTEM \"file:///etc/passwd\">" HEAD END, 1,
	    "a document type declaration");
	refused("<!DOCTYPE opml [<!ATTLIST outline xmlUrl CDATA "
		"\"http://x.example/\">]>" HEAD "<outline/>" END,
	    1, "a document type declaration");
	refused(HEAD "\n<outline text=\"&nbsp;\"/>" END, 2, "nbsp");
	refused(HEAD "<outline text=\"a\">&x;</outline>" END, 1, "x");
}

static void
what_is_not_opml_says_so_with_its_line(void **state)
{
	(void)state;
	refused("", 1, "the document is empty");
	refused("\xef\xbb\xbf", 1, "the document is empty");
	refused("<?xml version='1.0'?>", 1, "not well-formed");
	refused("\n<!-- c -->\n", 3, "not well-formed");
	refused("\n<html><body/></html>", 2,
	    "no OPML: its first element is <html>; expected <opml>");
	refused("not markup", 1, "no OPML: there is no markup in it");
	refused("x" HEAD END, 1, "not well-formed");
	refused(HEAD "\n<outline text='a'\n xmlUrl='a&b'/>" END, 3,
	    "not well-formed");
	refused(HEAD "\n\n" ONE, 3, "not well-formed");
	refused(HEAD END "\n<x/>", 2, "not well-formed");
}

/* --- bounds --- */

static void
a_document_has_a_largest_size(void **state)
{
	char *text = xmalloc(OPML_BYTES_MAX + 1);
	const char *all = HEAD END;

	(void)state;
	memset(text, '\n', OPML_BYTES_MAX + 1);
	memcpy(text, all, strlen(all));
	struct opml *opml = opml_read(text, OPML_BYTES_MAX, &line, &err);

	assert_non_null(opml);
	opml_free(&opml);
	assert_null(opml_read(text, OPML_BYTES_MAX + 1, &line, &err));
	assert_non_null(strstr(err.text, "larger than 16777216 bytes"));
	/* and so it has as UTF-8: each of these bytes makes two */
	all = "<?xml version=\"1.0\" encoding=\"latin1\"?><opml>";
	memset(text, '\xe9', OPML_BYTES_MAX);
	memcpy(text, all, strlen(all));
	assert_null(opml_read(text, OPML_BYTES_MAX, &line, &err));
	assert_non_null(strstr(err.text, "larger than 16777216 bytes as"));
	free(text);
}

static char *
nested(int depth)
{
	char *open = repeated(HEAD, "<outline>", depth, ONE);
	char *text = repeated(open, "</outline>", depth, END);

	free(open);
	return text;
}

static void
elements_have_a_deepest_place(void **state)
{
	/* opml and body are around, and the feed inside */
	char *text = nested(OPML_DEPTH_MAX - 3);
	struct opml *opml = read_text(text);

	(void)state;
	assert_int_equal(opml->count, 1);
	opml_free(&opml);
	free(text);
	text = nested(OPML_DEPTH_MAX - 2);
	refused(text, 1, "elements are more than 32 deep in each other");
	free(text);
}

static void
outlines_have_a_largest_number(void **state)
{
	char *text = repeated(HEAD, "<outline/>", OPML_OUTLINES_MAX, END);
	struct opml *opml = read_text(text);

	(void)state;
	assert_int_equal(opml->count, 0);
	opml_free(&opml);
	free(text);
	text = repeated(HEAD, "<outline/>\n", 1000000, END);
	refused(text, OPML_OUTLINES_MAX + 1, "more than 200000 outlines");
	free(text);
}

static void
tags_of_markup_have_a_largest_length(void **state)
{
	char *value = xmalloc(OPML_TAG_MAX + 1), *text;

	(void)state;
	memset(value, 'x', OPML_TAG_MAX);
	value[OPML_TAG_MAX] = '\0';
	text = xasprintf(HEAD "\n<outline text=\"%s\"/>" END, value);
	refused(text, 2, "a tag with the text behind it is longer than 65536");
	free(text);
	/* as it just fits, the value is cut */
	value[OPML_TAG_MAX - 64] = '\0';
	text = xasprintf(HEAD "<outline text=\"%s\" xmlUrl=\"u\"/>" END, value);
	struct opml *opml = read_text(text);

	assert_int_equal(strlen(opml->feeds[0].title), OPML_TEXT_MAX);
	opml_free(&opml);
	free(text);
	free(value);
}

static void
attributes_names_and_namespaces_have_largest_numbers(void **state)
{
	char *text =
	    repeated(HEAD "<outline", " a%=''", OPML_ATTRIBUTES_MAX, "/>" END);
	struct opml *opml = read_text(text);

	(void)state;
	opml_free(&opml);
	free(text);
	text = repeated(
	    HEAD "<outline", " a%=''", OPML_ATTRIBUTES_MAX + 1, "/>" END);
	refused(text, 1, "more than 256 attributes of one element");
	free(text);
	text = repeated(HEAD, "<x%/>", OPML_NAMES_MAX + 1, END);
	refused(text, 1, "more than 10000 different names");
	free(text);
	char *outer = repeated(HEAD "<a", " xmlns:a%='u'", 200, "><b");

	text = repeated(outer, " xmlns:b%='u'", 200, "/></a>" END);
	refused(text, 1, "more than 256 namespaces");
	free(outer);
	free(text);
}

/* The list's first feed is none, the second is. */
static void
has_fault(const char *text, int line_no, const char *want)
{
	struct opml *opml = read_text(text);
	struct conf_feed feed;

	assert_int_equal(opml->count, 2);
	assert_int_equal(opml->feeds[0].line, line_no);
	assert_int_equal(opml_to_feed(opml, 0, &feed, &err), -1);
	assert_string_equal(err.text, want);
	assert_int_equal(opml_to_feed(opml, 1, &feed, &err), 0);
	opml_free(&opml);
}

static void
a_feed_has_a_largest_number_of_tags(void **state)
{
	static const char want[] = "more than 128 tags of one feed";
	char *text = repeated(HEAD "<outline xmlUrl=\"u\" category=\"", "t%,",
	    OPML_TAGS_MAX, "\"/>" END);
	struct opml *opml = read_text(text);

	(void)state;
	assert_int_equal(opml->feeds[0].tags.count, OPML_TAGS_MAX);
	opml_free(&opml);
	free(text);
	/* one that has more spoils no other */
	text =
	    repeated(HEAD "\n<outline xmlUrl=\"http://t.example/\" category=\"",
		"t%,", OPML_TAGS_MAX + 1, "\"/>" ONE END);
	has_fault(text, 2, want);
	free(text);
	text = repeated(OWN "\n<outline xmlUrl=\"http://t.example/\" w:tags=\"",
	    "t%&#10;", OPML_TAGS_MAX + 1, "\"/>" ONE END);
	has_fault(text, 2, want);
	free(text);
	/* nor does one that gets them in two folders */
	text = repeated(HEAD
	    "<outline xmlUrl=\"http://t.example/\" category=\"a\"/>"
	    "\n\n<outline xmlUrl=\"http://t.example/\" category=\"",
	    "t%,", OPML_TAGS_MAX, "\"/>" ONE END);
	has_fault(text, 3, want);
	free(text);
}

static void
costly_documents_end_in_time(void **state)
{
	char *texts[] = {
	    repeated("<opml ", "a%='' ", 500000, "/>"),
	    repeated("<opml a='>' ", "a%='>' ", 500000, "/>"),
	    repeated("<opml>", "<outline text='t' xmlUrl='http://a/'/>", 150000,
		"</opml>"),
	    repeated("<opml>", "<outline text='t' xmlUrl='http://a/%'/>",
		150000, "</opml>"),
	    repeated("<opml>", "<!-- ", 1000000, "</opml>"),
	    repeated("<opml ", "xmlns:a%='u' ", 4000, "/>"),
	    repeated("<opml>", "&amp;", 1000000, "</opml>"),
	    repeated("<opml></a>", "&", 8000000, "</opml>"),
	    repeated("<opml></a>", "&x;", 4000000, "</opml>"),
	    repeated("<opml></a>", "\x01", 8000000, "</opml>"),
	    repeated("<opml><?x ", "?", 8000000, "</opml>"),
	    repeated("<!DOCTYPE opml ", "[", 8000000, "</opml>"),
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		clock_t start = clock();
		struct opml *opml = read_bytes(texts[i], strlen(texts[i]));

		assert_true((clock() - start) / CLOCKS_PER_SEC < COST_MAX_S);
		opml_free(&opml);
		free(texts[i]);
	}
}

static void
every_beginning_of_a_list_is_refused(void **state)
{
	static const char text[] =
	    "<?xml version='1.0' encoding='iso-8859-1'?><!-- c -->" OWN
	    "<outline text='\xe9 &amp; &#x202e;' category='/a/b,c' "
	    "xmlUrl='http://a.example/' w:tags='a&#10;b' w:name='n'/>"
	    "<![CDATA[x]]>" END;
	struct opml *opml;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text) - 1; i++) {
		opml = read_bytes(text, i);
		assert_null(opml);
	}
	opml = read_bytes(text, i);
	assert_non_null(opml);
	opml_free(&opml);
}

/* --- names --- */

static void
is_named(const char *title, const char *url, const char *want)
{
	char *name = opml_make_name(title, url);

	assert_string_equal(name, want);
	free(name);
}

static void
names_are_made_of_letters_and_digits(void **state)
{
	char title[1000], *name;

	(void)state;
	is_named("The Korea Herald: North & South!", "u",
	    "the-korea-herald-north-south");
	is_named("L\xe2\x80\x99"
		 "Actu d'\xc3\x89t\xc3\xa9",
	    "u", "lactu-d\xc3\xa9t\xc3\xa9");
	is_named("\xe4\xb8\xad\xe5\x9b\xbd \xe5\x9b\xbd\xe9\x99\x85", "u",
	    "\xe4\xb8\xad\xe5\x9b\xbd-\xe5\x9b\xbd\xe9\x99\x85");
	is_named(
	    "\"}\n$%{", "https://www.a.example/rss.xml", "a-example-rss-xml");
	is_named(NULL, "http://1.example/", "1-example");
	is_named("", "://", "feed");
	memset(title, 'x', sizeof(title) - 1);
	title[sizeof(title) - 1] = '\0';
	name = opml_make_name(title, "u");
	assert_true(strlen(name) <= CONF_NAME_MAX);
	assert_true(opml_is_name(name));
	free(name);
}

/* --- there and back --- */

static void
same_text(const char *a, const char *b)
{
	assert_true((a == NULL) == (b == NULL));
	if (a)
		assert_string_equal(a, b);
}

static void
same_feed(const struct conf_feed *a, const struct conf_feed *b)
{
	size_t i;

	same_text(a->name, b->name);
	same_text(a->url, b->url);
	same_text(a->title, b->title);
	same_text(a->lang, b->lang);
	same_text(a->role, b->role);
	same_text(a->country, b->country);
	assert_int_equal(a->tags.count, b->tags.count);
	for (i = 0; i < a->tags.count; i++)
		same_text(a->tags.items[i], b->tags.items[i]);
}

/* Loads the fixture's file `name` and compares its feeds with those given. */
static void
reads_back(struct fixture *f, const char *name, const struct conf *want)
{
	size_t i;
	struct diag diag;
	struct conf *conf;

	diag_init(&diag);
	conf = conf_load(path_of(f, name), &diag);
	if (!conf)
		diag_print(&diag, stderr);
	assert_non_null(conf);
	assert_int_equal(conf->feed_count, want->feed_count);
	for (i = 0; i < want->feed_count; i++)
		same_feed(
		    conf_find_feed(conf, want->feeds[i].name), &want->feeds[i]);
	conf_free(&conf);
	diag_clear(&diag);
}

/* Through OPML and through configuration syntax. */
static void
goes_around(struct fixture *f, const struct conf *conf)
{
	struct buf out;
	size_t i;

	buf_init(&out, 0);
	assert_int_equal(opml_write(conf, &out), 0);
	write_bytes(f, "back.opml", out.data, out.len);
	reads_back(f, "back.opml", conf);
	buf_reset(&out);
	for (i = 0; i < conf->feed_count; i++)
		conf_write_feed(&out, &conf->feeds[i]);
	write_bytes(f, "back.conf", buf_str(&out), out.len);
	reads_back(f, "back.conf", conf);
	buf_clear(&out);
}

static void
feeds_go_to_opml_and_back(void **state)
{
	struct fixture *f = *state;

	goes_around(f,
	    good(f,
		"feed \"one\" { url = \"http://a.example/?a=1&b=<2>\" title = \"T "
		"& \\\"t\\\" 'x' <y>\" lang = \"zh-Hant\" role = \"state\" "
		"country = \"CN\" tags = {\"china\", \"x\"} }\n"
		"feed \"two words\" { url = \"http://b.example/\" }\n"
		"feed \"3\" { url = \"http://c.example/\" title = \"3\" tags = "
		"{\"x\", \"china\"} }\n"
		"feed \"http://d.example/\" { url = \"http://d.example/\" tags = "
		"{\"china\"} }\n"
		"feed \"5\" { url = \"http://e.example/\" title = \"  two  blanks "
		"\" tags = {\"a,b\", \"c/d\", \" e \", \"c/d\"} }\n"
		"feed \"6\" { url = \"http://f.example/\" title = "
		"'${HOME} \\\\ \\n \\' # // /* */ ]]> &amp; --> %s' }\n"
		"feed \"7\" { url = \"http://g.example/\" title = \"\\\\\\\\\" "
		"tags = {\"x=y\", \"{\", \"$\"} }\n"));
}

/* A text of pieces that mean something to one of the two readers. */
static char *
wild_text(unsigned *seed, bool is_name)
{
	static const char *const pieces[] = {"\"", "'", "\\", "$", "${", "}",
	    "{", "#", "//", "/*", "*/", "&", "&amp;", "&#10;", "<", ">", "]]>",
	    "-->", "\\n", "\\x41", "${HOME}", ",", "/", "=", "(", ")",
	    "\xe5\x8c\x97", "\xc2\xa0", "\xf0\x9f\x9a\x80", "a", "b", "%s",
	    "\\\"", "include(\"x\")", "\xe2\x80\x8f", "+="};
	struct buf text;
	int count = rand_r(seed) % 8;

	buf_init(&text, 0);
	/* names are unique, and neither begins nor ends with a blank */
	assert_int_equal(buf_printf(&text, is_name ? "%x" : "x%.0u", *seed), 0);
	for (; count > 0; count--)
		assert_int_equal(
		    buf_addstr(
			&text, pieces[(unsigned)rand_r(seed) %
				      (sizeof(pieces) / sizeof(*pieces))]),
		    0);
	if (!is_name && rand_r(seed) % 4 == 0)
		assert_int_equal(buf_addstr(&text, "  y "), 0);
	return buf_steal(&text);
}

static void
whatever_stands_in_a_feed_comes_back(void **state)
{
	enum { FEEDS = 500, TAGS = 3 };
	static struct conf_feed feeds[FEEDS];
	static const char *tags[FEEDS][TAGS];
	struct conf conf = {
	    .node = "n<&>", .feeds = feeds, .feed_count = FEEDS};
	struct fixture *f = *state;
	unsigned seed = 4;
	size_t i, j;

	for (i = 0; i < FEEDS; i++) {
		feeds[i].name = wild_text(&seed, true);
		feeds[i].url =
		    xasprintf("http://f%zu.example/?a&b='$%%{c}'\\<d>#e", i);
		feeds[i].title =
		    rand_r(&seed) % 5 ? wild_text(&seed, false) : NULL;
		feeds[i].tags.items = tags[i];
		feeds[i].tags.count = (size_t)rand_r(&seed) % (TAGS + 1);
		for (j = 0; j < feeds[i].tags.count; j++)
			tags[i][j] = wild_text(&seed, false);
	}
	goes_around(f, &conf);
	for (i = 0; i < FEEDS; i++) {
		free((char *)feeds[i].name);
		free((char *)feeds[i].url);
		free((char *)feeds[i].title);
		for (j = 0; j < feeds[i].tags.count; j++)
			free((char *)tags[i][j]);
	}
}

static void
what_xml_has_no_place_for_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct opml *opml;
	struct buf out;

	good(f, FEED "title = \"a\xef\xbf\xbf\xef\xbf\xbe\xef\xbf\xbd"
		     "b\xef\xac\x81\" }");
	buf_init(&out, 0);
	assert_int_equal(opml_write(f->conf, &out), 0);
	opml = read_text(out.data);
	assert_string_equal(opml->feeds[0].title,
	    "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	    "b\xef\xac\x81");
	opml_free(&opml);
	buf_clear(&out);
}

static void
secrets_and_pages_are_not_exported(void **state)
{
	struct fixture *f = *state;
	struct buf out;

	write_text(f, "pw", "hush\n");
	assert_int_equal(chmod(path_of(f, "pw"), 0600), 0);
	good(f, FEED "user = \"me\" password-file = \"pw\" "
		     "headers = {\"X-Key: hush\"} "
		     "proxy = \"http://p:hush@p.example/\" }\n"
		     "feed \"page\" { url = \"http://page.example/\" "
		     "html-item = \"//li\" html-title = \".\" }");
	buf_init(&out, 0);
	assert_int_equal(opml_write(f->conf, &out), 1);
	assert_null(strstr(out.data, "hush"));
	assert_null(strstr(out.data, "page.example"));
	assert_non_null(strstr(out.data, "f.example"));
	buf_clear(&out);
}

/* --- as a part of a configuration --- */

static void
a_list_is_included(void **state)
{
	struct fixture *f = *state;
	const struct conf_feed *feed;

	make_dir(f, "lists");
	write_text(f, "lists/b.opml",
	    OWN "<outline text=\"Korea\"><outline text=\"The Herald\" "
		"xmlUrl=\"http://h.example/\" language=\"EN\"/>"
		"<outline text=\"x\" w:name=\"kcna\" w:role=\"state\" "
		"w:country=\"KP\" xmlUrl=\"http://b.example/\" "
		"language=\"unknown\"/></outline>" END);
	write_text(f, "lists/c.xml", HEAD ONE END);
	good(f, "fetch { interval = \"7m\" max-body = \"1M\" }\n"
		"include(\"lists/*\")\n");
	assert_int_equal(f->conf->feed_count, 3);
	feed = conf_find_feed(f->conf, "the-herald");
	assert_non_null(feed);
	assert_string_equal(feed->title, "The Herald");
	assert_string_equal(feed->lang, "en");
	assert_string_equal(feed->tags.items[0], "Korea");
	/* what fetch sets is theirs; role and country are not guessed */
	assert_int_equal(feed->fetch.interval_ms, 7 * 60 * 1000);
	assert_int_equal(feed->fetch.max_body, 1024 * 1024);
	assert_null(feed->role);
	assert_null(feed->country);
	feed = conf_find_feed(f->conf, "kcna");
	assert_string_equal(feed->role, "state");
	assert_string_equal(feed->country, "KP");
	assert_null(feed->lang);
	assert_non_null(conf_find_feed(f->conf, "a"));
}

static void
each_wrong_outline_is_reported_with_its_line(void **state)
{
	struct fixture *f = *state;

	write_text(f, "l.opml",
	    OWN "\n<outline text=\"J\" xmlUrl=\"javascript:alert(1)\"/>"
		"\n<outline\n text=\"P\"\n xmlUrl=\"http://u:p@a.example/\"/>"
		"\n<outline w:role=\"boss\" xmlUrl=\"http://b.example/\"/>"
		"\n<outline w:country=\"XX\" xmlUrl=\"http://c.example/\"/>"
		"\n<outline w:name=\"f\" xmlUrl=\"http://d.example/\"/>"
		"\n<outline w:name=\" g\" xmlUrl=\"http://e.example/\"/>" END);
	load(f, FEED "}\ninclude(\"l.opml\")\n");
	assert_null(f->conf);
	assert_int_equal(f->diag.errors, 6);
	assert_string_equal(finding(f, 0),
	    "l.opml:2: error: outline \"J\": bad URL; expected http:// or "
	    "https://");
	assert_string_equal(finding(f, 1),
	    "l.opml:3: error: outline \"P\": a URL must not carry a user or "
	    "password");
	assert_string_equal(
	    finding(f, 2), "l.opml:6: error: outline: bad role \"boss\"");
	assert_string_equal(finding(f, 3),
	    "l.opml:7: error: outline: bad country \"XX\"; expected a code of "
	    "ISO 3166-1");
	assert_string_equal(finding(f, 4),
	    "l.opml:8: error: outline \"f\": the name \"f\" is taken; first at "
	    "w.conf:1");
	assert_non_null(strstr(finding(f, 5), "l.opml:9: error: outline"));
}

static void
a_broken_list_is_reported_with_its_line(void **state)
{
	struct fixture *f = *state;

	write_text(f, "l.opml", HEAD "\n<outline text=\"a\n&b\"/>" END);
	load(f, "include(\"l.opml\")\n");
	assert_null(f->conf);
	assert_int_equal(f->diag.errors, 1);
	assert_non_null(
	    strstr(finding(f, 0), "l.opml:3: error: not well-formed: "));
	write_text(f, "l.opml", "<html>a page that an error left here</html>");
	load(f, "include(\"l.opml\")\n");
	assert_string_equal(finding(f, 0),
	    "l.opml:1: error: no OPML: its first element is <html>; expected "
	    "<opml>");
	/* an empty file with that name is no empty configuration */
	write_text(f, "l.opml", "");
	load(f, "include(\"l.opml\")\n");
	assert_string_equal(
	    finding(f, 0), "l.opml:1: error: the document is empty");
}

static void
the_order_of_outlines_changes_no_name_but_of_equal_titles(void **state)
{
	struct fixture *f = *state;

	write_text(f, "l.opml",
	    HEAD "<outline text=\"News\" xmlUrl=\"http://a.example/\"/>"
		 "<outline text=\"News\" xmlUrl=\"http://b.example/\"/>" END);
	good(f, "include(\"l.opml\")\n");
	assert_string_equal(
	    conf_find_feed(f->conf, "news")->url, "http://a.example/");
	assert_string_equal(conf_find_feed(f->conf, "http://b.example/")->url,
	    "http://b.example/");
}

static void
a_section_goes_before_an_outline(void **state)
{
	struct fixture *f = *state;

	write_text(f, "l.opml",
	    HEAD
	    "\n<outline text=\"o\" xmlUrl=\"http://f.example/\"/>" ONE END);
	good(f, "include(\"l.opml\")\n" FEED "interval = \"1h\" }\n");
	assert_int_equal(f->conf->feed_count, 2);
	assert_string_equal(f->conf->feeds[0].name, "f");
	assert_int_equal(
	    count_findings(f, "outline left out: another feed has this URL"),
	    1);
}

static void
further_lists_are_told_and_not_read(void **state)
{
	struct fixture *f = *state;

	write_text(f, "l.opml",
	    HEAD
	    "<outline type=\"include\" url=\"file:///etc/passwd\"/>" ONE END);
	good(f, "include(\"l.opml\")\n");
	assert_int_equal(f->conf->feed_count, 1);
	assert_int_equal(count_findings(f, "further lists"), 1);
}

static void
feeds_of_a_list_count_to_the_bound(void **state)
{
	struct fixture *f = *state;
	char *text = repeated(HEAD, "<outline xmlUrl=\"http://a.example/%\"/>",
	    CONF_FEEDS_MAX + 1, END);

	write_text(f, "l.opml", text);
	load(f, "include(\"l.opml\")\n");
	assert_null(f->conf);
	assert_int_equal(count_findings(f, "more than 100000 feeds"), 1);
	free(text);
}

/* Folders' names may be long, and all feeds inside have them as tags. */
static void
tags_of_folders_are_shared(void **state)
{
	enum { DEPTH = 25, FEEDS = 20000 };
	struct fixture *f = *state;
	char tag[OPML_TEXT_MAX + 1], *folder, *open, *all, *text;

	memset(tag, 'x', sizeof(tag) - 1);
	tag[sizeof(tag) - 1] = '\0';
	folder = xasprintf("<outline text=\"%%%.4000s\">", tag);
	open = repeated(HEAD, folder, DEPTH, "");
	all = repeated(
	    open, "<outline xmlUrl=\"http://a.example/%\"/>", FEEDS, "");
	text = repeated(all, "</outline>", DEPTH, END);
	write_text(f, "l.opml", text);
	good(f, "include(\"l.opml\")\n");
	assert_int_equal(f->conf->feed_count, FEEDS);
	assert_int_equal(f->conf->feeds[FEEDS - 1].tags.count, DEPTH);
	assert_true(f->conf->feeds[0].tags.items[0] ==
		    f->conf->feeds[FEEDS - 1].tags.items[0]);
	free(folder);
	free(open);
	free(all);
	free(text);
}

#define CONF_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_outline_with_an_address_is_a_feed),
	    cmocka_unit_test(folders_and_categories_become_tags),
	    cmocka_unit_test(an_address_of_blanks_is_none),
	    cmocka_unit_test(a_feed_in_two_folders_is_one_with_both_tags),
	    cmocka_unit_test(what_is_commented_out_is_left_out),
	    cmocka_unit_test(texts_are_one_plain_line),
	    cmocka_unit_test(encodings_are_read),
	    cmocka_unit_test(wrong_encodings_are_refused),
	    cmocka_unit_test(entities_and_document_types_are_refused),
	    cmocka_unit_test(what_is_not_opml_says_so_with_its_line),
	    cmocka_unit_test(a_document_has_a_largest_size),
	    cmocka_unit_test(elements_have_a_deepest_place),
	    cmocka_unit_test(outlines_have_a_largest_number),
	    cmocka_unit_test(tags_of_markup_have_a_largest_length),
	    cmocka_unit_test(
		attributes_names_and_namespaces_have_largest_numbers),
	    cmocka_unit_test(a_feed_has_a_largest_number_of_tags),
	    cmocka_unit_test(costly_documents_end_in_time),
	    cmocka_unit_test(every_beginning_of_a_list_is_refused),
	    cmocka_unit_test(names_are_made_of_letters_and_digits),
	    CONF_TEST(feeds_go_to_opml_and_back),
	    CONF_TEST(whatever_stands_in_a_feed_comes_back),
	    CONF_TEST(what_xml_has_no_place_for_is_replaced),
	    CONF_TEST(secrets_and_pages_are_not_exported),
	    CONF_TEST(a_list_is_included),
	    CONF_TEST(each_wrong_outline_is_reported_with_its_line),
	    CONF_TEST(a_broken_list_is_reported_with_its_line),
	    CONF_TEST(
		the_order_of_outlines_changes_no_name_but_of_equal_titles),
	    CONF_TEST(a_section_goes_before_an_outline),
	    CONF_TEST(further_lists_are_told_and_not_read),
	    CONF_TEST(feeds_of_a_list_count_to_the_bound),
	    CONF_TEST(tags_of_folders_are_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
