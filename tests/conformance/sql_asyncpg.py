"""asyncpg: every parameter and every result in binary, statements described before they run.

Not arrays: for those asyncpg asks pg_type by WITH RECURSIVE, which is not supported.
"""

import asyncio
import datetime
import decimal

import asyncpg

from harness.case import cases
from harness.sql import SqlCase

UTC = datetime.timezone.utc


class Session(SqlCase):
    def run_session(self, work):
        async def session():
            connection = await asyncpg.connect(user="tester", database="dev", ssl=False, **self.address)
            try:
                return await asyncio.wait_for(work(connection), 60)
            finally:
                await connection.close()

        return asyncio.run(session())

    @cases({
        "boolean": ("boolean", True), "smallint": ("smallint", -1), "integer": ("integer", 2**31 - 1),
        "bigint": ("bigint", -(2**63)), "real": ("real", 1.5), "double": ("double precision", 0.1),
        "numeric": ("numeric", decimal.Decimal("-0.00012300")), "varchar": ("varchar", "\u00e4"),
        "bytea": ("bytea", b"\0\xff"), "date": ("date", datetime.date(1970, 1, 1)),
        "time": ("time", datetime.time(1, 2, 3, 4)), "timestamp": ("timestamp", datetime.datetime(2026, 1, 2, 3, 4, 5, 6)),
        "timestamptz": ("timestamptz", datetime.datetime(2026, 1, 2, 3, 4, 5, 6, UTC)),
        "interval": ("interval", datetime.timedelta(days=40, seconds=7, microseconds=1)),
        "jsonb": ("jsonb", '{"a": [1, null]}'),
    })  # fmt: skip
    def test_a_value_of_each_type_in_binary(self, type_name, value):
        table = self.name()

        async def work(connection):
            await connection.execute(f"create table {table} (id int primary key, v {type_name})")
            await connection.execute(f"insert into {table} values ($1, $2), ($3, $4)", 1, value, 2, None)
            return [tuple(row) for row in await connection.fetch(f"select id, v from {table} order by id")]

        self.assertEqual(self.run_session(work), [(1, value), (2, None)])

    def test_statements_are_prepared_and_cursors_bring_parts(self):
        table = self.name()

        async def work(connection):
            await connection.execute(f"create table {table} (id int primary key, v varchar)")
            await connection.executemany(f"insert into {table} values ($1, $2)", [(n, str(n)) for n in range(200)])
            statement = await connection.prepare(f"select v from {table} where id = $1")
            self.assertEqual([p.name for p in statement.get_parameters()], ["int4"])
            self.assertEqual(await statement.fetchval(7), "7")
            async with connection.transaction():
                found = [row["id"] async for row in connection.cursor(f"select id from {table} order by id", prefetch=50)]
            return found

        self.assertEqual(self.run_session(work), list(range(200)))

    def test_errors_and_transactions(self):
        async def work(connection):
            with self.assertRaises(asyncpg.UndefinedTableError):
                await connection.fetch("select * from nowhere")
            with self.assertRaises(asyncpg.DivisionByZeroError):
                async with connection.transaction():
                    await connection.fetchval("select 1 / $1::int", 0)
            return await connection.fetchval("select 5")

        self.assertEqual(self.run_session(work), 5)

    def test_copy_of_records(self):
        table = self.name()

        async def work(connection):
            await connection.execute(f"create table {table} (id int primary key, v varchar)")
            await connection.copy_records_to_table(table, records=[(1, "a"), (2, None)])
            return await connection.fetch(f"select * from {table} order by id")

        self.assertEqual([tuple(row) for row in self.run_session(work)], [(1, "a"), (2, None)])

    def test_a_timeout_cancels(self):
        table = self.name()

        async def work(connection):
            await connection.execute(f"create table {table} (id int primary key)")
            await connection.execute(f"insert into {table} select generate_series(1, 40000)")
            with self.assertRaises(asyncio.TimeoutError):
                await connection.fetchval(
                    f"select count(*) from {table} a, {table} b where a.id + b.id < 0", timeout=0.5
                )
            return await connection.fetchval("select 6")

        self.assertEqual(self.run_session(work), 6)
