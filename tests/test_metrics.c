#include "tests/test.h"

#include <math.h>
#include <regex.h>

#include "lib/alloc.h"
#include "lib/metrics.h"

struct fixture {
	struct metrics *metrics;
	struct buf out;
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->metrics = metrics_new();
	buf_init(&f->out, 0);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	metrics_free(&f->metrics);
	assert_null(f->metrics);
	buf_clear(&f->out);
	free(f);
	return 0;
}

static const char *
written(struct fixture *f)
{
	buf_reset(&f->out);
	assert_int_equal(metrics_write(f->metrics, &f->out), 0);
	return buf_str(&f->out);
}

static void
an_empty_registry_writes_nothing(void **state)
{
	assert_string_equal(written(*state), "");
}

static void
help_and_type_come_before_the_value(void **state)
{
	struct fixture *f = *state;
	struct metric *m;

	m = metrics_counter(f->metrics, "polls_total", "Polls made.");
	metric_add(m, 2);
	metric_add(m, 1);
	assert_string_equal(written(f), "# HELP polls_total Polls made.\n"
					"# TYPE polls_total counter\n"
					"polls_total 3\n");
}

static void
a_metric_that_never_counted_is_zero(void **state)
{
	struct fixture *f = *state;

	metrics_gauge(f->metrics, "paused", "Whether.");
	assert_non_null(strstr(written(f), "\npaused 0\n"));
}

static void
a_name_asked_for_again_is_the_same_metric(void **state)
{
	struct fixture *f = *state;
	struct metric *m = metrics_gauge(f->metrics, "g", "One.");
	const double bounds[] = {1};

	assert_ptr_equal(metrics_gauge(f->metrics, "g", "Two."), m);
	assert_ptr_equal(metrics_histogram(f->metrics, "h", "H.", bounds, 1),
	    metrics_histogram(f->metrics, "h", "H.", bounds, 1));
	assert_null(strstr(written(f), "Two."));
}

static void
metrics_keep_the_order_of_registration(void **state)
{
	struct fixture *f = *state;
	const char *text;

	metrics_gauge(f->metrics, "zulu", "Z.");
	metrics_gauge(f->metrics, "alpha", "A.");
	text = written(f);
	assert_true(strstr(text, "zulu 0") < strstr(text, "alpha 0"));
}

static void
labels_are_written_with_their_values(void **state)
{
	struct fixture *f = *state;
	struct metric *m = metrics_counter(f->metrics, "polls_total", "P.");

	metric_add_label(m, "outcome", "ok", 4);
	metric_add_label(m, "outcome", "html", 1);
	metric_add_label(m, "outcome", "ok", 1);
	assert_string_equal(written(f), "# HELP polls_total P.\n"
					"# TYPE polls_total counter\n"
					"polls_total{outcome=\"ok\"} 5\n"
					"polls_total{outcome=\"html\"} 1\n");
}

static void
a_labelled_gauge_is_set_not_added(void **state)
{
	struct fixture *f = *state;
	struct metric *m = metrics_gauge(f->metrics, "feeds", "F.");

	metric_set_label(m, "status", "ok", 4);
	metric_set_label(m, "status", "ok", 3);
	assert_non_null(strstr(written(f), "feeds{status=\"ok\"} 3\n"));
}

static void
quotes_backslashes_and_newlines_are_escaped(void **state)
{
	struct fixture *f = *state;
	struct metric *m = metrics_gauge(f->metrics, "g", "a\\b\n\"c\"");

	metric_set_label(m, "l", "x\"y\\z\nw", 1);
	assert_string_equal(written(f), "# HELP g a\\\\b\\n\"c\"\n"
					"# TYPE g gauge\n"
					"g{l=\"x\\\"y\\\\z\\nw\"} 1\n");
}

static void
invalid_utf8_in_a_label_value_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct metric *m = metrics_gauge(f->metrics, "g", "G.");

	metric_set_label(m, "l", "a\xff\xe9z \xeb\xb6\x81", 1);
	assert_non_null(strstr(written(f), "g{l=\"a??z \xeb\xb6\x81\"} 1\n"));
}

static void
a_long_label_value_is_cut_between_characters(void **state)
{
	struct fixture *f = *state;
	struct metric *m = metrics_gauge(f->metrics, "g", "G.");
	char value[3 * METRICS_VALUE_MAX + 1] = "";
	const char *from;
	size_t i;

	for (i = 0; i < METRICS_VALUE_MAX; i++)
		memcpy(value + 3 * i, "\xeb\xb6\x81", 4);
	metric_set_label(m, "l", value, 1);
	metric_set_label(m, "l", value, 2);
	from = strchr(written(f), '{') + 4;
	assert_int_equal(strcspn(from, "\""), METRICS_VALUE_MAX / 3 * 3);
	assert_non_null(strstr(from, "\"} 2\n"));
}

static void
label_values_beyond_the_bound_share_other(void **state)
{
	struct fixture *f = *state;
	struct metric *m = metrics_counter(f->metrics, "c", "C.");
	const char *text;
	char value[16], expected[64];
	int i, lines = 0;

	for (i = 0; i < 3 * METRICS_MAX_LABELS; i++) {
		snprintf(value, sizeof(value), "v%d", i);
		metric_add_label(m, "l", value, 1);
	}
	snprintf(expected, sizeof(expected), "c{l=\"other\"} %d\n",
	    3 * METRICS_MAX_LABELS - (METRICS_MAX_LABELS - 1));
	text = written(f);
	assert_non_null(strstr(text, expected));
	while ((text = strstr(text, "c{l=\"")) != NULL) {
		text++;
		lines++;
	}
	assert_int_equal(lines, METRICS_MAX_LABELS);
}

static void
forgotten_labels_are_no_longer_written(void **state)
{
	struct fixture *f = *state;
	struct metric *m = metrics_gauge(f->metrics, "g", "G.");

	metric_set_label(m, "sink", "old", 7);
	metric_forget_labels(m);
	metric_set_label(m, "sink", "new", 8);
	assert_null(strstr(written(f), "old"));
	assert_non_null(strstr(written(f), "g{sink=\"new\"} 8\n"));
}

static void
a_counter_never_goes_down(void **state)
{
	struct fixture *f = *state;
	struct metric *m = metrics_counter(f->metrics, "c", "C.");

	metric_add(m, 5);
	metric_add(m, -2);
	assert_non_null(strstr(written(f), "\nc 5\n"));
}

static void
what_is_no_finite_number_is_not_counted(void **state)
{
	struct fixture *f = *state;
	const double bounds[] = {1};
	struct metric *c = metrics_counter(f->metrics, "c", "C.");
	struct metric *g = metrics_gauge(f->metrics, "g", "G.");
	struct metric *h = metrics_histogram(f->metrics, "h", "H.", bounds, 1);
	const char *text;

	metric_add(c, (double)NAN);
	metric_add(c, (double)INFINITY);
	metric_add_label(c, "l", "v", (double)NAN);
	metric_set(g, -(double)INFINITY);
	metric_observe(h, (double)NAN);
	metric_observe(h, (double)INFINITY);
	metric_add(c, 1.7e308);
	metric_add(c, 1.7e308);
	text = written(f);
	assert_null(strstr(text, "NaN"));
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf"));
	assert_non_null(strstr(text, "\nc 1.7e+308\n"));
	assert_non_null(strstr(text, "\ng 0\n"));
	assert_non_null(strstr(text, "\nh_count 0\n"));
}

static void
buckets_are_cumulative_and_end_with_inf(void **state)
{
	struct fixture *f = *state;
	const double bounds[] = {0.005, 0.5, 10};
	struct metric *m =
	    metrics_histogram(f->metrics, "t_seconds", "T.", bounds, 3);

	metric_observe(m, 0.005); /* a bound belongs to its bucket */
	metric_observe(m, 0.25);
	metric_observe(m, 0.25);
	metric_observe(m, 11);
	assert_string_equal(written(f), "# HELP t_seconds T.\n"
					"# TYPE t_seconds histogram\n"
					"t_seconds_bucket{le=\"0.005\"} 1\n"
					"t_seconds_bucket{le=\"0.5\"} 3\n"
					"t_seconds_bucket{le=\"10\"} 3\n"
					"t_seconds_bucket{le=\"+Inf\"} 4\n"
					"t_seconds_sum 11.505\n"
					"t_seconds_count 4\n");
}

static void
numbers_read_back_as_themselves(void **state)
{
	static const double values[] = {0.1, 1.0 / 3, 1e-9, 123456789012345,
	    9007199254740993.0, 1e300, -0.7};
	struct fixture *f = *state;
	struct metric *m = metrics_gauge(f->metrics, "g", "G.");
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		metric_set(m, values[i]);
		assert_true(
		    strtod(strstr(written(f), "\ng ") + 3, NULL) == values[i]);
	}
}

static void
a_buffer_that_is_too_small_is_an_error(void **state)
{
	struct fixture *f = *state;
	const double bounds[] = {1};
	struct metric *m = metrics_counter(f->metrics, "c", "C.");
	struct buf small;
	size_t whole, max;

	metric_add_label(m, "l", "a\"b", 1);
	metrics_histogram(f->metrics, "h", "H.", bounds, 1);
	whole = strlen(written(f));
	for (max = 1; max < whole; max++) {
		buf_init(&small, max);
		assert_int_equal(metrics_write(f->metrics, &small), -1);
		assert_true(small.len <= max);
		buf_clear(&small);
	}
	buf_init(&small, whole);
	assert_int_equal(metrics_write(f->metrics, &small), 0);
	buf_clear(&small);
}

/* The grammar of a line as the format's description gives it. */
static void
every_line_keeps_the_grammar(void **state)
{
	struct fixture *f = *state;
	const double bounds[] = {0.1, 2.5};
	char *text, *line, *save;
	struct metric *m;
	regex_t grammar;

	assert_int_equal(
	    regcomp(&grammar,
		"^(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .+"
		"|[a-zA-Z_:][a-zA-Z0-9_:]*"
		"(\\{[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\[\\\\n\"])*\"\\})?"
		" -?[0-9]+(\\.[0-9]+)?(e[+-][0-9]+)?)$",
		REG_EXTENDED | REG_NOSUB),
	    0);
	m = metrics_counter(f->metrics, "c_total", "Line one\nline two.");
	metric_add_label(m, "why", "\\\"\n{}", 0.1);
	metric_add(m, 1e22);
	m = metrics_histogram(f->metrics, "h", "H \\ h.", bounds, 2);
	metric_observe(m, 0.3);
	text = xstrdup(written(f));
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		assert_int_equal(regexec(&grammar, line, 0, NULL, 0), 0);
	assert_int_equal(f->out.data[f->out.len - 1], '\n');
	free(text);
	regfree(&grammar);
}

#define METRICS_TEST(name)                                                     \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    METRICS_TEST(an_empty_registry_writes_nothing),
	    METRICS_TEST(help_and_type_come_before_the_value),
	    METRICS_TEST(a_metric_that_never_counted_is_zero),
	    METRICS_TEST(a_name_asked_for_again_is_the_same_metric),
	    METRICS_TEST(metrics_keep_the_order_of_registration),
	    METRICS_TEST(labels_are_written_with_their_values),
	    METRICS_TEST(a_labelled_gauge_is_set_not_added),
	    METRICS_TEST(quotes_backslashes_and_newlines_are_escaped),
	    METRICS_TEST(invalid_utf8_in_a_label_value_is_replaced),
	    METRICS_TEST(a_long_label_value_is_cut_between_characters),
	    METRICS_TEST(label_values_beyond_the_bound_share_other),
	    METRICS_TEST(forgotten_labels_are_no_longer_written),
	    METRICS_TEST(a_counter_never_goes_down),
	    METRICS_TEST(what_is_no_finite_number_is_not_counted),
	    METRICS_TEST(buckets_are_cumulative_and_end_with_inf),
	    METRICS_TEST(numbers_read_back_as_themselves),
	    METRICS_TEST(a_buffer_that_is_too_small_is_an_error),
	    METRICS_TEST(every_line_keeps_the_grammar),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
