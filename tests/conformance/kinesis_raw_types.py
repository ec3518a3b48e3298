"""Types first: what every wrong JSON type is told (spec §6.1), and what is forgiven (§4.2)."""

from harness.case import Case, body_of, cases

LIST_TEXT = "Start of list found where not expected"
OBJECT_TEXT = "Start of structure or map found where not expected."
NUMBER = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"

STRING = {
    "bool": (True, "class java.lang.Boolean can not be converted to an String"),
    "number": (23, f"{NUMBER} can not be converted to an String"),
    "fraction": (2.3, f"{NUMBER} can not be converted to an String"),
    "list": ([], LIST_TEXT),
    "object": ({}, OBJECT_TEXT),
}
INTEGER = {
    "string": ("2", "class java.lang.String can not be converted to an Integer"),
    "bool": (False, "class java.lang.Boolean can not be converted to an Integer"),
    "list": ([1], LIST_TEXT),
    "object": ({"a": 1}, OBJECT_TEXT),
}
BOOLEAN = {
    "number": (23, f"{NUMBER} can not be converted to an Boolean"),
    "string": ("maybe", "'MAYBE' can not be converted to an Boolean"),
    "digits": ("23", "'23' can not be converted to an Boolean"),
    "list": ([], LIST_TEXT),
    "object": ({}, OBJECT_TEXT),
}
BLOB = {
    "bool": (True, "class java.lang.Boolean can not be converted to a Blob"),
    "number": (23, f"{NUMBER} can not be converted to a Blob"),
    "list": ([], LIST_TEXT),
    "object": ({}, OBJECT_TEXT),
    "length": (
        "23456",
        "'23456' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 5",
    ),
    "padding first": ("=+/=", "'=+/=' can not be converted to a Blob: Invalid Base64 character: '='"),
    "bad character": ("ab$d", "'ab$d' can not be converted to a Blob: Invalid Base64 character: '$'"),
    "url alphabet": ("ab-_", "'ab-_' can not be converted to a Blob: Invalid Base64 character: '-'"),
    "newline": ("abc\n", "'abc\n' can not be converted to a Blob: Invalid Base64 character: '\n'"),
    "padding bits": (
        "+/+=", "'+/+=' can not be converted to a Blob: Invalid last non-pad Base64 character dectected",
    ),
}
TIMESTAMP = {
    "string": ("2020", "class java.lang.String can not be converted to milliseconds since epoch"),
    "bool": (True, "class java.lang.Boolean can not be converted to milliseconds since epoch"),
    "list": ([], LIST_TEXT),
    "object": ({}, OBJECT_TEXT),
}
LIST = {
    "number": (1, "Expected list or null"),
    "string": ("a", "Expected list or null"),
    "bool": (True, "Expected list or null"),
    "object": ({}, OBJECT_TEXT),
}
STRUCTURE = {
    "number": (1, "Expected null"),
    "string": ("a", "Expected null"),
    "bool": (True, "Expected null"),
    "list": ([], LIST_TEXT),
}
MAP = {
    "number": (1, "Expected map or null"),
    "string": ("a", "Expected map or null"),
    "list": ([], LIST_TEXT),
}

MEMBERS = [
    ("CreateStream", "StreamName", STRING),
    ("CreateStream", "ShardCount", INTEGER),
    ("CreateStream", "StreamModeDetails", STRUCTURE),
    ("CreateStream", "Tags", MAP),
    ("DeleteStream", "StreamName", STRING),
    ("DeleteStream", "EnforceConsumerDeletion", BOOLEAN),
    ("DescribeStream", "StreamARN", STRING),
    ("DescribeStream", "Limit", INTEGER),
    ("DescribeStream", "ExclusiveStartShardId", STRING),
    ("DescribeStreamSummary", "StreamName", STRING),
    ("ListStreams", "Limit", INTEGER),
    ("ListStreams", "ExclusiveStartStreamName", STRING),
    ("ListStreams", "NextToken", STRING),
    ("ListShards", "MaxResults", INTEGER),
    ("ListShards", "StreamCreationTimestamp", TIMESTAMP),
    ("ListShards", "ShardFilter", STRUCTURE),
    ("PutRecord", "StreamName", STRING),
    ("PutRecord", "PartitionKey", STRING),
    ("PutRecord", "ExplicitHashKey", STRING),
    ("PutRecord", "SequenceNumberForOrdering", STRING),
    ("PutRecord", "Data", BLOB),
    ("PutRecords", "Records", LIST),
    ("PutRecords", "StreamName", STRING),
    ("GetShardIterator", "ShardId", STRING),
    ("GetShardIterator", "ShardIteratorType", STRING),
    ("GetShardIterator", "StartingSequenceNumber", STRING),
    ("GetShardIterator", "Timestamp", TIMESTAMP),
    ("GetRecords", "ShardIterator", STRING),
    ("GetRecords", "Limit", INTEGER),
    ("IncreaseStreamRetentionPeriod", "RetentionPeriodHours", INTEGER),
    ("DecreaseStreamRetentionPeriod", "RetentionPeriodHours", INTEGER),
    ("UpdateMaxRecordSize", "MaxRecordSizeInKiB", INTEGER),
]

TABLE = {
    f"{operation} {member} {kind}": (operation, {member: value}, text)
    for operation, member, rows in MEMBERS
    for kind, (value, text) in rows.items()
}
NESTED = {
    "record is a number": ("PutRecords", {"Records": [1]}, "Expected null"),
    "record is a list": ("PutRecords", {"Records": [[]]}, LIST_TEXT),
    "record data": ("PutRecords", {"Records": [{"Data": 1}]}, BLOB["number"][1]),
    "record key": ("PutRecords", {"Records": [{"PartitionKey": 1}]}, STRING["number"][1]),
    "record hash": ("PutRecords", {"Records": [{"ExplicitHashKey": True}]}, STRING["bool"][1]),
    "second record": ("PutRecords", {"Records": [{"PartitionKey": "a"}, {"PartitionKey": []}]}, LIST_TEXT),
    "stream mode": ("CreateStream", {"StreamModeDetails": {"StreamMode": 1}}, STRING["number"][1]),
    "shard filter type": ("ListShards", {"ShardFilter": {"Type": 1}}, STRING["number"][1]),
    "tag value": ("CreateStream", {"Tags": {"a": 1}}, STRING["number"][1]),
}


class WrongTypes(Case):
    @cases({**TABLE, **NESTED})
    def test(self, operation, members, text):
        reply = self.client.body_call(operation, body_of(members))
        self.refused(reply, "SerializationException", text)
        self.assertEqual(list(reply.value), ["__type", "Message"])


class Forgiven(Case):
    def test_fractions_are_floored(self):
        reply = self.client.body_call("ListStreams", b'{"Limit":1.9}')
        self.granted(reply)
        reply = self.client.body_call("ListStreams", b'{"Limit":0.9}')
        self.invalid(reply, "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1")

    def test_exponents_are_numbers(self):
        self.granted(self.client.body_call("ListStreams", b'{"Limit":1e2}'))

    def test_numbers_beyond_32_bits_are_clamped(self):
        reply = self.client.body_call("ListStreams", b'{"Limit":100000000000}')
        self.invalid(reply, "Value '2147483647' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000")
        reply = self.client.body_call("ListStreams", b'{"Limit":123456789012345678901234567890}')
        self.invalid(reply, "Value '2147483647' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000")

    def test_unknown_members_are_dropped_at_every_level(self):
        name = self.stream()
        record = {"Data": "", "PartitionKey": "a", "Colour": {"deep": [1, {"er": None}]}}
        reply = self.client.call("PutRecords", StreamName=name, Records=[record], Flavour="x")
        self.assertEqual(self.granted(reply)["FailedRecordCount"], 0)

    def test_null_members_are_absent(self):
        name = self.stream()
        reply = self.client.call("PutRecord", StreamName=name, Data="", PartitionKey="a", ExplicitHashKey=None)
        self.granted(reply)
        reply = self.client.call("PutRecord", StreamName=None, Data="", PartitionKey="a")
        self.invalid(reply, "Value null at 'streamName' failed to satisfy constraint: Member must not be null")

    @cases({spelling: spelling for spelling in ("true", "false", "1", "0", "yes", "no", "TRUE", "No")})
    def test_spellings_of_a_boolean(self, spelling):
        reply = self.client.call("DeleteStream", StreamName="nobody", EnforceConsumerDeletion=spelling)
        self.refused(reply, "ResourceNotFoundException", "Stream nobody under account 000000000000 not found.")

    def test_a_fractional_number_is_a_boolean(self):
        reply = self.client.call("DeleteStream", StreamName="nobody", EnforceConsumerDeletion=0.5)
        self.refused(reply, "ResourceNotFoundException", "Stream nobody under account 000000000000 not found.")

    def test_all_escapes_of_a_string(self):
        name = self.stream()
        body = '{"StreamName":"%s","Data":"AA=\\u003d","PartitionKey":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"}'
        self.granted(self.client.body_call("PutRecord", (body % name).encode()))
        (record,) = self.client.drain(name)
        self.assertEqual(record["PartitionKey"], '"\\/\b\f\n\r\t\u00e9\U0001f600')
        self.assertEqual(record["Data"], b"\0")

    def test_members_in_any_order_and_the_last_of_two_wins_or_is_refused(self):
        name = self.stream()
        body = '{ "PartitionKey" : "a" , "Data" : "" ,\n\t"StreamName" : "%s" }' % name
        self.granted(self.client.body_call("PutRecord", body.encode()))
