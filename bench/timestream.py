#!/usr/bin/python3
"""Timestream, end to end: TSBS's cpu-only shape (100 hosts, 10 metrics, every 10 s) through WriteRecords, then its queries.

Requests are built before the clock starts and sent over two connections; bytes are those of the segments after everything was
flushed. Nothing is verified: the server was started without credentials, as `levada serve` is by default.

    bench/timestream.py [--hours H] [--levada build/release/levada]
"""
import argparse, http.client, json, os, random, re, signal, statistics, subprocess, sys, tempfile, threading, time

METRICS = ["usage_" + m for m in "user system idle nice iowait irq softirq steal guest guest_nice".split()]
TAGS = ["region", "datacenter", "rack", "os", "arch", "team", "service", "service_version", "service_environment"]
AUTH = "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/timestream/aws4_request, SignedHeaders=host, Signature=" + "0" * 64


class Server:
    def __init__(self, levada, data):
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")
        begun = time.monotonic()
        self.process = subprocess.Popen([levada, "serve", "--data-dir", data, "--listen", "127.0.0.1:0", "--console-listen",
                                         "127.0.0.1:0", "--sql-listen", "off"], stdout=self.log, stderr=subprocess.STDOUT)
        while True:
            text = open(self.log.name).read()
            found = re.search(r"aws +http://([0-9.]+):(\d+)", text)
            if found and "levada is ready" in text:
                break
            if self.process.poll() is not None:
                sys.exit(text)
            time.sleep(0.002)
        self.start_seconds = time.monotonic() - begun
        self.address = (found[1], int(found[2]))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def rss(self):
        return int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{self.process.pid}/status").read())[1]) / 1024


def headers(operation):
    return {"X-Amz-Target": "Timestream_20181101." + operation, "Content-Type": "application/x-amz-json-1.0",
            "Authorization": AUTH, "X-Amz-Date": "20260101T000000Z"}


def call(connection, operation, body):
    connection.request("POST", "/", body if isinstance(body, bytes) else json.dumps(body).encode(), headers(operation))
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        sys.exit(f"{operation}: {answer.status} {text[:500]}")
    return text


def requests(hours, multi, reals=False):
    """One request a moment: all hosts, or a host's ten metrics as single-measure records with common attributes."""
    dice = random.Random(123)
    state = [[dice.uniform(0, 100) for _ in METRICS] for _ in range(100)]
    tags = [[{"Name": "hostname", "Value": f"host_{h}"}] + [{"Name": t, "Value": f"{t}-{h * 7 % 11}"} for t in TAGS]
            for h in range(100)]
    end = int(time.time()) // 10 * 10
    for moment in range(end - int(hours * 3600), end, 10):
        records = []
        for h in range(100):
            for m in range(len(METRICS)):
                state[h][m] = min(100.0, max(0.0, state[h][m] + dice.gauss(0, 1)))
            values = [f"{v:.2f}" if reals else str(int(v)) for v in state[h]]
            if multi:
                records.append({"Dimensions": tags[h], "MeasureValues": [
                    {"Name": n, "Value": v, "Type": "DOUBLE" if reals else "BIGINT"} for n, v in zip(METRICS, values)]})
            else:
                yield json.dumps({"DatabaseName": "bench", "TableName": "cpu", "CommonAttributes": {
                    "Dimensions": tags[h], "MeasureValueType": "BIGINT", "Time": str(moment), "TimeUnit": "SECONDS"},
                    "Records": [{"MeasureName": n, "MeasureValue": v} for n, v in zip(METRICS, values)]}).encode()
        if multi:
            yield json.dumps({"DatabaseName": "bench", "TableName": "cpu", "CommonAttributes": {
                "MeasureName": "cpu", "MeasureValueType": "MULTI", "Time": str(moment), "TimeUnit": "SECONDS"},
                "Records": records}).encode()


def send(address, bodies):
    connection = http.client.HTTPConnection(*address)
    for body in bodies:
        call(connection, "WriteRecords", body)


def measure(levada, name, hours, multi, reals=False, queries=()):
    with tempfile.TemporaryDirectory(prefix="levada-bench-") as data:
        server = Server(levada, data)
        connection = http.client.HTTPConnection(*server.address)
        call(connection, "CreateDatabase", {"DatabaseName": "bench"})
        call(connection, "CreateTable", {"DatabaseName": "bench", "TableName": "cpu", "RetentionProperties": {
            "MemoryStoreRetentionPeriodInHours": 8000, "MagneticStoreRetentionPeriodInDays": 3650}})
        bodies = list(requests(hours, multi, reals))
        points = int(hours * 360) * 1000
        threads = [threading.Thread(target=send, args=(server.address, bodies[i::2])) for i in range(2)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - begun
        print(f"{name}: {points} points, {sum(map(len, bodies)) / points:.0f} bytes a point sent, "
              f"{points / seconds / 1000:.0f} k points/s, peak {server.rss():.0f} MiB")
        connection.close()
        server.stop()
        folder = os.path.join(data, "timestream")
        size = sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder))
        server = Server(levada, data)
        print(f"  {size / points:.2f} bytes a point stored; started again in {server.start_seconds:.2f} s")
        connection = http.client.HTTPConnection(*server.address)
        for label, text in queries:
            times, size = [], 0
            for _ in range(15):
                begun = time.monotonic()
                answer = json.loads(call(connection, "Query", {"QueryString": text}))
                rows, token = len(answer["Rows"]), answer.get("NextToken")
                while token:
                    answer = json.loads(call(connection, "Query", {"QueryString": text, "NextToken": token}))
                    rows, token = rows + len(answer["Rows"]), answer.get("NextToken")
                times.append(time.monotonic() - begun)
            print(f"  {label}: {rows} rows, median {statistics.median(times) * 1000:.2f} ms, "
                  f"first {times[0] * 1000:.1f} ms")
        server.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=float, default=4.0)
    parser.add_argument("--levada", default="build/release/levada")
    given = parser.parse_args()
    all_metrics = ", ".join(f"max_by({m}, time) AS {m}" for m in METRICS)
    half = given.hours / 2
    queries = [
        ("last point of 100 hosts x 10 metrics", f"SELECT hostname, {all_metrics} FROM bench.cpu "
         "WHERE time > ago(30m) GROUP BY hostname"),
        ("one host, 1 h, max per minute", "SELECT bin(time, 1m) AS minute, max(usage_user) FROM bench.cpu "
         "WHERE hostname = 'host_17' AND time > ago(1h) GROUP BY bin(time, 1m) ORDER BY 1"),
        (f"all hosts, {half:g} h, hourly average", "SELECT bin(time, 1h) AS hour, hostname, avg(usage_user) FROM bench.cpu "
         f"WHERE time > ago({int(half * 60)}m) GROUP BY bin(time, 1h), hostname ORDER BY 1, 2"),
        (f"high cpu over {half:g} h, all columns", "SELECT * FROM bench.cpu "
         f"WHERE usage_user > 90 AND time > ago({int(half * 60)}m)"),
    ]
    measure(given.levada, "MULTI records of integers", given.hours, multi=True, queries=queries)
    measure(given.levada, "MULTI records of doubles with two decimals", given.hours / 4, multi=True, reals=True)
    measure(given.levada, "single-measure records of integers", given.hours / 8, multi=False)


main()
