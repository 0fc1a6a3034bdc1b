#include <ev.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/test.h"
#include "tests/topic_text.h"

#include "daemon/worker.h"
#include "daemon/workers.h"
#include "lib/alloc.h"
#include "lib/fd.h"
#include "lib/sandbox.h"

/*
 * The pool with real processes, which are found among our children. The alarm
 * is for what would never end.
 */
#define ALARM_S 280
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
desk_open_with(int workers, struct workers_options *options)
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
	options->loop = desk->loop;
	options->log = &desk->log;
	options->metrics = desk->metrics;
	desk->pool = workers_new(options);
	workers_configure(desk->pool, desk->generation);
	for (i = 0; i < WORKS; i++)
		work_init(&desk->works[i]);
	return desk;
}

static struct desk *
desk_open(int workers)
{
	struct workers_options options = {0};

	return desk_open_with(workers, &options);
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
	pid_t pids[2] = {-1, -1};

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
	assert_non_null(strstr(desk->works[1].err.text, "stood still"));
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

/*
 * Workers that were taken over. The first process that a test starts is one,
 * those after it are honest; all count themselves where they share memory.
 */
static struct {
	unsigned processes;
	pid_t first; /* of them, if it said so */
	volatile bool has_read; /* the reply, says the test */
} * shared;

static void
rest_a_moment(void)
{
	static const struct timespec moment = {.tv_nsec = 20000000};
	int word = 0;

	(void)syscall(SYS_futex, &word, FUTEX_WAIT, 0, &moment, NULL, 0);
}

static _Noreturn void
rest_for_ever(void)
{
	int word = 0;

	for (;;)
		(void)syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void
read_all(int fd, size_t len)
{
	char data[4096];
	ssize_t n;

	for (; len > 0; len -= (size_t)n) {
		n = read(fd, data, len < sizeof(data) ? len : sizeof(data));
		if (n <= 0)
			_exit(1);
	}
}

static void
read_request(int fd)
{
	struct worker_head head;

	if (read(fd, &head, sizeof(head)) != (ssize_t)sizeof(head))
		_exit(1);
	read_all(fd, head.len);
}

static void
say(int fd, uint32_t magic, uint32_t promised, size_t len)
{
	struct worker_head head = {.magic = magic, .len = promised};
	char data[64] = {0};

	if (fd_write(fd, &head, sizeof(head)) == -1 ||
	    fd_write(fd, data, len) == -1)
		_exit(1);
}

static void
replies_before_it_is_asked(int fd)
{
	read_all(fd, sizeof(struct worker_head));
	say(fd, WORKER_MAGIC, 8, 8);
}

static void
replies_too_much(int fd)
{
	read_request(fd);
	say(fd, WORKER_MAGIC, WORK_REPLY_MAX + 1, 8);
}

static void
replies_four_gigabytes(int fd)
{
	read_request(fd);
	say(fd, WORKER_MAGIC, UINT32_MAX, 8);
}

static void
replies_more_than_it_says(int fd)
{
	read_request(fd);
	say(fd, WORKER_MAGIC, 8, 64);
}

static void
replies_less_than_it_says(int fd)
{
	read_request(fd);
	say(fd, WORKER_MAGIC, 64, 8);
}

static void
replies_noise(int fd)
{
	read_request(fd);
	say(fd, 0xdeadbeef, 8, 8);
}

static void
hangs_up(int fd)
{
	read_request(fd);
	(void)close(fd);
}

static void
ends(int fd)
{
	read_request(fd);
	_exit(0);
}

static void
reads_nothing(int fd)
{
	(void)fd;
}

static void
stops_itself(int fd)
{
	read_request(fd);
	(void)raise(SIGSTOP);
}

static void
drips(int fd)
{
	read_request(fd);
	say(fd, WORKER_MAGIC, WORK_REPLY_MAX, 0);
	while (fd_write(fd, "", 1) == 0)
		rest_a_moment();
}

static void
computes_for_ever(int fd)
{
	static const struct rlimit none = {
	    .rlim_cur = WORKER_LIFE_S / 2,
	    .rlim_max = WORKER_LIFE_S / 2,
	};
	volatile unsigned long count = 0;

	(void)signal(SIGXCPU, SIG_IGN);
	(void)setrlimit(RLIMIT_CPU, &none);
	read_request(fd);
	for (;;)
		count++;
}

static void
opens_a_socket(int fd)
{
	read_request(fd);
	(void)socket(AF_INET, SOCK_STREAM, 0);
}

static const struct hostile {
	const char *name;
	void (*serve)(int fd);
	const char *reason; /* contained in it */
	int64_t wall_ms; /* 0 = so long that even a busy machine has time */
} hostiles[] = {
    {"replies before it is asked", replies_before_it_is_asked, "none", 0},
    {"replies too much", replies_too_much, "none", 0},
    {"replies four gigabytes", replies_four_gigabytes, "none", 0},
    {"replies more than it says", replies_more_than_it_says, "none", 0},
    {"replies less than it says", replies_less_than_it_says, "stood still", 0},
    {"replies noise", replies_noise, "none", 0},
    {"hangs up", hangs_up, "KILL", 0},
    {"ends", ends, "without an answer", 0},
    {"reads nothing", reads_nothing, "stood still", 0},
    {"stops itself", stops_itself, "stood still", 0},
    {"drips", drips, "took too long", 3000},
    {"computes for ever", computes_for_ever, "processor time", 200000},
    {"opens a socket", opens_a_socket, "", 0},
};

static const struct hostile *played; /* which the next process is */

/* Those after the first are honest: this does not return in them. */
static void
play_first_only(int fd, const struct generation *generation)
{
	if (shared->processes++ > 0)
		worker_main(fd, generation);
}

static void
play_hostile(int fd, const struct generation *generation)
{
	play_first_only(fd, generation);
	worker_enter(fd, generation);
	played->serve(fd);
	rest_for_ever();
}

/* A request that does not fit a socket, so that it is sent in parts. */
static void
submit_large(struct desk *desk, size_t index)
{
	static const char tail[] = "<rss><channel><item><title>A missile"
				   "</title></item></channel></rss>";
	const size_t blanks = 4 * 1024 * 1024;
	char *body = xcalloc(1, blanks + sizeof(tail));
	const struct parse_input input = {
	    .body = body,
	    .len = blanks + sizeof(tail) - 1,
	};
	struct work *work = &desk->works[index];

	memset(body, ' ', blanks);
	memcpy(body + blanks, tail, sizeof(tail));
	work->done = on_done;
	work->data = desk;
	assert_int_equal(work_ask_parse(&work->request, &input), 0);
	workers_submit(desk->pool, work);
	free(body);
}

static void
assert_costs_its_work_alone(const struct hostile *hostile)
{
	struct workers_options options = {
	    .child = play_hostile,
	    .wall_ms = hostile->wall_ms,
	};
	struct workers_status status;
	struct desk *desk;

	print_message("# one that %s\n", hostile->name);
	/* the alarm tells nothing of which one it was */
	fflush(stdout);
	shared->processes = 0;
	played = hostile;
	desk = desk_open_with(1, &options);
	submit_large(desk, 0);
	submit(desk, 1);
	submit(desk, 2);
	await(desk, 3);
	assert_true(desk->works[0].has_failed);
	if (!strstr(desk->works[0].err.text, hostile->reason))
		fail_msg("%s: %s", hostile->name, desk->works[0].err.text);
	assert_int_equal(desk->works[0].reply.len, 0);
	assert_has_document(&desk->works[1]);
	assert_has_document(&desk->works[2]);
	workers_status(desk->pool, &status);
	assert_int_equal(status.lost, 1);
	assert_int_equal(shared->processes, 2);
	desk_close(desk);
}

static void
a_hostile_worker_costs_its_work_alone(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hostiles) / sizeof(hostiles[0]); i++)
		assert_costs_its_work_alone(&hostiles[i]);
}

/* What is well framed goes to whoever asked, who does not believe it. */
static void
replies_nonsense(int fd)
{
	read_request(fd);
	say(fd, WORKER_MAGIC, 64, 64);
}

static void
nonsense_is_no_document(void **state)
{
	static const struct hostile hostile = {.serve = replies_nonsense};
	struct workers_options options = {.child = play_hostile};
	enum parse_outcome outcome;
	struct feed_doc *doc;
	struct desk *desk;
	struct err why;

	(void)state;
	shared->processes = 0;
	played = &hostile;
	desk = desk_open_with(1, &options);
	submit(desk, 0);
	await(desk, 1);
	assert_false(desk->works[0].has_failed);
	assert_int_equal(
	    work_take_doc(&desk->works[0].reply, &outcome, &doc, &why), -1);
	assert_null(doc);
	desk_close(desk);
}

/* The second reply answers nothing: whoever sends it has to go. */
static void
play_twice(int fd, const struct generation *generation)
{
	struct buf request, reply;

	play_first_only(fd, generation);
	shared->first = getpid();
	worker_enter(fd, generation);
	buf_init(&request, WORK_REQUEST_MAX);
	buf_init(&reply, WORK_REPLY_MAX);
	if (worker_serve(fd, generation, &request, &reply) == -1)
		_exit(1);
	while (!shared->has_read)
		rest_a_moment();
	say(fd, WORKER_MAGIC, 8, 8);
	rest_for_ever();
}

static void
a_reply_that_nobody_asked_for_ends_the_worker(void **state)
{
	struct workers_options options = {.child = play_twice};
	struct desk *desk;

	(void)state;
	shared->processes = 0;
	shared->has_read = false;
	desk = desk_open_with(1, &options);
	submit(desk, 0);
	await(desk, 1);
	assert_has_document(&desk->works[0]);
	shared->has_read = true;
	while (kill(shared->first, 0) == 0)
		ev_run(desk->loop, EVRUN_ONCE);
	submit(desk, 1);
	await(desk, 2);
	assert_has_document(&desk->works[1]);
	assert_int_equal(shared->processes, 2);
	desk_close(desk);
}

static void
play_noise_at_the_start(int fd, const struct generation *generation)
{
	play_first_only(fd, generation);
	say(fd, 0xdeadbeef, 0, 8);
	for (;;)
		(void)pause();
}

static void
one_that_does_not_come_up_costs_no_work(void **state)
{
	struct workers_options options = {.child = play_noise_at_the_start};
	struct workers_status status;
	struct desk *desk;

	(void)state;
	shared->processes = 0;
	desk = desk_open_with(1, &options);
	submit(desk, 0);
	await(desk, 1);
	assert_has_document(&desk->works[0]);
	workers_status(desk->pool, &status);
	assert_int_equal(status.lost, 0);
	assert_int_equal(status.count, 1);
	desk_close(desk);
}

/* Serves two, and is gone when the second reply is read. */
static void
play_answer_and_end(int fd, const struct generation *generation)
{
	struct buf request, reply;

	play_first_only(fd, generation);
	worker_enter(fd, generation);
	buf_init(&request, WORK_REQUEST_MAX);
	buf_init(&reply, WORK_REPLY_MAX);
	if (worker_serve(fd, generation, &request, &reply) == -1 ||
	    worker_serve(fd, generation, &request, &reply) == -1)
		_exit(1);
	abort();
}

static void
a_reply_before_the_end_still_counts(void **state)
{
	struct workers_options options = {.child = play_answer_and_end};
	struct workers_status status;
	struct desk *desk;
	siginfo_t end;
	pid_t pid = -1;

	(void)state;
	shared->processes = 0;
	desk = desk_open_with(1, &options);
	submit(desk, 0);
	await(desk, 1);
	assert_int_equal(find_children(&pid, 1), 1);
	submit(desk, 1);
	/* the loop does not run meanwhile: it hears of both at once */
	assert_int_equal(waitid(P_PID, (id_t)pid, &end, WEXITED | WNOWAIT), 0);
	submit(desk, 2);
	await(desk, 3);
	assert_has_document(&desk->works[1]);
	assert_has_document(&desk->works[2]);
	workers_status(desk->pool, &status);
	assert_int_equal(status.lost, 0);
	desk_close(desk);
}

static void
count_process(int fd, const struct generation *generation)
{
	shared->processes++;
	worker_main(fd, generation);
}

static void
a_worker_serves_so_often_and_is_replaced(void **state)
{
	struct workers_options options = {
	    .child = count_process,
	    .serve_max = 3,
	};
	struct workers_status status;
	struct desk *desk;
	size_t i;

	(void)state;
	shared->processes = 0;
	desk = desk_open_with(1, &options);
	for (i = 0; i < WORKS; i++)
		submit(desk, i);
	await(desk, WORKS);
	for (i = 0; i < WORKS; i++)
		assert_has_document(&desk->works[i]);
	assert_int_equal(shared->processes, 3);
	workers_status(desk->pool, &status);
	assert_int_equal(status.lost, 0);
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
	    cmocka_unit_test(a_hostile_worker_costs_its_work_alone),
	    cmocka_unit_test(nonsense_is_no_document),
	    cmocka_unit_test(a_reply_that_nobody_asked_for_ends_the_worker),
	    cmocka_unit_test(one_that_does_not_come_up_costs_no_work),
	    cmocka_unit_test(a_reply_before_the_end_still_counts),
	    cmocka_unit_test(a_worker_serves_so_often_and_is_replaced),
	};
	int failed;

	(void)alarm(ALARM_S);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	(void)signal(SIGPIPE, SIG_IGN);
	parse_init();
	failed = cmocka_run_group_tests_name("workers", tests, NULL, NULL);
	parse_cleanup();
	return failed;
}
