"""The wirewatch command: each subcommand as a user meets it."""

import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import threading
import time

import harness
from harness import (COMMAND, LOG, SECRET, TOPIC, command, feed_conf,
                     wait_until, write)
from servers import answers, answers_page, item, rss

KEYS = {"id", "title", "link", "summary", "content", "published", "updated",
        "author", "categories"}
MORE = """\
topic "balloon" { query = "balloon" severity = "low" }
"""


class WithDaemon(harness.TestCase):
    """What asks the daemon or reads its log."""

    def setUp(self):
        self.server = self.feed_server()
        self.feed = self.server.feed("a", item("1", "A rocket"))
        self.subject = self.daemon()
        self.subject.configure(TOPIC, MORE, LOG,
                               feed_conf("a", self.feed.url))
        self.subject.start()
        self.subject.wait_alerts(1)

    def test_status_shows_the_daemon_on_one_screen(self):
        dead = self.server.feed("dead")
        dead.behave = answers(404)
        self.subject.configure(TOPIC, MORE, LOG, feed_conf("a", self.feed.url),
                               feed_conf("dead", dead.url))
        self.subject.signal(signal.SIGHUP)
        self.subject.wait_event("config.reloaded")
        self.subject.wait_feed("dead", "unreachable")
        for options in (["-s", self.subject.socket], ["-c", self.subject.conf]):
            done = command("status", *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            for word in ("dead", "404", "alerts"):
                self.assertIn(word, done.stdout)
            self.assertLessEqual(done.stdout.count("\n"), 40)

    def test_status_as_json_is_the_daemon_s_own(self):
        done = command("status", "--json", "-s", self.subject.socket)
        self.assertEqual(done.returncode, 0, done.stderr)
        status = json.loads(done.stdout)
        self.assertEqual(status["schema"], "wirewatch.status/1")
        self.assertEqual(status["pid"], self.subject.process.pid)
        self.assertEqual(status["feeds"]["by_status"], {"ok": 1})
        self.assertEqual(status["topics"]["count"], 2)

    def test_status_without_a_daemon_fails(self):
        self.subject.stop()
        done = command("status", "-s", self.subject.socket)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("wirewatch: ", done.stderr)

    def tail(self, *options):
        done = command("tail", *options, self.subject.log)
        self.assertEqual(done.returncode, 0, done.stderr)
        return harness.unmarked(done.stdout)

    def test_tail_shows_the_log_for_people_and_filters_it(self):
        self.feed.publish(item("2", "A balloon"))
        self.subject.wait_alerts(2)
        both = self.tail()
        self.assertIn("A rocket", both)
        self.assertIn("A balloon", both)
        self.assertNotIn("\x1b", both)
        self.assertNotIn("A rocket", self.tail("--topic", "balloon"))
        self.assertNotIn("A balloon", self.tail("--severity", "high"))
        self.assertIn("A rocket", self.tail("--since", "1h"))
        self.assertEqual(self.tail("--since", "2100-01-01T00:00:00Z"), "")

    def test_tail_follows_a_log_over_its_rotation(self):
        tail = subprocess.Popen(
            [COMMAND, "tail", "-f", self.subject.log],
            stdout=subprocess.PIPE, text=True, encoding="utf-8")
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(tail.stdout),
                                  daemon=True)
        reader.start()
        try:
            self.assert_followed(lines)
        finally:
            tail.terminate()
            tail.wait(harness.WAIT_S)
            reader.join(harness.WAIT_S)
            tail.stdout.close()

    def assert_followed(self, lines):
        def shows(title):
            text = harness.unmarked("".join(list(lines)))
            return title in text
        self.feed.publish(item("2", "A second rocket"))
        wait_until(lambda: shows("A second rocket"), "tail shows the second")
        os.rename(self.subject.log, self.subject.log + ".1")
        self.subject.signal(signal.SIGUSR1)
        wait_until(lambda: os.path.exists(self.subject.log), "a new log")
        self.feed.publish(item("3", "A third rocket"))
        wait_until(lambda: shows("A third rocket"), "tail shows the third")
        text = harness.unmarked("".join(lines))
        self.assertEqual(text.count("A second rocket"), 1)


class Alone(harness.TestCase):
    """What works without a daemon."""

    def file(self, name, data):
        path = os.path.join(self.directory(), name)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return path

    def test_help_of_every_subcommand(self):
        done = command("--help")
        self.assertEqual(done.returncode, 0)
        for name in ("status", "check", "parse", "match", "tail", "verify"):
            self.assertIn(name, done.stdout)
            one = command(name, "--help")
            self.assertEqual(one.returncode, 0)
            self.assertIn(name, one.stdout)
            bad = command(name, "--no-such-option")
            self.assertEqual((bad.returncode, bad.stdout), (2, ""))
        self.assertEqual(command("nonsense").returncode, 2)
        self.assertEqual(command().returncode, 2)

    def test_check_tells_good_from_bad(self):
        directory = self.directory()
        path = os.path.join(directory, "w.conf")
        write(path, 'state-dir = "%s"\n' % directory + TOPIC)
        self.assertEqual(command("check", path).returncode, 0)
        write(path, 'state-dir = "%s"\ncolour = 1\n' % directory + TOPIC)
        done = command("check", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("w.conf:2", done.stderr)
        env = {"WIREWATCH_CONF": path}
        self.assertEqual(command("check", env=env).returncode, 2)

    def test_parse_reads_a_file_standard_input_and_a_url(self):
        body = rss("t", [
            item("1", "A &amp; b", "<p>One<br>two</p>", published=0),
            item("2", "Second", link="/relative")])
        server = self.feed_server()
        feed = server.feed("x")
        feed.behave = answers(200, body, {"Content-Type": "text/xml"})
        conf = self.file("c.conf", 'fetch { allow-private = {"127.0.0.2/32"} }')
        ways = [command("parse", "--json", self.file("f.xml", body)),
                command("parse", "--json", "-", stdin=body.decode()),
                command("parse", "--json", feed.url,
                        env={"WIREWATCH_CONF": conf})]
        for done in ways:
            self.assertEqual(done.returncode, 0, done.stderr)
            first, second = map(json.loads, done.stdout.splitlines())
            self.assertEqual(set(first), KEYS)
            self.assertEqual(first["title"], "A & b")
            self.assertEqual(first["published"], "1970-01-01T00:00:00Z")
            self.assertEqual(first["summary"].split(), ["One", "two"])
        self.assertEqual(json.loads(ways[2].stdout.splitlines()[1])["link"],
                         server.base + "/relative")

    def test_parse_saves_what_it_can_and_says_what_is_wrong(self):
        body = rss("t", [item("1", "First"), item("2", "Second")])
        torn = body[:body.rindex(b"<title>")]
        done = command("parse", "--json", self.file("torn.xml", torn))
        self.assertEqual(
            json.loads(done.stdout.splitlines()[0])["title"], "First")
        self.assertTrue(done.stderr)
        for bad in (b"", b"<html><body>no</body></html>", b"\0\1\2"):
            done = command("parse", "--json", self.file("bad", bad))
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertTrue(done.stderr)

    def test_parse_has_the_bounds_of_the_daemon(self):
        # Some hundred times all pairs of these are compared: for minutes.
        page = ("<html><body>" + "<b>1a</b>" * 12000 + "<i>1b</i>" * 12000
                + "</body></html>")
        one = self.file("one.xml", rss("t", [item("1", "First")]))
        done = command("parse", "--html-item", "//b[//b = //i]",
                       "--html-title", ".", self.file("costly.html",
                                                      page.encode()))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("costly.html: takes too long to read", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        # An end is one document's: others are read.
        nothing = self.file("nothing", b"")
        done = command("parse", nothing, one, nothing)
        self.assertEqual(done.returncode, 1)
        self.assertIn("First", done.stdout)
        self.assertEqual(done.stderr.count("empty"), 2)

    def test_parse_refuses_a_page_and_an_error(self):
        server = self.feed_server()
        server.feed("page").behave = answers_page()
        server.feed("gone").behave = answers(404)
        for name in ("page", "gone"):
            done = command("parse", server.feeds["/" + name].url)
            self.assertEqual(done.returncode, 1)
            self.assertTrue(done.stderr)

    def test_match_tells_the_topics_of_items(self):
        directory = self.directory()
        path = os.path.join(directory, "w.conf")
        write(path, 'state-dir = "%s"\n' % directory + TOPIC + MORE)
        items = "".join(json.dumps(i) + "\n" for i in (
            {"id": "1", "title": "A rocket and a balloon"},
            {"id": "2", "title": "Quiet", "summary": "no rockets"},
            {"id": "3", "title": "x", "summary": "<b>Rocket</b>"}))
        done = command("match", "--json", "-c", path, stdin=items)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = {o["id"]: o["topics"]
                 for o in map(json.loads, done.stdout.splitlines())}
        self.assertEqual(found.get("1"), ["rocket", "balloon"])
        self.assertEqual(found.get("2", []), [])
        self.assertEqual(found.get("3"), ["rocket"])
        one = command("match", "--json", "-c", path, "--topic", "balloon",
                      stdin=items)
        self.assertEqual(json.loads(one.stdout.splitlines()[0])["topics"],
                         ["balloon"])
        plain = command("match", "-c", path, stdin=items)
        self.assertIn("rocket", plain.stdout.lower())

    def test_verify_checks_as_a_receiver_does(self):
        secret = self.file("secret", SECRET + "\n")
        os.chmod(secret, 0o600)
        body = '{"id":"evt_1","text":"로켓"}'
        now = str(int(time.time()))
        signed = ("msg_1.%s.%s" % (now, body)).encode()
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        signature = "v1," + base64.b64encode(
            hmac.new(key, signed, hashlib.sha256).digest()).decode()

        def verify(timestamp=now, signature=signature, text=body):
            return command(
                "verify", "--secret-file", secret, "--id", "msg_1",
                "--timestamp", timestamp, "--signature", signature,
                stdin=text).returncode
        self.assertEqual(verify(), 0)
        self.assertEqual(verify(text=body + " "), 1)
        self.assertEqual(verify(signature="v1,AAAA"), 1)
        self.assertEqual(verify(timestamp=str(int(now) - 3600)), 1)
        self.assertEqual(verify(signature="v1,AAAA " + signature), 0)


if __name__ == "__main__":
    harness.main()
