"""Sources that are no feeds: pages read by expressions, and sitemaps."""

import gzip
import signal
import time

import harness
from harness import LOG, TOPIC, feed_conf
from servers import send

NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def serves_bytes(make, content_type):
    """Answers with what make(items) gives, whole at each poll."""
    def behave(request, feed):
        with feed.server.changed:
            body = make(feed.items)
        send(request, 200, body, {"Content-Type": content_type})
    return behave


def board(items):
    """A ministry's list in EUC-KR; an entry is (number, title)."""
    rows = "".join(
        '<tr><td>%d</td><td class="subject"><a href="view.do?no=%d">%s</a>'
        "</td><td>%s</td></tr>" % (
            number, number, title,
            time.strftime("%Y.%m.%d", time.gmtime(time.time() + 9 * 3600)))
        for number, title in items)
    return ('<html lang="ko"><head><meta http-equiv="Content-Type" '
            'content="text/html; charset=euc-kr"><title>Press</title></head>'
            '<body><table class="board"><tr><th>No.</th><th>Title</th></tr>%s'
            "</table></body></html>" % rows).encode("euc-kr")


def sitemap(items):
    entries = "".join(
        "<url><loc>https://example.org/%d</loc><n:news><n:publication>"
        "<n:name>Desk</n:name><n:language>en</n:language></n:publication>"
        "<n:publication_date>%s</n:publication_date><n:title>%s</n:title>"
        "</n:news></url>" % (
            number, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), title)
        for number, title in items)
    return ('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            'xmlns:n="%s">%s</urlset>' % (NEWS, entries)).encode()


class Sources(harness.TestCase):

    def setUp(self):
        self.server = self.feed_server()

    def page(self, *items):
        feed = self.server.feed("board", *items)
        feed.behave = serves_bytes(board, "text/html")
        return feed

    def watch(self, feed, **options):
        daemon = self.daemon()
        daemon.configure(
            TOPIC, LOG, feed_conf(feed.name, feed.url, **options))
        return daemon.start()

    def watch_page(self, feed, item="//table[@class='board']//tr"):
        return self.watch(
            feed, html_item=item, html_title="td[@class='subject']",
            html_date="td[3]", html_timezone="+09:00")

    def test_a_page_is_polled_and_alerts_once_for_each_new_entry(self):
        feed = self.page((1, "북한 rocket 발사"), (2, "행사 안내"))
        daemon = self.watch_page(feed)
        daemon.wait_alerts(1)
        feed.wait_polls(3)
        feed.publish((3, "또 다른 rocket"))
        alerts = daemon.wait_alerts(2)
        feed.wait_polls(3)
        self.assertEqual(
            daemon.titles(), ["북한 rocket 발사", "또 다른 rocket"])
        item = alerts[1]["data"]["item"]
        self.assertEqual(item["url"], self.server.base + "/view.do?no=3")
        self.assertEqual(item["lang"], "ko")
        self.assertEqual(item["date_quality"], "ok")
        daemon.wait_feed("board", "ok")

    def test_a_page_on_which_nothing_is_found_is_told_with_its_expression(self):
        feed = self.page((1, "A rocket"))
        daemon = self.watch_page(feed, item="//ul[@id='news']/li")
        state = daemon.wait_feed("board", "empty")
        self.assertIn("html-item finds nothing on the page \"Press\": "
                      "//ul[@id='news']/li", state["reason"])
        self.assertEqual(daemon.alerts(), [])

    def test_another_expression_reads_the_same_page_anew(self):
        feed = self.page((1, "A rocket"))
        daemon = self.watch_page(feed, item="//ul/li")
        daemon.wait_feed("board", "empty")
        feed.wait_polls(2)
        daemon.configure(TOPIC, LOG, feed_conf(
            feed.name, feed.url, html_item="//tr", html_title="td[2]",
            html_date="td[3]", html_timezone="+09:00"))
        daemon.signal(signal.SIGHUP)
        daemon.wait_alerts(1)
        daemon.wait_feed("board", "ok")

    def test_expressions_are_tried_by_the_command(self):
        feed = self.page((7, "A rocket"))
        daemon = self.daemon()
        daemon.configure(TOPIC, LOG, feed_conf(
            feed.name, feed.url, html_item="//tr",
            html_title="td[@class='subject']"))
        config = daemon.conf
        as_feed = harness.command(
            "parse", "--json", "-c", config, "--feed", "board")
        tried = harness.command(
            "parse", "--json", "--html-item", "//tr", "--html-title",
            "td[@class='subject']", feed.url)
        self.assertEqual((as_feed.returncode, as_feed.stderr), (0, ""))
        self.assertIn('"title":"A rocket"', as_feed.stdout)
        self.assertEqual(tried.stdout, as_feed.stdout)
        for arguments, words in (
                (("-c", config, "--feed", "none"), 'no feed "none"'),
                (("--html-item", "//tr", feed.url), "both --html-item and"),
                (("--html-item", "//tr[", feed.url), "--html-item: not an X"),
                (("--html-item", "1", feed.url), "expression for elements"),
                (("--html-timezone", "x", feed.url), "hours and minutes"),
                (("--feed", "a", "--html-item", "//b"), "exclude each")):
            wrong = harness.command("parse", *arguments)
            self.assertEqual(wrong.returncode, 2, arguments)
            self.assertIn(words, wrong.stderr)

    def test_a_news_sitemap_alerts_once_for_each_new_entry(self):
        feed = self.server.feed("map", (1, "A rocket"), (2, "Quiet"))
        feed.behave = serves_bytes(
            lambda items: gzip.compress(sitemap(items)), "application/gzip")
        daemon = self.watch(feed)
        daemon.wait_alerts(1)
        feed.publish((3, "Another rocket"))
        alerts = daemon.wait_alerts(2)
        feed.wait_polls(3)
        self.assertEqual(daemon.titles(), ["A rocket", "Another rocket"])
        self.assertEqual(alerts[1]["data"]["item"]["url"],
                         "https://example.org/3")

    def test_an_index_of_sitemaps_names_those_to_subscribe_to(self):
        feed = self.server.feed("index", (1, "x"))
        feed.behave = serves_bytes(
            lambda items: b"<sitemapindex><sitemap><loc>/news.xml</loc>"
            b"</sitemap></sitemapindex>", "application/xml")
        daemon = self.watch(feed)
        state = daemon.wait_feed("index", "broken")
        self.assertIn("the newest are: %s/news.xml" % self.server.base,
                      state["reason"])


if __name__ == "__main__":
    harness.main()
