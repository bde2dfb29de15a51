"""Places spoken calls at a demo gateway, side by side and in real time, and judges where each ended.

A question of examples/questions.txt counts when the right tool was called with the right arguments and the words said
back hold the fact. `--all` asks every question in every voice and both rates, and the other wordings and foreign
sentences as well; without it a sample.
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

ROOT = Path(__file__).resolve().parent.parent.parent
SIDE_BY_SIDE = 8
HELD_BACK = "kal16"
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
           "eleven": 11, "twelve": 12, "thirty": 30}


class Demo:
    """A gateway of its own, on any free port, with its files in a folder that goes with it."""

    def __init__(self, binaries):
        self.folder = tempfile.TemporaryDirectory()
        self.binaries = binaries
        self.env = dict(os.environ, XDG_RUNTIME_DIR=self.folder.name + "/run", HOME=self.folder.name)
        Path(self.env["XDG_RUNTIME_DIR"]).mkdir()
        self.process = subprocess.Popen(
            [binaries / "callosum", "demo", "--listen", "127.0.0.1:0", "--data", self.folder.name + "/data"],
            stdout=subprocess.PIPE, env=self.env, text=True, cwd=ROOT)
        first = self.process.stdout.readline()
        if "listening on" not in first:
            raise SystemExit(f"the demo did not start: {first!r}")
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


def words_of(text):
    """Lower case words; small numbers as digits, so that "nine" and "9" are one."""
    words = re.findall(r"[a-z0-9']+", text.lower())
    return [str(NUMBERS.get(word, word)) for word in words]


def read_questions():
    for line in (ROOT / "examples/questions.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            topic, sentence, tool, arguments, fact = line.split("\t")
            yield topic, sentence, tool, json.loads(arguments), fact


def arrived(timeline, tool, arguments, fact):
    called = [entry for entry in timeline if entry["kind"] == "called"]
    said = words_of(" ".join(entry.get("text", "") for entry in timeline if entry["kind"] == "said"))
    return (len(called) == 1 and called[0].get("tool") == tool and called[0].get("args", {}) == arguments
            and all(word in said for word in words_of(fact)))


def ask(demo, jobs):
    """jobs: (label, wav, extra arguments, judge). Prints the lost ones; answers how many were right."""
    right = 0
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        calls = [(job, pool.submit(demo.call, str(job[1]), "--save", str(job[1]) + f".{n}.reply.wav", *job[2]))
                 for n, job in enumerate(jobs)]
        for (label, _, _, judge), call in calls:
            timeline = call.result()
            if judge(timeline):
                right += 1
            else:
                print(f"    lost: {label}: " + " | ".join(
                    f"{e['kind']} {e.get('tool', '')} {e.get('text', e.get('args', ''))}"[:110] for e in timeline))
    return right


def speak(folder, number, sentence, voice):
    wav = Path(folder) / f"{number}-{voice}.wav"
    subprocess.run(["flite", "-voice", voice, "-t", sentence, "-o", str(wav)], check=True, capture_output=True)
    return wav


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--all", action="store_true")
    options = options.parse_args()
    everything = options.all or os.environ.get("CALLOSUM_SOAK") == "1"
    binaries = Path(os.environ.get("CALLOSUM_BIN", ROOT / "build/release/bin")).resolve()

    with tempfile.TemporaryDirectory() as audio:
        voices = ["slt", "rms", "awb", HELD_BACK] if everything else [HELD_BACK]
        subprocess.run([binaries / "make_examples", "--out", audio, *sum((["--voice", v] for v in voices), [])],
                       check=True, capture_output=True)
        demo = Demo(binaries)
        failed = passed = 0
        try:
            for voice in voices:
                for rate, extra, least in (("16k", [], 19), ("8k", ["--phone"], 18)):
                    jobs = [(f"{topic}-{voice}-{rate}", Path(audio) / f"{topic}-{voice}-{rate}.wav", extra,
                             lambda t, a=(tool, arguments, fact): arrived(t, *a))
                            for topic, _, tool, arguments, fact in read_questions()]
                    right = ask(demo, jobs)
                    ok = right >= least
                    print(f"  {voice} {rate}: {right} of {len(jobs)} (at least {least}) {'ok' if ok else 'FAILED'}",
                          flush=True)
                    passed, failed = passed + ok, failed + (not ok)
            if everything:
                others = [line.split("\t") for line in (ROOT / "examples/other_wordings.txt").read_text().splitlines()
                          if line and not line.startswith("#")]
                jobs = [(sentence, speak(audio, f"other{n}", sentence, "slt"), [],
                         lambda t, tool=tool: any(e["kind"] == "called" and e.get("tool") == tool for e in t))
                        for n, (sentence, tool) in enumerate(others)]
                print(f"  other wordings: {ask(demo, jobs)} of {len(jobs)} arrive (aim: 14)", flush=True)
                foreign = [line for line in (ROOT / "examples/foreign.txt").read_text().splitlines()
                           if line and not line.startswith("#")]
                jobs = [(sentence, speak(audio, f"foreign{n}", sentence, "slt"), [],
                         lambda t: any(e["kind"] == "said" for e in t) and not any(e["kind"] == "called" for e in t))
                        for n, sentence in enumerate(foreign)]
                right = ask(demo, jobs)
                ok = right >= 18
                print(f"  foreign sentences asked back: {right} of {len(jobs)} (at least 18) {'ok' if ok else 'FAILED'}")
                passed, failed = passed + ok, failed + (not ok)
        finally:
            demo.stop()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
