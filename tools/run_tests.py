#!/usr/bin/env python3
"""Runs ctest on a built tree and ends with the line "N passed, N failed", which counts the cases inside the programs.

usage: run_tests.py BUILD_FOLDER JOBS [--under COMMAND ...] [-- CTEST_ARGUMENT ...]

Tests that drive whole gateways by the clock share the machine with their like. Such a case that fails gets a second
chance, alone; what then passes is counted as passed, and named, so that nobody takes it for steady. Whatever crashes,
hangs, or is no such test has no second chance.
"""
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path

SECOND_CHANCES = re.compile(r"(integration)_\d+")
# Beyond it something is broken, and not late.
MOST_SECOND_CHANCES = 8


@dataclass
class Program:
    """What a gtest program reported of itself; `failed`: names of cases, as a filter takes them."""

    name: str
    cases: int = 0
    failed: list = field(default_factory=list)


def read_program(path):
    out = Program(path.stem)
    for case in xml.parse(path).getroot().iter("testcase"):
        if case.get("status") == "notrun":
            continue
        out.cases += 1
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


def read_ctest(path):
    """What ctest ran, and what of it failed: names."""
    cases = list(xml.parse(path).getroot().iter("testcase"))
    return [case.get("name") for case in cases], [case.get("name") for case in cases if case.get("status") == "fail"]


def may_have_another(failed_tests, programs):
    """Whether every failure is of cases that may run once more: each test that failed says which they are."""
    cases = 0
    for name in failed_tests:
        if not SECOND_CHANCES.fullmatch(name) or name not in programs or not programs[name].failed:
            return False
        cases += len(programs[name].failed)
    return 0 < cases <= MOST_SECOND_CHANCES


def count(tests, failed_tests, programs, forgiven):
    """Cases that passed and that failed. A test that reports no cases is one itself; one that died counts as one."""
    passed = failed = 0
    for name in tests:
        program = programs.get(name, Program(name))
        broken = [case for case in program.failed if case not in forgiven]
        died = name in failed_tests and not program.failed
        failed += len(broken) + died
        passed += max(program.cases, 0 if died else 1) - len(broken)
    return passed, failed


def run_alone(build, program, case, under):
    binary = build / "bin" / ("test_" + SECOND_CHANCES.fullmatch(program).group(1))
    return subprocess.run([*under, binary, "--gtest_filter=" + case, "--gtest_brief=1"]).returncode == 0


def second_chances(build, failed_tests, programs, under):
    """The cases that pass when nothing else runs."""
    forgiven = []
    for name in failed_tests:
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
    results.mkdir(exist_ok=True)
    for old in results.iterdir():
        old.unlink()
    ctest = subprocess.run([*under, "ctest", "--test-dir", build, "-j", jobs, "--output-on-failure", "--no-tests=error",
                            "--output-junit", results / "ctest.junit", *further],
                           env={**os.environ, "GTEST_BRIEF": "1"})
    if not (results / "ctest.junit").exists():
        print("0 passed, 1 failed")
        return 1
    programs = read_programs(results)
    tests, failed_tests = read_ctest(results / "ctest.junit")
    forgiven = []
    if may_have_another(failed_tests, programs):
        forgiven = second_chances(build, failed_tests, programs, under)
    passed, failed = count(tests, failed_tests, programs, forgiven)
    # Last of all: a log is often kept by its end alone.
    for case in forgiven:
        print(f"  UNSTEADY {case}: passed alone")
    for program in programs.values():
        for case in program.failed:
            if case not in forgiven:
                print(f"  FAILED {program.name}: {case}")
    print(f"{passed} passed, {failed} failed")
    if failed or (ctest.returncode != 0 and not forgiven):
        return ctest.returncode or 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
