"""Webhooks: every way in which a receiver fails, and signatures."""

import signal
import time

import harness
from harness import LOG, OTHER_SECRET, SECRET, TOPIC, feed_conf, webhook_conf
from servers import (answers, hangs, item, redirects, resets,
                     resets_in_response)

FIRST_RETRY_S = 5           # minus the jitter
JITTER = 0.7
SOON_S = 4                  # before any retry of a failed delivery


class Webhook(harness.TestCase):

    def setUp(self):
        self.server = self.feed_server()
        self.feed = self.server.feed("a")
        self.subject = self.daemon()
        self.secret = self.subject.secret("secret", SECRET)

    def configure(self, *parts):
        self.subject.configure(
            TOPIC, LOG, feed_conf("a", self.feed.url), *parts)

    def hook(self, name, *script, extra=""):
        """A receiver with a script, and its section of configuration."""
        receiver = self.receiver()
        receiver.script = list(script)
        return receiver, webhook_conf(name, receiver.url, self.secret,
                                      extra='timeout = "1s" ' + extra)

    def test_a_delivery_is_signed_and_carries_the_event_of_the_log(self):
        receiver, conf = self.hook("desk", extra='headers = {"X-Desk: asia"}')
        self.configure(conf)
        self.feed.publish(item("1", "Eine Rakete, a rocket, 로켓"))
        self.subject.start()
        receiver.wait_accepted(1)
        attempt = receiver.attempts[0]
        self.assertEqual(attempt.verified, [True])
        self.assertEqual(attempt.headers["Content-Type"], "application/json")
        self.assertEqual(attempt.headers["X-Desk"], "asia")
        logged = self.subject.wait_alerts(1)[0]
        self.assertEqual(attempt.id, logged["id"])
        self.assertEqual(logged.pop("seq"), 1)
        self.assertEqual(attempt.event, logged)
        self.assertLess(abs(int(attempt.timestamp) - time.time()), 60)

    def test_during_a_rotation_both_secrets_sign(self):
        receiver = self.receiver(OTHER_SECRET, SECRET)
        self.configure(webhook_conf(
            "desk", receiver.url,
            self.subject.secret("new", OTHER_SECRET), self.secret))
        self.feed.publish(item("1", "A rocket"))
        self.subject.start()
        receiver.wait_accepted(1)
        self.assertEqual(receiver.attempts[0].verified, [True, True])
        self.configure(webhook_conf(
            "desk", receiver.url, self.subject.dir + "/new"))
        self.subject.signal(signal.SIGHUP)
        self.subject.wait_event("config.reloaded")
        self.feed.publish(item("2", "A rocket"))
        receiver.wait_accepted(2)
        self.assertEqual(receiver.attempts[-1].verified, [True, False])

    def test_failures_are_retried_and_delay_no_other_sink(self):
        canary = self.canary("127.0.0.3")
        late = answers(429, headers={"Retry-After": "2"})
        ways = {
            "error": answers(500), "busy": late, "hang": hangs,
            "reset": resets, "torn": resets_in_response,
            "moved": redirects(canary.base + "/hook", 307),
        }
        hooks = {name: self.hook(name, way) for name, way in ways.items()}
        healthy, conf = self.hook("healthy")
        self.configure(conf, *[part for _hook, part in hooks.values()])
        self.feed.publish(item("1", "A rocket"))
        self.subject.start()
        begun = time.monotonic()
        healthy.wait_accepted(1)
        self.subject.wait_alerts(1)
        self.assertLess(time.monotonic() - begun, SOON_S)
        for name, (receiver, _conf) in hooks.items():
            with self.subTest(name):
                receiver.wait_accepted(1)
                self.check_retry(receiver, 1.9 if name == "busy"
                                 else FIRST_RETRY_S * JITTER - 1)
        self.assertEqual(canary.connections, 0)
        self.subject.wait_settled()
        self.assertEqual(self.subject.sink("error")["state"], "ok")

    def test_feeds_that_hang_do_not_keep_a_webhook_waiting(self):
        receiver, conf = self.hook(
            "desk", answers(503, headers={"Retry-After": "2"}))
        places = "fetch { concurrency = 3 }\n"
        self.configure(conf, places)
        self.feed.publish(item("1", "A rocket"))
        self.subject.start()
        receiver.wait_attempts(1)
        slow = ["slow1", "slow2", "slow3"]
        for name in slow:
            self.server.feed(name).behave = hangs
        self.configure(conf, places, *[
            feed_conf(name, "%s/%s" % (self.server.base, name), timeout="60s",
                      stall_timeout="60s") for name in slow])
        self.subject.signal(signal.SIGHUP)
        harness.wait_until(
            lambda: self.subject.status()["polling"]["in_flight"] == len(slow),
            "every place for a fetch is taken")
        self.assertEqual(len(receiver.accepted()), 0)
        receiver.wait_accepted(1)

    def check_retry(self, receiver, gap_s):
        """Two attempts with one id, each signed for its own time."""
        first, second = receiver.attempts
        self.assertEqual(first.id, second.id)
        self.assertEqual(first.body, second.body)
        self.assertEqual(first.verified + second.verified, [True, True])
        self.assertGreaterEqual(second.time - first.time, gap_s)

    def test_a_refusal_is_a_dead_letter_and_never_repeated(self):
        refusing, refusing_conf = self.hook("refusing")
        refusing.behave = answers(400)
        gone, gone_conf = self.hook("gone")
        gone.behave = answers(410)
        self.configure(refusing_conf, gone_conf)
        self.feed.publish(item("1", "A rocket"))
        self.subject.start()
        self.subject.wait_event("sink.dead_letter")
        gone.wait_attempts(1)
        harness.wait_until(
            lambda: self.subject.sink("gone")["state"] == "disabled",
            "410 disables the endpoint")
        self.feed.publish(item("2", "A second rocket"))
        refusing.wait_attempts(2)
        self.subject.wait_alerts(2)
        self.assertEqual(len({a.id for a in refusing.attempts}), 2)
        self.assertEqual(len(gone.attempts), 1)
        harness.wait_until(
            lambda: self.subject.sink("refusing")["dead"] == 2,
            "two dead letters")

    def test_a_failing_webhook_is_told_to_the_operator(self):
        receiver, conf = self.hook("desk", answers(500))
        self.configure(conf)
        self.feed.publish(item("1", "A rocket"))
        self.subject.start()
        event = self.subject.wait_event("sink.state")
        self.assertEqual(event["data"]["sink"]["name"], "desk")
        sink = self.subject.sink("desk")
        self.assertEqual((sink["state"], sink["pending"]), ("failing", 1))
        self.assertIn("500", sink["reason"])
        receiver.wait_accepted(1)

    def test_a_webhook_that_was_down_gets_all_after_a_kill(self):
        receiver, conf = self.hook("desk")
        receiver.close()
        self.configure(conf)
        self.feed.publish(item("1", "A rocket"), item("2", "Another rocket"))
        self.subject.start()
        alerts = self.subject.wait_alerts(2)
        harness.wait_until(
            lambda: self.subject.sink("desk")["state"] == "failing",
            "the webhook is failing")
        self.subject.kill()
        again = self.receiver(port=receiver.port)
        self.subject.start()
        again.wait_accepted(2)
        self.subject.wait_settled()
        self.assertEqual(set(again.accepted()), {a["id"] for a in alerts})
        self.assert_gapless(self.subject.events())

    def test_a_private_address_is_refused(self):
        canary = self.canary("127.0.0.3")
        self.configure(webhook_conf("desk", canary.base + "/", self.secret))
        self.feed.publish(item("1", "A rocket"))
        self.subject.start()
        harness.wait_until(
            lambda: self.subject.sink("desk")["reason"], "a reason")
        self.assertEqual(canary.connections, 0)

    def test_topics_and_severities_choose_their_sinks(self):
        desk, desk_conf = self.hook("desk")
        oncall, oncall_conf = self.hook("oncall")
        self.configure(
            desk_conf, oncall_conf, 'default-sinks = {"alerts"}\n',
            'severity "flash" { sinks = {"oncall"} }\n',
            'topic "quiet" { query = "balloon" sinks = {"desk"} }\n'
            'topic "loud" { query = "siren" severity = "flash" }\n')
        self.feed.publish(item("1", "A rocket"), item("2", "A balloon"),
                          item("3", "A siren"))
        self.subject.start()
        desk.wait_accepted(1)
        oncall.wait_accepted(1)
        self.subject.wait_alerts(2)
        self.subject.wait_settled()

        def names(receiver):
            return [a.event["data"]["topic"]["name"]
                    for a in receiver.attempts]
        self.assertEqual(names(desk), ["quiet"])
        self.assertEqual(names(oncall), ["loud"])
        self.assertCountEqual(
            [a["data"]["topic"]["name"] for a in self.subject.alerts()],
            ["rocket", "loud"])


if __name__ == "__main__":
    harness.main()
