"""Polling: what is new, what is old news, what the server is told and tells."""

import base64
import json
import time

import harness
from harness import LOG, TOPIC, feed_conf, wait_until
from servers import answers, item, redirects

DAY_S = 86400


class Poll(harness.TestCase):

    def setUp(self):
        self.server = self.feed_server()

    def watch(self, *feeds, extra=""):
        """A running daemon that polls these feeds."""
        daemon = self.daemon()
        daemon.configure(
            TOPIC, LOG, extra, *[feed_conf(f.name, f.url) for f in feeds])
        return daemon.start()

    def test_the_first_poll_alerts_what_is_fresh_and_remembers_the_rest(self):
        feed = self.server.feed(
            "a", item("fresh", "A rocket today"),
            item("other", "Nothing of note"),
            item("old", "A rocket last week", published=time.time() - 7 * DAY_S))
        daemon = self.watch(feed)
        alerts = daemon.wait_alerts(1)
        feed.wait_polls(3)
        self.assertEqual(daemon.titles(), ["A rocket today"])
        self.assert_gapless(daemon.events())
        self.assertEqual(alerts[0]["type"], "alert.opened")

    def test_an_old_entry_that_slides_back_is_not_new(self):
        feed = self.server.feed("a", item("one", "A rocket"))
        daemon = self.watch(feed)
        daemon.wait_alerts(1)
        kept, feed.items = feed.items, [item("two", "Another rocket")]
        daemon.wait_alerts(2)
        feed.items = kept + feed.items
        feed.publish(item("three", "A third rocket"))
        daemon.wait_alerts(3)
        feed.wait_polls(2)
        self.assertEqual(daemon.titles(),
                         ["A rocket", "Another rocket", "A third rocket"])

    def test_an_unchanged_feed_is_asked_for_with_its_etag(self):
        feed = self.server.feed("a", item("one", "A rocket"))
        daemon = self.watch(feed)
        feed.wait_status(304)
        self.assertIsNone(feed.requests[0].headers.get("If-None-Match"))
        daemon.wait_feed("a", "ok")
        feed.wait_polls(3)
        self.assertEqual(set(feed.statuses()[1:]), {304})
        self.assertEqual(len(daemon.wait_alerts(1)), 1)

    def test_an_unchanged_feed_is_asked_for_with_its_date(self):
        feed = self.server.feed("a", item("one", "A rocket"))
        feed.has_etag, feed.has_last_modified = False, True
        self.watch(feed)
        feed.wait_status(304)
        self.assertIn("If-Modified-Since", feed.requests[-1].headers)

    def test_the_same_body_without_validators_alerts_once(self):
        feed = self.server.feed("a", item("one", "A rocket"))
        feed.has_etag = False
        daemon = self.watch(feed)
        daemon.wait_alerts(1)
        feed.wait_polls(3)
        self.assertEqual(len(daemon.alerts()), 1)

    def test_the_same_body_is_not_parsed_again(self):
        feed = self.server.feed("a", item("one", "A rocket"))
        feed.has_etag = False
        daemon = self.watch(feed)
        daemon.wait_alerts(1)
        feed.wait_polls(5)
        wait_until(lambda: b'outcome="same_body"} ' in daemon.get("/metrics"),
                   "a body that is the same")
        self.assertIn(b"wirewatch_parse_seconds_count 1\n",
                      daemon.get("/metrics"))

    def test_a_new_item_alerts_once(self):
        feed = self.server.feed("a", item("one", "Quiet"))
        daemon = self.watch(feed)
        feed.wait_status(304)
        feed.publish(item("two", "A rocket"), item("three", "Quiet again"))
        daemon.wait_alerts(1)
        feed.wait_polls(3)
        self.assertEqual(daemon.titles(), ["A rocket"])

    def test_an_item_that_stands_twice_in_a_feed_alerts_once(self):
        feed = self.server.feed(
            "a", item("one", "A rocket"), item("one", "A rocket"))
        daemon = self.watch(feed)
        daemon.wait_alerts(1)
        feed.wait_polls(3)
        self.assertEqual(len(daemon.alerts()), 1)

    def test_an_alert_says_what_matched_and_where_it_came_from(self):
        feed = self.server.feed("a", item(
            "one", "Ärger: ROCKET seen", "<p>A second <b>rocket</b>.</p>",
            link="https://example.org/x?id=7&utm_source=rss"))
        daemon = self.daemon()
        daemon.configure(
            TOPIC, LOG, 'feed "a" { url = "%s" title = "The A" role = "wire" '
            'country = "KR" lang = "en" }\n' % feed.url)
        daemon.start()
        alert = daemon.wait_alerts(1)[0]
        self.assertEqual(alert["schema"], "wirewatch.event/1")
        self.assertRegex(alert["id"], "^evt_[0-9a-f]{32}$")
        self.assertEqual(alert["node"], "test")
        self.assertEqual((alert["severity"], alert["severity_num"]),
                         ("high", 4))
        self.assertRegex(alert["timestamp"],
                         r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        data = alert["data"]
        self.assertEqual(data["topic"], {
            "name": "rocket", "title": "Rockets", "tags": []})
        self.assertEqual(data["source"], {
            "feed": "a", "title": "The A", "role": "wire", "country": "KR",
            "lang": "en"})
        self.assertEqual(data["why_now"], ["first-match"])
        self.assertEqual(data["item"]["guid"], "one")
        self.assertEqual(data["item"]["summary"], "A second rocket.")
        self.assertEqual(data["item"]["date_quality"], "ok")
        for span in data["match"]["spans"]:
            text = data["item"][span["field"]]
            self.assertEqual(text[span["start"]:span["end"]], span["text"])
        self.assertEqual([s["text"] for s in data["match"]["spans"]],
                         ["ROCKET", "rocket"])

    def test_a_changed_title_of_an_alerted_item_is_an_update(self):
        feed = self.server.feed("a", item("one", "A rocket"))
        daemon = self.watch(feed)
        daemon.wait_alerts(1)
        feed.replace("one", title="A bigger rocket")
        first, second = daemon.wait_alerts(2)
        self.assertEqual(second["type"], "alert.updated")
        self.assertEqual(second["data"]["item"]["title"], "A bigger rocket")
        self.assertEqual(second["data"]["item"]["title_previous"], "A rocket")
        self.assertIn("title-changed", second["data"]["why_now"])
        self.assertNotEqual(first["id"], second["id"])

    def test_a_changed_item_that_now_matches_is_a_correction(self):
        feed = self.server.feed("a", item("one", "A balloon"))
        daemon = self.watch(feed)
        feed.wait_status(304)
        feed.replace("one", title="No balloon, a rocket")
        alert = daemon.wait_alerts(1)[0]
        self.assertEqual(alert["type"], "alert.corrected")
        self.assertIn("corrected", alert["data"]["why_now"])

    def test_a_compressed_feed_is_asked_for_and_read(self):
        feed = self.server.feed("a", item("one", "A rocket"))
        feed.is_gzip = True
        daemon = self.watch(feed)
        daemon.wait_alerts(1)
        self.assertIn("gzip", feed.requests[0].headers["Accept-Encoding"])

    def test_a_permanent_move_is_remembered_once_it_has_held(self):
        old = self.server.feed("old")
        new = self.server.feed("new", item("one", "A rocket"))
        old.behave = redirects(new.url, 301)
        daemon = self.watch(old)
        daemon.wait_alerts(1)
        new.wait_requests(6)
        self.assertEqual(len(old.requests), 3)
        daemon.stop()
        daemon.start()
        new.wait_polls(3)
        self.assertEqual(len(old.requests), 3)
        self.assertEqual(len(daemon.alerts()), 1)

    def test_a_temporary_move_is_not_remembered(self):
        old = self.server.feed("old")
        new = self.server.feed("new", item("one", "A rocket"))
        old.behave = redirects(new.url, 302)
        daemon = self.watch(old)
        daemon.wait_alerts(1)
        old.wait_requests(6)

    def test_a_gone_feed_says_so(self):
        feed = self.server.feed("a")
        feed.behave = answers(410)
        daemon = self.watch(feed)
        gone = daemon.wait_feed("a", "gone")
        self.assertTrue(gone["reason"])
        event = daemon.wait_event("feed.state")
        self.assertEqual(event["data"]["feed"]["status"], "gone")

    def test_a_feed_that_comes_back_says_so(self):
        feed = self.server.feed("a", item("one", "A rocket"))
        behave, feed.behave = feed.behave, answers(404)
        daemon = self.watch(feed)
        daemon.wait_feed("a", "unreachable")
        daemon.wait_event("feed.state")
        feed.behave = behave
        daemon.wait_feed("a", "ok")
        daemon.wait_alerts(1)
        states = [e["data"]["feed"]["status"] for e in daemon.events()
                  if e["type"] == "feed.state"]
        self.assertEqual(states, ["unreachable", "ok"])

    def test_retry_after_is_honoured(self):
        feed = self.server.feed("a", item("one", "A rocket"))
        behave, feed.behave = feed.behave, answers(
            503, headers={"Retry-After": "3"})
        daemon = self.watch(feed)
        feed.wait_requests(1)
        feed.behave = behave
        daemon.wait_alerts(1)
        first, second = feed.requests[:2]
        self.assertGreaterEqual(second.time - first.time, 2.9)

    def test_validators_survive_a_restart(self):
        feed = self.server.feed("a", item("one", "A rocket"))
        daemon = self.watch(feed)
        feed.wait_status(304)
        self.assertEqual(daemon.stop(), 0)
        before = len(feed.requests)
        daemon.start()
        feed.wait_requests(before + 1)
        self.assertEqual(feed.requests[before].status, 304)
        feed.publish(item("two", "A second rocket"))
        daemon.wait_alerts(2)
        self.assert_gapless(daemon.events())

    def test_requests_name_the_program_and_carry_what_was_configured(self):
        feed = self.server.feed("a", item("one", "A rocket"))
        daemon = self.daemon()
        password = daemon.secret("password", "s3cret words")
        daemon.configure(
            'contact = "mailto:desk@example.org"\n', TOPIC, LOG,
            'feed "a" { url = "%s" headers = {"X-Key: v1"} user = "me" '
            'password-file = "%s" }\n' % (feed.url, password))
        daemon.start()
        feed.wait_requests(1)
        headers = feed.requests[0].headers
        self.assertRegex(headers["User-Agent"], "^wirewatch/")
        self.assertIn("mailto:desk@example.org", headers["User-Agent"])
        self.assertEqual(headers["X-Key"], "v1")
        self.assertEqual(
            headers["Authorization"], "Basic " +
            base64.b64encode(b"me:s3cret words").decode())
        self.assertNotIn("s3cret", daemon.said())
        self.assertNotIn("s3cret", json.dumps(daemon.status()))

    def test_a_password_does_not_follow_a_redirect_to_another_host(self):
        other = self.server.feed("b", item("one", "A rocket"))
        stranger = harness.FeedServer("127.0.0.4")
        self.addCleanup(stranger.close)
        target = stranger.feed("c", item("two", "A rocket"))
        other.behave = redirects(target.url)
        daemon = self.daemon()
        password = daemon.secret("password", "s3cret")
        daemon.configure(
            TOPIC, LOG, 'feed "b" { url = "%s" user = "me" headers = '
            '{"Cookie: k=v"} password-file = "%s" allow-private = '
            '{"127.0.0.2/32", "127.0.0.4/32"} }\n' % (other.url, password))
        daemon.start()
        target.wait_requests(1)
        self.assertIn("Authorization", other.requests[0].headers)
        self.assertNotIn("Authorization", target.requests[0].headers)
        self.assertNotIn("Cookie", target.requests[0].headers)


if __name__ == "__main__":
    harness.main()
