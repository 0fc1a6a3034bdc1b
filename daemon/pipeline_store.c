/*
 * A store that refuses: what it was asked is kept and asked again in order,
 * until it works; nothing new is polled meanwhile. And its retention.
 */
#include "daemon/pipeline_private.h"
#include "lib/clock.h"

void
pipeline_set_aside(struct pipeline *pipeline, struct poll *poll)
{
	poll->next = poll->previous = NULL;
	*pipeline->refused_end = poll;
	pipeline->refused_end = &poll->next;
}

/* The store failed: the poll waits, to ask it again; with --once it is over. */
static void
pipeline_refuse(struct pipeline *pipeline, struct poll *poll, const char *why)
{
	metric_add(pipeline->metrics.store_failures, 1);
	if (!pipeline->is_store_failing)
		log_error(pipeline->options.log,
		    "store: %s; polling pauses until it works again", why);
	pipeline->is_store_failing = true;
	if (pipeline->options.is_once) {
		pipeline->counts.failed_polls++;
		pipeline_finish(pipeline, poll);
		return;
	}
	pipeline_unlink(pipeline, poll);
	pipeline_set_aside(pipeline, poll);
	pipeline_arm(pipeline);
	/* at the end there is no further try */
	if (pipeline->is_stopping && pipeline_is_idle(pipeline))
		pipeline->options.on_idle(pipeline->options.data);
}

/* 0 when the store did what was asked. */
int
pipeline_check_store(struct pipeline *pipeline, struct poll *poll,
    const struct store_request *request)
{
	if (request->rc == -1) {
		pipeline_refuse(pipeline, poll, request->err.text);
		return -1;
	}
	if (pipeline->is_store_failing)
		log_info(pipeline->options.log, "store: works again");
	pipeline->is_store_failing = false;
	return 0;
}

/* What the store refused, once more and in order. */
void
pipeline_resubmit(struct pipeline *pipeline)
{
	struct poll *poll = pipeline->refused, *next;

	pipeline->refused = NULL;
	pipeline->refused_end = &pipeline->refused;
	for (; poll; poll = next) {
		next = poll->next;
		poll->next = NULL;
		pipeline_link(pipeline, poll);
		store_submit(pipeline->options.store,
		    poll->stage == POLL_LOOKING_UP ? &poll->lookup.base
						   : &poll->commit.base);
	}
}

void
pipeline_on_retry(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct pipeline *pipeline = timer->data;

	(void)loop;
	(void)events;
	pipeline_resubmit(pipeline);
	pipeline_may_poll(pipeline);
	pipeline_arm(pipeline);
}

static void
pipeline_on_pruned(struct store_request *request)
{
	struct pipeline *pipeline = request->data;
	const struct store_prune *prune = &pipeline->prune;

	if (request->rc == -1)
		log_warn(pipeline->options.log, "store: retention: %s",
		    request->err.text);
	if (request->rc == 0 && prune->dead > 0)
		outbox_recount(pipeline->options.outbox);
	if (request->rc == 0 && prune->has_more && !pipeline->is_stopping) {
		store_submit(pipeline->options.store, request);
		return;
	}
	pipeline->is_pruning = false;
	if (pipeline_is_idle(pipeline))
		pipeline->options.on_idle(pipeline->options.data);
}

void
pipeline_on_prune_due(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct pipeline *pipeline = timer->data;
	const struct conf *conf = pipeline->generation->conf;
	struct store_prune *prune = &pipeline->prune;

	(void)events;
	ev_timer_again(loop, timer);
	history_prune(pipeline->options.history, clock_wall_ms());
	if (pipeline->is_pruning)
		return;
	pipeline->is_pruning = true;
	prune->base.kind = STORE_PRUNE;
	prune->base.done = pipeline_on_pruned;
	prune->base.data = pipeline;
	prune->seen_before_ms = clock_wall_ms() - conf->keep_seen_ms;
	prune->events_before_ms = clock_wall_ms() - conf->keep_events_ms;
	prune->max = PIPELINE_PRUNE_ROWS;
	store_submit(pipeline->options.store, &prune->base);
}
