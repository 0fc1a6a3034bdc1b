/*
 * One poll, stage by stage: fetched, parsed by a worker, looked up in the
 * store, matched by a worker, committed; each stage ends in a callback that
 * begins the next. The feed it belongs to is out of the schedule meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/pipeline_private.h"
#include "feeds/parse.h"
#include "lib/alloc.h"
#include "lib/clock.h"

/* The end of a poll: its feed goes back to the schedule, or to rest. */
void
pipeline_finish(struct pipeline *pipeline, struct poll *poll)
{
	struct feed *feed = poll->feed;
	int64_t now = clock_mono_ms();

	if (poll->stage == POLL_FETCHING)
		pipeline->fetching--;
	else
		pipeline->storing--;
	pipeline_unlink(pipeline, poll);
	if (feed) {
		feed->is_polling = false;
		feed->due_ms =
		    pipeline->options.is_once
			? INT64_MAX
			: pipeline_due_ms(&feed->state, clock_wall_ms(), now);
		schedule_finished(pipeline->schedule, feed);
	}
	poll_free(&poll);
	pipeline_arm(pipeline);
	if (pipeline_is_idle(pipeline))
		pipeline->options.on_idle(pipeline->options.data);
}

static void
pipeline_tell_outbox(struct pipeline *pipeline, const struct poll *poll)
{
	size_t i, j;

	for (i = 0; i < poll->event_count; i++) {
		const struct store_event *event = &poll->store_events[i];

		for (j = 0; j < event->sink_count; j++)
			outbox_kick(
			    pipeline->options.outbox, event->sinks[j], 1);
	}
}

/* What takes too long and is given up may have missed an item. */
static void
pipeline_tell_overruns(struct pipeline *pipeline, const struct poll *poll)
{
	metric_add(
	    pipeline->metrics.match_overruns, (double)poll->match_overruns);
	if (!poll->match_overruns || pipeline->has_told_overrun)
		return;
	pipeline->has_told_overrun = true;
	log_warn(pipeline->options.log,
	    "topics: on items of feed \"%s\" a regular expression or "
	    "another part of a topic took too long and was given up; "
	    "what it would find may be missed (see "
	    "\"wirewatch explain\"; told once)",
	    poll->commit.feed_name);
}

static void
pipeline_count(struct pipeline *pipeline, const struct poll *poll)
{
	pipeline->counts.new_items += (int64_t)poll->new_count;
	pipeline->counts.alerts += (int64_t)poll->alert_count;
	if (poll->alert_count)
		pipeline->counts.last_alert_ms = clock_wall_ms();
	metric_add(pipeline->metrics.items, (double)poll->new_count);
	metric_add(pipeline->metrics.alerts, (double)poll->alert_count);
	pipeline_tell_overruns(pipeline, poll);
}

/* What is committed would not be new again: now it may go to the history. */
static void
pipeline_keep(struct pipeline *pipeline, struct poll *poll)
{
	metric_add(
	    pipeline->metrics.history_dropped, (double)poll->history_dropped);
	if (poll->history_dropped && !pipeline->has_told_drop)
		log_warn(pipeline->options.log,
		    "history: %zu of %zu new items of feed \"%s\" left out: "
		    "too much text in one poll (told once)",
		    poll->history_dropped, poll->new_count,
		    poll->commit.feed_name);
	pipeline->has_told_drop |= poll->history_dropped > 0;
	history_write(
	    pipeline->options.history, &poll->history, poll->judged_ms);
}

/*
 * The feed is now what the poll made of it, unless a reload has given it
 * another URL meanwhile: then nothing that was learnt is of use.
 */
static void
pipeline_take_state(struct poll *poll)
{
	struct feed *feed = poll->feed;

	feed->store_id = poll->commit.feed_id;
	if (strcmp(poll->state.url, feed->state.url) != 0)
		return;
	if (poll->state.has_moved != feed->state.has_moved)
		feed->is_host_stale = true;
	feed_state_clear(&feed->state);
	feed->state = poll->state;
	feed_state_init(&poll->state);
}

static void
pipeline_on_committed(struct store_request *request)
{
	struct poll *poll = request->data;
	struct pipeline *pipeline = poll->owner;

	if (pipeline_check_store(pipeline, poll, request) == -1)
		return;
	if (poll->feed)
		pipeline_take_state(poll);
	pipeline_count(pipeline, poll);
	pipeline_keep(pipeline, poll);
	pipeline_tell_outbox(pipeline, poll);
	pipeline_finish(pipeline, poll);
}

void
pipeline_commit(struct pipeline *pipeline, struct poll *poll)
{
	struct store_request *request = &poll->commit.base;

	poll->stage = POLL_COMMITTING;
	poll_prepare_commit(poll, clock_wall_ms());
	request->kind = STORE_COMMIT;
	request->done = pipeline_on_committed;
	request->data = poll;
	/* not past those that wait: events keep their order */
	if (pipeline->refused && !pipeline->is_stopping) {
		pipeline_unlink(pipeline, poll);
		pipeline_set_aside(pipeline, poll);
	} else
		store_submit(pipeline->options.store, request);
}

/* When to poll again; what the feed and its server ask for is heard. */
static void
pipeline_set_next(struct pipeline *pipeline, struct poll *poll)
{
	const struct conf_fetch *conf = &poll->conf->fetch;
	struct feed_state *state = &poll->state;
	struct interval_input input = {
	    .min_ms = conf->min_interval_ms,
	    .max_ms = conf->max_interval_ms,
	    .fixed_ms = conf->interval_ms,
	    .asked_ms = poll->fetched.freshness_ms,
	    .retry_after_ms = poll->fetched.retry_after_ms,
	    .failures = state->failures,
	    .skip = state->skip,
	    .wall_ms = clock_wall_ms(),
	    .random = clock_jitter(&pipeline->random),
	};

	if (state->asked_s * 1000 > input.asked_ms)
		input.asked_ms = state->asked_s * 1000;
	if (state->newest_s != TIME_NONE && state->oldest_s != TIME_NONE)
		input.window_ms = (state->newest_s - state->oldest_s) * 1000;
	state->interval_ms = schedule_interval_ms(&input);
	state->next_due_ms = input.wall_ms + state->interval_ms;
}

static void
pipeline_on_change(
    struct pipeline *pipeline, struct poll *poll, struct health_change change)
{
	const struct feed_state *state = &poll->state;
	char wait[CLOCK_RFC3339_SIZE];

	if (state->failures == 1 ||
	    (change.is_news && !feed_status_is_healthy(change.to)))
		log_warn(pipeline->options.log,
		    "feed \"%s\": %s, next poll in %s", poll->conf->name,
		    state->reason ? state->reason
				  : feed_status_name(state->status),
		    clock_human(state->interval_ms, wait));
	else if (change.is_news)
		log_info(pipeline->options.log, "feed \"%s\": %s%s",
		    poll->conf->name, feed_status_name(change.to),
		    feed_status_is_healthy(change.from) ? "" : " again");
	if (change.is_news)
		poll_add_feed_event(poll, change.from, clock_wall_ms());
}

/* Nothing to match: only the feed's state is kept. */
static void
pipeline_settle_poll(
    struct pipeline *pipeline, struct poll *poll, struct health_change change)
{
	if (poll->state.failures > 0)
		pipeline->counts.failed_polls++;
	pipeline_set_next(pipeline, poll);
	pipeline_on_change(pipeline, poll, change);
	pipeline_commit(pipeline, poll);
}

/* All that the poll means is known: it may be kept. */
static void
pipeline_conclude(struct pipeline *pipeline, struct poll *poll)
{
	pipeline_on_change(pipeline, poll, poll->change);
	pipeline_commit(pipeline, poll);
}

/* Reading the document came to no end: nothing that it says is taken. */
static void
pipeline_fail(
    struct pipeline *pipeline, struct poll *poll, const struct err *why)
{
	struct health_change change;

	poll_give_up(poll);
	change = health_after_parse(&poll->state, &poll->fetched, PARSE_BROKEN,
	    NULL, why, clock_wall_ms());
	pipeline_settle_poll(pipeline, poll, change);
}

static void pipeline_on_matched(struct work *work);

static void
pipeline_submit(struct pipeline *pipeline, struct poll *poll,
    enum poll_stage stage, void (*done)(struct work *work))
{
	poll->stage = stage;
	poll->work.done = done;
	poll->work.data = poll;
	poll->work_since = ev_time();
	workers_submit(pipeline->options.workers, &poll->work);
}

/* Matches what is not matched yet, a batch at a time. */
static void
pipeline_match(struct pipeline *pipeline, struct poll *poll)
{
	struct err why;

	switch (poll_ask_match(poll)) {
	case 0:
		pipeline_conclude(pipeline, poll);
		break;
	case 1:
		pipeline_submit(
		    pipeline, poll, POLL_MATCHING, pipeline_on_matched);
		break;
	default:
		(void)err_set(&why, "an entry is too large to be matched");
		pipeline_fail(pipeline, poll, &why);
	}
}

/* What is judged under one configuration: begins with the present one. */
static void
pipeline_judge(struct pipeline *pipeline, struct poll *poll)
{
	poll_forget_judgement(poll);
	poll_rebind(poll, pipeline->generation);
	poll_select(poll, clock_wall_ms());
	pipeline_match(pipeline, poll);
}

/* Workers fail on an item: it is passed over, and the rest goes on. */
static void
pipeline_pass_over(
    struct pipeline *pipeline, struct poll *poll, const struct err *why)
{
	log_error(pipeline->options.log,
	    "feed \"%s\": an entry could not be matched and is passed over, "
	    "after %d tries: %s",
	    poll->conf->name, POLL_MATCH_TRIES, why->text);
	pipeline_match(pipeline, poll);
}

/*
 * Topics are told by number: an answer under another configuration than the
 * question is none, and all is asked again.
 */
static void
pipeline_on_matched(struct work *work)
{
	struct poll *poll = work->data;
	struct pipeline *pipeline = poll->owner;
	struct err why;

	if (!poll->feed)
		/* removed by a reload meanwhile */
		pipeline_finish(pipeline, poll);
	else if (work->generation != poll->generation && !work->has_failed)
		pipeline_judge(pipeline, poll);
	else if (poll_take_matched(poll, &why) == -1 && !poll_retry_match(poll))
		pipeline_pass_over(pipeline, poll, &why);
	else
		pipeline_match(pipeline, poll);
}

static void
pipeline_check_health(struct poll *poll)
{
	int64_t now = clock_wall_ms();
	const struct health_found found = {
	    .joins_on = poll_joins_on(poll),
	    .has_new = poll_has_new(poll, now),
	};

	health_after_lookup(&poll->state, &poll->change, &found, now);
}

static void
pipeline_on_looked_up(struct store_request *request)
{
	struct poll *poll = request->data;
	struct pipeline *pipeline = poll->owner;

	if (pipeline_check_store(pipeline, poll, request) == -1)
		return;
	if (!poll->feed) {
		/* removed by a reload meanwhile */
		pipeline_finish(pipeline, poll);
		return;
	}
	pipeline_check_health(poll);
	pipeline_judge(pipeline, poll);
}

static void
pipeline_look_up(struct pipeline *pipeline, struct poll *poll)
{
	struct store_request *request = &poll->lookup.base;

	poll->stage = POLL_LOOKING_UP;
	poll->lookup.feed_id = poll->feed->store_id;
	poll->lookup.items = poll->items;
	poll->lookup.item_count = poll->item_count;
	poll->lookup.feed_name = poll->conf->name;
	if (!poll->item_count) {
		/* there is nothing to ask about */
		pipeline_check_health(poll);
		pipeline_conclude(pipeline, poll);
		return;
	}
	request->kind = STORE_LOOKUP;
	request->done = pipeline_on_looked_up;
	request->data = poll;
	store_submit(pipeline->options.store, request);
}

static void
pipeline_keep_validators(struct poll *poll)
{
	const struct fetch_result *result = &poll->fetched;
	struct feed_state *state = &poll->state;

	free(state->etag);
	free(state->last_modified);
	state->etag = result->etag ? xstrdup(result->etag) : NULL;
	state->last_modified =
	    result->last_modified ? xstrdup(result->last_modified) : NULL;
	state->body_hash = result->body_hash;
}

/*
 * Validators are kept only with a document: a server that answers an error
 * page with an ETag must not make us hear 304 for ever.
 */
static void
pipeline_on_parsed(struct work *work)
{
	struct poll *poll = work->data;
	struct pipeline *pipeline = poll->owner;
	enum parse_outcome outcome;
	struct err why = {{0}};

	metric_observe(
	    pipeline->metrics.parse_seconds, ev_time() - poll->work_since);
	if (!poll->feed) {
		/* removed by a reload meanwhile */
		pipeline_finish(pipeline, poll);
		return;
	}
	outcome = poll_take_parsed(poll, &why);
	poll->change = health_after_parse(&poll->state, &poll->fetched, outcome,
	    poll->doc, &why, clock_wall_ms());
	if (outcome != PARSE_OK) {
		pipeline_settle_poll(pipeline, poll, poll->change);
		return;
	}
	pipeline_keep_validators(poll);
	pipeline_set_next(pipeline, poll);
	pipeline_look_up(pipeline, poll);
}

static void
pipeline_on_body(struct pipeline *pipeline, struct poll *poll,
    const struct fetch_result *result)
{
	struct err why;

	if (poll_ask_parse(poll, result) == 0) {
		pipeline_submit(
		    pipeline, poll, POLL_PARSING, pipeline_on_parsed);
		return;
	}
	(void)err_set(&why, "the document is too large to be read");
	pipeline_fail(pipeline, poll, &why);
}

static const char *
pipeline_outcome_name(const struct fetch_result *result)
{
	switch (result->outcome) {
	case FETCH_BODY:
		return "body";
	case FETCH_NOT_MODIFIED:
		return "not_modified";
	case FETCH_SAME_BODY:
		return "same_body";
	case FETCH_FAILED:
		break;
	}
	return "failed";
}

/* That nothing can be reached is told once, and not by each of the feeds. */
static void
pipeline_note_outage(struct pipeline *pipeline, const struct feed_state *state,
    const struct fetch_result *result)
{
	enum outage_change change = outage_note(
	    &pipeline->outage, result->http_status != 0, state->failures == 1);
	const char *reason =
	    change == OUTAGE_BEGAN
		? "no server answers: is the network or the name service down?"
		: NULL;
	struct event event;

	if (change == OUTAGE_SAME || pipeline->options.is_once)
		return;
	if (change == OUTAGE_BEGAN)
		log_error(pipeline->options.log, "polling: %s", reason);
	else
		log_info(
		    pipeline->options.log, "polling: servers answer again");
	event_from_polling(&event, change == OUTAGE_BEGAN, reason,
	    pipeline->generation->conf->node, clock_wall_ms());
	pipeline_event(pipeline, &event);
}

/* A poll without a new document. */
static void
pipeline_on_no_body(struct pipeline *pipeline, struct poll *poll,
    const struct fetch_result *result)
{
	struct health_change change =
	    health_after_fetch(&poll->state, result, clock_wall_ms());

	pipeline_note_outage(pipeline, &poll->state, result);
	if (pipeline->outage.is_out && !pipeline->options.is_once)
		health_hold_back(&poll->state, &change);
	pipeline_settle_poll(pipeline, poll, change);
}

static void
pipeline_on_fetched(void *data, struct fetch_result *result)
{
	struct poll *poll = data;
	struct pipeline *pipeline = poll->owner;

	poll->fetch = NULL;
	pipeline->fetching--;
	pipeline->storing++;
	poll->stage = POLL_LOOKING_UP;
	metric_add_label(pipeline->metrics.polls, "outcome",
	    pipeline_outcome_name(result), 1);
	metric_add(pipeline->metrics.bytes, (double)result->body_len);
	poll_take_result(poll, result);
	if (result->outcome == FETCH_BODY) {
		pipeline_note_outage(pipeline, &poll->state, result);
		pipeline_on_body(pipeline, poll, result);
	} else
		pipeline_on_no_body(pipeline, poll, result);
	/* a place for a transfer has become free */
	pipeline_arm(pipeline);
}

void
pipeline_poll(struct pipeline *pipeline, struct feed *feed)
{
	struct poll *poll = poll_new(feed, pipeline->generation);

	feed->is_polling = true;
	poll->polled_ms = poll->state.last_poll_ms = clock_wall_ms();
	pipeline_link(pipeline, poll);
	pipeline->fetching++;
	poll->fetch = fetch_start(pipeline->options.http, feed,
	    !schedule_host_has_more(feed), pipeline_on_fetched, poll);
}
