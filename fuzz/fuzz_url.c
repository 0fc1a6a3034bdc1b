/*
 * Any bytes as a link: a base, a newline, a reference. What it resolves to is
 * an absolute web address that can be shown; its canonical form stands for it
 * and for nothing else; neither the form for messages nor tracking changes
 * where it leads. The same bytes as an address and as a network.
 */
#include <stdlib.h>
#include <string.h>

#include "feeds/url.h"
#include "fuzz/fuzz.h"
#include "fuzz/sound.h"
#include "lib/alloc.h"
#include "lib/netpolicy.h"

const char fuzz_name[] = "url";

#define URL_MAX 8192

static void
check_same_place(const char *a, const char *b)
{
	char *x = url_host_port(a), *y = url_host_port(b);

	fuzz_check(x && y && strcmp(x, y) == 0);
	fuzz_check(url_same_origin(a, b) && url_same_origin(b, a));
	free(x);
	free(y);
}

static bool
begins_lower(const char *url)
{
	const char *p = url;

	for (; *p && *p != ':'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			return false;
	}
	return true;
}

/* One article by two links: one canonical form. */
static void
check_tracking(const char *url, const char *canonical)
{
	static const char *const marks[] = {
	    "utm_source=rss", "fbclid=a%20b", "UTM_X", "partner=rss"};
	size_t bare = strcspn(url, "#"), i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		char *tracked = xasprintf("%.*s%c%s%s", (int)bare, url,
		    memchr(url, '?', bare) ? '&' : '?', marks[i], url + bare);
		char *again = url_canonical(tracked);

		fuzz_check(again && strcmp(again, canonical) == 0);
		free(again);
		free(tracked);
	}
}

static void
check_redacted(const char *url)
{
	char *shown = url_redacted(url);

	fuzz_check(!strpbrk(shown, "?#"));
	/* a user would stand before the first slash of the path */
	fuzz_check(!memchr(shown, '@', 8 + strcspn(shown + 8, "/")));
	sound_url(shown);
	check_same_place(shown, url);
	free(shown);
}

static void
check_resolved(const char *url)
{
	char *canonical;

	sound_url(url);
	canonical = url_canonical(url);
	fuzz_check(canonical && begins_lower(canonical));
	fuzz_check(!strchr(canonical, '#'));
	sound_url(canonical);
	check_same_place(url, canonical);
	check_tracking(url, canonical);
	check_redacted(url);
	free(canonical);
}

/* Against a base, and against none. */
static void
check_link(const char *base, const char *reference)
{
	char *url = url_resolve(base, reference), *again;

	if (url) {
		check_resolved(url);
		/* absolute: the base has no say any more */
		again = url_resolve("http://other.example/x/?y#z", url);
		fuzz_check(again && strcmp(again, url) == 0);
		free(again);
	}
	free(url);
	/* what is no web address has no form, and shows nothing */
	url = url_canonical(reference);
	if (url)
		sound_url(url);
	free(url);
	free(url_host_port(reference));
	url = url_redacted(reference);
	fuzz_check(url);
	free(url);
}

/* An address of IPv4 is judged alike in every form of IPv6 that carries it. */
static void
check_carried(const struct dns_address *v4)
{
	static const struct {
		unsigned char head[12];
		int at;
	} forms[] = {{{[10] = 0xff, [11] = 0xff}, 12},
	    {{0x00, 0x64, 0xff, 0x9b}, 12}, {{0x20, 0x02}, 2}};
	bool is_refused = netpolicy_refuses(NULL, v4) != NULL;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct dns_address v6 = {.family = AF_INET6};
		unsigned char bytes[16] = {0};

		memcpy(bytes, forms[i].head, 12);
		memcpy(bytes + forms[i].at, &v4->v4, 4);
		memcpy(&v6.v6, bytes, 16);
		fuzz_check(
		    (netpolicy_refuses(NULL, &v6) != NULL) == is_refused);
	}
}

static void
check_network(const char *text)
{
	struct dns_address address, again;
	char shown[INET6_ADDRSTRLEN];
	struct network network;
	struct netpolicy policy = {&network, 1};
	struct err err;

	if (network_parse(text, &network, &err) == -1)
		return;
	fuzz_check(network_contains(&network, &network.address));
	fuzz_check(netpolicy_refuses(&policy, &network.address) == NULL);
	fuzz_check(dns_parse_literal(
		       dns_format(&network.address, shown), &again) == 0);
	fuzz_check(network_contains(&network, &again));
	if (dns_parse_literal(text, &address) == 0) {
		fuzz_check(network_contains(&network, &address));
		if (address.family == AF_INET)
			check_carried(&address);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text =
	    xstrndup((const char *)data, size < URL_MAX ? size : URL_MAX);
	char *reference = strchr(text, '\n');
	struct dns_address v4 = {.family = AF_INET};

	check_link(NULL, text);
	check_network(text);
	if (reference) {
		*reference++ = '\0';
		check_link(text, reference);
		check_link("https://feeds.example/dir/feed?x", reference);
	}
	if (size >= 4) {
		memcpy(&v4.v4, data, 4);
		check_carried(&v4);
	}
	free(text);
	return 0;
}
