#!/usr/bin/python3
"""Runs the conformance suites against a real server with real clients.

    tests/conformance/run.py                         every suite
    tests/conformance/run.py kinesis_boto3 guide_pages
    tests/conformance/run.py --data-plane            without resharding, consumers and account operations
    tests/conformance/run.py -k cors                 only tests whose name holds the word
    tests/conformance/run.py --peer 127.0.0.1:4567   try the tests themselves against another server

The last line is always `N passed, N failed, N skipped`; the exit status is 0 only when nothing failed.
"""

import argparse
import importlib
import os
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import runner  # noqa: E402

DATA_PLANE = [
    "kinesis_raw_protocol",
    "kinesis_raw_types",
    "kinesis_raw_constraints",
    "kinesis_raw_json",
    "kinesis_raw_cbor",
    "kinesis_raw_transport",
    "kinesis_raw_http2",
    "kinesis_raw_auth",
    "kinesis_streams",
    "kinesis_records",
    "kinesis_iterators",
    "kinesis_limits",
    "kinesis_clock",
    "kinesis_scale",
    "console",
    "console_pages",
    "kinesis_boto3",
    "kinesis_cli",
    "cli_side_by_side",
    "cli_random",
    "cli_ecosystem",
    "kinesis_js",
    "guide_pages",
    "timestream_write",
    "timestream_query",
    "timestream_sql",
    "timestream_functions",
    "timestream_oracle",
    "timestream_scheduled",
    "timestream_every_operation",
    "timestream_batch_load",
    "timestream_feed",
    "timestream_sink",
    "sql_psql",
    "sql_psycopg2",
    "sql_psycopg3",
    "sql_asyncpg",
    "sql_sqlalchemy",
    "sql_jdbc",
    "sql_node",
    "sql_tools",
    "sql_users",
    "sql_sinks",
]
REMAINING = [
    "kinesis_reshard",
    "kinesis_consumers",
    "kinesis_faults",
    "kinesis_libraries",
    "levada_stream",
    "kinesis_account",
    "kinesis_encryption",
    "kinesis_security",
    "kinesis_tls",
    "kinesis_boto3_remaining",
    "kinesis_js_remaining",
    "kinesis_lifion",
    "kinesis_go",
    "kinesis_every_operation",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", help="suites to run (default: all)")
    parser.add_argument("--binary", help="the server (default: build/release/levada)")
    parser.add_argument("--data-plane", action="store_true", help="only the suites of the data plane")
    parser.add_argument("--peer", metavar="HOST:PORT", help="a server that is running already")
    parser.add_argument("-k", metavar="WORD", help="only tests whose name holds the word")
    parser.add_argument("-q", action="store_true", help="name only what failed or was skipped")
    options = parser.parse_args()
    if options.binary:
        os.environ["LEVADA"] = str(Path(options.binary).resolve())
    if options.peer:
        os.environ["CONFORMANCE_PEER"] = options.peer
    names = options.suites or DATA_PLANE + ([] if options.data_plane else REMAINING)
    loader, suite = unittest.TestLoader(), unittest.TestSuite()
    for name in names:
        suite.addTests(loader.loadTestsFromModule(importlib.import_module(name.removesuffix(".py"))))
    return runner.run(suite, options.k, options.q)


if __name__ == "__main__":
    sys.exit(main())
