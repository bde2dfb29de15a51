#!/usr/bin/env python3
"""`./dev bench`: the gateway beside a bare floor of the same run, and its parts; one table in the end.

    ./dev bench                     everything: about six minutes
    ./dev bench turnaround relay    only these of: parts executor turnaround throughput relay start idle execute phone
    ./dev bench parts json          the parts whose names hold "json"
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.request

import phone

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "build/bench/bin"
WORK = ROOT / "build/bench/run"
MODES = ["parts", "executor", "turnaround", "throughput", "relay", "start", "idle", "execute", "phone"]
BOOKINGS = 1_000_000
JWT_KEY = "bench-" + "k" * 32
TENANT = {"id": "018f4e7a-93c1-7c5b-9d1e-1f0a3b5c7d9e", "slug": "bench", "name": "Bench", "timezone": "UTC"}


def gateway_command(folder=WORK):
    """The one place that knows how the gateway is started. {port} and {provider} are filled in by the driver."""
    settings = {
        "listen": "127.0.0.1:{port}",
        "admin.listen": "127.0.0.1:0",
        "data": folder / "data",
        "packs": folder / "packs",
        "provider": "openai",
        "providers.openai.url": "ws://127.0.0.1:{provider}/v1/realtime",
        "auth.jwt.algorithm": "HS256",
        "auth.jwt.key": JWT_KEY,
        # One session calls for ever here: what a turn may spend is not what is measured.
        "limits.voice.retrieval_calls": 0,
        "limits.voice.calls": 0,
        "limits.voice.turn_ms": 0,
        "limits.voice.follow_ups": 0,
        "limits.reads_per_minute": 0,
        "threads": 1,
        "log.level": "warn",
    }
    command = [str(BIN / "callosum"), "serve"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    return command


def floor_command(sizes=None, answers_calls=False, farewell_frames=0):
    sizes = sizes or {}
    command = [str(BIN / "bench_floor"), "--port", "{port}", "--upstream", "{provider}"]
    command += ["--answers-calls", "1" if answers_calls else "0", "--farewell-frames", str(farewell_frames)]
    for option, key in (("update", "update_bytes"), ("output", "output_bytes"), ("create", "create_bytes"),
                        ("caller", "caller_bytes_per_call")):  # fmt: skip
        if sizes.get(key):
            command += [f"--{option}-bytes", str(round(sizes[key]))]
    return command


# --- what the gateway needs before it can be measured ----------------------------------------------------------------

NOOP = """\
  - name: {name}
    version: 1.0.0
    summary: |
      Does nothing, at once. Its size is that of a usual tool: a summary of two lines, a parameter
      or two, a description of each.
    description: Does nothing.
    category: retrieval
    access: read
    poll: true
    channels: [voice, text]
    input:
      type: object
      properties:
        note: {{type: string, maxLength: 200, description: Anything at all; it is not looked at.}}
        date: {{type: string, format: date, description: "A day, as in 2026-11-24."}}
      additionalProperties: false
    output: {{type: object}}
    run: {{builtin: noop}}
"""


def prepare():
    shutil.rmtree(WORK, ignore_errors=True)
    pack = WORK / "packs/bench"
    pack.mkdir(parents=True)
    names = ["noop"] + [f"noop_{number:02}" for number in range(1, 25)]
    (pack / "prompt.md").write_text("You answer the phone of a business. Use a tool when one fits.\n")
    (pack / "pack.yaml").write_text(
        "pack: bench\nversion: 1.0.0\nprompt: prompt.md\naccess_mode: confirm\n\ntools:\n"
        + "\n".join(NOOP.format(name=name) for name in names)
    )
    add_tenant(WORK)


def token():
    now = int(time.time())
    claims = {"sub": "bench", "tenants": [TENANT["id"]], "roles": ["admin"], "channel": "voice", "phone": "+15550100",
              "assurance": "carrier", "exp": now + 3600}  # fmt: skip
    parts = [json.dumps({"alg": "HS256", "typ": "JWT"}), json.dumps(claims)]
    text = ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
    signature = hmac.new(JWT_KEY.encode(), text.encode(), hashlib.sha256).digest()
    return text + "." + base64.urlsafe_b64encode(signature).decode().rstrip("=")


def add_tenant(folder):
    """The gateway makes its database when it first starts; the tenant is put there before it is measured."""
    port, provider = free_ports(2)
    command = [word.replace("{port}", port).replace("{provider}", provider) for word in gateway_command(folder)]
    log = WORK / "prepare.log"
    with open(log, "w") as out, subprocess.Popen(command, stdout=out, stderr=out, cwd=WORK) as server:
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/healthz", server)
        except OSError as error:
            sys.exit(f"bench: the gateway does not start: {error}\n{log.read_text()[-2000:]}")
        finally:
            server.terminate()
    with sqlite3.connect(folder / "data/callosum.db") as database:
        database.execute("INSERT INTO tenants (id, slug, name, timezone) VALUES (:id, :slug, :name, :timezone)", TENANT)
    database.close()


def prepare_bookings(folder):
    say(f"execute: {BOOKINGS:,} bookings ...")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "bench/packs/bookings", folder / "packs/bookings")
    add_tenant(folder)
    with sqlite3.connect(folder / "data/callosum.db") as database:
        database.execute(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :n)"
            " INSERT INTO bookings SELECT printf('b_CfQ%012d', n), :tenant, 'Customer ' || n, '+1555' || (n % 250000), 'haircut',"
            " strftime('%Y-%m-%dT%H:%M:%SZ', 1700000000 + n * 300, 'unixepoch'), 45, 'confirmed', 35.5, 'by the window', '', ''"
            " FROM numbers",
            {"n": BOOKINGS, "tenant": TENANT["id"]},
        )
    database.close()


def wait_until_ready(url, server):
    give_up = time.monotonic() + 20
    while True:
        try:
            return urllib.request.urlopen(url, timeout=5).read()
        except OSError:
            if time.monotonic() > give_up or server.poll() is not None:
                raise
            time.sleep(0.05)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [str(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


# --- running ---------------------------------------------------------------------------------------------------------


class Load:
    """Runs the load driver: server and driver each on a core of its own."""

    def __init__(self, options):
        self.options = options
        cpus = sorted(os.sched_getaffinity(0))
        self.driver_cpu, self.server_cpu = (cpus[0], cpus[1]) if len(cpus) > 1 else (-1, -1)

    def run(self, mode, command, sessions, is_floor, profile=None):
        seconds = self.options.seconds
        words = [str(BIN / "bench_load"), "--mode", mode, "--sessions", sessions, "--seconds", seconds, "--token", token(),
                 "--server-cpu", self.server_cpu, "--driver-cpu", self.driver_cpu, "--check-ids", 0 if is_floor else 1,
                 "--server-log", WORK / ("floor.log" if is_floor else "gateway.log")]  # fmt: skip
        if mode == "execute":
            words += ["--tool", "find_booking", "--rows", BOOKINGS, "--target", "/api/ai/realtime-tools/execute"]
        if profile:
            words += ["--profile", profile]
        words += ["--", *command]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=WORK)
        if done.returncode != 0:
            raise RuntimeError(f"{mode}: {done.stderr.strip()}")
        sys.stderr.write(done.stderr)
        figures = json.loads(done.stdout)
        if self.options.verbose:
            print(json.dumps({"server": "floor" if is_floor else "gateway", **figures}), flush=True)
        if figures.get("wrong"):
            raise RuntimeError(f"{mode}: {figures['wrong']:.0f} of {figures['calls']:.0f} answers were wrong")
        return figures

    def pair(self, mode, sessions, **floor_options):
        """Gateway and floor in turn, several times; the median of each figure."""
        say(f"{mode}: {sessions} sessions, {self.options.repeats} x {self.options.seconds:g} s each ...")
        ours, floor = [], []
        for _ in range(self.options.repeats):
            ours.append(self.run(mode, gateway_command(), sessions, False))
            floor.append(self.run(mode, floor_command(ours[-1], **floor_options), sessions, True))
        return median(ours), median(floor)


def median(runs):
    return {key: statistics.median(run[key] for run in runs) for key in runs[0] if key != "mode"}


def say(text):
    print(text, file=sys.stderr, flush=True)


class Row:
    """One line of the table. `limit` is of the ratio where there is a floor, else of our own figure. `slack`, in the
    row's unit, is allowed beside what the ratio allows."""

    def __init__(self, name, unit, ours, floor, limit, at_least=False, mode=None, slack=0):
        self.name, self.unit, self.ours, self.floor = name, unit, ours, floor
        self.limit, self.at_least, self.mode, self.slack = limit, at_least, mode, slack

    @property
    def ratio(self):
        return self.ours / self.floor if self.floor else None

    @property
    def is_ok(self):
        if self.limit is None:
            return None
        value = self.ours if self.ratio is None else (self.ours - self.slack) / self.floor
        return value >= self.limit if self.at_least else value <= self.limit

    def cells(self):
        number = lambda value: "" if value is None else f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"  # noqa: E731
        target = "" if self.limit is None else f"{'>=' if self.at_least else '<='} {number(self.limit)}"
        if target and self.ratio is not None:
            target += " x" + (f" + {number(self.slack)}" if self.slack else "")
        verdict = {None: "", True: "ok", False: "short"}[self.is_ok]
        return [f"{self.name} [{self.unit}]", number(self.ours), number(self.floor),
                "" if self.ratio is None else f"{self.ratio:.2f}", target, verdict]  # fmt: skip


def bench_turnaround(load):
    ours, floor = load.pair("turnaround", 500, answers_calls=True, farewell_frames=2)  # response.created, response.done
    yield Row("no-op tool, 500 sessions, p50", "us", ours["p50_us"], floor["p50_us"], 2, mode="turnaround")
    yield Row("no-op tool, 500 sessions, p99", "us", ours["p99_us"], floor["p99_us"], 4, mode="turnaround")
    yield Row("first connection after exec", "ms", ours["ready_ms"], None, 100)


def bench_throughput(load):
    ours, floor = load.pair("throughput", 50, answers_calls=True)
    # A second of the server's processor: the driver on its own core may be the slower of the two.
    yield Row("calls a second on one core, 50 sessions", "1/s", ours["calls_per_cpu_s"], floor["calls_per_cpu_s"], 0.25,
              at_least=True, mode="throughput")  # fmt: skip
    yield Row("  CPU of a call", "us", ours["cpu_us_per_call"], floor["cpu_us_per_call"], None)


def bench_relay(load):
    ours, floor = load.pair("relay", 200)
    yield Row("relay of 20 ms of audio, CPU", "us", ours["cpu_us_per_event"], floor["cpu_us_per_event"], 2, mode="relay")
    for way in ("to_provider", "to_caller"):
        yield Row(f"  {way.replace('_', ' ')}, p50", "us", ours[f"{way}_p50_us"], floor[f"{way}_p50_us"], None)
        yield Row(f"  {way.replace('_', ' ')}, p99", "us", ours[f"{way}_p99_us"], floor[f"{way}_p99_us"], None)


def bench_start(load):
    ours, floor = load.pair("start", 400)
    yield Row("session start with 25 tools, CPU", "us", ours["cpu_us_per_start"], floor["cpu_us_per_start"], 4, mode="start")
    yield Row("  session.update to the provider", "bytes", ours["update_bytes"], None, None)


def bench_idle(load):
    say("idle: 1000 sessions ...")
    ours = load.run("idle", gateway_command(), 1000, False)
    floor = load.run("idle", floor_command(), 1000, True)
    yield Row("idle session, both legs, PSS", "KiB", ours["kib_per_session"], None, 24, mode="idle")
    yield Row("  the floor's", "KiB", floor["kib_per_session"], None, None)
    yield Row("  CPU of 1,000 idle sessions", "ms/s", ours["cpu_ms_per_idle_s"], None, None)


def bench_execute(load):
    folder = WORK / "bookings"
    prepare_bookings(folder)
    say(f"execute: 16 connections, {load.options.repeats} x {load.options.seconds:g} s ...")
    ours = median([load.run("execute", gateway_command(folder), 16, False) for _ in range(load.options.repeats)])
    shutil.rmtree(folder)
    yield Row("HTTP execute, a look-up among 1,000,000 bookings", "1/s", ours["calls_per_s"], None, None, mode="execute")
    yield Row("  for a second of the gateway's CPU", "1/s", ours["calls_per_cpu_s"], None, None)
    yield Row("  of 16 at a time, p50", "us", ours["p50_us"], None, None)
    yield Row("  of 16 at a time, p99", "us", ours["p99_us"], None, None)


def bench_executor(options):
    """The gateway's own parts, and beside each call what it is measured with: of the same rounds."""
    say(f"executor: {options.repeats + 2} rounds ...")
    folder = ROOT / "build/bench/executor"
    command = [BIN / "bench_executor", "--folder", folder, "--packs", ROOT / "bench/packs"]
    command += ["--seconds", 4 * options.seconds, "--rounds", options.repeats + 2]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    shutil.rmtree(folder, ignore_errors=True)
    if done.returncode != 0:
        raise RuntimeError(f"executor: {done.stderr.strip()}")
    if options.verbose:
        print(done.stdout, end="", flush=True)
    figures = json.loads(done.stdout)
    p50, p99 = (lambda name: figures[f"{name}_p50_us"]), (lambda name: figures[f"{name}_p99_us"])
    beside = [
        ("a read (SQLite look-up), beside it without gates", "get_booking", "get_booking_ungated", 1.5, 0),
        ("a read that costs nothing, beside it without gates", "look_nowhere", "look_nowhere_ungated", None, 0),
        ("a write in our SQLite, beside a synced transaction", "add_booking", "synced", 1, 200),
        ("  beside the same insert by hand", "add_booking", "by_hand", None, 0),
        ("a write over HTTP, beside two of them and the exchange", "send_booking", "synced_twice", 1, 200),
        ("  the exchange alone, with a plain socket", "exchange", None, None, 0),
        ("a write in our SQLite, after a pause", "add_booking_alone", "synced_alone", None, 0),
        ("a write over HTTP, after a pause", "send_booking_alone", "synced_twice_alone", None, 0),
    ]
    for title, ours, floor, limit, slack in beside:
        yield Row(f"{title}, p50", "us", p50(ours), floor and p50(floor), limit, slack=slack)
        yield Row("  p99", "us", p99(ours), floor and p99(floor), None)
    yield Row("the gates alone, a read, p50", "us", p50("gates"), None, 15)
    yield Row("  p99", "us", p99("gates"), None, None)
    yield Row("  of a write that names its act, p50", "us", p50("gates_of_write"), None, None)


def bench_phone(load):
    options = load.options
    stand = phone.Stand(BIN, WORK / "phone", WORK / "packs", JWT_KEY)
    try:
        phone.cascade(stand)
        yield from phone_latency(stand, options)
    finally:
        stand.stop()
    stand = phone.Stand(BIN, WORK / "phone_load", WORK / "packs", JWT_KEY)
    try:
        phone.native(stand)
        yield from phone_load(stand, options)
    finally:
        stand.stop()


def phone_latency(stand, options):
    for calls, rounds, p50, p99 in ((1, 20, 25, 60), (options.phone_calls[0], 5, None, 120)):
        say(f"phone: {calls} calls through the cascade ...")
        figures = phone.measure_latency(stand, calls, 3 if options.quick else rounds)
        answer, tool, clear = figures["answer"], figures["tool"], figures["clear"]
        yield Row(f"phone, the caller's last sound to the answer, {calls} at once, p50", "ms", answer["p50"], None, p50)
        yield Row("  p99", "ms", answer["p99"], None, p99)
        yield Row("  what a tool call in between adds, p50", "ms", max(0, tool["p50"] - answer["p50"]), None, 5)
        yield Row("  speech over an answer, until it is cleared, p99", "ms", clear["p99"], None, 30)


def phone_load(stand, options):
    calls, seconds = options.phone_calls[1], 60 * options.phone_minutes
    say(f"phone: {calls} calls in mu-law for {options.phone_minutes:g} minutes ...")
    figures = phone.measure_load(stand, calls, seconds)
    growth = figures["memory_last"] / figures["memory_first"]
    yield Row(f"phone, {calls} calls in mu-law, frames lost to the provider", "frames", figures["lost_to_provider"], None, 0)
    yield Row("  frames lost to the callers", "frames", figures["lost_to_caller"], None, 0)
    yield Row("  how late what is played comes, p99", "ms", figures["jitter_p99"], None, 10)
    yield Row("  tool calls", "calls", figures["tool_calls"], None, None)
    yield Row("  resident memory, at first", "MiB", figures["memory_first"], None, None)
    yield Row("  and at last, of that", "x", growth, None, 1.05)
    yield Row("  CPU of a call, the gateway's", "ms/s", figures["cpu_per_call"], None, None)
    yield Row("  that of the simulators", "ms/s", figures["cpu_of_sims_per_call"], None, None)
    most = calls if phone.is_sound(figures, 10) else 0
    while most and not options.quick:
        say(f"phone: {most + 100} calls ...")
        if not phone.is_sound(phone.measure_load(stand, most + 100, 30), 10):
            break
        most += 100
    yield Row("  so many before sound is late or lost", "calls", most, None, calls, at_least=True)


# What stands in the column of the floor: OpenAI's port with the same frame, of the same run.
PASSED_THROUGH = {
    "AudioToGemini": "AudioToOpenAi",
    "AudioFromGemini": "AudioFromOpenAi",
    "AudioFromGeminiToPhone": "AudioFromOpenAi",
}


def bench_parts(words, seconds):
    validate = []
    for program in sorted(BIN.glob("parts_*")):
        say(f"{program.name} ...")
        command = [program, "--benchmark_format=json", f"--benchmark_min_time={min(0.5, seconds / 10):g}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            say(done.stderr)
            continue
        ran = json.loads(done.stdout)["benchmarks"]
        times = {one["name"].removeprefix("BM_"): one.get("cpu_time") for one in ran}
        for one in ran:
            name = one["name"].removeprefix("BM_")
            if one.get("error_occurred"):
                say(f"  {name}: {one['error_message']}")
                continue
            if name.startswith("ParseAndValidate/"):
                validate.append(one["cpu_time"])
            if all(word.lower() in name.lower() for word in words):
                yield Row(f"{program.name.removeprefix('parts_')}: {name}", one["time_unit"], one["cpu_time"],
                          times.get(PASSED_THROUGH.get(name)), None)  # fmt: skip
    if validate and not words:
        yield Row("parse and validate, mean over the receptionist's tools", "1/s", 1e9 / statistics.mean(validate), None,
                  2_000_000, at_least=True)  # fmt: skip


# --- the table -------------------------------------------------------------------------------------------------------


def print_table(rows):
    header = ["row", "ours", "floor", "ratio", "target", ""]
    cells = [header] + [row.cells() for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
    for number, line in enumerate(cells):
        padded = [line[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        print("  ".join(padded).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def print_profiles(load, rows):
    """What holds back whatever is short: where the server's processor goes."""
    modes = dict.fromkeys(row.mode for row in rows if row.is_ok is False and row.mode not in (None, "idle"))
    if not modes:
        return
    if not shutil.which("perf"):
        print("\nFor a profile of what is short, install perf (package linux-perf) and run again.")
        return
    sessions = {"turnaround": 500, "throughput": 50, "relay": 200, "start": 400}
    for mode in modes:
        file = WORK / f"{mode}.perf"
        load.run(mode, gateway_command(), sessions[mode], False, profile=file)
        print(f"\nWhere {mode} spends the gateway's time (whole: perf report -i {file.relative_to(ROOT)}):")
        print("  by program: " + ", ".join(" ".join(line.split()[:2]) for line in perf_lines(file, "dso", 1)) or "  nothing was recorded")
        for line in perf_lines(file, "dso,symbol", 1.2)[:15]:
            print("  " + line.strip()[:120].rstrip())


def perf_lines(file, order, least_percent):
    command = ["perf", "report", "-i", file, "--stdio", "--no-children", "-g", "none", "--percent-limit", str(least_percent),
               "-s", order]  # fmt: skip
    report = subprocess.run(command, capture_output=True, text=True)
    return [line for line in report.stdout.splitlines() if line.strip() and not line.startswith("#")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", help=f"any of {' '.join(MODES)}; with parts, further words narrow it")
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    parser.add_argument("--repeats", type=int, default=3, help="the median of so many is shown")
    parser.add_argument("--quick", action="store_true", help="once, and for a second: to see that it runs")
    parser.add_argument("--strict", action="store_true", help="status 1 where a row is short")
    parser.add_argument("--no-profile", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="also every run's figures as JSON lines")
    parser.add_argument("--phone-minutes", type=float, default=1, help="of the load of telephone calls")
    parser.add_argument("--phone-calls", type=int, nargs=2, default=[200, 300], metavar=("CASCADE", "NATIVE"), help="at the same time")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.repeats = 1, 1
        options.phone_minutes, options.phone_calls = 0.5, [5, 5]
    words = [word for word in options.what if word not in MODES]
    if words and "parts" not in options.what:
        parser.error(f"no such measurement: {words[0]}")
    modes = [mode for mode in MODES if mode in options.what] or MODES

    load = Load(options)
    rows = []
    if set(modes) - {"parts", "executor"}:
        prepare()
    for mode in modes:
        if mode == "parts":
            rows += bench_parts(words, options.seconds)
        else:
            rows += globals()[f"bench_{mode}"](options if mode == "executor" else load)
    print_table(rows)
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / "table.json").write_text(json.dumps([dict(zip("row ours floor ratio target verdict".split(), row.cells())) for row in rows], indent=1))
    if not options.no_profile:
        print_profiles(load, rows)
    return 1 if options.strict and any(row.is_ok is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
