"""The same command line to `levada` and to Debian's AWS CLI, against the same server: standard output, standard error
and exit status must be the same bytes.

What changes the server is done to twins: two streams that differ in one letter of their names. Values that belong to
one request (sequence numbers, times, tokens) are made equal before the comparison, and nothing else is.
"""

import base64
import json
import re
import shlex
import subprocess
import sys

sys.path.append("/usr/lib/python3/dist-packages/awscli")  # its botocore, for names of options

import yaml

from harness import side_by_side
from harness.case import cases
from harness.command_lines import SERVICES, Table, kebab
from harness.side_by_side import normal

# Debian's model is of 2023; members that came later are not compared.
LIMITS = "kinesis describe-limits --query '{ShardLimit: ShardLimit, OpenShardCount: OpenShardCount}'"
FORMATS = ("json", "text", "table", "yaml", "yaml-stream")


class Reading(side_by_side.SideBySide):
    """Answers of every shape in every format."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from harness.client import Client

        client = Client(cls.server.aws)
        for letter in "ab":
            name = f"twin-{letter}"
            client.create(name, 5)
            client.call("AddTagsToStream", StreamName=name, Tags={"team": "río", "empty": "", "a b": "x: y"})
            client.call("EnableEnhancedMonitoring", StreamName=name, ShardLevelMetrics=["IncomingBytes"])
            arn = f"arn:aws:kinesis:us-east-1:000000000000:stream/{name}"
            for consumer in ("one", "two", "three"):
                client.call("RegisterStreamConsumer", StreamARN=arn, ConsumerName=consumer)
            for text in ("hello", "a\nb", "日本"):
                client.call("PutRecord", StreamName=name, Data=base64.b64encode(text.encode()).decode(), PartitionKey=text)
        client.close()

    @classmethod
    def tearDownClass(cls):
        from harness.client import Client

        client = Client(cls.server.aws)
        for letter in "ab":
            client.call("DeleteStream", StreamName=f"twin-{letter}", EnforceConsumerDeletion=True)
        client.close()
        super().tearDownClass()

    LINES = {
        "describe-stream": "kinesis describe-stream --stream-name {s}",
        "describe-stream in pages": "kinesis describe-stream --stream-name {s} --page-size 2",
        "describe-stream cut": "kinesis describe-stream --stream-name {s} --max-items 3 --page-size 2",
        "describe-stream one page": "kinesis describe-stream --stream-name {s} --no-paginate",
        "describe-stream by hand": "kinesis describe-stream --stream-name {s} --limit 2",
        "describe-stream-summary": "kinesis describe-stream-summary --stream-name {s} --query 'StreamDescriptionSummary.[StreamName,OpenShardCount,EnhancedMonitoring]'",
        "list-shards": "kinesis list-shards --stream-name {s}",
        "list-shards cut": "kinesis list-shards --stream-name {s} --max-items 2",
        "list-tags": "kinesis list-tags-for-stream --stream-name {s}",
        "list-consumers": "kinesis list-stream-consumers --stream-arn arn:aws:kinesis:us-east-1:000000000000:stream/{s}",
        "consumers by two": "kinesis list-stream-consumers --page-size 2 --stream-arn arn:aws:kinesis:us-east-1:000000000000:stream/{s}",
        "describe-consumer": "kinesis describe-stream-consumer --consumer-name one --stream-arn arn:aws:kinesis:us-east-1:000000000000:stream/{s}",
        "describe-limits": f"{LIMITS}",
        "get-shard-iterator": "kinesis get-shard-iterator --stream-name {s} --shard-id 0 --shard-iterator-type LATEST",
        "nothing to say": "kinesis add-tags-to-stream --stream-name {s} --tags a=b",
        "an error": "kinesis describe-stream --stream-name absent",
        "a list of lists": "kinesis list-shards --stream-name {s} --query 'Shards[*].[ShardId,HashKeyRange.StartingHashKey]'",
        "a list of mixed": "kinesis list-shards --stream-name {s} --query 'Shards[*].[ShardId,[HashKeyRange]]'",
        "a list of words": "kinesis list-shards --stream-name {s} --query Shards[].ShardId",
        "a word": "kinesis list-shards --stream-name {s} --query 'Shards[0].ShardId'",
        "a number": "kinesis describe-stream-summary --stream-name {s} --query StreamDescriptionSummary.OpenShardCount",
        "a boolean": "kinesis describe-stream --no-paginate --stream-name {s} --query StreamDescription.HasMoreShards",
        "null": "kinesis list-shards --stream-name {s} --query nothing.here",
        "an object": "kinesis list-shards --stream-name {s} --query '{n: length(Shards), first: Shards[0], none: x}'",
        "an empty list": "kinesis list-shards --stream-name {s} --query 'Shards[?ShardId==`x`]'",
        "a failing query": "kinesis list-shards --stream-name {s} --query 'nope(Shards)'",
        "a query of types": "kinesis list-shards --stream-name {s} --query 'abs(Shards)'",
        "tags as objects": "kinesis list-tags-for-stream --stream-name {s} --query 'Tags[?Value!=``]|[0]'",
        "wire times": "kinesis describe-stream-summary --stream-name {s} --query 'StreamDescriptionSummary.StreamARN'",
        "a wide table": "kinesis list-tags-for-stream --stream-name {s} --query 'Tags[].{Key:Key,Value:Value,Long:`" + "wide " * 20 + "`}'",
    }

    @cases({f"{name} {form}": (line, form) for name, line in LINES.items() for form in FORMATS})
    def test_reading(self, line, form):
        self.compare(f"{line} --output {form}")

    def test_colours_of_a_table(self):
        self.compare("kinesis describe-stream --stream-name {s} --output table --color on", status=0)
        self.compare("kinesis describe-stream --stream-name {s} --output table --color off", status=0)

    @cases({form: form for form in FORMATS})
    def test_records(self, form):
        for query in ("", " --query Records[].Data"):
            outcomes = []
            for letter in "ab":
                iterator = self.client.call(
                    "GetShardIterator", StreamName=f"twin-{letter}", ShardId="4", ShardIteratorType="TRIM_HORIZON"
                ).value["ShardIterator"]
                line = f"kinesis get-records --shard-iterator {iterator} --output {form}{query} --endpoint-url {self.server.endpoint}"
                run = self.levada if letter == "b" else lambda a, e: self.oracle.run(a, e, self.folder.name)
                outcomes.append([normal(str(part)) for part in run(shlex.split(line), self.environment)])
            self.assertEqual(outcomes[0], outcomes[1])

    def test_a_cut_list_goes_on_where_it_ended(self):
        _, first, _ = self.compare("kinesis list-shards --stream-name {s} --max-items 2")
        token = json.loads(first)["NextToken"]
        for form in FORMATS:
            self.compare(f"kinesis describe-stream --stream-name {{s}} --starting-token {token} --output {form}")
        raw = base64.b64encode(json.dumps({"ExclusiveStartShardId": None, "boto_truncate_amount": 2}).encode()).decode()
        for form in FORMATS:
            self.compare(f"kinesis describe-stream --stream-name {{s}} --starting-token {raw} --output {form}", status=0)
            self.compare(f"kinesis describe-stream --stream-name {{s}} --starting-token {raw} --max-items 1 --output {form}")
        self.compare("kinesis describe-stream --stream-name {s} --starting-token shardId-000000000002")
        self.compare("kinesis describe-stream --stream-name {s} --starting-token shardId-000000000000___1")
        self.compare("kinesis describe-stream --stream-name {s} --starting-token a___b___c")

    def test_formats_come_from_the_environment_and_the_profile(self):
        config = "[default]\noutput = text\n[profile p]\noutput = yaml\nregion = eu-west-1\ncli_timestamp_format = wire\n"
        path = self.file("config-formats", config)
        self.compare(LIMITS, AWS_DEFAULT_OUTPUT="table")
        self.compare(LIMITS, AWS_CONFIG_FILE=str(path))
        self.compare(f"{LIMITS} --profile p", AWS_CONFIG_FILE=str(path))
        self.compare(LIMITS, AWS_CONFIG_FILE=str(path), AWS_PROFILE="p")
        self.compare(LIMITS, AWS_DEFAULT_OUTPUT="nonsense")

    def test_waiting(self):
        self.compare("kinesis wait stream-exists --stream-name {s}", status=0)
        self.compare("kinesis wait stream-not-exists --stream-name absent", status=0)
        self.compare("kinesis wait stream-exists --stream-name absent", status=255)
        self.compare("kinesis wait", status=252)
        self.compare("kinesis wait stream-gone", status=252)
        self.compare("kinesis wait stream-exists")
        self.compare("kinesis wait stream-exists --stream-name {s} --nonsense")


class Writing(side_by_side.SideBySide):
    """Every way to give a parameter."""

    def setUp(self):
        super().setUp()
        for letter in "ab":
            self.client.create(f"twin-{letter}", 2)
            self.addCleanup(self.discard, f"twin-{letter}")

    def test_put_record_with_every_kind_of_blob(self):
        self.file("plain.txt", "plain text")
        self.file("base64.txt", base64.b64encode(b"from a file"))
        self.file("bytes.bin", b"\xff\xfe\x00")
        put = "kinesis put-record --stream-name {s} --partition-key k --data "
        for data in (
            "aGVsbG8=", "sampledatarecord", "'not base64!'", "'@@@'", "aGV", "é", "file://base64.txt", "fileb://bytes.bin",
            "file://absent", "file://bytes.bin", "file://plain.txt", "fileb://absent", "''",
            "'plain text' --cli-binary-format raw-in-base64-out",
            "file://plain.txt --cli-binary-format raw-in-base64-out",
            "fileb://bytes.bin --cli-binary-format raw-in-base64-out",
            "aGVsbG8= --cli-binary-format base64",
        ):
            self.compare(put + data)
        self.assertEqual(self.records("twin-a"), self.records("twin-b"))

    def records(self, name):
        data = []
        for shard in "01":
            iterator = self.client.call(
                "GetShardIterator", StreamName=name, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
            ).value["ShardIterator"]
            answer = self.client.call("GetRecords", ShardIterator=iterator).value
            data += [(record["PartitionKey"], record["Data"]) for record in answer["Records"]]
        return data

    def test_put_records_in_shorthand_and_json(self):
        put = "kinesis put-records --stream-name {s} --records "
        self.file("records.json", '[{"Data": "aGVsbG8=", "PartitionKey": "f"}]')
        for records in (
            "Data=aGVsbG8=,PartitionKey=a",
            "Data=aGVsbG8=,PartitionKey=a Data=Yg==,PartitionKey=b,ExplicitHashKey=0",
            "'Data=\"aGVsbG8=\",PartitionKey=x\\,y'", "'Data = aGVsbG8= , PartitionKey = k'",
            "\"Data='aGVsbG8=',PartitionKey='it\\'s'\"",
            "'[{\"Data\": \"aGVsbG8=\", \"PartitionKey\": \"j\"}]'",
            "'{\"Data\": \"aGVsbG8=\", \"PartitionKey\": \"j\"}' '{\"Data\": \"Yg==\", \"PartitionKey\": \"j\"}'",
            "file://records.json",
            # and wrong ones
            "Data=a=b,PartitionKey", "Data", "Data=aGVsbG8=,Data=b", "Data=[", "'Data={a=b'", "'[{'", "'[{\"a\":1,}]'",
            "'{]'", "Data=aGVsbG8=", "Data=aGVsbG8=,PartitionKey=a,Nope=1", "'[1]'", "'[\"x\"]'", "'{\"Data\": 5}'",
            "'[]'", "''", "'[{\"Data\": \"aGVsbG8=\", \"PartitionKey\": 7}]'", "Data=aGVsbG8=,PartitionKey=a,b",
            "'Data=aGVsbG8=,\nPartitionKey=='", "\"Data='x\"",
        ):
            self.compare(put + records)
        self.assertEqual(self.records("twin-a"), self.records("twin-b"))

    def test_maps_lists_booleans_numbers_and_times(self):
        stream = "--stream-name {s}"
        for line in (
            f"kinesis add-tags-to-stream {stream} --tags one=1,two=2",
            f"kinesis add-tags-to-stream {stream} --tags '{{\"three\": \"3\"}}'",
            f"kinesis add-tags-to-stream {stream} --tags one=1 two=2",
            f"kinesis add-tags-to-stream {stream} --tags",
            f"kinesis add-tags-to-stream {stream} --tags ''",
            f"kinesis add-tags-to-stream {stream} --tags one",
            f"kinesis add-tags-to-stream {stream} --tags '{{\"three\": 3}}'",
            f"kinesis add-tags-to-stream {stream} --tags '{{\"three\": '",
            f"kinesis add-tags-to-stream {stream} --tags '{{three: 3}}'",
            f"kinesis add-tags-to-stream {stream} --tags a=b,c",
            f"kinesis remove-tags-from-stream {stream} --tag-keys one two",
            f"kinesis remove-tags-from-stream {stream} --tag-keys '[\"three\"]'",
            f"kinesis remove-tags-from-stream {stream} --tag-keys",
            f"kinesis remove-tags-from-stream {stream} --tag-keys '[1]'",
            f"kinesis remove-tags-from-stream {stream} --tag-keys '[\"three\"'",
            f"kinesis remove-tags-from-stream {stream} --tag-keys one --tag-keys two",
            f"kinesis enable-enhanced-monitoring {stream} --shard-level-metrics IncomingBytes OutgoingBytes",
            f"kinesis enable-enhanced-monitoring {stream} --shard-level-metrics Nope",
            f"kinesis disable-enhanced-monitoring {stream} --shard-level-metrics ALL",
            f"kinesis increase-stream-retention-period {stream} --retention-period-hours 48",
            f"kinesis increase-stream-retention-period {stream} --retention-period-hours x",
            f"kinesis increase-stream-retention-period {stream} --retention-period-hours 4.5",
            f"kinesis increase-stream-retention-period {stream} --retention-period-hours -1",
            f"kinesis increase-stream-retention-period {stream} --retention-period-hours 99999",
            f"kinesis update-shard-count {stream} --target-shard-count 0 --scaling-type UNIFORM_SCALING",
            f"kinesis update-stream-mode --stream-arn arn:aws:kinesis:us-east-1:000000000000:stream/{{s}} --stream-mode-details StreamMode=PROVISIONED",
            "kinesis update-stream-mode --stream-arn arn:aws:kinesis:us-east-1:000000000000:stream/{s} --stream-mode-details Nope=PROVISIONED",
            "kinesis create-stream --stream-name {s} --shard-count 1",
            "kinesis create-stream --stream-name '' --shard-count 0",
            "kinesis create-stream --stream-name {s} --stream-mode-details StreamMode=ON_DEMAND,StreamMode=PROVISIONED",
            f"kinesis list-shards {stream} --shard-filter Type=AT_TIMESTAMP,Timestamp=2000-01-01",
            f"kinesis list-shards {stream} --shard-filter Type=AT_LATEST",
            f"kinesis list-shards {stream} --shard-filter Type=AT_TIMESTAMP,Timestamp=nonsense",
            f"kinesis delete-stream {stream} --enforce-consumer-deletion",
            f"kinesis delete-stream {stream} --no-enforce-consumer-deletion",
            f"kinesis delete-stream {stream} --enforce-consumer-deletion=yes",
        ):
            self.compare(line)

    @cases({text: text for text in (
        "2023-01-02T03:04:05Z", "2023-01-02T03:04:05.678+01:00", "2023-01-02", "1672628645", "1672628645.9", "20230102",
        "20230102T030405Z", "2023-01-02 03:04", "Mon, 02 Jan 2023 03:04:05 GMT", "nonsense", "", "2023-13-01", "99999999999999",
    )})
    def test_timestamps(self, text):
        line = f"kinesis get-shard-iterator --stream-name {{s}} --shard-id 0 --shard-iterator-type AT_TIMESTAMP --timestamp '{text}'"
        self.compare(line)

    def test_input_from_one_text(self):
        self.file("input.json", '{"StreamName": "absent", "Data": "aGVsbG8=", "PartitionKey": "k"}')
        self.file("input.yaml", "StreamName: absent\nData: !!binary aGVsbG8=\nPartitionKey: '7'\nExplicitHashKey: '0'\n")
        put = "kinesis put-record "
        for rest in (
            "--cli-input-json file://input.json", "--cli-input-json file://input.json --stream-name {s}",
            "--cli-input-yaml file://input.yaml", "--cli-input-yaml file://input.yaml --stream-name {s}",
            "--cli-input-json '{\"StreamName\": \"{s}\"}'", "--cli-input-json '[1]'", "--cli-input-json '{'",
"--cli-input-json file://absent",
            "--cli-input-yaml '{a: [b'", "--cli-input-yaml '- a'", "--cli-input-json '{}' --cli-input-yaml 'a: b'",
            "--cli-input-json='{}'", "--cli-input-yaml 'PartitionKey: 7' --data YQ== --stream-name {s}",
        ):
            self.compare(put + rest)
        self.compare("kinesis describe-stream --cli-input-json '{\"StreamName\": \"{s}\", \"Limit\": 1}'")
        self.compare("kinesis list-shards --cli-input-json '{\"StreamName\": \"{s}\", \"MaxResults\": 1}' --query 'Shards'")


class Usage(side_by_side.SideBySide):
    """What is wrong with the command line, the configuration or the connection."""

    LINES = {
        "no operation": "kinesis",
        "missing": "kinesis put-record",
        "one missing": "kinesis put-record --data YQ==",
        "missing behind help": "kinesis put-record --stream-name",
        "unknown option": "kinesis list-streams --nonsense",
        "unknown with value": "kinesis list-streams --nonsense 5 more",
        "a stray word": "kinesis list-streams word",
        "an unknown choice": "kinesis list-streams --output xml",
        "a mistyped choice": "kinesis list-streams --output jsn",
        "a colour": "kinesis list-streams --color maybe",
        "a prefix": "kinesis describe-stream --stream-n absent",
        "an ambiguous prefix": "kinesis list-streams --no-cli",
        "an equals sign": "kinesis describe-stream --stream-name=absent",
        "a flag with a value": "kinesis list-streams --no-paginate=yes",
        "a value that is missing": "kinesis list-streams --query",
        "a bad query": "kinesis list-streams --query 'a['",
        "a bad token": "kinesis list-streams --query 'a ='",
        "a bad character": "kinesis list-streams --query 'a ^ b'",
        "an open string": "kinesis list-streams --query \"a 'b\"",
        "an empty query": "kinesis list-streams --query ''",
        "a bad function name": "kinesis list-streams --query '@(a)'",
        "a bad literal": "kinesis list-streams --query 'a == `{`'",
        "a bad slice": "kinesis list-streams --query 'a[1:2:3:4]'",
        "a bad brace": "kinesis list-streams --query '{a b}'",
        "two values": "kinesis list-streams --query 'a b'",
        "a bad dot": "kinesis list-streams --query 'a.1'",
        "no scheme": "kinesis list-streams --endpoint-url localhost",
        "a page size that is none": "kinesis list-streams --page-size x",
        "pages and none": "kinesis list-streams --no-paginate --max-items 1 --page-size 2",
        "pages by hand": "kinesis list-streams --limit 1 --max-items 1",
        "a skeleton": "kinesis describe-limits --generate-cli-skeleton",
        "a skeleton of a choice": "kinesis put-record --generate-cli-skeleton nonsense",
        "a timeout": "kinesis list-streams --cli-read-timeout x",
        "two dashes": "kinesis describe-stream --stream-name -- absent",
        "a negative number": "kinesis describe-stream --stream-name -5",
        "a dash": "kinesis describe-stream --stream-name -",
        "a value like an option": "kinesis describe-stream --stream-name --x",
        "a value with a blank": "kinesis describe-stream --stream-name '--x y'",
        "a file that is absent": "kinesis describe-stream --stream-name file://absent",
        "a bad region": "kinesis list-streams --region 'a b'",
        "a profile that is absent": "kinesis list-streams --profile absent",
        "no limit": "kinesis get-records --shard-iterator x --limit nope",
        "an empty name": "kinesis describe-stream --stream-name ''",
        "options first": "--output text kinesis list-tags-for-stream --stream-name absent",
        "options between": "kinesis --output text list-tags-for-stream --stream-name absent",
    }

    @cases(LINES)
    def test_usage(self, line):
        self.compare(line)

    def test_no_command(self):
        self.compare("--color off", endpoint=False, status=252)

    def test_no_region(self):
        self.compare("kinesis list-streams", status=253, drop=["AWS_DEFAULT_REGION"])
        self.compare("kinesis list-streams", status=0, drop=["AWS_DEFAULT_REGION"], AWS_REGION="eu-west-1")

    def test_no_credentials(self):
        keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
        self.compare("kinesis list-streams", status=253, drop=keys)
        self.compare("kinesis list-streams", status=255, drop=["AWS_SECRET_ACCESS_KEY"])
        self.compare("kinesis list-streams --no-sign-request", drop=keys)

    def test_credentials_of_files_and_processes(self):
        keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
        answer = {"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b"}
        self.file("good.json", json.dumps(answer))
        self.file("old.json", json.dumps({**answer, "Version": 2}))
        config = self.file("config-keys", f"""
[default]
region = us-east-1
[profile good]
credential_process = cat '{self.folder.name}/good.json'
[profile old]
credential_process = cat {self.folder.name}/old.json
[profile failing]
credential_process = cat {self.folder.name}/none.json
[profile keys]
aws_access_key_id = x
aws_secret_access_key = y
[profile half]
aws_access_key_id = x
[profile lost]
role_arn = arn:aws:iam::1:role/r
source_profile = nobody
[profile alone]
role_arn = arn:aws:iam::1:role/r
[profile loop]
role_arn = arn:aws:iam::1:role/r
source_profile = loop
[profile both]
role_arn = arn:aws:iam::1:role/r
source_profile = keys
credential_source = Environment
""")
        shared = self.file("credentials-keys", "[default]\naws_access_key_id = s\naws_secret_access_key = t\n[other]\naws_access_key_id=s\n")
        files = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(shared)}
        for profile in ("default", "good", "old", "failing", "keys", "half", "other", "lost", "alone", "loop", "both"):
            self.compare(f"{LIMITS} --profile {profile}", drop=keys, **files)
        self.compare(LIMITS, drop=keys, **files)
        broken = self.file("config-broken", "[default\nregion us\n")
        self.compare(LIMITS, drop=keys, AWS_CONFIG_FILE=str(broken))

    def test_connections(self):
        self.compare("kinesis list-streams --endpoint-url http://127.0.0.1:1", status=255, AWS_MAX_ATTEMPTS="1")
        self.compare("kinesis list-streams --endpoint-url http://absent.invalid/", status=255, AWS_MAX_ATTEMPTS="1")
        self.compare("kinesis list-streams --endpoint-url ftp://x/", AWS_MAX_ATTEMPTS="1")

    def test_retries_are_counted(self):
        self.compare("kinesis describe-stream --stream-name absent", status=254, AWS_MAX_ATTEMPTS="1")
        self.compare("kinesis describe-stream --stream-name absent", AWS_MAX_ATTEMPTS="x")
        self.compare("kinesis describe-stream --stream-name absent", AWS_MAX_ATTEMPTS="0")
        self.compare("kinesis describe-stream --stream-name absent", AWS_RETRY_MODE="never")

    def test_the_real_program(self):
        """Three calls of /usr/bin/aws itself keep the warm copy honest."""
        for line in (LIMITS, "kinesis describe-stream --stream-name absent", "kinesis put-record"):
            arguments = shlex.split(line) + ["--endpoint-url", self.server.endpoint]
            done = subprocess.run(["/usr/bin/aws", *arguments], env=self.environment, capture_output=True, timeout=60)
            theirs = (done.returncode, done.stdout.decode(), done.stderr.decode())
            self.assertEqual(self.levada(arguments, self.environment), theirs)


class Timestream(side_by_side.SideBySide):
    """The other two services come from their tables as Kinesis does."""

    LINES = {
        "missing": "timestream-write create-database",
        "structures": "timestream-write write-records --database-name d --table-name t --records "
        "Dimensions=[{Name=a,Value=b}],MeasureName=m,MeasureValue=1,Time=5",
        "bad JSON": "timestream-write write-records --database-name d --table-name t --records '[{'",
        "an unknown member": "timestream-write write-records --database-name d --table-name t --records MeasureName=m,Nope=1",
        "a missing member": "timestream-write write-records --database-name d --table-name t --records Dimensions=[{Name=a}]",
        "a number": "timestream-write write-records --database-name d --table-name t --records Version=x",
        "a query": "timestream-query query --query-string 'SELECT 1'",
        "a flag": "timestream-query prepare-query --query-string x --no-validate-only",
        "two tags": "timestream-write tag-resource --resource-arn a --tags Key=a,Value=b Key=c",
        "a skeleton": "timestream-write write-records --generate-cli-skeleton",
        "a recursive skeleton": "timestream-query query --query-string x --generate-cli-skeleton output",
    }

    @cases(LINES)
    def test_timestream(self, line):
        self.compare(line)


TABLES = {command: Table(service) for command, service in SERVICES.items()}


# Named in the guide: whose own sample breaks a bound of a member that came after 2023, and what stands for a text.
REFUSED_SAMPLES = {"describe-stream-summary", "list-streams", "get-records"}
OTHER_SAMPLES = {
    "get-shard-iterator.ShardIteratorType", "enable-enhanced-monitoring.CurrentShardLevelMetrics[]",
    "enable-enhanced-monitoring.DesiredShardLevelMetrics[]", "disable-enhanced-monitoring.CurrentShardLevelMetrics[]",
    "disable-enhanced-monitoring.DesiredShardLevelMetrics[]", "describe-stream.StreamDescription.EnhancedMonitoring[].ShardLevelMetrics[]",
    "subscribe-to-shard.StartingPosition.Type", "list-shards.ShardFilter.Type",
}


def operations():
    """Of each service, but those whose answers are streams: Debian's AWS CLI leaves them out."""
    return {command: [kebab(name) for name in table.model["operations"] if name != "SubscribeToShard"] for command, table in TABLES.items()}


def filled(service, name):
    """The least that the operation takes."""
    table = TABLES[service]
    operation = next(one for one in table.model["operations"] if kebab(one) == name)

    def value(shape_name):
        shape = table.shape(shape_name)
        if "enum" in shape:
            return shape["enum"][0]
        count = max(shape.get("min", 1), 1)
        if shape["type"] == "structure":
            return {member: value(shape["members"][member]["shape"]) for member in shape.get("required", ())}
        if shape["type"] == "list":
            return [value(shape["member"]["shape"])] * count
        if shape["type"] == "map":
            return {"k": value(shape["value"]["shape"])}
        return {"string": "x" * count, "blob": "eHh4", "boolean": True, "timestamp": 0, "double": 1.5}.get(shape["type"], count)

    target = table.model["operations"][operation].get("input")
    return value(target["shape"]) if target else {}


class Skeletons(side_by_side.SideBySide):
    """Where Debian's model of 2023 has the same members as our table."""

    @cases({name: name for name in (
        "split-shard", "merge-shards", "list-tags-for-stream", "get-shard-iterator", "update-shard-count",
    )})
    def test_skeleton_of_the_output(self, name):
        given = {
            "split-shard": "--stream-name x --shard-to-split 0 --new-starting-hash-key 1",
            "merge-shards": "--stream-name x --shard-to-merge 0 --adjacent-shard-to-merge 1",
            "list-tags-for-stream": "--stream-name x", "get-records": "--shard-iterator x",
            "get-shard-iterator": "--stream-name x --shard-id 0 --shard-iterator-type LATEST",
            "update-shard-count": "--stream-name x --target-shard-count 1 --scaling-type UNIFORM_SCALING",
        }.get(name, "")
        for form in ("json", "text"):
            self.compare(f"kinesis {name} {given} --generate-cli-skeleton output --output {form}")

    def test_a_skeleton_of_the_output_checks_its_input(self):
        self.compare("kinesis put-record --generate-cli-skeleton output", status=252)
        self.compare("kinesis describe-stream --stream-name '' --generate-cli-skeleton output", status=252)

    def both(self, line):
        """What each says; both must end well."""
        words = shlex.split(line)
        theirs = self.oracle.run(words, self.environment, self.folder.name)
        ours = self.levada(words, self.environment)
        self.assertEqual((ours[0], ours[2]), (theirs[0], theirs[2]), line)
        return ours[1], theirs[1]

    def contains(self, ours, theirs, path):
        """All of theirs is in ours, in the same order; what came after 2023 may be between."""
        self.assertIs(type(ours), type(theirs), path)
        if isinstance(theirs, dict):
            self.assertEqual([key for key in ours if key in theirs], list(theirs), path)
            for key, value in theirs.items():
                self.contains(ours[key], value, f"{path}.{key}")
        elif isinstance(theirs, list):
            self.assertEqual(len(ours), len(theirs), path)
            for mine, other in zip(ours, theirs):
                self.contains(mine, other, f"{path}[]")
        elif path not in OTHER_SAMPLES:
            self.assertEqual(ours, theirs, path)

    @cases({f"{service} {name}": (service, name) for service, names in operations().items() for name in names})
    def test_every_skeleton(self, service, name):
        ours, theirs = self.both(f"{service} {name} --generate-cli-skeleton")
        self.contains(json.loads(ours), json.loads(theirs), name)
        ours, theirs = self.both(f"{service} {name} --generate-cli-skeleton yaml-input")
        self.contains(yaml.safe_load(ours), yaml.safe_load(theirs), name)
        for text in re.findall(r"# \[REQUIRED\]", theirs):
            self.assertIn(text, ours)
        if name in REFUSED_SAMPLES:
            return
        given = shlex.quote(json.dumps(filled(service, name)))
        ours, theirs = self.both(f"{service} {name} --cli-input-json {given} --generate-cli-skeleton output --endpoint-url http://127.0.0.1:1")
        if theirs:
            self.contains(json.loads(ours), json.loads(theirs), name)
