"""A name server that answers for half of the feeds only.

Questions about the other half go into a black hole. Nothing may wait for them:
neither the loop, which is asked for its status all the while, nor the feeds
whose names are answered. WIREWATCH_DNS_FEEDS sets how many feeds there are;
what was measured is said on stderr.
"""

import os
import socket
import sys
import threading
import time

import harness
from harness import BASE, LOG, TOPIC, feed_conf, wait_until
from servers import HOST, NameServer

FEEDS = int(os.environ.get("WIREWATCH_DNS_FEEDS", "100"))
INTERVAL_S = max(1.0, FEEDS / 100)      # of each feed
ROUNDS = 4                              # polls of each healthy feed
PLACES = max(8, FEEDS * 64 // 1000)     # transfers at a time: fewer than dead
LATE = 5                                # intervals without a poll are too many
STUCK_S = 1                             # a loop that waits for DNS takes longer


class Heartbeat:
    """Asks the daemon for its status, again and again."""

    def __init__(self, subject):
        self._subject = subject
        self._stopping = threading.Event()
        self.times = []
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def _beat(self):
        while not self._stopping.wait(0.01):
            begun = time.monotonic()
            answer = harness.ask(self._subject.socket, "/api/v1/status")
            if answer and not self._stopping.is_set():
                self.times.append(time.monotonic() - begun)

    def stop(self):
        """The longest that an answer took, in seconds, and how many came."""
        self._stopping.set()
        self._thread.join(harness.WAIT_S)
        return max(self.times), len(self.times)


def gaps(times):
    return [b - a for a, b in zip(times, times[1:])]


class Dns(harness.TestCase):

    def setUp(self):
        self.subject = self.daemon()
        self.server = self.feed_server()
        self.server.feed("feed")
        self.polls = {}
        self.server.feeds["/feed"].behave = self.answer

    def answer(self, request, feed):
        with self.server.changed:
            self.polls.setdefault(request.headers["Host"].split(":")[0],
                                  []).append(time.monotonic())
        body = feed.document()
        request.send_response(200)
        request.send_header("Content-Type", "application/rss+xml")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    @staticmethod
    def looks_up(name, family):
        if name.startswith("dead"):
            return NameServer.SILENCE
        return [HOST] if family == socket.AF_INET else []

    def configure(self, names):
        resolver = self.name_server(self.looks_up)
        every = "%ds" % INTERVAL_S
        self.subject.configure(
            'name-servers = {"%s"}\n' % resolver.address, TOPIC, LOG,
            *[feed_conf(n, "http://%s.test:%d/feed" % (n, self.server.port),
                        timeout="30s", stall_timeout="30s") for n in names],
            interval=every,
            base=BASE.replace('max-interval = "1s"',
                              'max-interval = "%s"' % every).replace(
                "\thost-con", "\tconcurrency = %d\n\thost-con" % PLACES))
        return resolver

    def test_a_black_hole_for_half_of_the_names_holds_up_nobody(self):
        good = ["good%d" % i for i in range(FEEDS // 2)]
        dead = ["dead%d" % i for i in range(FEEDS // 2)]
        # dead ones in front and between: who waits, waits for them
        names = [n for pair in zip(dead, good) for n in pair]
        resolver = self.configure(names)
        self.subject.start()
        heartbeat = Heartbeat(self.subject)
        begun = time.monotonic()
        wait_until(
            lambda: all(len(self.polls.get(n + ".test", ())) >= ROUNDS
                        for n in good),
            "%d polls of each healthy feed" % ROUNDS,
            harness.WAIT_S + ROUNDS * LATE * INTERVAL_S)
        took = time.monotonic() - begun
        longest, count = heartbeat.stop()
        feeds = self.subject.feeds()
        first = max(t[0] for t in self.polls.values()) - begun
        widest = max(max(gaps(t)) for t in self.polls.values())
        asked = {n for n, _family in resolver.asked if n.startswith("dead")}
        print("# %d feeds, every %g s, for %.1f s: %d of %d dead names asked "
              "for; a healthy feed first polled after %.2f s, then after "
              "%.2f s at most; the longest of %d answers took %.0f ms"
              % (len(names), INTERVAL_S, took, len(asked), len(dead), first,
                 widest, count, longest * 1000), file=sys.stderr)
        self.assertGreater(len(asked), 0)
        self.assertEqual(
            {feeds[n]["status"] for n in good} - {"ok", "empty", "silent"},
            set())
        self.assertLess(widest, LATE * INTERVAL_S)
        self.assertLess(first, LATE * INTERVAL_S)
        self.assertLess(longest, STUCK_S)

    def test_a_name_without_an_answer_is_told_so(self):
        self.configure(["dead"])
        self.subject.start()
        found = self.subject.wait_feed("dead", "unreachable")
        self.assertIn("dead.test", found["reason"])
        self.assertIn("name servers", found["reason"])


if __name__ == "__main__":
    harness.main()
