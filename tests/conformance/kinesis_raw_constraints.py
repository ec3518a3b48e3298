"""Constraints second: every failure in one message, in a fixed order (spec §6.2)."""

import base64

from harness.case import Case, cases

NAME_PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
HASH_PATTERN = r"Member must satisfy regular expression pattern: 0|([1-9]\d{0,38})"
SEQ_PATTERN = r"Member must satisfy regular expression pattern: 0|([1-9]\d{0,128})"
ARN_PATTERN = r"Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\d{12}:stream/\S+"
ITERATOR_TYPES = "[AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]"


def null(path):
    return f"Value null at '{path}' failed to satisfy constraint: Member must not be null"


def bad(value, path, constraint):
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"


def length_min(number):
    return f"Member must have length greater than or equal to {number}"


def length_max(number):
    return f"Member must have length less than or equal to {number}"


def value_min(number):
    return f"Member must have value greater than or equal to {number}"


def value_max(number):
    return f"Member must have value less than or equal to {number}"


LONG = "a" * 129
NO_STREAM = null("streamName")

REQUIRED = {
    "DeleteStream": [NO_STREAM],
    "DescribeStream": [NO_STREAM],
    "DescribeStreamSummary": [NO_STREAM],
    "CreateStream": [NO_STREAM],
    "IncreaseStreamRetentionPeriod": [null("retentionPeriodHours"), NO_STREAM],
    "DecreaseStreamRetentionPeriod": [null("retentionPeriodHours"), NO_STREAM],
    "GetRecords": [null("shardIterator")],
    "GetShardIterator": [null("shardId"), null("shardIteratorType"), NO_STREAM],
    "PutRecord": [null("partitionKey"), null("data"), NO_STREAM],
    "PutRecords": [null("records"), NO_STREAM],
    "UpdateMaxRecordSize": [null("maxRecordSizeInKiB")],
}

# name: (operation, members, entries in order)
TABLE = {
    "empty stream name": (
        "DescribeStream", {"StreamName": ""},
        [bad("", "streamName", NAME_PATTERN), bad("", "streamName", length_min(1))],
    ),
    "long stream name": ("DescribeStream", {"StreamName": LONG}, [bad(LONG, "streamName", length_max(128))]),
    "stream name of odd characters": ("DescribeStream", {"StreamName": "a b"}, [bad("a b", "streamName", NAME_PATTERN)]),
    "stream name with a newline": ("DescribeStream", {"StreamName": "a\n"}, [bad("a\n", "streamName", NAME_PATTERN)]),
    "limit below": ("DescribeStream", {"StreamName": "a", "Limit": 0}, [bad("0", "limit", value_min(1))]),
    "limit negative": ("ListStreams", {"Limit": -1}, [bad("-1", "limit", value_min(1))]),
    "limit above": ("ListStreams", {"Limit": 10001}, [bad("10001", "limit", value_max(10000))]),
    "DescribeStream, three at once": (
        "DescribeStream", {"Limit": 0, "ExclusiveStartShardId": "", "StreamName": "!"},
        [bad("0", "limit", value_min(1)), bad("", "exclusiveStartShardId", NAME_PATTERN),
         bad("", "exclusiveStartShardId", length_min(1)), bad("!", "streamName", NAME_PATTERN)],
    ),
    "ListStreams, both": (
        "ListStreams", {"ExclusiveStartStreamName": "", "Limit": 0},
        [bad("0", "limit", value_min(1)), bad("", "exclusiveStartStreamName", NAME_PATTERN),
         bad("", "exclusiveStartStreamName", length_min(1))],
    ),
    "ListShards, in its order": (
        "ListShards", {"MaxResults": 10001, "ExclusiveStartShardId": "?", "StreamName": "", "NextToken": ""},
        [bad("10001", "maxResults", value_max(10000)), bad("?", "exclusiveStartShardId", NAME_PATTERN),
         bad("", "streamName", NAME_PATTERN), bad("", "streamName", length_min(1)),
         bad("", "nextToken", length_min(1))],
    ),
    "CreateStream, in its order": (
        "CreateStream", {"ShardCount": 0, "StreamName": ""},
        [bad("0", "shardCount", value_min(1)), bad("", "streamName", NAME_PATTERN), bad("", "streamName", length_min(1))],
    ),
    "GetRecords, in its order": (
        "GetRecords", {"ShardIterator": "", "Limit": 0},
        [bad("0", "limit", value_min(1)), bad("", "shardIterator", length_min(1))],
    ),
    "GetRecords, above": (
        "GetRecords", {"ShardIterator": "a" * 513, "Limit": 10001},
        [bad("10001", "limit", value_max(10000)), bad("a" * 513, "shardIterator", length_max(512))],
    ),
    "GetShardIterator, in its order": (
        "GetShardIterator",
        {"StreamName": "a b", "ShardIteratorType": "NOW", "ShardId": "", "StartingSequenceNumber": "x"},
        [bad("", "shardId", NAME_PATTERN), bad("", "shardId", length_min(1)),
         bad("NOW", "shardIteratorType", f"Member must satisfy enum value set: {ITERATOR_TYPES}"),
         bad("x", "startingSequenceNumber", SEQ_PATTERN), bad("a b", "streamName", NAME_PATTERN)],
    ),
    "PutRecord, in its order": (
        "PutRecord",
        {"StreamName": "", "PartitionKey": "", "ExplicitHashKey": "", "SequenceNumberForOrdering": "", "Data": ""},
        [bad("", "sequenceNumberForOrdering", SEQ_PATTERN), bad("", "partitionKey", length_min(1)),
         bad("", "explicitHashKey", HASH_PATTERN), bad("", "streamName", NAME_PATTERN),
         bad("", "streamName", length_min(1))],
    ),
    "key of 257 characters": (
        "PutRecord", {"StreamName": "a", "Data": "", "PartitionKey": "é" * 257},
        [bad("é" * 257, "partitionKey", length_max(256))],
    ),
    "hash with a leading zero": (
        "PutRecord", {"StreamName": "a", "Data": "", "PartitionKey": "a", "ExplicitHashKey": "01"},
        [bad("01", "explicitHashKey", HASH_PATTERN)],
    ),
    "hash of 40 digits": (
        "PutRecord", {"StreamName": "a", "Data": "", "PartitionKey": "a", "ExplicitHashKey": "1" * 40},
        [bad("1" * 40, "explicitHashKey", HASH_PATTERN)],
    ),
    "PutRecords without records": (
        "PutRecords", {"StreamName": "a", "Records": []}, [bad("[]", "records", length_min(1))],
    ),
    "PutRecords, records before the name": (
        "PutRecords", {"StreamName": "", "Records": [{"PartitionKey": "", "ExplicitHashKey": "x", "Data": ""}]},
        [bad("", "records.1.member.partitionKey", length_min(1)),
         bad("x", "records.1.member.explicitHashKey", HASH_PATTERN),
         bad("", "streamName", NAME_PATTERN), bad("", "streamName", length_min(1))],
    ),
    "PutRecords, nulls inside": (
        "PutRecords", {"StreamName": "a", "Records": [{"PartitionKey": "a", "Data": ""}, {}]},
        [null("records.2.member.partitionKey"), null("records.2.member.data")],
    ),
    "at most ten entries": (
        "PutRecords", {"Records": [{}] * 8},
        [null(f"records.{n}.member.{m}") for n in range(1, 6) for m in ("partitionKey", "data")],
    ),
    "501 records": (
        "PutRecords", {"StreamName": "a", "Records": [{"PartitionKey": "a", "Data": ""}] * 501},
        ["Value at 'records' failed to satisfy constraint: " + length_max(500)],
    ),
    "retention absent, name odd": (
        "IncreaseStreamRetentionPeriod", {"StreamName": "?"}, [null("retentionPeriodHours"), bad("?", "streamName", NAME_PATTERN)],
    ),
    "stream mode": (
        "CreateStream", {"StreamName": "a", "StreamModeDetails": {"StreamMode": "FREE"}},
        [bad("FREE", "streamModeDetails.streamMode", "Member must satisfy enum value set: [PROVISIONED, ON_DEMAND]")],
    ),
    "stream mode absent": (
        "CreateStream", {"StreamName": "a", "StreamModeDetails": {}}, [null("streamModeDetails.streamMode")],
    ),
    "max record size below": (
        "UpdateMaxRecordSize", {"StreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/a", "MaxRecordSizeInKiB": 1023},
        [bad("1023", "maxRecordSizeInKiB", value_min(1024))],
    ),
    "max record size above": (
        "UpdateMaxRecordSize", {"StreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/a", "MaxRecordSizeInKiB": 10241},
        [bad("10241", "maxRecordSizeInKiB", value_max(10240))],
    ),
    "the whole of a long value": (
        "PutRecord", {"StreamName": "a", "Data": "", "PartitionKey": "é" * 5000},
        [bad("é" * 5000, "partitionKey", length_max(256))],
    ),
    "ARN keeps its capitals": (
        "DescribeStream", {"StreamARN": "arn:aws:s3:::bucket"}, [bad("arn:aws:s3:::bucket", "streamARN", ARN_PATTERN)],
    ),
}

COMPOSED = {
    "map keys": (
        "CreateStream", {"StreamName": "a", "Tags": {"k" * 129: "v"}},
        [bad("{%s=v}" % ("k" * 129), "tags",
             "Map keys must satisfy constraint: [Member must have length less than or equal to 128, "
             "Member must have length greater than or equal to 1]")],
    ),
    "map values": (
        "CreateStream", {"StreamName": "a", "Tags": {"k": "v" * 257}},
        [bad("{k=%s}" % ("v" * 257), "tags",
             "Map value must satisfy constraint: [Member must have length less than or equal to 256, "
             "Member must have length greater than or equal to 0]")],
    ),
}


class Required(Case):
    @cases({operation: (operation, entries) for operation, entries in REQUIRED.items()})
    def test(self, operation, entries):
        self.invalid(self.client.call(operation), *entries)


class Constraints(Case):
    @cases({**TABLE, **COMPOSED})
    def test(self, operation, members, entries):
        self.invalid(self.client.call(operation, **members), *entries)


class RecordSize(Case):
    DATA = "Value at '{}' failed to satisfy constraint: Member must have length less than or equal to {}"

    def test_data_beyond_the_model(self):
        data = base64.b64encode(bytes(10485761)).decode()
        reply = self.client.call("PutRecord", StreamName="a", PartitionKey="a", Data=data)
        self.invalid(reply, self.DATA.format("data", 10485760))

    def test_data_and_key_beyond_the_stream(self):
        name = self.stream()
        full = base64.b64encode(bytes(1048576 - 1)).decode()
        self.granted(self.client.call("PutRecord", StreamName=name, PartitionKey="a", Data=full))
        reply = self.client.call("PutRecord", StreamName=name, PartitionKey="ab", Data=full)
        self.invalid(reply, self.DATA.format("data", 1048576))
        reply = self.client.call("PutRecord", StreamName=name, PartitionKey="é", Data=full)
        self.invalid(reply, self.DATA.format("data", 1048576))

    def test_the_key_counts_bytes_towards_the_size_and_characters_towards_its_length(self):
        name = self.stream()
        self.granted(self.client.call("PutRecord", StreamName=name, PartitionKey="€" * 256, Data=""))

    def test_one_fat_record_fails_the_whole_call(self):
        name = self.stream()
        fat = base64.b64encode(bytes(1048576)).decode()
        records = [{"PartitionKey": "a", "Data": ""}, {"PartitionKey": "a", "Data": fat}]
        reply = self.client.call("PutRecords", StreamName=name, Records=records)
        self.invalid(reply, self.DATA.format("records.2.member.data", 1048576))
        self.assertEqual(self.client.drain(name), [])

    def test_ten_mebibytes_a_call_keys_included(self):
        name = self.stream()
        tenth = base64.b64encode(bytes(1048576 - 1)).decode()
        records = [{"PartitionKey": "a", "Data": tenth}] * 10
        self.granted(self.client.call("PutRecords", StreamName=name, Records=records))
        reply = self.client.call("PutRecords", StreamName=name, Records=records + [{"PartitionKey": "a", "Data": ""}])
        self.refused(reply, "InvalidArgumentException", "Records size exceeds 10 MB limit")

    def test_records_to_ten_mebibytes_after_update_max_record_size(self):
        name = self.stream()
        self.void(self.client.call("UpdateMaxRecordSize", StreamARN=self.arn(name), MaxRecordSizeInKiB=10240))
        self.client.wait_active(name)
        summary = self.client.must("DescribeStreamSummary", StreamName=name)["StreamDescriptionSummary"]
        self.assertEqual(summary["MaxRecordSizeInKiB"], 10240)
        largest = bytes(range(256)) * 40959 + bytes(255)  # 10 MiB less the key's one byte
        self.client.put(name, largest, "a")
        self.assertEqual(self.client.drain(name)[0]["Data"], largest)
