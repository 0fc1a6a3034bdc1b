/*
 * The shipped topics: their own examples, what raises them, what a source adds,
 * and false friends that no topic may take.
 */
#include <unistd.h>

#include <utf8proc.h>

#include "config/conf.h"
#include "lib/alloc.h"
#include "tests/test.h"
#include "topics/golden.h"
#include "topics/topic.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct pack {
	char *path;
	struct diag diag;
	struct conf *conf;
	struct topicset *topics;
	struct matcher *matcher;
};

struct headline {
	const char *title;
	const char *summary;
	const struct match_source *source;
};

static const char *
source_dir(void)
{
	const char *dir = getenv("WIREWATCH_SRCDIR");

	return dir ? dir : ".";
}

static char *
write_configuration(void)
{
	char *path = xstrdup("/tmp/wirewatch-pack-XXXXXX");
	char *here = realpath(source_dir(), NULL);
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	assert_non_null(here);
	assert_non_null(file);
	fprintf(file,
	    "state-dir = \"/tmp\"\n"
	    "include(\"%s/config/topics.d/*.conf\")\n"
	    "log \"out\" { path = \"-\" format = \"json\" }\n"
	    "default-sinks = {\"out\"}\n"
	    "operator-sinks = {\"out\"}\n",
	    here);
	assert_int_equal(fclose(file), 0);
	free(here);
	return path;
}

static int
setup(void **state)
{
	struct pack *pack = xcalloc(1, sizeof(*pack));

	*state = pack;
	diag_init(&pack->diag);
	pack->path = write_configuration();
	pack->conf = conf_load(pack->path, &pack->diag);
	if (pack->conf)
		pack->topics = topicset_new(pack->conf, &pack->diag);
	diag_print(&pack->diag, stderr);
	if (!pack->topics)
		return -1;
	pack->matcher = matcher_new(pack->topics);
	return 0;
}

static int
teardown(void **state)
{
	struct pack *pack = *state;

	matcher_free(&pack->matcher);
	topicset_free(&pack->topics);
	conf_free(&pack->conf);
	diag_clear(&pack->diag);
	unlink(pack->path);
	free(pack->path);
	free(pack);
	return 0;
}

static const struct match_result *
run(struct pack *pack, const struct headline *headline)
{
	struct item item = {.title = headline->title,
	    .summary = headline->summary ? headline->summary : "",
	    .content = ""};

	return matcher_run(pack->matcher, &item, headline->source);
}

static const struct match *
find_match(struct pack *pack, const struct headline *headline, const char *name)
{
	const struct match_result *result = run(pack, headline);
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (strcmp(result->matches[i].topic->name, name) == 0)
			return &result->matches[i];
	}
	return NULL;
}

static void
assert_no_topic(
    struct pack *pack, const struct headline *headlines, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct match_result *result = run(pack, &headlines[i]);

		if (result->count)
			fail_msg("%s is %s", headlines[i].title,
			    result->matches[0].topic->name);
	}
}

/* The first character of a script that tells languages apart, or Latin. */
enum script { LATIN, CYRILLIC, HANGUL, KANA, HAN, SCRIPTS };

static enum script
script_of(const char *text)
{
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
	enum script script = LATIN;
	utf8proc_int32_t c;
	utf8proc_ssize_t used;

	for (; *at; at += used) {
		used = utf8proc_iterate(at, -1, &c);
		assert_true(used > 0);
		if (c >= 0x0400 && c < 0x0500)
			return CYRILLIC;
		if (c >= 0xac00 && c < 0xd7a4)
			return HANGUL;
		if (c >= 0x3041 && c < 0x30fb)
			return KANA;
		if (c >= 0x4e00 && c < 0xa000)
			script = HAN;
	}
	return script;
}

static void
assert_examples_of(const struct conf_topic *topic)
{
	size_t by_sign[2] = {0};
	bool has_script[SCRIPTS] = {false};
	size_t i;

	for (i = 0; i < topic->golden_count; i++) {
		const struct conf_golden *golden = &topic->goldens[i];

		by_sign[golden->must_match]++;
		if (golden->must_match)
			has_script[script_of(golden->title)] = true;
	}
	if (by_sign[true] < 10 || by_sign[false] < 8)
		fail_msg("%s has %zu and %zu examples", topic->name,
		    by_sign[true], by_sign[false]);
	for (i = 0; i < SCRIPTS; i++) {
		if (!has_script[i])
			fail_msg("%s: none in script %zu", topic->name, i);
	}
}

static void
fail_if_wrong(const struct golden_verdict *verdict, void *arg)
{
	(void)arg;
	if (!verdict->is_right)
		fail_msg(
		    "%s: %s", verdict->topic->name, verdict->golden->title);
}

static void
the_pack_has_seven_topics_and_no_mistakes(void **state)
{
	struct pack *pack = *state;
	size_t i;

	assert_int_equal(topicset_count(pack->topics), 7);
	for (i = 0; i < pack->diag.count; i++) {
		if (!strstr(pack->diag.entries[i].message, "no feeds"))
			fail_msg("%s", pack->diag.entries[i].message);
	}
}

static void
every_topic_shows_in_every_script_what_it_is_for_and_what_not(void **state)
{
	struct pack *pack = *state;
	size_t i;

	for (i = 0; i < pack->conf->topic_count; i++)
		assert_examples_of(&pack->conf->topics[i]);
}

static void
every_example_is_right(void **state)
{
	struct pack *pack = *state;

	assert_int_equal(
	    golden_run(
		pack->topics, pack->conf, pack->conf, fail_if_wrong, NULL), 0);
}

static void
what_matters_most_is_raised(void **state)
{
	static const struct headline raised[] = {
	    {"North Korea tests ICBM for second time this month", "", NULL},
	    {"North Korea carries out nuclear test", "", NULL},
	    {"North Korean missile flies over Japan", "", NULL},
	    {"北, 7차 핵실험 단행", "", NULL},
	    {"朝鲜试射洲际导弹", "", NULL},
	    {"北朝鮮ミサイルが日本上空を通過", "", NULL},
	    {"КНДР провела ядерное испытание", "", NULL},
	};
	static const struct headline plain[] = {
	    {"N. Korea fires short-range missile into East Sea", "", NULL},
	    {"北, 순항미사일 발사", "", NULL},
	    {"朝鲜向西部海域发射巡航导弹", "", NULL},
	};
	const struct match *match;
	size_t i;

	for (i = 0; i < COUNT(raised); i++) {
		match = find_match(*state, &raised[i], "dprk-launch");
		if (!match || !match->is_raised)
			fail_msg("%s is not raised", raised[i].title);
		assert_int_equal(match->severity, SEVERITY_FLASH);
	}
	for (i = 0; i < COUNT(plain); i++) {
		match = find_match(*state, &plain[i], "dprk-launch");
		if (!match || match->is_raised)
			fail_msg("%s is raised", plain[i].title);
		assert_int_equal(match->severity, SEVERITY_HIGH);
	}
}

static void
a_source_that_speaks_for_a_state_need_not_name_it(void **state)
{
	static const struct match_source ministry = {
	    .role = "official", .country = "CN", .lang = "en"};
	static const struct match_source agency = {
	    .role = "state", .country = "KP", .lang = "en"};
	static const char remarks[] =
	    "Foreign Ministry Spokesperson's Remarks on the DPRK's Launch";
	static const char launch[] =
	    "Test-fire of New-type Strategic Cruise Missile Conducted";
	static const char visit[] =
	    "Delegation of Communist Party of China Arrives Here";
	struct headline headline = {remarks, "", NULL};

	assert_null(find_match(*state, &headline, "china-statement-dprk"));
	headline.source = &ministry;
	assert_non_null(find_match(*state, &headline, "china-statement-dprk"));
	headline = (struct headline){launch, "", NULL};
	assert_null(find_match(*state, &headline, "dprk-launch"));
	headline.source = &agency;
	assert_non_null(find_match(*state, &headline, "dprk-launch"));
	headline = (struct headline){visit, "", NULL};
	assert_null(find_match(*state, &headline, "china-dprk-ties"));
	headline.source = &agency;
	assert_non_null(find_match(*state, &headline, "china-dprk-ties"));
}

static void
false_friends_match_nothing(void **state)
{
	static const struct headline headlines[] = {
	    {"US launches investigation into North Korea-linked satellite "
	     "firm",
		"", NULL},
	    {"North Korea women's football team fires seven past Bangladesh",
		"Rocket shots from all over the pitch.", NULL},
	    {"Foreign Ministry of DPRK denounces US", "", NULL},
	    {"North Korea fires artillery shells near border island", "", NULL},
	    {"SpaceX rocket launches South Korean satellite", "", NULL},
	    {"Iran launches satellite carrier rocket", "", NULL},
	    {"Security Council meets on Gaza", "", NULL},
	    {"EU adopts new sanctions against Russia", "", NULL},
	    {"US deploys THAAD to Israel", "", NULL},
	    {"Teen dies in quad bike crash", "", NULL},
	    {"Kim Kardashian launches new satellite brand", "", NULL},
	    {"누리호 4차 발사 성공…위성 교신", "", NULL},
	    {"신세계 본점 미디어 파사드 점등", "", NULL},
	    {"이스라엘 모사드 국장 교체", "", NULL},
	    {"한미 관세협상 타결", "", NULL},
	    {"북중미 월드컵 조추첨", "", NULL},
	    {"阿萨德抵达莫斯科", "", NULL},
	    {"以色列摩薩德特工", "", NULL},
	    {"河北发射遥感卫星", "", NULL},
	    {"湖北通报一起案件", "", NULL},
	    {"朝鲜外务省发言人谴责美国", "", NULL},
	    {"中国女足战胜朝鲜女足", "", NULL},
	    {"延边朝鲜族自治州成立70周年", "", NULL},
	    {"女子サッカー日本代表、北朝鮮に敗れる", "", NULL},
	    {"Россия запустила спутник", "", NULL},
	    {"Satellite images show new resort in North Korea", "", NULL},
	    {"South China Sea: bomber lands on disputed island", "", NULL},
	    {"Study of rocks finds probe problem after satellite test", "",
		NULL},
	    {"Bush fires near Canberra force evacuations", "", NULL},
	    {"Xi tells visitor to exercise restraint on spending", "", NULL},
	    {"Kim Kardashian visits China", "", NULL},
	    {"남북 중심 도로 개통", "", NULL},
	    {"한중일 축구 심판 교류", "", NULL},
	    {"동아시안컵 한일전 무승부", "", NULL},
	    {"志愿军老兵回忆上甘岭", "", NULL},
	    {"中美贸易谈判重启", "", NULL},
	    {"日本地震 津波警報", "", NULL},
	    {"North London derby: striker fires rocket", "", NULL},
	    {"North Sea oil firm hit with sanctions by Washington", "", NULL},
	    {"Sandwich chain opens sub shop in Seoul", "", NULL},
	    {"China to contain property crisis", "", NULL},
	    {"Tiger crosses from Russia into China", "", NULL},
	    {"China calls for restraint between India and Pakistan", "", NULL},
	    {"Osprey crash off Japan kills US airmen", "", NULL},
	    {"대중교통 요금 인상", "", NULL},
	    {"북미 시장 공략 나선 현대차", "", NULL},
	    {"쿼드러플 악셀 성공", "", NULL},
	    {"포위망 좁힌 경찰…중국인 절도범 검거", "", NULL},
	    {"中方回应以色列袭击伊朗", "", NULL},
	    {"米韓 関税交渉が妥結", "", NULL},
	    {"護衛艦で火災", "", NULL},
	    {"Polska kupi rakiety z Korei Południowej", "", NULL},
	};

	assert_no_topic(*state, headlines, COUNT(headlines));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_pack_has_seven_topics_and_no_mistakes),
	    cmocka_unit_test(
		every_topic_shows_in_every_script_what_it_is_for_and_what_not),
	    cmocka_unit_test(every_example_is_right),
	    cmocka_unit_test(what_matters_most_is_raised),
	    cmocka_unit_test(a_source_that_speaks_for_a_state_need_not_name_it),
	    cmocka_unit_test(false_friends_match_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
