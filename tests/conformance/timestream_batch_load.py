"""Batch load through boto3 (its four operations by hand: Debian's boto3 is older than they are): CSV objects of a bucket (a folder below the object directory) become records, with reports and resume."""

import json
import time
import urllib.error
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials

from harness.case import Case
from harness.server import Levada

CREDENTIALS = {"aws_access_key_id": "AKIDBOTO", "aws_secret_access_key": "secret"}
MULTI = {
    "TimeColumn": "time", "DimensionMappings": [{"SourceColumn": "host"}, {"SourceColumn": "zone", "DestinationColumn": "az"}],
    "MultiMeasureMappings": {"TargetMultiMeasureName": "cpu", "MultiMeasureAttributeMappings": [
        {"SourceColumn": "user", "MeasureValueType": "DOUBLE"},
        {"SourceColumn": "note", "TargetMultiMeasureAttributeName": "remark", "MeasureValueType": "VARCHAR"}]},
}


class WithBatchLoad:
    """boto3's client, and the operations that it does not know."""

    OPERATIONS = {name: "".join(word.title() for word in name.split("_")) for name in (
        "create_batch_load_task", "describe_batch_load_task", "list_batch_load_tasks", "resume_batch_load_task")}

    def __init__(self, client, endpoint):
        self.client, self.endpoint = client, endpoint

    def __getattr__(self, name):
        operation = self.OPERATIONS.get(name)
        if operation is None:
            return getattr(self.client, name)
        return lambda **members: self.call(operation, members)

    def call(self, operation, members):
        request = botocore.awsrequest.AWSRequest("POST", self.endpoint, data=json.dumps(members).encode(), headers={
            "X-Amz-Target": f"Timestream_20181101.{operation}", "Content-Type": "application/x-amz-json-1.0"})
        keys = botocore.credentials.Credentials(CREDENTIALS["aws_access_key_id"], CREDENTIALS["aws_secret_access_key"])
        botocore.auth.SigV4Auth(keys, "timestream", "us-east-1").add_auth(request)
        sent = urllib.request.Request(self.endpoint, data=request.data, headers=dict(request.headers), method="POST")
        try:
            with urllib.request.urlopen(sent) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                body = json.load(refusal)
            error = {"Code": body["__type"].rpartition("#")[2], "Message": body.get("message") or body.get("Message")}
            raise self.client.exceptions.from_code(error["Code"])({"Error": error}, operation) from None


def clients(server):
    write, query = [
        boto3.client(name, endpoint_url=server.endpoint, region_name="us-east-1", **CREDENTIALS,
                     config=botocore.config.Config(retries={"max_attempts": 0}))
        for name in ("timestream-write", "timestream-query")
    ]
    return WithBatchLoad(write, server.endpoint), query


def put_object(server, bucket, key, text):
    path = server.data_dir / "objects" / bucket / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class BatchLoad(Case):
    needs_levada = True

    def setUp(self):
        super().setUp()
        self.write, self.query = clients(self.server)
        for client in (self.write, self.query):
            self.addCleanup(client.close)
        self.database = "load-" + self._testMethodName[:100]
        self.bucket = "source-" + self._testMethodName[:40].replace("_", "-").strip("-")
        self.now = int(time.time() * 1000)
        self.write.create_database(DatabaseName=self.database)
        self.write.create_table(DatabaseName=self.database, TableName="points")
        self.addCleanup(self.write.delete_database, DatabaseName=self.database)
        self.addCleanup(self.write.delete_table, DatabaseName=self.database, TableName="points")

    def create(self, model=None, csv=None, prefix="in/", **members):
        source = {"DataSourceS3Configuration": {"BucketName": self.bucket, "ObjectKeyPrefix": prefix}, "DataFormat": "CSV"}
        if csv:
            source["CsvConfiguration"] = csv
        return self.write.create_batch_load_task(**{
            "DataModelConfiguration": {"DataModel": model or MULTI}, "DataSourceConfiguration": source,
            "ReportConfiguration": {"ReportS3Configuration": {"BucketName": "reports", "ObjectKeyPrefix": "of"}},
            "TargetDatabaseName": self.database, "TargetTableName": "points", **members})["TaskId"]

    def ended(self, task):
        for _ in range(400):
            description = self.write.describe_batch_load_task(TaskId=task)["BatchLoadTaskDescription"]
            if description["TaskStatus"] not in ("CREATED", "IN_PROGRESS", "PENDING_RESUME"):
                return description
            time.sleep(0.05)
        self.fail(f"the load did not end: {description}")

    def rows(self, columns):
        answer = self.query.query(QueryString=f'SELECT {columns} FROM "{self.database}"."points" ORDER BY time')
        return [[datum.get("ScalarValue") for datum in row["Data"]] for row in answer["Rows"]]

    def report_of(self, task):
        folder = self.server.data_dir / "objects" / "reports" / "of" / task
        return [error for path in sorted(folder.iterdir()) for error in json.loads(path.read_text())["errors"]]

    def test_files_become_multi_measure_records(self):
        put_object(self.server, self.bucket, "in/a.csv", f'time,host,zone,user,note\n{self.now},h1,z,1.5,"a, ""b"""\n{self.now + 1},h2,,2,\n')
        put_object(self.server, self.bucket, "in/b.csv", f"note,user,host,time,zone\nlast,3,h1,{self.now + 2},z\n")
        put_object(self.server, self.bucket, "other/c.csv", "not,read\n")
        task = self.create()
        self.assertRegex(task, "^[A-Z0-9]{3,32}$")
        description = self.ended(task)
        self.assertEqual(description["TaskStatus"], "SUCCEEDED", description)
        self.assertEqual(
            {k: description["ProgressReport"][k] for k in ("RecordsProcessed", "RecordsIngested", "ParseFailures", "FileFailures")},
            {"RecordsProcessed": 3, "RecordsIngested": 3, "ParseFailures": 0, "FileFailures": 0})
        self.assertGreater(description["ProgressReport"]["BytesMetered"], 90)
        self.assertEqual(description["DataModelConfiguration"]["DataModel"], MULTI)
        self.assertEqual(description["RecordVersion"], 1)
        self.assertEqual(self.rows("host, az, measure_name, user, remark"), [
            ["h1", "z", "cpu", "1.5", 'a, "b"'], ["h2", None, "cpu", "2.0", None], ["h1", "z", "cpu", "3.0", "last"]])
        listed = self.write.list_batch_load_tasks(TaskStatus="SUCCEEDED", MaxResults=100)["BatchLoadTasks"]
        self.assertIn((task, self.database, "points"), [(each["TaskId"], each["DatabaseName"], each["TableName"]) for each in listed])

    def test_a_column_may_choose_the_mixed_mapping(self):
        put_object(self.server, self.bucket, "in/a.csv",
                   f"t;what;host;value;extra\n{self.now // 1000};temp;h1;20;\n{self.now // 1000 - 1};pair;h1;7;8\n")
        task = self.create(csv={"ColumnSeparator": ";"}, model={
            "TimeColumn": "t", "TimeUnit": "SECONDS", "MeasureNameColumn": "what", "DimensionMappings": [{"SourceColumn": "host"}],
            "MixedMeasureMappings": [
                {"MeasureName": "temp", "SourceColumn": "value", "TargetMeasureName": "temperature", "MeasureValueType": "BIGINT"},
                {"MeasureName": "pair", "MeasureValueType": "MULTI", "MultiMeasureAttributeMappings": [
                    {"SourceColumn": "value", "TargetMultiMeasureAttributeName": "a", "MeasureValueType": "BIGINT"},
                    {"SourceColumn": "extra", "TargetMultiMeasureAttributeName": "b", "MeasureValueType": "DOUBLE"}]}]})
        self.assertEqual(self.ended(task)["TaskStatus"], "SUCCEEDED")
        self.assertEqual(self.rows("measure_name, measure_value::bigint, a, b"),
                         [["pair", None, "7", "8.0"], ["temperature", "20", None, None]])

    def test_what_cannot_be_loaded_is_counted_and_reported(self):
        old = self.now - 400 * 24 * 3_600_000
        put_object(self.server, self.bucket, "in/a.csv",
                   f"time,host,zone,user,note\n{self.now},h1,z,1,\n{self.now},h1,z\nnever,h1,z,2,\n{old},h1,z,3,\n{self.now + 1},h1,z,many,x\n")
        put_object(self.server, self.bucket, "in/b.csv", "time,host\n1,2\n")
        task = self.create()
        description = self.ended(task)
        self.assertEqual(description["TaskStatus"], "SUCCEEDED")
        progress = description["ProgressReport"]
        self.assertEqual((progress["RecordsProcessed"], progress["RecordsIngested"], progress["ParseFailures"],
                          progress["RecordIngestionFailures"], progress["FileFailures"]), (5, 1, 2, 2, 1))
        errors = self.report_of(task)
        self.assertEqual(sorted((e["object"], e.get("line", 0)) for e in errors),
                         [("in/a.csv", 3), ("in/a.csv", 4), ("in/a.csv", 5), ("in/a.csv", 6), ("in/b.csv", 0)])
        self.assertIn("no column 'zone'", [e for e in errors if e["object"] == "in/b.csv"][0]["reason"])

    def test_a_token_makes_one_task_and_a_version_updates(self):
        put_object(self.server, self.bucket, "in/a.csv", f"time,host,zone,user,note\n{self.now},h1,z,1,\n")
        first = self.create(ClientToken="token-1" + self.bucket[:40])
        self.assertEqual(self.create(ClientToken="token-1" + self.bucket[:40]), first)
        with self.assertRaises(self.write.exceptions.ConflictException):
            self.create(ClientToken="token-1" + self.bucket[:40], RecordVersion=7)
        self.ended(first)
        put_object(self.server, self.bucket, "in/a.csv", f"time,host,zone,user,note\n{self.now},h1,z,5,\n")
        second = self.create(RecordVersion=2)
        self.assertNotEqual(second, first)
        self.assertEqual(self.ended(second)["RecordVersion"], 2)
        self.assertEqual(self.rows("user"), [["5.0"]])

    def test_a_model_may_lie_in_the_bucket(self):
        put_object(self.server, self.bucket, "model.json", json.dumps(MULTI))
        put_object(self.server, self.bucket, "in/a.csv", f"time,host,zone,user,note\n{self.now},h1,z,1,\n")
        place = {"BucketName": self.bucket, "ObjectKey": "model.json"}
        task = self.create(DataModelConfiguration={"DataModelS3Configuration": place})
        description = self.ended(task)
        self.assertEqual(description["TaskStatus"], "SUCCEEDED")
        self.assertEqual(description["DataModelConfiguration"], {"DataModelS3Configuration": place})

    def test_nonsense_is_refused(self):
        wrong = self.write.exceptions.ValidationException
        with self.assertRaisesRegex(wrong, "either MultiMeasureMappings or MixedMeasureMappings"):
            self.create(model={"TimeColumn": "time", "DimensionMappings": [{"SourceColumn": "host"}]})
        with self.assertRaisesRegex(wrong, "cannot be read"):
            self.create(DataModelConfiguration={"DataModelS3Configuration": {"BucketName": self.bucket, "ObjectKey": "none"}})
        with self.assertRaises(self.write.exceptions.ResourceNotFoundException):
            self.create(TargetTableName="nowhere")
        with self.assertRaises(self.write.exceptions.ResourceNotFoundException):
            self.write.describe_batch_load_task(TaskId="ABC")
        task = self.create(prefix="empty/")
        description = self.ended(task)
        self.assertEqual(description["TaskStatus"], "FAILED")
        self.assertIn("There are no objects at s3://", description["ErrorMessage"])
        with self.assertRaisesRegex(wrong, "only one that is PROGRESS_STOPPED"):
            self.write.resume_batch_load_task(TaskId=task)


class BatchLoadAfterAKill(Case):
    needs_levada = True

    def test_a_load_goes_on_after_kill_9_and_counts_each_row_once(self):
        rows = 60_000
        with Levada("--shard-limits", "off") as server:
            now = int(time.time() * 1000)
            write, query = clients(server)
            write.create_database(DatabaseName="feeds")
            write.create_table(DatabaseName="feeds", TableName="points")
            for part in range(2):
                lines = (f"{now - i - part * rows},h{i % 7},z,{i},x\n" for i in range(rows))
                put_object(server, "source", f"in/{part}.csv", "time,host,zone,user,note\n" + "".join(lines))
            task = write.create_batch_load_task(
                DataModelConfiguration={"DataModel": MULTI}, ReportConfiguration={}, TargetDatabaseName="feeds", TargetTableName="points",
                DataSourceConfiguration={"DataSourceS3Configuration": {"BucketName": "source", "ObjectKeyPrefix": "in/"},
                                         "DataFormat": "CSV"})["TaskId"]
            for _ in range(3):
                time.sleep(0.15)
                server.kill()
                server.start()
            write, query = clients(server)
            for _ in range(600):
                description = write.describe_batch_load_task(TaskId=task)["BatchLoadTaskDescription"]
                if description["TaskStatus"] == "SUCCEEDED":
                    break
                self.assertEqual(description["TaskStatus"], "IN_PROGRESS")
                time.sleep(0.05)
            progress = description["ProgressReport"]
            self.assertEqual((progress["RecordsProcessed"], progress["RecordsIngested"]), (2 * rows, 2 * rows))
            counted = query.query(QueryString='SELECT count(*) FROM "feeds"."points"')["Rows"][0]["Data"][0]["ScalarValue"]
            self.assertEqual(counted, str(2 * rows))

    def test_a_stopped_load_is_resumed_after_kill_9_and_counts_each_row_once(self):
        rows = 3_000
        with Levada("--shard-limits", "off") as server:
            now = int(time.time() * 1000)
            write, query = clients(server)
            write.create_database(DatabaseName="feeds")
            write.create_table(DatabaseName="feeds", TableName="points")
            text = ["time,host,zone,user,note\n" + "".join(f"{now - i - part * rows},h{i % 7},z,{i},x\n" for i in range(rows)) for part in range(3)]
            put_object(server, "source", "in/0.csv", text[0])
            put_object(server, "source", "in/2.csv", text[2])
            # An object that is listed and cannot be opened: the disk's fault, not the file's.
            broken = server.data_dir / "objects" / "source" / "in" / "1.csv"
            broken.symlink_to(server.data_dir / "nowhere.csv")
            task = write.create_batch_load_task(
                DataModelConfiguration={"DataModel": MULTI}, ReportConfiguration={}, TargetDatabaseName="feeds", TargetTableName="points",
                DataSourceConfiguration={"DataSourceS3Configuration": {"BucketName": "source", "ObjectKeyPrefix": "in/"},
                                         "DataFormat": "CSV"})["TaskId"]

            def until(status):
                for _ in range(600):
                    description = write.describe_batch_load_task(TaskId=task)["BatchLoadTaskDescription"]
                    if description["TaskStatus"] == status:
                        return description
                    time.sleep(0.05)
                self.fail(f"the load is not {status}: {description}")

            stopped = until("PROGRESS_STOPPED")
            self.assertIn("1.csv", stopped["ErrorMessage"])
            self.assertGreater(stopped["ResumableUntil"], time.time() + 3600)
            self.assertEqual(stopped["ProgressReport"]["RecordsIngested"], rows)
            server.kill()
            server.start()
            write, query = clients(server)
            self.assertEqual(until("PROGRESS_STOPPED")["ProgressReport"]["RecordsIngested"], rows)
            write.resume_batch_load_task(TaskId=task)  # nothing is better yet: it stops again
            time.sleep(0.5)
            until("PROGRESS_STOPPED")
            broken.unlink()
            broken.write_text(text[1])
            write.resume_batch_load_task(TaskId=task)
            progress = until("SUCCEEDED")["ProgressReport"]
            self.assertEqual((progress["RecordsProcessed"], progress["RecordsIngested"], progress["FileFailures"]), (3 * rows, 3 * rows, 0))
            counted = query.query(QueryString='SELECT count(*), sum(user) FROM "feeds"."points"')["Rows"][0]["Data"]
            self.assertEqual([float(datum["ScalarValue"]) for datum in counted], [3 * rows, 3 * sum(range(rows))])
