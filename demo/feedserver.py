"""Serves the sample wire over HTTP, in the formats and encodings that feeds
really use: RSS 2.0, RSS 1.0 (RDF), Atom, JSON Feed; UTF-8, GB18030, EUC-KR.

What a feed holds follows from the clock alone: the entries whose second has
come. Validators are honoured, so that most polls cost a 304.
"""

import collections
import datetime
import email.utils
import hashlib
import http.server
import json
import threading
import time
from xml.sax.saxutils import escape, quoteattr

import wire

OLD_S = 3 * 86400           # how old the entries of wire.BEFORE are
CONTENT_TYPES = {
    "rss": "application/rss+xml", "rdf": "application/rdf+xml",
    "atom": "application/atom+xml", "json": "application/feed+json",
}

Item = collections.namedtuple("Item", "guid link title summary published")


class Wire:
    """The state of all feeds at a moment."""

    def __init__(self, speed=1.0):
        self.speed = speed
        self._outlets = {outlet.key: outlet for outlet in wire.OUTLETS}
        self._begun = None

    def begin(self):
        self._begun = time.time()

    def second(self):
        """Where in the demonstration we are."""
        return (time.time() - self._begun) * self.speed

    def outlet(self, key):
        return self._outlets.get(key)

    def items(self, key):
        """What the outlet's feed holds now, the newest first."""
        items = {}
        number = 0
        for entry in wire.BEFORE + wire.DAY:
            if entry.outlet != key:
                continue
            number += 1
            if entry.at > self.second():
                continue
            guid = item_guid(key, number, entry)
            published = self._begun + entry.at / self.speed
            if entry in wire.BEFORE:
                published = self._begun - OLD_S + number
            elif guid in items:         # a correction keeps its first time
                published = items[guid].published
            items[guid] = Item(
                guid, "https://%s.example/news/%s" % (key, guid),
                entry.title, entry.summary, published)
        return list(reversed(items.values()))


def item_guid(key, number, entry):
    """Names an entry for good. A correction has the name of the entry that it
    replaces, given as how many of the outlet's new entries came before."""
    if entry.replaces is not None:
        old = sum(before.outlet == key for before in wire.BEFORE)
        number = old + entry.replaces + 1
    return "%s-%03d" % (key, number)


def rfc3339(seconds):
    return datetime.datetime.fromtimestamp(
        seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def render_rss(outlet, items):
    out = ['<rss version="2.0"><channel>',
           "<title>%s</title><link>https://%s.example/</link>" % (
               escape(outlet.title), outlet.key),
           "<description>A made-up outlet</description>",
           "<language>%s</language>" % outlet.lang]
    for item in items:
        out.append(
            "<item><title>%s</title><link>%s</link>"
            '<guid isPermaLink="false">%s</guid>'
            "<description><![CDATA[<p>%s</p>]]></description>"
            "<pubDate>%s</pubDate></item>" % (
                escape(item.title), item.link, item.guid,
                escape(item.summary),
                email.utils.formatdate(item.published)))
    out.append("</channel></rss>")
    return "\n".join(out)


def render_rdf(outlet, items):
    home = "https://%s.example/" % outlet.key
    out = ['<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"',
           ' xmlns:dc="http://purl.org/dc/elements/1.1/"',
           ' xmlns="http://purl.org/rss/1.0/">',
           '<channel rdf:about="%s"><title>%s</title><link>%s</link>' % (
               home, escape(outlet.title), home),
           "<description>A made-up outlet</description>",
           "<dc:language>%s</dc:language><items><rdf:Seq>" % outlet.lang]
    out += ['<rdf:li rdf:resource="%s"/>' % item.link for item in items]
    out.append("</rdf:Seq></items></channel>")
    for item in items:
        out.append(
            '<item rdf:about="%s"><title>%s</title><link>%s</link>'
            "<description>%s</description><dc:date>%s</dc:date></item>" % (
                item.link, escape(item.title), item.link,
                escape(item.summary), rfc3339(item.published)))
    out.append("</rdf:RDF>")
    return "\n".join(out)


def render_atom(outlet, items):
    newest = max(item.published for item in items)
    out = ['<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="%s">'
           % outlet.lang,
           "<id>tag:%s.example,2026:feed</id><title>%s</title>" % (
               outlet.key, escape(outlet.title)),
           "<author><name>%s</name></author>" % escape(outlet.title),
           "<updated>%s</updated>" % rfc3339(newest)]
    for item in items:
        out.append(
            "<entry><id>tag:%s.example,2026:%s</id><title>%s</title>"
            "<link href=%s/><published>%s</published>"
            "<updated>%s</updated><summary>%s</summary></entry>" % (
                outlet.key, item.guid, escape(item.title),
                quoteattr(item.link), rfc3339(item.published),
                rfc3339(item.published), escape(item.summary)))
    out.append("</feed>")
    return "\n".join(out)


def render_json(outlet, items):
    return json.dumps({
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.title,
        "home_page_url": "https://%s.example/" % outlet.key,
        "language": outlet.lang,
        "items": [{
            "id": item.guid, "url": item.link, "title": item.title,
            "content_text": item.summary or item.title,
            "date_published": rfc3339(item.published),
        } for item in items],
    }, ensure_ascii=False)


RENDER = {"rss": render_rss, "rdf": render_rdf, "atom": render_atom,
          "json": render_json}


def document(outlet, items):
    """The feed's bytes, in its own format and encoding."""
    text = RENDER[outlet.format](outlet, items)
    if outlet.format != "json":
        text = '<?xml version="1.0" encoding="%s"?>\n%s\n' % (
            outlet.encoding.upper(), text)
    return text.encode(outlet.encoding, "xmlcharrefreplace")


class FeedServer:
    """The wire on a port of 127.0.0.1, answered from a thread of its own."""

    def __init__(self, sample):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_GET(self):
                outlet = sample.outlet(self.path.strip("/"))
                if outlet is None:
                    self.reply(404, {}, b"")
                    return
                body = document(outlet, sample.items(outlet.key))
                etag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
                headers = {"Content-Type": CONTENT_TYPES[outlet.format],
                           "ETag": etag}
                if self.headers["If-None-Match"] == etag:
                    self.reply(304, headers, b"")
                else:
                    self.reply(200, headers, body)

            def reply(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args):
                """Quiet: the terminal belongs to the alerts."""

        class Server(http.server.ThreadingHTTPServer):
            block_on_close = False

            def handle_error(self, *_args):
                """The daemon may hang up as it likes."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
