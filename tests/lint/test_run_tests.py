"""What counts as passed, and what may be tried again."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tools"))

import run_tests
from run_tests import Program

REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" name="AllTests">
  <testsuite name="Calls" tests="3">
    <testcase name="End" status="run" classname="Calls" />
    <testcase name="Begin/0" status="run" classname="All/Calls"><failure message="no" type=""></failure></testcase>
    <testcase name="Sleep" status="notrun" classname="Calls" />
  </testsuite>
</testsuites>
"""


def programs(*all_of_them):
    return {each.name: each for each in all_of_them}


class Reports(unittest.TestCase):
    def test_say_which_cases_failed(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "integration_1.xml").write_text(REPORT)
            pathlib.Path(folder, "integration_2.xml").write_text(REPORT[:100])  # it died while it wrote
            found = run_tests.read_programs(folder)
        self.assertEqual(list(found), ["integration_1"])
        self.assertEqual(found["integration_1"].cases, 2)
        self.assertEqual(found["integration_1"].failed, ["All/Calls.Begin/0"])


class SecondChances(unittest.TestCase):
    def test_are_for_cases_of_whole_gateways(self):
        late = Program("integration_3", 9, ["Calls.End"])
        self.assertTrue(run_tests.may_have_another(["integration_3"], programs(late)))

    def test_are_not_for_what_dies(self):
        self.assertFalse(run_tests.may_have_another(["integration_3"], {}))
        self.assertFalse(run_tests.may_have_another(["integration_3"], programs(Program("integration_3", 9))))

    def test_are_not_for_what_needs_no_clock(self):
        late = Program("integration_3", 9, ["Calls.End"])
        wrong = Program("unit_base", 9, ["Text.Ends"])
        self.assertFalse(run_tests.may_have_another(["integration_3", "unit_base"], programs(late, wrong)))

    def test_are_not_for_many(self):
        broken = Program("integration_3", 99, [f"Calls.End{i}" for i in range(9)])
        self.assertFalse(run_tests.may_have_another(["integration_3"], programs(broken)))

    def test_are_not_needed_where_nothing_fails(self):
        self.assertFalse(run_tests.may_have_another([], programs(Program("integration_3", 9))))


class Counts(unittest.TestCase):
    def test_are_of_the_cases_inside(self):
        two = programs(Program("unit_base", 5), Program("integration_0", 4, ["Calls.End"]))
        tests = ["unit_base", "integration_0", "fuzz_seeds"]
        self.assertEqual(run_tests.count(tests, ["integration_0"], two, []), (9, 1))
        self.assertEqual(run_tests.count(tests, ["integration_0"], two, ["Calls.End"]), (10, 0))

    def test_hold_what_died(self):
        self.assertEqual(run_tests.count(["unit_base", "fuzz_seeds"], ["unit_base", "fuzz_seeds"], {}, []), (0, 2))


if __name__ == "__main__":
    unittest.main()
