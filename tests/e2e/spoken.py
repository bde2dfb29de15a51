"""Places spoken calls at a demo gateway, side by side and in real time, and judges where each ended.

A question of examples/questions.txt counts as said when the right tool was called with the right arguments and the
words of the reply hold the fact; it counts as heard when the sound of the reply, recognised again, holds it too. Other
wordings count when they reach the right tool, foreign sentences when they are answered with a question back. `--all`
asks everything in every voice and both rates; without it the held-back voice alone, which nothing was tuned on, and
each other wording and foreign sentence in one rate.
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable, NamedTuple

from answers import write_answers

ROOT = Path(__file__).resolve().parent.parent.parent
SIDE_BY_SIDE = 12
VOICES = ("slt", "rms", "awb", "kal16")
HELD_BACK = "kal16"
LEAST = {"16k": 19, "8k": 18}  # of the twenty questions
LEAST_FOREIGN = 0.9
AIM_OTHER = 0.7
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
           "eleven": 11, "twelve": 12, "thirty": 30}


class Demo:
    """A gateway of its own, on any free port, with its files in a folder that goes with it. `settings` are configuration
    keys, `secrets` variables of its environment."""

    def __init__(self, binaries, settings=(), secrets=None):
        self.folder = tempfile.TemporaryDirectory()
        self.binaries = binaries
        self.database = Path(self.folder.name) / "data/callosum.db"
        self.env = dict(os.environ, XDG_RUNTIME_DIR=self.folder.name + "/run", HOME=self.folder.name,
                        **(secrets or {}))
        Path(self.env["XDG_RUNTIME_DIR"]).mkdir()
        self.process = subprocess.Popen(
            [binaries / "callosum", "demo", "--listen", "127.0.0.1:0", "--data", self.folder.name + "/data",
             *(part for setting in settings for part in ("--set", setting))],
            stdout=subprocess.PIPE, env=self.env, text=True, cwd=ROOT)
        first = self.process.stdout.readline()
        if "listening on" not in first:
            raise SystemExit(f"the demo did not start: {first!r}")
        self.url = first.split()[-1]
        for line in self.process.stdout:  # the greeting, up to its last line
            if "Ctrl-C" in line:
                break

    def call(self, *arguments):
        """The timeline of one call: a list of entries."""
        done = subprocess.run([self.binaries / "callosum", "call", "--json", *arguments], env=self.env, text=True,
                              capture_output=True, cwd=self.folder.name, timeout=120, check=False)
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.folder.cleanup()


class Ears:
    """Hears the replies again, with a model of the packs' templates and all of the demo's data."""

    def __init__(self, binaries, demo, folder):
        self.program = binaries / "hear_replies"
        self.data = folder / "answers.jsonl"
        self.cache = folder / "ears"
        write_answers(demo.database, self.data)

    def hear(self, recordings, is_phone):
        """What was heard, by recording."""
        heard = {}
        halves = [recordings[0::2], recordings[1::2]]
        with concurrent.futures.ThreadPoolExecutor(len(halves)) as pool:
            for lines in pool.map(lambda half: self._run(half, is_phone), halves):
                heard.update((line["wav"], line["heard"]) for line in lines)
        return heard

    def _run(self, recordings, is_phone):
        options = ["--data", self.data, "--cache", self.cache, *(["--phone"] if is_phone else [])]
        # Calls are going on meanwhile, and they are in real time.
        done = subprocess.run(["nice", "-n", "10", self.program, *options, *recordings], text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"the replies could not be heard again: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]


class Call(NamedTuple):
    label: str
    wav: Path
    rate: str
    judge: Callable  # of the timeline

    @property
    def reply(self):
        return self.wav.with_suffix(".reply.wav")

    @property
    def options(self):
        return ["--mulaw"] if self.rate == "8k" else []


def words_of(text):
    """Lower case words; small numbers as digits, so that "nine" and "9" are one."""
    words = re.findall(r"[a-z0-9']+", text.lower())
    return [str(NUMBERS.get(word, word)) for word in words]


def holds(text, fact):
    words = words_of(text)
    return all(word in words for word in words_of(fact))


def rows_of(name):
    lines = (ROOT / "examples" / name).read_text().splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def of_kind(timeline, kind):
    return [entry for entry in timeline if entry["kind"] == kind]


def said_in(timeline):
    return " ".join(entry.get("text", "") for entry in of_kind(timeline, "said"))


def reached(timeline, tool, arguments):
    called = of_kind(timeline, "called")
    return len(called) == 1 and called[0].get("tool") == tool and called[0].get("args", {}) == arguments


def asked_back(timeline):
    return not of_kind(timeline, "called") and "?" in said_in(timeline)


def tell_lost(call, timeline, heard=None):
    entries = [f"{e['kind']} {e.get('tool', '')} {e.get('text', e.get('args', ''))}"[:110] for e in timeline
               if e["kind"] != "answered"]
    print(f"    lost: {call.label}: " + " | ".join(entries + ([f"heard again: {heard}"] if heard is not None else [])))


class Exam:
    """Places the calls of all groups, some at a time, and then prints the lost ones and a line a group."""

    def __init__(self, demo, ears):
        self.demo, self.ears = demo, ears
        self.passed = self.failed = 0
        self.pool = concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE)
        self.judges = []

    def add(self, judge, calls, *more):
        """`judge(calls, timelines, *more)`, when the timelines of these calls are there."""
        placed = [self.pool.submit(self.demo.call, str(call.wav), "--save", str(call.reply), *call.options)
                  for call in calls]
        self.judges.append(lambda: judge(calls, [call.result() for call in placed], *more))

    def finish(self):
        with self.pool:
            for judge in self.judges:
                judge()

    def mark(self, line, is_ok):
        print(f"  {line} {'ok' if is_ok else 'FAILED'}", flush=True)
        self.passed, self.failed = self.passed + is_ok, self.failed + (not is_ok)

    def questions(self, calls, timelines, title, rows):
        """`calls` are those of `rows`, in their order, all of one rate."""
        recordings = [str(call.reply) for call in calls if call.reply.exists()]
        heard = self.ears.hear(recordings, calls[0].rate == "8k")
        said_right = heard_right = 0
        for (_, _, _, _, fact), call, timeline in zip(rows, calls, timelines):
            again = heard.get(str(call.reply), "")
            is_reached = call.judge(timeline)
            said_right += is_reached and holds(said_in(timeline), fact)
            heard_right += is_reached and holds(again, fact)
            if not (is_reached and holds(said_in(timeline), fact) and holds(again, fact)):
                tell_lost(call, timeline, again)
        least = LEAST[calls[0].rate]
        self.mark(f"{title}: of {len(calls)} facts {said_right} said, {heard_right} heard again (at least {least})",
                  min(said_right, heard_right) >= least)

    def sentences(self, calls, timelines, title, least=None, aim=None):
        right = 0
        for call, timeline in zip(calls, timelines):
            is_right = call.judge(timeline)
            right += is_right
            if not is_right:
                tell_lost(call, timeline)
        if least is not None:
            at_least = round(len(calls) * least)
            self.mark(f"{title}: {right} of {len(calls)} (at least {at_least})", right >= at_least)
        else:
            print(f"  {title}: {right} of {len(calls)} (aim: {round(len(calls) * aim)})", flush=True)


class Recordings:
    """All sentences in these voices and both rates, under names without blanks."""

    def __init__(self, binaries, folder, voices):
        self.folder, self.binaries, self.voices = folder, binaries, voices

    def speak(self, name, sentences):
        listed = self.folder / f"{name}.tsv"
        listed.write_text("".join(f"{name}{n}\t{sentence}\n" for n, sentence in enumerate(sentences)))
        subprocess.run([self.binaries / "make_examples", "--questions", listed, "--out", self.folder,
                        *(part for voice in self.voices for part in ("--voice", voice))],
                       check=True, capture_output=True)

    def call(self, name, number, voice, rate, judge, label):
        return Call(f"{label} ({voice}, {rate})", self.folder / f"{name}{number}-{voice}-{rate}.wav", rate, judge)


def all_ways(voices):
    return [(voice, rate) for voice in voices for rate in ("16k", "8k")]


def ask_questions(exam, recordings):
    rows = rows_of("questions.txt")
    recordings.speak("question", [row[1] for row in rows])
    for voice, rate in all_ways(recordings.voices):
        calls = [recordings.call("question", n, voice, rate,
                                 lambda timeline, t=tool, a=json.loads(arguments): reached(timeline, t, a), topic)
                 for n, (topic, _, tool, arguments, _) in enumerate(rows)]
        exam.add(exam.questions, calls, f"{voice} {rate}", rows)


def ask_sentences(exam, recordings, name, sentences, everything, marks):
    """`sentences`: (sentence, judge). A sample has each in one voice, the rates in turns."""
    recordings.speak(name, [sentence for sentence, _ in sentences])
    ways = all_ways(recordings.voices)
    groups = [(way, list(enumerate(sentences))) for way in ways] if everything else [(None, list(enumerate(sentences)))]
    for way, numbered in groups:
        calls = [recordings.call(name, n, *(way or ways[n % len(ways)]), judge, sentence)
                 for n, (sentence, judge) in numbered]
        title = f"{marks['title']}, {' '.join(way)}" if way else f"{marks['title']}, a sample"
        exam.add(exam.sentences, calls, title, marks.get("least"), marks.get("aim"))


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--all", action="store_true", help="every voice and both rates for everything")
    everything = options.parse_args().all
    binaries = Path(os.environ.get("CALLOSUM_BIN", ROOT / "build/release/bin")).resolve()

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        recordings = Recordings(binaries, folder, VOICES if everything else [HELD_BACK])
        demo = Demo(binaries)
        try:
            exam = Exam(demo, Ears(binaries, demo, folder))
            ask_questions(exam, recordings)
            others = [(sentence, lambda timeline, tool=tool: any(
                entry.get("tool") == tool for entry in of_kind(timeline, "called")))
                for sentence, tool in rows_of("other_wordings.txt")]
            ask_sentences(exam, recordings, "other", others, everything,
                          {"title": "other wordings that arrive", "aim": AIM_OTHER})
            foreign = [(sentence, asked_back) for (sentence,) in rows_of("foreign.txt")]
            ask_sentences(exam, recordings, "foreign", foreign, everything,
                          {"title": "foreign sentences asked back", "least": LEAST_FOREIGN})
            exam.finish()
        finally:
            demo.stop()
    print(f"{exam.passed} passed, {exam.failed} failed")
    return 1 if exam.failed else 0


if __name__ == "__main__":
    sys.exit(main())
