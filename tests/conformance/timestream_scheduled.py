"""Scheduled queries that run by themselves, their reports, UNLOAD to the directory that stands for S3, and what insights tell."""

import csv
import gzip
import json
import pathlib
import shutil
import subprocess
import tempfile
import time

import boto3
import botocore.config

import kinesis_js
from harness import parquet
from harness.case import ACCOUNT, REGION
from harness.server import Levada, default_binary
from timestream_every_operation import FOLDER, JavaScript, Refused
from timestream_query import plain
from timestream_write import CREDENTIALS, WriteCase

OBJECTS = pathlib.Path(tempfile.mkdtemp(prefix="levada-objects-"))


class ObjectCase(WriteCase):
    flags = ("--shard-limits", "off", "--object-dir", str(OBJECTS))
    needs_levada = True

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(OBJECTS, ignore_errors=True)
        super().tearDownClass()

    def client_of(self, server):
        client = boto3.client("timestream-query", endpoint_url=server.endpoint, region_name=REGION, **CREDENTIALS,
                              config=botocore.config.Config(retries={"max_attempts": 0}))
        self.addCleanup(client.close)
        return client

    def setUp(self):
        super().setUp()
        self.query = self.client_of(self.server)
        self.table(MagneticStoreWriteProperties={"EnableMagneticStoreWrites": True})
        self.minute = (self.now // 60000 - 10) * 60000
        self.put(*[{"Dimensions": [{"Name": "host", "Value": f"h{host}"}, {"Name": "zone", "Value": "a,b" if host else 'q"q'}],
                    "MeasureName": "cpu", "MeasureValue": str(host + i / 4), "Time": str(self.minute + i * 60000)}
                   for host in range(2) for i in range(5)])
        self.source = f'"{self.database}"."metrics"'

    def rows(self, text, query=None):
        return [[plain(datum) for datum in row["Data"]] for row in (query or self.query).query(QueryString=text)["Rows"]]

    def schedule(self, name, text, mapping, expression="rate(1 minute)", table="derived", query=None, **members):
        return (query or self.query).create_scheduled_query(
            Name=name, QueryString=text, ScheduleConfiguration={"ScheduleExpression": expression},
            NotificationConfiguration={"SnsConfiguration": {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"}},
            ScheduledQueryExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/runner",
            ErrorReportConfiguration={"S3Configuration": {"BucketName": "reports", "ObjectKeyPrefix": "failed/runs"}},
            TargetConfiguration={"TimestreamConfiguration": {"DatabaseName": self.database, "TableName": table, **mapping}}, **members)["Arn"]

    def described(self, arn, query=None):
        return (query or self.query).describe_scheduled_query(ScheduledQueryArn=arn)["ScheduledQuery"]

    def last_run(self, arn, invocation=None, query=None, patience=20):
        for _ in range(patience * 10):
            run = self.described(arn, query).get("LastRunSummary")
            if run and (invocation is None or run["InvocationTime"].timestamp() == invocation):
                return run
            time.sleep(0.1)
        self.fail("it never ran")

    def execute(self, arn, invocation=None):
        invocation = invocation or self.now // 60000 * 60
        self.query.execute_scheduled_query(ScheduledQueryArn=arn, InvocationTime=invocation)
        return self.last_run(arn, invocation)


MULTI = {"TimeColumn": "at", "DimensionMappings": [{"Name": "host", "DimensionValueType": "VARCHAR"}],
         "MultiMeasureMappings": {"TargetMultiMeasureName": "sums", "MultiMeasureAttributeMappings": [
             {"SourceColumn": "n", "MeasureValueType": "BIGINT"},
             {"SourceColumn": "top", "TargetMultiMeasureAttributeName": "highest", "MeasureValueType": "DOUBLE"}]}}


class Schedules(ObjectCase):
    def setUp(self):
        super().setUp()
        self.table("derived")
        self.text = (f"SELECT host, @scheduled_runtime AS at, count(*) AS n, max(measure_value::double) AS top FROM {self.source} "
                     "WHERE time <= @scheduled_runtime GROUP BY host")

    def test_it_runs_on_time_and_again_after_a_restart(self):
        with Levada("--shard-limits", "off") as server:
            query = self.client_of(server)
            write = boto3.client("timestream-write", endpoint_url=server.endpoint, region_name=REGION, **CREDENTIALS)
            self.addCleanup(write.close)
            write.create_database(DatabaseName=self.database)
            for name in ("metrics", "derived"):
                write.create_table(DatabaseName=self.database, TableName=name)
            write.write_records(DatabaseName=self.database, TableName="metrics", Records=[self.record()])
            # The next minute is never more than 60 seconds away; the clock of a minute before is nearer to the tests' patience.
            arn = self.schedule("on-time", self.text, MULTI, "cron(* * * * ? *)", query=query)
            due = self.described(arn, query)["NextInvocationTime"].timestamp()
            self.assertEqual((due % 60, 0 < due - time.time() <= 60), (0, True))
            run = self.last_run(arn, due, query, patience=70)
            self.assertEqual(run["RunStatus"], "AUTO_TRIGGER_SUCCESS")
            self.assertLess(run["TriggerTime"].timestamp() - due, 2)
            described = self.described(arn, query)
            self.assertEqual((described["PreviousInvocationTime"].timestamp(), described["NextInvocationTime"].timestamp()), (due, due + 60))
            stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(due)) + ".000000000"
            rows = f'SELECT time, host, n, highest FROM "{self.database}"."derived"'
            self.assertEqual(self.rows(rows, query), [[stamp, "h1", "1", "1.5"]])
            server.kill()
            server.start()
            query = self.client_of(server)
            self.assertEqual(self.described(arn, query), described)
            self.assertEqual(self.rows(rows, query), [[stamp, "h1", "1", "1.5"]])

    def test_mixed_measures_follow_their_mapping(self):
        text = self.text.replace("count(*) AS n", "count(*) AS n, 'load' AS kind")
        mapping = {"TimeColumn": "at", "DimensionMappings": [{"Name": "host", "DimensionValueType": "VARCHAR"}], "MixedMeasureMappings": [
            {"SourceColumn": "n", "TargetMeasureName": "points", "MeasureValueType": "BIGINT"},
            {"MeasureName": "both", "MeasureValueType": "MULTI", "MultiMeasureAttributeMappings": [
                {"SourceColumn": "top", "MeasureValueType": "DOUBLE"}, {"SourceColumn": "kind", "MeasureValueType": "VARCHAR"}]}]}
        run = self.execute(self.schedule("mixed", text, mapping))
        self.assertEqual((run["RunStatus"], run["ExecutionStats"]["RecordsIngested"], run["ExecutionStats"]["QueryResultRows"]),
                         ("MANUAL_TRIGGER_SUCCESS", 4, 2))
        self.assertEqual(self.rows(f'SELECT host, measure_name, measure_value::bigint, top, kind FROM "{self.database}"."derived" ORDER BY 1, 2'), [
            ["h0", "both", None, "1.0", "load"], ["h0", "points", "5", None, None],
            ["h1", "both", None, "2.0", "load"], ["h1", "points", "5", None, None]])

    def test_the_same_run_again_changes_nothing(self):
        arn = self.schedule("again", self.text, MULTI)
        for _ in range(2):
            run = self.execute(arn)
            self.assertEqual((run["RunStatus"], run["ExecutionStats"]["RecordsIngested"]), ("MANUAL_TRIGGER_SUCCESS", 2))
        self.assertEqual(self.rows(f'SELECT count(*) FROM "{self.database}"."derived"'), [["2"]])

    def test_rejected_records_are_reported(self):
        arn = self.schedule("rejected", self.text.replace("@scheduled_runtime AS at", "timestamp '2001-01-01' AS at"), MULTI)
        run = self.execute(arn)
        self.assertEqual(run["RunStatus"], "MANUAL_TRIGGER_FAILURE")
        place = run["ErrorReportLocation"]["S3ReportLocation"]
        self.assertEqual(place["BucketName"], "reports")
        report = json.loads((OBJECTS / "reports" / place["ObjectKey"]).read_text())
        self.assertRegex(report["reportId"], "^[0-9A-F]{32}$")
        self.assertEqual(len(report["errors"]), 2)
        for error in report["errors"]:
            self.assertIn("outside the time range", error["reason"])
            (record,) = error["records"]
            self.assertEqual((record["time"], record["timeUnit"], record["measureName"], record["version"]),
                             ("978307200000000000", "NANOSECONDS", "sums", None))
        self.assertEqual(self.described(arn)["RecentlyFailedRuns"][0]["FailureReason"], run["FailureReason"])

    def test_a_query_that_fails_is_told(self):
        run = self.execute(self.schedule("fails", self.text.replace("count(*)", "count(*) / 0"), MULTI))
        self.assertEqual((run["RunStatus"], run["FailureReason"]), ("MANUAL_TRIGGER_FAILURE", "Division by zero"))

    def test_what_does_not_fit_is_refused(self):
        def refused(**changes):
            arguments = {"name": "refused", "text": self.text, "mapping": MULTI, **changes}
            return self.refused(self.schedule, **arguments)

        self.assertEqual(refused(mapping={**MULTI, "TimeColumn": "host"}),
                         ("ValidationException", "The time column 'host' must be of type timestamp, but is varchar."))
        self.assertEqual(refused(mapping={**MULTI, "TimeColumn": "no"})[0], "ValidationException")
        self.assertEqual(refused(text=self.text.replace("max(", "nothing("))[0], "ValidationException")
        self.assertEqual(refused(expression="rate(1 week)")[0], "ValidationException")
        self.assertEqual(refused(table="nowhere")[0], "ValidationException")
        token = "t" * 32
        arn = self.schedule("once", self.text, MULTI, ClientToken=token)
        self.assertEqual(self.schedule("once", self.text, MULTI, ClientToken=token), arn)
        self.assertEqual(refused(name="once")[0], "ConflictException")

    def test_lists_have_pages(self):
        arns = {self.schedule(f"page-{i}", self.text, MULTI) for i in range(5)}
        pages = self.query.get_paginator("list_scheduled_queries").paginate(PaginationConfig={"PageSize": 2})
        self.assertLessEqual(arns, {each["Arn"] for page in pages for each in page["ScheduledQueries"]})
        for arn in arns:
            self.query.delete_scheduled_query(ScheduledQueryArn=arn)
        with self.assertRaises(self.query.exceptions.ResourceNotFoundException) as caught:
            self.query.describe_scheduled_query(ScheduledQueryArn=arn)
        self.assertEqual(caught.exception.response["Error"]["Message"], f"The resource with arn {arn} does not exist.")


class Unload(ObjectCase):
    def unload(self, text, where, options):
        answer = self.query.query(QueryString=f"UNLOAD ({text}) TO 's3://lake/{where}' WITH ({options})")
        self.assertEqual([(c["Name"], c["Type"]["ScalarType"]) for c in answer["ColumnInfo"]],
                         [("rows", "BIGINT"), ("metadataFile", "VARCHAR"), ("manifestFile", "VARCHAR")])
        ((rows, metadata, manifest),) = [[plain(datum) for datum in row["Data"]] for row in answer["Rows"]]
        return int(rows), self.object(metadata), self.object(manifest), answer["QueryId"]

    def object(self, address):
        self.assertTrue(address.startswith("s3://lake/"))
        return json.loads((OBJECTS / address.removeprefix("s3://")).read_text())

    def test_csv_as_aws_writes_it(self):
        text = f"SELECT host, time, measure_value::double, zone FROM {self.source} ORDER BY host, time"
        rows, metadata, manifest, query_id = self.unload(text, "plain", "format = 'CSV', compression = 'NONE', include_header = 'true'")
        self.assertEqual(rows, 10)
        self.assertEqual([(c["Name"], c["Type"]["ScalarType"]) for c in metadata["ColumnInfo"]],
                         [("host", "VARCHAR"), ("time", "TIMESTAMP"), ("measure_value::double", "DOUBLE"), ("zone", "VARCHAR")])
        (file,) = manifest["result_files"]
        self.assertRegex(file["url"], f"^s3://lake/plain/results/{query_id}_[0-9a-f-]{{36}}\\.csv$")
        path = OBJECTS / file["url"].removeprefix("s3://")
        self.assertEqual(file["file_metadata"], {"content_length_in_bytes": path.stat().st_size, "row_count": 10})
        self.assertEqual((manifest["query_metadata"]["total_row_count"], manifest["query_metadata"]["result_format"]), (10, "CSV"))
        with open(path, newline="") as lines:
            header, *written = csv.reader(lines, escapechar="\\")
        self.assertEqual(header, ["host", "time", "measure_value::double", "zone"])
        self.assertEqual(written, self.rows(text))

    def test_partitions_are_folders_and_gzip_is_the_default(self):
        text = f"SELECT time, measure_value::double AS v, host FROM {self.source}"
        rows, _, manifest, _ = self.unload(text, "parts", "partitioned_by = ARRAY['host'], field_delimiter = '|'")
        self.assertEqual((rows, len(manifest["result_files"])), (10, 2))
        for file in manifest["result_files"]:
            path = OBJECTS / file["url"].removeprefix("s3://")
            self.assertRegex(file["url"], r"/parts/results/host=h[01]/\w+\.gz$|/parts/results/host=h[01]/[\w-]+\.gz$")
            with gzip.open(path, "rt", newline="") as lines:
                written = list(csv.reader(lines, delimiter="|"))
            host = path.parent.name.removeprefix("host=")
            self.assertEqual(sorted(written), sorted(row[:2] for row in self.rows(f"{text} WHERE host = '{host}'")))

    def test_parquet_has_the_rows_and_their_types(self):
        values = ("VALUES (1, 10000000000, 2.5e0, true, 'a \"b\" ü', timestamp '2024-02-03 04:05:06.000000007', date '2024-02-03', time '04:05:06', 3h, 'x'), "
                  "(-2, NULL, -0.5e0, false, '', NULL, date '1969-12-31', NULL, NULL, 'x'), "
                  "(NULL, -3, NULL, NULL, NULL, timestamp '1969-12-31', NULL, time '00:00:00', 1d, 'y')")
        names = "i, l, d, b, s, at, day, clock, span, part"
        text = f"SELECT {names} FROM ({values}) AS t({names})"
        nanos = 1706933106000000007
        expected = [
            [1, 10**10, 2.5, True, 'a "b" ü', nanos, 19756, 14706 * 10**9, "0 03:00:00.000000000", "x"],
            [-2, None, -0.5, False, "", None, -1, None, None, "x"],
            [None, -3, None, None, None, -86400 * 10**9, None, 0, "1 00:00:00.000000000", "y"],
        ]
        for compression in ("NONE", "GZIP"):
            rows, _, manifest, query_id = self.unload(text, "parquet" + compression, f"format = 'PARQUET', compression = '{compression}'")
            (file,) = manifest["result_files"]
            self.assertRegex(file["url"], f"/results/{query_id}_[0-9a-f-]{{36}}\\.parquet$")
            data = (OBJECTS / file["url"].removeprefix("s3://")).read_bytes()
            self.assertEqual((rows, file["file_metadata"], manifest["query_metadata"]["result_format"]),
                             (3, {"content_length_in_bytes": len(data), "row_count": 3}, "PARQUET"))
            columns, found = parquet.read(data)
            utc_nanos = {8: {1: True, 2: {3: {}}}}
            self.assertEqual(columns, [
                ("i", 1, None), ("l", 2, None), ("d", 5, None), ("b", 0, None), ("s", 6, {1: {}}), ("at", 2, utc_nanos), ("day", 1, {6: {}}),
                ("clock", 2, {7: {1: False, 2: {3: {}}}}), ("span", 6, {1: {}}), ("part", 6, {1: {}})])
            self.assertEqual(found, expected)
        _, _, manifest, _ = self.unload(text, "parquetparts", "format = 'PARQUET', partitioned_by = ARRAY['part']")
        for file in manifest["result_files"]:
            path = OBJECTS / file["url"].removeprefix("s3://")
            self.assertEqual(parquet.read(path.read_bytes())[1], [row[:-1] for row in expected if row[-1] == path.parent.name.removeprefix("part=")])

    def test_parquet_of_many_rows_has_them_all(self):
        text = ("SELECT x, IF(x % 3 = 0, NULL, x * 2) AS y, x % 7 = 0 AS z, CAST(x AS varchar) AS t "
                "FROM UNNEST(sequence(1, 10000)) AS a(x)")
        _, _, manifest, _ = self.unload(text, "parquetmany", "format = 'PARQUET'")
        (file,) = manifest["result_files"]
        _, rows = parquet.read((OBJECTS / file["url"].removeprefix("s3://")).read_bytes())
        self.assertEqual(rows, [[x, None if x % 3 == 0 else x * 2, x % 7 == 0, str(x)] for x in range(1, 10001)])

    def hyparquet(self, *arguments, given=None):
        done = subprocess.run(["node", "parquet.mjs", *map(str, arguments)], cwd=FOLDER, input=given, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout) if done.stdout else None

    def imported(self, folder, *options, code=0):
        done = subprocess.run(
            [default_binary(), "timestream", "import", self.database, "copy", str(folder), *options, "--endpoint-url", self.server.endpoint,
             "--region", REGION], capture_output=True, text=True, timeout=60,
            env={"AWS_ACCESS_KEY_ID": "AKIDCLI", "AWS_SECRET_ACCESS_KEY": "secret", "HOME": str(folder)})
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def copy_table(self):
        self.write.create_table(DatabaseName=self.database, TableName="copy", MagneticStoreWriteProperties={"EnableMagneticStoreWrites": True})

    def test_parquet_is_read_by_a_reader_that_others_wrote(self):
        kinesis_js.install(FOLDER, "hyparquet-writer")
        text = ("SELECT x, IF(x % 3 = 0, NULL, x * 1e0 / 4) AS y, x % 7 = 0 AS z, IF(x % 5 = 0, NULL, 'text ' || CAST(x AS varchar)) AS t, "
                "from_nanoseconds(1700000000000000000 + x) AS at FROM UNNEST(sequence(1, 2500)) AS a(x)")
        for compression in ("NONE", "GZIP"):
            _, _, manifest, _ = self.unload(text, "others" + compression, f"format = 'PARQUET', compression = '{compression}'")
            (file,) = manifest["result_files"]
            read = self.hyparquet("read", OBJECTS / file["url"].removeprefix("s3://"))
            self.assertEqual(read["columns"], ["x", "y", "z", "t", "at"])
            self.assertEqual(read["rows"], [
                {"x": str(x), "y": None if x % 3 == 0 else x / 4, "z": x % 7 == 0, "t": None if x % 5 == 0 else f"text {x}",
                 "at": str(1700000000000000000 + x)} for x in range(1, 2501)])

    def test_parquet_is_imported_as_it_was_unloaded(self):
        self.put({"Dimensions": [{"Name": "host", "Value": "h9"}], "MeasureName": "load", "MeasureValueType": "MULTI", "MeasureValues": [
            {"Name": "user", "Value": "7", "Type": "BIGINT"}, {"Name": "on", "Value": "true", "Type": "BOOLEAN"},
            {"Name": "state", "Value": "a, \"b\"", "Type": "VARCHAR"}, {"Name": "seen", "Value": str(self.minute), "Type": "TIMESTAMP"}],
            "Time": str(self.minute)})
        self.copy_table()
        shown = 'host, zone, measure_name, time, measure_value::double, "user", "on", state, seen'
        order = "ORDER BY host, time"
        for compression, parts in (("NONE", ""), ("GZIP", ""), ("GZIP", ", partitioned_by = ARRAY['seen_by']")):
            where = f"import{compression}{len(parts)}"
            extra = ", host AS seen_by" if parts else ""
            self.unload(f"SELECT {shown}{extra} FROM {self.source}", where, f"format = 'PARQUET', compression = '{compression}'{parts}")
            self.assertEqual(self.imported(OBJECTS / "lake" / where, "--measure", "state"), "11 records written, 0 rejected\n")
            if not parts:
                copied = f'FROM "{self.database}"."copy" {order}'
                self.assertEqual(self.rows(f"SELECT {shown} {copied}"), self.rows(f"SELECT {shown} FROM {self.source} {order}"))
        self.assertEqual(self.rows(f'SELECT count(*) FROM "{self.database}"."copy" WHERE seen_by = host'), [["11"]])

    def test_parquet_that_others_wrote_is_imported(self):
        kinesis_js.install(FOLDER, "hyparquet-writer")
        self.copy_table()
        hosts = [f"h{i % 3}" for i in range(200)]
        times = [str((self.minute - i * 1000) * 10**6) for i in range(200)]
        users = [None if i % 4 == 0 else str(i - 50) for i in range(200)]
        loads = [None if i % 4 != 0 else i / 8 for i in range(200)]
        kinds = {"host": "VARCHAR", "measure_name": "VARCHAR", "time": "TIMESTAMP", "user": "BIGINT", "load": "DOUBLE", "up": "BOOLEAN"}
        columns = [{"name": "host", "type": "STRING", "data": hosts}, {"name": "measure_name", "type": "STRING", "data": ["m"] * 200},
                   {"name": "time", "type": "INT64", "data": times}, {"name": "user", "type": "INT64", "data": users},
                   {"name": "load", "type": "DOUBLE", "data": loads}, {"name": "up", "type": "BOOLEAN", "data": [i % 2 == 0 for i in range(200)]}]
        expected = [[host, str(int(time) // 10**6), user, None if load is None else str(load), str(i % 2 == 0).lower()]
                    for i, (host, time, user, load) in enumerate(zip(hosts, times, users, loads))]
        folder = pathlib.Path(tempfile.mkdtemp(prefix="others-", dir=OBJECTS))
        (folder / "q_metadata.json").write_text(json.dumps({"ColumnInfo": [
            {"Name": name, "Type": {"ScalarType": kind}} for name, kind in kinds.items()]}))
        for codec in ("GZIP", "UNCOMPRESSED"):  # dictionaries, pages of version 2, several row groups
            self.hyparquet("write", folder / "q.parquet", given=json.dumps({"codec": codec, "columns": columns}))
            self.assertEqual(self.imported(folder), "200 records written, 0 rejected\n")
            found = self.rows(f'SELECT host, to_milliseconds(time), "user", load, up FROM "{self.database}"."copy" ORDER BY time DESC')
            self.assertEqual(found, expected)
        self.hyparquet("write", folder / "q.parquet", given=json.dumps({"codec": "SNAPPY", "columns": columns}))
        self.assertIn("codecs other than gzip in a Parquet file are not read", self.imported(folder, code=255))
        columns[2]["encoding"] = "DELTA_BINARY_PACKED"
        self.hyparquet("write", folder / "q.parquet", given=json.dumps({"codec": "GZIP", "columns": columns}))
        self.assertIn("delta encodings in a Parquet file are not read", self.imported(folder, code=255))
        (folder / "q.parquet").write_bytes(b"PAR1 is not all")
        self.assertIn("q.parquet: the Parquet file is damaged", self.imported(folder, code=255))

    def test_what_cannot_be_is_refused(self):
        def refused(options, text="SELECT 1 AS a, 2 AS b", to="s3://lake/x"):
            return self.refused(self.query.query, QueryString=f"UNLOAD ({text}) TO '{to}' WITH ({options})")[1]

        self.assertIn("format must be CSV or PARQUET", refused("format = 'ORC'"))
        self.assertIn("must be the last ones", refused("partitioned_by = ARRAY['a']"))
        self.assertIn("between 16MB and 78GB", refused("max_file_size = '1MB'"))
        self.assertIn("Unknown UNLOAD option", refused("color = 'red'"))
        self.assertIn("s3://", refused("format = 'CSV'", to="http://x"))
        self.assertIn("is no path of a file", refused("format = 'CSV'", to="s3://lake/../../x"))
        self.assertIn("cannot be written by UNLOAD", refused("format = 'CSV'", text="SELECT ARRAY[1]"))


class Insights(ObjectCase):
    def test_insights_tell_what_was_read(self):
        self.put(self.record(MeasureName="memory"))
        mode = {"QueryInsights": {"Mode": "ENABLED_WITH_RATE_CONTROL"}}
        client = JavaScript(self.server.endpoint)  # Debian's boto3 does not know insights yet
        self.addCleanup(client.close)
        text = f"SELECT host FROM {self.source} WHERE measure_name = 'cpu' AND time BETWEEN from_milliseconds({self.minute}) AND from_milliseconds({self.minute + 60000})"
        answer = client.call("timestream-query", "Query", QueryString=text, **mode)
        told = answer["QueryInsightsResponse"]
        arn = f"arn:aws:timestream:{REGION}:{ACCOUNT}:database/{self.database}/table/metrics"
        self.assertEqual(told["QuerySpatialCoverage"]["Max"], {"Value": 0.5, "TableArn": arn, "PartitionKey": ["measure_name"]})
        self.assertEqual(told["QueryTemporalRange"]["Max"], {"Value": 60_000_000_000, "TableArn": arn})
        self.assertEqual((told["QueryTableCount"], told["OutputRows"]), (1, 4))
        self.assertGreater(told["OutputBytes"], 0)
        self.assertGreater(answer["QueryStatus"]["CumulativeBytesScanned"], 0)
        with self.assertRaises(Refused) as caught:
            client.call("timestream-query", "Query", QueryString=text, **mode)
        self.assertEqual(caught.exception.code, "ThrottlingException")
        self.assertNotIn("QueryInsightsResponse", self.query.query(QueryString=text))
