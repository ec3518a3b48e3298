"""Files harmed while the server is down: a torn tail is cut, a flipped byte is named and never served."""

import base64
import shutil
import tempfile
import unittest
from pathlib import Path

from harness.client import Client
from harness.server import Levada, StartFailed

FLAGS = ("--shard-limits", "off", "--journal-segment", "16MiB")
SHARDS = [f"shardId-{index:012d}" for index in range(2)]
MARK = b"levada-damage-mark"


def written(data_dir, count=1000, size=40_000):
    """Fills a data directory through a real server and kills it; returns shard -> data in order."""
    with Levada(*FLAGS, data_dir=data_dir) as server:
        client = Client(server.aws)
        client.create("harm", len(SHARDS))
        for index in range(count):
            client.put("harm", MARK + b" %06d " % index + bytes([index % 251]) * size, f"key {index}")
        stored = {shard: [r["Data"] for r in client.drain("harm", shard)] for shard in SHARDS}
        client.close()
        server.kill()
    return stored


class Damage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pristine = Path(tempfile.mkdtemp(prefix="levada-damage-"))
        cls.stored = written(cls.pristine / "data")
        cls.copies = 0

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.pristine, ignore_errors=True)

    def copy(self):
        Damage.copies += 1
        target = self.pristine / f"copy{Damage.copies}"
        shutil.copytree(self.pristine / "data", target)
        self.addCleanup(shutil.rmtree, target, True)
        return target

    def places(self, data_dir):
        """(file, offset of a marked record's data) of every record found on disk, in file and offset order."""
        places = []
        for file in sorted(path for path in data_dir.rglob("*") if path.is_file()):
            content = file.read_bytes()
            at = content.find(MARK)
            while at >= 0:
                places.append((file, at, content[at : at + len(MARK) + 8]))
                at = content.find(MARK, at + 1)
        return places

    def serve(self, data_dir):
        """What a server on this directory does: ("refused", log) or ("serves", shards, errors, log)."""
        server = Levada(*FLAGS, data_dir=data_dir)
        try:
            server.start()
        except StartFailed as failed:
            return "refused", {}, [], str(failed)
        try:
            client, shards, errors = Client(server.aws), {}, []
            for shard in SHARDS:
                records, iterator = [], None
                reply = client.call("GetShardIterator", StreamName="harm", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
                if not reply.ok:
                    errors.append(repr(reply))
                else:
                    iterator = reply.value["ShardIterator"]
                while iterator:
                    reply = client.call("GetRecords", ShardIterator=iterator)
                    if not reply.ok:
                        errors.append(repr(reply))
                        break
                    records += [base64.b64decode(r["Data"]) for r in reply.value["Records"]]
                    if not reply.value["Records"] and reply.value["MillisBehindLatest"] == 0:
                        break
                    iterator = reply.value.get("NextShardIterator")
                shards[shard] = records
            self.assertTrue(client.call("ListStreams").ok, "a damaged segment must not take the server with it")
            client.close()
            return "serves", shards, errors, server.log()
        finally:
            server.stop()
            server.stderr_path.unlink(missing_ok=True)

    def test_unharmed_everything_is_there(self):
        verdict, shards, errors, log = self.serve(self.copy())
        self.assertEqual((verdict, errors), ("serves", []), log[-2000:])
        self.assertEqual(shards, self.stored)

    def test_a_torn_tail_is_cut_and_the_rest_served(self):
        for cut in (1, 7, 511, 2000):
            data_dir = self.copy()
            *_, (file, at, _) = sorted(self.places(data_dir), key=lambda place: place[2])
            with open(file, "r+b") as segment:
                segment.truncate(at + len(MARK) + cut)  # inside the very last record written
            verdict, shards, errors, log = self.serve(data_dir)
            self.assertEqual((verdict, errors), ("serves", []), log[-3000:])
            self.lost_at_most_the_last(shards, 1)

    def test_a_tail_of_noise_instead_of_the_last_record(self):
        data_dir = self.copy()
        *_, (file, at, _) = sorted(self.places(data_dir), key=lambda place: place[2])
        with open(file, "r+b") as segment:
            segment.seek(at)
            segment.write(b"\xa5" * 300)
        verdict, shards, errors, log = self.serve(data_dir)
        if verdict == "serves" and not errors:
            self.lost_at_most_the_last(shards, 1)
        else:
            self.assertIn(file.name, log)

    def lost_at_most_the_last(self, shards, count):
        everything = sorted(data for records in self.stored.values() for data in records)
        kept = sorted(data for records in shards.values() for data in records)
        self.assertGreaterEqual(len(kept), len(everything) - count)
        for shard in SHARDS:
            self.assertEqual(shards[shard], self.stored[shard][: len(shards[shard])])

    def test_a_flipped_byte_is_named_and_never_served(self):
        places = self.places(self.pristine / "data")
        self.assertGreater(len(places), 100, "the records are not where this test can find them")
        for share in (0.02, 0.5, 0.9):
            data_dir = self.copy()
            ordered = sorted(self.places(data_dir), key=lambda place: place[2])
            label = ordered[int(len(ordered) * share)][2]
            harmed = [(file, at) for file, at, each in ordered if each == label]  # a copy may wait to be overwritten
            for file, at in harmed:
                with open(file, "r+b") as segment:
                    segment.seek(at + len(MARK) + 20)
                    byte = segment.read(1)
                    segment.seek(at + len(MARK) + 20)
                    segment.write(bytes([byte[0] ^ 0x10]))
            with self.subTest(record=label):
                verdict, shards, errors, log = self.serve(data_dir)
                served = [data for records in shards.values() for data in records]
                originals = {data for records in self.stored.values() for data in records}
                self.assertTrue(all(data in originals for data in served), "an altered record was served")
                told = f"{harmed} is not named in\n{log[-2000:]}\nclients were told {errors}"
                self.assertTrue(any(file.name in log for file, _ in harmed), told)
                self.assertRegex(log, r"(offset|at)\D{0,12}\d+", "the offset is not named")
                for shard in SHARDS:  # what is served has no hole in it
                    self.assertEqual(shards.get(shard, []), self.stored[shard][: len(shards.get(shard, []))])
                if len(served) < len(originals) and verdict == "serves":
                    self.assertTrue(errors, "records are missing and nobody is told")

    def test_a_missing_segment_is_named(self):
        data_dir = self.copy()
        file = next((file for file, _, _ in self.places(data_dir) if file.name.startswith("segment-")), None)
        self.assertIsNotNone(file, "nothing was clustered into stored segments")
        file.unlink()
        verdict, shards, errors, log = self.serve(data_dir)
        served = [data for records in shards.values() for data in records]
        if len(served) < sum(map(len, self.stored.values())):
            self.assertTrue(verdict == "refused" or errors, "a segment is gone and nobody is told")
            self.assertIn(file.name, log)
