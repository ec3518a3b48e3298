#!/usr/bin/python3
"""Streaming SQL end to end: freshness, sink throughput, start-up, idle memory, recovery. Durable (fsync), one machine, loopback.

Freshness: one session inserts a row while a Nexmark source runs at --rate events/s; a view joins it and aggregates; a sink puts the
view into a stream of this server. "visible": from before the INSERT is sent until its answer is there; an answered row is in the
view already, which another session's SELECT then checks. "in Kinesis": until the record's arrival time in the stream.

    bench/streaming_sql.py [freshness] [sink] [idle] [recovery] [--rows N] [--levada build/release/levada]
"""
import argparse, json, re, shutil, statistics, sys, tempfile, time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "conformance"))
import boto3  # noqa: E402
import psycopg2  # noqa: E402
from harness.server import Levada  # noqa: E402


def session(server):
    host, port = server.sql
    connection = psycopg2.connect(host=host, port=port, dbname="dev", user="bench")
    connection.autocommit = True
    return connection.cursor()


def kinesis(server):
    return boto3.client("kinesis", region_name="us-east-1", endpoint_url="http://%s:%d" % server.aws,
                        aws_access_key_id="AKID", aws_secret_access_key="SECRET")


def into(server, stream):
    return ("with (connector = 'kinesis', stream = '%s', aws.region = 'us-east-1', endpoint = 'http://%s:%d', "
            "aws.credentials.access_key_id = 'AKID', aws.credentials.secret_access_key = 'SECRET')" % (stream, *server.aws))


def resident(server, what="VmRSS"):
    return int(re.search(what + r":\s+(\d+)", open(f"/proc/{server.process.pid}/status").read())[1]) / 1024


def percentiles(values):
    values = sorted(values)
    return "p50 %.2f ms, p99 %.2f ms, most %.2f ms" % (statistics.median(values), values[int(len(values) * 0.99)], values[-1])


def freshness(arguments):
    with Levada("--shard-limits", "off", binary=arguments.levada) as server:
        ask, look = session(server), session(server)
        kinesis(server).create_stream(StreamName="fresh", ShardCount=1)
        ask.execute("create table customers (id int primary key, name varchar)")
        ask.execute("create table orders (id int primary key, customer int, amount bigint, sent bigint)")
        ask.execute("insert into customers select i, 'name ' || i::varchar from generate_series(0, 999) g(i)")
        ask.execute("create materialized view totals as select c.name, count(*) as n, sum(o.amount) as amount, max(o.sent) as sent "
                    "from orders o join customers c on o.customer = c.id group by c.name")
        ask.execute("create sink fresh from totals " + into(server, "fresh") + " format upsert encode json")
        if arguments.rate:
            ask.execute("create source bid (auction bigint, bidder bigint, price bigint, date_time timestamp) with (connector = "
                        "'nexmark', nexmark.table.type = 'Bid', nexmark.min.event.gap.in.ns = '%d')" % (1e9 / arguments.rate))
            ask.execute("create materialized view load as select auction, count(*) as n, max(price) as p from bid group by auction")
        seen = []
        begun, number = time.monotonic(), 0
        while time.monotonic() - begun < arguments.seconds:
            sent = time.monotonic()
            ask.execute("insert into orders values (%s, %s, 10, %s)", (number, number % 1000, int(time.time() * 1e6)))
            seen.append((time.monotonic() - sent) * 1e3)
            look.execute("select n from totals where name = %s", ("name %d" % (number % 1000),))
            assert look.fetchone()[0] == number // 1000 + 1
            number += 1
            time.sleep(0.005)
        time.sleep(1)
        arrived = []
        iterator = kinesis(server).get_shard_iterator(StreamName="fresh", ShardId="shardId-000000000000",
                                                      ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        client = kinesis(server)
        while True:
            page = client.get_records(ShardIterator=iterator, Limit=10000)
            for record in page["Records"]:
                sent = json.loads(record["Data"])["sent"]
                arrived.append(record["ApproximateArrivalTimestamp"].timestamp() * 1e3 - sent / 1e3)
            if not page["Records"]:
                break
            iterator = page["NextShardIterator"]
        print(f"| INSERT → visible in a join with aggregates, {arguments.rate:,} events/s beside it | {percentiles(seen)} |")
        print(f"| INSERT → record in Kinesis (its arrival time, whole milliseconds) | {percentiles(arrived)} |")


def sink(arguments):
    with Levada("--shard-limits", "off", "--sql-memory", "8GiB", binary=arguments.levada) as server:
        ask = session(server)
        kinesis(server).create_stream(StreamName="out", ShardCount=8)
        ask.execute("create table t (id int primary key, v varchar, n bigint)")
        ask.execute(f"insert into t select i, 'value ' || i::varchar, i from generate_series(1, {arguments.rows}) g(i)")
        for form in ("plain", "upsert", "debezium"):
            options = " (force_append_only = 'true')" if form == "plain" else ""
            begun = time.monotonic()
            ask.execute(f"create sink s_{form} from t {into(server, 'out')} format {form} encode json{options}")
            while True:
                ask.execute("select sent_records from levada.sink_status where sink = %s", ("s_" + form,))
                sent = ask.fetchone()[0]
                if sent >= arguments.rows or time.monotonic() - begun > 60:
                    break
                time.sleep(0.02)
            seconds = time.monotonic() - begun
            print(f"| sink into a stream of this server, 8 shards, {form.upper()} | {sent / seconds / 1e3:,.0f} k records/s |", flush=True)
            ask.execute(f"drop sink s_{form}")


def idle(arguments):
    """Twenty tables with 5,000 rows each, a join with aggregates over every two of them."""
    folder = tempfile.mkdtemp(prefix="levada-bench-")
    try:
        server = Levada(data_dir=folder, binary=arguments.levada)
        server.start()
        ask = session(server)
        for n in range(20):
            ask.execute(f"create table t{n} (id bigint primary key, g int, name varchar)")
            ask.execute(f"insert into t{n} select i, i % 100, 'name ' || i::varchar from generate_series(1, 5000) g(i)")
        for n in range(0, 20, 2):
            ask.execute(f"create materialized view m{n} as select a.g, count(*) as n, max(b.name) as name from t{n} a join "
                        f"t{n + 1} b on a.id = b.id group by a.g")
        server.kill()
        begun = time.monotonic()
        server.start()
        print(f"| start to ready, 20 tables with 100,000 rows under 10 joins with aggregates | {(time.monotonic() - begun) * 1e3:.0f} ms |")
        time.sleep(2)
        print(f"| idle memory then | {resident(server):.0f} MB |", flush=True)
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def recovery(arguments):
    folder = tempfile.mkdtemp(prefix="levada-bench-")
    try:
        server = Levada("--sql-memory", "8GiB", data_dir=folder, binary=arguments.levada)
        begun = time.monotonic()
        server.start()
        print(f"| start to ready, empty folder | {(time.monotonic() - begun) * 1e3:.0f} ms |")
        time.sleep(2)
        print(f"| idle memory | {resident(server):.0f} MB |", flush=True)
        ask = session(server)
        ask.execute("create table t (id bigint primary key, g int, n bigint)")
        ask.execute("create materialized view m as select g, count(*) as c, sum(n) as s from t group by g")
        begun, step = time.monotonic(), 500_000
        for first in range(0, arguments.rows, step):
            ask.execute(f"insert into t select i, i % 1000, i from generate_series({first}, {first + step - 1}) g(i)")
        loaded = time.monotonic() - begun
        print(f"| INSERT … SELECT of {arguments.rows:,} rows under a view | {arguments.rows / loaded / 1e3:,.0f} k rows/s |", flush=True)
        ask.execute("select sum(c), sum(s) from m")
        was = ask.fetchone()
        begun = time.monotonic()
        ask.execute("select n from t where id = %s", (arguments.rows // 2,))
        assert ask.fetchone()[0] == arguments.rows // 2
        print(f"| SELECT by primary key in them | {(time.monotonic() - begun) * 1e3:.2f} ms |")
        server.kill()
        begun = time.monotonic()
        server.start()
        ask = session(server)
        ask.execute("select sum(c), sum(s) from m")
        assert ask.fetchone() == was
        print(f"| kill -9 → {arguments.rows:,} rows and the view are there again | {time.monotonic() - begun:.1f} s |")
        print(f"| memory then | {resident(server):,.0f} MB |", flush=True)
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["freshness", "sink", "idle", "recovery"])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--levada", default=None)
    arguments = parser.parse_args()
    print("| what | figure |\n|---|---|", flush=True)
    for part in arguments.parts:
        {"freshness": freshness, "sink": sink, "idle": idle, "recovery": recovery}[part](arguments)


if __name__ == "__main__":
    main()
