#include "tests/test.h"

#include <ev.h>

#include "lib/clock.h"
#include "lib/dns.h"
#include "tests/dns_server.h"

#define PATIENCE_S 30.0
#define TIMEOUT_MS 2100
#define TTL_MIN_MS 300

static const struct dns_server_row rows[] = {
    {.name = "both.test",
	.ttl = 300,
	.v4 = "192.0.2.1 192.0.2.2",
	.v6 = "2001:db8::1"},
    {.name = "v4.test", .ttl = 300, .v4 = "192.0.2.4"},
    {.name = "v6.test", .ttl = 300, .v6 = "::1"},
    {.name = "brief.test", .ttl = 0, .v4 = "192.0.2.5"},
    {.name = "empty.test", .ttl = 300},
    {.name = "fails.test", .kind = DNS_SERVER_FAILS},
    {.name = "silent.test", .kind = DNS_SERVER_SILENT},
    {.name = "garbage.test", .kind = DNS_SERVER_GARBAGE},
    {.name = "half.test",
	.ttl = 300,
	.v4 = "192.0.2.6",
	.v6_kind = DNS_SERVER_SILENT},
    {.name = "many.test",
	.ttl = 300,
	.v4 = "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 192.0.2.6 "
	      "192.0.2.7 192.0.2.8 192.0.2.9 192.0.2.10 192.0.2.11 "
	      "192.0.2.12 192.0.2.13 192.0.2.14 192.0.2.15 192.0.2.16 "
	      "192.0.2.17 192.0.2.18 192.0.2.19 192.0.2.20"},
    {.name = "crowd.test",
	.ttl = 300,
	.v4 = "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 192.0.2.6 "
	      "192.0.2.7 192.0.2.8 192.0.2.9 192.0.2.10",
	.v6 = "2001:db8::1 2001:db8::2 2001:db8::3 2001:db8::4 2001:db8::5 "
	      "2001:db8::6 2001:db8::7 2001:db8::8 2001:db8::9 2001:db8::a"},
};

struct fixture {
	struct ev_loop *loop;
	struct ev_timer patience;
	struct dns_server server;
	struct dns *dns;
	int open; /* lookups whose callback is awaited */
};

struct lookup {
	struct fixture *f;
	struct dns_lookup *lookup;
	struct lookup *victim; /* cancelled from within the callback */
	const char *again; /* started from within the callback */
	int calls;
	size_t count;
	struct dns_address addresses[DNS_ADDRESSES_MAX];
	struct err err;
};

static void
on_impatience(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
	fail_msg("nothing happened for %g s", PATIENCE_S);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct dns_options options = {
	    .timeout_ms = TIMEOUT_MS, .ttl_min_ms = TTL_MIN_MS};
	struct err err;

	f->loop = ev_loop_new(EVFLAG_AUTO);
	ev_timer_init(&f->patience, on_impatience, PATIENCE_S, 0.);
	ev_timer_start(f->loop, &f->patience);
	dns_server_start(&f->server, rows, sizeof(rows) / sizeof(rows[0]));
	options.servers = f->server.address;
	f->dns = dns_new_with(f->loop, &options, &err);
	assert_non_null(f->dns);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	dns_free(&f->dns);
	assert_null(f->dns);
	dns_server_stop(&f->server);
	ev_timer_stop(f->loop, &f->patience);
	ev_loop_destroy(f->loop);
	free(f);
	return 0;
}

static void start(struct fixture *f, struct lookup *lookup, const char *name);

static void
on_done(void *data, const struct dns_address *addresses, size_t count,
    const struct err *err)
{
	struct lookup *lookup = data;
	const char *again = lookup->again;

	lookup->calls++;
	lookup->lookup = NULL;
	lookup->count = count;
	assert_true(count <= DNS_ADDRESSES_MAX);
	if (count)
		memcpy(
		    lookup->addresses, addresses, count * sizeof(addresses[0]));
	lookup->err = *err;
	if (lookup->victim && lookup->victim->lookup) {
		dns_cancel(&lookup->victim->lookup);
		assert_null(lookup->victim->lookup);
		lookup->f->open--;
	}
	lookup->again = NULL;
	if (again)
		start(lookup->f, lookup, again);
	if (--lookup->f->open == 0)
		ev_break(lookup->f->loop, EVBREAK_ALL);
}

static void
start(struct fixture *f, struct lookup *lookup, const char *name)
{
	int calls = lookup->calls;

	lookup->f = f;
	f->open++;
	lookup->lookup = dns_start(f->dns, name, on_done, lookup);
	assert_non_null(lookup->lookup);
	assert_int_equal(lookup->calls, calls);
}

static void
wait_all(struct fixture *f)
{
	if (f->open)
		ev_run(f->loop, 0);
	assert_int_equal(f->open, 0);
}

static struct lookup
look_up(struct fixture *f, const char *name)
{
	struct lookup lookup = {0};

	start(f, &lookup, name);
	wait_all(f);
	assert_int_equal(lookup.calls, 1);
	return lookup;
}

static bool
has(const struct lookup *lookup, const char *text)
{
	char out[INET6_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < lookup->count; i++) {
		if (strcmp(dns_format(&lookup->addresses[i], out), text) == 0)
			return true;
	}
	return false;
}

static void
both_families_are_handed_over(void **state)
{
	struct lookup lookup = look_up(*state, "both.test");

	assert_int_equal(lookup.count, 3);
	assert_true(has(&lookup, "192.0.2.1"));
	assert_true(has(&lookup, "192.0.2.2"));
	assert_true(has(&lookup, "2001:db8::1"));
}

static void
one_family_is_enough(void **state)
{
	struct lookup v4 = look_up(*state, "v4.test");
	struct lookup v6 = look_up(*state, "v6.test");

	assert_int_equal(v4.count, 1);
	assert_true(has(&v4, "192.0.2.4"));
	assert_int_equal(v6.count, 1);
	assert_true(has(&v6, "::1"));
}

static void
a_family_that_stays_silent_costs_a_moment_only(void **state)
{
	struct fixture *f = *state;
	struct lookup lookup = look_up(f, "half.test");

	assert_int_equal(lookup.count, 1);
	assert_true(has(&lookup, "192.0.2.6"));
	/* long before the last try */
	assert_true(f->server.questions < 1 + DNS_TRIES);
}

static void
no_more_addresses_than_the_bound_are_handed_over(void **state)
{
	struct lookup many = look_up(*state, "many.test");
	struct lookup crowd = look_up(*state, "crowd.test");
	size_t i, v6 = 0;

	assert_int_equal(many.count, DNS_ADDRESSES_MAX);
	assert_int_equal(crowd.count, DNS_ADDRESSES_MAX);
	for (i = 0; i < crowd.count; i++)
		v6 += crowd.addresses[i].family == AF_INET6;
	assert_int_equal(v6, DNS_ADDRESSES_MAX / 2);
}

static void
a_name_that_does_not_exist_is_told_so(void **state)
{
	struct lookup lookup = look_up(*state, "missing.test");

	assert_int_equal(lookup.count, 0);
	assert_non_null(strstr(lookup.err.text, "missing.test"));
	assert_non_null(strstr(lookup.err.text, "does not exist"));
}

static void
a_name_without_addresses_is_told_so(void **state)
{
	struct lookup lookup = look_up(*state, "empty.test");

	assert_int_equal(lookup.count, 0);
	assert_non_null(strstr(lookup.err.text, "no address"));
}

static void
a_failing_server_is_told_and_not_remembered(void **state)
{
	struct fixture *f = *state;
	struct lookup lookup = look_up(f, "fails.test");
	int questions = f->server.questions;

	assert_int_equal(lookup.count, 0);
	assert_non_null(strstr(lookup.err.text, "name server"));
	look_up(f, "fails.test");
	assert_true(f->server.questions > questions);
}

static void
silence_ends_in_a_timeout_and_stops_nobody(void **state)
{
	struct fixture *f = *state;
	struct lookup silent = {0}, garbage = {0}, good = {0};

	start(f, &silent, "silent.test");
	start(f, &garbage, "garbage.test");
	start(f, &good, "v4.test");
	while (!good.calls)
		ev_run(f->loop, EVRUN_ONCE);
	assert_int_equal(silent.calls, 0);
	assert_int_equal(good.count, 1);
	wait_all(f);
	assert_int_equal(silent.calls, 1);
	assert_int_equal(silent.count, 0);
	assert_non_null(strstr(silent.err.text, "no answer"));
	assert_int_equal(garbage.count, 0);
	/* c-ares may still wait for it: the next one is timed all the same */
	start(f, &silent, "silent.test");
	dns_cancel(&silent.lookup);
	f->open--;
}

static void
an_answer_is_remembered(void **state)
{
	struct fixture *f = *state;
	struct lookup lookup;
	int questions;

	look_up(f, "both.test");
	questions = f->server.questions;
	lookup = look_up(f, "BOTH.Test");
	assert_int_equal(lookup.count, 3);
	look_up(f, "missing.test");
	assert_int_equal(f->server.questions, questions + 2);
	look_up(f, "missing.test");
	assert_int_equal(f->server.questions, questions + 2);
}

static void
an_answer_is_asked_again_after_its_ttl(void **state)
{
	struct fixture *f = *state;
	int64_t begin = clock_mono_ms(), end;
	int questions;

	look_up(f, "brief.test");
	questions = f->server.questions;
	do {
		look_up(f, "brief.test");
		end = clock_mono_ms();
	} while (f->server.questions == questions);
	assert_true(end - begin >= TTL_MIN_MS);
	assert_int_equal(f->server.questions, questions + 2);
}

static void
lookups_of_one_name_share_the_question(void **state)
{
	struct fixture *f = *state;
	struct lookup lookups[50] = {0};
	size_t i;

	for (i = 0; i < 50; i++)
		start(f, &lookups[i], i % 2 ? "both.test" : "Both.TEST");
	wait_all(f);
	for (i = 0; i < 50; i++) {
		assert_int_equal(lookups[i].calls, 1);
		assert_int_equal(lookups[i].count, 3);
	}
	assert_int_equal(f->server.questions, 2);
}

static void
literals_are_answered_without_a_question(void **state)
{
	struct fixture *f = *state;
	struct lookup v4 = look_up(f, "192.0.2.99");
	struct lookup v6 = look_up(f, "2001:DB8::9");

	assert_int_equal(v4.count, 1);
	assert_true(has(&v4, "192.0.2.99"));
	assert_int_equal(v6.count, 1);
	assert_true(has(&v6, "2001:db8::9"));
	assert_int_equal(f->server.questions, 0);
}

static void
localhost_never_leaves_the_machine(void **state)
{
	static const char *const names[] = {"localhost", "LOCALHOST",
	    "localhost.", "a.localhost", "b.c.localhost."};
	struct fixture *f = *state;
	struct lookup lookup;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		lookup = look_up(f, names[i]);
		assert_true(lookup.count >= 1);
		assert_true(has(&lookup, "127.0.0.1") || has(&lookup, "::1"));
	}
	assert_int_equal(f->server.questions, 0);
	/* these only look alike */
	assert_int_equal(look_up(f, "notlocalhost").count, 0);
	assert_int_equal(look_up(f, "localhost.test").count, 0);
	assert_true(f->server.questions > 0);
}

static void
names_of_the_hosts_file_need_no_question(void **state)
{
	struct fixture *f = *state;
	char line[1024], name[256], ip[64];
	FILE *hosts = fopen("/etc/hosts", "r");
	struct lookup lookup;
	int found = 0;

	while (hosts && fgets(line, sizeof(line), hosts)) {
		if (*line == '#' || sscanf(line, "%63s %255s", ip, name) != 2)
			continue;
		lookup = look_up(f, name);
		assert_true(lookup.count >= 1);
		found++;
	}
	if (hosts)
		fclose(hosts);
	assert_int_equal(f->server.questions, 0);
	if (!found)
		skip();
}

static void
what_cannot_be_a_name_is_refused(void **state)
{
	struct fixture *f = *state;
	char name[DNS_NAME_MAX + 2];
	struct lookup lookup;

	assert_int_equal(look_up(f, "").count, 0);
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	lookup = look_up(f, name);
	assert_int_equal(lookup.count, 0);
	assert_non_null(strstr(lookup.err.text, "254"));
	assert_int_equal(look_up(f, "a..test").count, 0);
	assert_int_equal(f->server.questions, 0);
	assert_int_equal(look_up(f, ".").count, 0);
}

static void
after_cancel_there_is_silence(void **state)
{
	struct fixture *f = *state;
	struct lookup gone = {0}, literal = {0}, stays = {0};

	start(f, &gone, "both.test");
	start(f, &stays, "both.test");
	start(f, &literal, "192.0.2.1");
	dns_cancel(&gone.lookup);
	dns_cancel(&literal.lookup);
	assert_null(gone.lookup);
	f->open -= 2;
	wait_all(f);
	assert_int_equal(stays.calls, 1);
	assert_int_equal(gone.calls, 0);
	assert_int_equal(literal.calls, 0);
	/* and cancelling nothing is fine */
	dns_cancel(&gone.lookup);
}

static void
a_question_whose_askers_left_still_fills_the_cache(void **state)
{
	struct fixture *f = *state;
	struct lookup gone = {0};
	struct lookup other;

	start(f, &gone, "both.test");
	dns_cancel(&gone.lookup);
	f->open--;
	other = look_up(f, "both.test");
	assert_int_equal(other.count, 3);
	assert_int_equal(gone.calls, 0);
	assert_int_equal(f->server.questions, 2);
}

static void
a_callback_may_cancel_another_lookup(void **state)
{
	struct fixture *f = *state;
	struct lookup first = {0}, second = {0}, third = {0};

	first.victim = &second;
	start(f, &first, "192.0.2.1");
	start(f, &second, "192.0.2.2");
	start(f, &third, "silent.test");
	second.victim = &third;
	dns_cancel(&third.lookup);
	f->open--;
	wait_all(f);
	assert_int_equal(first.calls, 1);
	assert_int_equal(second.calls, 0);
	assert_int_equal(third.calls, 0);
}

static void
a_callback_may_start_another_lookup(void **state)
{
	struct lookup lookup = {.again = "v4.test"};

	start(*state, &lookup, "192.0.2.1");
	wait_all(*state);
	assert_int_equal(lookup.calls, 2);
	assert_true(has(&lookup, "192.0.2.4"));
}

static void
freeing_ends_open_lookups_without_callbacks(void **state)
{
	struct fixture *f = *state;
	struct lookup open = {0}, ready = {0};

	start(f, &open, "silent.test");
	start(f, &ready, "192.0.2.1");
	ev_run(f->loop, EVRUN_NOWAIT);
	if (!ready.calls)
		f->open--;
	dns_free(&f->dns);
	ev_run(f->loop, EVRUN_NOWAIT);
	assert_int_equal(open.calls, 0);
}

static void
too_many_names_at_a_time_are_refused(void **state)
{
	struct fixture *f = *state;
	struct lookup *lookups = calloc(DNS_QUERIES_MAX, sizeof(*lookups));
	struct lookup late = {0};
	char name[64];
	size_t i;

	for (i = 0; i < DNS_QUERIES_MAX; i++) {
		snprintf(name, sizeof(name), "n%zu.test", i);
		start(f, &lookups[i], name);
	}
	start(f, &late, "v4.test");
	while (!late.calls)
		ev_run(f->loop, EVRUN_ONCE);
	assert_int_equal(late.count, 0);
	assert_non_null(strstr(late.err.text, "too many"));
	wait_all(f);
	for (i = 0; i < DNS_QUERIES_MAX; i++)
		assert_int_equal(lookups[i].calls, 1);
	assert_int_equal(look_up(f, "v4.test").count, 1);
	free(lookups);
}

static void
the_cache_is_bounded_and_forgets_the_oldest(void **state)
{
	struct fixture *f = *state;
	char name[64];
	int questions;
	size_t i;

	look_up(f, "v4.test");
	for (i = 0; i < DNS_CACHE_MAX; i++) {
		snprintf(name, sizeof(name), "n%zu.localhost", i);
		look_up(f, name);
	}
	questions = f->server.questions;
	look_up(f, "v4.test");
	assert_int_equal(f->server.questions, questions + 2);
}

static void
bad_servers_are_refused(void **state)
{
	const struct dns_options options = {.servers = "no server"};
	struct fixture *f = *state;
	struct err err;

	assert_null(dns_new_with(f->loop, &options, &err));
	assert_non_null(strstr(err.text, "no server"));
}

static void
the_systems_servers_are_read(void **state)
{
	struct fixture *f = *state;
	struct err err;
	struct dns *dns = dns_new(f->loop, &err);
	struct lookup lookup = {.f = f};

	assert_non_null(dns);
	f->open++;
	lookup.lookup = dns_start(dns, "localhost", on_done, &lookup);
	wait_all(f);
	assert_true(lookup.count >= 1);
	dns_free(&dns);
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The network comes up, and with it a name server that answers. */
static void
a_changed_resolv_conf_is_noticed(void **state)
{
	static const struct dns_server_row dead_rows[] = {
	    {.name = "v4.test", .kind = DNS_SERVER_SILENT}};
	struct fixture *f = *state;
	char path[] = "/tmp/wirewatch-resolv-XXXXXX", next[64];
	const struct dns_options options = {
	    .resolv_conf = path,
	    .port = f->server.port,
	    .timeout_ms = 210,
	};
	struct dns_server dead;
	struct lookup lookup = {.f = f}, waits = {.f = f};
	struct dns *dns;
	struct err err;
	int fd = mkstemp(path);

	assert_true(fd != -1);
	close(fd);
	snprintf(next, sizeof(next), "%s.next", path);
	dns_server_start_at(&dead, dead_rows, 1, 2, f->server.port);
	write_file(path, "nameserver 127.0.0.2\n");
	dns = dns_new_with(f->loop, &options, &err);
	assert_non_null(dns);
	f->open = 1;
	lookup.lookup = dns_start(dns, "v4.test", on_done, &lookup);
	wait_all(f);
	assert_int_equal(lookup.count, 0);
	assert_true(dead.questions > 0);
	/* one question is open when the file changes */
	f->open = 1;
	waits.lookup = dns_start(dns, "v4.test", on_done, &waits);
	write_file(next, "nameserver 127.0.0.1\n");
	assert_int_equal(rename(next, path), 0);
	do {
		f->open++;
		lookup.lookup = dns_start(dns, "v4.test", on_done, &lookup);
		wait_all(f);
	} while (!lookup.count);
	assert_true(has(&lookup, "192.0.2.4"));
	assert_int_equal(waits.calls, 1);
	dns_free(&dns);
	dns_server_stop(&dead);
	unlink(path);
}

#define DNS_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    DNS_TEST(both_families_are_handed_over),
	    DNS_TEST(one_family_is_enough),
	    DNS_TEST(a_family_that_stays_silent_costs_a_moment_only),
	    DNS_TEST(no_more_addresses_than_the_bound_are_handed_over),
	    DNS_TEST(a_name_that_does_not_exist_is_told_so),
	    DNS_TEST(a_name_without_addresses_is_told_so),
	    DNS_TEST(a_failing_server_is_told_and_not_remembered),
	    DNS_TEST(silence_ends_in_a_timeout_and_stops_nobody),
	    DNS_TEST(an_answer_is_remembered),
	    DNS_TEST(an_answer_is_asked_again_after_its_ttl),
	    DNS_TEST(lookups_of_one_name_share_the_question),
	    DNS_TEST(literals_are_answered_without_a_question),
	    DNS_TEST(localhost_never_leaves_the_machine),
	    DNS_TEST(names_of_the_hosts_file_need_no_question),
	    DNS_TEST(what_cannot_be_a_name_is_refused),
	    DNS_TEST(after_cancel_there_is_silence),
	    DNS_TEST(a_question_whose_askers_left_still_fills_the_cache),
	    DNS_TEST(a_callback_may_cancel_another_lookup),
	    DNS_TEST(a_callback_may_start_another_lookup),
	    DNS_TEST(freeing_ends_open_lookups_without_callbacks),
	    DNS_TEST(too_many_names_at_a_time_are_refused),
	    DNS_TEST(the_cache_is_bounded_and_forgets_the_oldest),
	    DNS_TEST(bad_servers_are_refused),
	    DNS_TEST(the_systems_servers_are_read),
	    DNS_TEST(a_changed_resolv_conf_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
