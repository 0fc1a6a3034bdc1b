#!/usr/bin/python3
"""Makes feeds and topics for the benchmarks, the same ones for the same seed.

  gen.py feeds DIR [-n 1000] [--seed 1]      DIR/00000.xml, .xml.gz ...
  gen.py change DIR [--fraction 0.01] [--turn 1] [--seed 1]
  gen.py topics [-n 1000] [--seed 1]         configuration sections on stdout

Feeds are RSS 2.0 and Atom of about 40 kB with some thirty entries, HTML in the
summaries, two thirds of them English, the others Chinese, Korean, Japanese and
Russian. The words are made up. About one entry in fifty holds a topic's words.
"""

import argparse
import concurrent.futures
import gzip
import html
import os
import random
import sys
import time

ENTRIES = (26, 40)
NEW_ENTRIES = 2             # what a changed feed has gained
HIT = 0.02                  # share of entries that hold a topic's words
STEP_S = 3 * 3600           # between the entries of a feed
ATOM = 0.3                  # share of Atom feeds
SCRIPTS = (("en", 66), ("zh", 12), ("ko", 8), ("ja", 7), ("ru", 7))
COMMON = (
    "the of to and in a for on is with that at by it from as was be said "
    "after over new more than has will its are have not but an this").split()
ONSETS = "b br c ch d dr f fl g gr h j k kl l m n p pr qu r s sh st t tr v w"
VOWELS = "a e i o u ai ea ie oo ou"
CODAS = "n r s t l m nd st rk ng x ck"


def lexicon(seed, size):
    """Invented Latin words, the short and frequent ones first."""
    rnd = random.Random(seed)
    onsets, vowels, codas = ONSETS.split(), VOWELS.split(), CODAS.split()
    words = set()
    while len(words) < size:
        syllables = rnd.choice((1, 2, 2, 3))
        words.add("".join(
            rnd.choice(onsets) + rnd.choice(vowels) +
            (rnd.choice(codas) if rnd.random() < 0.5 else "")
            for _ in range(syllables)))
    return sorted(words, key=lambda w: (len(w), w))


def glyphs(seed, first, last, size):
    rnd = random.Random(seed)
    return [chr(c) for c in rnd.sample(range(first, last), size)]


WORDS = lexicon(7, 6000)
HAN = glyphs(11, 0x4E00, 0x9000, 1500)
HANGUL = glyphs(13, 0xAC00, 0xD000, 700)
KANA = [chr(c) for c in range(0x3042, 0x3094)]
CYRILLIC = [chr(c) for c in range(0x430, 0x450)]


def often(rnd, things):
    """One of them, the first ones far more often than the last."""
    return things[int(len(things) * rnd.random() ** 3)]


def latin(rnd, count):
    return " ".join(rnd.choice(COMMON) if rnd.random() < 0.45
                    else often(rnd, WORDS) for _ in range(count))


def run_of(rnd, letters, low, high):
    return "".join(often(rnd, letters) for _ in range(rnd.randint(low, high)))


def sentence(rnd, lang, count):
    """About `count` words of a script."""
    if lang == "en":
        return latin(rnd, count).capitalize() + "."
    if lang == "zh":
        return run_of(rnd, HAN, count, 2 * count) + "\u3002"
    if lang == "ja":
        return "".join(run_of(rnd, HAN, 1, 3) + run_of(rnd, KANA, 1, 3)
                       for _ in range(count // 2)) + "\u3002"
    letters = HANGUL if lang == "ko" else CYRILLIC
    return " ".join(run_of(rnd, letters, 2, 7)
                    for _ in range(count)).capitalize() + "."


def topic_words(seed, number):
    """The words of topic `number`; they do not depend on how many there are."""
    rnd = random.Random("%d topic %d" % (seed, number))
    kind = rnd.random()
    if kind < 0.15:
        return ["".join(rnd.choices(HAN, k=4))]
    if kind < 0.25:
        return ["".join(rnd.choices(HANGUL, k=4))]
    if kind < 0.5:
        return [rnd.choice(WORDS[1000:]) + rnd.choice(WORDS[1000:])]
    return rnd.sample(WORDS[500:], 2 if kind < 0.85 else 3)


def topic(seed, number):
    """A configuration section: a word, a phrase, or words near each other."""
    words = topic_words(seed, number)
    if len(words) == 1:
        query = words[0]
    elif len(words) == 2 and number % 2:
        query = '\\"%s\\"' % " ".join(words)
    elif len(words) == 2:
        query = "%s NEAR/4 %s" % tuple(words)
    else:
        query = "%s AND (%s OR %s)" % tuple(words)
    return 'topic "t%05d" { query = "%s" }\n' % (number, query)


def entry(rnd, seed, lang, feed, name, topics):
    """(guid, link, title, html)."""
    title = sentence(rnd, lang, rnd.randint(6, 12))[:-1]
    paragraphs = [
        " ".join(sentence(rnd, lang, rnd.randint(10, 24))
                 for _ in range(rnd.randint(2, 4)))
        for _ in range(rnd.randint(1, 2))]
    if rnd.random() < HIT:
        title += " " + " ".join(topic_words(seed, rnd.randrange(topics)))
    site = "https://feed%05d.example" % feed
    body = ['<p><img src="%s/i/%s_640.jpg?w=640&amp;h=360" width="640" '
            'height="360" alt="" loading="lazy" /></p>' % (site, name)]
    for text in paragraphs:
        body.append(
            '<p>%s <a href="%s/t/%d?utm_source=rss&amp;utm_medium=feed">%s</a>'
            " &amp; <strong>%s</strong>&#8230;</p>" % (
                text, site, rnd.randrange(1000), text[:10], text[10:20]))
    return ("tag:feed%05d.example,2026:%s" % (feed, name),
            "%s/2026/%s" % (site, name), title, "\n".join(body))


def stamp(seconds, is_atom):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ" if is_atom else
                         "%a, %d %b %Y %H:%M:%S +0000", time.gmtime(seconds))


def render(is_atom, lang, feed, entries, newest):
    site = "https://feed%05d.example" % feed
    out = []
    for index, (guid, link, title, body) in enumerate(entries):
        date = stamp(newest - index * STEP_S, is_atom)
        fields = tuple(map(html.escape, (guid, title, link, body)))
        if is_atom:
            out.append(
                '<entry><id>%s</id><title type="html">%s</title>'
                '<link rel="alternate" href="%s"/><summary type="html">%s'
                "</summary>" % fields + "<published>%s</published><updated>%s"
                "</updated><author><name>Staff</name></author></entry>" % (
                    date, date))
        else:
            out.append(
                '<item>\n<guid isPermaLink="false">%s</guid>\n<title>%s'
                "</title>\n<link>%s</link>\n" % fields[:3] +
                "<description><![CDATA[%s]]></description>\n<pubDate>%s"
                "</pubDate>\n</item>" % (body, date))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    if is_atom:
        return head + (
            '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="%s"><id>%s'
            "</id><title>Feed %d</title><updated>%s</updated>\n%s\n</feed>\n"
            % (lang, site, feed, stamp(newest, True), "\n".join(out)))
    return head + (
        '<rss version="2.0"><channel><title>Feed %d</title><link>%s/</link>'
        "<description/><language>%s</language>\n%s\n</channel></rss>\n"
        % (feed, site, lang, "\n".join(out)))


def document(seed, feed, turn, newest, topics=1000):
    """One feed's text; each turn adds entries at the head."""
    rnd = random.Random("%d feed %d" % (seed, feed))
    lang = rnd.choices([l for l, _w in SCRIPTS], [w for _l, w in SCRIPTS])[0]
    is_atom = rnd.random() < ATOM
    entries = [entry(rnd, seed, lang, feed, "e%d" % i, topics)
               for i in range(rnd.randint(*ENTRIES))]
    for later in range(1, turn + 1):
        rnd = random.Random("%d feed %d turn %d" % (seed, feed, later))
        entries = [entry(rnd, seed, lang, feed, "n%d-%d" % (later, i), topics)
                   for i in range(NEW_ENTRIES)] + entries
    return render(is_atom, lang, feed, entries, newest + turn * 900)


def put(directory, seed, feed, turn, newest):
    """Writes a feed, plain and compressed; its size in bytes."""
    data = document(seed, feed, turn, newest).encode()
    path = os.path.join(directory, "%05d.xml" % feed)
    for name, content in ((path, data), (path + ".gz",
                                         gzip.compress(data, 6, mtime=0))):
        with open(name + ".new", "wb") as file:
            file.write(content)
        os.utime(name + ".new", (newest + turn, newest + turn))
        os.rename(name + ".new", name)
    return len(data)


def make_feeds(directory, count, seed, newest):
    """Writes all feeds; the mean size in bytes."""
    os.makedirs(directory, exist_ok=True)
    with concurrent.futures.ProcessPoolExecutor() as pool:
        sizes = pool.map(put, [directory] * count, [seed] * count,
                         range(count), [0] * count, [newest] * count,
                         chunksize=16)
        return sum(sizes) / count


def change_feeds(directory, count, fraction, seed, turn, newest):
    """Gives a share of the feeds their entries of this turn; which ones."""
    rnd = random.Random("%d change %d" % (seed, turn))
    chosen = rnd.sample(range(count), max(1, round(count * fraction)))
    for feed in chosen:
        put(directory, seed, feed, turn, newest)
    return chosen


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("feeds", "change", "topics"))
    parser.add_argument("directory", nargs="?")
    parser.add_argument("-n", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fraction", type=float, default=0.01)
    parser.add_argument("--turn", type=int, default=1)
    parser.add_argument("--newest", type=int, default=int(time.time()),
                        help="date of the newest entries, epoch seconds")
    options = parser.parse_args()
    if options.what == "topics":
        for number in range(options.n):
            sys.stdout.write(topic(options.seed, number))
        return 0
    if options.directory is None:
        parser.error("a directory is needed")
    if options.what == "feeds":
        mean = make_feeds(options.directory, options.n, options.seed,
                          options.newest)
        print("%d feeds, mean %d bytes" % (options.n, mean))
    else:
        print("changed: %s" % change_feeds(
            options.directory, options.n, options.fraction, options.seed,
            options.turn, options.newest))
    return 0


if __name__ == "__main__":
    sys.exit(main())
