"""CREATE SINK … WITH (connector = 'timestream'): a view of streaming SQL feeds a table of Timestream, through a kill."""

import subprocess
import time

import boto3
import botocore.config

from harness.server import Levada
from harness.sql import PSQL, SqlCase
from timestream_query import plain
from timestream_write import CREDENTIALS


def clients(server):
    return [boto3.client(name, endpoint_url=server.endpoint, region_name="us-east-1", **CREDENTIALS,
                         config=botocore.config.Config(retries={"max_attempts": 0}))
            for name in ("timestream-write", "timestream-query")]


def rows(query, text):
    """What a query finds, or why it is refused: a table has no columns until the sink's first points lie in it."""
    try:
        return [[plain(datum) for datum in row["Data"]] for row in query.query(QueryString=text)["Rows"]]
    except query.exceptions.ValidationException as refusal:
        return str(refusal)


class TimestreamSink(SqlCase):
    def setUp(self):
        super().setUp()
        self.write, self.query = clients(self.server)
        for client in (self.write, self.query):
            self.addCleanup(client.close)
        self.database = "sink-" + self._testMethodName[:80]
        self.write.create_database(DatabaseName=self.database)
        self.write.create_table(DatabaseName=self.database, TableName="points")
        self.addCleanup(self.write.delete_database, DatabaseName=self.database)
        self.addCleanup(self.write.delete_table, DatabaseName=self.database, TableName="points")

    def options(self, **changes):
        options = {"connector": "timestream", "database": self.database, "table": "points", "time_column": "minute",
                   "dimensions": "shop, till", "measure_name": "sales", **changes}
        return ", ".join(f"{name} = '{value}'" for name, value in options.items())

    def eventually(self, wanted, text, within=20):
        deadline = time.monotonic() + within
        while (found := rows(self.query, text)) != wanted:
            self.assertLess(time.monotonic(), deadline, f"{text}: {found}, not {wanted}")
            time.sleep(0.1)

    def test_a_view_feeds_a_table_and_changed_rows_replace_points(self):
        table, view, sink = self.name(), self.name("v"), self.name("s")
        self.psql(f"create table {table} (id int primary key, shop varchar, till varchar, at timestamp, price float8)",
                  f"create materialized view {view} as select shop, till, date_trunc('minute', at) as minute, count(*) as sold, "
                  f"sum(price) as turnover, max(price) > 5 as dear from {table} group by shop, till, date_trunc('minute', at)",
                  f"create sink {sink} from {view} with ({self.options()})")
        self.addCleanup(self.psql, f"drop sink if exists {sink}", check=False)
        at = time.strftime("%Y-%m-%d %H:%M:00", time.gmtime(time.time() - 600))
        self.psql(f"insert into {table} values (1, 'a', '1', '{at}', 1.5), (2, 'a', '1', '{at}', 2), (3, 'b', '1', '{at}', 7)")
        text = f'SELECT shop, till, time, measure_name, sold, turnover, dear FROM "{self.database}"."points" ORDER BY shop'
        moment = at + ".000000000"
        self.eventually([["a", "1", moment, "sales", "2", "3.5", "false"], ["b", "1", moment, "sales", "1", "7.0", "true"]], text)
        self.psql(f"insert into {table} values (4, 'a', '1', '{at}', 10)")
        self.eventually([["a", "1", moment, "sales", "3", "13.5", "true"], ["b", "1", moment, "sales", "1", "7.0", "true"]], text)
        self.psql(f"delete from {table} where shop = 'b'")  # points stay
        self.psql(f"insert into {table} values (5, 'c', '2', '{at}', 1)")
        self.eventually([["3"]], f'SELECT count(*) FROM "{self.database}"."points"')
        self.assertEqual(self.psql(f"select entry_failures, state from levada.sink_status where sink = '{sink}'"), "0|running")

    def test_what_does_not_fit_is_refused_or_counted(self):
        table = self.name()
        self.psql(f"create table {table} (id int primary key, shop varchar, till varchar, minute timestamptz, price numeric)")

        def refused(**changes):
            return self.psql(f"create sink {self.name('s')} from {table} with ({self.options(**changes)})", check=False).stderr

        self.assertIn('there is no column "place"', refused(dimensions="place"))
        self.assertIn("is no timestamp but", refused(time_column="price"))
        self.assertIn("The table none does not exist", refused(table="none"))
        self.assertIn("Unknown fields in the WITH clause: colour", refused(colour="red"))
        sink = self.name("s")
        self.addCleanup(self.psql, f"drop sink if exists {sink}", check=False)
        self.psql(f"create sink {sink} from {table} with ({self.options()})",
                  f"insert into {table} values (1, 'a', '1', '1999-01-01 00:00:00Z', 1), (2, 'a', '1', now(), 2.25), (3, NULL, NULL, now(), 3)")
        self.eventually([["2.25"]], f'SELECT price FROM "{self.database}"."points"')
        deadline = time.monotonic() + 20
        while (found := self.psql(f"select entry_failures from levada.sink_status where sink = '{sink}'")) != "2":
            self.assertLess(time.monotonic(), deadline, found)
            time.sleep(0.1)


class AfterAKill(SqlCase):
    def test_nothing_is_lost_and_nothing_doubled(self):
        with Levada() as server:
            write, _ = clients(server)
            write.create_database(DatabaseName="live")
            write.create_table(DatabaseName="live", TableName="points")

            def run(*statements):
                host, port = server.sql
                line = [PSQL, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", host, "-p", str(port), "-U", "tester", "-d", "dev"]
                done = subprocess.run(line + [part for statement in statements for part in ("-c", statement)], capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 0, done.stderr)

            run("create table t (id int primary key, host varchar, at timestamptz, v int)",
                "create sink s from t with (connector = 'timestream', database = 'live', table = 'points', time_column = 'at', dimensions = 'host')")
            base = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
            for part in range(4):
                run(f"insert into t select i, 'h' || (i % 5)::varchar, '{base}'::timestamptz - i * interval '1 millisecond', i from generate_series({part * 500}, {part * 500 + 499}) as g(i)")
                server.kill()
                server.start()
            _, query = clients(server)
            deadline = time.monotonic() + 30
            while (found := rows(query, 'SELECT count(*), sum(v), count(DISTINCT v) FROM "live"."points"')) != [["2000", str(sum(range(2000))), "2000"]]:
                self.assertLess(time.monotonic(), deadline, found)
                time.sleep(0.2)
