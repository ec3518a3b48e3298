"""Runs tests and tells: a line a test, details of failures at the end, one final tally."""

import time
import unittest

from . import case


class Result(unittest.TestResult):
    """One line a test as it ends, details of failures at the end, sub-tests counted with their test."""

    def __init__(self, quiet):
        super().__init__()
        self.quiet, self.passed, self.bad, self.skips = quiet, 0, [], 0

    def startTest(self, test):
        super().startTest(test)
        self.started, self.failed_here, self.skipped_here = time.monotonic(), False, False

    def _say(self, verdict, test, note=""):
        if not self.quiet or verdict != "ok":
            print(f"{verdict:7} {test.id()}{note}", flush=True)

    def _fail(self, test, error):
        self.failed_here = True
        details = self._exc_info_to_string(error, test)
        self.bad.append((test.id(), details))
        self._say("FAILED", test, f": {str(error[1]).strip().splitlines()[0][:300] if str(error[1]) else error[0]}")

    def addFailure(self, test, error):
        self._fail(test, error)

    def addError(self, test, error):
        self._fail(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self._fail(subtest, error)

    def addSkip(self, test, reason):
        self.skipped_here = True
        self.skips += 1
        self._say("skipped", test, f": {reason}")

    def stopTest(self, test):
        if not self.failed_here and not self.skipped_here:
            self.passed += 1
            self._say("ok", test, f" ({time.monotonic() - self.started:.2f} s)")
        super().stopTest(test)


def flatten(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flatten(item)
        else:
            yield item


def run(suite, word="", quiet=False):
    """Runs what matches, prints `N passed, N failed, N skipped` last, returns the exit status."""
    if word:
        suite = unittest.TestSuite(test for test in flatten(suite) if word in test.id())
    result = Result(quiet)
    try:
        suite.run(result)
    finally:
        complaints = case.stop_servers()
    for name, details in result.bad:
        print(f"\n=== {name}\n{details}", end="")
    for complaint in complaints:
        print(f"\n=== {complaint}")
    failed = len(result.bad) + len(complaints)
    if result.passed + failed + result.skips == 0:
        print("no test matched: that is a failure too")
        failed = 1
    print(f"\n{result.passed} passed, {failed} failed, {result.skips} skipped", flush=True)
    return 1 if failed else 0
