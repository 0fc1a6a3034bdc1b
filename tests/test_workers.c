#include <ev.h>
#include <signal.h>
#include <unistd.h>

#include "tests/test.h"
#include "tests/topic_text.h"

#include "daemon/workers.h"
#include "lib/alloc.h"
#include "lib/sandbox.h"

/*
 * The pool with real processes, which are found among our children. The alarm
 * is for what would never end.
 */
#define ALARM_S 120
#define WORKS 8

struct desk {
	struct conf conf;
	struct conf_topic topic;
	struct generation *generation;
	struct ev_loop *loop;
	struct log log;
	struct metrics *metrics;
	struct workers *pool;
	struct work works[WORKS];
	size_t done;
	size_t wanted; /* the loop ends when so many are done */
};

static struct generation *
generation_of(struct desk *desk, int workers)
{
	struct generation *generation = xcalloc(1, sizeof(*generation));
	struct diag diag;

	desk->conf.workers = workers;
	generation->refs = 2; /* never freed by others: its conf is ours */
	generation->conf = &desk->conf;
	diag_init(&diag);
	generation->topics = topicset_new(&desk->conf, &diag);
	assert_non_null(generation->topics);
	diag_clear(&diag);
	generation->matcher = matcher_new(generation->topics);
	return generation;
}

static void
generation_end(struct generation *generation)
{
	matcher_free(&generation->matcher);
	topicset_free(&generation->topics);
	free(generation);
}

static struct desk *
desk_open(int workers)
{
	struct desk *desk = xcalloc(1, sizeof(*desk));
	size_t i;

	desk->topic.name = "t";
	desk->topic.severity = SEVERITY_LOW;
	text_in(&desk->topic.query, "query", "missile");
	desk->conf.topics = &desk->topic;
	desk->conf.topic_count = 1;
	desk->generation = generation_of(desk, workers);
	desk->loop = ev_default_loop(EVFLAG_AUTO);
	log_init(&desk->log, LOG_LEVEL_ERROR);
	desk->metrics = metrics_new();
	desk->pool = workers_new(desk->loop, &desk->log, desk->metrics);
	workers_configure(desk->pool, desk->generation);
	for (i = 0; i < WORKS; i++)
		work_init(&desk->works[i]);
	return desk;
}

static void
desk_close(struct desk *desk)
{
	size_t i;

	workers_free(&desk->pool);
	for (i = 0; i < WORKS; i++)
		work_clear(&desk->works[i]);
	metrics_free(&desk->metrics);
	generation_end(desk->generation);
	free(desk);
}

static void
on_done(struct work *work)
{
	struct desk *desk = work->data;

	if (++desk->done == desk->wanted)
		ev_break(desk->loop, EVBREAK_ALL);
}

static void
submit(struct desk *desk, size_t index)
{
	static const char body[] =
	    "<rss><channel><item><title>A missile</title></item></channel></rss>";
	const struct parse_input input = {
	    .body = body, .len = sizeof(body) - 1};
	struct work *work = &desk->works[index];

	work->done = on_done;
	work->data = desk;
	assert_int_equal(work_ask_parse(&work->request, &input), 0);
	workers_submit(desk->pool, work);
}

static void
await(struct desk *desk, size_t wanted)
{
	desk->wanted = wanted;
	if (desk->done < wanted)
		ev_run(desk->loop, 0);
	assert_int_equal(desk->done, wanted);
}

static void
assert_has_document(const struct work *work)
{
	enum parse_outcome outcome;
	struct feed_doc *doc;
	struct err why;

	assert_false(work->has_failed);
	assert_int_equal(work_take_doc(&work->reply, &outcome, &doc, &why), 0);
	assert_int_equal(outcome, PARSE_OK);
	assert_int_equal(doc->item_count, 1);
	feed_doc_free(&doc);
}

/* Our children, as the system lists them; at most `max`. */
static size_t
find_children(pid_t *pids, size_t max)
{
	char path[64];
	long pid;
	size_t count = 0;
	FILE *file;

	(void)snprintf(
	    path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid());
	file = fopen(path, "r");
	assert_non_null(file);
	while (count < max && fscanf(file, "%ld", &pid) == 1)
		pids[count++] = (pid_t)pid;
	(void)fclose(file);
	return count;
}

/* The one worker of a desk, which has done work 0 and is stopped now. */
static pid_t
stop_the_worker(struct desk *desk)
{
	pid_t pids[2];

	submit(desk, 0);
	await(desk, 1);
	assert_int_equal(find_children(pids, 2), 1);
	assert_int_equal(kill(pids[0], SIGSTOP), 0);
	return pids[0];
}

static void
work_is_done_by_processes(void **state)
{
	struct desk *desk = desk_open(2);
	pid_t pids[8];
	size_t i;

	(void)state;
	for (i = 0; i < WORKS; i++)
		submit(desk, i);
	assert_int_equal(desk->done, 0);
	assert_int_equal(find_children(pids, 8), 2);
	await(desk, WORKS);
	for (i = 0; i < WORKS; i++) {
		assert_has_document(&desk->works[i]);
		assert_ptr_equal(desk->works[i].generation, desk->generation);
	}
	desk_close(desk);
	assert_int_equal(find_children(pids, 8), 0);
}

static void
without_processes_it_is_done_on_the_loop(void **state)
{
	struct desk *desk = desk_open(0);
	pid_t pids[8];

	(void)state;
	submit(desk, 0);
	submit(desk, 1);
	assert_int_equal(desk->done, 0);
	await(desk, 2);
	assert_int_equal(find_children(pids, 8), 0);
	assert_has_document(&desk->works[0]);
	assert_has_document(&desk->works[1]);
	desk_close(desk);
}

static void
a_worker_that_dies_costs_its_work_and_is_replaced(void **state)
{
	struct desk *desk = desk_open(1);
	struct workers_status status;
	pid_t worker = stop_the_worker(desk);

	(void)state;
	/* it has the next piece, but does not come to it */
	submit(desk, 1);
	submit(desk, 2);
	assert_int_equal(kill(worker, SIGSEGV), 0);
	assert_int_equal(kill(worker, SIGCONT), 0);
	await(desk, 3);
	assert_true(desk->works[1].has_failed);
	assert_non_null(strstr(desk->works[1].err.text, "SEGV"));
	assert_has_document(&desk->works[2]);
	workers_status(desk->pool, &status);
	assert_int_equal(status.lost, 1);
	assert_int_equal(status.count, 1);
	desk_close(desk);
}

static void
a_worker_that_hangs_is_killed(void **state)
{
	struct desk *desk = desk_open(1);

	(void)state;
	(void)stop_the_worker(desk);
	submit(desk, 1);
	submit(desk, 2);
	await(desk, 3);
	assert_true(desk->works[1].has_failed);
	assert_non_null(strstr(desk->works[1].err.text, "too long"));
	assert_has_document(&desk->works[2]);
	desk_close(desk);
}

static void
a_new_configuration_has_new_workers(void **state)
{
	struct desk *desk = desk_open(2);
	struct generation *next = generation_of(desk, 1);
	pid_t pids[8];

	(void)state;
	submit(desk, 0);
	await(desk, 1);
	workers_configure(desk->pool, next);
	submit(desk, 1);
	await(desk, 2);
	assert_has_document(&desk->works[1]);
	assert_ptr_equal(desk->works[1].generation, next);
	desk_close(desk);
	generation_end(next);
	assert_int_equal(find_children(pids, 8), 0);
}

static void
the_end_waits_for_nobody(void **state)
{
	struct desk *desk = desk_open(1);
	pid_t pids[8];

	(void)state;
	(void)stop_the_worker(desk);
	submit(desk, 1);
	desk_close(desk);
	assert_int_equal(find_children(pids, 8), 0);
}

static void
waiting_requests_are_counted_in_bytes(void **state)
{
	struct desk *desk = desk_open(0);
	const size_t size = 15 * 1024 * 1024;
	char *text = xcalloc(1, size);
	const struct parse_input input = {.body = text, .len = size};
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++) {
		struct work *work = &desk->works[i];

		assert_int_equal(
		    workers_are_busy(desk->pool), i * size > WORKERS_QUEUE_MAX);
		work->done = on_done;
		work->data = desk;
		assert_int_equal(work_ask_parse(&work->request, &input), 0);
		workers_submit(desk->pool, work);
	}
	assert_true(workers_are_busy(desk->pool));
	await(desk, 5);
	assert_false(workers_are_busy(desk->pool));
	free(text);
	desk_close(desk);
}

/* What a worker made of a document is what the parser makes of it here. */
static void
assert_read_alike(const struct work *work, const struct parse_input *input)
{
	struct feed_doc *doc, *direct;
	enum parse_outcome outcome;
	struct err why;

	assert_int_equal(work_take_doc(&work->reply, &outcome, &doc, &why), 0);
	assert_int_equal(outcome, PARSE_OK);
	assert_int_equal(parse_feed(input, &direct, &why), PARSE_OK);
	assert_string_equal(doc->items[0].title, direct->items[0].title);
	assert_string_equal(doc->encoding, direct->encoding);
	feed_doc_free(&doc);
	feed_doc_free(&direct);
}

/* The walls stand in the worker, and all encodings are still read there. */
static void
a_walled_worker_reads_every_encoding(void **state)
{
	static const char *const names[] = {"big5", "euc-kr", "euc-jp",
	    "gb18030", "gbk", "iso-2022-jp", "iso-8859-2", "iso-8859-5",
	    "koi8-r", "koi8-u", "shift_jis", "windows-1250", "windows-1251",
	    "windows-1256", "windows-874"};
	struct desk *desk = desk_open(1);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct work *work = &desk->works[0];
		char *body = xasprintf("<?xml version='1.0' encoding='%s'?>"
				       "<rss><channel><item><title>A \xc4\xb1"
				       "</title></item></channel></rss>",
		    names[i]);
		const struct parse_input input = {
		    .body = body,
		    .len = strlen(body),
		};

		work->done = on_done;
		work->data = desk;
		assert_int_equal(work_ask_parse(&work->request, &input), 0);
		workers_submit(desk->pool, work);
		await(desk, i + 1);
		assert_read_alike(work, &input);
		free(body);
	}
	desk_close(desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(work_is_done_by_processes),
	    cmocka_unit_test(without_processes_it_is_done_on_the_loop),
	    cmocka_unit_test(a_worker_that_dies_costs_its_work_and_is_replaced),
	    cmocka_unit_test(a_worker_that_hangs_is_killed),
	    cmocka_unit_test(a_new_configuration_has_new_workers),
	    cmocka_unit_test(the_end_waits_for_nobody),
	    cmocka_unit_test(waiting_requests_are_counted_in_bytes),
	    cmocka_unit_test(a_walled_worker_reads_every_encoding),
	};
	int failed;

	(void)alarm(ALARM_S);
	(void)signal(SIGPIPE, SIG_IGN);
	parse_init();
	failed = cmocka_run_group_tests_name("workers", tests, NULL, NULL);
	parse_cleanup();
	return failed;
}
