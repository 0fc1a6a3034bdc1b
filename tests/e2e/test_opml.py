"""Lists of feeds and pages that name feeds: import, export, discover, and an
OPML file as a part of a running daemon's configuration."""

import json
import os
import signal
import xml.etree.ElementTree as ElementTree

import harness
from harness import LOG, TOPIC, command, write
from servers import answers, item

LIST = """\
<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>List</title></head><body>
%s
</body></opml>
"""
OUTLINE = '<outline text="%s" type="rss" xmlUrl="%s"/>'


def listed(*feeds):
    return LIST % "\n".join(OUTLINE % feed for feed in feeds)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Command(harness.TestCase):
    """import and export, without a daemon."""

    def setUp(self):
        self.dir = self.directory()

    def path(self, name, text=None):
        path = os.path.join(self.dir, name)
        if text is not None:
            write(path, text)
        return path

    def exported(self, conf):
        done = command("export", "-c", conf)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_import_writes_what_check_accepts(self):
        opml = self.path("l.opml", LIST % (
            '<outline text="Asia"><outline text="A &quot;b&quot; ${HOME} \\"'
            ' xmlUrl="http://a.example/?x=1&amp;y" language="ko"'
            ' htmlUrl="http://a.example/"/></outline>'
            + OUTLINE % ("A", "http://b.example/")
            + OUTLINE % ("a", "http://c.example/")))
        conf = self.path("new.conf")
        done = command("import", "-o", conf, opml)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertIn("3 feeds", done.stderr)
        text = read(conf)
        self.assertIn("# http://a.example/", text)
        for name in ('feed "a-b-home" {', 'feed "a" {', 'feed "a-2" {'):
            self.assertIn(name, text)
        self.assertEqual(command("check", conf).returncode, 0)
        again = command("import", "-o", conf, opml)
        self.assertEqual(again.returncode, 1)
        self.assertIn("exists", again.stderr)
        self.assertEqual(command("import", "-", stdin=read(opml)).stdout, text)
        feeds = {o.get("xmlUrl"): o for o in ElementTree.fromstring(
            self.exported(conf)).iter("outline") if o.get("xmlUrl")}
        first = feeds["http://a.example/?x=1&y"]
        self.assertEqual(first.get("title"), 'A "b" ${HOME} \\')
        self.assertEqual(first.get("category"), "Asia")
        self.assertEqual(first.get("language"), "ko")

    def test_export_and_import_of_the_shipped_feeds_give_the_same(self):
        conf = self.path("w.conf", 'include("%s/config/feeds.d/*.conf")\n'
                         % harness.SRCDIR)
        once = self.exported(conf)
        opml = self.path("l.opml", once)
        done = command("import", "-o", self.path("back.conf"), opml)
        self.assertEqual(done.returncode, 0, done.stderr)
        back = self.exported(self.path("back.conf"))
        title = "<title>"
        self.assertEqual(
            sorted(l.strip() for l in back.splitlines() if title not in l),
            sorted(l.strip() for l in once.splitlines() if title not in l))
        # An include of the list itself is the same again.
        self.assertEqual(self.exported(opml), back)
        known = command("import", "-c", conf, opml)
        self.assertEqual(known.returncode, 0)
        self.assertNotIn("feed ", known.stdout)
        self.assertIn("0 feeds", known.stderr)

    def test_import_leaves_out_what_is_configured_and_its_names(self):
        conf = self.path("w.conf", 'feed "a" { url = "http://a.example/" }\n')
        opml = self.path("l.opml", listed(
            ("One", "http://A.example:80/"), ("A", "http://b.example/")))
        done = command("import", "-c", conf, opml)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('l.opml:3: "One": left out: its URL is configured as "a"',
                      done.stderr)
        self.assertEqual(done.stdout.count("feed "), 1)
        self.assertIn('feed "a-2" {\n\turl = "http://b.example/"', done.stdout)

    def test_import_tells_what_it_cannot_use(self):
        opml = self.path("l.opml", listed(
            ("J", "javascript:alert(1)"), ("A", "http://a.example/")))
        done = command("import", opml)
        self.assertEqual(done.returncode, 1)
        self.assertIn('l.opml:3: "J": left out: bad URL', done.stderr)
        self.assertIn('url = "http://a.example/"', done.stdout)
        self.assertNotIn("javascript", done.stdout)

    def test_import_leaves_out_a_feed_with_too_many_tags(self):
        tags = ",".join("t%d" % i for i in range(129))
        opml = self.path("l.opml", LIST % (
            '<outline text="T" category="%s" xmlUrl="http://t.example/"/>\n'
            % tags + OUTLINE % ("A", "http://a.example/")))
        done = command("import", opml)
        self.assertEqual(done.returncode, 1)
        self.assertIn('l.opml:3: "T": left out: more than 128 tags',
                      done.stderr)
        self.assertEqual(done.stdout.count("feed "), 1)
        self.assertIn('url = "http://a.example/"', done.stdout)

    def test_import_refuses_what_is_no_list(self):
        bomb = ('<!DOCTYPE opml [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>'
                + listed(("&b;", "http://a.example/")).split("\n", 1)[1])
        for text, said in (("", "l.opml:1: the document is empty"),
                           ("<html/>", "no OPML"),
                           (bomb, "document type"),
                           ("<opml>\n<a>", "l.opml:2: not well-formed")):
            done = command("import", self.path("l.opml", text))
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(said, done.stderr)
        self.assertEqual(command("import", self.path("none")).returncode, 1)
        self.assertEqual(command("import").returncode, 2)

    def test_check_shows_every_wrong_outline(self):
        self.path("l.opml", listed(("J", "javascript:alert(1)"),
                                   ("F", "file:///etc/passwd")))
        conf = self.path("w.conf", 'include("*.opml")\n')
        done = command("check", conf)
        self.assertEqual(done.returncode, 2)
        for line in (3, 4):
            self.assertIn("l.opml:%d: error: outline" % line, done.stderr)


class Discover(harness.TestCase):
    """wirewatch discover, and what the daemon says of a page."""

    def setUp(self):
        self.server = self.feed_server()
        self.page = self.server.feed("dir/page")
        self.page.behave = answers(
            200, b"<!DOCTYPE html><html><head><title>News</title>"
            b"<link rel='alternate' type='application/rss+xml' href='../a'"
            b" title='World \xe2\x80\xae\x1b[31mnews'></head>"
            b"<body><a href='/all.rss'>All news</a></body></html>",
            {"Content-Type": "text/html; charset=utf-8"})

    def test_the_feeds_of_a_page_are_listed(self):
        done = command("discover", "--json", self.page.url)
        self.assertEqual(done.returncode, 0, done.stderr)
        first, second = map(json.loads, done.stdout.splitlines())
        self.assertEqual(first["url"], self.server.base + "/a")
        self.assertEqual(first["kind"], "link")
        self.assertEqual(first["type"], "application/rss+xml")
        self.assertEqual(first["title"], "World [31mnews")
        self.assertEqual(second, {
            "url": self.server.base + "/all.rss", "title": "All news",
            "type": None, "kind": "anchor"})
        plain = command("discover", self.page.url)
        self.assertEqual(plain.returncode, 0)
        self.assertIn(self.server.base + "/a  World", plain.stdout)
        self.assertLess(plain.stdout.index("looks like"),
                        plain.stdout.index("/all.rss"))

    def test_a_feed_says_that_it_is_one(self):
        feed = self.server.feed("a", item("1", "A rocket"))
        done = command("discover", feed.url)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("a feed itself", done.stdout)
        self.assertIn(feed.url, done.stdout)
        done = command("discover", "--json", feed.url)
        self.assertEqual(json.loads(done.stdout)["kind"], "self")

    def test_nothing_found_is_a_failure(self):
        none = self.server.feed("none")
        none.behave = answers(200, b"<html><p>no</p></html>")
        gone = self.server.feed("gone")
        gone.behave = answers(404)
        for url in (none.url, gone.url, "ftp://a.example/", "nonsense"):
            done = command("discover", url)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("wirewatch: ", done.stderr)
        self.assertEqual(command("discover").returncode, 2)

    def test_a_redirect_to_another_private_host_is_refused(self):
        canary = self.canary("127.0.0.3")
        away = self.server.feed("away")
        away.behave = answers(302, b"", {
            "Location": "http://127.0.0.3:%d/" % canary.port})
        done = command("discover", away.url,
                       env={"WIREWATCH_CONF": "/nonexistent"})
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(canary.connections, 0)

    def test_the_daemon_names_the_feeds_of_a_page(self):
        daemon = self.daemon()
        daemon.configure(TOPIC, LOG, harness.feed_conf("p", self.page.url))
        daemon.start()
        feed = daemon.wait_feed("p", "html")
        self.assertIn("this is a page; it names these feeds: "
                      + self.server.base + "/a", json.dumps(feed))


class Included(harness.TestCase):
    """An OPML file as a part of a daemon's configuration."""

    def test_a_list_is_watched_and_read_again_at_a_reload(self):
        server = self.feed_server()
        one = server.feed("one", item("1", "A rocket"))
        two = server.feed("two", item("2", "A second rocket"))
        daemon = self.daemon()
        opml = os.path.join(daemon.dir, "feeds.opml")
        write(opml, listed(("Feed one", one.url)))
        daemon.configure(TOPIC, LOG, 'include("*.opml")\n')
        daemon.start()
        daemon.wait_alerts(1)
        self.assertEqual(list(daemon.feeds()), ["feed-one"])
        write(opml, listed(("Feed one", one.url), ("Zwei", two.url)))
        daemon.signal(signal.SIGHUP)
        daemon.wait_event("config.reloaded")
        daemon.wait_alerts(2)
        self.assertEqual(sorted(daemon.feeds()), ["feed-one", "zwei"])
        write(opml, "<html>an error</html>")
        daemon.signal(signal.SIGHUP)
        event = daemon.wait_event("config.rejected")
        self.assertIn("no OPML", json.dumps(event))
        self.assertEqual(sorted(daemon.feeds()), ["feed-one", "zwei"])


if __name__ == "__main__":
    harness.main()
