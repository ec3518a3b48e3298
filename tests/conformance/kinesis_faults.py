"""Faults that were asked for: `--fault` refuses, delays, drops and fails single records, by the shares it was given."""

import base64
import subprocess
import time

from harness.case import Case
from harness.http import ConnectionEnded
from harness.server import default_binary


class Faults(Case):
    needs_levada = True
    flags = (
        "--shard-limits", "off",
        "--fault", "seed=7;PutRecord=throttle:30%,error:10%;PutRecords=partial:20%;"
        "ListShards=latency:200ms;DescribeLimits=drop:100%",
    )  # fmt: skip

    def test_single_puts_are_throttled_and_fail_by_their_shares(self):
        name = self.stream()
        answers = [self.client.call("PutRecord", StreamName=name, PartitionKey="a", Data="eA==") for _ in range(200)]
        throttled = [a for a in answers if a.error and a.error[0] == "ProvisionedThroughputExceededException"]
        failed = [a for a in answers if a.status == 500]
        self.assertTrue(30 < len(throttled) < 90, len(throttled))
        self.assertTrue(5 < len(failed) < 45, len(failed))
        self.assertEqual(failed[0].error[0], "InternalFailure")
        stored = self.client.read(self.client.iterator(name))["Records"]
        self.assertEqual(len(stored), len([a for a in answers if a.ok]))

    def test_single_records_of_many_fail_and_are_not_stored(self):
        name = self.stream()
        data = [base64.b64encode(b"%d" % n).decode() for n in range(500)]
        records = [{"PartitionKey": "a", "Data": each} for each in data]
        answer = self.client.must("PutRecords", StreamName=name, Records=records)
        failed = [entry for entry in answer["Records"] if "ErrorCode" in entry]
        self.assertEqual(answer["FailedRecordCount"], len(failed))
        self.assertTrue(50 < len(failed) < 160, len(failed))
        self.assertEqual(
            {entry["ErrorCode"] for entry in failed}, {"ProvisionedThroughputExceededException", "InternalFailure"}
        )
        stored = [record["Data"] for record in self.client.read(self.client.iterator(name))["Records"]]
        good = [each for each, entry in zip(data, answer["Records"]) if "SequenceNumber" in entry]
        self.assertEqual(stored, good)

    def test_latency_delays_the_answer(self):
        name = self.stream()
        began = time.monotonic()
        self.client.must("ListShards", StreamName=name)
        self.assertGreaterEqual(time.monotonic() - began, 0.2)

    def test_a_dropped_request_has_no_answer(self):
        with self.assertRaises((ConnectionEnded, ConnectionError)):
            self.client.call("DescribeLimits")
        self.alive()

    def test_the_server_says_so_at_its_start(self):
        self.assertIn("faults are injected because of --fault", self.server.log())


class WrongPlans(Case):
    needs_levada = True

    def test_a_plan_that_does_not_parse_is_refused_at_the_start(self):
        done = subprocess.run([str(default_binary()), "serve", "--fault", "put=slow:5%"], capture_output=True, text=True, timeout=10)
        self.assertEqual(done.returncode, 2)
        self.assertIn('"slow:5%" is not', done.stderr)
