#ifndef WIREWATCH_LIB_METRICS_H
#define WIREWATCH_LIB_METRICS_H

#include <stdint.h>

#include "lib/buf.h"

/*
 * Counters, gauges and histograms of the loop thread, written out in the
 * Prometheus text format 0.0.4. A metric is registered once, by name; asking
 * for a name again gives the same metric. Its pointer stays valid as long as
 * the registry. Names, labels and bounds are the program's: a wrong one is a
 * bug and asserts. Values that are no finite number are not counted.
 */
struct metrics;
struct metric;

#define METRICS_MAX_LABELS 64	/* values per metric; more share "other" */
#define METRICS_VALUE_MAX 128	/* bytes of a label value; more are cut */
#define METRICS_BOUNDS_MAX 32	/* of a histogram, +Inf not counted */

struct metrics *metrics_new(void);
void metrics_free(struct metrics **metrics);

struct metric *metrics_counter(
    struct metrics *metrics, const char *name, const char *help);
struct metric *metrics_gauge(
    struct metrics *metrics, const char *name, const char *help);
/* Upper bounds ascending, `count` of them; +Inf is added. Seconds by custom. */
struct metric *metrics_histogram(struct metrics *metrics, const char *name,
    const char *help, const double *bounds, int count);

/* A counter never goes down: a negative amount is ignored. */
void metric_add(struct metric *metric, double value);
void metric_set(struct metric *metric, double value);
void metric_observe(struct metric *metric, double value);
/* The same for one value of one label: state="html". */
void metric_add_label(struct metric *metric, const char *label,
    const char *value, double amount);
void metric_set_label(struct metric *metric, const char *label,
    const char *value, double amount);
/*
 * Forgets the labelled values of a gauge, before they are all set again: what
 * no longer exists (a sink that a reload removed) is then no longer told.
 */
void metric_forget_labels(struct metric *metric);

/* Appends every metric. 0, or -1 when the buffer's bound was met. */
int metrics_write(const struct metrics *metrics, struct buf *out);

#endif
