"""Timestream Query through boto3: what people ask of their points, and the texts of the answers."""

import gzip
import json
import pathlib
import re
import subprocess
import tempfile
import time

import boto3
import botocore.config

from harness.server import default_binary
from timestream_write import CREDENTIALS, WriteCase


def plain(datum):
    """A Datum as a Python value: texts as AWS prints them, None, lists, and (time, value) of series."""
    if datum.get("NullValue"):
        return None
    if "ScalarValue" in datum:
        return datum["ScalarValue"]
    if "ArrayValue" in datum:
        return [plain(each) for each in datum["ArrayValue"]]
    if "RowValue" in datum:
        return [plain(each) for each in datum["RowValue"]["Data"]]
    return [(point["Time"], plain(point["Value"])) for point in datum["TimeSeriesValue"]]


class QueryCase(WriteCase):
    def setUp(self):
        super().setUp()
        self.query = boto3.client(
            "timestream-query", endpoint_url=self.server.endpoint, region_name="us-east-1", **CREDENTIALS,
            config=botocore.config.Config(retries={"max_attempts": 0}),
        )
        self.addCleanup(self.query.close)

    def rows(self, text, **members):
        answer = self.query.query(QueryString=text, **members)
        return [[plain(datum) for datum in row["Data"]] for row in answer["Rows"]]

    def one(self, text):
        (row,) = self.rows(text)
        return row[0] if len(row) == 1 else row

    def refusal(self, text):
        return self.refused(self.query.query, QueryString=text)


class Literals(QueryCase):
    ANSWERS = {
        "SELECT 1": "1",
        "SELECT 7/2": "3",
        "SELECT 1.5 + 1": "2.5",
        "SELECT 10000000.0": "1.0E7",
        "SELECT 0.00001": "1.0E-5",
        "SELECT 1655487883.7710001": "1.6554878837710001E9",
        "SELECT sqrt(-1)": "NaN",
        "SELECT 45h": "1 21:00:00.000000000",
        "SELECT 4h": "0 04:00:00.000000000",
        "SELECT interval '31' month": "2-7",
        "SELECT date '2022-07-07'": "2022-07-07",
        "SELECT timestamp '2020-08-08 01:00'": "2020-08-08 01:00:00.000000000",
        "SELECT timestamp '2020-08-08 01:00' - 1d": "2020-08-07 01:00:00.000000000",
        "SELECT bin('2023-09-20 17:12:22.958000000', 1m)": "2023-09-20 17:12:00.000000000",
        "SELECT year('2019-10-12 23:10:34.000000000')": "2019",
        "SELECT date_trunc('month', timestamp '2022-06-17 17:44:43.77')": "2022-06-01 00:00:00.000000000",
        "SELECT date_diff('day', timestamp '2022-06-01', timestamp '2022-06-17 01:00')": "16",
        "SELECT date_format(timestamp '2019-10-20 10:20:20', '%Y-%m-%d %H:%i:%s')": "2019-10-20 10:20:20",
        "SELECT 'it''s' || ' fine'": "it's fine",
        "SELECT upper('abc') || substr('hello', 2, 3)": "ABCell",
        "SELECT CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END": "b",
        "SELECT coalesce(NULL, 3)": "3",
        "SELECT NULL": None,
        "SELECT true AND NOT false": "true",
        "SELECT 3 BETWEEN 1 AND 5": "true",
        "SELECT 'abc' LIKE 'a_c%'": "true",
        "SELECT 3 IN (1, 2)": "false",
        "SELECT CAST('42' AS BIGINT)": "42",
        "SELECT TRY_CAST('x' AS BIGINT)": None,
        "SELECT ARRAY[1, 2, 3]": ["1", "2", "3"],
        "SELECT ARRAY[5, 6][2]": "6",
        "SELECT cardinality(sequence('2023-01-01', '2023-01-03', 1d))": "3",
        "SELECT reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s)": "6",
        "SELECT filter(ARRAY[1, 2, 3], x -> x > 1)": ["2", "3"],
        "SELECT round(2.567, 2)": "2.57",
        "SELECT x FROM (VALUES 3, 1, 2) AS t(x) ORDER BY x LIMIT 1": "1",
        "SELECT count(*) FROM (SELECT 1 UNION SELECT 1)": "1",
        "SELECT regexp_like('host-17', '[0-9]+$')": "true",
        "SELECT regexp_replace('a1b22', '([a-z])(\\d)', '$2$1')": "1a2b2",
        "SELECT regexp_extract('key=value', '(\\w+)=(\\w+)', 2)": "value",
        "SELECT regexp_split('a, b;c', '[,;] *')": ["a", "b", "c"],
        "SELECT typeof(1h)": "interval day to second",
    }

    def test_expressions_have_their_texts(self):
        for text, answer in self.ANSWERS.items():
            with self.subTest(text):
                self.assertEqual(self.one(text), answer)

    def test_unnamed_columns_are_counted_from_0(self):
        columns = self.query.query(QueryString="SELECT 1 AS a, 'x', 2")["ColumnInfo"]
        self.assertEqual([column["Name"] for column in columns], ["a", "_col1", "_col2"])
        self.assertEqual([column["Type"]["ScalarType"] for column in columns], ["INTEGER", "VARCHAR", "INTEGER"])


class Points(QueryCase):
    """Three hosts, one record a minute for half an hour: cpu as DOUBLE, and MULTI records of three measures."""

    def setUp(self):
        super().setUp()
        self.table()
        self.minute = (self.now // 60000 - 30) * 60000
        self.from_table = f'FROM "{self.database}"."metrics"'
        for host in range(3):
            records = []
            for i in range(30):
                moment = str(self.minute + i * 60000)
                records.append({"MeasureName": "cpu", "MeasureValue": str(host * 10 + i / 2), "Time": moment})
                records.append({
                    "MeasureName": "load", "MeasureValueType": "MULTI", "Time": moment,
                    "MeasureValues": [
                        {"Name": "user", "Value": str(i), "Type": "BIGINT"},
                        {"Name": "state", "Value": "even" if i % 2 == 0 else "odd", "Type": "VARCHAR"},
                        {"Name": "ratio", "Value": str(i / 4), "Type": "DOUBLE"},
                    ],
                })
            self.put(*records, CommonAttributes={"Dimensions": [{"Name": "host", "Value": f"h{host}"}]})

    def text(self, milliseconds):
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(milliseconds // 1000)) + ".000000000"

    def test_recent_points_come_back(self):
        rows = self.rows(f"SELECT host, time, measure_value::double {self.from_table} WHERE time > ago(1h) AND host = 'h1' "
                         "AND measure_name = 'cpu' ORDER BY time")
        self.assertEqual(rows, [["h1", self.text(self.minute + i * 60000), str(10 + i / 2)] for i in range(30)])

    def test_bins_average(self):
        rows = self.rows(f"SELECT bin(time, 10m) AS b, host, avg(measure_value::double), count(*) {self.from_table} "
                         "WHERE measure_name = 'cpu' GROUP BY bin(time, 10m), host ORDER BY b, host")
        expected = {}
        for host in range(3):
            for i in range(30):
                moment = (self.minute + i * 60000) // 600000 * 600000
                expected.setdefault((moment, f"h{host}"), []).append(host * 10 + i / 2)
        self.assertEqual([row[:2] + row[3:] for row in rows],
                         [[self.text(at), host, str(len(values))] for (at, host), values in sorted(expected.items())])
        for row, (_, values) in zip(rows, sorted(expected.items())):
            self.assertAlmostEqual(float(row[2]), sum(values) / len(values))

    WHERES = ("time > ago(1d)", "time >= ago(20m) AND host <> 'h1'", "measure_name = 'load'", "host = 'nobody'", "host IN ('h2', 'h0')",
              "user > 12", "20.5 >= user AND host = 'h1'", "user BETWEEN 3 AND 17.5 AND ratio <> 0.25", "user <> 5", "ratio = 0.5",
              "user + ratio > 10 AND user < 25", "state = 'odd' OR user IS NULL", "user IS NULL")

    def test_columns_are_folded_as_rows_are(self):
        # What the second form of each question asks for in addition cannot be folded column by column.
        for keys in ("", "host", "bin(time, 7m)", "host, bin(time, 3m)", "measure_name, upper(host), bin(time, 1h)"):
            shown = keys + ", " if keys else ""
            group = f"GROUP BY {keys} ORDER BY {keys}" if keys else ""
            aggregates = ("count(*), count(ratio), count(state), min(user), max(user), sum(user), avg(user), min(ratio), max(ratio), "
                          "sum(ratio), avg(ratio), min(time), max(time), max_by(ratio, time), max_by(user, time)")
            for where in self.WHERES:
                columns = self.rows(f"SELECT {shown}{aggregates} {self.from_table} WHERE {where} {group}")
                rows = self.rows(f"SELECT {shown}{aggregates}, count(DISTINCT host) {self.from_table} WHERE {where} {group}")
                self.assertEqual(columns, [row[:-1] for row in rows], (keys, where))
                self.assertEqual(bool(columns), where != "host = 'nobody'" or not keys)

    def test_plain_columns_are_answered_as_rows_are(self):
        # What the second form of each question shows in addition is no column, so that it goes row by row.
        for order in ("", "ORDER BY time, host, measure_name", "ORDER BY user DESC, time, host LIMIT 7",
                      "ORDER BY state NULLS FIRST, 3, host DESC, user, measure_name", "ORDER BY ratio DESC NULLS LAST, time, host, measure_name"):
            for where in self.WHERES:
                question = f"{self.from_table} WHERE {where} {order}"
                for shown in ("*", "host, user, time, state, ratio, host AS again, measure_name"):
                    columns = self.rows(f"SELECT {shown} {question}")
                    rows = self.rows(f"SELECT {shown}, 1 {question}")
                    self.assertEqual(columns, [row[:-1] for row in rows], (shown, order, where))
        everything = self.rows(f"SELECT * {self.from_table}")
        pages, token = [], {}
        while True:
            answer = self.query.query(QueryString=f"SELECT * {self.from_table}", MaxRows=23, **token)
            self.assertLessEqual(len(answer["Rows"]), 23)
            pages += [[plain(datum) for datum in row["Data"]] for row in answer["Rows"]]
            if "NextToken" not in answer:
                break
            token = {"NextToken": answer["NextToken"]}
        self.assertEqual(pages, everything)
        self.assertEqual(self.rows(f"SELECT host, user {self.from_table} LIMIT 5"),
                         [row[:2] for row in self.rows(f"SELECT host, user, 1 {self.from_table} LIMIT 5")])
        self.assertEqual(self.rows(f"SELECT host {self.from_table} LIMIT 0"), [])

    def test_texts_of_plain_columns_are_escaped(self):
        odd = ['a "quote"', "back\\slash", "line\nfeed", "tab\t", "ünï©ødé 🙂", "\x01"]
        for i, text in enumerate(odd):
            self.put({"Dimensions": [{"Name": "host", "Value": f"odd{i}"}], "MeasureName": "load", "MeasureValueType": "MULTI",
                      "MeasureValues": [{"Name": "state", "Value": text, "Type": "VARCHAR"}], "Time": str(self.minute)})
        self.assertEqual(self.rows(f"SELECT state {self.from_table} WHERE host LIKE 'odd%' ORDER BY host"), [[text] for text in odd])

    def test_what_aws_unloaded_is_imported_by_the_command(self):
        self.write.update_table(DatabaseName=self.database, TableName="metrics", MagneticStoreWriteProperties={
            "EnableMagneticStoreWrites": True})
        columns = {"host": "VARCHAR", "measure_name": "VARCHAR", "time": "TIMESTAMP", "measure_value::double": "DOUBLE",
                   "user": "BIGINT", "state": "VARCHAR"}
        with tempfile.TemporaryDirectory() as folder:
            at = pathlib.Path(folder)
            (at / "results").mkdir()
            (at / "q_metadata.json").write_text(json.dumps({"ColumnInfo": [
                {"Name": name, "Type": {"ScalarType": kind}} for name, kind in columns.items()]}))
            with gzip.open(at / "results/q_1.gz", "wt") as file:
                for i in range(120):
                    moment = self.text(self.minute - i * 1000)
                    file.write(f"new,cpu,{moment},{i / 4},,\n" if i % 2 else f'new,load,{moment},,{i},"a, ""b"""\n')
            for _ in range(2):  # again changes nothing
                done = subprocess.run(
                    [default_binary(), "timestream", "import", self.database, "metrics", folder, "--measure", "state",
                     "--endpoint-url", self.server.endpoint, "--region", "us-east-1"], capture_output=True, text=True,
                    env={"AWS_ACCESS_KEY_ID": "AKIDCLI", "AWS_SECRET_ACCESS_KEY": "secret", "HOME": folder})
                self.assertEqual((done.returncode, done.stdout), (0, "120 records written, 0 rejected\n"), done.stderr)
        self.assertEqual(self.one("SELECT count(*), count(measure_value::double), sum(user), min(state), max(state) "
                                  f"{self.from_table} WHERE host = 'new'"), ["120", "60", "3540", 'a, "b"', 'a, "b"'])

    def test_an_update_is_what_is_read(self):
        record = {"Dimensions": [{"Name": "host", "Value": "h0"}], "MeasureName": "cpu", "MeasureValue": "99",
                  "Time": str(self.minute), "Version": 2}
        self.put(record)
        text = f"SELECT max(measure_value::double), count(*) {self.from_table} WHERE host = 'h0' AND measure_name = 'cpu'"
        self.assertEqual(self.one(text), ["99.0", "30"])

    def test_multi_measure_columns_have_their_types(self):
        text = f"SELECT state, sum(user), max(ratio) {self.from_table} WHERE measure_name = 'load' AND host = 'h2' GROUP BY 1 ORDER BY 1"
        self.assertEqual(self.rows(text), [["even", "210", "7.0"], ["odd", "225", "7.25"]])

    def test_describe_and_show_tell_the_schema(self):
        self.assertEqual(self.rows(f'DESCRIBE "{self.database}"."metrics"'), [
            ["host", "varchar", "DIMENSION"], ["measure_name", "varchar", "MEASURE_NAME"], ["time", "timestamp", "TIMESTAMP"],
            ["measure_value::double", "double", "MEASURE_VALUE"], ["ratio", "double", "MULTI"], ["state", "varchar", "MULTI"],
            ["user", "bigint", "MULTI"],
        ])
        self.assertEqual(self.rows(f'SHOW TABLES FROM "{self.database}"'), [["metrics"]])
        self.assertIn([self.database], self.rows("SHOW DATABASES"))
        tables = f'SHOW TABLES FROM "{self.database}" LIKE '
        self.assertEqual(self.rows(tables + "'m_tr%'"), [["metrics"]])
        self.assertEqual(self.rows(tables + "'m!_tr%' ESCAPE '!'"), [])  # as JDBC's metadata asks
        name = self.database.replace("!", "!!").replace("_", "!_")
        self.assertEqual(self.rows(f"SHOW DATABASES LIKE '{name}' escape '!'"), [[self.database]])
        refusal = ("QueryExecutionException", "Escape character must be followed by '%', '_' or the escape character itself")
        self.assertEqual(self.refusal(tables + "'m!etrics' ESCAPE '!'"), refusal)
        self.assertEqual(self.rows(f'SHOW MEASURES FROM "{self.database}"."metrics"'),
                         [["cpu", "double", [["host", "varchar"]]], ["load", "multi", [["host", "varchar"]]]])

    def test_series_are_interpolated(self):
        text = (f"SELECT interpolate_linear(create_time_series(time, measure_value::double), "
                f"sequence(min(time), min(time) + 1m, 30s)) {self.from_table} WHERE host = 'h0' AND measure_name = 'cpu'")
        half = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.minute // 1000 + 30)) + ".000000000"
        self.assertEqual(self.one(text), [(self.text(self.minute), "0.0"), (half, "0.25"), (self.text(self.minute + 60000), "0.5")])

    def test_a_series_is_unnested(self):
        text = (f"WITH s AS (SELECT create_time_series(time, measure_value::double) AS ts {self.from_table} WHERE host = 'h0' AND "
                "measure_name = 'cpu') SELECT count(*), max(value) FROM s CROSS JOIN UNNEST(ts)")
        self.assertEqual(self.one(text), ["30", "14.5"])

    def test_tables_join(self):
        text = (f"SELECT count(*) FROM \"{self.database}\".\"metrics\" a JOIN \"{self.database}\".\"metrics\" b ON a.host = b.host AND "
                "a.time = b.time WHERE a.measure_name = 'cpu' AND b.measure_name = 'load'")
        self.assertEqual(self.one(text), "90")

    def test_pages_hold_all_rows_once(self):
        text = f"SELECT host, time {self.from_table} ORDER BY time, host"
        whole = self.rows(text)
        self.assertEqual(len(whole), 180)
        pages = self.query.get_paginator("query").paginate(QueryString=text, PaginationConfig={"PageSize": 50})
        paged = [[plain(datum) for datum in row["Data"]] for page in pages for row in page["Rows"]]
        self.assertEqual(paged, whole)

    def test_pages_are_full_and_no_larger_than_a_megabyte(self):
        values = [{"Name": name, "Value": value, "Type": kind} for name, value, kind in
                  (("user", "7", "BIGINT"), ("ratio", "0.25", "DOUBLE"), ("state", "s" * 150, "VARCHAR"))]
        for second in range(50):
            self.put(*({"MeasureName": "load", "MeasureValueType": "MULTI", "MeasureValues": values,
                        "Time": str(self.minute - 3_600_000 + second * 1000),
                        "Dimensions": [{"Name": "host", "Value": f"page{n}"}]} for n in range(100)))
        for columns in ("*", "time, host, ratio, user, upper(state), upper(host)"):  # kept as columns, and as rows
            text = f"SELECT {columns} {self.from_table} WHERE host LIKE 'page%'"
            answers = list(self.query.get_paginator("query").paginate(QueryString=text))
            self.assertEqual(sum(len(answer["Rows"]) for answer in answers), 5000)
            sizes = [int(answer["ResponseMetadata"]["HTTPHeaders"]["content-length"]) for answer in answers]
            self.assertGreater(len(sizes), 1)
            self.assertLessEqual(max(sizes), 1_000_000)
            self.assertGreater(min(sizes[:-1]), 890_000)

    def test_readers_who_take_turns_and_change_their_mind_get_their_own_pages(self):
        # The rows of a next page are written before it is asked for; here it is asked for differently, twice, or never.
        texts = [f"SELECT * {self.from_table} ORDER BY time, host, measure_name",
                 f"SELECT host, time, user {self.from_table} ORDER BY time DESC, host, measure_name"] * 4
        wholes = [self.rows(text) for text in texts]
        readers = [{"QueryString": text, "MaxRows": 7} for text in texts]
        got = [[] for _ in texts]
        for step in range(60):
            for i, reader in enumerate(readers):
                if reader is None:
                    continue
                reader["MaxRows"] = (7, 7, 11, 7)[(step + i) % 4]
                answer = self.query.query(**reader)
                if (step + i) % 5 == 0:
                    self.assertEqual(self.query.query(**reader)["Rows"] if "NextToken" in reader else answer["Rows"], answer["Rows"])
                got[i] += [[plain(datum) for datum in row["Data"]] for row in answer["Rows"]]
                readers[i] = reader | {"NextToken": answer["NextToken"]} if "NextToken" in answer else None
        self.assertEqual(readers, [None] * len(texts))
        self.assertEqual(got, wholes)

    def test_a_client_that_asks_again_with_its_token_gets_the_same_answer(self):
        text, token = f"SELECT count(*) {self.from_table}", "again" * 8
        first = self.query.query(QueryString=text, ClientToken=token)
        self.put({"MeasureName": "cpu", "MeasureValue": "1", "Time": str(self.now), "Dimensions": [{"Name": "host", "Value": "new"}]})
        again = self.query.query(QueryString=text, ClientToken=token)
        self.assertEqual((again["QueryId"], again["Rows"]), (first["QueryId"], first["Rows"]))
        self.assertNotEqual(self.one(text), plain(first["Rows"][0]["Data"][0]))
        refusal = self.refused(self.query.query, QueryString="SELECT 1", ClientToken=token)
        self.assertEqual(refusal, ("ValidationException", "The client token was used with other parameters before."))

    def test_a_token_of_another_query_is_refused(self):
        token = self.query.query(QueryString=f"SELECT time {self.from_table}", MaxRows=10)["NextToken"]
        refusal = self.refused(self.query.query, QueryString=f"SELECT host {self.from_table}", NextToken=token)
        self.assertEqual(refusal, ("ValidationException", "Invalid pagination token"))

    def test_a_cancelled_query_gives_no_more_pages(self):
        text = f"SELECT time {self.from_table}"
        first = self.query.query(QueryString=text, MaxRows=10)
        self.assertIn("CancellationMessage", self.query.cancel_query(QueryId=first["QueryId"]))
        self.assertIn("CancellationMessage", self.query.cancel_query(QueryId=first["QueryId"]))
        code, _ = self.refused(self.query.query, QueryString=text, NextToken=first["NextToken"])
        self.assertEqual(code, "ConflictException")

    def test_prepare_tells_the_columns(self):
        columns = self.query.prepare_query(QueryString=f"SELECT host, avg(user) AS mean {self.from_table} GROUP BY host",
                                           ValidateOnly=True)["Columns"]
        self.assertEqual([(column["Name"], column["Type"]) for column in columns],
                         [("host", {"ScalarType": "VARCHAR"}), ("mean", {"ScalarType": "DOUBLE"})])

    def test_mistakes_name_their_place(self):
        self.assertEqual(self.refusal(f"SELECT nothing {self.from_table}"),
                         ("ValidationException", "line 1:8: Column 'nothing' does not exist"))
        code, message = self.refusal("SELECT * FROM \"nowhere\".\"metrics\"")
        self.assertEqual((code, message), ("ValidationException", "Requested database 'nowhere' not found for identifier "
                                           "'nowhere.metrics' at line 1:15"))
        for text in ("SELECT", "SELECT FROM x", "SELECT 1 +", "SELECT (1", "SELECT 'x", "SELECT 1 1h2", "SELECT nofunction(1)"):
            code, message = self.refusal(text)
            self.assertEqual(code, "ValidationException", text)
            self.assertTrue(re.match(r"line \d+:\d+: ", message), message)

    def test_a_failing_query_names_its_reason(self):
        self.assertEqual(self.refusal(f"SELECT user / 0 {self.from_table} WHERE measure_name = 'load'"),
                         ("QueryExecutionException", "Division by zero"))

    def test_a_pattern_that_java_does_not_read_is_a_mistake_of_the_query(self):
        for pattern in ("[", r"(?P<digit>\d)", r"(?<digit>\d)(?P=digit)"):
            for wrong in (f"REGEXP_LIKE(host, '{pattern}')", f"NOT regexp_like('h1', '{pattern}')"):
                self.assertEqual(self.refusal(f"SELECT * {self.from_table} WHERE {wrong}"),
                                 ("ValidationException", "Invalid regular expression: " + pattern))
        self.assertEqual(self.one(r"SELECT regexp_extract('h17', '(?<digit>\d)\k<digit>|(?<two>\d+)')"), "17")

    def test_deep_and_long_texts_are_refused_in_time(self):
        began = time.monotonic()
        for text in ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "SELECT " + "-" * 1 + " -".join(["1"] * 3000)):
            try:
                self.rows(text)
            except self.query.exceptions.ValidationException:
                pass
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(self.one("SELECT 1"), "1")
