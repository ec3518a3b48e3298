"""Health, readiness and Prometheus text on the console's address."""

import re

from harness.case import Case
from harness.http import Connection, request

SAMPLE = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_]\w*="([^"\\]|\\.)*",?)*\})? [-+0-9.eEInfNa]+( \d+)?$')


class Console(Case):
    needs_levada = True

    def get(self, path, method="GET"):
        with Connection(self.server.console) as connection:
            connection.send(request(method, path, {"Host": "console"}))
            return connection.answer(head_request=method == "HEAD")

    def test_health_and_readiness(self):
        self.assertEqual(self.get("/healthz").status, 200)
        self.assertEqual(self.get("/readyz").status, 200)

    def test_what_is_not_there(self):
        self.assertEqual(self.get("/nothing").status, 404)

    def test_metrics_are_prometheus_text(self):
        answer = self.get("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertIn("text/plain", answer.header("content-type"))
        lines = answer.body.decode().splitlines()
        samples = [line for line in lines if line and not line.startswith("#")]
        self.assertTrue(samples)
        for line in samples:
            self.assertRegex(line, SAMPLE)
        names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
        self.assertEqual(len(names), len(set(names)), "a metric has two TYPE lines")

    def test_puts_are_counted(self):
        name = self.stream()
        before = self.get("/metrics").body.decode()
        for _ in range(7):
            self.client.put(name, "counted")
        after = self.get("/metrics").body.decode()
        grown = [line for line in after.splitlines() if line not in before and not line.startswith("#")]
        self.assertTrue(any("PutRecord" in line or "ncoming" in line or "put" in line for line in grown), grown)
