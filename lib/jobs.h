#ifndef WIREWATCH_LIB_JOBS_H
#define WIREWATCH_LIB_JOBS_H

#include <stdbool.h>
#include <stddef.h>

struct ev_loop;

/*
 * One thread that takes jobs in order, in batches, and reports each back to
 * the event loop. The store and each log file have one: whatever may block
 * (SQL, fdatasync) happens there.
 */
struct jobs;

struct job {
	/*
	 * Called on the loop thread in a later turn than jobs_submit(), in
	 * the order of submission. The job is the owner's again.
	 */
	void (*done)(struct job *job);
	bool urgent;	/* do not linger for company */
	struct job *next;
};

/*
 * Runs on the thread with a list (by `next`) of `count` jobs. It must not
 * touch anything the loop thread owns but the jobs themselves.
 */
typedef void (*jobs_run_fn)(void *context, struct job *first, size_t count);

struct jobs_options {
	size_t max_batch;	/* at most this many jobs a batch */
	int linger_ms;		/* a batch without urgent jobs waits so long */
	jobs_run_fn run;
	void *context;
};

/* Starts the thread (all signals blocked in it). NULL if that failed. */
struct jobs *jobs_new(
    struct ev_loop *loop, const struct jobs_options *options);
/* Hands a job over; it belongs to the thread until done is called. */
void jobs_submit(struct jobs *jobs, struct job *job);
/* Jobs submitted and not yet reported. */
size_t jobs_pending(const struct jobs *jobs);
/*
 * Runs what was submitted to its end, calling done for each from within this
 * call, stops the thread and frees. Sets *jobs to NULL.
 */
void jobs_free(struct jobs **jobs);

#endif
