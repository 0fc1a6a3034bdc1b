"""No feed and no redirect leads to an address that is not public.

A canary listens at one port of several loopback addresses: whatever spelling
reaches one of them is a breach. 127.0.0.2 alone is allowed; it plays the part
of the public network.
"""

import socket

import harness
from harness import LOG, TOPIC, Timeout, feed_conf, wait_until
from servers import HOST, FeedServer, item, redirects

PRIVATE = "allow-private"       # what the reason names when the policy says no

# How 127.0.0.1 is written: to inet_aton(), to a browser, to a resolver.
LOOPBACK = """
127.0.0.1 127.0.0.1. 127.0.0.3 127.1 127.0.1 127.1.2.3 127.255.255.254
2130706433 0x7f000001 0x7F.1 0x7f.0x0.0x0.0x1 017700000001 0177.0.0.1
0177.0.0.01 00000177.0.0.1 0x7f.0.1 127.0x0.0.01
0 0.0.0.0 0x0 0.0 00000000000
%31%32%37.0.0.1 127%2e0%2e0%2e1 %30x7f.1 %32130706433
\uff11\uff12\uff17.\uff10.\uff10.\uff11 \u2460\u2461\u2466.\u24ea.\u24ea.\u2460
127\u30020\u30020\u30021 127\uff0e0\uff0e0\uff0e1 127\uff610\uff610\uff611
\u0661\u0662\u0667.0.0.1
localhost LOCALHOST localhost. a.localhost localhost.localdomain
\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54
lo\u00adcalhost \u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3
[::1] [::] [0:0:0:0:0:0:0:1] [0000::0001] [::0.0.0.1] [::ffff:127.0.0.1]
[::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] [::127.0.0.1] [::7f00:1]
[::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1]
[2002:7f00:1::] [2002:7f00:0001::1] [2001:0:7f00:1::] [2001::80ff:fffe]
[::1%25lo] [::1%lo] [fe80::1%25lo] [::ffff:0.0.0.0]
""".split()

# Where else nothing may go. Nobody listens there, and nobody is asked.
ELSEWHERE = """
10.0.0.1 10.1 167772161 172.16.0.1 172.31.255.255 192.168.1.1 0xc0a80101
100.64.0.1 198.18.0.1 192.0.2.1 192.88.99.1 224.0.0.1 240.0.0.1 255.255.255.255
169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 169.254.43518
[::ffff:a9fe:a9fe] [64:ff9b::169.254.169.254] [2002:a9fe:a9fe::]
169.254.170.2 100.100.100.200 168.63.129.16 192.0.0.192
[fd00:ec2::254] [fd20:ce::254] [fe80::1] [fc00::1] [fd00::1] [fec0::1]
[ff02::1] [100::1] [2001:db8::1] [5f00::1]
""".split()

# Names, and what they are said to be.
NAMES = {
    "loop.test": ["127.0.0.1"], "third.test": ["127.0.0.3"],
    "any.test": ["0.0.0.0"], "private.test": ["10.0.0.1"],
    "meta.test": ["169.254.169.254"], "six.test": ["::1"],
    "mapped.test": ["::ffff:127.0.0.1"], "local.test": ["fe80::1"],
    "unique.test": ["fd00::1"], "nat64.test": ["64:ff9b::7f00:1"],
    "both.test": ["127.0.0.1", "::1"],
    "many.test": ["10.0.0.1", "127.0.0.3", "169.254.169.254", "::"],
    "127.0.0.1.wild.test": ["127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "xn--lo-jia.test": ["127.0.0.1"], "under_score.test": ["127.0.0.1"],
}

# Whole authorities, which parsers take apart in different ways.
TWOFOLD = """
user@127.0.0.1:%(port)d user:word@127.0.0.1:%(port)d
127.0.0.2@127.0.0.1:%(port)d 127.0.0.2:80@127.0.0.1:%(port)d
127.0.0.2%%40127.0.0.1:%(port)d @127.0.0.1:%(port)d
127.0.0.2:%(port)d@loop.test:%(port)d
""".split()
CONFUSED = r"""
127.0.0.1:%(port)d\@127.0.0.2 127.0.0.1:%(port)d\.127.0.0.2
127.0.0.2:%(port)d\@127.0.0.1:%(port)d
127.0.0.1:%(port)d%%23@127.0.0.2 127.0.0.1:%(port)d%%2f@127.0.0.2
127.0.0.1:%(port)d%%00.example.test
""".split()


def looks_up(name, family):
    """The answer of the tests' name server."""
    if name not in NAMES:
        return None
    return [a for a in NAMES[name]
            if (":" in a) == (family == socket.AF_INET6)]


def as_header(url):
    """Servers send UTF-8 as it stands; http.server wants Latin-1."""
    return url.encode().decode("latin-1")


class Ssrf(harness.TestCase):

    def setUp(self):
        self.subject = self.daemon()
        self.canaries = [self.canary("127.0.0.1")]
        self.port = self.canaries[0].port
        for host in ("127.0.0.3", "127.1.2.3", "127.255.255.254", "::1"):
            try:
                self.canaries.append(self.canary(host, self.port))
            except OSError:
                continue            # no IPv6 here, or the port is in use
        self.names = self.name_server(looks_up)

    def feed_server_at(self, port):
        server = FeedServer(HOST, port)
        self.addCleanup(server.close)
        return server

    def configure(self, feeds, resolver=None):
        self.subject.configure(
            'name-servers = {"%s"}\n' % (resolver or self.names).address,
            TOPIC, LOG,
            *[feed_conf(n, u.replace("\\", "\\\\").replace("%", "%%"))
              for n, u in feeds.items()], interval="1s")

    def hosts(self):
        return [*LOOPBACK, *ELSEWHERE, *NAMES]

    def urls(self, authorities):
        return ["http://%s/" % (a % {"port": self.port}) for a in authorities]

    def wait_refused(self, feeds):
        """Waits until all of these have failed; gives them by name."""
        found = {}

        def all_failed():
            found.update(self.subject.feeds())
            return all(found[n]["status"] != "new" for n in feeds)
        try:
            wait_until(all_failed, "")
        except Timeout:
            self.fail("not polled: %s" % [
                feeds[n] for n in feeds if found[n]["status"] == "new"])
        return found

    def check_refused(self, feeds, words):
        """Each has failed with a reason that names the policy, or words."""
        found = self.wait_refused(feeds)
        for name, url in feeds.items():
            reason = found[name]["reason"]
            with self.subTest(url):
                self.assertEqual(found[name]["status"], "unreachable", reason)
                self.assertTrue(
                    any(word in reason for word in (PRIVATE, *words)), reason)
        self.check_canaries()

    def check_canaries(self):
        self.assertEqual([c.connections for c in self.canaries],
                         [0] * len(self.canaries))

    def test_no_spelling_of_a_private_address_is_connected_to(self):
        urls = ["http://%s:%d/" % (h, self.port) for h in self.hosts()]
        urls += ["https://127.0.0.1:%d/" % self.port,
                 "HTTP://localhost:%d/" % self.port,
                 "http://loop.test.:%d/" % self.port]
        self.assertGreaterEqual(len(urls), 40)
        feeds = {"f%d" % i: url for i, url in enumerate(urls)}
        self.configure(feeds)
        self.subject.start()
        # some are no name at all, and some no server knows
        self.check_refused(feeds, ("bad host name", "bad URL",
                                   "does not exist", "no valid host name"))

    def test_no_redirect_leads_to_a_private_address(self):
        server = self.feed_server()
        urls = ["http://%s:%d/" % (h, self.port) for h in self.hosts()]
        urls += ["https://127.0.0.1:%d/" % self.port,
                 "//127.0.0.1:%d/" % self.port,
                 "\\\\127.0.0.1:%d/" % self.port,
                 "http:\\\\127.0.0.1:%d/" % self.port,
                 "http:127.0.0.1:%d/" % self.port,
                 "http:///127.0.0.1:%d/" % self.port,
                 " http://127.0.0.1:%d/" % self.port,
                 "http://127.0.0.1\t:%d/" % self.port,
                 *self.urls(TWOFOLD), *self.urls(CONFUSED)]
        feeds, targets = {}, {}
        for i, url in enumerate(urls):
            feed = server.feed("r%d" % i)
            feed.behave = redirects(
                as_header(url), (301, 302, 303, 307, 308)[i % 5])
            feeds[feed.name] = feed.url
            targets[feed.name] = url
        # and behind a hop that is allowed
        hop, last = server.feed("hop"), server.feed("last")
        hop.behave = redirects(last.url, 301)
        last.behave = redirects("http://loop.test:%d/" % self.port, 301)
        feeds["hop"] = hop.url
        self.configure(feeds)
        self.subject.start()
        found = self.wait_refused(feeds)
        for name, url in {**targets, "hop": "loop.test"}.items():
            with self.subTest(url):
                self.assertNotIn(found[name]["status"], ("ok", "new"))
                self.assertTrue(found[name]["reason"])
        self.check_canaries()

    def test_what_is_twofold_is_no_feed(self):
        for url in self.urls(TWOFOLD + CONFUSED):
            with self.subTest(url):
                self.configure({"f": url})
                check = harness.command("check", self.subject.conf)
                if check.returncode != 0:
                    self.assertIn("url", check.stdout + check.stderr)
                    continue
                self.subject.start()
                self.check_refused({"f": url}, ("bad host name", "bad URL",
                                                "no valid host name"))
                self.assertEqual(self.subject.stop(), 0)

    def test_a_name_that_moves_inwards_is_not_followed(self):
        """DNS rebinding: public when it is looked at, loopback later."""
        public = {"rebind.test": 1, "flip.test": 1}

        def answer(name, family):
            if name not in public:
                return None
            if family == socket.AF_INET6:
                return [] if self.names.count(name) <= 1 else ["::1"]
            asked = self.names.count(name)
            if name == "flip.test":
                return [HOST, "127.0.0.1"][(asked - 1) % 2:][:1]
            return [HOST if asked <= public[name] else "127.0.0.1"]

        self.names = self.name_server(answer)
        server = self.feed_server_at(self.port)
        server.feed("feed", item("1", "A rocket"))
        via = server.feed("via")
        via.behave = redirects("http://flip.test:%d/feed" % self.port)
        self.configure({
            "rebind": "http://rebind.test:%d/feed" % self.port,
            "via": via.url})
        self.subject.start()
        self.subject.wait_feed("rebind", "ok")
        found = self.subject.wait_feed("rebind", "unreachable")
        self.assertIn("rebind.test is at ", found["reason"])
        self.assertIn("loopback", found["reason"])
        wait_until(lambda: self.names.count("flip.test") >= 2,
                   "flip.test is asked for again")
        self.subject.wait_feed("via", "unreachable")
        self.check_canaries()

    def test_a_dead_public_address_does_not_lead_to_its_private_sister(self):
        """Both are in one answer; only the canary listens at this port."""
        self.names = self.name_server(
            lambda name, family: [HOST, "127.0.0.1", "127.0.0.3"]
            if family == socket.AF_INET else ["::1", "::ffff:127.0.0.1"])
        self.configure({"f": "http://sister.test:%d/" % self.port})
        self.subject.start()
        found = self.subject.wait_feed("f", "unreachable")
        self.assertTrue(found["reason"])
        self.check_canaries()


if __name__ == "__main__":
    harness.main()
