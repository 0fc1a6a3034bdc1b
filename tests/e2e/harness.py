"""The daemon under test, in its own directory, and the test case that owns it.

Every test drives real processes: a Daemon writes its configuration, starts
`wirewatchd`, and is asked and awaited through what an operator has: its log,
its Unix socket, its messages, its exit status. Waits end at the awaited state
or fail at a deadline; nothing is left running when a test ends.
"""

import atexit
import faulthandler
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SRCDIR = os.path.abspath(os.environ.get("WIREWATCH_SRCDIR", "."))
BUILDDIR = os.path.abspath(os.environ.get("WIREWATCH_BUILDDIR", "."))
sys.path.insert(0, os.path.join(SRCDIR, "demo"))

from servers import (  # noqa: E402 (needs the path above)
    WAIT_S, Canary, FeedServer, NameServer, Receiver, Timeout)

DAEMON = os.path.join(BUILDDIR, "wirewatchd")
COMMAND = os.path.join(BUILDDIR, "wirewatch")
PROGRAM_S = 300             # a test program that lasts longer is stuck
STOP_S = 15                 # SIGTERM promises 10 s, a slow machine may add
TICK_S = 0.02               # between looks at a state
SECRET = "whsec_d2lyZXdhdGNoLWVuZC10by1lbmQtdGVzdHMtMDAwMDE="
OTHER_SECRET = "whsec_d2lyZXdhdGNoLWVuZC10by1lbmQtdGVzdHMtMDAwMDI="

BASE = """\
node = "test"
state-dir = "%(dir)s/state"
socket = "%(dir)s/sock"
min-free = "1"
fetch {
	interval = "%(interval)s"
	min-interval = "%(interval)s"
	max-interval = "1s"
	host-concurrency = 16
	host-spacing = "0s"
	connect-timeout = "2s"
	timeout = "5s"
	stall-timeout = "2s"
	allow-private = {"127.0.0.2/32"}
}
"""
TOPIC = """\
topic "rocket" {
	title = "Rockets"
	severity = "high"
	query = "rocket"
}
"""
LOG = """\
log "alerts" { path = "%(dir)s/log/alerts.jsonl" }
"""


_children = []              # every daemon started here, for the worst case


def end_children():
    """However the tests end, no daemon outlives them."""
    for process in _children:
        if process.poll() is None:
            process.kill()
            process.wait()


def give_up():
    """The tests are stuck: shows where, and ends everything."""
    faulthandler.dump_traceback()
    end_children()
    os._exit(1)


def wait_until(claim, what, timeout=WAIT_S):
    """Waits until claim() gives something true, and returns that."""
    deadline = time.monotonic() + timeout
    while True:
        found = claim()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Timeout("not within %g s: %s" % (timeout, what))
        time.sleep(TICK_S)


def write(path, text, mode=None):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    if mode is not None:
        os.chmod(path, mode)


def unmarked(text):
    """Readable alerts without the marks around matched words."""
    return text.replace("\u00ab", "").replace("\u00bb", "")


def read_events(path):
    """The whole lines of an alert log, parsed."""
    try:
        with open(path, "rb") as file:
            text = file.read()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text.split(b"\n")[:-1]]


def command(*args, stdin=None, timeout=WAIT_S, env=None):
    """Runs `wirewatch`; the finished process with text output."""
    return run([COMMAND, *args], stdin, timeout, env)


def daemon_once(*args, timeout=WAIT_S, env=None):
    """Runs a `wirewatchd` that is expected to end by itself."""
    return run([DAEMON, *args], None, timeout, env)


def run(argv, stdin=None, timeout=WAIT_S, env=None):
    return subprocess.run(
        argv, input=stdin, stdin=None if stdin is not None
        else subprocess.DEVNULL, capture_output=True, text=True,
        encoding="utf-8", timeout=timeout, check=False,
        env=dict(os.environ, **(env or {})))


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path, timeout=5):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def ask(socket_path, path):
    """GET over the socket: (status, body), or None while nobody answers."""
    connection = UnixConnection(socket_path)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class Notify:
    """A service manager's end of NOTIFY_SOCKET."""

    def __init__(self, path):
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        self._socket.settimeout(0.2)
        self.messages = []
        self.closed = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        while not self.closed.is_set():
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                continue
            for line in data.decode().split("\n"):
                if line:
                    self.messages.append((time.monotonic(), line))

    def lines(self):
        return [line for _time, line in list(self.messages)]

    def wait(self, start, count=1, timeout=WAIT_S):
        wait_until(
            lambda: sum(l.startswith(start) for l in self.lines()) >= count,
            "%d times %s to the service manager" % (count, start), timeout)

    def close(self):
        self.closed.set()
        self._thread.join(WAIT_S)
        self._socket.close()


class Daemon:
    """One state directory and the daemon that works on it."""

    def __init__(self, directory):
        self.dir = directory
        self.conf = os.path.join(directory, "wirewatch.conf")
        self.socket = os.path.join(directory, "sock")
        self.log = os.path.join(directory, "log", "alerts.jsonl")
        self.process = None
        self.messages = []          # lines of stderr, of all its lives
        self.output = []            # lines of stdout
        self._readers = []
        os.makedirs(os.path.join(directory, "log"))

    def configure(self, *parts, interval="100ms", base=BASE):
        """Writes the configuration: the base and the parts."""
        names = {"dir": self.dir, "interval": interval}
        write(self.conf, "".join(part % names for part in (base, *parts)))

    def secret(self, name, *secrets):
        """A secret file with one secret; gives its path."""
        path = os.path.join(self.dir, name)
        write(path, secrets[0] + "\n", 0o600)
        return path

    # Its life ---------------------------------------------------------------

    def start(self, *args, wait=True, wrap=(), env=None):
        """Starts it; with wait, until its socket answers."""
        self.process = subprocess.Popen(
            [*wrap, DAEMON, "-c", self.conf, *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=dict(os.environ, **(env or {})))
        _children.append(self.process)
        for pipe, lines in ((self.process.stderr, self.messages),
                            (self.process.stdout, self.output)):
            reader = threading.Thread(
                target=self._read, args=(pipe, lines), daemon=True)
            reader.start()
            self._readers.append(reader)
        if wait:
            self.wait_answers()
        return self

    @staticmethod
    def _read(pipe, lines):
        with pipe:
            for line in pipe:
                lines.append(line.decode("utf-8", "replace").rstrip("\n"))

    def wait_answers(self):
        def answers():
            if self.process.poll() is not None:
                raise AssertionError("wirewatchd ended with %d:\n%s" % (
                    self.process.returncode, self.said()))
            return self.status(quietly=True)
        wait_until(answers, "the daemon answers")

    def signal(self, number):
        self.process.send_signal(number)

    def wait_exit(self, timeout=STOP_S):
        """Its exit status; negative for a signal."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Timeout("wirewatchd did not end within %g s:\n%s" % (
                timeout, self.said())) from None
        for reader in self._readers:
            reader.join(WAIT_S)
        self._readers.clear()
        return code

    def stop(self):
        """SIGTERM; its exit status."""
        self.signal(signal.SIGTERM)
        return self.wait_exit()

    def kill(self):
        """kill -9."""
        self.process.kill()
        return self.wait_exit()

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    # What it says -----------------------------------------------------------

    def said(self, last=30):
        return "\n".join(self.messages[-last:])

    def wait_said(self, text, timeout=WAIT_S, since=0):
        """Waits for a line on stderr that contains the text."""
        return wait_until(
            lambda: [l for l in self.messages[since:] if text in l],
            "wirewatchd says %r; it said:\n%s" % (text, self.said()), timeout)

    def get(self, path):
        answer = ask(self.socket, path)
        if answer is None:
            raise AssertionError("no answer to %s:\n%s" % (path, self.said()))
        status, body = answer
        assert status == 200, "%s: %d %r" % (path, status, body[:200])
        return body

    def status(self, quietly=False):
        answer = ask(self.socket, "/api/v1/status")
        if answer is None and quietly:
            return None
        return json.loads(self.get("/api/v1/status") if answer is None
                          else answer[1])

    def feeds(self):
        """All feeds by name."""
        feeds = json.loads(self.get("/api/v1/feeds"))["feeds"]
        return {feed["name"]: feed for feed in feeds}

    def sink(self, name):
        return next(s for s in self.status()["sinks"] if s["name"] == name)

    def wait_feed(self, name, *statuses, timeout=WAIT_S):
        """Waits until the feed is in one of these states; gives it."""
        last = {}

        def reached():
            last.update(self.feeds().get(name, {}))
            return last if last.get("status") in statuses else None
        try:
            return wait_until(reached, "", timeout)
        except Timeout:
            raise Timeout("feed %s is not %s within %g s: %s" % (
                name, "/".join(statuses), timeout, last)) from None

    def wait_settled(self, timeout=WAIT_S):
        """Waits until no delivery is pending."""
        wait_until(lambda: all(s["pending"] == 0
                               for s in self.status()["sinks"]),
                   "no delivery is pending", timeout)

    # Its log ----------------------------------------------------------------

    def events(self, path=None):
        return read_events(path or self.log)

    def alerts(self, path=None):
        return [e for e in self.events(path) if e["type"].startswith("alert.")]

    def titles(self, path=None):
        return [e["data"]["item"]["title"] for e in self.alerts(path)]

    def wait_alerts(self, count, timeout=WAIT_S):
        """Waits for at least so many alerts in the log; gives them."""
        try:
            wait_until(lambda: len(self.alerts()) >= count, "", timeout)
        except Timeout:
            raise Timeout("%d alerts instead of %d within %g s; it said:\n%s" % (
                len(self.alerts()), count, timeout, self.said())) from None
        return self.alerts()

    def wait_event(self, kind, timeout=WAIT_S):
        """Waits for an event of this type in the log; gives the first."""
        return wait_until(
            lambda: next((e for e in self.events() if e["type"] == kind), None),
            "a %s event in the log" % kind, timeout)


class TestCase(unittest.TestCase):
    """Gives daemons, servers and directories, and takes all of them back."""

    maxDiff = None

    def __str__(self):
        return self._testMethodName.removeprefix("test_").replace("_", " ")

    def shortDescription(self):
        return None

    def directory(self):
        # The path of a Unix socket has 107 bytes at most.
        path = tempfile.mkdtemp(prefix="ww-")
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    def daemon(self):
        daemon = Daemon(self.directory())
        self.addCleanup(self._end, daemon)
        return daemon

    def _end(self, daemon):
        if daemon.is_running():
            daemon.kill()
        sanitizer = [l for l in daemon.messages if "Sanitizer" in l
                     or "runtime error" in l]
        self.assertEqual(sanitizer, [], daemon.said(60))

    def feed_server(self):
        server = FeedServer()
        self.addCleanup(server.close)
        return server

    def receiver(self, *secrets, port=0):
        receiver = Receiver(secrets or [SECRET], port=port)
        self.addCleanup(receiver.close)
        return receiver

    def name_server(self, answer):
        server = NameServer(answer)
        self.addCleanup(server.close)
        return server

    def canary(self, host, port=0):
        canary = Canary(host, port)
        self.addCleanup(canary.close)
        return canary

    def notify(self, daemon):
        notify = Notify(os.path.join(daemon.dir, "notify"))
        self.addCleanup(notify.close)
        return notify

    def assert_gapless(self, events):
        """seq counts 1, 2, 3 ... and no id comes twice."""
        self.assertEqual([e["seq"] for e in events],
                         list(range(1, len(events) + 1)))
        ids = [e["id"] for e in events]
        self.assertEqual(len(ids), len(set(ids)), "an id came twice")


def feed_conf(name, url, **options):
    """One feed section; underscores in option names become hyphens."""
    words = "".join(" %s = \"%s\"" % (key.replace("_", "-"), value)
                    for key, value in options.items())
    return 'feed "%s" { url = "%s"%s }\n' % (name, url, words)


def webhook_conf(name, url, *secret_files, extra=""):
    """A webhook section; extra is put into it as it stands."""
    files = ", ".join('"%s"' % path for path in secret_files)
    return 'webhook "%s" { url = "%s" secret-file = {%s} %s ' \
        'allow-private = {"127.0.0.2/32"} }\n' % (name, url, files, extra)


def main():
    """Runs the calling program's tests with TAP on stdout."""
    atexit.register(end_children)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    watchdog = threading.Timer(PROGRAM_S, give_up)
    watchdog.daemon = True
    watchdog.start()
    if os.environ.get("WIREWATCH_TEST_PLAIN"):
        unittest.main(verbosity=2)
    try:
        import tap
    except ImportError:
        print("1..0 # SKIP python3-tap is not installed")
        return
    runner = tap.TAPTestRunner()
    runner.set_stream(True)
    runner.set_format("{method_name}")
    unittest.main(testRunner=runner)
