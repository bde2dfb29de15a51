"""The twenty questions of examples/questions.txt over the telephone: `callosum-sim twilio` calls a demo gateway whose
cascade is all of this machine (ears, phrases, voice), in mu-law at 8 kHz and in real time.

A question counts as answered when the call's row names the right tool with the right arguments and an answer that holds
the fact; it counts as heard when the sound that was played to the caller, recognised again, holds it too. In each voice
at least eighteen have to be both.
"""

import concurrent.futures
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

from spoken import HELD_BACK, LEAST, ROOT, Demo, Ears, Recordings, holds, of_kind, reached, rows_of, said_in, tell_lost

SIDE_BY_SIDE = 4
VOICES = ("slt", HELD_BACK)
PUBLIC_URL = "https://voice.example"
TOKEN = {"TWILIO_AUTH_TOKEN": "made up for this test"}
SETTINGS = ("provider=cascade", f"phone.public_url={PUBLIC_URL}", "phone.twilio.auth_token_env=TWILIO_AUTH_TOKEN")
CALLED, CALLER = "+12125550101", "+12125550199"


def place(demo, call):
    """Calls, asks, hears the answer out, hangs up: the id of the call, empty where none came about. What was played to
    the caller behind the question is in `call.reply`."""
    command = [demo.binaries / "callosum-sim", "twilio", "--to", demo.url + "/twilio/voice", "--public-url",
               PUBLIC_URL + "/twilio/voice", "--auth-token", TOKEN["TWILIO_AUTH_TOKEN"], "--called", CALLED, "--from", CALLER,
               "--stir", "TN-Validation-Passed-A", "--wav", call.wav, "--save", call.reply, "--json"]  # fmt: skip
    done = subprocess.run(command, text=True, capture_output=True, timeout=120, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0:
        print(f"    {call.label}: the carrier's side says: {done.stderr.strip() or lines[-2:]}")
    said_at = next((line["ms"] for line in lines if line["event"] == "said"), None)
    if said_at is not None and call.reply.exists():
        drop_beginning(call.reply, said_at)
    return next((line["call"] for line in lines if "call" in line), "")


def drop_beginning(recording, milliseconds):
    """The greeting is none of the answers that the ears listen for."""
    with wave.open(str(recording)) as whole:
        form, sound = whole.getparams(), whole.readframes(whole.getnframes())
    with wave.open(str(recording), "wb") as rest:
        rest.setparams(form)
        rest.writeframes(sound[milliseconds * form.framerate // 1000 * form.sampwidth * form.nchannels :])


def timeline_of(demo, call_sid):
    """Of the call's row, once it is over; as `callosum call --json` would have told it."""
    until = time.monotonic() + 10
    while True:
        with sqlite3.connect(f"file:{demo.database}?mode=ro", uri=True) as database:
            row = database.execute("SELECT timeline, outcome FROM phone_calls WHERE call_sid = ?", (call_sid,)).fetchone()
        if (row and row[1]) or time.monotonic() > until:
            break
        time.sleep(0.05)
    timeline = json.loads(row[0]) if row and row[0] else []
    for entry in of_kind(timeline, "called"):
        entry["args"] = json.loads(entry["args"])
    return timeline


def ask_all(demo, ears, recordings, voice, rows):
    """How many of the questions were answered, and how many of the answers heard."""
    calls = [recordings.call("question", number, voice, "16k", None, row[0]) for number, row in enumerate(rows)]
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        timelines = [timeline_of(demo, sid) for sid in pool.map(lambda call: place(demo, call), calls)]
    heard = ears.hear([str(call.reply) for call in calls if call.reply.exists()], True)
    answered_right = heard_right = 0
    for (_, _, tool, arguments, fact), call, timeline in zip(rows, calls, timelines):
        again = heard.get(str(call.reply), "")
        is_answered = reached(timeline, tool, json.loads(arguments)) and holds(said_in(timeline), fact)
        is_heard = is_answered and holds(again, fact)
        answered_right += is_answered
        heard_right += is_heard
        if not is_heard:
            tell_lost(call, timeline, again)
    return answered_right, heard_right


def main():
    binaries = Path(os.environ.get("CALLOSUM_BIN", ROOT / "build/release/bin")).resolve()
    rows = rows_of("questions.txt")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        recordings = Recordings(binaries, folder, VOICES)
        recordings.speak("question", [row[1] for row in rows])
        demo = Demo(binaries, SETTINGS, TOKEN)
        try:
            ears = Ears(binaries, demo, folder)
            for voice in VOICES:
                answered, heard = ask_all(demo, ears, recordings, voice, rows)
                is_ok = min(answered, heard) >= LEAST["8k"]
                failed += not is_ok
                print(f"  by telephone, {voice}: of {len(rows)} questions {answered} answered, {heard} of the answers heard again"
                      f" (at least {LEAST['8k']}) {'ok' if is_ok else 'FAILED'}", flush=True)  # fmt: skip
        finally:
            demo.stop()
    print(f"{len(VOICES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
