"""Every operation of both Timestream services by boto3, Debian's AWS CLI, aws-sdk-js v3 and levada's own command line: the same story,
the same answers."""

import atexit
import datetime
import functools
import json
import os
import re
import subprocess
import time
import unittest
from pathlib import Path

import boto3
import botocore.config
import botocore.exceptions

import kinesis_js
from harness.aws_oracle import Oracle
from harness.case import ACCOUNT, REGION, Case
from harness.server import default_binary

FOLDER = Path(__file__).with_name("js-timestream")
QUERY, WRITE = "timestream-query", "timestream-write"
# What the AWS CLI of Debian 12 (2.9) does not know yet.
NEWER = {"DescribeAccountSettings", "UpdateAccountSettings", "CreateBatchLoadTask", "DescribeBatchLoadTask", "ListBatchLoadTasks",
         "ResumeBatchLoadTask"}


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


def plain(value):
    """Times as seconds, whatever the client makes of them."""
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if name != "ResponseMetadata"}
    return value


class Boto:
    def __init__(self, endpoint):
        self.clients = {service: boto3.client(
            service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id="AKIDBOTO", aws_secret_access_key="secret",
            config=botocore.config.Config(retries={"max_attempts": 0})) for service in (QUERY, WRITE)}

    def knows(self, service, operation):
        return operation in self.clients[service].meta.service_model.operation_names

    def call(self, service, operation, **members):
        client = self.clients[service]
        method = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        try:
            return plain(getattr(client, method)(**members))
        except botocore.exceptions.ClientError as refusal:
            raise Refused(refusal.response["Error"]["Code"], refusal.response["Error"]["Message"]) from None

    def close(self):
        for client in self.clients.values():
            client.close()


@functools.cache
def warm_aws():
    oracle = Oracle()
    atexit.register(oracle.close)
    return oracle


class Cli:
    """Debian's AWS CLI, kept warm: a process for each of the story's calls would cost a minute."""

    newer = NEWER

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def run(self, arguments, environment):
        return warm_aws().run(arguments, environment, "/")

    def knows(self, service, operation):
        return operation not in self.newer

    def call(self, service, operation, **members):
        command = re.sub(r"(?<!^)(?=[A-Z])", "-", operation).lower()
        status, output, errors = self.run(
            ["--endpoint-url", self.endpoint, "--output", "json", "--no-cli-pager", service, command, "--cli-input-json", json.dumps(members)]
            + (["--no-paginate"] if operation in ("Query", "ListScheduledQueries", "ListTagsForResource") and service == QUERY else []),
            {**os.environ, "AWS_ACCESS_KEY_ID": "AKIDCLI", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": REGION,
             "AWS_MAX_ATTEMPTS": "1"})
        if status != 0:
            told = re.search(r"An error occurred \((\w+)\) when calling the \w+ operation(?: \([^)]*\))?: (.*)", errors, re.S)
            if not told:
                raise AssertionError(errors)
            raise Refused(told[1], told[2].strip())
        return self.seconds(json.loads(output or "{}"))

    def seconds(self, value):
        if isinstance(value, list):
            return [self.seconds(each) for each in value]
        if isinstance(value, dict):
            return {name: datetime.datetime.fromisoformat(each).timestamp() if name.endswith("Time") and isinstance(each, str) and "T" in each
                    else self.seconds(each) for name, each in value.items()}
        return value

    def close(self):
        pass


class OwnCli(Cli):
    newer = ()

    def run(self, arguments, environment):
        done = subprocess.run([str(default_binary()), *arguments], env=environment, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr


class JavaScript:
    def __init__(self, endpoint):
        kinesis_js.install(FOLDER, "@aws-sdk/client-timestream-query")
        self.node = subprocess.Popen(["node", "told.mjs", endpoint], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def knows(self, service, operation):
        return True

    def call(self, service, operation, **members):
        self.node.stdin.write(json.dumps({"service": service, "operation": operation, "input": members}) + "\n")
        self.node.stdin.flush()
        answer = json.loads(self.node.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"], answer["message"])
        return answer["output"]

    def close(self):
        self.node.stdin.close()
        self.node.wait(timeout=10)
        self.node.stdout.close()


class Story(Case):
    """One client; each test is a part of the story."""

    make = None
    needs_levada = True

    @classmethod
    def setUpClass(cls):
        if cls.make is None:
            raise unittest.SkipTest("only the clients' own")
        super().setUpClass()
        cls.through = cls.make(cls.server.endpoint)
        cls.addClassCleanup(cls.through.close)
        cls.asked = set()

    def ask(self, service, operation, **members):
        if not self.through.knows(service, operation):
            self.skipTest(f"this client does not know {operation}")
        self.asked.add((service, operation))
        return self.through.call(service, operation, **members)

    def refusal(self, *arguments, **members):
        with self.assertRaises(Refused) as caught:
            self.ask(*arguments, **members)
        return caught.exception.code

    def setUp(self):
        super().setUp()
        self.database = f"every-{type(self).__name__}-{self._testMethodName}"
        self.ask(WRITE, "CreateDatabase", DatabaseName=self.database)
        self.ask(WRITE, "CreateTable", DatabaseName=self.database, TableName="points")
        self.addCleanup(self.sweep)
        self.now = int(time.time() * 1000)

    def sweep(self):
        for table in self.through.call(WRITE, "ListTables", DatabaseName=self.database)["Tables"]:
            self.through.call(WRITE, "DeleteTable", DatabaseName=self.database, TableName=table["TableName"])
        self.through.call(WRITE, "DeleteDatabase", DatabaseName=self.database)

    def put(self, table="points", **values):
        return self.ask(WRITE, "WriteRecords", DatabaseName=self.database, TableName=table, Records=[
            {"Dimensions": [{"Name": "host", "Value": host}], "MeasureName": "cpu", "MeasureValue": str(value), "MeasureValueType": "DOUBLE",
             "Time": str(self.now)} for host, value in values.items()])["RecordsIngested"]

    def rows(self, text):
        answer = self.ask(QUERY, "Query", QueryString=text)
        return [[datum.get("ScalarValue") for datum in row["Data"]] for row in answer["Rows"]]

    def test_definitions(self):
        described = self.ask(WRITE, "DescribeDatabase", DatabaseName=self.database)["Database"]
        self.assertEqual((described["DatabaseName"], described["TableCount"]), (self.database, 1))
        self.assertLess(abs(described["CreationTime"] - time.time()), 60)
        self.assertEqual(self.ask(WRITE, "UpdateDatabase", DatabaseName=self.database, KmsKeyId="alias/x")["Database"]["KmsKeyId"], "alias/x")
        self.assertIn(self.database, [each["DatabaseName"] for each in self.ask(WRITE, "ListDatabases", MaxResults=20)["Databases"]])
        table = self.ask(WRITE, "DescribeTable", DatabaseName=self.database, TableName="points")["Table"]
        self.assertEqual((table["TableStatus"], table["RetentionProperties"]["MemoryStoreRetentionPeriodInHours"]), ("ACTIVE", 6))
        changed = self.ask(WRITE, "UpdateTable", DatabaseName=self.database, TableName="points", RetentionProperties={
            "MemoryStoreRetentionPeriodInHours": 12, "MagneticStoreRetentionPeriodInDays": 7})["Table"]
        self.assertEqual(changed["RetentionProperties"]["MagneticStoreRetentionPeriodInDays"], 7)
        self.assertEqual([each["TableName"] for each in self.ask(WRITE, "ListTables", DatabaseName=self.database)["Tables"]], ["points"])
        self.assertEqual(self.refusal(WRITE, "CreateTable", DatabaseName=self.database, TableName="points"), "ConflictException")
        self.ask(WRITE, "DeleteTable", DatabaseName=self.database, TableName="points")
        self.assertEqual(self.refusal(WRITE, "DescribeTable", DatabaseName=self.database, TableName="points"), "ResourceNotFoundException")
        self.ask(WRITE, "DeleteDatabase", DatabaseName=self.database)
        self.ask(WRITE, "CreateDatabase", DatabaseName=self.database)

    def test_endpoints_and_tags(self):
        for service in (WRITE, QUERY):
            (endpoint,) = self.ask(service, "DescribeEndpoints")["Endpoints"]
            self.assertEqual(endpoint["CachePeriodInMinutes"], 1440)
        arn = f"arn:aws:timestream:{REGION}:{ACCOUNT}:database/{self.database}"
        self.ask(WRITE, "TagResource", ResourceARN=arn, Tags=[{"Key": "team", "Value": "water"}, {"Key": "x", "Value": ""}])
        self.ask(WRITE, "UntagResource", ResourceARN=arn, TagKeys=["x"])
        self.assertEqual(self.ask(WRITE, "ListTagsForResource", ResourceARN=arn)["Tags"], [{"Key": "team", "Value": "water"}])

    def test_points_and_queries(self):
        self.assertEqual(self.put(a=1.5, b=2.5)["Total"], 2)
        self.assertEqual(self.put(a=1.5)["Total"], 1)
        self.assertEqual(self.refusal(WRITE, "WriteRecords", DatabaseName=self.database, TableName="points", Records=[
            {"Dimensions": [{"Name": "host", "Value": "a"}], "MeasureName": "cpu", "MeasureValue": "9", "Time": str(self.now)}]),
            "RejectedRecordsException")
        table = f'"{self.database}"."points"'
        text = f"SELECT host, measure_value::double AS value FROM {table} ORDER BY host"
        self.assertEqual(self.rows(text), [["a", "1.5"], ["b", "2.5"]])
        first = self.ask(QUERY, "Query", QueryString=text, MaxRows=1)
        second = self.ask(QUERY, "Query", QueryString=text, NextToken=first["NextToken"])
        self.assertEqual([page["Rows"][0]["Data"][0]["ScalarValue"] for page in (first, second)], ["a", "b"])
        self.assertNotIn("NextToken", second)
        self.assertIn(first["QueryId"], self.ask(QUERY, "CancelQuery", QueryId=first["QueryId"])["CancellationMessage"])
        prepared = self.ask(QUERY, "PrepareQuery", QueryString=f"SELECT host, measure_value::double AS value FROM {table} WHERE host = @host",
                            ValidateOnly=True)
        self.assertEqual([(column["Name"], column["Type"]["ScalarType"], column["TableName"], column["Aliased"]) for column in prepared["Columns"]],
                         [("host", "VARCHAR", "points", False), ("value", "DOUBLE", "points", True)])
        self.assertEqual([parameter["Name"] for parameter in prepared["Parameters"]], ["host"])
        self.assertEqual(self.refusal(QUERY, "Query", QueryString="SELECT nothing FROM"), "ValidationException")
        self.assertEqual(self.refusal(QUERY, "Query", QueryString=f"SELECT 1 / 0 FROM {table}"), "QueryExecutionException")

    def scheduled(self, name, **members):
        return self.ask(
            QUERY, "CreateScheduledQuery", Name=name, QueryString=f'SELECT host, bin(@scheduled_runtime, 1m) AS at, max(measure_value::double) '
            f'AS top FROM "{self.database}"."points" GROUP BY host', ScheduleConfiguration={"ScheduleExpression": "rate(1 day)"},
            NotificationConfiguration={"SnsConfiguration": {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:t"}},
            ScheduledQueryExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/r", ErrorReportConfiguration={"S3Configuration": {"BucketName": "reports"}},
            TargetConfiguration={"TimestreamConfiguration": {
                "DatabaseName": self.database, "TableName": "derived", "TimeColumn": "at",
                "DimensionMappings": [{"Name": "host", "DimensionValueType": "VARCHAR"}],
                "MultiMeasureMappings": {"TargetMultiMeasureName": "tops", "MultiMeasureAttributeMappings": [
                    {"SourceColumn": "top", "MeasureValueType": "DOUBLE", "TargetMultiMeasureAttributeName": "highest"}]}}}, **members)["Arn"]

    def test_scheduled_queries(self):
        self.put(a=1.5, b=2.5)
        self.ask(WRITE, "CreateTable", DatabaseName=self.database, TableName="derived")
        name = f"tops-{type(self).__name__}"
        arn = self.scheduled(name, Tags=[{"Key": "k", "Value": "v"}])
        self.assertTrue(arn.startswith(f"arn:aws:timestream:{REGION}:{ACCOUNT}:scheduled-query/{name}"))
        self.assertEqual(self.ask(QUERY, "ListTagsForResource", ResourceARN=arn)["Tags"], [{"Key": "k", "Value": "v"}])
        self.ask(QUERY, "TagResource", ResourceARN=arn, Tags=[{"Key": "l", "Value": "w"}])
        self.ask(QUERY, "UntagResource", ResourceARN=arn, TagKeys=["k"])
        self.assertEqual(self.ask(QUERY, "ListTagsForResource", ResourceARN=arn)["Tags"], [{"Key": "l", "Value": "w"}])
        (listed,) = [each for each in self.ask(QUERY, "ListScheduledQueries")["ScheduledQueries"] if each["Arn"] == arn]
        self.assertEqual((listed["Name"], listed["State"], listed["TargetDestination"]["TimestreamDestination"]["TableName"]),
                         (name, "ENABLED", "derived"))
        self.assertEqual(self.refusal(QUERY, "DescribeScheduledQuery", ScheduledQueryArn=arn + "x"), "ResourceNotFoundException")
        invocation = self.now // 60000 * 60
        self.ask(QUERY, "ExecuteScheduledQuery", ScheduledQueryArn=arn, InvocationTime=invocation)
        for _ in range(100):
            described = self.ask(QUERY, "DescribeScheduledQuery", ScheduledQueryArn=arn)["ScheduledQuery"]
            if "LastRunSummary" in described:
                break
            time.sleep(0.1)
        run = described["LastRunSummary"]
        self.assertEqual((run["RunStatus"], run["ExecutionStats"]["RecordsIngested"], run["InvocationTime"]), ("MANUAL_TRIGGER_SUCCESS", 2, invocation))
        self.assertEqual(described["ScheduleConfiguration"]["ScheduleExpression"], "rate(1 day)")
        self.assertLess(abs(described["NextInvocationTime"] - time.time() - 86400), 60)
        self.assertEqual(self.rows(f'SELECT host, measure_name, highest FROM "{self.database}"."derived" ORDER BY 1'),
                         [["a", "tops", "1.5"], ["b", "tops", "2.5"]])
        self.ask(QUERY, "UpdateScheduledQuery", ScheduledQueryArn=arn, State="DISABLED")
        self.assertEqual(self.ask(QUERY, "DescribeScheduledQuery", ScheduledQueryArn=arn)["ScheduledQuery"]["State"], "DISABLED")
        self.ask(QUERY, "DeleteScheduledQuery", ScheduledQueryArn=arn)
        self.assertEqual(self.refusal(QUERY, "DescribeScheduledQuery", ScheduledQueryArn=arn), "ResourceNotFoundException")

    def test_account_settings(self):
        settings = self.ask(QUERY, "DescribeAccountSettings")
        self.assertEqual((settings["QueryPricingModel"], settings["QueryCompute"]["ComputeMode"]), ("COMPUTE_UNITS", "ON_DEMAND"))
        self.assertEqual(self.ask(QUERY, "UpdateAccountSettings", MaxQueryTCU=40)["MaxQueryTCU"], 40)
        self.assertEqual(self.refusal(QUERY, "UpdateAccountSettings", MaxQueryTCU=41), "ValidationException")
        self.assertEqual(self.refusal(QUERY, "UpdateAccountSettings", QueryPricingModel="BYTES_SCANNED"), "ValidationException")
        provisioned = self.ask(QUERY, "UpdateAccountSettings", QueryCompute={
            "ComputeMode": "PROVISIONED", "ProvisionedCapacity": {"TargetQueryTCU": 8}})
        self.assertEqual(provisioned["QueryCompute"]["ProvisionedCapacity"]["ActiveQueryTCU"], 8)
        self.ask(QUERY, "UpdateAccountSettings", MaxQueryTCU=200, QueryCompute={"ComputeMode": "ON_DEMAND"})
        self.assertEqual(self.ask(QUERY, "DescribeAccountSettings"), settings)


class ByBoto(Story):
    make = Boto
    test_account_settings = None  # newer than Debian's boto3


class ByCli(Story):
    make = Cli
    test_account_settings = None  # newer than Debian's CLI


class ByOwnCli(Story):
    make = OwnCli


class ByJavaScript(Story):
    make = JavaScript
