"""SIGTERM under load: the server finishes what it acknowledged, ends with status 0, and loses nothing."""

import random
import signal
import time
import unittest

from harness.client import Client
from harness.server import Levada, StartFailed

from ledger import Ledger
from load import Load, read_back, unseen

STOP_MAX = 15  # seconds
FLAGS = ("--shard-limits", "off", "--journal-segment", "16MiB")


class Stop(unittest.TestCase):
    def test_sigterm_under_load(self):
        ledger, rng = Ledger(), random.Random(1)
        with Levada(*FLAGS) as server:
            client = Client(server.aws)
            client.create("stop", 4)
            client.close()
            for number in range(3):
                load = Load(server, ledger, "stop", rng, round_number=number)
                load.start()
                time.sleep(0.7)
                started = time.monotonic()
                self.assertEqual(server.stop(STOP_MAX), 0, f"not a clean end\n{server.log()[-2000:]}")
                self.assertLess(time.monotonic() - started, STOP_MAX)
                load.join()
                self.assertEqual(load.problems, [])
                server.start()
                shards = read_back(server, "stop")
                self.assertEqual((ledger.complaints(shards) + unseen(load, shards))[:20], [])
            self.assertGreater(ledger.counts()[1], 300)

    def test_sigint_is_as_good(self):
        with Levada(*FLAGS) as server:
            server.process.send_signal(signal.SIGINT)
            self.assertEqual(server.process.wait(STOP_MAX), 0)

    def test_an_idle_connection_does_not_hold_it_up(self):
        with Levada(*FLAGS) as server:
            client = Client(server.aws)
            client.must("ListStreams")
            started = time.monotonic()
            self.assertEqual(server.stop(STOP_MAX), 0)
            self.assertLess(time.monotonic() - started, STOP_MAX)
            client.close()

    def test_two_processes_never_share_a_data_directory(self):
        with Levada(*FLAGS) as server:
            second = Levada(*FLAGS, data_dir=server.data_dir)
            second.stderr_path = server.data_dir.with_name(server.data_dir.name + ".second")
            try:
                with self.assertRaises(Exception) as refused:
                    second.start()
                self.assertIn("exit status", str(refused.exception))
            finally:
                second.stop()
                second.sweep()
            self.assertTrue(server.running)

    def test_a_port_that_is_taken_is_told_and_harms_nothing(self):
        with Levada(*FLAGS) as server:
            client = Client(server.aws)
            client.create("kept")
            second = Levada(*FLAGS, listen="%s:%d" % server.aws)
            with self.assertRaises(StartFailed) as refused:
                with second:
                    pass
            self.assertIn("exit status 1\n", str(refused.exception))
            self.assertIn("%s:%d" % server.aws, str(refused.exception))
            client.must("DescribeStream", StreamName="kept")
            client.close()
