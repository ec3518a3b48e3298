"""The base of the suites that speak PostgreSQL's protocol through real clients."""

import itertools
import subprocess
from pathlib import Path

from .case import Case

# Debian's /usr/bin/psql is a script that looks for this one: three quarters of the time of a call.
PSQL = max(map(str, Path("/usr/lib/postgresql").glob("*/bin/psql")), default="psql")

_numbers = itertools.count(1)

# One value of each type as a literal, its PostgreSQL type name, and its text form in the default settings.
VALUES = {
    "boolean": ("true", "t"),
    "smallint": ("-32768", "-32768"),
    "integer": ("2147483647", "2147483647"),
    "bigint": ("-9223372036854775808", "-9223372036854775808"),
    "real": ("1.5", "1.5"),
    "double precision": ("0.1", "0.1"),
    "numeric": ("-12345.6700", "-12345.6700"),
    "varchar": ("'ä\"''\\'", "ä\"'\\"),
    "bytea": (r"'\x00ff41'", r"\x00ff41"),
    "date": ("'1969-12-31'", "1969-12-31"),
    "time": ("'23:59:59.999999'", "23:59:59.999999"),
    "timestamp": ("'2026-02-28 01:02:03.000004'", "2026-02-28 01:02:03.000004"),
    "timestamptz": ("'2026-02-28 01:02:03.5+02'", "2026-02-27 23:02:03.500+00:00"),
    "interval": ("'1 year 2 mons 3 days 04:05:06.7'", "1 year 2 mons 3 days 04:05:06.7"),
    "jsonb": ("""'{"a": [1, null, "x"]}'""", '{"a": [1, null, "x"]}'),
    "integer[]": ("'{1,NULL,3}'", "{1,NULL,3}"),
    "varchar[]": ("""'{"a b",c}'""", '{"a b",c}'),
}


class SqlCase(Case):
    needs_levada = True

    @property
    def address(self):
        host, port = self.server.sql
        return {"host": host, "port": port}

    def name(self, word="t"):
        """A fresh relation's name; dropped with what depends on it after the test."""
        name = f"{word}_{next(_numbers)}"
        self.addCleanup(self.psql, f"drop table if exists {name} cascade", check=False)
        return name

    def psql(self, *commands, check=True, options=(), environment=None):
        """psql's standard output, unaligned, without the footer; with check=False the finished process."""
        host, port = self.server.sql
        line = [PSQL, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", host, "-p", str(port)]
        line += ["-U", "tester", "-d", "dev", *options]
        for command in commands:
            line += ["-c", command]
        done = subprocess.run(line, capture_output=True, text=True, timeout=60, env=environment)
        if not check:
            return done
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.rstrip("\n")
