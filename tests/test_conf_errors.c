/* What is refused, where, and with which words. */
#include "tests/test_conf.h"

#include <limits.h>

#include "config/conf_private.h"

struct refused {
	const char *text;
	const char *want; /* behind "w.conf:" */
};

static const struct refused refusals[] = {
    {"node = \"a", "1:8: error: this text has no end; expected \""},
    {"node = \"a\" }", "1:12: error: unexpected }; no section is open"},
    {"node \"a\"",
	"1:1: error: expected = behind an option's name, or { behind a "
	"section's title"},
    {"node", "2:1: error: the file ends here; expected =, ( or {"},
    {"node =",
	"2:1: error: the file ends here; expected a value, or a list in { }"},
    {"node = {\"a\"}", "1:1: error: node takes one value, not a list"},
    {"node(\"a\")", "1:1: error: expected = behind \"node\""},
    {"node = \"a\" node = \"b\"",
	"1:12: error: \"node\" is given twice; first in line 1"},
    {"nod = \"a\"", "1:1: error: unknown option \"nod\""},
    {"node = \"\"", "1:9: error: node: expected a value, not \"\""},
    {"node = \"a\\tb\"",
	"1:9: error: node: expected one line of printable text"},
    {"node = \"a\\qb\"",
	"1:10: error: bad escape sequence; expected one of \\n \\t \\\" "
	"\\\\ \\$ \\x41 \\101"},
    {"node = \"${NO-PE}\"",
	"1:9: error: bad variable; expected ${NAME} or ${NAME:-default}"},
    {"node = a${B}", "1:8: error: text with ${ needs double quotes"},
    {"node += \"a\"", "1:6: error: there is no +=; give the whole list with ="},
    {"/* never", "1:1: error: this comment has no end; expected */"},
    {"= \"a\"",
	"1:1: error: unexpected =; expected the name of an option or section"},
    {"\"node\" = a",
	"1:1: error: unexpected \"node\"; expected the name of an option or "
	"section"},
    {"feed { url = \"http://x/\" }",
	"1:1: error: a title is missing; expected feed \"NAME\" { ... }"},
    {"fetch \"x\" { timeout = 1s }",
	"1:1: error: a fetch section has no title; expected fetch { ... }"},
    {"fetch { timeout 1s }",
	"1:9: error: expected = behind timeout, inside the fetch of line 1"},
    {"feed \"f\" { url = \"http://x/\"",
	"1:1: error: the file ends inside this section; expected }"},
    {"feed \"f\" { url = \"http://x/\" feed \"g\" { url = \"http://y/\" } }",
	"1:30: error: expected = behind feed, inside the feed of line 1"},
    {"feed \"f\" { url = \"http://x/\" title = {\"a\"} }",
	"1:30: error: title takes one value, not a list"},
    {"feed \"f\" { url = \"http://x/\", }",
	"1:29: error: unexpected ,; expected the name of an option or "
	"section"},
    {"feed \"f\" { url(\"http://x/\") }",
	"1:12: error: expected = behind \"url\""},
    {"feed \"f\" { url = \"http://x/\" url = \"http://y/\" }",
	"1:30: error: \"url\" is given twice; first in line 1"},
    {"feed \"f\" { colour = \"x\" url = \"http://x/\" }",
	"1:12: error: unknown option \"colour\" in a feed section"},
    {"feed \"\" { url = \"http://x/\" }",
	"1:7: error: expected the feed's name, not \"\""},
    {"feed \" f\" { url = \"http://x/\" }",
	"1:7: error: bad name; expected one line of printable text without "
	"blanks around it"},
    {"feed \"f\ng\" { url = \"http://x/\" }",
	"1:7: error: bad name; expected one line of printable text without "
	"blanks around it"},
    {"feed \"f\" { url = \"http://x/\" } feed \"f\" { url = \"http://y/\" }",
	"1:38: error: the name \"f\" is taken; first at w.conf:1"},
    {"feed \"f\" { url = \"\" }",
	"1:19: error: url: bad URL; expected http:// or https://"},
    {"feed \"f\" { url = \"file:///etc/passwd\" }",
	"1:19: error: url: bad URL; expected http:// or https://"},
    {"feed \"f\" { url = \"http://u:p@x/\" }",
	"1:19: error: url: a URL must not carry a user or password"},
    {"feed \"f\" { url = \"http://x:99999/\" }",
	"1:19: error: url: bad URL: Port number was not a decimal number "
	"between 0 and 65535; expected http:// or https://"},
    {"feed \"f\" { url = \"http://x/\" country = \"UK\" }",
	"1:41: error: country: bad country \"UK\"; expected a code of ISO "
	"3166-1, as in \"KR\""},
    {"feed \"f\" { url = \"http://x/\" lang = \"jp\" }",
	"1:38: error: lang: bad language \"jp\"; expected a code of ISO "
	"639, as in \"ko\" or \"zh-Hant\""},
    {"feed \"f\" { url = \"http://x/\" role = \"wier\" }",
	"1:38: error: role: bad value \"wier\"; expected wire, state, "
	"official, broadcaster, press, specialist, think-tank, academic, "
	"ngo, analysis, portal, aggregator or other"},
    {"feed \"f\" { url = \"http://x/\" headers = {\"Cookie\"} }",
	"1:42: error: headers: expected \"Name: value\""},
    {"feed \"f\" { url = \"http://x/\" headers = {\"Host: y\"} }",
	"1:42: error: headers: this header is wirewatch's own; expected "
	"another"},
    {"feed \"f\" { url = \"http://x/\" headers = {\"X: a\\nb\"} }",
	"1:42: error: headers: a header must not hold control characters"},
    {"feed \"f\" { url = \"http://x/\" user = \"a:b\" }",
	"1:38: error: user: a user must not hold a colon; the password goes "
	"into password-file"},
    {"feed \"f\" { url = \"http://x/\" password-file = \"gone\" }",
	"1:47: error: password-file: cannot read gone: No such file or "
	"directory"},
    {"feed \"f\" { url = \"http://x/\" proxy = \"ftp://secret@x/\" }",
	"1:39: error: proxy: expected http://, https://, socks4://, "
	"socks4a://, socks5:// or socks5h://"},
    {"feed \"f\" { url = \"http://x/\" allow-private = {\"10.0.0.0/99\"} }",
	"1:48: error: allow-private: bad network \"10.0.0.0/99\": the "
	"prefix is larger than 32; expected an address or network, as in "
	"\"10.0.0.0/8\""},
    {"feed \"f\" { url = \"http://x/\" allow-private = {\"::1\", "
     "\"fe80::%2\"} }",
	"1:55: error: allow-private: bad network \"fe80::%2\": not an IP "
	"address; expected an address or network, as in \"10.0.0.0/8\""},
    {"feed \"f\" { url = \"http://x/\" interval = \"1x\" }",
	"1:42: error: interval: bad duration \"1x\"; expected a number and "
	"ms, s, m, h, d or w, as in \"90s\""},
    {"feed \"f\" { url = \"http://x/\" interval = \"5ms\" }",
	"1:42: error: interval: \"5ms\" is out of bounds; expected 10 ms to "
	"30 d"},
    {"feed \"f\" { url = \"http://x/\" min-interval = \"\" }",
	"1:46: error: min-interval: bad duration \"\"; expected a number "
	"and ms, s, m, h, d or w, as in \"90s\""},
    {"feed \"f\" { url = \"http://x/\" max-interval = 31d }",
	"1:45: error: max-interval: \"31d\" is out of bounds; expected 10 "
	"ms to 30 d"},
    {"feed \"f\" { url = \"http://x/\" max-body = 1x }",
	"1:41: error: max-body: bad size \"1x\"; expected bytes or a number "
	"and K, M or G, as in \"16M\""},
    {"feed \"f\" { url = \"http://x/\" max-body = 1023 }",
	"1:41: error: max-body: \"1023\" is out of bounds; expected 1K to 16M"},
    {"feed \"f\" { url = \"http://x/\" max-body = 16777217 }",
	"1:41: error: max-body: \"16777217\" is out of bounds; expected 1K "
	"to 16M"},
    {"feed \"f\" { url = \"http://x/\" max-body = 17M }",
	"1:41: error: max-body: \"17M\" is out of bounds; expected 1K to "
	"16M"},
    {"feed \"f\" { url = \"http://x/\" max-body = 99999999999999999999 }",
	"1:41: error: max-body: bad size \"99999999999999999999\"; expected "
	"bytes or a number and K, M or G, as in \"16M\""},
    {"fetch { concurrency = many }",
	"1:23: error: concurrency: bad number \"many\"; expected a whole "
	"number"},
    {"fetch { concurrency = 0 }",
	"1:23: error: concurrency: 0 is out of bounds; expected 1 to 1024"},
    {"fetch { concurrency = 1025 }",
	"1:23: error: concurrency: 1025 is out of bounds; expected 1 to 1024"},
    {"fetch { concurrency = -1 }",
	"1:23: error: concurrency: bad number \"-1\"; expected a whole "
	"number"},
    {"fetch { timeout = 1s } fetch { timeout = 2s }",
	"1:32: error: timeout is given twice; first at w.conf:1"},
    {"fetch { min-interval = 2h max-interval = 1h }",
	"1:9: error: min-interval (2 h) is longer than max-interval (60 "
	"min); expected it shorter"},
    {"contact = \"me\"",
	"1:12: error: contact: expected \"mailto:ADDRESS\" or a URL for "
	"those who run the feeds"},
    {"contact = \"mailto:(a)\"",
	"1:12: error: contact: expected \"mailto:ADDRESS\" or a URL for "
	"those who run the feeds"},
    {"state-dir = \"\"", "1:14: error: state-dir: expected a value, not \"\""},
    {"ca-file = \"gone.pem\"",
	"1:12: error: ca-file: cannot read gone.pem: No such file or "
	"directory"},
    {"log-level = \"loud\"",
	"1:14: error: log-level: bad value \"loud\"; expected error, warn, "
	"info or debug"},
    {"min-free = \"64 bananas\"",
	"1:13: error: min-free: bad size \"64 bananas\"; expected bytes or "
	"a number and K, M or G, as in \"16M\""},
    {"keep-seen = 1m",
	"1:13: error: keep-seen: \"1m\" is out of bounds; expected 60 min "
	"to 3660 d"},
    {"default-sinks = {\"none\"}",
	"1:19: error: there is no sink \"none\"; expected the name of a log "
	"or webhook"},
    {"operator-sinks = {\"logg\"} log \"log\" { path = \"-\" }",
	"1:20: error: there is no sink \"logg\"; expected the name of a log "
	"or webhook"},
    {"set \"a b\" { en = \"x\" }",
	"1:6: error: bad name; queries can name a set of letters a-z, "
	"digits, - and _ only"},
    {"set \"s\" { jp = \"x\" }",
	"1:11: error: \"jp\" is no language; expected a code like en, ko, "
	"zh-Hant, or any"},
    {"set \"s\" { xx = \"x\" }",
	"1:11: error: \"xx\" is no language; expected a code like en, ko, "
	"zh-Hant, or any"},
    {"set \"s\" { en = \"\" }", "1:17: error: en: expected words, not \"\""},
    {"set \"s\" { en = {\"a\", \"\\x01\"} }",
	"1:23: error: en: unexpected control character (0x1)"},
    {"topic \"t\" { }",
	"1:1: error: this topic has no query; expected query = ..."},
    {"topic \"t\" { query = \"\" }",
	"1:22: error: query: expected words, not \"\""},
    {"topic \"t\" { query = \"a\\xff\" }",
	"1:22: error: query: expected UTF-8, which this is not"},
    {"topic \"t\" { query = \"a\" severity = \"dire\" }",
	"1:37: error: severity: bad value \"dire\"; expected info, low, "
	"medium, high or flash"},
    {"topic \"t\" { query = \"a\" sinks = {\"x\"} }",
	"1:35: error: there is no sink \"x\"; expected the name of a log or "
	"webhook"},
    {"severity \"hihg\" { sinks = {\"x\"} } log \"x\" { path = \"-\" }",
	"1:11: error: bad severity \"hihg\"; expected info, low, medium, "
	"high or flash"},
    {"severity \"high\" { }",
	"1:1: error: this severity has no sinks; expected sinks = ..."},
    {"log \"x\" { path = \"/tmp/\" }",
	"1:19: error: path: expected a file, not a directory"},
    {"log \"x\" { path = \"-\" } log \"y\" { path = \"-\" }",
	"1:42: error: path: another log writes there; first at w.conf:1"},
    {"log \"x\" { path = \"-\" format = \"xml\" }",
	"1:32: error: format: bad value \"xml\"; expected json or text"},
    {"log \"x\" { path = \"-\" } webhook \"x\" { url = \"http://y/\" }",
	"1:33: error: the name \"x\" is taken; first at w.conf:1"},
    {"webhook \"w\" { url = \"http://y/\" rate = \"inf\" }",
	"1:41: error: rate: bad number \"inf\"; expected deliveries a "
	"second, as in \"0.5\"; 0 = no limit"},
    {"webhook \"w\" { url = \"http://y/\" rate = \"1001\" }",
	"1:41: error: rate: 1001 is out of bounds; expected 0 to 1000"},
    {"webhook \"w\" { url = \"http://y/\" secret-file = \"gone\" }",
	"1:48: error: secret-file: cannot read gone: No such file or "
	"directory"},
    {"include()", "1:1: error: expected include(\"FILE\")"},
    {"include(\"a\", \"b\")", "1:1: error: expected include(\"FILE\")"},
    {"include = \"a\"", "1:1: error: expected include(\"FILE\")"},
    {"include(\"\")", "1:10: error: include: expected the name of a file"},
    {"include(\"gone.conf\")",
	"1:10: error: cannot read gone.conf: No such file or directory"},
    {"fetch { timeout = \"2h\" }",
	"1:20: error: timeout: \"2h\" is out of bounds; expected 10 ms to "
	"60 min"},
    {"fetch { host-concurrency = 65 }",
	"1:28: error: host-concurrency: 65 is out of bounds; expected 1 to "
	"64"},
    {"fetch { host-spacing = 2h }",
	"1:24: error: host-spacing: \"2h\" is out of bounds; expected 0 ms "
	"to 60 min"},
    {"name-servers = {\"localhost\"}",
	"1:18: error: name-servers: bad name server \"localhost\"; expected an "
	"address, with a port or without, as in \"127.0.0.1:5353\""},
    {"name-servers = {\"192.0.2.1:\"}",
	"1:18: error: name-servers: bad name server \"192.0.2.1:\"; expected an "
	"address, with a port or without, as in \"127.0.0.1:5353\""},
    {"name-servers = {\"192.0.2.1:65536\"}",
	"1:18: error: name-servers: bad name server \"192.0.2.1:65536\"; expected an "
	"address, with a port or without, as in \"127.0.0.1:5353\""},
    {"name-servers = {\"192.0.2.1:0\"}",
	"1:18: error: name-servers: bad name server \"192.0.2.1:0\"; expected an "
	"address, with a port or without, as in \"127.0.0.1:5353\""},
    {"name-servers = {\"[192.0.2.1]:53\"}",
	"1:18: error: name-servers: bad name server \"[192.0.2.1]:53\"; expected an "
	"address, with a port or without, as in \"127.0.0.1:5353\""},
    {"name-servers = {\"[::1\"}",
	"1:18: error: name-servers: bad name server \"[::1\"; expected an "
	"address, with a port or without, as in \"127.0.0.1:5353\""},
    {"name-servers = {\"[::1]53\"}",
	"1:18: error: name-servers: bad name server \"[::1]53\"; expected an "
	"address, with a port or without, as in \"127.0.0.1:5353\""},
    {"fetch { max-interval = 30s }",
	"1:9: error: min-interval (60 s) is longer than max-interval (30 "
	"s); expected it shorter"},
    {"keep-events = 3661d",
	"1:15: error: keep-events: bad duration \"3661d\"; expected a "
	"number and ms, s, m, h, d or w, as in \"90s\""},
    {"min-free = 1025G",
	"1:12: error: min-free: \"1025G\" is out of bounds; expected 0 to 1T"},
    {"contact = \"no-colon\"",
	"1:12: error: contact: expected \"mailto:ADDRESS\" or a URL for "
	"those who run the feeds"},
    {"feed \"f\" { url = \"http://x/\" password-file = \".\" }",
	"1:47: error: password-file: . is no regular file"},
    {"webhook \"w\" { url = \"http://y/\" concurrency = 65 }",
	"1:47: error: concurrency: 65 is out of bounds; expected 1 to 64"},
    {"webhook \"w\" { url = \"http://y/\" timeout = 5ms }",
	"1:43: error: timeout: \"5ms\" is out of bounds; expected 10 ms to "
	"60 min"},
    {"webhook \"w\" { url = \"ftp://y/\" }",
	"1:22: error: url: bad URL; expected http:// or https://"},
    {"webhook \"w\" { }",
	"1:1: error: this webhook has no url; expected url = ..."},
    {"log \"l\" { }", "1:1: error: this log has no path; expected path = ..."},
    {"set \"s\" { en = \"a\" en = \"b\" }",
	"1:20: error: \"en\" is given twice; first in line 1"},
    {"set \"\" { en = \"a\" }",
	"1:6: error: expected the set's name, not \"\""},
    {"topic \"t\" { query = \"a\" } topic \"t\" { query = \"b\" }",
	"1:34: error: the name \"t\" is taken; first at w.conf:1"},
    {"set \"s\" { en = \"a\" } set \"s\" { en = \"b\" }",
	"1:27: error: the name \"s\" is taken; first at w.conf:1"},
    {"severity \"low\" { sinks = {\"x\"} } severity \"low\" { sinks = "
     "{\"x\"} } log \"x\" { path = \"-\" }",
	"1:44: error: the name \"low\" is taken; first at w.conf:1"},
    {"webhook \"w\" { url = \"http://y/\" secret-file = "
     "{\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"} }",
	"1:81: error: secret-file: more than 8 secrets"},
    {"fede \"f\" { url = \"http://x/\" }",
	"1:1: error: unknown section \"fede\""},
    {"node = \"a\",",
	"1:11: error: unexpected ,; expected the name of an option or "
	"section"},
    {"feed \"f\" = \"x\"",
	"1:1: error: expected = behind an option's name, or { behind a "
	"section's title"},
    {"node = 'a", "1:8: error: this text has no end; expected '"},
    {"node = {",
	"2:1: error: the file ends here; expected a value or the list's }"},
    {"log \"l\" { path = \"l\" } } ",
	"1:24: error: unexpected }; no section is open"},
};

static void
each_mistake_is_told_once_with_its_place(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		char *text = xasprintf("%s\n", refusals[i].text);
		char *want = xasprintf("w.conf:%s", refusals[i].want);

		refuse(f, text, want);
		free(text);
		free(want);
	}
}

/* Two files' worth of mistakes of every layer, told in one run. */
static void
all_mistakes_of_all_files_are_told_at_once(void **state)
{
	static const char *const want[] = {
	    "w.conf:2:1: error: unknown option \"colour\"",
	    ("w.conf:4:23: error: interval: bad duration \"soon\"; expected a "
	     "number and ms, s, m, h, d or w, as in \"90s\""),
	    "a.conf:1:1: error: unknown section \"fed\"",
	    "a.conf:2:19: error: url: bad URL; expected http:// or https://",
	    "a.conf:2:22: error: unknown option \"lnag\" in a feed section",
	    "a.conf:3:1: error: the file ends inside this section; expected }",
	};
	struct fixture *f = *state;
	size_t i, j, found;

	write_text(f, "a.conf",
	    "fed \"a\" { }\n"
	    "feed \"b\" { url = \"x\" lnag = \"en\" }\ntopic \"t\" {\n");
	load(f, "\ncolour = 1\ninclude(\"a.conf\")\n"
		"feed \"c\" { interval = soon url = \"http://c/\" }\n");
	for (i = 0; i < 6; i++) {
		for (found = j = 0; j < f->diag.count; j++)
			found += strcmp(finding(f, j), want[i]) == 0;
		assert_int_equal(found, 1);
	}
	assert_int_equal(f->diag.count, 6);
}

static void
near_misses_get_a_hint(void **state)
{
	static const char *const cases[][2] = {
	    {"nod = a", "did you mean \"node\"?"},
	    {"wehbook \"w\" { }", "did you mean \"webhook\"?"},
	    {FEED "lnag = en }", "did you mean \"lang\"?"},
	    {FEED "lang = jp }", "did you mean \"ja\"?"},
	    {FEED "country = UK }", "did you mean \"GB\"?"},
	    {"set \"s\" { cn = \"a\" }", "did you mean \"zh\"?"},
	    {"topic \"t\" { query = a severity = hgih }",
		"did you mean \"high\"?"},
	    {"log \"alerts\" { path = \"-\" } default-sinks = {\"alert\"}",
		"did you mean \"alerts\"?"},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		load(f, cases[i][0]);
		assert_int_equal(f->diag.count, 1);
		assert_non_null(f->diag.entries[0].hint);
		assert_string_equal(f->diag.entries[0].hint, cases[i][1]);
	}
	load(f, "frobnicate = a");
	assert_null(f->diag.entries[0].hint);
}

static void
a_finding_shows_its_line_and_marks_the_place(void **state)
{
	struct fixture *f = *state;
	const struct diag_entry *entry;

	load(f, "\n\tlog \"로그\" { path = \"-\" format = \"xml\" }\n");
	entry = &f->diag.entries[0];
	assert_int_equal(entry->line, 2);
	assert_int_equal(entry->column, 34);
	assert_string_equal(
	    entry->source, " log \"로그\" { path = \"-\" format = \"xml\" }");
	assert_int_equal(entry->caret, 34);
	assert_int_equal(entry->caret_len, 3);
}

static void
what_cannot_be_opened_is_refused(void **state)
{
	struct fixture *f = *state;

	load_file(f, "none.conf");
	assert_string_equal(finding(f, 0),
	    "none.conf: error: cannot read "
	    "none.conf: No such file or directory");
	f->conf = conf_load(f->dir, &f->diag);
	assert_null(f->conf);
	assert_non_null(strstr(f->diag.entries[1].message, "is a directory"));
	assert_int_equal(mkfifo(path_of(f, "fifo"), 0600), 0);
	load_file(f, "fifo");
	assert_string_equal(finding(f, 0),
	    "fifo: error: fifo is no regular file; expected a file");
	make_dir(f, "d");
	refuse(f, "include(\"d\")\n",
	    "w.conf:1:10: error: d is a directory; expected a file");
}

static void
options_of_the_whole_stand_once_in_all_files(void **state)
{
	struct fixture *f = *state;

	write_text(f, "a.conf", "node = \"b\"\nfetch { timeout = 2s }\n");
	load(f, "node = \"a\"\ninclude(\"a.conf\")\nfetch { timeout = 20s\n"
		"concurrency = 2 }\n");
	assert_int_equal(f->diag.count, 2);
	assert_string_equal(finding(f, 1), "a.conf:1:1: error: node is given "
					   "twice; first at w.conf:1");
	assert_string_equal(finding(f, 0), "a.conf:2:9: error: timeout is "
					   "given twice; first at w.conf:3");
}

static void
names_that_are_taken_name_both_places(void **state)
{
	struct fixture *f = *state;

	write_text(f, "a.conf", "\n\nfeed \"a\" { url = \"http://y/\" }\n");
	refuse(f, "feed \"a\" { url = \"http://x/\" }\ninclude(\"a.conf\")\n",
	    "a.conf:3:7: error: the name \"a\" is taken; first at w.conf:1");
}

/* A set of warnings never keeps a configuration from being used. */
static void
doubtful_things_are_warnings(void **state)
{
	static const char rest[] =
	    "log \"l\" { path = \"-\" }\n"
	    "topic \"t\" { query = a }\nfeed \"g\" { url = \"http://g/\" }\n";
	static const char *const cases[][2] = {
	    {"feed \"f\" { url = \"http://g/\" }",
		"w.conf:4:19: warning: url: "
		"another feed has this URL; first at w.conf:3"},
	    {FEED "stall-timeout = 2m }",
		"w.conf:4:1: warning: stall-timeout "
		"(2 min) is longer than timeout (60 s) and has no effect"},
	    {"fetch { connect-timeout = 2m }",
		"w.conf:4:9: warning: "
		"connect-timeout (2 min) is longer than timeout (60 s) and has "
		"no effect"},
	    {HOOK "} default-sinks = l operator-sinks = w",
		"w.conf:4:1: warning: \"w\" has no secret-file: its requests "
		"are not signed"},
	    {"log \"m\" { path = \"/m\" } default-sinks = l operator-sinks = l",
		"w.conf:4:1: warning: nothing goes to \"m\": no topic, "
		"severity or list of sinks names it"},
	    {"set \"s\" { }",
		"w.conf:4:1: warning: the set \"s\" has no words"},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = xasprintf("%s%s\n", rest, cases[i][0]);

		good(f, text);
		free(text);
		assert_int_equal(f->diag.count, 1);
		assert_string_equal(finding(f, 0), cases[i][1]);
	}
	good(f, rest);
	assert_int_equal(f->diag.count, 0);
}

/* So that the errors of topics are shown in the same run. */
static void
a_configuration_with_wrong_values_can_be_examined(void **state)
{
	struct fixture *f = *state;

	write_text(f, "w.conf",
	    "topic \"t\" { query = a severity = dire }\n"
	    "topic \"u\" { }\ntopic \"v\" { query = b }\n");
	f->conf = conf_examine(path_of(f, "w.conf"), &f->diag);
	assert_int_equal(f->diag.errors, 2);
	assert_non_null(f->conf);
	assert_int_equal(f->conf->topic_count, 2);
	assert_string_equal(f->conf->topics[1].name, "v");
	conf_free(&f->conf);
	/* a set may be missing here, which is not the topic's fault */
	write_text(
	    f, "w.conf", "topic \"t\" { query = \"@s\" }\nsett \"s\" { }");
	assert_null(conf_examine(path_of(f, "w.conf"), &f->diag));
}

static void
feeds_are_held_to_what_they_inherit(void **state)
{
	struct fixture *f = *state;

	refuse(f, "fetch { min-interval = 10m }\n" FEED "max-interval = 5m }\n",
	    "w.conf:2:1: error: min-interval (10 min) is longer than "
	    "max-interval (5 min); expected it shorter");
	write_text(f, "pw", "hush");
	assert_int_equal(chmod(path_of(f, "pw"), 0600), 0);
	refuse(f, FEED "password-file = \"pw\" }\n",
	    "w.conf:1:1: error: \"f\" has a password-file and no user");
}

static void
what_may_be_in_a_part_not_read_is_not_missed(void **state)
{
	struct fixture *f = *state;

	refuse(f, "default-sinks = {\"l\"}\nlgo \"l\" { path = \"-\" }\n",
	    "w.conf:2:1: error: unknown section \"lgo\"");
	refuse(f, "default-sinks = {\"l\"}\ninclude(\"gone\")\n",
	    "w.conf:2:10: error: cannot read gone: No such file or directory");
	refuse(f, "default-sinks = {\"l\"}\nlog \"l\" { path = \"-\"\n",
	    "w.conf:2:1: error: the file ends inside this section; expected }");
}

/* Writes the secret, and refuses it with these words, not repeating it. */
static void
refuse_secret(
    struct fixture *f, const char *secret, mode_t mode, const char *want)
{
	char *line = xasprintf("w.conf:1:60: error: %s", want);
	size_t i;

	write_text(f, "s", secret);
	assert_int_equal(chmod(path_of(f, "s"), mode), 0);
	refuse(f,
	    "webhook \"w\" { url = \"http://127.0.0.1/\" "
	    "secret-file = {   \"s\" } }\n",
	    line);
	free(line);
	for (i = 0; strlen(secret) > 8 && i < f->diag.count; i++) {
		assert_null(strstr(f->diag.entries[i].message, secret + 6));
		assert_null(f->diag.entries[i].source);
	}
}

static void
secrets_are_for_their_owner_alone(void **state)
{
	static const char fine[] =
	    "whsec_d2lyZXdhdGNoLWVuZC10by1lbmQtdGVzdHMtMDAwMDE=";
	struct fixture *f = *state;
	char *text;

	refuse_secret(f, fine, 0640,
	    "secret-file: s is open to its group or "
	    "others (mode 0640); expected mode 0600");
	refuse_secret(f, fine, 0604,
	    "secret-file: s is open to its group or "
	    "others (mode 0604); expected mode 0600");
	refuse_secret(f, "whsec_dG9vc2hvcnQ=\n", 0600,
	    "secret-file: bad "
	    "secret in the file; expected whsec_ and 24 to 64 bytes in base64");
	refuse_secret(f, "d2lyZXdhdGNoLWVuZC10by1lbmQtdGVzdHMtMDAwMDE=", 0600,
	    "secret-file: bad secret in the file; expected whsec_ and 24 to "
	    "64 bytes in base64");
	text = repeated("whsec_", "A", CONF_SECRET_FILE_MAX, "");
	refuse_secret(
	    f, text, 0600, "secret-file: cannot read s: File too large");
	free(text);
	refuse_secret(f, "", 0600, "secret-file: s is empty");
	refuse_secret(f, "whsec_d2lyZXdhdGNo\nwhsec_second", 0600,
	    "secret-file: s holds more than one line");
}

/* Neither the messages nor the lines say it. */
static void
assert_hushed(struct fixture *f)
{
	size_t i;

	assert_true(f->diag.errors > 0);
	for (i = 0; i < f->diag.count; i++) {
		const struct diag_entry *entry = &f->diag.entries[i];

		assert_null(strstr(entry->message, "hush"));
		assert_true(!entry->source || !strstr(entry->source, "hush"));
	}
}

static void
refuse_hushed(struct fixture *f, const char *text, const char *want)
{
	refuse(f, text, want);
	assert_null(f->diag.entries[0].source);
	assert_null(strstr(f->diag.entries[0].message, "hush"));
}

/* Whatever the mistake beside it is. */
static void
a_line_with_a_secret_in_it_is_not_shown(void **state)
{
	static const char *const texts[] = {
	    FEED "headers = {\"Cookie: hush\"} colour = 1 }",
	    FEED "headers = {\"Cookie: a\" \"X: hush\"} }",
	    FEED "headers = {\n\"Cookie: a\"\n\t\"X: hush\"\n} }",
	    FEED "headers = {\n\t\"X: hush,\n} }",
	    FEED "headers = {\n\t'X-Key: hush \n} }",
	    FEED "headers = {\n\t, \"X: hush\"\n} }",
	    FEED "headers = \"Cookie: a\" \"X: hush\" }",
	    FEED "proxy = \"http://me:hush@p/\" colour = 1 }",
	    FEED "proxy = http://me:hush@p/ http://me:hush@q/ }",
	    "feed \"f\" { url = \"http://x/?key=hush\" colour = 1 }",
	    "feed \"f\" { title = \"a\" url = \"http://x/?key=hush\" lang = jp }",
	    "webhook \"w\" { url = \"http://hooks/hush\" colour = 1 }",
	    FEED "user = a password = \"hush\" }",
	    HOOK "secret-file = {\"whsec_hush=\" \"whsec_hush=\"} }",
	    HOOK "\n secret-file = {\n \"whsec_hush=\"\n \"whsec_hush=\"} }",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_null(load(f, texts[i]));
		assert_hushed(f);
	}
	/* one without is */
	load(f, "feed \"f\" { url = \"http://x/y\" colour = 1 }");
	assert_non_null(f->diag.entries[0].source);
	load(f, "feed \"f\" { colour = a url = http://x/y\n}");
	assert_non_null(f->diag.entries[0].source);
}

static void
a_secret_in_place_of_its_file_is_not_repeated(void **state)
{
	struct fixture *f = *state;

	refuse_hushed(f, HOOK "secret-file = {\"whsec_hush\"} }",
	    "w.conf:1:58: error: secret-file: this is a secret; expected the "
	    "name of a file that holds it");
	refuse_hushed(f, HOOK "secret-file = {\"  whsec_hush\"} }",
	    "w.conf:1:58: error: secret-file: this is a secret; expected the "
	    "name of a file that holds it");
	refuse_hushed(f, FEED "user = a password-file = \"whsec_hush\" }",
	    "w.conf:1:64: error: password-file: this is a secret; expected "
	    "the name of a file that holds it");
	/* as a path it is the name of a file */
	write_text(f, "whsec_a",
	    "whsec_d2lyZXdhdGNoLWVuZC10by1lbmQtdGVzdHMt"
	    "MDAwMDE=\n");
	assert_int_equal(chmod(path_of(f, "whsec_a"), 0600), 0);
	good(f, HOOK "secret-file = {\"./whsec_a\"} }");
	assert_int_equal(f->conf->sinks[0].secrets.count, 1);
}

static void
a_bad_url_is_not_repeated_where_it_may_hold_a_secret(void **state)
{
	struct fixture *f = *state;

	refuse_hushed(f, "feed \"f\" { url = \"http://me:hush@[bad/\" }",
	    "w.conf:1:19: error: url: bad URL: Bad IPv6 address; expected "
	    "http:// or https://");
	refuse_hushed(f, "feed \"f\" { url = \"htp://x.example/?key=hush\" }",
	    "w.conf:1:19: error: url: bad URL; expected http:// or https://");
	refuse_hushed(f,
	    "feed \"f\" { url = \"https://x.example:y/?key=hush\" }",
	    "w.conf:1:19: error: url: bad URL: Port number was not a decimal "
	    "number between 0 and 65535; expected http:// or https://");
	refuse_hushed(f, "webhook \"w\" { url = \"hxxps://hooks/hush\" }",
	    "w.conf:1:22: error: url: bad URL; expected http:// or https://");
	refuse_hushed(f, "webhook \"w\" { url = \"https://[hooks/hush\" }",
	    "w.conf:1:22: error: url: bad URL: Bad IPv6 address; expected "
	    "http:// or https://");
	/* a typo that tells nothing is shown */
	refuse(f, "feed \"f\" { url = \"http//x.example\" }",
	    "w.conf:1:19: error: url: bad URL; expected http:// or https://");
	assert_string_equal(f->diag.entries[0].source,
	    "feed \"f\" { url = \"http//x.example\" }");
	assert_int_equal(f->diag.entries[0].caret, 19);
	assert_int_equal(f->diag.entries[0].caret_len, 15);
}

static void
a_long_url_is_not_shown_where_it_may_hold_a_secret(void **state)
{
	struct fixture *f = *state;
	char *text = repeated("feed \"f\" { url = \"http://x/?key=hush", "u",
	    CONF_STRING_MAX, "\" }");

	refuse_hushed(
	    f, text, "w.conf:1:19: error: url: URL longer than 4096 bytes");
	free(text);
}

static void
a_url_that_is_shared_is_not_shown_where_it_may_hold_a_secret(void **state)
{
	struct fixture *f = *state;
	size_t i, shared = 0;

	good(f, "feed \"f\" { url = \"http://x/?key=hush\" }\n"
		"feed \"g\" { url = \"http://x/?key=hush\" }\n");
	for (i = 0; i < f->diag.count; i++) {
		shared += strstr(f->diag.entries[i].message,
			      "another feed has this URL") != NULL;
		assert_null(f->diag.entries[i].source);
	}
	assert_int_equal(shared, 1);
}

static void
two_logs_to_one_file_are_refused_however_it_is_written(void **state)
{
	static const char *const ways[][2] = {
	    {"/a/b", "/a//b"},
	    {"/a/b", "//a/./b"},
	    {"/a/b", "/x/../a/b"},
	    {"/a/b", "/../a/b"},
	    {"b", "./b"},
	    {"b", "x/..//b"},
	};
	struct fixture *f = *state;
	char cwd[PATH_MAX], *text;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		text = xasprintf("log \"l\" { path = \"%s\" }\n"
				 "log \"m\" { path = \"%s\" }\n",
		    ways[i][0], ways[i][1]);
		refuse(f, text,
		    "w.conf:2:19: error: path: another log writes there; "
		    "first at w.conf:1");
		free(text);
	}
	text = xasprintf("log \"l\" { path = \"b\" }\n"
			 "log \"m\" { path = \"%s/b\" }\n",
	    f->dir);
	refuse(f, text,
	    "w.conf:2:19: error: path: another log writes there; first at "
	    "w.conf:1");
	free(text);
	good(f,
	    "log \"l\" { path = \"/a/b\" } log \"m\" { path = \"/ab\" }\n"
	    "log \"n\" { path = \"/a/b.\" } log \"o\" { path = \"-\" }\n"
	    "log \"p\" { path = \"./-\" } log \"q\" { path = \"/a/..b\" }\n");
	assert_string_equal(f->conf->sinks[0].path, "/a/b");
	/* a configuration that was named without its directory */
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	text = xasprintf("log \"l\" { path = \"b\" }\n"
			 "log \"m\" { path = \"%s/b\" }\n",
	    f->dir);
	write_text(f, "w.conf", text);
	free(text);
	assert_int_equal(chdir(f->dir), 0);
	diag_clear(&f->diag);
	conf_free(&f->conf);
	f->conf = conf_load("w.conf", &f->diag);
	assert_int_equal(chdir(cwd), 0);
	assert_null(f->conf);
	assert_int_equal(f->diag.errors, 1);
}

static void
a_password_and_a_proxy_are_not_shown(void **state)
{
	static const char *const texts[] = {
	    FEED "proxy = \"ftp://me:hush@p/\" }",
	    FEED "headers = {\"Cookie hush\"} }",
	    "feed \"f\" { url = \"http://me:hush@x/\" }",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		load(f, texts[i]);
		assert_int_equal(f->diag.count, 1);
		assert_null(f->diag.entries[0].source);
		assert_null(strstr(f->diag.entries[0].message, "hush"));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(each_mistake_is_told_once_with_its_place),
	    TEST(all_mistakes_of_all_files_are_told_at_once),
	    TEST(near_misses_get_a_hint),
	    TEST(a_finding_shows_its_line_and_marks_the_place),
	    TEST(what_cannot_be_opened_is_refused),
	    TEST(options_of_the_whole_stand_once_in_all_files),
	    TEST(names_that_are_taken_name_both_places),
	    TEST(doubtful_things_are_warnings),
	    TEST(a_configuration_with_wrong_values_can_be_examined),
	    TEST(feeds_are_held_to_what_they_inherit),
	    TEST(what_may_be_in_a_part_not_read_is_not_missed),
	    TEST(secrets_are_for_their_owner_alone),
	    TEST(a_line_with_a_secret_in_it_is_not_shown),
	    TEST(a_secret_in_place_of_its_file_is_not_repeated),
	    TEST(a_bad_url_is_not_repeated_where_it_may_hold_a_secret),
	    TEST(a_long_url_is_not_shown_where_it_may_hold_a_secret),
	    TEST(a_url_that_is_shared_is_not_shown_where_it_may_hold_a_secret),
	    TEST(two_logs_to_one_file_are_refused_however_it_is_written),
	    TEST(a_password_and_a_proxy_are_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
