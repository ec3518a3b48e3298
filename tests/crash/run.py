#!/usr/bin/python3
"""Kills, stops and damages a real levada process and looks at what is left.

    tests/crash/run.py            every crash test
    tests/crash/run.py kill9      one of them

CRASH_SEED=7 repeats a run's choices; CRASH_SECONDS=600 makes kill9 go on longer.
The last line is always `N passed, N failed, N skipped`.
"""

import importlib
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "conformance")]

from harness import runner  # noqa: E402

TESTS = ["kill9", "reshape", "stop", "damage", "disk_full", "hostile"]


def main():
    loader, suite = unittest.TestLoader(), unittest.TestSuite()
    for name in sys.argv[1:] or TESTS:
        suite.addTests(loader.loadTestsFromModule(importlib.import_module(name.removesuffix(".py"))))
    return runner.run(suite)


if __name__ == "__main__":
    sys.exit(main())
