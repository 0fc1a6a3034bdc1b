"""wirewatch feeds: the table of the daemon's feeds, and its exit status."""

import json
import signal
import unicodedata

import harness
from harness import LOG, TOPIC, command, feed_conf
from servers import answers, answers_page, item


def columns(text):
    """How many columns of a terminal a text fills."""
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


class Feeds(harness.TestCase):

    def setUp(self):
        self.server = self.feed_server()
        self.good = self.server.feed("good", item("1", "A rocket"))
        self.subject = self.daemon()
        self.subject.configure(TOPIC, LOG, feed_conf("well", self.good.url))
        self.subject.start()
        self.subject.wait_feed("well", "ok")

    def add_bad(self):
        gone, page = self.server.feed("gone"), self.server.feed("page")
        gone.behave, page.behave = answers(410), answers_page()
        self.subject.configure(
            TOPIC, LOG, feed_conf("well", self.good.url),
            feed_conf("외교부 발표", gone.url), feed_conf("a page", page.url))
        self.subject.signal(signal.SIGHUP)
        self.subject.wait_event("config.reloaded")
        self.subject.wait_feed("외교부 발표", "gone")
        self.subject.wait_feed("a page", "html")

    def feeds(self, status, *options):
        done = command("feeds", "-s", self.subject.socket, *options)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_when_all_is_well_the_status_is_0(self):
        lines = self.feeds(0).stdout.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertTrue(lines[0].startswith("STATE"), lines[0])
        self.assertTrue(lines[1].startswith("ok"), lines[1])
        self.assertIn(" well ", lines[1])
        self.assertEqual(self.feeds(0, "--quiet").stdout, "")

    def test_the_worst_stand_first_and_the_status_is_3(self):
        self.add_bad()
        lines = self.feeds(3).stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines],
                         ["STATE", "gone", "html", "ok"])
        self.assertIn("410", lines[1])
        self.assertEqual(self.feeds(3, "-q").stdout, "")

    def test_wide_characters_keep_the_columns_in_line(self):
        self.add_bad()
        head, *rows = self.feeds(3).stdout.splitlines()
        end = head.index("BYTES") + len("BYTES")
        for row in rows:
            at = 0
            while columns(row[:at]) < end:
                at += 1
            self.assertEqual(columns(row[:at]), end, row)
            self.assertTrue(row[at - 1].isdigit(), row)
            self.assertIn(row[at:at + 1], ("", " "), row)

    def test_states_can_be_picked(self):
        self.add_bad()
        names = [json.loads(line)["name"] for line in self.feeds(
            3, "--json", "--state", "html,ok").stdout.splitlines()]
        self.assertEqual(names, ["a page", "well"])
        # of those listed none fails
        self.assertIn("well", self.feeds(0, "--state", "ok,moved").stdout)
        self.assertEqual(
            len(self.feeds(3, "--state=failing").stdout.splitlines()), 3)
        self.assertEqual(
            len(self.feeds(0, "--state=healthy").stdout.splitlines()), 2)
        self.assertEqual(self.feeds(0, "--json", "--state=gap").stdout, "")

    def test_json_tells_what_the_table_is_made_of(self):
        feed, = [json.loads(line)
                 for line in self.feeds(0, "--json").stdout.splitlines()]
        for key in ("status", "last_new", "interval_s", "window_s", "pace_s",
                    "latency_ms", "bytes", "oldest", "newest"):
            self.assertIn(key, feed)

    def test_what_is_no_state_is_refused_with_those_that_are(self):
        for states in ("sick", "ok,", "", "ok,,gap"):
            done = self.feeds(2, "--state", states)
            self.assertIn("unreachable", done.stderr)
            self.assertEqual(done.stdout, "")

    def test_without_a_daemon_the_status_is_1(self):
        self.subject.stop()
        done = self.feeds(1)
        self.assertEqual(done.stdout, "")
        self.assertIn("wirewatch: no daemon answers", done.stderr)


class Outage(harness.TestCase):

    def states(self, daemon, kind):
        return [e for e in daemon.events() if e["type"] == kind]

    def test_when_nothing_can_be_reached_that_is_told_once(self):
        server = self.feed_server()
        dead = [feed_conf("f%02d" % i, "http://127.0.0.2:1/%d" % i)
                for i in range(12)]
        daemon = self.daemon()
        daemon.configure(TOPIC, LOG, *dead)
        daemon.start()
        event = daemon.wait_event("polling.state")
        self.assertEqual(event["data"]["polling"]["state"], "offline")
        self.assertEqual(event["severity"], "high")
        self.assertTrue(daemon.status()["polling"]["is_offline"])
        self.assertIn("OFFLINE", command("status", "-s",
                                         daemon.socket).stdout)
        harness.wait_until(
            lambda: all(f["failures"] >= 4 for f in daemon.feeds().values()),
            "feeds that failed for long")
        self.assertEqual(self.states(daemon, "feed.state"), [])
        # one that answers: the others are told of now, each once
        feed = server.feed("a", item("1", "A rocket"))
        daemon.configure(TOPIC, LOG, feed_conf("a", feed.url), *dead)
        daemon.signal(signal.SIGHUP)
        daemon.wait_alerts(1)
        harness.wait_until(
            lambda: len(self.states(daemon, "feed.state")) == 12,
            "an event of each feed")
        self.assertEqual(
            [e["data"]["polling"]["state"]
             for e in self.states(daemon, "polling.state")],
            ["offline", "ok"])


if __name__ == "__main__":
    harness.main()
