/* What a good configuration becomes. */
#include <sys/resource.h>

#include "tests/test_conf.h"

#include "feeds/parse.h"
#include "lib/log.h"

#define MINUTE (60 * INT64_C(1000))
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define KIB INT64_C(1024)
#define MIB (1024 * KIB)

#define SECRET_A "whsec_d2lyZXdhdGNoLWVuZC10by1lbmQtdGVzdHMtMDAwMDE="
#define SECRET_B "whsec_d2lyZXdhdGNoLWVuZC10by1lbmQtdGVzdHMtMDAwMDI="

static void
same(const struct strings *strings, const char *want)
{
	char got[512] = "";
	size_t i, used = 0;

	for (i = 0; i < strings->count; i++)
		used += (size_t)snprintf(got + used, sizeof(got) - used, "%s%s",
		    i ? "|" : "", strings->items[i]);
	assert_string_equal(got, want);
}

static void
write_secret(const struct fixture *f, const char *name, const char *text)
{
	write_text(f, name, text);
	assert_int_equal(chmod(path_of(f, name), 0600), 0);
}

static void
an_empty_file_gives_the_defaults(void **state)
{
	struct fixture *f = *state;
	const struct conf *conf = good(f, "");
	char host[256] = "";

	assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
	host[strcspn(host, ".")] = '\0';
	assert_string_equal(conf->node, *host ? host : "wirewatch");
	assert_string_equal(conf->path, path_of(f, "w.conf"));
	assert_null(conf->contact);
	assert_string_equal(conf->user_agent, "wirewatch/" PACKAGE_VERSION);
	assert_string_equal(conf->state_dir, WIREWATCH_STATEDIR);
	assert_string_equal(
	    conf->socket_path, WIREWATCH_RUNDIR "/wirewatchd.sock");
	assert_null(conf->ca_file);
	assert_int_equal(conf->log_level, LOG_LEVEL_INFO);
	assert_int_equal(conf->min_free, 64 * MIB);
	assert_int_equal(conf->keep_seen_ms, 90 * DAY);
	assert_int_equal(conf->keep_events_ms, 30 * DAY);
	assert_int_equal(conf->keep_history_ms, 30 * DAY);
	assert_int_equal(conf->concurrency, 64);
	assert_int_equal(conf->host_concurrency, 1);
	assert_int_equal(conf->host_spacing_ms, 1000);
	assert_int_equal(conf->fetch.interval_ms, 0);
	assert_int_equal(conf->fetch.min_interval_ms, MINUTE);
	assert_int_equal(conf->fetch.max_interval_ms, 6 * HOUR);
	assert_int_equal(conf->fetch.backlog_ms, DAY);
	assert_int_equal(conf->fetch.connect_timeout_ms, 10000);
	assert_int_equal(conf->fetch.timeout_ms, MINUTE);
	assert_int_equal(conf->fetch.stall_timeout_ms, 15000);
	assert_int_equal(conf->fetch.max_body, 16 * MIB);
	assert_null(conf->fetch.proxy);
	assert_int_equal(conf->fetch.allow_private.allowed_count, 0);
	assert_int_equal(conf->feed_count + conf->set_count +
			     conf->topic_count + conf->sink_count +
			     conf->route_count,
	    0);
	assert_int_equal(conf->default_sinks.count, 0);
	assert_int_equal(conf->operator_sinks.count, 0);
}

static void
nothing_to_watch_to_alert_or_to_tell_is_a_warning_each(void **state)
{
	struct fixture *f = *state;

	good(f, "# nothing\n");
	assert_int_equal(f->diag.count, 3);
	assert_string_equal(
	    finding(f, 0), "w.conf: warning: no feeds: nothing is watched");
	assert_string_equal(
	    finding(f, 1), "w.conf: warning: no topics: nothing is alerted");
	assert_string_equal(
	    finding(f, 2), "w.conf: warning: no sinks: alerts go nowhere");
}

static void
every_option_outside_sections_reaches_its_field(void **state)
{
	struct fixture *f = *state;
	const struct conf *conf;

	write_text(f, "ca.pem", "");
	conf = good(f, "node = \"서울 desk\"\n"
		       "contact = \"mailto:desk@example.org\"\n"
		       "state-dir = \"/var/state\"\n"
		       "socket = \"run/sock\"\n"
		       "ca-file = \"ca.pem\"\n"
		       "name-servers = {\"127.0.0.1:5353\", \"192.0.2.1\", "
		       "\"2001:db8::1\", \"[::1]:53\"}\n"
		       "log-level = \"debug\"\n"
		       "min-free = \"2G\"\n"
		       "keep-seen = \"7d\"\n"
		       "keep-events = 1h\n"
		       "default-sinks = {\"a\", \"b\"}\n"
		       "operator-sinks = \"b\"\n"
		       "log \"a\" { path = \"-\" }\n"
		       "log \"b\" { path = \"/b\" }\n");
	assert_string_equal(conf->node, "서울 desk");
	assert_string_equal(conf->contact, "mailto:desk@example.org");
	assert_string_equal(conf->user_agent,
	    "wirewatch/" PACKAGE_VERSION " (+mailto:desk@example.org)");
	assert_string_equal(conf->state_dir, "/var/state");
	assert_string_equal(conf->socket_path, path_of(f, "run/sock"));
	assert_string_equal(conf->ca_file, path_of(f, "ca.pem"));
	assert_string_equal(conf->name_servers,
	    "127.0.0.1:5353,192.0.2.1,2001:db8::1,[::1]:53");
	assert_int_equal(conf->log_level, LOG_LEVEL_DEBUG);
	assert_int_equal(conf->min_free, 2 * 1024 * MIB);
	assert_int_equal(conf->keep_seen_ms, 7 * DAY);
	assert_int_equal(conf->keep_events_ms, HOUR);
	same(&conf->default_sinks, "a|b");
	same(&conf->operator_sinks, "b");
	assert_null(good(f, "socket = \"\" contact = \"\"")->socket_path);
	assert_null(f->conf->contact);
}

static void
every_option_of_fetch_reaches_its_field(void **state)
{
	struct fixture *f = *state;
	const struct conf *conf = good(f,
	    "fetch { concurrency = 7 host-concurrency = 3\n"
	    "host-spacing = \"250ms\" interval = 5m min-interval = 2m\n"
	    "max-interval = 2h backlog = 0 connect-timeout = 1s timeout = 9s\n"
	    "stall-timeout = 3s max-body = 64K proxy = \"socks5h://p:1080\"\n"
	    "allow-private = {\"10.0.0.0/8\", \"::1\"} }\n");

	assert_int_equal(conf->concurrency, 7);
	assert_int_equal(conf->host_concurrency, 3);
	assert_int_equal(conf->host_spacing_ms, 250);
	assert_int_equal(conf->fetch.interval_ms, 5 * MINUTE);
	assert_int_equal(conf->fetch.min_interval_ms, 2 * MINUTE);
	assert_int_equal(conf->fetch.max_interval_ms, 2 * HOUR);
	assert_int_equal(conf->fetch.backlog_ms, 0);
	assert_int_equal(conf->fetch.connect_timeout_ms, 1000);
	assert_int_equal(conf->fetch.timeout_ms, 9000);
	assert_int_equal(conf->fetch.stall_timeout_ms, 3000);
	assert_int_equal(conf->fetch.max_body, 64 * KIB);
	assert_string_equal(conf->fetch.proxy, "socks5h://p:1080");
	assert_int_equal(conf->fetch.allow_private.allowed_count, 2);
	assert_int_equal(conf->fetch.allow_private.allowed[0].prefix, 8);
	assert_int_equal(
	    conf->fetch.allow_private.allowed[1].address.family, AF_INET6);
}

static void
every_option_of_a_feed_reaches_its_field(void **state)
{
	struct fixture *f = *state;
	const struct conf_feed *feed;

	write_secret(f, "pw", "hush\n");
	feed =
	    good(f, "\n  feed \"yna\" {\n"
		    "url = \"https://en.yna.example/RSS/news.xml\"\n"
		    "title = \"Yonhap\" role = \"wire\" country = \"kr\"\n"
		    "lang = \"zh-hant-hk\" tags = {\"dprk\", \"wire\"}\n"
		    "headers = {\"Cookie: a=b\", 'X-Key: \"c\"'}\n"
		    "user = \"me\" password-file = \"pw\"\n"
		    "interval = 90s min-interval = 30s max-interval = 1h\n"
		    "backlog = 2d connect-timeout = 2s timeout = 8s\n"
		    "stall-timeout = 4s max-body = 1M proxy = \"http://p/\"\n"
		    "allow-private = \"192.168.0.1\" }\n")
		->feeds;
	assert_string_equal(feed->name, "yna");
	assert_string_equal(feed->url, "https://en.yna.example/RSS/news.xml");
	assert_string_equal(feed->title, "Yonhap");
	assert_string_equal(feed->role, "wire");
	assert_string_equal(feed->country, "KR");
	assert_string_equal(feed->lang, "zh-Hant-HK");
	same(&feed->tags, "dprk|wire");
	same(&feed->headers, "Cookie: a=b|X-Key: \"c\"");
	assert_string_equal(feed->user, "me");
	assert_string_equal(feed->password, "hush");
	assert_int_equal(feed->fetch.interval_ms, 90000);
	assert_int_equal(feed->fetch.min_interval_ms, 30000);
	assert_int_equal(feed->fetch.max_interval_ms, HOUR);
	assert_int_equal(feed->fetch.backlog_ms, 2 * DAY);
	assert_int_equal(feed->fetch.connect_timeout_ms, 2000);
	assert_int_equal(feed->fetch.timeout_ms, 8000);
	assert_int_equal(feed->fetch.stall_timeout_ms, 4000);
	assert_int_equal(feed->fetch.max_body, MIB);
	assert_string_equal(feed->fetch.proxy, "http://p/");
	assert_int_equal(feed->fetch.allow_private.allowed[0].prefix, 32);
	assert_string_equal(feed->place.file, path_of(f, "w.conf"));
	assert_int_equal(feed->place.line, 2);
	assert_int_equal(feed->place.column, 3);
}

static void
what_a_feed_leaves_out_is_null(void **state)
{
	struct fixture *f = *state;
	const struct conf_feed *feed = good(f, FEED "}")->feeds;

	assert_null(feed->title);
	assert_null(feed->role);
	assert_null(feed->country);
	assert_null(feed->lang);
	assert_null(feed->user);
	assert_null(feed->password);
	assert_null(feed->fetch.proxy);
	assert_int_equal(feed->tags.count + feed->headers.count, 0);
}

static void
a_topic_and_its_query_are_read_with_their_places(void **state)
{
	struct fixture *f = *state;
	const struct conf_topic *topic;
	const char *line;
	struct place place;
	int caret;

	topic = good(f, "topic \"t\" { title = \"T\" severity = \"flash\"\n"
			"tags = {\"x\"} sinks = {\"a\"}\n"
			"\tquery = \"미사일 \\\"a b\\\"\n"
			"  OR rocket\" }\nlog \"a\" { path = \"-\" }\n")
		    ->topics;
	assert_string_equal(topic->name, "t");
	assert_string_equal(topic->title, "T");
	assert_int_equal(topic->severity, SEVERITY_FLASH);
	same(&topic->tags, "x");
	same(&topic->sinks, "a");
	assert_string_equal(topic->query.text, "미사일 \"a b\"\n  OR rocket");
	conf_text_place(&topic->query, 0, &place, &line, &caret);
	assert_int_equal(place.line, 3);
	assert_int_equal(place.column, 11);
	/* behind an escape and wide characters */
	conf_text_place(&topic->query,
	    (size_t)(strstr(topic->query.text, "b\"") - topic->query.text),
	    &place, &line, &caret);
	assert_int_equal(place.line, 3);
	assert_int_equal(place.column, 19);
	assert_string_equal(line, "\tquery = \"미사일 \\\"a b\\\"");
	conf_text_place(&topic->query,
	    (size_t)(strstr(topic->query.text, "rocket") - topic->query.text),
	    &place, &line, &caret);
	assert_int_equal(place.line, 4);
	assert_int_equal(caret, 6);
	assert_string_equal(line, "  OR rocket\" }");
}

static void
a_topic_is_called_by_its_name_and_of_medium_severity(void **state)
{
	struct fixture *f = *state;
	const struct conf_topic *topic =
	    good(f, "topic \"t\" { query = 'a' }")->topics;

	assert_string_equal(topic->title, "t");
	assert_int_equal(topic->severity, SEVERITY_MEDIUM);
	assert_int_equal(topic->sinks.count + topic->tags.count, 0);
}

static void
a_set_holds_the_words_of_each_language(void **state)
{
	struct fixture *f = *state;
	const struct conf_set *set =
	    good(f, "set \"north-korea\" { en = {\"North Korea\", \"DPRK\"}\n"
		    "ko = \"북한\" zh-hant = {\"北韓\"} any = {\"KP\"} }\n")
		->sets;

	assert_string_equal(set->name, "north-korea");
	assert_int_equal(set->entry_count, 5);
	assert_string_equal(set->entries[0].lang, "en");
	assert_string_equal(set->entries[0].text.text, "North Korea");
	assert_string_equal(set->entries[1].text.text, "DPRK");
	assert_string_equal(set->entries[2].lang, "ko");
	assert_int_equal(set->entries[2].text.place.line, 2);
	assert_int_equal(set->entries[2].text.place.column, 7);
	assert_string_equal(set->entries[3].lang, "zh-Hant");
	assert_string_equal(set->entries[3].text.text, "北韓");
	assert_null(set->entries[4].lang);
}

static void
sinks_and_severities_are_read(void **state)
{
	struct fixture *f = *state;
	const struct conf *conf;
	const struct conf_sink *sink;

	write_text(f, "ca.pem", "");
	write_secret(f, "new", SECRET_A "\n");
	write_secret(f, "old", SECRET_B);
	conf = good(f, "log \"screen\" { path = \"-\" format = \"text\" }\n"
		       "log \"file\" { path = \"log/a.jsonl\" }\n" HOOK
		       "secret-file = {\"new\", \"old\"} headers = {\"X: y\"}\n"
		       "concurrency = 9 rate = 0.5 timeout = 3s\n"
		       "proxy = \"http://p/\" ca-file = \"ca.pem\"\n"
		       "allow-private = {\"127.0.0.0/8\"} }\n"
		       "severity \"high\" { sinks = {\"w\", \"file\"} }\n");
	assert_int_equal(conf->sink_count, 3);
	sink = &conf->sinks[0];
	assert_int_equal(sink->type, SINK_LOG);
	assert_null(sink->path);
	assert_int_equal(sink->format, LOG_FORMAT_TEXT);
	sink = &conf->sinks[1];
	assert_string_equal(sink->path, path_of(f, "log/a.jsonl"));
	assert_int_equal(sink->format, LOG_FORMAT_JSON);
	sink = &conf->sinks[2];
	assert_int_equal(sink->type, SINK_WEBHOOK);
	assert_string_equal(sink->url, "https://w.example/");
	same(&sink->secrets, SECRET_A "|" SECRET_B);
	same(&sink->headers, "X: y");
	assert_int_equal(sink->concurrency, 9);
	assert_true(sink->rate_per_s > 0.49 && sink->rate_per_s < 0.51);
	assert_int_equal(sink->timeout_ms, 3000);
	assert_string_equal(sink->proxy, "http://p/");
	assert_string_equal(sink->ca_file, path_of(f, "ca.pem"));
	assert_int_equal(sink->allow_private.allowed_count, 1);
	assert_int_equal(conf->route_count, 1);
	assert_int_equal(conf->routes[0].severity, SEVERITY_HIGH);
	same(&conf->routes[0].sinks, "w|file");
}

static void
a_webhook_has_defaults(void **state)
{
	struct fixture *f = *state;
	const struct conf_sink *sink;

	write_secret(f, "s", SECRET_A);
	sink = good(f, HOOK "secret-file = \"s\" }")->sinks;
	assert_int_equal(sink->concurrency, 4);
	assert_int_equal(sink->timeout_ms, 20000);
	assert_true(sink->rate_per_s == 0);
	assert_null(sink->proxy);
	assert_null(sink->ca_file);
}

static void
feeds_inherit_from_fetch_wherever_it_stands(void **state)
{
	struct fixture *f = *state;
	const struct conf *conf = good(f,
	    "feed \"a\" { url = \"http://a/\" }\n"
	    "feed \"b\" { url = \"http://b/\" interval = \"\" timeout = 20s\n"
	    "  allow-private = {} proxy = \"\" }\n"
	    "fetch { interval = 5m timeout = 30s max-body = 1M\n"
	    "  allow-private = {\"10.0.0.0/8\"} proxy = \"http://p/\" }\n");
	const struct conf_fetch *a = &conf->feeds[0].fetch;
	const struct conf_fetch *b = &conf->feeds[1].fetch;

	assert_int_equal(a->interval_ms, 5 * MINUTE);
	assert_int_equal(a->timeout_ms, 30000);
	assert_int_equal(a->max_body, MIB);
	assert_int_equal(a->stall_timeout_ms, 15000);
	assert_int_equal(a->allow_private.allowed_count, 1);
	assert_string_equal(a->proxy, "http://p/");
	assert_int_equal(b->interval_ms, 0);
	assert_int_equal(b->timeout_ms, 20000);
	assert_int_equal(b->max_body, MIB);
	assert_int_equal(b->allow_private.allowed_count, 0);
	assert_null(b->proxy);
}

static void
numbers_at_their_bounds_are_good(void **state)
{
	struct fixture *f = *state;

	good(f, "min-free = 0 keep-seen = 1h keep-events = 3650d\n"
		"keep-history = 0\n"
		"fetch { concurrency = 1024 host-concurrency = 64\n"
		"host-spacing = 1h interval = 10ms min-interval = 10ms\n"
		"max-interval = 30d backlog = 3650d connect-timeout = 10ms\n"
		"timeout = 1h stall-timeout = 10ms max-body = 1024 }\n" HOOK
		"concurrency = 64 rate = 1000 timeout = 1h }\n");
	good(f,
	    "min-free = 1024G\n"
	    "fetch { concurrency = 1 host-concurrency = 1 host-spacing = 0\n"
	    "max-body = 16M connect-timeout = 1h timeout = 1h }\n" HOOK
	    "concurrency = 1 rate = 0 timeout = 10ms }\n");
	assert_int_equal(f->conf->min_free, 1024 * 1024 * MIB);
	/* what is fetched can be parsed */
	assert_int_equal(f->conf->fetch.max_body, PARSE_BODY_MAX);
}

static void
text_is_written_in_several_ways(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(good(f, "node = bare")->node, "bare");
	assert_string_equal(
	    good(f, "node = \"a\\x62\\143\\\"\\\\\\$\"")->node, "abc\"\\$");
	assert_string_equal(
	    good(f, "node = 'a\\n${X}\\'\"'")->node, "a\\n${X}'\"");
	assert_string_equal(good(f, "node = \"one \\\ntwo\"")->node, "one two");
	assert_int_equal(setenv("WW_TEST", "desk # 1", 1), 0);
	assert_string_equal(
	    good(f, "node = \"${WW_TEST}-${WW_NONE:-b}\"")->node, "desk # 1-b");
	assert_int_equal(unsetenv("WW_TEST"), 0);
}

static void
comments_and_blanks_stand_anywhere(void **state)
{
	struct fixture *f = *state;
	const struct conf *conf = good(f,
	    "\xef\xbb\xbf# one\r\n"
	    "node /* two\n */ = // three\r\n \"a # b\"\r\n"
	    "feed \"f\" # four { }\n{ tags = { # five\n \"x\", /* six */\n"
	    " \"y\", } url = \"http://x/#y\" } // seven");

	assert_string_equal(conf->node, "a # b");
	same(&conf->feeds[0].tags, "x|y");
	assert_string_equal(conf->feeds[0].url, "http://x/#y");
}

static void
included_files_are_read_in_order_from_beside_the_file(void **state)
{
	struct fixture *f = *state;
	const struct conf *conf;

	make_dir(f, "d");
	make_dir(f, "d/e");
	write_text(f, "d/2.conf", "feed \"two\" { url = \"http://2/\" }\n");
	write_text(f, "d/1.conf",
	    "include(\"e/*.conf\")\n"
	    "feed \"one\" { url = \"http://1/\" }\n");
	write_text(f, "d/e/3.conf",
	    "log \"l\" { path = \"l.jsonl\" }\n"
	    "feed \"three\" { url = \"http://3/\" }\n");
	write_text(f, "d/not", "nonsense");
	conf = good(f, "include(\"d/*.conf\")\n"
		       "feed \"zero\" { url = \"http://0/\" }\n"
		       "include(\"none.d/*.conf\")\n");
	assert_int_equal(conf->feed_count, 4);
	assert_string_equal(conf->feeds[0].name, "zero");
	assert_string_equal(conf->feeds[1].name, "one");
	assert_string_equal(conf->feeds[2].name, "three");
	assert_string_equal(conf->feeds[3].name, "two");
	assert_string_equal(
	    conf->feeds[2].place.file, path_of(f, "d/e/3.conf"));
	assert_string_equal(conf->sinks[0].path, path_of(f, "d/e/l.jsonl"));
}

static void
a_directory_with_wildcards_in_its_name_is_no_pattern(void **state)
{
	struct fixture *f = *state;

	make_dir(f, "[d]*");
	write_text(f, "[d]*/w.conf", "include(\"x*.conf\")");
	write_text(f, "[d]*/x1.conf", FEED "}");
	assert_non_null(load_file(f, "[d]*/w.conf"));
	assert_int_equal(f->conf->feed_count, 1);
}

static void
a_file_that_is_included_twice_is_read_once(void **state)
{
	struct fixture *f = *state;

	write_text(f, "a.conf", FEED "}");
	good(f, "include(\"a.conf\") include(\"a*.conf\")\n"
		"log \"l\" { path = \"-\" } topic \"t\" { query = \"a\" }");
	assert_int_equal(f->conf->feed_count, 1);
	assert_int_equal(f->diag.count, 1);
	assert_string_equal(finding(f, 0), "w.conf:1:28: warning: a.conf was "
					   "included before; once is enough");
}

static void
a_configuration_in_the_working_directory_is_found(void **state)
{
	struct fixture *f = *state;
	char *before = getcwd(NULL, 0);

	write_text(f, "w.conf", "include(\"x*.conf\") state-dir = \"s\"");
	write_text(f, "x1.conf", FEED "}");
	assert_int_equal(chdir(f->dir), 0);
	f->conf = conf_load("w.conf", &f->diag);
	assert_int_equal(chdir(before), 0);
	free(before);
	assert_non_null(f->conf);
	assert_string_equal(f->conf->state_dir, "./s");
	assert_string_equal(f->conf->feeds[0].place.file, "x1.conf");
}

static void
credentials_of_the_service_manager_are_secrets(void **state)
{
	struct fixture *f = *state;

	make_dir(f, "creds");
	write_text(f, "creds/hook", SECRET_A);
	assert_int_equal(chmod(path_of(f, "creds/hook"), 0644), 0);
	assert_int_equal(
	    setenv("CREDENTIALS_DIRECTORY", path_of(f, "creds"), 1), 0);
	load(f, HOOK "secret-file = \"hook\" }");
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	assert_non_null(f->conf);
	same(&f->conf->sinks[0].secrets, SECRET_A);
}

static void
names_are_found(void **state)
{
	struct fixture *f = *state;
	const struct conf *conf = good(f,
	    "feed \"c\" { url = \"http://c/\" } feed \"a\" { url = \"http://a/\" }\n"
	    "feed \"b\" { url = \"http://b/\" } topic \"t\" { query = \"x\" }\n"
	    "log \"l\" { path = \"-\" }");

	assert_ptr_equal(conf_find_feed(conf, "c"), &conf->feeds[0]);
	assert_ptr_equal(conf_find_feed(conf, "a"), &conf->feeds[1]);
	assert_ptr_equal(conf_find_feed(conf, "b"), &conf->feeds[2]);
	assert_null(conf_find_feed(conf, "bb"));
	assert_ptr_equal(conf_find_topic(conf, "t"), conf->topics);
	assert_null(conf_find_topic(conf, "l"));
	conf = good(f, "");
	assert_null(conf_find_feed(conf, "c"));
}

static void
two_sinks_are_equal_if_all_of_their_options_are(void **state)
{
	static const char *const others[] = {
	    "headers = {\"X: y\"}",
	    "concurrency = 2",
	    "rate = 2",
	    "timeout = 2s",
	    "proxy = \"http://p/\"",
	    "ca-file = \"w.conf\"",
	    "allow-private = {\"10.0.0.0/8\"}",
	};
	struct fixture *f = *state;
	struct conf *first;
	size_t i;

	good(f, HOOK "}");
	first = f->conf;
	f->conf = NULL;
	good(f, "\n\n" HOOK "}");
	assert_true(conf_sink_equal(first->sinks, f->conf->sinks));
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char *text = xasprintf(HOOK "%s }", others[i]);

		good(f, text);
		assert_false(conf_sink_equal(first->sinks, f->conf->sinks));
		free(text);
	}
	good(f, "log \"w\" { path = \"-\" }");
	assert_false(conf_sink_equal(first->sinks, f->conf->sinks));
	conf_free(&first);
	first = f->conf;
	f->conf = NULL;
	good(f, "log \"w\" { path = \"/w\" }");
	assert_false(conf_sink_equal(first->sinks, f->conf->sinks));
	good(f, "log \"w\" { path = \"-\" format = \"text\" }");
	assert_false(conf_sink_equal(first->sinks, f->conf->sinks));
	conf_free(&first);
}

/* Takes the # from before settings, not from before prose and examples. */
static void
uncomment(char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";
	char *line, *p;

	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		p = line + strspn(line, "\t");
		if (*p == '#' &&
		    strncmp(p + 1 + strspn(p + 1, letters), " = ", 3) == 0)
			*p = ' ';
	}
}

static char *
read_sample(void)
{
	const char *dir = getenv("WIREWATCH_SRCDIR");
	char *path = xasprintf("%s/config/wirewatch.conf", dir ? dir : ".");
	FILE *file = fopen(path, "re");
	char *text = xcalloc(1, 64 * 1024);

	free(path);
	assert_non_null(file);
	assert_true(fread(text, 1, 64 * 1024 - 1, file) > 1000);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* What is tried in place of the topics of a base, and where. */
static struct conf *
try_topics(struct fixture *f, const struct conf *base, const char *name)
{
	struct conf *conf;

	diag_clear(&f->diag);
	diag_init(&f->diag);
	conf = conf_load_topics(path_of(f, name), base, &f->diag);
	return conf;
}

static void
topics_may_be_tried_in_place_of_those_of_a_configuration(void **state)
{
	struct fixture *f = *state;
	struct conf *base, *conf;

	base = good(f, "log \"a\" { path = \"-\" }\n"
		       "feed \"wire\" { url = \"https://e.org/\" }\n"
		       "topic \"t\" { query = \"old\" }\n");
	f->conf = NULL;
	write_text(f, "one.conf", "topic \"t\" { query = \"new\"\n"
				  "sinks = {\"a\"} golden = {\"+wire new\"} }\n");
	make_dir(f, "dir");
	write_text(f, "dir/2.conf", "topic \"second\" { query = \"b\" }\n");
	write_text(f, "dir/1.conf", "topic \"first\" { query = \"a\" }\n");
	write_text(f, "dir/3.conf~", "nonsense");
	write_text(f, "dir/.4.conf", "nonsense");
	conf = try_topics(f, base, "one.conf");
	assert_non_null(conf);
	assert_int_equal(f->diag.count, 0);
	assert_int_equal(conf->topic_count, 1);
	assert_string_equal(conf->topics[0].query.text, "new");
	assert_ptr_equal(
	    conf_find_feed(conf, "wire"), conf_find_feed(base, "wire"));
	conf_free(&conf);
	conf = try_topics(f, base, "dir");
	assert_non_null(conf);
	assert_int_equal(conf->topic_count, 2);
	assert_string_equal(conf->topics[0].name, "first");
	conf_free(&conf);
	/* the base itself may be tried, with the feeds of its own */
	conf = try_topics(f, base, "w.conf");
	assert_non_null(conf);
	assert_ptr_not_equal(
	    conf_find_feed(conf, "wire"), conf_find_feed(base, "wire"));
	conf_free(&conf);
	write_text(f, "bad.conf", "topic \"t\" { query = \"x\"\n"
				  "sinks = {\"b\"} golden = {\"+war x\"} }\n");
	assert_null(try_topics(f, base, "bad.conf"));
	assert_int_equal(f->diag.errors, 2);
	assert_null(try_topics(f, base, "missing.conf"));
	conf_free(&base);
}

/* Whoever takes a # away changes nothing, but for the two that are examples. */
static void
the_sample_shows_every_option_with_its_default(void **state)
{
	struct fixture *f = *state;
	char *text = read_sample();
	struct conf *plain;
	const char *const *name;
	static const char *const names[] = {"node", "contact", "state-dir",
	    "socket", "ca-file", "name-servers", "log-level", "min-free", "keep-seen",
	    "keep-events", "keep-history", "default-sinks", "operator-sinks", "concurrency",
	    "host-concurrency", "host-spacing", "interval", "min-interval",
	    "max-interval", "backlog", "connect-timeout", "timeout",
	    "stall-timeout", "max-body", "proxy", "allow-private", "path",
	    "format", "query", "raise", "raise-to", "golden", NULL};

	good(f, text);
	plain = f->conf;
	f->conf = NULL;
	uncomment(text);
	for (name = names; *name; name++) {
		char *setting = xasprintf("%s = ", *name);

		assert_non_null(strstr(text, setting));
		free(setting);
	}
	good(f, text);
	free(text);
	assert_string_equal(f->conf->node, "desk");
	assert_string_equal(f->conf->contact, "mailto:newsdesk@example.org");
	assert_null(f->conf->ca_file);
	assert_null(f->conf->name_servers);
	assert_int_equal(f->conf->log_level, plain->log_level);
	assert_int_equal(f->conf->min_free, plain->min_free);
	assert_int_equal(f->conf->keep_seen_ms, plain->keep_seen_ms);
	assert_int_equal(f->conf->keep_events_ms, plain->keep_events_ms);
	assert_int_equal(f->conf->keep_history_ms, plain->keep_history_ms);
	assert_int_equal(f->conf->concurrency, plain->concurrency);
	assert_int_equal(f->conf->host_concurrency, plain->host_concurrency);
	assert_int_equal(f->conf->host_spacing_ms, plain->host_spacing_ms);
	assert_int_equal(f->conf->default_sinks.count, 0);
	assert_int_equal(f->conf->operator_sinks.count, 0);
	f->conf->fetch.allow_private.allowed = NULL;
	plain->fetch.allow_private.allowed = NULL;
	assert_memory_equal(
	    &f->conf->fetch, &plain->fetch, sizeof(plain->fetch));
	assert_true(conf_sink_equal(f->conf->sinks, plain->sinks));
	conf_free(&plain);
}

static double
cpu_s(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return (double)usage.ru_utime.tv_sec +
	       (double)usage.ru_utime.tv_usec / 1e6;
}

static void
write_feeds(const struct fixture *f, int count)
{
	FILE *file = fopen(path_of(f, "w.conf"), "we");
	int i;

	assert_non_null(file);
	for (i = 0; i < count; i++)
		fprintf(file,
		    "feed \"feed-%d\" { url = \"https://h%d.example/"
		    "rss.xml\" role = \"press\" lang = \"ko\" }\n",
		    i, i);
	assert_int_equal(fclose(file), 0);
}

/* Ten times the feeds may not take a hundred times the work. */
static void
a_hundred_thousand_feeds_take_time_in_proportion(void **state)
{
	struct fixture *f = *state;
	double before, few, many;

	write_feeds(f, CONF_FEEDS_MAX / 10);
	before = cpu_s();
	assert_non_null(load_file(f, "w.conf"));
	few = cpu_s() - before;
	write_feeds(f, CONF_FEEDS_MAX);
	before = cpu_s();
	assert_non_null(load_file(f, "w.conf"));
	many = cpu_s() - before;
	assert_int_equal(f->conf->feed_count, CONF_FEEDS_MAX);
	assert_true(many < 30 * few + 0.5);
	assert_non_null(conf_find_feed(f->conf, "feed-77777"));
	assert_true(arena_size(f->conf->arena) < CONF_FEEDS_MAX * (size_t)512);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_empty_file_gives_the_defaults),
	    TEST(nothing_to_watch_to_alert_or_to_tell_is_a_warning_each),
	    TEST(every_option_outside_sections_reaches_its_field),
	    TEST(every_option_of_fetch_reaches_its_field),
	    TEST(every_option_of_a_feed_reaches_its_field),
	    TEST(what_a_feed_leaves_out_is_null),
	    TEST(a_topic_and_its_query_are_read_with_their_places),
	    TEST(a_topic_is_called_by_its_name_and_of_medium_severity),
	    TEST(a_set_holds_the_words_of_each_language),
	    TEST(sinks_and_severities_are_read),
	    TEST(a_webhook_has_defaults),
	    TEST(feeds_inherit_from_fetch_wherever_it_stands),
	    TEST(numbers_at_their_bounds_are_good),
	    TEST(text_is_written_in_several_ways),
	    TEST(comments_and_blanks_stand_anywhere),
	    TEST(included_files_are_read_in_order_from_beside_the_file),
	    TEST(a_directory_with_wildcards_in_its_name_is_no_pattern),
	    TEST(a_file_that_is_included_twice_is_read_once),
	    TEST(a_configuration_in_the_working_directory_is_found),
	    TEST(credentials_of_the_service_manager_are_secrets),
	    TEST(names_are_found),
	    TEST(two_sinks_are_equal_if_all_of_their_options_are),
	    TEST(topics_may_be_tried_in_place_of_those_of_a_configuration),
	    TEST(the_sample_shows_every_option_with_its_default),
	    TEST(a_hundred_thousand_feeds_take_time_in_proportion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
