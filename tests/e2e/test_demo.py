"""`make demo`: alerts in five languages, no noise, nothing left behind."""

import glob
import os
import re
import signal
import subprocess
import sys
import threading

import harness
from harness import SRCDIR, wait_until

import wire  # the demo's own, in the path by harness

SECONDS = 16
SPEED = 5
DEMO = os.path.join(SRCDIR, "demo", "run")


class Demo(harness.TestCase):

    def setUp(self):
        self.tmp = self.directory()

    def start(self, *options):
        process = subprocess.Popen(
            [sys.executable, "-B", DEMO, *options], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True, env=dict(os.environ, TMPDIR=self.tmp))
        harness._children.append(process)
        self.addCleanup(self.end_group, process)
        return process

    @staticmethod
    def end_group(process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.stdout.close()
        process.wait()

    def assert_nothing_left(self, process):
        self.assertEqual(os.listdir(self.tmp), [])
        with self.assertRaises(ProcessLookupError):
            os.killpg(process.pid, 0)

    def log(self):
        paths = glob.glob(self.tmp + "/wirewatch-demo-*/alerts.jsonl")
        return harness.read_events(paths[0]) if paths else []

    def test_the_launch_day_alerts_what_matters_and_nothing_else(self):
        process = self.start("--seconds", str(SECONDS), "--speed", str(SPEED))
        output = []
        reader = threading.Thread(
            target=lambda: output.append(process.stdout.read()), daemon=True)
        reader.start()
        events = []

        def ended():
            events[:] = self.log() or events
            return process.poll() is not None
        wait_until(ended, "the demo ends by itself", SECONDS + 30)
        reader.join()
        self.assertEqual(process.returncode, 0, output[0].decode())
        self.check_alerts([e for e in events if e["type"].startswith("alert.")])
        self.check_screen(output[0].decode())
        self.assert_nothing_left(process)

    def check_alerts(self, alerts):
        alerted = {}
        for alert in alerts:
            data = alert["data"]
            alerted.setdefault(data["item"]["title"], set()).add(
                data["topic"]["name"])
        for entry in wire.DAY:
            if entry.topic is None:
                self.assertNotIn(entry.title, alerted, "noise was alerted")
            else:
                self.assertIn(entry.topic, alerted.get(entry.title, ()),
                              "missed: " + entry.title)
        for entry in wire.BEFORE:
            self.assertNotIn(entry.title, alerted, "old news was alerted")
        self.assertLessEqual(
            {"en", "ko", "zh", "ja", "ru"},
            {a["data"]["source"]["lang"].split("-")[0] for a in alerts})
        self.assertTrue(any(a["type"] == "alert.updated" for a in alerts))

    def check_screen(self, text):
        self.assertIn("webhook: verified evt_", text)
        self.assertNotIn("REFUSED", text)
        self.assertIn("make watch", text)
        self.assertNotIn("Traceback", text)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", harness.unmarked(text))
        self.assertIn("КНДР", plain)

    def test_an_interrupt_ends_all_of_it(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                process = self.start("--speed", str(SPEED))
                wait_until(self.log, "a first alert")
                if number == signal.SIGINT:     # as a terminal does it
                    os.killpg(process.pid, number)
                else:
                    process.send_signal(number)
                output = process.communicate(timeout=harness.STOP_S)[0]
                self.assertEqual(process.returncode, 0, output.decode())
                self.assert_nothing_left(process)


if __name__ == "__main__":
    harness.main()
