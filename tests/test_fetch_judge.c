/* What an answer means, without a network. */
#include "tests/test.h"

#include "feeds/fetch_private.h"
#include "lib/alloc.h"

#define NOW_MS 1795419730000LL

static struct fetch_result
judge_as(bool is_page, const char *cf_mitigated, int status, const char *body)
{
	struct http_response response = {.status = status,
	    .body = xstrdup(body),
	    .body_len = strlen(body),
	    .cf_mitigated = cf_mitigated};
	const struct fetch_known known = {.is_page = is_page};
	struct fetch_result result = {.status = FEED_OK};

	fetch_judge(&result, &response, &known, NOW_MS);
	free(response.body);
	free(result.body);
	return result;
}

static struct fetch_result
judge(int status, const char *body)
{
	return judge_as(false, NULL, status, body);
}

static void
is_blocked(int status, const char *body, const char *who)
{
	struct fetch_result result = judge(status, body);

	assert_int_equal(result.outcome, FETCH_FAILED);
	assert_string_equal(feed_status_name(result.status), "blocked");
	if (!strstr(result.reason.text, who))
		fail_msg("\"%s\" lacks \"%s\"", result.reason.text, who);
	assert_non_null(strstr(result.reason.text, "demands a browser"));
}

static void
a_challenge_is_one_whatever_its_status(void **state)
{
	static const int statuses[] = {200, 202, 403, 412, 429, 503, 521};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		is_blocked(statuses[i],
		    "<!DOCTYPE html><html><head><title>Just a moment...</title>"
		    "<script>window._cf_chl_opt={}</script></head></html>",
		    "Cloudflare");
		is_blocked(statuses[i],
		    "<script>document.cookie=('_')+('_jsl');"
		    "x='__jsl_clearance_s'</script>",
		    "Knownsec");
		is_blocked(statuses[i],
		    "\xef\xbb\xbf \r\n<html><script>var arg1='A';"
		    "setCookie('acw_sc__v2')</script></html>",
		    "Alibaba");
		is_blocked(statuses[i],
		    "<html lang=en><script id=\"anubis_challenge\">", "Anubis");
		is_blocked(statuses[i],
		    "<html><iframe id=\"main-iframe\" "
		    "src=\"/_Incapsula_Resource?CWUDNSAI=5\"></iframe></html>",
		    "Imperva");
	}
}

/* Cloudflare and Imperva put a script into each page that they deliver. */
static void
what_stands_on_ordinary_pages_counts_with_an_error_only(void **state)
{
	static const char *const pages[] = {
	    "<html><script src=\"/cdn-cgi/challenge-platform/scripts/jsd/main"
	    ".js\"></script><p>news</p></html>",
	    "<html><script src=\"/_Incapsula_Resource?SWJIYLWA=1\"></script>",
	    "<html><script src=\"https://x.awswaf.com/challenge.js\">"
	    "</script></html>",
	    "<html><script>$_ts=window['$_ts'];</script></html>",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		assert_int_equal(judge(200, pages[i]).outcome, FETCH_BODY);
		is_blocked(503, pages[i], "");
		is_blocked(202, pages[i], "");
	}
}

static void
a_feed_that_writes_about_challenges_is_a_feed(void **state)
{
	(void)state;
	assert_int_equal(
	    judge(200,
		"<?xml version=\"1.0\"?><rss><channel><item><description>"
		"&lt;html&gt; with _cf_chl_opt, anubis_challenge and "
		"captcha-delivery.com</description></item></channel></rss>")
		.outcome,
	    FETCH_BODY);
	assert_int_equal(
	    judge(200, "{\"version\":\"x\",\"a\":\"<html>px-captcha\"}")
		.outcome,
	    FETCH_BODY);
	assert_int_equal(judge(200, "").outcome, FETCH_BODY);
	assert_int_equal(judge(200, "\xef\xbb\xbf").outcome, FETCH_BODY);
	assert_int_equal(judge(200, " \n").outcome, FETCH_BODY);
	assert_int_equal(judge(503, "_cf_chl_opt").status, FEED_UNREACHABLE);
}

/* Whether somebody demands a browser is known when it has no entries. */
static void
a_page_of_entries_is_read_before_it_is_taken_for_a_challenge(void **state)
{
	static const char page[] =
	    "<html><tr><td>How px-captcha works</td></tr></html>";
	struct fetch_result result = judge_as(true, NULL, 200, page);

	(void)state;
	assert_int_equal(result.outcome, FETCH_BODY);
	assert_string_equal(result.challenger, "HUMAN");
	assert_null(judge_as(true, NULL, 200, "<html>news").challenger);
	result = judge_as(true, NULL, 403, page);
	assert_int_equal(result.outcome, FETCH_FAILED);
	assert_string_equal(feed_status_name(result.status), "blocked");
	/* where the server itself says so */
	result = judge_as(true, "challenge", 200, page);
	assert_int_equal(result.outcome, FETCH_FAILED);
	assert_string_equal(feed_status_name(result.status), "blocked");
	is_blocked(200, page, "HUMAN");
}

static void
a_mark_far_down_a_page_is_not_looked_for(void **state)
{
	char *body = xasprintf("<html>%*s_cf_chl_opt</html>", 64 * 1024, "");

	(void)state;
	assert_int_equal(judge(200, body).outcome, FETCH_BODY);
	free(body);
	body = xasprintf("<html>%*s_cf_chl_opt</html>", 64 * 1024 - 100, "");
	is_blocked(200, body, "Cloudflare");
	free(body);
}

static void
the_same_body_is_told_by_its_hash_and_not_handed_on(void **state)
{
	struct fetch_result first = judge(200, "<rss/>"), second = {0};
	char *body = xstrdup("<rss/>");
	struct http_response response = {
	    .status = 200, .body = body, .body_len = strlen(body)};
	const struct fetch_known known = {.body_hash = first.body_hash};

	(void)state;
	assert_int_equal(first.outcome, FETCH_BODY);
	fetch_judge(&second, &response, &known, NOW_MS);
	assert_int_equal(second.outcome, FETCH_SAME_BODY);
	assert_null(second.body);
	assert_ptr_equal(response.body, body);
	free(body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_challenge_is_one_whatever_its_status),
	    cmocka_unit_test(
		what_stands_on_ordinary_pages_counts_with_an_error_only),
	    cmocka_unit_test(a_feed_that_writes_about_challenges_is_a_feed),
	    cmocka_unit_test(
		a_page_of_entries_is_read_before_it_is_taken_for_a_challenge),
	    cmocka_unit_test(a_mark_far_down_a_page_is_not_looked_for),
	    cmocka_unit_test(
		the_same_body_is_told_by_its_hash_and_not_handed_on),
	};

	return cmocka_run_group_tests_name("fetch_judge", tests, NULL, NULL);
}
