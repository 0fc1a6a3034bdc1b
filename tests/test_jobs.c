#include "tests/test.h"

#include <ev.h>

#include "lib/jobs.h"

#define JOBS 1000
#define BATCH 16

struct numbered {
	struct job job;
	int number;
	bool was_run;
};

struct fixture {
	struct ev_loop *loop;
	struct ev_timer tick;
	struct jobs *jobs;
	size_t largest;
};

static int next_done;

static void
on_tick(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
}

static void
run(void *context, struct job *first, size_t count)
{
	struct fixture *f = context;

	if (count > f->largest)
		f->largest = count;
	for (; first; first = first->next)
		((struct numbered *)first)->was_run = true;
}

static void
done(struct job *job)
{
	struct numbered *numbered = (struct numbered *)job;

	assert_true(numbered->was_run);
	assert_int_equal(numbered->number, next_done++);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct jobs_options options = {
	    .max_batch = BATCH, .linger_ms = 5, .run = run, .context = f};

	f->loop = ev_loop_new(EVFLAG_AUTO);
	ev_timer_init(&f->tick, on_tick, 0.01, 0.01);
	ev_timer_start(f->loop, &f->tick);
	f->jobs = jobs_new(f->loop, &options);
	assert_non_null(f->jobs);
	next_done = 0;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	jobs_free(&f->jobs);
	ev_timer_stop(f->loop, &f->tick);
	ev_loop_destroy(f->loop);
	free(f);
	return 0;
}

static void
jobs_are_reported_in_order_and_in_bounded_batches(void **state)
{
	struct fixture *f = *state;
	struct numbered *all = calloc(JOBS, sizeof(*all));
	int i;

	for (i = 0; i < JOBS; i++) {
		all[i].number = i;
		all[i].job.done = done;
		jobs_submit(f->jobs, &all[i].job);
	}
	assert_int_equal(next_done, 0);
	while (jobs_pending(f->jobs))
		ev_run(f->loop, EVRUN_ONCE);
	assert_int_equal(next_done, JOBS);
	assert_in_range(f->largest, 1, BATCH);
	free(all);
}

static void
closing_finishes_what_was_submitted(void **state)
{
	struct fixture *f = *state;
	struct numbered *all = calloc(JOBS, sizeof(*all));
	int i;

	for (i = 0; i < JOBS; i++) {
		all[i].number = i;
		all[i].job.done = done;
		all[i].job.urgent = i % 2;
		jobs_submit(f->jobs, &all[i].job);
	}
	jobs_free(&f->jobs);
	assert_int_equal(next_done, JOBS);
	free(all);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(jobs_are_reported_in_order_and_in_bounded_batches),
	    TEST(closing_finishes_what_was_submitted),
	};

	return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
