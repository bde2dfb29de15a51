"""What counts as passed, and what may be tried again."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tools"))

import run_tests
from run_tests import Program, Test

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


def failed(*names, worse=False):
    return {"unit_base": Test(False, False), **{name: Test(True, worse) for name in names}}


class Ctest(unittest.TestCase):
    def test_whatever_did_not_run_to_a_good_end_has_failed(self):
        report = """<testsuite>
          <testcase name="good" status="run"><system-out>all is well</system-out></testcase>
          <testcase name="late" status="fail"><failure message=""/><system-out>no: 1 FAILED TEST</system-out></testcase>
          <testcase name="leaks" status="fail"><system-out>==1==ERROR: LeakSanitizer: leaks</system-out></testcase>
          <testcase name="hangs" status="fail"><failure message="Timeout"/></testcase>
          <testcase name="absent" status="notrun"><skipped message="Unable to find executable"/></testcase>
        </testsuite>"""
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "ctest.junit").write_text(report)
            found = run_tests.read_ctest(pathlib.Path(folder, "ctest.junit"))
        self.assertEqual([name for name, test in found.items() if test.failed], ["late", "leaks", "hangs", "absent"])
        self.assertEqual([name for name, test in found.items() if test.worse], ["leaks", "hangs"])


class SecondChances(unittest.TestCase):
    def test_are_for_cases_of_whole_gateways(self):
        late = Program("integration_3", 9, ["Calls.End"])
        self.assertTrue(run_tests.may_have_another(failed("integration_3"), programs(late)))

    def test_are_not_for_what_dies_or_is_worse_than_late(self):
        late = Program("integration_3", 9, ["Calls.End"])
        self.assertFalse(run_tests.may_have_another(failed("integration_3"), {}))
        self.assertFalse(run_tests.may_have_another(failed("integration_3"), programs(Program("integration_3", 9))))
        self.assertFalse(run_tests.may_have_another(failed("integration_3", worse=True), programs(late)))

    def test_are_not_for_suites_that_never_began(self):
        late = Program("integration_3", 9, ["Calls.End"], skipped=3)
        self.assertFalse(run_tests.may_have_another(failed("integration_3"), programs(late)))

    def test_are_not_for_what_needs_no_clock(self):
        late = Program("integration_3", 9, ["Calls.End"])
        wrong = Program("unit_app", 9, ["Text.Ends"])
        self.assertFalse(run_tests.may_have_another(failed("integration_3", "unit_app"), programs(late, wrong)))

    def test_are_not_for_many(self):
        broken = Program("integration_3", 99, [f"Calls.End{i}" for i in range(9)])
        self.assertFalse(run_tests.may_have_another(failed("integration_3"), programs(broken)))

    def test_are_not_needed_where_nothing_fails(self):
        self.assertFalse(run_tests.may_have_another(failed(), programs(Program("integration_3", 9))))


class Counts(unittest.TestCase):
    def test_are_of_the_cases_inside(self):
        two = programs(Program("unit_base", 5), Program("integration_0", 4, ["Calls.End"]))
        tests = failed("integration_0") | {"fuzz_seeds": Test(False, False)}
        self.assertEqual(run_tests.count(tests, two, []), (9, 1))
        self.assertEqual(run_tests.count(tests, two, ["Calls.End"]), (10, 0))

    def test_hold_what_died_or_never_ran(self):
        self.assertEqual(run_tests.count(failed("crashes"), {}, []), (1, 1))


if __name__ == "__main__":
    unittest.main()
