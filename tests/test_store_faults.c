/*
 * The store on disks that fail, fill up or give back something else. SQLite
 * sees the disk through a layer (sqlite3_vfs) in which the tests sit.
 */
#include "tests/store_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "lib/buf.h"

#define DAMAGES 150
#define POPULATED_FEEDS 40
#define POPULATED_ITEMS 30
#define MANY_ITEMS 120000

/* The layer: counts what changes the disk, and fails when told to. */
enum fault_op {
	FAULT_WRITE = 1,
	FAULT_SYNC = 2,
};

static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	int ops; /* of enum fault_op: what fails */
	int after; /* that many more succeed */
	int times; /* that many fail then; -1 = all */
	int code;
	int failed; /* so far */
} fault;

struct fault_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_file *
real_of(sqlite3_file *file)
{
	return ((struct fault_file *)file)->real;
}

static bool
is_failing(enum fault_op op)
{
	if (!(fault.ops & (int)op) || fault.times == 0)
		return false;
	if (fault.after > 0) {
		fault.after--;
		return false;
	}
	if (fault.times > 0)
		fault.times--;
	fault.failed++;
	return true;
}

static int
fault_close(sqlite3_file *file)
{
	sqlite3_file *real = real_of(file);
	int rc = real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;

	free(real);
	return rc;
}

static int
fault_read(sqlite3_file *file, void *data, int len, sqlite3_int64 offset)
{
	return real_of(file)->pMethods->xRead(real_of(file), data, len, offset);
}

static int
fault_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
	sqlite3_file *real = real_of(file);

	if (is_failing(FAULT_WRITE)) {
		/* half of it arrives, as it does on a full disk */
		(void)real->pMethods->xWrite(real, data, len / 2, offset);
		return fault.code;
	}
	return real->pMethods->xWrite(real, data, len, offset);
}

static int
fault_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int
fault_sync(sqlite3_file *file, int flags)
{
	if (is_failing(FAULT_SYNC))
		return SQLITE_IOERR_FSYNC;
	return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int
fault_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int
fault_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int
fault_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int
fault_reserved(sqlite3_file *file, int *is_reserved)
{
	return real_of(file)->pMethods->xCheckReservedLock(
	    real_of(file), is_reserved);
}

static int
fault_control(sqlite3_file *file, int op, void *data)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, data);
}

static int
fault_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int
fault_device(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

/* Version 1: no shared memory, which an exclusive connection has no need of. */
static const sqlite3_io_methods fault_methods = {
    .iVersion = 1,
    .xClose = fault_close,
    .xRead = fault_read,
    .xWrite = fault_write,
    .xTruncate = fault_truncate,
    .xSync = fault_sync,
    .xFileSize = fault_size,
    .xLock = fault_lock,
    .xUnlock = fault_unlock,
    .xCheckReservedLock = fault_reserved,
    .xFileControl = fault_control,
    .xSectorSize = fault_sector,
    .xDeviceCharacteristics = fault_device,
};

static int
fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *out_flags)
{
	struct fault_file *ours = (struct fault_file *)file;
	int rc;

	(void)vfs;
	ours->real = calloc(1, (size_t)fault.real->szOsFile);
	rc = fault.real->xOpen(fault.real, name, ours->real, flags, out_flags);
	if (rc == SQLITE_OK)
		ours->base.pMethods = &fault_methods;
	else
		free(ours->real);
	return rc;
}

static void
fault_set(int ops, int after, int times, int code)
{
	fault.ops = ops;
	fault.after = after;
	fault.times = times;
	fault.code = code;
	fault.failed = 0;
}

static int
fault_install(void **state)
{
	(void)state;
	fault.real = sqlite3_vfs_find(NULL);
	fault.vfs = *fault.real;
	fault.vfs.zName = "faults";
	fault.vfs.szOsFile = sizeof(struct fault_file);
	fault.vfs.xOpen = fault_open;
	return sqlite3_vfs_register(&fault.vfs, 1) == SQLITE_OK ? 0 : -1;
}

static int
commit_event(struct fixture *f, const char *id)
{
	struct store_event event = event_of(id, id);
	struct store_commit commit = {
	    .now_ms = 1000, .events = &event, .event_count = 1};

	return run(f, &commit.base, STORE_COMMIT);
}

static int64_t
pending(struct fixture *f, const char *sink)
{
	struct store_sink_info info = {.sink = sink};

	assert_int_equal(run(f, &info.base, STORE_SINK_INFO), 0);
	return info.counts.pending;
}

static void
a_failed_fsync_is_no_success_and_the_next_one_is_whole(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(commit_event(f, "evt_1"), 0);
	fault_set(FAULT_SYNC, 0, 1, 0);
	assert_int_equal(commit_event(f, "evt_2"), -1);
	assert_int_equal(fault.failed, 1);
	assert_int_equal(commit_event(f, "evt_2"), 0);
	assert_int_equal(pending(f, "log"), 2);
	reopen(f);
	assert_int_equal(pending(f, "log"), 2);
}

static void
nothing_is_reported_done_while_fsync_fails(void **state)
{
	struct fixture *f = *state;
	int i;

	fault_set(FAULT_SYNC, 0, -1, 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(commit_event(f, "evt_1"), -1);
	fault_set(0, 0, 0, 0);
	/* whether it came to be or not: submitted again it is there once */
	assert_int_equal(commit_event(f, "evt_1"), 0);
	assert_int_equal(pending(f, "log"), 1);
}

static void
a_full_disk_is_told_and_survived(void **state)
{
	struct fixture *f = *state;
	struct store_event event = event_of("evt_2", "k");
	struct store_commit commit = {
	    .now_ms = 1000, .events = &event, .event_count = 1};

	assert_int_equal(commit_event(f, "evt_1"), 0);
	fault_set(FAULT_WRITE, 0, -1, SQLITE_FULL);
	assert_int_equal(run(f, &commit.base, STORE_COMMIT), -1);
	assert_non_null(strstr(commit.base.err.text, "full"));
	/* what is there can still be read and delivered */
	assert_int_equal(pending(f, "log"), 1);
	fault_set(0, 0, 0, 0);
	assert_int_equal(run(f, &commit.base, STORE_COMMIT), 0);
	assert_int_equal(pending(f, "log"), 2);
	reopen(f);
	assert_int_equal(pending(f, "log"), 2);
}

/* Until it succeeds: what a daemon does, too. At most a few times. */
static void
insist(struct fixture *f, struct store_request *request, enum store_kind kind)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (run(f, request, kind) == 0)
			return;
		assert_true(request->err.text[0] != '\0');
	}
	fail_msg("%s", request->err.text);
}

/* A day in the life: feed and event, claimed and settled, then pruned. */
static void
live_a_day(struct fixture *f, int number)
{
	struct store_item item = item_of((unsigned char)number, 10, 20);
	char id[24];
	struct store_event event = event_of(id, "k");
	struct feed_state feed_state;
	struct store_alerted alerted = {0, "launch", 1, 4, "A title"};
	struct store_commit commit = {.feed_name = "wire",
	    .feed_state = &feed_state,
	    .items = &item,
	    .item_count = 1,
	    .now_ms = 1000,
	    .events = &event,
	    .event_count = 1,
	    .alerted = &alerted,
	    .alerted_count = 1};
	struct store_lookup lookup = {
	    .feed_name = "wire", .items = &item, .item_count = 1};
	struct store_settlement settlement = {0, SETTLE_DELIVERED, 0, NULL};
	struct store_settle settle = {.sink = "log",
	    .settlements = &settlement,
	    .count = 1,
	    .has_position = true};
	struct store_claim claim = {.sink = "log", .now_ms = 5000, .max = 4};
	struct store_prune prune = {.max = 10};

	snprintf(id, sizeof(id), "evt_%d", number);
	feed_state_init(&feed_state);
	insist(f, &lookup.base, STORE_LOOKUP);
	assert_int_equal(item.status, ITEM_NEW);
	insist(f, &commit.base, STORE_COMMIT);
	insist(f, &claim.base, STORE_CLAIM);
	assert_int_equal(claim.count, 1);
	assert_string_equal(claim.deliveries[0].event_id, id);
	settlement.row = claim.deliveries[0].row;
	store_claim_clear(&claim);
	insist(f, &settle.base, STORE_SETTLE);
	insist(f, &prune.base, STORE_PRUNE);
	lookup.feed_id = commit.feed_id;
	insist(f, &lookup.base, STORE_LOOKUP);
	assert_int_equal(item.status, ITEM_KNOWN);
	store_lookup_clear(&lookup);
}

/* Fails each write and each fsync of a day in turn, until none is left. */
static void
fail_each_in_turn(struct fixture *f, int code)
{
	int number;

	for (number = 0;; number++) {
		assert_true(number < 200);
		fault_set(FAULT_WRITE | FAULT_SYNC, number, 1, code);
		live_a_day(f, number);
		if (!fault.failed)
			break;
		fault_set(0, 0, 0, 0);
		reopen(f);
		assert_int_equal(pending(f, "log"), 0);
		assert_int_equal(pending(f, "hook"), number + 1);
	}
	assert_true(number > 5);
}

static void
each_write_and_fsync_may_fail_once(void **state)
{
	fail_each_in_turn(*state, SQLITE_IOERR_WRITE);
}

static void
the_disk_may_be_full_at_each_write(void **state)
{
	fail_each_in_turn(*state, SQLITE_FULL);
}

/* In a child: a limit of the size of files stands for the size of the disk. */
static void
live_at_the_limit(struct fixture *f)
{
	struct rlimit limit = {96 * 1024, RLIM_INFINITY};
	char id[24];
	int i, refused = 0;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	f->store = store_open(f->loop, f->dir, &(struct err){{0}});
	assert_non_null(f->store);
	for (i = 0; i < 400 && !refused; i++) {
		snprintf(id, sizeof(id), "evt_%d", i);
		refused = commit_event(f, id) == -1;
	}
	assert_true(refused);
	limit.rlim_cur = RLIM_INFINITY;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(commit_event(f, id), 0);
	assert_int_equal(pending(f, "log"), i);
	store_close(&f->store);
}

static void
a_limit_of_the_file_size_is_survived(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t pid;

	store_close(&f->store);
	pid = fork();
	if (pid == 0) {
		ev_loop_fork(f->loop);
		live_at_the_limit(f);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* A copy of a file's bytes, and back. */
static void
load(struct buf *bytes, const struct fixture *f, const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	buf_init(bytes, 0);
	assert_int_equal(buf_read_file(bytes, path), 0);
}

static void
save(const struct buf *bytes, const struct fixture *f, const char *name)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
	assert_true(fd != -1);
	assert_int_equal(write(fd, bytes->data, bytes->len), bytes->len);
	close(fd);
}

static void
assert_same(const struct fixture *f, const char *name, const struct buf *bytes)
{
	struct buf now;

	load(&now, f, name);
	assert_int_equal(now.len, bytes->len);
	assert_memory_equal(now.data, bytes->data, bytes->len);
	buf_clear(&now);
}

static void
populate(struct fixture *f, int first)
{
	struct store_item items[POPULATED_ITEMS];
	struct feed_state feed_state;
	char name[24], id[24];
	int i, j;

	feed_state_init(&feed_state);
	for (i = first; i < first + POPULATED_FEEDS; i++) {
		struct store_event event = event_of(id, name);
		struct store_alerted alerted = {0, "launch", 1, 4, "A title"};
		struct store_commit commit = {.feed_name = name,
		    .feed_state = &feed_state,
		    .items = items,
		    .item_count = POPULATED_ITEMS,
		    .now_ms = 1000,
		    .events = &event,
		    .event_count = 1,
		    .alerted = &alerted,
		    .alerted_count = 1};

		snprintf(name, sizeof(name), "feed %d", i);
		snprintf(id, sizeof(id), "evt_%d", i);
		for (j = 0; j < POPULATED_ITEMS; j++)
			items[j] = item_of((unsigned char)(i + j), 1, 2);
		assert_int_equal(run(f, &commit.base, STORE_COMMIT), 0);
	}
}

/* A few bytes changed, a page of zeros, or the rest cut off. */
static void
damage(struct buf *bytes, unsigned int *random)
{
	size_t at = (size_t)rand_r(random) % bytes->len;
	size_t page = at / 4096 * 4096;
	int i, kind = rand_r(random) % 4;

	if (kind == 0)
		bytes->len = at;
	else if (kind == 1 && page + 4096 <= bytes->len)
		memset(bytes->data + page, 0, 4096);
	else if (kind == 2)
		bytes->data[at] ^= (char)(1 << rand_r(random) % 8);
	else
		for (i = 0; i < 16; i++)
			bytes->data[page + (size_t)rand_r(random) % 64] =
			    (char)rand_r(random);
}

static void
on_loaded(
    void *data, const char *name, int64_t id, const struct feed_state *state)
{
	assert_non_null(name);
	assert_true(state->failures >= 0);
	(void)id;
	*(int *)data += 1;
}

/* All that a store is asked for; any of it may fail, with a reason. */
static void
ask_for_everything(struct fixture *f)
{
	struct store_item item = item_of(3, 9, 9);
	struct store_claim claim = {.sink = "hook", .now_ms = 5000, .max = 64};
	struct store_prune prune = {
	    .seen_before_ms = 9000, .events_before_ms = 9000, .max = 1000};
	struct store_sink_info info = {.sink = "log"};
	char name[24];
	struct store_lookup lookup = {
	    .feed_name = name, .items = &item, .item_count = 1};
	struct err err = {{0}};
	int i, count = 0;

	if (store_load_feeds(f->store, on_loaded, &count, &err) == -1)
		assert_true(err.text[0] != '\0');
	for (i = 0; i < POPULATED_FEEDS; i++) {
		snprintf(name, sizeof(name), "feed %d", i);
		lookup.feed_id = 0;
		(void)run(f, &lookup.base, STORE_LOOKUP);
		store_lookup_clear(&lookup);
	}
	(void)run(f, &info.base, STORE_SINK_INFO);
	if (run(f, &claim.base, STORE_CLAIM) == 0)
		for (i = 0; i < (int)claim.count; i++)
			assert_non_null(claim.deliveries[i].body);
	store_claim_clear(&claim);
	(void)commit_event(f, "evt_new");
	do {
		if (run(f, &prune.base, STORE_PRUNE) == -1)
			assert_true(prune.base.err.text[0] != '\0');
	} while (prune.base.rc == 0 && prune.has_more);
}

/* Opens damaged files: refused and untouched, or usable without a crash. */
static int
open_damaged(struct fixture *f, const struct buf *file, const struct buf *log)
{
	struct err err = {{0}};

	save(file, f, "wirewatch.db");
	if (log)
		save(log, f, "wirewatch.db-wal");
	f->store = store_open(f->loop, f->dir, &err);
	if (f->store) {
		ask_for_everything(f);
		store_close(&f->store);
		return 0;
	}
	assert_non_null(strstr(err.text, "wirewatch.db"));
	assert_same(f, "wirewatch.db", file);
	if (log)
		assert_same(f, "wirewatch.db-wal", log);
	return 1;
}

static void
damage_again_and_again(struct fixture *f, const struct buf *file,
    const struct buf *log, bool is_log_damaged)
{
	unsigned int random = 20261124;
	struct buf bytes, log_bytes;
	int i, refused = 0;

	for (i = 0; i < DAMAGES; i++) {
		buf_init(&bytes, 0);
		buf_init(&log_bytes, 0);
		assert_int_equal(buf_add(&bytes, file->data, file->len), 0);
		if (log)
			assert_int_equal(
			    buf_add(&log_bytes, log->data, log->len), 0);
		damage(is_log_damaged ? &log_bytes : &bytes, &random);
		refused += open_damaged(f, &bytes, log ? &log_bytes : NULL);
		buf_clear(&bytes);
		buf_clear(&log_bytes);
	}
	/* a torn log is an ordinary crash: what is whole of it counts */
	if (!is_log_damaged)
		assert_in_range(refused, DAMAGES / 4, DAMAGES);
}

static void
a_damaged_file_neither_crashes_nor_is_written_over(void **state)
{
	struct fixture *f = *state;
	struct buf file;

	populate(f, 0);
	store_close(&f->store);
	load(&file, f, "wirewatch.db");
	damage_again_and_again(f, &file, NULL, false);
	buf_clear(&file);
}

static void
nor_does_a_damaged_file_that_has_a_log(void **state)
{
	struct fixture *f = *state;
	struct buf file, log;

	populate(f, 0);
	reopen(f);
	populate(f, POPULATED_FEEDS);
	/* as a kill leaves them */
	load(&file, f, "wirewatch.db");
	load(&log, f, "wirewatch.db-wal");
	assert_true(log.len > 0);
	store_close(&f->store);
	damage_again_and_again(f, &file, &log, false);
	damage_again_and_again(f, &file, &log, true);
	buf_clear(&file);
	buf_clear(&log);
}

static void
an_empty_file_with_a_log_is_refused(void **state)
{
	struct fixture *f = *state;
	struct buf file, log;
	struct err err;

	populate(f, 0);
	load(&log, f, "wirewatch.db-wal");
	store_close(&f->store);
	buf_init(&file, 0);
	save(&file, f, "wirewatch.db");
	save(&log, f, "wirewatch.db-wal");
	assert_null(store_open(f->loop, f->dir, &err));
	assert_non_null(strstr(err.text, "damaged"));
	assert_same(f, "wirewatch.db-wal", &log);
	buf_clear(&log);
}

/* More than the connection keeps in memory. */
static int64_t
commit_many(struct fixture *f, struct store_item *items, int64_t count)
{
	struct feed_state feed_state;
	struct store_commit commit = {.feed_name = "wire",
	    .feed_state = &feed_state,
	    .items = items,
	    .item_count = (size_t)count,
	    .now_ms = 1000};
	int64_t i;

	feed_state_init(&feed_state);
	for (i = 0; i < count; i++)
		memcpy(items[i].id, &i, sizeof(i));
	assert_int_equal(run(f, &commit.base, STORE_COMMIT), 0);
	return commit.feed_id;
}

static void
a_file_that_is_damaged_under_way_is_written_no_more(void **state)
{
	struct fixture *f = *state;
	struct store_item *items = calloc(MANY_ITEMS, sizeof(*items));
	struct store_lookup lookup = {.items = items, .item_count = MANY_ITEMS};
	struct store_event event = event_of("evt_new", "k");
	struct store_commit commit = {
	    .now_ms = 1000, .events = &event, .event_count = 1};
	struct buf file;

	lookup.feed_id = commit_many(f, items, MANY_ITEMS);
	reopen(f);
	load(&file, f, "wirewatch.db");
	memset(file.data + 4096, 0xa5, file.len - 4096);
	save(&file, f, "wirewatch.db");
	assert_int_equal(run(f, &lookup.base, STORE_LOOKUP), -1);
	assert_non_null(strstr(lookup.base.err.text, "damaged"));
	assert_int_equal(run(f, &commit.base, STORE_COMMIT), -1);
	assert_non_null(strstr(commit.base.err.text, "damaged"));
	store_close(&f->store);
	assert_same(f, "wirewatch.db", &file);
	buf_clear(&file);
	free(items);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_failed_fsync_is_no_success_and_the_next_one_is_whole),
	    TEST(nothing_is_reported_done_while_fsync_fails),
	    TEST(a_full_disk_is_told_and_survived),
	    TEST(each_write_and_fsync_may_fail_once),
	    TEST(the_disk_may_be_full_at_each_write),
	    TEST(a_limit_of_the_file_size_is_survived),
	    TEST(a_damaged_file_neither_crashes_nor_is_written_over),
	    TEST(nor_does_a_damaged_file_that_has_a_log),
	    TEST(an_empty_file_with_a_log_is_refused),
	    TEST(a_file_that_is_damaged_under_way_is_written_no_more),
	};

	return cmocka_run_group_tests_name(
	    "store faults", tests, fault_install, NULL);
}
