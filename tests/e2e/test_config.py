"""Bad configurations: every error with its place, exit 2, nothing started."""

import os

import harness
from harness import daemon_once, write

GOOD = """\
state-dir = "%(dir)s/state"
socket = "%(dir)s/sock"
topic "t" { query = "rocket" }
log "a" { path = "%(dir)s/log/a.jsonl" }
feed "f" { url = "http://127.0.0.2:9/feed" }
"""
# What is wrong, the line that is added as line 6, what the message must name.
BAD = [
    ("an unknown key", 'colour = "red"', "colour"),
    ("an unknown key in a section", 'feed "g" { url = "http://x.example/" '
     'colour = "red" }', "colour"),
    ("a wrong type", 'fetch { concurrency = "many" }', "concurrency"),
    ("a bad duration", 'fetch { timeout = "soon" }', "timeout"),
    ("a bad size", 'min-free = "64 bananas"', "min-free"),
    ("a missing include", 'include("gone.conf")', "gone.conf"),
    ("a missing secret", 'webhook "w" { url = "https://x.example/" '
     'secret-file = {"%(dir)s/gone"} }', "gone"),
    ("a topic that stands twice", 'topic "t" { query = "missile" }', '"t"'),
    ("a feed that stands twice", 'feed "f" { url = "http://x.example/" }',
     '"f"'),
    ("a sink that does not exist", 'topic "u" { query = "a" sinks = {"none"} }',
     "none"),
    ("a bad URL", 'feed "g" { url = "http//x.example" }', "http//x.example"),
    ("a forbidden scheme", 'feed "g" { url = "file:///etc/passwd" }', "file"),
    ("a feed without a URL", 'feed "g" { lang = "en" }', "url"),
    ("a bad query", 'topic "u" { query = "a AND b OR c" }', "OR"),
    ("an empty query", 'topic "u" { query = "" }', "query"),
    ("an unknown set", 'topic "u" { query = "@none" }', "none"),
    ("an unknown severity", 'topic "u" { query = "a" severity = "dire" }',
     "dire"),
    ("an unknown role", 'feed "g" { url = "http://x.example/" role = "guru" }',
     "guru"),
    ("a bad network", 'fetch { allow-private = {"10.0.0.0/99"} }', "10.0.0.0"),
    ("a section without an end", 'topic "u" { query = "a"', ""),
    ("a string without an end", 'node = "desk', ""),
]


class Config(harness.TestCase):

    def setUp(self):
        self.dir = self.directory()
        self.conf = os.path.join(self.dir, "wirewatch.conf")

    def refuse(self, text, *names):
        """-t and a start both refuse it, and nothing is left behind."""
        write(self.conf, text % {"dir": self.dir})
        found = []
        for options in (["-t"], []):
            done = daemon_once(*options, "-c", self.conf)
            self.assertEqual(done.returncode, 2, done.stderr)
            for name in names:
                self.assertIn(name, done.stderr)
            found.append(done.stderr)
        self.assertEqual(found[0], found[1])
        for path in ("state", "sock", "log"):
            self.assertFalse(os.path.exists(os.path.join(self.dir, path)), path)
        return found[0]

    def test_a_good_configuration_is_good(self):
        write(self.conf, GOOD % {"dir": self.dir})
        done = daemon_once("-t", "-c", self.conf)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.dir, "state")))

    def test_each_bad_input_is_a_located_error(self):
        for what, line, name in BAD:
            with self.subTest(what):
                self.refuse(GOOD + line + "\n", "wirewatch.conf:6", name)

    def test_all_errors_are_shown_at_once(self):
        lines = "\n".join(line for what, line, _name in BAD
                          if what in ("a bad URL", "a bad query",
                                      "an unknown role", "a bad duration"))
        text = self.refuse(GOOD + lines + "\n")
        for number in range(6, 10):
            self.assertIn("wirewatch.conf:%d:" % number, text)

    def test_an_error_in_an_included_file_names_that_file(self):
        write(os.path.join(self.dir, "topics.d", "two.conf"),
              '\ntopic "u" { query = "a OR" }\n')
        text = self.refuse(GOOD + 'include("topics.d/*.conf")\n')
        self.assertIn("two.conf:2:", text)
        self.assertIn("^", text)

    def test_every_prefix_that_is_cut_in_a_section_is_refused(self):
        whole = (GOOD + 'set "s" {\n\ten = {"a"}\n}\n') % {"dir": self.dir}
        for cut in range(whole.index("topic") + 7, len(whole) - 2, 7):
            text = whole[:cut]
            if text.count("{") == text.count("}"):
                continue
            with self.subTest(cut=cut):
                write(self.conf, text)
                done = daemon_once("-t", "-c", self.conf)
                self.assertEqual(done.returncode, 2, text[-40:])

    def test_a_secret_that_others_can_read_is_refused(self):
        secret = os.path.join(self.dir, "secret")
        write(secret, harness.SECRET + "\n", 0o644)
        text = self.refuse(
            GOOD + 'webhook "w" { url = "https://x.example/" '
            'secret-file = {"%(dir)s/secret"} }\n', "wirewatch.conf:6", secret)
        self.assertNotIn(harness.SECRET[6:], text)

    def test_a_bad_secret_is_refused_and_not_repeated(self):
        secret = os.path.join(self.dir, "secret")
        write(secret, "whsec_dG9vc2hvcnQ=\n", 0o600)
        text = self.refuse(
            GOOD + 'webhook "w" { url = "https://x.example/" '
            'secret-file = {"%(dir)s/secret"} }\n', "wirewatch.conf:6")
        self.assertNotIn("dG9vc2hvcnQ", text)

    def test_a_secret_in_place_of_its_file_is_not_repeated(self):
        text = self.refuse(
            GOOD + 'webhook "w" { url = "https://x.example/" '
            'secret-file = {"%s"} }\n' % harness.SECRET, "wirewatch.conf:6")
        self.assertNotIn(harness.SECRET[6:], text)

    def test_a_bad_url_that_may_hold_a_secret_is_not_repeated(self):
        for section, url in (
                ("feed", "http://user:s3cret@[bad/"),
                ("feed", "https://x.example:port/?key=s3cret"),
                ("webhook", "hxxps://hooks/s3cret"),
                ("webhook", "https://[hooks/s3cret")):
            with self.subTest(url):
                text = self.refuse(
                    GOOD + '%s "w" { url = "%s" }\n' % (section, url),
                    "wirewatch.conf:6", "url: bad URL")
                self.assertNotIn("s3cret", text)

    def test_a_missing_configuration_is_refused(self):
        done = daemon_once("-c", os.path.join(self.dir, "none.conf"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("none.conf", done.stderr)

    def test_a_directory_is_no_configuration(self):
        done = daemon_once("-c", self.dir)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    harness.main()
