"""kill -9 at any moment: nothing is lost, nothing stands twice in the log.

The daemon is killed between fetch, commit and delivery, again and again, while
a wire goes on publishing. In the end every item that was ever published stands
in the log exactly once, in sequence, and has reached the webhook under the same
id.
"""

import os
import random
import signal
import threading
import time

import harness
from harness import LOG, SECRET, TOPIC, feed_conf, wait_until, webhook_conf
from servers import answers, item

KILLS = 60
SEED = 20260117             # the moments differ anyhow: processes race
FEEDS = 3
PUBLISH_S = 0.03
LIVE_S = 0.35               # the longest that it lives without its moment
AFTER_S = 0.03              # the longest between the moment and the kill


class Wire(threading.Thread):
    """Publishes an item now and then until told to stop."""

    def __init__(self, feeds):
        super().__init__(daemon=True)
        self.feeds = feeds
        self.titles = []
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.wait(PUBLISH_S):
            number = len(self.titles)
            title = "A rocket, number %d" % number
            self.titles.append(title)
            self.feeds[number % len(self.feeds)].publish(
                item("item-%d" % number, title))

    def stop(self):
        self.stopping.set()
        if self.is_alive():
            self.join()


class Crash(harness.TestCase):

    def setUp(self):
        self.server = self.feed_server()
        self.hook = self.receiver()
        self.feeds = [self.server.feed("f%d" % i) for i in range(FEEDS)]
        self.subject = self.daemon()
        self.subject.configure(
            TOPIC, LOG,
            webhook_conf("desk", self.hook.url,
                         self.subject.secret("secret", SECRET)),
            *[feed_conf(f.name, f.url) for f in self.feeds], interval="50ms")
        self.wire = Wire(self.feeds)
        self.addCleanup(self.wire.stop)
        self.random = random.Random(SEED)

    def moments(self):
        """What to wait for before a kill: each is a stage of the way."""
        hook, feeds, log = self.hook, self.feeds, self.subject.log

        def size():
            return os.path.getsize(log) if os.path.exists(log) else 0
        polls = sum(len(f.requests) for f in feeds)
        attempts, bytes_before = len(hook.attempts), size()
        return [
            lambda: False,
            lambda: sum(len(f.requests) for f in feeds) > polls,
            lambda: len(hook.attempts) > attempts,
            lambda: size() > bytes_before,
        ]

    def live_and_die(self):
        """One life: started, killed at a moment of a random kind."""
        moment = self.random.choice(self.moments())
        deadline = time.monotonic() + self.random.uniform(0.05, LIVE_S)
        self.subject.start(wait=False)
        while not moment() and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(self.random.uniform(0, AFTER_S))
        self.assertEqual(self.subject.kill(), -signal.SIGKILL,
                         self.subject.said())

    def test_kills_at_any_moment_lose_nothing_and_repeat_nothing(self):
        self.wire.start()
        for _ in range(KILLS):
            self.live_and_die()
        self.wire.stop()
        self.subject.start()
        total = len(self.wire.titles)
        alerts = self.subject.wait_alerts(total)
        self.hook.wait_accepted(total)
        self.subject.wait_settled()
        self.assertCountEqual([a["data"]["item"]["title"] for a in alerts],
                              self.wire.titles)
        self.assert_gapless(self.subject.events())
        self.check_webhook(alerts)

    def check_webhook(self, alerts):
        """At least once, under the ids of the log, always the same body."""
        accepted = self.hook.accepted()
        self.assertEqual(set(accepted), {a["id"] for a in alerts})
        for alert in alerts:
            logged = {k: v for k, v in alert.items() if k != "seq"}
            for attempt in accepted[alert["id"]]:
                self.assertEqual(attempt.event, logged)
                self.assertTrue(all(attempt.verified))

    def test_a_torn_line_is_cut_and_written_again(self):
        self.feeds[0].publish(item("a", "A rocket"), item("b", "A rocket too"))
        self.subject.start()
        self.subject.wait_alerts(2)
        self.subject.kill()
        with open(self.subject.log, "ab") as file:
            file.write(b'{"schema":"wirewatch.event/1","id":"evt_')
        self.feeds[0].publish(item("c", "A third rocket"))
        self.subject.start()
        self.subject.wait_alerts(3)
        self.assert_gapless(self.subject.events())

    def test_ids_do_not_change_when_the_log_is_lost(self):
        self.hook.behave = answers(500)
        self.feeds[0].publish(item("a", "A rocket"))
        self.subject.start()
        first = self.subject.wait_alerts(1)[0]
        self.hook.wait_attempts(1)
        self.subject.kill()
        self.hook.behave = answers(204)
        self.subject.start()
        self.hook.wait_accepted(1)
        self.assertEqual(set(self.hook.accepted()), {first["id"]})

    def test_a_fresh_state_directory_gives_the_same_ids(self):
        self.feeds[0].publish(item("a", "A rocket"))
        self.subject.start()
        first = self.subject.wait_alerts(1)[0]["id"]
        other = self.daemon()
        other.configure(TOPIC, LOG, feed_conf("f0", self.feeds[0].url))
        other.start()
        wait_until(other.alerts, "an alert of the other daemon")
        self.assertEqual(other.alerts()[0]["id"], first)


if __name__ == "__main__":
    harness.main()
