/*
 * One thread that takes jobs in batches. The loop thread appends to `waiting`;
 * the thread takes a batch, runs it without the lock, puts it on `finished` and
 * wakes the loop, which calls the owners. Both lists keep the order.
 */
#include <errno.h>
#include <ev.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "lib/alloc.h"
#include "lib/jobs.h"

struct job_list {
	struct job *first;
	struct job **last;
	size_t count;
};

struct jobs {
	struct jobs_options options;
	struct ev_loop *loop;
	struct ev_async wake;
	pthread_t thread;
	size_t pending;	/* loop thread only */
	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t cond;
	struct job_list waiting;
	struct job_list finished;
	bool is_urgent;
	bool is_stopping;
	bool is_sleeping;
};

static void
job_list_init(struct job_list *list)
{
	list->first = NULL;
	list->last = &list->first;
	list->count = 0;
}

static void
job_list_append(struct job_list *list, struct job *first, struct job *last,
    size_t count)
{
	*list->last = first;
	list->last = &last->next;
	list->count += count;
}

/* Takes up to max jobs from the front. */
static struct job_list
job_list_take(struct job_list *list, size_t max)
{
	struct job_list taken = *list;
	struct job *job;
	size_t i;

	if (list->count <= max) {
		job_list_init(list);
		return taken;
	}
	for (job = list->first, i = 1; i < max; i++)
		job = job->next;
	list->first = job->next;
	list->count -= max;
	taken.count = max;
	taken.last = &job->next;
	job->next = NULL;
	return taken;
}

static void
jobs_report(struct jobs *jobs)
{
	struct job_list list;
	struct job *job, *next;

	pthread_mutex_lock(&jobs->lock);
	list = job_list_take(&jobs->finished, SIZE_MAX);
	pthread_mutex_unlock(&jobs->lock);
	for (job = list.first; job; job = next) {
		next = job->next;
		job->next = NULL;
		jobs->pending--;
		job->done(job);
	}
}

static void
jobs_on_wake(struct ev_loop *loop, struct ev_async *watcher, int events)
{
	(void)loop;
	(void)events;
	jobs_report(watcher->data);
}

static void
jobs_deadline(int ms, struct timespec *ts)
{
	clock_gettime(CLOCK_MONOTONIC, ts);
	ts->tv_sec += ms / 1000;
	ts->tv_nsec += (long)(ms % 1000) * 1000000;
	if (ts->tv_nsec >= 1000000000) {
		ts->tv_sec++;
		ts->tv_nsec -= 1000000000;
	}
}

/* Waits, with the lock held, until a batch is worth running. */
static bool
jobs_wait(struct jobs *jobs)
{
	struct timespec deadline;

	while (!jobs->waiting.count) {
		if (jobs->is_stopping)
			return false;
		jobs->is_sleeping = true;
		pthread_cond_wait(&jobs->cond, &jobs->lock);
		jobs->is_sleeping = false;
	}
	jobs_deadline(jobs->options.linger_ms, &deadline);
	while (!jobs->is_urgent && !jobs->is_stopping &&
	    jobs->waiting.count < jobs->options.max_batch) {
		if (pthread_cond_timedwait(
		        &jobs->cond, &jobs->lock, &deadline) == ETIMEDOUT)
			break;
	}
	return true;
}

static void *
jobs_main(void *data)
{
	struct jobs *jobs = data;
	struct job_list batch;

	pthread_mutex_lock(&jobs->lock);
	while (jobs_wait(jobs)) {
		batch = job_list_take(
		    &jobs->waiting, jobs->options.max_batch);
		if (!jobs->waiting.count)
			jobs->is_urgent = false;
		pthread_mutex_unlock(&jobs->lock);
		jobs->options.run(
		    jobs->options.context, batch.first, batch.count);
		pthread_mutex_lock(&jobs->lock);
		job_list_append(&jobs->finished, batch.first,
		    (struct job *)((char *)batch.last -
		        offsetof(struct job, next)),
		    batch.count);
		ev_async_send(jobs->loop, &jobs->wake);
	}
	pthread_mutex_unlock(&jobs->lock);
	return NULL;
}

struct jobs *
jobs_new(struct ev_loop *loop, const struct jobs_options *options)
{
	struct jobs *jobs = xcalloc(1, sizeof(*jobs));
	pthread_condattr_t attr;
	sigset_t all, old;
	int rc;

	jobs->options = *options;
	jobs->loop = loop;
	job_list_init(&jobs->waiting);
	job_list_init(&jobs->finished);
	pthread_mutex_init(&jobs->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&jobs->cond, &attr);
	pthread_condattr_destroy(&attr);
	ev_async_init(&jobs->wake, jobs_on_wake);
	jobs->wake.data = jobs;
	ev_async_start(loop, &jobs->wake);
	ev_unref(loop);	/* an idle thread does not keep the loop running */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&jobs->thread, NULL, jobs_main, jobs);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return jobs;
	ev_ref(loop);
	ev_async_stop(loop, &jobs->wake);
	pthread_cond_destroy(&jobs->cond);
	pthread_mutex_destroy(&jobs->lock);
	free(jobs);
	return NULL;
}

void
jobs_submit(struct jobs *jobs, struct job *job)
{
	bool wake;

	job->next = NULL;
	jobs->pending++;
	pthread_mutex_lock(&jobs->lock);
	job_list_append(&jobs->waiting, job, job, 1);
	if (job->urgent)
		jobs->is_urgent = true;
	/* a lingering thread is woken only when lingering ends */
	wake = jobs->is_sleeping || jobs->is_urgent ||
	    jobs->waiting.count == jobs->options.max_batch;
	if (wake)
		pthread_cond_signal(&jobs->cond);
	pthread_mutex_unlock(&jobs->lock);
}

size_t
jobs_pending(const struct jobs *jobs)
{
	return jobs->pending;
}

void
jobs_free(struct jobs **jobs_p)
{
	struct jobs *jobs = *jobs_p;

	if (!jobs)
		return;
	/* callbacks may submit more: go on until nothing is left */
	while (jobs->pending) {
		struct timespec pause = {0, 1000000};
		bool empty;

		pthread_mutex_lock(&jobs->lock);
		jobs->is_urgent = true;
		pthread_cond_signal(&jobs->cond);
		empty = !jobs->finished.count;
		pthread_mutex_unlock(&jobs->lock);
		if (empty)
			nanosleep(&pause, NULL);
		jobs_report(jobs);
	}
	pthread_mutex_lock(&jobs->lock);
	jobs->is_stopping = true;
	pthread_cond_signal(&jobs->cond);
	pthread_mutex_unlock(&jobs->lock);
	pthread_join(jobs->thread, NULL);
	ev_ref(jobs->loop);
	ev_async_stop(jobs->loop, &jobs->wake);
	pthread_cond_destroy(&jobs->cond);
	pthread_mutex_destroy(&jobs->lock);
	free(jobs);
	*jobs_p = NULL;
}
