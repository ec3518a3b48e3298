"""`levada stream export`, `import` and `limits` over the API: whole, in order, resumable, and into the same shards."""

import base64
import json
import os
import subprocess
import tempfile
from pathlib import Path

from harness.case import Case
from harness.server import default_binary

SHARDS = [f"shardId-{n:012d}" for n in range(4)]
KEYS = {"AWS_ACCESS_KEY_ID": "LEVADACONFORMANCE", "AWS_SECRET_ACCESS_KEY": "conformance-secret", "AWS_REGION": "us-east-1"}


class StreamCase(Case):
    needs_levada = True

    def levada(self, *words, code=0):
        command = [str(default_binary()), "stream", *words, "--endpoint-url", self.server.endpoint]
        environment = {**os.environ, **KEYS, "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="levada-export-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def fill(self, name, begin, end, size=20):
        records = [
            {"PartitionKey": f"key {n % 7}", "Data": base64.b64encode(f"{n}:".encode() + bytes(size)).decode()}
            for n in range(begin, end)
        ]
        for at in range(0, len(records), 500):
            answer = self.client.must("PutRecords", StreamName=name, Records=records[at : at + 500])
            self.assertEqual(answer["FailedRecordCount"], 0)

    def content(self, name):
        return {
            shard: [(record["PartitionKey"], record["Data"]) for record in self.client.drain(name, shard)]
            for shard in SHARDS[: len(self.client.must("ListShards", StreamName=name)["Shards"])]
        }

    def by_key(self, name):
        keys = {}
        for records in self.content(name).values():
            for key, data in records:
                keys.setdefault(key, []).append(data)
        return keys


class Stream(StreamCase):
    def test_there_and_back_again_into_the_same_shards_in_the_order_of_each_key(self):
        name, other = self.stream(2), self.stream(2)
        self.fill(name, 0, 1200)
        self.client.put(name, "placed", key="key 0", ExplicitHashKey="0")
        self.client.put(name, "placed", key="key 0", ExplicitHashKey=str(2**128 - 1))
        self.levada("export", name, str(self.folder))
        self.assertEqual(sorted(os.listdir(self.folder)), [f"{shard}.jsonl" for shard in SHARDS[:2]])
        self.levada("import", other, str(self.folder))
        self.assertEqual(self.by_key(other), self.by_key(name))
        for shard in SHARDS[:2]:
            self.assertEqual(sorted(self.content(other)[shard]), sorted(self.content(name)[shard]))

    def test_an_export_goes_on_behind_a_torn_line(self):
        name = self.stream()
        self.fill(name, 0, 300)
        self.levada("export", name, str(self.folder))
        file = self.folder / f"{SHARDS[0]}.jsonl"
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
        self.levada("export", name, str(self.folder))
        self.assertEqual(file.read_bytes(), whole)
        self.fill(name, 300, 400)
        self.levada("export", name, str(self.folder))
        lines = file.read_bytes().splitlines()
        self.assertEqual(len(lines), 401)
        stored = self.client.drain(name)
        exported = [json.loads(line) for line in lines[1:]]
        self.assertEqual([line["SequenceNumber"] for line in exported], [record["SequenceNumber"] for record in stored])
        self.assertEqual([base64.b64decode(line["Data"]) for line in exported], [record["Data"] for record in stored])

    def test_an_import_goes_on_where_it_stopped(self):
        name, other = self.stream(), self.stream()
        self.fill(name, 0, 50)
        self.levada("export", name, str(self.folder))
        self.levada("import", other, str(self.folder))
        self.levada("import", other, str(self.folder))
        self.assertEqual(self.by_key(other), self.by_key(name))
        self.fill(name, 50, 80)
        self.levada("export", name, str(self.folder))
        self.levada("import", other, str(self.folder))
        self.assertEqual(self.by_key(other), self.by_key(name))

    def test_unordered_fills_whole_calls(self):
        name, other = self.stream(), self.stream()
        self.fill(name, 0, 1000)
        self.levada("export", name, str(self.folder))
        self.levada("import", other, str(self.folder), "--unordered")
        self.assertEqual(self.by_key(other), self.by_key(name))

    def test_one_shard_alone_and_one_that_is_not_there(self):
        name = self.stream(2)
        self.levada("export", name, str(self.folder), "--shard", SHARDS[1])
        self.assertEqual(os.listdir(self.folder), [f"{SHARDS[1]}.jsonl"])
        done = self.levada("export", name, str(self.folder), "--shard", SHARDS[3], code=255)
        self.assertIn("there is no shard", done.stderr)

    def test_a_file_of_another_stream_is_not_gone_on_with(self):
        name, other = self.stream(), self.stream()
        self.levada("export", name, str(self.folder))
        self.assertIn("is of arn:", self.levada("export", other, str(self.folder), code=255).stderr)

    def test_a_file_that_is_no_export_is_refused(self):
        name = self.stream()
        (self.folder / "x.jsonl").write_text('{"a":1}\n')
        self.assertIn("not a file of levada stream export", self.levada("import", name, str(self.folder), code=255).stderr)

    def test_a_stream_that_is_not_there(self):
        self.assertIn("ResourceNotFoundException", self.levada("export", "nowhere", str(self.folder), code=254).stderr)


class Limits(StreamCase):
    flags = ()  # as AWS has them

    def test_limits_of_one_stream(self):
        name = self.stream()
        self.levada("limits", name, "off")
        self.fill(name, 0, 3000)
        self.levada("limits", name, "server")
        records = [{"PartitionKey": "k", "Data": ""}] * 500
        failed = [self.client.must("PutRecords", StreamName=name, Records=records)["FailedRecordCount"] for _ in range(6)]
        self.assertTrue(any(failed), failed)
        self.assertIn("levada.shard-limits", self.levada("limits", name, "5", code=254).stderr)
