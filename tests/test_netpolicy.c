#include "tests/test.h"

#include <arpa/inet.h>

#include "lib/netpolicy.h"

struct range {
	const char *first;
	const char *last;
	const char *name;
};

static struct dns_address
address(const char *text)
{
	struct dns_address parsed;

	if (dns_parse_literal(text, &parsed) == -1)
		fail_msg("%s is no address", text);
	return parsed;
}

static const char *
refuses(const char *text)
{
	struct dns_address parsed = address(text);

	return netpolicy_refuses(NULL, &parsed);
}

static void
expect(const char *text, const char *name)
{
	const char *got = refuses(text);

	if (!name && got)
		fail_msg("%s is refused as %s", text, got);
	if (name && (!got || strcmp(got, name) != 0))
		fail_msg(
		    "%s is %s and not %s", text, got ? got : "allowed", name);
}

/* The whole of IPv4 in order, as the registry has it: no gap, no overlap. */
static const struct range v4_ranges[] = {
    {"0.0.0.0", "0.255.255.255", "this network"},
    {"1.0.0.0", "9.255.255.255", NULL},
    {"10.0.0.0", "10.255.255.255", "private"},
    {"11.0.0.0", "100.63.255.255", NULL},
    {"100.64.0.0", "100.100.100.199", "shared address space"},
    {"100.100.100.200", "100.100.100.200", "cloud metadata"},
    {"100.100.100.201", "100.127.255.255", "shared address space"},
    {"100.128.0.0", "126.255.255.255", NULL},
    {"127.0.0.0", "127.255.255.255", "loopback"},
    {"128.0.0.0", "168.63.129.15", NULL},
    {"168.63.129.16", "168.63.129.16", "cloud metadata"},
    {"168.63.129.17", "169.253.255.255", NULL},
    {"169.254.0.0", "169.254.169.253", "link-local"},
    {"169.254.169.254", "169.254.169.254", "cloud metadata"},
    {"169.254.169.255", "169.254.170.1", "link-local"},
    {"169.254.170.2", "169.254.170.2", "cloud metadata"},
    {"169.254.170.3", "169.254.170.22", "link-local"},
    {"169.254.170.23", "169.254.170.23", "cloud metadata"},
    {"169.254.170.24", "169.254.255.255", "link-local"},
    {"169.255.0.0", "172.15.255.255", NULL},
    {"172.16.0.0", "172.31.255.255", "private"},
    {"172.32.0.0", "191.255.255.255", NULL},
    {"192.0.0.0", "192.0.0.8", "reserved for protocols"},
    {"192.0.0.9", "192.0.0.10", NULL},
    {"192.0.0.11", "192.0.0.191", "reserved for protocols"},
    {"192.0.0.192", "192.0.0.192", "cloud metadata"},
    {"192.0.0.193", "192.0.0.255", "reserved for protocols"},
    {"192.0.1.0", "192.0.1.255", NULL},
    {"192.0.2.0", "192.0.2.255", "documentation"},
    {"192.0.3.0", "192.88.98.255", NULL},
    {"192.88.99.0", "192.88.99.255", "6to4 relay"},
    {"192.88.100.0", "192.167.255.255", NULL},
    {"192.168.0.0", "192.168.255.255", "private"},
    {"192.169.0.0", "198.17.255.255", NULL},
    {"198.18.0.0", "198.19.255.255", "benchmarking"},
    {"198.20.0.0", "198.51.99.255", NULL},
    {"198.51.100.0", "198.51.100.255", "documentation"},
    {"198.51.101.0", "203.0.112.255", NULL},
    {"203.0.113.0", "203.0.113.255", "documentation"},
    {"203.0.114.0", "223.255.255.255", NULL},
    {"224.0.0.0", "239.255.255.255", "multicast"},
    {"240.0.0.0", "255.255.255.254", "reserved"},
    {"255.255.255.255", "255.255.255.255", "broadcast"},
};

#define V4_RANGES (sizeof(v4_ranges) / sizeof(v4_ranges[0]))

static uint32_t
number(const char *text)
{
	return ntohl(address(text).v4.s_addr);
}

static void
expect_v4(uint32_t value, const char *name)
{
	struct dns_address v4 = {.family = AF_INET};
	char text[INET6_ADDRSTRLEN];

	v4.v4.s_addr = htonl(value);
	expect(dns_format(&v4, text), name);
}

static void
every_range_of_ipv4_is_judged_to_its_borders(void **state)
{
	uint32_t next = 0;
	size_t i;

	(void)state;
	for (i = 0; i < V4_RANGES; i++) {
		uint32_t first = number(v4_ranges[i].first);
		uint32_t last = number(v4_ranges[i].last);

		assert_int_equal(first, next);
		expect_v4(first, v4_ranges[i].name);
		expect_v4(first + (last - first) / 2, v4_ranges[i].name);
		expect_v4(last, v4_ranges[i].name);
		next = last + 1;
	}
	assert_int_equal(next, 0);
}

/* One address of each /20: a quarter of a million, against the list above. */
static void
ipv4_is_judged_alike_everywhere(void **state)
{
	struct dns_address v4 = {.family = AF_INET};
	size_t range = 0;
	uint64_t value;

	(void)state;
	for (value = 0; value <= UINT32_MAX; value += 4096) {
		uint32_t probe =
		    (uint32_t)value + (uint32_t)(value >> 12) % 4096;
		const char *name, *got;

		while (probe > number(v4_ranges[range].last))
			range++;
		name = v4_ranges[range].name;
		v4.v4.s_addr = htonl(probe);
		got = netpolicy_refuses(NULL, &v4);
		assert_int_equal(got != NULL, name != NULL);
		if (name)
			assert_string_equal(got, name);
	}
}

static const struct range v6_ranges[] = {
    {"::", "::", "unspecified"},
    {"::1", "::1", "loopback"},
    {"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "local NAT64"},
    {"64:ff9b:2::", "64:ff9b:2::", "reserved"},
    {"100::", "100::ffff:ffff:ffff:ffff", "discard-only"},
    {"100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", "dummy prefix"},
    {"100:0:0:2::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved"},
    {"2000::", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
    {"2001:1::1", "2001:1::3", NULL},
    {"2001:1::", "2001:1::", "reserved for protocols"},
    {"2001:1::4", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff",
	"reserved for protocols"},
    {"2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "benchmarking"},
    {"2001:2:1::", "2001:2:ffff:ffff:ffff:ffff:ffff:ffff",
	"reserved for protocols"},
    {"2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
    {"2001:4::", "2001:4:111:ffff:ffff:ffff:ffff:ffff",
	"reserved for protocols"},
    {"2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff", NULL},
    {"2001:4:113::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff",
	"reserved for protocols"},
    {"2001:20::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
    {"2001:40::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
	"reserved for protocols"},
    {"2001:200::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
    {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "documentation"},
    {"2001:db9::", "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
    {"2003::", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
    {"2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", NULL},
    {"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "documentation"},
    {"3fff:1000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
    {"4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved"},
    {"5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "segment routing"},
    {"5f01::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved"},
    {"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "private"},
    {"fd00:ec2::254", "fd00:ec2::254", "cloud metadata"},
    {"fd20:ce::254", "fd20:ce::254", "cloud metadata"},
    {"fd00:ec2::253", "fd00:ec2::253", "private"},
    {"fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved"},
    {"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "link-local"},
    {"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "private"},
    {"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast"},
};

static void
every_range_of_ipv6_is_judged_to_its_borders(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(v6_ranges) / sizeof(v6_ranges[0]); i++) {
		expect(v6_ranges[i].first, v6_ranges[i].name);
		expect(v6_ranges[i].last, v6_ranges[i].name);
	}
}

static void
public_addresses_are_allowed(void **state)
{
	(void)state;
	expect("93.184.216.34", NULL);
	expect("2606:2800:220:1:248:1893:25c8:1946", NULL);
	expect("2a00:1450:4001:82a::200e", NULL);
}

/* Each range of IPv4 again, inside of every form of IPv6 that carries it. */
static void
ipv4_carried_by_ipv6_is_judged_as_ipv4(void **state)
{
	char text[INET6_ADDRSTRLEN];
	size_t i;

	(void)state;
	for (i = 0; i < V4_RANGES; i++) {
		const char *name = v4_ranges[i].name;
		uint32_t v4 = number(v4_ranges[i].last);
		unsigned high = v4 >> 16, low = v4 & 0xffff;

		snprintf(text, sizeof(text), "::ffff:%x:%x", high, low);
		expect(text, name);
		snprintf(text, sizeof(text), "64:ff9b::%x:%x", high, low);
		expect(text, name);
		snprintf(text, sizeof(text), "2002:%x:%x::1", high, low);
		expect(text, name);
		/* Teredo: the server, then the client, inverted */
		snprintf(
		    text, sizeof(text), "2001:0:%x:%x::f7f7:f7f7", high, low);
		expect(text, name);
		snprintf(text, sizeof(text), "2001:0:808:808:0:0:%x:%x",
		    high ^ 0xffff, low ^ 0xffff);
		expect(text, name);
		/* the compatible form is never global */
		snprintf(text, sizeof(text), "::%x:%x", high, low);
		expect(text, name ? name : "reserved");
	}
}

static struct network
network(const char *text)
{
	struct network parsed;
	struct err err;

	if (network_parse(text, &parsed, &err) == -1)
		fail_msg("%s: %s", text, err.text);
	return parsed;
}

static bool
contains(const char *text, const char *probe)
{
	struct network parsed = network(text);
	struct dns_address parsed_probe = address(probe);

	return network_contains(&parsed, &parsed_probe);
}

static void
a_network_contains_what_its_prefix_says(void **state)
{
	(void)state;
	assert_true(contains("10.0.0.0/8", "10.255.0.1"));
	assert_false(contains("10.0.0.0/8", "11.0.0.0"));
	assert_true(contains("172.16.0.0/12", "172.31.255.255"));
	assert_false(contains("172.16.0.0/12", "172.32.0.0"));
	assert_true(contains("192.0.2.7", "192.0.2.7"));
	assert_false(contains("192.0.2.7", "192.0.2.6"));
	assert_true(contains("0.0.0.0/0", "203.0.113.9"));
	assert_false(contains("0.0.0.0/0", "::1"));
	assert_true(contains("fc00::/7", "fdff::1"));
	assert_false(contains("fc00::/7", "fe00::1"));
	assert_true(contains("::1", "::1"));
	assert_true(contains("::/0", "2001:db8::1"));
}

static void
bits_beyond_the_prefix_are_ignored(void **state)
{
	(void)state;
	assert_true(contains("127.0.0.1/8", "127.9.9.9"));
	assert_true(contains("fe80::1/10", "febf::2"));
	assert_true(contains("10.1.2.3/31", "10.1.2.2"));
	assert_false(contains("10.1.2.3/31", "10.1.2.4"));
}

static void
mapped_addresses_and_networks_are_the_ipv4_ones(void **state)
{
	(void)state;
	assert_true(contains("127.0.0.0/8", "::ffff:127.0.0.1"));
	assert_true(contains("::ffff:127.0.0.0/104", "127.0.0.1"));
	assert_true(contains("::ffff:10.0.0.1", "10.0.0.1"));
	assert_false(contains("::ffff:10.0.0.1", "10.0.0.2"));
}

static void
what_is_no_network_is_told_why(void **state)
{
	static const char *const texts[] = {"", "/", "/8", "localhost",
	    "10.0.0/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1",
	    "10.0.0.0/8/8", "10.0.0.0/8 ", " 10.0.0.0", "::/129", "::1/+1",
	    "0x7f.1", "010.0.0.1", "[::1]", "10.0.0.0/0008",
	    "1111111111111111111111111111111111111111111111111111111111111111"};
	struct network parsed;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		err.text[0] = '\0';
		if (network_parse(texts[i], &parsed, &err) == 0)
			fail_msg("\"%s\" was taken", texts[i]);
		assert_string_not_equal(err.text, "");
	}
}

static void
a_listed_network_overrides_the_refusal(void **state)
{
	struct network allowed[] = {network("127.0.0.0/8"),
	    network("169.254.169.254"), network("fd00::/8"), network("::1")};
	struct netpolicy policy = {.allowed = allowed, .allowed_count = 4};
	static const char *const open[] = {"127.0.0.1", "127.255.255.255",
	    "::ffff:127.0.0.1", "169.254.169.254", "fd00:ec2::254", "::1",
	    "64:ff9b::127.0.0.1", "2002:7f00:1::1", "93.184.216.34"};
	static const char *const shut[] = {"10.0.0.1", "169.254.169.253",
	    "fc00::1", "fe80::1", "::2", "::ffff:10.0.0.1", "0.0.0.0",
	    "64:ff9b::10.0.0.1"};
	struct dns_address probe;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		probe = address(open[i]);
		if (netpolicy_refuses(&policy, &probe))
			fail_msg("%s is refused", open[i]);
	}
	for (i = 0; i < sizeof(shut) / sizeof(shut[0]); i++) {
		probe = address(shut[i]);
		if (!netpolicy_refuses(&policy, &probe))
			fail_msg("%s is allowed", shut[i]);
	}
}

static void
an_unknown_family_is_refused(void **state)
{
	struct dns_address probe = {.family = AF_UNIX};

	(void)state;
	assert_non_null(netpolicy_refuses(NULL, &probe));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_range_of_ipv4_is_judged_to_its_borders),
	    cmocka_unit_test(ipv4_is_judged_alike_everywhere),
	    cmocka_unit_test(every_range_of_ipv6_is_judged_to_its_borders),
	    cmocka_unit_test(public_addresses_are_allowed),
	    cmocka_unit_test(ipv4_carried_by_ipv6_is_judged_as_ipv4),
	    cmocka_unit_test(a_network_contains_what_its_prefix_says),
	    cmocka_unit_test(bits_beyond_the_prefix_are_ignored),
	    cmocka_unit_test(mapped_addresses_and_networks_are_the_ipv4_ones),
	    cmocka_unit_test(what_is_no_network_is_told_why),
	    cmocka_unit_test(a_listed_network_overrides_the_refusal),
	    cmocka_unit_test(an_unknown_family_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
