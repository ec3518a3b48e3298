"""CREATE SINK into Kinesis: the options, the bytes, the messages, and what happens when the stream is in the way."""

import base64
import http.server
import json
import re
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs

from harness.case import cases
from harness.server import Levada
from harness.sql import SqlCase

VECTORS = [json.loads(line) for line in Path(__file__).with_name("golden").joinpath("kinesis_sink_vectors.jsonl").open()]
KEYS = ", aws.credentials.access_key_id = 'AKIAX', aws.credentials.secret_access_key = 'hidden-from-all'"
NOW = re.compile(r'"ts_ms":\d+')


def vector_name(vector):
    return f"{vector['format']} {vector['op']}"


class Sinks(SqlCase):
    def read(self, stream):
        """Every record, shard by shard; a shard's are in order."""
        records = []
        for shard in self.client.call("ListShards", StreamName=stream).value["Shards"]:
            iterator = self.client.call("GetShardIterator", StreamName=stream, ShardId=shard["ShardId"],
                                        ShardIteratorType="TRIM_HORIZON").value["ShardIterator"]  # fmt: skip
            behind = 1
            while iterator and behind:
                page = self.client.call("GetRecords", ShardIterator=iterator).value
                records += [(r["PartitionKey"], base64.b64decode(r["Data"]).decode()) for r in page["Records"]]
                iterator, behind = page.get("NextShardIterator"), page["MillisBehindLatest"]
        return records

    def sink(self, relation, stream, tail, options="", name=None):
        name = name or self.name("s")
        self.addCleanup(self.psql, f"drop sink if exists {name}", check=False)
        self.psql(f"create sink {name} {relation} with (connector = 'kinesis', stream = '{stream}', aws.region = 'us-east-1', "
                  f"endpoint = '{self.server.endpoint}'{KEYS}{options}) {tail}")  # fmt: skip
        return name

    def eventually(self, query, wanted="t", within=20):
        deadline = time.monotonic() + within
        while (found := self.psql(query)) != wanted:
            self.assertLess(time.monotonic(), deadline, f"{query}: {found}, not {wanted}")
            time.sleep(0.1)

    def arrived(self, sink):
        self.eventually(f"select outbox_entries = 0 from levada.sink_status where sink = '{sink}'")


class Bytes(Sinks):
    @cases({f"{n} {vector_name(v)}": (v,) for n, v in enumerate(VECTORS)})
    def test_the_golden_records(self, vector):
        table, stream = self.name(), self.stream()
        form = re.sub(r"([\w.]+)=(\w+)", r"\1 = '\2'", vector["format"])
        self.psql(f"create table {table} (id int primary key, name varchar, amt numeric, ts timestamptz, d date)")
        insert = f"insert into {table} values (1, 'a\"é', 1.50, '2023-11-11 18:30:09.453Z', '1970-01-01')"
        if vector["op"] != "insert":
            self.psql(insert)
        if vector["op"].startswith("delete"):  # the vectors are one row's life
            self.psql(f"update {table} set name = 'b'")
        sink = self.sink(f"from {table}", stream, f"format {form}", ", primary_key = 'id', snapshot = 'false'")
        change = {"insert": insert, "update": f"update {table} set name = 'b'", "delete": f"delete from {table}"}
        self.psql(change[vector["op"].split()[0]])
        time.sleep(0.2)
        self.arrived(sink)
        wanted = vector["Data"]
        found = [(key, NOW.sub('"ts_ms":0', data)) for key, data in self.read(stream)]
        if vector["PartitionKey"] is None:
            self.assertEqual(found, [])
        else:
            pair = (vector["PartitionKey"].replace(".t.", f".{table}."), NOW.sub('"ts_ms":0', wanted or ""))
            pair = (pair[0], pair[1].replace('"table":"t"', f'"table":"{table}"').replace(".dev.t.", f".dev.{table}."))
            self.assertIn(pair, found)

    def test_the_seeds_own_example_has_no_primary_key(self):
        table, stream = self.name(), self.stream()
        self.psql(f"create table {table} (id int primary key, v varchar)", f"insert into {table} values (1, 'x')")
        sink = self.sink(f"from {table}", stream, "format debezium encode json")
        self.arrived(sink)
        (key, data), = self.read(stream)
        self.assertEqual(json.loads(key)["payload"], {"id": 1})
        self.assertEqual(json.loads(data)["payload"]["after"], {"id": 1, "v": "x"})


class Statements(Sinks):
    WRONG = {
        "no connector": ("stream = 'x', aws.region = 'r'", "format plain encode json", "missing field 'connector'"),
        "no stream": ("connector = 'kinesis', aws.region = 'r'", "format upsert encode json", "missing field `stream`"),
        "no region": ("connector = 'kinesis', stream = 'x'", "format upsert encode json", "missing field `aws.region`"),
        "no format": ("connector = 'kinesis', stream = 'x', aws.region = 'r'", "", "missing FORMAT ... ENCODE ..."),
        "encode": ("connector = 'kinesis', stream = 'x', aws.region = 'r'", "format plain encode avro",
                   "connector kinesis does not support format Plain with encode Avro"),
        "append only": ("connector = 'kinesis', stream = 'x', aws.region = 'r'", "format plain encode json",
                        "The sink of retract stream cannot be append-only."),
        "unknown key": ("connector = 'kinesis', stream = 'x', aws.region = 'r', primary_key = 'zz'", "format upsert encode json",
                        "Sink primary key column not found: zz."),
        "empty key": ("connector = 'kinesis', stream = 'x', aws.region = 'r', primary_key = ''", "format upsert encode json",
                      "Specified primary key should not be empty."),
        "unknown option": ("connector = 'kinesis', stream = 'x', aws.region = 'r', foo = 'bar'", "format upsert encode json",
                           'Unknown fields in the WITH clause: {"foo": "bar"}'),
        "two keys as text": ("connector = 'kinesis', stream = 'x', aws.region = 'r', primary_key = 'id,v'",
                             "format upsert encode json key encode text", "KEY ENCODE TEXT expects only one primary key, but got 2"),
        "mode": ("connector = 'kinesis', stream = 'x', aws.region = 'r'",
                 "format upsert encode json (timestamptz.handling.mode = 'x')", "unrecognized timestamptz.handling.mode value x"),
        "debezium append only": ("connector = 'kinesis', stream = 'x', aws.region = 'r'",
                                 "format debezium encode json (force_append_only = 'true')",
                                 "Retract sink type does not support `ignore_delete`."),
    }  # fmt: skip

    @cases(WRONG)
    def test_wrong_options_get_risingwaves_message(self, options, tail, message):
        table = self.name()
        self.psql(f"create table {table} (id int primary key, v varchar)")
        done = self.psql(f"create sink {table}_s from {table} with ({options}) {tail}", check=False)
        self.assertIn(message, done.stderr)

    def test_a_stream_that_is_not_there(self):
        table = self.name()
        self.psql(f"create table {table} (id int primary key)")
        done = self.psql(f"create sink {table}_s from {table} with (connector = 'kinesis', stream = 'nowhere', aws.region = 'r', "
                         f"endpoint = '{self.server.endpoint}'{KEYS}) format upsert encode json", check=False)  # fmt: skip
        self.assertIn("Kinesis error: failed to list shards: ", done.stderr)

    def test_show_describe_alter_and_drop(self):
        table, stream = self.name(), self.stream()
        self.psql(f"create table {table} (id int primary key, v varchar)")
        sink = self.sink(f"from {table}", stream, "format upsert encode json")
        self.assertIn(sink, self.psql("show sinks").splitlines())
        shown = self.psql(f"show create sink {sink}")
        self.assertIn("CREATE SINK", shown)
        for query in (f"show create sink {sink}", "select definition from rw_catalog.rw_sinks"):
            self.assertNotIn("hidden-from-all", self.psql(query))
        self.assertIn("id|integer", self.psql(f"describe {sink}"))
        again = f"create sink if not exists {sink} from {table} with (connector = 'kinesis') format upsert encode json"
        self.assertIn("already exists, skipping", self.psql(again, check=False).stderr)
        self.psql(f"alter sink {sink} rename to {sink}_b", f"alter sink {sink}_b rename to {sink}")
        self.psql(f"drop sink {sink}")
        self.assertIn(f'sink "{sink}" does not exist, skipping', self.psql(f"drop sink if exists {sink}", check=False).stderr)

    def test_a_sink_that_would_feed_itself_is_refused(self):
        source, stream, view = self.name("c"), self.stream(), self.name("v")
        place = f"connector = 'kinesis', stream = '{stream}', aws.region = 'us-east-1', endpoint = '{self.server.endpoint}'{KEYS}"
        self.psql(f"create source {source} (a int) with ({place}) format plain encode json",
                  f"create materialized view {view} as select a, count(*) as n from {source} group by a")  # fmt: skip
        self.addCleanup(self.psql, f"drop source if exists {source} cascade", check=False)
        done = self.psql(f"create sink {view}_s from {view} with ({place}) format upsert encode json", check=False)
        self.assertIn("would feed itself", done.stderr)


class Trouble(Sinks):
    def test_an_endpoint_that_is_down_costs_lag_only(self):
        table, stream = self.name(), self.stream()
        self.psql(f"create table {table} (id int primary key, v int)")
        sink = self.sink(f"from {table}", stream, "format upsert encode json")
        self.psql(f"alter sink {sink} connector with (endpoint = 'http://127.0.0.1:1')")
        self.psql(f"insert into {table} select generate_series(1, 500), 1", f"update {table} set v = 2")
        self.eventually(f"select lag_ms > 0 and outbox_entries > 0 and last_error <> '' from levada.sink_status where sink = '{sink}'")
        self.psql(f"alter sink {sink} connector with (endpoint = '{self.server.endpoint}')")
        self.arrived(sink)
        folded = dict(self.read(stream))
        self.assertEqual(len(folded), 500)
        self.assertEqual({json.loads(value)["v"] for value in folded.values()}, {2})

    def test_order_of_each_key_through_a_split(self):
        table, stream = self.name(), self.stream()
        self.psql(f"create table {table} (id int primary key, v int)", f"insert into {table} select generate_series(1, 50), 0")
        sink = self.sink(f"from {table}", stream, "format debezium encode json (schemas.enable = 'false')")
        for n in range(1, 21):
            self.psql(f"update {table} set v = {n}")
            if n == 7:
                shard = self.client.call("ListShards", StreamName=stream).value["Shards"][0]["ShardId"]
                self.client.call("SplitShard", StreamName=stream, ShardToSplit=shard, NewStartingHashKey=str(2**127))
        self.arrived(sink)
        values = {}
        for key, data in self.read(stream):
            values.setdefault(key, []).append(json.loads(data)["after"]["v"])
        self.assertEqual(len(values), 50)
        for key, found in values.items():
            self.assertEqual(sorted(set(found)), found, key)
            self.assertEqual(found[-1], 20)


class Sources(Sinks):
    def test_whoever_is_made_later_reads_from_the_beginning(self):
        source, stream, view = self.name("c"), self.stream(), self.name("v")
        place = f"connector = 'kinesis', stream = '{stream}', aws.region = 'us-east-1', endpoint = '{self.server.endpoint}'{KEYS}"
        self.addCleanup(self.psql, f"drop source if exists {source} cascade", check=False)
        self.psql(f"create source {source} (a int) with ({place}) format plain encode json")

        def put(number):
            data = base64.b64encode(json.dumps({"a": number}).encode()).decode()
            self.client.call("PutRecord", StreamName=stream, PartitionKey=str(number), Data=data)

        for number in range(10):
            put(number)
        self.assertEqual(self.psql(f"select count(*), sum(a) from {source}"), "10|45")
        self.psql(f"create materialized view {view} as select count(*) as n, sum(a) as s from {source}")
        self.eventually(f"select n = 10 and s = 45 from {view}")
        put(100)
        self.eventually(f"select n = 11 and s = 145 from {view}")
        self.psql(f"create materialized view {view}_b as select max(a) as m from {source}")
        self.eventually(f"select m = 100 from {view}_b")
        self.assertEqual(self.psql(f"select count(*) from {source} where a > 4"), "6")

    def test_two_streams_that_would_feed_each_other_are_refused(self):
        first, second = self.stream(), self.stream()
        place = (f"connector = 'kinesis', stream = '%s', aws.region = 'us-east-1', endpoint = '{self.server.endpoint}'{KEYS}")
        a, b = self.name("c"), self.name("c")
        for name, stream in ((a, first), (b, second)):
            self.addCleanup(self.psql, f"drop source if exists {name} cascade", check=False)
            self.psql(f"create source {name} (a int) with ({place % stream}) format plain encode json")
        self.psql(f"create sink {a}_s as select a from {a} with ({place % second}) format plain encode json")
        refused = self.psql(f"create sink {b}_s as select a from {b} with ({place % first}) format plain encode json", check=False)
        self.assertIn("would feed itself", refused.stderr)


class ExactlyOnce(Sinks):
    @classmethod
    def setUpClass(cls):
        cls.server = Levada("--shard-limits", "off")
        cls.server.start()
        cls.addClassCleanup(lambda: (cls.server.stop(), cls.server.sweep()))
        cls.data = Levada("--shard-limits", "off", "--sql-listen", "off")
        cls.data.start()
        cls.addClassCleanup(lambda: (cls.data.stop(), cls.data.sweep()))

    def test_each_change_is_in_the_stream_once_through_kills(self):
        outside = type(self.client)(self.data.aws)
        outside.call("CreateStream", StreamName="once", ShardCount=2)
        self.psql("create table t (id int primary key, v int)")
        self.psql(f"create sink s from t with (connector = 'kinesis', stream = 'once', aws.region = 'us-east-1', "
                  f"endpoint = '{self.data.endpoint}'{KEYS}, exactly_once = 'true') "
                  "format debezium encode json (schemas.enable = 'false')")  # fmt: skip
        for n in range(12):
            self.psql(f"insert into t select i, {n} from generate_series(1, 400) g(i)")
            if n % 4 == 3:
                self.server.kill()
                self.server.start()
        self.arrived("s")
        changes = {}
        for shard in outside.call("ListShards", StreamName="once").value["Shards"]:
            iterator = outside.call("GetShardIterator", StreamName="once", ShardId=shard["ShardId"],
                                    ShardIteratorType="TRIM_HORIZON").value["ShardIterator"]  # fmt: skip
            behind = 1
            while behind:
                page = outside.call("GetRecords", ShardIterator=iterator).value
                for record in page["Records"]:
                    payload = json.loads(base64.b64decode(record["Data"]))
                    changes.setdefault(payload["after"]["id"], []).append(payload["after"]["v"])
                iterator, behind = page["NextShardIterator"], page["MillisBehindLatest"]
        self.assertEqual(len(changes), 400)
        for found in changes.values():
            self.assertEqual(found, list(range(12)))


class FakeSts(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_POST(self):
        self.asked.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        body = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIALENT</AccessKeyId><SecretAccessKey>lent</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class AssumedRole(Sinks):
    @classmethod
    def setUpClass(cls):
        sts = http.server.ThreadingHTTPServer(("127.0.0.1", 0), FakeSts)
        threading.Thread(target=sts.serve_forever, daemon=True).start()
        cls.addClassCleanup(sts.shutdown)
        cls.server = Levada("--shard-limits", "off", environment={"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:%d/" % sts.server_port})
        cls.server.start()
        cls.addClassCleanup(lambda: (cls.server.stop(), cls.server.sweep()))

    def test_the_role_is_assumed_with_its_external_id(self):
        table, stream = self.name(), self.stream()
        self.psql(f"create table {table} (id int primary key)", f"insert into {table} values (1)")
        sink = self.sink(f"from {table}", stream, "format upsert encode json",
                         ", aws.credentials.role.arn = 'arn:aws:iam::123456789012:role/sinks', "
                         "aws.credentials.role.external_id = 'outside'")  # fmt: skip
        self.arrived(sink)
        self.assertEqual(self.read(stream), [('{"id":1}', '{"id":1}')])
        self.assertEqual(FakeSts.asked[0]["Action"], ["AssumeRole"])
        self.assertEqual(FakeSts.asked[0]["RoleArn"], ["arn:aws:iam::123456789012:role/sinks"])
        self.assertEqual(FakeSts.asked[0]["ExternalId"], ["outside"])


class Outbox(Sinks):
    @classmethod
    def setUpClass(cls):
        cls.server = Levada("--shard-limits", "off")
        cls.server.start()
        cls.addClassCleanup(lambda: (cls.server.stop(), cls.server.sweep()))
        cls.data = Levada("--shard-limits", "off", "--sql-listen", "off")
        cls.data.start()
        cls.addClassCleanup(lambda: (cls.data.stop(), cls.data.sweep()))

    def files(self):
        return list(self.server.data_dir.glob("*.outbox.*"))

    def test_what_a_dead_endpoint_does_not_take_lies_on_disk_through_a_kill(self):
        rows, rounds = 10_000, 24
        outside = type(self.client)(self.data.aws)
        outside.call("CreateStream", StreamName="late", ShardCount=4)
        self.psql("create table t (id int primary key, v int, filling varchar)")
        self.psql(f"create sink s from t with (connector = 'kinesis', stream = 'late', aws.region = 'us-east-1', "
                  f"endpoint = '{self.data.endpoint}'{KEYS}) format upsert encode json")  # fmt: skip
        self.psql("alter sink s connector with (endpoint = 'http://127.0.0.1:1')")
        for n in range(rounds):
            self.psql(f"insert into t select i, {n}, repeat('x', 150) || i::varchar from generate_series(1, {rows}) g(i)")
            if n == rounds // 2:
                self.server.kill()
                self.server.start()
        self.eventually("select outbox_disk_bytes > 1000000 from levada.sink_status where sink = 's'")
        self.assertTrue(self.files())
        self.server.kill()
        self.server.start()
        self.psql(f"alter sink s connector with (endpoint = '{self.data.endpoint}')")
        self.eventually("select outbox_entries = 0 from levada.sink_status where sink = 's'", within=120)
        client, self.client = self.client, outside
        self.addCleanup(setattr, self, "client", client)
        last = {}
        for key, data in self.read("late"):
            value = json.loads(data)["v"]
            self.assertGreaterEqual(value, last.get(key, 0), "a key never goes back behind what is settled")
            last[key] = value
        self.assertEqual(len(last), rows)
        self.assertEqual(set(last.values()), {rounds - 1})
        deadline = time.monotonic() + 10
        while self.files():  # removed when the acknowledgement is decided
            self.assertLess(time.monotonic(), deadline, self.files())
            time.sleep(0.1)

    def test_the_limit_on_disk_refuses_and_drops_nothing(self):
        with Levada("--shard-limits", "off", "--sql-outbox", "1MiB") as small:
            self.server, whole = small, self.server
            self.addCleanup(setattr, self, "server", whole)
            outside = type(self.client)(self.data.aws)
            outside.call("CreateStream", StreamName="small", ShardCount=1)
            self.psql("create table t (id int primary key, filling varchar)")
            self.psql(f"create sink s from t with (connector = 'kinesis', stream = 'small', aws.region = 'us-east-1', "
                      f"endpoint = '{self.data.endpoint}'{KEYS}) format upsert encode json")  # fmt: skip
            self.psql("alter sink s connector with (endpoint = 'http://127.0.0.1:1')")
            refused, done = None, 0
            for n in range(200):
                done = self.psql(f"insert into t select i, repeat('x', 2000) || '{n}' from generate_series(1, 2000) g(i)", check=False)
                if done.returncode:
                    refused = done.stderr
                    break
            self.assertIsNotNone(refused)
            self.assertIn("what sinks have not delivered has reached its limit on disk", refused)
            self.psql(f"alter sink s connector with (endpoint = '{self.data.endpoint}')")
            self.eventually("select outbox_entries = 0 from levada.sink_status where sink = 's'", within=60)
            deadline = time.monotonic() + 20
            while self.psql("insert into t values (1, 'again')", check=False).returncode:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.2)

    def test_a_secret_lies_nowhere_in_clear(self):
        self.psql("create secret hidden with (backend = 'meta') as 'hunter2-in-the-dark'")
        self.psql("create table u (id int primary key)")
        outside = type(self.client)(self.data.aws)
        outside.call("CreateStream", StreamName="secret", ShardCount=1)
        self.psql(f"create sink of_u from u with (connector = 'kinesis', stream = 'secret', aws.region = 'us-east-1', "
                  f"endpoint = '{self.data.endpoint}', aws.credentials.access_key_id = 'AKIAX', "
                  "aws.credentials.secret_access_key = secret hidden) format upsert encode json")  # fmt: skip
        self.psql("insert into u values (1)")
        self.server.kill()
        for path in self.server.data_dir.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"hunter2-in-the-dark", path.read_bytes(), path)
        self.server.start()
        self.psql("insert into u values (2)")
        self.eventually("select outbox_entries = 0 from levada.sink_status where sink = 'of_u'")
