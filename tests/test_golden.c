/* Topics from a file: which items are raised, and which examples fail. */
#include "tests/test_conf.h"

#include "topics/golden.h"

static struct topicset *
compile(struct fixture *f, const char *text)
{
	struct topicset *topics = topicset_new(good(f, text), &f->diag);

	if (!topics)
		diag_print(&f->diag, stderr);
	assert_non_null(topics);
	return topics;
}

/* The only match of a title; NULL if there is none. */
static const struct match *
match_title(struct matcher *matcher, const char *title)
{
	struct item item = {.title = title, .summary = "", .content = ""};
	const struct match_result *result = matcher_run(matcher, &item, NULL);

	assert_true(result->count <= 1);
	return result->count ? result->matches : NULL;
}

#define RAISED                                                                 \
	"topic \"t\" { query = 'missile' raise = 'ICBM OR \"toward Japan\"' "  \
	"raise-to = 'flash' }"

static void
what_meets_the_condition_is_raised(void **state)
{
	struct fixture *f = *state;
	struct topicset *topics = compile(f, RAISED);
	struct matcher *matcher = matcher_new(topics);
	const struct match *match;

	match = match_title(matcher, "A missile flies");
	assert_non_null(match);
	assert_false(match->is_raised);
	assert_int_equal(match->severity, SEVERITY_MEDIUM);
	assert_int_equal(match->span_count, 1);
	match = match_title(matcher, "toward Japan: a missile, an ICBM");
	assert_non_null(match);
	assert_true(match->is_raised);
	assert_int_equal(match->severity, SEVERITY_FLASH);
	/* what raised it is marked, too, in the order of the text */
	assert_int_equal(match->span_count, 3);
	assert_string_equal(match->spans[0].term, "toward Japan");
	assert_string_equal(match->spans[1].term, "missile");
	assert_string_equal(match->spans[2].term, "ICBM");
	/* and the next item starts anew */
	match = match_title(matcher, "A missile flies");
	assert_false(match->is_raised);
	assert_int_equal(match->span_count, 1);
	matcher_free(&matcher);
	topicset_free(&topics);
}

static void
the_condition_alone_matches_nothing(void **state)
{
	struct fixture *f = *state;
	struct topicset *topics = compile(f, RAISED);
	struct matcher *matcher = matcher_new(topics);

	assert_null(match_title(matcher, "An ICBM toward Japan"));
	matcher_free(&matcher);
	topicset_free(&topics);
}

static void
a_condition_uses_sets_and_metadata(void **state)
{
	struct fixture *f = *state;
	struct topicset *topics = compile(f,
	    "set \"w\" { any = {\"ICBM\"} }\n"
	    "topic \"t\" { query = 'missile' raise = '@w AND NOT country:KR' }");
	struct matcher *matcher = matcher_new(topics);
	struct item item = {
	    .title = "missile ICBM", .summary = "", .content = ""};
	struct match_source source = {.country = "KR"};

	assert_true(match_title(matcher, "missile ICBM")->is_raised);
	assert_false(
	    matcher_run(matcher, &item, &source)->matches[0].is_raised);
	matcher_free(&matcher);
	topicset_free(&topics);
}

/* Adds what topicset_new reports of a file; it must refuse it. */
static void
refuse_topics(struct fixture *f, const char *text)
{
	const struct conf *conf = good(f, text);

	/* of what conf_load said, there are warnings only */
	diag_clear(&f->diag);
	assert_null(topicset_new(conf, &f->diag));
}

static void
errors_of_queries_and_conditions_are_shown_in_one_run(void **state)
{
	struct fixture *f = *state;

	refuse_topics(f,
	    "topic \"a\" { query = 'x OR'\n\traise = 'b AND c OR d' }\n"
	    "topic \"b\" { query = 'x'\n\traise = 'NOT y' }\n"
	    "topic \"c\" { query = 'x' raise = '@none' }");
	assert_int_equal(f->diag.errors, 4);
	assert_string_equal(finding(f, 0),
	    "w.conf:1:24: error E005: there is no term behind 'OR'");
	assert_string_equal(finding(f, 1),
	    "w.conf:2:19: error E101: AND and OR mixed without parentheses");
	assert_string_equal(
	    finding(f, 2), "w.conf:4:11: error E120: a query of NOT alone");
	assert_int_equal(f->diag.entries[3].line, 5);
	assert_int_equal(f->diag.entries[3].column, 34);
}

/* Runs a file's examples; gives how many there are. */
static size_t
check(struct fixture *f, const char *text)
{
	struct topicset *topics = compile(f, text);
	size_t count = golden_check(topics, f->conf, &f->diag);

	topicset_free(&topics);
	return count;
}

static void
examples_that_are_right_are_silent(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(check(f, "log \"l\" { path = '-' } " FEED "} "
				  "topic \"t\" { query = 'missile' golden = "
				  "{'+ A missile', '- A rocket'} }\n"
				  "topic \"u\" { query = 'rocket' golden = "
				  "{'- A missile', '+ A rocket'} }"),
	    4);
	assert_int_equal(f->diag.count, 0);
}

static void
an_example_that_fails_is_an_error_at_its_place(void **state)
{
	struct fixture *f = *state;
	const struct diag_entry *entry;

	assert_int_equal(
	    check(f, "log \"l\" { path = '-' } " FEED "}\n"
		     "set \"w\" { any = {\"missile\"} }\n"
		     "topic \"t\" { query = '@w AND \"world cup\"'\n"
		     "golden = { \"+ A 북 missile\",\n"
		     "'- World Cup: missile, missile' } }"),
	    2);
	assert_int_equal(f->diag.count, 2);
	assert_string_equal(finding(f, 0),
	    "w.conf:4:13: error E301: \"t\" must match this and does not");
	entry = &f->diag.entries[0];
	assert_string_equal(entry->source, "golden = { \"+ A 북 missile\",");
	assert_int_equal(entry->caret, 13);
	assert_int_equal(entry->caret_len, 13);
	assert_non_null(strstr(entry->hint, "wirewatch explain t"));
	assert_string_equal(finding(f, 1),
	    "w.conf:5:2: error E301: \"t\" must not match this and does");
	assert_string_equal(f->diag.entries[1].hint,
	    "what matched: \"world cup\", @w \"missile\"");
}

static void
the_words_told_of_a_match_are_bounded(void **state)
{
	struct fixture *f = *state;

	check(f, "topic \"t\" { query = 'a1 a2 a3 a4 a5 a6 a7 a8 a9 a10' "
		 "golden = '- a1 a2 a3 a4 a5 a6 a7 a8 a9 a10' }");
	assert_int_equal(f->diag.errors, 1);
	assert_string_equal(f->diag.entries[f->diag.count - 1].hint,
	    "what matched: \"a1\", \"a2\", \"a3\", \"a4\", \"a5\", \"a6\", "
	    "\"a7\", \"a8\", ...");
}

static void
an_example_is_of_the_feed_it_names(void **state)
{
	struct fixture *f = *state;

	check(f,
	    "log \"l\" { path = '-' }\n"
	    "feed \"a\" { url = \"http://a.example/\" title = \"The Wire\" "
	    "role = \"wire\" country = \"KR\" lang = \"ko\" }\n"
	    "feed \"b\" { url = \"http://b.example/\" }\n"
	    "topic \"t\" { query = '미사일 AND feed:a AND source:\"The Wire\" AND role:wire "
	    "AND country:KR AND lang:ko'\n"
	    "golden = {'+a 미사일', '-b 미사일', '- 미사일'} }\n");
	assert_int_equal(f->diag.count, 0);
}

static void
a_summary_is_no_title(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    check(f, "log \"l\" { path = '-' } " FEED "}\n"
		     "topic \"t\" { query = 'title:x AND summary:\"y z\"'\n"
		     "golden = {'+ x\n\ty\n\tz', '- x y z', '- y z\n\tx'} }"),
	    3);
	assert_int_equal(f->diag.count, 0);
}

/* What a feed's text passes through, an example passes through. */
static void
an_example_is_cleaned_as_an_item_is(void **state)
{
	struct fixture *f = *state;
	const struct conf_topic *topic;
	struct topicset *topics;
	char *text;

	check(f, "topic \"t\" { query = '\"north korea\"' "
		 "golden = \"+ north\xe2\x80\xae   korea\" }");
	assert_int_equal(f->diag.errors, 0);
	/* a title ends at its bound, so the last word is not in it */
	text = repeated("topic \"t\" { query = 'end' golden = {'- ", "a ",
	    ITEM_TITLE_MAX / 2, "end'} }");
	topics = compile(f, text);
	topic = &f->conf->topics[0];
	assert_true(strlen(topic->goldens[0].title) > ITEM_TITLE_MAX);
	assert_int_equal(golden_run(topics, f->conf, f->conf, NULL, NULL), 0);
	topicset_free(&topics);
	free(text);
}

struct seen {
	char verdicts[8];
	size_t count;
};

static void
see(const struct golden_verdict *verdict, void *arg)
{
	struct seen *seen = arg;

	assert_int_equal(verdict->did_match, verdict->match != NULL);
	seen->verdicts[seen->count++] = verdict->did_match ? '+' : '-';
}

/* As when a new configuration is tried with the examples of the old one. */
static void
examples_run_against_the_topics_of_another_file(void **state)
{
	struct fixture *f = *state, *other;
	struct topicset *topics;
	struct seen seen = {0};
	void *p;

	set_up(&p);
	other = p;
	topics = compile(f, "topic \"u\" { query = 'rocket' }\n"
			    "topic \"t\" { query = 'missile' }");
	good(other,
	    "topic \"t\" { query = 'x' golden = {'+ missile', '+ rocket'} }\n"
	    "topic \"gone\" { query = 'x' golden = {'- missile', '+ x'} }");
	assert_int_equal(golden_run(topics, other->conf, other->conf, see, &seen), 2);
	assert_string_equal(seen.verdicts, "+---");
	topicset_free(&topics);
	tear_down(&p);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_meets_the_condition_is_raised),
	    TEST(the_condition_alone_matches_nothing),
	    TEST(a_condition_uses_sets_and_metadata),
	    TEST(errors_of_queries_and_conditions_are_shown_in_one_run),
	    TEST(examples_that_are_right_are_silent),
	    TEST(an_example_that_fails_is_an_error_at_its_place),
	    TEST(the_words_told_of_a_match_are_bounded),
	    TEST(an_example_is_of_the_feed_it_names),
	    TEST(a_summary_is_no_title),
	    TEST(an_example_is_cleaned_as_an_item_is),
	    TEST(examples_run_against_the_topics_of_another_file),
	};

	return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
