#!/usr/bin/python3
"""Timestream, end to end: TSBS's cpu-only data (100 hosts, 10 metrics, every 10 s) through WriteRecords, then TSBS's questions.

Points are written by `levada bench write-records`: requests made and signed beforehand, each sent once, from kept connections. The
server verifies signatures and acknowledges what is durable. The generator's own ceiling is measured against a server that
answers at once. Bytes are those of the segments after everything was flushed. A query's time is from its request to the last byte
of its last page. InfluxDB and VictoriaMetrics get the same data as line protocol from the same generator, when they are given.

    bench/timestream.py [--hours 24] [--queries-only] [--levada build/release/levada] [--influxd PATH] [--victoria-metrics PATH]
"""
import argparse, http.client, json, os, re, signal, statistics, subprocess, sys, tempfile, time

METRICS = ["usage_" + m for m in "user system idle nice iowait irq softirq steal guest guest_nice".split()]
KEYS = ("AKIDBENCH", "bench-secret-key-of-nobody")


class Process:
    """A server, from its start to SIGTERM; its output goes to a file."""

    def __init__(self, *command):
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")
        self.begun = time.monotonic()
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT)

    def until(self, pattern):
        while not (found := re.search(pattern, open(self.log.name).read(), re.S)):
            if self.process.poll() is not None:
                sys.exit(open(self.log.name).read())
            time.sleep(0.002)
        return found

    def status(self, field):
        return int(re.search(field + r":\s+(\d+)", open(f"/proc/{self.process.pid}/status").read())[1]) / 1024

    def cpu_seconds(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Server(Process):
    def __init__(self, levada, data):
        credentials = os.path.join(data, "credentials")
        with open(credentials, "w") as file:
            file.write('[[principal]]\naccess_key = "%s"\nsecret_key = "%s"\n' % KEYS)
        os.chmod(credentials, 0o600)
        super().__init__(levada, "serve", "--data-dir", os.path.join(data, "store"), "--listen", "127.0.0.1:0", "--console-listen", "off",
                         "--sql-listen", "off", "--credentials", credentials)
        found = self.until(r"aws +http://([0-9.]+):(\d+).*levada is ready")
        self.start_seconds = time.monotonic() - self.begun
        self.address = (found[1], int(found[2]))


def bench(levada, endpoint, *options):
    command = [levada, "bench", "write-records", "--endpoint", endpoint, "--access-key", KEYS[0], "--secret-key", KEYS[1], *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout.strip()


class Reader:
    """Signed queries over one connection (through botocore's signer), timed to the last byte of the last page."""

    def __init__(self, address):
        import botocore.auth
        import botocore.awsrequest
        import botocore.credentials

        self.request = botocore.awsrequest.AWSRequest
        self.auth = botocore.auth.SigV4Auth(botocore.credentials.Credentials(*KEYS), "timestream", "us-east-1")
        self.url = "http://%s:%d/" % address
        self.connection = http.client.HTTPConnection(*address)

    def prepare(self, body):
        headers = {"X-Amz-Target": "Timestream_20181101.Query", "Content-Type": "application/x-amz-json-1.0"}
        request = self.request(method="POST", url=self.url, data=json.dumps(body), headers=headers)
        self.auth.add_auth(request)
        prepared = request.prepare()
        return prepared.body, dict(prepared.headers)

    def pages(self, text):
        """(seconds, rows): signing and parsing are not in the seconds."""
        body, seconds, rows, size = {"QueryString": text}, 0.0, 0, 0
        while True:
            data, headers = self.prepare(body)
            begun = time.monotonic()
            self.connection.request("POST", "/", data, headers)
            answer = self.connection.getresponse().read()
            seconds += time.monotonic() - begun
            size += len(answer)
            page = json.loads(answer)
            if "Rows" not in page:
                sys.exit(f"{text}: {page}")
            rows += len(page["Rows"])
            if "NextToken" not in page:
                return seconds, rows, size
            body = {"QueryString": text, "NextToken": page["NextToken"]}


def ask(server, queries, rounds=15):
    reader = Reader(server.address)
    for label, text in queries:
        times = []
        for _ in range(rounds):
            seconds, rows, size = reader.pages(text)
            times.append(seconds * 1000)
        print(f"  {label}: {rows} rows, {size / 1000:.0f} kB; median {statistics.median(times):.2f} ms, first {times[0]:.1f} ms")


def measure(levada, name, options, queries=()):
    with tempfile.TemporaryDirectory(prefix="levada-bench-") as data:
        server = Server(levada, data)
        before = server.cpu_seconds()
        told = bench(levada, "%s:%d" % server.address, *options)
        used = server.cpu_seconds() - before
        print(f"{name}\n  {told}\n  server: {used:.1f} s of processors, peak {server.status('VmHWM'):.0f} MiB")
        server.stop()
        folder = os.path.join(data, "store", "timestream")
        size = sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder))
        points = int(re.search(r"(\d+) points", told)[1])
        server = Server(levada, data)
        print(f"  {size / points:.2f} bytes a point stored; started again in {server.start_seconds:.2f} s")
        ask(server, queries)
        server.stop()


def peer(levada, name, command, port, options, before=None):
    with tempfile.TemporaryDirectory(prefix="peer-bench-") as data:
        process = Process(*[part.replace("DATA", data) for part in command])
        for _ in range(1000):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port)
                connection.request("POST", before or "/health")
                connection.getresponse().read()
                break
            except OSError:
                time.sleep(0.02)
        print(f"{name}\n  {bench(levada, f'127.0.0.1:{port}', '--lines', *options)}\n  peak {process.status('VmHWM'):.0f} MiB")
        process.stop()
        size = sum(os.path.getsize(os.path.join(at, f)) for at, _, files in os.walk(data) for f in files)
        print(f"  {size / 1e6:.1f} MB on disk after its stop")


def influx(path, data_port=18086):
    config = tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False)
    config.write(f'reporting-disabled = true\nbind-address = "127.0.0.1:18088"\n[meta]\n  dir = "FOLDER/meta"\n[data]\n  dir = "FOLDER/data"\n'
                 f'  wal-dir = "FOLDER/wal"\n  index-version = "tsi1"\n[http]\n  bind-address = "127.0.0.1:{data_port}"\n  log-enabled = false\n')
    config.close()
    return ["/bin/sh", "-c", f"sed 's#FOLDER#DATA#' {config.name} > DATA/influx.conf; rm {config.name}; exec {path} -config DATA/influx.conf"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--connections", default="16")
    parser.add_argument("--levada", default="build/release/levada")
    parser.add_argument("--queries-only", action="store_true", help="nothing but MULTI records and the questions, for growth: --hours 240")
    parser.add_argument("--influxd")
    parser.add_argument("--victoria-metrics")
    given = parser.parse_args()
    levada = given.levada
    half = int(given.hours * 30)  # minutes
    every = ", ".join(f"max_by({m}, time) AS {m}" for m in METRICS)
    queries = [
        ("last point of 100 hosts x 10 metrics", f"SELECT hostname, {every} FROM bench.cpu WHERE time > ago(30m) GROUP BY hostname"),
        ("one host, 1 h, max per minute", "SELECT bin(time, 1m) AS minute, max(usage_user) FROM bench.cpu "
         "WHERE hostname = 'host_17' AND time > ago(1h) GROUP BY bin(time, 1m) ORDER BY 1"),
        (f"all hosts, {half / 60:g} h, hourly average", "SELECT bin(time, 1h) AS hour, hostname, avg(usage_user) FROM bench.cpu "
         f"WHERE time > ago({half}m) GROUP BY bin(time, 1h), hostname ORDER BY 1, 2"),
        (f"high cpu over {half / 60:g} h, all columns", f"SELECT * FROM bench.cpu WHERE usage_user > 90 AND time > ago({half}m)"),
    ]
    hours = str(given.hours)
    wide = ["--connections", given.connections]

    null = Process(levada, "bench", "null-server", "--endpoint", "127.0.0.1:14567", "--seconds", "60")
    null.until("null server on")
    print("the generator's ceiling\n  " + bench(levada, "127.0.0.1:14567", "--hours", "2", *wide))
    print("  " + bench(levada, "127.0.0.1:14567", "--hours", "2", "--single", "--moments", "10", "--connections", "32"))
    print("  " + bench(levada, "127.0.0.1:14567", "--hours", "0.5", "--single", "--connections", "64"))
    null.process.kill()
    null.process.wait()

    measure(levada, "MULTI records of integers", ["--hours", hours, *wide], queries)
    if given.queries_only:
        return
    measure(levada, "MULTI records of doubles with two decimals", ["--hours", str(given.hours / 4), "--reals", *wide])
    measure(levada, "MULTI, every tenth moment written twice", ["--hours", str(given.hours / 4), "--versions", "10", *wide])
    measure(levada, "single-measure records of integers, 100 a request", ["--hours", str(given.hours / 2), "--single", "--moments", "10", "--connections", "32"])
    measure(levada, "single-measure records of integers, 10 a request", ["--hours", str(given.hours / 8), "--single", "--connections", "64"])
    if given.influxd:
        peer(levada, "InfluxDB, line protocol", influx(given.influxd), 18086, ["--hours", hours, "--connections", "2"],
             "/query?q=CREATE+DATABASE+bench")
    if given.victoria_metrics:
        peer(levada, "VictoriaMetrics, line protocol", [given.victoria_metrics, "-storageDataPath=DATA", "-httpListenAddr=127.0.0.1:18428",
             "-retentionPeriod=10y"], 18428, ["--hours", hours, "--connections", "2"])


main()
