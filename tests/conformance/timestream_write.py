"""Timestream Write through boto3: databases, tables, tags, and WriteRecords as AWS's own page describes it."""

import json
import time
import urllib.error
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.exceptions

from harness.case import ACCOUNT, Case

EQUAL_VERSION = (
    "A record already exists with the same time, dimensions, measure name, and record version. A higher record version must be "
    "specified in order to update the measure value. Specifying record version is supported by the latest SDKs."
)
CREDENTIALS = {"aws_access_key_id": "AKIDBOTO", "aws_secret_access_key": "secret"}


class WriteCase(Case):
    def setUp(self):
        super().setUp()
        self.write = boto3.client(
            "timestream-write", endpoint_url=self.server.endpoint, region_name="us-east-1", **CREDENTIALS,
            config=botocore.config.Config(retries={"max_attempts": 0}),
        )
        self.addCleanup(self.write.close)
        self.database = f"{type(self).__name__}-{self._testMethodName}"[:200]
        self.write.create_database(DatabaseName=self.database)
        self.addCleanup(self.sweep)
        self.now = int(time.time() * 1000)

    def sweep(self):
        for table in self.write.list_tables(DatabaseName=self.database)["Tables"]:
            self.write.delete_table(DatabaseName=self.database, TableName=table["TableName"])
        self.write.delete_database(DatabaseName=self.database)

    def table(self, name="metrics", **members):
        return self.write.create_table(DatabaseName=self.database, TableName=name, **members)["Table"]

    def put(self, *records, table="metrics", **members):
        return self.write.write_records(DatabaseName=self.database, TableName=table, Records=list(records), **members)[
            "RecordsIngested"
        ]

    def record(self, value="1.5", **members):
        return {
            "Dimensions": [{"Name": "host", "Value": "h1"}], "MeasureName": "cpu", "MeasureValue": value,
            "MeasureValueType": "DOUBLE", "Time": str(self.now), **members,
        }

    def rejected(self, *records, **members):
        with self.assertRaises(self.write.exceptions.RejectedRecordsException) as caught:
            self.put(*records, **members)
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 419)
        return caught.exception.response["RejectedRecords"]

    def refused(self, method, **members):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            method(**members)
        return caught.exception.response["Error"]["Code"], caught.exception.response["Error"]["Message"]


class Definitions(WriteCase):
    def test_a_database_is_described_as_it_was_created(self):
        found = self.write.describe_database(DatabaseName=self.database)["Database"]
        self.assertEqual(found["Arn"], f"arn:aws:timestream:us-east-1:{ACCOUNT}:database/{self.database}")
        self.assertEqual(found["TableCount"], 0)

    def test_a_second_database_of_the_name_is_a_conflict(self):
        code, _ = self.refused(self.write.create_database, DatabaseName=self.database)
        self.assertEqual(code, "ConflictException")

    def test_a_database_with_tables_cannot_be_deleted(self):
        self.table()
        code, _ = self.refused(self.write.delete_database, DatabaseName=self.database)
        self.assertEqual(code, "ValidationException")

    def test_a_new_table_has_the_default_retention(self):
        self.assertEqual(
            self.table()["RetentionProperties"],
            {"MemoryStoreRetentionPeriodInHours": 6, "MagneticStoreRetentionPeriodInDays": 73000},
        )

    def test_what_is_not_there_is_not_found(self):
        code, _ = self.refused(self.write.describe_table, DatabaseName=self.database, TableName="nobody")
        self.assertEqual(code, "ResourceNotFoundException")

    def test_tables_are_listed_page_by_page(self):
        names = [f"table-{n}" for n in range(5)]
        for name in names:
            self.table(name)
        seen, token = [], {}
        while True:
            page = self.write.list_tables(DatabaseName=self.database, MaxResults=2, **token)
            self.assertLessEqual(len(page["Tables"]), 2)
            seen += [table["TableName"] for table in page["Tables"]]
            if "NextToken" not in page:
                break
            token = {"NextToken": page["NextToken"]}
        self.assertEqual(seen, names)

    def test_tags_come_and_go(self):
        arn = self.table(Tags=[{"Key": "a", "Value": "1"}])["Arn"]
        self.write.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
        self.write.untag_resource(ResourceARN=arn, TagKeys=["a"])
        self.assertEqual(self.write.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "b", "Value": "2"}])

    def test_definitions_and_points_survive_a_kill(self):
        self.table(Tags=[{"Key": "a", "Value": "1"}])
        self.put(self.record())
        self.server.kill()
        self.server.start()
        self.write = boto3.client(
            "timestream-write", endpoint_url=self.server.endpoint, region_name="us-east-1", **CREDENTIALS,
            config=botocore.config.Config(retries={"max_attempts": 0}),
        )
        self.assertEqual(self.rejected(self.record("7"))[0]["Reason"], EQUAL_VERSION)


class Discovery(Case):
    def address(self, **config):
        client = boto3.client(
            "timestream-write", endpoint_url=self.server.endpoint, region_name="us-east-1", **CREDENTIALS,
            config=botocore.config.Config(**config),
        )
        self.addCleanup(client.close)
        return client.describe_endpoints()["Endpoints"][0]["Address"]

    def test_boto3_gets_an_address_with_its_scheme(self):
        self.assertEqual(self.address(), self.server.endpoint)

    def test_the_javascript_sdk_gets_the_bare_host(self):
        self.assertEqual(self.address(user_agent="aws-sdk-js/3.1138.0 ua/2.1"), "127.0.0.1")


class Records(WriteCase):
    def setUp(self):
        super().setUp()
        self.table()

    def test_an_update_without_a_higher_version_is_rejected(self):
        self.put(self.record("1.5"))
        self.assertEqual(self.rejected(self.record("2.5")), [{"RecordIndex": 0, "Reason": EQUAL_VERSION}])

    def test_an_update_with_a_higher_version_is_taken(self):
        self.put(self.record("1.5"))
        self.assertEqual(self.put(self.record("2.5", Version=2))["Total"], 1)
        self.assertEqual(self.rejected(self.record("3.5", Version=1))[0]["ExistingVersion"], 2)

    def test_the_same_value_with_a_higher_version_moves_the_version_only(self):
        self.put(self.record("1.5"))
        self.put(self.record("1.5", Version=3))
        rejected = self.rejected(self.record("2.5", Version=2))[0]
        self.assertEqual(rejected["ExistingVersion"], 3)
        self.assertEqual(
            rejected["Reason"],
            "The record version 2 is lower than the existing version 3. A higher version is required to update the measure value.",
        )

    def test_a_repeated_request_succeeds(self):
        self.assertEqual(self.put(self.record()), {"Total": 1, "MemoryStore": 1, "MagneticStore": 0})
        self.assertEqual(self.put(self.record()), {"Total": 1, "MemoryStore": 1, "MagneticStore": 0})

    def test_a_dimension_in_record_and_common_attributes_refuses_the_request(self):
        code, _ = self.refused(
            self.put_common, common={"Dimensions": [{"Name": "host", "Value": "h2"}]}, record=self.record()
        )
        self.assertEqual(code, "ValidationException")

    def call(self, operation, **members):
        """What Debian's botocore is too old to know."""
        request = botocore.awsrequest.AWSRequest(
            "POST", self.server.endpoint, data=json.dumps(members),
            headers={"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"Timestream_20181101.{operation}"},
        )
        credentials = botocore.credentials.Credentials("AKIDBOTO", "secret")
        botocore.auth.SigV4Auth(credentials, "timestream", "us-east-1").add_auth(request)
        ready = request.prepare()
        with urllib.request.urlopen(
            urllib.request.Request(ready.url, data=ready.body.encode(), headers=dict(ready.headers))
        ) as answer:
            return json.load(answer)

    def put_common(self, common, record):
        return self.put(record, CommonAttributes=common)

    def test_common_attributes_fill_in_what_records_leave_out(self):
        common = self.record()
        common["Dimensions"] = [{"Name": "host", "Value": "h1"}]
        del common["MeasureValue"]
        self.put({"MeasureValue": "4.5"}, CommonAttributes=common)
        self.assertEqual(self.rejected(self.record("5.5"))[0]["Reason"], EQUAL_VERSION)

    def test_the_order_of_dimensions_does_not_matter(self):
        pair = [{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}]
        self.put(self.record("1", Dimensions=pair))
        self.assertEqual(self.rejected(self.record("2", Dimensions=pair[::-1]))[0]["Reason"], EQUAL_VERSION)

    def test_units_of_time_name_the_same_moment(self):
        self.now = self.now // 1000 * 1000
        self.put(self.record("1", Time=str(self.now // 1000), TimeUnit="SECONDS"))
        for unit, factor in (("MILLISECONDS", 1), ("MICROSECONDS", 1000), ("NANOSECONDS", 1000000)):
            rejected = self.rejected(self.record("2", Time=str(self.now * factor), TimeUnit=unit))
            self.assertEqual(rejected[0]["Reason"], EQUAL_VERSION, unit)

    def test_refusals_have_the_namespace_and_the_ids_that_timestream_gives(self):
        wrong = self.record(Dimensions=[{"Name": "host", "Value": "h1", "DimensionValueType": "X"}])
        text = ("1 validation error detected: Value 'X' at 'records.1.member.dimensions.1.member.dimensionValueType' failed to satisfy "
                "constraint: Member must satisfy enum value set: [VARCHAR]")
        for name, members in {
            "com.amazon.coral.validate#ValidationException": {"TableName": "metrics", "Records": [wrong]},
            "com.amazonaws.timestream.v20181101#ValidationException": {"TableName": "metrics", "Records": [self.record(Time="soon")]},
            "com.amazonaws.timestream.v20181101#ResourceNotFoundException": {"TableName": "none", "Records": [self.record()]},
        }.items():
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.call("WriteRecords", DatabaseName=self.database, **members)
            answer = json.load(caught.exception)
            self.assertEqual(answer["__type"], name)
            self.assertEqual(answer["message"] == text, name.startswith("com.amazon.coral"), answer["message"])
            self.assertRegex(caught.exception.headers["x-amzn-RequestId"], r"^[A-Z2-7]{25}[AEIMQUY4]$")
            self.assertNotIn("x-amz-id-2", caught.exception.headers)

    def test_a_time_that_is_none_refuses_the_request(self):
        for time_text in ("yesterday", "1700000000.5", "-5"):
            refusal = self.refused(self.put_common, common={}, record=self.record(Time=time_text))
            self.assertEqual(refusal, ("ValidationException", "Invalid time for record."))

    def test_good_records_beside_bad_ones_are_stored(self):
        late = self.record("2", Time=str(self.now - 30 * 24 * 3600 * 1000))
        rejected = self.rejected(self.record("1"), late)
        self.assertEqual([each["RecordIndex"] for each in rejected], [1])
        self.assertRegex(
            rejected[0]["Reason"],
            r"^The record timestamp is outside the time range \[\d{4}-\d\d-\d\dT[\d:.]+Z, \d{4}-\d\d-\d\dT[\d:.]+Z\) of the memory "
            r"store\.$",
        )
        self.assertEqual(self.rejected(self.record("9"))[0]["Reason"], EQUAL_VERSION)

    def test_late_records_go_to_the_magnetic_store_when_it_takes_them(self):
        self.table("late", MagneticStoreWriteProperties={"EnableMagneticStoreWrites": True})
        late = self.record(Time=str(self.now - 30 * 24 * 3600 * 1000))
        self.assertEqual(self.put(self.record(), late, table="late"), {"Total": 2, "MemoryStore": 1, "MagneticStore": 1})
        rejected = self.rejected(self.record(Time=str(self.now + 3600 * 1000)), table="late")
        self.assertRegex(rejected[0]["Reason"], r"\) of the data ingestion window\.$")

    def test_values_must_be_of_their_type(self):
        for kind, text in (("DOUBLE", "NaN"), ("DOUBLE", "Infinity"), ("BIGINT", "1.5"), ("BIGINT", "9223372036854775808"),
                           ("BOOLEAN", "yes"), ("TIMESTAMP", "noon")):
            name = f"m-{kind}"
            rejected = self.rejected(self.record(text, MeasureValueType=kind, MeasureName=name))
            self.assertEqual([each["RecordIndex"] for each in rejected], [0], (kind, text))

    def test_one_measure_cannot_have_two_types(self):
        multi = {"MeasureName": "m", "MeasureValueType": "MULTI", "Time": str(self.now)}
        dimensions = [{"Name": "host", "Value": "h1"}]
        self.put({"Dimensions": dimensions, **multi, "MeasureValues": [{"Name": "x", "Value": "1", "Type": "BIGINT"}]})
        multi["Time"] = str(self.now + 1)
        rejected = self.rejected(
            {"Dimensions": dimensions, **multi, "MeasureValues": [{"Name": "x", "Value": "1", "Type": "DOUBLE"}]}
        )
        self.assertEqual(len(rejected), 1)

    def test_a_required_partition_key_must_be_there(self):
        key = {"Type": "DIMENSION", "Name": "host", "EnforcementInRecord": "REQUIRED"}
        made = self.call(
            "CreateTable", DatabaseName=self.database, TableName="keyed", Schema={"CompositePartitionKey": [key]}
        )
        self.assertEqual(made["Table"]["Schema"], {"CompositePartitionKey": [key]})
        with self.assertRaises(urllib.error.HTTPError) as caught:
            two = {"CompositePartitionKey": [key, {**key, "Name": "rack"}]}
            self.call("CreateTable", DatabaseName=self.database, TableName="twice", Schema=two)
        self.assertEqual(json.load(caught.exception)["message"],
                         "You have specified too many partition keys to be used in your composite partition key. Only 1 partition keys "
                         "can be specified.")
        self.put(self.record(), table="keyed")
        rejected = self.rejected(self.record(Dimensions=[{"Name": "rack", "Value": "r"}]), table="keyed")
        self.assertEqual([each["RecordIndex"] for each in rejected], [0])

