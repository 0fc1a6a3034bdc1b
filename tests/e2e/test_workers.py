"""Parse workers: one that dies or hangs costs one poll, and no alert."""

import os
import signal
import unittest

import harness
from harness import LOG, TOPIC, feed_conf, wait_until
from servers import item

ONE = "workers = 1\n"
ALERTS = 40
REGION_MAX = 1 << 30        # of memory that is looked through
STILL_S = 10                # one that stands still is killed long before


def workers_of(process):
    """The pids of a daemon's worker processes."""
    path = "/proc/%d/task/%d/children" % (process.pid, process.pid)
    try:
        with open(path, encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def is_there(pid):
    return os.path.exists("/proc/%d" % pid)


def facts_of(pid):
    """What the kernel says of a process, by name."""
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file
                    if ":\t" in line)


def holds(pid, words):
    """Which of the words are anywhere in the memory of a process."""
    found = set()
    with open("/proc/%d/maps" % pid, encoding="ascii") as maps, \
            open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
        for line in maps:
            start, end = (int(n, 16) for n in line.split()[0].split("-"))
            # what is larger is a sanitizer's
            if "rw" not in line.split()[1] or end - start > REGION_MAX:
                continue
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, OverflowError):
                continue
            found.update(w for w in words if w.encode() in data)
    return found


class Workers(harness.TestCase):

    def setUp(self):
        self.server = self.feed_server()
        self.feed = self.server.feed("wire")
        self.subject = self.daemon()
        self.starts = 0

    def start(self, *parts):
        """The workers: there is a document to read."""
        self.starts += 1
        self.feed.publish(item("start-%d" % self.starts, "Quiet"))
        self.subject.configure(
            *parts, TOPIC, LOG, feed_conf("wire", self.feed.url))
        self.subject.start()
        self.subject.wait_feed("wire", "ok")
        return self.wait_workers()

    def wait_workers(self):
        """The workers, once there are as many as there should be."""
        count = self.subject.status()["workers"]["count"]

        def complete():
            found = workers_of(self.subject.process)
            return (found,) if len(found) == count else None
        return wait_until(complete, "%d workers" % count)[0]

    def test_there_is_one_for_each_processor_and_it_is_walled_in(self):
        workers = self.start()
        self.assertEqual(len(workers), min(len(os.sched_getaffinity(0)), 64))
        self.feed.publish(item("1", "A rocket"))
        self.subject.wait_alerts(1)
        status = self.subject.status()["workers"]
        self.assertEqual(status["lost"], 0)
        if status["unprotected"]:
            self.skipTest("no %s here" % status["unprotected"])
        for pid in workers:
            facts = facts_of(pid)
            self.assertEqual(facts["NoNewPrivs"], "1")
            self.assertEqual(facts["Seccomp"], "2")
            self.assertLessEqual(len(os.listdir("/proc/%d/fd" % pid)), 4)

    def test_what_signs_webhooks_is_not_in_it(self):
        secret = self.subject.secret("hook", harness.SECRET)
        receiver = self.receiver()
        worker, = self.start(
            ONE, harness.webhook_conf("hook", receiver.url, secret))
        self.feed.publish(item("1", "A rocket"))
        receiver.wait_accepted(1)
        try:
            found = holds(self.subject.process.pid, [harness.SECRET])
        except PermissionError:
            self.skipTest("its memory may not be read")
        self.assertTrue(found)
        self.assertFalse(holds(worker, [harness.SECRET]))
        # one that is started when the secret has been in use
        os.kill(worker, signal.SIGKILL)
        self.feed.publish(item("2", "Another rocket"))
        receiver.wait_accepted(2)
        self.assertFalse(holds(self.wait_workers()[0], [harness.SECRET]))

    def test_killed_workers_lose_no_alert_and_double_none(self):
        self.start()
        titles = ["Rocket %d" % i for i in range(ALERTS)]
        for number, title in enumerate(titles):
            self.feed.publish(item(str(number), title))
            for pid in workers_of(self.subject.process)[:1]:
                os.kill(pid, signal.SIGKILL)
        self.subject.wait_alerts(ALERTS)
        self.subject.wait_feed("wire", "ok")
        self.assertEqual(sorted(self.subject.titles()), sorted(titles))

    def test_one_that_hangs_is_replaced_and_the_log_says_so(self):
        worker, = self.start(ONE)
        os.kill(worker, signal.SIGSTOP)
        self.feed.publish(item("1", "A rocket"))
        self.subject.wait_said('feed "wire": reading it was stopped',
                               timeout=STILL_S)
        self.subject.wait_said("stood still")
        self.subject.wait_alerts(1)
        self.subject.wait_feed("wire", "ok")
        self.assertFalse(is_there(worker))
        self.assertEqual(self.subject.status()["workers"]["lost"], 1)

    def test_without_workers_all_is_done_in_the_daemon(self):
        self.assertEqual(self.start("workers = 0\n"), [])
        self.feed.publish(item("1", "A rocket"))
        self.subject.wait_alerts(1)
        self.assertEqual(workers_of(self.subject.process), [])

    def test_a_reload_replaces_them(self):
        before = self.start()
        self.subject.signal(signal.SIGHUP)
        self.subject.wait_said("reloaded")
        wait_until(lambda: not any(is_there(pid) for pid in before),
                   "the old workers are gone")
        self.feed.publish(item("1", "A rocket"))
        self.subject.wait_alerts(1)
        self.assertFalse(set(before) & set(self.wait_workers()))

    def test_none_outlives_the_daemon(self):
        for end in (self.subject_stop, self.subject_kill):
            with self.subTest(end.__name__):
                workers = self.start()
                end()
                wait_until(lambda: not any(is_there(p) for p in workers),
                           "the workers are gone")

    def subject_stop(self):
        self.assertEqual(self.subject.stop(), 0)

    def subject_kill(self):
        self.subject.kill()


if __name__ == "__main__":
    harness.main()
