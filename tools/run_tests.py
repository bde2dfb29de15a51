#!/usr/bin/env python3
"""Runs ctest on a built tree and ends with the line "N passed, N failed", which counts the cases inside the programs.

usage: run_tests.py BUILD_FOLDER JOBS [--under COMMAND ...] [-- CTEST_ARGUMENT ...]

Tests that drive whole gateways by the clock share the machine with their like. Such a case that fails gets a second
chance, alone; what then passes is counted as passed, and named, so that nobody takes it for steady. There is none for
whatever crashes, hangs, was told on by a sanitizer, did not run, or is no such test.
"""
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path

SECOND_CHANCES = re.compile(r"(integration)_\d+")
# Beyond it something is broken, and not late.
MOST_SECOND_CHANCES = 8
# What a program says besides that its cases have failed.
WORSE = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|terminate called|Timeout")


@dataclass
class Program:
    """What a gtest program reported of itself; `failed`: names of cases, as a filter takes them."""

    name: str
    cases: int = 0
    failed: list = field(default_factory=list)
    skipped: int = 0


def read_program(path):
    out = Program(path.stem)
    for case in xml.parse(path).getroot().iter("testcase"):
        if case.get("status") == "notrun":
            continue
        out.cases += 1
        out.skipped += case.get("result") == "skipped"
        if case.find("failure") is not None:
            out.failed.append(case.get("classname") + "." + case.get("name"))
    return out


def read_programs(folder):
    """By name; one that died has no report, or half of one."""
    out = {}
    for path in sorted(Path(folder).glob("*.xml")):
        try:
            out[path.stem] = read_program(path)
        except xml.ParseError:
            continue
    return out


@dataclass
class Test:
    """What ctest says of a program: failed is whatever did not run to a good end, and worse what no clock explains."""

    failed: bool
    worse: bool


def read_ctest(path):
    """By name."""
    out = {}
    for case in xml.parse(path).getroot().iter("testcase"):
        told = " ".join([*(each.get("message") or "" for each in case.iter("failure")), case.findtext("system-out") or ""])
        out[case.get("name")] = Test(case.get("status") != "run", WORSE.search(told) is not None)
    return out


def may_have_another(tests, programs):
    """Whether every failure is of cases that may run once more: each test that failed says which they are."""
    cases = 0
    for name in (name for name, test in tests.items() if test.failed):
        program = programs.get(name)
        # What a suite's own beginning has broken is skipped, and names no case.
        if not SECOND_CHANCES.fullmatch(name) or not program or not program.failed or program.skipped or tests[name].worse:
            return False
        cases += len(program.failed)
    return 0 < cases <= MOST_SECOND_CHANCES


def count(tests, programs, forgiven):
    """Cases that passed and that failed. A test that reports no cases is one itself; one that died counts as one."""
    passed = failed = 0
    for name, test in tests.items():
        program = programs.get(name, Program(name))
        broken = [case for case in program.failed if case not in forgiven]
        died = test.failed and not program.failed
        failed += len(broken) + died
        passed += max(program.cases, 0 if died else 1) - len(broken)
    return passed, failed


def run_alone(build, program, case, under):
    """Whether this one case ran, and passed."""
    binary = build / "bin" / ("test_" + SECOND_CHANCES.fullmatch(program).group(1))
    report = build / "results/alone/one.xml"
    report.unlink(missing_ok=True)
    ended = subprocess.run([*under, binary, "--gtest_filter=" + case, "--gtest_brief=1", f"--gtest_output=xml:{report}"])
    told = read_program(report) if report.exists() else Program(case)
    return ended.returncode == 0 and told.cases == 1 and not told.failed and not told.skipped


def second_chances(build, programs, tests, under):
    """The cases that pass when nothing else runs."""
    forgiven = []
    for name in (name for name, test in tests.items() if test.failed):
        for case in programs[name].failed:
            print(f"  {case} failed beside others. Once more, alone:", flush=True)
            if run_alone(build, name, case, under):
                forgiven.append(case)
    return forgiven


def main(arguments):
    end = arguments.index("--") if "--" in arguments else len(arguments)
    own, further = arguments[:end], arguments[end + 1 :]
    if len(own) < 2 or (len(own) > 2 and own[2] != "--under"):
        sys.exit(__doc__)
    build, jobs, under = Path(own[0]).resolve(), own[1], own[3:]
    results = build / "results"
    shutil.rmtree(results, ignore_errors=True)
    (results / "alone").mkdir(parents=True)
    ctest = subprocess.run([*under, "ctest", "--test-dir", build, "-j", jobs, "--output-on-failure", "--no-tests=error",
                            "--output-junit", results / "ctest.junit", "--test-output-size-failed", "8000000", *further],
                           env={**os.environ, "GTEST_BRIEF": "1"})
    if not (results / "ctest.junit").exists():
        print("0 passed, 1 failed")
        return 1
    programs = read_programs(results)
    tests = read_ctest(results / "ctest.junit")
    forgiven = []
    if may_have_another(tests, programs):
        forgiven = second_chances(build, programs, tests, under)
    passed, failed = count(tests, programs, forgiven)
    # Last of all: a log is often kept by its end alone.
    for case in forgiven:
        print(f"  UNSTEADY {case}: passed alone")
    for name, test in tests.items():
        cases = programs[name].failed if name in programs else []
        for case in cases:
            if case not in forgiven:
                print(f"  FAILED {name}: {case}")
        if test.failed and not cases:
            print(f"  FAILED {name}, which did not run to its end")
    print(f"{passed} passed, {failed} failed")
    if failed or (ctest.returncode != 0 and not forgiven):
        return ctest.returncode or 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
