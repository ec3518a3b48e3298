"""psql 15: a session as its users have it."""

import signal
import subprocess
import time

from harness.case import cases
from harness.sql import PSQL, VALUES, SqlCase


class Statements(SqlCase):
    @cases({name: (name, *value) for name, value in VALUES.items()})
    def test_a_value_of_each_type_comes_back_as_postgresql_writes_it(self, type_name, literal, text):
        table = self.name()
        self.psql(f"create table {table} (id int primary key, v {type_name})",
                  f"insert into {table} values (1, {literal}), (2, null)")  # fmt: skip
        self.assertEqual(self.psql(f"select v from {table} order by id", options=("-P", "null=NULL")), f"{text}\nNULL")

    def test_what_was_answered_is_in_the_view(self):
        table, view = self.name(), self.name("v")
        self.psql(f"create table {table} (id int primary key, amount int)",
                  f"create materialized view {view} as select count(*) as n, sum(amount) as s from {table}",
                  f"insert into {table} values (1, 10), (2, 20)")  # fmt: skip
        self.assertEqual(self.psql(f"select * from {view}"), "2|30")
        self.psql(f"update {table} set amount = 5 where id = 1", f"delete from {table} where id = 2")
        self.assertEqual(self.psql(f"select * from {view}"), "1|5")

    def test_copy_both_ways_in_every_format(self):
        table, copy = self.name(), self.name()
        self.psql(f"create table {table} (id int primary key, v varchar, n numeric)",
                  f"create table {copy} (id int primary key, v varchar, n numeric)",
                  f"insert into {table} values (1, E'a\\tb\\n\"', 1.50), (2, null, null), (3, '', -7)")  # fmt: skip
        for how in ("", "csv", "(format csv, header true, delimiter ';')", "binary"):
            out = subprocess.run(self.line(f"copy {table} to stdout {how}"), capture_output=True, timeout=60)
            self.assertEqual(out.returncode, 0, out.stderr)
            into = subprocess.run(
                self.line(f"copy {copy} from stdin {how}"), input=out.stdout, capture_output=True, timeout=60
            )
            self.assertEqual(into.returncode, 0, into.stderr)
            same = f"select count(*) from {table} a join {copy} b on a.id = b.id and a.v is not distinct from b.v and a.n is not distinct from b.n"
            self.assertEqual(self.psql(same), "3", how)
            self.psql(f"delete from {copy}")

    def line(self, command):
        host, port = self.server.sql
        return [PSQL, "-X", "-q", "-h", host, "-p", str(port), "-U", "tester", "-d", "dev", "-c", command]

    def test_a_bad_line_of_a_copy_names_its_place_and_changes_nothing(self):
        table = self.name()
        self.psql(f"create table {table} (id int primary key)")
        done = subprocess.run(self.line(f"copy {table} from stdin"), input=b"1\nx\n", capture_output=True, timeout=60)
        self.assertIn(b'invalid input syntax for type integer: "x"', done.stderr)
        self.assertIn(b"line 2", done.stderr)
        self.assertEqual(self.psql(f"select count(*) from {table}"), "0")

    @cases({
        "unknown relation": ("select * from nowhere", "42P01", 'relation "nowhere" does not exist'),
        "unknown column": ("select nothing from pg_catalog.pg_class", "42703", 'column "nothing" does not exist'),
        "syntax": ("select from where", "42601", "syntax error"),
        "bad number": ("select 'x'::int", "22P02", 'invalid input syntax for type integer: "x"'),
        "division": ("select 1 / 0", "22012", "division by zero"),
        "overflow": ("select 2147483647 + 1", "22003", "integer out of range"),
        "unknown function": ("select no_such(1)", "42883", "function no_such(integer) does not exist"),
        "no cast": ("select true + 1", "42883", "operator does not exist: boolean + integer"),
    })  # fmt: skip
    def test_errors_have_postgresqls_state_and_text(self, statement, state, text):
        done = self.psql(statement, check=False, options=("-v", "VERBOSITY=verbose"))
        self.assertIn(f"{state}: {text}", done.stderr)

    def test_a_session_goes_on_after_an_error(self):
        done = self.psql("select 1/0", "select 7", check=False, options=("-v", "ON_ERROR_STOP=0"))
        self.assertEqual(done.stdout, "7\n")

    def test_a_failed_transaction_takes_nothing_until_its_end(self):
        done = self.psql("begin", "select 1/0", "select 8", "rollback", "select 9", check=False,
                         options=("-v", "ON_ERROR_STOP=0"))  # fmt: skip
        self.assertEqual(done.stdout, "9\n")
        self.assertIn("current transaction is aborted", done.stderr)

    def test_the_statements_of_one_message_are_one_transaction(self):
        table = self.name()
        self.psql(f"create table {table} (id int primary key, v numeric(5,2) not null)")
        done = self.psql(f"insert into {table} values (1, 1); insert into {table} values (2, 1000)", check=False)
        self.assertIn("numeric field overflow", done.stderr)
        self.assertEqual(self.psql(f"select count(*) from {table}"), "0")
        self.psql(f"insert into {table} values (1, 1); update {table} set v = v + 0.004")
        self.assertEqual(self.psql(f"select v from {table}"), "1.00")
        self.assertIn("v|numeric(5,2)||not null|", self.psql(rf"\d {table}"))

    def test_the_backslash_commands_find_what_there_is(self):
        table, view = self.name(), self.name("v")
        self.psql(f"create table {table} (id int primary key, v varchar not null default 'x')",
                  f"create materialized view {view} as select v, count(*) as n from {table} group by v",
                  f"create index {table}_v on {table} (v)")  # fmt: skip
        self.assertIn(f"public|{table}|table|", self.psql(r"\dt"))
        self.assertIn(f"public|{view}|materialized view|", self.psql(r"\dm"))
        described = self.psql(rf"\d {table}")
        self.assertIn("id|integer|", described)
        self.assertIn("v|character varying|", described)
        for command in (rf"\d+ {table}", rf"\d+ {view}", r"\d", r"\dv", r"\di", r"\l", r"\dn", r"\du", r"\df", r"\ds", r"\dT", r"\dp"):
            self.psql(command)

    def test_ctrl_c_cancels_what_runs(self):
        table = self.name()
        self.psql(f"create table {table} (id int primary key)", f"insert into {table} select generate_series(1, 40000)")
        line = self.line(f"select count(*) from {table} a, {table} b where a.id + b.id < 0")
        running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.5)
        begun = time.monotonic()
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=30)
        self.assertIn(b"canceling statement due to user request", errors)
        self.assertLess(time.monotonic() - begun, 5)


class Beside(SqlCase):
    def test_a_long_query_does_not_keep_others_waiting(self):
        table = self.name()
        self.psql(f"create table {table} (id int primary key)", f"insert into {table} select generate_series(1, 40000)")
        query = f"select count(*) from {table} a, {table} b where a.id + b.id < 0"
        host, port = self.server.sql
        running = subprocess.Popen([PSQL, "-X", "-h", host, "-p", str(port), "-U", "t", "-d", "dev", "-c", query],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        try:
            time.sleep(0.3)
            begun = time.monotonic()
            self.client.call("ListStreams")
            self.assertEqual(self.psql("select 1"), "1")
            self.assertLess(time.monotonic() - begun, 2)
            self.assertIsNone(running.poll(), "the long query was not long")
        finally:
            running.send_signal(signal.SIGINT)
            running.communicate(timeout=30)
