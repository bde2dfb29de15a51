"""The telephone under load: the gateway between the carrier's simulator and those of the vendors behind it, each a process
of its own. What the simulators are told to wait is known and taken off; what they need themselves is not."""

import base64
import hashlib
import hmac
import json
import os
import random
import re
import struct
import subprocess
import time
import urllib.request
import wave

PUBLIC_URL = "https://bench.example"
AUTH_TOKEN = "made up for the bench"
CALLED, CALLER = "+12125550101", "+12125550199"
END_OF_TURN_MS = 200  # the ears' own wait, of which the gateway knows nothing
ONSET_MS = 20  # what is heard is speech with its second frame
SPOKEN_MS = 400
LONG_ANSWER = "It is done and everything that you have asked for is written down in the book"  # six seconds of it
ROUND_S = 20  # of the load: a question with a tool call in each
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Program:
    """One process, from its line with an address to its end."""

    def __init__(self, command, log, env=None):
        self.log = open(log, "w")
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        env={**os.environ, **(env or {})})  # fmt: skip
        self.line = self.process.stdout.readline()
        found = re.findall(r"\w+://([\d.]+:\d+)", self.line)
        if not found:
            self.stop()
            raise RuntimeError(f"{command[0]} {command[1]} does not start: {self.line}{open(log).read()[-2000:]}")
        self.hosts = found
        self.host = found[0]

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

    def ask(self, path, body=None, method=None, headers=None, host=None):
        request = urllib.request.Request(f"http://{host or self.host}{path}", data=None if body is None else body.encode(), method=method,
                                         headers=headers or {})  # fmt: skip
        return urllib.request.urlopen(request, timeout=20).read()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()


class Stand:
    """A gateway with the simulators that its settings need, and a telephone number."""

    def __init__(self, binaries, folder, packs, jwt_key):
        self.binaries, self.folder, self.jwt_key = binaries, folder, jwt_key
        folder.mkdir(parents=True, exist_ok=True)
        self.packs, self.sims, self.gateway = packs, {}, None
        for name, seed in (("plain", 1), ("tool", 2), ("story", 3)):
            write_noise(folder / f"{name}.wav", seed)

    def sim(self, vendor, script):
        program = Program([self.binaries / "callosum-sim", vendor, "--listen", "127.0.0.1:0"], self.folder / f"{vendor}.log")
        self.sims[vendor] = program
        program.ask("/sim/script", script, "POST")
        return program

    def serve(self, settings):
        settings = {
            "listen": "127.0.0.1:0", "admin.listen": "127.0.0.1:0", "data": self.folder / "data", "packs": self.packs,
            "auth.jwt.algorithm": "HS256", "auth.jwt.key": self.jwt_key, "log.level": "warn", "limits.reads_per_minute": 0,
            "phone.public_url": PUBLIC_URL, "phone.twilio.auth_token_env": "BENCH_AUTH_TOKEN", "phone.greeting": "Hello.", "phone.caps.caller_calls_per_hour": "0", **settings,
        }  # fmt: skip
        command = [self.binaries / "callosum", "serve"]
        for key, value in settings.items():
            command += ["--set", f"{key}={value}"]
        keys = {f"{vendor}_API_KEY": "anything" for vendor in ("OPENAI", "DEEPGRAM", "CARTESIA")}
        self.gateway = Program(command, self.folder / "gateway.log", {"BENCH_AUTH_TOKEN": AUTH_TOKEN, **keys})
        who = {"Authorization": "Bearer " + admin_token(self.jwt_key)}
        admin = self.gateway.hosts[-1]
        self.gateway.ask("/api/admin/tenants", '{"slug":"telephone","timezone":"UTC"}', "POST", who, admin)
        number = json.dumps({"tenant_id": "telephone", "pack": "bench"})
        self.gateway.ask(f"/api/admin/phone-numbers/{CALLED}", number, "PUT", who, admin)

    def start_calls(self, count, rate, steps):
        """The carrier, calling: `finish` has its figures."""
        script = self.folder / "calls.yaml"
        script.write_text("steps:\n" + "".join(f"  - {step}\n" for step in steps))
        command = [self.binaries / "callosum-sim", "twilio", "--to", f"http://{self.gateway.host}/twilio/voice", "--public-url",
                   PUBLIC_URL + "/twilio/voice", "--auth-token", AUTH_TOKEN, "--called", CALLED, "--from", CALLER, "--calls", str(count),
                   "--rate", str(rate), "--script", script, "--json"]  # fmt: skip
        self.lines = open(self.folder / "calls.jsonl", "w")
        return subprocess.Popen([str(word) for word in command], stdout=self.lines)

    def finish(self, carrier):
        status = carrier.wait()
        self.lines.close()
        with open(self.folder / "calls.jsonl") as lines:
            summary = json.loads(lines.readlines()[-1])
        if status != 0 or summary.get("failed"):
            raise RuntimeError(f"not every call went well: {summary}")
        return summary

    def call(self, count, rate, steps):
        return self.finish(self.start_calls(count, rate, steps))

    def stop(self):
        for program in [self.gateway, *self.sims.values()]:
            if program:
                program.stop()


def write_noise(path, seed):
    """A sound of its own, which the simulated ears know by its first frames."""
    source = random.Random(seed)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"".join(struct.pack("<h", source.randint(-9000, 9000)) for _ in range(8 * SPOKEN_MS)))


def admin_token(key):
    claims = {"sub": "bench", "roles": ["admin", "operator"], "exp": int(time.time()) + 24 * 3600}
    text = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
                    for part in ({"alg": "HS256", "typ": "JWT"}, claims))  # fmt: skip
    signature = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return text + "." + base64.urlsafe_b64encode(signature).decode().rstrip("=")


# --- from the caller's last sound to the answer ----------------------------------------------------------------------


def cascade(stand):
    ears = stand.sim("deepgram", f"utterances:\n  - {{text: plain words, wav: {stand.folder}/plain.wav}}\n"
                     f"  - {{text: use the tool, wav: {stand.folder}/tool.wav}}\n  - {{text: a story, wav: {stand.folder}/story.wav}}\n"
                     f"end_ms: {END_OF_TURN_MS}\neager_ms: {END_OF_TURN_MS}\n")  # fmt: skip
    chat = stand.sim("chat", "rules:\n  - {when: {text: tool}, calls: [{name: noop}]}\n"
                     "  - {when: {tool_output: any}, say: It is done.}\n"
                     f"  - {{when: {{text: story}}, say: {'Words and words and words. ' * 12}}}\n"
                     "  - {when: {any: true}, say: All right.}\n")  # fmt: skip
    mouth = stand.sim("speech", "{}")
    stand.serve({
        "provider": "cascade", "providers.cascade.ears": "deepgram", "providers.cascade.mouth": "cartesia",
        "providers.cascade.brain_url": f"http://{chat.host}/v1", "providers.cascade.brain_model": "sim",
        # What is thought ahead of the end is a gain that depends on the ears; here the whole way counts.
        "providers.cascade.brain_ahead": "false",
        "speech.deepgram.url": f"ws://{ears.host}", "speech.cartesia.url": f"ws://{mouth.host}", "speech.cartesia.voice": "any",
    })  # fmt: skip


def questions(word, rounds):
    asked = [f"say: {word}.wav", "{wait_silence_ms: 500, timeout_ms: 5000}"]
    return ["{wait_silence_ms: 500, timeout_ms: 5000}", *asked * rounds, "hang_up: true"]


def interruptions(rounds):
    round_ = ["say: story.wav", "{barge_in_ms: 700, timeout_ms: 5000}", "say: plain.wav", "{wait_silence_ms: 700, timeout_ms: 5000}"]
    return ["{wait_silence_ms: 500, timeout_ms: 5000}", *round_ * rounds, "hang_up: true"]


def measure_latency(stand, calls, rounds, rate=20):
    """Milliseconds of the gateway, and of simulators that wait for nothing."""
    own = lambda spread, wait: {key: spread[key] - wait for key in ("p50", "p99")}  # noqa: E731
    plain = stand.call(calls, rate, questions("plain", rounds))["latency_ms"]
    tool = stand.call(calls, rate, questions("tool", rounds))["latency_ms"]
    clear = stand.call(calls, rate, interruptions(max(2, rounds // 2)))["clear_ms"]
    return {"answer": own(plain, END_OF_TURN_MS), "tool": own(tool, END_OF_TURN_MS), "clear": own(clear, ONSET_MS),
            "answers": plain["n"]}  # fmt: skip


# --- many calls for long ---------------------------------------------------------------------------------------------


def native(stand):
    """mu-law goes straight through to a provider that speaks it."""
    provider = stand.sim("openai", "transcripts: [use the tool]\nrules:\n  - {when: {text: tool}, calls: [{name: noop}]}\n"
                         f"  - {{when: {{tool_output: any}}, say: {LONG_ANSWER}}}\n")  # fmt: skip
    stand.serve({"provider": "openai", "providers.openai.url": f"ws://{provider.host}/v1/realtime"})


def measure_load(stand, calls, seconds, rate=20):
    """Sound that was lost either way, lateness, memory and processor time, while all the calls are there."""
    provider, gateway = stand.sims["openai"], stand.gateway
    provider.ask("/sim/reset", "", "POST")
    ramp_s = calls / rate
    rounds = max(1, round((seconds + ramp_s) / ROUND_S))
    asked = ["say: tool.wav", "{wait_silence_ms: 1000, timeout_ms: 10000}", f"pause_ms: {1000 * ROUND_S - 8500}"]
    carrier = stand.start_calls(calls, rate, ["{wait_silence_ms: 500, timeout_ms: 5000}", *asked * rounds, "hang_up: true"])
    busy = lambda: (time.monotonic(), gateway.cpu_s(), provider.cpu_s(), cpu_of(carrier.pid))  # noqa: E731
    time.sleep(ramp_s + 5)
    first, memory_first = busy(), gateway.resident_mib()
    time.sleep(max(1, rounds * ROUND_S - ramp_s - 10))
    last, memory_last = busy(), gateway.resident_mib()
    summary = stand.finish(carrier)
    time.sleep(1)  # what is on its way
    counted = json.loads(provider.ask("/sim/stats"))
    span, ours, theirs, caller = (after - before for before, after in zip(first, last))
    return {
        "calls": calls,
        "lost_to_provider": max(0, summary["frames_sent"] - round(counted["audio_ms_in"] / 20)),
        "lost_to_caller": max(0, round(counted["audio_ms_out"] / 20) - round(summary["sound_bytes"] / 160)),
        "underruns": summary.get("underruns", 0),
        "tool_calls": counted["function_outputs"],
        "jitter_p99": summary["jitter_ms"].get("p99", 0),
        "memory_first": memory_first,
        "memory_last": memory_last,
        "cpu_per_call": 1000 * ours / span / calls,
        "cpu_of_sims_per_call": 1000 * (theirs + caller) / span / calls,
    }


def cpu_of(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def is_sound(figures, most_jitter_ms):
    return figures["jitter_p99"] < most_jitter_ms and not figures["lost_to_provider"] and not figures["lost_to_caller"]
