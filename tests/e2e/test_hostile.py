"""Hostile feeds: each fails with a reason, the others never notice."""

import os
import re
import time

import harness
from harness import LOG, TOPIC, feed_conf, wait_until
from servers import (ENTITY_BOMB, answers, answers_page, answers_xml, drips,
                     external_entity, floods, gzip_bomb, hangs, item,
                     redirects, resets, rss, truncates)

MIB = 1024 * 1024
TOO_MUCH = 16 * MIB + 1
MEMORY_MAX = 200 * MIB      # of a daemon that was fed all of this
IDLE_MAX = 64 * MIB         # that it may grow by, over what it was when idle
COPIES = 8                  # feeds for each hostile document
ROUNDS = 2                  # in which all of them are read
NOTICE_S = 5                # from publishing to the alert, whatever else runs


def documents(canary):
    """Hostile documents by name: what costs a parser most for its size."""
    head = "<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>"
    entry = "<item><title>%s</title><guid>%s</guid></item>"
    tail = "</channel></rss>"

    def feed(*entries):
        return head + "".join(entries) + tail

    def one(title):
        return feed(entry % (title, "g"))

    def typed(declaration, title):
        return one(title).replace("?>", "?><!DOCTYPE rss [%s]>" % declaration)

    def json(entries):
        return '{"version":"https://jsonfeed.org/version/1.1","title":"t",' \
            '"items":[%s]}' % entries
    found = {
        "entities": ENTITY_BOMB,
        "quadratic": typed("<!ENTITY a '%s'>" % ("A" * 50000), "&a;" * 5000),
        "parameter": typed("<!ENTITY % x SYSTEM '" + canary + "'> %x;", "a"),
        "external": external_entity(canary),
        "subset": one("a").replace(
            "?>", "?><!DOCTYPE rss SYSTEM '%s/rss.dtd'>" % canary),
        "style": one("a").replace(
            "?>", "?><?xml-stylesheet href='%s'?>" % canary, 1),
        "include": one("<xi:include xmlns:xi='http://www.w3.org/2001/XInclude'"
                       " href='%s'/>" % canary),
        "deep": "<rss><channel>" + "<a>" * 300000,
        "deep-entry": one("<b>" * 100000),
        "nested": head + "<item><title>n</title>" * 20000,
        "attributes": feed("<item %s/>" % " ".join(
            "a%d='%d'" % (n, n) for n in range(100000))),
        "namespaces": feed("<item>%s</item>" % "".join(
            "<x%d:y xmlns:x%d='u:%d'/>" % (n, n, n) for n in range(30000))),
        "instructions": head + "<?x y?>" * 200000 + tail,
        "comments": head + "<!-- -->" * 200000 + tail,
        "references": one("&#38;lt;b&#62;" * 100000),
        "long-title": one("A title without an end. " * 30000),
        "blanks": head + " \n\t " * 300000 + tail,
        "entries": feed(*(entry % ("n", n) for n in range(50000))),
        "categories": feed("<item>%s</item>" % ("<category>c</category>" *
                                                 50000)),
        "markup": one("&lt;div&gt;" * 100000),
        "data": head + "<item><title><![CDATA[never closed" + "x" * 1000000,
        "lie": one("a").replace("1.0'", "1.0' encoding='UTF-16'"),
        "json-deep": json('{"id":"1","x":' + "[" * 500000),
        "json-number": json('{"id":1e999,"x":%s}' % ("9" * 500000)),
        "json-entries": json(",".join(
            '{"id":"%d","title":"n"}' % n for n in range(50000))),
        "page": "<html><body>" + "<a href='x'><div>" * 100000,
    }
    return {name: text.encode() for name, text in found.items()}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Hostile(harness.TestCase):

    def setUp(self):
        self.server = self.feed_server()
        self.canaries = [self.canary("127.0.0.1"), self.canary("127.0.0.3")]
        self.subject = self.daemon()

    def bad_feeds(self):
        """Behaviours by the name of their feed."""
        one, two = self.canaries
        ways = {
            "hang": hangs, "drip": drips, "reset": resets,
            "missing": answers(404), "forbidden": answers(403),
            "error": answers(500), "page": answers_page(),
            "nothing": answers(200), "blank": answers(200, b" \n\t "),
            "binary": answers(200, os.urandom(4096)),
            "torn": truncates(rss("torn", [item("t", "Quiet")] * 20)),
            "flood": floods(TOO_MUCH), "bomb": gzip_bomb(8 * TOO_MUCH),
            "deep": answers_xml("<rss><channel>" + "<a>" * 100000),
        }
        targets = {
            "to-file": "file:///etc/passwd",
            "to-metadata": "http://169.254.169.254/latest/meta-data/",
            "to-loopback": one.base + "/", "to-canary": two.base + "/",
            "to-name": "http://localhost:%d/" % one.port,
            "to-number": "http://2130706433:%d/" % one.port,
            "to-mapped": "http://[::ffff:127.0.0.1]:%d/" % one.port,
            "to-any": "http://0.0.0.0:%d/" % one.port,
            "to-gopher": "gopher://127.0.0.1:%d/x" % one.port,
            "to-itself": self.server.base + "/to-itself",
        }
        ways.update((n, redirects(t)) for n, t in targets.items())
        return ways

    def configure(self, names, *more):
        self.subject.configure(
            TOPIC, LOG, *more,
            *[feed_conf(n, "%s/%s" % (self.server.base, n), timeout="1500ms",
                        stall_timeout="1s", connect_timeout="1s")
              for n in names])

    def test_bad_feeds_fail_with_a_reason_and_harm_no_other(self):
        ways = self.bad_feeds()
        for name, way in ways.items():
            self.server.feed(name).behave = way
        good = self.server.feed("good")
        with_host = {
            "dead": "http://127.0.0.2:9/", "private": self.canaries[1].base,
            "unknown": "http://no-such-host.invalid/feed",
        }
        self.configure(["good", *ways],
                       *[feed_conf(n, u) for n, u in with_host.items()])
        self.subject.start()
        self.check_good(good, "before")
        failing = self.wait_failing([*ways, *with_host])
        self.check_good(good, "after")
        self.check_reasons(failing)
        self.assertEqual([c.connections for c in self.canaries], [0, 0])
        self.assertEqual(self.subject.feeds()["good"]["status"], "ok")
        self.assertLess(self.memory(), MEMORY_MAX)
        self.assertEqual(self.subject.stop(), 0)

    def check_good(self, good, when):
        """A healthy feed's news arrives, soon."""
        count = len(self.subject.alerts())
        begun = time.monotonic()
        good.publish(item(when, "A rocket " + when))
        self.subject.wait_alerts(count + 1)
        self.assertLess(time.monotonic() - begun, NOTICE_S)

    def wait_failing(self, names):
        """Waits until each of these is in a bad state, with a reason."""
        found = {}

        def all_failing():
            found.update(self.subject.feeds())
            return all(found[n]["status"] not in ("new", "ok")
                       and found[n]["reason"] for n in names)
        try:
            wait_until(all_failing, "")
        except harness.Timeout:
            self.fail("these do not fail: %s" % [
                (n, found[n]["status"], found[n]["reason"]) for n in names
                if found[n]["status"] in ("new", "ok")])
        return found

    def check_reasons(self, feeds):
        for name, status, words in (
                ("missing", "unreachable", "404"), ("error", "unreachable",
                                                    "500"),
                ("forbidden", "blocked", "403"), ("page", "html", ""),
                ("dead", "unreachable", ""), ("hang", "unreachable", ""),
                ("drip", "unreachable", ""), ("reset", "unreachable", ""),
                ("unknown", "unreachable", ""), ("private", "unreachable", ""),
                ("to-file", "unreachable", "file"),
                ("to-metadata", "unreachable", "169.254.169.254"),
                ("to-itself", "unreachable", "redirect")):
            with self.subTest(name):
                self.assertEqual(feeds[name]["status"], status)
                self.assertIn(words, feeds[name]["reason"])

    def memory(self, which="VmHWM"):
        """Peak bytes of the daemon; 0 where a sanitizer would be measured."""
        proc = "/proc/%d/" % self.subject.process.pid
        if "libasan" in read(proc + "maps"):
            return 0
        peak = re.search(which + r":\s*(\d+)", read(proc + "status"))
        return int(peak.group(1)) * 1024

    def test_hundreds_of_hostile_documents_at_once_harm_no_other(self):
        bodies = documents(self.canaries[0].base)
        self.round = 0
        names = []
        for number in range(COPIES):
            for name, body in bodies.items():
                names.append("%s-%d" % (name, number))
                self.server.feed(names[-1]).behave = self.turns(body)
        good = self.server.feed("good")
        for workers in (1, 2):
            with self.subTest(workers=workers):
                self.round = 0
                self.subject = self.daemon()
                self.subject.configure(
                    "workers = %d\n" % workers, TOPIC, LOG,
                    feed_conf("good", good.url), *[
                        feed_conf(n, "%s/%s" % (self.server.base, n),
                                  interval="1s", max_interval="2s")
                        for n in names])
                self.subject.start()
                self.check_crowd(good, names, "by %d" % workers)
                self.assertEqual(self.subject.stop(), 0)

    def turns(self, body):
        """Quiet at first, then hostile, and a little different each round."""
        quiet = rss("quiet", [item("q", "Quiet")])

        def behave(request, feed):
            text = body + b"\n" * self.round if self.round else quiet
            answers(200, text, {"Content-Type": "application/xml"})(
                request, feed)
        return behave

    def check_crowd(self, good, names, how):
        self.wait_round(names)
        idle = self.memory("VmRSS")
        for self.round in range(1, ROUNDS + 1):
            self.check_good(good, "%s in %d" % (how, self.round))
            self.wait_round(names)
        self.assertLess(self.memory(), idle + IDLE_MAX)
        self.assertEqual([c.connections for c in self.canaries], [0, 0])
        feeds = self.subject.feeds()
        self.assertEqual(feeds["good"]["status"], "ok")
        self.assertEqual([n for n in names if feeds[n]["status"] != "ok"
                          and not feeds[n]["reason"]], [])

    def wait_round(self, names):
        """Each of these has been read since: the last request but one is."""
        with self.server.changed:
            before = {n: len(self.server.feeds["/" + n].requests)
                      for n in names}
        for name in names:
            self.server.feeds["/" + name].wait_requests(before[name] + 2)

    def test_entities_neither_explode_nor_read_files(self):
        passwd = read("/etc/passwd").split("\n")[0]
        for name, text in (
                ("bomb", ENTITY_BOMB),
                ("file", external_entity("file:///etc/passwd")),
                ("address", external_entity(self.canaries[0].base))):
            self.server.feed(name).behave = answers_xml(text)
        good = self.server.feed("good")
        self.configure(["bomb", "file", "address", "good"])
        self.subject.start()
        for name in ("bomb", "file", "address"):
            self.server.feeds["/" + name].wait_requests(3)
        self.check_good(good, "after")
        self.assertEqual([c.connections for c in self.canaries], [0, 0])
        self.assertNotIn(passwd, str(self.subject.events()))
        self.assertLess(self.memory(), MEMORY_MAX)
        bomb = self.subject.feeds()["bomb"]
        self.assertNotEqual(bomb["status"], "new")
        self.assertLess(max(len(str(e)) for e in self.subject.events()), 20000)

    def test_a_terminal_is_not_driven_by_a_headline(self):
        self.server.feed("a").behave = answers(
            200, ('{"version":"https://jsonfeed.org/version/1.1","title":"t",'
                  '"items":[{"id":"1","title":"A rocket \\u001b[2J\\u0007'
                  '\\u202eexe","content_text":"x"}]}').encode(),
            {"Content-Type": "application/feed+json"})
        self.configure(["a"], 'log "out" { path = "-" format = "text" }\n')
        self.subject.start()
        self.subject.wait_alerts(1)
        wait_until(lambda: self.subject.output, "an alert on stdout")
        text = "\n".join(self.subject.output + self.subject.titles())
        for evil in ("\x1b", "\x07", "\u202e"):
            self.assertNotIn(evil, text)

    def test_what_came_before_a_tear_is_not_lost(self):
        document = rss("torn", [item("1", "A rocket"), item("2", "A rocket 2")])
        cut = document[:document.rindex(b"<title>")]
        self.server.feed("a").behave = answers(
            200, cut, {"Content-Type": "application/rss+xml"})
        self.configure(["a"])
        self.subject.start()
        self.assertEqual(self.subject.wait_alerts(1)[0]["data"]["item"]["guid"],
                         "1")


if __name__ == "__main__":
    harness.main()
