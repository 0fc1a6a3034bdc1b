/*
 * Counters, gauges and histograms in the Prometheus text format 0.0.4. What is
 * written is always valid for a scraper: names were checked at registration,
 * label values are UTF-8 of bounded length and number, values are finite.
 */
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/alloc.h"
#include "lib/map.h"
#include "lib/metrics.h"

#define METRICS_OTHER "other"
#define METRICS_EXACT 9007199254740992.0 /* 2^53: integers below are exact */

enum metric_type {
	METRIC_COUNTER,
	METRIC_GAUGE,
	METRIC_HISTOGRAM,
};

static const char *const metric_type_names[] = {
    "counter", "gauge", "histogram"};

struct metric_child {
	char *value; /* of the label, made fit to be written */
	double number;
};

struct metric {
	struct metric *next;
	enum metric_type type;
	char *name;
	char *help;
	bool is_touched; /* the value without a label was set */
	double number;
	char *label; /* the one label's name; NULL until used */
	struct metric_child *children;
	size_t child_count;
	size_t child_cap;
	double *bounds;
	uint64_t *buckets; /* one for each bound and one for +Inf */
	int bound_count;
};

struct metrics {
	struct map *by_name;
	struct metric *first; /* in the order of registration */
	struct metric **last;
};

struct metrics *
metrics_new(void)
{
	struct metrics *metrics = xcalloc(1, sizeof(*metrics));

	metrics->by_name = map_new();
	metrics->last = &metrics->first;
	return metrics;
}

void
metric_forget_labels(struct metric *metric)
{
	size_t i;

	for (i = 0; i < metric->child_count; i++)
		free(metric->children[i].value);
	metric->child_count = 0;
}

static void
metric_free(void *data)
{
	struct metric *metric = data;

	metric_forget_labels(metric);
	free(metric->children);
	free(metric->name);
	free(metric->help);
	free(metric->label);
	free(metric->bounds);
	free(metric->buckets);
	free(metric);
}

void
metrics_free(struct metrics **metrics)
{
	if (!*metrics)
		return;
	map_free(&(*metrics)->by_name, metric_free);
	free(*metrics);
	*metrics = NULL;
}

/* [a-zA-Z_][a-zA-Z0-9_]*, the alphabet of names and labels alike. */
static bool
metrics_is_name(const char *name)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz"
				       "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				       "0123456789";

	return *name && (*name < '0' || *name > '9') &&
	       strspn(name, alphabet) == strlen(name);
}

static struct metric *
metrics_register(struct metrics *metrics, enum metric_type type,
    const char *name, const char *help)
{
	struct metric *metric = map_get(metrics->by_name, name);

	if (metric) {
		assert(metric->type == type);
		return metric;
	}
	assert(metrics_is_name(name));
	metric = xcalloc(1, sizeof(*metric));
	metric->type = type;
	metric->name = xstrdup(name);
	metric->help = xstrdup(help);
	map_put(metrics->by_name, name, metric);
	*metrics->last = metric;
	metrics->last = &metric->next;
	return metric;
}

struct metric *
metrics_counter(struct metrics *metrics, const char *name, const char *help)
{
	return metrics_register(metrics, METRIC_COUNTER, name, help);
}

struct metric *
metrics_gauge(struct metrics *metrics, const char *name, const char *help)
{
	return metrics_register(metrics, METRIC_GAUGE, name, help);
}

struct metric *
metrics_histogram(struct metrics *metrics, const char *name, const char *help,
    const double *bounds, int count)
{
	struct metric *metric =
	    metrics_register(metrics, METRIC_HISTOGRAM, name, help);
	int i;

	if (metric->buckets)
		return metric;
	assert(count > 0 && count <= METRICS_BOUNDS_MAX);
	metric->bound_count = count;
	metric->bounds = xcalloc((size_t)count, sizeof(*bounds));
	metric->buckets = xcalloc((size_t)count + 1, sizeof(*metric->buckets));
	for (i = 0; i < count; i++) {
		assert(isfinite(bounds[i]));
		assert(i == 0 || bounds[i] > bounds[i - 1]);
		metric->bounds[i] = bounds[i];
	}
	return metric;
}

/* Whether a number may change the metric at all. */
static bool
metric_takes(const struct metric *metric, double value)
{
	return isfinite(value) &&
	       (metric->type != METRIC_COUNTER || value >= 0);
}

static void
metric_change(double *number, double value)
{
	/* a sum that leaves the range of doubles stays where it was */
	if (isfinite(value))
		*number = value;
}

void
metric_add(struct metric *metric, double value)
{
	assert(metric->type != METRIC_HISTOGRAM);
	if (!metric_takes(metric, value))
		return;
	metric->is_touched = true;
	metric_change(&metric->number, metric->number + value);
}

void
metric_set(struct metric *metric, double value)
{
	assert(metric->type == METRIC_GAUGE);
	if (!metric_takes(metric, value))
		return;
	metric->is_touched = true;
	metric->number = value;
}

void
metric_observe(struct metric *metric, double value)
{
	int i = 0;

	assert(metric->type == METRIC_HISTOGRAM);
	if (!isfinite(value))
		return;
	while (i < metric->bound_count && value > metric->bounds[i])
		i++;
	metric->buckets[i]++;
	metric_change(&metric->number, metric->number + value);
}

/* A label's value as it may be written: UTF-8, cut on a character's border. */
static void
metric_clean(char out[METRICS_VALUE_MAX + 1], const char *value)
{
	const utf8proc_uint8_t *in = (const utf8proc_uint8_t *)value;
	utf8proc_int32_t c;
	utf8proc_ssize_t n;
	size_t used = 0;

	while (*in) {
		n = utf8proc_iterate(in, -1, &c);
		if (used + (n > 0 ? (size_t)n : 1) > METRICS_VALUE_MAX)
			break;
		if (n <= 0) {
			out[used++] = '?';
			in++;
			continue;
		}
		memcpy(out + used, in, (size_t)n);
		used += (size_t)n;
		in += n;
	}
	out[used] = '\0';
}

static struct metric_child *
metric_find(struct metric *metric, const char *value)
{
	size_t i;

	for (i = 0; i < metric->child_count; i++) {
		if (strcmp(metric->children[i].value, value) == 0)
			return &metric->children[i];
	}
	return NULL;
}

/*
 * The child of a label value. The last place is kept for "other", so that
 * whoever chooses the values (a server its status line) cannot fill memory.
 */
static struct metric_child *
metric_child(struct metric *metric, const char *label, const char *value)
{
	char clean[METRICS_VALUE_MAX + 1];
	struct metric_child *child;

	assert(metric->type != METRIC_HISTOGRAM && metrics_is_name(label));
	if (!metric->label)
		metric->label = xstrdup(label);
	assert(strcmp(metric->label, label) == 0);
	metric_clean(clean, value);
	child = metric_find(metric, clean);
	if (!child && metric->child_count >= METRICS_MAX_LABELS - 1) {
		snprintf(clean, sizeof(clean), "%s", METRICS_OTHER);
		child = metric_find(metric, clean);
	}
	if (child)
		return child;
	metric->children = xgrow(metric->children, metric->child_count + 1,
	    &metric->child_cap, sizeof(*metric->children));
	child = &metric->children[metric->child_count++];
	child->value = xstrdup(clean);
	child->number = 0;
	return child;
}

void
metric_add_label(
    struct metric *metric, const char *label, const char *value, double amount)
{
	struct metric_child *child;

	if (!metric_takes(metric, amount))
		return;
	child = metric_child(metric, label, value);
	metric_change(&child->number, child->number + amount);
}

void
metric_set_label(
    struct metric *metric, const char *label, const char *value, double amount)
{
	assert(metric->type == METRIC_GAUGE);
	if (metric_takes(metric, amount))
		metric_child(metric, label, value)->number = amount;
}

static int
metrics_write_escaped(struct buf *out, const char *text, const char *special)
{
	int rc = 0;

	for (; rc == 0 && *text; text++) {
		if (*text == '\n')
			rc = buf_addstr(out, "\\n");
		else if (strchr(special, *text))
			rc = buf_printf(out, "\\%c", *text);
		else
			rc = buf_addch(out, *text);
	}
	return rc;
}

/* The shortest text that reads back as the same number. */
static int
metrics_write_number(struct buf *out, double value)
{
	char text[32];
	int digits = 15;

	if (fabs(value) < METRICS_EXACT && value == floor(value))
		return buf_printf(out, "%.0f", value);
	do {
		snprintf(text, sizeof(text), "%.*g", digits, value);
	} while (strtod(text, NULL) != value && digits++ < 17);
	return buf_addstr(out, text);
}

/* name_suffix{label="value"} number; without braces when label is NULL. */
static int
metrics_write_sample(struct buf *out, const char *name, const char *suffix,
    const char *label, const char *value, double number)
{
	if (buf_printf(out, "%s%s", name, suffix) == -1)
		return -1;
	if (label && (buf_printf(out, "{%s=\"", label) == -1 ||
			 metrics_write_escaped(out, value, "\\\"") == -1 ||
			 buf_addstr(out, "\"}") == -1))
		return -1;
	if (buf_addch(out, ' ') == -1 ||
	    metrics_write_number(out, number) == -1)
		return -1;
	return buf_addch(out, '\n');
}

static int
metrics_write_histogram(const struct metric *metric, struct buf *out)
{
	uint64_t total = 0;
	struct buf bound;
	int i, rc = 0;

	buf_init(&bound, 0);
	for (i = 0; rc == 0 && i <= metric->bound_count; i++) {
		buf_reset(&bound);
		if (i == metric->bound_count)
			rc = buf_addstr(&bound, "+Inf");
		else
			rc = metrics_write_number(&bound, metric->bounds[i]);
		total += metric->buckets[i];
		if (rc == 0)
			rc = metrics_write_sample(out, metric->name, "_bucket",
			    "le", buf_str(&bound), (double)total);
	}
	buf_clear(&bound);
	if (rc == 0)
		rc = metrics_write_sample(
		    out, metric->name, "_sum", NULL, NULL, metric->number);
	if (rc == 0)
		rc = metrics_write_sample(
		    out, metric->name, "_count", NULL, NULL, (double)total);
	return rc;
}

static int
metrics_write_values(const struct metric *metric, struct buf *out)
{
	size_t i;

	if ((metric->is_touched || !metric->label) &&
	    metrics_write_sample(
		out, metric->name, "", NULL, NULL, metric->number) == -1)
		return -1;
	for (i = 0; i < metric->child_count; i++) {
		if (metrics_write_sample(out, metric->name, "", metric->label,
			metric->children[i].value,
			metric->children[i].number) == -1)
			return -1;
	}
	return 0;
}

static int
metrics_write_one(const struct metric *metric, struct buf *out)
{
	if (buf_printf(out, "# HELP %s ", metric->name) == -1 ||
	    metrics_write_escaped(out, metric->help, "\\") == -1 ||
	    buf_printf(out, "\n# TYPE %s %s\n", metric->name,
		metric_type_names[metric->type]) == -1)
		return -1;
	if (metric->type == METRIC_HISTOGRAM)
		return metrics_write_histogram(metric, out);
	return metrics_write_values(metric, out);
}

int
metrics_write(const struct metrics *metrics, struct buf *out)
{
	const struct metric *metric;

	for (metric = metrics->first; metric; metric = metric->next) {
		if (metrics_write_one(metric, out) == -1)
			return -1;
	}
	return 0;
}
