#include "tests/delivery.h"

#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>

/*
 * The outbox over a real store, with sinks that answer as the test says. Where
 * time must pass, the test moves the stored time; the wall clock of this
 * program can be set.
 */
#define HOUR_MS (3600 * 1000LL)
#define BACKLOG 1000

static _Atomic time_t wall_shift_s;

/* Stands before the C library's for everything in this program. */
int clock_gettime(clockid_t id, struct timespec *ts);

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int rc = (int)syscall(SYS_clock_gettime, id, ts);

	if (rc == 0 && id == CLOCK_REALTIME)
		ts->tv_sec += atomic_load(&wall_shift_s);
	return rc;
}

/* A sink that keeps its attempts until the test answers, or answers by rule. */
struct fake {
	struct sink sink; /* first */
	struct ev_timer timer;
	struct ev_loop *loop;
	size_t capacity;
	bool is_automatic; /* answers everything `answer` in the next turn */
	bool may_cancel;
	enum sink_answer answer;
	int64_t retry_after_ms;
	struct delivery *attempts[2 * OUTBOX_WINDOW];
	size_t attempt_count;
	size_t most; /* attempts at a time, ever */
	size_t started; /* attempts, ever */
	char ids[2 * BACKLOG][40]; /* of started attempts, in order */
};

struct fixture {
	struct delivery_fixture base; /* first */
	struct fake *fakes[DELIVERY_SINKS]; /* the newest of each name */
	size_t opened;
	size_t closed;
	bool may_open;
};

static struct fixture *current;

static void
fake_answer(struct fake *fake, size_t i, enum sink_answer answer,
    const char *reason, int64_t retry_after_ms)
{
	struct delivery *delivery = fake->attempts[i];

	fake->attempts[i] = fake->attempts[--fake->attempt_count];
	delivery->answer(delivery, answer, reason, retry_after_ms);
}

static void
fake_on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct fake *fake = timer->data;

	(void)loop;
	(void)events;
	while (fake->is_automatic && fake->attempt_count > 0)
		fake_answer(fake, 0, fake->answer,
		    fake->answer == SINK_DELIVERED ? NULL : "HTTP 500",
		    fake->retry_after_ms);
}

static void
fake_start_timer(struct fake *fake)
{
	ev_timer_stop(fake->loop, &fake->timer);
	ev_timer_set(&fake->timer, 0., 0.);
	ev_timer_start(fake->loop, &fake->timer);
}

static size_t
fake_capacity(const struct sink *sink)
{
	return ((const struct fake *)sink)->capacity;
}

static void
fake_deliver(struct sink *sink, struct delivery *delivery)
{
	struct fake *fake = (struct fake *)sink;

	assert_in_range(fake->attempt_count, 0, 2 * OUTBOX_WINDOW - 1);
	fake->attempts[fake->attempt_count++] = delivery;
	if (fake->attempt_count > fake->most)
		fake->most = fake->attempt_count;
	snprintf(fake->ids[fake->started++ % (2 * BACKLOG)], 40, "%s",
	    delivery->event_id);
	fake_start_timer(fake);
}

static bool
fake_cancel(struct sink *sink, struct delivery *delivery)
{
	struct fake *fake = (struct fake *)sink;
	size_t i;

	if (!fake->may_cancel)
		return false;
	for (i = 0; i < fake->attempt_count; i++) {
		if (fake->attempts[i] == delivery)
			fake->attempts[i] =
			    fake->attempts[--fake->attempt_count];
	}
	return true;
}

static void
fake_free(struct sink *sink)
{
	struct fake *fake = (struct fake *)sink;
	size_t i;

	for (i = 0; i < DELIVERY_SINKS; i++) {
		if (current->fakes[i] == fake)
			current->fakes[i] = NULL;
	}
	ev_timer_stop(fake->loop, &fake->timer);
	current->closed++;
	free(fake);
}

static const struct sink_ops fake_ops = {
    .capacity = fake_capacity,
    .deliver = fake_deliver,
    .cancel = fake_cancel,
    .free = fake_free,
};

static size_t
fake_index(const char *name)
{
	return (size_t)(name[0] - 'a');
}

/* As a log's file is locked. */
static bool
fake_is_locked(const char *path)
{
	size_t i;

	for (i = 0; path && i < DELIVERY_SINKS; i++) {
		const struct fake *fake = current->fakes[i];

		if (fake && fake->sink.conf->path &&
		    strcmp(fake->sink.conf->path, path) == 0)
			return true;
	}
	return false;
}

static struct sink *
fake_open(const struct sink_context *context, const struct conf_sink *conf,
    const struct log_position *position, struct err *err)
{
	struct fake *fake;

	(void)position;
	if (!current->may_open || fake_is_locked(conf->path)) {
		err_set(err, "it cannot be opened");
		return NULL;
	}
	fake = xcalloc(1, sizeof(*fake));
	fake->sink.ops = &fake_ops;
	fake->sink.conf = conf;
	fake->loop = context->loop;
	fake->capacity = (size_t)conf->concurrency;
	fake->is_automatic = true;
	fake->may_cancel = true;
	fake->answer = SINK_DELIVERED;
	fake->retry_after_ms = -1;
	ev_timer_init(&fake->timer, fake_on_timer, 0., 0.);
	fake->timer.data = fake;
	current->fakes[fake_index(conf->name)] = fake;
	current->opened++;
	return &fake->sink;
}

static struct fake *
fake_of(const char *name)
{
	struct fake *fake = current->fakes[fake_index(name)];

	assert_non_null(fake);
	return fake;
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	current = f;
	atomic_store(&wall_shift_s, 0);
	f->may_open = true;
	f->base.open = fake_open;
	delivery_set_up(&f->base);
	delivery_add_sink(&f->base, "a", SINK_WEBHOOK);
	delivery_add_sink(&f->base, "b", SINK_WEBHOOK);
	delivery_configure(&f->base);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	delivery_tear_down(&f->base);
	assert_int_equal(f->opened, f->closed);
	free(f);
	return 0;
}

/* Makes what waits for a retry due, and lets the outbox see it. */
static void
make_due(struct fixture *f, const char *name)
{
	delivery_sql(&f->base, "UPDATE outbox SET due = 1 WHERE due > 0");
	outbox_kick(f->base.outbox, name, 0);
}

static void
every_event_reaches_each_of_its_sinks_once(void **state)
{
	static const char *both[] = {"a", "b"};
	struct fixture *f = *state;
	char id[40];
	int i;

	for (i = 0; i < 200; i++) {
		snprintf(id, sizeof(id), "evt_%d", i);
		delivery_put(&f->base, id, id, "alert.opened", both, 2);
	}
	delivery_settle_down(&f->base);
	assert_int_equal(fake_of("a")->started, 200);
	assert_int_equal(fake_of("b")->started, 200);
	assert_string_equal(fake_of("a")->ids[0], "evt_0");
	assert_string_equal(fake_of("a")->ids[199], "evt_199");
	assert_int_equal(delivery_counts(&f->base, "a").pending, 0);
	assert_int_equal(delivery_status(&f->base, "a").pending, 0);
	assert_int_equal(delivery_status(&f->base, "a").delivered, 200);
	assert_true(f->base.idle > 0);
}

static void
a_sink_gets_no_more_attempts_at_a_time_than_it_takes(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");
	int i;

	fake->is_automatic = false;
	for (i = 0; i < 50; i++)
		delivery_put_alert(&f->base, i, NULL, "a");
	WAIT_UNTIL(&f->base, fake->attempt_count == 4);
	fake->is_automatic = true;
	fake_start_timer(fake);
	delivery_settle_down(&f->base);
	assert_int_equal(fake->started, 50);
	assert_int_equal(fake->most, 4);
}

static void
memory_never_follows_the_backlog(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");
	int i;

	fake->is_automatic = false;
	fake->capacity = SIZE_MAX;
	for (i = 0; i < 3 * OUTBOX_WINDOW; i++)
		delivery_put_alert(&f->base, i, NULL, "a");
	WAIT_UNTIL(&f->base, fake->attempt_count == OUTBOX_WINDOW);
	for (i = 0; i < 20; i++)
		ev_run(f->base.loop, EVRUN_ONCE);
	assert_int_equal(fake->most, OUTBOX_WINDOW);
	assert_int_equal(
	    delivery_status(&f->base, "a").pending, 3 * OUTBOX_WINDOW);
	fake->is_automatic = true;
	fake_start_timer(fake);
	delivery_settle_down(&f->base);
	assert_int_equal(fake->started, 3 * OUTBOX_WINDOW);
	assert_int_equal(fake->most, OUTBOX_WINDOW);
}

static void
a_sink_that_hangs_delays_no_other(void **state)
{
	static const char *both[] = {"a", "b"};
	struct fixture *f = *state;
	char id[40];
	int i;

	fake_of("a")->is_automatic = false;
	for (i = 0; i < 100; i++) {
		snprintf(id, sizeof(id), "evt_%d", i);
		delivery_put(&f->base, id, id, "alert.opened", both, 2);
	}
	WAIT_UNTIL(&f->base, fake_of("b")->started == 100);
	assert_int_equal(fake_of("a")->started, 4);
	assert_false(outbox_is_idle(f->base.outbox));
}

static void
what_failed_for_a_time_is_tried_again_later(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");
	struct outbox_status status;
	int64_t now;

	fake->answer = SINK_TEMPFAIL;
	delivery_put_alert(&f->base, 1, NULL, "a");
	WAIT_UNTIL(&f->base, fake->started == 1);
	delivery_settle_down(&f->base);
	status = delivery_status(&f->base, "a");
	now = clock_wall_ms();
	assert_true(status.is_failing);
	assert_string_equal(status.reason, "HTTP 500");
	assert_int_equal(status.pending, 1);
	assert_int_equal(status.failed, 1);
	assert_in_range(status.next_due_ms, now + 2000, now + 6000);
	assert_int_equal(delivery_told(&f->base, "sink.state", "failing"), 1);
	fake->answer = SINK_DELIVERED;
	make_due(f, "a");
	WAIT_UNTIL(&f->base, fake->started == 2);
	delivery_settle_down(&f->base);
	assert_string_equal(fake->ids[0], fake->ids[1]);
	assert_false(delivery_status(&f->base, "a").is_failing);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 0);
	assert_int_equal(
	    delivery_told(&f->base, "sink.state", "\"state\":\"ok\""), 1);
}

/* Nobody kicks: the outbox's own timer brings it back, in about a second. */
static void
a_retry_comes_by_itself(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");

	fake->answer = SINK_TEMPFAIL;
	fake->retry_after_ms = 1;
	delivery_put_alert(&f->base, 1, NULL, "a");
	WAIT_UNTIL(&f->base, delivery_status(&f->base, "a").failed == 1);
	fake->answer = SINK_DELIVERED;
	WAIT_UNTIL(&f->base, fake->started == 2);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 0);
}

static void
after_the_last_retry_it_is_a_dead_letter_and_told(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");

	fake->answer = SINK_TEMPFAIL;
	delivery_put_alert(&f->base, 1, NULL, "a");
	WAIT_UNTIL(&f->base, fake->started == 1);
	delivery_settle_down(&f->base);
	delivery_sql(
	    &f->base, "UPDATE outbox SET attempts = 9, first_attempt = 1");
	make_due(f, "a");
	WAIT_UNTIL(&f->base, fake->started == 2);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "a").dead, 1);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 0);
	assert_int_equal(delivery_status(&f->base, "a").dead, 1);
	assert_int_equal(
	    delivery_told(&f->base, "sink.dead_letter", fake->ids[0]), 1);
	assert_int_equal(
	    delivery_told(&f->base, "sink.dead_letter", "\"attempts\":10"), 1);
	make_due(f, "a");
	delivery_settle_down(&f->base);
	assert_int_equal(fake->started, 2);
}

static void
a_refusal_is_a_dead_letter_at_once(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");

	fake->answer = SINK_PERMFAIL;
	delivery_put_alert(&f->base, 1, NULL, "a");
	WAIT_UNTIL(&f->base, fake->started == 1);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "a").dead, 1);
	assert_int_equal(
	    delivery_told(&f->base, "sink.dead_letter", "HTTP 500"), 1);
	assert_false(delivery_status(&f->base, "a").is_failing);
}

static void
the_death_of_a_dead_letters_event_makes_no_further_event(void **state)
{
	static const char *a[] = {"a"};
	struct fixture *f = *state;

	fake_of("a")->answer = SINK_PERMFAIL;
	delivery_put(&f->base, "evt_1", "k", "sink.dead_letter", a, 1);
	WAIT_UNTIL(&f->base, fake_of("a")->started == 1);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "a").dead, 1);
	assert_int_equal(f->base.told_count, 0);
	/* any other event of ours makes one */
	delivery_put(&f->base, "evt_2", "k", "sink.state", a, 1);
	WAIT_UNTIL(&f->base, fake_of("a")->started == 2);
	delivery_settle_down(&f->base);
	assert_int_equal(f->base.told_count, 1);
}

static void
an_endpoint_that_is_gone_rests_until_a_reload_and_nothing_dies(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");
	int i;

	fake->answer = SINK_GONE;
	fake->capacity = 1;
	for (i = 0; i < 10; i++)
		delivery_put_alert(&f->base, i, NULL, "a");
	WAIT_UNTIL(&f->base, delivery_status(&f->base, "a").is_disabled);
	delivery_settle_down(&f->base);
	assert_int_equal(fake->started, 1);
	delivery_put_alert(&f->base, 10, NULL, "a");
	delivery_settle_down(&f->base);
	assert_int_equal(fake->started, 1);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 11);
	assert_int_equal(delivery_counts(&f->base, "a").dead, 0);
	assert_int_equal(delivery_told(&f->base, "sink.state", "disabled"), 1);
	fake->answer = SINK_DELIVERED;
	delivery_configure(&f->base);
	WAIT_UNTIL(&f->base, fake->started == 12);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 0);
	assert_false(delivery_status(&f->base, "a").is_disabled);
}

static void
a_receiver_that_asks_for_time_gets_it_from_all_deliveries(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");
	int64_t begun = clock_mono_ms();

	fake->answer = SINK_TEMPFAIL;
	fake->retry_after_ms = 1500;
	fake->capacity = 1;
	delivery_put_alert(&f->base, 1, NULL, "a");
	WAIT_UNTIL(&f->base, fake->started == 1);
	WAIT_UNTIL(&f->base, fake->attempt_count == 0);
	fake->answer = SINK_DELIVERED;
	delivery_put_alert(&f->base, 2, NULL, "a");
	delivery_settle_down(&f->base);
	assert_int_equal(fake->started, 1);
	WAIT_UNTIL(&f->base, fake->started == 3);
	assert_true(clock_mono_ms() - begun >= 1500);
}

static void
while_a_sink_fails_it_is_tried_with_one_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");
	int i;

	fake->is_automatic = false;
	for (i = 0; i < 10; i++)
		delivery_put_alert(&f->base, i, NULL, "a");
	WAIT_UNTIL(&f->base, fake->attempt_count == 4);
	while (fake->attempt_count)
		fake_answer(fake, 0, SINK_TEMPFAIL, "HTTP 503", -1);
	WAIT_UNTIL(&f->base, fake->attempt_count == 1);
	for (i = 0; i < 20; i++)
		ev_run(f->base.loop, EVRUN_ONCE);
	assert_int_equal(fake->attempt_count, 1);
	fake_answer(fake, 0, SINK_DELIVERED, NULL, -1);
	WAIT_UNTIL(&f->base, fake->attempt_count == 4);
	assert_int_equal(delivery_told(&f->base, "sink.state", "failing"), 1);
}

static void
order_is_kept_for_each_key_and_only_there(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");

	fake->is_automatic = false;
	delivery_put_alert(&f->base, 1, "story", "a");
	delivery_put_alert(&f->base, 2, "story", "a");
	delivery_put_alert(&f->base, 3, "other", "a");
	WAIT_UNTIL(&f->base, fake->attempt_count == 2);
	assert_int_equal(fake->ids[0][35], '1');
	assert_int_equal(fake->ids[1][35], '3');
	fake_answer(fake, 0, SINK_TEMPFAIL, "HTTP 500", -1);
	WAIT_UNTIL(
	    &f->base, delivery_status(&f->base, "a").next_due_ms != INT64_MAX &&
			  !f->base.outbox->sinks[0]->is_settling);
	/* the second waits for the retry of the first */
	assert_int_equal(fake->started, 2);
	fake->is_automatic = true;
	fake_start_timer(fake);
	delivery_settle_down(&f->base);
	assert_int_equal(fake->started, 2);
	make_due(f, "a");
	WAIT_UNTIL(&f->base, fake->started == 4);
	assert_int_equal(fake->ids[2][35], '1');
	assert_int_equal(fake->ids[3][35], '2');
}

static void
a_backlog_of_retries_does_not_starve_new_ones_nor_they_it(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");
	size_t i, news = 0;
	int n;

	fake->answer = SINK_GONE; /* claims nothing for now */
	delivery_put_alert(&f->base, 0, NULL, "a");
	WAIT_UNTIL(&f->base, delivery_status(&f->base, "a").is_disabled);
	for (n = 1; n < 300; n++)
		delivery_put_alert(&f->base, n, NULL, "a");
	delivery_settle_down(&f->base);
	delivery_sql(&f->base, "UPDATE outbox SET attempts = 1, due = 1,"
			       " first_attempt = 1");
	for (; n < 600; n++)
		delivery_put_alert(&f->base, n, NULL, "a");
	delivery_settle_down(&f->base);
	fake->answer = SINK_DELIVERED;
	fake->started = 0;
	delivery_configure(&f->base);
	WAIT_UNTIL(&f->base, fake->started == 600);
	for (i = 0; i < OUTBOX_WINDOW; i++)
		news += strcmp(fake->ids[i], "evt_0000000000000000000000"
					     "000000012c") >= 0;
	assert_int_equal(news, OUTBOX_WINDOW / 2);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 0);
}

static void
a_settlement_that_the_store_refuses_is_made_later_without_a_repeat(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");
	struct outbox_sink *sink = f->base.outbox->sinks[0];
	int i;

	fake->is_automatic = false;
	for (i = 0; i < 3; i++)
		delivery_put_alert(&f->base, i, NULL, "a");
	WAIT_UNTIL(&f->base, fake->attempt_count == 3);
	delivery_fill_disk(true);
	while (fake->attempt_count)
		fake_answer(fake, 0, SINK_DELIVERED, NULL, -1);
	WAIT_UNTIL(&f->base, sink->is_store_failing);
	assert_int_equal(sink->answered.count, 3);
	delivery_fill_disk(false);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 3);
	sink->store_ms = 0;
	outbox_wake(sink);
	WAIT_UNTIL(&f->base, !sink->is_store_failing);
	delivery_settle_down(&f->base);
	assert_int_equal(fake->started, 3);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 0);
}

static void
a_claim_that_the_store_refuses_is_made_later(void **state)
{
	struct fixture *f = *state;
	struct outbox_sink *sink = f->base.outbox->sinks[0];
	struct store_request *claim = &sink->claim.base;

	delivery_settle_down(&f->base);
	sink->is_claiming = true;
	claim->rc = -1;
	claim->done(claim);
	assert_true(sink->is_store_failing);
	delivery_put_alert(&f->base, 1, NULL, "a");
	delivery_settle_down(&f->base);
	assert_int_equal(fake_of("a")->started, 0);
	sink->store_ms = clock_mono_ms() + 50;
	outbox_wake(sink);
	WAIT_UNTIL(&f->base, fake_of("a")->started == 1);
	assert_false(sink->is_store_failing);
}

static void
a_reload_keeps_equal_sinks_and_closes_the_others_when_they_have_ended(
    void **state)
{
	struct fixture *f = *state;
	struct fake *a = fake_of("a"), *b = fake_of("b");

	a->is_automatic = b->is_automatic = false;
	delivery_put_alert(&f->base, 1, NULL, "a");
	delivery_put_alert(&f->base, 2, NULL, "b");
	WAIT_UNTIL(&f->base, a->attempt_count == 1 && b->attempt_count == 1);
	f->base.sinks[1].url = "http://other.example/";
	delivery_configure(&f->base);
	delivery_put_alert(&f->base, 3, NULL, "b");
	ev_run(f->base.loop, EVRUN_ONCE);
	assert_ptr_equal(fake_of("a"), a);
	assert_int_equal(f->opened, 2);
	fake_answer(a, 0, SINK_DELIVERED, NULL, -1);
	fake_answer(b, 0, SINK_DELIVERED, NULL, -1);
	WAIT_UNTIL(&f->base, f->opened == 3 && f->closed == 1);
	WAIT_UNTIL(&f->base, fake_of("b")->started == 1);
	delivery_settle_down(&f->base);
	assert_int_equal(fake_of("b")->ids[0][35], '3');
	assert_int_equal(delivery_counts(&f->base, "a").pending, 0);
	assert_int_equal(delivery_counts(&f->base, "b").pending, 0);
	assert_int_equal(delivery_status(&f->base, "b").pending, 0);
}

static void
a_reload_that_fails_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct fake *a = fake_of("a");
	struct err err;

	f->base.sinks[0].url = "http://other.example/";
	delivery_add_sink(&f->base, "c", SINK_LOG)->path = "/none/such/log";
	assert_int_equal(
	    outbox_configure(f->base.outbox, &f->base.conf, &err), -1);
	assert_non_null(strstr(err.text, "/none/such/log"));
	delivery_put_alert(&f->base, 1, NULL, "a");
	WAIT_UNTIL(&f->base, a->started == 1);
	delivery_settle_down(&f->base);
	assert_int_equal(f->base.outbox->count, 2);
	assert_int_equal(f->opened, 2);
}

static void
a_start_with_a_sink_that_cannot_be_opened_is_refused(void **state)
{
	struct fixture *f = *state;
	struct err err;

	delivery_close(&f->base);
	delivery_open_store(&f->base);
	delivery_open_outbox(&f->base);
	f->may_open = false;
	assert_int_equal(
	    outbox_configure(f->base.outbox, &f->base.conf, &err), -1);
	assert_non_null(strstr(err.text, "cannot be opened"));
}

/* What could be opened when the reload looked, but not when it was done. */
static void
a_new_sink_that_cannot_be_opened_yet_is_tried_again(void **state)
{
	struct fixture *f = *state;

	f->may_open = false;
	delivery_add_sink(&f->base, "c", SINK_WEBHOOK);
	delivery_configure(&f->base);
	delivery_put_alert(&f->base, 1, NULL, "c");
	WAIT_UNTIL(&f->base, delivery_status(&f->base, "c").is_failing);
	delivery_settle_down(&f->base);
	f->may_open = true;
	f->base.outbox->sinks[2]->open_ms = clock_mono_ms() + 50;
	outbox_wake(f->base.outbox->sinks[2]);
	WAIT_UNTIL(&f->base, f->opened == 3);
	/* at once: a log that failed must not block the polls for ever */
	assert_false(delivery_status(&f->base, "c").is_failing);
	WAIT_UNTIL(&f->base, fake_of("c")->started == 1);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_status(&f->base, "c").pending, 0);
}

static void
a_log_section_that_gets_another_name_waits_for_its_file(void **state)
{
	struct fixture *f = *state;
	struct fake *c;
	char path[64];
	int i;

	snprintf(path, sizeof(path), "%s/alerts", f->base.dir);
	delivery_add_sink(&f->base, "c", SINK_LOG)->path = path;
	delivery_configure(&f->base);
	WAIT_UNTIL(&f->base, f->opened == 3);
	c = fake_of("c");
	c->is_automatic = false;
	delivery_put_alert(&f->base, 1, NULL, "c");
	WAIT_UNTIL(&f->base, c->attempt_count == 1);
	f->base.sinks[2].name = "d";
	delivery_configure(&f->base);
	delivery_put_alert(&f->base, 2, NULL, "d");
	for (i = 0; i < 20; i++)
		ev_run(f->base.loop, EVRUN_ONCE);
	assert_false(delivery_status(&f->base, "d").is_failing);
	assert_int_equal(f->opened, 3);
	fake_answer(c, 0, SINK_DELIVERED, NULL, -1);
	WAIT_UNTIL(&f->base, f->opened == 4);
	WAIT_UNTIL(&f->base, fake_of("d")->started == 1);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "c").pending, 0);
	assert_int_equal(delivery_told(&f->base, "sink.state", "failing"), 0);
}

static void
rows_of_a_sink_that_is_taken_out_wait_until_it_comes_back(void **state)
{
	struct fixture *f = *state;
	struct fake *b = fake_of("b");

	b->capacity = 1;
	b->is_automatic = false;
	delivery_put_alert(&f->base, 1, NULL, "b");
	delivery_put_alert(&f->base, 2, NULL, "b");
	WAIT_UNTIL(&f->base, b->attempt_count == 1);
	f->base.conf.sink_count = 1;
	delivery_configure(&f->base);
	delivery_put_alert(&f->base, 3, NULL, "b");
	fake_answer(b, 0, SINK_TEMPFAIL, "HTTP 500", -1);
	WAIT_UNTIL(&f->base, f->closed == 1);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "b").pending, 3);
	f->base.conf.sink_count = 2;
	delivery_configure(&f->base);
	make_due(f, "b");
	WAIT_UNTIL(&f->base, fake_of("b")->started == 3);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "b").pending, 0);
	assert_int_equal(delivery_status(&f->base, "b").pending, 0);
}

static void
an_attempt_that_hangs_is_cancelled_when_its_sink_is_taken_out(void **state)
{
	struct fixture *f = *state;
	struct fake *b = fake_of("b");

	b->is_automatic = false;
	delivery_put_alert(&f->base, 1, NULL, "b");
	WAIT_UNTIL(&f->base, b->attempt_count == 1);
	f->base.conf.sink_count = 1;
	delivery_configure(&f->base);
	assert_non_null(f->base.outbox->closing);
	f->base.outbox->closing->cancel_ms = clock_mono_ms() + 50;
	WAIT_UNTIL(&f->base, f->closed == 1);
	assert_int_equal(delivery_counts(&f->base, "b").pending, 1);
}

static void
stopping_waits_for_what_is_under_way_and_claims_nothing(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");
	int i;

	fake->is_automatic = false;
	for (i = 0; i < 10; i++)
		delivery_put_alert(&f->base, i, NULL, "a");
	WAIT_UNTIL(&f->base, fake->attempt_count == 4);
	outbox_stop(f->base.outbox, 60000);
	delivery_put_alert(&f->base, 10, NULL, "a");
	for (i = 0; i < 20; i++)
		ev_run(f->base.loop, EVRUN_ONCE);
	assert_false(outbox_is_idle(f->base.outbox));
	while (fake->attempt_count)
		fake_answer(fake, 0, SINK_DELIVERED, NULL, -1);
	f->base.idle = 0;
	delivery_settle_down(&f->base);
	WAIT_UNTIL(&f->base, f->base.idle > 0);
	assert_int_equal(fake->started, 4);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 7);
}

static void
stopping_cancels_what_hangs_beyond_the_grace(void **state)
{
	struct fixture *f = *state;
	struct fake *a = fake_of("a"), *b = fake_of("b");

	a->is_automatic = b->is_automatic = false;
	b->may_cancel = false;
	delivery_put_alert(&f->base, 1, NULL, "a");
	delivery_put_alert(&f->base, 2, NULL, "b");
	WAIT_UNTIL(&f->base, a->attempt_count == 1 && b->attempt_count == 1);
	outbox_stop(f->base.outbox, 50);
	WAIT_UNTIL(&f->base, a->attempt_count == 0);
	assert_int_equal(b->attempt_count, 1);
	assert_false(outbox_is_idle(f->base.outbox));
	fake_answer(b, 0, SINK_DELIVERED, NULL, -1);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 1);
	assert_int_equal(delivery_counts(&f->base, "b").pending, 0);
	/* released: whoever comes next may have it */
	assert_int_equal(f->base.outbox->sinks[0]->under_way.count, 0);
	assert_int_equal(delivery_status(&f->base, "a").failed, 0);
}

/* The log's capacity is one webhook's; only its type counts here. */
static void
a_log_that_cannot_be_written_never_dies_and_blocks_the_polls(void **state)
{
	struct fixture *f = *state;
	const char *why;
	struct fake *log;
	int i;

	delivery_add_sink(&f->base, "c", SINK_LOG);
	delivery_configure(&f->base);
	WAIT_UNTIL(&f->base, f->opened == 3);
	log = fake_of("c");
	log->answer = SINK_TEMPFAIL;
	for (i = 0; i < 3; i++)
		delivery_put_alert(&f->base, i, NULL, "c");
	WAIT_UNTIL(&f->base, outbox_is_blocked(f->base.outbox, &why));
	assert_string_equal(why, "log \"c\": HTTP 500");
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "c").pending, 3);
	i = (int)log->started;
	WAIT_UNTIL(&f->base, (int)log->started > i);
	assert_true(outbox_is_blocked(f->base.outbox, &why));
	assert_int_equal(delivery_counts(&f->base, "c").dead, 0);
	log->answer = SINK_DELIVERED;
	WAIT_UNTIL(&f->base, !outbox_is_blocked(f->base.outbox, &why));
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "c").pending, 0);
	assert_int_equal(delivery_told(&f->base, "sink.state", "failing"), 1);
}

/* Nothing is left then that could show that the log works again. */
static void
a_refusal_shows_that_a_log_can_be_written_again(void **state)
{
	struct fixture *f = *state;
	struct fake *log;
	const char *why;

	delivery_add_sink(&f->base, "c", SINK_LOG);
	delivery_configure(&f->base);
	WAIT_UNTIL(&f->base, f->opened == 3);
	log = fake_of("c");
	log->answer = SINK_TEMPFAIL;
	delivery_put_alert(&f->base, 1, NULL, "c");
	WAIT_UNTIL(&f->base, outbox_is_blocked(f->base.outbox, &why));
	log->answer = SINK_PERMFAIL;
	WAIT_UNTIL(&f->base, !outbox_is_blocked(f->base.outbox, &why));
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "c").dead, 1);
}

static void
a_clock_that_was_ahead_delays_nothing_for_ever(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");

	fake->answer = SINK_TEMPFAIL;
	delivery_put_alert(&f->base, 1, NULL, "a");
	WAIT_UNTIL(&f->base, fake->started == 1);
	delivery_settle_down(&f->base);
	fake->answer = SINK_DELIVERED;
	/* ten years from now */
	delivery_sql(&f->base,
	    "UPDATE outbox SET due = due + 315360000000 WHERE due > 0");
	outbox_kick(f->base.outbox, "a", 0);
	WAIT_UNTIL(&f->base, fake->started == 2);
}

/* Neither the first retry of the old time nor the next, nor what waits behind.
 */
static void
a_clock_that_goes_back_puts_no_retry_off(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");
	int64_t due;

	fake->is_automatic = false;
	delivery_put_alert(&f->base, 1, "story", "a");
	delivery_put_alert(&f->base, 2, "story", "a");
	delivery_put_alert(&f->base, 3, "other", "a");
	WAIT_UNTIL(&f->base, fake->attempt_count == 2);
	fake_answer(fake, 1, SINK_TEMPFAIL, "HTTP 503", 3000);
	fake_answer(fake, 0, SINK_TEMPFAIL, "HTTP 503", 1);
	delivery_settle_down(&f->base);
	fake->is_automatic = true;
	atomic_store(&wall_shift_s, -10 * 3600);
	due = delivery_status(&f->base, "a").next_due_ms - clock_wall_ms();
	assert_in_range(due + 60000, 60000 - 1000, 60000 + 4000);
	/* a claim by the new time */
	delivery_put_alert(&f->base, 4, NULL, "a");
	delivery_settle_down(&f->base);
	WAIT_UNTIL(&f->base, fake->started == 6);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 0);
	/* nothing is left that could be put off: the new time holds */
	assert_true(outbox_sink_now_ms(f->base.outbox->sinks[0]) <=
		    clock_wall_ms() + 1000);
}

static void
dead_letters_that_the_store_forgot_are_counted_no_more(void **state)
{
	struct fixture *f = *state;

	fake_of("a")->answer = SINK_PERMFAIL;
	delivery_put_alert(&f->base, 1, NULL, "a");
	delivery_put_alert(&f->base, 2, NULL, "a");
	WAIT_UNTIL(&f->base, delivery_status(&f->base, "a").dead == 2);
	delivery_sql(&f->base, "DELETE FROM outbox WHERE row = 1");
	outbox_recount(f->base.outbox);
	WAIT_UNTIL(&f->base, delivery_status(&f->base, "a").dead == 1);
	fake_of("a")->answer = SINK_DELIVERED;
	delivery_put_alert(&f->base, 3, NULL, "a");
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_status(&f->base, "a").pending, 0);
	assert_int_equal(delivery_status(&f->base, "a").delivered, 1);
}

static void
rows_that_were_counted_but_not_made_are_forgotten(void **state)
{
	struct fixture *f = *state;

	outbox_kick(f->base.outbox, "a", 3);
	assert_int_equal(delivery_status(&f->base, "a").pending, 3);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_status(&f->base, "a").pending, 0);
	outbox_kick(f->base.outbox, "nobody", 1);
}

static void
what_was_left_by_the_last_life_is_delivered(void **state)
{
	struct fixture *f = *state;
	struct fake *fake = fake_of("a");
	int i;

	fake->is_automatic = false;
	for (i = 0; i < 5; i++)
		delivery_put_alert(&f->base, i, NULL, "a");
	WAIT_UNTIL(&f->base, fake->attempt_count == 4);
	delivery_close(&f->base);
	delivery_open_store(&f->base);
	delivery_open_outbox(&f->base);
	delivery_configure(&f->base);
	assert_int_equal(delivery_status(&f->base, "a").pending, 5);
	WAIT_UNTIL(&f->base, fake_of("a")->started == 5);
	delivery_settle_down(&f->base);
	assert_int_equal(delivery_counts(&f->base, "a").pending, 0);
}

static void
the_rate_of_a_sink_is_kept(void **state)
{
	struct fixture *f = *state;
	struct fake *fake;
	int64_t begun;
	int i;

	f->base.sinks[0].rate_per_s = 10;
	delivery_configure(&f->base);
	WAIT_UNTIL(&f->base, f->opened == 3);
	fake = fake_of("a");
	begun = clock_mono_ms();
	for (i = 0; i < 15; i++)
		delivery_put_alert(&f->base, i, NULL, "a");
	WAIT_UNTIL(&f->base, fake->started == 15);
	/* ten at once, five more at ten a second */
	assert_true(clock_mono_ms() - begun >= 450);
}

static void
a_sink_that_comes_and_goes_is_told_once_a_minute(void **state)
{
	struct fixture *f = *state;
	struct outbox_sink *sink = f->base.outbox->sinks[0];
	int64_t now = 1000000;

	outbox_tell_failure(sink, "reset");
	assert_int_equal(outbox_tell_state(sink, now), INT64_MAX);
	assert_int_equal(f->base.told_count, 1);
	outbox_tell_success(sink);
	outbox_tell_state(sink, now + 1);
	assert_int_equal(f->base.told_count, 2);
	outbox_tell_failure(sink, "reset");
	assert_int_equal(
	    outbox_tell_state(sink, now + 2), now + OUTBOX_QUIET_MS);
	outbox_tell_success(sink);
	assert_int_equal(outbox_tell_state(sink, now + 3), INT64_MAX);
	assert_int_equal(f->base.told_count, 2);
	outbox_tell_failure(sink, "reset");
	assert_int_equal(
	    outbox_tell_state(sink, now + OUTBOX_QUIET_MS), INT64_MAX);
	assert_int_equal(f->base.told_count, 3);
}

/* The delay with the least and the most jitter, as shares of `base`. */
static void
check_delay(struct outbox_retry retry, int64_t base_ms)
{
	uint32_t randoms[] = {0, UINT32_MAX, 12345, 99999999};
	size_t i;

	for (i = 0; i < sizeof(randoms) / sizeof(randoms[0]); i++) {
		retry.random = randoms[i];
		assert_in_range(outbox_retry_delay_ms(&retry),
		    base_ms * 80 / 100, base_ms * 120 / 100);
	}
}

static void
delays_follow_the_schedule_of_standard_webhooks(void **state)
{
	static const int64_t delays_s[] = {
	    5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
	struct outbox_retry retry = {.retry_after_ms = -1};
	int64_t age = 0;
	int i;

	(void)state;
	for (i = 0; i < OUTBOX_RETRIES; i++) {
		retry.attempts = i + 1;
		/* with the shortest delays before, and much later */
		retry.age_ms = age * 80 / 100;
		check_delay(retry, delays_s[i] * 1000);
		retry.age_ms = age * 2;
		check_delay(retry, delays_s[i] * 1000);
		age += delays_s[i] * 1000;
	}
	retry.attempts = OUTBOX_RETRIES + 1;
	retry.age_ms = age * 80 / 100;
	assert_int_equal(outbox_retry_delay_ms(&retry), -1);
}

static void
attempts_that_a_receiver_asked_for_do_not_use_up_the_schedule(void **state)
{
	struct outbox_retry retry = {.retry_after_ms = 1000};

	(void)state;
	for (retry.attempts = 1; retry.attempts < 200; retry.attempts++) {
		retry.age_ms = retry.attempts * 1000;
		retry.random = (uint32_t)retry.attempts * 2654435761U;
		assert_in_range(outbox_retry_delay_ms(&retry), 1000, 1200);
	}
	/* then one that fails otherwise: by its age, three minutes */
	retry.retry_after_ms = -1;
	check_delay(retry, 300 * 1000);
	/* but not for ever */
	retry.age_ms = 100 * HOUR_MS;
	retry.retry_after_ms = 1000;
	assert_int_equal(outbox_retry_delay_ms(&retry), -1);
	/* a clock that went back is no reason to give up */
	retry.age_ms = -HOUR_MS;
	assert_in_range(outbox_retry_delay_ms(&retry), 1000, 1200);
}

static void
retry_after_is_kept_but_neither_for_ever_nor_for_nothing(void **state)
{
	struct outbox_retry retry = {.attempts = 1};

	(void)state;
	assert_int_equal(outbox_retry_pause_ms(-1), 0);
	assert_int_equal(outbox_retry_pause_ms(0), 0);
	assert_int_equal(outbox_retry_pause_ms(1), OUTBOX_RETRY_AFTER_MIN_MS);
	assert_int_equal(outbox_retry_pause_ms(90000), 90000);
	assert_int_equal(
	    outbox_retry_pause_ms(INT64_MAX), OUTBOX_RETRY_AFTER_MAX_MS);
	retry.retry_after_ms = INT64_MAX;
	assert_in_range(outbox_retry_delay_ms(&retry),
	    OUTBOX_RETRY_AFTER_MAX_MS, OUTBOX_RETRY_AFTER_MAX_MS * 12 / 10);
}

static void
a_rate_gives_a_seconds_worth_at_once_and_then_its_share(void **state)
{
	struct outbox_rate rate;
	int64_t now = 5000, wait;
	int i, made = 0;

	(void)state;
	outbox_rate_init(&rate, 0, now);
	for (i = 0; i < 100; i++) {
		assert_int_equal(outbox_rate_wait_ms(&rate, now), 0);
		outbox_rate_take(&rate);
	}
	outbox_rate_init(&rate, 0.5, now);
	assert_int_equal(outbox_rate_wait_ms(&rate, now), 0);
	outbox_rate_take(&rate);
	wait = outbox_rate_wait_ms(&rate, now);
	assert_in_range(wait, 1999, 2001);
	assert_true(outbox_rate_wait_ms(&rate, now + 1000) > 0);
	assert_int_equal(outbox_rate_wait_ms(&rate, now + 2001), 0);
	outbox_rate_init(&rate, 5, now);
	for (; now < 15000; now++) {
		if (outbox_rate_wait_ms(&rate, now) == 0) {
			outbox_rate_take(&rate);
			made++;
		}
	}
	assert_in_range(made, 54, 56);
	/* a long rest saves up no more than a second's worth */
	assert_int_equal(outbox_rate_wait_ms(&rate, now + HOUR_MS), 0);
	assert_in_range((int)rate.tokens, 5, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_event_reaches_each_of_its_sinks_once),
	    TEST(a_sink_gets_no_more_attempts_at_a_time_than_it_takes),
	    TEST(memory_never_follows_the_backlog),
	    TEST(a_sink_that_hangs_delays_no_other),
	    TEST(what_failed_for_a_time_is_tried_again_later),
	    TEST(a_retry_comes_by_itself),
	    TEST(after_the_last_retry_it_is_a_dead_letter_and_told),
	    TEST(a_refusal_is_a_dead_letter_at_once),
	    TEST(the_death_of_a_dead_letters_event_makes_no_further_event),
	    TEST(
		an_endpoint_that_is_gone_rests_until_a_reload_and_nothing_dies),
	    TEST(a_receiver_that_asks_for_time_gets_it_from_all_deliveries),
	    TEST(while_a_sink_fails_it_is_tried_with_one_at_a_time),
	    TEST(order_is_kept_for_each_key_and_only_there),
	    TEST(a_backlog_of_retries_does_not_starve_new_ones_nor_they_it),
	    TEST(
		a_settlement_that_the_store_refuses_is_made_later_without_a_repeat),
	    TEST(a_claim_that_the_store_refuses_is_made_later),
	    TEST(
		a_reload_keeps_equal_sinks_and_closes_the_others_when_they_have_ended),
	    TEST(a_reload_that_fails_changes_nothing),
	    TEST(a_start_with_a_sink_that_cannot_be_opened_is_refused),
	    TEST(a_new_sink_that_cannot_be_opened_yet_is_tried_again),
	    TEST(a_log_section_that_gets_another_name_waits_for_its_file),
	    TEST(rows_of_a_sink_that_is_taken_out_wait_until_it_comes_back),
	    TEST(an_attempt_that_hangs_is_cancelled_when_its_sink_is_taken_out),
	    TEST(stopping_waits_for_what_is_under_way_and_claims_nothing),
	    TEST(stopping_cancels_what_hangs_beyond_the_grace),
	    TEST(a_log_that_cannot_be_written_never_dies_and_blocks_the_polls),
	    TEST(a_refusal_shows_that_a_log_can_be_written_again),
	    TEST(a_clock_that_was_ahead_delays_nothing_for_ever),
	    TEST(a_clock_that_goes_back_puts_no_retry_off),
	    TEST(dead_letters_that_the_store_forgot_are_counted_no_more),
	    TEST(rows_that_were_counted_but_not_made_are_forgotten),
	    TEST(what_was_left_by_the_last_life_is_delivered),
	    TEST(the_rate_of_a_sink_is_kept),
	    TEST(a_sink_that_comes_and_goes_is_told_once_a_minute),
	    cmocka_unit_test(delays_follow_the_schedule_of_standard_webhooks),
	    cmocka_unit_test(
		attempts_that_a_receiver_asked_for_do_not_use_up_the_schedule),
	    cmocka_unit_test(
		retry_after_is_kept_but_neither_for_ever_nor_for_nothing),
	    cmocka_unit_test(
		a_rate_gives_a_seconds_worth_at_once_and_then_its_share),
	};

	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
