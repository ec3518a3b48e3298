"""A Kinesis stream feeds a Timestream table: `levada timestream map-stream`, through a reshard and kill -9."""

import json
import subprocess
import time

import boto3

from harness.case import Case
from harness.server import Levada, default_binary

CREDENTIALS = {"aws_access_key_id": "AKIDBOTO", "aws_secret_access_key": "secret"}
MODEL = {
    "TimeColumn": "at", "TimeUnit": "MILLISECONDS", "DimensionMappings": [{"SourceColumn": "host"}],
    "MultiMeasureMappings": {"TargetMultiMeasureName": "cpu", "MultiMeasureAttributeMappings": [
        {"SourceColumn": "user", "MeasureValueType": "DOUBLE"}, {"SourceColumn": "ok", "MeasureValueType": "BOOLEAN"}]},
}


class StreamFeed(Case):
    needs_levada = True

    def clients(self, server):
        return [boto3.client(name, endpoint_url=server.endpoint, region_name="us-east-1", **CREDENTIALS)
                for name in ("kinesis", "timestream-write", "timestream-query")]

    def command(self, server, *words):
        done = subprocess.run(
            [default_binary(), "timestream", *words, "--endpoint-url", server.endpoint, "--region", "us-east-1"],
            capture_output=True, text=True, env={"AWS_ACCESS_KEY_ID": "AKIDCLI", "AWS_SECRET_ACCESS_KEY": "secret", "HOME": "/"})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def rows(self, query):
        try:
            answer = query.query(QueryString='SELECT host, count(*), sum(user), count(ok) FROM "feeds"."points" GROUP BY host ORDER BY host')
        except query.exceptions.ValidationException:  # the columns come with the first point
            return []
        return [[datum["ScalarValue"] for datum in row["Data"]] for row in answer["Rows"]]

    def until(self, question, expected):
        for _ in range(200):
            found = question()
            if found == expected:
                return
            time.sleep(0.1)
        self.assertEqual(found, expected)

    def test_records_become_points_once_through_reshards_and_kills(self):
        with Levada("--shard-limits", "off") as server:
            kinesis, write, query = self.clients(server)
            kinesis.create_stream(StreamName="s", ShardCount=2)
            kinesis.get_waiter("stream_exists").wait(StreamName="s", WaiterConfig={"Delay": 1})
            write.create_database(DatabaseName="feeds")
            write.create_table(DatabaseName="feeds", TableName="points")
            model = server.data_dir / "objects" / "models" / "cpu.json"
            model.parent.mkdir(parents=True)
            model.write_text(json.dumps(MODEL))
            now = int(time.time() * 1000)

            def put(first, count):
                kinesis.put_records(StreamName="s", Records=[
                    {"Data": json.dumps({"at": now - i, "host": f"h{i % 3}", "user": i, "ok": True, "other": [1]}), "PartitionKey": str(i)}
                    for i in range(first, first + count)])

            put(0, 300)
            kinesis.put_record(StreamName="s", Data=b"no json", PartitionKey="x")
            kinesis.put_record(StreamName="s", Data=json.dumps({"at": "late", "host": "h0", "user": 1}), PartitionKey="y")
            self.command(server, "map-stream", "s", "feeds", "points", "--model", "s3://models/cpu.json")
            expected = lambda n: [[f"h{h}", str(len(range(h, n, 3))), f"{sum(range(h, n, 3)) / 1:.1f}", str(len(range(h, n, 3)))]
                                  for h in range(3)]
            self.until(lambda: self.rows(query), expected(300))
            bad = lambda: self.bad(server)
            self.until(bad, 2)
            server.kill()
            server.start()
            kinesis, write, query = self.clients(server)
            kinesis.update_shard_count(StreamName="s", TargetShardCount=4, ScalingType="UNIFORM_SCALING")
            kinesis.get_waiter("stream_exists").wait(StreamName="s", WaiterConfig={"Delay": 1})
            put(300, 300)
            self.until(lambda: self.rows(query), expected(600))
            self.assertEqual(bad(), 0)  # what was counted before the kill was not read again
            self.command(server, "unmap-stream", "feeds", "points")
            time.sleep(1)
            put(600, 3)
            time.sleep(1)
            self.assertEqual(self.rows(query), expected(600))
            self.assertEqual(write.list_tags_for_resource(
                ResourceARN=write.describe_table(DatabaseName="feeds", TableName="points")["Table"]["Arn"])["Tags"], [])

    def bad(self, server):
        import urllib.request

        host, port = server.console
        text = urllib.request.urlopen(f"http://{host}:{port}/metrics").read().decode()
        return sum(int(float(line.split()[-1])) for line in text.splitlines() if line.startswith("levada_timestream_feed_bad_records_total{"))
