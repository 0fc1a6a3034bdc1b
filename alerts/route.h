#ifndef WIREWATCH_ALERTS_ROUTE_H
#define WIREWATCH_ALERTS_ROUTE_H

#include <stddef.h>

#include "alerts/event.h"
#include "config/conf.h"

/*
 * The sinks an event goes to, without doubles, in the order of configuration:
 * those its topic names (or the defaults), and those of every severity at or
 * below its own; operator events go to the operator's sinks. Writes at most
 * `max` borrowed pointers; returns how many.
 */
size_t route_event(const struct conf *conf, const struct event *event,
    const struct conf_topic *topic, const struct conf_sink **sinks, size_t max);

#endif
