#include "tests/test.h"
#include "tests/topic_text.h"

#include "lib/alloc.h"
#include "lib/buf.h"
#include "topics/query.h"

/*
 * Queries to trees, trees to queries, and every mistake with its place. The
 * examples of wirewatch-query(7) are read from the page itself.
 */
#define PAGE "man/wirewatch-query.7"

struct desk {
	struct conf conf;
	struct conf_set sets[3];
	struct arena *arena;
	struct terms *terms;
	struct query_parser parser;
	struct diag diag;
	struct query_node *query;
};

static void
text_of(struct conf_text *text, const char *s)
{
	text_in(text, "q", s);
}

static void
desk_open(struct desk *desk)
{
	memset(desk, 0, sizeof(*desk));
	desk->sets[0].name = "dprk";
	desk->sets[1].name = "launch";
	desk->sets[2].name = "weapon";
	desk->conf.sets = desk->sets;
	desk->conf.set_count = 3;
	desk->arena = arena_new();
	desk->terms = terms_new();
	diag_init(&desk->diag);
	query_parser_init(
	    &desk->parser, desk->arena, desk->terms, &desk->conf, &desk->diag);
}

static void
desk_close(struct desk *desk)
{
	query_parser_clear(&desk->parser);
	terms_free(&desk->terms);
	arena_free(&desk->arena);
	diag_clear(&desk->diag);
}

static void
desk_parse(struct desk *desk, const char *query)
{
	struct conf_text text;

	desk_open(desk);
	text_of(&text, query);
	desk->query = query_parse(&desk->parser, &text);
	/* a tree or errors, never both, never neither */
	assert_int_equal(desk->query == NULL, desk->diag.errors > 0);
}

/* Asserts the canonical form, and that it reads as itself. */
static void
reads_as(const char *query, const char *want)
{
	struct desk desk, again;
	char *printed, *twice;

	desk_parse(&desk, query);
	if (!desk.query)
		diag_print(&desk.diag, stderr);
	assert_non_null(desk.query);
	printed = query_print(desk.query);
	assert_string_equal(printed, want);
	desk_parse(&again, printed);
	assert_non_null(again.query);
	twice = query_print(again.query);
	assert_string_equal(twice, want);
	desk_close(&desk);
	desk_close(&again);
	free(printed);
	free(twice);
}

struct mistake {
	const char *query;
	const char *code;
	int column;
	int len;
	const char *hint; /* a part of it, or NULL */
};

static void
check_mistakes(const struct mistake *mistakes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct mistake *mistake = &mistakes[i];
		const struct diag_entry *entry;
		struct desk desk;

		desk_parse(&desk, mistake->query);
		if (desk.diag.errors != 1) {
			diag_print(&desk.diag, stderr);
			fail_msg(
			    "%s: %zu errors", mistake->query, desk.diag.errors);
		}
		entry = &desk.diag.entries[0];
		if (strcmp(entry->code, mistake->code) != 0 ||
		    /* 0: wherever PCRE2 says */
		    (mistake->column && entry->column != mistake->column) ||
		    entry->caret_len != mistake->len)
			fail_msg("%s: %s at %d, %d long", mistake->query,
			    entry->code, entry->column, entry->caret_len);
		if (mistake->hint &&
		    (!entry->hint || !strstr(entry->hint, mistake->hint)))
			fail_msg("%s: hint: %s", mistake->query, entry->hint);
		desk_close(&desk);
	}
}

#define CHECK(table) check_mistakes(table, sizeof(table) / sizeof((table)[0]))

static void
terms_are_joined_by_and_and_or(void **state)
{
	(void)state;
	reads_as("missile", "missile");
	reads_as("a b", "(a AND b)");
	reads_as("a AND b c", "(a AND b AND c)");
	reads_as("a OR b OR c", "(a OR b OR c)");
	reads_as("(a OR b) c", "((a OR b) AND c)");
	reads_as("((a))", "a");
	reads_as("a OR (b AND c)", "(a OR (b AND c))");
	reads_as("a NOT b", "(a AND NOT b)");
	reads_as("a -b -\"c d\" -(e f)",
	    "(a AND NOT b AND NOT \"c d\" AND NOT (e AND f))");
	reads_as("a\n\tAND  b", "(a AND b)");
	reads_as("\"or\" AND \"AND\"", "(\"or\" AND \"AND\")");
	/* words only where they stand; printed they stand elsewhere */
	reads_as("a (or)", "(a AND \"or\")");
	reads_as("a Not", "(a AND \"Not\")");
	reads_as("(BUT) NOT NEAR/3 a", "(\"BUT\" NOT NEAR/3 a)");
}

static void
terms_are_read_in_all_their_forms(void **state)
{
	(void)state;
	reads_as("\"ballistic missile\"", "\"ballistic missile\"");
	reads_as("solid-fuel U.N. O'Brien AT&T",
	    "(solid-fuel AND U.N. AND O'Brien AND AT&T)");
	reads_as("missil* wom?n", "(missil* AND wom?n)");
	reads_as("=AIDS =\"Kim Jong Un\" =北",
	    "(=AIDS AND =\"Kim Jong Un\" AND =北)");
	reads_as("@dprk @launch", "(@dprk AND @launch)");
	reads_as(
	    "북한 朝鲜 КНДР ミサイル", "(북한 AND 朝鲜 AND КНДР AND ミサイル)");
	reads_as("\"a \\\"b\\\" c\"", "\"a \\\"b\\\" c\"");
}

static void
nearness_binds_before_not_and_and(void **state)
{
	(void)state;
	reads_as("a NEAR/5 b", "(a NEAR/5 b)");
	reads_as("a PRE/255 b", "(a PRE/255 b)");
	reads_as("a NEAR/1 b c", "((a NEAR/1 b) AND c)");
	reads_as("NOT a NEAR/1 b AND c", "(NOT (a NEAR/1 b) AND c)");
	reads_as("a NEAR/1 b PRE/2 c", "((a NEAR/1 b) PRE/2 c)");
	reads_as("a NOT NEAR/4 b", "(a NOT NEAR/4 b)");
	reads_as("a NOT PRE/4 (b OR c)", "(a NOT PRE/4 (b OR c))");
	reads_as("a AND NOT b NEAR/2 c", "(a AND NOT (b NEAR/2 c))");
	reads_as("@launch NEAR/8 (@weapon OR title:x)",
	    "(@launch NEAR/8 (@weapon OR title:x))");
}

static void
sentences_and_paragraphs_bind_as_nearness_does(void **state)
{
	(void)state;
	reads_as("a W/S b", "(a W/S b)");
	reads_as("a W/P b c", "((a W/P b) AND c)");
	reads_as("a W/S b W/S c", "((a W/S b) W/S c)");
	reads_as("a W/S (b W/P c)", "(a W/S (b W/P c))");
	reads_as("NOT a W/S b AND c", "(NOT (a W/S b) AND c)");
	reads_as("a NEAR/3 b W/P (c OR \"d e\")",
	    "((a NEAR/3 b) W/P (c OR \"d e\"))");
	reads_as("ATLEAST2(a W/S @dprk)", "ATLEAST2((a W/S @dprk))");
	reads_as("title:(a W/S b)", "(title:a W/S title:b)");
	reads_as("a \uff37\uff0f\uff33 b", "(a W/S b)");
}

static void
regular_expressions_are_taken_as_they_stand(void **state)
{
	(void)state;
	reads_as("/a b/", "/a b/");
	reads_as("/a \\/ (b|c)\\\\/i", "/a \\/ (b|c)\\\\/i");
	reads_as("/a/ AND b", "(/a/ AND b)");
	reads_as("(/a/i OR /b/)x -/c/", "((/a/i OR /b/) AND x AND NOT /c/)");
	reads_as("title:/a/", "title:/a/");
	reads_as("lead:/a/i", "FIRST50(/a/i)");
	reads_as("ALLCAPS(/a/)", "ALLCAPS(/a/)");
	reads_as("ANY2(/a,b/, c)", "ANY2(/a,b/, c)");
	/* nothing in it is read as another character */
	reads_as("/\uff08\u201c\uff21/", "/\uff08\u201c\uff21/");
	reads_as("/a\n b/", "/a\n b/");
	/* in a value a slash is a slash */
	reads_as("url:/a/*", "url:/a/*");
}

static void
what_is_wrong_with_a_regular_expression_is_told_where(void **state)
{
	static const struct mistake mistakes[] = {
	    {"/a", "E002", 1, 1, "another /"},
	    {"x /a\\/", "E002", 3, 1, NULL},
	    {"//", "E004", 1, 2, NULL},
	    {"/a/x", "E011", 4, 1, "only i"},
	    {"/a/ii", "E011", 5, 1, NULL},
	    {"/a/b/", "E011", 4, 2, "\\/"},
	    {"\uff0fa\uff0f", "E001", 1, 1, "ASCII"},
	    {"x /ab(c/", "E141", 8, 1, NULL},
	    {"x /a**b/ y", "E141", 0, 1, NULL},
	    {"x /\u5317[/", "E141", 6, 1, NULL},
	    {"/a\\C/", "E141", 0, 1, NULL},
	    {"x /a*/", "E142", 3, 4, "+"},
	    {"/(a)\\1/", "E142", 1, 7, NULL},
	    {"x /ab\\X/", "E142", 6, 2, NULL},
	    {"x /a(*sr:b)/", "E142", 5, 2, NULL},
	    {"/a{500}/", "E009", 3, 1, NULL},
	    {"a NEAR/2 /b/", "E203", 10, 3, "words"},
	    {"/b/ PRE/2 a", "E203", 1, 3, NULL},
	    {"a W/S /b/i", "E203", 7, 4, NULL},
	    {"a W/P (b OR /c/)", "E203", 13, 3, NULL},
	    {"ATLEAST2(/b/)", "E203", 10, 3, NULL},
	    {"=/a/", "E203", 1, 1, NULL},
	};

	(void)state;
	CHECK(mistakes);
}

static void
fields_hold_for_what_they_stand_before(void **state)
{
	(void)state;
	reads_as("title:a b", "(title:a AND b)");
	reads_as("title:(a OR b)", "(title:a OR title:b)");
	reads_as("Title:\"a b\"", "title:\"a b\"");
	reads_as("text:a", "a");
	reads_as("title:@dprk", "title:@dprk");
	reads_as("title:=Ab", "title:=Ab");
	reads_as("lead:a", "FIRST50(a)");
	reads_as("role:state country:CN", "(role:state AND country:cn)");
	reads_as("source:\"Yonhap News\"", "source:\"yonhap news\"");
	reads_as(
	    "source:(a OR \"b c\") x", "((source:a OR source:\"b c\") AND x)");
	reads_as("url:https://a.b/c?d=e", "url:https://a.b/c?d=e");
	reads_as(
	    "url:(https://a.b OR *c:d*)", "(url:https://a.b OR url:*c:d*)");
	reads_as("a -category:sports", "(a AND NOT category:sports)");
	reads_as("lang:(en OR zh-Hant)", "(lang:en OR lang:zh-hant)");
	reads_as("domain:a.com b", "(domain:a.com AND b)");
}

static void
functions_take_their_terms(void **state)
{
	(void)state;
	reads_as("ATLEAST3(a OR b)", "ATLEAST3((a OR b))");
	reads_as("ANY2(a, b c, \"d e\")", "ANY2(a, (b AND c), \"d e\")");
	reads_as("ANY2 (a, b)", "ANY2(a, b)");
	reads_as("FIRST20(a b)", "(FIRST20(a) AND FIRST20(b))");
	reads_as("FIRST20(FIRST5(a))", "FIRST5(a)");
	reads_as("ALLCAPS(a NEAR/2 b)", "(ALLCAPS(a) NEAR/2 ALLCAPS(b))");
	reads_as("title:ALLCAPS(a)", "title:ALLCAPS(a)");
	reads_as("ANY1(a, ANY2(b, c))", "ANY1(a, ANY2(b, c))");
	/* zeros in front of a number mean nothing, however many */
	reads_as("ATLEAST000000003(a)", "ATLEAST3(a)");
	reads_as("a NEAR/000005 b", "(a NEAR/5 b)");
	reads_as("a PRE/000000000005 b", "(a PRE/5 b)");
}

static void
twins_of_ascii_are_read_as_ascii(void **state)
{
	(void)state;
	reads_as("（朝鲜　ＯＲ　导弹） 日本", "((朝鲜 OR 导弹) AND 日本)");
	reads_as("\xe2\x80\x9c"
		 "a b\xe2\x80\x9d",
	    "\"a b\"");
	reads_as("«a b»", "\"a b\"");
	reads_as("「北 朝」", "\"北 朝\"");
	reads_as("a\xc2\xa0OR\xc2\xa0"
		 "b",
	    "(a OR b)");
	reads_as("title：北", "title:北");
	reads_as("ＴＩＴＬＥ：北", "title:北");
	reads_as("ANY2（a，b、c）", "ANY2(a, b, c)");
	reads_as("a －b", "(a AND NOT b)");
	reads_as("a ＮＥＡＲ／５ b", "(a NEAR/5 b)");
	reads_as("＝北", "=北");
}

static void
mixing_and_and_or_shows_both_readings(void **state)
{
	static const struct mistake mistakes[] = {
	    {"DPRK AND missile OR rocket", "E101", 18, 2,
		"Factiva reads (DPRK AND missile) OR rocket; Lexis reads DPRK "
		"AND (missile OR rocket)"},
	    {"a OR b AND c", "E101", 8, 3,
		"a OR (b AND c); Lexis reads (a OR b) AND c"},
	    {"a OR b c", "E101", 8, 1, NULL},
	    {"x (a OR b AND c)", "E101", 11, 3, NULL},
	    {"a OR b NOT c", "E101", 8, 3, NULL},
	    {"a OR b -c", "E101", 8, 1, NULL},
	    {"title:(a OR b c)", "E101", 15, 1, NULL},
	    /* long terms are shortened, and so are long levels */
	    {"\"Democratic People's Republic of Korea\" AND "
	     "(missile* OR rocket* OR launch*) OR \"Пхеньян угрожает Сеулу "
	     "новой ракетой\"",
		"E101", 78, 2,
		"Factiva reads (\"Democratic Pe…of Korea\" AND (missile* OR "
		"r… launch*)) OR \"Пхеньян угрож… ракетой\"; Lexis reads "
		"\"Democratic Pe…of Korea\" AND ((missile* OR r… launch*) "
		"OR \"Пхеньян угрож… ракетой\"): add"},
	    {"\"a\n\t b\" AND c OR d", "E101", 12, 2,
		"Factiva reads (\"a b\" AND c) OR d; Lexis reads \"a b\" AND "
		"(c OR d): add"},
	    {"a AND b AND c AND d OR e OR f", "E101", 21, 2,
		"Factiva reads (a AND b AND c AND d) OR e …; Lexis reads "
		"a AND b AND c AND (d OR e) …: add"},
	    {"a OR b OR c OR d AND e", "E101", 18, 3,
		"Factiva reads a OR b OR c OR (d AND e); Lexis reads "
		"(a OR b OR c OR d) AND e: add"},
	};

	(void)state;
	CHECK(mistakes);
}

static void
a_chain_of_nearness_only_widens(void **state)
{
	static const struct mistake mistakes[] = {
	    {"a NEAR/10 b NEAR/2 c", "E101", 13, 6,
		"(a NEAR/10 b) NEAR/2 c; the closer first, "
		"a NEAR/10 (b NEAR/2 c)"},
	    {"a NEAR/10 b PRE/2 c", "E101", 13, 5, NULL},
	    {"a W/P b W/S c", "E101", 9, 3,
		"(a W/P b) W/S c; the closer first, a W/P (b W/S c)"},
	    {"a W/S (b OR c) NEAR/255 d", "E101", 16, 8,
		"(a W/S (b OR c)) NEAR/255 d; the closer first, "
		"a W/S ((b OR c) NEAR/255 d)"},
	    {"a NEAR/2 b W/S c NOT NEAR/3 d", "E101", 18, 10,
		"((a NEAR/2 b) W/S c) NOT NEAR/3 d; the closer first, "
		"(a NEAR/2 b) W/S (c NOT NEAR/3 d)"},
	    {"x (a NEAR/3 b NEAR/9 c NEAR/3 d) y", "E101", 24, 6, NULL},
	    {"a NEAR/5 b NEAR/2 c NEAR/1 d", "E101", 12, 6,
		"((a NEAR/5 b) NEAR/2 c) NEAR/1 d; the closer first, "
		"a NEAR/5 (b NEAR/2 (c NEAR/1 d))"},
	    /* long terms are shortened, and so are long chains */
	    {"(\"ballistic missile\" OR \"탄도미사일\") NEAR/10 (launch* OR "
	     "fire*) NEAR/5 (DPRK OR \"North Korea\")",
		"E101", 61, 6,
		"this is ((\"ballistic mi… \"탄도미사일\") NEAR/10 (launch* OR "
		"fire*)) NEAR/5 (DPRK OR \"North Korea\"); the closer first, "
		"(\"ballistic mi… \"탄도미사일\") NEAR/10 ((launch* OR fire*) "
		"NEAR/5 (DPRK OR \"North Korea\")): add"},
	    {"a NEAR/2 b NEAR/3 c NEAR/9 d NOT NEAR/4 e NEAR/5 f", "E101", 30,
		10,
		"this is (a NEAR/2 b NEAR/3 c NEAR/9 d) NOT NEAR/4 e …; the "
		"closer first, a NEAR/2 b NEAR/3 c NEAR/9 (d NOT NEAR/4 e) …: "
		"add"},
	    {"a NEAR/2 b NEAR/3 c NEAR/9 d NEAR/4 e", "E101", 30, 6,
		"this is (a NEAR/2 b NEAR/3 c NEAR/9 d) NEAR/4 e; the closer "
		"first, a NEAR/2 b NEAR/3 c NEAR/9 (d NEAR/4 e): add"},
	};

	(void)state;
	CHECK(mistakes);
	reads_as(
	    "a NEAR/2 b NEAR/2 c PRE/2 d", "(((a NEAR/2 b) NEAR/2 c) PRE/2 d)");
	reads_as("a NEAR/2 b NOT NEAR/9 c W/S d W/P e",
	    "((((a NEAR/2 b) NOT NEAR/9 c) W/S d) W/P e)");
	reads_as("a W/P (b W/S c)", "(a W/P (b W/S c))");
	reads_as("(a NEAR/10 b) NEAR/2 c", "((a NEAR/10 b) NEAR/2 c)");
}

static void
a_minus_before_nearness_shows_both_readings(void **state)
{
	static const struct mistake mistakes[] = {
	    {"x -a NEAR/5 b", "E101", 3, 11,
		"-(a NEAR/5 b) excludes both near each other; b NOT NEAR/5 a"},
	    {"-a PRE/2 b x", "E101", 1, 10,
		"-(a PRE/2 b) excludes both near each other; b NOT NEAR/2 a"},
	    {"x -a W/S b", "E101", 3, 8,
		"-(a W/S b) excludes both in one sentence; b in one without a "
		"cannot be asked for"},
	    {"x -\"a b\" W/P c", "E101", 3, 12, "-(\"a b\" W/P c)"},
	    {"x -title:a NEAR/5 b", "E101", 3, 17, NULL},
	    {"x -(a OR b) NEAR/5 c", "E101", 3, 18, NULL},
	    {"x -a NEAR/2 b NEAR/5 c", "E101", 3, 20,
		"-(a NEAR/2 b NEAR/5 c) excludes only the whole; "
		"(b NEAR/5 c) NOT NEAR/2 a excludes one near the other"},
	    {"x -a W/S b W/P c", "E101", 3, 14,
		"-(a W/S b W/P c) excludes only the whole; "
		"(b W/P c) in one without a cannot be asked for"},
	    {"x -a NEAR/2 b NEAR/3 c NEAR/4 d NEAR/5 e", "E101", 3, 38,
		"-(a NEAR/2 b NEAR/3 c NEAR/4 d …) excludes only the whole; "
		"(b NEAR/3 c NEAR/4 d NEAR/5 e) NOT NEAR/2 a excludes"},
	    {"x -a NOT NEAR/5 b", "E101", 3, 15,
		"-(a NOT NEAR/5 b) excludes one without the other near it; "
		"-a alone excludes it everywhere"},
	    {"x -a NOT PRE/2 b", "E101", 3, 14,
		"-(a NOT PRE/2 b) excludes one without the other behind it; "
		"-a alone excludes it everywhere"},
	    {"x -(alpha OR bravo OR carol OR delta OR echo OR foxtrot) PRE/2 "
	     "(golf OR hotel OR india OR juliet OR kilo OR lima OR mike)",
		"E101", 3, 119,
		"-((alpha OR brav… foxtrot) PRE/2 (golf OR hotel… OR mike)) "
		"excludes both near each other; (golf OR hotel… OR mike) NOT "
		"NEAR/2 (alpha OR brav… foxtrot) excludes"},
	    {"a NEAR/5 -b", "E203", 10, 1, "a NOT NEAR/5 b"},
	    {"a PRE/5 -b", "E203", 9, 1, "a NOT PRE/5 b"},
	    {"a W/S NOT b", "E203", 7, 3, "a AND NOT (a W/S b)"},
	};

	(void)state;
	CHECK(mistakes);
	reads_as("x -(a NEAR/5 b)", "(x AND NOT (a NEAR/5 b))");
	reads_as("x NOT a NEAR/5 b", "(x AND NOT (a NEAR/5 b))");
}

static void
nothing_is_near_what_stands_in_another_field(void **state)
{
	static const struct mistake mistakes[] = {
	    {"title:a NEAR/3 summary:b", "E203", 9, 6, "the same field"},
	    {"title:a W/S summary:b", "E203", 9, 3, NULL},
	    {"title:a NOT NEAR/3 summary:b", "E203", 13, 6, NULL},
	    {"title:a NEAR/3 b NEAR/3 summary:c", "E203", 18, 6, NULL},
	    {"ATLEAST2(title:a PRE/3 lead:summary:b)", "E203", 18, 5, NULL},
	};

	(void)state;
	CHECK(mistakes);
	reads_as("title:a NEAR/3 b", "(title:a NEAR/3 b)");
	reads_as("title:a NEAR/3 (summary:b OR title:c)",
	    "(title:a NEAR/3 (summary:b OR title:c))");
	reads_as("a NOT NEAR/2 title:b", "(a NOT NEAR/2 title:b)");
}

static void
what_other_languages_write_is_refused_with_what_to_write(void **state)
{
	static const struct mistake mistakes[] = {
	    {"a W/5 b", "E110", 3, 3, "NEAR/5 (in any order) or PRE/5"},
	    {"a w/12 b", "E110", 3, 4, "NEAR/12"},
	    {"missil!", "E111", 1, 7, "missil*"},
	    {"a near/5 b", "E112", 3, 6, "NEAR/5"},
	    {"a near5 b", "E112", 3, 5, "NEAR/5"},
	    {"a NEAR b", "E112", 3, 4, "NEAR/5"},
	    {"a adj5 b", "E112", 3, 4, "PRE/5"},
	    {"a ONEAR/3 b", "E112", 3, 7, "PRE/3"},
	    {"a or b", "E113", 3, 2, "OR"},
	    {"a and b", "E113", 3, 3, "AND"},
	    {"a Or b", "E113", 3, 2, "OR"},
	    {"a not b", "E113", 3, 3, "NOT"},
	    {"atleast3(a)", "E114", 1, 8, "ATLEAST3"},
	    {"ATLEAST(a)", "E114", 1, 7, "ATLEAST3"},
	    {"ANY(a, b)", "E114", 1, 3, "ANY2"},
	    {"ALLCAPS a", "E114", 1, 7, "ALLCAPS(term)"},
	    {"CAPS(a)", "E114", 1, 4, "CAPS AND"},
	    {"a w/s b", "E112", 3, 3, "W/S"},
	    {"a W/sent b", "E112", 3, 6, "W/S"},
	    {"a w/para b", "E112", 3, 6, "W/P"},
	    {"a NOT W/S b", "E115", 3, 7, "a AND NOT (a W/S b)"},
	    {"a NOT W/P b", "E115", 3, 7, "a AND NOT (a W/P b)"},
	    {"a /s b", "E002", 3, 1, "W/S"},
	    {"a /s b /p c", "E011", 9, 1, "only i"},
	    {"a | b", "E001", 3, 1, "OR"},
	    {"+a", "E001", 1, 1, "AND"},
	    {"#a", "E001", 1, 1, "comments"},
	    {"'a'", "E001", 1, 1, "double quotes"},
	    {"a$", "E001", 2, 1, "'*'"},
	    {"a/b", "E001", 2, 1, "quote"},
	    {"12:30", "E001", 3, 1, "quote"},
	    {"a SAME b", "E112", 3, 4, "W/P"},
	    {"and/or", "E112", 1, 6, NULL},
	    {"a SAME", "E112", 3, 4, NULL},
	    {"a XOR b", "E112", 3, 3, "(a OR b) AND NOT (a AND b)"},
	    {"a ANDNOT b", "E112", 3, 6, "AND NOT"},
	    {"a andnot b", "E112", 3, 6, "AND NOT"},
	    {"a AND-NOT b", "E112", 3, 7, "AND NOT"},
	    {"a BUT NOT b", "E112", 3, 7, "AND NOT"},
	    {"a BUT  NOT (b c)", "E112", 3, 8, "AND NOT"},
	    {"a NEAR/S b", "E112", 3, 6, "W/S"},
	    {"a near/para b", "E112", 3, 9, "W/P"},
	    {"a PRE/S b", "E112", 3, 5, "W/S"},
	    {"a adj/s b", "E112", 3, 5, "W/S"},
	    {"a NOT NEAR/S b", "E112", 3, 10, "a AND NOT (a W/S b)"},
	    {"a NOT w/s b", "E112", 3, 7, "a AND NOT (a W/S b)"},
	    {"a W/SEG b", "E112", 3, 5, "title:(a AND b)"},
	    {"a AND/OR b", "E112", 3, 6, "OR"},
	    {"a and/or b", "E112", 3, 6, "OR"},
	    {"a AROUND(5) b", "E112", 3, 9, "NEAR/5"},
	    {"a around( 12 ) b", "E112", 3, 12, "NEAR/12"},
	    {"a NOT W/5 b", "E110", 3, 7, "NOT NEAR/5"},
	    {"a NOT near5 b", "E112", 3, 9, "NOT NEAR/5"},
	    {"a W/0000012 b", "E110", 3, 9, "NEAR/12"},
	    {"a W/ 5 b", "E112", 3, 2, "NEAR/5"},
	    {"a not w/5 b", "E110", 3, 7, "NOT NEAR/5"},
	    {"w/5", "E110", 1, 3, "NEAR/5"},
	    {"a near5", "E112", 3, 5, "NEAR/5"},
	    {"a & b", "E112", 3, 1, "AND"},
	    {"a && b", "E112", 3, 2, "AND"},
	    {"a&&b", "E112", 2, 2, "AND"},
	    {"a || b", "E112", 3, 2, "OR"},
	    {"a||b", "E112", 2, 2, "OR"},
	    {"a /5 b", "E002", 3, 1, "NEAR/5"},
	};

	(void)state;
	CHECK(mistakes);
}

/* Words of news that only look like operators of elsewhere. */
static void
words_that_are_operators_elsewhere_stay_words(void **state)
{
	(void)state;
	reads_as("the same but different", "(the AND same AND but AND "
					   "different)");
	reads_as("BUT missile", "(\"BUT\" AND missile)");
	reads_as("\"SAME\" \"and/or\"", "(\"SAME\" AND \"and/or\")");
	reads_as(
	    "AROUND missile (5 OR 6)", "(AROUND AND missile AND (5 OR 6))");
	reads_as("AT&T R&D", "(AT&T AND R&D)");
	reads_as("source:SAME x", "(source:same AND x)");
}

static void
signs_that_stand_for_letters_are_letters(void **state)
{
	static const struct mistake mistakes[] = {
	    /* these are more than letters */
	    {"\u3231", "E001", 1, 1, "quote"},
	    {"20\u2103", "E001", 3, 1, "quote"},
	    {"a \u2105 b", "E001", 3, 1, NULL},
	};

	(void)state;
	reads_as("\u91d1\uff65\u6b63", "\u91d1\uff65\u6b63");
	reads_as("\u21165 5\u339e Hwasong\u2122 \u337f",
	    "(\u21165 AND 5\u339e AND Hwasong\u2122 AND \u337f)");
	CHECK(mistakes);
}

static void
what_is_incomplete_is_told_where(void **state)
{
	static const struct mistake mistakes[] = {
	    {"", "E004", 1, 1, NULL},
	    {"  ", "E004", 1, 1, NULL},
	    {"()", "E004", 1, 2, NULL},
	    {"\"...\"", "E004", 1, 5, NULL},
	    {"a AND \"\"", "E004", 7, 2, NULL},
	    {"\"a b", "E002", 1, 1, NULL},
	    {"(a b", "E003", 1, 1, NULL},
	    {"a) b", "E003", 2, 1, NULL},
	    {"ANY2(a, b", "E003", 1, 5, NULL},
	    {"a OR", "E005", 3, 2, NULL},
	    {"AND a", "E005", 1, 3, NULL},
	    {"a AND OR b", "E005", 7, 2, NULL},
	    {"NEAR/3 a", "E005", 1, 6, NULL},
	    {"a NEAR/3", "E005", 3, 6, NULL},
	    {"W/S a", "E005", 1, 3, NULL},
	    {"a W/P", "E005", 3, 3, NULL},
	    {"a AND NOT", "E005", 7, 3, NULL},
	    {"a NOT NOT b", "E005", 7, 3, NULL},
	    {"title:", "E005", 1, 6, "title:term"},
	    {"title: a", "E005", 1, 6, "title:term"},
	    {"title:-a", "E005", 1, 6, NULL},
	    {"a, b", "E006", 2, 1, NULL},
	    {"a - b", "E001", 3, 1, "NOT"},
	    {"\"a b\"-c", "E001", 6, 1, "blank"},
	    {"= a", "E001", 1, 1, NULL},
	    {"@", "E001", 1, 1, NULL},
	    {"@dprk*", "E001", 6, 1, "wildcards"},
	    {"a title:@dprk?x", "E001", 14, 2, "wildcards"},
	    {"@dprk\u671d\u9bae", "E001", 6, 2, "blank"},
	    {"@dprk/x/", "E001", 6, 3, "blank"},
	};

	(void)state;
	CHECK(mistakes);
}

static void
numbers_wildcards_and_names_are_checked(void **state)
{
	static const struct mistake mistakes[] = {
	    {"a NEAR/0 b", "E008", 3, 6, NULL},
	    {"a PRE/256 b", "E008", 3, 7, NULL},
	    {"a NEAR/99999999999 b", "E008", 3, 16, NULL},
	    {"a NEAR/0000000 b", "E008", 3, 12, NULL},
	    {"FIRST0256(a)", "E008", 1, 9, NULL},
	    {"ATLEAST0(a)", "E008", 1, 8, NULL},
	    {"ANY3(a, b)", "E008", 1, 4, NULL},
	    {"m*", "E010", 1, 2, "two letters"},
	    {"*a", "E010", 1, 2, NULL},
	    {"?a", "E010", 1, 2, NULL},
	    {"a*b", "E010", 1, 3, NULL},
	    {"a AND *", "E010", 7, 1, NULL},
	    {"\"north * korea\"", "E010", 1, 15, NULL},
	    {"金*一*二*三", "E010", 1, 7, NULL},
	    {"@drpk", "E130", 1, 5, "did you mean @dprk?"},
	    {"@nothing", "E130", 1, 8, NULL},
	    {"titel:a", "E131", 1, 5, "did you mean title:?"},
	    {"https://a.b/c", "E131", 1, 5, NULL},
	    {"lang:english", "E132", 6, 7, NULL},
	    {"country:China", "E132", 9, 5, NULL},
	};

	(void)state;
	CHECK(mistakes);
}

static void
terms_stand_only_where_they_mean_something(void **state)
{
	static const struct mistake mistakes[] = {
	    {"NOT a", "E120", 1, 5, NULL},
	    {"-a -b", "E120", 1, 2, NULL},
	    {"a OR NOT b", "E120", 6, 5, NULL},
	    {"ANY1(a, NOT b)", "E120", 9, 5, NULL},
	    {"ANY2(-a, b, -c)", "E120", 6, 2, NULL},
	    {"ANY3(a, b OR -c, NOT d, -e)", "E120", 14, 2, NULL},
	    {"x OR ANY2(-a, -b)", "E120", 11, 2, NULL},
	    {"a NEAR/2 (b AND c)", "E203", 11, 7, NULL},
	    {"a NEAR/2 (b OR NOT c)", "E203", 16, 5, NULL},
	    {"a NEAR/2 NOT b", "E203", 10, 3, NULL},
	    {"a NEAR/2 role:x", "E203", 10, 6, NULL},
	    {"a NEAR/2 ANY1(b, c)", "E203", 10, 10, NULL},
	    {"a W/S (b AND c)", "E203", 8, 7, "W/P"},
	    {"a W/P role:x", "E203", 7, 6, NULL},
	    {"source:(a W/S b)", "E203", 11, 3, NULL},
	    {"ATLEAST2(a b)", "E203", 10, 3, NULL},
	    {"ATLEAST2(a, b)", "E203", 1, 8, "OR"},
	    {"=(a)", "E001", 1, 1, NULL},
	    {"=@dprk", "E203", 1, 1, NULL},
	    {"title:summary:a", "E203", 7, 8, NULL},
	    {"title:role:a", "E203", 7, 5, NULL},
	    {"FIRST3(role:a)", "E203", 8, 5, NULL},
	    {"source:(a b)", "E203", 9, 3, "quotes"},
	    {"source:(a NEAR/2 b)", "E203", 11, 6, NULL},
	    {"source:(a OR NOT b)", "E203", 14, 5, NULL},
	};

	(void)state;
	CHECK(mistakes);
	/* without a term none of these is true */
	reads_as("ANY2(a, b, NOT c)", "ANY2(a, b, NOT c)");
	reads_as("ANY3(a, b, NOT c)", "ANY3(a, b, NOT c)");
	reads_as("ANY2(a, -b)", "ANY2(a, NOT b)");
	reads_as("ANY3(a, -b, -c)", "ANY3(a, NOT b, NOT c)");
}

static void
every_mistake_of_a_query_is_told(void **state)
{
	struct desk desk;
	size_t i;

	(void)state;
	desk_parse(&desk, "missil! AND (a OR b c) AND @drpk titel:x d W/3 e");
	assert_int_equal(desk.diag.errors, 5);
	desk_close(&desk);
	/* and no more than a bounded number */
	{
		struct buf query;

		buf_init(&query, 0);
		for (i = 0; i < 1000; i++)
			buf_addstr(&query, "missil! ");
		desk_parse(&desk, buf_str(&query));
		assert_int_equal(desk.diag.errors, QUERY_ERRORS_MAX + 1);
		buf_clear(&query);
	}
	desk_close(&desk);
}

static void
a_mistake_in_a_long_line_is_shown_with_what_stands_around_it(void **state)
{
	const struct diag_entry *entry;
	struct buf query;
	struct desk desk;
	size_t i;

	(void)state;
	buf_init(&query, 0);
	for (i = 0; i < 1500; i++)
		buf_addstr(&query, "\u5317\u97d3 OR ");
	buf_addstr(&query, "missil!");
	for (i = 0; i < 1500; i++)
		buf_addstr(&query, " OR \u5317\u97d3");
	desk_parse(&desk, buf_str(&query));
	entry = &desk.diag.entries[0];
	assert_int_equal(desk.diag.count, 1);
	assert_int_equal(entry->column, 1500 * 6 + 1);
	assert_non_null(entry->source);
	assert_in_range(strlen(entry->source), 100, 600);
	assert_memory_equal(entry->source, "...", 3);
	assert_string_equal(entry->source + strlen(entry->source) - 3, "...");
	assert_int_equal(entry->caret_len, 7);
	/* the caret stands under it */
	{
		const char *at = entry->source;

		for (i = 1; i < (size_t)entry->caret; i++)
			at += (*at & 0x80) ? 3 : 1;
		assert_memory_equal(at, "missil!", 7);
	}
	desk_close(&desk);
	/* at the beginning nothing is left out before it */
	desk_parse(&desk, buf_str(&query) + 1499 * 10);
	entry = &desk.diag.entries[0];
	assert_int_equal(entry->caret, 7);
	assert_memory_equal(entry->source, "\u5317\u97d3 OR missil!", 17);
	desk_close(&desk);
	/* what goes on is marked as far as it is shown */
	buf_reset(&query);
	buf_addstr(&query, "a NEAR/5 (b AND ");
	for (i = 0; i < 1000; i++)
		buf_addstr(&query, "c AND ");
	buf_addstr(&query, "d)");
	desk_parse(&desk, buf_str(&query));
	entry = &desk.diag.entries[0];
	assert_int_equal(entry->caret, 11);
	assert_in_range(entry->caret_len, 60, 200);
	desk_close(&desk);
	buf_clear(&query);
}

/* count pieces one after the other between two others */
static char *
pile(const char *before, const char *piece, size_t count, const char *after)
{
	struct buf out;
	size_t i;

	buf_init(&out, 0);
	buf_addstr(&out, before);
	for (i = 0; i < count; i++)
		buf_addstr(&out, piece);
	buf_addstr(&out, after);
	return buf_steal(&out);
}

static void
refused_as(char *query, const char *code)
{
	struct desk desk;
	size_t i;
	bool found = false;

	desk_parse(&desk, query);
	assert_true(desk.diag.errors > 0);
	for (i = 0; i < desk.diag.count; i++)
		found |= strcmp(desk.diag.entries[i].code, code) == 0;
	if (!found)
		diag_print(&desk.diag, stderr);
	assert_true(found);
	desk_close(&desk);
	free(query);
}

static void
accepted(char *query)
{
	struct desk desk;

	desk_parse(&desk, query);
	if (!desk.query)
		diag_print(&desk.diag, stderr);
	assert_non_null(desk.query);
	desk_close(&desk);
	free(query);
}

static void
every_size_has_its_bound(void **state)
{
	char *closed;

	(void)state;
	refused_as(pile("", "(", 10000, "a"), "E009");
	refused_as(pile("", "title:", 10000, "a"), "E009");
	refused_as(pile("", "ANY1(", 10000, "a"), "E009");
	refused_as(pile("a", " NEAR/5 a", 10000, ""), "E009");
	refused_as(pile("a", " W/S a", 65, ""), "E009");
	refused_as(pile("x /", "a", 1025, "/"), "E009");
	refused_as(pile("x /", "(", 34, "/"), "E009");
	refused_as(pile("", "/a/ OR ", 4096, "/a/"), "E009");
	refused_as(pile("/", "a", 1024 * 1024, "/"), "E009");
	refused_as(pile("a ", "NOT ", 10000, "b"), "E005");
	refused_as(pile("", "-", 10000, "b"), "E005");
	refused_as(pile("", "a", 1024 * 1024, ""), "E009");
	refused_as(pile("\"", "a ", 65, "\""), "E009");
	refused_as(pile("", "a", 256, ""), "E009");
	refused_as(pile("a", " OR a", 4096, ""), "E009");
	refused_as(pile("", "北", 65, ""), "E009");
	refused_as(pile("source:", "a", 513, ""), "E009");
	closed = pile("a", ")", 64, "");
	accepted(pile("", "(", 64, closed));
	free(closed);
	accepted(pile("a", " NEAR/5 a", 64, ""));
	accepted(pile("a", " W/S a", 64, ""));
	accepted(pile("x /", "a", 1024, "/"));
	accepted(pile("\"", "a ", 64, "\""));
	accepted(pile("", "a", 255, ""));
	accepted(pile("a", " OR a", 4095, ""));
	accepted(pile("", "北", 64, ""));
	accepted(pile("source:", "a", 512, ""));
}

/* "(a W/S a ...)", of so many */
static char *
chain_in_parentheses(const char *near, size_t count)
{
	char *piece = xasprintf(" %s a", near);
	char *chain = pile("(a", piece, count - 1, ")");

	free(piece);
	return chain;
}

static char *
join_chains(const char *near, size_t before, const char *between, size_t behind)
{
	char *a = chain_in_parentheses(near, before);
	char *b = chain_in_parentheses(near, behind);
	char *joined = xasprintf("%s %s %s", a, between, b);

	free(a);
	free(b);
	return joined;
}

static void
terms_in_parentheses_count_as_those_of_a_chain(void **state)
{
	struct desk desk;
	char *query;

	(void)state;
	accepted(join_chains("W/S", 33, "W/S", 32));
	accepted(join_chains("W/P", 33, "W/P", 32));
	accepted(join_chains("W/P", 1, "W/P", 64));
	/* others end it */
	accepted(join_chains("W/S", 60, "W/P", 60));
	accepted(join_chains("W/S", 60, "NEAR/9", 60));
	accepted(join_chains("NEAR/9", 60, "NEAR/9", 60));
	accepted(join_chains("W/S", 60, "AND", 60));
	refused_as(join_chains("W/S", 64, "W/S", 2), "E009");
	refused_as(join_chains("W/S", 1, "W/S", 65), "E009");
	query = join_chains("W/P", 33, "W/P", 33);
	desk_parse(&desk, query);
	assert_int_equal(desk.diag.errors, 1);
	assert_string_equal(desk.diag.entries[0].code, "E009");
	assert_string_equal(desk.diag.entries[0].message,
	    "more than 65 terms of one W/P, those in parentheses counted");
	assert_int_equal(desk.diag.entries[0].caret_len, 3);
	assert_int_equal(
	    desk.diag.entries[0].column, strstr(query, ") W/P (") - query + 3);
	desk_close(&desk);
	free(query);
}

static void
check_entry(const char *entry, const char *code, const char *term)
{
	struct query_node *node;
	struct conf_text text;
	struct desk desk;

	desk_open(&desk);
	text_of(&text, entry);
	node = query_parse_entry(&desk.parser, &text);
	if (code) {
		assert_null(node);
		assert_int_equal(desk.diag.errors, 1);
		assert_string_equal(desk.diag.entries[0].code, code);
	} else {
		if (!node)
			diag_print(&desk.diag, stderr);
		assert_non_null(node);
		assert_string_equal(node->text, term);
	}
	desk_close(&desk);
}

static void
an_entry_of_a_set_is_a_word_or_phrase(void **state)
{
	(void)state;
	check_entry("North Korea*", NULL, "North Korea*");
	check_entry("N. Korea", NULL, "N. Korea");
	check_entry("\"Kim Jong Un\"", NULL, "Kim Jong Un");
	check_entry("=北", NULL, "=北");
	check_entry("=\"Kim Jong Un\"", NULL, "=Kim Jong Un");
	check_entry("Kim, Jong Un", NULL, "Kim, Jong Un");
	check_entry("Kim's \"", "E002", NULL);
	check_entry("rock and roll", NULL, "rock and roll");
	check_entry("24/7 - always", NULL, "24/7 - always");
	check_entry("Re: launch", NULL, "Re: launch");
	check_entry("a OR b", "E201", NULL);
	check_entry("a AND b", "E201", NULL);
	check_entry("(a b)", "E201", NULL);
	check_entry("@dprk", "E201", NULL);
	check_entry("title:a", "E201", NULL);
	check_entry("a NEAR/5 b", "E201", NULL);
	check_entry("missil!", "E111", NULL);
	check_entry("x*", "E010", NULL);
	check_entry("", "E004", NULL);
	check_entry("...", "E004", NULL);
	check_entry("\"a\" b", "E201", NULL);
}

/* --- the manual page --- */

static FILE *
open_page(void)
{
	const char *root = getenv("WIREWATCH_SRCDIR");
	char *path = xasprintf("%s/%s", root ? root : ".", PAGE);
	FILE *page = fopen(path, "r");

	free(path);
	return page;
}

/* In roff `\e` is a backslash; all else of the page's examples is literal. */
static void
unescape(char *line)
{
	char *from = line, *to = line;

	while (*from) {
		*to++ = *from;
		from += from[0] == '\\' && from[1] == 'e' ? 2 : 1;
	}
	*to = '\0';
}

/* Runs check on each line of the blocks behind a comment; their number. */
static size_t
each_example(const char *comment, void (*check)(char *line))
{
	FILE *page = open_page();
	bool is_near = false, is_inside = false;
	char line[1024];
	size_t count = 0;

	assert_non_null(page);
	while (fgets(line, sizeof(line), page)) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, ".Ed") == 0)
			is_near = is_inside = false;
		else if (strncmp(line, ".Bd", 3) == 0)
			is_inside = is_near;
		else if (strncmp(line, ".\\\" ", 4) == 0)
			is_near = strcmp(line + 4, comment) == 0;
		else if (is_inside) {
			assert_true(line[0] != '.');
			unescape(line);
			check(xstrdup(line));
			count++;
		}
	}
	fclose(page);
	return count;
}

static void
is_refused(char *line)
{
	struct desk desk;

	desk_parse(&desk, line);
	if (desk.query)
		fail_msg("accepted: %s", line);
	desk_close(&desk);
	free(line);
}

/* What the page says of its sets. */
static const char *const page_dprk[] = {"North Korea*", "N. Korea", "=북"};
static const char *const page_launch[] = {"launch*", "fire*"};
static const char *const page_weapon[] = {"missile*", "rocket*"};

static void
page_set(struct conf_set *set, const char *name, const char *const *words,
    struct conf_set_entry *entries, size_t count)
{
	size_t i;

	set->name = name;
	set->entries = entries;
	set->entry_count = count;
	for (i = 0; i < count; i++) {
		entries[i].lang = words[i][0] == '=' ? "ko" : NULL;
		text_of(&entries[i].text, words[i]);
	}
}

/* An item as the page writes it. */
struct page_item {
	struct item item;
	struct match_source source;
	const char *author;
	const char *category;
};

/* Reads `[key=value key="value"] ` and returns what stands behind it. */
static char *
page_read_known(struct page_item *page, char *text)
{
	const struct {
		const char *key;
		const char **value;
	} keys[] = {{"title", &page->item.title}, {"url", &page->item.url},
	    {"lang", &page->item.lang}, {"author", &page->author},
	    {"category", &page->category}, {"source", &page->source.title},
	    {"feed", &page->source.feed}, {"country", &page->source.country},
	    {"role", &page->source.role}};
	size_t i;

	while (*text != ']') {
		char *key = ++text, *value;

		text = strchr(text, '=');
		assert_non_null(text);
		*text++ = '\0';
		value = text + (*text == '"');
		text = strpbrk(value, *text == '"' ? "\"" : " ]");
		assert_non_null(text);
		for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			if (strcmp(keys[i].key, key) == 0)
				break;
		}
		assert_true(i < sizeof(keys) / sizeof(keys[0]));
		*keys[i].value = value;
		if (*text == '"')
			*text++ = '\0';
		else {
			char end = *text;

			*text = '\0';
			if (end == ']')
				return text + 2;
			continue;
		}
	}
	return text + 2;
}

static void
page_read(struct page_item *page, char *text)
{
	char *at;

	memset(page, 0, sizeof(*page));
	page->item.title = page->item.content = "";
	if (*text == '[')
		text = page_read_known(page, text);
	while ((at = strstr(text, "\u00b6"))) {
		*at = '\n';
		memmove(at + 1, at + 2, strlen(at + 2) + 1);
	}
	page->item.summary = text;
	page->item.authors = &page->author;
	page->item.author_count = page->author != NULL;
	page->item.categories = &page->category;
	page->item.category_count = page->category != NULL;
}

static bool
page_finds(const char *query, char *text)
{
	struct conf_set_entry dprk[3], launch[2], weapon[2];
	struct conf_set sets[3];
	struct conf_topic topic = {.name = "t"};
	struct conf conf = {
	    .sets = sets, .set_count = 3, .topics = &topic, .topic_count = 1};
	struct topicset *topics;
	struct matcher *matcher;
	struct page_item page;
	struct diag diag;
	bool found;

	memset(sets, 0, sizeof(sets));
	memset(dprk, 0, sizeof(dprk));
	memset(launch, 0, sizeof(launch));
	memset(weapon, 0, sizeof(weapon));
	page_set(&sets[0], "dprk", page_dprk, dprk, 3);
	page_set(&sets[1], "launch", page_launch, launch, 2);
	page_set(&sets[2], "weapon", page_weapon, weapon, 2);
	text_of(&topic.query, query);
	page_read(&page, text);
	diag_init(&diag);
	topics = topicset_new(&conf, &diag);
	if (!topics)
		diag_print(&diag, stderr);
	assert_non_null(topics);
	matcher = matcher_new(topics);
	found = matcher_run(matcher, &page.item, &page.source)->count > 0;
	matcher_free(&matcher);
	topicset_free(&topics);
	diag_clear(&diag);
	return found;
}

/* The query that the lines of the page's last example are about. */
static struct {
	char *query;
	size_t found;
	size_t missed;
	struct buf all; /* of the queries that had both */
} page_example;

/* Each query has at least one item that it finds and one that it does not. */
static void
page_next_query(char *query)
{
	if (page_example.query) {
		if (!page_example.found || !page_example.missed)
			fail_msg("no + or no -: %s", page_example.query);
		assert_int_equal(
		    buf_printf(&page_example.all, "%s\n", page_example.query),
		    0);
	}
	free(page_example.query);
	page_example.query = query;
	page_example.found = page_example.missed = 0;
}

static void
finds_what_it_should(char *line)
{
	bool want = line[0] == '+';

	if ((line[0] != '+' && line[0] != '-') || line[1] != ' ') {
		page_next_query(line);
		return;
	}
	assert_non_null(page_example.query);
	if (page_finds(page_example.query, line + 2) != want)
		fail_msg("%s\n%s", page_example.query, line);
	page_example.found += want;
	page_example.missed += !want;
	free(line);
}

static void
each_operator_of_the_manual_finds_what_it_says(void **state)
{
	static const char *const operators[] = {" AND ", " OR ", " NOT ", " -",
	    " NEAR/", " PRE/", " NOT NEAR/", " NOT PRE/", " W/S ", " W/P ", "*",
	    "?", "=", "\"", "@", "title:", "summary:", "text:", "lead:",
	    "source:", "feed:", "domain:", "url:", "author:", "category:",
	    "lang:", "country:", "role:", "ATLEAST", "ANY", "FIRST", "ALLCAPS",
	    "/i", "\\d", "（"};
	size_t i;

	(void)state;
	buf_init(&page_example.all, 0);
	assert_in_range(
	    each_example("matches", finds_what_it_should), 100, 1000);
	page_next_query(NULL);
	for (i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		if (!strstr(buf_str(&page_example.all), operators[i]))
			fail_msg("no example of %s", operators[i]);
	}
	buf_clear(&page_example.all);
}

static void
the_examples_of_the_manual_are_right(void **state)
{
	(void)state;
	assert_in_range(each_example("queries", accepted), 40, 1000);
	assert_in_range(each_example("refused", is_refused), 12, 1000);
}

/* --- noise --- */

static void
noise_gives_a_tree_or_errors_and_nothing_else(void **state)
{
	static const char *const pieces[] = {"a", "b*", "\"c d\"", "(", ")",
	    " ", " ", " ", "AND", "OR", "NOT", "-", "NEAR/3", "PRE/2",
	    "title:", "role:", "@dprk", "=", "ANY2(", "ATLEAST2(", ",", "北",
	    "\"", "*", "?", "/", "!", ":", "or", "lang:", "\\", "’", "ALLCAPS(",
	    "\xff", "ＡＮＤ", "（", "”", "W/S", "\xe5\x8c", "FIRST5(", "W/P",
	    "/", "/a+/", "/x/i", "[", "\\/", "SAME", "BUT", "AROUND(5)", "&&",
	    "NEAR/9", "W/5", "\u2116", "andnot"};
	uint32_t random = 99;
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		uint32_t count;
		struct buf query;
		struct desk desk;

		buf_init(&query, 0);
		buf_addstr(&query, "");
		random ^= random << 13;
		random ^= random >> 17;
		random ^= random << 5;
		for (count = random % 24; count > 0; count--) {
			random ^= random << 13;
			random ^= random >> 17;
			random ^= random << 5;
			buf_addstr(&query,
			    pieces[random %
				   (sizeof(pieces) / sizeof(pieces[0]))]);
		}
		desk_parse(&desk, buf_str(&query));
		if (desk.query) {
			char *printed = query_print(desk.query);
			struct desk again;

			desk_parse(&again, printed);
			if (!again.query)
				fail_msg("%s\n%s", buf_str(&query), printed);
			desk_close(&again);
			free(printed);
		}
		desk_close(&desk);
		buf_clear(&query);
	}
}

static void
edits_are_counted(void **state)
{
	(void)state;
	assert_int_equal(query_edits("", ""), 0);
	assert_int_equal(query_edits("dprk", "dprk"), 0);
	assert_int_equal(query_edits("dprk", "drpk"), 1);
	assert_int_equal(query_edits("dprk", "dpr"), 1);
	assert_int_equal(query_edits("title", "titel"), 1);
	assert_int_equal(query_edits("", "abc"), 3);
	assert_int_equal(query_edits("kitten", "sitting"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(terms_are_joined_by_and_and_or),
	    cmocka_unit_test(terms_are_read_in_all_their_forms),
	    cmocka_unit_test(nearness_binds_before_not_and_and),
	    cmocka_unit_test(sentences_and_paragraphs_bind_as_nearness_does),
	    cmocka_unit_test(regular_expressions_are_taken_as_they_stand),
	    cmocka_unit_test(
		what_is_wrong_with_a_regular_expression_is_told_where),
	    cmocka_unit_test(fields_hold_for_what_they_stand_before),
	    cmocka_unit_test(functions_take_their_terms),
	    cmocka_unit_test(twins_of_ascii_are_read_as_ascii),
	    cmocka_unit_test(mixing_and_and_or_shows_both_readings),
	    cmocka_unit_test(a_chain_of_nearness_only_widens),
	    cmocka_unit_test(a_minus_before_nearness_shows_both_readings),
	    cmocka_unit_test(nothing_is_near_what_stands_in_another_field),
	    cmocka_unit_test(
		what_other_languages_write_is_refused_with_what_to_write),
	    cmocka_unit_test(words_that_are_operators_elsewhere_stay_words),
	    cmocka_unit_test(signs_that_stand_for_letters_are_letters),
	    cmocka_unit_test(what_is_incomplete_is_told_where),
	    cmocka_unit_test(numbers_wildcards_and_names_are_checked),
	    cmocka_unit_test(terms_stand_only_where_they_mean_something),
	    cmocka_unit_test(every_mistake_of_a_query_is_told),
	    cmocka_unit_test(
		a_mistake_in_a_long_line_is_shown_with_what_stands_around_it),
	    cmocka_unit_test(every_size_has_its_bound),
	    cmocka_unit_test(terms_in_parentheses_count_as_those_of_a_chain),
	    cmocka_unit_test(an_entry_of_a_set_is_a_word_or_phrase),
	    cmocka_unit_test(the_examples_of_the_manual_are_right),
	    cmocka_unit_test(each_operator_of_the_manual_finds_what_it_says),
	    cmocka_unit_test(noise_gives_a_tree_or_errors_and_nothing_else),
	    cmocka_unit_test(edits_are_counted),
	};

	return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
