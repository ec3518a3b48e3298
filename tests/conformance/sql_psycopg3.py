"""psycopg 3: everything through the extended protocol, binary where it can, pipelines, COPY of rows."""

import datetime
import decimal
import threading
import time

import psycopg
from psycopg import errors
from psycopg.types.json import Jsonb

from harness.case import cases
from harness.sql import SqlCase

UTC = datetime.timezone.utc
TYPED = {
    "boolean": ("boolean", False), "smallint": ("smallint", 7), "integer": ("integer", -(2**31)),
    "bigint": ("bigint", 2**63 - 1), "real": ("real", 1.5), "double": ("double precision", 1e-7),
    "numeric": ("numeric", decimal.Decimal("123456789.000100")), "varchar": ("varchar", "\u00e4 '\\"),
    "bytea": ("bytea", b"\0\xff"), "date": ("date", datetime.date(2026, 2, 28)),
    "time": ("time", datetime.time(23, 59, 59, 999999)),
    "timestamp": ("timestamp", datetime.datetime(1999, 12, 31, 23, 59, 59, 5)),
    "timestamptz": ("timestamptz", datetime.datetime(2026, 1, 2, 3, 4, 5, 6, UTC)),
    "interval": ("interval", datetime.timedelta(days=-3, seconds=7)),
    "jsonb": ("jsonb", {"a": [1, None, "x"]}), "array": ("integer[]", [1, None, 3]),
    "text array": ("varchar[]", ["a,b", ""]),
}  # fmt: skip


class Session(SqlCase):
    def setUp(self):
        super().setUp()
        self.connection = psycopg.connect(user="tester", dbname="dev", **self.address)
        self.addCleanup(self.connection.close)

    def table(self, columns):
        name = self.name()
        self.connection.execute(f"create table {name} ({columns})")
        self.connection.commit()
        return name

    @cases(TYPED)
    def test_a_parameter_of_each_type_in_text_and_binary(self, type_name, value):
        table = self.table(f"id int primary key, v {type_name}")
        sent = Jsonb(value) if type_name == "jsonb" else value
        for key, form in enumerate(("%s", "%t", "%b")):
            self.connection.execute(f"insert into {table} values (%s, {form})", (key, sent))
        self.connection.execute(f"insert into {table} values (9, %s)", (None,))
        for binary in (False, True):
            rows = self.connection.execute(f"select v from {table} order by id", binary=binary).fetchall()
            self.assertEqual(rows, [(value,)] * 3 + [(None,)])

    def test_the_sixth_run_is_a_named_statement(self):
        table = self.table("id int primary key, v varchar")
        for n in range(20):
            self.connection.execute(f"insert into {table} values (%s, %s)", (n, f"v{n}"))
            self.assertEqual(self.connection.execute(f"select v from {table} where id = %s", (n,)).fetchone(), (f"v{n}",))

    def test_executemany_pipelines(self):
        table = self.table("id int primary key, v varchar")
        with self.connection.cursor() as cursor:
            cursor.executemany(f"insert into {table} values (%s, %s)", [(n, str(n)) for n in range(300)])
        self.assertEqual(self.connection.execute(f"select count(*), sum(id) from {table}").fetchone(), (300, 44850))

    def test_a_pipeline_ends_at_its_error_and_the_session_goes_on(self):
        with self.assertRaises(errors.DivisionByZero), self.connection.pipeline():
            self.connection.execute("select 1")
            self.connection.execute("select 1/0")
            self.connection.execute("select 2")
        self.connection.rollback()
        self.assertEqual(self.connection.execute("select 3").fetchone(), (3,))

    def test_a_pipeline_is_one_transaction(self):
        table = self.table("id int primary key, v int not null")
        self.connection.autocommit = True
        with self.assertRaises(errors.NotNullViolation), self.connection.pipeline():
            for key, value in ((1, 1), (2, None), (3, 3)):
                self.connection.execute(f"insert into {table} values (%s, %s)", (key, value))
        self.assertEqual(self.connection.execute(f"select count(*) from {table}").fetchone(), (0,))
        with self.connection.pipeline():
            for key in (1, 2, 3):
                self.connection.execute(f"insert into {table} values (%s, %s)", (key, key))
        self.connection.cursor().executemany(
            f"update {table} set v = v + %s where id = %s", [(1, 1), (1, 1), (5, 3)])
        rows = self.connection.execute(f"select id, v from {table} order by id").fetchall()
        self.assertEqual(rows, [(1, 3), (2, 2), (3, 8)])

    def test_a_server_side_cursor(self):
        with self.connection.cursor("parts") as cursor:
            cursor.execute("select generate_series(1, 250)")
            self.assertEqual(len(cursor.fetchmany(100)), 100)
            self.assertEqual(len(cursor.fetchall()), 150)

    def test_copy_of_rows_text_and_binary(self):
        table = self.table("id int primary key, v varchar, n numeric")
        rows = [(1, "a\tb\\", decimal.Decimal("1.50")), (2, None, None)]
        with self.connection.cursor() as cursor:
            with cursor.copy(f"copy {table} from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
            with cursor.copy(f"copy {table} to stdout (format binary)") as copy:
                copy.set_types(["int4", "varchar", "numeric"])
                self.assertEqual(sorted(copy.rows()), rows)

    def test_transactions_and_errors(self):
        table = self.table("id int primary key")
        with self.assertRaises(errors.UndefinedColumn) as caught, self.connection.transaction():
            self.connection.execute(f"select nothing from {table}")
        self.assertEqual(caught.exception.sqlstate, "42703")
        self.assertEqual(caught.exception.diag.statement_position, "8")
        with self.connection.transaction():
            self.connection.execute(f"insert into {table} values (1)")
        self.assertEqual(self.connection.execute(f"select id from {table}").fetchall(), [(1,)])

    def test_cancel(self):
        table = self.table("id int primary key")
        self.connection.execute(f"insert into {table} select generate_series(1, 40000)")
        self.connection.commit()
        threading.Timer(0.3, self.connection.cancel).start()
        begun = time.monotonic()
        with self.assertRaises(errors.QueryCanceled):
            self.connection.execute(f"select count(*) from {table} a, {table} b where a.id + b.id < 0")
        self.assertLess(time.monotonic() - begun, 10)
