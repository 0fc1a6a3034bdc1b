"""The alert log: rotation, a full disk, a directory that cannot be written."""

import json
import os
import shutil
import signal
import subprocess
import threading

import harness
from harness import LOG, TOPIC, feed_conf, read_events, wait_until
from servers import item

ROTATIONS = 6
PUBLISH_S = 0.01
DISK = "128k"


class Log(harness.TestCase):

    def setUp(self):
        self.server = self.feed_server()
        self.feed = self.server.feed("a", item("0", "A rocket"))
        self.subject = self.daemon()
        self.subject.configure(TOPIC, LOG, feed_conf("a", self.feed.url))
        self.folder = os.path.dirname(self.subject.log)

    def publish_until(self, stopping, titles):
        """A thread that publishes an item now and then."""
        def publish():
            while not stopping.wait(PUBLISH_S):
                titles.append("A rocket, number %d" % len(titles))
                self.feed.publish(item("n%d" % len(titles), titles[-1]))
        thread = threading.Thread(target=publish, daemon=True)
        thread.start()
        self.addCleanup(stopping.set)
        return thread

    def rotate(self, number):
        os.rename(self.subject.log, "%s.%d" % (self.subject.log, number))
        self.subject.signal(signal.SIGUSR1)
        wait_until(lambda: os.path.exists(self.subject.log),
                   "a new log after SIGUSR1")

    def wait_paused(self):
        """Waits until polling is paused; gives the stated reason."""
        polling = wait_until(
            lambda: (p := self.subject.status()["polling"])["is_paused"] and p,
            "polling pauses; it said:\n" + self.subject.said())
        return polling["reason"]

    def test_rotation_under_load_loses_nothing_and_repeats_nothing(self):
        stopping, titles = threading.Event(), ["A rocket"]
        self.subject.start()
        self.subject.wait_alerts(1)
        wire = self.publish_until(stopping, titles)
        for number in range(ROTATIONS):
            self.rotate(number)
            self.subject.wait_alerts(1)
        stopping.set()
        wire.join()

        def events():
            paths = ["%s.%d" % (self.subject.log, n) for n in range(ROTATIONS)]
            return [e for p in [*paths, self.subject.log]
                    for e in read_events(p)]
        wait_until(lambda: len(events()) >= len(titles), "all in the logs")
        self.assertCountEqual(
            [e["data"]["item"]["title"] for e in events()], titles)
        self.assert_gapless(events())

    def test_seq_goes_on_after_a_rotation_and_a_restart(self):
        self.subject.start()
        self.subject.wait_alerts(1)
        self.rotate(1)
        self.subject.kill()
        self.feed.publish(item("1", "A rocket again"))
        self.subject.start()
        self.assertEqual(self.subject.wait_alerts(1)[0]["seq"], 2)

    def test_the_log_is_not_for_everyone(self):
        self.subject.start()
        self.subject.wait_alerts(1)
        for path in (self.subject.log, os.path.join(self.subject.dir, "state")):
            self.assertEqual(os.stat(path).st_mode & 0o007, 0, path)

    def test_a_text_log_is_readable(self):
        self.subject.configure(
            TOPIC, 'log "text" { path = "%(dir)s/log/text" format = "text" }\n',
            feed_conf("a", self.feed.url))
        self.subject.start()
        path = os.path.join(self.folder, "text")

        def text():
            try:
                with open(path, encoding="utf-8") as file:
                    return file.read()
            except FileNotFoundError:
                return ""
        wait_until(lambda: text().count("\n") >= 2, "an alert in the text log")
        self.assertIn("A rocket", harness.unmarked(text()))
        self.assertNotIn("\x1b", text())

    def test_standard_output_can_be_a_log(self):
        self.subject.configure(
            TOPIC, 'log "out" { path = "-" }\n', feed_conf("a", self.feed.url))
        self.subject.start()
        wait_until(lambda: self.subject.output, "a line on stdout")
        self.assertEqual(
            json.loads(self.subject.output[0])["data"]["item"]["title"],
            "A rocket")

    def check_pause(self, break_it, mend_it):
        """Polling pauses, says so, resumes by itself; all items arrive."""
        self.subject.start()
        self.subject.wait_alerts(1)
        titles = ["A rocket"]
        break_it(titles)
        self.assertTrue(self.wait_paused())
        self.subject.wait_said("polling pauses")
        polled = len(self.feed.requests)
        titles.append("A rocket after all")
        self.feed.publish(item("late", titles[-1]))
        mend_it()
        wait_until(lambda: not self.subject.status()["polling"]["is_paused"],
                   "polling resumes")
        alerts = self.subject.wait_alerts(len(titles))
        self.feed.wait_polls(2)
        self.assertGreater(len(self.feed.requests), polled)
        self.assertCountEqual(
            [a["data"]["item"]["title"] for a in alerts], titles)
        self.assert_gapless(self.subject.events())

    def test_a_full_disk_pauses_polling_and_loses_nothing(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to mount a small disk")
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=" + DISK, "ww-test",
             self.folder], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("cannot mount a small disk here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.folder],
                        check=False)
        filler = os.path.join(self.folder, "filler")

        def fill(titles):
            try:
                with open(filler, "wb", buffering=0) as file:
                    while file.write(b"x" * 1024):
                        pass
            except OSError:
                pass
            for number in range(20):    # more than the last page holds
                titles.append("A rocket, number %d" % number)
                self.feed.publish(item("n%d" % number, titles[-1], "x" * 900))
        self.check_pause(fill, lambda: os.unlink(filler))
        self.subject.stop()

    def test_an_unwritable_directory_pauses_polling_and_loses_nothing(self):
        wrap = ()
        if os.geteuid() == 0:           # root may write anywhere: take it away
            if not shutil.which("setpriv"):
                self.skipTest("needs setpriv, or a user who is not root")
            wrap = ("setpriv", "--bounding-set=-dac_override")
        start = self.subject.start
        self.subject.start = lambda: start(wrap=wrap)
        self.addCleanup(os.chmod, self.folder, 0o755)

        def lock(titles):
            os.rename(self.subject.log, os.path.join(self.subject.dir, "1"))
            os.chmod(self.folder, 0o555)
            self.subject.signal(signal.SIGUSR1)
            titles.append("A rocket in the dark")
            self.feed.publish(item("dark", titles[-1]))

        def unlock():
            os.chmod(self.folder, 0o755)
            wait_until(lambda: os.path.exists(self.subject.log), "a new log")
            with open(self.subject.log, "rb") as file:
                later = file.read()
            with open(os.path.join(self.subject.dir, "1"), "rb") as file:
                self.before = file.read()
            self.assertNotIn(b'"seq":1,', later)
        events = self.subject.events
        self.before = b""
        self.subject.events = lambda path=None: [
            json.loads(l) for l in self.before.splitlines()] + events(path)
        self.check_pause(lock, unlock)

    def test_a_log_that_cannot_be_opened_is_said_at_the_start(self):
        self.subject.configure(
            TOPIC, 'log "a" { path = "%(dir)s/none/such.jsonl" }\n',
            feed_conf("a", self.feed.url))
        self.subject.start(wait=False)
        self.assertIn(self.subject.wait_exit(), (1, 2))
        self.assertIn("none/such.jsonl", self.subject.said())
        self.assertEqual(self.feed.requests, [])


if __name__ == "__main__":
    harness.main()
