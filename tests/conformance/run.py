#!/usr/bin/python3
"""Runs the conformance suites against a real server with real clients.

    tests/conformance/run.py                         every suite of the data plane
    tests/conformance/run.py kinesis_boto3 guide_pages
    tests/conformance/run.py --with-issue3           resharding, consumers and account operations too
    tests/conformance/run.py -k cors                 only tests whose name holds the word
    tests/conformance/run.py --peer 127.0.0.1:4567   try the tests themselves against another server

The last line is always `N passed, N failed, N skipped`; the exit status is 0 only when nothing failed.
"""

import argparse
import importlib
import os
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import case  # noqa: E402

DATA_PLANE = [
    "kinesis_raw_protocol",
    "kinesis_raw_types",
    "kinesis_raw_constraints",
    "kinesis_raw_cbor",
    "kinesis_raw_transport",
    "kinesis_raw_http2",
    "kinesis_raw_auth",
    "kinesis_streams",
    "kinesis_records",
    "kinesis_iterators",
    "kinesis_limits",
    "kinesis_clock",
    "kinesis_boto3",
    "kinesis_cli",
    "kinesis_js",
    "guide_pages",
]
ISSUE_3 = ["kinesis_reshard", "kinesis_consumers", "kinesis_account"]


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", help="suites to run (default: all)")
    parser.add_argument("--binary", help="the server (default: build/release/levada)")
    parser.add_argument("--with-issue3", action="store_true", help="also the suites of the remaining operations")
    parser.add_argument("--peer", metavar="HOST:PORT", help="a server that is running already")
    parser.add_argument("-k", metavar="WORD", help="only tests whose name holds the word")
    parser.add_argument("-q", action="store_true", help="name only what failed or was skipped")
    options = parser.parse_args()
    if options.binary:
        os.environ["LEVADA_BINARY"] = str(Path(options.binary).resolve())
    if options.peer:
        os.environ["CONFORMANCE_PEER"] = options.peer
    names = options.suites or DATA_PLANE + (ISSUE_3 if options.with_issue3 else [])
    loader, suite = unittest.TestLoader(), unittest.TestSuite()
    for name in names:
        suite.addTests(loader.loadTestsFromModule(importlib.import_module(name.removesuffix(".py"))))
    if options.k:
        suite = unittest.TestSuite(test for test in flatten(suite) if options.k in test.id())
    result = Result(options.q)
    try:
        suite.run(result)
    finally:
        complaints = case.stop_servers()
    for name, details in result.bad:
        print(f"\n=== {name}\n{details}", end="")
    for complaint in complaints:
        print(f"\n=== {complaint}")
    failed = len(result.bad) + len(complaints)
    ran = result.passed + failed + result.skips
    if ran == 0:
        print("no test matched: that is a failure too")
        failed = 1
    print(f"\n{result.passed} passed, {failed} failed, {result.skips} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
