"""Samples /proc, writes it to Timestream tables of Levada, and compares answers with the samples themselves. Every question is asked
through the AWS CLI and through aws-sdk-js v3."""

import json
import math
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import boto3
import botocore.config

LEVADA = os.environ["LEVADA"]
AWS = os.environ.get("AWS", "/usr/bin/aws")
SAMPLES, PERIOD = 60, 0.1
FOLDER = pathlib.Path(__file__).parent
KEYS = {"AWS_ACCESS_KEY_ID": "metrics", "AWS_SECRET_ACCESS_KEY": "metrics", "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": ""}
FROM = 'FROM "machine"."metrics"'


class Server:
    """Levada on one folder, killed and started at will. Nothing but its own process is ever ended."""

    def __init__(self, folder):
        self.folder = folder

    def start(self):
        command = [LEVADA, "serve", "--data-dir", f"{self.folder}/data", "--listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("aws "):
                self.endpoint = line.split()[1]
            if line.startswith("levada is ready"):
                return
        raise SystemExit("the server did not start")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id="metrics", aws_secret_access_key="metrics",
            config=botocore.config.Config(retries={"max_attempts": 0}),
        )

    def aws(self, *arguments):
        done = subprocess.run([AWS, *arguments, "--endpoint-url", self.endpoint], env=os.environ | KEYS, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"aws {' '.join(arguments)}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout else {}

    def javascript(self, text):
        done = subprocess.run(["node", FOLDER / "query.mjs", self.endpoint, text], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"aws-sdk-js v3: {done.stderr}")
        return json.loads(done.stdout)

    def rows(self, text):
        """What both clients answer, which must be the same."""
        told = [[[plain(datum) for datum in row["Data"]] for row in answer["Rows"]]
                for answer in (self.aws("timestream-query", "query", "--query-string", text), self.javascript(text))]
        if told[0] != told[1]:
            raise SystemExit(f"{text}: the CLI got {told[0]}, aws-sdk-js v3 {told[1]}")
        return told[0]


def plain(datum):
    """Texts of scalars; of a time series its points."""
    if "TimeSeriesValue" in datum:
        return [(point["Time"], point["Value"]["ScalarValue"]) for point in datum["TimeSeriesValue"]]
    return datum.get("ScalarValue")


def sample():
    """One look at the machine: the moment in milliseconds and what was seen."""
    with open("/proc/stat") as file:
        busy = [int(part) for part in file.readline().split()[1:9]]
    with open("/proc/meminfo") as file:
        memory = {line.split(":")[0]: int(line.split()[1]) for line in file}
    with open("/proc/loadavg") as file:
        load = float(file.readline().split()[0])
    return int(time.time() * 1000), {"user": busy[0], "system": busy[2], "free": memory["MemFree"], "load": load}


def record(moment, seen, version=1):
    types = {"load": "DOUBLE"}
    values = [{"Name": name, "Value": repr(value), "Type": types.get(name, "BIGINT")} for name, value in seen.items()]
    return {"Time": str(moment), "Version": version, "MeasureValues": values}


def write(client, records):
    common = {"Dimensions": [{"Name": "host", "Value": os.uname().nodename}], "MeasureName": "proc", "MeasureValueType": "MULTI"}
    client.write_records(DatabaseName="machine", TableName="metrics", CommonAttributes=common, Records=records)


def expect(what, got, wanted):
    if got != wanted:
        raise SystemExit(f"{what}: got {got}, computed {wanted}")
    print(f"  {what}: {len(got)} rows agree")


def stamp(milliseconds):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(milliseconds // 1000)) + f".{milliseconds % 1000:03d}000000"


def collect(server):
    samples = {}
    client = server.client("timestream-write")
    for i in range(SAMPLES):
        moment, seen = sample()
        samples[moment] = seen
        write(client, [record(moment, seen)])
        if i == SAMPLES // 2:
            server.kill()
            server.start()
            client = server.client("timestream-write")
        time.sleep(PERIOD)
    for moment in list(samples)[::7]:  # a better look at every seventh
        samples[moment] = dict(samples[moment], load=samples[moment]["load"] + 1)
        write(client, [record(moment, samples[moment], version=2)])
    return samples


def compare(server, samples):
    bins = {}
    for moment, seen in samples.items():
        bins.setdefault(moment // 1000 * 1000, []).append(seen)
    expect("highest user time and samples a second",
           server.rows(f"SELECT bin(time, 1s), max(user), count(*) {FROM} GROUP BY 1 ORDER BY 1"),
           [[stamp(at), str(max(s["user"] for s in seen)), str(len(seen))] for at, seen in sorted(bins.items())])
    free = sorted(seen["free"] for seen in samples.values())
    expect("percentiles of free memory", server.rows(f"SELECT approx_percentile(free, 0.5), approx_percentile(free, 0.9) {FROM}"),
           [[str(free[math.ceil(share * len(free)) - 1]) for share in (0.5, 0.9)]])
    updated = [moment for moment in list(samples)[::7]]
    expect("updated samples", server.rows(f"SELECT time, load >= 1 {FROM} WHERE load >= 1 AND time IN "
                                          f"({', '.join(f'''timestamp '{stamp(at)}' ''' for at in updated)}) ORDER BY time"),
           [[stamp(at), "true"] for at in updated])
    moments = sorted(samples)
    middle = (moments[0] + moments[1]) // 2
    first, second = samples[moments[0]]["free"], samples[moments[1]]["free"]
    wanted = first + (second - first) * (middle - moments[0]) / (moments[1] - moments[0])
    (row,) = server.rows(f"SELECT interpolate_linear(create_time_series(time, cast(free AS double)), timestamp '{stamp(middle)}') {FROM}")
    if not math.isclose(float(row[0]), wanted, rel_tol=1e-12):
        raise SystemExit(f"interpolation: got {row[0]}, computed {wanted}")
    print("  interpolation agrees")
    series = server.rows(f"SELECT create_time_series(time, user) {FROM}")
    expect("the series of user time", series[0][0], [(stamp(at), str(samples[at]["user"])) for at in moments])
    steps = server.rows(f"SELECT time, user - lag(user) OVER (ORDER BY time) {FROM} ORDER BY time")
    users = [samples[at]["user"] for at in moments]
    expect("steps from sample to sample", steps,
           [[stamp(at), None if i == 0 else str(users[i] - users[i - 1])] for i, at in enumerate(moments)])


def install():
    """The SDK, once; the lock file says exactly what."""
    if not (FOLDER / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)


def main():
    install()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        server.start()
        try:
            server.aws("timestream-write", "create-database", "--database-name", "machine")
            server.aws("timestream-write", "create-table", "--database-name", "machine", "--table-name", "metrics")
            print(f"sampling /proc for {SAMPLES * PERIOD:.0f} seconds, with a kill -9 in the middle")
            samples = collect(server)
            compare(server, samples)
        finally:
            server.kill()
    print("every answer agrees with the samples")


main()
