#ifndef WIREWATCH_LIB_METRICS_H
#define WIREWATCH_LIB_METRICS_H

#include <stdint.h>

#include "lib/buf.h"

/*
 * Counters, gauges and histograms of the loop thread, written out in the
 * Prometheus text format 0.0.4. A metric is registered once, by name; its
 * pointer stays valid as long as the registry.
 */
struct metrics;
struct metric;

#define METRICS_MAX_LABELS 64	/* label values per metric; more share "other" */

struct metrics *metrics_new(void);
void metrics_free(struct metrics **metrics);

struct metric *metrics_counter(
    struct metrics *metrics, const char *name, const char *help);
struct metric *metrics_gauge(
    struct metrics *metrics, const char *name, const char *help);
/* Upper bounds ascending, `count` of them; +Inf is added. Seconds by custom. */
struct metric *metrics_histogram(struct metrics *metrics, const char *name,
    const char *help, const double *bounds, int count);

void metric_add(struct metric *metric, double value);
void metric_set(struct metric *metric, double value);
void metric_observe(struct metric *metric, double value);
/* The same for one value of one label: state="html". */
void metric_add_label(struct metric *metric, const char *label,
    const char *value, double amount);
void metric_set_label(struct metric *metric, const char *label,
    const char *value, double amount);

/* Appends every metric. 0, or -1 when the buffer's bound was met. */
int metrics_write(const struct metrics *metrics, struct buf *out);

#endif
