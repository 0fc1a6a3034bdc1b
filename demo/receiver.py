#!/usr/bin/python3
"""A webhook receiver, small enough to start your own from: verifies Standard
Webhooks signatures, drops deliveries it has had before, prints a line for each.

  receiver.py --secret-file FILE [--host 127.0.0.1] [--port 8080]

The answer is 204 when the event is taken or was taken before, 401 when the
signature does not fit, 400 when the body is no event.
"""

import argparse
import base64
import binascii
import collections
import hashlib
import hmac
import http.server
import json
import re
import sys
import threading
import time

TOLERANCE_S = 300           # how old or how early a timestamp may be
BODY_MAX = 256 * 1024
SEEN_MAX = 10000            # ids remembered, the oldest go first


def is_signed(secret, message_id, timestamp, body, header, now=None):
    """Whether one of the header's signatures is ours (Standard Webhooks)."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        age = (time.time() if now is None else now) - int(timestamp)
    except (binascii.Error, TypeError, ValueError):
        return False
    if abs(age) > TOLERANCE_S or not message_id:
        return False
    signed = b"%s.%s.%s" % (message_id.encode(), timestamp.encode(), body)
    wanted = base64.b64encode(
        hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest("v1," + wanted, given)
               for given in (header or "").split())


def printable(text):
    """Remote text, made safe for a terminal."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]",
                  " ", text)


class Inbox:
    """Decides about deliveries; knows nothing of HTTP."""

    def __init__(self, secrets, show):
        self.secrets = secrets
        self.show = show
        self._seen = collections.OrderedDict()
        self._lock = threading.Lock()

    def take(self, headers, body):
        """The status to answer with."""
        message_id = headers.get("webhook-id")
        if not any(is_signed(secret, message_id,
                             headers.get("webhook-timestamp"), body,
                             headers.get("webhook-signature"))
                   for secret in self.secrets):
            self.show("webhook: REFUSED, the signature does not fit")
            return 401
        try:
            line = summary(json.loads(body))
        except (KeyError, TypeError, ValueError):
            self.show("webhook: REFUSED, the body is not an event")
            return 400
        with self._lock:
            if message_id in self._seen:
                return 204
            self._seen[message_id] = True
            while len(self._seen) > SEEN_MAX:
                self._seen.popitem(last=False)
        self.show("webhook: verified %s" % line)
        return 204


def summary(event):
    """One line about an event, of whatever type."""
    data = event.get("data", {})
    about = (data.get("topic") or data.get("feed") or data.get("sink") or {})
    return printable("%s %s %s" % (
        event["id"][:12], event["type"], about.get("name", "")))


def serve(inbox, host, port):
    """A server that waits for serve_forever()."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_POST(self):
            length = int(self.headers.get("Content-Length") or 0)
            if length > BODY_MAX:
                self.close_connection = True
                self.reply(413)
            else:
                self.reply(inbox.take(self.headers, self.rfile.read(length)))

        def reply(self, status):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args):
            """The inbox says what there is to say."""

    class Server(http.server.ThreadingHTTPServer):
        block_on_close = False

        def handle_error(self, *_args):
            """Senders may hang up as they like."""

    return Server((host, port), Handler)


def read_secret(path):
    with open(path, encoding="ascii") as file:
        return file.read().strip()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--secret-file", action="append", required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    options = parser.parse_args()
    inbox = Inbox([read_secret(path) for path in options.secret_file],
                  lambda line: print(line, flush=True))
    try:
        serve(inbox, options.host, options.port).serve_forever()
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
