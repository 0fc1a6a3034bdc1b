/*
 * The shipped topics against headlines made up for each language: what each
 * topic is for, and the false friends that it must not take.
 */
#include <unistd.h>

#include "config/conf.h"
#include "lib/alloc.h"
#include "tests/test.h"
#include "topics/topic.h"

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

	return matcher_run(pack->matcher, &item, NULL);
}

static bool
has_topic(struct pack *pack, const struct headline *headline, const char *name)
{
	const struct match_result *result = run(pack, headline);
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (strcmp(result->matches[i].topic->name, name) == 0)
			return true;
	}
	return false;
}

static void
assert_topic(struct pack *pack, const char *name,
    const struct headline *headlines, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!has_topic(pack, &headlines[i], name))
			fail_msg("%s is not %s", headlines[i].title, name);
	}
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
launches_are_told_in_every_language(void **state)
{
	static const struct headline headlines[] = {
	    {"N. Korea fires two short-range missiles into East Sea: JCS", ""},
	    {"Pyongyang says it tested new rocket engine", ""},
	    {"Seoul says North ready for nuclear test at Punggye-ri",
		"North Korea could act at any time."},
	    {"Kim's regime answers drills with show of force",
		"North Korea on Monday fired several cruise missiles."},
	    {"합참 \"북한, 동해상으로 미상 탄도미사일 발사\"", ""},
	    {"北, 정찰위성 발사 실패", ""},
	    {"朝鲜成功发射军事侦察卫星", ""},
	    {"北韓再射導彈", ""},
	    {"北朝鮮が弾道ミサイル発射 EEZ外に落下か", ""},
	    {"КНДР запустила баллистическую ракету", ""},
	    {"Korea Północna wystrzeliła pocisk balistyczny", ""},
	};

	assert_topic(*state, "dprk-launch", headlines, COUNT(headlines));
}

static void
beijing_is_heard_in_every_language(void **state)
{
	static const struct headline headlines[] = {
	    {"China urges restraint after North Korea missile launch", ""},
	    {"Wang Yi calls for dialogue on Korean Peninsula", ""},
	    {"中方回应朝鲜宣布停止核试验", ""},
	    {"外交部：希望有关各方在半岛问题上保持克制", ""},
	    {"中國外交部：促各方克制 避免半島局勢升級", ""},
	    {"중국 외교부 \"한반도 비핵화 입장 변함없어\"", ""},
	    {"中国外務省、北朝鮮の核実験を非難", ""},
	    {"МИД КНР призвал стороны к сдержанности на Корейском "
	     "полуострове",
		""},
	};

	assert_topic(
	    *state, "china-statement-dprk", headlines, COUNT(headlines));
}

static void
sanctions_are_told_in_every_language(void **state)
{
	static const struct headline headlines[] = {
	    {"UN Security Council to hold emergency meeting on North Korea",
		""},
	    {"Japan extends sanctions on North Korea by two years", ""},
	    {"Treasury targets banks laundering money for North Korea", ""},
	    {"정부, 대북 독자제재 발표", ""},
	    {"安理会就朝鲜导弹问题召开紧急会议", ""},
	    {"国連安保理、北朝鮮制裁決議を採択", ""},
	    {"Совбез ООН ввел новые санкции против КНДР", ""},
	};

	assert_topic(
	    *state, "unsc-sanctions-dprk", headlines, COUNT(headlines));
}

static void
alliances_are_told_in_every_language(void **state)
{
	static const struct headline headlines[] = {
	    {"US, South Korea begin large-scale drills", ""},
	    {"South Korea to complete THAAD deployment this year", ""},
	    {"U.S. bombers fly over Korean Peninsula in show of force", ""},
	    {"한미, 연합연습 '자유의 방패' 시작", ""},
	    {"사드 기지 환경영향평가 완료", ""},
	    {"美韓舉行聯合軍演", ""},
	    {"韩国部署萨德", ""},
	    {"日米韓が共同訓練 北朝鮮をけん制", ""},
	    {"США и Южная Корея начали совместные учения", ""},
	};

	assert_topic(*state, "us-alliance-thaad", headlines, COUNT(headlines));
}

static void
containment_is_told_in_every_language(void **state)
{
	static const struct headline headlines[] = {
	    {"US unveils Indo-Pacific strategy to counter China", ""},
	    {"AUKUS: Australia to buy US nuclear submarines", ""},
	    {"Quad leaders meet in Tokyo", ""},
	    {"NATO names China a challenge for first time", ""},
	    {"쿼드 정상회의…中 견제 공동성명", ""},
	    {"奥库斯核潜艇合作遭质疑", ""},
	    {"日米豪印の「クアッド」首脳会合", ""},
	};

	assert_topic(
	    *state, "indo-pacific-containment", headlines, COUNT(headlines));
}

static void
china_and_the_north_are_told_in_every_language(void **state)
{
	static const struct headline headlines[] = {
	    {"Kim Jong Un arrives in Beijing for talks with Xi", ""},
	    {"China, North Korea resume freight train service", ""},
	    {"Trump urges China to rein in North Korea", ""},
	    {"시진핑, 김정은에 축전", ""},
	    {"習近平同金正恩會談", ""},
	    {"中朝首脳が会談", ""},
	    {"Ким Чен Ын прибыл в Пекин", ""},
	};

	assert_topic(*state, "china-dprk-ties", headlines, COUNT(headlines));
}

static void
china_with_russia_is_told_in_every_language(void **state)
{
	static const struct headline headlines[] = {
	    {"Xi and Putin pledge 'no limits' partnership", ""},
	    {"China, Russia veto UN resolution on North Korea", ""},
	    {"中俄海军举行联合巡航", ""},
	    {"중러, 동해서 연합훈련", ""},
	    {"中ロ両軍の爆撃機が共同飛行", ""},
	    {"Россия и Китай проведут совместные учения", ""},
	};

	assert_topic(*state, "china-russia-dprk", headlines, COUNT(headlines));
}

static void
false_friends_match_nothing(void **state)
{
	static const struct headline headlines[] = {
	    {"US launches investigation into North Korea-linked satellite "
	     "firm",
		""},
	    {"North Korea women's football team fires seven past Bangladesh",
		"Rocket shots from all over the pitch."},
	    {"Foreign Ministry of DPRK denounces US", ""},
	    {"North Korea fires artillery shells near border island", ""},
	    {"SpaceX rocket launches South Korean satellite", ""},
	    {"Iran launches satellite carrier rocket", ""},
	    {"Security Council meets on Gaza", ""},
	    {"EU adopts new sanctions against Russia", ""},
	    {"US deploys THAAD to Israel", ""},
	    {"Teen dies in quad bike crash", ""},
	    {"Kim Kardashian launches new satellite brand", ""},
	    {"누리호 4차 발사 성공…위성 교신", ""},
	    {"신세계 본점 미디어 파사드 점등", ""},
	    {"이스라엘 모사드 국장 교체", ""},
	    {"한미 관세협상 타결", ""},
	    {"북중미 월드컵 조추첨", ""},
	    {"阿萨德抵达莫斯科", ""},
	    {"以色列摩薩德特工", ""},
	    {"河北发射遥感卫星", ""},
	    {"湖北通报一起案件", ""},
	    {"朝鲜外务省发言人谴责美国", ""},
	    {"中国女足战胜朝鲜女足", ""},
	    {"延边朝鲜族自治州成立70周年", ""},
	    {"女子サッカー日本代表、北朝鮮に敗れる", ""},
	    {"Россия запустила спутник", ""},
	};

	assert_no_topic(*state, headlines, COUNT(headlines));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_pack_has_seven_topics_and_no_mistakes),
	    cmocka_unit_test(launches_are_told_in_every_language),
	    cmocka_unit_test(beijing_is_heard_in_every_language),
	    cmocka_unit_test(sanctions_are_told_in_every_language),
	    cmocka_unit_test(alliances_are_told_in_every_language),
	    cmocka_unit_test(containment_is_told_in_every_language),
	    cmocka_unit_test(china_and_the_north_are_told_in_every_language),
	    cmocka_unit_test(china_with_russia_is_told_in_every_language),
	    cmocka_unit_test(false_friends_match_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
