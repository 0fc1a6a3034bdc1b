"""Changed topics on what was seen: the history, replay, match --stats."""

import json
import os
import stat

import harness
from harness import (LOG, TOPIC, command, daemon_once, feed_conf,
                     wait_until, write)
from servers import item

OTHERS = """\
topic "rocket" {
	title = "Rockets"
	severity = "flash"
	query = "rocket OR missile"
}
topic "balloon" {
	query = "balloon"
}
"""
GOLDEN = """\
topic "rocket" {
	query = "%s"
	golden = {"+ A rocket flies", "- A missile flies"}
}
"""


def kept(directory):
    """The items in the history of a state directory, in order."""
    path = os.path.join(directory, "state", "history")
    items = []
    for name in sorted(os.listdir(path)) if os.path.isdir(path) else ():
        with open(os.path.join(path, name), encoding="utf-8") as file:
            items += [json.loads(line) for line in file]
    return items


def objects(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


class History(harness.TestCase):

    def setUp(self):
        self.server = self.feed_server()

    def watch(self, *feeds, extra=""):
        daemon = self.daemon()
        daemon.configure(
            TOPIC, LOG, extra, *[feed_conf(f.name, f.url) for f in feeds])
        return daemon.start()

    def test_a_new_item_is_kept_once_and_a_first_poll_is_not(self):
        feed = self.server.feed(
            "a", item("one", "A rocket"), item("two", "Quiet"))
        daemon = self.watch(feed)
        daemon.wait_alerts(1)
        feed.wait_status(304)
        feed.publish(item(
            "three", "Quiet \"news\" 로켓", "<p>Of <b>note</b></p>"))
        found = wait_until(lambda: kept(daemon.dir), "an item is kept")
        feed.wait_polls(3)
        feed.replace("three", title="Changed")
        feed.wait_polls(3)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(kept(daemon.dir), found)
        self.assertEqual(len(found), 1)
        self.assertEqual(found[0]["id"], "three")
        self.assertEqual(found[0]["feed"], "a")
        self.assertEqual(found[0]["title"], "Quiet \"news\" 로켓")
        self.assertEqual(found[0]["summary"], "Of note")
        self.assertRegex(found[0]["first_seen"],
                         r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        path = os.path.join(daemon.dir, "state", "history")
        name, = os.listdir(path)
        self.assertEqual(name, found[0]["first_seen"][:10] + ".jsonl")
        mode = os.stat(os.path.join(path, name)).st_mode
        self.assertEqual(stat.S_IMODE(mode) & 0o137, 0)

    def test_a_poll_by_hand_keeps_its_items_too(self):
        feed = self.server.feed("a", item("one", "Quiet"))
        daemon = self.daemon()
        daemon.configure(TOPIC, LOG, feed_conf("a", feed.url))
        for count, title in enumerate(("A rocket", "A second", "A third")):
            done = daemon_once("-c", daemon.conf, "--once")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(kept(daemon.dir)), count)
            feed.publish(item(title, title))
        self.assertEqual([i["title"] for i in kept(daemon.dir)],
                         ["A rocket", "A second"])

    def test_a_history_that_fails_costs_no_alert(self):
        feed = self.server.feed("a", item("one", "Quiet"))
        daemon = self.daemon()
        daemon.configure(TOPIC, LOG, feed_conf("a", feed.url))
        os.mkdir(os.path.join(daemon.dir, "state"))
        path = os.path.join(daemon.dir, "state", "history")
        write(path, "in the way")
        daemon.start()
        feed.wait_status(304)
        for number in range(3):
            feed.publish(item(str(number), "A rocket %d" % number))
            daemon.wait_alerts(number + 1)
        daemon.wait_said("items are not kept, alerts are")
        os.remove(path)
        feed.publish(item("last", "The last rocket"))
        daemon.wait_said("history: works again")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(len(daemon.alerts()), 4)
        self.assertEqual(sum("items are not kept" in line
                             for line in daemon.messages), 1)
        self.assertEqual(kept(daemon.dir)[-1]["title"], "The last rocket")

    def test_a_reload_turns_it_off_and_on(self):
        feed = self.server.feed("a", item("one", "Quiet"))
        daemon = self.watch(feed, extra="keep-history = 0\n")
        feed.wait_status(304)
        feed.publish(item("two", "A rocket"))
        daemon.wait_alerts(1)
        daemon.configure(TOPIC, LOG, feed_conf("a", feed.url))
        daemon.signal(harness.signal.SIGHUP)
        daemon.wait_event("config.reloaded")
        feed.publish(item("three", "A second rocket"))
        daemon.wait_alerts(2)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual([i["title"] for i in kept(daemon.dir)],
                         ["A second rocket"])

    def test_old_files_are_removed_and_other_files_are_not(self):
        feed = self.server.feed("a", item("one", "Quiet"))
        daemon = self.daemon()
        daemon.configure(TOPIC, LOG, feed_conf("a", feed.url))
        path = os.path.join(daemon.dir, "state", "history")
        for name in ("2020-01-01.jsonl", "2020-01-01.jsonl.mine"):
            write(os.path.join(path, name), "{}\n")
        daemon.start()
        feed.wait_status(304)
        feed.publish(item("two", "A rocket"))
        wait_until(lambda: "2020-01-01.jsonl" not in os.listdir(path),
                   "the old file is removed")
        self.assertEqual(daemon.stop(), 0)
        self.assertIn("2020-01-01.jsonl.mine", os.listdir(path))

    def test_replay_shows_what_other_topics_would_have_alerted(self):
        feed = self.server.feed("a", item("one", "Quiet"))
        daemon = self.watch(feed)
        feed.wait_status(304)
        feed.publish(item("two", "A rocket"))
        daemon.wait_alerts(1)
        feed.publish(item("three", "A missile"), item("four", "A balloon"))
        wait_until(lambda: len(kept(daemon.dir)) == 3, "the items are kept")
        others = os.path.join(daemon.dir, "others.conf")
        write(others, OTHERS)

        def replay(*more):
            return command("replay", "-c", daemon.conf, "--topics", others,
                           "--against", "history", *more)
        plain = replay()
        self.assertEqual(plain.returncode, 0, plain.stderr)
        self.assertIn("  + ", plain.stdout)
        self.assertIn("A \u00abmissile\u00bb", plain.stdout)
        self.assertIn("high -> flash", plain.stdout)
        self.assertIn("balloon (only among the new topics)", plain.stdout)
        *changes, summary = objects(replay("--json"))
        self.assertEqual(
            sorted((o["id"], o["topic"], o["change"], o["old"], o["new"])
                   for o in changes),
            [("four", "balloon", "added", None, "medium"),
             ("three", "rocket", "added", None, "flash"),
             ("two", "rocket", "severity", "high", "flash")])
        summary = summary["summary"]
        self.assertEqual((summary["items"], summary["old"], summary["new"]),
                         (3, 1, 3))
        self.assertEqual(objects(replay("--json", "--since", "1h"))[-1]
                         ["summary"]["items"], 3)
        self.assertEqual(objects(replay("--json", "--since",
                                        "2099-01-01T00:00:00Z"))[-1]
                         ["summary"]["items"], 0)

    def test_replay_fails_when_a_golden_example_changes_side(self):
        feed = self.server.feed("a", item("one", "Quiet"))
        daemon = self.daemon()
        daemon.configure(
            GOLDEN % "rocket", LOG, feed_conf("a", feed.url))
        daemon.start()
        feed.wait_status(304)
        feed.publish(item("two", "A missile"))
        wait_until(lambda: kept(daemon.dir), "an item is kept")
        others = os.path.join(daemon.dir, "others.conf")
        for query, status in (("rocket", 0), ("rocket AND flies", 0),
                              ("missile", 1), ("rocket OR missile", 1),
                              ("rocket AND moon", 1)):
            # as in use, and where the new topics have no example themselves
            for text in (GOLDEN % query,
                         'topic "rocket" { query = "%s" }\n' % query):
                write(others, text)
                done = command("replay", "-c", daemon.conf, "--topics",
                               others, "--against", "history")
                self.assertEqual(done.returncode, status, (query, done))
                self.assertEqual("golden example" in done.stdout, status == 1)
        self.assertIn("+ A rocket flies", done.stdout)
        self.assertIn("it matched before; the new topic does not match, and "
                      "must", done.stdout)

    def test_replay_says_when_there_is_no_history(self):
        directory = self.directory()
        conf = os.path.join(directory, "w.conf")
        write(conf, 'state-dir = "%s/state"\n' % directory + TOPIC)

        def replay():
            done = command("replay", "-c", conf, "--topics", conf,
                           "--against", "history")
            self.assertEqual(done.returncode, 1)
            return done.stderr
        self.assertIn("there is no history in", replay())
        path = os.path.join(directory, "state", "history")
        os.makedirs(path)
        self.assertIn("yet", replay())
        write(conf, 'state-dir = "%s/state" keep-history = 0\n' % directory
              + TOPIC)
        self.assertIn("keep-history is 0", replay())
        if os.geteuid() != 0:
            os.chmod(path, 0)
            self.addCleanup(os.chmod, path, 0o700)
            self.assertIn("cannot be read", replay())


class Replay(harness.TestCase):

    def setUp(self):
        self.dir = self.directory()
        self.conf = self.file("w.conf", (
            'state-dir = "%s"\nlog "a" { path = "-" }\n'
            'feed "kr" { url = "https://example.org/kr" role = "wire" }\n'
            % self.dir) + TOPIC)

    def file(self, name, text):
        path = os.path.join(self.dir, name)
        write(path, text)
        return path

    def replay(self, topics, items, *more):
        return command("replay", "-c", self.conf, "--topics", topics,
                       "--against", "-", *more, stdin="".join(
                           json.dumps(i) + "\n" for i in items))

    def test_a_directory_is_all_its_files_in_the_order_of_names(self):
        self.file("new/20.conf", 'topic "b" { query = "@words" }\n')
        self.file("new/10.conf", 'set "words" { any = {"balloon"} }\n'
                  'topic "rocket" { severity = "high" query = "rocket" }\n')
        self.file("new/30.conf.old", "nonsense")
        self.file("new/.40.conf", "nonsense")
        done = self.replay(os.path.join(self.dir, "new"),
                           [{"id": 1, "title": "A balloon"}], "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(objects(done)[0], {
            "id": 1, "title": "A balloon", "topic": "b", "change": "added",
            "old": None, "new": "medium"})

    def test_new_topics_may_name_sinks_and_feeds_of_the_configuration(self):
        new = self.file("new.conf", (
            'topic "rocket" { severity = "high" query = "rocket AND role:wire"'
            ' sinks = {"a"} golden = {"+kr A rocket", "- A rocket"} }\n'))
        done = self.replay(new, [
            {"id": "1", "title": "A rocket", "feed": "kr"},
            {"id": "2", "title": "A rocket"}], "--json")
        golden, change, summary = objects(done)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(golden, {
            "topic": "rocket", "change": "golden", "golden": "- A rocket",
            "old": True, "new": False, "must_match": False})
        self.assertEqual((change["id"], change["change"]), ("2", "lost"))
        self.assertEqual(summary["summary"]["goldens"], 1)
        for text, what in (
                ('topic "r" { query = "x" sinks = {"none"} }', "none"),
                ('topic "r" { query = "x" golden = {"+zz A x"} }', "zz"),
                ('topic "r" { query = "x AND" }', "new.conf:1"),
                ('topic "r" {', "new.conf:1")):
            done = self.replay(self.file("new.conf", text), [])
            self.assertEqual((done.returncode, done.stdout), (2, ""), text)
            self.assertIn(what, done.stderr)

    def test_a_file_of_topics_d_may_be_tried_alone(self):
        self.conf = self.file("sets.conf", (
            'state-dir = "%s"\nlog "a" { path = "-" }\n'
            'set "words" { any = {"rocket", "balloon"} }\n'
            'topic "t" { query = "rocket" }\n' % self.dir))
        new = self.file("t.conf", 'topic "t" { query = "@words" }\n')
        items = [{"id": "1", "title": "A balloon"}]
        done = self.replay(new, items, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(objects(done)[0]["change"], "added")
        self.file("t.conf", 'set "words" { any = {"rocket"} }\n'
                  'topic "t" { query = "@words" }\n')
        done = self.replay(new, items, "--json")
        self.assertEqual([o for o in objects(done) if "change" in o], [])

    def test_an_example_of_a_feed_is_of_the_same_feed_on_both_sides(self):
        topic = 'topic "t" { query = "A AND role:wire" golden = {"+kr A"} }\n'
        self.conf = self.file("old.conf", (
            'state-dir = "%s"\nlog "a" { path = "-" }\n'
            'feed "kr" { url = "https://example.org/kr" role = "wire" }\n'
            % self.dir) + topic)
        new = self.file("new.conf", (
            'state-dir = "%s"\nlog "a" { path = "-" }\n'
            'feed "kr" { url = "https://example.org/kr" role = "state" }\n'
            % self.dir) + topic)
        done = self.replay(new, [{"title": "A", "feed": "kr"}])
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("unchanged: t (1)", done.stdout)

    def test_a_whole_configuration_may_be_tried_against_an_alert_log(self):
        event = {"schema": "wirewatch.event/1", "id": "evt_1", "data": {
            "topic": {"name": "rocket"},
            "item": {"guid": "g", "title": "A rocket", "summary": "",
                     "first_seen": "2026-11-23T22:41:07.312Z"},
            "source": {"feed": "kr"}}}
        other = dict(event, id="evt_2")
        state = {"schema": "wirewatch.event/1", "id": "evt_3", "data": {
            "feed": {"name": "kr"}}}
        done = self.replay(self.conf, [event, other, state])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("unchanged: rocket (1)", done.stdout)
        self.assertIn("1 item of 1.0 day: 1 alert before, 1 after",
                      done.stdout)

    def test_a_topic_that_is_gone_is_told_with_what_it_had_found(self):
        new = self.file("new.conf", 'topic "other" { query = "balloon" }\n')
        done = self.replay(new, [{"title": "A rocket"}, {"title": "Quiet"}])
        self.assertIn("rocket (not among the new topics): 1 before, 0 after",
                      done.stdout)
        self.assertIn("  - A \u00abrocket\u00bb", done.stdout)
        self.assertIn("other (only among the new topics)", done.stdout)
        self.assertEqual(done.returncode, 0)

    def test_what_is_shown_is_bounded_and_what_is_counted_is_not(self):
        new = self.file("new.conf", 'topic "n" { query = "rocket" }\n')
        items = [{"title": "Rocket %d" % i, "first_seen":
                  "2026-11-%02dT00:00:00Z" % (i + 1)} for i in range(30)]
        shown = {(): 10, ("--limit", "3"): 3, ("--limit", "0"): 0,
                 ("--limit", "100"): 30}
        for more, count in shown.items():
            done = self.replay(new, items, *more)
            self.assertEqual(done.stdout.count("\n  + "), count)
            self.assertEqual("and %d more (added)" % (30 - count)
                             in done.stdout, count < 30)
            self.assertIn("30 items of 29.0 days", done.stdout)
        for bad in ("x", "-1", "10001", ""):
            self.assertEqual(
                self.replay(new, [], "--limit", bad).returncode, 2)

    def test_lines_that_cannot_be_read_are_told(self):
        done = self.replay(self.conf, ["no object", {"title": "A rocket"}])
        self.assertEqual(done.returncode, 1)
        self.assertIn("standard input:1:", done.stderr)
        self.assertIn("1 line could not be read", done.stdout)

    def test_items_without_a_time_are_told_where_time_matters(self):
        done = self.replay(self.conf, [
            {"title": "A rocket"},
            {"title": "A rocket", "published": "2020-01-01T00:00:00Z"},
            {"title": "A rocket", "published": "2099-01-01T00:00:00Z"}],
            "--since", "1d", "--json")
        summary = objects(done)[-1]["summary"]
        self.assertEqual((summary["items"], summary["undated"]), (1, 1))

    def test_wrong_usage_is_told(self):
        for args in ((), ("--topics", self.conf),
                     ("--against", "-"),
                     ("--topics", self.conf, "--against", "-", "more"),
                     ("--topics", self.conf, "--against", "-",
                      "--since", "2026"),
                     ("--topics", "/nonexistent", "--against", "-")):
            done = command("replay", "-c", self.conf, *args)
            self.assertEqual(done.returncode, 2, args)
            self.assertTrue(done.stderr)
        self.assertEqual(self.replay(self.conf, []).returncode, 0)
        self.assertEqual(command(
            "replay", "-c", self.conf, "--topics", self.conf, "--against",
            "/nonexistent").returncode, 1)


class Stats(harness.TestCase):

    def setUp(self):
        self.dir = self.directory()
        self.conf = os.path.join(self.dir, "w.conf")
        write(self.conf, 'state-dir = "%s"\n' % self.dir + TOPIC)
        self.items = "".join(json.dumps({"id": i, "title": t}) + "\n"
                             for i, t in enumerate(
                                 ("A rocket", "Quiet", "Rockets") * 100))

    def test_stats_tell_what_was_done_beside_the_matches(self):
        plain = command("match", "-c", self.conf, stdin=self.items)
        done = command("match", "-c", self.conf, "--stats", stdin=self.items)
        self.assertEqual((done.returncode, done.stdout), (0, plain.stdout))
        for what in ("topics: 1 with 1 terms", "items: 300", "read", "fold",
                     "scan", "evaluate", "items/s", "MB/s"):
            self.assertIn(what, done.stderr)

    def test_stats_are_an_object_with_json(self):
        done = command("match", "-c", self.conf, "--stats", "--json", "-q",
                       stdin=self.items + "nonsense\n")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        stats = json.loads(done.stderr.splitlines()[-1])
        self.assertEqual(
            {k: stats[k] for k in
             ("topics", "terms", "items", "matched", "bad_lines", "bytes")},
            {"topics": 1, "terms": 1, "items": 300, "matched": 100,
             "bad_lines": 1, "bytes": 100 * (8 + 5 + 7)})
        self.assertEqual(set(stats["seconds"]),
                         {"compile", "read", "fold", "scan", "evaluate"})
        self.assertGreater(stats["memory"], 0)

    def test_quiet_shows_no_items(self):
        done = command("match", "-c", self.conf, "-q", stdin=self.items)
        self.assertEqual((done.returncode, done.stdout), (0, ""))


if __name__ == "__main__":
    harness.main()
