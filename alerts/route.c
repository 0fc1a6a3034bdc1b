/* Which sinks an event goes to. */
#include <stdbool.h>
#include <string.h>

#include "alerts/route.h"

static bool
route_names(const struct strings *names, const struct conf_sink *sink)
{
	size_t i;

	for (i = 0; i < names->count; i++) {
		if (strcmp(names->items[i], sink->name) == 0)
			return true;
	}
	return false;
}

/* The topic's own sinks, else the defaults, else every sink. */
static bool
route_topic_wants(const struct conf *conf, const struct conf_topic *topic,
    const struct conf_sink *sink)
{
	if (topic && topic->sinks.count)
		return route_names(&topic->sinks, sink);
	if (conf->default_sinks.count)
		return route_names(&conf->default_sinks, sink);
	return true;
}

/* The operator's sinks, else every log. */
static bool
route_operator_wants(const struct conf *conf, const struct conf_sink *sink)
{
	if (conf->operator_sinks.count)
		return route_names(&conf->operator_sinks, sink);
	return sink->type == SINK_LOG;
}

static bool
route_severity_wants(const struct conf *conf, const struct event *event,
    const struct conf_sink *sink)
{
	size_t i;

	for (i = 0; i < conf->route_count; i++) {
		if (event->reach >= (int)conf->routes[i].severity &&
		    route_names(&conf->routes[i].sinks, sink))
			return true;
	}
	return false;
}

size_t
route_event(const struct conf *conf, const struct event *event,
    const struct conf_topic *topic, const struct conf_sink **sinks, size_t max)
{
	size_t i, count = 0;

	for (i = 0; i < conf->sink_count && count < max; i++) {
		const struct conf_sink *sink = &conf->sinks[i];
		bool wants = topic
		    ? route_topic_wants(conf, topic, sink) ||
		        route_severity_wants(conf, event, sink)
		    : route_operator_wants(conf, sink);

		if (wants)
			sinks[count++] = sink;
	}
	return count;
}
