"""psycopg2: parameters put into the text, simple queries, server-side cursors by DECLARE."""

import datetime
import decimal
import io
import threading
import time

import psycopg2
import psycopg2.errors
import psycopg2.extras

from harness.case import cases
from harness.sql import SqlCase

UTC = datetime.timezone.utc


class Session(SqlCase):
    def setUp(self):
        super().setUp()
        self.connection = psycopg2.connect(user="tester", dbname="dev", **self.address)
        self.addCleanup(self.connection.close)
        self.cursor = self.connection.cursor()

    def table(self, columns):
        name = self.name()
        self.cursor.execute(f"create table {name} ({columns})")
        self.connection.commit()
        return name

    @cases({
        "boolean": ("boolean", True), "smallint": ("smallint", -5), "integer": ("integer", 2**31 - 1),
        "bigint": ("bigint", -(2**63)), "double": ("double precision", 0.1), "numeric": ("numeric", decimal.Decimal("-1.2300")),
        "varchar": ("varchar", "it's \\ \u00e4\u4e2d"), "date": ("date", datetime.date(1, 2, 3)),
        "time": ("time", datetime.time(1, 2, 3, 4)), "timestamp": ("timestamp", datetime.datetime(2026, 1, 2, 3, 4, 5, 6)),
        "timestamptz": ("timestamptz", datetime.datetime(2026, 1, 2, 3, 4, 5, 6, UTC)),
        "interval": ("interval", datetime.timedelta(days=3, seconds=7, microseconds=9)),
        "array": ("integer[]", [1, None, 3]), "text array": ("varchar[]", ["a,b", "", "NULL"]),
    })  # fmt: skip
    def test_a_parameter_of_each_type_comes_back(self, type_name, value):
        table = self.table(f"id int primary key, v {type_name}")
        self.cursor.execute(f"insert into {table} values (1, %s), (2, %s)", (value, None))
        self.connection.commit()
        self.cursor.execute(f"select v from {table} order by id")
        self.assertEqual(self.cursor.fetchall(), [(value,), (None,)])
        self.cursor.execute(f"select id from {table} where v = %s", (value,))
        self.assertEqual(self.cursor.fetchall(), [(1,)])

    def test_bytes_and_json(self):
        table = self.table("id int primary key, b bytea, j jsonb")
        self.cursor.execute(f"insert into {table} values (1, %s, %s)", (b"\0\xff'", psycopg2.extras.Json({"a": [1, None]})))
        self.cursor.execute(f"select b, j from {table}")
        found, document = self.cursor.fetchone()
        self.assertEqual((bytes(found), document), (b"\0\xff'", {"a": [1, None]}))

    def test_many_rows_at_once_and_counts(self):
        table = self.table("id int primary key, v varchar")
        psycopg2.extras.execute_values(self.cursor, f"insert into {table} values %s", [(n, str(n)) for n in range(500)])
        self.cursor.execute(f"update {table} set v = 'x' where id < 10")
        self.assertEqual(self.cursor.rowcount, 10)
        self.cursor.execute(f"delete from {table} where v = 'x' returning id")
        self.assertEqual(sorted(self.cursor.fetchall()), [(n,) for n in range(10)])

    def test_a_named_cursor_brings_rows_in_parts(self):
        table = self.table("id int primary key")
        self.cursor.execute(f"insert into {table} select generate_series(1, 250)")
        self.connection.commit()
        with self.connection.cursor("parts") as cursor:
            cursor.itersize = 100
            cursor.execute(f"select id from {table} order by id")
            self.assertEqual([row[0] for row in cursor], list(range(1, 251)))

    def test_errors_are_of_their_class_and_rollback_heals(self):
        table = self.table("id int primary key, n int not null")
        with self.assertRaises(psycopg2.errors.UndefinedTable):
            self.cursor.execute("select * from nowhere")
        with self.assertRaises(psycopg2.errors.InFailedSqlTransaction):
            self.cursor.execute("select 1")
        self.connection.rollback()
        with self.assertRaises(psycopg2.errors.DivisionByZero) as caught:
            self.cursor.execute("select 1/0")
        self.assertEqual(caught.exception.pgcode, "22012")
        self.connection.rollback()
        with self.assertRaises(psycopg2.errors.NotNullViolation):
            self.cursor.execute(f"insert into {table} values (1, null)")
        self.connection.rollback()
        self.cursor.execute("select 1")
        self.assertEqual(self.cursor.fetchone(), (1,))

    def test_copy_in_and_out(self):
        table = self.table("id int primary key, v varchar")
        self.cursor.copy_expert(f"copy {table} from stdin csv", io.StringIO('1,"a,b"\n2,\n'))
        self.connection.commit()
        out = io.StringIO()
        self.cursor.copy_expert(f"copy (select id, v from {table} order by id) to stdout csv header", out)
        self.assertEqual(out.getvalue(), 'id,v\n1,"a,b"\n2,\n')

    def test_cancel_from_another_thread(self):
        table = self.table("id int primary key")
        self.cursor.execute(f"insert into {table} select generate_series(1, 40000)")
        self.connection.commit()
        threading.Timer(0.3, self.connection.cancel).start()
        begun = time.monotonic()
        with self.assertRaises(psycopg2.errors.QueryCanceled):
            self.cursor.execute(f"select count(*) from {table} a, {table} b where a.id + b.id < 0")
        self.assertLess(time.monotonic() - begun, 10)
        self.connection.rollback()
        self.cursor.execute("select 1")

    def test_a_view_follows(self):
        table, view = self.table("id int primary key, k varchar"), self.name("v")
        self.cursor.execute(f"create materialized view {view} as select k, count(*) as n from {table} group by k")
        self.cursor.execute(f"insert into {table} values (1, 'a'), (2, 'a'), (3, 'b')")
        self.connection.commit()
        self.cursor.execute(f"select k, n from {view} order by k")
        self.assertEqual(self.cursor.fetchall(), [("a", 2), ("b", 1)])

    def test_savepoints_heal_a_failed_transaction(self):
        table = self.table("id int primary key")
        self.cursor.execute(f"insert into {table} values (1)")
        self.cursor.execute("savepoint before")
        with self.assertRaises(psycopg2.errors.DivisionByZero):
            self.cursor.execute("select 1 / 0")
        with self.assertRaises(psycopg2.errors.InFailedSqlTransaction):
            self.cursor.execute("select 1")
        self.cursor.execute("rollback to savepoint before")
        self.cursor.execute(f"insert into {table} values (2)")
        self.connection.commit()
        self.cursor.execute(f"select id from {table} order by id")
        self.assertEqual(self.cursor.fetchall(), [(1,), (2,)])

    def test_a_subscription_cursor_brings_changes(self):
        table, subscription = self.table("id int primary key, v varchar"), self.name("s")
        self.connection.autocommit = True
        self.cursor.execute(f"create subscription {subscription} from {table} with (retention = '1 hour')")
        self.addCleanup(self.psql, f"drop subscription if exists {subscription}", check=False)
        self.cursor.execute(f"declare c subscription cursor for {subscription}")
        self.cursor.execute("fetch next from c with (timeout = '200 milliseconds')")
        self.assertEqual([column.name for column in self.cursor.description], ["id", "v", "op", "rw_timestamp"])
        self.assertEqual(self.cursor.fetchall(), [])
        began = time.time() * 1000 - 1000
        self.psql(f"insert into {table} values (1, 'a')", f"update {table} set v = 'b'", f"delete from {table}")
        self.cursor.execute("fetch 10 from c with (timeout = '5 seconds')")
        rows = self.cursor.fetchall()
        self.assertEqual([row[:3] for row in rows],
                         [(1, "a", "Insert"), (1, "a", "UpdateDelete"), (1, "b", "UpdateInsert"), (1, "b", "Delete")])  # fmt: skip
        for row in rows:
            self.assertGreater(row[3], began)
        self.cursor.execute("close c")

    def test_pg_sleep_is_cancelled(self):
        threading.Timer(0.3, self.connection.cancel).start()
        begun = time.monotonic()
        with self.assertRaises(psycopg2.errors.QueryCanceled):
            self.cursor.execute("select pg_sleep(30)")
        self.assertLess(time.monotonic() - begun, 10)

    def test_a_recursive_query_takes_parameters(self):
        self.cursor.execute("with recursive t(n) as (select %s::int union all select n * 2 from t where n < %s) "
                            "select n from t order by n", (1, 100))  # fmt: skip
        self.assertEqual([n for (n,) in self.cursor.fetchall()], [1, 2, 4, 8, 16, 32, 64, 128])
