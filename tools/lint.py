#!/usr/bin/env python3
"""The house rules that a compiler does not check. `./dev lint`; standard library only (PyYAML where it is there).

Each finding reads `file:line: what: what to do instead`. A rule is broken with a comment on the same line or the one
above: `lint-allow RULE: why`.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from typing import NamedTuple

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from cpp_text import CppText  # noqa: E402

# --- tables: what a change of the house changes ----------------------------------------------------------------------

FLOORS = {
    "base": 0,
    "async": 1, "audio": 1, "telemetry": 1,
    "net": 2, "storage": 2, "config": 2,
    "realtime": 3, "registry": 3,
    "provider": 4, "policy": 4, "tool": 4,
    "pipeline": 5,
    "session": 6,
    "channel": 7, "api": 7,
    "app": 8, "main.cpp": 9,
}  # fmt: skip
SIM_MAY_INCLUDE = {"sim", "base", "async", "audio", "telemetry", "net"}

# Header pattern -> (folders that may include it, what to use elsewhere).
OWNED_HEADERS = [
    (r"boost/beast\b", ("src/net/",), "the interfaces in net/*.hpp"),
    (r"openssl/", ("src/net/",), "net/tls.hpp, or base/encoding.hpp for hashes"),
    (r"sqlite3(ext)?\.h$", ("src/storage/sqlite/",), "storage/'s own interface"),
    (r"(postgresql/)?libpq(-fe|/).*", ("src/storage/postgres/",), "storage/'s own interface"),
]
FORBIDDEN_HEADERS = {
    "regex": "ICU (registry/) or a small hand-written scanner; <regex> recurses and is slow to compile",
    "iostream": "<cstdio>, or telemetry/ for logs; <iostream> costs every program its static objects",
    "boost/asio.hpp": "the single headers of Boost.Asio that are used",
    "boost/beast.hpp": "the single headers of Boost.Beast that are used, in net/",
    "boost/asio/experimental/awaitable_operators.hpp": "async::with_deadline or a TaskGroup: `||` hides exceptions",
}
LIGHT_HEADERS = re.compile(
    r"boost/asio/(awaitable|any_io_executor)\.hpp|boost/json/(fwd|value|object|array|string|storage_ptr|monotonic_resource)\.hpp"
)
# Low floors are made of such headers: there they are the subject, not a convenience.
LIGHT_IN_FOLDER = {
    "src/base/": re.compile(r"boost/system/result\.hpp|boost/container/deque\.hpp"),
    "src/async/": re.compile(r"boost/(asio|system)/.*"),
}
# A header of these folders may be heavy when no other folder includes it.
PRIVATE_HEADERS_IN = ("src/net/", "src/storage/", "src/async/", "src/provider/offline/", "src/config/", "src/telemetry/")

DETACHED_IN = ("src/async/", "src/app/", "src/main.cpp", "sim/main.cpp")
VENDOR_FREE = ("src/session/", "src/pipeline/", "src/policy/", "src/tool/", "src/registry/")
# Exports are what vendors see; loading checks those that it is told to.
VENDORS_ALLOWED = re.compile(r"^src/registry/([^/]*export|snapshot\.)")
VENDORS = re.compile(
    r"(?i:openai|gemini|grok|google|anthropic|vertex|twilio|deepgram|elevenlabs|cartesia)"
    r"|(?<![A-Za-z])xai(?![a-z])|Xai(?![a-z])|XAI(?![A-Z])|(?<![A-Za-z])gpt(?![a-z])"
)

HEADER_NORM, SOURCE_NORM, LINES_MAX = 150, 300, 500
WORDS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
ALIEN_PATHS = re.compile(r"(?<![\w.~-])/(" + "|".join(("wo" + "rk", "ro" + "ot")) + r")(?=/)")
SLEEPS = re.compile(r"this_thread::sleep_(for|until)|(?<![\w.>:])(usleep|nanosleep|sleep)\s*\(")

CPP_SUFFIXES = {".cpp", ".cc", ".hpp", ".h"}
TEXT_SUFFIXES = CPP_SUFFIXES | {
    ".py", ".md", ".txt", ".json", ".yaml", ".yml", ".cmake", ".sh", ".ts", ".tsx", ".js", ".mjs", ".sql", ".html",
    ".css", ".service", "",
}  # fmt: skip
SKIPPED = re.compile(r"^(build|\.git|\.cache|examples/audio)/|(^|/)(node_modules|dist|__pycache__|seeds|broken)/|(^|/)package-lock\.json$|^LICENSE$")


class Finding(NamedTuple):
    path: str
    line: int
    rule: str
    what: str
    instead: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.what}: {self.instead} [{self.rule}]"


class Source:
    """A file and what rules ask of it."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.suffix = pathlib.PurePosixPath(path).suffix
        self.is_header = self.suffix in {".hpp", ".h"}
        self.is_cpp = self.suffix in CPP_SUFFIXES
        self.cpp = CppText(text) if self.is_cpp else None
        parts = path.split("/")
        self.folder = parts[1] if parts[0] == "src" and len(parts) > 1 else parts[0]
        self.is_product = parts[0] in {"src", "sim"}

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1


# --- rules of one file: each yields (line, what, instead) ------------------------------------------------------------


def floors(source):
    """A folder includes its own files and lower floors only."""
    if not source.is_product:
        return
    for line, angled, name in source.cpp.includes:
        if angled:
            continue
        if name.startswith("../"):
            yield line, f'"{name}" climbs out of its folder', "include it by its path from src/"
        target = name.split("/")[0] if "/" in name else None
        if source.path.startswith("sim/"):
            if target in FLOORS and target not in SIM_MAY_INCLUDE:
                yield line, f"sim/ includes {target}/", "share nothing above net/ with the product, or both are wrong together"
            continue
        if target not in FLOORS or source.folder not in FLOORS or target == source.folder:
            continue
        mine, theirs = FLOORS[source.folder], FLOORS[target]
        if theirs >= mine:
            side = "beside" if theirs == mine else "above"
            yield (line, f"{source.folder}/ (floor {mine}) includes {target}/ (floor {theirs}), {side} it",
                   "move what both need to a lower floor, or pass it in from app/")  # fmt: skip


def owned_headers(source):
    """Beast, OpenSSL, SQLite and libpq each have one home."""
    if not source.is_product:
        return
    for line, _, name in source.cpp.includes:
        for pattern, homes, instead in OWNED_HEADERS:
            if re.match(pattern, name) and not source.path.startswith(homes):
                yield line, f"<{name}> outside {', '.join(homes)}", f"use {instead}"


def forbidden_headers(source):
    for line, _, name in source.cpp.includes:
        if name in FORBIDDEN_HEADERS:
            yield line, f"<{name}>", f"use {FORBIDDEN_HEADERS[name]}"
    for match in re.finditer(r"\bawaitable_operators\b", source.cpp.code):
        yield source.line_of(match.start()), "awaitable operators", "use async::with_deadline or a TaskGroup"


def detached(source):
    if not source.is_product or source.path.startswith(DETACHED_IN):
        return
    for match in re.finditer(r"\basio::detached\b|(?<=[,(])\s*detached\s*(?=[,)])|\.detach\(\)", source.cpp.code):
        yield source.line_of(match.start()), "detached work has no owner", "spawn it in a TaskGroup that is joined"


def awaits(source):
    """GCC 12 frees these temporaries twice."""
    cpp = source.cpp
    lambdas = [entry for entry in cpp.lambdas() if entry[1]]
    seen = set()
    for at, word, start, end in cpp.await_statements():
        if word:
            yield (source.line_of(at), f"co_await inside {word} (...)",
                   "await into a named value on the line before: GCC 12 crashes on this")  # fmt: skip
            continue
        if (start, end) in seen:
            continue
        seen.add((start, end))
        for brace in cpp.braced_values(start, end):
            yield (source.line_of(brace), "braced temporary in an expression with co_await",
                   "name it on the line before: GCC 12 frees it twice")  # fmt: skip
            break
        for opening, captures, body in lambdas:
            if start <= opening < end and not body[0] < at < body[1]:
                yield (source.line_of(opening), f"lambda capturing [{captures}] in an expression with co_await",
                       "name it on the line before: GCC 12 frees its captures twice")  # fmt: skip
                break


def lambda_captures(source):
    cpp = source.cpp
    all_lambdas = list(cpp.lambdas())
    for opening, captures, body in all_lambdas:
        if not captures:
            continue
        if captures == "=" or captures.startswith(("=,", "= ,")):
            yield source.line_of(opening), "[=] hides what is kept alive", "name each capture"
        inner = [other[2] for other in all_lambdas if body[0] < other[0] < body[1]]
        for match in re.finditer(r"\bco_(await|return|yield)\b", cpp.code[body[0] : body[1]]):
            at = body[0] + match.start()
            if not any(first < at < last for first, last in inner):
                yield (source.line_of(opening), f"a coroutine lambda captures [{captures}]",
                       "pass what it needs as parameters: captures die with the lambda, not with the coroutine")  # fmt: skip
                break


def sleeps(source):
    if not source.path.startswith("tests/"):
        return
    for match in SLEEPS.finditer(source.cpp.code):
        yield source.line_of(match.start()), "a thread sleeps", "use virtual time, or wait for the event itself"


def vendors(source):
    if not source.path.startswith(VENDOR_FREE) or VENDORS_ALLOWED.match(source.path):
        return
    spoken = source.cpp.spoken
    for match in VENDORS.finditer(spoken):
        yield (source.line_of(match.start()), f"{source.folder}/ names a vendor ({match[0]})",
               "keep vendors in provider/, channel/ and the exports; pass what differs as data")  # fmt: skip


def header_shape(source):
    if not source.is_header:
        return
    if "#pragma once" not in source.cpp.code:
        yield 1, "header without #pragma once", "add it as the first line of code"
    for match in re.finditer(r"^\s*using\s+namespace\b", source.cpp.code, re.MULTILINE):
        if source.is_product:
            yield source.line_of(match.start()), "using namespace in a header", "write the names out"


def length(source):
    if not source.path.startswith(("src/", "sim/", "tests/", "bench/", "fuzz/")):
        return
    lines = source.text.count("\n")
    if lines > LINES_MAX:
        yield 1, f"{lines} lines (at most {LINES_MAX})", "split it: one main thing a file"


def words(source):
    for match in WORDS.finditer(source.text):
        yield source.line_of(match.start()), f"the word {match[0]}", "do it, or say why it is as it is"


def alien_paths(source):
    for match in ALIEN_PATHS.finditer(source.text):
        yield source.line_of(match.start()), f"the path {match[0]}/", "use a path inside the project or a setting"


def data_parses(source):
    if source.suffix == ".json":
        try:
            json.loads(source.text, object_pairs_hook=_no_duplicates)
        except ValueError as error:
            yield getattr(error, "lineno", 1), f"not JSON ({error})", "fix it, or keep hostile input in a folder named broken/"
    elif source.suffix in {".yaml", ".yml"}:
        yield from _yaml_problems(source)


def _no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"duplicate key {key!r}")
    return dict(pairs)


def _yaml_problems(source):
    for number, line in enumerate(source.text.splitlines(), 1):
        if re.match(r" *\t", line):
            yield number, "a tab indents YAML", "use spaces"
            return
    try:
        import yaml
    except ImportError:
        return
    try:
        for _ in yaml.parse(source.text):
            pass
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "cannot be read"
        yield (mark.line + 1 if mark else 1), f"not YAML ({what})", "fix it, or keep hostile input in a folder named broken/"


CPP_RULES = {
    "floors": floors,
    "owned-headers": owned_headers,
    "forbidden-headers": forbidden_headers,
    "detached": detached,
    "awaits": awaits,
    "lambda-captures": lambda_captures,
    "sleeps": sleeps,
    "vendors": vendors,
    "header-shape": header_shape,
    "length": length,
}
TEXT_RULES = {"words": words, "alien-paths": alien_paths, "data-parses": data_parses}


def check(source):
    """Every finding of one file, without those that a comment allows."""
    rules = {**(CPP_RULES if source.is_cpp else {}), **TEXT_RULES}
    lines = source.text.splitlines()
    for name, rule in rules.items():
        for line, what, instead in rule(source):
            nearby = "\n".join(lines[max(0, line - 2) : line])
            if not re.search(rf"lint-allow {name}: \S", nearby):
                yield Finding(source.path, line, name, what, instead)


# --- rules of the whole tree -----------------------------------------------------------------------------------------


def heavy_headers(sources):
    """Headers stay light, so that a change costs seconds."""
    included_from = {}
    for source in sources:
        for _, angled, name in source.cpp.includes if source.cpp else ():
            if not angled:
                included_from.setdefault(name, set()).add(source.path)
    for source in sources:
        if not source.is_header or not source.path.startswith("src/") or source.path == "src/pch.hpp":
            continue
        name = source.path.removeprefix("src/")
        home = next((folder for folder in PRIVATE_HEADERS_IN if source.path.startswith(folder)), None)
        users = {path for path in included_from.get(name, set()) if path.startswith(("src/", "sim/"))}
        if home and users and all(path.startswith(home) for path in users):
            continue
        folder = f"src/{source.folder}/"
        for line, angled, header in source.cpp.includes:
            is_standard = "/" not in header and not header.endswith((".h", ".hpp"))
            local = LIGHT_IN_FOLDER.get(folder)
            if not angled or is_standard or LIGHT_HEADERS.fullmatch(header) or (local and local.fullmatch(header)):
                continue
            if header.startswith(("sys/", "netinet/")) or header in {"unistd.h"}:
                continue
            yield Finding(source.path, line, "heavy-headers", f"<{header}> in a header",
                          "forward-declare, and include it in the .cpp")  # fmt: skip


def formatting(root, paths):
    """clang-format 14 decides layout; other versions disagree with it, so they are not asked."""
    program = clang_format()
    if not program or not paths:
        return
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        size = max(1, len(paths) // (4 * (os.cpu_count() or 1)))
        groups = [paths[at : at + size] for at in range(0, len(paths), size)]
        command = [program, "--dry-run", "--style=file"]
        for done in pool.map(lambda group: subprocess.run(command + group, cwd=root, capture_output=True, text=True), groups):
            seen = set()
            for match in re.finditer(r"^(.+?):(\d+):\d+: (?:warning|error):", done.stderr, re.MULTILINE):
                if match[1] not in seen:
                    seen.add(match[1])
                    yield Finding(match[1], int(match[2]), "formatting", "not as clang-format has it", "./dev format")


def clang_format():
    for name in ("clang-format-14", "clang-format"):
        program = shutil.which(name)
        if program and re.search(r"version 14\.", subprocess.run([program, "--version"], capture_output=True, text=True).stdout):
            return program
    return None


def headers_alone(root, headers):
    """Every header compiles by itself."""
    compiler = os.environ.get("CXX", "g++")
    flags = ["-std=c++20", "-fsyntax-only", "-Isrc", "-I.", "-Itests/support", "-w", "-x", "c++",
             "-DBOOST_ASIO_SEPARATE_COMPILATION", "-DBOOST_ASIO_NO_DEPRECATED", "-DBOOST_BEAST_SEPARATE_COMPILATION",
             "-DSPDLOG_FMT_EXTERNAL", "-DSPDLOG_COMPILED_LIB"]  # fmt: skip

    def compile_one(header):
        return header, subprocess.run([compiler, *flags, header], cwd=root, capture_output=True, text=True)

    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for header, done in pool.map(compile_one, headers):
            if done.returncode == 0:
                continue
            match = re.search(r"^(.*?):(\d+):\d+: (?:fatal )?error: (.*)$", done.stderr, re.MULTILINE)
            what = match[3] if match else done.stderr.strip()[:200]
            line = int(match[2]) if match and match[1] == header else 1
            yield Finding(header, line, "headers", f"does not compile alone ({what})", "include what it uses")


# --- main ------------------------------------------------------------------------------------------------------------


def tree(root):
    """Paths of the project's own text files."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True)
    if listed.returncode == 0:
        paths = listed.stdout.splitlines()
    else:
        paths = []
        for folder, folders, files in os.walk(root):
            folders[:] = [name for name in folders if name not in {"build", ".git", ".cache", "node_modules"}]
            paths += [(pathlib.Path(folder) / name).relative_to(root).as_posix() for name in files]
    for path in sorted(set(paths)):
        file = root / path
        if pathlib.PurePosixPath(path).suffix in TEXT_SUFFIXES and not SKIPPED.search(path) and file.is_file():
            yield path


def load(root, paths):
    for path in paths:
        try:
            yield Source(path, (root / path).read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue  # a recording or another binary without a suffix
        except FileNotFoundError:
            continue


def run(root, paths, with_format=True, with_headers=False):
    sources = list(load(root, paths))
    findings = [finding for source in sources for finding in check(source)]
    findings += heavy_headers(sources)
    cpp_paths = [source.path for source in sources if source.is_cpp]
    if with_format:
        findings += formatting(root, cpp_paths)
    if with_headers:
        findings += headers_alone(root, [s.path for s in sources if s.is_header and s.is_product and s.path != "src/pch.hpp"])
    return sources, sorted(set(findings))


def beyond_norm(sources):
    for source in sources:
        norm = HEADER_NORM if source.is_header else SOURCE_NORM
        lines = source.text.count("\n")
        if source.is_cpp and source.is_product and lines > norm:
            yield f"{source.path}: {lines} lines (the norm is {norm})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", help="only these files or folders")
    parser.add_argument("--headers", action="store_true", help="also compile every header alone")
    parser.add_argument("--notes", action="store_true", help="also list files beyond the norm of lines")
    parser.add_argument("--list-cpp", action="store_true", help="print the C++ files and stop")
    options = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parent.parent
    paths = list(tree(root))
    if options.list_cpp:
        print("\n".join(path for path in paths if pathlib.PurePosixPath(path).suffix in CPP_SUFFIXES))
        return 0
    sources, findings = run(root, paths, with_headers=options.headers)
    wanted = tuple(str(pathlib.PurePosixPath(path)) for path in options.paths)
    shown = [f for f in findings if not wanted or any(f.path == w or f.path.startswith(w + "/") for w in wanted)]
    for finding in shown:
        print(finding)
    notes = list(beyond_norm(sources))
    if options.notes:
        print("\n".join(notes))
    if not clang_format():
        print("lint: no clang-format 14 here, formatting is not checked", file=sys.stderr)
    print(f"lint: {len(sources)} files, {len(shown)} findings, {len(notes)} files beyond the norm of lines", file=sys.stderr)
    return 1 if shown else 0


if __name__ == "__main__":
    sys.exit(main())
