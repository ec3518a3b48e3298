"""What only the passing of time shows: iterators expire, retention trims (spec §8, §14).

The server runs under Debian's libfaketime; the test moves its clock through a file. Without the package
(`apt install libfaketime`) the suite is skipped.
"""

import re
import tempfile
import unittest
from pathlib import Path

from harness.case import Case
from harness.client import Client
from harness.server import Levada

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
HOUR = 3600


class MovedClock(Case):
    needs_levada = True

    @classmethod
    def setUpClass(cls):
        if LIBRARY is None:
            raise unittest.SkipTest("libfaketime is not installed")
        cls.offset = tempfile.NamedTemporaryFile("w+", prefix="levada-clock-")
        cls.move(0)
        environment = {
            "LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": cls.offset.name, "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }
        cls.server = Levada("--shard-limits", "off", environment=environment)
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.server.sweep()
        cls.offset.close()

    def setUp(self):
        self.client = Client(self.server.aws)
        self.addCleanup(self.client.close)

    @classmethod
    def move(cls, seconds):
        """The server's wall clock runs so far ahead of ours from now on; it never moves back."""
        cls.ahead = seconds
        cls.offset.seek(0)
        cls.offset.truncate()
        cls.offset.write(f"{seconds:+d}s" if seconds else "+0s")
        cls.offset.flush()

    def later(self, seconds):
        self.move(self.ahead + seconds)

    def test_an_iterator_lives_five_minutes(self):
        name = self.stream()
        iterator = self.client.iterator(name)
        self.later(295)
        self.granted(self.client.call("GetRecords", ShardIterator=iterator))
        self.later(10)
        stamp = r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} \d{2}:\d{2}:\d{2} UTC \d{4}"
        text = (
            rf"^Iterator expired\. The iterator was created at time {stamp} while right now it is {stamp} which is further "
            r"in the future than the tolerated delay of 300000 milliseconds\.$"
        )
        reply = self.client.call("GetRecords", ShardIterator=iterator)
        self.refused(reply, "ExpiredIteratorException", re.compile(text))

    def test_expiry_comes_before_the_stream(self):
        name = self.stream()
        iterator = self.client.iterator(name)
        self.client.must("DeleteStream", StreamName=name)
        self.later(301)
        reply = self.client.call("GetRecords", ShardIterator=iterator)
        self.assertEqual(reply.error[0], "ExpiredIteratorException")

    def test_a_page_token_lives_five_minutes(self):
        name = self.stream(shards=3)
        token = self.client.must("ListShards", StreamName=name, MaxResults=1)["NextToken"]
        self.later(301)
        self.assertEqual(self.client.call("ListShards", NextToken=token).error[0], "ExpiredNextTokenException")

    def test_what_is_older_than_retention_is_gone_from_readers_at_once(self):
        name = self.stream()
        old = self.client.put(name, "old")["SequenceNumber"]
        self.later(23 * HOUR)
        self.client.put(name, "young")
        self.assertEqual([r["Data"] for r in self.client.drain(name)], [b"old", b"young"])
        self.later(2 * HOUR)
        self.assertEqual([r["Data"] for r in self.client.drain(name)], [b"young"])
        reply = self.client.iterator(name, kind="AT_SEQUENCE_NUMBER", StartingSequenceNumber=old)
        self.assertEqual(len(self.client.read(reply)["Records"]), 1)
        self.later(23 * HOUR)
        self.assertEqual(self.client.drain(name), [])

    def test_an_increase_keeps_and_a_decrease_hides_and_nothing_comes_back(self):
        name = self.stream()
        self.client.must("IncreaseStreamRetentionPeriod", StreamName=name, RetentionPeriodHours=72)
        self.client.wait_active(name)
        self.client.put(name, "old")
        self.later(30 * HOUR)
        self.client.put(name, "young")
        self.assertEqual(len(self.client.drain(name)), 2)
        self.client.must("DecreaseStreamRetentionPeriod", StreamName=name, RetentionPeriodHours=24)
        self.assertEqual([r["Data"] for r in self.client.drain(name)], [b"young"])
        self.client.wait_active(name)
        self.client.must("IncreaseStreamRetentionPeriod", StreamName=name, RetentionPeriodHours=72)
        self.client.wait_active(name)
        self.assertEqual([r["Data"] for r in self.client.drain(name)], [b"young"])

    def test_sequence_numbers_still_grow_when_the_clock_jumps_back(self):
        name = self.stream()
        self.later(HOUR)
        first = self.client.put(name, "1")["SequenceNumber"]
        self.move(self.ahead - HOUR // 2)
        second = self.client.put(name, "2")["SequenceNumber"]
        self.assertGreater(second, first)
        times = [r["ApproximateArrivalTimestamp"] for r in self.client.drain(name)]
        self.assertEqual(times, sorted(times))
        self.move(self.ahead + HOUR)
