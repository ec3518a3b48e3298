"""One request in every spelling JSON allows: a put that is read in a hurry must mean the same."""

import base64
import json
import random

from harness.case import Case, cases

EXPECTED = [("a", b"first"), ("b/+=", b"\xff\xef\xbe")]  # the second one's base64 is "/+++"

# {S} is the stream's name. All of these put the records of EXPECTED.
SPELLINGS = {
    "plain": '{"StreamName":"{S}","Records":[{"Data":"Zmlyc3Q=","PartitionKey":"a"},{"Data":"/+++","PartitionKey":"b/+="}]}',
    "records first": '{"Records":[{"PartitionKey":"a","Data":"Zmlyc3Q="},{"PartitionKey":"b/+=","Data":"/+++"}],"StreamName":"{S}"}',
    "spaces": ' \t\r\n{ "StreamName" : "{S}" ,\n "Records" : [ { "Data" : "Zmlyc3Q=" , "PartitionKey" : "a" } ,\t{"Data":"/+++" ,"PartitionKey":"b/+="} ] } \n',
    "escaped slashes": r'{"StreamName":"{S}","Records":[{"Data":"Zmlyc3Q=","PartitionKey":"a"},{"Data":"\/+++","PartitionKey":"b\/+="}]}',
    "escaped digits": r'{"StreamName":"{S}","Records":[{"Data":"Zml\u0079c3Q\u003d","PartitionKey":"\u0061"},{"Data":"\u002F\u002b++","PartitionKey":"b/\u002b="}]}',
    "escaped names": r'{"Stream\u004eame":"{S}","Record\u0073":[{"\u0044ata":"Zmlyc3Q=","PartitionKe\u0079":"a"},{"Data":"/+++","PartitionKey":"b/+="}]}',
    "nulls": '{"StreamARN":null,"StreamName":"{S}","Records":[{"Data":"Zmlyc3Q=","PartitionKey":"a","ExplicitHashKey":null},{"Data":"/+++","PartitionKey":"b/+="}]}',
    "unknown members": r'{"x":{"Records":[1,"]}\"",{}],"y":-1.5e-3},"StreamName":"{S}","Records":[{"z":[[],[{}]],"Data":"Zmlyc3Q=","PartitionKey":"a"},{"PartitionKey":"b/+=","Data":"/+++","w":"\\"}],"t":true,"f":false}',
    "a hash key": '{"StreamName":"{S}","Records":[{"Data":"Zmlyc3Q=","PartitionKey":"a","ExplicitHashKey":"0"},{"ExplicitHashKey":"340282366920938463463374607431768211455","Data":"/+++","PartitionKey":"b/+="}]}',
    "names in another case are unknown": '{"streamname":"nobody","StreamName":"{S}","Records":[{"data":"!","Data":"Zmlyc3Q=","PartitionKey":"a"},{"Data":"/+++","PartitionKey":"b/+="}]}',
}

BROKEN = {
    "a comma too many": '{"StreamName":"{S}","Records":[{"Data":"","PartitionKey":"a"},]}',
    "a comma too few": '{"StreamName":"{S}" "Records":[{"Data":"","PartitionKey":"a"}]}',
    "an end too early": '{"StreamName":"{S}","Records":[{"Data":"","PartitionKey":"a"}]',
    "text after the end": '{"StreamName":"{S}","Records":[{"Data":"","PartitionKey":"a"}]}x',
    "a second value": '{"StreamName":"{S}","Records":[{"Data":"","PartitionKey":"a"}]}{}',
    "single quotes": "{'StreamName':'{S}','Records':[{'Data':'','PartitionKey':'a'}]}",
    "a control character": '{"StreamName":"{S}","Records":[{"Data":"","PartitionKey":"a\x01b"}]}',
    "a newline in a string": '{"StreamName":"{S}","Records":[{"Data":"","PartitionKey":"a\nb"}]}',
    "half an escape": '{"StreamName":"{S}","Records":[{"Data":"","PartitionKey":"a\\u00"}]}',
    "no escape": '{"StreamName":"{S}","Records":[{"Data":"","PartitionKey":"a\\x41"}]}',
    "an open string": '{"StreamName":"{S}","Records":[{"Data":"","PartitionKey":"a',
    "a leading zero": '{"StreamName":"{S}","n":01,"Records":[{"Data":"","PartitionKey":"a"}]}',
    "half a word": '{"StreamName":"{S}","n":tru,"Records":[{"Data":"","PartitionKey":"a"}]}',
    "a comment": '{"StreamName":"{S}",/**/"Records":[{"Data":"","PartitionKey":"a"}]}',
}

TYPE_ERRORS = {
    "data, length": ('{"StreamName":"{S}","Records":[{"Data":"","PartitionKey":"a"},{"Data":"AAA","PartitionKey":"a"}]}',
                     "'AAA' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
    "data, a blank": ('{"StreamName":"{S}","Records":[{"Data":"AA A","PartitionKey":"a"}]}',
                      "'AA A' can not be converted to a Blob: Invalid Base64 character: ' '"),
    "data, far into it": ('{"StreamName":"{S}","Records":[{"Data":"' + "A" * 4000 + "A*AA" + "A" * 100 + '","PartitionKey":"a"}]}', None),
    "data, padding bits": ('{"StreamName":"{S}","Records":[{"Data":"AB==","PartitionKey":"a"}]}',
                           "'AB==' can not be converted to a Blob: Invalid last non-pad Base64 character dectected"),
    "data, a number": ('{"StreamName":"{S}","Records":[{"Data":7,"PartitionKey":"a"}]}',
                       "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to a Blob"),
    "records, an object": ('{"StreamName":"{S}","Records":{}}', "Start of structure or map found where not expected."),
    "key, a list": ('{"StreamName":"{S}","Records":[{"Data":"","PartitionKey":["a"]}]}', "Start of list found where not expected"),
}


class PutRecordsSpelling(Case):
    def send(self, text):
        name = self.stream()
        return name, self.client.body_call("PutRecords", text.replace("{S}", name).encode())

    @cases(SPELLINGS)
    def test_same(self, text):
        name, reply = self.send(text)
        self.assertEqual(self.granted(reply)["FailedRecordCount"], 0)
        self.assertEqual([(r["PartitionKey"], r["Data"]) for r in self.client.drain(name)], EXPECTED)

    @cases(BROKEN)
    def test_broken(self, text):
        name, reply = self.send(text)
        self.assertEqual((reply.status, reply.body), (400, b'{"__type":"SerializationException"}'))
        self.assertEqual(self.client.drain(name), [])

    @cases(TYPE_ERRORS)
    def test_wrong_type(self, text, message):
        name, reply = self.send(text)
        self.assertEqual((reply.status, reply.error[0]), (400, "SerializationException"), reply)
        if message:
            self.assertEqual(reply.error[1], message)
        else:
            self.assertIn("Invalid Base64 character: '*'", reply.error[1])
        self.assertEqual(self.client.drain(name), [])

    def test_random_spellings_of_random_records(self):
        rng = random.Random(20131202)
        name = self.stream()
        expected = []
        for _ in range(30):
            records = []
            for _ in range(rng.randint(1, 20)):
                key = "".join(rng.choice(['a', '"', "\\", "/", "é", "😀", "\u2028", "\t", "\x7f"]) for _ in range(rng.randint(1, 40)))
                data = rng.randbytes(rng.choice((0, 1, 2, 3, 30, 63, 64, 65, 3000)))
                expected.append((key, data))
                members = [("PartitionKey", key), ("Data", base64.b64encode(data).decode()), ("Extra", {"a": ["}]", None]})]
                rng.shuffle(members)
                records.append(dict(members))
            body = json.dumps({"StreamName": name, "Records": records}, ensure_ascii=rng.random() < 0.5,
                              indent=rng.choice((None, 1)), separators=rng.choice((None, (",", ":"), (" , ", " : "))))
            self.granted(self.client.body_call("PutRecords", body.encode()))
        self.assertEqual([(r["PartitionKey"], r["Data"]) for r in self.client.drain(name)], expected)


class PutRecordSpelling(Case):
    @cases({
        "plain": '{"StreamName":"{S}","Data":"/+++","PartitionKey":"b/+="}',
        "escapes": r'{"StreamName":"{S}","Dat\u0061":"\/\u002b++","PartitionKey":"b\/+="}',
        "unknown members": '{"Other":[{"Data":"!"}],"PartitionKey":"b/+=","StreamName":"{S}","Data":"/+++"}',
        "nulls": '{"SequenceNumberForOrdering":null,"PartitionKey":"b/+=","StreamName":"{S}","Data":"/+++","StreamARN":null}',
    })
    def test_same(self, text):
        name = self.stream()
        self.granted(self.client.body_call("PutRecord", text.replace("{S}", name).encode()))
        self.assertEqual([(r["PartitionKey"], r["Data"]) for r in self.client.drain(name)], [EXPECTED[1]])
