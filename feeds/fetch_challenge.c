/*
 * Pages that stand before a site and let only browsers in. They come with any
 * status, also with 200, and would else be told as a page where a feed was, or
 * as an error of the server: both send the operator the wrong way.
 *
 * Only a page is searched for marks: a feed may well write about them. Some
 * marks stand on ordinary pages, too, because their maker watches visitors
 * there; those count with an error alone.
 */
#include <string.h>
#include <strings.h>

#include "feeds/fetch_private.h"

#define FETCH_CHALLENGE_LOOK (64 * 1024) /* bytes searched for marks */

static const struct {
	const char *mark;
	const char *who;
	bool needs_error;
} fetch_challenges[] = {
    {"_cf_chl_opt", "Cloudflare", false},
    {"challenge-platform", "Cloudflare", true},
    {"cf-chl", "Cloudflare", true},
    {"jschl", "Cloudflare", true},
    {"main-iframe\" src=\"/_Incapsula_Resource", "Imperva", false},
    {"_Incapsula_Resource", "Imperva", true},
    {"captcha-delivery.com", "DataDome", false},
    {"sucuri_cloudproxy_js", "Sucuri", false},
    {"check.ddos-guard.net", "DDoS-Guard", false},
    {"px-captcha", "HUMAN", false},
    {"awswaf.com", "AWS WAF", true},
    {"anubis_challenge", "Anubis", false},
    {"Vercel Security Checkpoint", "Vercel", false},
    {"__jsl_clearance", "Knownsec", false},
    {"acw_sc__v2", "Alibaba Cloud", false},
    {"wzwschallenge", "360", false},
    {"window['$_ts']", "River Security", true},
};

#define FETCH_CHALLENGES                                                       \
	(sizeof(fetch_challenges) / sizeof(fetch_challenges[0]))

/* Whether the body begins as a page does, some of them with their script. */
static bool
fetch_challenge_is_page(const char *body, size_t len)
{
	static const char *const heads[] = {
	    "<!doctype html", "<html", "<head", "<script", "<body"};
	size_t i;

	if (len >= 3 && memcmp(body, "\xef\xbb\xbf", 3) == 0) {
		body += 3;
		len -= 3;
	}
	for (; len && strchr(" \t\r\n", *body) && *body; body++)
		len--;
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		size_t head = strlen(heads[i]);

		if (len >= head && strncasecmp(body, heads[i], head) == 0)
			return true;
	}
	return false;
}

const char *
fetch_challenge(const struct http_response *response)
{
	size_t i, len = response->body_len;
	bool is_error = response->status != 200;

	if (response->cf_mitigated &&
	    strcasecmp(response->cf_mitigated, "challenge") == 0)
		return "Cloudflare";
	if (!response->body || !fetch_challenge_is_page(response->body, len))
		return NULL;
	if (len > FETCH_CHALLENGE_LOOK)
		len = FETCH_CHALLENGE_LOOK;
	for (i = 0; i < FETCH_CHALLENGES; i++) {
		const char *mark = fetch_challenges[i].mark;

		if ((is_error || !fetch_challenges[i].needs_error) &&
		    memmem(response->body, len, mark, strlen(mark)))
			return fetch_challenges[i].who;
	}
	return NULL;
}
