"""SIGHUP: a new configuration, whole or not at all, with nothing lost."""

import itertools
import signal
import threading

import harness
from harness import LOG, TOPIC, feed_conf, wait_until
import servers
from servers import item

RELOADS = 20
PUBLISH_S = 0.02
BALLOON = 'topic "balloon" { query = "balloon" }\n'


class Reload(harness.TestCase):

    def setUp(self):
        self.server = self.feed_server()
        self.one = self.server.feed("one", item("1", "A rocket"))
        self.two = self.server.feed("two", item("2", "A balloon"))
        self.subject = self.daemon()
        self.configure(TOPIC, feed_conf("one", self.one.url))

    def configure(self, *parts):
        self.subject.configure(LOG, *parts)

    def start(self):
        self.subject.start()
        self.subject.wait_alerts(1)

    def count(self, kind):
        return sum(e["type"] == kind for e in self.subject.events())

    def reload(self, outcome="config.reloaded"):
        """SIGHUP, until the log tells the outcome."""
        before = self.count(outcome)
        self.subject.signal(signal.SIGHUP)
        wait_until(lambda: self.count(outcome) > before,
                   "a %s event; it said:\n%s" % (outcome, self.subject.said()))

    def test_feeds_and_topics_are_added(self):
        self.start()
        pid = self.subject.status()["pid"]
        self.configure(TOPIC, BALLOON, feed_conf("one", self.one.url),
                       feed_conf("two", self.two.url))
        self.reload()
        self.subject.wait_alerts(2)
        self.assertEqual(self.subject.titles(), ["A rocket", "A balloon"])
        status = self.subject.status()
        self.assertEqual((status["pid"], status["topics"]["count"],
                          status["feeds"]["total"]), (pid, 2, 2))

    def test_a_removed_feed_is_polled_no_more(self):
        self.configure(TOPIC, feed_conf("one", self.one.url),
                       feed_conf("two", self.two.url))
        self.start()
        self.two.wait_requests(1)
        self.configure(TOPIC, feed_conf("one", self.one.url))
        self.reload()
        self.one.wait_polls(1)
        polled = len(self.two.requests)
        self.one.wait_polls(4)
        self.assertEqual(len(self.two.requests), polled)
        self.assertEqual(list(self.subject.feeds()), ["one"])

    def test_a_removed_topic_alerts_no_more(self):
        self.start()
        self.configure(BALLOON, feed_conf("one", self.one.url))
        self.reload()
        self.one.publish(item("3", "A rocket again"), item("4", "A balloon"))
        self.subject.wait_alerts(2)
        self.one.wait_polls(2)
        self.assertEqual(self.subject.titles(), ["A rocket", "A balloon"])

    def test_a_bad_configuration_is_refused_and_the_old_one_stays(self):
        self.start()
        self.configure(TOPIC, "no-such-option = 1\n",
                       feed_conf("one", self.one.url),
                       feed_conf("two", "gopher://example.org/"))
        self.reload("config.rejected")
        self.subject.wait_said("no-such-option")
        last_error = self.subject.status()["config"]["last_error"]
        self.assertTrue(last_error)
        self.assertIn("wirewatch.conf:", self.subject.said())
        self.one.publish(item("3", "A rocket again"))
        self.subject.wait_alerts(2)
        self.assertEqual(list(self.subject.feeds()), ["one"])

    def test_a_missing_file_is_refused_and_a_good_one_taken_after_it(self):
        self.start()
        self.configure(TOPIC, 'include("gone.d/x.conf")\n',
                       'log "b" { path = "%(dir)s/gone/b.jsonl" }\n',
                       feed_conf("one", self.one.url))
        self.reload("config.rejected")
        self.configure(TOPIC, BALLOON, feed_conf("one", self.one.url))
        self.reload()
        self.assertIsNone(self.subject.status()["config"]["last_error"])
        self.one.publish(item("3", "A balloon"))
        self.subject.wait_alerts(2)
        self.assert_gapless(self.subject.events())

    def test_feed_state_survives_a_reload(self):
        self.start()
        self.one.wait_status(304)
        self.configure(TOPIC, BALLOON, feed_conf("one", self.one.url))
        before = len(self.one.requests)
        self.reload()
        self.one.wait_polls(3)
        self.assertEqual(set(self.one.statuses()[before:]), {304})

    def test_a_corrected_url_is_polled_at_once(self):
        self.one.behave = servers.answers(
            503, headers={"Retry-After": "3600"})
        self.subject.start()
        self.subject.wait_feed("one", "unreachable")
        self.configure(TOPIC, feed_conf("one", self.two.url))
        self.reload()
        self.two.wait_requests(1)

    def test_the_socket_cannot_change(self):
        self.start()
        old = self.subject.socket
        self.configure(TOPIC, feed_conf("one", self.one.url))
        with open(self.subject.conf, encoding="utf-8") as file:
            text = file.read()
        harness.write(self.subject.conf, text.replace("/sock\"", "/other\""))
        self.reload("config.rejected")
        self.subject.wait_said("socket cannot change")
        self.assertIsNotNone(harness.ask(old, "/api/v1/status"))

    def test_the_name_servers_cannot_change(self):
        self.start()
        self.configure(TOPIC, 'name-servers = {"127.0.0.1:9"}\n',
                       feed_conf("one", self.one.url))
        self.reload("config.rejected")
        self.subject.wait_said("name-servers cannot change")

    def test_events_of_a_poll_survive_reloads_in_its_middle(self):
        """Their sinks are named by a configuration that is gone by then."""
        good, page = self.one.behave, servers.answers_page()
        turns = itertools.cycle([good, page])
        self.one.behave = lambda request, owner: next(turns)(request, owner)
        self.start()
        for _ in range(RELOADS * 3):
            self.reload()
            self.one.publish(item("r%d" % _, "A rocket"))
        self.assertTrue(self.subject.is_running(), self.subject.said())
        self.subject.wait_settled()
        states = [e["data"]["feed"]["status"] for e in self.subject.events()
                  if e["type"] == "feed.state"]
        self.assertTrue(states)
        for before, after in zip(states, states[1:]):
            self.assertNotEqual(before, after)

    def test_reloads_under_load_lose_nothing_and_repeat_nothing(self):
        self.start()
        stopping, titles = threading.Event(), ["A rocket"]

        def publish():
            while not stopping.wait(PUBLISH_S):
                titles.append("A rocket, number %d" % len(titles))
                self.one.publish(item("n%d" % len(titles), titles[-1]))
        wire = threading.Thread(target=publish, daemon=True)
        wire.start()
        self.addCleanup(stopping.set)
        for number in range(RELOADS):
            extra = [BALLOON, feed_conf("two", self.two.url)]
            self.configure(TOPIC, feed_conf("one", self.one.url),
                           *extra[:2 * (number % 2)])
            self.reload()
        stopping.set()
        wire.join()
        wait_until(lambda: len([t for t in self.subject.titles()
                                if "rocket" in t]) >= len(titles),
                   "all rockets in the log")
        self.one.wait_polls(2)
        self.assertCountEqual(
            [t for t in self.subject.titles() if "rocket" in t], titles)
        self.assert_gapless(self.subject.events())


if __name__ == "__main__":
    harness.main()
