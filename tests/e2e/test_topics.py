"""Topics: what is raised goes to whom it concerns; check tries the examples."""

import os
import signal

import harness
from harness import LOG, command, feed_conf, write
from servers import item

LAUNCH = """\
topic "launch" {
	query = "missile"
	severity = "medium"
	raise = "ICBM"
	raise-to = "flash"
	sinks = {"alerts"}
	golden = {"+ A missile"}
}
"""
FLASH = """\
log "urgent" { path = "%(dir)s/log/urgent.jsonl" }
log "desk" { path = "%(dir)s/log/desk.txt" format = "text" }
severity "flash" { sinks = {"urgent", "desk"} }
operator-sinks = {"alerts"}
"""


class Topics(harness.TestCase):

    def setUp(self):
        self.server = self.feed_server()
        self.feed = self.server.feed("a")
        self.subject = self.daemon()
        self.urgent = os.path.join(self.subject.dir, "log", "urgent.jsonl")

    def configure(self, topic=LAUNCH, *more):
        self.subject.configure(
            LOG, FLASH, topic, feed_conf("a", self.feed.url), *more)

    def severities(self, path=None):
        return {e["data"]["item"]["title"]:
                (e["severity"], e["data"]["match"]["raised"])
                for e in self.subject.alerts(path)}

    def reload(self):
        before = len([e for e in self.subject.events()
                      if e["type"] == "config.reloaded"])
        self.subject.signal(signal.SIGHUP)
        harness.wait_until(
            lambda: len([e for e in self.subject.events()
                         if e["type"] == "config.reloaded"]) > before,
            "the configuration is reloaded")

    def test_only_the_raised_alert_goes_to_the_sinks_of_flash(self):
        self.configure()
        self.feed.publish(item("1", "A missile"), item("2", "An ICBM missile"),
                          item("3", "An ICBM"))
        self.subject.start()
        self.subject.wait_alerts(2)
        self.subject.wait_settled()
        self.assertEqual(self.severities(), {
            "A missile": ("medium", False), "An ICBM missile": ("flash", True)})
        self.assertEqual(self.severities(self.urgent),
                         {"An ICBM missile": ("flash", True)})
        with open(os.path.join(self.subject.dir, "log", "desk.txt"),
                  encoding="utf-8") as file:
            text = harness.unmarked(file.read())
        self.assertIn("FLASH", text)
        self.assertIn("An ICBM missile", text)
        self.assertNotIn("A missile", text)
        raised = self.subject.alerts(self.urgent)[0]["data"]["match"]["spans"]
        self.assertEqual([span["term"] for span in raised],
                         ["ICBM", "missile"])

    def test_an_update_is_raised_or_not_by_its_own_text(self):
        self.configure()
        self.feed.publish(item("1", "A missile"))
        self.subject.start()
        self.subject.wait_alerts(1)
        self.feed.replace("1", title="A missile, and an ICBM")
        self.subject.wait_alerts(2)
        self.feed.replace("1", title="No such thing, a missile")
        alerts = self.subject.wait_alerts(3)
        self.assertEqual(
            [(e["type"], e["severity"]) for e in alerts],
            [("alert.opened", "medium"), ("alert.updated", "flash"),
             ("alert.updated", "medium")])

    def test_what_becomes_worse_is_told_and_so_is_its_correction(self):
        self.configure()
        self.feed.publish(item("1", "A missile", "<p>Short</p>"))
        self.subject.start()
        self.subject.wait_alerts(1)
        self.feed.replace("1", summary="<p>Of little weight</p>")
        self.feed.wait_polls(2)
        self.feed.replace("1", summary="<p>It was an ICBM</p>")
        update = self.subject.wait_alerts(2)[1]
        self.assertEqual((update["type"], update["severity"]),
                         ("alert.updated", "flash"))
        self.assertEqual(update["data"]["why_now"], ["raised"])
        self.assertNotIn("title_previous", update["data"]["item"])
        self.feed.replace("1", title="No ICBM after all: a missile",
                          summary="<p>Short</p>")
        self.feed.replace("1", title="Only a missile", summary="<p>Short</p>")
        self.subject.wait_alerts(3)
        self.subject.wait_settled()
        last = self.subject.alerts(self.urgent)[-1]
        self.assertEqual(last["data"]["item"]["title"], "Only a missile")
        self.assertEqual(last["severity"], "medium")

    def test_a_reload_takes_another_condition(self):
        self.configure()
        self.subject.start()
        self.configure(LAUNCH.replace('"ICBM"', '"Japan"').replace(
            "raise-to", 'title = "L" raise-to'))
        self.reload()
        self.feed.publish(item("1", "An ICBM missile"),
                          item("2", "A missile and Japan"))
        self.subject.wait_alerts(2)
        self.assertEqual(self.severities(), {
            "An ICBM missile": ("medium", False),
            "A missile and Japan": ("flash", True)})

    def test_the_daemon_does_not_try_examples(self):
        self.configure(LAUNCH.replace("+ A missile", "+ A rocket"))
        self.feed.publish(item("1", "A missile"))
        self.subject.start()
        self.subject.wait_alerts(1)

    def test_check_fails_with_the_examples_that_are_wrong(self):
        path = os.path.join(self.directory(), "w.conf")
        text = LOG % {"dir": "/tmp"} + LAUNCH + feed_conf(
            "a", "http://a.example/")
        write(path, text)
        done = command("check", path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("1 topic, 1 example, 0 sets, 2 terms", done.stdout)
        write(path, text.replace('{"+ A missile"}', '{"+ A missile",\n'
                                 '\t"+a A rocket", "- An ICBM missile"}'))
        done = command("check", path)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn('w.conf:9:3: error E301: "launch" must match this and '
                      "does not\n", done.stderr)
        self.assertIn('w.conf:9:18: error E301: "launch" must not match this '
                      "and does\n", done.stderr)
        self.assertIn('what matched and raised it: "ICBM", "missile"', done.stderr)
        self.assertIn("2 errors", done.stderr)


if __name__ == "__main__":
    harness.main()
