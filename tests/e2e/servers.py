"""Servers for the end-to-end tests, all on loopback: feeds that behave as they
are told, a webhook receiver, and canaries that nobody may ever connect to.

A feed or a receiver holds a `behave` function that answers one request; the
functions below make such behaviours. Everything that hangs or drips ends when
its server is closed.
"""

import collections
import email.utils
import gzip
import hashlib
import http.server
import json
import socket
import struct
import threading
import time
from xml.sax.saxutils import escape

import receiver as demo_receiver

HOST = "127.0.0.2"          # the network that the tests' configurations allow
WAIT_S = 30                 # the longest that any wait lasts
DRIP_S = 0.05
CHUNK = 64 * 1024


class Timeout(AssertionError):
    """An awaited state did not come."""


class Server:
    """A threading HTTP server whose requests go to self.answer(request)."""

    def __init__(self, host=HOST, port=0):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = WAIT_S
            server_version = "test"

            def do_GET(self):
                outer._handle(self)

            do_POST = do_GET

            def log_message(self, *_args):
                pass

        class Threading(http.server.ThreadingHTTPServer):
            request_queue_size = 128
            block_on_close = False

            def handle_error(self, *_args):
                """A peer that was killed or hung up is no error here."""

        self.changed = threading.Condition()
        self.stopping = threading.Event()
        self._open = set()
        self._httpd = Threading((host, port), Handler)
        self.host, self.port = self._httpd.server_address[:2]
        self.base = "http://%s:%d" % (self.host, self.port)
        self._thread = threading.Thread(
            target=self._httpd.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.daemon = True
        self._thread.start()

    def _handle(self, request):
        with self.changed:
            if self.stopping.is_set():
                request.close_connection = True
                return
            self._open.add(request.connection)
        try:
            self.answer(request)
        finally:
            with self.changed:
                self._open.discard(request.connection)

    def answer(self, request):
        raise NotImplementedError

    def wait_until(self, claim, what, timeout=WAIT_S):
        """Waits until claim() holds; checked at every change here."""
        deadline = time.monotonic() + timeout
        with self.changed:
            while not claim():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Timeout("not within %g s: %s" % (timeout, what))
                self.changed.wait(min(left, 0.2))

    def close(self):
        """Refuses connections from now on and ends those that are open."""
        self.stopping.set()
        self._httpd.shutdown()
        self._httpd.server_close()
        self._thread.join(WAIT_S)
        with self.changed:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


# Behaviours -----------------------------------------------------------------

def send(request, status, body=b"", headers=()):
    """One whole response; no content type unless the headers name one."""
    request.send_response(status)
    for name, value in dict(headers).items():
        request.send_header(name, value)
    if status != 304 and status >= 200:
        request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    if status != 304:
        request.wfile.write(body)


def answers(status, body=b"", headers=()):
    return lambda request, _owner: send(request, status, body, headers)


def answers_page(title="Just a page"):
    page = "<!DOCTYPE html><html><head><title>%s</title></head>" \
        "<body><h1>%s</h1><p>No feed here.</p></body></html>" % (title, title)
    return answers(200, page.encode(), {"Content-Type": "text/html"})


def answers_xml(text):
    return answers(200, text.encode(), {"Content-Type": "application/xml"})


def redirects(url, status=302):
    return answers(status, b"", {"Location": url})


def hangs(_request, owner):
    """Says nothing until the server is closed."""
    owner.stopping.wait(WAIT_S * 4)
    _request.close_connection = True


def resets(request, _owner):
    """Closes with RST before a byte of the response."""
    request.connection.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()
    request.close_connection = True


def resets_in_response(request, owner):
    """A status line, half a header, RST."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    request.wfile.flush()
    resets(request, owner)


def drips(request, owner):
    """A byte now and then of a body that never ends."""
    request.send_response(200)
    request.send_header("Content-Type", "application/rss+xml")
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    while not owner.stopping.wait(DRIP_S):
        request.wfile.write(b" ")
        request.wfile.flush()
    request.close_connection = True


def truncates(body):
    """Promises the whole body, sends half and hangs up."""
    def behave(request, _owner):
        request.send_response(200)
        request.send_header("Content-Type", "application/rss+xml")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[:len(body) // 2])
        request.close_connection = True
    return behave


def floods(size):
    """A well-formed start, then blanks: `size` bytes without a length."""
    def behave(request, _owner):
        request.send_response(200)
        request.send_header("Content-Type", "application/rss+xml")
        request.send_header("Connection", "close")
        request.end_headers()
        request.wfile.write(b"<rss version='2.0'><channel><title>x</title>")
        for _ in range(size // CHUNK + 1):
            request.wfile.write(b" " * CHUNK)
        request.close_connection = True
    return behave


def gzip_bomb(size):
    """A small response that unpacks to `size` bytes."""
    head = b"<rss version='2.0'><channel><title>x</title>"
    packed = gzip.compress(head + b" " * size, 9)
    return answers(200, packed, {
        "Content-Type": "application/rss+xml", "Content-Encoding": "gzip"})


ENTITY_BOMB = "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'>" + \
    "".join("<!ENTITY %s '%s'>" % (name, ("&%s;" % before) * 10)
            for before, name in zip("abcdefghi", "bcdefghij")) + \
    "]><rss version='2.0'><channel><title>&j;</title>" \
    "<item><title>rocket &j;</title></item></channel></rss>"


def external_entity(url):
    """A feed that wants its reader to fetch a file or an address."""
    return "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY x SYSTEM '%s'>]>" \
        "<rss version='2.0'><channel><title>t</title><item><guid>xxe</guid>" \
        "<title>rocket &x;</title></item></channel></rss>" % url


# Feeds ----------------------------------------------------------------------

def item(guid, title, summary="", published=None, link=None):
    """An entry as the feeds below hold it; published is in epoch seconds."""
    return {
        "guid": guid, "title": title, "summary": summary,
        "published": time.time() if published is None else published,
        "link": link or "https://example.org/%s" % guid,
    }


def rss(title, items):
    """An RSS 2.0 document."""
    out = ['<?xml version="1.0" encoding="UTF-8"?>',
           '<rss version="2.0"><channel><title>%s</title>' % escape(title),
           "<link>https://example.org/</link><description/>"]
    for one in items:
        out.append(
            "<item><guid isPermaLink=\"false\">%s</guid><title>%s</title>"
            "<link>%s</link><description>%s</description>"
            "<pubDate>%s</pubDate></item>" % (
                escape(one["guid"]), escape(one["title"]),
                escape(one["link"]), escape(one["summary"]),
                email.utils.formatdate(one["published"])))
    out.append("</channel></rss>\n")
    return "\n".join(out).encode()


Request = collections.namedtuple("Request", "time headers path status")


class Feed:
    """One path of the feed server: what it holds and who asked for it."""

    def __init__(self, server, name):
        self.server = server
        self.stopping = server.stopping
        self.name = name
        self.path = "/" + name
        self.url = server.base + self.path
        self.behave = serves
        self.has_etag = True
        self.has_last_modified = False
        self.is_gzip = False
        self.modified = int(time.time()) - 3600
        self.items = []
        self.requests = []

    def publish(self, *items):
        """Puts entries at the head, the newest first, as feeds do."""
        with self.server.changed:
            for one in items:
                self.items.insert(0, one)
            self.modified += 1

    def replace(self, guid, **fields):
        with self.server.changed:
            for one in self.items:
                if one["guid"] == guid:
                    one.update(fields)
            self.modified += 1

    def document(self):
        with self.server.changed:
            return rss("Feed " + self.name, self.items)

    def statuses(self):
        with self.server.changed:
            return [request.status for request in self.requests]

    def wait_requests(self, count, what="requests", timeout=WAIT_S):
        self.server.wait_until(
            lambda: len(self.requests) >= count,
            "%d %s of %s" % (count, what, self.path), timeout)

    def wait_status(self, status, timeout=WAIT_S):
        """Waits until some request has been answered with this status."""
        self.server.wait_until(
            lambda: any(r.status == status for r in self.requests),
            "%s answers %d" % (self.path, status), timeout)

    def wait_polls(self, more=2, timeout=WAIT_S):
        """Waits for as many further requests: the last but one is done."""
        with self.server.changed:
            count = len(self.requests) + more
        self.wait_requests(count, timeout=timeout)


def serves(request, feed):
    """The feed's document, honouring validators."""
    body = feed.document()
    etag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
    modified = email.utils.formatdate(feed.modified, usegmt=True)
    headers = {"Content-Type": "application/rss+xml"}
    if feed.has_etag:
        headers["ETag"] = etag
    if feed.has_last_modified:
        headers["Last-Modified"] = modified
    asked = request.headers
    if feed.has_etag and asked["If-None-Match"] == etag or \
            feed.has_last_modified and asked["If-Modified-Since"] == modified:
        send(request, 304, headers=headers)
        return
    if feed.is_gzip and "gzip" in (asked["Accept-Encoding"] or ""):
        body = gzip.compress(body)
        headers["Content-Encoding"] = "gzip"
    send(request, 200, body, headers)


class FeedServer(Server):
    """Feeds by name; what is not a feed is 404."""

    def __init__(self, host=HOST, port=0):
        self.feeds = {}
        super().__init__(host, port)

    def feed(self, name, *items):
        feed = Feed(self, name)
        feed.items = list(items)
        with self.changed:
            self.feeds[feed.path] = feed
        return feed

    def answer(self, request):
        feed = self.feeds.get(request.path.split("?")[0])
        if feed is None:
            send(request, 404)
            return
        sent = []
        original = request.send_response
        request.send_response = lambda code, *a: (
            sent.append(code), original(code, *a))
        try:
            feed.behave(request, feed)
        finally:
            with self.changed:
                feed.requests.append(Request(
                    time.monotonic(), dict(request.headers.items()),
                    request.path, sent[0] if sent else 0))
                self.changed.notify_all()


# Webhooks -------------------------------------------------------------------

Attempt = collections.namedtuple(
    "Attempt", "time id timestamp headers body event verified status")


class Receiver(Server):
    """A webhook's receiver. `script` is used up first, then `behave`."""

    def __init__(self, secrets, host=HOST, port=0):
        self.secrets = list(secrets)
        self.behave = answers(204)
        self.script = []
        self.attempts = []
        super().__init__(host, port)
        self.url = self.base + "/hook"

    def answer(self, request):
        length = int(request.headers["Content-Length"] or 0)
        body = request.rfile.read(length)
        with self.changed:
            behave = self.script.pop(0) if self.script else self.behave
        # first on record: an answer may never come
        number = self._record(request, body)
        status = self._behave(behave, request)
        with self.changed:
            self.attempts[number] = self.attempts[number]._replace(
                status=status)
            self.changed.notify_all()

    def _behave(self, behave, request):
        sent = []
        original = request.send_response
        request.send_response = lambda code, *a: (
            sent.append(code), original(code, *a))
        try:
            behave(request, self)
        except OSError:
            return 0
        return sent[0] if sent else 0

    def _record(self, request, body):
        """Its number among the attempts; its status is 0 until answered."""
        headers = request.headers
        try:
            event = json.loads(body)
        except ValueError:
            event = None
        verified = [demo_receiver.is_signed(
            secret, headers["webhook-id"], headers["webhook-timestamp"],
            body, headers["webhook-signature"]) for secret in self.secrets]
        with self.changed:
            self.attempts.append(Attempt(
                time.monotonic(), headers["webhook-id"],
                headers["webhook-timestamp"], dict(headers.items()), body,
                event, verified, 0))
            self.changed.notify_all()
            return len(self.attempts) - 1

    def accepted(self):
        """The attempts that were answered with 2xx, by webhook-id."""
        with self.changed:
            taken = {}
            for attempt in self.attempts:
                if 200 <= attempt.status < 300:
                    taken.setdefault(attempt.id, []).append(attempt)
            return taken

    def wait_attempts(self, count, timeout=WAIT_S):
        self.wait_until(lambda: len(self.attempts) >= count,
                        "%d webhook attempts" % count, timeout)

    def wait_accepted(self, count, timeout=WAIT_S):
        self.wait_until(lambda: len(self.accepted()) >= count,
                        "%d webhook deliveries" % count, timeout)


class Canary:
    """Listens and counts; a connection here is a breach of the policy."""

    def __init__(self, host, port=0):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family)
        self.host, self.port = self._socket.getsockname()[:2]
        self.base = "http://%s:%d" % (
            "[%s]" % host if ":" in host else host, self.port)
        self.connections = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                connection, _peer = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(WAIT_S)


# Names ----------------------------------------------------------------------

TYPE_A = 1
TYPE_AAAA = 28


class NameServer:
    """A name server on loopback that answers as it is told.

    `answer(name, family)` gives a list of addresses of that family, an empty
    one for a name without any; None for a name that does not exist; SILENCE
    for no answer at all. What was asked is in `asked`, in order.
    """

    SILENCE = object()

    def __init__(self, answer, host="127.0.0.1"):
        self._answer = answer
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.settimeout(0.1)
        self.address = "%s:%d" % self._socket.getsockname()
        self.asked = []
        self._closed = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def count(self, name):
        """How often a name was asked for its IPv4 addresses."""
        return sum(asked == (name, socket.AF_INET)
                   for asked in list(self.asked))

    def _serve(self):
        while not self._closed:
            try:
                question, peer = self._socket.recvfrom(4096)
                reply = self._reply(question)
                if reply:
                    self._socket.sendto(reply, peer)
            except (TimeoutError, struct.error, IndexError):
                continue
            except OSError:
                return

    def _reply(self, question):
        """RFC 1035 section 4: header, the question, an answer for each."""
        name, end = self._name(question)
        kind = struct.unpack_from(">H", question, end)[0]
        family = {TYPE_A: socket.AF_INET, TYPE_AAAA: socket.AF_INET6}.get(kind)
        self.asked.append((name, family))
        found = self._answer(name, family) if family else []
        if found is self.SILENCE:
            return None
        records = b"".join(self._record(kind, family, a) for a in found or [])
        flags = 0x8180 | (3 if found is None else 0)
        return question[:2] + struct.pack(
            ">HHHHH", flags, 1, len(found or []), 0, 0) + \
            question[12:end + 4] + records

    @staticmethod
    def _name(question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]])
            at += question[at] + 1
        return b".".join(labels).decode("ascii", "replace").lower(), at + 1

    @staticmethod
    def _record(kind, family, address):
        """Of the name in the question, with a TTL of 0."""
        data = socket.inet_pton(family, address)
        return struct.pack(">HHHIH", 0xc00c, kind, 1, 0, len(data)) + data

    def close(self):
        self._closed = True
        self._thread.join(WAIT_S)
        self._socket.close()
