"""Life as a service: start, readiness, watchdog, stop, one at a time, --once."""

import os
import re
import signal
import time

import harness
from harness import (LOG, SECRET, TOPIC, daemon_once, feed_conf, wait_until,
                     webhook_conf)
from servers import answers, hangs, item

GRACE_S = 10                # what SIGTERM promises
WATCHDOG_S = 1.0


def has_systemd():
    """Whether this build speaks to a service manager."""
    path = os.path.join(harness.BUILDDIR, "Makefile")
    with open(path, encoding="utf-8") as file:
        return "-DHAVE_SYSTEMD=1" in file.read()


class Service(harness.TestCase):

    def setUp(self):
        self.server = self.feed_server()
        self.feed = self.server.feed("a", item("1", "A rocket"))
        self.subject = self.daemon()
        self.subject.configure(TOPIC, LOG, feed_conf("a", self.feed.url))

    def start_notified(self, **env):
        if not has_systemd():
            self.skipTest("built without systemd")
        notify = self.notify(self.subject)
        self.subject.start(env={"NOTIFY_SOCKET": notify.path, **env})
        notify.wait("READY=1")
        return notify

    def test_the_service_manager_is_told_of_every_step(self):
        notify = self.start_notified()
        notify.wait("STATUS=")
        self.subject.wait_alerts(1)
        self.subject.signal(signal.SIGHUP)
        notify.wait("RELOADING=1")
        notify.wait("MONOTONIC_USEC=")
        notify.wait("READY=1", 2)
        self.assertEqual(self.subject.stop(), 0)
        notify.wait("STOPPING=1")
        steps = [l for l in notify.lines()
                 if re.match("(READY|RELOADING|STOPPING)=1", l)]
        self.assertEqual(steps, ["READY=1", "RELOADING=1", "READY=1",
                                 "STOPPING=1"])

    def test_a_refused_reload_is_ready_again(self):
        notify = self.start_notified()
        self.subject.configure("nonsense = 1\n", TOPIC, LOG)
        self.subject.signal(signal.SIGHUP)
        notify.wait("RELOADING=1")
        notify.wait("READY=1", 2)

    def test_the_watchdog_is_fed(self):
        notify = self.start_notified(
            WATCHDOG_USEC=str(int(WATCHDOG_S * 1e6)))
        begun = time.monotonic()
        notify.wait("WATCHDOG=1", 4)
        self.assertLess(time.monotonic() - begun, 4 * WATCHDOG_S)

    def test_a_reload_asked_for_during_the_start_does_not_end_it(self):
        many = "".join(feed_conf("n%d" % n, "http://127.0.0.2:9/%d" % n)
                       for n in range(5000))
        self.subject.configure(
            TOPIC, LOG, feed_conf("a", self.feed.url), many)
        self.subject.start(wait=False)
        path = "/proc/%d/status" % self.subject.process.pid

        def is_held():
            with open(path, encoding="utf-8") as file:
                held = re.search(r"SigBlk:\s*(\w+)", file.read())
            return int(held.group(1), 16) >> (signal.SIGHUP - 1) & 1
        wait_until(is_held, "signals are held during the start")
        self.subject.signal(signal.SIGHUP)
        self.subject.signal(signal.SIGUSR1)
        self.subject.wait_answers()
        self.subject.wait_said("reloaded")

    def test_closed_descriptors_are_not_taken_for_the_store(self):
        self.subject.start(
            wrap=("sh", "-c", 'exec "$0" "$@" 0<&- 1>&- 2>&-'))
        self.subject.wait_alerts(1)
        with open(os.path.join(self.subject.dir, "state", "lock"),
                  encoding="utf-8") as file:
            self.assertEqual(file.read().strip(),
                             str(self.subject.process.pid))
        for number in range(3):
            self.assertEqual(os.readlink("/proc/%d/fd/%d" % (
                self.subject.process.pid, number)), "/dev/null")

    def test_sigterm_ends_it_in_order(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name):
                self.subject.start()
                self.subject.wait_alerts(1)
                self.subject.signal(number)
                self.assertEqual(self.subject.wait_exit(), 0)
                self.assertFalse(os.path.exists(self.subject.socket))

    def test_sigterm_does_not_wait_for_the_slowest(self):
        slow = self.server.feed("slow")
        slow.behave = hangs
        hook = self.receiver()
        hook.behave = hangs
        self.subject.configure(
            TOPIC, LOG, feed_conf("a", self.feed.url),
            'feed "slow" { url = "%s" timeout = "60s" stall-timeout = "60s" }\n'
            % slow.url,
            webhook_conf("desk", hook.url, self.subject.secret("s", SECRET),
                         extra='timeout = "60s"'))
        self.subject.start()
        self.subject.wait_alerts(1)
        wait_until(lambda: hook._open, "a webhook attempt is under way")
        wait_until(lambda: self.subject.status()["polling"]["in_flight"],
                   "a poll is under way")
        begun = time.monotonic()
        self.assertEqual(self.subject.stop(), 0)
        self.assertLess(time.monotonic() - begun, GRACE_S + 2)
        hook.behave = answers(204)
        slow.behave = answers(404)
        self.subject.start()
        hook.wait_accepted(1)

    def test_a_second_daemon_on_the_same_state_exits_at_once(self):
        self.subject.start()
        second = daemon_once("-c", self.subject.conf, timeout=10)
        self.assertEqual(second.returncode, 1)
        self.assertIn(self.subject.dir, second.stderr)
        self.subject.wait_alerts(1)
        self.assertTrue(self.subject.status())
        self.subject.kill()
        self.subject.start()            # a dead one's lock does not hold

    def test_metrics_are_prometheus_text(self):
        self.subject.start()
        self.subject.wait_alerts(1)
        text = self.subject.get("/metrics").decode()
        sample = re.compile(
            r'^[a-z_:]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [-+0-9.e]+$')
        for line in text.splitlines():
            if not line.startswith("# "):
                self.assertRegex(line, sample)
        self.assertRegex(text, r"(?m)^# TYPE wirewatch_\w+ counter$")
        self.assertEqual(
            oct(os.stat(self.subject.socket).st_mode & 0o777), "0o660")

    def test_feeds_are_listed_in_pages(self):
        extra = [self.server.feed("f%d" % i) for i in range(5)]
        self.subject.configure(
            TOPIC, LOG, *[feed_conf(f.name, f.url) for f in extra])
        self.subject.start()
        names, after = [], ""
        for _ in range(5):
            page = harness.json.loads(self.subject.get(
                "/api/v1/feeds?limit=2" + (after and "&after=" + after)))
            names += [f["name"] for f in page["feeds"]]
            after = page["next"]
            if after is None:
                break
        self.assertEqual(names, ["f%d" % i for i in range(5)])

    def test_once_polls_delivers_and_ends(self):
        hook = self.receiver()
        secret = self.subject.secret("s", SECRET)
        self.subject.configure(
            TOPIC, LOG, feed_conf("a", self.feed.url),
            webhook_conf("desk", hook.url, secret))
        for polls in (1, 2):
            done = daemon_once("--once", "-c", self.subject.conf)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(self.feed.requests), polls)
        self.assertEqual(self.subject.titles(), ["A rocket"])
        self.assertEqual(len(hook.attempts), 1)
        self.assertEqual(self.feed.statuses(), [200, 304])

    def test_once_tells_a_failed_feed(self):
        dead = self.server.feed("dead")
        dead.behave = answers(404)
        self.subject.configure(TOPIC, LOG, feed_conf("a", self.feed.url),
                               feed_conf("dead", dead.url))
        done = daemon_once("--once", "-c", self.subject.conf)
        self.assertEqual(done.returncode, 1)
        self.assertIn("dead", done.stderr)
        self.assertIn("404", done.stderr)
        self.assertEqual(self.subject.titles(), ["A rocket"])

    def test_once_tells_a_failed_delivery(self):
        hook = self.receiver()
        hook.behave = answers(500)
        self.subject.configure(
            TOPIC, LOG, feed_conf("a", self.feed.url),
            webhook_conf("desk", hook.url, self.subject.secret("s", SECRET)))
        done = daemon_once("--once", "-c", self.subject.conf)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("desk", done.stderr)
        hook.behave = answers(204)
        self.assertEqual(self.subject.titles(), ["A rocket"])

    def test_help_and_version(self):
        for option, text in (("--help", "usage"), ("--version", "wirewatch")):
            done = daemon_once(option)
            self.assertEqual(done.returncode, 0)
            self.assertIn(text, done.stdout.lower())
        self.assertEqual(daemon_once("--no-such-option").returncode, 2)


if __name__ == "__main__":
    harness.main()
