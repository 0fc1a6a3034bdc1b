"""What is shipped loads by its own loaders."""

import glob
import json
import os
import re
import subprocess
import sys

import harness
from harness import SRCDIR, command, write

CONFIG = os.path.join(SRCDIR, "config")


class Shipped(harness.TestCase):

    def render_demo(self):
        """The demo's configuration as demo/run renders it."""
        directory = self.directory()
        write(os.path.join(directory, "hook.secret"), harness.SECRET, 0o600)
        with open(os.path.join(CONFIG, "demo.conf.in"),
                  encoding="utf-8") as file:
            text = file.read()
        for word, value in {"DIR": directory, "FEEDS": "8001", "HOOK": "8002",
                            "INTERVAL": "2000ms",
                            "TOPICS": CONFIG + "/topics.d"}.items():
            text = text.replace("@%s@" % word, value)
        self.assertNotRegex(text, "@[A-Z]+@")
        path = os.path.join(directory, "demo.conf")
        write(path, text)
        return path

    def test_the_shipped_configuration_loads_as_it_is(self):
        done = command("check", os.path.join(CONFIG, "wirewatch.conf"))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_demo_s_configuration_loads(self):
        done = command("check", self.render_demo())
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_configuration_for_real_wires_loads(self):
        home = self.directory()
        done = subprocess.run(
            [sys.executable, "-B", os.path.join(SRCDIR, "demo", "watch"),
             "--print"], capture_output=True, text=True, check=False,
            env=dict(os.environ, HOME=home, XDG_STATE_HOME=home))
        self.assertEqual(done.returncode, 0, done.stderr)
        path = done.stdout.strip()
        self.assertTrue(path.startswith(home))
        checked = command("check", path)
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_every_topic_file_is_included(self):
        names = {name for path in glob.glob(CONFIG + "/topics.d/*.conf")
                 for name in re.findall(
                     r'(?m)^topic "([\w-]+)"',
                     open(path, encoding="utf-8").read())}
        self.assertGreaterEqual(len(names), 7)
        done = command("match", "--json", "-c",
                       os.path.join(CONFIG, "wirewatch.conf"),
                       stdin='{"id":"1","title":"北朝鮮がミサイル発射"}\n')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("dprk-launch", json.loads(done.stdout)["topics"])


if __name__ == "__main__":
    harness.main()
