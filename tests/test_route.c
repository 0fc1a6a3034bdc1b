#include "tests/test.h"

#include "alerts/route.h"

static const char *log_name[] = {"alerts"};
static const char *hook_name[] = {"hook"};
static const char *call_name[] = {"call"};

struct fixture {
	struct conf conf;
	struct conf_sink sinks[3];
	struct conf_severity_route route;
	struct conf_topic topic;
	struct event event;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->sinks[0].name = "alerts";
	f->sinks[0].type = SINK_LOG;
	f->sinks[1].name = "hook";
	f->sinks[1].type = SINK_WEBHOOK;
	f->sinks[2].name = "call";
	f->sinks[2].type = SINK_WEBHOOK;
	f->conf.sinks = f->sinks;
	f->conf.sink_count = 3;
	f->route.severity = SEVERITY_HIGH;
	f->route.sinks.items = call_name;
	f->route.sinks.count = 1;
	f->event.severity = SEVERITY_MEDIUM;
	f->event.reach = SEVERITY_MEDIUM;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	free(*state);
	return 0;
}

static void
assert_routed(struct fixture *f, const struct conf_topic *topic,
    const char *want)
{
	const struct conf_sink *sinks[8];
	size_t i, count = route_event(&f->conf, &f->event, topic, sinks, 8);
	char got[64] = "";

	for (i = 0; i < count; i++) {
		strcat(got, i ? " " : "");
		strcat(got, sinks[i]->name);
	}
	assert_string_equal(got, want);
}

static void
a_topic_without_sinks_goes_to_the_defaults_or_to_all(void **state)
{
	struct fixture *f = *state;

	assert_routed(f, &f->topic, "alerts hook call");
	f->conf.default_sinks = (struct strings){hook_name, 1};
	assert_routed(f, &f->topic, "hook");
}

static void
a_topic_names_its_sinks(void **state)
{
	struct fixture *f = *state;

	f->conf.default_sinks = (struct strings){hook_name, 1};
	f->topic.sinks = (struct strings){log_name, 1};
	assert_routed(f, &f->topic, "alerts");
}

static void
a_severity_adds_its_sinks_once_from_its_level_on(void **state)
{
	struct fixture *f = *state;

	f->topic.sinks = (struct strings){log_name, 1};
	f->conf.routes = &f->route;
	f->conf.route_count = 1;
	assert_routed(f, &f->topic, "alerts");
	/* whatever the topic's own is: this event was raised */
	f->topic.severity = SEVERITY_LOW;
	f->event.severity = SEVERITY_FLASH;
	f->event.reach = SEVERITY_FLASH;
	assert_routed(f, &f->topic, "alerts call");
	/* it was told before as worse than it is now */
	f->event.severity = SEVERITY_LOW;
	assert_routed(f, &f->topic, "alerts call");
	f->topic.sinks = (struct strings){call_name, 1};
	assert_routed(f, &f->topic, "call");
}

static void
the_operators_events_go_to_logs_unless_he_names_sinks(void **state)
{
	struct fixture *f = *state;

	assert_routed(f, NULL, "alerts");
	f->conf.operator_sinks = (struct strings){hook_name, 1};
	assert_routed(f, NULL, "hook");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_topic_without_sinks_goes_to_the_defaults_or_to_all),
	    TEST(a_topic_names_its_sinks),
	    TEST(a_severity_adds_its_sinks_once_from_its_level_on),
	    TEST(the_operators_events_go_to_logs_unless_he_names_sinks),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
